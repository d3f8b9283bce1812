"""Filling in a questionnaire, from ``Invullen`` to its result, as a browser without script does it (QU-1 to QU-4)."""

import json
import re
from collections.abc import Callable, Mapping
from html import unescape

import attrs
import pytest

from klantportaal.domain.questionnaires.assignments import Assignment, AssignmentState
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AssignmentId
from klantportaal.testing.questionnaires import page, question, questionnaire
from tests.hosts.browsers import PREFIX, Browser, Fields, Reply, Upload, dutch
from tests.hosts.conftest import World

FIRST = page(
    "gezin",
    question("naam", "prefilled", profile="name", required=True),
    question("bedrag", "amount", schema={"minimum": 100_000}),
    question("geboren", "date", required=True),
    question("partner", "boolean", required=True),
    question("hoe-heet", required=True, visible_when={"question": "partner", "is": {"const": True}}),
    question(
        "kinderen",
        "rows",
        columns=[
            question("roep"),
            question("elders", "boolean"),
            question("adres", required=True, visible_when={"question": "elders", "is": {"const": True}}),
        ],
    ),
    must_hold=[
        {"when": {"question": "geboren", "before": "today-P18Y"}, "texts": {"nl": "Te jong.", "en": "Too young."}}
    ],
)
WITH_PARTNER = page(
    "samen", question("sinds", "date", required=True), visible_when={"question": "partner", "is": {"const": True}}
)
LAST = page("slot", question("kleur", "choice", options=("rood", "geel"), required=True), question("stukken", "file"))
ALONE = {
    "q.naam": "Kim",
    "q.bedrag": "1.234,50",
    "q.geboren.dag": "3",
    "q.geboren.maand": "1",
    "q.geboren.jaar": "1980",
    "q.partner": "nee",
}
"""The first page as somebody answers it who has no partner."""
TOGETHER = {**ALONE, "q.partner": "ja", "q.hoe-heet": "Alex"}
COLOUR = {"q.kleur": "geel"}
PASSPORT = b"%PDF-1.7 paspoort"


@attrs.frozen(kw_only=True)
class Asked:
    """A client's copy of the questionnaire, and a browser that fills it in."""

    world: World
    browser: Browser
    id: AssignmentId

    @property
    def actor(self) -> Actor:
        """The client."""
        return self.world.scene.actor(self.world.account)

    @property
    def path(self) -> str:
        """Where it is."""
        return f"/vragenlijsten/{self.id}"

    @property
    def assignment(self) -> Assignment:
        """What is kept of it."""
        return self.world.portal.questionnaires.open(self.actor, self.id).assignment

    @property
    def raw(self) -> Mapping[str, object]:
        """The answers that were saved."""
        answering = self.assignment.answering
        return {} if answering is None else answering.raw

    @property
    def version(self) -> str:
        """Of which version a page is that is opened now."""
        answering = self.assignment.answering
        return "" if answering is None else str(answering.version)

    def get(self, path: str) -> Reply:
        """Open one of its pages."""
        return self.browser.get(self.path + path)

    def send(self, page_id: str, fields: Fields, uploads: tuple[Upload, ...] = (), **more: str) -> Reply:
        """Send a page, as its form does; without a version of its own, as it is now."""
        sent = {"versie": self.version, **fields, **more}
        return self.browser.post_files(f"{self.path}/pagina/{page_id}", sent, uploads)

    def complete(self, **fields: str) -> Reply:
        """Send the review."""
        return self.browser.post(f"{self.path}/overzicht", {"versie": self.version, **fields})

    def at(self, reply: Reply) -> str:
        """Say where an answer leads, within the questionnaire."""
        assert reply.status == 303, reply.text
        return reply.location.removeprefix(PREFIX + self.path)


@pytest.fixture
def waiting(client: Browser, world: World) -> Asked:
    """A questionnaire that nobody has opened yet."""
    published = world.scene.published(world.office, questionnaire("testament", FIRST, WITH_PARTNER, LAST))
    assignment = world.scene.assignment(world.dossier, world.client, published)
    return Asked(world=world, browser=client, id=assignment.id)


@pytest.fixture
def asked(waiting: Asked) -> Asked:
    """A questionnaire that was started."""
    assert waiting.browser.post(waiting.path).status == 303
    return waiting


@pytest.fixture
def answered(asked: Asked) -> Asked:
    """A questionnaire of which every page was saved."""
    assert asked.at(asked.send("gezin", ALONE)) == "/pagina/slot"
    assert asked.at(asked.send("slot", COLOUR)) == "/overzicht"
    return asked


def value(reply: Reply, name: str) -> str:
    """Read what stands in a field of one line."""
    found = re.search(rf'<input class="input[^>]* name="{re.escape(name)}" value="([^"]*)"', reply.text)
    assert found, name
    return unescape(found[1])


# ------------------------------------------------------------------ Invullen, Volgende, resume
def test_start(waiting: Asked) -> None:
    """QU-2: Invullen starts it, once, and leads to its first page, where what the portal knows stands already."""
    assert waiting.browser.get(waiting.path).location == f"{PREFIX}/acties"
    assert waiting.get("/pagina/gezin").location == f"{PREFIX}/acties"
    for _time in range(2):
        assert waiting.at(waiting.browser.post(waiting.path)) == "/pagina/gezin"
    first = waiting.get("/pagina/gezin")
    assert first.status == 200
    assert value(first, "q.naam") == waiting.world.account.name
    assert dutch("Page %(number)s of %(total)s", number=1, total=2) in first.text
    assert "hoe-heet" not in first.text


def test_first_button_is_next(asked: Asked) -> None:
    """QU-2: Enter in a field means Volgende, whatever buttons stand before it."""
    form = asked.get("/pagina/gezin").text.partition('<form class="form"')[2]
    first = re.search(r"<button[^>]*>", form)
    assert first
    assert "name=" not in first[0]


def test_next(asked: Asked) -> None:
    """QU-2: Volgende saves the page as typed values and leads on; the page shows them again as somebody types them."""
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
    """QU-2, property 3: it goes on at the first page that is not saved and valid; looking saves nothing."""
    assert asked.at(asked.browser.get(asked.path)) == "/pagina/gezin"
    asked.send("gezin", ALONE)
    assert asked.at(asked.browser.get(asked.path)) == "/pagina/slot"
    assert f'href="{PREFIX}{asked.path}/pagina/gezin"' in asked.get("/pagina/slot").text
    asked.send("slot", COLOUR)
    before = asked.assignment
    assert asked.at(asked.browser.post(asked.path)) == "/overzicht"
    assert asked.assignment == before


def test_faults(asked: Asked) -> None:
    """AL-1: what is wrong is told at each question, with the limit as it is typed; what was typed stands as it was."""
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
    """QU-3: what must hold between answers is told in the office's words, at a question that it is about."""
    reply = asked.send("gezin", {**ALONE, "q.geboren.jaar": "2020"})
    assert reply.status == 422
    assert '<a href="#q.geboren">geboren: Te jong.</a>' in reply.text


def test_faults_in_rows(asked: Asked) -> None:
    """AL-1: a fault in a row stands in that row, though blank rows before it do not count."""
    rows = {"q.kinderen.0.roep": "", "q.kinderen.1.roep": "Bo", "q.kinderen.1.elders": "ja", "q.kinderen.1.adres": ""}
    reply = asked.send("gezin", {**ALONE, **rows, "q.kinderen": ["0", "1"]})
    assert reply.status == 422
    assert 'id="q.kinderen.1.adres-fault"' in reply.text
    assert 'href="#q.kinderen.1.adres"' in reply.text


# ------------------------------------------------------------------ questions that come and go
SHOWN = ["naam", "bedrag", "geboren", "partner", "kinderen"]
"""What the first page shows before anything is answered."""


def test_questions_that_are_added(asked: Asked) -> None:
    """QU-2: Volgende shows what the answers call for on the same page, not as faults, and saves nothing yet."""
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
    """QU-2: to update shows the page as the answers make it, judges nothing, and keeps all that was typed."""
    reply = asked.send("gezin", {**TOGETHER, "q.bedrag": "x", "actie": "bijwerken"})
    assert (reply.status, value(reply, "q.bedrag"), value(reply, "q.hoe-heet")) == (200, "x", "Alex")
    assert "field-faulty" not in reply.text
    assert dutch("Page %(number)s of %(total)s", number=1, total=3) in reply.text
    reply = asked.send("gezin", {**TOGETHER, "q.partner": "nee", "actie": "bijwerken"})
    assert 'data-question="hoe-heet"' not in reply.text
    assert '<textarea name="q.hoe-heet" hidden>\nAlex</textarea>' in reply.text
    assert (asked.version, asked.raw) == ("0", {"naam": asked.world.account.name})


def test_changed_early_answer(asked: Asked) -> None:
    """Property 5: an earlier answer that hides a later page keeps its answers, and brings them back."""
    asked.send("gezin", TOGETHER)
    assert (
        asked.at(asked.send("samen", {"q.sinds.dag": "1", "q.sinds.maand": "6", "q.sinds.jaar": "2010"}))
        == "/pagina/slot"
    )
    assert asked.at(asked.send("gezin", ALONE)) == "/pagina/slot"
    hidden = asked.get("/pagina/samen")
    assert asked.at(hidden) == "/pagina/slot?melding=overgeslagen"
    assert (
        dutch("That page is not needed with the answers you gave. You go on here.") in asked.browser.follow(hidden).text
    )
    assert asked.at(asked.send("samen", {"q.sinds.dag": "1"})) == "/pagina/slot?melding=overgeslagen"
    asked.send("gezin", TOGETHER)
    assert value(asked.get("/pagina/samen"), "q.sinds.jaar") == "2010"


def test_answer_that_shows_again(asked: Asked) -> None:
    """Property 4: a question that was hidden comes back with its saved answer, where nothing else is typed."""
    asked.send("gezin", TOGETHER)
    reply = asked.send("gezin", {**ALONE, "q.partner": "ja", "getoond": SHOWN, "actie": "bijwerken"})
    assert value(reply, "q.hoe-heet") == "Alex"


# ------------------------------------------------------------------ rows
def test_rows(asked: Asked) -> None:
    """QU-2: a row comes and goes by a button, without script: the page is shown again, and nothing is saved."""
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
    """AL-1: a button that no page of ours has does nothing."""
    assert asked.send("gezin", {**ALONE, "actie": action}).status == 400


# ------------------------------------------------------------------ files
def passport(field: str = "q.stukken.nieuw", content: bytes = PASSPORT) -> Upload:
    """Choose a file."""
    return Upload(name="paspoort.pdf", content=content, field=field)


def test_files(asked: Asked) -> None:
    """AT-2: files are staged without script too, still listed after a resume, and kept when the page is saved."""
    asked.send("gezin", ALONE)
    reply = asked.send("slot", {"actie": "bestand-erbij.stukken"}, (passport(),))
    assert reply.status == 200
    assert "paspoort.pdf" in reply.text
    assert "paspoort.pdf" in asked.get("/pagina/slot").text
    [row] = asked.world.portal.answer_files.staged(asked.actor, asked.id, "stukken")
    assert asked.at(asked.send("slot", {**COLOUR, "q.stukken": str(row.id)})) == "/overzicht"
    assert asked.raw["stukken"] == [{"id": str(row.id), "name": "paspoort.pdf", "size": len(PASSPORT)}]
    assert "paspoort.pdf" in asked.get("/pagina/slot").text
    reply = asked.send("slot", {**COLOUR, "q.stukken": str(row.id), "actie": f"bestand-weg.{row.id}"})
    assert "paspoort.pdf" not in reply.text
    assert "stukken" in asked.raw
    asked.send("slot", COLOUR)
    assert "stukken" not in asked.raw


def test_files_with_next(asked: Asked) -> None:
    """AT-1: files that were chosen when Volgende is pressed are saved with the page."""
    asked.send("gezin", ALONE)
    assert asked.at(asked.send("slot", COLOUR, (passport(),))) == "/overzicht"
    assert [file["name"] for file in json.loads(json.dumps(asked.raw["stukken"]))] == ["paspoort.pdf"]


def test_files_taken_away(asked: Asked) -> None:
    """AT-1: a bin takes away a file that waits, at once; twice is no harm."""
    asked.send("gezin", ALONE)
    asked.send("slot", {"actie": "bestand-erbij.stukken"}, (passport(),))
    [row] = asked.world.portal.answer_files.staged(asked.actor, asked.id, "stukken")
    for _time in range(2):
        reply = asked.send("slot", {"q.stukken": str(row.id), "actie": f"bestand-weg.{row.id}"})
        assert reply.status == 200
        assert "paspoort.pdf" not in reply.text
    assert asked.world.portal.answer_files.staged(asked.actor, asked.id, "stukken") == []


def test_refused_files(asked: Asked) -> None:
    """AT-3: a refused file is told of at its question, beside every other fault; the others stay."""
    asked.send("gezin", ALONE)
    reply = asked.send("slot", {}, (passport(), passport(content=b"hallo")))
    assert reply.status == 422
    assert dutch("“%(name)s” is not the type of file that its name says.", name="paspoort.pdf") in reply.text
    assert 'href="#q.kleur"' in reply.text
    assert reply.text.count('class="file-row"') == 1
    assert "stukken" not in asked.raw


def test_files_that_are_gone(asked: Asked) -> None:
    """AT-2: a file that waited too long is told of when the page is saved, not left out."""
    asked.send("gezin", ALONE)
    reply = asked.send("slot", {**COLOUR, "q.stukken": "018f3a4e-0000-7000-8000-000000000000"})
    assert reply.status == 422
    assert dutch("A file waited too long, or was removed elsewhere. Add it again.") in reply.text


def test_upload_by_script(asked: Asked) -> None:
    """AT-1: a script sends one file at a time, and gets the row that shows it, or one sentence why not."""
    path = f"{asked.path}/bestanden/stukken"
    reply = asked.browser.post_files(path, {}, [passport("file")], Accept="application/json")
    assert reply.status == 201
    [row] = asked.world.portal.answer_files.staged(asked.actor, asked.id, "stukken")
    assert f'name="q.stukken" value="{row.id}"' in json.loads(reply.body)["row"]
    refused = asked.browser.post_files(path, {}, [passport("file", b"x")], Accept="application/json")
    assert (refused.status, list(json.loads(refused.body))) == (422, ["message"])
    assert asked.browser.post_files(path, {}, [], Accept="application/json").status == 400
    assert asked.browser.post_files(f"{asked.path}/bestanden/naam", {}, [passport("file")]).status == 404


# ------------------------------------------------------------------ two tabs, double clicks
def test_two_tabs(asked: Asked) -> None:
    """Property 8: what was typed in another tab stands beside what was saved; once that was shown, Volgende saves."""
    asked.send("gezin", ALONE)
    reply = asked.send("gezin", {**ALONE, "q.naam": "Kim B.", "versie": "0"})
    assert reply.status == 409
    assert value(reply, "q.naam") == "Kim B."
    assert dutch("Saved in the meantime:") in reply.text
    assert reply.text.count('class="meanwhile"') == 1
    assert 'name="versie" value="1"' in reply.text
    assert dict(asked.raw)["naam"] == "Kim"
    assert asked.at(asked.send("gezin", {**ALONE, "q.naam": "Kim B.", "versie": "1"})) == "/pagina/slot"
    assert dict(asked.raw)["naam"] == "Kim B."


def test_double_click_on_next(asked: Asked) -> None:
    """AT-5: the same page sent twice is saved once, and leads on both times."""
    for _time in range(2):
        assert asked.at(asked.send("gezin", ALONE, versie="0")) == "/pagina/slot"
    assert asked.version == "1"


# ------------------------------------------------------------------ the review and completion
def test_review(answered: Asked) -> None:
    """QU-4: the review shows every answer in words, and leads back to each page; from there Volgende returns to it."""
    review = answered.get("/overzicht")
    assert review.status == 200
    for text in ("€\xa01.234,50", "3 januari 1980", "Geel"):
        assert text in unescape(review.text)
    assert f'href="{PREFIX}{answered.path}/pagina/gezin?terug=overzicht"' in review.text
    changed = answered.get("/pagina/gezin?terug=overzicht").text
    assert '<input type="hidden" name="terug" value="overzicht">' in changed
    assert dutch("Back to the overview") in changed
    assert answered.at(answered.send("gezin", ALONE, terug="overzicht")) == "/overzicht"
    assert answered.at(answered.send("gezin", TOGETHER, terug="overzicht")) == "/pagina/samen?terug=overzicht"


def test_unfinished_review(asked: Asked) -> None:
    """Property 6: while a page is not finished the review says which, and it cannot be completed."""
    asked.send("gezin", ALONE)
    for reply, status in ((asked.get("/overzicht"), 200), (asked.complete(), 422)):
        assert reply.status == status
        assert dutch("You are not done yet") in reply.text
        assert dutch("Go on with: %(title)s", title="slot") in reply.text
        assert dutch("Complete") + "</span>" not in reply.text
    assert asked.assignment.state is AssignmentState.OPEN


def test_complete(answered: Asked) -> None:
    """QU-4: it is completed once, however often the button is pressed; then its result is all there is."""
    version = answered.version
    for _time in range(2):
        assert answered.at(answered.complete(versie=version)) == "/resultaat?melding=voltooid"
    result = answered.get("/resultaat")
    assert answered.assignment.state is AssignmentState.COMPLETED
    for text in (
        answered.world.client.name,
        "€\xa01.234,50",
        "2026-0001",
        dutch("The PDF is being made. It will stand in the dossier, under “Delivered by me”."),
    ):
        assert unescape(text) in unescape(result.text)
    assert "data-print hidden" in result.text
    for path in ("", "/pagina/gezin", "/overzicht"):
        assert answered.at(answered.get(path)) == "/resultaat"
    assert answered.at(answered.send("gezin", ALONE, versie="2")) == "/resultaat"
    assert answered.at(answered.browser.post(answered.path)) == "/resultaat"


def test_result_with_pdf(answered: Asked) -> None:
    """QU-4: once the PDF is filed, the result leads to it."""
    answered.complete()
    while answered.world.portal.background.dispatcher.run_once():
        pass
    submission = answered.assignment.submission_id
    assert submission is not None
    link = f"/dossiers/{answered.world.dossier.id}/aangeleverd/{submission}"
    assert f'href="{PREFIX}{link}"' in answered.get("/resultaat").text
    assert answered.browser.get(link).status == 200


def test_stale_review(answered: Asked) -> None:
    """Property 8: what was saved after the review was opened is shown before it can be completed."""
    answered.send("slot", {"q.kleur": "rood"})
    reply = answered.complete(versie="2")
    assert reply.status == 409
    assert dutch("The answers changed in the meantime") in reply.text
    assert "Rood" in reply.text
    assert answered.at(answered.complete(versie="3")) == "/resultaat?melding=voltooid"


def test_result_before_completion(asked: Asked) -> None:
    """QU-4: before it is completed there is no result."""
    assert asked.at(asked.get("/resultaat")) == "/pagina/gezin"


def test_withdrawn(asked: Asked) -> None:
    """QU-1: what the office withdrew leads back to Acties, which say so."""
    asked.world.portal.office.questionnaires.withdraw(asked.world.scene.office_actor(asked.world.office), asked.id)
    replies = [asked.get(path) for path in ("", "/pagina/gezin", "/overzicht", "/resultaat")]
    replies += [asked.browser.post(asked.path), asked.send("gezin", ALONE), asked.complete(versie="0")]
    assert {(reply.status, reply.location) for reply in replies} == {(303, f"{PREFIX}/acties?melding=ingetrokken")}
    notice = dutch("The office withdrew this questionnaire. You need not fill it in any more.")
    assert notice in asked.browser.follow(replies[0]).text


def test_expired_session(asked: Asked, new_browser: Callable[[], Browser]) -> None:
    """SI-3: who is not signed in any more is told that what was sent was not taken in, and is led back to the page."""
    reply = new_browser().post_files(f"{asked.path}/pagina/gezin", {**ALONE, "versie": "0"})
    assert reply.status == 401
    assert f'value="{PREFIX}{asked.path}/pagina/gezin"' in reply.text
    assert asked.version == "0"


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
    """AL-1: whatever is sent in a page's place is refused, and changes nothing."""
    before = asked.assignment
    assert asked.send("gezin", {**ALONE, **fields}).status == status
    assert asked.assignment == before


def test_texts_are_text(client: Browser, world: World) -> None:
    """ME-5: what definitions say and what clients type is shown, never obeyed."""
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
