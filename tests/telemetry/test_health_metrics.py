"""The health of a portal as metrics (AL-6)."""

import gc
from datetime import timedelta
from typing import Any

import attrs
import pytest

from klantportaal import (
    DatabaseHealth,
    DiskHealth,
    DiskSpace,
    Finding,
    Health,
    Lane,
    LaneHealth,
    QuarantineHealth,
    Verdict,
)
from klantportaal.adapters import recent_health
from klantportaal.adapters.telemetry.health import GAUGES, observe_health
from klantportaal.portal import Portal
from tests.telemetry.recording import Recording
from tests.usecases.world import World


@attrs.define
class Asked:
    """Stands in for the health check of a portal. It counts how often it is asked."""

    found: Health
    times: int = 0

    def ask(self) -> Health:
        """Give what it was told to find."""
        self.times += 1
        return self.found


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, in seconds, as the health is kept by it."""
    found = [1000.0]
    monkeypatch.setattr(recent_health, "monotonic", lambda: found[0])
    return found


def replaced(found: Health) -> tuple[Portal, Asked]:
    """Give a portal whose health is *found*."""
    asked = Asked(found)
    portal: Any = attrs.evolve(World().portal, health=asked)  # type: ignore[arg-type]
    return portal, asked


def gauges(recording: Recording) -> set[str]:
    """List the gauges that have values."""
    return {name for name in recording.metrics() if not name.endswith(".duration")}


def test_a_portal_that_works(recording: Recording, now: list[float]) -> None:
    """AL-6: each part of the report of a portal that works is a gauge."""
    world = World()
    observe_health(world.portal, meters=recording.meters)
    assert recording.points("klantportaal.health.verdict") == {"ok": 1, "degraded": 0, "failing": 0}
    assert recording.points("klantportaal.health.finding") == dict.fromkeys(Finding, 0)
    assert recording.points("klantportaal.outbox.due") == dict.fromkeys(Lane, 0)
    world.invite("jan@example.nl")
    now[0] += 60
    world.later(minutes=20)
    assert recording.points("klantportaal.outbox.due")[Lane.AWAITED] == 1
    assert recording.points("klantportaal.outbox.age")[Lane.AWAITED] == 20 * 60
    assert recording.points("klantportaal.health.finding")[Finding.LANE_LATE] == 1
    assert recording.points("klantportaal.health.verdict") == {"ok": 0, "degraded": 1, "failing": 0}
    assert recording.points("klantportaal.sealer.unsealed")[""] > 0
    assert recording.points("klantportaal.sealer.age") == {"": 20 * 60}
    assert recording.points("klantportaal.database.latency")[""] >= 0


def test_each_value(recording: Recording, now: list[float]) -> None:
    """AL-6: the values are those of the report, in seconds, bytes and numbers."""
    lane = LaneHealth(lane=Lane.PDF, due=3, age=timedelta(minutes=2), failing=2)
    sound = World().portal.health()
    portal, _asked = replaced(
        attrs.evolve(
            sound,
            database=DatabaseHealth(latency=timedelta(milliseconds=250), is_migrated=True),
            disk=DiskHealth(files=DiskSpace(free=5, size=9), database=DiskSpace(free=7, size=9)),
            outbox=attrs.evolve(sound.outbox, lanes=(lane,)),
            quarantine=QuarantineHealth(waiting=3, age=timedelta(minutes=4)),
        )
    )
    observe_health(portal, meters=recording.meters)
    assert recording.points("klantportaal.database.latency") == {"": 0.25}
    assert recording.points("klantportaal.disk.free") == {"files": 5, "database": 7}
    assert recording.points("klantportaal.outbox.due") == {"pdf": 3}
    assert recording.points("klantportaal.outbox.age") == {"pdf": 120}
    assert recording.points("klantportaal.outbox.failing") == {"pdf": 2}
    assert recording.points("klantportaal.quarantine.waiting") == {"": 3}
    assert recording.points("klantportaal.quarantine.age") == {"": 240}
    assert recording.points("klantportaal.health.verdict") == {"ok": 0, "degraded": 0, "failing": 1}
    assert gauges(recording) == {f"klantportaal.{each.name}" for each in GAUGES}


def test_what_could_not_be_asked(recording: Recording, now: list[float]) -> None:
    """AL-6: a part that could not be asked has no value, and the finding says so: a zero would look well."""
    sound = World().portal.health()
    portal, _asked = replaced(
        attrs.evolve(
            sound,
            database=DatabaseHealth(problem="OperationalError"),
            disk=DiskHealth(problem="Unavailable"),
            outbox=attrs.evolve(sound.outbox, lanes=(), problem="OperationalError"),
            sealer=attrs.evolve(sound.sealer, unsealed=None, age=None, problem="OperationalError"),
            quarantine=QuarantineHealth(problem="OperationalError"),
        )
    )
    observe_health(portal, meters=recording.meters)
    assert gauges(recording) == {"klantportaal.health.verdict", "klantportaal.health.finding"}
    found = {name for name, value in recording.points("klantportaal.health.finding").items() if value}
    unknown = {Finding.DISK_UNKNOWN, Finding.OUTBOX_UNKNOWN, Finding.SEALER_UNKNOWN, Finding.QUARANTINE_UNKNOWN}
    assert found == {Finding.DATABASE_FAILS, *unknown}
    assert recording.points("klantportaal.health.verdict")[Verdict.FAILING] == 1


def test_how_often_it_is_asked(recording: Recording, now: list[float]) -> None:
    """AL-6: all gauges of one collection share one report, and the portal is asked once in five seconds."""
    portal, asked = replaced(World().portal.health())
    observe_health(portal, meters=recording.meters)
    assert asked.times == 0
    for passed, times in ((0, 1), (4.9, 1), (0.2, 2)):
        now[0] += passed
        assert recording.metrics()
        assert asked.times == times


def test_the_last_portal_is_observed(recording: Recording, now: list[float]) -> None:
    """AL-6: of two portals in one process, the last one is observed. One that is forgotten keeps nothing alive."""
    first, asked_first = replaced(World().portal.health())
    second, asked_second = replaced(World().portal.health())
    for portal in (first, second):
        observe_health(portal, meters=recording.meters)
    assert recording.points("klantportaal.health.verdict")["ok"] == 1
    assert (asked_first.times, asked_second.times) == (0, 1)
    del portal, second
    gc.collect()
    assert gauges(recording) == set()


def test_only_a_portal() -> None:
    """AL-5: something else than a portal is refused at once."""
    with pytest.raises(TypeError, match="portal"):
        observe_health("portal")  # type: ignore[arg-type]
