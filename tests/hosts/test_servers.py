"""The servers and proxies of the how-to on servers: Caddy before waitress and uvicorn, nginx with a limit of rates."""

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path

import attrs
import pytest

from klantportaal.domain.uploads import MEBIBYTE
from tests.conftest import lacking
from tests.hosts.serving import PREFIX
from tests.hosts.test_streams import Server, running
from tests.support import caddy, nginx
from tests.support.demo import free_port

TOKEN = "T" * 43
"""As long as the token of a link."""


@pytest.fixture(scope="module", params=["waitress", "fastapi"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    """A host behind Caddy, and the folder of Caddy's log."""
    if not caddy.is_there():
        lacking("no Caddy", required_by="KLANTPORTAAL_REQUIRE_CADDY")
    folder = tmp_path_factory.mktemp(request.param)
    with running(request.param, folder) as server, caddy.proxy(server.known.port, folder) as port:
        yield attrs.evolve(server, proxy=port), folder


def ask(server: Server, path: str, **headers: str) -> tuple[int, HTTPMessage, bytes]:
    """Ask for a page as a client."""
    assert server.proxy is not None
    connection = HTTPConnection("127.0.0.1", server.proxy, timeout=60)
    connection.request("GET", f"{PREFIX}/{path}", headers={"Cookie": server.known.cookie, **headers})
    reply = connection.getresponse()
    try:
        return reply.status, reply.headers, reply.read()
    finally:
        connection.close()


def test_pages_and_files_through_caddy(served: tuple[Server, Path]) -> None:
    """AT-3: through Caddy, pages are shown and files go up."""
    server, _folder = served
    status, headers, page = ask(server, "home", **{"Accept-Encoding": "gzip"})
    assert (status, headers["Content-Encoding"]) == (200, "identity")
    assert b"</html>" in page
    assert server.upload(3 * MEBIBYTE) == 201


def test_a_body_that_is_too_large(served: tuple[Server, Path], tmp_path: Path) -> None:
    """AT-3: Caddy breaks off a body that is larger than it allows, by a status or by closing the connection."""
    server, _folder = served
    with caddy.proxy(server.known.port, tmp_path, largest="2MiB") as port, suppress(ConnectionError):
        assert attrs.evolve(server, proxy=port).upload(3 * MEBIBYTE) >= 400


@pytest.mark.parametrize(
    "language, title",
    [
        ("", "Het portaal antwoordt niet"),
        ("en-GB,en;q=0.9,nl;q=0.8", "The portal does not answer"),
        ("nl,en", "Het portaal"),
    ],
)
def test_no_host_behind_caddy_answers(language: str, title: str, tmp_path: Path) -> None:
    """AL-3: while no host runs, Caddy shows the page for that, in the reader's language."""
    if not caddy.is_there():
        lacking("no Caddy", required_by="KLANTPORTAAL_REQUIRE_CADDY")
    with caddy.proxy(free_port(), tmp_path) as port:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", "/dossiers", headers={"Accept-Language": language})
        reply = connection.getresponse()
        page = reply.read().decode()
        connection.close()
    assert (reply.status, reply.headers["Cache-Control"]) == (502, "no-store")
    assert f"<h1>{title}" in page


def test_what_caddy_passes_on_compressed(served: tuple[Server, Path]) -> None:
    """SE-1: Caddy passes style sheets and scripts on as the portal compressed them, and compresses no page."""
    require_compression(served[0])


def require_compression(server: Server) -> None:
    """Require that style sheets and scripts come compressed through a proxy, and pages do not: see BREACH."""
    for path in ("home", "inloggen"):
        assert ask(server, path, **{"Accept-Encoding": "gzip"})[1]["Content-Encoding"] in (None, "identity")
    _status, _headers, page = ask(server, "home")
    for kind in ("css", "js"):
        (asset, *_others) = re.findall(rf'"{PREFIX}/(static/portal\.[0-9a-f]+\.{kind})"', page.decode())
        plain = ask(server, asset)
        packed = ask(server, asset, **{"Accept-Encoding": "gzip"})
        assert (plain[1]["Content-Encoding"], packed[1]["Content-Encoding"]) == (None, "gzip")
        assert gzip.decompress(packed[2]) == plain[2]
        assert len(packed[2]) * 2 < len(plain[2])


def test_the_log_of_caddy_has_no_tokens(served: tuple[Server, Path]) -> None:
    """ON-4: Caddy's log has no token of a link, neither in the address nor in the header Referer."""
    server, folder = served
    ask(server, f"uitnodiging/{TOKEN}", Referer=f"https://example.nl/uitnodiging/{TOKEN}")
    log = (folder / "access.log").read_text()
    assert "/uitnodiging/..." in log
    assert TOKEN not in log


@contextmanager
def limited(port: int, folder: Path) -> Iterator[int]:
    """Run nginx in front of a host, with the limit of rates of the how-to."""
    zone, *locations = re.findall(r"```\n(limit_req_zone .*?|location ~ .*?)```", caddy.HOW_TO.read_text(), re.DOTALL)
    server = "".join(locations).replace("^/(", f"^{PREFIX}/(")
    with nginx.proxy("FastAPI", port, folder, http=zone, server=server) as own:
        yield own


def test_the_limited_pages_pass_the_address_on() -> None:
    """SI-1: the limited location sets the headers of the others: nginx inherits none from a location beside it."""
    locations = re.findall(r"```\n(location ~ .*?)```", caddy.HOW_TO.read_text(), re.DOTALL)
    production = (caddy.HOW_TO.parent / "production.md").read_text()
    needed = set(re.findall(r"proxy_(?:set_header|http_version) .*;", production))
    assert needed
    for location in locations:
        assert needed - set(re.findall(r"proxy_(?:set_header|http_version) .*;", location)) == set()


def test_a_flood_of_sign_ins(tmp_path: Path) -> None:
    """SI-1, SE-1: nginx with the limit of the how-to refuses a flood from one address; other pages are not limited.

    It passes on what Caddy passes on, though Debian's configuration has it compress pages.
    """
    if not nginx.is_there():
        lacking("no nginx", required_by="KLANTPORTAAL_REQUIRE_NGINX")
    with running("fastapi", tmp_path) as host, limited(host.known.port, tmp_path) as port:
        server = attrs.evolve(host, proxy=port)
        answers = [ask(server, "inloggen")[0] for _each in range(60)]
        assert answers[:20] == [answers[0]] * 20
        assert answers[-1] == 429
        assert {ask(server, "home")[0] for _each in range(60)} == {200}
        require_compression(server)  # Here, because this nginx runs already.
