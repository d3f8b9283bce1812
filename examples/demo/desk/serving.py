"""What every page of the desk does: find the portal, tell what was done or refused, give files out."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar, cast

import attrs
from flask import Response, abort, current_app, redirect, request, url_for
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.wrappers import Response as AnyResponse

from klantportaal import Download, Fault, OfficeActor, OfficeSide, Refused
from klantportaal.adapters.web.http.headers import attachment
from klantportaal.ports.files import BLOCK

Page = str | tuple[str, int] | AnyResponse
Choice = TypeVar("Choice")


@attrs.frozen(kw_only=True)
class Desk:
    """The office side of the portal, and who sits at the desk."""

    office: OfficeSide
    actor: OfficeActor


def desk() -> Desk:
    """Give the desk of this application."""
    return cast(Desk, current_app.extensions["desk"])


@attrs.frozen(kw_only=True)
class Attempt:
    """A form that was refused: what was typed stays, what is wrong with it is told."""

    form: str
    typed: MultiDict[str, str]
    faults: Sequence[Fault]


def attempt(form: str, act: Callable[[], object]) -> Attempt | None:
    """Do what a form asks; give the form back where it breaks rules."""
    try:
        act()
    except Refused as refusal:
        return Attempt(form=form, typed=request.form, faults=refusal.faults)
    return None


def done(what: str, endpoint: str, **parts: object) -> AnyResponse:
    """Lead on to a page that tells *what* was done."""
    return redirect(url_for(endpoint, done=what, **parts), code=303)  # type: ignore[arg-type]


def choice(kind: Callable[[str], Choice], name: str) -> Choice:
    """Read a field that this desk fills with choices; anything else was not sent by a form of ours."""
    try:
        return kind(request.form.get(name, ""))
    except ValueError:
        abort(400)


def uploaded() -> tuple[str, Iterator[bytes]]:
    """Give the name and the blocks of the file that came with a form; no file is an empty one."""
    file = request.files.get("files") or FileStorage(filename="file")
    return file.filename or "file", iter(lambda: file.stream.read(BLOCK), b"")


def give(download: Download) -> Response:
    """Hand a file over: saved, never opened as a page."""
    file = download.file
    response = Response(download.blocks, mimetype=file.media_type)
    response.content_length = file.size
    response.headers["Content-Disposition"] = attachment(file.name)
    response.call_on_close(download.close)
    return response
