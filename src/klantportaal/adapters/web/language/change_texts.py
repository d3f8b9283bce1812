"""What changed between two documents of a questionnaire, in words."""

import json
from collections.abc import Iterable, Mapping

import attrs

from klantportaal.adapters.answer_texts import NO, YES
from klantportaal.adapters.web.language.condition_texts import condition_in_words, referable
from klantportaal.adapters.web.language.question_labels import on_one_line
from klantportaal.adapters.web.language.question_types import TYPES
from klantportaal.adapters.web.language.translations import Sentence, Wording, sentence
from klantportaal.domain.questionnaires.definition import Answer, Definition
from klantportaal.domain.questionnaires.definition_builder import condition_of
from klantportaal.domain.questionnaires.document_changes import ChangedPart, ChangeKind, DocumentChange
from klantportaal.domain.values import Language, Texts

PARTS: Mapping[ChangedPart, Sentence] = {
    ChangedPart.QUESTIONNAIRE: sentence("Questionnaire “%(name)s”"),
    ChangedPart.PAGE: sentence("Page “%(name)s”"),
    ChangedPart.QUESTION: sentence("Question “%(name)s” on page “%(within)s”"),
    ChangedPart.COLUMN: sentence("Column “%(name)s” of “%(within)s”"),
    ChangedPart.OPTION: sentence("Option “%(name)s” of “%(within)s”"),
    ChangedPart.RULE: sentence("Rule “%(name)s” on page “%(within)s”"),
}
"""How a part is named."""
KINDS: Mapping[ChangeKind, Sentence] = {
    ChangeKind.ADDED: sentence("Added."),
    ChangeKind.TAKEN_OUT: sentence("Taken out."),
    ChangeKind.MOVED: sentence("Moved to another place."),
}
MOVED_FROM = sentence("Moved here from page “%(page)s”.")
KEYS: Mapping[str, Sentence] = {
    "beside": sentence("the option that it stands beside"),
    "compute": sentence("how it is computed"),
    "decimals": sentence("digits after the point"),
    "default": sentence("filled in beforehand"),
    "earliest": sentence("first possible day"),
    "fault": sentence("text for a wrong answer"),
    "fixed": sentence("fixed by the office"),
    "for_each": sentence("a page for each row of"),
    "help": sentence("explanation"),
    "intro": sentence("introduction"),
    "label": sentence("label"),
    "latest": sentence("last possible day"),
    "options_from": sentence("whose answers are the options"),
    "profile": sentence("prefilled with"),
    "required": sentence("required"),
    "revision": sentence("revision"),
    "row": sentence("noun for a row"),
    "schema": sentence("rules for the answer"),
    "text": sentence("text"),
    "title": sentence("title"),
    "type": sentence("type"),
    "visible_when": sentence("shown"),
    "when": sentence("holds"),
}
"""The keys of the format in words. Another key is named as it is."""
LANGUAGES: Mapping[Language, Sentence] = {
    Language.DUTCH: sentence("%(what)s in Dutch"),
    Language.ENGLISH: sentence("%(what)s in English"),
}
CHANGED = sentence("Changed, %(what)s: was %(before)s, is now %(after)s.")
NOTHING, ALWAYS = sentence("nothing"), sentence("always")


@attrs.frozen(kw_only=True)
class SaidChange:
    """One change in words."""

    part: str
    """What was changed: ``Question “Name” on page “You”``."""
    sentence: str
    """What happened to it."""
    change: DocumentChange


def say_changes(
    changes: Iterable[DocumentChange], older: Definition, newer: Definition, wording: Wording
) -> list[SaidChange]:
    """Say each change, with the labels of the one definition for what was, and of the other for what is."""
    return [
        SaidChange(part=_part(change, wording), sentence=_said(change, older, newer, wording), change=change)
        for change in changes
    ]


def _part(change: DocumentChange, wording: Wording) -> str:
    language = wording.language
    return wording.say(
        PARTS[change.part], name=_named(change.name, language), within=_named(change.within_name, language)
    )


def _named(names: Texts, language: Language) -> str:
    """Give the name in a language. An option may have one in the other language only."""
    return on_one_line(names.get(language) or next(iter(names.values()), ""))


def _said(change: DocumentChange, older: Definition, newer: Definition, wording: Wording) -> str:
    if change.kind is ChangeKind.MOVED and change.before is not None:
        page = older.page(str(change.before))
        title = str(change.before) if page is None else page.texts[wording.language].title
        return wording.say(MOVED_FROM, page=on_one_line(title))
    if change.kind is not ChangeKind.CHANGED:
        return wording.say(KINDS[change.kind])
    before, after = _value(change, change.before, older, wording), _value(change, change.after, newer, wording)
    return wording.say(CHANGED, what=_what(change, wording), before=before, after=after)


def _what(change: DocumentChange, wording: Wording) -> str:
    what = wording.say(KEYS[change.key]) if change.key in KEYS else f"“{change.key}”"
    return what if change.language is None else wording.say(LANGUAGES[change.language], what=what)


def _value(change: DocumentChange, value: Answer, definition: Definition, wording: Wording) -> str:
    """Say what stood or stands under a key."""
    if change.key in ("visible_when", "when") and isinstance(value, Mapping):
        return condition_in_words(condition_of(value), referable(definition, _rows(change, definition)), wording)
    if value is None:
        return wording.say(ALWAYS if change.key == "visible_when" else NOTHING)
    if isinstance(value, bool):
        return (YES if value else NO)[wording.language]
    if change.key == "type" and value in TYPES:
        return f"“{wording.say(TYPES[str(value)])}”"
    if isinstance(value, str):
        return f"“{on_one_line(value)}”"
    return json.dumps(value, ensure_ascii=False)


def _rows(change: DocumentChange, definition: Definition) -> str | None:
    """Give the rows to whose columns a condition may refer: of a column its own, else those of a page for each row."""
    if change.part is ChangedPart.COLUMN:
        return change.within
    page_id = change.id if change.part is ChangedPart.PAGE else change.within
    return next((page.for_each for page in definition.pages if page.id == page_id), None)
