"""The pages of a request for documents, and of one of its items (RQ-1 to RQ-3)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import attrs

from klantportaal.adapters.web.forms.message import LISTED
from klantportaal.adapters.web.forms.request import Delivering
from klantportaal.adapters.web.language.fault_texts import say_faults
from klantportaal.adapters.web.language.translations import Sentence, counted, sentence
from klantportaal.adapters.web.pages.due_dates import due_by
from klantportaal.adapters.web.pages.frame import Frame
from klantportaal.adapters.web.pages.messages import StagedRow
from klantportaal.domain.errors import Fault
from klantportaal.domain.quarantine import QuarantineState
from klantportaal.domain.requests import (
    NOTE_LIMIT,
    REASON_LIMIT,
    UNANSWERED,
    Delivery,
    DocumentRequest,
    ItemState,
    RequestedItem,
    RequestState,
)
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DossierId, ItemId, RequestId, SubmissionId
from klantportaal.ports.reading import PAGE, DossierRow, RequestRow, RequestView, UploadRow

OPEN_ITEMS = counted(
    "%(left)s of %(total)s item still needed", "%(left)s of %(total)s items still needed", count="total"
)
STATES: Mapping[ItemState, tuple[str, Sentence]] = {
    ItemState.OPEN: ("active", sentence("Waiting for you")),
    ItemState.RETURNED: ("warning", sentence("Sent back to you")),
    ItemState.DELIVERED: ("muted", sentence("Submitted; the office will look at it")),
    ItemState.NOT_APPLICABLE: ("muted", sentence("You marked this as not applicable; the office will look at it")),
    ItemState.ACCEPTED: ("done", sentence("Accepted by the office")),
    ItemState.WITHDRAWN: ("muted", sentence("No longer needed")),
}
"""The kind of the badge, and its words, for each state of an item."""
NOT_NEEDED = ("muted", sentence("Only if you have it"))
"""The same for an open item for which nobody waits, because it is optional."""
REQUEST_STATES: Mapping[RequestState, tuple[str, Sentence]] = {
    RequestState.WAITING: ("active", sentence("Waiting for you")),
    RequestState.DELIVERED: ("muted", sentence("Waiting for the office")),
    RequestState.DONE: ("done", sentence("Completed")),
    RequestState.WITHDRAWN: ("muted", sentence("No longer needed")),
}


@attrs.frozen(kw_only=True)
class ShownRequest:
    """A request in any state, translated."""

    id: RequestId
    dossier_id: DossierId
    dossier_number: str
    dossier_description: str
    subject: str
    made_at: datetime
    badge: str
    state: str
    due: str | None
    overdue: str | None
    progress: str | None
    """How much is still needed. None if no item waits for the client."""


@attrs.frozen(kw_only=True)
class ShownDelivery:
    """A delivery, and whether the client may take it back."""

    delivery: Delivery
    may_take_back: bool
    quarantine: Mapping[SubmissionId, QuarantineState]
    """Why some of its files cannot be read (AT-3)."""


@attrs.frozen(kw_only=True)
class ShownItem:
    """An item, translated."""

    item: RequestedItem
    title: str
    explanation: str
    badge: str
    state: str
    due: str | None
    overdue: str | None
    deliveries: Sequence[ShownDelivery]
    """Those that the office has not returned, oldest first."""
    room: int
    """The number of files that can still be delivered. None can if the office decided."""
    waits: bool
    """Whether it waits for the client."""

    @property
    def may_decline(self) -> bool:
        """Whether the client may declare that it does not apply."""
        return self.item.state in UNANSWERED


def waiting_in(frame: Frame, actor: Actor, dossier: DossierRow) -> list[ShownRequest]:
    """List the most urgent requests of one dossier that wait for the client, if the dossier's row counts any."""
    return listed(frame, frame.site.portal.client.requests.waiting(actor, dossier.id)) if dossier.open_actions else []


def asked(frame: Frame, actor: Actor, dossier_id: DossierId) -> list[ShownRequest]:
    """List all requests of a dossier, in every state, newest first (RQ-1)."""
    calls = frame.site.portal.client
    rows = list(calls.requests.list(actor, dossier_id))
    page = rows
    while len(page) == PAGE:
        page = list(calls.requests.list(actor, dossier_id, after=page[-1].id))
        rows += page
    return listed(frame, rows)


def listed(frame: Frame, rows: Sequence[RequestRow]) -> list[ShownRequest]:
    """Translate requests."""
    today = frame.site.portal.client.questionnaires.today()
    return [_listed(frame, row, today) for row in rows]


def _listed(frame: Frame, row: RequestRow, today: date) -> ShownRequest:
    due, overdue = due_by(frame, row.due_on, today)
    badge, state = REQUEST_STATES[row.state]
    return ShownRequest(
        id=row.id,
        dossier_id=row.dossier_id,
        dossier_number=row.dossier_number,
        dossier_description=row.dossier_description,
        subject=row.subject[frame.language],
        made_at=row.made_at,
        badge=badge,
        state=frame.wording.say(state),
        due=due,
        overdue=overdue,
        progress=frame.wording.say(OPEN_ITEMS, left=row.waiting, total=row.total) if row.waiting else None,
    )


def request(
    frame: Frame, actor: Actor, request_id: RequestId, *, mark: bool = True, faults: Sequence[Fault] = ()
) -> str:
    """Show a request with its items, and what was delivered for each.

    *mark* says whether to mark it as seen: not for a HEAD or prefetch request (RM-1).
    """
    view = _view(frame, actor, request_id, mark=mark)
    badge, state = REQUEST_STATES[view.request.state]
    return frame.html(
        "request.html",
        request=view.request,
        dossier=view.dossier,
        subject=view.request.subject[frame.language],
        badge=badge,
        state=frame.wording.say(state),
        items=[_item(frame, view.request, each, view.quarantine) for each in view.request.items],
        # The page has no field that a fault could lead to.
        faults=[attrs.evolve(each, field=None) for each in say_faults(faults, frame.wording)],
    )


def _view(frame: Frame, actor: Actor, request_id: RequestId, *, mark: bool) -> RequestView:
    calls = frame.site.portal.client.requests
    return (calls.open if mark else calls.get)(actor, request_id)


def _item(
    frame: Frame, request: DocumentRequest, item: RequestedItem, quarantine: Mapping[SubmissionId, QuarantineState]
) -> ShownItem:
    waits = item in request.waiting_items
    badge, state = NOT_NEEDED if item.state is ItemState.OPEN and not waits else STATES[item.state]
    due, overdue = due_by(frame, item.due_on if waits else None, frame.site.portal.client.questionnaires.today())
    return ShownItem(
        item=item,
        title=item.title[frame.language],
        explanation=item.explanation[frame.language],
        badge=badge,
        state=frame.wording.say(state),
        due=due,
        overdue=overdue,
        deliveries=[
            ShownDelivery(delivery=each, may_take_back=item.may_take_back(each), quarantine=quarantine)
            for each in item.current
        ],
        room=item.room,
        waits=waits,
    )


def item(
    frame: Frame,
    actor: Actor,
    request_id: RequestId,
    item_id: ItemId,
    delivering: Delivering | None = None,
    *,
    mark: bool = True,
) -> str | None:
    """Show the form that delivers an item. None if nothing can be delivered for it any more.

    Args:
        frame: the frame.
        actor: who delivers.
        request_id: the request.
        item_id: the item of it.
        delivering: the form as it was typed. None for a new one.
        mark: whether to mark the request as seen: not for a HEAD or prefetch request (RM-1).
    """
    portal = frame.site.portal
    calls, limits = portal.client.requests, portal.settings.uploads
    view = _view(frame, actor, request_id, mark=mark)
    if view.request.item(item_id).room < 1:
        return None
    delivering = delivering or Delivering(delivery_id=calls.new_delivery())
    shown = _item(frame, view.request, view.request.item(item_id), view.quarantine)
    return frame.html(
        "request_item.html",
        request=view.request,
        dossier=view.dossier,
        subject=view.request.subject[frame.language],
        shown=shown,
        delivering=delivering,
        action=frame.url("request_item", request_id=request_id, item_id=item_id),
        seal=frame.sealed("request_item", request_id=request_id, item_id=item_id),
        endpoint=frame.url("request_upload", request_id=request_id, item_id=item_id),
        staged=[staged_row(frame, request_id, item_id, row) for row in calls.staged(actor, request_id, item_id)],
        upload_limits=limits,
        note_limit=NOTE_LIMIT,
        reason_limit=REASON_LIMIT,
        room=portal.client.messages.room(actor),
        faults=say_faults(delivering.faults, frame.wording),
    )


def staged_html(frame: Frame, request_id: RequestId, item_id: ItemId, row: UploadRow) -> str:
    """Render the row of one staged file, which a script puts into the list."""
    return frame.html("_staged.html", row=staged_row(frame, request_id, item_id, row))


def staged_row(frame: Frame, request_id: RequestId, item_id: ItemId, row: UploadRow) -> StagedRow:
    """Make the row of a staged file."""
    away = frame.url("remove_request_upload", request_id=request_id, item_id=item_id, upload_id=row.id)
    listed = {"name": f"{LISTED}{row.id}", "value": row.name}
    size = frame.wording.size(row.size)
    return StagedRow(name=row.name, size=size, remove={"formaction": away}, keep=listed, quarantine=row.quarantine)
