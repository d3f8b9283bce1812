"""The forms of the editor of questionnaires: what they show, what they change, and that they lose nothing."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantportaal.adapters.web.editor import (
    compute_fields,
    condition_form,
    conditions,
    default_fields,
    option_fields,
    place_forms,
)
from klantportaal.adapters.web.editor.condition_form import Comparison, Rows
from klantportaal.adapters.web.editor.fields import NOT_A_NUMBER, Unreadable
from klantportaal.adapters.web.editor.moments import moment_in, moment_text
from klantportaal.adapters.web.editor.option_fields import OptionRow
from klantportaal.adapters.web.http.errors import Malformed
from klantportaal.adapters.web.language.translations import wordings
from klantportaal.domain.questionnaires import editing
from klantportaal.domain.questionnaires.editing import Place
from klantportaal.domain.values import Language
from klantportaal.questionnaires import library
from klantportaal.testing.filling_in import documents
from klantportaal.testing.questionnaires import page, question, questionnaire

WORDINGS = wordings()
NL, EN = WORDINGS[Language.DUTCH], WORDINGS[Language.ENGLISH]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
)


KEYS = ["id", "type", "texts", "schema", "required", "beside", "visible_when", "for_each", "columns", "unknown"]


def places(document: Any) -> Iterator[Place]:
    """Give every place that has a form with fields."""
    yield ()
    for place in editing.asked(document):
        yield place
        yield from ((*place, "must_hold", n) for n in range(len(editing.things(document, (*place, "must_hold")))))


def written(document: Any) -> str:
    """Write a document so that two are equal only if everything in them is, types included."""
    return json.dumps(document, sort_keys=True)


def require_kept(document: Any) -> None:
    """Save every form as it was opened, and require that nothing changes."""
    before = written(document)
    for wording in (NL, EN):
        for place in places(document):
            if isinstance(editing.at(document, place), Mapping):
                sent = place_forms.sent(document, place, place_forms.shown(document, place, wording), wording)
                assert (written(sent.document), sent.faults) == (before, {})
            where = (*place, conditions.key_of(place))
            if place and (found := conditions.here(document, where, wording.language)).rows is not None:
                assert conditions.typed(fields_of(found.rows), found) == found.rows
                if editing.at(document, where) is not None and len(found.rows.rows) > 1:
                    made = condition_form.condition_of(found.rows, found.subjects)
                    assert written(made) == written(editing.at(document, where))


def fields_of(rows: Rows) -> dict[str, str]:
    """Give the fields of the form of a condition."""
    fields = {"joiner": rows.joiner}
    for number, row in enumerate(rows.rows):
        fields |= {f"row.{number}.{part}": getattr(row, part) for part in ("subject", "how", "value", "other")}
    return fields


@settings(max_examples=30)
@given(documents())
def test_nothing_of_a_document_is_lost(document: Any) -> None:
    """Opening and saving each form unchanged gives the same document."""
    require_kept(document)


@pytest.mark.parametrize("id", library())
def test_nothing_of_a_real_questionnaire_is_lost(id: str) -> None:
    """So it does for each questionnaire of the library."""
    require_kept(json.loads(library()[id]))


@settings(max_examples=60)
@given(documents(), st.data())
def test_nothing_of_a_faulty_document_is_lost(document: Any, data: st.DataObject) -> None:
    """What a form has no words for stays as it is, wherever it stands."""
    place = data.draw(st.sampled_from([each for each in places(document) if each]))
    keys = [
        "id",
        "type",
        "texts",
        "schema",
        "required",
        "beside",
        "visible_when",
        "for_each",
        "options_from",
        "columns",
        "compute",
        "default",
    ]
    spoilt = editing.put(document, (*place, data.draw(st.sampled_from([*keys, "onbekend"]))), data.draw(ANYTHING))
    require_kept(spoilt)


def changed(document: Any, place: Place, typed: Mapping[str, str]) -> Any:
    """Fill in some fields of a form, and give what then stands at its place."""
    sent = place_forms.sent(document, place, {**place_forms.shown(document, place, NL), **typed}, NL)
    assert sent.faults == {}
    return editing.at(sent.document, place)


ASKED: Any = questionnaire(
    "v",
    page("een", question("getrouwd", "boolean"), question("bron", "choice", options=("loon", "anders"))),
    page(
        "twee",
        question("kinderen", "rows", columns=[question("naam"), question("deel", "percentage")]),
        question("landen", "choices", options=("nl", "be")),
        question("geboren", "date"),
        question("bedrag", "amount"),
        question("inleg", "amount"),
        question("akte", "date"),
        question("totaal", "computed", compute={"sum": [{"question": "bedrag"}, {"question": "inleg"}]}),
    ),
    page("drie", question("los")),
)
ALL_OF_THEM: Place = ("pages", 2, "questions", 0)


def test_fields_of_a_question() -> None:
    """Texts, boxes, bounds, days and references are changed each at its own place; empty texts leave."""
    told = changed(
        ASKED, ("pages", 1, "questions", 3), {"schema.minimum": "1.250,50", "required": "on", "texts.nl.help": "Hulp"}
    )
    assert (told["schema"], told["required"], told["texts"]["nl"]["help"]) == ({"minimum": 125050}, True, "Hulp")
    told = changed(ASKED, ("pages", 1, "questions", 2), {"latest": "18 jaar geleden", "earliest": "1-2-1900"})
    assert (told["latest"], told["earliest"]) == ("today-P18Y", "1900-02-01")
    told = changed(ASKED, ("pages", 2), {"for_each": "kinderen"})
    assert told["for_each"] == "kinderen"
    there = editing.put(ASKED, ("pages", 1, "questions", 3, "schema"), {"minimum": 100})
    told = changed(there, ("pages", 1, "questions", 3), {"schema.minimum": "", "required": ""})
    assert told == editing.at(ASKED, ("pages", 1, "questions", 3))


def test_what_cannot_be_read() -> None:
    """What is no number or day is told at its field, and leaves the document as it was."""
    typed = {"schema.minimum": "veel"}
    sent = place_forms.sent(ASKED, ("pages", 1, "questions", 3), typed, NL)
    assert (sent.document, set(sent.faults)) == (ASKED, {"schema.minimum"})
    sent = place_forms.sent(ASKED, ("pages", 1, "questions", 2), {"latest": "ooit"}, NL)
    assert (sent.document, set(sent.faults)) == (ASKED, {"latest"})


def test_a_new_id_is_followed() -> None:
    """Conditions follow the id of a question that gets another one."""
    where: Place = ("pages", 1, "visible_when")
    document = editing.put(ASKED, where, {"question": "getrouwd", "is": {"const": True}})
    sent = place_forms.sent(document, ("pages", 0, "questions", 0), {"id": "gehuwd"}, NL)
    assert editing.at(sent.document, where) == {"question": "gehuwd", "is": {"const": True}}


def test_options() -> None:
    """Options are rows: an empty row is none, and one without a code gets one of its label."""
    rows = [OptionRow("loon", "Loon", "Salary"), OptionRow("", "Érfenis & schenking", "Gift"), OptionRow("", "", "")]
    typed = {f"option.{n}.{part}": getattr(row, part) for n, row in enumerate(rows) for part in option_fields.PARTS}
    told = changed(ASKED, ("pages", 0, "questions", 1), typed)
    assert told["texts"]["nl"]["options"] == {"loon": "Loon", "erfenis-schenking": "Érfenis & schenking"}
    assert told["texts"]["en"]["options"] == {"loon": "Salary", "erfenis-schenking": "Gift"}
    assert option_fields.code_of("Loon", {"loon", "loon-2"}) == "loon-3"
    assert option_fields.code_of("…", set()) == "optie"


COMPARED: Mapping[str, tuple[Comparison, Any]] = {
    "answered": (Comparison(subject="geboren", how="answered"), {"question": "geboren", "is": {}}),
    "open": (Comparison(subject="geboren", how="open"), {"not": {"question": "geboren", "is": {}}}),
    "yes": (Comparison(subject="getrouwd", how="is", value="true"), {"question": "getrouwd", "is": {"const": True}}),
    "not": (
        Comparison(subject="bron", how="is_not", value="loon"),
        {"not": {"question": "bron", "is": {"const": "loon"}}},
    ),
    "includes": (
        Comparison(subject="landen", how="includes", value="be"),
        {"question": "landen", "is": {"contains": {"const": "be"}}},
    ),
    "adult": (
        Comparison(subject="geboren", how="not_after", value="18 jaar geleden"),
        {"not": {"question": "geboren", "after": "today-P18Y"}},
    ),
    "amount": (
        Comparison(subject="bedrag", how="at_least", value="1.250,50"),
        {"question": "bedrag", "is": {"minimum": 125050}},
    ),
    "less than another": (
        Comparison(subject="inleg", how="at_most_answer", other="bedrag"),
        {"question": "inleg", "at_most": {"question": "bedrag"}},
    ),
    "more than a computed one": (
        Comparison(subject="bedrag", how="at_least_answer", other="totaal"),
        {"question": "bedrag", "at_least": {"question": "totaal"}},
    ),
    "computed": (
        Comparison(subject="totaal", how="at_least", value="1,00"),
        {"question": "totaal", "is": {"minimum": 100}},
    ),
    "before another": (
        Comparison(subject="geboren", how="before_answer", other="akte"),
        {"question": "geboren", "before": {"question": "akte"}},
    ),
    "the same day or later": (
        Comparison(subject="akte", how="not_before_answer", other="geboren"),
        {"question": "akte", "at_least": {"question": "geboren"}},
    ),
    "count": (
        Comparison(subject="kinderen", how="count_at_most", value="3"),
        {"question": "kinderen", "count": {"maximum": 3}},
    ),
    "sum": (
        Comparison(subject="kinderen.deel", how="sum_is", value="100"),
        {"question": "kinderen", "sum": "deel", "is": {"const": 10000}},
    ),
    "unique": (Comparison(subject="kinderen.naam", how="unique"), {"question": "kinderen", "unique": "naam"}),
    "some": (
        Comparison(subject="kinderen.naam", how="some_is", value="Eva"),
        {"question": "kinderen", "some": {"question": "naam", "is": {"const": "Eva"}}},
    ),
}


@pytest.mark.parametrize("what", COMPARED)
def test_comparisons(what: str) -> None:
    """Each way to compare is read from a condition, and makes that condition again."""
    row, leaf = COMPARED[what]
    where = (*ALL_OF_THEM, "visible_when")
    found = conditions.here(editing.put(ASKED, where, leaf), where, Language.DUTCH)
    assert found.rows == Rows(rows=(row,))
    assert condition_form.condition_of(Rows(rows=(row,)), found.subjects) == leaf


@pytest.mark.parametrize(
    "condition",
    [
        {"all": [{"any": [{"question": "getrouwd", "is": {}}]}]},
        {"question": "getrouwd", "is": {"const": 1}},
        {"question": "los", "is": {}},
        {"question": "bedrag", "is": {"minimum": 1, "maximum": 2}},
        {"question": "bedrag", "at_least": {"question": "geboren"}},
        {"question": "bedrag", "at_least": {"question": "bedrag"}},
        {"not": {"question": "geboren", "before": {"question": "akte"}}},
        [1],
        "x",
    ],
)
def test_what_rows_have_no_words_for(condition: Any) -> None:
    """A condition within another, or on what comes later, is kept: the rows do not show it."""
    where = (*ALL_OF_THEM, "visible_when")
    document = editing.put(ASKED, where, condition)
    assert conditions.here(document, where, Language.DUTCH).rows is None
    assert conditions.in_words(document, where, NL) == json.dumps(condition)


def test_joining() -> None:
    """Rows are joined by all, any or none; without rows there is no condition."""
    rows = (COMPARED["yes"][0], COMPARED["count"][0])
    found = conditions.here(ASKED, (*ALL_OF_THEM, "visible_when"), Language.DUTCH)
    leaves = [COMPARED["yes"][1], COMPARED["count"][1]]
    made = {
        joiner: condition_form.condition_of(Rows(joiner=joiner, rows=rows), found.subjects)
        for joiner in condition_form.JOINERS
    }
    assert made == {"all": {"all": leaves}, "any": {"any": leaves}, "none": {"not": {"any": leaves}}}
    assert condition_form.condition_of(Rows(), found.subjects) is None
    words = conditions.in_words(
        editing.put(ASKED, (*ALL_OF_THEM, "visible_when"), made["all"]), (*ALL_OF_THEM, "visible_when"), NL
    )
    assert words == "“getrouwd” is Ja en “kinderen” aantal rijen is ten hoogste 3"


def test_buttons_of_a_condition() -> None:
    """A button adds the chosen question, another one takes a row out; what no form sends is refused."""
    found = conditions.here(ASKED, (*ALL_OF_THEM, "visible_when"), Language.DUTCH)
    typed = fields_of(Rows(rows=(COMPARED["yes"][0],)))
    added = conditions.typed({**typed, "action": "add", "new": "landen"}, found)
    assert added.rows == (COMPARED["yes"][0], Comparison(subject="landen", how=""))
    assert conditions.typed({**typed, "action": "out-0"}, found) == Rows()
    with pytest.raises(Malformed):
        conditions.typed({**typed, "row.0.how": "sum_is"}, found)


# ------------------------------------------------------------------ computed values
TOTAL: Place = ("pages", 1, "questions", 6)
SUM = {"sum": [{"question": "bedrag"}, {"question": "inleg"}]}


def computed(made_of: Any, **typed: str) -> Any:
    """Fill in the form of a computed question that is worked out in some way, and give how it is worked out then."""
    fields = {name.replace("_", "."): text for name, text in typed.items()}
    return changed(editing.put(ASKED, (*TOTAL, "compute"), made_of), TOTAL, fields)["compute"]


def test_numbers_of_a_sum() -> None:
    """A sum has the numbers that are chosen, and columns of rows; an empty select is none."""
    assert computed(SUM, compute_sum_3="kinderen.deel") == {
        "sum": [*SUM["sum"], {"question": "kinderen", "column": "deel"}]
    }
    assert computed(SUM, compute_sum_0="") == {"sum": [{"question": "inleg"}]}
    assert computed(SUM, compute_sum_0="", compute_sum_1="") == {"sum": []}


def test_other_calculations() -> None:
    """A difference and years have two places, a product has one and its factor; an empty place stays one."""
    taken: Any = {"difference": [{"question": "bedrag"}, {"question": "inleg"}]}
    assert computed(taken, compute_difference_0="") == {"difference": [{"question": ""}, {"question": "inleg"}]}
    assert computed(taken, compute_difference_0="", compute_difference_1="") == {"difference": []}
    assert computed({"years": []}, compute_years_0="geboren", compute_years_1=compute_fields.TODAY) == {
        "years": [{"question": "geboren"}, "today"]
    }
    empty: Any = {"product": {"question": ""}}
    assert computed(empty, compute_product="bedrag", compute_by="0,021") == {
        "product": {"question": "bedrag"},
        "by": 0.021,
    }
    assert computed({"product": {"question": "bedrag"}, "by": 0.5}, compute_by="12") == {
        "product": {"question": "bedrag"},
        "by": 12,
    }
    sent = place_forms.sent(editing.put(ASKED, (*TOTAL, "compute"), empty), TOTAL, {"compute.by": "0,00001"}, NL)
    assert sent.faults == {"compute.by": compute_fields.NO_FACTOR}


@pytest.mark.parametrize(
    "before, how, after",
    [
        (SUM, "difference", {"difference": SUM["sum"]}),
        (SUM, "product", {"product": {"question": "bedrag"}}),
        (SUM, "years", {"years": []}),
        ({"product": {"question": "bedrag"}, "by": 2}, "sum", {"sum": [{"question": "bedrag"}]}),
        ({"years": [{"question": "geboren"}, "today"]}, "product", {"product": {"question": ""}}),
        (None, "sum", {"sum": []}),
        (SUM, "onbekend", SUM),
    ],
)
def test_another_calculation(before: Any, how: str, after: Any) -> None:
    """With another calculation, the numbers that fit it stay."""
    assert computed(before, compute=how) == after


def test_what_a_value_can_be_made_of() -> None:
    """Offered are the numbers, or the days, that are asked before it; what stands there is offered too."""
    offered = {}
    for how, compute in (("sum", {"sum": [{"question": "weg"}]}), ("years", {"years": []})):
        document = editing.put(ASKED, (*TOTAL, "compute"), compute)
        fields = {field.name: field for field in place_forms.fields_of(document, TOTAL, NL)}
        offered[how] = [value for value, _label in fields[f"compute.{how}.0"].options]
    assert offered == {
        "sum": ["", "kinderen.deel", "bedrag", "inleg", "weg"],
        "years": ["", compute_fields.TODAY, "geboren", "akte"],
    }


@pytest.mark.parametrize(
    "compute",
    [
        {},
        "sum",
        {"sum": "x"},
        {"sum": ["today", 1]},
        {"sum": [], "by": 2},
        {"sum": [], "difference": []},
        {"difference": SUM["sum"] * 2},
        {"sum": [{"question": "a.b"}]},
        {"sum": [{"question": "a", "column": None}]},
    ],
)
def test_calculations_beyond_the_form(compute: Any) -> None:
    """What selects have no words for is said so, and kept, whatever is sent."""
    document = editing.put(ASKED, (*TOTAL, "compute"), compute)
    [shown] = [field for field in place_forms.fields_of(document, TOTAL, NL) if field.at[0] == "compute"]
    assert shown.shown(None) is None
    typed = {"compute": "sum", "compute.sum.0": "bedrag"}
    assert place_forms.sent(document, TOTAL, typed, NL).document == document


def test_the_kind_calculated() -> None:
    """A question becomes a computed one by its kind; it then asks for no answer, and columns cannot be one."""
    place: Place = ("pages", 1, "questions", 4)
    there = editing.put(ASKED, (*place, "required"), True)
    sent = place_forms.sent(there, place, {"type": "computed", "required": "on"}, NL)
    assert editing.at(sent.document, place) == question("inleg", "computed", compute={"sum": []})
    names = {field.name for field in place_forms.fields_of(sent.document, place, NL)}
    assert names.isdisjoint({"required", "fixed", "texts.nl.fault"})
    [kind, *_rest] = place_forms.fields_of(ASKED, ("pages", 1, "questions", 0, "columns", 0), NL)
    assert "computed" not in dict(kind.options)


# ------------------------------------------------------------------ defaults
DEFAULTS: Mapping[str, tuple[str, Any]] = {
    "text": (" Jan  Jansen ", "Jan Jansen"),
    "long_text": ("Eén.\r\nTwee.", "Eén.\nTwee."),
    "integer": ("3", 3),
    "amount": ("1.250,50", 125050),
    "percentage": ("12,5", 1250),
    "decimal": ("1,25", 125),
    "date": ("31-1-2026", "2026-01-31"),
    "time": ("14:30", "14:30"),
    "boolean": ("false", False),
    "choice": ("anders", "anders"),
    "email": ("jan@Example.NL", "jan@example.nl"),
    "phone": ("06 12345678", "+31612345678"),
    "iban": ("nl91 abna 0417 1643 00", "NL91ABNA0417164300"),
}


@pytest.mark.parametrize("kind", DEFAULTS)
def test_defaults_of_each_type(kind: str) -> None:
    """A default is typed as an answer is, and kept as one is stored, fit to be published. An empty field is none."""
    typed, stored = DEFAULTS[kind]
    asked = question("x", kind, options=("loon", "anders") if kind == "choice" else ())
    document = editing.put(ASKED, ALL_OF_THEM, asked)
    told = changed(document, ALL_OF_THEM, {"default": typed})
    assert written(told) == written({**asked, "default": stored})
    document = editing.put(document, ALL_OF_THEM, told)
    assert editing.faults_of(document) == ()
    assert changed(document, ALL_OF_THEM, {"default": ""}) == asked


def test_a_default_that_is_an_earlier_answer() -> None:
    """Offered are the questions of earlier pages with the same type of answer; what stands there is offered too."""
    place: Place = ("pages", 2, "questions", 0)
    offered = {}
    for kind in ("amount", "date", "boolean", "choices", "address", "text"):
        document = editing.put(ASKED, place, question("los", kind, default={"question": "weg"}))
        [field] = [each for each in place_forms.fields_of(document, place, NL) if each.name == "default.question"]
        offered[kind] = [value for value, _label in field.options if value]
    assert offered == {
        "amount": ["bedrag", "inleg", "totaal", "weg"],
        "date": ["geboren", "akte", "weg"],
        "boolean": ["getrouwd", "weg"],
        "choices": ["landen", "weg"],
        "address": ["weg"],
        "text": ["weg"],
    }
    known = editing.put(ASKED, ("pages", 0, "questions", 0), question("wie", "prefilled", profile="name"))
    told = changed(known, place, {"default.question": "wie"})
    assert told["default"] == {"question": "wie"}
    assert editing.faults_of(editing.put(known, place, told)) == ()
    document = editing.put(known, place, told)
    assert changed(document, place, {"default": "Jan", "default.question": ""})["default"] == "Jan"


def test_one_default_or_the_other() -> None:
    """A question has an answer of its own or an earlier one as default; what is no answer is told at its field."""
    place: Place = ("pages", 2, "questions", 0)
    document = editing.put(ASKED, place, question("los", "amount", default=500))
    for typed, told in (
        ({"default.question": "bedrag"}, {"default.question": default_fields.ONE_OF_TWO}),
        ({"default": "veel"}, {"default": NOT_A_NUMBER}),
    ):
        sent = place_forms.sent(document, place, {**place_forms.shown(document, place, NL), **typed}, NL)
        assert (sent.document, sent.faults) == (document, told)
    typed = {"default": "", "default.question": "bedrag"}
    assert changed(document, place, typed)["default"] == {"question": "bedrag"}
    assert changed(document, place, {"type": "text"}) == question("los")


@pytest.mark.parametrize(
    "kind, default",
    [
        ("choices", ["nl"]),
        ("address", {"street": "A", "place": "B", "country": "NL"}),
        ("amount", "5"),
        ("boolean", "true"),
        ("text", 5),
        ("integer", True),
        ("date", {"question": "geboren", "x": 1}),
    ],
)
def test_defaults_beyond_the_form(kind: str, default: Any) -> None:
    """A default that the fields have no words for is said so, and kept, whatever is sent."""
    document = editing.put(ASKED, ALL_OF_THEM, question("los", kind, default=default))
    [shown] = [field for field in place_forms.fields_of(document, ALL_OF_THEM, NL) if field.at[0] == "default"]
    assert shown.shown(None) is None
    sent = place_forms.sent(document, ALL_OF_THEM, {"default": "1", "default.question": "bedrag"}, NL)
    assert (sent.document, sent.faults) == (document, {})


def test_what_has_no_default() -> None:
    """Columns, and types that nobody fills in, have no fields for a default."""
    column: Place = ("pages", 1, "questions", 0, "columns", 0)
    there = [(ASKED, column)]
    kinds = ("file", "rows", "note", "prefilled", "computed")
    there += [(editing.put(ASKED, ALL_OF_THEM, question("los", kind)), ALL_OF_THEM) for kind in kinds]
    for document, place in there:
        assert not [field for field in place_forms.fields_of(document, place, NL) if field.at[0] == "default"]


def row_typed(**typed: str) -> Rows:
    """Send the form of a condition with one row about an amount."""
    found = conditions.here(ASKED, (*ALL_OF_THEM, "visible_when"), Language.DUTCH)
    return conditions.typed(
        {"row.0.subject": "bedrag", **{f"row.0.{part}": text for part, text in typed.items()}}, found
    )


def test_another_question_or_a_value() -> None:
    """The way to compare decides which of the two fields counts; if that one is empty, the form says so."""
    found = conditions.here(ASKED, (*ALL_OF_THEM, "visible_when"), Language.DUTCH)
    [row] = row_typed(how="at_most_answer", value="5", other="inleg").rows
    assert row == Comparison(subject="bedrag", how="at_most_answer", other="inleg")
    [row] = row_typed(how="at_most", value="5", other="inleg").rows
    assert row == Comparison(subject="bedrag", how="at_most", value="5")
    [row] = row_typed(how="answered", value="5", other="inleg").rows
    assert row == Comparison(subject="bedrag", how="answered")
    for how, other, told in (
        ("at_most_answer", "", condition_form.NO_QUESTION),
        ("at_most", "inleg", condition_form.NO_WAY),
    ):
        with pytest.raises(Unreadable) as refused:
            condition_form.condition_of(row_typed(how=how, other=other), found.subjects)
        assert refused.value.args == (told,)
    for other in ("geboren", "bedrag", "kinderen.deel", "nergens"):
        with pytest.raises(Malformed):
            row_typed(how="at_most_answer", other=other)


def test_what_can_be_compared_with_another_answer() -> None:
    """Only a question with another one of its type before the condition has the ways for it."""
    subjects = conditions.here(ASKED, (*ALL_OF_THEM, "visible_when"), Language.DUTCH).subjects
    offered = {
        id: {each.value for each in condition_form.others(subject, subjects)} for id, subject in subjects.items()
    }
    assert {id: values for id, values in offered.items() if values} == {
        "bedrag": {"inleg", "totaal"},
        "inleg": {"bedrag", "totaal"},
        "totaal": {"bedrag", "inleg"},
        "geboren": {"akte"},
        "akte": {"geboren"},
    }
    for subject in subjects.values():
        has_way = any(how in condition_form.WITH_ANSWER for how in condition_form.ways(subject, subjects))
        assert has_way == bool(offered[subject.value])


def test_another_answer_in_words() -> None:
    """The condition in words names the other question."""
    where = (*ALL_OF_THEM, "visible_when")
    document = editing.put(ASKED, where, {"question": "inleg", "at_most": {"question": "bedrag"}})
    assert conditions.in_words(document, where, EN) == "“inleg (en)” is at most the answer to “bedrag (en)”"


@pytest.mark.parametrize(
    "text, moment",
    [
        ("31-1-2026", "2026-01-31"),
        ("Vandaag", "today"),
        ("18 jaar geleden", "today-P18Y"),
        ("1 month ago", "today-P1M"),
        ("over 2 weken", "today+P2W"),
        ("in 10 days", "today+P10D"),
        ("today-P1Y2M", "today-P1Y2M"),
    ],
)
def test_days_in_words(text: str, moment: str) -> None:
    """Days are typed in words of both languages, and written so that they can be typed again."""
    assert moment_in(text) == moment
    for language in Language:
        assert moment_in(moment_text(moment, language)) == moment


@pytest.mark.parametrize("text", ["", "ooit", "32-1-2026", "2 eeuwen geleden", "today-P1Q"])
def test_no_days(text: str) -> None:
    """What is no day is refused."""
    with pytest.raises(Unreadable):
        moment_in(text)
