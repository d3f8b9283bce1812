"""Reading and writing messages with attachments, on both hosts, with and without script."""

import json
import re
from datetime import timedelta
from uuid import UUID

import pytest

from klantportaal.domain.file_types import FileType
from klantportaal.domain.messages import MessageText
from klantportaal.domain.sessions import Actor
from klantportaal.domain.uploads import MEBIBYTE
from klantportaal.domain.values import DraftId, Language
from klantportaal.ports.reading import MessageRow, SubmissionRow, UploadRow
from tests.domain.files import PROTECTED, genuine
from tests.hosts.browsers import ORIGIN, Browser, Reply, Upload, dutch, multipart
from tests.hosts.conftest import PDF, World

SCAN = Upload(name="scan.pdf", content=PDF)
PHOTO = Upload(name="foto van pas.JPG", content=b"\xff\xd8\xff" + b"x" * 5000)
JSON = "application/json"


def actor(world: World) -> Actor:
    """Give the scene's client."""
    return world.scene.actor(world.account)


def messages(world: World) -> list[MessageRow]:
    """List the messages of the scene's dossier, newest first."""
    return list(world.portal.client.dossiers.messages(actor(world), world.dossier.id))


def delivered(world: World) -> list[SubmissionRow]:
    """List what the client submitted in the scene's dossier, newest first."""
    return list(world.portal.client.dossiers.submissions(actor(world), world.dossier.id))


def staged(world: World, draft: str) -> list[UploadRow]:
    """List the files that are staged for a draft."""
    return list(world.portal.client.messages.uploads(actor(world), world.dossier.id, DraftId(UUID(draft))))


def kept_files(world: World) -> int:
    """Count the stored files. The office's document is one of them."""
    return len(list(world.files.keys(before=world.scene.clock.now() + timedelta(days=3650))))


def compose_path(world: World) -> str:
    """Give the path of the page for a new message."""
    return f"/dossiers/{world.dossier.id}/berichten/nieuw"


def draft_of(page: Reply) -> str:
    """Find the id of the draft on a compose page."""
    found = re.search(r'name="draft" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def typed(draft: str, **fields: str) -> dict[str, str]:
    """Fill in the form of a message."""
    return {"draft": draft, "subject": "Vraag", "body": "Wanneer is de afspraak?", **fields}


def upload_path(world: World, draft: str) -> str:
    """Give the path to which a script uploads files."""
    return f"/dossiers/{world.dossier.id}/bijlagen?concept={draft}"


def test_reading_marks(client: Browser, world: World) -> None:
    """ME-4: Opening a message marks it read. The tab no longer counts it as unread."""
    path = f"/dossiers/{world.dossier.id}/berichten"
    assert 'class="row-link unread"' in client.get(path).text
    page = client.get(f"{path}/{world.message.id}")
    assert "Uw akte" in page.text
    assert f'action="/portaal{path}/{world.message.id}/beantwoorden"' in page.text
    assert 'class="row-link unread"' not in client.get(path).text
    assert messages(world)[0].read_at is not None


def test_text_is_text(client: Browser, world: World) -> None:
    """ME-5: Text is escaped and keeps its lines. Only URLs of the portal become links."""
    body = "<b>Dag</b>\n\nZie https://kantoor.example.nl/portaal/dossiers?zoek=a&status=b, of https://evil.example/ en\nhttps://kantoor.example.nl/portaal.evil.example/"
    message = world.scene.inbound(world.dossier, world.client, subject="<i>Let op</i>", body=body)
    page = client.get(f"/dossiers/{world.dossier.id}/berichten/{message.id}").text
    assert "&lt;b&gt;Dag&lt;/b&gt;\n\nZie <a href=" in page
    assert '<a href="https://kantoor.example.nl/portaal/dossiers?zoek=a&amp;status=b">' in page
    assert 'href="https://evil.example' not in page
    assert 'href="https://kantoor.example.nl/portaal.evil' not in page
    assert "<i>Let op</i>" not in page


def test_compose_shows_limits(client: Browser, world: World) -> None:
    """AT-3, ME-3: The page shows the limits before any input. The browser cuts nothing off."""
    page = client.get(compose_path(world)).text
    assert re.search(r"3 bestanden.*1 MB", page)
    assert "pdf" in page
    assert 'data-limit="500"' in page
    assert "maxlength" not in page
    assert 'data-max-files="3"' in page
    assert f'data-max-bytes="{MEBIBYTE}"' in page


def test_send(client: Browser, world: World) -> None:
    """ME-2: A new message is sent to the office, and the page says so."""
    page = client.get(compose_path(world))
    sent = client.post_files(compose_path(world), typed(draft_of(page), body="Regel 1\r\nRegel <2>\U0001f600"))
    assert sent.location == f"/portaal/dossiers/{world.dossier.id}/berichten?melding=verstuurd"
    assert dutch("Your message was sent.") in client.follow(sent).text
    view = world.portal.client.messages.peek(actor(world), world.dossier.id, messages(world)[0].id)
    assert (view.subject, view.body) == ("Vraag", "Regel 1\nRegel <2>\U0001f600")


def test_double_click(client: Browser, world: World) -> None:
    """AT-5: Sending the same form twice sends the message and its attachment once."""
    draft = draft_of(client.get(compose_path(world)))
    for _ in range(2):
        assert client.post_files(compose_path(world), typed(draft), [SCAN]).status == 303
    assert (len(messages(world)), len(delivered(world))) == (2, 1)


def test_back_to_what_was_sent(client: Browser, world: World) -> None:
    """AT-5: After going back, a changed message from the same page is sent as another message."""
    draft = draft_of(client.get(compose_path(world)))
    for body in ("Eerst", "Daarna", "Daarna"):
        assert client.post_files(compose_path(world), typed(draft, body=body)).status == 303
    sent = [world.portal.client.messages.peek(actor(world), world.dossier.id, row.id).body for row in messages(world)]
    assert sent[:2] == ["Daarna", "Eerst"]
    assert len(sent) == 3


def test_answer(client: Browser, world: World) -> None:
    """ME-2: A reply shows the original message, stays in its thread and adds Re: only once."""
    path = f"/dossiers/{world.dossier.id}/berichten/{world.message.id}/beantwoorden"
    page = client.get(path)
    assert "Re: Uw akte" in page.text
    assert "Hierbij ons antwoord." in page.text
    assert client.post(path, typed(draft_of(page))).status == 303
    row = messages(world)[0]
    assert row.subject == "Re: Uw akte"
    assert world.portal.client.messages.peek(actor(world), world.dossier.id, row.id).answers == world.message.id


@pytest.mark.parametrize("length", [500, 501])
def test_length(client: Browser, world: World, length: int) -> None:
    """ME-3: 500 characters are accepted, with CRLF and emoji as one each. 501 are refused and kept on the page."""
    body = "a\r\n\U0001f600" * 166 + "b" * (length - 498)
    reply = client.post_files(compose_path(world), typed(str(world.scene.draft_id()), body=body))
    assert reply.status == (303 if length == 500 else 422)
    assert len(messages(world)) == (2 if length == 500 else 1)
    if length == 501:
        assert body.replace("\r\n", "\n") in reply.text.replace("\r\n", "\n")


def test_missing_fields(client: Browser, world: World) -> None:
    """ME-3, AL-1: Both faults are shown at once, the summary links to the fields, and the input is kept."""
    reply = client.post_files(compose_path(world), typed(str(world.scene.draft_id()), subject=" \t", body="\u200b"))
    assert reply.status == 422
    assert '<a href="#subject">' in reply.text
    assert '<a href="#body">' in reply.text
    assert reply.text.count('aria-invalid="true"') == 2
    assert 'role="alert"' in reply.text
    kept = client.post_files(compose_path(world), typed(str(world.scene.draft_id()), subject="", body="</textarea><b>"))
    assert "&lt;/textarea&gt;&lt;b&gt;" in kept.text
    assert len(messages(world)) == 1


def test_attach_without_script(client: Browser, world: World) -> None:
    """AT-1: Files can be added and removed without losing the text. The remaining files are sent."""
    draft = draft_of(client.get(compose_path(world)))
    page = client.post_files(compose_path(world), typed(draft, action="attach"), [SCAN, PHOTO])
    assert page.status == 200
    assert 'value="Vraag"' in page.text
    assert "Wanneer is de afspraak?" in page.text
    assert [row.name for row in staged(world, draft)] == ["scan.pdf", "foto van pas.JPG"]
    bins = re.findall(r'formaction="/portaal([^"]+)"', page.text)
    assert len(bins) == 2
    less = client.post_files(bins[0], typed(draft))
    assert (less.status, 'value="Vraag"' in less.text, "scan.pdf" in less.text) == (200, True, False)
    assert f'action="/portaal{compose_path(world)}"' in less.text
    assert client.post_files(compose_path(world), typed(draft), [Upload(name="", content=b"")]).status == 303
    assert [row.name for row in delivered(world)] == ["foto van pas.JPG"]
    assert len(world.portal.office.messages.inbox(world.scene.office_actor(world.office))[0].attachments) == 1


def test_bin_of_an_answer(client: Browser, world: World) -> None:
    """AT-1: Removing a file from a reply without script leads back to that reply."""
    path = f"/dossiers/{world.dossier.id}/berichten/{world.message.id}/beantwoorden"
    draft = draft_of(client.get(path))
    fields = typed(draft, answers=str(world.message.id), action="attach")
    page = client.post_files(path, fields, [SCAN])
    (away,) = re.findall(r'formaction="/portaal([^"]+)"', page.text)
    assert f'action="/portaal{path}"' in client.post_files(away, fields).text


def test_attach_and_send_at_once(client: Browser, world: World) -> None:
    """AT-1: Files that are chosen and sent in one request arrive with the message."""
    draft = str(world.scene.draft_id())
    assert client.post_files(compose_path(world), typed(draft), [SCAN, PHOTO]).status == 303
    assert sorted(row.name for row in delivered(world)) == ["foto van pas.JPG", "scan.pdf"]


BAD_FILES = [
    Upload(name="groot.pdf", content=b"%PDF-" + b"x" * (MEBIBYTE + 1)),
    Upload(name="leeg.pdf", content=b""),
    Upload(name="programma.exe", content=b"MZ"),
    Upload(name="vermomd.pdf", content=b"<html><script>alert(1)</script>"),
    Upload(name="plaatje.svg", content=b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    Upload(name="geheim.docx", content=PROTECTED[0]),
    Upload(name="nul.exe\x00.pdf", content=b"MZ"),
]


@pytest.mark.parametrize("bad", BAD_FILES, ids=lambda upload: upload.name)
def test_refused_file(client: Browser, world: World, bad: Upload) -> None:
    """AT-3: A refused file is named with its reason. The other files and the text are kept, and nothing is sent."""
    draft = str(world.scene.draft_id())
    page = client.post_files(compose_path(world), typed(draft), [SCAN, bad, PHOTO])
    assert page.status == 422
    assert "Wanneer is de afspraak?" in page.text
    assert '<a href="#files">' in page.text
    assert [row.name for row in staged(world, draft)] == ["scan.pdf", "foto van pas.JPG"]
    assert len(messages(world)) == 1
    assert "<script>alert" not in page.text


def test_files_with_a_wrong_ending(client: Browser, world: World) -> None:
    """AT-3: A sound file with a wrong ending is kept and shown under the right one, also when a script sends it."""
    draft, wrong = str(world.scene.draft_id()), Upload(name="IMG_1.jpg", content=genuine()[FileType.HEIC][0])
    page = client.post_files(compose_path(world), {**typed(draft), "action": "attach"}, [wrong])
    assert ("IMG_1.heic" in page.text, "IMG_1.jpg" in page.text) == (True, False)
    unnamed = Upload(name="scan", content=PDF, field="file")
    reply = client.post_files(upload_path(world, draft), {}, [unnamed], Accept=JSON)
    assert (reply.status, "scan.pdf" in json.loads(reply.text)["row"]) == (201, True)


@pytest.mark.parametrize("file_type", [FileType.EML, FileType.CAMT, FileType.CSV, FileType.TXT, FileType.MT940])
def test_text_is_never_a_page(client: Browser, world: World, file_type: FileType) -> None:
    """AT-3: A browser saves what a client sent as text, mail or XML, and never shows it in the portal's origin."""
    draft, contents = str(world.scene.draft_id()), genuine()[file_type][0]
    client.post_files(compose_path(world), typed(draft), [Upload(name=f"a.{file_type}", content=contents)])
    reply = client.get(f"/dossiers/{world.dossier.id}/aangeleverd/{delivered(world)[0].id}")
    kept = ("content-disposition", "x-content-type-options", "content-security-policy")
    assert (reply.body, [reply.headers[name] for name in kept]) == (
        contents,
        [
            f"attachment; filename=\"a.{file_type}\"; filename*=UTF-8''a.{file_type}",
            "nosniff",
            "default-src 'none'; frame-ancestors 'none'; sandbox",
        ],
    )


def test_files_and_text_are_judged_together(client: Browser, world: World) -> None:
    """AL-1: A refused file and an overlong text are reported together. A reply needs no subject."""
    draft = str(world.scene.draft_id())
    page = client.post_files(compose_path(world), typed(draft, subject="", body="x" * 501), [BAD_FILES[1]])
    answer = f"/dossiers/{world.dossier.id}/berichten/{world.message.id}/beantwoorden"
    answered = client.post_files(answer, typed(draft, subject="", body="x" * 501), [BAD_FILES[1]])
    faults = [re.findall(r'<a href="#(files|subject|body)">', each.text) for each in (page, answered)]
    assert faults == [["files", "subject", "body"], ["files", "body"]]


def test_no_room_for_a_file(client: Browser, world: World) -> None:
    """AL-1: If a file cannot be stored, the page shows the reason and keeps the text and the other files."""
    draft = str(world.scene.draft_id())
    client.post_files(compose_path(world), typed(draft, action="attach"), [SCAN])
    world.files.room = sum(map(len, world.files.contents.values()))
    page = client.post_files(compose_path(world), typed(draft), [PHOTO])
    assert page.status == 422
    assert dutch("“%(name)s” could not be kept just now. Add it again in a moment.", name=PHOTO.name) in page.text
    assert "Wanneer is de afspraak?" in page.text
    assert [row.name for row in staged(world, draft)] == ["scan.pdf"]
    assert len(messages(world)) == 1


def test_every_refusal_has_its_own_reason(client: Browser, world: World) -> None:
    """AT-3: Each refused file has its own reason, also a file beyond the maximum number."""
    draft = str(world.scene.draft_id())
    further = [Upload(name=f"scan-{number}.pdf", content=SCAN.content) for number in range(2)]
    page = client.post_files(compose_path(world), typed(draft), [*BAD_FILES[:4], SCAN, PHOTO, *further])
    told = set(re.findall(r'<a href="#files">([^<]+)</a>', page.text))
    assert len(told) == 5
    assert len(staged(world, draft)) == 3


@pytest.mark.parametrize(
    "name, shown",
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:/map/akte.pdf", "akte.pdf"),
        ("CON.pdf", "CON.pdf"),
        ("akte\u202efdp.pdf", "aktefdp.pdf"),
        ("<img src=x onerror=alert(1)>.pdf", "<img src=x onerror=alert(1)>.pdf"),
        ("x" * 300 + ".pdf", "x" * 145 + "….pdf"),
        ("dos'ier.pdf", "dos'ier.pdf"),
    ],
)
def test_hostile_names(client: Browser, world: World, name: str, shown: str) -> None:
    """AT-4: A file name is shown cleaned and escaped, downloads under that name, and is part of no path."""
    draft = str(world.scene.draft_id())
    page = client.post_files(compose_path(world), typed(draft, action="attach"), [Upload(name=name, content=PDF)])
    assert page.status == 200
    assert [row.name for row in staged(world, draft)] == [shown]
    assert "<img src=x" not in page.text
    client.post_files(compose_path(world), typed(draft))
    reply = client.get(f"/dossiers/{world.dossier.id}/aangeleverd/{delivered(world)[0].id}")
    assert (reply.status, reply.body) == (200, PDF)
    assert "\n" not in reply.headers["content-disposition"]


def test_waiting_too_long(client: Browser, world: World) -> None:
    """AT-2: A staged file expires after a day. Sending reports that once. Sending again works."""
    draft = str(world.scene.draft_id())
    client.post_files(compose_path(world), typed(draft, action="attach"), [SCAN])
    world.scene.clock.advance(timedelta(hours=25))
    client.sign_in(world.email)
    page = client.post_files(compose_path(world), typed(draft))
    assert page.status == 422
    assert "scan.pdf" in page.text
    assert client.post_files(compose_path(world), typed(draft)).status == 303


def test_upload_by_script(client: Browser, world: World) -> None:
    """AT-1: A script uploads one file a request, gets the row to show, and can remove the file."""
    draft = draft_of(client.get(compose_path(world)))
    sent = client.post_files(
        upload_path(world, draft), {}, [Upload(name="a <b>.pdf", content=PDF, field="file")], Accept=JSON
    )
    assert (sent.status, sent.headers["content-type"].partition(";")[0]) == (201, JSON)
    row = json.loads(sent.text)["row"]
    assert "a &lt;b&gt;.pdf" in row
    found = re.search(r'formaction="/portaal([^"]+)"', row)
    assert found is not None
    gone = client.post(found[1], Accept=JSON)
    assert (gone.status, gone.body, staged(world, draft)) == (204, b"", [])


@pytest.mark.parametrize("bad", BAD_FILES, ids=lambda upload: upload.name)
def test_upload_by_script_refused(client: Browser, world: World, bad: Upload) -> None:
    """AT-3: A script gets the reason as one sentence in the reader's language."""
    draft = str(world.scene.draft_id())
    reply = client.post_files(
        upload_path(world, draft), {}, [Upload(name=bad.name, content=bad.content, field="file")], Accept=JSON
    )
    assert reply.status == 422
    assert json.loads(reply.text)["sentence"].endswith(".")
    assert staged(world, draft) == []
    assert kept_files(world) == 1


@pytest.mark.parametrize("query", ["", "?concept=x", "?concept="])
def test_upload_without_draft(client: Browser, world: World, query: str) -> None:
    """AT-2: A file without a draft is refused."""
    path = f"/dossiers/{world.dossier.id}/bijlagen{query}"
    reply = client.post_files(path, {}, [Upload(name="a.pdf", content=PDF, field="file")], Accept=JSON)
    assert reply.status == 400
    assert json.loads(reply.text)["sentence"]


def test_script_without_session(browser: Browser, world: World) -> None:
    """SI-3: A script without a session gets a sentence, not a page."""
    reply = browser.post_files(upload_path(world, "x"), {}, [SCAN], Accept=JSON)
    assert reply.status == 401
    assert json.loads(reply.text)["sentence"]


MALFORMED = {
    "no boundary": ("multipart/form-data", b"--grens--\r\n"),
    "no end": ("multipart/form-data; boundary=grens", multipart(typed("x"))[1][:-12]),
    "cut in a file": ("multipart/form-data; boundary=grens", multipart({}, [SCAN])[1][:200]),
    "empty": ("multipart/form-data; boundary=grens", b""),
    "other boundary": ("multipart/form-data; boundary=anders", multipart(typed("x"))[1]),
    "not multipart": ("text/plain", b"draft=x"),
    "no name": (
        "multipart/form-data; boundary=grens",
        b"--grens\r\nContent-Disposition: form-data\r\n\r\nx\r\n--grens--\r\n",
    ),
    "no disposition": ("multipart/form-data; boundary=grens", b"--grens\r\n\r\nx\r\n--grens--\r\n"),
    "no draft": multipart({"subject": "Vraag", "body": "Ja?"}),
    "bad draft": multipart({"draft": "../x", "subject": "Vraag", "body": "Ja?"}),
    "file before draft": multipart({}, [SCAN]),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed(client: Browser, world: World, case: str) -> None:
    """AL-1: A malformed form gets a 400. Nothing is sent and nothing partial is stored."""
    kind, body = MALFORMED[case]
    reply = client.send("POST", compose_path(world), {"Content_Type": kind, "Origin": ORIGIN}, body)
    assert reply.status == 400
    assert len(messages(world)) == 1
    assert kept_files(world) == 1


def test_absurd_forms(client: Browser, world: World) -> None:
    """AL-1: Forms with more parts, longer fields or more bytes than any of our pages sends are refused."""
    draft = str(world.scene.draft_id())
    many = {f"veld{number}": "x" for number in range(200)}
    assert client.post_files(compose_path(world), typed(draft, **many)).status == 413
    assert client.post_files(compose_path(world), typed(draft, body="x" * 100_000)).status == 413
    huge = [Upload(name=f"{number}.pdf", content=b"%PDF-" + b"x" * MEBIBYTE) for number in range(6)]
    assert client.post_files(compose_path(world), typed(draft), huge).status == 413
    assert len(messages(world)) == 1


def test_english(browser: Browser, world: World) -> None:
    """PR-1: A person who reads English gets pages and faults in English."""
    _client, account = world.scene.person(world.office, language=Language.ENGLISH)
    dossier = world.scene.dossier(world.office, _client)
    browser.sign_in(world.scene.address(account))
    page = browser.post(f"/dossiers/{dossier.id}/berichten/nieuw", {"draft": str(world.scene.draft_id())})
    assert page.status == 422
    assert "Enter a subject." in page.text
    assert "<h1>New message</h1>" in page.text


def test_sent_messages_are_never_unread(client: Browser, world: World) -> None:
    """ME-4: The client's own messages are listed as outbound, with attachments counted, and are never unread."""
    world.portal.client.messages.read(actor(world), world.dossier.id, world.message.id)
    world.portal.client.messages.send(
        actor(world), world.dossier.id, world.scene.draft_id(), MessageText(subject="Vraag", body="Ja?")
    )
    page = client.get(f"/dossiers/{world.dossier.id}/berichten").text
    assert (dutch("Outgoing") in page, dutch("Incoming") in page, 'class="row-link unread"' in page) == (
        True,
        True,
        False,
    )
