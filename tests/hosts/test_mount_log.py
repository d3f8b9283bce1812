"""Both hosts log a mount that does not match the office's base URL."""

import logging
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client

from klantportaal.adapters.fastapi import pages
from klantportaal.adapters.flask import blueprint
from klantportaal.adapters.web.http import mounting_log
from klantportaal.adapters.web.http.mounting_log import MismatchLog
from klantportaal.domain.values import OfficeId
from klantportaal.portal import Portal
from tests.hosts.conftest import World

Ask = Callable[[str], int]
"""Requests a path and returns the status of the response."""
Mounted = Callable[[Portal, OfficeId, str, str], Ask]
"""Mounts the portal of an office under a prefix, in an application that is under an outer prefix."""


def on_flask(portal: Portal, office: OfficeId, prefix: str, outer: str) -> Ask:
    """Register the blueprint in an app that the server runs under a SCRIPT_NAME."""
    app = Flask("vendor")
    app.register_blueprint(blueprint(portal, office), url_prefix=prefix or None)
    client = Client(DispatcherMiddleware(Flask("nothing"), {outer: app}) if outer else app)
    return lambda path: client.get(path).status_code


def on_fastapi(portal: Portal, office: OfficeId, prefix: str, outer: str) -> Ask:
    """Include the router in an app that is mounted in another app, which sets root_path."""
    app = FastAPI()
    app.include_router(pages(portal, office), prefix=prefix)
    if outer:
        outermost = FastAPI()
        outermost.mount(outer, app)
        app = outermost
    client = TestClient(app, follow_redirects=False)
    return lambda path: client.get(path).status_code


def on_fastapi_behind_a_proxy(portal: Portal, office: OfficeId, prefix: str, outer: str) -> Ask:
    """Include the router in an app behind a proxy that strips a prefix. root_path has that prefix."""
    app = FastAPI()
    app.include_router(pages(portal, office), prefix=prefix)
    client = TestClient(app, root_path=outer, follow_redirects=False)
    return lambda path: client.get(path.removeprefix(outer)).status_code


@pytest.fixture(params=[on_flask, on_fastapi, on_fastapi_behind_a_proxy])
def mounted(request: pytest.FixtureRequest) -> Mounted:
    """A function that mounts the portal on a host."""
    way: Mounted = request.param
    return way


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """List the log messages. All must be warnings."""
    records = [each for each in caplog.records if each.name == "klantportaal.mounting"]
    assert {each.levelno for each in records} <= {logging.WARNING}
    return [each.getMessage() for each in records]


@pytest.mark.parametrize(
    "prefix, outer, path",
    [
        ("", "", ""),
        ("/portaal", "", "/portaal"),
        ("/portaal", "/klant", "/klant/portaal"),
        ("", "/klant", "/klant"),
        ("/één b", "", "/%C3%A9%C3%A9n%20b"),
    ],
)
def test_a_mount_that_matches(
    mounted: Mounted, world: World, caplog: pytest.LogCaptureFixture, prefix: str, outer: str, path: str
) -> None:
    """OF-2: If the mount, outer prefixes included, is the path of the base URL, nothing is logged."""
    world.portal.offices.move(world.office.id, f"https://kantoor.example.nl{path}")
    ask = mounted(world.portal, world.office.id, prefix, outer)
    assert [ask(f"{outer}{prefix}/inloggen"), ask(f"{outer}{prefix}/home")] == [200, 401]
    assert told(caplog) == []


@pytest.mark.parametrize(
    "prefix, outer, path, mount",
    [
        ("", "", "/portaal/", "/"),
        ("/portaal", "", "/", "/portaal/"),
        ("/portaal", "/klant", "/portaal/", "/klant/portaal/"),
        ("/Portaal", "", "/portaal/", "/Portaal/"),
    ],
)
def test_a_mount_that_does_not_match(
    mounted: Mounted,
    world: World,
    caplog: pytest.LogCaptureFixture,
    prefix: str,
    outer: str,
    path: str,
    mount: str,
) -> None:
    """OF-2: Another mount is logged once, at the first request, with both paths and what to do. Requests work."""
    url = f"https://kantoor.example.nl{path}".removesuffix("/")
    world.portal.offices.move(world.office.id, url)
    ask = mounted(world.portal, world.office.id, prefix, outer)
    statuses = [ask(f"{outer}{prefix}/{page}") for page in ("inloggen", "home", "inloggen", "huisstijl.css")]
    assert statuses == [200, 401, 200, 200]
    (line,) = told(caplog)
    assert line.startswith(f"the portal is mounted at {mount}, but the base URL {url} of office {world.office.id} has ")
    assert f" has the path {path}, and links in mails lead there: mount it at {path}, or call " in line
    assert line.endswith(f" portal.offices.ensure with the base URL that ends in {mount}")


def test_each_office_by_itself(mounted: Mounted, world: World, caplog: pytest.LogCaptureFixture) -> None:
    """OF-2: Each office of a portal is logged separately."""
    other = world.scene.office(base_url="https://ander.example.nl")
    for office in (world.office, other):
        world.portal.offices.move(office.id, f"https://{office.key}.example.nl/elders")
        ask = mounted(world.portal, office.id, "/portaal", "")
        assert ask("/portaal/inloggen") == ask("/portaal/inloggen") == 200
    assert [str(each.id) in line for each, line in zip((world.office, other), told(caplog), strict=True)] == [True] * 2


def test_an_office_that_moves_to_its_mount(mounted: Mounted, world: World, caplog: pytest.LogCaptureFixture) -> None:
    """OF-2: If the base URL changes while the host runs, the old path is not logged."""
    ask = mounted(world.portal, world.office.id, "/nieuw", "")
    world.portal.offices.move(world.office.id, "https://kantoor.example.nl/nieuw")
    assert ask("/nieuw/inloggen") == 200
    world.portal.offices.move(world.office.id, "https://kantoor.example.nl/later")
    assert ask("/nieuw/inloggen") == 200
    assert told(caplog) == []


def test_no_end_of_mounts(world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """OF-2: The number of remembered mounts is limited, however many prefixes are requested."""
    monkeypatch.setattr(mounting_log, "_MOST_MOUNTS", 3)
    log = MismatchLog()
    for number in range(10):
        log.tell(world.office.id, f"/{number % 5}/", "https://kantoor.example.nl")
    assert len(told(caplog)) == 3
    assert log.has(world.office.id, "/9/")
