"""Sources to import, and what comes of them."""

import json
from collections.abc import Mapping
from typing import Any

from klantportaal.questionnaires import Definition, imported, read

Content = Mapping[str, Any]
TITLE = {"nl": "Vragen", "en": "Questions"}


def both(dutch: str, english: str = "") -> Content:
    """Make a text of SurveyJS in both languages."""
    return {"nl": dutch, "en": english or f"{dutch} (en)"}


def element(name: str, kind: str = "text", **more: Any) -> Content:
    """Make a question of SurveyJS."""
    return {"type": kind, "name": name, "title": both(name), **more}


def survey(*elements: Content, **more: Any) -> Content:
    """Make a survey of one page."""
    return {"title": TITLE, "pages": [{"name": "een", "title": both("Een"), "elements": list(elements)}], **more}


def translated(dutch: str) -> Content:
    """Make the Dutch translation of a text of FHIR."""
    url = "http://hl7.org/fhir/StructureDefinition/translation"
    parts = [{"url": "lang", "valueCode": "nl"}, {"url": "content", "valueString": dutch}]
    return {"extension": [{"url": url, "extension": parts}]}


def item(name: str, kind: str = "string", **more: Any) -> Content:
    """Make an item of FHIR, in both languages."""
    return {"linkId": name, "type": kind, "text": f"{name} (en)", "_text": translated(name), **more}


def fhir(*items: Content, **more: Any) -> Content:
    """Make a Questionnaire of FHIR."""
    title = {"title": "Questions", "_title": translated("Vragen")}
    return {"resourceType": "Questionnaire", "language": "en", **title, "item": list(items), **more}


def outcome(source: object, **more: Any) -> tuple[Any, list[tuple[str, str]]]:
    """Import a source: its document, which must publish without a fault, and the remarks as path and code."""
    made = imported(source if isinstance(source, (str, bytes)) else json.dumps(source), **more)
    read(made.document)
    return json.loads(made.document), [(each.path, each.code.value) for each in made.remarks]


def questions(source: object, **more: Any) -> tuple[list[Any], list[tuple[str, str]]]:
    """Import a source: its questions without their texts, and the remarks."""
    document, remarks = outcome(source, **more)
    return [_bare(each) for page in document["pages"] for each in page["questions"]], remarks


def _bare(question: Content) -> Content:
    bare = {key: value for key, value in question.items() if key not in ("texts", "columns")}
    if options := question["texts"]["nl"].get("options"):
        bare["options"] = list(options)
    if "columns" in question:
        bare["columns"] = [_bare(each) for each in question["columns"]]
    return bare


def definition(source: object) -> Definition:
    """Import a source, and read what comes of it."""
    return read(imported(json.dumps(source)).document)[0]
