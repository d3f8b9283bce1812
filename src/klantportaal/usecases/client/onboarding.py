"""From a link in a mail to a password and a session (ON-2 to ON-8)."""

import attrs

from klantportaal.domain.accounts import address_faults
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.errors import LinkDead, Refused
from klantportaal.domain.events import PasswordLinkAsked, PasswordLinkWithheld
from klantportaal.domain.onboarding import LinkPurpose, is_live
from klantportaal.domain.sessions import Visitor
from klantportaal.domain.values import address as one_address
from klantportaal.domain.values import folded
from klantportaal.ports.clock import Clock
from klantportaal.ports.reading import LinkView
from klantportaal.ports.secrets import Passwords, Tokens
from klantportaal.ports.storage import Storage
from klantportaal.usecases.client.password_choice import PasswordChoice
from klantportaal.usecases.client.session_start import Entrance, Halfway, SessionStart
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.throttling import Throttle


@checked_calls
@attrs.frozen(kw_only=True)
class Onboarding:
    """Asks for links and sets passwords."""

    _storage: Storage
    _clock: Clock
    _tokens: Tokens
    _passwords: Passwords
    _session_start: SessionStart
    _recorder: Recorder
    _password_choice: PasswordChoice
    _throttle: Throttle

    def look_at_invitation(self, visitor: Visitor, token: str) -> LinkView:
        """Look behind the first mail's link; looking changes nothing.

        Raises:
            LinkDead: it is unknown, voided, too old, or the account has its password already.
        """
        return self._look(visitor, token, LinkPurpose.INVITATION)

    def look_at_password_link(self, visitor: Visitor, token: str) -> LinkView:
        """Look behind the second mail's link; looking changes nothing (ON-4).

        Raises:
            LinkDead: it is unknown, used, voided or too old.
        """
        return self._look(visitor, token, LinkPurpose.PASSWORD)

    def _look(self, visitor: Visitor, token: str, purpose: LinkPurpose) -> LinkView:
        fingerprint = self._tokens.fingerprint(token)
        view = self._storage.read.link(visitor.office_id, fingerprint, purpose, at=self._clock.now())
        if view is None:
            raise LinkDead
        return view

    def ask_link(self, visitor: Visitor, address: str, *, invitation: str | None = None) -> None:
        """Ask for the second mail by entering an address (ON-3, ON-8).

        Whether an account has the address is not even looked up here: the dispatcher finds out. So the answer, and the
        time that it takes, are the same for every address. Asked once too often, nothing is sent and the link that was
        sent before still works (SI-2); the answer is that same one.

        Raises:
            Refused: the text is no e-mail address.
            LinkDead: *invitation*, the token that the visitor came with, opens nothing.
        """
        asked, faults = one_address(address), list(address_faults(address))
        if faults or asked is None:
            raise Refused(faults)
        invited = self.look_at_invitation(visitor, invitation).account_id if invitation else None
        typed, now = folded(asked), self._clock.now()
        with self._storage.begin() as uow:
            if self._throttle.may_ask(uow, visitor, typed, invitation=invitation or None):
                self._recorder.record(uow, visitor, PasswordLinkAsked(address=typed, invited=invited, at=now))
            else:
                self._recorder.record(uow, visitor, PasswordLinkWithheld(invited=invited, at=now))
            uow.commit()

    def set_password(self, visitor: Visitor, token: str, password: str, repeated: str) -> Entrance | Halfway:
        """Set the password that a link is for, and sign in (ON-5). Of any number at once, one succeeds (ON-4).

        Two-step verification stays on where it is on: the session starts after the second step only (ON-8).

        Raises:
            LinkDead: the link is unknown, used, voided or too old.
            Refused: the password breaks rules, all of them named (PW-1, PW-3); the link stays as it was.
        """
        known = self.look_at_password_link(visitor, token)
        self._password_choice.check(visitor.office_id, known.account_id, password, repeated)
        hashed = self._passwords.hash(password)
        now = self._clock.now()
        with self._storage.begin() as uow:
            link = uow.links.find(visitor.office_id, self._tokens.fingerprint(token), LinkPurpose.PASSWORD)
            if link is None:
                raise LinkDead
            account, client = uow.accounts.get(visitor.office_id, link.account_id)
            self._throttle.forget(uow, account)
            if not is_live(link, account, client, at=now) or not uow.links.use(visitor.office_id, link.id, at=now):
                raise LinkDead
            admitted, *facts = self._session_start.admit_with_new_password(uow, visitor, account, hashed, at=now)
            self._recorder.record(uow, visitor, *facts)
            uow.commit()
        return admitted
