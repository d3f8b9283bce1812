"""A client's journey through either host, with its files in a radosgw."""

import http.client
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from klantportaal import embedded
from klantportaal.adapters.files.objects import PART
from klantportaal.cli.copying import copy_files
from klantportaal.domain.documents import DocumentKind, Publication
from klantportaal.domain.values import DocumentId
from klantportaal.opening import open_files
from tests.faults.hosting import HOSTS, Client, hosted
from tests.faults.load import Place, contents, find
from tests.hosts.browsers import SEAL, Upload, multipart
from tests.support import faulty_store, s3

DOCUMENT = b"%PDF-1.7\n" + bytes(range(256)) * (3 * PART // 256)
"""Some parts and a bit."""


def send(client: Client, content: bytes, subject: str) -> tuple[int, str]:
    """Send a message with a file. Give the status and the page of the answer."""
    fields = {SEAL: client.seal, "draft": str(uuid4()), "subject": subject, "body": "Hierbij het stuk."}
    kind, body = multipart(fields, [Upload(name="stuk.pdf", content=content)])
    connection, answer = client.ask("POST", "berichten/nieuw", body, kind=kind)
    with closing(connection):
        return answer.status, answer.read().decode()


def take(client: Client, document: DocumentId, part: str = "") -> tuple[int, bytes]:
    """Download a document, or a part of it."""
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=60)
    with closing(connection):
        headers = {"Cookie": client.cookie, **({"Range": f"bytes={part}"} if part else {})}
        connection.request("GET", f"/dossiers/{client.place.dossier_id}/documenten/{document}", headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


def publish(place: Place) -> DocumentId:
    """Publish a document of several parts."""
    with place.opened() as (portal, actor):
        publication = Publication(kind=DocumentKind.DOCUMENT, title="Akte", for_clients=frozenset({actor.client_id}))
        return portal.office.documents.publish(
            place.desk, place.dossier_id, publication, name="akte.pdf", blocks=iter([DOCUMENT])
        )


@pytest.mark.parametrize("host", HOSTS)
def test_a_journey(host: str, store: s3.Store, tmp_path: Path) -> None:
    """DC-4, AT-2: what was sent and published is downloaded, in parts too, backed up, restored and verified."""
    name = uuid4()
    with hosted(host, str(tmp_path / "portal.sqlite3"), store.word()) as (_running, client):
        place = client.place
        document = publish(place)
        assert send(client, contents(name), str(name))[0] == 303
        assert take(client, document) == (200, DOCUMENT)
        first = PART - 10
        assert take(client, document, f"{first}-{first + 99}") == (206, DOCUMENT[first : first + 100])
        assert take(client, document, "-10") == (206, DOCUMENT[-10:])
    with place.opened() as (portal, _actor):
        assert portal.background.verify().holds
        assert portal.background.backup(tmp_path / "backup").is_whole
        portal.background.sweeper.run_once()
        assert portal.background.verify().files == 2
    embedded.restore(tmp_path / "backup", tmp_path / "restored")
    restored, there = tmp_path / "restored", store.word(prefix="hersteld")
    assert copy_files(open_files((restored / "files").as_uri()), open_files(there)).copied == 2
    again = Place.named(str(restored / "portal.sqlite3"), there, *place.arguments()[2:])
    assert find(again).damaged == frozenset()
    with again.opened() as (portal, _actor):
        found = portal.background.verify()
        assert (found.files, found.faults) == (2, ())
        damage(store, "hersteld/files/")
        assert len(portal.background.verify().faults) == 1


def damage(store: s3.Store, below: str) -> None:
    """Let somebody replace the last byte of a part."""
    (name, *_others) = (each for each in store.names() if each.startswith(below) and each.endswith(".000000"))
    client = store.client()
    content = client.get_object(Bucket=s3.BUCKET, Key=name)["Body"].read()
    client.put_object(Bucket=s3.BUCKET, Key=name, Body=content[:-1] + b"?")


@pytest.mark.parametrize("host", HOSTS)
def test_a_store_that_goes_away(host: str, store: s3.Store, tmp_path: Path) -> None:
    """AL-2, case 10: a client is told that its file was not kept, and nothing is listed; later it can send it."""
    content = contents(uuid4())[:9] + bytes(2 * PART)
    with faulty_store.before(store.port) as proxy:
        word = store.word(port=proxy.port, more="&retries=0")
        with hosted(host, str(tmp_path / "portal.sqlite3"), word) as (_running, client):
            proxy.plan = cut
            status, page = send(client, content, "Nu niet")
            assert (status, "kon nu niet worden bewaard" in page, store.names()) == (422, True, [])
            proxy.plan = faulty_store.no_fault
            assert send(client, content, "Nu wel")[0] == 303
    with client.place.opened() as (portal, actor):
        rows = portal.client.dossiers.messages(actor, client.place.dossier_id)
        assert [row.subject for row in rows] == ["Nu wel"]
    assert len([each for each in store.names() if "/files/" in each]) == 4


def cut(request: faulty_store.Request) -> faulty_store.Fault | None:
    """Break the connection in the second part of a file."""
    is_second = request.method == "PUT" and request.target.endswith(".000001")
    return faulty_store.CutUpload(after=PART // 2) if is_second else None
