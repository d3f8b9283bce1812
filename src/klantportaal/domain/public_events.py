"""Public events: what happened, as an office's own software is told of it (EV-1).

They are a closed set, apart from the events of the trail: those are of the portal, and change with it. A public event
has ids and words of the portal. It never has contents, names, addresses or numbers of telephones.
"""

import enum
from collections.abc import Mapping, Sequence
from datetime import datetime

import attrs

from klantportaal.domain import events
from klantportaal.domain.auditing import By
from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.office_notices import Arrival
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AccountId, ClientId, DossierId, EventId, OfficeId, PersonId
from klantportaal.domain.waiting import Waiting


class EventType(enum.StrEnum):
    """The types of public events. A name never changes."""

    ACCOUNT_ACTIVATED = "account.activated"
    """A person signed in, and may act for an account for the first time. Ids: ``person_id``, ``account_id``."""
    SIGN_IN_BLOCKED = "sign_in.blocked"
    """A password or code was not compared, because of too many attempts. Once a minute for each origin (SI-2).

    Ids: ``person_id``, or "" if nobody has the address. ``step`` is ``password``, ``code`` or ``confirmation``.
    """
    MESSAGE_SENT = "message.sent"
    """A client sent a message. Ids: ``message_id``, ``client_id``, ``account_id``."""
    MESSAGE_TAKEN_BACK = "message.taken_back"
    """A client took back its message. Ids as of ``message.sent``."""
    ITEM_DELIVERED = "item.delivered"
    """A client delivered files for an item of a request.

    Ids: ``request_id``, ``item_id``, ``delivery_id``, ``client_id``, ``account_id``.
    """
    ITEM_NOT_APPLICABLE = "item.not_applicable"
    """A client declared that an item of a request does not apply. Ids as of ``item.delivered``."""
    DELIVERY_TAKEN_BACK = "delivery.taken_back"
    """A client took back what it delivered. Ids as of ``item.delivered``."""
    QUESTIONNAIRE_COMPLETED = "questionnaire.completed"
    """A client completed a questionnaire. Ids: ``assignment_id``, ``client_id``, ``account_id``."""
    DOCUMENT_LOOKED_AT = "document.looked_at"
    """A client looked at a document. Ids: ``document_id``, ``client_id``, ``account_id``."""
    DOCUMENT_DOWNLOADED = "document.downloaded"
    """A client downloaded a document whole. Ids as of ``document.looked_at``."""
    DOCUMENT_NOT_RECEIVED = "document.not_received"
    """The last block of a document could not be sent: the event before it does not count. Ids as of it."""
    ARCHIVE_DOWNLOADED = "archive.downloaded"
    """A client downloaded a dossier whole. Ids: ``archive_id``, ``client_id``, ``account_id``."""
    ARCHIVE_NOT_RECEIVED = "archive.not_received"
    """The last block of an archive could not be sent: the event before it does not count. Ids as of it."""
    WAITING_CHANGED = "waiting.changed"
    """Somebody else has to do something for a party of a dossier (PG-2).

    Ids: ``client_id``. ``waiting_for`` is ``client``, ``office``, ``third_party`` or ``nobody``.
    """
    MAIL_REFUSED = "mail.refused"
    """A mail was refused for good. Ids: ``person_id``, or "" if it is unknown. ``mail`` is the kind of the mail."""
    MAIL_BOUNCED = "mail.bounced"
    """A report came that a mail was not delivered. As of ``mail.refused``."""
    OFFICE_NOTIFIED = "office.notified"
    """A mail told the office what a client sent (OF-4). Ids: ``client_id``. ``arrival`` is what was sent."""
    WEBHOOK_DISABLED = "webhook.disabled"
    """An endpoint of webhooks was given up (WH-3). Ids: ``webhook_id``. ``failure`` is ``gone`` or ``failing``."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class EventContent:
    """What a public event says."""

    type: EventType
    dossier_id: DossierId | None = None
    """The dossier that it is about, if any."""
    data: Mapping[str, str]
    """Ids and words of the portal, by name. The type says which."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class Announcement:
    """A public event that has no place in the feed yet."""

    id: EventId
    office_id: OfficeId
    at: datetime
    content: EventContent


@attrs.frozen(kw_only=True, field_transformer=checked)
class PublicEvent:
    """A public event, in its place in the feed of the office. It is told at least once: its id tells it apart."""

    id: EventId
    office_id: OfficeId
    number: int
    """Its place in the feed of the office: 1, 2, 3 and so on, without gaps. The order is that of the commits."""
    type: EventType
    at: datetime
    dossier_id: DossierId | None
    dossier_number: int | None
    """Its place among the events of its dossier: 1, 2, 3 and so on, without gaps. None if it is about no dossier."""
    data: Mapping[str, str]
    """Ids and words of the portal, by name. The type says which."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class EventPage:
    """Some events of a feed, oldest first."""

    events: tuple[PublicEvent, ...]
    cursor: int
    """The cursor of the next page."""
    missed: int
    """How many events between the cursor that was given and the first of these are not kept any more."""


def page(events: tuple[PublicEvent, ...], *, after: int, newest: int) -> EventPage:
    """Make a page of the feed.

    Args:
        events: the events after the cursor that are kept, as many as fit.
        after: the cursor that was given.
        newest: the number of the newest event, or 0. It was read before the events were.

    Raises:
        Refused: the cursor is ahead of the feed, such as after an older backup was put back.
    """
    if events:
        return EventPage(events=events, cursor=events[-1].number, missed=events[0].number - after - 1)
    if after > newest:
        raise Refused([Fault(code=FaultCode.TOO_LARGE, field="after", params={"limit": newest})])
    return EventPage(events=(), cursor=newest, missed=newest - after)


def announced(fact: events.Event, by: By) -> Sequence[EventContent]:
    """Give what an event tells the office. Nothing, if the office did it itself, or need not know it."""
    match fact:
        case events.MailRefused() | events.MailBounced():
            return [_content(_MAILS[type(fact)], person_id=fact.person_id, mail=fact.mail)]
        case events.SignedIn():
            return [_activated(fact.person_id, each) for each in fact.activated]
        case events.AccountSwitched(is_first=True):
            return [_activated(fact.person_id, fact.account_id)]
        case (
            events.SignInRefused(throttled=True)
            | events.CodeRefused(throttled=True)
            | events.ConfirmationRefused(throttled=True)
        ):
            return [_content(EventType.SIGN_IN_BLOCKED, person_id=fact.person_id, step=_STEPS[type(fact)])]
        case events.WebhookDisabled():
            return [_content(EventType.WEBHOOK_DISABLED, webhook_id=fact.webhook_id, failure=fact.failure)]
        case _:
            found = _of_client(fact, by) if isinstance(by, Actor) else None
            return [] if found is None else [found]


def not_received(fact: events.Event, by: By) -> Sequence[EventContent]:
    """Give what is told if the last block of a document or archive could not be sent: its event does not count.

    Args:
        fact: the event of its end, as it was recorded.
        by: who asked for it.
    """
    return [attrs.evolve(each, type=_NOT_RECEIVED[each.type]) for each in announced(fact, by)]


def waiting_changed(dossier_id: DossierId, client_id: ClientId, waiting: Waiting | None) -> EventContent:
    """Give what is told if somebody else has to do something for a party of a dossier."""
    whom = "nobody" if waiting is None else waiting.whom
    return _content(EventType.WAITING_CHANGED, dossier_id, client_id=client_id, waiting_for=whom)


def office_notified(dossier_id: DossierId, client_id: ClientId, arrival: Arrival) -> EventContent:
    """Give what is told if a mail told the office what a client sent."""
    return _content(EventType.OFFICE_NOTIFIED, dossier_id, client_id=client_id, arrival=arrival)


def _of_client(fact: events.Event, by: Actor) -> EventContent | None:
    """Give what a client did."""
    whose = {"client_id": by.client_id, "account_id": by.account_id}
    match fact:
        case events.MessageSent() | events.MessageTakenBack():
            return _content(_ACTS[type(fact)], fact.dossier_id, message_id=fact.message_id, **whose)
        case events.QuestionnaireCompleted():
            return _content(_ACTS[type(fact)], fact.dossier_id, assignment_id=fact.assignment_id, **whose)
        case events.ItemDelivered() | events.ItemNotApplicable() | events.DeliveryTakenBack():
            ids = {"request_id": fact.request_id, "item_id": fact.item_id, "delivery_id": fact.delivery_id}
            return _content(_ACTS[type(fact)], fact.dossier_id, **ids, **whose)
        case events.DocumentLookedAt() | events.DocumentDownloaded():
            return _content(_ACTS[type(fact)], fact.dossier_id, document_id=fact.document_id, **whose)
        case events.ArchiveDownloaded():
            return _content(_ACTS[type(fact)], fact.dossier_id, archive_id=fact.archive_id, **whose)
        case _:
            return None


_ACTS: Mapping[type[events.Event], EventType] = {
    events.MessageSent: EventType.MESSAGE_SENT,
    events.MessageTakenBack: EventType.MESSAGE_TAKEN_BACK,
    events.QuestionnaireCompleted: EventType.QUESTIONNAIRE_COMPLETED,
    events.ItemDelivered: EventType.ITEM_DELIVERED,
    events.ItemNotApplicable: EventType.ITEM_NOT_APPLICABLE,
    events.DeliveryTakenBack: EventType.DELIVERY_TAKEN_BACK,
    events.DocumentLookedAt: EventType.DOCUMENT_LOOKED_AT,
    events.DocumentDownloaded: EventType.DOCUMENT_DOWNLOADED,
    events.ArchiveDownloaded: EventType.ARCHIVE_DOWNLOADED,
}
_NOT_RECEIVED: Mapping[EventType, EventType] = {
    EventType.DOCUMENT_LOOKED_AT: EventType.DOCUMENT_NOT_RECEIVED,
    EventType.DOCUMENT_DOWNLOADED: EventType.DOCUMENT_NOT_RECEIVED,
    EventType.ARCHIVE_DOWNLOADED: EventType.ARCHIVE_NOT_RECEIVED,
}
_MAILS: Mapping[type[events.Event], EventType] = {
    events.MailRefused: EventType.MAIL_REFUSED,
    events.MailBounced: EventType.MAIL_BOUNCED,
}
_STEPS: Mapping[type[events.Event], str] = {
    events.SignInRefused: "password",
    events.CodeRefused: "code",
    events.ConfirmationRefused: "confirmation",
}


def _activated(person_id: PersonId, account_id: AccountId) -> EventContent:
    return _content(EventType.ACCOUNT_ACTIVATED, person_id=person_id, account_id=account_id)


def _content(kind: EventType, dossier_id: DossierId | None = None, **ids: object) -> EventContent:
    """Make the content of an event. An id that is None becomes ""."""
    data = {name: "" if id is None else str(id) for name, id in ids.items()}
    return EventContent(type=kind, dossier_id=dossier_id, data=data)
