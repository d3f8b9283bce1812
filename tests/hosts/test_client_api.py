"""The client API, on both hosts: who may do what, tokens and cookies, what is refused and how, files (AP-8, AP-9)."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import attrs
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from klantportaal.adapters import fastapi, flask
from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.adapters.web.api.client_operations import LEFT_OUT, OPERATIONS, ClientOperation, Who
from klantportaal.adapters.web.api.contact import ApiContact
from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.domain.api_keys import ApiLimits
from klantportaal.domain.documents import DocumentKind, Publication
from klantportaal.domain.requests import NewItem, NewRequest
from klantportaal.domain.sessions import Actor, Visitor
from klantportaal.testing.questionnaires import page, question, questionnaire
from klantportaal.usecases.client.session_start import Halfway
from tests.hosts.client_api import (
    BY_ID,
    HOSTS,
    NEWER,
    OWNER,
    ROOT,
    Set,
    app,
    browser,
    entered,
    path_of,
    visitor,
)
from tests.hosts.office_api import Caller, Reply, multipart, secret
from tests.usecases.matrix import client_calls
from tests.usecases.matrix.client_calls import Reach
from tests.usecases.matrix.doors import doors
from tests.usecases.matrix.scene import SECRET, build
from tests.usecases.world import NUMBER, PASSWORD, PDF, World

IDS = sorted(BY_ID)
SIGNED_IN = [id for id in IDS if BY_ID[id].who in {Who.PERSON, Who.ACCOUNT}]
OF_ACCOUNT = [id for id in IDS if BY_ID[id].who is Who.ACCOUNT]
SECOND_STEP = [id for id in IDS if BY_ID[id].who is Who.SECOND_STEP]


@pytest.fixture(scope="module", params=list(HOSTS))
def made(request: pytest.FixtureRequest) -> Set:
    """A scene, made once."""
    of = build()
    return Set(of=of, host=request.param, client=HOSTS[request.param](of.world.portal))


@pytest.fixture
def shared(made: Set) -> Iterator[Set]:
    """The scene. Afterwards it is as it was, and so is the time: rows never change, so the former tables are kept."""
    world = made.of.world
    assert isinstance(world.storage, MemoryStorage)
    rows, files, now = world.storage._committed, dict(world.files.contents), world.clock.now()
    yield made
    world.storage._committed = rows
    world.files.contents.clear()
    world.files.contents.update(files)
    world.clock._now = now


@pytest.fixture
def owner(shared: Set) -> Caller:
    """The browser of the main account of the company."""
    return shared.browser_of(shared.of.owner)


@pytest.fixture
def phone(shared: Set) -> Caller:
    """An app of the main account of the company."""
    return app(shared.client, shared.office, entered(shared.of, is_app=True).token)


def _document(shared: Set) -> Any:
    return visitor(shared.client, shared.office)("GET", "/openapi.json").json


def _problem(reply: Reply) -> tuple[int, str]:
    return reply.status, reply.json["code"]


# ---------------------------------------------------------------------- operations
def test_every_call_has_an_operation() -> None:
    """AP-9: each call of the client has an operation, or a reason why it has none."""
    calls = {name.removeprefix("client.") for name in doors(World().portal) if name.startswith("client.")}
    assert {each.call for each in OPERATIONS} | LEFT_OUT.keys() == calls
    assert not {each.call for each in OPERATIONS} & LEFT_OUT.keys()
    assert len(BY_ID) == len(OPERATIONS)
    assert len({(each.method, each.path) for each in OPERATIONS}) == len(OPERATIONS)


def test_who_makes_each_operation() -> None:
    """AP-9: a call that takes an actor needs a session; what only reads or opens for the second step needs none."""
    for operation in OPERATIONS:
        takes_actor = f"client.{operation.call}" in client_calls.CALLS
        asks_nobody = operation.asks_nobody or operation.call == "sign_in.whoever"
        assert (operation.who in {Who.PERSON, Who.ACCOUNT}) == (takes_actor or asks_nobody), operation.id
        assert operation.path.startswith("/accounts/{acting_for}") == (operation.who is Who.ACCOUNT)


# ---------------------------------------------------------------------- the authorisation matrix
def _nobodies(shared: Set) -> Mapping[str, Caller]:
    """Make callers who are not signed in at the office of the company: each by why."""
    of, world = shared.of, shared.of.world
    ended, stale = entered(of, is_app=True), entered(of)
    world.portal.client.sign_in.sign_out(world.actor(stale.token))
    half = _half(shared)
    elsewhere = entered(of, OWNER, of.other_office.office_id)
    world.later(minutes=10)
    return {
        "nothing": visitor(shared.client, shared.office),
        "an unknown token": app(shared.client, shared.office, "verzonnen"),
        "access that has ended": app(shared.client, shared.office, ended.token),
        "a refresh token": app(shared.client, shared.office, ended.app.refresh_token if ended.app else ""),
        "signed out": browser(shared.client, shared.office, stale.token),
        "the token of a browser, as that of an app": app(shared.client, shared.office, entered(of).token),
        "the token of an app, as a cookie": browser(shared.client, shared.office, entered(of, is_app=True).token),
        "a session of another office": browser(shared.client, shared.office, elsewhere.token),
        "an API key of the office": app(shared.client, shared.office, secret(world.portal, world.handler)),
        "half signed in": browser(shared.client, shared.office, half, Cookie.SECOND_STEP),
        "half signed in, as an app": app(shared.client, shared.office, half),
    }


def _half(shared: Set, email: str = "buur@example.nl", *, is_app: bool = False) -> str:
    """Turn two-step verification on for the other client, and sign in halfway."""
    world = shared.of.world
    world.turn_on(world.confirmed(world.sign_in(email)))
    who = Visitor(office_id=shared.office, is_app=is_app)
    halfway = world.portal.client.sign_in.sign_in(who, email, PASSWORD)
    assert isinstance(halfway, Halfway)
    return halfway.token


def test_who_is_not_signed_in(shared: Set) -> None:
    """AP-8, AP-9: no operation that needs a session does anything without one that is alive, at this office."""
    nobodies, before = _nobodies(shared), shared.of.belongings()
    for id in SIGNED_IN:
        for why, each in nobodies.items():
            refused = shared.ask(each, id)
            assert (id, why, *_problem(refused)) == (id, why, 401, "not_signed_in")
            assert refused.headers["www-authenticate"] == 'Bearer realm="client"'
    assert shared.of.belongings() == before


def test_who_has_no_second_step(shared: Set) -> None:
    """AP-9, TS-2: the operations of the second step need its own token: a session is none."""
    of = shared.of
    for id in SECOND_STEP:
        assert _problem(shared.ask(visitor(shared.client, shared.office), id)) == (401, "not_signed_in")
        for each in (shared.browser_of(of.owner), app(shared.client, shared.office, entered(of, is_app=True).token)):
            assert shared.ask(each, id).status in {401, 410}


@pytest.mark.parametrize("id", OF_ACCOUNT)
def test_an_account_of_somebody_else(shared: Set, id: str) -> None:
    """AP-9, PE-1: nobody acts for an account of another person, in the same company or not; it is absent."""
    of = shared.of
    strangers = [shared.browser_of(each) for each in (of.sibling, of.other_party, of.other_client)]
    before = of.belongings()
    for stranger in strangers:
        told = shared.ask(stranger, id)
        assert _problem(told) == (404, "absent")
        assert SECRET.encode() not in told.content
    assert of.belongings() == before


def _strangers(shared: Set, operation: ClientOperation) -> Iterator[tuple[str, Caller, UUID]]:
    """Give who may not reach what an operation names, each with the account that it acts for."""
    of, call = shared.of, client_calls.CALLS[f"client.{operation.call}"]
    found = {"another client": of.other_client}
    if call.reach is not Reach.PARTY:
        found["another party"] = of.other_party
    if call.reach is not Reach.PERSON:
        found["the same person, for another client"] = of.same_person
    if call.reach in {Reach.ACCOUNT, Reach.PERSON}:
        found["another account of the client"] = of.sibling
    for why, each in found.items():
        yield why, shared.browser_of(each), each.account_id
    other = of.other_offices_client
    yield "another office", shared.browser_of(other), other.account_id


_NAMING = [
    id
    for id in SIGNED_IN
    if BY_ID[id].call != "sign_in.whoever"
    and not BY_ID[id].asks_nobody
    and client_calls.CALLS[f"client.{BY_ID[id].call}"].reach not in {Reach.OWN, Reach.MAIN}
    and not BY_ID[id].path.endswith(("/questionnaires", "/accounts/{acting_for}/requests"))
]


@pytest.mark.parametrize("id", _NAMING)
def test_things_of_others(shared: Set, id: str) -> None:
    """DO-1, OF-2: for its own account, nobody reaches what is another's: it is absent, or its list is empty."""
    operation, of = BY_ID[id], shared.of
    strangers = list(_strangers(shared, operation))
    before = of.belongings()
    for why, caller, account in strangers:
        told = shared.ask(caller, id, account)
        is_list = client_calls.CALLS[f"client.{operation.call}"].empty
        if not (is_list and told.status == 200 and told.json["items"] == []):
            assert (id, why, *_problem(told)) == (id, why, 404, "absent"), told.content
        assert SECRET.encode() not in told.content
    assert of.belongings() == before


_OWN = [id for id in SIGNED_IN if id not in _NAMING and BY_ID[id].method == "GET"]


@pytest.mark.parametrize("id", _OWN)
def test_what_is_ones_own(shared: Set, id: str) -> None:
    """DO-1, OF-2: what is read without naming anything is each one's own: nothing of the company is in it."""
    of = shared.of
    owned = {of.owner.account_id, of.owner.client_id, of.dossier, of.assignment, of.request, of.owner.session_id}
    for each in (of.other_client, of.other_offices_client):
        told = shared.ask(shared.browser_of(each), id, each.account_id)
        assert not {str(one) for one in owned} & set(
            re.findall(r"[0-9a-f-]{36}", told.content.decode(errors="replace"))
        )
        assert SECRET.encode() not in told.content


@pytest.mark.parametrize("id", [id for id in OF_ACCOUNT if BY_ID[id].call.startswith("extra_accounts")])
def test_who_is_no_main_account(shared: Set, id: str) -> None:
    """XA-1: only a company's main account has extra accounts."""
    of = shared.of
    for each in (of.sibling, of.other_client):
        assert _problem(shared.ask(shared.browser_of(each), id, each.account_id)) == (404, "absent")


def test_two_step_is_due(shared: Set) -> None:
    """AP-9, TS-1: while two-step verification must still be turned on, only the operations for that are open."""
    of = shared.of
    account = of.world.sign_in(OWNER).account_id
    of.world.portal.office.profile.require_two_step(of.world.handler, required=True)
    for each in (shared.browser_of(of.owner), app(shared.client, shared.office, entered(of, is_app=True).token)):
        for id in SIGNED_IN:
            if not BY_ID[id].is_open:
                assert (id, *_problem(shared.ask(each, id))) == (id, 403, "two_step_due")
        told = each("GET", "/session").json
        assert (told["state"], told["account_id"]) == ("two_step_due", str(account))
        key = each("POST", "/two-step/app").json
        assert key["uri"].startswith("otpauth://")
        each("DELETE", "/two-step/enrolment")


def test_confirmation_is_due(shared: Set, owner: Caller) -> None:
    """AP-9, SI-3: what needs the password once more says so; giving it changes the token of the session."""
    shared.of.world.later(minutes=11)
    assert _problem(owner("POST", "/sessions/end-others")) == (403, "not_confirmed")
    told = owner("POST", "/session/confirmation", {"password": PASSWORD})
    assert (told.status, told.json) == (200, {"access_token": None})
    newer = attrs.evolve(owner, always={**owner.always, "Cookie": told.cookies[0].partition(";")[0]})
    assert newer("POST", "/sessions/end-others").status == 204
    assert owner("GET", "/session").status == 401
    wrong = newer("POST", "/session/confirmation", {"password": "fout"})
    assert (wrong.status, wrong.json["errors"][0]["code"]) == (400, "password_wrong")


# ---------------------------------------------------------------------- each operation
def _second_step(shared: Set, *, is_app: bool = False) -> tuple[Caller, str]:
    """Sign in halfway; gives the caller and the code of the SMS."""
    token = _half(shared, is_app=is_app)
    code = shared.of.world.code()
    if is_app:
        return app(shared.client, shared.office, token), code
    return browser(shared.client, shared.office, token, Cookie.SECOND_STEP), code


def _mailed(shared: Set) -> str:
    """Ask for another address, and give the token of the link to it."""
    world = shared.of.world
    world.portal.client.address_changes.ask(world.confirmed(world.sign_in("buur@example.nl")), "anders@example.nl")
    world.deliver()
    return next(world.token(each) for each in reversed(world.mail.sent) if each.to == "anders@example.nl")


def _staged(shared: Set, _actor: Actor) -> Any:
    of = shared.of
    file = of.world.portal.client.requests.stage(of.owner, of.request, of.items[2], name="a.pdf", blocks=[PDF])
    return {"files": {str(file.id): file.name}}


def _pending(shared: Set, actor: Actor) -> dict[str, str]:
    """Begin to turn on two-step verification by SMS for the owner; gives the code."""
    of = shared.of
    of.world.portal.client.two_step.begin_sms(actor, NUMBER)
    return {"code": of.world.code()}


def _asked(shared: Set, actor: Actor) -> dict[str, str]:
    """Turn two-step verification on for the owner, and ask for the code to change it."""
    of = shared.of
    of.world.turn_on(actor)
    of.world.portal.client.two_step.ask_code(actor)
    return {"code": of.world.code()}


def _proven(shared: Set, actor: Actor) -> None:
    of, code = shared.of, _asked(shared, actor)["code"]
    of.world.portal.client.two_step.prove(actor, code)


def _invited(shared: Set, _actor: Actor) -> dict[str, str]:
    return {"token": shared.of.world.invitation("nieuw@example.nl")}


def _linked(shared: Set, _actor: Actor) -> dict[str, str]:
    return {"token": shared.of.world.password_link("buur@example.nl")}


FIRST: Mapping[str, Callable[[Set, Actor], Any]] = {
    "post_two_step_enrol": _pending,
    "post_two_step_resend": _pending,
    "delete_two_step_cancel": _pending,
    "post_two_step_ask_code": lambda shared, actor: shared.of.world.turn_on(actor),
    "post_two_step_prove": _asked,
    "delete_two_step_turn_off": _proven,
    "post_onboarding_look_at_invitation": lambda shared, _actor: {
        "token": shared.of.world.invitation("nieuw@example.nl")
    },
    "post_onboarding_look_at_password_link": lambda shared, _actor: {
        "token": shared.of.world.password_link("buur@example.nl")
    },
    "post_onboarding_set_password": lambda shared, _actor: {
        "token": shared.of.world.password_link("buur@example.nl"),
        "password": NEWER,
        "repeated": NEWER,
    },
    "post_address_changes_look": lambda shared, _actor: {"token": _mailed(shared)},
    "post_address_changes_confirm_address": lambda shared, _actor: {"token": _mailed(shared)},
    "put_requests_deliver": _staged,
    "post_sign_in_refresh": lambda shared, _actor: {"refresh_token": _tokens(shared)},
}
"""What some operations need first, and the body that follows from it."""


def _tokens(shared: Set) -> str:
    given = entered(shared.of, is_app=True).app
    assert given is not None
    return given.refresh_token


BODIED = {
    *("post_two_step_enrol", "post_two_step_prove", "put_requests_deliver", "post_sign_in_refresh"),
    *("post_onboarding_look_at_invitation", "post_onboarding_look_at_password_link", "post_onboarding_set_password"),
    *("post_address_changes_look", "post_address_changes_confirm_address"),
}
"""The operations whose body follows from what they need first."""


@pytest.mark.parametrize("id", IDS)
def test_each_operation(shared: Set, id: str) -> None:
    """AP-9: each operation succeeds for who may, and answers as the document says."""
    operation, of = BY_ID[id], shared.of
    actor, more = of.world.sign_in(OWNER), dict[str, Any]()
    caller = browser(shared.client, shared.office, of.world.tokens[actor.fingerprint])
    if id == "post_second_step_recover":
        recovery = of.world.turn_on(of.world.confirmed(of.world.sign_in("buur@example.nl")))
        half = of.world.halfway("buur@example.nl")
        caller, more = browser(shared.client, shared.office, half, Cookie.SECOND_STEP), {"body": {"code": recovery}}
    elif operation.who is Who.SECOND_STEP:
        caller, code = _second_step(shared)
        more = {"body": {"code": code}} if id == "post_second_step_enter_code" else {}
    elif id in FIRST:
        given = FIRST[id](shared, actor)
        more = {"body": given} if id in BODIED else {}
    told = shared.ask(caller, id, **more)
    assert told.status == operation.status, told.content
    if told.headers.get("content-type") == "application/json":
        _validate(_document(shared), operation, told.json)


def _validate(document: Any, operation: ClientOperation, answer: Any) -> None:
    """Require that an answer is as the document describes it."""
    told = document["paths"][operation.path][operation.method.lower()]["responses"][str(operation.status)]
    schema = told["content"]["application/json"]["schema"]
    Draft202012Validator({**schema, "components": document["components"]}).validate(answer)


# ---------------------------------------------------------------------- the document
def test_the_document() -> None:
    """AP-9: both hosts give the same OpenAPI document, which is valid, to anybody."""
    world = World()
    first, second = (visitor(host(world.portal), world.office)("GET", "/openapi.json") for host in HOSTS.values())
    assert (first.status, first.content) == (200, second.content)
    OpenAPIV31SpecValidator(first.json).validate()
    assert first.json["servers"] == [{"url": ROOT}]
    for operation in OPERATIONS:
        described = first.json["paths"][operation.path][operation.method.lower()]
        assert len(described["summary"]) > 5
        assert described.get("security") == ([] if operation.who is Who.VISITOR else None)


def test_whom_to_ask() -> None:
    """AP-9: the document says whom a developer can ask, if the vendor does."""
    portal, contact = World().portal, ApiContact(name="Hulp", email="api@example.nl", url="https://example.nl")
    app_of_flask, application = Flask("vendor"), FastAPI()
    app_of_flask.register_blueprint(flask.client_api(portal, contact=contact), url_prefix="/portaal")
    application.include_router(fastapi.client_api(portal, contact=contact), prefix="/portaal")
    for client in (app_of_flask.test_client(), TestClient(application)):
        told = Caller(client=client, root=ROOT)("GET", "/openapi.json").json["info"]["contact"]
        assert told == {"name": "Hulp", "email": "api@example.nl", "url": "https://example.nl"}


def test_problems_are_explained(shared: Set, owner: Caller) -> None:
    """AP-9: each problem links to what its code means, in the language that is asked for."""
    refused = owner("GET", f"/accounts/{shared.of.owner.account_id}/dossiers?size=0", Accept_Language="en")
    assert (refused.status, refused.headers["content-language"]) == (400, "en")
    for link in (refused.json["type"], refused.json["errors"][0]["type"]):
        told = visitor(shared.client, shared.office)("GET", link.removeprefix(ROOT), Accept_Language="nl")
        assert (told.status, told.json["code"]) == (200, link.rpartition("/")[2])
    assert _problem(visitor(shared.client, shared.office)("GET", "/problems/api_key_dead")) == (404, "absent")


def test_no_token_in_an_address(shared: Set) -> None:
    """AP-8: no operation takes a token, a code or a password in its address: logs keep addresses."""
    secrets = ("token", "code", "password", "email", "address", "search", "current")
    for path, operations in _document(shared)["paths"].items():
        for operation in operations.values():
            names = {each["name"] for each in operation["parameters"] if each["in"] in {"path", "query"}}
            assert path == "/problems/{code}" or not names & set(secrets), path
    token = entered(shared.of, is_app=True).token
    told = visitor(shared.client, shared.office)("GET", f"/session?access_token={token}")
    assert _problem(told) == (401, "not_signed_in")
    told = app(shared.client, shared.office, token)("GET", f"/session?access_token={token}")
    assert [(each["field"], each["code"]) for each in told.json["errors"]] == [("access_token", "unknown_key")]


# ---------------------------------------------------------------------- browsers
def _signed_in(shared: Set, **headers: Any) -> Reply:
    caller = visitor(shared.client, shared.office)
    return caller("POST", "/session", {"email": OWNER, "password": PASSWORD}, **headers)


def test_a_browser_signs_in_and_out(shared: Set) -> None:
    """AP-9, SI-3: a browser gets the cookie of the pages and never sees its token; signing in ends what it had."""
    told = _signed_in(shared, Sec_Fetch_Site="same-origin")
    assert (told.status, told.json["state"], told.json["tokens"]) == (200, "signed_in", None)
    assert "sessie=" in told.cookies[0]
    for each in told.cookies:
        parts = {part.strip().lower() for part in each.split(";")[1:]}
        assert parts >= {"secure", "httponly", "path=/", "samesite=lax"}
    held: dict[str, Any] = {"Cookie": told.cookies[0].partition(";")[0], "Sec_Fetch_Site": "same-origin"}
    nobody = visitor(shared.client, shared.office)
    assert nobody("GET", "/session", **held).json["person_id"] == str(shared.of.owner.person_id)
    again = nobody("POST", "/session", {"email": OWNER, "password": PASSWORD}, **held)
    assert nobody("GET", "/session", **held).status == 401
    held["Cookie"] = again.cookies[0].partition(";")[0]
    out = nobody("DELETE", "/session", **held)
    assert (out.status, "Max-Age=0" in out.cookies[0]) == (204, True)
    assert nobody("GET", "/session", **held).status == 401
    wrong = nobody("POST", "/session", {"email": OWNER, "password": "fout"}, **held)
    assert (*_problem(wrong), wrong.cookies) == (401, "sign_in_failed", ())


def test_the_cookie_is_that_of_the_pages(shared: Set) -> None:
    """AP-9: a session that the API gave is one of the pages too, and is listed under ``Waar u bent ingelogd``."""
    told = _signed_in(shared, Sec_Fetch_Site="same-origin", User_Agent="Vuurvos")
    token = told.cookies[0].partition(";")[0].partition("=")[2]
    actor = shared.of.world.actor(token)
    assert shared.of.world.portal.client.sessions.view(actor).rows[0].device == "Vuurvos"


FOREIGN: tuple[dict[str, Any], ...] = (
    {"Sec_Fetch_Site": "cross-site"},
    {"Sec_Fetch_Site": "same-site"},
    {"Origin": "https://elders.example"},
    {"Origin": "null"},
)
UNSAFE = [id for id in IDS if BY_ID[id].method != "GET"]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_requests_from_another_site(shared: Set, headers: dict[str, Any]) -> None:
    """AP-9: a browser changes nothing for a page of another origin, with its cookie or without one."""
    own, of = shared.browser_of(shared.of.owner), shared.of
    always = {name: value for name, value in own.always.items() if name != "Sec-Fetch-Site"}
    with_cookie = attrs.evolve(own, always=always)
    before, sessions = of.belongings(), of.world.audit().count("SignedIn")
    for id in UNSAFE:
        for each in (with_cookie, visitor(shared.client, shared.office)):
            assert (id, *_problem(shared.ask(each, id, **headers))) == (id, 403, "cross_site")
    assert (of.belongings(), of.world.audit().count("SignedIn")) == (before, sessions)
    assert with_cookie("GET", "/session", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="cors").status == 403


def test_who_says_nothing_of_its_origin(shared: Set) -> None:
    """AP-9: a request with a cookie must say where it comes from; one without a cookie, as of an app, need not."""
    own = shared.browser_of(shared.of.owner)
    silent = attrs.evolve(own, always={name: each for name, each in own.always.items() if name != "Sec-Fetch-Site"})
    assert _problem(silent("POST", "/session/use")) == (403, "cross_site")
    assert silent("POST", "/session/use", Origin="https://portaal.vandermeer.example.nl").status == 200
    nobody = visitor(shared.client, shared.office)
    assert nobody("POST", "/password-links", {"address": OWNER}).status == 204


def test_an_app_has_no_origin(shared: Set, phone: Caller) -> None:
    """AP-8: a bearer token is sent by a program, not by a browser of itself: where it comes from does not matter."""
    for headers in FOREIGN:
        assert phone("POST", "/session/use", **headers).status == 200


# ---------------------------------------------------------------------- apps
def _app_signs_in(shared: Set, **more: Any) -> Reply:
    body = {"email": OWNER, "password": PASSWORD, "app": "Kantoor-app op telefoon", **more}
    return visitor(shared.client, shared.office)("POST", "/session", body)


def test_an_app_signs_in(shared: Set) -> None:
    """AP-8: an app gets tokens and no cookie, stands in the list by its name, and is ended from there at once."""
    told = _app_signs_in(shared)
    assert (told.status, told.cookies) == (200, ())
    phone = app(shared.client, shared.office, told.json["tokens"]["access_token"])
    desk = shared.browser_of(shared.of.owner)
    rows = {each["device"]: each["id"] for each in desk("GET", "/sessions").json["rows"]}
    assert phone("GET", "/session").json["session_id"] == rows["Kantoor-app op telefoon"]
    assert desk("DELETE", f"/sessions/{rows['Kantoor-app op telefoon']}").status == 204
    assert _problem(phone("GET", "/session")) == (401, "not_signed_in")
    refresh = {"refresh_token": told.json["tokens"]["refresh_token"]}
    assert visitor(shared.client, shared.office)("POST", "/session/tokens", refresh).status == 401


def test_refreshing(shared: Set) -> None:
    """AP-8: a refresh token gives new tokens once; when it comes back, nobody has access any more."""
    nobody, given = visitor(shared.client, shared.office), [_app_signs_in(shared).json["tokens"]]
    for _time in range(3):
        shared.of.world.later(minutes=10)
        dead = app(shared.client, shared.office, given[-1]["access_token"])
        assert dead("GET", "/session").status == 401
        told = nobody("POST", "/session/tokens", {"refresh_token": given[-1]["refresh_token"]})
        assert (told.status, told.json["state"]) == (200, "signed_in")
        given.append(told.json["tokens"])
        assert app(shared.client, shared.office, given[-1]["access_token"])("GET", "/session").status == 200
    assert len({each["refresh_token"] for each in given}) == 4
    assert nobody("POST", "/session/tokens", {"refresh_token": given[0]["refresh_token"]}).status == 401
    assert app(shared.client, shared.office, given[-1]["access_token"])("GET", "/session").status == 401
    assert nobody("POST", "/session/tokens", {"refresh_token": given[-1]["refresh_token"]}).status == 401


def test_an_app_takes_the_second_step(shared: Set) -> None:
    """AP-8, TS-2: half signed in is a state of its own; then the code gives tokens, and the recovery code the next."""
    caller, code = _second_step(shared, is_app=True)
    assert caller("GET", "/second-step").json["method"] == "sms"
    wrong = caller("POST", "/second-step/code", {"code": "000000"})
    assert (wrong.status, wrong.json["errors"][0]["code"]) == (400, "code_wrong")
    told = caller("POST", "/second-step/code", {"code": code, "app": "Telefoon"})
    assert (told.json["state"], told.json["second_step_token"], told.cookies) == ("signed_in", None, ())
    assert app(shared.client, shared.office, told.json["tokens"]["access_token"])("GET", "/session").status == 200
    assert _problem(caller("GET", "/second-step")) == (410, "second_step_dead")
    body = {"email": "buur@example.nl", "password": PASSWORD, "app": "Telefoon"}
    half = visitor(shared.client, shared.office)("POST", "/session", body).json
    assert (half["state"], half["tokens"], len(half["second_step_token"])) == ("second_step", None, 43)


def test_a_browser_takes_the_second_step(shared: Set) -> None:
    """AP-9, TS-2: a browser has a cookie for the second step; after it, that of the session, and no token is shown."""
    world = shared.of.world
    world.turn_on(world.confirmed(world.sign_in("buur@example.nl")))
    nobody = visitor(shared.client, shared.office)
    own: dict[str, Any] = {"Sec_Fetch_Site": "same-origin"}
    half = nobody("POST", "/session", {"email": "buur@example.nl", "password": PASSWORD}, **own)
    assert (half.json["state"], half.json["second_step_token"]) == ("second_step", None)
    held: dict[str, Any] = {"Cookie": half.cookies[0].partition(";")[0], **own}
    told = nobody("POST", "/second-step/code", {"code": world.code()}, **held)
    assert (told.json["state"], told.json["tokens"]) == ("signed_in", None)
    held["Cookie"] = told.cookies[0].partition(";")[0]
    assert nobody("GET", "/session", **held).json["state"] == "signed_in"


def test_an_app_changes_its_password(shared: Set, phone: Caller) -> None:
    """AP-8, PW-4: a new password ends all sessions, and the app goes on with new tokens."""
    desk = shared.browser_of(shared.of.owner)
    told = phone("PUT", "/password", {"current": PASSWORD, "password": NEWER, "repeated": NEWER})
    newer = app(shared.client, shared.office, told.json["tokens"]["access_token"])
    assert [each("GET", "/session").status for each in (phone, desk, newer)] == [401, 401, 200]
    told = newer("POST", "/session/confirmation", {"password": NEWER})
    newest = app(shared.client, shared.office, told.json["access_token"])
    assert [each("GET", "/session").status for each in (newer, newest)] == [401, 200]


# ---------------------------------------------------------------------- accounts of one person
def test_acting_for_each_account(shared: Set, owner: Caller) -> None:
    """AP-9, PE-3: a request acts for the account of its path, in whatever order; the session stays as it is."""
    of = shared.of
    before = owner("GET", "/session").json["account_id"]
    others = {each["account_id"] for each in owner("GET", "/accounts").json["items"]}
    assert others | {before} >= {str(each) for each in (of.owner.account_id, of.same_person.account_id, of.second)}
    found = [
        len(owner("GET", f"/accounts/{each}/dossiers").json["items"])
        for each in (of.owner.account_id, of.same_person.account_id, of.owner.account_id)
    ]
    assert found == [1, 0, 1]
    assert owner("GET", "/session").json["account_id"] == before


# ---------------------------------------------------------------------- bad input
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff",
        b'{"email": "a@b.nl", "email": "c@d.nl", "password": "x"}',
        b'{"email": NaN, "password": "x"}',
        b'{"email": 1e400, "password": "x"}',
        b'{"email": "\\ud800", "password": "x"}',
        b'{"email": "\\u0000", "password": "x"}',
        b"[" * 100 + b"]" * 100,
        b"[" * 200_000,
    ],
)
def test_what_is_no_json(shared: Set, content: bytes) -> None:
    """AP-9: a body that is no JSON, or that programs read differently, is a problem."""
    nobody = visitor(shared.client, shared.office)
    refused = nobody("POST", "/session", content=content, Content_Type="application/json")
    assert (refused.status, refused.json["errors"][0]["code"]) == (400, "not_json")
    upload = nobody("POST", f"/receipts/{shared.of.receipt}/check-file", **multipart(content))
    assert (upload.status, upload.json["errors"][0]["code"]) == (400, "not_json")


def test_all_faults_at_once(shared: Set, owner: Caller) -> None:
    """AP-9, AL-1: every field that does not fit is named, wherever it stands; unknown fields too."""
    of = shared.of
    path = f"/accounts/{of.owner.account_id}/dossiers/{of.dossier}/drafts/{of.draft}/send?kleur=rood"
    refused = owner("POST", path, {"text": {"subject": 1}, "kleur": "rood", "answers": "x"}, If_Match="oud")
    assert [(each["field"], each["code"]) for each in refused.json["errors"]] == [
        ("kleur", "unknown_key"),
        ("text.subject", "not_text"),
        ("text.body", "missing"),
        ("answers", "not_as_format"),
        ("kleur", "unknown_key"),
        ("If-Match", "not_as_format"),
    ]


@pytest.mark.parametrize(
    "method, path, headers, status",
    [
        ("GET", "/niets", {}, 404),
        ("GET", "/session/", {}, 404),
        ("GET", "/accounts/geen-id/dossiers", {}, 404),
        ("GET", "/accounts/{acting_for}/dossiers/geen-id", {}, 404),
        ("FOO", "/session", {}, 405),
        ("PATCH", "/accounts/{acting_for}/profile", {}, 405),
        ("GET", "/session", {"Accept": "text/html"}, 406),
        ("PUT", "/password", {"Content_Type": "text/plain"}, 415),
        ("POST", "/session/use", {"Content_Type": "application/json"}, 415),
        ("GET", "/accounts/{acting_for}/dossiers?cursor=00", {}, 400),
        ("GET", "/accounts/{acting_for}/dossiers?search=jan", {}, 400),
        ("GET", "/accounts/{acting_for}/dossiers?size=5&size=6", {}, 400),
        ("GET", "/accounts/{acting_for}/dossiers/{dossier_id}/documents", {}, 400),
        ("GET", "/accounts/{acting_for}/dossiers/{dossier_id}/documents?kind=x", {}, 400),
        ("HEAD", "/accounts/{acting_for}/dossiers", {}, 200),
        ("HEAD", "/accounts/{acting_for}/dossiers/{dossier_id}/archive", {}, 405),
    ],
)
def test_wrong_requests(
    shared: Set, owner: Caller, method: str, path: str, headers: dict[str, Any], status: int
) -> None:
    """AP-9: what is wrong with a request is a problem with its status, on both hosts alike."""
    filled = path.format(acting_for=shared.of.owner.account_id, dossier_id=shared.of.dossier)
    told = owner(method, filled, content=b"{}" if "Content_Type" in headers else None, **headers)
    assert told.status == status, told.content
    if status >= 400 and method != "HEAD":
        assert (told.json["status"], told.json["type"].rpartition("/")[0]) == (status, f"{ROOT}/problems")
    assert told.headers["api-version"] == "1.0.0"
    assert ("allow" in told.headers) == (status == 405)


def test_large_bodies(shared: Set) -> None:
    """AP-9: a body of ten megabytes is refused."""
    nobody = visitor(shared.client, shared.office)
    content = b'"' + b"x" * 10_000_000 + b'"'
    assert _problem(nobody("POST", "/session", content=content, Content_Type="application/json")) == (
        413,
        "body_too_large",
    )


@pytest.mark.parametrize("host", HOSTS)
def test_the_budget(host: str) -> None:
    """AP-3: headers tell what a session has left, also with a problem; beyond it, a request is refused for a while."""
    of = build()
    entrance = attrs.evolve(of.world.portal._api, limits=ApiLimits(session_requests_a_minute=3))
    client = HOSTS[host](attrs.evolve(of.world.portal, api=entrance))
    phone, office = app(client, of.world.office, entered(of, is_app=True).token), of.world.office
    paths = ("/session", f"/accounts/{of.other_client.account_id}/profile", "/sessions")
    told = [phone("GET", path) for path in paths]
    left = [(each.headers["ratelimit-limit"], each.headers["ratelimit-remaining"]) for each in told]
    assert [each.status for each in told] == [200, 404, 200]
    assert left == [("3", "2"), ("3", "1"), ("3", "0")]
    refused = phone("GET", "/session")
    assert _problem(refused) == (429, "too_many_requests")
    assert refused.headers["retry-after"] == refused.headers["ratelimit-reset"]
    assert app(client, office, entered(of, is_app=True).token)("GET", "/session").status == 200
    assert "ratelimit-limit" not in visitor(client, office)("GET", "/session").headers
    of.world.later(minutes=1)
    assert phone("GET", "/session").headers["ratelimit-remaining"] == "2"


# ---------------------------------------------------------------------- once, pages, versions, files
def test_once(shared: Set, owner: Caller) -> None:
    """AP-4: a request with an ``Idempotency-Key`` is carried out once for its person, and not for another."""
    of = shared.of
    path, els = f"/accounts/{of.owner.account_id}/extra-accounts", {"name": "Els", "email": "els@example.nl"}
    first, again = (owner("POST", path, els, Idempotency_Key="a") for _each in range(2))
    assert (first.status, first.content) == (201, again.content)
    other = owner("POST", path, {**els, "name": "Piet"}, Idempotency_Key="a")
    assert (other.status, other.json["errors"][0]["code"]) == (422, "key_used_before")
    afresh = shared.browser_of(of.owner)
    assert afresh("POST", path, els, Idempotency_Key="a").content == first.content
    names = [each["name"] for each in owner("GET", path).json["items"]]
    assert names.count("Els") == 1
    stranger = f"/accounts/{of.other_client.account_id}/dossiers/{of.dossier}/drafts/{of.draft}/files"
    told = shared.browser_of(of.other_client)("POST", stranger, Idempotency_Key="a", **multipart())
    assert _problem(told) == (404, "absent")


def test_cursors(shared: Set, owner: Caller) -> None:
    """AP-5: a list has a cursor while there may be more; one of another account or list, or an altered one, is none."""
    of = shared.of
    for number in range(3):
        of.world.dossier(of.owner, of.other_party, number=f"2026-10{number}", description="Nog een")
    own = f"/accounts/{of.owner.account_id}"
    first = owner("GET", f"{own}/dossiers?size=3").json
    rest = owner("GET", f"{own}/dossiers?size=3&cursor={first['next']}").json
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (3, 1, None)
    assert "in_progress" in first["statuses"]
    searched = owner("POST", f"{own}/dossiers/search", {"search": "nog", "size": 2}).json
    following = owner("POST", f"{own}/dossiers/search", {"search": "nog", "cursor": searched["next"]}).json
    assert len(following["items"]) == 1
    cursor = first["next"]
    wrongs = (
        (shared.browser_of(of.other_party), f"/accounts/{of.other_party.account_id}/dossiers", cursor),
        (owner, f"/accounts/{of.same_person.account_id}/dossiers", cursor),
        (owner, f"{own}/dossiers/{of.dossier}/messages", cursor),
        (owner, f"{own}/dossiers", f"{cursor[:-2]}00"),
    )
    for caller, path, each in wrongs:
        assert caller("GET", f"{path}?cursor={each}").json["errors"][0]["field"] == "cursor"


def test_pages_of_what_is_asked(shared: Set, owner: Caller) -> None:
    """AP-5, QU-1, RQ-1: what is asked, and what the client answered, comes page by page in the order of the list."""
    of, portal, actor = shared.of, shared.of.world.portal, shared.of.owner
    for due_on in (date(2026, 9, 1), None, date(2026, 8, 1)):
        of.world.ask(actor, of.dossier, due_on=due_on)
        for answer in (False, True):
            new = NewRequest(subject="Stukken", items=[NewItem(title="Stuk", due_on=due_on)])
            id = portal.office.requests.make(of.world.handler, of.dossier, actor.client_id, new)
            if answer:
                calls = portal.client.requests
                item = calls.get(actor, id).request.items[0]
                calls.declare_not_applicable(actor, id, item.id, calls.new_delivery(), "Nee.")
    for path in ("questionnaires", "requests", "requests/delivered"):
        own = f"/accounts/{actor.account_id}/{path}"
        whole = owner("GET", own).json
        page = owner("GET", f"{own}?size=1").json
        found = list(page["items"])
        while page["next"]:
            page = owner("GET", f"{own}?size=1&cursor={page['next']}").json
            found += page["items"]
        assert (found, whole["next"]) == (whole["items"], None)
        assert len(found) >= 3


def test_a_questionnaire(shared: Set, owner: Caller) -> None:
    """AP-9, QU-2: a page is a JSON Schema with its saved answers; saving needs its version, and an old one is 412."""
    of = shared.of
    path = f"/accounts/{of.owner.account_id}/questionnaires/{of.assignment}"
    opened = owner("GET", path)
    shown = owner("GET", f"{path}/pages/persoon").json
    assert opened.headers["etag"].startswith(f'"{shown["version"]}-')
    assert shown["version"] == 2
    assert (shown["visible"], shown["following"]) == (["naam", "geboren", "gehuwd"], "huwelijk")
    Draft202012Validator.check_schema(shown["schema"])
    Draft202012Validator(shown["schema"]).validate(shown["answers"])
    answers = {**shown["answers"], "geboren": "1970-02-01"}
    save = f"{path}/pages/persoon"
    assert owner("PUT", save, {"submitted": answers}).json["errors"][0]["field"] == "If-Match"
    wrong = owner("PUT", save, {"submitted": {**answers, "geboren": "ooit"}}, If_Match='"2"')
    assert [(each["field"], each["code"]) for each in wrong.json["errors"]] == [("geboren", "not_a_date")]
    saved = owner("PUT", save, {"submitted": answers}, If_Match='"2"')
    assert (saved.status, saved.headers["etag"]) == (200, '"3"')
    again = owner("PUT", save, {"submitted": answers}, If_Match='"2"')
    assert again.status == 200  # The same save once more, as after a lost answer.
    other = owner("PUT", save, {"submitted": {**answers, "naam": "Ander"}}, If_Match='"2"')
    assert _problem(other) == (412, "version_changed")
    assert _problem(owner("GET", f"{path}/pages/niets")) == (404, "absent")
    assert _problem(owner("POST", f"{path}/complete", If_Match='"2"')) == (412, "version_changed")


def test_a_page_for_each_row(shared: Set, owner: Caller) -> None:
    """AP-9, QU-3: the page of a row is read and saved like any other, and its files are staged for that row."""
    of, world = shared.of, shared.of.world
    rows = question("kinderen", "rows", columns=[question("naam"), question("pas", "file")])
    own = page("kind", question("school", schema={"maxLength": 9}), question("rapport", "file"), for_each="kinderen")
    world.publish_questionnaire(json.dumps(questionnaire("gezin", page("een", rows), own)))
    id = world.portal.office.questionnaires.assign(world.handler, of.dossier, of.owner.client_id, "gezin")
    path = f"/accounts/{of.owner.account_id}/questionnaires/{id}"
    owner("POST", f"{path}/start")
    owner("PUT", f"{path}/pages/een", {"submitted": {"kinderen": [{"naam": "Eva"}, {"naam": "Bo"}]}}, If_Match='"0"')
    first = owner("GET", f"{path}/pages/een").json
    assert first["following"] == "kind~1-0"
    assert first["answers"] == {"kinderen": [{"#": "1-0", "naam": "Eva"}, {"#": "1-1", "naam": "Bo"}]}
    Draft202012Validator(first["schema"]).validate(first["answers"])
    second = owner("GET", f"{path}/pages/kind~1-1").json
    assert (second["schema"]["title"], second["visible"]) == ("kind (2: Bo)", ["school~1-1", "rapport~1-1"])
    found = owner("PUT", f"{path}/pages/kind~1-1", {"submitted": {"school~1-1": "x" * 10}}, If_Match='"1"')
    assert [(each["field"], each["code"]) for each in found.json["errors"]] == [("school~1-1", "too_long")]
    assert owner("PUT", f"{path}/pages/kind~1-1", {"submitted": {"school~1-1": "x"}}, If_Match='"1"').status == 200
    for place, status in (("rapport~1-1", 201), ("kinderen.pas", 201), ("rapport~9-9", 404), ("kinderen.0.pas", 404)):
        assert owner("POST", f"{path}/questions/{place}/files", **multipart()).status == status
    without = {"kinderen": [{"#": "1-1", "naam": "Bo"}]}
    assert owner("PUT", f"{path}/pages/een", {"submitted": without}, If_Match='"2"').status == 200
    assert _problem(owner("GET", f"{path}/pages/kind~1-0")) == (404, "absent")
    assert owner("GET", f"{path}/pages/kind~1-1").json["answers"] == {"school~1-1": "x"}


def test_a_computed_value(shared: Set, owner: Caller) -> None:
    """AP-9, QU-3: the form of a page has its computed values, and takes none."""
    of, world = shared.of, shared.of.world
    amounts = [question("loon", "amount"), question("huur", "amount")]
    total = question("samen", "computed", compute={"sum": [{"question": each["id"]} for each in amounts]})
    world.publish_questionnaire(json.dumps(questionnaire("sommen", page("een", *amounts, total))))
    id = world.portal.office.questionnaires.assign(world.handler, of.dossier, of.owner.client_id, "sommen")
    path = f"/accounts/{of.owner.account_id}/questionnaires/{id}"
    owner("POST", f"{path}/start")
    shown = owner("GET", f"{path}/pages/een").json
    assert (shown["visible"], shown["answers"], shown["computed"]) == (["loon", "huur", "samen"], {}, {})
    assert shown["schema"]["properties"]["samen"]["readOnly"] is True
    taken = owner("PUT", f"{path}/pages/een", {"submitted": {"loon": 1, "samen": 3}}, If_Match='"0"')
    assert [(each["field"], each["code"]) for each in taken.json["errors"]] == [("samen", "unknown_question")]
    assert owner("PUT", f"{path}/pages/een", {"submitted": {"loon": 1, "huur": 2}}, If_Match='"0"').status == 200
    shown = owner("GET", f"{path}/pages/een").json
    assert (shown["answers"], shown["computed"]) == ({"loon": 1, "huur": 2}, {"samen": 3})


def test_a_signature(shared: Set, owner: Caller) -> None:
    """AP-9, QU-3: the portal sets the time of a signature, keeps it, and says what is wrong with one."""
    of, world = shared.of, shared.of.world
    world.publish_questionnaire(json.dumps(questionnaire("tekenen", page("een", question("hand", "signature")))))
    id = world.portal.office.questionnaires.assign(world.handler, of.dossier, of.owner.client_id, "tekenen")
    path = f"/accounts/{of.owner.account_id}/questionnaires/{id}"
    owner("POST", f"{path}/start")
    page_of, name = f"{path}/pages/een", {"name": "Anna", "drawing": "M1 1L2 2"}
    for wrong, field, code in (
        ({"drawing": "M1 1L2 2"}, "hand.name", "missing"),
        ({"name": "x" * 10_000}, "hand.name", "too_long"),
        ({"name": "Anna", "drawing": "M0 0" + "L0 0" * 200_000}, "hand.drawing", "too_long"),
        ({"name": "Anna", "drawing": "M-1 1L2 2"}, "hand.drawing", "not_a_drawing"),
        ({"name": "Anna", "drawing": [[[1, 2]]]}, "hand.drawing", "not_a_drawing"),
        ({"naam": "Anna"}, "hand", "not_a_signature"),
        ("Anna", "hand", "not_a_signature"),
    ):
        refused = owner("PUT", page_of, {"submitted": {"hand": wrong}}, If_Match='"0"')
        assert [(each["field"], each["code"]) for each in refused.json["errors"]] == [(field, code)]
    sent = {"submitted": {"hand": {**name, "at": "1999-01-01T00:00:00Z"}}}
    assert owner("PUT", page_of, sent, If_Match='"0"').status == 200
    shown = owner("GET", page_of).json
    Draft202012Validator(shown["schema"]).validate(shown["answers"])
    signed = shown["answers"]["hand"]
    assert {key: signed[key] for key in name} == name
    assert signed["at"] > "2026"
    assert owner("PUT", page_of, {"submitted": {"hand": name}}, If_Match='"1"').status == 200
    assert owner("GET", page_of).json["answers"] == {"hand": signed}


def test_files(shared: Set, owner: Caller) -> None:
    """AP-9, DC-2: a file comes whole or in ranges, and is marked once it was sent; looking is not downloading."""
    of = shared.of
    own = f"/accounts/{of.owner.account_id}/dossiers/{of.dossier}"
    path = f"{own}/documents/{of.document}"

    def marks() -> Any:
        [row] = owner("GET", f"{own}/documents?kind=document").json["items"]
        return row["downloaded_at"]

    whole = PDF + SECRET.encode()
    part = owner("GET", f"{path}/file", Range="bytes=0-3")
    assert (part.status, part.content, part.headers["content-range"]) == (206, PDF[:4], f"bytes 0-3/{len(whole)}")
    assert owner("GET", f"{path}/file", Range="bytes=999999999-").status == 416
    assert owner("HEAD", f"{path}/file").content == b""
    assert marks() is None
    told = owner("GET", f"{path}/file")
    assert (told.status, told.content) == (200, whole)
    assert marks() is not None
    view = owner("GET", f"{path}/view")
    assert (view.status, view.headers["content-type"]) == (200, "application/pdf")
    archive = owner("GET", f"{own}/archive")
    assert (archive.headers["content-type"], archive.content[:2]) == ("application/zip", b"PK")


def test_a_message_with_a_file(shared: Set, owner: Caller) -> None:
    """AP-9, ME-2, AT-2: a draft is made, a file streams in for it, and it is sent once; the office finds both."""
    of = shared.of
    own = f"/accounts/{of.owner.account_id}"
    draft = owner("POST", f"{own}/drafts").json["id"]
    place = f"{own}/dossiers/{of.dossier}/drafts/{draft}"
    contents = PDF + bytes(300_000)
    file = owner("POST", f"{place}/files", **multipart(name="één.pdf", content=contents)).json
    assert (file["name"], file["size"]) == ("één.pdf", len(contents))
    body = {"text": {"subject": "Stukken", "body": "Hierbij."}, "files": {file["id"]: file["name"]}}
    first, again = (owner("POST", f"{place}/send", body) for _time in range(2))
    assert (first.status, first.json) == (201, again.json)
    message = owner("GET", f"{own}/dossiers/{of.dossier}/messages/{first.json['id']}").json
    assert [each["name"] for each in message["attachments"]] == ["één.pdf"]
    refused = owner("POST", f"{place}/files", **multipart(name="a.exe", content=b"MZ"))
    assert refused.status == 400


def test_a_long_upload_is_use_of_the_session(shared: Set, owner: Caller) -> None:
    """AP-9, ST-3: while a file comes in, the session is in use."""
    of, world = shared.of, shared.of.world
    place = f"/accounts/{of.owner.account_id}/dossiers/{of.dossier}/drafts/{of.draft}/files"
    assert owner("POST", place, **multipart()).status == 201
    before = owner("GET", "/session").json["end"]["at"]
    world.later(minutes=20)
    assert owner("POST", place, **multipart(name="b.pdf")).status == 201
    assert owner("GET", "/session").json["end"]["at"] > before


def test_a_file_that_is_not_shown(shared: Set, owner: Caller) -> None:
    """NW-3: what a browser cannot show safely says so, and can be downloaded."""
    of, publication = (
        shared.of,
        Publication(kind=DocumentKind.DOCUMENT, title="Tekst", for_clients=frozenset({shared.of.owner.client_id})),
    )
    publish = of.world.portal.office.documents.publish
    document = publish(of.world.handler, of.dossier, publication, name="a.jpg", blocks=[b"<html>"])
    path = f"/accounts/{of.owner.account_id}/dossiers/{of.dossier}/documents/{document}"
    assert _problem(owner("GET", f"{path}/view")) == (409, "not_shown")
    assert owner("GET", f"{path}/file").content == b"<html>"


def test_downloads_take_turns() -> None:
    """AL-7: an account downloads four files at once; on Flask, which gives each a thread, the next is refused."""
    of = build()
    client = HOSTS["flask"](of.world.portal)
    assert isinstance(client, FlaskClient)
    own = browser(client, of.world.office, entered(of).token)
    path = path_of(BY_ID["get_dossiers_download"], of)
    begun = [client.open(f"{ROOT}{path}", headers=dict(own.always), buffered=False) for _number in range(4)]
    assert {each.status_code for each in begun} == {200}
    assert _problem(own("GET", path)) == (429, "too_many_downloads")
    begun[0].close()
    assert own("GET", path).status == 200
    for each in begun:
        each.close()


@pytest.mark.parametrize("pages_first", [True, False])
def test_beside_the_pages(pages_first: bool) -> None:
    """AP-9: the API stands under the prefix of the pages, whichever is registered first, and takes none of theirs."""
    world = World()
    app_of_flask, app_of_fastapi = Flask("vendor"), FastAPI()
    blueprints = [flask.blueprint(world.portal), flask.client_api(world.portal), flask.office_api(world.portal)]
    routers = [fastapi.pages(world.portal), fastapi.client_api(world.portal), fastapi.office_api(world.portal)]
    for each, router in zip(*(which if pages_first else which[::-1] for which in (blueprints, routers)), strict=True):
        app_of_flask.register_blueprint(each, url_prefix="/portaal")
        app_of_fastapi.include_router(router, prefix="/portaal")
    for client in (app_of_flask.test_client(), TestClient(app_of_fastapi)):
        kinds = {
            path: client.get(f"/portaal{path}").headers["content-type"]
            for path in ("/inloggen", "/niets", "/api/v1/openapi.json", "/api/v1/niets", "/office/v1/openapi.json")
        }
        assert kinds == {
            "/inloggen": "text/html; charset=utf-8",
            "/niets": "text/html; charset=utf-8",
            "/api/v1/openapi.json": "application/json",
            "/api/v1/niets": "application/problem+json",
            "/office/v1/openapi.json": "application/json",
        }
