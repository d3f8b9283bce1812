"""Signing in, checking a session, confirming the password, signing out (SI-1 to SI-3, PE-6)."""

import contextlib
from datetime import datetime

import attrs

from klantportaal.domain import sessions
from klantportaal.domain.accounts import AccountState
from klantportaal.domain.admission import Authentication, takes_passwords
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.errors import Absent, NotSignedIn, SignInFailed, StorageFull, TwoStepDue, Unavailable
from klantportaal.domain.events import Confirmed, PasswordRehashed, RefreshTokenReused, SignedOut, SignInRefused
from klantportaal.domain.offices import Office
from klantportaal.domain.persons import Person, may_use_password
from klantportaal.domain.sessions import Actor, Session, SessionEnd, SessionTimes, Visitor
from klantportaal.domain.values import OfficeId, folded
from klantportaal.domain.values import address as one_address
from klantportaal.ports.clock import Clock
from klantportaal.ports.reading import SignedInView
from klantportaal.ports.secrets import Passwords, Tokens
from klantportaal.ports.storage import Storage
from klantportaal.usecases.client.admission import VendorAdmission
from klantportaal.usecases.client.password_check import PasswordCheck
from klantportaal.usecases.client.session_start import Entrance, Halfway, SessionStart
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.retries import once_more
from klantportaal.usecases.shared.throttling import Attempt, Standing, Throttle


@attrs.frozen(kw_only=True)
class SignedIn:
    """A valid session: its actor, its office and its end."""

    actor: Actor
    office: Office
    has_others: bool
    """Whether the person has other accounts that it may act for (PE-3)."""
    end: SessionEnd
    """When the session ends if it is not used again (ST-3)."""
    two_step_due: bool
    """Whether the person must first turn on two-step verification, which the office requires (TS-1)."""


@attrs.frozen(kw_only=True)
class Confirmation:
    """The result of confirming the password."""

    token: str = attrs.field(repr=False)
    """The new secret of the session: for the cookie, or the access token of an app. The portal stores its fingerprint.

    The access of an app ends when it would have ended with the token before.
    """


@checked_calls
@attrs.frozen(kw_only=True)
class SignIn:
    """Signs clients in and out, and checks sessions."""

    _storage: Storage
    _clock: Clock
    _tokens: Tokens
    _passwords: Passwords
    _session_start: SessionStart
    _recorder: Recorder
    _password_check: PasswordCheck
    _vendor_admission: VendorAdmission
    _throttle: Throttle
    _times: SessionTimes

    def sign_in(self, visitor: Visitor, address: str, password: str) -> Entrance | Halfway:
        """Sign in with an email address and a password. If two-step verification is on, start the second step (TS-2).

        The attempt is counted before the password is checked (SI-2). Hashing happens outside any transaction. Every
        failure costs one hash, so the response time does not disclose the reason. Two cases of throttling differ: if
        the account or the address is throttled, a hash is computed but the password is not compared; if the network
        address is throttled, nothing is hashed, so a flood of requests takes no time from others.

        Raises:
            SignInFailed: the sign-in failed. The error is the same for every reason (SI-1).
            Unavailable: too many passwords are being checked at the same time.
        """
        typed = folded(one_address(address) or address)
        person, attempt = self._reserve(visitor, typed)
        if attempt.standing is Standing.TURNED_AWAY:
            self._refuse(visitor, person, attempt)
            raise SignInFailed
        stored = person.password_hash if person and attempt.is_open else None
        with self._throttle.comparing(attempt):
            verdict = self._passwords.verify(password, stored)
            renewed = self._passwords.hash(password) if verdict.outdated and verdict.matches else None
        entered = self._enter(visitor, person, attempt, renewed) if person and verdict.matches else None
        if entered is None:
            self._refuse(visitor, person, attempt)
            raise SignInFailed
        return entered

    @once_more
    def _reserve(self, visitor: Visitor, typed: str) -> tuple[Person | None, Attempt]:
        with self._storage.begin(flushed=False) as uow:
            person = uow.persons.by_address(visitor.office_id, typed)
            attempt = self._throttle.reserve(uow, visitor, person_id=person.id if person else None, address=typed)
            uow.commit()
        return person, attempt

    @once_more
    def _refuse(self, visitor: Visitor, person: Person | None, attempt: Attempt) -> None:
        refused = SignInRefused(
            person_id=person.id if person else None, throttled=not attempt.is_open, at=self._clock.now()
        )
        with self._storage.begin() as uow:
            self._recorder.record_refusal(uow, visitor, refused, person_id=refused.person_id, origin=attempt.origin)
            uow.commit()

    @once_more
    def _enter(
        self, visitor: Visitor, known: Person, attempt: Attempt, renewed: str | None
    ) -> Entrance | Halfway | None:
        """Start the session or the second step. None if the person may not sign in, or was cut off meanwhile."""
        now = self._clock.now()
        with self._storage.begin() as uow:
            self._throttle.succeeded(uow, attempt)
            person = uow.persons.take(visitor.office_id, known.id)
            holdings = uow.accounts.of_person(visitor.office_id, person.id)
            same = (person.epoch, person.password_hash) == (known.epoch, known.password_hash)
            vendor = uow.offices.get(visitor.office_id).vendor_sign_in
            if not same or not may_use_password(person, holdings, vendor):
                return None
            admitted, seen, fact = self._session_start.admit(uow, visitor, person, holdings, at=now)
            if renewed is not None:
                seen = attrs.evolve(seen, password_hash=renewed)
                self._recorder.record(uow, visitor, PasswordRehashed(person_id=person.id, at=now))
            if seen != person:
                uow.persons.save(seen)
            self._recorder.record(uow, visitor, fact)
            uow.commit()
        return admitted

    @once_more
    def admit(
        self, visitor: Visitor, authentication: Authentication, *, invitation: str | None = None
    ) -> Entrance | Halfway:
        """Sign in somebody whom the vendor's own sign-in has authenticated (PE-6).

        The subject was bound to a person by the link of an invitation. With *invitation* it is bound now: the link is
        used up, and the person is onboarded. An address is never compared. If the person turned on two-step
        verification, the second step follows, as after a password (TS-2).

        Args:
            visitor: the browser.
            authentication: whom the vendor authenticated. The vendor's code vouches for it.
            invitation: the token of the invitation link that the visitor came with, if any.

        Raises:
            NotAdmitted: the person is not let in; ``problem`` says why.
            LinkDead: the subject belongs to nobody, and the link of *invitation* does not work any more.
            Absent: there is no such office.
            Conflict: two sign-ins changed the person at the same time, twice.
        """
        return self._vendor_admission.admit(visitor, authentication, invitation)

    @once_more
    def confirm_admitted(self, actor: Actor, authentication: Authentication) -> Confirmation:
        """Let the vendor confirm who the actor is, in place of its password once more (PE-6).

        The session continues with a new token, as after ``confirm``. It counts as confirmed from the moment of
        *authentication*, which must be as recent as a password that was given again.

        Raises:
            NotAdmitted: the authentication is of another subject, too old or too weak; ``problem`` says why.
            NotSignedIn: the session ended, or got another token, at the same time.
            Conflict: the person changed at the same time, twice.
        """
        token = self._tokens.new()
        self._vendor_admission.confirm(actor, authentication, token)
        return Confirmation(token=token)

    def whoever(
        self,
        office_id: OfficeId,
        token: str,
        *,
        network_address: str | None = None,
        enrolling: bool = False,
        is_app: bool = False,
    ) -> SignedIn:
        """Find the session of a token and give its actor. The time of the last request is saved to the minute.

        Args:
            office_id: the office of the session.
            token: the value of the session cookie, or the access token of an app.
            network_address: the network address of the request, for the audit trail.
            enrolling: True for the pages that turn on two-step verification, confirm the password or sign out.
                They stay open if the office requires two-step verification and the person does not have it yet.
            is_app: whether it is an access token. The session of a browser has none, and that of an app no cookie.

        Raises:
            NotSignedIn: the office has no such session, or the session has ended (SI-3), or its access (AP-8).
            TwoStepDue: the office requires two-step verification and the person does not have it yet (TS-1).
        """
        view = self._storage.read.session(office_id, self._tokens.fingerprint(token))
        now = self._clock.now()
        if view is None or not sessions.is_alive(view.session, epoch=view.epoch, times=self._times, at=now):
            raise NotSignedIn
        if not sessions.is_let_in(view.session, is_app=is_app, at=now):
            raise NotSignedIn
        if view.account_state is not AccountState.ACTIVE or view.client_closed:
            raise NotSignedIn
        due = sessions.needs_two_step(
            view.session.admission, required=view.office.two_step_required, has_two_step=view.has_two_step
        )
        if due and not enrolling:
            raise TwoStepDue
        session = view.session
        if sessions.should_touch(session, times=self._times, at=now):
            session = self._touch(session, at=now)
        end = sessions.end_of(session, times=self._times, at=now)
        return SignedIn(
            actor=_actor(view, network_address),
            office=view.office,
            has_others=view.has_others,
            end=end,
            two_step_due=due,
        )

    def lapsed(self, office_id: OfficeId, token: str, *, network_address: str | None = None) -> Actor | None:
        """Give the actor of a session that ended by itself, to keep the files that its browser sends (ST-2).

        The actor is for that only. Nothing may be shown to it. None if the session is alive, was ended by somebody, or
        ended more than a day ago, or if its account may not sign in any more.
        """
        view = self._storage.read.session(office_id, self._tokens.fingerprint(token))
        now = self._clock.now()
        if view is None or sessions.is_alive(view.session, epoch=view.epoch, times=self._times, at=now):
            return None
        if view.account_state is not AccountState.ACTIVE or view.client_closed:
            return None
        return _actor(view, network_address) if sessions.has_lapsed(view.session, epoch=view.epoch, at=now) else None

    def _touch(self, session: Session, *, at: datetime) -> Session:
        """Save the time of the last request. If storage is unavailable or full, the request still continues."""
        with contextlib.suppress(Unavailable, StorageFull), self._storage.begin() as uow:
            uow.sessions.touch(session.office_id, session.id, at=at)
            uow.commit()
            return attrs.evolve(session, seen_at=at)
        return session

    def confirm(self, actor: Actor, password: str) -> Confirmation:
        """Confirm the password for the security settings. The session continues with a new token (SI-3).

        The older token is invalid at once. Of several calls with one token, one succeeds. The end of the session does
        not change. The attempt is counted before the check (SI-2). Hashing happens outside any transaction.

        Raises:
            Refused: the password is wrong.
            NotSignedIn: the session ended, or got another token, at the same time.
            Absent: the office takes no passwords, and the vendor authenticated the person of the session (PE-6).
            Unavailable: too many passwords are being checked at the same time.
        """
        vendor = self._storage.read.office(actor.office_id).vendor_sign_in
        if actor.admission is not None and not takes_passwords(vendor):
            raise Absent("password")
        _known, attempt = self._password_check.prove(actor, password)
        token = self._tokens.new()
        self._confirm(actor, attempt, token)
        return Confirmation(token=token)

    @once_more
    def _confirm(self, actor: Actor, attempt: Attempt, token: str) -> None:
        now = self._clock.now()
        with self._storage.begin() as uow:
            self._throttle.succeeded(uow, attempt)
            person = uow.persons.get(actor.office_id, actor.person_id)
            self._session_start.confirm(uow, actor, person, token, confirmed_at=now, at=now)
            self._recorder.record(uow, actor, Confirmed(person_id=person.id, session_id=actor.session_id, at=now))
            uow.commit()

    @once_more
    def refresh(self, visitor: Visitor, refresh_token: str) -> Entrance:
        """Go on with the session of an app: give it a new access token and a new refresh token (AP-8).

        This is use of the session. Its end does not change. A refresh token works once. If one comes back, it was
        copied, so the session ends for everybody who has a token of it.

        Raises:
            NotSignedIn: the session has ended, or ends now because the token was used before; or the portal did not
                make this token.
        """
        now = self._clock.now()
        session_id = self._session_start.session_of(visitor.office_id, refresh_token)
        with self._storage.begin() as uow:
            session = uow.sessions.find(visitor.office_id, session_id)
            if session is None:
                raise NotSignedIn
            person = uow.persons.get(visitor.office_id, session.person_id)
            if not sessions.is_alive(session, epoch=person.epoch, times=self._times, at=now):
                raise NotSignedIn
            entrance = self._session_start.refresh(uow, session, refresh_token, at=now)
            if entrance is None:
                uow.sessions.end(session.office_id, session.id, at=now)
                fact = RefreshTokenReused(person_id=session.person_id, session_id=session.id, at=now)
                self._recorder.record(uow, visitor, fact)
            uow.commit()
        if entrance is None:
            raise NotSignedIn
        return entrance

    @once_more
    def sign_out(self, actor: Actor) -> None:
        """End the actor's session at once (SI-3)."""
        now = self._clock.now()
        with self._storage.begin() as uow:
            uow.sessions.end(actor.office_id, actor.session_id, at=now)
            self._recorder.record(uow, actor, SignedOut(session_id=actor.session_id, at=now))
            uow.commit()


def _actor(view: SignedInView, network_address: str | None) -> Actor:
    return Actor(
        office_id=view.session.office_id,
        person_id=view.session.person_id,
        client_id=view.client_id,
        account_id=view.session.account_id,
        session_id=view.session.id,
        fingerprint=view.session.fingerprint,
        confirmed_at=view.session.confirmed_at,
        language=view.session.language,
        kind=view.kind,
        role=view.role,
        name=view.name,
        client_name=view.client_name,
        epoch=view.epoch,
        admission=view.session.admission,
        network_address=network_address,
        is_app=view.session.access_ends_at is not None,
    )
