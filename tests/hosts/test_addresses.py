"""Links with something behind them, and addresses and methods that are not the portal's, on both hosts."""

import logging
import re
from collections.abc import Callable

import attrs
import pytest
from fastapi import FastAPI
from flask import Flask

from klantportaal.adapters.fastapi import pages
from klantportaal.adapters.flask import blueprint
from klantportaal.domain.accounts import AccountState
from klantportaal.domain.destinations import _PATHS as OF_NOTIFICATIONS
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.onboarding import LinkPurpose
from klantportaal.usecases.background.letters import PATHS as OF_LETTERS
from klantportaal.usecases.shared.receipt_codes import PATH as OF_RECEIPTS
from tests.hosts.browsers import PREFIX, Browser, FastApiWire, FlaskWire, Reply, Wire, dutch, unsealed
from tests.hosts.conftest import WIRES, World, build_world
from tests.hosts.test_mounting import Failing

TOKEN = "T0ken_-" + "x" * 36
"""The token of a link. Its shape is that of every token."""
ID = "01890000-0000-7000-8000-000000000000"
LINKS = sorted(
    {
        *(f"{path}{TOKEN}" if path.endswith("/") and path != OF_RECEIPTS else path for path in OF_LETTERS.values()),
        *(path.format(dossier_id=ID, id=ID) for path in OF_NOTIFICATIONS.values()),
        f"{OF_RECEIPTS}{ID}/{TOKEN}",
    }
    - {OF_RECEIPTS}
)
"""The path of every link in a mail or on a receipt."""
BEHIND = [
    ".",
    ")",
    ">",
    "%3E",
    "%3e",
    "]",
    ",",
    "/",
    "//",
    "/).",
    "%2F",
    "%22",
    "'",
    "=",
    "=3D",
    "&gt;",
    "%5D(",
    "%20x",
]
BEHIND += ["%253E", "%0D%0A", "%09", "%20https://kantoor.example/portaal", ";jsessionid=1"]
BEHIND += [").", "%E2%80%99", "%EF%BC%9E", "%C2%A0", "%E2%80%8B", "%5C", "%FF"]


@pytest.mark.parametrize("link", LINKS)
def test_leads_where_the_link_leads(browser: Browser, link: str) -> None:
    """NW-2: A link with something of its mail behind it leads to the link, on both hosts, also by HEAD."""
    for behind in BEHIND:
        asked = browser.get(f"{link}{behind}")
        assert (asked.status, asked.location, asked.body) == (303, f"{PREFIX}{link}", b""), behind
        assert (asked.headers["referrer-policy"], asked.headers["cache-control"]) == ("no-referrer", "no-store")
        assert asked.cookies == ()
    assert browser.head(f"{link}%3E").location == f"{PREFIX}{link}"
    assert browser.get(f"/{link}).").location == f"{PREFIX}{link}"
    assert browser.get(f"{link}.?taal=en").location == f"{PREFIX}{link}?taal=en"


@pytest.mark.parametrize("link", [each for each in LINKS if each[-1] == TOKEN[-1]])
def test_broken_in_two(browser: Browser, link: str) -> None:
    """NW-2, ON-2: A link that was broken in two, pasted twice or typed in capitals leads to the link, on both hosts."""
    for broken in (
        *(f"{link[:-9]}{gap}{link[-9:]}" for gap in ("%20", "%0D%0A", "=%0D%0A", "%0A%20%20", "%E2%80%8B", "=")),
        f"{link}https://kantoor.example{PREFIX}{link}",
        f"/{link[1:4].upper()}{link[4:]}",
    ):
        asked = browser.get(broken)
        assert (asked.status, asked.location) == (303, f"{PREFIX}{link}"), broken
        assert browser.head(broken).location == f"{PREFIX}{link}"


def test_the_address_of_the_portal(browser: Browser) -> None:
    """NW-2: The address of the portal itself leads to its beginning, whatever mark stands behind it."""
    for behind in (")", "%3E", ",", "/", "%22)"):
        assert browser.get(f"/{behind}").location == f"{PREFIX}/"


def opened(browser: Browser, path: str) -> Reply:
    """Open a path, and follow it to a page."""
    reply = browser.get(path)
    while reply.status == 303:
        reply = browser.follow(reply)
    return reply


@pytest.mark.parametrize("behind", [".", ")", ">", "%3E", "/", "_", "=\r\n".rstrip()])
def test_the_first_mail(new_browser: Callable[[], Browser], world: World, behind: str) -> None:
    """ON-2: The link of the first mail with something behind it opens the page that the link alone opens."""
    _client, account = world.scene.person(world.office, state=AccountState.INVITED, password_hash=None)
    world.scene.link(account, LinkPurpose.INVITATION, fingerprint=world.scene.tokens.fingerprint(TOKEN))
    alone, behind_it = (opened(new_browser(), f"/uitnodiging/{TOKEN}{each}") for each in ("", behind))
    without_proof = [re.sub(r"bewijs=[\w%-]+", "", unsealed(each)) for each in (alone, behind_it)]
    assert without_proof[0] == without_proof[1]
    assert (alone.status, TOKEN in behind_it.text) == (200, False)


def test_signed_in(client: Browser, world: World) -> None:
    """NW-2, ME-4: HEAD of such an address marks nothing; opening it shows the message, and marks that one."""
    path = f"/dossiers/{world.dossier.id}/berichten/{world.message.id}"
    actor = world.scene.actor(world.account)
    peek = world.portal.client.messages.peek
    assert client.head(f"{path}).").status == 303
    assert not peek(actor, world.dossier.id, world.message.id).read_at
    assert "Uw akte" in opened(client, f"{path}).").text
    assert peek(actor, world.dossier.id, world.message.id).read_at


@pytest.mark.parametrize("path", [f"/uitnodiging/{TOKEN[:30]}", f"/wachtwoord/{TOKEN[:30]}/", "/uitnodiging/"])
def test_a_token_that_was_cut_off(browser: Browser, path: str) -> None:
    """ON-2: A link of which the end is missing gets the page that offers a new one."""
    reply = opened(browser, path)
    assert (reply.status, 'href="/portaal/instellen-wachtwoord"' in reply.text) == (410, True)


@pytest.mark.parametrize("path", [f"/e-mailadres/{TOKEN[:9]}", f"/e-mailadres/{TOKEN[:9]}/", "/e-mailadres/"])
def test_the_link_to_a_new_address_that_was_cut_off(browser: Browser, path: str) -> None:
    """PR-4: A link of which the end is missing leads to the page where a new one is asked for."""
    reply = opened(browser, path)
    assert (reply.status, 'href="/portaal/mijn-gegevens"' in reply.text) == (410, True)


UNKNOWN = ["/nergens", "/nergens/", "/home/nergens", "/nergens/../x", "/.git/config", "/%00", "/a%0ab", "/x%ff%fe"]
UNKNOWN += ["//nergens", "/" + "x/" * 200, f"/nergens/{TOKEN}", "/static/", "/dossiers/x/y/z"]
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"]


@pytest.mark.parametrize("language, title", [("nl", "Pagina niet gevonden"), ("en", "Page not found")])
def test_unknown_addresses(browser: Browser, world: World, language: str, title: str) -> None:
    """AL-1: An address that is not there gets a page of the portal in the reader's language, with a way on."""
    for path in UNKNOWN:
        for method in METHODS if path == UNKNOWN[0] else ("GET", "POST"):
            own = {"Accept_Language": language, "Sec_Fetch_Site": "same-origin"}
            reply = browser.send(method, path, own)
            assert (reply.status, f"<h1>{title}</h1>" in reply.text) == (404, True), (method, path)
            assert f'<html lang="{language}">' in reply.text
            assert f'href="{PREFIX}/"' in reply.text
            assert (reply.headers["x-frame-options"], reply.headers["cache-control"]) == ("DENY", "no-store")
        assert browser.head(path).status == 404
    browser.sign_in(world.email)
    assert f'action="{PREFIX}/uitloggen"' in browser.get("/nergens").text
    told = browser.get("/nergens", Accept="application/json")
    assert (told.status, "sentence" in told.text) == (404, True)


@pytest.mark.parametrize(
    "language, title", [("nl", "U kunt deze pagina zo niet openen"), ("en", "cannot be opened this")]
)
def test_unknown_methods(browser: Browser, language: str, title: str) -> None:
    """AL-1: A method that an address has not gets a page of the portal, and all that it has in ``Allow``."""
    own = {"Accept_Language": language, "Sec_Fetch_Site": "same-origin"}
    for method, path, allowed in (
        ("DELETE", "/inloggen", "GET, HEAD, POST"),
        ("OPTIONS", "/home", "GET, HEAD"),
        ("POST", "/home", "GET, HEAD"),
        ("POST", "/", "GET, HEAD"),
        ("GET", "/uitloggen", "POST"),
        ("HEAD", "/uitloggen", "POST"),
        ("PROPFIND", f"/dossiers/{ID}", "GET, HEAD"),
    ):
        reply = browser.send(method, path, own)
        assert (reply.status, reply.headers["allow"]) == (405, allowed), (method, path)
        if method != "HEAD":
            assert title in reply.text
            assert f'href="{PREFIX}/"' in reply.text


def test_a_form_to_nowhere(client: Browser) -> None:
    """SI-1, AL-1: A form that goes nowhere does nothing; one of another site is refused as everywhere."""
    assert client.post("/mijn-gegevens/", {"language": "en"}).status == 404
    assert client.post("/nergens", {"a": "b" * 400_000}).status == 404
    assert client.post("/nergens", {}, Origin="https://evil.example").status == 403


@pytest.mark.parametrize("host", list(WIRES))
@pytest.mark.parametrize("language, title", [("nl", "Pagina niet gevonden"), ("en", "Page not found")])
def test_without_an_office(host: str, language: str, title: str) -> None:
    """AL-6: If the office cannot be read, an address that is not there says so in the reader's language."""
    broken = attrs.evolve(build_world().portal, offices=Failing(Unavailable))  # type: ignore[arg-type]
    browser = Browser(wire=WIRES[host](broken))
    reply = browser.get("/nergens/a", Accept_Language=language)
    assert (reply.status, f'<html lang="{language}">' in reply.text) == (503, True)
    assert f'href="{PREFIX}/nergens/a"' in reply.text
    assert f'href="{PREFIX}/"' in reply.text
    assert title not in reply.text


def test_no_token_in_a_log(browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    """ON-4: Whatever stands around the token of a link, no line of the log has the token."""
    caplog.set_level(logging.DEBUG)
    for behind in (".", "%3E", "/", "/nergens", "x"):
        for before in (
            "/uitnodiging/",
            "/wachtwoord/",
            "/e-mailadres/",
            "/nergens/",
            f"{OF_RECEIPTS}{ID}x/",
            OF_RECEIPTS,
        ):
            for method in ("GET", "POST", "DELETE"):
                browser.send(method, f"{before}{TOKEN}{behind}", {"Sec_Fetch_Site": "same-origin"})
    own = [each.getMessage() for each in caplog.records if not each.name.startswith(("httpx", "asyncio"))]
    assert len(own) > 0
    assert [line for line in own if TOKEN[:20] in line] == []


def on_flask(world: World, prefix: str) -> Wire:
    """Mount the portal in a Flask app that has pages of its own below the same prefix."""
    app = Flask("vendor")
    app.register_blueprint(blueprint(world.portal), url_prefix=prefix or None)
    app.add_url_rule(f"{prefix}/eigen/<name>", view_func=lambda name: f"van de leverancier: {name}", endpoint="own")
    app.add_url_rule(
        f"{prefix}/alles/<path:name>", view_func=lambda name: f"van de leverancier: {name}", endpoint="all"
    )
    return FlaskWire.of(app)


def on_fastapi(world: World, prefix: str) -> Wire:
    """Include the portal in a FastAPI app that has pages of its own below the same prefix."""
    app = FastAPI()
    app.include_router(pages(world.portal), prefix=prefix)
    app.add_api_route(f"{prefix}/eigen/{{name}}", lambda name: f"van de leverancier: {name}")
    app.add_api_route(f"{prefix}/alles/{{name:path}}", lambda name: f"van de leverancier: {name}")
    return FastApiWire.of(app)


@pytest.mark.parametrize("mount", [on_flask, on_fastapi])
@pytest.mark.parametrize("prefix", ["", "/portaal"])
def test_pages_of_the_vendor(world: World, mount: Callable[[World, str], Wire], prefix: str) -> None:
    """OF-3: Pages of the application below the same prefix come first, also if they were added later."""
    wire = mount(world, prefix)
    for path in ("/eigen/a", "/alles/a/b"):
        assert b"van de leverancier: a" in wire.send("GET", f"{prefix}{path}", headers={}, body=b"").body
    reply = wire.send("GET", f"{prefix}/nergens", headers={}, body=b"")
    assert (reply.status, dutch("Page not found") in reply.text) == (404, True)
    assert wire.send("GET", f"{prefix}/home.", headers={}, body=b"").location == f"{prefix}/home"
