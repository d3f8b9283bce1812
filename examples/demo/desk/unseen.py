"""What nobody of a party has opened, and the letter about it."""

from datetime import datetime
from uuid import UUID

from flask import Blueprint, Response, render_template, request

from examples.demo.desk.serving import Attempt, Page, desk
from klantportaal import PAGE, ClientId, DossierId, Language, Refused, UnseenKey
from klantportaal.adapters.web.http.headers import attachment

unseen = Blueprint("unseen", __name__)


@unseen.get("/unseen")
def listed() -> Page:
    """List what nobody has opened in 14 days, or all of it."""
    here, all_of_it = desk(), request.args.get("all") == "1"
    rows = here.office.reminders.unseen(here.actor, days=0 if all_of_it else 14, after=_after())
    more = rows[-1].key if len(rows) == PAGE else None
    return render_template("unseen.html", rows=rows, all_of_it=all_of_it, more=more)


def _after() -> UnseenKey | None:
    """Read the position that a page continues from."""
    since = request.args.get("since", type=datetime.fromisoformat)
    if since is None:
        return None
    ids = [request.args.get(name, UUID(int=0), type=UUID) for name in ("id", "client")]
    return UnseenKey(since=since, id=ids[0], client_id=ClientId(ids[1]))


@unseen.get("/dossiers/<uuid:dossier_id>/parties/<uuid:client_id>/letter")
def letter(dossier_id: UUID, client_id: UUID, tried: Attempt | None = None) -> Page:
    """Ask for the postal address of a client."""
    here = desk()
    shown = here.office.dossiers.get(here.actor, DossierId(dossier_id)).dossier
    client = here.office.clients.get(here.actor, ClientId(client_id)).client
    page = render_template("letter.html", dossier=shown, client=client, tried=tried)
    return (page, 422) if tried else page


@unseen.post("/dossiers/<uuid:dossier_id>/parties/<uuid:client_id>/letter")
def write(dossier_id: UUID, client_id: UUID) -> Page:
    """Send the PDF of a letter to a client."""
    here, language = desk(), request.form.get("language")
    try:
        pdf = here.office.reminders.letter(
            here.actor,
            DossierId(dossier_id),
            ClientId(client_id),
            request.form.get("address", ""),
            language=Language(language) if language in frozenset(Language) else None,
        )
    except Refused as refusal:
        return letter(dossier_id, client_id, Attempt(form="letter", typed=request.form, faults=refusal.faults))
    return Response(pdf, mimetype="application/pdf", headers={"Content-Disposition": attachment("letter.pdf")})
