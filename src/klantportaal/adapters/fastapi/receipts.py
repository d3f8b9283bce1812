"""The endpoints of receipts (RQ-4). Checking a file against one needs no session."""

from collections.abc import Iterator

from fastapi import Response

from klantportaal.adapters.fastapi.request_forms import Streamed
from klantportaal.adapters.fastapi.responses import page, to
from klantportaal.adapters.fastapi.visits import Client, Here
from klantportaal.adapters.web.forms import receipt as receipt_form
from klantportaal.adapters.web.http import headers, ids
from klantportaal.adapters.web.http.form_parts import Part
from klantportaal.adapters.web.pages import receipts as pages
from klantportaal.domain.errors import Refused
from klantportaal.domain.values import DossierId, ReceiptId


def receipt(here: Here, actor: Client, dossier_id: str, receipt_id: str) -> Response:
    """Show a receipt to its client."""
    dossier, shown = DossierId(ids.identity(dossier_id)), ReceiptId(ids.identity(receipt_id))
    return page(pages.receipt(here.frame(), actor, dossier, shown))


def receipt_pdf(here: Here, actor: Client, dossier_id: str, receipt_id: str) -> Response:
    """Send the PDF of a receipt."""
    dossier, shown = DossierId(ids.identity(dossier_id)), ReceiptId(ids.identity(receipt_id))
    calls = here.site.portal.client.receipts
    name = pages.file_name(here.frame(), calls.get(actor, dossier, shown).receipt)
    pdf = b"" if here.request.method == "HEAD" else calls.pdf(actor, dossier, shown)
    return Response(pdf, media_type="application/pdf", headers=dict(headers.note(name)))


def mail_receipt(here: Here, actor: Client, dossier_id: str, receipt_id: str) -> Response:
    """Mail a receipt to the address of the person."""
    dossier, asked = DossierId(ids.identity(dossier_id)), ReceiptId(ids.identity(receipt_id))
    here.site.portal.client.receipts.mail(actor, dossier, asked)
    return to(here, "receipt", dossier_id=dossier, receipt_id=asked, notice="ontvangstbewijs-gemaild")


def check_receipt(here: Here, receipt_id: str, code: str) -> Response:
    """Show a receipt to whoever holds it, with the form that checks a file."""
    asked, code = ReceiptId(ids.identity(receipt_id)), ids.code(code)
    shown = here.site.portal.client.receipts.look(here.visitor, asked, code)
    return page(pages.check(here.frame(), shown, code))


async def submit_check_receipt(here: Here, streamed: Streamed, receipt_id: str, code: str) -> Response:
    """Check a file, or the SHA-256 of one, against a receipt."""
    asked, code, portal = ReceiptId(ids.identity(receipt_id)), ids.code(code), here.site.portal

    def work(parts: Iterator[Part]) -> Response:
        shown = portal.client.receipts.look(here.visitor, asked, code)
        try:
            names = receipt_form.check(portal, here.visitor, asked, code, parts)
        except Refused as error:
            return page(pages.check(here.frame(), shown, code, faults=error.faults), 422)
        return page(pages.check(here.frame(), shown, code, names=names))

    return await streamed(work)
