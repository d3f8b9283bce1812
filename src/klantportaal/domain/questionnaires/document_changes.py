"""What changed between two documents of a questionnaire: each part that was added, taken out, moved or changed.

Pages and questions are compared by their ids, columns by their ids within their rows, options by their codes. Rules
have no ids: a rule is the same one if its condition or its texts are the same. There is no change if and only if the
documents are equal; the order of keys means something for options only.
"""

import enum
import json
from collections.abc import Hashable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, TypeVar

import attrs

from klantportaal.domain.questionnaires.definition import Answer
from klantportaal.domain.questionnaires.schema_checks import step
from klantportaal.domain.values import Language, Texts

Json = Mapping[str, Any]
_Key = TypeVar("_Key", bound=Hashable)


class ChangeKind(enum.StrEnum):
    """What happened to a part of a questionnaire."""

    ADDED = "added"
    TAKEN_OUT = "taken_out"
    MOVED = "moved"
    """It stands in another order, or a question on another page."""
    CHANGED = "changed"


class ChangedPart(enum.StrEnum):
    """The part of a questionnaire that a change is about."""

    QUESTIONNAIRE = "questionnaire"
    PAGE = "page"
    QUESTION = "question"
    COLUMN = "column"
    OPTION = "option"
    RULE = "rule"


@attrs.frozen(kw_only=True)
class DocumentChange:
    """One change."""

    kind: ChangeKind
    part: ChangedPart
    id: str
    """The id of the part, or the code of an option. Of a rule, its number on its page, from 1."""
    name: Texts
    """The title of a page, the label of a question or option, the text of a rule."""
    within: str = ""
    """The id of what it stands in: the page of a question or rule, the rows of a column, the question of an option."""
    within_name: Texts = attrs.field(factory=dict)
    paths: tuple[str, ...]
    """The JSON paths that differ: in the newer document, or in the older one of what was taken out."""
    key: str = ""
    """Of what was changed, the key of the format: ``required``, or ``label`` for a text in a language."""
    language: Language | None = None
    """The language of a text."""
    before: Answer = None
    """Of what was changed, the older value; None if there was none. Of a moved question, the id of its older page."""
    after: Answer = None


@attrs.frozen(kw_only=True)
class _Place:
    """A part of a document, and where it stands."""

    part: ChangedPart
    id: str
    tree: Json
    path: str
    within: "_Place | None" = None

    @property
    def name(self) -> Texts:
        """Its title, label or text in each language."""
        return {Language(key): _name(text) for key, text in self.tree["texts"].items()}

    def inner(self, part: ChangedPart, key: str) -> "dict[str, _Place]":
        """Give the parts under a key, by their ids."""
        return {
            each["id"]: _Place(part=part, id=each["id"], tree=each, path=f"{self.path}.{key}[{number}]", within=self)
            for number, each in enumerate(self.tree.get(key, ()))
        }

    def change(self, kind: ChangeKind, **more: Any) -> DocumentChange:
        """Make a change of this part."""
        within = self.within
        about: dict[str, Any] = {} if within is None else {"within": within.id, "within_name": within.name}
        about |= {"paths": (self.path,), "name": self.name, **more}
        return DocumentChange(kind=kind, part=self.part, id=self.id, **about)


def _name(text: str | Json) -> str:
    return text if isinstance(text, str) else str(text.get("title", text.get("label")))


def changes_between(older: Json, newer: Json) -> list[DocumentChange]:
    """List the changes between two documents of a questionnaire, which were checked."""
    before, after = (
        _Place(part=ChangedPart.QUESTIONNAIRE, id=document["id"], tree=document, path="$")
        for document in (older, newer)
    )
    return [*_properties(before, after, but="pages"), *_pages(before, after)]


# ------------------------------------------------------------------ parts with ids
def _pages(before: _Place, after: _Place) -> Iterator[DocumentChange]:
    old, new = before.inner(ChangedPart.PAGE, "pages"), after.inner(ChangedPart.PAGE, "pages")
    old_questions, new_questions = _questions(old), _questions(new)
    yield from _listed(old, new)
    for id, page in new.items():
        if id in old:
            yield from _properties(old[id], page, but="questions must_hold")
            yield from _rules(old[id], page)
    for change in _listed(old_questions, new_questions):
        if change.kind is ChangeKind.MOVED or (change.within in old and change.within in new):
            yield change  # What came or went with its page is told by the page.
    for id, question in new_questions.items():
        if id in old_questions:
            yield from _question(old_questions[id], question)


def _questions(pages: Mapping[str, _Place]) -> dict[str, _Place]:
    return {
        id: question
        for page in pages.values()
        for id, question in page.inner(ChangedPart.QUESTION, "questions").items()
    }


def _question(before: _Place, after: _Place) -> Iterator[DocumentChange]:
    """List the changes of a question or a column: its own, and those of its options and columns."""
    yield from _properties(before, after, but="columns")
    yield from _options(before, after)
    old, new = (each.inner(ChangedPart.COLUMN, "columns") for each in (before, after))
    yield from _listed(old, new)
    for id, column in new.items():
        if id in old:
            yield from _question(old[id], column)


def _listed(old: Mapping[str, _Place], new: Mapping[str, _Place]) -> Iterator[DocumentChange]:
    """List what was taken out, added and moved: a question on its page or to another one."""
    yield from (place.change(ChangeKind.TAKEN_OUT) for id, place in old.items() if id not in new)
    on_page, were_on = _by_page(new), _by_page(old)
    moved = {id for page, ids in on_page.items() for id in _moved(were_on.get(page, []), ids)}
    for id, place in new.items():
        if id not in old:
            yield place.change(ChangeKind.ADDED)
        elif _page_of(old[id]) != _page_of(place):
            yield place.change(ChangeKind.MOVED, before=_page_of(old[id]), after=_page_of(place))
        elif id in moved:
            yield place.change(ChangeKind.MOVED)


def _page_of(place: _Place) -> str:
    """Give the id of a question's page. Pages and columns have none: they do not move elsewhere."""
    return place.within.id if place.part is ChangedPart.QUESTION and place.within is not None else ""


def _by_page(places: Mapping[str, _Place]) -> dict[str, list[str]]:
    pages: dict[str, list[str]] = {}
    for id, place in places.items():
        pages.setdefault(_page_of(place), []).append(id)
    return pages


def _moved(old: Sequence[_Key], new: Sequence[_Key]) -> set[_Key]:
    """Give those of both lists whose order differs: all but those in runs that are alike."""
    known, kept = set(new), set(old)
    before, after = [each for each in old if each in known], [each for each in new if each in kept]
    alike = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    return set(after).difference(*(after[block.b : block.b + block.size] for block in alike))


# ------------------------------------------------------------------ properties and texts
def _properties(before: _Place, after: _Place, *, but: str = "") -> Iterator[DocumentChange]:
    """List the keys of a part that differ, but some; of its texts, each text in each language."""
    left_out = {"texts", *but.split()}
    for key in dict.fromkeys([*before.tree, *after.tree]):
        if key not in left_out:
            yield from _differing(before.tree, after.tree, key, after, after.path)
    old, new = before.tree["texts"], after.tree["texts"]
    for language in dict.fromkeys([*old, *new]):
        yield from _texts(old.get(language, {}), new.get(language, {}), Language(language), after)


def _texts(old: Json | str, new: Json | str, language: Language, place: _Place) -> Iterator[DocumentChange]:
    """List the texts of a part that differ in one language. A rule has one text."""
    path = f"{place.path}.texts.{language}"
    if isinstance(old, str) or isinstance(new, str):
        if old != new:
            yield place.change(ChangeKind.CHANGED, paths=(path,), key="text", language=language, before=old, after=new)
        return
    for key in dict.fromkeys([*old, *new]):
        if key != "options":
            yield from _differing(old, new, key, place, path, language=language)


def _differing(old: Json, new: Json, at: str, place: _Place, path: str, **more: Any) -> Iterator[DocumentChange]:
    one, other = ([tree[at]] if at in tree else [] for tree in (old, new))
    if _text(one) != _text(other):
        about = {"key": at, "paths": (step(path, at),), "before": old.get(at), "after": new.get(at), **more}
        yield place.change(ChangeKind.CHANGED, **about)


def _text(tree: Any) -> str:
    """Write JSON to compare it: true is not 1."""
    return json.dumps(tree, sort_keys=True)


# ------------------------------------------------------------------ options
def _options(before: _Place, after: _Place) -> Iterator[DocumentChange]:
    """List the changes of the options of a question, each code once for all languages."""
    old, new = _labels(before), _labels(after)
    moved = {language: _moved(list(old.get(language, ())), list(labels)) for language, labels in new.items()}
    for code in dict.fromkeys(code for labels in [*old.values(), *new.values()] for code in labels):
        place = after if any(code in labels for labels in new.values()) else before
        option = _Place(part=ChangedPart.OPTION, id=code, tree=_as_part(place, code), path=place.path, within=place)
        had, has = ({each for each, labels in side.items() if code in labels} for side in (old, new))
        if not had or not has:
            kind = ChangeKind.ADDED if has else ChangeKind.TAKEN_OUT
            yield option.change(kind, paths=_option_paths(place, had | has, code))
            continue
        if out := {language for language in has if code in moved[language]}:
            yield option.change(ChangeKind.MOVED, paths=_option_paths(after, out, code))
        for language in dict.fromkeys([*old, *new]):
            path, labels = f"{after.path}.texts.{language}.options", (old.get(language, {}), new.get(language, {}))
            yield from _differing(*labels, code, option, path, key="label", language=language)


def _labels(place: _Place) -> dict[Language, Json]:
    return {Language(key): text["options"] for key, text in place.tree["texts"].items() if "options" in text}


def _as_part(place: _Place, code: str) -> Json:
    """Give an option the shape of a part: its label in each language."""
    return {"texts": {key: labels[code] for key, labels in _labels(place).items() if code in labels}}


def _option_paths(place: _Place, languages: set[Language], code: str) -> tuple[str, ...]:
    return tuple(step(f"{place.path}.texts.{language}.options", code) for language in sorted(languages))


# ------------------------------------------------------------------ rules
def _rules(before: _Place, after: _Place) -> Iterator[DocumentChange]:
    """List the changes of the rules of a page."""
    old, new = _rule_places(before), _rule_places(after)
    if not old and not new:
        yield from _differing(before.tree, after.tree, "must_hold", after, after.path)
    pairs = _paired(old, new)
    yield from (rule.change(ChangeKind.TAKEN_OUT) for number, rule in enumerate(old) if number not in pairs.values())
    moved = _moved(sorted(pairs.values()), [pairs[number] for number in sorted(pairs)])
    for number, rule in enumerate(new):
        if number not in pairs:
            yield rule.change(ChangeKind.ADDED)
            continue
        if pairs[number] in moved:
            yield rule.change(ChangeKind.MOVED)
        yield from _properties(old[pairs[number]], rule)


def _rule_places(page: _Place) -> list[_Place]:
    return [
        _Place(
            part=ChangedPart.RULE, id=str(number + 1), tree=each, path=f"{page.path}.must_hold[{number}]", within=page
        )
        for number, each in enumerate(page.tree.get("must_hold", ()))
    ]


def _paired(old: Sequence[_Place], new: Sequence[_Place]) -> dict[int, int]:
    """Give the older number of each newer rule that is the same: wholly, else by its condition, else by its texts."""
    pairs: dict[int, int] = {}
    for keys in (("when", "texts"), ("when",), ("texts",)):
        left = {number: _of(rule, keys) for number, rule in enumerate(old) if number not in pairs.values()}
        for number, rule in enumerate(new):
            alike = (each for each, text in left.items() if text == _of(rule, keys))
            if number not in pairs and (found := next(alike, None)) is not None:
                pairs[number] = found
                del left[found]
    return pairs


def _of(rule: _Place, keys: Sequence[str]) -> str:
    return _text([rule.tree[key] for key in keys])
