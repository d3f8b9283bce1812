"""A browser for tests, over the test client of either framework. It keeps cookies and does not follow redirects."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol
from urllib.parse import urlencode, urlsplit

import attrs
from fastapi import FastAPI
from fastapi.testclient import TestClient
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape

from klantportaal.adapters.web.language.translations import Sentence, wordings
from klantportaal.domain.values import Language

BASE_URL = "https://kantoor.example.nl/portaal"
ORIGIN = "https://kantoor.example.nl"
PREFIX = "/portaal"
WORDINGS = wordings()
WRONG = (
    "The current password is not right. After several wrong attempts you have to wait for a while, even with the right"
    " password."
)
"""The message for a wrong current password."""
FORM = "application/x-www-form-urlencoded"
Fields = Mapping[str, str | Sequence[str]]
"""The fields of a form. A field may have several values."""


@attrs.frozen(kw_only=True)
class Reply:
    """A response."""

    status: int
    headers: Mapping[str, str]
    """The headers by name in lower case. If a header is repeated, the last value."""
    cookies: tuple[str, ...]
    """Each ``Set-Cookie`` header as it was sent."""
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def location(self) -> str:
        """The target of the redirect, from the ``Location`` header."""
        return self.headers["location"]


class Wire(Protocol):
    """A framework's test client."""

    def send(self, method: str, target: str, *, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send a request and return the whole response. *target* is a path with its query."""
        ...


@attrs.frozen
class FlaskWire:
    """Flask's test client."""

    client: FlaskClient

    @classmethod
    def of(cls, app: Flask) -> "FlaskWire":
        """Make one for an app."""
        return cls(app.test_client())

    def send(self, method: str, target: str, *, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send a request. Cookies among *headers* replace the cookies of the test client."""
        client = self.client.application.test_client(use_cookies=False) if "Cookie" in headers else self.client
        with client.open(target, method=method, base_url=ORIGIN, headers=dict(headers), data=body) as answer:
            return _reply(answer.status_code, list(answer.headers.items()), answer.get_data())


@attrs.frozen
class FastApiWire:
    """Starlette's test client."""

    client: TestClient

    @classmethod
    def of(cls, app: FastAPI) -> "FastApiWire":
        """Make one for an app."""
        # The same host name as in Flask's test client.
        return cls(TestClient(app, base_url=ORIGIN, follow_redirects=False, client=("127.0.0.1", 50000)))

    def send(self, method: str, target: str, *, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send a request. Non-ASCII characters in a header are sent as a browser sends them."""
        raw = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
        answer = self.client.request(method, target, headers=raw, content=body)
        return _reply(answer.status_code, answer.headers.multi_items(), answer.content)


def _reply(status: int, headers: Sequence[tuple[str, str]], body: bytes) -> Reply:
    named = {name.lower(): value for name, value in headers}
    cookies = tuple(value for name, value in headers if name.lower() == "set-cookie")
    return Reply(status=status, headers=named, cookies=cookies, body=body)


@attrs.frozen(kw_only=True)
class Upload:
    """A file that a form sends."""

    name: str
    content: bytes
    field: str = "files"


@attrs.frozen(kw_only=True)
class Browser:
    """A browser of a user of the portal. Paths are relative to the portal's prefix."""

    wire: Wire
    headers: Mapping[str, str] = attrs.field(factory=dict)
    """The headers that are sent with every request."""

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Reply:
        """Send any request. Header names have underscores for dashes. *headers* override all other headers."""
        own = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.wire.send(method, PREFIX + path, headers={**self.headers, **own}, body=body)

    def get(self, path: str, **headers: str) -> Reply:
        """Open a page."""
        return self.send("GET", path, headers)

    def head(self, path: str, **headers: str) -> Reply:
        """Send a HEAD request."""
        return self.send("HEAD", path, headers)

    def post(self, path: str, fields: Mapping[str, str] | None = None, **headers: str) -> Reply:
        """Send a form without files, as a page of the portal does."""
        sent = {"Content_Type": FORM, "Origin": ORIGIN, **headers}
        return self.send("POST", path, sent, urlencode(fields or {}).encode())

    def post_files(self, path: str, fields: Fields, uploads: Iterable[Upload] = (), **headers: str) -> Reply:
        """Send a form with files."""
        kind, body = multipart(fields, uploads)
        return self.send("POST", path, {"Content_Type": kind, "Origin": ORIGIN, **headers}, body)

    def follow(self, reply: Reply) -> Reply:
        """Open the page that a response redirects to."""
        assert reply.status == 303, (reply.status, reply.text)
        target = urlsplit(reply.location)
        assert (target.scheme, target.netloc) == ("", "")
        return self.wire.send("GET", reply.location, headers=self.headers, body=b"")

    def sign_in(self, address: str, password: str = "Welkom01") -> Reply:
        """Sign in."""
        return self.post("/inloggen", {"email": address, "password": password})


def multipart(fields: Fields, uploads: Iterable[Upload] = ()) -> tuple[str, bytes]:
    """Write a form with files as browsers do (RFC 7578). Return its media type and its bytes."""
    pairs = [(name, each) for name, value in fields.items() for each in ([value] if isinstance(value, str) else value)]
    parts = [f'form-data; name="{name}"\r\n\r\n'.encode() + value.encode() for name, value in pairs]
    for upload in uploads:
        head = f'form-data; name="{upload.field}"; filename="{upload.name}"\r\nContent-Type: application/octet-stream'
        parts.append(f"{head}\r\n\r\n".encode("utf-8", "surrogateescape") + upload.content)
    written = b"".join(b"--grens\r\nContent-Disposition: " + part + b"\r\n" for part in parts)
    return "multipart/form-data; boundary=grens", written + b"--grens--\r\n"


def dutch(text: str, **params: str | int) -> str:
    """Translate one of the portal's texts from English to Dutch, as a page shows it."""
    return str(escape(WORDINGS[Language.DUTCH].say(Sentence(one=text), **params)))
