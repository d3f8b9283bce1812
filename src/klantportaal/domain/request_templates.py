"""Templates of requests for documents: an office publishes them as JSON, and makes requests of them (RQ-1).

Publishing reports all faults of a document at once. The field of a fault is a JSON path: ``$.items[2].texts.nl.title``.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import TYPE_CHECKING, Any

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.questionnaires.document_checks import duplicate_ids, mappings
from klantportaal.domain.questionnaires.json_documents import parsed, require_no_faults, shape_faults
from klantportaal.domain.requests import NewItem, NewRequest
from klantportaal.domain.values import Language, Texts

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

_FILES = NewItem(title="").files


@attrs.frozen(kw_only=True, field_transformer=checked)
class TemplateItem:
    """An item of a template."""

    id: str
    title: Texts
    explanation: Texts
    required: bool
    files: int
    due_in_days: int | None
    """The due date, in days after the day on which the request is made."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class Template:
    """A revision of a template."""

    id: str
    revision: int
    digest: str
    """The SHA-256 of its document."""
    title: Texts
    items: Sequence[TemplateItem]


def read(document: str | bytes) -> tuple[Template, str]:
    """Read and check a document; gives the template, and the document without insignificant white space.

    Raises:
        Refused: up to 500 faults, each with its JSON path as field.
    """
    content = parsed(document)
    items = ((path, each) for _number, path, each in mappings(content, "items", "$"))
    require_no_faults(chain(shape_faults(content, _format()), duplicate_ids(items)))
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return restored(text), text


def restored(document: str) -> Template:
    """Make the template of a document that was checked before."""
    content = json.loads(document)
    return Template(
        id=content["id"],
        revision=content["revision"],
        digest=hashlib.sha256(document.encode()).hexdigest(),
        title={Language(language): each["title"] for language, each in content["texts"].items()},
        items=[_item(each) for each in content["items"]],
    )


def request_of(template: Template, *, subject: str = "", today: date) -> NewRequest:
    """Make the request that a template describes. Without a subject, its title is the subject."""
    return NewRequest(
        subject=subject or template.title,
        items=[
            NewItem(
                title=each.title,
                explanation=each.explanation,
                required=each.required,
                files=each.files,
                due_on=None if each.due_in_days is None else today + timedelta(days=each.due_in_days),
            )
            for each in template.items
        ],
    )


@cache
def request_template_schema() -> Mapping[str, Any]:
    """Give the JSON Schema of the format, which ships in the package. Editors can use it."""
    source = files("klantportaal.domain") / "request-template.schema.json"
    schema: Mapping[str, Any] = json.loads(source.read_text("utf-8"))
    return schema


@cache
def _format() -> "Validator":
    from klantportaal.domain.questionnaires.validation import format_validator  # Not at import: jsonschema is slow.

    return format_validator(request_template_schema())


def _item(content: Mapping[str, Any]) -> TemplateItem:
    texts = {Language(language): each for language, each in content["texts"].items()}
    return TemplateItem(
        id=content["id"],
        title={language: each["title"] for language, each in texts.items()},
        explanation={language: each.get("explanation", "") for language, each in texts.items()},
        required=content.get("required", True),
        files=content.get("files", _FILES),
        due_in_days=content.get("due_in_days"),
    )
