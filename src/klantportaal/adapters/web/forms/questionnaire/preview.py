"""The form of a preview: a questionnaire is tried out as the client fills it in, without assigning it.

What was answered stays in the form, in a hidden field, and nothing is kept. No files are taken in: questions for them,
and for rows of nothing else, are not required, and rules about them do not count.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

import attrs

from klantportaal.adapters.web.forms.questionnaire import fields as form_fields
from klantportaal.adapters.web.forms.questionnaire import page as page_form
from klantportaal.adapters.web.forms.questionnaire.fields import Fields
from klantportaal.adapters.web.forms.questionnaire.navigation import BACK, REVIEW
from klantportaal.adapters.web.forms.questionnaire.page import ACTION, SHOWN, TypedPage
from klantportaal.adapters.web.http.errors import Malformed
from klantportaal.domain.errors import Refused
from klantportaal.domain.questionnaires import answering
from klantportaal.domain.questionnaires.answering import Answering
from klantportaal.domain.questionnaires.definition import (
    Definition,
    Page,
    ProfileValue,
    Question,
    QuestionType,
    references,
)
from klantportaal.domain.questionnaires.projection import VisiblePage
from klantportaal.domain.questionnaires.revision_change import brought_back
from klantportaal.domain.questionnaires.schemas import ANYTHING
from klantportaal.domain.values import Language
from klantportaal.serialisation.text import from_json, to_json

STATE, PAGE = "voorbeeld", "pagina"
"""The fields of a preview: the answers so far as JSON, and the page that the form shows; the review has none."""
GO_TO, TO_REVIEW = "naar", "."
"""The name of the buttons that lead to a page, by its id, or to the review. They check and keep nothing of the page."""
NOBODY = dict.fromkeys(ProfileValue, "")
"""What a preview knows of the client."""


@attrs.frozen(kw_only=True)
class PreviewPage(TypedPage):
    """A page of a preview."""

    definition: Definition
    answering: Answering
    files_of: None = None

    @property
    def state(self) -> str:
        """The answers so far, for the hidden field."""
        return to_json(self.answering)


@attrs.frozen(kw_only=True)
class PreviewReview:
    """The review of a preview."""

    definition: Definition
    answering: Answering
    status: int = 200

    @property
    def state(self) -> str:
        """The answers so far, for the hidden field."""
        return to_json(self.answering)


Preview = PreviewPage | PreviewReview


def show(definition: Definition, language: Language, *, today: date) -> Preview:
    """Begin a preview, at its first page."""
    definition = without_files(definition)
    begun = answering.start(definition, NOBODY, as_of=today)
    return _at(definition, begun, answering.resume(definition, begun), language)


def submit(definition: Definition, language: Language, fields: Fields) -> Preview:
    """Do what a button says: ``Volgende`` checks a page and goes on, others show a page.

    Raises:
        Malformed: no preview made this form.
    """
    definition = without_files(definition)
    begun = _state(definition, fields)
    page = definition.page(_first(fields, PAGE))
    projection = answering.view(definition, begun)
    if to := _first(fields, GO_TO):
        to_review = _first(fields, BACK) == REVIEW
        return _at(definition, begun, projection.page(to), language, to_review=to_review)
    if page is None or projection.page(page.id) is None:
        return _at(definition, begun, answering.resume(definition, begun), language)
    typed = _typed(definition, begun, page, language, fields)
    action, _, subject = _first(fields, ACTION).partition(".")
    return _BUTTONS[action](typed, subject) if action in _BUTTONS else _next(typed, language)


def without_files(definition: Definition) -> Definition:
    """Give a definition that can be filled in without files."""
    every = [each for _page, asked in definition.questions() for each in (asked, *asked.columns)]
    closed = {each.id for each in every if _needs_files(each)}
    return attrs.evolve(definition, pages=tuple(_page(page, closed) for page in definition.pages))


def _page(page: Page, closed: set[str]) -> Page:
    rules = tuple(rule for rule in page.must_hold if closed.isdisjoint(references(rule.when)))
    # Not Page.like: what is valid here may not be valid for the client.
    return attrs.evolve(page, questions=tuple(map(_question, page.questions)), must_hold=rules)


def _question(question: Question) -> Question:
    columns = tuple(map(_question, question.columns))
    files = {column.id for column in question.columns if column.type is QuestionType.FILE}
    if _needs_files(question):
        return attrs.evolve(question, required=False, schema=ANYTHING, columns=columns)
    if not files.isdisjoint(_words(question.schema.document)):
        return attrs.evolve(question, schema=ANYTHING, columns=columns)
    return attrs.evolve(question, columns=columns)


def _needs_files(question: Question) -> bool:
    """Tell whether it cannot be answered without files: it asks for them, or is rows with nothing else to fill in."""
    if question.type is not QuestionType.ROWS:
        return question.type is QuestionType.FILE
    closed: set[str] = set()
    for column in question.columns:
        looks_at = () if column.visible_when is None else references(column.visible_when)
        if _needs_files(column) or not closed.isdisjoint(looks_at):
            closed.add(column.id)
    return closed.issuperset(column.id for column in question.columns if column.asks)


def _words(schema: Any) -> Iterator[str]:
    """Give the keys and texts in a schema: the names of columns are among them."""
    if isinstance(schema, str):
        yield schema
    if isinstance(schema, Mapping):
        yield from schema
    for each in schema.values() if isinstance(schema, Mapping) else schema if isinstance(schema, (list, tuple)) else ():
        yield from _words(each)


# ------------------------------------------------------------------ reading a form
def _state(definition: Definition, fields: Fields) -> Answering:
    try:
        return brought_back(definition, from_json(_first(fields, STATE), Answering))
    except Refused:
        raise Malformed("the form has no answers of a preview") from None


def _first(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "")


def _typed(definition: Definition, begun: Answering, page: Page, language: Language, fields: Fields) -> PreviewPage:
    """Turn a form into the page that it was sent from."""
    sent = page_form.own_fields(page, fields, strict=False)
    shown = frozenset(fields.get(SHOWN, ()))
    saved = page_form.shown_fields(definition, begun, page, {}, language)
    return PreviewPage(
        definition=definition,
        answering=begun,
        page=page,
        fields=page_form.with_hidden(sent, shown, saved),
        to_review=_first(fields, BACK) == REVIEW,
        shown=shown,
        sent=sent,
    )


_BUTTONS: Mapping[str, Callable[[PreviewPage, str], PreviewPage]] = {
    page_form.UPDATE: lambda typed, _subject: typed,
    page_form.ADD_ROW: page_form.with_row,
    page_form.REMOVE_ROW: page_form.without_row,
    page_form.CLEAR_DRAWING: page_form.without_drawing,
}


# ------------------------------------------------------------------ going on
def _next(typed: PreviewPage, language: Language) -> Preview:
    """Check a page as ``Volgende`` does, and go on to the next one or the review."""
    shown, projection = typed.look()
    if typed.new(shown, projection):
        return attrs.evolve(typed, adds=True)
    definition, begun = typed.definition, typed.answering
    submitted = form_fields.read_page(typed.page, typed.fields)
    try:
        after = answering.save(definition, begun, typed.page.id, submitted, version=begun.version)
    except Refused as error:
        return attrs.evolve(typed, faults=tuple(error.faults))
    if typed.to_review:
        return _at(definition, after, answering.resume(definition, after), language, to_review=True)
    return _at(definition, after, answering.following(answering.view(definition, after), typed.page.id), language)


def _at(
    definition: Definition, begun: Answering, shown: VisiblePage | None, language: Language, *, to_review: bool = False
) -> Preview:
    """Show a page with its answers so far, or the review."""
    if shown is None:
        return PreviewReview(definition=definition, answering=begun)
    page = definition.page(shown.page.id) or shown.page
    return PreviewPage(
        definition=definition,
        answering=begun,
        page=page,
        fields=page_form.shown_fields(definition, begun, page, {}, language),
        to_review=to_review,
    )
