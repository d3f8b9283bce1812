"""Texts of the source, in both languages of the portal."""

import html
import re
import unicodedata
from collections.abc import Mapping

import attrs

from klantportaal.domain.values import Language
from klantportaal.questionnaire_imports.remarks import RemarkCode, Report

_BREAK = re.compile(r"<(?:br|/?p|/?div|/?li|/?ul|/?ol|/?tr|/?h[1-6])\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z!][^<>]*>")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_READ_LIMIT = 20_000
"""Characters of a text that are looked at. No text of a questionnaire is longer."""


@attrs.frozen
class Words:
    """A text in both languages."""

    texts: Mapping[Language, str]
    path: str

    def with_more(self, more: "Words | None", between: str) -> "Words":
        """Put another text behind this one."""
        if more is None:
            return self
        return Words({each: f"{text}{between}{more.texts[each]}" for each, text in self.texts.items()}, self.path)


def same(text: str, path: str) -> Words:
    """Give a text that is the same in both languages, such as a name or a number."""
    return Words(dict.fromkeys(Language, text), path)


@attrs.define(eq=False)
class Translator:
    """Makes texts for both languages of those in the source, and tells which languages were missing."""

    report: Report
    language: Language
    """The language of texts whose language the source does not say."""
    _lacking: list[tuple[str, Language]] = attrs.field(factory=list)
    _count: int = 0

    def words(self, given: Mapping[str, str], path: str) -> Words | None:
        """Choose the texts for both languages; None if there is no text.

        Args:
            given: the texts by language: ``nl``, ``en-GB``; "" for one that does not say it.
            path: their path in the source.
        """
        known, others = self._by_language({tag: self._plain(text, path) for tag, text in given.items()})
        text = next(iter([*known.values(), *others.values()]), None)
        if text is None:
            return None
        left_out = list(others)[0 if known else 1 :]
        if left_out:
            self.report.add(path, RemarkCode.LANGUAGES_LEFT_OUT, languages=", ".join(sorted(left_out)))
        self._count += 1
        self._lacking += [(path, each) for each in Language if each not in known]
        return Words({each: known.get(each, text) for each in Language}, path)

    def _by_language(self, given: Mapping[str, str]) -> tuple[dict[Language, str], dict[str, str]]:
        """Split texts into those in the languages of the portal, and others; blank ones are left out."""
        known: dict[Language, str] = {}
        others = {}
        for tag, text in sorted(given.items(), key=lambda each: each[0] == ""):  # What says its language comes first.
            short = tag.lower().partition("-")[0] or self.language.value
            if text and short in list(Language):
                known.setdefault(Language(short), text)
            elif text:
                others[tag] = text
        return known, others

    def _plain(self, text: str, path: str) -> str:
        """Take out what a text of the portal does not have: markup and control characters."""
        if len(text) > _READ_LIMIT:
            self.report.add(path, RemarkCode.TEXT_SHORTENED, limit=_READ_LIMIT)
        text = text[:_READ_LIMIT].replace("\r\n", "\n").replace("\r", "\n")
        if _TAG.search(text):
            self.report.add(path, RemarkCode.MARKUP_LEFT_OUT)
            text = html.unescape(_TAG.sub("", _BREAK.sub("\n", text)))
        lines = [" ".join(_CONTROL.sub(" ", line).split()) for line in unicodedata.normalize("NFC", text).split("\n")]
        return re.sub("\n{3,}", "\n\n", "\n".join(lines)).strip()

    def tell_missing(self) -> None:
        """Report the languages that were missing: once for the document if no text has the language."""
        for language in Language:
            paths = [path for path, each in self._lacking if each is language]
            for path in ["$"] if paths and len(paths) == self._count else paths:
                self.report.add(path, RemarkCode.LANGUAGE_MISSING, language=language.value)
