"""The audit trail: who did what to which, when and from where (SI-5). Append-only, without secrets."""

import json
from datetime import datetime

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.events import Event
from klantportaal.domain.sessions import Actor, OfficeActor, Visitor
from klantportaal.domain.values import AccountId, ClientId, EntryId, OfficeId, plain_line

NETWORK_ADDRESS_LIMIT = 100
"""An address of IPv6 takes 45 characters, with the name of an interface some more."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class Background:
    """The portal itself, doing what follows from what others did."""

    office_id: OfficeId


By = Actor | OfficeActor | Visitor | Background
"""Who does something."""


@attrs.frozen(kw_only=True)
class Entry:
    """One line of the trail."""

    id: EntryId
    office_id: OfficeId
    at: datetime
    what: str
    """The event's class name, such as ``DocumentDownloaded``."""
    which: str
    """The event's fields as JSON: ids and codes."""
    account_id: AccountId | None
    client_id: ClientId | None
    handler: str | None
    """The case handler's name, where the office did it."""
    network_address: str | None


def entry(event: Event, by: By, *, id: EntryId) -> Entry:
    """Write an event down as a line of the trail."""
    which = {name: value for name, value in attrs.asdict(event, recurse=False).items() if name != "at"}
    return Entry(
        id=id,
        office_id=by.office_id,
        at=event.at,
        what=type(event).__name__,
        which=json.dumps(which, default=_text, sort_keys=True),
        account_id=by.account_id if isinstance(by, Actor) else None,
        client_id=by.client_id if isinstance(by, Actor) else None,
        handler=plain_line(by.handler) if isinstance(by, OfficeActor) else None,
        network_address=_whence(by),
    )


def _whence(by: By) -> str | None:
    """Say from where: what a host took from a header may hold anything."""
    if not isinstance(by, (Actor, Visitor)) or by.network_address is None:
        return None
    return plain_line(by.network_address)[:NETWORK_ADDRESS_LIMIT]


def _text(value: object) -> str:
    return str(value)
