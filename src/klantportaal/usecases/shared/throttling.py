"""Guessing, slowed down (SI-2): an attempt is counted and committed before anything is compared.

Whatever compares something that could be guessed goes about it like this::

    with self.storage.begin() as uow:
        attempt = self.throttle.reserve(uow, actor, account_id=actor.account_id)
        uow.commit()
    with self.throttle.comparing(attempt):
        right = attempt.is_open and compare()
    ...
    with self.storage.begin() as uow:
        self.throttle.succeeded(uow, attempt)  # First, where the unit of work changes more.
        ...
        uow.commit()

Where nothing follows from `comparing` but a refusal, the attempt stays counted. Where storage fails, so does the
attempt.
"""

import contextlib
import enum
from collections.abc import Callable, Iterator, Sequence

import attrs

from klantportaal.domain import throttling
from klantportaal.domain.accounts import Account
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.onboarding import OnboardingTimes
from klantportaal.domain.sessions import Actor, Visitor
from klantportaal.domain.throttling import Allowance, Counter, Counters, Subject, ThrottlePolicy
from klantportaal.domain.values import AccountId, OfficeId, folded
from klantportaal.ports.clock import Clock
from klantportaal.ports.secrets import Passwords
from klantportaal.ports.storage import Storage, UnitOfWork


class Standing(enum.Enum):
    """What may become of an attempt."""

    OPEN = enum.auto()
    """It is to be compared."""
    SLOWED = enum.auto()
    """Its account, or its address, has to wait: it is to be answered like a wrong one, and to cost the same."""
    TURNED_AWAY = enum.auto()
    """Its network address has to wait: it is to be answered like a wrong one, which may cost nothing.

    Of accounts that tells nothing: only how much came from there.
    """


@attrs.frozen(kw_only=True)
class Attempt:
    """A guess that was counted before it is looked at, or that is not going to be looked at."""

    office_id: OfficeId
    standing: Standing
    own: tuple[Subject, ...] = ()
    """The account and the address that it was counted for."""
    shared: tuple[Subject, ...] = ()
    """The network address that it was counted for."""

    @property
    def is_open(self) -> bool:
        """Whether it is to be compared."""
        return self.standing is Standing.OPEN


@attrs.frozen(kw_only=True)
class Throttle:
    """Counts attempts, per account, e-mail address and network address."""

    _storage: Storage
    _clock: Clock
    _passwords: Passwords
    _policy: ThrottlePolicy
    _links: OnboardingTimes

    def reserve(
        self, uow: UnitOfWork, who: Visitor | Actor, *, account_id: AccountId | None, address: str | None = None
    ) -> Attempt:
        """Count an attempt, to be committed before anything is compared.

        At the door it counts for its network address unless that has to wait, and then for the account and the address
        unless one of those has to; within a session it counts for the account alone.

        Args:
            uow: the unit of work, which has changed nothing yet.
            who: whoever makes the attempt.
            account_id: whose secret is guessed; None where no account has *address*, at the same cost.
            address: the e-mail address that was typed, folded, where one was.
        """
        own = self._account(who.office_id, account_id, address)
        if address is not None:
            own += self._subjects(who.office_id, "address", address)
        return self._reserve(uow, who, own, self._policy.account)

    def reserve_code(self, uow: UnitOfWork, who: Visitor | Actor, *, account_id: AccountId) -> Attempt:
        """As `reserve`, for a code of two-step verification (TS-2).

        Codes are counted apart from passwords: whoever has the password, and guesses codes, gains nothing by giving it.
        """
        own = self._subjects(who.office_id, "code", str(account_id))
        return self._reserve(uow, who, own, self._policy.code)

    def reserve_addition(self, uow: UnitOfWork, actor: Actor) -> Attempt:
        """As `reserve`, for an address that a company gives an extra account, as that tells of others (XA-1)."""
        own = self._subjects(actor.office_id, "addition", str(actor.client_id))
        return self._reserve(uow, actor, own, self._policy.account)

    def _reserve(self, uow: UnitOfWork, who: Visitor | Actor, own: Sequence[Subject], allowance: Allowance) -> Attempt:
        at = self._clock.now()
        shared = self._network(who, "network")
        held = uow.throttles.hold(who.office_id, [*own, *shared], at=at)
        came, may_come = throttling.attempt(_some(held, shared), self._policy.network, at=at)
        if not may_come:
            _save(uow, who.office_id, held, came)
            return Attempt(office_id=who.office_id, standing=Standing.TURNED_AWAY)
        tried, may_try = throttling.attempt(_some(held, own), allowance, at=at)
        _save(uow, who.office_id, held, {**came, **tried})
        if not may_try:
            return Attempt(office_id=who.office_id, standing=Standing.SLOWED, shared=tuple(shared))
        return Attempt(office_id=who.office_id, standing=Standing.OPEN, own=tuple(own), shared=tuple(shared))

    @contextlib.contextmanager
    def comparing(self, attempt: Attempt) -> Iterator[None]:
        """Give an attempt back where comparing came to nothing, as too many were at it already."""
        try:
            yield
        except Unavailable:
            with contextlib.suppress(Unavailable), self._storage.begin() as uow:
                self.give_back(uow, attempt)
                uow.commit()
            raise

    def succeeded(self, uow: UnitOfWork, attempt: Attempt) -> None:
        """Forget the failures of the account and the address; the network address only gets this attempt back.

        Held before anything else that the unit of work changes, so that no two wait for one another.
        """
        at = self._clock.now()
        self._settle(uow, attempt, lambda _counter: Counter(newest_at=at))

    def give_back(self, uow: UnitOfWork, attempt: Attempt) -> None:
        """Take an attempt off again that was no failure, and leave the failures before it."""
        self._settle(uow, attempt, throttling.given_back)

    def forget(self, uow: UnitOfWork, account: Account) -> None:
        """Forget the failures of an account that proved whose it is by other means, and that it asked for links."""
        at, office, address = self._clock.now(), account.office_id, folded(account.email)
        subjects = [
            *self._account(office, account.id, address),
            *self._subjects(office, "address", address),
            *self._subjects(office, "asking", address),
        ]
        held = uow.throttles.hold(office, subjects, at=at)
        _save(uow, office, held, {each: Counter(newest_at=at) for each in subjects})

    def may_ask(self, uow: UnitOfWork, visitor: Visitor, address: str, *, invitation: str | None) -> bool:
        """Count that somebody asks for a link, and tell whether that is not once too often, or a double click (ON-6).

        Whoever comes by an invitation that opens something is counted by that, of which strangers know nothing, and the
        address that was typed, folded: that may be wrong first; anybody else by the latter and by network address.
        """
        at, office = self._clock.now(), visitor.office_id
        if invitation is None:
            own, shared = self._subjects(office, "asking", address), self._network(visitor, "asking from")
        else:
            own, shared = self._subjects(office, "invitation", f"{invitation} {address}"), []
        held = uow.throttles.hold(office, [*own, *shared], at=at)
        came, may_come = throttling.attempt(_some(held, shared), self._policy.network_asking, at=at)
        if not may_come:
            _save(uow, office, held, came)
            return False
        asked, may_ask = throttling.ask(_some(held, own), self._policy, self._links, at=at)
        _save(uow, office, held, {**came, **asked})
        return may_ask

    def _settle(self, uow: UnitOfWork, attempt: Attempt, own: Callable[[Counter], Counter]) -> None:
        """Give an attempt back to its network address, and do something with what it was counted for itself."""
        held = uow.throttles.hold(attempt.office_id, [*attempt.own, *attempt.shared], at=self._clock.now())
        stands = {each: throttling.given_back(held[each]) for each in attempt.shared}
        stands |= {each: own(held[each]) for each in attempt.own}
        _save(uow, attempt.office_id, held, stands)

    def _account(self, office_id: OfficeId, account_id: AccountId | None, address: str | None) -> list[Subject]:
        """Name the subjects of an account; where there is none, ones that count as much and stand for nobody."""
        if account_id is None:
            return self._subjects(office_id, "nobody", address or "")
        return self._subjects(office_id, "account", str(account_id))

    def _network(self, who: Visitor | Actor, kind: str) -> list[Subject]:
        network = throttling.network(who.network_address) if isinstance(who, Visitor) else None
        return [] if network is None else self._subjects(who.office_id, kind, network)

    def _subjects(self, office_id: OfficeId, kind: str, what: str) -> list[Subject]:
        """Name what is counted for: once for each known pepper, so that a new pepper gives nobody new attempts."""
        return [Subject(mask) for mask in self._passwords.masks(f"{kind} {office_id} {what}")]


def _some(counters: Counters, subjects: Sequence[Subject]) -> Counters:
    return {each: counters[each] for each in subjects}


def _save(uow: UnitOfWork, office_id: OfficeId, held: Counters, stands: Counters) -> None:
    """Keep what changed."""
    uow.throttles.save(office_id, {each: counter for each, counter in stands.items() if counter != held[each]})
