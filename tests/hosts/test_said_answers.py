"""Earlier answers in the texts of a page (QU-3, property 10)."""

from klantportaal.testing.questionnaires import page, question
from tests.hosts.browsers import Browser
from tests.hosts.conftest import World
from tests.hosts.test_filling_in import given_out


def test_said(client: Browser, world: World) -> None:
    """QU-3: Title, label, help, fault and overview say the answer, escaped; it changes with the answer."""
    texts = {"label": "Wat krijgt {wie}?", "help": "Van {wie}.", "fault": "Niet voor {wie}."}
    second = {**question("wat", schema={"pattern": "^a"}), "texts": {"nl": texts, "en": texts}}
    titles = {"title": "Over {wie}", "intro": "Dit is {wie}."}
    later = {**page("later", second), "texts": {"nl": titles, "en": titles}}
    asked = given_out(client, world, page("eerst", question("wie")), later)
    assert "Wat krijgt …?" in asked.get("/pagina/later").text
    asked.send("eerst", {"q.wie": "Jo <b>{wie}</b>"})
    name = "Jo &lt;b&gt;{wie}&lt;/b&gt;"
    shown = asked.get("/pagina/later").text
    for said in (f">Over {name}</h2>", f"Dit is {name}.", f"Wat krijgt {name}?", f"Van {name}.", f"<title>Over {name}"):
        assert said in shown
    reply = asked.send("later", {"q.wat": "b"}).text
    assert f'<a href="#q.wat">Wat krijgt {name}? Niet voor {name}.</a>' in reply
    asked.send("later", {"q.wat": "a"})
    overview = asked.get("/overzicht").text
    assert f"Wat krijgt {name}?" in overview
    assert f">Over {name}" in overview
    asked.send("eerst", {"q.wie": "Bo"}, terug="overzicht")
    assert "Wat krijgt Bo?" in asked.get("/overzicht").text
