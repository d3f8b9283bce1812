"""The client who fills in at random gets past rules that look at earlier pages, and at the pages of rows."""

import json
from collections import Counter
from random import Random
from typing import Any

import pytest

from klantportaal.domain.questionnaires import answering
from klantportaal.domain.questionnaires.definition import Answer
from klantportaal.questionnaires import read
from klantportaal.testing.questionnaires import Content, page, question, questionnaire
from tests.library.random_client import RandomClient

NAME = question("naam", schema={"maxLength": 40})
OWNERS = page(
    "wie", question("eigenaren", "rows", columns=[NAME], required=True, schema={"minItems": 2, "maxItems": 3})
)
SHARES = page(
    "deel",
    question("aandeel", "percentage", required=True, schema={"minimum": 1, "maximum": 100_00}),
    question("hoofd", "boolean", required=True),
    for_each="eigenaren",
)
DAY = page("dag", question("akte", "date", required=True, earliest="2026-01-01", latest="2026-12-31"))
HEAD = {"question": "hoofd", "is": {"const": True}}
RULES: dict[str, Content] = {
    "a sum over the pages of rows": {"question": "eigenaren", "sum": "aandeel", "is": {"const": 100_00}},
    "one of the rows, by its page": {"question": "eigenaren", "count": {"const": 1}, "where": HEAD},
    "every row, by its page": {"question": "eigenaren", "every": HEAD},
    "an answer of an earlier page": {"question": "akte", "before": "2026-07-01"},
}


@pytest.mark.parametrize("said", RULES)
def test_a_rule_over_earlier_pages(said: str) -> None:
    """Property 1: what no answer on the page itself can mend, is mended on the pages before it."""
    rule: Content = {"when": RULES[said], "texts": {"nl": "Niet zo", "en": "Not so"}}
    last = page("klaar", question("akkoord", "boolean", required=True), must_hold=[rule])
    form, _document = read(json.dumps(questionnaire("v", OWNERS, SHARES, DAY, last)))
    broken = set[tuple[str, Any]]()
    for number in range(20):
        completed = RandomClient(form, Random(number), Counter[tuple[str, Answer]](), broken).fill_in()
        assert answering.progress(form, completed) == 100
    assert broken == {("klaar", 0)}


def test_a_rule_that_nothing_mends() -> None:
    """A client who cannot get to the end is a fault of the questionnaire, and says at which page."""
    rule: Content = {
        "when": {"all": [{"question": "a", "is": {"pattern": each}} for each in ("^x", "^y")]},
        "texts": {"nl": "Nooit", "en": "Never"},
    }
    asked = page("een", question("a", schema={"maxLength": 9}), must_hold=[rule])
    form, _document = read(json.dumps(questionnaire("v", asked)))
    with pytest.raises(AssertionError, match="the client cannot get past een"):
        RandomClient(form, Random(0), Counter[tuple[str, Answer]]()).fill_in()
