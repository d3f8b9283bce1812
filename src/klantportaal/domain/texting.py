"""Codes by SMS: allowed numbers, budgets, and how a number is shown (TS-1, TS-2)."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Annotated, NewType

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.ranges import Range
from klantportaal.domain.values import ClientId, OfficeId, PersonId, SmsId, is_blank, plain_line, seen

E164 = NewType("E164", str)
"""An international telephone number (E.164): a plus, the country code and the rest, in ASCII digits."""

REGION = "NL"
"""The country of a number without a country code."""
DAY = timedelta(days=1)
"""The window of the daily budgets. Older SMSs do not count."""
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_TYPED = 40
"""The longest text that is parsed as a number, in characters. No number is longer, with any separators."""
_SIGNS = frozenset(" +./()")
"""The separators in a typed number, besides dashes of all kinds."""
_MACHINES: Mapping[str, tuple[str, ...]] = {"NL": ("97",)}
"""The prefixes of numbers for machines, by region. They are mobile numbers, but nobody reads their SMSs."""
_HIDDEN = "•"
_SHOWN = 2
"""How many last digits of a number are shown. Its owner recognises it by them. Others cannot call it."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class SmsSettings:
    """The allowed countries and the budgets of SMSs. They limit SMS pumping, in which an attacker earns from SMSs."""

    countries: tuple[str, ...] = attrs.field(default=("NL", "BE", "DE"))
    """The countries whose mobile numbers are allowed, as ISO 3166-1 codes. Add others if clients of the office live
    there. In some countries, such as the United States, mobile numbers cannot be told from fixed ones. Of these, any
    number that may be mobile is allowed."""
    window: Annotated[timedelta, Range(timedelta(0), DAY, above=True)] = timedelta(minutes=15)
    in_window: Annotated[int, Range(1)] = 3
    """The maximum number of SMSs within *window*, to one number and for one person (TS-2)."""
    daily: Annotated[int, Range(1)] = 500
    """The maximum number of SMSs of one office within 24 hours (TS-2)."""
    client_daily: Annotated[int, Range(1)] = 100
    """The maximum number of SMSs for all persons of one client within 24 hours. Without it, a company could add and
    delete accounts until the budget of the office is used up."""
    person_daily: Annotated[int, Range(1)] = 30
    """The maximum number of SMSs for one person within 24 hours. Without it, one person could use up the budget of
    its client or office, so that others get no codes."""
    useful: Annotated[timedelta, Range(timedelta(0), DAY, above=True)] = timedelta(minutes=5)
    """How long after the request an SMS is still sent. After that nobody waits for it any more."""

    @countries.validator
    def _are_countries(self, _attribute: object, value: tuple[str, ...]) -> None:
        """Require country codes of two capitals. This excludes region 001, the networks without a country."""
        if not value or not all(_COUNTRY.fullmatch(each) for each in value):
            raise ValueError("SmsSettings: countries must be one or more codes of two capitals, such as NL")


@attrs.frozen(kw_only=True, field_transformer=checked)
class SmsSend:
    """One SMS that was allowed. It counts for the budgets."""

    id: SmsId
    office_id: OfficeId
    person_id: PersonId
    client_id: ClientId
    """The client that the person acts for, or starts with at sign-in. Its budget is used."""
    number: E164
    at: datetime


@attrs.frozen(kw_only=True, field_transformer=checked)
class SmsCounts:
    """The numbers of SMSs that were allowed recently."""

    number: int
    """To the number, within the window."""
    person: int
    """For the person, within the window."""
    office: int
    """Of the office, within a day."""
    client_day: int
    """For all persons of the client, within a day."""
    person_day: int
    """For the person, within a day."""


def has_room(counts: SmsCounts, settings: SmsSettings) -> bool:
    """Tell whether one more SMS fits in every budget (TS-2)."""
    return (
        max(counts.number, counts.person) < settings.in_window
        and counts.person_day < settings.person_daily
        and counts.client_day < settings.client_daily
        and counts.office < settings.daily
    )


def is_e164(text: str) -> bool:
    """Tell whether *text* is exactly one E.164 number, without separators or other text."""
    return _E164.fullmatch(text) is not None


def parse_mobile(text: str, countries: Collection[str], *, field: str = "number") -> E164:
    """Parse a mobile number as typed. A number without a country code is Dutch.

    Digits may be of any script. Spaces, dots, slashes, dashes, brackets and what is not seen are allowed anywhere.

    Args:
        text: the number as typed.
        countries: the allowed countries, as ISO 3166-1 codes.
        field: the field that a fault names.

    Raises:
        Refused: it is missing, is not a person's mobile number, or is of a country that is not allowed.
    """
    import phonenumbers  # Imported here because loading its tables is slow.

    line = plain_line(seen(text))
    if is_blank(line):
        raise _refused(FaultCode.MISSING, field)
    if len(line) > _TYPED or not all(map(_is_of_a_number, line)):
        raise _refused(FaultCode.NOT_A_MOBILE_NUMBER, field)
    try:
        number = phonenumbers.parse(line, REGION)
    except phonenumbers.NumberParseException:
        raise _refused(FaultCode.NOT_A_MOBILE_NUMBER, field) from None
    if not phonenumbers.is_valid_number(number):
        raise _refused(FaultCode.NOT_A_MOBILE_NUMBER, field)
    region = phonenumbers.region_code_for_number(number) or ""
    if region not in countries:
        raise _refused(FaultCode.COUNTRY_NOT_ALLOWED, field, countries=" ".join(countries))
    kinds = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
    if phonenumbers.number_type(number) not in kinds:
        raise _refused(FaultCode.NOT_A_MOBILE_NUMBER, field)
    if phonenumbers.national_significant_number(number).startswith(_MACHINES.get(region, ())):
        raise _refused(FaultCode.NOT_A_MOBILE_NUMBER, field)
    return E164(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _is_of_a_number(each: str) -> bool:
    return each.isdecimal() or each in _SIGNS or unicodedata.category(each) == "Pd"


def _refused(code: FaultCode, field: str, **params: str) -> Refused:
    return Refused([Fault(code=code, field=field, params=params)])


def masked(number: E164) -> str:
    """Mask a number, except for its last digits: ``06 •••• ••78``, or for another country ``+32 • •••• ••78``.

    For sighted users. Give screen readers the digits of ``ending`` instead.
    """
    import phonenumbers  # Imported here, as above.

    parsed = phonenumbers.parse(number)
    rest = phonenumbers.national_significant_number(parsed)
    start = f"+{parsed.country_code}"
    if rest.startswith("6") and phonenumbers.region_code_for_number(parsed) == REGION:
        start, rest = "06", rest[1:]
    hidden = _HIDDEN * (len(rest) - _SHOWN) + ending(number)
    first = len(hidden) % 4
    groups = [hidden[:first], *(hidden[at : at + 4] for at in range(first, len(hidden), 4))]
    return " ".join([start, *filter(None, groups)])


def ending(number: E164) -> str:
    """Give the last digits of a number, which a masked number shows too."""
    return number[-_SHOWN:]
