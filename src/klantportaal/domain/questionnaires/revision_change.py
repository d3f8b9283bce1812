"""Moves the answers so far to another revision, which only the office may ask (property 7)."""

import attrs

from klantportaal.domain.questionnaires.answering import Answering
from klantportaal.domain.questionnaires.definition import Answers, Definition, Page, Question, QuestionType
from klantportaal.domain.questionnaires.earlier_options import offered
from klantportaal.domain.questionnaires.replies import faults


def rebase(old: Definition, new: Definition, answering: Answering) -> Answering:
    """Carry the answers over to another revision of a questionnaire.

    An answer is kept if the new revision has the question, with the same type, and accepts the answer. A page stays
    saved if it lost no answer and all of its questions were on saved pages. Whichever of them the client has not seen
    there is still unasked, and so are new questions.
    """
    if old.digest == new.digest:
        return answering
    before = {question.id: question for _page, question in old.questions()}
    kept = _kept(before, new, answering)
    lost = answering.raw.keys() - kept.keys()
    seen = {question.id: question for page, question in old.questions() if page.id in answering.saved}
    pages = [page for page in new.pages if page.id in answering.saved]
    asked = {question.id: question for page in pages for question in page.questions if question.asks}
    held = {key for key in answering.unasked if key.partition(".")[0] in asked}
    came = {id for id, question in asked.items() if not _is_seen(question, seen)}
    return attrs.evolve(
        answering,
        raw=kept,
        saved=frozenset(page.id for page in pages if _is_settled(page, seen, lost)),
        unasked=frozenset(held | came),
        given=answering.given & kept.keys(),
        last_saved=None,
        version=answering.version + 1,
    )


def _kept(before: dict[str, Question], new: Definition, answering: Answering) -> Answers:
    return {
        question.id: answering.raw[question.id]
        for _page, question in new.questions()
        if question.id in answering.raw
        and _carries_over(before.get(question.id), offered(question, new, answering.raw), answering)
    }


def _carries_over(before: Question | None, question: Question, answering: Answering) -> bool:
    if before is None or before.type is not question.type:
        return False
    answer = answering.raw[question.id]
    return not any(faults(question, answer, answering.raw, as_of=answering.as_of))


def _is_settled(page: Page, seen: dict[str, Question], lost: set[str]) -> bool:
    """Tell whether every question of a page was on a saved page, and no answer of it is lost."""
    asked = [question for question in page.questions if question.asks]
    known = all(_is_seen(question, seen) for question in asked)
    return known and lost.isdisjoint(question.id for question in asked)


def _is_seen(question: Question, seen: dict[str, Question]) -> bool:
    """Tell whether a saved page had the question, with all of its columns."""
    return question.id in seen and _kinds(question) <= _kinds(seen[question.id])


def _kinds(question: Question) -> set[tuple[str, QuestionType]]:
    """Give id and type of a question and its columns. With another type it is another question."""
    return {(each.id, each.type) for each in (question, *question.columns)}
