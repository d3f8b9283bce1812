"""Refusals that repeat: one entry a minute in the trail, with their number (SI-5).

An origin is what is throttled: a network address, a person or a typed address (SI-2). Its first refusal has an entry of
its own. What is refused within a minute after that is counted. Once the minute is over, its count is an entry too, and
the next minute begins. So a flood of refusals does not fill the trail, and the trail tells how many there were.
"""

from datetime import datetime, timedelta

import attrs

from klantportaal.domain import throttling
from klantportaal.domain.boundary import checked
from klantportaal.domain.events import RefusalsRepeated
from klantportaal.domain.throttling import ThrottleSubject
from klantportaal.domain.values import OfficeId, PersonId

MINUTE = timedelta(minutes=1)


@attrs.frozen(kw_only=True, field_transformer=checked)
class RefusalCount:
    """The refusals of one kind and one origin that are not in the trail yet."""

    office_id: OfficeId
    origin: ThrottleSubject
    what: str
    """The class name of the event of such a refusal, such as ``SignInRefused``."""
    since: datetime | None = None
    """The start of the minute. None if nothing was refused yet."""
    count: int = 0
    newest_at: datetime | None = None
    """The time of the newest of them. None if there are none."""
    person_id: PersonId | None = None
    """The person whose sign-in or code was refused. None if it is not the same for all, or if there is none."""
    network_address: str | None = None
    """Where they came from: an address, or a network of IPv6 if addresses of it differ. None if that is not known, or
    if they came from several networks."""


def refuse(
    counted: RefusalCount, *, person_id: PersonId | None, network_address: str | None, at: datetime
) -> tuple[RefusalCount, bool, RefusalsRepeated | None]:
    """Count a refusal.

    Returns the count from now on, whether the refusal gets an entry of its own, and the event of the minute that is
    over, if anything was refused in it.
    """
    standing, repeated = close(counted, at=at)
    if standing is None:
        return attrs.evolve(_empty(counted), since=at), True, repeated
    if standing.count == 0:
        first = attrs.evolve(standing, count=1, newest_at=at, person_id=person_id, network_address=network_address)
        return first, False, repeated
    more = attrs.evolve(
        standing,
        count=standing.count + 1,
        newest_at=at,
        person_id=standing.person_id if standing.person_id == person_id else None,
        network_address=_common(standing.network_address, network_address),
    )
    return more, False, repeated


def close(counted: RefusalCount, *, at: datetime) -> tuple[RefusalCount | None, RefusalsRepeated | None]:
    """End the minute of a count, if it is over.

    Returns the count from now on, and the event to record. Both are None if the count can be forgotten: nothing was
    refused for a minute. If the clock was set back, the minute is over too, so that no count waits for long.
    """
    if counted.since is None:
        return None, None
    if timedelta(0) <= at - counted.since < MINUTE:
        return counted, None
    if counted.count == 0 or counted.newest_at is None:
        return None, None
    repeated = RefusalsRepeated(
        refused=counted.what,
        count=counted.count,
        since=counted.since,
        newest_at=counted.newest_at,
        person_id=counted.person_id,
        at=at,
    )
    return attrs.evolve(_empty(counted), since=at), repeated


def _common(one: str | None, other: str | None) -> str | None:
    """Give what two addresses have in common: the address, or the network that both count for (SI-2)."""
    if one == other:
        return one
    both = {throttling.network(each) or each for each in (one, other)}
    return both.pop() if len(both) == 1 else None


def _empty(counted: RefusalCount) -> RefusalCount:
    return RefusalCount(office_id=counted.office_id, origin=counted.origin, what=counted.what)
