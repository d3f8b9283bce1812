"""ST-2 on both hosts: a form that was sent after its session had ended comes back, to its owner only."""

import base64
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from html import unescape
from typing import NoReturn
from uuid import UUID

import attrs
import pytest

from klantportaal.domain.accounts import ClientKind
from klantportaal.domain.errors import Conflict, PortalError, StorageFull, Unavailable
from klantportaal.domain.values import DraftId
from klantportaal.testing.questionnaires import page, question, questionnaire
from klantportaal.usecases.client.extra_accounts import ExtraAccounts
from klantportaal.usecases.client.messages import Messages
from klantportaal.usecases.client.profile import ProfileSettings
from klantportaal.usecases.client.questionnaires import Questionnaires
from klantportaal.usecases.client.second_step import SecondStep
from klantportaal.usecases.client.sign_in import SignIn
from tests.hosts.browsers import PREFIX, Browser, Fields, Reply, Upload, dutch
from tests.hosts.conftest import World
from tests.hosts.test_own_forms import kept_texts

FILE = Upload(name="scan.pdf", content=b"%PDF-1.7 scan")
ASKED = questionnaire("stukken", page("uw-stukken", question("voornaam"), question("kopie-id", "file")))
AGAIN = "This is what you filled in before you had to sign in again. Nothing has been sent yet: check it, and send it."
NOT_AGAIN = (
    "What was filled in before signing in is not shown: it belongs to another account, or was left too long."
    " Nothing was sent."
)
WAITS = (
    "Your session had ended, so nothing has been sent yet. What you filled in is kept on this page for an hour."
    " Sign in, and you will see it again as it was."
)
LOST = "You are no longer signed in, so what you sent was not received. Sign in and send it again."
TEXT = "Kan ik <morgen> tekenen?\n\nGroet"


@attrs.frozen(kw_only=True)
class Writing:
    """Somebody who writes a message, and does not send it before the session has ended."""

    browser: Browser
    world: World
    path: str
    draft: DraftId
    fields: Mapping[str, str]

    def wait(self, minutes: int = 31) -> None:
        """Let time pass."""
        self.world.scene.clock.advance(timedelta(minutes=minutes))

    def send(self, *uploads: Upload) -> Reply:
        """Send the form as it was shown."""
        return self.browser.post_files(self.path, self.fields, uploads)

    def sent(self) -> list[tuple[str, int]]:
        """List the messages that were sent, each with how many files it has."""
        actor, dossier = self.world.scene.actor(self.world.account), self.world.dossier.id
        messages, of = self.world.portal.client.messages, self.world.portal.client.dossiers.messages(actor, dossier)
        rows = [row for row in of if row.id != self.world.message.id]
        return [(row.subject, len(messages.peek(actor, dossier, row.id).attachments)) for row in rows]

    def staged(self) -> list[str]:
        """List the files that wait to be sent with it."""
        actor = self.world.scene.actor(self.world.account)
        rows = self.world.portal.client.messages.uploads(actor, self.world.dossier.id, self.draft)
        return [row.name for row in rows]


@pytest.fixture
def writing(client: Browser, world: World) -> Writing:
    """The scene's client has a new message open, and has written it."""
    path = f"/dossiers/{world.dossier.id}/berichten/nieuw"
    shown = client.get(path)
    draft = re.search(r'name="draft" value="([^"]+)"', shown.text)
    assert draft is not None
    fields = {**client.seal(path), "draft": draft[1], "subject": "Vraag", "body": TEXT}
    return Writing(browser=client, world=world, path=path, draft=DraftId(UUID(draft[1])), fields=fields)


def waiting(reply: Reply) -> dict[str, str]:
    """Give the hidden field with the form that waits, from a page that signs in."""
    found = re.search(r'name="kept" value="([^"]*)"', reply.text)
    return {} if found is None else {"kept": found[1]}


def sign_in(browser: Browser, email: str, reply: Reply, password: str = "Welkom01") -> Reply:
    """Send the sign-in form of a page."""
    return browser.post("/inloggen", {"email": email, "password": password, **waiting(reply)})


def text_of(reply: Reply, name: str) -> str:
    """Read what stands in a field of several lines."""
    found = re.search(rf'<textarea[^>]* id="{name}"[^>]*>\n(.*?)</textarea>', reply.text, re.DOTALL)
    assert found is not None, reply.text
    return unescape(found[1])


def value_of(reply: Reply, name: str) -> str:
    """Read what stands in a field of one line."""
    found = re.search(rf'<input class="input"[^>]* name="{re.escape(name)}"[^>]* value="([^"]*)"', reply.text)
    assert found is not None, reply.text
    return unescape(found[1])


def form_fields(reply: Reply, path: str) -> dict[str, str]:
    """Give the hidden fields of the form on a page that is sent to a path."""
    form = reply.text.partition(f'action="{PREFIX}{path}"')[2].partition("</form>")[0]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))


# ------------------------------------------------------------------ a message (case 2)
def test_a_message_with_a_file(writing: Writing) -> None:
    """ST-2: 31 minutes of writing, `Versturen`, signing in: the form with text and file is there, and goes out once."""
    writing.wait()
    refused = writing.send(FILE)
    assert (refused.status, dutch(WAITS) in refused.text, TEXT in refused.text) == (401, True, False)
    assert (writing.sent(), writing.staged()) == ([], ["scan.pdf"])
    shown = sign_in(writing.browser, writing.world.email, refused)
    assert (shown.status, dutch(AGAIN) in shown.text) == (200, True)
    assert (value_of(shown, "subject"), text_of(shown, "body")) == ("Vraag", TEXT)
    assert "scan.pdf" in shown.text
    assert writing.sent() == []
    again = {**form_fields(shown, writing.path), "subject": value_of(shown, "subject"), "body": text_of(shown, "body")}
    assert again["draft"] == str(writing.draft)
    assert [writing.browser.post_files(writing.path, again).status for _click in range(2)] == [303, 303]
    assert writing.sent() == [("Vraag", 1)]


def test_a_file_that_a_script_uploaded(writing: Writing) -> None:
    """ST-2: a file that was uploaded before the session ended stays with the form."""
    path = f"/dossiers/{writing.world.dossier.id}/bijlagen?concept={writing.draft}"
    script = {"X_Shown_For": writing.fields["shown_for"], "Accept": "application/json"}
    first = attrs.evolve(FILE, field="file")
    assert writing.browser.post_files(path, {}, [first], **script).status == 201
    writing.wait()
    told = writing.browser.post_files(path, {}, [first], **script)
    assert (told.status, told.headers["content-type"]) == (401, "application/json")
    shown = sign_in(writing.browser, writing.world.email, writing.send())
    assert (text_of(shown, "body"), shown.text.count("file-row")) == (TEXT, 1)


def test_an_answer(client: Browser, world: World) -> None:
    """ST-2: an answer comes back as an answer to the same message."""
    path = f"/dossiers/{world.dossier.id}/berichten/{world.message.id}/beantwoorden"
    fields = {**form_fields(client.get(path), path), "body": TEXT}
    world.scene.clock.advance(timedelta(hours=13))
    shown = sign_in(client, world.email, client.post_files(path, fields))
    assert text_of(shown, "body") == TEXT
    assert client.post_files(path, {**form_fields(shown, path), "body": TEXT}).status == 303


def test_a_bin_without_script(writing: Writing) -> None:
    """ST-2: the form that a file's bin sends comes back too."""
    writing.wait()
    gone = f"/dossiers/{writing.world.dossier.id}/bijlagen/{writing.draft}/verwijderen"
    shown = sign_in(writing.browser, writing.world.email, writing.browser.post_files(gone, writing.fields))
    assert text_of(shown, "body") == TEXT


def test_somebody_else_signs_in(writing: Writing) -> None:
    """ST-2: another person who signs in on that page sees neither the form nor its files, and a notice says so."""
    world = writing.world
    client, other = world.scene.person(world.office, first_signed_in_at=world.scene.clock.now())
    with world.scene.storage.begin() as uow:
        uow.dossiers.add_party(world.dossier, client.id)
        uow.commit()
    writing.wait()
    reply = sign_in(writing.browser, writing.world.scene.person_of(other).email, writing.send(FILE))
    assert (reply.status, reply.location) == (303, f"{PREFIX}/home?melding=niet-teruggezet")
    home = writing.browser.follow(reply)
    assert dutch(NOT_AGAIN) in home.text
    assert not any(each in home.text for each in ("Vraag", "tekenen", "scan.pdf", str(writing.draft)))
    assert writing.sent() == []


def test_too_late(writing: Writing) -> None:
    """ST-2: what was filled in waits an hour in the browser, and no longer."""
    writing.wait()
    refused = writing.send()
    writing.wait(59)
    assert sign_in(writing.browser, writing.world.email, refused).status == 200
    writing.browser.post("/uitloggen")
    writing.wait(1)
    late = sign_in(writing.browser, writing.world.email, refused)
    assert (late.status, late.location) == (303, f"{PREFIX}/home?melding=niet-teruggezet")


def test_a_wrong_password(writing: Writing) -> None:
    """ST-2: after a wrong password, the form still waits."""
    writing.wait()
    wrong = sign_in(writing.browser, writing.world.email, writing.send(), "Verkeerd1")
    assert wrong.status == 401
    assert text_of(sign_in(writing.browser, writing.world.email, wrong), "body") == TEXT


@pytest.mark.parametrize("error", [Unavailable, StorageFull, Conflict])
def test_signing_in_that_fails(writing: Writing, monkeypatch: pytest.MonkeyPatch, error: type[PortalError]) -> None:
    """ST-2: if signing in fails, the form still waits: the page has it, and the reason."""
    writing.wait()
    refused = writing.send(FILE)
    monkeypatch.setattr(SignIn, "sign_in", failing(error))
    failed = sign_in(writing.browser, writing.world.email, refused)
    assert (failed.status, dutch(BUSY[error][1]) in failed.text) == (BUSY[error][0], True)
    monkeypatch.undo()
    shown = sign_in(writing.browser, writing.world.email, failed)
    assert (text_of(shown, "body"), "scan.pdf" in shown.text) == (TEXT, True)


@pytest.mark.parametrize("error", [Unavailable, StorageFull, Conflict])
def test_a_second_step_that_fails(writing: Writing, monkeypatch: pytest.MonkeyPatch, error: type[PortalError]) -> None:
    """ST-2: if the code cannot be checked, the form still waits."""
    writing.world.scene.two_step(writing.world.account)
    writing.wait()
    step = sign_in(writing.browser, writing.world.email, writing.send())
    monkeypatch.setattr(SecondStep, "enter", failing(error))
    failed = writing.browser.post("/tweede-stap", {**waiting(step), "code": "123456"})
    assert (failed.status, waiting(failed)["kept"]) == (BUSY[error][0], waiting(step)["kept"])


def test_signed_out_in_another_tab(writing: Writing) -> None:
    """ST-2: after signing out, the text is kept too; a file of that form is not, and is named."""
    assert writing.browser.post("/uitloggen").status == 303
    refused = writing.send(FILE)
    assert (refused.status, writing.staged(), writing.world.files.contents.keys()) == (
        401,
        [],
        writing.world.files.contents.keys(),
    )
    shown = sign_in(writing.browser, writing.world.email, refused)
    assert text_of(shown, "body") == TEXT
    assert dutch("“%(name)s” could not be kept just now. Add it again in a moment.", name="scan.pdf") in shown.text


def test_a_session_of_somebody_else(writing: Writing) -> None:
    """ST-2, PE-4: with the lapsed session of B, A's file is kept for neither."""
    world = writing.world
    _client, other = world.scene.person(world.office)
    writing.browser.post("/uitloggen")
    writing.browser.sign_in(world.scene.person_of(other).email)
    writing.wait()
    refused = writing.send(FILE)
    assert (refused.status, writing.staged()) == (401, [])
    assert text_of(sign_in(writing.browser, world.email, refused), "body") == TEXT


@pytest.mark.parametrize("seal", ["", "onzin"])
def test_without_a_seal(writing: Writing, seal: str) -> None:
    """ST-2, PE-4: a form without a seal is not kept, and neither are its files."""
    writing.wait()
    refused = writing.browser.post_files(writing.path, {**writing.fields, "shown_for": seal}, [FILE])
    assert (refused.status, dutch(LOST) in refused.text) == (401, True)
    assert (waiting(refused), writing.staged()) == ({}, [])


def test_what_waits_was_changed(writing: Writing) -> None:
    """ST-2: a form that was changed while it waited in the browser is not shown."""
    writing.wait()
    kept = waiting(writing.send())["kept"]
    for changed in (kept[:-4] + "AAAA", kept[1:], "onzin", writing.fields["shown_for"]):
        reply = writing.browser.post(
            "/inloggen", {"email": writing.world.email, "password": "Welkom01", "kept": changed}
        )
        assert reply.location == f"{PREFIX}/home?melding=niet-teruggezet"


def test_a_form_that_is_too_large_to_wait(writing: Writing) -> None:
    """ST-2: more text than the sign-in form takes does not wait, and the page says so."""
    writing.wait()
    fields = {**writing.fields, **{f"x{number}": "x" * 60_000 for number in range(4)}}
    refused = writing.browser.post_files(writing.path, fields)
    assert (waiting(refused), dutch(LOST) in refused.text) == ({}, True)


# ------------------------------------------------------------------ the other forms
def test_settings(client: Browser, world: World) -> None:
    """ST-2: `Mijn gegevens` comes back as it was chosen, and nothing is saved by itself."""
    fields = {**form_fields(client.get("/mijn-gegevens"), "/mijn-gegevens"), "language": "en", "messages": "on"}
    world.scene.clock.advance(timedelta(minutes=31))
    shown = sign_in(client, world.email, client.post("/mijn-gegevens", fields))
    assert re.findall(r'name="(\w+)" value="\w+" checked', shown.text) == ["language", "messages"]
    assert re.findall(r'value="(\w+)" checked', shown.text)[0] == "en"
    assert re.findall(r'value="(\w+)" checked', client.get("/mijn-gegevens").text)[0] == "nl"


def test_an_extra_account(browser: Browser, world: World) -> None:
    """ST-2: the form for an extra account comes back as it was typed."""
    company = world.scene.client(world.office, kind=ClientKind.COMPANY)
    main = world.scene.account(company, first_signed_in_at=world.scene.clock.now())
    browser.sign_in(world.scene.person_of(main).email)
    path = "/accounts/extra-accounts/nieuw"
    fields = {**form_fields(browser.get(path), path), "name": "Piet", "email": "piet@example.nl"}
    world.scene.clock.advance(timedelta(minutes=31))
    shown = sign_in(browser, world.scene.person_of(main).email, browser.post(path, fields))
    assert (value_of(shown, "name"), value_of(shown, "email")) == ("Piet", "piet@example.nl")


def test_a_questionnaire(client: Browser, world: World) -> None:
    """ST-2: a page of a questionnaire comes back with its answers and its file, and is saved by `Volgende`."""
    asked = world.scene.assignment(world.dossier, world.client, world.scene.published(world.office, ASKED))
    actor = world.scene.actor(world.account)
    world.portal.client.questionnaires.start(actor, asked.id)
    path = f"/vragenlijsten/{asked.id}/pagina/uw-stukken"
    fields: Fields = {
        **form_fields(client.get(path), path),
        "getoond": ["voornaam", "kopie-id"],
        "q.voornaam": "Kim & Co",
    }
    world.scene.clock.advance(timedelta(minutes=31))
    refused = client.post_files(path, fields, [attrs.evolve(FILE, field="q.kopie-id.nieuw")])
    assert refused.status == 401
    shown = sign_in(client, world.email, refused)
    assert (value_of(shown, "q.voornaam"), "scan.pdf" in shown.text) == ("Kim & Co", True)
    staged = re.findall(r'name="q.kopie-id" value="([^"]+)"', shown.text)
    again: Fields = {**fields, **form_fields(shown, path), "getoond": fields["getoond"], "q.kopie-id": staged}
    assert client.post_files(path, again).location == f"{PREFIX}/vragenlijsten/{asked.id}/overzicht"


def test_a_questionnaire_that_is_gone(client: Browser, world: World) -> None:
    """ST-2: a questionnaire that was withdrawn meanwhile gives its texts to copy, with the reason."""
    asked = world.scene.assignment(world.dossier, world.client, world.scene.published(world.office, ASKED))
    world.portal.client.questionnaires.start(world.scene.actor(world.account), asked.id)
    path = f"/vragenlijsten/{asked.id}/pagina/uw-stukken"
    fields = {**form_fields(client.get(path), path), "q.voornaam": "Kim"}
    world.scene.clock.advance(timedelta(minutes=31))
    refused = client.post_files(path, fields)
    world.portal.office.questionnaires.withdraw(world.scene.office_actor(world.office), asked.id)
    shown = sign_in(client, world.email, refused)
    assert (shown.status, kept_texts(shown)) == (200, ["Kim"])
    assert dutch("This is what was filled in") in shown.text


def test_a_mobile_number(client: Browser, world: World) -> None:
    """ST-2: a number that was typed for two-step verification comes back; nothing is sent to it by itself."""
    path = "/mijn-gegevens/tweestaps"
    fields = {**form_fields(client.get(path), path), "actie": "sms", "number": "06 12345678"}
    world.scene.clock.advance(timedelta(minutes=31))
    assert value_of(sign_in(client, world.email, client.post(path, fields)), "number") == "06 12345678"
    assert world.sms.sent == []


def test_passwords_and_codes_wait_nowhere(client: Browser, world: World) -> None:
    """ST-2: no password, code or recovery code is in what waits, encrypted or not; forms of these alone do not wait."""
    path = "/mijn-gegevens/tweestaps"
    secrets = {
        "password": "Geheim22",
        "repeated": "Geheim22",
        "current": "Geheim22",
        "code": "123456",
        "recovery": "ABCDE",
    }
    writing = f"/dossiers/{world.dossier.id}/berichten/nieuw"
    text = {**form_fields(client.get(writing), writing), "subject": "Vraag", "body": "Wanneer?"}
    two_step = {**form_fields(client.get(path), path), **secrets, "actie": "sms", "number": "06 12345678"}
    changing = {**form_fields(client.get("/mijn-gegevens/wachtwoord"), "/mijn-gegevens/wachtwoord"), **secrets}
    world.scene.clock.advance(timedelta(minutes=31))
    message = client.post_files(writing, {**text, **secrets})
    for refused, typed in ((client.post(path, two_step), b"12345678"), (message, b"Wanneer")):
        plain = base64.urlsafe_b64decode(waiting(refused)["kept"])
        assert typed in plain
        assert not any(secret in plain for secret in (b"Geheim22", b'123456"', b"ABCDE"))
    refused = client.post("/mijn-gegevens/wachtwoord", changing)
    assert (waiting(refused), "Geheim22" in refused.text) == ({}, False)


# ------------------------------------------------------------------ the second step
def sms(world: World) -> str:
    """Give the code of the newest SMS."""
    world.portal.background.dispatcher.run_once()
    found = re.search(r"#([0-9]{6})\b", world.sms.sent[-1].text)
    assert found is not None
    return found[1]


def test_through_the_second_step(writing: Writing) -> None:
    """ST-2: the form waits through the second step, a wrong code and a new code too."""
    world, browser = writing.world, writing.browser
    world.scene.two_step(world.account)
    writing.wait()
    step = sign_in(browser, world.email, writing.send(FILE))
    assert (step.status, step.text.count('name="kept"')) == (200, 3)
    assert not any(each in step.text for each in ("tekenen", "scan.pdf", world.account.name))
    first = sms(world)
    wrong = browser.post("/tweede-stap", {**waiting(step), "code": f"{(int(first) + 1) % 1_000_000:06}"})
    assert (wrong.status, wrong.text.count('name="kept"')) == (422, 3)
    anew = browser.post("/tweede-stap", {**waiting(wrong), "actie": "opnieuw"})
    assert (
        anew.status,
        dutch("A new code is on its way. Codes that were sent before no longer work.") in anew.text,
    ) == (
        200,
        True,
    )
    shown = browser.post("/tweede-stap", {**waiting(anew), "code": sms(world)})
    assert (shown.status, text_of(shown, "body"), "scan.pdf" in shown.text) == (200, TEXT, True)


def test_who_has_to_turn_it_on_first(writing: Writing) -> None:
    """ST-2, TS-1: who must turn two-step verification on first is redirected there, and sees nothing of a dossier."""
    writing.wait()
    refused = writing.send()
    writing.world.portal.office.profile.require_two_step(writing.world.scene.office_actor(writing.world.office))
    led = sign_in(writing.browser, writing.world.email, refused)
    assert (led.status, led.location) == (303, f"{PREFIX}/mijn-gegevens/tweestaps?melding=tweestaps-nodig")


def test_by_recovery_code(writing: Writing) -> None:
    """ST-2: and through signing in by recovery code, of which the next one is shown first."""
    world, browser = writing.world, writing.browser
    browser.post("/mijn-gegevens/tweestaps", {"actie": "sms", "number": "06 12345678"})
    on = browser.post("/mijn-gegevens/tweestaps", {"actie": "aanzetten", "code": sms(world)})
    recovery = re.search(r'id="recovery-code"><span translate="no">([0-9A-Z-]+)<', on.text)
    assert recovery is not None
    writing.wait()
    step = sign_in(browser, world.email, writing.send())
    by_code = browser.post("/tweede-stap", {**waiting(step), "actie": "code"})
    other = browser.post("/tweede-stap", {**waiting(by_code), "actie": "herstelcode"})
    wrong = browser.post("/tweede-stap/herstelcode", {**waiting(other), "recovery": "x"})
    assert (by_code.status, other.status, wrong.status) == (200, 200, 422)
    fresh = browser.post("/tweede-stap/herstelcode", {**waiting(wrong), "recovery": recovery[1]})
    assert (fresh.status, "recovery-code" in fresh.text, "tekenen" in fresh.text) == (200, True, False)
    assert text_of(browser.post("/inloggen", waiting(fresh)), "body") == TEXT


# ------------------------------------------------------------------ what cannot be carried out just now
CHANGED = (
    "This was changed in another window or by somebody else, so your change was not saved. Look at it again and"
    " try once more."
)
BUSY: Mapping[type[PortalError], tuple[int, str]] = {
    Unavailable: (503, "Nothing was changed. Please try again in a moment."),
    StorageFull: (507, "What you sent could not be kept. Nothing was changed. Please try again later."),
    Conflict: (
        409,
        CHANGED,
    ),
}


def failing(error: type[PortalError]) -> Callable[..., NoReturn]:
    """Make a call that fails."""

    def fail(*_args: object, **_kwargs: object) -> NoReturn:
        raise error

    return fail


@pytest.mark.parametrize("error", BUSY)
def test_a_message_that_cannot_be_sent(
    writing: Writing, monkeypatch: pytest.MonkeyPatch, error: type[PortalError]
) -> None:
    """ST-2: a message that cannot be committed is shown again at once, with its text, its file and the reason."""
    monkeypatch.setattr(Messages, "send", failing(error))
    reply = writing.send(FILE)
    status, said = BUSY[error]
    assert (reply.status, dutch(said) in reply.text) == (status, True)
    assert (value_of(reply, "subject"), text_of(reply, "body"), "scan.pdf" in reply.text) == ("Vraag", TEXT, True)
    monkeypatch.undo()
    again = {**form_fields(reply, writing.path), "subject": "Vraag", "body": TEXT}
    assert writing.browser.post_files(writing.path, again).status == 303
    assert writing.sent() == [("Vraag", 1)]


@pytest.mark.parametrize("error", BUSY)
def test_settings_that_cannot_be_saved(
    client: Browser, monkeypatch: pytest.MonkeyPatch, error: type[PortalError]
) -> None:
    """ST-2: settings that cannot be saved are shown as they were chosen, with the reason."""
    monkeypatch.setattr(ProfileSettings, "save", failing(error))
    reply = client.post("/mijn-gegevens", {"language": "en", "documents": "on"})
    status, said = BUSY[error]
    assert (reply.status, dutch(said) in reply.text) == (status, True)
    assert re.findall(r'value="(\w+)" checked', reply.text) == ["en", "on"]


@pytest.mark.parametrize("error", BUSY)
def test_an_account_that_cannot_be_added(
    browser: Browser, world: World, monkeypatch: pytest.MonkeyPatch, error: type[PortalError]
) -> None:
    """ST-2: an extra account that cannot be added is shown as it was typed, with the reason."""
    company = world.scene.client(world.office, kind=ClientKind.COMPANY)
    main = world.scene.account(company, first_signed_in_at=world.scene.clock.now())
    browser.sign_in(world.scene.person_of(main).email)
    monkeypatch.setattr(ExtraAccounts, "add", failing(error))
    reply = browser.post("/accounts/extra-accounts/nieuw", {"name": "Piet", "email": "piet@example.nl"})
    status, said = BUSY[error]
    assert (reply.status, dutch(said) in reply.text, value_of(reply, "name")) == (status, True, "Piet")


@pytest.mark.parametrize("error", [Unavailable, StorageFull])
def test_a_page_that_cannot_be_saved(
    client: Browser, world: World, monkeypatch: pytest.MonkeyPatch, error: type[PortalError]
) -> None:
    """ST-2: a page of a questionnaire that cannot be saved is shown as it was filled in, with the reason."""
    asked = world.scene.assignment(world.dossier, world.client, world.scene.published(world.office, ASKED))
    world.portal.client.questionnaires.start(world.scene.actor(world.account), asked.id)
    monkeypatch.setattr(Questionnaires, "save", failing(error))
    path = f"/vragenlijsten/{asked.id}/pagina/uw-stukken"
    reply = client.post_files(path, {"versie": "0", "getoond": ["voornaam", "kopie-id"], "q.voornaam": "Kim"})
    status, said = BUSY[error]
    assert (reply.status, dutch(said) in reply.text, value_of(reply, "q.voornaam")) == (status, True, "Kim")


def test_a_page_that_cannot_be_shown_either(writing: Writing, monkeypatch: pytest.MonkeyPatch) -> None:
    """ST-2: where the form's own page cannot be read either, its texts are there to copy."""
    monkeypatch.setattr(Messages, "send", failing(Unavailable))
    monkeypatch.setattr(Messages, "uploads", failing(Unavailable))
    reply = writing.send()
    assert (reply.status, [unescape(each) for each in kept_texts(reply)]) == (503, ["Vraag", TEXT])


def test_a_form_without_text(client: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """ST-2: a form in which nothing is typed has the page of its error alone."""
    from klantportaal.usecases.client.sessions import OpenSessions

    monkeypatch.setattr(OpenSessions, "end_others", failing(Unavailable))
    reply = client.post("/mijn-gegevens/sessies")
    assert (reply.status, dutch("The portal is busy") in reply.text) == (503, True)
