"""Starting a session, for every use case that ends in one: signing in, setting and changing a password."""

from datetime import datetime

import attrs

from klantportaal.domain import accounts, sessions
from klantportaal.domain.accounts import Account
from klantportaal.domain.events import PasswordSet, SignedIn
from klantportaal.domain.onboarding import LinkPurpose
from klantportaal.domain.sessions import SessionTimes
from klantportaal.domain.values import SessionId
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
class Entering:
    """Starts sessions."""

    ids: Ids
    tokens: Tokens
    times: SessionTimes

    def enter(
        self, uow: UnitOfWork, account: Account, *, device: str, network_address: str | None, at: datetime
    ) -> tuple[Entrance, Account, SignedIn]:
        """Start a session with a new token (SI-3); the account, which may have changed, is the caller's to save."""
        token = self.tokens.new()
        session, seen, signed_in = sessions.start(
            account,
            id=SessionId(self.ids.new()),
            fingerprint=self.tokens.fingerprint(token),
            device=device,
            network_address=network_address,
            times=self.times,
            at=at,
        )
        uow.sessions.add(session)
        first = account.first_signed_in_at is None
        return Entrance(token=token, first=first, session_ends_at=session.ends_at), seen, signed_in

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
        changed, password_set = accounts.with_password(account, password_hash, at=at)
        uow.sessions.end_all(account.office_id, account.id, at=at)
        for purpose in LinkPurpose:
            uow.links.void(account.office_id, account.id, purpose, at=at)
        entrance, seen, signed_in = self.enter(uow, changed, device=device, network_address=network_address, at=at)
        uow.accounts.save(seen)
        return entrance, password_set, signed_in
