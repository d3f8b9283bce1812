"""A tour of requests for documents and of receipts, from Acties to the check of a file (RQ-1 to RQ-4)."""

from collections.abc import Iterator
from datetime import timedelta

from playwright.sync_api import Page, expect

from klantportaal import NewItem, NewRequest
from klantportaal.domain.values import ClientId, DossierId, RequestId
from tests.browser.demos import Demo, Person
from tests.browser.pages import PDF, choose, click_through, pdf
from tests.browser.words import Words
from tests.support.dates import today

LONG = "Zeer-lange-naam-van-een-stuk-zonder-spaties-" * 2


def asked(demo: Demo, dossier: DossierId, client: ClientId) -> RequestId:
    """Ask a client for four documents."""
    items = [
        NewItem(title="Kopie paspoort", explanation="Beide kanten.\nIn kleur.", files=4, due_on=today()),
        NewItem(title="Taxatierapport", required=False, due_on=today() + timedelta(days=9)),
        NewItem(title=LONG),
        NewItem(title="Bankafschrift"),
    ]
    new = NewRequest(subject="Stukken voor de levering", items=items)
    return demo.portal.office.requests.make(demo.office, dossier, client, new)


def answered(demo: Demo, dossier: DossierId, person: Person, client: ClientId) -> None:
    """Ask for one document more, and declare for the client that it does not apply: it waits for the office."""
    new = NewRequest(subject=LONG, items=[NewItem(title="Huwelijksakte")])
    id = demo.portal.office.requests.make(demo.office, dossier, client, new)
    calls, actor = demo.portal.client.requests, demo.actor(person)
    calls.declare_not_applicable(
        actor, id, calls.get(actor, id).request.items[0].id, calls.new_delivery(), "Niet getrouwd."
    )


def requested(page: Page, demo: Demo, words: Words, mark: str) -> Iterator[str]:
    """Visit all pages of a request, in each of its states, as a new client."""
    person, client = demo.newcomer(f"Aanlever {mark}", f"aanlever-{mark}@example.nl", language=words.language)
    dossier = demo.open_dossier(f"{mark}-RQ", "Levering woning", client)
    id, office = asked(demo, dossier, client), demo.portal.office.requests
    items = office.get(demo.office, id).request.items
    demo.let_in(page.context, person)
    answered(demo, dossier, person, client)
    page.goto("/acties")
    yield "requests that wait, and one that waits for the office"
    page.goto(f"/dossiers/{dossier}")
    yield "a dossier with a request that waits"
    page.goto(f"/verzoeken/{id}")
    yield "a request"
    page.goto(f"/verzoeken/{id}/stukken/{items[0].id}")
    yield "an item"
    click_through(page.locator("main .form-actions .button-primary:visible").first)
    yield "an item, refused"
    page.locator("[data-uploads-open]").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    choose(page, pdf("paspoort.pdf"))
    page.locator(".uppy-StatusBar-actionBtn--upload").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    yield "an item, with a file"
    page.locator("#note").fill("Beide kanten staan erop. " * 9)
    click_through(page.locator("main .form-actions .button-primary:visible").first)
    expect(page.get_by_role("status").first).to_be_visible()
    calls, actor = demo.portal.client.requests, demo.actor(person)
    calls.declare_not_applicable(actor, id, items[1].id, calls.new_delivery(), "Er is geen taxatie gemaakt.")
    calls.stage(actor, id, items[3].id, name="afschrift.pdf", blocks=[PDF])
    calls.deliver(actor, id, items[3].id, calls.new_delivery())
    office.return_item(demo.office, id, items[3].id, "Het saldo staat er niet op. " * 8)
    office.withdraw_item(demo.office, id, items[2].id, "Dit hebben wij al.")
    page.goto(f"/verzoeken/{id}")
    yield "a request, with every state"
    page.goto(f"/dossiers/{dossier}/aangeleverd")
    yield "what was delivered for a request"
    page.goto(f"/verzoeken/{id}")
    click_through(page.locator("a[href*=ontvangstbewijzen]").first)
    yield "a receipt"
    page.goto(page.locator(".receipt-address a").get_attribute("href") or "")
    yield "a receipt, for whoever holds it"
    for content in (PDF, PDF + b"%"):
        page.locator("#file").set_input_files([pdf("paspoort.pdf", content)])
        click_through(page.locator("form[data-receipt] button"))
        yield "a checked file"
    click_through(page.locator("form[data-receipt] button"))
    yield "a check without a file"
