"""Builders of questionnaire documents in the format that offices publish."""

from collections.abc import Mapping
from typing import Any

Content = Mapping[str, Any]
"""A document, or a part of it, before it is serialised as JSON."""


def heading(title: str) -> Content:
    """Make the title of a page or questionnaire, in every language."""
    return {"nl": {"title": title}, "en": {"title": f"{title} (en)"}}


def question(id: str, kind: str = "text", *, options: tuple[str, ...] = (), **more: Any) -> Content:
    """Make a question.

    Args:
        id: the id, which is also its label.
        kind: the question type.
        options: the codes of a choice.
        more: other fields of the format.
    """
    labels = {"options": {code: code.capitalize() for code in options}} if options else {}
    texts = {"nl": {"label": id, **labels}, "en": {"label": f"{id} (en)", **labels}}
    return {"id": id, "type": kind, "texts": texts, **more}


def page(id: str, *questions: Content, **more: Any) -> Content:
    """Make a page of questions. *more* are other fields of the format."""
    return {"id": id, "texts": heading(id), "questions": list(questions), **more}


def questionnaire(id: str, *pages: Content, revision: int = 1) -> Content:
    """Make a questionnaire. By default it has two pages: a name and a number, then a file."""
    own = pages or (
        page("persoon", question("naam", "prefilled", profile="name"), question("kinderen", "integer", required=True)),
        page("stukken", question("bewijs", "file")),
    )
    return {"id": id, "revision": revision, "texts": heading(id.capitalize()), "pages": list(own)}
