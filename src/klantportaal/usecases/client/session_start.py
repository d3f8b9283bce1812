"""Starting a session, for every use case that ends in one: signing in, setting and changing a password."""

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
    """What a browser gets for having signed in."""

    token: str = attrs.field(repr=False)
    """The session's secret, for the cookie; kept nowhere else."""
    first: bool
    """Whether the account never signed in before, and so lands on ``Mijn gegevens`` (ON-7)."""
    session_ends_at: datetime


@attrs.frozen(kw_only=True)
class Halfway:
    """What a browser gets for a right password where two-step verification is on: no session yet (TS-2)."""

    token: str = attrs.field(repr=False)
    """The secret by which the second step knows the browser, for a cookie of its own; kept nowhere else."""
    expires_at: datetime
    """Until when there is to do the second step."""


@attrs.frozen(kw_only=True)
class SessionStart:
    """Starts sessions, at once or halfway."""

    _ids: Ids
    _tokens: Tokens
    _times: SessionTimes
    _rules: TwoStepRules

    def admit(
        self, uow: UnitOfWork, visitor: Visitor, account: Account, *, at: datetime
    ) -> tuple[Entrance | Halfway, Account, SignedIn | CodeAsked]:
        """Start a session for an account whose password was right, or the second step where it has one (TS-2)."""
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
        """Start a session with a new token (SI-3); the account, which may have changed, is the caller's to save."""
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
        """Let through only a session that still stands: it may have ended since the request came (SI-3, SI-4).

        Raises:
            NotSignedIn: it has ended.
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
        """Give an account its new password, end all its other sessions and links, and sign it in (ON-5, PW-4).

        Raises:
            Conflict: somebody else changed the account in the meantime.
        """
        changed, password_set = self._with_password(uow, account, password_hash, at=at)
        entrance, seen, signed_in = self.enter(uow, changed, device=device, network_address=network_address, at=at)
        uow.accounts.save(seen)
        return entrance, password_set, signed_in

    def admit_with_new_password(
        self, uow: UnitOfWork, visitor: Visitor, account: Account, password_hash: str, *, at: datetime
    ) -> tuple[Entrance | Halfway, PasswordSet, SignedIn | CodeAsked]:
        """As ``enter_with_new_password``, for who is not signed in: a new password spares nobody the second step.

        Raises:
            Conflict: somebody else changed the account in the meantime.
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
        """Let the actor's session go on, and end all else that its account was given before: sessions, links, codes.

        A session that starts at the very moment ends as well: it is of the older epoch.

        Raises:
            NotSignedIn: the actor's session has ended in the meantime.
            Conflict: somebody else changed the account in the meantime.
        """
        self.require_alive(uow, actor, account, at=at)
        cut_off = accounts.cut_off(account)
        uow.accounts.save(cut_off)
        uow.sessions.end_others(actor, at=at)
        uow.sessions.carry_over(actor.office_id, actor.session_id, epoch=cut_off.epoch)
        self._void_links(uow, account, at=at)

    def _void_links(self, uow: UnitOfWork, account: Account, *, at: datetime) -> None:
        for purpose in reversed(LinkPurpose):  # The one that is being used comes first.
            uow.links.void(account.office_id, account.id, purpose, at=at)
