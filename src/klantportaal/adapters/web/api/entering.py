"""The operations of the client API that give or end a session: a browser gets a cookie, an app gets tokens (AP-8).

A browser never sees the token of its session. An app names itself (``app``) when it signs in.
"""

import enum
from contextlib import suppress
from datetime import datetime

import attrs

from klantportaal.adapters.web.api.here import Here
from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.domain.accounts import AccountRole, ClientKind
from klantportaal.domain.errors import NotSignedIn
from klantportaal.domain.sessions import SessionEnd
from klantportaal.domain.values import AccountId, Language, PersonId, SessionId
from klantportaal.usecases.client.session_start import Entrance, Halfway


class EnteredState(enum.StrEnum):
    """How far a sign-in came."""

    SIGNED_IN = "signed_in"
    SECOND_STEP = "second_step"
    """The second step has to follow, with its own operations."""


class SessionState(enum.StrEnum):
    """What a session may do."""

    SIGNED_IN = "signed_in"
    TWO_STEP_DUE = "two_step_due"
    """The office requires two-step verification: only the operations that turn it on are open (TS-1)."""


@attrs.frozen(kw_only=True)
class GivenTokens:
    """The tokens of an app. They are shown this once."""

    access_token: str
    """Goes into the header ``Authorization: Bearer …``."""
    access_ends_at: datetime
    refresh_token: str
    """Gives new tokens, once. If it comes back, the session ends."""


@attrs.frozen(kw_only=True)
class Entered:
    """The result of a sign-in."""

    state: EnteredState
    ends_at: datetime
    """The end of the session, whether it is used or not, or of the second step."""
    is_first: bool = False
    """Whether it is the person's first sign-in ever (ON-7)."""
    tokens: GivenTokens | None = None
    """The tokens of an app. A browser has a cookie."""
    second_step_token: str | None = None
    """The token of an app for the second step. A browser has a cookie."""
    recovery_code: str | None = None
    """The next recovery code, after one was used. It is shown this once (TS-4)."""


@attrs.frozen(kw_only=True)
class Confirmed:
    """The result of giving the password once more. The token before it does not work any more."""

    access_token: str | None
    """The new access token of an app. A browser has a cookie."""


@attrs.frozen(kw_only=True)
class SessionInfo:
    """The session of a request."""

    state: SessionState
    session_id: SessionId
    person_id: PersonId
    account_id: AccountId
    """The account that the pages act for. Operations name theirs in the path."""
    kind: ClientKind
    role: AccountRole
    name: str
    client_name: str
    has_others: bool
    """Whether the person has other accounts (PE-3)."""
    language: Language
    confirmed_at: datetime
    """When the password was last given. Security settings need that it was lately (SI-3)."""
    end: SessionEnd


# ---------------------------------------------------------------------- beginning
def sign_in(here: Here, *, email: str, password: str, app: str = "") -> Entered:
    """Sign in with an e-mail address and a password. An app gives its name, and gets tokens in place of a cookie."""
    visitor = here.visitor(app)
    return _entered(here, here.calls.sign_in.sign_in(visitor, email, password), is_app=visitor.is_app)


def set_password(here: Here, *, token: str, password: str, repeated: str, app: str = "") -> Entered:
    """Set the password with the token of a password link, and sign in."""
    visitor = here.visitor(app)
    entered = here.calls.onboarding.set_password(visitor, token, password, repeated)
    return _entered(here, entered, is_app=visitor.is_app)


def enter_code(here: Here, *, code: str, app: str = "") -> Entered:
    """Enter the code of the second step, and start the session."""
    entered = here.calls.second_step.enter(here.visitor(app), here.token(Cookie.SECOND_STEP), code)
    return _entered(here, entered, is_app=here.is_app)


def recover(here: Here, *, code: str, app: str = "") -> Entered:
    """Enter the recovery code in place of the code. The next recovery code is shown once."""
    entered, following = here.calls.second_step.recover(here.visitor(app), here.token(Cookie.SECOND_STEP), code)
    return attrs.evolve(_entered(here, entered, is_app=here.is_app), recovery_code=following)


def change_password(here: Here, *, current: str, password: str, repeated: str) -> Entered:
    """Change the password. All sessions of the person end, and this one is followed by a new one."""
    device = here.visitor().device
    entered = here.calls.profile.change_password(
        here.actor, current=current, password=password, repeated=repeated, device=device
    )
    return _entered(here, entered, is_app=here.is_app)


def _entered(here: Here, entered: Entrance | Halfway, *, is_app: bool) -> Entered:
    if not is_app:
        _leave(here)
    if isinstance(entered, Halfway):
        if not is_app:
            here.set_cookie(Cookie.SECOND_STEP, entered.token)
            here.set_cookie(Cookie.SESSION, "")
        token = entered.token if is_app else None
        return Entered(state=EnteredState.SECOND_STEP, ends_at=entered.expires_at, second_step_token=token)
    if not is_app:
        here.set_cookie(Cookie.SESSION, entered.token)
        here.set_cookie(Cookie.SECOND_STEP, "")
    return Entered(
        state=EnteredState.SIGNED_IN,
        ends_at=entered.session_ends_at,
        is_first=entered.first,
        tokens=_tokens(entered),
    )


def _leave(here: Here) -> None:
    """Sign out the earlier session of this browser (SI-3)."""
    if here.signed_in is None and here.cookie(Cookie.SESSION):
        with suppress(NotSignedIn):
            here.calls.sign_in.sign_out(here.recognise(enrolling=True))


def _tokens(entrance: Entrance) -> GivenTokens | None:
    if entrance.app is None:
        return None
    return GivenTokens(
        access_token=entrance.token,
        access_ends_at=entrance.app.access_ends_at,
        refresh_token=entrance.app.refresh_token,
    )


# ---------------------------------------------------------------------- going on
def refresh(here: Here, *, refresh_token: str) -> Entered:
    """Give an app new tokens for its refresh token, which works once. If it comes back, the session ends."""
    return _entered(here, here.calls.sign_in.refresh(here.visitor(), refresh_token), is_app=True)


def session(here: Here) -> SessionInfo:
    """Tell whose session this is, what it may do, and when it ends."""
    actor, signed_in = here.actor, here.signed_in
    if signed_in is None:
        raise NotSignedIn
    return SessionInfo(
        state=SessionState.TWO_STEP_DUE if signed_in.two_step_due else SessionState.SIGNED_IN,
        session_id=actor.session_id,
        person_id=actor.person_id,
        account_id=actor.account_id,
        kind=actor.kind,
        role=actor.role,
        name=actor.name,
        client_name=actor.client_name,
        has_others=signed_in.has_others,
        language=actor.language,
        confirmed_at=actor.confirmed_at,
        end=signed_in.end,
    )


def confirm(here: Here, *, password: str) -> Confirmed:
    """Give the password once more, as the security settings ask for. The session goes on with a new token."""
    confirmed = here.calls.sign_in.confirm(here.actor, password)
    if here.is_app:
        return Confirmed(access_token=confirmed.token)
    here.set_cookie(Cookie.SESSION, confirmed.token)
    return Confirmed(access_token=None)


def sign_out(here: Here) -> None:
    """Sign out: the session ends at once."""
    here.calls.sign_in.sign_out(here.actor)
    if not here.is_app:
        here.set_cookie(Cookie.SESSION, "")
