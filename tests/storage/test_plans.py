"""Statements use an index, so that their cost does not grow with the tables."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import attrs
import pytest
from sqlalchemy import Engine, event

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.adapters.storage.sql.reading import office_clients, office_dossiers
from klantportaal.adapters.storage.sql.schema import SEARCHED
from klantportaal.domain.accounts import Client
from klantportaal.domain.api_keys import ApiAccess, ApiArea, ApiKey, session_subject
from klantportaal.domain.auditing import Entry
from klantportaal.domain.drafts import Draft
from klantportaal.domain.messages import Message
from klantportaal.domain.onboarding import Link
from klantportaal.domain.outgoing import Lane, Task
from klantportaal.domain.questionnaires.answer_files import AnswerFile
from klantportaal.domain.questionnaires.answering import Answering
from klantportaal.domain.questionnaires.assignments import Assignment, AssignmentState
from klantportaal.domain.requests import Delivery, DocumentRequest, RequestState
from klantportaal.domain.sessions import Actor, OfficeActor, Session, SessionTimes
from klantportaal.domain.signing import sign
from klantportaal.domain.templates import PublishedTemplate
from klantportaal.domain.texting import E164, SmsSend
from klantportaal.domain.throttling import ThrottleSubject
from klantportaal.domain.values import ApiKeyId, DeliveryId, EntryId, Fingerprint, SmsId
from klantportaal.domain.waiting import WaitingFor
from klantportaal.ports.reading import WAITING, DossierQuery, OpenAction, RequestRow, TrailQuery
from klantportaal.ports.storage import UnitOfWork
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.assignments import EXACT, TODAY
from klantportaal.testing.fakes import PlainSeals

Run = tuple[str, Any]
"""A statement and its parameters, as the driver receives them."""


@contextmanager
def noted(engine: Engine) -> Iterator[list[Run]]:
    """Collect the statements that an engine runs."""
    runs: list[Run] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        runs.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    yield runs
    event.remove(engine, "before_cursor_execute", note)


def plan(storage: SqlStorage, run: Run, *, in_order: bool = False) -> str:
    """Return the query plan of a statement.

    Args:
        storage: the storage.
        run: the statement.
        in_order: whether PostgreSQL may sort only what no index has in order. With few rows, it sorts all the same.
    """
    statement, parameters = run
    with storage._engines.writing.connect() as borrowed:
        if borrowed.dialect.name == "sqlite":
            rows = borrowed.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            return "\n".join(row[3] for row in rows)
        # With few rows, PostgreSQL would scan the table despite its indexes.
        borrowed.exec_driver_sql("SET LOCAL enable_seqscan = off")
        borrowed.exec_driver_sql(f"SET LOCAL enable_sort = {'off' if in_order else 'on'}")
        return "\n".join(row[0] for row in borrowed.exec_driver_sql(f"EXPLAIN {statement}", parameters).all())


def is_by_index(plan: str) -> bool:
    """Tell whether a plan scans no table, except that of the offices, which is small, and a page that was found."""
    found = "anon_|chosen|page|newest|unread|unseen|waiting|latest|longest|older|used|CONSTANT ROW"
    return re.search(rf"Seq Scan on (?!offices)|SCAN (?!offices|{found})", plan) is None


class Given:
    """An assignment with all that belongs to it, and the actors who read it."""

    def __init__(self, storage: SqlStorage) -> None:
        self.storage = storage
        self.scene = scene = Scene(storage=storage)
        self.office = office = scene.office()
        client, account = scene.person(office)
        self.client: Client = client
        dossier = scene.dossier(office, client)
        answering = Answering(as_of=TODAY, raw=EXACT)
        self.assignment: Assignment = scene.assignment(dossier, client, answering=answering)
        self.file: AnswerFile = scene.answer_file(self.assignment, account)
        self.request: DocumentRequest = scene.request(dossier, client)
        self.template: PublishedTemplate = scene.template(office)
        self.actor: Actor = scene.actor(account)
        self.session: Session = scene.session(account)
        self.link: Link = scene.link(account)
        self.task: Task = scene.task(account)
        self.draft: Draft = scene.draft(dossier, account)
        self.entry: Entry = sign(
            Entry(
                id=EntryId(scene.ids.new()),
                office_id=office.id,
                at=scene.clock.now(),
                what="SignedIn",
                which="{}",
                person_id=account.person_id,
                account_id=account.id,
                client_id=client.id,
                handler=None,
                network_address=None,
            ),
            PlainSeals().digest,
        )
        now = scene.clock.now()
        self.key: ApiKey = ApiKey(
            id=ApiKeyId(scene.ids.new()),
            office_id=office.id,
            name="boekhouding",
            fingerprint=Fingerprint(b"f" * 32),
            scopes={ApiArea.CLIENTS: ApiAccess.READ},
            made_at=now,
            expires_at=now,
        )
        self.counted: ThrottleSubject = session_subject(self.session.id)
        with storage.begin() as uow:
            uow.audit.append([self.entry])
            uow.api_keys.add(self.key)
            uow.throttles.hold(office.id, [self.counted], at=now)
            uow.commit()
        self.message: Message = scene.outbound(dossier, client, account)
        scene.outbound(dossier, client, account, handled_at=scene.clock.now(), handled_by="mr. A. de Wit")
        self.desk: OfficeActor = scene.office_actor(office)

    def ask(self) -> None:
        """Ask the client for much more, half of it without a due date; and let it answer as many requests."""
        declared = Delivery(
            id=DeliveryId(self.scene.ids.new()),
            account_id=self.actor.account_id,
            delivered_by=self.actor.name,
            delivered_at=self.scene.clock.now(),
            note="Heb ik niet.",
        )
        for number in range(60):
            due_on = date(2026, 3, 1) + timedelta(days=number) if number % 2 else None
            asked = self.scene.dossier(self.office, self.client)
            self.scene.assignment(asked, self.client, due_on=due_on)
            item = attrs.evolve(self.request.items[0], due_on=due_on)
            self.scene.request(asked, self.client, items=(item,))
            self.scene.request(asked, self.client, items=(attrs.evolve(item, deliveries=(declared,)),))

    def correspond(self) -> None:
        """Write messages in as many dossiers: of few, PostgreSQL may sort all rather than read some in order."""
        _client, account = self.scene.person(self.office)
        for number in range(120):
            dossier = self.scene.dossier(self.office, self.client)
            handled = {"handled_at": self.scene.clock.now(), "handled_by": "mr. A. de Wit"} if number % 2 else {}
            self.scene.outbound(dossier, self.client, account, **handled)

    def crowd(self) -> None:
        """Add other persons of the office, and let PostgreSQL count: in a small table all indexes cost the same.

        What other tests deleted is taken out first, because PostgreSQL counts its pages too.
        """
        for _each in range(40):
            _client, account = self.scene.person(self.office)
            self.scene.session(account)
            self.scene.link(account)
            self.scene.task(account)
        if self.storage._engines.writing.dialect.name == "postgresql":
            borrowed = self.storage._engines.writing.raw_connection()
            borrowed.cursor().execute("VACUUM (ANALYZE)")
            borrowed.close()


READS: dict[str, Callable[[SqlStorage, Given], object]] = {
    "who has to do something": lambda storage, given: storage.read.office_waiting(given.desk),
    "whom the office owes something": lambda storage, given: storage.read.office_waiting(
        given.desk, whom=WaitingFor.OFFICE
    ),
    "what nobody opened": lambda storage, given: storage.read.office_unseen(given.desk, until=given.scene.clock.now()),
    "what a party did not open": lambda storage, given: storage.read.office_unseen_of(
        given.desk, given.assignment.dossier_id, given.assignment.client_id
    ),
    "home": lambda storage, given: storage.read.home(given.actor),
    "news": lambda storage, given: storage.read.news(given.actor),
    "list of dossiers": lambda storage, given: storage.read.dossiers(given.actor, DossierQuery()),
    "actions": lambda storage, given: storage.read.open_actions(given.actor),
    "actions of a dossier": lambda storage, given: storage.read.open_actions(given.actor, given.assignment.dossier_id),
    "assignment": lambda storage, given: storage.read.assignment(given.actor, given.assignment.id),
    "document": lambda storage, given: storage.read.document(given.desk.office_id, given.assignment.digest),
    "revisions": lambda storage, given: storage.read.office_revisions(given.desk),
    "revisions of one": lambda storage, given: storage.read.office_revisions(
        given.desk, questionnaire=given.assignment.questionnaire
    ),
    "list": lambda storage, given: storage.read.office_assignments(given.desk),
    "list of a state": lambda storage, given: storage.read.office_assignments(given.desk, state=AssignmentState.OPEN),
    "list of a dossier": lambda storage, given: storage.read.office_assignments(
        given.desk, dossier_id=given.assignment.dossier_id
    ),
    "list of both": lambda storage, given: storage.read.office_assignments(
        given.desk, dossier_id=given.assignment.dossier_id, state=AssignmentState.OPEN
    ),
    "the office's assignment": lambda storage, given: storage.read.office_assignment(given.desk, given.assignment.id),
    "waiting requests": lambda storage, given: storage.read.waiting_requests(given.actor),
    "waiting requests of a dossier": lambda storage, given: storage.read.waiting_requests(
        given.actor, given.request.dossier_id
    ),
    "delivered requests": lambda storage, given: storage.read.delivered_requests(given.actor),
    "requests of a dossier": lambda storage, given: storage.read.requests(given.actor, given.request.dossier_id),
    "request": lambda storage, given: storage.read.request(given.actor, given.request.id),
    "list of requests": lambda storage, given: storage.read.office_requests(given.desk),
    "list of requests in a state": lambda storage, given: storage.read.office_requests(
        given.desk, state=RequestState.WAITING
    ),
    "list of requests in a dossier": lambda storage, given: storage.read.office_requests(
        given.desk, dossier_id=given.request.dossier_id
    ),
    "list of requests by both": lambda storage, given: storage.read.office_requests(
        given.desk, dossier_id=given.request.dossier_id, state=RequestState.WAITING
    ),
    "list of delivered requests": lambda storage, given: storage.read.office_delivered_requests(given.desk),
    "the office's request": lambda storage, given: storage.read.office_request(given.desk, given.request.id),
    "templates": lambda storage, given: storage.read.office_request_templates(given.desk),
    "template": lambda storage, given: storage.read.request_template(given.desk.office_id, given.template.digest),
    "sessions": lambda storage, given: storage.read.sessions(
        given.actor, times=SessionTimes(), at=given.assignment.assigned_at
    ),
    "session": lambda storage, given: storage.read.session(given.desk.office_id, given.session.fingerprint),
    "link": lambda storage, given: storage.read.link(
        given.desk.office_id, given.link.fingerprint, given.link.purpose, at=given.link.made_at
    ),
    "API key": lambda storage, given: storage.read.api_key(given.desk.office_id, given.key.fingerprint),
    "counter": lambda storage, given: storage.read.counter(given.desk.office_id, given.counted),
    "account": lambda storage, given: storage.read.account(given.actor, given.actor.account_id),
    "other accounts": lambda storage, given: storage.read.other_accounts(given.actor),
    "profile": lambda storage, given: storage.read.profile(given.actor),
    "extra accounts": lambda storage, given: storage.read.extra_accounts(given.actor),
    "drafts": lambda storage, given: storage.read.drafts(given.actor, given.draft.dossier_id, at=given.draft.saved_at),
    "draft": lambda storage, given: storage.read.draft(
        given.actor, given.draft.dossier_id, given.draft.id, at=given.draft.saved_at
    ),
    "unnamed": lambda storage, given: storage.read.unnamed([given.file.file.key]),
    "named files": lambda storage, given: storage.read.named_files(),
}


@pytest.mark.parametrize("read", READS)
def test_a_read_is_one_statement_by_an_index(storage: SqlStorage, read: str) -> None:
    """QU-1, PE-3: each read is one statement with an index; no list loads the documents."""
    given = Given(storage)
    with noted(storage._engines.readers._engine) as runs:
        assert READS[read](storage, given) is not None
    [run] = runs
    assert is_by_index(plan(storage, run)), plan(storage, run)
    assert ("questionnaires.document" in run[0]) == (read == "document")
    assert ("requests.items" in run[0]) == (read in {"request", "the office's request"})
    if read.startswith("list"):
        assert "answering" not in run[0]


SEVERAL: dict[str, tuple[int, Callable[[SqlStorage, Given], object]]] = {
    "conversation": (
        2,
        lambda storage, given: storage.read.conversation(given.actor, given.message.dossier_id, given.message.id),
    ),
    "office conversation": (
        3,
        lambda storage, given: storage.read.office_conversation(given.desk, given.message.id),
    ),
    "mail problems": (2, lambda storage, given: storage.read.office_mail_problems(given.desk)),
}
"""Reads of several statements, with their number."""


@pytest.mark.parametrize("read", SEVERAL)
def test_a_read_of_several_statements_uses_indexes(storage: SqlStorage, read: str) -> None:
    """ME-6, AL-6: each statement uses an index, and the messages of a conversation that of threads."""
    given, (number, make) = Given(storage), SEVERAL[read]
    given.crowd()
    with noted(storage._engines.readers._engine) as runs:
        make(storage, given)
    assert len(runs) == number
    assert ("messages_thread" in plan(storage, runs[0])) == ("conversation" in read)
    for run in runs:
        assert is_by_index(plan(storage, run)), plan(storage, run)


LISTS: dict[str, Callable[[SqlStorage, Given], object]] = {
    "clients": lambda storage, given: storage.read.office_clients(given.desk),
    "dossiers": lambda storage, given: storage.read.office_dossiers(given.desk),
    "search for clients": lambda storage, given: storage.read.office_clients(given.desk, search="klant3"),
    "search for dossiers": lambda storage, given: storage.read.office_dossiers(given.desk, search="niets"),
    "inbox": lambda storage, given: storage.read.office_inbox(given.desk),
    "handled": lambda storage, given: storage.read.office_inbox(given.desk, handled=True),
    "trail": lambda storage, given: storage.read.office_trail(given.desk, TrailQuery()),
    "kind": lambda storage, given: storage.read.office_trail(given.desk, TrailQuery(what="SignedIn")),
    "until": lambda storage, given: storage.read.office_trail(given.desk, TrailQuery(until=given.link.made_at)),
    "page of a kind": lambda storage, given: storage.read.office_trail(
        given.desk, TrailQuery(what="SignedIn", since=given.link.made_at, after=given.entry.id, oldest_first=True)
    ),
}
_FOUND = r"SCAN (?:newest|page|shown|found|\w+_found|\w+_trigrams VIRTUAL TABLE INDEX 0:M1)(?= LEFT|$)"
FOUND = re.compile(_FOUND, re.MULTILINE)
"""What SQLite may read whole: what an index found, which is limited; and the index of trigrams, as it does a MATCH."""


@pytest.mark.parametrize("read", LISTS)
def test_the_office_reads_no_list_row_by_row(storage: SqlStorage, monkeypatch: pytest.MonkeyPatch, read: str) -> None:
    """OF-1: each statement of the office's lists and searches, in each step of a search, reads by an index."""
    given = Given(storage)
    given.crowd()
    for module in (office_clients, office_dossiers):
        monkeypatch.setattr(module, "_SEARCH", attrs.evolve(module._SEARCH, most=-1))
    with noted(storage._engines.readers._engine) as runs:
        LISTS[read](storage, given)
    plans = [plan(storage, run) for run in runs]
    for found in plans:
        assert is_by_index(FOUND.sub("", found)), found
        assert not re.search(r"(?:accounts|persons|submissions) USING INDEX \w+ \(office_id=\?\)", found), found
    assert len(runs) == {"search for clients": 4, "search for dossiers": 3, "clients": 2, "inbox": 2, "handled": 2}.get(
        read, 2 if read == "page of a kind" else 1
    )


@pytest.mark.parametrize("name", SEARCHED)
def test_a_search_uses_the_index_of_trigrams(storage: SqlStorage, name: str) -> None:
    """DO-2: what the newest rows do not have is found by the trigrams of each text."""
    given = Given(storage)
    given.crowd()
    with noted(storage._engines.readers._engine) as runs:
        LISTS["search for dossiers" if name == "dossiers" else "search for clients"](storage, given)
        storage.read.office_clients(given.desk, search="bestaat niet")
    found = "\n".join(plan(storage, run) for run in runs)
    index = {"sqlite": f"{name}_trigrams VIRTUAL TABLE INDEX 0:M1", "postgresql": f"{name}_trigrams_found"}
    assert index[storage._engines.readers.dialect] in found, found


@pytest.mark.parametrize(
    "read, index",
    [
        ("handled", "messages_handled"),
        ("inbox", "messages_inbox"),
        ("trail", "entries_at"),
        ("kind", "entries_what"),
        ("until", "entries_at"),
        ("page of a kind", "entries_what"),
        ("dossiers", "dossiers_list"),
    ],
)
def test_an_offices_list_has_an_index_in_its_order(storage: SqlStorage, read: str, index: str) -> None:
    """OF-1, SI-5: a page is read from its place in an index, in order, so nothing before it is read or sorted."""
    given = Given(storage)
    given.correspond()
    given.crowd()
    with noted(storage._engines.readers._engine) as runs:
        LISTS[read](storage, given)
    found = [
        plan(storage, run, in_order=True)
        for run in runs
        if "submissions" not in run[0] and "SELECT entries.at \n" not in run[0]
    ]
    assert len(found) == 1
    assert re.search(rf"\b{index}\b", found[0]), found[0]
    if index.startswith("messages"):  # The page is found in an index; then what belongs to its rows is looked up.
        assert re.search(r"(?:CO-ROUTINE|MATERIALIZE) page|-> +Limit", found[0]), found[0]
    else:
        assert not re.search("TEMP B-TREE|Sort", found[0]), found[0]


def test_what_waits_is_read_by_due_date(storage: SqlStorage) -> None:
    """NW-1: of all that waits for a client, home reads the first by due date from an index, and sorts nothing."""
    given = Given(storage)
    given.ask()
    given.crowd()
    with noted(storage._engines.readers._engine) as runs:
        assert len(storage.read.news(given.actor).waiting) == WAITING
    found = plan(storage, runs[0], in_order=True)
    for index in ("assignments_due", "requests_due"):
        assert len(re.findall(rf"\b{index}\b", found)) == 2, found
    sorted_by = re.findall(r"Sort Key: (\w+)\.due_on", found)
    after = [part.partition("SCAN waiting")[0] for part in found.split("MATERIALIZE waiting")[1:]]
    assert (sorted_by, [part for part in after if "TEMP B-TREE" in part]) == ([], []), found


IN_ORDER: dict[str, tuple[str, int, Callable[[SqlStorage, Given], Sequence[OpenAction | RequestRow]]]] = {
    "questionnaires": (
        "assignments_due",
        2,
        lambda storage, given: storage.read.open_actions(given.actor, size=2),
    ),
    "requests": ("requests_due", 2, lambda storage, given: storage.read.waiting_requests(given.actor, size=2)),
    "delivered requests": (
        "requests_handed_in",
        1,
        lambda storage, given: storage.read.delivered_requests(given.actor, size=2),
    ),
}
"""The index that has the rows in their order, and how often it is read: what has no due date is read apart."""


@pytest.mark.parametrize("what", IN_ORDER)
def test_a_page_of_what_is_asked_comes_in_order(storage: SqlStorage, what: str) -> None:
    """QU-1, RQ-1: an index gives a page of it in its order, so that nothing behind the page is read or sorted."""
    given, (index, times, read) = Given(storage), IN_ORDER[what]
    given.ask()
    given.crowd()
    with noted(storage._engines.readers._engine) as runs:
        assert len(read(storage, given)) == 2
    [run] = runs
    found = plan(storage, run, in_order=True)
    assert len(re.findall(rf"\b{index}\b", found)) == times, found
    assert not re.search(r"Sort|TEMP B-TREE", found), found


HEALTH: dict[str, Callable[[SqlStorage, Given], object]] = {
    "lanes": lambda storage, given: storage.read.lanes(at=given.assignment.assigned_at),
    "failing tasks": lambda storage, _given: storage.read.failing_tasks(),
    "unsealed entries": lambda storage, _given: storage.read.unsealed_entries(),
}
PARTIAL = re.compile(r"SCAN \w+ USING (?:COVERING )?INDEX (?:tasks_due|tasks_problems|entries_unsealed)\b|SCAN lanes\b")
"""What may be read whole: the tasks that wait or failed, the entries without a seal, and a row for each lane."""


@pytest.mark.parametrize("read", HEALTH)
def test_the_health_report_reads_what_waits(storage: SqlStorage, read: str) -> None:
    """AL-6: each read of the health report is one statement. It reads neither done tasks nor sealed entries."""
    given = Given(storage)
    given.crowd()
    with noted(storage._engines.readers._engine) as runs:
        HEALTH[read](storage, given)
    [run] = runs
    found = plan(storage, run)
    assert is_by_index(PARTIAL.sub("", found)), found
    assert re.search("entries_unsealed" if read == "unsealed entries" else "tasks_due|tasks_problems", found)


WRITES: dict[str, Callable[[UnitOfWork, Given], object]] = {
    "newest": lambda uow, given: uow.questionnaires.newest(given.desk.office_id, given.assignment.questionnaire),
    "revision": lambda uow, given: uow.questionnaires.revision(
        given.desk.office_id, given.assignment.questionnaire, given.assignment.revision
    ),
    "document": lambda uow, given: uow.questionnaires.document(given.desk.office_id, given.assignment.digest),
    "get": lambda uow, given: uow.assignments.get(given.desk.office_id, given.assignment.id),
    "visible to": lambda uow, given: uow.assignments.visible_to(given.actor, given.assignment.id),
    "save": lambda uow, given: uow.assignments.save(given.assignment),
    "files": lambda uow, given: uow.assignments.files(given.desk.office_id, given.assignment.id),
    "drop": lambda uow, given: uow.assignments.drop(given.desk.office_id, [given.file.id]),
    "request": lambda uow, given: uow.requests.get(given.desk.office_id, given.request.id),
    "request visible to": lambda uow, given: uow.requests.visible_to(given.actor, given.request.id),
    "save a request": lambda uow, given: uow.requests.save(given.request),
    "newest template": lambda uow, given: uow.request_templates.newest(given.desk.office_id, given.template.template),
    "person": lambda uow, given: uow.persons.get(given.actor.office_id, given.actor.person_id),
    "take a person": lambda uow, given: uow.persons.take(given.actor.office_id, given.actor.person_id),
    "person by address": lambda uow, given: uow.persons.by_address(given.actor.office_id, "klant1@example.nl"),
    "accounts of a person": lambda uow, given: uow.accounts.of_person(given.actor.office_id, given.actor.person_id),
    "accounts of clients": lambda uow, given: uow.accounts.of_clients(given.actor.office_id, [given.actor.client_id]),
    "hold": lambda uow, given: uow.accounts.hold(given.actor),
    "newest link": lambda uow, given: uow.links.newest(
        given.actor.office_id, given.actor.person_id, given.link.purpose
    ),
    "void links": lambda uow, given: uow.links.void(
        given.actor.office_id, given.actor.person_id, given.link.purpose, at=given.link.made_at
    ),
    "switch": lambda uow, given: uow.sessions.switch(given.actor, given.actor.account_id),
    "end all": lambda uow, given: uow.sessions.end_all(
        given.actor.office_id, given.actor.person_id, at=given.link.made_at
    ),
    "end acting for": lambda uow, given: uow.sessions.end_acting_for(
        given.actor.office_id, given.actor.account_id, at=given.link.made_at
    ),
    "two-step verification": lambda uow, given: uow.two_steps.of(given.actor.office_id, given.actor.person_id),
    "companions": lambda uow, given: uow.outbox.lease_companions(
        given.task, at=given.task.due_at, until=given.task.due_at
    ),
    "clear refusals": lambda uow, given: uow.outbox.clear_refusals(given.actor.office_id, given.actor.person_id),
    "count drafts": lambda uow, given: uow.drafts.count(given.actor, given.draft.dossier_id, at=given.draft.saved_at),
    "save a draft": lambda uow, given: uow.drafts.save(given.draft),
    "remove a draft": lambda uow, given: uow.drafts.remove(
        given.desk.office_id, given.actor.account_id, given.draft.id
    ),
    "remove all drafts": lambda uow, given: uow.drafts.remove_all(given.desk.office_id, given.actor.account_id),
    "forget drafts": lambda uow, given: uow.drafts.forget(before=given.draft.saved_at, limit=9),
    "prolong": lambda uow, given: uow.uploads.prolong(
        given.actor, given.draft.id, at=given.draft.saved_at, until=given.draft.expires_at
    ),
    "attachments": lambda uow, given: uow.submissions.of_message(given.desk.office_id, given.message.id),
}


@pytest.mark.parametrize("write", WRITES)
def test_a_step_of_a_unit_of_work_is_one_statement_by_an_index(storage: SqlStorage, write: str) -> None:
    """QU-2, PE-1: each step of saving, completing and signing in is one statement with an index."""
    given = Given(storage)
    with noted(storage._engines.writing) as runs, storage.begin() as uow:
        WRITES[write](uow, given)
    [run] = [run for run in runs if not run[0].startswith("BEGIN")]
    assert is_by_index(plan(storage, run)), plan(storage, run)


@pytest.mark.parametrize(
    "write,index",
    [
        ("person by address", "persons_address"),
        ("accounts of a person", "accounts_person"),
        ("newest link", "links_person"),
        ("end all", "sessions_person"),
        ("end acting for", "sessions_account"),
        ("companions", "tasks_companions"),
        ("clear refusals", "tasks_person"),
    ],
)
def test_what_is_a_persons_is_found_by_an_index_of_its_own(storage: SqlStorage, write: str, index: str) -> None:
    """PE-1: however many persons an office has, and however much is kept of each; not by the office alone."""
    given = Given(storage)
    given.crowd()
    with noted(storage._engines.writing) as runs, storage.begin() as uow:
        WRITES[write](uow, given)
    [run] = [run for run in runs if not run[0].startswith("BEGIN")]
    assert re.search(rf"\b{index}\b", plan(storage, run)), plan(storage, run)


def written(storage: SqlStorage, save: Callable[[UnitOfWork], None]) -> list[str]:
    """Return the columns that a save updates."""
    with noted(storage._engines.writing) as runs, storage.begin() as uow:
        save(uow)
    [statement] = [statement for statement, _parameters in runs if statement.startswith("UPDATE")]
    changed = statement.partition(" SET ")[2].partition(" WHERE ")[0]
    return sorted(each.partition("=")[0].strip() for each in changed.split(","))


def test_a_save_writes_what_changes_and_no_more(storage: SqlStorage) -> None:
    """QU-2: saving a page updates the columns of its answers only."""
    given = Given(storage)

    def save_page(uow: UnitOfWork) -> None:
        standing = uow.assignments.visible_to(given.actor, given.assignment.id)
        uow.assignments.save(attrs.evolve(standing, progress=50, answering=Answering(as_of=TODAY)))

    def withdraw(uow: UnitOfWork) -> None:
        standing = uow.assignments.get(given.desk.office_id, given.assignment.id)
        uow.assignments.save(attrs.evolve(standing, state=AssignmentState.WITHDRAWN))

    page = ["answering", "progress", "saved_at", "version"]
    seldom = ["completed_by", "completed_in", "digest", "ended_at", "given", "revision"]
    seldom += ["started_at", "state", "submission_id"]
    assert written(storage, save_page) == page
    assert written(storage, withdraw) == sorted(page + seldom)
    assert written(storage, lambda uow: uow.assignments.save(given.assignment)) == sorted(page + seldom)


@pytest.mark.parametrize("lane", Lane)
def test_a_lane_finds_its_work_by_an_index(storage: SqlStorage, lane: Lane) -> None:
    """TS-2: a lane begins an index in the order of its tasks: neither other lanes nor equal due times delay it."""
    now = Scene(storage=storage).clock.now()
    with noted(storage._engines.writing) as runs, storage.begin() as uow:
        uow.outbox.lease(lane, at=now, until=now, limit=1)
    [run] = [run for run in runs if not run[0].startswith("BEGIN")]
    found = plan(storage, run)
    assert re.search(r"\btasks_due\b", found), found
    assert not re.search("TEMP B-TREE|Sort", found), found


def test_budgets_are_counted_by_an_index(storage: SqlStorage) -> None:
    """TS-2: counting the SMSs of a day uses an index."""
    scene = Scene(storage=storage)
    client, account = scene.person(scene.office())
    now = scene.clock.now()
    send = SmsSend(
        id=SmsId(scene.ids.new()),
        office_id=account.office_id,
        person_id=account.person_id,
        client_id=client.id,
        number=E164("+31612345678"),
        at=now,
    )
    with noted(storage._engines.writing) as runs, storage.begin() as uow:
        uow.texts.count(send, since=now, day=now)
    [_lock, run] = [run for run in runs if not run[0].startswith("BEGIN")]
    assert re.search(r"\bsms_sends_day\b", plan(storage, run)), plan(storage, run)
