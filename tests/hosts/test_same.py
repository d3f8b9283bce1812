"""Both hosts give the same response to the same request with the same data."""

import functools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import NoReturn

import attrs
import pytest
from fastapi.routing import iter_route_contexts

from klantportaal.adapters.storage.memory.reading import MemoryReading
from klantportaal.domain.errors import Unavailable
from klantportaal.portal import Portal
from tests.hosts.browsers import ORIGIN, PREFIX, Browser, Fields, OlderTab, Reply, Upload, Wire, multipart
from tests.hosts.conftest import WIRES, World, build_world, fastapi_app, flask_app, mounted
from tests.hosts.routes import ROUTES, Route
from tests.hosts.test_guards import EVERY, Things, named, send, things_of

OWN_MATTERS = frozenset({"content-encoding", "content-length", "date", "server", "set-cookie"})
"""Headers that are not compared. The length follows from the body, and cookies are compared by their parts.

FastAPI sends ``Content-Encoding: identity`` with a download, so that no middleware compresses it. On Flask the portal
can remove that header again before it is sent.
"""
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")

MOUNTED = {host: functools.partial(mounted, host) for host in WIRES}
PATHS = sorted({route.path for route in ROUTES})


@attrs.frozen(kw_only=True)
class Answer:
    """The parts of a response that must be the same."""

    status: int
    headers: Mapping[str, str]
    cookies: tuple[frozenset[str], ...]
    """Each cookie with its attributes, in any order."""
    body: object
    """For JSON the parsed value, otherwise the bytes."""


def compared(reply: Reply) -> Answer:
    """Take the parts of a response that must be the same."""
    kind = reply.headers.get("content-type")
    return Answer(
        status=reply.status,
        headers={name: value for name, value in reply.headers.items() if name not in OWN_MATTERS},
        cookies=tuple(cookie_parts(cookie) for cookie in reply.cookies),
        body=json.loads(reply.body) if reply.body and kind == "application/json" else reply.body,
    )


def cookie_parts(cookie: str) -> frozenset[str]:
    """Split a cookie into its parts. Leave out ``expires`` (RFC 6265 5.3) and empty quotes, where the hosts differ.

    The proof that an invitation's cookie has after its token is random, so it is left out too.
    """
    parts = (part.strip().lower().replace('""', "") for part in cookie.split(";"))
    parts = (re.sub(r"(-uitnodiging=[^.]+\.)[a-z0-9_-]{22}$", r"\1", part) for part in parts)
    return frozenset(part for part in parts if not part.startswith("expires="))


@attrs.frozen
class Side:
    """One host, with a world of its own. The worlds of both hosts are equal."""

    browser: Browser
    world: World
    things: Things


def sides(*, signed_in: bool, wires: Mapping[str, Callable[[Portal], Wire]] = MOUNTED) -> list[Side]:
    """Make both sides. They replace the sides that were made before."""
    made = []
    for wire in wires.values():
        world = build_world()
        side = Side(
            Browser(wire=wire(world.portal), older_tab=OlderTab(portal=world.portal, office_id=world.office.id)),
            world,
            things_of(world),
        )
        if signed_in:
            assert side.browser.sign_in(world.email).status == 303
        made.append(side)
    return made


shared = functools.cache(functools.partial(sides, wires=WIRES))
"""The same sides for many tests. A request changes both in the same way."""


def answers(made: list[Side], ask: Callable[[Side], Reply]) -> tuple[Answer, Answer]:
    """Send the same request to both sides."""
    one, other = (compared(ask(side)) for side in made)
    return one, other


def flask_routes() -> Iterator[tuple[str, str, str]]:
    """List Flask's routes: name, path and method."""
    for rule in flask_app(build_world().portal).url_map.iter_rules():
        for method in rule.methods or ():
            yield rule.endpoint, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method


def fastapi_routes() -> Iterator[tuple[str, str, str]]:
    """List FastAPI's routes: name, path and method."""
    for route in iter_route_contexts(fastapi_app(build_world().portal).routes):
        for method in route.methods or ():
            yield route.name or "", route.path or "", method


def test_route_tables() -> None:
    """OF-2: The hosts have the same routes with the same names and methods."""
    flask = {route for route in flask_routes() if route[1].startswith(PREFIX)}
    fastapi = {route for route in fastapi_routes() if route[1].startswith(PREFIX)}
    assert flask == fastapi
    assert len(flask) > 50


def test_nothing_for_the_schema() -> None:
    """OF-2: A vendor's OpenAPI document does not contain the portal's pages."""
    assert fastapi_app(build_world().portal).openapi()["paths"] == {}


@pytest.mark.parametrize("signed_in", [True, False], ids=["in", "out"])
@pytest.mark.parametrize("route, method", EVERY, ids=named)
def test_every_route(route: Route, method: str, *, signed_in: bool) -> None:
    """SI-3: Every route gives the same response on both hosts, with and without a session."""
    one, other = answers(sides(signed_in=signed_in), lambda side: send(side.browser, route, method, side.things))
    assert one == other


@pytest.mark.parametrize("route, method", EVERY, ids=named)
def test_foreign_requests(route: Route, method: str) -> None:
    """DO-1: Every route gives another client the same response on both hosts."""

    def ask(side: Side) -> Reply:
        _client, stranger = side.world.scene.person(side.world.office)
        side.browser.sign_in(side.world.scene.address(stranger))
        return send(side.browser, route, method, side.things)

    one, other = answers(sides(signed_in=False), ask)
    assert one == other


@pytest.mark.parametrize("route, method", EVERY, ids=named)
def test_cross_site_requests(route: Route, method: str) -> None:
    """SI-1: Every route gives a cross-site request the same response on both hosts."""
    one, other = answers(
        shared(signed_in=True),
        lambda side: send(side.browser, route, method, side.things, Origin="https://evil.example"),
    )
    assert one == other


@pytest.mark.parametrize("route, method", EVERY, ids=named)
def test_scripts(route: Route, method: str) -> None:
    """AT-1: Every route gives a script of the portal the same response on both hosts."""
    one, other = answers(
        sides(signed_in=True),
        lambda side: send(side.browser, route, method, side.things, Accept="application/json"),
    )
    assert one == other


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", PATHS)
def test_methods(path: str, method: str) -> None:
    """AL-1: Both hosts allow the same methods for a path. A 405 lists the same methods."""
    one, other = answers(
        shared(signed_in=False), lambda side: side.browser.send(method, path.format_map(side.things.ids), {})
    )
    allowed = [set(re.findall(r"\w+", each.headers.get("allow", ""))) for each in (one, other)]
    assert (one.status, allowed[0]) == (other.status, allowed[1])


@pytest.mark.parametrize("path", ["/bestaat-niet", "/dossiers/x/y", "/static/a/b", "/static/", "/static"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_elsewhere(path: str, method: str) -> None:
    """AL-1: On both hosts the portal has a page for a path below its prefix that is none of its routes."""
    one, other = answers(shared(signed_in=True), lambda side: side.browser.send(method, path, {"Origin": ORIGIN}))
    assert (one.status, other.status) == (404, 404)


@pytest.mark.parametrize("path", [path for path in PATHS if path != "/"])
def test_slashes(path: str) -> None:
    """AL-1: A path with an extra slash leads to the path without it, on both hosts, if any link leads there."""
    one, other = answers(shared(signed_in=True), lambda side: side.browser.get(path.format_map(side.things.ids) + "/"))
    assert one == other
    alone = {f"{PREFIX}{path.format_map(side.things.ids)}" for side in shared(signed_in=True)}
    assert {one.headers.get("location")} == (alone if one.status == 303 else {None})
    assert one.status in (303, 404)


def test_missing_slash() -> None:
    """HO-1: On both hosts the prefix without its slash redirects to the start."""
    one, other = answers(shared(signed_in=False), lambda side: side.browser.get(""))
    assert (one.status, other.status) == (308, 307)
    assert one.headers["location"] == other.headers["location"] == f"{ORIGIN}{PREFIX}/"


FORM = "application/x-www-form-urlencoded"
WHOLE = multipart({"subject": "Vraag", "body": "Wanneer?"})[1]


@pytest.mark.parametrize(
    "path",
    [
        "/inloggen",
        "/mijn-gegevens",
        "/dossiers/{dossier_id}/berichten/nieuw",
        "/vragenlijsten/{assignment_id}/pagina/{page_id}",
        "/vragenlijsten/{assignment_id}/overzicht",
    ],
)
@pytest.mark.parametrize(
    "kind, body",
    [
        pytest.param("", b"", id="nothing"),
        pytest.param("text/plain", b"subject=x", id="plain text"),
        pytest.param("application/json", b'{"subject": "x"}', id="json"),
        pytest.param(FORM, b"", id="empty form"),
        pytest.param(FORM, b"subject=a&subject=b&email=a&email=b", id="twice"),
        pytest.param(FORM, b"\xff\xfe", id="no text"),
        pytest.param(FORM, b"email=%ff%ed%a0%80", id="no text in percents"),
        pytest.param(FORM, b"x=" + b"y" * 300_000, id="too large"),
        pytest.param(FORM + "; charset=latin-1", b"email=\xe9", id="other charset"),
        pytest.param(FORM.upper(), b"subject=a", id="capitals"),
        pytest.param("multipart/form-data", WHOLE, id="no boundary"),
        pytest.param("multipart/form-data; boundary=grens", WHOLE, id="multipart"),
        pytest.param('multipart/form-data; boundary="grens"', WHOLE, id="quoted boundary"),
        pytest.param("multipart/form-data; boundary=anders", WHOLE, id="other boundary"),
        pytest.param("multipart/form-data; boundary=grens", WHOLE[:-10], id="broken off"),
        pytest.param("multipart/form-data; boundary=grens", b"", id="empty multipart"),
        pytest.param("multipart/form-data; boundary=grens", b"--grens--\r\n", id="no parts"),
        pytest.param("multipart/mixed; boundary=grens", WHOLE, id="other multipart"),
        pytest.param(
            "multipart/form-data; boundary=grens", multipart({"subject": "x" * 70_000})[1], id="too long a field"
        ),
        pytest.param(
            "multipart/form-data; boundary=grens", multipart({f"f{each}": "" for each in range(500)})[1], id="many"
        ),
        pytest.param(
            "multipart/form-data; boundary=grens",
            b'--grens\r\nContent-Disposition: form-data; name="\xff"\r\n\r\nx\r\n--grens--\r\n',
            id="a name that is no text",
        ),
        pytest.param(
            "multipart/form-data; boundary=grens",
            b'--grens\r\nContent-Disposition: form-data; name="subject"\r\n\r\n\xed\xa0\x80\r\n--grens--\r\n',
            id="a field that is no text",
        ),
    ],
)
def test_odd_forms(path: str, kind: str, body: bytes) -> None:
    """AL-1: Both hosts find the same faults in a malformed form."""
    headers = {"Content_Type": kind, "Origin": ORIGIN} if kind else {"Origin": ORIGIN}
    one, other = answers(
        shared(signed_in=path != "/inloggen"),
        lambda side: side.browser.send("POST", path.format_map(side.things.ids), headers, body),
    )
    assert one.status < 500
    assert (one.status, one.headers, one.cookies) == (other.status, other.headers, other.cookies)


@pytest.mark.parametrize(
    "query", ["", "?taal=en", "?taal=xx", "?melding=uitgelogd", "?taal=en&taal=nl", "?v=x", "?%ff=%ff", "?na=a&na=b"]
)
@pytest.mark.parametrize("path", ["/inloggen", "/home", "/dossiers", "/static/portal.css", "/huisstijl.css"])
def test_queries(path: str, query: str) -> None:
    """AL-1: Both hosts read the same from a query."""
    one, other = answers(shared(signed_in=False), lambda side: side.browser.get(path + query))
    assert one == other


def test_extra_accounts() -> None:
    """XA-1: A company's main account sees the same pages on both hosts when it adds, invites again and deletes."""
    path = "/accounts/extra-accounts"
    form = {"name": "Piet Peters", "email": "piet@example.nl"}

    def arrive(side: Side) -> Reply:
        _client, main, extra = side.world.scene.company(side.world.office)
        ids = {**side.things.ids, "extra_id": str(extra.id)}
        sides_with_extra.append(attrs.evolve(side, things=attrs.evolve(side.things, ids=ids)))
        return side.browser.sign_in(side.world.scene.address(main))

    sides_with_extra: list[Side] = []
    one, other = answers(sides(signed_in=False), arrive)
    assert (one.status, one.headers) == (other.status, other.headers)
    steps: list[Callable[[Side], Reply]] = [
        lambda side: side.browser.get(path),
        lambda side: side.browser.get(f"{path}/nieuw"),
        lambda side: side.browser.post(f"{path}/nieuw", {**form, "email": "piet"}),
        lambda side: side.browser.post(f"{path}/nieuw", form),
        lambda side: side.browser.get(f"{path}?melding=toegevoegd"),
        lambda side: side.browser.get(f"{path}/{side.things.ids['extra_id']}"),
        lambda side: side.browser.post(f"{path}/{side.things.ids['extra_id']}/uitnodigen"),
        lambda side: side.browser.get(f"{path}/{side.things.ids['extra_id']}/verwijderen"),
        lambda side: side.browser.post(f"{path}/{side.things.ids['extra_id']}/verwijderen"),
        lambda side: side.browser.get(f"{path}/{side.things.ids['extra_id']}"),
    ]
    found = [answers(sides_with_extra, step) for step in steps]
    assert [one for one, _other in found] == [other for _one, other in found]
    assert [one.status for one, _other in found] == [200, 200, 422, 303, 200, 200, 422, 200, 303, 404]


def test_filling_in() -> None:
    """QU-2: Filling in gives the same pages on both hosts: with faults, in two tabs, with files, and completed."""
    path = "/vragenlijsten/{assignment_id}"
    file = Upload(name="a.pdf", content=b"%PDF-1.7", field="q.kopie-id.nieuw")
    page, other = {"versie": "0", "q.voornaam": "Kim"}, {"versie": "0", "q.voornaam": "Bo"}
    steps: list[tuple[str, Fields, list[Upload]]] = [
        ("/pagina/uw-stukken", {**page, "q.voornaam": "x" * 600}, []),
        ("/pagina/uw-stukken", {**page, "actie": "bestand-erbij.kopie-id"}, [file]),
        ("/pagina/uw-stukken", page, []),
        ("/pagina/uw-stukken", other, []),
        ("/overzicht", {"versie": "0"}, []),
        ("/overzicht", {"versie": "1"}, []),
    ]
    made, found = sides(signed_in=True), []
    for part, fields, uploads in steps:
        ask = functools.partial(_post, path + part, fields, uploads)
        one, another = answers(made, ask)
        assert one == another
        found.append(one.status)
    assert found == [422, 200, 303, 409, 409, 303]
    one, another = answers(made, lambda side: side.browser.get((path + "/resultaat").format_map(side.things.ids)))
    assert (one, one.status) == (another, 200)


def _post(path: str, fields: Fields, uploads: list[Upload], side: Side) -> Reply:
    return side.browser.post_files(path.format_map(side.things.ids), fields, uploads)


def test_invitation_that_died_meanwhile() -> None:
    """ON-2: Submitting the form of an expired invitation gets a 410 once."""

    def ask(side: Side) -> Reply:
        side.browser.get(f"/uitnodiging/{'x' * 43}")
        return side.browser.post("/instellen-wachtwoord", {"email": "jan@example.nl"})

    made = sides(signed_in=False)
    one, other = answers(made, ask)
    assert one == other
    assert one.status == 410
    assert [side.browser.get("/instellen-wachtwoord").status for side in made] == [200, 200]


def test_office_out_of_reach_while_telling(monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-2: If the office cannot be read for an error page, both hosts give the same page, with the error's status."""
    made = sides(signed_in=False)
    assert [side.browser.get("/inloggen").status for side in made] == [200, 200]

    def fail(*_values: object) -> NoReturn:
        raise Unavailable

    monkeypatch.setattr(MemoryReading, "office", fail)
    for path, status in (("/static/bestaat-niet.css", 404), ("/inloggen", 503)):
        one, other = answers(made, lambda side, path=path: side.browser.get(path))  # type: ignore[misc]
        assert one == other
        assert (one.status, one.headers["content-type"]) == (status, "text/html; charset=utf-8")
