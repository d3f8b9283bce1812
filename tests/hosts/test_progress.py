"""The steps of a dossier, on both hosts (PG-1)."""

import json
import re
from datetime import timedelta

from klantportaal.adapters.web.language.translations import wordings
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import Language, day
from tests.hosts.browsers import Browser
from tests.hosts.conftest import World
from tests.usecases.progress_template import TEMPLATE

TABS = ["Correspondentie", "Documenten", "Door mij aangeleverd", "Berichten"]


def test_the_steps_of_a_dossier(client: Browser, world: World) -> None:
    """PG-1: the tab says in words what is done, current and still to come; Home and the list say the step."""
    office, dossier = world.portal.office.progress, f"/dossiers/{world.dossier.id}"
    desk = OfficeActor(office_id=world.office.id, handler="mr. A. de Wit")
    wording, today = wordings()[Language.DUTCH], day(world.scene.clock.now())
    text = json.dumps(TEMPLATE).replace("Conceptakte", "<Concept>").replace("het Kadaster", "het <Kadaster>")
    template = office.publish_template(desk, text).template
    office.follow(desk, world.dossier.id, template, reached_on=today - timedelta(days=3))
    office.move(desk, world.dossier.id, "concept")
    page = client.get(f"{dossier}/voortgang").text
    assert re.findall(r'<span class="tab-label">([^<]+)</span>', page) == [*TABS, "Voortgang"]
    [listed] = re.findall(r"<ol class=\"card steps\">(.*?)</ol>", page, re.DOTALL)
    assert re.findall(r"<h3>([^<]+)</h3>\s*<p class=\"meta\">([^<]+)</p>", listed) == [
        ("Voorbereiding", f"Klaar, begonnen op {wording.day(today - timedelta(days=3))}"),
        ("&lt;Concept&gt;", f"Nu bezig, sinds {wording.day(today)}"),
        ("Ondertekening", "Komt nog"),
    ]
    assert re.findall(r'aria-current="step">.*?<h3>([^<]+)', listed, re.DOTALL) == ["&lt;Concept&gt;"]
    assert re.findall(r'<p class="lines">([^<]+)', listed) == ["Wij vragen het &lt;Kadaster&gt; en de bank om stukken."]
    for path in ("/home", "/dossiers", dossier, f"{dossier}/berichten"):
        assert client.get(path).text.count("Stap 2 van 3: &lt;Concept&gt;") == 1


def test_a_dossier_without_steps(client: Browser, world: World) -> None:
    """PG-1, DO-1: without a template there is no such tab; a dossier of others has none either."""
    page = client.get(f"/dossiers/{world.dossier.id}")
    assert re.findall(r'<span class="tab-label">([^<]+)</span>', page.text) == TABS
    office = world.portal.office.progress
    desk = OfficeActor(office_id=world.office.id, handler="mr. A. de Wit")
    stranger, _account = world.scene.person(world.office)
    theirs = world.scene.dossier(world.office, stranger)
    office.follow(desk, theirs.id, office.publish_template(desk, json.dumps(TEMPLATE)).template)
    for dossier in (world.dossier, theirs):
        assert client.get(f"/dossiers/{dossier.id}/voortgang").status == 404
