"""How many pages there are to fill in, once no answer that is still to come decides it (QU-3, property 5)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantportaal.domain.questionnaires import answering
from klantportaal.domain.questionnaires.answering import Answering
from klantportaal.domain.questionnaires.definition import Definition
from klantportaal.testing.filling_in import TODAY, begun, definitions, published, valid_answers
from klantportaal.testing.questionnaires import Content, page, question, questionnaire

YES = {"question": "gehuwd", "is": {"const": True}}
MARRIED = question("gehuwd", "boolean")
CHILDREN = question("kinderen", "rows", columns=[question("naam")])


def total(definition: Definition, state: Answering) -> int | None:
    """Give how many pages there are."""
    return answering.page_total(definition, answering.view(definition, state), state)


@pytest.mark.parametrize(
    "second, answers, expected",
    [
        (page("b", question("x")), {}, (3, 3)),
        (page("b", question("x"), visible_when=YES), {"gehuwd": True}, (None, 3)),
        (page("b", question("x"), visible_when=YES), {}, (None, 2)),
        (page("b", question("x", visible_when=YES)), {"gehuwd": True}, (None, 3)),
        (page("b", question("x", visible_when=YES), question("y")), {"gehuwd": True}, (3, 3)),
        (page("b", question("x"), for_each="kinderen"), {"kinderen": [{"naam": "Eva"}, {"naam": "Bo"}]}, (None, 4)),
    ],
)
def test_total(second: Content, answers: dict[str, Any], expected: tuple[int | None, int]) -> None:
    """QU-3: before and after the page that decides is saved."""
    asks = published(questionnaire("v", page("a", MARRIED, CHILDREN), second, page("c", question("z"))))
    state = answering.start(asks, {}, as_of=TODAY)
    saved = answering.save(asks, state, "a", answers, version=0)
    assert (total(asks, state), total(asks, saved)) == expected


def test_options_from_earlier_answers() -> None:
    """QU-3: a page with nothing but a choice among earlier answers is there once something can be chosen."""
    choice = question("wie", "choice", options_from={"question": "kinderen", "column": "naam"})
    asks = published(questionnaire("v", page("a", CHILDREN), page("b", choice)))
    state = answering.start(asks, {}, as_of=TODAY)
    assert total(asks, state) is None
    assert total(asks, answering.save(asks, state, "a", {"kinderen": [{"naam": "Eva"}]}, version=0)) == 2
    assert total(asks, answering.save(asks, state, "a", {}, version=0)) == 1


@settings(max_examples=60)
@given(data=st.data(), definition=definitions())
def test_it_stays_true(data: st.DataObject, definition: Definition) -> None:
    """Property 5: a total that was given stays the same while the client goes on; at the review there is one."""
    state, given_before = data.draw(begun(definition)), None
    while True:
        projection = answering.view(definition, state)
        now = answering.page_total(definition, projection, state)
        assert given_before in (None, now)
        given_before = now
        if (left := answering.resume(definition, state)) is None:
            break
        answers = data.draw(valid_answers(definition, state, left.page))
        state = answering.save(definition, state, left.page.id, answers, version=state.version)
    assert given_before == len(projection.pages)
