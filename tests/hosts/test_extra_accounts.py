"""`Extra accounts` on both hosts: a company's main account lists, adds, invites again and deletes (XA-1 to XA-3)."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import attrs
import pytest

from klantportaal.domain.accounts import Account, AccountRole, AccountState, ClientKind
from tests.hosts.browsers import Browser, Reply, dutch, unmarked, unsealed
from tests.hosts.conftest import World

HERE = "/accounts/extra-accounts"
NEW = {"name": "Piet Peters", "email": "piet@example.nl"}


@attrs.frozen(kw_only=True)
class Company:
    """A company, and a browser in which its main account is signed in."""

    browser: Browser
    world: World
    main: Account

    def extra(self, **fields: object) -> Account:
        """Add an extra account to the company."""
        with self.world.scene.storage.begin() as uow:
            client = uow.clients.get(self.main.office_id, self.main.client_id)
        return self.world.scene.account(client, None, **{"role": AccountRole.EXTRA, **fields})

    def names(self) -> list[str]:
        """List the names in the list of accounts."""
        return re.findall(r'<td class="main"[^>]*><a [^>]*>([^<]*)</a>', unmarked(self.browser.get(HERE).text))

    def state(self, account: Account) -> AccountState:
        """Give the current state of an account."""
        with self.world.scene.storage.begin() as uow:
            return uow.accounts.get(account.office_id, account.id)[0].state


@pytest.fixture
def company(browser: Browser, world: World) -> Company:
    """The company."""
    client = world.scene.client(world.office, kind=ClientKind.COMPANY, name="Bakkerij Jansen B.V.")
    main = world.scene.account(client, email="bakker@example.nl", first_signed_in_at=world.scene.clock.now())
    assert browser.sign_in("bakker@example.nl").status == 303
    return Company(browser=browser, world=world, main=main)


def is_in_menu(reply: Reply) -> bool:
    """Tell whether the menu of a page has a link to extra accounts."""
    return f'href="/portaal{HERE}"' in reply.text


def test_the_menu(company: Company) -> None:
    """XA-1: The menu has `Accounts` and marks the open page. An empty list explains what extra accounts are for."""
    home = company.browser.get("/home")
    assert is_in_menu(home)
    listed = company.browser.get(HERE)
    assert f'<a href="/portaal{HERE}" aria-current="page">' in listed.text
    assert dutch("No extra accounts") in listed.text
    assert "<table" not in listed.text


@pytest.mark.parametrize("kind", list(ClientKind))
def test_no_menu(new_browser: Callable[[], Browser], company: Company, kind: ClientKind) -> None:
    """XA-1: For a person and for an extra account, the menu has no such item, and the page does not exist."""
    account = company.extra() if kind is ClientKind.COMPANY else company.world.account
    browser = new_browser()
    browser.sign_in(company.world.scene.address(account))
    assert not is_in_menu(browser.get("/home"))
    nowhere = unsealed(browser.get(f"/dossiers/{uuid4()}"))
    theirs = company.extra(state=AccountState.INVITED, password_hash=None)
    for path in ("", "/nieuw", f"/{theirs.id}", f"/{theirs.id}/verwijderen"):
        assert (browser.get(HERE + path).status, unsealed(browser.get(HERE + path))) == (404, nowhere), path
    for path, fields in (("/nieuw", NEW), (f"/{theirs.id}/uitnodigen", {}), (f"/{theirs.id}/verwijderen", {})):
        assert browser.post(HERE + path, fields).status == 404, path
    assert company.state(theirs) is AccountState.INVITED
    assert "Piet Peters" not in company.names()


def test_adding(company: Company) -> None:
    """XA-2: An added account is invited, and has a row in the list and a page of its own."""
    form = company.browser.get(f"{HERE}/nieuw")
    assert (form.status, "autocomplete" in form.text) == (200, False)  # "off" would lose what was typed after Back.
    done = company.browser.post(f"{HERE}/nieuw", NEW)
    assert (done.status, done.location) == (303, f"/portaal{HERE}?melding=toegevoegd")
    listed = company.browser.follow(done).text
    assert dutch("The account was added. An invitation is on its way by e-mail.") in listed
    assert all(each in listed for each in ("Piet Peters", "piet@example.nl", dutch("Invited"), dutch("Not yet")))
    company.world.portal.background.dispatcher.run_once()
    assert [mail.to for mail in company.world.mail.sent] == ["piet@example.nl"]
    [path] = re.findall(rf'<a href="/portaal({HERE}/[0-9a-f-]+)">Piet Peters', unmarked(listed))
    seen = company.browser.get(path).text
    assert all(each in seen for each in ("Piet Peters", "piet@example.nl", dutch("Invite again")))


def test_adding_a_copied_address(company: Company) -> None:
    """XA-2: an address is invited without the invisible characters around it; within it, they are refused."""
    assert company.browser.post(f"{HERE}/nieuw", {**NEW, "email": "\u200bpiet\u200b@example.nl"}).status == 422
    assert company.browser.post(f"{HERE}/nieuw", {**NEW, "email": "\u202apiet@example.nl\ufeff\u00a0"}).status == 303
    company.world.portal.background.dispatcher.run_once()
    assert [mail.to for mail in company.world.mail.sent] == ["piet@example.nl"]


@pytest.mark.parametrize(
    "changed, field, said",
    [
        ({"name": " "}, "name", "Vul een naam in."),
        ({"email": "piet"}, "email", dutch("Enter an e-mail address, such as name@example.com.")),
        ({"email": "BAKKER@example.nl"}, "email", dutch("This e-mail address is already in use.")),
    ],
)
def test_adding_refused(company: Company, changed: dict[str, str], field: str, said: str) -> None:
    """AL-1: Faults are shown at their fields, and input is kept."""
    reply = company.browser.post(f"{HERE}/nieuw", {**NEW, **changed})
    assert reply.status == 422
    assert f'<a href="#{field}">{said}</a>' in reply.text
    assert f'id="{field}-fault"' in reply.text
    for name, typed in {**NEW, **changed}.items():
        assert re.search(rf'name="{name}"[^>]* value="{re.escape(typed)}"', reply.text)
    assert company.names() == []


def test_names_are_text(company: Company) -> None:
    """ME-5: Names are shown as text on every page."""
    account = company.extra(name="<b>Piet</b> & zn", state=AccountState.INVITED, password_hash=None)
    for path in ("", f"/{account.id}", f"/{account.id}/verwijderen"):
        text = company.browser.get(HERE + path).text
        assert "&lt;b&gt;Piet&lt;/b&gt; &amp; zn" in text
        assert "<b>Piet" not in text


def test_states_in_words(company: Company) -> None:
    """XA-1, XA-4: Each account's state is shown in words. Inviting again is offered only where it is possible."""
    now = company.world.scene.clock.now()
    accounts = {
        dutch("Active"): company.extra(name="Anna", first_used_at=now),
        dutch("Closed by the office"): company.extra(name="Bob", state=AccountState.CLOSED),
        dutch("Invited"): company.extra(name="Cor", state=AccountState.INVITED, password_hash=None),
    }
    company.extra(name="Dirk", state=AccountState.DELETED)
    assert company.names() == ["Anna", "Bob", "Cor"]
    listed = company.browser.get(HERE).text
    for word, account in accounts.items():
        seen = company.browser.get(f"{HERE}/{account.id}").text
        assert word in listed
        assert word in seen
        assert (dutch("Invite again") in seen) == (account.state is AccountState.INVITED)
    assert dutch("A while ago") in listed
    company.world.scene.session(accounts[dutch("Active")])
    assert dutch("A while ago") not in company.browser.get(HERE).text


def test_mail_that_was_refused(company: Company) -> None:
    """XA-1: A refused mail address is shown, with what to do about it."""
    company.world.mail.refuse("piet@example.nl")
    company.browser.post(f"{HERE}/nieuw", NEW)
    said = dutch("The last e-mail could not be delivered.")
    assert said not in company.browser.get(HERE).text
    company.world.portal.background.dispatcher.run_once()
    assert said in company.browser.get(HERE).text


def test_inviting_again(company: Company) -> None:
    """ON-2: The invitation can be sent again, but not too often. The page then says why not."""
    account = company.extra(state=AccountState.INVITED, password_hash=None)
    path = f"{HERE}/{account.id}"
    soon = company.browser.post(f"{path}/uitnodigen")
    assert soon.status == 422
    assert "Wacht 5 minuten" in soon.text
    assert company.world.scene.address(account) in soon.text
    company.world.scene.clock.advance(timedelta(minutes=5))
    assert 'href="#' not in company.browser.post(f"{HERE}/{company.extra().id}/uitnodigen").text.split("<main")[1]
    done = company.browser.post(f"{path}/uitnodigen")
    assert (done.status, done.location) == (303, f"/portaal{path}?melding=uitgenodigd")
    assert dutch("The invitation is on its way again. The link in the earlier e-mail no longer works.") in (
        company.browser.follow(done).text
    )


def test_deleting(company: Company, new_browser: Callable[[], Browser]) -> None:
    """XA-3: Deleting asks for confirmation and works at once. A second click leads to the same page."""
    account = company.extra(name="Piet Peters")
    email, theirs = company.world.scene.address(account), new_browser()
    assert theirs.sign_in(email).status == 303
    path = f"{HERE}/{account.id}/verwijderen"
    question = company.browser.get(path)
    assert (question.status, company.state(account)) == (200, AccountState.ACTIVE)
    assert all(each in question.text for each in ("Piet Peters", email, dutch("Delete this account?")))
    assert theirs.get("/home").status == 200
    done, again = (company.browser.post(path) for _click in range(2))
    assert (done.status, done.location) == (again.status, again.location)
    assert (done.status, done.location) == (303, f"/portaal{HERE}?melding=verwijderd")
    assert dutch("The account was deleted. It can no longer sign in.") in company.browser.follow(done).text
    assert (theirs.get("/home").status, theirs.sign_in(email).status) == (401, 401)
    assert company.names() == []
    assert [company.browser.get(gone).status for gone in (path, f"{HERE}/{account.id}")] == [404, 404]
    assert company.browser.post(f"{HERE}/{account.id}/uitnodigen").status == 404


def test_another_companys_account(company: Company) -> None:
    """XA-1: Another company's account and a main account do not exist here, and do not change."""
    _client, main, extra = company.world.scene.company(company.world.office)
    for account in (extra, main, company.main, company.world.account):
        for path in ("", "/verwijderen"):
            assert company.browser.get(f"{HERE}/{account.id}{path}").status == 404
        for path in ("/uitnodigen", "/verwijderen"):
            assert company.browser.post(f"{HERE}/{account.id}{path}").status == 404
        assert company.state(account) is AccountState.ACTIVE


def test_the_password_is_asked_again(company: Company) -> None:
    """SI-3: The password is asked before the form is shown, and before anything is done."""
    account = company.extra()
    company.world.scene.clock.advance(timedelta(minutes=11))
    for path in ("/nieuw", f"/{account.id}/verwijderen"):
        for reply in (company.browser.get(HERE + path), company.browser.post(HERE + path, NEW)):
            assert reply.status == 303
            assert reply.location.startswith("/portaal/bevestigen?next=%2Fportaal%2Faccounts%2Fextra-accounts%2F")
    assert company.state(account) is AccountState.ACTIVE
    assert company.names() == [account.name]
    assert company.browser.get(f"{HERE}/{account.id}").status == 200
