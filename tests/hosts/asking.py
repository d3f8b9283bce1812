"""A questionnaire with many kinds of questions, and a browser without script that fills it in."""

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
"""The answers of somebody without a partner on the first page."""
TOGETHER = {**ALONE, "q.partner": "ja", "q.hoe-heet": "Alex"}
COLOUR = {"q.kleur": "geel"}
TESTAMENT = questionnaire("testament", FIRST, WITH_PARTNER, LAST)


@attrs.frozen(kw_only=True)
class Asked:
    """A client's questionnaire, and a browser that fills it in."""

    world: "World"
    browser: Browser
    id: AssignmentId

    @property
    def actor(self) -> Actor:
        """The client."""
        return self.world.scene.actor(self.world.account)

    @property
    def path(self) -> str:
        """The path of the questionnaire."""
        return f"/vragenlijsten/{self.id}"

    @property
    def assignment(self) -> Assignment:
        """The questionnaire as it is stored."""
        return self.world.portal.client.questionnaires.open(self.actor, self.id).assignment

    @property
    def raw(self) -> Mapping[str, object]:
        """The saved answers."""
        answering = self.assignment.answering
        return {} if answering is None else answering.raw

    @property
    def version(self) -> str:
        """The version that a page has when it is opened now."""
        answering = self.assignment.answering
        return "" if answering is None else str(answering.version)

    def get(self, path: str) -> Reply:
        """Open a page of the questionnaire."""
        return self.browser.get(self.path + path)

    def send(self, page_id: str, fields: Fields, uploads: tuple[Upload, ...] = (), **more: str) -> Reply:
        """Send a page as its form does. The default version is the current one."""
        sent = {"versie": self.version, **fields, **more}
        return self.browser.post_files(f"{self.path}/pagina/{page_id}", sent, uploads)

    def complete(self, **fields: str) -> Reply:
        """Send the review."""
        return self.browser.post(f"{self.path}/overzicht", {"versie": self.version, **fields})

    def at(self, reply: Reply) -> str:
        """Give the path of a redirect, within the questionnaire."""
        assert reply.status == 303, reply.text
        return reply.location.removeprefix(PREFIX + self.path)


def value(reply: Reply, name: str) -> str:
    """Read the value of an input field."""
    found = re.search(rf'<input class="input[^>]* name="{re.escape(name)}" value="([^"]*)"', reply.text)
    assert found, name
    return unescape(found[1])
