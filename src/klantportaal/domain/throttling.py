"""Throttling: how often somebody may try before each further try has to wait (SI-2).

A counter belongs to one subject: an account, an e-mail address, a network address. It counts an attempt before anything
is compared, and a success takes it off again, so that any number at once have no more than their allowance. Attempts
that come while a counter waits are not counted: hammering makes nobody wait any longer.

What a counter holds is how many failures there were and when the newest one was. Everything else follows from that: how
long to wait, and when all is forgotten. So nobody is ever locked out for good.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Annotated, NewType

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.onboarding import OnboardingTimes
from klantportaal.domain.ranges import Range

Subject = NewType("Subject", bytes)
"""What is counted for, as 32 bytes that do not tell it: people type passwords into fields for addresses."""

KEPT = timedelta(days=2)
"""How long after its newest failure a counter may still make anybody wait, at most; later it is as good as none."""
_LONGEST = timedelta(days=1)
_DOUBLINGS = 20
"""However many failures there were, no wait is doubled more often: by then it is the longest."""
_NETWORK_PREFIX = 64
"""Bits of an IPv6 address that say whose it is: what follows them, the subscriber chooses (RFC 4291 2.5.1)."""


_SHORT = Range(timedelta(0), _LONGEST, above=True)
"""SI-2: nobody is locked out for good; and a time that is none would slow nobody down."""


@attrs.frozen(kw_only=True)
class Allowance:
    """How many failures are free, and what each further one costs."""

    failures: int
    """This many, without a quiet time between them, and the next attempt has to wait."""
    window: timedelta
    """After a quiet time this long, waiting not counted in, all failures are forgotten."""
    first_wait: timedelta
    longest_wait: timedelta
    """Each wait is twice as long as the one before, up to this."""

    def wait(self, failures: int) -> timedelta:
        """Say how long after the newest of some failures there is no further attempt."""
        over = failures - self.failures
        if over < 0:
            return timedelta(0)
        return min(self.first_wait * (1 << min(over, _DOUBLINGS)), self.longest_wait)


@attrs.frozen(kw_only=True, field_transformer=checked)
class ThrottlePolicy:
    """How guessing, and asking for links, is slowed down; the defaults are SI-2's."""

    failures: Annotated[int, Range(1)] = 5
    """Of one account, or with one address, before they have to wait."""
    window: Annotated[timedelta, _SHORT] = timedelta(minutes=15)
    """How long it must be quiet before failures are forgotten."""
    first_wait: Annotated[timedelta, _SHORT] = timedelta(minutes=1)
    longest_wait: Annotated[timedelta, _SHORT] = timedelta(hours=1)
    """Of an account or an address: so long, at most, can somebody who hammers keep its owner from signing in."""
    codes: Annotated[int, Range(1)] = 10
    """Wrong codes of one account, over all its sign-ins and settings, before codes have to wait."""
    network_failures: Annotated[int, Range(1)] = 50
    """From one network address: more, as an office, or thousands of phones, may share one."""
    network_longest_wait: Annotated[timedelta, _SHORT] = timedelta(minutes=15)
    links: Annotated[int, Range(1)] = 3
    """Set-password links that an address may ask for; then one in the time that a link lives."""
    network_links: Annotated[int, Range(1)] = 20
    """Links that may be asked for from one network address before that has to wait."""

    @property
    def account(self) -> Allowance:
        """What an account has, and an address."""
        return self._of_account(self.failures)

    @property
    def code(self) -> Allowance:
        """What an account has for codes."""
        return self._of_account(self.codes)

    @property
    def network(self) -> Allowance:
        """What a network address has for guessing."""
        return self._of_network(self.network_failures)

    @property
    def network_asking(self) -> Allowance:
        """What a network address has for asking for links."""
        return self._of_network(self.network_links)

    def asking(self, times: OnboardingTimes) -> Allowance:
        """Give what an address has for asking for links.

        While asking has to wait, the newest link still works, as only a newer one voids it: its life began when it was
        asked for, or, where another way of asking was just before, so much earlier. So nobody who asks in another's
        name, over and over, keeps that other from a link that works.
        """
        life = times.password_link - times.same_request
        return Allowance(failures=self.links, window=life, first_wait=life, longest_wait=life)

    def _of_account(self, failures: int) -> Allowance:
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
    """How often somebody failed of late."""

    failures: int = 0
    newest_at: datetime


Counters = Mapping[Subject, Counter]


def attempt(counters: Counters, allowance: Allowance, *, at: datetime) -> tuple[Counters, bool]:
    """Count one more attempt for all of some counters or, where any has to wait, for none.

    Gives what stands from now on, and whether there may be an attempt.
    """
    standing = {subject: as_of(each, allowance, at=at) for subject, each in counters.items()}
    if any(at < each.newest_at + allowance.wait(each.failures) for each in standing.values()):
        return standing, False
    return {subject: Counter(failures=each.failures + 1, newest_at=at) for subject, each in standing.items()}, True


def ask(counters: Counters, policy: ThrottlePolicy, times: OnboardingTimes, *, at: datetime) -> tuple[Counters, bool]:
    """As `attempt`, for asking for a link; a double click asks nothing that was not asked already (ON-6)."""
    for each in counters.values():
        if each.failures and timedelta(0) <= at - each.newest_at < times.same_request:
            return counters, False
    return attempt(counters, policy.asking(times), at=at)


def as_of(counter: Counter, allowance: Allowance, *, at: datetime) -> Counter:
    """Look at a counter at some moment: as long after the waiting as the window, its failures are forgotten.

    Where the clock was set back, waiting begins anew at that moment: whoever waits is not let off, and waits no longer
    than anybody would.
    """
    if at < counter.newest_at:
        return attrs.evolve(counter, newest_at=at)
    if at >= counter.newest_at + allowance.wait(counter.failures) + allowance.window:
        return Counter(newest_at=at)
    return counter


def given_back(counter: Counter) -> Counter:
    """Take off one attempt that was no failure after all."""
    return attrs.evolve(counter, failures=max(counter.failures - 1, 0))


def network(address: str | None) -> str | None:
    """Say for which network an address counts: an IPv4 address for itself, an IPv6 address for its /64.

    None where *address* is none: not known, or not one of the internet's.
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
