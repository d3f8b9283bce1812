"""Dossiers and messages, as the office sees them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, bindparam, select

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.reading import searching
from klantportaal.adapters.storage.sql.reading.base import (
    BEFORE_ALL_IDS,
    BEFORE_ALL_MOMENTS,
    Reader,
    after_id,
    older_than,
)
from klantportaal.adapters.storage.sql.reading.messages import ATTACHMENTS, inbox_rows, message_rows
from klantportaal.adapters.storage.sql.reading.parts import (
    ASSIGNMENT_ROWS,
    DOSSIER_ROW,
    REQUEST_ROWS,
    SUBMISSION_ROWS,
    assignment_row,
    dossier_row,
    request_row,
    submission_row,
)
from klantportaal.adapters.storage.sql.rows import (
    API_KEYS,
    CASE_HANDLERS,
    CLIENTS,
    DOCUMENTS,
    DOSSIERS,
    MESSAGES,
    Record,
)
from klantportaal.adapters.storage.sql.statements import contains, matching, sought, written
from klantportaal.domain.api_keys import ApiKey
from klantportaal.domain.case_handlers import CaseHandler
from klantportaal.domain.external_ids import ExternalKind
from klantportaal.domain.messages import Direction
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import AccountId, ClientId, DocumentId, DossierId, MessageId
from klantportaal.ports.reading import (
    PAGE,
    DossierKey,
    DossierRow,
    InboxRow,
    OfficeDossier,
    PublishedRow,
    SubmissionRow,
)

_dossiers, _clients, _messages = schema.dossiers, schema.clients, schema.messages
_documents, _submissions = schema.documents, schema.submissions
_parties, _published = schema.dossier_parties, schema.document_parties
_downloads, _reads = schema.document_downloads, schema.message_reads
_IN_DOSSIER = ("office_id", "dossier_id")

_NEWEST_FIRST = (_dossiers.c.changed_at.desc(), _dossiers.c.id.desc())
_LISTED = (matching(_dossiers, "office_id"), older_than(_dossiers.c.changed_at, _dossiers.c.id))
_DOSSIERS = select(*DOSSIER_ROW).where(*_LISTED).order_by(*_NEWEST_FIRST).limit(bindparam("size"))


def _looked_up(page: Subquery) -> Select[Any]:
    """Look up the rows of a page that an index gave."""
    itself = (_dossiers.c.office_id == page.c.office_id) & (_dossiers.c.id == page.c.id)
    return select(*DOSSIER_ROW).join_from(page, _dossiers, itself).order_by(*_NEWEST_FIRST)


def _among_newest() -> Select[Any]:
    indexed = select(_dossiers.c.office_id, _dossiers.c.id, _dossiers.c.changed_at, _dossiers.c.search).where(*_LISTED)
    window = indexed.order_by(*_NEWEST_FIRST).limit(bindparam("window")).subquery("newest")
    found = select(window.c.office_id, window.c.id).where(contains(window.c.search))
    page = found.order_by(window.c.changed_at.desc(), window.c.id.desc()).limit(bindparam("size"))
    return _looked_up(page.subquery("page"))


def _among_hits(dialect: str) -> Select[Any]:
    hits = searching.hits("dossiers", dialect)
    rows = searching.looked_up(hits.keys, _dossiers, *DOSSIER_ROW, _dossiers.c.search).c
    newest_first = (rows.changed_at.desc(), rows.id.desc())
    found = select(*(rows[column.name] for column in DOSSIER_ROW)).where(
        rows.office_id == bindparam("office_id"), contains(rows.search), older_than(rows.changed_at, rows.id)
    )
    page = found.order_by(*newest_first).limit(bindparam("size")).subquery("page")
    return searching.counted(hits.count, page).order_by(page.c.changed_at.desc(), page.c.id.desc())


def _in_order() -> Select[Any]:
    found = select(_dossiers.c.office_id, _dossiers.c.id).where(*_LISTED, contains(_dossiers.c.search))
    return _looked_up(found.order_by(*_NEWEST_FIRST).limit(bindparam("size")).subquery("page"))


_SEARCH = searching.Search(
    window=2_000,
    most=1_000,
    newest=_among_newest(),
    by_trigrams={dialect: _among_hits(dialect) for dialect in ("sqlite", "postgresql")},
    in_order=_in_order(),
)
_DOSSIER = select(*DOSSIERS.columns).where(
    _dossiers.c.office_id == bindparam("office_id"), _dossiers.c.id == bindparam("dossier_id")
)
_PARTIES = (
    select(*CLIENTS.columns)
    .join_from(_parties, _clients)
    .where(matching(_parties, *_IN_DOSSIER))
    .order_by(_clients.c.id)
)
_DOCUMENTS = select(*DOCUMENTS.columns).where(matching(_documents, *_IN_DOSSIER)).order_by(_documents.c.id.desc())
_AUDIENCES = (
    select(_published.c.document_id, _published.c.client_id)
    .join_from(_documents, _published)
    .where(matching(_documents, *_IN_DOSSIER))
)
_MARKS = select(_downloads.c.document_id, _downloads.c.account_id, _downloads.c.at, _downloads.c.looked_at).where(
    matching(_downloads, *_IN_DOSSIER)
)
_READS = select(_reads.c.message_id, _reads.c.account_id, _reads.c.at).where(matching(_reads, *_IN_DOSSIER))
_SUBMISSIONS = SUBMISSION_ROWS.where(matching(_submissions, *_IN_DOSSIER)).order_by(
    _submissions.c.delivered_at.desc(), _submissions.c.id.desc()
)
_ASSIGNMENTS = ASSIGNMENT_ROWS.where(matching(schema.assignments, *_IN_DOSSIER)).order_by(
    schema.assignments.c.id.desc()
)
_REQUESTS = REQUEST_ROWS.where(matching(schema.requests, *_IN_DOSSIER)).order_by(schema.requests.c.id.desc())


def _inbox(condition: ColumnElement[bool]) -> Select[Any]:
    """Find a page in an index, and then look up what belongs to it."""
    page = select(*MESSAGES.columns).where(
        matching(_messages, "office_id"),
        _messages.c.direction == written(Direction.OUTBOUND),
        _messages.c.taken_back_at.is_(None),
        _messages.c.id < bindparam("after"),
        condition,
    )
    return message_rows(page.order_by(_messages.c.id.desc()).limit(bindparam("size")).subquery("page"))


_API_KEYS = (
    select(*API_KEYS.columns).where(matching(schema.api_keys, "office_id")).order_by(schema.api_keys.c.id.desc())
)
_NAMED = select(schema.external_ids.c.thing_id).where(matching(schema.external_ids, "office_id", "kind", "name"))
_NAMES = select(schema.external_ids.c.thing_id, schema.external_ids.c.name).where(
    matching(schema.external_ids, "office_id"), schema.external_ids.c.thing_id.in_(bindparam("things", expanding=True))
)
_HANDLERS = select(*CASE_HANDLERS.columns).where(matching(schema.case_handlers, "office_id"))
_MESSAGES = message_rows(_messages).where(matching(_messages, *_IN_DOSSIER))
_INBOX = {False: _inbox(_messages.c.handled_at.is_(None)), True: _inbox(_messages.c.handled_at.is_not(None))}


class OfficeDossierReading(Reader):
    """Reads dossiers for the office."""

    def office_dossiers(
        self, actor: OfficeActor, *, search: str = "", after: DossierKey | None = None, size: int = PAGE
    ) -> Sequence[DossierRow]:
        """Return dossiers, newest change first, whatever their status."""
        page = {
            "office_id": actor.office_id,
            "after_moment": after.changed_at if after else BEFORE_ALL_MOMENTS,
            "after_id": after.id if after else BEFORE_ALL_IDS,
            "size": size,
        }
        if folded := sought(search):
            return list(map(dossier_row, _SEARCH.run(self._all, self._dialect, search, {**page, "search": folded})))
        return list(map(dossier_row, self._all(_DOSSIERS, page)))

    def office_dossier(self, actor: OfficeActor, dossier_id: DossierId) -> OfficeDossier:
        """Return a dossier with all that is in it.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        whose: Record = {"office_id": actor.office_id, "dossier_id": dossier_id}
        dossier = DOSSIERS.value(self._one(_DOSSIER, whose, "dossier"))
        submissions = [submission_row(row) for row in self._all(_SUBMISSIONS, whose)]
        return OfficeDossier(
            dossier=dossier,
            parties=tuple(CLIENTS.value(row) for row in self._all(_PARTIES, whose)),
            documents=self._published(whose),
            messages=self._messages(whose, submissions),
            submissions=tuple(submissions),
            assignments=tuple(assignment_row(row) for row in self._all(_ASSIGNMENTS, whose)),
            requests=tuple(request_row(row) for row in self._all(_REQUESTS, whose)),
        )

    def office_case_handlers(self, actor: OfficeActor) -> Sequence[CaseHandler]:
        """Return all case handlers of the office, by name and then by id."""
        handlers = [CASE_HANDLERS.value(row) for row in self._all(_HANDLERS, {"office_id": actor.office_id})]
        return sorted(handlers, key=lambda each: (each.name.casefold(), each.id))

    def office_api_keys(self, actor: OfficeActor) -> Sequence[ApiKey]:
        """Return all API keys of the office, newest first."""
        return [API_KEYS.value(row) for row in self._all(_API_KEYS, {"office_id": actor.office_id})]

    def office_named(self, actor: OfficeActor, kind: ExternalKind, external_id: str) -> UUID:
        """Return the id of what has an external id."""
        its: Record = {"office_id": actor.office_id, "kind": kind, "name": external_id}
        found: UUID = self._one(_NAMED, its, "external id")[0]
        return found

    def office_external_ids(self, actor: OfficeActor, things: Collection[UUID]) -> Mapping[UUID, str]:
        """Return the external ids of some things, by their ids."""
        return dict(map(tuple, self._all(_NAMES, {"office_id": actor.office_id, "things": list(things)})))

    def _published(self, whose: Record) -> tuple[PublishedRow, ...]:
        audiences: dict[DocumentId, set[ClientId]] = defaultdict(set)
        for document_id, client_id in self._all(_AUDIENCES, whose):
            audiences[document_id].add(client_id)
        downloads: dict[DocumentId, dict[AccountId, datetime]] = defaultdict(dict)
        looks: dict[DocumentId, dict[AccountId, datetime]] = defaultdict(dict)
        for document_id, account_id, downloaded_at, looked_at in self._all(_MARKS, whose):
            for marks, at in ((downloads, downloaded_at), (looks, looked_at)):
                if at is not None:
                    marks[document_id][account_id] = at
        documents = [DOCUMENTS.value(row) for row in self._all(_DOCUMENTS, whose)]
        return tuple(
            PublishedRow(
                document=each,
                audience=frozenset(audiences[each.id]),
                downloads=downloads[each.id],
                looks=looks[each.id],
            )
            for each in documents
        )

    def _messages(self, whose: Record, submissions: Sequence[SubmissionRow]) -> tuple[InboxRow, ...]:
        return inbox_rows(self._all(_MESSAGES, whose), self._all(_READS, whose), submissions)

    def office_inbox(
        self, actor: OfficeActor, *, handled: bool = False, after: MessageId | None = None, size: int = PAGE
    ) -> Sequence[InboxRow]:
        """Return messages of clients, handled or not."""
        page = {"office_id": actor.office_id, "after": after_id(after), "size": size}
        rows = self._all(_INBOX[handled], page)
        if not rows:
            return ()
        of_page = {"office_id": actor.office_id, "message_ids": [MESSAGES.value(row).id for row in rows]}
        return inbox_rows(rows, (), [submission_row(row) for row in self._all(ATTACHMENTS, of_page)])
