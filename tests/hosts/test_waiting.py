"""The sentence that says who has to do something, on both hosts (PG-2)."""

import re
from datetime import timedelta

from klantportaal.adapters.web.language.translations import wordings
from klantportaal.domain.messages import MessageText
from klantportaal.domain.requests import NewItem, NewRequest
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import Language, day
from tests.hosts.browsers import Browser, Reply
from tests.hosts.conftest import World

KADASTER = {Language.DUTCH: "het <Kadaster>", Language.ENGLISH: "the <land registry>"}


def said(page: Reply) -> list[str]:
    """List the sentences on a page, without markup."""
    return re.findall(r'<(?:a|p|span) class="(?:sub )?waits"[^>]*>([^<]+)</', page.text)


def everywhere(client: Browser, world: World) -> set[str]:
    """Read the sentence on Home, in the list, and on each tab of the dossier: it is the same everywhere."""
    dossier = f"/dossiers/{world.dossier.id}"
    tabs = ("documenten", "aangeleverd", "berichten")
    pages = ["/home", "/dossiers", dossier, *(f"{dossier}/{tab}" for tab in tabs)]
    return {" | ".join(said(client.get(path))) for path in pages}


def test_the_sentence_follows_what_happens(client: Browser, world: World) -> None:
    """PG-2: office, client and third party each wait in their turn; with nothing open, nothing is said."""
    desk = OfficeActor(office_id=world.office.id, handler="mr. A. de Wit")
    office, wording = world.portal.office, wordings()[Language.DUTCH]
    today = day(world.scene.clock.now())
    since, last = wording.day(today), wording.day(today + timedelta(days=9))
    assert everywhere(client, world) == {""}
    office.dossiers.await_third_party(desk, world.dossier.id, KADASTER, expected_on=today + timedelta(days=9))
    named = f"Wij wachten op het &lt;Kadaster&gt; sinds {since}, verwacht op {last}."
    assert everywhere(client, world) == {named}
    actor = world.scene.actor(world.account)
    messages = world.portal.client.messages
    sent = messages.send(
        actor, world.dossier.id, messages.new_draft(), MessageText(subject="Vraag", body="Hoe staat het?")
    )
    assert everywhere(client, world) == {f"U wacht op ons sinds {since}."}
    for days in (12, 9):
        item = NewItem(title="Stuk", due_on=today + timedelta(days=days))
        office.requests.make(desk, world.dossier.id, world.client.id, NewRequest(subject="Stukken", items=[item]))
    assert everywhere(client, world) == {f"Wij wachten op u: 2 zaken, de eerste uiterlijk {last}."}
    for row in office.requests.list(desk):
        office.requests.withdraw(desk, row.id, "Niet meer nodig")
    office.messages.handle(desk, sent)
    assert everywhere(client, world) == {named}
    office.dossiers.clear_third_party(desk, world.dossier.id)
    assert everywhere(client, world) == {""}
