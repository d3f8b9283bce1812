"""The portal's mail texts: complete in both languages, in the words of the manual, and easy to read."""

import re
from pathlib import Path

import attrs
import pytest

from klantportaal.adapters.colours import contrast
from klantportaal.adapters.mail import texts
from klantportaal.adapters.mail.texts import JinjaMailWriter
from klantportaal.domain.outgoing import MAILS, Notice, TaskKind
from klantportaal.domain.values import Language
from klantportaal.ports.mail import Awaiting, Mail
from klantportaal.testing.contracts.logos import a_picture
from klantportaal.testing.contracts.mail import a_letter, text_of

DUTCH, ENGLISH = Language.DUTCH, Language.ENGLISH


@pytest.fixture
def writer() -> JinjaMailWriter:
    """Return a writer."""
    return JinjaMailWriter()


def test_both_languages_have_every_template() -> None:
    """PR-1: each language has one template for each kind of mail, and no others."""
    folder = Path(texts.__file__).parent
    kinds = {f"{kind}.txt" for kind in MAILS} | {"_phrases.txt"}
    found = {language: {path.name for path in (folder / language).iterdir()} for language in Language}
    assert found == dict.fromkeys(Language, kinds)


def test_both_languages_say_the_same_amount(writer: JinjaMailWriter) -> None:
    """PR-1: both languages have the same number of paragraphs."""
    for kind in MAILS:
        dutch, english = (writer.words(a_letter(kind, language)) for language in (DUTCH, ENGLISH))
        assert shape(dutch) == shape(english), kind


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", sorted(MAILS))
def test_names_that_end_in_a_full_stop(writer: JinjaMailWriter, kind: TaskKind, language: Language) -> None:
    """PE-2: no sentence ends in a name: after `B.V.` there would be two full stops."""
    letter = a_letter(kind, language)
    profile = attrs.evolve(letter.office.profile, name="Smit Notarissen N.V.")
    mail = writer.write(attrs.evolve(letter, name="J. Jansen jr.", office=attrs.evolve(letter.office, profile=profile)))
    assert ".." not in mail.subject + mail.text + mail.html


def shape(words: texts.Words) -> tuple[int, int, int]:
    """Count the parts of a mail."""
    return len(words.opening), len(words.rows), len(words.closing)


@pytest.mark.parametrize(
    "kind,phrases",
    [
        (TaskKind.INVITATION, ["klantenportaal", "Instellen wachtwoord:", "14 dagen geldig", "tweede e-mail", "Had u"]),
        (TaskKind.PASSWORD_LINK, ["Instellen wachtwoord:", "1 uur geldig", "werkt één keer", "Hebt u hier niet om"]),
        (
            TaskKind.PASSWORD_SET,
            ["is ingesteld", "niet in deze e-mail", "direct contact met ons op via"],
        ),
        (TaskKind.NOTIFICATION, ["Dossier 2026.01234", "inhoud niet in deze e-mail", 'onder "Mijn gegevens"']),
    ],
)
def test_mails_speak_the_manual_s_words(writer: JinjaMailWriter, kind: TaskKind, phrases: list[str]) -> None:
    """ON-1 to ON-5, PR-2: each mail has what it must say, in the words of the pages."""
    mail = writer.write(a_letter(kind, DUTCH))
    assert [phrase for phrase in phrases if phrase not in mail.text] == []
    assert "info@kantoor.test" in mail.text
    assert mail.text.startswith("Beste Jan Jansen,\n")
    assert mail.text.rstrip().endswith("Met vriendelijke groet,\n\nNotariskantoor De Vries & Zoon")


@pytest.mark.parametrize("kind", [TaskKind.INVITATION, TaskKind.PASSWORD_LINK, TaskKind.PASSWORD_SET])
def test_nobody_asks_for_the_password(writer: JinjaMailWriter, kind: TaskKind) -> None:
    """ON-5: mails about a password say that nobody ever asks for it."""
    assert "Wij vragen u nooit om uw wachtwoord" in writer.write(a_letter(kind, DUTCH)).text
    assert "We will never ask for your password" in writer.write(a_letter(kind, ENGLISH)).text


@pytest.mark.parametrize(
    "facts,dutch,english",
    [
        ({"days": "1"}, "1 dag", "1 day"),
        ({"days": "14"}, "14 dagen", "14 days"),
        ({"hours": "1"}, "1 uur", "1 hour"),
        ({"hours": "24"}, "24 uur", "24 hours"),
        ({"minutes": "1"}, "1 minuut", "1 minute"),
        ({"minutes": "90"}, "90 minuten", "90 minutes"),
        ({"minutes": "60"}, "1 uur", "1 hour"),
        ({"minutes": "1440"}, "24 uur", "24 hours"),
    ],
)
def test_times_are_in_words(writer: JinjaMailWriter, facts: dict[str, str], dutch: str, english: str) -> None:
    """ON-4: singular and plural are right, and whole hours are written as hours."""
    for kind in (TaskKind.INVITATION, TaskKind.PASSWORD_LINK):
        assert f"Deze link is {dutch} geldig" in writer.write(attrs.evolve(a_letter(kind, DUTCH), facts=facts)).text
        assert (
            f"This link is valid for {english}" in writer.write(attrs.evolve(a_letter(kind, ENGLISH), facts=facts)).text
        )


@pytest.mark.parametrize(
    "notices,dutch,english",
    [
        ({Notice.MESSAGES}, "berichten", "messages"),
        ({Notice.MESSAGES, Notice.DOCUMENTS}, "documenten en berichten", "documents and messages"),
        (
            set(Notice),
            "documenten, vragenlijsten, berichten en verzoeken om stukken",
            "documents, questionnaires, messages and requests for documents",
        ),
    ],
)
def test_notifications_list_what_awaits(
    writer: JinjaMailWriter, notices: set[Notice], dutch: str, english: str
) -> None:
    """PR-2: each dossier lists its news in a fixed order, with commas and a conjunction."""
    awaiting = (Awaiting(dossier_number="2026.1", notices=frozenset(notices)),)
    said = {
        language: writer.words(attrs.evolve(a_letter(TaskKind.NOTIFICATION, language), awaiting=awaiting))
        for language in Language
    }
    assert said[DUTCH].rows == (f"Dossier 2026.1: een of meer nieuwe {dutch}",)
    assert said[ENGLISH].rows == (f"Dossier 2026.1: one or more new {english}",)
    assert said[DUTCH].opening[1] == "In uw dossier staat iets nieuws voor u klaar:"
    assert said[ENGLISH].opening[1] == "There is something new for you in your dossier:"


def test_several_dossiers_are_counted(writer: JinjaMailWriter) -> None:
    """PR-2: one mail for several dossiers has their number."""
    said = {language: writer.words(a_letter(TaskKind.NOTIFICATION, language)) for language in Language}
    assert said[DUTCH].opening[1] == "In 2 van uw dossiers staat iets nieuws voor u klaar:"
    assert said[ENGLISH].opening[1] == "There is something new for you in 2 of your dossiers:"


@pytest.mark.parametrize("colour", ["#ffffff", "#000000", "#1f4e79", "#ffd400", "#777777", "#00ff00"])
@pytest.mark.parametrize("kind", sorted(MAILS))
def test_text_can_be_read_on_the_office_s_colour(writer: JinjaMailWriter, kind: TaskKind, colour: str) -> None:
    """OF-3: text on any colour of an office has enough contrast (WCAG 2.2, 1.4.3)."""
    letter = a_letter(kind, DUTCH)
    office = attrs.evolve(letter.office, profile=attrs.evolve(letter.office.profile, colour=colour))
    page = writer.write(attrs.evolve(letter, office=office)).html
    pairs = re.findall(r"background-color:(#\w{6}); color:(#\w{6})", page)
    assert colour in dict(pairs)
    assert all(contrast(back, text) >= 4.5 for back, text in pairs)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", sorted(MAILS))
def test_mails_fetch_nothing(writer: JinjaMailWriter, kind: TaskKind, language: Language) -> None:
    """ON-1: a mail loads no picture, script or style, so that nobody can see that it was opened."""
    page = writer.write(a_letter(kind, language)).html
    assert re.findall(r"(?i)<(?:img|script|link|iframe|object|style|form)|src=|url\(", page) == []


def test_a_logo_is_fetched_from_nowhere(writer: JinjaMailWriter) -> None:
    """OF-3, ON-1: the logo is in the mail itself, at the size at which it is shown; nothing else is loaded."""
    mail = writer.write(attrs.evolve(a_letter(TaskKind.NOTIFICATION, DUTCH), logo=a_picture(600, 100)))
    (picture,) = re.findall(r"<img [^>]*>", mail.html)
    assert 'src="cid:logo@klantportaal"' in picture
    assert 'alt="" width="200" height="33"' in picture
    assert re.findall(r"(?i)<(?:script|link|iframe|object|style|form)|src=\"(?!cid:)|url\(", mail.html) == []


@pytest.mark.parametrize("language", Language)
def test_words_are_short_enough_to_read(writer: JinjaMailWriter, language: Language) -> None:
    """PR-1: a sentence has at most 25 words and a mail at most 200, for readers of any age."""
    for kind in MAILS:
        mail: Mail = writer.write(a_letter(kind, language))
        sentences = re.split(r"[.?!:]\s", text_of(mail.html))
        assert [sentence for sentence in sentences if len(sentence.split()) > 25] == []
        assert len(mail.text.split()) <= 200
