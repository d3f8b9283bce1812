"""The content of a letter by post about what nobody of a party opened, as strips of text (RM-1)."""

from collections.abc import Iterator, Mapping

import attrs

from klantportaal.adapters.figures import long_day
from klantportaal.adapters.pdf.composing import HEADING, OFFICE, QUIET, TEXT, WORDS, Composer
from klantportaal.adapters.pdf.sheets import Strip
from klantportaal.domain.unseen import UnseenCount, UnseenKind
from klantportaal.domain.values import Language, day
from klantportaal.ports.pdf import PostalLetter

ADDRESS_BEFORE = 64.0
"""Puts the address of the client 5 cm below the top of the sheet, where envelopes have their window."""
OFFICE_X = 290.0
"""The position of the address of the office, beside that of the client."""


@attrs.frozen(kw_only=True)
class LetterWords:
    """The fixed texts of the letter in one language."""

    title: str
    opening: str
    one: Mapping[UnseenKind, str]
    more: Mapping[UnseenKind, str]
    how: str
    help: str
    help_by: str
    greeting: str


LETTER_WORDS: Mapping[Language, LetterWords] = {
    Language.DUTCH: LetterWords(
        title="Er staat iets voor u klaar in ons klantenportaal",
        opening="In ons klantenportaal staat het volgende voor u klaar. U hebt het nog niet geopend.",
        one={
            UnseenKind.DOCUMENT: "1 document, sinds {since}",
            UnseenKind.CORRESPONDENCE: "1 brief, sinds {since}",
            UnseenKind.MESSAGE: "1 bericht, sinds {since}",
            UnseenKind.REQUEST: "1 verzoek om stukken, sinds {since}",
            UnseenKind.QUESTIONNAIRE: "1 vragenlijst, sinds {since}",
        },
        more={
            UnseenKind.DOCUMENT: "{count} documenten, de oudste sinds {since}",
            UnseenKind.CORRESPONDENCE: "{count} brieven, de oudste sinds {since}",
            UnseenKind.MESSAGE: "{count} berichten, het oudste sinds {since}",
            UnseenKind.REQUEST: "{count} verzoeken om stukken, het oudste sinds {since}",
            UnseenKind.QUESTIONNAIRE: "{count} vragenlijsten, de oudste sinds {since}",
        },
        how="Log in op dit adres om het te lezen:",
        help="Lukt het inloggen niet, of hebt u van ons geen e-mail gekregen? Neem dan contact met ons op.",
        help_by="Dat kan via {ways}.",
        greeting="Met vriendelijke groet,",
    ),
    Language.ENGLISH: LetterWords(
        title="Something is waiting for you in our client portal",
        opening="The following is waiting for you in our client portal. It has not been opened yet.",
        one={
            UnseenKind.DOCUMENT: "1 document, since {since}",
            UnseenKind.CORRESPONDENCE: "1 letter, since {since}",
            UnseenKind.MESSAGE: "1 message, since {since}",
            UnseenKind.REQUEST: "1 request for documents, since {since}",
            UnseenKind.QUESTIONNAIRE: "1 questionnaire, since {since}",
        },
        more={
            UnseenKind.DOCUMENT: "{count} documents, the oldest since {since}",
            UnseenKind.CORRESPONDENCE: "{count} letters, the oldest since {since}",
            UnseenKind.MESSAGE: "{count} messages, the oldest since {since}",
            UnseenKind.REQUEST: "{count} requests for documents, the oldest since {since}",
            UnseenKind.QUESTIONNAIRE: "{count} questionnaires, the oldest since {since}",
        },
        how="You can read it after signing in at this address:",
        help="If you cannot sign in, or did not receive an e-mail from us, please contact us.",
        help_by="You can reach us by {ways}.",
        greeting="Yours sincerely,",
    ),
}


def strips(composer: Composer, letter: PostalLetter) -> Iterator[Strip]:
    """Make the strips: the addresses, the day, the dossier, what waits in it, and how to read it."""
    words, language, office = LETTER_WORDS[letter.language], letter.language, letter.office
    lines = (*office.visiting_address.split("\n"), office.telephone, office.contact_address)
    yield Strip(columns=(composer.column(office.name, OFFICE),))
    yield Strip(
        columns=(
            composer.column("\n".join((letter.client_name, *letter.address)), TEXT, width=OFFICE_X - 20),
            composer.column("\n".join(filter(None, lines)), QUIET, x=OFFICE_X),
        ),
        before=ADDRESS_BEFORE,
    )
    yield Strip(columns=(composer.column(long_day(letter.written_on, language), TEXT),), before=56)
    yield Strip(columns=(composer.column(words.title, HEADING),), before=28)
    yield from composer.facts(((WORDS[language].dossier, letter.dossier_number),))
    yield Strip(columns=(composer.column(words.opening, TEXT),), before=20)
    for each in letter.unseen:
        columns = (composer.column("•", TEXT), composer.column(_told(words, each, language), TEXT, x=12))
        yield Strip(columns=columns, before=6)
    yield Strip(columns=(composer.column(words.how, TEXT),), before=20, keep=True)
    yield Strip(columns=(composer.column(letter.url, TEXT),), before=6)
    by = words.help_by.format(ways=_ways(letter))
    yield Strip(columns=(composer.column(f"{words.help} {by}", TEXT),), before=20)
    yield Strip(columns=(composer.column(words.greeting, TEXT),), before=28, keep=True)
    yield Strip(columns=(composer.column(office.name, TEXT),), before=6)


def _told(words: LetterWords, unseen: UnseenCount, language: Language) -> str:
    """Say how much waits of one kind, and since when."""
    pattern = (words.one if unseen.count == 1 else words.more)[unseen.kind]
    return pattern.format(count=unseen.count, since=long_day(day(unseen.since), language))


def _ways(letter: PostalLetter) -> str:
    """Name the telephone number and the e-mail address of the office."""
    either = {Language.DUTCH: " of ", Language.ENGLISH: " or "}[letter.language]
    return either.join(filter(None, (letter.office.telephone, letter.office.contact_address)))
