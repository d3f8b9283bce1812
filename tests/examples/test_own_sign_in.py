"""The example of a vendor's own sign-in, on both hosts, against a real OpenID provider."""

import contextlib
import html
import json
import re
import time
from collections.abc import Callable, Iterator
from hashlib import shake_256
from pathlib import Path
from urllib.parse import parse_qs, quote, urljoin, urlsplit

import attrs
import pytest

from examples.own_sign_in import fastapi_host, flask_host
from examples.own_sign_in.broker import CALLBACK, CONFIRM, PREFIX, SIGN_IN, SIGN_OUT, Broker
from examples.own_sign_in.failures import AWAY, CANCELLED, INVALID, Failure
from klantportaal import (
    ClientKind,
    NewClient,
    OfficeActor,
    OfficeProfile,
    Portal,
    embedded,
)
from klantportaal.adapters.mail.memory import MemorySender
from klantportaal.domain.sessions import Visitor
from klantportaal.domain.values import ClientId
from tests.conftest import StartProvider
from tests.hosts.browsers import ORIGIN, Browser, FastApiWire, FlaskWire, Reply, Wire
from tests.support.openid import provider as openid
from tests.support.openid.provider import CLIENT_ID, CLIENT_SECRET, HIGH, LOW, SUBSTANTIAL, Person, Provider

SIGNED_OUT = f"{PREFIX}/inloggen"
ADDRESS = "klant@example.nl"


@pytest.fixture
def provider(start_provider: StartProvider) -> Iterator[Provider]:
    """The provider, honest again after each test."""
    provider = start_provider(ORIGIN, callback=CALLBACK, signed_out=SIGNED_OUT)
    yield provider
    provider.honest()


def broker(provider: Provider, *, seconds: float = openid.SECONDS) -> Broker:
    """The settings of a provider."""
    return Broker(
        name="DigiD",
        issuer=provider.issuer,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        session_secret="only for these tests",
        origin=ORIGIN,
        seconds=seconds,
    )


@attrs.frozen(kw_only=True)
class Office:
    """A portal with one office, whose clients sign in with the provider."""

    portal: Portal
    mail: MemorySender
    actor: OfficeActor

    def invite(self, name: str = "Jan Jansen", address: str = ADDRESS) -> tuple[ClientId, str]:
        """Invite a client. Return its id, and the path of the link in its mail."""
        new = NewClient(kind=ClientKind.PERSON, name=name, email=address)
        client_id, _account_id = self.portal.office.clients.invite(self.actor, new)
        self.portal.background.dispatcher.run_once()
        mail = next(mail for mail in reversed(self.mail.sent) if mail.to == address)
        found = re.search(rf"{ORIGIN}({PREFIX}/uitnodiging/\S+)", mail.text)
        assert found is not None
        return client_id, found[1]


@pytest.fixture
def office(provider: Provider, tmp_path: Path) -> Office:
    """An office with the vendor's own sign-in."""
    mail = MemorySender()
    portal = embedded.portal(tmp_path, mail=mail, pepper=b"x" * 32)
    profile = OfficeProfile(name="Kantoor", contact_address="info@kantoor.example.nl")
    actor = OfficeActor(office_id=portal.offices.ensure("kantoor", ORIGIN + PREFIX, profile), handler="beheer")
    portal.office.profile.use_vendor_sign_in(actor, broker(provider).vendor_sign_in)
    return Office(portal=portal, mail=mail, actor=actor)


def wire(host: str, portal: Portal, settings: Broker) -> Callable[[], Wire]:
    """Give a function that opens a new browser on the example, on a host."""
    if host == "flask":
        app = flask_host.application(portal, settings)
        return lambda: FlaskWire.of(app)
    other = fastapi_host.application(portal, settings)
    return lambda: FastApiWire.of(other)


@attrs.frozen(kw_only=True)
class Tab:
    """A browser of somebody, with the cookies of the portal and of the provider."""

    wire: Wire
    person: Person

    @property
    def portal(self) -> Browser:
        """The pages of the portal."""
        return Browser(wire=self.wire)

    def visit(self, url: str) -> Reply:
        """Open a page of the vendor or the portal."""
        parts = urlsplit(url)
        return self.wire.send("GET", f"{parts.path}?{parts.query}", headers={}, body=b"")

    def ask(self, page: str = SIGN_IN, following: str = "") -> str:
        """Open the vendor's page that leads to the provider. Return the provider's URL."""
        return self.visit(f"{page}?next={quote(following)}").location

    def sign_in(self, subject: str, *, acr: str = SUBSTANTIAL, address: str = "", following: str = "") -> Reply:
        """Sign in, from the vendor's page to its callback."""
        return self.visit(self.person.sign_in(self.ask(following=following), subject, acr=acr, address=address))

    def accept(self, link: str, subject: str, *, address: str = "") -> Reply:
        """Open the link of an invitation, press the button, and sign in."""
        return self.press(self.portal.follow(self.visit(link)), subject, address=address)

    def press(self, page: Reply, subject: str, *, address: str = "") -> Reply:
        """Press the button on a page of the portal, and sign in."""
        asked = self.visit(link_to(SIGN_IN, page)).location
        return self.visit(self.person.sign_in(asked, subject, address=address))

    def is_in(self) -> bool:
        """Tell whether somebody is signed in to the portal."""
        return self.portal.get("/mijn-gegevens").status == 200


@pytest.fixture(params=["flask", "fastapi"])
def host(request: pytest.FixtureRequest) -> str:
    """The name of a host."""
    name: str = request.param
    return name


OpenTab = Callable[[], Tab]


@pytest.fixture
def open_tab(host: str, office: Office, provider: Provider) -> Iterator[OpenTab]:
    """A function that opens a new browser."""
    browser = wire(host, office.portal, broker(provider))
    with contextlib.ExitStack() as stack:
        yield lambda: Tab(wire=browser(), person=stack.enter_context(Person.visiting(provider)))


@pytest.fixture
def tab(open_tab: OpenTab) -> Tab:
    """A new browser."""
    return open_tab()


@pytest.fixture
def known(tab: Tab, office: Office) -> Tab:
    """A browser in which an invited person signed in as burger-1, and is signed in."""
    assert tab.accept(office.invite()[1], "burger-1").status == 303
    return tab


def link_to(path: str, page: Reply) -> str:
    """Read the link to a page of the vendor, with its query."""
    found = re.search(rf'href="({path}[^"]*)"', page.text)
    assert found is not None, page.text
    return html.unescape(found[1])


def expect(reply: Reply, why: Failure) -> None:
    """Expect the vendor's page that says why signing in did not succeed, and leads back to the portal."""
    assert (reply.status, reply.headers["content-type"]) == (why.status, "text/html; charset=utf-8")
    assert why.dutch in reply.text
    assert why.english in reply.text
    assert f'href="{SIGNED_OUT}"' in reply.text
    assert not any(cookie.startswith(("klantportaal", "__Host-klantportaal")) for cookie in reply.cookies)


# Who is let in


def test_the_invitation_binds(tab: Tab, open_tab: OpenTab, office: Office) -> None:
    """PE-6: Who opens the invitation and signs in with the provider is let in, and from then on without invitation."""
    entered = tab.accept(office.invite()[1], "burger-1")
    assert entered.status == 303
    assert "Jan Jansen" in tab.portal.follow(entered).text
    assert [mail.to for mail in office.mail.sent] == [ADDRESS]  # One mail is its onboarding.
    other = open_tab()
    assert other.sign_in("burger-1").status == 303
    assert other.is_in()


def test_an_invitation_binds_one_subject(tab: Tab, open_tab: OpenTab, office: Office) -> None:
    """PE-6: The link binds once: a later subject is refused, and the first stays bound."""
    _client_id, link = office.invite()
    second = open_tab()
    page = second.portal.follow(second.visit(link))
    assert tab.accept(link, "burger-1").status == 303
    assert second.press(page, "burger-2").status == 410
    assert not second.is_in()
    assert open_tab().sign_in("burger-2").status == 403
    assert open_tab().sign_in("burger-1").status == 303


def test_an_address_binds_nothing(tab: Tab, open_tab: OpenTab, office: Office) -> None:
    """PE-6: A provider's claim to the address of an invited person, also as the subject, does not sign in."""
    _client_id, link = office.invite()
    for subject in ("burger-1", ADDRESS):
        assert open_tab().sign_in(subject, address=ADDRESS).status == 403
    assert tab.accept(link, "burger-2", address=ADDRESS).status == 303
    assert open_tab().sign_in("burger-1", address=ADDRESS).status == 403


def test_nobody_invited(tab: Tab) -> None:
    """PE-6: A subject that nobody invited sees a page of the portal that says so, and is not signed in."""
    refused = tab.sign_in("burger-1")
    assert refused.status == 403
    assert "daarmee logt u bij dit kantoor niet in" in refused.text
    assert not tab.is_in()


def test_a_closed_account(known: Tab, open_tab: OpenTab, office: Office) -> None:
    """PE-6: Somebody whose only client is closed is let in no more."""
    (card,) = office.portal.office.clients.list(office.actor)
    office.portal.office.clients.close(office.actor, card.client.id)
    assert not known.is_in()
    assert open_tab().sign_in("burger-1").status == 403


def test_too_low(known: Tab, open_tab: OpenTab) -> None:
    """PE-6: Assurance below what the office asks is refused; an unknown level, or none, is the lowest."""
    for acr in (LOW, "urn:unknown", "", SUBSTANTIAL.upper()):
        other = open_tab()
        assert (acr, other.sign_in("burger-1", acr=acr).status, other.is_in()) == (acr, 403, False)


def test_higher_is_enough(known: Tab, open_tab: OpenTab) -> None:
    """PE-6: Assurance above what the office asks is let in."""
    assert open_tab().sign_in("burger-1", acr=HIGH).status == 303


HOW: list[tuple[list[str] | None, str]] = [
    (["pwd", "otp"], "pwd otp"),
    ([], "openid"),
    (None, "openid"),
    (["x" * 300], "x" * 255),
]


def test_how(known: Tab, open_tab: OpenTab, office: Office, provider: Provider) -> None:
    """PE-6, SI-5: The trail has how somebody proved their identity, also if the provider does not say so."""
    for amr, method in HOW:
        provider.control(claims={"amr": amr})
        assert (amr, open_tab().sign_in("burger-1").status) == (amr, 303)
        newest = office.portal.office.audit.entries(office.actor, what="SignedIn")[0]
        assert json.loads(newest.entry.which)["method"] == method


# What the provider is asked, and what it answers


def test_the_question(tab: Tab) -> None:
    """PE-6: The provider is asked for a code, with PKCE, state, nonce, the levels, and how long ago is too long."""
    asked = {name: value for name, (value,) in parse_qs(urlsplit(tab.ask()).query).items()}
    fixed = {name: asked[name] for name in ("response_type", "scope", "redirect_uri", "code_challenge_method")}
    assert fixed == {
        "response_type": "code",
        "scope": "openid",
        "redirect_uri": ORIGIN + CALLBACK,
        "code_challenge_method": "S256",
    }
    assert (asked["acr_values"], asked["max_age"], "prompt" in asked) == (f"{SUBSTANTIAL} {HIGH}", "900", False)
    again = {name: value for name, (value,) in parse_qs(urlsplit(tab.ask()).query).items()}
    assert all(asked[name] != again[name] for name in ("state", "nonce", "code_challenge"))


LIES: dict[str, dict[str, object]] = {
    "another nonce": {"claims": {"nonce": "other"}},
    "no nonce": {"claims": {"nonce": None}},
    "another issuer": {"claims": {"iss": "https://elsewhere.example.nl"}},
    "another client": {"claims": {"aud": "elsewhere", "azp": CLIENT_ID}},
    "several clients": {"claims": {"aud": [CLIENT_ID, "elsewhere"]}},
    "expired": {"claims": {"exp": 1}},
    "no subject": {"claims": {"sub": None}},
    "an empty subject": {"claims": {"sub": ""}},
    "an unprintable subject": {"claims": {"sub": "burger\u0000-1"}},
    "a long subject": {"claims": {"sub": "b" * 256}},
    "no moment": {"claims": {"auth_time": None}},
    "too long ago": {"claims": {"auth_time": 1}},
    "in the future": {"claims": {"auth_time": 9e15}},
    "a moment of another kind": {"claims": {"auth_time": "now"}},
    "forged": {"forge": True},
    "no ID token": {"without_id_token": True},
}


def test_an_id_token_that_does_not_hold(known: Tab, open_tab: OpenTab, provider: Provider) -> None:
    """PE-6: An ID token with another signature, or for another request, is refused."""
    outcomes = {}
    for name, lie in LIES.items():
        provider.honest()
        provider.control(**lie)
        other = open_tab()
        expect(other.sign_in("burger-1"), INVALID)
        outcomes[name] = other.is_in()
    assert outcomes == dict.fromkeys(LIES, False)
    provider.honest()
    assert open_tab().sign_in("burger-1").status == 303


def test_the_provider_replaces_its_key(known: Tab, open_tab: OpenTab, provider: Provider) -> None:
    """PE-6: When the provider replaces its key, signing in still works, without a restart."""
    provider.rotate()
    assert open_tab().sign_in("burger-1").status == 303


def test_a_callback_once_more(tab: Tab, open_tab: OpenTab, office: Office) -> None:
    """PE-6: A callback works once, and only in the browser that asked; a repetition does not end the session."""
    tab.accept(office.invite()[1], "burger-1")
    back = tab.person.pass_through(tab.ask())
    other = open_tab()
    other.ask()
    expect(other.visit(back), INVALID)
    assert not other.is_in()
    assert tab.visit(back).status == 303
    expect(tab.visit(back), INVALID)
    assert tab.is_in()


def test_a_callback_that_nobody_asked(tab: Tab) -> None:
    """PE-6: A callback without a question leads to a page that says what to do."""
    for query in ("", "code=a", "state=a", "code=a&state=b", "error=x&state=y"):
        expect(tab.visit(f"{CALLBACK}?{query}"), INVALID)
    expect(tab.visit(f"{CALLBACK}?error=server_error"), AWAY)


def test_cancelled(tab: Tab) -> None:
    """PE-6: Who cancels at the provider sees a page that leads back to the portal."""
    expect(tab.visit(tab.person.cancel(tab.ask())), CANCELLED)


@pytest.mark.parametrize("digits", [280, 2000])
def test_many_attempts(known: Tab, digits: int) -> None:
    """PE-6: However often somebody begins, the vendor's cookie fits in a browser, and the newest attempt succeeds."""
    paths = [f"{PREFIX}/dossiers/{shake_256(bytes([each])).hexdigest(digits // 2)}" for each in range(25)]
    begun = [known.visit(f"{SIGN_IN}?next={path}") for path in paths]
    entered = known.visit(known.person.pass_through(begun[-1].location))
    assert max(len(cookie) for reply in (*begun, entered) for cookie in reply.cookies) < 4096
    assert entered.status == 303


# Where it leads


ELSEWHERE = (
    "https://elsewhere.example.nl",
    "//elsewhere.example.nl",
    "/\\elsewhere.example.nl",
    f"{PREFIX}/..//elsewhere.example.nl",
    f"{PREFIX}//elsewhere.example.nl",
    "/elders",
    "javascript:alert(1)",
    f"{PREFIX}/dossiers\r\nX-Own: 1",
    f"{PREFIX}/{'x' * 400}",
)


def test_no_open_redirect(known: Tab) -> None:
    """PE-6: Signing in leads to a page of the portal only."""
    for following in ELSEWHERE:
        entered = known.visit(known.person.pass_through(known.ask(following=following)))
        assert (entered.status, "x-own" in entered.headers) == (303, False)
        assert urljoin(ORIGIN, entered.location).startswith(f"{ORIGIN}{PREFIX}/"), following


def test_the_page_that_was_asked(known: Tab, open_tab: OpenTab) -> None:
    """PE-6: Signing in leads on to the page that was asked for, through the portal's own button."""
    other = open_tab()
    entered = other.press(other.portal.get("/mijn-gegevens"), "burger-1")
    assert urlsplit(entered.location).path == f"{PREFIX}/mijn-gegevens"


# Confirming


def test_confirming_asks_again(tab: Tab, office: Office, provider: Provider) -> None:
    """PE-6: Where the password would be asked once more, the provider asks who it is, although it knows the person."""
    provider.control(claims={"auth_time": int(time.time()) - 800})  # Recent enough to sign in, not to change settings.
    tab.accept(office.invite()[1], "burger-1")
    provider.honest()
    act = ("/mijn-gegevens/tweestaps", {"actie": "app"})
    page = tab.portal.follow(tab.portal.post(*act))
    asked = tab.visit(link_to(CONFIRM, page)).location
    question = parse_qs(urlsplit(asked).query)
    assert (question["prompt"], question["max_age"]) == (["login"], ["0"])
    confirmed = tab.visit(tab.person.sign_in(asked, "burger-1"))
    assert urlsplit(confirmed.location).path == f"{PREFIX}/mijn-gegevens/tweestaps"
    assert "otpauth://" in tab.portal.follow(tab.portal.post(*act)).text


def test_confirming_by_another(known: Tab, open_tab: OpenTab, office: Office) -> None:
    """PE-6: Somebody else who proves their identity confirms nothing, and is not signed in either."""
    _client_id, link = office.invite("Piet Pieters", "piet@example.nl")
    assert open_tab().accept(link, "burger-2").status == 303
    for subject in ("burger-2", "burger-3"):
        assert known.visit(known.person.sign_in(known.ask(CONFIRM), subject)).status == 403
    assert "Jan Jansen" in known.portal.get("/home").text


def test_confirming_by_a_proof_of_before(known: Tab, provider: Provider) -> None:
    """PE-6: A provider that does not ask again confirms nothing."""
    provider.control(claims={"auth_time": int(time.time()) - 300})
    expect(known.visit(known.person.sign_in(known.ask(CONFIRM), "burger-1")), INVALID)


def test_confirming_cancelled(known: Tab) -> None:
    """PE-6: Who cancels the confirmation stays signed in, and confirmed nothing."""
    expect(known.visit(known.person.cancel(known.ask(CONFIRM))), CANCELLED)
    assert known.is_in()


# Signing out


def test_signing_out_everywhere(known: Tab) -> None:
    """PE-6: Uitloggen ends the portal's session, leads on to the provider, and back to the portal's sign-in page."""
    page = known.portal.post("/uitloggen")
    assert not known.is_in()
    asked = known.visit(link_to(SIGN_OUT, page)).location
    assert {"id_token_hint", "post_logout_redirect_uri"} <= parse_qs(urlsplit(asked).query).keys()
    back = urlsplit(known.person.sign_out(asked))
    assert f"{back.scheme}://{back.netloc}{back.path}" == ORIGIN + SIGNED_OUT
    assert known.visit(f"{back.path}?{back.query}").status == 200
    assert not isinstance(known.person.open(known.ask()), str)  # The provider asks again who it is.


# A provider that is away


@pytest.fixture
def leaving(office: Office, host: str) -> Iterator[Tab]:
    """A browser on a host with a provider of its own, which the test may stop."""
    with (
        openid.running(ORIGIN, callback=CALLBACK, signed_out=SIGNED_OUT) as provider,
        Person.visiting(provider) as person,
    ):
        yield Tab(wire=wire(host, office.portal, broker(provider))(), person=person)


def test_away_before(leaving: Tab) -> None:
    """PE-6: If the provider is unavailable, signing in leads to a page that says so. The portal still works."""
    leaving.ask()  # Authlib knows the provider from now on.
    leaving.person.provider.stop()
    for page in (SIGN_IN, CONFIRM, SIGN_OUT):
        expect(leaving.visit(page), AWAY)
    assert leaving.portal.get("/inloggen").status == 200


def test_away_meanwhile(leaving: Tab) -> None:
    """PE-6: If the provider goes away while somebody signs in, the way back leads to the same page."""
    back = leaving.person.sign_in(leaving.ask(), "burger-1")
    leaving.person.provider.stop()
    expect(leaving.visit(back), AWAY)


def test_silent(host: str, leaving: Tab, office: Office) -> None:
    """PE-6: A provider that takes connections and never answers counts as away."""
    provider = leaving.person.provider
    provider.fall_silent()
    impatient = wire(host, office.portal, broker(provider, seconds=0.1))()
    expect(Tab(wire=impatient, person=leaving.person).visit(SIGN_IN), AWAY)


def test_away_and_passwords(leaving: Tab, office: Office) -> None:
    """PE-6: Where the office leaves passwords on, they work while the provider is away."""
    leaving.person.provider.stop()
    _client_id, link = office.invite()
    leaving.visit(link)
    office.portal.client.onboarding.ask_link(Visitor(office_id=office.actor.office_id), ADDRESS)
    office.portal.background.dispatcher.run_once()
    token = re.findall(r"/wachtwoord/(\S+)", office.mail.sent[-1].text)[-1]
    visitor = Visitor(office_id=office.actor.office_id, network_address="127.0.0.1", device="Chromium")
    office.portal.client.onboarding.set_password(visitor, token, "Klaproos8", "Klaproos8")
    assert leaving.portal.sign_in(ADDRESS, "Klaproos8").status == 303
    assert leaving.is_in()
