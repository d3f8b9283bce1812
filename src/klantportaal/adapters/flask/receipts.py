"""The views of receipts (RQ-4). Checking a file against one needs no session."""

import flask
from werkzeug.wrappers import Response

from klantportaal.adapters.flask.responses import page, to
from klantportaal.adapters.flask.visits import visit
from klantportaal.adapters.web.forms import receipt as receipt_form
from klantportaal.adapters.web.http import headers, ids
from klantportaal.adapters.web.pages import receipts as pages
from klantportaal.domain.errors import Refused
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DossierId, ReceiptId


def receipt(actor: Actor, dossier_id: str, receipt_id: str) -> Response:
    """Show a receipt to its client."""
    dossier, shown = DossierId(ids.identity(dossier_id)), ReceiptId(ids.identity(receipt_id))
    return page(pages.receipt(visit().frame(), actor, dossier, shown))


def receipt_pdf(actor: Actor, dossier_id: str, receipt_id: str) -> Response:
    """Send the PDF of a receipt."""
    dossier, shown = DossierId(ids.identity(dossier_id)), ReceiptId(ids.identity(receipt_id))
    calls = visit().site.portal.client.receipts
    name = pages.file_name(visit().frame(), calls.get(actor, dossier, shown).receipt)
    pdf = b"" if flask.request.method == "HEAD" else calls.pdf(actor, dossier, shown)
    return Response(pdf, mimetype="application/pdf", headers=headers.note(name))


def mail_receipt(actor: Actor, dossier_id: str, receipt_id: str) -> Response:
    """Mail a receipt to the address of the person."""
    dossier, asked = DossierId(ids.identity(dossier_id)), ReceiptId(ids.identity(receipt_id))
    visit().site.portal.client.receipts.mail(actor, dossier, asked)
    return to("receipt", dossier_id=dossier, receipt_id=asked, notice="ontvangstbewijs-gemaild")


def check_receipt(receipt_id: str, code: str) -> Response:
    """Show a receipt to whoever holds it, with the form that checks a file."""
    here = visit()
    asked, code = ReceiptId(ids.identity(receipt_id)), ids.code(code)
    shown = here.site.portal.client.receipts.look(here.visitor, asked, code)
    return page(pages.check(here.frame(), shown, code))


def submit_check_receipt(receipt_id: str, code: str) -> Response:
    """Check a file, or the SHA-256 of one, against a receipt."""
    here, asked, code = visit(), ReceiptId(ids.identity(receipt_id)), ids.code(code)
    shown = here.site.portal.client.receipts.look(here.visitor, asked, code)
    try:
        names = receipt_form.check(here.site.portal, here.visitor, asked, code, here.parts)
    except Refused as error:
        return page(pages.check(here.frame(), shown, code, faults=error.faults), 422)
    return page(pages.check(here.frame(), shown, code, names=names))
