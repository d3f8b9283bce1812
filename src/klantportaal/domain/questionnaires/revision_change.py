"""Moves the answers so far to another revision, which only the office may ask (property 7)."""

from collections.abc import Iterator

import attrs

from klantportaal.domain.questionnaires.answering import Answering
from klantportaal.domain.questionnaires.definition import (
    MARK,
    Answer,
    Answers,
    Definition,
    Page,
    Question,
    QuestionType,
    plain,
)
from klantportaal.domain.questionnaires.earlier_options import offered
from klantportaal.domain.questionnaires.replies import faults, tidied
from klantportaal.domain.questionnaires.rows import keyed, keys_in


def rebase(old: Definition, new: Definition, answering: Answering) -> Answering:
    """Carry the answers over to another revision of a questionnaire.

    An answer is kept if the new revision has the question, with the same type, and accepts the answer. A page stays
    saved if it lost no answer and all of its questions were on saved pages. Whichever of them the client has not seen
    there is still unasked, and so are new questions. A row that is lost takes its pages along. The client is told of
    each answer that is dropped, at its question, until that page is saved.
    """
    if old.digest == new.digest:
        return answering
    kept = _kept(old, new, answering)
    lost = answering.raw.keys() - kept.keys()
    seen = {question.id: question for page in _saved(old, answering) for question in page.questions}
    pages = [page for page in _saved(new, answering) if page.row is None or _has_row(page.for_each, page.row, kept)]
    asked = {question.id: question for page in pages for question in page.questions if question.asks}
    held = {key for key in answering.unasked if key.partition(".")[0] in asked}
    came = {id for id, question in asked.items() if not _is_seen(question, seen)}
    return attrs.evolve(
        answering,
        raw=kept,
        saved=frozenset(page.id for page in pages if _is_settled(page, seen, lost)),
        unasked=frozenset(held | came),
        given=answering.given & kept.keys(),
        dropped=frozenset(_asked_still(new, {*answering.dropped, *lost}, kept)),
        last_saved=None,
        version=answering.version + 1,
    )


def _asked_still(new: Definition, dropped: set[str], kept: Answers) -> Iterator[str]:
    """Give the dropped questions that the new revision asks, of rows that there still are."""
    rows = {question.id: page.for_each for page, question in new.questions() if question.asks}
    for id in dropped:
        for_each, key = rows.get(plain(id)), id.partition(MARK)[2]
        if plain(id) in rows and (_has_row(for_each, key, kept) if key else for_each is None):
            yield id


def brought_back(definition: Definition, answering: Answering) -> Answering:
    """Keep what fits of answers that were not kept here, but come from a form: that of a preview."""
    asked = {question.id: question for _page, question in definition.questions() if question.asks}
    tidy = {id: tidied(asked[plain(id)], answer) for id, answer in answering.raw.items() if plain(id) in asked}
    came = attrs.evolve(answering, raw={id: answer for id, answer in tidy.items() if answer is not None})
    return attrs.evolve(
        came, raw=_kept(definition, definition, came), given=frozenset(), dropped=frozenset(), last_saved=None
    )


def _saved(definition: Definition, answering: Answering) -> list[Page]:
    """Give the saved pages that a revision has."""
    found = (definition.page(id) for id in sorted(answering.saved))
    return [page for page in found if page is not None]


def _kept(old: Definition, new: Definition, answering: Answering) -> Answers:
    """Give the answers that are kept. Rows that pages are for now get keys."""
    before = {question.id: (page.for_each, question) for page, question in old.questions()}
    after = {question.id: (page.for_each, offered(question, new, answering.raw)) for page, question in new.questions()}
    fitting = {
        id: keyed(after[plain(id)][1], answer, save=answering.version + 1)
        for id, answer in answering.raw.items()
        if plain(id) in after and _carries_over(before.get(plain(id)), after[plain(id)], answer, answering)
    }
    return {
        id: answer
        for id, answer in fitting.items()
        if (for_each := after[plain(id)][0]) is None or _has_row(for_each, id.partition(MARK)[2], fitting)
    }


_Place = tuple[str | None, Question]
"""The rows that a question is for each of, and the question."""


def _carries_over(before: _Place | None, after: _Place, answer: Answer, answering: Answering) -> bool:
    if before is None or (before[0], before[1].type) != (after[0], after[1].type):
        return False
    return not any(faults(after[1], answer, answering.raw, as_of=answering.as_of))


def _has_row(rows: str | None, key: str, answers: Answers) -> bool:
    return rows is not None and key in keys_in(answers.get(rows))


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
    return {(each.id, each.type) for each in (question, *question.columns) if each.asks}
