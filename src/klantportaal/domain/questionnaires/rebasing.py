"""The answers so far under another revision: the office's explicit act (property 7)."""

import attrs

from klantportaal.domain.questionnaires.answering import Answering
from klantportaal.domain.questionnaires.definition import Answers, Definition, Page, Question
from klantportaal.domain.questionnaires.replies import faults


def rebase(old: Definition, new: Definition, answering: Answering) -> Answering:
    """Carry the answers over to another revision of a questionnaire.

    An answer is kept if the question is there, asks for the same type of answer, and accepts it. A page counts as saved
    if it was, has no question that is new, and lost no answer: whatever else is on it, the client has seen.
    """
    if old.digest == new.digest:
        return answering
    before = {question.id: question for _page, question in old.questions()}
    kept = _kept(before, new, answering)
    lost = answering.raw.keys() - kept.keys()
    saved = frozenset(page.id for page in new.pages if page.id in answering.saved and _is_settled(page, before, lost))
    return attrs.evolve(answering, raw=kept, saved=saved, last_saved=None, version=answering.version + 1)


def _kept(before: dict[str, Question], new: Definition, answering: Answering) -> Answers:
    return {
        question.id: answering.raw[question.id]
        for _page, question in new.questions()
        if question.id in answering.raw and _carries_over(before.get(question.id), question, answering)
    }


def _carries_over(before: Question | None, question: Question, answering: Answering) -> bool:
    if before is None or before.type is not question.type:
        return False
    answer = answering.raw[question.id]
    return not any(faults(question, answer, answering.raw, as_of=answering.as_of))


def _is_settled(page: Page, before: dict[str, Question], lost: set[str]) -> bool:
    """Tell whether the client has seen every question of a page, and none of its answers is gone."""
    asked = [question for question in page.questions if question.asks]
    known = all(question.id in before and _columns(question) <= _columns(before[question.id]) for question in asked)
    return known and lost.isdisjoint(question.id for question in asked)


def _columns(question: Question) -> set[str]:
    return {column.id for column in question.columns}
