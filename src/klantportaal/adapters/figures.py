"""Dates, file sizes and countries, formatted for each language."""

import functools
from collections.abc import Mapping, Sequence
from datetime import date

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.units import format_unit

from klantportaal.domain.values import Language

KIBIBYTE = 1024


@functools.cache
def locale_of(language: Language) -> Locale:
    """Return the locale of a language: Dutch in the Netherlands, English in Great Britain."""
    return Locale.parse("nl_NL" if language is Language.DUTCH else "en_GB")


def long_day(day: date, language: Language) -> str:
    """Format a date with the full name of the month: ``31 januari 1952``."""
    return str(format_date(day, "d MMMM y", locale=locale_of(language)))


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
