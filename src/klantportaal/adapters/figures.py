"""Dates, amounts, file sizes and countries, formatted for each language."""

import functools
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, localcontext

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_currency
from babel.units import format_unit

from klantportaal.domain.values import Language

KIBIBYTE = 1024
_DIGITS = 28
"""The default precision of the ``decimal`` module, in digits."""


@functools.cache
def locale_of(language: Language) -> Locale:
    """Return the locale of a language: Dutch in the Netherlands, English in Great Britain."""
    return Locale.parse("nl_NL" if language is Language.DUTCH else "en_GB")


def long_day(day: date, language: Language) -> str:
    """Format a date with the full name of the month: ``31 januari 1952``."""
    return str(format_date(day, "d MMMM y", locale=locale_of(language)))


def euros(cents: int, language: Language) -> str:
    """Format an amount: ``€ 1.234,56``, with a no-break space; in English ``€1,234.56``."""
    with localcontext(prec=max(_DIGITS, cents.bit_length())):  # At least as precise as the amount has digits.
        return str(format_currency(Decimal(cents).scaleb(-2), "EUR", locale=locale_of(language)))


def decimal(number: int, scale: int, language: Language) -> str:
    """Format a number with at most *scale* digits after the point, without marks between thousands: ``1234,5``."""
    whole, rest = divmod(abs(number), 10**scale)
    fraction = f"{rest:0{scale}}".rstrip("0") if scale else ""
    point = "," if language is Language.DUTCH else "."
    return f"{'-' if number < 0 else ''}{whole}{point if fraction else ''}{fraction}"


@functools.cache
def country_names(language: Language) -> Mapping[str, str]:
    """Name all countries by their ISO 3166-1 codes."""
    return dict(locale_of(language).territories)


def countries(codes: Sequence[str], language: Language) -> str:
    """Name countries, given by their ISO 3166-1 codes: ``Nederland, België of Duitsland``."""
    locale = locale_of(language)
    return str(format_list([locale.territories.get(code, code) for code in codes], style="or", locale=locale))


def file_size(size: int, language: Language) -> str:
    """Format a file size in megabytes, kilobytes or bytes: the largest unit of which it has at least one."""
    for unit, bytes_each in (("megabyte", KIBIBYTE**2), ("kilobyte", KIBIBYTE)):
        if size >= bytes_each:
            return _unit(size / bytes_each, unit, language)
    return _unit(size, "byte", language)


def _unit(value: float, unit: str, language: Language) -> str:
    rounded = round(value, 1) if value < 10 else round(value)
    locale = locale_of(language)
    return str(format_unit(rounded, f"digital-{unit}", length="short", format="#,##0.#", locale=locale))
