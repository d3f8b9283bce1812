"""Builders for the tests of questionnaires."""

import json
from typing import Any
from uuid import UUID

import attrs

from klantportaal.domain.errors import Fault
from klantportaal.domain.questionnaires import assignments, publishing
from klantportaal.domain.questionnaires.answering import Answering
from klantportaal.domain.questionnaires.assignments import Assignment
from klantportaal.domain.questionnaires.definition import Definition, Question
from klantportaal.domain.questionnaires.replies import faults, tidied
from klantportaal.domain.values import AssignmentId
from klantportaal.testing.filling_in import KNOWN, TODAY, published
from klantportaal.testing.questionnaires import Content, page, question, questionnaire
from tests.domain.given import ACCOUNT_ID, AT, CLIENT_ID, DOSSIER_ID, HANDLER, OFFICE_ID, refusal

ASSIGNMENT_ID = AssignmentId(UUID(int=50))
FILE = {"id": str(UUID(int=51)), "name": "paspoort.pdf", "size": 12}
IS_YES = {"question": "getrouwd", "is": {"const": True}}

DOCUMENT = questionnaire(
    "gezin",
    page("persoon", question("naam", "prefilled", profile="name"), question("getrouwd", "boolean", required=True)),
    page("partner", question("partner-naam", required=True), question("akte", "file"), visible_when=IS_YES),
    page("slot", question("opmerking", "long_text"), question("uitleg", "note")),
)
DEFINITION = published(DOCUMENT)


def definition(*questions: Content, **more: Any) -> Definition:
    """Publish a questionnaire of one page."""
    return published(questionnaire("vragen", page("pagina", *questions, **more)))


def asked(kind: str, *, columns: tuple[Content, ...] = (), **more: Any) -> Question:
    """Give the question of a published questionnaire with one question."""
    options = ("een", "twee", "drie") if kind in ("choice", "choices") else ()
    beside = {**({"columns": list(columns)} if columns else {}), **({"profile": "name"} if kind == "prefilled" else {})}
    return definition(question("vraag", kind, options=options, **beside, **more)).pages[0].questions[0]


def found(question: Question, answer: object) -> list[Fault]:
    """List the faults of an answer after tidying it."""
    return list(faults(question, tidied(question, answer), {}, as_of=TODAY))


def publishing_faults(document: object) -> list[tuple[str, str | None]]:
    """Publish a faulty document; gives code and path of each fault."""
    text = document if isinstance(document, (str, bytes)) else json.dumps(document)
    return [(fault.code.value, fault.field) for fault in refusal(lambda: publishing.read(text))]


def assigned(definition: Definition = DEFINITION, state: Answering | None = None) -> Assignment:
    """Assign a questionnaire, with answers as in *state*."""
    assignment, _fact = assignments.assign(
        definition,
        id=ASSIGNMENT_ID,
        office_id=OFFICE_ID,
        client_id=CLIENT_ID,
        dossier_id=DOSSIER_ID,
        is_party=True,
        subject="",
        due_on=None,
        handler=HANDLER,
        today=TODAY,
        at=AT,
    )
    if state is None:
        return assignment
    started, _fact_of_start = assignments.start(
        assignment, definition, KNOWN, account_id=ACCOUNT_ID, today=TODAY, at=AT
    )
    return attrs.evolve(started, answering=state)
