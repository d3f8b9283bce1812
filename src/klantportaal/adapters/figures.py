"""Days, amounts, sizes and countries as each language writes them."""

import functools
from collections.abc import Sequence
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
"""With how many decimal counts of itself."""


@functools.cache
def locale_of(language: Language) -> Locale:
    """Give the customs of a language's country."""
    return Locale.parse("nl_NL" if language is Language.DUTCH else "en_GB")


def long_day(day: date, language: Language) -> str:
    """Write a date with its month in full: ``31 januari 1952``."""
    return str(format_date(day, "d MMMM y", locale=locale_of(language)))


def euros(cents: int, language: Language) -> str:
    """Write an amount: ``€ 1.234,56``, with a space that no line is broken at; in English ``€1,234.56``."""
    with localcontext(prec=max(_DIGITS, cents.bit_length())):  # More than it has digits, so that none is too many.
        return str(format_currency(Decimal(cents).scaleb(-2), "EUR", locale=locale_of(language)))


def countries(codes: Sequence[str], language: Language) -> str:
    """Name some countries, of which codes are as ISO 3166-1 has them: ``Nederland, België of Duitsland``."""
    locale = locale_of(language)
    return str(format_list([locale.territories.get(code, code) for code in codes], style="or", locale=locale))


def file_size(size: int, language: Language) -> str:
    """Write a file's size, in the largest unit of which there is one."""
    for unit, bytes_each in (("megabyte", KIBIBYTE**2), ("kilobyte", KIBIBYTE)):
        if size >= bytes_each:
            return _unit(size / bytes_each, unit, language)
    return _unit(size, "byte", language)


def _unit(value: float, unit: str, language: Language) -> str:
    rounded = round(value, 1) if value < 10 else round(value)
    locale = locale_of(language)
    return str(format_unit(rounded, f"digital-{unit}", length="short", format="#,##0.#", locale=locale))
