"""Connections of clients that break halfway, through gunicorn and uvicorn, on both databases."""

import re
import time
from contextlib import closing
from pathlib import Path

import attrs
import pytest

from klantportaal.domain.documents import DocumentKind, Publication
from klantportaal.domain.requests import ItemState, NewItem, NewRequest
from klantportaal.domain.uploads import MEBIBYTE
from klantportaal.domain.values import DocumentId, ItemId, RequestId
from klantportaal.ports.files import BLOCK
from tests.faults.hosting import HOSTS, Client, hosted
from tests.faults.load import Place
from tests.hosts.browsers import SEAL, Upload, multipart
from tests.support.effort import ENDLESS

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(12 * BLOCK)
"""More than the buffers between a host and a client hold, so a host cannot send it to a client that reads a little."""
SCAN = Upload(name="scan.pdf", content=b"%PDF-1.7 scan " + b"x" * 70_000)
DEED = Upload(name="akte.pdf", content=b"%PDF-1.7 akte " + b"y" * 3 * MEBIBYTE)
BROKEN_LOOKS = 3


# ------------------------------------------------------------------ looking
def publish(place: Place) -> DocumentId:
    """Publish the picture."""
    with place.opened() as (portal, actor):
        publication = Publication(kind=DocumentKind.DOCUMENT, title="Foto", for_clients=frozenset({actor.client_id}))
        return portal.office.documents.publish(
            place.desk, place.dossier_id, publication, name="foto.png", blocks=[PICTURE]
        )


def marks(place: Place) -> tuple[bool, bool, int]:
    """Tell whether the picture was looked at, and downloaded, and how many looks the trail has that count."""
    with place.opened() as (portal, actor):
        (row,) = portal.client.dossiers.documents(actor, place.dossier_id, DocumentKind.DOCUMENT)
        looks, taken_back = (
            len(portal.office.audit.entries(place.desk, what=what, size=100))
            for what in ("DocumentLookedAt", "LookTakenBack")
        )
        return row.looked_at is not None, row.downloaded_at is not None, looks - taken_back


@pytest.mark.parametrize("host", HOSTS)
def test_looks(host: str, database: str, tmp_path: Path) -> None:
    """NW-3, DC-2: a look that breaks off marks nothing; one that is given whole marks the document once."""
    with hosted(host, database, tmp_path / "files") as (_running, client):
        path = f"documenten/{publish(client.place)}/inhoud"
        for _each in range(BROKEN_LOOKS):
            connection, answer = client.ask("GET", path)
            assert (answer.status, answer.read(BLOCK)) == (200, PICTURE[:BLOCK])
            answer.close()
            connection.close()
            assert marks(client.place) == (False, False, 0)
        connection, answer = client.ask("GET", path)
        with closing(connection):
            assert answer.read() == PICTURE
        assert marks(client.place) == (True, False, 1)


# ------------------------------------------------------------------ delivering
@attrs.frozen(kw_only=True)
class Asked:
    """An item that the office asks for, and its form as a browser without script has it open."""

    client: Client
    request_id: RequestId
    item_id: ItemId
    fields: dict[str, str]

    @classmethod
    def of(cls, client: Client) -> "Asked":
        """Ask for an item, and open its form."""
        place = client.place
        with place.opened() as (portal, actor):
            new = NewRequest(subject="Stukken", items=[NewItem(title="Paspoort", files=5)])
            request_id = portal.office.requests.make(place.desk, place.dossier_id, actor.client_id, new)
            item_id = portal.client.requests.get(actor, request_id).request.items[0].id
        connection, answer = client.ask("GET", f"/verzoeken/{request_id}/stukken/{item_id}")
        with closing(connection):
            page = answer.read().decode()
        (form,) = (part for part in page.split("<form")[1:] if 'name="delivery"' in part.partition("</form>")[0])
        fields = {name: re.findall(rf'name="{name}" value="([^"]+)"', form)[0] for name in (SEAL, "delivery")}
        return cls(client=client, request_id=request_id, item_id=item_id, fields={**fields, "note": "", "reason": ""})

    def send(self, *, only: int | None = None, read: bool = True) -> int | None:
        """Send the form with both files: the whole of it, or a part of it. Return the status, if the answer is read."""
        kind, body = multipart(self.fields, [SCAN, DEED])
        path = f"/verzoeken/{self.request_id}/stukken/{self.item_id}"
        with closing(self.client.begin("POST", path, len(body), kind=kind)) as connection:
            connection.send(body[:only])
            if only is not None:
                self._wait_for_a_file()
                return None
            if not read:
                assert connection.sock.recv(1)  # The portal has done its work, and nobody reads what it says.
                return None
            return connection.getresponse().status

    def _wait_for_a_file(self) -> None:
        """Wait until the host has stored the first file."""
        folder, deadline = self.client.place.files, time.monotonic() + ENDLESS
        assert isinstance(folder, Path)
        while not any(each.stat().st_size == len(SCAN.content) for each in folder.glob("[0-9a-f]*/*")):
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def delivered(self) -> tuple[ItemState, list[list[str]], dict[str, bytes], int]:
        """Give the state of the item, the names of each delivery, the files that stand delivered, and the receipts."""
        place = self.client.place
        with place.opened() as (portal, actor):
            item = portal.client.requests.get(actor, self.request_id).request.item(self.item_id)
            rows = portal.client.dossiers.submissions(actor, place.dossier_id)
            contents = {
                row.name: b"".join(portal.client.dossiers.download_submission(actor, place.dossier_id, row.id).blocks)
                for row in rows
            }
            assert len(contents) == len(rows)
            names = [[file.name for file in delivery.files] for delivery in item.deliveries]
            return item.state, names, contents, len({row.receipt_id for row in rows})


@pytest.mark.parametrize("host", HOSTS)
def test_deliveries(host: str, database: str, tmp_path: Path) -> None:
    """RQ-2, RQ-4, AT-5: a delivery that breaks off delivers nothing; sent again, also twice, it is delivered once."""
    whole = (
        ItemState.DELIVERED,
        [["scan.pdf", "akte.pdf"]],
        {SCAN.name: SCAN.content, DEED.name: DEED.content},
        1,
    )
    with hosted(host, database, tmp_path / "files") as (_running, client):
        asked = Asked.of(client)
        asked.send(only=2 * MEBIBYTE)
        assert asked.delivered() == (ItemState.OPEN, [], {}, 0)
        asked.send(read=False)
        assert asked.delivered() == whole
        assert asked.send() == 303
        assert asked.delivered() == whole
