"""The commands: their effects, output and exit codes, on both databases."""

import inspect
import json
import os
import pty
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen
from uuid import uuid4

import attrs
import click
import pytest
from click import ClickException
from click.testing import CliRunner, Result

from klantportaal import ClientKind, DocumentKind, NewClient, OfficeActor, OfficeProfile, Publication, open_portal
from klantportaal.cli import working
from klantportaal.cli.commands import main
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.values import FileKey, OfficeId
from klantportaal.domain.workers import Worker
from klantportaal.opening import open_files, open_storage
from klantportaal.questionnaires import library
from klantportaal.testing.questionnaires import page, question, questionnaire
from klantportaal.usecases.background.dispatcher import Dispatcher
from klantportaal.usecases.background.sweeper import Sweeper
from klantportaal.usecases.background.workers import Workers
from tests.support import s3, smtp

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


def commands(group: click.Group, *names: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Walk all commands that do something. Give the words of each."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *names, name)
        else:
            yield (*names, name), command


@pytest.mark.parametrize("names, command", [pytest.param(*each, id=" ".join(each[0])) for each in commands(main)])
def test_help(names: tuple[str, ...], command: click.Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-6: the help of each command says what it does, and has examples that can be typed."""
    monkeypatch.chdir(EXAMPLE.parent)
    shown = call(*names, "--help").stdout
    assert re.search(r"\n\n  [A-Z][^\n]+[.\n]", shown), shown
    examples = re.findall(r"^ +(klantportaal .+)$", shown.partition("For example:\n")[2], re.MULTILINE)
    assert examples
    for example in examples:
        _program, *words = (word for word in shlex.split(example) if word != "--json")
        assert tuple(words[: len(names)]) == names
        with command.make_context(names[-1], words[len(names) :]):
            """Every option and argument is one that the command takes."""


def test_json_before_and_after(tmp_path: Path) -> None:
    """AL-6: ``--json`` means the same before the name of a command, after it, and at the end."""
    wrong = tmp_path / "fout.json"
    wrong.write_text("[]")
    for given in ([], ["questionnaire"], ["questionnaire", "check"], ["questionnaire", "check", str(wrong)]):
        rest = ["questionnaire", "check", str(wrong)][len(given) :]
        assert json.loads(call(*given, "--json", *rest, code=1).stdout)[0]["place"] == "$"
    assert call("questionnaire", "check", str(wrong), code=1).stdout.startswith("place")


def test_help_about_variables() -> None:
    """AL-5: the help lists each variable that opens a portal, since the documentation may not be at hand."""
    shown = call("--help").stdout
    listed = set(re.findall(r"^ +(KLANTPORTAAL_[A-Z]+)  ", shown, re.MULTILINE))
    arguments = set(inspect.signature(open_portal).parameters) - {"settings", "addresses"}
    assert listed == {f"KLANTPORTAAL_{name.upper()}" for name in (*arguments, "workers", "portal")}


def test_help_about_the_work_of_a_worker() -> None:
    """AL-6: the help of ``worker`` names all its work, and says that it needs the settings of the hosts, and how."""
    shown = " ".join(call("worker", "--help").stdout.split())
    for told in (
        "mails",
        "SMSs",
        "webhooks",
        "PDFs",
        "reminders",
        "quarantine",
        "seals",
        "sweeps",
        "settings of the hosts",
        "--portal",
    ):
        assert told in shown


def test_help_about_offices() -> None:
    """AL-6: the help of commands for one office says where its id comes from."""
    for name in ("problems", "again"):
        assert "klantportaal offices" in call("mail", name, "--help").stdout


def test_migrating(words: Mapping[str, Any]) -> None:
    """AL-2: ``migrate --check`` lists what would be done and changes nothing; ``migrate`` does it, once."""
    assert "to do: 0001: The first tables" in call("migrate", "--check", code=1).stdout
    assert len(told("migrate", "--check", code=1)["pending"]) == 1
    assert len(told("migrate")["done"]) == 1
    assert told("migrate", "--check") == {"pending": [], "done": []}
    assert call("migrate").stdout == "the tables are of this version\n"


def test_two_that_migrate_at_once(words: Mapping[str, Any]) -> None:
    """AL-2: of two ``migrate`` at once, one does the work and says so; the other waits, and has nothing to do."""
    assert words
    command = [sys.executable, "-m", "klantportaal.cli", "--json", "migrate"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _each in range(2)]
    said = [json.loads(each.communicate(timeout=120)[0]) for each in both]
    assert [each.returncode for each in both] == [0, 0]
    assert sorted(len(each["done"]) for each in said) == [0, 1]
    assert told("migrate", "--check") == {"pending": [], "done": []}


@pytest.mark.usefixtures("office")
def test_the_data(tmp_path: Path) -> None:
    """DC-4: a backup is made, restored and verified. A damaged file is named, with exit code 1."""
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


def test_files_move_to_an_object_store(
    office: OfficeId, tmp_path: Path, words: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files are copied from a folder to an object store, where the portal then finds them; a second time, none are."""
    with s3.moto() as store:
        store.credentials(monkeypatch)
        here, there = words["files"], store.word()
        assert told("copy-files", here, there) == {"copied": 1, "damaged": []}
        assert told("copy-files", here, there) == {"copied": 0, "damaged": []}
        monkeypatch.setenv("KLANTPORTAAL_FILES", there)
        monkeypatch.setenv("KLANTPORTAAL_ANCHORS", (tmp_path / "anchors").as_uri())
        assert told("verify")["files"] == 1
        assert told("backup", str(tmp_path / "backup"))["files"] == 1
        call("restore", str(tmp_path / "backup"), str(tmp_path / "restored"))
        again = store.word(prefix="hersteld")
        assert call("copy-files", f"file://{tmp_path}/restored/files", again).stdout == "1 files copied\n"
        monkeypatch.setenv("KLANTPORTAAL_FILES", again)
        assert told("verify")["files"] == 1
        call("copy-files", "geen woord", again, code=2)
        call("copy-files", here, store.word(bucket="geen-bak"), code=3)


def test_copying_damaged_files(tmp_path: Path) -> None:
    """DC-4: damaged files are left out and named, with exit code 1. The others are copied."""
    with s3.moto() as store, pytest.MonkeyPatch.context() as environment:
        store.credentials(environment)
        here, there = store.word(prefix=uuid4().hex), (tmp_path / "there").as_uri()
        files = open_files(here)
        for name in ("a", "b", "c"):
            files.write(FileKey(f"0{name}-akte"), [name.encode() * 10])
        (name,) = (each for each in store.names() if "b-akte" in each and each.endswith(".000000"))
        store.client().put_object(Bucket=s3.BUCKET, Key=name, Body=b"a" * 10)
        assert told("copy-files", here, there, code=1) == {"copied": 2, "damaged": ["0b-akte"]}
        assert "left out: file 0b-akte" in call("copy-files", here, there, code=1).stdout
        assert sorted(open_files(there).keys(before=datetime.max.replace(tzinfo=UTC))) == ["0a-akte", "0c-akte"]


@pytest.mark.usefixtures("office")
def test_restoring_a_damaged_backup(tmp_path: Path) -> None:
    """DC-4: a backup that is damaged is not restored. The damaged file is named, with exit code 1."""
    call("backup", str(tmp_path / "backup"))
    (stored,) = (each for each in (tmp_path / "backup" / "files").glob("???/*"))
    stored.write_bytes(b"%PDF-1.7 vals")
    refused = call("restore", str(tmp_path / "backup"), str(tmp_path / "restored"), code=1)
    assert (stored.name in refused.stderr, (tmp_path / "restored").exists()) == (True, False)
    call("restore", str(tmp_path / "nowhere"), str(tmp_path / "restored"), code=2)


def sent_again(office: OfficeId) -> int:
    """Count the mails that the trail says were sent again."""
    with closing(open_portal.from_environment()) as portal:
        actor = OfficeActor(office_id=office, handler="A")
        return len(portal.office.audit.entries(actor, what="MailSentAgain"))


def test_offices_and_their_mail(office: OfficeId, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-6: a mail that is not accepted is listed with the server's reply, and can be sent again."""
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
        other = str(uuid4())
        refused = call("mail", "again", str(office), row["mail"], other, code=2).stderr
        assert (other in refused, row["mail"] in refused) == (True, False)
        assert sent_again(office) == 0
        assert told("mail", "again", str(office), row["mail"], row["mail"]) == {"again": [row["mail"]]}
        assert sent_again(office) == 1
    call("mail", "again", str(office), str(office), code=2)
    call("mail", "problems", "kantoor", code=2)


def test_keys(office: OfficeId) -> None:
    """AP-1: ``keys`` makes a key, shows its secret once, lists it, and revokes it. A wrong scope is named."""
    made = told("keys", "make", str(office), "boekhouding", "--scope", "read", "--scope", "documents:write")
    assert made["secret"].startswith("kp_")
    (row,) = told("keys", "list", str(office))
    assert (row["key"], row["name"], row["revoked"]) == (made["id"], "boekhouding", None)
    assert ("documents:write" in row["scopes"], "dossiers:read" in row["scopes"]) == (True, True)
    assert made["secret"] not in call("keys", "list", str(office)).stdout
    assert told("keys", "revoke", str(office), made["id"]) == {"revoked": made["id"]}
    call("keys", "revoke", str(office), made["id"], code=2)
    assert told("keys", "list", str(office))[0]["revoked"] is not None
    assert "dosiers:read" in call("keys", "make", str(office), "x", "--scope", "dosiers:read", code=2).stderr
    call("keys", "make", NOBODY, "x", "--scope", "read", code=2)


@pytest.mark.usefixtures("office")
def test_health() -> None:
    """AL-6: ``health`` prints the health report."""
    assert told("health")["database"]["is_migrated"] is True
    assert call("health").stdout.splitlines()[0] == "ok"


NOBODY = "00000000-0000-7000-8000-000000000000"
NOT_MIGRATING = (
    *(["health"], ["verify"], ["offices"], ["backup", "{folder}/backup"], ["sweep"], ["seal"]),
    *(["mail", "problems", NOBODY], ["mail", "again", NOBODY, NOBODY]),
    *(["keys", "make", NOBODY, "a", "--scope", "read"], ["keys", "list", NOBODY], ["keys", "revoke", NOBODY, NOBODY]),
)


@pytest.mark.parametrize("command", NOT_MIGRATING, ids=" ".join)
@pytest.mark.usefixtures("words")
def test_a_command_makes_no_tables(command: list[str], tmp_path: Path) -> None:
    """AL-2: a command that is not there to migrate does not: it says which command does."""
    refused = call(*(each.format(folder=tmp_path) for each in command), code=2)
    assert "run klantportaal migrate" in refused.stderr
    assert len(told("migrate", "--check", code=1)["pending"]) == 1


def test_a_questionnaire(tmp_path: Path) -> None:
    """QU-1: a questionnaire without faults gives exit code 0. Faults are listed with their places, with exit code 1."""
    assert told("questionnaire", "check", str(EXAMPLE))["questions"] > 5
    wrong = tmp_path / "fout.json"
    wrong.write_text(EXAMPLE.read_text().replace('"revision": 1', '"revision": 0', 1))
    assert [each["place"] for each in told("questionnaire", "check", str(wrong), code=1)] == ["$.revision"]
    wrong.write_bytes(b"\xff{")
    assert "$" in call("questionnaire", "check", str(wrong), code=1).stdout


def test_a_questionnaire_with_fragments_of_the_office(tmp_path: Path) -> None:
    """QU-3: a questionnaire is checked with the office's fragments of a folder; faults in them have their places."""
    folder, file = tmp_path / "delen", tmp_path / "v.json"
    folder.mkdir()
    file.write_text(json.dumps(questionnaire("v", page("een", {"use": "office:persoon", "as": "p"}))))
    check = ("questionnaire", "check", str(file))
    assert [each["fault"] for each in told(*check, code=1)] == ["unknown_reference"]
    (folder / "persoon.json").write_text(json.dumps({"questions": [question("naam"), question("plaats")]}))
    assert told(*check, "--fragments", str(folder))["questions"] == 2
    (folder / "persoon.json").write_text(json.dumps({"questions": []}))
    places = [each["place"] for each in told(*check, "--fragments", str(folder), code=1)]
    assert places == ["$.fragments['office:persoon'].questions"]


def test_an_import_of_a_questionnaire(tmp_path: Path) -> None:
    """QU-1: a survey becomes a new file that publishes, and what is not in it is listed. No file is overwritten."""
    source, to = tmp_path / "survey.json", tmp_path / "vragen.json"
    source.write_text('{"title": "A", "locale": "nl", "elements": [{"type": "text", "name": "v", "enableIf": "{a}"}]}')
    assert [each["place"] for each in told("questionnaire", "import", str(source), str(to), "--id", "v")] == [
        "$",
        "$.elements[0].enableIf",
    ]
    assert told("questionnaire", "check", str(to))["id"] == "v"
    assert "vragen.json" in call("questionnaire", "import", str(source), str(to), code=2).stderr
    source.write_text("{")
    refused = told("questionnaire", "import", str(source), str(tmp_path / "x.json"), "--language", "en", code=1)
    assert ([each["fault"] for each in refused], (tmp_path / "x.json").exists()) == (["not_json"], False)


def test_the_library_of_questionnaires() -> None:
    """QU-1: the questionnaires of the library are listed, and one is written out as it is. A wrong name is told."""
    listed = told("questionnaire", "library")
    assert [each["name"] for each in listed] == list(library())
    assert listed[7] == {
        "name": "intake-testament",
        "nl": "Uw wensen voor uw testament",
        "en": "Your wishes for your will",
    }
    assert "intake-erfenis" in call("questionnaire", "library").stdout
    for name, document in library().items():
        assert call("questionnaire", "library", name).stdout == document
        assert told("questionnaire", "library", name) == json.loads(document)
    refused = call("questionnaire", "library", "testament", code=2)
    assert (refused.stdout, "choose intake-erfenis, " in refused.stderr) == ("", True)


def test_wrong_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-5: a missing or wrong variable is named, with exit code 2 and no standard output."""
    result = call("offices", code=2)
    assert (result.stdout, "KLANTPORTAAL_DATABASE: set this variable" in result.stderr) == ("", True)
    assert "KLANTPORTAAL_DATABASE" in call("migrate", code=2).stderr
    monkeypatch.setenv("KLANTPORTAAL_DATABASE", "mysql://jan:geheim@host/db")
    refused = call("migrate", code=2).stderr
    assert ("use postgresql://" in refused, "geheim" in refused) == (True, False)


def test_a_database_that_is_away(words: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-2: a database that cannot be reached gives exit code 3."""
    monkeypatch.setenv("KLANTPORTAAL_DATABASE", "postgresql://portaal@127.0.0.1:1/portaal")
    assert "Error" in call("offices", code=3).stderr


@pytest.mark.usefixtures("office")
def test_an_assembly_of_the_vendor(words: Mapping[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-6: ``--portal`` names a vendor's portal, or a function that makes one, in a module of the current folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "eigen_portaal.py").write_text(
        "from klantportaal import open_portal\nmade = open_portal.from_environment\nnothing = 3\n"
    )
    assert "Kantoor" in call("--portal", "eigen_portaal:made", "offices").stdout
    for module in ("fout_portaal", "geen_portaal"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    (tmp_path / "fout_portaal.py").write_text(
        "def made():\n    return {}['geheim']\n\ndef unset():\n    raise ValueError('set PEPPER')\n"
    )
    (tmp_path / "geen_portaal.py").write_text("made = {}['geheim']\n")
    for module, line in (("fout_portaal", 2), ("geen_portaal", 1)):
        refused = call("--portal", f"{module}:made", "offices", code=2).stderr
        said = f"ends with KeyError, in {tmp_path / module}.py, line {line}"
        assert (said in refused, "geheim" in refused, "Traceback" in refused) == (True, False, False)
    assert "set PEPPER" in call("--portal", "fout_portaal:unset", "offices", code=2).stderr
    for wrong in ("eigen_portaal:nothing", "eigen_portaal:none", "nergens:made", ":made"):
        assert "--portal" in call("--portal", wrong, "offices", code=2).stderr


# ------------------------------------------------------------------ a terminal
def on_terminal(*arguments: str) -> tuple[bytes, bytes]:
    """Run a command with standard output and standard error on a terminal each. Give what it wrote to them."""
    ours, theirs = zip(*(pty.openpty() for _stream in range(2)), strict=True)
    written = [bytearray(), bytearray()]
    readers = [threading.Thread(target=read_all, args=each) for each in zip(ours, written, strict=True)]
    command = [sys.executable, "-m", "klantportaal.cli", *arguments]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=theirs[0], stderr=theirs[1], env=os.environ)
    for each in theirs:
        os.close(each)
    for reader in readers:
        reader.start()
    assert process.wait(120) == 0
    for reader in readers:
        reader.join()
    return bytes(written[0]), bytes(written[1])


def read_all(terminal: int, written: bytearray) -> None:
    """Read a terminal until nobody has it open. Linux then says that it cannot be read."""
    with suppress(OSError):
        while block := os.read(terminal, 4096):
            written += block
    os.close(terminal)


ESCAPE = b"\x1b["
"""Begins what sets a colour or moves the cursor of a terminal."""


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing but the streams say whether there is a terminal."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")


@pytest.mark.parametrize("words", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("office", "terminal")
def test_a_terminal(tmp_path: Path, words: Mapping[str, Any]) -> None:
    """AL-6: on a terminal, tables have colours, and a command that copies shows how many files it did so far."""
    assert ESCAPE in on_terminal("offices")[0]
    copy = ("copy-files", words["files"], (tmp_path / "copies").as_uri())
    shown, progress = on_terminal(*copy)
    assert (ESCAPE in progress, b"copying every file" in progress, b"1 files" in progress) == (True, True, True)
    assert shown == b"1 files copied\r\n"
    shown, progress = on_terminal("--json", *copy)
    assert (json.loads(shown)["copied"], ESCAPE in shown, b"copying" in progress) == (0, False, False)


BARS = {
    "verify": (["verify"], [b"reading every file", b"1/1", b"13 bytes of 13 bytes", b"reading every trail"]),
    "backup": (
        ["backup", "{folder}/second"],
        [b"copying the database and every file", b"1/1", b"13 bytes of 13 bytes"],
    ),
    "restore": (["restore", "{folder}/backup", "{folder}/restored"], [b"copying and checking every file", b"2/2"]),
}
"""By command: its words, and what it shows on a terminal."""


@pytest.mark.parametrize("words", ["sqlite"], indirect=True)
@pytest.mark.parametrize("command", BARS)
@pytest.mark.usefixtures("office", "terminal")
def test_bars(tmp_path: Path, command: str) -> None:
    """AL-6: on a terminal, long commands show bars with the numbers of all files and entries; with JSON, none."""
    call("backup", str(tmp_path / "backup"))
    arguments, expected = BARS[command]
    shown, bars = on_terminal(*(each.format(folder=tmp_path) for each in arguments))
    assert ([each in bars for each in expected], ESCAPE in shown) == ([True] * len(expected), False)
    if command == "verify":
        shown, bars = on_terminal("--json", "verify")
        assert (json.loads(shown)["files"], b"reading" in bars) == (1, False)


@pytest.mark.parametrize("words", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("office", "terminal")
def test_no_terminal(tmp_path: Path, words: Mapping[str, Any]) -> None:
    """AL-6: where there is no terminal, there are no colours and no progress."""
    backup = ["backup", str(tmp_path / "backup")]
    for arguments in (["offices"], ["verify"], backup, ["copy-files", words["files"], (tmp_path / "copies").as_uri()]):
        command = [sys.executable, "-m", "klantportaal.cli", *arguments]
        done = subprocess.run(command, capture_output=True, check=True, timeout=120)
        assert (ESCAPE in done.stdout + done.stderr, b"every file" in done.stderr) == (False, False)


# ------------------------------------------------------------------ a worker
@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """Put back what a worker in this process does at signals."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


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


MEASURING = """
from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import ConsoleMetricExporter, PeriodicExportingMetricReader

exporter = ConsoleMetricExporter(out=open("metrics.txt", "w"))
reader = PeriodicExportingMetricReader(exporter, export_interval_millis=50)
metrics.set_meter_provider(MeterProvider([reader]))
"""
"""Sets up OpenTelemetry's SDK when a process starts, as a vendor's environment does."""


@pytest.mark.usefixtures("office")
def test_a_worker_gives_its_health(
    start: Callable[[], "subprocess.Popen[str]"], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AL-6: where OpenTelemetry is set up, a worker gives the health of the portal as metrics."""
    (tmp_path / "sitecustomize.py").write_text(MEASURING)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    worker, metrics = start(), tmp_path / "metrics.txt"
    while not metrics.exists() or '"klantportaal.health.verdict"' not in metrics.read_text():
        assert worker.poll() is None
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(60) == 0


@pytest.mark.usefixtures("office")
def test_a_sweep_that_fails(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """AL-6: a sweep that fails, as without a database, does not end the worker: it is logged and tried again."""
    stopping, sweeps = threading.Event(), list[int]()

    def sweep(_sweeper: Sweeper) -> int:
        sweeps.append(len(sweeps))
        if len(sweeps) < 3:
            raise Unavailable("the database is away")
        stopping.set()
        return 0

    monkeypatch.setattr(Sweeper, "run_once", sweep)
    monkeypatch.setattr(working, "SWEEP_AGAIN", 0.01)
    with closing(open_portal.from_environment()) as portal:
        working.sweep_on(portal, 3600, stopping)
    assert sweeps == [0, 1, 2]
    assert [record.levelname for record in caplog.records if "sweeping" in record.message] == ["ERROR", "ERROR"]


ENDING = """
from klantportaal.cli import working
from klantportaal.usecases.background.sweeper import Sweeper

def end(_sweeper):
    raise SystemExit

working.BEAT = 0.1
Sweeper.run_once = end
"""
"""Ends the thread that sweeps, without a word."""


@pytest.mark.usefixtures("office")
def test_a_sweep_that_ends(
    start: Callable[[], "subprocess.Popen[str]"], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AL-6: a worker whose thread for sweeping has ended ends too, so that it is started again."""
    (tmp_path / "sitecustomize.py").write_text(ENDING)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert start().wait(60) == 1


@pytest.mark.usefixtures("office")
def test_workers(start: Callable[[], "subprocess.Popen[str]"], tmp_path: Path, words: Mapping[str, Any]) -> None:
    """AL-2: two workers send each mail once and seal, and exit with 0 at SIGTERM."""
    workers, names = [start(), start()], list[str]()
    for worker in workers:
        assert worker.stdout is not None
        said = json.loads("".join(worker.stdout.readline() for _line in range(5)))
        assert said["worker"] == worker.pid
        names.append(said["name"])
        with urlopen(f"http://127.0.0.1:{said['port']}/ready", timeout=30) as reply:
            assert reply.status == 200
    with closing(open_storage(words["database"])) as reading:
        while reading.read.unsealed_entries()[0]:
            assert [worker.poll() for worker in workers] == [None, None]
    while not list((tmp_path / "mail").glob("*.eml")):
        assert [worker.poll() for worker in workers] == [None, None]
    with closing(open_portal.from_environment()) as portal:
        assert {each.name for each in portal.background.workers.list()} == set(names)
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
    assert [worker.wait(60) for worker in workers] == [0, 0]
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 1
    assert (tmp_path / "beat").exists()
    with closing(open_portal.from_environment()) as portal:
        assert portal.background.workers.list() == []


def is_answered(port: int) -> bool:
    """Tell whether somebody listens at a port. A worker that stops does not, before it waits for its threads."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=30).close()
    except ConnectionError:
        return False
    return True


@pytest.mark.usefixtures("office")
def test_a_signal_while_a_mail_is_in_flight(
    start: Callable[[], "subprocess.Popen[str]"], monkeypatch: pytest.MonkeyPatch
) -> None:
    """AL-2: at SIGTERM, a worker finishes the mail that is in flight: it is accepted once, and recorded as sent."""
    arrived, may_be_accepted = threading.Event(), threading.Event()

    def hold(_message: bytes) -> None:
        arrived.set()
        may_be_accepted.wait(120)

    with smtp.running() as server:
        server.arrived = hold
        monkeypatch.setenv("KLANTPORTAAL_MAIL", f"smtp://{smtp.HOST}:{server.port}?sender=portaal@kantoor.nl")
        worker = start()
        assert worker.stdout is not None
        said = json.loads("".join(worker.stdout.readline() for _line in range(5)))
        try:
            assert arrived.wait(120)
            worker.send_signal(signal.SIGTERM)
            while is_answered(said["port"]):
                assert worker.poll() is None
            assert (worker.poll(), server.messages) == (None, [])
        finally:
            may_be_accepted.set()
        assert (worker.wait(60), len(server.messages)) == (0, 1)
    lanes = {each["lane"]: each for each in told("health")["outbox"]["lanes"]}
    assert lanes["awaited"]["succeeded_at"] is not None


@pytest.mark.usefixtures("office")
def test_a_worker_that_is_started_twice() -> None:
    """AL-2: a second worker with the name of a running one does nothing, and reports the name and what to do."""
    with closing(open_portal.from_environment()) as portal:
        first = portal.background.workers.start("worker-1")
        assert first is not None
        assert "worker-1 runs already" in call("worker", "--name", "worker-1", code=3).output
        assert portal.background.workers.list() == [first]


def test_a_worker_makes_tables_unless_told_not_to(
    words: Mapping[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AL-2: a worker migrates, as hosts do, unless ``KLANTPORTAAL_MIGRATE`` is no. A place without folder ends it."""
    assert words
    ending = ("worker", "--heartbeat", str(tmp_path / "nergens" / "hartslag"))
    monkeypatch.setenv("KLANTPORTAAL_MIGRATE", "no")
    assert "run klantportaal migrate" in call(*ending, code=2).stderr
    assert len(told("migrate", "--check", code=1)["pending"]) == 1
    monkeypatch.delenv("KLANTPORTAAL_MIGRATE")
    assert "hartslag" in call(*ending, code=2).stderr
    assert told("migrate", "--check")["pending"] == []


@pytest.mark.usefixtures("office")
def test_a_worker_without_a_name_of_its_own() -> None:
    """AL-2: an invalid name is refused, with what is allowed."""
    assert "letters and digits" in call("worker", "--name", "two words", code=2).output


@pytest.mark.usefixtures("office")
def test_a_worker_that_lost_its_name(tmp_path: Path) -> None:
    """AL-2: a worker that did not renew its name in time ends once another has taken it."""
    with closing(open_portal.from_environment()) as portal:
        workers = portal.background.workers
        first = workers.start("worker-1")
        assert first is not None
        workers.end(first)  # As half a minute without a heartbeat does.
        assert workers.start("worker-1") is not None
        portal.background.dispatcher.start()
        with pytest.raises(ClickException, match="another worker took the name worker-1"):
            working._beat(portal, first, tmp_path / "beat")
    assert not (tmp_path / "beat").exists()


@pytest.mark.usefixtures("office")
def test_a_worker_whose_database_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-6: a worker gives its heartbeat while the database is away, because a restart would not mend that."""

    def renew(_workers: Workers, _worker: Worker) -> Worker | None:
        raise Unavailable("the database is away")

    with closing(open_portal.from_environment()) as portal:
        worker = portal.background.workers.start("worker-1")
        assert worker is not None
        portal.background.dispatcher.start()
        monkeypatch.setattr(Workers, "renew", renew)
        working._beat(portal, worker, tmp_path / "beat")
    assert (tmp_path / "beat").exists()


@pytest.mark.usefixtures("office")
def test_a_worker_with_a_thread_that_has_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-6: a worker ends if one of its threads has: exit code 1, no heartbeat, and its name is free."""
    started = Dispatcher.start

    def start(dispatcher: Dispatcher) -> None:
        started(dispatcher)
        dispatcher._threads.append(ended)

    ended = threading.Thread(target=lambda: None)
    ended.start()
    ended.join()
    monkeypatch.setattr(Dispatcher, "start", start)
    beat = tmp_path / "beat"
    result = call("worker", "--name", "worker-1", "--heartbeat", str(beat), code=1)
    assert ("a thread of the worker has ended" in result.stderr, beat.exists()) == (True, False)
    with closing(open_portal.from_environment()) as portal:
        assert portal.background.workers.list() == []


def test_how_often_a_worker_sweeps() -> None:
    """AL-3: what a failed write left is gone within a day: a worker sweeps every hour, with an hour to spare."""
    (every,) = (each for each in main.commands["worker"].params if each.name == "sweep_every")
    spare = attrs.fields_dict(Sweeper)["_spare"].default
    assert isinstance(spare, timedelta)
    assert isinstance(every.default, float)
    longest_sweep = timedelta(hours=1)
    assert spare + timedelta(hours=every.default) + longest_sweep <= timedelta(hours=24)
