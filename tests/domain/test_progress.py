"""Progress: templates of steps, and the step that a dossier is at (PG-1)."""

import hashlib
import json
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain import progress, templates
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.events import ProgressTemplatePublished
from klantportaal.domain.progress import CurrentStep, Progress, ProgressTemplate, Step, StepState
from klantportaal.domain.templates import PublishedTemplate
from klantportaal.domain.values import NAME_LIMIT, Language
from tests.domain.given import AT, HANDLER, OFFICE_ID, fault, refusal
from tests.usecases.progress_template import TEMPLATE

TODAY = date(2026, 11, 30)
NAMES = "abcdef"


def faults(**changes: Any) -> list[Fault]:
    """List the faults of a template with other values for some keys."""
    return refusal(lambda: progress.read(json.dumps({**TEMPLATE, **changes})))


def publish(
    template: ProgressTemplate, text: str, newest: PublishedTemplate | None = None
) -> tuple[PublishedTemplate, ProgressTemplatePublished | None]:
    """Publish a template."""
    return templates.publish(
        template, text, ProgressTemplatePublished, office_id=OFFICE_ID, newest=newest, handler=HANDLER, at=AT
    )


def texts(title: str) -> dict[Language, str]:
    """Make a text that is the same in every language."""
    return dict.fromkeys(Language, title)


def template_of(ids: list[str], revision: int = 1) -> ProgressTemplate:
    """Make a template with these steps."""
    steps = tuple(Step(id=each, title=texts(each), explanation=texts("")) for each in ids)
    return ProgressTemplate(id="levering", revision=revision, digest="0" * 64, title=texts("Levering"), steps=steps)


def states(following: Progress) -> list[StepState]:
    """List the states of the steps."""
    return [following.state(each) for each in following.steps]


# ------------------------------------------------------------------ templates
def test_publishing() -> None:
    """PG-1: a revision is published with its digest; the same again changes nothing; a lower one is refused."""
    template, text = progress.read(json.dumps(TEMPLATE, indent=2).encode())
    assert template.steps[:2] == (
        Step(
            id="voorbereiding",
            title={Language.DUTCH: "Voorbereiding", Language.ENGLISH: "Preparation"},
            explanation={
                Language.DUTCH: "Wij vragen het Kadaster en de bank om stukken.",
                Language.ENGLISH: "We ask the land registry and the bank for documents.",
            },
        ),
        Step(
            id="concept",
            title={Language.DUTCH: "Conceptakte", Language.ENGLISH: "Draft deed"},
            explanation=texts(""),
        ),
    )
    published, fact = publish(template, text)
    assert published == PublishedTemplate(
        office_id=OFFICE_ID,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        template="levering",
        revision=1,
        titles=template.title,
        document=text,
        published_at=AT,
        published_by=HANDLER,
    )
    assert progress.restored(text) == template
    assert fact == ProgressTemplatePublished(template="levering", revision=1, digest=published.digest, at=AT)
    assert publish(template, text, published) == (published, None)
    newer, _fact = publish(*progress.read(json.dumps({**TEMPLATE, "revision": 2})), published)
    assert newer.revision == 2
    taken = [fault(FaultCode.REVISION_TAKEN, "$.revision", newest=2)]
    assert refusal(lambda: publish(template, text, newer)) == taken


def test_all_faults_at_once() -> None:
    """PG-1: unknown fields, two steps with one id and a missing language are reported at once, with their paths."""
    steps = deepcopy(TEMPLATE["steps"])
    steps[0]["texts"]["nl"]["title"] = "x" * (NAME_LIMIT + 1)
    steps[0]["texts"]["en"]["explanation"] = "x" * 501
    steps[1] |= {"id": "voorbereiding", "verplicht": True}
    del steps[1]["texts"]["en"]
    assert sorted(faults(steps=steps, revision="1", kleur="rood"), key=lambda each: str(each.field)) == [
        fault(FaultCode.UNKNOWN_KEY, "$.kleur"),
        fault(FaultCode.NOT_AS_FORMAT, "$.revision"),
        fault(FaultCode.TOO_LONG, "$.steps[0].texts.en.explanation", limit=500),
        fault(FaultCode.TOO_LONG, "$.steps[0].texts.nl.title", limit=NAME_LIMIT),
        fault(FaultCode.DUPLICATE_ID, "$.steps[1].id", id="voorbereiding"),
        fault(FaultCode.LANGUAGE_MISSING, "$.steps[1].texts.en"),
        fault(FaultCode.UNKNOWN_KEY, "$.steps[1].verplicht"),
    ]


def test_one_language() -> None:
    """PG-1: a template in one language only is refused."""
    assert faults(texts={"nl": {"title": "Levering"}}) == [fault(FaultCode.LANGUAGE_MISSING, "$.texts.en")]


@pytest.mark.parametrize("steps", [[], [TEMPLATE["steps"][1]] * 500, "geen", None])
def test_the_number_of_steps(steps: Any) -> None:
    """PG-1: a template has 1 to 50 steps."""
    assert fault(FaultCode.NOT_AS_FORMAT, "$.steps") in faults(steps=steps)
    many = [{**TEMPLATE["steps"][1], "id": f"stap-{number}"} for number in range(50)]
    assert len(progress.read(json.dumps({**TEMPLATE, "steps": many}))[0].steps) == 50


@pytest.mark.parametrize(
    "document", ["[]", "7", "{", "", b"\xff", '{"steps": [1, {"id": 2}]}', '{"id": "a", "id": "b"}']
)
def test_what_is_no_template(document: str | bytes) -> None:
    """AL-1: what is no JSON, has a key twice or has another shape is refused."""
    assert refusal(lambda: progress.read(document))


# ------------------------------------------------------------------ steps
def test_a_dossier_follows_the_steps() -> None:
    """PG-1: steps behind the current one are done, those after it are still to come; a skipped one has no day."""
    template, first = template_of(["a", "b", "c", "d"]), TODAY - timedelta(days=9)
    begun = progress.begin(template, None, step=None, reached_on=first, today=TODAY)
    moved = progress.move(begun, "c", reached_on=None, today=TODAY)
    assert states(moved) == [StepState.DONE, StepState.DONE, StepState.CURRENT, StepState.AHEAD]
    assert [each.reached_on for each in moved.steps] == [first, None, TODAY, None]
    assert moved.at == CurrentStep(number=3, total=4, title=texts("c"))
    assert moved.reached_on == TODAY


def test_what_is_refused() -> None:
    """PG-1: a step that is not in the template is refused by its name, a day that is still to come too."""
    begun = progress.begin(template_of(["a", "b"]), None, step=None, reached_on=None, today=TODAY)
    found = refusal(lambda: progress.move(begun, "z", reached_on=TODAY + timedelta(days=1), today=TODAY))
    assert found == [fault(FaultCode.UNKNOWN_STEP, "step", step="z"), fault(FaultCode.DATE_AHEAD, "reached_on")]
    assert refusal(lambda: progress.begin(template_of(["a"]), None, step="b", reached_on=None, today=TODAY)) == [
        fault(FaultCode.UNKNOWN_STEP, "step", step="b")
    ]


def test_another_revision() -> None:
    """PG-1: under another revision, a dossier keeps its step and its days by their ids."""
    begun = progress.begin(template_of(["a", "b", "c"]), None, step=None, reached_on=None, today=TODAY)
    moved = progress.move(begun, "b", reached_on=None, today=TODAY)
    newer = template_of(["new", "a", "b"], revision=2)
    later = progress.begin(newer, moved, step=None, reached_on=None, today=TODAY + timedelta(days=5))
    assert (later.revision, later.current) == (2, "b")
    assert [each.reached_on for each in later.steps] == [None, TODAY, TODAY]
    gone = refusal(
        lambda: progress.begin(template_of(["a", "c"], revision=3), moved, step=None, reached_on=None, today=TODAY)
    )
    assert gone == [fault(FaultCode.UNKNOWN_STEP, "step", step="b")]
    named = progress.begin(template_of(["a", "c"], revision=3), moved, step="c", reached_on=None, today=TODAY)
    assert named.current == "c"


ids = st.lists(st.sampled_from(NAMES), min_size=1, unique=True)
moves = st.lists(
    st.tuples(
        st.sampled_from(["move", "begin"]), st.none() | st.sampled_from(NAMES), st.none() | st.integers(-3, 1), ids
    ),
    max_size=12,
)


@given(first=ids, acts=moves)
def test_any_history(first: list[str], acts: list[tuple[str, str | None, int | None, list[str]]]) -> None:
    """PG-1: whatever the office does, one step is current, those before it done, and no later one has a day."""
    following = progress.begin(template_of(first), None, step=None, reached_on=None, today=TODAY)
    for number, (act, step, days, steps) in enumerate(acts):
        today = TODAY + timedelta(days=number)
        on = None if days is None else today + timedelta(days=days)
        before = following
        wanted = step or following.current
        known = steps if act == "begin" else [each.id for each in following.steps]
        try:
            if act == "begin":
                following = progress.begin(template_of(steps, number), following, step=step, reached_on=on, today=today)
            else:
                following = progress.move(following, wanted, reached_on=on, today=today)
        except Refused:
            assert wanted not in known or (days or 0) > 0
            assert following == before
            continue
        assert (wanted in known, (days or 0) <= 0) == (True, True)
        place = known.index(wanted)
        expected = [StepState.DONE] * place + [StepState.CURRENT] + [StepState.AHEAD] * (len(known) - place - 1)
        assert ([each.id for each in following.steps], states(following)) == (known, expected)
        had = {each.id: each.reached_on for each in before.steps}
        assert following.reached_on == (on or had.get(wanted) or today)
        assert [each.reached_on for each in following.steps[:place]] == [had.get(each) for each in known[:place]]
        assert {each.reached_on for each in following.steps[place + 1 :]} <= {None}
        assert following.at == CurrentStep(number=place + 1, total=len(known), title=texts(wanted))
        assert progress.move(following, wanted, reached_on=None, today=today + timedelta(days=1)) == following
