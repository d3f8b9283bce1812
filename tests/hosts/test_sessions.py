"""The list of sessions, and asking for the password again, on both hosts (SI-3, SI-4)."""

import re
from collections.abc import Callable
from datetime import timedelta

import attrs
import pytest

from klantportaal.domain.errors import NotConfirmed
from klantportaal.domain.sessions import Visitor
from klantportaal.usecases.client.profile import ProfileSettings
from tests.hosts.browsers import WRONG, Browser, Reply, dutch
from tests.hosts.conftest import World

PASSWORD = "Welkom01"
NOT_DONE = "What you asked for has not been done yet. Confirm that it is you, and then ask for it once more."


FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)
LIST = "/mijn-gegevens/sessies"


@pytest.fixture
def here(new_browser: Callable[[], Browser], world: World) -> Browser:
    """A browser in which the scene's client is signed in."""
    return signed_in(new_browser, world, FIREFOX)


@pytest.fixture
def elsewhere(new_browser: Callable[[], Browser], world: World) -> Browser:
    """Another browser in which the scene's client is signed in."""
    return signed_in(new_browser, world, SAFARI)


def signed_in(new_browser: Callable[[], Browser], world: World, said: str) -> Browser:
    """Sign in with a browser that sends a given ``User-Agent``."""
    browser = attrs.evolve(new_browser(), headers={"User-Agent": said})
    assert browser.sign_in(world.email).status == 303
    return browser


def ends(reply: Reply) -> list[str]:
    """Find the paths that end a session in the list, without the portal's prefix."""
    return re.findall(r'action="/portaal(/mijn-gegevens/sessies/[^"]+/beeindigen)"', reply.text)


def test_an_app(here: Browser, world: World) -> None:
    """AP-8, SI-4: An app stands in the list by the name that it gave, as text, and is signed out there."""
    visitor = Visitor(office_id=world.office.id, device="<b>Kantoor-app</b>", is_app=True)
    world.portal.client.sign_in.sign_in(visitor, world.email, PASSWORD)
    listed = here.get(LIST)
    assert 'data-label="Apparaat">&lt;b&gt;Kantoor-app&lt;/b&gt;' in listed.text
    [path] = ends(listed)
    assert here.post(path).status == 303
    assert ends(here.get(LIST)) == []


def test_list(here: Browser, elsewhere: Browser) -> None:
    """SI-4: Each session shows device and address. The current one is first and marked, and cannot be ended here."""
    for browser, first, second in ((here, "Firefox op Windows", "Safari op iPhone"), (elsewhere, "Safari", "Firefox")):
        listed = browser.get(LIST)
        assert listed.status == 200
        assert listed.text.index(f'data-label="Apparaat">{first}') < listed.text.index(
            f'data-label="Apparaat">{second}'
        )
        assert listed.text.count(dutch("you are here now")) == 1
        assert listed.text.index(dutch("you are here now")) < listed.text.index(f'data-label="Apparaat">{second}')
        assert listed.text.count(">127.0.0.1<") == 2
        assert len(ends(listed)) == 1
    assert f'href="/portaal{LIST}"' in here.get("/mijn-gegevens").text


def test_ending_one(here: Browser, elsewhere: Browser) -> None:
    """SI-4: Another session that is ended is refused at its next request. The page says that it was ended."""
    [end] = ends(here.get(LIST))
    done = here.post(end)
    assert (done.status, done.location) == (303, f"/portaal{LIST}?melding=beeindigd")
    listed = here.follow(done)
    assert dutch("You are signed out there.") in listed.text
    assert dutch("You are signed in nowhere else.") in listed.text
    assert (ends(listed), "Safari" in listed.text) == ([], False)
    assert (here.get("/home").status, elsewhere.get("/home").status) == (200, 401)
    assert here.post(end).status == 303


def test_ending_all_others(here: Browser, new_browser: Callable[[], Browser], world: World) -> None:
    """SI-4: All other sessions are ended at once."""
    others = [signed_in(new_browser, world, SAFARI) for _ in range(3)]
    done = here.post(LIST)
    assert dutch("You are signed out everywhere else.") in here.follow(done).text
    assert [browser.get("/home").status for browser in [here, *others]] == [200, 401, 401, 401]


def test_the_password_comes_first(here: Browser, elsewhere: Browser, world: World) -> None:
    """SI-4: After 10 minutes the list asks for the password first. A form that is sent anyway asks for it too."""
    [end] = ends(here.get(LIST))
    world.scene.clock.advance(timedelta(minutes=10))
    listed = here.get(LIST)
    assert (ends(listed), f'action="/portaal{LIST}"' in listed.text) == ([], False)
    ask = "/bevestigen?next=%2Fportaal%2Fmijn-gegevens%2Fsessies"
    assert f'href="/portaal{ask}"' in listed.text
    late = here.post(end, Referer=f"https://kantoor.example.nl/portaal{LIST}")
    assert late.location == f"/portaal{ask}&melding=niet-uitgevoerd"
    assert elsewhere.get("/home").status == 200
    assert dutch(NOT_DONE) in here.follow(late).text
    done = here.post("/bevestigen", {"current": PASSWORD, "next": f"/portaal{LIST}"})
    assert ends(here.follow(done)) == [end]
    assert here.post(end).status == 303
    assert elsewhere.get("/home").status == 401


def test_alone(here: Browser, world: World) -> None:
    """SI-4: With a single session the password is not asked."""
    world.scene.clock.advance(timedelta(minutes=20))
    listed = here.get(LIST)
    assert dutch("You are signed in nowhere else.") in listed.text
    assert "/bevestigen" not in listed.text


def test_strange_devices(here: Browser, new_browser: Callable[[], Browser], world: World) -> None:
    """SI-4: Forty sessions, some with odd device names, are all listed as text."""
    for number in range(39):
        said = ("<script>alert(1)</script>" * 40, "x" * 5000, "Mozilla/5.0 (%s %(x)s {{ 7 * 7 }}", "")[number % 4]
        world.scene.session(world.account, device=said[:200])
    listed = here.get(LIST)
    assert len(ends(listed)) == 39
    assert "<script>alert" not in listed.text
    assert listed.text.count('data-label="Apparaat">Een onbekend apparaat') == 39


def session_cookie(reply_cookies: tuple[str, ...]) -> str:
    """Find the session cookie among the cookies that a response sets."""
    [cookie] = [each.partition(";")[0] for each in reply_cookies if "-sessie=" in each]
    return cookie


def test_confirming(browser: Browser, world: World) -> None:
    """SI-3: Giving the password again redirects with a new session cookie. The old cookie is invalid."""
    before = session_cookie(browser.sign_in(world.email).cookies)
    asked = browser.get("/bevestigen?next=/portaal/dossiers?zoek=a")
    assert asked.status == 200
    assert 'name="next" value="/portaal/dossiers?zoek=a"' in asked.text
    done = browser.post("/bevestigen", {"current": PASSWORD, "next": "/portaal/dossiers?zoek=a"})
    assert (done.status, done.location) == (303, "/portaal/dossiers?zoek=a")
    assert "HttpOnly" in str(done.cookies)
    assert browser.follow(done).status == 200
    assert browser.get("/home", Cookie=before).status == 401
    assert browser.post("/bevestigen", {"current": PASSWORD}, Cookie=before).status == 401
    assert browser.get("/home").status == 200


def test_form_is_for_password_managers(client: Browser, world: World) -> None:
    """SI-3: The form has the account's address in a read-only field, for password managers."""
    text = client.get("/bevestigen").text
    email = 'type="email" id="email" name="email" autocomplete="username" value="Klant@example.nl" readonly=""'
    assert email in text
    assert 'type="password" id="current" name="current" required="" autocomplete="current-password"' in text


@pytest.mark.parametrize("wanted", ["", "https://evil.example/", "//evil.example", "/elders", "/portaal/../x"])
def test_leads_within_the_portal(client: Browser, wanted: str) -> None:
    """SI-1: After the password, the redirect stays within the portal, whatever the form says."""
    done = client.post("/bevestigen", {"current": PASSWORD, "next": wanted})
    assert (done.status, done.location) == (303, "/portaal/mijn-gegevens")


def test_wrong_password(client: Browser) -> None:
    """AL-1, SI-3: A wrong password is a fault at its field. The target is kept, and no session ends."""
    assert client.get("/bevestigen").status == 200
    wrong = client.post("/bevestigen", {"current": "fout-wachtwoord", "next": "/portaal/dossiers"})
    assert (wrong.status, wrong.cookies) == (422, ())
    assert '<a href="#current">' in wrong.text
    assert dutch(WRONG) in wrong.text
    assert 'name="next" value="/portaal/dossiers"' in wrong.text
    assert "fout-wachtwoord" not in wrong.text
    assert client.post("/bevestigen").status == 422
    assert client.get("/home").status == 200


@pytest.fixture
def asking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `Mijn gegevens` ask for the password again, as security settings do."""

    def ask(*_arguments: object) -> None:
        raise NotConfirmed

    monkeypatch.setattr(ProfileSettings, "view", ask)
    monkeypatch.setattr(ProfileSettings, "save", ask)


@pytest.mark.usefixtures("asking")
def test_a_page_asks_for_the_password(client: Browser) -> None:
    """SI-3: A page that needs the password redirects to the form, which gets its path and query as target."""
    for sent in (client.get, client.head):
        reply = sent("/mijn-gegevens?melding=opgeslagen")
        assert reply.status == 303
        assert reply.location == "/portaal/bevestigen?next=%2Fportaal%2Fmijn-gegevens%3Fmelding%3Dopgeslagen"


@pytest.mark.usefixtures("asking")
@pytest.mark.parametrize(
    "referer, back",
    [
        ("https://kantoor.example.nl/portaal/dossiers?zoek=a", "%2Fportaal%2Fdossiers%3Fzoek%3Da"),
        ("https://evil.example/elders", "%2Fportaal%2Fmijn-gegevens"),
        ("https://[kapot", "%2Fportaal%2Fmijn-gegevens"),
        ("", "%2Fportaal%2Fmijn-gegevens"),
    ],
)
def test_a_form_asks_for_the_password(client: Browser, referer: str, back: str) -> None:
    """SI-3: A form that needs the password redirects, with the page it was sent from or its own page as target."""
    reply = client.post("/mijn-gegevens", {"language": "nl"}, Referer=referer)
    assert (reply.status, reply.location) == (303, f"/portaal/bevestigen?next={back}&melding=niet-uitgevoerd")


@pytest.mark.usefixtures("asking")
def test_a_script_is_told(client: Browser) -> None:
    """SI-3: A script gets a 403 with a sentence."""
    reply = client.get("/mijn-gegevens", Accept="application/json")
    assert reply.status == 403
    assert dutch("Enter your password again before you do this. Nothing was changed.") in reply.text


def test_lost_forms_are_told_of(client: Browser) -> None:
    """SI-3: If a sent form needs the password, the page says that nothing was done."""
    assert dutch(NOT_DONE) in client.get("/bevestigen?next=/portaal/home&melding=niet-uitgevoerd").text


def test_confirming_counts(client: Browser, world: World) -> None:
    """SI-3: The new session records when the password was given."""
    world.scene.clock.advance(timedelta(minutes=20))
    done = client.post("/bevestigen", {"current": PASSWORD})
    token = session_cookie(done.cookies).partition("=")[2]
    assert world.portal.client.sign_in.whoever(world.office.id, token).actor.confirmed_at == world.scene.clock.now()
