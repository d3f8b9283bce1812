"""Filling in a questionnaire page by page, as a browser without script does it (QU-2, QU-3)."""

import json
import re
from collections.abc import Iterator
from html import unescape

import pytest

from klantportaal.adapters.web.forms.questionnaire import page as page_form
from klantportaal.adapters.web.forms.questionnaire.navigation import Elsewhere
from klantportaal.adapters.web.http.form_parts import Part, TextPart
from klantportaal.adapters.web.pages.question_fields import DROPPED
from klantportaal.testing.questionnaires import Content, page, question, questionnaire
from tests.hosts.asking import ALONE, COLOUR, FIRST, LAST, TOGETHER, Asked, value
from tests.hosts.browsers import PREFIX, Browser, dutch
from tests.hosts.conftest import World
from tests.support.effort import growth


# ------------------------------------------------------------------ Invullen, Volgende, resume
def test_start(waiting: Asked) -> None:
    """QU-2: Invullen starts the questionnaire once and leads to its first page, where known values are filled in."""
    assert waiting.browser.get(waiting.path).location == f"{PREFIX}/acties"
    assert waiting.get("/pagina/gezin").location == f"{PREFIX}/acties"
    for _time in range(2):
        assert waiting.at(waiting.browser.post(waiting.path)) == "/pagina/gezin"
    first = waiting.get("/pagina/gezin")
    assert first.status == 200
    assert value(first, "q.naam") == waiting.world.account.name
    assert dutch("Page %(number)s", number=1) + "</p>" in first.text
    assert "hoe-heet" not in first.text


def test_first_button_is_next(asked: Asked) -> None:
    """QU-2: Enter in a field presses Volgende, even if other buttons come earlier on the page."""
    form = asked.get("/pagina/gezin").text.partition('<form class="form"')[2]
    first = re.search(r"<button[^>]*>", form)
    assert first
    assert "name=" not in first[0]


def test_next(asked: Asked) -> None:
    """QU-2: Volgende saves typed values and leads to the next page. The saved page shows them as they are typed."""
    assert asked.at(asked.send("gezin", {**ALONE, "q.kinderen": "0", "q.kinderen.0.roep": "Bo"})) == "/pagina/slot"
    assert asked.raw == {
        "naam": "Kim",
        "bedrag": 123450,
        "geboren": "1980-01-03",
        "partner": False,
        "kinderen": [{"roep": "Bo"}],
    }
    again = asked.get("/pagina/gezin")
    assert value(again, "q.bedrag") == "1.234,50"
    assert [value(again, f"q.geboren.{part}") for part in ("dag", "maand", "jaar")] == ["3", "1", "1980"]
    assert value(again, "q.kinderen.0.roep") == "Bo"
    assert dutch("Last saved: %(moment)s.", moment="5 jan 2026 10:00") in again.text


def test_resume(asked: Asked) -> None:
    """QU-2, property 3: Resuming opens the first page that is not saved and valid. Looking at a page saves nothing."""
    assert asked.at(asked.browser.get(asked.path)) == "/pagina/gezin"
    asked.send("gezin", ALONE)
    assert asked.at(asked.browser.get(asked.path)) == "/pagina/slot"
    assert f'href="{PREFIX}{asked.path}/pagina/gezin"' in asked.get("/pagina/slot").text
    asked.send("slot", COLOUR)
    before = asked.assignment
    assert asked.at(asked.browser.post(asked.path)) == "/overzicht"
    assert asked.assignment == before


def given_out(client: Browser, world: World, *pages: Content) -> Asked:
    """Assign a questionnaire of these pages, and start it."""
    published = world.scene.published(world.office, questionnaire("eigen", *pages))
    assignment = world.scene.assignment(world.dossier, world.client, published)
    asked = Asked(world=world, browser=client, id=assignment.id)
    asked.browser.post(asked.path)
    return asked


def test_asked_means_shown(client: Browser, world: World) -> None:
    """QU-3, property 3: where questions came on a saved page, the client resumes there and is told which they are."""
    gate = question("gehuwd", "boolean", required=True)
    extra = question("datum", visible_when={"question": "gehuwd", "is": {"const": True}})
    asked = given_out(client, world, page("eerst", gate), page("later", question("naam"), extra))
    told = dutch("This was not on the page yet when you saved it. Fill this in and choose Next.")
    asked.send("eerst", {"q.gehuwd": "nee"})
    assert asked.at(asked.send("later", {})) == "/overzicht"
    assert told not in asked.get("/pagina/later").text
    assert asked.at(asked.send("eerst", {"q.gehuwd": "ja"}, terug="overzicht")) == "/pagina/later?terug=overzicht"
    come = asked.get("/pagina/later").text
    assert told in come
    assert '<a href="#q.datum">datum</a>' in come
    assert asked.at(asked.send("later", {})) == "/overzicht"
    assert told not in asked.get("/pagina/later").text


def test_passed_over(client: Browser, world: World) -> None:
    """QU-3, property 3: a page on which nothing is visible is passed over, and is not counted."""
    gate = question("gehuwd", "boolean", required=True)
    extra = question("datum", visible_when={"question": "gehuwd", "is": {"const": True}})
    asked = given_out(client, world, page("eerst", gate), page("leeg", extra), page("slot", question("naam")))
    assert asked.at(asked.send("eerst", {"q.gehuwd": "nee"})) == "/pagina/slot"
    assert dutch("Page %(number)s of %(total)s", number=2, total=2) in asked.get("/pagina/slot").text
    assert asked.at(asked.get("/pagina/leeg")) == "/pagina/slot?melding=overgeslagen"


def test_shares(client: Browser, world: World) -> None:
    """QU-3: A rule over rows, such as shares that must sum to 100 %, is said at the rows."""
    rows = question("ubos", "rows", columns=[question("aandeel", "percentage"), question("bsn", "bsn")])
    rule = {"when": {"question": "ubos", "sum": "aandeel", "is": {"const": 10_000}}}
    rule["texts"] = {"nl": "Samen 100 %, graag.", "en": "Together 100 %."}
    asked = given_out(client, world, page("een", rows, must_hold=[rule]))
    typed = {
        "q.ubos": ["0", "1"],
        "q.ubos.0.aandeel": "33,33%",
        "q.ubos.1.aandeel": "66,66",
        "q.ubos.1.bsn": "11122.2333",
    }
    reply = asked.send("een", typed)
    assert '<a href="#q.ubos">ubos: Samen 100 %, graag.</a>' in reply.text
    assert asked.at(asked.send("een", {**typed, "q.ubos.1.aandeel": "66.67"})) == "/overzicht"
    assert asked.raw == {"ubos": [{"aandeel": 3333}, {"aandeel": 6667, "bsn": "111222333"}]}
    assert "33,33%" in asked.get("/overzicht").text


def test_marks_of_numbers(client: Browser, world: World) -> None:
    """QU-3: A mark stands where it is written: before an amount, behind a percentage. Its label says it once more."""
    asked = given_out(client, world, page("een", question("bedrag", "amount"), question("deel", "percentage")))
    shown = asked.get("/pagina/een").text
    mark, field = (
        '<span class="money-mark" aria-hidden="true">{}</span>',
        r'\s*<input class="input"[^>]*name="q\.{}"[^>]*>\s*',
    )
    assert re.search(mark.format("€") + field.format("bedrag") + "</div>", shown)
    assert re.search(r'<div class="money money-behind">' + field.format("deel") + mark.format("%") + "</div>", shown)
    assert dutch("as a percentage") in shown


def test_words_of_the_author(client: Browser, world: World) -> None:
    """QU-3: The author's own words name a row and say what is wrong; a fault that reads the same is said once."""
    texts = {"nl": {"label": "Postcode", "fault": "Vul vier cijfers en twee letters in."}}
    texts["en"] = {"label": "Postcode", "fault": "Enter four digits and two letters."}
    code = {"id": "code", "type": "text", "texts": texts, "schema": {"pattern": "^[0-9]{4} [A-Z]{2}$"}}
    rows = question("kinderen", "rows", required=True, columns=[code])
    rows = {
        **rows,
        "texts": {"nl": {"label": "Uw kinderen", "row": "Kind"}, "en": {"label": "Children", "row": "Child"}},
    }
    rule = {"when": {"question": "naam", "is": {}}, "texts": {"nl": "Vul uw naam in.", "en": "Enter your name."}}
    asked = given_out(client, world, page("een", question("naam"), rows, must_hold=[rule, rule]))
    shown = asked.get("/pagina/een").text
    assert re.search(r'<legend class="row-number">.*</span>Kind 1</legend>', shown)
    assert dutch("Add %(noun)s", noun="Kind") in shown
    reply = asked.send("een", {"q.kinderen": "0", "q.kinderen.0.code": "1234"})
    assert '<a href="#q.kinderen.0.code">Kind 1: Postcode: Vul vier cijfers en twee letters in.</a>' in reply.text
    assert reply.text.count(">naam: Vul uw naam in.</a>") == 1


def test_faults(asked: Asked) -> None:
    """AL-1: Each fault is shown at its question, with the limit in typed form. The input stays as it was typed."""
    typed = {**ALONE, "q.bedrag": "12,5", "q.geboren.dag": "31", "q.geboren.maand": "2", "q.naam": " "}
    reply = asked.send("gezin", typed)
    assert reply.status == 422
    assert [value(reply, f"q.{name}") for name in ("naam", "bedrag", "geboren.dag")] == [" ", "12,5", "31"]
    assert "€\xa01.000,00" in unescape(reply.text)
    for name in ("naam", "bedrag", "geboren"):
        assert f'<a href="#q.{name}">' in reply.text
        assert f'id="q.{name}-fault"' in reply.text
    assert asked.raw == {"naam": asked.world.account.name}


def test_what_must_hold(asked: Asked) -> None:
    """QU-3: A broken requirement between answers is shown in the office's words, at one of its questions."""
    reply = asked.send("gezin", {**ALONE, "q.geboren.jaar": "2020"})
    assert reply.status == 422
    assert '<a href="#q.geboren">geboren: Te jong.</a>' in reply.text


def test_faults_in_rows(asked: Asked) -> None:
    """AL-1: A fault in a row is shown in that row, also after blank rows that do not count."""
    rows = {"q.kinderen.0.roep": "", "q.kinderen.1.roep": "Bo", "q.kinderen.1.elders": "ja", "q.kinderen.1.adres": ""}
    reply = asked.send("gezin", {**ALONE, **rows, "q.kinderen": ["0", "1"]})
    assert reply.status == 422
    assert 'id="q.kinderen.1.adres-fault"' in reply.text
    assert 'href="#q.kinderen.1.adres"' in reply.text


def test_faults_of_options(client: Browser, world: World) -> None:
    """AL-1: Screen readers announce faults of options too: on the group for one choice, on each for several."""
    codes = ("a", "b")
    asks = (question("een", "choice", options=codes, required=True), question("meer", "choices", options=codes))
    content = questionnaire("keuzes", page("blad", asks[0], {**asks[1], "required": True}, question("ja", "boolean")))
    assignment = world.scene.assignment(world.dossier, world.client, world.scene.published(world.office, content))
    asked = Asked(world=world, browser=client, id=assignment.id)
    asked.browser.post(asked.path)
    assert "aria-invalid" not in asked.get("/pagina/blad").text
    reply = asked.send("blad", {})
    group = '<fieldset class="choices" role="radiogroup"'
    assert reply.text.count(group) == 2
    assert reply.text.count(f'{group} aria-invalid="true" aria-describedby="q.een-fault">') == 1
    assert len(re.findall(r'<input type="checkbox"[^>]* name="q.meer"[^>]* aria-invalid="true"', reply.text)) == 2
    assert reply.text.count("aria-invalid") == 3


TODO = {
    "text": "Vul “text” in.",
    "date": "Vul “date” in.",
    "integer": "Vul “integer” in.",
    "choice": "Kies een van de mogelijkheden bij “choice”.",
    "choices": "Kies minimaal één van de mogelijkheden bij “choices”.",
    "boolean": "Kies ja of nee bij “boolean”.",
    "file": "Voeg een bestand toe bij “file”.",
}
"""What to do at a question without an answer, by its type."""
LABELS = {"Uw geboortedatum": "Vul uw geboortedatum in.", "Hoe oud bent u?": "Beantwoord de vraag “Hoe oud bent u?”"}
"""The same, by the label of a question that is typed in."""


def test_what_to_do_without_an_answer(client: Browser, world: World) -> None:
    """AL-1: Each question without an answer says what to do, from its own label, there and in the summary."""
    asks = [question(each, each, required=True, options=("a", "b") if "choice" in each else ()) for each in TODO]
    for number, label in enumerate(LABELS):
        texts = {"nl": {"label": label}, "en": {"label": label}}
        asks.append({**question(f"vraag-{number}", required=True), "texts": texts})
    rows = question("rij", "rows", columns=[question("naam", required=True), question("land")])
    published = world.scene.published(world.office, questionnaire("leeg", page("blad", *asks, rows)))
    asked = Asked(world=world, browser=client, id=world.scene.assignment(world.dossier, world.client, published).id)
    asked.browser.post(asked.path)
    reply = asked.send("blad", {"q.rij": "0", "q.rij.0.land": "België"})
    summary, _, questions = unescape(reply.text).partition("</ul>")
    said = [*TODO.values(), *LABELS.values()]
    assert re.findall(r'<li><a href="#[^"]+">([^<]+)</a></li>', summary) == [*said, "rij (1): Vul “naam” in."]
    assert [each for each in (*said, "Vul “naam” in.") if f"<span>{each}</span>" not in questions] == []


# ------------------------------------------------------------------ questions that appear and disappear
SHOWN = ["naam", "bedrag", "geboren", "partner", "kinderen"]
"""The questions that the first page shows before anything is answered."""


def test_questions_that_are_added(asked: Asked) -> None:
    """QU-2: If answers add questions, Volgende shows them without faults on the same page, and saves nothing."""
    fields = {**ALONE, "q.partner": "ja", "getoond": SHOWN}
    reply = asked.send("gezin", fields)
    assert reply.status == 200
    assert dutch("Questions were added") + "</h2>" in reply.text
    assert '<a href="#q.hoe-heet">hoe-heet</a>' in reply.text
    assert "field-faulty" not in reply.text
    assert asked.version == "0"
    reply = asked.send("gezin", {**fields, "q.hoe-heet": "", "getoond": [*SHOWN, "hoe-heet"]})
    assert reply.status == 422
    assert 'id="q.hoe-heet-fault"' in reply.text
    row = {"q.kinderen": "0", "q.kinderen.0.elders": "ja", "getoond": [*SHOWN, "kinderen.0.roep", "kinderen.0.elders"]}
    assert '<a href="#q.kinderen.0.adres">' in asked.send("gezin", {**ALONE, **row}).text


def test_update(asked: Asked) -> None:
    """QU-2: Updating shows the questions that follow from the answers, checks nothing, and keeps all input."""
    reply = asked.send("gezin", {**TOGETHER, "q.bedrag": "x", "actie": "bijwerken"})
    assert (reply.status, value(reply, "q.bedrag"), value(reply, "q.hoe-heet")) == (200, "x", "Alex")
    assert "field-faulty" not in reply.text
    assert dutch("Your answers decide how many pages there are.") in reply.text
    reply = asked.send("gezin", {**TOGETHER, "q.partner": "nee", "actie": "bijwerken"})
    assert 'data-question="hoe-heet"' not in reply.text
    assert '<textarea name="q.hoe-heet" hidden>\nAlex</textarea>' in reply.text
    assert (asked.version, asked.raw) == ("0", {"naam": asked.world.account.name})


def test_changed_early_answer(asked: Asked) -> None:
    """Property 5: Hiding a later page keeps its answers. Showing it again restores them."""
    asked.send("gezin", TOGETHER)
    assert (
        asked.at(asked.send("samen", {"q.sinds.dag": "1", "q.sinds.maand": "6", "q.sinds.jaar": "2010"}))
        == "/pagina/slot"
    )
    assert asked.at(asked.send("gezin", ALONE)) == "/pagina/slot"
    hidden = asked.get("/pagina/samen")
    assert asked.at(hidden) == "/pagina/slot?melding=overgeslagen"
    assert (
        dutch("That page is not needed with the answers you gave. You continue here.")
        in asked.browser.follow(hidden).text
    )
    assert asked.at(asked.send("samen", {"q.sinds.dag": "1"})) == "/pagina/slot?melding=overgeslagen"
    asked.send("gezin", TOGETHER)
    assert value(asked.get("/pagina/samen"), "q.sinds.jaar") == "2010"


def test_answer_that_shows_again(asked: Asked) -> None:
    """Property 4: A question that appears again has its saved answer, unless something else is typed."""
    asked.send("gezin", TOGETHER)
    reply = asked.send("gezin", {**ALONE, "q.partner": "ja", "getoond": SHOWN, "actie": "bijwerken"})
    assert value(reply, "q.hoe-heet") == "Alex"


# ------------------------------------------------------------------ rows
def test_rows(asked: Asked) -> None:
    """QU-2: Without script, buttons add and remove rows. The page is shown again, and nothing is saved."""
    typed = {**ALONE, "q.kinderen": "0", "q.kinderen.0.roep": "Bo", "q.bedrag": "x"}
    reply = asked.send("gezin", {**typed, "actie": "rij-erbij.kinderen"})
    assert (reply.status, value(reply, "q.kinderen.0.roep"), value(reply, "q.kinderen.1.roep")) == (200, "Bo", "")
    assert re.search(r'<input[^>]* id="q\.kinderen\.1\.roep"[^>]* autofocus', reply.text)
    reply = asked.send("gezin", {**typed, "actie": "rij-weg.kinderen.0"})
    assert 'name="q.kinderen.0.roep"' not in reply.text
    assert value(reply, "q.bedrag") == "x"
    assert asked.version == "0"


@pytest.mark.parametrize("action", ["rij-erbij.naam", "rij-erbij.weg", "rij-weg.naam.0"])
def test_rows_of_nothing(asked: Asked, action: str) -> None:
    """AL-1: An action that none of our buttons has is refused."""
    assert asked.send("gezin", {**ALONE, "actie": action}).status == 400


# ------------------------------------------------------------------ two tabs, double clicks
def test_two_tabs(asked: Asked) -> None:
    """Property 8: What another tab saved is shown beside the input. After that, Volgende saves."""
    asked.send("gezin", ALONE)
    reply = asked.send("gezin", {**ALONE, "q.naam": "Kim B.", "versie": "0"})
    assert reply.status == 409
    assert 'role="alert" tabindex="-1" data-focus' in reply.text
    assert value(reply, "q.naam") == "Kim B."
    assert dutch("Saved in the meantime:") in reply.text
    assert reply.text.count('class="meanwhile"') == 1
    assert 'name="versie" value="1"' in reply.text
    assert dict(asked.raw)["naam"] == "Kim"
    assert asked.at(asked.send("gezin", {**ALONE, "q.naam": "Kim B.", "versie": "1"})) == "/pagina/slot"
    assert dict(asked.raw)["naam"] == "Kim B."


@pytest.mark.parametrize("action", ["bijwerken", "rij-erbij.kinderen"])
def test_out_of_date_stays_so(asked: Asked, action: str) -> None:
    """Property 8: No button makes an outdated form current. The saved answers are shown before they are replaced."""
    asked.send("gezin", ALONE)
    reply = asked.send("gezin", {**ALONE, "q.naam": "Kim B.", "versie": "0", "actie": action})
    assert 'name="versie" value="0"' in reply.text
    assert asked.send("gezin", {**ALONE, "q.naam": "Kim B.", "versie": "0"}).status == 409


def test_double_click_on_next(asked: Asked) -> None:
    """AT-5: The same page sent twice is saved once. Both responses lead to the next page."""
    for _time in range(2):
        assert asked.at(asked.send("gezin", ALONE, versie="0")) == "/pagina/slot"
    assert asked.version == "1"


# ------------------------------------------------------------------ changed by the office while a page is open
ADAPTED = "/pagina/gezin?melding=aangepast"
HIDDEN = {**LAST, "visible_when": {"question": "partner", "is": {"const": True}}}
"""The last page, shown only to clients with a partner."""


def rebase(asked: Asked, *pages: Content) -> None:
    """Publish another revision of the questionnaire, and rebase the client's copy on it."""
    world = asked.world
    world.scene.published(world.office, questionnaire("testament", *pages, revision=2))
    world.portal.office.questionnaires.rebase(world.scene.office_actor(world.office), asked.id, 2)


def test_answer_that_is_dropped(answered: Asked) -> None:
    """Property 7: An answer that a rebase dropped is told at its page and its question, until the page is saved."""
    title, told = dutch("An answer does not fit any more"), dutch(DROPPED.one)
    assert title not in answered.get("/pagina/slot").text
    blue = question("kleur", "choice", options=("blauw", "rood"), required=True)
    rebase(answered, FIRST, {**LAST, "questions": [blue]})
    shown = answered.get("/pagina/slot").text
    assert title in shown
    assert '<li><a href="#q.kleur">kleur</a></li>' in shown
    assert shown.count(told) == 1
    assert title not in answered.get("/pagina/gezin").text
    refused = answered.send("slot", {})
    assert (refused.status, title in refused.text, told in refused.text) == (422, False, True)
    assert answered.at(answered.send("slot", {"q.kleur": "blauw"})) == "/overzicht"
    assert told not in answered.get("/pagina/slot").text


@pytest.mark.parametrize("action", [{}, {"actie": "bijwerken"}])
def test_page_that_is_gone(asked: Asked, action: dict[str, str]) -> None:
    """Property 7: Sending a page that a rebase removed redirects and says why. Opening it is a 404."""
    rebase(asked, FIRST)
    reply = asked.send("slot", {**COLOUR, **action, "versie": "0"})
    assert asked.at(reply) == ADAPTED
    told = dutch("The office changed the questionnaire. Check your answers on this page.")
    assert told in asked.browser.follow(reply).text
    assert asked.get("/pagina/slot").status == 404
    assert asked.send("slot", COLOUR).status == 404


def test_page_that_is_hidden(asked: Asked) -> None:
    """Property 7: Sending a page that a rebase hid redirects and says why. Only saved answers hide a page."""
    rebase(asked, FIRST, HIDDEN)
    assert asked.at(asked.send("slot", COLOUR, versie="0")) == ADAPTED
    assert asked.at(asked.send("slot", COLOUR)) == "/pagina/gezin?melding=overgeslagen"
    asked.send("gezin", ALONE)
    assert asked.at(asked.send("slot", COLOUR, versie="1")) == "/overzicht?melding=overgeslagen"


@pytest.mark.parametrize("pages", [(FIRST,), (FIRST, HIDDEN)])
def test_page_that_goes_while_it_is_sent(asked: Asked, pages: tuple[Content, ...]) -> None:
    """Property 7: A rebase while a page is being sent redirects and says why, like a rebase before it."""

    def sent() -> Iterator[Part]:
        yield TextPart(name="versie", value="0")
        yield TextPart(name="q.kleur", value="geel")
        rebase(asked, *pages)

    portal, opened = asked.world.portal, asked.world.portal.client.questionnaires.open(asked.actor, asked.id)
    led = page_form.submit(portal, asked.actor, opened, "slot", sent())
    assert isinstance(led, Elsewhere)
    assert (led.parts["page_id"], led.query) == ("gezin", {"melding": "aangepast"})


# ------------------------------------------------------------------ bad input
@pytest.mark.parametrize(
    "fields, status",
    [
        pytest.param({"versie": ""}, 400, id="no version"),
        pytest.param({"versie": "-1"}, 400, id="odd version"),
        pytest.param({"versie": "9" * 40}, 400, id="huge version"),
        pytest.param({"q.onbekend": "x"}, 400, id="unknown question"),
        pytest.param({"q.naam.x": "x"}, 400, id="unknown part"),
        pytest.param({"q.kleur": "rood"}, 400, id="another page's question"),
        pytest.param({"q.kinderen.0.roep": "x"}, 400, id="a row that is not counted"),
        pytest.param({"q.kinderen": "1000000000"}, 400, id="a row beyond sense"),
        pytest.param({"q.kinderen": "x"}, 400, id="a row without number"),
        pytest.param({"q.naam": "x" * 70_000}, 413, id="too long a field"),
        pytest.param({f"q.x{number}": "" for number in range(13_000)}, 413, id="too many fields"),
        pytest.param({f"q.x{number}": "x" * 60_000 for number in range(40)}, 413, id="too much text"),
        pytest.param({"q.naam": "x" * 5_000}, 422, id="too long an answer"),
        pytest.param({"q.bedrag": "9" * 401}, 422, id="a number beyond sense"),
        pytest.param({"q.bedrag": "NaN"}, 422, id="no number"),
        pytest.param({"q.geboren.jaar": "\u0661\u0669\u0668\u0660"}, 422, id="other digits"),
        pytest.param({"q.partner": "1"}, 422, id="neither yes nor no"),
    ],
)
def test_bad_forms(asked: Asked, fields: dict[str, str], status: int) -> None:
    """AL-1: A malformed form is refused and changes nothing."""
    before = asked.assignment
    assert asked.send("gezin", {**ALONE, **fields}).status == status
    assert asked.assignment == before


def test_everything_wrong(client: Browser, world: World) -> None:
    """AL-1: A hundred rows of twenty columns, all with faults, take linear time."""
    columns = [question(f"k{number}", "email") for number in range(20)]
    content = questionnaire("vol", page("blad", question("rij", "rows", columns=columns)))
    assignment = world.scene.assignment(world.dossier, world.client, world.scene.published(world.office, content))
    asked = Asked(world=world, browser=client, id=assignment.id)
    asked.browser.post(asked.path)
    numbers = [str(number) for number in range(101) if number != 3]
    cells = {f"q.rij.{number}.k{column}": "a@" for number in numbers for column in range(20)}
    reply = asked.send("blad", {"q.rij": ["3", *numbers], **cells})
    assert growth(lambda count: asked.send("blad", {"q.rij": ["3", *numbers[:count]], **cells}), 12, 96) < 24
    assert (reply.status, reply.text.count('href="#q.rij.')) == (422, 2000)
    assert 'href="#q.rij.4.k0"' in reply.text
    assert 'href="#q.rij.3.k0"' not in reply.text


def test_texts_are_text(client: Browser, world: World) -> None:
    """ME-5: Texts of definitions and of clients are shown as text, never run as mark-up."""
    hostile = "<script>x</script>"
    content = questionnaire("kwaad", page("blad", question("vraag", "long_text")))
    document = json.loads(json.dumps(content).replace('"label": "vraag"', f'"label": "{hostile}", "help": "{hostile}"'))
    assignment = world.scene.assignment(world.dossier, world.client, world.scene.published(world.office, document))
    asked = Asked(world=world, browser=client, id=assignment.id)
    asked.browser.post(asked.path)
    asked.send("blad", {"q.vraag": hostile})
    for path in ("/pagina/blad", "/overzicht"):
        text = asked.get(path).text
        assert "<script>x" not in text
        assert text.count("&lt;script&gt;x") >= 2


# ------------------------------------------------------------------ rules about earlier pages
ADULT = {"when": {"question": "leeftijd", "is": {"minimum": 18}}, "texts": {"nl": "U bent te jong.", "en": "No."}}


@pytest.fixture
def ruled(client: Browser, world: World) -> Asked:
    """A questionnaire whose second page has a rule about the first one."""
    first, second = page("een", question("leeftijd", "integer")), page("twee", question("naam"), must_hold=[ADULT])
    return given_out(client, world, first, second)


def test_a_rule_about_an_earlier_page(ruled: Asked) -> None:
    """QU-3: what keeps a page from being saved has a link to the earlier question, and loses nothing that was typed."""
    ruled.send("een", {"q.leeftijd": "17"})
    stale = ruled.version
    told = ruled.send("twee", {"q.naam": "Jan"})
    link = f'<a href="{PREFIX}{ruled.path}/pagina/een#q.leeftijd" target="_blank">leeftijd: U bent te jong. '
    assert (told.status, link in told.text, "field-faulty" in told.text) == (422, True, False)
    assert 'id="q.leeftijd"' in ruled.get("/pagina/een").text
    ruled.send("een", {"q.leeftijd": "18"})
    back = ruled.send("twee", {"q.naam": "Jan"}, versie=stale)
    assert (back.status, value(back, "q.naam")) == (409, "Jan")
    assert ruled.at(ruled.send("twee", {"q.naam": "Jan"})) == "/overzicht"


def test_a_rule_that_is_broken_since(ruled: Asked) -> None:
    """QU-3, property 5: the review says which rule a saved page breaks, with a link to the question to change."""
    ruled.send("een", {"q.leeftijd": "18"})
    ruled.send("twee", {"q.naam": "Jan"})
    assert "U bent te jong." not in ruled.get("/overzicht").text
    ruled.send("een", {"q.leeftijd": "17"})
    link = f'<a href="{PREFIX}{ruled.path}/pagina/een?terug=overzicht#q.leeftijd">leeftijd: U bent te jong.</a>'
    assert link in ruled.get("/overzicht").text
    assert ruled.at(ruled.send("een", {"q.leeftijd": "18"}, terug="overzicht")) == "/overzicht"


# ------------------------------------------------------------------ continuing later
def test_continuing_later(asked: Asked) -> None:
    """QU-2: the button saves the page as Volgende does, leads to Acties, and says so. The client resumes after it."""
    left = asked.send("gezin", {**ALONE, "later": "ja"})
    assert left.location == f"{PREFIX}/acties?melding=later-verder"
    assert (
        dutch("Your answers were saved. You can continue whenever it suits you.")
        in asked.browser.get("/acties?melding=later-verder").text
    )
    assert asked.raw["naam"] == "Kim"
    assert asked.at(asked.browser.post(asked.path)) == "/pagina/slot"


def test_continuing_later_with_a_fault(asked: Asked) -> None:
    """QU-2: a page that is not complete is not saved. It says so, and keeps what was typed until the client leaves."""
    told = asked.send("gezin", {"q.naam": "Kim", "q.bedrag": "12,5", "later": "ja"})
    assert (told.status, value(told, "q.bedrag"), asked.version) == (422, "12,5", "0")
    assert dutch("This page is not saved yet") in told.text
    leave = dutch("Continue later, without saving this page")
    assert f'<a href="{PREFIX}/acties">{leave}</a>' in told.text
    assert dutch("This page is not saved yet") not in asked.send("gezin", {"q.naam": "Kim", "q.bedrag": "12,5"}).text


def test_continuing_later_without_a_change(asked: Asked) -> None:
    """QU-2: on a page that nobody changed there is nothing to save, and nothing is asked."""
    untouched = {"q.naam": asked.world.account.name, "q.bedrag": "", "q.geboren.dag": ""}
    left = asked.send("gezin", {**untouched, "later": "ja"})
    assert (left.status, left.location, asked.version) == (303, f"{PREFIX}/acties", "0")
