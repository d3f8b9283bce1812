"""Tests the promises of ``klantportaal.ports.anchors``.

Inherit ``AnchorsContract`` and provide a fixture ``anchors`` that is empty for each test::

    class TestOurAnchors(AnchorsContract):
        @pytest.fixture
        def anchors(self) -> OurAnchors:
            return OurAnchors()

If several processes can use your anchors at once, override the fixture ``others`` too: a second adapter on the same
place.
"""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest

from klantportaal.domain.sealing import NONE_YET, Seal
from klantportaal.domain.values import OfficeId
from klantportaal.ports.anchors import Anchors

OFFICE = OfficeId(UUID("0197f3c2-d5a8-7b6c-9d0e-1f2a3b4c5d6e"))
OTHER = OfficeId(UUID("0197f3c2-d5a8-7b6c-9d0e-1f2a3b4c5d6f"))


def head(number: int, fill: int = 0) -> Seal:
    """Make a head of a chain."""
    return Seal(number=number, digest=bytes([fill]) * 40)


class AnchorsContract:
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
