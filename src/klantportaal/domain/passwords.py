"""What a password must be (PW-1, PW-3). How it is kept (PW-2) is the affair of the passwords port."""

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
"""What the portal is called, which is a password of nobody's own (NIST SP 800-63B-4 3.1.1.2)."""
_TELLING = 4
"""A word, or what repeats itself, is one to guess from so many characters; "jan" is in too much that is not."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class PasswordPolicy:
    """What an office asks of a password; the defaults are the manual's (PW-1), with the blocklist of PW-3."""

    minimum: Annotated[int, Range(1)] = 8
    """Characters (code points after NFC), at least."""
    minimum_with_two_step: Annotated[int, Range(1)] = 8
    """The same, where nobody signs in with a password alone."""
    maximum: Annotated[int, Range(256)] = attrs.field(default=256)
    """Characters, at most: nothing below is refused or cut for its length (PW-2)."""
    capitals: Annotated[int, Range(0)] = 1
    """Uppercase or titlecase letters of any script, at least."""
    digits: Annotated[int, Range(0)] = 1
    """Decimal digits of any script (Unicode category Nd), at least."""
    blocklist: bool = True
    """Whether common passwords, and those made of the account's own words, are refused."""

    @maximum.validator
    def _leaves_room(self, _attribute: object, value: int) -> None:
        """AL-5: some password must satisfy all of it."""
        if value < max(self.minimum, self.minimum_with_two_step, self.capitals + self.digits):
            raise ValueError(f"PasswordPolicy: maximum must be what the other numbers ask, at least, not {value}")

    def where(self, *, two_step_required: bool) -> "PasswordPolicy":
        """Give the policy for an office that makes the second step mandatory, or for one that does not (PW-3)."""
        return attrs.evolve(self, minimum=self.minimum_with_two_step) if two_step_required else self


STRICT = PasswordPolicy(minimum=15, capitals=0, digits=0)
"""Long rather than mixed, as NIST SP 800-63B-4 3.1.1.2 asks (PW-3)."""


@attrs.frozen(kw_only=True)
class Guesses:
    """What somebody who guesses at an account would begin with (PW-3)."""

    is_common: Callable[[str], bool]
    """Whether many people have a password, in NFC, as typed or without case."""
    about: Collection[str] = ()
    """The names of office, client and account, and the account's address."""


def canonical(password: str) -> str:
    """Give the one spelling of a password that is counted and hashed: NFC (PW-2)."""
    return composed(password)


def check(password: str, repeated: str, policy: PasswordPolicy, guesses: Guesses) -> None:
    """Hold a new password against the policy.

    Raises:
        Refused: one fault for every broken rule, all at once (PW-1), those of the blocklist (PW-3) after the others.
    """
    typed = canonical(password)
    faults = [*broken_rules(typed, policy), *guessed(typed, policy, guesses), *differing(password, repeated)]
    if faults:
        raise Refused(faults)


def broken_rules(password: str, policy: PasswordPolicy) -> Iterable[Fault]:
    """Name every rule of PW-1 that *password*, in NFC, breaks."""
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
    """Name why *password*, in NFC, is one of the first that would be tried; one too long to be set is not looked at."""
    if not policy.blocklist or not password or len(password) > policy.maximum:
        return
    if repeats_itself(password) or any(guesses.is_common(each) for each in stems(password)):
        yield Fault(code=FaultCode.PASSWORD_COMMON, field="password")
    if is_made_of(password, words((SERVICE, *guesses.about))):
        yield Fault(code=FaultCode.PASSWORD_GUESSABLE, field="password")


def stems(password: str) -> frozenset[str]:
    """Give what a password comes down to: itself, and in it the one word or pattern that digits and signs dress up.

    Of "Welkom2026!", "welkom-welkom" and "welkomwelkom" that is "welkom". A password that has other letters beside it
    comes down to itself alone: it is compared whole, never for what it contains (NIST SP 800-63B-4 3.1.1.2).
    """
    shown = {_once(each) for each in _cores(password)}
    return frozenset({password, password.casefold(), *(each for each in shown if len(each) >= _TELLING)})


def repeats_itself(password: str) -> bool:
    """Tell whether a password is fewer than four characters over and over, with digits and signs around or not."""
    return any(len(_once(each)) < _TELLING <= len(each) for each in _cores(password))


def words(texts: Iterable[str]) -> frozenset[str]:
    """List the words of names and addresses, of two letters and more, without case and accents."""
    return frozenset(word for text in texts for word in re.findall(r"[^\W\d_]{2,}", searchable(text)))


def is_made_of(password: str, own: Collection[str]) -> bool:
    """Tell whether a password is nothing but *own* words, one of them of four letters or more.

    In any order and number, written together or with digits and signs between them: "Jansen2026!" of Jansen,
    "VanderMeer" of "Van der Meer", "jan.jansen@example.nl" of that address. One letter that is of none of them is
    enough to make it something else.
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
    """Name the fault of a password that was typed differently the second time."""
    if canonical(password) != canonical(repeated):
        yield Fault(code=FaultCode.PASSWORDS_DIFFER, field="repeated")


def _cores(password: str) -> Iterator[str]:
    """Give a password without case; that from first letter to last; and all its letters, if they are one word."""
    folded = password.casefold()
    yield folded
    runs = re.findall(r"[^\W\d_]+", folded)
    if runs:
        yield folded[folded.index(runs[0]) : folded.rindex(runs[-1]) + len(runs[-1])]
    if len({_once(each) for each in runs}) == 1:
        yield "".join(runs)


def _once(text: str) -> str:
    """Give what *text* repeats, the last time perhaps in part: "1234567890" of "123456789012345"; else all of it."""
    lengths = range(1, 2 * len(text) // 3 + 1)
    return next((text[:length] for length in lengths if text.startswith(text[length:])), text)


def _fault(code: FaultCode, limit: int) -> Fault:
    return Fault(code=code, field="password", params={"limit": limit})
