"""How many statements a page takes, and text that databases cannot store."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.documents import DocumentKind
from klantportaal.domain.errors import Absent
from klantportaal.domain.offices import StatusCode
from klantportaal.domain.outgoing import Lane
from klantportaal.domain.public_events import Announcement, EventContent, EventType
from klantportaal.domain.values import EventId, FileKey
from klantportaal.ports.reading import DossierQuery
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import START

UNSTORABLE = ("\0", "jan\0sen", "\ud800", "jan\udfffsen")
"""Text that PostgreSQL refuses, or that cannot be encoded in UTF-8."""


@contextmanager
def counted(storage: SqlStorage, *, writing: bool = False) -> Iterator[list[str]]:
    """Collect the statements of the connections for reading, or of those for writing."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    engine = storage._engines.writers._engine if writing else storage._engines.readers._engine
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("tab", ["documents", "messages", "submissions"])
def test_a_dossier_takes_four_statements(storage: SqlStorage, tab: str) -> None:
    """DO-4: a page of a dossier takes four: session, dossier, counts of the tabs, and rows of one tab.

    The tab of what the client delivered takes a fifth, for what the office asked (RQ-1).
    """
    scene = Scene(storage=storage)
    office = scene.office()
    client, account = scene.person(office)
    session, dossier, actor = scene.session(account), scene.dossier(office, client), scene.actor(account)
    scene.document(dossier, client)
    scene.submission(dossier, account, scene.outbound(dossier, client, account))
    read = storage.read
    rows: dict[str, Callable[[], Any]] = {
        "documents": lambda: read.documents(actor, dossier.id, DocumentKind.DOCUMENT),
        "messages": lambda: read.messages(actor, dossier.id),
        "submissions": lambda: read.submissions(actor, dossier.id),
    }
    with counted(storage) as statements:
        read.session(office.id, session.fingerprint)
        read.dossier(actor, dossier.id)
        read.tabs(actor, dossier.id)
        assert len(rows[tab]()) == 1
        if tab == "submissions":
            read.requests(actor, dossier.id)
    assert len(statements) == (5 if tab == "submissions" else 4)


def test_a_conversation_takes_two_statements(storage: SqlStorage) -> None:
    """ME-6: the messages of a conversation, and their attachments, whatever message is opened."""
    scene = Scene(storage=storage)
    office = scene.office()
    client, account = scene.person(office)
    dossier, actor = scene.dossier(office, client), scene.actor(account)
    first = scene.inbound(dossier, client)
    thread = [first, *(scene.inbound(dossier, client, thread_id=first.thread_id) for _each in range(5))]
    for opened in (thread[0], thread[-1]):
        with counted(storage) as statements:
            conversation = storage.read.conversation(actor, dossier.id, opened.id, size=2)
        assert opened.id in [each.id for each in conversation.messages]
        assert len(statements) == 2


def test_events_take_a_statement_for_each_count(storage: SqlStorage) -> None:
    """EV-1: the events of a change take one count of their office, one of each dossier, and one INSERT."""
    scene = Scene(storage=storage)
    office = scene.office()
    client, _account = scene.person(office)
    dossiers = [scene.dossier(office, client) for _each in range(2)]

    def tell() -> list[str]:
        with counted(storage, writing=True) as statements, storage.begin() as uow:
            for dossier in dossiers * 3:
                content = EventContent(type=EventType.MESSAGE_SENT, dossier_id=dossier.id, data={})
                uow.events.add(Announcement(id=EventId(uuid4()), office_id=office.id, at=START, content=content))
            uow.commit()
        return [each.split()[0] for each in statements if not each.startswith("BEGIN")]

    tell()  # The first events begin the counts.
    assert tell() == ["UPDATE", "UPDATE", "UPDATE", "INSERT"]


@pytest.mark.parametrize("search", ["", "komt niet voor"])
def test_home_takes_three_statements_and_the_list_two(storage: SqlStorage, search: str) -> None:
    """NW-1, HO-2, DO-2, DO-3: home and the list of dossiers take the session, and two and one of their own."""
    scene = Scene(storage=storage)
    office = scene.office()
    client, account = scene.person(office)
    session, actor = scene.session(account), scene.actor(account)
    scene.dossier(office, client)
    scene.dossier(office, client, status="archived")
    with counted(storage) as statements:
        storage.read.session(office.id, session.fingerprint)
        storage.read.home(actor)
        storage.read.news(actor)
    assert len(statements) == 3
    with counted(storage) as statements:
        storage.read.session(office.id, session.fingerprint)
        found = storage.read.dossiers(actor, DossierQuery(search=search))
    assert len(statements) == 2
    assert found.statuses == {"in_progress", "archived"}


def test_statuses_in_any_number_make_few_statements(storage: SqlStorage) -> None:
    """DO-3: any number of statuses, also unknown ones, gives few different statements."""
    scene = Scene(storage=storage)
    office = scene.office()
    client, account = scene.person(office)
    dossier = scene.dossier(office, client, status="archived")
    actor = scene.actor(account)
    with counted(storage) as statements:
        for many in range(1, 70):
            made_up = frozenset({"archived", *(f"verzonnen_{number}" for number in range(many))})
            found = storage.read.dossiers(actor, DossierQuery(statuses=made_up))
            assert [row.id for row in found.rows] == [dossier.id]
    assert len(set(statements)) == 7
    assert storage.read.dossiers(actor, DossierQuery(statuses=frozenset())).rows == ()


def test_a_query_that_no_database_takes(storage: SqlStorage) -> None:
    """AL-1: a search or status with NUL finds nothing, without an error."""
    scene = Scene(storage=storage)
    office = scene.office()
    client, account = scene.person(office)
    scene.dossier(office, client)
    actor = scene.actor(account)
    assert storage.read.dossiers(actor, DossierQuery(statuses=frozenset({StatusCode("\0")}))).rows == ()
    for search in ("\0", "2026\0-"):
        storage.read.dossiers(actor, DossierQuery(search=search))


@pytest.mark.parametrize("text", UNSTORABLE)
def test_what_no_database_takes_is_just_not_found(storage: SqlStorage, text: str) -> None:
    """AL-1: text that cannot be stored is not found, without a database error."""
    scene = Scene(storage=storage)
    office = scene.office()
    client, _account = scene.person(office)
    scene.dossier(office, client)
    desk = scene.office_actor(office)
    assert storage.read.unnamed([FileKey(text)]) == {text}
    with storage.begin() as uow:
        assert uow.persons.by_address(office.id, f"{text}@example.nl") is None
        assert uow.questionnaires.newest(office.id, text) is None
        for look in (uow.questionnaires.document, lambda id, name: uow.questionnaires.revision(id, name, 1)):
            with pytest.raises(Absent):
                look(office.id, text)
    with pytest.raises(Absent):
        storage.read.document(office.id, text)
    assert list(storage.read.office_revisions(desk, questionnaire=text)) == []
    for search in (text, f"2026{text}-"):
        storage.read.office_dossiers(desk, search=search)
        storage.read.office_clients(desk, search=search)


def test_what_a_mail_server_says_is_kept_as_far_as_it_can_be(storage: SqlStorage) -> None:
    """AL-2: a refusal by a mail server is kept even if its text has NUL or a surrogate."""
    scene = Scene(storage=storage)
    office = scene.office()
    _client, account = scene.person(office)
    scene.task(account)
    now = scene.clock.now()
    with storage.begin() as uow:
        [task] = uow.outbox.lease(Lane.NOTIFICATION, at=now, until=now, limit=1)
        assert uow.outbox.refuse(task, problem="550 \udc80 no\0 such user")
        uow.commit()
    [problem] = storage.read.office_mail_problems(scene.office_actor(office))
    assert problem.problem == "550  no such user"


def test_a_document_may_be_left_without_an_audience(storage: SqlStorage) -> None:
    """DC-3: a document can have an empty audience."""
    scene = Scene(storage=storage)
    office = scene.office()
    client, _account = scene.person(office)
    document = scene.document(scene.dossier(office, client))
    with storage.begin() as uow:
        assert uow.documents.get(office.id, document.id) == document
        assert uow.documents.audience(office.id, document.id) == frozenset()
