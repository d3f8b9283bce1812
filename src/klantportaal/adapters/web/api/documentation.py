"""What an API says of itself, to anybody: its OpenAPI document, and what each code of a problem means (AP-6)."""

import functools
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from klantportaal.adapters.web.api.arguments import CURSOR, Argument, arguments_of
from klantportaal.adapters.web.api.carrying import DATA, JSON, answer_type, body_type, has_tag
from klantportaal.adapters.web.api.contact import ApiContact
from klantportaal.adapters.web.api.operation import AnyOperation
from klantportaal.adapters.web.api.problems import (
    MEDIA_TYPE,
    NoSuchMethod,
    NotAcceptable,
    Problems,
    UnknownMediaType,
    VersionChanged,
    problem,
)
from klantportaal.adapters.web.api.requests import ALWAYS, VERSION, ApiAnswer, ApiRequest
from klantportaal.adapters.web.api.schemas import Json, Schemas
from klantportaal.adapters.web.http.errors import TooLarge, TooSlow, WebError
from klantportaal.adapters.web.language.fault_texts import FAULTS
from klantportaal.adapters.web.language.negotiation import preferred
from klantportaal.adapters.web.language.translations import Wording, wordings
from klantportaal.domain.errors import (
    Absent,
    Conflict,
    Fault,
    FaultCode,
    PortalError,
    Refused,
    StorageDamaged,
    StorageFull,
    Unavailable,
)
from klantportaal.domain.idempotency import FIELD
from klantportaal.domain.values import Language
from klantportaal.ports.reading import DossierList

OPENAPI = "/openapi.json"
_PROBLEMS = "/problems/"
_PARAMETER = re.compile(r"%\((\w+)\)s")
"""A parameter of a text, such as a limit."""
_PROBLEM = "#/components/responses/Problem"
_ITSELF = "itself"
_OF_BODIES = ("408", "413", "415")
"""What any body may be answered with, also one that the operation does not take."""
_BYTES: Json = {"type": "string", "contentMediaType": "application/octet-stream", "format": "binary"}
"""A file. The format is that of OpenAPI 3.0, which makers of clients look for."""
_VERSION = {"API-Version": {"description": "The version of the API.", "schema": {"type": "string"}}}
_TAG = {"description": "The entity tag of what was given.", "schema": {"type": "string"}}
_MORE = {
    "Allow": {"description": "The methods that the resource has.", "schema": {"type": "string"}},
    "Retry-After": {"description": "The seconds to wait.", "schema": {"type": "integer"}},
    "WWW-Authenticate": {"description": "What the API needs: a bearer token.", "schema": {"type": "string"}},
}
"""The headers that some problems have."""
_SAMPLES: Mapping[str, PortalError | WebError] = {
    "400": Refused([Fault(code=FaultCode.MISSING, field="name")]),
    "404": Absent("resource"),
    "405": NoSuchMethod(["GET", "HEAD"]),
    "406": NotAcceptable(),
    "408": TooSlow(),
    "409": Conflict(),
    "412": VersionChanged(),
    "413": TooLarge(),
    "415": UnknownMediaType(),
    "422": Refused([Fault(code=FaultCode.KEY_USED_BEFORE, field=FIELD)]),
    "500": StorageDamaged(),
    "503": Unavailable(),
    "507": StorageFull(),
}
"""An error for each status of both APIs. The document shows the problem that is answered to it."""


@attrs.frozen(kw_only=True)
class Header:
    """A header of requests or answers."""

    name: str
    text: str
    kind: str = "string"

    @property
    def described(self) -> Json:
        """The header of an answer, as the document says it."""
        return {"description": self.text, "schema": {"type": self.kind}}


@attrs.frozen(kw_only=True, eq=False)
class Described:
    """One API, as its document describes it."""

    title: str
    description: str
    path: str
    operations: Sequence[AnyOperation]
    problems: Problems
    security: Sequence[Json]
    """What a request needs, unless its operation says otherwise."""
    schemes: Json
    """The ways to prove who asks."""
    sent: Sequence[Header] = ()
    """The headers that every request may have."""
    given: Sequence[Header] = ()
    """The headers of the answers of operations whose requests are counted."""
    statuses: Sequence[str]
    """The statuses of problems that every operation may have."""
    samples: Mapping[str, PortalError | WebError]
    """An error for each status that only this API has, or has for a reason of its own."""
    parts: Mapping[str, Json] = attrs.field(factory=dict)
    """The schemas of parts of paths that are no arguments of calls."""


def answer(
    request: ApiRequest, words: Mapping[Language, Wording], api: Described, contact: ApiContact | None
) -> ApiAnswer | None:
    """Answer a request for the OpenAPI document, or about a problem. None for any other.

    Raises:
        Absent: there is no problem of this code.
        NoSuchMethod: it is only read.
    """
    if request.path != OPENAPI and not request.path.startswith(_PROBLEMS):
        return None
    if request.method not in {"GET", "HEAD"}:
        raise NoSuchMethod(["GET", "HEAD"])
    told = {**ALWAYS, "Content-Type": JSON, "Access-Control-Allow-Origin": "*"}
    if request.path == OPENAPI:
        return ApiAnswer(status=200, headers=told, content=_written(api, request.root, contact))
    wording = words[preferred(request.headers.get("accept-language", ""))]
    said = explained(api.problems, request.path.removeprefix(_PROBLEMS), wording)
    return ApiAnswer(status=200, headers=told, content=json.dumps(said, ensure_ascii=False).encode())


def explained(problems: Problems, code: str, wording: Wording) -> dict[str, Any]:
    """Say what a code means: that of a problem, or of one of its faults.

    Raises:
        Absent: there is no such code.
    """
    known = dict(problems.codes()).get(code)
    if known is not None:
        told = {"title": wording.say(known.title), "detail": wording.say(known.text)}
        return {"code": code, "status": known.status, **told}
    fault = next((each for each in FAULTS if each.value == code), None)
    if fault is None:
        raise Absent("problem")
    return {"code": code, "detail": _PARAMETER.sub(r"{\1}", wording.gettext(FAULTS[fault].one))}


@functools.cache
def _written(api: Described, root: str, contact: ApiContact | None) -> bytes:
    return json.dumps(document(api, root, contact), ensure_ascii=False, sort_keys=True).encode()


def document(api: Described, root: str, contact: ApiContact | None = None) -> Json:
    """Describe an API as OpenAPI 3.1. *root* is the path where it stands."""
    schemas = Schemas()
    paths: dict[str, Json] = {OPENAPI: {"get": _of_itself()}, f"{_PROBLEMS}{{code}}": {"get": _of_problems()}}
    for operation in api.operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(api, operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": api.title,
            "description": api.description,
            "version": VERSION,
            "contact": {"name": "The vendor of the portal"} if contact is None else attrs.asdict(contact),
        },
        "servers": [{"url": root}],
        "security": list(api.security),
        "tags": [
            {"name": _ITSELF, "description": "What the API says of itself, to anybody."},
            *({"name": name, "description": f"Calls about {name.replace('_', ' ')}."} for name in _tags(api)),
        ],
        "paths": paths,
        "components": {
            "schemas": {**schemas.named, **_PROBLEM_SCHEMAS},
            "responses": {f"Problem{status}": _problem(api, error) for status, error in _samples(api).items()},
            "securitySchemes": api.schemes,
        },
    }


def _samples(api: Described) -> Mapping[str, PortalError | WebError]:
    return dict(sorted({**_SAMPLES, **api.samples}.items()))


def _tags(api: Described) -> list[str]:
    return list(dict.fromkeys(each.tag for each in api.operations))


def _operation(api: Described, operation: AnyOperation, schemas: Schemas) -> Json:
    arguments = arguments_of(operation)
    told: Json = {
        "operationId": operation.id,
        "summary": arguments.summary,
        "description": operation.needs,
        "tags": [operation.tag],
        "parameters": _parameters(api, operation, schemas),
        "responses": _responses(api, operation, schemas),
    }
    if operation.security is not None:
        told["security"] = operation.security
    if (kind := body_type(operation)) is not None:
        told["requestBody"] = {"required": True, "content": {kind: {"schema": _sent(operation, schemas)}}}
    return told


def _parameters(api: Described, operation: AnyOperation, schemas: Schemas) -> list[Json]:
    arguments = arguments_of(operation)
    found: list[Json] = [
        {"name": name, "in": "path", "required": True, "schema": schema}
        for name, schema in api.parts.items()
        if f"{{{name}}}" in operation.path
    ]
    found += [_parameter(each, each.name, "path", schemas) for each in arguments.path]
    found += [_parameter(each, name, "query", schemas) for name, each in arguments.by_query_name.items()]
    if arguments.after is not None and operation.method == "GET":
        found.append(_other(CURSOR, "query", "The `next` of the page before."))
    found += [_other(each.name, "header", each.text) for each in api.sent]
    found.append(_other("Accept-Language", "header", "The language of problems: nl or en."))
    if arguments.has_version:
        match = _other("If-Match", "header", "The ETag of the version that was seen.")
        found.append({**match, "required": arguments.needs_version})
    if _is_tagged(operation):
        found.append(_other("If-None-Match", "header", "The ETag of what is known: 304 if it is unchanged."))
    if operation.takes_key:
        found.append(_other(FIELD, "header", "The request is carried out once for each of these keys."))
    return found


def _is_tagged(operation: AnyOperation) -> bool:
    """Tell whether what an operation gives has an entity tag: one thing, or a file."""
    return has_tag(operation) or _is_file(operation)


def _is_file(operation: AnyOperation) -> bool:
    return answer_type(operation) is None and operation.status == 200


def _parameter(argument: Argument, name: str, place: str, schemas: Schemas) -> Json:
    required = place == "path" or not _has_default(argument)
    return {"name": name, "in": place, "required": required, "schema": schemas.of(argument.kind)}


def _other(name: str, place: str, told: str) -> Json:
    return {"name": name, "in": place, "required": False, "description": told, "schema": {"type": "string"}}


def _has_default(argument: Argument) -> bool:
    return argument.default is not attrs.NOTHING


def _sent(operation: AnyOperation, schemas: Schemas) -> Json:
    """Describe the body of a request."""
    arguments = arguments_of(operation)
    if arguments.raw:
        return {"type": "object"} if operation.media_type == JSON else {"type": "string"}
    fields = {each.name: schemas.of(each.kind) for each in arguments.body}
    needed = [each.name for each in arguments.body if not _has_default(each)]
    if arguments.after is not None:
        fields[CURSOR] = {"type": ["string", "null"]}
    said: Json = {"type": "object", "properties": fields, "required": needed, "additionalProperties": False}
    if arguments.whole is not None:
        said = schemas.of(arguments.whole.kind)
    if not arguments.has_file:
        return said
    parts = {DATA: said, "file": _BYTES} if arguments.body else {"file": _BYTES}
    return _object(**parts)


def _responses(api: Described, operation: AnyOperation, schemas: Schemas) -> Json:
    arguments = arguments_of(operation)
    given = {each.name: each.described for each in api.given if operation.is_counted}
    told: Json = {"description": "Done.", "headers": {**_VERSION, **given}}
    if operation.location:
        told["headers"]["Location"] = {"description": "Where it is.", "schema": {"type": "string"}}
    if operation.status != 204:
        told["content"] = {answer_type(operation) or "*/*": {"schema": _given(operation, schemas)}}
    found: Json = {str(operation.status): told}
    statuses = [*api.statuses, *(() if operation.method == "GET" else _OF_BODIES)]
    statuses += ["412"] if arguments.has_version else []
    statuses += ["422"] if operation.takes_key else []
    statuses += ["405"]
    if _is_tagged(operation):
        told["headers"]["ETag"] = _TAG
        found["304"] = {"description": "It is as it was.", "headers": {**_VERSION, **given, "ETag": _TAG}}
    if _is_file(operation):
        found["206"] = {**told, "description": "A part of the file."}
        found["416"] = {"description": "The file has no such part.", "headers": _VERSION}
    return found | {status: {"$ref": f"{_PROBLEM}{status}"} for status in sorted(set(statuses))}


def _given(operation: AnyOperation, schemas: Schemas) -> Json:
    """Describe the body of an answer."""
    result = arguments_of(operation).result
    if answer_type(operation) != JSON:
        return {"type": "string"} if answer_type(operation) == "application/x-ndjson" else _BYTES
    described = schemas.of(result)
    if operation.call == "clients.invite":
        return _object(client_id=described["prefixItems"][0], account_id=described["prefixItems"][1])
    if described.get("format") == "uuid":
        return _object(id=described)
    if described.get("type") == "array" or result is DossierList:
        return _page(operation, described, schemas)
    if result is bool:
        return _object(found=described)
    return {"type": "object"} if result is str else described


def _page(operation: AnyOperation, rows: Json, schemas: Schemas) -> Json:
    fields = {"items": rows}
    if "$ref" in rows:  # Of a DossierList.
        described = schemas.named.pop(DossierList.__name__)["properties"]  # Nothing refers to the list itself.
        fields = {"items": described["rows"], "statuses": described["statuses"]}
    if operation.key is not None:
        fields["next"] = {"type": ["string", "null"], "description": "The cursor of the next page."}
    return _object(**fields)


def _object(**fields: Json) -> Json:
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


_PROBLEM_SCHEMAS: Json = {
    "Problem": {
        "type": "object",
        "description": "A problem (RFC 9457).",
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "code": {"type": "string"},
            "scope": {"type": "string"},
            "errors": {"type": "array", "items": {"$ref": "#/components/schemas/ProblemFault"}},
        },
        "required": ["type", "title", "status", "detail", "code"],
    },
    "ProblemFault": {
        "type": "object",
        "description": "One fault, of one field.",
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "code": {"type": "string"},
            "field": {"type": ["string", "null"]},
            "detail": {"type": "string"},
            "params": {"type": "object"},
        },
        "required": ["type", "code", "field", "detail", "params"],
    },
}


def _problem(api: Described, error: PortalError | WebError) -> Json:
    """Describe the answers with a status, by the problem that is answered to one error."""
    answered = problem(error, wordings()[Language.ENGLISH], root=api.path, of=api.problems)
    example = json.loads(answered.content)
    more = {**_MORE, **{each.name: each.described for each in api.given}}
    return {
        "description": example["detail"],
        "headers": {**_VERSION, **{name: told for name, told in more.items() if name in answered.headers}},
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}},
    }


def _of_itself() -> Json:
    return _open_to_all("get_openapi", "Give this document.", {"type": "object"}, ["400", "405"])


def _of_problems() -> Json:
    told = _object(code={"type": "string"}, detail={"type": "string"})
    told["properties"] |= {"status": {"type": "integer"}, "title": {"type": "string"}}
    found = _open_to_all(
        "get_problem", "Say what the code of a problem or of a fault means.", told, ["400", "404", "405"]
    )
    code: Json = {"name": "code", "in": "path", "required": True, "schema": {"type": "string"}}
    return {**found, "parameters": [code, _other("Accept-Language", "header", "The language of the texts: nl or en.")]}


def _open_to_all(id: str, summary: str, schema: Json, statuses: Sequence[str]) -> Json:
    """Describe an operation for anybody, which pages of any origin may read."""
    origin = {"description": "Every origin: `*`.", "schema": {"type": "string"}}
    told = {
        "description": "Done.",
        "headers": {**_VERSION, "access-control-allow-origin": origin},
        "content": {JSON: {"schema": schema}},
    }
    return {
        "operationId": id,
        "summary": summary,
        "description": "For anybody.",
        "tags": [_ITSELF],
        "security": [],
        "parameters": [],
        "responses": {"200": told, **{status: {"$ref": f"{_PROBLEM}{status}"} for status in statuses}},
    }
