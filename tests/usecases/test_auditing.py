"""The office reads, verifies and exports the audit trail (SI-5, OF-1)."""

import json
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.adapters.storage.memory import auditing as storage_audit
from klantportaal.domain.anchoring import SealingProblem, SealingProblemKind, SealingRun
from klantportaal.domain.auditing import Entry
from klantportaal.domain.errors import FaultCode, Refused, SignInFailed, StorageFull, Unavailable
from klantportaal.domain.sealing import NONE_YET, BreakKind, Line, Seal, read_anchor
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.signing import sign
from klantportaal.domain.values import EntryId, OfficeId
from klantportaal.testing.fakes import PlainSeals
from klantportaal.usecases.background.dispatcher import Dispatcher
from klantportaal.usecases.office import audit
from klantportaal.usecases.shared import sealing
from tests.usecases.world import World


@pytest.fixture
def world() -> World:
    """A world with a client that was onboarded, and with one failed sign-in."""
    world = World()
    world.onboard()
    with pytest.raises(SignInFailed):
        world.sign_in(password="Verkeerd1")
    return world


def kinds(lines: Sequence[Line]) -> list[str]:
    """List the names of the entries."""
    return [line.entry.what for line in lines]


def tamper(world: World, id: EntryId, **fields: Any) -> None:
    """Change an entry in storage."""
    assert isinstance(world.storage, MemoryStorage)
    kept = world.storage._committed.entries
    kept[id] = attrs.evolve(kept[id], **fields)


# ------------------------------------------------------------------ reading
def test_reading(world: World) -> None:
    """OF-1, SI-5: the office reads the trail, newest first, and each reading is recorded in the trail."""
    audit = world.portal.office.audit
    told = world.audit()
    assert kinds(audit.entries(world.handler)) == told[::-1]
    assert kinds(audit.entries(world.handler, size=1)) == ["TrailRead"]
    [read] = audit.entries(world.handler, what="TrailRead", size=1)
    assert (read.entry.handler, read.entry.at) == (world.handler.handler, world.clock.now())


def test_reading_on(world: World) -> None:
    """SI-5: paging lists each entry once, although entries are added in between."""
    audit, found = world.portal.office.audit, list[Entry]()
    told = world.audit()
    while page := audit.entries(world.handler, size=3, after=found[-1].id if found else None):
        found += [line.entry for line in page]
    assert [entry.what for entry in found] == told[::-1]
    first = audit.entries(world.handler, oldest_first=True, size=3)
    then = audit.entries(world.handler, oldest_first=True, size=3, after=first[-1].entry.id)
    assert kinds([*first, *then]) == told[:6]


def test_reading_a_part(world: World) -> None:
    """SI-5: the trail can be filtered by account, by person, by kind and by period."""
    audit = world.portal.office.audit
    jan = world.sign_in()
    other = world.onboard("piet@example.nl", name="Piet")
    about = audit.entries(world.handler, account=jan.account_id, oldest_first=True)
    assert {"AccountInvited", "SignedIn"} == set(kinds(about))
    assert all(str(jan.account_id) in line.entry.which for line in about)
    about = audit.entries(world.handler, person=jan.person_id, oldest_first=True)
    assert {"AccountInvited", "LinkMade", "PasswordSet", "SignedIn", "SignInRefused"} == set(kinds(about))
    assert all(str(jan.person_id) in line.entry.which for line in about)
    assert len(audit.entries(world.handler, account=other.account_id, what="SignedIn")) == 1
    world.later(hours=1)
    since = world.clock.now()
    world.portal.client.sign_in.sign_out(other)
    assert kinds(audit.entries(world.handler, since=since)) == ["SignedOut"]
    assert "SignedOut" not in kinds(audit.entries(world.handler, until=since))


# ------------------------------------------------------------------ sealing
def test_sealing(world: World) -> None:
    """SI-5: sealing gives each entry one number, changes no entry, and adds none."""
    audit = world.portal.office.audit
    before = audit.entries(world.handler, oldest_first=True, size=99)
    assert [line.seal for line in before] == [None] * len(before)
    assert world.portal.background.sealer.run_once() == SealingRun(sealed=len(before) + 1)
    assert world.portal.background.sealer.run_once() == SealingRun(sealed=0)
    after = audit.entries(world.handler, oldest_first=True, size=99)
    assert [line.entry for line in after[:-1]] == [line.entry for line in before]
    assert [line.seal.number for line in after if line.seal] == list(range(1, len(before) + 2))


def test_sealing_in_batches(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """SI-5: sealing uses transactions of limited size, and the chain continues across them."""
    monkeypatch.setattr(sealing, "BATCH", 2)
    monkeypatch.setattr(audit, "BATCH", 2)
    told = len(world.audit())
    assert world.portal.background.sealer.run_once() == SealingRun(sealed=told)
    verification = world.portal.office.audit.verify(world.handler)
    assert (verification.holds, verification.sealed, verification.unsealed) == (True, told, 0)


def test_sealing_stops_between_batches(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-2, SI-5: a worker that stops ends the batch that it is at. The next one seals the rest of the chain."""
    monkeypatch.setattr(sealing, "BATCH", 2)
    told, asked = len(world.audit()), iter([False, True])
    assert world.portal.background.sealer.run_once(stopping=lambda: next(asked)) == SealingRun(sealed=2)
    assert world.portal.background.sealer.run_once(stopping=lambda: True) == SealingRun(sealed=0)
    assert world.portal.background.sealer.run_once() == SealingRun(sealed=told - 2)
    assert world.portal.office.audit.verify(world.handler).holds


def test_each_office_has_its_chain(world: World) -> None:
    """OF-2, SI-5: an office reads, verifies and exports its own trail only."""
    audit, other = world.portal.office.audit, world.other_office()
    told = len(world.audit())
    world.portal.background.sealer.run_once()
    assert kinds(audit.entries(other)) == ["OfficeMade"]
    assert audit.verify(other).sealed == 1
    assert audit.verify(world.handler).sealed == told
    exported = [json.loads(line) for line in audit.export(other)]
    assert [line.get("what") for line in exported] == [
        "OfficeMade",
        "TrailRead",
        "TrailVerified",
        "TrailExported",
        None,
    ]


def test_a_broken_chain_keeps_no_other_waiting(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """SI-5, AL-6: an office whose chain has lost its head is reported and not sealed; other offices are sealed."""
    world.portal.background.sealer.run_once()
    assert isinstance(world.storage, MemoryStorage)
    world.storage._committed.heads.clear()
    world.invite("piet@example.nl")
    other = world.other_office()
    problem = SealingProblem(office_id=world.office, kind=SealingProblemKind.BEHIND)
    assert world.portal.background.sealer.run_once() == SealingRun(sealed=1, problems=(problem,))
    assert world.portal.office.audit.verify(other).holds
    assert not world.portal.office.audit.verify(world.handler).holds
    [record] = caplog.records
    assert (record.levelname, record.getMessage()) == (
        "CRITICAL",
        f"the trail of office {world.office} is not sealed on: behind",
    )


def test_a_problem_that_lasts_is_told_ever_more_rarely(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """AL-6: the same problem is logged at its first, second, fourth, eighth … run, and anew once it was over."""
    world.lose_trail()
    for _run in range(9):
        assert len(world.portal.background.sealer.run_once().problems) == 2
    assert len(caplog.records) == 2 * 4
    for office in world.anchors.kept:
        world.anchors.restart(office, NONE_YET)
    assert world.portal.background.sealer.run_once().problems == ()
    world.lose_trail()
    world.invite("piet@example.nl")
    caplog.clear()
    world.portal.background.sealer.run_once()
    assert len(caplog.records) == 1


def test_a_row_that_cannot_be_read(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """AL-6: an office whose rows cannot be read is reported as failed; other offices are sealed."""
    other = world.other_office()
    reading = storage_audit.Audit.unsealed

    def damaged(self: Any, office_id: OfficeId, **asked: Any) -> Sequence[Entry]:
        if office_id == world.office:
            raise KeyError("handler")
        return reading(self, office_id, **asked)

    monkeypatch.setattr(storage_audit.Audit, "unsealed", damaged)
    run = world.portal.background.sealer.run_once()
    failed = SealingProblem(office_id=world.office, kind=SealingProblemKind.FAILED, error="KeyError")
    assert run == SealingRun(sealed=1, problems=(failed,))
    assert world.portal.office.audit.verify(other).holds
    assert f"the trail of office {world.office} cannot be sealed on: KeyError" in caplog.text


# ------------------------------------------------------------------ the anchor
def test_an_altered_entry_is_not_sealed(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """SI-5: entries that were changed before they were sealed stay without a seal, and are named; others are sealed."""
    monkeypatch.setattr(sealing, "BATCH", 2)
    lines = world.portal.office.audit.entries(world.handler, oldest_first=True, size=99)
    for line in lines[:3]:
        tamper(world, line.entry.id, network_address="198.51.100.1")
    run = world.portal.background.sealer.run_once()
    altered = SealingProblem(
        office_id=world.office, kind=SealingProblemKind.ALTERED, entries=3, first=lines[0].entry.id
    )
    assert run == SealingRun(sealed=len(lines) - 2, problems=(altered,))
    verification = world.portal.office.audit.verify(world.handler)
    assert [(each.kind, each.first, each.entry_id) for each in verification.breaks] == [
        (BreakKind.ALTERED, None, line.entry.id) for line in lines[:3]
    ]
    [record] = caplog.records
    assert record.levelname == "CRITICAL"
    assert "198.51.100.1" not in caplog.text


@pytest.mark.parametrize("batches", [1, 2, 3])
def test_the_anchor_was_not_written(world: World, monkeypatch: pytest.MonkeyPatch, batches: int) -> None:
    """SI-5: if the sealer stops after a commit, before the anchor is kept, the next run follows the chain first."""
    monkeypatch.setattr(sealing, "BATCH", 2)
    kept = Stopping(after=batches)
    monkeypatch.setattr(world.anchors, "add", kept.add_to(world.anchors.add))
    told = len(world.audit())
    failed = world.portal.background.sealer.run_once()
    assert [(each.kind, each.error) for each in failed.problems] == [(SealingProblemKind.FAILED, "StorageFull")]
    sealed = world.storage.read.office_head(world.handler).number
    anchored = world.anchors.newest(world.office)
    assert sealed == (anchored or NONE_YET).number + (2 if batches > 1 else 0)
    assert world.portal.office.audit.verify(world.handler).holds
    monkeypatch.undo()
    run = world.portal.background.sealer.run_once()
    assert run == SealingRun(sealed=told + 1 - sealed)
    assert world.anchors.newest(world.office) == world.storage.read.office_head(world.handler)
    assert world.portal.office.audit.verify(world.handler).holds


class Stopping:
    """Lets a number of calls through, and then fails like a full disk."""

    def __init__(self, *, after: int) -> None:
        self.left = after - 1

    def add_to(self, keep: Callable[[OfficeId, Seal], None]) -> Callable[[OfficeId, Seal], None]:
        """Wrap a call."""

        def add(office_id: OfficeId, head: Seal) -> None:
            if self.left == 0:
                raise StorageFull
            self.left -= 1
            keep(office_id, head)

        return add


def test_the_commit_was_lost(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """SI-5: if the commit of a sealing is lost, no anchor was kept for it, and the next run seals."""
    monkeypatch.setattr(storage_audit.Audit, "seal", _losing)
    assert [each.error for each in world.portal.background.sealer.run_once().problems] == ["Unavailable"]
    assert world.anchors.newest(world.office) == NONE_YET
    monkeypatch.undo()
    assert world.portal.background.sealer.run_once().problems == ()
    assert world.portal.office.audit.verify(world.handler).holds


def _losing(*_args: Any, **_kwargs: Any) -> None:
    raise Unavailable


def test_a_chain_that_is_ahead_and_broken(world: World) -> None:
    """SI-5: the sealer does not follow a head that was set forward, or a chain that was altered after the anchor."""
    assert isinstance(world.storage, MemoryStorage)
    told = len(world.audit())
    world.portal.background.sealer.run_once()
    world.anchors.restart(world.office, NONE_YET)
    line = world.portal.office.audit.entries(world.handler, what="SignInRefused")[0]
    tamper(world, line.entry.id, network_address="198.51.100.1")
    problem = SealingProblem(office_id=world.office, kind=SealingProblemKind.OTHER_CHAIN)
    assert world.portal.background.sealer.run_once() == SealingRun(sealed=0, problems=(problem,))
    assert world.storage.read.office_head(world.handler).number == told


def test_the_anchor_is_lost(world: World) -> None:
    """SI-5: without its anchor a sealed chain is not continued, and does not hold, until the office accepts it."""
    audit = world.portal.office.audit
    world.portal.background.sealer.run_once()
    world.anchors.kept.clear()
    assert [each.kind for each in audit.verify(world.handler).breaks] == [BreakKind.NO_ANCHOR]
    [problem] = world.portal.background.sealer.run_once().problems
    assert problem.kind is SealingProblemKind.NO_ANCHOR
    audit.accept_restored(world.handler, reason="Ankers niet meeverhuisd")
    assert world.portal.background.sealer.run_once().problems == ()
    assert audit.verify(world.handler).holds


def test_going_on_from_a_backup(world: World) -> None:
    """SI-5: a backup that was put back is continued once the office accepts it, with a reason that is an entry."""
    assert isinstance(world.storage, MemoryStorage)
    audit, sealer = world.portal.office.audit, world.portal.background.sealer
    sealer.run_once()
    backup, head = world.storage._committed.copy(), world.storage.read.office_head(world.handler)
    world.invite("piet@example.nl")
    sealer.run_once()
    lost = world.anchors.newest(world.office)
    assert lost is not None
    world.storage._keep(backup)
    world.invite("klaas@example.nl")
    assert [each.kind for each in sealer.run_once().problems] == [SealingProblemKind.BEHIND]
    assert not audit.verify(world.handler).holds
    audit.accept_restored(world.handler, reason="Schijf vervangen")
    assert sealer.run_once().problems == ()
    assert audit.verify(world.handler).holds
    [line] = audit.entries(world.handler, what="TrailRestored")
    assert line.entry.handler == world.handler.handler
    assert json.loads(line.entry.which) == {
        "reason": "Schijf vervangen",
        "number": head.number,
        "anchored": lost.number,
        "digest": lost.digest.hex(),
    }
    assert not audit.verify(world.handler, anchor=lost).holds


def test_there_is_nothing_to_accept(world: World) -> None:
    """AL-1: while the sealer can go on, no older trail is accepted; nothing changes without a reason either."""
    audit = world.portal.office.audit
    with pytest.raises(Refused) as refused:
        audit.accept_restored(world.handler, reason="Voor de zekerheid")
    assert [each.code for each in refused.value.faults] == [FaultCode.WRONG_STATE]
    world.lose_trail()
    with pytest.raises(Refused) as refused:
        audit.accept_restored(world.handler, reason=" ")
    assert [each.field for each in refused.value.faults] == ["reason"]
    assert audit.entries(world.handler, what="TrailRestored") == []
    assert not audit.verify(world.handler).holds


def test_the_acceptance_is_told_before_it_counts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """SI-5: if the new anchor cannot be kept, the entry stands and the sealer still refuses; the call can repeat."""
    audit = world.portal.office.audit
    world.lose_trail()
    monkeypatch.setattr(world.anchors, "restart", _losing)
    with pytest.raises(Unavailable):
        audit.accept_restored(world.handler, reason="Eerste keer")
    monkeypatch.undo()
    assert len(audit.entries(world.handler, what="TrailRestored")) == 1
    assert len(world.portal.background.sealer.run_once().problems) == 2
    audit.accept_restored(world.handler, reason="Tweede keer")
    world.portal.background.sealer.run_once()
    assert audit.verify(world.handler).holds


def test_the_thread_seals(world: World) -> None:
    """SI-5: the dispatcher has a thread that seals, also while no mail can be sent."""
    dispatching = attrs.evolve(world.portal.background.dispatcher._dispatching, clock=None)  # type: ignore[arg-type]
    dispatcher = Dispatcher(
        dispatching,
        world.portal.background.sealer,
        world.portal.background.sweeper._refusals,
        world.portal.background.reminders,
        every=0.01,
        sealing=0.01,
    )
    told = len(world.audit())
    dispatcher.start()
    for _ in range(500):
        if world.storage.read.office_head(world.handler).number == told:
            break
        threading.Event().wait(0.01)
    dispatcher.stop()
    assert world.storage.read.office_head(world.handler).number == told


acts = st.lists(st.sampled_from(["write", "begin", "commit", "roll back", "seal", "stop half way"]), max_size=30)


@settings(max_examples=50, deadline=None)
@given(acts=acts)
def test_whatever_comes_in_between(acts: list[str]) -> None:
    """SI-5: the chain stays valid after each write, late commit, rollback, sealing and aborted sealing."""
    world = World()
    audit, sealer = world.portal.office.audit, world.portal.background.sealer
    begun: list[Entry] = []
    for act in acts:
        world.clock.advance(timedelta(seconds=1))
        if act == "write":
            audit.entries(world.handler, size=1)
        elif act == "begin":
            begun.append(_entry(world))
        elif begun and act == "commit":
            with world.storage.begin() as uow:
                uow.audit.append([begun.pop()])
                uow.commit()
        elif begun and act == "roll back":
            begun.pop()
        elif act == "seal":
            sealer.run_once()
        elif act == "stop half way":
            _stop_half_way(world)
        assert audit.verify(world.handler).holds


def _entry(world: World) -> Entry:
    entry = Entry(
        id=EntryId(world.ids.new()),
        office_id=world.office,
        at=world.clock.now(),
        what="SignedOut",
        which="{}",
        person_id=None,
        account_id=None,
        client_id=None,
        handler=None,
        network_address=None,
    )
    return sign(entry, PlainSeals().digest)


def _stop_half_way(world: World) -> None:
    """Begin to seal, and roll back."""
    with world.storage.begin() as uow:
        head = uow.audit.head(world.office)
        if waiting := uow.audit.unsealed(world.office, after=None, limit=2):
            uow.audit.seal(world.office, {waiting[0].id: Seal(number=head.number + 1, digest=b"")}, after=head)


# ------------------------------------------------------------------ verifying
def test_verifying(world: World) -> None:
    """SI-5: an unchanged trail is valid, unsealed entries are counted, and each verification is recorded."""
    audit = world.portal.office.audit
    told = len(world.audit())
    first = audit.verify(world.handler)
    assert (first.holds, first.head, first.sealed, first.unsealed) == (True, NONE_YET, 0, told)
    world.portal.background.sealer.run_once()
    second = audit.verify(world.handler, anchor=first.head)
    assert (second.holds, second.head.number, second.sealed, second.unsealed) == (True, told + 1, told + 1, 0)
    assert [json.loads(line.entry.which) for line in audit.entries(world.handler, what="TrailVerified")] == [
        {"broken": 0},
        {"broken": 0},
    ]


def test_verifying_what_was_touched(world: World) -> None:
    """SI-5: verification reports the altered entry, and records the number of breaks in the trail."""
    audit = world.portal.office.audit
    world.portal.background.sealer.run_once()
    line = audit.entries(world.handler, what="SignInRefused")[0]
    assert line.seal is not None
    tamper(world, line.entry.id, network_address="198.51.100.1")
    [broken] = audit.verify(world.handler).breaks
    assert (broken.kind, broken.first, broken.entry_id) == (BreakKind.ALTERED, line.seal.number, line.entry.id)
    assert audit.entries(world.handler, what="TrailVerified")[0].entry.which == '{"broken": 1}'


def test_verifying_while_others_seal(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """SI-5: entries that are sealed during a verification are not counted and cause no break."""
    audit, sealer = world.portal.office.audit, world.portal.background.sealer
    sealer.run_once()
    told = world.storage.read.office_head(world.handler).number
    reading = type(world.storage.read)
    look = reading.office_sealed

    def with_sealing(self: Any, actor: OfficeActor, *, after: int, size: int) -> Sequence[Line]:
        world.invite(f"na-{after}@example.nl") if after <= told else None
        sealer.run_once()
        return look(self, actor, after=after, size=size)

    monkeypatch.setattr(reading, "office_sealed", with_sealing)
    verification = audit.verify(world.handler)
    assert (verification.holds, verification.sealed, verification.head.number) == (True, told, told)
    assert world.storage.read.office_head(world.handler).number > told


def test_verifying_from_an_anchor(world: World) -> None:
    """SI-5: a restored backup is valid by itself, but not against the anchor that the office kept."""
    assert isinstance(world.storage, MemoryStorage)
    audit = world.portal.office.audit
    world.portal.background.sealer.run_once()
    backup = world.storage._committed.copy()
    world.invite("piet@example.nl")
    anchor = read_anchor(list(audit.export(world.handler))[-1])
    assert audit.verify(world.handler, anchor=anchor).holds
    world.storage._keep(backup)
    assert [each.kind for each in audit.verify(world.handler).breaks] == [BreakKind.MISSING]
    world.anchors.restart(world.office, world.storage.read.office_head(world.handler))
    assert audit.verify(world.handler).holds
    assert [each.kind for each in audit.verify(world.handler, anchor=anchor).breaks] == [BreakKind.MISSING]
    for number in range(9):
        world.invite(f"nieuw-{number}@example.nl")
    world.portal.background.sealer.run_once()
    assert [each.kind for each in audit.verify(world.handler, anchor=anchor).breaks] == [BreakKind.ALTERED]


# ------------------------------------------------------------------ exporting
def test_exporting(world: World) -> None:
    """OF-1, SI-5: an export has all earlier entries and itself, sealed and in order, and then the head."""
    audit = world.portal.office.audit
    told = world.audit()
    *lines, last = list(audit.export(world.handler))
    exported = [json.loads(line) for line in lines]
    assert [line["what"] for line in exported] == [*told, "TrailExported"]
    assert [line["number"] for line in exported] == list(range(1, len(told) + 2))
    assert exported[-1]["handler"] == world.handler.handler
    head = read_anchor(last)
    assert (head.number, head.digest.hex()) == (len(told) + 1, exported[-1]["digest"])
    verification = audit.verify(world.handler, anchor=head)
    assert (verification.holds, verification.head) == (True, head)


def test_exporting_on(world: World) -> None:
    """SI-5: an export can continue where an earlier one ended."""
    audit = world.portal.office.audit
    head = read_anchor(list(audit.export(world.handler))[-1])
    world.invite("piet@example.nl")
    *lines, _last = audit.export(world.handler, after=head.number)
    assert [json.loads(line)["what"] for line in lines] == ["ClientMade", "AccountInvited", "TrailExported"]


def test_exporting_is_told_before_it_is_given(world: World) -> None:
    """SI-5: an export is recorded in the trail, also if no line of it is read."""
    world.portal.office.audit.export(world.handler)
    assert world.audit()[-1] == "TrailExported"


def test_exporting_a_broken_chain(world: World) -> None:
    """SI-5: an export of a broken chain has all entries, also those without a number."""
    assert isinstance(world.storage, MemoryStorage)
    told = len(world.audit())
    world.portal.background.sealer.run_once()
    world.storage._committed.heads.clear()
    world.invite("piet@example.nl")
    assert len(world.portal.background.sealer.seal(world.office).problems) == 1
    *lines, _last = world.portal.office.audit.export(world.handler)
    exported = [json.loads(line) for line in lines]
    assert [line["number"] for line in exported] == [*range(1, told + 1), None, None, None]
    assert [line["what"] for line in exported[told:]] == ["ClientMade", "AccountInvited", "TrailExported"]
