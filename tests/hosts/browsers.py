"""A browser for tests, over the test client of either framework. It keeps cookies and does not follow redirects."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import unescape
from typing import Protocol
from urllib.parse import unquote, urlencode, urlsplit

import attrs
from fastapi import FastAPI
from fastapi.testclient import TestClient
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape

from klantportaal.adapters.web.language.translations import Sentence, wordings
from klantportaal.domain.forms import PageForm
from klantportaal.domain.values import Language, OfficeId
from klantportaal.portal import Portal
from tests.hosts.routes import ROUTES, Guard

BASE_URL = "https://kantoor.example.nl/portaal"
ORIGIN = "https://kantoor.example.nl"
PREFIX = "/portaal"
WORDINGS = wordings()
WRONG = "Check your current password, or wait a few minutes if you have tried several times."
"""The message for a wrong current password."""
FORM = "application/x-www-form-urlencoded"
SEAL = "shown_for"
"""The hidden field that says for whom a form was shown (PE-4)."""
ASKING_NOBODY = ("/inloggen", "/instellen-wachtwoord")
"""The targets of forms that are not for one person."""
WITHOUT_FORM = {
    "upload": "new_message",
    "remove_upload": "new_message",
    "questionnaire_upload": "questionnaire_page",
    "request_upload": "request_item",
    "remove_request_upload": "request_item",
}
"""The routes that are sent the seal of another form."""
SHOWN_ON = (
    ("/uitloggen", "/mijn-gegevens/tweestaps"),
    (r"(/dossiers/[^/]+)/bijlagen.*", r"\1/berichten/nieuw"),
    (r"(/vragenlijsten/[^/]+)/bestanden/.*", r"\1"),
    (r"/vragenlijsten/[^/]+", "/acties"),
    (r"(/verzoeken/[^/]+/stukken/[^/]+)/bestanden.*", r"\1"),
    (r"(/verzoeken/[^/]+)/stukken/[^/]+/terugnemen/.*", r"\1"),
    (r"(/dossiers/[^/]+/ontvangstbewijzen/[^/]+)/mailen", r"\1"),
    (r"(/mijn-gegevens/sessies)/.*", r"\1"),
    (r"(/accounts/extra-accounts/[^/]+)/uitnodigen", r"\1"),
)
"""The page on which a form is found, where it is another than the one that the form is sent to."""
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
    """Sent with every request."""
    older_tab: "OlderTab | None" = None
    """Has the form of a page that is not shown any more."""
    on_screen: dict[str, str] = attrs.field(factory=dict, init=False)
    """The seals of the forms of the last page that came, by where each form is sent to."""

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Reply:
        """Send any request. Header names have underscores for dashes. *headers* override all other headers."""
        own = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._seen(self.wire.send(method, PREFIX + path, headers={**self.headers, **own}, body=body))

    def _seen(self, reply: Reply) -> Reply:
        self.on_screen.clear()
        if reply.headers.get("content-type", "").startswith("text/html"):
            self.on_screen.update(seals(reply))
        return reply

    def get(self, path: str, **headers: str) -> Reply:
        """Open a page."""
        return self.send("GET", path, headers)

    def head(self, path: str, **headers: str) -> Reply:
        """Send a HEAD request."""
        return self.send("HEAD", path, headers)

    def post(self, path: str, fields: Mapping[str, str] | None = None, **headers: str) -> Reply:
        """Send a form without files, as a page of the portal does."""
        sent = {"Content_Type": FORM, "Origin": ORIGIN, **headers}
        return self.send("POST", path, sent, urlencode({**self.seal(path, **headers), **(fields or {})}).encode())

    def post_files(self, path: str, fields: Fields, uploads: Iterable[Upload] = (), **headers: str) -> Reply:
        """Send a form with files."""
        kind, body = multipart({**self.seal(path, **headers), **fields}, uploads)
        return self.send("POST", path, {"Content_Type": kind, "Origin": ORIGIN, **headers}, body)

    def follow(self, reply: Reply) -> Reply:
        """Open the page that a response redirects to."""
        assert reply.status == 303, (reply.status, reply.text)
        target = urlsplit(reply.location)
        assert (target.scheme, target.netloc) == ("", "")
        return self._seen(self.wire.send("GET", reply.location, headers=self.headers, body=b""))

    def seal(self, path: str, **headers: str) -> dict[str, str]:
        """Give the hidden field with the seal of a form, from the page on the screen, or from the form's own page.

        If that shows no such form, it is in an older tab.
        """
        path = path.partition("?")[0]
        if path in ASKING_NOBODY or "X_Shown_For" in headers:
            return {}
        if PREFIX + path not in self.on_screen:
            self._open_form(path, {"Cookie": headers["Cookie"]} if "Cookie" in headers else {})
        own = [seal for action, seal in self.on_screen.items() if _sends(action.removeprefix(PREFIX), path)]
        if not own and self.older_tab is not None:
            own = self.older_tab.seals(self, path)
        return {SEAL: own[0]} if own else {}

    def _open_form(self, path: str, headers: Mapping[str, str]) -> None:
        """Open the page with a form. If a questionnaire redirects to another page, go there."""
        shown = next((re.sub(f"{ours}$", page, path) for ours, page in SHOWN_ON if re.fullmatch(ours, path)), path)
        reply = self.get(shown, **headers)
        if reply.status == 303 and path.startswith("/vragenlijsten/"):
            self.get(reply.location.removeprefix(PREFIX).replace("/overzicht", "/pagina/slot"), **headers)

    def sign_in(self, address: str, password: str = "Welkom01") -> Reply:
        """Sign in."""
        return self.post("/inloggen", {"email": address, "password": password})


@attrs.frozen(kw_only=True)
class OlderTab:
    """Has every form that the signed-in person could have been shown, also if the page does not show it any more."""

    portal: Portal
    office_id: OfficeId

    def seals(self, browser: Browser, path: str, **headers: str) -> list[str]:
        """Give the seal of a form, by where it is sent to; none if nobody is signed in."""
        found = seals(browser.get("/mijn-gegevens/tweestaps", **headers)).get(f"{PREFIX}/uitloggen")
        if found is None:
            return []
        forms = self.portal.client.forms
        return [forms.seal(forms._read(self.office_id, found).owner, form) for form in forms_of(path)]


def unmarked(html: str) -> str:
    """Give HTML without the marks of names and numbers, which a browser's translation leaves as they are."""
    return re.sub(r'<span translate="no">([^<]*)</span>', r"\1", html)


def unsealed(reply: Reply) -> str:
    """Give a page without its seals, of which no two are alike."""
    return re.sub(rf'<input type="hidden" name="{SEAL}" value="[^"]+">', "", reply.text)


def forms_of(path: str) -> Iterator[PageForm]:
    """Give the form that is sent to a path."""
    for route in ROUTES:
        ids = re.fullmatch(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", route.path), path)
        if ids is not None and "POST" in route.methods and route.guard is Guard.SIGNED_IN:
            shown = WITHOUT_FORM.get(route.name, route.name)
            yield PageForm(route=shown, ids={name: unquote(id) for name, id in ids.groupdict().items()})


def seals(reply: Reply) -> dict[str, str]:
    """Read the seals of the forms of a page, by where each form is sent to; the seal is the first field of a form."""
    text = reply.body.decode(errors="replace")  # Compressed as it may be.
    form = rf'<form [^>]*action="([^"]+)"[^>]*>\s*<input type="hidden" name="{SEAL}" value="([^"]+)">'
    return {unescape(action).partition("?")[0]: seal for action, seal in re.findall(form, text)}


def _sends(action: str, path: str) -> bool:
    """Tell whether a form sends a request to a path: it goes there itself, or its files do."""
    to_message = re.fullmatch(r"/dossiers/[^/]+/bijlagen.*", path) and "/berichten/" in action
    to_question = re.fullmatch(r"/vragenlijsten/[^/]+/bestanden/.*", path) and "/pagina/" in action
    to_item = re.fullmatch(r"/verzoeken/[^/]+/stukken/[^/]+/bestanden.*", path) and path.startswith(f"{action}/")
    return action == path or bool(to_message or to_question or to_item)


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
