"""Questions for files: choosing, listing, removing and keeping files (AT-1 to AT-3, QU-2)."""

import json

from tests.hosts.asking import ALONE, COLOUR, Asked
from tests.hosts.browsers import Upload, dutch

PASSPORT = b"%PDF-1.7 paspoort"


def passport(field: str = "q.stukken.nieuw", content: bytes = PASSPORT) -> Upload:
    """Make a file to upload."""
    return Upload(name="paspoort.pdf", content=content, field=field)


def test_files(asked: Asked) -> None:
    """AT-2: Files are staged without script too, listed after a resume, and kept when the page is saved."""
    asked.send("gezin", ALONE)
    reply = asked.send("slot", {"actie": "bestand-erbij.stukken"}, (passport(),))
    assert reply.status == 200
    assert "paspoort.pdf" in reply.text
    assert "paspoort.pdf" in asked.get("/pagina/slot").text
    [row] = asked.world.portal.client.answer_files.staged(asked.actor, asked.id, "stukken")
    assert asked.at(asked.send("slot", {**COLOUR, "q.stukken": str(row.id)})) == "/overzicht"
    assert asked.raw["stukken"] == [{"id": str(row.id), "name": "paspoort.pdf", "size": len(PASSPORT)}]
    assert "paspoort.pdf" in asked.get("/pagina/slot").text
    reply = asked.send("slot", {**COLOUR, "q.stukken": str(row.id), "actie": f"bestand-weg.{row.id}"})
    assert "paspoort.pdf" not in reply.text
    assert "stukken" in asked.raw
    asked.send("slot", COLOUR)
    assert "stukken" not in asked.raw


def test_files_with_next(asked: Asked) -> None:
    """AT-1: Files that are chosen when Volgende is pressed are saved with the page."""
    asked.send("gezin", ALONE)
    assert asked.at(asked.send("slot", COLOUR, (passport(),))) == "/overzicht"
    assert [file["name"] for file in json.loads(json.dumps(asked.raw["stukken"]))] == ["paspoort.pdf"]


def test_files_taken_away(asked: Asked) -> None:
    """AT-1: The bin removes a staged file at once. Pressing it twice is no error."""
    asked.send("gezin", ALONE)
    asked.send("slot", {"actie": "bestand-erbij.stukken"}, (passport(),))
    [row] = asked.world.portal.client.answer_files.staged(asked.actor, asked.id, "stukken")
    for _time in range(2):
        reply = asked.send("slot", {"q.stukken": str(row.id), "actie": f"bestand-weg.{row.id}"})
        assert reply.status == 200
        assert "paspoort.pdf" not in reply.text
    assert asked.world.portal.client.answer_files.staged(asked.actor, asked.id, "stukken") == []


def test_refused_files(asked: Asked) -> None:
    """AT-3: A refused file is reported at its question, with all other faults. The other files stay."""
    asked.send("gezin", ALONE)
    reply = asked.send("slot", {}, (passport(), passport(content=b"hallo")))
    assert reply.status == 422
    damaged = "“%(name)s” is damaged, or is not a %(type)s file at all. Open it, save it as a PDF, and add that."
    assert dutch(damaged, name="paspoort.pdf", type="pdf") in reply.text
    assert 'href="#q.kleur"' in reply.text
    assert reply.text.count('class="file-row"') == 1
    assert "stukken" not in asked.raw


def test_files_that_are_gone(asked: Asked) -> None:
    """AT-2: If a staged file expired, saving the page reports that."""
    asked.send("gezin", ALONE)
    reply = asked.send("slot", {**COLOUR, "q.stukken": "018f3a4e-0000-7000-8000-000000000000"})
    assert reply.status == 422
    assert dutch("A file was left here too long, or was removed in another window. Add it again.") in reply.text


def test_upload_by_script(asked: Asked) -> None:
    """AT-1: A script sends one file at a time. The response is the row to show, or one sentence with the reason."""
    path = f"{asked.path}/bestanden/stukken"
    reply = asked.browser.post_files(path, {}, [passport("file")], Accept="application/json")
    assert reply.status == 201
    [row] = asked.world.portal.client.answer_files.staged(asked.actor, asked.id, "stukken")
    assert f'name="q.stukken" value="{row.id}"' in json.loads(reply.body)["row"]
    refused = asked.browser.post_files(path, {}, [passport("file", b"x")], Accept="application/json")
    assert (refused.status, list(json.loads(refused.body))) == (422, ["sentence"])
    assert asked.browser.post_files(path, {}, [], Accept="application/json").status == 400
    assert asked.browser.post_files(f"{asked.path}/bestanden/naam", {}, [passport("file")]).status == 404
