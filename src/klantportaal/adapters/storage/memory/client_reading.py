"""Reads for the client's pages.

The module is long because all pages of a client are in one place, with the same functions for what it may see.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TypeVar

import attrs

from klantportaal.adapters.storage.memory import rows
from klantportaal.adapters.storage.memory.messages import Messages, Receipts, Uploads
from klantportaal.adapters.storage.memory.questionnaires import Assignments, Questionnaires
from klantportaal.adapters.storage.memory.requests import Requests
from klantportaal.adapters.storage.memory.tables import Tables, owned
from klantportaal.domain.accounts import Account, Client
from klantportaal.domain.documents import SHOWN, Document, DocumentKind, DocumentState, StoredFile
from klantportaal.domain.dossiers import Dossier, Tab
from klantportaal.domain.drafts import Draft
from klantportaal.domain.errors import Absent
from klantportaal.domain.extra_accounts import is_extra_of, require_extra_of
from klantportaal.domain.messages import Direction, Message
from klantportaal.domain.offices import IN_PROGRESS
from klantportaal.domain.profile import Profile
from klantportaal.domain.questionnaires.assignments import Assignment, AssignmentState
from klantportaal.domain.quotas import DayUsage
from klantportaal.domain.receipts import Receipt
from klantportaal.domain.requests import DocumentRequest, RequestState
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
    ReceiptId,
    RequestId,
    SubmissionId,
    searchable,
)
from klantportaal.ports.reading import (
    CONVERSATION,
    NEWS_WINDOW,
    OPENING,
    PAGE,
    ActionKey,
    AssignmentView,
    Conversation,
    DocumentRow,
    DossierList,
    DossierQuery,
    DossierRow,
    DraftRow,
    DraftView,
    ExtraAccountRow,
    HomeCounts,
    HomeNews,
    MessageRow,
    MessageView,
    NewsKind,
    OpenAction,
    OtherAccount,
    ProfileView,
    RequestRow,
    RequestView,
    SessionRow,
    SubmissionKey,
    SubmissionRow,
    TabCount,
    UploadRow,
    WaitingKind,
    home_news,
)

_Action = TypeVar("_Action", OpenAction, RequestRow)


@attrs.frozen(slots=False)  # MemoryReading inherits from several such classes.
class ClientReading:
    """Reads what clients see."""

    _committed: Callable[[], Tables]

    def home(self, actor: Actor) -> HomeCounts:
        """Count what the tiles show."""
        tables = self._committed()
        statuses = [dossier.status for dossier in _dossiers(tables, actor)]
        in_progress = statuses.count(IN_PROGRESS)
        waiting = len(_assignments(tables, actor)) + len(_waiting_requests(tables, actor))
        return HomeCounts(in_progress=in_progress, other=len(statuses) - in_progress, open_actions=waiting)

    def news(self, actor: Actor) -> HomeNews:
        """Return what is new, what waits, and the latest dossiers."""
        tables = self._committed()
        dossiers = _dossiers(tables, actor)
        documents = [
            each
            for dossier in dossiers
            for kind in DocumentKind
            for each in _documents(tables, actor, dossier.id, kind)
        ]
        available = rows.newest(each for each in documents if each.state is DocumentState.AVAILABLE)
        new_documents = [
            rows.news(tables, NewsKind(each.kind), each, each.title, each.published_at)
            for each in available[:NEWS_WINDOW]
            if (each.id, actor.account_id) not in tables.downloads
        ]
        inbound = (actor.office_id, actor.client_id, Direction.INBOUND, None)
        messages = rows.newest(
            each
            for each in tables.messages.values()
            if (each.office_id, each.client_id, each.direction, each.taken_back_at) == inbound
        )
        new_messages = [
            rows.news(tables, NewsKind.MESSAGE, each, each.subject, each.sent_at)
            for each in messages[:NEWS_WINDOW]
            if tables.sees_message(actor, each) and (each.id, actor.account_id) not in tables.reads
        ]
        questionnaires, requests = _assignments(tables, actor), _waiting_requests(tables, actor)
        waiting = [
            *(rows.waiting(tables, WaitingKind.QUESTIONNAIRE, each, each.assigned_at) for each in questionnaires),
            *(rows.waiting(tables, WaitingKind.REQUEST, each, each.made_at) for each in requests),
        ]
        latest = [rows.waiting_dossier(tables, actor, each) for each in dossiers]
        older = max(len(available), len(messages)) > NEWS_WINDOW
        return home_news([*new_documents, *new_messages], waiting, latest, older=older)

    def other_accounts(self, actor: Actor) -> Sequence[OtherAccount]:
        """Return the other open accounts of the actor's person, by the name of the client."""
        tables = self._committed()
        others = tables.others(actor.office_id, actor.person_id, actor.account_id)
        others.sort(key=lambda each: (each[1].name.casefold(), each[0].id))
        return [_other_account(tables, actor, account, client) for account, client in others]

    def dossiers(self, actor: Actor, query: DossierQuery) -> DossierList:
        """Return the dossiers that the client is a party to."""
        tables, wanted = self._committed(), searchable(query.search)
        every = _dossiers(tables, actor)
        chosen = [each for each in every if each.status in query.statuses and wanted in each.search]
        found = rows.dossiers([_listed(tables, actor, each) for each in chosen], after=query.after)
        return DossierList(
            rows=tuple(found[: query.size]),
            more=len(found) > query.size,
            statuses=frozenset(dossier.status for dossier in every),
        )

    def dossier(self, actor: Actor, dossier_id: DossierId) -> DossierRow:
        """Return a dossier with the number of its open actions and its case handler."""
        tables = self._committed()
        dossier = tables.dossier_of(actor, dossier_id)
        handler = None if dossier.handler_id is None else tables.case_handlers[dossier.handler_id]
        waiting: list[Assignment | DocumentRequest] = [
            *_assignments(tables, actor),
            *_waiting_requests(tables, actor),
        ]
        here = sum(each.dossier_id == dossier_id for each in waiting)
        row = rows.waiting_dossier(tables, actor, dossier)
        return attrs.evolve(row, open_actions=here, handler=handler, progress=dossier.progress)

    def case_handler_picture(self, actor: Actor, dossier_id: DossierId) -> StoredFile:
        """Find the picture of the case handler of a dossier."""
        is_party = self._committed().is_party(actor, dossier_id)
        handler = self.dossier(actor, dossier_id).handler if is_party else None
        if handler is None or handler.picture is None:
            raise Absent("picture")
        return handler.picture

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
        self, actor: Actor, dossier_id: DossierId, *, after: SubmissionKey | None = None, size: int = PAGE
    ) -> Sequence[SubmissionRow]:
        """Return what any account of the client delivered, newest first."""
        tables = self._committed()
        delivered = rows.newest_deliveries(_submissions(tables, actor, dossier_id), after=after)
        return [rows.submission(tables, each) for each in delivered[:size]]

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
        return rows.message_view(tables, actor, message)

    def conversation(
        self, actor: Actor, dossier_id: DossierId, message_id: MessageId, *, size: int = CONVERSATION
    ) -> Conversation:
        """Return the conversation of a message (ME-6)."""
        tables = self._committed()
        opened = Messages(tables).visible_to(actor, dossier_id, message_id)
        thread = [each for each in _messages(tables, actor, dossier_id) if each.thread_id == opened.thread_id]
        shown, older = rows.shown(thread, opened, size)
        return Conversation(
            messages=tuple(rows.message_view(tables, actor, each) for each in shown),
            older=older,
            newest=rows.newest_standing(thread),
        )

    def document_file(self, actor: Actor, dossier_id: DossierId, document_id: DocumentId) -> StoredFile:
        """Find the file of a document that is published for the client and available."""
        tables = self._committed()
        document = owned(tables.documents, actor.office_id, document_id, "document")
        available = document.state is DocumentState.AVAILABLE and document.dossier_id == dossier_id
        if not available or not tables.sees_document(actor, document):
            raise Absent("document")
        return document.file

    def receipt(self, office_id: OfficeId, receipt_id: ReceiptId) -> Receipt:
        """Return a receipt."""
        return Receipts(self._committed()).get(office_id, receipt_id)

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
        tables = self._committed()
        staged = Uploads(tables).of_draft(actor, dossier_id, draft_id)
        waiting = [upload for upload in staged if is_waiting(upload, at=at)]
        return [rows.upload(tables, upload) for upload in waiting]

    def usage(self, actor: Actor, day: date) -> DayUsage:
        """Return what the actor's client and its office sent in a day (AT-3)."""
        return self._committed().usage(actor, day)

    def open_actions(
        self,
        actor: Actor,
        dossier_id: DossierId | None = None,
        *,
        after: ActionKey | None = None,
        size: int = PAGE,
    ) -> Sequence[OpenAction]:
        """Return the open questionnaires in the client's dossiers, or in one, by due date."""
        tables = self._committed()
        waiting = [each for each in _assignments(tables, actor) if dossier_id in (None, each.dossier_id)]
        actions = [rows.open_action(each, tables.dossiers[each.dossier_id]) for each in waiting]
        return _page_by_due_date(actions, after, size)

    def assignment(self, actor: Actor, assignment_id: AssignmentId) -> AssignmentView:
        """Return a questionnaire of the client in a dossier it is a party to, in any state."""
        tables = self._committed()
        assignment = Assignments(tables).visible_to(actor, assignment_id)
        dossier = rows.party_dossier(tables, actor, tables.dossiers[assignment.dossier_id])
        return AssignmentView(assignment=assignment, dossier=dossier)

    def waiting_requests(
        self,
        actor: Actor,
        dossier_id: DossierId | None = None,
        *,
        after: ActionKey | None = None,
        size: int = PAGE,
    ) -> Sequence[RequestRow]:
        """Return the requests that wait for the client, by due date."""
        tables = self._committed()
        waiting = [each for each in _waiting_requests(tables, actor) if dossier_id in (None, each.dossier_id)]
        return _page_by_due_date([rows.request(tables, each) for each in waiting], after, size)

    def delivered_requests(
        self, actor: Actor, *, after: ActionKey | None = None, size: int = PAGE
    ) -> Sequence[RequestRow]:
        """Return the requests that wait for the office alone, oldest first."""
        tables = self._committed()
        delivered = [each for each in _requests(tables, actor) if each.state is RequestState.DELIVERED]
        return _page_by_due_date([rows.request(tables, each) for each in delivered], after, size)

    def requests(
        self, actor: Actor, dossier_id: DossierId, *, after: RequestId | None = None, size: int = PAGE
    ) -> Sequence[RequestRow]:
        """Return the client's requests in a dossier, newest first."""
        tables = self._committed()
        own = [each for each in _requests(tables, actor) if each.dossier_id == dossier_id]
        older = [each for each in own if after is None or each.id < after]
        return [rows.request(tables, each) for each in rows.newest(older)[:size]]

    def request(self, actor: Actor, request_id: RequestId) -> RequestView:
        """Return a request to the client in a dossier it is a party to, in any state."""
        tables = self._committed()
        request = Requests(tables).visible_to(actor, request_id)
        dossier = rows.party_dossier(tables, actor, tables.dossiers[request.dossier_id])
        return rows.request_view(tables, request, dossier)

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
    return OtherAccount(
        account_id=account.id,
        client_name=client.name,
        name=account.name,
        unread=sum(_unread(tables, there, dossier.id) for dossier in _dossiers(tables, there)),
        open_actions=len(_assignments(tables, there)) + len(_waiting_requests(tables, there)),
    )


def _listed(tables: Tables, actor: Actor, dossier: Dossier) -> DossierRow:
    return attrs.evolve(rows.waiting_dossier(tables, actor, dossier), unread=_unread(tables, actor, dossier.id))


def _unread(tables: Tables, actor: Actor, dossier_id: DossierId) -> int:
    """Count what the account has not downloaded or read in a dossier."""
    documents = sum(_documents_count(tables, actor, dossier_id, kind).unread or 0 for kind in DocumentKind)
    messages = [rows.message(tables, actor, each) for each in _messages(tables, actor, dossier_id)]
    return documents + sum(each.unread for each in messages)


def _dossiers(tables: Tables, actor: Actor) -> list[Dossier]:
    return [dossier for dossier in tables.dossiers.values() if tables.is_party(actor, dossier.id)]


def _documents(tables: Tables, actor: Actor, dossier_id: DossierId, kind: DocumentKind) -> list[Document]:
    documents = [each for each in tables.documents.values() if (each.dossier_id, each.kind) == (dossier_id, kind)]
    return [each for each in documents if each.state in SHOWN and tables.sees_document(actor, each)]


def _documents_count(tables: Tables, actor: Actor, dossier_id: DossierId, kind: DocumentKind) -> TabCount:
    documents = _documents(tables, actor, dossier_id, kind)
    available = [each.id for each in documents if each.state is DocumentState.AVAILABLE]
    return TabCount(
        total=len(documents), unread=sum((id, actor.account_id) not in tables.downloads for id in available)
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


def _requests(tables: Tables, actor: Actor) -> list[DocumentRequest]:
    return [each for each in tables.requests.values() if tables.sees_request(actor, each)]


def _waiting_requests(tables: Tables, actor: Actor) -> list[DocumentRequest]:
    return [each for each in _requests(tables, actor) if each.state is RequestState.WAITING]


def _page_by_due_date(actions: Iterable[_Action], after: ActionKey | None, size: int) -> list[_Action]:
    """Keep the first ones after a position, in the order of their keys."""
    found = [each for each in actions if after is None or each.key.order > after.order]
    return sorted(found, key=lambda each: each.key.order)[:size]
