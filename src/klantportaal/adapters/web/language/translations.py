"""Words, numbers and dates in the reader's language: one ``Wording`` for each, made once from the catalogs."""

import functools
from collections.abc import Mapping
from datetime import date, datetime
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

KEPT = 8192
"""Formatted dates and sizes to remember: formatting one costs Babel more than the rest of its table row."""


@attrs.frozen(kw_only=True)
class Sentence:
    """Something the portal says, by its English words, which are the key in the catalogs."""

    one: str
    many: str | None = None
    """How it goes for other numbers than one, where it has a number."""
    count: str = "limit"
    """Which parameter is that number."""


def sentence(text: str) -> Sentence:
    """Name a sentence for the catalogs."""
    return Sentence(one=text)


def counted(one: str, many: str, *, count: str = "limit") -> Sentence:
    """Name a sentence with a number in it for the catalogs."""
    return Sentence(one=one, many=many, count=count)


class Wording:
    """One language: its catalog, and how it writes numbers and dates."""

    def __init__(self, language: Language, translations: Translations) -> None:
        """Take the catalog; what was formatted once is remembered."""
        self.language = language
        self.gettext = translations.gettext
        self.ngettext = translations.ngettext
        self._locale = locale_of(language)
        self.moment = functools.lru_cache(KEPT)(self._moment)
        self.day = functools.lru_cache(KEPT)(self._day)
        self.size = functools.lru_cache(KEPT)(self._size)

    def say(self, sentence: Sentence, **params: str | int) -> str:
        """Put a sentence into words."""
        if sentence.many is None:
            return self.gettext(sentence.one) % params
        return self.ngettext(sentence.one, sentence.many, int(params[sentence.count])) % params

    def number(self, value: int) -> str:
        """Write a whole number."""
        return str(format_decimal(value, locale=self._locale))

    def _moment(self, at: datetime) -> str:
        """Write a moment as date and time in Amsterdam."""
        return str(format_datetime(at, "d MMM y HH:mm", tzinfo=AMSTERDAM, locale=self._locale))

    def _day(self, at: date) -> str:
        """Write a date; a moment's date is Amsterdam's."""
        day = at.astimezone(AMSTERDAM) if isinstance(at, datetime) else at
        return str(format_date(day, "d MMM y", locale=self._locale))

    def _size(self, size: int) -> str:
        """Write a file's size."""
        return file_size(size, self.language)


@functools.cache
def wordings() -> Mapping[Language, Wording]:
    """Read the catalogs, one for each language; they are the package's own and do not change."""
    return {language: Wording(language, catalog(language)) for language in Language}


def catalog(language: Language) -> Translations:
    """Read one catalog from its ``.po``."""
    source = files("klantportaal.adapters.web.language") / "catalogs" / f"{language}.po"
    compiled = BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=str(language)))
    compiled.seek(0)
    return Translations(compiled)
