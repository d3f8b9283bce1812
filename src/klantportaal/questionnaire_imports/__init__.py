"""Imports questionnaires of other programs: SurveyJS, and FHIR (R4 and R5).

::

    surveyjs, fhir      read a document into a draft
    drafts              pages and questions with their places in the source
    elements            objects of the source, which remember what was read of them
    words, naming       texts in both languages; ids and codes
    comparisons         conditions, made of what the sources compare
    documents           from a draft to a document, without what publishing would refuse
    remarks             what was not taken over, or was changed; remark_texts has the sentences
"""

from collections.abc import Mapping
from typing import Any

import attrs

from klantportaal.domain.boundary import checked, checked_call
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.questionnaires.json_documents import parsed
from klantportaal.domain.values import Language
from klantportaal.questionnaire_imports import fhir, surveyjs
from klantportaal.questionnaire_imports.documents import Writer
from klantportaal.questionnaire_imports.drafts import Draft
from klantportaal.questionnaire_imports.elements import Element, Source
from klantportaal.questionnaire_imports.naming import Names
from klantportaal.questionnaire_imports.remarks import Remark, RemarkCode, Report
from klantportaal.questionnaire_imports.words import Translator

SOURCE_LIMIT = 8 * 1024 * 1024
"""Bytes of a document to import. It may be larger than what comes of it: sources hold a lot of looks."""
SOURCE_DEPTH = 120
"""Levels of nesting of a document to import."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class Imported:
    """A questionnaire that was imported, and what of the source is not in it."""

    document: str
    """The document, which publishes without a fault: revision 1."""
    remarks: tuple[Remark, ...]
    """What was not taken over or was changed, by its place in the source."""


@checked_call
def imported(document: str | bytes, *, id: str | None = None, language: Language | None = None) -> Imported:
    """Turn a questionnaire of SurveyJS or FHIR into one of the portal. Nothing is published.

    Args:
        document: the JSON document.
        id: the id of the questionnaire. None: one like its title.
        language: the language of texts that do not say theirs. None: what the document says, else English.

    Raises:
        Refused: ``NOT_JSON``: the document cannot be read. ``DOCUMENT_TOO_LARGE``: it or what comes of it is too large.
            ``NOT_AS_FORMAT``: it is neither of SurveyJS nor a Questionnaire of FHIR, has too many levels, or *id* is
            none. ``TOO_MANY``: it has too many questions. ``MISSING``: none of them can be taken over.
    """
    content = parsed(document, size=SOURCE_LIMIT, levels=SOURCE_DEPTH)
    if not isinstance(content, dict) or not (fhir.is_questionnaire(content) or surveyjs.is_survey(content)):
        raise Refused([Fault(code=FaultCode.NOT_AS_FORMAT, field="$")])
    return _written(content, id, language)


def _written(content: Mapping[str, Any], id: str | None, language: Language | None) -> Imported:
    form = fhir if fhir.is_questionnaire(content) else surveyjs
    report = Report()
    source = Source(report, form.PRESENTATION)
    draft = Draft(report=report, translator=Translator(report, language or form.language_of(content)))
    root: Element = source.element(content, "$")
    if form is fhir:
        fhir.read_questionnaire(root, draft)
    else:
        surveyjs.read_survey(root, draft)
    draft.id = id if id is not None else Names().id(draft.title.texts[Language.DUTCH] if draft.title else "vragenlijst")
    made = Writer(draft).document()
    source.tell_rest()
    draft.translator.tell_missing()
    return Imported(document=made, remarks=report.remarks())


__all__ = ["SOURCE_DEPTH", "SOURCE_LIMIT", "Imported", "Remark", "RemarkCode", "imported"]
