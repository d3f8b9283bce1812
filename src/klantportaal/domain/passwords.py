"""What a password must be (PW-1). How it is kept (PW-2) is the affair of the passwords port."""

import unicodedata
from collections.abc import Iterable

import attrs

from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.values import composed


@attrs.frozen(kw_only=True)
class PasswordPolicy:
    """What an office asks of a password; the defaults are the manual's (PW-1)."""

    minimum: int = 8
    """Characters (code points after NFC), at least."""
    maximum: int = attrs.field(default=256)
    """Characters, at most: nothing below is refused or cut for its length (PW-2)."""
    capitals: int = 1
    """Uppercase or titlecase letters of any script, at least."""
    digits: int = 1
    """Decimal digits of any script (Unicode category Nd), at least."""

    @maximum.validator
    def _not_under_256(self, _attribute: object, value: int) -> None:
        """PW-2: no upper limit under 256 characters."""
        if value < 256:
            raise ValueError("a password may have 256 characters at least")


def canonical(password: str) -> str:
    """Give the one spelling of a password that is counted and hashed: NFC (PW-2)."""
    return composed(password)


def check(password: str, repeated: str, policy: PasswordPolicy) -> None:
    """Hold a new password against the policy.

    Raises:
        Refused: one fault for every broken rule, all at once (PW-1).
    """
    if faults := [*broken_rules(canonical(password), policy), *differing(password, repeated)]:
        raise Refused(faults)


def broken_rules(password: str, policy: PasswordPolicy) -> Iterable[Fault]:
    """Name every rule of the policy that *password*, in NFC, breaks."""
    categories = [unicodedata.category(each) for each in password]
    capitals = sum(category in ("Lu", "Lt") for category in categories)
    if len(password) < policy.minimum:
        yield _fault(FaultCode.PASSWORD_TOO_SHORT, policy.minimum)
    if len(password) > policy.maximum:
        yield _fault(FaultCode.PASSWORD_TOO_LONG, policy.maximum)
    if capitals < policy.capitals:
        yield _fault(FaultCode.PASSWORD_WITHOUT_CAPITAL, policy.capitals)
    if categories.count("Nd") < policy.digits:
        yield _fault(FaultCode.PASSWORD_WITHOUT_DIGIT, policy.digits)


def differing(password: str, repeated: str) -> Iterable[Fault]:
    """Name the fault of a password that was typed differently the second time."""
    if canonical(password) != canonical(repeated):
        yield Fault(code=FaultCode.PASSWORDS_DIFFER, field="repeated")


def _fault(code: FaultCode, limit: int) -> Fault:
    return Fault(code=code, field="password", params={"limit": limit})
