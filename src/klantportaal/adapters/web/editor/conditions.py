"""The condition of a page, question, column or rule in the editor: what its form sends, and the condition in words."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from klantportaal.adapters.web.editor.condition_form import (
    HOW,
    LISTED,
    MOST_ROWS,
    WITH_ANSWER,
    WITHOUT_VALUE,
    Comparison,
)
from klantportaal.adapters.web.editor.condition_groups import (
    BOUNDS,
    DEEPEST,
    EVERY_DEPTH,
    JOINERS,
    OF_ROWS,
    Group,
    Kept,
    Part,
    Path,
    at_path,
    group_of,
    scope_at,
    size_of,
    with_part,
    without_part,
)
from klantportaal.adapters.web.editor.fields import Option
from klantportaal.adapters.web.editor.references import Referable, Scope, referable
from klantportaal.adapters.web.http.errors import Malformed
from klantportaal.adapters.web.language.condition_texts import EQUAL, EVERY, LIMITS, NOT, NUMBER_WHERE, SOME
from klantportaal.adapters.web.language.translations import Sentence, Wording, sentence
from klantportaal.domain.errors import Refused
from klantportaal.domain.questionnaires import editing
from klantportaal.domain.questionnaires.editing import Document, Place, at
from klantportaal.domain.questionnaires.json_documents import parsed
from klantportaal.domain.values import Language

YES, NO = sentence("Yes"), sentence("No")
AND, OR = sentence("and"), sentence("or")
NONE_OF = sentence("none of these: %(comparisons)s")
NOTHING = sentence("nothing is compared yet")
ROW_BY_ROW = "*"
"""Before the id of rows, in the select of what is added: a group about each of them. No id begins with it."""
_ACT = re.compile(r"(add|group|out)(?:-([0-9]{1,4}(?:\.[0-9]{1,4}){0,9}))?")
_EMPTY: Mapping[str, Any] = {"all": []}
"""The condition of a rule that has none yet."""
_NUMBERS: Mapping[str, Sentence] = {
    "count_is": EQUAL,
    "count_at_least": LIMITS["minimum"],
    "count_at_most": LIMITS["maximum"],
}


@attrs.frozen(kw_only=True)
class Here:
    """A condition in its document."""

    condition: Any
    """As it stands in the document. None if there is none."""
    scope: Scope
    """What it can compare."""
    group: Group


def key_of(owner: Place) -> str:
    """Give the key of the condition of a place."""
    return "when" if len(owner) == 4 and owner[2] == "must_hold" else "visible_when"


def here(document: Document, where: Place, spoken: Language, known: Sequence[Referable] | None = None) -> Here:
    """Find a condition. *known*: the questions of the document, where they are known already."""
    condition = at(document, where)
    scope = Scope.of(document, where[:-1], referable(document, spoken) if known is None else known)
    return Here(condition=condition, scope=scope, group=group_of(condition, scope, spoken))


def put(document: Document, where: Place, condition: Any) -> Document:
    """Put a condition in its place. A rule always has one."""
    if condition is None and where[-1] == "visible_when":
        left: Document = editing.without(document, where)
        return left
    changed: Document = editing.put(document, where, _EMPTY if condition is None else condition)
    return changed


# ------------------------------------------------------------------ the form
def field_name(path: Path) -> str:
    """Give what the names of the fields of a part begin with: ``row.1.row.0.``."""
    return "".join(f"row.{number}." for number in path)


def is_part_button(form: Mapping[str, str]) -> bool:
    """Tell whether the button of a form adds a part or takes one out."""
    return _ACT.fullmatch(form.get("action", "")) is not None


def sent(form: Mapping[str, str]) -> Group:
    """Read the group of a form. Raises: Malformed, also if it has more parts than the form can show."""
    group = _typed_group(form, ())
    if size_of(group) > MOST_ROWS:
        raise Malformed
    return group


def typed(form: Mapping[str, str], scope: Scope) -> Group:
    """Read the group of a form, with the part that its button adds or takes out. Raises: Malformed."""
    group = sent(form)
    act = _ACT.fullmatch(form.get("action", ""))
    if act is None:
        return group
    path = tuple(int(number) for number in (act[2] or "").split(".") if number)
    if act[1] == "out":
        return without_part(group, path) if path and at_path(group, path) is not None else group
    into, chosen = at_path(group, path), form.get(f"{field_name(path)}new", "")
    subject = scope_at(group, path, scope).subjects.get(chosen.removeprefix(ROW_BY_ROW))
    if not isinstance(into, Group) or subject is None:
        return group
    part = _new(subject, into, row_by_row=chosen.startswith(ROW_BY_ROW), as_group=act[1] == "group")
    return group if isinstance(part, Group) and len(path) + 1 >= DEEPEST else with_part(group, path, part)


def _new(subject: Referable, into: Group, *, row_by_row: bool, as_group: bool) -> Part:
    """Make the part of a question that was just chosen."""
    if row_by_row:
        return Group(rows=subject.value, how="some")
    row = Comparison(subject=subject.value, how="")
    return Group(joiner="any" if into.joiner == "all" else "all", parts=(row,)) if as_group else row


def _typed_group(form: Mapping[str, str], path: Path) -> Group:
    """Read a group. Raises: Malformed."""
    if len(path) >= DEEPEST:
        raise Malformed
    name, parts = field_name(path), list[Part]()
    while (part := _typed_part(form, (*path, len(parts)))) is not None:
        parts.append(part)
    joiner = form.get(f"{name}joiner", "all")
    return Group(joiner=joiner if joiner in JOINERS else "all", parts=tuple(parts))


def _typed_part(form: Mapping[str, str], path: Path) -> Part | None:
    """Read a part. None if there is none there. Raises: Malformed."""
    name = field_name(path)
    if (kept := form.get(f"{name}kept")) is not None:
        return Kept(condition=_json(kept))
    if f"{name}subject" in form:
        return _typed_row(form, name)
    if f"{name}rows" not in form:
        return None
    rows, how = form[f"{name}rows"], form.get(f"{name}how", "")
    if rows and how not in OF_ROWS:
        raise Malformed
    value = form.get(f"{name}value", "") if how in BOUNDS else ""
    return attrs.evolve(_typed_group(form, path), rows=rows, how=how if rows else "", value=value if rows else "")


def _json(text: str) -> Any:
    """Read a part that the form only carries. Raises: Malformed."""
    try:
        return parsed(text)
    except Refused:
        raise Malformed("a kept condition is no JSON") from None


def _typed_row(form: Mapping[str, str], name: str) -> Comparison:
    """Read one row. The other question counts if a way asks for it, or if nothing is typed.

    How it is compared may not be chosen yet. Raises: Malformed.
    """
    subject, how, value, other = (form.get(f"{name}{part}", "") for part in ("subject", "how", "value", "other"))
    if how not in ("", *HOW):
        raise Malformed
    ticked = [key.removeprefix(f"{name}of.") for key in form if key.startswith(f"{name}of.")]
    value = ",".join(ticked) or value if how in LISTED else value
    value = "" if how in WITHOUT_VALUE or how in WITH_ANSWER else value
    return Comparison(subject=subject, how=how, value=value, other="" if how in WITHOUT_VALUE or value else other)


def values_of(subject: Referable, wording: Wording) -> Sequence[Option]:
    """Give the values to choose from. Empty if a value is typed."""
    if subject.type == "boolean":
        return [("true", wording.say(YES)), ("false", wording.say(NO))]
    return list(subject.options(wording.language).items()) if subject.type in editing.CHOOSING else []


# ------------------------------------------------------------------ in words
def in_words(document: Document, where: Place, wording: Wording, known: Sequence[Referable] | None = None) -> str:
    """Say a condition in words. A part that has no words is quoted as JSON. Empty if there is none.

    Args:
        document: the document.
        where: the place of the condition.
        wording: the language.
        known: the questions of the document, where they are known already.
    """
    condition = at(document, where)
    if condition in (None, _EMPTY):
        return ""
    named = set(_texts(condition))
    asked = referable(document, wording.language) if known is None else known
    scope = Scope.of(document, where[:-1], [each for each in asked if each.id in named])
    return said(condition, scope, wording)


def said(condition: Any, scope: Scope, wording: Wording) -> str:
    """Say a condition, or a part of one, in words."""
    return _said_group(group_of(condition, scope, wording.language, deepest=EVERY_DEPTH), scope, wording)


def _texts(tree: Any) -> Iterator[str]:
    """Give all texts in a condition, the ids of questions among them."""
    if isinstance(tree, str):
        yield tree
    for each in tree.values() if isinstance(tree, Mapping) else tree if isinstance(tree, list) else ():
        yield from _texts(each)


def _said_group(group: Group, scope: Scope, wording: Wording) -> str:
    """Say what a group joins, without the rows that it is about."""
    parts = [_said_part(part, scope, wording, alone=len(group.parts) == 1) for part in group.parts]
    joined = f" {wording.say(AND if group.joiner in ('all', 'not_all') else OR)} ".join(parts)
    if group.joiner == "none":
        return wording.say(NONE_OF, comparisons=joined)
    return wording.say(NOT, condition=f"({joined})") if group.joiner == "not_all" else joined or wording.say(NOTHING)


def _said_part(part: Part, scope: Scope, wording: Wording, *, alone: bool) -> str:
    """Say a part. Beside others, a group stands in brackets."""
    if isinstance(part, Kept):
        return json.dumps(part.condition, ensure_ascii=False)
    if isinstance(part, Comparison):
        return _said_row(part, scope.subjects, wording)
    inner = _said_group(part, scope.within(part.rows) if part.rows else scope, wording)
    if not part.rows:
        return inner if alone else f"({inner})"
    rows = f"“{scope.subjects[part.rows].name}”"
    inner = f"({inner})" if len(part.parts) > 1 or part.how in BOUNDS else inner
    if part.how not in BOUNDS:
        return wording.say(EVERY if part.how == "every" else SOME, rows=rows, condition=inner)
    number = wording.say(NUMBER_WHERE, rows=rows, condition=inner)
    return wording.say(_NUMBERS[part.how], subject=number, answer=part.value, limit=part.value)


def _said_row(row: Comparison, subjects: Mapping[str, Referable], wording: Wording) -> str:
    subject, how = subjects[row.subject], HOW[row.how]
    labels, codes = dict(values_of(subject, wording)), row.value.split(",") if row.how in LISTED else [row.value]
    value = ", ".join(labels.get(code, code) for code in codes)
    value = f"“{subjects[row.other].name}”" if row.other else value
    return f"“{subject.name}” {wording.say(how)}" + (f" {value}" if value else "")
