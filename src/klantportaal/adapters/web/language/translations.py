"""Translates sentences and formats numbers and dates: one ``Wording`` for each language, read from the catalogs."""

import functools
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from importlib.resources import files
from io import BytesIO

import attrs
from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations

from klantportaal.adapters.figures import file_size, locale_of
from klantportaal.domain.values import AMSTERDAM, Language

_SOON, _FAR = timedelta(minutes=5), timedelta(hours=12)
KEPT = 8192
"""The number of formatted dates and sizes to keep: Babel takes longer for one than the rest of its table row takes."""


@attrs.frozen(kw_only=True)
class Sentence:
    """A sentence of the catalogs. Its English text is the key."""

    one: str
    many: str | None = None
    """The plural, if the sentence depends on a number."""
    count: str = "limit"
    """The parameter that is that number."""


def sentence(text: str) -> Sentence:
    """Mark a sentence for the catalogs."""
    return Sentence(one=text)


def counted(one: str, many: str, *, count: str = "limit") -> Sentence:
    """Mark a sentence with a number for the catalogs."""
    return Sentence(one=one, many=many, count=count)


class Wording:
    """One language: its catalog, and its formats of numbers and dates."""

    def __init__(self, language: Language, translations: Translations) -> None:
        """Keep the catalog, and cache what is formatted."""
        self.language = language
        self.gettext = translations.gettext
        self.ngettext = translations.ngettext
        self._locale = locale_of(language)
        self.moment = functools.lru_cache(KEPT)(self._moment)
        self.time = functools.lru_cache(KEPT)(self._time)
        self.day = functools.lru_cache(KEPT)(self._day)
        self.size = functools.lru_cache(KEPT)(self._size)
        self.number = functools.lru_cache(KEPT)(self._number)
        self._end = functools.lru_cache(KEPT)(self._write_end)

    def say(self, sentence: Sentence, **params: str | int) -> str:
        """Translate a sentence."""
        if sentence.many is None:
            return self.gettext(sentence.one) % params
        return self.ngettext(sentence.one, sentence.many, int(params[sentence.count])) % params

    def _number(self, value: int) -> str:
        """Format a whole number."""
        return str(format_decimal(value, locale=self._locale))

    def _moment(self, at: datetime) -> str:
        """Format a moment as date and time in Amsterdam."""
        return str(format_datetime(at, "d MMM y HH:mm", tzinfo=AMSTERDAM, locale=self._locale))

    def _time(self, at: datetime) -> str:
        """Format a moment as the time in Amsterdam."""
        return str(format_datetime(at, "HH:mm", tzinfo=AMSTERDAM, locale=self._locale))

    def until(self, at: datetime, *, now: datetime) -> str:
        """Format the end of something that may end soon: the time in Amsterdam, with the date if that is far away.

        Seconds are given in the last five minutes only. Otherwise the time is rounded down to the minute.
        """
        left = at - now
        if left < _SOON:
            return self._end(at.replace(microsecond=0), "HH:mm:ss")
        return self._end(at.replace(second=0, microsecond=0), "HH:mm" if left < _FAR else "d MMM y HH:mm")

    def _write_end(self, at: datetime, pattern: str) -> str:
        return str(format_datetime(at, pattern, tzinfo=AMSTERDAM, locale=self._locale))

    def _day(self, at: date) -> str:
        """Format a date. The date of a moment is that in Amsterdam."""
        day = at.astimezone(AMSTERDAM) if isinstance(at, datetime) else at
        return str(format_date(day, "d MMM y", locale=self._locale))

    def _size(self, size: int) -> str:
        """Format the size of a file."""
        return file_size(size, self.language)


@functools.cache
def wordings() -> Mapping[Language, Wording]:
    """Read the catalogs, once per process."""
    return {language: Wording(language, catalog(language)) for language in Language}


def catalog(language: Language) -> Translations:
    """Read one catalog from its ``.po`` file."""
    source = files("klantportaal.adapters.web.language") / "catalogs" / f"{language}.po"
    compiled = BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=str(language)))
    compiled.seek(0)
    return Translations(compiled)
