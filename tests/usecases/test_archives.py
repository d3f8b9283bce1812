"""The archive of a dossier: everything that a party may see, as one ZIP file (NW-4)."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import suppress
from datetime import datetime, timedelta
from io import BytesIO
from zipfile import ZipFile, is_zipfile

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.domain.archives import CHECKSUMS
from klantportaal.domain.auditing import By
from klantportaal.domain.documents import DocumentKind, DocumentState, Publication, StoredFile
from klantportaal.domain.errors import Absent, FaultCode, FileDamaged, PortalError, Refused, Unavailable
from klantportaal.domain.messages import Message, MessageText
from klantportaal.domain.requests import DocumentRequest, NewItem, NewRequest
from klantportaal.domain.sessions import Actor, OfficeActor
from klantportaal.domain.values import DocumentId, DossierId, FileKey, ItemId, Language, MessageId, RequestId, day
from klantportaal.ports.files import BLOCK
from klantportaal.ports.storage import Storage
from klantportaal.usecases.shared import opening
from klantportaal.usecases.shared.archiving import Archive
from klantportaal.usecases.shared.downloading import Download, Downloads
from klantportaal.usecases.shared.recording import Recorder
from tests.usecases.histories import SMALL
from tests.usecases.progress_template import TEMPLATE
from tests.usecases.test_quarantine import Scene
from tests.usecases.world import PDF, World, in_blocks

EVENTS = ("ArchiveBegan", "ArchiveDownloaded", "ArchiveTakenBack")
TEXTS = ("Inhoud.html", "Contents.html", CHECKSUMS)


def files(archive: Archive) -> dict[str, bytes]:
    """Take an archive to its end. Return its files."""
    return opened(b"".join(archive.blocks))


def opened(content: bytes) -> dict[str, bytes]:
    """Open a ZIP file, and check every CRC."""
    with ZipFile(BytesIO(content)) as archive:
        names = archive.namelist()
        assert len(names) == len(set(names))
        return {name: archive.read(name) for name in names}


def taken(world: World, actor: Actor, dossier: DossierId) -> dict[str, bytes]:
    """Take the archive of a client."""
    return files(world.portal.client.dossiers.archive(actor, dossier))


def downloaded(world: World, actor: Actor, dossier: DossierId) -> Counter[bytes]:
    """Download every file that the pages of a dossier offer."""
    calls = world.portal.client.dossiers
    found = [
        calls.download(actor, dossier, row.id)
        for kind in DocumentKind
        for row in calls.documents(actor, dossier, kind)
        if row.state is DocumentState.AVAILABLE
    ]
    found += [calls.download_submission(actor, dossier, row.id) for row in calls.submissions(actor, dossier)]
    return Counter(b"".join(each.blocks) for each in found)


def subjects(world: World, actor: Actor, dossier: DossierId) -> Counter[str]:
    """List the subjects of all messages that a client sees."""
    return Counter(row.subject for row in world.portal.client.dossiers.messages(actor, dossier))


def checked(found: dict[str, bytes]) -> dict[str, bytes]:
    """Check an archive by its list of checksums, as ``sha256sum`` does. Return the files of clients and messages."""
    lines = [line for line in found[CHECKSUMS].decode().splitlines() if not line.startswith("#")]
    listed = {line[66:]: line[:64] for line in lines}
    assert listed == {name: hashlib.sha256(data).hexdigest() for name, data in found.items() if name != CHECKSUMS}
    return {name: data for name, data in found.items() if name not in TEXTS}


# ------------------------------------------------------------------ what is in it
@attrs.frozen(kw_only=True)
class Story:
    """What happens in a dossier: a number for each act, of which the rest follows."""

    acts: tuple[tuple[int, int], ...]


ACTS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 11)), max_size=14).map(lambda acts: Story(acts=tuple(acts)))


def tell(world: World, dossier: DossierId, parties: list[Actor], story: Story) -> None:
    """Let the acts of a story happen."""
    office, client = world.portal.office, world.portal.client
    documents: list[DocumentId] = []
    world.publish_questionnaire(SMALL)
    for number, (act, which) in enumerate(story.acts):
        party, content = parties[which % len(parties)], PDF + bytes([number])
        some = frozenset({party.client_id, parties[which // 4].client_id})
        kind = list(DocumentKind)[which % 2]
        if act in {0, 1}:
            publication = Publication(kind=kind, title=f"Stuk {number}", for_clients=some)
            name = ("akte.pdf", "Akte.PDF", "CON.pdf")[which % 3]
            blocks = iter([content])
            documents.append(office.documents.publish(world.handler, dossier, publication, name=name, blocks=blocks))
        elif act == 2 and documents:
            office.documents.withdraw(world.handler, documents.pop(which % len(documents)), "vergissing <b>")
        elif act == 3 and documents:
            old = documents.pop(which % len(documents))
            documents.append(office.documents.replace(world.handler, old, name="nieuw.pdf", blocks=iter([content])))
        elif act == 4:
            world.write_to(dossier, party, f"Vraag {number % 3}", "Klopt <dit>?")
        elif act == 6:
            item = NewItem(title=f"Stuk {number}", explanation="Beide\nkanten.", required=which % 3 > 0)
            asked = NewRequest(subject=f"Stukken {number % 3}", items=[item] * (1 + which % 2))
            office.requests.make(world.handler, dossier, party.client_id, asked)
        elif act in {7, 8}:
            with suppress(Refused, Absent):
                answer(world, party, dossier, which, content) if act == 7 else decide(world, party, dossier, which)
        elif act == 9:
            asked_id = office.questionnaires.assign(world.handler, dossier, party.client_id, "klein")
            if which % 3:
                world.complete(party, asked_id, {"een": {"naam": "Jan"}})
                world.deliver()  # The PDF of the answers is made in the background.
        else:
            draft = client.messages.new_draft()
            client.attachments.stage(party, dossier, draft, name="bijlage.pdf", blocks=iter([content]))
            client.messages.send(party, dossier, draft, MessageText(subject=f"Antwoord {number % 3}", body="Ja."))
        world.later(seconds=which)


def item_of(world: World, actor: Actor, dossier: DossierId, which: int) -> tuple[RequestId, ItemId]:
    """Choose an item of a request. Raises: Absent, if there is none."""
    rows = world.portal.client.requests.list(actor, dossier)
    if not rows:
        raise Absent("request")
    request = world.portal.client.requests.get(actor, rows[which % len(rows)].id).request
    return request.id, request.items[which % len(request.items)].id


def answer(world: World, actor: Actor, dossier: DossierId, which: int, content: bytes) -> None:
    """Let a client deliver for an item, declare that it does not apply, or take a delivery back."""
    calls, (request_id, item_id) = world.portal.client.requests, item_of(world, actor, dossier, which)
    delivery_id = calls.new_delivery()
    match which % 4:
        case 0:
            calls.declare_not_applicable(actor, request_id, item_id, delivery_id, "Wij <huren>.")
        case 1:
            standing = calls.get(actor, request_id).request.item(item_id).deliveries
            calls.take_back(actor, request_id, item_id, standing[-1].id if standing else delivery_id)
        case _:
            calls.stage(actor, request_id, item_id, name="stuk.pdf", blocks=iter([content]))
            calls.deliver(actor, request_id, item_id, delivery_id, note="Zie\nblad 2.")


def decide(world: World, actor: Actor, dossier: DossierId, which: int) -> None:
    """Let the office accept, return or withdraw an item."""
    calls, (request_id, item_id) = world.portal.office.requests, item_of(world, actor, dossier, which)
    match which % 4:
        case 0:
            calls.accept_item(world.handler, request_id, item_id)
        case 1:
            calls.withdraw_item(world.handler, request_id, item_id, "Vergissing.")
        case _:
            calls.return_item(world.handler, request_id, item_id, "Te <vaag>.")


def receipts(world: World, actor: Actor, dossier: DossierId) -> list[tuple[str, ...]]:
    """List what each receipt says that the pages of a dossier lead to, in order."""
    calls = world.portal.client
    ids = {row.receipt_id for row in calls.dossiers.submissions(actor, dossier) if row.receipt_id is not None}
    views = [calls.receipts.get(actor, dossier, id) for id in ids]
    files = ([text for file in view.receipt.files for text in (file.name, file.sha256)] for view in views)
    return [(view.receipt.delivered_by, *found, view.url) for view, found in zip(views, files, strict=True)]


def waiting(world: World, actor: Actor, dossier: DossierId) -> list[str]:
    """List the subjects of the questionnaires that wait for a client, newest first."""
    actions = world.storage.read.open_actions(actor, dossier)
    return [action.subject[Language.DUTCH] for action in reversed(actions)]


def named(index: bytes) -> list[str]:
    """List the subjects of the open questionnaires that an index page in Dutch names."""
    parts = index.decode().split("<h3>Openstaande vragenlijsten</h3>")[1:]
    return [subject for part in parts for subject in re.findall(r"<tr>\s+<td>(.+?)</td>", part.partition("<h3>")[0])]


def asked_texts(world: World, actor: Actor, dossier: DossierId) -> Counter[tuple[str, ...]]:
    """List every text of each request that the pages of a dossier lead to, in order."""
    calls = world.portal.client.requests
    requests = [calls.get(actor, row.id).request for row in calls.list(actor, dossier)]
    return Counter(tuple(_texts(request)) for request in requests)


def _texts(request: DocumentRequest) -> Generator[str, None, None]:
    yield request.subject[Language.DUTCH]
    for item in request.items:
        yield item.title[Language.DUTCH]
        yield from item.explanation[Language.DUTCH].splitlines()
        for delivery in item.deliveries:
            yield from ("stuk" for _file in delivery.files)
            yield from delivery.note.splitlines()
            yield delivery.returned.reason if delivery.returned else ""
        yield item.withdrawn.reason if item.withdrawn else ""


def has_all(text: str, wanted: tuple[str, ...]) -> bool:
    """Tell whether a text has some others, in their order."""
    lines = iter(text.splitlines())
    return all(any(each in line for line in lines) for each in wanted if each)


@settings(max_examples=20)
@given(ACTS)
def test_an_archive_has_what_its_party_may_see(story: Story) -> None:
    """NW-4: an account's archive has exactly what its pages show; the office's has that of each party in a folder."""
    world = World()
    jan, piet = world.onboard(), world.onboard("piet@example.nl", name="Piet/Pietersen.")
    extra = world.extra_account(jan, "extra@example.nl")
    dossier = world.dossier(jan, piet)
    tell(world, dossier, [jan, piet, extra], story)
    own: dict[str, list[bytes]] = {}
    for actor, folder in ((jan, "Jan Jansen/"), (extra, ""), (piet, "Piet_Pietersen/")):
        whole = taken(world, actor, dossier)
        assert named(whole["Inhoud.html"]) == waiting(world, actor, dossier)
        found = checked(whole)
        requests = [data.decode() for name, data in found.items() if name.startswith("Verzoeken om stukken/")]
        wanted = [*asked_texts(world, actor, dossier).elements()]
        assert len(requests) == len(wanted)
        assert all(any(has_all(text, each) for text in requests) for each in wanted)
        messages = {name: data.decode() for name, data in found.items() if name.startswith("Berichten/")}
        pdfs = Counter(data for name, data in found.items() if name.endswith((".pdf", ".PDF")))
        assert pdfs == downloaded(world, actor, dossier)
        proofs = [data.decode() for name, data in found.items() if name.startswith("Ontvangstbewijzen/")]
        told = receipts(world, actor, dossier)
        assert len(proofs) == len(told)
        assert all(any(has_all(text, each) for text in proofs) for each in told)
        assert len(found) == pdfs.total() + len(proofs) + len(requests) + len(messages)
        said = Counter(text.splitlines()[0].removeprefix("Onderwerp: ") for text in messages.values())
        assert said == subjects(world, actor, dossier)
        assert folder or sorted(found.values()) == own["Jan Jansen/"]
        own[folder] = sorted(found.values())
    everything = files(world.portal.office.dossiers.archive(world.handler, dossier))
    assert named(everything["Inhoud.html"]) == [*waiting(world, jan, dossier), *waiting(world, piet, dossier)]
    whole = checked(everything)
    for folder in ("Jan Jansen/", "Piet_Pietersen/"):
        assert sorted(data for name, data in whole.items() if name.startswith(folder)) == own[folder]
    assert all(name.startswith(("Jan Jansen/", "Piet_Pietersen/")) for name in whole)


def test_folders_and_index(world: World, jan: Actor) -> None:
    """NW-4: a folder for each tab in the client's language, and an index in both, escaped and without script."""
    dossier = world.dossier(jan, description="<script>alert(1)</script>")
    world.publish(dossier, jan)
    gone = world.publish(dossier, jan, kind=DocumentKind.CORRESPONDENCE)
    world.portal.office.documents.withdraw(world.handler, gone, "Fout <img src=x>")
    world.publish(dossier, jan, kind=DocumentKind.CORRESPONDENCE)
    draft = world.portal.client.messages.new_draft()
    world.portal.client.attachments.stage(jan, dossier, draft, name="a&b.pdf", blocks=[PDF])
    world.portal.client.messages.send(jan, dossier, draft, MessageText(subject="Vraag: 1/2?", body="Zie <bijlage>."))
    sent_at = "2026-01-05 10.00"
    names = list(taken(world, jan, dossier))
    assert names == [
        "Correspondentie/Concept akte.pdf",
        "Documenten/Concept akte.pdf",
        "Door mij aangeleverd/a&b.pdf",
        f"Ontvangstbewijzen/{sent_at} Ontvangstbewijs.txt",
        f"Berichten/{sent_at} Vraag_ 1_2_.txt",
        *TEXTS,
    ]
    found = taken(world, attrs.evolve(jan, language=Language.ENGLISH), dossier)
    assert {name.partition("/")[0] for name in found} == {
        "Correspondence",
        "Documents",
        "Submitted by me",
        "Receipts",
        "Messages",
        *TEXTS,
    }
    for page, link in (("Inhoud.html", "Contents.html"), ("Contents.html", "Inhoud.html")):
        html = found[page].decode()
        assert "<script" not in html
        assert "<img" not in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
        assert "Fout &lt;img src=x&gt;" in html
        assert f'href="{link}"' in html
        assert 'href="Submitted%20by%20me/a%26b.pdf"' in html
    text = found[f"Messages/{sent_at} Vraag_ 1_2_.txt"].decode()
    assert "Zie <bijlage>." in text
    assert text.endswith("- Submitted by me/a&b.pdf\n")


ASKED_TEXT = """\
Stukken <voor> de levering
Gevraagd door mr. A. de Wit op 5 jan 2026 10:00
Status: wacht op u

1. Paspoort (teruggestuurd)
   Beide kanten.
   In kleur.
   Uiterlijk 19 januari 2026
   Aangeleverd door Jan Jansen op 5 jan 2026 10:00:
   - Door mij aangeleverd/pas (2).pdf
   Toelichting:
   > Zie blad 2.
   Teruggestuurd door mr. A. de Wit op 5 jan 2026 10:00:
   > Onleesbaar.

2. Taxatie (niet verplicht, niet van toepassing)
   Niet van toepassing, volgens Jan Jansen op 5 jan 2026 10:00:
   > Wij huren.

3. Akte (goedgekeurd)
   Aangeleverd door Jan Jansen op 5 jan 2026 10:00:
   - Door mij aangeleverd/pas.pdf
   Goedgekeurd door mr. A. de Wit op 5 jan 2026 10:00

4. Polis (niet meer nodig)
   Ingetrokken door mr. A. de Wit op 5 jan 2026 10:00:
   > Hebben wij al.
"""


RECEIPT_TEXT = """\
Ontvangstbewijs voor dossier 2026-001
Klant: Jan Jansen
Aangeleverd door Jan Jansen op 5 jan 2026 10:00

Aangeleverde bestanden:
1. pas.pdf
   Grootte: 10 kB
   SHA-256: {sha256}

Wie dit ontvangstbewijs heeft, kan op dit adres controleren of een bestand precies zo is aangeleverd. Inloggen is niet \
nodig:
{url}
"""


def ask(world: World, actor: Actor, dossier: DossierId) -> RequestId:
    """Ask for four documents, of which each is answered or decided in another way."""
    office, client = world.portal.office.requests, world.portal.client.requests
    due_on = day(world.clock.now()) + timedelta(days=14)
    items = [
        NewItem(title="Paspoort", explanation="Beide kanten.\nIn kleur.", due_on=due_on),
        NewItem(title="Taxatie", required=False),
        NewItem(title="Akte"),
        NewItem(title="Polis"),
    ]
    new = NewRequest(subject="Stukken <voor> de levering", items=items)
    id = office.make(world.handler, dossier, actor.client_id, new)
    passport, valuation, deed, policy = client.get(actor, id).request.items
    for item, note in ((passport, "Zie blad 2."), (deed, "")):
        client.stage(actor, id, item.id, name="pas.pdf", blocks=in_blocks(PDF))
        client.deliver(actor, id, item.id, client.new_delivery(), note=note)
    client.declare_not_applicable(actor, id, valuation.id, client.new_delivery(), "Wij huren.")
    office.return_item(world.handler, id, passport.id, "Onleesbaar.")
    office.accept_item(world.handler, id, deed.id)
    office.withdraw_item(world.handler, id, policy.id, "Hebben wij al.")
    return id


def test_requests_and_receipts(world: World, jan: Actor) -> None:
    """NW-4, RQ-1 to RQ-4: each request is a text with what was delivered and decided; each receipt is one, too."""
    dossier = world.dossier(jan)
    id = ask(world, jan, dossier)
    found = taken(world, jan, dossier)
    assert found["Verzoeken om stukken/2026-01-05 10.00 Stukken _voor_ de levering.txt"].decode() == ASKED_TEXT
    row = next(each for each in world.portal.client.dossiers.submissions(jan, dossier) if each.name == "pas.pdf")
    assert row.receipt_id is not None
    url = world.portal.client.receipts.get(jan, dossier, row.receipt_id).url
    proofs = [data.decode() for name, data in found.items() if name.startswith("Ontvangstbewijzen/")]
    assert len(proofs) == 2
    assert RECEIPT_TEXT.format(sha256=hashlib.sha256(PDF).hexdigest(), url=url) in proofs
    assert b"Stukken &lt;voor&gt; de levering" in found["Inhoud.html"]
    assert b"wacht op u" in found["Inhoud.html"]
    assert b"waiting for you" in found["Contents.html"]
    english = taken(world, attrs.evolve(jan, language=Language.ENGLISH), dossier)
    receipts = [data for name, data in english.items() if name.startswith("Receipts/")]
    assert [b"Submitted by Jan Jansen on 5 Jan 2026 10:00" in data for data in receipts] == [True, True]
    text = english["Requests for documents/2026-01-05 10.00 Stukken _voor_ de levering.txt"].decode()
    declared = "Marked as not applicable by Jan Jansen on 5 Jan 2026 10:00:"
    assert f"2. Taxatie (optional, not applicable)\n   {declared}" in text
    line = world.portal.office.audit.entries(world.handler, what="ArchiveDownloaded")[0]
    assert json.loads(line.entry.which)["request_ids"] == [str(id)]


def test_open_questionnaires_are_in_the_index(world: World, jan: Actor) -> None:
    """NW-4, QU-1: the index names each questionnaire that waits, in its language; an ended one, and answers, are not.

    The answers so far are not in the archive either.
    """
    dossier, calls = world.dossier(jan), world.portal.office.questionnaires
    world.publish_questionnaire(SMALL)
    completed, withdrawn = (calls.assign(world.handler, dossier, jan.client_id, "klein") for _each in range(2))
    world.complete(jan, completed, {"een": {"naam": "Jan"}})
    calls.withdraw(world.handler, withdrawn)
    world.ask(jan, dossier, due_on=day(world.clock.now()) + timedelta(days=14))
    found = taken(world, jan, dossier)
    assert named(found["Inhoud.html"]) == waiting(world, jan, dossier) != []
    for page, words in (
        ("Inhoud.html", ("5 jan 2026 10:00", "19 januari 2026", "wacht op u", "zodra de vragenlijst is voltooid")),
        ("Contents.html", ("5 Jan 2026 10:00", "19 January 2026", "waiting for you", "once it is completed")),
    ):
        text = found[page].decode()
        assert [word for word in words if word not in text] == []


def test_a_request_in_an_archive_is_seen_and_opened(world: World, jan: Actor) -> None:
    """NW-4, RM-1, RQ-3: the client's archive counts a request as seen; what the office's has is not taken back."""
    dossier, calls = world.dossier(jan), world.portal.client.requests
    id = ask(world, jan, dossier)
    asked = world.portal.office.requests.make(
        world.handler, dossier, jan.client_id, NewRequest(subject="Nog iets", items=[NewItem(title="Stuk")])
    )
    valuation = calls.get(jan, id).request.items[1]
    assert valuation.may_take_back(valuation.deliveries[0])
    taken(world, jan, dossier)
    assert calls.get(jan, asked).request.seen_at == world.clock.now()
    for _twice in range(2):
        files(world.portal.office.dossiers.archive(world.handler, dossier))
    with pytest.raises(Refused) as refused:
        calls.take_back(jan, id, valuation.id, valuation.deliveries[0].id)
    assert [each.code for each in refused.value.faults] == [FaultCode.DELIVERY_OPENED]
    assert world.audit().count("DeliveryOpened") == 3


def test_the_steps_are_in_the_index(world: World, jan: Actor) -> None:
    """NW-4, PG-1: the index has the steps of the dossier in its language, with what is done and since when."""
    dossier = world.dossier(jan)
    assert b"Voortgang" not in taken(world, jan, dossier)["Inhoud.html"]
    template = world.portal.office.progress.publish_template(world.handler, json.dumps(TEMPLATE)).template
    world.portal.office.progress.follow(world.handler, dossier, template)
    pages = taken(world, jan, dossier), files(world.portal.office.dossiers.archive(world.handler, dossier))
    for found in pages:
        assert "bezig, sinds 5 januari 2026" in found["Inhoud.html"].decode()
        assert "under way, since 5 January 2026" in found["Contents.html"].decode()


def test_many_rows(world: World, jan: Actor) -> None:
    """NW-4: a list of several pages is in the archive to its end."""
    dossier = world.dossier(jan)
    for _number in range(201):
        world.write_to(dossier, jan)
    found = taken(world, jan, dossier)
    assert sum(name.startswith("Berichten/") for name in found) == 201


# ------------------------------------------------------------------ what is not there
def test_a_damaged_file(world: World, jan: Actor) -> None:
    """NW-4, DC-4: in place of a damaged file is a text that says so; index and checksums say it; it is not marked."""
    dossier = world.dossier(jan)
    sound = world.publish(dossier, jan, content=PDF)
    [key] = world.files.contents
    world.publish(dossier, jan, content=PDF * 60)  # Of several blocks: its damage is found by reading it to the end.
    world.files.contents.update({each: PDF * 59 + bytes(len(PDF)) for each in world.files.contents if each != key})
    found = taken(world, jan, dossier)
    assert found["Documenten/Concept akte (2).pdf"] == PDF
    assert b"beschadigd" in found["Documenten/Concept akte.pdf.txt"]
    assert "Documenten/Concept akte.pdf" not in found
    assert b"# Documenten/Concept akte.pdf: Het bestand" in found[CHECKSUMS]
    assert b"beschadigd, zit er niet in" in found["Inhoud.html"]
    assert b"damaged, not included" in found["Contents.html"]
    checked(found)
    marked = {row.id for row in documents(world, jan, dossier) if row.downloaded_at}
    assert marked == {sound}


def documents(world: World, actor: Actor, dossier: DossierId):  # type: ignore[no-untyped-def]
    """List the documents of a client."""
    return world.portal.client.dossiers.documents(actor, dossier, DocumentKind.DOCUMENT)


def test_a_file_that_is_damaged_meanwhile(world: World, jan: Actor) -> None:
    """NW-4, DC-4: a file that is changed after it was verified breaks the archive off: it never comes whole."""
    dossier = world.dossier(jan)
    world.publish(dossier, jan, content=PDF)
    taken(world, jan, dossier)
    [key] = world.files.contents
    world.files.contents[key] = PDF[:-1] + b"x"  # Within the minutes in which it counts as verified.
    assert broken_off(world, jan, dossier, FileDamaged)
    assert told(world) == ["ArchiveBegan", "ArchiveDownloaded", "ArchiveBegan"]


def broken_off(world: World, actor: Actor, dossier: DossierId, error: type[PortalError]) -> bool:
    """Take an archive that is broken off. Tell whether what came does not open as a ZIP file."""
    archive = world.portal.client.dossiers.archive(actor, dossier)
    content = bytearray()
    with pytest.raises(error):
        content.extend(byte for block in archive.blocks for byte in block)
    return not is_zipfile(BytesIO(content))


def test_what_is_taken_away_meanwhile(world: World, jan: Actor, piet: Actor) -> None:
    """NW-4, DC-3: a document that is withdrawn, and a party that is removed, while an archive is sent: it is told."""
    dossier = world.dossier(jan, piet)
    last = world.publish(dossier, jan)
    world.publish(dossier, jan, content=PDF * 200)
    world.write_to(dossier, jan)
    ask(world, jan, dossier)
    archive = world.portal.client.dossiers.archive(jan, dossier)
    sent = next(archive.blocks)
    world.portal.office.documents.withdraw(world.handler, last, "vergissing")
    found = opened(sent + b"".join(archive.blocks))
    assert b"verwijderd" in found["Documenten/Concept akte (2).pdf.txt"]
    archive = world.portal.client.dossiers.archive(jan, dossier)
    world.portal.office.dossiers.remove_party(world.handler, dossier, jan.client_id)
    found = files(archive)
    assert [name for name in found if name.endswith(".pdf")] == []
    texts = ("Berichten/", "Ontvangstbewijzen/", "Verzoeken om stukken/")
    there = {name: data.decode() for name, data in found.items() if name.startswith(texts)}
    assert {name.partition("/")[0] + "/" for name in there} == set(texts)
    assert [name for name, text in there.items() if "verwijderd" not in text] == []
    with pytest.raises(Absent):
        taken(world, jan, dossier)


# ------------------------------------------------------------------ what is taken back (ME-6)
SENT = MessageText(subject="Geheim", body="Van de cliënt.")


def send(world: World, actor: Actor, dossier: DossierId) -> MessageId:
    """Let a client send a message with a file."""
    calls, draft = world.portal.client, world.portal.client.messages.new_draft()
    calls.attachments.stage(actor, dossier, draft, name="pas.pdf", blocks=in_blocks(PDF))
    return calls.messages.send(actor, dossier, draft, SENT)


def test_what_is_in_an_archive_is_not_taken_back(world: World, jan: Actor) -> None:
    """NW-4, ME-6: a message in the other side's archive counts as read or opened, so it cannot be taken back."""
    dossier = world.dossier(jan)
    client, office = world.portal.client, world.portal.office
    inbound, outbound = world.write_to(dossier, jan, "Geheim"), send(world, jan, dossier)
    own = taken(world, jan, dossier)
    files(office.dossiers.archive(world.handler, dossier))
    assert len([name for name in own if "Geheim" in name]) == 2
    acts: list[Callable[[], object]] = [
        lambda: client.messages.take_back(jan, dossier, outbound),
        lambda: office.messages.take_back(world.handler, inbound),
    ]
    for take_back in acts:
        with pytest.raises(Refused) as refused:
            take_back()
        assert [each.code for each in refused.value.faults] == [FaultCode.MESSAGE_SEEN]
    files(office.dossiers.archive(world.handler, dossier))
    assert (world.audit().count("MessageOpened"), world.audit().count("MessageRead")) == (1, 1)


def test_a_message_with_several_files_is_opened_once(world: World, jan: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """ME-6: The office's archive opens a message once, however many files it has, and has all of them."""
    dossier, calls, opened_ids = world.dossier(jan), world.portal.client, list[MessageId]()
    draft = calls.messages.new_draft()
    for number in range(3):
        calls.attachments.stage(jan, dossier, draft, name=f"{number}.pdf", blocks=in_blocks(PDF + bytes([number])))
    sent = calls.messages.send(jan, dossier, draft, SENT)
    open_message = opening.open_message

    def counting(
        storage: Storage, recorder: Recorder, actor: OfficeActor, message_id: MessageId, *, at: datetime
    ) -> Message:
        opened_ids.append(message_id)
        return open_message(storage, recorder, actor, message_id, at=at)

    monkeypatch.setattr(opening, "open_message", counting)
    archived = files(world.portal.office.dossiers.archive(world.handler, dossier))
    assert sorted(name[-5:] for name in archived if "aangeleverd/" in name) == ["0.pdf", "1.pdf", "2.pdf"]
    assert opened_ids == [sent]


def test_own_messages_in_an_archive(world: World, jan: Actor) -> None:
    """NW-4, ME-6: its own messages in a side's archive mark nothing: it takes them back afterwards."""
    dossier = world.dossier(jan)
    client, office = world.portal.client, world.portal.office
    inbound, outbound = world.write_to(dossier, jan), send(world, jan, dossier)
    taken(world, jan, dossier)
    client.messages.take_back(jan, dossier, outbound)
    second = world.write_to(dossier, jan)
    files(office.dossiers.archive(world.handler, dossier))
    office.messages.take_back(world.handler, second)
    with pytest.raises(Refused):
        office.messages.take_back(world.handler, inbound)


@pytest.mark.parametrize("when", ["before", "meanwhile", "while its file is read"])
def test_what_was_taken_back(world: World, jan: Actor, piet: Actor, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    """NW-4, ME-6: a message that is taken back before its turn is listed in no archive with its text or its file."""
    dossier = world.dossier(jan, piet)
    client, office = world.portal.client, world.portal.office
    inbound, outbound = world.write_to(dossier, jan, "Geheim", "Van het kantoor."), send(world, jan, dossier)

    def take_back() -> None:
        with suppress(Refused):  # The second time.
            client.messages.take_back(jan, dossier, outbound)
        with suppress(Refused):
            office.messages.take_back(world.handler, inbound)

    verified = Downloads.verified

    def late(self: Downloads, file: StoredFile, by: By) -> Download:
        found = verified(self, file, by)
        take_back()
        return found

    if when == "before":
        take_back()
    archives = [office.dossiers.archive(world.handler, dossier), client.dossiers.archive(jan, dossier)]
    if when == "meanwhile":
        take_back()
    elif when == "while its file is read":
        monkeypatch.setattr(Downloads, "verified", late)
    for archive, text in zip(archives, ("Van de cliënt.", "Van het kantoor."), strict=True):
        found = checked(files(archive))
        assert PDF not in found.values()
        assert not any(text.encode() in data for data in found.values())
    assert not {"MessageOpened", "MessageRead"} & set(world.audit())


# ------------------------------------------------------------------ on record before the last block
def told(world: World) -> list[str]:
    """Tell what the trail has about archives."""
    return [what for what in world.audit() if what in EVENTS]


@pytest.fixture
def large(world: World, jan: Actor) -> tuple[DossierId, DocumentId]:
    """A dossier with a document of several blocks."""
    dossier = world.dossier(jan)
    return dossier, world.publish(dossier, jan, content=PDF * 200)


def is_marked(world: World, jan: Actor, dossier: DossierId) -> bool:
    """Tell whether the document is marked as downloaded."""
    return documents(world, jan, dossier)[0].downloaded_at is not None


def test_marks_come_before_the_last_block(world: World, jan: Actor, large: tuple[DossierId, DocumentId]) -> None:
    """NW-4, DC-2: the marks and their entry are committed when the last block is given, and not before."""
    dossier, document = large
    archive = world.portal.client.dossiers.archive(jan, dossier)
    archive.begin()
    content = b""
    for block in archive.blocks:
        content += block
        is_last = b"PK\x05\x06" in block
        assert len(block) <= BLOCK + 4096 + 70_000
        assert is_marked(world, jan, dossier) is is_last
        assert told(world) == ["ArchiveBegan", "ArchiveDownloaded"][: 1 + is_last]
    archive.close()
    assert told(world) == ["ArchiveBegan", "ArchiveDownloaded"]
    [line] = world.portal.office.audit.entries(world.handler, what="ArchiveDownloaded")
    which = json.loads(line.entry.which)
    assert (which["dossier_id"], which["document_ids"]) == (str(dossier), [str(document)])
    assert line.entry.account_id == jan.account_id
    [begun] = world.portal.office.audit.entries(world.handler, what="ArchiveBegan")
    assert json.loads(begun.entry.which)["archive_id"] == which["archive_id"]
    assert opened(content)["Documenten/Concept akte.pdf"] == PDF * 200


def test_the_index_says_what_a_file_answers(world: World, jan: Actor) -> None:
    """NW-4, RQ-2: the index says for which request and item a file was delivered, for the client and the office."""
    dossier, calls = world.dossier(jan), world.portal.client.requests
    asked = NewRequest(subject="Stukken <hypotheek>", items=[NewItem(title="Loonstrook")])
    request = world.portal.office.requests.make(world.handler, dossier, jan.client_id, asked)
    item = calls.get(jan, request).request.items[0].id
    calls.stage(jan, request, item, name="stuk.pdf", blocks=[PDF])
    calls.deliver(jan, request, item, calls.new_delivery())
    office = files(world.portal.office.dossiers.archive(world.handler, dossier))
    for found in (taken(world, jan, dossier), office):
        assert "Verzoek: Stukken &lt;hypotheek&gt;, Loonstrook" in found["Inhoud.html"].decode()
        assert "Request: Stukken &lt;hypotheek&gt;, Loonstrook" in found["Contents.html"].decode()


def test_few_blocks_are_held_at_once(world: World, jan: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """NW-4: verifying and sending a file of many blocks holds no more than a few of them at once."""
    dossier = world.dossier(jan)
    world.publish(dossier, jan, content=PDF + bytes(64 * BLOCK))
    held, most, passed = 0, 0, 0

    class Block(bytes):
        """A block that tells when it is let go."""

        def __del__(self) -> None:
            nonlocal held
            held -= 1

    read = world.files.read

    def noted(key: FileKey, *, start: int = 0) -> Generator[bytes, None, None]:
        nonlocal held, most, passed
        for block in read(key, start=start):
            held, passed = held + 1, passed + 1
            most = max(most, held)
            yield Block(block)

    monkeypatch.setattr(world.files, "read", noted)
    for _block in world.portal.client.dossiers.archive(jan, dossier).blocks:
        assert held <= 3
    assert passed >= 2 * 64  # Verified first, and then sent.
    assert (held, most <= 3) == (0, True)


def test_an_archive_that_is_broken_off(world: World, jan: Actor, large: tuple[DossierId, DocumentId]) -> None:
    """NW-4: an archive that is broken off marks nothing; if only its last block is not sent, that is taken back."""
    dossier, _document = large
    archive = world.portal.client.dossiers.archive(jan, dossier)
    count = len(list(archive.blocks))
    world.later(minutes=1)
    for taken_blocks, expected in (
        (0, []),
        (1, ["ArchiveBegan"]),
        (count - 1, ["ArchiveBegan"]),
        (count, list(EVENTS)),
    ):
        other = world.extra_account(jan, f"extra{taken_blocks}@example.nl")
        before = len(told(world))
        archive = world.portal.client.dossiers.archive(other, dossier)
        for _number in range(taken_blocks):
            next(archive.blocks)
        archive.close()
        archive.close()
        assert told(world)[before:] == expected
        assert not is_marked(world, other, dossier)
    assert is_marked(world, jan, dossier)


class Failing(MemoryStorage):
    """A storage that begins no unit of work while it fails."""

    is_failing = False

    def begin(self, *, flushed: bool = True):  # type: ignore[no-untyped-def]
        """Fail, or begin."""
        if self.is_failing:
            raise Unavailable
        return super().begin(flushed=flushed)


def test_an_end_that_cannot_be_recorded(caplog: pytest.LogCaptureFixture) -> None:
    """NW-4, DC-2: the last block never comes without its record; a record that cannot be taken back is logged."""
    storage = Failing()
    world = World(storage=storage)
    jan = world.onboard()
    dossier = world.dossier(jan)
    world.publish(dossier, jan)
    archive = world.portal.client.dossiers.archive(jan, dossier)
    archive.begin()
    storage.is_failing = True
    content = bytearray()
    with pytest.raises(Unavailable):
        content.extend(byte for block in archive.blocks for byte in block)
    assert not is_zipfile(BytesIO(content))
    with pytest.raises(Unavailable):
        world.portal.client.dossiers.archive(jan, dossier).begin()
    storage.is_failing = False
    archive = world.portal.client.dossiers.archive(jan, dossier)
    while b"PK\x05\x06" not in next(archive.blocks):
        pass
    storage.is_failing = True
    archive.close()
    [record] = [each for each in caplog.records if each.name.endswith("shared.archiving")]
    assert "was not sent, and it still counts: Unavailable" in record.getMessage()


def test_close_of_something_that_cannot() -> None:
    """NW-4: an archive whose blocks have no ``close`` method can be closed too."""
    Archive(name="dossier.zip", blocks=iter([b"x"]), begin=lambda: None).close()


def test_the_offices_archive_is_in_the_trail(world: World, jan: Actor, large: tuple[DossierId, DocumentId]) -> None:
    """NW-4: the office's archive marks nothing; its entries name the handler and each document."""
    dossier, document = large
    archive = world.portal.office.dossiers.archive(world.handler, dossier, language=Language.ENGLISH)
    assert archive.name == "dossier 2026-001.zip"
    for _block in archive.blocks:
        pass
    archive = world.portal.office.dossiers.archive(world.handler, dossier)
    while b"PK\x05\x06" not in next(archive.blocks):
        pass
    archive.close()
    assert told(world) == ["ArchiveBegan", "ArchiveDownloaded", *EVENTS]
    assert not is_marked(world, jan, dossier)
    line = world.portal.office.audit.entries(world.handler, what="ArchiveDownloaded")[0]
    assert json.loads(line.entry.which)["document_ids"] == [str(document)]
    assert line.entry.handler == world.handler.handler


def test_a_file_in_quarantine() -> None:
    """NW-4, AT-3: a file that was not scanned yet is not in the archive: a text says so. The office's has no more."""
    scene = Scene()
    scene.stage()
    scene.send()
    scene.publish()
    for archive in (
        scene.client.dossiers.archive(scene.jan, scene.dossier),
        scene.office.dossiers.archive(scene.world.handler, scene.dossier),
    ):
        found = files(archive)
        assert PDF not in found.values()
        (note,) = (data for name, data in found.items() if name.endswith("pas.pdf.txt"))
        assert b"nog niet op virussen gecontroleerd" in note
        assert not any("akte" in name for name in found)
        checked(found)
    scene.work()
    assert list(taken(scene.world, scene.jan, scene.dossier).values()).count(PDF) == 2
