"""Listing dossiers and downloading documents from them (HO-2, DO-1 to DO-4, DC-1 to DC-4)."""

from collections.abc import Callable
from uuid import UUID

import pytest

from klantportaal.domain.documents import DocumentKind, DocumentState, Publication
from klantportaal.domain.dossiers import Tab
from klantportaal.domain.errors import Absent, Fault, FaultCode, FileDamaged, Refused, StorageFull
from klantportaal.domain.messages import MessageText
from klantportaal.domain.offices import IN_PROGRESS
from klantportaal.domain.requests import NewItem, NewRequest
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import ClientId, DocumentId, DossierId, DraftId
from klantportaal.ports.reading import DossierQuery, HomeCounts, TabCount
from klantportaal.usecases.shared.downloading import Download
from tests.usecases.world import PDF, World, in_blocks

NOWHERE = UUID(int=99)


def numbers(world: World, actor: Actor, query: DossierQuery | None = None) -> list[str]:
    """List the numbers of an actor's dossiers."""
    return [row.number for row in world.portal.client.dossiers.list(actor, query or DossierQuery()).rows]


def test_home_counts(world: World, jan: Actor) -> None:
    """HO-2: the tiles count dossiers in progress, dossiers with another status, and open questionnaires."""
    first, second = world.dossier(jan), world.dossier(jan, number="2026-002")
    world.portal.office.dossiers.change(world.handler, second, status="archived")
    id = world.ask(jan, first)
    assert world.portal.client.home.counts(jan) == HomeCounts(in_progress=1, other=1, open_actions=1)
    assert [action.id for action in world.portal.client.questionnaires.waiting(jan)] == [id]


def test_only_parties_see_a_dossier(world: World, jan: Actor, piet: Actor) -> None:
    """DO-1: a dossier is absent for a client that is not a party, or not a party any more."""
    dossier = world.dossier(jan)
    assert (numbers(world, jan), numbers(world, piet)) == (["2026-001"], [])
    with pytest.raises(Absent):
        world.portal.client.dossiers.open(piet, dossier)
    world.portal.office.dossiers.add_party(world.handler, dossier, piet.client_id)
    world.portal.office.dossiers.add_party(world.handler, dossier, piet.client_id)
    assert numbers(world, piet) == ["2026-001"]
    world.portal.office.dossiers.remove_party(world.handler, dossier, piet.client_id)
    assert numbers(world, piet) == []
    with pytest.raises(Absent):
        world.portal.client.dossiers.open(piet, dossier)


def test_search_and_filter(world: World, jan: Actor) -> None:
    """DO-2, DO-3: a search covers the chosen statuses, ignores case and accents, and lists all statuses."""
    world.dossier(jan, description="Nalatenschap familie Çelik")
    other = world.dossier(jan, number="2026-002", description="Hypotheek")
    world.portal.office.dossiers.change(world.handler, other, status="completed")
    listed = world.portal.client.dossiers.list(jan, DossierQuery(search="CELIK"))
    assert [row.number for row in listed.rows] == ["2026-001"]
    assert listed.statuses == {IN_PROGRESS, "completed"}
    assert numbers(world, jan, DossierQuery(search="hypotheek")) == []
    both = frozenset({IN_PROGRESS, "completed"})
    assert numbers(world, jan, DossierQuery(search="hypotheek", statuses=both)) == ["2026-002"]


CHANGES: dict[str, Callable[[World, Actor, DossierId], object]] = {
    "publication": lambda world, jan, dossier: world.publish(dossier, jan),
    "withdrawal": lambda world, jan, dossier: world.portal.office.documents.withdraw(
        world.handler, world.publish(dossier, jan), "Verkeerd"
    ),
    "message": lambda world, jan, dossier: world.write_to(dossier, jan),
    "request": lambda world, jan, dossier: world.portal.office.requests.make(
        world.handler, dossier, jan.client_id, NewRequest(subject="Stuk", items=[NewItem(title="Stuk")])
    ),
    "assignment": lambda world, jan, dossier: world.ask(jan, dossier),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_for_one_party(
    world: World, jan: Actor, piet: Actor, change: Callable[[World, Actor, DossierId], object]
) -> None:
    """DO-2: what the office does for one party moves the dossier to the top of that party's list, and of no other."""
    shared = world.dossier(jan)
    world.portal.office.dossiers.add_party(world.handler, shared, piet.client_id)
    world.later(minutes=1)
    newer = world.dossier(jan, number="2026-002")
    world.portal.office.dossiers.add_party(world.handler, newer, piet.client_id)
    world.later(minutes=1)
    change(world, jan, shared)
    assert (numbers(world, jan), numbers(world, piet)) == (["2026-001", "2026-002"], ["2026-002", "2026-001"])


def test_what_clients_do_is_no_change(world: World, jan: Actor) -> None:
    """DO-2: a message of a client moves nothing."""
    first = world.dossier(jan)
    world.later(minutes=1)
    world.dossier(jan, number="2026-002")
    world.later(minutes=1)
    text = MessageText(subject="Vraag", body="Klopt dit?")
    world.portal.client.messages.send(jan, first, DraftId(NOWHERE), text)
    assert numbers(world, jan) == ["2026-002", "2026-001"]


def test_what_the_office_does_with_a_message_is_a_change(world: World, jan: Actor) -> None:
    """DO-2, ME-6: that the office takes back its message, or handles the client's, is a change of the dossier."""
    first = world.dossier(jan)
    told = world.write_to(first, jan)
    asked = world.portal.client.messages.send(jan, first, DraftId(NOWHERE), MessageText(subject="Vraag", body="Dag"))
    for number, act in enumerate(("take_back", "handle"), start=2):
        world.later(minutes=1)
        world.dossier(jan, number=f"2026-00{number}")
        world.later(minutes=1)
        getattr(world.portal.office.messages, act)(world.handler, {"take_back": told, "handle": asked}[act])
        assert numbers(world, jan)[0] == "2026-001"


def test_rows_count_what_is_unread(world: World, jan: Actor) -> None:
    """DO-2: each row of the list shows what is unread in the dossier."""
    dossier = world.dossier(jan)
    world.publish(dossier, jan)
    world.dossier(jan, number="2026-002")
    assert [row.unread for row in world.portal.client.dossiers.list(jan, DossierQuery()).rows] == [0, 1]


def test_tabs(world: World, jan: Actor) -> None:
    """DO-4: each tab shows its total and, except for submissions, its unread count for this account."""
    dossier = world.dossier(jan)
    world.publish(dossier, jan)
    world.publish(dossier, jan, kind=DocumentKind.CORRESPONDENCE)
    world.write_to(dossier, jan)
    view = world.portal.client.dossiers.open(jan, dossier)
    assert view.tabs == {
        Tab.CORRESPONDENCE: TabCount(total=1, unread=1),
        Tab.DOCUMENTS: TabCount(total=1, unread=1),
        Tab.SUBMISSIONS: TabCount(total=0, unread=None),
        Tab.MESSAGES: TabCount(total=1, unread=1),
    }
    assert len(world.portal.client.dossiers.messages(jan, dossier)) == 1


def test_download_marks_at_the_last_byte(world: World, jan: Actor) -> None:
    """DC-2: a document is marked as downloaded after its last byte, not when it is opened or stopped halfway."""
    dossier = world.dossier(jan)
    document = world.publish(dossier, jan, content=PDF * 60)
    halfway = world.portal.client.dossiers.download(jan, dossier, document)
    next(halfway.blocks)
    halfway.close()
    unopened = world.portal.client.dossiers.download(jan, dossier, document)
    unopened.close()
    (row,) = world.portal.client.dossiers.documents(jan, dossier, DocumentKind.DOCUMENT)
    assert row.downloaded_at is None
    first = world.clock.now()
    assert b"".join(world.portal.client.dossiers.download(jan, dossier, document).blocks) == PDF * 60
    world.later(minutes=1)
    b"".join(world.portal.client.dossiers.download(jan, dossier, document).blocks)
    (row,) = world.portal.client.dossiers.documents(jan, dossier, DocumentKind.DOCUMENT)
    assert row.downloaded_at == first
    assert world.audit().count("DocumentDownloaded") == 2


def test_close_of_something_that_cannot(world: World, jan: Actor) -> None:
    """DC-2: a download whose blocks have no ``close`` method can be closed too."""
    dossier = world.dossier(jan)
    document = world.publish(dossier, jan)
    file = world.portal.client.dossiers.download(jan, dossier, document).file
    Download(file=file, blocks=iter([b"x"])).close()


def test_marks_are_each_accounts_own(world: World, jan: Actor) -> None:
    """DC-1: all accounts of a client see a document, and each has its own download mark."""
    dossier = world.dossier(jan)
    document = world.publish(dossier, jan)
    extra = world.extra_account(jan, "extra@example.nl")
    list(world.portal.client.dossiers.download(jan, dossier, document).blocks)
    marks = [
        row.downloaded_at is not None
        for actor in (jan, extra)
        for row in world.portal.client.dossiers.documents(actor, dossier, DocumentKind.DOCUMENT)
    ]
    assert marks == [True, False]


def test_published_for_some_parties(world: World, jan: Actor, piet: Actor) -> None:
    """DC-1: only the parties that a document was published for see it."""
    dossier = world.dossier(jan, piet)
    document = world.publish(dossier, jan)
    assert list(world.portal.client.dossiers.documents(piet, dossier, DocumentKind.DOCUMENT)) == []
    with pytest.raises(Absent):
        world.portal.client.dossiers.download(piet, dossier, document)
    stranger = world.onboard("stranger@example.nl")
    with pytest.raises(Refused) as refusal:
        world.publish(dossier, stranger)
    assert refusal.value.faults == (Fault(code=FaultCode.NOT_A_PARTY, field="for_clients"),)


def test_withdraw(world: World, jan: Actor) -> None:
    """DC-3: a withdrawn document is listed with its reason; only the office can still download it."""
    dossier = world.dossier(jan)
    document = world.publish(dossier, jan)
    with pytest.raises(Refused):
        world.portal.office.documents.withdraw(world.handler, document, " ")
    world.portal.office.documents.withdraw(world.handler, document, "Verkeerde bijlage")
    (row,) = world.portal.client.dossiers.documents(jan, dossier, DocumentKind.DOCUMENT)
    assert (row.state, row.reason) == (DocumentState.WITHDRAWN, "Verkeerde bijlage")
    with pytest.raises(Absent):
        world.portal.client.dossiers.download(jan, dossier, document)
    assert b"".join(world.portal.office.documents.download(world.handler, document).blocks) == PDF


def test_replace(world: World, jan: Actor) -> None:
    """DC-3: a new version is available to the same parties, and the old version is listed as replaced."""
    dossier = world.dossier(jan)
    document = world.publish(dossier, jan)
    new = world.portal.office.documents.replace(
        world.handler, document, name="Concept 2.pdf", blocks=in_blocks(PDF * 2)
    )
    rows = world.portal.client.dossiers.documents(jan, dossier, DocumentKind.DOCUMENT)
    assert [(row.id, row.state, row.edition) for row in rows] == [
        (new, DocumentState.AVAILABLE, 2),
        (document, DocumentState.REPLACED, 1),
    ]
    assert b"".join(world.portal.client.dossiers.download(jan, dossier, new).blocks) == PDF * 2
    with pytest.raises(Refused):
        world.portal.office.documents.replace(world.handler, document, name="x.pdf", blocks=[PDF])


@pytest.mark.parametrize("damage", ["missing", "bit", "short", "long"])
def test_damaged_file(world: World, jan: Actor, damage: str) -> None:
    """DC-4: a missing or changed file is an error before the first byte is sent."""
    dossier = world.dossier(jan)
    document = world.publish(dossier, jan)
    ((key, content),) = world.files.contents.items()
    if damage == "missing":
        del world.files.contents[key]
    else:
        changed = {"bit": bytes([content[0] ^ 1]) + content[1:], "short": content[:-1], "long": content + b"\0"}
        world.files.contents[key] = changed[damage]
    with pytest.raises(FileDamaged):
        world.portal.client.dossiers.download(jan, dossier, document)


def test_file_type_of_what_the_office_publishes(world: World, jan: Actor) -> None:
    """DC-1: the office may publish any type of file; an unknown type is served as ``application/octet-stream``."""
    dossier = world.dossier(jan)
    publication = Publication(kind=DocumentKind.DOCUMENT, title="Model", for_clients=frozenset({jan.client_id}))
    publish = world.portal.office.documents.publish
    known = publish(world.handler, dossier, publication, name="akte.PDF", blocks=[PDF])
    unknown = publish(world.handler, dossier, publication, name="model.xyz", blocks=[b"x"])
    types = [world.portal.client.dossiers.download(jan, dossier, id).file.media_type for id in (known, unknown)]
    assert types == ["application/pdf", "application/octet-stream"]
    with pytest.raises(Refused) as refusal:
        publish(world.handler, dossier, publication, name="leeg.pdf", blocks=[b""])
    assert [fault.code for fault in refusal.value.faults] == [FaultCode.FILE_EMPTY]


def test_full_disk_publishes_nothing(world: World, jan: Actor) -> None:
    """AL-3: on a full disk nothing is published, and no partial file is kept."""
    dossier = world.dossier(jan)
    world.files.room = 100
    with pytest.raises(StorageFull):
        world.publish(dossier, jan)
    assert list(world.portal.client.dossiers.documents(jan, dossier, DocumentKind.DOCUMENT)) == []
    assert world.files.contents == {}


def test_foreign_ids(world: World, jan: Actor) -> None:
    """OF-2, DO-1: things of another office and unknown ids are absent for every call."""
    dossier = world.dossier(jan)
    document = world.publish(dossier, jan)
    other = world.other_office()
    publication = Publication(kind=DocumentKind.DOCUMENT, title="", for_clients=frozenset({jan.client_id}))
    office = world.portal.office
    calls: list[Callable[[], object]] = [
        lambda: office.dossiers.get(other, dossier),
        lambda: office.dossiers.change(other, dossier, status="archived"),
        lambda: office.dossiers.add_party(other, dossier, jan.client_id),
        lambda: office.dossiers.add_party(world.handler, dossier, ClientId(NOWHERE)),
        lambda: office.dossiers.remove_party(other, dossier, jan.client_id),
        lambda: office.documents.publish(other, dossier, publication, name="a.pdf", blocks=[PDF]),
        lambda: office.documents.replace(other, document, name="a.pdf", blocks=[PDF]),
        lambda: office.documents.withdraw(other, document, "x"),
        lambda: office.documents.download(other, document),
        lambda: world.portal.client.dossiers.open(jan, DossierId(NOWHERE)),
        lambda: world.portal.client.dossiers.download(jan, dossier, DocumentId(NOWHERE)),
        lambda: world.portal.client.dossiers.download(jan, DossierId(NOWHERE), document),
    ]
    before = world.audit()
    for call in calls:
        with pytest.raises(Absent):
            call()
    assert world.audit() == before


def test_office_dossier_life(world: World, jan: Actor) -> None:
    """OF-1: the office opens, changes and lists dossiers; invalid input is refused by field."""
    dossier = world.dossier(jan)
    dossiers = world.portal.office.dossiers
    for number, parties, fault in (
        ("2026-001", [jan.client_id], Fault(code=FaultCode.NUMBER_TAKEN, field="number")),
        ("2026-002", [], Fault(code=FaultCode.MISSING, field="parties")),
    ):
        with pytest.raises(Refused) as refusal:
            dossiers.open(world.handler, number=number, description="Zaak", parties=parties)
        assert refusal.value.faults == (fault,)
    with pytest.raises(Absent):
        dossiers.open(world.handler, number="2026-003", description="Zaak", parties=[ClientId(NOWHERE)])
    with pytest.raises(Refused):
        dossiers.change(world.handler, dossier, status="made up")
    with pytest.raises(Refused):
        dossiers.remove_party(world.handler, dossier, jan.client_id)
    dossiers.change(world.handler, dossier, description="Andere zaak", status="archived")
    assert [(row.description, row.status) for row in dossiers.list(world.handler)] == [("Andere zaak", "archived")]
    assert dossiers.get(world.handler, dossier).dossier.version == 2
