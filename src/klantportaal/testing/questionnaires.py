"""Questionnaires to test with, in a line or two each: documents as an office publishes them."""

from collections.abc import Mapping
from typing import Any

Content = Mapping[str, Any]
"""A document, or a part of one, before it is written as JSON."""


def heading(title: str) -> Content:
    """Give a title in every language."""
    return {"nl": {"title": title}, "en": {"title": f"{title} (en)"}}


def question(id: str, kind: str = "text", *, options: tuple[str, ...] = (), **more: Any) -> Content:
    """Ask one thing; *options* are the codes of a choice, *more* what the format has beside."""
    labels = {"options": {code: code.capitalize() for code in options}} if options else {}
    texts = {"nl": {"label": id, **labels}, "en": {"label": f"{id} (en)", **labels}}
    return {"id": id, "type": kind, "texts": texts, **more}


def page(id: str, *questions: Content, **more: Any) -> Content:
    """Ask some things at once."""
    return {"id": id, "texts": heading(id), "questions": list(questions), **more}


def questionnaire(id: str, *pages: Content, revision: int = 1) -> Content:
    """Make a questionnaire; of its own two pages if none are given: a name and a number, and a file."""
    own = pages or (
        page("persoon", question("naam", "prefilled", profile="name"), question("kinderen", "integer", required=True)),
        page("stukken", question("bewijs", "file")),
    )
    return {"id": id, "revision": revision, "texts": heading(id.capitalize()), "pages": list(own)}
