"""``klantportaal check``: each planted mistake is found, named and not made worse."""

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import psycopg
import pytest
from click.testing import CliRunner
from flask import Flask
from psycopg.sql import SQL, Identifier
from werkzeug.serving import make_server

from klantportaal import OfficeProfile, open_portal
from klantportaal.adapters.flask import blueprint
from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.cli import checks
from klantportaal.cli.commands import main
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
            wrong.setdefault(each["part"], []).append(f"{each['says']} {each['mend']}".strip())
    shown = CliRunner().invoke(main, [*arguments, "check"])
    assert shown.exit_code == code
    assert shown.stdout.count("✗") == sum(map(len, wrong.values()))
    return wrong


@contextmanager
def served() -> Iterator[str]:
    """Start the portal of the variables under Flask, with an office. Yield the base URL of the office."""
    app = Flask("vendor")
    with closing(open_portal.from_environment()) as portal:
        server = make_server("127.0.0.1", 0, app, threaded=True)
        url = f"http://127.0.0.1:{server.server_port}/portaal"
        office_id = portal.offices.ensure("kantoor", url, PROFILE)
        app.register_blueprint(blueprint(portal, office=office_id), url_prefix="/portaal")
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
    """With a portal that is served and can send mail, nothing is wrong, and nothing is changed or left behind."""
    with smtp.running() as server:
        variables(mail=f"smtp://{smtp.HOST}:{server.port}?sender={SENDER}")
        with served():
            before = kept(tmp_path)
            assert found(0) == {}
            assert (kept(tmp_path), server.messages) == (before, [])
    with closing(open_portal.from_environment()) as portal:
        assert len(portal.offices.list()) == 1


def test_before_the_first_start(variables: Callable[..., None]) -> None:
    """Tables that are not made are told. The check makes none, and fixes no pepper before the first start."""
    assert found(1) == {"database": ["lacks 1 migrations run klantportaal migrate"]}
    assert CliRunner().invoke(main, ["migrate"]).exit_code == 0
    variables(pepper=(b"q" * 32).hex())
    assert found(0) == {}
    variables()
    open_portal.from_environment().close()


def test_wrong_variables(variables: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every variable that is missing or wrong is told; the parts with right words are checked all the same."""
    variables(mail="smpt://host", key="geheim")
    monkeypatch.delenv("KLANTPORTAAL_PEPPER")
    wrong = found(1)
    assert sorted(wrong) == ["KLANTPORTAAL_KEY", "KLANTPORTAAL_MAIL", "KLANTPORTAAL_PEPPER", "database"]
    assert "geheim" not in str(wrong)


def test_other_secrets(variables: Callable[..., None]) -> None:
    """Another pepper or key than before is told, and so is one that is too short."""
    variables(key=(b"k" * 32).hex())
    with served():
        for replaced, told in (
            ({"pepper": (b"q" * 32).hex()}, "pepper differs"),
            ({"key": (b"q" * 32).hex()}, "key differs"),
            ({"pepper": "abcd"}, "32"),
        ):
            variables(**{"key": (b"k" * 32).hex(), **replaced})
            wrong = found(1)
            assert list(wrong) == ["portal"]
            assert told in wrong["portal"][0]


def test_pages_of_offices(variables: Callable[..., None]) -> None:
    """An office whose page is not there, or is another one, is told; so is a portal without an office."""
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


MAIL: Mapping[str, tuple[dict[str, Any], str, str, str]] = {
    "a closed port": ({}, "smtp://localhost:1?sender={sender}", "", "Check the host"),
    "a sender that is refused": ({}, "smtp://{host}:{port}?sender={sender}", "553 not yours", "may send from"),
    "TLS that is not there": ({}, "smtp+starttls://{host}:{port}?sender={sender}", "", "STARTTLS"),
    "an unknown certificate": ({"tls": "tls"}, "smtps://{host}:{port}?sender={sender}", "", "certificate"),
}


@pytest.mark.parametrize("case", MAIL)
def test_mail_that_cannot_be_sent(case: str, variables: Callable[..., None]) -> None:
    """AL-6: what keeps mail from going out is told with what to check. No mail is sent."""
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
    """A database that cannot be reached, or that is damaged, is told; the other parts are checked all the same."""
    variables(database="postgresql://portaal@127.0.0.1:1/portaal", files="file:///proc/geen/map")
    wrong = found(1)
    assert {"database", "files"} <= set(wrong)
    variables()
    (tmp_path / "portal.sqlite3").write_bytes(b"geen database " * 1000)
    assert "database" in found(1)


def test_a_disk_that_is_almost_full(variables: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk without room is told, and that uploads are refused."""
    monkeypatch.setattr(checks, "DISK_LOW", 2**60)
    monkeypatch.setattr(checks, "DISK_FULL", 2**59)
    with served():
        wrong = found(1)
    assert sorted(wrong) == ["database", "files"]
    assert "uploads are refused" in wrong["files"][0]


def test_a_clock_that_is_wrong(variables: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that is an hour off is told."""
    with served():
        monkeypatch.setattr(SqlStorage, "now", lambda _self: datetime.now(UTC) + timedelta(hours=1))
        wrong = found(1)
    assert "3600 seconds apart" in wrong["clocks"][0]


def test_postgresql_that_is_not_durable(variables: Callable[..., None], postgres_server: str) -> None:
    """A setting of PostgreSQL that loses what was committed is told, with what to do."""
    with postgres.temporary_database(postgres_server) as dsn:
        variables(database=dsn)
        open_portal.from_environment().close()
        with psycopg.connect(dsn, autocommit=True) as connection:
            name = Identifier(connection.info.dbname)
            connection.execute(SQL("ALTER DATABASE {} SET synchronous_commit = off").format(name))
        told = found(1)["database"]
    assert [each for each in told if "synchronous_commit is off turn synchronous_commit on" in each]


def test_a_role_without_rights(variables: Callable[..., None], postgres_dsn: str) -> None:
    """A role that may not write is told."""
    schema, role = f"check_{uuid4().hex}", f"lezer_{uuid4().hex}"
    mark = "&" if "?" in postgres_dsn else "?"
    variables(database=f"{postgres_dsn}{mark}schema={schema}")
    open_portal.from_environment().close()
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(f'CREATE ROLE "{role}" LOGIN')
        connection.execute(f'GRANT USAGE ON SCHEMA {schema} TO "{role}"')
        connection.execute(f'GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO "{role}"')
    try:
        variables(database=f"{postgres_dsn}{mark}schema={schema}&user={role}")
        assert any("right" in each for each in found(1)["database"])
    finally:
        with psycopg.connect(postgres_dsn, autocommit=True) as connection:
            connection.execute(f'DROP OWNED BY "{role}"')
            connection.execute(f'DROP ROLE "{role}"')


@pytest.mark.usefixtures("variables")
def test_an_assembly_of_the_vendor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a vendor's own assembly, the portal is checked."""
    monkeypatch.chdir(tmp_path)
    module = "from klantportaal import open_portal\n\nmade = open_portal.from_environment\n"
    (tmp_path / "eigen_check.py").write_text(module)
    with served():
        assert found(0, "--portal", "eigen_check:made") == {}
    assert [part[:7] for part in found(1, "--portal", "eigen_check:made")] == ["office "]
