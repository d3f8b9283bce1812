"""Daily quotas: what is counted, refused, reported and removed (AT-3, ME-3, AL-3)."""

import json
from collections.abc import Iterator
from datetime import date

import pytest

from klantportaal.adapters.storage.memory.unit_of_work import MemoryUnitOfWork
from klantportaal.domain.documents import DocumentKind, Publication
from klantportaal.domain.errors import FaultCode, PortalError, Refused, StorageFull, Unavailable
from klantportaal.domain.messages import MessageText
from klantportaal.domain.questionnaires.answer_files import draft_of
from klantportaal.domain.quotas import DailyQuotas, Room, Usage
from klantportaal.domain.sessions import Actor, OfficeActor
from klantportaal.domain.values import DossierId, DraftId
from klantportaal.ports.reading import ClientUsage
from klantportaal.settings import Settings
from tests.usecases.world import PDF, World

QUOTAS = DailyQuotas(
    client_messages=2, client_files=3, client_bytes=3 * len(PDF), office_messages=3, office_files=4, office_bytes=10**6
)


@pytest.fixture
def small() -> World:
    """Return a portal with small quotas."""
    return World(settings=Settings(quotas=QUOTAS))


def stage(world: World, actor: Actor, dossier: DossierId, draft: DraftId, name: str, block: bytes = PDF) -> None:
    """Stage a file."""
    world.portal.client.attachments.stage(actor, dossier, draft, name=name, blocks=[block])


def send(world: World, actor: Actor, dossier: DossierId, body: str = "Bijgaand.") -> None:
    """Send a message."""
    calls = world.portal.client.messages
    calls.send(actor, dossier, calls.new_draft(), MessageText(subject="Stukken", body=body))


def refused(world: World, *act: object) -> list[FaultCode]:
    """Send, or stage if a name is given, and give the codes of the faults."""
    with pytest.raises(Refused) as refusal:
        (send if len(act) == 2 else stage)(world, *act)  # type: ignore[arg-type]
    return [fault.code for fault in refusal.value.faults]


def told(world: World) -> list[str]:
    """List the used-up quotas that are in the trail."""
    with world.storage.begin() as uow:
        entries = uow.audit.entries(world.handler)
    return [json.loads(each.which)["quota"] for each in entries if each.what == "QuotaReached"]


def test_messages_of_a_client_and_of_the_office(small: World) -> None:
    """ME-3: above the number of a day no message is sent, for the client, and for all clients together. Drafts stay."""
    jan, piet = small.onboard(), small.onboard("piet@example.nl", name="Piet")
    dossier = small.dossier(jan, piet)
    calls = small.portal.client.messages
    for _ in range(2):
        send(small, jan, dossier)
    assert calls.room(jan).messages == 0
    draft = calls.new_draft()
    text = MessageText(subject="Nog een", body="Dit blijft staan.")
    small.portal.client.drafts.save(jan, dossier, draft, text)
    with pytest.raises(Refused):
        calls.send(jan, dossier, draft, text, version=1)
    assert small.portal.client.drafts.get(jan, dossier, draft).body == text.body
    send(small, piet, dossier)
    assert calls.room(piet).messages == 0
    assert refused(small, piet, dossier) == [FaultCode.OFFICE_MESSAGES_USED_UP]
    assert told(small) == ["client_messages", "office_messages"]
    small.later(hours=24)
    small.portal.client.messages.send(small.sign_in(), dossier, draft, text, version=1)


def test_a_message_that_was_sent_is_not_refused_the_second_time(small: World) -> None:
    """AT-5: the same message sent twice counts once, and its second time succeeds though the quota is used up."""
    jan = small.onboard()
    dossier, calls = small.dossier(jan), small.portal.client.messages
    send(small, jan, dossier)
    draft, text = calls.new_draft(), MessageText(subject="Stukken", body="Bijgaand.")
    assert calls.send(jan, dossier, draft, text) == calls.send(jan, dossier, draft, text)
    assert calls.room(jan).messages == 0
    assert told(small) == []


def test_files_of_a_client_and_of_the_office(small: World) -> None:
    """AT-3: above the number of a day no file is added, though it was removed again. Nothing of it is kept."""
    jan, piet = small.onboard(), small.onboard("piet@example.nl", name="Piet")
    dossier, draft = small.dossier(jan, piet), small.portal.client.messages.new_draft()
    for number in range(3):
        row = small.portal.client.attachments.stage(jan, dossier, draft, name=f"{number}.pdf", blocks=[PDF[:100]])
        small.portal.client.attachments.unstage(jan, dossier, row.id)
    assert refused(small, jan, dossier, draft, "vierde.pdf") == [FaultCode.FILES_USED_UP]
    stage(small, piet, dossier, draft, "piet.pdf")
    assert refused(small, piet, dossier, draft, "nog-een.pdf") == [FaultCode.OFFICE_FILES_USED_UP]
    assert len(small.files.contents) == 1
    assert told(small) == ["client_files", "office_files"]


def test_a_file_that_is_sent_twice_counts_once(small: World) -> None:
    """AT-5: a form that is sent again stages its files once, also where the quota is used up meanwhile."""
    jan = small.onboard()
    dossier, draft = small.dossier(jan), small.portal.client.messages.new_draft()
    for number in range(3):
        stage(small, jan, dossier, draft, f"{number}.pdf")
    stage(small, jan, dossier, draft, "0.pdf")
    assert small.portal.client.messages.room(jan) == Room(messages=2, files=0, bytes=0)
    assert len(small.files.contents) == 3


@pytest.mark.parametrize("name", ["p.pdf", "pas", "pas.pdf.pdf"])
def test_a_name_that_begins_as_that_of_a_staged_file(small: World, name: str) -> None:
    """AT-3: over the quota, only a file that may be a staged one is read. A shorter name does not make it one."""
    jan = small.onboard()
    dossier, draft = small.dossier(jan), small.portal.client.messages.new_draft()
    for staged in ("pas-1.pdf", "pas-2.pdf", "paspoort.pdf"):
        stage(small, jan, dossier, draft, staged)
    unread = iter([PDF])
    with pytest.raises(Refused, match="files_used_up"):
        small.portal.client.attachments.stage(jan, dossier, draft, name=name, blocks=unread)
    assert list(unread) == [PDF]


def test_bytes_are_not_read_beyond_the_room(small: World) -> None:
    """AT-3: a file that does not fit today is refused while it streams, and nothing of it is kept."""
    jan = small.onboard()
    dossier, draft = small.dossier(jan), small.portal.client.messages.new_draft()
    stage(small, jan, dossier, draft, "eerste.pdf")
    read: list[int] = []

    def endless() -> Iterator[bytes]:
        while True:
            read.append(len(PDF))
            yield PDF

    with pytest.raises(Refused) as refusal:
        small.portal.client.attachments.stage(jan, dossier, draft, name="groot.pdf", blocks=endless())
    assert [fault.code for fault in refusal.value.faults] == [FaultCode.BYTES_USED_UP]
    assert len(read) == 3
    assert len(small.files.contents) == 1


def test_a_file_that_another_one_was_faster_than(small: World) -> None:
    """AT-3: a file that fits when it begins, and not any more when it ends, is removed at once."""
    jan = small.onboard()
    dossier, draft = small.dossier(jan), small.portal.client.messages.new_draft()

    def dawdling() -> Iterator[bytes]:
        yield PDF
        stage(small, jan, dossier, draft, "snel.pdf", PDF + PDF)
        yield PDF

    with pytest.raises(Refused):
        small.portal.client.attachments.stage(jan, dossier, draft, name="traag.pdf", blocks=dawdling())
    assert len(small.files.contents) == 1
    assert told(small) == ["client_bytes"]


def test_files_of_questionnaires_count(small: World) -> None:
    """AT-3: files that answer a question count with the attachments."""
    jan = small.onboard()
    dossier, assignment = small.dossier(jan), small.portal.client.messages.new_draft()
    for number in range(3):
        stage(small, jan, dossier, draft_of(assignment, "akte"), f"{number}.pdf")  # type: ignore[arg-type]
    assert refused(small, jan, dossier, small.portal.client.messages.new_draft(), "x.pdf") == [FaultCode.FILES_USED_UP]


def test_the_office_is_told(small: World) -> None:
    """AT-3: the office sees today's use and refusals. The trail has the first, second, fourth … refusal."""
    jan, piet = small.onboard(), small.onboard("piet@example.nl", name="Piet")
    dossier = small.dossier(jan, piet)
    calls = small.portal.office.clients
    today = small.clock.now().date()
    assert calls.usage(small.handler).clients == []
    for _ in range(2):
        send(small, jan, dossier)
    for _ in range(3):
        refused(small, jan, dossier)
    stage(small, piet, dossier, small.portal.client.messages.new_draft(), "piet.pdf")
    usage = calls.usage(small.handler)
    assert (usage.day, usage.sent) == (today, Usage(messages=2, files=1, bytes=len(PDF)))
    assert usage.clients == [
        ClientUsage(client_id=jan.client_id, name="Jan Jansen", sent=Usage(messages=2, refused=3)),
        ClientUsage(client_id=piet.client_id, name="Piet", sent=Usage(files=1, bytes=len(PDF))),
    ]
    assert told(small) == ["client_messages"] * 2  # The third refusal is not told.
    elsewhere: OfficeActor = small.other_office()
    assert calls.usage(elsewhere).clients == []
    assert calls.usage(small.handler, date(2020, 1, 1)).sent == Usage()
    small.later(hours=24)
    assert calls.usage(small.handler, today) == usage
    small.later(hours=31 * 24)
    small.portal.background.sweeper.run_once()
    assert calls.usage(small.handler, today).clients == []


@pytest.mark.parametrize("error, kept", [(StorageFull, 0), (Unavailable, 1)])
def test_a_file_without_room_for_its_row(
    world: World, jan: Actor, monkeypatch: pytest.MonkeyPatch, error: type[PortalError], kept: int
) -> None:
    """AL-3: if the database is full, a stored file is removed at once. If the commit may have succeeded, it stays."""
    dossier, draft = world.dossier(jan), world.portal.client.messages.new_draft()
    publication = Publication(kind=DocumentKind.DOCUMENT, title="Akte", for_clients=frozenset({jan.client_id}))
    logo = b"\x89PNG\r\n\x1a\n" + bytes(99)

    def commit(_uow: MemoryUnitOfWork) -> None:
        raise error

    monkeypatch.setattr(MemoryUnitOfWork, "commit", commit)
    with pytest.raises(error):
        stage(world, jan, dossier, draft, "akte.pdf")
    with pytest.raises(error):
        world.portal.office.documents.publish(world.handler, dossier, publication, name="akte.pdf", blocks=[PDF])
    with pytest.raises(error):
        world.portal.office.profile.change_logo(world.handler, name="logo.png", blocks=[logo])
    assert len(world.files.contents) == 3 * kept
