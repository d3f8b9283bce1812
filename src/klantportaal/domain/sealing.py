"""The hash chain over an office's audit trail. It reveals entries that are altered, missing or added later (SI-5).

A seal has the number of an entry in the chain, and a keyed digest over the entry, that number and the digest before it.
The key is not in the database. So somebody who can write to the database can break the chain, but cannot repair it.

The order of the chain is the order of sealing. An entry that was committed late may follow one with a higher id.
"""

import enum
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

import attrs

from klantportaal.domain.auditing import Entry
from klantportaal.domain.boundary import checked
from klantportaal.domain.signing import Check, Digest, SealCheck, canonical, check_signature, plain
from klantportaal.domain.values import EntryId, KeyId

LATE = timedelta(hours=1)
"""How much older an entry may be than one that was sealed before it.

Late commits and differing clocks cause small differences. A larger difference means that the entry was added later.
"""
TOLD = 100
"""How many breaks are listed. All breaks are counted."""
_HEAD = "head"


@attrs.frozen(kw_only=True, field_transformer=checked)
class Seal:
    """A position in an office's chain. The last one is the head of the chain. A head kept elsewhere is an anchor."""

    number: int
    """Counts from 1, without gaps."""
    digest: bytes


NONE_YET = Seal(number=0, digest=b"")
"""The position before the first seal."""


@attrs.frozen(kw_only=True)
class Line:
    """An entry and its seal. The seal is None until the entry is sealed."""

    entry: Entry
    seal: Seal | None


class BreakKind(enum.StrEnum):
    """The kinds of errors in a trail."""

    ALTERED = "altered"
    """The digest does not fit the entry at this position, or it differs from the head or an anchor.

    Without a number: the signature does not fit. The entry was altered, or added by somebody without the key.
    """
    MISSING = "missing"
    """Numbers are missing: the entries are gone, or have lost their seals. Of the first entry after them only the
    signature can be checked, and not its position."""
    ADDED = "added"
    """The seal is not part of the chain, or the entry is much older than entries sealed before it (`LATE`)."""
    UNKNOWN_KEY = "unknown_key"
    """The entries were sealed with a key that is not configured, such as a former pepper.

    They can be checked once that key is configured. No entry among them is missing. If a later entry is good, their
    digests are unchanged.
    """
    NO_ANCHOR = "no_anchor"
    """Entries are sealed, and no anchor is kept outside the database. So nobody can tell whether the end is missing."""


@attrs.frozen(kw_only=True)
class Break:
    """One place where the trail differs from what was written."""

    kind: BreakKind
    first: int | None
    """The number in the chain. None for an entry without a seal."""
    last: int | None
    """The last number of a run of missing entries, or of entries under an unknown key. Otherwise equal to *first*."""
    entry_id: EntryId | None
    """The id of the first entry. None if the entry is missing."""
    key_id: KeyId | None = None
    """The id of the unknown key. None for the other kinds."""


@attrs.frozen(kw_only=True)
class Verification:
    """The result of verifying a trail."""

    head: Seal
    """The end of the chain. If the trail holds, keep it as the next anchor where the database's owner cannot write."""
    anchor: Seal | None
    """The newest head that the portal kept outside the database, against which the trail was verified."""
    sealed: int
    unsealed: int
    """The number of entries without a seal. The sealer seals an entry within a few seconds."""
    broken: int
    """The number of breaks."""
    breaks: tuple[Break, ...]
    """The first hundred breaks."""
    keys: Mapping[KeyId, int] = attrs.field(factory=dict)
    """The number of good sealed entries for each key."""

    @property
    def holds(self) -> bool:
        """Tell whether there are no breaks."""
        return self.broken == 0


# ------------------------------------------------------------------ sealing
def seal(entry: Entry, *, after: Seal, digest: Digest) -> Seal:
    """Give an entry the next position in the chain."""
    number = after.number + 1
    return Seal(number=number, digest=digest(after.digest, canonical(entry, number)))


def seal_all(entries: Iterable[Entry], *, after: Seal, digest: Digest) -> Mapping[EntryId, Seal]:
    """Give each entry the next position in the chain, in order."""
    seals = {}
    for entry in entries:
        seals[entry.id] = after = seal(entry, after=after, digest=digest)
    return seals


# ------------------------------------------------------------------ verifying
def verify(
    lines: Iterable[Line], *, head: Seal, check: Check, anchor: Seal | None, kept: Seal | None = None
) -> Verification:
    """Verify a trail. The lines are processed one by one, so that memory use does not grow with their number.

    Args:
        lines: the sealed entries by number, then the unsealed entries.
        head: the end of the chain according to the storage.
        check: checks a digest.
        anchor: the newest head that was kept outside the database. None if it is lost. Read it before *head*.
        kept: an earlier end of the chain, which the office kept for itself.
    """
    walk = _Walk(check=check, head=head, anchor=anchor, kept=kept or NONE_YET)
    for line in lines:
        walk.pass_by(line)
    return walk.end()


@attrs.define(kw_only=True)
class _Walk:
    """The state of a verification."""

    check: Check
    head: Seal
    anchor: Seal | None
    kept: Seal
    last: int = 0
    """The number of the last processed position."""
    before: bytes | None = NONE_YET.digest
    """The digest of the last processed position. None if that entry is missing."""
    newest: datetime | None = None
    """The latest time of the good entries so far."""
    sealed: int = 0
    unsealed: int = 0
    broken: int = 0
    breaks: list[Break] = attrs.field(factory=list)
    keys: Counter[KeyId] = attrs.field(factory=Counter)
    run: tuple[int, KeyId] | None = None
    """The last number and the key of the newest break, if its kind is ``UNKNOWN_KEY``."""

    def pass_by(self, line: Line) -> None:
        """Process one line."""
        if line.seal is None:
            self.unsealed += 1
            self._hold_unsealed(line.entry)
        else:
            self._skip_to(min(line.seal.number, self.head.number + 1))
            self.sealed += 1
            self._hold(line.entry, line.seal)

    def end(self) -> Verification:
        """Report entries that are missing at the end, and return the result."""
        self._skip_to(max(each.number for each in self._known()) + 1)
        if self.anchor is None and self.head.number:
            self._tell(BreakKind.NO_ANCHOR, None, None)
        return Verification(
            head=self.head,
            anchor=self.anchor,
            sealed=self.sealed,
            unsealed=self.unsealed,
            broken=self.broken,
            breaks=tuple(self.breaks),
            keys=dict(self.keys),
        )

    def _hold(self, entry: Entry, seal: Seal) -> None:
        """Check a sealed entry. Only a good one updates the latest time."""
        if seal.number <= self.last or seal.number > self.head.number:
            self._tell(BreakKind.ADDED, seal.number, entry)
            return
        found = self._check(entry, seal)
        if self._is_other(seal) or found.is_forged:
            self._tell(BreakKind.ALTERED, seal.number, entry)
        elif not found.is_known:
            self._tell_unknown(seal.number, entry, found.key_id)
        elif self._is_late(entry):
            self._tell(BreakKind.ADDED, seal.number, entry)
        else:
            self.newest = entry.at if self.newest is None else max(self.newest, entry.at)
            self.keys[found.key_id] += 1
        self.last, self.before = seal.number, seal.digest

    def _check(self, entry: Entry, seal: Seal) -> SealCheck:
        """Check a seal. After a gap the digest before it is not known: check the signature of the entry instead."""
        if self.before is None:
            return check_signature(entry, self.check)
        return self.check(seal.digest, self.before, canonical(entry, seal.number))

    def _hold_unsealed(self, entry: Entry) -> None:
        """Check an entry that has its signature only."""
        found = check_signature(entry, self.check)
        if found.is_forged:
            self._tell(BreakKind.ALTERED, None, entry)
        elif not found.is_known:
            self._tell(BreakKind.UNKNOWN_KEY, None, entry, key_id=found.key_id)
        elif self._is_late(entry):
            self._tell(BreakKind.ADDED, None, entry)

    def _is_other(self, seal: Seal) -> bool:
        """Tell whether the digest differs from that of the head or the anchor with the same number."""
        return any(each.digest != seal.digest for each in self._known() if each.number == seal.number)

    def _known(self) -> Iterable[Seal]:
        """Give the heads that the chain must contain."""
        return (self.head, self.anchor or NONE_YET, self.kept)

    def _is_late(self, entry: Entry) -> bool:
        return self.newest is not None and self.newest - entry.at > LATE

    def _skip_to(self, number: int) -> None:
        """Report the numbers between the last one and *number* as missing, if there are any."""
        if number > self.last + 1:
            self._tell(BreakKind.MISSING, self.last + 1, None, last=number - 1)
            self.last, self.before = number - 1, None

    def _tell_unknown(self, number: int, entry: Entry, key_id: KeyId) -> None:
        """Report an entry under an unknown key. Consecutive entries under the same key make one break."""
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
    """Write an entry of the trail as one line of JSON."""
    entry, seal = line.entry, line.seal or NONE_YET
    return json.dumps(
        {
            "number": seal.number or None,
            "digest": seal.digest.hex() or None,
            "id": str(entry.id),
            "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "what": entry.what,
            "which": _object(entry.which),
            "person": plain(entry.person_id),
            "account": plain(entry.account_id),
            "client": plain(entry.client_id),
            "handler": entry.handler,
            "network_address": entry.network_address,
            "signature": entry.signature.hex() or None,
        }
    )


def _object(which: str) -> object:
    """Parse the JSON of ``which``. Return the text itself if it is not JSON, as an altered entry may hold any text."""
    try:
        return json.loads(which)
    except (ValueError, RecursionError):
        return which


def exported_head(head: Seal) -> str:
    """Write the head of the chain as one line of JSON. It is the last line of an export, and serves as an anchor."""
    return json.dumps({_HEAD: {"number": head.number, "digest": head.digest.hex()}})


def read_anchor(line: str) -> Seal:
    """Parse the last line of an export.

    Args:
        line: the line, without or with its line end.

    Raises:
        ValueError: *line* is not the last line of an export.
    """
    try:
        head = json.loads(line)[_HEAD]
        return Seal(number=head["number"], digest=bytes.fromhex(head["digest"]))
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError("line is not the last line of an export of the trail") from error
