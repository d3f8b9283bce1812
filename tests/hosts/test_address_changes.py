"""Changing one's own e-mail address on both hosts: Mijn gegevens, the page of the link, and its results (PR-4)."""

import re
from collections.abc import Callable
from datetime import timedelta

import attrs
import pytest

from klantportaal.domain.accounts import AccountRole
from klantportaal.domain.admission import VendorSignIn
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.values import Language
from klantportaal.ports.mail import Mail
from klantportaal.usecases.client.address_changes import AddressChanges
from tests.hosts.browsers import PREFIX, Browser, Reply, dutch, unsealed
from tests.hosts.conftest import World
from tests.hosts.test_ended_session import failing, form_fields, sign_in, value_of
from tests.hosts.test_two_step import RECOVERY

PAGE, LINK, PROFILE = "/mijn-gegevens/e-mailadres", "/e-mailadres", "/mijn-gegevens"
NEW = "nieuw@example.nl"
NewBrowser = Callable[[], Browser]


def ask(browser: Browser, email: str = NEW) -> Reply:
    """Ask for another address."""
    return browser.post(PAGE, {"actie": "wijzigen", "email": email})


def delivered(world: World) -> list[Mail]:
    """Send what is due, and give the mails."""
    before = len(world.mail.sent)
    world.portal.background.dispatcher.run_once()
    return world.mail.sent[before:]


def link_in(mails: list[Mail], email: str = NEW) -> str:
    """Give the path of the link in the mail to the new address."""
    (mail,) = (each for each in mails if each.to == email)
    found = re.search(rf"https://kantoor\.example\.nl{PREFIX}({LINK}/[\w-]{{43}})\b", mail.text)
    assert found is not None, mail.text
    return found[1]


def link(world: World, browser: Browser, email: str = NEW) -> str:
    """Ask for another address, and give the path of the link."""
    assert ask(browser, email).status == 303
    return link_in(delivered(world), email)


def switch(world: World, allowed: bool) -> None:
    """Let the office allow changes of address, or not."""
    world.portal.office.profile.allow_address_changes(world.scene.office_actor(world.office), allowed)


# ------------------------------------------------------------------ the whole way
def test_the_whole_way(client: Browser, world: World) -> None:
    """PR-4: Mijn gegevens leads to the form, the mail to a page, and its button to the new address."""
    assert PREFIX + PAGE in client.get(PROFILE).text
    assert dutch("Your e-mail address is now %(email)s.", email=world.email) in client.get(PAGE).text
    asked = ask(client)
    assert asked.location == f"{PREFIX}{PROFILE}?melding=adres-gevraagd"
    page = client.follow(asked).text
    assert f"U hebt gevraagd om uw adres te wijzigen in {NEW}." in page
    assert "We hebben een e-mail gestuurd naar het nieuwe adres." in page
    path = link_in(delivered(world))
    led = client.get(path)
    assert (led.status, led.location) == (303, PREFIX + LINK)
    shown = client.follow(led)
    assert dutch("You will then sign in with this address, and we will send our e-mails there:") in shown.text
    assert NEW in shown.text
    done = client.post(LINK)
    assert (done.status, dutch("Go to My details") in done.text, NEW in done.text) == (200, True, True)
    assert NEW in client.get(PROFILE).text
    assert world.email == NEW
    assert [mail.to for mail in delivered(world)] == ["Klant@example.nl"]


def test_on_another_device(client: Browser, new_browser: NewBrowser, world: World) -> None:
    """PR-4: the link works in a browser that is not signed in, and signs nobody in. The session that asked stays."""
    elsewhere, third = new_browser(), new_browser()
    third.sign_in(world.email)
    elsewhere.get(link(world, client))
    done = elsewhere.post(LINK)
    assert (done.status, f'href="{PREFIX}/inloggen"' in done.text) == (200, True)
    assert elsewhere.get(PROFILE).status == 401
    assert third.get(PROFILE).status == 401
    assert client.get(PROFILE).status == 200
    assert elsewhere.sign_in("Klant@example.nl").status == 401
    assert elsewhere.sign_in(NEW).location == f"{PREFIX}/home"


def test_in_another_session_of_the_same_person(client: Browser, new_browser: NewBrowser, world: World) -> None:
    """PR-4: if the click ends the browser's own session, the page asks to sign in."""
    other = new_browser()
    other.sign_in(world.email)
    other.get(link(world, client))
    done = other.post(LINK)
    assert (done.status, f'href="{PREFIX}/inloggen"' in done.text) == (200, True)
    assert f"{PREFIX}/uitloggen" not in done.text
    assert client.get(PROFILE).status == 200


def test_while_somebody_else_is_signed_in(client: Browser, new_browser: NewBrowser, world: World) -> None:
    """PR-4, PE-4: a link that is opened where another person is signed in changes its own person only."""
    _client, account = world.scene.person(world.office, email="ander@example.nl")
    path, other = link(world, client), new_browser()
    other.sign_in("ander@example.nl")
    other.get(path)
    done = other.post(LINK)
    assert (done.status, dutch("Go to the start page") in done.text) == (200, True)
    assert (world.email, world.scene.address(account)) == (NEW, "ander@example.nl")
    assert other.get(PROFILE).status == 200


@pytest.mark.parametrize("language", Language)
def test_both_languages(client: Browser, new_browser: NewBrowser, world: World, language: Language) -> None:
    """PR-1, PR-4: the page of the link is in the language of the person, unless the visitor chose one."""
    with world.scene.storage.begin() as uow:
        person = uow.persons.get(world.office.id, world.account.person_id)
        uow.persons.save(attrs.evolve(person, language=language))
        uow.commit()
    browser = new_browser()
    browser.get(link(world, client))
    assert f'<html lang="{language.value}">' in browser.get(LINK).text
    assert '<html lang="en">' in browser.get(f"{LINK}?taal=en").text


# ------------------------------------------------------------------ what the link does not do
def test_scanners(client: Browser, new_browser: NewBrowser, world: World) -> None:
    """PR-4, ON-4: opening link and page any number of times, with GET or HEAD, changes nothing."""
    path = link(world, client)
    for _time in range(3):
        scanner = new_browser()
        for each in (path, LINK):
            assert scanner.head(each).status in (200, 303)
            assert scanner.get(each).status in (200, 303)
    assert world.email == "Klant@example.nl"
    client.get(path)
    assert client.post(LINK).status == 200


def test_the_link_leaves_no_trace(client: Browser, world: World) -> None:
    """ON-4: the token is in no address of a page, and no other site gets it."""
    path = link(world, client)
    led = client.get(path)
    assert led.headers["referrer-policy"] == "no-referrer"
    page = client.follow(led)
    assert path.rpartition("/")[2] not in page.text


def test_a_double_click(client: Browser, world: World) -> None:
    """PR-4: the second request of a double click gets the same page, and nothing is done twice."""
    client.get(link(world, client))
    cookie = {"Cookie": cookies_of(client)}
    seal = client.seal(LINK)
    first, second = client.post(LINK, seal, **cookie), client.post(LINK, seal, **cookie)
    assert (first.status, second.status) == (200, 200)
    assert unsealed(first) == unsealed(second)
    assert len(delivered(world)) == 1
    world.scene.clock.advance(timedelta(minutes=2))
    assert client.post(LINK, seal, **cookie).status == 410


def cookies_of(client: Browser) -> str:
    """Give the cookies of a browser, as both requests of a double click send them."""
    wire = client.wire
    jar = getattr(wire, "client", None)
    assert jar is not None
    if hasattr(jar, "cookies"):
        return "; ".join(f"{each.name}={each.value}" for each in jar.cookies.jar)
    return "; ".join(f"{each.key}={each.value}" for each in jar._cookies.values())


@pytest.mark.parametrize("path", [f"{LINK}/{'x' * 43}", f"{LINK}/kort", f"{LINK}/{'%2e' * 20}"])
def test_a_link_of_nobody(browser: Browser, path: str) -> None:
    """PR-4, AL-1: a made-up link leads to a page that says so, and where to ask for a new one."""
    reply = browser.get(path)
    if reply.status == 303:
        reply = browser.follow(reply)
        assert f'href="{PREFIX}{PROFILE}"' in reply.text
        assert dutch("Ask for a new link") not in reply.text
    assert (reply.status, dutch("This link no longer works") in reply.text) == (410, True)


def test_a_link_that_is_over(client: Browser, world: World) -> None:
    """PR-4: after an hour, and after a newer request, the link is dead, on its page and its button."""
    older = link(world, client, "ander@example.nl")
    newer = link(world, client)
    for path, statuses in ((older, (410, 400)), (newer, (200, 200))):
        client.get(path)
        assert client.get(LINK).status == statuses[0]
    world.scene.clock.advance(timedelta(hours=1))
    reply = client.post(LINK)
    assert (reply.status, f'href="{PREFIX}{PROFILE}"' in reply.text) == (410, True)
    assert world.email == "Klant@example.nl"


def test_a_form_of_another_link(client: Browser, new_browser: NewBrowser, world: World) -> None:
    """PE-4: the button of one tab does not confirm the link that was opened in another tab since."""
    _client, account = world.scene.person(world.office, email="ander@example.nl")
    other = new_browser()
    other.sign_in("ander@example.nl")
    mine, theirs = link(world, client), link(world, other, "anders@example.nl")
    client.get(mine)
    seal = client.seal(LINK)
    client.get(theirs)
    reply = client.post(LINK, seal)
    assert (reply.status, dutch("This form is out of date") in reply.text) == (400, True)
    assert (world.email, world.scene.address(account)) == ("Klant@example.nl", "ander@example.nl")


# ------------------------------------------------------------------ an address in use
def test_an_address_in_use_looks_the_same(client: Browser, world: World) -> None:
    """PR-4, ON-3: the answer to an address in use is the same, byte by byte, as to one that is free."""
    world.scene.person(world.office, email="ander@example.nl")
    free = ask(client, "vrij@example.nl")
    shown_free = unsealed(client.follow(free)).replace("vrij@example.nl", "X")
    taken = ask(client, "ander@example.nl")
    shown_taken = unsealed(client.follow(taken)).replace("ander@example.nl", "X")
    assert (free.status, free.location, free.body) == (taken.status, taken.location, taken.body)
    assert shown_free == shown_taken


def test_taken_before_the_click(client: Browser, world: World) -> None:
    """PR-4: if the address went to somebody else meanwhile, the page says so, and nothing changes."""
    client.get(link(world, client))
    world.scene.person(world.office, email=NEW)
    reply = client.post(LINK)
    assert (reply.status, dutch("This e-mail address is already in use.") in reply.text) == (422, True)
    assert world.email == "Klant@example.nl"


# ------------------------------------------------------------------ what is typed
@pytest.mark.parametrize(
    "typed,sentence",
    [
        ("", "Vul een e-mailadres in, zoals naam@voorbeeld.nl."),
        ("nieuw@", dutch("Enter an e-mail address, such as name@example.com.")),
        ("kLANT@example.nl", "Dit is al uw e-mailadres. Vul een ander adres in."),
    ],
)
def test_bad_input(client: Browser, world: World, typed: str, sentence: str) -> None:
    """AL-1: a refusal names the field, keeps what was typed, and sends nothing."""
    reply = ask(client, typed)
    assert (reply.status, value_of(reply, "email")) == (422, typed)
    assert sentence in reply.text
    assert 'aria-invalid="true"' in reply.text
    assert delivered(world) == []


def test_too_often(client: Browser, world: World) -> None:
    """SI-2: after too many requests the page says so, and the newest link still works."""
    paths = [link(world, client, f"nieuw{number}@example.nl") for number in range(3)]
    reply = ask(client)
    assert (reply.status, "te vaak een ander e-mailadres" in reply.text) == (422, True)
    client.get(paths[2])
    assert client.post(LINK).status == 200


def test_the_password_comes_first(client: Browser, world: World) -> None:
    """SI-3: after ten minutes, the page and the form lead to the password first."""
    fields = form_fields(client.get(PAGE), PAGE)
    world.scene.clock.advance(timedelta(minutes=10))
    for reply in (client.get(PAGE), client.post(PAGE, {**fields, "email": NEW})):
        assert (reply.status, "/bevestigen?" in reply.location) == (303, True)
    confirmed = client.post("/bevestigen", {"current": "Welkom01", "next": PREFIX + PAGE})
    assert confirmed.location == PREFIX + PAGE
    assert ask(client).status == 303


def test_the_code_comes_next(client: Browser, world: World) -> None:
    """TS-5: with two-step verification on, the page asks for a code first."""
    world.scene.two_step(world.account)
    assert 'name="email"' not in client.get(PAGE).text
    refused = client.post(PAGE, {"actie": "wijzigen", "email": NEW})
    assert refused.location == f"{PREFIX}{PAGE}?melding=code-eerst"
    assert client.post(PAGE, {"actie": "vragen"}).location == PREFIX + PAGE
    code = sms_code(world)
    wrong = client.post(PAGE, {"actie": "bewijzen", "code": f"{(int(code) + 1) % 1_000_000:06}"})
    assert (wrong.status, "Deze code klopt niet" in wrong.text) == (422, True)
    assert client.post(PAGE, {"actie": "bewijzen", "code": code}).location == PREFIX + PAGE
    assert ask(client).location == f"{PREFIX}{PROFILE}?melding=adres-gevraagd"


def sms_code(world: World) -> str:
    """Give the code of the newest SMS."""
    world.portal.background.dispatcher.run_once()
    found = re.search(r"#([0-9]{6})\b", world.sms.sent[-1].text)
    assert found is not None
    return found[1]


def test_the_recovery_code_instead(client: Browser, world: World) -> None:
    """TS-4: the recovery code can replace the code; the new one is shown, with a link to the form."""
    client.post("/mijn-gegevens/tweestaps", {"actie": "sms", "number": "06 12345678"})
    shown = client.post("/mijn-gegevens/tweestaps", {"actie": "aanzetten", "code": sms_code(world)})
    found = RECOVERY.search(shown.text)
    assert found is not None
    client.post(PAGE, {"actie": "vragen"})
    proven = client.post(PAGE, {"actie": "bewijzen", "code": found[1]})
    assert (proven.status, PREFIX + PAGE in proven.text) == (200, True)
    assert RECOVERY.search(proven.text)
    assert ask(client).status == 303


def test_an_unknown_button(client: Browser) -> None:
    """AL-1: a button that the page does not have is refused."""
    assert client.post(PAGE, {"actie": "iets", "email": NEW}).status == 400


# ------------------------------------------------------------------ what was typed survives (ST-2)
def test_a_session_that_ended(client: Browser, world: World) -> None:
    """ST-2: an address that was typed in a session that ended comes back after signing in, and is sent by hand."""
    fields = {**form_fields(client.get(PAGE), PAGE), "email": NEW}
    world.scene.clock.advance(timedelta(minutes=31))
    refused = client.post(PAGE, fields)
    shown = sign_in(client, world.email, refused)
    assert value_of(shown, "email") == NEW
    assert NEW not in {mail.to for mail in delivered(world)}


def test_a_session_that_ended_with_two_step_on(client: Browser, world: World) -> None:
    """ST-2: the address waits while the code is asked for, too."""
    fields = {**form_fields(client.get(PAGE), PAGE), "email": NEW}
    world.scene.clock.advance(timedelta(minutes=31))
    reply = sign_in(client, world.email, client.post(PAGE, fields))
    world.scene.two_step(world.account)
    reply = client.post(PAGE, {"actie": "vragen", "email": NEW})
    assert (reply.status, form_fields(reply, PAGE)["email"]) == (200, NEW)
    reply = client.post(PAGE, {"actie": "bewijzen", "email": NEW, "code": sms_code(world)})
    assert (reply.status, value_of(reply, "email")) == (200, NEW)


def test_a_busy_database(client: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """ST-2: an address that could not be asked for is shown again at once, with the reason."""
    monkeypatch.setattr(AddressChanges, "ask", failing(Unavailable))
    reply = ask(client)
    assert (reply.status, value_of(reply, "email")) == (503, NEW)
    assert dutch("Nothing was changed. Please try again in a moment.") in reply.text


# ------------------------------------------------------------------ the office's switch, and who sees it
def test_switched_off(client: Browser, world: World) -> None:
    """PR-4: if it is switched off, Mijn gegevens says whom to ask, and form and link change nothing."""
    path = link(world, client)
    client.get(path)
    seal = client.seal(LINK)
    switch(world, False)
    page = client.get(PROFILE).text
    assert (PREFIX + PAGE in page, "Vraag het kantoor dan" in page) == (False, True)
    told = "Bij dit kantoor kunt u uw e-mailadres niet zelf wijzigen."
    assert client.get(PAGE).location == PREFIX + PROFILE
    for reply in (ask(client), client.post(LINK, seal)):
        assert (reply.status, told in reply.text) == (422, True)
    switch(world, True)
    assert client.post(LINK, seal).status == 200


def test_who_sees_the_new_address(client: Browser, new_browser: NewBrowser, world: World) -> None:
    """PE-1, XA-1: the form says that the address is that of all accounts, and that a company sees it."""
    everybody = dutch("The new address applies to everybody on whose behalf you sign in here.")
    assert everybody not in client.get(PAGE).text
    world.scene.another(world.account, world.scene.client(world.office))
    assert everybody in client.get(PAGE).text
    company, _main, _extra = world.scene.company(world.office)
    extra = world.scene.account(company, role=AccountRole.EXTRA, email="extra@example.nl")
    assert extra.role is AccountRole.EXTRA
    browser = new_browser()
    browser.sign_in("extra@example.nl")
    assert f"{company.name} ziet uw nieuwe adres" in browser.get(PAGE).text


def test_a_vendor_s_sign_in(client: Browser, world: World) -> None:
    """PE-6: where clients sign in with the vendor's sign-in, no page says that they sign in with the address."""
    own = VendorSignIn(name="Mijn Ee", sign_in="/sso", confirm="/sso/again", with_password=True)
    for used, about_passwords in ((own, True), (attrs.evolve(own, with_password=False), False)):
        world.portal.office.profile.use_vendor_sign_in(world.scene.office_actor(world.office), used)
        new = f"nieuw-{about_passwords}@example.nl".lower()
        assert f"Wij sturen onze e-mails naar {world.email}." in client.get(PROFILE).text
        assert ask(client, new).status == 303
        mails = delivered(world)
        client.get(link_in(mails, new))
        shown, done = client.get(LINK), client.post(LINK)
        told = [shown.text, done.text, *(mail.text for mail in [*mails, *delivered(world)])]
        for text in told:
            assert ("wachtwoord, d" in text or "wachtwoord, w" in text) == about_passwords
            assert not re.search("U logt (voortaan )?in met|logt u in met dit adres", text)
