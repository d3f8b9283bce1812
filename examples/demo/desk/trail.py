"""Pages for the audit trail: list, verify and export."""

from collections.abc import Iterator
from uuid import UUID

from flask import Blueprint, Response, render_template, request

from examples.demo.desk.dossiers import every_client
from examples.demo.desk.serving import Attempt, Page, attempt, desk
from klantportaal import PAGE, AccountId, EntryId, Fault, FaultCode, Refused
from klantportaal.adapters.web.http.headers import attachment
from klantportaal.trail import KINDS, Seal, Verification, read_anchor

trail = Blueprint("trail", __name__)


@trail.get("/trail")
def listed(tried: Attempt | None = None, verification: Verification | None = None) -> Page:
    """List entries, newest first, optionally of one kind or of one account."""
    here, asked = desk(), request.args
    account, after = asked.get("account", type=UUID), asked.get("after", type=UUID)
    lines = here.office.audit.entries(
        here.actor,
        what=asked.get("what") or None,
        account=AccountId(account) if account else None,
        after=EntryId(after) if after else None,
    )
    page = render_template(
        "trail.html",
        lines=lines,
        more=lines[-1].entry.id if len(lines) == PAGE else None,
        kinds=KINDS,
        accounts={each.id: each.name for card in every_client() for each in card.accounts},
        what=asked.get("what", ""),
        account=account,
        verification=verification,
        tried=tried,
    )
    return (page, 422) if tried else page


@trail.post("/trail/verify")
def verify() -> Page:
    """Verify the chain of the audit trail, and compare it with an anchor if one is given."""
    here, found = desk(), list[Verification]()
    tried = attempt("verify", lambda: found.append(here.office.audit.verify(here.actor, anchor=_anchor())))
    return listed(tried, *found)


def _anchor() -> Seal | None:
    line = request.form.get("anchor", "").strip()
    try:
        return read_anchor(line) if line else None
    except ValueError:
        raise Refused([Fault(code=FaultCode.NOT_JSON, field="anchor", params={"anchor": line})]) from None


@trail.post("/trail/export")
def export() -> Page:
    """Download the audit trail as JSON lines."""
    here = desk()
    lines = here.office.audit.export(here.actor)
    response = Response(_ended(lines), mimetype="application/jsonl")
    response.headers["Content-Disposition"] = attachment("trail.jsonl")
    return response


def _ended(lines: Iterator[str]) -> Iterator[str]:
    return (f"{line}\n" for line in lines)
