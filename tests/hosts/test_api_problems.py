"""The problems of both APIs: each example of their documents is what a request gets, on both hosts (AP-6, AP-9).

Nothing is made up for it: the database is locked, full or damaged, and a body stops half-way.
"""

import functools
import json
import socket
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import attrs
import pytest
from jsonschema import Draft202012Validator

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.adapters.web.api.carrying import BODY_LIMIT, JSON, answer_type
from klantportaal.adapters.web.api.client import DESCRIBED as CLIENT_API
from klantportaal.adapters.web.api.client_operations import OPERATIONS as CLIENT_CALLS
from klantportaal.adapters.web.api.documentation import Described, document
from klantportaal.adapters.web.api.office import DESCRIBED as OFFICE_API
from klantportaal.adapters.web.api.operation import AnyOperation
from klantportaal.adapters.web.api.operations import OPERATIONS as OFFICE_CALLS
from klantportaal.domain.api_keys import ApiAccess, ApiArea, ApiLimits
from klantportaal.domain.request_times import RequestTimes
from klantportaal.settings import Settings
from klantportaal.usecases.client.extra_accounts import ExtraAccounts
from klantportaal.usecases.office.clients import OfficeClients
from tests.hosts import client_api, office_api
from tests.hosts.client_api import browser, entered
from tests.hosts.office_api import Caller, Reply, secret
from tests.hosts.test_streams import received
from tests.support import running_hosts
from tests.support.storages import migrated_file, sqlite_copy
from tests.usecases.matrix.scene import Things, build
from tests.usecases.world import World

PATIENCE = 0.01
"""Seconds after which a locked database is given up."""
JAN = {"kind": "person", "name": "Jan", "email": "jan@example.nl"}
ELS = {"name": "Els", "email": "els@example.nl"}
NOBODY_S = UUID(int=7)
"""The id of nothing."""


@attrs.frozen(kw_only=True)
class Api:
    """One API on a host, with a scene."""

    of: Things
    host: str
    described: Described
    own: Caller
    """Somebody who may do everything."""
    nobody: Caller
    """Somebody who proves nothing."""

    @property
    def account(self) -> str:
        """The path of the main account of the company, in the client API."""
        return f"/accounts/{self.of.owner.account_id}"


def _office(host: str, of: Things) -> Api:
    key, always = secret(of.world.portal, of.world.handler), {"Accept-Language": "en"}
    own = Caller(client=office_api.HOSTS[host](of.world.portal), secret=key, always=always)
    return Api(of=of, host=host, described=OFFICE_API, own=own, nobody=attrs.evolve(own, secret=""))


def _client(host: str, of: Things) -> Api:
    client, token = client_api.HOSTS[host](of.world.portal), entered(of).token
    own = browser(client, of.world.office, token)
    nobody = client_api.visitor(client, of.world.office)
    own, nobody = (attrs.evolve(each, always={**each.always, "Accept-Language": "en"}) for each in (own, nobody))
    return Api(of=of, host=host, described=CLIENT_API, own=own, nobody=nobody)


APIS: Mapping[str, Callable[[str, Things], Api]] = {"office": _office, "client": _client}
DESCRIBED: Mapping[str, Described] = {"office": OFFICE_API, "client": CLIENT_API}


# ---------------------------------------------------------------------- requests that get each problem
def _limited(api: Api, path: str, **limits: int) -> Reply:
    """Send one request more than may be sent in a minute."""
    world = api.of.world
    entrance = attrs.evolve(world.portal._api, limits=ApiLimits(**limits))
    world.portal = attrs.evolve(world.portal, api=entrance)
    own = (_office if api.described is OFFICE_API else _client)(api.host, api.of).own
    assert own("GET", path).status == 200
    return own("GET", path)


def _used_before(api: Api, path: str, body: Mapping[str, str]) -> Reply:
    """Send two bodies with one ``Idempotency-Key``."""
    api.own("POST", path, body, Idempotency_Key="a")
    return api.own("POST", path, {**body, "name": "Piet"}, Idempotency_Key="a")


def _at_once(api: Api, kind: type[Any], call: str, path: str, body: Mapping[str, str]) -> Reply:
    """Send a request again while it is carried out."""
    replies, original = list[Reply](), getattr(kind, call)

    @functools.wraps(original)
    def calling(*given: Any, **named: Any) -> Any:
        replies.append(api.own("POST", path, body, Idempotency_Key="a"))
        return original(*given, **named)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(kind, call, calling)
        assert api.own("POST", path, body, Idempotency_Key="a").status == 201
    [reply] = replies
    return reply


def _without_scope(api: Api) -> Reply:
    reads = secret(api.of.world.portal, api.of.world.handler, {ApiArea.DOSSIERS: ApiAccess.READ})
    return attrs.evolve(api.own, secret=reads)("POST", "/dossiers", office_api.BODIES["dossiers.open"](api.of))


def _long_after_the_password(api: Api) -> Reply:
    api.of.world.later(minutes=11)
    return api.own("POST", "/sessions/end-others")


LARGE: Mapping[str, Any] = {"content": b'"' + b"x" * BODY_LIMIT + b'"', "Content_Type": "application/json"}
TEXT: Mapping[str, Any] = {"content": b"{}", "Content_Type": "text/plain"}
PROVOKED: Mapping[str, Mapping[str, Callable[[Api], Reply]]] = {
    "office": {
        "400": lambda api: api.own("POST", "/case-handlers", {"role": {"nl": "notaris"}}),
        "401": lambda api: api.nobody("GET", "/profile"),
        "403": _without_scope,
        "404": lambda api: api.own("GET", f"/dossiers/{NOBODY_S}"),
        "405": lambda api: api.own("DELETE", "/clients"),
        "406": lambda api: api.own("GET", "/clients", Accept="text/html"),
        "409": lambda api: _at_once(api, OfficeClients, "invite", "/clients", JAN),
        "412": lambda api: api.own(
            "POST", f"/requests/{api.of.request}/items/{api.of.items[2]}/accept", If_Match='"1"'
        ),
        "413": lambda api: api.own("POST", "/clients", **LARGE),
        "415": lambda api: api.own("POST", "/clients", **TEXT),
        "422": lambda api: _used_before(api, "/clients", JAN),
        "429": lambda api: _limited(api, "/profile", requests_a_minute=1),
    },
    "client": {
        "400": lambda api: api.own("POST", f"{api.account}/extra-accounts", {"email": "els@example.nl"}),
        "401": lambda api: api.nobody("GET", "/session"),
        "403": _long_after_the_password,
        "404": lambda api: api.own("GET", f"{api.account}/dossiers/{NOBODY_S}"),
        "405": lambda api: api.own("PATCH", "/session"),
        "406": lambda api: api.own("GET", "/session", Accept="text/html"),
        "409": lambda api: _at_once(api, ExtraAccounts, "add", f"{api.account}/extra-accounts", ELS),
        "410": lambda api: api.nobody("POST", "/password-links/look", {"token": "verzonnen"}),
        "412": lambda api: api.own(
            "POST", f"{api.account}/questionnaires/{api.of.assignment}/complete", If_Match='"0"'
        ),
        "413": lambda api: api.nobody("POST", "/session", **LARGE),
        "415": lambda api: api.own("PUT", "/password", **TEXT),
        "422": lambda api: _used_before(api, f"{api.account}/extra-accounts", ELS),
        "429": lambda api: _limited(api, "/session", session_requests_a_minute=1),
    },
}
"""A request that gets each status, of each API."""


@contextmanager
def _locked(_storage: SqlStorage, path: Path) -> Iterator[None]:
    """Let another process hold the database."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def _full(storage: SqlStorage, _path: Path) -> Iterator[None]:
    """Leave the database no room: its file cannot grow, and has no free page."""
    with storage._engines.writers.transaction() as runner:
        [pages] = runner.driver.execute("PRAGMA page_count").fetchone()
        [free] = runner.driver.execute("PRAGMA freelist_count").fetchone()
        runner.driver.execute(f"PRAGMA max_page_count = {pages}")
    assert free == 0
    yield


@contextmanager
def _damaged(storage: SqlStorage, path: Path) -> Iterator[None]:
    """Write something else over the database, while nothing has it open."""
    storage.close()
    path.write_bytes(b"Not a database, whatever its name is. " * 1000)
    yield


TROUBLES: Mapping[str, Callable[[SqlStorage, Path], Any]] = {"500": _damaged, "503": _locked, "507": _full}
"""What is the matter with the database, by the status that it gives."""
SLOW = "408"


@functools.cache
def _document(name: str) -> Any:
    return document(DESCRIBED[name], DESCRIBED[name].path)


def _example(name: str, status: str) -> Any:
    return _document(name)["components"]["responses"][f"Problem{status}"]["content"]["application/problem+json"][
        "example"
    ]


def _require_example(name: str, status: str, reply: Reply, root: str) -> None:
    """Require that an answer is the example of its status, with the headers that the document has."""
    told = json.loads(reply.content.replace(root.encode(), DESCRIBED[name].path.encode()))
    assert (str(reply.status), told) == (status, _example(name, status))
    assert reply.headers["content-type"] == "application/problem+json"
    described = _document(name)["components"]["responses"][f"Problem{status}"]["headers"]
    assert {each.lower() for each in described} <= reply.headers.keys()


# ---------------------------------------------------------------------- the examples
@pytest.mark.parametrize("name", DESCRIBED)
def test_every_problem_has_an_example(name: str) -> None:
    """AP-6, AP-9: for each status, a document has an example, which is as its schema says, and which a test sends."""
    told = _document(name)
    schema = {**told["components"]["schemas"]["Problem"], "components": told["components"]}
    responses = told["components"]["responses"]
    for response, described in responses.items():
        example = described["content"]["application/problem+json"]["example"]
        Draft202012Validator(schema).validate(example)
        assert f"Problem{example['status']}" == response
    assert {each.removeprefix("Problem") for each in responses} == {*PROVOKED[name], *TROUBLES, SLOW}
    assert {"RateLimit-Limit", "Retry-After"} <= responses["Problem429"]["headers"].keys()


@pytest.mark.parametrize("host", office_api.HOSTS)
@pytest.mark.parametrize("name, status", [(name, status) for name, each in PROVOKED.items() for status in each])
def test_each_example_is_sent(host: str, name: str, status: str) -> None:
    """AP-6, AP-9: a request with something wrong gets exactly the example of its status."""
    api = APIS[name](host, build())
    _require_example(name, status, PROVOKED[name][status](api), api.own.root)


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the tables."""
    return migrated_file(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture
def storage(migrated: Path, tmp_path: Path) -> Iterator[SqlStorage]:
    """An empty database, which is given up soon."""
    with sqlite_copy(migrated, tmp_path, patience=PATIENCE) as storage:
        yield storage


@pytest.mark.parametrize("status", TROUBLES)
@pytest.mark.parametrize("host", office_api.HOSTS)
def test_each_operation_of_a_database_in_trouble(host: str, status: str, storage: SqlStorage, tmp_path: Path) -> None:
    """AP-6, AP-9, AL-2: on a locked, full or damaged database, every operation answers as the document says.

    The problem is exactly the example of its status.
    """
    of, path = build(storage), tmp_path / "portal.sqlite"
    apis = {name: make(host, of) for name, make in APIS.items()}
    asked: Mapping[str, list[tuple[AnyOperation, str, dict[str, Any]]]] = {
        "office": [(each, office_api.path_of(each, of), office_api.sent(each, of)) for each in OFFICE_CALLS],
        "client": [
            (each, f"{client_api.path_of(each, of)}{client_api.query_of(each)}", client_api.sent(each, of))
            for each in CLIENT_CALLS
        ],
    }
    of.world.later(minutes=2)  # The use of the session is stored anew.
    with TROUBLES[status](storage, path):
        for name, api in apis.items():
            found = set[str]()
            paths = _document(name)["paths"]
            for operation, where, more in asked[name]:
                reply = api.own(operation.method, where, **more)
                assert str(reply.status) in paths[operation.path][operation.method.lower()]["responses"], operation.id
                if reply.status == int(status):
                    _require_example(name, status, reply, api.own.root)
                    found.add(operation.id)
            assert len(found) > 20


NOT_ONLY_READ = {
    "audit.entries": "is in the trail itself (SI-5)",
    "questionnaires.answers": "the same",
    "webhooks.deliveries": "the scene has no webhook",
}
"""The operations that get JSON and are left out below, each with the reason."""


@pytest.mark.parametrize("status", ["503", "507"])
@pytest.mark.parametrize("host", office_api.HOSTS)
def test_reads_of_a_database_that_takes_nothing(host: str, status: str, storage: SqlStorage, tmp_path: Path) -> None:
    """AP-3, AP-9, ST-2: whoever reads goes on while the database is locked or full; its requests are counted in memory.

    So does a client that acts for another account than its session does.
    """
    of, path = build(storage), tmp_path / "portal.sqlite"
    office, client = (make(host, of) for make in APIS.values())
    reads = [each for each in OFFICE_CALLS if each.method == "GET" and answer_type(each) == JSON]
    reads = [each for each in reads if each.call not in NOT_ONLY_READ]
    other = f"/accounts/{of.same_person.account_id}/counts"
    with TROUBLES[status](storage, path):
        told = {each.call: office.own("GET", office_api.path_of(each, of)).status for each in reads}
        told[other] = client.own("GET", other).status
    assert len(told) > 20
    assert set(told.values()) == {200}, told


# ---------------------------------------------------------------------- a body that stops
@pytest.mark.parametrize("host", running_hosts.HOSTS)
def test_a_body_that_stops(host: str) -> None:
    """AP-6, AP-9, AL-7: a body that does not come on is broken off, and gets exactly the example."""
    world = World(settings=attrs.evolve(Settings(), requests=RequestTimes(window=timedelta(seconds=0.3))))
    key = secret(world.portal, world.handler)
    asked = {"office": (running_hosts.OFFICE, "/clients"), "client": (running_hosts.CLIENT, "/session")}
    with running_hosts.HOSTS[host](world.portal) as address:
        for name, (root, path) in asked.items():
            with socket.create_connection(("127.0.0.1", urlsplit(address).port), timeout=30) as connection:
                head = f"POST {root}{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nConnection: close"
                more = "Accept-Language: en\r\nContent-Type: application/json\r\nContent-Length: 900"
                connection.sendall(f'{head}\r\n{more}\r\n\r\n{{"email":'.encode())
                told, _blank, content = received(connection).partition(b"\r\n\r\n")
            first, *lines = told.decode().split("\r\n")
            headers = {each.partition(":")[0].lower(): each.partition(":")[2].strip() for each in lines}
            reply = Reply(status=int(first.split()[1]), headers=headers, content=content)
            _require_example(name, SLOW, reply, root)
