"""Starting a session, for every use case that does so: signing in, setting and changing a password."""

from datetime import datetime

import attrs

from klantportaal.domain import accounts, sessions
from klantportaal.domain.accounts import Account
from klantportaal.domain.errors import NotSignedIn
from klantportaal.domain.events import CodeAsked, PasswordSet, SignedIn
from klantportaal.domain.onboarding import LinkPurpose
from klantportaal.domain.sessions import Actor, SessionTimes, Visitor
from klantportaal.domain.two_step import CodePurpose, TwoStepRules, open_verification
from klantportaal.domain.values import SessionId, VerificationId
from klantportaal.ports.secrets import Ids, Tokens
from klantportaal.ports.storage import UnitOfWork


@attrs.frozen(kw_only=True)
class Entrance:
    """The result of a sign-in: a new session."""

    token: str = attrs.field(repr=False)
    """The secret of the session, for the cookie. The portal stores only its fingerprint."""
    first: bool
    """Whether this is the first sign-in of the account. The first page is then ``Mijn gegevens`` (ON-7)."""
    session_ends_at: datetime


@attrs.frozen(kw_only=True)
class Halfway:
    """The result of a right password if two-step verification is on: a second step, and no session yet (TS-2)."""

    token: str = attrs.field(repr=False)
    """The secret of the second step, for a separate cookie. The portal stores only its fingerprint."""
    expires_at: datetime
    """The moment at which the second step expires."""


@attrs.frozen(kw_only=True)
class SessionStart:
    """Starts sessions and second steps, and ends the other sessions of an account."""

    _ids: Ids
    _tokens: Tokens
    _times: SessionTimes
    _rules: TwoStepRules

    def admit(
        self, uow: UnitOfWork, visitor: Visitor, account: Account, *, at: datetime
    ) -> tuple[Entrance | Halfway, Account, SignedIn | CodeAsked]:
        """After a right password, start a session, or the second step if two-step verification is on (TS-2).

        The caller saves the returned account.
        """
        standing = uow.two_steps.of(account.office_id, account.id)
        if standing is None:
            device, address = visitor.device, visitor.network_address
            return self.enter(uow, account, device=device, network_address=address, at=at)
        token = self._tokens.new()
        verification, asked = open_verification(
            account,
            CodePurpose.SIGN_IN,
            standing.channel,
            self._tokens.fingerprint(token),
            id=VerificationId(self._ids.new()),
            standing=standing,
            rules=self._rules,
            at=at,
        )
        uow.verifications.open(verification)
        return Halfway(token=token, expires_at=verification.expires_at), account, asked

    def enter(
        self, uow: UnitOfWork, account: Account, *, device: str, network_address: str | None, at: datetime
    ) -> tuple[Entrance, Account, SignedIn]:
        """Start a session with a new token (SI-3). The caller saves the returned account if it differs."""
        token = self._tokens.new()
        session, seen, signed_in = sessions.start(
            account,
            id=SessionId(self._ids.new()),
            fingerprint=self._tokens.fingerprint(token),
            device=device,
            network_address=network_address,
            times=self._times,
            at=at,
        )
        uow.sessions.add(session)
        first = account.first_signed_in_at is None
        return Entrance(token=token, first=first, session_ends_at=session.ends_at), seen, signed_in

    def require_alive(self, uow: UnitOfWork, actor: Actor, account: Account, *, at: datetime) -> None:
        """Require that the session is still alive. It may have ended during the request (SI-3, SI-4).

        Raises:
            NotSignedIn: the session has ended.
        """
        session = uow.sessions.own(actor, actor.session_id)
        if not sessions.is_alive(session, epoch=account.epoch, times=self._times, at=at):
            raise NotSignedIn

    def enter_with_new_password(
        self,
        uow: UnitOfWork,
        account: Account,
        password_hash: str,
        *,
        device: str,
        network_address: str | None,
        at: datetime,
    ) -> tuple[Entrance, PasswordSet, SignedIn]:
        """Set a new password, end all sessions and links of the account, and start a new session (ON-5, PW-4).

        Raises:
            Conflict: the account changed at the same time.
        """
        changed, password_set = self._with_password(uow, account, password_hash, at=at)
        entrance, seen, signed_in = self.enter(uow, changed, device=device, network_address=network_address, at=at)
        uow.accounts.save(seen)
        return entrance, password_set, signed_in

    def admit_with_new_password(
        self, uow: UnitOfWork, visitor: Visitor, account: Account, password_hash: str, *, at: datetime
    ) -> tuple[Entrance | Halfway, PasswordSet, SignedIn | CodeAsked]:
        """Do as ``enter_with_new_password``, but start the second step if two-step verification is on.

        Raises:
            Conflict: the account changed at the same time.
        """
        changed, password_set = self._with_password(uow, account, password_hash, at=at)
        admitted, seen, fact = self.admit(uow, visitor, changed, at=at)
        uow.accounts.save(seen)
        return admitted, password_set, fact

    def _with_password(
        self, uow: UnitOfWork, account: Account, password_hash: str, *, at: datetime
    ) -> tuple[Account, PasswordSet]:
        changed, password_set = accounts.with_password(account, password_hash, at=at)
        self._void_links(uow, account, at=at)
        uow.sessions.end_all(account.office_id, account.id, at=at)
        return changed, password_set

    def end_others(self, uow: UnitOfWork, actor: Actor, account: Account, *, at: datetime) -> None:
        """End all other sessions, the links and the codes of the account. The actor's session continues.

        A session that starts at the same moment ends too, because it has the older epoch.

        Raises:
            NotSignedIn: the actor's session ended at the same time.
            Conflict: the account changed at the same time.
        """
        self.require_alive(uow, actor, account, at=at)
        cut_off = accounts.cut_off(account)
        uow.accounts.save(cut_off)
        uow.sessions.end_others(actor, at=at)
        uow.sessions.carry_over(actor.office_id, actor.session_id, epoch=cut_off.epoch)
        self._void_links(uow, account, at=at)

    def _void_links(self, uow: UnitOfWork, account: Account, *, at: datetime) -> None:
        for purpose in reversed(LinkPurpose):  # Password links first: one of them is in use.
            uow.links.void(account.office_id, account.id, purpose, at=at)
