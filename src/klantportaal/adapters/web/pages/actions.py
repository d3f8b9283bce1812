"""The page ``Acties``, and the open questionnaires of a dossier (QU-1)."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Generic, TypeVar

import attrs

from klantportaal.adapters.web.forms.plain import ActionList, ActionPlace, write_action_key
from klantportaal.adapters.web.language.translations import Sentence, sentence
from klantportaal.adapters.web.pages import requests
from klantportaal.adapters.web.pages.due_dates import due_by
from klantportaal.adapters.web.pages.frame import Frame
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AssignmentId, DossierId
from klantportaal.ports.reading import PAGE, DossierRow, OpenAction, RequestRow

Row = TypeVar("Row", OpenAction, RequestRow)
Shown = TypeVar("Shown")

FILL_IN, GO_ON = sentence("Fill in"), sentence("Continue filling in")
NOT_STARTED = sentence("Not started yet")
NOTHING_SAVED = sentence("Started on %(day)s, nothing saved yet")
SAVED = sentence("%(progress)s%% filled in, last saved %(moment)s")
ALL_FILLED_IN = sentence("All filled in, but not sent yet; last saved %(moment)s")


@attrs.frozen(kw_only=True)
class Waiting:
    """One open questionnaire, translated."""

    id: AssignmentId
    dossier_id: DossierId
    dossier_number: str
    dossier_description: str
    subject: str
    due: str | None
    overdue: str | None
    """The sentence that its due date has passed. It can still be completed."""
    progress: str
    button: str


@attrs.frozen(kw_only=True)
class ListPage(Generic[Shown]):
    """One page of a list."""

    rows: Sequence[Shown]
    next: str | None
    """The link to what follows."""


def actions(frame: Frame, actor: Actor, place: ActionPlace | None) -> str:
    """Show the open questionnaires and requests, and beneath them what waits for the office (QU-1, RQ-1).

    With *place*, show the list that continues there, alone.
    """
    calls = frame.site.portal.client
    alone, after = place or (None, None)

    def read(name: ActionList, call: Callable[..., Sequence[Row]]) -> Sequence[Row]:
        return call(actor, after=after, size=PAGE + 1) if alone in (None, name) else ()

    asked = read(ActionList.REQUESTS, calls.requests.waiting)
    questionnaires = read(ActionList.QUESTIONNAIRES, calls.questionnaires.waiting)
    delivered = read(ActionList.DELIVERED, calls.requests.delivered)
    return frame.html(
        "actions.html",
        requests=_page(frame, ActionList.REQUESTS, asked, requests.listed),
        questionnaires=_page(frame, ActionList.QUESTIONNAIRES, questionnaires, _shown),
        delivered=_page(frame, ActionList.DELIVERED, delivered, requests.listed),
        first=frame.url("actions") if place else None,
    )


def _page(
    frame: Frame, name: ActionList, rows: Sequence[Row], show: Callable[[Frame, Sequence[Row]], list[Shown]]
) -> ListPage[Shown]:
    """Show a page of a list. One row more than is shown was read, to tell whether there is a next page."""
    shown, more = rows[:PAGE], len(rows) > PAGE
    onward = frame.url("actions", query={name.value: write_action_key(shown[-1].key)}) if more else None
    return ListPage(rows=show(frame, shown), next=onward)


def waiting_in(frame: Frame, actor: Actor, dossier: DossierRow) -> list[Waiting]:
    """List the most urgent open questionnaires of one dossier. Reads them only if the dossier's row counts any."""
    return (
        _shown(frame, frame.site.portal.client.questionnaires.waiting(actor, dossier.id))
        if dossier.open_actions
        else []
    )


def _shown(frame: Frame, actions: Sequence[OpenAction]) -> list[Waiting]:
    today = frame.site.portal.client.questionnaires.today()
    return [_show(frame, action, today) for action in actions]


def _show(frame: Frame, action: OpenAction, today: date) -> Waiting:
    due, overdue = due_by(frame, action.due_on, today)
    return Waiting(
        id=action.id,
        dossier_id=action.dossier_id,
        dossier_number=action.dossier_number,
        dossier_description=action.dossier_description,
        subject=action.subject[frame.language],
        due=due,
        overdue=overdue,
        progress=_progress(frame, action),
        button=frame.wording.say(FILL_IN if action.started_at is None else GO_ON),
    )


def _progress(frame: Frame, action: OpenAction) -> str:
    """Say how far it is, with the time of the last save."""
    wording = frame.wording
    if action.started_at is None:
        return wording.say(NOT_STARTED)
    if action.saved_at is None:
        return wording.say(NOTHING_SAVED, day=wording.day(action.started_at))
    told: Sentence = ALL_FILLED_IN if action.progress == 100 else SAVED
    return wording.say(told, progress=action.progress, moment=wording.moment(action.saved_at))
