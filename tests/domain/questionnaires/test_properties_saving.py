"""Saving, going back, resuming and two tabs, over generated questionnaires and answers."""

import json
from typing import Any

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from klantportaal.domain.errors import Absent, Conflict, Fault, FaultCode, Refused
from klantportaal.domain.questionnaires import answering
from klantportaal.domain.questionnaires.answering import ANSWERS_LIMIT, Answering
from klantportaal.domain.questionnaires.definition import Definition, Page, Question
from klantportaal.domain.questionnaires.replies import faults, tidied
from klantportaal.testing import questionnaires
from klantportaal.testing.filling_in import (
    KNOWN,
    TODAY,
    any_answers,
    anything,
    begun,
    definitions,
    documents,
    finished,
    published,
    valid_answers,
)
from tests.domain.questionnaires.model import Seen


def visible_page(data: st.DataObject, definition: Definition, state: Answering) -> Page:
    """Draw a visible page."""
    return data.draw(st.sampled_from([each.page for each in answering.view(definition, state).pages]))


@settings(max_examples=30)
@given(documents())
def test_generated(document: dict[str, Any]) -> None:
    """AL-1: every generated questionnaire can be published."""
    definition = published(document)
    assert [page.id for page in definition.pages] == [page["id"] for page in document["pages"]]


@settings(max_examples=30)
@given(data=st.data(), definition=definitions())
def test_valid(data: st.DataObject, definition: Definition) -> None:
    """QU-3, property 1: a valid save replaces exactly the visible answers of its page, and raises the version."""
    state = data.draw(begun(definition))
    page = visible_page(data, definition, state)
    given_answers = data.draw(valid_answers(definition, state, page))
    saved = answering.save(definition, state, page.id, given_answers, version=state.version)
    shown = answering.view(definition, saved).page(page.id)
    assert shown is not None
    visible = {question.id for question in shown.questions}
    elsewhere = {key: answer for key, answer in state.raw.items() if key not in visible}
    assert saved.raw == {**elsewhere, **given_answers}
    own = {question.id for question in page.questions}
    assert {key for key in saved.unasked if key.split(".")[0] in own}.isdisjoint(visible)
    assert {key for key in saved.unasked ^ state.unasked if key.split(".")[0] not in own} == set()
    assert attrs.evolve(saved, raw=state.raw, unasked=state.unasked) == attrs.evolve(
        state, saved=state.saved | {page.id}, last_saved=page.id, version=state.version + 1
    )


@settings(max_examples=30)
@given(data=st.data(), definition=definitions())
def test_any(data: st.DataObject, definition: Definition) -> None:
    """QU-3, property 1: any submission is saved whole and valid, or refused with its faults."""
    state = data.draw(begun(definition))
    page = visible_page(data, definition, state)
    submitted = data.draw(any_answers(definition, page))
    before = attrs.evolve(state, raw=dict(state.raw))
    shown, projection = answering.look(definition, state, page, submitted)
    expected = answering.page_faults(shown, projection.answers, as_of=TODAY)
    asked = {question.id: question for question in page.questions if question.asks}
    unknown = [key for key in submitted if key not in asked]
    if expected or unknown or _unknown_columns(asked, submitted):
        with pytest.raises(Refused) as refused:
            answering.save(definition, state, page.id, submitted, version=state.version)
        named = [fault for fault in refused.value.faults if fault.code is FaultCode.UNKNOWN_QUESTION]
        assert list(refused.value.faults) == named + expected
        assert [fault.field for fault in named] == unknown + _unknown_columns(asked, submitted)
        assert state == before
        return
    saved = answering.save(definition, state, page.id, submitted, version=state.version)
    assert [each for each in answering.unfinished(projection, saved) if each.page.id == page.id] == []
    counting = answering.view(definition, saved).answers
    plain = [asked[key] for key in submitted if asked[key] in shown.questions and not asked[key].columns]
    assert {each.id: counting.get(each.id) for each in plain} == {
        each.id: tidied(each, submitted[each.id]) for each in plain
    }


def _unknown_columns(asked: dict[str, Question], submitted: dict[str, Any]) -> list[str]:
    """Give the fields of the unknown columns in rows."""
    return [
        f"{id}.{number}.{name}"
        for id, question in asked.items()
        if question.columns and isinstance(submitted.get(id), (list, tuple))
        for number, row in enumerate(submitted[id])
        if isinstance(row, dict)
        for name in row
        if name not in {column.id for column in question.columns}
    ]


@settings(max_examples=30)
@given(data=st.data(), definition=definitions())
def test_one_wrong(data: st.DataObject, definition: Definition) -> None:
    """QU-3, property 1: a wrong answer and an unknown key are each reported with their question."""
    state = data.draw(begun(definition))
    page = visible_page(data, definition, state)
    sound = data.draw(valid_answers(definition, state, page))
    shown, _projection = answering.look(definition, state, page, sound)
    asked = [question for question in shown.questions if question.asks]
    assume(asked)
    wrong = data.draw(st.sampled_from(asked))
    submitted = {**sound, wrong.id: {"geen": "antwoord"}, "onbekend": 1}
    with pytest.raises(Refused) as refused:
        answering.save(definition, state, page.id, submitted, version=state.version)
    assert {wrong.id, "onbekend"} <= {fault.field for fault in refused.value.faults}


@settings(max_examples=30)
@given(data=st.data(), definition=definitions())
def test_own_visibility(data: st.DataObject, definition: Definition) -> None:
    """QU-3, property 1: submitted values decide what the page shows; values of hidden questions are dropped."""
    state = data.draw(begun(definition))
    page = visible_page(data, definition, state)
    sound = data.draw(valid_answers(definition, state, page))
    shown, _projection = answering.look(definition, state, page, sound)
    hidden = [each for each in page.questions if each.asks and each not in shown.questions]
    noise = {each.id: data.draw(anything(definition).filter(_names_no_column)) for each in hidden}
    assert answering.save(definition, state, page.id, {**sound, **noise}, version=state.version) == answering.save(
        definition, state, page.id, sound, version=state.version
    )


def _names_no_column(answer: Any) -> bool:
    return not isinstance(answer, (list, tuple)) or not any(isinstance(each, dict) for each in answer)


@settings(max_examples=30)
@given(data=st.data(), definition=definitions())
def test_hidden_page(data: st.DataObject, definition: Definition) -> None:
    """QU-3, property 1: a hidden page cannot be saved, and an unknown page is absent."""
    state = data.draw(begun(definition))
    visible = {each.page.id for each in answering.view(definition, state).pages}
    for page in definition.pages:
        if page.id not in visible:
            with pytest.raises(Refused) as refused:
                answering.save(definition, state, page.id, {}, version=state.version)
            assert [(each.code, each.field) for each in refused.value.faults] == [(FaultCode.PAGE_HIDDEN, page.id)]
    with pytest.raises(Absent):
        answering.save(definition, state, "onbekend", {}, version=state.version)


@settings(max_examples=30)
@given(data=st.data(), definition=definitions())
def test_back_and_forth(data: st.DataObject, definition: Definition) -> None:
    """QU-3, property 2: Vorige gives the previous visible page, and Volgende leads back."""
    state = data.draw(begun(definition))
    projection = answering.view(definition, state)
    pages = [*projection.pages, None]
    ids = [None if each is None else each.page.id for each in pages]
    assert [answering.previous(projection, id) for id in ids] == [None, *projection.pages]
    assert [answering.following(projection, id) for id in ids if id is not None] == pages[1:]
    assert answering.following(projection, "onbekend") is None


@settings(max_examples=30)
@given(data=st.data(), definition=definitions())
def test_forward(data: st.DataObject, definition: Definition) -> None:
    """QU-3, property 3: saving the resume page moves strictly forward, so |pages| saves reach the review."""
    state = data.draw(begun(definition))
    order = [page.id for page in definition.pages]
    at = -1
    for _save in range(len(order) + 1):
        shown = answering.resume(definition, state)
        if shown is None:
            break
        assert order.index(shown.page.id) > at
        at = order.index(shown.page.id)
        sound = data.draw(valid_answers(definition, state, shown.page))
        state = answering.save(definition, state, shown.page.id, sound, version=state.version)
    assert answering.resume(definition, state) is None


@settings(max_examples=100)
@given(data=st.data(), definition=definitions(), saves=st.integers(0, 8))
def test_resume(data: st.DataObject, definition: Definition, saves: int) -> None:
    """QU-3, property 3: resume at the first visible page that is not saved, not valid, or shows something new."""
    state, seen = answering.start(definition, KNOWN, as_of=TODAY), Seen()
    for _save in range(saves):
        page = visible_page(data, definition, state)
        sound = data.draw(valid_answers(definition, state, page))
        state = answering.save(definition, state, page.id, sound, version=state.version)
        projection = answering.view(definition, state)
        seen.save(page, state.raw, projection.answers)
        left = [
            each.page
            for each in projection.pages
            if not seen.was_shown(each.page, state.raw, projection.answers)
            or answering.page_faults(each, projection.answers, as_of=projection.as_of)
        ]
        assert page not in left
        resumed = answering.resume(definition, state)
        assert (None if resumed is None else resumed.page) == (left[0] if left else None)


@settings(max_examples=30)
@given(data=st.data(), definition=definitions(), back=st.integers(-3, 3))
def test_stale(data: st.DataObject, definition: Definition, back: int) -> None:
    """QU-3, property 8: a save at another version is a conflict, unless it repeats the last save."""
    state = data.draw(begun(definition))
    page = visible_page(data, definition, state)
    sound = data.draw(valid_answers(definition, state, page))
    saved = answering.save(definition, state, page.id, sound, version=state.version)
    assert answering.save(definition, saved, page.id, sound, version=state.version) is saved
    later = [each.page for each in answering.view(definition, saved).pages if each.page.id != page.id]
    if back not in (0, 1):
        with pytest.raises(Conflict):
            answering.save(definition, saved, page.id, sound, version=saved.version - back)
    for other in later:
        with pytest.raises(Conflict):
            answering.save(definition, saved, other.id, {}, version=state.version)


@settings(max_examples=30)
@given(data=st.data(), definition=definitions())
def test_no_replay(data: st.DataObject, definition: Definition) -> None:
    """QU-3, property 8: other answers to the last saved page, at the version before, are a conflict."""
    state = data.draw(begun(definition))
    page = visible_page(data, definition, state)
    one, other = (data.draw(valid_answers(definition, state, page)) for _each in range(2))
    saved = answering.save(definition, state, page.id, one, version=state.version)
    differs = answering.save(definition, state, page.id, other, version=state.version).raw != saved.raw
    if differs:
        with pytest.raises(Conflict):
            answering.save(definition, saved, page.id, other, version=state.version)
    with pytest.raises(Conflict):
        answering.save(definition, saved, page.id, {**one, "onbekend": 1}, version=state.version)


@settings(max_examples=50)
@given(data=st.data(), document=documents())
def test_defaults(data: st.DataObject, document: dict[str, Any]) -> None:
    """QU-3: a default is proposed for what was never asked, is valid there, and counts nowhere until it is saved."""
    definition, without = published(document), published(_without_defaults(document))
    state = data.draw(begun(definition))
    projection = answering.view(definition, state)
    assert projection.answers == answering.view(without, state).answers
    assert answering.progress(definition, state) == answering.progress(without, state)
    for shown in projection.pages:
        proposed = answering.proposed(definition, state, shown.page)
        asked = {question.id: question for question in shown.page.questions}
        expected: dict[str, Any] = {}
        for id, question in asked.items():
            default = (
                question.default if question.default_from is None else projection.answers.get(question.default_from)
            )
            is_new = shown.page.id not in state.saved or id in state.unasked
            if is_new and default is not None and id not in state.raw:
                found = list(faults(question, default, projection.answers, as_of=TODAY))
                expected |= {} if found else {id: default}
        assert proposed == expected
        filled_in, _projection = answering.look(definition, state, shown.page, {**state.raw, **proposed})
        refused = answering.page_faults(filled_in, filled_in.scope, as_of=TODAY)
        assert not {fault.field for fault in refused} & proposed.keys()


def _without_defaults(document: dict[str, Any]) -> dict[str, Any]:
    pages = [
        {**page, "questions": [{key: each[key] for key in each if key != "default"} for each in page["questions"]]}
        for page in document["pages"]
    ]
    return {**document, "pages": pages}


@settings(max_examples=30)
@given(data=st.data(), definition=definitions())
def test_start(data: st.DataObject, definition: Definition) -> None:
    """QU-3, property 3: at the start only prefilled questions have answers, and the first page is the resume page."""
    state = answering.start(definition, KNOWN, as_of=TODAY)
    prefilled = {each.id: KNOWN[each.profile] for _page, each in definition.questions() if each.profile is not None}
    assert state == Answering(as_of=TODAY, raw=prefilled)
    resumed = answering.resume(definition, state)
    assert resumed is not None
    assert resumed.page == definition.pages[0]
    assert answering.progress(definition, data.draw(finished(definition, state))) == 100


def test_all_answers() -> None:
    """AL-1: a save beyond the limit of all answers is refused and changes nothing; a smaller one is saved."""
    ids = [[f"{name}{number}" for number in range(13)] for name in ("a", "b")]
    asked = [[questionnaires.question(id, "long_text") for id in each] for each in ids]
    pages = [questionnaires.page(name, *each) for name, each in zip("ab", asked, strict=True)]
    definition = published(questionnaires.questionnaire("lang", *pages))
    state = answering.save(
        definition, answering.start(definition, KNOWN, as_of=TODAY), "a", dict.fromkeys(ids[0], "x" * 10_000), version=0
    )
    size = len(json.dumps(state.raw, separators=(",", ":")))
    last = dict.fromkeys(ids[1][:11], "é" * 10_000)
    room = ANSWERS_LIMIT - len(json.dumps({**state.raw, **last, "b12": ""}, separators=(",", ":"), ensure_ascii=False))
    assert (size > 130_000, 0 < room < 10_000) == (True, True)
    with pytest.raises(Refused) as refused:
        answering.save(definition, state, "b", {**last, "b12": "x" * (room + 1)}, version=1)
    assert refused.value.faults == (Fault(code=FaultCode.ANSWERS_TOO_LARGE, params={"limit": ANSWERS_LIMIT}),)
    assert answering.save(definition, state, "b", {**last, "b12": "x" * room}, version=1).version == 2
