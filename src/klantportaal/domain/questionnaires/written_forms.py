"""Answers that are written in one form: telephone numbers, IBANs, times, and numbers that the state gives out.

Each type has a function that tidies what was typed, and one that tells whether tidy text is valid. Libraries do the
work; they are imported where they are used, because they read tables.
"""

import re

from klantportaal.domain.values import composed, plain_line, seen

REGION = "NL"
"""The country of a telephone number or VAT number without a country code."""
_SEPARATORS = re.compile(r"[\s.\-/]+")
_TIME = re.compile(r"([01]?[0-9]|2[0-3])\s*[:.hu]\s*([0-5][0-9])(?:\s*(?:uur|u|h))?", re.IGNORECASE)


def line(text: str) -> str:
    """Write text on one line, with single spaces."""
    return composed(plain_line(text))


def number_line(text: str) -> str:
    """Write a number, a date or a time on one line, without the invisible characters that copying brings along."""
    return line(seen(text))


def phone(text: str) -> str:
    """Write a telephone number in E.164; text that is no telephone number is tidied only."""
    import phonenumbers

    typed = number_line(text)
    try:
        number = phonenumbers.parse(typed, REGION)
    except phonenumbers.NumberParseException:
        return typed
    if number.extension or not phonenumbers.is_valid_number(number):
        return typed
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_phone(text: str) -> bool:
    """Tell whether text is a valid telephone number in E.164."""
    import phonenumbers

    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        return False
    tidy = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return text == tidy and phonenumbers.is_valid_number(number)


def compact(text: str) -> str:
    """Write a number without separators, in capitals."""
    typed = composed(_SEPARATORS.sub("", number_line(text)))
    return typed.upper() if typed.isascii() else typed


def is_iban(text: str) -> bool:
    """Tell whether text is an IBAN."""
    from stdnum import iban

    # Without the tables of banks per country: they go out of date, and then refuse accounts that exist.
    return text.isascii() and text == compact(text) and bool(iban.is_valid(text, check_country=False))


def nine_digits(text: str) -> str:
    """Write a BSN or RSIN with its nine digits: a leading zero is often left out."""
    typed = compact(text)
    return f"0{typed}" if _is_digits(typed, 8) else typed


def is_bsn(text: str) -> bool:
    """Tell whether text is a BSN, or a RSIN, which has the same check digit."""
    from stdnum.nl import bsn

    return _is_digits(text, 9) and bool(bsn.is_valid(text))


def is_kvk(text: str) -> bool:
    """Tell whether text can be a number of the Chamber of Commerce. It has no check digit."""
    return _is_digits(text, 8) and text != "0" * 8


def vat(text: str) -> str:
    """Write a VAT number with the code of its country, and a Dutch one with all of its digits."""
    from stdnum.nl import btw

    typed = compact(text)
    typed = f"{REGION}{typed}" if typed[:1].isdigit() else typed
    dutch = typed.startswith(REGION) and typed.isascii()
    return f"{REGION}{btw.compact(typed)}" if dutch and btw.is_valid(typed) else typed


def is_vat(text: str) -> bool:
    """Tell whether text is a VAT number of a member state of the European Union."""
    from stdnum.eu import vat as european

    return text.isascii() and text == vat(text) and text[:2].isalpha() and bool(european.is_valid(text))


def time(text: str) -> str:
    """Write a time of day as ``14:30``; text that is no time is tidied only."""
    typed = number_line(text)
    found = _TIME.fullmatch(typed) if typed.isascii() else None
    return f"{int(found[1]):02}:{found[2]}" if found else typed


def is_time(text: str) -> bool:
    """Tell whether text is a time of day: ``14:30``."""
    return _TIME.fullmatch(text) is not None and text == time(text)


def _is_digits(text: str, count: int) -> bool:
    return len(text) == count and text.isascii() and text.isdigit()
