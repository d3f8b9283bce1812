"""The demo as `make demo` starts it, on both hosts."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

import pytest

from examples.demo.seed.story import PERSON, PERSON_PASSWORD
from examples.demo.state import State
from tests.support.demo import HOSTS, PATIENCE, ROOT, command, free_port, running


def post(browser: OpenerDirector, url: str, fields: dict[str, str]) -> str:
    """Send a form as a browser does, and return the page after the redirect."""
    origin = "/".join(url.split("/")[:3])
    request = Request(url, urlencode(fields).encode(), {"Origin": origin})
    with browser.open(request) as answer:
        return str(answer.read().decode())


def get(browser: OpenerDirector, url: str) -> tuple[str, str]:
    """Get a page. Return its final URL and its text."""
    with browser.open(url) as answer:
        return answer.url, answer.read().decode()


@pytest.mark.parametrize("host", HOSTS)
def test_a_first_start(host: str, tmp_path: Path) -> None:
    """PW-2: The demo seeds, prints its URL and how to sign in, serves, and stops on Ctrl-C without an error."""
    port = free_port()
    url, browser = f"http://127.0.0.1:{port}", build_opener(HTTPCookieProcessor())
    with running(host, port, tmp_path / ".demo") as said:
        where, page = get(browser, f"{url}/")
        assert (where, "Notariskantoor Van der Meer" in page) == (f"{url}/inloggen", True)
        signed_in = post(browser, f"{url}/inloggen", {"email": PERSON.email, "password": PERSON_PASSWORD})
        assert "Dossiers" in signed_in
        mails = json.loads(get(browser, f"{url}/demo/mailbox.json")[1])
        assert {frozenset(mail) for mail in mails} == {frozenset({"kind", "to", "subject", "text", "html", "at"})}
        assert url in mails[0]["text"]
        assert get(browser, f"{url}/demo/office")[0] == f"{url}/demo/office/"
    out, err = said
    assert err == ""
    for words in (f"{url}/demo/mailbox", f"{url}/demo/office", PERSON.email, PERSON_PASSWORD, "pepper", "15 seconds"):
        assert words in out


def test_a_restart_on_the_other_host(state: State) -> None:
    """AL-2: A restart on the other host and another port keeps the data. Mails link to the new URL."""
    browser = build_opener()
    fields = {"kind": "person", "name": "Piet", "account_name": "", "email": "piet@example.nl", "language": "nl"}
    port = free_port()
    with running("flask", port, state.folder, end=signal.SIGTERM):
        assert "was invited" in post(browser, f"http://127.0.0.1:{port}/demo/office/clients", fields)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running("fastapi", port, state.folder, end=signal.SIGTERM) as said:
        _where, clients = get(browser, f"{url}/demo/office/clients?search=piet")
        again = re.findall(r'href="(/demo/office/clients/[0-9a-f-]{36})"', clients)[0]
        account = re.findall(r'action="([^"]+/invite-again)"', get(browser, url + again)[1])[0]
        assert "is sent again" in post(browser, url + account, {})
        assert f"{url}/uitnodiging/" in _newest_mail_to(browser, url, "piet@example.nl")
    assert "as you left it" in said[0]


def _newest_mail_to(browser: OpenerDirector, url: str, address: str) -> str:
    """Wait for the dispatcher to send the mail that links to *url*."""
    until = time.monotonic() + PATIENCE
    while True:
        mails = json.loads(get(browser, f"{url}/demo/mailbox.json")[1])
        text = next((str(mail["text"]) for mail in mails if mail["to"] == address), "")
        if url in text or time.monotonic() > until:
            return text
        time.sleep(0.2)


@pytest.mark.parametrize("port", ["80000", "achtduizend"])
def test_a_port_that_is_none(port: str, tmp_path: Path) -> None:
    """AL-1: An invalid PORT gives one clear sentence."""
    process = command("flask", port, tmp_path)
    assert (process.communicate(timeout=PATIENCE), process.returncode) == (
        ("", f"PORT is a number from 1 to 65535, not {port}.\n"),
        1,
    )


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    """AL-1: A port in use gives one clear sentence, before anything is seeded."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = command("flask", port, tmp_path / ".demo")
        said = process.communicate(timeout=PATIENCE)
    sentence = f"Port {port} cannot be used (Address already in use); choose another with PORT=8001.\n"
    assert (said, process.returncode, (tmp_path / ".demo").exists()) == (("", sentence), 1, False)


def test_an_unknown_host(tmp_path: Path) -> None:
    """AL-1: An unknown host is refused."""
    process = command("django", 8000, tmp_path)
    assert (process.communicate(timeout=PATIENCE)[1], process.returncode) == (
        "HOST is flask or fastapi, not django.\n",
        1,
    )


@pytest.mark.parametrize("host", HOSTS)
def test_hosts_are_small(host: str) -> None:
    """OF-1: The vendor's code for a host has less than 60 lines."""
    assert len((ROOT / f"examples/{host}_host/host.py").read_text().splitlines()) < 60


HEARING_CTRL_C = """
import runpy, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # A shell lets its background jobs ignore it.
runpy.run_module(sys.argv[1], run_name="__main__")
"""


@pytest.mark.parametrize("host", HOSTS)
def test_a_vendors_own_start(host: str, tmp_path: Path) -> None:
    """PW-2: The example of a host starts on its own, in an empty folder, with a pepper of the vendor."""
    port = free_port()
    environment = {**os.environ, "PORT": str(port), "PORTAL_PEPPER": "ab" * 32, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-c", HEARING_CTRL_C, f"examples.{host}_host.host"],
        cwd=tmp_path,
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        where, page = _get_when_it_answers(f"http://127.0.0.1:{port}/")
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)
    finally:
        process.kill()
        process.wait()
    assert (where, "Notariskantoor" in page) == (f"http://127.0.0.1:{port}/inloggen", True)
    assert sorted(each.name for each in (tmp_path / "portal-data").iterdir() if "sqlite3-" not in each.name) == [
        "anchors",
        "files",
        "mail",
        "portal.sqlite3",
    ]


def _get_when_it_answers(url: str) -> tuple[str, str]:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return get(build_opener(), url)
        except URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
