"""Mistakes in a vendor's code that type checkers find: mypy fails if one of them is no error with the given code.

It is never run. ``warn_unused_ignores`` reports each ``type: ignore`` that is not needed.
"""

from datetime import timedelta

import klantportaal
from klantportaal import Actor, ClientId, DossierId, MessageText, NewClient, OfficeActor, OfficeId, Portal, SessionTimes
from klantportaal.ports.mail import Mail, MailSender
from klantportaal.serialisation import from_json


def wrong_values(portal: Portal, smit: OfficeActor, dossier: DossierId, client: ClientId) -> None:
    """Pass values of a wrong type."""
    portal.office.clients.invite(smit, "Jan")  # type: ignore[arg-type]
    portal.office.clients.get(smit, dossier)  # type: ignore[arg-type]
    portal.office.clients.get(smit, "0198f0c2-0000-7000-8000-000000000000")  # type: ignore[arg-type]
    portal.office.messages.send(smit, client, dossier, MessageText(subject="", body=""))  # type: ignore[arg-type]
    portal.office.dossiers.open(smit, "2026-1", "Koop", [client])  # type: ignore[call-arg]
    NewClient(kind="person", name="Jan", email="jan@example.nl")  # type: ignore[arg-type]
    SessionTimes(idle=30)  # type: ignore[arg-type]
    SessionTimes(idel=timedelta(minutes=30))  # type: ignore[call-arg]
    print(from_json("{}", NewClient).nmae)  # type: ignore[attr-defined]


def wrong_doors(portal: Portal, actor: Actor, smit: OfficeActor, office: OfficeId) -> None:
    """Pass an actor of another side."""
    portal.office.clients.list(actor)  # type: ignore[arg-type]
    portal.client.home.counts(smit)  # type: ignore[arg-type]
    portal.office.clients.list(office)  # type: ignore[arg-type]


def what_is_not_there(portal: Portal) -> None:
    """Use private attributes and unknown calls, and assign to a read-only attribute."""
    print(portal.office.clients.storage)  # type: ignore[attr-defined]
    print(portal.storage)  # type: ignore[attr-defined]
    print(portal.office.dossiers.close)  # type: ignore[attr-defined]
    portal.settings = klantportaal.Settings()  # type: ignore[misc]
    print(klantportaal.Portaal)  # type: ignore[attr-defined]


def wrong_words() -> None:
    """Leave out the pepper, and give a number as a word."""
    klantportaal.open_portal(database="sqlite:///x", files="file:///x", mail="folder:///x")  # type: ignore[call-arg]
    klantportaal.open_portal(database=7, files="file:///x", mail="folder:///x", pepper=b"x")  # type: ignore[arg-type]


class HalfASender:
    """A sender whose method lacks the key, which prevents duplicate mails."""

    def send(self, mail: Mail) -> None:
        """Send one mail."""


SENDER: MailSender = HalfASender()  # type: ignore[assignment]
