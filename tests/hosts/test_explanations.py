"""Emphasis and links in the explanations of a questionnaire (QU-2)."""

from klantportaal.testing.questionnaires import page, question
from tests.hosts.browsers import Browser, dutch
from tests.hosts.conftest import World
from tests.hosts.test_filling_in import given_out

HELP = "**Let *op***: <i>{wie}</i>\n[onze *site*](https://example.nl/?a=1&b=2), [bel](tel:+31201234567)."
TAB = dutch("(opens a new tab)")
SHOWN = (
    "<strong>Let </strong><strong><em>op</em></strong>: &lt;i&gt;*Jo* [x](https://kwaad.nl)&lt;/i&gt;\n"
    '<a href="https://example.nl/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">onze <em>site</em></a> '
    f'{TAB}, <a href="tel:+31201234567">bel</a>.'
)


def test_explained(client: Browser, world: World) -> None:
    """QU-2: intros and helps have emphasis and links; labels, and what the client answered, have none."""
    kinds = ("text", "long_text", "boolean", "date", "file", "note")
    told = {"label": "*Wat*", "help": HELP}
    asked = [{**question(f"q-{kind}", kind), "texts": {"nl": told, "en": told}} for kind in kinds]
    heading = {"title": "*Later*", "intro": HELP}
    later = page("later", *asked, texts={"nl": heading, "en": heading})
    filling = given_out(client, world, page("eerst", question("wie")), later)
    filling.send("eerst", {"q.wie": "*Jo* [x](https://kwaad.nl)"})
    shown = filling.get("/pagina/later").text
    assert shown.count(SHOWN) == len(kinds) + 1
    assert "*Wat*" in shown
    assert ">*Later*</h2>" in shown
