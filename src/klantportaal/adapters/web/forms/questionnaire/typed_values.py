"""Converts between the text in a field and a typed value.

A text that is ambiguous, or no such value, is passed on as it was typed; the domain says what is wrong with it. Numbers
are read the same way in both languages, because clients type them as they are used to.
"""

import re
from collections.abc import Sequence
from functools import cache

from babel.numbers import format_decimal

from klantportaal.adapters.figures import locale_of
from klantportaal.domain.values import Language, plain_line, seen

DIGITS_LIMIT = 300
"""The most digits of a number that is read."""
_GROUPED = r"[0-9]+|[1-9][0-9]{{0,2}}(?:(?P<mark>[{marks}])[0-9]{{3}})(?:(?P=mark)[0-9]{{3}})*"
_SIGN = "(?P<sign>[+-]?)"
_MARKS, _SMALL_MARKS = "., '", " '"
_WHOLE = re.compile(f"{_SIGN}(?P<whole>{_GROUPED.format(marks=_MARKS)})")
_EURO = re.compile(r"(?i:^(?:€|eur|euro)|(?:€|eur|euro)$)")
_PERCENT = re.compile(r"(?i:%|procent|percent)$")
_NOTHING = re.compile("(?!)")


@cache
def _fixed(scale: int, marks: str, *, dashes: bool = False) -> re.Pattern[str]:
    """Compile the form of a number with at most *scale* digits after the point, and *marks* between thousands."""
    rest = f"[0-9]{{1,{scale}}}" + ("|--?" if dashes else "")
    whole = f"(?P<whole>{_GROUPED.format(marks=marks)}|(?=[.,][0-9]))"
    return re.compile(f"{_SIGN}{whole}(?:(?P<point>[.,])(?P<rest>{rest}))?")


def integer(text: str) -> int | str:
    """Read a whole number, with or without marks between thousands: ``1234``, ``1.234``, ``1 234``."""
    found = _WHOLE.fullmatch(_bare(text)) if len(text) <= DIGITS_LIMIT else None
    return text if found is None else _signed(found["sign"], int(_digits(found["whole"])))


def amount(text: str) -> int | str:
    """Read an amount in euros, as cents: ``1.234,56``, ``1,234.56``, ``1234.5``, ``€ 1.234``, ``-€5``, ``,50``.

    Three digits after the only mark are thousands: cents have two at most. A mark cannot be both.
    """
    return _number(text, _EURO, _fixed(2, _MARKS, dashes=True), 2)


def percentage(text: str) -> int | str:
    """Read a percentage, as hundredths of a percent: ``12,5``, ``12.5 %``, ``33,33%``."""
    return _number(text, _PERCENT, _fixed(2, _SMALL_MARKS), 2)


def decimal(text: str, scale: int) -> int | str:
    """Read a number with at most *scale* digits after the point, as a whole number of the last of them.

    With more than two, a point or comma before three digits may be the point, so it is no mark between thousands.
    """
    return _number(text, _NOTHING, _fixed(scale, _SMALL_MARKS if scale > 2 else _MARKS), scale)


def _number(text: str, unit: re.Pattern[str], form: re.Pattern[str], scale: int) -> int | str:
    """Read a number beside its unit. The sign may stand before the unit: ``-€5``."""
    bare = _bare(text) if len(text) <= DIGITS_LIMIT else ""
    sign = bare[:1] if bare[:1] in ("-", "+") else ""
    found = form.fullmatch(unit.sub("", bare.removeprefix(sign).strip()).strip())
    if found is None or (sign and found["sign"]) or (found["mark"] is not None and found["mark"] == found["point"]):
        return text
    rest = (found["rest"] or "").strip("-").ljust(scale, "0")
    return _signed(sign or found["sign"], int(_digits(found["whole"]) + rest))


def day(parts: Sequence[str]) -> str:
    """Read a date from its three fields: day, month and year. What is no date comes back as one text."""
    number, month, year = (seen(part).strip() for part in parts)
    if not (number or month or year):
        return ""
    if all(_is_number(part) for part in (number, month, year)) and len(number) <= 2 and len(month) <= 2:
        return f"{year}-{month:0>2}-{number:0>2}" if len(year) == 4 else f"{number}-{month}-{year}"
    return f"{number}-{month}-{year}"


def amount_text(cents: int, language: Language) -> str:
    """Write an amount for a field: ``1.234,56``, or in English ``1,234.56``."""
    whole, rest = divmod(abs(cents), 100)
    sign = "-" if cents < 0 else ""
    point = "," if language is Language.DUTCH else "."
    return f"{sign}{format_decimal(whole, locale=locale_of(language))}{point}{rest:02}"


def day_parts(iso: str) -> tuple[str, str, str]:
    """Write a date for its three fields, without leading zeros: day, month and year."""
    year, month, number = iso.split("-")
    return number.lstrip("0"), month.lstrip("0"), year


def _bare(text: str) -> str:
    """Clean a number: one character for all kinds of minus, and one for all kinds of space."""
    return plain_line(seen(text)).replace("\u2212", "-").replace("\u2019", "'")


def _digits(whole: str) -> str:
    return re.sub("[^0-9]", "", whole)


def _signed(sign: str, number: int) -> int:
    return -number if sign == "-" else number


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
