"""Processes that are killed while they send mail: no mail is lost, and a second copy is the same mail (ON-6, AL-2)."""

import re
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing

import attrs
import pytest

from klantportaal import ClientKind, NewClient, OfficeActor, Visitor
from klantportaal.domain.errors import LinkDead
from klantportaal.portal import Portal
from klantportaal.testing.contracts.mail_messages import Delivered, read_message
from tests.faults.mailing import open_portal, open_storage
from tests.faults.tally import Tally
from tests.support import smtp

PASSWORD = "Welkom2026"
PEOPLE = 4


@pytest.fixture
def location(database: str) -> str:
    """The location of a migrated database."""
    with closing(open_storage(database)) as storage:
        storage.migrate()
    return database


@pytest.fixture
def server() -> Iterator[smtp.Server]:
    """A mail server."""
    with smtp.running() as server:
        yield server


@pytest.fixture
def portal(location: str) -> Iterator[Portal]:
    """A portal on the database, which sends no mail itself."""
    with closing(open_portal(location)) as portal:
        yield portal


@attrs.frozen
class Copies:
    """The copies of the mails to one address, as the server received them."""

    mails: Sequence[Delivered]

    @property
    def message_ids(self) -> set[str]:
        """The Message-IDs."""
        return {each.message_id for each in self.mails}

    @property
    def tokens(self) -> set[str]:
        """The tokens of the links."""
        return {re.findall(r"/(?:uitnodiging|wachtwoord)/([\w-]{43})", each.text)[0] for each in self.mails}


def send(location: str, port: int, *, dying_after: int) -> bool:
    """Let another process send the due mails. Tell whether it died."""
    command = [sys.executable, "-m", "tests.faults.mailing", location, str(port), str(dying_after)]
    code = subprocess.run(command, check=False, timeout=100).returncode
    assert code in {0, -signal.SIGKILL}
    return code != 0


def received(server: smtp.Server) -> dict[str, Copies]:
    """Group the received mails by address."""
    mails: dict[str, list[Delivered]] = defaultdict(list)
    for raw in server.messages:
        mail = read_message(raw)
        mails[mail.to[0]].append(mail)
    return {address: Copies(copies) for address, copies in mails.items()}


def invite(portal: Portal, email: str) -> None:
    """Invite a person."""
    office = OfficeActor(office_id=portal.offices.only(), handler="mr. A. de Wit")
    portal.office.clients.invite(office, NewClient(kind=ClientKind.PERSON, name="Jan Jansen", email=email))


def visitor(portal: Portal) -> Visitor:
    """Make a visitor of the office."""
    return Visitor(office_id=portal.offices.only(), network_address="192.0.2.7")


def test_a_mail_that_is_sent_again_is_the_same_mail(
    location: str, named: str, portal: Portal, server: smtp.Server
) -> None:
    """ON-6: each ``kill -9`` between the 250 and the mark costs one more copy, with the same id and a working link."""
    people = [f"klant{number}@example.nl" for number in range(PEOPLE)]
    for email in people:
        invite(portal, email)
    kills, dies = 0, send(location, server.port, dying_after=1)
    while dies:
        kills += 1
        dies = send(location, server.port, dying_after=2)
    copies = received(server)
    lost = [email for email in people if email not in copies]
    doubled = [email for email, each in copies.items() if max(len(each.message_ids), len(each.tokens)) > 1]
    Tally(
        scenario=f"mail killed between the server's 250 and the mark ({named})",
        operations=PEOPLE,
        faults=kills,
        acknowledged=PEOPLE,
        lost=len(lost),
        doubled=len(doubled),
    ).require_whole()
    assert (len(server.messages), kills > 1) == (PEOPLE + kills, True)
    for email in people:
        (token,) = copies[email].tokens
        assert portal.client.onboarding.look_at_invitation(visitor(portal), token).email == email


def test_of_a_batch_that_is_killed_each_mail_has_two_copies_at_most(
    location: str, portal: Portal, server: smtp.Server
) -> None:
    """ON-6, AL-2: what was sent and is not stored yet is sent once more; the rest of the batch is sent once."""
    people = [f"klant{number}@example.nl" for number in range(3 + 4)]
    for email in people:
        invite(portal, email)
    assert send(location, server.port, dying_after=3 + 2)
    assert not send(location, server.port, dying_after=0)
    copies = received(server)
    assert [len(copies[email].mails) for email in people] == [1, 1, 1, 2, 2, 1, 1]
    for email in people:
        assert (len(copies[email].message_ids), len(copies[email].tokens)) == (1, 1)


def test_a_server_that_accepted_before_the_kill(location: str, portal: Portal, server: smtp.Server) -> None:
    """ON-6: the same holds if the process is killed before it has read the 250."""
    invite(portal, "jan@example.nl")
    command = [sys.executable, "-m", "tests.faults.mailing", location, str(server.port), "0"]
    with subprocess.Popen(command) as process:
        server.arrived = lambda _message: process.kill()
        assert process.wait(100) == -signal.SIGKILL
    server.arrived = lambda _message: None
    assert not send(location, server.port, dying_after=0)
    (copies,) = received(server).values()
    assert (len(copies.mails), len(copies.message_ids), len(copies.tokens)) == (2, 1, 1)


def test_either_copy_sets_the_password_once(location: str, portal: Portal, server: smtp.Server) -> None:
    """ON-4, ON-6: the link of two copies sets one password, once."""
    invite(portal, "jan@example.nl")
    portal.background.dispatcher.run_once()
    portal.client.onboarding.ask_link(visitor(portal), "jan@example.nl")
    assert send(location, server.port, dying_after=1)
    assert not send(location, server.port, dying_after=0)
    (copies,) = received(server).values()
    (token,) = copies.tokens
    assert len(copies.mails) == 2
    portal.client.onboarding.set_password(visitor(portal), token, PASSWORD, PASSWORD)
    with pytest.raises(LinkDead):
        portal.client.onboarding.set_password(visitor(portal), token, PASSWORD, PASSWORD)


def test_a_link_that_was_used_is_not_revived(location: str, portal: Portal, server: smtp.Server) -> None:
    """ON-4, ON-6: if the link of the first copy was used, no second copy is sent, and the link stays used."""
    invite(portal, "jan@example.nl")
    portal.background.dispatcher.run_once()
    portal.client.onboarding.ask_link(visitor(portal), "jan@example.nl")
    assert send(location, server.port, dying_after=1)
    (copies,) = received(server).values()
    (token,) = copies.tokens
    portal.client.onboarding.set_password(visitor(portal), token, PASSWORD, PASSWORD)
    assert not send(location, server.port, dying_after=0)
    mails = [read_message(raw) for raw in server.messages]
    assert ["/wachtwoord/" in each.text for each in mails] == [True, False]
    with pytest.raises(LinkDead):
        portal.client.onboarding.set_password(visitor(portal), token, PASSWORD, PASSWORD)
