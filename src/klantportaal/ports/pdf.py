"""The port that writes PDFs: of a completed questionnaire, of a receipt, and of a letter by post."""

from datetime import date, datetime
from typing import Protocol

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.offices import OfficeProfile
from klantportaal.domain.questionnaires.projection import Asked
from klantportaal.domain.receipts import Receipt
from klantportaal.domain.unseen import UnseenCount
from klantportaal.domain.values import Language


@attrs.frozen(kw_only=True, field_transformer=checked)
class Report:
    """The contents of the PDF of a completed questionnaire."""

    language: Language
    title: str
    office: OfficeProfile
    client_name: str
    dossier_number: str
    dossier_description: str
    completed_by: str
    """The name of the account that completed it."""
    completed_at: datetime
    asked: tuple[Asked, ...] = attrs.field(repr=False)
    """Every visible question with its answer, in order (property 10)."""
    attachment: bytes = attrs.field(repr=False)
    """The answers as JSON."""
    logo: bytes | None = attrs.field(default=None, repr=False)
    """The logo of the office, as it was stored: PNG or JPEG. None if it has none."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class ReceiptSheet:
    """The contents of the PDF of a receipt (RQ-4)."""

    language: Language
    office: OfficeProfile
    receipt: Receipt
    url: str = attrs.field(repr=False)
    """The address of the page of the receipt, with its code."""
    logo: bytes | None = attrs.field(default=None, repr=False)
    """As that of a report."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class PostalLetter:
    """The contents of a letter by post about what nobody of a party opened in a dossier (RM-1). It has no contents."""

    language: Language
    office: OfficeProfile
    client_name: str
    address: tuple[str, ...]
    """The lines of the client's postal address, without its name."""
    dossier_number: str
    unseen: tuple[UnseenCount, ...]
    """At least one."""
    url: str
    """The address of the portal. It grants nothing."""
    written_on: date
    logo: bytes | None = attrs.field(default=None, repr=False)
    """As that of a report."""


class PdfWriter(Protocol):
    """Writes PDF files. They have the colour and the logo of the office; a damaged logo is left out."""

    def write(self, report: Report) -> bytes:
        """Write the PDF. The same report always gives the same bytes.

        The PDF has its language and title set, has its fonts embedded, and has the attachment under the name
        ``antwoorden.json``. All typed text is in it: a character that no font has is written as its code point.
        One exception: a run of blank lines may be shortened to two.
        """
        ...

    def write_receipt(self, sheet: ReceiptSheet) -> bytes:
        """Write the PDF of a receipt. The same receipt always gives the same bytes.

        The PDF has its language and title set, and has its fonts embedded. In it are the dossier number, the client,
        who delivered and when, the name, size and SHA-256 of each file, and the address, as text and as a QR code.
        """
        ...

    def write_letter(self, letter: PostalLetter) -> bytes:
        """Write the PDF of a letter by post. The same letter always gives the same bytes.

        The PDF has its language and title set, and has its fonts embedded. In it are the office with its address, the
        client with its own, the day, the dossier number, how much waits of each kind and since when, and the address of
        the portal.
        """
        ...
