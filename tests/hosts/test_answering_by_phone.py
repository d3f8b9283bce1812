"""The keyboards that questionnaire fields open on a phone, and the progress bar (QU-2)."""

import re
from html import unescape

import pytest

from klantportaal.testing.questionnaires import Content, page, question, questionnaire
from tests.hosts.asking import ALONE, COLOUR, TOGETHER, Asked
from tests.hosts.browsers import Browser, Reply
from tests.hosts.conftest import World

KEYBOARDS = [
    (question("v", "text"), [("text", None)]),
    (question("v", "integer"), [("text", "numeric")]),
    (question("v", "amount"), [("text", "decimal")]),
    (question("v", "percentage"), [("text", "decimal")]),
    (question("v", "decimal"), [("text", "decimal")]),
    (question("v", "bsn"), [("text", "numeric")]),
    (question("v", "vat"), [("text", None)]),
    (question("v", "date"), [("text", "numeric")] * 3),
    (question("v", "address"), [("text", None)] * 5),
    (question("v", "signature"), [("text", None)]),
    (question("v", "email"), [("email", None)]),
    (question("v", "phone"), [("tel", None)]),
    (question("v", "iban"), [("text", None)]),
    (question("v", "prefilled", profile="email"), [("email", None)]),
    (question("v", "rows", required=True, columns=[question("k", "integer")]), [("text", "numeric")]),
]
"""For each type with one input field: a question, and the type and input mode of its fields."""


@pytest.mark.parametrize("asked, keyboards", KEYBOARDS, ids=lambda case: case["type"] if isinstance(case, dict) else "")
def test_keyboards(client: Browser, world: World, asked: Content, keyboards: list[tuple[str, str | None]]) -> None:
    """QU-2: Numbers, dates, e-mail addresses and phone numbers open their own keyboards. Texts open the usual one."""
    published = world.scene.published(world.office, questionnaire("toetsen", page("blad", asked)))
    path = f"/vragenlijsten/{world.scene.assignment(world.dossier, world.client, published).id}"
    client.post(path)
    fields = re.findall(r'<input class="input[^>]* name="q\.v[^>]*>', client.get(f"{path}/pagina/blad").text)
    assert [(attribute(each, "type"), attribute(each, "inputmode")) for each in fields] == keyboards


def attribute(tag: str, name: str) -> str | None:
    """Read an attribute of a tag."""
    found = re.search(rf' {name}="([^"]*)"', tag)
    return found[1] if found else None


def progress(reply: Reply) -> tuple[str | None, str | None, str | None] | None:
    """Read the progress bar: the pages done, the number of pages, and the label. None if there is no bar."""
    bar = re.search(r'<progress class="filling-progress"[^>]*>', reply.text)
    words = re.search(r'id="page-done">([^<]*)<', reply.text)
    if bar is None:
        return None
    return attribute(bar[0], "value"), attribute(bar[0], "max"), unescape(words[1]) if words else None


def test_progress(asked: Asked) -> None:
    """QU-2, QU-3: The progress bar shows how many pages are done, once their number is known. One more lowers it."""
    assert progress(asked.get("/pagina/gezin")) is None
    asked.send("gezin", ALONE)
    assert progress(asked.get("/pagina/slot")) == ("1", "2", "1 pagina klaar")
    asked.send("slot", COLOUR)
    assert progress(asked.get("/pagina/gezin")) == ("2", "2", "2 pagina's klaar")
    asked.send("gezin", TOGETHER)
    assert progress(asked.get("/pagina/samen")) == ("2", "3", "2 pagina's klaar")
