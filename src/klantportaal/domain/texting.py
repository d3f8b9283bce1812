"""Codes by SMS: to which numbers they go, how many, and how a number is shown (TS-1, TS-2)."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Annotated, NewType

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.ranges import Range
from klantportaal.domain.values import AccountId, OfficeId, SmsId, is_blank, plain_line

E164 = NewType("E164", str)
"""A telephone number as the whole world dials it: a plus, the country, the rest; ASCII digits only (E.164)."""

REGION = "NL"
"""Where a number without a country is from."""
DAY = timedelta(days=1)
"""The window of an office's budget; what is older counts no more."""
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_TYPED = 40
"""The longest text to look at: no number is as long, however it is parted."""
_SIGNS = frozenset(" +./()")
"""What people put between digits, besides dashes of all kinds."""
_MACHINES: Mapping[str, tuple[str, ...]] = {"NL": ("97",)}
"""Ranges of numbers of machines, by region: they count as mobile, but nobody reads their SMSs."""
_HIDDEN = "•"
_SHOWN = 2
"""How many of a number's last digits are shown: enough to know it by, not enough to call it."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class SmsSettings:
    """To where SMSs go, and how many: whoever makes a portal send SMSs at a price is to gain nothing by it."""

    countries: tuple[str, ...] = attrs.field(default=("NL", "BE", "DE"))
    """Where a mobile number may be from, as ISO 3166-1 has it: the Netherlands and its neighbours, unless the office's
    clients live elsewhere too. Of a country where mobile numbers cannot be told from others, such as the United States,
    any number that may be mobile."""
    window: Annotated[timedelta, Range(timedelta(0), DAY, above=True)] = timedelta(minutes=15)
    in_window: Annotated[int, Range(1)] = 3
    """SMSs to one number, and for one account, within that time (TS-2)."""
    daily: Annotated[int, Range(1)] = 500
    """SMSs of one office within any 24 hours (TS-2)."""
    client_daily: Annotated[int, Range(1)] = 100
    """SMSs for all accounts of one client within any 24 hours: a company adds and deletes accounts as it likes, and
    would use up its office's with them."""
    account_daily: Annotated[int, Range(1)] = 30
    """SMSs for one account within any 24 hours: asking on and on, it would use up its client's or its office's, and
    nobody else's code would come."""
    useful: Annotated[timedelta, Range(timedelta(0), DAY, above=True)] = timedelta(minutes=5)
    """How long after it was asked for an SMS is still sent; after that nobody waits for it."""

    @countries.validator
    def _are_countries(self, _attribute: object, value: tuple[str, ...]) -> None:
        """Take no satellites and other networks without a country: phonenumbers has them all as one region, 001."""
        if not value or not all(_COUNTRY.fullmatch(each) for each in value):
            raise ValueError("SmsSettings: countries must be one or more codes of two capitals, such as NL")


@attrs.frozen(kw_only=True, field_transformer=checked)
class SmsSend:
    """One SMS that was let through, for the budgets."""

    id: SmsId
    office_id: OfficeId
    account_id: AccountId
    number: E164
    at: datetime


@attrs.frozen(kw_only=True, field_transformer=checked)
class SmsCounts:
    """How many SMSs were let through lately."""

    number: int
    """To the number, within the window."""
    account: int
    """For the account, within the window."""
    office: int
    """Of the office, within a day."""
    client_day: int
    """For all accounts of the account's client, within a day."""
    account_day: int
    """For the account, within a day."""


def has_room(counts: SmsCounts, settings: SmsSettings) -> bool:
    """Tell whether one more SMS fits in every budget (TS-2)."""
    return (
        max(counts.number, counts.account) < settings.in_window
        and counts.account_day < settings.account_daily
        and counts.client_day < settings.client_daily
        and counts.office < settings.daily
    )


def is_e164(text: str) -> bool:
    """Tell whether *text* is exactly one number as E.164 has it, with nothing around or inside it."""
    return _E164.fullmatch(text) is not None


def parse_mobile(text: str, countries: Collection[str], *, field: str = "number") -> E164:
    """Read the mobile number that somebody typed, from one of some countries, without a country from the Netherlands.

    Digits may be of any script, and spaces, dots, dashes and brackets stand where people put them.

    Raises:
        Refused: it is missing, no mobile number of a person, or of a country that is not among them.
    """
    import phonenumbers  # Not at import: its tables take a while.

    line = plain_line(text)
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
    """Show as much of a number as its owner knows it by: ``06 •••• ••78``, and of another country ``+32 • •••• ••78``.

    For the eye only: to whoever listens, ``ending`` says the same.
    """
    import phonenumbers  # As above.

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
    """Give the last digits of a number, as they are shown of a masked one."""
    return number[-_SHOWN:]
