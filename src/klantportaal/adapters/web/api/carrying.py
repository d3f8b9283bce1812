"""Carries out one operation: reads its arguments, makes the call, and writes what it gave."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import attrs

from klantportaal.adapters.web.api import strict_json
from klantportaal.adapters.web.api.arguments import CURSOR, Arguments, arguments_of, of_body, of_path, of_query
from klantportaal.adapters.web.api.operation import AnyOperation
from klantportaal.adapters.web.api.problems import NotAcceptable, NotShown, UnknownMediaType, VersionChanged
from klantportaal.adapters.web.api.requests import ALWAYS, ApiAnswer, ApiRequest, Source
from klantportaal.adapters.web.http import headers, ranges
from klantportaal.adapters.web.http.entity_tags import is_known
from klantportaal.adapters.web.http.errors import Malformed, TooLarge
from klantportaal.adapters.web.http.form_parts import FilePart, FormLimits, TextPart
from klantportaal.adapters.web.http.multipart import FormReader
from klantportaal.domain.errors import Conflict, Fault, FaultCode, Refused
from klantportaal.domain.idempotency import FIELD, ApiActor, ApiClient
from klantportaal.portal import Portal, api_entrance_of
from klantportaal.ports.reading import PAGE, DossierList
from klantportaal.serialisation.text import from_json, to_json, to_plain
from klantportaal.usecases.client.questionnaires import Saved
from klantportaal.usecases.shared.archiving import Archive
from klantportaal.usecases.shared.downloading import Download
from klantportaal.usecases.shared.looking import Look

JSON = "application/json"
BODY_LIMIT = 5 * 1024 * 1024
"""The most bytes of a body that is not a file. The document of a questionnaire may have 4 MiB."""
UPLOAD = FormLimits(parts=2, field=1024 * 1024, total=4 * 1024**3)
"""The limits for a body with a file: its data, then the file."""
DATA = "data"
"""The name of the part with the arguments of an upload, as JSON. The part of the file is called ``file``."""
_KEY_LIMIT = 255


@attrs.frozen(kw_only=True)
class Asked:
    """A request of somebody who may make it."""

    portal: Portal
    request: ApiRequest
    operation: AnyOperation
    parts: Mapping[str, str]
    owner: UUID
    """Whose lists they are: a cursor is good for this owner only."""
    by: ApiActor | ApiClient | None
    """Who asks, if it can send an ``Idempotency-Key``."""
    call: Callable[..., Any]
    """Makes the call: for ``by``, with the arguments by name."""
    in_use: Callable[[Iterator[bytes]], Iterator[bytes]] = lambda blocks: blocks
    """Passes on the blocks of a file, while they come in."""

    @property
    def arguments(self) -> Arguments:
        """The arguments of the operation."""
        return arguments_of(self.operation)


@attrs.frozen(kw_only=True)
class _Read:
    """What a request says."""

    values: Mapping[str, Any]
    body: bytes
    """The whole body, but for a file."""
    file: FilePart | None = None


@attrs.frozen(kw_only=True)
class _Upload:
    """The beginning of a body with a file."""

    data: bytes
    """The arguments as JSON. Empty if there is no such part."""
    file: FilePart


@attrs.define
class _Hashed:
    """The blocks of a file, which are hashed while they are read."""

    blocks: Iterator[bytes]
    digest: Any = attrs.field(factory=hashlib.sha256)

    def __iter__(self) -> Iterator[bytes]:
        for block in self.blocks:
            self.digest.update(block)
            yield block


def carry_out(asked: Asked) -> ApiAnswer:
    """Carry out an operation, and answer.

    Raises:
        PortalError, WebError: what the answer is a problem about.
    """
    _require_types(asked)
    read, actor = _read(asked), asked.by
    name = asked.request.headers.get("idempotency-key")
    if name is None or actor is None or not asked.operation.takes_key:
        return _answer(asked, read, _call(asked, actor, read, _blocks(asked, read)))
    if not 0 < len(name) <= _KEY_LIMIT:
        raise Refused([Fault(code=FaultCode.TOO_LONG if name else FaultCode.MISSING, field=FIELD, params=_limit(name))])
    return _once(asked, actor, read, name)


def _limit(name: str) -> dict[str, str | int]:
    return {"limit": _KEY_LIMIT} if name else {}


def _blocks(asked: Asked, read: _Read) -> Iterator[bytes]:
    return asked.in_use(read.file.blocks) if read.file else iter(())


def _once(asked: Asked, actor: ApiActor | ApiClient, read: _Read, name: str) -> ApiAnswer:
    """Carry out a request with an ``Idempotency-Key`` once. The answer of the first one says what its file was."""
    hashed = _Hashed(_blocks(asked, read))
    carried_out = []

    def do(by: ApiActor | ApiClient) -> ApiAnswer:
        carried_out.append(by)
        return _answer(asked, read, _call(asked, by, read, hashed))

    def write(answer: ApiAnswer) -> str:
        file = hashed.digest.hexdigest()
        return json.dumps([answer.status, dict(answer.headers), answer.content.decode(), file])

    kept = api_entrance_of(asked.portal).once(actor, name, _digest(asked, read), do, write)
    status, told, content, file = json.loads(kept)
    if not carried_out:
        for _block in hashed:
            pass
        if hashed.digest.hexdigest() != file:
            raise Refused([Fault(code=FaultCode.KEY_USED_BEFORE, field=FIELD)])
    return ApiAnswer(status=status, headers=told, content=content.encode())


def _digest(asked: Asked, read: _Read) -> bytes:
    """Hash what a request says: its method, path and body, but for a file, of which it has the name."""
    name = read.file.file_name if read.file else ""
    said = json.dumps([asked.operation.method, asked.request.path, name]).encode()
    return hashlib.sha256(said + b"\n" + read.body).digest()


def _require_types(asked: Asked) -> None:
    """Require a type of body that is read, and that the request accepts the type of the answer."""
    sent = asked.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if (wanted := body_type(asked.operation)) is not None and sent != wanted:
        raise UnknownMediaType
    accepted = asked.request.headers.get("accept", "*/*")
    kind = answer_type(asked.operation)
    if kind is not None and not _accepts(accepted, kind):
        raise NotAcceptable


def body_type(operation: AnyOperation) -> str | None:
    """Give the type of the body that an operation takes. None if it takes none."""
    arguments = arguments_of(operation)
    if arguments.has_file:
        return "multipart/form-data"
    if arguments.raw:
        return operation.media_type
    has_cursor = arguments.after is not None and operation.method != "GET"
    return JSON if arguments.body or has_cursor else None


def answer_type(operation: AnyOperation) -> str | None:
    """Give the type of the answer of an operation. None for that of a file, and if there is no content."""
    result = arguments_of(operation).result
    if result in {None, type(None), Download, Look}:
        return None
    if result is Archive:
        return "application/zip"
    return JSON if arguments_of(operation).raw else operation.media_type or JSON


def _accepts(accepted: str, kind: str) -> bool:
    main = kind.partition("/")[0]
    for each in accepted.split(","):
        name, *parameters = (part.strip().lower() for part in each.split(";"))
        if name in {"*/*", f"{main}/*", kind} and not {"q=0", "q=0.0", "q=0.00", "q=0.000"} & set(parameters):
            return True
    return False


# ---------------------------------------------------------------------- what a request says
def _read(asked: Asked) -> _Read:
    """Read all arguments.

    Raises:
        Absent: the path names nothing.
        Refused: one fault for each argument that does not fit, wherever it stands.
        Malformed, TooLarge, TooSlow: the body cannot be read.
    """
    arguments, path = asked.arguments, of_path(asked.arguments, asked.parts)
    upload = _upload(asked) if arguments.has_file else None
    body = _whole(asked) if upload is None else upload.data
    faults, values, cursors = list[Fault](), dict[str, Any](path), list[str | None]()

    def take(read: Callable[[], tuple[dict[str, Any], str | None]]) -> None:
        try:
            found, cursor = read()
        except Refused as error:
            faults.extend(error.faults)
        else:
            values.update(found)
            cursors.append(cursor)

    take(lambda: of_query(arguments, asked.request.query))
    take(lambda: _of_body(asked, body))
    take(lambda: (_place(asked, next((each for each in cursors if each is not None), None)), None))
    take(lambda: (_version(asked), None))
    if faults:
        raise Refused(faults)
    return _Read(values=values, body=body, file=None if upload is None else upload.file)


def _of_body(asked: Asked, body: bytes) -> tuple[dict[str, Any], str | None]:
    arguments = asked.arguments
    if arguments.raw:
        return {arguments.raw: body}, None
    if arguments.body or body_type(asked.operation) == JSON:
        return of_body(arguments, strict_json.read(body))
    return {}, None


def _whole(asked: Asked) -> bytes:
    """Read a body that has no file.

    Raises:
        TooLarge: it is larger than any that the API takes.
        UnknownMediaType: the operation takes no body, and there is one.
    """
    whole = bytearray()
    for block in asked.request.body:
        whole += block
        if len(whole) > BODY_LIMIT:
            raise TooLarge
    if whole and body_type(asked.operation) is None:
        raise UnknownMediaType
    return bytes(whole)


def _upload(asked: Asked) -> _Upload:
    """Read the data before a file, and the beginning of the file.

    Raises:
        Malformed: the body does not have these parts, in this order.
    """
    parts = iter(FormReader(asked.request.headers.get("content-type", ""), asked.request.body, UPLOAD))
    data, part = b"", next(parts, None)
    if isinstance(part, TextPart) and part.name == DATA and asked.arguments.body:
        data, part = part.value.encode(), next(parts, None)
    if not isinstance(part, FilePart) or part.name != "file":
        raise Malformed("the body has a part data, if the operation has arguments, and then a part file")
    return _Upload(data=data, file=part)


def _place(asked: Asked, cursor: str | None) -> dict[str, Any]:
    """Read a cursor. Raises: Refused, if it is not of this list and owner, or was altered."""
    if cursor is None:
        return {}
    place = api_entrance_of(asked.portal).place(asked.owner, asked.operation.call, cursor)
    if place is None:
        raise Refused([Fault(code=FaultCode.NOT_AS_FORMAT, field=CURSOR)])
    return {"after": from_json(place, _without_none(asked.arguments.after))}


def _without_none(kind: Any) -> Any:
    return next(each for each in kind.__args__ if each is not type(None))


def _version(asked: Asked) -> dict[str, Any]:
    """Read ``If-Match``. Raises: Refused, if the operation compares no version, or the header has none."""
    match = asked.request.headers.get("if-match")
    if match is None:
        if asked.arguments.needs_version:
            raise Refused([Fault(code=FaultCode.MISSING, field="If-Match")])
        return {}
    if not asked.arguments.has_version:
        raise Refused([Fault(code=FaultCode.UNKNOWN_KEY, field="If-Match")])
    number = match.strip().strip('"').partition("-")[0]
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise Refused([Fault(code=FaultCode.NOT_AS_FORMAT, field="If-Match")])
    return {"version": int(number)}


# ---------------------------------------------------------------------- the call, and its answer
def _call(asked: Asked, actor: ApiActor | ApiClient | None, read: _Read, blocks: Iterable[bytes]) -> Any:
    values = dict(read.values)
    if read.file is not None:
        values |= {"name": read.file.file_name, "blocks": blocks}
    try:
        return asked.call(actor, **values)
    except Conflict:
        if "version" in values:
            raise VersionChanged from None
        raise


def _answer(asked: Asked, read: _Read, result: Any) -> ApiAnswer:
    """Write what a call gave."""
    operation, request = asked.operation, asked.request
    if isinstance(result, (Download, Look)):
        return _file(request, result) if isinstance(result, Download) else _shown(request, result)
    if isinstance(result, Archive):
        return _stream(request, result, headers.archive(result.name))
    if isinstance(result, Iterator):
        return _stream(request, _Lines(result), {"Content-Type": operation.media_type})
    if result is None and operation.status == 204:
        return ApiAnswer(status=204, headers=ALWAYS)
    if isinstance(result, (str, bytes)):
        content = result if isinstance(result, bytes) else result.encode()
        return _told(asked, content, {"Content-Type": operation.media_type})
    body, more = _body(asked, read, result)
    return _told(asked, body.encode(), more)


def _told(asked: Asked, content: bytes, more: Mapping[str, str]) -> ApiAnswer:
    told = {**ALWAYS, "Content-Type": JSON, **more}
    if "ETag" in told and is_known(asked.request.headers, told["ETag"]):
        return ApiAnswer(status=304, headers={**ALWAYS, "ETag": told["ETag"]})
    return ApiAnswer(status=asked.operation.status, headers=told, content=content)


def _body(asked: Asked, read: _Read, result: Any) -> tuple[str, dict[str, str]]:
    """Write a value as JSON, with the headers that go with it."""
    if isinstance(result, UUID):
        return to_json({"id": result}), _location(asked, {"id": result})
    if isinstance(result, tuple) and asked.operation.call == "clients.invite":
        made = dict(zip(("client_id", "account_id"), result, strict=True))
        return to_json(made), _location(asked, made)
    if isinstance(result, bool):
        return to_json({"found": result}), {}
    if isinstance(result, Sequence):
        return _text(_page(asked, read, result)), {}
    if isinstance(result, DossierList):
        page = _page(asked, read, result.rows)
        return _text({**page, "statuses": to_plain(result.statuses)}), {}
    text = to_json(result)
    return text, _tagged(asked.operation, text, _version_of(result))


def _text(page: Mapping[str, Any]) -> str:
    return json.dumps(page, ensure_ascii=False, separators=(",", ":"))


def has_tag(operation: AnyOperation) -> bool:
    """Tell whether the answer has an entity tag: that of one thing, which is got."""
    return operation.method == "GET" and attrs.has(arguments_of(operation).result)


def _tagged(operation: AnyOperation, text: str, version: Any) -> dict[str, str]:
    """Make the entity tag of a thing: its version, if it has one, for ``If-Match``, and the hash of what is got."""
    parts = [] if version is None else [str(version)]
    if has_tag(operation):
        parts.append(hashlib.sha256(text.encode()).hexdigest()[:32])
    return {"ETag": f'"{"-".join(parts)}"'} if parts else {}


def _version_of(result: Any) -> Any:
    """Give the version that ``If-Match`` is compared with, if a value has one."""
    if isinstance(result, Saved):
        return None if result.assignment.answering is None else result.assignment.answering.version
    return getattr(result, "version", None) or getattr(getattr(result, "request", None), "version", None)


def _page(asked: Asked, read: _Read, rows: Sequence[Any]) -> dict[str, Any]:
    """Write a list. A whole page has the cursor of the next one."""
    page: dict[str, Any] = {"items": to_plain(rows)}
    operation = asked.operation
    if operation.key is not None:
        page["next"] = None
        if len(rows) >= read.values.get("size", PAGE):
            place = to_json(operation.key(rows[-1]))
            page["next"] = api_entrance_of(asked.portal).cursor(asked.owner, operation.call, place)
    return page


def _location(asked: Asked, made: Mapping[str, Any]) -> dict[str, str]:
    path = asked.operation.location
    return {"Location": f"{asked.request.root}{path.format(**made)}"} if path else {}


@attrs.define
class _Lines:
    """Lines of text, as the blocks of a file."""

    _lines: Iterator[str]

    @property
    def blocks(self) -> Iterator[bytes]:
        return (f"{line}\n".encode() for line in self._lines)

    def close(self) -> None:
        if hasattr(self._lines, "close"):
            self._lines.close()


def _shown(request: ApiRequest, look: Look) -> ApiAnswer:
    """Give a file to look at, always as a whole. Raises: NotShown."""
    if look.download is None or look.showing is None:
        raise NotShown
    told = {**ALWAYS, **headers.look(look.download.file, look.showing)}
    if request.method == "HEAD":
        look.download.close()
        return ApiAnswer(status=200, headers=told)
    look.download.begin()
    return ApiAnswer(status=200, headers=told, source=look.download, size=look.download.file.size)


def _file(request: ApiRequest, download: Download) -> ApiAnswer:
    """Give a file, or the part that the request asks for."""
    sent = request.headers
    if is_known(sent, ranges.entity_tag(download.file)):
        download.close()
        return ApiAnswer(status=304, headers={**ALWAYS, "ETag": ranges.entity_tag(download.file)})
    if request.method == "HEAD":
        download.close()
        return ApiAnswer(status=200, headers={**ALWAYS, **headers.download(download.file)})
    try:
        part = ranges.asked(download.file, asked_range=sent.get("range"), if_range=sent.get("if-range"))
    except ranges.Unsatisfiable:
        return ApiAnswer(status=416, headers={**ALWAYS, **headers.unsatisfiable(download.file)})
    told = {**ALWAYS, **headers.download(download.file, part)}
    if part is None:
        download.begin()
        return ApiAnswer(status=200, headers=told, source=download, size=download.file.size)
    download = download.part(part.first, part.last)
    download.begin()
    return ApiAnswer(status=206, headers=told, source=download, size=part.last - part.first + 1)


def _stream(request: ApiRequest, source: Source, told: Mapping[str, str]) -> ApiAnswer:
    """Give what has no size beforehand."""
    if request.method == "HEAD":
        source.close()
        return ApiAnswer(status=200, headers={**ALWAYS, **told})
    if isinstance(source, Archive):
        source.begin()
    return ApiAnswer(status=200, headers={**ALWAYS, **told}, source=source)
