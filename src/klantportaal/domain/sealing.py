"""The chain of seals over an office's trail: what is altered, missing or added afterwards shows (SI-5).

A seal gives an entry its number in the chain, and a digest over the entry, that number and the digest before it, under
a key that is not where the entries are. Who can write to the database can break the chain, but not mend it.

The order of the chain is the order of sealing: an entry that was committed late comes after one of a higher id.
"""

import enum
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta

import attrs

from klantportaal.domain.auditing import Entry
from klantportaal.domain.boundary import checked
from klantportaal.domain.values import EntryId, KeyId

Digest = Callable[[bytes, bytes], bytes]
"""What makes a digest, of the digest that it follows and what it is over."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class SealCheck:
    """What came of holding a digest against what it should be over."""

    key_id: KeyId
    """The key that it was made under, as it says itself."""
    is_known: bool
    """Whether that key was given, so that the digest could be checked."""
    is_good: bool


Check = Callable[[bytes, bytes, bytes], SealCheck]
"""What checks a digest: given the digest, the one that it follows, and what it should be over."""

LATE = timedelta(hours=1)
"""How much older an entry may be than one that was sealed before it.

Transactions that commit late and hosts whose clocks differ make some of it; who puts an entry in afterwards, more.
"""
TOLD = 100
"""How many breaks are told one by one; all are counted."""
_HEAD = "head"


@attrs.frozen(kw_only=True, field_transformer=checked)
class Seal:
    """A place in an office's chain. That of the newest sealed entry is the chain's head; kept elsewhere, an anchor."""

    number: int
    """Counted from 1, without gaps."""
    digest: bytes


NONE_YET = Seal(number=0, digest=b"")
"""What the first seal follows."""


@attrs.frozen(kw_only=True)
class Line:
    """An entry with its seal, if it has been sealed."""

    entry: Entry
    seal: Seal | None


class BreakKind(enum.StrEnum):
    """What can be wrong with a trail."""

    ALTERED = "altered"
    """The digest is not that of the entry in its place; or the chain is another than the anchor was taken of."""
    MISSING = "missing"
    """Numbers are not there that were given out. The first entry after them can be held against nothing."""
    ADDED = "added"
    """The seal is not of the chain; or the entry is far older than what was sealed before it (`LATE`)."""
    UNKNOWN_KEY = "unknown_key"
    """The entries were sealed under a key that is not given, such as a former pepper.

    Whether they were altered can be told once that key is given. None is missing, and their digests are as they were
    where an entry after them holds.
    """


@attrs.frozen(kw_only=True)
class Break:
    """One place where the trail is not what was written."""

    kind: BreakKind
    first: int | None
    """Its number in the chain; None for an entry that has no seal."""
    last: int | None
    """The last of a run of missing ones, or of a run under an unknown key; or else the same."""
    entry_id: EntryId | None
    """The first one's. None where there is no entry."""
    key_id: KeyId | None = None
    """The id of the unknown key; None for the other kinds."""


@attrs.frozen(kw_only=True)
class Verification:
    """What came of holding a trail against its chain."""

    head: Seal
    """An anchor for the next time, if this one holds: keep it where the database's owner cannot write."""
    sealed: int
    unsealed: int
    """Entries that the sealer has not come to yet: for a few seconds after they were written."""
    broken: int
    """How many places are broken."""
    breaks: tuple[Break, ...]
    """The first hundred of them."""
    keys: Mapping[KeyId, int] = attrs.field(factory=dict)
    """How many entries hold under each key. An entry after a gap, which cannot be checked, is under none."""

    @property
    def holds(self) -> bool:
        """Tell whether the trail is as it was written."""
        return self.broken == 0


# ------------------------------------------------------------------ sealing
def canonical(entry: Entry, number: int) -> bytes:
    """Write an entry and its number as one text, the same wherever it was kept: ASCII JSON, sorted, times in UTC."""
    fields = {name: _plain(value) for name, value in attrs.asdict(entry, recurse=False).items()}
    return json.dumps({**fields, "number": number}, sort_keys=True, separators=(",", ":")).encode("ascii")


def _plain(value: object) -> str | None:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return None if value is None else str(value)


def seal(entry: Entry, *, after: Seal, digest: Digest) -> Seal:
    """Give an entry the next place in the chain."""
    number = after.number + 1
    return Seal(number=number, digest=digest(after.digest, canonical(entry, number)))


def seal_all(entries: Iterable[Entry], *, after: Seal, digest: Digest) -> Mapping[EntryId, Seal]:
    """Give entries their places, one after the other."""
    seals = {}
    for entry in entries:
        seals[entry.id] = after = seal(entry, after=after, digest=digest)
    return seals


# ------------------------------------------------------------------ verifying
def verify(lines: Iterable[Line], *, head: Seal, check: Check, anchor: Seal | None = None) -> Verification:
    """Hold a trail against its chain; the lines pass one by one, however many there are.

    Args:
        lines: the sealed ones in the order of their numbers, then those that are not sealed.
        head: where the chain ends, as the storage says.
        check: what checks the digests.
        anchor: where it ended earlier, as the office kept elsewhere. Without it, nobody can tell a trail whose end was
            cut off together with the head, or an old backup, from a shorter trail.
    """
    walk = _Walk(check=check, head=head, anchor=anchor or NONE_YET)
    for line in lines:
        walk.pass_by(line)
    return walk.end()


@attrs.define(kw_only=True)
class _Walk:
    """How far the lines have come."""

    check: Check
    head: Seal
    anchor: Seal
    last: int = 0
    """The number that was passed last."""
    before: bytes | None = NONE_YET.digest
    """The digest that the next one follows; None where that is missing."""
    newest: datetime | None = None
    """The time of the newest entry that was sealed so far."""
    sealed: int = 0
    unsealed: int = 0
    broken: int = 0
    breaks: list[Break] = attrs.field(factory=list)
    keys: Counter[KeyId] = attrs.field(factory=Counter)
    run: tuple[int, KeyId] | None = None
    """The last number of a run under an unknown key, and that key, if the newest break is one."""

    def pass_by(self, line: Line) -> None:
        """Hold one line against those before it."""
        if line.seal is None:
            self.unsealed += 1
            if self._is_late(line.entry):
                self._tell(BreakKind.ADDED, None, line.entry)
        else:
            self._skip_to(min(line.seal.number, self.head.number + 1))
            self.sealed += 1
            self._hold(line.entry, line.seal)

    def end(self) -> Verification:
        """Say what is missing at the end, and how it all came out."""
        self._skip_to(max(self.head.number, self.anchor.number) + 1)
        return Verification(
            head=self.head,
            sealed=self.sealed,
            unsealed=self.unsealed,
            broken=self.broken,
            breaks=tuple(self.breaks),
            keys=dict(self.keys),
        )

    def _hold(self, entry: Entry, seal: Seal) -> None:
        """Hold a sealed entry against its place; one that is not good says nothing of the time either."""
        if seal.number <= self.last or seal.number > self.head.number:
            self._tell(BreakKind.ADDED, seal.number, entry)
            return
        found = None if self.before is None else self.check(seal.digest, self.before, canonical(entry, seal.number))
        if self._is_other(seal) or (found and found.is_known and not found.is_good):
            self._tell(BreakKind.ALTERED, seal.number, entry)
        elif found and not found.is_known:
            self._tell_unknown(seal.number, entry, found.key_id)
        elif self._is_late(entry):
            self._tell(BreakKind.ADDED, seal.number, entry)
        elif found:
            self.newest = entry.at if self.newest is None else max(self.newest, entry.at)
            self.keys[found.key_id] += 1
        self.last, self.before = seal.number, seal.digest

    def _is_other(self, seal: Seal) -> bool:
        """Tell whether the digest is of a chain that is not the one which was known."""
        known = (each.digest for each in (self.head, self.anchor) if each.number == seal.number)
        return any(each != seal.digest for each in known)

    def _is_late(self, entry: Entry) -> bool:
        return self.newest is not None and self.newest - entry.at > LATE

    def _skip_to(self, number: int) -> None:
        """Tell of the numbers between the last one and this one, if there are any."""
        if number > self.last + 1:
            self._tell(BreakKind.MISSING, self.last + 1, None, last=number - 1)
            self.last, self.before = number - 1, None

    def _tell_unknown(self, number: int, entry: Entry, key_id: KeyId) -> None:
        """Tell of an entry under an unknown key. Several in a row under the same one are one break."""
        if self.run != (number - 1, key_id):
            self._tell(BreakKind.UNKNOWN_KEY, number, entry, key_id=key_id)
        elif self.broken <= TOLD:
            self.breaks[-1] = attrs.evolve(self.breaks[-1], last=number)
        self.run = number, key_id

    def _tell(
        self,
        kind: BreakKind,
        number: int | None,
        entry: Entry | None,
        *,
        last: int | None = None,
        key_id: KeyId | None = None,
    ) -> None:
        self.broken += 1
        self.run = None
        if self.broken <= TOLD:
            id = None if entry is None else entry.id
            self.breaks.append(Break(kind=kind, first=number, last=last or number, entry_id=id, key_id=key_id))


# ------------------------------------------------------------------ exporting
def exported(line: Line) -> str:
    """Write a line of the trail as one line of JSON."""
    entry, seal = line.entry, line.seal or NONE_YET
    return json.dumps(
        {
            "number": seal.number or None,
            "digest": seal.digest.hex() or None,
            "id": str(entry.id),
            "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "what": entry.what,
            "which": _object(entry.which),
            "account": _plain(entry.account_id),
            "client": _plain(entry.client_id),
            "handler": entry.handler,
            "network_address": entry.network_address,
        }
    )


def _object(which: str) -> object:
    """Read what an entry is about; one that was altered may hold anything, and is given as it is."""
    try:
        return json.loads(which)
    except (ValueError, RecursionError):
        return which


def exported_head(head: Seal) -> str:
    """Write where the chain ends as one line of JSON: the anchor of an export."""
    return json.dumps({_HEAD: {"number": head.number, "digest": head.digest.hex()}})


def read_anchor(line: str) -> Seal:
    """Read the last line of an export.

    Raises:
        ValueError: it is not one.
    """
    try:
        head = json.loads(line)[_HEAD]
        return Seal(number=int(head["number"]), digest=bytes.fromhex(head["digest"]))
    except (KeyError, TypeError) as error:
        raise ValueError("this is not the last line of an export of the trail") from error
