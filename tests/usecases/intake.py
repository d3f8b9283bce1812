"""A questionnaire with most types of questions, and a client's answers to it."""

import copy
import json
from collections.abc import Mapping
from typing import Any

from klantportaal.domain.questionnaires.definition import Answers

Submitted = Mapping[str, Mapping[str, object]]
"""Submitted answers by page."""


def _heading(nl: str, en: str) -> dict[str, Any]:
    return {"nl": {"title": nl}, "en": {"title": en}}


def question(id: str, kind: str, nl: str, en: str, **more: Any) -> dict[str, Any]:
    """Make a question in the JSON format of questionnaires."""
    return {"id": id, "type": kind, "texts": {"nl": {"label": nl}, "en": {"label": en}}, **more}


MARRIED = {"question": "gehuwd", "is": {"const": True}}
INTAKE: dict[str, Any] = {
    "id": "intake",
    "revision": 1,
    "texts": _heading("Uw gegevens", "Your details"),
    "pages": [
        {
            "id": "persoon",
            "texts": _heading("U", "You"),
            "questions": [
                question("naam", "prefilled", "Uw naam", "Your name", profile="name", required=True),
                question("geboren", "date", "Geboren op", "Born on", required=True),
                question("gehuwd", "boolean", "Bent u gehuwd?", "Are you married?", required=True),
            ],
        },
        {
            "id": "huwelijk",
            "texts": _heading("Uw huwelijk", "Your marriage"),
            "visible_when": MARRIED,
            "questions": [
                question("partner", "text", "Uw partner", "Your partner", required=True, schema={"maxLength": 20}),
                question("akte", "file", "Uw trouwakte", "Your marriage certificate"),
            ],
        },
        {
            "id": "bezit",
            "texts": _heading("Wat u hebt", "What you own"),
            "questions": [
                question("geld", "amount", "Spaargeld", "Savings", schema={"minimum": 0}),
                question("paarden", "integer", "Paarden", "Horses"),
                question(
                    "kinderen",
                    "rows",
                    "Kinderen",
                    "Children",
                    columns=[question("kind", "text", "Naam", "Name", required=True)],
                ),
                question("bewijs", "file", "Bewijs", "Evidence", schema={"maxItems": 2}),
                question("kopie", "file", "Kopie", "Copy"),
                question("verder", "long_text", "Verder nog iets?", "Anything else?"),
            ],
        },
    ],
}
PERSON: Answers = {"naam": "J. Jansen", "geboren": "1980-02-29", "gehuwd": True}
SINGLE: Answers = {**PERSON, "gehuwd": False}
MARRIAGE: Answers = {"partner": "Zoë"}
ASSETS: Answers = {"geld": 1999, "kinderen": [{"kind": "Sem"}, {"kind": "Fleur"}], "verder": "Nee.\nDank u."}
ALL: Submitted = {"persoon": PERSON, "huwelijk": MARRIAGE, "bezit": ASSETS}
"""Valid answers by page."""
SECRETS = ("J. Jansen", "1980-02-29", "Zoë", "Zo\\u00eb", "1999", "Sem", "Fleur", "Dank u.")
"""Texts from these answers that may appear nowhere outside the answers, such as in the audit trail."""


def document(**changes: Any) -> str:
    """Write the questionnaire as JSON, with some of its keys replaced."""
    return json.dumps({**INTAKE, **changes})


def revised(revision: int = 2) -> dict[str, Any]:
    """Make a new revision: the last page has one question more, and no question ``bewijs`` any more."""
    revision_of = copy.deepcopy(INTAKE)
    revision_of["revision"] = revision
    questions = revision_of["pages"][2]["questions"]
    questions[:] = [each for each in questions if each["id"] != "bewijs"]
    questions.append(question("huis", "boolean", "Hebt u een huis?", "Do you own a house?", required=True))
    return revision_of
