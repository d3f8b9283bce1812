"""Routes that stream a file and do nothing else, to compare the portal's with: of the same frameworks and servers.

``GET /kaal`` sends the largest file of the portal. ``POST /kaal`` takes the file of a form in, and writes it to the
disk. With ``?zeker=1`` they also compute its SHA-256, and flush what was written, as the portal must.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING

from python_multipart.multipart import MultipartParser, parse_options_header

from klantportaal.ports.files import BLOCK

if TYPE_CHECKING:
    import fastapi
    import flask

PATH = "/kaal"
SURE = "?zeker=1"


class Taking:
    """The taking in of one form with a file. The file is removed at the end."""

    def __init__(self, folder: Path, content_type: str, *, is_sure: bool) -> None:
        _kind, options = parse_options_header(content_type)
        self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 - closed by `end`
        self._digest = hashlib.sha256() if is_sure else None
        self._parser = MultipartParser(options[b"boundary"], {"on_part_data": self._write})

    def _write(self, data: bytes, start: int, end: int) -> None:
        block = memoryview(data)[start:end]
        self._file.write(block)
        if self._digest is not None:
            self._digest.update(block)

    def take(self, chunk: bytes) -> None:
        """Parse a chunk of the form, and write its part of the file."""
        self._parser.write(chunk)

    def end(self) -> None:
        """Flush the file, if it must be sure, and close it."""
        if self._digest is not None:
            os.fsync(self._file.fileno())
        self._file.close()


def add_to_flask(app: "flask.Flask", folder: Path) -> None:
    """Add the routes to an app of Flask."""
    import flask

    def send() -> flask.Response:
        place = _largest(folder)
        headers = {"Content-Length": str(place.stat().st_size)}
        blocks = _blocks(place, is_sure="zeker" in flask.request.args)
        return flask.Response(blocks, headers=headers, direct_passthrough=True)

    def take() -> tuple[str, int]:
        request = flask.request
        taking = Taking(folder, request.headers["Content-Type"], is_sure="zeker" in request.args)
        while chunk := request.stream.read(BLOCK):
            taking.take(chunk)
        taking.end()
        return "", 201

    app.add_url_rule(PATH, "bare_send", send)
    app.add_url_rule(PATH, "bare_take", take, methods=["POST"])


def add_to_fastapi(app: "fastapi.FastAPI", folder: Path) -> None:
    """Add the routes to an app of FastAPI."""
    from fastapi import Request, Response
    from fastapi.responses import StreamingResponse

    def send(request: Request) -> StreamingResponse:
        place = _largest(folder)
        headers = {"Content-Length": str(place.stat().st_size)}
        return StreamingResponse(_blocks(place, is_sure="zeker" in request.query_params), headers=headers)

    async def take(request: Request) -> Response:
        taking = Taking(folder, request.headers["content-type"], is_sure="zeker" in request.query_params)
        async for chunk in request.stream():
            taking.take(chunk)
        taking.end()
        return Response(status_code=201)

    app.add_api_route(PATH, send, response_model=None)
    app.add_api_route(PATH, take, methods=["POST"], response_model=None)


def _largest(folder: Path) -> Path:
    """Return the largest file that the portal keeps."""
    return max((each for each in (folder / "files").rglob("*") if each.is_file()), key=lambda each: each.stat().st_size)


def _blocks(place: Path, *, is_sure: bool) -> Iterator[bytes]:
    """Yield a file as a route would that does nothing else, or nothing but hash it."""
    digest = hashlib.sha256()
    with FileIO(place) as file:
        while block := file.read(BLOCK):
            if is_sure:
                digest.update(block)
            yield block
