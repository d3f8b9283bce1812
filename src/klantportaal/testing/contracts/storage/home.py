"""``Home``: its counts, what is new, what waits, and the latest dossiers; and the list of what waits."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from klantportaal.domain.accounts import AccountRole
from klantportaal.domain.documents import Document, DocumentKind, DocumentState
from klantportaal.domain.dossiers import Dossier
from klantportaal.domain.messages import Message
from klantportaal.domain.offices import IN_PROGRESS, StatusCode
from klantportaal.domain.questionnaires.assignments import Assignment, AssignmentState
from klantportaal.domain.requests import Delivery, DocumentRequest, RequestState
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DeliveryId, DocumentId, MessageId
from klantportaal.ports.reading import (
    NEWS,
    NEWS_WINDOW,
    ActionKey,
    DossierQuery,
    HomeCounts,
    NewsKind,
    NewsRow,
    OpenAction,
    RequestRow,
    WaitingKind,
    WaitingRow,
)
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import (
    MINUTE,
    START,
    Cast,
    StorageTests,
    committing,
)

_MANY = 2 * NEWS_WINDOW + 22
_OPENED = st.tuples(st.integers(0, _MANY), st.sets(st.integers(0, _MANY - 1), max_size=60)).map(
    lambda drawn: {*range(_MANY - drawn[0], _MANY), *drawn[1]}
)
"""Which of so many things an account opened: the newest ones, and some others."""


class HomeContract(StorageTests):
    """Tests of the home page, and of open actions."""

    def test_home_counts_what_the_lists_list(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """HO-2: home counts the client's dossiers in progress, its other dossiers, and its open actions."""
        for status in ("on_hold", "archived", IN_PROGRESS):
            scene.dossier(cast.office, cast.client, status=status)
        scene.dossier(cast.office, cast.other_party)
        for state in AssignmentState:
            scene.assignment(cast.dossier, cast.client, state=state)
        scene.assignment(cast.dossier, cast.other_party)
        counts = storage.read.home(cast.actor)
        assert counts == HomeCounts(in_progress=2, other=2, open_actions=1)
        assert storage.read.home(cast.sibling_actor) == counts
        assert storage.read.home(cast.bystander) == HomeCounts(in_progress=0, other=0, open_actions=0)
        assert storage.read.home(cast.impostor) == HomeCounts(in_progress=0, other=0, open_actions=0)

    def test_home_begins_with_what_is_new(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """NW-1: what the account did not open, newest first, of its client's dossiers, until it opens it."""
        other = scene.dossier(cast.office, cast.client)
        letter = scene.document(cast.dossier, cast.client, cast.other_party, kind=DocumentKind.CORRESPONDENCE)
        message = scene.inbound(other, cast.client, sent_at=scene.clock.advance(MINUTE))
        document = scene.document(other, cast.client, published_at=scene.clock.advance(MINUTE))
        scene.document(other, cast.client, state=DocumentState.WITHDRAWN)
        scene.outbound(other, cast.client, cast.account)
        new = [
            _new(NewsKind.DOCUMENT, document, document.title, document.published_at, other),
            _new(NewsKind.MESSAGE, message, message.subject, message.sent_at, other),
            _new(NewsKind.CORRESPONDENCE, letter, letter.title, letter.published_at, cast.dossier),
        ]
        assert list(storage.read.news(cast.actor).unread) == new
        with committing(storage) as uow:
            uow.documents.mark_downloaded(cast.actor, other.id, document.id, at=scene.clock.now())
            uow.messages.mark_read(cast.actor, message.id, at=scene.clock.now())
        assert list(storage.read.news(cast.actor).unread) == new[2:]
        with committing(storage) as uow:
            uow.documents.mark_looked(cast.sibling_actor, cast.dossier.id, letter.id, at=scene.clock.now())
        assert list(storage.read.news(cast.sibling_actor).unread) == new[:2]
        assert list(storage.read.news(cast.other_actor).unread) == new[2:]
        for outsider in cast.outsiders:
            assert storage.read.news(outsider).unread == ()
        with committing(storage) as uow:
            uow.dossiers.remove_party(other, cast.client.id)
        assert list(storage.read.news(cast.sibling_actor).unread) == []
        assert list(storage.read.news(cast.actor).unread) == new[2:]

    def test_home_shows_only_so_much_that_is_new(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """NW-1: home shows the ten newest things, and tells whether more is unread."""
        made = [scene.inbound(cast.dossier, cast.client) for _each in range(NEWS)]
        assert (storage.read.news(cast.actor).more, storage.read.news(cast.actor).older) == (False, False)
        made.append(scene.inbound(cast.dossier, cast.client))
        news = storage.read.news(cast.actor)
        assert [row.id for row in news.unread] == [each.id for each in made[:0:-1]]
        assert (news.more, news.older) == (True, False)
        scene.document(cast.dossier, cast.client)
        with committing(storage) as uow:
            for each in made:
                uow.messages.mark_read(cast.actor, each.id, at=START)
        assert storage.read.news(cast.actor).more is False

    @pytest.mark.parametrize("kind", ["document", "message"])
    def test_home_tells_of_what_it_did_not_look_at(self, storage: Storage, scene: Scene, cast: Cast, kind: str) -> None:
        """NW-1: home tells that the client has older things than it looks at, so that it never says nothing is new."""
        message, document = scene.inbound(cast.dossier, cast.client), scene.document(cast.dossier, cast.client)
        thing = document if kind == "document" else message
        for count, found in ((NEWS_WINDOW - 1, thing.id), (1, None)):
            with committing(storage) as uow:
                for _each in range(count):
                    _add_read(uow, cast.actor, thing, scene.ids.new())
            news = storage.read.news(cast.actor)
            assert (thing.id in {row.id for row in news.unread}, news.older) == (found is not None, found is None)
            assert (len(news.unread), news.more) == (2 if found else 1, False)
        assert storage.read.news(cast.bystander).older is False

    @pytest.fixture
    def many(self, storage: Storage, scene: Scene, cast: Cast) -> Sequence[Document | Message]:
        """Add more documents and messages than home looks at, in three dossiers of the client, oldest first."""
        dossiers = [cast.dossier, *(scene.dossier(cast.office, cast.client, status="archived") for _each in range(2))]
        document, message = scene.document(cast.dossier, cast.client), scene.inbound(cast.dossier, cast.client)
        made: list[Document | Message] = [document, message]
        with committing(storage) as uow:
            for number in range(_MANY - 2):
                own: dict[str, Any] = {"id": scene.ids.new(), "dossier_id": dossiers[number % 3].id}
                if number % 2:
                    published = attrs.evolve(document, **own, published_at=scene.clock.advance(MINUTE))
                    uow.documents.add(published, [cast.client.id])
                    made.append(published)
                else:
                    sent = attrs.evolve(message, **own, sent_at=scene.clock.advance(MINUTE))
                    uow.messages.add(sent)
                    made.append(sent)
        return made

    @settings(
        max_examples=6,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
    )
    @given(read=_OPENED)
    def test_nothing_unread_is_out_of_reach(
        self, storage: Storage, scene: Scene, cast: Cast, many: Sequence[Document | Message], read: set[int]
    ) -> None:
        """NW-1, DO-2, DO-4: home has the newest unread things and tells if there may be more; lists and tabs count all.

        Each example has an account of its own, which opened the newest things and some others.
        """
        actor = scene.actor(scene.account(cast.client, role=AccountRole.EXTRA))
        with committing(storage) as uow:
            for number in read:
                _mark_read(uow, actor, many[number])
        unread = [thing for number, thing in enumerate(many) if number not in read]
        recent = many[-2 * NEWS_WINDOW :]
        shown = [thing for thing in reversed(unread) if thing in recent]
        news = storage.read.news(actor)
        assert [row.id for row in news.unread] == [thing.id for thing in shown[:NEWS]]
        assert (news.more, news.older) == (len(shown) > NEWS, True)
        counts = Counter(thing.dossier_id for thing in unread)
        rows = storage.read.dossiers(
            actor, DossierQuery(statuses=frozenset({IN_PROGRESS, StatusCode("archived")}))
        ).rows
        assert {row.id: row.unread for row in rows} == {row.id: counts[row.id] for row in rows}
        assert counts.total() == sum(row.unread or 0 for row in rows)
        for row in rows:
            tabs = storage.read.tabs(actor, row.id)
            assert sum(tab.unread or 0 for tab in tabs.values()) == row.unread

    def test_home_shows_what_was_published_late(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """NW-1: a document that waited in quarantine is as new as its release, whatever came in the meantime."""
        waited, earlier = scene.document(cast.dossier, cast.client), scene.document(cast.dossier, cast.client)
        made = [scene.document(cast.dossier, cast.client) for _each in range(NEWS)]
        with committing(storage) as uow:
            released = attrs.evolve(
                uow.documents.get(cast.office.id, waited.id), published_at=scene.clock.advance(MINUTE)
            )
            uow.documents.save(released)
        shown = storage.read.news(cast.actor).unread
        assert shown[0] == _new(NewsKind.DOCUMENT, released, released.title, released.published_at, cast.dossier)
        assert [row.id for row in shown] == [waited.id, *(each.id for each in made[:0:-1])]
        assert earlier.id not in {row.id for row in shown}

    def test_home_shows_what_waits_by_due_date(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """NW-1: what waits has the earliest due date first, then what has none, oldest first; at most five."""
        days = (None, date(2026, 3, 2), None, date(2026, 3, 1), date(2026, 2, 1), date(2026, 3, 1))
        made = [scene.assignment(cast.dossier, cast.client, due_on=day) for day in days]
        scene.assignment(cast.dossier, cast.client, state=AssignmentState.COMPLETED)
        scene.assignment(cast.dossier, cast.other_party)
        rows = storage.read.news(cast.sibling_actor).waiting
        assert rows[0] == WaitingRow(
            kind=WaitingKind.QUESTIONNAIRE,
            id=made[4].id,
            dossier_id=cast.dossier.id,
            dossier_number=cast.dossier.number,
            subject=made[4].subject,
            asked_at=made[4].assigned_at,
            due_on=made[4].due_on,
        )
        assert [row.id for row in rows] == [made[number].id for number in (4, 3, 5, 1, 0)]
        request = scene.request(cast.dossier, cast.client)
        assert storage.read.news(cast.actor).waiting == rows
        due_on = date(2026, 1, 31)
        item = attrs.evolve(request.items[0], due_on=due_on)
        urgent = scene.request(cast.dossier, cast.client, items=(item,))
        assert storage.read.news(cast.actor).waiting[0] == WaitingRow(
            kind=WaitingKind.REQUEST,
            id=urgent.id,
            dossier_id=cast.dossier.id,
            dossier_number=cast.dossier.number,
            subject=urgent.subject,
            asked_at=urgent.made_at,
            due_on=due_on,
        )
        assert storage.read.news(cast.bystander).waiting == ()

    def test_home_shows_the_latest_dossiers(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """NW-1: home shows the three dossiers with the newest changes that the client can see."""
        made = [scene.dossier(cast.office, cast.client, status="archived", number=f"L-{each}") for each in range(3)]
        with committing(storage) as uow:
            at = scene.clock.now() + MINUTE
            uow.dossiers.mark_changed(cast.office.id, cast.dossier.id, [cast.client.id], at=at)
        rows = storage.read.news(cast.actor).latest
        assert [row.id for row in rows] == [cast.dossier.id, made[2].id, made[1].id]
        assert rows[0] == attrs.evolve(storage.read.dossier(cast.actor, cast.dossier.id), open_actions=None)

    def test_open_actions_are_listed_by_due_date(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """QU-1: open actions of the client are listed with their dossier, and those without a due date are last."""
        second = scene.assignment(cast.dossier, cast.client)
        first = scene.assignment(cast.dossier, cast.client, due_on=date(2026, 2, 28))
        scene.assignment(cast.dossier, cast.client, state=AssignmentState.COMPLETED)
        actions = storage.read.open_actions(cast.sibling_actor)
        assert list(actions) == [
            OpenAction(
                id=each.id,
                dossier_id=cast.dossier.id,
                dossier_number=cast.dossier.number,
                dossier_description=cast.dossier.description,
                subject=each.subject,
                assigned_at=each.assigned_at,
                due_on=each.due_on,
                started_at=each.started_at,
                saved_at=each.saved_at,
                progress=each.progress,
            )
            for each in (first, second)
        ]
        for other in (cast.other_actor, *cast.outsiders):
            assert list(storage.read.open_actions(other)) == []

    @pytest.fixture
    def asked(self, storage: Storage, scene: Scene, cast: Cast) -> Sequence[Assignment | DocumentRequest]:
        """Ask for more than a page has, in three dossiers: few due dates and moments, so that many are the same."""
        dossiers = [cast.dossier, *(scene.dossier(cast.office, cast.client) for _each in range(2))]
        assignment, request = scene.assignment(cast.dossier, cast.client), scene.request(cast.dossier, cast.client)
        item = request.items[0]
        declared = Delivery(
            id=DeliveryId(scene.ids.new()),
            account_id=cast.account.id,
            delivered_by=cast.account.name,
            delivered_at=START,
            note="Niet van mij",
        )
        made: list[Assignment | DocumentRequest] = [assignment, request]
        with committing(storage) as uow:
            for number in range(_MANY - 2):
                due_on = None if number % 5 == 0 else date(2026, 3, 1 + number % 7)
                own: dict[str, Any] = {"id": scene.ids.new(), "dossier_id": dossiers[number % 3].id}
                at = START + number % 4 * MINUTE
                if number % 3 == 0:
                    questionnaire = attrs.evolve(assignment, **own, assigned_at=at, due_on=due_on)
                    uow.assignments.add(questionnaire)
                    made.append(questionnaire)
                else:
                    answer = {"due_on": due_on} if number % 3 == 1 else {"deliveries": (declared,)}
                    documents = attrs.evolve(request, **own, made_at=at, items=(attrs.evolve(item, **answer),))
                    uow.requests.add(documents)
                    made.append(documents)
        return made

    @pytest.mark.parametrize("size", [7, 200])
    def test_no_action_is_out_of_reach(
        self,
        storage: Storage,
        cast: Cast,
        asked: Sequence[Assignment | DocumentRequest],
        size: int,
    ) -> None:
        """QU-1, RQ-1: page by page, a list has everything once, with the most urgent first."""
        read, actor = storage.read, cast.sibling_actor
        questionnaires = [
            ActionKey(due_on=each.due_on, asked_at=each.assigned_at, id=each.id)
            for each in asked
            if isinstance(each, Assignment)
        ]
        by_state: dict[RequestState, list[ActionKey]] = defaultdict(list)
        for each in asked:
            if isinstance(each, DocumentRequest):
                by_state[each.state].append(ActionKey(due_on=each.due_on, asked_at=each.made_at, id=each.id))
        waiting, answered = by_state[RequestState.WAITING], by_state[RequestState.DELIVERED]
        for expected, page in (
            (questionnaires, partial(read.open_actions, actor, size=size)),
            (waiting, partial(read.waiting_requests, actor, size=size)),
            (answered, partial(read.delivered_requests, actor, size=size)),
        ):
            assert _pages(page, size) == sorted(expected, key=lambda key: key.order)
        here = {each.id for each in asked if each.dossier_id == cast.dossier.id}
        for expected, page in (
            (questionnaires, partial(read.open_actions, actor, cast.dossier.id, size=size)),
            (waiting, partial(read.waiting_requests, actor, cast.dossier.id, size=size)),
        ):
            own = [key for key in expected if key.id in here]
            assert _pages(page, size) == sorted(own, key=lambda key: key.order)
        assert read.home(actor).open_actions == len(questionnaires) + len(waiting)

    def test_actions_go_with_the_dossier(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """DO-1: a former party has no open actions in the dossier, in the list and in the count."""
        scene.assignment(cast.dossier, cast.client)
        with committing(storage) as uow:
            uow.dossiers.remove_party(cast.dossier, cast.client.id)
        assert list(storage.read.open_actions(cast.actor)) == []
        assert storage.read.home(cast.actor).open_actions == 0


def _pages(page: Callable[..., Sequence[OpenAction] | Sequence[RequestRow]], size: int) -> list[ActionKey]:
    """Read a list page by page, and give the keys of its rows."""
    keys: list[ActionKey] = []
    while rows := page(after=keys[-1] if keys else None):
        assert len(rows) <= size
        keys += [row.key for row in rows]
    return keys


def _mark_read(uow: UnitOfWork, actor: Actor, thing: Document | Message) -> None:
    """Let an account open a document or message."""
    if isinstance(thing, Document):
        uow.documents.mark_downloaded(actor, thing.dossier_id, thing.id, at=START)
    else:
        uow.messages.mark_read(actor, thing.id, at=START)


def _add_read(uow: UnitOfWork, actor: Actor, like: Document | Message, id: UUID) -> None:
    """Add one more document or message, which the account opened."""
    if isinstance(like, Document):
        document = attrs.evolve(like, id=DocumentId(id))
        uow.documents.add(document, frozenset([actor.client_id]))
        _mark_read(uow, actor, document)
    else:
        message = attrs.evolve(like, id=MessageId(id))
        uow.messages.add(message)
        _mark_read(uow, actor, message)


def _new(kind: NewsKind, thing: Document | Message, title: str, at: datetime, dossier: Dossier) -> NewsRow:
    return NewsRow(kind=kind, id=thing.id, dossier_id=dossier.id, dossier_number=dossier.number, title=title, at=at)
