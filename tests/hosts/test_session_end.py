"""When a session ends: what pages say of it, what keeps it alive, and the language of the pages after it."""

import json
import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from html import unescape

import attrs
import pytest

from klantportaal.adapters.files.memory import MemoryFiles
from klantportaal.domain.accounts import AccountState
from klantportaal.domain.onboarding import LinkPurpose
from klantportaal.domain.sessions import SessionTimes
from klantportaal.domain.values import FileKey, Language
from tests.hosts.asking import Asked
from tests.hosts.browsers import Browser, Reply, dutch
from tests.hosts.conftest import World
from tests.hosts.test_entering import TOKEN
from tests.hosts.test_messaging import SCAN, compose_path, typed

KEEP = "/ingelogd-blijven"
JSON = "application/json"
ALONE = attrs.evolve(SCAN, field="file")
"""A file as a script sends it."""
HALF_AN_HOUR = 30 * 60 * 1000


def until(reply: Reply) -> str | None:
    """Read until when a page says that its form can be sent."""
    found = re.search(r"<noscript><p[^>]*>(.*?)</p></noscript>", reply.text)
    return None if found is None else unescape(found[1])


def dialog(reply: Reply) -> dict[str, str]:
    """Read what the dialog of a page has for its script."""
    found = re.search(r"<dialog ([^>]*)>", reply.text)
    return {} if found is None else dict(re.findall(r'data-([a-z-]+)="([^"]*)"', found[1]))


def keep(browser: Browser) -> Reply:
    """Send what the script of a page sends."""
    return browser.post(KEEP, Accept=JSON)


def told(reply: Reply) -> dict[str, object]:
    """Read the response to the script."""
    read: dict[str, object] = json.loads(reply.body)
    return read


def test_a_page_knows_its_end(client: Browser, world: World) -> None:
    """ST-3: each page has a dialog, an alert, with the end of the session; its button prolongs the session."""
    page = client.get("/home")
    assert '<dialog class="card session" role="alertdialog"' in page.text
    assert dialog(page) == {
        "ends-in": str(HALF_AN_HOUR),
        "warned-in": str(HALF_AN_HOUR - 120_000),
        "told-every": "60000",
    }
    assert f'<form method="post" action="/portaal{KEEP}"' in page.text
    assert dutch("Stay signed in") == "Blijf ingelogd"
    assert dutch("Stay signed in") in page.text
    world.scene.clock.advance(timedelta(seconds=50))
    assert dialog(client.get("/home"))["ends-in"] == str(HALF_AN_HOUR - 50_000)


def test_nobody_is_told_of_an_end(browser: Browser, client: Browser) -> None:
    """ST-3: without a session there is no dialog."""
    client.post("/uitloggen")
    for path in ("/inloggen", "/instellen-wachtwoord", "/home"):
        assert (dialog(browser.get(path)), until(browser.get(path))) == ({}, None)


def test_keeping(client: Browser, world: World) -> None:
    """ST-3: a press moves the end, and the script gets the new one; any number of times, for twelve hours."""
    world.scene.clock.advance(timedelta(minutes=29))
    assert keep(client).status == 200
    assert told(keep(client)) == {
        "ends_in": HALF_AN_HOUR,
        "warned_in": HALF_AN_HOUR - 120_000,
        "told_every": 60_000,
        "is_final": False,
        "until": "10:59",
    }
    kept = []
    for _time in range(23):
        world.scene.clock.advance(timedelta(minutes=29))
        kept.append(told(keep(client)))
    last = kept[-1]
    assert (last["is_final"], last["until"]) == (True, "22:00")
    final = client.get("/home")
    assert re.search(r"<dialog [^>]*data-is-final", final.text)
    world.scene.clock.advance(timedelta(hours=12))
    ended = keep(client)
    assert (ended.status, told(ended)) == (
        401,
        {"sentence": "Log in om deze pagina te bekijken. Was u al ingelogd? Dan is uw sessie verlopen."},
    )


def test_keeping_without_script(client: Browser, world: World) -> None:
    """ST-3: without script, the form of the dialog leads to a page."""
    world.scene.clock.advance(timedelta(minutes=29))
    assert client.post(KEEP).location == "/portaal/home"
    world.scene.clock.advance(timedelta(minutes=29))
    assert client.get("/home").status == 200


def test_until_when_a_form_can_be_sent(client: Browser, world: World) -> None:
    """ST-3: without script each page with a form says until when it can be sent, in the time of the Netherlands."""
    world.scene.clock.advance(timedelta(minutes=5, seconds=31))
    assert until(client.get(compose_path(world))) == "U kunt dit formulier versturen tot 10:35."
    for path in ("/mijn-gegevens", "/mijn-gegevens/wachtwoord", "/mijn-gegevens/tweestaps", "/bevestigen"):
        assert until(client.get(path)) == "U kunt dit formulier versturen tot 10:35.", path
    refused = client.post_files(compose_path(world), typed(str(world.scene.draft_id()), body=""))
    assert (refused.status, until(refused)) == (422, "U kunt dit formulier versturen tot 10:35.")
    for path in ("/home", "/dossiers", f"/dossiers/{world.dossier.id}"):
        assert until(client.get(path)) is None, path


def test_until_when_a_questionnaire_can_be_sent(asked: Asked) -> None:
    """ST-3: so does each page of a questionnaire."""
    assert until(asked.get("/pagina/gezin")) == "U kunt dit formulier versturen tot 10:30."


def test_until_in_english(browser: Browser, world: World) -> None:
    """ST-3, PR-1: it says so in the language of the session."""
    _client, account = world.scene.person(world.office, language=Language.ENGLISH)
    browser.sign_in(world.scene.address(account))
    assert until(browser.get("/mijn-gegevens")) == "You can send this form until 10:30."


def uploading(world: World, takes: timedelta, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each file take so long to come in, as a slow connection does."""
    write = MemoryFiles.write

    def slow(files: MemoryFiles, key: FileKey, blocks: Iterable[bytes]) -> object:
        def coming() -> Iterable[bytes]:
            yield from blocks
            world.scene.clock.advance(takes)

        return write(files, key, coming())

    monkeypatch.setattr(MemoryFiles, "write", slow)


@pytest.mark.parametrize("script", [True, False])
def test_a_long_upload(client: Browser, world: World, monkeypatch: pytest.MonkeyPatch, *, script: bool) -> None:
    """ST-3: an upload is use until its end: who clicks 20 minutes after one of 29 minutes is still signed in."""
    client.get(compose_path(world))
    uploading(world, timedelta(minutes=29), monkeypatch)
    draft = str(world.scene.draft_id())
    if script:
        path = f"/dossiers/{world.dossier.id}/bijlagen?concept={draft}"
        reply = client.post_files(path, {}, [ALONE], Accept=JSON)
        assert reply.status == 201
    else:
        reply = client.post_files(compose_path(world), typed(draft, action="attach"), [SCAN])
        assert (reply.status, until(reply)) == (200, "U kunt dit formulier versturen tot 10:59.")
    world.scene.clock.advance(timedelta(minutes=20))
    assert client.get("/home").status == 200


def test_a_long_upload_of_an_answer(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    """ST-3: so is a file that is an answer of a questionnaire."""
    uploading(asked.world, timedelta(minutes=29), monkeypatch)
    reply = asked.browser.post_files(f"{asked.path}/bestanden/stukken", {}, [ALONE], Accept=JSON)
    assert reply.status == 201, reply.text
    asked.world.scene.clock.advance(timedelta(minutes=20))
    assert asked.browser.get("/home").status == 200


def language(reply: Reply) -> str:
    """Tell the language of a page."""
    found = re.search(r'<html lang="(\w+)">', reply.text)
    assert found is not None
    return found[1]


@pytest.fixture
def english(browser: Browser, world: World) -> Browser:
    """A Dutch browser in which somebody is signed in who chose English."""
    _client, account = world.scene.person(
        world.office, email="english@example.nl", language=Language.ENGLISH, first_signed_in_at=world.scene.clock.now()
    )
    assert language(browser.follow(browser.sign_in(world.scene.address(account)))) == "en"
    return browser


@pytest.mark.parametrize("over", ["signed out", "idle"])
def test_the_door_speaks_the_language_of_the_session(english: Browser, world: World, over: str) -> None:
    """ST-3, PR-1: after signing out, or after the session's end, pages are in the language of that session."""
    if over == "idle":
        world.scene.clock.advance(timedelta(minutes=31))
        assert language(english.get("/home")) == "en"
        assert language(english.post("/mijn-gegevens", {"language": "nl"})) == "en"
    else:
        assert language(english.follow(english.post("/uitloggen"))) == "en"
    for path in ("/inloggen", "/instellen-wachtwoord"):
        assert language(english.get(path, Accept_Language="nl")) == "en", path
    english.sign_in(world.email)
    assert language(english.get("/home")) == "nl"
    english.post("/uitloggen")
    assert language(english.get("/inloggen", Accept_Language="en")) == "nl"


def test_the_cookie_is_set_once(english: Browser) -> None:
    """ST-3: the language is remembered with the first page of a session, for a year, and not with each."""
    assert english.get("/home").cookies == ()
    assert english.get("/home?taal=nl").cookies == ()
    english.post("/uitloggen")
    (cookie,) = english.get("/inloggen?taal=nl").cookies
    assert "-taal=nl;" in cookie
    assert "Max-Age=31536000" in cookie


def test_a_choice_at_the_door(english: Browser, world: World) -> None:
    """PR-1: a language that is chosen before signing in applies until the next session."""
    english.post("/uitloggen")
    assert language(english.get("/inloggen?taal=nl")) == "nl"
    assert language(english.get("/inloggen")) == "nl"
    english.sign_in("english@example.nl")
    assert language(english.get("/home")) == "en"
    english.post("/uitloggen")
    assert language(english.get("/inloggen")) == "en"


def test_a_link_speaks_its_owners_language(english: Browser, world: World) -> None:
    """PR-1: the page behind a link is in the language of its account, also after a session in another one."""
    _client, account = world.scene.person(world.office, state=AccountState.INVITED, password_hash=None)
    world.scene.link(account, LinkPurpose.PASSWORD, fingerprint=world.scene.tokens.fingerprint(TOKEN))
    english.post("/uitloggen")
    assert language(english.follow(english.get(f"/wachtwoord/{TOKEN}"))) == "nl"


def test_another_browser_is_not_told(new_browser: Callable[[], Browser], english: Browser) -> None:
    """PR-1: another browser begins with its own preferred language."""
    assert language(new_browser().get("/inloggen", Accept_Language="nl")) == "nl"


def test_default_times() -> None:
    """SI-3: sessions last half an hour without use, as these tests assume."""
    assert SessionTimes().idle == timedelta(milliseconds=HALF_AN_HOUR)
