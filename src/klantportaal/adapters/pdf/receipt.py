"""The content of the PDF of a receipt, as strips of text (RQ-4)."""

from collections.abc import Iterator

from klantportaal.adapters.figures import file_size
from klantportaal.adapters.pdf.composing import HEADING, LABEL, QUIET, TEXT, TITLE, Composer
from klantportaal.adapters.pdf.sheets import ROOM, Strip
from klantportaal.adapters.pdf.words import RECEIPT_WORDS, WORDS, by_and_at
from klantportaal.ports.pdf import ReceiptSheet

CODE_SIZE = 104.0
"""The width of the QR code, which stands in the top right corner, beside the office's name and the title."""
_ROOM = ROOM - CODE_SIZE - 12
_HEX = 32
"""The number of hexadecimal digits of a SHA-256 on a line."""


def strips(composer: Composer, sheet: ReceiptSheet) -> Iterator[Strip]:
    """Make the strips: the facts of the delivery, its files, and how to check one."""
    receipt, words, language = sheet.receipt, RECEIPT_WORDS[sheet.language], sheet.language
    yield composer.office(sheet.office.name, width=_ROOM)
    yield Strip(columns=(composer.column(words.title, TITLE, width=_ROOM),), before=40)
    yield from composer.facts(
        (
            (WORDS[language].dossier, receipt.dossier_number),
            (WORDS[language].client, receipt.client_name),
            (words.delivered, by_and_at(receipt.delivered_by, receipt.delivered_at, language)),
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
