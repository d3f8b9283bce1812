"""The journey with a back office that is only HTTP: it calls the office API, and is told by webhooks (AP-6, WH-2).

All of it is real: a portal on disk, a server of either host, a receiver on loopback, and a client with an app.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from queue import SimpleQueue
from socket import socket
from typing import Any

import attrs
import httpx2
import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from klantportaal import OfficeActor, OfficeProfile, Portal, Settings, WebhookSettings, embedded
from klantportaal.adapters.mail.memory import MemorySender
from tests.hosts.office_api import secret
from tests.support import running_hosts
from tests.support.receivers import OK, Received, running
from tests.usecases.world import PDF

EMAIL, PASSWORD = "jan@example.nl", "Klaproos-4-Dijkhuis"
REFUSED = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"
ANSWER = b"%PDF-1.7\nhandtekening\n" + bytes(range(256)) * 2000
"""The client's file, of half a megabyte."""


@attrs.define
class BackOffice:
    """The software of an office, in whatever language: what it receives, and what it does not believe."""

    secret: str = ""
    events: SimpleQueue[Any] = attrs.field(factory=SimpleQueue)
    refused: int = 0

    def receive(self, connection: socket, received: Received) -> None:
        """Verify a webhook and keep its event, or refuse it."""
        try:
            event = Webhook(self.secret).verify(received.body, dict(received.headers))
        except WebhookVerificationError:
            self.refused += 1
            connection.sendall(REFUSED)
        else:
            self.events.put(event)
            connection.sendall(OK)

    def told(self, kind: str) -> Mapping[str, Any]:
        """Give the data of the next event, which is of a type."""
        event = self.events.get(timeout=30)
        assert event["type"] == f"klantportaal.{kind}"
        data: Mapping[str, Any] = event["data"]
        return data


@attrs.frozen
class Desk:
    """A portal with one office, and the mails that it sent."""

    portal: Portal
    office: OfficeActor
    mail: MemorySender

    def dispatch(self) -> None:
        """Send what is due, as a worker does: mails and webhooks."""
        self.portal.background.dispatcher.run_once()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A portal in a folder, which sends webhooks to this machine."""
    mail, settings = MemorySender(), Settings(webhooks=WebhookSettings(networks=("127.0.0.0/8",)))
    with closing(embedded.portal(tmp_path / "portal", mail=mail, pepper=b"p" * 32, settings=settings)) as portal:
        profile = OfficeProfile(name="Kantoor", contact_address="info@kantoor.nl")
        office = portal.offices.ensure("kantoor", "https://example.nl/portaal", profile)
        yield Desk(portal, OfficeActor(office_id=office, handler="mr. A. de Wit"), mail)


def _session(place: str, token: str) -> httpx2.Client:
    return httpx2.Client(base_url=place, headers={"Authorization": f"Bearer {token}"}, timeout=60)


def _made(answer: httpx2.Response) -> Any:
    assert answer.status_code < 400, answer.text
    return answer.json() if answer.content else None


@pytest.mark.parametrize("host", running_hosts.HOSTS)
def test_the_journey(host: str, desk: Desk) -> None:
    """OF-1, WH-2: it invites and publishes, is told of the client's answer, and fetches the answer's file."""
    back_office, key = BackOffice(), secret(desk.portal, desk.office)
    with (
        running(back_office.receive) as receiver,
        running_hosts.HOSTS[host](desk.portal) as place,
        _session(f"{place}{running_hosts.OFFICE}", key) as api,
    ):
        types = ["account.activated", "document.downloaded", "message.sent"]
        hook = _made(api.post("/webhooks", json={"url": f"http://127.0.0.1:{receiver.port}/hook", "types": types}))
        back_office.secret = hook["secret"]
        dossier, client, document = _publish(api)
        desk.dispatch()

        _answer(f"{place}{running_hosts.CLIENT}", desk, dossier)
        desk.dispatch()
        assert back_office.told("account.activated")["account_id"]
        assert back_office.told("document.downloaded")["document_id"] == document
        told = back_office.told("message.sent")
        assert (told["dossier_id"], told["client_id"]) == (dossier, client)

        assert _made(api.get(f"/clients/{client}"))["external_id"] == "K-1042"
        (row,) = _made(api.get(f"/messages/{told['message_id']}"))["messages"]
        assert (row["message"]["subject"], row["client_name"]) == ("Getekend", "Jan Jansen")
        (attachment,) = row["attachments"]
        fetched = api.get(f"/submissions/{attachment['id']}/file")
        assert (fetched.status_code, fetched.content) == (200, ANSWER)
        assert api.post(f"/messages/{told['message_id']}/handle").status_code == 204
        assert _made(api.get("/messages"))["items"] == []
        deliveries = _made(api.get(f"/webhooks/{hook['webhook_id']}/deliveries"))["items"]
        assert [(each["state"], each["status"]) for each in deliveries] == [("delivered", 204)] * 3
    assert (back_office.refused, back_office.events.empty()) == (0, True)


def _publish(api: httpx2.Client) -> tuple[str, str, str]:
    """Invite a client, open a dossier, and publish a document."""
    new = {"kind": "person", "name": "Jan Jansen", "email": EMAIL, "external_id": "K-1042"}
    client = _made(api.post("/clients", json=new, headers={"Idempotency-Key": "K-1042"}))["client_id"]
    opened = {"number": "2026-017", "description": "Levering woning", "parties": [client]}
    dossier = _made(api.post("/dossiers", json=opened))["id"]
    data = f'{{"kind": "document", "title": "Concept akte", "for_clients": ["{client}"]}}'
    parts: dict[str, Any] = {"data": (None, data), "file": ("akte.pdf", PDF, "application/pdf")}
    return dossier, client, _made(api.post(f"/dossiers/{dossier}/documents", files=parts))["id"]


def _answer(place: str, desk: Desk, dossier: str) -> None:
    """Choose a password, download the document, and answer with a signed file, as a client with an app."""
    with httpx2.Client(base_url=place, timeout=60) as visitor:
        assert visitor.post("/password-links", json={"address": EMAIL}).status_code == 204
        desk.dispatch()
        token = next(found[1] for each in desk.mail.sent if (found := re.search(r"/wachtwoord/([\w-]{43})", each.text)))
        chosen = {"token": token, "password": PASSWORD, "repeated": PASSWORD, "app": "Telefoon"}
        tokens = _made(visitor.post("/password", json=chosen))["tokens"]
    with _session(place, tokens["access_token"]) as phone:
        own = f"/accounts/{_made(phone.get('/session'))['account_id']}"
        (document,) = _made(phone.get(f"{own}/dossiers/{dossier}/documents?kind=document"))["items"]
        assert phone.get(f"{own}/dossiers/{dossier}/documents/{document['id']}/file").content == PDF
        place = f"{own}/dossiers/{dossier}/drafts/{_made(phone.post(f'{own}/drafts'))['id']}"
        file = {"file": ("akte, getekend.pdf", ANSWER, "application/pdf")}
        staged = _made(phone.post(f"{place}/files", files=file))
        text = {"subject": "Getekend", "body": "Hierbij de getekende akte."}
        _made(phone.post(f"{place}/send", json={"text": text, "files": {staged["id"]: staged["name"]}}))
