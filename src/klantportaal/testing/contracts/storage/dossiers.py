"""Dossiers, their parties, and the lists of dossiers of clients."""

from datetime import date, timedelta

import attrs
import pytest

from klantportaal.domain.documents import DocumentState
from klantportaal.domain.dossiers import Tab
from klantportaal.domain.errors import Absent, Fault, FaultCode, Refused
from klantportaal.domain.offices import IN_PROGRESS
from klantportaal.domain.progress import CurrentStep, Progress, Step
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DossierId, Language
from klantportaal.ports.reading import (
    DossierList,
    DossierQuery,
    DossierRow,
    HomeCounts,
    TabCount,
)
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import (
    AWKWARD_TEXTS,
    MINUTE,
    Cast,
    StorageTests,
    all_at_once,
    committing,
    is_utc_to_the_microsecond,
)

TEXTS = dict(zip(Language, AWKWARD_TEXTS, strict=False))
EVERY_STATUS = frozenset({IN_PROGRESS, "on_hold", "completed", "archived"})
EMPTY_TABS = {
    Tab.CORRESPONDENCE: TabCount(total=0, unread=0),
    Tab.DOCUMENTS: TabCount(total=0, unread=0),
    Tab.SUBMISSIONS: TabCount(total=0, unread=None),
    Tab.MESSAGES: TabCount(total=0, unread=0),
}


class DossiersContract(StorageTests):
    """Tests of dossiers and of who sees them."""

    def test_a_dossier_comes_back_whole(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """DO-1: a dossier comes back unchanged, with its parties."""
        for text in (text for text in AWKWARD_TEXTS if len(text) < 200):
            dossier = scene.dossier(cast.office, cast.client, number=text[:40], description=text, status="on_hold")
            with storage.begin() as uow:
                found = uow.dossiers.get(cast.office.id, dossier.id)
                assert uow.dossiers.parties(cast.office.id, dossier.id) == {cast.client.id}
            assert found == dossier
            assert is_utc_to_the_microsecond(found.changed_at)
            row = storage.read.dossier(cast.actor, dossier.id)
            assert (row.number, row.description) == (dossier.number, dossier.description)

    def test_a_party_sees_the_dossier(self, storage: Storage, cast: Cast) -> None:
        """DO-1: every account of every party sees the dossier."""
        row = DossierRow(
            id=cast.dossier.id,
            number=cast.dossier.number,
            description=cast.dossier.description,
            status=cast.dossier.status,
            changed_at=cast.dossier.changed_at,
            open_actions=0,
        )
        for actor in (cast.actor, cast.sibling_actor, cast.other_actor):
            assert storage.read.dossier(actor, cast.dossier.id) == row
            with storage.begin() as uow:
                assert uow.dossiers.visible_to(actor, cast.dossier.id) == cast.dossier

    def test_for_anyone_else_a_dossier_does_not_exist(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """DO-1: a dossier of others gives the same result as an unknown one, in every call."""
        unknown = DossierId(scene.ids.new())
        nobodys = [(outsider, cast.dossier.id) for outsider in cast.outsiders]
        for actor, dossier_id in [*nobodys, (cast.actor, unknown)]:
            with pytest.raises(Absent):
                storage.read.dossier(actor, dossier_id)
            with pytest.raises(Absent), storage.begin() as uow:
                uow.dossiers.visible_to(actor, dossier_id)
            assert storage.read.tabs(actor, dossier_id) == EMPTY_TABS
            every = DossierQuery(statuses=EVERY_STATUS)
            assert dossier_id not in {row.id for row in storage.read.dossiers(actor, every).rows}

    def test_another_office_has_no_such_dossier(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """OF-2: ids of another office and unknown ids do not exist."""
        elsewhere = cast.foreign_desk.office_id
        with storage.begin() as uow:
            for office_id, id in ((elsewhere, cast.dossier.id), (cast.office.id, DossierId(scene.ids.new()))):
                with pytest.raises(Absent):
                    uow.dossiers.get(office_id, id)
                assert uow.dossiers.parties(office_id, id) == frozenset()

    def test_a_number_is_taken_once(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """OF-1: two dossiers of an office cannot have one number; another office can use it too."""
        model = attrs.evolve(cast.dossier, number="2026/1")
        ids = [DossierId(scene.ids.new()) for _each in range(8)]

        def add(number: int) -> tuple[Fault, ...]:
            try:
                with committing(storage) as uow:
                    uow.dossiers.add(attrs.evolve(model, id=ids[number]), [cast.client.id])
            except Refused as refusal:
                return refusal.faults
            return ()

        taken = (Fault(code=FaultCode.NUMBER_TAKEN, field="number"),)
        assert sorted(all_at_once(add, threads=8), key=len) == [(), *[taken] * 7]
        scene.dossier(storage.read.office(cast.foreign_desk.office_id), number="2026/1")

    def test_a_change_shows_in_every_partys_list(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """DO-2: a new description, status and time of change show at once in searches, filters and order."""
        changed = attrs.evolve(
            cast.dossier, description="Levering", status="completed", changed_at=scene.clock.advance(MINUTE)
        )
        with committing(storage) as uow:
            uow.dossiers.save(changed)
        query = DossierQuery(search="lever", statuses=frozenset({"completed"}))
        for actor in (cast.actor, cast.other_actor):
            (row,) = storage.read.dossiers(actor, query).rows
            assert (row.description, row.status, row.changed_at) == ("Levering", "completed", changed.changed_at)
            assert storage.read.home(actor) == HomeCounts(in_progress=0, other=1, open_actions=0)

    def test_a_new_party_sees_it_and_a_former_one_does_not(self, storage: Storage, cast: Cast) -> None:
        """DO-1: adding and removing a party take effect at once; adding a party twice has no effect."""
        newcomer = cast.bystander
        with committing(storage) as uow:
            uow.dossiers.add_party(cast.dossier, newcomer.client_id)
            uow.dossiers.add_party(cast.dossier, newcomer.client_id)
            uow.dossiers.remove_party(cast.dossier, cast.client.id)
            parties = {newcomer.client_id, cast.other_party.id}
            assert uow.dossiers.parties(cast.office.id, cast.dossier.id) == parties
        assert _listed(storage, newcomer) == [cast.dossier.id]
        assert _listed(storage, cast.actor) == []
        with pytest.raises(Absent):
            storage.read.dossier(cast.actor, cast.dossier.id)

    def test_a_former_party_loses_what_was_published_for_it_only(
        self, storage: Storage, scene: Scene, cast: Cast
    ) -> None:
        """DO-1: a party that was removed and added again has its messages and deliveries, but no documents."""
        document = scene.document(cast.dossier, cast.client, cast.other_party)
        message = scene.inbound(cast.dossier, cast.client)
        sent = scene.outbound(cast.dossier, cast.client, cast.account)
        scene.submission(cast.dossier, cast.account, sent)
        with committing(storage) as uow:
            uow.messages.mark_read(cast.actor, message.id, at=scene.clock.now())
            uow.dossiers.remove_party(cast.dossier, cast.client.id)
            assert uow.documents.audience(cast.office.id, document.id) == {cast.other_party.id}
        assert storage.read.tabs(cast.actor, cast.dossier.id) == EMPTY_TABS
        with committing(storage) as uow:
            uow.dossiers.add_party(cast.dossier, cast.client.id)
        tabs = storage.read.tabs(cast.actor, cast.dossier.id)
        assert tabs == {
            **EMPTY_TABS,
            Tab.SUBMISSIONS: TabCount(total=1, unread=None),
            Tab.MESSAGES: TabCount(total=2, unread=0),
        }


class ListsContract(StorageTests):
    """Tests of the home page and of the list of dossiers."""

    def test_a_dossier_shows_its_steps(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """PG-1: the steps of a dossier come back whole, where it is at stands in lists, and both go with the steps."""
        steps = tuple(
            Step(id=f"stap-{number}", title=TEXTS, explanation=TEXTS, reached_on=reached_on)
            for number, reached_on in enumerate((date(2026, 1, 5), None))
        )
        progress = Progress(template="levering", revision=3, digest="0" * 64, steps=steps, current="stap-1")
        following = scene.dossier(cast.office, cast.client, progress=progress)
        at = CurrentStep(number=2, total=2, title=TEXTS)
        read = storage.read
        with storage.begin() as uow:
            assert uow.dossiers.get(cast.office.id, following.id) == following
        row = read.dossier(cast.actor, following.id)
        assert (row.step, row.progress) == (at, progress)
        for rows in (read.dossiers(cast.actor, DossierQuery()).rows, read.news(cast.actor).latest):
            assert {each.id: (each.step, each.progress) for each in rows} == {
                following.id: (at, None),
                cast.dossier.id: (None, None),
            }
        with committing(storage) as uow:
            uow.dossiers.save(attrs.evolve(following, progress=None))
        assert read.dossier(cast.actor, following.id) == attrs.evolve(row, step=None, progress=None)

    def test_the_list_shows_in_progress_newest_change_first(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """DO-2: the list has dossiers in progress, newest change first, and the statuses to filter by (DO-3)."""
        scene.dossier(cast.office, cast.client, status="archived")
        newest = scene.dossier(cast.office, cast.client, changed_at=scene.clock.now() + 2 * MINUTE)
        newer = scene.dossier(cast.office, cast.client, changed_at=scene.clock.now() + MINUTE)
        found = storage.read.dossiers(cast.actor, DossierQuery())
        assert [row.id for row in found.rows] == [newest.id, newer.id, cast.dossier.id]
        assert (found.more, set(found.statuses)) == (False, {IN_PROGRESS, "archived"})
        assert all(is_utc_to_the_microsecond(row.changed_at) for row in found.rows)

    def test_a_change_moves_the_dossier_for_those_who_see_it(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """DO-2: a change that one party sees moves the dossier to the top of its list only. An older one does not."""
        newest = scene.dossier(cast.office, cast.client, cast.other_party, changed_at=scene.clock.now() + MINUTE)
        before = storage.read.office_dossiers(cast.desk)
        for minutes in (3, 2):
            at = scene.clock.now() + minutes * MINUTE
            with committing(storage) as uow:
                parties = [cast.client.id, cast.bystander.client_id]
                uow.dossiers.mark_changed(cast.office.id, cast.dossier.id, parties, at=at)
        changed_at = scene.clock.now() + 3 * MINUTE
        assert _listed(storage, cast.actor) == [cast.dossier.id, newest.id]
        assert _listed(storage, cast.other_actor) == [newest.id, cast.dossier.id]
        assert storage.read.dossier(cast.actor, cast.dossier.id).changed_at == changed_at
        assert storage.read.office_dossiers(cast.desk) == before
        with committing(storage) as uow:
            uow.dossiers.save(cast.dossier)
            uow.dossiers.mark_changed(cast.foreign_desk.office_id, newest.id, [cast.client.id], at=changed_at + MINUTE)
        assert storage.read.dossiers(cast.actor, DossierQuery()).rows[0].changed_at == changed_at

    def test_rows_show_what_is_unread(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """DO-2: each row counts the documents and messages that the account itself did not open."""
        document = scene.document(cast.dossier, cast.client, cast.other_party)
        scene.document(cast.dossier, cast.client, state=DocumentState.WITHDRAWN)
        message = scene.inbound(cast.dossier, cast.client)
        scene.outbound(cast.dossier, cast.client, cast.account)
        empty = scene.dossier(cast.office, cast.client)
        for actor, unread in ((cast.actor, 2), (cast.sibling_actor, 2), (cast.other_actor, 1)):
            assert _unread(storage, actor)[cast.dossier.id] == unread
        with committing(storage) as uow:
            uow.documents.mark_downloaded(cast.actor, cast.dossier.id, document.id, at=scene.clock.now())
        assert _unread(storage, cast.actor) == {cast.dossier.id: 1, empty.id: 0}
        with committing(storage) as uow:
            uow.messages.mark_read(cast.actor, message.id, at=scene.clock.now())
        assert _unread(storage, cast.actor) == {cast.dossier.id: 0, empty.id: 0}
        assert _unread(storage, cast.sibling_actor) == {cast.dossier.id: 2, empty.id: 0}

    def test_statuses_are_the_clients_own(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """DO-3: the statuses are those of all dossiers of the client, whatever the search and the filter."""
        scene.dossier(cast.office, cast.client, status="on_hold")
        scene.dossier(cast.office, cast.other_party, status="archived")
        nothing = DossierQuery(search="bestaat niet", statuses=frozenset({"archived"}))
        assert storage.read.dossiers(cast.actor, nothing) == DossierList(
            rows=(), more=False, statuses=frozenset({IN_PROGRESS, "on_hold"})
        )
        assert storage.read.dossiers(cast.bystander, nothing).statuses == frozenset()
        assert storage.read.dossiers(cast.impostor, nothing).statuses == frozenset()

    def test_chosen_statuses_and_no_others(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """DO-3: the list has only the chosen statuses; without any it is empty."""
        held = scene.dossier(cast.office, cast.client, status="on_hold")
        done = scene.dossier(cast.office, cast.client, status="completed")
        chosen = DossierQuery(statuses=frozenset({"on_hold", "completed"}))
        assert [row.id for row in storage.read.dossiers(cast.actor, chosen).rows] == [done.id, held.id]
        assert storage.read.dossiers(cast.actor, DossierQuery(statuses=frozenset())).rows == ()

    def test_pages_of_dossiers_have_no_gaps_and_no_doubles(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """DO-2: pages continue after the last row's key, also if several changes have the same time."""
        for number in range(9):
            at = scene.clock.now() + timedelta(microseconds=number // 4)
            scene.dossier(cast.office, cast.client, changed_at=at)
        whole = storage.read.dossiers(cast.actor, DossierQuery(size=100)).rows
        assert len(whole) == 10
        paged: list[DossierRow] = []
        more = True
        while more:
            after = paged[-1].key if paged else None
            page = storage.read.dossiers(cast.actor, DossierQuery(size=3, after=after))
            paged, more = [*paged, *page.rows], page.more
        assert paged == list(whole)

    @pytest.mark.parametrize(
        "search, finds",
        [
            ("", True),
            ("  ", True),
            ("2026-A", True),
            ("2026-a", True),
            ("erfenis", True),
            ("RENÉE", True),
            ("renee", True),
            ("a erf", True),
            ("van_der", True),
            ("100%", True),
            (r"c:\dossier", True),
            ("o'neil", True),
            ("erf%nis", False),
            ("erf_nis", False),
            ("%", True),
            ("%%", False),
            ("_", True),
            ("__", False),
            ("\\", True),
            ("\\\\", False),
            ("*", False),
            ("[a-z]", False),
            ("niets", False),
        ],
    )
    def test_searching(self, storage: Storage, scene: Scene, cast: Cast, search: str, finds: bool) -> None:
        r"""DO-2: part of number or description, ignoring case and accents; ``%``, ``_`` and ``\`` are literal."""
        description = "Erfenis Renée van_der O'Neil, 100% C:\\dossier"
        scene.dossier(cast.office, cast.client, number="2026-A", description=description)
        with committing(storage) as uow:
            uow.dossiers.remove_party(cast.dossier, cast.client.id)
        found = storage.read.dossiers(cast.actor, DossierQuery(search=search)).rows
        assert bool(found) == finds
        assert bool(storage.read.office_dossiers(cast.desk, search=search, size=1)) == finds

    def test_searching_stays_within_what_is_ones_own(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """DO-1: a search does not find dossiers of others."""
        scene.dossier(cast.office, cast.other_party, description="Geheim")
        assert storage.read.dossiers(cast.actor, DossierQuery(search="geheim")).rows == ()
        assert list(storage.read.office_dossiers(cast.foreign_desk, search="geheim")) == []


def _listed(storage: Storage, actor: Actor) -> list[DossierId]:
    return [row.id for row in storage.read.dossiers(actor, DossierQuery()).rows]


def _unread(storage: Storage, actor: Actor) -> dict[DossierId, int | None]:
    return {row.id: row.unread for row in storage.read.dossiers(actor, DossierQuery()).rows}
