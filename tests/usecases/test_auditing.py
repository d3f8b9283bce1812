"""The office reads, verifies and exports the audit trail (SI-5, OF-1)."""

import json
import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.domain.auditing import Entry
from klantportaal.domain.errors import Conflict, SignInFailed
from klantportaal.domain.sealing import NONE_YET, BreakKind, Line, Seal, read_anchor
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import EntryId
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
    assert world.portal.background.sealer.run_once() == len(before) + 1
    assert world.portal.background.sealer.run_once() == 0
    after = audit.entries(world.handler, oldest_first=True, size=99)
    assert [line.entry for line in after[:-1]] == [line.entry for line in before]
    assert [line.seal.number for line in after if line.seal] == list(range(1, len(before) + 2))


def test_sealing_in_batches(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """SI-5: sealing uses transactions of limited size, and the chain continues across them."""
    monkeypatch.setattr(sealing, "BATCH", 2)
    monkeypatch.setattr(audit, "BATCH", 2)
    told = len(world.audit())
    assert world.portal.background.sealer.run_once() == told
    verification = world.portal.office.audit.verify(world.handler)
    assert (verification.holds, verification.sealed, verification.unsealed) == (True, told, 0)


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
    """SI-5: an office whose chain has lost its head is logged and not sealed; other offices are sealed."""
    world.portal.background.sealer.run_once()
    assert isinstance(world.storage, MemoryStorage)
    world.storage._committed.heads.clear()
    world.invite("piet@example.nl")
    other = world.other_office()
    assert world.portal.background.sealer.run_once() == 1
    assert world.portal.office.audit.verify(other).holds
    assert not world.portal.office.audit.verify(world.handler).holds
    assert str(world.office) in caplog.text


def test_the_thread_seals(world: World) -> None:
    """SI-5: the dispatcher has a thread that seals, also while no mail can be sent."""
    dispatching = attrs.evolve(world.portal.background.dispatcher._dispatching, clock=None)  # type: ignore[arg-type]
    dispatcher = Dispatcher(dispatching, world.portal.background.sealer, every=0.01, sealing=0.01)
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
    return Entry(
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


def _stop_half_way(world: World) -> None:
    """Begin to seal, and roll back."""
    with world.storage.begin() as uow:
        head = uow.audit.head(world.office)
        if waiting := uow.audit.unsealed(world.office, limit=2):
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
    world.portal.background.sealer.run_once()
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
    with pytest.raises(Conflict):
        world.portal.background.sealer.seal(world.office)
    *lines, _last = world.portal.office.audit.export(world.handler)
    exported = [json.loads(line) for line in lines]
    assert [line["number"] for line in exported] == [*range(1, told + 1), None, None, None]
    assert [line["what"] for line in exported[told:]] == ["ClientMade", "AccountInvited", "TrailExported"]
