"""What a client may see of a dossier, as its pages list it, to the end of each list (NW-4)."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from klantportaal.domain.archives import OpenQuestionnaire
from klantportaal.domain.documents import DocumentKind
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DocumentId, DossierId, MessageId, RequestId
from klantportaal.ports.reading import ActionKey, DocumentRow, Reading, SubmissionKey
from klantportaal.usecases.client.messages import Messages
from klantportaal.usecases.client.receipts import Receipts
from klantportaal.usecases.client.requests import Requests
from klantportaal.usecases.shared.archive_members import PartyContents

AT_ONCE = 200
"""The number of rows that are read at once."""
Row = TypeVar("Row")
Id = TypeVar("Id", DocumentId, SubmissionKey, ActionKey, RequestId, MessageId)


def own_contents(
    read: Reading, actor: Actor, dossier_id: DossierId, *, messages: Messages, requests: Requests, receipts: Receipts
) -> PartyContents:
    """Give all that a client may see in a dossier.

    A message that is given counts as read: from then on the office cannot take it back (ME-6). A request then counts
    as seen (RM-1).
    """
    some_submissions = partial(read.submissions, actor, dossier_id, size=AT_ONCE)
    some_requests = partial(read.requests, actor, dossier_id, size=AT_ONCE)
    some_questionnaires = partial(read.open_actions, actor, dossier_id, size=AT_ONCE)
    some_messages = partial(read.messages, actor, dossier_id, size=AT_ONCE)
    questionnaires = _every(lambda last: some_questionnaires(after=last), lambda row: row.key)
    return PartyContents(
        name=actor.client_name,
        documents=[row for kind in DocumentKind for row in _documents(read, actor, dossier_id, kind)],
        submissions=_every(lambda last: some_submissions(after=last), lambda row: row.key),
        requests=_every(lambda last: some_requests(after=last), lambda row: row.id),
        questionnaires=[
            OpenQuestionnaire(subject=row.subject, assigned_at=row.assigned_at, due_on=row.due_on)
            for row in sorted(questionnaires, key=lambda row: (row.assigned_at, row.id), reverse=True)
        ],
        messages=_every(lambda last: some_messages(after=last), lambda row: row.id),
        document_file=partial(read.document_file, actor, dossier_id),
        submission_file=partial(read.submission_file, actor, dossier_id),
        open_submission=lambda _id: None,  # It is the client's own.
        receipt=lambda id: receipts.get(actor, dossier_id, id).receipt,
        request=lambda id: requests.open(actor, id).request,
        message=partial(messages.read, actor, dossier_id),
    )


def _documents(read: Reading, actor: Actor, dossier_id: DossierId, kind: DocumentKind) -> Sequence[DocumentRow]:
    some = partial(read.documents, actor, dossier_id, kind, size=AT_ONCE)
    return _every(lambda last: some(after=last), lambda row: row.id)


def _every(some: Callable[[Id | None], Sequence[Row]], id_of: Callable[[Row], Id]) -> Sequence[Row]:
    """Read a list to its end. *some* gives the rows after a position, and at first those at the beginning."""
    rows = [*some(None)]
    while rows and (more := some(id_of(rows[-1]))):
        rows += more
    return rows
