"""``/.well-known/security.txt`` in Flask and in FastAPI (RFC 9116)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from flask import Flask

from klantportaal import Portal
from klantportaal.adapters import fastapi, flask
from klantportaal.adapters.web.http import security_txt as module
from tests.hosts.conftest import build_world

PATH = "/.well-known/security.txt"
NOON = datetime(2030, 1, 1, 12, 0, tzinfo=UTC)
CONTACT = flask.SecurityContact(contacts=("mailto:security@example.nl",), expires=NOON)
Ask = Callable[[str, str], tuple[int, dict[str, str], bytes]]


def in_flask(portal: Portal, contact: flask.SecurityContact | None) -> Ask:
    """Mount the portal at the root of a Flask application, with the file beside it."""
    app = Flask("vendor", static_folder=None)
    app.register_blueprint(flask.blueprint(portal), url_prefix="/")
    if contact:
        app.register_blueprint(flask.security_txt(contact))
    client = app.test_client()

    def ask(method: str, path: str) -> tuple[int, dict[str, str], bytes]:
        reply = client.open(path, method=method)
        return reply.status_code, {name.lower(): value for name, value in reply.headers.items()}, reply.data

    return ask


def in_fastapi(portal: Portal, contact: flask.SecurityContact | None) -> Ask:
    """Mount the portal at the root of a FastAPI application, with the file beside it."""
    app = FastAPI()
    app.include_router(fastapi.pages(portal))
    if contact:
        app.include_router(fastapi.security_txt(contact))
    client = TestClient(app)

    def ask(method: str, path: str) -> tuple[int, dict[str, str], bytes]:
        reply = client.request(method, path)
        return reply.status_code, dict(reply.headers), reply.content

    return ask


@pytest.fixture(params=[in_flask, in_fastapi])
def mounted(request: pytest.FixtureRequest) -> Callable[[flask.SecurityContact | None], Ask]:
    """Mount the file in either host."""
    return lambda contact: request.param(build_world().portal, contact)


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The moment of the hosts' clock, which a test may change."""
    moment = [NOON - timedelta(days=30)]

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return moment[0].astimezone(tz)

    monkeypatch.setattr(module, "datetime", Clock)
    return moment


def test_the_file(mounted: Callable[[flask.SecurityContact | None], Ask]) -> None:
    """RFC 9116 2.3 and 3: the file is plain text in UTF-8, at its address, with a line for each field."""
    contact = flask.SecurityContact(
        contacts=("mailto:security@example.nl", "https://example.nl/melden", "tel:+31-20-555-0100"),
        expires=datetime(2030, 1, 1, 13, 30, 0, 999, tzinfo=timezone(timedelta(hours=1))),
        languages=("nl", "en-GB"),
        policy="https://example.nl/beleid",
        encryption="https://example.nl/sleutel",
        canonical="https://example.nl/.well-known/security.txt",
    )
    ask = mounted(contact)
    code, headers, body = ask("GET", PATH)
    assert (code, headers["content-type"], headers["x-content-type-options"]) == (
        200, "text/plain; charset=utf-8", "nosniff",
    )  # fmt: skip
    assert body.decode() == (
        "Contact: mailto:security@example.nl\n"
        "Contact: https://example.nl/melden\n"
        "Contact: tel:+31-20-555-0100\n"
        "Expires: 2030-01-01T12:30:00Z\n"
        "Encryption: https://example.nl/sleutel\n"
        "Policy: https://example.nl/beleid\n"
        "Canonical: https://example.nl/.well-known/security.txt\n"
        "Preferred-Languages: nl, en-GB\n"
    )
    assert ask("HEAD", PATH)[::2] == (200, b"")
    assert ask("POST", PATH)[0] in (403, 405)  # 403 of a portal at the root: it came from no page of its own.


def test_the_portal_is_as_it_was(mounted: Callable[[flask.SecurityContact | None], Ask]) -> None:
    """RFC 9116 3: the pages of a portal at the root stay where they are; without a contact there is no file."""
    assert mounted(CONTACT)("GET", "/inloggen")[0] == 200
    assert mounted(None)("GET", PATH)[0] == 404


def test_an_expired_file(mounted: Callable[[flask.SecurityContact | None], Ask], now: list[datetime]) -> None:
    """RFC 9116 2.5.5: from the moment that the file expires, nothing is served. The host itself starts and runs."""
    ask = mounted(CONTACT)
    for moment, code in ((NOON - timedelta(seconds=1), 200), (NOON, 404), (NOON + timedelta(days=1), 404)):
        now[0] = moment
        assert ask("GET", PATH)[0] == code
    assert mounted(CONTACT)("GET", "/inloggen")[0] == 200


@pytest.mark.parametrize(
    "field, wrong",
    [
        ("contacts", ()),
        ("contacts", ("security@example.nl",)),
        ("contacts", ("mailto:a@example.nl", "http://example.nl")),
        ("contacts", ("mailto:a@example.nl\nContact: https://evil.example",)),
        ("contacts", ("mailto:a@example.nl ",)),
        ("languages", ("nl, en",)),
        ("policy", "http://example.nl"),
        ("encryption", "https://"),
        ("canonical", "https://example.nl/a\r\nExpires: x"),
    ],
)
def test_wrong_values(field: str, wrong: object) -> None:
    """AL-5: a value that would not be read, or would add a line, is refused by the name of its field."""
    given: dict[str, Any] = {"contacts": ("mailto:a@example.nl",), "expires": NOON, field: wrong}
    with pytest.raises(ValueError, match=f"SecurityContact: {field}"):
        flask.SecurityContact(**given)


@pytest.mark.parametrize(
    "edge",
    [
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-5))),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=5))),
    ],
)
def test_moments_that_utc_does_not_have(edge: datetime) -> None:
    """AL-5: a moment that lies outside the years of UTC is refused by name. In UTC itself, the last one is served."""
    with pytest.raises(ValueError, match="SecurityContact: expires must be between the years"):
        flask.SecurityContact(contacts=CONTACT.contacts, expires=edge)
    forever = flask.SecurityContact(contacts=CONTACT.contacts, expires=datetime.max.replace(tzinfo=UTC))
    assert "Expires: 9999-12-31T23:59:59Z" in str(forever.text())


def test_wrong_types() -> None:
    """AL-5: a moment without time zone, one text for several, and something else than a contact are refused by name."""
    with pytest.raises(TypeError, match="SecurityContact: expires"):
        flask.SecurityContact(contacts=("mailto:a@example.nl",), expires=datetime(2030, 1, 1))  # noqa: DTZ001
    with pytest.raises(TypeError, match="SecurityContact: contacts"):
        flask.SecurityContact(contacts="mailto:a@example.nl", expires=NOON)  # type: ignore[arg-type]
    for make in (flask.security_txt, fastapi.security_txt):
        with pytest.raises(TypeError, match="contact"):
            make("mailto:a@example.nl")  # type: ignore[arg-type]
