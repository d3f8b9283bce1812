"""What a password must satisfy."""

import unicodedata
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.passwords import (
    STRICT,
    Guesses,
    PasswordPolicy,
    broken_rules,
    canonical,
    check,
    is_made_of,
    stems,
    words,
)
from tests.domain.given import ANY_TEXT, fault, is_storable, refusal

POLICY = PasswordPolicy()
PLAIN = PasswordPolicy(minimum=1, capitals=0, digits=0)
"""A policy with the blocklist only."""
LISTED = ("welkom", "wachtwoord", "p@ssw0rd", "1234567890", "qwerty123")
ABOUT = ("Notariskantoor Van der Meer", "Bouwbedrijf De Linde B.V.", "Zoë Jansen", "z.jansen@delinde.example.nl")
GUESSES = Guesses(is_common=LISTED.__contains__, about=ABOUT)
NONE = Guesses(is_common=lambda _password: False)
SHORT = fault(FaultCode.PASSWORD_TOO_SHORT, "password", limit=8)
LONG = fault(FaultCode.PASSWORD_TOO_LONG, "password", limit=256)
NO_CAPITAL = fault(FaultCode.PASSWORD_WITHOUT_CAPITAL, "password", limit=1)
NO_DIGIT = fault(FaultCode.PASSWORD_WITHOUT_DIGIT, "password", limit=1)
COMMON = fault(FaultCode.PASSWORD_COMMON, "password")
GUESSABLE = fault(FaultCode.PASSWORD_GUESSABLE, "password")
DIFFERENT = fault(FaultCode.PASSWORDS_DIFFER, "repeated")


@pytest.mark.parametrize(
    "password",
    [
        "Welkom12",
        "wachtwoorD1",
        "É2345678",
        "\u01c5 1234567",
        "\u03a9\u03a9\u03c9\u03b2\u03b4\u03b6\u03be1",
        "Welkom\u0663\u0663",
        "Welkom\uff11\uff12",
        "  W 1    ",
        "W1" + "👍" * 6,
        "Welkom1\0",
        "A1" + "x" * 254,
    ],
)
def test_good(password: str) -> None:
    """PW-1: 8 to 256 characters with a capital and a digit of any script are accepted (PW-2)."""
    check(password, password, POLICY, NONE)


@pytest.mark.parametrize(
    "password,faults",
    [
        ("", [SHORT, NO_CAPITAL, NO_DIGIT]),
        ("Welkom1", [SHORT]),
        ("welkom12", [NO_CAPITAL]),
        ("Welkomwelkom", [NO_DIGIT]),
        ("welkom", [SHORT, NO_CAPITAL, NO_DIGIT]),
        ("Welkom\u00b2\u00b2", [NO_DIGIT]),
        ("Welkom\u2460\u00bd\u2167", [NO_DIGIT]),
        ("\u2160welkom12", [NO_CAPITAL]),
        ("\u24b6welkom12", [NO_CAPITAL]),
        ("\uff41bcdefg1", [NO_CAPITAL]),
        # Seven characters; fourteen code points before NFC.
        ("E\u0301" * 6 + "1", [SHORT, COMMON]),
        ("A1" + "x" * 255, [LONG]),
        ("x" * 300, [LONG, NO_CAPITAL, NO_DIGIT]),
    ],
)
def test_bad(password: str, faults: list[Fault]) -> None:
    """PW-1: all faults are reported at once; a superscript is not a digit, a Roman numeral not a capital letter."""
    assert refusal(lambda: check(password, password, POLICY, NONE)) == faults


def test_repeated() -> None:
    """PW-1: a repetition that differs is reported together with the other faults."""
    assert refusal(lambda: check("welkom12", "welkom13", POLICY, NONE)) == [NO_CAPITAL, DIFFERENT]
    assert refusal(lambda: check("Welkom12", "welkom12", POLICY, NONE)) == [DIFFERENT]


@given(ANY_TEXT)
def test_spelling(password: str) -> None:
    """PW-2: a password counts, compares and hashes as NFC, so another keyboard makes no difference."""
    decomposed = unicodedata.normalize("NFD", password)
    assert canonical(decomposed) == canonical(password)
    assert list(broken_rules(canonical(decomposed), POLICY)) == list(broken_rules(canonical(password), POLICY))
    assert is_storable(canonical(password))


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_spelling_is_nfc(password: str) -> None:
    """PW-2: the canonical form of a password is its NFC; nothing is cut, trimmed or folded."""
    assert canonical(password) == unicodedata.normalize("NFC", password)


@given(st.text(max_size=12), st.integers(1, 12), st.integers(0, 3), st.integers(0, 3))
def test_counting(password: str, minimum: int, capitals: int, digits: int) -> None:
    """PW-1: a policy requires a number of characters, capitals (Lu or Lt) and digits (Nd), and nothing else."""
    password = canonical(password)
    policy = PasswordPolicy(minimum=minimum, capitals=capitals, digits=digits)
    kinds = [unicodedata.category(each) for each in password]
    expected = []
    if len(password) < minimum:
        expected.append(FaultCode.PASSWORD_TOO_SHORT)
    if len([each for each in kinds if each in {"Lu", "Lt"}]) < capitals:
        expected.append(FaultCode.PASSWORD_WITHOUT_CAPITAL)
    if len([each for each in kinds if each == "Nd"]) < digits:
        expected.append(FaultCode.PASSWORD_WITHOUT_DIGIT)
    assert [each.code for each in broken_rules(password, policy)] == expected


@given(st.text(max_size=300), st.text(max_size=300))
def test_only_the_password_counts(password: str, repeated: str) -> None:
    """PW-1: the faults of a password do not depend on its repetition."""
    assume(canonical(password) != canonical(repeated))
    own = faults(password, POLICY, NONE)
    assert refusal(lambda: check(password, repeated, POLICY, NONE)) == [*own, DIFFERENT]


@pytest.mark.parametrize("maximum", [255, 72, 0])
def test_no_lower_limit(maximum: int) -> None:
    """PW-2: a policy cannot limit passwords to fewer than 256 characters."""
    with pytest.raises(ValueError, match="256"):
        PasswordPolicy(maximum=maximum)


def test_higher_limit() -> None:
    """PW-2: a policy may allow more than 256 characters."""
    check("A1" * 500, "A1" * 500, PasswordPolicy(maximum=1000, blocklist=False), NONE)


# ------------------------------------------------------------------ the blocklist (PW-3)
SIGNS = st.text(st.characters(categories=["Nd", "P", "Zs"]), max_size=6)
"""What a user may add to a word to make it a password."""
CASES = st.sampled_from([str, str.upper, str.lower, str.title, str.swapcase])


def faults(password: str, policy: PasswordPolicy = PLAIN, guesses: Guesses = GUESSES) -> list[Fault]:
    """Return the faults of a password that is repeated correctly."""
    try:
        check(password, password, policy, guesses)
    except Refused as refused:
        return list(refused.faults)
    return []


@given(st.sampled_from(LISTED), CASES, SIGNS, SIGNS)
def test_common(listed: str, case: Callable[[str], str], before: str, after: str) -> None:
    """PW-3: a common password is refused in any case, and with digits and signs before and after it."""
    assert COMMON in faults(case(listed))
    if listed[0].isalpha() and listed[-1].isalpha():
        assert COMMON in faults(before + case(listed) + after)


@given(st.sampled_from(["welkom", "wachtwoord"]), CASES, st.lists(SIGNS, min_size=1, max_size=4))
def test_common_over_and_over(listed: str, case: Callable[[str], str], between: list[str]) -> None:
    """PW-3: a common password repeated is refused, with or without digits and signs in between."""
    assert COMMON in faults(case(listed) + "".join(each + listed for each in between))


@pytest.mark.parametrize(
    "password",
    [
        "123456789012345",
        "12345678901234567890",
        "aaaaaaaa",
        "Aaaaaaa1",
        "Abcabcabcabcabc1",
        "1212121212121212",
        "!!!!!!!!",
    ],
)
def test_patterns(password: str) -> None:
    """PW-3: a repetition of a common password, or of fewer than four characters, is refused at any length."""
    assert faults(password) == [COMMON]


@pytest.mark.parametrize(
    "password",
    [
        "Welkomhond",
        "mijn welkom is warm",
        "fiets-wachtwoord-lamp",
        "appel fiets lamp stoel",
        "jansen fietst naar huis",
        "Zoë eet appels bij Van der Meer",
        "kantoortuin",
        "p@ssw0rdx",
        "x1234567890",
        "Zoe12345",
        "482915730264917",
        "4829jan",
    ],
)
def test_merely_containing(password: str) -> None:
    """PW-3: a password that contains a listed word besides other words is accepted."""
    assert faults(password) == []


@pytest.mark.parametrize(
    "password",
    [
        "Jansen2026!",
        "jansen",
        "JANSEN-JANSEN",
        "JansenZoë1985",
        "zoe.jansen",
        "vandermeer1",
        "Van der Meer!",
        "notariskantoor",
        "Notariskantoor Van der Meer 2026",
        "Linde2026",
        "2026*DeLinde",
        "z.jansen@delinde.example.nl".removeprefix("z."),
        "Klantenportaal1",
        "Client portal 2026",
        "\uff2a\uff21\uff2e\uff33\uff25\uff2e\uff11\uff12",
    ],
)
def test_own_words(password: str) -> None:
    """PW-3: names of office, client, account and portal and the address are refused, also varied or combined."""
    assert faults(password) == [GUESSABLE]


@given(st.lists(st.tuples(st.sampled_from(sorted(words(ABOUT))), SIGNS), max_size=6), SIGNS, CASES)
def test_made_of_own_words(parts: list[tuple[str, str]], before: str, case: Callable[[str], str]) -> None:
    """PW-3: a password of own words and non-letters is refused if one of the words has four letters or more."""
    password = before + "".join(case(word) + signs for word, signs in parts)
    assert is_made_of(password, words(ABOUT)) is any(len(word) >= 4 for word, _signs in parts)


@given(st.text(max_size=60), st.sampled_from("qxyčжλ漢"), st.text(max_size=60))
def test_one_other_letter(before: str, other: str, after: str) -> None:
    """PW-3: a password with a letter that none of the words has is not refused for them."""
    assume(not any(other in word for word in words(ABOUT)))
    assert not is_made_of(before + other + after, words(ABOUT))


@given(ANY_TEXT)
def test_any_text_has_stems(password: str) -> None:
    """PW-3: any password is looked up itself, and otherwise only by stems of four characters or more."""
    found = stems(canonical(password))
    assert canonical(password) in found
    assert all(len(each) >= 4 for each in found - {canonical(password), canonical(password).casefold()})


def test_everything_at_once() -> None:
    """PW-3: faults of the blocklist are reported together with all others, after those of PW-1."""
    bare = Guesses(is_common={"jansen"}.__contains__, about=ABOUT)
    assert refusal(lambda: check("jansen", "Jansen", POLICY, bare)) == [
        SHORT,
        NO_CAPITAL,
        NO_DIGIT,
        COMMON,
        GUESSABLE,
        DIFFERENT,
    ]


def test_without_a_blocklist() -> None:
    """PW-3: without the blocklist only PW-1 applies; the default policy and STRICT have the blocklist."""
    assert faults("Welkom12", attrs.evolve(POLICY, blocklist=False)) == []
    assert (POLICY.blocklist, STRICT.blocklist) == (True, True)
    assert faults("Welkom12", POLICY) == [COMMON]


def test_strict() -> None:
    """PW-3: STRICT requires 15 characters of any kind, or 8 if two-step verification is mandatory."""
    short = fault(FaultCode.PASSWORD_TOO_SHORT, "password", limit=15)
    assert faults("appel fiets la", STRICT) == [short]
    assert faults("appel fiets lam", STRICT) == []
    assert faults("welkomwelkomwelkom", STRICT) == [COMMON]
    with_two_step = STRICT.where(two_step_required=True)
    assert (with_two_step, STRICT.where(two_step_required=False)) == (attrs.evolve(STRICT, minimum=8), STRICT)
    assert faults("a fiets1", with_two_step) == []
    assert POLICY.where(two_step_required=True) == POLICY


def test_too_long_is_not_looked_at() -> None:
    """PW-3: a password that is too long is not searched for words, so that it is refused quickly."""
    # A search would take minutes, and the test would time out.
    assert faults("Jansen1" * 100_000, POLICY) == [LONG]
    assert faults("jansen " * 36 + "x", PLAIN) == []


def test_nothing_is_not_guessed() -> None:
    """PW-3: an empty password has the faults of PW-1 only."""
    assert faults("", POLICY) == [SHORT, NO_CAPITAL, NO_DIGIT]


@pytest.mark.parametrize(
    "asked", [{"minimum": 257}, {"minimum_with_two_step": 257}, {"capitals": 200, "digits": 57}], ids=str
)
def test_some_password_satisfies_a_policy(asked: dict[str, Any]) -> None:
    """AL-5: a policy whose maximum is too small for what it requires is refused."""
    with pytest.raises(ValueError, match=r"^PasswordPolicy: maximum must be at least minimum"):
        PasswordPolicy(maximum=256, **asked)
