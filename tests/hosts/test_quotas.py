"""Daily quotas on both hosts: shown before and at sending, with and without script (AT-3, ME-3)."""

import html
import json
from typing import Any

import attrs
import pytest

from klantportaal.domain.quotas import DailyQuotas, Usage
from klantportaal.domain.uploads import MEBIBYTE
from klantportaal.domain.values import day
from tests.hosts.asking import ALONE, Asked
from tests.hosts.browsers import Browser, Upload
from tests.hosts.conftest import PDF, World
from tests.hosts.test_answer_files import passport
from tests.hosts.test_messaging import JSON, actor, compose_path, draft_of, messages, staged, typed, upload_path

QUOTAS = DailyQuotas()
FULL: dict[str, dict[str, Any]] = {
    "messages": {"messages": QUOTAS.client_messages},
    "files": {"files": QUOTAS.client_files},
    "bytes": {"bytes": QUOTAS.client_bytes},
}
TOLD = {
    "messages": ("Vandaag kunnen er geen berichten meer worden verstuurd.", "No more messages can be sent today."),
    "files": ("Vandaag kunnen er geen bestanden meer worden verstuurd.", "No more files can be sent today."),
    "bytes": ("Vandaag kunnen er geen bestanden meer worden verstuurd.", "No more files can be sent today."),
}
REFUSED = {
    "messages": ("U kunt maximaal 200 berichten per dag versturen.", "You can send at most 200 messages a day."),
    "files": ("u kunt maximaal 500 bestanden per dag versturen.", "you can send at most 500 files a day."),
    "bytes": ("bestanden van samen maximaal 2.048 MB versturen.", "files of at most 2,048 MB together in a day."),
}


def use(world: World, **sent: int) -> None:
    """Let the client have sent something today."""
    client = actor(world)
    with world.scene.storage.begin() as uow:
        held = uow.usages.hold(client, day(world.scene.clock.now()))
        uow.usages.save(client, attrs.evolve(held, client=Usage(**sent)))
        uow.commit()


def test_nothing_is_told_while_there_is_room(client: Browser, world: World) -> None:
    """AT-3: the page says nothing of quotas before they matter, and then how much is left."""
    assert "andaag" not in client.get(compose_path(world)).text
    use(world, files=QUOTAS.client_files - 2, bytes=QUOTAS.client_bytes - MEBIBYTE)
    assert (
        "Vandaag kunt u nog 2 bestanden toevoegen. Samen mogen ze maximaal 1 MB zijn."
        in client.get(compose_path(world)).text
    )
    use(world, files=QUOTAS.client_files - 1)
    assert "Vandaag kunt u nog 1 bestand toevoegen" in client.get(compose_path(world)).text


@pytest.mark.parametrize("language, number", [("nl", 0), ("en", 1)])
@pytest.mark.parametrize("what", FULL)
def test_told_before_and_at_sending(client: Browser, world: World, what: str, language: str, number: int) -> None:
    """ME-3, AT-3: the page says that a quota is used up, refuses with the reason, and keeps the typed text."""
    if language == "en":
        _in_english(client, world)
    draft = draft_of(client.get(compose_path(world)))
    use(world, **FULL[what])
    assert TOLD[what][number] in client.get(compose_path(world)).text
    scan = [] if what == "messages" else [Upload(name="scan.pdf", content=PDF)]
    reply = client.post_files(compose_path(world), typed(draft, body="Dit blijft staan."), scan)
    assert reply.status == 422
    assert REFUSED[what][number] in html.unescape(reply.text)
    assert "Dit blijft staan." in reply.text
    assert (len(messages(world)), staged(world, draft)) == (1, [])


@pytest.mark.parametrize("what", ["files", "bytes"])
def test_told_to_a_script(client: Browser, world: World, what: str) -> None:
    """AT-3: a script gets the reason as a sentence, and nothing is kept."""
    draft = draft_of(client.get(compose_path(world)))
    use(world, **FULL[what])
    scan = [Upload(name="scan.pdf", content=PDF, field="file")]
    reply = client.post_files(upload_path(world, draft), {}, scan, Accept=JSON)
    assert reply.status == 422
    assert REFUSED[what][0] in json.loads(reply.text)["sentence"]
    assert staged(world, draft) == []


def test_told_in_a_questionnaire(asked: Asked) -> None:
    """AT-3: a page of a questionnaire that asks for files shows it too, before and at sending."""
    use(asked.world, **FULL["files"])
    asked.send("gezin", ALONE)
    reply = asked.browser.post_files(
        f"{asked.path}/bestanden/stukken", {}, [passport("file")], Accept="application/json"
    )
    assert reply.status == 422
    assert REFUSED["files"][0] in json.loads(reply.text)["sentence"]
    assert TOLD["files"][0] in asked.get("/pagina/slot").text


def _in_english(client: Browser, world: World) -> None:
    client.post("/mijn-gegevens", {"language": "en", "documents": "on"})
    client.post("/uitloggen")
    client.sign_in(world.email)
