"""Assignments: the progress and the answers of clients."""

import json
from datetime import date, datetime
from typing import Any

import attrs
import pytest

from klantportaal.domain.errors import Absent, Conflict
from klantportaal.domain.questionnaires.answering import Answering, Given
from klantportaal.domain.questionnaires.assignments import Assignment, AssignmentState
from klantportaal.domain.questionnaires.definition import Answers
from klantportaal.domain.sessions import Actor, OfficeActor
from klantportaal.domain.values import AssignmentId, Language, SubmissionId
from klantportaal.ports.reading import AssignmentRow, AssignmentView, DossierRow, HomeCounts
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

TODAY = date(2026, 1, 5)
EXACT: Answers = {
    "zz-eerst": "Zoë 👩‍⚖️ ﬁ \u00a0 日本語 'é' \"quoted\" \\ / <b>\nregel twee\ttab",
    "een": 1,
    "waar": True,
    "nul": 0,
    "onwaar": False,
    "tekst-een": "1",
    "groot": 10**30,
    "centen": -1999,
    "komma": 0.1,
    "dag": "2026-01-31",
    "meer": ["b", "a"],
    "leeg": [],
    "rijen": [{"z": "tweede", "a": True}, {"a": 1, "z": None}, {}],
    "stukken": [{"id": "00000000-0001-7000-8000-000000000000", "name": "Ré%.pdf", "size": 1}],
    "aa-laatst": "",
}
"""JSON values that a store could change: similar types, order, and characters of other scripts."""


class AssignmentsContract(StorageTests):
    """Tests of assignments."""

    def test_an_assignment_comes_back_whole(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """QU-1: an assignment in any state comes back unchanged to client and office."""
        subject = dict(zip(Language, AWKWARD_TEXTS, strict=False))
        names = [field.name for field in attrs.fields(DossierRow) if field.default is attrs.NOTHING]
        dossier = DossierRow(**{name: getattr(cast.dossier, name) for name in names})
        for fields in _every_state(scene.clock.now(), cast, SubmissionId(scene.ids.new())):
            assignment = scene.assignment(cast.dossier, cast.client, subject=subject, **fields)
            with storage.begin() as uow:
                found = uow.assignments.get(cast.office.id, assignment.id)
                assert uow.assignments.visible_to(cast.sibling_actor, assignment.id) == assignment
            assert found == assignment
            assert is_utc_to_the_microsecond(found.assigned_at)
            view = storage.read.assignment(cast.actor, assignment.id)
            assert view == AssignmentView(assignment=assignment, dossier=dossier)

    def test_a_change_comes_back_whole(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """QU-2: every change of an assignment is stored, and its version rises by one."""
        other = scene.published(cast.office)
        assignment = scene.assignment(cast.dossier, cast.client)
        for fields in _every_state(scene.clock.now(), cast, SubmissionId(scene.ids.new())):
            changed = attrs.evolve(assignment, **fields, revision=other.revision, digest=other.digest)
            with committing(storage) as uow:
                uow.assignments.save(changed)
                assignment = uow.assignments.get(cast.office.id, assignment.id)
            assert assignment == attrs.evolve(changed, version=changed.version + 1)

    def test_changes_of_one_unit_of_work_follow_one_another(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """QU-2: an assignment can be saved and read several times in one unit of work; the last save is stored."""
        before = scene.assignment(cast.dossier, cast.client, progress=10)
        with committing(storage) as uow:
            standing = uow.assignments.get(cast.office.id, before.id)
            ended = attrs.evolve(standing, state=AssignmentState.WITHDRAWN, ended_at=scene.clock.now())
            uow.assignments.save(ended)
            uow.assignments.save(attrs.evolve(standing, progress=20, version=standing.version + 1))
            last = uow.assignments.visible_to(cast.actor, before.id)
            uow.assignments.save(attrs.evolve(last, progress=30))
        expected = attrs.evolve(before, progress=30, version=before.version + 3)
        assert storage.read.assignment(cast.actor, before.id).assignment == expected

    def test_answers_are_kept_exactly(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """QU-3: answers keep their types and their order, inside rows too."""
        answering = Answering(as_of=TODAY, raw=EXACT, saved=frozenset({"a", "b"}), dropped=frozenset({"c"}), version=7)
        assignment = scene.assignment(cast.dossier, cast.client)
        with committing(storage) as uow:
            uow.assignments.save(attrs.evolve(assignment, answering=answering))
        found = storage.read.assignment(cast.actor, assignment.id).assignment.answering
        assert found == answering
        assert json.dumps(found.raw) == json.dumps(EXACT)

    def test_of_changes_at_once_one_is_kept(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """QU-3: of concurrent saves of one version, exactly one succeeds and the others get Conflict."""
        assignment = scene.assignment(cast.dossier, cast.client)

        def save(number: int) -> int | None:
            try:
                with committing(storage) as uow:
                    uow.assignments.save(attrs.evolve(assignment, progress=number))
            except Conflict:
                return None
            return number

        results = all_at_once(save, threads=8)
        [winner] = [each for each in results if each is not None]
        with storage.begin() as uow:
            found = uow.assignments.get(cast.office.id, assignment.id)
        assert found == attrs.evolve(assignment, progress=winner, version=assignment.version + 1)

    def test_what_was_read_stays_until_the_end(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """QU-3: a unit of work that read an assignment makes others wait, so none of them conflicts."""
        assignment = scene.assignment(cast.dossier, cast.client)

        def further(number: int) -> None:
            with committing(storage) as uow:
                if number % 2:
                    standing = uow.assignments.get(cast.office.id, assignment.id)
                else:
                    standing = uow.assignments.visible_to(cast.actor, assignment.id)
                uow.assignments.save(attrs.evolve(standing, progress=standing.progress + 1))

        all_at_once(further, threads=12)
        assert storage.read.assignment(cast.actor, assignment.id).assignment.progress == 12

    def test_for_anyone_else_there_is_none(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """DO-1, ME-1: an assignment is absent for other parties, bystanders, other offices and former parties."""
        assignment = scene.assignment(cast.dossier, cast.client)
        unknown = AssignmentId(scene.ids.new())
        for actor in (cast.other_actor, *cast.outsiders):
            _assert_hidden(storage, actor, assignment.id)
        _assert_hidden(storage, cast.actor, unknown)
        for office_id, id in ((cast.foreign_desk.office_id, assignment.id), (cast.office.id, unknown)):
            with storage.begin() as uow, pytest.raises(Absent):
                uow.assignments.get(office_id, id)
        with committing(storage) as uow:
            uow.dossiers.remove_party(cast.dossier, cast.client.id)
        _assert_hidden(storage, cast.actor, assignment.id)
        with storage.begin() as uow:
            assert uow.assignments.get(cast.office.id, assignment.id) == assignment

    def test_actions_tell_how_far_they_are(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """QU-1: open actions have their start, last save and progress, in one dossier or in all."""
        elsewhere = scene.dossier(cast.office, cast.client)
        now = scene.clock.now()
        told: dict[str, Any] = {"started_at": now, "saved_at": now + MINUTE, "progress": 40}
        newer = scene.assignment(cast.dossier, cast.client, assigned_at=now + MINUTE)
        older = scene.assignment(elsewhere, cast.client, **told)
        read = storage.read
        assert [each.id for each in read.open_actions(cast.actor)] == [older.id, newer.id]
        [action] = read.open_actions(cast.actor, elsewhere.id)
        assert (action.id, action.dossier_number) == (older.id, elsewhere.number)
        assert {name: getattr(action, name) for name in told} == told
        assert is_utc_to_the_microsecond(now + MINUTE)
        for actor in (cast.other_actor, *cast.outsiders):
            assert list(read.open_actions(actor, cast.dossier.id)) == []

    def test_what_has_ended_waits_no_longer(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """HO-2: completed and withdrawn assignments are no longer listed or counted as open actions."""
        given = [scene.assignment(cast.dossier, cast.client) for _each in range(3)]
        ends = (AssignmentState.COMPLETED, AssignmentState.WITHDRAWN)
        for assignment, state in zip(given, ends, strict=False):
            with committing(storage) as uow:
                uow.assignments.save(attrs.evolve(assignment, state=state))
        for dossier_id in (None, cast.dossier.id):
            assert [each.id for each in storage.read.open_actions(cast.actor, dossier_id)] == [given[-1].id]
        assert storage.read.home(cast.actor) == HomeCounts(in_progress=1, other=0, open_actions=1)
        assert storage.read.dossier(cast.actor, cast.dossier.id).open_actions == 1
        assert storage.read.dossier(cast.other_actor, cast.dossier.id).open_actions == 0

    def test_the_office_sees_how_far_and_no_answers(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """OF-1: the office sees the progress of an assignment in every state, without its answers."""
        rows: list[AssignmentRow] = []
        for fields in _every_state(scene.clock.now(), cast, SubmissionId(scene.ids.new())):
            assignment = scene.assignment(cast.dossier, cast.client, due_on=TODAY, **fields)
            rows.insert(0, _row(assignment, cast))
            assert storage.read.office_assignment(cast.desk, assignment.id) == rows[0]
        assert list(storage.read.office_assignments(cast.desk)) == rows
        assert storage.read.office_dossier(cast.desk, cast.dossier.id).assignments == tuple(rows)

    def test_the_office_lists_newest_first(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """OF-1: the list can be filtered by dossier and state, newest first, and pages have no gaps or duplicates."""
        elsewhere = scene.dossier(cast.office, cast.other_party)
        dossiers, states = (cast.dossier, elsewhere), tuple(AssignmentState)
        given = [
            scene.assignment(dossiers[number % 2], cast.other_party, state=states[number % 3]) for number in range(12)
        ]
        for dossier_id in (None, cast.dossier.id):
            for state in (None, *states):
                asked: dict[str, Any] = {"dossier_id": dossier_id, "state": state}
                wanted = [
                    each.id
                    for each in reversed(given)
                    if dossier_id in (None, each.dossier_id) and state in (None, each.state)
                ]
                assert _listed(storage, cast.desk, **asked) == wanted

    def test_another_office_has_no_such_assignment(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """OF-2: an assignment of another office does not exist, alone or in a list."""
        assignment = scene.assignment(cast.dossier, cast.client)
        for desk, id in ((cast.foreign_desk, assignment.id), (cast.desk, AssignmentId(scene.ids.new()))):
            with pytest.raises(Absent):
                storage.read.office_assignment(desk, id)
        assert list(storage.read.office_assignments(cast.foreign_desk)) == []
        assert list(storage.read.office_assignments(cast.foreign_desk, dossier_id=cast.dossier.id)) == []


def _every_state(now: datetime, cast: Cast, submission_id: SubmissionId) -> list[dict[str, Any]]:
    """Return the fields of an assignment in each state of its life."""
    answering = Answering(
        as_of=TODAY,
        raw=EXACT,
        saved=frozenset({"persoon"}),
        given=frozenset({"een", "waar"}),
        last_saved="persoon",
        version=1,
    )
    started = {"started_at": now, "answering": Answering(as_of=TODAY), "given": None}
    saved = {"started_at": now, "saved_at": now + MINUTE, "answering": answering, "progress": 50}
    completed = {
        **saved,
        "state": AssignmentState.COMPLETED,
        "progress": 100,
        "ended_at": now + 2 * MINUTE,
        "completed_by": cast.sibling.id,
        "completed_in": Language.ENGLISH,
    }
    withdrawn = {"state": AssignmentState.WITHDRAWN, "started_at": now, "ended_at": now, "answering": None}
    return [
        {},
        {"given": Given(EXACT)},
        started,
        saved,
        completed,
        {**completed, "submission_id": submission_id},
        withdrawn,
    ]


def _row(assignment: Assignment, cast: Cast) -> AssignmentRow:
    fields: dict[str, Any] = {"client_name": cast.client.name, "dossier_number": cast.dossier.number}
    own = [field.name for field in attrs.fields(AssignmentRow) if field.name not in fields]
    fields |= {name: getattr(assignment, name) for name in own}
    return AssignmentRow(**fields)


def _listed(storage: Storage, desk: OfficeActor, **asked: Any) -> list[AssignmentId]:
    """List all pages."""
    found: list[AssignmentId] = []
    while page := storage.read.office_assignments(desk, **asked, after=found[-1] if found else None, size=2):
        assert len(page) <= 2
        found += [each.id for each in page]
    return found


def _assert_hidden(storage: Storage, actor: Actor, assignment_id: AssignmentId) -> None:
    with pytest.raises(Absent):
        storage.read.assignment(actor, assignment_id)
    with pytest.raises(Absent), storage.begin() as uow:
        uow.assignments.visible_to(actor, assignment_id)
