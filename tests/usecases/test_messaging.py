"""Messages and attachments (ME-1 to ME-5, AT-1 to AT-5)."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from klantportaal.domain.errors import Absent, Conflict, Fault, FaultCode, Refused, StorageFull
from klantportaal.domain.file_types import FileType, FileTypes
from klantportaal.domain.messages import Direction, MessageText
from klantportaal.domain.sessions import Actor
from klantportaal.domain.uploads import UploadLimits
from klantportaal.domain.values import DossierId, DraftId, MessageId, SubmissionId, UploadId
from klantportaal.ports.reading import UploadRow
from klantportaal.settings import Settings
from tests.domain.files import PROTECTED, genuine
from tests.usecases.world import PDF, World, in_blocks

DRAFT = MessageText(subject="Vraag over de akte", body="Klopt mijn naam?")
NOWHERE = UUID(int=99)


def stage(world: World, actor: Actor, dossier: DossierId, draft: DraftId, name: str = "pas.pdf") -> UploadRow:
    """Stage a small PDF for a draft."""
    return world.portal.client.attachments.stage(actor, dossier, draft, name=name, blocks=in_blocks(PDF))


def test_send(world: World, jan: Actor) -> None:
    """ME-2: a message that a client sends is in the office's inbox until it is handled."""
    dossier = world.dossier(jan)
    id = world.portal.client.messages.send(jan, dossier, world.portal.client.messages.new_draft(), DRAFT)
    (row,) = world.portal.office.messages.inbox(world.handler)
    assert (row.message.id, row.message.body, row.client_name) == (id, DRAFT.body, "Jan Jansen")
    world.portal.office.messages.handle(world.handler, id)
    assert list(world.portal.office.messages.inbox(world.handler)) == []
    assert [row.message.handled_by for row in world.portal.office.messages.inbox(world.handler, handled=True)] == [
        "mr. A. de Wit"
    ]
    with pytest.raises(Refused):
        world.portal.office.messages.handle(world.handler, id)


def test_answer_keeps_thread_and_subject(world: World, jan: Actor) -> None:
    """ME-2: an answer stays in the thread, and its subject has one `Re: `, also after several answers."""
    dossier = world.dossier(jan)
    first = world.write_to(dossier, jan, subject="Concept akte")
    second = world.portal.client.messages.send(
        jan, dossier, world.portal.client.messages.new_draft(), MessageText(subject="", body="Ja"), answers=first
    )
    third = world.portal.office.messages.send(
        world.handler, dossier, jan.client_id, MessageText(subject="", body="Dank"), answers=second
    )
    views = [world.portal.client.messages.peek(jan, dossier, id) for id in (first, second, third)]
    assert [view.subject for view in views] == ["Concept akte", "Re: Concept akte", "Re: Concept akte"]
    assert len({view.thread_id for view in views}) == 1
    assert [view.direction for view in views] == [Direction.INBOUND, Direction.OUTBOUND, Direction.INBOUND]


@pytest.mark.parametrize(
    "draft, faults",
    [
        (MessageText(subject=" ", body="\r\n"), [(FaultCode.MISSING, "subject"), (FaultCode.MISSING, "body")]),
        (MessageText(subject="x", body="é" * 501), [(FaultCode.TOO_LONG, "body")]),
        (MessageText(subject="x" * 121, body="y"), [(FaultCode.TOO_LONG, "subject")]),
    ],
)
def test_refused_draft_changes_nothing(
    world: World, jan: Actor, draft: MessageText, faults: list[tuple[FaultCode, str]]
) -> None:
    """ME-3: missing and too long fields are named; nothing is sent, and the staged files stay."""
    dossier = world.dossier(jan)
    draft_id = world.portal.client.messages.new_draft()
    stage(world, jan, dossier, draft_id)
    with pytest.raises(Refused) as refusal:
        world.portal.client.messages.send(jan, dossier, draft_id, draft)
    assert [(fault.code, fault.field) for fault in refusal.value.faults] == faults
    assert list(world.portal.client.dossiers.messages(jan, dossier)) == []
    assert len(world.portal.client.messages.uploads(jan, dossier, draft_id)) == 1


def test_500_characters_with_line_ends_and_emoji(world: World, jan: Actor) -> None:
    """ME-3: the limit of 500 characters counts code points, after CRLF is replaced by LF."""
    dossier = world.dossier(jan)
    body = "regel\r\n" + "🏠" * 494
    id = world.portal.client.messages.send(
        jan, dossier, world.portal.client.messages.new_draft(), MessageText(subject="x", body=body)
    )
    assert world.portal.client.messages.peek(jan, dossier, id).body == "regel\n" + "🏠" * 494


def test_reading_marks_once_for_this_account(world: World, jan: Actor) -> None:
    """ME-4: opening a message marks it as read once, for this account; peeking does not; the office sees when."""
    dossier = world.dossier(jan)
    extra = world.extra_account(jan, "extra@example.nl")
    id = world.write_to(dossier, jan)
    world.portal.client.messages.peek(jan, dossier, id)
    first = world.clock.now()
    assert world.portal.client.messages.read(jan, dossier, id).read_at is None
    world.later(minutes=1)
    assert world.portal.client.messages.read(jan, dossier, id).read_at == first
    assert [row.unread for row in world.portal.client.dossiers.messages(extra, dossier)] == [True]
    world.portal.client.messages.read(extra, dossier, id)
    (row,) = world.portal.office.dossiers.get(world.handler, dossier).messages
    assert row.first_read_at == first
    assert world.audit().count("MessageRead") == 2


def test_own_message_is_never_unread(world: World, jan: Actor) -> None:
    """ME-4: outbound messages are never unread, and opening one is not recorded."""
    dossier = world.dossier(jan)
    id = world.portal.client.messages.send(jan, dossier, world.portal.client.messages.new_draft(), DRAFT)
    world.portal.client.messages.read(jan, dossier, id)
    assert [row.unread for row in world.portal.client.dossiers.messages(jan, dossier)] == [False]
    assert "MessageRead" not in world.audit()


def test_read_twice_at_once(world: World, jan: Actor) -> None:
    """ME-4: if two tabs open a message at once, it is marked as read once."""
    dossier = world.dossier(jan)
    id = world.write_to(dossier, jan)
    world.portal.client.messages._mark_read(jan, [id])
    world.portal.client.messages._mark_read(jan, [id])
    assert world.audit().count("MessageRead") == 1


def test_other_parties_never_see_a_message(world: World, jan: Actor, piet: Actor) -> None:
    """ME-1: a message of one client is absent for the other party of the dossier."""
    dossier = world.dossier(jan, piet)
    inbound = world.write_to(dossier, jan)
    draft = world.portal.client.messages.new_draft()
    stage(world, jan, dossier, draft)
    outbound = world.portal.client.messages.send(jan, dossier, draft, DRAFT)
    (attachment,) = world.portal.client.messages.peek(jan, dossier, outbound).attachments
    assert list(world.portal.client.dossiers.messages(piet, dossier)) == []
    assert list(world.portal.client.dossiers.submissions(piet, dossier)) == []
    calls: list[Callable[[], object]] = [
        lambda: world.portal.client.messages.read(piet, dossier, inbound),
        lambda: world.portal.client.messages.send(piet, dossier, DraftId(NOWHERE), DRAFT, answers=inbound),
        lambda: world.portal.client.dossiers.download_submission(piet, dossier, attachment.id),
        lambda: world.portal.office.messages.send(world.handler, dossier, piet.client_id, DRAFT, answers=outbound),
    ]
    for call in calls:
        with pytest.raises(Absent):
            call()


def test_foreign_ids(world: World, jan: Actor, piet: Actor) -> None:
    """DO-1, OF-2: calls with things of others, or with unknown ids, are refused and change nothing."""
    dossier, draft = world.dossier(jan), world.portal.client.messages.new_draft()
    upload = stage(world, jan, dossier, draft)
    message = world.write_to(dossier, jan)
    other = world.other_office()
    office = world.portal.office.messages
    files, before = set(world.files.contents), world.audit()
    calls: list[Callable[[], object]] = [
        lambda: world.portal.client.messages.send(piet, dossier, draft, DRAFT),
        lambda: world.portal.client.messages.uploads(piet, dossier, draft),
        lambda: world.portal.client.attachments.stage(piet, dossier, draft, name="a.pdf", blocks=in_blocks(PDF)),
        lambda: world.portal.client.attachments.unstage(piet, dossier, upload.id),
        lambda: world.portal.client.attachments.unstage(jan, DossierId(NOWHERE), upload.id),
        lambda: world.portal.client.attachments.unstage(jan, dossier, UploadId(NOWHERE)),
        lambda: office.send(other, dossier, jan.client_id, DRAFT),
        lambda: office.send(world.handler, dossier, jan.client_id, DRAFT, answers=MessageId(NOWHERE)),
        lambda: office.handle(other, message),
        lambda: office.fetch(world.handler, SubmissionId(NOWHERE)),
    ]
    for call in calls:
        with pytest.raises(Absent):
            call()
    with pytest.raises(Refused):
        office.send(world.handler, dossier, piet.client_id, DRAFT)
    assert (set(world.files.contents), world.audit()) == (files, before)


def test_attachments(world: World, jan: Actor) -> None:
    """AT-2: staged files become attachments of the sent message, are listed as delivered, and can be downloaded."""
    dossier, draft = world.dossier(jan), world.portal.client.messages.new_draft()
    kept, dropped = stage(world, jan, dossier, draft), stage(world, jan, dossier, draft, "verkeerd.pdf")
    world.portal.client.attachments.unstage(jan, dossier, dropped.id)
    assert list(world.portal.client.messages.uploads(jan, dossier, draft)) == [kept]
    id = world.portal.client.messages.send(jan, dossier, draft, DRAFT)
    (attachment,) = world.portal.client.messages.peek(jan, dossier, id).attachments
    assert list(world.portal.client.dossiers.submissions(jan, dossier)) == [attachment]
    assert (attachment.name, attachment.size, attachment.delivered_by) == ("pas.pdf", len(PDF), "Jan Jansen")
    assert b"".join(world.portal.client.dossiers.download_submission(jan, dossier, attachment.id).blocks) == PDF
    assert b"".join(world.portal.office.messages.fetch(world.handler, attachment.id).blocks) == PDF
    assert len(world.files.contents) == 1
    assert world.audit().count("SubmissionDownloaded") == 2


def test_staged_files_are_private(world: World, jan: Actor) -> None:
    """AT-2: a staged file is visible to its own account and in its own draft only."""
    dossier, draft = world.dossier(jan), world.portal.client.messages.new_draft()
    upload = stage(world, jan, dossier, draft)
    extra = world.extra_account(jan, "extra@example.nl")
    assert list(world.portal.client.messages.uploads(extra, dossier, draft)) == []
    assert list(world.portal.client.messages.uploads(jan, dossier, world.portal.client.messages.new_draft())) == []
    with pytest.raises(Absent):
        world.portal.client.attachments.unstage(extra, dossier, upload.id)
    world.portal.client.messages.send(extra, dossier, draft, DRAFT)
    assert [row.attachments for row in world.portal.client.dossiers.messages(extra, dossier)] == [0]
    assert list(world.portal.client.messages.uploads(jan, dossier, draft)) == [upload]


def test_expired_upload_is_told(world: World, jan: Actor) -> None:
    """AT-2: a file that was staged more than 24 hours ago is reported once; then the message can be sent."""
    dossier, draft = world.dossier(jan), world.portal.client.messages.new_draft()
    stage(world, jan, dossier, draft)
    world.later(hours=24)
    with pytest.raises(Refused) as refusal:
        world.portal.client.messages.send(jan, dossier, draft, DRAFT)
    assert refusal.value.faults == (Fault(code=FaultCode.UPLOAD_GONE, field="files", params={"name": "pas.pdf"}),)
    world.portal.client.messages.send(jan, dossier, draft, DRAFT)
    assert [row.attachments for row in world.portal.client.dossiers.messages(jan, dossier)] == [0]


def test_double_click_sends_once(world: World, jan: Actor) -> None:
    """AT-5: fifty simultaneous requests that send the same draft make one message with its attachment."""
    dossier, draft = world.dossier(jan), world.portal.client.messages.new_draft()
    stage(world, jan, dossier, draft)
    barrier = threading.Barrier(50)
    sent: set[MessageId] = set()

    def submit() -> None:
        barrier.wait()
        sent.add(world.portal.client.messages.send(jan, dossier, draft, DRAFT))

    threads = [threading.Thread(target=submit) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sent) == 1
    assert [row.attachments for row in world.portal.client.dossiers.messages(jan, dossier)] == [1]
    assert world.audit().count("MessageSent") == 1


def test_lost_race_of_two_clicks(world: World, jan: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """AT-5: a request that finds its message already sent returns the id of that message."""
    dossier, draft = world.dossier(jan), world.portal.client.messages.new_draft()
    sent = world.portal.client.messages.send(jan, dossier, draft, DRAFT)

    def conflicting(*_arguments: object, **_named: object) -> MessageId:
        raise Conflict

    monkeypatch.setattr(type(world.portal.client.messages), "_send", conflicting)
    assert world.portal.client.messages.send(jan, dossier, draft, DRAFT) == sent
    with pytest.raises(Conflict):
        world.portal.client.messages.send(jan, dossier, world.portal.client.messages.new_draft(), DRAFT)


def test_other_words_under_a_draft_that_was_sent(world: World, jan: Actor) -> None:
    """AT-5: other text under the id of a sent draft is sent as another message, once."""
    dossier, draft = world.dossier(jan), world.portal.client.messages.new_draft()
    first = world.portal.client.messages.send(jan, dossier, draft, DRAFT)
    other = MessageText(subject="Vraag over de akte", body="En mijn adres?")
    stage(world, jan, dossier, draft)
    second = world.portal.client.messages.send(jan, dossier, draft, other)
    elsewhere = world.portal.client.messages.send(jan, world.dossier(jan, number="2026-002"), draft, other)
    answered = world.portal.client.messages.send(jan, dossier, draft, other, answers=first)
    sent = [world.portal.client.messages.send(jan, dossier, draft, each) for each in (DRAFT, other)]
    sent.append(world.portal.client.messages.send(jan, dossier, draft, other, answers=first))
    assert sent == [first, second, answered]
    assert len({first, second, elsewhere, answered}) == 4
    rows = [(row.id, row.attachments) for row in world.portal.client.dossiers.messages(jan, dossier)]
    assert rows == [(answered, 0), (second, 1), (first, 0)]


def test_upload_removed_while_sending(world: World, jan: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """AT-2: a staged file that disappears during sending is a conflict, and nothing is sent."""
    dossier, draft = world.dossier(jan), world.portal.client.messages.new_draft()
    stage(world, jan, dossier, draft)
    with world.storage.begin() as uow:
        uploads = type(uow.uploads)
    monkeypatch.setattr(uploads, "remove", lambda *_arguments: 0)
    with pytest.raises(Conflict):
        world.portal.client.messages.send(jan, dossier, draft, DRAFT)
    assert list(world.portal.client.dossiers.messages(jan, dossier)) == []


LIMITS = UploadLimits(file_size=50_000, files=2, waiting=3)


@pytest.mark.parametrize(
    "name, content, code",
    [
        ("groot.pdf", PDF * 10, FaultCode.FILE_TOO_LARGE),
        ("leeg.pdf", b"", FaultCode.FILE_EMPTY),
        ("virus.exe", b"MZ", FaultCode.FILE_TYPE_FORBIDDEN),
        ("plaatje.svg", b"<svg/>", FaultCode.FILE_TYPE_FORBIDDEN),
        ("bankboek.xml", b"<Document/>", FaultCode.FILE_TYPE_FORBIDDEN),
        ("geheim.docx", PROTECTED[0], FaultCode.FILE_PROTECTED),
        ("pagina.pdf", b"<html><script>", FaultCode.FILE_CONTENT_DIFFERS),
    ],
)
def test_refused_files(name: str, content: bytes, code: FaultCode) -> None:
    """AT-3: a refused file is reported with its reason and not kept, and the other staged files stay."""
    world = World(settings=Settings(uploads=LIMITS))
    jan = world.onboard()
    dossier, draft = world.dossier(jan), world.portal.client.messages.new_draft()
    stage(world, jan, dossier, draft)
    with pytest.raises(Refused) as refusal:
        world.portal.client.attachments.stage(jan, dossier, draft, name=name, blocks=in_blocks(content))
    assert [(fault.code, fault.params["name"]) for fault in refusal.value.faults] == [(code, name)]
    assert len(world.portal.client.messages.uploads(jan, dossier, draft)) == len(world.files.contents) == 1


def test_a_wrong_ending_is_corrected(world: World, jan: Actor) -> None:
    """AT-3, AT-5: a photo that is called otherwise is kept under the right ending, and once if it is sent twice."""
    dossier, draft = world.dossier(jan), world.portal.client.messages.new_draft()
    photo_of = genuine()[FileType.HEIC][0]
    put = world.portal.client.attachments.stage
    rows = [put(jan, dossier, draft, name="IMG_1.jpg", blocks=in_blocks(photo_of)) for _ in range(2)]
    assert [row.name for row in rows] == ["IMG_1.heic"] * 2
    assert list(world.portal.client.messages.uploads(jan, dossier, draft)) == rows[:1]
    with world.storage.begin() as uow:
        (staged,) = uow.uploads.of_draft(jan, dossier, draft)
    assert (staged.file.name, staged.file.media_type) == ("IMG_1.heic", "image/heic")


def test_a_corrected_file_comes_again_where_there_is_no_room() -> None:
    """AT-5: a full message takes the same file once more, also if its ending was corrected the first time."""
    world = World(settings=Settings(uploads=UploadLimits(files=1)))
    jan = world.onboard()
    dossier, draft = world.dossier(jan), world.portal.client.messages.new_draft()
    put = world.portal.client.attachments.stage
    rows = [put(jan, dossier, draft, name="scan.jpg", blocks=in_blocks(PDF)) for _ in range(2)]
    assert rows[0] == rows[1]
    with pytest.raises(Refused) as refusal:
        put(jan, dossier, draft, name="foto.jpg", blocks=in_blocks(PDF))
    assert refusal.value.faults[0].code is FaultCode.TOO_MANY_FILES


def test_what_an_accountant_gets() -> None:
    """AT-3: an office can take mails, ZIP files and bank statements, by setting."""
    world = World(settings=Settings(uploads=UploadLimits(types=FileTypes.accountant())))
    jan = world.onboard()
    dossier, draft = world.dossier(jan), world.portal.client.messages.new_draft()
    more = {"msg": FileType.MSG, "eml": FileType.EML, "zip": FileType.ZIP, "xml": FileType.CAMT, "sta": FileType.MT940}
    for ending, file_type in more.items():
        contents = in_blocks(genuine()[file_type][0])
        row = world.portal.client.attachments.stage(jan, dossier, draft, name=f"a.{ending}", blocks=contents)
        assert row.name == f"a.{ending}"


@pytest.mark.parametrize("late", [False, True])
def test_a_script_in_a_bank_statement(late: bool) -> None:
    """AT-3: a bank statement with an element of a page is refused, wherever that stands, and nothing is kept."""
    world = World(settings=Settings(uploads=UploadLimits(types=FileTypes.accountant())))
    jan = world.onboard()
    dossier, draft = world.dossier(jan), world.portal.client.messages.new_draft()
    script = b"<Nm>Jan</Nm>" * late * 10_000 + b"<s xmlns='http://www.w3.org/1999/xhtml'>alert(1)</s></Document>"
    contents = genuine()[FileType.CAMT][0].replace(b"</Document>", script)
    with pytest.raises(Refused, match="file_content_differs"):
        world.portal.client.attachments.stage(jan, dossier, draft, name="bank.xml", blocks=in_blocks(contents))
    assert world.files.contents == {}


def test_too_large_is_refused_while_it_streams(world: World, jan: Actor) -> None:
    """AT-3: an endless file is refused at the first block over the limit."""
    dossier, draft = world.dossier(jan), world.portal.client.messages.new_draft()
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield b"%PDF-" + bytes(1024 * 1024 - 5)

    with pytest.raises(Refused):
        world.portal.client.attachments.stage(jan, dossier, draft, name="groot.pdf", blocks=endless())
    assert taken == 26
    assert world.files.contents == {}


@pytest.mark.parametrize("meanwhile", [FaultCode.TOO_MANY_FILES, "party"])
def test_no_room_any_more_when_a_file_has_come(meanwhile: str) -> None:
    """AT-3, DO-1: limits and access are checked again after the file has streamed in; a refused file is not listed."""
    world = World(settings=Settings(uploads=LIMITS))
    jan, piet = world.onboard(), world.onboard("piet@example.nl", name="Piet")
    dossier, draft = world.dossier(jan, piet), world.portal.client.messages.new_draft()

    def dawdling() -> Iterator[bytes]:
        yield PDF
        if meanwhile == "party":
            world.portal.office.dossiers.remove_party(world.handler, dossier, jan.client_id)
        else:
            stage(world, jan, dossier, draft)
            stage(world, jan, dossier, draft, "nog-een.pdf")

    with pytest.raises(Absent if meanwhile == "party" else Refused):
        world.portal.client.attachments.stage(jan, dossier, draft, name="laat.pdf", blocks=dawdling())
    with world.storage.begin() as uow:
        waiting = [upload.file.name for upload in uow.uploads.of_draft(jan, dossier, draft)]
    assert "laat.pdf" not in waiting


def test_too_many_files() -> None:
    """AT-3: the number of files is limited per message, and the number of staged files per account."""
    world = World(settings=Settings(uploads=LIMITS))
    jan = world.onboard()
    dossier, draft, other = (
        world.dossier(jan),
        world.portal.client.messages.new_draft(),
        world.portal.client.messages.new_draft(),
    )
    stage(world, jan, dossier, draft)
    stage(world, jan, dossier, draft, "nog-een.pdf")
    with pytest.raises(Refused) as refusal:
        stage(world, jan, dossier, draft, "te-veel.pdf")
    assert [fault.code for fault in refusal.value.faults] == [FaultCode.TOO_MANY_FILES]
    stage(world, jan, dossier, other)
    with pytest.raises(Refused) as waiting:
        stage(world, jan, dossier, other, "te-veel.pdf")
    assert [fault.code for fault in waiting.value.faults] == [FaultCode.TOO_MANY_WAITING]


def test_hostile_name(world: World, jan: Actor) -> None:
    """AT-4: a file name is shown without its path and control characters, and is not used in a storage key."""
    dossier, draft = world.dossier(jan), world.portal.client.messages.new_draft()
    row = stage(world, jan, dossier, draft, "..\\..\\etc/pas\u202efdp\0.pdf")
    assert row.name == "pasfdp.pdf"
    (key,) = world.files.contents
    assert set(key) <= set("0123456789abcdef-")


def test_full_disk_stages_nothing(world: World, jan: Actor) -> None:
    """AL-3: on a full disk nothing is staged."""
    dossier, draft = world.dossier(jan), world.portal.client.messages.new_draft()
    world.files.room = 10
    with pytest.raises(StorageFull):
        stage(world, jan, dossier, draft)
    assert list(world.portal.client.messages.uploads(jan, dossier, draft)) == []


def test_sweeper(world: World, jan: Actor) -> None:
    """AT-2, AL-3: the sweeper deletes expired uploads, and files without a row within a day, and nothing else.

    A worker sweeps every hour, and a sweep may take an hour.
    """
    dossier, draft = world.dossier(jan), world.portal.client.messages.new_draft()
    world.publish(dossier, jan)
    stage(world, jan, dossier, draft)
    world.files.write(next(iter(world.files.contents)).__class__("00-lost"), [b"x"])
    sweeper = world.portal.background.sweeper
    assert sweeper.run_once() == 0
    world.clock.advance(timedelta(hours=22, microseconds=-1))
    assert sweeper.run_once() == 0
    world.clock.advance(timedelta(microseconds=2))
    assert sweeper.run_once() == 1
    world.clock.advance(timedelta(hours=2, microseconds=-2))
    assert sweeper.run_once() == 0
    world.clock.advance(timedelta(microseconds=1))
    assert sweeper.run_once() == 1
    assert len(world.files.contents) == 1
    assert sweeper.run_once() == 0
