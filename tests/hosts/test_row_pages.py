"""A page for each row, on the pages of both hosts (QU-2, QU-3)."""

import re

import pytest

from klantportaal.testing.questionnaires import page, question
from tests.hosts.asking import Asked, value
from tests.hosts.browsers import PREFIX, Browser, Upload, dutch
from tests.hosts.conftest import World
from tests.hosts.test_filling_in import given_out

TEXTS = {"nl": {"label": "kinderen", "row": "Kind"}, "en": {"label": "kinderen", "row": "Child"}}
CHILDREN = question("kinderen", "rows", columns=[question("naam"), question("klein", "boolean")], texts=TEXTS)
SMALL = {"question": "klein", "is": {"const": True}}
BANK = question("rekeningen", "rows", columns=[question("bank"), question("voogd", visible_when=SMALL)])
RULE = {
    "when": {"question": "school", "is": {"minLength": 2}},
    "texts": {"nl": "Te kort.", "en": "Too short."},
}
EACH = page(
    "kind",
    question("school", required=True),
    question("pas", "file"),
    question("sport", visible_when={"question": "school", "is": {"pattern": "^x"}}),
    BANK,
    for_each="kinderen",
    must_hold=[RULE],
)
TWO = {
    "q.kinderen": ["0", "1"],
    "q.kinderen.0.naam": "Eva",
    "q.kinderen.0.klein": "ja",
    "q.kinderen.1.naam": "Bo",
}
BO_FIRST = {"q.kinderen": ["0"], "q.kinderen.0.naam": "Bo", "q.kinderen.0.#": "1-1"}


@pytest.fixture
def asked(client: Browser, world: World) -> Asked:
    """A questionnaire with a page for each child; two children were saved."""
    asked = given_out(client, world, page("gezin", CHILDREN), EACH, page("slot", question("verder")))
    assert asked.at(asked.send("gezin", TWO)) == "/pagina/kind~1-0"
    return asked


def test_a_page_for_each_row(asked: Asked) -> None:
    """QU-2: there is a page for each child, named after it, with fields of its own, and counted in the progress."""
    form = asked.get("/pagina/kind~1-0").text
    assert '<h2 id="page-title">kind (Kind 1: Eva)</h2>' in form
    assert dutch("Page %(number)s of %(total)s", number=2, total=4) in form
    assert 'data-question="school~1-0" data-watched' in form
    own = {"q.rekeningen~1-0": "0", "q.rekeningen~1-0.0.bank": "ABN"}
    assert 'name="q.rekeningen~1-0.0.voogd"' in asked.send("kind~1-0", own, actie="bijwerken").text
    assert (
        'name="q.rekeningen~1-1.0.voogd"'
        not in asked.send("kind~1-1", {"q.rekeningen~1-1": "0"}, actie="bijwerken").text
    )
    short = asked.send("kind~1-0", {"q.school~1-0": "y"})
    assert '<a href="#q.school~1-0">school: Te kort.</a>' in short.text
    assert asked.at(asked.send("kind~1-0", {"q.school~1-0": "De Klim"})) == "/pagina/kind~1-1"
    assert asked.at(asked.send("kind~1-1", {"q.school~1-1": "De Berg"})) == "/pagina/slot"
    assert value(asked.get("/pagina/kind~1-1"), "q.school~1-1") == "De Berg"
    review = asked.get("/overzicht").text
    assert [review.index(each) for each in ("kind (Kind 1: Eva)", "De Klim", "kind (Kind 2: Bo)", "De Berg")] == sorted(
        review.index(each) for each in ("kind (Kind 1: Eva)", "De Klim", "kind (Kind 2: Bo)", "De Berg")
    )
    assert re.findall(r'<p class="answer-row-name">([^<]*)</p>', review) == ["Kind 1", "Kind 2"]
    assert f'href="{PREFIX}{asked.path}/pagina/kind~1-1?terug=overzicht"' in review


def test_rows_in_rows(asked: Asked) -> None:
    """QU-3: rows on the page of a row are rows in rows: buttons put them in and out, and the review has them there."""
    rows = "q.rekeningen~1-0"
    more = asked.send("kind~1-0", {rows: "0", f"{rows}.0.bank": "ABN"}, actie="rij-erbij.rekeningen~1-0").text
    assert re.findall(rf'name="{rows}\.(.)\.bank"', more) == ["0", "1"]
    two = {rows: ["0", "1"], f"{rows}.0.bank": "ABN", f"{rows}.1.bank": "ING", "q.school~1-0": "De Klim"}
    fewer = asked.send("kind~1-0", two, actie="rij-weg.rekeningen~1-0.0").text
    assert (re.findall(rf'name="{rows}\.(.)\.bank"', fewer), 'value="ING"' in fewer) == (["0"], True)
    assert asked.at(asked.send("kind~1-0", {**two, f"{rows}.1.voogd": "Jo"})) == "/pagina/kind~1-1"
    assert asked.raw["rekeningen~1-0"] == [{"bank": "ABN"}, {"bank": "ING", "voogd": "Jo"}]
    review = asked.get("/overzicht").text
    places = [review.index(each) for each in ("kind (Kind 1: Eva)", "ABN", "ING")]
    assert places == sorted(places)


def test_a_row_taken_out(asked: Asked) -> None:
    """QU-3: the form keeps the key of each row, so that a row that is taken out takes only its own page along."""
    for key in ("1-0", "1-1"):
        asked.send(f"kind~{key}", {f"q.school~{key}": f"school {key}"})
    form = asked.get("/pagina/gezin").text
    assert re.findall(r'name="q\.kinderen\.(.)\.#" value="([^"]+)"', form) == [("0", "1-0"), ("1", "1-1")]
    keys = {"q.kinderen.0.#": "1-0", "q.kinderen.1.#": "1-1"}
    fewer = asked.send("gezin", {**TWO, **keys}, actie="rij-weg.kinderen.0").text
    assert re.findall(r'name="q\.kinderen\.(.)\.#" value="([^"]+)"', fewer) == [("0", "1-1")]
    more = asked.send("gezin", {**TWO, **keys}, actie="rij-erbij.kinderen").text
    assert re.findall(r'name="q\.kinderen\.(.)\.#" value="([^"]+)"', more) == [("0", "1-0"), ("1", "1-1")]
    asked.send("gezin", BO_FIRST)
    assert asked.raw == {"kinderen": [{"#": "1-1", "naam": "Bo"}], "school~1-1": "school 1-1"}


def test_open_elsewhere(asked: Asked) -> None:
    """QU-3, property 8: the page of a child that was taken out elsewhere leads on, and keeps no file."""
    version = asked.version
    asked.send("gezin", BO_FIRST)
    upload = Upload(name="pas.pdf", content=b"%PDF-1.7\n%%EOF\n", field="q.pas~1-0.nieuw")
    sent = asked.send("kind~1-0", {"q.school~1-0": "De Klim"}, (upload,), versie=version)
    assert asked.at(sent) == "/pagina/kind~1-1?melding=overgeslagen"
    assert asked.at(asked.get("/pagina/kind~1-0")) == "/pagina/kind~1-1?melding=overgeslagen"
    for strange in ("kind", "slot~1-0", "anders~1-0"):
        assert asked.get(f"/pagina/{strange}").status == 404


def test_two_tabs(asked: Asked) -> None:
    """QU-3, property 8: a child that was taken out in the other window is a new one where it is kept after all."""
    version, keys = asked.version, {"q.kinderen.0.#": "1-0", "q.kinderen.1.#": "1-1"}
    asked.send("gezin", BO_FIRST)
    conflict = asked.send("gezin", {**TWO, **keys}, versie=version)
    assert conflict.status == 409
    assert re.findall(r'name="q\.kinderen\.(.)\.#" value="([^"]+)"', conflict.text) == [("1", "1-1")]
    asked.send("gezin", {**TWO, "q.kinderen.1.#": "1-1"})
    assert asked.raw["kinderen"] == [{"#": "3-0", "naam": "Eva", "klein": True}, {"#": "1-1", "naam": "Bo"}]


def test_files(asked: Asked) -> None:
    """AT-2: a file on the page of a child is staged for that child alone, and saved with it."""
    upload = Upload(name="pas.pdf", content=b"%PDF-1.7\n%%EOF\n", field="q.pas~1-0.nieuw")
    asked.send("kind~1-0", {"q.school~1-0": ""}, (upload,))
    assert "pas.pdf" in asked.get("/pagina/kind~1-0").text
    assert "pas.pdf" not in asked.get("/pagina/kind~1-1").text
    sent = Upload(name="pas.pdf", content=b"%PDF-1.7\n%%EOF\n", field="file")
    reply = asked.browser.post_files(f"{asked.path}/bestanden/pas~1-1", {}, (sent,))
    assert (reply.status, 'name=\\"q.pas~1-1\\"' in reply.text) == (201, True)
    assert asked.browser.post_files(f"{asked.path}/bestanden/pas~9-9", {}, (sent,)).status == 404
