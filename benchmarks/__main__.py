"""The command line: ``python -m benchmarks [--sizes 10000 100000] [--only …] [--peers]``."""

import argparse
import json
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import attrs
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks import (
    apis,
    compiled,
    dataset,
    entrance,
    imports,
    mail,
    pages,
    questionnaires,
    slow,
    slow_downloads,
    streams,
    sweeping,
    trail,
    weight,
)
from benchmarks.database import Database, measure, postgresql_database, sqlite_database
from benchmarks.measured import Figure, show, step
from tests.support import postgres

RESULTS = Path(__file__).with_name("results.json")
DATABASES = ("sqlite", "postgresql")
PARTS: dict[str, Callable[[Path, bool], list[Figure]]] = {
    "pages": lambda folder, peers: pages.measure(folder, with_peers=peers),
    "apis": lambda folder, _peers: apis.measure(folder),
    "entrance": lambda folder, peers: entrance.measure(folder, with_peers=peers),
    "questionnaires": lambda folder, _peers: questionnaires.measure(folder),
    "streams": lambda folder, _peers: streams.measure(folder),
    "slow": lambda folder, _peers: slow.measure(folder) + slow_downloads.measure(folder),
    "trail": lambda folder, _peers: trail.measure(folder),
    "mail": lambda folder, _peers: mail.measure(folder),
    "sweeping": lambda folder, _peers: sweeping.measure(folder),
    "weight": lambda folder, _peers: weight.measure(folder),
    "imports": lambda _folder, _peers: imports.measure(),
}
"""All benchmarks except those of the databases. Each gets a folder of its own, and whether there are peers."""


def main() -> int:
    """Run the chosen benchmarks, print the table and write the results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure klantportaal.")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000], help="dossiers; 1000000 on demand")
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=DATABASES)
    parser.add_argument("--only", nargs="+", choices=["databases", *PARTS], default=["databases", *PARTS])
    parser.add_argument("--peers", action="store_true", help="beside Flask-Security and django-allauth")
    asked = parser.parse_args()
    compiled.compile_once()
    console = Console(width=150)
    figures: list[Figure] = []
    if "databases" in asked.only:
        for name in asked.databases:
            figures += _over_sizes(name, asked.sizes, console)
    for name in (each for each in asked.only if each in PARTS):
        with tempfile.TemporaryDirectory() as folder, step(console, f"measuring {name}"):
            figures += PARTS[name](Path(folder), asked.peers)
    show(figures, console)
    if {*asked.only, *asked.databases} == {"databases", *PARTS, *DATABASES}:
        _write(figures)
        console.print(f"written to {RESULTS}")
    else:
        console.print("only a part was measured, so the results that were written before are kept")
    return 0


def _over_sizes(name: str, sizes: list[int], console: Console) -> list[Figure]:
    """Measure one database with data sets of several sizes, and how the times grow with the size."""
    found: list[list[Figure]] = []
    for size in sizes:
        with _loaded(name, size, console) as database, step(console, f"measuring {database.where}"):
            found.append(measure(database))
    return [figure for figures in found for figure in figures] + _growth(found)


def _growth(found: list[list[Figure]]) -> list[Figure]:
    """Divide the time of each page in the largest data set by its time in the smallest."""
    if len(found) < 2:
        return []
    smallest, largest = (
        {each.subject: each for each in figures if each.unit == "ms"} for figures in (found[0], found[-1])
    )
    return [
        Figure(
            subject=f"{subject}: growth",
            where=f"{largest[subject].where} over the smallest",
            value=largest[subject].value / figure.value,
            unit="×",
            budget=1.2,
        )
        for subject, figure in smallest.items()
        if subject in largest and "," not in subject
    ]


@contextmanager
def _loaded(name: str, size: int, console: Console) -> Iterator[Database]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        progress = Progress(*columns, console=console)
        if name == "sqlite":
            with progress:
                loaded = dataset.load_sqlite(folder / "portal.sqlite3", size, progress)
            database = sqlite_database(folder / "portal.sqlite3", loaded)
        else:
            dsn = stack.enter_context(postgres.temporary_database(stack.enter_context(postgres.server())))
            with progress:
                loaded = dataset.load_postgresql(dsn, size, progress)
            database = postgresql_database(dsn, loaded)
        yield database
        database.storage.close()


def _write(figures: list[Figure]) -> None:
    machine = {"python": platform.python_version(), "system": platform.system(), "processor": platform.machine()}
    results = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine,
        "figures": [{**attrs.asdict(each), "within": each.within} for each in figures],
    }
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(main())
