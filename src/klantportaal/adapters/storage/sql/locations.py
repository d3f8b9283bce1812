"""Checks the location of a database, a path or a DSN, before anything is opened.

No message quotes a DSN or an error of libpq, because both can contain a password.
"""

import os
import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from klantportaal.adapters.storage.sql.failures import SchemaNotInUse

SCHEMA = "klantportaal"
"""The schema in PostgreSQL, unless another is given."""
IDLE = 3
"""The server ends a unit of work that is idle for this many times the patience. Its host is frozen or gone, and others
wait for its locks.
"""
_IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]{0,62}", re.ASCII)
_TCP = {"keepalives": 1, "keepalives_idle": 30, "keepalives_interval": 5, "keepalives_count": 3}
"""TCP checks an idle connection every 30 seconds, so that no device in between drops it. A dead one is found within 45
seconds.
"""
_EXAMPLE = "postgresql://portaal@db.example.nl/portaal"
_CHOICES: Mapping[str, Sequence[str]] = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "channel_binding": ("disable", "prefer", "require"),
    "target_session_attrs": ("any", "read-write", "read-only", "primary", "standby", "prefer-standby"),
}
"""The values of libpq's parameters that it checks only when it connects, and then as if the server were away."""
_ALIKE = 0.8
"""How much a misspelt parameter is like the right one, at least. See difflib."""
_PORT = re.compile(r"\d{0,5}", re.ASCII)
_URL = re.compile(r"\s*([a-z][a-z0-9+.-]*)://", re.IGNORECASE)


def sqlite_path(path: str | os.PathLike[str]) -> Path:
    """Check the path of a SQLite file, which may not exist yet.

    Raises:
        ValueError: it is a URL, empty, or a database in memory.
        FileNotFoundError: its folder does not exist.
        IsADirectoryError: it is a folder.
    """
    named = os.fspath(path)
    if named == ":memory:":
        # Each connection would have a database of its own.
        raise ValueError("path is a file: for a storage in memory take klantportaal.adapters.storage.memory")
    if not named or "\0" in named or _URL.match(named):
        raise ValueError("path is that of a file, such as portal.sqlite3, and not empty or a URL")
    file = Path(named)
    if file.is_dir():
        raise IsADirectoryError(f"path is a folder: name a file in it, such as {file / 'portal.sqlite3'}")
    if not file.parent.is_dir():
        raise FileNotFoundError(f"the folder of path does not exist: make {file.absolute().parent} first")
    return file


def schema_name(name: str) -> str:
    """Check the name of a schema in PostgreSQL.

    Raises:
        ValueError: the name needs quotes, is longer than 63 characters, or is reserved by PostgreSQL.
    """
    if not _IDENTIFIER.fullmatch(name):
        raise ValueError("schema is 1 to 63 of the characters a-z, 0-9 and _, and does not begin with a digit")
    if name.startswith("pg_") or name == "information_schema":
        raise ValueError("schema is one of PostgreSQL's own: take another name")
    return name


def connection_settings(dsn: str, *, schema: str, patience: float) -> dict[str, Any]:
    """Make the connection parameters for psycopg.

    Args:
        dsn: a connection string of libpq.
        schema: the schema of the tables.
        patience: seconds to wait for a lock, for a connection, and for a statement.

    Raises:
        ValueError: *dsn* is not a connection string of libpq.
        ModuleNotFoundError: psycopg is not installed.
    """
    given = _parsed(dsn)
    limit = int(patience * 1000)
    ours = (
        f"-c timezone=UTC -c lock_timeout={limit} -c statement_timeout={limit} -c search_path={schema}"
        f" -c idle_in_transaction_session_timeout={IDLE * limit}"
    )
    given["options"] = f"{given.get('options', '')} {ours}".strip()
    times = {"connect_timeout": max(2, int(patience)), "tcp_user_timeout": max(1000, limit // 2)}
    for name, value in {**_TCP, **times}.items():
        given.setdefault(name, str(value))
    given.setdefault("application_name", "klantportaal")
    return given


def _parsed(dsn: str) -> dict[str, Any]:
    url = _URL.match(dsn)
    scheme = "" if url is None else url[1].lower()
    if scheme.startswith(("postgresql+", "postgres+")):
        raise ValueError(f"dsn is a URL of SQLAlchemy: leave out what follows the plus, as in {_EXAMPLE}")
    if url is not None and scheme not in ("postgresql", "postgres"):
        raise ValueError(f"dsn is a URL of something else than PostgreSQL: write one such as {_EXAMPLE}")
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict
    except ImportError as error:
        raise ModuleNotFoundError("PostgreSQL needs psycopg: pip install klantportaal[postgres]") from error
    _require_known_parameters(dsn)
    try:
        given: dict[str, Any] = conninfo_to_dict(dsn)
    except (ProgrammingError, UnicodeError):
        given = {}
    if _is_beyond_ports(given):
        raise ValueError("the port is a number from 1 to 65535; percent-encode what is special in a password")
    if not given or "\0" in dsn or _is_torn(given):
        raise ValueError(
            f"dsn is none that libpq takes: write {_EXAMPLE}, with the name of the server, and with a password"
            f" percent-encoded"
        )
    for name, values in _CHOICES.items():
        if given.get(name, values[0]) not in values:
            raise ValueError(f"{name} is one of {', '.join(values)}")
    return given


def _require_known_parameters(dsn: str) -> None:
    """Check the names after the question mark of a URL. Of an unknown one nothing is told but what it is almost.

    Raises:
        ValueError: libpq has no parameter of such a name.
    """
    from psycopg.pq import Conninfo

    known = {each.keyword.decode() for each in Conninfo.get_defaults()} | {"ssl"}
    query = dsn.partition("?")[2] if _URL.match(dsn) else ""
    for name, _value in parse_qsl(query, keep_blank_values=True):
        if name not in known:
            nearest = get_close_matches(name, known, n=1, cutoff=_ALIKE)
            meant = f"is it {nearest[0]}?" if nearest else "percent-encode what is special in a password"
            raise ValueError(f"after the question mark is a name that PostgreSQL does not know: {meant}")


def _is_beyond_ports(given: Mapping[str, str]) -> bool:
    """Tell whether a port is a number that none has. What is no number may be a part of a password."""
    return any(port.isdecimal() and not _is_port(port) for port in given.get("port", "").split(","))


def _is_torn(given: dict[str, Any]) -> bool:
    """Tell whether the host or a port is invalid, as when a password has an ``@`` or a ``/`` in it.

    libpq would find this when it connects. Its error would quote the host or the port, which is a part of the password.
    """
    ports = given.get("port", "").split(",")
    # A host may begin with @, as the name of an abstract socket.
    return "@" in given.get("host", "")[1:] or not all(map(_is_port, ports))


def _is_port(text: str) -> bool:
    """Accept a port of TCP. An empty text is the usual port."""
    return text == "" or (_PORT.fullmatch(text) is not None and 1 <= int(text) <= 65535)


def require_schema(connection: Any, schema: str) -> None:
    """Check that a new connection of psycopg, in autocommit mode, uses the schema and no other.

    A pooler in between can drop the ``search_path``. Statements could then use a vendor's tables with the same names.

    Raises:
        SchemaNotInUse: it does not.
    """
    [path] = connection.execute("SELECT current_setting('search_path')").fetchone()
    if path.strip('"') != schema:
        connection.close()
        raise SchemaNotInUse(
            f"connections to PostgreSQL do not keep search_path={schema}, as behind a pooler: connect to the server"
            f" itself, or give it to the role (ALTER ROLE ... SET search_path = {schema})"
        )
