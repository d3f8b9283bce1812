"""The text of a receipt in an archive (NW-4, RQ-4)."""

from collections.abc import Mapping

import attrs

from klantportaal.adapters.archives.requests import Moment
from klantportaal.adapters.figures import file_size
from klantportaal.domain.receipts import Receipt, ReceiptFile
from klantportaal.domain.values import Language


@attrs.frozen(kw_only=True)
class ReceiptWords:
    """The words of one language."""

    title: str
    client: str
    delivered: str
    files: str
    size: str
    how: str


WORDS: Mapping[Language, ReceiptWords] = {
    Language.DUTCH: ReceiptWords(
        title="Ontvangstbewijs voor dossier {number}",
        client="Klant: {name}",
        delivered="Aangeleverd door {name} op {moment}",
        files="Aangeleverde bestanden:",
        size="Grootte: {size}",
        how=(
            "Wie dit ontvangstbewijs heeft, kan op dit adres controleren of een bestand precies zo is aangeleverd."
            " Inloggen is niet nodig:"
        ),
    ),
    Language.ENGLISH: ReceiptWords(
        title="Receipt for dossier {number}",
        client="Client: {name}",
        delivered="Submitted by {name} on {moment}",
        files="Submitted files:",
        size="Size: {size}",
        how=(
            "Anyone who has this receipt can check at this address whether a file is exactly the one that was"
            " submitted. They do not have to sign in:"
        ),
    ),
}


def receipt_text(receipt: Receipt, url: str, language: Language, *, moment: Moment) -> str:
    """Write a receipt: the delivery, its files, and where a file can be checked."""
    words = WORDS[language]
    head = [
        words.title.format(number=receipt.dossier_number),
        words.client.format(name=receipt.client_name),
        words.delivered.format(name=receipt.delivered_by, moment=moment(receipt.delivered_at)),
    ]
    files = [f"{number}. {_file(file, words, language)}" for number, file in enumerate(receipt.files, start=1)]
    return "\n".join([*head, "", words.files, *files, "", words.how, url, ""])


def _file(file: ReceiptFile, words: ReceiptWords, language: Language) -> str:
    size = words.size.format(size=file_size(file.size, language))
    return "\n   ".join([file.name, size, f"SHA-256: {file.sha256}"])
