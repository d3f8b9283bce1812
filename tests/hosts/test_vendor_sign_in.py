"""PE-6 on both hosts: a vendor's own sign-in in front of the portal's pages."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any, NoReturn
from urllib.parse import parse_qs, urlencode, urlsplit

import attrs
import flask
import pytest
from fastapi import Request, Response
from flask import Flask

from klantportaal.adapters.fastapi import pages
from klantportaal.adapters.flask import blueprint
from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.adapters.storage.memory.reading import MemoryReading
from klantportaal.domain.accounts import ClientKind, NewClient
from klantportaal.domain.admission import Assurance, Authentication, Subject, VendorSignIn
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.sessions import OfficeActor, Visitor
from klantportaal.portal import Portal
from tests.hosts.browsers import PREFIX, Browser, FastApiWire, FlaskWire, Reply, Wire, dutch
from tests.hosts.conftest import World
from tests.hosts.test_ended_session import TEXT, text_of, waiting

VENDOR = VendorSignIn(name="DigiD", sign_in="/sso", confirm="/sso/again", sign_out="/sso/out", with_password=False)
NEW = "nieuw@example.nl"


def said(world: World, who: str, level: str) -> Authentication:
    """Return the person that the vendor has authenticated, which this vendor reads from the query."""
    subject = Subject(issuer="https://login.example.nl", name=who)
    return Authentication(subject=subject, method="digid", assurance=Assurance(level), at=world.scene.clock.now())


def on_flask(portal: Portal, world: World) -> Wire:
    """Make a vendor's Flask app with a sign-in of its own."""
    app, own = Flask("vendor"), blueprint(portal)
    app.register_blueprint(own, url_prefix=PREFIX)

    def told() -> Authentication:
        return said(world, flask.request.args["who"], flask.request.args.get("level", "substantial"))

    app.add_url_rule("/sso", "sso", lambda: own.admit(told(), next=flask.request.args.get("next", "")))
    app.add_url_rule("/sso/again", "again", lambda: own.confirm(told(), next=flask.request.args.get("next", "")))
    return FlaskWire.of(app)


def on_fastapi(portal: Portal, world: World) -> Wire:
    """Make a vendor's FastAPI app with a sign-in of its own."""
    from fastapi import FastAPI

    app, own = FastAPI(), pages(portal)
    app.include_router(own, prefix=PREFIX)

    @app.get("/sso")
    def admitted(request: Request, who: str, level: str = "substantial", next: str = "") -> Response:  # noqa: A002
        return own.admit(request, said(world, who, level), next=next)

    @app.get("/sso/again")
    def confirmed(request: Request, who: str, level: str = "substantial", next: str = "") -> Response:  # noqa: A002
        return own.confirm(request, said(world, who, level), next=next)

    return FastApiWire.of(app)


@attrs.frozen(kw_only=True)
class Visiting:
    """A browser of a person who signs in at the vendor."""

    world: World
    browser: Browser

    @property
    def desk(self) -> OfficeActor:
        """The office."""
        return self.world.scene.office_actor(self.world.office)

    def use(self, **changes: Any) -> None:
        """Let the office use the vendor's sign-in."""
        sign_in = attrs.evolve(VENDOR, **changes)
        self.world.portal.office.profile.use_vendor_sign_in(self.desk, sign_in)

    def invitation(self, email: str = NEW) -> str:
        """Invite somebody, and return the path of the link in the mail."""
        new = NewClient(kind=ClientKind.PERSON, name="Nora Nieuw", email=email)
        self.world.portal.office.clients.invite(self.desk, new)
        self.world.portal.background.dispatcher.run_once()
        found = re.search(r"/portaal(/uitnodiging/\S+)", self.world.mail.sent[-1].text)
        assert found is not None
        return found[1]

    def open(self, page: str) -> Reply:
        """Open a page, and follow where it leads."""
        reply = self.browser.get(page)
        while reply.status == 303:
            reply = self.browser.follow(reply)
        return reply

    def press(self, reply: Reply, who: str, label: str = "Inloggen met DigiD", **query: str) -> Reply:
        """Press a button that leads to the vendor, which authenticates somebody."""
        return self.vendor(urlsplit(self.button(reply, label)), who, **query)

    def vendor(self, url: object, who: str, **query: str) -> Reply:
        """Open a route of the vendor, as its provider leads back to it."""
        assert hasattr(url, "path")
        asked = {name: values[0] for name, values in parse_qs(getattr(url, "query", "")).items()}
        target = f"{url.path}?{urlencode({**asked, 'who': who, **query})}"
        return self.browser._seen(self.browser.wire.send("GET", target, headers=self.browser.headers, body=b""))

    @staticmethod
    def button(reply: Reply, label: str) -> str:
        """Find where a button leads to."""
        found = re.search(rf'<a class="button[^>]*href="([^"]+)"[^>]*>(?:(?!</a>).)*{label}', reply.text, re.DOTALL)
        assert found is not None, reply.text
        return unescape(found[1])

    def sms(self) -> str:
        """Send what is due, and return the code of the newest SMS."""
        self.world.portal.background.dispatcher.run_once()
        found = re.search(r"#([0-9]{6})\b", self.world.sms.sent[-1].text)
        assert found is not None
        return found[1]

    def onboard(self, who: str = "nora", email: str = NEW) -> Reply:
        """Come in by an invitation."""
        return self.press(self.open(self.invitation(email)), who)


@pytest.fixture(params=[on_flask, on_fastapi], ids=["flask", "fastapi"])
def visiting(request: pytest.FixtureRequest, world: World) -> Visiting:
    """A browser in Dutch at an office with the vendor's sign-in in place of passwords."""
    visiting = Visiting(
        world=world,
        browser=Browser(wire=request.param(world.portal, world), headers={"Accept-Language": "nl"}),
    )
    visiting.use()
    return visiting


def heading(reply: Reply) -> str:
    """Read the heading of a page."""
    found = re.search(r"<h1>(.*?)</h1>", reply.text)
    assert found is not None, reply.text
    return unescape(found[1])


# ---------------------------------------------------------------------- onboarding
def test_onboarding(visiting: Visiting) -> None:
    """PE-6, ON-7: an invited person signs in with the vendor's button, and lands on Mijn gegevens."""
    page = visiting.open(visiting.invitation())
    assert (heading(page), "Nora Nieuw" in page.text, 'type="password"' in page.text) == ("Beginnen", True, False)
    reply = visiting.press(page, "nora")
    assert (reply.status, reply.location) == (303, f"{PREFIX}/mijn-gegevens")
    shown = visiting.browser.follow(reply)
    assert heading(shown) == "Mijn gegevens"
    assert "U logt in met DigiD." in shown.text
    assert "Wachtwoord wijzigen" not in shown.text
    assert "Naast DigiD vult u bij het inloggen een code van uw telefoon in." in shown.text


def test_later(visiting: Visiting) -> None:
    """PE-6: later the sign-in page leads there, and back to the page that was asked for."""
    visiting.onboard()
    visiting.browser.post("/uitloggen")
    asked = visiting.browser.get("/dossiers?zoek=woning")
    assert asked.status == 401
    reply = visiting.press(asked, "nora")
    assert (reply.status, reply.location) == (303, f"{PREFIX}/dossiers?zoek=woning")
    assert heading(visiting.browser.follow(reply)) == "Dossiers"


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/sso", f"{PREFIX}/../x", "x"])
def test_no_open_redirect(visiting: Visiting, elsewhere: str) -> None:
    """PE-6: any target outside the portal leads to Home."""
    visiting.onboard()
    reply = visiting.vendor(urlsplit("/sso"), "nora", next=elsewhere)
    assert (reply.status, reply.location) == (303, f"{PREFIX}/home")


def test_an_invitation_counts_on_its_own_page_only(visiting: Visiting) -> None:
    """PE-6: an invitation that was opened before, such as by a link of somebody else, does not bind at the door."""
    visiting.onboard()
    visiting.browser.post("/uitloggen")
    visiting.open(visiting.invitation("lokaas@example.nl"))
    reply = visiting.press(visiting.open("/inloggen"), "nora")
    assert (reply.status, reply.location) == (303, f"{PREFIX}/home")
    visiting.browser.post("/uitloggen")
    refused = visiting.press(visiting.open("/inloggen"), "iemand")
    assert (refused.status, "maar dit kantoor heeft geen account voor u" in refused.text) == (403, True)


def test_another_website_binds_nothing(visiting: Visiting) -> None:
    """PE-6: only the page of an invitation leads to binding, so a website that opens a link and the vendor's does not.

    Otherwise the person who is signed in at the vendor would be bound to the website's account without pressing
    anything.
    """
    page = visiting.open(visiting.invitation("lokaas@example.nl"))
    for forged in ("/instellen-wachtwoord", "/instellen-wachtwoord?bewijs=", "/instellen-wachtwoord?bewijs=x"):
        refused = visiting.vendor(urlsplit("/sso"), "nora", next=f"{PREFIX}{forged}")
        assert (refused.status, "maar dit kantoor heeft geen account voor u" in refused.text) == (403, True), forged
    assert visiting.press(page, "nora").location == f"{PREFIX}/mijn-gegevens"


def test_two_invitations_in_one_browser(visiting: Visiting) -> None:
    """PE-6: a page that names one person binds to nobody else, whichever invitation was opened since."""
    noras = visiting.invitation()
    first, again = visiting.open(noras), visiting.open(noras)
    piets = visiting.open(visiting.invitation("piet@example.nl"))
    assert visiting.press(first, "nora").status == 403
    visiting.press(piets, "piet")
    visiting.open(noras)
    assert visiting.press(again, "nora").status == 403
    visiting.browser.post("/uitloggen")
    shown, _second_tab = visiting.open(noras), visiting.open(noras)
    assert visiting.press(shown, "nora").location == f"{PREFIX}/mijn-gegevens"
    assert NEW in visiting.open("/mijn-gegevens").text


def test_an_invitation_that_was_used(visiting: Visiting) -> None:
    """PE-6, ON-2: an old invitation leads to signing in, and to the office."""
    link = visiting.invitation()
    visiting.press(visiting.open(link), "nora")
    visiting.browser.post("/uitloggen")
    dead = visiting.open(link)
    assert (dead.status, "vraag het kantoor om een nieuwe link" in dead.text) == (410, True)
    assert f'href="{PREFIX}/inloggen"' in dead.text
    assert "info@kantoor.example.nl" in dead.text


@pytest.mark.parametrize(
    "who,level,text",
    [
        ("niemand", "high", "maar dit kantoor heeft geen account voor u"),
        ("nora", "low", "Het kantoor vraagt om een veiligere manier van inloggen"),
    ],
)
def test_refused(visiting: Visiting, who: str, level: str, text: str) -> None:
    """PE-6: who is refused gets a page of the portal with the reason, and no link that repeats the request."""
    visiting.onboard()
    visiting.browser.post("/uitloggen")
    visiting.use(least=Assurance.SUBSTANTIAL)
    reply = visiting.vendor(urlsplit("/sso"), who, level=level)
    assert (reply.status, text in unescape(reply.text), "taal=" in reply.text) == (403, True, False)
    assert "set-cookie" not in reply.headers
    assert reply.headers["cache-control"] == "no-store"
    assert "content-security-policy" in reply.headers


def test_the_office_does_not_use_it(visiting: Visiting) -> None:
    """PE-6: at an office that does not use it there is no button, and the vendor's route refuses everybody."""
    visiting.onboard()
    visiting.browser.post("/uitloggen")
    visiting.world.portal.office.profile.use_vendor_sign_in(visiting.desk, None)
    assert "DigiD" not in visiting.open("/inloggen").text
    assert visiting.vendor(urlsplit("/sso"), "nora").status == 403


@pytest.mark.parametrize("page", ["/sso", "/sso/again"])
def test_storage_is_away(visiting: Visiting, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    """PE-6, ST-2: while storage is away, the vendor's routes give the page that says so, as the portal's own do."""

    def failing(*_given: object, **_named: object) -> NoReturn:
        raise Unavailable

    visiting.onboard()
    monkeypatch.setattr(MemoryStorage, "begin", failing)
    monkeypatch.setattr(MemoryReading, "office", failing)
    monkeypatch.setattr(MemoryReading, "session", failing)
    reply = visiting.vendor(urlsplit(page), "nora")
    assert (reply.status, heading(reply)) == (503, heading(visiting.open("/home")))
    assert "set-cookie" not in reply.headers


# ---------------------------------------------------------------------- passwords
def test_without_passwords(visiting: Visiting) -> None:
    """PE-6: where the office takes none, no page asks for a password, and none is set by hand."""
    page = visiting.open("/inloggen")
    assert (heading(page), 'type="password"' in page.text, "Instellen wachtwoord" in page.text) == (
        "Inloggen",
        False,
        False,
    )
    instead, same = (
        re.sub('name="klantportaal-page" content="[^"]+"', "", visiting.open(path).text)
        for path in ("/instellen-wachtwoord", "/inloggen")
    )
    assert instead == same
    assert visiting.browser.post("/instellen-wachtwoord", {"email": NEW}).status == 404
    assert visiting.browser.sign_in(visiting.world.email).status == 401
    visiting.onboard()
    sent = {"current": "x", "password": "Klaproos8", "repeated": "Klaproos8"}
    assert visiting.browser.post("/mijn-gegevens/wachtwoord", sent).status == 404


def test_no_page_speaks_of_passwords(visiting: Visiting) -> None:
    """PE-6: where the office takes no passwords, no page of Mijn gegevens, Home or Accounts speaks of one."""
    new = NewClient(kind=ClientKind.COMPANY, name="Bakkerij BV", email="directie@example.nl", account_name="Nora")
    visiting.world.portal.office.clients.invite(visiting.desk, new)
    visiting.world.portal.background.dispatcher.run_once()
    found = re.search(r"/portaal(/uitnodiging/\S+)", visiting.world.mail.sent[-1].text)
    assert found is not None
    visiting.press(visiting.open(found[1]), "nora")
    elsewhere = Visitor(office_id=visiting.desk.office_id)
    visiting.world.portal.client.sign_in.admit(elsewhere, said(visiting.world, "nora", "high"))
    visiting.world.scene.clock.advance(timedelta(minutes=11))
    details = ("", "/sessies", "/tweestaps", "/e-mailadres")
    pages = ["/home", *(f"/mijn-gegevens{each}" for each in details), "/accounts/extra-accounts/nieuw"]
    for path in (*pages, *pages):
        page = visiting.open(path)
        assert (path, page.status, "wachtwoord" in page.text.lower()) == (path, 200, False)
        if heading(page) == "Bevestig dat u het bent":
            visiting.press(page, "nora", "Bevestigen met DigiD")


def test_with_passwords(visiting: Visiting) -> None:
    """PE-6: where the office takes both, both pages offer both."""
    visiting.use(with_password=True)
    for page in (visiting.open("/inloggen"), visiting.open(visiting.invitation())):
        assert "Met een wachtwoord" in page.text
        assert visiting.button(page, "Inloggen met DigiD").startswith("/sso")
    wrong = visiting.browser.post("/instellen-wachtwoord", {"email": "nieuw@"})
    assert (wrong.status, "Nora Nieuw" in wrong.text, visiting.button(wrong, "Inloggen met DigiD")) == (
        422,
        True,
        visiting.button(page, "Inloggen met DigiD"),
    )
    stranger = visiting.vendor(urlsplit("/sso"), "niemand")
    assert (stranger.status, "Hebt u een wachtwoord voor dit portaal?" in stranger.text) == (403, True)
    assert visiting.browser.sign_in(visiting.world.email).status == 303
    assert "Wachtwoord wijzigen" in visiting.open("/mijn-gegevens").text


# ---------------------------------------------------------------------- confirming, signing out
def test_confirming(visiting: Visiting) -> None:
    """PE-6, SI-3: where a password would be asked, the vendor is; then the page that was asked for is there."""
    visiting.onboard()
    visiting.world.scene.clock.advance(timedelta(minutes=11))
    page = visiting.browser.follow(visiting.browser.post("/mijn-gegevens/tweestaps", {"actie": "app"}))
    assert heading(page) == "Bevestig dat u het bent"
    reply = visiting.press(page, "nora", "Bevestigen met DigiD")
    assert (reply.status, reply.location) == (303, f"{PREFIX}/mijn-gegevens/tweestaps")
    assert visiting.browser.follow(reply).status == 200
    refused = visiting.vendor(urlsplit("/sso/again"), "iemand")
    assert (refused.status, "Dit is bevestigd door iemand anders dan wie is ingelogd" in refused.text) == (403, True)


def test_confirming_without_a_session(visiting: Visiting) -> None:
    """PE-6: a confirmation of somebody whose session ended leads to signing in."""
    reply = visiting.vendor(urlsplit("/sso/again"), "nora")
    assert (reply.status, reply.location) == (303, f"{PREFIX}/inloggen")


def test_signing_out(visiting: Visiting) -> None:
    """PE-6: signing out ends the session, and redirects to the vendor's page with the URL to come back to."""
    visiting.onboard()
    reply = visiting.browser.post("/uitloggen")
    assert (reply.status, heading(reply)) == (200, "Uitgelogd")
    onward = f"/sso/out?{urlencode({'next': PREFIX + '/inloggen'})}"
    assert f'<meta http-equiv="refresh" content="0; url={onward}">' in unescape(reply.text)
    assert visiting.button(reply, "Verder") == onward
    assert visiting.browser.get("/home").status == 401


def test_signing_out_here_only(visiting: Visiting) -> None:
    """PE-6: where the vendor has no such page, or a password was used, signing out stays here."""
    visiting.use(sign_out=None, with_password=True)
    visiting.onboard()
    assert visiting.browser.post("/uitloggen").status == 303
    visiting.use(with_password=True)
    visiting.browser.sign_in(visiting.world.email)
    assert visiting.browser.post("/uitloggen").status == 303


def test_somebody_else_in_this_browser(visiting: Visiting) -> None:
    """PE-6, SI-3: a person who was signed in before in this browser is signed out."""
    visiting.onboard()
    before = visiting.world.portal.office.audit.entries(visiting.desk, what="SignedOut")
    visiting.onboard("piet", "piet@example.nl")
    after = visiting.world.portal.office.audit.entries(visiting.desk, what="SignedOut")
    assert len(after) == len(before) + 1
    assert "piet@example.nl" in visiting.open("/mijn-gegevens").text


# ---------------------------------------------------------------------- the second step, forms
def test_a_second_step(visiting: Visiting) -> None:
    """TS-2, PE-6: who turned on two-step verification gives its code after the vendor's sign-in."""
    visiting.onboard()
    visiting.browser.post("/mijn-gegevens/tweestaps", {"actie": "sms", "number": "06 12345678"})
    visiting.browser.post("/mijn-gegevens/tweestaps", {"actie": "aanzetten", "code": visiting.sms()})
    visiting.browser.post("/uitloggen")
    reply = visiting.press(visiting.browser.get("/dossiers"), "nora", level="high")
    assert (reply.status, urlsplit(reply.location).path) == (303, f"{PREFIX}/tweede-stap")
    visiting.browser.follow(reply)
    entered = visiting.browser.post("/tweede-stap", {"code": visiting.sms(), "next": f"{PREFIX}/dossiers"})
    assert (entered.status, entered.location) == (303, f"{PREFIX}/dossiers")
    assert "U logt in met DigiD." in visiting.open("/mijn-gegevens").text


def test_what_was_typed_comes_back(visiting: Visiting) -> None:
    """ST-2, PE-6: a form that outlived its session waits on the sign-in page while another tab signs in."""
    visiting.onboard()
    client = visiting.world.portal.office.clients.list(visiting.desk, search=NEW)[0].client
    dossier = visiting.world.scene.dossier(visiting.world.office, client, number="2026-0099")
    path = f"/dossiers/{dossier.id}/berichten/nieuw"
    shown = visiting.browser.get(path)
    draft = re.search(r'name="draft" value="([^"]+)"', shown.text)
    assert draft is not None
    fields = {**visiting.browser.seal(path), "draft": draft[1], "subject": "Vraag", "body": TEXT}
    visiting.world.scene.clock.advance(timedelta(minutes=31))
    page = visiting.browser.post_files(path, fields)
    assert page.status == 401
    assert 'target="_blank"' in page.text
    early = visiting.browser.post("/inloggen", waiting(page))
    assert (early.status, waiting(early)) == (401, waiting(page))
    assert visiting.press(page, "nora").status == 303
    again = visiting.browser.post("/inloggen", waiting(page))
    assert (again.status, text_of(again, "body")) == (200, TEXT)


def test_in_english(visiting: Visiting, new_language: Callable[[str], Browser]) -> None:
    """PE-6: the same in English."""
    english = attrs.evolve(visiting, browser=new_language("en"))
    page = english.open("/inloggen")
    assert english.button(page, "Sign in with DigiD") == "/sso"
    assert dutch("Sign in with %(name)s", name="DigiD") == "Inloggen met DigiD"


@pytest.fixture
def new_language(visiting: Visiting) -> Callable[[str], Browser]:
    """Open a browser in another language, on the same host."""
    return lambda language: Browser(wire=visiting.browser.wire, headers={"Accept-Language": language})
