"""Pages that say who has to do something, and what clients are reminded of."""

from datetime import datetime
from uuid import UUID

from flask import Blueprint, abort, render_template, request

from examples.demo.desk.dossiers import chosen, dossier
from examples.demo.desk.serving import Page, attempt, choice, desk, done, optional_day
from klantportaal import (
    PAGE,
    AssignmentId,
    ClientId,
    DossierId,
    ItemId,
    Language,
    ReminderKey,
    ReminderRules,
    RequestId,
    TaskId,
    WaitingFor,
    WaitingKey,
)

waiting = Blueprint("waiting", __name__)
DAYS_BEFORE = (28, 14, 7, 3, 1, 0)
DAYS_BETWEEN = (3, 7, 14)
DAYS_INVITED = (3, 7, 10)


@waiting.get("/waiting")
def listed() -> Page:
    """List the dossiers in which somebody has to do something, those that wait longest first."""
    here, whom = desk(), request.args.get("whom", "")
    wanted = WaitingFor(whom) if whom in set(WaitingFor) else None
    rows = here.office.dossiers.waiting(here.actor, whom=wanted, after=_after())
    more = rows[-1].key if len(rows) == PAGE else None
    return render_template("waiting.html", rows=rows, more=more, whom=wanted)


def _after() -> WaitingKey | None:
    """Read the key of the last row of the page before."""
    since = request.args.get("since", type=datetime.fromisoformat)
    dossier_id, client_id = request.args.get("dossier", type=UUID), request.args.get("client", type=UUID)
    if since is None or dossier_id is None or client_id is None:
        return None
    return WaitingKey(since=since, dossier_id=DossierId(dossier_id), client_id=ClientId(client_id))


@waiting.post("/dossiers/<uuid:dossier_id>/third-party")
def await_third_party(dossier_id: UUID) -> Page:
    """Say to the chosen parties for whom the office waits, such as a bank."""
    here, form = desk(), request.form
    name, expected_on = {each: form.get(f"name_{each}", "") for each in Language}, choice(optional_day, "expected_on")
    tried = attempt(
        "third-party",
        lambda: here.office.dossiers.await_third_party(
            here.actor, DossierId(dossier_id), name, expected_on=expected_on, clients=chosen("clients")
        ),
    )
    return dossier(dossier_id, tried) if tried else done("awaited", "dossiers.dossier", dossier_id=dossier_id)


@waiting.post("/dossiers/<uuid:dossier_id>/third-party/clear")
def clear_third_party(dossier_id: UUID) -> Page:
    """Wait for nobody else any more."""
    here = desk()
    here.office.dossiers.clear_third_party(here.actor, DossierId(dossier_id))
    return done("cleared", "dossiers.dossier", dossier_id=dossier_id)


# ------------------------------------------------------------------ reminders
@waiting.get("/reminders")
def reminders() -> Page:
    """List the reminders that were sent, with the days on which clients are reminded."""
    here = desk()
    rows = here.office.reminders.sent(here.actor, after=_after_reminder())
    return render_template(
        "reminders.html",
        rows=rows,
        more=rows[-1].key if len(rows) == PAGE else None,
        rules=here.office.reminders.rules(here.actor),
        days={"before": DAYS_BEFORE, "every": DAYS_BETWEEN, "invitations": DAYS_INVITED},
    )


def _after_reminder() -> ReminderKey | None:
    """Read the key of the last row of the page before."""
    moment, id = request.args.get("sent", type=datetime.fromisoformat), request.args.get("after", type=UUID)
    return ReminderKey(sent_at=moment, id=TaskId(id)) if moment and id else None


@waiting.post("/reminders")
def change_reminders() -> Page:
    """Change the days on which clients are reminded."""
    here, every = desk(), choice(_optional_number, "every")
    before, invitations = _numbers("before", DAYS_BEFORE), _numbers("invitations", DAYS_INVITED)
    most = choice(int, "most")
    if every not in (None, *DAYS_BETWEEN) or most not in range(1, 6):
        abort(400)
    rules = ReminderRules(before=before, every=every, most=most, invitations=invitations)
    here.office.reminders.change(here.actor, rules)
    return done("changed", "waiting.reminders")


def _optional_number(text: str) -> int | None:
    return int(text) if text else None


def _numbers(name: str, of: tuple[int, ...]) -> tuple[int, ...]:
    """Read the numbers that were ticked."""
    return tuple(each for each in of if str(each) in request.form.getlist(name))


@waiting.post("/reminders/stop")
def stop_reminders() -> Page:
    """Remind nobody."""
    here = desk()
    here.office.reminders.change(here.actor, None)
    return done("reminders-off", "waiting.reminders")


@waiting.post("/clients/<uuid:client_id>/reminders/<any(on, off):switch>")
def switch_client(client_id: UUID, switch: str) -> Page:
    """Switch all reminders for a client."""
    here = desk()
    here.office.reminders.switch_client(here.actor, ClientId(client_id), on=switch == "on")
    return done(f"reminded-{switch}", "clients.client", client_id=client_id)


@waiting.post("/assignments/<uuid:assignment_id>/reminders/<any(on, off):switch>")
def switch_questionnaire(assignment_id: UUID, switch: str) -> Page:
    """Switch the reminders of a questionnaire."""
    here = desk()
    here.office.reminders.switch_questionnaire(here.actor, AssignmentId(assignment_id), on=switch == "on")
    return done(f"reminded-{switch}", "questionnaires.assignment", assignment_id=assignment_id)


@waiting.post("/requests/<uuid:request_id>/reminders/<any(on, off):switch>")
def switch_request(request_id: UUID, switch: str) -> Page:
    """Switch the reminders of a request."""
    here = desk()
    here.office.reminders.switch_request(here.actor, RequestId(request_id), on=switch == "on")
    return done(f"reminded-{switch}", "requests.one", request_id=request_id)


@waiting.post("/requests/<uuid:request_id>/items/<uuid:item_id>/reminders/<any(on, off):switch>")
def switch_item(request_id: UUID, item_id: UUID, switch: str) -> Page:
    """Switch the reminders of one item of a request."""
    here = desk()
    here.office.reminders.switch_item(here.actor, RequestId(request_id), ItemId(item_id), on=switch == "on")
    return done(f"reminded-{switch}", "requests.one", request_id=request_id)
