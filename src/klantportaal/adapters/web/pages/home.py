"""The page ``Home``: what is new, what waits, the tiles, and the latest dossiers (NW-1, HO-1, HO-2)."""

from collections.abc import Mapping
from datetime import date

import attrs

from klantportaal.adapters.web.language.translations import Sentence, sentence
from klantportaal.adapters.web.pages.due_dates import due_by
from klantportaal.adapters.web.pages.frame import Frame
from klantportaal.adapters.web.pages.waiting import sayer
from klantportaal.domain.offices import IN_PROGRESS
from klantportaal.domain.sessions import Actor
from klantportaal.ports.reading import NewsKind, NewsRow, WaitingRow

KINDS: Mapping[NewsKind, tuple[Sentence, str]] = {
    NewsKind.CORRESPONDENCE: (sentence("Letter"), "mail"),
    NewsKind.DOCUMENT: (sentence("Document"), "file-text"),
    NewsKind.MESSAGE: (sentence("Message"), "messages-square"),
}
"""The word and the icon of each kind of news."""


@attrs.frozen(kw_only=True)
class NewThing:
    """Something new, with the link to it."""

    kind: str
    icon: str
    title: str
    href: str
    dossier_number: str
    moment: str


@attrs.frozen(kw_only=True)
class WaitingThing:
    """Something to do, with its form or link."""

    row: WaitingRow
    subject: str
    due: str | None
    overdue: str | None


def home(frame: Frame, actor: Actor) -> str:
    """Show what is new and what waits, the three tiles, and what waits under the person's other accounts."""
    client = frame.site.portal.client
    news, today = client.home.news(actor), client.questionnaires.today()
    return frame.html(
        "home.html",
        news=[_new_thing(frame, row) for row in news.unread],
        waiting=[_waiting_thing(frame, row, today) for row in news.waiting],
        more=news.more,
        older=news.older,
        all_dossiers=_all_dossiers(frame),
        latest=news.latest,
        waits=sayer(frame),
        counts=client.home.counts(actor),
        others=client.accounts.others(actor) if frame.has_others else (),
        status_label=frame.status_label,
        in_progress=IN_PROGRESS,
    )


def _all_dossiers(frame: Frame) -> str:
    """Give the link to the list of dossiers of every status: something may be unread in any of them."""
    others = sorted(status.code for status in frame.office.profile.statuses if status.code != IN_PROGRESS)
    return frame.url("dossiers", query={"status": others} if others else {})


def _new_thing(frame: Frame, row: NewsRow) -> NewThing:
    kind, icon = KINDS[row.kind]
    return NewThing(
        kind=frame.wording.say(kind),
        icon=icon,
        title=row.title,
        href=_href(frame, row),
        dossier_number=row.dossier_number,
        moment=frame.wording.moment(row.at),
    )


def _href(frame: Frame, row: NewsRow) -> str:
    if row.kind is NewsKind.MESSAGE:
        return frame.url("message", dossier_id=row.dossier_id, message_id=row.id)
    return frame.url("look_at_document", dossier_id=row.dossier_id, document_id=row.id)


def _waiting_thing(frame: Frame, row: WaitingRow, today: date) -> WaitingThing:
    due, overdue = due_by(frame, row.due_on, today)
    return WaitingThing(row=row, subject=row.subject[frame.language], due=due, overdue=overdue)
