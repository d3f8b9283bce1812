"""The audit trail: who did what to which object, when and from where (SI-5). Append-only, without secrets."""

import json
from datetime import datetime

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.events import Event
from klantportaal.domain.idempotency import ApiActor
from klantportaal.domain.sessions import Actor, OfficeActor, Visitor
from klantportaal.domain.values import AccountId, ClientId, EntryId, OfficeId, PersonId, plain_line

NETWORK_ADDRESS_LIMIT = 100
"""In characters. An IPv6 address has at most 45, and a zone adds some more."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class Background:
    """The portal itself, for changes that are made neither by a visitor, nor by a person, nor by a case handler."""

    office_id: OfficeId


By = Actor | OfficeActor | Visitor | Background
"""Who did it."""


@attrs.frozen(kw_only=True)
class Entry:
    """One entry of the trail."""

    id: EntryId
    office_id: OfficeId
    at: datetime
    what: str
    """The event's class name, such as ``DocumentDownloaded``."""
    which: str
    """The event's fields as JSON: ids and codes. ``api_key`` is the id of the API key with which it was done."""
    person_id: PersonId | None
    account_id: AccountId | None
    client_id: ClientId | None
    handler: str | None
    """The case handler's name, if the office did it."""
    network_address: str | None
    signature: bytes = b""
    """A keyed digest over all other fields (``signing.sign``). An entry that is stored has one, of 40 bytes."""


def entry(event: Event, by: By, *, id: EntryId) -> Entry:
    """Make the entry of an event. It is not signed yet."""
    which = {name: value for name, value in attrs.asdict(event, recurse=False).items() if name != "at"}
    if isinstance(by, ApiActor):
        which["api_key"] = by.key_id
    return Entry(
        id=id,
        office_id=by.office_id,
        at=event.at,
        what=type(event).__name__,
        which=json.dumps(which, default=_text, sort_keys=True),
        person_id=by.person_id if isinstance(by, Actor) else None,
        account_id=by.account_id if isinstance(by, Actor) else None,
        client_id=by.client_id if isinstance(by, Actor) else None,
        handler=plain_line(by.handler) if isinstance(by, OfficeActor) else None,
        network_address=_whence(by),
    )


def _whence(by: By) -> str | None:
    """Give the network address, cleaned and shortened: the host may take it from a header, which can hold any text."""
    if not isinstance(by, (Actor, Visitor)) or by.network_address is None:
        return None
    return plain_line(by.network_address)[:NETWORK_ADDRESS_LIMIT]


def _text(value: object) -> str:
    return str(value)
