"""Who may use each route, and what every response has, on both hosts."""

import json
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from types import ModuleType
from uuid import uuid4, uuid5

import attrs
import pytest
from fastapi.routing import APIRoute

from klantportaal.adapters import fastapi
from klantportaal.adapters.fastapi import routes as fastapi_mounting
from klantportaal.adapters.flask import routes as flask_mounting
from klantportaal.adapters.web.http.paths import REST
from klantportaal.domain.accounts import AccountRole
from klantportaal.domain.case_handlers import ContactCard
from klantportaal.domain.documents import DocumentKind
from klantportaal.domain.requests import NewItem, NewRequest
from klantportaal.domain.uploads import Submission
from klantportaal.domain.values import DraftId
from klantportaal.testing.questionnaires import page, question, questionnaire
from tests.hosts.browsers import ORIGIN, PREFIX, Browser, Reply, Upload, dutch, multipart, unsealed
from tests.hosts.conftest import World, build_world, flask_app
from tests.hosts.routes import ROUTES, Guard, Route
from tests.usecases.progress_template import TEMPLATE as STEPS

CLOSED = [route for route in ROUTES if route.guard is Guard.SIGNED_IN]
WITH_IDS = [route for route in CLOSED if "{" in route.path]
EVERY = [(route, method) for route in ROUTES for method in sorted(route.methods)]
UNSAFE = [(route, method) for route, method in EVERY if method == "POST"]
ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "strict-transport-security": "max-age=31536000",
    "x-frame-options": "DENY",
}


ASKED = questionnaire("stukken", page("uw-stukken", question("voornaam"), question("kopie-id", "file")))
"""The questionnaire of the scene's client."""


TO_NOTHING = {
    "remove_upload": ("upload_id", 200),
    "remove_request_upload": ("upload_id", 200),
    "take_back_delivery": ("delivery_id", 303),
}
"""Routes that answer alike for what is gone and for what is somebody else's: nothing is removed (AT-1, RQ-3).

For each, the id and the status."""
AN_ID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def named(case: object) -> str | None:
    """Name a test case after its route."""
    return case.name if isinstance(case, Route) else None


@attrs.frozen(kw_only=True)
class Things:
    """The ids that fill in the path of every route."""

    ids: Mapping[str, str]
    draft: DraftId

    def path(self, route: Route) -> str:
        """Fill in a route's path."""
        return route.path.format_map(self.ids)


def things_of(world: World) -> Things:
    """Give ids that all exist and belong to the scene's client."""
    draft = world.scene.draft_id()
    sent: Submission = world.scene.submission(world.dossier, world.account, None)
    receipt = world.scene.receipt(world.dossier, world.account)
    requests, actor = world.portal.client.requests, world.scene.actor(world.account)
    requested = world.portal.office.requests.make(
        world.scene.office_actor(world.office),
        world.dossier.id,
        world.client.id,
        NewRequest(subject="Stukken", items=[NewItem(title="Paspoort")]),
    )
    (item,) = requests.get(actor, requested).request.items
    requests.stage(actor, requested, item.id, name="a.pdf", blocks=[b"%PDF-1.7"])
    delivery = requests.deliver(actor, requested, item.id, requests.new_delivery())
    staged = world.scene.upload(world.dossier, world.account, draft)
    asked = world.scene.assignment(world.dossier, world.client, world.scene.published(world.office, ASKED))
    world.portal.client.questionnaires.start(world.scene.actor(world.account), asked.id)
    desk, calls = world.scene.office_actor(world.office), world.portal.office
    handler = calls.case_handlers.add(desk, ContactCard(name="mr. A. de Wit"))
    calls.case_handlers.change_picture(desk, handler, name="foto.png", blocks=[b"\x89PNG\r\n\x1a\n" + bytes(9)])
    calls.dossiers.give_handler(desk, world.dossier.id, handler)
    calls.progress.follow(desk, world.dossier.id, calls.progress.publish_template(desk, json.dumps(STEPS)).template)
    ids = {
        "dossier_id": world.dossier.id,
        "document_id": world.document,
        "submission_id": sent.id,
        "message_id": world.message.id,
        "upload_id": staged.id,
        "draft_id": world.scene.draft(world.dossier, world.account).id,
        "assignment_id": asked.id,
        "session_id": world.scene.session(world.account).id,
        "account_id": world.scene.account(world.client, role=AccountRole.EXTRA).id,
        "page_id": "uw-stukken",
        "question_id": "kopie-id",
        "language": "en",
        "request_id": requested,
        "item_id": item.id,
        "delivery_id": delivery,
        "receipt_id": receipt.id,
        "code": world.scene.tokens.derived(uuid5(receipt.id, "receipt"))[0],
        "token": "x" * 43,
        "file": "portal.css",
    }
    return Things(ids={name: str(value) for name, value in ids.items()}, draft=draft)


def send(browser: Browser, route: Route, method: str, things: Things, **headers: str) -> Reply:
    """Use a route as its page does."""
    path = things.path(route)
    if method == "GET":
        return browser.get(path, **headers)
    cookie = {name: value for name, value in headers.items() if name == "Cookie"}
    for seal in browser.older_tab.seals(browser, path, **cookie) if browser.older_tab else ():
        headers.setdefault("X_Shown_For", seal)
    if route.name == "questionnaire_upload":
        return browser.post_files(path, {}, [Upload(name="a.pdf", content=b"%PDF-1.7", field="file")], **headers)
    if route.name in ("questionnaire_page", "questionnaire_review"):
        return browser.post_files(path, {"versie": "0", "q.voornaam": "Kim"}, [], **headers)
    if route.name in ("request_item", "request_upload", "remove_request_upload"):
        upload = Upload(name="a.pdf", content=b"%PDF-1.7", field="file" if route.name == "request_upload" else "files")
        return browser.post_files(path, {"delivery": str(things.draft), "note": "Hierbij"}, [upload], **headers)
    if route.name in ("new_message", "answer", "upload", "remove_upload"):
        fields = {"draft": str(things.draft), "subject": "Vraag", "body": "Wanneer?"}
        upload = Upload(name="a.pdf", content=b"%PDF-1.7", field="file" if route.name == "upload" else "files")
        query = f"?concept={things.draft}" if route.name == "upload" else ""
        return browser.post_files(path + query, fields, [upload], **headers)
    return browser.post(path, {}, **headers)


def declared_in_flask(world: World) -> list[tuple[str, str, Iterable[str]]]:
    """List the portal's routes in a Flask app: name, path, methods."""
    rules = flask_app(world.portal).url_map.iter_rules()
    own = [rule for rule in rules if rule.endpoint.startswith("klantportaal.") and REST not in rule.rule]
    return [
        (rule.endpoint, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix(PREFIX)), rule.methods or ())
        for rule in own
    ]


def declared_in_fastapi(world: World) -> list[tuple[str, str, Iterable[str]]]:
    """List the routes of the router for FastAPI: name, path, methods."""
    routes = [route for route in fastapi.pages(world.portal).routes if isinstance(route, APIRoute)]
    return [(route.name, route.path, route.methods or ()) for route in routes if REST not in route.path]


@pytest.mark.parametrize("declared", [declared_in_flask, declared_in_fastapi])
def test_route_tables(declared: Callable[[World], list[tuple[str, str, Iterable[str]]]]) -> None:
    """OF-2: Both hosts have exactly the routes of the table, under the same names, and one for all other addresses."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for name, path, methods in declared(build_world()):
        key = name.removeprefix("klantportaal."), path
        found[key] = found.get(key, frozenset()) | frozenset(methods) - {"HEAD", "OPTIONS"}
    assert found == {(route.name, route.path): route.methods for route in ROUTES}


@pytest.mark.parametrize("mounting", [flask_mounting, fastapi_mounting])
def test_no_route_without_guard(mounting: ModuleType) -> None:
    """OF-2: Each host allows visitors without a session only on the routes where the table says so."""
    assert set(mounting.FOR_EVERYONE) == {route.name for route in ROUTES if route.guard is Guard.EVERYONE}
    assert set(mounting.FOR_CLIENTS) == {route.name for route in CLOSED}


@pytest.mark.parametrize("route", CLOSED, ids=named)
def test_nobody(browser: Browser, world: World, route: Route) -> None:
    """SI-3: Without a session every closed route responds with 401 and changes nothing."""
    things = things_of(world)
    for method in sorted(route.methods):
        reply = send(browser, route, method, things)
        assert reply.status == 401, method
        assert 'name="password"' in reply.text
    assert not world.portal.client.dossiers.documents(
        world.scene.actor(world.account), world.dossier.id, DocumentKind.DOCUMENT
    )[0].downloaded_at


@pytest.mark.parametrize("route", WITH_IDS, ids=named)
def test_another_client(browser: Browser, world: World, route: Route) -> None:
    """DO-1: What belongs to another client does not exist."""
    things = things_of(world)
    _client, stranger = world.scene.person(world.office)
    browser.sign_in(world.scene.address(stranger))
    for method in sorted(route.methods):
        assert send(browser, route, method, things).status == 404, method


@pytest.mark.parametrize("route, method", EVERY, ids=named)
def test_refusals_are_logged(
    browser: Browser, world: World, route: Route, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    """SI-5: A refusal is logged on one line, with who asked, for what, and from which address."""
    _client, stranger = world.scene.person(world.office)
    browser.sign_in(world.scene.address(stranger))
    things = things_of(world)
    with caplog.at_level(logging.INFO, logger="klantportaal.refusals"):
        status = send(browser, route, method, things).status
    lines = [record.getMessage() for record in caplog.records if record.name.endswith("klantportaal.refusals")]
    if route in WITH_IDS:
        assert status == 404
        (line,) = lines
        assert line.startswith(f"Absent: {method} {route.name} {{")
        assert f"office {world.office.id}, account {stranger.id}, from " in line
        assert all(f"'{things.ids[name]}'" in line for name in re.findall(r"{(\w+)}", route.path))


def test_no_line_of_the_log_is_forged(client: Browser, caplog: pytest.LogCaptureFixture) -> None:
    """SI-5: A refusal is one line, whatever the URL contains. A cross-site request is logged too."""
    with caplog.at_level(logging.INFO, logger="klantportaal.refusals"):
        client.get("/dossiers/x%0aAbsent:%20GET%0d%1b%5b31m")
        client.post("/uitloggen", {}, Origin="https://example.com")
    lines = [record.getMessage() for record in caplog.records if record.name.endswith("klantportaal.refusals")]
    asked = [line.split(" ", 3)[:3] for line in lines]
    assert asked == [["Absent:", "GET", "correspondence"], ["CrossSite:", "POST", "sign_out"]]
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize("route", [route for route in WITH_IDS if route.path.count("{") == 2], ids=named)
def test_another_party(browser: Browser, world: World, route: Route) -> None:
    """DC-1, ME-1, AT-2: Another party of the dossier does not see the client's documents, messages and files."""
    things = things_of(world)
    party, account = world.scene.person(world.office)
    with world.scene.storage.begin() as uow:
        uow.dossiers.add_party(world.dossier, party.id)
        uow.commit()
    browser.sign_in(world.scene.address(account))
    assert browser.get(f"/dossiers/{world.dossier.id}").status == 200
    for method in sorted(route.methods):
        assert send(browser, route, method, things).status == (200 if route.name in TO_NOTHING else 404), method
    assert (
        len(world.portal.client.messages.uploads(world.scene.actor(world.account), world.dossier.id, things.draft)) == 1
    )


@pytest.mark.parametrize("route", WITH_IDS, ids=named)
def test_malformed_ids(client: Browser, world: World, route: Route) -> None:
    """DO-1: A malformed or unknown id gets the same response as an id of another client."""
    things = things_of(world)
    for part in re.findall(r"{(\w+)}", route.path):
        own = things.ids[part]
        bad = ["1", "x", "A" * 36, f"urn:uuid:{own}", f"%7B{own}%7D", f"{own}%00", f"{own}%01", "%2e%2e", "x'--"]
        for other in {*bad, own.replace("-", ""), f"{own}x", "%ef%bc%91", str(uuid4())} - {own}:
            for method in route.methods:
                elsewhere = attrs.evolve(things, ids={**things.ids, part: other})
                gone, status = TO_NOTHING.get(route.name, ("", 404))
                answers = (status,) if part == gone and re.fullmatch(AN_ID, other) else (404, 405)
                assert send(client, route, method, elsewhere).status in answers, (part, other)


def test_foreign_and_absent_look_the_same(client: Browser, world: World) -> None:
    """DO-1: Absent, foreign and malformed ids give exactly the same page."""
    foreign = world.scene.dossier(world.office, world.scene.person(world.office)[0])
    client.get("/home")  # The first page of a browser gives it a cookie, and preloads no font.
    pages = [client.get(f"/dossiers/{each}") for each in (foreign.id, uuid4(), "x")]
    assert [page.status for page in pages] == [404] * 3
    assert len({unsealed(page) for page in pages}) == 1
    assert dutch("Page not found") in pages[0].text


FROM_ANOTHER_SITE = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": f"{ORIGIN}.evil.example"},
    {"Origin": ORIGIN, "Sec_Fetch_Site": "cross-site"},
    {"Origin": ORIGIN, "Sec_Fetch_Site": "same-site"},
    {"Origin": "http://kantoor.example.nl"},
    {"Origin": ""},
)


@pytest.mark.parametrize("route, method", UNSAFE, ids=named)
def test_cross_site(client: Browser, world: World, route: Route, method: str) -> None:
    """SI-1: Every cross-site request is refused and does nothing, also one that signs in."""
    things = things_of(world)
    for sent in FROM_ANOTHER_SITE:
        reply = send(client, route, method, things, **sent)
        assert (reply.status, reply.cookies) == (403, ()), sent
    assert client.get("/home").status == 200
    rows = world.portal.client.dossiers.messages(world.scene.actor(world.account), world.dossier.id)
    assert [row.id for row in rows] == [world.message.id]


def test_own_requests(browser: Browser, world: World) -> None:
    """SI-1: A request is accepted with only ``Sec-Fetch-Site``, and with only ``Origin``."""
    fields = {"email": world.email, "password": "Welkom01"}
    assert browser.post("/inloggen", fields, Origin="null", Sec_Fetch_Site="same-origin").status == 303
    assert browser.post("/inloggen", fields).status == 303


FRAMED = {"document_contents", "submission_contents"}
"""The routes of files that the portal's own pages show in a frame (NW-3)."""
OWN_PICTURES = {"handler_picture"}
"""The routes of pictures that the browser of a signed-in client may keep for minutes, and no cache between (OF-3)."""


@pytest.mark.parametrize("route, method", EVERY, ids=named)
@pytest.mark.parametrize("signed_in", [True, False], ids=["in", "out"])
def test_headers(browser: Browser, world: World, route: Route, method: str, *, signed_in: bool) -> None:
    """SI-3: Every response has the security headers. Caches keep public assets only, and browsers own pictures."""
    if signed_in:
        browser.sign_in(world.email)
    browser.get("/inloggen")  # An asset is of no office, and has the headers of the pages before it.
    reply = send(browser, route, method, things_of(world))
    expected = {**ALWAYS, "referrer-policy": "no-referrer"} if "token" in route.path else ALWAYS
    is_framed = route.name in FRAMED and reply.status == 200
    if is_framed:
        expected = {**expected, "x-frame-options": "SAMEORIGIN"}
    assert {name: reply.headers.get(name) for name in ALWAYS} == expected
    policy = reply.headers["content-security-policy"]
    assert "default-src 'self'" in policy or "default-src 'none'" in policy
    assert ("frame-ancestors 'self'" if is_framed else "frame-ancestors 'none'") in policy
    assert "unsafe" not in policy
    assert not [name for name in reply.headers if name.startswith("access-control-")]
    kind, _semicolon, charset = reply.headers.get("content-type", "").partition("; ")
    assert not kind.startswith("text/") or charset == "charset=utf-8"
    if route.name not in ("static", "style", "logo", "dark_logo", "icon", "manifest"):
        is_kept = route.name in OWN_PICTURES and reply.status == 200
        assert reply.headers["cache-control"] == ("private, max-age=300" if is_kept else "no-store")


@pytest.mark.parametrize("route", [route for route in ROUTES if "GET" in route.methods], ids=lambda route: route.name)
def test_a_way_out_of_every_page(client: Browser, world: World, route: Route) -> None:
    """SI-3: A signed-in user can sign out on every page, also on a page that does not exist."""
    reply = send(client, route, "GET", things_of(world))
    if reply.headers.get("content-type", "").startswith("text/html") and reply.status != 303:
        assert f'action="{PREFIX}/uitloggen"' in reply.text


@pytest.mark.parametrize("route, method", EVERY, ids=named)
def test_forged_host(client: Browser, world: World, route: Route, method: str) -> None:
    """SI-1: A forged Host header appears in no page and no redirect."""
    reply = send(client, route, method, things_of(world), Host="evil.example", X_Forwarded_Host="evil.example")
    assert "evil.example" not in str(reply.headers)
    assert b"evil.example" not in reply.body
    assert reply.headers.get("location", PREFIX).startswith(PREFIX)


@pytest.mark.parametrize("route", [route for route in ROUTES if "GET" in route.methods], ids=named)
def test_head(client: Browser, world: World, route: Route) -> None:
    """DC-2, ME-4, NW-3: HEAD responds as GET without a body, and marks nothing."""
    things = things_of(world)
    asked = client.head(things.path(route))
    assert asked.body == b""
    actor = world.scene.actor(world.account)
    assert not world.portal.client.messages.peek(actor, world.dossier.id, world.message.id).read_at
    row = world.portal.client.dossiers.documents(actor, world.dossier.id, DocumentKind.DOCUMENT)[0]
    assert (row.downloaded_at, row.looked_at) == (None, None)
    assert asked.status == client.get(things.path(route)).status


def test_absurd_bodies(client: Browser) -> None:
    """AL-1: A body larger than any of our forms is refused, whatever its content type."""
    assert client.post("/mijn-gegevens", {"language": "n" * 500_000}).status == 413
    kind, body = multipart({"language": "n" * 500_000})
    assert client.send("POST", "/mijn-gegevens", {"Content_Type": kind, "Origin": ORIGIN}, body).status == 413


@pytest.mark.parametrize("body", [b"\xff\xfe=%ff&x", b"email=%00%ff&password=%c3", b"=&=&&&", b"email" * 100])
def test_strange_forms(browser: Browser, body: bytes) -> None:
    """AL-1: A form of odd bytes is a failed sign-in or a refused form, never a server error."""
    headers = {"Content_Type": "application/x-www-form-urlencoded", "Origin": ORIGIN}
    assert browser.send("POST", "/inloggen", headers, body).status in (400, 401)


@pytest.mark.parametrize(
    "query",
    [
        "?na=x",
        "?na=%00",
        "?na=99999999999999999.00000000-0000-0000-0000-000000000000",
        "?status=%00&status=x",
        "?zoek=%00%ff'",
        "?zoek=" + "x" * 5000,
        "?melding=x",
        "?taal=%00",
    ],
)
def test_strange_queries(client: Browser, world: World, query: str) -> None:
    """AL-1: Unusable query parameters are ignored."""
    for path in ("/dossiers", f"/dossiers/{world.dossier.id}", f"/dossiers/{world.dossier.id}/berichten"):
        assert client.get(path + query).status == 200
