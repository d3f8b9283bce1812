"""Two-step verification: after the password, a code that only the client can have (TS-1 to TS-6).

``TwoStep`` is what an account has turned on. A ``Verification`` is one occasion to give a code: the second step of a
sign-in, an enrolment, or a change. It takes five attempts in all, however often the code is sent anew, and is bound to
the account's epoch and to the two-step verification that stands, so that it dies with either.

One module, though long: neither of the two can be judged without the other.
"""

import enum
import hmac
from datetime import datetime, timedelta
from typing import Annotated, TypeAlias

import attrs

from klantportaal.domain.accounts import Account
from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.events import CodeAsked, CodeMade, TwoStepChanged, TwoStepTurnedOff, TwoStepTurnedOn
from klantportaal.domain.ranges import Range
from klantportaal.domain.sessions import SKEW
from klantportaal.domain.texting import E164
from klantportaal.domain.values import (
    AccountId,
    Digest,
    Fingerprint,
    OfficeId,
    SessionId,
    TwoStepId,
    VerificationId,
    is_blank,
)

DIGITS = 6
"""How long a code is."""
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: without I, L and O, which are read as digits, and without U."""
RECOVERY_LENGTH = 25
"""Characters of a recovery code, of five bits each."""
GROUP = 5
TOTP_INTERVAL = 30
"""Seconds that a code of an authenticator app stands for (RFC 6238)."""
TOTP_WINDOW = 1
"""How many steps a phone's clock may be before or behind ours."""
_ALIKE = str.maketrans("OIL", "011")
_DASHES = frozenset("-._\u2010\u2011\u2012\u2013\u2014\u2212")
_LONGEST = 200
"""What is longer is no code, whatever is left out of it."""


class TwoStepMethod(enum.StrEnum):
    """Where the code comes from."""

    SMS = "sms"
    TOTP = "totp"
    """An authenticator app (TS-6)."""


class CodePurpose(enum.StrEnum):
    """What a code is for; one for another purpose does not match."""

    SIGN_IN = "sign_in"
    ENROLMENT = "enrolment"
    CHANGE = "change"
    """Changing two-step verification, or turning it off (TS-5)."""
    RECOVERY = "recovery"
    """A recovery code, in any code's place (TS-3)."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class TwoStepRules:
    """How long codes live, and how often one may be guessed."""

    code: Annotated[timedelta, Range(timedelta(0), timedelta(minutes=10), above=True)] = timedelta(minutes=5)
    """How long an SMS's code lives (TS-2): ten minutes at most (NIST SP 800-63B-4 3.1.3.2)."""
    verification: Annotated[timedelta, Range(timedelta(0), timedelta(hours=1), above=True)] = timedelta(minutes=10)
    """How long there is to do the second step, to enrol, or to change something after giving a code.

    An hour at most: a password that was given is not half a sign-in for good.
    """
    attempts: Annotated[int, Range(1, 10)] = 5
    """Of one verification, all its codes together (TS-2); ten at most, as six digits withstand few guesses."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class Channel:
    """The way by which codes come: SMSs to a number, or an authenticator app with a key."""

    method: TwoStepMethod
    number: E164 | None = None
    """As E.164."""
    secret: bytes | None = attrs.field(default=None, repr=False)
    """The app's key, encrypted, while it is being enrolled."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class TwoStep:
    """What an account has turned on; an account without one signs in with its password alone."""

    id: TwoStepId
    """Another one each time it is turned on or changed: what was given out for an older one is void."""
    office_id: OfficeId
    account_id: AccountId
    method: TwoStepMethod
    number: E164 | None
    """Where SMSs go, as E.164; None for an authenticator app."""
    secret: bytes | None = attrs.field(repr=False)
    """What the authenticator app makes its codes of, encrypted; None for SMS."""
    last_step: int
    """The time step of the last code that was accepted from the app: only a greater one is (TS-6)."""
    recovery: Digest = attrs.field(repr=False)
    """The keyed hash of the recovery code (TS-3)."""
    since: datetime

    @property
    def channel(self) -> Channel:
        """The way by which its codes come."""
        return Channel(method=self.method, number=self.number)


@attrs.frozen(kw_only=True, field_transformer=checked)
class Verification:
    """One occasion to give a code: so many attempts, one success (TS-2)."""

    id: VerificationId
    office_id: OfficeId
    account_id: AccountId
    purpose: CodePurpose
    method: TwoStepMethod
    number: E164 | None
    """Where its SMSs go: for an enrolment the new number, for anything else the one that stands."""
    secret: bytes | None = attrs.field(default=None, repr=False)
    """For the enrolment of an authenticator app: its key, encrypted."""
    epoch: int
    """The account's: what ends its sessions ends this."""
    two_step_id: TwoStepId | None
    """The two-step verification that stood when this began; None where there was none."""
    session_id: SessionId | None = None
    """Whose enrolment or change it is; None for a sign-in, which has no session yet."""
    fingerprint: Fingerprint | None = None
    """Of the token of a browser that is half signed in; None for the others."""
    made_at: datetime
    expires_at: datetime
    attempts: int = 0
    """How many guesses were let through so far."""
    code: Digest | None = attrs.field(default=None, repr=False)
    """The keyed hash of the newest code that was sent; older ones are void."""
    code_made_at: datetime | None = None
    used_at: datetime | None = None


Holder: TypeAlias = SessionId | Fingerprint
"""To what a verification is bound: the session it was asked in, or the token of a browser that is half signed in."""


def open_verification(
    account: Account,
    purpose: CodePurpose,
    channel: Channel,
    holder: Holder,
    *,
    id: VerificationId,
    standing: TwoStep | None,
    rules: TwoStepRules,
    at: datetime,
) -> tuple[Verification, CodeAsked]:
    """Open an occasion to give a code; *standing* is the account's two-step verification, if it has one."""
    verification = Verification(
        id=id,
        office_id=account.office_id,
        account_id=account.id,
        purpose=purpose,
        method=channel.method,
        number=channel.number,
        secret=channel.secret,
        epoch=account.epoch,
        two_step_id=standing.id if standing else None,
        session_id=None if isinstance(holder, bytes) else holder,
        fingerprint=holder if isinstance(holder, bytes) else None,
        made_at=at,
        expires_at=at + rules.verification,
    )
    return verification, asked(verification, at=at)


def asked(verification: Verification, *, at: datetime) -> CodeAsked:
    """Say that a code is asked, for the first time or anew."""
    return CodeAsked(
        account_id=verification.account_id,
        verification_id=verification.id,
        purpose=verification.purpose,
        method=verification.method,
        at=at,
    )


def is_timely(made_at: datetime, life: timedelta, *, at: datetime) -> bool:
    """Tell whether what was made at a moment still lives; a clock that is set back lengthens no life."""
    return made_at - SKEW <= at < made_at + life


def stands(verification: Verification, account: Account, standing: TwoStep | None, *, at: datetime) -> bool:
    """Tell whether a verification still counts for an account and the two-step verification that it has now."""
    bound = verification.account_id == account.id and verification.epoch == account.epoch
    same = verification.two_step_id == (standing.id if standing else None)
    life = verification.expires_at - verification.made_at
    return bound and same and is_timely(verification.made_at, life, at=at)


def is_open(
    verification: Verification, account: Account, standing: TwoStep | None, *, rules: TwoStepRules, at: datetime
) -> bool:
    """Tell whether a verification still takes a code: it stands, was not used, and has attempts left (TS-2)."""
    untouched = verification.used_at is None and verification.attempts < rules.attempts
    return untouched and stands(verification, account, standing, at=at)


def with_code(verification: Verification, digest: Digest, *, at: datetime) -> tuple[Verification, CodeMade]:
    """Give a verification the code that the next SMS carries; the older one is void, and no attempt is given back."""
    fresh = attrs.evolve(verification, code=digest, code_made_at=at)
    return fresh, CodeMade(account_id=verification.account_id, verification_id=verification.id, at=at)


def living_code(verification: Verification, *, rules: TwoStepRules, at: datetime) -> Digest | None:
    """Give the keyed hash of the newest code that was sent, if that still lives."""
    if verification.code_made_at is None or not is_timely(verification.code_made_at, rules.code, at=at):
        return None
    return verification.code


def accepted_step(key: str, code: str, *, last_step: int, at: datetime) -> int | None:
    """Find the time step that an authenticator app's code is of, if it is later than the last one accepted (TS-6).

    All steps of the window are tried, whichever matches, so that time tells nothing. Of a clock that was set back no
    step is accepted until it has caught up.
    """
    from pyotp import TOTP  # Not at import: most portals and processes never ask.

    app, now = TOTP(key, digits=DIGITS, interval=TOTP_INTERVAL), int(at.timestamp()) // TOTP_INTERVAL
    window = range(max(now - TOTP_WINDOW, 0), now + TOTP_WINDOW + 1)
    matching = [step for step in window if hmac.compare_digest(app.generate_otp(step).encode(), code.encode())]
    return next((step for step in matching if step > last_step), None)


def provisioning_uri(key: str, *, office_name: str, email: str) -> str:
    """Give what an authenticator app reads from a QR code; it shows the office's name above the codes (TS-6)."""
    from pyotp import TOTP  # As above.

    return TOTP(key, digits=DIGITS, interval=TOTP_INTERVAL).provisioning_uri(name=email, issuer_name=office_name)


def turn_on(
    enrolment: Verification,
    standing: TwoStep | None,
    *,
    id: TwoStepId,
    recovery: Digest,
    step: int,
    at: datetime,
) -> tuple[TwoStep, TwoStepTurnedOn | TwoStepChanged]:
    """Make what an account's finished enrolment turns on, in the place of what stood (TS-1, TS-5).

    Args:
        enrolment: whose code was right.
        standing: what the account had before, if anything.
        id: of the new one.
        recovery: the keyed hash of its recovery code.
        step: the time step of the app's code that was accepted just now; 0 for SMS.
        at: when.
    """
    fresh = TwoStep(
        id=id,
        office_id=enrolment.office_id,
        account_id=enrolment.account_id,
        method=enrolment.method,
        number=enrolment.number,
        secret=enrolment.secret,
        last_step=step,
        recovery=recovery,
        since=at,
    )
    fact = TwoStepTurnedOn if standing is None else TwoStepChanged
    return fresh, fact(account_id=enrolment.account_id, method=enrolment.method, at=at)


def turn_off(account_id: AccountId, *, required: bool, at: datetime) -> TwoStepTurnedOff:
    """Let an account turn two-step verification off, unless its office asks for it.

    Raises:
        Refused: the office does.
    """
    if required:
        raise Refused([Fault(code=FaultCode.TWO_STEP_REQUIRED)])
    return TwoStepTurnedOff(account_id=account_id, at=at)


def read_code(text: str) -> str:
    """Read six digits as people type them: with spaces or dashes, and in ASCII; digits of other scripts are none.

    Raises:
        Refused: it is something else, field ``code``; nothing was guessed then, so no attempt is lost.
    """
    if is_blank(text):
        raise Refused([Fault(code=FaultCode.MISSING, field="code")])
    bare = _bare(text)
    if len(bare) != DIGITS or not (bare.isascii() and bare.isdigit()):
        raise Refused([Fault(code=FaultCode.NOT_A_CODE, field="code", params={"limit": DIGITS})])
    return bare


def read_recovery(text: str, *, field: str = "recovery") -> str:
    """Read a recovery code in any case, with or without separators; O counts as 0, I and L count as 1 (TS-3).

    Raises:
        Refused: it is something else; nothing was guessed then, so no attempt is lost.
    """
    if is_blank(text):
        raise Refused([Fault(code=FaultCode.MISSING, field=field)])
    typed = _bare(text)
    # Not before: upper() makes ASCII letters of some that look quite different.
    bare = typed.upper().translate(_ALIKE) if typed.isascii() else ""
    if len(bare) != RECOVERY_LENGTH or not set(bare) <= set(ALPHABET):
        raise Refused([Fault(code=FaultCode.NOT_A_RECOVERY_CODE, field=field, params={"limit": RECOVERY_LENGTH})])
    return bare


def looks_like_recovery(text: str) -> bool:
    """Tell whether what was typed where both are taken is meant as a recovery code: it is no six digits (TS-5)."""
    return len(_bare(text)) > 2 * DIGITS


def grouped(recovery: str) -> str:
    """Show a recovery code as it is copied best: in groups of five."""
    return "-".join(recovery[start : start + GROUP] for start in range(0, len(recovery), GROUP))


def _bare(text: str) -> str:
    """Leave spaces and dashes out; what is far too long is not looked at."""
    return "".join(each for each in text if not each.isspace() and each not in _DASHES) if len(text) <= _LONGEST else ""
