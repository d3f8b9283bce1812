"""Making the mails to an address of the office: what clients sent and completed, and what was given up (OF-4, WH-3).

What they tell is decided when the mail is made: what the office has opened or decided on meanwhile, what a client
took back, and what the address is no longer told, is left out.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlsplit
from uuid import UUID

from klantportaal.domain.errors import Absent
from klantportaal.domain.messages import is_unopened
from klantportaal.domain.office_notices import Arrival, addresses_for
from klantportaal.domain.offices import Office
from klantportaal.domain.outgoing import Task, TaskKind
from klantportaal.domain.values import (
    ClientId,
    DeliveryId,
    DocumentId,
    DossierId,
    Language,
    MessageId,
    RequestId,
    WebhookId,
)
from klantportaal.ports.mail import Arrivals, Letter
from klantportaal.ports.storage import UnitOfWork


def office_letter(uow: UnitOfWork, office: Office, tasks: Sequence[Task]) -> Letter | None:
    """Make one letter of some tasks for one address. None if there is nothing to tell any more."""
    to, notices = tasks[0].address, office.notices
    if notices is None or to is None:
        return None
    counted: dict[tuple[DossierId, ClientId], Counter[Arrival]] = defaultdict(Counter)
    for task in tasks:
        if _is_news(uow, office, task):
            where = DossierId(UUID(task.payload["dossier"])), ClientId(UUID(task.payload["client"]))
            counted[where][Arrival(task.payload["arrival"])] += 1
    if not counted:
        return None
    return Letter(
        kind=TaskKind.OFFICE_NOTICE,
        office=office,
        language=notices.language,
        to=to,
        name=office.profile.name,
        url=notices.page,
        arrivals=tuple(
            sorted(_arrivals(uow, office, counted), key=lambda each: (each.dossier_number, each.client_name))
        ),
    )


def webhook_letter(uow: UnitOfWork, office: Office, tasks: Sequence[Task]) -> Letter | None:
    """Make the letter about an endpoint that was given up. None if the office has removed it or switched it on."""
    to, webhook = tasks[0].address, None
    with suppress(Absent):
        webhook = uow.webhooks.hold(office.id, WebhookId(UUID(tasks[0].payload["webhook"])))
    if to is None or webhook is None or webhook.failure is None:
        return None
    return Letter(
        kind=TaskKind.WEBHOOK_DISABLED,
        office=office,
        language=Language.DUTCH if office.notices is None else office.notices.language,
        to=to,
        name=office.profile.name,
        url=office.base_url if office.notices is None else office.notices.page,
        facts={"host": urlsplit(webhook.url).hostname or "", "failure": webhook.failure},
    )


def _arrivals(
    uow: UnitOfWork, office: Office, counted: dict[tuple[DossierId, ClientId], Counter[Arrival]]
) -> list[Arrivals]:
    return [
        Arrivals(
            dossier_number=uow.dossiers.get(office.id, dossier_id).number,
            client_name=uow.clients.get(office.id, client_id).name,
            counts=dict(counts),
        )
        for (dossier_id, client_id), counts in counted.items()
    ]


def _is_news(uow: UnitOfWork, office: Office, task: Task) -> bool:
    """Tell whether the address is still to be told of this."""
    dossier = uow.dossiers.get(office.id, DossierId(UUID(task.payload["dossier"])))
    if task.address not in addresses_for(office, dossier):
        return False
    thing = UUID(task.payload["thing"])
    match Arrival(task.payload["arrival"]):
        case Arrival.MESSAGES:
            return is_unopened(uow.messages.get(office.id, MessageId(thing)))
        case Arrival.DELIVERIES | Arrival.NOT_APPLICABLE:
            request = uow.requests.get(office.id, RequestId(UUID(task.payload["request"])))
            return DeliveryId(thing) in {each.id for item in request.items for each in item.unopened}
        case Arrival.REJECTED:  # Unless the office withdrew it while it waited: then it has a reason.
            return uow.documents.get(office.id, DocumentId(thing)).reason is None
        case _:  # A questionnaire that was completed stays so.
            return True
