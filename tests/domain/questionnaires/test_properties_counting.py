"""Visibility, effective answers and completion, over generated questionnaires and answers."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantportaal.domain.errors import Conflict, Fault, FaultCode, Refused
from klantportaal.domain.questionnaires import answering, assignments, results
from klantportaal.domain.questionnaires.answering import Answering
from klantportaal.domain.questionnaires.assignments import Assignment
from klantportaal.domain.questionnaires.definition import Answers, Definition, Question
from klantportaal.domain.questionnaires.projection import Projection, asked, project
from klantportaal.domain.values import AssignmentId, Language
from klantportaal.testing.filling_in import TODAY, all_answers, anything, begun, definitions, finished, valid_answers
from tests.domain.given import ACCOUNT_ID, AT, CLIENT_ID, DOSSIER_ID, HANDLER, OFFICE_ID, OTHER_ACCOUNT_ID
from tests.domain.questionnaires import model
from tests.domain.questionnaires.model import pages_shown, row_shown


def shown(projection: Projection) -> list[tuple[str, list[str]]]:
    """Give the visible pages, and the visible questions on each."""
    return [(page.page.id, [question.id for question in page.questions]) for page in projection.pages]


def hidden(definition: Definition, projection: Projection) -> set[str]:
    """Give the questions that are not visible."""
    visible = {question for _page, questions in shown(projection) for question in questions}
    return {question.id for _page, question in definition.questions()} - visible


@settings(max_examples=100)
@given(data=st.data(), definition=definitions())
def test_shown(data: st.DataObject, definition: Definition) -> None:
    """QU-3: a page, question or column is visible if and only if its condition holds for the effective answers."""
    raw = data.draw(all_answers(definition))
    projection = project(definition, raw, as_of=TODAY)
    answers = projection.answers
    assert shown(projection) == [
        (page.id, [question.id for question in page.questions if model.shown(question, answers)])
        for page in pages_shown(definition, answers)
    ]
    asks = {question.id: question for page in projection.pages for question in page.questions}
    for id, answer in raw.items():
        if id not in asks:
            assert id not in answers
        elif not asks[id].columns:
            assert answers[id] == answer
        else:
            seen = [_row(asks[id], row, answers) for row in answer]
            assert answers.get(id, []) == [row for row in seen if row]
    worked_out = {id: question for id, question in asks.items() if question.computed is not None}
    assert {id: answers.get(id) for id in worked_out} == {
        id: model.computed(question, answers) for id, question in worked_out.items()
    }


def _row(question: Question, row: dict[str, Any], answers: Answers) -> dict[str, Any]:
    """Give the visible columns of a row."""
    return {id: row[id] for id in row_shown(question, row, answers) if id in row}


@settings(max_examples=30)
@given(data=st.data(), definition=definitions())
def test_noise(data: st.DataObject, definition: Definition) -> None:
    """QU-3, property 4: replacing hidden answers by noise changes nothing that is visible or effective."""
    state = data.draw(begun(definition))
    before = answering.view(definition, state)
    noise = {id: data.draw(anything(definition)) for id in sorted(hidden(definition, before))}
    assert project(definition, {**state.raw, **noise, "onbekend": 1}, as_of=TODAY) == before


@settings(max_examples=30)
@given(data=st.data(), definition=definitions())
def test_never_answered(data: st.DataObject, definition: Definition) -> None:
    """QU-3: whatever stands in the answers under a computed question, its value is worked out, and no save keeps it."""
    state = data.draw(begun(definition))
    computed = [each.id for _page, each in definition.questions() if each.computed is not None]
    noise = {id: data.draw(anything(definition)) for id in computed}
    before = answering.view(definition, state)
    assert repr(project(definition, {**state.raw, **noise}, as_of=TODAY)) == repr(before)
    assert state.raw.keys().isdisjoint(computed)
    for page in before.pages:
        for id in [each.id for each in page.questions if each.computed is not None]:
            with pytest.raises(Refused) as refused:
                answering.save(definition, state, page.page.id, {id: 1}, version=state.version)
            assert Fault(code=FaultCode.UNKNOWN_QUESTION, field=id) in refused.value.faults


@settings(max_examples=30)
@given(data=st.data(), definition=definitions())
def test_idempotent(data: st.DataObject, definition: Definition) -> None:
    """QU-3, property 4: projecting the effective answers gives the same projection, for noise too."""
    raw = {each.id: data.draw(anything(definition)) for _page, each in definition.questions() if each.asks}
    for answers in (raw, data.draw(begun(definition)).raw):
        once = project(definition, answers, as_of=TODAY)
        assert repr(project(definition, once.answers, as_of=TODAY)) == repr(once)  # NaN is not itself, its repr is.
        assert hidden(definition, once).isdisjoint(once.answers)


@settings(max_examples=30)
@given(data=st.data(), definition=definitions())
def test_there_and_back(data: st.DataObject, definition: Definition) -> None:
    """QU-3, properties 4 and 5: changing a page and changing it back restores the answers of all other pages."""
    state = data.draw(finished(definition, data.draw(begun(definition))))
    page = data.draw(st.sampled_from(answering.view(definition, state).pages))
    own = {question.id for question in page.questions if question.asks}
    standing = {key: answer for key, answer in answering.view(definition, state).answers.items() if key in own}
    other = data.draw(valid_answers(definition, state, page.page))
    there = answering.save(definition, state, page.page.id, other, version=state.version)
    elsewhere = {question.id for each in definition.pages if each.id != page.page.id for question in each.questions}
    assert {key: there.raw.get(key) for key in elsewhere} == {key: state.raw.get(key) for key in elsewhere}
    back = answering.save(definition, there, page.page.id, standing, version=there.version)
    assert answering.view(definition, back) == answering.view(definition, state)


@settings(max_examples=30)
@given(data=st.data(), definition=definitions())
def test_newly_shown(data: st.DataObject, definition: Definition) -> None:
    """QU-3, property 5: after an earlier change, resume leads to the first page with something new or invalid."""
    state = data.draw(finished(definition, data.draw(begun(definition))))
    page = data.draw(st.sampled_from(answering.view(definition, state).pages))
    other = data.draw(valid_answers(definition, state, page.page))
    changed = answering.save(definition, state, page.page.id, other, version=state.version)
    resumed = answering.resume(definition, changed)
    never = [each.page.id for each in answering.view(definition, changed).pages if each.page.id not in changed.saved]
    order = [each.id for each in definition.pages]
    assert page.page.id not in never
    if never:
        assert resumed is not None
        assert order.index(page.page.id) < order.index(resumed.page.id) <= order.index(never[0])


@settings(max_examples=30)
@given(data=st.data(), definition=definitions())
def test_complete(data: st.DataObject, definition: Definition) -> None:
    """QU-3, properties 5 and 6: progress is 100 % if and only if it can be completed."""
    state = data.draw(begun(definition, most=8))
    projection = answering.view(definition, state)
    left = [
        page.page.id
        for page in projection.pages
        if page.page.id not in state.saved
        or answering.added(page, projection, state)
        or answering.page_faults(page, projection.answers, as_of=TODAY)
    ]
    number = len(projection.pages)
    assert answering.progress(definition, state) == 100 * (number - len(left)) // number
    if left:
        with pytest.raises(Refused) as refused:
            answering.complete(definition, state, version=state.version)
        assert [(each.code, each.field) for each in refused.value.faults] == [
            (FaultCode.PAGE_UNFINISHED, id) for id in left
        ]
        state = data.draw(finished(definition, state))
    completed = answering.complete(definition, state, version=state.version)
    counting = answering.view(definition, state)
    assert completed == attrs.evolve(
        state, raw=counting.answers, saved=frozenset(page.page.id for page in counting.pages), unasked=frozenset()
    )
    assert answering.view(definition, completed) == counting
    with pytest.raises(Conflict):
        answering.complete(definition, state, version=state.version - 1)


@settings(max_examples=30)
@given(data=st.data(), definition=definitions())
def test_tampered(data: st.DataObject, definition: Definition) -> None:
    """QU-3, property 6: completion validates all visible pages again."""
    state = data.draw(finished(definition, data.draw(begun(definition))))
    raw = {**state.raw, **{id: data.draw(anything(definition)) for id in sorted(state.raw)[:2]}}
    tampered = attrs.evolve(state, raw=raw)
    projection = answering.view(definition, tampered)
    sound = all(
        page.page.id in tampered.saved
        and not answering.added(page, projection, tampered)
        and not answering.page_faults(page, projection.answers, as_of=TODAY)
        for page in projection.pages
    )
    try:
        answering.complete(definition, tampered, version=tampered.version)
    except Refused:
        assert not sound
    else:
        assert sound


def assigned(definition: Definition, state: Answering) -> Assignment:
    """Make an assignment with the answers so far."""
    assignment, _fact = assignments.assign(
        definition,
        id=AssignmentId(UUID(int=50)),
        office_id=OFFICE_ID,
        client_id=CLIENT_ID,
        dossier_id=DOSSIER_ID,
        is_party=True,
        subject="",
        due_on=None,
        handler=HANDLER,
        today=TODAY,
        at=AT,
    )
    return attrs.evolve(assignment, answering=state, started_at=AT)


@settings(max_examples=30)
@given(data=st.data(), definition=definitions())
def test_once(data: st.DataObject, definition: Definition) -> None:
    """QU-3, property 9: completing several times, by any account, gives one result of the same bytes."""
    state = data.draw(finished(definition, data.draw(begun(definition))))
    done, fact = assignments.complete(
        assigned(definition, state),
        definition,
        version=state.version,
        account_id=ACCOUNT_ID,
        language=Language.DUTCH,
        at=AT,
    )
    assert fact is not None
    for number in range(1, 3):
        again = assignments.complete(
            done,
            definition,
            version=number,
            account_id=OTHER_ACCOUNT_ID,
            language=Language.ENGLISH,
            at=AT + number * timedelta(days=1),
        )
        assert again == (done, None)
        assert results.as_json(again[0], definition) == results.as_json(done, definition)


@settings(max_examples=30)
@given(data=st.data(), definition=definitions(), language=st.sampled_from(Language))
def test_every_view(data: st.DataObject, definition: Definition, language: Language) -> None:
    """QU-3, property 10: pages, review and JSON list the same questions and answers, in every language."""
    state = data.draw(finished(definition, data.draw(begun(definition))))
    projection = answering.view(definition, state)
    on_pages = list(_on_pages(projection))
    done, _fact = assignments.complete(
        assigned(definition, state), definition, version=state.version, account_id=ACCOUNT_ID, language=language, at=AT
    )
    review = [(each.question.id, each.answer) for each in asked(projection)]
    result = [(each.question.id, each.answer) for each in asked(results.result(done, definition))]
    written = json.loads(results.as_json(done, definition))
    assert on_pages == review == result == list(written["answers"].items())
    order = [question.id for _page, question in definition.questions() if question.is_listed]
    assert [id for id, _answer in review] == [id for id in order if id in dict(review)]
    assert list(projection.answers) == [id for id in order if id in projection.answers]
    assert written["digest"] == definition.digest


def _on_pages(projection: Projection) -> Iterator[tuple[str, Any]]:
    for page in projection.pages:
        for question in page.questions:
            if question.is_listed:
                yield question.id, _with_columns(question, projection)


def _with_columns(question: Question, projection: Projection) -> Any:
    """Give an answer as a page shows it: rows have all visible columns, answered or not."""
    answer: Any = projection.answers.get(question.id)
    if answer is None or not question.columns:
        return answer
    return [
        {
            column.id: row.get(column.id)
            for column in question.columns
            if column.asks and model.shown(column, {**projection.answers, **row})
        }
        for row in answer
    ]
