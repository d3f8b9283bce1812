"""The parts of a condition as its form shows them: comparisons, groups, and what stays as it is."""

import json
from collections.abc import Mapping, Sequence

import attrs

from klantportaal.adapters.web.editor import condition_form, conditions
from klantportaal.adapters.web.editor.condition_form import HOW, LISTED, WITHOUT_VALUE, Comparison
from klantportaal.adapters.web.editor.condition_groups import (
    DEEPEST,
    JOINERS,
    OF_ROWS,
    Group,
    Part,
    Path,
)
from klantportaal.adapters.web.editor.conditions import ROW_BY_ROW
from klantportaal.adapters.web.editor.fields import NONE, Option, with_own
from klantportaal.adapters.web.editor.place_forms import CHOOSE
from klantportaal.adapters.web.editor.references import Scope
from klantportaal.adapters.web.language.translations import Wording, sentence

GROUP = sentence("Group %(number)s")
OF_EACH_ROW = sentence("Row by row: %(rows)s")


@attrs.frozen(kw_only=True)
class RowView:
    """One comparison."""

    field: str
    """What the names of its fields begin with."""
    path: str
    """What its button calls it."""
    fault: str
    subject: str
    name: str
    how: str
    ways: Sequence[Option]
    value: str
    values: Sequence[Option]
    """What can be chosen. Empty if it is typed."""
    boxes: Sequence[tuple[str, str, bool]]
    """The options to tick: the code, the label, and whether it is ticked. Empty if there is one value."""
    other: str
    others: Sequence[Option]
    """The questions whose answer it can be compared with instead."""
    shape: str = "row"


@attrs.frozen(kw_only=True)
class GroupView:
    """A group: the whole condition too."""

    field: str
    path: str
    fault: str
    name: str
    joiner: str
    joiners: Sequence[Option]
    parts: "Sequence[PartView]"
    subjects: Sequence[Option]
    """What can be added."""
    can_group: bool
    """Whether a group can be added."""
    rows: str
    """The rows that it is about. Empty for a group that is not about rows."""
    how: str
    ways: Sequence[Option]
    value: str
    shape: str = "group"


@attrs.frozen(kw_only=True)
class KeptView:
    """What the form has no fields for: in words, and as it stays."""

    field: str
    path: str
    fault: str
    words: str
    json: str
    shape: str = "kept"


PartView = RowView | GroupView | KeptView


def group_view(group: Group, scope: Scope, faults: Mapping[Path, str], wording: Wording, path: Path = ()) -> GroupView:
    """Show a group with its parts.

    Args:
        group: the group.
        scope: what stands outside of it can refer to.
        faults: what is wrong with parts, by their paths.
        wording: the language.
        path: where it is in the whole condition.
    """
    rows = scope.subjects.get(group.rows)
    name = wording.say(OF_EACH_ROW, rows=group.rows if rows is None else rows.name)
    within = scope.within(group.rows) if group.rows else scope
    can_group = len(path) + 1 < DEEPEST
    return GroupView(
        field=conditions.field_name(path),
        path=_dotted(path),
        fault=faults.get(path, ""),
        name=name if group.rows else wording.say(GROUP, number=path[-1] + 1 if path else 1),
        joiner=group.joiner,
        joiners=[(code, wording.say(label)) for code, label in JOINERS.items()],
        parts=[_part_view(part, within, faults, wording, (*path, number)) for number, part in enumerate(group.parts)],
        subjects=_added(within, wording, can_group=can_group),
        can_group=can_group,
        rows=group.rows,
        how=group.how,
        ways=[(how, wording.say(label)) for how, label in OF_ROWS.items()],
        value=group.value,
    )


def _dotted(path: Path) -> str:
    return ".".join(map(str, path))


def _added(scope: Scope, wording: Wording, *, can_group: bool) -> Sequence[Option]:
    """Give what can be added to a group: questions, and rows to look at one by one."""
    options = []
    for each in scope.subjects.values():
        options.append((each.value, each.name))
        if can_group and each.type == "rows":
            options.append((f"{ROW_BY_ROW}{each.value}", wording.say(OF_EACH_ROW, rows=each.name)))
    return options


def _part_view(part: Part, scope: Scope, faults: Mapping[Path, str], wording: Wording, path: Path) -> PartView:
    if isinstance(part, Group):
        return group_view(part, scope, faults, wording, path)
    if isinstance(part, Comparison):
        return _row_view(part, scope, faults, wording, path)
    return KeptView(
        field=conditions.field_name(path),
        path=_dotted(path),
        fault=faults.get(path, ""),
        words=conditions.said(part.condition, scope, wording),
        json=json.dumps(part.condition, ensure_ascii=False),
    )


def _row_view(row: Comparison, scope: Scope, faults: Mapping[Path, str], wording: Wording, path: Path) -> RowView:
    """Show a comparison. What was chosen and cannot be any more is still there to be seen."""
    subject = scope.subjects.get(row.subject)
    ways = () if subject is None else condition_form.ways(subject, scope.subjects)
    others = () if subject is None else condition_form.others(subject, scope.subjects)
    values = () if subject is None else conditions.values_of(subject, wording)
    other_options = with_own([(each.value, each.name) for each in others], row.other)
    return RowView(
        field=conditions.field_name(path),
        path=_dotted(path),
        fault=faults.get(path, ""),
        subject=row.subject,
        name=row.subject if subject is None else subject.name,
        how=row.how,
        ways=[
            *([] if row.how else [("", wording.say(CHOOSE))]),
            *((how, wording.say(HOW[how])) for how in dict.fromkeys((*ways, row.how)) if how),
        ],
        value="" if row.how in WITHOUT_VALUE else row.value,
        values=[("", wording.say(CHOOSE)), *with_own(values, row.value)] if values else [],
        boxes=_boxes(row, dict(values)) if row.how in LISTED else (),
        other=row.other,
        others=[("", wording.say(NONE)), *other_options] if other_options else [],
    )


def _boxes(row: Comparison, labels: Mapping[str, str]) -> Sequence[tuple[str, str, bool]]:
    """Give the options to tick. Those that are chosen come first, in their order: a form that is sent back keeps it."""
    chosen = dict.fromkeys(row.value.split(",") if row.value else ())
    return [(code, labels.get(code, code), code in chosen) for code in {**chosen, **dict.fromkeys(labels)}]
