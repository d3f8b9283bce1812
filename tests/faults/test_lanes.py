"""A mail server that hangs: what somebody waits for goes first, and a PDF is made meanwhile (AL-2, QU-4).

The tests count in which order mails arrive at a real server. They measure no time.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import attrs
import pytest

from klantportaal.adapters.mail.smtp import SmtpSender
from klantportaal.domain.sessions import Actor
from klantportaal.ports.pdf import PdfWriter, PostalLetter, ReceiptSheet, Report
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.mail_messages import read_message
from klantportaal.testing.fakes import PlainPdf
from klantportaal.usecases.background.dispatcher import Dispatcher
from tests.faults.load import open_storage
from tests.faults.tally import Tally
from tests.support import smtp
from tests.support.effort import ENDLESS
from tests.usecases.world import World

SENDERS = 4
"""The number of threads that send mail."""
SHARED = 2
"""The number of them that send notifications, too."""
FIRST = 2 * SENDERS
"""The number of mails that somebody waits for when the sending begins."""
LATER = 6
"""The number of mails that somebody waits for while notifications hang."""
NOTIFIED = 16


@attrs.define
class Gate:
    """Holds each mail that arrives at a server, until the test lets it go on. Knows the order in which they came."""

    lets_go: Callable[[int, str], bool] = lambda _number, _address: True
    """Whether a mail may go on, by its number in the order of arrival and its address."""
    order: list[str] = attrs.field(factory=list)
    """The addresses."""
    _changed: threading.Condition = attrs.field(factory=threading.Condition, init=False)

    def __call__(self, message: bytes) -> None:
        """Take a mail, and hold it."""
        (address,) = read_message(message).to
        with self._changed:
            number = len(self.order)
            self.order.append(address)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self.lets_go(number, address))

    def set(self, lets_go: Callable[[int, str], bool]) -> None:
        """Say which mails may go on from now on."""
        with self._changed:
            self.lets_go = lets_go
            self._changed.notify_all()

    def wait_for(self, happened: Callable[[list[str]], bool]) -> None:
        """Wait until the order of arrival shows that something happened."""
        with self._changed:
            assert self._changed.wait_for(lambda: happened(self.order), ENDLESS), self.order


def is_awaited(address: str) -> bool:
    """Tell whether a mail is for somebody who waits for it."""
    return address.startswith("wacht")


def notifications(order: list[str]) -> int:
    """Count the notifications that arrived."""
    return sum(not is_awaited(address) for address in order)


@pytest.fixture
def world(database: str) -> Iterator[World]:
    """A portal whose notifications are due."""
    with closing(open_storage(database)) as storage:
        storage.migrate()
        yield World(storage=storage)


def people(world: World, name: str, number: int) -> list[Actor]:
    """Add some clients with a password."""
    scene = Scene(storage=world.storage, clock=world.clock, ids=world.ids)
    office = world.storage.read.office(world.office)
    accounts = [scene.person(office, email=f"{name}{each}@example.nl")[1] for each in range(number)]
    return [scene.actor(account) for account in accounts]


def notify(world: World, actors: list[Actor]) -> None:
    """Publish something for each of some clients, and let the time to merge notifications pass."""
    world.publish(world.dossier(*actors), *actors)
    world.later(minutes=6)


def ask_link(world: World, number: int) -> str:
    """Let somebody ask for a link, each from another network. Return the address."""
    email = f"wacht{number}@example.nl"
    visitor = attrs.evolve(world.visitor, network_address=f"198.51.100.{number}")
    world.portal.client.onboarding.ask_link(visitor, email)
    return email


@attrs.frozen
class Telling:
    """Writes PDFs, and tells that one was made."""

    made: threading.Event = attrs.field(factory=threading.Event)

    def write(self, report: Report) -> bytes:
        """Write a report."""
        pdf = PlainPdf().write(report)
        self.made.set()
        return pdf

    def write_receipt(self, sheet: ReceiptSheet) -> bytes:
        """Write the PDF of a receipt."""
        return PlainPdf().write_receipt(sheet)

    def write_letter(self, letter: PostalLetter) -> bytes:
        """Write the PDF of a letter by post."""
        return PlainPdf().write_letter(letter)


@contextmanager
def dispatching(world: World, gate: Gate, pdf: PdfWriter | None = None) -> Iterator[None]:
    """Send the mail of a portal to a real server. At the end, nothing is held any more."""
    background = world.portal.background
    with smtp.running() as server:
        server.arrived = gate
        sender = SmtpSender(smtp.HOST, server.port, sender="portaal@kantoor.test", tls="none", timeout=2 * ENDLESS)
        work = background.dispatcher._dispatching
        dispatcher = Dispatcher(
            attrs.evolve(
                work,
                mail=attrs.evolve(work._mail, sender=sender),
                answer_pdfs=attrs.evolve(
                    work._answer_pdfs, reports=attrs.evolve(work._answer_pdfs._reports, pdf=pdf or PlainPdf())
                ),
            ),
            background.sealer,
            background.sweeper._refusals,
            background.reminders,
            every=0.01,
        )
        dispatcher.start()
        try:
            yield
        finally:
            gate.set(lambda _number, _address: True)
            dispatcher.stop()
            sender.close()


def test_what_somebody_waits_for_goes_first(world: World, named: str) -> None:
    """AL-2: links overtake all notifications that wait, and still go out when a server hangs at notifications.

    At first the server answers once all threads have sent it a mail: so each thread chooses a mail, several times.
    """
    people(world, "wacht", FIRST + LATER)
    notify(world, people(world, "klant", NOTIFIED))
    asked = [ask_link(world, number) for number in range(FIRST)]
    gate = Gate()

    def in_waves(number: int, address: str) -> bool:
        wave = SENDERS * (number // SENDERS + 1)
        return is_awaited(address) and (len(gate.order) >= min(wave, FIRST) or notifications(gate.order) > 0)

    gate.lets_go = in_waves
    with dispatching(world, gate):
        gate.wait_for(lambda order: len(order) >= FIRST)
        assert notifications(gate.order[:FIRST]) == 0
        gate.wait_for(lambda order: notifications(order) >= SHARED)
        for number in range(FIRST, FIRST + LATER):
            asked.append(ask_link(world, number))
            gate.wait_for(lambda order: asked[-1] in order or notifications(order) > SHARED)
            assert notifications(gate.order) == SHARED
        gate.set(lambda _number, _address: True)
        gate.wait_for(lambda order: notifications(order) >= NOTIFIED)
    due = [*asked, *(f"klant{number}@example.nl" for number in range(NOTIFIED))]
    arrived = Counter(gate.order)
    Tally(
        scenario=f"mail server hangs at notifications ({named})",
        operations=len(due),
        faults=SHARED,
        acknowledged=len(due),
        lost=len(set(due) - arrived.keys()),
        doubled=(arrived - Counter(due)).total(),
    ).require_whole()


def test_a_pdf_is_made_while_all_mail_hangs(world: World, named: str) -> None:
    """AL-2, QU-4: PDFs have a thread of their own, which no mail holds up."""
    people(world, "wacht", FIRST)
    clients = people(world, "klant", NOTIFIED)
    jan = world.onboard()
    dossier = world.dossier(jan, number="2026-002")
    assignment = world.ask(jan, dossier)
    world.later(minutes=6)
    world.deliver()
    notify(world, clients)
    asked = [ask_link(world, number) for number in range(FIRST)]
    gate = Gate(lets_go=lambda _number, _address: False)
    telling = Telling()
    with dispatching(world, gate, telling):
        gate.wait_for(lambda order: len(order) >= SENDERS)
        world.complete(jan, assignment)
        assert telling.made.wait(ENDLESS)
        assert len(gate.order) == SENDERS
        gate.set(lambda _number, _address: True)
        gate.wait_for(lambda order: len(order) >= FIRST + NOTIFIED)
    arrived = Counter(gate.order)
    files = len(world.portal.client.dossiers.submissions(jan, dossier))
    Tally(
        scenario=f"PDFs while all mail hangs ({named})",
        operations=FIRST + NOTIFIED + 1,
        faults=SENDERS,
        acknowledged=FIRST + NOTIFIED + 1,
        lost=FIRST + NOTIFIED - len(arrived.keys()) + (files == 0),
        doubled=arrived.total() - len(arrived.keys()) + max(0, files - 1),
    ).require_whole()
    assert set(asked) <= arrived.keys()
