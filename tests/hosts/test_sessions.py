"""Where an account is signed in, and the password once more, on both hosts (SI-3, SI-4)."""

import re
from collections.abc import Callable
from datetime import timedelta

import attrs
import pytest

from klantportaal.domain.errors import NotConfirmed
from klantportaal.usecases.client.profile import ProfileSettings
from tests.hosts.browsers import WRONG, Browser, Reply, dutch
from tests.hosts.conftest import World

PASSWORD = "Welkom01"
NOT_DONE = "What you asked for has not been done yet. Give your password, and then ask for it once more."


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
    """Another."""
    return signed_in(new_browser, world, SAFARI)


def signed_in(new_browser: Callable[[], Browser], world: World, said: str) -> Browser:
    """Sign in with a browser that says something of itself."""
    browser = attrs.evolve(new_browser(), headers={"User-Agent": said})
    assert browser.sign_in(world.account.email).status == 303
    return browser


def ends(reply: Reply) -> list[str]:
    """Find where the list can sign out, under the portal's prefix."""
    return re.findall(r'action="/portaal(/mijn-gegevens/sessies/[^"]+/beeindigen)"', reply.text)


def test_list(here: Browser, elsewhere: Browser) -> None:
    """SI-4: every device is named, with its address; this browser comes first, says so, and is not signed out here."""
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
    """SI-4: signing out elsewhere is done at its next request, and is told."""
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
    """SI-4: everywhere else at once."""
    others = [signed_in(new_browser, world, SAFARI) for _ in range(3)]
    done = here.post(LIST)
    assert dutch("You are signed out everywhere else.") in here.follow(done).text
    assert [browser.get("/home").status for browser in [here, *others]] == [200, 401, 401, 401]


def test_the_password_comes_first(here: Browser, elsewhere: Browser, world: World) -> None:
    """SI-4: after 10 minutes the list offers to give the password first; a form sent all the same is asked for it."""
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
    """SI-4: whoever is signed in nowhere else is asked for nothing."""
    world.scene.clock.advance(timedelta(minutes=20))
    listed = here.get(LIST)
    assert dutch("You are signed in nowhere else.") in listed.text
    assert "/bevestigen" not in listed.text


def test_strange_devices(here: Browser, new_browser: Callable[[], Browser], world: World) -> None:
    """SI-4: forty sessions, some of devices that say the strangest things, stand in one list, as text."""
    for number in range(39):
        said = ("<script>alert(1)</script>" * 40, "x" * 5000, "Mozilla/5.0 (%s %(x)s {{ 7 * 7 }}", "")[number % 4]
        world.scene.session(world.account, device=said[:200])
    listed = here.get(LIST)
    assert len(ends(listed)) == 39
    assert "<script>alert" not in listed.text
    assert listed.text.count('data-label="Apparaat">Een onbekend apparaat') == 39


def session_cookie(reply_cookies: tuple[str, ...]) -> str:
    """Take the session's cookie from those that an answer sets."""
    [cookie] = [each.partition(";")[0] for each in reply_cookies if "-sessie=" in each]
    return cookie


def test_confirming(browser: Browser, world: World) -> None:
    """SI-3: the password once more leads on, with a new cookie; the older one, stolen or not, is nobody's."""
    before = session_cookie(browser.sign_in(world.account.email).cookies)
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
    """SI-3: a password manager finds whose password is asked, in a field that shows it and cannot be changed."""
    text = client.get("/bevestigen").text
    email = 'type="email" id="email" name="email" autocomplete="username" value="Klant@example.nl" readonly=""'
    assert email in text
    assert 'type="password" id="current" name="current" required="" autocomplete="current-password"' in text


@pytest.mark.parametrize("wanted", ["", "https://evil.example/", "//evil.example", "/elders", "/portaal/../x"])
def test_leads_within_the_portal(client: Browser, wanted: str) -> None:
    """SI-1: giving the password leads to a page of the portal, whatever the form says."""
    done = client.post("/bevestigen", {"current": PASSWORD, "next": wanted})
    assert (done.status, done.location) == (303, "/portaal/mijn-gegevens")


def test_wrong_password(client: Browser) -> None:
    """AL-1, SI-3: a wrong password is refused at its field, keeps where it leads, and takes no session away."""
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
    """Let `Mijn gegevens` ask for the password once more, as security settings do."""

    def ask(*_arguments: object) -> None:
        raise NotConfirmed

    monkeypatch.setattr(ProfileSettings, "view", ask)
    monkeypatch.setattr(ProfileSettings, "save", ask)


@pytest.mark.usefixtures("asking")
def test_a_page_asks_for_the_password(client: Browser) -> None:
    """SI-3: a page that asks for the password leads to where it is given, and from there back, query and all."""
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
    """SI-3: a form that asks for the password leads back to the page that it was sent from, or to its own."""
    reply = client.post("/mijn-gegevens", {"language": "nl"}, Referer=referer)
    assert (reply.status, reply.location) == (303, f"/portaal/bevestigen?next={back}&melding=niet-uitgevoerd")


@pytest.mark.usefixtures("asking")
def test_a_script_is_told(client: Browser) -> None:
    """SI-3: a script is told in words."""
    reply = client.get("/mijn-gegevens", Accept="application/json")
    assert reply.status == 403
    assert dutch("Give your password once more before you do this. Nothing was changed.") in reply.text


def test_lost_forms_are_told_of(client: Browser) -> None:
    """SI-3: whoever is asked for the password after sending a form reads that it was not done."""
    assert dutch(NOT_DONE) in client.get("/bevestigen?next=/portaal/home&melding=niet-uitgevoerd").text


def test_confirming_counts(client: Browser, world: World) -> None:
    """SI-3: the new session's token carries when the password was given."""
    world.scene.clock.advance(timedelta(minutes=20))
    done = client.post("/bevestigen", {"current": PASSWORD})
    token = session_cookie(done.cookies).partition("=")[2]
    assert world.portal.client.sign_in.whoever(world.office.id, token).actor.confirmed_at == world.scene.clock.now()
