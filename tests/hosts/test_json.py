"""The portal's values in a vendor's own routes, on both hosts."""

from collections.abc import Iterator, Sequence
from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, FastAPI, Response
from fastapi.testclient import TestClient
from flask import Flask, jsonify
from flask import Response as FlaskResponse
from pydantic import BaseModel

from klantportaal import AccountId, ClientCard, ClientId, ClientKind, DossierKey, NewClient
from klantportaal.adapters.fastapi import JsonRoute
from klantportaal.adapters.flask import JsonProvider
from klantportaal.serialisation import to_plain
from tests.usecases.world import World

JAN = {"kind": "person", "name": "Jan Jansen", "email": "jan@example.nl", "language": "en"}


class Own(BaseModel):
    """A model of the vendor."""

    word: str = "own"


@pytest.fixture
def world() -> World:
    """A portal with one client."""
    world = World()
    world.onboard("eva@example.nl", name="Eva")
    return world


@pytest.fixture
def fastapi(world: World) -> TestClient:
    """A vendor's FastAPI application, with typical routes."""
    router = APIRouter(route_class=JsonRoute)
    calls, handler = world.portal.office.clients, world.handler

    @router.get("/clients")
    def listed() -> Sequence[ClientCard]:
        return calls.list(handler)

    @router.get("/clients/{client_id}")
    async def one(client_id: ClientId) -> ClientCard:
        return calls.get(handler, client_id)

    @router.get("/mixed")
    def mixed(times: Annotated[int, Depends(lambda: 2)]):  # type: ignore[no-untyped-def]
        return {"cards": calls.list(handler), "times": times, "own": Own()}

    @router.post("/clients", status_code=201)
    def invite(new: NewClient) -> tuple[ClientId, AccountId]:
        return calls.invite(handler, new)

    @router.post("/two")
    def two(new: NewClient, key: DossierKey) -> NewClient:
        assert isinstance(key, DossierKey)
        return new

    @router.get("/own")
    def own() -> Own:
        return Own()

    @router.get("/raw")
    def raw() -> Response:
        return Response("as it is")

    @router.get("/stream")
    def stream() -> Iterator[str]:
        yield "a"

    app = FastAPI()
    app.include_router(router)
    return TestClient(app)


def test_fastapi_writes(fastapi: TestClient, world: World) -> None:
    """OF-1: A route can return what a call returns, with any annotation."""
    cards = world.portal.office.clients.list(world.handler)
    assert fastapi.get("/clients").json() == to_plain(cards)
    assert fastapi.get(f"/clients/{cards[0].client.id}").json() == to_plain(cards[0])
    assert fastapi.get("/mixed").json() == {"cards": to_plain(cards), "times": 2, "own": {"word": "own"}}
    assert fastapi.get("/own").json() == {"word": "own"}
    assert fastapi.get("/raw").text == "as it is"
    assert "a" in fastapi.get("/stream").text


def test_fastapi_reads(fastapi: TestClient, world: World) -> None:
    """OF-1: A route can take a call's arguments from the request body."""
    answer = fastapi.post("/clients", json=JAN)
    assert answer.status_code == 201
    client, _account = answer.json()
    assert [str(card.client.id) for card in world.portal.office.clients.list(world.handler, search="Jansen")] == [
        client
    ]
    key = {"changed_at": "2026-01-31T12:00:00Z", "id": client}
    assert fastapi.post("/two", json={"new": JAN, "key": key}).json() == {
        **JAN,
        "account_name": None,
        "external_id": None,
    }


def test_fastapi_refuses(fastapi: TestClient) -> None:
    """AL-1, AL-5: An invalid body gets FastAPI's 422, with an error for each field. Nothing is coerced."""
    answer = fastapi.post("/clients", json={"kind": "persoon", "name": 1, "more": ""})
    assert answer.status_code == 422
    assert {(".".join(each["loc"]), each["type"]) for each in answer.json()["detail"]} == {
        ("body.kind", "unknown_choice"),
        ("body.name", "not_text"),
        ("body.email", "missing"),
        ("body.more", "unknown_key"),
    }
    assert fastapi.post("/clients", json=[]).json()["detail"][0]["loc"] == ["body"]


def test_fastapi_describes(fastapi: TestClient) -> None:
    """OF-1: The application's OpenAPI document is generated and describes the body."""
    post = fastapi.get("/openapi.json").json()["paths"]["/clients"]["post"]
    assert post["requestBody"]["content"]["application/json"]["schema"]["type"] == "object"


def test_flask_writes(world: World) -> None:
    """OF-1: ``jsonify`` accepts what a call returns. Everything else works as in Flask."""
    app = Flask("vendor")
    app.json = JsonProvider(app)
    cards = world.portal.office.clients.list(world.handler)

    @app.get("/clients")
    def listed() -> FlaskResponse:
        return jsonify(cards=world.portal.office.clients.list(world.handler), kind=ClientKind.PERSON)

    assert app.test_client().get("/clients").get_json() == {"cards": to_plain(cards), "kind": "person"}
    with app.app_context(), pytest.raises(TypeError):
        app.json.dumps(object())
