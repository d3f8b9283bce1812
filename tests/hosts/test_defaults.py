"""Defaults: what a page has filled in before it was saved (QU-3)."""

from klantportaal.testing.questionnaires import page, question
from tests.hosts.asking import value
from tests.hosts.browsers import Browser, dutch
from tests.hosts.conftest import World
from tests.hosts.test_filling_in import given_out

TOLD = "This was filled in for you. Change it if it is not right."


def test_filled_in(client: Browser, world: World) -> None:
    """QU-3: A default stands in its field and is told, decides what is shown, and is no answer before Volgende."""
    shown_when = {"question": "partner", "is": {"const": True}}
    partner = question("partner", "boolean", default=True)
    extra = question("sinds", "date", visible_when=shown_when, default="2020-01-31")
    later = page("twee", question("woont", default={"question": "stad"}), question("land", default="<b>"))
    asked = given_out(client, world, page("een", question("stad", default="Edam"), partner, extra), later)
    shown = asked.get("/pagina/een")
    assert (value(shown, "q.stad"), value(shown, "q.sinds.jaar")) == ("Edam", "2020")
    assert shown.text.count(dutch(TOLD)) == 3
    assert 'value="ja" checked' in shown.text
    assert asked.raw == {}
    assert asked.at(client.get(asked.path)) == "/pagina/een"
    sent = {"q.stad": "", "q.partner": "nee", "getoond": ["stad", "partner", "sinds"]}
    assert asked.at(asked.send("een", sent)) == "/pagina/twee"
    assert asked.raw == {"partner": False}
    again = asked.get("/pagina/een")
    assert (value(again, "q.stad"), dutch(TOLD) in again.text) == ("", False)
    shown = asked.get("/pagina/twee")
    assert (value(shown, "q.woont"), value(shown, "q.land")) == ("", "<b>")
    asked.send("een", {**sent, "q.stad": "Hoorn"}, terug="overzicht")
    assert value(asked.get("/pagina/twee"), "q.woont") == "Hoorn"


def test_when_it_comes(client: Browser, world: World) -> None:
    """QU-3: A question that comes because of what is typed has its default; what was typed elsewhere stays."""
    extra = question("land", default="België", visible_when={"question": "buitenland", "is": {"const": True}})
    asked = given_out(client, world, page("een", question("naam"), question("buitenland", "boolean"), extra))
    typed = {"q.naam": "Jo", "q.buitenland": "ja", "getoond": ["naam", "buitenland"]}
    reply = asked.send("een", typed)
    assert (value(reply, "q.naam"), value(reply, "q.land")) == ("Jo", "België")
    assert (
        asked.at(asked.send("een", {**typed, "q.land": "Frankrijk", "getoond": ["naam", "buitenland", "land"]}))
        == "/overzicht"
    )
    assert asked.raw == {"naam": "Jo", "buitenland": True, "land": "Frankrijk"}
