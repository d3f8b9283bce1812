"""Rebasing, over generated questionnaires and answers."""

import json

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from klantportaal.domain.errors import Fault, Refused
from klantportaal.domain.questionnaires import answering, assignments, publishing, revision_change
from klantportaal.domain.questionnaires.answering import Answering
from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.questionnaires.definition import Definition, Question
from klantportaal.domain.questionnaires.earlier_options import offered
from klantportaal.domain.questionnaires.replies import faults
from klantportaal.testing.filling_in import TODAY, begun, definitions, documents, finished, valid_answers
from klantportaal.testing.questionnaires import Content, page, question, questionnaire
from tests.domain.given import AT
from tests.domain.questionnaires.test_properties_counting import assigned


@settings(max_examples=30)
@given(data=st.data(), definition=definitions())
def test_identity(data: st.DataObject, definition: Definition) -> None:
    """QU-3, property 7: rebasing to the same definition changes nothing."""
    state = data.draw(begun(definition))
    assert revision_change.rebase(definition, definition, state) is state
    assert assignments.rebase(assigned(definition, state), definition, definition, at=AT) == (
        assigned(definition, state),
        None,
    )


def is_sound(definition: Definition, state: Answering) -> bool:
    """Tell whether every answer is still valid: an earlier page, saved later, may show more columns in a row."""
    asked = [question for _page, question in definition.questions() if question.id in state.raw]
    return not any(invalid(each, definition, state) for each in asked)


def invalid(question: Question, definition: Definition, state: Answering) -> list[Fault]:
    """List the faults of an answer, with the options that earlier answers make."""
    asked = offered(question, definition, state.raw)
    return list(faults(asked, state.raw[question.id], state.raw, as_of=TODAY))


@settings(max_examples=30)
@given(data=st.data(), old=definitions(), new=definitions(revision=2))
def test_subset(data: st.DataObject, old: Definition, new: Definition) -> None:
    """QU-3, property 7: exactly the answers that are valid under the new revision are kept."""
    state = data.draw(begun(old))
    rebased = revision_change.rebase(old, new, state)
    before = {each.id: each for _page, each in old.questions()}
    for _page, each in new.questions():
        kept = each.id in rebased.raw
        fits = each.id in before and before[each.id].type is each.type
        held = each.asks and fits and each.id in state.raw
        assert kept is (held and not invalid(each, new, state))
    assert all(rebased.raw[key] == state.raw[key] for key in rebased.raw)
    assert (rebased.version, rebased.last_saved, rebased.as_of) == (state.version + 1, None, TODAY)
    assert rebased.saved <= state.saved & {page.id for page in new.pages}
    assert answering.progress(new, data.draw(finished(new, rebased))) == 100


def test_stricter() -> None:
    """QU-3, property 7: an answer that the new revision refuses is dropped, and its page becomes unsaved."""
    old, new = (
        publishing.restored(json.dumps(questionnaire("vragen", page("een", asked), page("twee", question("b")))))
        for asked in (question("a"), question("a", schema={"maxLength": 2}))
    )
    state = Answering(as_of=TODAY, raw={"a": "abc", "b": "abc"}, saved=frozenset({"een", "twee"}), version=2)
    rebased = revision_change.rebase(old, new, state)
    lost = frozenset({"a"})
    assert rebased == Answering(as_of=TODAY, raw={"b": "abc"}, saved=frozenset({"twee"}), dropped=lost, version=3)


@settings(max_examples=30)
@given(data=st.data(), old=definitions(), new=definitions(revision=2))
def test_told(data: st.DataObject, old: Definition, new: Definition) -> None:
    """QU-3, property 7: each answer that was dropped is told at its question, until that page is saved."""
    state = data.draw(begun(old))
    rebased = revision_change.rebase(old, new, state)
    asked = {each.id for _page, each in new.questions() if each.asks}
    assert rebased.dropped == (state.raw.keys() - rebased.raw.keys()) & asked
    assert revision_change.rebase(new, definition_of(new, 3), rebased).dropped >= rebased.dropped
    for shown in answering.view(new, rebased).pages:
        told = answering.dropped(shown, rebased)
        assert told == [each.id for each in shown.questions if each.id in rebased.dropped]
        if told:
            assert shown.page.id in [
                each.page.id for each in answering.unfinished(answering.view(new, rebased), rebased)
            ]
            given_answers = data.draw(valid_answers(new, rebased, shown.page))
            saved = answering.save(new, rebased, shown.page.id, given_answers, version=rebased.version)
            assert saved.dropped == rebased.dropped - {each.id for each in shown.page.questions}
    done = data.draw(finished(new, rebased))
    assert answering.complete(new, done, version=done.version).dropped == frozenset()


def definition_of(definition: Definition, revision: int) -> Definition:
    """Give the same questionnaire as another revision."""
    return attrs.evolve(definition, revision=revision, digest=str(revision))


@settings(max_examples=30)
@given(data=st.data(), document=documents())
def test_new_question(data: st.DataObject, document: Content) -> None:
    """QU-3, property 7: only the page with a new question becomes unsaved."""
    old = publishing.restored(json.dumps(document))
    state = data.draw(begun(old))
    assume(is_sound(old, state))
    number = data.draw(st.integers(0, len(document["pages"]) - 1))
    pages = list(document["pages"])
    pages[number] = {**pages[number], "questions": [*pages[number]["questions"], question("nieuw")]}
    new = publishing.restored(json.dumps({**document, "revision": 2, "pages": pages}))
    rebased = revision_change.rebase(old, new, state)
    assert rebased.saved == state.saved - {pages[number]["id"]}
    assert answering.view(new, rebased).answers == answering.view(old, state).answers
    assert rebased.raw == state.raw


@settings(max_examples=30)
@given(data=st.data(), document=documents())
def test_untouched(data: st.DataObject, document: Content) -> None:
    """QU-3, property 7: a new page at the end leaves every answer and every saved page as it was."""
    old = publishing.restored(json.dumps(document))
    state = data.draw(begun(old))
    assume(is_sound(old, state))
    more = [*document["pages"], page("slot", question("nieuw"))]
    new = publishing.restored(json.dumps({**document, "revision": 2, "pages": more}))
    assert revision_change.rebase(old, new, state) == attrs.evolve(state, last_saved=None, version=state.version + 1)


@pytest.mark.parametrize("state", [AssignmentState.COMPLETED, AssignmentState.WITHDRAWN])
@settings(max_examples=30)
@given(data=st.data(), old=definitions(), new=definitions(revision=2))
def test_ended(state: AssignmentState, data: st.DataObject, old: Definition, new: Definition) -> None:
    """QU-3, property 7: a completed or withdrawn assignment cannot be rebased."""
    ended = attrs.evolve(assigned(old, data.draw(begun(old, most=1))), state=state, ended_at=AT)
    with pytest.raises(Refused):
        assignments.rebase(ended, old, new, at=AT)


@settings(max_examples=30)
@given(data=st.data(), definition=definitions(), other=definitions(revision=2))
def test_brought_back(data: st.DataObject, definition: Definition, other: Definition) -> None:
    """QU-2: of answers that come from a form, those that fit are kept, and nothing else, whatever they are of."""
    state = data.draw(begun(definition))
    assume(is_sound(definition, state))
    assert revision_change.brought_back(definition, state).raw == state.raw
    foreign = revision_change.brought_back(other, state)
    assert is_sound(other, foreign)
    assert foreign.raw.keys() <= {question.id for _page, question in other.questions()}
