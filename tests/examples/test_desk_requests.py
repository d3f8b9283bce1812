"""Requests for documents at the office desk, form by form."""

import io
import json
import re
from datetime import timedelta
from typing import Any

from klantportaal import Language, OfficeActor
from tests.examples.conftest import Demo
from tests.examples.test_desk import done, dossier_path, main_of, page, post
from tests.support.dates import today
from tests.support.demo import ROOT

LISTED = "/office/requests"


def seeded_request(demo: Demo) -> str:
    """Find the path of the request that the demo starts with."""
    return str(re.findall(r'href="(/office/requests/[0-9a-f-]{36})"', page(demo, LISTED))[0])


def form_of(shown: str, action: str, title: str) -> tuple[str, dict[str, str]]:
    """Find the form of an item with its version, by the hidden part of its button or summary."""
    item = next(part for part in shown.split("<article")[1:] if f">{title} <span" in part)
    path = re.findall(rf'action="([^"]*/items/[0-9a-f-]{{36}}/{action})"', item)[0]
    return path, {"version": re.findall(r'name="version" value="(\d+)"', shown)[0]}


def party(demo: Demo, path: str) -> str:
    """Give the id of a client in the form that asks for documents."""
    return str(re.findall(r'value="([0-9a-f-]{36})"', page(demo, path).partition('id="ask-client_id"')[2])[0])


def test_the_seeded_request(demo: Demo) -> None:
    """RQ-1, RQ-3, RM-1: The demo starts with four items in four states, seen by the client. The inbox leads to them."""
    shown = main_of(page(demo, seeded_request(demo)))
    for line in (
        "Property valuation (WOZ) delivered",
        "List of fittings and contents returned",
        "Energy label not applicable",
        "Bank statement open",
    ):
        assert line in shown
    assert "Bladzijde 2, met de handtekeningen, ontbreekt." in shown
    assert re.search(r"At most 2 files\. Due \d+ \w+ \d{4}\.", shown)
    assert "2 to decide on" in main_of(page(demo, "/office/")).partition("Delivered, to decide on")[2]
    assert re.search(r"First seen by the client \d+ \w+ \d{4}", shown)
    assert "for Property valuation (WOZ)" in main_of(page(demo, dossier_path(demo, "2026-0412")))


def test_decide(demo: Demo) -> None:
    """RQ-3: The desk opens a file, accepts, and returns with a reason, for the version that it showed."""
    path = seeded_request(demo)
    shown = page(demo, path)
    accept, version = form_of(shown, "accept", "Property valuation (WOZ)")
    give_back, _version = form_of(shown, "return", "Energy label")
    file = re.findall(r'href="([^"]*/files/[^"]+)">woz-beschikking\.pdf', shown)[0]
    assert demo.client.get(file).data[:5] == b"%PDF-"
    assert post(demo, accept, {"version": "1"}).status_code == 409  # That of a page from before the deliveries.
    accepted = main_of(done(demo, accept, version))
    assert "Property valuation (WOZ) accepted" in accepted
    shown = page(demo, path)
    version = form_of(shown, "return", "Energy label")[1]
    refused = post(demo, give_back, {**version, "reason": " "})
    assert (refused.status_code, "<details open>" in refused.text) == (422, True)
    assert "Reason: This is required." in main_of(refused.text)
    returned = main_of(done(demo, give_back, {**version, "reason": "Ook een monument heeft er een."}))
    assert "Energy label returned" in returned
    assert post(demo, accept, {"version": "een"}).status_code == 400


def test_open_remind_add_and_withdraw(demo: Demo) -> None:
    """RQ-1, RQ-3: The desk marks as opened, reminds once a day, asks for one more, and withdraws with a reason."""
    path = seeded_request(demo)
    opened = page(demo, path)
    assert opened.count("Mark as opened") == 2
    marked = done(demo, form_of(opened, "open", "Energy label")[0])
    assert marked.count(">Mark as opened") == 1
    assert "The reminder arrives" in done(demo, f"{path}/remind")
    again = post(demo, f"{path}/remind")
    assert (again.status_code, "was reminded today already" in again.text) == (422, True)
    item = {"title": "Sleutels", "explanation": "Hoeveel?", "required": "no", "files": "1", "due_on": ""}
    assert "Sleutels open Hoeveel? Optional. One file." in main_of(done(demo, f"{path}/items", item))
    faulty = post(demo, f"{path}/items", {**item, "title": "", "due_on": "2026-01-01"})
    assert (faulty.status_code, 'id="item-due_on-fault"' in faulty.text) == (422, True)
    withdraw, _version = form_of(page(demo, path), "withdraw", "Sleutels")
    assert post(demo, withdraw, {"reason": ""}).status_code == 422
    assert "Sleutels withdrawn" in main_of(done(demo, withdraw, {"reason": "Toch niet."}))
    assert post(demo, f"{path}/withdraw", {"reason": ""}).status_code == 422
    assert "The request was withdrawn." in done(demo, f"{path}/withdraw", {"reason": "De verkoop gaat niet door."})
    assert "Send a reminder" not in page(demo, path)
    assert post(demo, f"{path}/remind").status_code == 422


def test_switch_the_reminders_of_an_item(demo: Demo) -> None:
    """RM-1: The desk switches the reminders of one item that waits off and on again, apart from those of the others."""
    path, title = seeded_request(demo), "Bank statement"
    shown = page(demo, path)
    assert shown.count("/reminders/off") == 3  # Of the request, of this item, and of the one that was returned.
    off, _version = form_of(shown, "reminders/off", title)
    switched = done(demo, off)
    assert (switched.count("/reminders/off"), switched.count("/reminders/on")) == (2, 1)
    on, _version = form_of(page(demo, path), "reminders/on", title)
    assert done(demo, on).count("/reminders/off") == 3
    assert post(demo, f"{path}/items/{path[-36:]}/reminders/off").status_code == 404


def test_ask(demo: Demo) -> None:
    """RQ-1: The desk asks for one document a line. Faults of lines are shown once, and the input is kept."""
    path = dossier_path(demo, "2026-0117")
    due = today() + timedelta(days=7)
    fields = {"client_id": party(demo, path), "subject": "Zorgverklaring", "items": "Verklaring\n\nPaspoort\n"}
    shown = main_of(done(demo, f"{path}/requests", {**fields, "due_on": due.isoformat()}))
    assert f"Zorgverklaring , Willemijn de Groot, due {due:%-d %b %Y} waiting" in shown
    desk = OfficeActor(office_id=demo.portal.offices.only(), handler="A")
    [newest, *_others] = demo.portal.office.requests.list(desk)
    request = demo.portal.office.requests.get(desk, newest.id).request
    assert [(each.title[Language.DUTCH], each.due_on) for each in request.items] == [
        ("Verklaring", due),
        ("Paspoort", due),
    ]
    assert "The client has not seen it yet." in main_of(page(demo, f"{LISTED}/{newest.id}"))
    late = post(demo, f"{path}/requests", {**fields, "due_on": "2026-01-01"})
    assert (late.status_code, late.text.count("This day has passed")) == (422, 2)  # Above, and at the field.
    none = post(demo, f"{path}/requests", {**fields, "items": " ", "due_on": ""})
    assert "Documents: This is required." in main_of(none.text)
    many = post(demo, f"{path}/requests", {**fields, "items": "x\n" * 51, "due_on": ""})
    assert "Documents: At most 50." in main_of(many.text)


def test_ask_item_by_item(demo: Demo) -> None:
    """RQ-1: The desk says of each item all that the portal takes, in both languages. An empty item is left out."""
    path, due = dossier_path(demo, "2026-0117"), (today() + timedelta(days=7)).isoformat()
    typed = {"client_id": party(demo, path), "subject": "Zorg", "items": "Verklaring\nPaspoort", "due_on": due}
    shown = post(demo, f"{path}/requests/items", typed).text
    assert re.findall(r'name="items\[\d\]\.title_nl" type="text" value="([^"]*)"', shown) == ["Verklaring", "Paspoort"]
    assert shown.count(f'value="{due}"') == 2
    fields = {
        "client_id": typed["client_id"],
        "subject_nl": "Zorg",
        "subject_en": "Care",
        "count": "2",
        "items[0].title_nl": " ",
        "items[0].required": "yes",
        "items[0].files": "10",
        "items[0].due_on": "",
        "items[1].title_nl": "Paspoort",
        "items[1].title_en": "Passport",
        "items[1].explanation_nl": "Beide.",
        "items[1].required": "no",
        "items[1].files": "2",
        "items[1].due_on": due,
    }
    ask = f"{path}/requests/item-by-item"
    more = post(demo, ask, {**fields, "more": "1"})
    assert (more.status_code, 'name="count" value="3"' in more.text) == (200, True)
    assert 'value="Passport"' in more.text
    late = post(demo, ask, {**fields, "items[1].due_on": "2026-01-01"})
    assert (late.status_code, "Item 2, Due date: This day has passed" in main_of(late.text)) == (422, True)
    assert 'id="items-items[1].due_on-fault"' in late.text
    blank = dict.fromkeys(("items[1].title_nl", "items[1].title_en", "items[1].explanation_nl"), "")
    assert "Documents: This is required." in main_of(post(demo, ask, {**fields, **blank}).text)
    done(demo, ask, {**fields, "items[1].explanation_en": "Both sides."})
    desk = OfficeActor(office_id=demo.portal.offices.only(), handler="A")
    [newest, *_others] = demo.portal.office.requests.list(desk)
    request = demo.portal.office.requests.get(desk, newest.id).request
    assert request.subject == {Language.DUTCH: "Zorg", Language.ENGLISH: "Care"}
    [item] = request.items
    assert item.title == {Language.DUTCH: "Paspoort", Language.ENGLISH: "Passport"}
    assert item.explanation == {Language.DUTCH: "Beide.", Language.ENGLISH: "Both sides."}
    assert (item.required, item.files, item.due_on and item.due_on.isoformat()) == (False, 2, due)
    for wrong in ({"count": "0"}, {"count": "51"}, {"count": "x"}, {"items[1].files": "x"}, {"items[1].due_on": "x"}):
        assert post(demo, ask, {**fields, **wrong}).status_code == 400
    full = post(demo, f"{path}/requests/items", {**typed, "items": "x\n" * 60}).text
    assert ('name="count" value="50"' in full, "One more item" in full) == (True, False)


def test_templates(demo: Demo) -> None:
    """RQ-1: The desk publishes a template, shows every fault with its path, and asks with it."""
    document: dict[str, Any] = json.loads((ROOT / "examples/requests/verkoop-woning.json").read_bytes())
    document["revision"], document["texts"]["nl"]["title"] = 2, "Alle stukken"

    def sent(content: object) -> dict[str, Any]:
        return {"files": (io.BytesIO(json.dumps(content).encode()), "sjabloon.json")}

    assert "The template was published." in done(demo, LISTED, sent(document))
    [path] = re.findall(r'href="([^"]+\.json)">JSON<[^>]+>: verkoop-woning, revision 2', page(demo, LISTED))
    assert demo.client.get(path).get_json() == document
    refused = post(demo, LISTED, sent({**document, "revision": 3, "colour": "red"}))
    assert (refused.status_code, "$.colour" in refused.text) == (422, True)
    dossier = dossier_path(demo, "2026-0117")
    fields = {"client_id": party(demo, dossier), "template": "verkoop-woning", "subject": "Stukken"}
    assert "Stukken , Willemijn de Groot" in main_of(done(demo, f"{dossier}/requests/from-template", fields))
    long = post(demo, f"{dossier}/requests/from-template", {**fields, "subject": "x" * 200})
    assert (long.status_code, "At most 150 characters." in long.text) == (422, True)
    assert post(demo, f"{dossier}/requests/from-template", {**fields, "template": "x"}).status_code == 404
