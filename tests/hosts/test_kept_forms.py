"""ST-2 and PE-4 on both hosts: reading without a valid seal, and what is kept of a form that breaks off."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import escape, unescape
from io import BytesIO
from typing import Any

import pytest

from klantportaal.adapters.fastapi.request_body import Body
from klantportaal.adapters.web.forms import sealed
from klantportaal.adapters.web.http.errors import answer_to
from klantportaal.adapters.web.http.multipart import FormReader
from klantportaal.adapters.web.pages.site import Site
from klantportaal.domain.accounts import Account
from klantportaal.domain.errors import Absent, PortalError, Unavailable
from klantportaal.domain.sessions import Actor
from klantportaal.domain.uploads import MEBIBYTE
from klantportaal.usecases.client.attachments import Attachments
from klantportaal.usecases.client.messages import Messages
from klantportaal.usecases.client.sign_in import SignedIn
from tests.hosts.browsers import ORIGIN, PREFIX, Browser, Reply, Upload, dutch, multipart
from tests.hosts.conftest import World, flask_app
from tests.hosts.test_ended_session import FILE, TEXT, Writing, failing, form_fields, sign_in, text_of, waiting, writing
from tests.hosts.test_own_forms import kept_texts

__all__ = ["writing"]
PDFS = [Upload(name=f"{name}.pdf", content=b"%PDF-1.7" + name.encode() * 200_000) for name in ("een", "drie", "vier")]


def lost(name: str) -> str:
    """Say that a file has to be added again."""
    return dutch("“%(name)s” could not be kept just now. Add it again in a moment.", name=name)


# ------------------------------------------------------------------ strangers
def test_nothing_is_read_before_the_seal(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """PE-4: the seal is the first field: of a form without one there, at most one field is read."""
    texts = 0
    read = FormReader._text

    def counted(reader: FormReader) -> str:
        nonlocal texts
        texts += 1
        return read(reader)

    monkeypatch.setattr(FormReader, "_text", counted)
    kind, body = multipart({f"f{number}": "x" * 60_000 for number in range(50)})
    reply = browser.send("POST", "/vragenlijsten/x/pagina/y", {"Content_Type": kind, "Origin": ORIGIN}, body)
    assert (reply.status, waiting(reply)) == (401, {})
    assert texts <= 1


def test_a_seal_that_is_not_first(client: Browser, world: World) -> None:
    """PE-4: a form whose seal is not its first field is refused."""
    path = f"/dossiers/{world.dossier.id}/berichten/nieuw"
    kind, body = multipart({"body": TEXT, **client.seal(path)})
    reply = client.send("POST", path, {"Content_Type": kind, "Origin": ORIGIN}, body)
    assert (reply.status, dutch("This form is out of date") in reply.text) == (400, True)


def test_a_body_of_a_stranger_on_flask(world: World) -> None:
    """PE-4: without a valid seal, a WSGI server does not read the whole body."""
    kind, content = multipart({"shown_for": "onzin"}, [Upload(name="a.pdf", content=b"x" * 4 * MEBIBYTE)])
    body = BytesIO(content)
    reply = (
        flask_app(world.portal)
        .test_client()
        .post(
            f"/portaal/dossiers/{world.dossier.id}/berichten/nieuw",
            base_url=ORIGIN,
            headers={"Content-Type": kind, "Origin": ORIGIN},
            input_stream=body,
            buffered=False,
        )
    )
    assert (reply.status_code, body.tell() < 3 * MEBIBYTE) == (401, True)


# ------------------------------------------------------------------ a session that ends during an upload
def test_the_session_ends_during_an_upload(writing: Writing, monkeypatch: pytest.MonkeyPatch) -> None:
    """ST-2, ST-3: a session that ends while files come in keeps the text and what was staged, and names the rest."""
    clock, stage = writing.world.scene.clock, Attachments.stage
    for _each in range(47):
        clock.advance(timedelta(minutes=15))
        assert writing.browser.get("/home").status == 200
    clock.advance(timedelta(minutes=14, seconds=30))

    def slow(self: Attachments, *args: object, **kwargs: object) -> object:
        row = stage(self, *args, **kwargs)  # type: ignore[arg-type]
        clock.advance(timedelta(minutes=3))
        return row

    def arriving(self: Body) -> Iterator[bytes]:
        """Split the body, which the test client sends at once."""
        for chunk in whole(self):
            yield from (chunk[at : at + 65_536] for at in range(0, len(chunk), 65_536))

    whole = Body.__iter__
    monkeypatch.setattr(Body, "__iter__", arriving)
    monkeypatch.setattr(Attachments, "stage", slow)
    refused = writing.send(*PDFS)
    monkeypatch.undo()
    assert refused.status == 401
    assert writing.staged() == ["een.pdf"]
    shown = sign_in(writing.browser, writing.world.email, refused)
    assert text_of(shown, "body") == TEXT
    assert [lost(each.name) in shown.text for each in PDFS] == [False, True, True]
    assert writing.sent() == []


# ------------------------------------------------------------------ an account that is switched meanwhile
def company_of(world: World) -> Account:
    """Add a company to the dossier, of which the client's person has the account too."""
    company = world.scene.client(world.office, name="Bakkerij Jansen B.V.")
    with world.scene.storage.begin() as uow:
        uow.dossiers.add_party(world.dossier, company.id)
        uow.commit()
    return world.scene.another(world.account, company)


def of_company(world: World, other: Account) -> int:
    """Count the messages in the dossier that the company sees."""
    return len(world.portal.client.dossiers.messages(world.scene.actor(other), world.dossier.id))


@pytest.mark.parametrize("encoded", [True, False])
def test_switching_after_the_seal(writing: Writing, monkeypatch: pytest.MonkeyPatch, encoded: bool) -> None:
    """PE-3, PE-4: a message goes out for the account of its seal, also if its person switches just after that check."""
    world, check, other = writing.world, sealed.opened, company_of(writing.world)
    recognised = list[SignedIn]()

    def remembering(self: Site, *args: Any, **kwargs: Any) -> SignedIn:
        found = recognise(self, *args, **kwargs)
        recognised.append(found)
        return found

    def switching(*args: Any) -> object:
        parts = check(*args)
        world.portal.client.accounts.switch(recognised[0].actor, other.id)
        return parts

    recognise = Site.recognise
    monkeypatch.setattr(Site, "recognise", remembering)
    monkeypatch.setattr(sealed, "opened", switching)
    sent = writing.browser.post(writing.path, writing.fields) if encoded else writing.send()
    assert sent.status == 303
    monkeypatch.undo()
    assert "Bakkerij Jansen B.V." in writing.browser.get("/home").text.partition("</header>")[0]
    assert (writing.sent(), of_company(world, other)) == ([("Vraag", 0)], 0)


def test_switching_during_an_upload(writing: Writing, monkeypatch: pytest.MonkeyPatch) -> None:
    """PE-3, PE-4: a form that comes in while its person switches has a page of its own account, in text and in seal."""
    world, browser, stage, other = writing.world, writing.browser, Attachments.stage, company_of(writing.world)

    def switching(self: Attachments, actor: Actor, *args: object, **kwargs: object) -> object:
        row = stage(self, actor, *args, **kwargs)  # type: ignore[arg-type]
        world.portal.client.accounts.switch(actor, other.id)
        return row

    monkeypatch.setattr(Attachments, "stage", switching)
    shown = browser.post_files(writing.path, {**writing.fields, "action": "attach"}, [FILE])
    monkeypatch.undo()
    assert (shown.status, text_of(shown, "body")) == (200, TEXT)
    assert "Bakkerij Jansen B.V." not in shown.text.partition("</header>")[0]
    again = {**form_fields(shown, writing.path), "subject": "Vraag", "body": TEXT}
    refused = browser.post_files(writing.path, again)
    assert (refused.status, kept_texts(refused)[0]) == (409, "Vraag")
    assert "Bakkerij Jansen B.V." in refused.text.partition("</header>")[0]
    assert writing.sent() == []
    assert of_company(world, other) == 0


# ------------------------------------------------------------------ too large, or damaged
MANY = [Upload(name=f"s{number}.pdf", content=b"%PDF-1.7" + bytes([number]) * 900_000) for number in range(6)]


def test_files_that_are_too_large_together(writing: Writing) -> None:
    """ST-2, AT-3: with files that are too large together, the text is shown again at once, with the reason."""
    reply = writing.send(*MANY)
    assert (reply.status, text_of(reply, "body")) == (413, TEXT)
    assert dutch("What you sent is larger than the portal accepts. Go back and send less at a time.") in reply.text


@pytest.mark.parametrize("what", ["too large", "damaged"])
def test_what_cannot_be_read_is_nobody_else_s(writing: Writing, what: str) -> None:
    """PE-4: a form of A that cannot be read to its end is not shown as a form of B, who signed in since."""
    world, browser = writing.world, writing.browser
    client, other = world.scene.person(world.office, name="Kim de Boer")
    with world.scene.storage.begin() as uow:
        uow.dossiers.add_party(world.dossier, client.id)
        uow.commit()
    browser.sign_in(world.scene.address(other))
    if what == "too large":
        reply = writing.send(*MANY)
    else:
        kind, body = multipart(writing.fields, [FILE])
        reply = browser.send("POST", writing.path, {"Content_Type": kind, "Origin": ORIGIN}, body[:-80])
    assert (reply.status, world.account.name in reply.text, kept_texts(reply)) == (409, True, ["Vraag", escape(TEXT)])
    assert f'action="{PREFIX}{writing.path}"' not in reply.text


def test_files_that_are_too_large_after_the_end(writing: Writing) -> None:
    """ST-2: the text of a form whose files are too large together waits too, if its session had ended."""
    writing.wait()
    assert text_of(sign_in(writing.browser, writing.world.email, writing.send(*MANY)), "body") == TEXT


@pytest.mark.parametrize("minutes", [0, 31])
def test_a_body_that_breaks_off(writing: Writing, minutes: int) -> None:
    """ST-2: of a body that is damaged, the text before that is shown again."""
    writing.wait(minutes)
    kind, body = multipart({**writing.fields}, PDFS[:1])
    headers = {"Content_Type": kind, "Origin": ORIGIN}
    reply = writing.browser.send("POST", writing.path, headers, body.removesuffix(b"--grens--\r\n"))
    shown = sign_in(writing.browser, writing.world.email, reply) if minutes else reply
    assert (reply.status, text_of(shown, "body")) == (401 if minutes else 400, TEXT)


# ------------------------------------------------------------------ after signing in again
def test_the_other_account_of_the_person(writing: Writing) -> None:
    """PE-3, ST-2: a form that another account of the same person was shown comes back under that account."""
    world, browser = writing.world, writing.browser
    company = world.scene.client(world.office, name="Bakkerij Jansen B.V.")
    other = world.scene.another(world.account, company, name=world.account.name)
    writing.wait()
    refused = writing.send(FILE)
    assert browser.sign_in(world.email).status == 303
    assert browser.post(f"/namens/{other.id}").status == 303
    browser.post("/uitloggen")
    shown = sign_in(browser, world.email, refused)
    assert (shown.status, text_of(shown, "body"), "scan.pdf" in shown.text) == (200, TEXT, True)
    again = {**form_fields(shown, writing.path), "subject": "Vraag", "body": TEXT}
    assert browser.post_files(writing.path, again).status == 303
    assert writing.sent() == [("Vraag", 1)]


def test_the_account_is_closed(writing: Writing) -> None:
    """PE-3, ST-2: a form of an account that was closed meanwhile is shown to no other account of the person."""
    world, browser = writing.world, writing.browser
    company = world.scene.client(world.office, name="Bakkerij Jansen B.V.")
    world.scene.another(world.account, company, name=world.account.name)
    writing.wait()
    refused = writing.send()
    world.portal.office.clients.close_account(world.scene.office_actor(world.office), world.account.id)
    reply = sign_in(browser, world.email, refused)
    assert reply.location == f"{PREFIX}/home?melding=niet-teruggezet"


def test_the_page_that_is_shown_again_is_whole(writing: Writing) -> None:
    """ST-2, ST-3, PE-3: the page with the form says for whom it acts, and when its session ends."""
    world = writing.world
    company = world.scene.client(world.office, name="Bakkerij Jansen B.V.")
    world.scene.another(world.account, company, name=world.account.name)
    writing.wait()
    shown = sign_in(writing.browser, world.email, writing.send())
    assert ("acting-for" in shown.text, "data-session" in shown.text) == (True, True)


@pytest.mark.parametrize("error", [Unavailable, Absent])
def test_a_form_that_cannot_be_shown_again(
    writing: Writing, monkeypatch: pytest.MonkeyPatch, error: type[PortalError]
) -> None:
    """ST-2: if the page of a form cannot be shown after signing in, its texts are there to copy, with the reason."""
    writing.wait()
    refused = writing.send()
    monkeypatch.setattr(Messages, "uploads", failing(error))
    shown = sign_in(writing.browser, writing.world.email, refused)
    assert (shown.status, [unescape(each) for each in kept_texts(shown)]) == (200, ["Vraag", TEXT])
    assert dutch(answer_to(error()).text.one) in shown.text


@pytest.mark.parametrize("path", ["/tweede-stap", "/tweede-stap/herstelcode"])
def test_a_second_step_that_ran_out(writing: Writing, path: str) -> None:
    """ST-2, TS-2: a form waits on if the code was not entered in time: the page signs in again, with the form."""
    world, browser = writing.world, writing.browser
    world.scene.two_step(world.account)
    writing.wait()
    step = sign_in(browser, world.email, writing.send())
    writing.wait(11)
    late = browser.post(path, {**waiting(step), "code": "123456", "recovery": "x"})
    assert (late.status, waiting(late)) == (410, waiting(step))
    assert waiting(sign_in(browser, world.email, late)) == waiting(step)


# ------------------------------------------------------------------ what the pages say, and where their links lead
def test_both_accounts_of_one_person_are_named(writing: Writing) -> None:
    """PE-3, PE-4: a form of another account of the same person names both clients, and leads to switching back."""
    world, browser = writing.world, writing.browser
    company = world.scene.client(world.office, name="Bakkerij Jansen B.V.")
    other = world.scene.another(world.account, company, name=world.account.name)
    assert browser.post(f"/namens/{other.id}").status == 303
    reply = writing.send()
    told = dutch(
        "This form was for %(other)s, but you are now signed in as %(name)s, so nothing was sent or changed.",
        other=world.account.name,
        name=f"Bakkerij Jansen B.V. ({world.account.name})",
    )
    assert (reply.status, told in reply.text) == (409, True)
    assert f'href="{PREFIX}/namens"' in reply.text.partition("<main")[2]


def languages(reply: Reply) -> list[str]:
    """List where the links to the page in English lead."""
    return re.findall(r'href="([^"]*)\?taal=en"', reply.text)


def test_the_language_of_the_page_that_signs_in(writing: Writing) -> None:
    """ST-2: in place of a form, the language link leads to the sign-in page; while a form waits, there is none."""
    world, browser = writing.world, writing.browser
    world.scene.two_step(world.account)
    path = f"/dossiers/{world.dossier.id}/bijlagen/{writing.draft}/verwijderen"
    writing.wait()
    gone = browser.post_files(path, {"shown_for": "onzin"})
    assert (gone.status, languages(gone)) == (401, [f"{PREFIX}/inloggen"])
    refused = writing.send()
    wrong = sign_in(browser, world.email, refused, "Verkeerd1")
    step = sign_in(browser, world.email, refused)
    for reply in (refused, wrong, step):
        assert (bool(waiting(reply)), languages(reply)) == (True, [])
    assert languages(browser.get("/inloggen")) == [f"{PREFIX}/inloggen"]
