"""Guessing passwords on both hosts: responses reveal nothing, and clients cannot forge their address (SI-1, SI-2)."""

import re
from collections.abc import Callable, Collection
from datetime import timedelta

import pytest

from klantportaal.adapters.flask import blueprint
from tests.hosts.browsers import PREFIX, WRONG, Browser, FastApiWire, FlaskWire, Reply, dutch
from tests.hosts.conftest import World

RIGHT = "Welkom01"
Peer = Callable[[World, str, Collection[str]], Browser]
"""Opens a browser that connects from an address, to a host with trusted proxies."""


def flask_from(world: World, peer: str, proxies: Collection[str]) -> Browser:
    """Open a browser on Flask."""
    from flask import Flask

    app = Flask("vendor")
    app.register_blueprint(blueprint(world.portal, proxies=proxies), url_prefix=PREFIX)
    wire = FlaskWire.of(app)
    wire.client.environ_base["REMOTE_ADDR"] = peer
    return Browser(wire=wire)


def fastapi_from(world: World, peer: str, proxies: Collection[str]) -> Browser:
    """Open a browser on FastAPI."""
    from fastapi import FastAPI
    from fastapi.testclient import TestClient

    from klantportaal.adapters.fastapi import pages
    from tests.hosts.browsers import ORIGIN

    app = FastAPI()
    app.include_router(pages(world.portal, proxies=proxies), prefix=PREFIX)
    client = TestClient(app, base_url=ORIGIN, follow_redirects=False, client=(peer, 50000))
    return Browser(wire=FastApiWire(client))


@pytest.fixture(params=[flask_from, fastapi_from], ids=["flask", "fastapi"])
def connected(request: pytest.FixtureRequest) -> Peer:
    """A function that opens browsers that connect from an address."""
    made: Peer = request.param
    return made


def attempt(browser: Browser, address: str, password: str = "fout", **headers: str) -> Reply:
    """Send the sign-in form."""
    return browser.post("/inloggen", {"email": address, "password": password}, **headers)


def without_address(reply: Reply) -> str:
    """Give a page with the typed address removed."""
    return re.sub(r'(name="email"[^>]*) value="[^"]*"', r"\1", reply.text)


def seen_from(world: World) -> list[str | None]:
    """List the network addresses of refused sign-ins in the audit trail, oldest first."""
    with world.portal.client.sign_in._storage.begin() as uow:
        entries = uow.audit.entries(world.scene.office_actor(world.office))
    return [each.network_address for each in entries if each.what == "SignInRefused"]


def test_throttled_or_not_the_answer_is_the_same(connected: Peer, world: World) -> None:
    """SI-1: Known, unknown and throttled attempts get the same page, status and headers, byte for byte."""
    browser = connected(world, "198.51.100.7", ())
    replies = [attempt(browser, world.email) for _ in range(5)]
    replies += [attempt(browser, world.email, RIGHT) for _ in range(5)]
    replies += [attempt(browser, f"niemand{number}@example.nl") for number in range(45)]
    assert world.passwords.verified == 50
    assert {(reply.status, without_address(reply)) for reply in replies} == {(401, without_address(replies[0]))}
    assert len({tuple(sorted(reply.headers)) for reply in replies}) == 1
    assert "of wacht een paar minuten als u het al een paar keer hebt geprobeerd." in replies[0].text


def test_the_door_says_what_to_do_in_english_too(browser: Browser) -> None:
    """SI-1, AL-1: In English too, the page says to wait a while."""
    page = browser.post("/inloggen?taal=en", {"email": "x@example.nl", "password": "fout"})
    assert "or wait a few minutes if you have tried several times." in page.text


def test_after_waiting_the_account_gets_in(client: Browser, new_browser: Callable[[], Browser], world: World) -> None:
    """SI-2: Existing sessions stay. After a minute the right password is accepted again."""
    door = new_browser()
    for _ in range(6):
        assert attempt(door, world.email).status == 401
    assert attempt(door, world.email, RIGHT).status == 401
    assert client.get("/home").status == 200
    world.scene.clock.advance(timedelta(minutes=1))
    assert attempt(door, world.email, RIGHT).status == 303


def test_the_current_password(client: Browser, world: World) -> None:
    """SI-2, PW-4: After five guesses the right password is also refused as wrong, at its field."""
    fields = {"current": "fout", "password": "Nieuwer22", "repeated": "Nieuwer22"}
    for _ in range(5):
        assert client.post("/mijn-gegevens/wachtwoord", fields).status == 422
    told = client.post("/mijn-gegevens/wachtwoord", {**fields, "current": RIGHT})
    assert told.status == 422
    assert dutch(WRONG) in told.text


def test_asking_once_too_often_gets_the_same_answer(browser: Browser, world: World) -> None:
    """ON-3: A throttled request for a link gets exactly the same response, and sends no mail."""
    replies = []
    for _ in range(6):
        replies.append(browser.post("/instellen-wachtwoord", {"email": world.email}))
        world.scene.clock.advance(timedelta(minutes=3))
        world.portal.background.dispatcher.run_once()
    assert {(reply.status, reply.location, reply.body) for reply in replies} == {
        (303, replies[0].location, replies[0].body)
    }
    assert len([mail for mail in world.mail.sent if "/wachtwoord/" in mail.text]) == 3


@pytest.mark.parametrize("header", ["X_Forwarded_For", "Forwarded", "X_Real_IP", "X_Forwarded", "Client_IP"])
def test_a_forged_header_changes_nothing(connected: Peer, world: World, header: str) -> None:
    """SI-2, SI-5: Forged address headers do not change the address that is counted and recorded."""
    browser = connected(world, "198.51.100.7", ())
    for number in range(52):
        attempt(browser, f"{number}@example.nl", **{header: f"for=203.0.113.{number}, 203.0.113.{number}"})
    assert world.passwords.verified == 50
    assert set(seen_from(world)) == {"198.51.100.7"}


def test_through_a_named_proxy_each_client_counts_for_itself(connected: Peer, world: World) -> None:
    """SI-2, SI-5: Behind a trusted proxy, the address that it added counts, also with IPv6 and ports."""
    browser = connected(world, "10.1.2.3", ["10.0.0.0/8"])
    for number in range(52):
        attempt(browser, f"{number}@example.nl", X_Forwarded_For=f"203.0.113.{number}, 198.51.100.7:4711")
    assert world.passwords.verified == 50
    attempt(browser, "x@example.nl", X_Forwarded_For="[2001:db8::7]:443, 10.9.9.9")
    attempt(browser, "x@example.nl", X_Forwarded_For="rommel")
    attempt(browser, "x@example.nl")
    assert world.passwords.verified == 53
    # The second refusal of a throttled address within a minute is counted, and has no entry of its own (SI-5).
    assert seen_from(world) == [*["198.51.100.7"] * 51, "2001:db8::7", "10.1.2.3", "10.1.2.3"]


def test_a_session_too_is_seen_from_where_it_comes(connected: Peer, world: World) -> None:
    """SI-5: Actions within a session are recorded with the same address."""
    browser = connected(world, "10.1.2.3", ["10.0.0.0/8"])
    browser.sign_in(world.email)
    browser.post("/uitloggen", X_Forwarded_For="198.51.100.7")
    with world.portal.client.sign_in._storage.begin() as uow:
        last = uow.audit.entries(world.scene.office_actor(world.office))[-1]
    assert (last.what, last.network_address) == ("SignedOut", "198.51.100.7")


def test_a_proxy_that_is_no_network_is_refused_at_the_start(connected: Peer, world: World) -> None:
    """SI-2: An invalid proxy setting is refused at the start. Else all clients would count as one."""
    with pytest.raises(ValueError, match="proxy"):
        connected(world, "10.1.2.3", ["proxy.example.nl"])
