"""The result of a completed questionnaire: for people to read, as a projection, and as JSON for programs."""

import json
from collections.abc import Mapping
from typing import Any

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.questionnaires.answering import view
from klantportaal.domain.questionnaires.assignments import Assignment, result_of
from klantportaal.domain.questionnaires.definition import Definition, plain
from klantportaal.domain.questionnaires.projection import Asked, Projection, asked
from klantportaal.domain.questionnaires.rows import keys_in


@attrs.frozen(kw_only=True, field_transformer=checked)
class Result:
    """A completed questionnaire, for people to read."""

    definition: Definition
    asked: tuple[Asked, ...] = attrs.field(repr=False)
    """Every visible question with its page and its answer, in order (property 10). Earlier answers are in the texts."""


def to_read(assignment: Assignment, definition: Definition) -> Result:
    """Give what was asked and answered, question by question. Raises: Refused, if it is not completed."""
    return Result(definition=definition, asked=tuple(asked(result(assignment, definition))))


def result(assignment: Assignment, definition: Definition) -> Projection:
    """Give what was asked and answered. Raises: Refused, if it is not completed."""
    return view(definition, result_of(assignment))


def as_json(assignment: Assignment, definition: Definition) -> str:
    """Write the answers as JSON: codes and typed values by question, null without an answer.

    Questions are in the order of the definition that *digest* identifies. Hidden questions are left out. What was asked
    on the pages of a row stands in that row, after its columns. *given* names the questions that the office answered,
    and whose answer the client left as it was.

    Raises:
        Refused: it is not completed.
    """
    projection, given = result(assignment, definition), result_of(assignment).given
    document = {
        "questionnaire": definition.id,
        "revision": definition.revision,
        "digest": definition.digest,
        "assignment": str(assignment.id),
        "dossier": str(assignment.dossier_id),
        "client": str(assignment.client_id),
        "as_of": projection.as_of.isoformat(),
        "completed_by": None if assignment.completed_by is None else str(assignment.completed_by),
        "completed_at": None if assignment.ended_at is None else assignment.ended_at.isoformat(),
        "given": [each.question.id for each in asked(projection) if each.question.id in given],
        "answers": _answers(projection),
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def _answers(projection: Projection) -> Mapping[str, Any]:
    answers: dict[str, Any] = {}
    for each in asked(projection):
        into = answers
        if each.page.for_each is not None:
            keys = keys_in(projection.answers.get(each.page.for_each))
            into = answers[each.page.for_each][keys.index(str(each.page.row))]
        into[plain(each.question.id)] = each.answer
    return answers
