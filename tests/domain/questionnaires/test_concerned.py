"""The question that a rule of a page is about (QU-3)."""

from typing import Any

import pytest

from klantportaal.domain.questionnaires import answering
from klantportaal.domain.questionnaires.answering import Answering
from klantportaal.testing.filling_in import TODAY, published
from klantportaal.testing.questionnaires import Content, page, question, questionnaire

SAID = {"nl": "Nee.", "en": "No."}
OWNERS = question("eigenaren", "rows", columns=[question("naam"), question("deel", "integer")])
FIRST = page("een", question("leeftijd", "integer"), OWNERS)
EACH = page("elk", question("adres"), question("geld", "amount"), for_each="eigenaren")
ADULT: Content = {"question": "leeftijd", "is": {"minimum": 18}}
ANSWERS = {"leeftijd": 3, "eigenaren": [{"naam": "Eva", "deel": 1}, {"naam": "Bo", "deel": 2}]}


def about(when: Content, *, on: str = "slot", more: Content = ADULT) -> tuple[str, str] | None:
    """Give the page and the question that a rule on a page is about."""
    rules = {"must_hold": [{"when": when, "texts": SAID}]}
    each = {**EACH, **rules} if on.startswith("elk") else EACH
    last = page("slot", question("klaar", "boolean"), question("kort", visible_when=more))
    asks = published(questionnaire("v", FIRST, each, {**last, **rules} if on == "slot" else last))
    state: Answering = answering.start(asks, {}, as_of=TODAY)
    state = answering.save(asks, state, "een", ANSWERS, version=0)
    projection = answering.view(asks, state)
    shown = projection.page(on)
    assert shown is not None
    found = answering.concerned(shown.page.must_hold[0], shown, projection)
    return None if found is None else (found[0].page.id, found[1].id)


ALL: Any = {"all": [ADULT, {"question": "klaar", "is": {"const": True}}]}


@pytest.mark.parametrize(
    "when, on, expected",
    [
        (ADULT, "slot", ("een", "leeftijd")),
        (ALL, "slot", ("slot", "klaar")),
        ({"question": "eigenaren", "sum": "deel", "is": {"const": 9}}, "slot", ("een", "eigenaren")),
        ({"question": "eigenaren", "sum": "geld", "is": {"const": 9}}, "slot", ("elk~1-0", "geld~1-0")),
        ({"question": "deel", "is": {"minimum": 9}}, "elk~1-1", ("een", "eigenaren")),
        ({"question": "adres", "is": {"minLength": 9}}, "elk~1-1", ("elk~1-1", "adres~1-1")),
        ({"not": {"question": "kort", "is": {"const": "x"}}}, "slot", None),
    ],
)
def test_concerned(when: Content, on: str, expected: tuple[str, str] | None) -> None:
    """QU-3: a question of the page itself, else one of the pages of rows, else an earlier one that is visible."""
    assert about(when, on=on) == expected
