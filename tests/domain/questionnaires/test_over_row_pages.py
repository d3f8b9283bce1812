"""Comparisons of rows by what is asked on their pages, and ids that are unique within their rows alone (QU-3)."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantportaal.domain.errors import FaultCode, Refused
from klantportaal.domain.questionnaires import answer_files, answering, assignments, results, revision_change
from klantportaal.domain.questionnaires.answering import Answering
from klantportaal.domain.questionnaires.definition import Definition, QuestionType
from klantportaal.domain.questionnaires.projection import project
from klantportaal.domain.values import AnswerFileId, Language
from klantportaal.testing.filling_in import TODAY, published
from klantportaal.testing.questionnaires import Content, page, question, questionnaire
from tests.domain.given import ACCOUNT_ID, AT, fault, refusal
from tests.domain.questionnaires.given import assigned, publishing_faults

SAID = {"nl": "Samen 100 %.", "en": "Together 100 %."}
WHOLE = {"question": "ubos", "sum": "deel", "is": {"const": 100_00}}
WHO = page("wie", question("ubos", "rows", columns=[question("naam"), question("klein", "boolean")]))
BANK = question("banken", "rows", columns=[question("naam"), question("geld", "amount")])
SHARE = page("ubo", question("deel", "percentage"), question("soort"), BANK, for_each="ubos")
LAST = page("slot", question("verder"), must_hold=[{"when": WHOLE, "texts": SAID}])
ASKS = published(questionnaire("vragen", WHO, SHARE, LAST))


def save(state: Answering, page_id: str, answers: dict[str, Any], asks: Definition = ASKS) -> Answering:
    """Save a page."""
    return answering.save(asks, state, page_id, answers, version=state.version)


def started(*names: str, asks: Definition = ASKS) -> Answering:
    """Save who the owners are."""
    return save(answering.start(asks, {}, as_of=TODAY), "wie", {"ubos": [{"naam": name} for name in names]}, asks)


def left(state: Answering, asks: Definition = ASKS) -> list[str]:
    """Give the pages that are unfinished."""
    return [each.page.id for each in answering.unfinished(answering.view(asks, state), state)]


# ------------------------------------------------------------------ shares that are whole together
def test_shares() -> None:
    """QU-3: a page per owner with its share, and the shares must be 100 % together on the page after them."""
    state = started("Eva", "Bo")
    state = save(state, "ubo~1-0", {"deel~1-0": 60_00})
    state = save(state, "ubo~1-1", {"deel~1-1": 30_00})
    assert refusal(lambda: save(state, "slot", {})) == [fault(FaultCode.MUST_HOLD, "slot", number=0)]
    state = save(save(state, "ubo~1-1", {"deel~1-1": 40_00}), "slot", {})
    assert left(state) == []


def test_a_share_that_changes() -> None:
    """Properties 3, 5 and 6: a share that changes, or an owner who goes, makes the page with the rule unfinished."""
    state = started("Eva", "Bo")
    for key in ("1-0", "1-1"):
        state = save(state, f"ubo~{key}", {f"deel~{key}": 50_00})
    state = save(state, "slot", {})
    assert left(state) == []
    changed = save(state, "ubo~1-0", {"deel~1-0": 40_00})
    assert left(changed) == ["slot"]
    assert [each.field for each in refusal(lambda: answering.complete(ASKS, changed, version=changed.version))] == [
        "slot"
    ]
    assert left(save(changed, "ubo~1-0", {"deel~1-0": 50_00})) == []
    alone = save(state, "wie", {"ubos": [{"#": "1-1", "naam": "Bo"}]})
    assert left(alone) == ["slot"]
    assert left(save(alone, "ubo~1-1", {"deel~1-1": 100_00})) == []


def test_a_rule_on_hidden_answers() -> None:
    """Property 4: what is hidden on the page of a row counts for nothing."""
    hidden = question("deel", "percentage", visible_when={"question": "klein", "is": {"const": True}})
    asks = published(questionnaire("vragen", WHO, page("ubo", hidden, question("soort"), for_each="ubos"), LAST))
    rows = [{"naam": "Eva", "klein": True}, {"naam": "Bo"}]
    state = save(answering.start(asks, {}, as_of=TODAY), "wie", {"ubos": rows}, asks)
    noise = {**state.raw, "deel~1-0": 100_00, "deel~1-1": 1_00}
    shown = project(asks, noise, as_of=TODAY)
    assert "deel~1-1" not in shown.answers
    state = save(state, "ubo~1-0", {"deel~1-0": 100_00}, asks)
    assert left(save(save(state, "ubo~1-1", {}, asks), "slot", {}, asks), asks) == []


def test_the_row_of_a_page() -> None:
    """QU-3: on the page of a row, a comparison of all rows sees the answers of each, not those of that page."""
    some = {"question": "ubos", "some": {"question": "klein", "is": {"const": True}}}
    every = {"question": "ubos", "every": {"question": "soort", "is": {}}}
    more = page("meer", question("a", visible_when=some), question("b", visible_when=every), for_each="ubos")
    asks = published(questionnaire("vragen", WHO, SHARE, more))
    rows = [{"naam": "Eva", "klein": True}, {"naam": "Bo"}]
    state = save(answering.start(asks, {}, as_of=TODAY), "wie", {"ubos": rows}, asks)
    state = save(state, "ubo~1-0", {"soort~1-0": "x"}, asks)
    seen = {each.page.id: [one.id for one in each.questions] for each in answering.view(asks, state).pages}
    assert (seen["meer~1-0"], seen["meer~1-1"]) == (["a~1-0"], ["a~1-1"])
    state = save(state, "ubo~1-1", {"soort~1-1": "y"}, asks)
    seen = {each.page.id: [one.id for one in each.questions] for each in answering.view(asks, state).pages}
    assert (seen["meer~1-0"], seen["meer~1-1"]) == (["a~1-0", "b~1-0"], ["a~1-1", "b~1-1"])
    klein = {"question": "ubos", "every": {"question": "klein", "is": {}}}
    asks = published(questionnaire("vragen", WHO, page("meer", question("a", visible_when=klein), for_each="ubos")))
    assert [each.page.id for each in answering.view(asks, state).pages] == ["wie"]


# ------------------------------------------------------------------ ids within their rows alone
def test_the_same_column_twice() -> None:
    """QU-3: columns of different rows, and a question, may have one id; within a row it means the column."""
    is_eva = {"question": "naam", "is": {"const": "Eva"}}
    columns = [question("klein", "boolean"), question("naam", visible_when={"question": "klein", "is": {}})]
    columns += [question("oud", visible_when=is_eva)]
    one, two = (question(id, "rows", columns=columns) for id in ("kinderen", "broers"))
    later = question("later", visible_when={"question": "kinderen", "some": is_eva})
    pages = [
        page("een", question("naam"), one, two),
        page("twee", later, question("verder", visible_when=is_eva), question("slot")),
        page("kind", question("school", visible_when=is_eva), question("sport"), for_each="kinderen"),
    ]
    asks = published(questionnaire("vragen", *pages))
    rows = [{"naam": "Eva", "oud": "x"}, {"klein": True, "naam": "Eva", "oud": "y"}, {"klein": True, "naam": "Bo"}]
    state = save(answering.start(asks, {}, as_of=TODAY), "een", {"naam": "Eva", "kinderen": rows}, asks)
    assert state.raw["kinderen"] == [
        {"#": "1-1", "klein": True, "naam": "Eva", "oud": "y"},
        {"#": "1-2", "klein": True, "naam": "Bo"},
    ]
    shown = {each.page.id: [one.id for one in each.questions] for each in answering.view(asks, state).pages}
    assert shown["twee"] == ["later", "verder", "slot"]
    assert (shown["kind~1-1"], shown["kind~1-2"]) == (["school~1-1", "sport~1-1"], ["sport~1-2"])
    other = save(
        state, "een", {"naam": "Jan", "kinderen": [{"#": "1-2", "klein": False}], "broers": [{"klein": True}]}, asks
    )
    shown = {each.page.id: [one.id for one in each.questions] for each in answering.view(asks, other).pages}
    assert (shown["twee"], shown["kind~1-2"]) == (["slot"], ["sport~1-2"])
    eva = save(other, "een", {"naam": "Eva", "kinderen": [{"#": "1-2", "klein": False}]}, asks)
    shown = {each.page.id: [one.id for one in each.questions] for each in answering.view(asks, eva).pages}
    assert (shown["twee"], shown["kind~1-2"]) == (["verder", "slot"], ["sport~1-2"])


# ------------------------------------------------------------------ publishing
def test_what_an_id_means() -> None:
    """QU-3: within rows, an id is checked as the column: not as a question elsewhere, nor as a column of other rows."""
    long = {"question": "naam", "is": {"minLength": 2}}
    inner = {"question": "ubos", "some": {"question": "banken", "some": long}}
    own = {**BANK, "columns": [*BANK["columns"], question("plaats", visible_when=long)]}
    share = page("ubo", question("deel", "percentage"), own, for_each="ubos")
    early = page("vooraf", question("naam", "boolean"))
    published(questionnaire("vragen", early, WHO, share, page("slot", question("a", visible_when=inner))))
    wrong = page("slot", question("a", visible_when=long))
    assert publishing_faults(questionnaire("vragen", early, WHO, share, wrong)) == [
        ("keyword_misfit", "$.pages[3].questions[0].visible_when.is.minLength")
    ]


@pytest.mark.parametrize(
    "condition,expected",
    [
        (WHOLE, []),
        ({"question": "ubos", "unique": "soort"}, []),
        ({"question": "ubos", "some": {"question": "banken", "count": {"minimum": 2}}}, []),
        ({"question": "ubos", "every": {"question": "banken", "sum": "geld", "is": {"minimum": 1}}}, []),
        ({"question": "ubos", "every": {"question": "banken", "some": {"question": "geld", "is": {}}}}, []),
        ({"question": "ubos", "sum": "soort", "is": {}}, [("keyword_misfit", ".sum")]),
        ({"question": "ubos", "sum": "geld", "is": {}}, [("unknown_column", ".sum")]),
        ({"question": "ubos", "unique": "let-op"}, [("unknown_column", ".unique")]),
        ({"question": "ubos", "some": {"question": "geld", "is": {}}}, [("unknown_reference", ".some.question")]),
        (
            {"question": "ubos", "some": {"question": "soort", "is": {"minimum": 1}}},
            [("keyword_misfit", ".some.is.minimum")],
        ),
        (
            {"question": "ubos", "is": {"contains": {"required": ["soort"]}}},
            [("unknown_column", ".is.contains.required[0]")],
        ),
        ({"question": "banken", "count": {"minimum": 2}}, [("unknown_reference", ".question")]),
    ],
)
def test_references_over_pages(condition: Content, expected: list[tuple[str, str]]) -> None:
    """QU-3: a later page compares rows by what was asked of each on its pages; inner rows within their row alone."""
    note = {**SHARE, "questions": [*SHARE["questions"], question("let-op", "note")]}
    document = questionnaire("vragen", WHO, note, page("slot", question("verder", visible_when=condition)))
    if expected:
        assert publishing_faults(document) == [
            (code, f"$.pages[2].questions[0].visible_when{path}") for code, path in expected
        ]
    else:
        published(document)


@pytest.mark.parametrize(
    "leaf,path", [({"sum": "deel", "is": {}}, "sum"), ({"some": {"question": "deel", "is": {}}}, "some.question")]
)
def test_later_pages(leaf: Content, path: str) -> None:
    """QU-3: neither the pages of the rows themselves nor earlier ones compare rows by what is still to be asked."""
    about = {"question": "ubos", **leaf}
    early = page("eerst", question("x", visible_when=about))
    own = {**SHARE, "questions": [*SHARE["questions"], question("y", visible_when=about)]}
    rule = {"must_hold": [{"when": about, "texts": SAID}]}
    assert publishing_faults(questionnaire("vragen", WHO, early, {**own, **rule})) == [
        ("forward_reference", f"$.pages[2].must_hold[0].when.{path}"),
        ("forward_reference", f"$.pages[1].questions[0].visible_when.{path}"),
        ("forward_reference", f"$.pages[2].questions[3].visible_when.{path}"),
    ]
    next_of_row = page("meer", question("y", visible_when=about), for_each="ubos")
    published(questionnaire("vragen", WHO, SHARE, next_of_row))


# ------------------------------------------------------------------ computed values
DEEL = {"question": "ubos", "column": "deel"}
TOTAL = question("samen", "computed", compute={"sum": [DEEL]})


def worked_out(state: Answering, asks: Definition) -> dict[str, Any]:
    """Give the values of the computed questions that are visible, by id."""
    shown = project(asks, state.raw, as_of=TODAY)
    ids = [each.id for page in shown.pages for each in page.questions if each.computed is not None]
    return {id: shown.answers.get(id) for id in ids}


def test_a_sum_over_pages() -> None:
    """QU-3: a value sums what the pages of the rows ask; what is hidden or was taken out adds nothing."""
    hidden = question("deel", "percentage", visible_when={"question": "klein", "is": {"const": True}})
    share = page("ubo", hidden, question("soort"), for_each="ubos")
    rest = question("rest", "computed", compute={"difference": [{"question": "heel"}, DEEL]})
    asks = published(
        questionnaire("vragen", page("heel", question("heel", "percentage")), WHO, share, page("slot", TOTAL, rest))
    )
    rows = [{"naam": "Eva", "klein": True}, {"naam": "Bo", "klein": True}]
    state = save(answering.start(asks, {}, as_of=TODAY), "heel", {"heel": 100_00}, asks)
    state = save(state, "wie", {"ubos": rows}, asks)
    assert worked_out(state, asks) == {"samen": None, "rest": None}
    state = save(state, "ubo~2-0", {"deel~2-0": 60_00}, asks)
    state = save(state, "ubo~2-1", {"deel~2-1": 30_00}, asks)
    assert worked_out(state, asks) == {"samen": 90_00, "rest": 10_00}
    small = save(state, "wie", {"ubos": [{"#": "2-0", "naam": "Eva"}, {"#": "2-1", "klein": True}]}, asks)
    assert worked_out(small, asks) == {"samen": 30_00, "rest": 70_00}
    alone = save(state, "wie", {"ubos": [{"#": "2-0", "klein": True}]}, asks)
    assert worked_out(alone, asks) == {"samen": 60_00, "rest": 40_00}
    assert [each.kind for each in asks.pages[3].questions] == [QuestionType.PERCENTAGE] * 2


def test_a_sum_of_computed_values() -> None:
    """QU-3: what is computed on each page of the rows is summed too, and on the next pages of the rows as well."""
    double = question("dubbel", "computed", compute={"product": {"question": "deel"}, "by": 2})
    share = page("ubo", question("deel", "percentage"), double, for_each="ubos")
    all_of_them = {"sum": [{"question": "ubos", "column": "dubbel"}]}
    more = page("meer", question("aller", "computed", compute=all_of_them), question("x"), for_each="ubos")
    asks = published(
        questionnaire("vragen", WHO, share, more, page("slot", question("samen", "computed", compute=all_of_them)))
    )
    state = started("Eva", "Bo", asks=asks)
    for key, deel in (("1-0", 1_00), ("1-1", 2_00)):
        state = save(state, f"ubo~{key}", {f"deel~{key}": deel}, asks)
    assert worked_out(state, asks) == {
        "dubbel~1-0": 2_00,
        "dubbel~1-1": 4_00,
        "aller~1-0": 6_00,
        "aller~1-1": 6_00,
        "samen": 6_00,
    }


@pytest.mark.parametrize(
    "column, expected",
    [
        ("deel", []),
        ("soort", [("keyword_misfit", "")]),
        ("let-op", [("keyword_misfit", "")]),
        ("banken", [("keyword_misfit", "")]),
        ("geld", [("unknown_column", "")]),
    ],
)
def test_what_a_value_may_sum(column: str, expected: list[tuple[str, str]]) -> None:
    """QU-3: a value is computed from numbers that the pages of the rows ask, not from anything else there."""
    note = {**SHARE, "questions": [*SHARE["questions"], question("let-op", "note")]}
    compute = {"sum": [{"question": "ubos", "column": column}]}
    document = questionnaire("vragen", WHO, note, page("slot", question("samen", "computed", compute=compute)))
    if expected:
        assert publishing_faults(document) == [
            (code, f"$.pages[2].questions[0].compute.sum[0].column{path}") for code, path in expected
        ]
    else:
        assert published(document).pages[2].questions[0].kind is QuestionType.PERCENTAGE


def test_values_of_later_pages() -> None:
    """QU-3: neither the pages of the rows themselves nor earlier ones compute from what is still to be asked."""
    own = {**SHARE, "questions": [*SHARE["questions"], {**TOTAL, "id": "eigen"}]}
    assert publishing_faults(questionnaire("vragen", WHO, page("eerst", TOTAL, question("x")), own)) == [
        ("forward_reference", "$.pages[1].questions[0].compute.sum[0].column"),
        ("forward_reference", "$.pages[2].questions[3].compute.sum[0].column"),
    ]
    other = question("samen", "computed", compute={"sum": [DEEL, {"question": "geld"}]})
    mixed = questionnaire("vragen", WHO, SHARE, page("geld", question("geld", "amount")), page("slot", other))
    assert publishing_faults(mixed) == [("types_differ", "$.pages[3].questions[0].compute.sum[1]")]


# ------------------------------------------------------------------ views and revisions
def test_result() -> None:
    """Property 10: with equal ids in rows, the JSON keeps each answer at its place, inner rows included."""
    state = started("Eva")
    banks = [{"naam": "ABN", "geld": 1}, {"naam": "ING"}]
    state = save(save(state, "ubo~1-0", {"deel~1-0": 100_00, "banken~1-0": banks}), "slot", {"verder": "x"})
    done, _fact = assignments.complete(
        assigned(ASKS, state), ASKS, version=state.version, account_id=ACCOUNT_ID, language=Language.DUTCH, at=AT
    )
    assert json.loads(results.as_json(done, ASKS))["answers"] == {
        "ubos": [
            {
                "naam": "Eva",
                "klein": None,
                "deel": 100_00,
                "soort": None,
                "banken": [{"naam": "ABN", "geld": 1}, {"naam": "ING", "geld": None}],
            }
        ],
        "verder": "x",
    }


def test_names_of_files() -> None:
    """QU-3: a file is named by its question, and by its row: on the page of a row, in a column, and in both at once."""
    nouns = {"nl": {"label": "Banken", "row": "Bank"}, "en": {"label": "Banks", "row": "Account"}}
    who = {
        **WHO["questions"][0],
        "texts": {"nl": {"label": "U", "row": "Eigenaar"}, "en": {"label": "U", "row": "Owner"}},
    }
    asked = question("pas", "file", texts={"nl": {"label": "Pas van\n{x}"}, "en": {"label": "x" * 200}})
    inner = question(
        "banken", "rows", texts=nouns, columns=[question("saldo", "amount"), question("afschrift", "file")]
    )
    asks = published(
        questionnaire(
            "vragen",
            page("een", question("x"), question("akte", "file")),
            page("wie", who),
            page("ubo", asked, inner, for_each="ubos"),
            page("hier", question("r", "rows", columns=[question("n"), question("f", "file")])),
        )
    )
    files = [{"id": str(UUID(int=number)), "name": f"{number}.pdf", "size": 1} for number in range(6)]
    state = save(answering.start(asks, {}, as_of=TODAY), "een", {"x": "Jan", "akte": files[:1]}, asks)
    state = save(state, "wie", {"ubos": [{"klein": True}, {"naam": "Eva"}]}, asks)
    state = save(
        state, "ubo~2-0", {"pas~2-0": files[1:2], "banken~2-0": [{"saldo": 1}, {"afschrift": files[2:3]}]}, asks
    )
    state = save(state, "ubo~2-1", {"banken~2-1": [{"saldo": 1, "afschrift": files[3:5]}]}, asks)
    state = save(state, "hier", {"r": [{"n": "x" * 200, "f": files[5:]}]}, asks)
    names = answer_files.file_names(asks, answering.view(asks, state))
    told = {
        id.int: (each.question[Language.DUTCH], each.row and each.row[Language.DUTCH]) for id, each in names.items()
    }
    assert told == {
        0: ("akte", None),
        1: ("Pas van Jan", "Eigenaar 1"),
        2: ("afschrift", "Bank 2, Eigenaar 1"),
        3: ("afschrift", "Bank 1, Eigenaar 2: Eva"),
        4: ("afschrift", "Bank 1, Eigenaar 2: Eva"),
        5: ("f", f"1: {'x' * 146}…"),
    }
    english = [names[AnswerFileId(UUID(int=number))] for number in (1, 3)]
    assert [(each.question[Language.ENGLISH], each.row and each.row[Language.ENGLISH]) for each in english] == [
        (f"{'x' * 149}…", "Owner 1"),
        ("afschrift (en)", "Account 1, Owner 2: Eva"),
    ]


def test_rebase() -> None:
    """Property 7: a rule over rows that comes with a revision makes its page unfinished where it does not hold."""
    bare = published(questionnaire("vragen", WHO, SHARE, page("slot", question("verder"))))
    new = published(questionnaire("vragen", WHO, SHARE, LAST, revision=2))
    state = save(started("Eva", asks=bare), "ubo~1-0", {"deel~1-0": 10_00}, bare)
    state = save(state, "slot", {}, bare)
    assert (left(state, bare), left(revision_change.rebase(bare, new, state), new)) == ([], ["slot"])


# ------------------------------------------------------------------ any sequence of saves, against a model
Ubo = dict[str, Any]
LEAVES: list[tuple[Content, Callable[[list[Ubo]], bool]]] = [
    ({"sum": "deel", "is": {"const": 3}}, lambda ubos: sum(each.get("deel", 0) for each in ubos) == 3),
    ({"unique": "deel"}, lambda ubos: len({u["deel"] for u in ubos if "deel" in u}) == sum("deel" in u for u in ubos)),
    ({"every": {"question": "soort", "is": {}}}, lambda ubos: all("soort" in each for each in ubos)),
    (
        {"some": {"all": [{"question": "klein", "is": {"const": True}}, {"question": "deel", "is": {"minimum": 2}}]}},
        lambda ubos: any(each.get("klein") and each.get("deel", 0) >= 2 for each in ubos),
    ),
    (
        {"count": {"const": 1}, "where": {"not": {"question": "soort", "is": {"const": "x"}}}},
        lambda ubos: sum(each.get("soort") != "x" for each in ubos) == 1,
    ),
    (
        {"some": {"question": "banken", "sum": "geld", "is": {"minimum": 2}}},
        lambda ubos: any(
            sum(bank["geld"] for bank in each.get("banken", [])) >= 2 for each in ubos if "banken" in each
        ),
    ),
    (
        {"every": {"question": "banken", "every": {"question": "naam", "is": {"const": "x"}}}},
        lambda ubos: all("banken" in each and all(b.get("naam") == "x" for b in each["banken"]) for each in ubos),
    ),
]
"""Comparisons of the owners, each with what it means in plain Python."""
SMALL = st.integers(1, 3)
BANKS = st.lists(
    st.fixed_dictionaries({"geld": SMALL}, optional={"naam": st.sampled_from("xy")}), min_size=1, max_size=2
)
ON_PAGE = st.fixed_dictionaries({}, optional={"deel": SMALL, "soort": st.sampled_from("xy"), "banken": BANKS})
ROW = st.fixed_dictionaries({"naam": st.sampled_from("xy")}, optional={"klein": st.booleans()})


@settings(max_examples=150)
@given(data=st.data(), shows=st.sampled_from(LEAVES), rule=st.sampled_from(LEAVES), saves=st.integers(1, 8))
def test_any_saves(data: st.DataObject, shows: Any, rule: Any, saves: int) -> None:
    """Properties 3 to 6: after any saves, comparisons and sums of rows are of the answers on their pages."""
    when, must = ({"question": "ubos", **leaf} for leaf, _means in (shows, rule))
    either = {"any": [must, {"not": {"question": "ubos", "is": {}}}]}
    rule_of_page = {"must_hold": [{"when": either, "texts": SAID}]}
    last = page("slot", question("verder", visible_when=when), question("klaar"), TOTAL, **rule_of_page)
    asks = published(questionnaire("vragen", WHO, SHARE, last))
    state, told, is_saved = answering.start(asks, {}, as_of=TODAY), dict[str, Ubo](), set[str]()
    for _save in range(saves):
        page_id = data.draw(st.sampled_from(["wie", "slot", *(f"ubo~{key}" for key in told)]))
        if page_id == "wie":
            rows = [{"#": key, "naam": told[key]["naam"]} for key in told if data.draw(st.booleans())]
            state = save(state, "wie", {"ubos": [*rows, *data.draw(st.lists(ROW, max_size=2))]}, asks)
            listed: Any = state.raw.get("ubos", [])
            kept = {
                key: {id: each for id, each in ubo.items() if id not in ("naam", "klein")} for key, ubo in told.items()
            }
            told = {row["#"]: {**kept.get(row["#"], {}), **{k: row[k] for k in row if k != "#"}} for row in listed}
        elif page_id != "slot":
            key, own = page_id.partition("~")[2], data.draw(ON_PAGE)
            state = save(state, page_id, {f"{id}~{key}": each for id, each in own.items()}, asks)
            told[key] = {**{id: told[key][id] for id in ("naam", "klein") if id in told[key]}, **own}
        elif not told or rule[1](list(told.values())):
            state = save(state, "slot", {}, asks)
        else:
            with pytest.raises(Refused):
                save(state, "slot", {}, asks)
            continue
        is_saved = {each for each in is_saved if "~" not in each or each.partition("~")[2] in told} | {page_id}
        ubos = list(told.values())
        shown = answering.view(asks, state).page("slot")
        assert shown is not None
        assert [each.id for each in shown.questions] == (["verder"] if told and shows[1](ubos) else []) + [
            "klaar",
            "samen",
        ]
        shares = [each["deel"] for each in ubos if "deel" in each]
        assert worked_out(state, asks) == {"samen": sum(shares) if shares else None}
        assert ("slot" in left(state, asks)) is (
            "slot" not in is_saved
            or bool(answering.added(shown, answering.view(asks, state), state))
            or not (not told or rule[1](ubos))
        )
        assert project(asks, answering.view(asks, state).answers, as_of=TODAY) == answering.view(asks, state)
