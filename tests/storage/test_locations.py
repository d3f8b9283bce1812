"""The location of a database: a wrong one is refused with one sentence, which never contains a password."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import URL

from klantportaal import open_portal
from klantportaal.adapters.anchors.memory import MemoryAnchors
from klantportaal.adapters.files.memory import MemoryFiles
from klantportaal.adapters.mail.memory import MemorySender
from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.errors import Unavailable
from tests.support.demo import free_port

PASSWORD = "geheim-wachtwoord"
NO_TEXT = r"^SqlStorage\.postgresql: dsn must be a str, not "
UNKNOWN = "^after the question mark is a name that PostgreSQL does not know: "
NO_PORT = "^the port is a number from 1 to 65535; percent-encode"
NONE = r"^dsn is none that libpq takes: write postgresql://"
WRONG_DSNS: dict[str, tuple[Any, type[Exception], str]] = {
    "none": (None, TypeError, f"{NO_TEXT}None$"),
    "bytes": (f"postgresql://portaal:{PASSWORD}@db/portaal".encode(), TypeError, f"{NO_TEXT}bytes$"),
    "path": (Path("portaal"), TypeError, f"{NO_TEXT}PosixPath$"),
    "URL object": (URL.create("postgresql", password=PASSWORD), TypeError, f"{NO_TEXT}URL$"),
    "empty": ("", ValueError, NONE),
    "blank": (" \n", ValueError, NONE),
    "of SQLAlchemy": (f"postgresql+psycopg://u:{PASSWORD}@db/x", ValueError, "^dsn is a URL of SQLAlchemy: leave out"),
    "of SQLAlchemy, older": ("postgresql+psycopg2://db/x", ValueError, "^dsn is a URL of SQLAlchemy: leave out"),
    "of SQLAlchemy, in capitals": ("PostgreSQL+asyncpg://db", ValueError, "^dsn is a URL of SQLAlchemy: leave out"),
    "another database": (f"mysql://u:{PASSWORD}@db/x", ValueError, "^dsn is a URL of something else than PostgreSQL"),
    "SQLite": ("sqlite:///portal.sqlite3", ValueError, "^dsn is a URL of something else than PostgreSQL"),
    "a path as text": ("/var/lib/portaal/portal.sqlite3", ValueError, NONE),
    "a password alone": (PASSWORD, ValueError, NONE),
    "unknown words": (f"host=db pasword={PASSWORD}", ValueError, NONE),
    "an unquoted password": (f"password=half {PASSWORD}=2", ValueError, NONE),
    "misspelt parameter": (f"postgresql://u:{PASSWORD}@db/x?sslmod=require", ValueError, f"{UNKNOWN}is it sslmode\\?$"),
    "unknown parameter": (f"postgresql://u:{PASSWORD}@db/x?versleuteld=ja", ValueError, f"{UNKNOWN}percent-encode"),
    "? in a password": (f"postgresql://u:a?{PASSWORD}@db/x", ValueError, f"{UNKNOWN}percent-encode"),
    "@ in a password": (f"postgresql://u:a@{PASSWORD}@db/x", ValueError, NONE),
    "/ in a password": (f"postgresql://u:{PASSWORD}/a@db/x", ValueError, NONE),
    "a large port": (f"postgresql://u:{PASSWORD}@db:65536/x", ValueError, NO_PORT),
    "port 0": (f"host=db,other port=5432,0 password={PASSWORD}", ValueError, NO_PORT),
    "half a character": ("host=\udc80", TypeError, "dsn must be a str, not text that UTF-8 cannot encode$"),
    "NUL": ("host=db\0 dbname=x", ValueError, NONE),
}


@pytest.mark.parametrize("case", WRONG_DSNS)
def test_what_is_no_dsn_is_told(case: str) -> None:
    """AL-2: a wrong DSN is refused, and the error says what to write instead."""
    dsn, kind, told = WRONG_DSNS[case]
    with pytest.raises(kind, match=told) as raised:
        SqlStorage.postgresql(dsn)
    message = str(raised.value)
    assert PASSWORD not in message
    assert "\n" not in message


def test_a_password_is_in_no_error_of_a_server_that_is_not_there(tmp_path: Path) -> None:
    """SI-5: an unreachable server raises errors without the password of the DSN."""
    storage = SqlStorage.postgresql(f"postgresql://portaal:{PASSWORD}@/portaal?host={tmp_path}")
    with pytest.raises(Unavailable) as raised:
        storage.read.offices()
    errors: list[BaseException | None] = [raised.value]
    while errors[-1] is not None:
        assert PASSWORD not in str(errors[-1])
        assert PASSWORD not in repr(errors[-1])
        errors.append(errors[-1].__cause__ or errors[-1].__context__)
    assert PASSWORD not in repr(storage._engines)


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-2: without a driver for PostgreSQL, the error says what to install."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "psycopg"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ModuleNotFoundError, match=r"^PostgreSQL needs psycopg: pip install klantportaal\[postgres\]$"):
        SqlStorage.postgresql("postgresql://db/portaal")


@pytest.mark.parametrize("schema", ["klantportaal", "portaal_2", "_", "public", "a" * 63])
def test_a_plain_name_is_a_schema(schema: str) -> None:
    """AL-2: a schema has 1 to 63 lower-case letters, digits and underscores."""
    assert SqlStorage.postgresql("postgresql://db/portaal", schema=schema)._engines.schema == schema


@pytest.mark.parametrize(
    "schema",
    ["", " ", "Portaal", "2portaal", "mijn portaal", "é", "a" * 64, 'a"b', "a;drop", "a\n", "a,b", "a-b", "$user"],
)
def test_another_name_is_no_schema(schema: str) -> None:
    """AL-2: a schema that needs quotes or is too long is refused before connecting."""
    with pytest.raises(ValueError, match=r"^schema is 1 to 63 of the characters a-z, 0-9 and _"):
        SqlStorage.postgresql("postgresql://db/portaal", schema=schema)


@pytest.mark.parametrize("schema", ["pg_catalog", "pg_portaal", "information_schema"])
def test_a_schema_of_the_server_is_refused(schema: str) -> None:
    """AL-2: names that PostgreSQL reserves are refused as schema."""
    with pytest.raises(ValueError, match=r"^schema is one of PostgreSQL's own"):
        SqlStorage.postgresql("postgresql://db/portaal", schema=schema)


@pytest.mark.parametrize("schema", [None, b"klantportaal", 1])
def test_a_schema_is_text(schema: Any) -> None:
    """AL-2: a schema that is not text is refused, and the error names its type."""
    with pytest.raises(TypeError, match=r"^SqlStorage\.postgresql: schema must be a str, not "):
        SqlStorage.postgresql("postgresql://db/portaal", schema=schema)


NOT_A_FILE = r"^path is that of a file, such as portal\.sqlite3, and not empty or a URL$"
WRONG_PATHS: dict[str, tuple[Callable[[Path], Any], type[Exception], str]] = {
    "no folder": (
        lambda folder: folder / "nowhere" / "x",
        FileNotFoundError,
        r"make /.*nowhere first$",
    ),
    "a file as folder": (
        lambda folder: folder / "file" / "x",
        FileNotFoundError,
        r"make /.*file first$",
    ),
    "a folder": (str, IsADirectoryError, r"^path is a folder: name a file in it, such as /.*/portal\.sqlite3$"),
    "here": (lambda _: ".", IsADirectoryError, r"^path is a folder"),
    "in memory": (lambda _: ":memory:", ValueError, r"^path is a file: for a storage in memory take klantportaal\."),
    "empty": (lambda _: "", ValueError, NOT_A_FILE),
    "NUL": (lambda folder: f"{folder}/a\0b", ValueError, NOT_A_FILE),
    "a URL": (lambda _: "sqlite:///portal.sqlite3", ValueError, NOT_A_FILE),
    "a DSN": (lambda _: f"postgresql://u:{PASSWORD}@db/x", ValueError, NOT_A_FILE),
    "none": (lambda _: None, TypeError, r"path must be a str or a PathLike, not None$"),
    "bytes": (lambda _: b"portal.sqlite3", TypeError, r"path must be a str or a PathLike, not bytes$"),
}


@pytest.mark.parametrize("case", WRONG_PATHS)
def test_what_is_no_path_of_a_file_is_told(case: str, tmp_path: Path) -> None:
    """AL-2: a wrong path is refused with advice, before any file is opened or made."""
    (tmp_path / "file").touch()
    make, kind, told = WRONG_PATHS[case]
    with pytest.raises(kind, match=told) as raised:
        SqlStorage.sqlite(make(tmp_path))
    assert PASSWORD not in str(raised.value)
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


def test_a_path_may_be_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-2: a relative path is relative to the working directory."""
    monkeypatch.chdir(tmp_path)
    storage = SqlStorage.sqlite("portal.sqlite3")
    storage.migrate()
    assert list(storage.read.offices()) == []
    storage.close()
    assert (tmp_path / "portal.sqlite3").is_file()


@pytest.mark.postgres
@pytest.mark.usefixtures("postgres")  # It empties the database.
def test_the_server_that_takes_writes_is_found(migrated_postgres: str) -> None:
    """AL-2: of several servers in a DSN, the one that is there and takes writes is used: the how-to on scaling."""
    at = conninfo_to_dict(migrated_postgres)
    user = quote(f"{at['user']}:{at['password']}" if "password" in at else str(at["user"]), safe=":")
    here = quote(str(at["host"]), safe="")  # It may be the folder of a Unix socket.
    servers = f"127.0.0.1:{free_port()},{here}:{at.get('port', 5432)}"
    dsn = f"postgresql://{user}@{servers}/{at['dbname']}?target_session_attrs=read-write"
    storage = SqlStorage.postgresql(dsn)
    assert list(storage.read.offices()) == []
    storage.close()
    portal = open_portal(
        database=dsn, files=MemoryFiles(), anchors=MemoryAnchors(), mail=MemorySender(), pepper=b"p" * 32
    )
    assert portal.offices.list() == []
    portal.close()
