"""The form that delivers an item of a request: it adds files, delivers, or says that the item does not apply (RQ-2)."""

from collections.abc import Iterable, Mapping
from contextlib import suppress

import attrs

from klantportaal.adapters.web.forms.message import ATTACH, listed_files
from klantportaal.adapters.web.http import ids
from klantportaal.adapters.web.http.errors import Malformed
from klantportaal.adapters.web.http.form_parts import FilePart, Part, TextPart
from klantportaal.domain.errors import Absent, Fault, FaultCode, Refused, StorageFull, Unavailable
from klantportaal.domain.sessions import Actor
from klantportaal.domain.uploads import file_fault, shown_name
from klantportaal.domain.values import DeliveryId, ItemId, RequestId, UploadId
from klantportaal.portal import Portal
from klantportaal.ports.reading import UploadRow

DECLINE = "decline"
"""The value of the field ``action`` that says that the item does not apply. ``ATTACH`` only adds files."""


@attrs.frozen(kw_only=True)
class Delivering:
    """What is being delivered for an item."""

    delivery_id: DeliveryId
    note: str = ""
    reason: str = ""
    faults: tuple[Fault, ...] = ()

    @property
    def status(self) -> int:
        """The HTTP status of its page."""
        return 422 if self.faults else 200


@attrs.frozen(kw_only=True)
class Received:
    """A form that was received. Its files were staged while they streamed in."""

    fields: Mapping[str, str]
    refused: tuple[Fault, ...] = ()
    """One fault for each refused file (AT-3)."""

    def delivering(self, faults: Iterable[Fault] = ()) -> Delivering:
        """Give the form as it was typed, to show it again. Raises: Malformed, if it names no delivery."""
        return Delivering(
            delivery_id=DeliveryId(ids.draft_id(self.fields.get("delivery"))),
            note=self.fields.get("note", ""),
            reason=self.fields.get("reason", ""),
            faults=(*self.refused, *faults),
        )


def receive(portal: Portal, actor: Actor, request_id: RequestId, item_id: ItemId, parts: Iterable[Part]) -> Received:
    """Receive the form part by part. A refused file does not affect the other files.

    Raises:
        Malformed: the form is damaged.
        Absent: the client has no such request, or the request has no such item.
    """
    fields: dict[str, str] = {}
    refused: list[Fault] = []
    for part in parts:
        if isinstance(part, TextPart):
            fields.setdefault(part.name, part.value)
        elif part.name == "files" and part.file_name:
            try:
                _stage(portal, actor, request_id, item_id, part)
            except Refused as error:
                refused.extend(error.faults)
            except (StorageFull, Unavailable):  # Keep the text, even if this file is lost.
                refused.append(file_fault(FaultCode.FILE_NOT_KEPT, shown_name(part.file_name)))
    return Received(fields=fields, refused=tuple(refused))


def act(portal: Portal, actor: Actor, request_id: RequestId, item_id: ItemId, received: Received) -> Delivering | str:
    """Deliver or decline the item: give the notice. Or give the form to show again: files were added, or are faults.

    Raises:
        Absent: the client has no such request, or the request has no such item.
        Conflict: another account changed the request at the same time.
    """
    delivering, action = received.delivering(), received.fields.get("action")
    if action == ATTACH or received.refused:
        return delivering
    calls = portal.client.requests
    try:
        if action == DECLINE:
            calls.declare_not_applicable(actor, request_id, item_id, delivering.delivery_id, delivering.reason)
            return "niet-van-toepassing"
        listed = listed_files(received.fields)
        calls.deliver(actor, request_id, item_id, delivering.delivery_id, note=delivering.note, files=listed)
    except Refused as error:
        return received.delivering(error.faults)
    return "aangeleverd"


def remove(portal: Portal, actor: Actor, request_id: RequestId, upload_id: str) -> None:
    """Remove a staged file. One that is gone already is no fault: the bin was pressed twice, or in two windows.

    Raises:
        Absent: the client has no such request, or *upload_id* is no id.
    """
    removed = UploadId(ids.identity(upload_id))
    portal.client.requests.get(actor, request_id)
    with suppress(Absent):
        portal.client.requests.unstage(actor, request_id, removed)


def take_back(portal: Portal, actor: Actor, request_id: RequestId, item_id: ItemId, delivery_id: str) -> None:
    """Take a delivery back. One that is taken back already is no fault: the button was pressed twice.

    Raises:
        Absent: the client has no such request, or *delivery_id* is no id.
        Refused: the office opened or decided on it.
    """
    taken = DeliveryId(ids.identity(delivery_id))
    portal.client.requests.get(actor, request_id).request.item(item_id)
    with suppress(Absent):
        portal.client.requests.take_back(actor, request_id, item_id, taken)


def upload(portal: Portal, actor: Actor, request_id: RequestId, item_id: ItemId, parts: Iterable[Part]) -> UploadRow:
    """Stage the one file that a script sends.

    Raises:
        Malformed: there is no file.
        Refused: the file breaks a rule (AT-3), or the item takes no more files.
        Absent, StorageFull, Unavailable: see ``portal.client.requests.stage``.
    """
    for part in parts:
        if isinstance(part, FilePart) and part.name == "file" and part.file_name:
            return _stage(portal, actor, request_id, item_id, part)
    raise Malformed("there is no file")


def _stage(portal: Portal, actor: Actor, request_id: RequestId, item_id: ItemId, part: FilePart) -> UploadRow:
    return portal.client.requests.stage(actor, request_id, item_id, name=part.file_name, blocks=part.blocks)
