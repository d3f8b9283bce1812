"""The address and the PDF of a receipt, for whoever may have it (RQ-4)."""

import attrs

from klantportaal.domain.offices import Office
from klantportaal.domain.receipts import Receipt
from klantportaal.domain.values import Language
from klantportaal.ports.pdf import PdfWriter, ReceiptSheet
from klantportaal.usecases.shared.logos import Logos
from klantportaal.usecases.shared.receipt_codes import ReceiptCodes


@attrs.frozen(kw_only=True)
class ReceiptSheets:
    """Writes receipts as PDFs."""

    _pdf: PdfWriter
    _receipt_codes: ReceiptCodes
    _logos: Logos

    def url(self, office: Office, receipt: Receipt) -> str:
        """Give the address of the page of a receipt, with its code."""
        return f"{office.base_url}{self._receipt_codes.path(receipt)}"

    def pdf(self, office: Office, receipt: Receipt, language: Language) -> bytes:
        """Write the PDF of a receipt. Raises: Unavailable, if the logo of the office cannot be read now."""
        return self._pdf.write_receipt(
            ReceiptSheet(
                language=language,
                office=office.profile,
                receipt=receipt,
                url=self.url(office, receipt),
                logo=self._logos.of(office),
            )
        )
