"""The content of the PDF of a receipt, as strips of text (RQ-4)."""

from collections.abc import Iterator, Mapping

import attrs

from klantportaal.adapters.figures import file_size
from klantportaal.adapters.pdf.composing import HEADING, LABEL, OFFICE, QUIET, TEXT, TITLE, WORDS, Composer
from klantportaal.adapters.pdf.sheets import ROOM, Strip
from klantportaal.domain.values import Language
from klantportaal.ports.pdf import ReceiptSheet

CODE_SIZE = 104.0
"""The width of the QR code, which stands in the top right corner, beside the office's name and the title."""
_ROOM = ROOM - CODE_SIZE - 12
_HEX = 32
"""The number of hexadecimal digits of a SHA-256 on a line."""


@attrs.frozen(kw_only=True)
class ReceiptWords:
    """The fixed texts of the PDF in one language."""

    title: str
    delivered: str
    files: str
    size: str
    check: str
    how: str


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
    ),
}


def strips(composer: Composer, sheet: ReceiptSheet) -> Iterator[Strip]:
    """Make the strips: the facts of the delivery, its files, and how to check one."""
    receipt, words, language = sheet.receipt, RECEIPT_WORDS[sheet.language], sheet.language
    yield Strip(columns=(composer.column(sheet.office_name, OFFICE, width=_ROOM),))
    yield Strip(columns=(composer.column(words.title, TITLE, width=_ROOM),), before=40)
    yield from composer.facts(
        (
            (WORDS[language].dossier, receipt.dossier_number),
            (WORDS[language].client, receipt.client_name),
            (words.delivered, composer.by_and_at(receipt.delivered_by, receipt.delivered_at)),
        )
    )
    yield _heading(composer, words.files)
    for each in receipt.files:
        yield Strip(columns=(composer.column(each.name, LABEL),), before=10, keep=True)
        digits = f"{each.sha256[:_HEX]}\n{each.sha256[_HEX:]}"
        yield from composer.facts(((words.size, file_size(each.size, language)), ("SHA-256", digits)))
    yield _heading(composer, words.check)
    yield Strip(columns=(composer.column(words.how, TEXT),), before=6, keep=True)
    yield Strip(columns=(composer.column(sheet.url, QUIET),), before=6)


def _heading(composer: Composer, text: str) -> Strip:
    return Strip(columns=(composer.column(text, HEADING),), before=30, keep=True, bookmark=text)
