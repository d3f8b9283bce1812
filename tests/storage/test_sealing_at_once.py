"""Sealers of several processes at once, and sealers that are killed: one chain, with its anchor (SI-5)."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from klantportaal.adapters.anchors.files import FileAnchors
from klantportaal.adapters.secrets.hmac_seals import HmacSeals
from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.sealing import read_anchor
from klantportaal.usecases.shared import sealing
from klantportaal.usecases.shared.sealing import Sealer
from tests.support.children import fork
from tests.usecases.world import World

ENTRIES = 90


@pytest.fixture
def world(storage: SqlStorage, monkeypatch: pytest.MonkeyPatch) -> World:
    """Make an office with entries that wait for their seal; sealers take few at a time."""
    monkeypatch.setattr(sealing, "BATCH", 2)
    world = World(storage=storage, seals=HmacSeals(b"x" * 32))
    for _each in range(ENTRIES):
        world.portal.office.audit.entries(world.handler, size=1)
    return world


def sealer(storage: SqlStorage, folder: Path) -> Sealer:
    """Make the sealer of a process."""
    return Sealer(storage=storage, seals=HmacSeals(b"x" * 32), anchors=FileAnchors(folder), runs=[])


def verified(world: World, storage: SqlStorage, folder: Path) -> None:
    """Seal what is left, and require that the trail holds, up to its anchor."""
    assert sealer(storage, folder).run_once().problems == ()
    head = storage.read.office_head(world.handler)
    assert FileAnchors(folder).newest(world.office) == head
    world.anchors.restart(world.office, head)
    verification = world.portal.office.audit.verify(world.handler)
    assert (verification.holds, verification.sealed, verification.unsealed) == (True, ENTRIES + 1, 0)
    lines = (folder / f"{world.office}.jsonl").read_text().splitlines()
    numbers = [read_anchor(line).number for line in lines]
    assert numbers == sorted(set(numbers))


def test_sealers_of_several_processes(world: World, storage: SqlStorage, tmp_path: Path) -> None:
    """SI-5: sealers of three processes make one chain; none of them takes the other's progress for tampering."""

    def work() -> list[Any]:
        run = sealer(storage, tmp_path).run_once()
        return [run.sealed, [each.kind for each in run.problems]]

    children = [fork(work) for _each in range(3)]
    results = [child.result() for child in children]
    assert [problems for _sealed, problems in results] == [[], [], []]
    assert sum(sealed for sealed, _problems in results) == ENTRIES + 1
    verified(world, storage, tmp_path)


@pytest.mark.parametrize("moment", ["before the anchor", "after the anchor"])
@pytest.mark.parametrize("batches", [1, 2, 5])
def test_a_sealer_that_is_killed(world: World, storage: SqlStorage, tmp_path: Path, moment: str, batches: int) -> None:
    """SI-5: a chain can be continued after its sealer was killed between the commit and the anchor, or after it."""

    class Killed(FileAnchors):
        """Anchors whose process is killed at one of its heads."""

        left = batches

        def add(self, office_id: Any, head: Any) -> None:
            """Keep a head, or stop."""
            self.left -= 1
            if self.left or moment == "after the anchor":
                super().add(office_id, head)
            if not self.left:
                os.kill(os.getpid(), signal.SIGKILL)

    def work() -> None:
        Sealer(storage=storage, seals=HmacSeals(b"x" * 32), anchors=Killed(tmp_path), runs=[]).run_once()

    with pytest.raises(ValueError, match="Expecting value"):
        fork(work).result()
    verified(world, storage, tmp_path)
