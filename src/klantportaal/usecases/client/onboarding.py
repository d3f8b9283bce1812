"""Asking for a password link, and setting a password with it (ON-2 to ON-8)."""

import attrs

from klantportaal.domain.accounts import address_faults
from klantportaal.domain.admission import takes_passwords
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.errors import Absent, LinkDead, Refused
from klantportaal.domain.events import PasswordLinkAsked, PasswordLinkWithheld
from klantportaal.domain.onboarding import LinkPurpose, is_live
from klantportaal.domain.sessions import Visitor
from klantportaal.domain.values import PersonId, folded
from klantportaal.domain.values import address as one_address
from klantportaal.ports.clock import Clock
from klantportaal.ports.reading import LinkView
from klantportaal.ports.secrets import Passwords, Tokens
from klantportaal.ports.storage import Storage
from klantportaal.usecases.client.password_choice import PasswordChoice
from klantportaal.usecases.client.session_start import Entrance, Halfway, SessionStart
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.retries import once_more
from klantportaal.usecases.shared.throttling import Throttle


@checked_calls
@attrs.frozen(kw_only=True)
class Onboarding:
    """Checks and requests links, and sets passwords with them."""

    _storage: Storage
    _clock: Clock
    _tokens: Tokens
    _passwords: Passwords
    _session_start: SessionStart
    _recorder: Recorder
    _password_choice: PasswordChoice
    _throttle: Throttle

    def look_at_invitation(self, visitor: Visitor, token: str) -> LinkView:
        """Give the person of the link in the invitation mail. This changes nothing.

        Raises:
            LinkDead: the link is unknown, voided or expired, or the person has a password already.
        """
        return self._look(visitor, token, LinkPurpose.INVITATION)

    def look_at_password_link(self, visitor: Visitor, token: str) -> LinkView:
        """Give the person of the link in the password mail. This changes nothing (ON-4).

        Raises:
            LinkDead: the link is unknown, used, voided or expired.
        """
        return self._look(visitor, token, LinkPurpose.PASSWORD)

    def _look(self, visitor: Visitor, token: str, purpose: LinkPurpose) -> LinkView:
        fingerprint = self._tokens.fingerprint(token)
        view = self._storage.read.link(visitor.office_id, fingerprint, purpose, at=self._clock.now())
        if view is None:
            raise LinkDead
        return view

    def ask_link(self, visitor: Visitor, address: str, *, invitation: str | None = None) -> None:
        """Request the mail with the password link for an address (ON-3, ON-8).

        The dispatcher looks up later whether a person has the address. So the answer and its timing are the same for
        every address. After too many requests no mail is sent, and the link that was sent before stays valid (SI-2).
        The answer is the same then, too.

        Args:
            visitor: who asks.
            address: the email address, as typed.
            invitation: the token of the invitation link that the visitor came with, if any.

        Raises:
            Refused: the text is not an email address.
            LinkDead: the link of *invitation* is unknown, voided or expired.
            Absent: the office takes no passwords (PE-6).
        """
        if not takes_passwords(self._storage.read.office(visitor.office_id).vendor_sign_in):
            raise Absent("password")
        asked, faults = one_address(address), list(address_faults(address))
        if faults or asked is None:
            raise Refused(faults)
        invited = self.look_at_invitation(visitor, invitation).person_id if invitation else None
        self._record_request(visitor, folded(asked), invitation or None, invited)

    @once_more
    def _record_request(self, visitor: Visitor, typed: str, invitation: str | None, invited: PersonId | None) -> None:
        now = self._clock.now()
        with self._storage.begin() as uow:
            attempt = self._throttle.ask(uow, visitor, typed, invitation=invitation)
            if attempt.is_open:
                self._recorder.record(uow, visitor, PasswordLinkAsked(address=typed, invited=invited, at=now))
            else:
                withheld = PasswordLinkWithheld(invited=invited, at=now)
                self._recorder.record_refusal(uow, visitor, withheld, person_id=invited, origin=attempt.origin)
            uow.commit()

    def set_password(self, visitor: Visitor, token: str, password: str, repeated: str) -> Entrance | Halfway:
        """Set the password with a password link, and sign in (ON-5). Of several calls at once, one succeeds (ON-4).

        Two-step verification stays on. If it is on, the session starts after the second step (ON-8).

        Raises:
            LinkDead: the link is unknown, used, voided or expired.
            Refused: one fault for each rule that the password breaks (PW-1, PW-3). The link can be used again.
        """
        known = self.look_at_password_link(visitor, token)
        self._password_choice.check(visitor.office_id, known.person_id, password, repeated)
        return self._set(visitor, token, self._passwords.hash(password))

    @once_more
    def _set(self, visitor: Visitor, token: str, hashed: str) -> Entrance | Halfway:
        now = self._clock.now()
        with self._storage.begin() as uow:
            link = uow.links.find(visitor.office_id, self._tokens.fingerprint(token), LinkPurpose.PASSWORD)
            if link is None:
                raise LinkDead
            self._throttle.forget(uow, uow.persons.get(visitor.office_id, link.person_id))
            person = uow.persons.take(visitor.office_id, link.person_id)
            holdings = uow.accounts.of_person(visitor.office_id, person.id)
            vendor = uow.offices.get(visitor.office_id).vendor_sign_in
            live = is_live(link, person, holdings, vendor, at=now)
            if not live or not uow.links.use(visitor.office_id, link.id, at=now):
                raise LinkDead
            admitted, *facts = self._session_start.admit_with_new_password(
                uow, visitor, person, holdings, hashed, at=now
            )
            self._recorder.record(uow, visitor, *facts)
            uow.commit()
        return admitted
