"""Two-step verification: after the password, the client gives a code (TS-1 to TS-6).

``TwoStep`` is the two-step verification that a person has turned on. A ``Verification`` is one process of asking for
and checking a code: the second step of a sign-in, an enrolment, or a change. It allows five attempts in all, also if
the code is sent again. It is bound to the person's epoch and to the current ``TwoStep``, and ends when either changes.

The module is long because the rules of the two classes depend on each other.
"""

import enum
import hmac
from datetime import datetime, timedelta
from typing import Annotated, TypeAlias

import attrs

from klantportaal.domain.admission import Admission
from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.events import CodeAsked, CodeMade, TwoStepChanged, TwoStepTurnedOff, TwoStepTurnedOn
from klantportaal.domain.persons import Person
from klantportaal.domain.ranges import Range
from klantportaal.domain.texting import E164
from klantportaal.domain.values import (
    SKEW,
    Digest,
    Fingerprint,
    OfficeId,
    PersonId,
    SessionId,
    TwoStepId,
    VerificationId,
    is_blank,
    seen,
)

DIGITS = 6
"""The number of digits of a code."""
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32. It lacks U, and also I, L and O, which look like digits."""
RECOVERY_LENGTH = 25
"""The number of characters of a recovery code. Each has five bits."""
GROUP = 5
TOTP_INTERVAL = 30
"""The time step of an authenticator app, in seconds (RFC 6238)."""
TOTP_WINDOW = 1
"""How many time steps a phone's clock may be ahead or behind."""
_ALIKE = str.maketrans("OIL", "011")
_DASHES = frozenset("-._\u2010\u2011\u2012\u2013\u2014\u2212")
_LONGEST = 200
"""The longest text that is parsed as a code, in characters."""


class TwoStepMethod(enum.StrEnum):
    """The method by which a person gets its codes."""

    SMS = "sms"
    TOTP = "totp"
    """An authenticator app (TS-6)."""


class CodePurpose(enum.StrEnum):
    """The purpose of a code. A code for one purpose does not match for another."""

    SIGN_IN = "sign_in"
    ENROLMENT = "enrolment"
    CHANGE = "change"
    """Changing two-step verification, or turning it off (TS-5)."""
    RECOVERY = "recovery"
    """A recovery code, which may be given instead of any code (TS-3)."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class TwoStepRules:
    """The lifetime of codes and verifications, and the number of attempts."""

    code: Annotated[timedelta, Range(timedelta(0), timedelta(minutes=10), above=True)] = timedelta(minutes=5)
    """The lifetime of a code by SMS (TS-2). Ten minutes at most (NIST SP 800-63B-4 3.1.3.2)."""
    verification: Annotated[timedelta, Range(timedelta(0), timedelta(hours=1), above=True)] = timedelta(minutes=10)
    """The lifetime of a verification: the time for the second step, for an enrolment, or for a change after the code.

    An hour at most, so that a sign-in with a correct password does not wait for its second step indefinitely.
    """
    attempts: Annotated[int, Range(1, 10)] = 5
    """The attempts of one verification, for all its codes together (TS-2). Ten at most: a code has only six digits."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class Channel:
    """The channel of codes: SMSs to a number, or an authenticator app with a key."""

    method: TwoStepMethod
    number: E164 | None = None
    """The number for SMSs."""
    secret: bytes | None = attrs.field(default=None, repr=False)
    """The app's encrypted key, during its enrolment only."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class TwoStep:
    """The two-step verification of a person. A person without one signs in with its password alone."""

    id: TwoStepId
    """A new id each time it is turned on or changed. Verifications for an older id are void."""
    office_id: OfficeId
    person_id: PersonId
    method: TwoStepMethod
    number: E164 | None
    """The number for SMSs. None for an authenticator app."""
    secret: bytes | None = attrs.field(repr=False)
    """The encrypted key of the authenticator app. None for SMS."""
    last_step: int
    """The time step of the app's last accepted code. Only codes of a later step are accepted (TS-6)."""
    recovery: Digest = attrs.field(repr=False)
    """The keyed hash of the recovery code (TS-3)."""
    since: datetime

    @property
    def channel(self) -> Channel:
        """The channel of its codes."""
        return Channel(method=self.method, number=self.number)


@attrs.frozen(kw_only=True, field_transformer=checked)
class Verification:
    """One process of asking for and checking a code. It has a number of attempts and can succeed once (TS-2)."""

    id: VerificationId
    office_id: OfficeId
    person_id: PersonId
    purpose: CodePurpose
    method: TwoStepMethod
    number: E164 | None
    """The number for SMSs: the new number for an enrolment, the current number otherwise."""
    secret: bytes | None = attrs.field(default=None, repr=False)
    """The encrypted key of an authenticator app, for its enrolment."""
    epoch: int
    """The person's epoch. Whatever ends its sessions ends the verification too."""
    two_step_id: TwoStepId | None
    """The id of the two-step verification at the start. None if there was none."""
    session_id: SessionId | None = None
    """The session of the enrolment or change. None for a sign-in, which has no session yet."""
    fingerprint: Fingerprint | None = None
    """The fingerprint of the browser's token, for a pending sign-in. None for other purposes."""
    made_at: datetime
    expires_at: datetime
    attempts: int = 0
    """The number of attempts so far."""
    code: Digest | None = attrs.field(default=None, repr=False)
    """The keyed hash of the newest code by SMS. Older codes are void."""
    code_made_at: datetime | None = None
    used_at: datetime | None = None
    admission: Admission | None = None
    """How the vendor authenticated the person, for a pending sign-in (PE-6). None after a password."""


Holder: TypeAlias = SessionId | Fingerprint
"""What a verification is bound to: a session, or the fingerprint of a browser's token during a sign-in."""


def open_verification(
    person: Person,
    purpose: CodePurpose,
    channel: Channel,
    holder: Holder,
    *,
    id: VerificationId,
    standing: TwoStep | None,
    admission: Admission | None = None,
    rules: TwoStepRules,
    at: datetime,
) -> tuple[Verification, CodeAsked]:
    """Start a verification.

    Args:
        person: who gives the code.
        purpose: the purpose of the code.
        channel: the channel of the code.
        holder: what the verification is bound to.
        id: the id of the verification.
        standing: the person's current two-step verification, if it has one.
        admission: how the vendor authenticated the person, for a sign-in.
        rules: the lifetimes.
        at: the time of starting.
    """
    verification = Verification(
        id=id,
        office_id=person.office_id,
        person_id=person.id,
        purpose=purpose,
        method=channel.method,
        number=channel.number,
        secret=channel.secret,
        epoch=person.epoch,
        two_step_id=standing.id if standing else None,
        session_id=None if isinstance(holder, bytes) else holder,
        fingerprint=holder if isinstance(holder, bytes) else None,
        made_at=at,
        expires_at=at + rules.verification,
        admission=admission,
    )
    return verification, asked(verification, at=at)


def asked(verification: Verification, *, at: datetime) -> CodeAsked:
    """Make the event that a code is asked for, for the first time or again."""
    return CodeAsked(
        person_id=verification.person_id,
        verification_id=verification.id,
        purpose=verification.purpose,
        method=verification.method,
        at=at,
    )


def is_timely(made_at: datetime, life: timedelta, *, at: datetime) -> bool:
    """Tell whether something is within its lifetime. Setting the clock back does not lengthen it."""
    return made_at - SKEW <= at < made_at + life


def stands(verification: Verification, person: Person, standing: TwoStep | None, *, at: datetime) -> bool:
    """Tell whether a verification is within its lifetime and fits the person and its current two-step verification."""
    bound = verification.person_id == person.id and verification.epoch == person.epoch
    same = verification.two_step_id == (standing.id if standing else None)
    life = verification.expires_at - verification.made_at
    return bound and same and is_timely(verification.made_at, life, at=at)


def is_open(
    verification: Verification, person: Person, standing: TwoStep | None, *, rules: TwoStepRules, at: datetime
) -> bool:
    """Tell whether a verification still accepts a code: it stands, is not used and has attempts left (TS-2)."""
    untouched = verification.used_at is None and verification.attempts < rules.attempts
    return untouched and stands(verification, person, standing, at=at)


def with_code(verification: Verification, digest: Digest, *, at: datetime) -> tuple[Verification, CodeMade]:
    """Set the code of the next SMS. The older code becomes void. The number of attempts stays the same."""
    fresh = attrs.evolve(verification, code=digest, code_made_at=at)
    return fresh, CodeMade(person_id=verification.person_id, verification_id=verification.id, at=at)


def living_code(verification: Verification, *, rules: TwoStepRules, at: datetime) -> Digest | None:
    """Give the keyed hash of the newest code by SMS. None if there is none or it has expired."""
    if verification.code_made_at is None or not is_timely(verification.code_made_at, rules.code, at=at):
        return None
    return verification.code


def accepted_step(key: str, code: str, *, last_step: int, at: datetime) -> int | None:
    """Find the time step of an authenticator app's code. Return None unless it is after *last_step* (TS-6).

    All steps of the window are compared, so that the duration does not reveal which one matches. After the clock is set
    back, no code is accepted until it has passed *last_step* again.
    """
    from pyotp import TOTP  # Imported here because most processes do not need it.

    app, now = TOTP(key, digits=DIGITS, interval=TOTP_INTERVAL), int(at.timestamp()) // TOTP_INTERVAL
    window = range(max(now - TOTP_WINDOW, 0), now + TOTP_WINDOW + 1)
    matching = [step for step in window if hmac.compare_digest(app.generate_otp(step).encode(), code.encode())]
    return next((step for step in matching if step > last_step), None)


def provisioning_uri(key: str, *, office_name: str, email: str) -> str:
    """Give the URI for the QR code of an authenticator app. The app shows the office's name with the codes (TS-6)."""
    from pyotp import TOTP  # Imported here, as above.

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
    """Turn on two-step verification after an enrolment, or replace the current one (TS-1, TS-5).

    Args:
        enrolment: the enrolment, whose code was correct.
        standing: the two-step verification of the person until now, if any.
        id: the id of the new two-step verification.
        recovery: the keyed hash of the new recovery code.
        step: the time step of the app's code that was just accepted. 0 for SMS.
        at: the time of the change.
    """
    fresh = TwoStep(
        id=id,
        office_id=enrolment.office_id,
        person_id=enrolment.person_id,
        method=enrolment.method,
        number=enrolment.number,
        secret=enrolment.secret,
        last_step=step,
        recovery=recovery,
        since=at,
    )
    fact = TwoStepTurnedOn if standing is None else TwoStepChanged
    return fresh, fact(person_id=enrolment.person_id, method=enrolment.method, at=at)


def turn_off(person_id: PersonId, *, required: bool, at: datetime) -> TwoStepTurnedOff:
    """Turn off two-step verification, unless the office requires it.

    Raises:
        Refused: the office requires it.
    """
    if required:
        raise Refused([Fault(code=FaultCode.TWO_STEP_REQUIRED)])
    return TwoStepTurnedOff(person_id=person_id, at=at)


def read_code(text: str) -> str:
    """Parse a code of six ASCII digits. Spaces and dashes are ignored.

    Raises:
        Refused: it is not a code, field ``code``. This does not count as an attempt.
    """
    if is_blank(text):
        raise Refused([Fault(code=FaultCode.MISSING, field="code")])
    bare = _bare(text)
    if len(bare) != DIGITS or not (bare.isascii() and bare.isdigit()):
        raise Refused([Fault(code=FaultCode.NOT_A_CODE, field="code", params={"limit": DIGITS})])
    return bare


def read_recovery(text: str, *, field: str = "recovery") -> str:
    """Parse a recovery code. Case and separators are ignored. O is read as 0, and I and L as 1 (TS-3).

    Raises:
        Refused: it is not a recovery code. This does not count as an attempt.
    """
    if is_blank(text):
        raise Refused([Fault(code=FaultCode.MISSING, field=field)])
    typed = _bare(text)
    # upper() comes after isascii(), because it maps some other letters to ASCII letters.
    bare = typed.upper().translate(_ALIKE) if typed.isascii() else ""
    if len(bare) != RECOVERY_LENGTH or not set(bare) <= set(ALPHABET):
        raise Refused([Fault(code=FaultCode.NOT_A_RECOVERY_CODE, field=field, params={"limit": RECOVERY_LENGTH})])
    return bare


def looks_like_recovery(text: str) -> bool:
    """Tell whether a text is meant as a recovery code, in a field that takes both: it is far longer (TS-5)."""
    return len(_bare(text)) > 2 * DIGITS


def grouped(recovery: str) -> str:
    """Write a recovery code in groups of five, which is easier to copy."""
    return "-".join(recovery[start : start + GROUP] for start in range(0, len(recovery), GROUP))


def _bare(text: str) -> str:
    """Remove all that is not seen, dashes, dots and underscores. Return nothing for a text that is far too long."""
    if len(text) > _LONGEST:
        return ""
    return "".join(each for each in seen(text) if not each.isspace() and each not in _DASHES)
