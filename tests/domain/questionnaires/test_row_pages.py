"""A page for each row (``for_each``): which pages there are, what they see, and what goes along with a row (QU-3)."""

import json
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantportaal.domain.errors import Absent, Conflict, FaultCode
from klantportaal.domain.questionnaires import answer_files, answering, assignments, results, revision_change
from klantportaal.domain.questionnaires.answering import Answering
from klantportaal.domain.questionnaires.definition import Definition
from klantportaal.domain.questionnaires.page_schemas import page_schema
from klantportaal.domain.questionnaires.projection import Projection, asked, project
from klantportaal.domain.questionnaires.rows import rows_in
from klantportaal.domain.values import Language
from klantportaal.testing.filling_in import TODAY, published
from klantportaal.testing.questionnaires import Content, page, question, questionnaire
from tests.domain.given import ACCOUNT_ID, AT, fault, refusal
from tests.domain.questionnaires.given import FILE, assigned, publishing_faults


def on(id: str) -> Content:
    """Make the condition that a question is answered with yes."""
    return {"question": id, "is": {"const": True}}


KIND = {language: {"label": "kinderen", "row": noun} for language, noun in (("nl", "Kind"), ("en", "Child"))}
CHILDREN = question(
    "kinderen",
    "rows",
    texts=KIND,
    visible_when=on("heeft"),
    columns=[question("naam"), question("klein", "boolean")],
)
FIRST = page("gezin", question("heeft", "boolean", required=True), CHILDREN)
BANK = question("rekeningen", "rows", columns=[question("bank"), question("voogd", visible_when=on("klein"))])
EACH = page(
    "kind",
    question("school", required=True),
    question("sport", visible_when=on("klein")),
    question("pas", "file"),
    BANK,
    for_each="kinderen",
    must_hold=[
        {
            "when": {"any": [{"not": on("klein")}, {"question": "school", "is": {"minLength": 2}}]},
            "texts": {"nl": "Te kort.", "en": "Too short."},
        }
    ],
)
MORE = page(
    "later",
    question("waar", visible_when={"question": "school", "is": {"pattern": "^x"}}),
    for_each="kinderen",
    visible_when=on("klein"),
)
LAST = page("slot", question("verder"))
ASKS = published(questionnaire("vragen", FIRST, EACH, MORE, LAST))


def save(state: Answering, page_id: str, answers: dict[str, Any], asks: Definition = ASKS) -> Answering:
    """Save a page."""
    return answering.save(asks, state, page_id, answers, version=state.version)


def started(*names: str) -> Answering:
    """Save the first page, with small children of these names."""
    rows = [{"naam": name, "klein": True} for name in names]
    return save(answering.start(ASKS, {}, as_of=TODAY), "gezin", {"heeft": True, "kinderen": rows})


def pages(state: Answering, asks: Definition = ASKS) -> list[str]:
    """Give the ids of the visible pages."""
    return [each.page.id for each in answering.view(asks, state).pages]


# ------------------------------------------------------------------ pages and keys
def test_a_page_for_each_row() -> None:
    """QU-3: each row has its pages, named after it; progress counts them; hidden rows have none."""
    state = started("Eva", "Bo")
    assert state.raw["kinderen"] == [
        {"#": "1-0", "naam": "Eva", "klein": True},
        {"#": "1-1", "naam": "Bo", "klein": True},
    ]
    assert pages(state) == ["gezin", "kind~1-0", "kind~1-1", "slot"]
    shown = answering.view(ASKS, state).pages
    assert [each.page.texts[Language.DUTCH].title for each in shown[1:3]] == ["kind (Kind 1: Eva)", "kind (Kind 2: Bo)"]
    assert shown[1].page.texts[Language.ENGLISH].title == "kind (en) (Child 1: Eva)"
    assert answering.progress(ASKS, state) == 25
    state = save(state, "kind~1-1", {"school~1-1": "xy"})
    assert pages(state) == ["gezin", "kind~1-0", "kind~1-1", "later~1-1", "slot"]
    assert answering.progress(ASKS, state) == 40
    away = save(state, "gezin", {"heeft": False})
    assert pages(away) == ["gezin", "slot"]
    assert pages(save(away, "gezin", {"heeft": True, "kinderen": away.raw["kinderen"]})) == pages(state)


def test_the_row_of_a_title() -> None:
    """QU-3: without a noun the title has the number of the row, and a name only where the first column is text."""
    rows = question("delen", "rows", columns=[question("bedrag", "amount")])
    asks = published(questionnaire("vragen", page("een", rows), page("deel", question("a"), for_each="delen")))
    state = save(answering.start(asks, {}, as_of=TODAY), "een", {"delen": [{"bedrag": 1}]}, asks)
    assert answering.view(asks, state).pages[1].page.texts[Language.DUTCH].title == "deel (1)"
    nameless = started("Eva")
    nameless = save(nameless, "gezin", {"heeft": True, "kinderen": [{"#": "1-0", "klein": True}]})
    assert answering.view(ASKS, nameless).pages[1].page.texts[Language.DUTCH].title == "kind (Kind 1)"


def test_a_row_taken_out() -> None:
    """QU-3: a row that is taken out takes its pages along, and no other's; a key is never used again."""
    state = started("Eva", "Bo", "Ann")
    rows = [{**row, "klein": row["naam"] != "Bo"} for row in rows_in(state.raw["kinderen"])]
    state = save(state, "gezin", {"heeft": True, "kinderen": rows})
    for key in ("1-0", "1-1", "1-2"):
        state = save(state, f"kind~{key}", {f"school~{key}": f"school {key}", f"rekeningen~{key}": [{"bank": key}]})
    assert "sport~1-1" in state.unasked
    eva, _bo, ann = rows_in(state.raw["kinderen"])
    fewer = save(state, "gezin", {"heeft": True, "kinderen": [ann, {"naam": "Kim"}, eva]})
    assert fewer.raw["kinderen"] == [ann, {"#": "6-1", "naam": "Kim"}, eva]
    assert pages(fewer) == ["gezin", "kind~1-2", "kind~6-1", "kind~1-0", "slot"]
    assert {key for key in fewer.raw if "~" in key} == {
        f"{id}~{key}" for id in ("school", "rekeningen") for key in ("1-0", "1-2")
    }
    assert fewer.saved == {"gezin", "kind~1-0", "kind~1-2"}
    assert not any("1-1" in key for key in fewer.unasked)
    assert [page.page.id for page in answering.unfinished(answering.view(ASKS, fewer), fewer)] == ["kind~6-1", "slot"]


def test_open_elsewhere() -> None:
    """Property 8: the page of a row that was taken out elsewhere cannot be saved, whatever took its place."""
    state = started("Eva", "Bo")
    fewer = save(state, "gezin", {"heeft": True, "kinderen": [{"#": "1-1", "naam": "Bo"}, {"naam": "Kim"}]})
    with pytest.raises(Conflict):
        answering.save(ASKS, fewer, "kind~1-0", {"school~1-0": "x"}, version=1)
    assert refusal(lambda: save(fewer, "kind~1-0", {"school~1-0": "x"})) == [fault(FaultCode.PAGE_HIDDEN, "kind~1-0")]
    for unknown in ("kind", "slot~1-0", "onbekend~1-0"):
        with pytest.raises(Absent):
            save(fewer, unknown, {})


def test_the_same_save_again() -> None:
    """Property 8: the same save again gives new rows the same keys, and changes nothing."""
    before = started("Eva")
    rows = {"heeft": True, "kinderen": [{"naam": "Kim"}, {"naam": "Bo"}]}
    after = save(before, "gezin", rows)
    assert answering.save(ASKS, after, "gezin", rows, version=before.version) is after


def test_forged_keys() -> None:
    """AL-1: a key that no saved row has, or that two rows have, is refused; so is a key of rows without pages."""
    state = started("Eva")
    rows: list[Any] = [
        {"#": "1-0", "naam": "a"},
        {"#": "1-0", "naam": "b"},
        {"#": "9-9", "naam": "c"},
        {"#": 7, "naam": "d"},
    ]
    found = refusal(lambda: save(state, "gezin", {"heeft": True, "kinderen": [*rows, {"#": "1-0"}]}))
    assert found == [fault(FaultCode.UNKNOWN_QUESTION, f"kinderen.{number}.#") for number in (1, 2, 3, 4)]
    forged = attrs.evolve(state, raw={**state.raw, "kinderen": rows})
    assert pages(forged) == ["gezin", "kind~1-0", "kind~9-9", "slot"]
    own = {"school~1-0": "xx", "rekeningen~1-0": [{"#": "1-0", "bank": "b"}]}
    assert refusal(lambda: save(state, "kind~1-0", own)) == [fault(FaultCode.UNKNOWN_QUESTION, "rekeningen~1-0.0.#")]


def test_what_was_found_valid() -> None:
    """QU-3: what was found valid is remembered once for all rows, and never across answers that differ."""
    asks = published(questionnaire("vragen", FIRST, EACH, LAST))
    state = save(answering.start(asks, {}, as_of=TODAY), "gezin", {"heeft": True, "kinderen": [{"naam": "Eva"}]}, asks)
    first, again = (answering.view(asks, state).pages[1].page for _time in range(2))
    assert first.sound is again.sound is asks.pages[1].sound
    saved = save(state, "kind~1-0", {"school~1-0": "x"}, asks)
    assert [each.page.id for each in answering.unfinished(answering.view(asks, saved), saved)] == ["slot"]
    small = [{"#": "1-0", "naam": "Eva", "klein": True}]
    changed = save(saved, "gezin", {"heeft": True, "kinderen": small}, asks)
    asked_again = attrs.evolve(changed, unasked=frozenset())
    left = [each.page.id for each in answering.unfinished(answering.view(asks, asked_again), asked_again)]
    assert left == ["kind~1-0", "slot"]


# ------------------------------------------------------------------ what its conditions see
def test_conditions_see_the_row() -> None:
    """QU-3: conditions and rules on a page of a row see the columns of that row, and its earlier pages."""
    state = save(
        started("Eva", "Bo"), "gezin", {"heeft": True, "kinderen": [{"naam": "Eva", "klein": True}, {"naam": "Bo"}]}
    )
    first, second = answering.view(ASKS, state).pages[1:3]
    assert [each.id for each in first.questions] == ["school~2-0", "sport~2-0", "pas~2-0", "rekeningen~2-0"]
    assert [each.id for each in second.questions] == ["school~2-1", "pas~2-1", "rekeningen~2-1"]
    banks = [{"bank": "ABN", "voogd": "Jo"}]
    assert save(state, "kind~2-1", {"school~2-1": "x", "rekeningen~2-1": banks}).raw["rekeningen~2-1"] == [
        {"bank": "ABN"}
    ]
    assert save(state, "kind~2-0", {"school~2-0": "xx", "rekeningen~2-0": banks}).raw["rekeningen~2-0"] == banks
    assert refusal(lambda: save(state, "kind~2-0", {"school~2-0": "x"})) == [
        fault(FaultCode.MUST_HOLD, "kind~2-0", number=0)
    ]
    assert refusal(lambda: save(state, "kind~2-0", {})) == [fault(FaultCode.MISSING, "school~2-0")]


def test_a_row_that_changes() -> None:
    """Property 3: where a row changes, its own page asks again what came; those of other rows stay saved."""
    state = save(started("Eva", "Bo"), "gezin", {"heeft": True, "kinderen": [{"naam": "Eva"}, {"naam": "Bo"}]})
    for key in ("2-0", "2-1"):
        state = save(state, f"kind~{key}", {f"school~{key}": "xx"})
    state = save(state, "slot", {})
    assert answering.resume(ASKS, state) is None
    changed = save(
        state,
        "gezin",
        {"heeft": True, "kinderen": [{"#": "2-0", "naam": "Eva", "klein": True}, {"#": "2-1", "naam": "Bo"}]},
    )
    left = [each.page.id for each in answering.unfinished(answering.view(ASKS, changed), changed)]
    assert left == ["kind~2-0", "later~2-0"]
    [page_of_eva] = [each for each in answering.view(ASKS, changed).pages if each.page.id == "kind~2-0"]
    assert answering.added(page_of_eva, answering.view(ASKS, changed), changed) == ["sport~2-0"]


def test_schemas_do_not_see_keys() -> None:
    """QU-3: schemas and comparisons see rows without their keys."""
    strict = {"items": {"additionalProperties": False, "properties": {"a": {}}}, "maxItems": 1}
    rows = question("r", "rows", columns=[question("a")], schema=strict)
    alone = {"question": "r", "is": {"contains": {"maxProperties": 1}}}
    asks = published(
        questionnaire(
            "vragen", page("een", rows, question("b", visible_when=alone)), page("e", question("c"), for_each="r")
        )
    )
    state = save(answering.start(asks, {}, as_of=TODAY), "een", {"r": [{"a": "x"}], "b": "y"}, asks)
    assert state.raw == {"r": [{"#": "1-0", "a": "x"}], "b": "y"}


# ------------------------------------------------------------------ result, files, schema, rebase
def test_every_view() -> None:
    """Property 10: review and result list a page for each row in order; in the JSON its answers stand in the row."""
    state = started("Eva", "Bo")
    for key in ("1-0", "1-1"):
        state = save(state, f"kind~{key}", {f"school~{key}": f"a{key}", f"rekeningen~{key}": [{"bank": key}]})
    state = save(state, "slot", {"verder": "x"})
    listed = [(each.page.id, each.question.id) for each in asked(answering.view(ASKS, state))]
    each_page = [
        (f"kind~{key}", f"{id}~{key}") for key in ("1-0", "1-1") for id in ("school", "sport", "pas", "rekeningen")
    ]
    assert listed == [("gezin", "heeft"), ("gezin", "kinderen"), *each_page, ("slot", "verder")]
    done, _fact = assignments.complete(
        assigned(ASKS, state), ASKS, version=state.version, account_id=ACCOUNT_ID, language=Language.DUTCH, at=AT
    )
    own = [
        {"school": f"a{key}", "sport": None, "pas": None, "rekeningen": [{"bank": key, "voogd": None}]}
        for key in ("1-0", "1-1")
    ]
    assert json.loads(results.as_json(done, ASKS))["answers"] == {
        "heeft": True,
        "kinderen": [{"naam": "Eva", "klein": True, **own[0]}, {"naam": "Bo", "klein": True, **own[1]}],
        "verder": "x",
    }


def test_files_of_a_row() -> None:
    """QU-4: files on the page of a row are files of the questionnaire. There is a place for those of its rows alone."""
    state = started("Eva")
    saved = save(state, "kind~1-0", {"school~1-0": "xx", "pas~1-0": [FILE]})
    assert {str(id) for id in answer_files.files_of(assigned(ASKS, saved), ASKS)} == {FILE["id"]}
    places = ("pas~1-0", "pas~1-1", "pas", "pas~", "school~1-0", "pas~1-0.x")
    assert [answer_files.asks_for(ASKS, saved.raw, each) for each in places] == [True, *[False] * 5]


def test_schema() -> None:
    """AP-9: the schema of a page knows the keys of rows that have pages, and of no others."""
    schema = page_schema(ASKS.pages[0], Language.DUTCH)
    assert schema["properties"]["kinderen"]["items"]["properties"]["#"]["type"] == "string"
    own = ASKS.page("kind~1-0")
    assert own is not None
    schema = page_schema(own, Language.DUTCH)
    assert list(schema["properties"]) == ["school~1-0", "sport~1-0", "pas~1-0", "rekeningen~1-0"]
    assert "#" not in schema["properties"]["rekeningen~1-0"]["items"]["properties"]


def test_rebase() -> None:
    """Property 7: rows keep their pages; a row that is lost takes them along; rows that get pages get keys."""
    state = started("Eva", "Bo")
    for key in ("1-0", "1-1"):
        state = save(state, f"kind~{key}", {f"school~{key}": "xx"})
    stricter = page("kind", question("school", required=True), question("nieuw"), for_each="kinderen")
    new = published(questionnaire("vragen", FIRST, stricter, LAST, revision=2))
    rebased = revision_change.rebase(ASKS, new, state)
    assert (rebased.raw, rebased.saved) == (state.raw, frozenset({"gezin"}))
    one = {**CHILDREN, "schema": {"maxItems": 1}}
    fewer = published(questionnaire("vragen", page("gezin", FIRST["questions"][0], one), EACH, LAST, revision=3))
    assert revision_change.rebase(ASKS, fewer, state).raw == {"heeft": True}
    assert revision_change.rebase(ASKS, fewer, state).saved == frozenset()
    moved = published(questionnaire("vragen", FIRST, page("kind", question("school")), LAST, revision=4))
    assert revision_change.rebase(ASKS, moved, state).raw == {key: state.raw[key] for key in ("heeft", "kinderen")}
    plain = published(questionnaire("vragen", FIRST, LAST))
    before = save(
        answering.start(plain, {}, as_of=TODAY), "gezin", {"heeft": True, "kinderen": [{"naam": "Eva"}]}, plain
    )
    assert before.raw["kinderen"] == [{"naam": "Eva"}]
    assert revision_change.rebase(plain, fewer, before).raw["kinderen"] == [{"#": "2-0", "naam": "Eva"}]
    same = published(questionnaire("vragen", FIRST, EACH, MORE, LAST, page("nog", question("nog")), revision=5))
    assert revision_change.rebase(ASKS, same, state) == attrs.evolve(state, last_saved=None, version=state.version + 1)


# ------------------------------------------------------------------ publishing
ROWS = question("r", "rows", columns=[question("a")])
Q = "$.pages[1]"


def two_pages(first: Content, **more: Any) -> Content:
    """Make a document whose second page may be for each row of the first."""
    own = question("s", "rows", columns=[question("t")])
    return questionnaire("vragen", page("een", first), page("twee", question("b"), own, **more))


@pytest.mark.parametrize(
    "first,more,expected",
    [
        (ROWS, {"for_each": "x"}, ("unknown_reference", f"{Q}.for_each")),
        (question("r"), {"for_each": "r"}, ("unknown_reference", f"{Q}.for_each")),
        (ROWS, {"for_each": "a"}, ("unknown_reference", f"{Q}.for_each")),
        (ROWS, {"for_each": 7}, ("not_as_format", f"{Q}.for_each")),
        (ROWS, {"for_each": "s"}, ("unknown_reference", f"{Q}.for_each")),
        (ROWS, {"visible_when": {"question": "a", "is": {}}}, ("unknown_reference", f"{Q}.visible_when.question")),
    ],
)
def test_publishing(first: Content, more: dict[str, Any], expected: tuple[str, str]) -> None:
    """QU-3: pages are for each of the rows of an earlier page."""
    assert publishing_faults(two_pages(first, **more)) == [expected]


def test_publishing_order() -> None:
    """QU-3: the rows come before their pages; conditions there see the columns."""
    late = questionnaire("vragen", page("een", question("b"), for_each="r"), page("twee", ROWS))
    assert publishing_faults(late) == [("forward_reference", "$.pages[0].for_each")]
    same = published(two_pages(ROWS, for_each="r", visible_when={"question": "a", "is": {}}))
    assert [each.for_each for each in same.pages] == [None, "r"]


def test_publishing_references() -> None:
    """QU-3: other pages do not refer to what is asked for each row, and nothing there starts with what is known."""
    each = page("twee", question("b"), question("s", "rows", columns=[question("t")]), for_each="r")
    refers = page("drie", question("c", visible_when={"question": "b", "is": {}}))
    nested = page("vier", question("d"), for_each="s")
    known = page("vijf", question("e", "prefilled", profile="name"), for_each="r")
    assert publishing_faults(questionnaire("vragen", page("een", ROWS), each, refers, nested, known)) == [
        ("unknown_reference", "$.pages[2].questions[0].visible_when.question"),
        ("unknown_reference", "$.pages[3].for_each"),
        ("keyword_misfit", "$.pages[4].questions[0].profile"),
    ]


# ------------------------------------------------------------------ any sequence of saves, against a model
NAMES = st.sampled_from(["Eva", "Bo", "Kim"])
SCHOOLS = st.sampled_from(["xx", "yy"])


class Told:
    """What a client told of each child, in order, worked out without the code of the package."""

    def __init__(self) -> None:
        self.children: list[tuple[str, dict[str, Any]]] = []
        self.schools: dict[str, str] = {}
        self.shown: dict[str, set[str]] = {}
        self.has = True

    def pages(self) -> list[str]:
        """Give the pages that there must be."""
        seen = self.children if self.has else []
        later = [key for key, row in seen if row.get("klein") and self.schools.get(key, "").startswith("x")]
        return ["gezin", *(f"kind~{key}" for key, _row in seen), *(f"later~{key}" for key in later), "slot"]

    def asks(self, page_id: str) -> set[str]:
        """Give the questions of a page that come and go."""
        key = page_id.partition("~")[2]
        return {"sport"} if page_id.startswith("kind") and dict(self.children)[key].get("klein") else set()

    def left(self) -> list[str]:
        """Give the pages that were not saved, or not with all that they ask now."""
        return [
            each
            for each in self.pages()
            if each not in self.shown or (each != "gezin" and not self.asks(each) <= self.shown[each])
        ]


@settings(max_examples=60)
@given(data=st.data(), saves=st.integers(1, 10))
def test_any_saves(data: st.DataObject, saves: int) -> None:
    """Properties 1, 3, 4 and 5: whatever is saved, taken out, hidden and shown, each row keeps its own answers."""
    state, told = answering.start(ASKS, {}, as_of=TODAY), Told()
    for _save in range(saves):
        projection = answering.view(ASKS, state)
        page_id = data.draw(st.sampled_from(["gezin", *(each.page.id for each in projection.pages)]))
        if page_id == "gezin":
            state = _save_family(data, state, told)
        elif page_id.startswith("kind"):
            key = page_id.partition("~")[2]
            told.schools[key] = data.draw(SCHOOLS)
            state = save(state, page_id, {f"school~{key}": told.schools[key]})
            told.shown[page_id] = told.asks(page_id)
        else:
            state = save(state, page_id, {})
            told.shown[page_id] = set()
        assert pages(state) == told.pages()
        shown = answering.view(ASKS, state)
        assert project(ASKS, {**shown.answers, **_noise(state, shown)}, as_of=TODAY) == shown
        assert [each.page.id for each in answering.unfinished(answering.view(ASKS, state), state)] == told.left()
        keys = {key for key, _row in told.children}
        assert {id: answer for id, answer in state.raw.items() if "~" in id} == {
            f"school~{key}": school for key, school in told.schools.items() if key in keys
        }


def _noise(state: Answering, shown: Projection) -> dict[str, Any]:
    """Give something else for each answer that is hidden now, and for rows that there never were (property 4)."""
    hidden = {key: "ruis" for key in state.raw if key not in shown.answers}
    return {**hidden, "school~8-8": "ruis", "kind~1-0": {"school": "ruis"}, "school": "ruis"}


def _save_family(data: st.DataObject, state: Answering, told: Told) -> Answering:
    """Save the first page, with the rows or without them."""
    told.has = data.draw(st.booleans()) if told.children else True
    told.shown["gezin"] = set()
    if not told.has:
        return save(state, "gezin", {"heeft": False})
    rows = _rows(data, told)
    after = save(state, "gezin", {"heeft": True, "kinderen": rows})
    saved: Any = after.raw.get("kinderen", [])
    assert [_keyless(row) for row in saved] == [_keyless(row) for row in rows]
    known = {key for key, _row in told.children}
    for new, old in zip(saved, rows, strict=True):
        assert new["#"] == old["#"] if "#" in old else new["#"] not in known
    told.children = [(row["#"], _keyless(row)) for row in saved]
    keys = {key for key, _row in told.children}
    told.schools = {key: school for key, school in told.schools.items() if key in keys}
    told.shown = {id: what for id, what in told.shown.items() if "~" not in id or id.partition("~")[2] in keys}
    return after


def _rows(data: st.DataObject, told: Told) -> list[dict[str, Any]]:
    """Give some of the rows that were saved, changed or not, and new ones, in any order."""
    kept = data.draw(st.lists(st.sampled_from(told.children), unique_by=lambda each: each[0])) if told.children else []
    rows = [{"#": key, **row} for key, row in kept]
    rows += [{"naam": name} for name in data.draw(st.lists(NAMES, max_size=2))]
    for row in rows:
        if data.draw(st.booleans()):
            row["klein"] = data.draw(st.booleans())
    return list(data.draw(st.permutations(rows)))


def _keyless(row: dict[str, Any]) -> dict[str, Any]:
    return {key: answer for key, answer in row.items() if key != "#"}


def test_pages_that_were_made() -> None:
    """AL-7: however many keys are asked for, few pages are kept."""
    each = ASKS.pages[1]
    for number in range(1_100):
        each.of_row(f"{number}-0")
    assert len(each.of_rows) <= 500
    assert each.of_row("1-0") == each.of_row("1-0")
