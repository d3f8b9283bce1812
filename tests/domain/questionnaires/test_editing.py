"""Changes of documents, as the editor makes them: what a change is not about stays as it is."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.questionnaires import editing, publishing
from klantportaal.domain.questionnaires.definition import QuestionType
from klantportaal.domain.questionnaires.publishing import format_schema
from klantportaal.domain.questionnaires.schema_checks import step
from klantportaal.questionnaires import library
from klantportaal.testing.filling_in import documents
from klantportaal.testing.questionnaires import heading, page, question, questionnaire

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)
RUBBISH: Any = st.fixed_dictionaries({}, optional={"pages": ANYTHING, "texts": ANYTHING, "id": ANYTHING})


def items(document: Any) -> list[editing.Place]:
    """Give the places of pages, questions, columns and rules."""
    rules = [
        ("pages", number, "must_hold", rule)
        for number in range(len(editing.things(document, ("pages",))))
        for rule in range(len(editing.things(document, ("pages", number, "must_hold"))))
    ]
    return [*editing.asked(document), *rules]


@given(documents(), st.data())
def test_moving_there_and_back(document: Any, data: st.DataObject) -> None:
    """What is moved down and up again stands where it stood; at an end, nothing moves."""
    place = data.draw(st.sampled_from(items(document)))
    last = len(editing.things(document, place[:-1])) - 1
    down = editing.moved(document, place, 1)
    if place[-1] == last:
        assert down == document
    else:
        assert editing.at(down, (*place[:-1], place[-1] + 1)) == editing.at(document, place)  # type: ignore[operator]
        assert editing.moved(down, (*place[:-1], place[-1] + 1), -1) == document  # type: ignore[operator]


@given(documents(), st.data())
def test_putting_and_taking_out(document: Any, data: st.DataObject) -> None:
    """What is added is last and can be taken out again; what is put back where it stood changes nothing."""
    before = json.dumps(document)
    place = data.draw(st.sampled_from(items(document)))
    assert editing.put(document, place, editing.at(document, place)) == document
    more = editing.added(document, place[:-1], {"id": "nieuw"})
    last = (*place[:-1], len(editing.things(document, place[:-1])))
    assert editing.at(more, last) == {"id": "nieuw"}
    assert editing.without(more, last) == document
    less = editing.without(document, place)
    assert len(editing.things(less, place[:-1])) == len(editing.things(document, place[:-1])) - 1
    assert json.dumps(document) == before


@given(RUBBISH)
def test_any_json(document: Any) -> None:
    """A draft may hold anything anywhere: its places can be found, and things can be added."""
    for place in editing.asked(document):
        assert editing.at(document, place) is not None or editing.things(document, place[:-1])[place[-1]] is None  # type: ignore[index]
    fresh = editing.new_page(document)
    grown = editing.added(document, ("pages",), fresh)
    assert editing.things(grown, ("pages",))[-1] == fresh
    editing.renamed(grown, "a", "b")
    assert editing.faults_of(grown)


@given(documents())
def test_the_place_of_a_fault(document: Any) -> None:
    """The JSON path of everything in a document leads to its place."""
    waiting: list[tuple[str, editing.Place, Any]] = [("$", (), document)]
    while waiting:
        path, place, thing = waiting.pop()
        assert editing.place_of(path) == place
        assert editing.at(document, place) is thing
        if isinstance(thing, dict):
            waiting += [(step(path, key), (*place, key), each) for key, each in thing.items()]
        elif isinstance(thing, list):
            waiting += [(f"{path}[{number}]", (*place, number), each) for number, each in enumerate(thing)]


def test_the_place_of_a_quoted_key() -> None:
    """Keys with any characters are quoted in JSON paths."""
    for key in ("a b", "it's", "back\\slash", "é", "$", "0"):
        assert editing.place_of(step("$.texts", key)) == ("texts", key)


@pytest.mark.parametrize("id", library())
def test_renaming(id: str) -> None:
    """A question with a new id is referred to by it everywhere, so that nothing is faulty; and back again."""
    document = changed = json.loads(library()[id])
    places = [each for each in editing.asked(document) if len(each) > 2]
    for number, place in enumerate(places):
        old = editing.at(document, (*place, "id"))
        changed = editing.renamed(editing.put(changed, (*place, "id"), f"nieuw-{number}"), old, f"nieuw-{number}")
    assert editing.faults_of(changed) == ()
    for number, place in enumerate(places):
        old = editing.at(document, (*place, "id"))
        changed = editing.renamed(editing.put(changed, (*place, "id"), old), f"nieuw-{number}", old)
    assert changed == document


def test_what_is_renamed() -> None:
    """Conditions, pages for rows, options and texts refer to a question; codes of options and schemas do not."""
    document = {
        "for_each": "a",
        "visible_when": {"all": [{"question": "a", "is": {"const": "a"}}, {"question": "b", "sum": "a", "is": {}}]},
        "options_from": {"question": "a", "column": "a"},
        "beside": {"question": "b", "option": "a"},
        "schema": {"enum": ["a"]},
        "texts": {"nl": {"label": "{a} en {b}", "options": {"a": "{a}"}}, "en": 3},
    }
    assert editing.renamed(document, "a", "c") == {
        "for_each": "c",
        "visible_when": {"all": [{"question": "c", "is": {"const": "a"}}, {"question": "b", "sum": "c", "is": {}}]},
        "options_from": {"question": "c", "column": "c"},
        "beside": {"question": "b", "option": "a"},
        "schema": {"enum": ["a"]},
        "texts": {"nl": {"label": "{c} en {b}", "options": {"a": "{a}"}}, "en": 3},
    }


WHOLE = {
    **question("v", "choice", options=("a",), required=True, fixed=True, schema={"const": "a"}),
    "columns": [],
    "profile": "name",
    "earliest": "today",
    "latest": "today",
    "decimals": 2,
    "beside": {"question": "x", "option": "a"},
    "options_from": {"question": "x"},
}


@pytest.mark.parametrize("kind", QuestionType)
def test_another_type(kind: QuestionType) -> None:
    """A question keeps what its new type can have; only what has to be filled in is missing."""
    changed = editing.retyped({**WHOLE, "type": "onbekend"}, kind.value)
    if kind is QuestionType.ROWS:
        changed = editing.added(changed, ("columns",), question("kolom"))
    allowed = {"id", "type", "texts"} | {
        key for key in changed if key in format_schema()["$defs"]["question"]["properties"]
    }
    assert set(changed) <= allowed
    faults = editing.faults_of(questionnaire("v", page("p", changed)))
    expected = {FaultCode.UNKNOWN_REFERENCE} if kind in ("text", "choice", "choices") else set()
    assert {fault.code for fault in faults} - {FaultCode.NOT_AS_FORMAT} <= expected
    assert editing.retyped(changed, kind.value) is changed


def test_new_things() -> None:
    """New things have ids of their own, and lack only what has to be filled in."""
    document: Any = {"id": "v", "texts": heading("V")}
    document = editing.added(document, ("pages",), editing.new_page(document))
    for _each in range(2):
        document = editing.added(document, ("pages", 0, "questions"), editing.new_question(document))
    document = editing.added(document, ("pages", 0, "must_hold"), editing.new_rule())
    ids = [editing.at(document, (*place, "id")) for place in editing.asked(document)]
    assert ids == ["pagina-1", "vraag-1", "vraag-2"]
    fields = {editing.place_of(str(fault.field)) for fault in editing.faults_of(document)}
    texts: set[editing.Place] = {("pages", 0, "texts", language, "title") for language in ("nl", "en")}
    texts |= {("pages", 0, "must_hold", 0, "texts", language) for language in ("nl", "en")}
    texts |= {("pages", 0, "questions", at, "texts", language, "label") for language in ("nl", "en") for at in (0, 1)}
    assert fields == texts | {("pages", 0, "must_hold", 0, "when", "all")}


def test_where_something_stands_now() -> None:
    """What was moved is found by its id, if it is still there."""
    document = questionnaire("v", page("een", question("a")), page("twee", question("b"), question("c")))
    moved = editing.moved(document, ("pages", 1), -1)
    assert editing.place_with_id(document, ("pages", 1, "questions", 1), "c") == ("pages", 1, "questions", 1)
    assert editing.place_with_id(moved, ("pages", 1, "questions", 1), "c") == ("pages", 0, "questions", 1)
    assert editing.place_with_id(moved, ("pages", 1), "twee") == ("pages", 0)
    assert editing.place_with_id(moved, ("pages", 1), "c") is None
    assert editing.without(document, ("pages", 9)) == document


def test_uses() -> None:
    """A use of a fragment of the office's own has a name that no other use has, whatever a draft holds."""
    document: Any = questionnaire("v", page("een"))
    for expected in ("adres", "adres-2", "adres-3"):
        use = editing.new_use(document, "adres")
        assert use == {"use": "office:adres", "as": expected}
        document = editing.added(document, ("pages", 0, "questions"), use)
    assert editing.new_use(document, "persoon")["as"] == "persoon"
    odd = editing.put(document, ("pages", 0, "questions", 0), {"id": [], "as": {}})
    assert editing.new_use(odd, "adres")["as"] == "adres"
    assert editing.new_question(odd)["id"] == "vraag-1"


@given(documents())
def test_what_would_be_published(document: Any) -> None:
    """What comes of a draft is what publishing makes of it as the first revision, whatever revision it says."""
    definition, text = publishing.read(json.dumps({**document, "revision": 1}))
    assert editing.as_published({**document, "revision": 7}) == (definition, json.loads(text))


def test_what_cannot_be_published() -> None:
    """A draft with faults comes to nothing: its faults are those that the editor shows."""
    document = questionnaire("vragen", page("een"))
    with pytest.raises(Refused) as refused:
        editing.as_published(document)
    assert list(refused.value.faults) == list(editing.faults_of(document)) != []


# ------------------------------------------------------------------ faults of a part
KEPT = ANYTHING.filter(lambda value: "\\u0000" not in json.dumps(value))
"""What a draft can have: no NUL."""
KEYS = ["id", "type", "texts", "schema", "required", "visible_when", "for_each", "questions", "columns", "compute"]


@settings(max_examples=40)
@given(documents(), st.data())
def test_faults_of_each_part(document: Any, data: st.DataObject) -> None:
    """The faults of a page, question, column or rule, asked for alone, are those that the whole document has there."""
    spoilt: Any = {**document, "id": "vragen"}
    for place in data.draw(st.lists(st.sampled_from(items(document)), max_size=4)):
        if editing.at(spoilt, place) is not None:
            spoilt = editing.put(spoilt, (*place, data.draw(st.sampled_from([*KEYS, "must_hold"]))), data.draw(KEPT))
    if data.draw(st.booleans()):
        spoilt = {**spoilt, "fragments": {"f": {"questions": [question("x")]}}}
    require_faults_of_parts(spoilt)


@pytest.mark.parametrize("id", library())
def test_faults_of_parts_of_a_real_questionnaire(id: str) -> None:
    """So are they in a questionnaire of the library of which pages and questions went, and others lost their texts."""
    document = json.loads(library()[id])
    [first, *rest] = document["pages"]
    bare = {**rest[-1], "texts": {}, "questions": [{**each, "texts": 1} for each in rest[-1]["questions"]]}
    require_faults_of_parts({**document, "pages": [*rest[:-1], bare, {**first, "for_each": "nergens"}, 5]})


def require_faults_of_parts(document: Any) -> None:
    """Ask for the faults of each part, and of all parts together, and compare them with those of the whole."""
    whole = [written_fault(each) for each in editing.faults_of(document)]
    owners = [(), *items(document)]
    for owner in owners:
        own = [written_fault(each) for each in editing.faults_at(document, [owner])]
        assert sorted(own) == sorted(each for each in whole if each[0] == owner)
    every = [written_fault(each) for each in editing.faults_at(document, owners)]
    assert sorted(every) == sorted(whole)


def written_fault(fault: Fault) -> tuple[editing.Place, str, str, str]:
    """Write a fault with the place of the part that it is in."""
    owner = editing.owner_of(editing.place_of(str(fault.field)))
    return owner, fault.code, str(fault.field), json.dumps(fault.params, sort_keys=True)


def test_what_something_stands_in() -> None:
    """A place is in the column, question, rule or page around it; anything else is in the whole."""
    column: editing.Place = ("pages", 1, "questions", 2, "columns", 0)
    for owner in (column, column[:4], ("pages", 1, "must_hold", 0), column[:2]):
        assert editing.owner_of(owner) == editing.owner_of((*owner, "texts", "nl")) == owner
    assert [editing.owner_of(place) for place in ((), ("texts", "nl"), ("pages",), ("fragments", "a"))] == [()] * 4
