"""A database that is locked, full, gone or being migrated raises the right error, and no partial changes stay."""

import os
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import attrs
import psycopg
import pytest
from sqlalchemy import text

from klantportaal.adapters.storage.sql import DatabaseDamaged, RightsMissing, RowRefused, SqlStorage
from klantportaal.domain.errors import Absent, Conflict, PortalError, StorageDamaged, StorageFull, Unavailable
from klantportaal.domain.messages import Message
from klantportaal.domain.values import ClientId
from klantportaal.testing.builders import Scene
from tests.support.postgres import temporary_database
from tests.support.storages import empty

PATIENCE = 0.3
"""The timeout in seconds for tests that wait until they give up."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database file with the tables."""
    path = tmp_path / "portal.sqlite"
    storage = SqlStorage.sqlite(path)
    storage.migrate()
    storage.close()
    return path


@pytest.fixture
def storage(path: Path) -> Iterator[SqlStorage]:
    """An empty storage with a short timeout."""
    storage = SqlStorage.sqlite(path, patience=PATIENCE)
    yield storage
    storage.close()


@contextmanager
def child(program: str, *arguments: object) -> Iterator["subprocess.Popen[str]"]:
    """Run a program in another process. It continues when its input ends."""
    command = [sys.executable, "-c", textwrap.dedent(program), *map(str, arguments)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let another process hold a write transaction on the file."""
    program = """
        import sqlite3, sys
        connection = sqlite3.connect(sys.argv[1], isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("DELETE FROM offices")
        print("locked", flush=True)
        sys.stdin.read()
    """
    with child(program, path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        yield
        process.communicate()


def test_a_locked_file_is_unavailable_for_writing_and_readable(storage: SqlStorage, path: Path) -> None:
    """AL-2: While another process writes, a unit of work times out and reads work. Afterwards everything works."""
    scene = Scene(storage=storage)
    office = scene.office()
    with locked(path):
        started = time.monotonic()
        with pytest.raises(Unavailable), storage.begin():
            pytest.fail("began beside another process")
        assert PATIENCE / 2 < time.monotonic() - started < PATIENCE + 10
        assert list(storage.read.offices()) == [office]
    assert list(storage.read.offices()) == [office]
    scene.client(office)


def test_a_unit_of_work_waits_for_one_in_the_same_process_and_no_longer(storage: SqlStorage) -> None:
    """AL-2: Units of work of one process run one by one. If one does not end, the next raises ``Unavailable``."""
    with storage.begin(), pytest.raises(Unavailable), storage.begin():
        pytest.fail("began beside another")
    with storage.begin() as uow:
        uow.commit()


def test_a_full_disk_keeps_nothing_half_written(storage: SqlStorage) -> None:
    """AL-2: If the file cannot grow, a unit of work is undone as a whole. Earlier rows stay."""
    scene = Scene(storage=storage)
    office = scene.office()
    client, account = scene.person(office)
    dossier, actor, desk = scene.dossier(office, client), scene.actor(account), scene.office_actor(office)
    _let_grow_by(storage, pages=8)
    sent: list[Message] = []

    def send_on_and_on() -> None:
        for _time in range(1000):
            sent.append(scene.outbound(dossier, client, account, body="x" * 500))
            scene.submission(dossier, account, sent[-1])

    with pytest.raises(StorageFull):
        send_on_and_on()
    assert 0 < len(sent) < 1000
    assert storage.read.office_dossier(desk, dossier.id).dossier == dossier
    listed = storage.read.messages(actor, dossier.id, size=2000)
    delivered = storage.read.submissions(actor, dossier.id, size=2000)
    assert {row.id for row in listed} == {message.id for message in sent}
    assert {row.message_id for row in delivered} >= {message.id for message in sent[:-1]}
    assert len(delivered) in (len(sent), len(sent) - 1)
    _let_grow_by(storage, pages=1000)
    scene.outbound(dossier, client, account)


def _let_grow_by(storage: SqlStorage, *, pages: int) -> None:
    """Limit the size of the file, as a full disk does. Only the writing connection lets it grow, and it is kept."""
    with storage._engines.writers.transaction() as runner:
        [now] = runner.driver.execute("PRAGMA page_count").fetchone()
        runner.driver.execute(f"PRAGMA max_page_count = {now + pages}")


def test_a_full_disk_is_told_at_the_statement_or_at_the_commit(storage: SqlStorage) -> None:
    """AL-2: A unit of work on a full disk raises ``StorageFull``, and all its changes are undone."""
    scene = Scene(storage=storage)
    office = scene.office()
    client = scene.client(office)
    _let_grow_by(storage, pages=2)

    def write_much() -> None:
        with storage.begin() as uow:
            for number in range(200):
                uow.clients.add(attrs.evolve(client, id=ClientId(scene.ids.new()), name=f"{number} {'x' * 1000}"))
            uow.commit()

    with pytest.raises(StorageFull):
        write_much()
    [card] = storage.read.office_clients(scene.office_actor(office))
    assert card.client == client


DAMAGES: dict[str, Callable[[Path], object]] = {
    "no database": lambda path: path.write_bytes(b"Not a database, whatever its name is. " * 1000),
    "pages of another file": lambda path: _overwrite(path, b"\xa5" * 4096),
    "cut off": lambda path: os.truncate(path, path.stat().st_size // 2),
}


def _overwrite(path: Path, page: bytes) -> None:
    """Replace every page but the first, as a broken disk or a copy of two moments does."""
    with path.open("r+b") as file:
        for number in range(1, path.stat().st_size // len(page)):
            file.seek(number * len(page))
            file.write(page)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_told(path: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: str) -> None:
    """AL-6: a damaged file says so wherever it is used, and in the log, with what to do; nothing is changed."""
    storage = SqlStorage.sqlite(path)
    Scene(storage=storage).office()
    storage.close()
    DAMAGES[damage](path)
    before = path.read_bytes()
    (tmp_path / "copy").mkdir()
    storage = SqlStorage.sqlite(path)
    uses: list[Callable[[], object]] = [
        storage.read.offices,
        Scene(storage=storage).office,
        storage.migrate,
        lambda: storage.copy(tmp_path / "copy").__enter__(),
    ]
    for use in uses:
        with pytest.raises(DatabaseDamaged, match=r"damaged .* stop the portal, keep the file, and restore") as failure:
            use()
        assert isinstance(failure.value, StorageDamaged)
    storage.close()
    assert path.read_bytes() == before
    logged = [each for each in caplog.records if "restore the newest backup" in each.getMessage()]
    assert {each.levelname for each in logged} == {"ERROR"}
    assert len(logged) >= 3  # Of a copy, only the error says so.


def test_a_damaged_file_is_told_ever_more_rarely(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """AL-6: every request notices a damaged file. The log has the first, second, fourth, eighth … time."""
    storage = SqlStorage.sqlite(path)
    Scene(storage=storage).office()
    storage.close()
    path.write_bytes(b"no database at all" * 1000)
    for _request in range(20):
        with pytest.raises(DatabaseDamaged):
            storage.read.offices()
    storage.close()
    assert [each.getMessage().rpartition("time ")[2] for each in caplog.records] == ["1)", "2)", "4)", "8)", "16)"]


def test_no_folder_is_unavailable(tmp_path: Path) -> None:
    """AL-2: If the folder is gone, the file can be opened neither for writing nor for reading."""
    folder = tmp_path / "disk"
    folder.mkdir()
    storage = SqlStorage.sqlite(folder / "portal.sqlite")
    folder.rmdir()
    with pytest.raises(Unavailable), storage.begin():
        pytest.fail("began on nothing")
    with pytest.raises(Unavailable):
        storage.read.offices()
    with pytest.raises(Unavailable):
        storage.migrate()


MIGRATE = """
    import sys
    from klantportaal.adapters.storage.sql import SqlStorage
    place = sys.argv[1]
    storage = SqlStorage.postgresql(place) if "://" in place else SqlStorage.sqlite(place, patience=60)
    sys.stdin.read()
    storage.migrate()
    storage.migrate()
    print(len(storage.read.offices()))
    storage.close()
"""


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_hosts_that_start_together_migrate_once(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """AL-2: If several processes migrate at the same time, one does it, and the others find it done."""
    if database == "sqlite":
        assert _migrated_by_four(tmp_path / "new.sqlite") == ["0\n"] * 4
        return
    with temporary_database(request.getfixturevalue("postgres_server")) as dsn:
        assert _migrated_by_four(dsn) == ["0\n"] * 4


def _migrated_by_four(place: object) -> list[str]:
    with ExitStack() as stack:
        processes = [stack.enter_context(child(MIGRATE, place)) for _each in range(4)]
        for process in processes:
            assert process.stdin is not None
            process.stdin.close()
            process.stdin = None
        return [process.communicate()[0] for process in processes]


def test_too_many_readers_wait_and_no_longer_than_that(storage: SqlStorage) -> None:
    """AL-2: If all read connections are in use for too long, reading is Unavailable. Later it works again."""
    readers = storage._engines.readers
    for _each in range(readers._limit):
        readers._room.acquire()
    with pytest.raises(Unavailable):
        storage.read.offices()
    readers._room.release(readers._limit)
    assert list(storage.read.offices()) == []


# ------------------------------------------------------------------ PostgreSQL


@pytest.fixture(scope="module")
def server(postgres_server: str) -> Iterator[str]:
    """A database with the tables."""
    with temporary_database(postgres_server) as dsn:
        storage = SqlStorage.postgresql(dsn)
        storage.migrate()
        storage.close()
        yield dsn


@pytest.fixture
def on_server(server: str) -> Iterator[SqlStorage]:
    """An empty storage on PostgreSQL with a short timeout."""
    empty(server)
    storage = SqlStorage.postgresql(server, patience=PATIENCE, connections=2)
    yield storage
    storage.close()


@pytest.mark.postgres
def test_a_lost_connection_is_unavailable_and_then_replaced(on_server: SqlStorage, server: str) -> None:
    """AL-2: If the server ends the connections, the unit of work is undone. The next read uses a new one."""
    scene = Scene(storage=on_server)
    office = scene.office()
    assert on_server.read.office(office.id) == office

    def lose_amidst() -> None:
        with on_server.begin() as uow:
            uow.offices.save(office)
            _end_all_connections(server)
            uow.commit()

    with pytest.raises(Unavailable):
        lose_amidst()
    assert on_server.read.office(office.id) == office
    scene.client(office)


def _end_all_connections(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as another:
        another.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'klantportaal'"
        )


@pytest.mark.postgres
def test_a_locked_row_is_unavailable_in_time(on_server: SqlStorage, server: str) -> None:
    """AL-2: A unit of work times out on a row that somebody else has locked."""
    office = Scene(storage=on_server).office()
    with psycopg.connect(server) as another:
        another.execute("SELECT 1 FROM klantportaal.offices WHERE id = %s FOR UPDATE", [office.id])
        with pytest.raises(Unavailable), on_server.begin() as uow:
            uow.offices.save(office)
    assert on_server.read.office(office.id) == office


@pytest.mark.postgres
def test_no_free_connection_is_unavailable_in_time(on_server: SqlStorage) -> None:
    """AL-2: If all connections are in use, the next unit of work times out."""
    with on_server.begin(), on_server.begin(), pytest.raises(Unavailable), on_server.begin():
        pytest.fail("began on a third connection of two")


def test_no_server_is_unavailable(tmp_path: Path) -> None:
    """AL-2: A server that does not run raises ``Unavailable``, with either form of its DSN."""
    for dsn in (f"host={tmp_path} dbname=klanten", f"postgresql://klant@/klanten?host={tmp_path}"):
        storage = SqlStorage.postgresql(dsn)
        with pytest.raises(Unavailable):
            storage.read.offices()
        with pytest.raises(Unavailable), storage.begin():
            pytest.fail("began on nothing")


@pytest.mark.postgres
@pytest.mark.parametrize(
    "state,expected",
    [
        ("53100", StorageFull),
        ("53300", Unavailable),
        ("57P01", Unavailable),
        ("25006", Unavailable),
        ("40P01", Conflict),
        ("40001", Conflict),
        ("23505", Conflict),
        ("23503", Absent),
        ("23514", RowRefused),
        ("23502", RowRefused),
        ("42501", RightsMissing),
    ],
)
def test_what_the_server_reports_is_told_in_the_portals_words(
    on_server: SqlStorage, state: str, expected: type[Exception]
) -> None:
    """AL-2: An error of the server, such as a full disk, becomes the portal's error for its SQLSTATE."""
    fail = text(f"DO $$ BEGIN RAISE EXCEPTION 'so it goes' USING ERRCODE = '{state}'; END $$")
    with pytest.raises(expected), on_server._engines.writers.transaction() as runner:
        runner.run(fail, {})
    with pytest.raises(expected):
        on_server._engines.readers.all(fail, {})


@pytest.mark.postgres
def test_a_connection_that_can_only_be_read_is_replaced(on_server: SqlStorage) -> None:
    """AL-2: after the error of a server that takes no writes, the next unit of work has another connection."""
    fail = text("DO $$ BEGIN RAISE EXCEPTION 'standby' USING ERRCODE = '25006'; END $$")
    with pytest.raises(Unavailable), on_server._engines.writers.transaction() as before:
        before.run(fail, {})
    with on_server._engines.writers.transaction() as after:
        after.run(text("SELECT 1"), {})
    assert after.driver is not before.driver


@pytest.mark.postgres
def test_a_stale_connection_is_replaced_before_its_use(on_server: SqlStorage) -> None:
    """AL-2: a unit of work does not begin on a connection that has become one for reading only."""
    with on_server._engines.writers.transaction() as before:
        before.run(text("SET default_transaction_read_only = on"), {})
        before.commit()
    with on_server._engines.writers.transaction() as after:
        [[setting]] = after.all(text("SELECT current_setting('transaction_read_only')"), {})
    assert (after.driver is before.driver, setting) == (False, "off")


def test_an_error_that_is_ours_stays_what_it_is(storage: SqlStorage) -> None:
    """AL-2: An invalid statement of ours is not reported as a failure of the database."""
    with pytest.raises(Exception, match="no such table") as failure:
        storage._engines.readers.all(text("SELECT 1 FROM nowhere"), {})
    assert not isinstance(failure.value, PortalError)
    assert isinstance(failure.value, sqlite3.OperationalError)
