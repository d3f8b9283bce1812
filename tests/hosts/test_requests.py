"""Requests for documents on both hosts: delivering item by item, with and without script (RQ-1 to RQ-4)."""

import html
import json
import re
from datetime import timedelta

import attrs
import pytest

from klantportaal.adapters.web.forms import plain
from klantportaal.domain.requests import Delivery, ItemState, NewItem, NewRequest, RequestedItem
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import DeliveryId, RequestId, day
from klantportaal.ports.reading import PAGE
from tests.hosts.browsers import Browser, Reply, Upload, dutch
from tests.hosts.conftest import PDF, World
from tests.hosts.test_messaging import JSON, actor, delivered

SCAN = Upload(name="scan.pdf", content=PDF)
OTHER = Upload(name="achterkant.pdf", content=PDF + b"% achterkant")


@attrs.frozen(kw_only=True)
class Asked:
    """A request of two items, and the browser of its client."""

    browser: Browser
    world: World
    id: RequestId

    @property
    def handler(self) -> OfficeActor:
        """The office."""
        return self.world.scene.office_actor(self.world.office)

    @property
    def path(self) -> str:
        """The path of its page."""
        return f"/verzoeken/{self.id}"

    def item(self, number: int = 0) -> RequestedItem:
        """Give an item as it is now."""
        return self.world.portal.client.requests.get(actor(self.world), self.id).request.items[number]

    def item_path(self, number: int = 0) -> str:
        """Give the path of the form of an item."""
        return f"{self.path}/stukken/{self.item(number).id}"

    def form(self, number: int = 0, **fields: str) -> dict[str, str]:
        """Open the form of an item, and fill it in."""
        found = re.search(r'name="delivery" value="([^"]+)"', self.browser.get(self.item_path(number)).text)
        assert found is not None
        return {"delivery": found[1], "note": "", "reason": "", **fields}

    def deliver(self, *uploads: Upload, number: int = 0, **fields: str) -> Reply:
        """Deliver files for an item, without script."""
        return self.browser.post_files(self.item_path(number), self.form(number, **fields), uploads or [SCAN])


@pytest.fixture
def asked(client: Browser, world: World) -> Asked:
    """What the office asks of the scene's client."""
    today = day(world.scene.clock.now())
    items = [
        NewItem(title="Kopie <paspoort>", explanation="Beide kanten.\nIn kleur.", files=3, due_on=today),
        NewItem(title="Taxatie", due_on=today + timedelta(days=7)),
    ]
    handler = world.scene.office_actor(world.office)
    new = NewRequest(subject="Stukken voor de levering", items=items)
    id = world.portal.office.requests.make(handler, world.dossier.id, world.client.id, new)
    return Asked(browser=client, world=world, id=id)


def test_where_it_stands(asked: Asked) -> None:
    """RQ-1, HO-2, NW-1: it stands on Home, under Acties and in the dossier, with how much is open and by when."""
    home = asked.browser.get("/home").text
    assert "<strong>1</strong>" in home
    assert f'href="/portaal{asked.path}"' in home
    for path in ("/acties", f"/dossiers/{asked.world.dossier.id}"):
        page = asked.browser.get(path).text
        assert f'href="/portaal{asked.path}"' in page
        assert "nog 2 van 2 stukken nodig" in page
        assert dutch("This date has passed") not in page
    asked.world.scene.clock.advance(timedelta(days=2))
    asked.browser.sign_in(asked.world.email)
    assert dutch("This date has passed") in asked.browser.get("/acties").text


def test_it_stays_in_the_dossier(asked: Asked) -> None:
    """RQ-1, RQ-3: a tab of the dossier leads to every request with its state, also when none of its items waits.

    So a client finds the way back to what it declared, and to the reason why the office withdrew.
    """
    tab = f"/dossiers/{asked.world.dossier.id}/aangeleverd"
    waits = asked.browser.get(tab).text
    assert waits.count(f'href="/portaal{asked.path}"') == 1
    assert dutch("Waiting for you") in waits
    for number in (0, 1):
        asked.browser.follow(
            asked.browser.post(asked.item_path(number), asked.form(number, reason="Nee.", action="decline"))
        )
    answered = asked.browser.get(tab).text
    assert f'href="/portaal{asked.path}"' in answered
    assert dutch("Waiting for the office") in answered
    assert dutch("Take back") in asked.browser.get(asked.path).text
    asked.world.portal.office.requests.withdraw(asked.handler, asked.id, "De koop gaat niet door.")
    withdrawn = asked.browser.get(tab).text
    assert f'href="/portaal{asked.path}"' in withdrawn
    assert dutch("No longer needed") in withdrawn
    page = asked.browser.get(asked.path).text
    assert "De koop gaat niet door." in page
    assert dutch("Take back") in page


def test_all_requests_stay_in_the_dossier(asked: Asked) -> None:
    """RQ-1: however many there are, the tab leads to each of them, newest first. Its older pages repeat none."""
    new = NewRequest(subject="Nog iets", items=[NewItem(title="Stuk")])
    calls, of = asked.world.portal.office.requests, asked.world
    ids = [asked.id, *(calls.make(asked.handler, of.dossier.id, of.client.id, new) for _each in range(PAGE))]
    tab = f"/dossiers/{of.dossier.id}/aangeleverd"
    found = re.findall(r'href="/portaal/verzoeken/([0-9a-f-]{36})"', asked.browser.get(tab).text)
    assert found == [str(each) for each in reversed(ids)]
    assert dutch("Requested by the office") not in asked.browser.get(f"{tab}?na=0.{asked.id}").text


def test_the_page(asked: Asked) -> None:
    """RQ-1: the page shows each item with its explanation, its state in words and its date."""
    page = asked.browser.get(asked.path).text
    assert "Kopie &lt;paspoort&gt;" in page
    assert "Beide kanten.\nIn kleur." in page
    assert page.count(dutch("Waiting for you")) == 3  # That of the request, and those of its items.
    assert f'href="/portaal{asked.item_path()}"' in page


TITLES = (dutch("Documents to submit"), dutch("Submitted; waiting for the office"))


def test_what_waits_for_the_office(asked: Asked) -> None:
    """RQ-1, PG-2: a request stands under Acties until it is done; once all is answered, as waiting for the office."""
    page = asked.browser.get("/acties").text
    assert [title in page for title in TITLES] == [True, False]
    for number in (0, 1):
        assert asked.deliver(number=number).status == 303
    page = asked.browser.get("/acties").text
    assert [title in page for title in TITLES] == [False, True]
    assert page.count(f'href="/portaal{asked.path}"') == 1
    assert dutch("Nothing to do") in page
    calls = asked.world.portal.office.requests
    calls.accept_item(asked.handler, asked.id, asked.item(0).id)
    assert dutch("Submitted; waiting for the office") in asked.browser.get("/acties").text
    calls.return_item(asked.handler, asked.id, asked.item(1).id, "Onleesbaar.")
    assert [title in asked.browser.get("/acties").text for title in TITLES] == [True, False]
    assert asked.deliver(number=1).status == 303
    calls.accept_item(asked.handler, asked.id, asked.item(1).id)
    assert asked.path not in asked.browser.get("/acties").text


SECTIONS = ("stukken", "vragenlijsten", "aangeleverd")


def page_by_page(browser: Browser, section: str, link: str) -> list[list[str]]:
    """Follow the links of one list of ``Acties`` to its end, and give the things that each page leads to."""
    pages, path = [], "/acties"
    while True:
        text = browser.get(path).text
        others = [each for each in SECTIONS if each != section and f"/acties?{each}=" in text]
        assert path == "/acties" or (others == [] and 'href="/portaal/acties">' in text)
        pages.append(re.findall(link, text))
        onward = re.search(rf'href="/portaal(/acties\?{section}=[^"]+)"', text)
        if onward is None:
            return pages
        path = html.unescape(onward[1])


def test_acties_has_pages(asked: Asked) -> None:
    """RQ-1, QU-1: Acties shows the most urgent of each list, and leads to the others page by page. None is left out."""
    of, scene = asked.world, asked.world.scene
    today = day(scene.clock.now())
    item = attrs.evolve(of.portal.office.requests.get(asked.handler, asked.id).request.items[0], deliveries=())
    declared = Delivery(
        id=DeliveryId(scene.ids.new()),
        account_id=of.account.id,
        delivered_by="Jan",
        delivered_at=scene.clock.now(),
        note="Nee",
    )
    requests = [str(asked.id)]
    questionnaires: list[str] = []
    answered: list[str] = []
    for number in range(2 * PAGE):
        due_on = today + timedelta(days=100 - number)
        one = scene.request(of.dossier, of.client, items=(attrs.evolve(item, due_on=due_on),))
        done = scene.request(of.dossier, of.client, items=(attrs.evolve(item, deliveries=(declared,)),))
        requests.insert(1, str(one.id))
        answered.append(str(done.id))
        questionnaires.insert(0, str(scene.assignment(of.dossier, of.client, due_on=due_on).id))
    of_request, of_questionnaire = r'href="/portaal/verzoeken/([0-9a-f-]{36})"', r"vragenlijsten/([0-9a-f-]{36})"
    first, *rest = page_by_page(asked.browser, "stukken", of_request)
    assert first == requests[:PAGE] + answered[:PAGE]
    assert rest == [requests[PAGE : 2 * PAGE], requests[2 * PAGE :]]
    assert page_by_page(asked.browser, "vragenlijsten", of_questionnaire) == [
        questionnaires[:PAGE],
        questionnaires[PAGE:],
    ]
    assert page_by_page(asked.browser, "aangeleverd", of_request)[1:] == [answered[PAGE:]]
    beyond = f"/acties?aangeleverd=.{plain.write_key(scene.clock.now() + timedelta(days=1), asked.id)}"
    assert dutch("End of the list") in asked.browser.get(beyond).text
    assert re.findall(of_request, asked.browser.get("/acties?stukken=niets").text) == first
    dossier = asked.browser.get(f"/dossiers/{of.dossier.id}").text
    assert (len(re.findall(of_request, dossier)), len(set(re.findall(of_questionnaire, dossier)))) == (PAGE, PAGE)
    assert dutch("The earliest dates are shown here. There is more that waits for you.") in dossier


def test_what_is_optional(asked: Asked) -> None:
    """RQ-1: an optional item does not wait: without it the request leaves Acties, and it can be delivered after all."""
    optional = NewItem(title="Energielabel", required=False)
    asked.world.portal.office.requests.add_item(asked.handler, asked.id, optional)
    page = asked.browser.get(asked.path).text
    assert [page.count(dutch(each)) for each in ("optional", "Only if you have it", "Waiting for you")] == [1, 1, 3]
    assert "nog 2 van 3 stukken nodig" in asked.browser.get("/acties").text
    for number in (0, 1):
        assert asked.deliver(number=number).status == 303
    assert [title in asked.browser.get("/acties").text for title in TITLES] == [False, True]
    assert dutch("Waiting for the office") in asked.browser.get(asked.path).text
    after_all = asked.browser.follow(asked.deliver(number=2))
    assert "Energielabel" in after_all.text
    assert dutch("Only if you have it") not in after_all.text


def test_delivering(asked: Asked) -> None:
    """RQ-2, RQ-4: files are delivered without script, stand with the request and under its tab, and have a receipt."""
    sent = asked.deliver(SCAN, OTHER, note="Alles <erbij>")
    page = asked.browser.follow(sent).text
    assert dutch("The office has received your files. Your receipt is with them below.") in page
    assert asked.item().state is ItemState.DELIVERED
    for each in ("scan.pdf", "achterkant.pdf", "Alles &lt;erbij&gt;", dutch("Submitted; the office will look at it")):
        assert each in page
    assert "nog 1 van 2 stukken nodig" in asked.browser.get("/acties").text
    assert re.search(r'href="/portaal/dossiers/[^"]+/bekijken', page)  # NW-3: what was delivered can be looked at.
    listed = asked.browser.get(f"/dossiers/{asked.world.dossier.id}/aangeleverd").text
    assert f'href="/portaal{asked.path}#{asked.item().id}"' in listed
    found = re.search(r'href="/portaal(/dossiers/[^"]+/ontvangstbewijzen/[^"]+)"', page)
    assert found is not None
    receipt = asked.browser.get(found[1])
    assert (receipt.status, "achterkant.pdf" in receipt.text) == (200, True)


def test_a_double_click(asked: Asked) -> None:
    """AT-5: the same form sent twice delivers once."""
    form = asked.form()
    for _ in range(2):
        assert asked.browser.post_files(asked.item_path(), form, [SCAN]).status == 303
    assert len(delivered(asked.world)) == len(asked.item().deliveries) == 1


def test_adding_first(asked: Asked) -> None:
    """RQ-2, AT-1: files can be added before delivering, stay over visits, and can be removed."""
    form = asked.form(note="Volgt")
    page = asked.browser.post_files(asked.item_path(), {**form, "action": "attach"}, [SCAN])
    assert page.status == 200
    assert "Volgt" in page.text
    found = re.search(r'formaction="/portaal([^"]+/verwijderen)"', asked.browser.get(asked.item_path()).text)
    assert found is not None
    again = asked.browser.post_files(found[1], form)
    assert (again.status, "scan.pdf" in again.text) == (200, False)
    assert asked.browser.post(found[1], {}, Accept=JSON).status == 204
    assert asked.browser.post_files(asked.item_path(), form).status == 422


def test_with_script(asked: Asked) -> None:
    """AT-1: a script uploads one file, gets its row, and takes it away again."""
    path = f"{asked.item_path()}/bestanden"
    sent = asked.browser.post_files(path, {}, [attrs.evolve(SCAN, field="file")], Accept=JSON)
    assert sent.status == 201
    assert "scan.pdf" in json.loads(sent.body)["row"]
    assert "scan.pdf" in asked.browser.get(asked.item_path()).text
    assert asked.browser.post_files(asked.item_path(), asked.form()).status == 303
    assert [row.name for row in delivered(asked.world)] == ["scan.pdf"]


@pytest.mark.parametrize("number, status", [(30, 422), (200, 413)])
def test_far_too_many_files_for_an_item(asked: Asked, number: int, status: int) -> None:
    """RQ-1, AT-3: those that fit wait; each other one is refused by name, or the form is, if it has too many parts."""
    names = [f"blad-{each}.pdf" for each in range(number)]
    reply = asked.deliver(*(Upload(name=each, content=PDF + each.encode()) for each in names))
    assert (reply.status, asked.item().state, delivered(asked.world)) == (status, ItemState.OPEN, [])
    refused = dutch("What you sent is larger than the portal accepts. Go back and send less at a time.")
    assert [each for each in names if each not in reply.text] == [] or refused in reply.text
    waiting = asked.world.portal.client.requests.staged(actor(asked.world), asked.id, asked.item().id)
    fitting = (
        3 if status == 422 else len(waiting)
    )  # A form with too many parts may be refused before its files are read.
    assert [row.name for row in waiting] == names[:fitting]
    assert asked.browser.follow(asked.deliver(SCAN, number=1)).status == 200


def test_refused_files(asked: Asked) -> None:
    """AT-3, AL-1: a refused file is named with the reason, nothing is delivered, and the others and the note stay."""
    page = asked.deliver(SCAN, Upload(name="virus.exe", content=b"MZ"), note="Dit blijft")
    assert page.status == 422
    assert "virus.exe" in page.text
    assert "Dit blijft" in page.text
    assert "scan.pdf" in page.text
    assert asked.item().state is ItemState.OPEN
    assert asked.browser.post_files(asked.item_path(), {"note": "zonder"}, []).status == 400


def test_not_applicable(asked: Asked) -> None:
    """RQ-2: what does not apply needs a reason."""
    path, form = asked.item_path(1), asked.form(1, action="decline")
    missing = asked.browser.post_files(path, form)
    assert (missing.status, 'href="#reason"' in missing.text) == (422, True)
    for _ in range(2):
        sent = asked.browser.post_files(path, {**form, "reason": "Er is geen taxatie."})
        assert "Er is geen taxatie." in asked.browser.follow(sent).text
    assert asked.item(1).state is ItemState.NOT_APPLICABLE


def test_returned_and_accepted(asked: Asked) -> None:
    """RQ-3: the client reads why an item came back, replaces it, and cannot change what is accepted."""
    office = asked.world.portal.office.requests
    asked.deliver()
    office.return_item(asked.handler, asked.id, asked.item().id, "De achterkant <mist>.")
    for path in (asked.path, asked.item_path()):
        assert "De achterkant &lt;mist&gt;." in asked.browser.get(path).text
    assert dutch("Sent back to you") in asked.browser.get(asked.path).text
    assert asked.deliver(OTHER).status == 303
    form = asked.form()
    office.accept_item(asked.handler, asked.id, asked.item().id)
    assert dutch("Accepted by the office") in asked.browser.get(asked.path).text
    assert asked.browser.follow(asked.browser.get(asked.item_path())).status == 200
    late = asked.browser.post_files(asked.item_path(), form, [SCAN])
    assert late.status == 422
    assert 'class="notice notice-error"' in late.text
    assert len(delivered(asked.world)) == 2


def test_taking_back(asked: Asked) -> None:
    """RQ-3, RQ-4: a delivery is taken back with its receipt, until the office opened it; twice is no error."""
    asked.deliver()
    delivery = asked.item().deliveries[0].id
    page = asked.browser.get(asked.path).text
    receipt = f"/dossiers/{asked.world.dossier.id}/ontvangstbewijzen/{delivery}"
    back = f"{asked.item_path()}/terugnemen/{delivery}"
    assert f'action="/portaal{back}"' in page
    for _ in range(2):
        assert (
            dutch("You took this back. The office does not have it any more.")
            in asked.browser.follow(asked.browser.post(back)).text
        )
    assert delivered(asked.world) == []
    assert asked.browser.get(receipt).status == 404
    asked.deliver()
    asked.world.portal.office.requests.open_item(asked.handler, asked.id, asked.item().id)
    opened = f"{asked.item_path()}/terugnemen/{asked.item().deliveries[0].id}"
    assert f'action="/portaal{opened}"' not in asked.browser.get(asked.path).text
    refused = asked.browser.post(opened)
    assert refused.status == 422
    assert dutch("The office has already opened this, so it can no longer be taken back.") in refused.text


def test_the_same_form_after_taking_back(asked: Asked) -> None:
    """RQ-3, RQ-4, AT-5: a page that the browser kept delivers again after its delivery was taken back."""
    form = asked.form()
    for _ in range(2):
        assert asked.browser.post_files(asked.item_path(), form, [SCAN]).status == 303
        back = f"{asked.item_path()}/terugnemen/{asked.item().deliveries[0].id}"
        assert asked.browser.post(back).status == 303


def test_an_ended_session(asked: Asked) -> None:
    """ST-2: what was sent after the session had ended comes back with its files, to its owner."""
    form = {**asked.form(note="Toelichting bij de pas"), **asked.browser.seal(asked.item_path())}
    asked.world.scene.clock.advance(timedelta(minutes=31))
    page = asked.browser.post_files(asked.item_path(), form, [SCAN])
    assert page.status == 401
    kept = re.search(r'name="kept" value="([^"]+)"', page.text)
    assert kept is not None
    login = {"email": asked.world.email, "password": "Welkom01", "kept": kept[1]}
    again = asked.browser.post("/inloggen", login).text
    assert "Toelichting bij de pas" in again
    assert "scan.pdf" in again


def test_in_english(asked: Asked) -> None:
    """PR-1: the pages have both languages."""
    asked.browser.post("/mijn-gegevens", {"language": "en"})
    asked.browser.post("/uitloggen")
    asked.browser.sign_in(asked.world.email)
    for path in (asked.path, asked.item_path(), "/acties"):
        assert "Kopie" in asked.browser.get(path).text or path == "/acties"
    assert "Waiting for you" in asked.browser.get(asked.path).text
