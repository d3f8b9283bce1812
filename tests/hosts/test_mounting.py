"""How a vendor mounts the portal, and what happens when a part of it fails, on both hosts."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import attrs
import pytest
from fastapi import FastAPI, Request
from flask import Flask
from flask import Request as FlaskRequest

from klantportaal.adapters.fastapi import pages
from klantportaal.adapters.flask import blueprint
from klantportaal.adapters.web.http.assets import load
from klantportaal.domain.errors import Conflict, PortalError, StorageFull, Unavailable
from klantportaal.domain.offices import Office
from klantportaal.domain.values import OfficeId
from klantportaal.portal import Portal
from tests.hosts.browsers import FORM, ORIGIN, PREFIX, Browser, FastApiWire, FlaskWire, Upload, Wire, dutch
from tests.hosts.conftest import PDF, WIRES, World, build_world

Mounted = Callable[[Portal, OfficeId | None, str], Wire]


def on_flask(portal: Portal, office: OfficeId | None, prefix: str) -> Wire:
    """Mount the blueprint in a vendor's app with a small body limit and a page of its own."""
    app = Flask("vendor")
    app.config["MAX_CONTENT_LENGTH"] = 1000
    app.register_blueprint(blueprint(portal, office), url_prefix=prefix or None)
    app.add_url_rule("/eigen", view_func=lambda: "van de leverancier")
    return FlaskWire.of(app)


def on_fastapi(portal: Portal, office: OfficeId | None, prefix: str) -> Wire:
    """Include the router in a vendor's app that has a page of its own."""
    app = FastAPI()
    app.include_router(pages(portal, office), prefix=prefix)
    app.add_api_route("/eigen", lambda: "van de leverancier")
    return FastApiWire.of(app)


@pytest.fixture(params=[on_flask, on_fastapi])
def mounted(request: pytest.FixtureRequest) -> Mounted:
    """A function that mounts the portal on a host."""
    way: Mounted = request.param
    return way


@pytest.mark.parametrize("prefix", ["", "/portaal", "/klant/portaal"])
def test_any_prefix(mounted: Mounted, world: World, prefix: str) -> None:
    """OF-3: Every link, form and redirect is under the prefix, whichever it is. The vendor's own pages stay."""
    wire = mounted(world.portal, None, prefix)
    door = wire.send("GET", f"{prefix}/inloggen", headers={}, body=b"")
    links = re.findall(r'(?:href|src|action)="([^"]+)"', door.text)
    assert [link for link in links if not link.startswith((f"{prefix}/", "#", "data:", "mailto:"))] == []
    body = f"email={world.email}&password=Welkom01".encode()
    entered = wire.send("POST", f"{prefix}/inloggen", headers={"Origin": ORIGIN, "Content-Type": FORM}, body=body)
    assert entered.location == f"{prefix}/home"
    assert wire.send("GET", entered.location, headers={}, body=b"").status == 200
    own = wire.send("GET", "/eigen", headers={}, body=b"")
    assert "van de leverancier" in own.text
    assert "content-security-policy" not in own.headers


def test_large_bodies_despite_the_vendor(mounted: Mounted, world: World) -> None:
    """AT-3: The portal's own limits apply, not the body limit of the vendor's app."""
    browser = Browser(wire=mounted(world.portal, None, PREFIX))
    browser.sign_in(world.email)
    draft = world.scene.draft_id()
    path = f"/dossiers/{world.dossier.id}/berichten/nieuw"
    fields = {"draft": str(draft), "subject": "Scan", "body": "Zie bijlage"}
    assert browser.post_files(path, fields, [Upload(name="scan.pdf", content=PDF * 20)]).status == 303


def second_office(world: World) -> Office:
    """Add a second office to the portal."""
    return world.scene.office(base_url="https://ander.example.nl/portaal")


def test_office_by_id(mounted: Mounted, world: World) -> None:
    """OF-2: A host for one office serves only that office, and knows no accounts of another."""
    other = second_office(world)
    browser = Browser(wire=mounted(world.portal, other.id, PREFIX))
    assert other.profile.name in browser.get("/inloggen").text
    fields = {"email": world.email, "password": "Welkom01"}
    assert browser.post("/inloggen", fields, Origin="https://ander.example.nl").status == 401


@pytest.mark.parametrize("host", ["flask", "fastapi"])
def test_office_by_request(world: World, host: str) -> None:
    """OF-2: A host may choose the office from the framework's request. A session is valid at one office only."""
    other = second_office(world)
    by_name = {"kantoor": world.office.id, "ander": other.id}

    def of_flask(request: FlaskRequest) -> OfficeId:
        return by_name[request.headers["X-Office"]]

    def of_fastapi(request: Request) -> OfficeId:
        return by_name[request.headers["X-Office"]]

    if host == "flask":
        vendor = Flask("vendor")
        vendor.register_blueprint(blueprint(world.portal, of_flask), url_prefix=PREFIX)
        wire: Wire = FlaskWire.of(vendor)
    else:
        app = FastAPI()
        app.include_router(pages(world.portal, of_fastapi), prefix=PREFIX)
        wire = FastApiWire.of(app)
    here = Browser(wire=wire, headers={"X-Office": "kantoor"})
    there = attrs.evolve(here, headers={"X-Office": "ander"})
    assert here.sign_in(world.email).status == 303
    assert (here.get("/home").status, there.get("/home").status) == (200, 401)


def test_plain_http(mounted: Mounted, world: World) -> None:
    """SI-3: An office without HTTPS, such as a demo, has cookies without ``Secure`` and no HSTS header."""
    office = world.scene.office(base_url="http://localhost:8000/portaal")
    _client, account = world.scene.person(office)
    browser = Browser(wire=mounted(world.portal, office.id, PREFIX))
    fields = {"email": world.scene.address(account), "password": "Welkom01"}
    reply = browser.post("/inloggen", fields, Origin="http://localhost:8000")
    (cookie,) = reply.cookies
    assert cookie.startswith("klantportaal-")
    assert "secure" not in cookie.lower()
    assert "strict-transport-security" not in reply.headers


def test_only_the_office_s_cookie_counts(new_browser: Callable[[], Browser], world: World) -> None:
    """SI-3: Over HTTPS a session token is accepted only in the host-bound cookie."""
    signed_in = new_browser()
    (cookie,) = signed_in.sign_in(world.email).cookies
    name, _equals, token = cookie.partition(";")[0].partition("=")
    for sent, status in ((name, 200), (name.removeprefix("__Host-"), 401), ("sessie", 401)):
        assert new_browser().get("/home", Cookie=f"{sent}={token}").status == status


def test_an_office_moves_while_the_host_runs(mounted: Mounted, world: World) -> None:
    """OF-2: Forms from the office's new base URL are accepted without a restart of the host."""
    browser = Browser(wire=mounted(world.portal, None, PREFIX))
    fields = {"email": world.email, "password": "Welkom01"}
    assert browser.post("/inloggen", fields, Origin="http://elders.example.nl").status == 403
    world.portal.offices.move(world.office.id, "http://elders.example.nl/portaal")
    assert browser.post("/inloggen", fields, Origin="http://elders.example.nl").status == 303


FAILURES: Mapping[type[PortalError], tuple[int, str]] = {
    StorageFull: (507, "There is no room left"),
    Unavailable: (503, "The portal is busy"),
    Conflict: (409, "This was changed in the meantime"),
}


@attrs.frozen
class Failing:
    """A stand-in for a part of the portal. Every call fails."""

    error: type[PortalError]

    def __getattr__(self, name: str) -> Callable[..., object]:
        """Give a function that fails when it is called."""

        def fail(*_values: object, **_named: object) -> object:
            raise self.error

        return fail


def without(portal: Portal, error: type[PortalError], *parts: str) -> Portal:
    """Give a portal in which some parts of the client's side fail."""
    broken: Any = {part: Failing(error) for part in parts}
    return attrs.evolve(portal, client=attrs.evolve(portal.client, **broken))


@pytest.mark.parametrize("error", list(FAILURES), ids=lambda error: error.__name__)
@pytest.mark.parametrize("host", list(WIRES))
def test_failures(host: str, error: type[PortalError]) -> None:
    """AL-2: A failure gets a page with its status, in the reader's language. A script gets a message."""
    world = build_world()
    broken = without(world.portal, error, "home", "attachments")
    browser = Browser(wire=WIRES[host](broken))
    browser.sign_in(world.email)
    status, title = FAILURES[error]
    page = browser.get("/home")
    assert (page.status, dutch(title) in page.text) == (status, True)
    assert ("retry-after" in page.headers) is (error is Unavailable)
    path = f"/dossiers/{world.dossier.id}/bijlagen?concept={world.scene.draft_id()}"
    sent = browser.post_files(path, {}, [Upload(name="a.pdf", content=PDF, field="file")], Accept="application/json")
    assert (sent.status, '"sentence"' in sent.text) == (status, True)


@pytest.mark.parametrize("host", list(WIRES))
def test_busy_sign_in(host: str) -> None:
    """SI-1: If too many people sign in at once, the page says to try again and keeps the address."""
    world = build_world()
    broken = without(world.portal, Unavailable, "sign_in")
    page = Browser(wire=WIRES[host](broken)).sign_in("klant@example.nl")
    assert (page.status, page.headers["retry-after"], 'value="klant@example.nl"' in page.text) == (503, "5", True)


@pytest.mark.parametrize("host", list(WIRES))
@pytest.mark.parametrize(
    "language, title, again",
    [("nl", "Het is even te druk", "Probeer het opnieuw"), ("en", "The portal is busy", "Try again")],
)
def test_nothing_works(host: str, language: str, title: str, again: str, caplog: pytest.LogCaptureFixture) -> None:
    """AL-2, AL-6: If even the office cannot be read, a page in the portal's look says so in the client's language.

    It has the status and headers of any page, and a way on. The reason is logged.
    """
    world = build_world()
    broken = attrs.evolve(world.portal, offices=Failing(Unavailable))  # type: ignore[arg-type]
    browser = Browser(wire=WIRES[host](broken))
    for chosen, header in (("", language), (f"?taal={language}", "fr")):
        reply = browser.get(f"/inloggen{chosen}", Accept_Language=header)
        assert (reply.status, reply.headers["content-type"]) == (503, "text/html; charset=utf-8")
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["cache-control"] == "no-store"
        assert f'<html lang="{language}">' in reply.text
        assert f"<h1>{title}</h1>" in reply.text
        assert re.search(rf'<a class="button button-primary" href="/portaal/inloggen">.*{again}', reply.text, re.DOTALL)
        assert f"/portaal/static/{load()['portal.css'].file}" in reply.text
    [line, _second] = [each.getMessage() for each in caplog.records if each.name.endswith("fallback")]
    assert line.startswith("Unavailable on GET sign_in: the office cannot be read")
    sent = browser.post("/inloggen", {"email": "a@b.nl"}, Accept_Language=language)
    assert (sent.status, 'href="/portaal/"' in sent.text, again in sent.text) == (503, True, False)
    told = browser.get("/inloggen", Accept="application/json", Accept_Language=language)
    assert (told.status, list(json.loads(told.text))) == (503, ["sentence"])


@pytest.mark.parametrize("host", list(WIRES))
def test_assets_need_no_storage(host: str) -> None:
    """AL-2: Assets are sent while nothing can be read: no storage is asked, not even for the office."""
    world = build_world()
    broken = attrs.evolve(world.portal, offices=Failing(Unavailable), client=Failing(Unavailable))  # type: ignore[arg-type]
    reply = Browser(wire=WIRES[host](broken)).get("/static/portal.css")
    assert (reply.status, reply.headers["content-type"]) == (200, "text/css; charset=utf-8")


@pytest.mark.parametrize("host", list(WIRES))
def test_one_request_asks_once(host: str) -> None:
    """AL-2: If the session cannot be read, the page that says so does not wait for the storage again."""
    world = build_world()
    asked: list[str] = []

    class Breaking:
        """The real calls, until the storage is gone."""

        is_gone = False

        def __getattr__(self, name: str) -> Any:
            asked.append(name)
            return getattr(Failing(Unavailable) if self.is_gone else world.portal.client.sign_in, name)

    sign_in = Breaking()
    client = attrs.evolve(world.portal.client, sign_in=sign_in)  # type: ignore[arg-type]
    browser = Browser(wire=WIRES[host](attrs.evolve(world.portal, client=client)))
    browser.sign_in("klant@example.nl")
    sign_in.is_gone = True
    asked.clear()
    reply = browser.get("/home")
    assert (reply.status, asked) == (503, ["whoever"])
