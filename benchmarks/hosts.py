"""Measures what two hosts do together, against one: ``python -m benchmarks.hosts``. It takes two minutes.

One host and two hosts on one PostgreSQL are asked for pages in turn, by the same number of clients, within one run. So
a change in the machine's speed affects both. The clients, the hosts and the database share the cores of one machine.

Run it while the machine does nothing else: on a busy one, two processes also get twice the share of one. ``hosts.json``
has the load of the machine before, beside the figures.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import attrs
from rich.console import Console
from rich.progress import Progress

from benchmarks import compiled
from benchmarks.dataset import Dataset, load_postgresql
from benchmarks.measured import Figure, show, step
from benchmarks.server import Running, running
from benchmarks.visiting import Visitor, session_cookie
from tests.support import postgres

RESULTS = Path(__file__).with_name("hosts.json")
SIZE = 10_000
CLIENTS = 8
SECONDS = 2.0
"""How long each round asks."""
ROUNDS = 7
KINDS = {"flask": "gunicorn", "fastapi": "fastapi"}
"""The kinds of hosts, and what serves them."""
PATHS = ("/home", "/dossiers")
TICKS = os.sysconf("SC_CLK_TCK")


@attrs.frozen(kw_only=True)
class Round:
    """What some hosts did in one round."""

    pages: int
    seconds: float
    work: float
    """The seconds of CPU that all hosts took together."""

    @property
    def rate(self) -> float:
        """The pages a second."""
        return self.pages / self.seconds

    @property
    def cost(self) -> float:
        """The milliseconds of CPU that a host takes for a page."""
        return self.work / self.pages * 1000


def measure(folder: Path) -> Iterator[Figure]:
    """Measure both kinds of hosts."""
    with ExitStack() as stack:
        dsn = stack.enter_context(postgres.temporary_database(stack.enter_context(postgres.server())))
        dataset = load_postgresql(dsn, SIZE, stack.enter_context(Progress(disable=True)))
        for kind, server in KINDS.items():
            with running(server, dsn, folder) as first, running(server, dsn, folder) as second:
                yield from _compared(kind, dataset, [first, second])


def _compared(kind: str, dataset: Dataset, hosts: Sequence[Running]) -> Iterator[Figure]:
    """Ask the first host alone, and both, in turn. Figures are medians over the rounds."""
    for chosen in (hosts[:1], hosts):  # The first pages are compiled and connect.
        _round(dataset, chosen)
    rounds = [(_round(dataset, hosts[:1]), _round(dataset, hosts)) for _ in range(ROUNDS)]
    one, two = (median(each[number].rate for each in rounds) for number in (0, 1))
    yield Figure(
        subject="pages a second: two hosts over one",
        where=kind,
        value=median(both.rate / alone.rate for alone, both in rounds),
        unit="×",
        basis=f"{two:.0f} and {one:.0f} a second",
    )
    one, two = (median(each[number].cost for each in rounds) for number in (0, 1))
    yield Figure(
        subject="CPU of a page: two hosts over one",
        where=kind,
        value=median(both.cost / alone.cost for alone, both in rounds),
        unit="×",
        basis=f"{two:.2f} and {one:.2f} ms",
    )


def _round(dataset: Dataset, hosts: Sequence[Running]) -> Round:
    """Let all clients ask for pages, spread over the hosts."""
    before, begun = sum(map(_work, hosts)), time.monotonic()
    until = begun + SECONDS
    with ThreadPoolExecutor(CLIENTS) as clients:
        asked = clients.map(lambda number: _ask(dataset, hosts[number % len(hosts)], until), range(CLIENTS))
    pages = sum(asked)
    return Round(pages=pages, seconds=time.monotonic() - begun, work=sum(map(_work, hosts)) - before)


def _ask(dataset: Dataset, host: Running, until: float) -> int:
    """Ask for pages one after another, as one client. Return how many came."""
    cookie = session_cookie(dataset.office_id, dataset.typical.token)
    pages = 0
    with Visitor(host.port, cookie=cookie) as visitor:
        while time.monotonic() < until:
            visitor.get(PATHS[pages % len(PATHS)])
            pages += 1
    return pages


def _work(host: Running) -> float:
    """Return the seconds of CPU that the processes of a host took so far: gunicorn's worker is a child of its own."""
    children = Path(f"/proc/{host.process}/task/{host.process}/children").read_text(encoding="ascii").split()
    return sum(_times(process) for process in (str(host.process), *children))


def _times(process: str) -> float:
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def main() -> int:
    """Measure, print the table and write the results."""
    load = os.getloadavg()[0]
    compiled.compile_once()
    console = Console(width=150)
    with tempfile.TemporaryDirectory() as folder, step(console, "measuring hosts"):
        figures = list(measure(Path(folder)))
    show(figures, console)
    results = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "load_before": round(load, 1),
        "load_after": round(os.getloadavg()[0], 1),
        "figures": [attrs.asdict(each) for each in figures],
    }
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    console.print(f"written to {RESULTS}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
