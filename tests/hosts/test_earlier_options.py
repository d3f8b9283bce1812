"""A choice between earlier answers, on its page (QU-3)."""

from klantportaal.testing.questionnaires import page, question
from tests.hosts.browsers import Browser, dutch
from tests.hosts.conftest import World
from tests.hosts.test_filling_in import given_out

GONE = "You chose “%(option)s” before. That is no longer one of the options."


def test_one_of_the_children(client: Browser, world: World) -> None:
    """QU-3: The children are the options; if the chosen one is taken out, its page comes back, and says so."""
    rows = question("kinderen", "rows", columns=[question("naam")])
    choice = question("executeur", "choice", options_from={"question": "kinderen", "column": "naam"}, required=True)
    asked = given_out(client, world, page("eerst", rows), page("later", choice))
    both = {"q.kinderen": ["0", "1"], "q.kinderen.0.naam": "Eva <i>", "q.kinderen.1.naam": "Daan"}
    assert asked.at(asked.send("eerst", both)) == "/pagina/later"
    shown = asked.get("/pagina/later").text
    assert 'value="Eva &lt;i&gt;"' in shown
    assert ">Eva &lt;i&gt;</label>" in shown
    assert asked.at(asked.send("later", {"q.executeur": "Eva <i>"})) == "/overzicht"
    assert asked.raw["executeur"] == "Eva <i>"
    told = dutch(GONE, option="Eva <i>")
    assert told not in asked.get("/pagina/later").text
    only = {"q.kinderen": ["0"], "q.kinderen.0.naam": "Daan"}
    assert asked.at(asked.send("eerst", only, terug="overzicht")) == "/pagina/later?terug=overzicht"
    assert told in asked.get("/pagina/later").text
    assert asked.at(asked.send("later", {"q.executeur": "Daan"})) == "/overzicht"
    assert asked.at(asked.send("eerst", {})) == "/overzicht"
    assert "executeur" not in asked.get("/overzicht").text
