"""Throttling of guesses (SI-2): an attempt is counted and committed before anything is compared.

Code that compares a secret does this::

    with self.storage.begin(flushed=False) as uow:
        attempt = self.throttle.reserve(uow, actor, person_id=actor.person_id)
        uow.commit()
    with self.throttle.comparing(attempt):
        right = attempt.is_open and compare()
    ...
    with self.storage.begin() as uow:
        self.throttle.succeeded(uow, attempt)  # Before other changes in the unit of work.
        ...
        uow.commit()

After a wrong guess the attempt stays counted. If storage fails, the attempt fails.

The first commit does not wait for the disk. Whoever guesses gets an answer only after another commit, which is flushed:
that of the success or that of the refusal. So the count of every attempt with an answer is on the disk.
"""

import contextlib
import enum
from collections.abc import Callable, Iterator, Sequence

import attrs

from klantportaal.domain import throttling
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.onboarding import OnboardingTimes
from klantportaal.domain.persons import Person
from klantportaal.domain.sessions import Actor, Visitor
from klantportaal.domain.throttling import Allowance, Counter, Counters, ThrottlePolicy, ThrottleSubject
from klantportaal.domain.values import OfficeId, PersonId, folded
from klantportaal.ports.clock import Clock
from klantportaal.ports.secrets import Passwords
from klantportaal.ports.storage import Storage, UnitOfWork


class Standing(enum.Enum):
    """How to handle an attempt."""

    OPEN = enum.auto()
    """Compare the secret."""
    SLOWED = enum.auto()
    """The person or the email address is throttled. Answer as for a wrong secret, at the same cost."""
    TURNED_AWAY = enum.auto()
    """The network address is throttled. Answer as for a wrong secret; the answer may be fast.

    A fast answer discloses nothing about persons, only how many attempts came from the network address.
    """


@attrs.frozen(kw_only=True)
class Attempt:
    """An attempt that was counted before the comparison, or that will not be compared."""

    office_id: OfficeId
    standing: Standing
    own: tuple[ThrottleSubject, ...] = ()
    """The person and the email address that it was counted for."""
    shared: tuple[ThrottleSubject, ...] = ()
    """The network address that it was counted for."""
    origin: ThrottleSubject | None = None
    """What is throttled. Its refusals are counted together in the trail (SI-5). None if nothing is."""

    @property
    def is_open(self) -> bool:
        """Whether the secret may be compared."""
        return self.standing is Standing.OPEN


@attrs.frozen(kw_only=True)
class Throttle:
    """Counts attempts per person, email address and network address."""

    _storage: Storage
    _clock: Clock
    _passwords: Passwords
    _policy: ThrottlePolicy
    _links: OnboardingTimes

    def reserve(
        self, uow: UnitOfWork, who: Visitor | Actor, *, person_id: PersonId | None, address: str | None = None
    ) -> Attempt:
        """Count an attempt. Commit it before anything is compared.

        An attempt of a visitor counts for its network address, unless that is throttled. It then counts for the person
        and the email address, unless one of those is throttled. An attempt within a session counts for the person
        only.

        Args:
            uow: the unit of work, which has changed nothing yet.
            who: the visitor or actor that makes the attempt.
            person_id: the person whose secret is guessed. None if no person has *address*; the cost is the same.
            address: the typed email address, folded; None if none was typed.
        """
        own = self._person(who.office_id, person_id, address)
        if address is not None:
            own += self._subjects(who.office_id, "address", address)
        return self._reserve(uow, who, own, self._policy.person)

    def reserve_code(self, uow: UnitOfWork, who: Visitor | Actor, *, person_id: PersonId) -> Attempt:
        """Do as `reserve`, for a code of two-step verification (TS-2).

        Codes and passwords have separate counters. So a right password does not reset the counter of the codes.
        """
        own = self._subjects(who.office_id, "code", str(person_id))
        return self._reserve(uow, who, own, self._policy.code)

    def _reserve(
        self, uow: UnitOfWork, who: Visitor | Actor, own: Sequence[ThrottleSubject], allowance: Allowance
    ) -> Attempt:
        at = self._clock.now()
        shared = self._network(who, "network")
        held = uow.throttles.hold(who.office_id, [*own, *shared], at=at)
        came, may_come = throttling.attempt(_some(held, shared), self._policy.network, at=at)
        if not may_come:
            _save(uow, who.office_id, held, came)
            return _turned_away(who.office_id, shared)
        tried, may_try = throttling.attempt(_some(held, own), allowance, at=at)
        _save(uow, who.office_id, held, {**came, **tried})
        if not may_try:
            return attrs.evolve(_slowed(who.office_id, own), shared=tuple(shared))
        return Attempt(office_id=who.office_id, standing=Standing.OPEN, own=tuple(own), shared=tuple(shared))

    @contextlib.contextmanager
    def comparing(self, attempt: Attempt) -> Iterator[None]:
        """Give the attempt back if the comparison raises Unavailable: too many run at the same time."""
        try:
            yield
        except Unavailable:
            with contextlib.suppress(Unavailable), self._storage.begin() as uow:
                self.give_back(uow, attempt)
                uow.commit()
            raise

    def succeeded(self, uow: UnitOfWork, attempt: Attempt) -> None:
        """Reset the counters of the person and the email address. The network address gets only this attempt back.

        Call this before any other change in the unit of work, so that transactions do not deadlock.
        """
        at = self._clock.now()
        self._settle(uow, attempt, lambda _counter: Counter(newest_at=at))

    def give_back(self, uow: UnitOfWork, attempt: Attempt) -> None:
        """Undo the count of an attempt that was not a failure. Earlier failures stay counted."""
        self._settle(uow, attempt, throttling.given_back)

    def forget(self, uow: UnitOfWork, person: Person) -> None:
        """Reset the failures and the link requests of a person who proved its identity in another way."""
        at, office, address = self._clock.now(), person.office_id, folded(person.email)
        subjects = [
            *self._person(office, person.id, address),
            *self._subjects(office, "address", address),
            *self._subjects(office, "asking", address),
        ]
        held = uow.throttles.hold(office, subjects, at=at)
        _save(uow, office, held, {each: Counter(newest_at=at) for each in subjects})

    def ask(self, uow: UnitOfWork, visitor: Visitor, address: str, *, invitation: str | None) -> Attempt:
        """Count a request for a link. The attempt is not open if it is one too many, or a double click (ON-6).

        With a valid invitation, the request counts for the invitation together with the address. Strangers do not know
        the invitation, and a first address may be mistyped. Without one, it counts for the address and for the network
        address.

        Args:
            uow: the unit of work.
            visitor: who asks.
            address: the typed email address, folded.
            invitation: the token of a valid invitation link, if any.
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
            return _turned_away(office, shared)
        asked, may_ask = throttling.ask(_some(held, own), self._policy, self._links, at=at)
        _save(uow, office, held, {**came, **asked})
        return Attempt(office_id=office, standing=Standing.OPEN) if may_ask else _slowed(office, own)

    def ask_address(self, uow: UnitOfWork, actor: Actor) -> Attempt:
        """Count a new address that a signed-in person asks for (PR-4). The attempt is not open if it is one too many.

        Call this before the unit of work locks the person.
        """
        at, office = self._clock.now(), actor.office_id
        own = self._subjects(office, "address of", str(actor.person_id))
        held = uow.throttles.hold(office, own, at=at)
        asked, may_ask = throttling.attempt(held, self._policy.address_changes, at=at)
        _save(uow, office, held, asked)
        return Attempt(office_id=office, standing=Standing.OPEN) if may_ask else _slowed(office, own)

    def check_receipt(self, uow: UnitOfWork, visitor: Visitor) -> Attempt:
        """Count a check of a file against a receipt (RQ-4). The attempt is not open if it is one too many.

        It counts for the network address, and for nothing if that is not known.
        """
        at, office = self._clock.now(), visitor.office_id
        shared = self._network(visitor, "receipt")
        held = uow.throttles.hold(office, shared, at=at)
        came, may_come = throttling.attempt(held, self._policy.receipt_checking, at=at)
        _save(uow, office, held, came)
        return Attempt(office_id=office, standing=Standing.OPEN) if may_come else _turned_away(office, shared)

    def find_address(self, uow: UnitOfWork, actor: Actor) -> Attempt:
        """Count a look-up of a postcode for an account (QU-2). The attempt is not open if it is one too many."""
        at, office = self._clock.now(), actor.office_id
        own = self._subjects(office, "addresses of", str(actor.account_id))
        held = uow.throttles.hold(office, own, at=at)
        asked, may_ask = throttling.attempt(held, self._policy.address_finding, at=at)
        _save(uow, office, held, asked)
        return Attempt(office_id=office, standing=Standing.OPEN) if may_ask else _slowed(office, own)

    def origin(self, who: Visitor | Actor) -> ThrottleSubject | None:
        """Give the origin of a refusal that is not throttled: the person, or the network address of a visitor.

        Returns None if that address is not known.
        """
        if isinstance(who, Actor):
            return self._person(who.office_id, who.person_id, None)[0]
        return next(iter(self._network(who, "network")), None)

    def _settle(self, uow: UnitOfWork, attempt: Attempt, own: Callable[[Counter], Counter]) -> None:
        """Give an attempt back to its network address, and apply *own* to the counters of person and address."""
        held = uow.throttles.hold(attempt.office_id, [*attempt.own, *attempt.shared], at=self._clock.now())
        stands = {each: throttling.given_back(held[each]) for each in attempt.shared}
        stands |= {each: own(held[each]) for each in attempt.own}
        _save(uow, attempt.office_id, held, stands)

    def _person(self, office_id: OfficeId, person_id: PersonId | None, address: str | None) -> list[ThrottleSubject]:
        """Give the subjects of a person. Without a person, give as many placeholders, so the cost is the same."""
        if person_id is None:
            return self._subjects(office_id, "nobody", address or "")
        return self._subjects(office_id, "person", str(person_id))

    def _network(self, who: Visitor | Actor, kind: str) -> list[ThrottleSubject]:
        network = throttling.network(who.network_address) if isinstance(who, Visitor) else None
        return [] if network is None else self._subjects(who.office_id, kind, network)

    def _subjects(self, office_id: OfficeId, kind: str, what: str) -> list[ThrottleSubject]:
        """Give one subject for each known pepper, so that a new pepper does not reset the counters."""
        return [ThrottleSubject(mask) for mask in self._passwords.masks(f"{kind} {office_id} {what}")]


def _turned_away(office_id: OfficeId, shared: Sequence[ThrottleSubject]) -> Attempt:
    """Give the attempt of a throttled network address. Its first subject is that of the newest pepper."""
    return Attempt(office_id=office_id, standing=Standing.TURNED_AWAY, origin=shared[0])


def _slowed(office_id: OfficeId, own: Sequence[ThrottleSubject]) -> Attempt:
    """Give the attempt of a throttled person or address."""
    return Attempt(office_id=office_id, standing=Standing.SLOWED, origin=own[0])


def _some(counters: Counters, subjects: Sequence[ThrottleSubject]) -> Counters:
    return {each: counters[each] for each in subjects}


def _save(uow: UnitOfWork, office_id: OfficeId, held: Counters, stands: Counters) -> None:
    """Save the counters that changed."""
    uow.throttles.save(office_id, {each: counter for each, counter in stands.items() if counter != held[each]})
