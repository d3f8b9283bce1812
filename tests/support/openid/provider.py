"""Starts and stops the OpenID provider, which runs on Node.js, and sends its pages as a person would."""

import html
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import attrs
import httpx2

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "frontend"))

import assemble

FOLDER = assemble.OPENID
CLIENT_ID = "kantoorsoftware"
CLIENT_SECRET = "a secret of these tests, which opens nothing"
LOW, SUBSTANTIAL, HIGH = (f"http://eidas.europa.eu/LoA/{level}" for level in ("low", "substantial", "high"))
SECONDS = 30.0
"""The time limit of one request, on a busy machine."""


class NoProvider(Exception):
    """There is no Node.js, or the provider is not installed: `make pytest` does that."""


@attrs.frozen(kw_only=True)
class Provider:
    """A running provider."""

    issuer: str
    process: "subprocess.Popen[bytes]"

    @property
    def discovery(self) -> str:
        """The URL of its discovery document."""
        return f"{self.issuer}/.well-known/openid-configuration"

    def rotate(self) -> None:
        """Replace its signing key. The old one is not published any more."""
        self.control(rotate=True)

    def control(self, **change: object) -> None:
        """Change how it behaves from now on, as ``provider.mjs`` says."""
        httpx2.post(f"{self.issuer}/control", json=change, timeout=SECONDS).raise_for_status()

    def stop(self) -> None:
        """Stop it permanently."""
        self.process.kill()
        self.process.wait()

    def fall_silent(self) -> None:
        """Accept connections, and never respond."""
        self.process.send_signal(signal.SIGSTOP)

    def honest(self) -> None:
        """Behave honestly again."""
        self.control(claims={}, forge=False, without_id_token=False)


@contextmanager
def running(origin: str, *, callback: str, signed_out: str, port: int = 0) -> Iterator[Provider]:
    """Run a provider with one client.

    Args:
        origin: the origin of the client's pages, as ``https://example.nl``.
        callback: the path to which it leads back who signed in.
        signed_out: the path to which it leads back who signed out.
        port: the port on 127.0.0.1; 0 for a free one.

    Raises:
        NoProvider: it cannot be started.
    """
    client = {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "redirect_uris": [origin + callback],
        "post_logout_redirect_uris": [origin + signed_out],
    }
    settings = json.dumps({"port": port, "clients": [client]})
    command = [*_node(), str(FOLDER / "provider.mjs"), settings]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            provider = Provider(issuer=_issuer(process.stdout.readline()), process=process)
            httpx2.get(provider.discovery, timeout=SECONDS).raise_for_status()
            yield provider
        finally:
            process.kill()


def _node() -> list[str]:
    if not (FOLDER / "node_modules").exists():
        raise NoProvider("the OpenID provider is not installed")
    try:
        return assemble.commands()[0]
    except SystemExit as error:
        raise NoProvider(str(error)) from None


def _issuer(line: bytes) -> str:
    if not line:
        raise NoProvider("the OpenID provider does not start")
    issuer: str = json.loads(line)["issuer"]
    return issuer


@attrs.frozen(kw_only=True)
class Person:
    """A person in a browser, on the pages of a provider. The provider's cookies stay."""

    provider: Provider
    browser: httpx2.Client

    @classmethod
    @contextmanager
    def visiting(cls, provider: Provider) -> Iterator["Person"]:
        """Open a new browser."""
        with httpx2.Client(timeout=SECONDS) as browser:
            yield cls(provider=provider, browser=browser)

    def sign_in(self, url: str, subject: str, *, acr: str = SUBSTANTIAL, amr: str = "pwd", address: str = "") -> str:
        """Open the provider's page at *url*, and prove to be *subject*. Return the URL to which this leads back."""
        return self._answer(url, {"subject": subject, "acr": acr, "amr": amr, "address": address})

    def cancel(self, url: str) -> str:
        """Open the provider's page at *url*, and cancel. Return the URL to which this leads back."""
        return self._answer(url, {"cancel": "yes"})

    def pass_through(self, url: str) -> str:
        """Open *url*, which asks nothing. Return the URL to which this leads back."""
        arrived = self.open(url)
        assert isinstance(arrived, str), arrived.text
        return arrived

    def sign_out(self, url: str) -> str:
        """Open the provider's page at *url*, and agree to sign out. Return the URL to which this leads back."""
        asked = self.open(url)
        assert not isinstance(asked, str)
        return self._left(self._send_form(asked, logout="yes"))

    def open(self, url: str) -> httpx2.Response | str:
        """Open a URL and follow the provider's redirects. Return its page, or the URL of another site they lead to."""
        return self._follow(self.browser.get(url))

    def _answer(self, url: str, fields: Mapping[str, Any]) -> str:
        page = self.open(url)
        assert not isinstance(page, str), f"asked nothing, and led on to {page}"
        assert "Aanmelden" in page.text, page.text
        return self._left(self.browser.post(str(page.url), data=dict(fields)))

    def _left(self, response: httpx2.Response) -> str:
        left = self._follow(response)
        assert isinstance(left, str), left.text
        return left

    def _follow(self, response: httpx2.Response) -> httpx2.Response | str:
        while response.is_redirect or "document.forms[0].submit()" in response.text:
            if not response.is_redirect:  # Somebody else was signed in: a script signs that person out first.
                response = self._send_form(response)
                continue
            target = urljoin(str(response.url), response.headers["location"])
            if not target.startswith(f"{self.provider.issuer}/"):
                return target
            response = self.browser.get(target)
        return response

    def _send_form(self, page: httpx2.Response, **fields: str) -> httpx2.Response:
        """Send the form of a page, with its hidden fields."""
        action = re.search(r'<form [^>]*action="([^"]+)"', page.text)
        assert action is not None, page.text
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
        return self.browser.post(html.unescape(action[1]), data=dict(hidden) | fields)
