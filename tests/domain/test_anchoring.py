"""The anchor: the sealer continues only from it, and leaves out entries without a valid signature."""

from collections.abc import Sequence
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.anchoring import (
    REASON_LIMIT,
    SealingProblem,
    SealingProblemKind,
    SealingRun,
    compare,
    first_anchor,
    follow,
    restore,
    sort_out,
    together,
)
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.events import TrailRestored
from klantportaal.domain.sealing import NONE_YET, Line, Seal
from klantportaal.domain.signing import sign
from klantportaal.domain.values import EntryId, OfficeId
from tests.domain.given import AT, OFFICE_ID
from tests.domain.test_sealing import FIVE, HEAD, KEY, checker, entry, head_of, indices, newer

OTHER = Seal(number=5, digest=bytes(40))


# ------------------------------------------------------------------ the head against the anchor
@pytest.mark.parametrize(
    "head, anchor, kind",
    [
        (NONE_YET, NONE_YET, None),
        (HEAD, HEAD, None),
        (HEAD, NONE_YET, None),
        (NONE_YET, HEAD, SealingProblemKind.BEHIND),
        (head_of(FIVE[:4]), HEAD, SealingProblemKind.BEHIND),
        (OTHER, HEAD, SealingProblemKind.OTHER_CHAIN),
        (HEAD, None, SealingProblemKind.NO_ANCHOR),
        (NONE_YET, None, SealingProblemKind.NO_ANCHOR),
    ],
)
def test_comparing(head: Seal, anchor: Seal | None, kind: SealingProblemKind | None) -> None:
    """SI-5: a chain continues from its anchor or from a later head, never from an earlier or a different one."""
    assert compare(head, anchor) is kind


def test_the_first_anchor() -> None:
    """SI-5: only a chain without seals begins an anchor; one that has lost its anchor does not."""
    assert first_anchor(NONE_YET, None) == NONE_YET
    assert [first_anchor(*each) for each in ((HEAD, None), (NONE_YET, HEAD), (HEAD, HEAD))] == [None] * 3


# ------------------------------------------------------------------ following a chain that is ahead
def following(lines: Sequence[Line], anchored: int, head: Seal = HEAD) -> Seal | None:
    """Follow a chain from the anchor of some of its entries."""
    return follow(lines, anchor=head_of(FIVE[:anchored]), head=head, check=checker(KEY))


@given(anchored=st.integers(0, 4), size=st.integers(1, 5))
def test_following(anchored: int, size: int) -> None:
    """SI-5: a chain that is ahead of its anchor is followed to the last line that is given."""
    lines = FIVE[anchored : anchored + size]
    assert following(lines, anchored) == lines[-1].seal


def test_following_nothing() -> None:
    """SI-5: a head that is ahead, with no entries up to it, is not followed."""
    assert following([], 3) is None


@given(anchored=st.integers(0, 3), place=st.integers(0, 4))
def test_following_a_broken_chain(anchored: int, place: int) -> None:
    """SI-5: a gap, an altered entry or another order stops at the anchor."""
    lines = FIVE[anchored:]
    place %= len(lines)
    altered = attrs.evolve(lines[place], entry=attrs.evolve(lines[place].entry, handler="mr. X"))
    assert following([*lines[:place], altered, *lines[place + 1 :]], anchored) is None
    assert following(lines[1:], anchored) is None
    assert following(lines[::-1], anchored) is None
    assert following(FIVE, anchored + 1) is None


def test_following_to_another_head() -> None:
    """SI-5: the chain must end at the head, with its digest, and no entry is beyond it."""
    assert following(FIVE, 0, OTHER) is None
    assert following(FIVE, 0, head_of(FIVE[:4])) is None
    assert following([Line(entry=entry(1), seal=None)], 0) is None


def test_following_under_an_unknown_key() -> None:
    """SI-5: what cannot be checked is not followed."""
    assert follow(FIVE, anchor=NONE_YET, head=HEAD, check=checker()) is None


# ------------------------------------------------------------------ entries without a good signature
@given(places=st.sets(indices))
def test_sorting_out(places: set[int]) -> None:
    """SI-5: an entry with an invalid signature is left out and reported; the others are sealed."""
    entries = [line.entry for line in FIVE]
    given_ = [attrs.evolve(each, handler="mr. X") if place in places else each for place, each in enumerate(entries)]
    good, problems = sort_out(given_, checker(KEY))
    assert list(good) == [each for place, each in enumerate(entries) if place not in places]
    told = SealingProblem(
        office_id=OFFICE_ID,
        kind=SealingProblemKind.ALTERED,
        entries=len(places),
        first=EntryId(UUID(int=min(places, default=0) + 1)),
    )
    assert problems == ((told,) if places else ())


def test_sorting_out_by_key() -> None:
    """SI-5: an entry under a key that is not configured is not reported as altered."""
    entries = [entry(1), sign(entry(2), newer), attrs.evolve(entry(3), which="[]"), sign(entry(4), newer)]
    good, problems = sort_out(entries, checker(KEY))
    assert list(good) == entries[:1]
    assert [(each.kind, each.entries, each.first) for each in problems] == [
        (SealingProblemKind.UNKNOWN_KEY, 2, entries[1].id),
        (SealingProblemKind.ALTERED, 1, entries[2].id),
    ]


def test_together() -> None:
    """AL-6: results are added up; problems of another office or kind stay apart."""
    one = SealingProblem(office_id=OFFICE_ID, kind=SealingProblemKind.ALTERED, entries=2, first=EntryId(UUID(int=1)))
    more = attrs.evolve(one, entries=3, first=EntryId(UUID(int=2)))
    others = [
        attrs.evolve(one, office_id=OfficeId(UUID(int=9))),
        SealingProblem(office_id=OFFICE_ID, kind=SealingProblemKind.FAILED, error="Unavailable"),
    ]
    runs = [SealingRun(sealed=4, problems=(one, more)), SealingRun(sealed=1, problems=tuple(others))]
    assert together(runs) == SealingRun(sealed=5, problems=(attrs.evolve(one, entries=5), *others))
    assert together([]) == SealingRun(sealed=0)


# ------------------------------------------------------------------ going on from a backup
def test_restoring() -> None:
    """SI-5: going on from an older head is an entry, with the reason and the anchor that is given up."""
    fact = restore(" Terugzetten van\nmaandag ", head=head_of(FIVE[:2]), anchor=HEAD, at=AT)
    assert fact == TrailRestored(
        reason="Terugzetten van maandag", number=2, anchored=5, digest=HEAD.digest.hex(), at=AT
    )
    assert restore("Anker kwijt", head=HEAD, anchor=None, at=AT).anchored == 0


@pytest.mark.parametrize(
    "reason, fault",
    [
        (" \n\u200b", Fault(code=FaultCode.MISSING, field="reason")),
        ("x" * (REASON_LIMIT + 1), Fault(code=FaultCode.TOO_LONG, field="reason", params={"limit": REASON_LIMIT})),
    ],
)
def test_restoring_for_no_reason(reason: str, fault: Fault) -> None:
    """AL-1: without a reason of reasonable length nothing is accepted."""
    with pytest.raises(Refused) as refused:
        restore(reason, head=NONE_YET, anchor=HEAD, at=AT)
    assert refused.value.faults == (fault,)
