"""Who has to do something in a dossier, and since when (PG-2). It is worked out from what is open, never typed in.

What is open: questionnaires, requests, messages of the client that the office has neither answered nor handled, and a
third party that the office names. Each party of a dossier has its own answer, of its own things.

- What the client can do comes first: as long as it has something to do, it is told so.
- Then the office: a third party that it names never hides what it owes itself.
- Then the third party.
"""

import enum
from collections.abc import Collection, Iterable
from datetime import date, datetime

import attrs

from klantportaal.domain.auditing import By
from klantportaal.domain.boundary import checked
from klantportaal.domain.dossiers import PartiesChange
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.events import (
    DeliveryTakenBack,
    DocumentsRequested,
    Event,
    ItemAccepted,
    ItemDelivered,
    ItemNotApplicable,
    ItemReturned,
    MessageHandled,
    MessageReceived,
    MessageSent,
    MessageTakenBack,
    PartyAdded,
    QuestionnaireAssigned,
    QuestionnaireCompleted,
    QuestionnaireWithdrawn,
    RequestItemAdded,
    RequestItemWithdrawn,
    RequestWithdrawn,
    ThirdPartyAwaited,
    ThirdPartyCleared,
)
from klantportaal.domain.requests import one_line, title_faults
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import ClientId, DossierId, Texts


class WaitingFor(enum.StrEnum):
    """Who has to do something."""

    CLIENT = "client"
    OFFICE = "office"
    THIRD_PARTY = "third_party"


@attrs.frozen(kw_only=True, field_transformer=checked)
class WaitingThing:
    """One thing of a party that waits for its client or for the office."""

    whom: WaitingFor
    since: datetime
    due_on: date | None = None
    """The last day, in the office's time zone."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class ThirdParty:
    """Whom the office waits for, beside its client: a bank, a registry."""

    name: Texts
    since: datetime
    """When the office named it."""
    expected_on: date | None = None


@attrs.frozen(kw_only=True, field_transformer=checked)
class Waiting:
    """Who has to do something for a party of a dossier, and since when."""

    whom: WaitingFor
    since: datetime
    """When the first of the things began to wait."""
    count: int
    """How many things wait: questionnaires, requests and messages. 1 for a third party."""
    due_on: date | None = None
    """The first due date of what waits for the client, or when the third party is expected to have done it."""
    third_party: Texts | None = None
    """Its name. None for others."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class OpenInParty:
    """What is open for a party of a dossier, and what storage keeps of it."""

    things: tuple[WaitingThing, ...]
    third_party: ThirdParty | None
    kept: Waiting | None
    """What was kept last."""


def waiting_in(things: Collection[WaitingThing], third_party: ThirdParty | None) -> Waiting | None:
    """Work out who has to do something for a party, from what is open. None if nothing is."""
    for whom in (WaitingFor.CLIENT, WaitingFor.OFFICE):
        if theirs := [each for each in things if each.whom is whom]:
            due = (each.due_on for each in theirs if each.due_on is not None)
            since = min(each.since for each in theirs)
            return Waiting(whom=whom, since=since, count=len(theirs), due_on=min(due, default=None))
    if third_party is None:
        return None
    return Waiting(
        whom=WaitingFor.THIRD_PARTY,
        since=third_party.since,
        count=1,
        due_on=third_party.expected_on,
        third_party=third_party.name,
    )


def await_third_party(
    name: str | Texts,
    *,
    dossier_id: DossierId,
    client_ids: Collection[ClientId] | None,
    parties: frozenset[ClientId],
    expected_on: date | None,
    today: date,
    at: datetime,
) -> tuple[ThirdParty, ThirdPartyAwaited]:
    """Name whom the office waits for, to some parties of a dossier. None means all of them.

    Raises:
        Refused: the name is missing, too long, or not in both languages; the day has passed; or a client is no party.
    """
    found = [*title_faults(name, "name"), *_party_faults(client_ids, parties)]
    if expected_on is not None and expected_on < today:
        found.append(Fault(code=FaultCode.DATE_PASSED, field="expected_on"))
    if found:
        raise Refused(found)
    fact = ThirdPartyAwaited(dossier_id=dossier_id, client_ids=_chosen(client_ids, parties), at=at)
    return ThirdParty(name=one_line(name), since=at, expected_on=expected_on), fact


def clear_third_party(
    *, dossier_id: DossierId, client_ids: Collection[ClientId] | None, parties: frozenset[ClientId], at: datetime
) -> ThirdPartyCleared:
    """Wait no longer for a third party, for some parties of a dossier. None means all of them.

    Raises:
        Refused: a client is no party.
    """
    if found := list(_party_faults(client_ids, parties)):
        raise Refused(found)
    return ThirdPartyCleared(dossier_id=dossier_id, client_ids=_chosen(client_ids, parties), at=at)


def _party_faults(client_ids: Collection[ClientId] | None, parties: frozenset[ClientId]) -> Iterable[Fault]:
    if client_ids is not None and not client_ids:
        yield Fault(code=FaultCode.MISSING, field="clients")
    if not parties.issuperset(client_ids or ()):
        yield Fault(code=FaultCode.NOT_A_PARTY, field="clients")


def _chosen(client_ids: Collection[ClientId] | None, parties: frozenset[ClientId]) -> tuple[ClientId, ...]:
    return tuple(sorted(parties if client_ids is None else set(client_ids)))


def whose_changed(fact: Event, by: By) -> PartiesChange | None:
    """Give the parties for whom an event may change who has to do something. None if it changes nothing of that."""
    match fact:
        case ThirdPartyAwaited() | ThirdPartyCleared():
            return PartiesChange(dossier_id=fact.dossier_id, client_ids=fact.client_ids)
        case (
            PartyAdded()
            | QuestionnaireAssigned()
            | QuestionnaireWithdrawn()
            | DocumentsRequested()
            | RequestItemAdded()
            | RequestItemWithdrawn()
            | RequestWithdrawn()
            | ItemAccepted()
            | ItemReturned()
            | MessageReceived()
            | MessageHandled()
            | MessageTakenBack()
        ):
            return PartiesChange(dossier_id=fact.dossier_id, client_ids=(fact.client_id,))
        case QuestionnaireCompleted() | ItemDelivered() | ItemNotApplicable() | DeliveryTakenBack() | MessageSent():
            return PartiesChange(dossier_id=fact.dossier_id, client_ids=(_client_of(by),))
        case _:
            return None


def _client_of(by: By) -> ClientId:
    """Give the client that acts."""
    if not isinstance(by, Actor):
        raise TypeError(f"only a client does this, not {type(by).__name__}")
    return by.client_id
