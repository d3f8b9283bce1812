"""The condition of a page, question, column or rule in the editor: its rows, and the condition in words."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from klantportaal.adapters.web.editor.condition_form import (
    HOW,
    JOINERS,
    WITH_ANSWER,
    WITHOUT_VALUE,
    Comparison,
    Rows,
    others,
    rows_of,
    ways,
)
from klantportaal.adapters.web.editor.fields import Option
from klantportaal.adapters.web.editor.references import Referable, before, referable
from klantportaal.adapters.web.http.errors import Malformed
from klantportaal.adapters.web.language.translations import Wording, sentence
from klantportaal.domain.questionnaires import editing
from klantportaal.domain.questionnaires.editing import Document, Place, at
from klantportaal.domain.values import Language

YES, NO = sentence("Yes"), sentence("No")
AND, OR = sentence("and"), sentence("or")
NONE_OF = sentence("none of these: %(comparisons)s")
_OUT = re.compile("out-([0-9]{1,3})")
_EMPTY: Mapping[str, Any] = {"all": []}
"""The condition of a rule that has none yet."""


@attrs.frozen(kw_only=True)
class Here:
    """A condition in its document."""

    condition: Any
    """As it stands in the document. None if there is none."""
    subjects: Mapping[str, Referable]
    """What it can compare."""
    rows: Rows | None
    """None if rows have no words for it."""


def key_of(owner: Place) -> str:
    """Give the key of the condition of a place."""
    return "when" if len(owner) == 4 and owner[2] == "must_hold" else "visible_when"


def here(document: Document, where: Place, spoken: Language, known: Sequence[Referable] | None = None) -> Here:
    """Find a condition. *known*: the questions of the document, where they are known already."""
    condition = at(document, where)
    asked = referable(document, spoken) if known is None else known
    subjects = {each.value: each for each in before(document, where[:-1], asked)}
    return Here(condition=condition, subjects=subjects, rows=rows_of(condition, subjects, spoken))


def put(document: Document, where: Place, condition: Any) -> Document:
    """Put a condition in its place. A rule always has one."""
    if condition is None and where[-1] == "visible_when":
        left: Document = editing.without(document, where)
        return left
    changed: Document = editing.put(document, where, _EMPTY if condition is None else condition)
    return changed


# ------------------------------------------------------------------ the form
def typed(form: Mapping[str, str], here: Here) -> Rows:
    """Read the rows of a form, with the row that its button adds or takes out. Raises: Malformed."""
    rows: list[Comparison] = []
    while (subject := form.get(f"row.{len(rows)}.subject")) is not None:
        if subject not in here.subjects:
            raise Malformed
        rows.append(_typed_row(form, f"row.{len(rows)}", here.subjects[subject], here.subjects))
    action, new = form.get("action", ""), form.get("new", "")
    if (out := _OUT.fullmatch(action)) and int(out[1]) < len(rows):
        rows.pop(int(out[1]))
    if action == "add" and new in here.subjects:
        rows.append(Comparison(subject=new, how=""))
    joiner = form.get("joiner", "all")
    return Rows(joiner=joiner if joiner in JOINERS else "all", rows=tuple(rows))


def _typed_row(form: Mapping[str, str], name: str, subject: Referable, subjects: Mapping[str, Referable]) -> Comparison:
    """Read one row. The other question counts if a way asks for it, or if nothing is typed.

    How it is compared may not be chosen yet. Raises: Malformed.
    """
    how, value, other = (form.get(f"{name}.{part}", "") for part in ("how", "value", "other"))
    known = [each.value for each in others(subject, subjects)]
    if how not in ("", *ways(subject, subjects)) or other not in ("", *known):
        raise Malformed
    value = "" if how in WITHOUT_VALUE or how in WITH_ANSWER else value
    return Comparison(subject=subject.value, how=how, value=value, other="" if how in WITHOUT_VALUE or value else other)


def values_of(subject: Referable, wording: Wording) -> Sequence[Option]:
    """Give the values to choose from. Empty if a value is typed."""
    if subject.type == "boolean":
        return [("true", wording.say(YES)), ("false", wording.say(NO))]
    return list(subject.options(wording.language).items()) if subject.type in editing.CHOOSING else []


# ------------------------------------------------------------------ in words
def in_words(document: Document, where: Place, wording: Wording, known: Sequence[Referable] | None = None) -> str:
    """Say a condition in words. What rows have no words for is shown as JSON. Empty if there is none.

    Args:
        document: the document.
        where: the place of the condition.
        wording: the language.
        known: the questions of the document, where they are known already.
    """
    if at(document, where) in (None, _EMPTY):
        return ""
    asked = referable(document, wording.language) if known is None else known
    named = set(_texts(at(document, where)))
    found = here(document, where, wording.language, [each for each in asked if each.id in named])
    if found.rows is None:
        return json.dumps(found.condition, ensure_ascii=False)
    said = [_said(row, found.subjects, wording) for row in found.rows.rows]
    if found.rows.joiner == "none":
        return wording.say(NONE_OF, comparisons=f" {wording.say(OR)} ".join(said))
    return f" {wording.say(AND if found.rows.joiner == 'all' else OR)} ".join(said)


def _texts(tree: Any) -> Iterator[str]:
    """Give all texts in a condition, the ids of questions among them."""
    if isinstance(tree, str):
        yield tree
    for each in tree.values() if isinstance(tree, Mapping) else tree if isinstance(tree, list) else ():
        yield from _texts(each)


def _said(row: Comparison, subjects: Mapping[str, Referable], wording: Wording) -> str:
    subject, how = subjects[row.subject], HOW[row.how]
    value = dict(values_of(subject, wording)).get(row.value, row.value)
    value = f"“{subjects[row.other].name}”" if row.other else value
    return f"“{subject.name}” {wording.say(how)}" + (f" {value}" if value else "")
