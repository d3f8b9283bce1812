"""Publishing: reads an office's document into a definition, or reports all faults in it at once.

The field of a fault is a JSON path: ``$.pages[0].questions[2].visible_when``. Checks skip what has the wrong shape, so
one mistake does not hide the next.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import TYPE_CHECKING, Any

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import Fault
from klantportaal.domain.events import QuestionnairePublished
from klantportaal.domain.questionnaires.definition import Definition
from klantportaal.domain.questionnaires.definition_builder import structured
from klantportaal.domain.questionnaires.document_checks import faults_within
from klantportaal.domain.questionnaires.fragments import expanded
from klantportaal.domain.questionnaires.json_documents import parsed, require_newer, require_no_faults, shape_faults
from klantportaal.domain.questionnaires.size_limits import size_faults
from klantportaal.domain.values import OfficeId, Texts

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

REVISION_LIMIT = 1_000_000
"""The highest revision."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class Published:
    """A published revision as storage keeps it. It never changes."""

    office_id: OfficeId
    digest: str
    questionnaire: str
    revision: int
    titles: Texts
    document: str
    """The document without insignificant white space. *digest* is the hash of this text."""
    published_at: datetime
    published_by: str
    """The case handler's name."""


def publish(
    definition: Definition,
    document: str,
    *,
    office_id: OfficeId,
    newest: Published | None,
    handler: str,
    at: datetime,
) -> tuple[Published, QuestionnairePublished | None]:
    """Publish a revision that ``read`` gave. The newest revision again changes nothing.

    Raises:
        Refused: ``REVISION_TAKEN``: the revision is not higher than the newest.
    """
    if newest is not None and newest.digest == definition.digest:
        return newest, None
    if newest is not None:
        require_newer(definition.revision, newest.revision)
    published = Published(
        office_id=office_id,
        digest=definition.digest,
        questionnaire=definition.id,
        revision=definition.revision,
        titles={language: heading.title for language, heading in definition.texts.items()},
        document=document,
        published_at=at,
        published_by=handler,
    )
    fact = QuestionnairePublished(
        questionnaire=definition.id, revision=definition.revision, digest=definition.digest, at=at
    )
    return published, fact


def read(document: str | bytes) -> tuple[Definition, str]:
    """Read and check a document; gives the definition, and the document without insignificant white space.

    Fragments are written out in both. The places of faults are those in the document as it was written.

    Raises:
        Refused: up to 500 faults, each with its JSON path as field.
    """
    content = parsed(document)
    require_no_faults(faults(content))
    text = json.dumps(expanded(content).document, ensure_ascii=False, separators=(",", ":"))
    return restored(text), text


def faults(content: Any) -> Iterator[Fault]:
    """List every fault of a document that was parsed. One that is too large is not checked further."""
    if too_much := list(size_faults(content)):
        return iter(too_much)
    if not isinstance(content, dict):
        return shape_faults(content, _format())
    whole = expanded(content)
    if whole.document is not content:
        if written := [*shape_faults(content, _format()), *whole.faults]:
            return iter(written)
        if too_much := list(size_faults(whole.document)):
            return whole.as_written(iter(too_much))
    return whole.as_written(chain(shape_faults(whole.document, _format()), faults_within(whole.document)))


def restored(document: str) -> Definition:
    """Make the definition of a document that was checked before."""
    digest = hashlib.sha256(document.encode()).hexdigest()
    return structured(json.loads(document), digest=digest)


@cache
def format_schema() -> Mapping[str, Any]:
    """Give the JSON Schema of the format, which ships in the package. Editors can use it."""
    source = files("klantportaal.domain.questionnaires") / "format.schema.json"
    schema: Mapping[str, Any] = json.loads(source.read_text("utf-8"))
    return schema


@cache
def _format() -> "Validator":
    from klantportaal.domain.questionnaires.validation import format_validator  # Not at import: jsonschema is slow.

    return format_validator(format_schema())
