"""Where the link of a notification leads (NW-2)."""

import re
from collections.abc import Callable

import pytest

from klantportaal.domain.documents import DocumentKind
from klantportaal.domain.profile import Notifications, Profile
from klantportaal.domain.requests import NewItem, NewRequest
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DossierId, Language
from klantportaal.ports.mail import Mail
from tests.usecases.world import World

BASE_URL = "https://portaal.vandermeer.example.nl"
Act = Callable[[World, Actor, DossierId], object]
"""Something that the office does in a dossier for a client. It gives the id of what is new."""


def publish(world: World, actor: Actor, dossier: DossierId) -> object:
    """Publish a document."""
    return world.publish(dossier, actor)


def send_letter(world: World, actor: Actor, dossier: DossierId) -> object:
    """Publish a letter."""
    return world.publish(dossier, actor, kind=DocumentKind.CORRESPONDENCE)


def write(world: World, actor: Actor, dossier: DossierId) -> object:
    """Write a message."""
    return world.write_to(dossier, actor)


def assign(world: World, actor: Actor, dossier: DossierId) -> object:
    """Assign a questionnaire."""
    return world.ask(actor, dossier)


def request(world: World, actor: Actor, dossier: DossierId) -> object:
    """Ask for documents, and for one more."""
    new = NewRequest(subject="Stukken", items=[NewItem(title="Loonstrook")])
    id = world.portal.office.requests.make(world.handler, dossier, actor.client_id, new)
    world.portal.office.requests.add_item(world.handler, id, NewItem(title="Paspoort"))
    return id


def told(world: World) -> tuple[Mail, str]:
    """Let five minutes pass. Return the one mail that was sent, and the path of its link."""
    world.later(minutes=5)
    [mail] = world.deliver()
    [path] = re.findall(rf"{BASE_URL}(\S+)", mail.text)
    assert f'href="{BASE_URL}{path}"' in mail.html
    return mail, path


@pytest.fixture
def dossier(world: World, jan: Actor) -> DossierId:
    """A dossier of Jan."""
    return world.dossier(jan)


@pytest.mark.parametrize(
    "act,page,button",
    [
        (publish, "/dossiers/{dossier}/documenten/{id}/bekijken", "Bekijk het document"),
        (send_letter, "/dossiers/{dossier}/documenten/{id}/bekijken", "Bekijk de brief"),
        (write, "/dossiers/{dossier}/berichten/{id}", "Lees het bericht"),
        (assign, "/vragenlijsten/{id}", "Naar de vragenlijst"),
        (request, "/verzoeken/{id}", "Naar het verzoek om stukken"),
    ],
)
def test_one_thing(world: World, jan: Actor, dossier: DossierId, act: Act, page: str, button: str) -> None:
    """NW-2: a mail about one thing leads to its page, and its button says so."""
    id = act(world, jan, dossier)
    mail, path = told(world)
    assert path == page.format(dossier=dossier, id=id)
    assert f"{button}:\n{BASE_URL}" in mail.text
    assert f">{button}</a>" in mail.html


@pytest.mark.parametrize(
    "acts,tab,button",
    [
        ([publish, publish], "/documenten", "Bekijk de documenten"),
        ([write, write], "/berichten", "Lees de berichten"),
        ([send_letter, send_letter], "", "Naar het dossier"),
        ([publish, write], "", "Naar het dossier"),
        ([assign, request], "", "Naar het dossier"),
    ],
)
def test_several_in_one_dossier(
    world: World, jan: Actor, dossier: DossierId, acts: list[Act], tab: str, button: str
) -> None:
    """NW-2: a mail about several things in one dossier leads to their tab, or to the dossier."""
    for act in acts:
        act(world, jan, dossier)
    mail, path = told(world)
    assert path == f"/dossiers/{dossier}{tab}"
    assert f"{button}:\n" in mail.text


def test_several_dossiers(world: World, jan: Actor, dossier: DossierId) -> None:
    """NW-2: a mail about several dossiers leads to Home."""
    world.portal.client.profile.save(jan, Profile(language=Language.ENGLISH, notifications=Notifications()))
    publish(world, jan, dossier)
    publish(world, jan, world.dossier(jan, number="2026-002"))
    mail, path = told(world)
    assert (path, "Go to the client portal:\n" in mail.text) == ("/home", True)


def test_what_is_left_out_leads_nowhere(world: World, jan: Actor, piet: Actor, dossier: DossierId) -> None:
    """NW-2, PR-2: what was withdrawn, taken back, switched off or hidden does not count, so that one thing is left."""
    office, other = world.portal.office, world.dossier(jan, piet, number="2026-002")
    left = world.publish(dossier, jan)
    office.documents.withdraw(world.handler, world.publish(dossier, jan), "Vergissing")
    office.messages.take_back(world.handler, world.write_to(dossier, jan))
    world.publish(other, jan)
    office.dossiers.remove_party(world.handler, other, jan.client_id)
    assign(world, jan, dossier)
    off = Notifications(questionnaires=False)
    world.portal.client.profile.save(jan, Profile(language=Language.DUTCH, notifications=off))
    assert told(world)[1] == f"/dossiers/{dossier}/documenten/{left}/bekijken"
