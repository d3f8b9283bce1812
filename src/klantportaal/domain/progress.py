"""Progress: the steps that a dossier follows, and which one it is at (PG-1).

An office publishes templates of steps as JSON. Publishing reports all faults of a document at once. The field of a
fault is a JSON path: ``$.steps[2].texts.nl.title``. A dossier keeps the steps of the revision that it was given.
"""

import enum
import hashlib
import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import TYPE_CHECKING, Any

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.questionnaires.document_checks import duplicate_ids, mappings
from klantportaal.domain.questionnaires.json_documents import parsed, require_no_faults, shape_faults
from klantportaal.domain.values import Language, Texts

if TYPE_CHECKING:
    from jsonschema.protocols import Validator


class StepState(enum.StrEnum):
    """Where a step is, seen from the step that the dossier is at."""

    DONE = "done"
    CURRENT = "current"
    AHEAD = "ahead"


@attrs.frozen(kw_only=True, field_transformer=checked)
class Step:
    """One step."""

    id: str
    title: Texts
    explanation: Texts
    """Empty where there is none."""
    reached_on: date | None = None
    """The day on which the dossier came to it, in the office's time zone. None if it did not, or skipped it."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class CurrentStep:
    """The step that a dossier is at, as lists show it."""

    number: int
    """Its place among the steps; the first is 1."""
    total: int
    title: Texts


@attrs.frozen(kw_only=True, field_transformer=checked)
class Progress:
    """The steps of a dossier, and the one that it is at."""

    template: str
    """The id of the template. *revision* and *digest* pin its document."""
    revision: int
    digest: str
    steps: tuple[Step, ...]
    current: str
    """The id of the step that the dossier is at: one of *steps*."""

    @property
    def at(self) -> CurrentStep:
        """The step that the dossier is at."""
        number = self._number(self.current)
        return CurrentStep(number=number, total=len(self.steps), title=self.steps[number - 1].title)

    @property
    def reached_on(self) -> date | None:
        """The day on which the dossier came to the step that it is at."""
        return self.steps[self._number(self.current) - 1].reached_on

    def state(self, step: Step) -> StepState:
        """Tell whether a step is done, is the current one, or is still to come."""
        behind = self._number(self.current) - self._number(step.id)
        if behind == 0:
            return StepState.CURRENT
        return StepState.DONE if behind > 0 else StepState.AHEAD

    def _number(self, id: str) -> int:
        return 1 + [each.id for each in self.steps].index(id)


@attrs.frozen(kw_only=True, field_transformer=checked)
class ProgressTemplate:
    """A revision of a template of steps."""

    id: str
    revision: int
    digest: str
    """The SHA-256 of its document."""
    title: Texts
    steps: tuple[Step, ...]


# ------------------------------------------------------------------ templates
def read(document: str | bytes) -> tuple[ProgressTemplate, str]:
    """Read and check a document; gives the template, and the document without insignificant white space.

    Raises:
        Refused: up to 500 faults, each with its JSON path as field.
    """
    content = parsed(document)
    steps = ((path, each) for _number, path, each in mappings(content, "steps", "$"))
    require_no_faults(chain(shape_faults(content, _format()), duplicate_ids(steps)))
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return restored(text), text


def restored(document: str) -> ProgressTemplate:
    """Make the template of a document that was checked before."""
    content = json.loads(document)
    return ProgressTemplate(
        id=content["id"],
        revision=content["revision"],
        digest=hashlib.sha256(document.encode()).hexdigest(),
        title=_texts(content, "title"),
        steps=tuple(
            Step(id=each["id"], title=_texts(each, "title"), explanation=_texts(each, "explanation"))
            for each in content["steps"]
        ),
    )


# ------------------------------------------------------------------ steps
def begin(
    template: ProgressTemplate, former: Progress | None, *, step: str | None, reached_on: date | None, today: date
) -> Progress:
    """Let a dossier follow a template. Steps that it reached before keep their days, by their ids.

    Args:
        template: the template.
        former: what the dossier followed until now.
        step: the id of the step that it is at. None means the step that it is at now; without one, the first.
        reached_on: the day on which it came to that step. None means the day that the step had, else today.
        today: the day in the office's time zone.

    Raises:
        Refused: the template has no such step, or the day is still to come.
    """
    days = {} if former is None else {each.id: each.reached_on for each in former.steps}
    steps = tuple(attrs.evolve(each, reached_on=days.get(each.id)) for each in template.steps)
    first = steps[0].id
    begun = Progress(
        template=template.id, revision=template.revision, digest=template.digest, steps=steps, current=first
    )
    standing = first if former is None else former.current
    return move(begun, standing if step is None else step, reached_on=reached_on, today=today)


def move(progress: Progress, step: str, *, reached_on: date | None, today: date) -> Progress:
    """Move to a step, forward or back. The steps after it are still to come then, and lose their days.

    Args:
        progress: the steps of a dossier.
        step: the id of the step.
        reached_on: the day on which the dossier came to it. None means the day that the step had, else today.
        today: the day in the office's time zone.

    Raises:
        Refused: there is no such step, or the day is still to come.
    """
    ids = [each.id for each in progress.steps]
    found = [] if step in ids else [unknown_step(step)]
    if reached_on is not None and reached_on > today:
        found.append(Fault(code=FaultCode.DATE_AHEAD, field="reached_on"))
    if found:
        raise Refused(found)
    place = ids.index(step)
    reached = progress.steps[place]
    steps = (
        *progress.steps[:place],
        attrs.evolve(reached, reached_on=reached_on or reached.reached_on or today),
        *(attrs.evolve(each, reached_on=None) for each in progress.steps[place + 1 :]),
    )
    return attrs.evolve(progress, steps=steps, current=step)


def unknown_step(step: str) -> Fault:
    """Make the fault of a step that a dossier does not have, which names it."""
    return Fault(code=FaultCode.UNKNOWN_STEP, field="step", params={"step": step})


@cache
def progress_template_schema() -> Mapping[str, Any]:
    """Give the JSON Schema of the format, which ships in the package. Editors can use it."""
    source = files("klantportaal.domain") / "progress-template.schema.json"
    schema: Mapping[str, Any] = json.loads(source.read_text("utf-8"))
    return schema


@cache
def _format() -> "Validator":
    from klantportaal.domain.questionnaires.validation import format_validator  # Not at import: jsonschema is slow.

    return format_validator(progress_template_schema())


def _texts(content: Mapping[str, Any], key: str) -> Texts:
    return {Language(language): each.get(key, "") for language, each in content["texts"].items()}
