"""The commands: what they do, print and end with, on both databases."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result

from klantportaal import ClientKind, DocumentKind, NewClient, OfficeActor, OfficeProfile, Publication, open_portal
from klantportaal.cli import commands
from klantportaal.cli.commands import main
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.values import OfficeId
from klantportaal.opening import open_storage
from klantportaal.usecases.background.sweeper import Sweeper
from tests.support import smtp

PEPPER = b"p" * 32
EXAMPLE = Path(__file__).parents[2] / "examples" / "questionnaires" / "testament.json"


@pytest.fixture(params=["sqlite", "postgresql"])
def words(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, Any]:
    """Set the variables for a portal in a folder, on either database. Give them as words."""
    database = f"sqlite://{quote(str(tmp_path / 'portal.sqlite3'))}"
    if request.param == "postgresql":
        dsn = request.getfixturevalue("postgres_dsn")
        database = f"{dsn}{'&' if '?' in dsn else '?'}schema=commands_{uuid4().hex}"
    given = {
        "database": database,
        "files": (tmp_path / "files").as_uri(),
        "mail": f"folder://{quote(str(tmp_path / 'mail'))}",
    }
    for name, value in {**given, "pepper": PEPPER.hex()}.items():
        monkeypatch.setenv(f"KLANTPORTAAL_{name.upper()}", value)
    return given


@pytest.fixture
def office(words: Mapping[str, Any]) -> OfficeId:
    """An office with a client who is mailed an invitation, and a dossier with a document."""
    with closing(open_portal(**words, pepper=PEPPER)) as portal:
        profile = OfficeProfile(name="Kantoor", contact_address="info@kantoor.nl")
        office_id = portal.offices.ensure("kantoor", "https://kantoor.example.nl", profile)
        actor = OfficeActor(office_id=office_id, handler="A")
        new = NewClient(kind=ClientKind.PERSON, name="Jan", email="jan@example.nl")
        client_id, _account = portal.office.clients.invite(actor, new)
        dossier = portal.office.dossiers.open(actor, number="1", description="Akte", parties=[client_id])
        publication = Publication(kind=DocumentKind.DOCUMENT, title="Akte", for_clients=frozenset({client_id}))
        portal.office.documents.publish(actor, dossier, publication, name="akte.pdf", blocks=[b"%PDF-1.7 akte"])
    return office_id


def call(*arguments: str, code: int = 0) -> Result:
    """Run a command, and require its exit code."""
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == code, (result.output, result.exception)
    return result


def told(*arguments: str, code: int = 0) -> Any:
    """Run a command, and read the JSON that it prints."""
    return json.loads(call("--json", *arguments, code=code).stdout)


def test_migrating(words: Mapping[str, Any]) -> None:
    """``migrate --check`` lists what would be done and does nothing; ``migrate`` does it, once."""
    assert "to do: 0001: The first tables" in call("migrate", "--check", code=1).stdout
    assert len(told("migrate", "--check", code=1)["pending"]) == 1
    assert len(told("migrate")["done"]) == 1
    assert told("migrate", "--check") == {"pending": [], "done": []}
    assert call("migrate").stdout == "the tables are of this version\n"


@pytest.mark.usefixtures("office")
def test_the_data(tmp_path: Path) -> None:
    """A backup is made, restored and verified. A file that is damaged is named, and ends with 1."""
    assert told("seal")["sealed"] > 0
    assert told("backup", str(tmp_path / "backup"))["files"] == 1
    call("restore", str(tmp_path / "backup"), str(tmp_path / "restored"))
    assert "holds" in call("verify").stdout
    (stored,) = (each for each in (tmp_path / "files").glob("???/*"))
    stored.write_bytes(b"%PDF-1.7 vals")
    assert [each["kind"] for each in told("verify", code=1)["faults"]] == ["altered"]
    assert "left out: file" in call("backup", str(tmp_path / "second"), code=1).stdout
    assert str(tmp_path / "backup") in call("backup", str(tmp_path / "backup"), code=2).stderr
    assert told("sweep") == {"swept": 0}


def test_offices_and_their_mail(office: OfficeId, monkeypatch: pytest.MonkeyPatch) -> None:
    """Offices are listed. A mail that is not accepted is listed with the server's words, and goes out again."""
    assert told("offices") == [{"id": str(office), "name": "Kantoor", "base_url": "https://kantoor.example.nl"}]
    assert "Kantoor" in call("offices").stdout
    assert call("mail", "problems", str(office)).stdout == "every mail was accepted\n"
    with smtp.running() as server:
        monkeypatch.setenv("KLANTPORTAAL_MAIL", f"smtp://{smtp.HOST}:{server.port}?sender=portaal@kantoor.nl")
        server.behaviour.replies["RCPT"] = "452 4.2.2 mailbox full"
        with closing(open_portal.from_environment()) as portal:
            portal.background.dispatcher.run_once()
        (row,) = told("mail", "problems", str(office))
        assert (row["state"], row["to"], row["attempts"]) == ("waiting", "jan@example.nl", 1)
        assert "mailbox full" in row["problem"]
        call("mail", "again", str(office), row["mail"])
    call("mail", "again", str(office), str(office), code=2)
    call("mail", "problems", "kantoor", code=2)


@pytest.mark.usefixtures("office")
def test_health() -> None:
    """``health`` says how the portal is doing."""
    assert told("health")["database"]["is_migrated"] is True
    assert call("health").stdout.splitlines()[0] == "ok"


def test_a_questionnaire(tmp_path: Path) -> None:
    """A questionnaire without faults is said to be so. Faults are listed with their places, and end with 1."""
    assert told("questionnaire", "check", str(EXAMPLE))["questions"] > 5
    wrong = tmp_path / "fout.json"
    wrong.write_text(EXAMPLE.read_text().replace('"revision": 1', '"revision": 0', 1))
    assert [each["place"] for each in told("questionnaire", "check", str(wrong), code=1)] == ["$.revision"]
    wrong.write_bytes(b"\xff{")
    assert "$" in call("questionnaire", "check", str(wrong), code=1).stdout


def test_wrong_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-5: what is missing or wrong is told by the name of its variable, and ends with 2. Nothing is printed."""
    result = call("offices", code=2)
    assert (result.stdout, "KLANTPORTAAL_DATABASE: set this variable" in result.stderr) == ("", True)
    assert "KLANTPORTAAL_DATABASE" in call("migrate", code=2).stderr
    monkeypatch.setenv("KLANTPORTAAL_DATABASE", "mysql://jan:geheim@host/db")
    refused = call("migrate", code=2).stderr
    assert ("use postgresql://" in refused, "geheim" in refused) == (True, False)


def test_a_database_that_is_away(words: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-2: a database that cannot be reached ends with 3."""
    monkeypatch.setenv("KLANTPORTAAL_DATABASE", "postgresql://portaal@127.0.0.1:1/portaal")
    assert "Error" in call("offices", code=3).stderr


@pytest.mark.usefixtures("office")
def test_an_assembly_of_the_vendor(words: Mapping[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``--portal`` names a portal of the vendor's own, or what makes one, in a module of the current folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "eigen_portaal.py").write_text(
        "from klantportaal import open_portal\nmade = open_portal.from_environment\nnothing = 3\n"
    )
    assert "Kantoor" in call("--portal", "eigen_portaal:made", "offices").stdout
    for wrong in ("eigen_portaal:nothing", "eigen_portaal:none", "nergens:made", ":made"):
        assert "--portal" in call("--portal", wrong, "offices", code=2).stderr


# ------------------------------------------------------------------ a worker
@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], "subprocess.Popen[str]"]]:
    """Start workers, and end those that a test leaves."""
    started: list[subprocess.Popen[str]] = []

    def one() -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "klantportaal.cli", "--json", "worker", "--health", "0"]
        command += ["--heartbeat", str(tmp_path / "beat")]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path, env=os.environ)
        started.append(process)
        return process

    yield one
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.usefixtures("office")
def test_a_sweep_that_fails(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """AL-6: a sweep that fails, as without a database, ends no worker: it is told, and tried again."""
    stopping, sweeps = threading.Event(), list[int]()

    def sweep(_sweeper: Sweeper) -> int:
        sweeps.append(len(sweeps))
        if len(sweeps) < 3:
            raise Unavailable("the database is away")
        stopping.set()
        return 0

    monkeypatch.setattr(Sweeper, "run_once", sweep)
    monkeypatch.setattr(commands, "SWEEP_AGAIN", 0.01)
    with closing(open_portal.from_environment()) as portal:
        commands.sweep_on(portal, 3600, stopping)
    assert sweeps == [0, 1, 2]
    assert [record.levelname for record in caplog.records if "sweeping" in record.message] == ["ERROR", "ERROR"]


@pytest.mark.usefixtures("office")
def test_workers(start: Callable[[], "subprocess.Popen[str]"], tmp_path: Path, words: Mapping[str, Any]) -> None:
    """AL-2: two workers send each mail once and seal, and end at SIGTERM with 0."""
    workers = [start(), start()]
    for worker in workers:
        assert worker.stdout is not None
        said = json.loads("".join(worker.stdout.readline() for _line in range(4)))
        assert said["worker"] == worker.pid
        with urlopen(f"http://127.0.0.1:{said['port']}/ready", timeout=30) as reply:
            assert reply.status == 200
    with closing(open_storage(words["database"])) as reading:
        while reading.read.unsealed_entries()[0]:
            assert [worker.poll() for worker in workers] == [None, None]
    while not list((tmp_path / "mail").glob("*.eml")):
        assert [worker.poll() for worker in workers] == [None, None]
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
    assert [worker.wait(60) for worker in workers] == [0, 0]
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 1
    assert (tmp_path / "beat").exists()
