"""``klantportaal check``: it finds and names each mistake that a test makes, and changes nothing."""

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import psycopg
import pytest
from click.testing import CliRunner
from flask import Flask
from psycopg.errors import InsufficientPrivilege
from psycopg.sql import SQL, Identifier
from werkzeug.serving import make_server

from klantportaal import ClientKind, Finding, NewClient, OfficeActor, OfficeProfile, open_portal
from klantportaal.adapters.clock import SystemClock
from klantportaal.adapters.flask import blueprint
from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.adapters.storage.sql.rights import TRAIL
from klantportaal.cli import checks
from klantportaal.cli.commands import main
from tests.conftest import clamd_or_lacking
from tests.support import postgres, smtp

PEPPER = b"p" * 32
SENDER = "portaal@kantoor.nl"
PROFILE = OfficeProfile(name="Kantoor", contact_address="info@kantoor.nl")


@pytest.fixture
def variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Set variables for a portal in a folder, with some replaced."""

    def put(**replaced: str) -> None:
        given = {
            "database": f"sqlite://{quote(str(tmp_path / 'portal.sqlite3'))}",
            "files": (tmp_path / "files").as_uri(),
            "mail": f"folder://{quote(str(tmp_path / 'mail'))}",
            "pepper": PEPPER.hex(),
            **replaced,
        }
        for name, value in given.items():
            monkeypatch.setenv(f"KLANTPORTAAL_{name.upper()}", value)

    put()
    return put


def found(code: int, *arguments: str) -> dict[str, list[str]]:
    """Run the check, and give what is wrong by part. What it prints for people has the same."""
    result = CliRunner().invoke(main, ["--json", *arguments, "check"])
    assert result.exit_code == code, (result.output, result.exception)
    wrong: dict[str, list[str]] = {}
    for each in json.loads(result.stdout):
        if each["judgement"] == "wrong":
            assert each["mend"], each
            wrong.setdefault(each["part"], []).append(f"{each['says']} {each['mend']}".strip())
    shown = CliRunner().invoke(main, [*arguments, "check"])
    assert shown.exit_code == code
    assert shown.stdout.count("✗") == sum(map(len, wrong.values()))
    return wrong


@contextmanager
def served(*more: str) -> Iterator[str]:
    """Start the portal of the variables under Flask, with an office. Yield the base URL of the office.

    *more* are prefixes of the same machine at which the office is mounted too.
    """
    app = Flask("vendor")
    with closing(open_portal.from_environment()) as portal:
        server = make_server("127.0.0.1", 0, app, threaded=True)
        url = f"http://127.0.0.1:{server.server_port}/portaal"
        office_id = portal.offices.ensure("kantoor", url, PROFILE)
        for prefix in ("/portaal", *more):
            app.register_blueprint(blueprint(portal, office=office_id), url_prefix=prefix, name=f"at{prefix[1:]}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield url
        finally:
            server.shutdown()
            thread.join()


def kept(folder: Path) -> list[Path]:
    """List the files in a folder, except those that only help: logs of the database, and a file to lock."""
    return sorted(
        each for each in folder.rglob("*") if each.is_file() and not re.search("sqlite3-|keeping.lock", each.name)
    )


def test_all_is_well(variables: Callable[..., None], tmp_path: Path) -> None:
    """AL-6: for a portal that is served and can send mail, the check finds nothing wrong, and changes nothing."""
    with smtp.running() as server:
        variables(mail=f"smtp://{smtp.HOST}:{server.port}?sender={SENDER}")
        with served():
            before = kept(tmp_path)
            assert found(0) == {}
            assert (kept(tmp_path), server.messages) == (before, [])
    with closing(open_portal.from_environment()) as portal:
        assert len(portal.offices.list()) == 1


def test_before_the_first_start(variables: Callable[..., None]) -> None:
    """AL-6: missing tables are reported. The check makes none, and stores no pepper before the first start."""
    assert found(1) == {"database": ["lacks 0001: The first tables run klantportaal migrate"]}
    assert CliRunner().invoke(main, ["migrate"]).exit_code == 0
    variables(pepper=(b"q" * 32).hex())
    assert found(0) == {}
    variables()
    open_portal.from_environment().close()


def test_wrong_variables(variables: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-5: every missing or wrong variable is reported; the parts with valid variables are still checked."""
    variables(mail="smpt://host", key="geheim")
    monkeypatch.delenv("KLANTPORTAAL_PEPPER")
    wrong = found(1)
    assert sorted(wrong) == ["KLANTPORTAAL_KEY", "KLANTPORTAAL_MAIL", "KLANTPORTAAL_PEPPER", "database"]
    assert "geheim" not in str(wrong)


def test_other_secrets(variables: Callable[..., None]) -> None:
    """PW-2: a pepper or key that differs from the earlier one is reported."""
    variables(key=(b"k" * 32).hex())
    with served():
        for replaced, told in (
            ({"pepper": (b"q" * 32).hex()}, "pepper differs"),
            ({"key": (b"q" * 32).hex()}, "key differs"),
        ):
            variables(**{"key": (b"k" * 32).hex(), **replaced})
            wrong = found(1)
            assert list(wrong) == ["portal"]
            assert told in wrong["portal"][0]


@pytest.mark.parametrize("name", ["PEPPER", "KEY"])
@pytest.mark.parametrize(
    "secrets, told",
    [("abcd", "at least 32 bytes"), (f"{b'o'.hex() * 32},abcd", "not 2 bytes"), (f"{'ab' * 32},{'ab' * 32}", "twice")],
)
def test_secrets_that_are_too_short(name: str, secrets: str, told: str, variables: Callable[..., None]) -> None:
    """PW-2: a pepper or key that is too short or given twice is reported by its variable, before a first start too."""
    CliRunner().invoke(main, ["migrate"])
    variables(**{name.lower(): secrets})
    wrong = found(1)
    assert list(wrong) == [f"KLANTPORTAAL_{name}"]
    assert (told in wrong[f"KLANTPORTAAL_{name}"][0], "openssl rand -hex 32" in str(wrong)) == (True, True)


def test_pages_of_offices(variables: Callable[..., None]) -> None:
    """OF-2: an office whose page is missing is reported; so is a portal without an office."""
    open_portal.from_environment().close()
    assert list(found(1)) == ["offices"]
    with served() as url, closing(open_portal.from_environment()) as portal:
        base = url.removesuffix("/portaal")
        portal.offices.ensure("tweede", f"{base}/elders", PROFILE)
        portal.offices.ensure("derde", "http://127.0.0.1:1", PROFILE)
        wrong = found(1)
    assert "answers 404" in wrong[f"office {base}/elders"][0]
    assert "does not answer" in wrong["office http://127.0.0.1:1"][0]
    assert len(wrong) == 2


def test_pages_of_others(variables: Callable[..., None], tmp_path: Path) -> None:
    """OF-2: an office at whose address is the page of another office, another portal or another site is reported."""
    (tmp_path / "ander").mkdir()
    with served("/elders") as url, closing(open_portal.from_environment()) as portal:
        base = url.removesuffix("/portaal")
        portal.offices.ensure("tweede", f"{base}/elders", PROFILE)
        assert found(1) == {f"office {base}/elders": [ANOTHER]}
        variables(database=f"sqlite://{quote(str(tmp_path / 'ander.sqlite3'))}", pepper=(b"q" * 32).hex())
        with closing(open_portal.from_environment()) as other:
            other.offices.ensure("kantoor", url, PROFILE)
        assert found(1) == {f"office {url}": [ANOTHER]}


ANOTHER = (
    "shows the page for signing in of another office, or of a host with another pepper or key mount this office there,"
    " with the pepper and key of this portal, or move the office with portal.offices.move"
)
MAIL: Mapping[str, tuple[dict[str, Any], str, str, str]] = {
    "a closed port": ({}, "smtp://localhost:1?sender={sender}", "", "Check the host"),
    "a sender that is refused": ({}, "smtp://{host}:{port}?sender={sender}", "553 not yours", "may send from"),
    "TLS that is not there": ({}, "smtp+starttls://{host}:{port}?sender={sender}", "", "STARTTLS"),
    "an unknown certificate": ({"tls": "tls"}, "smtps://{host}:{port}?sender={sender}", "", "certificate"),
}


@pytest.mark.parametrize("case", MAIL)
def test_mail_that_cannot_be_sent(case: str, variables: Callable[..., None]) -> None:
    """AL-6: what prevents sending mail is reported, with what to check. No mail is sent."""
    settings, word, refusal, told = MAIL[case]
    with smtp.running(**settings) as server:
        if refusal:
            server.behaviour.replies["MAIL"] = refusal
        variables(mail=word.format(host=smtp.HOST, port=server.port, sender=SENDER))
        with served():
            wrong = found(1)
    assert list(wrong) == ["mail"]
    assert told in wrong["mail"][0]


def test_a_database_that_is_away_or_none(variables: Callable[..., None], tmp_path: Path) -> None:
    """AL-6: an unreachable or damaged database is reported, once; the other parts are still checked."""
    anchors = (tmp_path / "anchors").as_uri()
    variables(database="postgresql://portaal@127.0.0.1:1/portaal", files="file:///proc/geen/map", anchors=anchors)
    assert {part: len(told) for part, told in found(1).items()} == {"database": 1, "files": 1}
    variables()
    (tmp_path / "portal.sqlite3").write_bytes(b"geen database " * 1000)
    assert {part: len(told) for part, told in found(1).items()} == {"database": 1}


@pytest.mark.parametrize("part", ["files", "mail", "anchors", "sms"])
def test_a_folder_that_cannot_be_made(part: str, variables: Callable[..., None], tmp_path: Path) -> None:
    """AL-6: a folder that cannot be made is reported once: not by the start of the portal too."""
    with served():
        schemes = {"mail": "folder", "sms": "folder"}
        anchors = (tmp_path / "anchors").as_uri()
        variables(**{"anchors": anchors, part: f"{schemes.get(part, 'file')}:///proc/geen/map"})
        wrong = found(1)
    assert {name: len(told) for name, told in wrong.items()} == {part: 1}


def test_a_disk_that_is_almost_full(variables: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-6: a disk at 99 % is reported, and a full one, on which hosts are not ready."""
    with served():
        for free, told in ((10**12, "MiB left, 1.0%"), (2**20, "hosts are not ready")):
            usage = SimpleNamespace(total=10**14, free=free)
            monkeypatch.setattr("shutil.disk_usage", lambda _place, usage=usage: usage)
            wrong = found(1)
            assert sorted(wrong) == ["database", "files"]
            assert [told in each for (each,) in wrong.values()] == [True, True]


def test_a_clock_that_is_wrong(variables: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-6: a clock that is an hour off is reported."""
    with served():
        monkeypatch.setattr(SqlStorage, "now", lambda _self: datetime.now(UTC) + timedelta(hours=1))
        wrong = found(1)
    assert "3600 seconds apart" in wrong["clocks"][0]


def test_postgresql_that_is_not_durable(variables: Callable[..., None], postgres_server: str) -> None:
    """AL-2: a setting of PostgreSQL with which commits can be lost is reported, with what to do."""
    with postgres.temporary_database(postgres_server) as dsn:
        variables(database=dsn)
        open_portal.from_environment().close()
        with psycopg.connect(dsn, autocommit=True) as connection:
            name = Identifier(connection.info.dbname)
            connection.execute(SQL("ALTER DATABASE {} SET synchronous_commit = off").format(name))
        told = found(1)["database"]
    assert [each for each in told if "synchronous_commit is off turn synchronous_commit on" in each]


@contextmanager
def as_role(variables: Callable[..., None], postgres_dsn: str) -> Iterator[tuple[str, str, Callable[..., None]]]:
    """Use another role than the owner of the tables. Give the schema, the role, and what runs SQL as the owner."""
    schema, role = f"check_{uuid4().hex}", f"lezer_{uuid4().hex}"
    mark = "&" if "?" in postgres_dsn else "?"
    variables(database=f"{postgres_dsn}{mark}schema={schema}")
    open_portal.from_environment().close()

    def run(*statements: str) -> None:
        with psycopg.connect(postgres_dsn, autocommit=True) as connection:
            for each in statements:
                connection.execute(each.encode())

    run(f"CREATE ROLE {role} LOGIN")
    try:
        variables(database=f"{postgres_dsn}{mark}schema={schema}&user={role}")
        yield schema, role, run
    finally:
        run(f"DROP OWNED BY {role}", f"DROP ROLE {role}")


def grants(told: list[str]) -> list[str]:
    """Read the statements that mend what the check told of a database."""
    return [each.partition("run: ")[2] for each in told]


def test_a_role_without_rights(variables: Callable[..., None], postgres_dsn: str) -> None:
    """AL-6: each right that the role lacks is told, by table, with the statement that gives it; these are enough.

    Nothing of the trail may be deleted, and of its entries only the seals changed.
    """
    with as_role(variables, postgres_dsn) as (schema, role, run):
        while mends := grants(found(1).get("database", [])):
            run(*mends)
        for table in TRAIL:
            run(f"REVOKE UPDATE ON {schema}.{table} FROM {role}")
            run(f"GRANT UPDATE (number, digest) ON {schema}.{table} TO {role}")
        with served():
            assert found(0) == {}
        work()
        for refused in ("DELETE FROM {}.entries", "DELETE FROM {}.chains", "UPDATE {}.entries SET id = id"):
            with psycopg.connect(postgres_dsn, user=role) as other, pytest.raises(InsufficientPrivilege):
                other.execute(refused.format(schema).encode())


def work() -> None:
    """Do what hosts and workers do with a database: write, index, search, send, seal, sweep and verify."""
    with closing(open_portal.from_environment()) as portal:
        actor = OfficeActor(office_id=portal.offices.list()[0].id, handler="A")
        new = NewClient(kind=ClientKind.PERSON, name="Jan de Vries", email="jan@example.nl")
        client_id, _account = portal.office.clients.invite(actor, new)
        portal.office.dossiers.open(actor, number="1", description="Akte", parties=[client_id])
        assert len(portal.office.clients.list(actor, search="de Vries")) == 1
        portal.background.dispatcher.run_once()
        assert portal.background.sealer.run_once().sealed > 0
        portal.background.sweeper.run_once()
        assert portal.background.verify().holds


LACKING = {
    "one right": ("REVOKE DELETE ON {0}.sessions FROM {1}", "GRANT DELETE ON {0}.sessions TO {1}"),
    "the same on two tables": (
        "REVOKE INSERT, UPDATE ON {0}.documents, {0}.clients FROM {1}",
        "GRANT INSERT, UPDATE ON {0}.clients, {0}.documents TO {1}",
    ),
    "a seal of the trail": (
        "REVOKE UPDATE ON {0}.entries FROM {1}; GRANT UPDATE (number) ON {0}.entries TO {1}",
        "GRANT UPDATE ON {0}.entries TO {1}",
    ),
    "the index": (
        "REVOKE INSERT, DELETE ON {0}.clients_trigrams FROM {1}",
        "GRANT INSERT, DELETE ON {0}.clients_trigrams TO {1}",
    ),
    "the version": (
        "REVOKE SELECT ON {0}.klantportaal_version FROM {1}",
        "GRANT SELECT ON {0}.klantportaal_version TO {1}",
    ),
    "a function": (
        "REVOKE EXECUTE ON FUNCTION {0}.trigrams FROM PUBLIC",
        "GRANT EXECUTE ON FUNCTION {0}.trigrams TO PUBLIC",
    ),
}
"""By what is lacking: the statement that takes it away, and what the check tells to run."""


def test_each_right_that_is_lacking(variables: Callable[..., None], postgres_dsn: str) -> None:
    """AL-6: what one table, column or function lacks is told, and nothing else; the statement that is told mends it."""
    with as_role(variables, postgres_dsn) as (schema, role, run):
        run(f"GRANT USAGE ON SCHEMA {schema} TO {role}", f"GRANT ALL ON ALL TABLES IN SCHEMA {schema} TO {role}")
        run(*(taken.format(schema, role) for taken, _mend in LACKING.values()))
        mends = [mend.format(schema, role) for _taken, mend in LACKING.values()]
        assert sorted(grants(found(1)["database"])) == sorted(mends)
        run(*mends)
        assert "database" not in found(1)


SCANNERS: Mapping[str, tuple[dict[str, str], str]] = {
    "that does not tell": ({"AlertExceedsMax": "no"}, "Write AlertExceedsMax yes into clamd.conf"),
    "for small files": ({"StreamMaxLength": "25M"}, ""),
    "for smaller files": ({"StreamMaxLength": "24M"}, "25 MiB with a virus: StreamMaxLength raise StreamMaxLength"),
    "of small files": (
        {"MaxFileSize": "24M", "MaxScanSize": "24M"},
        "Limits.Exceeded.MaxFileSize raise StreamMaxLength",
    ),
    "that stops at a password": ({"HeuristicScanPrecedence": "yes"}, "set HeuristicScanPrecedence to no"),
    "of small parts": ({"MaxFileSize": "30M", "MaxScanSize": "90M"}, "set MaxFileSize to at least MaxScanSize"),
}


@pytest.mark.parametrize("case", SCANNERS)
def test_a_scanner(case: str, variables: Callable[..., None]) -> None:
    """AT-3: a scanner that misses files, or does not tell what it left out, is told with the lines that mend it."""
    settings, told = SCANNERS[case]
    with clamd_or_lacking(**settings) as server, served():
        variables(scanner=server.word)
        wrong = found(1 if told else 0).get("scanner", [])
    assert len(wrong) == bool(told)
    assert told in "".join(wrong)


def test_a_scanner_without_signatures(variables: Callable[..., None]) -> None:
    """AT-3: a scanner that does not find the EICAR test file is told."""
    with clamd_or_lacking() as server:
        server.kill()
        (server.folder / "database" / "tests.hdb").unlink()
        server.start()
        variables(scanner=f"clamd+unix://{server.path}")
        assert "but says clean renew its signatures" in found(1)["scanner"][0]


def test_a_scanner_that_is_away(variables: Callable[..., None]) -> None:
    """AT-3, AL-6: a scanner that cannot be reached is told, and once: not by the health of the portal too."""
    with served():
        variables(scanner="clamd+unix:///run/nergens/clamd.ctl")
        wrong = found(1)
    assert list(wrong) == ["scanner"]
    assert "clamd at /run/nergens/clamd.ctl cannot scan" in wrong["scanner"][0]


@pytest.mark.parametrize("place", ["file:///proc/geen/map", "{folder}"])
def test_anchors_that_cannot_be_written(place: str, variables: Callable[..., None], tmp_path: Path) -> None:
    """SI-5, AL-6: anchors in no folder, or with a file that cannot be written, are told, and nothing is added."""
    anchors = tmp_path / "ankers"
    (anchors / f"{uuid4()}.jsonl").mkdir(parents=True)
    with served():
        variables(anchors=place.format(folder=anchors.as_uri()))
        before = kept(tmp_path)
        assert list(found(1)) == ["anchors"]
        assert kept(tmp_path) == before
        (next(anchors.iterdir())).rmdir()
        variables(anchors=anchors.as_uri())
        assert found(0) == {}


@pytest.mark.parametrize(
    "word, told",
    [
        ("", "sms is not sent: two-step verification works by authenticator app only"),
        ("folder://{folder}/sms", "sms goes into a folder: nobody gets one"),
        (
            "clicksend://naam:geheim@{{to}}",
            "sms goes through AppriseSmsSender: the check sends none",
        ),
    ],
)
def test_how_sms_is_sent(word: str, told: str, variables: Callable[..., None], tmp_path: Path) -> None:
    """TS-2: how SMSs are sent is told, without a secret. None is sent."""
    variables(sms=word.format(folder=quote(str(tmp_path))))
    shown = CliRunner().invoke(main, ["check"]).stdout
    assert f"• {told}" in shown
    assert "geheim" not in shown


OWN = """
from klantportaal import ScanPolicy, Settings, UploadLimits, open_portal
from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.adapters.anchors.memory import MemoryAnchors
from klantportaal.adapters.files.memory import MemoryFiles
from klantportaal.adapters.mail.memory import MemorySender
from klantportaal.adapters.mail.smtp import SmtpSender
from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.scanning import CLEAN, TEST_FILE, ScanOutcome, ScanVerdict


class Scanner:
    def __init__(self, most, word=b"EICAR"):
        self.most, self.word = most, word

    def scan(self, blocks):
        size, found = 0, False
        for block in blocks:
            size, found = size + len(block), found or self.word in block
            yield block
        if size > self.most or found:
            return ScanVerdict(outcome=ScanOutcome.INFECTED if found else ScanOutcome.TOO_LARGE, found="eigen")
        return CLEAN


class Lossy(MemoryFiles):
    def read(self, key, *, start=0):
        return iter([b"iets anders"])


class Broken(MemoryFiles):
    def write(self, key, blocks):
        raise RuntimeError("kapot")


class NoAnchors(MemoryAnchors):
    def newest(self, office_id):
        raise Unavailable("de ankers zijn weg")


given = dict(
    database=MemoryStorage(), files=MemoryFiles(), mail=MemorySender(), anchors=MemoryAnchors(), pepper=b"p" * 32
)
"""


def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replaced: str) -> str:
    """Write a module with an assembly of a vendor, with some adapters replaced. Give its name for ``--portal``."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    module = f"eigen_{uuid4().hex}"
    made = f"def made():\n    return open_portal(**(given | dict({replaced})))\n"
    (tmp_path / f"{module}.py").write_text(f"{OWN}\n{made}")
    return f"{module}:made"


MISTAKES: Mapping[str, tuple[str, str, str]] = {
    "files that give other bytes": ("files=Lossy()", "files", "give other bytes than were written"),
    "files that break": ("files=Broken()", "files", "RuntimeError: kapot"),
    "a mail server that is away": (
        "mail=SmtpSender('127.0.0.1', 1, sender='a@kantoor.nl', tls='none')",
        "mail",
        "Check the host",
    ),
    "a database that is away": (
        "database=SqlStorage.postgresql('postgresql://a@127.0.0.1:1/b', patience=2)",
        "portal",
        "Connection refused",
    ),
    "anchors that are away": ("anchors=NoAnchors()", "anchors", "de ankers zijn weg"),
    "a scanner that finds nothing": ("scanner=Scanner(2**30, b'niets')", "scanner", "does not recognise the EICAR"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_in_an_assembly_of_the_vendor(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-6: the parts of a vendor's own assembly are checked too, by their ports. Each mistake is told once."""
    replaced, part, told = MISTAKES[case]
    wrong = found(1, "--portal", own(tmp_path, monkeypatch, replaced))
    assert set(wrong) - {"offices"} == {part}
    assert len(wrong[part]) == 1
    assert told in wrong[part][0]


def test_adapters_of_the_vendor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-6: adapters of a vendor are checked by their ports. What that leaves is told."""
    named = own(tmp_path, monkeypatch, "scanner=Scanner(2**20)")
    shown = CliRunner().invoke(main, ["--portal", named, "check"]).stdout
    for told in (
        "✓ database can be written",
        "• database is MemoryStorage: its tables, durability and clock are its vendor's to check",
        "✓ files can be written and read",
        "• anchors of MemoryAnchors can be read: writing them was not checked",
        "• mail goes through MemorySender: the check sends none, so invite yourself",
        "✓ scanner scans files of 25 MiB, the largest that goes through it",
    ):
        assert told in shown
    assert shown.count("✗") == 1  # There is no office.


def test_limits_of_a_scanner_and_settings_of_the_vendor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AT-3: the limits of a scanner are compared with all sizes that go through it, of the portal's own settings."""
    with clamd_or_lacking(StreamMaxLength="25M") as server:
        replaced = (
            f"database=SqlStorage.sqlite({str(tmp_path / 'portal.sqlite3')!r}), scanner={server.word!r},"
            " settings=Settings({})"
        )
        named = own(tmp_path, monkeypatch, replaced.format("uploads=UploadLimits(file_size=26 * 2**20)"))
        with closing(SqlStorage.sqlite(tmp_path / "portal.sqlite3")) as storage:
            storage.migrate()
        wrong = found(1, "--portal", named)
        assert set(wrong) == {"scanner", "offices"}
        assert "of a file of 26 MiB with a virus: StreamMaxLength raise StreamMaxLength" in wrong["scanner"][0]
        named = own(tmp_path, monkeypatch, replaced.format("scanning=ScanPolicy(publication_size=27 * 2**20)"))
        assert "of a file of 27 MiB with a virus" in found(1, "--portal", named)["scanner"][0]
        unscanned = "scanning=ScanPolicy(publication_size=27 * 2**20, publications=False)"
        named = own(tmp_path, monkeypatch, replaced.format(unscanned))
        assert set(found(1, "--portal", named)) == {"offices"}


def test_migrating_an_assembly_of_the_vendor(
    variables: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AL-2: an assembly migrates its own storage, and ``migrate`` says so; a database of the variables it migrates."""
    named = own(tmp_path, monkeypatch, "")
    assert CliRunner().invoke(main, ["--portal", named, "migrate"]).exit_code == 0
    assert found(0) == {}
    variables(database="")
    refused = CliRunner().invoke(main, ["--portal", named, "migrate"])
    assert (refused.exit_code, "your own assembly migrates its storage itself" in refused.stderr) == (2, True)


@pytest.mark.usefixtures("variables")
def test_an_assembly_of_the_vendor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-6: the check also works on a portal that a vendor assembles itself."""
    monkeypatch.chdir(tmp_path)
    module = "from klantportaal import open_portal\n\nmade = open_portal.from_environment\n"
    (tmp_path / "eigen_check.py").write_text(module)
    with served():
        assert found(0, "--portal", "eigen_check:made") == {}
    assert [part[:7] for part in found(1, "--portal", "eigen_check:made")] == ["office "]


def test_every_finding_of_the_health_report_says_how_it_is_mended() -> None:
    """AL-6: whatever the health report can find, the check says what to do about it."""
    assert set(checks._MENDS) == set(Finding)
    assert all(checks._MENDS.values())


def test_mail_that_waits(variables: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-6: mail that nobody sends is wrong; which workers run is told."""
    with served(), closing(open_portal.from_environment()) as portal:
        actor = OfficeActor(office_id=portal.offices.only(), handler="A")
        portal.office.clients.invite(actor, NewClient(kind=ClientKind.PERSON, name="Jan", email="jan@example.nl"))
        assert found(0) == {}
        assert "workers do not run" in CliRunner().invoke(main, ["check"]).output
        portal.background.workers.start("worker-1")
        assert "workers run: worker-1" in CliRunner().invoke(main, ["check"]).output
        monkeypatch.setattr(SystemClock, "now", lambda _clock: datetime.now(UTC) + timedelta(hours=1))
        assert any("lane_late start a worker" in each for each in found(1)["health"])
