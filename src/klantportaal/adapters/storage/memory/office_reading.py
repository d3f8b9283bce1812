"""Reads for the office's pages."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import attrs

from klantportaal.adapters.storage.memory import rows
from klantportaal.adapters.storage.memory.external_ids import named
from klantportaal.adapters.storage.memory.questionnaires import QuestionnaireFragments, Questionnaires
from klantportaal.adapters.storage.memory.tables import Tables, owned
from klantportaal.domain.accounts import Account, AccountState, Client
from klantportaal.domain.api_keys import ApiKey
from klantportaal.domain.case_handlers import CaseHandler
from klantportaal.domain.documents import Document, StoredFile
from klantportaal.domain.external_ids import ExternalKind
from klantportaal.domain.messages import Direction, Message
from klantportaal.domain.outgoing import MAILS, Task, TaskState
from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.questionnaires.drafts import QuestionnaireDraft
from klantportaal.domain.questionnaires.office_fragments import QuestionnaireFragment
from klantportaal.domain.quotas import Usage
from klantportaal.domain.requests import DocumentRequest, RequestState
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.templates import PublishedTemplate
from klantportaal.domain.values import (
    AssignmentId,
    ClientId,
    DocumentId,
    DossierId,
    MessageId,
    OfficeId,
    QuestionnaireDraftId,
    RequestId,
    SubmissionId,
    TaskId,
    searchable,
)
from klantportaal.domain.waiting import WaitingFor
from klantportaal.ports.reading import (
    CONVERSATION,
    PAGE,
    AccountCard,
    AssignmentRow,
    ClientCard,
    ClientUsage,
    DossierKey,
    DossierRow,
    InboxRow,
    MailProblem,
    OfficeConversation,
    OfficeDossier,
    OfficeUsage,
    PublishedRow,
    QuestionnaireDraftRow,
    ReminderKey,
    ReminderRow,
    RequestRow,
    RequestView,
    RevisionRow,
    TemplateRow,
    WaitingDossier,
    WaitingKey,
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
        wanted = searchable(search)
        ours = [each for each in self._committed().dossiers.values() if each.office_id == actor.office_id]
        found = [rows.office_dossier(each) for each in ours if wanted in each.search]
        return rows.dossiers(found, after=after)[:size]

    def office_waiting(
        self, actor: OfficeActor, *, whom: WaitingFor | None = None, after: WaitingKey | None = None, size: int = PAGE
    ) -> Sequence[WaitingDossier]:
        """Return the parties for whom somebody has to do something, those that wait longest first."""
        tables = self._committed()
        ours = [
            rows.waiting_party(tables.dossiers[dossier_id], tables.clients[client_id], waiting)
            for (dossier_id, client_id), waiting in tables.waiting.items()
            if tables.dossiers[dossier_id].office_id == actor.office_id
            and tables.clients[client_id].closed_at is None
            and whom in (None, waiting.whom)
        ]
        later = [each for each in ours if after is None or attrs.astuple(each.key) > attrs.astuple(after)]
        return sorted(later, key=lambda each: attrs.astuple(each.key))[:size]

    def office_dossier(self, actor: OfficeActor, dossier_id: DossierId) -> OfficeDossier:
        """Return a dossier with everything in it."""
        tables = self._committed()
        dossier = owned(tables.dossiers, actor.office_id, dossier_id, "dossier")
        documents = [each for each in tables.documents.values() if each.dossier_id == dossier_id]
        messages = [each for each in tables.messages.values() if each.dossier_id == dossier_id]
        submissions = [each for each in tables.submissions.values() if each.dossier_id == dossier_id]
        assignments = [each for each in tables.assignments.values() if each.dossier_id == dossier_id]
        requests = [each for each in tables.requests.values() if each.dossier_id == dossier_id]
        return OfficeDossier(
            dossier=dossier,
            parties=tuple(tables.clients[id] for id in sorted(tables.parties[dossier_id])),
            documents=tuple(_published_row(tables, each) for each in rows.newest(documents)),
            messages=tuple(_inbox_row(tables, each) for each in rows.newest(messages)),
            submissions=tuple(rows.submission(tables, each) for each in rows.newest_deliveries(submissions)),
            assignments=tuple(rows.assignment(tables, each) for each in rows.newest(assignments)),
            requests=tuple(rows.request(tables, each) for each in rows.newest(requests)),
        )

    def office_case_handlers(self, actor: OfficeActor) -> Sequence[CaseHandler]:
        """Return all case handlers of the office, by name and then by id."""
        ours = [each for each in self._committed().case_handlers.values() if each.office_id == actor.office_id]
        return sorted(ours, key=lambda each: (each.name.casefold(), each.id))

    def office_api_keys(self, actor: OfficeActor) -> Sequence[ApiKey]:
        """Return all API keys of the office, newest first."""
        ours = [each for each in self._committed().api_keys.values() if each.office_id == actor.office_id]
        return sorted(ours, key=lambda each: each.id, reverse=True)

    def office_named(self, actor: OfficeActor, kind: ExternalKind, external_id: str) -> UUID:
        """Return the id of what has an external id."""
        return named(self._committed(), actor.office_id, kind, external_id).thing_id

    def office_external_ids(self, actor: OfficeActor, things: Collection[UUID]) -> Mapping[UUID, str]:
        """Return the external ids of some things, by their ids."""
        ours = [each for each in self._committed().external_ids.values() if each.office_id == actor.office_id]
        return {each.thing_id: each.name for each in ours if each.thing_id in things}

    def office_inbox(
        self, actor: OfficeActor, *, handled: bool = False, after: MessageId | None = None, size: int = PAGE
    ) -> Sequence[InboxRow]:
        """Return messages of clients, handled or not."""
        tables = self._committed()
        ours = [each for each in tables.messages.values() if each.office_id == actor.office_id]
        written = [each for each in ours if each.direction is Direction.OUTBOUND]
        standing = [each for each in written if each.taken_back_at is None]
        asked = [each for each in standing if (each.handled_at is not None) == handled]
        older = [each for each in asked if after is None or each.id < after]
        return [_inbox_row(tables, each) for each in rows.newest(older)[:size]]

    def office_conversation(
        self, actor: OfficeActor, message_id: MessageId, *, size: int = CONVERSATION
    ) -> OfficeConversation:
        """Return the conversation of a message, with all marks (ME-6)."""
        tables = self._committed()
        opened = owned(tables.messages, actor.office_id, message_id, "message")
        thread = [each for each in tables.messages.values() if each.thread_id == opened.thread_id]
        shown, older = rows.shown(thread, opened, size)
        return OfficeConversation(
            messages=tuple(_inbox_row(tables, each) for each in shown), older=older, newest=rows.newest_standing(thread)
        )

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

    def office_questionnaire_drafts(self, actor: OfficeActor) -> Sequence[QuestionnaireDraftRow]:
        """Return the drafts of questionnaires, the one that was saved last first."""
        ours = [each for each in self._committed().questionnaire_drafts.values() if each.office_id == actor.office_id]
        by_time = sorted(ours, key=lambda each: (each.saved_at, each.id), reverse=True)
        return [rows.questionnaire_draft(each) for each in by_time]

    def office_questionnaire_draft(self, actor: OfficeActor, draft_id: QuestionnaireDraftId) -> QuestionnaireDraft:
        """Return a draft of a questionnaire."""
        return owned(self._committed().questionnaire_drafts, actor.office_id, draft_id, "questionnaire draft")

    def office_questionnaire_source(self, actor: OfficeActor, digest: str) -> str:
        """Return a published document as it was written."""
        return Questionnaires(self._committed()).source(actor.office_id, digest)

    def office_questionnaire_fragments(self, actor: OfficeActor) -> Sequence[QuestionnaireFragment]:
        """Return the fragments of the office by id."""
        return QuestionnaireFragments(self._committed()).of_office(actor.office_id)

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

    def office_request_templates(self, actor: OfficeActor, *, template: str | None = None) -> Sequence[TemplateRow]:
        """Return the published revisions of one template or of all, by template, newest revision first."""
        return _templates(self._committed().request_templates.values(), actor, template)

    def request_template(self, office_id: OfficeId, digest: str) -> str:
        """Return the document of a published template."""
        templates = self._committed().request_templates
        return owned(templates, office_id, (office_id, digest), "request template").document

    def office_reminders(
        self, actor: OfficeActor, *, after: ReminderKey | None = None, size: int = PAGE
    ) -> Sequence[ReminderRow]:
        """Return the reminders that were sent, newest first."""
        tables = self._committed()
        sent = [each for each in tables.reminders.values() if each.office_id == actor.office_id]
        found = [ReminderRow(reminder=each, email=tables.persons[each.person_id].email) for each in sent]
        older = [each for each in found if after is None or _place(each.key) < _place(after)]
        return sorted(older, key=lambda each: _place(each.key), reverse=True)[:size]

    def office_progress_templates(self, actor: OfficeActor, *, template: str | None = None) -> Sequence[TemplateRow]:
        """Return the published revisions of one template of steps or of all, by template, newest revision first."""
        return _templates(self._committed().progress_templates.values(), actor, template)

    def progress_template(self, office_id: OfficeId, digest: str) -> str:
        """Return the document of a published template of steps."""
        templates = self._committed().progress_templates
        return owned(templates, office_id, (office_id, digest), "progress template").document

    def office_requests(
        self,
        actor: OfficeActor,
        *,
        dossier_id: DossierId | None = None,
        state: RequestState | None = None,
        after: RequestId | None = None,
        size: int = PAGE,
    ) -> Sequence[RequestRow]:
        """Return requests, newest first."""
        tables = self._committed()
        asked = [
            each
            for each in _requests(tables, actor, after)
            if dossier_id in (None, each.dossier_id) and state in (None, each.state)
        ]
        return [rows.request(tables, each) for each in asked[:size]]

    def office_delivered_requests(
        self, actor: OfficeActor, *, after: RequestId | None = None, size: int = PAGE
    ) -> Sequence[RequestRow]:
        """Return the requests with an item that waits for the office, newest first."""
        tables = self._committed()
        delivered = [each for each in _requests(tables, actor, after) if each.delivered]
        return [rows.request(tables, each) for each in delivered[:size]]

    def office_request(self, actor: OfficeActor, request_id: RequestId) -> RequestView:
        """Return a request."""
        tables = self._committed()
        request = owned(tables.requests, actor.office_id, request_id, "request")
        return rows.request_view(tables, request, rows.office_dossier(tables.dossiers[request.dossier_id]))

    def office_submission_request(self, actor: OfficeActor, submission_id: SubmissionId) -> RequestId | None:
        """Return the request that a submission answers."""
        return owned(self._committed().submissions, actor.office_id, submission_id, "delivered file").request_id

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


def _templates(
    published: Iterable[PublishedTemplate], actor: OfficeActor, template: str | None
) -> Sequence[TemplateRow]:
    ours = [each for each in published if each.office_id == actor.office_id and template in (None, each.template)]
    return [rows.template(each) for each in sorted(ours, key=lambda each: (each.template, -each.revision))]


def _requests(tables: Tables, actor: OfficeActor, after: RequestId | None) -> list[DocumentRequest]:
    ours = [each for each in tables.requests.values() if each.office_id == actor.office_id]
    return rows.newest(each for each in ours if after is None or each.id < after)


def _problem(tables: Tables, task: Task) -> MailProblem | None:
    """Make the mail problem of a task. None if it has none that is shown."""
    if task.problem is None or task.state is TaskState.DONE or task.kind not in MAILS:
        return None
    if task.address is not None:
        return (
            None
            if task.state is TaskState.REFUSED and _is_superseded(tables, task)
            else _of_task(task, task.address, ())
        )
    if task.person_id is None:
        return None
    held = sorted((account for account, _ in tables.holdings(task.office_id, task.person_id)), key=lambda each: each.id)
    accounts = tuple(_account_card(tables, each) for each in held if each.state is not AccountState.DELETED)
    if not accounts or (task.state is TaskState.REFUSED and _is_superseded(tables, task)):
        return None
    return _of_task(task, accounts[0].email, accounts)


def _of_task(task: Task, email: str, accounts: tuple[AccountCard, ...]) -> MailProblem:
    return MailProblem(
        mail_id=task.id,
        kind=task.kind,
        state=task.state,
        problem=task.problem or "",
        attempts=task.attempts,
        made_at=task.made_at,
        next_attempt_at=task.due_at if task.state is TaskState.WAITING else None,
        email=email,
        accounts=accounts,
    )


def _is_superseded(tables: Tables, task: Task) -> bool:
    """Tell whether a later mail to the same person or address was accepted."""
    later = (each for each in tables.tasks.values() if rows.task_age(each) > rows.task_age(task))
    to = (task.office_id, task.person_id, task.address)
    return any((each.office_id, each.person_id, each.address) == to and each.state is TaskState.DONE for each in later)


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
    downloads = {account: at for (id, account), at in tables.downloads.items() if id == document.id and at is not None}
    looks = {account: at for (id, account), at in tables.looks.items() if id == document.id}
    audience = tables.audiences[document.id]
    return PublishedRow(document=document, audience=audience, downloads=downloads, looks=looks)


def _inbox_row(tables: Tables, message: Message) -> InboxRow:
    return InboxRow(
        message=message,
        client_name=tables.clients[message.client_id].name,
        dossier_number=tables.dossiers[message.dossier_id].number,
        reads={account: at for (id, account), at in tables.reads.items() if id == message.id},
        attachments=rows.attachments(tables, message),
    )


def _place(key: ReminderKey) -> tuple[datetime, TaskId]:
    return key.sent_at, key.id
