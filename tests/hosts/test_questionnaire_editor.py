"""The editor of questionnaires, on both hosts: whose it is, what its pages do, and two windows at once."""

import json
import re
import sys
from collections.abc import Callable, Mapping
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

import attrs
import pytest
from fastapi import FastAPI
from flask import Flask

from klantportaal.adapters import fastapi, flask
from klantportaal.adapters.web.api.requests import ApiRequest
from klantportaal.adapters.web.editor.serving import QuestionnaireEditor
from klantportaal.adapters.web.pages.site import Site
from klantportaal.domain.questionnaires import editing
from klantportaal.domain.questionnaires.editing import Place
from klantportaal.domain.sessions import OfficeActor
from klantportaal.questionnaires import library
from tests.conftest import lacking
from tests.hosts.browsers import ORIGIN, FastApiWire, FlaskWire, Reply, Upload, Wire, multipart
from tests.hosts.conftest import World
from tests.support.html import checker

ROOT = "/kantoor/vragenlijsten"
OWN = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"}


def _flask(world: World, handler: Callable[[Any], OfficeActor | None], **more: Any) -> Wire:
    app = Flask("vendor")
    app.register_blueprint(flask.questionnaire_editor(world.portal, handler, **more), url_prefix="/kantoor")
    return FlaskWire.of(app)


def _fastapi(world: World, handler: Callable[[Any], OfficeActor | None], **more: Any) -> Wire:
    app = FastAPI()
    app.include_router(fastapi.questionnaire_editor(world.portal, handler, **more), prefix="/kantoor")
    return FastApiWire.of(app)


@attrs.frozen(kw_only=True)
class Desk:
    """A browser at a vendor's back office."""

    wire: Wire
    world: World
    actor: OfficeActor

    def get(self, path: str, **headers: str) -> Reply:
        """Open a page of the editor."""
        sent = {**OWN, "Accept-Language": "en", **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.wire.send("GET", f"{ROOT}/{path}", headers=sent, body=b"")

    def post(self, path: str, fields: Mapping[str, str], **headers: str) -> Reply:
        """Send a form of the editor."""
        kind, body = multipart(fields, ())
        sent = {**OWN, "Accept-Language": "en", "Content-Type": kind, "Origin": ORIGIN}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.wire.send("POST", f"{ROOT}/{path}", headers=sent, body=body)

    def start(self, document: Any) -> str:
        """Start a draft of a document, and give its id."""
        return str(self.world.portal.office.questionnaires.start_draft(self.actor, json.dumps(document)).id)

    def document(self, draft: str) -> Any:
        """Give the document of a draft."""
        rows = self.world.portal.office.questionnaires.drafts(self.actor)
        [id] = [row.id for row in rows if str(row.id) == draft]
        return json.loads(self.world.portal.office.questionnaires.draft(self.actor, id).document)

    def version(self, draft: str) -> str:
        """Give the version of a draft."""
        rows = self.world.portal.office.questionnaires.drafts(self.actor)
        return next(str(row.version) for row in rows if str(row.id) == draft)


@pytest.fixture(params=[_flask, _fastapi], ids=["flask", "fastapi"])
def desk(request: pytest.FixtureRequest, world: World) -> Desk:
    """The editor on each host. The header ``X-Who`` says who is at the desk; the vendor decides what that means."""
    actor = world.scene.office_actor(world.office)
    other = world.scene.office_actor(world.scene.office(base_url="https://ander.example.nl"))
    people = {"other": other, "nobody": None}

    def handler(asked: Any) -> OfficeActor | None:
        return people.get(asked.headers.get("X-Who", ""), actor)

    return Desk(wire=request.param(world, handler), world=world, actor=actor)


WILL = json.loads(library()["intake-testament"])
SMALL: Any = {
    "id": "klein",
    "revision": 1,
    "texts": {"nl": {"title": "Klein"}, "en": {"title": "Small"}},
    "pages": [
        {
            "id": "een",
            "texts": {"nl": {"title": "Eén"}, "en": {"title": "One"}},
            "questions": [
                {"id": id, "type": "text", "texts": {"nl": {"label": id}, "en": {"label": f"{id} (en)"}}}
                for id in ("naam", "plaats")
            ],
        }
    ],
}


def fields_of(page: Reply) -> dict[str, str]:
    """Read the form of a page as a browser does: its last form that is sent to the page itself."""
    form = re.findall(r'<form method="post" action="[^"]*" class="form".*?</form>', page.text, re.DOTALL)[0]
    fields = {}
    for tag in re.findall(r"<input[^>]*>", form):
        given = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        if given.get("type") != "checkbox" or re.search(r"\schecked\b", tag):
            fields[unescape(given["name"])] = unescape(given.get("value", ""))
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL):
        fields[unescape(name)] = unescape(text)
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        values = re.findall(r'<option value="([^"]*)"( selected)?', options)
        fields[unescape(name)] = unescape(next((value for value, chosen in values if chosen), values[0][0]))
    return fields


def with_fragment(label: str) -> Any:
    """Make a document of which a question comes from a fragment."""
    texts = {"nl": {"label": label}, "en": {"label": label}}
    return {
        **SMALL,
        "fragments": {"wie": {"questions": [{"id": "naam", "type": "text", "texts": texts}]}},
        "pages": [{**SMALL["pages"][0], "questions": [{"use": "wie", "as": "koper"}]}],
    }


def test_fragments(desk: Desk) -> None:
    """QU-3: a draft with fragments has a preview, is published, and is compared with what was published before."""
    draft = desk.start(with_fragment("Uw naam"))
    assert "Uw naam" in desk.get(f"{draft}/voorbeeld").text
    assert desk.post(f"{draft}/publiceren", {"version": "1"}).status == 303
    again = desk.start(with_fragment("Uw hele naam"))
    told = desk.get(f"{again}/publiceren")
    assert (told.status, "“Uw hele naam”" in unescape(told.text)) == (200, True)


# ------------------------------------------------------------------ whose it is
def test_nobody_is_refused(desk: Desk) -> None:
    """OF-2: if the vendor says that nobody of an office asks, nothing is shown or done."""
    draft = desk.start(SMALL)
    for told in (
        desk.get("", X_Who="nobody"),
        desk.get(draft, X_Who="nobody"),
        desk.post("", {"source": "empty"}, X_Who="nobody"),
        desk.post(f"{draft}/weggooien", {"version": "1"}, X_Who="nobody"),
    ):
        assert told.status == 403
        assert "These pages are for the office" in told.text
        assert world_name(desk) not in told.text
    assert desk.document(draft) == SMALL


def world_name(desk: Desk) -> str:
    """Give the name of the office."""
    return desk.world.office.profile.name.partition(" ")[0]


def test_another_office(desk: Desk) -> None:
    """OF-2: the drafts of another office are absent, and the address cannot choose an office."""
    draft = desk.start(SMALL)
    paths = ("", "/json", "/document", "/pages.0", "/publiceren", "/weggooien", "/voorbeeld", "/pages.0/weghalen")
    assert {desk.get(f"{draft}{path}", X_Who="other").status for path in paths} == {404}
    assert desk.post(f"{draft}/publiceren", {"version": "1"}, X_Who="other").status == 404
    assert desk.document(draft) == SMALL
    assert draft not in desk.get("", X_Who="other").text


@pytest.mark.parametrize("headers", [{"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"}])
def test_another_site(desk: Desk, headers: Mapping[str, str]) -> None:
    """SI-5: a form that another site sends does nothing."""
    draft = desk.start(SMALL)
    told = desk.post(f"{draft}/weggooien", {"version": "1"}, **headers)
    assert told.status == 403
    assert desk.document(draft) == SMALL


def test_headers(desk: Desk) -> None:
    """Pages of the editor have the headers of the portal's pages, errors included; files are kept for long."""
    for path in ("", "nergens"):
        told = desk.get(path).headers
        assert told["content-security-policy"].startswith("default-src 'self'")
        assert (told["cache-control"], told["x-frame-options"]) == ("no-store", "DENY")
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]*)"', desk.get("").text)
    for sheet in sheets:
        sent = desk.wire.send("GET", sheet, headers=OWN, body=b"")
        assert (sent.status, sent.headers["content-type"]) == (200, "text/css; charset=utf-8")
        assert "immutable" in sent.headers["cache-control"]


def test_unknown_addresses(desk: Desk) -> None:
    """What is no page is absent; a page has the methods that it has."""
    draft = desk.start(SMALL)
    for path in ("nergens", f"{draft}/pages.7", f"{draft}/pages.0.questions", f"{draft}/pages.0.texts", "x" * 36):
        assert desk.get(path).status == 404
    assert desk.get(f"{draft}/pages/toevoegen").status == 405
    assert desk.post(f"{draft}/pages.0.texts/toevoegen", {"version": "1"}).status == 404
    assert desk.post(f"{draft}/document", {"version": "x"}).status == 400


def test_languages(desk: Desk) -> None:
    """The language is the browser's, unless another was chosen by a link; that is remembered."""
    assert '<html lang="en">' in desk.get("").text
    assert '<html lang="nl">' in desk.get("", Accept_Language="nl").text
    chosen = desk.get("?taal=nl")
    assert '<html lang="nl">' in chosen.text
    [cookie] = chosen.cookies
    assert '<html lang="nl">' in desk.get("hulp", Cookie=cookie.partition(";")[0]).text


@pytest.mark.parametrize("mount", [_flask, _fastapi], ids=["flask", "fastapi"])
def test_back_to_the_back_office(desk: Desk, mount: Callable[..., Wire]) -> None:
    """The vendor says where its back office is; each page then has a link to it."""
    told = mount(desk.world, lambda _asked: desk.actor, back="/kantoor/start").send(
        "GET", f"{ROOT}/hulp", headers={**OWN, "Accept-Language": "en"}, body=b""
    )
    assert '<a href="/kantoor/start">' in told.text
    assert "<span>Back office</span>" not in desk.get("hulp").text
    with pytest.raises(ValueError, match="back is a path"):
        mount(desk.world, lambda _asked: desk.actor, back="javascript:alert(1)")


# ------------------------------------------------------------------ making a questionnaire
def test_from_nothing_to_published(desk: Desk) -> None:
    """OF-1: a questionnaire is made with forms alone, and published."""
    draft = desk.post("", {"source": "empty"}).location.split("/")[-2]
    typed = {"texts.nl.title": "Mijn lijst", "texts.en.title": "My list"}
    desk.post(f"{draft}/document", {**fields_of(desk.get(f"{draft}/document")), **typed, "action": "save"})
    assert desk.document(draft)["id"] == "mijn-lijst"
    page = place_of(desk.post(f"{draft}/pages/toevoegen", {"version": desk.version(draft)}))
    typed = {"texts.nl.title": "Over u", "texts.en.title": "About you"}
    desk.post(page, {**fields_of(desk.get(page)), **typed, "action": "save"})
    add = f"{draft}/pages.0.questions/toevoegen"
    question = place_of(desk.post(add, {"version": desk.version(draft)}))
    typed = {"texts.nl.label": "Getrouwd?", "texts.en.label": "Married?", "type": "boolean", "required": "on"}
    stayed = desk.post(question, {**fields_of(desk.get(question)), **typed, "action": "save"})
    assert stayed.location.startswith(f"{ROOT}/{question}")
    second = place_of(desk.post(add, {"version": desk.version(draft)}))
    typed = {"texts.nl.label": "Met wie?", "texts.en.label": "To whom?"}
    sent = desk.post(second, {**fields_of(desk.get(second)), **typed, "action": "condition"})
    condition = place_of(sent)
    added = desk.post(condition, {**fields_of(desk.get(condition)), "new": "vraag-1", "action": "add"})
    typed = {"row.0.how": "is", "row.0.value": "true", "action": "save"}
    desk.post(condition, {**fields_of(added), **typed})
    assert desk.document(draft)["pages"][0]["questions"][1]["visible_when"] == {
        "question": "vraag-1",
        "is": {"const": True},
    }
    assert "Shown if “Married?” is Yes" in desk.get(draft).text
    assert "It becomes revision 1" in desk.get(f"{draft}/publiceren").text
    assert "Married?" in desk.get(f"{draft}/voorbeeld").text
    desk.post(f"{draft}/publiceren", {"version": desk.version(draft)})
    [row] = desk.world.portal.office.questionnaires.revisions(desk.actor)
    assert (row.questionnaire, row.revision, row.published_by) == ("mijn-lijst", 1, desk.actor.handler)
    assert desk.get(draft).status == 404


def test_a_question_added_to_a_row(desk: Desk) -> None:
    """The button that adds a question to a row keeps what was typed. With another kind of answer there is no row."""
    rows = editing.put(SMALL, ("pages", 0, "questions", 1, "type"), "rows")
    draft = desk.start(rows)
    place = f"{draft}/pages.0.questions.1"
    typed = {"texts.en.label": "Your owners", "action": "column"}
    added = desk.post(place, {**fields_of(desk.get(place)), **typed})
    assert added.location == f"{ROOT}/{place}.columns.0?nieuw=ja"
    question = desk.document(draft)["pages"][0]["questions"][1]
    assert (question["texts"]["en"]["label"], len(question["columns"])) == ("Your owners", 1)
    assert "Question without a name" in desk.get(f"{place}.columns.0").text
    desk.post(place, {**fields_of(desk.get(place)), "type": "text", "action": "column"})
    assert "columns" not in desk.document(draft)["pages"][0]["questions"][1]


def place_of(reply: Reply) -> str:
    """Give where a redirect leads to within the editor, without its query."""
    return reply.location.removeprefix(f"{ROOT}/").partition("?")[0]


def test_new_things(desk: Desk) -> None:
    """AL-1: what was just added lacks everything yet, and its form says so only once it was saved."""
    empty = desk.post("", {"source": "empty"}).location.removeprefix(f"{ROOT}/")
    draft, version = empty.partition("/")[0], {"version": "1"}
    assert "Leave it empty, and it is made of the title." in desk.get(empty).text
    assert "Enter an id" not in desk.get(draft).text
    rows = desk.start(editing.put(SMALL, ("pages", 0, "questions", 1, "type"), "rows"))
    page, question = f"{draft}/pages", f"{rows}/pages.0.questions"
    new = [
        empty,
        desk.post(f"{page}/toevoegen", version).location,
        desk.post(f"{question}/toevoegen", version).location,
    ]
    form = {**fields_of(desk.get(f"{question}.1")), "action": "column"}
    new.append(desk.post(f"{question}.1", form).location)
    for path in [each.removeprefix(f"{ROOT}/") for each in new]:
        shown = desk.get(path)
        assert (shown.status, "Before it can be published" in shown.text, "field-faulty" in shown.text) == (
            200,
            False,
            False,
        )
        again = desk.get(path.partition("?")[0])
        assert ("Before it can be published" in again.text, "field-faulty" in again.text) == (True, True)


def test_a_column_belongs_to_its_rows(desk: Desk) -> None:
    """OF-1: saving a column, or its condition, leads back to the form of its rows, and so do its links."""
    columns = [{"id": id, "type": "text", "texts": {"nl": {"label": id}, "en": {"label": id}}} for id in ("a", "b")]
    rows = {
        "id": "plaats",
        "type": "rows",
        "columns": columns,
        "texts": {"nl": {"label": "Rij"}, "en": {"label": "Row"}},
    }
    draft = desk.start(editing.put(SMALL, ("pages", 0, "questions", 1), rows))
    place, column = f"{draft}/pages.0.questions.1", f"{draft}/pages.0.questions.1.columns.1"
    form = desk.get(column)
    assert f'<a href="{ROOT}/{place}">Row</a>' in form.text
    where = f"{ROOT}/{place}?melding=opgeslagen#pages.0.questions.1.columns.1"
    assert desk.post(column, {**fields_of(form), "texts.en.label": "B", "action": "save"}).location == where
    condition = fields_of(desk.get(f"{column}.visible_when"))
    assert desk.post(f"{column}.visible_when", {**condition, "action": "save"}).location == where
    assert 'id="pages.0.questions.1.columns.1"' in desk.get(place).text


def test_asked_beside_an_option(desk: Desk) -> None:
    """QU-3: the overview says beside which option a question is asked."""
    options = {"label": "Bron", "options": {"loon": "Loon", "anders": "Anders, namelijk"}}
    choice = {"id": "naam", "type": "choice", "texts": {"nl": options, "en": options}}
    asks = editing.put(SMALL, ("pages", 0, "questions", 0), choice)
    beside = {"question": "naam", "option": "anders"}
    draft = desk.start(editing.put(asks, ("pages", 0, "questions", 1, "beside"), beside))
    assert "Asked beside the option “Anders, namelijk” of “Bron”" in desk.get(draft).text
    broken = desk.start(editing.put(asks, ("pages", 0, "questions", 1, "beside"), {"question": "weg", "option": 1}))
    assert "Asked beside the option" not in desk.get(broken).text


def test_every_form_keeps_what_it_was(desk: Desk) -> None:
    """Each form of a real questionnaire, sent as a browser sends it, changes nothing."""
    draft = desk.start(WILL)
    overview = desk.get(draft).text
    places = sorted(set(re.findall(rf"{ROOT}/{draft}/(pages[.0-9a-z_]*)\"", overview)))
    assert len(places) > 80
    for place in ["document", *places[::4]]:
        page = desk.get(f"{draft}/{place}")
        assert page.status == 200
        sent = desk.post(f"{draft}/{place}", {**fields_of(page), "action": "save"})
        assert (sent.status, desk.version(draft)) == (303, "1"), place
    assert desk.document(draft) == WILL


def test_faults_at_their_places(desk: Desk) -> None:
    """AL-1: each fault is named at its place, with a link to where it is put right; nothing is published."""
    faulty = editing.put(SMALL, ("pages", 0, "questions", 1, "texts", "en", "label"), "")
    draft = desk.start(faulty)
    for path in ("", "/publiceren", "/voorbeeld"):
        told = desk.get(f"{draft}{path}").text
        assert f'href="{ROOT}/{draft}/pages.0.questions.1"' in told
        assert "Fill this in." in told
    form = unescape(desk.get(f"{draft}/pages.0.questions.1").text)
    assert '<a href="#texts.en.label">Question (English)</a>: Fill this in.' in form
    empty = desk.post("", {"source": "empty"}).location.split("/")[-2]
    whole = unescape(desk.get(f"{empty}/document").text)
    assert '<a href="#texts.nl.title">Title (Nederlands)</a>: Fill this in.' in whole
    link = f'<a class="link-alone" href="{ROOT}/{empty}#add-pages">Add at least one page.</a>'
    assert f"<span>{link}</span>" in whole
    assert f"<li>{link}</li>" in desk.get(empty).text
    assert 'id="add-pages"' in desk.get(empty).text
    refused = desk.post(f"{draft}/publiceren", {"version": "1"})
    assert (refused.status, "Fill this in." in refused.text) == (422, True)
    assert list(desk.world.portal.office.questionnaires.revisions(desk.actor)) == []


def test_moving_and_taking_out(desk: Desk) -> None:
    """Buttons move a question; before it is taken out, the page tells what refers to it."""
    where = ("pages", 0, "questions", 1, "visible_when")
    draft = desk.start(editing.put(SMALL, where, {"question": "naam", "is": {}}))
    moved = desk.post(f"{draft}/pages.0.questions.0/verplaatsen", {"version": "1", "to": "down"})
    assert moved.location.endswith("#pages.0.questions.1")
    assert [each["id"] for each in desk.document(draft)["pages"][0]["questions"]] == ["plaats", "naam"]
    desk.post(f"{draft}/pages.0.questions.1/verplaatsen", {"version": "2", "to": "up"})
    asked = desk.get(f"{draft}/pages.0.questions.0/weghalen").text
    assert "There is no question “naam” to refer to here." in unescape(asked)
    desk.post(f"{draft}/pages.0.questions.0/weghalen", {"version": "3"})
    assert [each["id"] for each in desk.document(draft)["pages"][0]["questions"]] == ["plaats"]


# ------------------------------------------------------------------ two windows
def test_typed_beside_saved(desk: Desk) -> None:
    """Property 8: a form of an older version saves nothing, and shows what was typed beside what was saved."""
    draft, place = desk.start(SMALL), "pages.0.questions.0"
    shown = fields_of(desk.get(f"{draft}/{place}"))
    desk.post(f"{draft}/{place}", {**shown, "texts.nl.label": "Uw naam", "action": "save"})
    mine = {**shown, "texts.nl.label": "Hoe heet u?", "texts.nl.help": "Voluit", "action": "save"}
    told = desk.post(f"{draft}/{place}", mine)
    assert (told.status, desk.version(draft)) == (409, "2")
    assert "Uw naam" in told.text
    again = fields_of(told)
    assert (again["texts.nl.label"], again["texts.nl.help"], again["version"]) == ("Hoe heet u?", "Voluit", "2")
    assert desk.post(f"{draft}/{place}", {**again, "action": "save"}).status == 303
    texts = desk.document(draft)["pages"][0]["questions"][0]["texts"]["nl"]
    assert texts == {"label": "Hoe heet u?", "help": "Voluit"}


def test_what_moved_meanwhile(desk: Desk) -> None:
    """Property 8: a question that moved in another window is still the one that is shown; one that went is told of."""
    draft, place = desk.start(SMALL), "pages.0.questions.0"
    mine = {**fields_of(desk.get(f"{draft}/{place}")), "texts.nl.label": "Mijn tekst", "action": "save"}
    desk.post(f"{draft}/{place}/verplaatsen", {"version": "1", "to": "down"})
    told = desk.post(f"{draft}/{place}", mine)
    assert (told.status, f'action="{ROOT}/{draft}/pages.0.questions.1"' in told.text) == (409, True)
    desk.post(f"{draft}/pages.0.questions.1/weghalen", {"version": "2"})
    gone = desk.post(f"{draft}/{place}", mine)
    assert (gone.status, "Mijn tekst" in gone.text) == (409, True)
    assert [each["id"] for each in desk.document(draft)["pages"][0]["questions"]] == ["plaats"]


@pytest.mark.parametrize("path", ["pages.0/verplaatsen", "pages.0/weghalen", "pages/toevoegen", "publiceren"])
def test_buttons_of_an_older_version(desk: Desk, path: str) -> None:
    """Property 8: a button of an older version does nothing."""
    draft = desk.start(SMALL)
    desk.post(f"{draft}/pages/toevoegen", {"version": "1"})
    before = desk.document(draft)
    assert desk.post(f"{draft}/{path}", {"version": "1"}).status == 409
    assert desk.document(draft) == before


def test_the_same_form_twice(desk: Desk) -> None:
    """Property 8: the last save again changes nothing, and is no conflict."""
    draft = desk.start(SMALL)
    sent = {**fields_of(desk.get(f"{draft}/document")), "texts.nl.intro": "Dag", "action": "save"}
    assert [desk.post(f"{draft}/document", sent).status for _each in range(2)] == [303, 303]
    assert desk.version(draft) == "2"


def test_raw_json(desk: Desk) -> None:
    """QU-3: the whole document can be changed as JSON; what is none is refused, and what was typed stays."""
    draft = desk.start(SMALL)
    page = fields_of(desk.get(f"{draft}/json"))
    assert json.loads(page["document"]) == SMALL
    refused = desk.post(f"{draft}/json", {**page, "document": "{nee"})
    assert (refused.status, fields_of(refused)["document"]) == (422, "{nee")
    assert desk.post(f"{draft}/json", {**page, "document": '{"id": "x"}'}).status == 303
    assert desk.document(draft) == {"id": "x"}
    stale = desk.post(f"{draft}/json", {**page, "document": '{"id": "y"}'})
    assert (stale.status, fields_of(stale)["document"], desk.document(draft)) == (409, '{"id": "y"}', {"id": "x"})


def test_starting_and_discarding(desk: Desk) -> None:
    """OF-1: a draft starts from the library, from what was published, or from a file; it is discarded when asked."""
    row = desk.world.portal.office.questionnaires.publish(desk.actor, json.dumps(SMALL))
    desk.world.portal.office.questionnaires.publish(desk.actor, library()["intake-testament"])
    listed = desk.get("").text
    [start] = re.findall('<select class="input" id="source".*?</select>', listed, re.DOTALL)
    assert "Small (revision 1)" in start
    assert start.count(WILL["texts"]["en"]["title"]) == 1
    assert "library:intake-testament" not in start
    assert re.search('<option value="library:intake-erfenis">[^<]* \\(example\\)</option>', start)
    for source in ({"source": "library:intake-erfenis"}, {"source": f"revision:{row.digest}"}):
        assert desk.post("", source).status == 303
    refused = desk.post("", {"source": "file", "file": "[]"})
    assert (refused.status, "There is a problem" in refused.text) == (422, True)
    assert desk.post("", {"source": "file", "file": json.dumps(SMALL)}).status == 303
    assert desk.post("", {"source": "elders"}).status == 400
    drafts = desk.world.portal.office.questionnaires.drafts(desk.actor)
    assert sorted(draft.questionnaire for draft in drafts) == ["intake-erfenis", "klein", "klein"]
    told = desk.get(f"{drafts[0].id}/publiceren").text
    assert "Nothing changed since the last revision" in told
    for draft in drafts:
        assert desk.get(f"{draft.id}/weggooien").status == 200
        assert desk.post(f"{draft.id}/weggooien", {"version": "1"}).status == 303
    assert list(desk.world.portal.office.questionnaires.drafts(desk.actor)) == []


def test_importing(desk: Desk) -> None:
    """OF-1: a questionnaire of another program becomes a draft; what was not taken over is told."""
    survey = {
        "title": "Klanten",
        "pages": [
            {"elements": [{"type": "text", "name": "naam"}, {"type": "matrixdynamic", "name": "x"}, {"type": "?"}]}
        ],
    }
    told = desk.post("", {"source": "import", "file": json.dumps(survey)})
    assert told.status == 200
    [draft] = desk.world.portal.office.questionnaires.drafts(desk.actor)
    assert f'href="{ROOT}/{draft.id}"' in told.text
    assert "$.pages[0].elements[2]" in told.text
    refused = desk.post("", {"source": "import", "file": "{}"})
    assert (refused.status, "There is a problem" in refused.text) == (422, True)
    assert len(desk.world.portal.office.questionnaires.drafts(desk.actor)) == 1


def test_what_changed(desk: Desk) -> None:
    """OF-1: before publishing, the page says what changed since the last revision."""
    desk.world.portal.office.questionnaires.publish(desk.actor, json.dumps(SMALL))
    draft = desk.start(editing.put(SMALL, ("texts", "en", "title"), "Tiny"))
    told = desk.get(f"{draft}/publiceren").text
    assert "It becomes revision 2" in told
    assert "Tiny" in told


@pytest.mark.parametrize("language", ["nl", "en"])
def test_help(desk: Desk, language: str) -> None:
    """The editor explains itself in both languages."""
    told = desk.get("hulp", Accept_Language=language)
    assert (told.status, f'<html lang="{language}">' in told.text) == (200, True)


# ------------------------------------------------------------------ conditions and options
CONDITION = "pages.0.questions.1.visible_when"
"""The condition of the second question."""


def condition_of(desk: Desk, draft: str) -> Any:
    """Give that condition in a draft."""
    return editing.at(desk.document(draft), ("pages", 0, "questions", 1, "visible_when"))


def test_a_condition_in_two_windows(desk: Desk) -> None:
    """Property 8: a condition of an older version saves nothing, and shows what was chosen beside what was saved."""
    draft = desk.start(editing.put(SMALL, ("pages", 0, "questions", 1, "visible_when"), {"question": "naam", "is": {}}))
    shown = fields_of(desk.get(f"{draft}/{CONDITION}"))
    theirs = {**shown, "row.0.how": "is", "row.0.value": "Eva", "action": "save"}
    assert desk.post(f"{draft}/{CONDITION}", theirs).status == 303
    told = desk.post(f"{draft}/{CONDITION}", {**shown, "row.0.how": "is", "row.0.value": "Bo", "action": "save"})
    assert (told.status, "“naam (en)” is Eva" in told.text) == (409, True)
    assert fields_of(told)["row.0.value"] == "Bo"
    assert condition_of(desk, draft) == {"question": "naam", "is": {"const": "Eva"}}
    added = desk.post(f"{draft}/{CONDITION}", {**shown, "new": "naam", "action": "add"})
    assert (added.status, "“naam (en)” is Eva" in added.text) == (409, True)
    out = desk.post(f"{draft}/{CONDITION}", {**fields_of(told), "action": "out-0"})
    assert condition_of(desk, draft) == {"question": "naam", "is": {"const": "Eva"}}
    assert desk.post(f"{draft}/{CONDITION}", {**fields_of(out), "action": "save"}).status == 303
    assert condition_of(desk, draft) is None


def test_a_comparison_that_is_not_chosen(desk: Desk) -> None:
    """QU-3: a question that is added to a condition is compared with nothing yet, and nothing is saved until it is."""
    draft = desk.start(SMALL)
    added = desk.post(
        f"{draft}/{CONDITION}", {**fields_of(desk.get(f"{draft}/{CONDITION}")), "new": "naam", "action": "add"}
    )
    assert (added.status, fields_of(added)["row.0.how"], desk.version(draft)) == (200, "", "1")
    assert "This is not saved yet" in added.text
    told = desk.post(f"{draft}/{CONDITION}", {**fields_of(added), "action": "save"})
    assert (told.status, "Choose how each question is compared." in told.text, desk.version(draft)) == (422, True, "1")
    assert desk.post(f"{draft}/{CONDITION}", {**fields_of(told), "row.0.how": "open", "action": "save"}).status == 303
    assert condition_of(desk, draft) == {"not": {"question": "naam", "is": {}}}


def test_a_condition_that_cannot_be_read(desk: Desk) -> None:
    """AL-1: what is no number is told, and what was chosen stays."""
    number = editing.put(SMALL, ("pages", 0, "questions", 0, "type"), "integer")
    draft = desk.start(
        editing.put(number, ("pages", 0, "questions", 1, "visible_when"), {"question": "naam", "is": {}})
    )
    page = fields_of(desk.get(f"{draft}/{CONDITION}"))
    told = desk.post(f"{draft}/{CONDITION}", {**page, "row.0.how": "at_least", "row.0.value": "veel", "action": "save"})
    assert (told.status, "Enter a number." in told.text, fields_of(told)["row.0.value"]) == (422, True, "veel")
    assert desk.post(f"{draft}/{CONDITION}", {**page, "row.0.how": "nooit"}).status == 400
    assert desk.version(draft) == "1"


def test_a_condition_on_another_answer(desk: Desk) -> None:
    """QU-3: one answer is compared with another by two selects; if the question is not chosen, the page says so."""
    document = SMALL
    for number in (0, 1):
        document = editing.put(document, ("pages", 0, "questions", number, "type"), "date")
    rule: Place = ("pages", 0, "must_hold", 0, "when")
    empty = {"when": {"question": "plaats", "is": {}}, "texts": {"nl": "Nee", "en": "No"}}
    draft, where = desk.start(editing.put(document, rule[:3], [empty])), "pages.0.must_hold.0.when"
    page = fields_of(desk.get(f"{draft}/{where}"))
    told = desk.post(f"{draft}/{where}", {**page, "row.0.how": "not_before_answer", "action": "save"})
    assert (told.status, "Choose the question to compare with." in told.text) == (422, True)
    chosen = {**fields_of(told), "row.0.other": "naam", "action": "save"}
    assert desk.post(f"{draft}/{where}", chosen).status == 303
    assert editing.at(desk.document(draft), rule) == {"question": "plaats", "at_least": {"question": "naam"}}
    assert "“plaats (en)” is no earlier than the answer to “naam (en)”" in desk.get(draft).text
    shown = fields_of(desk.get(f"{draft}/{where}"))
    assert (shown["row.0.how"], shown["row.0.other"]) == ("not_before_answer", "naam")
    assert "It becomes revision 1" in desk.get(f"{draft}/publiceren").text


def pressed(desk: Desk, where: str, action: str, **typed: str) -> Reply:
    """Fill in some fields of a form, press one of its buttons, and save what it shows, as answered where it is open.

    Points stand in names as underscores.
    """
    fields = {name.replace("_", "."): text for name, text in typed.items()}
    told = desk.post(where, {**fields_of(desk.get(where)), **fields, "action": action})
    if told.status != 200:
        return told
    chosen = {name: text or ("answered" if name.endswith(".how") else "") for name, text in fields_of(told).items()}
    return desk.post(where, {**chosen, "action": "stay"})


def test_a_condition_beyond_the_form(desk: Desk) -> None:
    """What the form has no fields for is said in words and kept beside what is changed, until it is taken out."""
    deep: Any = {"question": "naam", "is": {"pattern": "^<b>"}}
    for joiner in ("all", "any", "all"):
        deep = {joiner: [deep, {"question": "naam", "is": {"const": "Eva"}}]}
    draft = desk.start(editing.put(SMALL, ("pages", 0, "questions", 1, "visible_when"), {"any": [deep]}))
    told = unescape(desk.get(f"{draft}/{CONDITION}").text)
    assert "This has more than this form can show" in told
    assert '{"question": "naam", "is": {"pattern": "^<b>"}} and “naam (en)” is Eva' in told
    pressed(desk, f"{draft}/{CONDITION}", "save")
    assert desk.version(draft) == "1"
    pressed(desk, f"{draft}/{CONDITION}", "add", new="naam")
    assert condition_of(desk, draft) == {"any": [deep, {"question": "naam", "is": {}}]}
    assert pressed(desk, f"{draft}/{CONDITION}", "out-0").status == 303
    assert condition_of(desk, draft) == {"question": "naam", "is": {}}
    draft = desk.start(editing.put(SMALL, ("pages", 0, "questions", 1, "visible_when"), 5))
    assert pressed(desk, f"{draft}/{CONDITION}", "out-0").status == 303
    assert condition_of(desk, draft) is None


def test_a_group_in_a_condition(desk: Desk) -> None:
    """QU-3: a group within a condition is made, changed and taken out by forms alone."""
    draft = desk.start(SMALL)
    where = f"{draft}/{CONDITION}"
    pressed(desk, where, "add", new="naam")
    pressed(desk, where, "group", new="naam")
    eva, bo = ({"question": "naam", "is": {"const": name}} for name in ("Eva", "Bo"))
    pressed(desk, where, "add-1", row_1_new="naam", row_1_row_0_how="is", row_1_row_0_value="Eva")
    pressed(desk, where, "save", row_1_row_1_how="is", row_1_row_1_value="Bo")
    assert condition_of(desk, draft) == {"all": [{"question": "naam", "is": {}}, {"any": [eva, bo]}]}
    told = "Shown if “naam (en)” is answered and (“naam (en)” is Eva or “naam (en)” is Bo)"
    assert told in unescape(desk.get(draft).text)
    assert "It becomes revision 1" in desk.get(f"{draft}/publiceren").text
    pressed(desk, where, "save", row_1_joiner="none", joiner="any")
    assert condition_of(desk, draft) == {"any": [{"question": "naam", "is": {}}, {"not": {"any": [eva, bo]}}]}
    pressed(desk, where, "out-1.0")
    assert condition_of(desk, draft) == {"any": [{"question": "naam", "is": {}}, {"not": {"any": [bo]}}]}
    pressed(desk, where, "out-1.0")
    assert "compare at least one question" in desk.get(f"{draft}/publiceren").text
    pressed(desk, where, "out-1")
    assert condition_of(desk, draft) == {"question": "naam", "is": {}}


def test_one_of_several_options(desk: Desk) -> None:
    """QU-3: an answer is compared with several options by boxes, which come once the way is chosen."""
    options = {code: code.upper() for code in ("a", "b", "c")}
    texts = {language: {"label": "Kies", "options": options} for language in ("nl", "en")}
    draft = desk.start(
        editing.put(SMALL, ("pages", 0, "questions", 0), {"id": "naam", "type": "choice", "texts": texts})
    )
    where = f"{draft}/{CONDITION}"
    pressed(desk, where, "add", new="naam")
    told = pressed(desk, where, "save", row_0_how="one_of")
    assert (told.status, "Tick at least one option." in told.text) == (422, True)
    desk.post(where, {**fields_of(told), "row.0.of.a": "on", "row.0.of.c": "on", "action": "save"})
    assert condition_of(desk, draft) == {"question": "naam", "is": {"enum": ["a", "c"]}}
    assert "Shown if “Kies” is one of A, C" in desk.get(draft).text
    shown = fields_of(desk.get(where))
    assert [name for name in shown if ".of." in name] == ["row.0.of.a", "row.0.of.c"]
    del shown["row.0.of.a"]
    desk.post(where, {**shown, "action": "save"})
    assert condition_of(desk, draft) == {"question": "naam", "is": {"enum": ["c"]}}


def test_row_by_row(desk: Desk) -> None:
    """QU-3: what must hold in a number of rows is made by forms alone, with the columns of the row."""
    columns = [{**each, "id": f"k-{each['id']}"} for each in SMALL["pages"][0]["questions"]]
    rows = {**SMALL["pages"][0]["questions"][0], "type": "rows", "columns": columns}
    draft = desk.start(editing.put(SMALL, ("pages", 0, "questions", 0), rows))
    where = f"{draft}/{CONDITION}"
    pressed(desk, where, "add", new="*naam")
    assert "compare at least one question" in desk.get(f"{draft}/publiceren").text
    pressed(desk, where, "add-0", row_0_new="k-naam")
    pressed(desk, where, "add-0", row_0_new="k-plaats", row_0_row_0_how="is", row_0_row_0_value="Eva")
    refused = pressed(desk, where, "save", row_0_how="count_at_least", row_0_value="veel")
    assert (refused.status, '<a href="#row.0.how">Enter a number.</a>' in refused.text) == (422, True)
    assert fields_of(refused)["row.0.value"] == "veel"
    pressed(desk, where, "save", row_0_how="count_at_least", row_0_value="2")
    both = {"all": [{"question": "k-naam", "is": {"const": "Eva"}}, {"question": "k-plaats", "is": {}}]}
    assert condition_of(desk, draft) == {"question": "naam", "count": {"minimum": 2}, "where": both}
    assert "It becomes revision 1" in desk.get(f"{draft}/publiceren").text
    pressed(desk, where, "save", row_0_how="every", row_0_joiner="any")
    assert condition_of(desk, draft) == {"question": "naam", "every": {"any": both["all"]}}


def test_a_question_that_vanished_meanwhile(desk: Desk) -> None:
    """Property 8: a form about a question that is gone keeps what was chosen, and says so at its comparison."""
    where_of = ("pages", 0, "questions", 1, "visible_when")
    draft = desk.start(editing.put(SMALL, where_of, {"question": "naam", "is": {"const": "Eva"}}))
    mine = {**fields_of(desk.get(f"{draft}/{CONDITION}")), "row.0.value": "Bo", "action": "save"}
    desk.post(f"{draft}/pages.0.questions.0/weghalen", {"version": "1"})
    left = "pages.0.questions.0.visible_when"
    told = desk.post(f"{draft}/{CONDITION}", mine)
    assert (told.status, desk.version(draft)) == (409, "2")
    assert 'id="row.0.fault"' in told.text
    assert "is not asked before this any more" in told.text
    again = fields_of(told)
    assert (again["row.0.subject"], again["row.0.value"], again["version"]) == ("naam", "Bo", "2")
    refused = desk.post(f"{draft}/{left}", {**again, "action": "save"})
    assert (refused.status, fields_of(refused)["row.0.value"], desk.version(draft)) == (422, "Bo", "2")
    out = desk.post(f"{draft}/{left}", {**again, "action": "out-0"})
    assert desk.post(f"{draft}/{left}", {**fields_of(out), "action": "save"}).status == 303
    assert editing.at(desk.document(draft), ("pages", 0, "questions", 0)).keys() == {"id", "type", "texts"}


def test_a_choice_that_vanished_meanwhile(desk: Desk) -> None:
    """Property 8: a select keeps a question that is gone meanwhile, and publishing names the fault."""
    rows = {"id": "wie", "type": "rows", "columns": [SMALL["pages"][0]["questions"][0]]}
    rows["texts"] = SMALL["pages"][0]["questions"][0]["texts"]
    document = editing.put(SMALL, ("pages", 0, "questions", 0), rows)
    choice = {**SMALL["pages"][0]["questions"][0], "id": "keus", "type": "choice"}
    draft = desk.start(
        {**document, "pages": [*document["pages"], {**SMALL["pages"][0], "id": "twee", "questions": [choice]}]}
    )
    where = f"{draft}/pages.1.questions.0"
    mine = {**fields_of(desk.get(where)), "options_from": "wie.naam", "action": "save"}
    desk.post(f"{draft}/pages.0.questions.0/weghalen", {"version": "1"})
    told = desk.post(where, mine)
    assert (told.status, fields_of(told)["options_from"]) == (409, "wie.naam")
    desk.post(where, {**fields_of(told), "action": "save"})
    assert "There is no question “wie” to refer to here." in unescape(desk.get(where).text)


def test_a_computed_value(desk: Desk) -> None:
    """QU-3: a question is calculated from what was asked before; the form tells what it lacks, at its field."""
    draft = desk.start(editing.put(SMALL, ("pages", 0, "questions", 0, "type"), "amount"))
    where = "pages.0.questions.1"
    for chosen in ({"type": "computed"}, {"compute": "product"}):
        sent = desk.post(f"{draft}/{where}", {**fields_of(desk.get(f"{draft}/{where}")), **chosen, "action": "save"})
        assert sent.location.partition("?")[0] == f"{ROOT}/{draft}/{where}"
    told = desk.get(f"{draft}/{where}").text
    faults = [f'id="{name}-fault"' in told for name in ("compute", "compute.product", "compute.by")]
    assert (faults, told.count("Say what it is calculated from: fill in each field.")) == ([True, True, False], 2)
    typed = {"compute.product": "naam", "compute.by": "0.021", "action": "save"}
    desk.post(f"{draft}/{where}", {**fields_of(desk.get(f"{draft}/{where}")), **typed})
    assert desk.document(draft)["pages"][0]["questions"][1]["compute"] == {"product": {"question": "naam"}, "by": 0.021}
    assert "Calculated from earlier answers" in desk.get(draft).text
    assert "It becomes revision 1" in desk.get(f"{draft}/publiceren").text


def test_a_default(desk: Desk) -> None:
    """QU-3: a question has an answer that is filled in beforehand; with two, the form says so and saves nothing."""
    draft = desk.start(
        {
            **SMALL,
            "pages": [
                *SMALL["pages"],
                {
                    **SMALL["pages"][0],
                    "id": "twee",
                    "questions": [{**SMALL["pages"][0]["questions"][0], "id": "roepnaam"}],
                },
            ],
        }
    )
    where = "pages.1.questions.0"
    typed = {"default": "Eva", "default.question": "naam", "action": "save"}
    told = desk.post(f"{draft}/{where}", {**fields_of(desk.get(f"{draft}/{where}")), **typed})
    assert (told.status, 'id="default.question-fault"' in told.text, desk.version(draft)) == (422, True, "1")
    for typed, default in (
        ({"default": ""}, {"question": "naam"}),
        ({"default": "Eva", "default.question": ""}, "Eva"),
    ):
        desk.post(f"{draft}/{where}", {**fields_of(told), **typed, "action": "save"})
        assert desk.document(draft)["pages"][1]["questions"][0]["default"] == default
        told = desk.get(f"{draft}/{where}")
    assert "It becomes revision 1" in desk.get(f"{draft}/publiceren").text


def test_defaults_of_several_fields(desk: Desk) -> None:
    """QU-3: boxes say which options are filled in beforehand, and fields which address."""
    options = {code: code.upper() for code in ("a", "b", "c")}
    texts = {language: {"label": "Kies", "options": options} for language in ("nl", "en")}
    document = editing.put(SMALL, ("pages", 0, "questions", 0), {"id": "naam", "type": "choices", "texts": texts})
    draft = desk.start(editing.put(document, ("pages", 0, "questions", 1, "type"), "address"))
    where = f"{draft}/pages.0.questions.0"
    desk.post(where, {**fields_of(desk.get(where)), "default.option.c": "on", "default.option.a": "on"})
    assert desk.document(draft)["pages"][0]["questions"][0]["default"] == ["a", "c"]
    shown = fields_of(desk.get(where))
    assert [name for name in shown if name.startswith("default.")] == ["default.option.a", "default.option.c"]
    del shown["default.option.a"]
    desk.post(where, shown)
    assert desk.document(draft)["pages"][0]["questions"][0]["default"] == ["c"]
    where = f"{draft}/pages.0.questions.1"
    typed = {"default.street": "Dorpsstraat", "default.place": "Ons Dorp", "default.country": "NL"}
    desk.post(where, {**fields_of(desk.get(where)), **typed})
    assert '<a href="#default.postcode">' in desk.get(where).text
    desk.post(where, {**fields_of(desk.get(where)), "default.postcode": "1234ab", "default.number": "1"})
    assert "It becomes revision 1" in desk.get(f"{draft}/publiceren").text
    default = desk.document(draft)["pages"][0]["questions"][1]["default"]
    assert default == {"postcode": "1234 AB", "number": "1", **{key[8:]: text for key, text in typed.items()}}


def test_buttons_of_options(desk: Desk) -> None:
    """Buttons move an option, or take it out; at an end, it stays."""
    place = ("pages", 0, "questions", 0)
    options = {code: code.upper() for code in ("a", "b", "c")}
    texts = {language: {"label": "Kies", "options": options} for language in ("nl", "en")}
    choice = {"id": "naam", "type": "choice", "texts": texts}
    draft, where = desk.start(editing.put(SMALL, place, choice)), "pages.0.questions.0"
    for action, expected in (("up-1", "bac"), ("down-0", "abc"), ("up-0", "abc"), ("down-2", "abc"), ("out-1", "ac")):
        page = fields_of(desk.get(f"{draft}/{where}"))
        desk.post(f"{draft}/{where}", {**page, "action": f"option-{action}"})
        shown = editing.at(desk.document(draft), (*place, "texts"))
        assert ["".join(shown[language]["options"]) for language in ("nl", "en")] == [expected] * 2


def deepest_condition(document: Any) -> str:
    """Give the place of the longest condition of a document."""
    conditions: dict[Place, str] = {
        (*place, "visible_when"): text
        for place in editing.asked(document)
        if len(text := json.dumps(editing.at(document, (*place, "visible_when")))) > len("null")
    }
    return ".".join(map(str, max(conditions, key=lambda place: len(conditions[tuple(place)]))))


def test_work_of_a_form(world: World) -> None:
    """AL-7: in a large draft, a form makes some 100 short calls for each other question: it checks none of them."""
    editor, actor = QuestionnaireEditor(site=Site.assemble(world.portal, ())), world.scene.office_actor(world.office)
    sizes = (20, 2_000)
    drafts = [world.portal.office.questionnaires.start_draft(actor, json.dumps(long_document(size))) for size in sizes]
    for place in ("questions.1", "questions.1.visible_when", "must_hold.0.when"):
        calls = []
        for draft, size in zip(drafts, sizes, strict=True):
            request = ApiRequest(
                method="GET",
                root=ROOT,
                path=f"/{draft.id}/pages.{size // 20 - 1}.{place}",
                query="",
                headers={"sec-fetch-site": "same-origin"},
                body=(),
                network_address=None,
                find_actor=lambda: actor,
            )
            assert editor.answer(request).status == 200
            calls.append(calls_of(partial(editor.answer, request)))
        assert (calls[1] - calls[0]) / (sizes[1] - sizes[0]) < 200


def long_document(questions: int) -> Any:
    """Make a questionnaire of any length, of which each question and page has a condition or rule on the one before."""
    told = [{"nl": text, "en": text} for text in ("Vraag", "Fout")]
    pages = [
        {
            **SMALL["pages"][0],
            "id": f"pagina-{first}",
            "questions": [
                {
                    "id": f"vraag-{number}",
                    "type": "integer",
                    "texts": {language: {"label": text} for language, text in told[0].items()},
                    **({"visible_when": {"question": f"vraag-{number - 1}", "is": {"minimum": 3}}} if number else {}),
                }
                for number in range(first, first + 20)
            ],
            "must_hold": [{"when": {"question": f"vraag-{first}", "is": {}}, "texts": told[1]}],
        }
        for first in range(0, questions, 20)
    ]
    return {**SMALL, "pages": pages}


def calls_of(call: Callable[[], object]) -> int:
    """Count the calls of Python functions that a call makes."""
    counted = [0]

    def count(_frame: object, event: str, _argument: object) -> None:
        counted[0] += event == "call"

    sys.setprofile(count)
    try:
        call()
    finally:
        sys.setprofile(None)
    return counted[0]


def test_valid_html(desk: Desk, tmp_path: Path) -> None:
    """WCAG 1.3.1: no page of the editor has an error or a warning of the checker, with faults and conflicts too."""
    if not checker.is_there():
        lacking("no checker of HTML", required_by="KLANTPORTAAL_REQUIRE_JAVA")
    draft = desk.start(WILL)
    rows = next(place for place in editing.asked(WILL) if editing.at(WILL, (*place, "type")) == "rows")
    rows_place = ".".join(map(str, rows))
    paths = ["", "hulp", "nergens", *(f"{draft}/{each}" for each in ("json", "publiceren", "weggooien", "document"))]
    paths += [draft, *(f"{draft}/{each}" for each in ("pages.0", rows_place, f"{rows_place}.columns.0"))]
    paths += [f"{draft}/pages.2.visible_when", f"{draft}/{rows_place}/weghalen"]
    pages = [desk.get(path) for path in paths]
    stale = {**fields_of(desk.get(f"{draft}/pages.0")), "texts.nl.title": ""}
    desk.post(f"{draft}/pages.0", stale)
    pages += [desk.post(f"{draft}/pages.0", {**stale, "texts.nl.title": "Anders"}), desk.get(draft)]
    pages += [desk.get(f"{draft}/{each}") for each in ("publiceren", "voorbeeld", "pages.0")]
    purchase = json.loads(library()["intake-koop-hypotheek"])
    computed = next(place for place in editing.asked(purchase) if editing.at(purchase, (*place, "type")) == "computed")
    where = f"{desk.start(purchase)}/{'.'.join(map(str, computed))}"
    pages += [desk.get(where), desk.get(f"{where}.visible_when")]
    for id in ("intake-wwft-onderneming", "intake-inkomstenbelasting"):
        document = json.loads(library()[id])
        where = f"{desk.start(document)}/{deepest_condition(document)}"
        pressed(desk, where, "group", new=re.findall(r'<option value="([^"*]*)"', desk.get(where).text)[-1])
        shown = fields_of(desk.get(where))
        gone = next(name for name in shown if name.endswith("subject"))
        pages += [desk.get(where), desk.post(where, {**shown, gone: "weg"})]
    for number, page in enumerate(pages):
        (tmp_path / f"{number}.html").write_bytes(page.body)
    assert checker.check(tmp_path) == []


# ------------------------------------------------------------------ hostile requests
FORM = "application/x-www-form-urlencoded"


def post_plain(desk: Desk, path: str, body: str) -> Reply:
    """Send a form without files, as a script can."""
    sent = {**OWN, "Accept-Language": "en", "Content-Type": FORM, "Origin": ORIGIN}
    return desk.wire.send("POST", f"{ROOT}/{path}", headers=sent, body=body.encode())


@pytest.mark.parametrize("place", [f"pages.{'9' * 5_000}", "pages.when", "pages.visible_when"])
def test_places_that_are_none(desk: Desk, place: str) -> None:
    """AL-1: a place that no page of the editor links to is not found, with every method."""
    draft = desk.start(SMALL)
    replies = [desk.get(f"{draft}/{place}"), desk.post(f"{draft}/{place}", {"version": "1", "action": "save"})]
    assert [reply.status for reply in replies] == [404, 404]


def test_more_than_an_editor_shows(desk: Desk) -> None:
    """AL-1: a draft with more things than a page can list is refused, with the first one that is too many."""
    page: Any = {"questions": [{}] * 1_000}
    reply = desk.post("", {"source": "file", "file": json.dumps({"pages": [page] * 6})})
    assert (reply.status, "at most 5000" in reply.text.replace(",", "")) == (422, True)


def test_white_space(desk: Desk) -> None:
    """AL-1: a deep document is shown without line breaks if these made its page many times larger."""
    inner: Any = [1] * 60_000
    for _level in range(50):
        inner = [inner]
    draft = desk.start({**SMALL, "more": inner})
    page = desk.get(f"{draft}/json")
    assert (page.status, len(page.body) < 1_000_000) == (200, True)
    small = desk.start(SMALL)
    assert "{\n  &#34;id&#34;: &#34;klein&#34;" in desk.get(f"{small}/json").text


def test_many_comparisons(desk: Desk) -> None:
    """AL-1: a condition has fifty rows at most. One with more is kept, and is shown as JSON."""
    draft, at = desk.start(SMALL), "pages.0.questions.1.visible_when"
    rows = {
        f"row.{number}.{part}": value for number in range(51) for part, value in (("subject", "naam"), ("how", "open"))
    }
    told = {"version": "1", "id-before": "plaats", "joiner": "any"}
    assert desk.post(f"{draft}/{at}", {**told, **rows, "action": "save"}).status == 400
    fifty = {name: value for name, value in rows.items() if not name.startswith("row.50.")}
    more = desk.post(f"{draft}/{at}", {**told, **fifty, "action": "add", "new": "naam"})
    assert (more.status, "Compare at most 50 times in one condition." in more.text) == (422, True)
    leaf = {"question": "naam", "is": {}}
    question = {**SMALL["pages"][0]["questions"][1], "visible_when": {"any": [leaf] * 51}}
    long = desk.start(
        {**SMALL, "pages": [{**SMALL["pages"][0], "questions": [SMALL["pages"][0]["questions"][0], question]}]}
    )
    assert "&#34;any&#34;: [" in desk.get(f"{long}/{at}").text


def test_many_fields(desk: Desk) -> None:
    """AL-1: a form without files has as many fields at most as one with files."""
    draft = desk.start(SMALL)
    body = "version=1&" + "&".join(f"option.{number}.code=" for number in range(4_001))
    assert post_plain(desk, f"{draft}/pages.0", body).status == 413


def test_many_options(desk: Desk) -> None:
    """AL-1: a question with more options than a page can show keeps them, and its form has no rows for them."""
    options = {f"o{number}": "x" for number in range(1_001)}
    texts = {language: {"label": "Kies", "options": options} for language in ("nl", "en")}
    question = {"id": "keuze", "type": "choice", "texts": texts}
    draft = desk.start({**SMALL, "pages": [{**SMALL["pages"][0], "questions": [question]}]})
    page = desk.get(f"{draft}/pages.0.questions.0")
    assert 'name="option.0.code"' not in page.text
    assert desk.post(f"{draft}/pages.0.questions.0", {**fields_of(page), "action": "save"}).status == 303
    assert desk.document(draft)["pages"][0]["questions"][0] == question


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32-le"])
def test_encodings_of_files(desk: Desk, encoding: str) -> None:
    """QU-1: a file that an editor of Windows saved starts a draft, with all its letters."""
    kind, body = multipart(
        {"source": "file"},
        [Upload(name="k.json", field="file", content=json.dumps(SMALL, ensure_ascii=False).encode(encoding))],
    )
    sent = {**OWN, "Content-Type": kind, "Origin": ORIGIN}
    reply = desk.wire.send("POST", f"{ROOT}/", headers=sent, body=body)
    assert reply.status == 303
    assert desk.document(reply.location.rpartition("/")[2])["pages"][0]["texts"]["nl"]["title"] == "Eén"


def test_a_file_that_is_no_text(desk: Desk) -> None:
    """AL-1: a file in another encoding is refused: no letter of it is replaced in silence."""
    content = json.dumps(SMALL, ensure_ascii=False).encode("latin-1")
    kind, body = multipart({"source": "file"}, [Upload(name="k.json", field="file", content=content)])
    sent = {**OWN, "Content-Type": kind, "Origin": ORIGIN}
    assert desk.wire.send("POST", f"{ROOT}/", headers=sent, body=body).status == 400
