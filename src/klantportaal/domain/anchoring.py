"""The anchor: the newest head of an office's chain, kept outside the database (SI-5).

The sealer goes on only from its anchor. So whoever sets the database back, or blanks seals, has nothing sealed anew.
An anchor is written after the seals up to it are committed. So the chain may be ahead of it, and is never behind.
"""

import enum
from collections.abc import Iterable, Sequence
from datetime import datetime

import attrs

from klantportaal.domain.auditing import Entry
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.events import TrailRestored
from klantportaal.domain.sealing import NONE_YET, Line, Seal
from klantportaal.domain.signing import Check, canonical, check_signature
from klantportaal.domain.values import EntryId, OfficeId, is_blank, plain_line

REASON_LIMIT = 300
"""In characters."""


class SealingProblemKind(enum.StrEnum):
    """Why entries of an office are not sealed."""

    BEHIND = "behind"
    """The chain in the database is shorter than its anchor: seals or entries are gone, or a backup was put back."""
    OTHER_CHAIN = "other_chain"
    """The chain in the database is not the one of its anchor."""
    NO_ANCHOR = "no_anchor"
    """There is a chain, and the anchor is lost."""
    ALTERED = "altered"
    """Entries were altered or added by somebody without the key. They are left out; the others are sealed."""
    UNKNOWN_KEY = "unknown_key"
    """Entries were signed with a key that is not configured. They are left out; the others are sealed."""
    FAILED = "failed"
    """An error, such as a database that cannot be reached."""


STOPPING = frozenset({SealingProblemKind.BEHIND, SealingProblemKind.OTHER_CHAIN, SealingProblemKind.NO_ANCHOR})
"""With these, nothing of the office is sealed until somebody acts."""


@attrs.frozen(kw_only=True)
class SealingProblem:
    """What keeps entries of an office from being sealed. It has no personal data."""

    office_id: OfficeId
    kind: SealingProblemKind
    entries: int = 0
    """The number of entries that were left out."""
    first: EntryId | None = None
    """The first of them."""
    error: str | None = None
    """The kind of error, for ``FAILED``."""


@attrs.frozen(kw_only=True)
class SealingRun:
    """The result of sealing."""

    sealed: int
    """The number of entries that were sealed."""
    problems: tuple[SealingProblem, ...] = ()
    """At most one for each office and kind."""


def together(runs: Iterable[SealingRun]) -> SealingRun:
    """Add results up. Problems of the same office and kind become one, with its first entry."""
    sealed, problems = 0, dict[tuple[OfficeId, SealingProblemKind], SealingProblem]()
    for run in runs:
        sealed += run.sealed
        for problem in run.problems:
            whose = (problem.office_id, problem.kind)
            known = problems.setdefault(whose, attrs.evolve(problem, entries=0))
            problems[whose] = attrs.evolve(known, entries=known.entries + problem.entries)
    return SealingRun(sealed=sealed, problems=tuple(problems.values()))


def sort_out(entries: Iterable[Entry], check: Check) -> tuple[Sequence[Entry], tuple[SealingProblem, ...]]:
    """Separate the entries with a good signature from the others, which must not be sealed."""
    good, problems = list[Entry](), list[SealingProblem]()
    for entry in entries:
        found = check_signature(entry, check)
        if found.is_good:
            good.append(entry)
        else:
            kind = SealingProblemKind.ALTERED if found.is_forged else SealingProblemKind.UNKNOWN_KEY
            problems.append(SealingProblem(office_id=entry.office_id, kind=kind, entries=1, first=entry.id))
    return good, together([SealingRun(sealed=0, problems=tuple(problems))]).problems


def first_anchor(head: Seal, anchor: Seal | None) -> Seal | None:
    """Give the anchor of a chain that has no seal yet. None if there is nothing to begin."""
    return NONE_YET if anchor is None and head == NONE_YET else None


def compare(head: Seal, anchor: Seal | None) -> SealingProblemKind | None:
    """Tell why a chain cannot go on from its anchor, as far as its head shows it. None if it can."""
    if anchor is None:
        return SealingProblemKind.NO_ANCHOR
    if head.number < anchor.number:
        return SealingProblemKind.BEHIND
    if head.number == anchor.number and head.digest != anchor.digest:
        return SealingProblemKind.OTHER_CHAIN
    return None


def follow(lines: Sequence[Line], *, anchor: Seal, head: Seal, check: Check) -> Seal | None:
    """Follow a chain that is ahead of its anchor, because the process stopped before it wrote the anchor.

    Args:
        lines: the sealed entries after the anchor, by number; not necessarily all of them.
        anchor: where the chain was, by the anchor.
        head: the end of the chain, by the database.
        check: checks a digest.

    Returns:
        The seal of the last line. None if the lines are not the next ones of this chain.
    """
    for line in lines:
        seal = line.seal or NONE_YET
        if seal.number != anchor.number + 1 or seal.number > head.number:
            return None
        if not check(seal.digest, anchor.digest, canonical(line.entry, seal.number)).is_good:
            return None
        anchor = seal
    is_other = not lines or (anchor.number == head.number and anchor.digest != head.digest)
    return None if is_other else anchor


def restore(reason: str, *, head: Seal, anchor: Seal | None, at: datetime) -> TrailRestored:
    """Go on from the chain as the database has it, although it does not follow its anchor.

    Raises:
        Refused: the reason is missing or too long.
    """
    reason = plain_line(reason)
    if is_blank(reason):
        raise Refused([Fault(code=FaultCode.MISSING, field="reason")])
    if len(reason) > REASON_LIMIT:
        raise Refused([Fault(code=FaultCode.TOO_LONG, field="reason", params={"limit": REASON_LIMIT})])
    left = anchor or NONE_YET
    return TrailRestored(reason=reason, number=head.number, anchored=left.number, digest=left.digest.hex(), at=at)
