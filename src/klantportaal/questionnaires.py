"""Questionnaires for your own pages and apps: the definition, what is visible, and the order of pages.

``portal.client.questionnaires.open`` gives an ``Opened``: a definition and the answers so far. ``save`` gives a
``Saved``, which has the same without the dossier. These functions use it:

- ``view`` gives what is visible;
- ``resume``, ``previous`` and ``following`` give the page to go to;
- ``look`` gives what a page would show with other answers;
- ``added`` gives the questions that came on a page after it was saved;
- ``dropped`` gives the questions whose answer another revision dropped;
- ``progress`` gives how much is done.

``library`` gives the questionnaires that come with the package. ``imported`` makes one of
a questionnaire of SurveyJS or FHIR. The functions change nothing.
"""

from klantportaal.domain.boundary import checked_call
from klantportaal.domain.questionnaires import answering, publishing
from klantportaal.domain.questionnaires.answering import Answering, Given
from klantportaal.domain.questionnaires.assignments import Assignment, AssignmentState
from klantportaal.domain.questionnaires.definition import (
    After,
    All,
    Answer,
    Answers,
    AnyOf,
    Before,
    Beside,
    Calculation,
    Compared,
    Computed,
    Condition,
    Count,
    Definition,
    Every,
    Heading,
    Is,
    Not,
    Operand,
    OptionsFrom,
    Order,
    Page,
    ProfileValue,
    Question,
    QuestionTexts,
    QuestionType,
    Requirement,
    Some,
    Sum,
    Unique,
)
from klantportaal.domain.questionnaires.document_changes import ChangedPart, ChangeKind, DocumentChange
from klantportaal.domain.questionnaires.json_documents import DOCUMENT_LIMIT
from klantportaal.domain.questionnaires.projection import Asked, Projection, VisiblePage
from klantportaal.domain.questionnaires.publishing import format_schema
from klantportaal.domain.questionnaires.results import Result
from klantportaal.domain.questionnaires.schemas import Schema
from klantportaal.questionnaire_imports import Imported, Remark, RemarkCode, imported
from klantportaal.questionnaire_library import library
from klantportaal.usecases.client.questionnaires import Opened, Saved

# Checked where a vendor calls them: the portal itself calls them many times for a page (AL-5).
added = checked_call(answering.added)
dropped = checked_call(answering.dropped)
following = checked_call(answering.following)
look = checked_call(answering.look)
previous = checked_call(answering.previous)
progress = checked_call(answering.progress)
read = checked_call(publishing.read)
resume = checked_call(answering.resume)
view = checked_call(answering.view)

__all__ = [
    "DOCUMENT_LIMIT",
    "After",
    "All",
    "Answer",
    "Answering",
    "Answers",
    "AnyOf",
    "Asked",
    "Assignment",
    "AssignmentState",
    "Before",
    "Beside",
    "Calculation",
    "ChangeKind",
    "ChangedPart",
    "Compared",
    "Computed",
    "Condition",
    "Count",
    "Definition",
    "DocumentChange",
    "Every",
    "Given",
    "Heading",
    "Imported",
    "Is",
    "Not",
    "Opened",
    "Operand",
    "OptionsFrom",
    "Order",
    "Page",
    "ProfileValue",
    "Projection",
    "Question",
    "QuestionTexts",
    "QuestionType",
    "Remark",
    "RemarkCode",
    "Requirement",
    "Result",
    "Saved",
    "Schema",
    "Some",
    "Sum",
    "Unique",
    "VisiblePage",
    "added",
    "dropped",
    "following",
    "format_schema",
    "imported",
    "library",
    "look",
    "previous",
    "progress",
    "read",
    "resume",
    "view",
]
