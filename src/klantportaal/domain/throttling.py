"""Throttling: how many attempts are free before each further attempt has to wait (SI-2).

A counter belongs to one subject, such as a person, an e-mail address or a network address. An attempt is counted
before anything is compared, so that simultaneous attempts cannot exceed the allowance. A success takes it off again.
Attempts during a wait are refused and not counted, so they do not make the wait longer.

A counter holds the number of failures and the time of the newest one. The wait, and the moment at which failures are
forgotten, are calculated from these. So nobody is ever locked out permanently.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Annotated, NewType

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.onboarding import ADDRESS_LINK_LIFE, OnboardingTimes
from klantportaal.domain.ranges import Range

ThrottleSubject = NewType("ThrottleSubject", bytes)
"""The subject of a counter, as a hash of 32 bytes. It is hashed because people type passwords in address fields."""

KEPT = timedelta(days=2)
"""How long a counter is kept after its newest failure. After that it has no effect."""
_LONGEST = timedelta(days=1)
_DOUBLINGS = 20
"""The maximum number of doublings of a wait."""
_NETWORK_PREFIX = 64
"""The bits of an IPv6 address that identify the subscriber, who chooses the others (RFC 4291 2.5.1)."""


_SHORT = Range(timedelta(0), _LONGEST, above=True)
"""The range of windows and waits: above zero, so that they slow attempts down, and at most a day (SI-2)."""


@attrs.frozen(kw_only=True)
class Allowance:
    """How many failures are free, and how long each further one makes the next attempt wait."""

    failures: int
    """After this many failures, the next attempt has to wait."""
    window: timedelta
    """All failures are forgotten if there is no new one for this long after the wait."""
    first_wait: timedelta
    longest_wait: timedelta
    """Each wait is twice as long as the one before, up to this maximum."""

    def wait(self, failures: int) -> timedelta:
        """Give the wait after the newest failure. *failures* is their number."""
        over = failures - self.failures
        if over < 0:
            return timedelta(0)
        return min(self.first_wait * (1 << min(over, _DOUBLINGS)), self.longest_wait)


@attrs.frozen(kw_only=True, field_transformer=checked)
class ThrottlePolicy:
    """The limits for passwords, codes and requests for links. The defaults are those of SI-2."""

    failures: Annotated[int, Range(1)] = 5
    """Free failures of one person, and with one e-mail address."""
    window: Annotated[timedelta, _SHORT] = timedelta(minutes=15)
    """How long after the wait there must be no failure before all are forgotten."""
    first_wait: Annotated[timedelta, _SHORT] = timedelta(minutes=1)
    longest_wait: Annotated[timedelta, _SHORT] = timedelta(hours=1)
    """The longest wait of a person or address. An attacker can keep its owner from signing in for this long."""
    codes: Annotated[int, Range(1)] = 10
    """Free wrong codes of one person, over all its sign-ins and changes of settings."""
    network_failures: Annotated[int, Range(1)] = 50
    """Free failures from one network address. There are more, because many people may share one network address."""
    network_longest_wait: Annotated[timedelta, _SHORT] = timedelta(minutes=15)
    links: Annotated[int, Range(1)] = 3
    """Free requests for a set-password link with one e-mail address. After these, one for each lifetime of a link.

    The same number of new addresses is free for one person that changes its own (PR-4).
    """
    network_links: Annotated[int, Range(1)] = 20
    """Free requests for a link from one network address."""
    receipt_checks: Annotated[int, Range(1)] = 50
    """Free checks of a file against a receipt from one network address (RQ-4)."""
    address_lookups: Annotated[int, Range(1)] = 60
    """Free look-ups of a postcode by one account (QU-2)."""

    @property
    def person(self) -> Allowance:
        """The allowance of a person, and of an e-mail address, for passwords."""
        return self._of_person(self.failures)

    @property
    def code(self) -> Allowance:
        """The allowance of a person for codes."""
        return self._of_person(self.codes)

    @property
    def network(self) -> Allowance:
        """The allowance of a network address for passwords and codes."""
        return self._of_network(self.network_failures)

    @property
    def network_asking(self) -> Allowance:
        """The allowance of a network address for requests for links."""
        return self._of_network(self.network_links)

    @property
    def receipt_checking(self) -> Allowance:
        """The allowance of a network address for checks of files against receipts (RQ-4)."""
        return self._of_network(self.receipt_checks)

    @property
    def address_finding(self) -> Allowance:
        """The allowance of an account for look-ups of postcodes (QU-2)."""
        return self._of_person(self.address_lookups)

    @property
    def address_changes(self) -> Allowance:
        """The allowance of a person for new e-mail addresses (PR-4). The wait is the lifetime of a link."""
        life = ADDRESS_LINK_LIFE
        return Allowance(failures=self.links, window=life, first_wait=life, longest_wait=life)

    def asking(self, times: OnboardingTimes) -> Allowance:
        """Give the allowance of an e-mail address for requests for links.

        The wait is the lifetime of a link, less the time of a double click. During the wait the newest link still
        works, because only a newer one voids it. So repeated requests in somebody else's name cannot keep that person
        from a working link.
        """
        life = times.password_link - times.same_request
        return Allowance(failures=self.links, window=life, first_wait=life, longest_wait=life)

    def _of_person(self, failures: int) -> Allowance:
        return Allowance(
            failures=failures,
            window=self.window,
            first_wait=self.first_wait,
            longest_wait=self.longest_wait,
        )

    def _of_network(self, failures: int) -> Allowance:
        return Allowance(
            failures=failures,
            window=self.window,
            first_wait=min(self.first_wait, self.network_longest_wait),
            longest_wait=self.network_longest_wait,
        )


@attrs.frozen(kw_only=True, field_transformer=checked)
class Counter:
    """The recent failures of one subject."""

    failures: int = 0
    newest_at: datetime


Counters = Mapping[ThrottleSubject, Counter]


def attempt(counters: Counters, allowance: Allowance, *, at: datetime) -> tuple[Counters, bool]:
    """Count an attempt in all counters. If any of them has to wait, count it in none.

    Returns the counters as they are from now on, and whether the attempt is allowed.
    """
    standing = {subject: as_of(each, allowance, at=at) for subject, each in counters.items()}
    if any(at < each.newest_at + allowance.wait(each.failures) for each in standing.values()):
        return standing, False
    return {subject: Counter(failures=each.failures + 1, newest_at=at) for subject, each in standing.items()}, True


def ask(counters: Counters, policy: ThrottlePolicy, times: OnboardingTimes, *, at: datetime) -> tuple[Counters, bool]:
    """Count a request for a link, like `attempt`. A double click is not counted and not allowed (ON-6)."""
    for each in counters.values():
        if each.failures and timedelta(0) <= at - each.newest_at < times.same_request:
            return counters, False
    return attempt(counters, policy.asking(times), at=at)


def as_of(counter: Counter, allowance: Allowance, *, at: datetime) -> Counter:
    """Give a counter as it is at a time. Its failures are forgotten once the window after the wait has passed.

    If the clock was set back, the wait starts again at *at*. So setting the clock back neither ends a wait nor makes it
    longer than a full wait.
    """
    if at < counter.newest_at:
        return attrs.evolve(counter, newest_at=at)
    if at >= counter.newest_at + allowance.wait(counter.failures) + allowance.window:
        return Counter(newest_at=at)
    return counter


def given_back(counter: Counter) -> Counter:
    """Take off one attempt that was not a failure."""
    return attrs.evolve(counter, failures=max(counter.failures - 1, 0))


def network(address: str | None) -> str | None:
    """Give the network that an address counts for: an IPv4 address itself, or the /64 of an IPv6 address.

    Returns None if *address* is None or not an IP address.
    """
    try:
        found = ip_address(address or "")
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(IPv6Network((int(found), _NETWORK_PREFIX), strict=False))
    return str(found)
