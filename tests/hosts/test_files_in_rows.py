"""Files and notes in rows, on the pages of both hosts (QU-2, QU-4, AT-1)."""

import re

import pytest

from klantportaal.testing.questionnaires import page, question
from tests.hosts.asking import Asked
from tests.hosts.browsers import PREFIX, Browser, Upload, dutch
from tests.hosts.conftest import World
from tests.hosts.test_filling_in import given_out

NOTE = question("uitleg", "note", visible_when={"question": "wie", "is": {"const": "Eva"}})
COLUMNS = [question("wie"), NOTE, question("paspoort", "file", required=True)]
PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture
def asked(client: Browser, world: World) -> Asked:
    """A questionnaire with rows that ask for a file."""
    return given_out(client, world, page("een", question("ubos", "rows", columns=COLUMNS)))


def passport(field: str) -> Upload:
    """Make a file for a field."""
    return Upload(name="eva.pdf", content=PDF, field=field)


def ids(text: str, row: int) -> list[str]:
    """Give the ids of the files in a row of the form."""
    return re.findall(rf'name="q\.ubos\.{row}\.paspoort" value="([^"]+)"', text)


def test_files(asked: Asked) -> None:
    """QU-2: a file is added to its row, moves along with it, and is saved and shown there."""
    two = {"q.ubos": ["0", "1"], "q.ubos.0.wie": "Bo", "q.ubos.1.wie": "Eva"}
    upload = passport("q.ubos.1.paspoort.nieuw")
    form = asked.send("een", two, (upload,), actie="bestand-erbij.ubos.1.paspoort").text
    assert (ids(form, 0), len(ids(form, 1))) == ([], 1)
    assert '<input class="input" type="file" id="q.ubos.1.paspoort" name="q.ubos.1.paspoort.nieuw"' in form
    assert f'data-uploads="{PREFIX}{asked.path}/bestanden/ubos.1.paspoort"' in form
    assert '<p class="lines">uitleg</p>' in form
    with_file = {**two, "q.ubos.1.paspoort": ids(form, 1)}
    fewer = asked.send("een", with_file, actie="rij-weg.ubos.0").text
    assert ids(fewer, 0) == ids(form, 1)
    refused = asked.send("een", with_file)
    assert refused.status == 422
    assert '<a href="#q.ubos.0.paspoort">' in refused.text
    assert asked.at(asked.send("een", {"q.ubos": "0", "q.ubos.0.wie": "Eva", "q.ubos.0.paspoort": ids(form, 1)}))
    assert asked.raw["ubos"] == [{"wie": "Eva", "paspoort": [{"id": ids(form, 1)[0], "name": "eva.pdf", "size": 15}]}]
    assert ids(asked.get("/pagina/een").text, 0) == ids(form, 1)
    assert '<dt>paspoort</dt><dd><p class="lines">eva.pdf (' in asked.get("/overzicht").text
    assert asked.at(asked.complete()) == "/resultaat?melding=voltooid"
    address = f"{PREFIX}/dossiers/{asked.world.dossier.id}/aangeleverd"
    link = f'<dt>paspoort</dt><dd><p class="lines"><a href="{address}/{ids(form, 1)[0]}" download>eva.pdf ('
    assert link in asked.get("/resultaat").text
    assert " paspoort (1: Eva)</span>" in asked.browser.get(address.removeprefix(PREFIX)).text


def test_in_two_rows(asked: Asked) -> None:
    """AT-2: a form with one file in two rows is refused at the second, by name, and keeps what was typed."""
    upload = passport("q.ubos.0.paspoort.nieuw")
    [id] = ids(asked.send("een", {"q.ubos": "0", "q.ubos.0.wie": "Bo"}, (upload,), actie="bijwerken").text, 0)
    rows = {"q.ubos": ["0", "1"], "q.ubos.0.wie": "Bo", "q.ubos.1.wie": "Eva"}
    refused = asked.send("een", {**rows, "q.ubos.0.paspoort": id, "q.ubos.1.paspoort": id})
    said = dutch("“%(name)s” is also in another answer. Remove it from one of the two.", name="eva.pdf")
    assert refused.status == 422
    assert f'<a href="#q.ubos.1.paspoort">ubos (2): paspoort: {said}</a>' in refused.text
    assert '<a href="#q.ubos.0.paspoort">' not in refused.text
    assert ids(refused.text, 0) == ids(refused.text, 1) == [id]
    assert asked.raw == {}


def test_left_behind(asked: Asked) -> None:
    """AT-1: a file of a row that was never saved comes back in a row of its own. With its row, it is deleted."""
    asked.send("een", {"q.ubos": "0", "q.ubos.0.wie": "Bo"}, (passport("q.ubos.0.paspoort.nieuw"),), actie="bijwerken")
    back = asked.get("/pagina/een").text
    assert len(ids(back, 0)) == 1
    left = {"q.ubos": "0", "q.ubos.0.paspoort": ids(back, 0)}
    assert "eva.pdf" not in asked.send("een", left, actie="rij-weg.ubos.0").text
    assert "eva.pdf" not in asked.get("/pagina/een").text


def test_removed(asked: Asked) -> None:
    """AT-1: the button at a file takes it out of its row."""
    form = asked.send("een", {"q.ubos": "0"}, (passport("q.ubos.0.paspoort.nieuw"),), actie="bijwerken").text
    [id] = ids(form, 0)
    without = asked.send("een", {"q.ubos": "0", "q.ubos.0.paspoort": id}, actie=f"bestand-weg.{id}").text
    assert (ids(without, 0), "eva.pdf" in without) == ([], False)


def test_by_script(asked: Asked) -> None:
    """AT-1: the row of a file that a script sends belongs to its row of the form."""
    reply = asked.browser.post_files(f"{asked.path}/bestanden/ubos.3.paspoort", {}, (passport("file"),))
    assert reply.status == 201
    assert 'name=\\"q.ubos.3.paspoort\\"' in reply.text


def test_refused(asked: Asked) -> None:
    """AT-3: why a file was refused, is said at the field of its row."""
    sent = asked.send("een", {"q.ubos": "0"}, (Upload(name="leeg.pdf", content=b"", field="q.ubos.0.paspoort.nieuw"),))
    assert sent.status == 422
    assert re.search(r'<a href="#q\.ubos\.0\.paspoort">[^<]*leeg\.pdf', sent.text)
