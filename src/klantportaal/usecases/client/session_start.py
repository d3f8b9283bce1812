"""Starting a session, for every use case that does so: signing in, setting and changing a password."""

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

import attrs

from klantportaal.domain import persons, sessions
from klantportaal.domain.accounts import Holding, may_act
from klantportaal.domain.admission import Admission
from klantportaal.domain.errors import NotSignedIn
from klantportaal.domain.events import CodeAsked, PasswordSet, SignedIn
from klantportaal.domain.onboarding import LinkPurpose
from klantportaal.domain.persons import Person
from klantportaal.domain.sessions import Actor, AppTokens, Session, SessionTimes, Visitor
from klantportaal.domain.two_step import CodePurpose, TwoStepRules, open_verification
from klantportaal.domain.values import OfficeId, SessionId, VerificationId
from klantportaal.ports.secrets import Ids, SealBroken, Tokens, Vault
from klantportaal.ports.storage import UnitOfWork


@attrs.frozen(kw_only=True)
class Entrance:
    """The result of a sign-in: a new session."""

    token: str = attrs.field(repr=False)
    """The secret of the session: for the cookie, or the access token of an app. The portal stores its fingerprint."""
    first: bool
    """Whether this is the first sign-in of the person. The first page is then ``Mijn gegevens`` (ON-7)."""
    session_ends_at: datetime
    app: AppTokens | None = None
    """What an app gets beside it. None for a browser (AP-8)."""


@attrs.frozen(kw_only=True)
class Halfway:
    """The result of a right password if two-step verification is on: a second step, and no session yet (TS-2)."""

    token: str = attrs.field(repr=False)
    """The secret of the second step, for a separate cookie. The portal stores only its fingerprint."""
    expires_at: datetime
    """The moment at which the second step expires."""


@attrs.frozen(kw_only=True)
class SessionStart:
    """Starts sessions and second steps, and ends the other sessions of a person."""

    _ids: Ids
    _tokens: Tokens
    _vault: Vault
    _times: SessionTimes
    _rules: TwoStepRules

    def admit(
        self,
        uow: UnitOfWork,
        visitor: Visitor,
        person: Person,
        holdings: Sequence[Holding],
        *,
        admission: Admission | None = None,
        at: datetime,
    ) -> tuple[Entrance | Halfway, Person, SignedIn | CodeAsked]:
        """Start a session, or the second step if two-step verification is on (TS-2).

        Call it after a right password, or after the vendor authenticated the person: *admission* tells how (PE-6). The
        caller saves the returned person if it differs.
        """
        standing = uow.two_steps.of(person.office_id, person.id)
        if standing is None:
            return self.enter(
                uow,
                person,
                holdings,
                device=visitor.device,
                network_address=visitor.network_address,
                is_app=visitor.is_app,
                admission=admission,
                at=at,
            )
        token = self._tokens.new()
        verification, asked = open_verification(
            person,
            CodePurpose.SIGN_IN,
            standing.channel,
            self._tokens.fingerprint(token),
            id=VerificationId(self._ids.new()),
            standing=standing,
            admission=admission,
            rules=self._rules,
            at=at,
        )
        uow.verifications.open(verification)
        return Halfway(token=token, expires_at=verification.expires_at), person, asked

    def enter(
        self,
        uow: UnitOfWork,
        person: Person,
        holdings: Sequence[Holding],
        *,
        device: str,
        network_address: str | None,
        is_app: bool,
        admission: Admission | None = None,
        at: datetime,
    ) -> tuple[Entrance, Person, SignedIn]:
        """Start a session with a new token, for the account that was used last (SI-3, PE-3).

        The person's invited accounts become active (PE-2). The caller saves the returned person if it differs.
        """
        seen, account, activated = persons.enter(person, holdings, at=at)
        token, id = self._tokens.new(), SessionId(self._ids.new())
        refresh_token = self._refresh_token(person.office_id, id) if is_app else None
        session, signed_in = sessions.start(
            seen,
            account,
            id=id,
            fingerprint=self._tokens.fingerprint(token),
            device=device,
            network_address=network_address,
            admission=admission,
            refresh=None if refresh_token is None else self._tokens.fingerprint(refresh_token),
            times=self._times,
            at=at,
        )
        uow.sessions.add(session)
        stored = {each.id: each for each, _client in holdings}
        for changed in (account, *activated):
            if changed != stored[changed.id]:
                uow.accounts.save(changed)
        new = tuple(each.id for each in (account, *activated) if each.state is not stored[each.id].state)
        signed_in = attrs.evolve(signed_in, activated=new)
        first = person.first_signed_in_at is None
        entrance = Entrance(
            token=token, first=first, session_ends_at=session.ends_at, app=_app_tokens(refresh_token, session)
        )
        return entrance, seen, signed_in

    # ------------------------------------------------------------------ the tokens of an app (AP-8)
    def _refresh_token(self, office_id: OfficeId, id: SessionId) -> str:
        """Make a refresh token: the id of its session, encrypted. Nobody else can make one that names a session."""
        sealed = self._vault.seal(str(id), bound_to=_refreshing(office_id))
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def session_of(self, office_id: OfficeId, refresh_token: str) -> SessionId:
        """Give the session that a refresh token names, whether it was used or not.

        Raises:
            NotSignedIn: the portal did not make it, or made it for another office.
        """
        try:
            sealed = base64.urlsafe_b64decode(refresh_token.encode() + b"=" * (-len(refresh_token) % 4))
            return SessionId(UUID(self._vault.open(sealed, bound_to=_refreshing(office_id))))
        except (SealBroken, UnicodeError, binascii.Error):
            raise NotSignedIn from None

    def refresh(self, uow: UnitOfWork, session: Session, refresh_token: str, *, at: datetime) -> Entrance | None:
        """Give a living session new tokens. None if this refresh token was used before.

        Of several calls at once, one gets tokens.
        """
        used = self._tokens.fingerprint(refresh_token)
        token, newer = self._tokens.new(), self._refresh_token(session.office_id, session.id)
        renewed = attrs.evolve(
            session,
            fingerprint=self._tokens.fingerprint(token),
            refresh=self._tokens.fingerprint(newer),
            access_ends_at=sessions.access_end(self._times, at=at),
            seen_at=max(session.seen_at, at),
        )
        if not uow.sessions.renew(renewed, used=used):
            return None
        tokens = _app_tokens(newer, renewed)
        return Entrance(token=token, first=False, session_ends_at=session.ends_at, app=tokens)

    def require_alive(self, uow: UnitOfWork, actor: Actor, person: Person, *, at: datetime) -> None:
        """Require that the session is still alive. It may have ended during the request (SI-3, SI-4).

        Raises:
            NotSignedIn: the session has ended.
        """
        session = uow.sessions.own(actor, actor.session_id)
        if not sessions.is_alive(session, epoch=person.epoch, times=self._times, at=at):
            raise NotSignedIn

    def confirm(
        self, uow: UnitOfWork, actor: Actor, person: Person, token: str, *, confirmed_at: datetime, at: datetime
    ) -> None:
        """Let a session count as confirmed from a moment on, and continue with a new token (SI-3).

        Raises:
            NotSignedIn: the session has ended or has another token by now, or its account may not act any more.
        """
        self.require_alive(uow, actor, person, at=at)
        rotated = uow.sessions.confirm(actor, fingerprint=self._tokens.fingerprint(token), at=confirmed_at)
        account, client = uow.accounts.get(actor.office_id, actor.account_id)
        if not rotated or account.person_id != person.id or not may_act(account, client):
            raise NotSignedIn

    def enter_with_new_password(
        self, uow: UnitOfWork, actor: Actor, person: Person, password_hash: str, *, device: str, at: datetime
    ) -> tuple[Entrance, PasswordSet, SignedIn]:
        """Set a new password, end all sessions and links of the person, and start a new session (PW-4).

        The new session is for the account that the actor acts for, also if another one was used last.

        Raises:
            Conflict: the person changed at the same time.
        """
        holdings = uow.accounts.of_person(person.office_id, person.id)
        staying = attrs.evolve(person, last_account_id=actor.account_id)
        changed, password_set = self._with_password(uow, staying, holdings, password_hash, at=at)
        # The password proves who it is, now. The session is still one of the vendor's sign-in, if it was (PE-6).
        admission = actor.admission and attrs.evolve(actor.admission, at=at)
        entrance, seen, signed_in = self.enter(
            uow,
            changed,
            holdings,
            device=device,
            network_address=actor.network_address,
            is_app=actor.is_app,
            admission=admission,
            at=at,
        )
        uow.persons.save(seen)
        return entrance, password_set, signed_in

    def admit_with_new_password(
        self,
        uow: UnitOfWork,
        visitor: Visitor,
        person: Person,
        holdings: Sequence[Holding],
        password_hash: str,
        *,
        at: datetime,
    ) -> tuple[Entrance | Halfway, PasswordSet, SignedIn | CodeAsked]:
        """Set a new password and end all sessions and links (ON-5). Then do as ``admit``.

        Raises:
            Conflict: the person changed at the same time.
        """
        changed, password_set = self._with_password(uow, person, holdings, password_hash, at=at)
        admitted, seen, fact = self.admit(uow, visitor, changed, holdings, at=at)
        uow.persons.save(seen)
        return admitted, password_set, fact

    def _with_password(
        self, uow: UnitOfWork, person: Person, holdings: Sequence[Holding], password_hash: str, *, at: datetime
    ) -> tuple[Person, PasswordSet]:
        changed, password_set = persons.with_password(person, holdings, password_hash, at=at)
        self.void_links(uow, person, at=at)
        uow.sessions.end_all(person.office_id, person.id, at=at)
        return changed, password_set

    def end_others(self, uow: UnitOfWork, actor: Actor, person: Person, *, at: datetime) -> None:
        """End all other sessions, the links and the codes of the person. The actor's session continues.

        A session that starts at the same moment ends too, because it has the older epoch.

        Raises:
            NotSignedIn: the actor's session ended at the same time.
            Conflict: the person changed at the same time.
        """
        self.require_alive(uow, actor, person, at=at)
        cut_off = persons.cut_off(person)
        self.void_links(uow, person, at=at)
        uow.sessions.end_others(actor, at=at)
        uow.sessions.carry_over(actor.office_id, actor.session_id, epoch=cut_off.epoch)
        uow.persons.save(cut_off)

    def void_links(self, uow: UnitOfWork, person: Person, *, at: datetime) -> None:
        """Void all links of a person."""
        for purpose in reversed(LinkPurpose):  # Password links first: one of them is in use.
            uow.links.void(person.office_id, person.id, purpose, at=at)


def _refreshing(office_id: OfficeId) -> UUID:
    """Give what a refresh token is bound to: no other text that is encrypted for the office is one."""
    return uuid5(office_id, "refresh token")


def _app_tokens(refresh_token: str | None, session: Session) -> AppTokens | None:
    if refresh_token is None or session.access_ends_at is None:
        return None
    return AppTokens(refresh_token=refresh_token, access_ends_at=session.access_ends_at)
