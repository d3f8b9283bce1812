"""The office API, on both hosts: who may do what, what is refused and how, files, and its document (AP-1 to AP-6)."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from flask import Flask
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from klantportaal.adapters import fastapi, flask
from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.adapters.web.api.arguments import arguments_of
from klantportaal.adapters.web.api.contact import ApiContact
from klantportaal.adapters.web.api.operations import LEFT_OUT, OPERATIONS, Operation
from klantportaal.domain.api_keys import ApiAccess, ApiArea, ApiLimits, NewApiKey
from klantportaal.domain.values import AccountId
from klantportaal.settings import Settings
from tests.hosts.client_api import entered
from tests.hosts.office_api import BODIES, BY_ID, EVERYTHING, HOSTS, ROOT, Caller, multipart, path_of, secret, sent
from tests.usecases.matrix import office_calls
from tests.usecases.matrix.scene import SECRET, Things, build
from tests.usecases.world import PDF, World

IDS = sorted(BY_ID)
BEFORE = {
    *("clients.find", "dossiers.find", "documents.find", "messages.find"),
    "clients.reopen",
    "clients.reopen_account",
    "clients.reset_two_step",
    "clients.release_subject",
    "audit.accept_restored",
    *(f"webhooks.{call}" for call in ("change", "remove", "switch", "rotate_secret", "deliveries")),
    *(f"webhooks.{call}" for call in ("resend", "resend_since")),
}
"""The calls that need something first. The matrix of calls says what."""
ACCOUNTS: Mapping[str, Callable[[Things], AccountId]] = {
    "clients.reopen_account": lambda of: of.sibling.account_id,
    "clients.delete_account": lambda of: of.sibling.account_id,
    "clients.invite_again": lambda of: of.invited,
    "clients.reset_two_step": lambda of: of.owner.account_id,
    "clients.release_subject": lambda of: of.owner.account_id,
}
"""The account of some operations."""


@attrs.frozen(kw_only=True)
class Set:
    """One scene, with its API on a host."""

    of: Things
    host: str
    call: Caller

    def by(self, secret_: str) -> Caller:
        """Give a caller with another key."""
        return attrs.evolve(self.call, secret=secret_)


def _set(host: str, of: Things) -> Set:
    call = Caller(client=HOSTS[host](of.world.portal), secret=secret(of.world.portal, of.world.handler))
    return Set(of=of, host=host, call=call)


@pytest.fixture(scope="module", params=list(HOSTS))
def made(request: pytest.FixtureRequest) -> Set:
    """A scene, made once."""
    return _set(request.param, build())


@pytest.fixture
def shared(made: Set) -> Iterator[Set]:
    """The scene. Afterwards it is as it was: rows never change, so the former tables are the former state."""
    world = made.of.world
    assert isinstance(world.storage, MemoryStorage)
    rows, files = world.storage._committed, dict(world.files.contents)
    anchors = {office: list(kept) for office, kept in world.anchors.kept.items()}
    yield made
    world.storage._committed = rows
    world.files.contents.clear()
    world.files.contents.update(files)
    world.anchors.kept.clear()
    world.anchors.kept.update(anchors)


@pytest.fixture
def api(shared: Set) -> Caller:
    """The API of one host."""
    return shared.call


def _document(call: Caller) -> Any:
    return call("GET", "/openapi.json").json


# ---------------------------------------------------------------------- operations and keys
def test_every_call_has_an_operation() -> None:
    """AP-6: each call of the office has an operation, or a reason why it has none."""
    calls = {name.removeprefix("office.") for name in office_calls.CALLS}
    assert {each.call for each in OPERATIONS} | LEFT_OUT.keys() == calls
    assert len(BY_ID) == len(OPERATIONS)
    assert {each.area for each in OPERATIONS} == set(ApiArea)


def test_the_access_of_each_operation() -> None:
    """AP-2: what changes something needs the scope to write; what only reads is a GET, a search or a verification."""
    reading = {each.id for each in OPERATIONS if each.access is ApiAccess.READ and each.method != "GET"}
    assert reading == {
        *("post_clients_list", "post_dossiers_list"),
        *("post_clients_find", "post_dossiers_find", "post_documents_find", "post_messages_find"),
        *("post_audit_verify", "post_reminders_switched_off"),
    }
    assert all(each.access is ApiAccess.READ for each in OPERATIONS if each.method == "GET")


@pytest.fixture
def keys(shared: Set) -> Mapping[str, str]:
    """Secrets that may not do anything: each by why."""
    portal, office = shared.of.world.portal, shared.of.world.handler
    revoked = secret(portal, office)
    portal.office.api_keys.revoke(office, portal.office.api_keys.list(office)[0].id)
    expired = portal.office.api_keys.make(office, NewApiKey(name="a", scopes=EVERYTHING, life=timedelta(seconds=1)))
    shared.of.world.later(seconds=1)
    person = entered(shared.of, is_app=True).token
    return {"none": "", "revoked": revoked, "expired": expired.secret, "the token of a client": person}


@pytest.mark.parametrize("id", IDS)
def test_who_may_not(shared: Set, keys: Mapping[str, str], id: str) -> None:
    """AP-1, AP-2: without a key that works, and without the scope, no operation does anything."""
    operation, of = BY_ID[id], shared.of
    path, before = path_of(operation, of), of.belongings()
    for why, each in keys.items():
        refused = shared.by(each)(operation.method, path, **sent(operation, of))
        assert (why, refused.status, refused.json["code"]) == (why, 401, "api_key_dead")
        assert refused.headers["www-authenticate"].startswith("Bearer")
    others = {area: access for area, access in EVERYTHING.items() if area is not operation.area}
    if operation.access is ApiAccess.WRITE:
        others[operation.area] = ApiAccess.READ
    lacking = shared.by(secret(of.world.portal, of.world.handler, others))
    refused = lacking(operation.method, path, **sent(operation, of))
    assert (refused.status, refused.json["scope"]) == (403, f"{operation.area}:{operation.access}")
    assert of.belongings() == before


@pytest.mark.parametrize("id", IDS)
def test_another_office(shared: Set, id: str) -> None:
    """OF-2: with another office's key, things are absent; nothing is revealed, and nothing of the first one changes."""
    operation, of = BY_ID[id], shared.of
    before = of.belongings()
    other = shared.by(secret(of.world.portal, of.other_office))
    told = other(operation.method, path_of(operation, of), **sent(operation, of))
    names_something = office_calls.CALLS[f"office.{operation.call}"].names_something
    assert (told.status == 404) == names_something, told.content
    if names_something:
        assert told.json["code"] == "absent"
    assert SECRET.encode() not in told.content
    assert of.belongings() == before


@pytest.mark.parametrize("id", sorted({*IDS} - {"post_clients_send_mail_again"}))
def test_the_office(shared: Set, id: str) -> None:
    """OF-1, AP-6: each operation succeeds for the office, and answers as the document says."""
    operation, of = BY_ID[id], shared.of
    if operation.call in BEFORE:
        office_calls.CALLS[f"office.{operation.call}"].prepare(of.world.portal.office, of)
    account = ACCOUNTS.get(operation.call)
    path = operation.path.format(account_id=account(of)) if account else path_of(operation, of)
    told = shared.call(operation.method, path, **sent(operation, of))
    assert told.status == operation.status, told.content
    if told.headers.get("content-type") == "application/json":
        _validate(_document(shared.call), operation, told.json)


def _validate(document: Any, operation: Operation, answer: Any) -> None:
    """Require that an answer is as the document describes it."""
    told = document["paths"][operation.path][operation.method.lower()]["responses"][str(operation.status)]
    schema = told["content"]["application/json"]["schema"]
    Draft202012Validator({**schema, "components": document["components"]}).validate(answer)


# ---------------------------------------------------------------------- the document
def test_the_document() -> None:
    """AP-6: both hosts give the same OpenAPI document, which is valid, without a key."""
    world = World()
    first, second = (Caller(client=host(world.portal))("GET", "/openapi.json") for host in HOSTS.values())
    assert (first.status, first.content) == (200, second.content)
    OpenAPIV31SpecValidator(first.json).validate()
    assert first.json["servers"] == [{"url": ROOT}]
    for operation in OPERATIONS:
        described = first.json["paths"][operation.path][operation.method.lower()]
        assert f"`{operation.area}:{operation.access}`" in described["description"]
        assert len(described["summary"]) > 5, arguments_of(operation)


def test_whom_to_ask() -> None:
    """AP-6: the document says whom a developer can ask, if the vendor does."""
    portal, contact = World().portal, ApiContact(name="Hulp", email="api@example.nl", url="https://example.nl")
    told = {"name": "Hulp", "email": "api@example.nl", "url": "https://example.nl"}
    app, application = Flask("vendor"), FastAPI()
    app.register_blueprint(flask.office_api(portal, contact=contact), url_prefix="/kantoor")
    application.include_router(fastapi.office_api(portal, contact=contact), prefix="/kantoor")
    for client in (app.test_client(), TestClient(application)):
        assert _document(Caller(client=client))["info"]["contact"] == told


def test_problems_are_explained(api: Caller) -> None:
    """AP-6: each problem links to what its code means, in the language that is asked for."""
    refused = api("POST", "/dossiers", {"number": "", "description": "", "parties": []}, Accept_Language="en")
    assert (refused.status, refused.headers["content-type"]) == (400, "application/problem+json")
    for link in (refused.json["type"], refused.json["errors"][0]["type"]):
        told = attrs.evolve(api, secret="")("GET", link.removeprefix(ROOT), Accept_Language="nl")
        assert (told.status, told.json["code"]) == (200, link.rpartition("/")[2])
    assert api("GET", "/problems/iets").status == 404
    assert api("POST", "/problems/missing").status == 405


# ---------------------------------------------------------------------- bad input
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff",
        b'{"kind": "person", "kind": "company"}',
        b'{"name": NaN}',
        b'{"name": 1e400}',
        b'{"name": "\\ud800"}',
        b'{"name": "\\u0000"}',
        b"[" * 100 + b"]" * 100,
        b"[" * 200_000,
    ],
)
def test_what_is_no_json(api: Caller, content: bytes) -> None:
    """AP-6: a body that is no JSON, or that programs read differently, is a problem."""
    refused = api("POST", "/clients", content=content, Content_Type="application/json")
    assert (refused.status, refused.json["errors"][0]["code"]) == (400, "not_json")
    upload = api("POST", f"/dossiers/{UUID(int=7)}/documents", **multipart(content))
    assert (upload.status, upload.json["errors"][0]["code"]) == (400, "not_json")
    document = api("POST", "/questionnaires", content=content, Content_Type="application/json")
    code = "not_as_format" if content.startswith(b"[[") and content.endswith(b"]") else "not_json"
    assert (document.status, document.json["errors"][0]["code"]) == (400, code)


def test_all_faults_at_once(api: Caller) -> None:
    """AP-6, AL-1: every field that does not fit is named, wherever it stands; unknown fields too."""
    body = {"number": 1, "parties": ["x"], "kleur": "rood"}
    refused = api("POST", "/dossiers?kleur=rood", body, If_Match='"1"')
    assert [(each["field"], each["code"]) for each in refused.json["errors"]] == [
        ("kleur", "unknown_key"),
        ("number", "not_text"),
        ("description", "missing"),
        ("parties.0", "not_as_format"),
        ("kleur", "unknown_key"),
        ("If-Match", "unknown_key"),
    ]
    rules = api(
        "POST", "/dossiers", {"number": "", "description": "", "parties": ["0198f0c2-0000-7000-8000-000000000000"]}
    )
    assert {each["field"] for each in rules.json["errors"]} == {"number", "description"}


@pytest.mark.parametrize("query, field, code", [("after=-1", "after", "too_small"), ("size=1001", "size", "too_large")])
def test_numbers_out_of_range(api: Caller, query: str, field: str, code: str) -> None:
    """AP-6, AL-5: a number beyond a limit names its field, and the limit."""
    [told] = api("GET", f"/events?{query}").json["errors"]
    assert (told["field"], told["code"], list(told["params"])) == (field, code, ["limit"])


@pytest.mark.parametrize(
    "method, path, headers, status",
    [
        ("GET", "/niets", {}, 404),
        ("GET", "/clients/", {}, 404),
        ("GET", "/clients/a%0A", {}, 404),
        ("GET", "/dossiers/geen-id", {}, 404),
        ("DELETE", "/clients", {}, 405),
        ("FOO", "/clients", {}, 405),
        ("GET", "/clients", {"Accept": "text/html"}, 406),
        ("GET", "/clients", {"Accept": "application/json;q=0"}, 406),
        ("POST", "/clients", {"Content_Type": "text/plain"}, 415),
        ("GET", "/clients?cursor=00", {}, 400),
        ("GET", "/clients?search=jan", {}, 400),
        ("GET", "/requests?size=0", {}, 400),
        ("GET", "/requests?size=x", {}, 400),
        ("GET", "/requests?size=5&size=6", {}, 400),
        ("GET", "/requests?state=af", {}, 400),
        ("GET", "/requests?state=waiting&size=1000", {}, 200),
        ("GET", "/messages?handled=true", {}, 200),
        ("GET", "/usage?on=2026-13-01", {}, 400),
        ("GET", "/audit/entries?oldestFirst=true", {}, 200),
        ("GET", "/audit/entries?oldest_first=true", {}, 400),
        ("GET", "/audit/entries?oldestFirst=1", {}, 400),
        ("HEAD", "/clients", {}, 200),
        ("HEAD", f"/submissions/{UUID(int=7)}/file", {}, 405),
        ("GET", f"/submissions/{UUID(int=7)}/file", {}, 404),
        ("GET", "/clients", {"Case_Handler": "%20"}, 400),
        ("GET", "/clients", {"Accept": "text/html, application/*;q=0.5"}, 200),
    ],
)
def test_wrong_requests(api: Caller, method: str, path: str, headers: dict[str, str], status: int) -> None:
    """AP-6: what is wrong with a request is a problem with its status, on both hosts alike."""
    told = api(method, path, content=b"{}" if "Content_Type" in headers else None, **headers)
    assert told.status == status, told.content
    if status >= 400 and method != "HEAD":
        assert (told.json["status"], told.json["type"].rpartition("/")[0]) == (status, f"{ROOT}/problems")
    assert told.headers["api-version"] == "1.0.0"
    assert ("allow" in told.headers) == (status == 405)


def test_the_address_of_the_api_itself(api: Caller) -> None:
    """AP-6: nothing is at the address of the API itself, with and without a slash."""
    assert [api("GET", path).status for path in ("", "/")] == [404, 404]


def test_large_bodies(api: Caller) -> None:
    """AP-6: a body of ten megabytes is refused."""
    refused = api("POST", "/clients", content=b'"' + b"x" * 10_000_000 + b'"', Content_Type="application/json")
    assert (refused.status, refused.json["code"]) == (413, "body_too_large")


def test_the_body_of_a_get(api: Caller) -> None:
    """AP-6: a body means nothing where something is got (RFC 9110 9.3.1): it is not read, on both hosts alike."""
    assert api("GET", "/profile", {"name": "Ander"}).json == api("GET", "/profile").json


def test_a_key_in_the_address(api: Caller) -> None:
    """AP-1: a key in the address is refused, whatever else is right, because logs keep addresses."""
    for path in (f"/clients?api_key={api.secret}", f"/clients/{api.secret}"):
        assert api("GET", path).json["code"] == "key_in_address"


def test_the_budget() -> None:
    """AP-3: headers tell the budget of a key; a request beyond it is refused until the next minute."""
    world = World(settings=attrs.evolve(Settings(), api=ApiLimits(requests_a_minute=2)))
    call = Caller(client=HOSTS["fastapi"](world.portal), secret=secret(world.portal, world.handler))
    assert [call("GET", "/profile").headers["ratelimit-remaining"] for _each in range(2)] == ["1", "0"]
    refused = call("GET", "/profile")
    assert (refused.status, refused.headers["retry-after"]) == (429, refused.headers["ratelimit-reset"])
    world.later(minutes=1)
    assert call("GET", "/profile").status == 200


# ---------------------------------------------------------------------- once, pages, versions, files
def test_once(api: Caller) -> None:
    """AP-4: a request with an ``Idempotency-Key`` is carried out once; with another body it is a problem."""
    jan = {"kind": "person", "name": "Jan", "email": "jan@example.nl"}
    before = len(api("GET", "/clients").json["items"])
    first, again = (api("POST", "/clients", jan, Idempotency_Key="a") for _each in range(2))
    assert (first.status, first.content, first.headers["location"]) == (
        again.status,
        again.content,
        again.headers["location"],
    )
    other = api("POST", "/clients", {**jan, "name": "Piet"}, Idempotency_Key="a")
    assert (other.status, other.json["errors"][0]["code"]) == (422, "key_used_before")
    assert len(api("GET", "/clients").json["items"]) == before + 1
    for key in ("", "x" * 256):
        assert api("POST", "/clients", jan, Idempotency_Key=key).json["errors"][0]["field"] == "Idempotency-Key"


def test_a_file_once(shared: Set) -> None:
    """AP-4: the contents of a file belong to the body: another file of the same name is another request."""
    path, publication = f"/dossiers/{shared.of.dossier}/documents", sent(BY_ID["post_documents_publish"], shared.of)
    data = {"kind": "document", "title": "Nota", "for_clients": [str(shared.of.owner.client_id)]}
    first, again = (shared.call("POST", path, Idempotency_Key="f", **publication) for _each in range(2))
    assert (first.status, first.json) == (201, again.json)
    other = shared.call("POST", path, Idempotency_Key="f", **multipart(data, content=PDF + b"x"))
    assert (other.status, other.json["errors"][0]["code"]) == (422, "key_used_before")


def test_pages(api: Caller) -> None:
    """AP-5: a list has a cursor while there may be more; a cursor of another list is refused."""
    there = len(api("GET", "/clients").json["items"])
    for number in range(26 - there):
        api("POST", "/clients", {"kind": "person", "name": f"Jan {number}", "email": f"jan{number}@example.nl"})
    first = api("GET", "/clients").json
    rest = api("GET", f"/clients?cursor={first['next']}").json
    searched = api("POST", "/clients/search", {"search": "", "cursor": first["next"]}).json
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (25, 1, None)
    assert searched == rest
    assert api("GET", f"/mail-problems?cursor={first['next']}").json["errors"][0]["field"] == "cursor"


def test_cursors_of_others(shared: Set) -> None:
    """AP-5: a cursor of another office, or an altered one, is refused."""
    cursor = shared.call("GET", "/requests?size=1").json["next"]
    assert shared.call("GET", f"/requests?cursor={cursor}").status == 200
    other = shared.by(secret(shared.of.world.portal, shared.of.other_office))
    altered = f"{cursor[:-1]}{'0' if cursor[-1] != '0' else '1'}"
    for caller, each in ((other, cursor), (shared.call, altered), (shared.call, cursor[:-2]), (shared.call, "")):
        refused = caller("GET", f"/requests?cursor={each}")
        assert (refused.status, refused.json["errors"][0]["field"]) == (400, "cursor")


def test_versions(shared: Set) -> None:
    """AP-6: a view has its version as ETag, and an old ``If-Match`` is refused."""
    path = f"/requests/{shared.of.request}"
    etag = shared.call("GET", path).headers["etag"]
    accept = f"{path}/items/{shared.of.items[2]}/accept"
    assert shared.call("POST", accept, If_Match='"1"').status == 412
    assert shared.call("POST", accept, If_Match="oud").json["errors"][0]["field"] == "If-Match"
    assert shared.call("POST", accept, If_Match=etag).json["errors"][0]["code"] == "wrong_state"
    (version, _hash) = etag.strip('"').split("-")
    assert shared.call("POST", accept, If_Match=f'"{version}"').json["errors"][0]["code"] == "wrong_state"


def test_what_is_known(shared: Set) -> None:
    """AP-6: who has a thing or a file already gets 304 without it; once it has changed, all of it."""
    path = f"/dossiers/{shared.of.dossier}"
    etag = shared.call("GET", path).headers["etag"]
    for known in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        told = shared.call("GET", path, If_None_Match=known)
        assert (told.status, told.content, told.headers["etag"]) == (304, b"", etag)
        assert told.headers["api-version"] == "1.0.0"
    assert shared.call("HEAD", path, If_None_Match=etag).status == 304
    assert shared.call("GET", path, If_None_Match='"x"').status == 200
    shared.call("POST", f"{path}/messages", BODIES["messages.send"](shared.of))
    changed = shared.call("GET", path, If_None_Match=etag)
    assert (changed.status, changed.headers["etag"] == etag) == (200, False)
    file = f"/documents/{shared.of.document}/file"
    whole = shared.call("GET", file)
    for method in ("GET", "HEAD"):
        again = shared.call(method, file, If_None_Match=whole.headers["etag"])
        assert (again.status, again.content) == (304, b"")
    assert "etag" not in shared.call("GET", "/clients").headers


def test_files(shared: Set) -> None:
    """AP-6: files come whole or in ranges, and are verified; what is sent streams in."""
    path = f"/dossiers/{shared.of.dossier}/documents"
    data = {"kind": "document", "title": "", "for_clients": [str(shared.of.owner.client_id)]}
    made = shared.call("POST", path, **multipart(data, name="één.pdf", content=PDF + bytes(300_000)))
    place = made.headers["location"].removeprefix(ROOT)
    whole = shared.call("GET", place)
    assert (whole.status, whole.content) == (200, PDF + bytes(300_000))
    assert "%C3%A9%C3%A9n.pdf" in whole.headers["content-disposition"]
    part = shared.call("GET", place, Range="bytes=0-3")
    assert (part.status, part.content, part.headers["content-range"]) == (
        206,
        PDF[:4],
        f"bytes 0-3/{len(whole.content)}",
    )
    assert shared.call("GET", place, Range="bytes=999999999-").status == 416
    assert shared.call("HEAD", place).content == b""
    wrongs: tuple[dict[str, Any], ...] = (
        {"content": b"x", "Content_Type": "multipart/form-data; boundary=a"},
        {"content": b"x", "Content_Type": "multipart/form-data"},
        {"content": b"--a--", "Content_Type": "multipart/form-data; boundary=a"},
    )
    for wrong in wrongs:
        assert shared.call("POST", path, **wrong).json["code"] in {"malformed", "refused"}
    assert shared.call("POST", path, **multipart({**data, "kind": "x"})).json["errors"][0]["field"] == "kind"


def test_who_acts(shared: Set) -> None:
    """AP-1: clients see the name of the key, or of the case handler that the request names."""
    path, of = f"/dossiers/{shared.of.dossier}/messages", shared.of
    body = {"client_id": str(of.owner.client_id), "text": {"subject": "Vraag", "body": "Klopt dit?"}}
    for handler, name in ((None, "boekhouding"), ("mr.%20J.%20de%20Vri%C3%A9s", "mr. J. de Vriés")):
        more: dict[str, Any] = {} if handler is None else {"Case_Handler": handler}
        made = shared.call("POST", path, body, **more).json
        assert name in json.dumps(shared.call("GET", f"/messages/{made['id']}").json, ensure_ascii=False)


def test_a_secret_is_shown_once(api: Caller) -> None:
    """WH-1: the answers that make an endpoint or replace its secret have the secret, and no other answer has one."""
    made = api("POST", "/webhooks", {"url": "https://example.nl/hook", "types": ["message.sent"]}).json
    rotated = api("POST", f"/webhooks/{made['webhook_id']}/secret", {"keep": 3600}).json
    assert all(len(each["secret"]) == 50 and each["secret"].startswith("whsec_") for each in (made, rotated))
    assert (made["former_until"], made["secret"] == rotated["secret"]) == (None, False)
    assert b"whsec_" not in api("GET", "/webhooks").content


def test_exports(shared: Set) -> None:
    """SI-5: the trail comes as lines, whose last one is an anchor, and an archive as a ZIP file."""
    lines = shared.call("GET", "/audit/export").content.splitlines()
    assert all(isinstance(json.loads(line), dict) for line in lines)
    archive = shared.call("GET", f"/dossiers/{shared.of.dossier}/archive?language=en")
    assert (archive.headers["content-type"], archive.content[:2]) == ("application/zip", b"PK")
    assert shared.call("HEAD", "/audit/export").content == b""
