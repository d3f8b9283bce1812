"""Dossiers and their parties (DO-1 to DO-4)."""

import enum
from collections.abc import Iterable
from datetime import datetime

import attrs

from klantportaal.domain import external_ids
from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.events import (
    DocumentPublished,
    DocumentsRequested,
    DocumentWithdrawn,
    DossierChanged,
    DossierOpened,
    Event,
    ItemAccepted,
    ItemReturned,
    MessageHandled,
    MessageReceived,
    MessageTakenBack,
    PartyAdded,
    PartyRemoved,
    ProgressEnded,
    QuestionnaireAssigned,
    QuestionnaireRebased,
    QuestionnaireWithdrawn,
    RequestItemAdded,
    RequestItemWithdrawn,
    RequestWithdrawn,
    StepReached,
    ThirdPartyAwaited,
    ThirdPartyCleared,
)
from klantportaal.domain.offices import IN_PROGRESS, Office, StatusCode
from klantportaal.domain.progress import CurrentStep, Progress
from klantportaal.domain.values import CaseHandlerId, ClientId, DossierId, OfficeId, is_blank, plain_line, searchable

NUMBER_LIMIT = 40
DESCRIPTION_LIMIT = 200
SEARCH_LIMIT = 500
"""The length of the folded text for searching, in characters. It is limited because an index entry must be small."""


class Tab(enum.StrEnum):
    """The four tabs of an open dossier, in their order (DO-4)."""

    CORRESPONDENCE = "correspondence"
    DOCUMENTS = "documents"
    SUBMISSIONS = "submissions"
    MESSAGES = "messages"


@attrs.frozen(kw_only=True, field_transformer=checked)
class Dossier:
    """One dossier."""

    id: DossierId
    office_id: OfficeId
    number: str
    """The number that clients know. Unique within the office."""
    description: str
    status: StatusCode
    opened_at: datetime
    changed_at: datetime
    """When the office last changed the description or the status. The office's list is sorted by it."""
    handler_id: CaseHandlerId | None = None
    """The case handler whose card its clients see, if any."""
    notice_addresses: tuple[str, ...] = ()
    """Who at the office is told by mail what clients send, in place of the addresses of the office (OF-4)."""
    progress: Progress | None = None
    """The steps that it follows, if any (PG-1)."""
    version: int = 1

    @property
    def search(self) -> str:
        """The folded text that ``Zoek`` searches (DO-2)."""
        return searchable(f"{self.number} {self.description}")[:SEARCH_LIMIT]

    @property
    def step(self) -> CurrentStep | None:
        """The step that it is at, if it follows steps (PG-1)."""
        return None if self.progress is None else self.progress.at


def open_dossier(
    number: str,
    description: str,
    *,
    office: Office,
    id: DossierId,
    status: StatusCode = IN_PROGRESS,
    external_id: str | None = None,
    at: datetime,
) -> tuple[Dossier, DossierOpened]:
    """Open a dossier. Its external id is only checked.

    Raises:
        Refused: one fault for each field that breaks a rule.
    """
    number, description = plain_line(number), plain_line(description)
    faults = [
        *line_faults("number", number, NUMBER_LIMIT),
        *line_faults("description", description, DESCRIPTION_LIMIT),
        *status_faults(status, office),
        *external_ids.faults(external_id),
    ]
    if faults:
        raise Refused(faults)
    dossier = Dossier(
        id=id,
        office_id=office.id,
        number=number,
        description=description,
        status=status,
        opened_at=at,
        changed_at=at,
    )
    return dossier, DossierOpened(dossier_id=id, at=at)


def change_dossier(
    dossier: Dossier,
    *,
    office: Office,
    description: str | None = None,
    status: StatusCode | None = None,
    at: datetime,
) -> tuple[Dossier, DossierChanged]:
    """Change the description or status of a dossier. None leaves a field as it is.

    Raises:
        Refused: one fault for each field that breaks a rule.
    """
    description = dossier.description if description is None else plain_line(description)
    # A dossier may keep a status that the office has removed. Only a new status must be one of the office's own.
    status_is_wrong = () if status is None else status_faults(status, office)
    if faults := [*line_faults("description", description, DESCRIPTION_LIMIT), *status_is_wrong]:
        raise Refused(faults)
    status = dossier.status if status is None else status
    changed = attrs.evolve(dossier, description=description, status=status, changed_at=at)
    return changed, DossierChanged(dossier_id=dossier.id, status=status, at=at)


def give_handler(dossier: Dossier, handler_id: CaseHandlerId | None, *, at: datetime) -> tuple[Dossier, DossierChanged]:
    """Give a dossier a case handler, or none."""
    changed = attrs.evolve(dossier, handler_id=handler_id, changed_at=at)
    return changed, DossierChanged(dossier_id=dossier.id, status=dossier.status, at=at)


def reach(dossier: Dossier, progress: Progress, *, at: datetime) -> tuple[Dossier, StepReached]:
    """Change the steps that a dossier follows, or the one that it is at (PG-1)."""
    fact = StepReached(
        dossier_id=dossier.id,
        template=progress.template,
        revision=progress.revision,
        step=progress.current,
        reached_on=progress.reached_on,
        at=at,
    )
    return attrs.evolve(dossier, progress=progress, changed_at=at), fact


def end_progress(dossier: Dossier, *, at: datetime) -> tuple[Dossier, ProgressEnded]:
    """Let a dossier follow no steps (PG-1)."""
    return attrs.evolve(dossier, progress=None, changed_at=at), ProgressEnded(dossier_id=dossier.id, at=at)


def line_faults(field: str, text: str, limit: int) -> Iterable[Fault]:
    """Require one line of 1 to *limit* characters."""
    if is_blank(text):
        yield Fault(code=FaultCode.MISSING, field=field)
    if len(text) > limit:
        yield Fault(code=FaultCode.TOO_LONG, field=field, params={"limit": limit})


def status_faults(status: StatusCode, office: Office) -> Iterable[Fault]:
    """Require one of the office's own statuses."""
    if office.status(status) is None:
        yield Fault(code=FaultCode.UNKNOWN_STATUS, field="status")


def add_party(
    dossier: Dossier, client_id: ClientId, parties: frozenset[ClientId], *, at: datetime
) -> PartyAdded | None:
    """Make a client a party. Return None if it is one already."""
    return None if client_id in parties else PartyAdded(dossier_id=dossier.id, client_id=client_id, at=at)


def remove_party(dossier: Dossier, client_id: ClientId, parties: frozenset[ClientId], *, at: datetime) -> PartyRemoved:
    """Remove a client from the parties. From then on the dossier does not exist for that client (DO-1).

    Raises:
        Refused: it is no party, or it is the last one.
    """
    if client_id not in parties:
        raise Refused([Fault(code=FaultCode.NOT_A_PARTY, field="client")])
    if len(parties) == 1:
        raise Refused([Fault(code=FaultCode.LAST_PARTY, field="client")])
    return PartyRemoved(dossier_id=dossier.id, client_id=client_id, at=at)


@attrs.frozen(kw_only=True, field_transformer=checked)
class PartiesChange:
    """A change in a dossier that some of its parties can see (DO-2)."""

    dossier_id: DossierId
    client_ids: tuple[ClientId, ...]


def change_for_parties(fact: Event, *, by_office: bool) -> PartiesChange | None:
    """Give the parties that see what the office did. The dossier moves to the top of their lists only (DO-2).

    None for what no party sees, what clients do, and a change of the dossier itself, which all parties see.

    Args:
        fact: what was done.
        by_office: whether the office did it. Clients take back messages too.
    """
    match fact:
        case DocumentPublished() | DocumentWithdrawn() | ThirdPartyAwaited() | ThirdPartyCleared():
            return PartiesChange(dossier_id=fact.dossier_id, client_ids=fact.client_ids)
        case (
            PartyAdded()
            | MessageReceived()
            | MessageHandled()
            | QuestionnaireAssigned()
            | QuestionnaireWithdrawn()
            | QuestionnaireRebased()
            | DocumentsRequested()
            | RequestItemAdded()
            | RequestItemWithdrawn()
            | RequestWithdrawn()
            | ItemAccepted()
            | ItemReturned()
        ):
            return PartiesChange(dossier_id=fact.dossier_id, client_ids=(fact.client_id,))
        case MessageTakenBack() if by_office:
            return PartiesChange(dossier_id=fact.dossier_id, client_ids=(fact.client_id,))
        case _:
            return None
