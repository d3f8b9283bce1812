"""A simple HTTP client with one persistent connection and a cookie."""

import http.client
import re
import time
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

from benchmarks.measured import timed
from klantportaal.adapters.web.http import cookies
from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.domain.values import OfficeId

PAGE = "/home"
ROUNDS = 200


class Visitor:
    """Sends requests to a host, and reads the complete responses."""

    def __init__(self, port: int, *, cookie: str = "", bearer: str = "") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Cookie": cookie, "Sec-Fetch-Site": "same-origin"}
        if bearer:
            self._headers["Authorization"] = f"Bearer {bearer}"

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self._connection.close()

    def get(self, path: str) -> bytes:
        """Get a page, and keep the cookies that come with it, as a browser does: that of the language.

        Raises:
            RuntimeError: the status is not 200.
        """
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
        for sent in answer.headers.get_all("Set-Cookie", []):
            pair, had = sent.partition(";")[0], self._headers["Cookie"]
            self._headers["Cookie"] = f"{had}; {pair}" if had else pair
        return body

    def follow(self, path: str) -> None:
        """Open a link that sets a cookie, and keep the cookie."""
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        answer.read()
        self._headers["Cookie"] = answer.headers["Set-Cookie"].partition(";")[0]

    def seal(self, page: str) -> str:
        """Open a page, and return the seal of the form that is sent to it: for whom it is shown (PE-4)."""
        form = self.get(page).decode().partition(f'action="{page}"')[2]
        found = re.search(r'name="shown_for" value="([^"]+)"', form)
        if found is None:
            raise RuntimeError(f"{page} has no form of its own")
        return found[1]

    def post(self, path: str, **fields: str) -> http.client.HTTPResponse:
        """Post a form, without following redirects."""
        headers = {**self._headers, "Content-Type": "application/x-www-form-urlencoded"}
        self._connection.request("POST", path, body=urlencode(fields), headers=headers)
        answer = self._connection.getresponse()
        answer.read()
        return answer

    def send(self, path: str, body: object, length: int, kind: str, *, seal: str) -> int:
        """Post a body as a stream, as a script does. Return the status."""
        own = {"Content-Type": kind, "Content-Length": str(length), "Accept": "application/json", "X-Shown-For": seal}
        headers = {**self._headers, **own}
        self._connection.request("POST", path, body=body, headers=headers)  # type: ignore[arg-type]
        answer = self._connection.getresponse()
        answer.read()
        return answer.status

    def take(self, path: str) -> int:
        """Download a file block by block. Return its size in bytes."""
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        taken = 0
        while block := answer.read(256 * 1024):
            taken += len(block)
        return taken


def page_times(visitor: Visitor, *, until: float = 0.0) -> list[float]:
    """Measure some pages, in microseconds, or at least one and as many as can be until a moment of the clock."""
    times = [timed(lambda: visitor.get(PAGE)) for _ in range(1 if until else ROUNDS)]
    while time.monotonic() < until:
        times.append(timed(lambda: visitor.get(PAGE)))
    return times


def session_cookie(office_id: OfficeId, token: str) -> str:
    """Make the cookie of a session."""
    return f"{cookies.name(Cookie.SESSION, office_id, secure=False)}={token}"
