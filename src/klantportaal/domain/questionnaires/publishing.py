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
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import Fault
from klantportaal.domain.events import QuestionnairePublished
from klantportaal.domain.questionnaires.definition import Definition
from klantportaal.domain.questionnaires.definition_builder import structured
from klantportaal.domain.questionnaires.document_checks import faults_within
from klantportaal.domain.questionnaires.fragments import Tree, expanded, has_fragments, office_uses
from klantportaal.domain.questionnaires.json_documents import (
    dumped,
    parsed,
    parsed_object,
    require_newer,
    require_no_faults,
    shape_faults,
)
from klantportaal.domain.questionnaires.size_limits import size_faults
from klantportaal.domain.values import OfficeId, Texts

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

Office = Mapping[str, Tree]
"""The fragments of an office's own, by id."""
NO_FRAGMENTS: Office = MappingProxyType({})
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
    fragments: tuple[str, ...] = ()
    """The ids of the office's fragments that it was written with."""
    source: str | None = None
    """The document as it was written, with its fragments. None if it has none: then *document* is as it was written."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class Checked:
    """A document without faults."""

    definition: Definition
    document: str
    """As it is published: without insignificant white space, with every fragment written out."""
    source: str | None
    """As it was written, without insignificant white space. None if it has no fragments."""
    fragments: tuple[str, ...]
    """The ids of the office's fragments that it uses."""


def publish(
    read: Checked,
    *,
    office_id: OfficeId,
    newest: Published | None,
    handler: str,
    at: datetime,
) -> tuple[Published, QuestionnairePublished | None]:
    """Publish a document that was checked. The newest revision again changes nothing.

    Raises:
        Refused: ``REVISION_TAKEN``: the revision is not higher than the newest.
    """
    definition = read.definition
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
        document=read.document,
        published_at=at,
        published_by=handler,
        fragments=read.fragments,
        source=read.source,
    )
    fact = QuestionnairePublished(
        questionnaire=definition.id, revision=definition.revision, digest=definition.digest, at=at
    )
    return published, fact


def read(document: str | bytes, fragments: Mapping[str, str | bytes] = MappingProxyType({})) -> tuple[Definition, str]:
    """Read and check a document; gives the definition, and the document without insignificant white space.

    Fragments are written out in both. The places of faults are those in the document as it was written.

    Args:
        document: the document.
        fragments: the documents of the office's own fragments, by id.

    Raises:
        Refused: up to 500 faults, each with its JSON path as field.
    """
    made = check(parsed(document), {id: parsed_object(text) for id, text in fragments.items()})
    return made.definition, made.document


def check(content: Tree, office: Office = NO_FRAGMENTS) -> Checked:
    """Check a document that was parsed, with the fragments of the office's own. Raises: Refused, as ``read`` does."""
    require_no_faults(faults(content, office))
    text = dumped(expanded(content, office).document)
    source = dumped(content) if has_fragments(content) else None
    fragments = tuple(office_uses(content))
    return Checked(definition=restored(text), document=text, source=source, fragments=fragments)


def faults(content: Any, office: Office = NO_FRAGMENTS) -> Iterator[Fault]:
    """List every fault of a document that was parsed. One that is too large is not checked further.

    Args:
        content: the document.
        office: the fragments of the office's own, by id.
    """
    if too_much := list(size_faults(content)):
        return iter(too_much)
    if not isinstance(content, dict):
        return shape_faults(content, _format())
    whole = expanded(content, office)
    if whole.document is not content:
        if written := [*shape_faults(content, _format()), *_office_faults(whole.office), *whole.faults]:
            return iter(written)
        if too_much := list(size_faults(whole.document)):
            return whole.as_written(iter(too_much))
    return whole.as_written(chain(shape_faults(whole.document, _format()), faults_within(whole.document)))


def faults_of_parts(
    content: Mapping[str, Any], parts: Mapping[str, Any], office: Office = NO_FRAGMENTS
) -> Iterator[Fault]:
    """List every fault of some parts of a document that was parsed, and perhaps some of others.

    To check a few parts takes little of the time of the whole. If the document has fragments, the whole is checked.

    Args:
        content: the document.
        parts: pages, questions, columns and rules of it, by their JSON paths; the document itself is ``$``.
        office: the fragments of the office's own, by id.
    """
    if has_fragments(content) or any(True for _fault in size_faults(content)):
        return faults(content, office)
    of_shape = (
        attrs.evolve(fault, field=f"{path}{str(fault.field).removeprefix('$')}")
        for path, part in parts.items()
        for fault in shape_faults(part, _format_of(path.rpartition(".")[2].partition("[")[0]))
    )
    return chain(of_shape, faults_within(content, parts.__contains__))


def _office_faults(used: Office) -> Iterator[Fault]:
    """Validate the questions of the office's fragments, which are in no document. Their names are not published."""
    for path, fragment in used.items():
        for fault in shape_faults({key: each for key, each in fragment.items() if key == "questions"}, _fragment()):
            yield attrs.evolve(fault, field=f"{path}{str(fault.field).removeprefix('$')}")


def renumbered(document: str, revision: int) -> str:
    """Give a document another revision."""
    return dumped({**json.loads(document), "revision": revision})


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


@cache
def _format_of(key: str) -> "Validator":
    """Compile the format of what is in lists with a key, without that of lists within it. ``$`` is the document."""
    from klantportaal.domain.questionnaires.validation import format_validator  # Not at import: jsonschema is slow.

    whole = format_schema()
    page, question = (whole["$defs"][each] for each in ("page", "question"))
    schemas = {
        "$": _alone(whole, "pages"),
        "pages": _alone(page, "questions", "must_hold"),
        "must_hold": page["properties"]["must_hold"]["items"],
        "questions": page["properties"]["questions"]["items"],
        "columns": question["properties"]["columns"]["items"],
    }
    return format_validator({**schemas[key], "$defs": whole["$defs"]})


def _alone(schema: Mapping[str, Any], *lists: str) -> Mapping[str, Any]:
    """Give a schema without what it asks of the things in some lists."""
    properties = schema["properties"]
    bare = {key: {word: each for word, each in properties[key].items() if word != "items"} for key in lists}
    return {**schema, "properties": {**properties, **bare}}


@cache
def _fragment() -> "Validator":
    from klantportaal.domain.questionnaires.validation import format_validator  # Not at import: jsonschema is slow.

    return format_validator({"$ref": "#/$defs/fragment", "$defs": format_schema()["$defs"]})
