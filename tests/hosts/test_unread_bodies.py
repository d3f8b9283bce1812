"""What the Flask host does with a request body that no route read (AL-7)."""

import socket

import flask
import pytest

from tests.hosts.browsers import ORIGIN, PREFIX
from tests.hosts.conftest import World, flask_app

FORM = b"email=jan&password=x"


def can_send(world: World, method: str, path: str, *, protocol: str = "HTTP/1.1", **headers: str) -> bool:
    """Send a request with a body. Tell whether its client can still send after the response."""
    app = flask_app(world.portal)
    app.add_url_rule("/gelezen", "read", view_func=lambda: str(len(flask.request.get_data())), methods=["POST"])
    app.add_url_rule("/ongelezen", "unread", view_func=lambda: "no", methods=["POST"])
    server, client = socket.socketpair()
    with server, client:
        app.test_client().open(
            path,
            method=method,
            base_url=ORIGIN,
            data=FORM,
            content_type="application/x-www-form-urlencoded",
            headers={"Origin": ORIGIN, **headers},
            environ_overrides={"gunicorn.socket": server, "SERVER_PROTOCOL": protocol},
        )
        server.sendall(b"response")
        assert client.recv(8) == b"response"
        try:
            client.sendall(b"x")
        except BrokenPipeError:
            return False
        return True


@pytest.mark.parametrize(
    "method, path",
    [
        ("GET", f"{PREFIX}/inloggen"),
        ("GET", f"{PREFIX}/static/portal.css"),
        ("PUT", f"{PREFIX}/inloggen"),
        ("POST", f"{PREFIX}/bestaat-niet"),
        ("POST", "/ongelezen"),
    ],
)
def test_no_more_is_read(world: World, method: str, path: str) -> None:
    """AL-7: a body that no route read is not read further, for any request."""
    assert not can_send(world, method, path)


def test_no_more_is_read_of_another_site(world: World) -> None:
    """AL-7: a form of another site, which is refused before it is read, is not read further."""
    headers = {"Origin": "http://elders.example", "Sec-Fetch-Site": "cross-site"}
    assert not can_send(world, "POST", f"{PREFIX}/inloggen", **headers)


@pytest.mark.parametrize("path", [f"{PREFIX}/inloggen", "/gelezen"])
def test_a_body_that_was_read(world: World, path: str) -> None:
    """AL-7: after a body that was read to its end, the connection serves more requests."""
    assert can_send(world, "POST", path)


def test_requests_that_share_a_connection(world: World) -> None:
    """AL-7: with HTTP/2, the connection stays open, because it has other requests too."""
    assert can_send(world, "GET", f"{PREFIX}/inloggen", protocol="HTTP/2")


@pytest.mark.parametrize("length", [None, "0"])
def test_a_request_without_a_body(world: World, length: str | None) -> None:
    """AL-7: a request without a body leaves the connection open."""
    server, client = socket.socketpair()
    with server, client:
        environ = {"gunicorn.socket": server, **({} if length is None else {"CONTENT_LENGTH": length})}
        flask_app(world.portal).test_client().get(f"{PREFIX}/inloggen", base_url=ORIGIN, environ_overrides=environ)
        client.sendall(b"x")
        assert server.recv(1) == b"x"
