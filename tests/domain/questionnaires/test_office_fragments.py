"""Fragments of an office's own: what publishing makes of them, and what is refused (QU-3)."""

import json
from collections.abc import Mapping
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.questionnaires import office_fragments, publishing
from klantportaal.domain.questionnaires.fragments import office_uses
from klantportaal.domain.questionnaires.office_fragments import as_questionnaire, from_questionnaire, used_in
from klantportaal.domain.values import Language
from klantportaal.testing.filling_in import documents, published
from klantportaal.testing.questionnaires import Content, heading, page, question, questionnaire
from tests.domain.given import AT, HANDLER, OFFICE_ID, refusal
from tests.domain.questionnaires.test_fragments import use

NAME = question("naam")
ADDRESS = [question("straat"), question("plaats", visible_when={"question": "straat", "is": {}})]


def office(**fragments: list[Content]) -> dict[str, str | bytes]:
    """Make the fragments of an office, as documents."""
    return {id: json.dumps({"texts": heading(id), "questions": fragments[id]}) for id in fragments}


def asking(*questions: Content) -> str:
    """Make a questionnaire of one page."""
    return json.dumps(questionnaire("vragen", page("een", *questions)))


def faults(document: str, fragments: Mapping[str, str | bytes]) -> list[tuple[str, str | None]]:
    """Give the codes and the places of what is refused."""
    return [(fault.code.value, fault.field) for fault in refusal(lambda: publishing.read(document, fragments))]


@settings(max_examples=60)
@given(data=st.data(), document=documents())
def test_as_in_the_document(data: st.DataObject, document: dict[str, Any]) -> None:
    """QU-3: with a fragment of the office's own, a document is published as with that fragment in itself."""
    number = data.draw(st.integers(0, len(document["pages"]) - 1))
    own, shared = (_with_use(document, number, name) for name in ("deel", "office:deel"))
    fragment = {"questions": document["pages"][number]["questions"]}
    by_itself = _outcome(json.dumps({**own, "fragments": {"deel": fragment}}), {})
    assert _outcome(json.dumps(shared), {"deel": json.dumps(fragment)}) == by_itself


def _with_use(document: dict[str, Any], number: int, name: str) -> dict[str, Any]:
    pages = [*document["pages"]]
    pages[number] = {**pages[number], "questions": [use(name, "x")]}
    return {**document, "pages": pages}


def _outcome(document: str, fragments: Mapping[str, str | bytes]) -> object:
    """Give what is published, or what is refused: later pages may refer to what has another id now."""
    try:
        return publishing.read(document, fragments)
    except Refused as refused:
        return [
            attrs.evolve(fault, field=str(fault.field).replace("['office:deel']", ".deel")) for fault in refused.faults
        ]


def test_each_after_those_that_it_uses() -> None:
    """QU-3: a fragment uses others of the office, whatever their ids; and the document's own fragments use them."""
    fragments = office(a=[NAME, use("office:z", "thuis")], z=ADDRESS)
    by_hand = questionnaire(
        "vragen",
        page(
            "een",
            {**NAME, "id": "u_naam"},
            *_named("u_thuis"),
            *_named("p_q"),
        ),
    )
    document = {**json.loads(asking(use("office:a", "u"), use("paar", "p")))}
    document["fragments"] = {"paar": {"questions": [use("office:z", "q")]}}
    definition, text = publishing.read(json.dumps(document), fragments)
    assert json.loads(text) == by_hand
    assert definition == published(by_hand)


def _named(prefix: str) -> list[Content]:
    condition = {"visible_when": {"question": f"{prefix}_straat", "is": {}}}
    street, place = ADDRESS
    return [{**street, "id": f"{prefix}_straat"}, {**place, "id": f"{prefix}_plaats", **condition}]


Q = "$.pages[0].questions"
A, B = "$.fragments['office:a'].questions", "$.fragments['office:b'].questions"
UNKNOWN = "unknown_reference"


@pytest.mark.parametrize(
    "questions,fragments,expected",
    [
        ([use("office:a", "u")], {}, [(UNKNOWN, f"{Q}[0].use")]),
        ([use("a", "u")], {"a": [NAME]}, [(UNKNOWN, f"{Q}[0].use")]),
        ([use("office:a", "u")], {"a": [use("office:b", "x")]}, [(UNKNOWN, f"{A}[0].use")]),
        ([use("office:a", "u")], {"a": [NAME, use("office:a", "x")]}, [(UNKNOWN, f"{A}[1].use")]),
        (
            [use("office:a", "u")],
            {"a": [use("office:b", "x")], "b": [use("office:a", "y")]},
            [(UNKNOWN, f"{B}[0].use")],
        ),
        ([use("office:a", "u")], {"a": []}, [("not_as_format", A)]),
        ([use("office:a", "u")], {"a": [{**NAME, "odd": 1}]}, [("unknown_key", f"{A}[0].odd")]),
        ([use("office:a", "u")], {"a": [{**NAME, "schema": {"type": "x"}}]}, [("not_a_schema", f"{A}[0].schema.type")]),
        ([use("office:A", "u")], {"A": [NAME]}, [("not_as_format", f"{Q}[0].use")]),
        ([use("office:", "u")], {"": [NAME]}, [("not_as_format", f"{Q}[0].use")]),
        ([use("office:a", "u"), use("office:a", "u")], {"a": [NAME]}, [("duplicate_id", f"{Q}[1].as")]),
        ([NAME], {"a": [{"odd": 1}]}, None),
    ],
    ids=str,
)
def test_faults(
    questions: list[Content], fragments: dict[str, list[Content]], expected: list[tuple[str, str]] | None
) -> None:
    """QU-3: a name that the office does not have, and every fault of a fragment that is used, has its JSON path."""
    if expected is None:
        assert publishing.read(asking(*questions), office(**fragments)) == publishing.read(asking(*questions))
    else:
        assert faults(asking(*questions), office(**fragments)) == expected


def test_no_fragment_of_a_document_is_named_as_the_office_s() -> None:
    """QU-3: a document cannot say what a fragment of the office has."""
    document = {**json.loads(asking(use("office:a", "u"))), "fragments": {"office:a": {"questions": [NAME]}}}
    assert ("not_as_format", "$.fragments") in faults(json.dumps(document), office(a=[question("ander")]))


def test_a_fragment_that_is_no_object() -> None:
    """QU-3: what is no JSON object is no fragment."""
    assert refusal(lambda: publishing.read(asking(NAME), {"a": "[]"})) == [
        Fault(code=FaultCode.NOT_AS_FORMAT, field="$")
    ]


@given(documents())
def test_what_is_published_has_none(document: dict[str, Any]) -> None:
    """QU-3: a document without fragments is published as it always was, and nothing else is kept of it."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    read = publishing.check(document, {"a": {"questions": [NAME]}})
    assert (read.document, read.source, read.fragments) == (text, None, ())


def test_what_it_was_written_with() -> None:
    """QU-3: the document is kept as it was written too, with the ids of the office's fragments that it names itself."""
    rows = question("rijen", "rows", columns=[use("office:z", "in")])
    document = json.loads(asking(use("office:a", "u"), rows))
    document["fragments"] = {"eigen": {"questions": [use("office:eigen", "x")]}}
    assert office_uses(document) == ["a", "eigen", "z"]
    fragments = {"a": [NAME, use("office:later", "l")], "z": [NAME], "eigen": [NAME], "later": ADDRESS, "los": [NAME]}
    read = publishing.check(document, {id: {"questions": each} for id, each in fragments.items()})
    assert (json.loads(str(read.source)), read.fragments) == (document, ("a", "eigen", "z"))
    assert "office:" not in read.document


def test_a_fragment_by_itself() -> None:
    """QU-3: a fragment is looked at as a questionnaire of one page, and comes back with what it had beside."""
    fragment = {"note": 1, "texts": heading("Persoon"), "questions": [NAME]}
    alone = as_questionnaire("persoon", fragment)
    definition = published(alone)
    assert ([*definition.by_id], definition.texts[Language.DUTCH].title) == (["naam"], "Persoon")
    assert from_questionnaire(fragment, alone) == fragment
    assert as_questionnaire("leeg", {})["pages"][0]["questions"] == []


def test_those_that_a_document_uses() -> None:
    """QU-3: of the office's fragments, a document needs those that it names, and those that these name."""
    written = office(a=[NAME, use("office:b", "x"), use("office:weg", "y")], b=[use("office:a", "x")], los=[NAME])
    kept = [
        office_fragments.save(None, text, id=id, version=0, office_id=OFFICE_ID, kept=0, handler=HANDLER, at=AT)[0]
        for id, text in written.items()
    ]
    assert [each.fragments for each in kept] == [("b", "weg"), ("a",), ()]
    asked = json.loads(asking(use("office:a", "u")))
    assert used_in(asked, kept) == {id: json.loads(written[id]) for id in ("a", "b")}
    assert used_in(json.loads(asking(NAME)), kept) == {}
