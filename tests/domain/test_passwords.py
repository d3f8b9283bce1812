"""What a password must be."""

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.passwords import PasswordPolicy, broken_rules, canonical, check
from tests.domain.given import ANY_TEXT, fault, is_storable, refusal

POLICY = PasswordPolicy()
SHORT = fault(FaultCode.PASSWORD_TOO_SHORT, "password", limit=8)
LONG = fault(FaultCode.PASSWORD_TOO_LONG, "password", limit=256)
NO_CAPITAL = fault(FaultCode.PASSWORD_WITHOUT_CAPITAL, "password", limit=1)
NO_DIGIT = fault(FaultCode.PASSWORD_WITHOUT_DIGIT, "password", limit=1)
DIFFERENT = fault(FaultCode.PASSWORDS_DIFFER, "repeated")


@pytest.mark.parametrize(
    "password",
    [
        "Welkom12",
        "wachtwoorD1",
        "É2345678",
        "\u01c5 1234567",
        "ΩΩωωωωω1",
        "Welkom\u0663\u0663",
        "Welkom\uff11\uff12",
        "  W 1    ",
        "W1" + "👍" * 6,
        "Welkom1\0",
        "A1" + "x" * 254,
    ],
)
def test_good(password: str) -> None:
    """PW-1: eight characters with a capital and a digit of any script will do, up to 256 (PW-2)."""
    check(password, password, POLICY)


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
        # Seven characters, though fourteen code points before composing.
        ("E\u0301" * 6 + "1", [SHORT]),
        ("A1" + "x" * 255, [LONG]),
        ("x" * 300, [LONG, NO_CAPITAL, NO_DIGIT]),
    ],
)
def test_bad(password: str, faults: list[Fault]) -> None:
    """PW-1: every broken rule is named at once; a superscript is no digit, a Roman numeral no capital letter."""
    assert refusal(lambda: check(password, password, POLICY)) == faults


def test_repeated() -> None:
    """PW-1: a password that was typed differently the second time is named with the other broken rules."""
    assert refusal(lambda: check("welkom12", "welkom13", POLICY)) == [NO_CAPITAL, DIFFERENT]
    assert refusal(lambda: check("Welkom12", "welkom12", POLICY)) == [DIFFERENT]


@given(ANY_TEXT)
def test_spelling(password: str) -> None:
    """PW-2: the same password typed on another keyboard is the same: NFC is counted, compared and hashed."""
    decomposed = unicodedata.normalize("NFD", password)
    assert canonical(decomposed) == canonical(password)
    assert list(broken_rules(canonical(decomposed), POLICY)) == list(broken_rules(canonical(password), POLICY))
    assert is_storable(canonical(password))


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_spelling_is_nfc(password: str) -> None:
    """PW-2: nothing of a password is cut, trimmed or folded: its one spelling is its NFC."""
    assert canonical(password) == unicodedata.normalize("NFC", password)


@given(st.text(max_size=12), st.integers(0, 12), st.integers(0, 3), st.integers(0, 3))
def test_counting(password: str, minimum: int, capitals: int, digits: int) -> None:
    """PW-1: a policy asks for so many characters, capitals (Lu or Lt) and digits (Nd), and no more."""
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
    """PW-1: what a password breaks does not depend on how it was repeated."""
    assume(canonical(password) != canonical(repeated))
    assert refusal(lambda: check(password, repeated, POLICY)) == [*broken_rules(canonical(password), POLICY), DIFFERENT]


@pytest.mark.parametrize("maximum", [255, 72, 0])
def test_no_lower_limit(maximum: int) -> None:
    """PW-2: no policy limits a password to fewer than 256 characters."""
    with pytest.raises(ValueError, match="256"):
        PasswordPolicy(maximum=maximum)


def test_higher_limit() -> None:
    """PW-2: a policy may allow more than 256 characters."""
    check("A1" * 500, "A1" * 500, PasswordPolicy(maximum=1000))
