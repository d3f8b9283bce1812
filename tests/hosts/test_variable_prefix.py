"""One mount for many offices: the prefix has a variable, and each office has its own path in its base URL."""

import re
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode
from uuid import uuid4

import attrs
import pytest
from fastapi import FastAPI, Request
from flask import Flask
from flask import Request as FlaskRequest

from klantportaal.adapters.fastapi import pages
from klantportaal.adapters.flask import blueprint
from klantportaal.domain.dossiers import Dossier
from klantportaal.domain.errors import Absent
from klantportaal.domain.offices import Office
from klantportaal.domain.values import OfficeId
from tests.hosts.browsers import FORM, ORIGIN, SEAL, FastApiWire, FlaskWire, Reply, Upload, Wire, multipart, seals
from tests.hosts.conftest import PDF, World

NAMES = ("smit", "de vriés")
"""The path names of the offices. One needs percent-encoding in a URL."""
WRITTEN = {"smit": "/smit/portaal", "de vriés": "/de%20vri%C3%A9s/portaal"}


@attrs.frozen(kw_only=True)
class Place:
    """An office with a client, and a browser that all offices share."""

    wire: Wire
    prefix: str
    office: Office
    email: str
    dossier: Dossier

    def get(self, path: str) -> Reply:
        """Open a page of the office."""
        return self.wire.send("GET", self.prefix + path, headers={}, body=b"")

    def post(self, path: str, body: bytes, kind: str = FORM) -> Reply:
        """Send a form of the office's, with the seal of its page."""
        kind, body = self._sealed(path, kind, body)
        return self.wire.send("POST", self.prefix + path, headers={"Origin": ORIGIN, "Content-Type": kind}, body=body)

    def _sealed(self, path: str, kind: str, body: bytes) -> tuple[str, bytes]:
        page = self.get({"/uitloggen": "/home"}.get(path, path))
        seal = seals(page).get(self.prefix + path)
        if seal is None:
            return kind, body
        if kind == FORM:
            return kind, urlencode({SEAL: seal}).encode() + b"&" + body
        first = multipart({SEAL: seal})[1].removesuffix(b"--grens--\r\n")
        return kind, first + body

    def sign_in(self, onward: str = "") -> Reply:
        """Sign in the office's client."""
        fields = {"email": self.email, "password": "Welkom01", "next": onward}
        return self.post("/inloggen", urlencode(fields).encode())


def on_flask(world: World, offices: Mapping[str, OfficeId]) -> Wire:
    """Mount all offices on Flask."""

    def find(request: FlaskRequest) -> OfficeId:
        name = (request.view_args or {})["office"]
        if name not in offices:
            raise Absent
        return offices[name]

    app = Flask("vendor")
    app.register_blueprint(blueprint(world.portal, find), url_prefix="/<office>/portaal")
    return FlaskWire.of(app)


def on_fastapi(world: World, offices: Mapping[str, OfficeId]) -> Wire:
    """Mount all offices on FastAPI."""

    def find(request: Request) -> OfficeId:
        name = request.path_params["office"]
        if name not in offices:
            raise Absent
        return offices[name]

    app = FastAPI()
    app.include_router(pages(world.portal, find), prefix="/{office}/portaal")
    return FastApiWire.of(app)


@pytest.fixture(params=[on_flask, on_fastapi])
def places(request: pytest.FixtureRequest, world: World) -> list[Place]:
    """Two offices on one mount, on either host."""
    offices = {name: world.scene.office(id=OfficeId(uuid4()), base_url=ORIGIN + WRITTEN[name]) for name in NAMES}
    wire = request.param(world, {name: office.id for name, office in offices.items()})
    made: list[Place] = []
    for name, office in offices.items():
        client, account = world.scene.person(office, first_signed_in_at=world.scene.clock.now())
        dossier = world.scene.dossier(office, client)
        place = Place(
            wire=wire, prefix=WRITTEN[name], office=office, email=world.scene.address(account), dossier=dossier
        )
        made.append(place)
    return made


def links(reply: Reply) -> list[str]:
    """List the paths that a page links to."""
    found = re.findall(r'(?:href|src|action|formaction)="([^"]+)"', reply.text)
    return [link for link in found if not link.startswith(("#", "data:", "mailto:"))]


def test_links_and_files(places: list[Place]) -> None:
    """OF-2, OF-3: Every link, form and file of an office's pages is under that office's path, and exists."""
    for place in places:
        door = place.get("/inloggen")
        place.sign_in()
        for page in (door, place.get("/home"), place.get("/dossiers"), place.get("/mijn-gegevens")):
            assert page.status == 200
            assert len(links(page)) > 5
            assert [link for link in links(page) if not link.startswith(f"{place.prefix}/")] == []
        files = [link for link in links(door) if "/static/" in link or "huisstijl" in link]
        assert {place.wire.send("GET", file, headers={}, body=b"").status for file in files} == {200}
        assert f"{place.prefix}/inloggen?taal=en" in links(door)


def test_signing_in_and_being_led_on(places: list[Place]) -> None:
    """SI-1: Signing in leads to the requested page or Home of the same office, never to another office."""
    here, there = places[1], places[0]
    asked = f"/dossiers/{here.dossier.id}"
    refused = here.get(asked)
    assert (refused.status, f'value="{here.prefix}{asked}"' in refused.text) == (401, True)
    assert here.sign_in(here.prefix + asked).location == here.prefix + asked
    assert (here.get("/home").status, there.get("/home").status) == (200, 401)
    assert here.sign_in(f"{there.prefix}/home").location == f"{here.prefix}/home"
    assert there.sign_in().location == f"{there.prefix}/home"
    assert [place.get(f"/dossiers/{here.dossier.id}").status for place in (here, there)] == [200, 404]
    assert there.post("/uitloggen", b"").location == f"{there.prefix}/inloggen?melding=uitgelogd"
    assert (here.get("/home").status, there.get("/home").status) == (200, 401)


def test_forms_with_files(places: list[Place], world: World) -> None:
    """ME-2: A message with a file can be sent from an office's form."""
    for place in places:
        place.sign_in()
        fields = {"draft": str(world.scene.draft_id()), "subject": "Scan", "body": "Zie bijlage"}
        kind, body = multipart(fields, [Upload(name="scan.pdf", content=PDF)])
        sent = place.post(f"/dossiers/{place.dossier.id}/berichten/nieuw", body, kind)
        assert sent.location == f"{place.prefix}/dossiers/{place.dossier.id}/berichten?melding=verstuurd"


def test_the_password_once_more(places: list[Place], world: World) -> None:
    """SI-3: A redirect that asks for the password again keeps the path of the office's page."""
    place = places[1]
    place.sign_in()
    world.scene.clock.advance(timedelta(minutes=15))
    reply = place.post("/mijn-gegevens/tweestaps", b"actie=app")
    assert reply.location.startswith(f"{place.prefix}/bevestigen?next=%2Fde%2520vri")


def test_an_office_that_is_not_there(places: list[Place]) -> None:
    """OF-2: A path of no office is a 404."""
    reply = places[0].wire.send("GET", "/niemand/portaal/inloggen", headers={}, body=b"")
    assert (reply.status, reply.headers["content-type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.parametrize("name", ["token", "dossier_id"])
def test_a_variable_that_the_portal_has_itself(world: World, name: str) -> None:
    """AL-1: A prefix variable with a name that the portal uses is refused, by FastAPI at the first request."""
    with pytest.raises(ValueError, match=f"a variable named '{name}'"):
        Flask("vendor").register_blueprint(blueprint(world.portal), url_prefix=f"/<{name}>")
    app = FastAPI()
    app.include_router(pages(world.portal), prefix=f"/{{{name}}}")
    wire = FastApiWire.of(app)
    with pytest.raises(ValueError, match=f"Duplicated param name {name}"):
        wire.send("GET", "/", headers={}, body=b"")
