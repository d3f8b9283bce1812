"""Computed values, on the page of the client, in the review and in the result (QU-3, QU-4, property 10)."""

import re

from klantportaal.testing.questionnaires import page, question
from tests.hosts.asking import Asked
from tests.hosts.browsers import Browser, dutch
from tests.hosts.conftest import World
from tests.hosts.test_filling_in import given_out

HERE = "This is calculated from your answers on this page, at the latest when you choose Next."
EARLIER = "This is calculated from your earlier answers."
TWO = {"q.loon": "1.200,50", "q.huur": "800"}


def sums(client: Browser, world: World) -> Asked:
    """Give out a questionnaire with a sum on the page of its numbers, and a product on the next."""
    amounts = [question("loon", "amount"), question("huur", "amount")]
    total = question("samen", "computed", compute={"sum": [{"question": each["id"]} for each in amounts]})
    more = {"question": "loon", "at_least": {"question": "huur"}}
    left = question(
        "rest", "computed", visible_when=more, compute={"difference": [{"question": "loon"}, {"question": "huur"}]}
    )
    texts = {"label": "Per jaar, bij {samen} per maand"}
    year = question("jaar", "computed", compute={"product": {"question": "samen"}, "by": 12})
    year = {**year, "texts": {"nl": texts, "en": texts}}
    return given_out(client, world, page("een", *amounts, total, left), page("twee", year, question("naam")))


def value_of(text: str, id: str) -> str:
    """Give the value that a page shows under a computed question."""
    found = re.search(rf'id="q.{id}" tabindex="-1">.*?<p class="lines[^"]*">([^<]*)</p>\n?</div>', text, re.DOTALL)
    assert found is not None
    return found[1].replace("\N{NO-BREAK SPACE}", " ")


def test_on_the_page(client: Browser, world: World) -> None:
    """QU-3: A value stands on its page as text, without a field; it is that of what is shown there."""
    asked = sums(client, world)
    shown = asked.get("/pagina/een").text
    assert (value_of(shown, "samen"), dutch(HERE) in shown) == ("Niet te berekenen", True)
    assert set(re.findall(r'name="(q\.[^"]+)"', shown)) == {"q.loon", "q.huur"}
    assert re.search(r'data-question="loon" data-watched', shown)
    assert re.search(r'data-question="samen" data-computed', shown)
    again = asked.send("een", {**TWO, "actie": "bijwerken", "getoond": ["loon", "huur", "samen"]}).text
    assert (value_of(again, "samen"), value_of(again, "rest")) == ("€ 2.000,50", "€ 400,50")
    assert asked.raw == {}


def test_saved(client: Browser, world: World) -> None:
    """QU-3, property 10: One that appears blocks nothing; later pages, review and result have the values too."""
    asked = sums(client, world)
    assert asked.at(asked.send("een", {**TWO, "getoond": ["loon", "huur", "samen"]})) == "/pagina/twee"
    shown = asked.get("/pagina/twee").text
    assert (value_of(shown, "jaar"), dutch(EARLIER) in shown) == ("€ 24.006,00", True)
    assert "bij €\N{NO-BREAK SPACE}2.000,50 per maand" in shown
    assert asked.at(asked.send("twee", {})) == "/overzicht"
    review = asked.get("/overzicht").text
    asked.complete()
    for text in (review, asked.get("/resultaat").text):
        for written in ("2.000,50", "400,50", "24.006,00"):
            assert f"€\N{NO-BREAK SPACE}{written}</p>" in text
    assert asked.raw == {"loon": 120_050, "huur": 80_000, "samen": 200_050, "rest": 40_050, "jaar": 2_400_600}


def test_forged(client: Browser, world: World) -> None:
    """AL-1: A form with a value for a computed question is none of the portal's, and nothing is saved."""
    asked = sums(client, world)
    assert asked.send("een", {**TWO, "q.samen": "1"}).status == 400
    assert asked.raw == {}
