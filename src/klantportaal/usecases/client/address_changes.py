"""Changing one's own e-mail address: asking for a new one, and confirming it with the link that goes there (PR-4)."""

from datetime import datetime

import attrs

from klantportaal.domain import address_changes, sessions
from klantportaal.domain.address_changes import AddressChange
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.errors import Fault, FaultCode, LinkDead, Refused
from klantportaal.domain.events import AddressChangeRefused
from klantportaal.domain.onboarding import ADDRESS_LINK_LIFE, Link, LinkPurpose, OnboardingTimes, is_live
from klantportaal.domain.persons import Person
from klantportaal.domain.sessions import Actor, SessionTimes, Visitor
from klantportaal.domain.throttling import ThrottleSubject
from klantportaal.domain.values import AddressChangeId, Language, PersonId, folded
from klantportaal.ports.clock import Clock
from klantportaal.ports.secrets import Ids, Tokens
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.client.code_check import CodeCheck
from klantportaal.usecases.client.session_start import SessionStart
from klantportaal.usecases.shared.people import address_taken
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.retries import once_more
from klantportaal.usecases.shared.throttling import Throttle


@attrs.frozen(kw_only=True)
class AddressView:
    """The e-mail address of a person, and the one that it asked for."""

    email: str
    allowed: bool
    """Whether the office lets persons change their own address."""
    asked: str | None
    """The new address that the person asked for in the last hour and did not confirm yet. It does not count yet."""


@attrs.frozen(kw_only=True)
class NewAddressView:
    """The new address behind the link to it."""

    person_id: PersonId
    email: str
    language: Language
    """The language of the person."""


@checked_calls
@attrs.frozen(kw_only=True)
class AddressChanges:
    """Changes the e-mail address of a person, for all its accounts."""

    _storage: Storage
    _clock: Clock
    _ids: Ids
    _tokens: Tokens
    _code_check: CodeCheck
    _session_start: SessionStart
    _recorder: Recorder
    _throttle: Throttle
    _times: SessionTimes
    _links: OnboardingTimes

    def view(self, actor: Actor) -> AddressView:
        """Give the address of the actor's person, and the one that it asked for. This changes nothing."""
        with self._storage.begin() as uow:
            office = uow.offices.get(actor.office_id)
            person = uow.persons.get(actor.office_id, actor.person_id)
            change = self._standing(uow, person)
        recent = change and address_changes.is_recent(change, within=ADDRESS_LINK_LIFE, at=self._clock.now())
        return AddressView(
            email=person.email, allowed=office.address_changes, asked=change.email if change and recent else None
        )

    def ready(self, actor: Actor) -> None:
        """Check that the actor may ask for a new address now. Pages call this before they show the form.

        Raises:
            Refused: the office does not allow it (``ADDRESS_CHANGES_OFF``).
            NotConfirmed: the password was given too long ago.
            CodeDue: two-step verification is on: call ``two_step.ask_code`` and ``two_step.prove`` first.
        """
        with self._storage.begin() as uow:
            self._require_ready(uow, actor)

    @once_more
    def ask(self, actor: Actor, email: str) -> None:
        """Ask for a new address. A link goes there, which lives an hour, and a notice to the current address.

        Nothing changes until the link is confirmed. The call does the same if another person has the address; that
        person then gets a mail instead of a link. Asking for the same address once more within two minutes is a double
        click, and sends nothing. Asking for another address voids the older links.

        Raises:
            Refused: ``ADDRESS_CHANGES_OFF``; or *email* is not one address, is the current one, or the person asked too
                often (``ADDRESSES_ASKED_TOO_OFTEN``); field ``email``.
            NotConfirmed: as for ``ready``.
            CodeDue: as for ``ready``.
            NotSignedIn: the session ended at the same time.
            Conflict: the person changed at the same time, twice.
        """
        now = self._clock.now()
        with self._storage.begin() as uow:
            self._require_ready(uow, actor)
            asked = address_changes.parse(uow.persons.get(actor.office_id, actor.person_id), email)
            attempt = self._throttle.ask_address(uow, actor)
            person = uow.persons.take(actor.office_id, actor.person_id)
            self._session_start.require_alive(uow, actor, person, at=now)
            change = self._standing(uow, person)
            if change and address_changes.repeats(change, asked, within=self._links.same_request, at=now):
                return
            if attempt.is_open:
                self._change(uow, actor, person, asked, at=now)
            else:
                self._note_refusal(uow, actor, person.id, FaultCode.ADDRESSES_ASKED_TOO_OFTEN, attempt.origin)
            uow.commit()
        if not attempt.is_open:
            raise Refused([Fault(code=FaultCode.ADDRESSES_ASKED_TOO_OFTEN, field="email")])

    def _change(self, uow: UnitOfWork, actor: Actor, person: Person, email: str, *, at: datetime) -> None:
        id = AddressChangeId(self._ids.new())
        change, asked = address_changes.ask(person, email, id=id, session_id=actor.session_id, at=at)
        uow.links.void(person.office_id, person.id, LinkPurpose.ADDRESS, at=at)
        uow.address_changes.put(change)
        self._recorder.record(uow, actor, asked)

    def look(self, visitor: Visitor, token: str) -> NewAddressView:
        """Give the new address behind the link to it. This changes nothing, however often a mail scanner does it.

        A link that was confirmed within the last two minutes still gives it, for the second of a double click.

        Raises:
            LinkDead: the link is unknown, used, voided or expired.
        """
        with self._storage.begin() as uow:
            link = self._find(uow, visitor, token)
            person = uow.persons.get(visitor.office_id, link.person_id)
            done = self._was_just_confirmed(link, person)
            email = person.email if done else self._behind(uow, link, person).email
        return NewAddressView(person_id=person.id, email=email, language=person.language)

    def confirm(self, visitor: Visitor, token: str) -> str:
        """Confirm a new address with the link to it. The address counts from now on, for all accounts of the person.

        All sessions of the person end, except the one that asked: that one gave the password and the code. All its
        links and codes end. The former address gets a notice. A double click succeeds, and changes nothing.

        Returns the new address.

        Raises:
            LinkDead: the link is unknown, used, voided or expired.
            Refused: ``ADDRESS_TAKEN``, field ``email``: another person has the address by now; or
                ``ADDRESS_CHANGES_OFF``: the office switched it off. The link can be used again.
            Conflict: the person changed at the same time, twice.
        """
        try:
            return self._confirm(visitor, token)
        except Refused as refused:
            with self._storage.begin() as uow:
                person_id = self._find(uow, visitor, token).person_id
                self._note_refusal(uow, visitor, person_id, refused.faults[0].code)
                uow.commit()
            raise

    @once_more
    def _confirm(self, visitor: Visitor, token: str) -> str:
        now = self._clock.now()
        with self._storage.begin() as uow:
            person = uow.persons.take(visitor.office_id, self._find(uow, visitor, token).person_id)
            link = self._find(uow, visitor, token)  # Once more: it may have been used before the person was locked.
            if self._was_just_confirmed(link, person):
                return person.email
            change = self._behind(uow, link, person)
            address_changes.require_allowed(uow.offices.get(visitor.office_id))
            if uow.persons.by_address(visitor.office_id, folded(change.email)) is not None:
                raise address_taken()
            uow.links.use(visitor.office_id, link.id, at=now)  # Nobody else uses it: the person is locked.
            self._readdress(uow, visitor, person, change, at=now)
            uow.commit()
        return change.email

    def _readdress(
        self, uow: UnitOfWork, visitor: Visitor, person: Person, change: AddressChange, *, at: datetime
    ) -> None:
        """Give a locked person its new address. Of two at once that confirm one address, one is refused here."""
        changed, fact = address_changes.confirm(person, change, at=at)
        self._session_start.void_links(uow, person, at=at)
        uow.address_changes.remove(person.office_id, person.id)
        uow.sessions.end_all(person.office_id, person.id, at=at, but=change.session_id)
        uow.sessions.carry_over(person.office_id, change.session_id, epoch=changed.epoch)
        uow.persons.save(changed)
        uow.outbox.clear_refusals(person.office_id, person.id)
        self._recorder.record(uow, visitor, fact)

    def _require_ready(self, uow: UnitOfWork, actor: Actor) -> None:
        address_changes.require_allowed(uow.offices.get(actor.office_id))
        sessions.require_confirmed(actor, times=self._times, at=self._clock.now())
        if uow.two_steps.of(actor.office_id, actor.person_id) is not None:
            self._code_check.proven(uow, actor)

    def _find(self, uow: UnitOfWork, visitor: Visitor, token: str) -> Link:
        link = uow.links.find(visitor.office_id, self._tokens.fingerprint(token), LinkPurpose.ADDRESS)
        if link is None:
            raise LinkDead
        return link

    def _was_just_confirmed(self, link: Link, person: Person) -> bool:
        within = self._links.same_request
        return address_changes.was_just_confirmed(link, person, within=within, at=self._clock.now())

    def _behind(self, uow: UnitOfWork, link: Link, person: Person) -> AddressChange:
        """Give what a link of a person confirms, if it works. Raises: LinkDead."""
        change, holdings = self._standing(uow, person), uow.accounts.of_person(link.office_id, link.person_id)
        sign_in = uow.offices.get(link.office_id).vendor_sign_in
        if change is None or not is_live(link, person, holdings, sign_in, at=self._clock.now()):
            raise LinkDead
        return change

    def _standing(self, uow: UnitOfWork, person: Person) -> AddressChange | None:
        """Find what a person asked for, if it may still be confirmed."""
        change = uow.address_changes.of(person.office_id, person.id)
        holdings = uow.accounts.of_person(person.office_id, person.id)
        return change if change and address_changes.stands(change, person, holdings) else None

    def _note_refusal(
        self,
        uow: UnitOfWork,
        by: Actor | Visitor,
        person_id: PersonId,
        rule: FaultCode,
        origin: ThrottleSubject | None = None,
    ) -> None:
        fact = AddressChangeRefused(person_id=person_id, rule=rule, at=self._clock.now())
        self._recorder.record_refusal(uow, by, fact, person_id=person_id, origin=origin)
