"""Filling in a questionnaire: ``Volgende``, ``Vorige``, resume and completion.

Pure functions of a definition and the answers so far.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import attrs

from klantportaal.domain.errors import Absent, Conflict, Fault, FaultCode, Refused
from klantportaal.domain.questionnaires.computing import is_made_of
from klantportaal.domain.questionnaires.conditions import holds
from klantportaal.domain.questionnaires.defaults import default_of, has_defaults
from klantportaal.domain.questionnaires.definition import (
    Answer,
    Answers,
    Definition,
    Page,
    ProfileValue,
    Question,
    Requirement,
    comparisons,
    names_over,
    plain,
    references,
)
from klantportaal.domain.questionnaires.digest_cache import DigestCache
from klantportaal.domain.questionnaires.given import changes, fixed_answers, untouched, usable
from klantportaal.domain.questionnaires.projection import Projection, VisiblePage, project
from klantportaal.domain.questionnaires.replies import faults, tidied
from klantportaal.domain.questionnaires.rows import KEY, answered, gone, keyed, keys_in, rows_in
from klantportaal.domain.questionnaires.unasked import hidden_keys, outside, visible_keys

ANSWERS_LIMIT = 250_000
"""Characters of all answers of a questionnaire, as JSON. Each page view and each save reads all of them."""


@attrs.frozen
class Given:
    """Tidy answers of the office, by question, until the client starts. They are the client's answers then."""

    answers: Answers = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Answering:
    """The state of a questionnaire that is being filled in."""

    as_of: date
    """The day on which it was started. Conditions mean this day by ``today``, until completion."""
    raw: Answers = attrs.field(factory=dict, repr=False)
    """Every saved answer by question, including answers to questions that are hidden now."""
    saved: frozenset[str] = frozenset()
    """The ids of the saved pages."""
    unasked: frozenset[str] = frozenset()
    """The questions, and columns such as ``children.0.born``, that were hidden at the last save of their page."""
    given: frozenset[str] = frozenset()
    """The questions that the office answered, and whose answer the client left as it is."""
    dropped: frozenset[str] = frozenset()
    """The questions whose answer another revision dropped, until their page is saved."""
    last_saved: str | None = None
    """The id of the page that was saved last."""
    version: int = 0
    """One higher after each save. A page that was shown at another version is outdated."""


def start(
    definition: Definition, known: Mapping[ProfileValue, str], *, as_of: date, given: Given | None = None
) -> Answering:
    """Start, with the questions answered that the office answered, and the prefilled ones by what the portal knows.

    The client may correct them, unless the question is fixed. What the portal knows is then given as by the office.
    """
    prefilled = _answered(
        {
            question.id: tidied(question, known[question.profile])
            for _page, question in definition.questions()
            if question.profile is not None
        }
    )
    by_office = {} if given is None else usable(definition, given.answers, as_of=as_of)
    sound = usable(definition, prefilled, as_of=as_of)  # What the client cannot change must be an answer.
    fixed = {id for id in sound if definition.by_id[id].fixed}
    return Answering(as_of=as_of, raw={**prefilled, **by_office}, given=frozenset(by_office) | fixed)


def _answered(tidy: Mapping[str, Answer]) -> Answers:
    return {key: answer for key, answer in tidy.items() if answer is not None}


# ------------------------------------------------------------------ where to go
def view(definition: Definition, answering: Answering) -> Projection:
    """Give the visible pages and the effective answers."""
    return project(definition, answering.raw, as_of=answering.as_of)


def proposed(definition: Definition, answering: Answering, page: Page) -> Answers:
    """Give the defaults of a page, as answers: of its questions that were never asked, and have no answer.

    A page shows them filled in. They count nowhere until the client saves the page.
    """
    shown = view(definition, answering).page(page.id) if has_defaults(page) else None
    if shown is None:
        return {}
    found: dict[str, Answer] = {}
    for question in shown.page.questions:
        is_new = page.id not in answering.saved or question.id in answering.unasked
        if is_new and question.id not in answering.raw:
            found |= default_of(question, shown.scope, as_of=answering.as_of)
    return found


def resume(definition: Definition, answering: Answering) -> VisiblePage | None:
    """Find the first visible page that is not saved or not valid; None means the review (property 3)."""
    return next(unfinished(view(definition, answering), answering), None)


def unfinished(projection: Projection, answering: Answering) -> Iterator[VisiblePage]:
    """Give the visible pages that are not saved or not valid, in order. What was never shown was never asked."""
    for page in projection.pages:
        is_saved = page.page.id in answering.saved and not added(page, projection, answering)
        if not is_saved or not _is_sound(page, projection):
            yield page


def added(page: VisiblePage, projection: Projection, answering: Answering) -> list[str]:
    """List the questions and columns that are visible now and were hidden at the last save of the page.

    Args:
        page: a page of *projection*.
        projection: what is visible, as ``view`` gives it.
        answering: the answers so far.
    """
    if not answering.unasked:
        return []
    return [key for key in visible_keys(page, answering.raw, projection) if key in answering.unasked]


def dropped(page: VisiblePage, answering: Answering) -> list[str]:
    """List the visible questions of a page whose answer another revision dropped, since the page was last saved.

    Args:
        page: a page of a projection, as ``view`` gives it.
        answering: the answers so far.
    """
    return [question.id for question in page.questions if question.id in answering.dropped]


def previous(projection: Projection, page_id: str | None) -> VisiblePage | None:
    """Find the visible page before another one, or before the review (property 2). None: there is none.

    Args:
        projection: what is visible, as ``view`` gives it.
        page_id: the id of the other page, from the definition. None means the review.
    """
    earlier = None
    for page in projection.pages:
        if page.page.id == page_id:
            break
        earlier = page
    return earlier


def following(projection: Projection, page_id: str) -> VisiblePage | None:
    """Find the visible page after *page_id*; None means the review."""
    pages = iter(projection.pages)
    for page in pages:
        if page.page.id == page_id:
            break
    return next(pages, None)


def page_total(definition: Definition, projection: Projection, answering: Answering) -> int | None:
    """Give how many pages there are to fill in. None while that depends on a page that is not done.

    Args:
        definition: the definition of the questionnaire.
        projection: what is visible, as ``view`` gives it.
        answering: the answers so far.
    """
    left = {plain(page.page.id) for page in unfinished(projection, answering)}
    return len(projection.pages) if left.isdisjoint(definition.decisive) else None


def progress(definition: Definition, answering: Answering) -> int:
    """Give the percentage of visible pages that are done; 100 if and only if it can be completed."""
    return done(view(definition, answering), answering)


def done(projection: Projection, answering: Answering) -> int:
    """Give the progress of a projection, as ``progress`` does."""
    left = len(list(unfinished(projection, answering)))
    return 100 * (len(projection.pages) - left) // len(projection.pages) if projection.pages else 100


# ------------------------------------------------------------------ checking a page
def _is_sound(page: VisiblePage, projection: Projection) -> bool:
    """Tell whether a page is valid. A valid page is not checked again for the same answers."""
    shown = [question.id for question in page.questions]
    looked_at = [page.scope.get(id) for id in page.page.looks_at]
    looked_at += [
        answered(row, names, page.scope) for id, names in page.page.looks_over for row in rows_in(page.scope.get(id))
    ]
    seen = DigestCache.digest((projection.as_of, shown, looked_at))
    if seen in page.page.sound:
        return True
    if page_faults(page, page.scope, as_of=projection.as_of):
        return False
    page.page.sound.add(seen)
    return True


def page_faults(page: VisiblePage, answers: Answers, *, as_of: date) -> list[Fault]:
    """List the faults of a visible page: of its questions, and of rules between answers that have no fault.

    *answers* are what the page sees: its *scope*.
    """
    found = [
        fault
        for question in page.questions
        if question.asks
        for fault in faults(question, answers.get(question.id), answers, as_of=as_of)
    ]
    faulty = {plain(str(fault.field).split(".", 1)[0]) for fault in found}
    for question in page.questions:
        if question.computed is not None and is_made_of(question.computed, faulty):
            faulty.add(plain(question.id))
    for number, requirement in enumerate(page.page.must_hold):
        if faulty.isdisjoint(references(requirement.when)) and not holds(requirement.when, answers, as_of=as_of):
            found.append(Fault(code=FaultCode.MUST_HOLD, field=page.page.id, params={"number": number}))
    return found


def concerned(
    requirement: Requirement, page: VisiblePage, projection: Projection
) -> tuple[VisiblePage, Question] | None:
    """Find the question that a requirement of a page is about, and its page.

    The first of its own questions; else the first on the pages of rows that it looks over; else the first earlier one.
    None: no question that it is about is visible.
    """
    names = set(references(requirement.when))
    over = {(each.question, name) for each in comparisons(requirement.when) for name in names_over(each)}
    own, of_rows, earlier = [], [], []
    for each in projection.pages:
        for question in each.questions:
            columns = {column.id for column in question.columns if question.id == page.page.for_each}
            is_named = plain(question.id) in names or not names.isdisjoint(columns)
            if each.page.id == page.page.id and is_named:
                own.append((each, question))
            elif (each.page.for_each, plain(question.id)) in over:
                of_rows.append((each, question))
            elif is_named and each.page.row in (None, page.page.row):
                earlier.append((each, question))
    return next(iter([*own, *of_rows, *earlier]), None)


# ------------------------------------------------------------------ Volgende
def save(
    definition: Definition, answering: Answering, page_id: str, submitted: Mapping[str, object], *, version: int
) -> Answering:
    """Save one page: replace exactly the answers to its visible questions by the submitted ones (property 1).

    The submitted answers decide which questions are visible. Answers to hidden questions are ignored. The same save
    again, right after the first, changes nothing (property 8).

    Raises:
        Absent: there is no such page.
        Conflict: something else was saved since the page was shown at *version*.
        Refused: a fault for each wrong answer, with the question as field; ``UNKNOWN_QUESTION`` for a question that
            is not on the page; ``PAGE_HIDDEN``; or ``ANSWERS_TOO_LARGE`` without a field.
    """
    return saved_and_shown(definition, answering, page_id, submitted, version=version)[0]


def saved_and_shown(
    definition: Definition, answering: Answering, page_id: str, submitted: Mapping[str, object], *, version: int
) -> tuple[Answering, Projection]:
    """Save one page as ``save`` does; gives the projection after it too."""
    page = definition.page(page_id)
    if page is None:
        raise Absent("page")
    if version == answering.version - 1 and page_id == answering.last_saved:
        return _replayed(definition, answering, page, submitted)
    if version != answering.version:
        raise Conflict
    raw, shown, projection = _replaced(definition, answering, page, submitted, save=version + 1)
    out = gone(definition, answering.raw, raw)
    after = attrs.evolve(
        answering,
        raw={key: answer for key, answer in raw.items() if key not in out},
        saved=answering.saved.difference(out) | {page_id},
        unasked=frozenset(
            key
            for key in outside(page, answering.unasked) | hidden_keys(shown, raw, projection)
            if key.partition(".")[0] not in out
        ),
        given=untouched(answering.given, answering.raw, raw).difference(out),
        dropped=outside(page, answering.dropped).difference(out),
        last_saved=page_id,
        version=version + 1,
    )
    return after, projection


def _replayed(
    definition: Definition, answering: Answering, page: Page, submitted: Mapping[str, object]
) -> tuple[Answering, Projection]:
    """Accept a replay of the last save. Raises: Conflict, if it is another save."""
    try:
        again, _shown, projection = _replaced(definition, answering, page, submitted, save=answering.version)
    except Refused:
        raise Conflict from None
    if again != answering.raw:
        raise Conflict
    return answering, projection


def _replaced(
    definition: Definition, answering: Answering, page: Page, submitted: Mapping[str, object], *, save: int
) -> tuple[Answers, VisiblePage, Projection]:
    """Replace the answers to a page's visible questions; gives the raw answers, the page and the projection."""
    shown, projection = _looked(definition, answering, page, submitted, save=save)
    fixed = fixed_answers(page, answering.raw, answering.given)
    found = unknown_keys(page, submitted, answering.raw) + page_faults(shown, shown.scope, as_of=answering.as_of)
    if found := [*found, *changes(page, fixed, submitted)]:
        raise Refused(found)
    visible = {question.id for question in shown.questions if question.asks}
    kept = {key: answer for key, answer in answering.raw.items() if key not in visible}
    raw = {**kept, **{key: answer for key, answer in projection.answers.items() if key in visible}, **fixed}
    if too_large := size_faults(raw):
        raise Refused(too_large)
    return raw, shown, projection


def size_faults(answers: Answers) -> list[Fault]:
    """Refuse answers that are too large together."""
    if len(json.dumps(answers, ensure_ascii=False, separators=(",", ":"))) <= ANSWERS_LIMIT:
        return []
    return [Fault(code=FaultCode.ANSWERS_TOO_LARGE, params={"limit": ANSWERS_LIMIT})]


def look(
    definition: Definition, answering: Answering, page: Page, submitted: Mapping[str, object]
) -> tuple[VisiblePage, Projection]:
    """Show a page as it would be with the submitted answers, tidied but not checked. What is fixed stays.

    Args:
        definition: the definition of the questionnaire.
        answering: the answers so far.
        page: a page of the definition.
        submitted: the answers on the page, by question id.

    Raises:
        Refused: the page is hidden.
    """
    return _looked(definition, answering, page, submitted, save=answering.version + 1)


def _looked(
    definition: Definition, answering: Answering, page: Page, submitted: Mapping[str, object], *, save: int
) -> tuple[VisiblePage, Projection]:
    """Show a page as ``look`` does. New rows get keys of the save with this number."""
    given = {
        question.id: keyed(question, tidied(question, submitted[question.id]), save=save)
        for question in page.questions
        if question.asks and question.id in submitted
    }
    here = {question.id for question in page.questions}
    elsewhere = {key: answer for key, answer in answering.raw.items() if key not in here}
    fixed = fixed_answers(page, answering.raw, answering.given)
    projection = project(definition, {**elsewhere, **_answered(given), **fixed}, as_of=answering.as_of)
    shown = projection.page(page.id)
    if shown is None:
        raise Refused([Fault(code=FaultCode.PAGE_HIDDEN, field=page.id)])
    return shown, projection


def unknown_keys(page: Page, submitted: Mapping[str, object], raw: Answers) -> list[Fault]:
    """List the submitted questions and columns that the page does not have, and keys of rows that there are not."""
    asked = {question.id: question for question in page.questions if question.asks}
    found = [str(key) for key in submitted if key not in asked]
    for key, question in asked.items():
        columns = {column.id for column in question.columns if column.asks}
        rows = _listed(submitted.get(key)) if columns else ()
        named = [(number, name) for number, row in enumerate(rows) if isinstance(row, Mapping) for name in row]
        found += [f"{key}.{number}.{name}" for number, name in named if name not in {*columns, KEY}]
        found += [f"{key}.{number}.{KEY}" for number in _strange_keys(rows, keys_in(raw.get(key)))]
    return [Fault(code=FaultCode.UNKNOWN_QUESTION, field=field) for field in found]


def _strange_keys(rows: Sequence[object], known: Sequence[str]) -> Iterator[int]:
    """Give the numbers of the rows with the key of no saved row, or of a row before."""
    left = list(known)
    for number, row in enumerate(rows):
        if isinstance(row, Mapping) and KEY in row:
            if row[KEY] in left:
                left.remove(row[KEY])
            else:
                yield number


def _listed(answer: object) -> Sequence[object]:
    return answer if isinstance(answer, (list, tuple)) else ()


# ------------------------------------------------------------------ completion
def complete(definition: Definition, answering: Answering, *, version: int) -> Answering:
    """Complete: keep the effective answers and erase the others (property 6).

    Raises:
        Conflict: something was saved since the review was shown at *version*.
        Refused: ``PAGE_UNFINISHED`` for each visible page that is not saved or not valid, with the page as field.
    """
    if version != answering.version:
        raise Conflict
    projection = view(definition, answering)
    left = [Fault(code=FaultCode.PAGE_UNFINISHED, field=page.page.id) for page in unfinished(projection, answering)]
    if left:
        raise Refused(left)
    visible = frozenset(page.page.id for page in projection.pages)
    given = answering.given & projection.answers.keys()
    return attrs.evolve(
        answering, raw=projection.answers, saved=visible, unasked=frozenset(), given=given, dropped=frozenset()
    )
