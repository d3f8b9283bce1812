"""Measures sign-in and onboarding over HTTP, and how a flood of sign-ins slows down other requests."""

import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import attrs

from benchmarks.measured import Figure, percentile, timed
from benchmarks.server import Running, assemble, running
from benchmarks.visiting import Visitor, session_cookie
from klantportaal import ClientKind, NewClient, OfficeActor, OfficeProfile, Portal
from klantportaal.adapters.mail.memory import MemorySender
from klantportaal.domain import sessions
from klantportaal.domain.values import ClientId, OfficeId

HOSTS = ("flask", "fastapi")
ADDRESS = "jan@example.nl"
PASSWORD = "Zeven7kastanjes"
ROUNDS = 60
SIGN_IN = 4.64
"""The better peer's sign-in at bcrypt cost 4, p50 in ms, from `performance.md` of the design."""
RESET = 32.0
"""The better peer's complete password reset, from the same table."""
SIGN_INS = 8.45
"""The sign-ins per second that two cores can do at bcrypt cost 12, from the same page."""
FLOOD = 8
SECONDS = 10.0


@attrs.frozen(kw_only=True)
class Desk:
    """A second portal on the database of the measured host. Its mail is kept in memory."""

    portal: Portal
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


def measure(folder: Path) -> list[Figure]:
    """Measure sign-in and onboarding on both hosts, with SQLite."""
    figures = []
    for host in HOSTS:
        for cost in (4, 12):
            place = folder / f"{host}{cost}"
            place.mkdir()
            desk = furnish(place, cost)
            with running(host, str(place / "portal.sqlite3"), place, cost=cost) as server:
                figures += (
                    [_sign_in(server, host), _reset(server, host, desk)] if cost == 4 else _flood(server, host, desk)
                )
    return figures


def furnish(place: Path, cost: int) -> Desk:
    """Make an office with a client that has a password and is signed in."""
    mail = MemorySender()
    portal = assemble(str(place / "portal.sqlite3"), place, cost, mail=mail)
    profile = OfficeProfile(name="Notariskantoor", contact_address="info@notaris.example.nl")
    office_id = portal.offices.ensure("kantoor", "http://127.0.0.1", profile)
    new = NewClient(kind=ClientKind.PERSON, name="Jan Jansen", email=ADDRESS)
    client_id, _account = portal.office.clients.invite(OfficeActor(office_id=office_id, handler="mr. A. de Wit"), new)
    desk = Desk(portal=portal, mail=mail, office_id=office_id, client_id=client_id, cookie="")
    return attrs.evolve(desk, cookie=session_cookie(office_id, desk.set_password(ADDRESS)))


def _sign_in(server: Running, host: str) -> Figure:
    """Measure sign-ins at bcrypt cost 4, which shows the time that bcrypt does not take."""
    with Visitor(server.port) as visitor:
        for _ in range(5):
            _signed_in(visitor)
        value = median(timed(lambda: _signed_in(visitor)) for _ in range(ROUNDS)) / 1000
    return Figure(
        subject="sign-in at bcrypt cost 4", where=f"{host}, SQLite", value=value, unit="ms", budget=0.6 * SIGN_IN
    )


def _signed_in(visitor: Visitor) -> None:
    status = visitor.post("/inloggen", email=ADDRESS, password=PASSWORD).status
    if status != 303:
        raise RuntimeError(f"nobody was signed in: {status}")


def _reset(server: Running, host: str, desk: Desk) -> Figure:
    """Measure a complete reset at bcrypt cost 4: the request, the mail, the link and the new password."""

    def reset() -> None:
        with Visitor(server.port) as visitor:
            visitor.post("/instellen-wachtwoord", email=ADDRESS)
            visitor.follow(f"/wachtwoord/{desk.newest_token()}")
            seal = visitor.seal("/wachtwoord")
            if visitor.post("/wachtwoord", shown_for=seal, password=PASSWORD, repeated=PASSWORD).status != 303:
                raise RuntimeError("no password was set")

    value = median(timed(reset) for _ in range(20)) / 1000
    return Figure(
        subject="whole password reset at bcrypt cost 4",
        where=f"{host}, SQLite",
        value=value,
        unit="ms",
        budget=0.6 * RESET,
    )


def _flood(server: Running, host: str, desk: Desk) -> list[Figure]:
    """Measure eight concurrent sign-ins at bcrypt cost 12, and the pages of a client that is signed in already."""
    where, crowd = f"{host}, SQLite, cost 12", desk.crowd()
    with Visitor(server.port, cookie=desk.cookie) as visitor:
        quiet = median(timed(lambda: visitor.get("/home")) for _ in range(200)) / 1000
        with _signing_in(server, crowd) as signed_in:
            begun = time.perf_counter()
            times = []
            while (passed := time.perf_counter() - begun) < SECONDS:
                times.append(timed(lambda: visitor.get("/home")) / 1000)
                time.sleep(0.005)
            rate = len(signed_in) / passed
    flooded = median(times)
    basis = f"quiet {quiet:.2f} ms, flooded {flooded:.2f} ms"
    return [
        Figure(subject="sign-ins a second", where=where, value=rate, unit="/s", budget=0.9 * SIGN_INS, at_least=True),
        Figure(
            subject="page in a flood, p50", where=where, value=flooded / quiet, unit="× quiet", budget=2, basis=basis
        ),
        Figure(subject="page in a flood, p99", where=where, value=percentile(times, 0.99), unit="ms", budget=20),
    ]


@contextmanager
def _signing_in(server: Running, crowd: Sequence[str]) -> Iterator[list[float]]:
    """Let each of a crowd sign in repeatedly. A client that is told to wait tries again."""
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
