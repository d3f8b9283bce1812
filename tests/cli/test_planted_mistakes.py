"""``klantportaal check`` on a portal of production's parts: each planted mistake is found, with its remedy (AL-6).

The parts are real: PostgreSQL, a mail server, clamd, a host under Flask. ``tests/s3/test_check.py`` plants mistakes in
an object store: a bucket that is read-only or in another region, credentials that have expired.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch
from uuid import uuid4

import attrs
import psycopg
import pytest
from click.testing import CliRunner
from psycopg.sql import SQL, Identifier

from klantportaal import ClientKind, NewClient, OfficeActor, Portal, open_portal
from klantportaal.adapters.clock import SystemClock
from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.cli.commands import main
from klantportaal.domain.workers import Worker
from tests.cli.test_check import SENDER, served
from tests.conftest import clamd_or_lacking
from tests.support import postgres, s3, smtp

SECRET, OTHER = "ab" * 32, "cd" * 32


@attrs.define(kw_only=True)
class World:
    """A portal that runs as in production, with its variables."""

    variables: dict[str, str]
    dsn: str
    mail: smtp.Server
    folder: Path
    portal: Portal
    worker: Worker
    works: bool = True
    """Whether the worker runs."""

    def hold(self) -> None:
        """Let the worker say that it runs, or that it has ended."""
        workers = self.portal.background.workers
        if self.works:
            assert workers.renew(self.worker) is not None
        else:
            workers.end(self.worker)


@pytest.fixture(scope="module")
def world(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A portal without a mistake: the check finds nothing wrong."""
    folder = tmp_path_factory.mktemp("planted")
    with ExitStack() as stack:
        dsn = stack.enter_context(postgres.temporary_database(postgres_server))
        mail = stack.enter_context(smtp.running())
        scanner = stack.enter_context(clamd_or_lacking())
        variables = {
            "KLANTPORTAAL_DATABASE": dsn,
            "KLANTPORTAAL_FILES": (folder / "files").as_uri(),
            "KLANTPORTAAL_ANCHORS": (folder / "anchors").as_uri(),
            "KLANTPORTAAL_MAIL": f"smtp://{smtp.HOST}:{mail.port}?sender={SENDER}",
            "KLANTPORTAAL_SCANNER": scanner.word,
            "KLANTPORTAAL_PEPPER": SECRET,
            "KLANTPORTAAL_KEY": SECRET,
            "KLANTPORTAAL_WORKERS": "1",
        }
        with patch.dict("os.environ", variables):
            stack.enter_context(served())
            portal = stack.enter_context(closing(open_portal.from_environment()))
        worker = portal.background.workers.start("worker-1")
        assert worker is not None
        made = World(variables=variables, dsn=dsn, mail=mail, folder=folder, portal=portal, worker=worker)
        assert checked(made) == (0, {})
        yield made


def checked(world: World, **words: str) -> tuple[int, dict[str, str]]:
    """Run the check with some variables replaced. Give its exit code, and what is wrong by part, with the remedies."""
    world.hold()
    variables = world.variables | {f"KLANTPORTAAL_{name.upper()}": word for name, word in words.items()}
    result = CliRunner().invoke(main, ["--json", "check"], env=variables)
    wrong: dict[str, str] = {}
    for each in json.loads(result.stdout):
        if each["judgement"] == "wrong":
            assert each["mend"], each
            wrong[each["part"]] = f"{wrong.get(each['part'], '')}{each['says']}: {each['mend']}\n"
    return result.exit_code, wrong


@contextmanager
def replaced(world: World, **words: str) -> Iterator[None]:
    """Replace some variables of the portal."""
    before = world.variables
    world.variables = before | {f"KLANTPORTAAL_{name.upper()}": word for name, word in words.items()}
    yield
    world.variables = before


def joined(dsn: str, parameter: str) -> str:
    """Add a parameter to a URL."""
    return f"{dsn}{'&' if '?' in dsn else '?'}{parameter}"


# ---------------------------------------------------------------------- by a variable
WORDS: Mapping[str, tuple[dict[str, str], str, str]] = {
    "a misspelt variable": ({"scaner": "clamd://host"}, "KLANTPORTAAL_SCANER", "is it KLANTPORTAAL_SCANNER?"),
    "a variable that is missing": ({"mail": ""}, "KLANTPORTAAL_MAIL", "set this variable"),
    "a scheme of nobody": ({"mail": "smpt://host"}, "KLANTPORTAAL_MAIL", "use smtp+starttls://"),
    "a misspelt parameter": ({"database": "{dsn}sslmod=require"}, "KLANTPORTAAL_DATABASE", "is it sslmode?"),
    "a port that none has": ({"database": "postgresql://a@host:99999/a"}, "KLANTPORTAAL_DATABASE", "from 1 to 65535"),
    "a wrong port": (
        {"database": "postgresql://a@127.0.0.1:1/a"},
        "database",
        "look at the host, the port (5432, unless",
    ),
    "a machine of nobody": ({"database": "postgresql://a@nergens.invalid/a"}, "database", "look at the host"),
    "a role of nobody": (
        {"database": "{dsn}user=niemand"},
        "database",
        '"niemand" does not exist: correct KLANTPORTAAL',
    ),
    "tables of nobody": ({"database": "{dsn}schema=leeg"}, "database", "run klantportaal migrate"),
    "a secret that is too short": ({"pepper": "abcd"}, "KLANTPORTAAL_PEPPER", "openssl rand -hex 32"),
    "another pepper": ({"pepper": OTHER}, "portal", "pepper differs"),
    "another key": ({"key": OTHER}, "portal", "key differs"),
    "files in no folder": ({"files": "file:///proc/geen/map"}, "files", "correct KLANTPORTAAL_FILES"),
    "anchors in no folder": ({"anchors": "file:///proc/geen/map"}, "anchors", "correct KLANTPORTAAL_ANCHORS"),
    "a mail server that is away": ({"mail": "smtp://localhost:1?sender={sender}"}, "mail", "Check the host"),
    "TLS that is not there": ({"mail": "smtp+starttls://localhost:{port}?sender={sender}"}, "mail", "STARTTLS"),
    "a scanner that is away": (
        {"scanner": "clamd+unix:///run/nergens/clamd.ctl"},
        "scanner",
        "look at the virus scanner",
    ),
    "too few workers": ({"workers": "2"}, "workers", "run: worker-1; 2 must run: start them with klantportaal worker"),
}


@pytest.mark.parametrize("case", WORDS)
def test_a_mistake_in_a_variable(case: str, world: World) -> None:
    """AL-5, AL-6: what a variable has wrong is found, in its own part only, with its remedy."""
    words, part, remedy = WORDS[case]
    places = {"dsn": joined(world.dsn, ""), "sender": SENDER, "port": str(world.mail.port)}
    code, wrong = checked(world, **{name: word.format(**places) for name, word in words.items()})
    assert (code, list(wrong)) == (1, [part])
    assert remedy in wrong[part]


# ---------------------------------------------------------------------- in the parts themselves
@contextmanager
def no_worker(world: World) -> Iterator[None]:
    """End the one worker."""
    world.works = False
    yield
    world.works = True


@contextmanager
def mail_that_waits(world: World) -> Iterator[None]:
    """Let nobody send a mail for an hour."""
    actor = OfficeActor(office_id=world.portal.offices.only(), handler="A")
    world.portal.office.clients.invite(actor, NewClient(kind=ClientKind.PERSON, name="Jan", email="jan@example.nl"))
    with patch.object(SystemClock, "now", lambda _clock: datetime.now(UTC) + timedelta(hours=1)):
        yield
    world.portal.background.dispatcher.run_once()
    world.hold()


@contextmanager
def an_office_elsewhere(world: World) -> Iterator[None]:
    """Move the office to where its host has no page."""
    (office,) = world.portal.offices.list()
    world.portal.offices.move(office.id, f"{office.base_url}/elders")
    yield
    world.portal.offices.move(office.id, office.base_url)


@contextmanager
def a_sender_that_is_refused(world: World) -> Iterator[None]:
    """Let the mail server refuse the sender."""
    world.mail.behaviour.replies["MAIL"] = "553 not yours"
    yield
    world.mail.behaviour.replies.clear()


@contextmanager
def a_disk_at_99_percent(_world: World) -> Iterator[None]:
    """Leave one hundredth of the disk."""
    with patch.object(shutil, "disk_usage", lambda _place: SimpleNamespace(total=10**14, free=10**12)):
        yield


@contextmanager
def a_clock_an_hour_off(_world: World) -> Iterator[None]:
    """Let the database be an hour ahead."""
    with patch.object(SqlStorage, "now", lambda _storage: datetime.now(UTC) + timedelta(hours=1)):
        yield


@contextmanager
def commits_that_are_not_durable(world: World) -> Iterator[None]:
    """Let PostgreSQL acknowledge what is not on the disk."""
    with psycopg.connect(world.dsn, autocommit=True) as connection:
        name = Identifier(connection.info.dbname)
        connection.execute(SQL("ALTER DATABASE {} SET synchronous_commit = off").format(name))
        yield
        connection.execute(SQL("ALTER DATABASE {} RESET synchronous_commit").format(name))


@contextmanager
def a_right_that_lacks(world: World) -> Iterator[None]:
    """Use a role that may not delete sessions."""
    role = Identifier(f"lezer_{uuid4().hex}")
    with psycopg.connect(world.dsn, autocommit=True) as connection:
        for statement in (
            "CREATE ROLE {} LOGIN",
            "GRANT USAGE ON SCHEMA klantportaal TO {}",
            "GRANT ALL ON ALL TABLES IN SCHEMA klantportaal TO {}",
            "REVOKE DELETE ON klantportaal.sessions FROM {}",
        ):
            connection.execute(SQL(statement).format(role))
        with replaced(world, database=joined(world.dsn, f"user={role.as_string().strip(chr(34))}")):
            yield
        connection.execute(SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(role))


@contextmanager
def a_scanner_that_passes_large_files(world: World) -> Iterator[None]:
    """Let clamd call a file clean that it did not look through."""
    with clamd_or_lacking(AlertExceedsMax="no") as server, replaced(world, scanner=server.word):
        yield


@contextmanager
def a_bucket_that_is_not_there(world: World) -> Iterator[None]:
    """Keep the files in a bucket that nobody made."""
    with s3.moto() as store, pytest.MonkeyPatch.context() as environment:
        store.credentials(environment)
        with replaced(world, files=store.word(bucket="geen-bak")):
            yield


PLANTS: Mapping[Callable[[World], AbstractContextManager[None]], tuple[str, str]] = {
    no_worker: ("workers", "do not run: mail waits, unless a host starts the dispatcher; 1 must run: start them"),
    mail_that_waits: ("health", "lane_late: start a worker"),
    an_office_elsewhere: ("office http://127.0.0.1:", "mount this office there"),
    a_sender_that_is_refused: ("mail", "may send from"),
    a_disk_at_99_percent: ("files", "make room on it"),
    a_clock_an_hour_off: ("clocks", "use NTP on both"),
    commits_that_are_not_durable: ("database", "turn synchronous_commit on in PostgreSQL"),
    a_right_that_lacks: ("database", "let the owner of the tables run: GRANT DELETE ON klantportaal.sessions TO"),
    a_scanner_that_passes_large_files: ("scanner", "Write AlertExceedsMax yes into clamd.conf"),
    a_bucket_that_is_not_there: ("files", "the bucket does not exist: make it"),
}


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_a_mistake_in_a_part(plant: Callable[[World], AbstractContextManager[None]], world: World) -> None:
    """AL-6: what a part has wrong is found, in that part only, with its remedy. Without it, nothing is wrong."""
    part, remedy = PLANTS[plant]
    with plant(world):
        code, wrong = checked(world)
    assert (code, [name[: len(part)] for name in wrong]) == (1, [part])
    assert remedy in next(iter(wrong.values()))
    assert checked(world) == (0, {})


def test_there_are_more_than_twenty() -> None:
    """AL-6: the check finds each of twenty planted mistakes, and more."""
    assert len(WORDS) + len(PLANTS) >= 28


def test_deviations_of_settings_are_told_once(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """PW-3: a setting that deviates from a standard is a finding, and no line of the log of a command."""
    with caplog.at_level("INFO"):
        checked(world)
        assert CliRunner().invoke(main, ["sweep"], env=world.variables).exit_code == 0
    assert [each for each in caplog.records if each.name == "klantportaal.deviations"] == []
    result = CliRunner().invoke(main, ["check"], env=world.variables)
    assert result.output.count("passwords.minimum deviates") == 1


def test_no_worker_is_told_where_none_is_required(world: World) -> None:
    """AL-6: without --workers, that no worker runs is no mistake, because a host may do the work; it is told."""
    with no_worker(world):
        assert checked(world, workers="0") == (0, {})
        result = CliRunner().invoke(main, ["check", "--workers", "0"], env=world.variables)
    assert "• workers do not run: mail waits, unless a host starts the dispatcher: start one with" in result.output
