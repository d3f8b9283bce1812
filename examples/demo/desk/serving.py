"""Functions for all pages of the desk: find the portal, run actions, show faults, and send files."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import TypeVar, cast

import attrs
from flask import Response, abort, current_app, redirect, request, url_for
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.wrappers import Response as AnyResponse

from klantportaal import Download, Fault, OfficeActor, OfficeSide, Refused
from klantportaal.adapters.web.http.headers import attachment
from klantportaal.ports.files import BLOCK
from klantportaal.questionnaires import DOCUMENT_LIMIT

HANDLER = "mr. A.J. van der Meer"
"""Who sits at the desk."""
Page = str | tuple[str, int] | AnyResponse
Choice = TypeVar("Choice")


@attrs.frozen(kw_only=True)
class Desk:
    """The office side of the portal, and the case handler at the desk."""

    office: OfficeSide
    actor: OfficeActor


def desk() -> Desk:
    """Return the desk of this application."""
    return cast(Desk, current_app.extensions["desk"])


@attrs.frozen(kw_only=True)
class Attempt:
    """A form that was refused, with its typed values and its faults."""

    form: str
    typed: MultiDict[str, str]
    faults: Sequence[Fault]


def attempt(form: str, act: Callable[[], object]) -> Attempt | None:
    """Run the action of a form. Return the form with its faults if it was refused."""
    try:
        act()
    except Refused as refusal:
        return Attempt(form=form, typed=request.form, faults=refusal.faults)
    return None


def done(what: str, endpoint: str, **parts: object) -> AnyResponse:
    """Redirect to a page that shows the message *what*."""
    return redirect(url_for(endpoint, done=what, **parts), code=303)  # type: ignore[arg-type]


def choice(kind: Callable[[str], Choice], name: str) -> Choice:
    """Read a field with fixed choices. Any other value was not sent by a form of the desk, so it is a 400."""
    try:
        return kind(request.form.get(name, ""))
    except ValueError:
        abort(400)


def uploaded() -> tuple[str, Iterator[bytes]]:
    """Return the name and the blocks of the uploaded file. A missing file counts as an empty one."""
    file = request.files.get("files") or FileStorage(filename="file")
    return file.filename or "file", iter(lambda: file.stream.read(BLOCK), b"")


def lines(name: str) -> list[str]:
    """Read a field with one value a line."""
    return [line.strip() for line in request.form.get(name, "").splitlines() if line.strip()]


def optional_day(text: str) -> date | None:
    """Read an optional day."""
    return date.fromisoformat(text) if text else None


def whole_document(blocks: Iterable[bytes]) -> bytes:
    """Read a JSON document. Stops soon after the maximum size, which is enough to refuse the document."""
    return b"".join(islice(blocks, DOCUMENT_LIMIT // BLOCK + 1))


def json_file(name: str, content: str) -> Response:
    """Send JSON as a file."""
    return Response(content, mimetype="application/json", headers={"Content-Disposition": attachment(name)})


def give(download: Download) -> Response:
    """Send a file as an attachment, so that a browser never opens it as a page."""
    file = download.file
    response = Response(download.blocks, mimetype=file.media_type)
    response.content_length = file.size
    response.headers["Content-Disposition"] = attachment(file.name)
    response.call_on_close(download.close)
    return response
