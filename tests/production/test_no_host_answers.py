"""What nginx shows when no host answers, with the example's configuration: a page in the reader's language."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path

import pytest

from examples.production import one_machine
from tests.conftest import lacking
from tests.support import nginx
from tests.support.demo import free_port

DUTCH, ENGLISH = "Het portaal antwoordt niet", "The portal does not answer"
HOST = """
import sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        print("asked", flush=True)
        time.sleep(600)
    def do_GET(self):
        self.send_response(502)
        self.end_headers()
        self.wfile.write(b"its own")
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
"""A host that takes a form and does not answer. To other requests it answers with an error of its own."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for nginx, with the little patience of a test."""
    if not nginx.is_there():
        lacking("no nginx", required_by="KLANTPORTAAL_REQUIRE_NGINX")
    (tmp_path / "tls").mkdir()
    (tmp_path / "tls" / "patience.conf").write_text("proxy_read_timeout 2s;\n")
    return tmp_path


@contextmanager
def before(folder: Path, host: int) -> Iterator[int]:
    """Run nginx before a host. The second host is down. Yield the port of nginx."""
    own = free_port()
    with one_machine.nginx(folder, own, [host, free_port()], free_port(), buffering=True) as process:
        nginx.await_listener(process, own)
        yield own


@contextmanager
def running(port: int) -> Iterator["subprocess.Popen[str]"]:
    """Run the host."""
    with subprocess.Popen([sys.executable, "-c", HOST, str(port)], stdout=subprocess.PIPE, text=True) as process:
        try:
            nginx.await_listener(process, port)
            yield process
        finally:
            process.kill()


def ask(
    port: int, path: str, headers: Mapping[str, str] = {}, *, form: bytes | None = None
) -> tuple[int, HTTPMessage, str]:
    """Ask for a page, or send a form. Give the status, the headers and the text."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET" if form is None else "POST", path, body=form, headers=dict(headers))
    reply = connection.getresponse()
    try:
        return reply.status, reply.headers, reply.read().decode()
    finally:
        connection.close()


READERS: Mapping[str, tuple[Mapping[str, str], str]] = {
    "none": ({}, DUTCH),
    "English": ({"Accept-Language": "en-GB,en;q=0.9"}, ENGLISH),
    "Dutch, then English": ({"Accept-Language": "nl-NL,nl;q=0.9,en;q=0.8"}, DUTCH),
    "French, then English": ({"Accept-Language": "fr-FR, fr;q=0.9, en-US;q=0.8, nl;q=0.7"}, ENGLISH),
    "French, then Dutch": ({"Accept-Language": "fr,nl;q=0.8,en;q=0.7"}, DUTCH),
    "a language that has en in its name": ({"Accept-Language": "ken"}, DUTCH),
    "the language of a session": (
        {"Accept-Language": "nl", "Cookie": "a=b; __Host-klantportaal-0123456789ab-taal=sessie-en"},
        ENGLISH,
    ),
    "a choice": ({"Accept-Language": "en", "Cookie": "klantportaal-0123456789ab-taal=nl"}, DUTCH),
}


def test_the_language_of_the_page(folder: Path) -> None:
    """AL-3, PR-1: while no host runs, the page is in the language that the portal's pages would have, and whole."""
    with before(folder, free_port()) as port:
        for given, title in READERS.values():
            status, headers, page = ask(port, "/dossiers", given)
            assert (status, headers["Content-Type"]) == (502, "text/html; charset=utf-8")
            assert (f"<h1>{title}</h1>" in page, "nginx" in page) == (True, False), given
            assert (headers["Cache-Control"], headers["Retry-After"]) == ("no-store", "10")
            assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        status, _headers, page = ask(port, f"/wachtwoord/{'a' * 43}", {"Accept-Language": "en"})
        assert (status, ENGLISH in page) == (502, True)
        assert ask(port, "/.unanswered/nl.html")[0] == 404  # It has no address of its own.


def test_the_form_in_flight_when_its_host_is_killed(folder: Path) -> None:
    """AL-3: whoever sent a form to a host that is killed is told that it may not have arrived, and how to go on."""
    own = free_port()
    with running(own) as host, before(folder, own) as port:
        killing = threading.Thread(target=kill_when_asked, args=(host,))
        killing.start()
        status, _headers, page = ask(port, "/dossiers/1/bericht", form=b"body=Goedendag")
        killing.join()
    assert (status, DUTCH in page) == (502, True)
    assert "wat u zo nog eens verstuurt, komt maar één keer aan" in page


def kill_when_asked(host: "subprocess.Popen[str]") -> None:
    """Kill a host once it has a form."""
    assert host.stdout is not None
    assert host.stdout.readline() == "asked\n"
    host.kill()


def test_a_host_that_takes_too_long(folder: Path) -> None:
    """AL-3: what a host itself answers passes, also an error. Where it does not answer in time, the page has 504."""
    own = free_port()
    with running(own), before(folder, own) as port:
        status, _headers, page = ask(port, "/")
        assert (status, page) == (502, "its own")
        status, _headers, page = ask(port, "/dossiers/1/bericht", {"Accept-Language": "en"}, form=b"")
        assert (status, ENGLISH in page) == (504, True)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_page_is_whole(language: str) -> None:
    """AL-3: the page asks for nothing else, since nothing else would come, and says its language."""
    page = (one_machine.PARTS / "pages" / f"{language}.html").read_text()
    assert f'<html lang="{language}">' in page
    assert re.findall(r'(?:href|src|action)="([^"]*)"', page) == [""]  # To the same page again.
