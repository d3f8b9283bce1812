"""The pages of receipts: that of the client, and that of whoever holds one (RQ-4)."""

from collections.abc import Sequence

from klantportaal.adapters.web.language.fault_texts import say_faults
from klantportaal.adapters.web.language.translations import sentence
from klantportaal.adapters.web.pages import qr_code
from klantportaal.adapters.web.pages.frame import Frame
from klantportaal.domain.errors import Fault
from klantportaal.domain.receipts import Receipt
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DossierId, ReceiptId, day

FILE_NAME = sentence("Receipt %(number)s %(day)s.pdf")


def receipt(frame: Frame, actor: Actor, dossier_id: DossierId, receipt_id: ReceiptId) -> str:
    """Show a receipt of the client, with the address for who is to check a file."""
    view = frame.site.portal.client.receipts.get(actor, dossier_id, receipt_id)
    return frame.html("receipt.html", receipt=view.receipt, address=view.url, picture=qr_code.draw(view.url))


def file_name(frame: Frame, receipt: Receipt) -> str:
    """Give the name of the PDF of a receipt."""
    delivered = day(receipt.delivered_at).isoformat()
    name = frame.wording.say(FILE_NAME, number=receipt.dossier_number, day=delivered)
    return name.replace("/", "-").replace("\\", "-")


def check(
    frame: Frame,
    receipt: Receipt,
    code: str,
    *,
    names: Sequence[str] | None = None,
    faults: Sequence[Fault] = (),
) -> str:
    """Show a receipt to whoever holds it, with the form that checks a file.

    Args:
        frame: the frame.
        receipt: the receipt.
        code: its code.
        names: the names under which the checked file is on it. None if no file was checked.
        faults: why a file could not be checked.
    """
    return frame.html(
        "check_receipt.html",
        receipt=receipt,
        code=code,
        names=names,
        faults=say_faults(faults, frame.wording),
        limit=frame.site.portal.settings.uploads.file_size,
    )
