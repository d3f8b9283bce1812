"""The example of a vendor's own sign-in, as its module starts it, in Chromium, with a real OpenID provider."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs
import pytest
from playwright.sync_api import Browser, Page, expect

from examples.demo.mailbox import CaughtMail, caught
from examples.own_sign_in.broker import CALLBACK, PREFIX
from klantportaal import ClientKind, NewClient, OfficeActor, Portal, embedded
from klantportaal.adapters.mail.memory import MemorySender
from tests.browser.demos import wait_for
from tests.browser.pages import press
from tests.browser.watching import Watch
from tests.browser.words import DUTCH
from tests.conftest import lacking
from tests.support.demo import HOSTS, ROOT, await_answer, free_port
from tests.support.openid import provider as openid
from tests.support.openid.provider import CLIENT_ID, CLIENT_SECRET, Provider

pytestmark = pytest.mark.browser
PEPPER = "ab" * 32


@attrs.frozen(kw_only=True)
class Site:
    """The running example. *portal* is a second portal on the same data, in the process of the test."""

    url: str
    folder: Path
    portal: Portal
    provider: Provider

    def mails(self, address: str) -> list[CaughtMail]:
        """List the mails to an address, newest first."""
        return [mail for mail in caught(self.folder / "mail") if mail.to == address]

    def invite(self, name: str, address: str) -> str:
        """Invite a client, and give the link in its mail."""
        office = OfficeActor(office_id=self.portal.offices.only(), handler="mr. J. Smit")
        self.portal.office.clients.invite(office, NewClient(kind=ClientKind.PERSON, name=name, email=address))
        wait_for(lambda: self.mails(address) != [], f"an invitation of {address}")
        mail = self.mails(address)[0]
        found = re.search(rf"{self.url}{PREFIX}/uitnodiging/\S+", mail.text)
        assert found is not None, mail.text
        return found[0]


@contextmanager
def serving(host: str, port: int, folder: Path, provider: Provider) -> Iterator[None]:
    """Run the example on a host."""
    environment = {
        **os.environ,
        "PORT": str(port),
        "PORTAL_DATA": str(folder),
        "PORTAL_PEPPER": PEPPER,
        "SESSION_SECRET": "only for these tests",
        "OPENID_ISSUER": provider.issuer,
        "OPENID_CLIENT_ID": CLIENT_ID,
        "OPENID_CLIENT_SECRET": CLIENT_SECRET,
    }
    command = [sys.executable, "-m", f"examples.own_sign_in.{host}_host"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, text=True) as process:
        try:
            await_answer(process, port)
            yield
        finally:
            process.kill()


@pytest.fixture(params=HOSTS)
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """The example on each host, with a provider of its own."""
    port, folder = free_port(), tmp_path / "portal-data"
    origin = f"http://127.0.0.1:{port}"
    try:
        with (
            openid.running(origin, callback=CALLBACK, signed_out=f"{PREFIX}/inloggen") as provider,
            serving(request.param, port, folder, provider),
        ):
            portal = embedded.portal(folder, mail=MemorySender(), pepper=bytes.fromhex(PEPPER))
            yield Site(url=origin, folder=folder, portal=portal, provider=provider)
    except openid.NoProvider as error:
        lacking(str(error), required_by="KLANTPORTAAL_REQUIRE_NODE")


@pytest.fixture
def page(site: Site, browser: Browser, watch: Watch) -> Iterator[Page]:
    """A new window in Dutch, watched, and closed before *site* stops."""
    watch.expected.append("/favicon.ico")  # Neither the provider nor the vendor's own page has one.
    context = browser.new_context(locale="nl-NL", viewport={"width": 1280, "height": 800})
    watch.over(context)
    yield context.new_page()
    context.close()
    assert watch.complaints() == []


def prove(page: Page, subject: str) -> None:
    """Fill in the page of the provider."""
    expect(page.get_by_role("heading", name="Aanmelden")).to_be_visible()
    page.get_by_label("Naam").fill(subject)
    press(page, "Aanmelden")


def test_from_invitation_to_signing_out(site: Site, page: Page, tmp_path: Path) -> None:
    """PE-6: Somebody is invited, signs in with the vendor's sign-in, confirms it, and signs out of both."""
    site.provider.control(claims={"auth_time": int(time.time()) - 800})  # Too long ago to change settings.
    page.goto(site.invite("Jan Jansen", "jan@example.nl"))
    page.screenshot(path=tmp_path / "1-invitation.png", full_page=True)
    page.get_by_role("link", name="Inloggen met DigiD").click()
    prove(page, "burger-1")
    expect(page.get_by_role("button", name=DUTCH.sign_out)).to_be_visible()
    expect(page.get_by_text("Jan Jansen").first).to_be_visible()
    page.screenshot(path=tmp_path / "2-inside.png", full_page=True)
    site.provider.honest()
    page.get_by_role("link", name="2-stapsverificatie aanzetten").click()
    press(page, "App instellen")
    page.screenshot(path=tmp_path / "3-confirming.png", full_page=True)
    page.get_by_role("link", name="Bevestigen met DigiD").click()
    prove(page, "burger-1")
    expect(page).to_have_url(re.compile(rf"^{site.url}{PREFIX}/mijn-gegevens/tweestaps"))
    press(page, DUTCH.sign_out)
    expect(page.get_by_role("heading", name="Afmelden")).to_be_visible()
    press(page, "Ja, afmelden")
    expect(page).to_have_url(re.compile(rf"^{site.url}{PREFIX}/inloggen"))
    page.screenshot(path=tmp_path / "4-outside.png", full_page=True)
    page.get_by_role("link", name="Inloggen met DigiD").click()
    prove(page, "burger-1")
    expect(page.get_by_role("button", name=DUTCH.sign_out)).to_be_visible()


def test_refusals(site: Site, page: Page, tmp_path: Path) -> None:
    """PE-6: Without an invitation, after cancelling, and without the provider, a page has the reason and a way back."""
    page.goto(f"{site.url}{PREFIX}/inloggen")
    page.get_by_role("link", name="Inloggen met DigiD").click()
    page.get_by_role("button", name="Annuleren").click()
    expect(page.get_by_text("U hebt het inloggen afgebroken.")).to_be_visible()
    page.get_by_role("link", name="Terug naar het portaal").click()
    page.get_by_role("link", name="Inloggen met DigiD").click()
    prove(page, "burger-2")
    expect(page.get_by_text("daarmee logt u bij dit kantoor niet in")).to_be_visible()
    page.screenshot(path=tmp_path / "5-not-invited.png", full_page=True)
    page.goto(f"{site.url}{PREFIX}/inloggen")
    site.provider.stop()
    page.get_by_role("link", name="Inloggen met DigiD").click()
    expect(page.get_by_text("niet bereikbaar")).to_be_visible()
    page.screenshot(path=tmp_path / "6-away.png", full_page=True)
    page.get_by_role("link", name="Terug naar het portaal").click()
    expect(page).to_have_url(re.compile(rf"^{site.url}{PREFIX}/inloggen"))
