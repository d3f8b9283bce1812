"""The rules for passwords (PW-1, PW-3). The passwords port hashes them (PW-2)."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Annotated

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.ranges import Range
from klantportaal.domain.values import composed, searchable

SERVICE = "klantenportaal klantportaal cliëntenportaal portaal client portal"
"""Names of the portal, which may not make up a password (NIST SP 800-63B-4 3.1.1.2)."""
_TELLING = 4
"""The least length of a word or a repeated text that the blocklist looks at. Shorter ones, as "jan", are too common."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class PasswordPolicy:
    """The rules for a new password. The defaults are those of the manual (PW-1), plus the blocklist (PW-3)."""

    minimum: Annotated[int, Range(1)] = 8
    """The minimum length, in code points after NFC."""
    minimum_with_two_step: Annotated[int, Range(1)] = 8
    """The minimum length if the office makes two-step verification mandatory."""
    maximum: Annotated[int, Range(256)] = attrs.field(default=256)
    """The maximum length, in code points after NFC. A password is never truncated (PW-2)."""
    capitals: Annotated[int, Range(0)] = 1
    """The minimum number of uppercase or titlecase letters, of any script."""
    digits: Annotated[int, Range(0)] = 1
    """The minimum number of decimal digits, of any script (Unicode category Nd)."""
    blocklist: bool = True
    """Whether to refuse common passwords, and passwords made of the names and address of the account."""

    @maximum.validator
    def _leaves_room(self, _attribute: object, value: int) -> None:
        """Require that some password can satisfy all rules (AL-5)."""
        if value < max(self.minimum, self.minimum_with_two_step, self.capitals + self.digits):
            raise ValueError(
                "PasswordPolicy: maximum must be at least minimum, minimum_with_two_step, and capitals + digits,"
                f" not {value}"
            )

    def where(self, *, two_step_required: bool) -> "PasswordPolicy":
        """Give the policy of an office, with or without mandatory two-step verification (PW-3)."""
        return attrs.evolve(self, minimum=self.minimum_with_two_step) if two_step_required else self


STRICT = PasswordPolicy(minimum=15, capitals=0, digits=0)
"""Requires length and no kinds of characters, as NIST SP 800-63B-4 3.1.1.2 does (PW-3)."""


@attrs.frozen(kw_only=True)
class Guesses:
    """The passwords that an attacker would try first (PW-3)."""

    is_common: Callable[[str], bool]
    """Tells whether a password is common. The argument is in NFC, as typed or case folded."""
    about: Collection[str] = ()
    """The names of office, client and account, and the account's address."""


def canonical(password: str) -> str:
    """Convert a password to NFC, the form that is measured and hashed (PW-2)."""
    return composed(password)


def check(password: str, repeated: str, policy: PasswordPolicy, guesses: Guesses) -> None:
    """Check a new password.

    Raises:
        Refused: one fault for each broken rule: first those of PW-1, then those of the blocklist (PW-3), then a
            *repeated* that differs.
    """
    typed = canonical(password)
    faults = [*broken_rules(typed, policy), *guessed(typed, policy, guesses), *differing(password, repeated)]
    if faults:
        raise Refused(faults)


def broken_rules(password: str, policy: PasswordPolicy) -> Iterable[Fault]:
    """List the rules of PW-1 that a password breaks. *password* is in NFC."""
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


def guessed(password: str, policy: PasswordPolicy, guesses: Guesses) -> Iterable[Fault]:
    """List why a password is easy to guess. *password* is in NFC. One above the maximum length is not checked."""
    if not policy.blocklist or not password or len(password) > policy.maximum:
        return
    if repeats_itself(password) or any(guesses.is_common(each) for each in stems(password)):
        yield Fault(code=FaultCode.PASSWORD_COMMON, field="password")
    if is_made_of(password, words((SERVICE, *guesses.about))):
        yield Fault(code=FaultCode.PASSWORD_GUESSABLE, field="password")


def stems(password: str) -> frozenset[str]:
    """Give the texts to look up in the list of common passwords: the password itself, and its word without decoration.

    For "Welkom2026!", "welkom-welkom" and "welkomwelkom" that word is "welkom". A password with other letters as well
    is looked up as a whole only, never for what it contains (NIST SP 800-63B-4 3.1.1.2).
    """
    shown = {_once(each) for each in _cores(password)}
    return frozenset({password, password.casefold(), *(each for each in shown if len(each) >= _TELLING)})


def repeats_itself(password: str) -> bool:
    """Tell whether a password repeats fewer than four characters. Digits and signs around them do not count."""
    return any(len(_once(each)) < _TELLING <= len(each) for each in _cores(password))


def words(texts: Iterable[str]) -> frozenset[str]:
    """List the words of at least two letters in *texts*, without case and accents."""
    return frozenset(word for text in texts for word in re.findall(r"[^\W\d_]{2,}", searchable(text)))


def is_made_of(password: str, own: Collection[str]) -> bool:
    """Tell whether a password consists of *own* words only, and has one of at least four letters.

    The words may be in any order and repeated, with or without digits and signs between them. Examples: "Jansen2026!"
    for Jansen, "VanderMeer" for "Van der Meer", and "jan.jansen@example.nl" for that address. A password with one other
    letter does not match.
    """
    text = searchable(password)
    if not any(len(word) >= _TELLING and word in text for word in own):
        return False
    reached = {0}
    for start, each in enumerate(text):
        if start in reached:
            reached |= {start + len(word) for word in own if text.startswith(word, start)}
            reached |= set() if each.isalpha() else {start + 1}
    return len(text) in reached


def differing(password: str, repeated: str) -> Iterable[Fault]:
    """Require that the password was typed the same twice."""
    if canonical(password) != canonical(repeated):
        yield Fault(code=FaultCode.PASSWORDS_DIFFER, field="repeated")


def _cores(password: str) -> Iterator[str]:
    """Give the case-folded password, its part from first to last letter, and its letters if they are one word."""
    folded = password.casefold()
    yield folded
    runs = re.findall(r"[^\W\d_]+", folded)
    if runs:
        yield folded[folded.index(runs[0]) : folded.rindex(runs[-1]) + len(runs[-1])]
    if len({_once(each) for each in runs}) == 1:
        yield "".join(runs)


def _once(text: str) -> str:
    """Give the text that *text* repeats, or all of it. The last repetition may be partial: "123" for "1231231"."""
    lengths = range(1, 2 * len(text) // 3 + 1)
    return next((text[:length] for length in lengths if text.startswith(text[length:])), text)


def _fault(code: FaultCode, limit: int) -> Fault:
    return Fault(code=code, field="password", params={"limit": limit})
