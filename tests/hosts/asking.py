"""A questionnaire with a bit of everything, and what a browser without script does with it."""

import re
from collections.abc import Mapping
from html import unescape
from typing import TYPE_CHECKING

import attrs

from klantportaal.domain.questionnaires.assignments import Assignment
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AssignmentId
from klantportaal.testing.questionnaires import page, question, questionnaire
from tests.hosts.browsers import PREFIX, Browser, Fields, Reply, Upload

if TYPE_CHECKING:
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
TESTAMENT = questionnaire("testament", FIRST, WITH_PARTNER, LAST)


@attrs.frozen(kw_only=True)
class Asked:
    """A client's copy of the questionnaire, and a browser that fills it in."""

    world: "World"
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
        return self.world.portal.client.questionnaires.open(self.actor, self.id).assignment

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


def value(reply: Reply, name: str) -> str:
    """Read what stands in a field of one line."""
    found = re.search(rf'<input class="input[^>]* name="{re.escape(name)}" value="([^"]*)"', reply.text)
    assert found, name
    return unescape(found[1])
