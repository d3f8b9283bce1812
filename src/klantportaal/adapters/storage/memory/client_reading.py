"""Reads for the client's pages."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

import attrs

from klantportaal.adapters.storage.memory import rows
from klantportaal.adapters.storage.memory.messages import Messages, Uploads
from klantportaal.adapters.storage.memory.questionnaires import Assignments, Questionnaires
from klantportaal.adapters.storage.memory.tables import Tables, owned
from klantportaal.domain.accounts import Account, Client
from klantportaal.domain.documents import Document, DocumentKind, DocumentState, StoredFile
from klantportaal.domain.dossiers import Dossier, Tab
from klantportaal.domain.drafts import Draft
from klantportaal.domain.errors import Absent
from klantportaal.domain.extra_accounts import is_extra_of, require_extra_of
from klantportaal.domain.messages import Message
from klantportaal.domain.offices import IN_PROGRESS
from klantportaal.domain.profile import Profile
from klantportaal.domain.questionnaires.assignments import Assignment, AssignmentState
from klantportaal.domain.quotas import DayUsage
from klantportaal.domain.sessions import Actor, SessionTimes, is_alive
from klantportaal.domain.uploads import Submission, is_waiting
from klantportaal.domain.values import (
    AccountId,
    AssignmentId,
    DocumentId,
    DossierId,
    DraftId,
    MessageId,
    OfficeId,
    SubmissionId,
)
from klantportaal.ports.reading import (
    OPENING,
    PAGE,
    AssignmentView,
    DocumentRow,
    DossierList,
    DossierQuery,
    DossierRow,
    DraftRow,
    DraftView,
    ExtraAccountRow,
    HomeCounts,
    MessageRow,
    MessageView,
    OpenAction,
    OtherAccount,
    ProfileView,
    SessionRow,
    SubmissionRow,
    TabCount,
    UploadRow,
)


@attrs.frozen(slots=False)  # MemoryReading inherits from several such classes.
class ClientReading:
    """Reads what clients see."""

    _committed: Callable[[], Tables]

    def home(self, actor: Actor) -> HomeCounts:
        """Count what the tiles show."""
        tables = self._committed()
        statuses = [dossier.status for dossier in _dossiers(tables, actor)]
        in_progress = statuses.count(IN_PROGRESS)
        waiting = len(_assignments(tables, actor))
        return HomeCounts(in_progress=in_progress, other=len(statuses) - in_progress, open_actions=waiting)

    def other_accounts(self, actor: Actor) -> Sequence[OtherAccount]:
        """Return the other open accounts of the actor's person, by the name of the client."""
        tables = self._committed()
        others = tables.others(actor.office_id, actor.person_id, actor.account_id)
        others.sort(key=lambda each: (each[1].name.casefold(), each[0].id))
        return [_other_account(tables, actor, account, client) for account, client in others]

    def dossiers(self, actor: Actor, query: DossierQuery) -> DossierList:
        """Return the dossiers that the client is a party to."""
        every = _dossiers(self._committed(), actor)
        chosen = [dossier for dossier in every if dossier.status in query.statuses]
        found = rows.dossiers(chosen, search=query.search, after=query.after)
        return DossierList(
            rows=tuple(found[: query.size]),
            more=len(found) > query.size,
            statuses=frozenset(dossier.status for dossier in every),
        )

    def dossier(self, actor: Actor, dossier_id: DossierId) -> DossierRow:
        """Return a dossier with the number of its open questionnaires."""
        row = rows.dossier(self._committed().dossier_of(actor, dossier_id))
        return attrs.evolve(row, open_actions=len(self.open_actions(actor, dossier_id)))

    def tabs(self, actor: Actor, dossier_id: DossierId) -> Mapping[Tab, TabCount]:
        """Count all four tabs."""
        tables = self._committed()
        messages = [rows.message(tables, actor, each) for each in _messages(tables, actor, dossier_id)]
        return {
            Tab.CORRESPONDENCE: _documents_count(tables, actor, dossier_id, DocumentKind.CORRESPONDENCE),
            Tab.DOCUMENTS: _documents_count(tables, actor, dossier_id, DocumentKind.DOCUMENT),
            Tab.SUBMISSIONS: TabCount(total=len(_submissions(tables, actor, dossier_id)), unread=None),
            Tab.MESSAGES: TabCount(total=len(messages), unread=sum(each.unread for each in messages)),
        }

    def documents(
        self,
        actor: Actor,
        dossier_id: DossierId,
        kind: DocumentKind,
        *,
        after: DocumentId | None = None,
        size: int = PAGE,
    ) -> Sequence[DocumentRow]:
        """Return the documents published for the client, including replaced and withdrawn ones."""
        tables = self._committed()
        documents = [each for each in _documents(tables, actor, dossier_id, kind) if after is None or each.id < after]
        return [rows.document(tables, actor, each) for each in rows.newest(documents)[:size]]

    def submissions(
        self, actor: Actor, dossier_id: DossierId, *, after: SubmissionId | None = None, size: int = PAGE
    ) -> Sequence[SubmissionRow]:
        """Return what any account of the client delivered, newest first."""
        tables = self._committed()
        delivered = rows.newest_deliveries(_submissions(tables, actor, dossier_id))
        ids = [each.id for each in delivered]
        start = ids.index(after) + 1 if after in ids else 0
        return [rows.submission(tables, each) for each in delivered[start : start + size]]

    def messages(
        self, actor: Actor, dossier_id: DossierId, *, after: MessageId | None = None, size: int = PAGE
    ) -> Sequence[MessageRow]:
        """Return the messages between this client and the office."""
        tables = self._committed()
        messages = [each for each in _messages(tables, actor, dossier_id) if after is None or each.id < after]
        return [rows.message(tables, actor, each) for each in rows.newest(messages)[:size]]

    def message(self, actor: Actor, dossier_id: DossierId, message_id: MessageId) -> MessageView:
        """Return a message of the client, with its attachments."""
        tables = self._committed()
        message = Messages(tables).visible_to(actor, dossier_id, message_id)
        return MessageView(
            id=message.id,
            direction=message.direction,
            thread_id=message.thread_id,
            subject=message.subject,
            body=message.body,
            author=message.author,
            sent_at=message.sent_at,
            read_at=tables.reads.get((message_id, actor.account_id)),
            answers=message.answers,
            attachments=rows.attachments(tables, message),
        )

    def document_file(self, actor: Actor, dossier_id: DossierId, document_id: DocumentId) -> StoredFile:
        """Find the file of a document that is published for the client and available."""
        tables = self._committed()
        document = owned(tables.documents, actor.office_id, document_id, "document")
        available = document.state is DocumentState.AVAILABLE and document.dossier_id == dossier_id
        if not available or not tables.sees_document(actor, document):
            raise Absent("document")
        return document.file

    def submission_file(self, actor: Actor, dossier_id: DossierId, submission_id: SubmissionId) -> StoredFile:
        """Return the file of a submission."""
        tables = self._committed()
        submission = owned(tables.submissions, actor.office_id, submission_id, "delivered file")
        if submission.dossier_id != dossier_id or not tables.sees_submission(actor, submission):
            raise Absent("delivered file")
        return submission.file

    def drafts(self, actor: Actor, dossier_id: DossierId, *, at: datetime) -> Sequence[DraftRow]:
        """Return the drafts of this account in a dossier that have not expired, the last saved first."""
        own = _drafts(self._committed(), actor, dossier_id, at)
        own.sort(key=lambda draft: (draft.saved_at, draft.id), reverse=True)
        return [
            DraftRow(
                id=draft.id,
                answers=draft.answers,
                subject=draft.subject,
                opening=draft.body[:OPENING],
                saved_at=draft.saved_at,
                attachments=len(self.uploads(actor, dossier_id, draft.id, at=at)),
            )
            for draft in own
        ]

    def draft(self, actor: Actor, dossier_id: DossierId, draft_id: DraftId, *, at: datetime) -> DraftView:
        """Return a draft of this account that has not expired."""
        draft = next((each for each in _drafts(self._committed(), actor, dossier_id, at) if each.id == draft_id), None)
        if draft is None:
            raise Absent("draft")
        return DraftView.of(draft)

    def uploads(self, actor: Actor, dossier_id: DossierId, draft_id: DraftId, *, at: datetime) -> Sequence[UploadRow]:
        """Return what this account staged for a draft and has not expired, oldest first (AT-2)."""
        staged = Uploads(self._committed()).of_draft(actor, dossier_id, draft_id)
        waiting = [upload for upload in staged if is_waiting(upload, at=at)]
        return [UploadRow(id=upload.id, name=upload.file.name, size=upload.file.size) for upload in waiting]

    def usage(self, actor: Actor, day: date) -> DayUsage:
        """Return what the actor's client and its office sent in a day (AT-3)."""
        return self._committed().usage(actor, day)

    def open_actions(self, actor: Actor, dossier_id: DossierId | None = None) -> Sequence[OpenAction]:
        """Return the open questionnaires in the client's dossiers, or in one, oldest first."""
        tables = self._committed()
        waiting = [each for each in _assignments(tables, actor) if dossier_id in (None, each.dossier_id)]
        waiting.sort(key=lambda assignment: (assignment.assigned_at, assignment.id))
        return [rows.open_action(each, tables.dossiers[each.dossier_id]) for each in waiting]

    def assignment(self, actor: Actor, assignment_id: AssignmentId) -> AssignmentView:
        """Return a questionnaire of the client in a dossier it is a party to, in any state."""
        tables = self._committed()
        assignment = Assignments(tables).visible_to(actor, assignment_id)
        return AssignmentView(assignment=assignment, dossier=rows.dossier(tables.dossiers[assignment.dossier_id]))

    def document(self, office_id: OfficeId, digest: str) -> str:
        """Return the document of a published questionnaire."""
        return Questionnaires(self._committed()).document(office_id, digest)

    def profile(self, actor: Actor) -> ProfileView:
        """Return the settings of the actor's person and account."""
        tables = self._committed()
        account = owned(tables.accounts, actor.office_id, actor.account_id, "account")
        if account.person_id != actor.person_id:
            raise Absent("account")
        person = tables.persons[account.person_id]
        return ProfileView(
            name=account.name,
            email=person.email,
            client_name=tables.clients[account.client_id].name,
            profile=Profile(language=person.language, notifications=account.notifications),
            has_two_step=person.id in tables.two_steps,
            has_password=person.password_hash is not None,
        )

    def sessions(self, actor: Actor, *, times: SessionTimes, at: datetime) -> Sequence[SessionRow]:
        """Return the live sessions of the actor's person, as ``sessions.is_alive`` defines them."""
        tables = self._committed()
        epoch = owned(tables.persons, actor.office_id, actor.person_id, "person").epoch
        own = [each for each in tables.sessions.values() if each.person_id == actor.person_id]
        return [rows.session(each) for each in rows.newest(own) if is_alive(each, epoch=epoch, times=times, at=at)]

    def extra_accounts(self, actor: Actor) -> Sequence[ExtraAccountRow]:
        """Return the extra accounts of the actor's client that are not deleted, newest first."""
        tables = self._committed()
        extra = [each for each in tables.accounts.values() if is_extra_of(each, actor)]
        return [rows.extra_account(tables, each) for each in rows.newest(extra)]

    def extra_account(self, actor: Actor, account_id: AccountId) -> ExtraAccountRow:
        """Return an extra account of the actor's client that is not deleted."""
        tables = self._committed()
        account = owned(tables.accounts, actor.office_id, account_id, "account")
        require_extra_of(account, actor)
        return rows.extra_account(tables, account)


def _other_account(tables: Tables, actor: Actor, account: Account, client: Client) -> OtherAccount:
    there = attrs.evolve(actor, account_id=account.id, client_id=client.id)
    dossiers = [dossier.id for dossier in _dossiers(tables, there)]
    documents = sum(_documents_count(tables, there, id, kind).unread or 0 for id in dossiers for kind in DocumentKind)
    messages = (rows.message(tables, there, each) for id in dossiers for each in _messages(tables, there, id))
    return OtherAccount(
        account_id=account.id,
        client_name=client.name,
        name=account.name,
        unread=documents + sum(each.unread for each in messages),
        open_actions=len(_assignments(tables, there)),
    )


def _dossiers(tables: Tables, actor: Actor) -> list[Dossier]:
    return [dossier for dossier in tables.dossiers.values() if tables.is_party(actor, dossier.id)]


def _documents(tables: Tables, actor: Actor, dossier_id: DossierId, kind: DocumentKind) -> list[Document]:
    documents = [each for each in tables.documents.values() if (each.dossier_id, each.kind) == (dossier_id, kind)]
    return [each for each in documents if tables.sees_document(actor, each)]


def _documents_count(tables: Tables, actor: Actor, dossier_id: DossierId, kind: DocumentKind) -> TabCount:
    documents = _documents(tables, actor, dossier_id, kind)
    available = [each.id for each in documents if each.state is DocumentState.AVAILABLE]
    return TabCount(
        total=len(available), unread=sum((id, actor.account_id) not in tables.downloads for id in available)
    )


def _submissions(tables: Tables, actor: Actor, dossier_id: DossierId) -> list[Submission]:
    submissions = [each for each in tables.submissions.values() if each.dossier_id == dossier_id]
    return [each for each in submissions if tables.sees_submission(actor, each)]


def _messages(tables: Tables, actor: Actor, dossier_id: DossierId) -> list[Message]:
    messages = [each for each in tables.messages.values() if each.dossier_id == dossier_id]
    return [each for each in messages if tables.sees_message(actor, each)]


def _drafts(tables: Tables, actor: Actor, dossier_id: DossierId, at: datetime) -> list[Draft]:
    whose = (actor.office_id, actor.account_id, dossier_id)
    return [
        each
        for each in tables.drafts.values()
        if (each.office_id, each.account_id, each.dossier_id) == whose
        and at < each.expires_at
        and tables.is_party(actor, dossier_id)
    ]


def _assignments(tables: Tables, actor: Actor) -> list[Assignment]:
    waiting = [each for each in tables.assignments.values() if each.state is AssignmentState.OPEN]
    return [each for each in waiting if tables.sees_assignment(actor, each)]
