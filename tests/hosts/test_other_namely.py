"""A text beside an option: it is on the page from the start, and counts only if the option is chosen (QU-3)."""

import re

from klantportaal.testing.questionnaires import page, question
from tests.hosts.browsers import Browser, dutch
from tests.hosts.conftest import World
from tests.hosts.test_filling_in import given_out

OPTIONS = ("loon", "anders")
BESIDE = {"option": "anders"}


def test_other_namely(client: Browser, world: World) -> None:
    """QU-3: Without script, the text is beside its option, is asked only if that is chosen, and is in the overview."""
    source = question("bron", "choice", options=OPTIONS, required=True)
    text = question("naast", beside={**BESIDE, "question": "bron"}, required=True)
    column = question("soort", "choices", options=OPTIONS)
    inner = question("soort-naast", beside={**BESIDE, "question": "soort"})
    asked = given_out(client, world, page("een", source, text, question("rijen", "rows", columns=[column, inner])))
    shown = asked.get("/pagina/een").text
    assert re.search(r'value="anders"[^>]*>\s*<label [^>]*>Anders</label>\s*</div>\s*<div class="beside">', shown)
    assert shown.count('name="q.naast"') == 1
    typed = {"getoond": ["bron", "naast", "rijen", "rijen.0.soort", "rijen.0.soort-naast"], "q.rijen": "0"}
    typed |= {"q.rijen.0.soort": ["loon", "anders"], "q.rijen.0.soort-naast": "Rente"}
    reply = asked.send("een", {**typed, "q.bron": "anders"})
    assert reply.status == 422
    assert '<a href="#q.naast">Vul “naast” in.</a>' in reply.text
    assert reply.text.count('name="q.rijen.0.soort-naast"') == 1
    assert asked.at(asked.send("een", {**typed, "q.bron": "anders", "q.naast": "Loterij"})) == "/overzicht"
    row = {"soort": ["loon", "anders"], "soort-naast": "Rente"}
    assert asked.raw == {"bron": "anders", "naast": "Loterij", "rijen": [row]}
    assert "Loterij" in asked.get("/overzicht").text
    assert asked.at(asked.send("een", {**typed, "q.bron": "loon", "q.naast": "Weg"})) == "/overzicht"
    assert asked.raw == {"bron": "loon", "naast": "Loterij", "rijen": [row]}
    assert "Loterij" not in asked.get("/overzicht").text
    assert 'name="q.naast" value="Loterij"' in asked.get("/pagina/een").text


def test_beside_a_list(client: Browser, world: World) -> None:
    """QU-3: Of many options, which are a drop-down list, the text stands under the list, and says for which option."""
    codes = (*(f"land-{number}" for number in range(10)), "anders")
    source = question("land", "choice", options=codes)
    asked = given_out(client, world, page("een", source, question("naast", beside={**BESIDE, "question": "land"})))
    shown = asked.get("/pagina/een").text
    assert shown.index("</select>") < shown.index(dutch("If you choose “%(option)s”:", option="Anders"))
    assert shown.index("</select>") < shown.index('name="q.naast"')


def test_on_the_page_of_a_row(client: Browser, world: World) -> None:
    """QU-3: On a page for each row, the text stands beside the option of that row."""
    owners = question("eigenaren", "rows", columns=[question("naam")])
    source = question("bron", "choice", options=OPTIONS, required=True)
    text = question("naast", beside={**BESIDE, "question": "bron"}, required=True)
    each = page("een", source, text, for_each="eigenaren")
    asked = given_out(client, world, page("wie", owners), each)
    asked.send("wie", {"q.eigenaren": ["0", "1"], "q.eigenaren.0.naam": "Eva", "q.eigenaren.1.naam": "Bo"})
    shown = asked.get("/pagina/een~1-1").text
    assert re.search(r'<div class="beside">\s*<[^>]*data-question="naast~1-1"', shown)
    assert shown.count('name="q.naast~1-1"') == 1
    assert '<a href="#q.naast~1-1">' in asked.send("een~1-1", {"q.bron~1-1": "anders"}).text
    asked.send("een~1-1", {"q.bron~1-1": "anders", "q.naast~1-1": "Loterij"})
    assert asked.raw["naast~1-1"] == "Loterij"
    assert "Loterij" in asked.get("/overzicht").text
