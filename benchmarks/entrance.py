"""Measures sign-in and a new password beside the peers, and how a flood of sign-ins slows down other requests."""

import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from statistics import median

import attrs
import bcrypt

from benchmarks import beside
from benchmarks.measured import Figure, percentile, timed
from benchmarks.server import Running, assemble, running
from benchmarks.visiting import Visitor, session_cookie
from klantportaal import ClientKind, NewClient, OfficeActor, OfficeProfile, Portal
from klantportaal.adapters.mail.memory import MemorySender
from klantportaal.domain import sessions
from klantportaal.domain.values import ClientId, OfficeId
from tests.support import postgres

HOSTS = ("flask", "fastapi")
ADDRESS = "jan@example.nl"
PASSWORD = "Zeven7kastanjes"
ROUNDS = 60
RESETS = 20
CHEAP = 4
"""The cost of bcrypt that shows the time that bcrypt does not take."""
DEAR = 12
FLOOD = 8
SECONDS = 10.0


@attrs.frozen(kw_only=True)
class Desk:
    """A second portal on the database of the measured host. Its mail is kept in memory."""

    portal: Portal
    database: str
    """A path or a DSN."""
    mail: MemorySender
    office_id: OfficeId
    client_id: ClientId
    cookie: str

    def newest_token(self) -> str:
        """Send the waiting mail, and return the token of the newest set-password link."""
        self.portal.background.dispatcher.run_once()
        found = [re.search(r"/wachtwoord/([\w-]{43})", mail.text) for mail in self.mail.sent]
        return [each[1] for each in found if each][-1]

    def set_password(self, address: str) -> str:
        """Set the password of a person, and return the token of its session."""
        visitor = sessions.Visitor(office_id=self.office_id)
        self.portal.client.onboarding.ask_link(visitor, address)
        return self.portal.client.onboarding.set_password(visitor, self.newest_token(), PASSWORD, PASSWORD).token

    def crowd(self) -> list[str]:
        """Add clients with a password, who will sign in concurrently. Return their addresses."""
        office, addresses = OfficeActor(office_id=self.office_id, handler="mr. A. de Wit"), []
        for number in range(FLOOD):
            addresses.append(f"klant{number}@example.nl")
            new = NewClient(kind=ClientKind.PERSON, name=f"Klant {number}", email=addresses[-1])
            self.portal.office.clients.invite(office, new)
            self.set_password(addresses[-1])
        return addresses


def measure(folder: Path, *, with_peers: bool) -> list[Figure]:
    """Measure a flood of sign-ins on both hosts, and beside peers also sign-in and reset, on both databases."""
    figures = list(_beside(folder)) if with_peers else []
    for host in HOSTS:
        place = folder / f"{host}, flood"
        place.mkdir()
        desk = furnish(place, DEAR)
        with running(host, desk.database, place, cost=DEAR) as server:
            figures += _flood(server, host, desk)
    return figures


def _beside(folder: Path) -> Iterator[Figure]:
    """Measure sign-in and reset in turn with the peers."""
    with ExitStack() as stack:
        server = stack.enter_context(postgres.server())
        for name, of_peers in (("SQLite", None), ("PostgreSQL", server)):
            place = folder / name
            place.mkdir()
            with ExitStack() as databases:
                dsn = of_peers and databases.enter_context(postgres.temporary_database(of_peers))
                desk = furnish(place, CHEAP, database=dsn)
                hosts = {host: databases.enter_context(running(host, desk.database, place)) for host in HOSTS}
                peers = databases.enter_context(beside.running(place, of_peers, cost=CHEAP))
                yield from _sign_ins(hosts, peers, name)
                yield from _resets(hosts, peers, desk, name)


def furnish(place: Path, cost: int, *, database: str | None = None) -> Desk:
    """Make an office with a client that has a password and is signed in. Without a *database*, in a file in *place*."""
    mail, where = MemorySender(), database or str(place / "portal.sqlite3")
    portal = assemble(where, place, cost, mail=mail)
    profile = OfficeProfile(name="Notariskantoor", contact_address="info@notaris.example.nl")
    office_id = portal.offices.ensure("kantoor", "http://127.0.0.1", profile)
    new = NewClient(kind=ClientKind.PERSON, name="Jan Jansen", email=ADDRESS)
    client_id, _account = portal.office.clients.invite(OfficeActor(office_id=office_id, handler="mr. A. de Wit"), new)
    desk = Desk(portal=portal, database=where, mail=mail, office_id=office_id, client_id=client_id, cookie="")
    return attrs.evolve(desk, cookie=session_cookie(office_id, desk.set_password(ADDRESS)))


def _sign_ins(hosts: Mapping[str, Running], peers: Sequence[beside.Peer], database: str) -> Iterator[Figure]:
    """Measure sign-ins at a low cost of bcrypt, less the time of bcrypt itself."""
    hashed = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(CHEAP))
    times: dict[str, list[float]] = {name: [] for name in (*hosts, *(peer.name for peer in peers), "bcrypt")}
    with ExitStack() as stack:
        visitors = {host: stack.enter_context(Visitor(server.port)) for host, server in hosts.items()}
        for _ in range(ROUNDS):
            for host, visitor in visitors.items():
                times[host].append(timed(partial(_signed_in, visitor)) / 1000)
            for peer in peers:
                _browser, send = peer.prepared()
                times[peer.name].append(timed(send) / 1000)
            times["bcrypt"].append(timed(lambda: bcrypt.checkpw(PASSWORD.encode(), hashed)) / 1000)
    spent = median(times["bcrypt"])
    best = min(median(times[peer.name]) for peer in peers) - spent
    for host in hosts:
        yield _ratio("sign-in beyond bcrypt", f"{host}, {database}", median(times[host]) - spent, best, 0.75)


def _signed_in(visitor: Visitor) -> None:
    status = visitor.post("/inloggen", email=ADDRESS, password=PASSWORD).status
    if status != 303:
        raise RuntimeError(f"nobody was signed in: {status}")


def _resets(hosts: Mapping[str, Running], peers: Sequence[beside.Peer], desk: Desk, database: str) -> Iterator[Figure]:
    """Measure a complete reset: the page, the request, the mail, the link and the new password."""
    calls: dict[str, Callable[[], None]] = {host: partial(_reset, server, desk) for host, server in hosts.items()}
    calls |= {peer.name: peer.reset for peer in peers}
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(RESETS):
        for name, call in calls.items():
            times[name].append(timed(call) / 1000)
    best = min(median(times[peer.name]) for peer in peers)
    for host in hosts:
        yield _ratio("whole password reset", f"{host}, {database}", median(times[host]), best, 0.6)


def _reset(server: Running, desk: Desk) -> None:
    with Visitor(server.port) as visitor:
        visitor.get("/instellen-wachtwoord")
        visitor.post("/instellen-wachtwoord", email=ADDRESS)
        visitor.follow(f"/wachtwoord/{desk.newest_token()}")
        seal = visitor.seal("/wachtwoord")
        if visitor.post("/wachtwoord", shown_for=seal, password=PASSWORD, repeated=PASSWORD).status != 303:
            raise RuntimeError("no password was set")


def _ratio(subject: str, where: str, ours: float, best: float, budget: float) -> Figure:
    return Figure(
        subject=subject,
        where=where,
        value=ours / best,
        unit="× the better peer",
        budget=budget,
        basis=f"{ours:.2f} of {best:.2f} ms",
    )


def _flood(server: Running, host: str, desk: Desk) -> list[Figure]:
    """Measure eight concurrent sign-ins at bcrypt cost 12, and the pages of a client that is signed in already.

    The sign-ins are counted while nothing else happens, as what bcrypt does alone is.
    """
    where, crowd, alone = f"{host}, SQLite, cost {DEAR}", desk.crowd(), _bcrypts_a_second()
    with Visitor(server.port, cookie=desk.cookie) as visitor:
        quiet = median(timed(lambda: visitor.get("/home")) for _ in range(200)) / 1000
        with _signing_in(server, crowd) as signed_in:
            rate = _rate(signed_in)
            until, times = time.perf_counter() + SECONDS, []
            while time.perf_counter() < until:
                times.append(timed(lambda: visitor.get("/home")) / 1000)
                time.sleep(0.005)
    flooded, slow = median(times), percentile(times, 0.99)
    return [
        Figure(
            subject="sign-ins a second",
            where=where,
            value=rate / alone,
            unit="× bcrypt alone",
            budget=0.93,
            at_least=True,
            basis=f"{rate:.2f} of {alone:.2f} a second",
        ),
        _flooded("p50", where, flooded, quiet, 2),
        _flooded("p99", where, slow, quiet, 10),
    ]


def _rate(signed_in: Sequence[float]) -> float:
    """Count the sign-ins of a while, from one to another, and give how many there are in a second."""
    before = len(signed_in)
    time.sleep(SECONDS)
    counted = signed_in[before:]
    return (len(counted) - 1) / (counted[-1] - counted[0])


def _flooded(called: str, where: str, flooded: float, quiet: float, budget: float) -> Figure:
    return Figure(
        subject=f"page in a flood, {called}",
        where=where,
        value=flooded / quiet,
        unit="× quiet p50",
        budget=budget,
        basis=f"{flooded:.2f} of {quiet:.2f} ms",
    )


def _bcrypts_a_second() -> float:
    """Count how many passwords all cores compare in a second, with nothing around it."""
    hashed, until = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(DEAR)), time.perf_counter() + SECONDS
    cores = os.cpu_count() or 1

    def compare(_core: int) -> int:
        compared = 0
        while time.perf_counter() < until:
            bcrypt.checkpw(PASSWORD.encode(), hashed)
            compared += 1
        return compared

    begun = time.perf_counter()
    with ThreadPoolExecutor(cores) as pool:
        return sum(pool.map(compare, range(cores))) / (time.perf_counter() - begun)


@contextmanager
def _signing_in(server: Running, crowd: Sequence[str]) -> Iterator[list[float]]:
    """Let each of a crowd sign in repeatedly. A client that has to wait tries again."""
    stop = threading.Event()
    signed_in: list[float] = []

    def one(address: str) -> None:
        with Visitor(server.port) as visitor:
            while not stop.is_set():
                if visitor.post("/inloggen", email=address, password=PASSWORD).status == 303:
                    signed_in.append(time.perf_counter())
                else:
                    stop.wait(0.05)

    threads = [threading.Thread(target=one, args=(address,)) for address in crowd]
    for thread in threads:
        thread.start()
    try:
        yield signed_in
    finally:
        stop.set()
        for thread in threads:
            thread.join()
