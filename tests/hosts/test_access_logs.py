"""Access logs have no tokens of links: those of the servers, of nginx, and of the examples (ON-4)."""

import logging
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from klantportaal.adapters.flask import WithoutTokens
from klantportaal.adapters.web.http.paths import PATHS
from tests.conftest import lacking
from tests.hosts.serving import PREFIX
from tests.hosts.test_streams import running
from tests.support import nginx
from tests.support.demo import await_answer, free_port

PATHS_OF_LINKS = (
    "/{}{}",
    "/{}{}?utm_source=mail",
    "/{}{}.",
    "/{}{}/",
    "/{}{}%3E",
    "/inloggen?next=%2F{}{}",
    "/inloggen?next=%252F{}{}",
    "/%2E/{}{}",
    "/{}/{}",
    "/{}&{}",
    "/{}%22{}",
)
LINKS = [path.removesuffix("{token}") for path in PATHS.values() if path.endswith("{token}")]


def follow_links(port: int, prefix: str, paths: Sequence[str] = PATHS_OF_LINKS) -> list[str]:
    """Ask for each kind of link, in the ways that mail programs, browsers and attackers do. Return the tokens."""
    connection, tokens = HTTPConnection("127.0.0.1", port, timeout=30), list[str]()
    for link in LINKS:
        for path in paths:
            tokens.append(secrets.token_urlsafe(32))
            asked = prefix + path.format(link, tokens[-1])
            connection.request("GET", asked, headers={"Referer": asked})
            connection.getresponse().read()
    connection.close()
    return tokens


def require_lines_without(log: str, tokens: list[str]) -> None:
    """Require one line for each request, and no token in any of them."""
    assert len([line for line in log.splitlines() if "..." in line]) == len(tokens), log
    assert [token for token in tokens if token[:8] in log] == []


@pytest.mark.parametrize("host", ["flask", "gunicorn", "fastapi"])
def test_no_token_in_the_log_of_a_server(host: str, tmp_path: Path) -> None:
    """ON-4: the filter of the how-to takes the tokens out of the lines of each server."""
    folder = tmp_path / host
    folder.mkdir()
    with running(host, folder) as server:
        tokens = follow_links(server.known.port, PREFIX)
    require_lines_without(folder.with_suffix(".log").read_text(), tokens)


def test_no_token_in_the_log_of_nginx(tmp_path: Path) -> None:
    """ON-4: nginx with the format of the how-to logs each request without its token."""
    if not nginx.is_there():
        lacking("no nginx", required_by="KLANTPORTAAL_REQUIRE_NGINX")
    with running("fastapi", tmp_path) as server, nginx.proxy("FastAPI", server.known.port, tmp_path) as port:
        tokens = follow_links(port, PREFIX)
    require_lines_without((tmp_path / "access.log").read_text(), tokens)
    assert (tmp_path / "distribution.log").read_text() == ""


def test_no_token_in_the_errors_of_nginx(tmp_path: Path) -> None:
    """ON-4: if the host is down, nginx logs that without the links that were asked for."""
    if not nginx.is_there():
        lacking("no nginx", required_by="KLANTPORTAAL_REQUIRE_NGINX")
    for of in ("Flask", "FastAPI"):
        folder = tmp_path / of
        folder.mkdir()
        with nginx.proxy(of, free_port(), folder) as port:
            tokens = follow_links(port, "", [path for path in PATHS_OF_LINKS if "next" not in path])
            page = HTTPConnection("127.0.0.1", port, timeout=30)
            page.request("GET", "/home")
            assert page.getresponse().status == 502
            page.close()
        errors = (folder / "errors").read_text()
        assert "/home" in errors
        assert [token for token in tokens if token[:8] in errors] == []


def test_no_token_in_what_failed(caplog: pytest.LogCaptureFixture) -> None:
    """ON-4: what Flask logs of a request that fails has no token either, whatever it is given as."""
    token = secrets.token_urlsafe(32)
    log = logging.getLogger("a test of links")
    log.addFilter(WithoutTokens())
    log.error("Exception on %s [%s]", f"/wachtwoord/{token}", "GET")
    log.error("%r %d", b"/wachtwoord/" + token.encode(), 3)
    log.handle(logging.LogRecord(log.name, logging.ERROR, "", 0, f"/wachtwoord/{token}", None, None))
    assert token not in caplog.text
    assert caplog.text.count("/wachtwoord/...") == 3


@contextmanager
def example(host: str, folder: Path) -> Iterator[tuple[int, Path]]:
    """Run an example. Yield its port, and the file with what it prints."""
    port, printed = free_port(), folder / "printed"
    environment = {**os.environ, "PORT": str(port), "PORTAL_PEPPER": secrets.token_hex(32)}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    command = [sys.executable, "-m", f"examples.{host}_host.host"]
    with printed.open("wb") as out:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=out, text=True)
        try:
            await_answer(process, port)
            yield port, printed
        finally:
            process.terminate()
            process.wait(30)


@pytest.mark.parametrize("host", ["flask", "fastapi"])
def test_no_token_in_the_log_of_an_example(host: str, tmp_path: Path) -> None:
    """ON-4: the servers of the examples log each request without its token."""
    with example(host, tmp_path) as (port, printed):
        tokens = follow_links(port, "")
    require_lines_without(printed.read_text(), tokens)
