"""Signatures on the pages of a questionnaire, without script (QU-2, QU-3)."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from klantportaal.domain.questionnaires.signatures import DRAWING_LIMIT
from klantportaal.testing.questionnaires import page, question
from tests.hosts.asking import Asked
from tests.hosts.browsers import Browser, dutch
from tests.hosts.conftest import World
from tests.hosts.test_filling_in import given_out

DRAWN = "M12 80L40 96L52 70M60 60L60 60"
AT = "2026-01-05T09:00:00Z"
"""The clock of the scene: 10:00 in Amsterdam."""
WHO = "Ondertekend door Jan Jansen op 5 januari 2026 om 10:00"
WHAT = "Dit is een gewone elektronische handtekening, geen gekwalificeerde."
SIGNED = {"q.teken.name": "Jan  Jansen", "q.teken.at": "", "q.teken.drawing": DRAWN}
PICTURE = f'<path d="{DRAWN}"/></svg>'


@pytest.fixture
def signing(client: Browser, world: World) -> Asked:
    """Assign a questionnaire that asks for a signature, for those of others, and for a remark."""
    others = question("anderen", "rows", columns=[question("wie"), question("hand", "signature")])
    return given_out(client, world, page("een", question("teken", "signature", required=True), others, question("x")))


def hidden(text: str, name: str) -> str:
    """Read the value of a hidden field."""
    found = re.search(rf'<input type="hidden"(?: id="[^"]*")? name="{re.escape(name)}" value="([^"]*)"', text)
    assert found, name
    return unescape(found[1])


def test_fields(signing: Asked) -> None:
    """QU-2: Without script, a signature is one labelled field for a name, and says what kind of signature it is."""
    shown = signing.get("/pagina/een").text
    group = re.search(r'<fieldset class="choices" aria-describedby="q\.teken-kind">.*?</fieldset>', shown, re.DOTALL)
    assert group is not None
    assert '<legend class="label lines">teken</legend>' in group[0]
    assert f'<label for="q.teken">{dutch("Full name")}</label>' in group[0]
    assert re.search(
        r'<input class="input"[^>]*id="q.teken"[^>]*autocomplete="section-teken name"[^>]* required', group[0]
    )
    kind = re.search(r'id="q\.teken-kind">([^<]*)<', group[0])
    assert kind is not None
    assert WHAT in kind[1]
    place = re.search(r'<div class="signature-drawing"[^>]*>', group[0])
    assert place is not None
    assert place[0].endswith(" hidden>")
    assert len(re.findall(r"<input(?! type=\"hidden\")", group[0])) == 1


def test_saved(signing: Asked) -> None:
    """QU-3: Name, drawing and the portal's time are saved; the page has them again, and review and result say so."""
    assert signing.at(signing.send("een", SIGNED)) == "/overzicht"
    assert signing.raw == {"teken": {"name": "Jan Jansen", "at": AT, "drawing": DRAWN}}
    again = signing.get("/pagina/een").text
    assert 'name="q.teken.name" value="Jan Jansen"' in again
    assert [hidden(again, f"q.teken.{part}") for part in ("at", "drawing")] == [AT, DRAWN]
    assert PICTURE in again
    assert not re.search(r'<div class="signature-drawing"[^>]* hidden>', again.partition("anderen")[0])
    review = signing.get("/overzicht").text
    assert f"{WHO}\n{WHAT}" in review
    assert PICTURE in review
    signing.complete()
    result = signing.get("/resultaat").text
    assert f"{WHO}\n{WHAT}" in result
    assert PICTURE in result


def test_time(signing: Asked) -> None:
    """QU-3: Saved again as the page has it, a signature keeps its time; the form cannot choose one."""
    signing.send("een", SIGNED)
    signing.world.scene.clock.advance(timedelta(minutes=1))
    shown = signing.get("/pagina/een").text
    own = {f"q.teken.{part}": hidden(shown, f"q.teken.{part}") for part in ("at", "drawing")}
    signing.send("een", {"q.teken.name": "Jan Jansen", **own, "q.x": "later"})
    assert signing.raw["teken"] == {"name": "Jan Jansen", "at": AT, "drawing": DRAWN}
    signing.send("een", {**own, "q.teken.name": "Jan Jansen", "q.teken.drawing": ""})
    assert signing.raw["teken"] == {"name": "Jan Jansen", "at": "2026-01-05T09:01:00Z"}
    signing.send("een", {"q.teken.name": "J. Jansen", "q.teken.at": "1999-01-01T00:00:00Z"})
    assert signing.raw["teken"] == {"name": "J. Jansen", "at": "2026-01-05T09:01:00Z"}


def test_cleared(signing: Asked) -> None:
    """QU-2: Without script, a button takes a drawing out of the form, saves nothing, and leads to the name."""
    signing.send("een", SIGNED)
    assert 'value="tekening-weg.teken" formnovalidate>' in signing.get("/pagina/een").text
    typed = {**SIGNED, "q.teken.name": "Jan J.", "q.anderen": ["0"], "q.anderen.0.hand.drawing": DRAWN}
    cleared = signing.send("een", typed, actie="tekening-weg.teken")
    assert cleared.status == 200
    assert hidden(cleared.text, "q.teken.drawing") == ""
    assert hidden(cleared.text, "q.anderen.0.hand.drawing") == DRAWN
    assert re.search(r'id="q\.teken"[^>]*value="Jan J\."[^>]* autofocus', cleared.text)
    row = signing.send("een", typed, actie="tekening-weg.anderen.0.hand")
    assert [hidden(row.text, f"q.{key}.drawing") for key in ("teken", "anderen.0.hand")] == [DRAWN, ""]
    assert signing.raw["teken"] == {"name": "Jan Jansen", "at": AT, "drawing": DRAWN}
    for strange in ("x", "teken.drawing", "anderen.0.wie", ""):
        assert signing.send("een", typed, actie=f"tekening-weg.{strange}").status == 400


def test_faults(signing: Asked) -> None:
    """AL-1: Each fault says what to do, stands at the name, and is named in the summary."""
    wrong: dict[str, Any] = {"q.teken.name": "\u202e ", "q.teken.drawing": DRAWN, "q.anderen": ["0", "1"]}
    wrong |= {"q.anderen.0.hand.name": "x" * 10_000, "q.anderen.1.hand.name": "Bo"}
    wrong["q.anderen.1.hand.drawing"] = "M-1 NaNL2 2"
    shown = signing.send("een", wrong)
    assert shown.status == 422
    unread = dutch("The drawing could not be read. Draw it again, or leave it out.")
    assert f'<a href="#q.teken">teken: {dutch("Enter %(field)s.", field="“Volledige naam”")}</a>' in shown.text
    assert re.search(
        r'<a href="#q\.anderen\.0\.hand">anderen \(1\): hand: “Volledige naam”[^<]*150[^<]*</a>', shown.text
    )
    assert f'<a href="#q.anderen.1.hand">anderen (2): hand: {unread}</a>' in shown.text
    assert re.search(r'id="q\.teken"[^>]*aria-invalid="true"[^>]*aria-describedby="q\.teken-fault"', shown.text)
    assert hidden(shown.text, "q.teken.drawing") == DRAWN
    assert hidden(shown.text, "q.anderen.1.hand.drawing") == ""
    assert signing.raw == {}


def test_missing(signing: Asked) -> None:
    """AL-1: A required signature that was left out is one fault, at its name."""
    shown = signing.send("een", {"q.teken.name": ""}).text
    assert f'<a href="#q.teken">{dutch("Type your full name to sign %(field)s.", field="“teken”")}</a>' in shown


def test_too_large(signing: Asked) -> None:
    """AL-1: A drawing that is too large is refused by its length, and never shown."""
    large = "M0 0" + "L0 0" * DRAWING_LIMIT
    shown = signing.send("een", {**SIGNED, "q.teken.drawing": large})
    assert shown.status == 422
    assert re.search(r'<a href="#q\.teken">teken: “Tekening”[^<]*10\.?000[^<]*</a>', shown.text)
    assert large not in shown.text


def test_rows(signing: Asked) -> None:
    """QU-3: Signatures of rows keep their own times when another row is taken out."""
    rows = {"q.anderen": ["0", "1"], "q.anderen.0.hand.name": "Bo", "q.anderen.1.hand.name": "Cas"}
    signing.send("een", {**SIGNED, **rows})
    signing.world.scene.clock.advance(timedelta(minutes=1))
    shown = signing.send("een", {**SIGNED, **rows, "q.anderen.1.hand.at": AT}, actie="rij-weg.anderen.0").text
    assert hidden(shown, "q.anderen.0.hand.at") == AT
    signing.send("een", {**SIGNED, "q.anderen": ["0"], "q.anderen.0.hand.name": "Cas", "q.anderen.0.hand.at": AT})
    assert signing.raw["anderen"] == [{"hand": {"name": "Cas", "at": AT}}]


def test_conflict(signing: Asked) -> None:
    """Property 8: What was signed in the meantime is shown beside what was typed, with who and when."""
    signing.send("een", SIGNED)
    shown = signing.send("een", {"q.teken.name": "Iemand"}, versie="0")
    assert shown.status == 409
    meanwhile = shown.text.partition('id="q.teken-meanwhile"')[2].partition("</div>")[0]
    assert WHO in meanwhile
    assert PICTURE in meanwhile
