"""What the office answered when it assigned a questionnaire, on the page of the client (QU-1, QU-3)."""

import re

from klantportaal.domain.questionnaires.answering import Given
from klantportaal.testing.questionnaires import page, question, questionnaire
from tests.hosts.asking import Asked, value
from tests.hosts.browsers import Browser, dutch
from tests.hosts.conftest import World

CORRECT = "The office filled this in. Change it if it is not right."
FIXED = "The office filled this in. If it is not right, tell the office."


def given_to(client: Browser, world: World) -> Asked:
    """Assign a questionnaire with answers of the office, and start it."""
    source = question("bron", "choice", options=("loon", "anders"), fixed=True)
    beside = question("naast", beside={"question": "bron", "option": "anders"}, required=True)
    rows = question("ubos", "rows", columns=[question("wie")], fixed=True)
    asked = [question("naam"), question("kvk", "kvk", fixed=True, required=True), rows, source, beside]
    published = world.scene.published(world.office, questionnaire("eigen", page("een", *asked)))
    known = Given({"naam": "Jan <b>", "kvk": "12345678", "ubos": [{"wie": "Bo"}], "bron": "anders"})
    assignment = world.scene.assignment(world.dossier, world.client, published, given=known)
    given = Asked(world=world, browser=client, id=assignment.id)
    client.post(given.path)
    return given


def test_filled_in(client: Browser, world: World) -> None:
    """QU-3: A given answer stands in its field, and a fixed one as text; the page says that the office filled it in."""
    asked = given_to(client, world)
    shown = asked.get("/pagina/een")
    assert value(shown, "q.naam") == "Jan <b>"
    assert shown.text.count(dutch(CORRECT)) == 1
    assert shown.text.count(dutch(FIXED)) == 3
    names = set(re.findall(r'name="(q\.[^"]+)"', shown.text))
    assert names == {"q.naam", "q.naast"}
    assert re.search(r'<div class="fixed-answer" id="q.kvk".*?<p class="lines">12345678</p>', shown.text, re.DOTALL)
    assert "Jan &lt;b&gt;" in shown.text


def test_saved(client: Browser, world: World) -> None:
    """QU-3: The page is saved without the fixed answers; the given one may be corrected, and is the client's then."""
    asked = given_to(client, world)
    assert asked.at(client.get(asked.path)) == "/pagina/een"
    sent = {"q.naam": "Jan", "getoond": ["naam", "kvk", "ubos", "bron", "naast"]}
    reply = asked.send("een", sent)
    assert reply.status == 422
    assert '<a href="#q.naast">Vul “naast” in.</a>' in reply.text
    assert asked.at(asked.send("een", {**sent, "q.naast": "Loterij"})) == "/overzicht"
    own = {"naam": "Jan", "naast": "Loterij"}
    assert asked.raw == {**own, "kvk": "12345678", "ubos": [{"wie": "Bo"}], "bron": "anders"}
    assert dutch(CORRECT) not in asked.get("/pagina/een").text


def test_forged(client: Browser, world: World) -> None:
    """AL-1: A forged form with another answer is refused at the question, and nothing changes."""
    asked = given_to(client, world)
    sent = {"q.naam": "Jan", "q.naast": "x", "q.kvk": "00000001"}
    reply = asked.send("een", {**sent, "getoond": ["naam", "kvk", "ubos", "bron", "naast"]})
    assert reply.status == 422
    assert f'<a href="#q.kvk">kvk: {dutch("The office filled this in. You cannot change it.")}</a>' in reply.text
    assert asked.raw["kvk"] == "12345678"
