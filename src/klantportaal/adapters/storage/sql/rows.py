"""Converters between values and rows. They are made once, at import, so that a row costs one call.

A column has the name of its field, and its type converts the value (`types`). So a flat value is made of a row without
further conversion. A field that is itself a value (a file, the notifications, a subject) has a column for each of its
own fields, with a prefix. If all of these are empty, there is no value.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Generic, TypeVar
from uuid import UUID

import attrs
from sqlalchemy import Column, Table

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.types import CONVERTER
from klantportaal.domain.accounts import Account, Client, Holding
from klantportaal.domain.address_changes import AddressChange
from klantportaal.domain.admission import Subject
from klantportaal.domain.api_keys import ApiKey
from klantportaal.domain.auditing import Entry
from klantportaal.domain.case_handlers import CaseHandler
from klantportaal.domain.documents import Document, StoredFile
from klantportaal.domain.dossiers import Dossier
from klantportaal.domain.drafts import Draft
from klantportaal.domain.external_ids import ExternalId
from klantportaal.domain.idempotency import IdempotentRequest
from klantportaal.domain.keys import KeyRecord
from klantportaal.domain.messages import Message
from klantportaal.domain.offices import Office, OfficeProfile
from klantportaal.domain.onboarding import Link
from klantportaal.domain.outgoing import Task, lane_of
from klantportaal.domain.persons import Person
from klantportaal.domain.profile import Notifications
from klantportaal.domain.public_events import PublicEvent
from klantportaal.domain.quarantine import QuarantinedFile
from klantportaal.domain.questionnaires.answer_files import AnswerFile
from klantportaal.domain.questionnaires.assignments import Assignment
from klantportaal.domain.questionnaires.drafts import QuestionnaireDraft
from klantportaal.domain.questionnaires.office_fragments import QuestionnaireFragment
from klantportaal.domain.questionnaires.publishing import Published
from klantportaal.domain.receipts import Receipt
from klantportaal.domain.refusals import RefusalCount
from klantportaal.domain.reminders import Reminder
from klantportaal.domain.requests import DocumentRequest
from klantportaal.domain.sealing import Line as TrailLine
from klantportaal.domain.sealing import Seal
from klantportaal.domain.sessions import Session
from klantportaal.domain.texting import SmsSend
from klantportaal.domain.two_step import TwoStep, Verification
from klantportaal.domain.uploads import StagedUpload, Submission
from klantportaal.domain.values import OfficeId
from klantportaal.domain.waiting import Waiting, WaitingFor
from klantportaal.domain.webhook_deliveries import WebhookDelivery
from klantportaal.domain.webhooks import Webhook
from klantportaal.domain.workers import Worker

Value = TypeVar("Value", bound=attrs.AttrsInstance)
Line = Sequence[Any]
"""A row that a statement returns: values in the order of its columns."""
Record = dict[str, Any]
"""The parameters of a statement: values by column."""

_NESTED: Mapping[str, type[attrs.AttrsInstance]] = {
    "file": StoredFile,
    "logo": StoredFile,
    "dark_logo": StoredFile,
    "picture": StoredFile,
    "notifications": Notifications,
    "vendor_subject": Subject,
}


def _names(cls: type[attrs.AttrsInstance]) -> list[str]:
    return [field.name for field in attrs.fields(cls)]


class Rows(Generic[Value]):
    """Converts the rows of a table to values of one class, and back."""

    def __init__(self, cls: type[Value], table: Table) -> None:
        self._cls = cls
        self._flat = [name for name in _names(cls) if name not in _NESTED]
        self._nested = []
        columns = [*self._flat]
        for prefix in (name for name in _names(cls) if name in _NESTED):
            inner = _NESTED[prefix]
            self._nested.append((prefix, inner, _names(inner), slice(len(columns), len(columns) + len(_names(inner)))))
            columns += [f"{prefix}_{name}" for name in _names(inner)]
        self.columns: list[Column[Any]] = [table.c[name] for name in columns]
        """The columns to select, in the order that `value` expects."""
        self.width = len(columns)

    def value(self, row: Line) -> Value:
        """Make a value from its row."""
        fields = dict(zip(self._flat, row, strict=False))
        for prefix, inner, names, place in self._nested:
            own = row[place]
            fields[prefix] = None if own[0] is None else inner(**dict(zip(names, own, strict=True)))
        return self._cls(**fields)

    def record(self, value: Value) -> Record:
        """Make the row of a value."""
        record = {name: getattr(value, name) for name in self._flat}
        for prefix, _inner, names, _place in self._nested:
            nested = getattr(value, prefix)
            for name in names:
                record[f"{prefix}_{name}"] = None if nested is None else getattr(nested, name)
        return record


KEY_RECORDS = Rows(KeyRecord, schema.key_records)
WORKERS = Rows(Worker, schema.workers)
CLIENTS = Rows(Client, schema.clients)
PERSONS = Rows(Person, schema.persons)
ACCOUNTS = Rows(Account, schema.accounts)
LINKS = Rows(Link, schema.links)
ADDRESS_CHANGES = Rows(AddressChange, schema.address_changes)
REFUSALS = Rows(RefusalCount, schema.refusals)
SESSIONS = Rows(Session, schema.sessions)
TWO_STEPS = Rows(TwoStep, schema.two_steps)
VERIFICATIONS = Rows(Verification, schema.verifications)
CASE_HANDLERS = Rows(CaseHandler, schema.case_handlers)
API_KEYS = Rows(ApiKey, schema.api_keys)
EXTERNAL_IDS = Rows(ExternalId, schema.external_ids)
IDEMPOTENT_REQUESTS = Rows(IdempotentRequest, schema.idempotent_requests)
DOSSIERS = Rows(Dossier, schema.dossiers)
DOCUMENTS = Rows(Document, schema.documents)
MESSAGES = Rows(Message, schema.messages)
DRAFTS = Rows(Draft, schema.drafts)
UPLOADS = Rows(StagedUpload, schema.uploads)
SUBMISSIONS = Rows(Submission, schema.submissions)
PUBLIC_EVENTS = Rows(PublicEvent, schema.public_events)
WEBHOOKS = Rows(Webhook, schema.webhooks)
WEBHOOK_DELIVERIES = Rows(WebhookDelivery, schema.webhook_deliveries)
QUARANTINE = Rows(QuarantinedFile, schema.quarantine)
RECEIPTS = Rows(Receipt, schema.receipts)
QUESTIONNAIRE_DRAFTS = Rows(QuestionnaireDraft, schema.questionnaire_drafts)
QUESTIONNAIRE_FRAGMENTS = Rows(QuestionnaireFragment, schema.questionnaire_fragments)
QUESTIONNAIRES = Rows(Published, schema.questionnaires)
ASSIGNMENTS = Rows(Assignment, schema.assignments)
REMINDERS = Rows(Reminder, schema.reminders)
REQUESTS = Rows(DocumentRequest, schema.requests)
ANSWER_FILES = Rows(AnswerFile, schema.answer_files)
SMS_SENDS = Rows(SmsSend, schema.sms_sends)
ENTRIES = Rows(Entry, schema.entries)
FILE_FIELDS = tuple(_names(StoredFile))
HOLDING_COLUMNS = [*ACCOUNTS.columns, *CLIENTS.columns]


def fragments_in(rows: Iterable[Line]) -> Sequence[QuestionnaireFragment]:
    """Make the fragments of an office from their rows. Sorted here: databases differ in how they order hyphens."""
    return sorted(map(QUESTIONNAIRE_FRAGMENTS.value, rows), key=lambda each: each.id)


def file_columns(table: Table) -> list[Column[Any]]:
    """Return the columns of a file, in the order that `stored_file` expects."""
    return [table.c[f"file_{name}"] for name in FILE_FIELDS]


def stored_file(row: Line) -> StoredFile:
    """Make a file from its columns."""
    return StoredFile(**dict(zip(FILE_FIELDS, row, strict=True)))


def holding(row: Line) -> Holding:
    """Make an account and its client from their columns, `HOLDING_COLUMNS`."""
    return ACCOUNTS.value(row), CLIENTS.value(row[ACCOUNTS.width :])


# ------------------------------------------------------------------ values with a column of JSON
OFFICE_COLUMNS = [
    schema.offices.c[name]
    for name in (
        *(
            "id",
            "key",
            "base_url",
            "profile",
            "two_step_required",
            "vendor_sign_in",
            "address_changes",
            "notices",
            "reminders",
            "version",
        ),
        *(f"{logo}_{name}" for logo in ("logo", "dark_logo") for name in FILE_FIELDS),
    )
]
_TASK_FIELDS = _names(Task)
TASK_COLUMNS = [schema.tasks.c[name] for name in _TASK_FIELDS]


def read_office(row: Line) -> Office:
    """Make an office from its row."""
    return _office(*row)


@lru_cache(maxsize=1024)
def _office(id: UUID, key: str, base_url: str, profile: str, *others: Any) -> Office:
    """Make an office, cached: every page needs it, and it hardly ever changes."""
    two_step_required, vendor_sign_in, address_changes, notices, reminders, version, *logos = others
    logo, dark_logo = logos[: len(FILE_FIELDS)], logos[len(FILE_FIELDS) :]
    return Office(
        id=OfficeId(id),
        key=key,
        base_url=base_url,
        profile=CONVERTER.loads(profile, OfficeProfile),
        logo=None if logo[0] is None else stored_file(logo),
        dark_logo=None if dark_logo[0] is None else stored_file(dark_logo),
        two_step_required=two_step_required,
        vendor_sign_in=vendor_sign_in,
        address_changes=address_changes,
        notices=notices,
        reminders=reminders,
        version=version,
    )


def office_record(office: Office) -> Record:
    """Make the row of an office."""
    return {
        "id": office.id,
        "key": office.key,
        "base_url": office.base_url,
        "profile": CONVERTER.dumps(office.profile),
        "two_step_required": office.two_step_required,
        "vendor_sign_in": office.vendor_sign_in,
        "address_changes": office.address_changes,
        "notices": office.notices,
        "reminders": office.reminders,
        "version": office.version,
        **_logo_record("logo", office.logo),
        **_logo_record("dark_logo", office.dark_logo),
    }


def _logo_record(field: str, logo: StoredFile | None) -> Record:
    return {f"{field}_{name}": None if logo is None else getattr(logo, name) for name in FILE_FIELDS}


ENTRY_WIDTH = ENTRIES.width
LINE_COLUMNS = [*ENTRIES.columns, schema.entries.c.number, schema.entries.c.digest]


def read_line(row: Line) -> TrailLine:
    """Make an entry with its seal from its row."""
    number, digest = row[ENTRY_WIDTH:]
    return TrailLine(
        entry=ENTRIES.value(row[:ENTRY_WIDTH]), seal=None if number is None else Seal(number=number, digest=digest)
    )


def read_task(row: Line) -> Task:
    """Make a task from its row."""
    fields = dict(zip(_TASK_FIELDS, row, strict=True))
    fields["payload"] = CONVERTER.loads(fields["payload"], dict[str, str])
    return Task(**fields)


def task_record(task: Task) -> Record:
    """Make the row of a task that is not leased."""
    fields = attrs.asdict(task, recurse=False)
    return {**fields, "lane": lane_of(task.kind), "payload": CONVERTER.dumps(task.payload), "leased_until": None}


_parties = schema.dossier_parties
WAITS = (
    _parties.c.waiting_for,
    _parties.c.waiting_since,
    _parties.c.waiting_count,
    _parties.c.waiting_due_on,
    _parties.c.third_party,
)
"""The columns of `waiting_of`."""


def waiting_of(row: Line) -> Waiting | None:
    """Make who has to do something for a party. None if nothing is open."""
    whom, since, count, due_on, third_party = row
    if whom is None:
        return None
    name = third_party if whom is WaitingFor.THIRD_PARTY else None
    return Waiting(whom=whom, since=since, count=count, due_on=due_on, third_party=name)
