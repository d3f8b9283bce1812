"""What a page weighs on a slow line, with the middleware that compresses pages, and which pages it leaves alone."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import attrs
import pytest
from fastapi.middleware.gzip import GZipMiddleware
from flask_compress import Compress

from tests.hosts.browsers import PREFIX, Browser, FastApiWire, FlaskWire, Wire, seals
from tests.hosts.conftest import World, fastapi_app, flask_app

COLD, REQUESTS, WARM = 60_000, 6, 12_000
"""The budgets of a page: bytes and requests of a first visit, and bytes of a later one."""
MODERN = {"Accept-Encoding": "gzip, deflate, br, zstd", "Sec-Fetch-Site": "same-origin"}


def flask_wire(world: World) -> Wire:
    """Make the Flask host with Flask-Compress."""
    app = flask_app(world.portal)
    Compress(app)
    return FlaskWire.of(app)


def fastapi_wire(world: World) -> Wire:
    """Make the FastAPI host with FastAPI's own middleware."""
    app = fastapi_app(world.portal)
    app.add_middleware(GZipMiddleware)
    return FastApiWire.of(app)


@pytest.fixture(params=[flask_wire, fastapi_wire], ids=["flask", "fastapi"])
def modern(request: pytest.FixtureRequest, world: World) -> Browser:
    """A browser of today on a host whose pages are compressed."""
    return Browser(wire=request.param(world), headers=MODERN)


FOR_HOME_SCREENS = {"manifest", "apple-touch-icon"}
"""What a browser asks for after the page is shown, or only when somebody puts the portal on a home screen."""


class Named(HTMLParser):
    """Collects the addresses that a browser asks for while it shows a page: each once, as it keeps what it has."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Add the address of a style sheet, script, font or picture."""
        given = dict(attrs)
        address = given.get("href") if tag in ("link", "use") else given.get("src")
        if given.get("rel") in FOR_HOME_SCREENS:
            return
        if address and not address.startswith("data:"):
            self.found.add(address.partition("#")[0])


@attrs.frozen
class Weight:
    """What a first and a later visit of a page cost."""

    cold: int
    requests: int
    warm: int


def weigh(browser: Browser, page: str, html: str) -> Weight:
    """Ask for a page and for what it names, as a browser does, and count the bytes."""
    warm = int(browser.get(page).headers["content-length"])
    sizes = {address: _size(browser, address) for address in Named(html).found}
    for address in (name for name in list(sizes) if name.endswith(".css")):
        sheet = browser.get(address.removeprefix(PREFIX), Accept_Encoding="identity").text
        folder = address.rpartition("/")[0]
        own = {f"{folder}/{name}" for name in re.findall(r'url\("([^"]+)"\)', sheet)}
        sizes |= {address: _size(browser, address) for address in own - sizes.keys()}
    return Weight(cold=warm + sum(sizes.values()), requests=1 + len(sizes), warm=warm)


def _size(browser: Browser, address: str) -> int:
    """Give the size of a file, which is asked for once in a year."""
    assert address.startswith(PREFIX)
    reply = browser.get(address.removeprefix(PREFIX))
    assert (reply.status, "immutable" in reply.headers["cache-control"]) == (200, True), address
    return int(reply.headers["content-length"])


def texts_of(browser: Browser, world: World) -> Iterator[tuple[str, str]]:
    """Open the pages of the budget, and give the HTML of each."""
    dossier = f"/dossiers/{world.dossier.id}"
    for page in ("/inloggen", "/home", dossier, f"{dossier}/documenten", f"{dossier}/berichten/nieuw"):
        if page == "/home":
            browser.sign_in(world.email)
        reply = browser.get(page, Accept_Encoding="identity")
        assert reply.status == 200
        yield page, reply.text


def test_a_page_on_a_slow_line(modern: Browser, world: World) -> None:
    """AL-1: A first visit costs 60 kB in 6 requests at most, a later one 12 kB in one. All else is kept for good."""
    for page, html in texts_of(modern, world):
        weight = weigh(modern, page, html)
        assert (weight.cold <= COLD, weight.requests <= REQUESTS, weight.warm <= WARM) == (True,) * 3, (page, weight)


@pytest.mark.parametrize("site, packed", [("same-origin", True), ("none", True), ("same-site", False), ("", False)])
def test_what_is_never_compressed(modern: Browser, world: World, site: str, *, packed: bool) -> None:
    """SI-3: No page is compressed that another site can have asked for: its length would tell what it says (BREACH)."""
    modern.sign_in(world.email)
    for page in ("/dossiers?zoek=akte", f"/dossiers/{world.dossier.id}/berichten/nieuw", "/mijn-gegevens"):
        encoding = modern.get(page, Sec_Fetch_Site=site).headers.get("content-encoding")
        assert (encoding in ("gzip", "br", "zstd")) is packed
        assert packed or encoding == "identity"  # So that proxies leave it alone, too.


def test_seals_are_masked(modern: Browser, world: World) -> None:
    """SI-3: The seals of the same forms are other bytes in every answer, so compressed pages do not give them away."""
    modern.sign_in(world.email)
    first, second = (seals(modern.get("/home", Accept_Encoding="identity")) for _ in range(2))
    assert first
    assert first.keys() == second.keys()
    assert not set(first.values()) & set(second.values())
