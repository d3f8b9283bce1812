"""Fragments: questions that a document has once and uses in several places (QU-3)."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantportaal.domain.errors import FaultCode
from klantportaal.domain.questionnaires import publishing
from klantportaal.domain.questionnaires.fragments import USED_LIMIT, USED_SIZE_LIMIT, expanded
from klantportaal.domain.questionnaires.size_limits import LEAVES_LIMIT
from klantportaal.domain.values import Language
from klantportaal.testing.filling_in import documents, published
from klantportaal.testing.questionnaires import Content, page, question, questionnaire
from tests.domain.given import fault, refusal
from tests.domain.questionnaires.given import publishing_faults

IS_NL = {"question": "land", "is": {"const": "nl"}}
IS_LAND = {"question": "land", "is": {"minLength": 4}}
PLACE = question("land", "choice", options=("nl", "be"))
ADDRESS = [PLACE, question("postcode", visible_when=IS_NL), question("straat")]


def with_fragments(fragments: Mapping[str, list[Content]], *pages: Content) -> Content:
    """Make a document with fragments."""
    return {
        **questionnaire("vragen", *pages),
        "fragments": {name: {"questions": fragments[name]} for name in fragments},
    }


def use(name: str, prefix: str, **more: Any) -> Content:
    """Use a fragment."""
    return {"use": name, "as": prefix, **more}


def ids(document: Content) -> list[str]:
    """Give the ids of the questions and columns of a document, after publishing."""
    asked = [each for _page, each in published(document).questions()]
    return [each.id for question in asked for each in (question, *question.columns)]


# ------------------------------------------------------------------ what is published
def test_uses() -> None:
    """QU-3: each use has questions of its own; conditions in it see these, and those outside see them by their ids."""
    later = question("later", visible_when={"question": "koper_land", "is": {"const": "be"}})
    asked = page("een", use("adres", "koper"), question("los"), use("adres", "verkoper"), later)
    document = with_fragments({"adres": ADDRESS}, asked)
    by_hand = questionnaire(
        "vragen",
        page(
            "een",
            *({**each, "id": f"koper_{each['id']}", **_when("koper", each)} for each in ADDRESS),
            question("los"),
            *({**each, "id": f"verkoper_{each['id']}", **_when("verkoper", each)} for each in ADDRESS),
            later,
        ),
    )
    definition, text = publishing.read(json.dumps(document))
    assert json.loads(text) == by_hand
    assert definition == published(by_hand)


def _when(prefix: str, each: Content) -> dict[str, Any]:
    return {"visible_when": {**IS_NL, "question": f"{prefix}_land"}} if "visible_when" in each else {}


def test_in_rows() -> None:
    """QU-3: a fragment is used as columns too, with other texts for its questions; and in a fragment after it."""
    words = {"straat": {"nl": {"label": "Zijn straat"}, "en": {"help": "His street"}}}
    person = [question("naam"), use("adres", "thuis", texts=words)]
    rows = question("kinderen", "rows", columns=[question("klein", "boolean"), use("persoon", "kind")])
    document = with_fragments({"adres": ADDRESS, "persoon": person}, page("een", use("persoon", "u"), rows))
    assert ids(document) == [
        *(f"u_{id}" for id in ("naam", "thuis_land", "thuis_postcode", "thuis_straat")),
        *("kinderen", "klein"),
        *(f"kind_{id}" for id in ("naam", "thuis_land", "thuis_postcode", "thuis_straat")),
    ]
    asked = published(document).by_id["u_thuis_straat"].texts
    assert (asked[Language.DUTCH].label, asked[Language.ENGLISH].label) == ("Zijn straat", "straat (en)")
    assert (asked[Language.DUTCH].help, asked[Language.ENGLISH].help) == ("", "His street")


def test_what_refers_to_its_own() -> None:
    """QU-3: texts, options and texts beside options refer to the fragment's own questions, also within its rows."""
    no_longer = {"question": "rijen", "some": {"all": [{"question": "land", "is": {}}, {"question": "wie", "is": {}}]}}
    columns = [question("land"), question("meer", visible_when={"any": [{"question": "land", "is": {}}, IS_NL_WHO]})]
    first = [
        PLACE,
        question("naast", beside={"question": "land", "option": "be"}),
        question("wie"),
        question("rijen", "rows", columns=columns),
        question("slot", visible_when={"not": no_longer}),
    ]
    texts = {"nl": {"label": "Dag {wie}, {buiten}"}, "en": {"label": "Hi {wie}"}}
    first += [
        question("kies", "choice", options_from={"question": "rijen", "column": "land"}),
        question("x", texts=texts),
    ]
    whole = expanded(with_fragments({"a": first}, page("een", question("buiten"), use("a", "p"))))
    written = whole.document["pages"][0]["questions"]
    assert written[2]["beside"] == {"question": "p_land", "option": "be"}
    assert [each["id"] for each in written[4]["columns"]] == ["land", "meer"]
    about = written[4]["columns"][1]["visible_when"]["any"]
    assert [each["question"] for each in about] == ["land", "p_wie"]
    inner = written[5]["visible_when"]["not"]
    assert (inner["question"], [each["question"] for each in inner["some"]["all"]]) == ("p_rijen", ["land", "p_wie"])
    assert written[6]["options_from"] == {"question": "p_rijen", "column": "land"}
    assert [written[7]["texts"][key]["label"] for key in ("nl", "en")] == ["Dag {p_wie}, {buiten}", "Hi {p_wie}"]


IS_NL_WHO = {"question": "wie", "is": {"minLength": 2}}


@settings(max_examples=60)
@given(data=st.data(), document=documents())
def test_as_by_hand(data: st.DataObject, document: dict[str, Any]) -> None:
    """QU-3: a page of any questionnaire, put in a fragment and used, is published as it would be by hand."""
    number = data.draw(st.integers(0, len(document["pages"]) - 1))
    questions = document["pages"][number]["questions"]
    by_hand = _renamed(document, {each["id"] for each in questions})
    pages = [*by_hand["pages"]]
    pages[number] = {**pages[number], "questions": [use("deel", "x")]}
    definition, text = publishing.read(
        json.dumps({**by_hand, "pages": pages, "fragments": {"deel": {"questions": questions}}})
    )
    assert (definition, text) == publishing.read(json.dumps(by_hand))


def _renamed(tree: Any, ids: set[str]) -> Any:
    """Put ``x_`` before the ids, and before what refers to them."""
    if isinstance(tree, list):
        return [_renamed(each, ids) for each in tree]
    if isinstance(tree, str):
        for id in ids:
            tree = tree.replace(f"{{{id}}}", f"{{x_{id}}}")
    if not isinstance(tree, dict):
        return tree
    named = {key: f"x_{tree[key]}" for key in ("id", "question") if tree.get(key) in ids}
    return {**{key: _renamed(each, ids) for key, each in tree.items()}, **named}


# ------------------------------------------------------------------ faults
F = "$.fragments.adres.questions"
Q = "$.pages[0].questions"


@pytest.mark.parametrize(
    "fragments,questions,expected",
    [
        ({}, [use("adres", "a")], [("unknown_reference", f"{Q}[0].use")]),
        ({"adres": [question("a"), use("adres", "b")]}, [use("adres", "a")], [("unknown_reference", f"{F}[1].use")]),
        (
            {"adres": [use("later", "b")], "later": ADDRESS},
            [use("adres", "a")],
            [("unknown_reference", f"{F}[0].use")],
        ),
        ({"adres": ADDRESS}, [{"use": "adres"}], [("missing", f"{Q}[0].as")]),
        ({"adres": ADDRESS}, [use("adres", "a", id="b")], [("unknown_key", f"{Q}[0].id")]),
        ({"adres": ADDRESS}, [use("adres", 7)], [("not_as_format", f"{Q}[0].as")]),  # type: ignore[arg-type]
        ({"adres": [question("b")]}, [use("adres", "a" * 63)], [("not_as_format", f"{Q}[0].as")]),
        (
            {"adres": ADDRESS},
            [use("adres", "a", texts={"gat": {"nl": {}, "en": {}}})],
            [("unknown_reference", f"{Q}[0].texts.gat")],
        ),
        (
            {"adres": ADDRESS},
            [use("adres", "a", texts={"land": {"nl": {"naam": "x"}}})],
            [("language_missing", f"{Q}[0].texts.land.en"), ("unknown_key", f"{Q}[0].texts.land.nl.naam")],
        ),
        ({"adres": ADDRESS}, [question("a_land"), use("adres", "a")], [("duplicate_id", f"{Q}[1].as")]),
        (
            {"adres": ADDRESS},
            [use("adres", "a"), question("b"), question("b")],
            [("duplicate_id", f"{Q}[2].id")],
        ),
        (
            {"adres": [question("a", visible_when={"question": "gat", "is": {}})]},
            [use("adres", "b"), use("adres", "c")],
            [("unknown_reference", f"{F}[0].visible_when.question")],
        ),
        (
            {"adres": [question("r", "rows", columns=[question("k"), question("m", schema={"minimum": 1})])]},
            [question("a"), use("adres", "b")],
            [("keyword_misfit", f"{F}[0].columns[1].schema.minimum")],
        ),
        (
            {"adres": [question("r", "rows", columns=[question("k")])]},
            [question("a", "rows", columns=[use("adres", "b")])],
            [("not_as_format", f"{F}[0].type")],
        ),
        (
            {"adres": ADDRESS},
            [use("adres", "b"), question("a", "rows", columns=[question("k"), {**PLACE, "schema": {"const": "fr"}}])],
            [("unknown_choice", f"{Q}[1].columns[1].schema.const")],
        ),
        ({"adres": [{"id": "a", "type": "text"}]}, [question("b")], [("missing", f"{F}[0].texts")]),
        ({"adres": []}, [question("b")], [("not_as_format", F)]),
    ],
)
def test_faults(fragments: dict[str, list[Content]], questions: list[Content], expected: list[tuple[str, str]]) -> None:
    """QU-3: each fault has its place in the document as it was written; a fragment that uses itself is refused."""
    found = publishing_faults(with_fragments(fragments, page("een", *questions)))
    assert sorted(set(found)) == sorted(expected)


@pytest.mark.parametrize("wrong", [None, 7, [], "x", {"adres": 7}, {"adres": {"questions": [7]}}])
def test_wrong_shapes(wrong: Any) -> None:
    """AL-1: whatever stands for fragments, questions and pages is refused, and nothing fails."""
    document = {**questionnaire("vragen", page("een", use("adres", "a"))), "fragments": wrong}
    assert publishing_faults(document) != []
    for key in ("pages", "id"):
        assert publishing_faults({**document, key: wrong}) != []
    assert publishing_faults({**document, "pages": [7, {"questions": wrong}]}) != []


WRONG: Mapping[str, list[Any]] = {
    "visible_when": [7, [7], {"all": 7}, {"not": []}, {"question": []}, {"some": 7}],
    "beside": [7, {}, {"question": []}, {"question": {}}],
    "options_from": [7, {}, {"question": []}, {"question": {}}],
    "texts": [7, {"nl": 7}, {"nl": {"label": 7}}, {"nl": {"label": "{b}"}, "en": 7}],
    "columns": [7, [7], [[]], [{"id": []}], [{"use": []}], [{"use": "a", "as": 7}]],
    "id": [7, [], {}, None],
}
"""By key of a question: what has the wrong shape there."""


@pytest.mark.parametrize("more", [{key: wrong} for key, each in WRONG.items() for wrong in each])
def test_wrong_shapes_in_a_use(more: dict[str, Any]) -> None:
    """AL-1: a fragment with anything in it is used without failing, and refused."""
    odd = {**question("b", "rows" if "columns" in more else "text"), **more}
    texts = {"b": {"nl": {"label": "x"}, "en": {"label": "y"}}}
    document = with_fragments({"a": [odd, 7]}, page("een", use("a", "u", texts=texts)))  # type: ignore[list-item]
    assert publishing_faults(document) != []


def test_too_many() -> None:
    """AL-1: fragments that use each other twice, and again, are refused before they are written out."""
    fragments: dict[str, list[Content]] = {"f0": [question("a")]}
    for number in range(1, 30):
        fragments[f"f{number}"] = [use(f"f{number - 1}", "l"), use(f"f{number - 1}", "r")]
    document = with_fragments(fragments, page("een", use("f29", "x")))
    found = publishing_faults(document)
    assert ("too_many", "$.fragments.f10.questions[1].use") in found
    assert {code for code, _path in found} == {"too_many"}
    many = with_fragments({"f": [question("a")]}, page("een", *(use("f", f"u{n}") for n in range(USED_LIMIT))))
    assert len(ids(many)) == USED_LIMIT


def test_too_large_when_written_out() -> None:
    """AL-1: fragments that make hundreds of megabytes, once they are written out, are refused at their use."""
    options = tuple(f"optie-{each:030}" for each in range(200))
    listed = [question(f"k{n}", "choice", options=options) for n in range(10)]
    document = with_fragments({"lijsten": listed}, page("een", *(use("lijsten", f"u{n}") for n in range(150))))
    size = len(json.dumps(listed, ensure_ascii=False))
    found = refusal(lambda: publishing.read(json.dumps(document)))
    first = USED_SIZE_LIMIT // size
    assert found[0] == fault(FaultCode.DOCUMENT_TOO_LARGE, f"$.pages[0].questions[{first}].use", limit=USED_SIZE_LIMIT)


def test_too_many_conditions() -> None:
    """AL-1: fragments that have more conditions than a document may have, once they are written out, are refused."""
    asked = [question("land"), *(question(f"q{n}", visible_when={"any": [IS_LAND] * 10}) for n in range(100))]
    uses = [use("f", f"u{n}") for n in range(LEAVES_LIMIT // 1000 + 1)]
    found = publishing_faults(with_fragments({"f": asked}, page("een", *uses)))
    assert found == [("too_many", "$.fragments.f.questions[1].visible_when.any[0]")]


def test_a_rule_of_the_page() -> None:
    """QU-3: a fault of a page with a use, and not of a question, has its place too."""
    rule = {"when": {"question": "a_gat", "is": {}}, "texts": {"nl": "x", "en": "x"}}
    document = with_fragments({"adres": ADDRESS}, page("een", use("adres", "a"), must_hold=[rule]))
    assert publishing_faults(document) == [("unknown_reference", "$.pages[0].must_hold[0].when.question")]


def test_unused() -> None:
    """QU-3: an unused fragment may stay; the published document is the same without it."""
    document = with_fragments({"adres": ADDRESS}, page("een", question("a")))
    assert publishing.read(json.dumps(document)) == publishing.read(
        json.dumps({key: each for key, each in document.items() if key != "fragments"})
    )
