"""Options that are earlier answers: one of the children that were named before."""

from typing import Any

import attrs
import pytest

from klantportaal.domain.errors import FaultCode
from klantportaal.domain.questionnaires import answering, revision_change
from klantportaal.domain.questionnaires.answering import Answering
from klantportaal.domain.questionnaires.definition import Question
from klantportaal.domain.questionnaires.page_schemas import page_schema
from klantportaal.domain.values import Language
from klantportaal.testing.filling_in import TODAY, published
from klantportaal.testing.questionnaires import Content, page, question, questionnaire
from tests.domain.given import fault, refusal
from tests.domain.questionnaires.given import publishing_faults

FROM_ROWS = {"question": "kinderen", "column": "naam"}
COLUMNS = [question("naam"), question("soort", "choice", options=("a", "b"))]
FIRST = page(
    "eerst", question("kinderen", "rows", columns=COLUMNS), question("landen", "choices", options=("nl", "be", "de"))
)
EXECUTOR = question("executeur", "choice", options_from=FROM_ROWS, required=True)
HEIRS = question("erven", "choices", options_from=FROM_ROWS)
LAND = question("land", "choice", options_from={"question": "landen"})
DEFINITION = published(questionnaire("v", FIRST, page("later", EXECUTOR, HEIRS, LAND)))
CHILDREN = [{"naam": "Eva"}, {"soort": "a"}, {"naam": "Daan"}, {"naam": "Eva"}]


def state(**raw: Any) -> Answering:
    """Give answers so far, with both pages saved."""
    return Answering(as_of=TODAY, raw=raw, saved=frozenset({"eerst", "later"}))


def offered(begun: Answering) -> dict[str, dict[str, str]]:
    """Give the options of the visible questions of the second page."""
    shown = answering.view(DEFINITION, begun).page("later")
    asked: tuple[Question, ...] = () if shown is None else shown.questions
    return {each.id: dict(each.texts[Language.ENGLISH].options) for each in asked}


def save(begun: Answering, **submitted: Any) -> Answering:
    """Save the second page."""
    return answering.save(DEFINITION, begun, "later", submitted, version=begun.version)


def test_options() -> None:
    """QU-3: the options are the texts of a column, each once, or the options that were chosen, with their labels."""
    names = {"Eva": "Eva", "Daan": "Daan"}
    assert offered(state(kinderen=CHILDREN, landen=["be", "nl"])) == {
        "executeur": names,
        "erven": names,
        "land": {"be": "Be", "nl": "Nl"},
    }


def test_saved() -> None:
    """QU-3, property 1: one of the options is an answer, each once; anything else is refused."""
    begun = state(kinderen=CHILDREN)
    assert save(begun, executeur="Daan", erven=["Daan", "Eva", "Daan"]).raw == {
        "kinderen": CHILDREN,
        "executeur": "Daan",
        "erven": ["Daan", "Eva"],
    }
    assert refusal(lambda: save(begun, executeur="Sem", erven=["Eva", "Sem"])) == [
        fault(FaultCode.UNKNOWN_CHOICE, "executeur"),
        fault(FaultCode.UNKNOWN_CHOICE, "erven"),
    ]
    assert refusal(lambda: save(begun)) == [fault(FaultCode.MISSING, "executeur")]


def test_vanished() -> None:
    """QU-3, property 5: if the chosen option vanishes, its page must be saved again; if it comes back, it is chosen."""
    begun = save(state(kinderen=CHILDREN), executeur="Eva")
    assert answering.resume(DEFINITION, begun) is None
    less = answering.save(DEFINITION, begun, "eerst", {"kinderen": [{"naam": "Daan"}]}, version=begun.version)
    resumed = answering.resume(DEFINITION, less)
    assert resumed is not None
    assert resumed.page.id == "later"
    assert refusal(lambda: answering.complete(DEFINITION, less, version=less.version)) == [
        fault(FaultCode.PAGE_UNFINISHED, "later")
    ]
    back = answering.save(DEFINITION, less, "eerst", {"kinderen": CHILDREN}, version=less.version)
    assert answering.resume(DEFINITION, back) is None


def test_nothing_offered() -> None:
    """QU-3, property 4: without options the question is hidden, and its answer counts for nothing."""
    assert offered(state(kinderen=[{"soort": "a"}], executeur="Eva", landen=["nl"])) == {"land": {"nl": "Nl"}}
    empty = answering.view(DEFINITION, state(kinderen=[], executeur="Eva"))
    assert [each.page.id for each in empty.pages] == ["eerst"]
    assert "executeur" not in empty.answers


def test_schema_of_a_page() -> None:
    """AP-9: the JSON Schema of a page has the options that there are, and not the question without."""
    shown = answering.view(DEFINITION, state(kinderen=CHILDREN)).page("later")
    assert shown is not None
    properties = page_schema(shown.page, Language.DUTCH)["properties"]
    assert properties["executeur"]["oneOf"] == [{"const": "Eva", "title": "Eva"}, {"const": "Daan", "title": "Daan"}]
    assert properties.keys() == {"executeur", "erven"}


def test_another_revision() -> None:
    """QU-3, property 7: another revision keeps a choice that is still one of the options."""
    new = published(questionnaire("v", FIRST, page("later", EXECUTOR, HEIRS), revision=2))
    begun = state(kinderen=CHILDREN, executeur="Eva", erven=["Sem"])
    assert revision_change.rebase(DEFINITION, new, begun).raw == {"kinderen": CHILDREN, "executeur": "Eva"}


@pytest.mark.parametrize(
    "source,expected",
    [
        ({"question": "weg"}, ("unknown_reference", "question")),
        ({"question": "naam", "column": "naam"}, ("unknown_reference", "question")),
        ({"question": "executeur"}, ("forward_reference", "question")),
        ({"question": "kinderen"}, ("unknown_column", "column")),
        ({"question": "kinderen", "column": "weg"}, ("unknown_column", "column")),
        ({"question": "kinderen", "column": "soort"}, ("keyword_misfit", "column")),
        ({"question": "landen", "column": "naam"}, ("keyword_misfit", "column")),
        ({"question": "bedrag"}, ("keyword_misfit", "question")),
    ],
)
def test_lint(source: Content, expected: tuple[str, str]) -> None:
    """QU-1: options are the texts in a column of rows, or the options of a choices, of an earlier page."""
    first = {**FIRST, "questions": [*FIRST["questions"], question("bedrag", "amount")]}
    document = questionnaire("v", first, page("later", {**EXECUTOR, "options_from": source}))
    code, key = expected
    assert publishing_faults(document) == [(code, f"$.pages[1].questions[0].options_from.{key}")]


def test_format() -> None:
    """QU-1: a choice has options or takes them from elsewhere, not both; no other type does, and no column."""
    both = {**question("a", "choice", options=("x",)), "options_from": FROM_ROWS}
    rows = question("r", "rows", columns=[question("k", "choice", options_from=FROM_ROWS)])
    text = question("t", options_from=FROM_ROWS)
    path = "$.pages[1].questions"
    assert sorted(publishing_faults(questionnaire("v", FIRST, page("later", both, rows, text)))) == [
        ("not_as_format", f"{path}[0].texts.en.options"),
        ("not_as_format", f"{path}[0].texts.nl.options"),
        ("not_as_format", f"{path}[1].columns[0].options_from"),
        ("not_as_format", f"{path}[2].options_from"),
    ]


def test_not_checked_yet() -> None:
    """QU-3: rows that were not checked yet are no reason to fail, whatever is in them."""
    everything: list[Any] = ["x", [1, None, {"naam": 1}], {"naam": "x"}, [[]]]
    for rubbish in everything:
        assert offered(attrs.evolve(state(), raw={"kinderen": rubbish, "landen": [1, {}]})) == {}
