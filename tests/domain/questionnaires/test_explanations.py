"""Emphasis and links in explanations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.questionnaires.explanations import Part, parts, plain, verbatim
from klantportaal.domain.questionnaires.page_schemas import page_schema
from klantportaal.domain.questionnaires.said_answers import with_answers
from klantportaal.domain.values import Language
from klantportaal.testing.filling_in import published
from klantportaal.testing.questionnaires import page, question, questionnaire

SITE = "https://example.nl/?a=1&b=2"


@pytest.mark.parametrize(
    "text,expected",
    [
        ("", []),
        ("een\n  twee", [Part(text="een\n  twee")]),
        ("*a* _b_", [Part(text="a", emphasis=True), Part(text=" "), Part(text="b", emphasis=True)]),
        ("**a *b***", [Part(text="a ", strong=True), Part(text="b", strong=True, emphasis=True)]),
        (f"[a *b*]({SITE}).", [Part(text="a ", link=SITE), Part(text="b", link=SITE, emphasis=True), Part(text=".")]),
        ("[m](mailto:a@b.nl)[t](tel:+31)", [Part(text="m", link="mailto:a@b.nl"), Part(text="t", link="tel:+31")]),
        ("[a]()", [Part(text="a")]),
        ("a\\\nb\\*", [Part(text="a"), Part(text="\n"), Part(text="b*")]),
    ],
)
def test_parts(text: str, expected: list[Part]) -> None:
    """QU-2: emphasis, strong and links are told from plain text."""
    assert list(parts(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("[a](javascript:alert(1))", "[a](http://example.nl)", "[a](/home)", "[a](data:text/html,x)", "[a][b]"),
        *("<b>a</b> <https://example.nl>", "# a\n- b\n> c\n| d |", "`a` ~~b~~ &amp;", "a_b_c 2 * 3 * 4"),
        "[a]: https://example.nl",
    ],
)
def test_nothing_else(text: str) -> None:
    """QU-2: other marks, HTML, and links to elsewhere are text as it was typed."""
    assert list(parts(text)) == [Part(text=text)]


def test_no_pictures() -> None:
    """QU-2: a picture is no more than a link behind an exclamation mark."""
    assert list(parts(f"![a]({SITE})")) == [Part(text="!"), Part(text="a", link=SITE)]


@given(st.text("\\`*_[]()<>!#~&;:/. \nabé{}", max_size=30))
def test_verbatim(text: str) -> None:
    """AL-1: text that is written verbatim is read as that text, whatever is in it."""
    assert plain(verbatim(text)) == text
    assert all(part == Part(text=part.text) for part in parts(verbatim(text)))


@given(st.text("\\*_[]()!ab\nhttps:/.", max_size=40))
def test_any_text(text: str) -> None:
    """AL-1: every text can be read, and a link leads to a page, an address or a number only."""
    assert all(part.link.startswith(("https://", "mailto:", "tel:")) for part in parts(text) if part.link)
    assert all(part.text for part in parts(text))


def test_answers() -> None:
    """QU-3: an earlier answer in an explanation has no marks; the JSON Schema of a page has none at all."""
    texts = {"label": "*Wat* {wie}", "help": f"**Voor {{wie}}**: [site]({SITE})"}
    heading = {"title": "*Titel*", "intro": "*Van* {wie}"}
    asked = {**question("wat"), "texts": {"nl": texts, "en": texts}}
    later = page("later", asked, texts={"nl": heading, "en": heading})
    asks = published(questionnaire("vragen", page("eerst", question("wie")), later))
    shown = with_answers(asks.pages[1], asks, {"wie": f"*Jo* [x]({SITE})"})
    schema = page_schema(shown, Language.DUTCH)
    assert schema["description"] == f"Van *Jo* [x]({SITE})"
    described = schema["properties"]["wat"]
    assert described["description"] == f"Voor *Jo* [x]({SITE}): site ({SITE})"
    assert (schema["title"], described["title"]) == ("*Titel*", f"*Wat* *Jo* [x]({SITE})")
    assert [part.link for part in parts(shown.questions[0].texts[Language.DUTCH].help)] == ["", "", SITE]
