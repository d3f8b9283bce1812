"""A person with several accounts, on both hosts: on whose behalf it acts, and switching (PE-1 to PE-5)."""

import re
from collections.abc import Callable

import attrs
import pytest

from klantportaal.domain.accounts import Account, AccountRole, AccountState, Client, ClientKind, NewClient
from klantportaal.domain.documents import DocumentKind, Publication
from klantportaal.domain.values import Language
from klantportaal.testing.questionnaires import page, question, questionnaire
from tests.hosts.browsers import BASE_URL, Browser, Reply, dutch, unmarked, unsealed
from tests.hosts.conftest import PDF, World

CHOOSE = "/namens"
COMPANY = "Bakkerij <Jansen> & Zn. B.V."
SHOWN = "Bakkerij &lt;Jansen&gt; &amp; Zn. B.V."
"""The name of the company, as a page shows it."""


@attrs.frozen(kw_only=True)
class Two:
    """A person with two accounts: of the scene's client, and the main account of a company."""

    world: World
    browser: Browser
    company: Client
    account: Account
    """The account of the company."""

    def switch(self, account: Account) -> Reply:
        """Go on for another account, as the buttons do."""
        return self.browser.post(f"{CHOOSE}/{account.id}")


@pytest.fixture
def two(client: Browser, world: World) -> Two:
    """The person, signed in for the scene's client."""
    company = world.scene.client(world.office, kind=ClientKind.COMPANY, name=COMPANY)
    account = world.scene.another(world.account, company, name="Kim Klant")
    return Two(world=world, browser=client, company=company, account=account)


def strip(reply: Reply) -> str:
    """Give the words of the strip in the header that says on whose behalf a person acts, and who it is."""
    found = re.search(r'<div class="acting-for">(.*?)</div>', reply.text, re.DOTALL)
    assert found is not None
    assert 'class="who"' not in reply.text
    return " ".join(re.sub(r"<[^>]+>", " ", unmarked(found[1])).split())


def who(reply: Reply) -> str:
    """Give the words in the header that say who is signed in."""
    found = re.search(r'<p class="who">(.*?)</p>', reply.text, re.DOTALL)
    assert found is not None
    assert 'class="acting-for"' not in reply.text
    return " ".join(re.sub(r"<[^>]+>", " ", unmarked(found[1])).split())


def buttons(reply: Reply) -> list[str]:
    """List the accounts that a page offers to go on for."""
    return re.findall(rf'action="/portaal{CHOOSE}/([0-9a-f-]+)"', reply.text)


def others(reply: Reply) -> str:
    """Give the words of the list of other accounts."""
    found = re.search(r'<ul class="accounts">(.*?)</ul>', reply.text, re.DOTALL)
    assert found is not None
    return " ".join(re.sub(r"<[^>]+>", " ", unmarked(found[1])).split())


def test_one_account(client: Browser, world: World) -> None:
    """PE-3, PE-4: With one account every page says who is signed in, and offers no other account."""
    for path in ("/home", "/acties", "/dossiers", f"/dossiers/{world.dossier.id}", "/mijn-gegevens"):
        reply = client.get(path)
        assert who(reply) == f"{dutch('Signed in as')} {world.account.name}", path
        assert f'href="/portaal{CHOOSE}"' not in reply.text
    assert dutch("In your other accounts") not in client.get("/home").text
    alone = client.get(CHOOSE)
    assert (alone.status, buttons(alone)) == (200, [])
    assert dutch("You have one account with our office.") in alone.text


def test_one_account_of_a_company(browser: Browser, world: World) -> None:
    """PE-4: With one account of a company, every page names the person."""
    company = world.scene.client(world.office, kind=ClientKind.COMPANY, name=COMPANY)
    browser.sign_in(world.scene.address(world.scene.account(company, name="Kim Klant")))
    assert who(browser.get("/home")) == f"{dutch('Signed in as')} Kim Klant"


def test_nobody_signed_in(browser: Browser) -> None:
    """PE-4: A page for visitors names nobody."""
    for path in ("/inloggen", "/instellen-wachtwoord", "/home"):
        assert not re.search('class="(acting-for|who)"', browser.get(path).text)


def test_every_page_says_on_whose_behalf(two: Two) -> None:
    """PE-3: With several accounts every page names the client and the person, with a way to another account."""
    world = two.world
    for path in ("/home", "/acties", "/dossiers", f"/dossiers/{world.dossier.id}", "/mijn-gegevens", CHOOSE):
        reply = two.browser.get(path)
        assert strip(reply).startswith(f"{dutch('On behalf of')} {world.client.name} {dutch('Switch')}"), path
        assert f'href="/portaal{CHOOSE}"' in reply.text
    two.switch(two.account)
    for path in ("/home", "/dossiers", "/mijn-gegevens", f"/dossiers/{world.dossier.id}"):
        assert strip(two.browser.get(path)).startswith(f"{dutch('On behalf of')} {SHOWN} (Kim Klant)"), path


@pytest.mark.parametrize("path", ["/home", CHOOSE])
def test_switching(two: Two, path: str) -> None:
    """PE-3: From Home and from `Namens wie`, one press leads to Home for the other account, without a password."""
    offered = two.browser.get(path)
    assert buttons(offered) == [str(two.account.id)]
    done = two.browser.post(f"{CHOOSE}/{buttons(offered)[0]}")
    assert (done.status, done.location, done.cookies) == (303, "/portaal/home?melding=gewisseld", ())
    home = two.browser.follow(done)
    assert dutch("You switched to another account.") in home.text
    assert strip(home).startswith(f"{dutch('On behalf of')} {SHOWN}")
    assert buttons(home) == buttons(two.browser.get(CHOOSE)) == [str(two.world.account.id)]
    assert two.world.dossier.number not in two.browser.get("/dossiers").text
    two.switch(two.world.account)
    assert two.world.dossier.number in two.browser.get("/dossiers").text


def test_switching_to_the_same(two: Two) -> None:
    """PE-3: A second press, such as in another tab, leads to the same page and changes nothing."""
    one, again = (two.switch(two.account) for _press in range(2))
    assert (one.status, one.location) == (again.status, again.location)
    assert strip(two.browser.get("/home")).startswith(f"{dutch('On behalf of')} {SHOWN}")


def test_switching_holds_for_one_session(two: Two, new_browser: Callable[[], Browser]) -> None:
    """PE-3: Another session of the person still acts for the account that it acted for."""
    elsewhere = new_browser()
    elsewhere.sign_in(two.world.email)
    two.switch(two.account)
    assert strip(elsewhere.get("/home")).startswith(f"{dutch('On behalf of')} {two.world.client.name}")


def test_signing_in_starts_with_the_account_used_last(two: Two, new_browser: Callable[[], Browser]) -> None:
    """PE-3: After signing in, the page is Home for the account that was used last."""
    for account, named in ((two.account, SHOWN), (two.world.account, two.world.client.name)):
        two.switch(account)
        later = new_browser()
        entered = later.sign_in(two.world.email)
        assert entered.location == "/portaal/home"
        assert strip(later.follow(entered)).startswith(f"{dutch('On behalf of')} {named}")


def test_what_waits_under_the_others(two: Two) -> None:
    """PE-3: Home and `Namens wie` show what waits for each other account, and count nothing of the current one."""
    world, scene = two.world, two.world.scene
    nothing = f"{SHOWN} Kim Klant {dutch('Nothing is waiting here.')} "
    assert others(two.browser.get("/home")).startswith(nothing)
    dossier = scene.dossier(world.office, two.company, number="2026-0002")
    publication = Publication(kind=DocumentKind.DOCUMENT, title="Akte", for_clients=frozenset({two.company.id}))
    world.portal.office.documents.publish(
        scene.office_actor(world.office), dossier.id, publication, name="akte.pdf", blocks=[PDF]
    )
    scene.inbound(dossier, two.company)
    asked = scene.published(world.office, questionnaire("stukken", page("uw-stukken", question("voornaam"))))
    scene.assignment(dossier, two.company, asked)
    for path in ("/home", CHOOSE):
        told = others(two.browser.get(path))
        assert told.startswith(f"{SHOWN} Kim Klant 2 ongelezen · 1 openstaande actie"), path
        assert told.endswith(f"{dutch('Continue')} {dutch('for %(client)s', client=COMPANY)}"), path
    two.switch(two.account)
    told = others(two.browser.get("/home"))
    assert told.startswith(f"{world.client.name} 2 ongelezen {dutch('Continue')}")


def test_nobody_elses_account(two: Two) -> None:
    """PE-3: Somebody else's account, a closed one and one of a closed client do not exist, and nothing changes."""
    scene, office = two.world.scene, two.world.office
    _client, stranger = scene.person(office)
    _foreigner, foreign = scene.person(scene.office())
    sibling = scene.account(two.company, role=AccountRole.EXTRA)
    closed = scene.another(two.account, scene.client(office), state=AccountState.CLOSED)
    deleted = scene.another(two.account, two.company, role=AccountRole.EXTRA, state=AccountState.DELETED)
    gone = scene.another(two.account, scene.client(office, closed_at=scene.clock.now()))
    assert buttons(two.browser.get("/home")) == [str(two.account.id)]
    for account in (stranger, foreign, sibling, closed, deleted, gone):
        assert two.switch(account).status == 404
    for wrong in ("x", "00000000-0000-0000-0000-000000000000", "%00"):
        assert two.browser.post(f"{CHOOSE}/{wrong}").status == 404
    assert strip(two.browser.get("/home")).startswith(f"{dutch('On behalf of')} {two.world.client.name}")


def test_a_link_does_not_switch(two: Two) -> None:
    """PE-3: Only the portal's own form switches: not a link, and not a form of another site."""
    assert two.browser.get(f"{CHOOSE}/{two.account.id}").status in (404, 405)
    assert two.browser.post(f"{CHOOSE}/{two.account.id}", Origin="https://evil.example").status == 403
    assert strip(two.browser.get("/home")).startswith(f"{dutch('On behalf of')} {two.world.client.name}")


@pytest.mark.parametrize("how", ["close_account", "close"])
def test_the_other_account_is_closed(two: Two, how: str) -> None:
    """PE-5: Closing one account or its client leaves the session for the other, which is then the only one."""
    office = two.world.portal.office.clients
    desk = two.world.scene.office_actor(two.world.office)
    if how == "close":
        office.close(desk, two.company.id)
    else:
        office.close_account(desk, two.account.id)
    home = two.browser.get("/home")
    assert (home.status, who(home)) == (200, f"{dutch('Signed in as')} {two.world.account.name}")
    assert two.switch(two.account).status == 404


@pytest.mark.parametrize("how", ["close_account", "close"])
def test_the_account_in_use_is_closed(two: Two, new_browser: Callable[[], Browser], how: str) -> None:
    """PE-5: Closing the account that a session acts for ends it. Signing in again leads to the other account."""
    two.switch(two.account)
    office = two.world.portal.office.clients
    desk = two.world.scene.office_actor(two.world.office)
    if how == "close":
        office.close(desk, two.company.id)
    else:
        office.close_account(desk, two.account.id)
    assert two.browser.get("/home").status == 401
    entered = two.browser.sign_in(two.world.email)
    assert who(two.browser.follow(entered)) == f"{dutch('Signed in as')} {two.world.account.name}"


def test_the_last_account_is_closed(two: Two, new_browser: Callable[[], Browser]) -> None:
    """PE-5: A person without an open account cannot sign in, and gets the same answer as an unknown address."""
    desk = two.world.scene.office_actor(two.world.office)
    for account in (two.account, two.world.account):
        two.world.portal.office.clients.close_account(desk, account.id)
    assert two.browser.get("/home").status == 401
    refused, unknown = new_browser().sign_in(two.world.email), new_browser().sign_in("onbekend@example.nl")
    assert refused.status == unknown.status == 401
    assert refused.text.replace(two.world.email, "") == unknown.text.replace("onbekend@example.nl", "")


@pytest.mark.parametrize(
    "language, greeting, named, idle",
    [
        (Language.DUTCH, "Beste Kim de Wit,", "Namens Wit Holding", "Hier staat niets voor u klaar."),
        (Language.ENGLISH, "Dear Kim de Wit,", "On behalf of Wit Holding", "Nothing is waiting here."),
    ],
)
def test_one_more_client(
    client: Browser, world: World, language: Language, greeting: str, named: str, idle: str
) -> None:
    """PE-2: A company adds a person that has a password. One mail names the company, and leads to signing in."""
    scene = world.scene
    person = scene.somebody(
        world.office, email="kim@example.nl", language=language, first_signed_in_at=scene.clock.now()
    )
    scene.account(scene.client(world.office, name="Wit Holding"), person, name="Kim")
    main = scene.account(scene.client(world.office, kind=ClientKind.COMPANY, name="Jansen & Zn. B.V."))
    client.sign_in(scene.address(main))
    added = client.post("/accounts/extra-accounts/nieuw", {"name": "Kim de Wit", "email": "KIM@example.nl"})
    assert added.location == "/portaal/accounts/extra-accounts?melding=toegevoegd"
    world.portal.background.dispatcher.run_once()
    [mail] = world.mail.sent
    assert (mail.to, mail.language, "Jansen & Zn. B.V." in mail.subject) == ("kim@example.nl", language, True)
    assert greeting in mail.text
    assert re.findall(r"https?://\S+", mail.text) == ["https://kantoor.example.nl/portaal/inloggen"]
    client.post("/uitloggen")
    assert client.get("/inloggen").status == 200
    home = client.follow(client.sign_in("kim@example.nl"))
    assert strip(home).startswith(f"{named} (Kim)")
    assert others(home).startswith(f"Jansen &amp; Zn. B.V. Kim de Wit {idle}")


def test_a_company_learns_nothing_about_a_person(client: Browser, world: World) -> None:
    """PE-2, XA-1: Adding an address that is known, in any case, and one that is new, show the company the same."""
    main = world.scene.account(world.scene.client(world.office, kind=ClientKind.COMPANY))
    client.sign_in(world.scene.address(main))
    here = "/accounts/extra-accounts"
    shown = []
    for email in ("klant@example.nl", "nieuw@example.nl"):
        done = client.post(f"{here}/nieuw", {"name": "Piet", "email": email.upper()})
        world.portal.background.dispatcher.run_once()
        [path] = re.findall(rf'<a href="/portaal({here}/[0-9a-f-]+)">Piet', unmarked(client.get(here).text))
        pages = [unsealed(client.follow(done)), unsealed(client.get(here)), unsealed(client.get(path))]
        account_id = path.rpartition("/")[2]
        shown.append([each.replace(email, "ADRES").replace(account_id, "ID") for each in pages])
        client.post(f"{path}/verwijderen")
    assert shown[0] == shown[1]


def test_an_invitation_stands_for_all_accounts(browser: Browser, world: World) -> None:
    """PE-2: A person that was invited only gets no second link. One password opens all its accounts."""
    desk = world.scene.office_actor(world.office)
    for name in ("Kim de Wit", "Wit Holding"):
        new = NewClient(kind=ClientKind.COMPANY, name=name, email="kim@example.nl", account_name="Kim")
        world.portal.office.clients.invite(desk, new)
        world.portal.background.dispatcher.run_once()
    [invitation] = world.mail.sent
    browser.get(link_in(invitation.text, "/uitnodiging/"))
    browser.post("/instellen-wachtwoord", {"email": "kim@example.nl"})
    world.portal.background.dispatcher.run_once()
    browser.get(link_in(world.mail.sent[-1].text, "/wachtwoord/"))
    entered = browser.post("/wachtwoord", {"password": "Nieuwer22", "repeated": "Nieuwer22"})
    assert entered.location == "/portaal/mijn-gegevens"
    assert strip(browser.follow(entered)).startswith(f"{dutch('On behalf of')} Kim de Wit (Kim)")
    assert others(browser.get("/home")).startswith(f"Wit Holding Kim {dutch('Nothing is waiting here.')}")


def link_in(text: str, path: str) -> str:
    """Find the link with a path in a mail, and give it relative to the portal."""
    [link] = re.findall(rf"{BASE_URL}({path}\S+)", text)
    return str(link)


def test_a_page_of_another_account(two: Two, world: World) -> None:
    """NW-2, PE-3: A page that is there for another account of the person offers to switch, and leads on to it."""
    path = f"/dossiers/{world.scene.dossier(world.office, two.company).id}"
    missing = two.browser.get(path)
    assert (missing.status, buttons(missing)) == (404, [str(two.account.id)])
    assert f'name="next" value="/portaal{path}"' in missing.text
    switched = two.browser.post(f"{CHOOSE}/{two.account.id}", {"next": f"/portaal{path}"})
    assert switched.location == f"/portaal{path}"
    assert two.browser.get(path).status == 200


@pytest.mark.parametrize("elsewhere", ["https://example.nl/", "//example.nl", "/portaal/../weg", "/elders"])
def test_switching_leads_nowhere_else(two: Two, elsewhere: str) -> None:
    """NW-2: Switching leads on to pages of the portal only."""
    switched = two.browser.post(f"{CHOOSE}/{two.account.id}", {"next": elsewhere})
    assert switched.location == "/portaal/home?melding=gewisseld"


def test_a_page_that_is_nowhere(client: Browser) -> None:
    """NW-2: With one account, a page that is not there offers nothing."""
    assert buttons(client.get("/dossiers/00000000-0000-7000-8000-000000000000")) == []
