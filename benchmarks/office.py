"""Measures the lists and searches of the office's side, which must not grow with the office."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from statistics import median

from benchmarks.dataset import START, Dataset
from benchmarks.measured import Figure, timed
from klantportaal import OfficeActor
from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.waiting import WaitingFor
from klantportaal.ports.reading import TrailQuery

ROUNDS = 50


def reads(storage: SqlStorage, dataset: Dataset) -> Mapping[str, Callable[[], object]]:
    """Return the reads: searches with many, few and no results, and a page from the middle of the trail."""
    office = OfficeActor(office_id=dataset.office_id, handler="mr. A. de Wit")
    one, read = dataset.size // 10, storage.read
    middle = START + timedelta(seconds=dataset.size)
    return {
        "clients": lambda: read.office_clients(office),
        "search for clients, often": lambda: read.office_clients(office, search="klant"),
        "search for clients, one": lambda: read.office_clients(office, search=f"klant{one}@"),
        "search for clients, none": lambda: read.office_clients(office, search="bestaat niet"),
        "dossiers": lambda: read.office_dossiers(office),
        "search for dossiers, often": lambda: read.office_dossiers(office, search="levering"),
        "search for dossiers, some": lambda: read.office_dossiers(office, search=f"{one}"),
        "search for dossiers, one": lambda: read.office_dossiers(office, search=f"{one}-3"),
        "search for dossiers, none": lambda: read.office_dossiers(office, search="bestaat niet"),
        "who has to do something": lambda: read.office_waiting(office),
        "whom the office owes something": lambda: read.office_waiting(office, whom=WaitingFor.OFFICE),
        "what nobody opened": lambda: read.office_unseen(office, until=middle),
        "requests": lambda: read.office_requests(office),
        "inbox of handled messages": lambda: read.office_inbox(office, handled=True),
        "trail of a kind that never was": lambda: read.office_trail(office, TrailQuery(what="ClientClosed")),
        "trail until its middle": lambda: read.office_trail(office, TrailQuery(until=middle)),
    }


def measure(storage: SqlStorage, dataset: Dataset, where: str) -> Iterator[Figure]:
    """Measure each read. Their budget holds for every size."""
    for name, call in reads(storage, dataset).items():
        call()
        yield Figure(
            subject=f"the office, {name}",
            where=where,
            value=median(timed(call) for _round in range(ROUNDS)) / 1000,
            unit="ms",
            budget=3.0,
        )
