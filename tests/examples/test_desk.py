"""The office desk and the mailbox of the demo, form by form."""

import html
import io
import json
import re
from collections.abc import Generator, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import pytest
from werkzeug.test import TestResponse

from examples.demo.desk.language import dutch
from examples.demo.desk.sentences import DONE, FAULTS, FIELDS, OTHER, PRECISE, TROUBLE, TROUBLES
from examples.demo.pages import demo_pages
from examples.demo.people import LOGINS
from examples.demo.seed.story import PERSON, PERSON_PASSWORD
from examples.demo.state import State
from klantportaal import Language, OfficeActor, ScanPolicy, ScanVerdict, Settings, Unavailable, Unscanned, embedded
from klantportaal.adapters.mail.memory import MemorySender
from klantportaal.adapters.sms.folder import FolderSmsSender
from klantportaal.domain.accounts import AccountRole, AccountState, ClientKind
from klantportaal.domain.documents import DocumentState
from klantportaal.domain.errors import FaultCode
from klantportaal.domain.messages import is_unopened
from klantportaal.domain.outgoing import TaskState
from klantportaal.domain.progress import StepState
from klantportaal.domain.quarantine import QuarantineState
from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.requests import ItemState, RequestState
from klantportaal.domain.sealing import BreakKind
from klantportaal.domain.sessions import Visitor
from klantportaal.domain.unseen import UnseenKind
from klantportaal.domain.values import AMSTERDAM
from klantportaal.domain.waiting import WaitingFor
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.sms import SMS
from klantportaal.usecases.client.session_start import Entrance
from tests.examples.conftest import Demo
from tests.support.demo import ROOT

PDF = b"%PDF-1.7\nnieuw"
OF_ANSWERS = {
    FaultCode.NOT_TEXT,
    FaultCode.NOT_A_NUMBER,
    FaultCode.NOT_AN_AMOUNT,
    FaultCode.NOT_YES_OR_NO,
    FaultCode.NOT_AN_IBAN,
    FaultCode.NOT_A_PERCENTAGE,
    FaultCode.NOT_A_DECIMAL,
    FaultCode.NOT_A_TIME,
    FaultCode.NOT_A_BSN,
    FaultCode.NOT_A_RSIN,
    FaultCode.NOT_A_KVK_NUMBER,
    FaultCode.NOT_A_VAT_NUMBER,
    FaultCode.NOT_A_POSTAL_ADDRESS,
    FaultCode.NOT_A_POSTCODE,
    FaultCode.NOT_A_HOUSE_NUMBER,
    FaultCode.NOT_A_SIGNATURE,
    FaultCode.NOT_A_DRAWING,
    FaultCode.NOT_A_LIST,
    FaultCode.FILE_ELSEWHERE,
    FaultCode.TOO_SHORT,
    FaultCode.TOO_SMALL,
    FaultCode.TOO_LARGE,
    FaultCode.TOO_EARLY,
    FaultCode.TOO_LATE,
    FaultCode.TOO_FEW,
    FaultCode.WRONG_FORM,
    FaultCode.NOT_ACCEPTED,
    FaultCode.MUST_HOLD,
    FaultCode.UNKNOWN_QUESTION,
    FaultCode.FIXED,
    FaultCode.ANSWERS_TOO_LARGE,
}
"""The faults that only answers can have."""
SHOWN = {"kind": "person", "account_name": "", "language": "nl"}


def page(demo: Demo, path: str) -> str:
    """Get a page of the demo."""
    response = demo.client.get(path)
    assert response.status_code == 200, response.text
    return response.text


def post(demo: Demo, path: str, fields: Mapping[str, Any] | None = None) -> TestResponse:
    """Send a form the way a browser does."""
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    return demo.client.post(path, data=dict(fields or {}), headers=headers)


def done(demo: Demo, path: str, fields: Mapping[str, Any] | None = None) -> str:
    """Send a valid form, and return the page after the redirect."""
    response = post(demo, path, fields)
    assert response.status_code == 303, response.text
    return page(demo, response.headers["Location"])


def dossier_path(demo: Demo, number: str) -> str:
    """Find the path of a dossier in the list."""
    listed = page(demo, f"/office/dossiers?search={number}")
    return str(re.findall(r'href="(/office/dossiers/[0-9a-f-]{36})"', listed)[0])


def main_of(text: str) -> str:
    """Give the text of the main part of a page."""
    inner = text.partition("<main")[2].partition("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", inner)).split())


def test_invite(demo: Demo) -> None:
    """OF-1: A client that is invited at the desk gets the first mail, and is listed as invited."""
    fields = {**SHOWN, "name": "Piet Pietersen", "email": "piet@example.nl"}
    assert "The client was invited" in done(demo, "/office/clients", fields)
    demo.portal.background.dispatcher.run_once()
    newest = demo.client.get("/mailbox.json").get_json()[0]
    assert newest == {**newest, "kind": "mail", "to": "piet@example.nl"}
    assert set(newest) == {"kind", "to", "subject", "text", "html", "at"}
    assert "/uitnodiging/" in newest["text"]
    assert "Piet Pietersen person piet@example.nl main invited" in main_of(page(demo, "/office/clients?search=piet"))


def test_refusals_keep_what_was_typed(demo: Demo) -> None:
    """AL-1: Each faulty field shows its fault, and the input is kept."""
    response = post(demo, "/office/clients", {**SHOWN, "name": "", "email": "geen <adres>"})
    assert response.status_code == 422
    assert "Name: This is required." in main_of(response.text)
    assert 'value="geen &lt;adres&gt;" aria-invalid="true" aria-describedby="invite-email-fault"' in response.text
    assert re.search(r'id="invite-email-fault">Enter one e-mail address', response.text)


def test_accounts(demo: Demo) -> None:
    """ON-2, SI-3: The desk invites again, closes and reopens. Doing that twice is refused with a message."""
    done(demo, "/office/clients", {**SHOWN, "name": "Piet", "email": "piet@example.nl"})
    listed = page(demo, "/office/clients?search=piet")
    client = re.findall(r'href="(/office/clients/[0-9a-f-]{36})"', listed)[0]
    account = re.findall(r'action="([^"]*/accounts/[0-9a-f-]{36})/invite-again"', page(demo, client))[0]
    assert "older link no longer works" in done(demo, f"{account}/invite-again")
    assert "closed" in main_of(done(demo, f"{account}/close"))
    assert post(demo, f"{account}/close").status_code == 422
    assert "invited" in main_of(done(demo, f"{account}/reopen"))
    assert post(demo, f"{account}/reopen").status_code == 422
    assert "Reopen client" in done(demo, f"{client}/close")
    assert post(demo, f"{client}/close").status_code == 422
    assert "Close client" in done(demo, f"{client}/reopen")
    assert post(demo, f"{client}/reopen").status_code == 422
    done(demo, f"{account}/close")
    assert post(demo, f"{account}/invite-again").status_code == 422


def test_extra_accounts(demo: Demo) -> None:
    """XA-4: The desk shows each account's role and state, adds an extra account, and deletes one permanently."""
    client = re.findall(r'href="(/office/clients/[0-9a-f-]{36})"', page(demo, "/office/clients?search=carter"))[0]
    shown = main_of(page(demo, client))
    for account in (
        "Olivia Carter o.carter@havenkwartier.example.nl main active",
        "Noah Visser n.visser@havenkwartier.example.nl extra active",
        "Mila Brandt m.brandt@havenkwartier.example.nl extra invited",
    ):
        assert account in shown
    form = {"name": "Els", "email": "els@example.nl", "language": "en"}
    refused = post(demo, f"{client}/accounts", {**form, "email": "o.carter@havenkwartier.example.nl"})
    assert (refused.status_code, "<details open>" in refused.text) == (422, True)
    assert "This client has an account with this address already." in main_of(refused.text)
    assert "Els els@example.nl extra invited" in main_of(done(demo, f"{client}/accounts", form))
    els = re.findall(r'action="([^"]*/accounts/[0-9a-f-]{36})/delete"', page(demo, client))[-1]
    deleted = main_of(done(demo, f"{els}/delete"))
    assert "Els els@example.nl extra deleted" in deleted
    assert "Delete Els" not in deleted
    assert post(demo, f"{els}/delete").status_code == 422


def test_one_person_with_two_clients(demo: Demo) -> None:
    """PE-1, PE-2: An address that is in use gets one more account. The desk names the other clients of its person."""
    fields = {**SHOWN, "kind": "company", "name": "De Groot Holding B.V.", "email": "W.deGroot@example.nl"}
    assert "The client was invited" in done(demo, "/office/clients", fields)
    demo.portal.background.dispatcher.run_once()
    newest = demo.client.get("/mailbox.json").get_json()[0]
    assert (newest["to"], "De Groot Holding B.V." in newest["subject"]) == ("w.degroot@example.nl", True)
    shown = ""
    for name, other in (("Holding", "Willemijn de Groot"), ("Willemijn", "De Groot Holding B.V.")):
        client = re.findall(r'href="(/office/clients/[0-9a-f-]{36})"', page(demo, f"/office/clients?search={name}"))[0]
        shown = page(demo, client)
        assert f"w.degroot@example.nl also for {other} main" in main_of(shown)
        [link] = re.findall(r'also for <a href="([^"]+)"', shown)
        assert other in main_of(page(demo, link))
    corrected = re.findall(r'action="([^"]*/accounts/[0-9a-f-]{36}/correct)"', shown)[0]
    moved = main_of(done(demo, corrected, {"account_name": "Willemijn de Groot", "email": "wdg@example.nl"}))
    assert "Willemijn de Groot wdg@example.nl main invited" in moved
    assert "also for" not in moved


def test_two_step(demo: Demo) -> None:
    """TS-1, XA-4: The desk shows who uses two-step verification, resets it, and makes it mandatory or optional."""
    client = re.findall(r'href="(/office/clients/[0-9a-f-]{36})"', page(demo, "/office/clients?search=carter"))[0]
    assert "reset-two-step" not in page(demo, client)
    at_desk = OfficeActor(office_id=demo.portal.offices.only(), handler="A")
    (card,) = demo.portal.office.clients.list(at_desk, search="carter")
    noah = next(each for each in card.accounts if each.name == "Noah Visser")
    storage = demo.portal.client.sign_in._storage
    with storage.begin() as uow:
        account, _client = uow.accounts.get(at_desk.office_id, noah.id)
    Scene(storage=storage).two_step(account)
    (reset,) = re.findall(r'action="([^"]*/reset-two-step)"', page(demo, client))
    assert str(noah.id) in reset
    assert "Two-step verification is off." in main_of(done(demo, reset))
    assert "reset-two-step" not in page(demo, client)
    assert post(demo, reset).status_code == 422
    assert "Make it mandatory" in page(demo, "/office/profile")
    assert "Make it optional" in done(demo, "/office/profile/require-two-step")
    assert demo.portal.office.profile.get(at_desk).two_step_required
    assert "Make it mandatory" in done(demo, "/office/profile/leave-two-step")
    assert not demo.portal.office.profile.get(at_desk).two_step_required


def test_changes_of_address(demo: Demo) -> None:
    """PR-4: The desk switches changes of address by clients off and on."""
    at_desk = OfficeActor(office_id=demo.portal.offices.only(), handler="A")
    assert "Switch it off" in page(demo, "/office/profile")
    assert "Let clients change their own" in done(demo, "/office/profile/stop-address-changes")
    assert not demo.portal.office.profile.get(at_desk).address_changes
    assert "Switch it off" in done(demo, "/office/profile/allow-address-changes")
    assert demo.portal.office.profile.get(at_desk).address_changes


def test_correct(demo: Demo) -> None:
    """OF-1: The desk corrects an account, which is then invited again. A refused form stays open with its input."""
    done(demo, "/office/clients", {**SHOWN, "name": "Piet", "email": "piet@example.nl"})
    client = re.findall(r'href="(/office/clients/[0-9a-f-]{36})"', page(demo, "/office/clients?search=piet"))[0]
    shown = page(demo, client)
    action = re.findall(r'action="([^"]*/accounts/[0-9a-f-]{36}/correct)"', shown)[0]
    assert ("<details open>" in shown, 'name="email" type="email" value="piet@example.nl"' in shown) == (False, True)
    faulty = post(demo, action, {"account_name": " ", "email": "W.deGroot@example.nl "})
    assert (faulty.status_code, "<details open>" in faulty.text) == (422, True)
    assert "Who signs in: This is required." in main_of(faulty.text)
    unread = post(demo, action, {"account_name": "Piet P.", "email": "geen adres"})
    assert re.search(r'id="correct-[0-9a-f-]{36}-email-fault">Enter one e-mail address', unread.text)
    assert 'value="Piet P."' in unread.text
    corrected = main_of(done(demo, action, {"account_name": "Piet P.", "email": "goed@example.nl"}))
    assert "The account was corrected." in corrected
    assert "Piet P. goed@example.nl main invited" in corrected
    demo.portal.background.dispatcher.run_once()
    assert demo.client.get("/mailbox.json").get_json()[0]["to"] == "goed@example.nl"


def test_dossier(demo: Demo) -> None:
    """OF-1: The desk opens and changes a dossier, and adds and removes a party. Faults are shown at their form."""
    ids = re.findall(r'name="parties" value="([0-9a-f-]{36})"', page(demo, "/office/dossiers"))
    fields = {"number": "2026-0500", "description": "Testament", "status": "in_progress", "parties": ids[0]}
    assert "2026-0500 Testament In progress" in main_of(done(demo, "/office/dossiers", fields))
    again = post(demo, "/office/dossiers", {**fields, "parties": []})
    assert (again.status_code, "Parties: This is required." in main_of(again.text)) == (422, True)
    path = dossier_path(demo, "2026-0500")
    assert "On hold." in main_of(done(demo, path, {"description": "Testament", "status": "on_hold"}))
    assert post(demo, path, {"description": "", "status": "nonsense"}).status_code == 422
    assert "is a party now" in done(demo, f"{path}/parties", {"client": ids[1]})
    assert "no longer a party" in done(demo, f"{path}/parties/{ids[1]}/remove")
    last = post(demo, f"{path}/parties/{ids[0]}/remove")
    assert (last.status_code, "A dossier needs at least one party." in last.text) == (422, True)


def test_publish_replace_withdraw(demo: Demo) -> None:
    """DC-1, DC-3: The desk publishes a file for the ticked clients, replaces it, and withdraws it with a reason."""
    path = dossier_path(demo, "2026-0398")
    ticked = re.findall(r'name="for_clients" value="([0-9a-f-]{36})"', page(demo, path))
    fields = {"kind": "document", "title": "Plattegrond", "for_clients": ticked[0]}
    shown = done(demo, f"{path}/documents", {**fields, "files": (io.BytesIO(PDF), "plan é.pdf")})
    document = re.findall(r'action="([^"]*/documents/[0-9a-f-]{36})/replace"', shown)[0]
    download = demo.client.get(f"/office/documents/{document.rpartition('/')[2]}/file")
    assert (download.data, download.mimetype) == (PDF, "application/pdf")
    assert download.headers["Content-Disposition"].endswith("filename*=UTF-8''plan%20%C3%A9.pdf")
    empty = post(demo, f"{path}/documents", fields)
    assert (empty.status_code, "File: Choose a file" in main_of(empty.text)) == (422, True)
    assert post(demo, f"{path}/documents", {"kind": "document", "title": "x"}).status_code == 422
    assert post(demo, f"{document}/replace").status_code == 422
    replaced = done(demo, f"{document}/replace", {"files": (io.BytesIO(PDF), "plan.pdf")})
    assert "Plattegrond replaced" in main_of(replaced)
    newest = re.findall(r'action="([^"]*/documents/[0-9a-f-]{36})/withdraw"', replaced)[0]
    assert post(demo, f"{newest}/withdraw", {"reason": " "}).status_code == 422
    assert "Withdrawn" in main_of(done(demo, f"{newest}/withdraw", {"reason": "Oude tekening"}))


def test_messages(demo: Demo) -> None:
    """ME-2: The desk writes and answers. The inbox shows clients' messages, their files, and handled messages."""
    inbox = page(demo, "/office/")
    assert "jaaropgave-hypotheek.pdf" in inbox
    submission = re.findall(r'href="(/office/submissions/[^"]+)">jaaropgave', inbox)[0]
    assert demo.client.get(submission).data[:5] == b"%PDF-"
    path = dossier_path(demo, "2026-0412")
    shown = page(demo, path)
    client = re.findall(r'<option value="([0-9a-f-]{36})"[^>]*>Willemijn de Groot', shown)[0]
    answered = re.findall(r'name="answers" value="([0-9a-f-]{36})"', shown)[0]
    sent = done(demo, f"{path}/messages", {"client": client, "subject": "Sleutels", "body": "Om tien uur."})
    assert "Sleutels mr. A.J. van der Meer to Willemijn de Groot" in main_of(sent)
    answer = {"client": client, "answers": answered, "body": "Ja, 15 december."}
    assert "Ja, 15 december." in done(demo, f"{path}/messages", answer)
    assert f'id="answer-{answered}-body-fault"' in post(demo, f"{path}/messages", {**answer, "body": " "}).text
    missing = post(demo, f"{path}/messages", {"client": client, "subject": "", "body": "Blijft staan"})
    assert (missing.status_code, "Blijft staan</textarea>" in missing.text) == (422, True)
    sent_id = re.findall(r'action="/office/messages/([^"]+)/take-back"', sent)[0]
    assert "was taken back" in done(demo, f"/office/messages/{sent_id}/take-back")
    assert post(demo, f"/office/messages/{sent_id}/take-back").status_code == 422
    assert "marked as handled" in done(demo, f"/office/messages/{answered}/handle")
    assert post(demo, f"/office/messages/{answered}/handle").status_code == 422
    assert "Re: Welke stukken" not in page(demo, "/office/")
    assert "Re: Welke stukken" in page(demo, "/office/?handled=1")


def test_who_read_and_downloaded_what(demo: Demo) -> None:
    """DC-2, NW-3, ME-4: The desk shows who read which message, and who downloaded or looked at which document."""
    shown = main_of(page(demo, dossier_path(demo, "2026-0412")))
    assert "Downloaded by Willemijn de Groot" in shown
    assert "Downloaded by nobody yet" in shown
    assert re.search(r"Read by [^,]+, \d+ \w+ \d{4}", shown)
    assert "Not read yet." in shown
    assert "Looked at by Willemijn de Groot" in main_of(page(demo, dossier_path(demo, "2025-0873")))


def test_office(demo: Demo) -> None:
    """OF-3: The office changes its texts and its logo. Faults are shown at their fields."""
    fields = {"name": "Kantoor Zuid", "contact_address": "a@b.example.nl", "colour": "#123456", "welcome_nl": "Dag"}
    assert "Kantoor Zuid" in done(demo, "/office/profile", {**fields, "welcome_en": "Hello"})
    faulty = post(demo, "/office/profile", {**fields, "colour": "blauw", "welcome_en": "x" * 501})
    assert 'id="profile-colour-fault"' in faulty.text
    assert len(re.findall(r'id="profile-welcome_..-fault"', faulty.text)) == 2
    logo = demo.client.get("/office/profile")
    assert "logo.png" in logo.text
    refused = post(demo, "/office/profile/logo", {"files": (io.BytesIO(b"<svg/>"), "logo.svg")})
    assert "is not a PNG or JPEG picture" in refused.text
    png = io.BytesIO(b"\x89PNG\r\n\x1a\n" + bytes(99))
    assert "nieuw.png" in done(demo, "/office/profile/logo", {"files": (png, "nieuw.png")})
    png = io.BytesIO(b"\x89PNG\r\n\x1a\n" + bytes(99))
    assert "donker.png" in done(demo, "/office/profile/dark-logo", {"files": (png, "donker.png")})
    assert "donker.png" not in done(demo, "/office/profile/dark-logo/remove", {})


def test_details_of_the_office(demo: Demo) -> None:
    """OF-3: The office changes telephone, hours, address and pages. Each fault is shown at its field."""
    fields = {"name": "Zuid", "contact_address": "a@b.example.nl", "colour": "#123456", "telephone": "023 123 4567"}
    fields |= {"hours_nl": "Ma", "hours_en": "Mon", "visiting_address": "Plein 1", "privacy_page_nl": "/privacy"}
    shown = done(demo, "/office/profile", fields)
    for value in ('value="023 123 4567"', ">Ma</textarea>", ">Plein 1</textarea>", 'value="/privacy"'):
        assert value in shown
    faulty = post(demo, "/office/profile", {**fields, "telephone": "bel", "privacy_page_en": "http://x.example"})
    for field in ("telephone", "privacy_page_en"):
        assert f'id="profile-{field}-fault"' in faulty.text


def test_mails_to_the_office(demo: Demo) -> None:
    """OF-4: The desk turns the mails to the office on and off, and gives a dossier addresses of its own."""
    at_desk = OfficeActor(office_id=demo.portal.offices.only(), handler="A")
    fields = {"addresses": "a@b.example.nl\n\nc@d.example.nl", "page": "https://desk.example/", "language": "en"}
    assert "Turn it off" in done(demo, "/office/profile/notices", fields)
    notices = demo.portal.office.profile.get(at_desk).notices
    assert notices is not None
    assert (notices.addresses, notices.language) == (("a@b.example.nl", "c@d.example.nl"), "en")
    faulty = post(demo, "/office/profile/notices", {**fields, "addresses": "x", "page": "/x"})
    assert (faulty.status_code, "Addresses: Enter one e-mail address" in main_of(faulty.text)) == (422, True)
    path = dossier_path(demo, "2026-0412")
    assert ">e@f.example.nl</textarea>" in done(demo, f"{path}/notices", {"addresses": "e@f.example.nl"})
    assert post(demo, f"{path}/notices", {"addresses": "x"}).status_code == 422
    assert "Turn it on" in done(demo, "/office/profile/notices/stop")
    assert demo.portal.office.profile.get(at_desk).notices is None


def test_case_handlers(demo: Demo) -> None:
    """OF-3: The desk adds, changes and removes case handlers and their pictures, and gives a dossier another one."""
    fields = {"name": "B. Bos", "role_nl": "notarisklerk", "role_en": "clerk", "telephone": "023 123 4567", "email": ""}
    assert "B. Bos clerk, 023 123 4567 No picture yet." in main_of(done(demo, "/office/handlers", fields))
    faulty = post(demo, "/office/handlers", {**fields, "name": "", "telephone": "bel"})
    assert (faulty.status_code, 'id="add-telephone-fault"' in faulty.text) == (422, True)
    handler = re.findall(r'id="handler-([0-9a-f-]{36})">B\. Bos', page(demo, "/office/handlers"))[0]
    path = f"/office/handlers/{handler}"
    assert "B. Bosch clerk" in main_of(done(demo, path, {**fields, "name": "B. Bosch"}))
    assert post(demo, path, {**fields, "name": ""}).status_code == 422
    png = io.BytesIO(b"\x89PNG\r\n\x1a\n" + bytes(99))
    assert "Picture: bos.png" in done(demo, f"{path}/picture", {"files": (png, "bos.png")})
    refused = post(demo, f"{path}/picture", {"files": (io.BytesIO(b"<svg/>"), "bos.svg")})
    assert (refused.status_code, "is not a PNG or JPEG picture" in refused.text) == (422, True)
    assert "Picture: bos.png" not in done(demo, f"{path}/picture/remove")
    dossier = dossier_path(demo, "2026-0412")
    assert f'value="{handler}" selected' in done(demo, f"{dossier}/handler", {"handler": handler})
    assert "B. Bosch" not in done(demo, f"{path}/remove")
    assert f'value="{handler}"' not in page(demo, dossier)


def test_archive(demo: Demo) -> None:
    """NW-4: The desk gives everything in a dossier as one ZIP file, in the language of the desk."""
    path = dossier_path(demo, "2026-0412")
    sent = demo.client.get(f"{path}/dossier.zip")
    assert (sent.status_code, sent.mimetype) == (200, "application/zip")
    with ZipFile(io.BytesIO(sent.data)) as archive:
        assert archive.testzip() is None
        assert any("woz-beschikking" in name for name in archive.namelist())


class Down:
    """A scanner that cannot be reached."""

    def scan(self, blocks: Iterable[bytes]) -> Generator[bytes, None, ScanVerdict]:
        """Pass the file on, and give no verdict."""
        yield from blocks
        raise Unavailable


def test_quarantine(state: State) -> None:
    """AT-3: The desk lists the files that nobody can open, with their state."""
    settings = Settings(scanning=ScanPolicy(unscanned=Unscanned.QUARANTINE))
    portal = embedded.portal(state.data, mail=MemorySender(), pepper=state.pepper(), scanner=Down(), settings=settings)
    demo = Demo(portal=portal, state=state, client=demo_pages(portal, state.mails).test_client())
    assert "No files are held." in page(demo, "/office/quarantine")
    path = dossier_path(demo, "2026-0412")
    ticked = re.findall(r'name="for_clients" value="([0-9a-f-]{36})"', page(demo, path))
    fields = {"kind": "document", "title": "Plan", "for_clients": ticked[0], "files": (io.BytesIO(PDF), "plan.pdf")}
    done(demo, f"{path}/documents", fields)
    assert re.search(r"plan\.pdf 2026-0412 .+ waiting", main_of(page(demo, "/office/quarantine")))


def test_what_nobody_opened(demo: Demo) -> None:
    """RM-1: The desk lists what nobody opened, and makes a letter about it; without an address it says so."""
    assert "Not opened yet" in main_of(page(demo, "/office/unseen"))
    listed = page(demo, "/office/unseen?all=1")
    path = re.findall(r'href="(/office/dossiers/[^"]+/letter)"', listed)[0]
    number = re.findall(r"in dossier ([0-9A-Z-]+),", main_of(page(demo, path)))[0]
    assert number in main_of(listed)
    assert "This is required." in main_of(post(demo, path, {"address": " "}).text)
    made = post(demo, path, {"address": "Dam 1\n1012 JS Amsterdam", "language": "nl"})
    assert (made.status_code, made.mimetype, made.data[:5]) == (200, "application/pdf", b"%PDF-")


def test_conversation(demo: Demo) -> None:
    """ME-6: A message leads to its whole conversation, oldest first, with who read what when."""
    path = re.findall(r'href="(/office/messages/[0-9a-f-]{36})"', page(demo, dossier_path(demo, "2026-0412")))[-1]
    shown = main_of(page(demo, path))
    first, second, third = (
        shown.index(text)
        for text in ("Welke stukken wij nog", "Hierbij stuur ik u beide stukken", "beide stukken zijn goed")
    )
    assert first < second < third
    assert "Read by Willemijn de Groot" in shown
    assert "Opened by mr. A.J. van der Meer" in shown


@pytest.mark.parametrize("ahead", [{}, {"Sec-Purpose": "prefetch"}], ids=["HEAD", "prefetch"])
def test_looking_ahead_opens_nothing(demo: Demo, ahead: dict[str, str]) -> None:
    """ME-6: HEAD and prefetches open no message: only a page that somebody sees does."""
    actor = OfficeActor(office_id=demo.portal.offices.only(), handler="Test")
    calls = demo.portal.office.messages
    waiting = next(row.message for row in calls.inbox(actor) if is_unopened(row.message))
    for path in (f"/office/messages/{waiting.id}", f"/office/dossiers/{waiting.dossier_id}"):
        assert demo.client.open(path, method="GET" if ahead else "HEAD", headers=ahead).status_code == 405
        assert any(is_unopened(each.message) for each in calls.peek(actor, waiting.id).messages)
    page(demo, f"/office/messages/{waiting.id}")
    assert not any(is_unopened(each.message) for each in calls.peek(actor, waiting.id).messages)


def test_languages(demo: Demo) -> None:
    """LA-1: The desk is in English until Dutch is chosen, and stays in it. Faults and states follow."""
    assert '<html lang="en">' in page(demo, "/office/")
    dutch_page = page(demo, "/office/requests?language=nl")
    assert ('<html lang="nl">' in dutch_page, "Verzoeken om stukken" in dutch_page) == (True, True)
    assert "wacht 2 te beoordelen" in main_of(page(demo, "/office/requests"))
    refused = post(demo, "/office/clients", {**SHOWN, "name": "", "email": "x"})
    assert "Naam: Dit is verplicht." in main_of(refused.text)
    assert "Dit bestaat niet bij dit kantoor." in demo.client.get(f"/office/dossiers/{UUID(int=0)}").text
    assert '<html lang="en">' in page(demo, "/office/?language=en")


def test_every_text_is_in_both_languages() -> None:
    """LA-1: Every text of the templates and sentences has a Dutch one, and no Dutch text is left over."""
    templates = (ROOT / "examples/demo/desk/templates").glob("*.html")
    used = {text for each in templates for text in re.findall(r'\b_\(\s*"([^"]+)"', each.read_text())}
    used |= {*FAULTS.values(), *PRECISE.values(), *FIELDS.values(), *DONE.values(), TROUBLE, OTHER}
    used |= {text for _status, text in TROUBLES.values()}
    used |= {"a former party", "not started", "{progress} % filled in", *(login.role for login in LOGINS)}
    states: list[type[StrEnum]] = [ItemState, RequestState, AccountState, AccountRole, ClientKind, DocumentState]
    states += [AssignmentState, QuarantineState, BreakKind, TaskState, StepState, WaitingFor, UnseenKind]
    used |= {code.replace("_", " ") for kind in states for code in kind}
    assert set(dutch()) == used
    for english, text in dutch().items():
        holes = r"%\(\w+\)s|\{\w+\}"
        assert sorted(re.findall(holes, english)) == sorted(re.findall(holes, text)), english


@pytest.mark.parametrize("language", Language)
def test_the_first_page(demo: Demo, language: Language) -> None:
    """OF-1: The page /demo leads to the portal, the desk and the mailbox, and says who can sign in."""
    first = page(demo, f"/?language={language}")
    assert [place for place in ("/", "/office/", "/mailbox") if f'<a href="{place}">' not in first] == []
    said = main_of(first)
    for login in LOGINS:
        role = dutch()[login.role] if language is Language.DUTCH else login.role
        assert f"{login.name} {role} {login.email} {login.password}" in said


def test_mail_problems(state: State) -> None:
    """OF-1: A permanently refused address is shown above the clients, with the server's reply."""
    sender = MemorySender()
    sender.refuse("weg@example.nl")
    portal = embedded.portal(state.data, mail=sender, pepper=state.pepper())
    demo = Demo(portal=portal, state=state, client=demo_pages(portal, state.mails).test_client())
    assert "did not arrive" not in done(demo, "/office/clients", {**SHOWN, "name": "Weg", "email": "weg@example.nl"})
    portal.background.dispatcher.run_once()
    shown = main_of(page(demo, "/office/clients"))
    assert "Mail that did not arrive Weg , weg@example.nl: 550 5.1.1 no such mailbox (refused) Send again" in shown
    (problem,) = portal.office.clients.mail_problems(OfficeActor(office_id=portal.offices.only(), handler="x"))
    assert "(waiting after 1 attempts)" in done(demo, f"/office/mails/{problem.mail_id}/again", {})
    sender.accept("weg@example.nl")
    portal.background.dispatcher.run_once()
    assert "did not arrive" not in page(demo, "/office/clients")
    assert [mail.to for mail in sender.sent] == ["weg@example.nl"]


def test_mailbox(demo: Demo) -> None:
    """ON-1: The mailbox shows the newest mail first. Its links lead to the portal, and its HTML runs no scripts."""
    shown = page(demo, "/mailbox")
    assert 'href="http://127.0.0.1:8000/uitnodiging/' in shown
    moments = [mail["at"] for mail in demo.client.get("/mailbox.json").get_json()]
    assert moments == sorted(moments, reverse=True)
    at, told = re.findall(r'<time datetime="([^"]+)">([^<]+)</time>', shown)[0]
    assert f"{datetime.fromisoformat(at).astimezone(AMSTERDAM):%-d %b %Y, %H:%M}" == told  # In the client's time zone.
    frame = demo.client.get(re.findall(r'src="(/mailbox/[^"]+\.html)"', shown)[0])
    assert '<base target="_top">' in frame.text
    assert "default-src 'none'" in frame.headers["Content-Security-Policy"]
    assert "sandbox allow-top-navigation-by-user-activation" in frame.headers["Content-Security-Policy"]
    assert demo.client.get("/mailbox/unknown.html").status_code == 404


def test_mailbox_shows_text_messages(demo: Demo) -> None:
    """TS-2: An SMS is shown among the mails, newest first, without HTML."""
    FolderSmsSender(demo.state.mails).send(SMS, key="k1")
    newest, *others = demo.client.get("/mailbox.json").get_json()
    assert newest == {"kind": "sms", "to": SMS.to, "subject": "", "text": SMS.text, "html": "", "at": newest["at"]}
    assert {mail["kind"] for mail in others} == {"mail"}
    shown = page(demo, "/mailbox")
    assert main_of(shown).count(" ".join(SMS.text.split())) == 1
    assert shown.count("<iframe") == len(others)
    assert demo.client.get(f"/mailbox/{next(demo.state.mails.glob('*.sms')).stem}.html").status_code == 404


def test_a_code_comes_into_the_mailbox(demo: Demo) -> None:
    """TS-1: The code that turns two-step verification on arrives in the mailbox, so the demo needs no phone."""
    portal, office = demo.portal, demo.portal.offices.only()
    entrance = portal.client.sign_in.sign_in(Visitor(office_id=office), PERSON.email, PERSON_PASSWORD)
    assert isinstance(entrance, Entrance)
    actor = portal.client.sign_in.whoever(office, entrance.token).actor
    portal.client.two_step.begin_sms(actor, "06 12345678")
    portal.background.dispatcher.run_once()
    newest = demo.client.get("/mailbox.json").get_json()[0]
    assert (newest["kind"], newest["to"]) == ("sms", "+31612345678")
    code = re.search(r"\b\d{6}\b", newest["text"])
    assert code is not None
    portal.client.two_step.enrol(actor, code[0])
    assert portal.client.two_step.view(actor).number == "+31612345678"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Host": "evil.example:8000", "Origin": "http://evil.example:8000"},
    ],
)
def test_strangers_are_kept_out(demo: Demo, headers: dict[str, str]) -> None:
    """AL-1: The desk has no sign-in, so it refuses cross-site requests."""
    before = page(demo, "/office/clients")
    fields = {**SHOWN, "name": "Indringer", "email": "x@example.nl"}
    assert demo.client.post("/office/clients", data=fields, headers=headers).status_code == 403
    assert page(demo, "/office/clients") == before


def test_another_name_for_this_computer(demo: Demo) -> None:
    """AL-1: A request with another host name is refused, so DNS rebinding reads nothing."""
    assert demo.client.get("/office/", headers={"Host": "evil.example:8000"}).status_code == 403
    assert demo.client.get("/office/", headers={"Host": "localhost:8000"}).status_code == 200


def test_unknown_things(demo: Demo) -> None:
    """OF-2: An unknown thing gets a 404 with a sentence. A form that no page has is refused."""
    nothing = "00000000-0000-7000-8000-000000000000"
    for path in (f"/office/clients/{nothing}", f"/office/dossiers/{nothing}", f"/office/documents/{nothing}/file"):
        response = demo.client.get(path)
        assert (response.status_code, "does not exist" in response.text) == (404, True)
    assert post(demo, "/office/clients", {"kind": "robot", "name": "X", "language": "nl"}).status_code == 400


def test_every_rule_of_the_office_has_a_sentence() -> None:
    """AL-1: The desk has a sentence for each fault, except those that only clients or vendors can cause."""
    of_clients = {code for code in FaultCode if code.startswith(("password", "upload", "page"))} | OF_ANSWERS
    other = {FaultCode.FILE_NOT_KEPT, FaultCode.TOO_MANY_FILES, FaultCode.TOO_MANY_WAITING}
    other |= {FaultCode.NOT_A_MOBILE_NUMBER, FaultCode.COUNTRY_NOT_ALLOWED, FaultCode.SMS_NOT_OFFERED}
    other |= {FaultCode.NOT_A_CODE, FaultCode.NOT_A_RECOVERY_CODE, FaultCode.CODE_WRONG, FaultCode.NOTHING_TO_ENTER}
    other |= {FaultCode.NO_ATTEMPTS_LEFT, FaultCode.TWO_STEP_REQUIRED}
    other |= {FaultCode.INVITED_JUST_NOW, FaultCode.TOO_MANY_DRAFTS, FaultCode.DRAFT_CHANGED, FaultCode.DRAFT_SENT}
    other |= {code for code in FaultCode if code.endswith("_used_up")}  # What clients may send in a day.
    other |= {FaultCode.DELIVERY_OPENED, FaultCode.DELIVERY_RETURNED}  # Of taking back by a client.
    other |= {FaultCode.NOT_A_WORD}  # Of an own sign-in.
    other |= {FaultCode.KEY_USED_BEFORE, FaultCode.ANSWER_LOST}  # Of the HTTP API.
    other |= {FaultCode.ADDRESS_UNCHANGED, FaultCode.ADDRESS_CHANGES_OFF, FaultCode.ADDRESSES_ASKED_TOO_OFTEN}
    other |= {FaultCode.NOT_A_KEY, FaultCode.NOT_A_BASE_URL, FaultCode.BASE_URL_TAKEN}  # Of the vendor's start-up code.
    other |= {FaultCode.KEY_USED_BEFORE, FaultCode.ANSWER_LOST}  # Of the HTTP API.
    assert set(FaultCode) - of_clients - other == set(FAULTS)


def test_trail(demo: Demo) -> None:
    """OF-1, SI-5: The desk shows all events or a selection, newest first. Looking is an event too."""
    whole = page(demo, "/office/trail")
    assert "Everything" in whole
    again = main_of(page(demo, "/office/trail?what=TrailRead"))
    assert "Trail read mr. A.J. van der Meer" in again
    assert "Signed in" not in again.partition("Who, from where")[2]
    seen = page(demo, "/office/trail?what=SignedIn")
    assert "Signed in" in main_of(seen).partition("Who, from where")[2]
    [account, *_others] = re.findall(r'<option value="([0-9a-f-]{36})"', whole)
    of_one = page(demo, f"/office/trail?account={account}")
    assert f'value="{account}" selected' in of_one
    assert account in of_one.partition("</form>")[2]
    assert "No entries found." in page(demo, "/office/trail?what=Nothing")


def test_trail_page_by_page(demo: Demo) -> None:
    """SI-5: The next page has older entries of the same kind."""
    first = page(demo, "/office/trail?what=AccountInvited")
    assert "Older entries" not in first
    [further] = re.findall(r'href="(/office/trail\?after=[^"]+)"', page(demo, "/office/trail"))
    older = page(demo, html.unescape(further))
    assert re.findall(r"<code>[^<]+</code>", older)
    assert re.findall(r"<code>[^<]+</code>", older) != re.findall(r"<code>[^<]+</code>", first)


def test_trail_holds(demo: Demo) -> None:
    """SI-5: The trail is exported, and verified both alone and against the last line of an export."""
    exported = post(demo, "/office/trail/export")
    assert exported.headers["Content-Disposition"].startswith('attachment; filename="trail.jsonl"')
    *lines, last = [json.loads(line) for line in exported.text.splitlines()]
    assert [line["number"] for line in lines] == list(range(1, len(lines) + 1))
    assert lines[-1]["what"] == "TrailExported"
    for anchor in ("", json.dumps(last)):
        verified = post(demo, "/office/trail/verify", {"anchor": anchor})
        assert verified.status_code == 200
        assert f"The audit trail is intact: {len(lines)} entries are sealed" in main_of(verified.text)


def test_trail_does_not_hold(demo: Demo) -> None:
    """SI-5: Against a later head, the desk says which numbers are missing at the end of the trail."""
    exported = post(demo, "/office/trail/export").text.splitlines()
    number = json.loads(exported[-1])["head"]["number"]
    beyond = json.dumps({"head": {"number": number + 7, "digest": "00"}})
    verified = post(demo, "/office/trail/verify", {"anchor": beyond})
    assert verified.status_code == 200
    assert f"Missing: number {number + 1} to {number + 7}" in main_of(verified.text)
    refused = post(demo, "/office/trail/verify", {"anchor": exported[0]})
    assert refused.status_code == 422
    assert "This is not the last line of an export of the audit trail." in main_of(refused.text)
