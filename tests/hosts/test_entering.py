"""Signing in, links in mails, and passwords, on both hosts."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from klantportaal.domain.accounts import AccountState, ClientKind, NewClient
from klantportaal.domain.onboarding import LinkPurpose
from klantportaal.domain.values import Language
from tests.hosts.browsers import PREFIX, SEAL, WRONG, Browser, Reply, dutch, seals
from tests.hosts.conftest import World

TOKEN = "T0ken_" + "x" * 37
"""A token of a link, chosen by the tests."""
BAD = "geheim"
ASKED = (
    "If we know this address, you will receive an e-mail with a link to set your password. If you asked more"
    " than once, use the newest e-mail."
)
SAVED = "Your settings were saved. A change of language applies from the next time you sign in."


def link_token(world: World, purpose: LinkPurpose, **fields: object) -> str:
    """Store a link with a known token."""
    _client, account = world.scene.person(
        world.office, **{"state": AccountState.INVITED, "password_hash": None, **fields}
    )
    world.scene.link(account, purpose, fingerprint=world.scene.tokens.fingerprint(TOKEN))
    return world.scene.address(account)


def forms_of(reply: Reply) -> list[str]:
    """List the targets of the forms on a page."""
    return re.findall(r'<form[^>]* action="([^"]+)"', reply.text)


def test_door(browser: Browser) -> None:
    """OF-3: The sign-in page shows the office's name, the welcome text and the version, escaped."""
    page = browser.get("/inloggen")
    assert page.status == 200
    assert "Welkom op het klantenportaal van Kantoor &lt;Ee&gt; &amp; Zn." in page.text
    assert "Versie: " in page.text
    assert "<Ee>" not in page.text


def test_sign_in_leads_home(browser: Browser, world: World) -> None:
    """ON-7: A later sign-in lands on Home. SI-1: Case and spaces of the address do not matter."""
    reply = browser.sign_in("  kLaNt@EXAMPLE.nl ")
    assert (reply.status, reply.location) == (303, "/portaal/home")
    assert browser.follow(reply).status == 200
    assert browser.get("/inloggen").location == "/portaal/home"
    assert browser.get("/").location == "/portaal/home"


@pytest.mark.parametrize("tongue, word", [("nl", "Fout:"), ("en", "Error:")])
def test_the_title_of_a_page_with_a_fault(browser: Browser, tongue: str, word: str) -> None:
    """WCAG 2.4.2: the title of a page that tells a fault begins with a word that says so. No other title does."""

    def title(page: Reply) -> str:
        (found,) = re.findall("<title>(.*)</title>", page.text)
        return str(found)

    asked = browser.get(f"/instellen-wachtwoord?taal={tongue}")
    refused = browser.post("/instellen-wachtwoord", {"email": "geen adres"})
    assert title(refused) == f"{word} {title(asked)}"
    assert title(browser.post("/inloggen", {"email": "klant@example.nl", "password": "Fout, 123456"})).startswith(word)


COPIED = ["\u200b%s", "\ufeff%s\u00a0", "\u202a%s\u202c", "\u00ad%s\u2060", "\u3000%s\u202f"]
"""How an address arrives that was copied."""


@pytest.mark.parametrize("copied", COPIED, ids=ascii)
def test_copied_address(browser: Browser, world: World, copied: str) -> None:
    """SI-1, ON-3: what is copied along with an address is not part of it: in signing in, and in asking for a link."""
    assert browser.post("/instellen-wachtwoord", {"email": copied % world.email}).status == 303
    world.portal.background.dispatcher.run_once()
    assert [mail.to for mail in world.mail.sent] == [world.email]
    assert browser.sign_in(copied % world.email).location == "/portaal/home"


@pytest.mark.parametrize("unseen", ["\u200b", "\ufeff", "\u202a", "\u00ad", "\u00a0", "\0"], ids=ascii)
def test_unseen_within_an_address(browser: Browser, world: World, unseen: str) -> None:
    """SI-1, ON-3: within an address, an invisible character makes it another one."""
    typed = world.email.replace("@", f"{unseen}@")
    assert browser.sign_in(typed).status == 401
    assert browser.post("/instellen-wachtwoord", {"email": typed}).status == 422


def test_first_sign_in_leads_to_profile(browser: Browser, world: World) -> None:
    """ON-7: The first sign-in lands on Mijn gegevens, whatever page was requested."""
    _client, account = world.scene.person(world.office)
    fields = {"email": world.scene.address(account), "password": "Welkom01", "next": "/portaal/acties"}
    assert browser.post("/inloggen", fields).location == "/portaal/mijn-gegevens"
    assert browser.post("/inloggen", fields).location == "/portaal/acties"


def test_session_cookie(browser: Browser, world: World) -> None:
    """SI-3: The session cookie is hidden from scripts, other hosts and plain HTTP."""
    (cookie,) = browser.sign_in(world.email).cookies
    name, attributes = cookie.split("=", 1)[0], {part.strip().lower() for part in cookie.split(";")[1:]}
    assert name.startswith("__Host-klantportaal-")
    assert attributes == {"secure", "httponly", "path=/", "samesite=lax"}


@pytest.mark.parametrize(
    "address", ["klant@example.nl", "niemand@example.nl", "genodigd@example.nl", "", "x\0y@example.nl", "'--"]
)
def test_sign_in_fails_alike(browser: Browser, world: World, address: str) -> None:
    """SI-1: Every failed sign-in gets the same response and does the same work."""
    world.scene.person(world.office, email="genodigd@example.nl", state=AccountState.INVITED, password_hash=None)
    replies = [browser.post("/inloggen", {"email": each, "password": BAD}) for each in (address, "ander@example.nl")]
    bodies = [re.sub(r'(name="email"[^>]*) value="[^"]*"', r"\1", reply.text) for reply in replies]
    assert [reply.status for reply in replies] == [401, 401]
    assert replies[0].headers.keys() == replies[1].headers.keys()
    assert bodies[0] == bodies[1]
    assert BAD not in bodies[0]
    assert world.passwords.calls == 2


def test_typed_address_is_kept(browser: Browser) -> None:
    """AL-1: The typed address is shown again, escaped. The password is not."""
    page = browser.post("/inloggen", {"email": '"><script>alert(1)</script>', "password": BAD, "next": "/portaal/home"})
    assert "&lt;script&gt;" in page.text
    assert "<script>" not in page.text
    assert 'name="next" value="/portaal/home"' in page.text


def test_what_was_sent_too_late(client: Browser, world: World) -> None:
    """SI-3, AL-1: A form that is sent after the session ended gets a message that it was not received."""
    told = dutch("You are no longer signed in, so what you sent was not received. Sign in and send it again.")
    world.scene.clock.advance(timedelta(minutes=31))
    late = client.post("/mijn-gegevens", {"language": "en"})
    assert late.status == 401
    assert told in late.text
    assert 'name="next" value="/portaal/mijn-gegevens"' in late.text
    assert told not in client.get("/mijn-gegevens").text


def test_next_is_remembered(browser: Browser, world: World) -> None:
    """SI-3: Without a session the response is the sign-in page with 401. Signing in leads to the requested page."""
    page = browser.get("/dossiers?zoek=akte")
    assert page.status == 401
    assert 'name="next" value="/portaal/dossiers?zoek=akte"' in page.text
    fields = {"email": world.email, "password": "Welkom01", "next": "/portaal/dossiers?zoek=akte"}
    assert browser.post("/inloggen", fields).location == "/portaal/dossiers?zoek=akte"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/elders",
        "/portaal/../x",
        "/portaal/%2e%2e/x",
        "javascript:alert(1)",
        "/portaal/\r\nX: y",
        "/portaal//evil",
    ],
)
def test_next_leads_nowhere_else(browser: Browser, world: World, target: str) -> None:
    """SI-1: Signing in leads only to pages of the portal."""
    fields = {"email": world.email, "password": "Welkom01", "next": target}
    assert browser.post("/inloggen", fields).location == "/portaal/home"


def test_sign_out(client: Browser, world: World) -> None:
    """SI-3: Signing out ends the session at once, in storage too. Signing out twice is no error."""
    cookie = client.get("/home")
    assert cookie.status == 200
    left = client.post("/uitloggen")
    assert left.location.startswith("/portaal/inloggen")
    assert dutch("You are signed out.") in client.follow(left).text
    assert client.get("/home").status == 401
    assert client.post("/uitloggen").status == 303


@pytest.mark.parametrize("way", ["password", "link"])
def test_entering_again_leaves_the_session_before(browser: Browser, world: World, way: str) -> None:
    """SI-3: Signing in again, as the same account or another, ends the earlier session of the browser."""
    (before,) = browser.sign_in(world.email).cookies
    if way == "password":
        entered = browser.sign_in(world.scene.address(world.scene.person(world.office)[1]))
    else:
        link_token(world, LinkPurpose.PASSWORD)
        browser.get(f"/wachtwoord/{TOKEN}")
        entered = browser.post("/wachtwoord", {"password": "Nieuwer22", "repeated": "Nieuwer22"})
    assert browser.follow(entered).status == 200
    assert browser.get("/home", Cookie=before.partition(";")[0]).status == 401


def test_failing_to_sign_in_keeps_the_session(client: Browser, world: World) -> None:
    """SI-3: Only a successful sign-in replaces the session. A wrong password ends no session."""
    assert client.post("/inloggen", {"email": world.email, "password": BAD}).status == 401
    assert client.get("/home").status == 200


def test_other_session_does_not_survive_password_change(new_browser: Callable[[], Browser], world: World) -> None:
    """PW-4: Changing the password ends all other sessions, and gives this browser a new one."""
    here, elsewhere = new_browser(), new_browser()
    here.sign_in(world.email)
    elsewhere.sign_in(world.email)
    fields = {"current": "Welkom01", "password": "Nieuwer22", "repeated": "Nieuwer22"}
    saved = here.post("/mijn-gegevens/wachtwoord", fields)
    assert dutch("Your password was changed. You were signed out everywhere else.") in here.follow(saved).text
    assert (here.get("/home").status, elsewhere.get("/home").status) == (200, 401)


def test_weak_password_names_every_rule(client: Browser) -> None:
    """PW-1: Every broken rule is named at the field, and in a summary that links to the field."""
    fields = {"current": "fout", "password": "kort", "repeated": "anders"}
    wrong = client.post("/mijn-gegevens/wachtwoord", fields)
    assert wrong.status == 422
    assert dutch(WRONG) in wrong.text
    weak = client.post("/mijn-gegevens/wachtwoord", {**fields, "current": "Welkom01"})
    assert weak.status == 422
    for sentence in (
        "minimaal 8 tekens",
        "minimaal 1 hoofdletter",
        "minimaal 1 cijfer",
        dutch("The two passwords are not the same."),
    ):
        assert weak.text.count(sentence) >= 2
    assert '<a href="#password">' in weak.text
    assert 'aria-describedby="password-hint password-fault" aria-invalid="true"' in weak.text
    assert "kort" not in weak.text
    assert "anders" not in weak.text.replace("elders", "")


@pytest.mark.parametrize("language, guess", [("nl", "makkelijk te raden"), ("en", "easy to guess")])
def test_guessable_password_is_explained(browser: Browser, world: World, language: str, guess: str) -> None:
    """PW-3: The page says beforehand what is refused, and afterwards why and what to choose, in both languages."""
    link_token(world, LinkPurpose.PASSWORD, name="Roos Zwart", email="roos@example.nl")
    browser.follow(browser.get(f"/wachtwoord/{TOKEN}"))
    page = browser.get(f"/wachtwoord?taal={language}")
    hint = {
        "nl": ("Minimaal 8 tekens", "Gebruik geen wachtwoord dat veel"),
        "en": ("At least 8", "Do not use a common password"),
    }
    assert all(sentence in page.text for sentence in hint[language])
    reasons = {
        "Qwerty2026": {"nl": "veel mensen", "en": "many people"},
        "Zwart2026": {"nl": "uw naam", "en": "your name"},
    }
    for password, reason in reasons.items():
        refused = browser.post("/wachtwoord", {"password": password, "repeated": password})
        assert refused.status == 422
        (said,) = re.findall(r'<a href="#password">([^<]+)', refused.text)
        assert guess in said
        assert reason[language] in said
        assert password not in refused.text


def test_passwords_are_typed_as_they_are(client: Browser, new_browser: Callable[[], Browser]) -> None:
    """PW-4: Password fields are masked, allow pasting and filling in, and can be shown with script."""
    pages = (new_browser().get("/inloggen"), client.get("/bevestigen"), client.get("/mijn-gegevens/wachtwoord"))
    for page, fields in zip(pages, (1, 1, 3), strict=True):
        inputs = re.findall(r'<input class="input" type="password"[^>]*>', page.text)
        assert len(inputs) == fields
        for each in inputs:
            assert 'autocapitalize="none" autocorrect="off" spellcheck="false"' in each
            assert re.search(r'autocomplete="(new|current)-password"', each)
            assert "value=" not in each
        assert '<div class="choice" data-show-typed hidden>' in page.text
        assert '<input type="checkbox" id="show-typed">' in page.text


def test_whole_onboarding(browser: Browser, world: World) -> None:
    """ON-2 to ON-7: Onboarding works from invitation to Mijn gegevens, with three mails and no token in an address."""
    portal, desk = world.portal, world.scene.office_actor(world.office)
    portal.office.clients.invite(desk, NewClient(kind=ClientKind.PERSON, name="Jan Jansen", email="jan@example.nl"))
    opened = browser.get(mailed_path(world, 1))
    assert opened.location == "/portaal/instellen-wachtwoord"
    assert "verificatie" in browser.follow(opened).text
    asked = browser.post("/instellen-wachtwoord", {"email": "jan@example.nl"})
    check = browser.follow(asked).text
    assert "<h1>Controleer uw e-mail</h1>" in check
    assert dutch(ASKED) in check
    assert "Stuur de e-mail opnieuw" in check
    opened = browser.get(mailed_path(world, 2))
    assert opened.location == "/portaal/wachtwoord"
    form = browser.follow(opened)
    assert "8 tekens" in form.text
    assert browser.post("/wachtwoord", {"password": "kort", "repeated": "kort"}).status == 422
    entered = browser.post("/wachtwoord", {"password": "Nieuwer22", "repeated": "Nieuwer22"})
    assert entered.location == "/portaal/mijn-gegevens"
    assert "Jan Jansen" in browser.follow(entered).text
    mailed_path(world, 3)
    assert browser.get("/wachtwoord").status == 410
    assert browser.get("/instellen-wachtwoord").status == 200


def mailed_path(world: World, number: int) -> str:
    """Send the waiting mails, and give the path of the link in the newest one, without the portal's prefix."""
    while world.portal.background.dispatcher.run_once():
        pass
    assert len(world.mail.sent) == number
    found = re.search(r"https://kantoor\.example\.nl/portaal(/\S+)", world.mail.sent[-1].text)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    "path, purpose, clean",
    [
        ("/uitnodiging", LinkPurpose.INVITATION, "/instellen-wachtwoord"),
        ("/wachtwoord", LinkPurpose.PASSWORD, "/wachtwoord"),
    ],
)
def test_token_leaves_the_address(browser: Browser, world: World, path: str, purpose: LinkPurpose, clean: str) -> None:
    """ON-4: The token moves from the address into a cookie. No page, later address or referrer contains it."""
    link_token(world, purpose)
    for _ in range(20):
        assert browser.head(f"{path}/{TOKEN}").status == 303
        opened = browser.get(f"{path}/{TOKEN}")
        assert (opened.location, opened.headers["referrer-policy"]) == (f"/portaal{clean}", "no-referrer")
        assert (opened.headers["cache-control"], opened.body) == ("no-store", b"")
        page = browser.follow(opened)
        assert page.status == 200
        assert TOKEN not in page.text
        assert TOKEN not in str(page.headers)
        assert all("HttpOnly" in cookie for cookie in opened.cookies)


@pytest.mark.parametrize("path", ["/uitnodiging", "/wachtwoord"])
@pytest.mark.parametrize("token", [TOKEN, "kort", "%00" * 20, "x" * 2000, "a;b=c" * 5, "%0d%0aSet-Cookie:x" * 2])
def test_dead_links(browser: Browser, path: str, token: str) -> None:
    """ON-2, ON-4: An invalid link gets a page that offers a new link, and leaves nothing behind in the browser."""
    reply = browser.get(f"{path}/{token}")
    page = browser.follow(reply) if reply.status == 303 else reply
    assert page.status == 410
    assert 'href="/portaal/instellen-wachtwoord"' in page.text
    assert dutch("This link no longer works") in page.text
    assert browser.get("/instellen-wachtwoord").status == 200


def test_used_link(browser: Browser, world: World) -> None:
    """ON-4: A used link is invalid, however it is opened."""
    link_token(world, LinkPurpose.PASSWORD)
    browser.get(f"/wachtwoord/{TOKEN}")
    assert browser.post("/wachtwoord", {"password": "Nieuwer22", "repeated": "Nieuwer22"}).status == 303
    assert browser.follow(browser.get(f"/wachtwoord/{TOKEN}")).status == 410
    assert browser.post("/wachtwoord", {"password": "Nieuwer22", "repeated": "Nieuwer22"}).status == 410


def test_another_link_opened_in_the_meantime(browser: Browser, world: World) -> None:
    """ON-4: A password is set only for the person of the form, even if another link was opened since."""
    link_token(world, LinkPurpose.PASSWORD)
    _client, other = world.scene.person(world.office)
    world.scene.link(other, LinkPurpose.PASSWORD, fingerprint=world.scene.tokens.fingerprint(TOKEN[::-1]))
    browser.get(f"/wachtwoord/{TOKEN}")
    shown = seals(browser.get("/wachtwoord"))[f"{PREFIX}/wachtwoord"]
    fields = {SEAL: shown, "password": "Nieuwer22", "repeated": "Nieuwer22"}
    browser.get(f"/wachtwoord/{TOKEN[::-1]}")
    assert browser.post("/wachtwoord", fields).status == 400
    assert browser.sign_in(world.scene.address(other), "Nieuwer22").status == 401
    browser.get(f"/wachtwoord/{TOKEN}")
    assert browser.post("/wachtwoord", fields).status == 303


def test_link_speaks_its_owners_language(browser: Browser, world: World) -> None:
    """PR-1: The page behind a link is in the account's language, unless the reader chose another."""
    link_token(world, LinkPurpose.PASSWORD, language=Language.ENGLISH)
    page = browser.follow(browser.get(f"/wachtwoord/{TOKEN}", Accept_Language="nl"))
    assert '<html lang="en">' in page.text
    assert '<html lang="nl">' in browser.get("/wachtwoord?taal=nl").text


def test_asking_reveals_nothing(browser: Browser, world: World) -> None:
    """ON-3: A known and an unknown address get the same response. An invalid or empty address is refused."""
    known, unknown = (browser.post("/instellen-wachtwoord", {"email": each}) for each in (world.email, "x@y.nl"))
    assert (known.status, known.headers, known.body) == (unknown.status, unknown.headers, unknown.body)
    wrong = browser.post("/instellen-wachtwoord", {"email": "a@b.nl, c@d.nl"})
    assert wrong.status == 422
    assert 'value="a@b.nl, c@d.nl"' in wrong.text
    assert browser.post("/instellen-wachtwoord").status == 422


def test_a_refused_address_keeps_the_invitation(browser: Browser, world: World) -> None:
    """ON-2, PR-1: after an address with a mistake, the page is still that of the invitation, in its language."""
    link_token(world, LinkPurpose.INVITATION, language=Language.ENGLISH)
    page = browser.follow(browser.get(f"/uitnodiging/{TOKEN}", Accept_Language="nl"))
    lede = "To check that the invitation is yours"
    wrong = browser.post("/instellen-wachtwoord", {"email": "a@b"}, Accept_Language="nl")
    assert (page.status, wrong.status) == (200, 422)
    for shown in (page, wrong):
        assert ('<html lang="en">' in shown.text, lede in shown.text) == (True, True)


def test_languages_of_the_door(browser: Browser) -> None:
    """PR-1: Before sign-in, the reader's remembered choice counts, then the browser's preference, then Dutch."""
    assert "<h1>Inloggen</h1>" in browser.get("/inloggen").text
    assert "<h1>Sign in</h1>" in browser.get("/inloggen", Accept_Language="fr, en-GB;q=0.8, nl;q=0.5").text
    assert 'href="/portaal/inloggen?taal=en"' in browser.get("/inloggen").text
    assert "<h1>Sign in</h1>" in browser.get("/inloggen?taal=en").text
    assert "<h1>Sign in</h1>" in browser.get("/inloggen", Accept_Language="nl").text
    assert "<h1>Inloggen</h1>" in browser.get("/inloggen?taal=nl").text
    assert "<h1>Inloggen</h1>" in browser.get("/inloggen?taal=xx").text


def test_language_of_a_session(client: Browser, world: World) -> None:
    """PR-1: A change of language is saved, and applies from the next sign-in. The page says so."""
    saved = client.post("/mijn-gegevens", {"language": "en", "documents": "on"})
    page = client.follow(saved)
    assert dutch(SAVED) in page.text
    assert '<html lang="nl">' in page.text
    profile = world.portal.client.profile.view(world.scene.actor(world.account)).profile
    assert (profile.language, profile.notifications.documents, profile.notifications.messages) == ("en", True, False)
    client.post("/uitloggen")
    client.sign_in(world.email)
    assert '<html lang="en">' in client.get("/home?taal=nl").text


def test_unknown_language_is_refused(client: Browser, world: World) -> None:
    """AL-1: A language that the portal does not have is refused and changes nothing."""
    assert client.post("/mijn-gegevens", {"language": "tlh"}).status == 422
    assert world.portal.client.profile.view(world.scene.actor(world.account)).profile.notifications.messages


def test_forms_stay_within_the_mount(browser: Browser) -> None:
    """SI-1: A forged Host header appears in no page. Links and forms contain no host."""
    page = browser.get("/inloggen", Host="evil.example", X_Forwarded_Host="evil.example")
    assert "evil.example" not in page.text
    assert forms_of(page) == ["/portaal/inloggen"]
