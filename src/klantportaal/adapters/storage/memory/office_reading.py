"""Reads for the office's pages."""

from collections.abc import Callable, Sequence
from datetime import date

import attrs

from klantportaal.adapters.storage.memory import rows
from klantportaal.adapters.storage.memory.tables import Tables, owned
from klantportaal.domain.accounts import Account, AccountState, Client
from klantportaal.domain.documents import Document, StoredFile
from klantportaal.domain.messages import Direction, Message
from klantportaal.domain.outgoing import MAILS, Task, TaskState
from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.quotas import Usage
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import (
    AssignmentId,
    ClientId,
    DocumentId,
    DossierId,
    MessageId,
    SubmissionId,
    TaskId,
    searchable,
)
from klantportaal.ports.reading import (
    PAGE,
    AccountCard,
    AssignmentRow,
    ClientCard,
    ClientUsage,
    DossierKey,
    DossierRow,
    InboxRow,
    MailProblem,
    OfficeDossier,
    OfficeUsage,
    PublishedRow,
    RevisionRow,
)


@attrs.frozen(slots=False)  # MemoryReading inherits from several such classes.
class OfficeReading:
    """Reads what offices see."""

    _committed: Callable[[], Tables]

    def office_clients(
        self, actor: OfficeActor, *, search: str = "", after: ClientId | None = None, size: int = PAGE
    ) -> Sequence[ClientCard]:
        """Return clients with all their accounts."""
        tables = self._committed()
        clients = [each for each in tables.clients.values() if each.office_id == actor.office_id]
        older = [each for each in clients if after is None or each.id < after]
        found = [card for card in (_client_card(tables, each) for each in rows.newest(older)) if _matches(card, search)]
        return found[:size]

    def office_client(self, actor: OfficeActor, client_id: ClientId) -> ClientCard:
        """Return a client with its accounts."""
        tables = self._committed()
        return _client_card(tables, owned(tables.clients, actor.office_id, client_id, "client"))

    def office_dossiers(
        self, actor: OfficeActor, *, search: str = "", after: DossierKey | None = None, size: int = PAGE
    ) -> Sequence[DossierRow]:
        """Return dossiers in any status, newest change first."""
        ours = [each for each in self._committed().dossiers.values() if each.office_id == actor.office_id]
        return rows.dossiers(ours, search=search, after=after)[:size]

    def office_dossier(self, actor: OfficeActor, dossier_id: DossierId) -> OfficeDossier:
        """Return a dossier with everything in it."""
        tables = self._committed()
        dossier = owned(tables.dossiers, actor.office_id, dossier_id, "dossier")
        documents = [each for each in tables.documents.values() if each.dossier_id == dossier_id]
        messages = [each for each in tables.messages.values() if each.dossier_id == dossier_id]
        submissions = [each for each in tables.submissions.values() if each.dossier_id == dossier_id]
        assignments = [each for each in tables.assignments.values() if each.dossier_id == dossier_id]
        return OfficeDossier(
            dossier=dossier,
            parties=tuple(tables.clients[id] for id in sorted(tables.parties[dossier_id])),
            documents=tuple(_published_row(tables, each) for each in rows.newest(documents)),
            messages=tuple(_inbox_row(tables, each) for each in rows.newest(messages)),
            submissions=tuple(rows.submission(tables, each) for each in rows.newest_deliveries(submissions)),
            assignments=tuple(rows.assignment(tables, each) for each in rows.newest(assignments)),
        )

    def office_inbox(
        self, actor: OfficeActor, *, handled: bool = False, after: MessageId | None = None, size: int = PAGE
    ) -> Sequence[InboxRow]:
        """Return messages of clients, handled or not."""
        tables = self._committed()
        ours = [each for each in tables.messages.values() if each.office_id == actor.office_id]
        written = [each for each in ours if each.direction is Direction.OUTBOUND]
        asked = [each for each in written if (each.handled_at is not None) == handled]
        older = [each for each in asked if after is None or each.id < after]
        return [_inbox_row(tables, each) for each in rows.newest(older)[:size]]

    def office_document_file(self, actor: OfficeActor, document_id: DocumentId) -> StoredFile:
        """Return the file of a document in any state."""
        return owned(self._committed().documents, actor.office_id, document_id, "document").file

    def office_submission_file(self, actor: OfficeActor, submission_id: SubmissionId) -> StoredFile:
        """Return the file of a submission."""
        return owned(self._committed().submissions, actor.office_id, submission_id, "delivered file").file

    def office_revisions(self, actor: OfficeActor, *, questionnaire: str | None = None) -> Sequence[RevisionRow]:
        """Return the published revisions of one questionnaire or of all, by questionnaire, newest revision first."""
        ours = [each for each in self._committed().questionnaires.values() if each.office_id == actor.office_id]
        asked = [each for each in ours if questionnaire in (None, each.questionnaire)]
        return [rows.revision(each) for each in sorted(asked, key=lambda each: (each.questionnaire, -each.revision))]

    def office_assignments(
        self,
        actor: OfficeActor,
        *,
        dossier_id: DossierId | None = None,
        state: AssignmentState | None = None,
        after: AssignmentId | None = None,
        size: int = PAGE,
    ) -> Sequence[AssignmentRow]:
        """Return assignments, newest first."""
        tables = self._committed()
        ours = [each for each in tables.assignments.values() if each.office_id == actor.office_id]
        asked = [each for each in ours if dossier_id in (None, each.dossier_id) and state in (None, each.state)]
        older = [each for each in asked if after is None or each.id < after]
        return [rows.assignment(tables, each) for each in rows.newest(older)[:size]]

    def office_assignment(self, actor: OfficeActor, assignment_id: AssignmentId) -> AssignmentRow:
        """Return an assignment."""
        tables = self._committed()
        return rows.assignment(tables, owned(tables.assignments, actor.office_id, assignment_id, "assignment"))

    def office_usage(self, actor: OfficeActor, day: date, *, size: int = PAGE) -> OfficeUsage:
        """Return what the clients of the office sent in a day, those with most refusals and bytes first."""
        tables = self._committed()
        usages = {
            whose: sent
            for (office_id, when, whose), sent in tables.usages.items()
            if (office_id, when) == (actor.office_id, day)
        }
        sent = usages.pop(None, Usage())
        clients = [
            ClientUsage(client_id=whose, name=tables.clients[whose].name, sent=each)
            for whose, each in usages.items()
            if whose is not None
        ]
        clients.sort(key=lambda each: (-each.sent.refused, -each.sent.bytes, each.client_id))
        return OfficeUsage(day=day, sent=sent, clients=clients[:size])

    def office_mail_problems(
        self, actor: OfficeActor, *, after: TaskId | None = None, size: int = PAGE
    ) -> Sequence[MailProblem]:
        """Return mails that wait after a failure, were refused, or bounced, newest first."""
        tables = self._committed()
        tasks = sorted(
            (task for task in tables.tasks.values() if task.office_id == actor.office_id), key=lambda task: task.id
        )
        problems = [_problem(tables, task) for task in reversed(tasks) if after is None or task.id < after]
        return [problem for problem in problems if problem is not None][:size]


def _problem(tables: Tables, task: Task) -> MailProblem | None:
    """Make the mail problem of a task. None if it has none that is shown."""
    if task.problem is None or task.person_id is None or task.state is TaskState.DONE or task.kind not in MAILS:
        return None
    held = sorted((account for account, _ in tables.holdings(task.office_id, task.person_id)), key=lambda each: each.id)
    accounts = tuple(_account_card(tables, each) for each in held if each.state is not AccountState.DELETED)
    if not accounts or (task.state is TaskState.REFUSED and _is_superseded(tables, task)):
        return None
    return MailProblem(
        mail_id=task.id,
        kind=task.kind,
        state=task.state,
        problem=task.problem,
        attempts=task.attempts,
        made_at=task.made_at,
        next_attempt_at=task.due_at if task.state is TaskState.WAITING else None,
        email=accounts[0].email,
        accounts=accounts,
    )


def _is_superseded(tables: Tables, task: Task) -> bool:
    """Tell whether a later mail to the same person was accepted."""
    later = (each for each in tables.tasks.values() if rows.task_age(each) > rows.task_age(task))
    return any(each.person_id == task.person_id and each.state is TaskState.DONE for each in later)


def _matches(card: ClientCard, search: str) -> bool:
    texts = [card.client.name, *(text for account in card.accounts for text in (account.name, account.email))]
    return any(searchable(search) in searchable(text) for text in texts)


def _client_card(tables: Tables, client: Client) -> ClientCard:
    accounts = sorted(
        (each for each in tables.accounts.values() if each.client_id == client.id), key=lambda each: each.id
    )
    return ClientCard(client=client, accounts=tuple(_account_card(tables, each) for each in accounts))


def _account_card(tables: Tables, account: Account) -> AccountCard:
    person = tables.persons[account.person_id]
    return AccountCard(
        id=account.id,
        person_id=person.id,
        client_id=account.client_id,
        role=account.role,
        name=account.name,
        email=person.email,
        state=account.state,
        language=person.language,
        made_at=account.made_at,
        first_used_at=account.first_used_at,
        has_two_step=person.id in tables.two_steps,
        has_vendor_sign_in=person.vendor_subject is not None,
        mail_problem=rows.mail_problem(tables, person.id),
    )


def _published_row(tables: Tables, document: Document) -> PublishedRow:
    downloads = {account: at for (id, account), at in tables.downloads.items() if id == document.id}
    return PublishedRow(document=document, audience=tables.audiences[document.id], downloads=downloads)


def _inbox_row(tables: Tables, message: Message) -> InboxRow:
    opened = [at for (id, _account), at in tables.reads.items() if id == message.id]
    return InboxRow(
        message=message,
        client_name=tables.clients[message.client_id].name,
        dossier_number=tables.dossiers[message.dossier_id].number,
        first_read_at=min(opened, default=None),
        attachments=rows.attachments(tables, message),
    )
