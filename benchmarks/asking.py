"""Makes questionnaires of any length: six questions per page, conditions, and answers that make all visible."""

import json
from collections.abc import Mapping
from typing import Any

from klantportaal.domain.questionnaires.definition import Answer

A_PAGE = 6
PAGES = 200
"""The maximum number of pages of the format. Longer questionnaires get more questions per page."""
LANGUAGES = ("nl", "en")
OPTIONS = {"ja": "Ja, dat klopt", "nee": "Nee, dat klopt niet", "deels": "Voor een deel"}
KINDS: tuple[Mapping[str, Any], ...] = (
    {"type": "boolean"},
    {"type": "text", "schema": {"minLength": 2, "maxLength": 150}},
    {"type": "choice"},
    {"type": "date"},
    {"type": "amount", "schema": {"minimum": 0, "maximum": 50_000_000_00}},
    {"type": "long_text", "schema": {"maxLength": 2_000}},
)
"""The questions of a page: the most frequent types of the example questionnaires."""
FORMS: tuple[Mapping[str, Any], ...] = (
    {"type": "boolean"},
    {"type": "string"},
    {"enum": list(OPTIONS)},
    {"type": "string", "format": "date"},
    {"type": "integer"},
    {"type": "string"},
)
"""The JSON Schema of each of these types, for a validator that knows nothing else."""
ANSWERS: tuple[Answer, ...] = (
    True,
    "Johanna Cornelia van der Meer",
    "ja",
    "1980-05-01",
    45_000_000,
    "Wij wonen sinds 2011 samen in het huis aan de Dorpsstraat.\nDe inboedel hebben wij samen gekocht.",
)
SHOWN: tuple[Mapping[str, Any], ...] = (
    {"is": {"const": True}},
    {"is": {"minLength": 2}},
    {"is": {"enum": ["ja", "deels"]}},
    {"before": "today-P18Y"},
    {"is": {"minimum": 1}},
    {"is": {}},
)
"""For each of these types, a condition that holds for its answer."""


def document(questions: int, *, revision: int = 1) -> str:
    """Make a questionnaire. Every question but the first has a condition, and so has the second page."""
    size = max(A_PAGE, -(-questions // PAGES))
    starts = range(0, questions, size)
    pages = [_page(number, first, min(size, questions - first)) for number, first in enumerate(starts)]
    pages[1]["visible_when"] = {"question": _id(2), "is": {"const": "ja"}}
    return json.dumps({"id": "gemeten", "revision": revision, "texts": _headings("Gemeten"), "pages": pages})


def answers(questions: int) -> dict[str, Answer]:
    """Return answers to all questions."""
    return {_id(number): ANSWERS[number % A_PAGE] for number in range(questions)}


def page_answers(page: int, *, text: str = "") -> dict[str, Answer]:
    """Return the answers of a page, by its number from 0. *text* replaces one of them."""
    given = {_id(page * A_PAGE + number): answer for number, answer in enumerate(ANSWERS)}
    return given | ({_id(page * A_PAGE + 1): text} if text else {})


def page_fields(page: int, *, text: str) -> dict[str, str]:
    """Return the form fields of a page, as a browser sends them."""
    yes, name, choice, born, amount, story = (f"q.{_id(page * A_PAGE + number)}" for number in range(A_PAGE))
    day = {f"{born}.dag": "1", f"{born}.maand": "5", f"{born}.jaar": "1980"}
    return {yes: "ja", name: text, choice: "ja", **day, amount: "450.000,00", story: str(ANSWERS[-1])}


def page_id(page: int) -> str:
    """Return the id of a page."""
    return f"pagina-{page}"


def _page(number: int, first: int, size: int) -> dict[str, Any]:
    return {
        "id": page_id(number),
        "texts": _headings(f"Pagina {number + 1}"),
        "questions": [_question(each) for each in range(first, first + size)],
    }


def _question(number: int) -> dict[str, Any]:
    texts = {"label": f"Wat is uw antwoord op vraag {number + 1}?", "help": "Neem het over uit uw papieren."}
    kind = KINDS[number % A_PAGE]
    if kind["type"] == "choice":
        texts["options"] = OPTIONS  # type: ignore[assignment]
    asked = {"id": _id(number), "required": True, "texts": dict.fromkeys(LANGUAGES, texts), **kind}
    if number:
        asked["visible_when"] = {"question": _id(number - 1), **SHOWN[(number - 1) % A_PAGE]}
    return asked


def _headings(title: str) -> dict[str, Any]:
    return {language: {"title": title} for language in LANGUAGES}


def _id(number: int) -> str:
    return f"vraag-{number}"
