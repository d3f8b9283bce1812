"""The forms of the editor of questionnaires: what they show, what they change, and that they lose nothing."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantportaal.adapters.web.editor import (
    compute_fields,
    condition_form,
    condition_groups,
    condition_views,
    conditions,
    default_fields,
    option_fields,
    place_forms,
    views,
)
from klantportaal.adapters.web.editor.condition_form import Comparison
from klantportaal.adapters.web.editor.condition_groups import Group, Kept, Path
from klantportaal.adapters.web.editor.fields import NOT_A_NUMBER, Unreadable
from klantportaal.adapters.web.editor.moments import moment_in, moment_text
from klantportaal.adapters.web.editor.opened import Opened
from klantportaal.adapters.web.editor.option_fields import OptionRow
from klantportaal.adapters.web.editor.references import Referable, Scope, referable
from klantportaal.adapters.web.http.errors import Malformed
from klantportaal.adapters.web.language.translations import Wording, wordings
from klantportaal.domain.questionnaires import drafts, editing
from klantportaal.domain.questionnaires.editing import Place
from klantportaal.domain.values import Language, QuestionnaireDraftId
from klantportaal.questionnaires import library
from klantportaal.testing.filling_in import documents
from klantportaal.testing.questionnaires import page, question, questionnaire
from tests.domain.given import AT, OFFICE_ID

WORDINGS = wordings()
NL, EN = WORDINGS[Language.DUTCH], WORDINGS[Language.ENGLISH]
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
)
"""Any JSON that a draft can hold."""


KEYS = ["id", "type", "texts", "schema", "required", "beside", "visible_when", "for_each", "columns", "unknown"]


def as_opened(document: Any) -> Opened:
    """Open a document as a draft."""
    id = QuestionnaireDraftId(UUID(int=1))
    draft, _started = drafts.start(
        json.dumps(document), id=id, office_id=OFFICE_ID, kept=0, handler="Mr. De Wit", at=AT
    )
    return Opened(id=str(draft.id), stored=draft, document=document, office={})


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
        known = referable(document, wording.language)
        for place in places(document):
            if isinstance(editing.at(document, place), Mapping):
                sent = place_forms.sent(document, place, place_forms.shown(document, place, wording), wording)
                assert (written(sent.document), sent.faults) == (before, {})
            if place:
                require_condition_kept(document, (*place, conditions.key_of(place)), known, wording)


def require_condition_kept(document: Any, where: Place, known: Sequence[Referable], wording: Wording) -> None:
    """Save the form of a condition as it was opened, and make the condition of it anew."""
    condition, found = editing.at(document, where), conditions.here(document, where, wording.language, known)
    assert conditions.typed(fields_of(found.group), found.scope) == found.group
    assert dict(condition_groups.unread(found.group, found.scope)) == {}
    if condition is not None:
        made = condition_groups.condition_of(found.group, found.scope)
        assert written(bare(made)) == written(bare(condition))
        parts = found.group.parts
        is_one = (
            len(parts) == 1 and found.group.joiner == "any" and not (isinstance(parts[0], Group) and not parts[0].rows)
        )
        kept = attrs.evolve(found.group, joiner="all") if is_one else found.group  # One part needs no joiner.
        again = editing.put(document, where, made)
        assert conditions.here(again, where, wording.language, known).group == kept or not kept.parts
        assert bool(conditions.in_words(document, where, wording, known)) == (condition != {"all": []})


def bare(condition: Any) -> Any:
    """Take away what joins only one condition, or nothing. What that means stays the same."""
    if isinstance(condition, list):
        return [bare(each) for each in condition]
    match condition:
        case {"all": [one], **rest} | {"any": [one], **rest} if not rest:
            return bare(one)
        case {"all": [], **rest} | {"any": [], **rest} | {"not": {"all": []} | {"any": []}, **rest} if not rest:
            return None
        case Mapping():
            return {key: bare(each) for key, each in condition.items()}
    return condition


def fields_of(group: Group, path: Path = ()) -> dict[str, str]:
    """Give the fields of the form of a condition."""
    name = conditions.field_name(path)
    fields = {f"{name}joiner": group.joiner}
    if path:
        fields |= {f"{name}rows": group.rows, f"{name}how": group.how, f"{name}value": group.value}
    for number, part in enumerate(group.parts):
        here = (*path, number)
        own = conditions.field_name(here)
        if isinstance(part, Group):
            fields |= fields_of(part, here)
        elif isinstance(part, Kept):
            fields[f"{own}kept"] = json.dumps(part.condition)
        else:
            fields |= {f"{own}{key}": getattr(part, key) for key in ("subject", "how", "other")}
            ticked = part.value.split(",") if part.how in condition_form.LISTED else ()
            fields |= {f"{own}of.{code}": "on" for code in ticked} or {f"{own}value": part.value}
    return {name: text.replace("\n", "").replace("\r", "") for name, text in fields.items()}  # As a browser does.


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


def within(condition: Any) -> Iterator[Place]:
    """Give the places of everything in a condition."""
    keys = (
        list(condition)
        if isinstance(condition, Mapping)
        else range(len(condition) if isinstance(condition, list) else 0)
    )
    for key in keys:
        yield (key,)
        yield from ((key, *rest) for rest in within(condition[key]))


@settings(max_examples=60)
@given(documents(), st.data())
def test_nothing_of_a_faulty_condition_is_lost(document: Any, data: st.DataObject) -> None:
    """So does a part of a condition, however deep it is: beside what the form shows it stays as it is."""
    found = [(*place, conditions.key_of(place)) for place in places(document) if place]
    spots = [(*where, *rest) for where in found for rest in ((), *within(editing.at(document, where)))]
    spoilt = document
    for place in data.draw(st.lists(st.sampled_from([each for each in spots if len(each) > 2]), max_size=3)):
        if editing.at(spoilt, place[:-1]) is not None:
            spoilt = editing.put(spoilt, place, data.draw(ANYTHING))
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
    "one of": (
        Comparison(subject="bron", how="one_of", value="anders,loon"),
        {"question": "bron", "is": {"enum": ["anders", "loon"]}},
    ),
    "none of": (
        Comparison(subject="bron", how="none_of", value="loon"),
        {"not": {"question": "bron", "is": {"enum": ["loon"]}}},
    ),
    "includes one of": (
        Comparison(subject="landen", how="includes_one_of", value="nl,weg"),
        {"question": "landen", "is": {"contains": {"enum": ["nl", "weg"]}}},
    ),
    "includes none of": (
        Comparison(subject="landen", how="includes_none_of", value="be"),
        {"not": {"question": "landen", "is": {"contains": {"enum": ["be"]}}}},
    ),
    "number chosen": (
        Comparison(subject="landen", how="chosen_at_most", value="1"),
        {"question": "landen", "is": {"maxItems": 1}},
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
    found = there(leaf)
    assert found.group == Group(parts=(row,))
    assert condition_groups.condition_of(Group(parts=(row,)), found.scope) == leaf


def there(condition: Any = None) -> conditions.Here:
    """Put a condition at the last question, and find it."""
    where = (*ALL_OF_THEM, "visible_when")
    document = ASKED if condition is None else editing.put(ASKED, where, condition)
    return conditions.here(document, where, Language.DUTCH)


def in_words(condition: Any, wording: Wording = NL) -> str:
    """Say a condition of the last question."""
    where = (*ALL_OF_THEM, "visible_when")
    return conditions.in_words(editing.put(ASKED, where, condition), where, wording)


@pytest.mark.parametrize(
    "condition",
    [
        {"question": "getrouwd", "is": {"const": 1}},
        {"question": "bron", "is": {"const": "lo\non"}},
        {"question": "los", "is": {}},
        {"question": "bedrag", "is": {"minimum": 1, "maximum": 2}},
        {"question": "bedrag", "at_least": {"question": "geboren"}},
        {"question": "bedrag", "at_least": {"question": "bedrag"}},
        {"question": "bedrag", "some": {"question": "naam", "is": {}}},
        {"question": "kinderen", "count": {"minimum": 1, "maximum": 2}, "where": {"question": "naam", "is": {}}},
        {"question": "kinderen", "some": {"question": "naam", "is": {}}, "where": {}},
        {"all": [], "any": []},
        {"all": "x"},
        {},
        [1],
        "x",
        0,
    ],
)
def test_what_the_form_has_no_fields_for(condition: Any) -> None:
    """A condition that has no fields is shown as it is and kept, also beside comparisons and in groups."""
    assert there(condition).group == Group(parts=(Kept(condition=condition),))
    assert in_words(condition) == json.dumps(condition)
    beside = {"any": [condition, {"all": [condition, COMPARED["yes"][1]]}]}
    found = there(beside)
    kept = Kept(condition=condition)
    assert found.group == Group(joiner="any", parts=(kept, Group(parts=(kept, COMPARED["yes"][0]))))
    taken = conditions.typed({**fields_of(found.group), "action": "out-1.1"}, found.scope)
    assert condition_groups.condition_of(taken, found.scope) == {"any": [condition, {"all": [condition]}]}


def test_joining() -> None:
    """Parts are joined by all, any, none or not all; without parts there is no condition."""
    parts = (COMPARED["yes"][0], COMPARED["count"][0])
    leaves = [COMPARED["yes"][1], COMPARED["count"][1]]
    scope = there().scope
    joined = {
        joiner: condition_groups.condition_of(Group(joiner=joiner, parts=parts), scope)
        for joiner in condition_groups.JOINERS
    }
    assert joined == {
        "all": {"all": leaves},
        "any": {"any": leaves},
        "none": {"not": {"any": leaves}},
        "not_all": {"not": {"all": leaves}},
    }
    for joiner, condition in joined.items():
        assert there(condition).group == Group(joiner=joiner, parts=parts)
    assert condition_groups.condition_of(Group(), scope) is None
    one, other = "“getrouwd” is Ja", "“kinderen” aantal rijen is ten hoogste 3"
    assert {joiner: in_words(condition) for joiner, condition in joined.items()} == {
        "all": f"{one} en {other}",
        "any": f"{one} of {other}",
        "none": f"niets hiervan: {one} of {other}",
        "not_all": f"niet geldt dat ({one} en {other})",
    }


# ------------------------------------------------------------------ groups
YES, COUNT, ADULT = (COMPARED[key][1] for key in ("yes", "count", "adult"))


def test_groups_in_groups() -> None:
    """A group is in another one, three deep with the whole; what is deeper is kept, and said in words."""
    deep = {"any": [YES, COUNT]}
    condition = {"all": [YES, {"any": [COUNT, {"not": {"all": [ADULT, deep]}}]}]}
    found = there(condition)
    inner = Group(joiner="not_all", parts=(COMPARED["adult"][0], Kept(condition=deep)))
    group = Group(parts=(COMPARED["yes"][0], Group(joiner="any", parts=(COMPARED["count"][0], inner))))
    assert found.group == group
    assert condition_groups.condition_of(group, found.scope) == condition
    assert in_words(condition, EN) == (
        "“getrouwd (en)” is Yes and (“kinderen (en)” number of rows is at most 3 or"
        " (it is not so that (“geboren (en)” is not after 18 years ago and"
        " (“getrouwd (en)” is Yes or “kinderen (en)” number of rows is at most 3))))"
    )


def test_not_around_one() -> None:
    """A not around one condition is a group of which none holds; one that a comparison has a way for is that."""
    for condition, group in (
        ({"not": COUNT}, Group(joiner="none", parts=(COMPARED["count"][0],))),
        ({"not": {"not": COUNT}}, Group(joiner="none", parts=(Group(joiner="none", parts=(COMPARED["count"][0],)),))),
        (COMPARED["not"][1], Group(parts=(COMPARED["not"][0],))),
    ):
        assert there(condition).group == group


EVA = {"question": "naam", "is": {"const": "Eva"}}
IS_EVA = Comparison(subject="naam", how="is", value="Eva")
LARGE = {"question": "deel", "is": {"minimum": 2500}}
IS_LARGE = Comparison(subject="deel", how="at_least", value="25")
YES_SAID = "“getrouwd (en)” is Yes"
OVER_ROWS: Mapping[str, tuple[Group, Any, str]] = {
    "every": (
        Group(rows="kinderen", how="every", joiner="any", parts=(IS_EVA, IS_LARGE)),
        {"question": "kinderen", "every": {"any": [EVA, LARGE]}},
        "in each row of “%s”, (“%s: naam (en)” is Eva or “%s: deel (en)” is at least 25)",
    ),
    "some": (
        Group(rows="kinderen", how="some", parts=(IS_LARGE, COMPARED["yes"][0])),
        {"question": "kinderen", "some": {"all": [LARGE, YES]}},
        "in at least one row of “%s”, (“%s: deel (en)” is at least 25 and “getrouwd (en)” is Yes)",
    ),
    "count": (
        Group(rows="kinderen", how="count_at_least", value="2", joiner="none", parts=(IS_EVA, COMPARED["yes"][0])),
        {"question": "kinderen", "count": {"minimum": 2}, "where": {"not": {"any": [EVA, YES]}}},
        f"the number of rows of “%s” where (none of these: “%s: naam (en)” is Eva or {YES_SAID}) is at least 2",
    ),
}


@pytest.mark.parametrize("what", OVER_ROWS)
def test_groups_about_rows(what: str) -> None:
    """What holds in every row, in some, or in a number of them, is a group that sees the columns of the row."""
    group, condition, words = OVER_ROWS[what]
    found = there(condition)
    assert found.group == Group(parts=(group,))
    assert condition_groups.condition_of(found.group, found.scope) == condition
    assert in_words(condition, EN) == words.replace("%s", "kinderen (en)")
    within = {"any": [YES, condition]}
    assert there(within).group == Group(joiner="any", parts=(COMPARED["yes"][0], group))


def test_one_comparison_in_rows() -> None:
    """One comparison of rows is a group too, unless the list of ways has it; it stays a group when it is saved."""
    condition = {"question": "kinderen", "some": LARGE}
    group = Group(parts=(Group(rows="kinderen", how="some", parts=(IS_LARGE,)),))
    found = there(condition)
    assert (found.group, there(COMPARED["some"][1]).group) == (group, Group(parts=(COMPARED["some"][0],)))
    made = condition_groups.condition_of(group, found.scope)
    assert (made, there(made).group) == ({"question": "kinderen", "some": {"all": [LARGE]}}, group)


OWNERS: Any = questionnaire(
    "v",
    page("wie", question("ubos", "rows", columns=[question("naam"), question("klein", "boolean")]), question("naam")),
    page(
        "ubo",
        question("deel", "percentage"),
        question("banken", "rows", columns=[question("geld", "amount")]),
        for_each="ubos",
    ),
    page("nog", question("bron"), for_each="ubos"),
    page("slot", question("los")),
)


def test_what_rows_see() -> None:
    """In a group about rows are their columns, what earlier pages ask of each of them, and what is asked before."""
    last, own = (
        Scope.of(OWNERS, place, referable(OWNERS, Language.DUTCH))
        for place in (("pages", 3, "questions", 0), ("pages", 2, "questions", 0))
    )
    assert set(last.subjects) == {"ubos", "ubos.naam", "ubos.klein", "naam", "ubos.deel", "ubos.bron"}
    assert set(last.within("ubos").subjects) == {"ubos", "naam", "klein", "deel", "banken", "banken.geld", "bron"}
    assert last.within("ubos").subjects["naam"].name == "ubos: naam"
    assert set(last.within("ubos").within("banken").subjects) >= {"geld", "naam", "deel"}
    assert set(own.subjects) == {"ubos", "naam", "klein", "deel", "banken", "banken.geld"}
    assert set(own.within("ubos").subjects) == {"ubos", "naam", "klein", "deel", "banken", "banken.geld"}
    page_of_deel = Scope.of(OWNERS, ("pages", 1, "questions", 1), referable(OWNERS, Language.DUTCH))
    assert "deel" in page_of_deel.subjects
    assert "deel" not in page_of_deel.within("ubos").subjects


def test_what_is_offered_can_be_published() -> None:
    """Whatever a group about rows can compare, publishing takes: the select offers no question that is refused."""
    for place in (("pages", 2, "questions", 0), ("pages", 3, "questions", 0)):
        for rows in ((), ("ubos",), ("ubos", "banken")):
            scope = Scope.of(OWNERS, place, referable(OWNERS, Language.DUTCH))
            for each in rows:
                scope = scope.within(each)
            for subject in scope.subjects.values():
                condition: Any = {"question": subject.id, "is": {}}
                if subject.rows is not None:
                    condition = {"question": subject.rows.id, "unique": subject.id}
                for each in reversed(rows):
                    condition = {"question": each, "some": condition}
                faults = editing.faults_of(editing.put(OWNERS, (*place, "visible_when"), condition))
                assert [fault.code for fault in faults] == [], (place, rows, subject.value)


def test_buttons_of_a_condition() -> None:
    """Buttons add a question, also in a group of its own or row by row, and take a part out, wherever it is."""
    scope = there().scope
    first = Comparison(subject="landen", how="")
    typed = fields_of(Group(parts=(COMPARED["yes"][0],)))

    def after(**sent: str) -> tuple[Any, ...]:
        fields = {name.replace("_", "."): text for name, text in sent.items()}
        return conditions.typed({**typed, **fields}, scope).parts

    yes = COMPARED["yes"][0]
    assert after(action="add", new="landen") == (yes, first)
    assert after(action="group", new="landen") == (yes, Group(joiner="any", parts=(first,)))
    assert after(action="add", new="*kinderen") == (yes, Group(rows="kinderen", how="some"))
    assert after(action="add", new="kinderen.naam") == (yes, Comparison(subject="kinderen.naam", how=""))
    assert after(action="out-0") == ()
    for nothing in (
        {"action": "add", "new": "nergens"},
        {"action": "out-7"},
        {"action": "add-0", "row_0_new": "landen"},
    ):
        assert after(**nothing) == (yes,)
    typed = fields_of(Group(parts=(Group(rows="kinderen", how="some"),)))
    [of_rows] = after(action="add-0", row_0_new="naam")
    assert of_rows == Group(rows="kinderen", how="some", parts=(Comparison(subject="naam", how=""),))
    [of_rows] = after(action="group-0", row_0_new="naam")
    typed = fields_of(Group(parts=(of_rows,)))
    assert after(action="group-0.0", row_0_row_0_new="naam") == (of_rows,)
    [changed] = after(action="add-0.0", row_0_row_0_new="deel")
    assert changed.parts[0].parts == (of_rows.parts[0].parts[0], Comparison(subject="deel", how=""))
    assert after(action="out-0.0.0")[0].parts[0].parts == ()


@pytest.mark.parametrize(
    "sent",
    [
        {"row.0.how": "nooit"},
        {"row.1.kept": "{nee"},
        {"row.1.kept": "[" * 100 + "]" * 100},
        {"row.1.rows": "kinderen", "row.1.how": "soms"},
        {"row.1.rows": "", "row.1.row.0.rows": "", "row.1.row.0.row.0.rows": ""},
    ],
)
def test_what_no_form_sends(sent: Mapping[str, str]) -> None:
    """What no form of the editor sends is refused."""
    typed = fields_of(Group(parts=(COMPARED["yes"][0],)))
    with pytest.raises(Malformed):
        conditions.typed({**typed, **sent}, there().scope)


def test_what_vanished() -> None:
    """A question that is gone meanwhile is told at its comparison, with what was chosen; so is a way that is gone."""
    of_rows = Group(rows="weg", how="some", parts=(Comparison(subject="kolom", how="answered"),))
    group = Group(
        parts=(
            Comparison(subject="weg", how="is", value="Eva"),
            Comparison(subject="naam", how="is", value="Eva"),
            Comparison(subject="bedrag", how="includes", value="1"),
            Comparison(subject="bedrag", how="at_least_answer", other="weg"),
            of_rows,
            Group(rows="kinderen", how="count_is", value="veel", parts=(IS_EVA,)),
            COMPARED["yes"][0],
        )
    )
    scope = there().scope
    assert conditions.typed(fields_of(group), scope) == group
    told = dict(condition_groups.unread(group, scope))
    assert told == {
        (0,): condition_form.NOT_ASKED,
        (1,): condition_form.NOT_ASKED,
        (2,): condition_form.NOT_SO,
        (3,): condition_form.OTHER_NOT_ASKED,
        (4,): condition_form.NOT_ASKED,
        (4, 0): condition_form.NOT_ASKED,
        (5,): NOT_A_NUMBER,
    }
    with pytest.raises(Unreadable):
        condition_groups.condition_of(group, scope)
    shown = condition_views.group_view(group, scope, {}, NL)
    row, other = shown.parts[0], shown.parts[3]
    assert isinstance(row, condition_views.RowView)
    assert isinstance(other, condition_views.RowView)
    assert (row.name, row.value, [how for how, _label in row.ways]) == ("weg", "Eva", ["is"])
    assert ("weg", "weg") in other.others


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


def test_several_options_as_default() -> None:
    """Each option has a box; what is ticked is the default, in the order of the options, and no box is none."""
    asked = question("x", "choices", options=("een", "twee", "drie"))
    document = editing.put(ASKED, ALL_OF_THEM, asked)
    fields = {field.name: field.named for field in place_forms.fields_of(document, ALL_OF_THEM, NL) if field.named}
    assert fields == {f"default.option.{code}": code.title() for code in ("een", "twee", "drie")}
    told = changed(document, ALL_OF_THEM, {"default.option.drie": "on", "default.option.een": "on"})
    assert told == {**asked, "default": ["een", "drie"]}
    there = editing.put(document, ALL_OF_THEM, told)
    assert editing.faults_of(there) == ()
    told = changed(there, ALL_OF_THEM, {"default.option.een": "", "default.question": ""})
    assert told["default"] == ["drie"]
    assert changed(there, ALL_OF_THEM, {"default.option.een": "", "default.option.drie": ""}) == asked
    gone = editing.put(there, (*ALL_OF_THEM, "default"), ["een", "weg"])
    shown = place_forms.shown(gone, ALL_OF_THEM, NL)
    assert {name for name, text in shown.items() if text == "on"} == {"default.option.een", "default.option.weg"}
    assert changed(gone, ALL_OF_THEM, {"default.option.weg": ""})["default"] == ["een"]


def test_an_address_as_default() -> None:
    """Each part of an address has a field; it is kept as an address is stored, and without parts there is none."""
    asked = question("x", "address")
    document = editing.put(ASKED, ALL_OF_THEM, asked)
    typed = {"postcode": "1234ab", "number": "1 a", "street": " Dorpsstraat ", "place": "Ons Dorp"}
    told = changed(document, ALL_OF_THEM, {f"default.{part}": text for part, text in typed.items()})
    assert told["default"] == {
        "postcode": "1234 AB",
        "number": "1",
        "addition": "a",
        "street": "Dorpsstraat",
        "place": "Ons Dorp",
        "country": "NL",
    }
    there = editing.put(document, ALL_OF_THEM, told)
    assert editing.faults_of(there) == ()
    abroad = changed(there, ALL_OF_THEM, {"default.country": "BE", "default.postcode": "1000"})
    assert (abroad["default"]["country"], abroad["default"]["postcode"]) == ("BE", "1000")
    empty = {f"default.{part}": "" for part in told["default"]}
    assert changed(there, ALL_OF_THEM, empty) == asked
    sent = place_forms.sent(there, ALL_OF_THEM, {**empty, "default.street": "A", "default.question": "adres"}, NL)
    assert (sent.document, sent.faults) == (there, {"default.question": default_fields.ONE_OF_TWO})
    short = editing.without(there, (*ALL_OF_THEM, "default", "postcode"))
    [view] = [
        each
        for group in views.groups(
            editing.at(short, ALL_OF_THEM),
            ALL_OF_THEM,
            place_forms.fields_of(short, ALL_OF_THEM, NL),
            None,
            NL,
            unread={},
            told=views.faults_by_owner(as_opened(short), NL)[ALL_OF_THEM],
            conflict=False,
        )
        for each in group
        if each.faults
    ]
    assert (view.name, view.legend) == ("default.postcode", "Vooraf ingevuld")


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
        ("choices", ["nl", "nl"]),
        ("choices", ["nl", 1]),
        ("choices", {"question": "landen", "x": 1}),
        ("choices", "nl"),
        ("address", {"street": "A", "place": ""}),
        ("address", {"street": "A", "planeet": "B"}),
        ("address", ["A"]),
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
    typed = {"default": "1", "default.question": "bedrag", "default.option.nl": "on", "default.street": "A"}
    sent = place_forms.sent(document, ALL_OF_THEM, typed, NL)
    assert (sent.document, sent.faults) == (document, {})


def test_what_has_no_default() -> None:
    """Columns, and types that nobody fills in, have no fields for a default."""
    column: Place = ("pages", 1, "questions", 0, "columns", 0)
    there = [(ASKED, column)]
    kinds = ("file", "rows", "note", "prefilled", "computed")
    there += [(editing.put(ASKED, ALL_OF_THEM, question("los", kind)), ALL_OF_THEM) for kind in kinds]
    for document, place in there:
        assert not [field for field in place_forms.fields_of(document, place, NL) if field.at[0] == "default"]


def test_several_options() -> None:
    """To compare with several options, each has a box: those that are chosen first, as the document has them."""
    listed = {"question": "bron", "is": {"enum": ["anders", "weg"]}}
    found = there(listed)
    shown = condition_views.group_view(found.group, found.scope, {}, NL)
    [row] = shown.parts
    assert isinstance(row, condition_views.RowView)
    assert list(row.boxes) == [("anders", "Anders", True), ("weg", "weg", True), ("loon", "Loon", False)]
    assert in_words(listed) == "“bron” is een van Anders, weg"
    sent = {"row.0.subject": "bron", "row.0.how": "one_of"}
    ticked = {f"row.0.of.{code}": "on" for code in ("anders", "weg")}
    assert conditions.typed({**sent, **ticked}, found.scope) == found.group
    was_one = conditions.typed({**sent, "row.0.value": "loon"}, found.scope)
    assert condition_groups.condition_of(was_one, found.scope) == {"question": "bron", "is": {"enum": ["loon"]}}
    nothing = conditions.typed(sent, found.scope)
    assert dict(condition_groups.unread(nothing, found.scope)) == {(0,): condition_form.NO_OPTIONS}


def row_typed(**typed: str) -> Any:
    """Send the form of a condition with one row about an amount, and give the row."""
    fields = {"row.0.subject": "bedrag", **{f"row.0.{part}": text for part, text in typed.items()}}
    [row] = conditions.typed(fields, there().scope).parts
    return row


def test_another_question_or_a_value() -> None:
    """The way to compare decides which of the two fields counts; if that one is empty, the form says so."""
    subjects = there().scope.subjects
    row = row_typed(how="at_most_answer", value="5", other="inleg")
    assert row == Comparison(subject="bedrag", how="at_most_answer", other="inleg")
    row = row_typed(how="at_most", value="5", other="inleg")
    assert row == Comparison(subject="bedrag", how="at_most", value="5")
    row = row_typed(how="answered", value="5", other="inleg")
    assert row == Comparison(subject="bedrag", how="answered")
    for how, other, told in (
        ("at_most_answer", "", condition_form.NO_QUESTION),
        ("at_most", "inleg", condition_form.NO_WAY),
        *(
            ("at_most_answer", other, condition_form.OTHER_NOT_ASKED)
            for other in ("geboren", "bedrag", "kinderen.deel", "nergens")
        ),
    ):
        with pytest.raises(Unreadable) as refused:
            condition_form.comparison_in(row_typed(how=how, other=other), subjects)
        assert refused.value.args == (told,)


def test_what_can_be_compared_with_another_answer() -> None:
    """Only a question with another one of its type before the condition has the ways for it."""
    subjects = there().scope.subjects
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
