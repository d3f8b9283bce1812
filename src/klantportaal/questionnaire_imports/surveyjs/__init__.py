"""Reads a document of SurveyJS."""

from collections.abc import Mapping
from typing import Any

from klantportaal.domain.values import Language
from klantportaal.questionnaire_imports.drafts import Draft
from klantportaal.questionnaire_imports.elements import Element
from klantportaal.questionnaire_imports.surveyjs.questions import within
from klantportaal.questionnaire_imports.surveyjs.reading import PRESENTATION, Place, Reader

__all__ = ["PRESENTATION", "is_survey", "language_of", "read_survey"]


def is_survey(content: Mapping[str, Any]) -> bool:
    """Tell whether a document is of SurveyJS: it has pages, or questions without them."""
    return any(isinstance(content.get(key), list) for key in ("pages", "elements", "questions"))


def language_of(content: Mapping[str, Any]) -> Language:
    """Give the language of texts that do not say theirs: SurveyJS has English unless ``locale`` names another one."""
    return Language.DUTCH if str(content.get("locale")).lower().startswith("nl") else Language.ENGLISH


def read_survey(survey: Element, draft: Draft) -> None:
    """Read a survey into a draft."""
    reader = Reader(draft)
    survey.text("locale")
    draft.title, draft.intro = reader.words(survey, "title"), reader.words(survey, "description")
    if "pages" in survey:
        for page in survey.elements("pages"):
            _page(reader, page, "elements", "questions")
    _page(reader, survey, "elements", "questions", alone=True)


def _page(reader: Reader, element: Element, *keys: str, alone: bool = False) -> None:
    """Read a page; *alone*: the questions of a survey that has no pages."""
    if alone and not any(key in element for key in keys):
        return
    if not alone and reader.hidden(element):
        return
    title = reader.draft.title if alone else reader.words(element, "title")
    intro = None if alone else reader.words(element, "description")
    page = reader.draft.add_page(element, "" if alone else "name", title, intro)
    if not alone:
        page.conditions += reader.condition(element, None)
    page.questions += [asked for _name, asked in within(reader, element, Place(page=page), *keys)]
