"""Letting in whom the vendor's own sign-in has authenticated, and confirming by it who somebody is (PE-6)."""

from datetime import datetime

import attrs

from klantportaal.domain import admission, persons
from klantportaal.domain.accounts import Holding
from klantportaal.domain.admission import Admission, Authentication
from klantportaal.domain.errors import AdmissionProblem, LinkDead, NotAdmitted
from klantportaal.domain.events import AdmissionRefused, Confirmed, SubjectBound
from klantportaal.domain.onboarding import LinkPurpose, is_live
from klantportaal.domain.persons import Person
from klantportaal.domain.sessions import Actor, SessionTimes, Visitor
from klantportaal.domain.values import PersonId
from klantportaal.ports.clock import Clock
from klantportaal.ports.secrets import Tokens
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.client.session_start import Entrance, Halfway, SessionStart
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.throttling import Throttle


@attrs.frozen(kw_only=True)
class VendorAdmission:
    """Lets in whom the vendor authenticated."""

    _storage: Storage
    _clock: Clock
    _tokens: Tokens
    _session_start: SessionStart
    _throttle: Throttle
    _recorder: Recorder
    _times: SessionTimes

    def admit(self, visitor: Visitor, authentication: Authentication, invitation: str | None) -> Entrance | Halfway:
        """Do as ``SignIn.admit``, once."""
        now = self._clock.now()
        try:
            with self._storage.begin() as uow:
                vendor = uow.offices.get(visitor.office_id).vendor_sign_in
                admission.require_admissible(authentication, vendor, within=self._times.absolute, at=now)
                person, holdings = self._person(uow, visitor, authentication, invitation, at=now)
                admitted, seen, fact = self._session_start.admit(
                    uow, visitor, person, holdings, admission=Admission.of(authentication), at=now
                )
                if seen != person:
                    uow.persons.save(seen)
                self._recorder.record(uow, visitor, fact)
                uow.commit()
        except NotAdmitted as refused:
            self._note_refusal(visitor, authentication, refused.problem, at=now)
            raise
        except LinkDead:
            self._note_refusal(visitor, authentication, AdmissionProblem.NOT_INVITED, at=now)
            raise
        return admitted

    def _person(
        self, uow: UnitOfWork, visitor: Visitor, authentication: Authentication, invitation: str | None, *, at: datetime
    ) -> tuple[Person, list[Holding]]:
        """Find the person that is let in, and lock it. An invitation that still works binds the subject first.

        Raises:
            NotAdmitted: nobody with an open account has the subject, or somebody else has it.
            LinkDead: nobody has the subject, and the invitation does not work any more.
        """
        owner = uow.persons.by_subject(visitor.office_id, authentication.subject)
        if invitation:
            bound = self._bind(uow, visitor, authentication, invitation, owner, at=at)
            if bound is not None:
                return bound
            if owner is None:
                raise LinkDead
        if owner is None:
            raise NotAdmitted(AdmissionProblem.NOT_INVITED)
        person = uow.persons.take(visitor.office_id, owner.id)
        holdings = list(uow.accounts.of_person(visitor.office_id, person.id))
        if person.vendor_subject != authentication.subject or not persons.has_open(holdings):
            raise NotAdmitted(AdmissionProblem.NOT_INVITED)
        return person, holdings

    def _bind(
        self,
        uow: UnitOfWork,
        visitor: Visitor,
        authentication: Authentication,
        invitation: str,
        owner: Person | None,
        *,
        at: datetime,
    ) -> tuple[Person, list[Holding]] | None:
        """Bind the subject to the person of an invitation, and use the link up. None if the link does not work."""
        office_id = visitor.office_id
        link = uow.links.find(office_id, self._tokens.fingerprint(invitation), LinkPurpose.INVITATION)
        if link is None:
            return None
        person = uow.persons.take(office_id, link.person_id)
        holdings = list(uow.accounts.of_person(office_id, person.id))
        vendor = uow.offices.get(office_id).vendor_sign_in
        live = is_live(link, person, holdings, vendor, at=at)
        if live and owner is not None and owner.id != person.id:
            raise NotAdmitted(AdmissionProblem.SUBJECT_TAKEN)
        if not live or not uow.links.use(office_id, link.id, at=at):
            return None
        self._session_start.void_links(uow, person, at=at)
        uow.sessions.end_all(office_id, person.id, at=at)
        bound = persons.bound(person, authentication.subject)
        uow.persons.save(bound)
        self._recorder.record(uow, visitor, SubjectBound(person_id=person.id, link_id=link.id, at=at))
        return uow.persons.get(office_id, person.id), holdings

    def confirm(self, actor: Actor, authentication: Authentication, token: str) -> None:
        """Do as ``SignIn.confirm_admitted`` with a new token, once."""
        now = self._clock.now()
        try:
            with self._storage.begin() as uow:
                vendor = uow.offices.get(actor.office_id).vendor_sign_in
                admission.require_admissible(authentication, vendor, within=self._times.confirmation, at=now)
                person = uow.persons.take(actor.office_id, actor.person_id)
                if person.vendor_subject != authentication.subject:
                    raise NotAdmitted(AdmissionProblem.OTHER_SUBJECT)
                proven_at = min(authentication.at, now)
                self._session_start.confirm(uow, actor, person, token, confirmed_at=proven_at, at=now)
                fact = Confirmed(
                    person_id=person.id,
                    session_id=actor.session_id,
                    method=authentication.method,
                    assurance=authentication.assurance,
                    at=now,
                )
                self._recorder.record(uow, actor, fact)
                uow.commit()
        except NotAdmitted as refused:
            self._note_refusal(actor, authentication, refused.problem, at=now)
            raise

    def _note_refusal(
        self, by: Visitor | Actor, authentication: Authentication, problem: AdmissionProblem, *, at: datetime
    ) -> None:
        with self._storage.begin() as uow:
            owner = uow.persons.by_subject(by.office_id, authentication.subject)
            person_id: PersonId | None = owner.id if owner else None
            fact = AdmissionRefused(person_id=person_id, problem=problem, at=at)
            self._recorder.record_refusal(uow, by, fact, person_id=person_id, origin=self._throttle.origin(by))
            uow.commit()
