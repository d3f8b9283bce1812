"""The fixed texts of PDFs, in each language."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

import attrs

from klantportaal.adapters.figures import long_day
from klantportaal.domain.unseen import UnseenCount, UnseenKind
from klantportaal.domain.values import AMSTERDAM, Language, day
from klantportaal.ports.pdf import PostalLetter

_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){3,}")


@attrs.frozen(kw_only=True)
class Words:
    """The fixed texts of the PDF in one language."""

    dossier: str
    client: str
    completed: str
    by_and_at: str
    page: str
    logo: str
    """What the logo is, for those who do not see it."""
    drawing: str
    """What the drawing of a signature is, likewise."""


WORDS: Mapping[Language, Words] = {
    Language.DUTCH: Words(
        dossier="Dossier",
        client="Klant",
        completed="Ingevuld",
        by_and_at="door {name} op {day} om {time}",
        page="Pagina {number} van {count}",
        logo="Logo van {office}",
        drawing="Getekende handtekening",
    ),
    Language.ENGLISH: Words(
        dossier="Dossier",
        client="Client",
        completed="Completed",
        by_and_at="by {name} on {day} at {time}",
        page="Page {number} of {count}",
        logo="Logo of {office}",
        drawing="Drawn signature",
    ),
}


@attrs.frozen(kw_only=True)
class ReceiptWords:
    """The fixed texts of the PDF in one language."""

    title: str
    delivered: str
    files: str
    size: str
    check: str
    how: str
    code: str
    """What the QR code is, for those who do not see it."""


RECEIPT_WORDS: Mapping[Language, ReceiptWords] = {
    Language.DUTCH: ReceiptWords(
        title="Ontvangstbewijs",
        delivered="Aangeleverd",
        files="Aangeleverde bestanden",
        size="Grootte",
        check="Een bestand controleren",
        how=(
            "Wie dit ontvangstbewijs heeft, kan controleren of een bestand precies zo is aangeleverd. Inloggen is"
            " niet nodig. Scan de code rechtsboven, of open dit adres:"
        ),
        code="QR-code met het adres waar een bestand kan worden gecontroleerd",
    ),
    Language.ENGLISH: ReceiptWords(
        title="Receipt",
        delivered="Submitted",
        files="Submitted files",
        size="Size",
        check="Check a file",
        how=(
            "Anyone who has this receipt can check whether a file is exactly the one that was submitted. They do not"
            " have to sign in. Scan the code at the top right, or open this address:"
        ),
        code="QR code with the address where a file can be checked",
    ),
}


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


def typed(lines: Sequence[str]) -> str:
    """Put the lines of an answer together, with two blank lines in a row at most: more could fill many pages."""
    return _BLANK_LINES.sub("\n\n\n", "\n".join(lines))


def by_and_at(name: str, at: datetime, language: Language) -> str:
    """Write who did something and when, in the office's time zone."""
    at = at.astimezone(AMSTERDAM)
    sentence = WORDS[language].by_and_at
    return sentence.format(name=name, day=long_day(at.date(), language), time=f"{at:%H:%M}")


def waiting(words: LetterWords, unseen: UnseenCount, language: Language) -> str:
    """Say how much waits of one kind, and since when."""
    pattern = (words.one if unseen.count == 1 else words.more)[unseen.kind]
    return pattern.format(count=unseen.count, since=long_day(day(unseen.since), language))


def ways(letter: PostalLetter) -> str:
    """Name the telephone number and the e-mail address of the office."""
    either = {Language.DUTCH: " of ", Language.ENGLISH: " or "}[letter.language]
    return either.join(filter(None, (letter.office.telephone, letter.office.contact_address)))
