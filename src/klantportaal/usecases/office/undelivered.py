"""Mails that did not arrive: sending them again, and reports that they bounced (OF-1, AL-6)."""

from collections.abc import Sequence
from datetime import datetime

from klantportaal.domain import outgoing
from klantportaal.domain.bounces import Bounce
from klantportaal.domain.errors import Absent
from klantportaal.domain.events import Event, MailBounced
from klantportaal.domain.outgoing import MAILS
from klantportaal.domain.values import OfficeId, TaskId
from klantportaal.ports.storage import UnitOfWork


def send_again(uow: UnitOfWork, office_id: OfficeId, mail_id: TaskId, *, at: datetime) -> Event:
    """Send a mail again as ``OfficeClients.send_mail_again`` says. Give what happened."""
    task = uow.outbox.get(office_id, mail_id)
    if task.kind not in MAILS:
        raise Absent("mail")
    again, fact = outgoing.send_again(task, at=at)
    uow.outbox.send_again(again)
    return fact


def flag(uow: UnitOfWork, office_id: OfficeId, bounce: Bounce, *, at: datetime) -> Sequence[Event]:
    """Mark the mails of a report as bounced. Give what happened; nothing if no such mail of the office was sent."""
    return [
        MailBounced(person_id=task.person_id, mail=task.kind, at=at)
        for task_id in bounce.task_ids
        for task in uow.outbox.bounce(office_id, task_id, problem=bounce.problem)
    ]
