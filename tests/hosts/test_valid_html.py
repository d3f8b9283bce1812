"""The pages are valid HTML, as the Nu HTML checker sees it."""

from pathlib import Path

import pytest

from tests.conftest import lacking
from tests.hosts.browsers import Browser, OlderTab
from tests.hosts.conftest import WIRES, build_world
from tests.hosts.test_guards import EVERY, Things, send, things_of
from tests.support.html import checker


def opened(*, signed_in: bool) -> tuple[Browser, Things]:
    """Open a browser on a world of its own."""
    world = build_world()
    older_tab = OlderTab(portal=world.portal, office_id=world.office.id)
    browser, things = Browser(wire=WIRES["flask"](world.portal), older_tab=older_tab), things_of(world)
    if signed_in:
        browser.sign_in(world.email)
    return browser, things


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A folder with what each route answers, signed in and not. Both hosts answer the same (`test_same.py`)."""
    if not checker.is_there():
        lacking("no checker of HTML", required_by="KLANTPORTAAL_REQUIRE_JAVA")
    folder = tmp_path / "pages"
    folder.mkdir()
    for signed_in in (True, False):
        reading = opened(signed_in=signed_in)
        for route, method in EVERY:
            browser, things = reading if method == "GET" else opened(signed_in=signed_in)
            reply = send(browser, route, method, things)
            if reply.body.lower().startswith(b"<!doctype html"):
                name = f"{route.name}-{method.lower()}-{'in' if signed_in else 'out'}.html"
                (folder / name).write_bytes(reply.body)
    return folder


def test_valid_html(pages: Path) -> None:
    """WCAG 1.3.1: no page has an error or a warning of the checker, also where it refuses what was sent."""
    assert len(list(pages.iterdir())) > 100
    assert checker.check(pages) == []
