"""Reads a Questionnaire of FHIR, R4 or R5."""

from collections.abc import Mapping
from typing import Any

from klantportaal.domain.values import Language
from klantportaal.questionnaire_imports.drafts import Draft, DraftPage
from klantportaal.questionnaire_imports.elements import Element
from klantportaal.questionnaire_imports.fhir.items import Items, Place
from klantportaal.questionnaire_imports.fhir.reading import PRESENTATION, Reader, extensions
from klantportaal.questionnaire_imports.remarks import RemarkCode

__all__ = ["PRESENTATION", "is_questionnaire", "language_of", "read_questionnaire"]


def is_questionnaire(content: Mapping[str, Any]) -> bool:
    """Tell whether a document is a Questionnaire of FHIR."""
    return content.get("resourceType") == "Questionnaire"


def language_of(content: Mapping[str, Any]) -> Language:
    """Give the language of texts that do not say theirs: English unless ``language`` names another one."""
    return Language.DUTCH if str(content.get("language")).lower().startswith("nl") else Language.ENGLISH


def read_questionnaire(root: Element, draft: Draft) -> None:
    """Read a questionnaire into a draft. Each group at the top is a page; what stands between them are pages too."""
    reader = Reader(draft)
    root.read |= {"resourceType", "language"}
    extensions(root).tell_rest()
    draft.title, draft.intro = reader.words(root, "title"), reader.words(root, "description")
    items = Items(reader, _value_sets(root))
    page: DraftPage | None = None
    for item in root.elements("item"):
        if item.content.get("type") == "group":
            page = None
            _group(item, items, draft)
            continue
        if page is None:
            page = draft.add_page(item, "", draft.title)
        page.questions += [asked for _name, asked in items.read(item, Place())]


def _group(item: Element, items: Items, draft: Draft) -> None:
    """Read a group at the top as a page; one that repeats is a page with rows."""
    more = extensions(item)
    if more.value("questionnaire-hidden", bool):
        item.leave_out(RemarkCode.HIDDEN)
        return
    page = draft.add_page(item, "linkId", items.reader.words(item, "text"))
    if item.content.get("repeats") is True:
        page.questions += [asked for _name, asked in items.read(item, Place())]
        return
    item.read |= {"type", *(key for key in ("required", "repeats", "readOnly") if item.content.get(key) is False)}
    more.tell_rest()
    page.conditions += items.condition(item, None)
    page.questions += [asked for _name, asked in items.within(item, Place())]


def _value_sets(root: Element) -> dict[str, Element]:
    """Give the value sets within the document by their ids."""
    found: dict[str, Element] = {}
    for each in root.elements("contained"):
        if each.content.get("resourceType") == "ValueSet" and isinstance(each.content.get("id"), str):
            found.setdefault(str(each.content["id"]), each)
    return found
