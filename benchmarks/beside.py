"""The peers, in their own processes, and a browser on their pages: signing in, and changing the password."""

import http.client
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import attrs

from benchmarks.peers import ADDRESS, PASSWORD
from tests.support import postgres

PYTHON = Path(__file__).parents[1] / ".venv" / "peers" / "bin" / "python"
"""The Python of the peers' environment, which `make bench BENCH=--peers` makes."""


@attrs.frozen(kw_only=True)
class Kind:
    """A library, and the names of its forms."""

    module: str
    sign_in: str
    """The path of its sign-in page."""
    login: str
    """The field of the e-mail address in it."""
    ask: str
    """The path of the page that asks for a link."""
    token: str
    """The field of the token against forged requests."""
    passwords: tuple[str, str]
    """The fields of a new password."""


KINDS = {
    "Flask-Security": Kind(
        module="benchmarks.peers.flask_security",
        sign_in="/login",
        login="email",
        ask="/reset",
        token="csrf_token",
        passwords=("password", "password_confirm"),
    ),
    "django-allauth": Kind(
        module="benchmarks.peers.allauth",
        sign_in="/accounts/login/",
        login="login",
        ask="/accounts/password/reset/",
        token="csrfmiddlewaretoken",
        passwords=("password1", "password2"),
    ),
}


class Browser:
    """A browser with cookies, on one connection, that follows no redirects by itself."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Send a request. Return the status, where it leads to, and the body."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, urlencode(fields) if fields else None, headers)
        answer = self._connection.getresponse()
        body = answer.read().decode()
        for sent in answer.headers.get_all("Set-Cookie", []):
            self._cookies |= {name: morsel.value for name, morsel in SimpleCookie(sent).items()}
        return answer.status, answer.headers.get("Location", ""), body

    def get(self, path: str) -> str:
        """Get a page, over as many redirects as it takes. Raises: RuntimeError: it is not there."""
        status, onward, body = self.ask("GET", path)
        while onward:
            status, onward, body = self.ask("GET", _path(onward))
        if status != 200:
            raise RuntimeError(f"{path}: {status}")
        return body


@attrs.frozen(kw_only=True)
class Peer:
    """A running peer with one account."""

    name: str
    port: int

    @property
    def kind(self) -> Kind:
        """What its forms are called."""
        return KINDS[self.name]

    def signed_in(self) -> Browser:
        """Sign in."""
        browser, send = self.prepared()
        send()
        return browser

    def prepared(self) -> tuple[Browser, Callable[[], None]]:
        """Open the sign-in page. Return the browser, and what sends the form."""
        browser = Browser(self.port)
        fields = {**self._token(browser.get(self.kind.sign_in)), self.kind.login: ADDRESS, "password": PASSWORD}

        def send() -> None:
            self._sent(browser, self.kind.sign_in, fields)

        return browser, send

    def reset(self) -> None:
        """Ask for a link, follow it, and choose a password."""
        browser = Browser(self.port)
        browser.ask("POST", self.kind.ask, {**self._token(browser.get(self.kind.ask)), "email": ADDRESS})
        mailed = browser.get("/laatste")
        found = re.search(r"https?://\S+/(?:reset|accounts/password/reset/key)/\S+", mailed)
        if found is None:
            raise RuntimeError(f"{self.name} mailed no link: {mailed}")
        path = _path(found[0])
        _status, onward, page = browser.ask("GET", path)
        if onward:
            path = _path(onward)
            page = browser.get(path)
        self._sent(browser, path, {**self._token(page), **dict.fromkeys(self.kind.passwords, PASSWORD)})

    def _token(self, page: str) -> dict[str, str]:
        found = re.search(rf'name="{self.kind.token}"[^>]*value="([^"]+)"', page)
        return {self.kind.token: found[1]} if found else {}

    def _sent(self, browser: Browser, path: str, fields: dict[str, str]) -> None:
        status, _onward, body = browser.ask("POST", path, fields)
        if status not in (302, 303):
            raise RuntimeError(f"{self.name} took no form at {path}: {status} {body[-600:]}")


@contextmanager
def running(folder: Path, server: str | None, *, cost: int) -> Iterator[list[Peer]]:
    """Run the peers, on SQLite or on databases of a PostgreSQL *server*, until the context ends."""
    if not PYTHON.exists():
        raise RuntimeError("the peers are not installed: use make bench BENCH=--peers")
    with ExitStack() as stack:
        peers = []
        for number, (name, kind) in enumerate(KINDS.items()):
            place = str(folder / f"peer{number}.sqlite3")
            database = place if server is None else stack.enter_context(postgres.temporary_database(server))
            peers.append(Peer(name=name, port=stack.enter_context(_process(kind, database, cost))))
        yield peers


@contextmanager
def _process(kind: Kind, database: str, cost: int) -> Iterator[int]:
    command = [str(PYTHON), "-m", kind.module, database, str(cost)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - fixed command
    assert process.stdin is not None  # noqa: S101 - Popen was called with PIPE
    assert process.stdout is not None  # noqa: S101 - Popen was called with PIPE
    try:
        yield int(process.stdout.readline())
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


def _path(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
