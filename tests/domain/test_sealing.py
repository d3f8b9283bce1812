"""The chain of seals: an untouched trail holds; every later change is found, with its place."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.auditing import Entry
from klantportaal.domain.sealing import (
    LATE,
    NONE_YET,
    TOLD,
    Break,
    BreakKind,
    Line,
    Seal,
    Verification,
    exported,
    exported_head,
    read_anchor,
    seal,
    seal_all,
    verify,
)
from klantportaal.domain.signing import Check, SealCheck, canonical, sign
from klantportaal.domain.values import AccountId, ClientId, EntryId, KeyId, OfficeId, PersonId
from tests.domain.given import AT, OFFICE_ID

SECOND = timedelta(seconds=1)


KEY, NEWER = KeyId("6b65795f5f6f6c64"), KeyId("6b65795f5f6e6577")


def digest(previous: bytes, content: bytes, key_id: KeyId = KEY) -> bytes:
    """Make a digest with a key of the test."""
    key = bytes.fromhex(key_id)
    return key + hashlib.sha256(key + len(previous).to_bytes(4) + previous + content).digest()


def newer(previous: bytes, content: bytes) -> bytes:
    """Make a digest with the newer key."""
    return digest(previous, content, NEWER)


def forged(previous: bytes, content: bytes) -> bytes:
    """Make a digest without knowing the key."""
    return bytes.fromhex(KEY) + hashlib.sha256(previous + content).digest()


def checker(*known: KeyId) -> Check:
    """Return a check that knows these keys."""

    def checked(made: bytes, previous: bytes, content: bytes) -> SealCheck:
        key_id = KeyId(made[:8].hex())
        is_good = key_id in known and made == digest(previous, content, key_id)
        return SealCheck(key_id=key_id, is_known=key_id in known, is_good=is_good)

    return checked


def entry(number: int, **fields: Any) -> Entry:
    """Make an entry, timed by its number in seconds."""
    made = Entry(
        id=EntryId(UUID(int=number)),
        office_id=OFFICE_ID,
        at=AT + number * SECOND,
        what="MessageRead",
        which='{"message_id": null}',
        person_id=PersonId(UUID(int=6)),
        account_id=AccountId(UUID(int=7)),
        client_id=ClientId(UUID(int=8)),
        handler=None,
        network_address="192.0.2.1",
    )
    return sign(attrs.evolve(made, **fields), digest)


def chain(entries: Sequence[Entry], after: Seal = NONE_YET) -> list[Line]:
    """Seal entries in the order given."""
    seals = seal_all(entries, after=after, digest=digest)
    return [Line(entry=each, seal=seals[each.id]) for each in entries]


def head_of(lines: Sequence[Line]) -> Seal:
    """Return the head of a chain."""
    return next((line.seal for line in reversed(lines) if line.seal), NONE_YET)


def in_order(lines: Sequence[Line]) -> list[Line]:
    """Put lines in the order in which a storage returns them."""
    sealed = sorted((line for line in lines if line.seal), key=lambda line: line.seal.number if line.seal else 0)
    return [*sealed, *sorted((line for line in lines if not line.seal), key=lambda line: line.entry.id)]


def check(lines: Sequence[Line], head: Seal, anchor: Seal | None = None) -> Verification:
    """Verify lines against their head, and against an anchor that the office kept."""
    return verify(in_order(lines), head=head, check=checker(KEY, NEWER), anchor=NONE_YET, kept=anchor)


def told(lines: Sequence[Line], head: Seal, anchor: Seal | None = None) -> list[tuple[BreakKind, int | None]]:
    """Return the kind and the first number of each break."""
    return [(each.kind, each.first) for each in check(lines, head, anchor).breaks]


FIVE = chain([entry(number) for number in range(1, 6)])
HEAD = head_of(FIVE)
indices = st.integers(0, 4)


# ------------------------------------------------------------------ sealing
def test_a_seal() -> None:
    """SI-5: a digest covers the entry, its number and the previous digest."""
    first = seal(entry(1), after=NONE_YET, digest=digest)
    second = seal(entry(2), after=first, digest=digest)
    assert first == Seal(number=1, digest=digest(b"", canonical(entry(1), 1)))
    assert second == Seal(number=2, digest=digest(first.digest, canonical(entry(2), 2)))


def test_the_canonical_text() -> None:
    """SI-5: the canonical text is fixed to the byte: with another one, existing digests would fail."""
    assert entry(1, handler="mr. Ä").signature.hex().encode() == SIGNATURE
    assert canonical(entry(1, handler="mr. Ä"), 12) == (
        b'{"account_id":"00000000-0000-0000-0000-000000000007","at":"' + _moment(1) + b'",'
        b'"client_id":"00000000-0000-0000-0000-000000000008","handler":"mr. \\u00c4",'
        b'"id":"00000000-0000-0000-0000-000000000001","network_address":"192.0.2.1","number":12,'
        b'"office_id":"' + str(OFFICE_ID).encode() + b'","person_id":"00000000-0000-0000-0000-000000000006",'
        b'"signature":"' + SIGNATURE + b'","what":"MessageRead","which":"{\\"message_id\\": null}"}'
    )


SIGNATURE = b"6b65795f5f6f6c64ad98db7e4942b373dca0db5191979cd520ac42239b50f80df9c230592c88f551"


def _moment(number: int) -> bytes:
    return (AT + number * SECOND).astimezone(UTC).isoformat(timespec="microseconds").encode()


def test_the_canonical_text_of_a_moment() -> None:
    """SI-5: a time is written in UTC, to the microsecond, whatever its time zone."""
    whole = datetime(2026, 7, 1, 12, tzinfo=UTC)
    elsewhere = whole.astimezone(timezone(timedelta(hours=2)))
    assert canonical(entry(1, at=whole), 1) == canonical(entry(1, at=elsewhere), 1)
    assert b'"at":"2026-07-01T12:00:00.000000+00:00"' in canonical(entry(1, at=whole), 1)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
maybe_ids = st.none() | st.uuids()
entries_of_any_kind = st.builds(
    Entry,
    id=st.uuids().map(EntryId),
    office_id=st.uuids().map(OfficeId),
    at=st.datetimes(timezones=st.just(UTC)),
    what=texts,
    which=texts,
    person_id=maybe_ids,
    account_id=maybe_ids,
    client_id=maybe_ids,
    handler=st.none() | texts,
    network_address=st.none() | texts,
)


@given(one=entries_of_any_kind, other=entries_of_any_kind, numbers=st.tuples(st.integers(1, 3), st.integers(1, 3)))
def test_no_two_entries_are_written_alike(one: Entry, other: Entry, numbers: tuple[int, int]) -> None:
    """SI-5: different entries have different texts, also where text moves between fields."""
    alike = canonical(one, numbers[0]) == canonical(other, numbers[1])
    assert alike == ((one, numbers[0]) == (other, numbers[1]))
    shifted = attrs.evolve(one, what=one.what + one.which, which="")
    assert (canonical(shifted, 1) == canonical(one, 1)) == (shifted == one)


# ------------------------------------------------------------------ untouched trails
@given(data=st.data())
def test_an_untouched_trail(data: st.DataObject) -> None:
    """SI-5: an unchanged trail holds at any time, in any order of writes, late commits and sealing."""
    waiting: list[Entry] = []  # Written, not committed yet.
    lines: list[Line] = []
    for number in range(1, data.draw(st.integers(1, 12)) + 1):
        waiting.append(entry(number))
        for each in data.draw(st.lists(st.sampled_from(waiting), unique=True)):
            waiting.remove(each)
            lines.append(Line(entry=each, seal=None))
        anchor = head_of(in_order([line for line in lines if line.seal]))
        if data.draw(st.booleans()):
            unsealed = sorted((line.entry for line in lines if not line.seal), key=lambda each: each.id)
            some = unsealed[: data.draw(st.integers(0, len(unsealed)))]  # A batch, or the sealer stopped here.
            sealed = chain(some, after=anchor)
            lines = [line for line in lines if line.entry not in some] + sealed
        head = head_of(in_order([line for line in lines if line.seal]))
        verification = check(lines, head, anchor)
        assert verification.holds
        assert verify(in_order(lines), head=head, check=checker(KEY), anchor=anchor).holds
        assert (verification.head, verification.breaks) == (head, ())
        assert (verification.sealed, verification.unsealed) == (head.number, len(lines) - head.number)


def test_a_trail_of_nothing() -> None:
    """SI-5: an office without sealed entries has an empty chain, which holds."""
    nothing = Verification(head=NONE_YET, anchor=NONE_YET, sealed=0, unsealed=0, broken=0, breaks=())
    assert check([], NONE_YET, NONE_YET) == nothing
    assert check([Line(entry=entry(1), seal=None)], NONE_YET).unsealed == 1


# ------------------------------------------------------------------ altered trails
@given(index=indices, other=entries_of_any_kind, name=st.sampled_from([field.name for field in attrs.fields(Entry)]))
def test_an_alteration(index: int, other: Entry, name: str) -> None:
    """SI-5: a changed value in any field of an entry is found at that entry only."""
    standing = FIVE[index].entry
    altered = attrs.evolve(standing, **{name: getattr(other, name)})
    lines = [attrs.evolve(line, entry=altered) if line.entry is standing else line for line in FIVE]
    assert told(lines, HEAD) == ([(BreakKind.ALTERED, index + 1)] if altered != standing else [])


@given(index=indices, bits=st.integers(1, 255))
def test_an_altered_digest(index: int, bits: int) -> None:
    """SI-5: a changed digest is found at its entry."""
    standing = FIVE[index].seal
    assert standing is not None
    other = Seal(number=standing.number, digest=standing.digest[:-1] + bytes([standing.digest[-1] ^ bits]))
    lines = [attrs.evolve(line, seal=other) if line.seal is standing else line for line in FIVE]
    assert (BreakKind.ALTERED, index + 1) in told(lines, HEAD)


@given(index=indices)
def test_a_deletion(index: int) -> None:
    """SI-5: a deleted entry is found by its missing number, at the end too."""
    lines = [line for line in FIVE if line is not FIVE[index]]
    assert told(lines, HEAD) == [(BreakKind.MISSING, index + 1)]


@given(first=indices, count=st.integers(1, 5))
def test_a_run_of_deletions(first: int, count: int) -> None:
    """SI-5: consecutive deleted entries are one break, from the first to the last."""
    gone = FIVE[first : first + count]
    verification = check([line for line in FIVE if line not in gone], HEAD)
    assert verification.breaks == (
        Break(kind=BreakKind.MISSING, first=first + 1, last=first + len(gone), entry_id=None),
    )
    assert verification.sealed == 5 - len(gone)


@given(index=indices)
def test_a_seal_taken_away(index: int) -> None:
    """SI-5: an entry whose seal was removed is found by its missing number."""
    lines = [attrs.evolve(line, seal=None) if line is FIVE[index] else line for line in FIVE]
    assert told(lines, HEAD) == [(BreakKind.MISSING, index + 1)]


@given(places=st.lists(indices, min_size=2, max_size=2, unique=True))
def test_a_swap(places: list[int]) -> None:
    """SI-5: two entries with swapped contents are both found."""
    one, other = sorted(places)
    lines = list(FIVE)
    lines[one] = attrs.evolve(FIVE[one], entry=FIVE[other].entry)
    lines[other] = attrs.evolve(FIVE[other], entry=FIVE[one].entry)
    assert told(lines, HEAD) == [(BreakKind.ALTERED, one + 1), (BreakKind.ALTERED, other + 1)]


@given(places=st.lists(indices, min_size=2, max_size=2, unique=True))
def test_a_swap_with_seals(places: list[int]) -> None:
    """SI-5: two entries swapped together with their digests are both found."""
    one, other = sorted(places)
    first, second = FIVE[one].seal, FIVE[other].seal
    assert first is not None
    assert second is not None
    lines = list(FIVE)
    lines[one] = Line(entry=FIVE[other].entry, seal=attrs.evolve(second, number=first.number))
    lines[other] = Line(entry=FIVE[one].entry, seal=attrs.evolve(first, number=second.number))
    assert {(BreakKind.ALTERED, one + 1), (BreakKind.ALTERED, other + 1)} <= set(told(lines, HEAD))


@given(index=indices)
def test_an_insertion_under_a_number(index: int) -> None:
    """SI-5: an entry with a number in use, or with one beyond the head, is found as added."""
    taken = Line(entry=entry(9), seal=FIVE[index].seal)
    beyond = Line(entry=entry(9), seal=Seal(number=6 + index, digest=bytes(32)))
    assert told([*FIVE, taken], HEAD) == [(BreakKind.ADDED, index + 1)]
    assert told([*FIVE, beyond], HEAD) == [(BreakKind.ADDED, 6 + index)]


def test_an_insertion_with_the_head() -> None:
    """SI-5: an entry added together with a new head is found, as its digest needs the key."""
    added = seal(entry(6), after=HEAD, digest=forged)
    assert told([*FIVE, Line(entry=entry(6), seal=added)], added) == [(BreakKind.ALTERED, 6)]


@given(late=st.integers(1, 10**6))
def test_an_insertion_without_a_seal(late: int) -> None:
    """SI-5: an entry more than an hour older than one sealed before it is found as added, sealed or not."""
    old = entry(9, at=FIVE[-1].entry.at - LATE - late * timedelta(microseconds=1))
    assert told([*FIVE, Line(entry=old, seal=None)], HEAD) == [(BreakKind.ADDED, None)]
    sealed = [*FIVE, *chain([old, entry(10)], after=HEAD)]
    assert told(sealed, head_of(sealed)) == [(BreakKind.ADDED, 6)]


def test_an_entry_that_was_committed_late() -> None:
    """SI-5: an entry that is at most an hour older than one sealed before it is accepted."""
    late = entry(9, at=FIVE[-1].entry.at - LATE)
    assert check([*FIVE, Line(entry=late, seal=None)], HEAD).holds
    sealed = [*FIVE, *chain([late], after=HEAD)]
    assert check(sealed, head_of(sealed)).holds


def test_after_a_gap() -> None:
    """SI-5: the entry after a gap has no previous digest: it is checked by its signature, and the next by its seal."""
    altered = attrs.evolve(FIVE[2], entry=attrs.evolve(FIVE[2].entry, handler="mr. X"))
    assert told([FIVE[0], *FIVE[2:]], HEAD) == [(BreakKind.MISSING, 2)]
    assert told([FIVE[0], altered, *FIVE[3:]], HEAD) == [(BreakKind.MISSING, 2), (BreakKind.ALTERED, 3)]
    next_one = attrs.evolve(FIVE[3], entry=entry(3, handler="mr. X"))
    assert told([FIVE[0], FIVE[2], next_one, FIVE[4]], HEAD) == [(BreakKind.MISSING, 2), (BreakKind.ALTERED, 4)]


# ------------------------------------------------------------------ without a seal
@given(other=entries_of_any_kind, name=st.sampled_from([field.name for field in attrs.fields(Entry)]))
def test_an_alteration_without_a_seal(other: Entry, name: str) -> None:
    """SI-5: a changed value in any field of an entry that has no seal yet is found by its signature."""
    standing = entry(6)
    altered = attrs.evolve(standing, **{name: getattr(other, name)})
    breaks = check([*FIVE, Line(entry=altered, seal=None)], HEAD).breaks
    assert [(each.first, each.entry_id) for each in breaks] == ([(None, altered.id)] if altered != standing else [])
    if name != "signature":  # Another signature may name another key.
        assert {each.kind for each in breaks} <= {BreakKind.ALTERED}


def test_an_entry_signed_under_an_unknown_key() -> None:
    """SI-5: an unsealed entry whose key is not configured is reported as not checked."""
    unknown = Line(entry=sign(entry(6), newer), seal=None)
    verification = verify([*FIVE, unknown], head=HEAD, check=checker(KEY), anchor=HEAD)
    assert verification.breaks == (
        Break(kind=BreakKind.UNKNOWN_KEY, first=None, last=None, entry_id=unknown.entry.id, key_id=NEWER),
    )


def test_a_signature_is_no_seal() -> None:
    """SI-5: a signature cannot serve as the first seal of a chain, nor a seal as a signature."""
    made = entry(1)
    as_seal = Seal(number=1, digest=made.signature)
    assert told([Line(entry=made, seal=as_seal)], as_seal) == [(BreakKind.ALTERED, 1)]
    first = seal(made, after=NONE_YET, digest=digest)
    assert told([Line(entry=attrs.evolve(made, signature=first.digest), seal=None)], NONE_YET) == [
        (BreakKind.ALTERED, None)
    ]


# ------------------------------------------------------------------ the anchor
def test_the_anchor_of_the_portal() -> None:
    """SI-5: a trail is verified against the anchor that the portal keeps, and it must have one once it is sealed."""

    def told_against(anchor: Seal | None, lines: Sequence[Line], head: Seal) -> list[tuple[BreakKind, int | None]]:
        verification = verify(in_order(lines), head=head, check=checker(KEY), anchor=anchor)
        assert verification.anchor == anchor
        return [(each.kind, each.first) for each in verification.breaks]

    assert told_against(HEAD, FIVE, HEAD) == []
    assert told_against(HEAD, FIVE[:3], head_of(FIVE[:3])) == [(BreakKind.MISSING, 4)]
    assert told_against(Seal(number=2, digest=bytes(40)), FIVE, HEAD) == [(BreakKind.ALTERED, 2)]
    assert told_against(None, FIVE, HEAD) == [(BreakKind.NO_ANCHOR, None)]
    assert told_against(None, [], NONE_YET) == []


def test_blanked_seals() -> None:
    """SI-5: with the head set back and an entry changed, the changed entry is named, and so are the lost numbers."""
    blanked = [attrs.evolve(line, seal=None) for line in FIVE[2:]]
    blanked[1] = attrs.evolve(blanked[1], entry=attrs.evolve(FIVE[3].entry, handler="mr. X"))
    lines = [*FIVE[:2], *blanked]
    verification = verify(lines, head=head_of(FIVE[:2]), check=checker(KEY), anchor=HEAD)
    assert verification.breaks == (
        Break(kind=BreakKind.ALTERED, first=None, last=None, entry_id=FIVE[3].entry.id),
        Break(kind=BreakKind.MISSING, first=3, last=5, entry_id=None),
    )


@given(kept=st.integers(0, 4))
def test_the_end_cut_off_with_the_head(kept: int) -> None:
    """SI-5: an end cut off together with the head is found only by an anchor kept elsewhere."""
    lines = FIVE[:kept]
    assert check(lines, head_of(lines)).holds
    [cut] = check(lines, head_of(lines), HEAD).breaks
    assert cut == Break(kind=BreakKind.MISSING, first=kept + 1, last=5, entry_id=None)


@given(kept=st.integers(0, 4))
def test_an_old_backup_that_went_on(kept: int) -> None:
    """SI-5: a chain continued from an old backup holds by itself, but not against the newer anchor."""
    lines = FIVE[:kept] + chain([entry(number) for number in range(20, 30)], after=head_of(FIVE[:kept]))
    assert check(lines, head_of(lines)).holds
    assert told(lines, head_of(lines), HEAD) == [(BreakKind.ALTERED, 5)]


@given(anchored=st.integers(0, 5))
def test_an_older_anchor(anchored: int) -> None:
    """SI-5: a trail that has grown holds against each of its earlier heads."""
    assert check(FIVE, HEAD, head_of(FIVE[:anchored])).holds


def test_an_altered_head() -> None:
    """SI-5: a head with another digest, or an older head, is found at its number."""
    assert told(FIVE, Seal(number=5, digest=bytes(32))) == [(BreakKind.ALTERED, 5)]
    assert told(FIVE, head_of(FIVE[:4])) == [(BreakKind.ADDED, 5)]
    assert told(FIVE, NONE_YET) == [(BreakKind.ADDED, number) for number in range(1, 6)]


def test_another_key() -> None:
    """SI-5: without the key nothing holds; all breaks are counted, and the first hundred returned."""
    seals = seal_all([entry(number) for number in range(1, TOLD + 51)], after=NONE_YET, digest=forged)
    lines = [Line(entry=entry(number), seal=each) for number, each in enumerate(seals.values(), start=1)]
    verification = verify(lines, head=head_of(lines), check=checker(KEY), anchor=NONE_YET)
    assert (verification.broken, len(verification.breaks), verification.holds) == (TOLD + 50, TOLD, False)
    assert verification.breaks[-1].first == TOLD


# ------------------------------------------------------------------ a key that was replaced
def replaced(count: int = 5) -> list[Line]:
    """Make a trail whose first three entries are sealed with the older key, and the others with the newer one."""
    entries = [entry(number) for number in range(1, count + 1)]
    older = seal_all(entries[:3], after=NONE_YET, digest=digest)
    seals = {**older, **seal_all(entries[3:], after=older[entries[2].id], digest=newer)}
    return [Line(entry=each, seal=seals[each.id]) for each in entries]


def test_a_chain_goes_on_under_a_newer_key() -> None:
    """SI-5: each entry is checked with its own key, and the entries are counted by key."""
    verification = check(replaced(), head_of(replaced()))
    assert verification.holds
    assert verification.keys == {KEY: 3, NEWER: 2}


def test_a_key_that_is_not_given_is_told() -> None:
    """SI-5: entries sealed with an unknown key are one break, from first to last, with the key's id."""
    lines = replaced()
    verification = verify(lines, head=head_of(lines), check=checker(NEWER), anchor=NONE_YET)
    run = Break(kind=BreakKind.UNKNOWN_KEY, first=1, last=3, entry_id=lines[0].entry.id, key_id=KEY)
    assert (verification.breaks, verification.broken, verification.keys) == ((run,), 1, {NEWER: 2})
    assert not verification.holds


def test_what_is_altered_under_a_known_key_shows_beside_it() -> None:
    """SI-5: without the older key, changes that the newer key covers are found."""
    lines = replaced()
    unknown = lines[2].seal
    assert unknown is not None
    forged_seal = attrs.evolve(unknown, digest=unknown.digest[:-1] + b"!")
    lines[2] = attrs.evolve(lines[2], seal=forged_seal)
    lines[4] = attrs.evolve(lines[4], entry=entry(5, handler="mr. X"))
    breaks = verify(lines, head=head_of(lines), check=checker(NEWER), anchor=NONE_YET).breaks
    assert [(each.kind, each.first, each.last) for each in breaks] == [
        (BreakKind.UNKNOWN_KEY, 1, 3),
        (BreakKind.ALTERED, 4, 4),
        (BreakKind.ALTERED, 5, 5),
    ]


def test_runs_of_unknown_keys_are_told_apart() -> None:
    """SI-5: a run of an unknown key ends at another key or break; beyond a hundred breaks none is returned."""
    lines = replaced()
    runs = verify(lines, head=head_of(lines), check=checker(), anchor=NONE_YET).breaks
    assert [(each.first, each.last, each.key_id) for each in runs] == [(1, 3, KEY), (4, 5, NEWER)]
    again = verify([*lines[:2], lines[0], *lines[2:]], head=head_of(lines), check=checker(), anchor=NONE_YET).breaks
    assert [(each.kind, each.first, each.last) for each in again] == [
        (BreakKind.UNKNOWN_KEY, 1, 2),
        (BreakKind.ADDED, 1, 1),
        (BreakKind.UNKNOWN_KEY, 3, 3),
        (BreakKind.UNKNOWN_KEY, 4, 5),
    ]
    many = verify([*[lines[0]] * (TOLD + 1), *lines[1:]], head=head_of(lines), check=checker(), anchor=NONE_YET)
    assert (many.broken, len(many.breaks)) == (TOLD + 3, TOLD)


# ------------------------------------------------------------------ exporting
def test_an_exported_line() -> None:
    """SI-5: an exported line is one line of JSON with number, digest and entry, whatever the entry has."""
    [line] = chain([entry(1, handler="mr. A\u2028\nB", which='{"message_id": "7"}')])
    text = exported(line)
    assert len(text.splitlines()) == 1
    assert json.loads(text) == {
        "number": 1,
        "digest": line.seal.digest.hex() if line.seal else None,
        "id": str(line.entry.id),
        "at": _moment(1).decode(),
        "what": "MessageRead",
        "which": {"message_id": "7"},
        "person": str(line.entry.person_id),
        "account": str(line.entry.account_id),
        "client": str(line.entry.client_id),
        "handler": "mr. A\u2028\nB",
        "network_address": "192.0.2.1",
        "signature": line.entry.signature.hex(),
    }


@pytest.mark.parametrize("which", ["", "{", "[" * 200_000])
def test_an_exported_line_that_was_altered(which: str) -> None:
    """SI-5: an entry whose JSON was damaged is exported as text."""
    found = json.loads(exported(Line(entry=entry(1, which=which, account_id=None), seal=None)))
    assert (found["which"], found["number"], found["digest"], found["account"]) == (which, None, None, None)


@given(st.builds(Seal, number=st.integers(0, 2**63 - 1), digest=st.binary()))
def test_an_anchor_comes_back(head: Seal) -> None:
    """SI-5: the last line of an export can be read back as an anchor."""
    assert read_anchor(exported_head(head) + "\n") == head


@pytest.mark.parametrize(
    "line",
    [
        *("", "7", "[]", "{}", '{"head": 7}', '{"head": {"number": 1}}', '{"head": {"number": 1, "digest": "x"}}'),
        *(
            f'{{"head": {{"number": {each}, "digest": "aa"}}}}'
            for each in ("1.5", "true", '"1"', "1e400", "NaN", "null")
        ),
        *('{"head": {"number": 1, "digest": 7}}', "[" * 100_000, None, 7),
    ],
    ids=lambda line: str(line)[:40],
)
def test_what_is_no_anchor(line: Any) -> None:
    """SI-5, AL-5: a line that is not the last one of an export is refused as an anchor."""
    with pytest.raises(ValueError, match="line is not the last line of an export of the trail"):
        read_anchor(line)
