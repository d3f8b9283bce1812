"""Processes that fork: a child does not use inherited connections, and no data or connection is damaged (AL-2)."""

import functools
import gc
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path

import attrs
import pytest

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.accounts import Client, ClientKind, NewClient
from klantportaal.domain.messages import MessageText
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import ClientId
from tests.hosts.browsers import Browser, FlaskWire, Reply
from tests.storage.preloading import (
    DATABASE,
    FOLDER,
    KNOWN,
    PASSWORD,
    PASSWORDS,
    Known,
    Office,
    assemble,
    expected,
    flask_app,
    furnish,
    open_storage,
    subjects,
    use,
)
from tests.support import children
from tests.support.storages import empty

CHILDREN = [f"child {number}" for number in range(4)]
REQUESTS = 250
"""The number of requests of each child: with four children on two databases, 2,000 in all."""
PATIENCE = 60
"""How long a server may take to stop, in seconds."""
DESCRIPTORS = Path("/proc/self/fd")
# Python 3.12 warns of each fork of a process with several threads, which is tested here.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the path or the DSN of an empty database."""
    if request.param == "sqlite":
        return str(shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "portal.sqlite"))
    dsn: str = request.getfixturevalue("migrated_postgres")
    empty(dsn)
    return dsn


@pytest.fixture
def storage(database: str) -> Iterator[SqlStorage]:
    """Return a storage on that database."""
    with closing(open_storage(database)) as storage:
        yield storage


@pytest.fixture
def office(storage: SqlStorage, tmp_path: Path) -> Office:
    """Return an office of a portal whose connections were used."""
    return furnish(storage, tmp_path)


def write(office: Office) -> None:
    """Send a message."""
    draft = MessageText(subject="Vraag", body="Dag")
    office.portal.office.messages.send(office.desk, office.dossier, office.client, draft)


def read(office: Office) -> None:
    """Read the dossier."""
    assert office.portal.office.dossiers.get(office.desk, office.dossier).dossier.number == "2026-0001"


def hash_password(_office: Office) -> None:
    """Hash a password, and verify it."""
    assert PASSWORDS.verify(PASSWORD, PASSWORDS.hash(PASSWORD)).matches


EVERYTHING = (write, read, hash_password)


def work(office: Office) -> str:
    """Write, read and hash, then close the portal, as a worker does at its end."""
    assert not [name for _descriptor, name in connections() if "portal.sqlite" in name]
    for _turn in range(5):
        for each in EVERYTHING:
            each(office)
    office.portal.close()
    return "done"


def connections() -> set[tuple[str, str]]:
    """List the open sockets and SQLite files of this process, or nothing if the system does not list them."""
    found = set[tuple[str, str]]()
    for descriptor in DESCRIPTORS.glob("*"):
        with suppress(OSError):
            found.add((descriptor.name, str(descriptor.readlink())))
    return {each for each in found if each[1].startswith("socket:") or "portal.sqlite" in each[1]}


@contextmanager
def busy(office: Office) -> Iterator[list[Callable[[Office], None]]]:
    """Run two threads that write, two that read and two that hash; yield the list of calls done."""
    over, done, errors = threading.Event(), list[Callable[[Office], None]](), list[Exception]()

    def repeat(each: Callable[[Office], None]) -> None:
        try:
            while not over.wait(0.0005):
                each(office)
                done.append(each)
        except Exception as error:  # noqa: BLE001 - asserted below
            errors.append(error)

    threads = [threading.Thread(target=repeat, args=(each,)) for each in EVERYTHING * 2]
    for thread in threads:
        thread.start()
    try:
        yield done
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert errors == []


def test_children_write_and_read_as_their_parent_does(office: Office) -> None:
    """AL-2: 2,000 requests in four children of a used portal all get the right response."""
    browser = Browser(wire=FlaskWire.of(flask_app(office.portal)))
    assert browser.sign_in(office.email, PASSWORD).status == 303
    assert use(browser, office.dossier, "before", requests=10) == []
    forked = [
        children.fork(functools.partial(use, browser, dossier, name, requests=REQUESTS))
        for name, dossier in zip(CHILDREN, office.dossiers[1:], strict=False)
    ]
    assert use(browser, office.dossier, "parent", requests=40) == []
    assert children.results(forked) == [[]] * len(CHILDREN)
    assert use(browser, office.dossier, "after", requests=10) == []
    by_children, by_parent = expected(*CHILDREN, requests=REQUESTS), expected("parent", requests=40)
    assert subjects(office.portal, office.desk) == sorted(
        by_children + by_parent + expected("before", "after", requests=10)
    )


def test_a_fork_in_the_midst_of_everything(office: Office) -> None:
    """AL-2: children forked while other threads write, read and hash can work; so can those threads."""
    forked = []
    with busy(office) as done:
        for _child in range(12):
            time.sleep(0.02)
            forked.append(children.fork(functools.partial(work, office)))
        assert children.results(forked) == ["done"] * len(forked)
        done.clear()
        time.sleep(0.2)
    assert set(done) == set(EVERYTHING)


def test_a_fork_beside_a_unit_of_work(office: Office, storage: SqlStorage) -> None:
    """AL-2: a child forked during a unit of work can write, and the parent can commit."""
    begun, added = threading.Event(), ClientId(uuid.uuid4())

    def add_a_client() -> None:
        with storage.begin() as uow:
            client = uow.clients.get(office.desk.office_id, office.client)
            uow.clients.add(attrs.evolve(client, id=added))
            begun.set()
            time.sleep(0.3)
            uow.commit()

    thread = threading.Thread(target=add_a_client)
    thread.start()
    begun.wait()
    child = children.fork(functools.partial(work, office))
    thread.join()
    assert child.result() == "done"
    assert found(storage, office, added).id == added


def found(storage: SqlStorage, office: Office, client: ClientId) -> Client:
    """Return a client of the office. Raises: Absent."""
    with storage.begin() as uow:
        return uow.clients.get(office.desk.office_id, client)


def test_a_child_keeps_what_it_writes_when_its_parent_closes(office: Office, storage: SqlStorage) -> None:
    """AL-2: a parent that closes its storage leaves the child's connections and data."""
    (wrote, say_wrote), (closed, say_closed) = os.pipe(), os.pipe()

    def write_before_and_after() -> int:
        write(office)
        os.write(say_wrote, b".")
        os.read(closed, 1)
        for _message in range(10):
            write(office)
        return messages(office)

    child = children.fork(write_before_and_after)
    os.read(wrote, 1)
    storage.close()
    os.write(say_closed, b".")
    seen = child.result()
    for descriptor in (wrote, say_wrote, closed, say_closed):
        os.close(descriptor)
    assert messages(office) == seen == 12


def messages(office: Office) -> int:
    """Count the messages of the dossier."""
    return len(office.portal.office.dossiers.get(office.desk, office.dossier).messages)


@pytest.mark.skipif(not DESCRIPTORS.exists(), reason="the system does not tell what a process has open")
def test_a_fork_that_python_is_not_told_of(office: Office) -> None:
    """AL-2: a child forked by uWSGI opens its own connections, and does not close its parent's."""

    def write_and_read() -> bool:
        inherited = connections()
        write(office)
        read(office)
        gc.collect()
        return inherited < connections()

    assert children.fork(write_and_read, told=False).result() is True
    write(office)
    assert messages(office) == 3


EXITING = """
import gc, os, sys, threading, uuid
from pathlib import Path

import attrs

from tests.storage.preloading import furnish, open_storage

# A file is waited for as long as this before a fork. A server ends what is idle for three times as long.
storage = open_storage(sys.argv[1], patience=30 if "://" in sys.argv[1] else 0.3)
office = furnish(storage, Path(sys.argv[2]))
begun, over = threading.Event(), threading.Event()
added = uuid.uuid4()

def add_a_client():
    with storage.begin() as uow:
        client = uow.clients.get(office.desk.office_id, office.client)
        uow.clients.add(attrs.evolve(client, id=added))
        begun.set()
        over.wait()
        uow.commit()

thread = threading.Thread(target=add_a_client)
thread.start()
begun.wait()
if (child := os.fork()) == 0:
    gc.collect()
    sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
over.set()
thread.join()
with storage.begin() as uow:
    print(uow.clients.get(office.desk.office_id, added).id == added)
"""


def test_a_child_that_exits_closes_nothing_of_its_parents(database: str, tmp_path: Path) -> None:
    """AL-2: a child that exits normally leaves its parent's open transaction alone."""
    program = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", EXITING, database, str(tmp_path)]
    done = subprocess.run(program, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr
    assert "Traceback" not in done.stderr
    assert ("not all is closed before a fork" in done.stderr) == ("://" not in database)


@attrs.frozen(kw_only=True)
class HttpWire:
    """Sends each request over a new connection, so that any worker may respond."""

    port: int

    def send(self, method: str, target: str, *, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send a request."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request(method, target, body=body, headers=dict(headers))
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(status=answer.status, headers=named, cookies=(), body=answer.read())


@contextmanager
def gunicorn(database: str, folder: Path) -> Iterator[tuple[Browser, Known]]:
    """Run gunicorn with a preloaded app and four workers; yield a browser that is signed in."""
    with ExitStack() as stack:
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=100))
        log = folder / "gunicorn.log"
        command = [sys.executable, "-m", "gunicorn", "--preload", "--workers", "4", "--threads", "4"]
        # A worker that hangs is not killed by gunicorn while this test still waits for it.
        command += ["--graceful-timeout", str(2 * PATIENCE)]
        command += [
            "--config",
            "python:tests.storage.workers",
            "--no-control-socket",
            "--bind",
            f"fd://{listening.fileno()}",
            "tests.storage.preloading:app()",
        ]
        written = stack.enter_context(log.open("wb"))
        server = subprocess.Popen(
            command,
            env={**os.environ, DATABASE: database, FOLDER: str(folder)},
            pass_fds=[listening.fileno()],
            stdout=written,
            stderr=written,
        )
        stack.callback(stop, server, log)
        until((folder / KNOWN).exists)
        known = Known(**json.loads((folder / KNOWN).read_text()))
        wire = HttpWire(port=listening.getsockname()[1])
        yield Browser(wire=wire, headers={"Cookie": known.cookie}), known


def stop(server: "subprocess.Popen[bytes]", log: Path) -> None:
    """Stop gunicorn and its workers; if one of them does not stop, show what they logged.

    Python takes apart all that a worker has loaded, which takes seconds for four of them on busy processors.
    """
    server.terminate()
    try:
        server.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
        pytest.fail(f"gunicorn did not stop:\n{log.read_text()}")


def until(done: Callable[[], object], *, seconds: float = 60) -> None:
    """Wait until a condition is true."""
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.01)


def test_workers_of_a_preloaded_application(database: str, tmp_path: Path) -> None:
    """AL-2: 2,000 requests to four preloaded gunicorn workers all get the right response."""
    with gunicorn(database, tmp_path) as (browser, known), ThreadPoolExecutor(8) as pool:
        names = [f"client {number}" for number in range(8)]
        asked = [
            pool.submit(use, browser, dossier, name, requests=REQUESTS // 2)
            for name, dossier in zip(names, known.dossiers, strict=True)
        ]
        assert [each.result() for each in asked] == [[]] * len(names)
        with closing(open_storage(database)) as storage:
            portal = assemble(storage, tmp_path)
            desk = OfficeActor(office_id=portal.offices.only(), handler="mr. A. de Wit")
            assert subjects(portal, desk) == expected(*names, requests=REQUESTS // 2)
            # The dispatcher of the parent process still sends mail.
            portal.office.clients.invite(desk, NewClient(kind=ClientKind.PERSON, name="Piet", email="piet@example.nl"))
            until(lambda: list((tmp_path / "mail").glob("*.eml")))
    assert "Traceback" not in (tmp_path / "gunicorn.log").read_text()
