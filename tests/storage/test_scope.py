"""OF-2: every statement of a use case is within one office, so that the database can be split by office."""

import inspect
import sys
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import CodeType
from typing import Any

import attrs
import pytest
from sqlalchemy import event

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.adapters.storage.sql.rights import needed
from klantportaal.domain.errors import NotSignedIn, PortalError
from tests.domain.test_bounces import KEY, changed
from tests.support import surface
from tests.support.scoping import rights, unbound
from tests.support.storages import empty, sqlite_copy
from tests.usecases.matrix import client_calls, office_calls
from tests.usecases.matrix.scene import Things, build
from tests.usecases.world import World

CODES: Mapping[CodeType, str] = {inspect.unwrap(call).__code__: name for name, call in surface.calls().items()}
"""The name of each call of the portal, by its code."""

ALL_OFFICES: Mapping[str, str] = {
    "background.dispatcher.run_once": "leases what is due in any office: a dispatcher works for all of them",
    "background.reminders.run_once": "finds who may have to be reminded in any office",
    "background.sealer.run_once": "looks in which offices there is anything to seal; the sealing itself is within one",
    "background.secrets.usage": "counts what is stored under each pepper and key, for the vendor",
    "background.sweeper.run_once": "removes what is over, in whichever office it was",
    "background.verify": "compares everything that is stored, for the operator",
    "health": "counts what is due or late in the whole portal",
    "office.clients.list": "searches an index of trigrams that is of all offices, and drops the rows of others",
    "office.dossiers.list": "the same",
    "offices.deviations": "lists the offices, for the vendor",
    "offices.list": "lists the offices, for the vendor",
    "offices.only": "looks whether there is one office, for the vendor",
}
"""The calls with statements that are not within one office, each with the reason."""
NOT_HEARD: Mapping[str, str] = {
    "background.backup": "copies the whole database on connections of its own, for the operator",
    "background.dispatcher.is_working": "looks at threads",
    "background.dispatcher.start": "starts threads, which do what run_once does",
    "background.dispatcher.stop": "stops them",
    "events.subscribe": "stores nothing",
    "client.extra_accounts.ready": "looks at the actor only",
    "client.forms.keep": "encrypts, and stores nothing",
    "client.forms.kept": "decrypts",
    "client.forms.kept_account": "decrypts",
    "client.forms.require_own": "compares a seal",
    "client.forms.seal": "makes a seal",
    "client.forms.shown": "reads a seal",
    "client.messages.new_draft": "makes an id",
    "client.questionnaires.today": "asks the clock",
    "client.requests.new_delivery": "makes an id",
    "close": "closes what was opened",
}
"""The calls that are not heard here, each with the reason."""


class Listener:
    """Listens to a storage: it collects the statements of each call of the portal that is under way."""

    def __init__(self) -> None:
        self.heard: dict[str, set[str]] = defaultdict(set)

    def hear(self, storage: SqlStorage) -> None:
        """Listen to all connections of a storage."""
        for engine in (storage._engines.writing, storage._engines.readers._engine):
            event.listen(engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if (call := outermost_call()) is not None:
            self.heard[call].add(statement)


def outermost_call() -> str | None:
    """Give the name of the call of the portal that this thread is in, as the vendor made it."""
    name = None
    for frame, _line in traceback.walk_stack(sys._getframe(1)):
        name = CODES.get(frame.f_code, name)
    return name


# ---------------------------------------------------------------------- what is done
def client_and_office_calls() -> Iterator[Callable[[Things], object]]:
    """Yield each call that an actor makes, with things of its own."""
    yield from (partial(by_client, call) for call in client_calls.CALLS.values())
    yield from (partial(by_office, call) for call in office_calls.CALLS.values())


def by_client(call: client_calls.Call, of: Things) -> None:
    """Make a call of a client."""
    call.make(of.world.portal, of.owner, of)


def by_office(call: office_calls.Call, of: Things) -> None:
    """Make a call of an office, and first what it needs."""
    call.prepare(of.world.portal.office, of)
    call.make(of.world.portal.office, of.world.handler, of)


def entering(world: World) -> None:
    """Enter in every way: by links, with a second step, with the vendor's sign-in, at a new address."""
    portal, visitor = world.portal, world.visitor
    portal.client.onboarding.look_at_invitation(visitor, world.invitation("piet@example.nl", name="Piet"))
    jan = world.onboard("jan@example.nl")
    portal.client.onboarding.look_at_password_link(visitor, world.password_link("jan@example.nl"))
    portal.client.address_changes.ask(world.confirmed(world.again(jan)), "nieuw@example.nl")
    link = world.token(next(mail for mail in world.deliver() if mail.to == "nieuw@example.nl"))
    portal.client.address_changes.look(visitor, link)
    portal.client.address_changes.confirm(visitor, link)
    recovery = world.turn_on(world.sign_in("nieuw@example.nl"))
    world.later(hours=1)
    halfway = world.halfway("nieuw@example.nl")
    portal.client.second_step.view(visitor, halfway)
    world.later(minutes=2)
    portal.client.second_step.resend(visitor, halfway)
    portal.client.second_step.enter(visitor, halfway, world.code())
    _entrance, following = portal.client.second_step.recover(visitor, world.halfway("nieuw@example.nl"), recovery)
    portal.client.sign_in.lapsed(world.office, "no such token")
    app = attrs.evolve(visitor, is_app=True)
    recovered, following = portal.client.second_step.recover(app, world.halfway("nieuw@example.nl"), following)
    assert recovered.app is not None
    portal.client.sign_in.refresh(app, recovered.app.refresh_token)
    with pytest.raises(NotSignedIn):  # The reuse of a token ends the session.
        portal.client.sign_in.refresh(app, recovered.app.refresh_token)
    world.use_vendor()
    world.admit(invitation=world.invitation("klaas@example.nl", name="Klaas"))


def minutes(world: World) -> Iterator[bytes]:
    """Yield the blocks of a body that takes minutes."""
    for _each in range(3):
        world.later(minutes=5)
        yield b"block"


def checking(of: Things) -> None:
    """Look at a receipt, and check files against it, as whoever holds it does."""
    calls, visitor = of.world.portal.client.receipts, of.world.visitor
    code = calls.get(of.owner, of.dossier, of.receipt).url.rpartition("/")[2]
    calls.look(visitor, of.receipt, code)
    calls.check(visitor, of.receipt, code, "0" * 64)
    calls.check_file(visitor, of.receipt, code, name="a.pdf", blocks=[b"%PDF-1.7"])


def around(of: Things) -> None:
    """Do what the vendor, the office's mailbox and the background do."""
    portal, handler = of.world.portal, of.world.handler
    owner = of.world.confirmed(of.owner)
    portal.client.extra_accounts.ready(owner)
    checking(of)
    list(portal.client.sessions.keep_during(owner, minutes(of.world)))
    portal.office.dossiers.list(handler, search="Levering")
    portal.office.profile.change_logo(handler, name="logo.png", blocks=[office_calls.PNG])
    portal.office.profile.change_dark_logo(handler, name="logo.png", blocks=[office_calls.PNG])
    portal.office.clients.bounced(handler, changed((KEY, next(iter(of.world.mail.by_key)))))
    for office in portal.offices.list():
        portal.offices.get(office.id)
        portal.background.sealer.seal(office.id)
    portal.offices.logo(handler.office_id).close()
    portal.offices.dark_logo(handler.office_id).close()
    portal.offices.move(handler.office_id, "https://elders.example.nl")
    portal.offices.deviations()
    with pytest.raises(LookupError):
        portal.offices.only()  # There are two.
    worker = portal.background.workers.start("een")
    assert worker is not None
    portal.background.workers.renew(worker)
    portal.background.workers.list()
    portal.background.workers.end(worker)
    portal.background.reminders.run_once()
    portal.background.sweeper.run_once()
    portal.background.sealer.run_once()
    portal.background.secrets.usage()
    portal.background.secrets.check()
    portal.background.verify()
    portal.health()


def listened_to(fresh: Callable[[], SqlStorage]) -> Listener:
    """Make every call at least once, and listen. A call that needs things as they were gets new ones."""
    listener = Listener()

    def things() -> Things:
        storage = fresh()
        listener.hear(storage)
        return build(storage)

    of = things()
    for call in client_and_office_calls():
        try:
            call(of)
        except PortalError:
            of = things()
            call(of)
    around(things())
    storage = fresh()
    listener.hear(storage)
    entering(World(storage=storage))
    return listener


@pytest.fixture(scope="module")
def sqlite_heard(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listener]:
    """What SQLite was told."""
    with ExitStack() as opened:
        yield listened_to(lambda: opened.enter_context(sqlite_copy(migrated_sqlite, tmp_path_factory.mktemp("scope"))))


@pytest.fixture(scope="module")
def postgres_heard(migrated_postgres: str) -> Iterator[Listener]:
    """What PostgreSQL was told."""
    with ExitStack() as opened:

        def fresh() -> SqlStorage:
            opened.close()
            empty(migrated_postgres)
            storage = SqlStorage.postgresql(migrated_postgres)
            opened.callback(storage.close)
            return storage

        yield listened_to(fresh)


@pytest.mark.timeout(900)  # It makes 150 calls, and a dozen portals to make them on.
@pytest.mark.parametrize("dialect", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_every_statement_is_within_one_office(dialect: str, request: pytest.FixtureRequest) -> None:
    """OF-2: a statement of a use case is bound to one office; the exceptions are listed, and each is one."""
    listener: Listener = request.getfixturevalue("sqlite_heard" if dialect == "sqlite" else "postgres_heard")
    assert surface.calls().keys() - listener.heard.keys() == NOT_HEARD.keys()
    loose = {
        (call, statement): tables
        for call, statements in listener.heard.items()
        for statement in statements
        if not statement.startswith(("PRAGMA", "SET", "SHOW")) and (tables := unbound(statement, dialect))
    }
    assert {what: tables for what, tables in loose.items() if what[0] not in ALL_OFFICES} == {}
    assert ALL_OFFICES.keys() - {call for call, _statement in loose} == set()
    if dialect == "postgresql":
        require_rights(each for statements in listener.heard.values() for each in statements)


def require_rights(statements: Iterable[str]) -> None:
    """Require that ``check`` asks for what the statements of all calls need, and that none deletes from the trail.

    Tested here, because hearing all calls takes a minute (AL-6).
    """
    heard = {right for each in statements if not each.startswith(("SET", "SHOW")) for right in rights(each)}
    wanted = {(table, right) for table, each in needed().items() for right in each}
    own = {table for table, _right in wanted}
    assert {(table, right) for table, right in heard - wanted if table in own} == set()
    assert {table for table, _right in heard} - own <= {"pg_settings", "unnest", "pg_class"}


@pytest.mark.parametrize(
    "statement, tables",
    [
        ("SELECT clients.id FROM clients WHERE clients.id = ?", {"clients"}),
        ("SELECT clients.id FROM clients WHERE clients.office_id = ? AND clients.id = ?", set()),
        ("SELECT clients.id FROM clients WHERE clients.office_id = CAST(? AS TEXT)", set()),
        ("SELECT clients.id FROM clients WHERE clients.office_id = ? OR clients.id = ?", {"clients"}),
        ("SELECT clients.id FROM clients WHERE NOT clients.office_id = ?", {"clients"}),
        ("SELECT clients.id FROM clients WHERE clients.office_id != ?", {"clients"}),
        ("SELECT clients.office_id = ? FROM clients", {"clients"}),
        ("SELECT o.id FROM offices AS o WHERE o.id = ?", set()),
        ("SELECT c.id FROM clients AS c WHERE c.id = ?", {"c"}),
        (
            "SELECT 1 FROM clients AS c JOIN accounts AS a ON a.client_id = c.id WHERE c.office_id = ?",
            {"a"},
        ),
        (
            "SELECT 1 FROM clients AS c JOIN accounts AS a ON a.office_id = c.office_id WHERE c.office_id = ?",
            set(),
        ),
        ("SELECT 1 FROM clients AS c JOIN accounts AS a ON a.office_id = c.office_id", {"a", "c"}),
        (
            "SELECT (SELECT count(*) FROM tasks WHERE tasks.person_id = c.id) FROM clients AS c WHERE c.office_id = ?",
            {"tasks"},
        ),
        (
            "SELECT 1 FROM links AS l WHERE EXISTS (SELECT 1 FROM tasks t WHERE t.office_id = l.office_id)",
            {"l"},
        ),
        ("WITH f AS (SELECT id FROM clients) SELECT f.id FROM f", {"clients"}),
        ("SELECT p.id FROM (SELECT id FROM clients WHERE clients.office_id = ?) AS p", set()),
        ("UPDATE clients SET name = ? WHERE clients.id = ?", {"clients"}),
        ("UPDATE clients SET name = ? WHERE clients.office_id = ? AND clients.id = ?", set()),
        ("DELETE FROM links WHERE links.expires_at < ?", {"links"}),
        ("DELETE FROM links WHERE links.office_id = ? AND links.id IN (SELECT tasks.id FROM tasks)", {"tasks"}),
        ("INSERT INTO links (id) VALUES (?)", {"links"}),
        ("INSERT INTO links (office_id, id) VALUES (?, ?)", set()),
        ("INSERT INTO links (office_id, id) SELECT t.office_id, t.id FROM tasks AS t", {"t"}),
        ("SELECT key_records.use FROM key_records", set()),
    ],
)
def test_what_counts_as_bound(statement: str, tables: set[str]) -> None:
    """OF-2: a table is bound by a condition on its office that every row must meet, in the query that reads it."""
    assert unbound(statement, "sqlite") == tables
    theirs = statement.replace("CAST(? AS TEXT)", "?::UUID").replace("?", "%(x)s")
    assert unbound(theirs, "postgresql") == tables
