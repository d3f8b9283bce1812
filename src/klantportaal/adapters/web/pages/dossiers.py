"""The list of dossiers, and a dossier with its tabs."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import attrs

from klantportaal.adapters.web.forms import plain
from klantportaal.adapters.web.language.translations import Sentence, sentence
from klantportaal.adapters.web.pages import requests
from klantportaal.adapters.web.pages.actions import waiting_in
from klantportaal.adapters.web.pages.frame import Frame
from klantportaal.adapters.web.pages.requests import ShownRequest
from klantportaal.adapters.web.pages.steps import shown_steps
from klantportaal.adapters.web.pages.waiting import sayer
from klantportaal.domain.documents import DocumentKind
from klantportaal.domain.dossiers import Tab
from klantportaal.domain.errors import Absent
from klantportaal.domain.offices import IN_PROGRESS
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DocumentId, DossierId, MessageId
from klantportaal.ports.reading import (
    PAGE,
    DocumentRow,
    DossierList,
    DossierQuery,
    DossierRow,
    DraftRow,
    MessageRow,
    SubmissionKey,
    SubmissionRow,
    TabCount,
)
from klantportaal.usecases.client.dossiers import DossierView

Row = TypeVar("Row", DocumentRow, SubmissionRow, MessageRow)

TABS: Mapping[Tab, tuple[str, Sentence]] = {
    Tab.CORRESPONDENCE: ("correspondence", sentence("Correspondence")),
    Tab.DOCUMENTS: ("documents", sentence("Documents")),
    Tab.SUBMISSIONS: ("submissions", sentence("Submitted by me")),
    Tab.MESSAGES: ("messages", sentence("Messages")),
}
"""The route and the label of each tab, in order (DO-4)."""
PROGRESS = sentence("Progress")
"""The label of the tab behind them, of a dossier that follows steps (PG-1)."""


@attrs.frozen(kw_only=True)
class TabLink:
    """One tab of the page."""

    label: str
    href: str
    total: int | None
    unread: int | None
    current: bool


def dossiers(frame: Frame, actor: Actor, query: DossierQuery) -> str:
    """Show the list of dossiers with its search and filter (DO-2, DO-3)."""
    found = frame.site.portal.client.dossiers.list(actor, query)
    last = plain.write_key(found.rows[-1].changed_at, found.rows[-1].id) if found.rows else None
    return frame.html(
        "dossiers.html",
        rows=found.rows,
        waits=sayer(frame),
        search=query.search,
        others=_other_statuses(frame, found, query),
        status_label=frame.status_label,
        in_progress=IN_PROGRESS,
        next=_list_url(frame, query, last) if found.more and last else None,
        first=_list_url(frame, query, None) if query.after else None,
    )


def _other_statuses(frame: Frame, found: DossierList, query: DossierQuery) -> list[tuple[str, str, bool]]:
    """List the other statuses (code, label, ticked) in the office's order. A ticked one is always listed."""
    offered = (found.statuses | query.statuses) - {IN_PROGRESS}
    ordered = [status.code for status in frame.office.profile.statuses]
    known = sorted(offered, key=lambda code: (code not in ordered, ordered.index(code) if code in ordered else 0, code))
    return [(code, frame.status_label(code), code in query.statuses) for code in known]


def _list_url(frame: Frame, query: DossierQuery, key: str | None) -> str:
    asked = {"zoek": query.search, "status": sorted(query.statuses - {IN_PROGRESS}), "na": key}
    return frame.url("dossiers", query={name: value for name, value in asked.items() if value})


def documents(
    frame: Frame, actor: Actor, dossier_id: DossierId, kind: DocumentKind, *, after: DocumentId | None
) -> str:
    """Show the published documents of one of the two tabs (DC-1 to DC-3)."""
    view = frame.site.portal.client.dossiers.open(actor, dossier_id)
    rows = frame.site.portal.client.dossiers.documents(actor, dossier_id, kind, after=after, size=PAGE + 1)
    tab = Tab.DOCUMENTS if kind is DocumentKind.DOCUMENT else Tab.CORRESPONDENCE
    return _tab_page(frame, actor, view, tab, rows, continued=after is not None)


def submissions(frame: Frame, actor: Actor, dossier_id: DossierId, *, after: SubmissionKey | None) -> str:
    """Show what the client delivered. Above the newest stand all requests, in every state (RQ-1)."""
    view = frame.site.portal.client.dossiers.open(actor, dossier_id)
    rows = frame.site.portal.client.dossiers.submissions(actor, dossier_id, after=after, size=PAGE + 1)
    asked = requests.asked(frame, actor, dossier_id) if after is None else ()
    return _tab_page(
        frame,
        actor,
        view,
        Tab.SUBMISSIONS,
        rows,
        position=lambda row: plain.write_key(row.delivered_at, row.id),
        continued=after is not None,
        asked=asked,
    )


def messages(frame: Frame, actor: Actor, dossier_id: DossierId, *, after: MessageId | None) -> str:
    """Show the messages in both directions. Above the newest stand the drafts, which count in no total (DO-4, ST-1)."""
    view = frame.site.portal.client.dossiers.open(actor, dossier_id)
    rows = frame.site.portal.client.dossiers.messages(actor, dossier_id, after=after, size=PAGE + 1)
    drafts = frame.site.portal.client.drafts.list(actor, dossier_id) if after is None else ()
    return _tab_page(frame, actor, view, Tab.MESSAGES, rows, continued=after is not None, drafts=drafts)


def _tab_page(
    frame: Frame,
    actor: Actor,
    view: DossierView,
    tab: Tab,
    rows: Sequence[Row],
    *,
    continued: bool,
    position: Callable[[Row], str] = lambda row: str(row.id),
    drafts: Sequence[DraftRow] = (),
    asked: Sequence[ShownRequest] = (),
) -> str:
    """Show a page of rows. One row more than is shown was read, to tell whether there is a next page."""
    route, label = TABS[tab]
    dossier_id = view.dossier.id
    shown, more = rows[:PAGE], len(rows) > PAGE
    return frame.html(
        f"{route}.html",
        **_around(frame, actor, view, tab),
        label=frame.wording.say(label),
        rows=shown,
        drafts=drafts,
        asked=asked,
        next=frame.url(route, dossier_id=dossier_id, query={"na": position(shown[-1])}) if more else None,
        first=frame.url(route, dossier_id=dossier_id) if continued else None,
    )


def progress(frame: Frame, actor: Actor, dossier_id: DossierId) -> str:
    """Show the steps of a dossier (PG-1).

    Raises:
        Absent: the client is not a party to the dossier, or it follows no steps.
    """
    view = frame.site.portal.client.dossiers.open(actor, dossier_id)
    if view.dossier.progress is None:
        raise Absent("progress")
    steps = shown_steps(view.dossier.progress, frame.wording)
    return frame.html(
        "progress.html", **_around(frame, actor, view, None), label=frame.wording.say(PROGRESS), steps=steps, asked=()
    )


def _around(frame: Frame, actor: Actor, view: DossierView, tab: Tab | None) -> dict[str, object]:
    """Give what every tab of a dossier shows above its own contents. No tab means that of the steps."""
    dossier = view.dossier
    questionnaires, asked_for = waiting_in(frame, actor, dossier), requests.waiting_in(frame, actor, dossier)
    return {
        "dossier": dossier,
        "as_of": frame.session_end and frame.session_end.known_at,
        "picture": _picture(frame, dossier),
        "waits": sayer(frame)(dossier.waiting),
        "status": frame.status_label(dossier.status),
        "in_progress": IN_PROGRESS,
        "tabs": tab_links(frame, dossier, view.tabs, tab),
        "actions": questionnaires,
        "requests": asked_for,
        "more_waits": (dossier.open_actions or 0) > len(questionnaires) + len(asked_for),
    }


def _picture(frame: Frame, dossier: DossierRow) -> str | None:
    """Give the address of the picture of the dossier's case handler."""
    if dossier.handler is None or dossier.handler.picture is None:
        return None
    version = dossier.handler.picture.sha256.hex()[:16]
    return frame.url("handler_picture", dossier_id=dossier.id, query={"v": version})


def tab_links(frame: Frame, dossier: DossierRow, counts: Mapping[Tab, TabCount], current: Tab | None) -> list[TabLink]:
    """List the tabs with their numbers, and behind them that of the steps, if there are any (DO-4, PG-1)."""
    links = [
        TabLink(
            label=frame.wording.say(label),
            href=frame.url(route, dossier_id=dossier.id),
            total=counts[tab].total,
            unread=counts[tab].unread,
            current=tab is current,
        )
        for tab, (route, label) in TABS.items()
    ]
    if dossier.step is not None:
        href, label = frame.url("progress", dossier_id=dossier.id), frame.wording.say(PROGRESS)
        links.append(TabLink(label=label, href=href, total=None, unread=None, current=current is None))
    return links
