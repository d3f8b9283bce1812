"""From the link of a notification to what it tells of, through signing in, on both hosts (NW-2)."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from klantportaal.adapters.web.pages.entrance import NOT_IN_DOSSIER
from klantportaal.domain.documents import DocumentKind, Publication
from klantportaal.domain.messages import MessageText
from klantportaal.domain.requests import NewItem, NewRequest
from klantportaal.testing.questionnaires import page, question, questionnaire
from tests.hosts.browsers import BASE_URL, PREFIX, Browser, Reply, dutch
from tests.hosts.conftest import PDF, World
from tests.hosts.test_acting_for import CHOOSE, Two, buttons, two
from tests.hosts.test_two_step import STEP, Owner, owner
from tests.hosts.test_vendor_sign_in import Visiting, visiting

__all__ = ["owner", "two", "visiting"]  # The fixtures.

Act = Callable[[World], object]


def link(world: World) -> str:
    """Let five minutes pass, and return the path of the link in the newest mail, relative to the portal."""
    world.scene.clock.advance(timedelta(minutes=5))
    world.portal.background.dispatcher.run_once()
    [path] = re.findall(rf"{BASE_URL}(\S+)", world.mail.sent[-1].text)
    return str(path)


def document(world: World) -> None:
    """Tell of the scene's document, which was published just now."""


def second_document(world: World) -> None:
    """Publish one more document."""
    about = Publication(kind=DocumentKind.DOCUMENT, title="Akte", for_clients=frozenset({world.client.id}))
    desk = world.scene.office_actor(world.office)
    world.portal.office.documents.publish(desk, world.dossier.id, about, name="akte.pdf", blocks=[PDF])


def letter(world: World) -> None:
    """Publish a letter."""
    link(world)
    about = Publication(kind=DocumentKind.CORRESPONDENCE, title="Bevestiging", for_clients=frozenset({world.client.id}))
    desk = world.scene.office_actor(world.office)
    world.portal.office.documents.publish(desk, world.dossier.id, about, name="brief.pdf", blocks=[PDF])


def message(world: World) -> None:
    """Write a message."""
    link(world)
    text = MessageText(subject="Uw woning", body="Klopt dit?")
    desk = world.scene.office_actor(world.office)
    world.portal.office.messages.send(desk, world.dossier.id, world.client.id, text)


def two_messages(world: World) -> None:
    """Write two messages."""
    message(world)
    text = MessageText(subject="Nog iets", body="En dit?")
    desk = world.scene.office_actor(world.office)
    world.portal.office.messages.send(desk, world.dossier.id, world.client.id, text)


def assigned(world: World) -> None:
    """Assign a questionnaire."""
    link(world)
    asked = world.scene.published(world.office, questionnaire("stukken", page("uw-stukken", question("voornaam"))))
    desk = world.scene.office_actor(world.office)
    world.portal.office.questionnaires.assign(desk, world.dossier.id, world.client.id, asked.questionnaire)


def requested(world: World) -> None:
    """Ask for a document."""
    link(world)
    new = NewRequest(subject="Uw stukken", items=[NewItem(title="Loonstrook")])
    desk = world.scene.office_actor(world.office)
    world.portal.office.requests.make(desk, world.dossier.id, world.client.id, new)


def in_another_dossier(world: World) -> None:
    """Publish a document in another dossier."""
    second_document(world)
    other = world.scene.dossier(world.office, world.client, number="2026-0002")
    desk = world.scene.office_actor(world.office)
    text = MessageText(subject="Hallo", body="Dit is nieuw.")
    world.portal.office.messages.send(desk, other.id, world.client.id, text)


def arrived(browser: Browser, reply: Reply) -> Reply:
    """Follow where a sign-in leads, to the page itself."""
    while reply.status == 303:
        reply = browser.follow(reply)
    return reply


@pytest.mark.parametrize(
    "act,shown",
    [
        (document, "Concept akte"),
        (second_document, "Concept akte"),
        (letter, "brief.pdf"),
        (message, "Klopt dit?"),
        (two_messages, "Nog iets"),
        (assigned, 'action="/portaal/vragenlijsten/'),
        (requested, "Loonstrook"),
        (in_another_dossier, dutch("New for you")),
    ],
)
def test_through_signing_in(browser: Browser, world: World, act: Act, shown: str) -> None:
    """NW-2: The link of the mail asks to sign in, and signing in leads to what the mail tells of."""
    act(world)
    path = link(world)
    asked = browser.get(path)
    assert (asked.status, f'name="next" value="{PREFIX}{path}"' in asked.text) == (401, True)
    entered = browser.post("/inloggen", {"email": world.email, "password": "Welkom01", "next": f"{PREFIX}{path}"})
    assert (entered.status, entered.location) == (303, f"{PREFIX}{path}")
    there = arrived(browser, entered)
    assert (there.status, shown in there.text) == (200, True)


def test_who_is_signed_in(client: Browser, world: World) -> None:
    """NW-2: Whoever is signed in already is led to the document at once."""
    path = link(world)
    assert path == f"/dossiers/{world.dossier.id}/documenten/{world.document}/bekijken"
    assert "Concept akte" in client.get(path).text


@pytest.mark.parametrize("how", ["withdrawn", "replaced"])
def test_what_is_gone_meanwhile(client: Browser, world: World, how: str) -> None:
    """NW-2, DC-3: the link of a document that was withdrawn or replaced leads to its dossier, which says so."""
    path, desk = link(world), world.scene.office_actor(world.office)
    if how == "withdrawn":
        world.portal.office.documents.withdraw(desk, world.document, "Verkeerd bestand.")
    else:
        world.portal.office.documents.replace(desk, world.document, name="akte-2.pdf", blocks=[PDF])
    dossier = f"/dossiers/{world.dossier.id}"
    gone = client.get(path)
    assert (gone.status, dutch(NOT_IN_DOSSIER.one) in gone.text) == (404, True)
    assert f'href="{PREFIX}{dossier}"' in gone.text
    told = "Verkeerd bestand." if how == "withdrawn" else "vervangen door een nieuwere versie"
    assert told in client.get(f"{dossier}/documenten").text
    never = client.get(path.replace(str(world.document), str(world.dossier.id)))
    assert (never.status, dutch(NOT_IN_DOSSIER.one) in never.text) == (404, True)


def test_what_is_in_no_dossier_of_the_client(client: Browser, world: World) -> None:
    """DO-1: a link into a dossier of somebody else, or into none, says that there is no such page, and no more."""
    other, _account = world.scene.person(world.office)
    hidden = world.scene.dossier(world.office, other, number="2026-0003").id
    for dossier in (hidden, world.document, "x"):
        page = client.get(f"/dossiers/{dossier}/documenten/{world.document}/bekijken")
        assert (page.status, dutch(NOT_IN_DOSSIER.one) in page.text) == (404, False)
        assert f'href="{PREFIX}/dossiers/' not in page.text


def test_through_the_second_step(owner: Owner, world: World) -> None:
    """NW-2, TS-2: The second step leads on to what the mail tells of."""
    path = link(world)
    owner.turn_on()
    step = owner.browser.follow(owner.halfway(wanted=f"{PREFIX}{path}"))
    assert f'name="next" value="{PREFIX}{path}"' in step.text
    entered = owner.browser.post(STEP, {"code": owner.sms(), "next": f"{PREFIX}{path}"})
    assert entered.location == f"{PREFIX}{path}"
    assert "Concept akte" in owner.browser.follow(entered).text


def test_through_the_vendor_s_sign_in(visiting: Visiting, world: World) -> None:
    """NW-2, PE-6: The vendor's sign-in leads on to what the mail tells of."""
    visiting.onboard()
    visiting.browser.post("/uitloggen")
    [nora] = world.portal.office.clients.list(visiting.desk, search="Nora")
    dossier = world.portal.office.dossiers.open(
        visiting.desk, number="2026-0009", description="Levering", parties=[nora.client.id]
    )
    text = MessageText(subject="Uw woning", body="Klopt dit?")
    world.portal.office.messages.send(visiting.desk, dossier, nora.client.id, text)
    path = link(world)
    reply = visiting.press(visiting.browser.get(path), "nora")
    assert reply.location == f"{PREFIX}{path}"
    assert "Klopt dit?" in visiting.browser.follow(reply).text


def test_for_another_account(two: Two, world: World) -> None:
    """NW-2, PE-3: Who is signed in for another account switches on the page of the link, and is led on."""
    path = link(world)
    two.switch(two.account)
    missing = two.browser.get(path)
    assert (missing.status, buttons(missing)) == (404, [str(world.account.id)])
    assert f'name="next" value="{PREFIX}{path}"' in missing.text
    switched = two.browser.post(f"{CHOOSE}/{world.account.id}", {"next": f"{PREFIX}{path}"})
    assert "Concept akte" in two.browser.follow(switched).text
