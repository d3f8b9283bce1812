"""Codes by SMS: which numbers get them, how many are sent, and how a number is shown (TS-1, TS-2)."""

import unicodedata
from datetime import timedelta
from typing import Any

import attrs
import phonenumbers
import pytest
from hypothesis import assume, example, given, reject
from hypothesis import strategies as st
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.texting import (
    E164,
    SmsCounts,
    SmsSettings,
    ending,
    has_room,
    is_e164,
    masked,
    parse_mobile,
)
from klantportaal.testing.contracts.sms import NO_NUMBER
from tests.domain.given import ANY_TEXT

COUNTRIES = SmsSettings().countries
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
KINDS = [value for name, value in vars(PhoneNumberType).items() if name.isupper() and name != "UNKNOWN"]
FORMATS = [value for name, value in vars(PhoneNumberFormat).items() if name.isupper() and name != "RFC3966"]


@st.composite
def numbers(draw: st.DrawFn) -> PhoneNumber:
    """Make phone numbers of every region and kind, including invalid ones and networks without a country."""
    regions = st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS))
    networks = st.sampled_from(sorted(phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS))
    if draw(st.integers(0, 9)):
        model = phonenumbers.example_number_for_type(draw(regions), draw(st.sampled_from(KINDS)))
    else:
        model = phonenumbers.example_number_for_non_geo_entity(draw(networks))
    number = PhoneNumber()
    if model is None:
        reject()
    else:
        number.merge_from(model)
    changed = draw(st.integers(0, 4))
    number.national_number = number.national_number // 10**changed * 10**changed + draw(st.integers(0, 10**changed - 1))
    return number


def fault_of(text: str, countries: tuple[str, ...] = COUNTRIES) -> Fault:
    """Return the one fault for which a text is refused."""
    with pytest.raises(Refused) as refused:
        parse_mobile(text, countries)
    (fault,) = refused.value.faults
    return fault


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_e164(text: str) -> None:
    """TS-1: a number in E.164 is a plus and at most fifteen digits, of which the first is not 0."""
    assert is_e164(text)


@pytest.mark.parametrize("text", [*NO_NUMBER, "+3161234567890123"])
def test_not_e164(text: str) -> None:
    """TS-1: a text with other characters, digits of other scripts or too many digits is not E.164."""
    assert not is_e164(text)


@pytest.mark.parametrize(
    "typed,number",
    [
        ("0612345678", "+31612345678"),
        ("06 12 34 56 78", "+31612345678"),
        ("06-12345678", "+31612345678"),
        ("06\N{NON-BREAKING HYPHEN}12345678", "+31612345678"),
        ("\u00a006.12.34.56.78\n", "+31612345678"),
        ("\u202a+31 6 12345678\u202c", "+31612345678"),
        ("\ufeff06\u200b1234\u00ad5678\u2060", "+31612345678"),
        ("+31612345678", "+31612345678"),
        ("+31 (0)6 12345678", "+31612345678"),
        ("0031612345678", "+31612345678"),
        ("0612345678".translate(ARABIC), "+31612345678"),
        ("+32 470 12 34 56", "+32470123456"),
        ("0049 151 23456789", "+4915123456789"),
    ],
)
def test_mobile_numbers(typed: str, number: str) -> None:
    """TS-1: a mobile number in any notation is kept as E.164; without a country code it is Dutch."""
    assert parse_mobile(typed, COUNTRIES) == number


@pytest.mark.parametrize(
    "typed",
    [
        *("06", "12", "0612", "061234567890123", "06 1234567", "+", "+31", "+999 12345678", "0" * 40, "1" * 1000),
        *("020 123 4567", "+31 20 123 4567", "0900 1234", "0800 1234", "088 123 4567", "066 512 3456"),  # Not mobile.
        *("097 012 345 678", "+31 97 012345678", "0031970 1234 5678"),  # Numbers of machines.
        *("06-GELUK123", "06 12345678 abc", "tel:0612345678", "06 12345678 ext. 5", "06 12345678;ext=5", "O612345678"),
        *("06 12345678, 06 87654321", "06²12345678", "06 1234567\N{DIGIT ONE FULL STOP}", "+31612345678@sms.test"),
        *("0612345678" + " " * 1000 + "9", "jan@klant.test", "<b>0612345678</b>", "06\N{GRINNING FACE}12345678"),
    ],
)
def test_what_is_no_mobile_number(typed: str) -> None:
    """TS-1: landlines, pagers, premium and machine numbers, extensions, words and two numbers are refused."""
    assert fault_of(typed) == Fault(code=FaultCode.NOT_A_MOBILE_NUMBER, field="number")


@pytest.mark.parametrize("typed", ["", "  \n", "\u200b", "\0"])
def test_nothing(typed: str) -> None:
    """TS-1: text that shows nothing is refused as missing."""
    assert fault_of(typed) == Fault(code=FaultCode.MISSING, field="number")


@pytest.mark.parametrize(
    "typed",
    [
        *("+44 7400 123456", "+33 6 12 34 56 78", "+352 628 123 456", "+1 202 555 0143", "+7 912 345-67-89"),
        *("+882 16 12345678", "+883 510 012 345", "+881 6 12345678", "+870 773 111 632", "+979 123 456 789"),
    ],
)
def test_other_countries(typed: str) -> None:
    """TS-1: a number of a country that is not allowed, or of no country, is refused with the allowed ones."""
    assert fault_of(typed) == Fault(
        code=FaultCode.COUNTRY_NOT_ALLOWED, field="number", params={"countries": "NL BE DE"}
    )


def test_the_field_is_named() -> None:
    """AL-1: the fault has the name of the field that the page uses."""
    with pytest.raises(Refused) as refused:
        parse_mobile("12", COUNTRIES, field="mobile")
    assert refused.value.faults[0].field == "mobile"


def test_a_country_that_cannot_tell_its_mobiles() -> None:
    """TS-1: numbers that may be mobile are accepted where a country does not distinguish them."""
    assert parse_mobile("+1 202 555 0143", ("NL", "US")) == "+12025550143"
    assert fault_of("+1 900 555 0143", ("NL", "US")).code is FaultCode.NOT_A_MOBILE_NUMBER
    assert fault_of("+1 416 555 0143", ("NL", "US")).code is FaultCode.COUNTRY_NOT_ALLOWED


@given(numbers(), st.sets(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)), min_size=1), st.booleans())
@example(phonenumbers.parse("+3197012345678"), {"NL"}, True)
@example(phonenumbers.parse("+881612345678"), {"NL"}, True)
def test_only_what_may_get_codes_is_taken(number: PhoneNumber, countries: set[str], own: bool) -> None:
    """TS-1: only mobile numbers of allowed countries are accepted, in any notation, as E.164."""
    region = phonenumbers.region_code_for_number(number)
    allowed = tuple(countries | {region} if own and region is not None and len(region) == 2 else countries)
    may = (
        phonenumbers.is_valid_number(number)
        and region in allowed
        and phonenumbers.number_type(number) in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
        and not phonenumbers.format_number(number, PhoneNumberFormat.E164).startswith("+3197")
    )
    number.extension = None
    for form in FORMATS:
        if form == PhoneNumberFormat.NATIONAL and region != "NL":
            continue
        typed = phonenumbers.format_number(number, form)
        if may:
            taken = parse_mobile(typed, allowed)
            assert taken == phonenumbers.format_number(number, PhoneNumberFormat.E164)
            assert is_e164(taken)
            assert parse_mobile(taken, allowed) == taken
        else:
            assert fault_of(typed, allowed).code in (FaultCode.NOT_A_MOBILE_NUMBER, FaultCode.COUNTRY_NOT_ALLOWED)


@given(ANY_TEXT | st.text("0123456789+() -.٠١٢", max_size=60))
def test_whatever_is_typed(text: str) -> None:
    """AL-1: any text gives one number or one fault."""
    try:
        taken = parse_mobile(text, COUNTRIES)
    except Refused as refused:
        faults = len(refused.faults)
    else:
        faults = 1 if is_e164(taken) else 0
    assert faults == 1


@pytest.mark.parametrize(
    "number,shown",
    [
        ("+31612345678", "06 •••• ••78"),
        ("+32470123456", "+32 • •••• ••56"),
        ("+4915123456789", "+49 ••• •••• ••89"),
        ("+12025550143", "+1 •• •••• ••43"),
    ],
)
def test_masked(number: str, shown: str) -> None:
    """TS-2: a masked number is recognisable to its owner, but cannot be called by others."""
    assert masked(E164(number)) == shown


@given(numbers())
def test_a_mask_hides_all_but_the_end(number: PhoneNumber) -> None:
    """TS-2: a mask shows the country code, or 06 for Dutch mobiles, and the last two digits only."""
    assume(phonenumbers.is_valid_number(number))
    taken = E164(phonenumbers.format_number(number, PhoneNumberFormat.E164))
    start, *groups = masked(taken).split(" ")
    assert start in ("06", f"+{number.country_code}")
    assert set("".join(groups)[:-2]) <= {"•"}
    assert "".join(groups)[-2:] == ending(taken) == taken[-2:]
    assert len("".join(groups)) == len(taken) - len(f"+{number.country_code}") - (start == "06")


@pytest.mark.parametrize(
    "lately,room",
    [
        ({}, True),
        ({"number": 2, "person": 2, "office": 499}, True),
        ({"number": 3}, False),
        ({"person": 3}, False),
        ({"office": 500}, False),
        ({"office": 29, "client_day": 29, "person_day": 29}, True),
        ({"office": 30, "client_day": 30, "person_day": 30}, False),
        ({"office": 99, "client_day": 99}, True),
        ({"office": 100, "client_day": 100}, False),
        ({"number": 99, "person": 99, "office": 9999}, False),
    ],
)
def test_budgets(lately: dict[str, Any], room: bool) -> None:
    """TS-2: SMSs are limited: 3 a number and a person; a day 30 a person, 100 a client, 500 an office."""
    counts = attrs.evolve(SmsCounts(number=0, person=0, office=0, client_day=0, person_day=0), **lately)
    assert has_room(counts, SmsSettings()) is room


def test_settings() -> None:
    """TS-2: the default limits are those of the rule."""
    settings = SmsSettings()
    assert (settings.window, settings.useful) == (timedelta(minutes=15), timedelta(minutes=5))
    assert settings.in_window == 3
    assert (settings.daily, settings.client_daily, settings.person_daily) == (500, 100, 30)


@pytest.mark.parametrize("countries", [(), ("001",), ("nl",), ("NL", "Belgium"), ("",)])
def test_countries_are_countries(countries: tuple[str, ...]) -> None:
    """TS-1: satellites and other regions of phonenumbers that are not countries cannot be allowed."""
    with pytest.raises(ValueError, match="countries"):
        SmsSettings(countries=countries)


@pytest.mark.parametrize("window", [timedelta(0), timedelta(days=1, microseconds=1)])
def test_a_window_is_within_a_day(window: timedelta) -> None:
    """TS-2: a window is at most a day, as SMSs are counted for a day."""
    with pytest.raises(ValueError, match="window"):
        SmsSettings(window=window)


def test_other_scripts_digits_are_digits() -> None:
    """TS-1: the Arabic digits of these tests have the values 0 to 9."""
    assert {unicodedata.decimal(each) for each in "0123456789".translate(ARABIC)} == set(range(10))
