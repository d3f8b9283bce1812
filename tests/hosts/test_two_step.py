"""Two-step verification on both hosts: settings, the second step of signing in, and recovery codes (TS-1 to TS-6)."""

import re
from datetime import timedelta

import attrs
import pytest
from pyotp import TOTP

from tests.hosts.browsers import Browser, Reply, dutch
from tests.hosts.conftest import World

PAGE, FILE = "/mijn-gegevens/tweestaps", "/mijn-gegevens/tweestaps/herstelcode"
STEP, RECOVER = "/tweede-stap", "/tweede-stap/herstelcode"
PASSWORD = "Welkom01"
RECOVERY = re.compile(r'id="recovery-code"><span translate="no">([0-9A-Z]{5}(?:-[0-9A-Z]{5}){4})<')
FORMS = re.compile(r'name="actie" value="(\w+)"')


@attrs.frozen(kw_only=True)
class Owner:
    """The scene's client with a phone."""

    browser: Browser
    world: World

    def sms(self) -> str:
        """Give the code of the newest SMS."""
        self.world.portal.background.dispatcher.run_once()
        found = re.search(r"#([0-9]{6})\b", self.world.sms.sent[-1].text)
        assert found is not None
        return found[1]

    def press(self, act: str, **fields: str) -> Reply:
        """Press a button of the page."""
        return self.browser.post(PAGE, {"actie": act, **fields})

    def turn_on(self) -> str:
        """Turn two-step verification on by SMS. Return the recovery code."""
        self.press("sms", number="06 12345678")
        return recovery(self.press("aanzetten", code=self.sms()))

    def halfway(self, wanted: str = "") -> Reply:
        """Sign out, and sign in with address and password only."""
        self.browser.post("/uitloggen")
        fields = {"email": self.world.email, "password": PASSWORD, "next": wanted}
        return self.browser.post("/inloggen", fields)

    def is_in(self) -> bool:
        """Tell whether the browser is signed in."""
        return self.browser.get("/home").status == 200


@pytest.fixture
def owner(client: Browser, world: World) -> Owner:
    """The scene's client, signed in just now."""
    return Owner(browser=client, world=world)


def recovery(reply: Reply) -> str:
    """Read the recovery code from a page."""
    assert reply.status == 200, reply.text
    found = RECOVERY.search(reply.text)
    assert found is not None
    return found[1]


def buttons(reply: Reply) -> list[str]:
    """List the actions of the buttons on a page."""
    return FORMS.findall(reply.text)


def other(code: str) -> str:
    """Give a wrong code."""
    return f"{(int(code) + 1) % 1_000_000:06}"


# ------------------------------------------------------------------ Mijn gegevens
def test_by_sms(owner: Owner) -> None:
    """TS-1, TS-3: A number and a code turn it on. The recovery code is shown only once."""
    assert buttons(owner.browser.get(PAGE)) == ["sms", "app"]
    begun = owner.press("sms", number="06 12345678")
    assert (begun.status, begun.location) == (303, f"/portaal{PAGE}?melding=code-onderweg")
    assert "Eerder gestuurde codes" not in owner.browser.get(begun.location.removeprefix("/portaal")).text
    page = owner.browser.get(PAGE)
    assert buttons(page) == ["aanzetten", "opnieuw", "annuleren"]
    assert "06 •••• ••78" in page.text
    assert "612345678" not in page.text
    assert 'autocomplete="one-time-code"' in page.text
    code = recovery(owner.press("aanzetten", code=owner.sms()))
    page = owner.browser.get(PAGE)
    assert buttons(page) == ["vragen"]
    assert dutch("Two-step verification is on") in page.text
    assert code not in page.text
    assert dutch("Change two-step verification") in owner.browser.get("/mijn-gegevens").text


def test_the_risk_of_sms_is_told(owner: Owner) -> None:
    """TS-6: The choice between SMS and app says which is safer (ASVS 5.0 6.6.1)."""
    assert "Dat is veiliger dan een sms, die anderen kunnen onderscheppen" in owner.browser.get(PAGE).text


def test_by_app(owner: Owner) -> None:
    """TS-6: The page shows a QR code and a key, until a code of the app is given."""
    owner.press("app")
    page = owner.browser.get(PAGE)
    assert buttons(page) == ["aanzetten", "annuleren"]
    assert page.text.count("<svg") > 1
    key = re.search(r'class="key"><span translate="no">([A-Z2-7 ]+)<', page.text)
    assert key is not None
    assert 'role="img" aria-label="QR-code' in page.text
    assert recovery(owner.press("aanzetten", code=TOTP(key[1].replace(" ", "")).at(owner.world.scene.clock.now())))
    assert key[1] not in owner.browser.get(PAGE).text


def test_wrong_codes(owner: Owner) -> None:
    """TS-2, AL-1: A wrong code shows the tries left, an invalid one costs none, and after five the attempt ends."""
    owner.press("sms", number="06 12345678")
    right = owner.sms()
    for typed in ("", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "²³¹²³¹"):
        refused = owner.press("aanzetten", code=typed)
        assert refused.status == 422
        assert 'href="#code"' in refused.text
    for left in (4, 3, 2, 1):
        assert f"U kunt het nog {left} keer proberen" in owner.press("aanzetten", code=other(right)).text
    for typed in (other(right), right):
        assert (
            dutch("The code was wrong too often. Cancel, and start again.") in owner.press("aanzetten", code=typed).text
        )
    assert owner.press("annuleren").location.endswith("melding=niet-gewijzigd")
    assert buttons(owner.browser.get(PAGE)) == ["sms", "app"]


@pytest.mark.parametrize("number", ["", "020 1234567", "+8821612345", "0900 1234", "+3197012345678", "abc", "6" * 500])
def test_wrong_numbers(owner: Owner, number: str) -> None:
    """TS-1, AL-1: An invalid mobile number is a fault at its field, stays there, and gets no SMS."""
    refused = owner.press("sms", number=number)
    assert refused.status == 422
    assert 'href="#number"' in refused.text
    assert f'value="{number}"' in refused.text
    owner.world.portal.background.dispatcher.run_once()
    assert owner.world.sms.sent == []


def test_changing_takes_a_code(owner: Owner) -> None:
    """TS-5: Changing two-step verification or turning it off needs a code first."""
    owner.turn_on()
    for act, fields in (("sms", {"number": "06 87654321"}), ("app", {}), ("uitzetten", {})):
        assert owner.press(act, **fields).location.endswith("melding=code-eerst")
    owner.press("vragen")
    assert buttons(owner.browser.get(PAGE)) == ["bewijzen", "vragen"]
    assert owner.press("bewijzen", code=other(owner.sms())).status == 422
    owner.press("bewijzen", code=owner.sms())
    assert buttons(owner.browser.get(PAGE)) == ["sms", "app", "uitzetten"]
    assert owner.press("uitzetten").location.endswith("melding=tweestaps-uit")
    assert buttons(owner.browser.get(PAGE)) == ["sms", "app"]
    owner.halfway()
    assert owner.is_in()


def test_proving_by_recovery_code(owner: Owner) -> None:
    """TS-4, TS-5: The recovery code can be used as the code. A new one is then shown."""
    first = owner.turn_on()
    owner.press("vragen")
    second = recovery(owner.press("bewijzen", code=first.lower()))
    assert second != first
    assert "uitzetten" in buttons(owner.browser.get(PAGE))


def test_takes_the_password(owner: Owner) -> None:
    """TS-1, SI-3: Ten minutes after the password was given, a change needs it again."""
    owner.world.scene.clock.advance(timedelta(minutes=11))
    asked = owner.press("app")
    assert asked.location.startswith("/portaal/bevestigen?")
    owner.browser.post("/bevestigen", {"current": PASSWORD, "next": f"/portaal{PAGE}"})
    assert owner.press("app").location == f"/portaal{PAGE}"


@pytest.mark.parametrize("act", ["", "weg", "sms\0"])
def test_no_such_button(owner: Owner, act: str) -> None:
    """AL-1: An action that no button has is refused."""
    assert owner.press(act).status == 400


# ------------------------------------------------------------------ signing in
def test_second_step(owner: Owner) -> None:
    """TS-2, SI-3: The session starts only after the code. Then the redirect leads to the requested page."""
    owner.turn_on()
    asked = owner.halfway(wanted="/portaal/dossiers")
    assert asked.location == f"/portaal{STEP}?next=%2Fportaal%2Fdossiers"
    assert not owner.is_in()
    page = owner.browser.follow(asked)
    assert "eindigt op 78" in page.text
    assert 'name="next" value="/portaal/dossiers"' in page.text
    entered = owner.browser.post(STEP, {"code": f" {owner.sms()} ", "next": "/portaal/dossiers"})
    assert (entered.status, entered.location) == (303, "/portaal/dossiers")
    assert owner.is_in()
    assert owner.browser.get(STEP).status == 410


def test_next_stays_within_the_portal(owner: Owner) -> None:
    """SI-1: After the second step, the redirect stays within the portal, whatever the form says."""
    owner.turn_on()
    owner.halfway()
    assert owner.browser.post(STEP, {"code": owner.sms(), "next": "//evil.example"}).location == "/portaal/home"


def test_another_code(owner: Owner) -> None:
    """TS-2: A new code makes the old one invalid. It does not restore used tries."""
    owner.turn_on()
    owner.halfway()
    first = owner.sms()
    assert owner.browser.post(STEP, {"code": other(first)}).status == 422
    again = owner.browser.post(STEP, {"actie": "opnieuw", "next": "/portaal/dossiers"})
    assert again.location == f"/portaal{STEP}?melding=code-verstuurd&next=%2Fportaal%2Fdossiers"
    second = owner.sms()
    assert second != first
    assert "U kunt het nog 3 keer proberen" in owner.browser.post(STEP, {"code": first}).text
    assert owner.browser.post(STEP, {"code": second}).status == 303


def test_too_many_wrong_codes(owner: Owner) -> None:
    """TS-2: After five wrong codes the sign-in starts again with the password."""
    owner.turn_on()
    owner.halfway()
    right = owner.sms()
    replies = [owner.browser.post(STEP, {"code": other(right)}).status for _ in range(5)]
    assert replies == [422] * 4 + [410]
    over = owner.browser.post(STEP, {"code": right})
    assert over.status == 410
    assert 'href="/portaal/inloggen"' in over.text


def test_without_the_first_step(browser: Browser) -> None:
    """TS-2: Without a password there is no second step."""
    for path in (STEP, RECOVER):
        assert browser.get(path).status == 410
        assert browser.post(path, {"code": "123456", "recovery": "0" * 25}).status == 410
        assert browser.post(path, {"code": "none", "recovery": "none"}).status == 410


def test_recovering(owner: Owner) -> None:
    """TS-4: The recovery code works once, in any case and with common typing errors. The next one is shown."""
    first = owner.turn_on()
    asked = owner.halfway()
    assert asked.status == 303
    assert owner.browser.get(RECOVER).status == 200
    typed = first.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    let_in = owner.browser.post(RECOVER, {"recovery": typed, "next": "/portaal/dossiers"})
    second = recovery(let_in)
    assert 'href="/portaal/dossiers"' in let_in.text
    assert owner.is_in()
    owner.halfway()
    assert owner.browser.post(RECOVER, {"recovery": first}).status == 422
    assert owner.browser.post(RECOVER, {"recovery": "onzin"}).status == 422
    assert recovery(owner.browser.post(RECOVER, {"recovery": second}))


def test_a_new_password_does_not_switch_it_off(owner: Owner) -> None:
    """ON-5, ON-8: Setting a new password through a link still needs the second step."""
    owner.turn_on()
    owner.browser.post("/uitloggen")
    owner.browser.post("/instellen-wachtwoord", {"email": owner.world.email})
    owner.world.portal.background.dispatcher.run_once()
    token = re.findall(r"/wachtwoord/([\w-]{43})", owner.world.mail.sent[-1].text)[0]
    owner.browser.get(f"/wachtwoord/{token}")
    done = owner.browser.post("/wachtwoord", {"password": "Klaproos8", "repeated": "Klaproos8"})
    assert done.location == f"/portaal{STEP}"
    assert not owner.is_in()
    assert owner.browser.post(STEP, {"code": owner.sms()}).status == 303
    assert owner.is_in()


# ------------------------------------------------------------------ mandatory
def test_mandatory(owner: Owner) -> None:
    """TS-1: If it is mandatory, every page redirects to turning it on. After that all pages are open again."""
    office = owner.world.portal.office.profile
    office.require_two_step(owner.world.scene.office_actor(owner.world.office))
    for path in ("/home", "/dossiers", "/mijn-gegevens", f"/dossiers/{owner.world.dossier.id}"):
        assert owner.browser.get(path).location == f"/portaal{PAGE}?melding=tweestaps-nodig"
    told = owner.browser.get("/acties", Accept="application/json")
    assert (told.status, "sentence" in told.text) == (403, True)
    assert owner.browser.get("/bevestigen").status == 200
    recovered = owner.turn_on()
    assert owner.browser.post(FILE, {"recovery": recovered}).status == 200
    assert owner.is_in()
    owner.press("vragen")
    owner.press("bewijzen", code=owner.sms())
    assert "uitzetten" not in buttons(owner.browser.get(PAGE))
    assert (
        dutch("The office asks for two-step verification, so it cannot be turned off.") in owner.press("uitzetten").text
    )


def test_signing_out_while_it_is_due(owner: Owner) -> None:
    """TS-1: While it is due, signing in again and signing out are possible."""
    owner.world.portal.office.profile.require_two_step(owner.world.scene.office_actor(owner.world.office))
    assert owner.browser.post("/inloggen", {"email": owner.world.email, "password": PASSWORD}).status == 303
    assert owner.browser.post("/uitloggen").status == 303
    assert owner.browser.get("/home").status == 401


# ------------------------------------------------------------------ the recovery code as a file
def test_recovery_file(owner: Owner) -> None:
    """TS-3: The shown recovery code can be downloaded as a text file. Any other text is refused."""
    code = owner.turn_on()
    kept = owner.browser.post(FILE, {"recovery": code})
    assert kept.status == 200
    assert kept.headers["content-disposition"].startswith('attachment; filename="herstelcode.txt"')
    assert kept.headers["content-type"].startswith("text/plain")
    assert kept.headers["cache-control"] == "no-store"
    assert code in kept.text.splitlines()
    assert "Kantoor <Ee> & Zn." in kept.text
    assert owner.browser.post(FILE, {"recovery": "<script>"}).status == 400
