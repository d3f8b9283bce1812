"""Tests the promises of ``klantportaal.ports.anchors``.

Inherit ``AnchorsContract`` and provide a fixture ``anchors`` that is empty for each test, and the fixtures of
``promises``::

    class TestOurAnchors(AnchorsContract):
        @pytest.fixture
        def anchors(self, place) -> OurAnchors:
            return OurAnchors(place)

        @pytest.fixture
        def reopened(self, place) -> Callable[[], OurAnchors]:
            return lambda: OurAnchors(place)

        @pytest.fixture
        def slow(self) -> Without:
            return Without("the reason")

The place of ``full`` has no room for one more anchor.

If several processes can use your anchors at once, override the fixture ``others`` too: a second adapter on the same
place.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest

from klantportaal.domain.errors import StorageFull, Unavailable
from klantportaal.domain.sealing import NONE_YET, Seal
from klantportaal.domain.values import OfficeId
from klantportaal.ports.anchors import Anchors
from klantportaal.testing.contracts.promises import Contract, another, given_up, promised

OFFICE = OfficeId(UUID("0197f3c2-d5a8-7b6c-9d0e-1f2a3b4c5d6e"))
OTHER = OfficeId(UUID("0197f3c2-d5a8-7b6c-9d0e-1f2a3b4c5d6f"))


def head(number: int, fill: int = 0) -> Seal:
    """Make a head of a chain."""
    return Seal(number=number, digest=bytes([fill]) * 40)


KEEPING: dict[str, Callable[[Anchors], object]] = {
    "add": lambda anchors: anchors.add(OFFICE, head(7)),
    "restart": lambda anchors: anchors.restart(OFFICE, head(7)),
}
"""Calls that keep a head."""
CALLS: dict[str, Callable[[Anchors], object]] = {"newest": lambda anchors: anchors.newest(OFFICE), **KEEPING}


class AnchorsContract(Contract):
    """The promises of an adapter for anchors, as tests."""

    @pytest.fixture
    def others(self, anchors: Anchors) -> Anchors:
        """Return a second adapter on the same place. By default it is the same one."""
        return anchors

    def test_at_first_there_is_none(self, anchors: Anchors) -> None:
        """SI-5: an office that was never anchored has no anchor."""
        assert anchors.newest(OFFICE) is None

    @pytest.mark.parametrize("kept", [NONE_YET, head(1), head(2**63 - 1, 255)])
    def test_a_head_comes_back(self, anchors: Anchors, others: Anchors, kept: Seal) -> None:
        """SI-5: the anchor comes back unchanged, also the one of a chain without seals, also in another process."""
        anchors.add(OFFICE, kept)
        assert [anchors.newest(OFFICE), others.newest(OFFICE)] == [kept, kept]

    def test_offices_do_not_mix(self, anchors: Anchors) -> None:
        """OF-2: each office has its own anchor."""
        anchors.add(OFFICE, head(5))
        assert anchors.newest(OTHER) is None
        anchors.add(OTHER, head(2))
        assert [anchors.newest(OFFICE), anchors.newest(OTHER)] == [head(5), head(2)]

    def test_the_highest_number_stays(self, anchors: Anchors, others: Anchors) -> None:
        """SI-5: an anchor is replaced by a higher number only, whoever comes first."""
        for each in (head(3), head(2), head(3, 7), NONE_YET):
            anchors.add(OFFICE, each)
            others.add(OFFICE, each)
        assert anchors.newest(OFFICE) == others.newest(OFFICE) == head(3)
        others.add(OFFICE, head(4))
        assert anchors.newest(OFFICE) == head(4)

    def test_starting_again(self, anchors: Anchors, others: Anchors) -> None:
        """SI-5: after a restart from an older head, the anchor grows from there."""
        anchors.add(OFFICE, head(9))
        anchors.restart(OFFICE, head(4, 1))
        assert others.newest(OFFICE) == head(4, 1)
        others.add(OFFICE, head(3))
        others.add(OFFICE, head(6))
        assert anchors.newest(OFFICE) == head(6)
        anchors.restart(OTHER, NONE_YET)
        assert anchors.newest(OTHER) == NONE_YET

    def test_many_anchors(self, anchors: Anchors) -> None:
        """SI-5: the newest anchor is found however many there were."""
        for number in range(500):
            anchors.add(OFFICE, head(number, number % 256))
        assert anchors.newest(OFFICE) == head(499, 499 % 256)

    def test_many_at_once(self, anchors: Anchors, others: Anchors) -> None:
        """SI-5: of concurrent writers the highest number stays."""
        barrier = Barrier(8)

        def write(place: int) -> None:
            barrier.wait()
            for number in range(place, 80, 8):
                (anchors if place % 2 else others).add(OFFICE, head(number))

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(write, range(8)))
        assert anchors.newest(OFFICE) == others.newest(OFFICE) == head(79)

    def test_what_was_kept_is_kept_at_once(self, anchors: Anchors, reopened: Callable[[], Anchors]) -> None:
        """SI-5: once ``add`` or ``restart`` has returned, whoever opens the same place finds the anchor."""
        for number in (1, 2):
            anchors.add(OFFICE, head(number))
            assert another(reopened, anchors).newest(OFFICE) == head(number), (
                "SI-5: an anchor that `add` acknowledged survives a crash of the process. Opened anew, the place has "
                "another one: it is in memory, or is written later."
            )
        anchors.restart(OFFICE, head(1, 1))
        assert another(reopened, anchors).newest(OFFICE) == head(1, 1), (
            "SI-5: an anchor that `restart` acknowledged survives a crash of the process. Opened anew, the place has "
            "another one."
        )

    @pytest.mark.parametrize("call", KEEPING)
    def test_a_full_place(self, full: Anchors, call: str) -> None:
        """SI-5, AL-6: without room, the call raises StorageFull, and the anchor stays the same."""
        before = full.newest(OFFICE)
        with promised(f"SI-5: without room, `{call}` never says that it kept the anchor", StorageFull):
            KEEPING[call](full)
        assert full.newest(OFFICE) == before, "SI-5: without room, the anchor stays what it was"

    @pytest.mark.parametrize("call", CALLS)
    def test_a_place_that_cannot_be_reached(self, away: Anchors, call: str) -> None:
        """SI-5: while the place cannot be reached, each call raises Unavailable: no anchor counts as missing."""
        with promised(f"SI-5: while the place cannot be reached, `{call}` is refused for now", Unavailable):
            CALLS[call](away)

    @pytest.mark.parametrize("call", CALLS)
    def test_a_silent_place_is_given_up(self, slow: Anchors, call: str) -> None:
        """AL-2: an adapter has a time limit of its own for a place that does not answer."""
        promise = f"AL-2: `{call}` gives up in its own time limit on a place that does not answer"
        with promised(promise, Unavailable):
            given_up(promise, lambda: CALLS[call](slow), patience=self.patience)

    @pytest.mark.parametrize("call", KEEPING)
    def test_what_the_place_refuses_is_not_kept(self, refusing: Anchors, call: str) -> None:
        """SI-5: a call that the place refuses raises Unavailable, and the anchor stays the same."""
        before = refusing.newest(OFFICE)
        with promised(f"SI-5: when the place refuses, `{call}` never says that it kept the anchor", Unavailable):
            KEEPING[call](refusing)
        assert refusing.newest(OFFICE) == before, "SI-5: what the place refused does not become the anchor"
