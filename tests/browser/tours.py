"""Tours of every page in every state that looks different: refused forms, empty lists, errors.

A tour is a generator. It moves a window from page to page, and yields the name of each stop. The caller checks the page
at each stop. Together the tours visit all pages of the portal and of the demo.
"""

from collections.abc import Iterator
from datetime import timedelta

import attrs
from playwright.sync_api import Page, Route, expect

from klantportaal import ClientKind, DocumentKind, MessageText
from klantportaal.domain.values import DossierId
from tests.browser.address_tour import changing_the_address
from tests.browser.demos import EMPTY_DOSSIER, SEEDED, Demo, Person
from tests.browser.pages import choose, click_through, open_uploads, pdf, press
from tests.browser.questionnaire_tour import filling_in
from tests.browser.requests_tour import requested
from tests.browser.two_step_tour import two_step
from tests.browser.words import Words

Stops = Iterator[str]
NOWHERE = "00000000-0000-7000-8000-000000000000"
DEAD = "A" * 43
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
DOSSIERS = {"nl": "2026-0412", "en": "2026-0205"}
"""The dossier with the most content, for each seeded client."""


@attrs.frozen(kw_only=True)
class Guests:
    """The clients of a tour besides the seeded ones. Each tour has its own."""

    invited: str
    """The address of an account without a password."""
    invitation: str
    """The token in its first mail."""
    link: str
    """The token in its second mail."""
    alone: Person
    """A person without dossiers."""


def guests(demo: Demo, words: Words, mark: str) -> Guests:
    """Make the guests."""
    email = f"{mark}@example.nl"
    demo.invite(f"Genodigde {mark}", email, language=words.language)
    text = demo.await_mail(email, words.invitation).text
    alone, _client = demo.newcomer(f"Alleen {mark}", f"alleen-{mark}@example.nl", language=words.language)
    return Guests(
        invited=email,
        invitation=text.split("/uitnodiging/")[1].split()[0],
        link=demo.password_token(email),
        alone=alone,
    )


def door(page: Page, words: Words, guests: Guests) -> Stops:
    """Visit all pages that need no session."""
    page.goto("/")
    yield "the door"
    press(page, words.sign_in)
    yield "the door, refused"
    page.goto("/home")
    yield "the door, on the way to a page"
    page.goto("/static/niets.css")
    yield "an unknown page"
    page.goto("/hulp")
    yield "help"
    page.goto("/toegankelijkheid")
    yield "the accessibility statement"
    page.goto("/instellen-wachtwoord")
    yield "asking for a link"
    press(page, words.send_link)
    yield "asking for a link, refused"
    page.goto(f"/uitnodiging/{guests.invitation}")
    yield "invited"
    page.get_by_label(words.email).fill("niemand@example.nl")
    press(page, words.send_link)
    yield "asked for a link"
    page.goto(f"/uitnodiging/{DEAD}")
    yield "a dead invitation"
    page.goto(f"/wachtwoord/{DEAD}")
    yield "a dead link"
    page.goto(f"/wachtwoord/{guests.link}")
    yield "setting a password"
    press(page, words.set_password)
    yield "setting a password, refused"


def reading(page: Page, demo: Demo, words: Words) -> Stops:
    """Visit all pages that a client reads."""
    person = SEEDED[words.language]
    page.goto("/home")
    for section in ("news", "waiting", "latest"):
        expect(page.locator(f"section[aria-labelledby={section}]").locator("li, tbody tr").first).to_be_visible()
    yield "home, with what is new, what waits and the latest dossiers"
    page.goto("/hulp")
    yield "help, signed in"
    page.goto("/acties")
    yield "what waits to be filled in"
    page.goto("/dossiers")
    yield "the dossiers"
    page.goto("/dossiers?status=completed&status=on_hold&zoek=2026")
    yield "the dossiers, filtered"
    page.goto("/dossiers?zoek=vliegtuig")
    yield "no dossiers found"
    page.goto(f"/dossiers?na=0.{NOWHERE}")
    yield "past the last dossier"
    for number in (DOSSIERS[words.language], "2026-0398", EMPTY_DOSSIER):
        for tab in ("", "/documenten", "/aangeleverd", "/berichten"):
            page.goto(demo.path(person, number) + tab)
            yield f"{tab or 'the letters'} of {number}"
    page.goto(demo.path(person, DOSSIERS[words.language]) + "/voortgang")
    expect(page.locator("li[aria-current=step] h3")).to_be_visible()
    yield "the steps of a dossier"
    page.goto(demo.path(person, DOSSIERS[words.language]) + f"/documenten?na={NOWHERE}")
    yield "past the last document"
    for row in demo.portal.client.dossiers.messages(demo.actor(person), demo.dossier(person, DOSSIERS[words.language])):
        page.goto(demo.path(person, DOSSIERS[words.language]) + f"/berichten/{row.id}")
        yield f"a message, {row.direction}"
    yield from _taking_back(page, demo, words)
    yield from _looking(page, demo, words)


def _taking_back(page: Page, demo: Demo, words: Words) -> Stops:
    """Begin to take back a message that the office has not read."""
    person = SEEDED[words.language]
    actor, dossier = demo.actor(person), demo.dossier(person, DOSSIERS[words.language])
    messages = demo.portal.client.messages
    text = MessageText(subject="Te vroeg", body="Dit was nog niet af.")
    message = messages.send(actor, dossier, messages.new_draft(), text)
    page.goto(demo.path(person, DOSSIERS[words.language]) + f"/berichten/{message}/terugnemen")
    yield "taking a message back"


def _looking(page: Page, demo: Demo, words: Words) -> Stops:
    """Look at a document, and at a file that the client delivered."""
    person = SEEDED[words.language]
    actor, dossier = demo.actor(person), demo.dossier(person, DOSSIERS[words.language])
    path, read = demo.path(person, DOSSIERS[words.language]), demo.portal.client.dossiers
    (document, *_more) = read.documents(actor, dossier, DocumentKind.DOCUMENT)
    page.goto(f"{path}/documenten/{document.id}/bekijken")
    yield "looking at a document"
    (submission, *_files) = read.submissions(actor, dossier)
    page.goto(f"{path}/aangeleverd/{submission.id}/bekijken")
    yield "looking at a file that was delivered"


def troubles(page: Page, demo: Demo, words: Words) -> Stops:
    """Visit the error pages of a signed-in client."""
    person = SEEDED[words.language]
    page.goto(f"/dossiers/{NOWHERE}")
    yield "no such dossier"
    empty = demo.dossier(person, EMPTY_DOSSIER)
    document = demo.publish(empty, "Kwijt", demo.actor(person).client_id, content=b"%PDF-1.7 kwijt " + empty.bytes)
    lose_newest_file(demo)
    page.goto(f"/dossiers/{empty}/documenten/{document}")
    yield "a damaged file"
    demo.portal.office.documents.withdraw(demo.office, document, "Kwijt")
    page.goto("about:blank")
    page.set_content(f'<form method="post" action="{demo.url}/uitloggen"><button>Elders</button></form>')
    press(page, "Elders")
    yield "sent by another site"


def lose_newest_file(demo: Demo) -> None:
    """Delete the file that was stored last."""
    stored = [each for each in (demo.state.data / "files").rglob("*") if each.is_file()]
    max(stored, key=lambda each: each.stat().st_mtime_ns).unlink()


def writing(page: Page, demo: Demo, words: Words) -> Stops:
    """Visit the pages for writing and replying, with the dialog for attachments."""
    person = SEEDED[words.language]
    path = demo.path(person, DOSSIERS[words.language])
    page.goto(f"{path}/berichten/nieuw")
    yield "a new message"
    press(page, words.send)
    yield "a new message, refused"
    window = open_uploads(page, words)
    yield "the window for attachments"
    choose(page, pdf("akte.pdf"), pdf("nota.pdf"), {"name": "virus.exe", "mimeType": "", "buffer": b"MZ"})
    expect(window.get_by_role("button", name=words.upload_two)).to_be_visible()
    yield "the window for attachments, with files"
    window.get_by_role("button", name=words.upload_two).click()
    expect(window).to_be_hidden()
    yield "files that wait, and one that was refused"
    page.get_by_label(words.message, exact=True).fill("a" * 501)
    press(page, words.send)
    yield "a message that is too long, with files"
    page.get_by_label(words.message, exact=True).fill("")
    for name in ("akte.pdf", "nota.pdf"):  # Removing the files prevents a dialog about unsaved input.
        page.get_by_role("button", name=words.remove.format(name)).click()
        expect(page.get_by_text(name, exact=True)).to_have_count(0)
    rows = demo.portal.client.dossiers.messages(demo.actor(person), demo.dossier(person, DOSSIERS[words.language]))
    inbound = next(row.id for row in rows if row.direction == "inbound")
    page.goto(f"{path}/berichten/{inbound}/beantwoorden")
    yield "an answer"
    page.goto(f"{path}/berichten/nieuw")
    page.get_by_label(words.message, exact=True).fill("Dit volgt nog.")
    page.locator("[data-draft-save]").click()
    expect(page.locator("[data-draft-said]")).not_to_be_empty()
    yield "a message that is kept as a draft"
    page.goto(f"{path}/berichten")
    yield "the messages, below the drafts"
    click_through(page.get_by_role("link", name="Dit volgt nog.", exact=True).first)
    yield "a draft"
    page.goto(f"{page.url}/verwijderen")
    yield "a draft, to delete"
    click_through(page.locator("form .button-danger"))
    yield "the messages, after deleting a draft"


def extra_accounts(page: Page, demo: Demo, words: Words, mark: str) -> Stops:
    """Visit a company's extra accounts: none, added, refused, invited, deleted."""
    email, list_of = f"bedrijf-{mark}@example.nl", "/accounts/extra-accounts"
    main, _client = demo.newcomer(f"Bedrijf {mark}", email, language=words.language, kind=ClientKind.COMPANY)
    demo.let_in(page.context, main)
    page.goto(list_of)
    yield "no extra accounts"
    page.goto(f"{list_of}/nieuw")
    yield "a new account"
    click_through(page.locator("form.form button"))
    expect(page.get_by_role("alert")).to_be_visible()
    yield "a new account, refused"
    page.locator("#name").fill(f"Jan Wouter van der {'Lange' * 20} {mark}")
    page.locator("#email").fill(f"een.heel.lang.adres.van.een.collega.{mark}@afdeling.havenkwartier.example.nl")
    click_through(page.locator("form.form button"))
    expect(page.get_by_role("status")).to_be_visible()
    yield "an account that was added"
    click_through(page.locator("td.main a"))
    yield "an account"
    invite = page.locator("form[action$=uitnodigen] button")
    click_through(invite)
    expect(page.get_by_role("alert")).to_be_visible()
    yield "an account, invited a moment ago"
    click_through(page.locator("a[href$=verwijderen]"))
    yield "deleting an account"
    click_through(page.locator("form[action$=verwijderen] button"))
    expect(page.get_by_role("status")).to_be_visible()
    yield "an account that was deleted"


def own_details(page: Page, words: Words) -> Stops:
    """Visit `Mijn gegevens`."""
    page.goto("/mijn-gegevens")
    yield "my details"
    click_through(page.locator("form.form button"))
    expect(page.get_by_role("status")).to_be_visible()
    yield "my details, saved"
    page.goto("/mijn-gegevens/wachtwoord")
    yield "changing the password"
    click_through(page.locator("form.form button"))
    expect(page.get_by_role("alert")).to_be_visible()
    yield "changing the password, refused"


def signed_in(page: Page, demo: Demo, words: Words) -> Stops:
    """Visit the list of sessions, and the page that asks for the password again."""
    person = SEEDED[words.language]
    for device in (FIREFOX, "Mozilla/5.0 (compatible; ditkentniemand/1.0) " * 4, ""):
        demo.sign_in_elsewhere(person, device)
    page.goto("/mijn-gegevens/sessies")
    yield "where one is signed in"
    demo.gave_password(person, timedelta(hours=1))
    page.goto("/mijn-gegevens/sessies")
    yield "where one is signed in, a while later"
    page.goto("/bevestigen?next=/mijn-gegevens/sessies&melding=niet-uitgevoerd")
    yield "the password once more"
    click_through(page.locator("form.form button"))
    expect(page.get_by_role("alert")).to_be_visible()
    yield "the password once more, refused"
    demo.gave_password(person, timedelta(0))
    page.goto("/mijn-gegevens/sessies")
    press(page, words.sign_out_elsewhere)
    yield "signed in nowhere else"


def alone(page: Page) -> Stops:
    """Visit the pages of a person without dossiers."""
    for path in ("/home", "/dossiers", "/acties"):
        page.goto(path)
        yield f"{path} of a new client"


def portal(page: Page, demo: Demo, words: Words, mark: str) -> Stops:
    """Visit all pages of the portal in one language."""
    visiting = guests(demo, words, mark)
    yield from door(page, words, visiting)
    demo.let_in(page.context, visiting.alone)
    yield from alone(page)
    yield from extra_accounts(page, demo, words, mark)
    demo.let_in(page.context, SEEDED[words.language])
    yield from reading(page, demo, words)
    yield from writing(page, demo, words)
    yield from filling_in(page, demo, words, mark)
    yield from requested(page, demo, words, mark)
    demo.let_in(page.context, SEEDED[words.language])
    yield from own_details(page, words)
    page.goto("/namens")
    yield "on behalf of whom"
    yield from signed_in(page, demo, words)
    yield from troubles(page, demo, words)
    yield from changing_the_address(page, demo, words, mark)
    yield from two_step(page, demo, words, mark)


def desk(page: Page, demo: Demo, words: Words) -> Stops:
    """Visit all pages of the demo itself."""
    person = SEEDED[words.language]
    client_id = demo.actor(person).client_id
    page.goto("/demo/")
    yield "the first page of the demo"
    yield from desk_lists(page)
    page.goto(f"/demo/office/clients/{client_id}")
    yield "a client at the desk"
    yield from desk_dossier(page, demo.dossier(person, DOSSIERS[words.language]))
    yield from desk_questionnaires(page)
    yield from desk_requests(page)
    page.goto(f"/demo/office/dossiers/{NOWHERE}")
    yield "no such dossier at the desk"
    page.goto("/demo/office/profile")
    yield "the office's texts"
    page.get_by_label("Colour").fill("blauw")
    press(page, "Save")
    yield "the office's texts, refused"
    page.goto("/demo/office/trail")
    yield "the audit trail"
    press(page, "Verify")
    yield "the audit trail, verified"
    page.goto("/demo/office/trail?what=Nothing")
    yield "nothing in the audit trail"
    page.goto("/demo/mailbox")
    yield "the mailbox"
    page.locator("summary").first.click()
    expect(page.frame_locator("iframe").first.locator("a").first).to_be_visible()
    yield "the mailbox, with a mail open"
    page.route("**/demo/mailbox/*.html", without_policy)
    page.goto(page.locator("iframe").first.get_attribute("src") or "")
    yield "a mail"
    page.unroute("**/demo/mailbox/*.html")


def without_policy(route: Route) -> None:
    """Remove a mail's CSP, which blocks all scripts, so that the checking scripts can run."""
    response = route.fetch()
    headers = {name: value for name, value in response.headers.items() if name != "content-security-policy"}
    route.fulfill(response=response, headers=headers)


def desk_lists(page: Page) -> Stops:
    """Visit the desk's lists, and the forms beside them."""
    for path in ("/demo/office/", "/demo/office/?handled=1", f"/demo/office/?after={NOWHERE}"):
        page.goto(path)
        yield f"the inbox: {path}"
    page.goto("/demo/office/clients")
    yield "the clients"
    press(page, "Invite")
    yield "inviting a client, refused"
    page.goto("/demo/office/clients?search=niemand")
    yield "no client found"
    page.goto("/demo/office/dossiers")
    yield "the dossiers at the desk"
    press(page, "Open dossier")
    yield "opening a dossier, refused"
    page.goto("/demo/office/dossiers?search=vliegtuig")
    yield "no dossier found at the desk"


def desk_dossier(page: Page, dossier_id: DossierId) -> Stops:
    """Visit a dossier at the desk, and its forms."""
    page.goto(f"/demo/office/dossiers/{dossier_id}")
    yield "a dossier at the desk"
    for name in ("Publish", "Send"):
        press(page, name)
        yield f"{name} at the desk, refused"
    page.goto(page.get_by_role("link", name="Conversation").first.get_attribute("href") or "")
    yield "a conversation at the desk"
    page.goto(f"/demo/office/dossiers/{dossier_id}")
    press(page, "Say more of each")
    yield "asking item by item"
    press(page, "Ask")
    yield "asking item by item, refused"
    page.goto(f"/demo/office/dossiers/{dossier_id}")
    withdraw = page.locator("details").filter(has_text="Withdraw").first
    withdraw.locator("summary").click()
    press(page, "Withdraw", within=withdraw)
    yield "withdrawing, refused"


def desk_requests(page: Page) -> Stops:
    """Visit the desk's pages of requests, handlers, quarantine, waiting, reminders, and what nobody opened."""
    page.goto("/demo/office/requests?language=nl")
    yield "the requests, in Dutch"
    click_through(page.get_by_role("link", name="Stukken voor de verkoop van uw woning"))
    yield "a request at the desk, in Dutch"
    press(page, "Alles intrekken")
    yield "withdrawing a request, refused"
    page.goto("/demo/office/progress?language=en")
    press(page, "Publish")
    yield "publishing a template of steps, refused"
    page.goto("/demo/office/handlers?language=en")
    press(page, "Add")
    yield "adding a case handler, refused"
    page.goto("/demo/office/unseen?all=1")
    yield "what nobody opened"
    click_through(page.locator("a[href$='/letter']").first)
    press(page, "Make the letter")
    yield "a letter by post, refused"
    page.goto("/demo/office/quarantine")
    yield "the quarantine"
    for path in ("/demo/office/waiting", "/demo/office/waiting?whom=third_party", "/demo/office/reminders"):
        page.goto(path)
        yield f"at the desk: {path}"


def desk_questionnaires(page: Page) -> Stops:
    """Visit the desk's pages of questionnaires and answers."""
    page.goto("/demo/office/questionnaires")
    yield "the questionnaires"
    press(page, "Publish")
    yield "publishing a questionnaire, refused"
    page.goto("/demo/office/questionnaires")
    click_through(page.locator("a[href$='/preview']").first)
    yield "the preview of a questionnaire"
    for name in ("Your will", "Personal details and identity document", "The purchase of your home"):
        page.goto("/demo/office/questionnaires")
        click_through(page.get_by_role("link", name=name).first)
        page.wait_for_url("**/assignments/*")
        yield f"{name} at the desk"
        answers = page.get_by_role("link", name="The answers")
        if answers.count():
            page.goto(f"{page.url}/answers")
            yield f"the answers to {name}"
