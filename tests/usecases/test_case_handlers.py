"""Case handlers, and the cards of dossiers (OF-3)."""

import pytest

from klantportaal.domain.case_handlers import ContactCard
from klantportaal.domain.errors import Absent, Refused
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import CaseHandlerId, Language
from tests.usecases.world import World

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
CARD = ContactCard(name="mr. A. de Wit", role={Language.DUTCH: "notaris"}, telephone="020 123 45 67")


@pytest.fixture
def handler(world: World) -> CaseHandlerId:
    """A case handler with a picture."""
    calls = world.portal.office.case_handlers
    id = calls.add(world.handler, CARD)
    calls.change_picture(world.handler, id, name="a.png", blocks=[PNG])
    return id


def test_the_card_of_a_dossier(world: World, jan: Actor, piet: Actor, handler: CaseHandlerId) -> None:
    """OF-3, DO-1: the parties of a dossier see the card and the picture of its case handler, and others see neither."""
    dossier = world.dossier(jan)
    client = world.portal.client.dossiers
    assert client.open(jan, dossier).dossier.handler is None
    with pytest.raises(Absent):
        client.handler_picture(jan, dossier)
    for _each in range(2):
        world.portal.office.dossiers.give_handler(world.handler, dossier, handler)
    assert world.audit().count("DossierChanged") == 1
    shown = client.open(jan, dossier).dossier.handler
    assert shown is not None
    assert (shown.name, shown.role, shown.telephone) == (CARD.name, CARD.role, CARD.telephone)
    assert b"".join(client.handler_picture(jan, dossier).blocks) == PNG
    with pytest.raises(Absent):
        client.handler_picture(piet, dossier)
    world.portal.office.dossiers.give_handler(world.handler, dossier, None)
    assert client.open(jan, dossier).dossier.handler is None


def test_a_changed_card(world: World, jan: Actor, handler: CaseHandlerId) -> None:
    """OF-3: a change of a card shows in its dossiers, and the picture stays until it is replaced or removed."""
    dossier, calls = world.dossier(jan), world.portal.office.case_handlers
    world.portal.office.dossiers.give_handler(world.handler, dossier, handler)
    calls.change(world.handler, handler, ContactCard(name="Els de Wit", email="els@example.nl"))
    shown = world.portal.client.dossiers.open(jan, dossier).dossier.handler
    assert shown == calls.list(world.handler)[0]
    assert shown is not None
    assert (shown.name, shown.email, shown.picture is not None) == ("Els de Wit", "els@example.nl", True)
    calls.change_picture(world.handler, handler, name="b.png", blocks=[PNG + b"x"])
    assert list(world.files.contents.values()) == [PNG + b"x"]
    for _each in range(2):
        calls.remove_picture(world.handler, handler)
    assert world.files.contents == {}


def test_a_removed_case_handler(world: World, jan: Actor, handler: CaseHandlerId) -> None:
    """OF-3: the dossiers of a removed case handler have none, and its picture is deleted."""
    dossier, calls = world.dossier(jan), world.portal.office.case_handlers
    world.portal.office.dossiers.give_handler(world.handler, dossier, handler)
    bare = calls.add(world.handler, CARD)
    for each in (handler, bare):
        calls.remove(world.handler, each)
    assert world.portal.client.dossiers.open(jan, dossier).dossier.handler is None
    assert list(calls.list(world.handler)) == []
    assert world.files.contents == {}
    with pytest.raises(Absent):
        calls.change(world.handler, handler, CARD)


def test_refused_pictures_and_cards(world: World, handler: CaseHandlerId) -> None:
    """AL-1, AL-3: what is refused changes nothing, and leaves no file."""
    calls, before = world.portal.office.case_handlers, world.portal.office.case_handlers.list(world.handler)
    with pytest.raises(Refused):
        calls.change_picture(world.handler, handler, name="a.png", blocks=[b"<svg/>"])
    with pytest.raises(Refused):
        calls.add(world.handler, ContactCard(name=" "))
    with pytest.raises(Absent):
        calls.change_picture(world.other_office(), handler, name="a.png", blocks=[PNG])
    assert calls.list(world.handler) == before
    assert len(world.files.contents) == 1
