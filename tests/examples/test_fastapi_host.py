"""The FastAPI example publishes no list of its routes, and ignores forwarded headers."""

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from examples.demo.state import State
from examples.fastapi_host import host


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_no_list_of_routes(state: State, path: str) -> None:
    """DO-1: the application has no page with its routes, whatever host is asked for."""
    client = TestClient(host.application(state.portal(), prefix="/portaal"))
    for asked in ("127.0.0.1:8000", "elders.example.com"):
        assert client.get(path, headers={"Host": asked}).status_code == 404


def test_no_forwarded_header_is_believed() -> None:
    """SI-2: the network address is that of the connection, also if the request names another one."""
    app = FastAPI()

    @app.get("/")
    def whence(request: Request) -> str:
        return f"{request.url.scheme} {request.client and request.client.host}"

    configuration = host.configuration(app, 8000)
    configuration.load()
    client = TestClient(configuration.loaded_app, client=("127.0.0.1", 5000))
    told = client.get("/", headers={"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"})
    assert told.json() == "http 127.0.0.1"
