"""The health of a portal as gauges."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from importlib.metadata import version
from weakref import ReferenceType, ref

import attrs
from opentelemetry import metrics
from opentelemetry.metrics import CallbackOptions, MeterProvider, Observation

from klantportaal.adapters.recent_health import RecentHealth
from klantportaal.adapters.telemetry.calls import SCOPE
from klantportaal.domain.boundary import checked_call
from klantportaal.domain.health import Finding, Health, LaneHealth, Verdict
from klantportaal.portal import Portal


@checked_call
def observe_health(portal: Portal, *, meters: MeterProvider | None = None) -> None:
    """Give the health of a portal to OpenTelemetry, as gauges.

    The portal is asked when the metrics are collected, at most once in five seconds. Most of the health is that of all
    processes, so one process is enough to observe it: `klantportaal worker` does. Of several portals in one process,
    the last one is observed. A portal that is forgotten is observed no more.

    Args:
        portal: the portal.
        meters: the provider of meters. Without it, that of the process, which may also be set later.
    """
    _OBSERVED.portal = ref(portal)
    _OBSERVED.recent = RecentHealth()
    meter = metrics.get_meter(SCOPE, version(SCOPE), meters)
    for gauge in GAUGES:
        meter.create_observable_gauge(f"{SCOPE}.{gauge.name}", [partial(_observe, gauge)], gauge.unit, gauge.about)


@attrs.define
class _Observed:
    """The portal of this process that is observed."""

    portal: "ReferenceType[Portal] | None" = None
    recent: RecentHealth = attrs.field(factory=RecentHealth)


_OBSERVED = _Observed()
"""OpenTelemetry keeps the first callbacks of a gauge. So all callbacks ask here which portal it is."""


@attrs.frozen
class Gauge:
    """One gauge."""

    name: str
    unit: str
    """In UCUM."""
    about: str
    read: Callable[[Health], Iterator[Observation]]
    """Gives what is known. What could not be asked is left out."""


def _observe(gauge: Gauge, _options: CallbackOptions) -> Iterable[Observation]:
    portal = None if _OBSERVED.portal is None else _OBSERVED.portal()
    health = None if portal is None else _OBSERVED.recent.of(portal)
    return () if health is None else gauge.read(health)


def _verdict(health: Health) -> Iterator[Observation]:
    for each in Verdict:
        yield Observation(int(health.verdict is each), {"klantportaal.verdict": each.value})


def _findings(health: Health) -> Iterator[Observation]:
    for each in Finding:
        yield Observation(int(each in health.findings), {"klantportaal.finding": each.value})


def _latency(health: Health) -> Iterator[Observation]:
    if health.database.latency is not None:
        yield Observation(health.database.latency.total_seconds())


def _free(health: Health) -> Iterator[Observation]:
    for name, space in (("files", health.disk.files), ("database", health.disk.database)):
        if space is not None:
            yield Observation(space.free, {"klantportaal.disk": name})


def _by_lane(read: Callable[[LaneHealth], float]) -> Callable[[Health], Iterator[Observation]]:
    def of(health: Health) -> Iterator[Observation]:
        for each in health.outbox.lanes:
            yield Observation(read(each), {"klantportaal.lane": each.lane.value})

    return of


def _age(lane: LaneHealth) -> float:
    return 0.0 if lane.age is None else lane.age.total_seconds()


def _unsealed(health: Health) -> Iterator[Observation]:
    if health.sealer.unsealed is not None:
        yield Observation(health.sealer.unsealed)


def _unsealed_age(health: Health) -> Iterator[Observation]:
    if health.sealer.unsealed is not None:
        yield Observation(0.0 if health.sealer.age is None else health.sealer.age.total_seconds())


def _waiting(health: Health) -> Iterator[Observation]:
    if health.quarantine.waiting is not None:
        yield Observation(health.quarantine.waiting)


def _waiting_age(health: Health) -> Iterator[Observation]:
    if health.quarantine.waiting is not None:
        yield Observation(0.0 if health.quarantine.age is None else health.quarantine.age.total_seconds())


GAUGES: Sequence[Gauge] = (
    Gauge("health.verdict", "{verdict}", "1 for the verdict about the portal, 0 for the others.", _verdict),
    Gauge("health.finding", "{finding}", "1 for what is not as it should be, 0 for the rest.", _findings),
    Gauge("database.latency", "s", "How long one short statement took.", _latency),
    Gauge("disk.free", "By", "The free space of disks of this machine.", _free),
    Gauge("outbox.due", "{task}", "Tasks that are due, and that nobody has taken up.", _by_lane(lambda each: each.due)),
    Gauge("outbox.age", "s", "How long the oldest of them is due. 0 if there is none.", _by_lane(_age)),
    Gauge("outbox.failing", "{task}", "Waiting tasks that failed before.", _by_lane(lambda each: each.failing)),
    Gauge("sealer.unsealed", "{entry}", "Entries of audit trails without a seal.", _unsealed),
    Gauge("sealer.age", "s", "The age of the oldest of them. 0 if there is none.", _unsealed_age),
    Gauge("quarantine.waiting", "{file}", "Files that wait for the virus scanner.", _waiting),
    Gauge("quarantine.age", "s", "How long the oldest of them waits. 0 if there is none.", _waiting_age),
)
