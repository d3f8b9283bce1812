"""Anchors that break promises of their port."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Any, ClassVar

import pytest

from klantportaal.adapters.anchors.files import FileAnchors
from klantportaal.adapters.anchors.memory import MemoryAnchors
from klantportaal.domain.errors import StorageFull, Unavailable
from klantportaal.domain.sealing import Seal
from klantportaal.domain.values import OfficeId
from klantportaal.ports.anchors import Anchors
from klantportaal.testing.contracts.anchors import OFFICE, AnchorsContract
from tests.contracts.fixtures.anchors import InFolder
from tests.contracts.wrong import caught_by


class _Wrong(InFolder, AnchorsContract):
    patience: ClassVar[float] = 0.2
    makes: ClassVar[type[Any]]

    @pytest.fixture
    def adapter(self) -> Callable[[Path], Anchors]:
        """Return the wrong adapter."""
        return type(self).makes


class _InMemory(MemoryAnchors):
    def __init__(self, _folder: Path) -> None:
        super().__init__()


@caught_by("test_what_was_kept_is_kept_at_once", "SI-5: an anchor that `add` acknowledged survives a crash")
class KeepsAnchorsInMemory(_Wrong):
    """It keeps anchors in memory."""

    makes = _InMemory


class _Behind(FileAnchors):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._waiting: list[tuple[OfficeId, Seal]] = []

    def add(self, office_id: OfficeId, head: Seal) -> None:
        self._waiting.append((office_id, head))

    def newest(self, office_id: OfficeId) -> Seal | None:
        for waiting in self._waiting:
            super().add(*waiting)
        self._waiting.clear()
        return super().newest(office_id)


@caught_by("test_what_was_kept_is_kept_at_once", "SI-5: an anchor that `add` acknowledged survives a crash")
class WritesBehind(_Wrong):
    """It writes an anchor once it is asked for."""

    makes = _Behind


class _Full(FileAnchors):
    def add(self, office_id: OfficeId, head: Seal) -> None:
        with suppress(StorageFull):
            super().add(office_id, head)


@caught_by("test_a_full_place[add]", "SI-5: without room, `add` never says that it kept the anchor")
class SaysKeptWithoutRoom(_Wrong):
    """It says that it kept an anchor for which there was no room."""

    makes = _Full


class _None(FileAnchors):
    def newest(self, office_id: OfficeId) -> Seal | None:
        with suppress(Unavailable):
            return super().newest(office_id)
        return None


@caught_by(
    "test_a_place_that_cannot_be_reached[newest]", "SI-5: while the place cannot be reached, `newest` is refused"
)
class KnowsOfNoAnchor(_Wrong):
    """It says that an office has no anchor while its place cannot be reached."""

    makes = _None


class _Careless(FileAnchors):
    def restart(self, office_id: OfficeId, head: Seal) -> None:
        with suppress(Unavailable):
            super().restart(office_id, head)


@caught_by("test_what_the_place_refuses_is_not_kept[restart]", "SI-5: when the place refuses, `restart` never says")
class SaysKeptWhatWasRefused(_Wrong):
    """It says that it kept an anchor that its place refused."""

    makes = _Careless


class _Waiting(FileAnchors):
    answer = Event()

    def newest(self, office_id: OfficeId) -> Seal | None:
        self.answer.wait()
        return super().newest(office_id)


@caught_by("test_a_silent_place_is_given_up[newest]", "AL-2: `newest` gives up in its own time limit")
class WaitsForEver(_Wrong):
    """It waits for a place that says nothing."""

    makes = _Waiting

    @pytest.fixture
    def slow(self, folder: Path) -> Iterator[Anchors]:
        """Return anchors whose place says nothing until the test is over."""
        yield _Waiting(folder)
        _Waiting.answer.set()


class _Lower(FileAnchors):
    def add(self, office_id: OfficeId, head: Seal) -> None:
        self.restart(office_id, head)


@caught_by("test_the_highest_number_stays", "SI-5: an anchor is replaced by a higher number only")
class LowersAnAnchor(_Wrong):
    """It replaces an anchor by an older head."""

    makes = _Lower


class _Shared(FileAnchors):
    def newest(self, office_id: OfficeId) -> Seal | None:
        return super().newest(OFFICE)

    def add(self, office_id: OfficeId, head: Seal) -> None:
        super().add(OFFICE, head)


@caught_by("test_offices_do_not_mix", "OF-2: each office has its own anchor")
class MixesOffices(_Wrong):
    """It keeps one anchor for all offices."""

    makes = _Shared
