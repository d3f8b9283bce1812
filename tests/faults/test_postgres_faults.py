"""A PostgreSQL server that is frozen, restarted, read only, or behind a device that forgets connections (AL-2)."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier
from urllib.parse import urlsplit, urlunsplit

import attrs
import psycopg
import pytest
from sqlalchemy import event, text

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.adapters.storage.sql.limited import is_stale
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.health import Verdict
from klantportaal.domain.offices import Office
from klantportaal.domain.values import OfficeId
from klantportaal.testing.builders import Scene
from tests.faults.load import assemble
from tests.faults.servers import Server, SilentProxy
from tests.faults.tally import Tally
from tests.hosts.browsers import BASE_URL, Browser
from tests.hosts.conftest import WIRES
from tests.support.storages import empty

pytestmark = pytest.mark.postgres
PATIENCE = 0.5
"""Seconds. What waits for longer is given up."""
CONNECTIONS = 4


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A running server."""
    with TemporaryDirectory(prefix="klantportaal-pg-") as folder:
        server = Server(Path(folder))
        server.start()
        yield server
        server.stop()


@pytest.fixture(scope="module")
def dsn(server: Server) -> str:
    """A database with the tables."""
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute("CREATE DATABASE portaal TEMPLATE template0 ENCODING 'UTF8'")
    dsn = urlunsplit(urlsplit(server.dsn)._replace(path="/portaal"))
    with opened(dsn) as storage:
        storage.migrate()
    return dsn


@contextmanager
def opened(dsn: str) -> Iterator[SqlStorage]:
    """Open a storage with a short patience."""
    storage = SqlStorage.postgresql(dsn, patience=PATIENCE, connections=CONNECTIONS)
    try:
        yield storage
    finally:
        storage.close()


@pytest.fixture
def storage(dsn: str) -> Iterator[SqlStorage]:
    """A storage that has opened all of its connections, and holds them idle."""
    with opened(dsn) as storage:
        fill(storage)
        yield storage


def fill(storage: SqlStorage) -> None:
    """Open every connection, by using all of them at once."""
    together = Barrier(CONNECTIONS)

    def use(_number: int) -> None:
        with storage.begin():
            together.wait()
        storage._engines.readers.all(text("SELECT pg_sleep(0.1)"), {})

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(use, range(CONNECTIONS)))


def write(storage: SqlStorage) -> Office:
    """Write something, in one unit of work that is tried once."""
    scene = Scene(storage=storage)
    for _each in range(len(storage.read.offices())):
        scene.ids.new()
        next(scene._numbers)
    return scene.office()


@attrs.define
class Writes:
    """The writes of one scenario."""

    storage: SqlStorage
    before: frozenset[OfficeId]
    begun: int = 0
    acknowledged: set[OfficeId] = attrs.field(factory=set)

    @classmethod
    def into(cls, storage: SqlStorage) -> "Writes":
        """Begin to count."""
        return cls(storage, frozenset(each.id for each in storage.read.offices()))

    def write(self) -> None:
        """Write, and count it."""
        self.begun += 1
        self.acknowledged.add(write(self.storage).id)

    def require_whole(self, scenario: str, *, faults: int) -> None:
        """Print the tally. Doubled are rows beyond the writes that were begun."""
        found = {each.id for each in self.storage.read.offices()} - self.before
        Tally(
            scenario=scenario,
            operations=self.begun,
            faults=faults,
            acknowledged=len(self.acknowledged),
            lost=len(self.acknowledged - found),
            doubled=max(0, len(found) - self.begun),
        ).require_whole()


@contextmanager
def connects(storage: SqlStorage) -> Iterator[list[object]]:
    """Collect the connections that are opened meanwhile."""
    found: list[object] = []

    def note(driver: object, _record: object) -> None:
        found.append(driver)

    for engine in (storage._engines.writing, storage._engines.readers._engine):
        event.listen(engine, "connect", note)
    yield found
    for engine in (storage._engines.writing, storage._engines.readers._engine):
        event.remove(engine, "connect", note)


def begin(storage: SqlStorage) -> None:
    """Begin a unit of work."""
    with storage.begin():
        pass


@pytest.mark.parametrize("use", [begin, lambda storage: storage.read.offices()], ids=["write", "read"])
def test_a_frozen_server_is_given_up(storage: SqlStorage, server: Server, use: Callable[[SqlStorage], object]) -> None:
    """AL-2: each use of a server that does not answer ends within its limit, and none of them asks twice.

    Once the server runs again, the first use works.
    """
    with server.frozen(), connects(storage) as new:
        with pytest.raises(Unavailable, match="does not answer"):
            use(storage)
        assert new == []
        with pytest.raises(Unavailable):  # No connection can be opened either.
            use(storage)
    use(storage)
    write(storage)


def test_a_frozen_server_is_asked_by_one_at_a_time(storage: SqlStorage, server: Server) -> None:
    """AL-2: once a server did not answer, one use at a time waits for it; the others fail at once.

    Of 200 reads and writes, only the few that find no other use waiting ask that server.
    """
    with server.frozen(), connects(storage) as new:
        with pytest.raises(Unavailable):
            storage.read.offices()
        with pytest.raises(Unavailable):
            begin(storage)
        begun = Barrier(20)

        def use(number: int) -> str:
            if number < 20:
                begun.wait()
            try:
                begin(storage) if number % 2 else storage.read.offices()
            except Unavailable as error:
                return str(error)
            return "worked"

        with ThreadPoolExecutor(20) as pool:
            said = list(pool.map(use, range(200)))
        asked = [each for each in said if each != "the database does not answer"]
        assert "worked" not in said
        assert len(asked) < 20, said
        assert len(new) == 0
    storage.read.offices()
    write(storage)


def renamed(storage: SqlStorage, office: Office, name: str) -> bool:
    """Give an office another name. False if somebody else has locked it for too long."""
    try:
        with storage.begin() as uow:
            uow.offices.save(attrs.evolve(office, profile=attrs.evolve(office.profile, name=name)))
            uow.commit()
    except Unavailable:
        return False
    return True


def test_a_frozen_host_keeps_no_locks(dsn: str, server: Server) -> None:
    """AL-2: the server ends a unit of work whose host is frozen, so that its locks do not block others for long.

    Once the host runs again it gets an error, and nothing of that unit of work is kept.
    """
    empty(dsn)
    with opened(dsn) as frozen, opened(dsn) as other:
        office = write(other)
        locked = attrs.evolve(office, profile=attrs.evolve(office.profile, name="Bevroren"))

        def frozen_meanwhile() -> None:
            with frozen.begin() as uow:
                uow.offices.save(locked)
                while not renamed(other, office, "Andere"):  # The server ends this unit of work in the end.
                    pass
                uow.commit()

        with pytest.raises(Unavailable):
            frozen_meanwhile()
        assert [each.profile.name for each in other.read.offices()] == ["Andere"]


def test_the_health_report_of_a_frozen_server(storage: SqlStorage, dsn: str, server: Server, tmp_path: Path) -> None:
    """AL-6: the report of a frozen server asks it once, says so, and still asks the files."""
    empty(dsn)
    portal = assemble(storage, tmp_path / "files")
    assert portal.health().verdict is Verdict.OK
    with server.frozen(), connects(storage) as new:
        health = portal.health()
        assert new == []
    assert health.database.problem == health.outbox.problem == health.sealer.problem == "Silent"
    assert (health.files.problem, health.disk.database, health.verdict) == (None, None, Verdict.FAILING)
    assert portal.health().verdict is Verdict.OK


@pytest.mark.parametrize("host", list(WIRES))
def test_pages_of_a_frozen_server(dsn: str, server: Server, tmp_path: Path, host: str) -> None:
    """AL-2: while the server is frozen, assets are sent as usual, and a page says in time that it cannot be shown.

    The page asks the server once. Afterwards the same session still works.
    """
    empty(dsn)
    with opened(dsn) as storage:
        scene = Scene(storage=storage)
        _client, account = scene.person(scene.office(base_url=BASE_URL))
        browser = Browser(wire=WIRES[host](assemble(storage, tmp_path / "files")))
        browser.sign_in(scene.address(account))
        assert browser.get("/home").status == 200
        with server.frozen(), connects(storage) as new:
            assert browser.get("/static/portal.css").status == 200
            page = browser.get("/home")
            assert browser.get("/static/portal.css").status == 200
        assert (page.status, "Het is even te druk" in page.text, new) == (503, True, [])
        assert browser.get("/home").status == 200


def test_a_statement_has_a_limit(storage: SqlStorage) -> None:
    """AL-2: a statement that takes too long is ended by the server, and its connection is used again."""
    with connects(storage) as new:
        with pytest.raises(Unavailable, match="statement timeout"):
            storage._engines.readers.all(text("SELECT pg_sleep(60)"), {})
        with pytest.raises(Unavailable, match="statement timeout"), storage.begin() as uow:
            uow.offices._runner.run(text("SELECT pg_sleep(60)"), {})  # type: ignore[attr-defined]
        write(storage)
    assert len(new) <= 1  # A reader's connection is closed after an error.


def test_a_migration_has_no_limit(storage: SqlStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-2: a migration may take longer than a statement of a page. Its connection is not used for anything else."""
    from klantportaal.adapters.storage.sql import migrating

    real = migrating.upgrade

    def slowly(connection, *args, **kwargs):  # type: ignore[no-untyped-def]
        connection.execute(text(f"SELECT pg_sleep({PATIENCE * 8})"))
        real(connection, *args, **kwargs)

    monkeypatch.setattr(migrating, "upgrade", slowly)
    migrating.migrate(storage._engines)
    with pytest.raises(Unavailable, match="statement timeout"), storage.begin() as uow:
        uow.offices._runner.run(text("SELECT pg_sleep(60)"), {})  # type: ignore[attr-defined]


def end_all_connections(dsn: str) -> None:
    """End every connection of the portal, as an operator or a pooler does."""
    with psycopg.connect(dsn, autocommit=True) as another:
        another.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = 'klantportaal'"
        )


def test_ended_connections_are_noticed_before_use(storage: SqlStorage, dsn: str) -> None:
    """AL-2: after all idle connections were ended, every write and every read works at the first try."""
    writes = Writes.into(storage)
    end_all_connections(dsn)
    for _each in range(2 * CONNECTIONS):
        writes.write()
        storage.read.offices()
    writes.require_whole("PostgreSQL ends idle connections", faults=2 * CONNECTIONS)


def test_a_connection_that_ends_at_the_beginning_is_replaced(
    storage: SqlStorage, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AL-2: a unit of work whose connection is lost before it did anything begins once more by itself."""
    from klantportaal.adapters.storage.sql import limited

    def too_early(connection: "psycopg.Connection[object]") -> bool:
        found = is_stale(connection)
        end_all_connections(dsn)
        return found

    monkeypatch.setattr(limited, "is_stale", too_early)
    with opened(dsn) as other:
        fill(other)
        write(other)


def test_a_restart_is_not_noticed(storage: SqlStorage, server: Server) -> None:
    """AL-2: after a restart of the server, the first write and the first read work."""
    writes = Writes.into(storage)
    writes.write()
    server.restart()
    writes.write()
    storage.read.offices()
    writes.require_whole("PostgreSQL restarts", faults=1)


@pytest.mark.parametrize("scope", ["DATABASE portaal", "SYSTEM"])
def test_a_read_only_spell_passes(storage: SqlStorage, dsn: str, server: Server, scope: str) -> None:
    """AL-2: while the database takes no writes, they are Unavailable and reads work. Then the first write works."""

    def tell(statement: str) -> None:
        with psycopg.connect(server.dsn, autocommit=True, options="-c default_transaction_read_only=off") as another:
            another.execute(f"ALTER {scope} {statement}".encode())
            another.execute("SELECT pg_reload_conf()")

    writes = Writes.into(storage)
    writes.write()
    tell("SET default_transaction_read_only = on")
    try:
        end_all_connections(dsn)  # Those that are opened now are read only for as long as they live.
        for _each in range(CONNECTIONS):
            with pytest.raises(Unavailable):
                writes.write()
        storage.read.offices()
    finally:
        tell("RESET default_transaction_read_only")
    with psycopg.connect(dsn) as another:
        while another.execute("SHOW default_transaction_read_only").fetchone() == ("on",):
            another.rollback()
    for _each in range(CONNECTIONS):
        writes.write()
    writes.require_whole(
        f"PostgreSQL takes no writes for a while ({scope.split(maxsplit=1)[0].lower()})", faults=CONNECTIONS
    )


def test_a_forgotten_connection_costs_one_limit(dsn: str, server: Server) -> None:
    """AL-2: when a device in between has forgotten all connections, one use of them fails, not each of them."""
    with SilentProxy(server.socket) as proxy, opened(proxy.dsn(dsn)) as storage:
        writes = Writes.into(storage)
        fill(storage)
        proxy.forget()
        failed = 0
        for use in (writes.write, storage.read.offices):
            for _each in range(CONNECTIONS):
                try:
                    use()
                except Unavailable:
                    failed += 1
        assert failed <= 2  # One write and one read.
        writes.require_whole("connections to PostgreSQL forgotten on the way", faults=1)
