"""Marking what a client sent as opened, before the office gets it: deliveries (RQ-3) and messages (ME-6)."""

from datetime import datetime

import attrs

from klantportaal.domain import messages, request_decisions
from klantportaal.domain.errors import Absent
from klantportaal.domain.messages import Message
from klantportaal.domain.requests import DocumentRequest
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import MessageId, RequestId, SubmissionId
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.retries import once_more


@once_more
def open_file(
    storage: Storage,
    recorder: Recorder,
    actor: OfficeActor,
    *,
    request_id: RequestId,
    submission_id: SubmissionId,
    at: datetime,
) -> None:
    """Mark the delivery of a file as opened. From then on the client cannot take it back.

    Raises:
        Absent: the office has no such request, or the file was taken back.
    """
    with storage.begin() as uow:
        opened, fact = request_decisions.open_file(uow.requests.take(actor.office_id, request_id), submission_id, at=at)
        if fact is not None:
            uow.requests.mark(opened)
            recorder.record(uow, actor, fact)
            uow.commit()


@once_more
def open_declarations(
    storage: Storage, recorder: Recorder, actor: OfficeActor, request_id: RequestId, *, at: datetime
) -> DocumentRequest:
    """Give a request, of which the declarations that an item does not apply then count as opened. Raises: Absent."""
    with storage.begin() as uow:
        request = uow.requests.take(actor.office_id, request_id)
        opened, facts = request_decisions.open_declarations(request, at=at)
        if facts:
            uow.requests.mark(opened)
            recorder.record(uow, actor, *facts)
            uow.commit()
    return opened


@once_more
def open_message(
    storage: Storage, recorder: Recorder, actor: OfficeActor, message_id: MessageId, *, at: datetime
) -> Message:
    """Mark a message as opened. From then on the client cannot take it back.

    Raises:
        Absent: the office has no such message, or it was taken back.
    """
    with storage.begin() as uow:
        message = uow.messages.take(actor.office_id, message_id)
        if message.taken_back_at is not None:
            raise Absent("message")
        opened = opened_message(uow, recorder, actor, message, at=at)
        uow.commit()
    return opened


def opened_message(
    uow: UnitOfWork, recorder: Recorder, actor: OfficeActor, message: Message, *, at: datetime
) -> Message:
    """Mark a message that was taken from the unit of work as opened, if it is a client's and is not yet."""
    marked = messages.open_by_office(message, handler=actor.handler, at=at)
    if marked is None:
        return message
    opened, fact = marked
    uow.messages.save(opened)
    recorder.record(uow, actor, fact)
    return attrs.evolve(opened, version=opened.version + 1)
