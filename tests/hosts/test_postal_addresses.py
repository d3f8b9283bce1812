"""Addresses on the pages of a questionnaire, without script (QU-2, QU-3)."""

import re

import pytest

from klantportaal.adapters.addresses.memory import MemoryAddresses
from klantportaal.adapters.figures import country_names
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.questionnaires.postal_addresses import COUNTRIES, FoundAddress
from klantportaal.domain.values import Language
from klantportaal.testing.questionnaires import page, question
from tests.hosts.asking import Asked, value
from tests.hosts.browsers import Browser, dutch
from tests.hosts.conftest import World, build_world
from tests.hosts.test_filling_in import given_out

TYPED = {
    "q.waar.postcode": "1234ab",
    "q.waar.number": "12a",
    "q.waar.addition": "",
    "q.waar.street": "Dorpsstraat",
    "q.waar.place": "Ons Dorp",
    "q.waar.country": "NL",
}
SAVED = {
    "postcode": "1234 AB",
    "number": "12",
    "addition": "a",
    "street": "Dorpsstraat",
    "place": "Ons Dorp",
    "country": "NL",
}
PARTS = ["postcode", "number", "addition", "street", "place", "country"]


FOUND = "Street and town are filled in. Check them."
NOTHING = "There is no such address. Check postcode and house number, or enter street and town."
AWAY = "The address cannot be looked up now. Enter street and town."
BINNENHOF = {"q.waar.postcode": "2513aa", "q.waar.number": "1"}


class Lookup:
    """A look-up that a test switches off, or breaks."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.known = MemoryAddresses({("2513 AA", "1"): FoundAddress(street="Binnenhof", place="'s-Gravenhage <b>")})

    def find(self, postcode: str, number: str) -> FoundAddress | None:
        """Answer, or raise what the test wants."""
        if self.error is not None:
            raise self.error
        return self.known.find(postcode, number)


@pytest.fixture
def address(client: Browser, world: World) -> Asked:
    """Assign a questionnaire that asks for an address, and for those of children."""
    children = question("kinderen", "rows", columns=[question("thuis", "address", required=True)])
    return given_out(client, world, page("een", question("waar", "address", required=True), children))


def test_fields(address: Asked) -> None:
    """QU-2: An address has a labelled field for each part in one group. The Netherlands is chosen in the list."""
    shown = address.get("/pagina/een").text
    group = re.search(r"<fieldset class=\"choices\".*?</fieldset>", shown, re.DOTALL)
    assert group is not None
    assert re.search(r'<legend[^>]*id="q.waar"[^>]*>waar</legend>', group[0])
    names = re.findall(r'<label for="q\.waar\.(\w+)">([^<]*)', group[0])
    labels = ["Postcode", "Huisnummer", "Toevoeging ", "Straat", "Plaats", "Land"]
    assert names == list(zip(PARTS, labels, strict=True))
    tokens = re.findall(r'name="q\.waar\.\w+"[^>]*autocomplete="(?:section-waar )?([\w -]+)"', group[0])
    assert tokens == ["postal-code", "off", "off", "address-line1", "address-level2", "country"]
    assert re.findall(r'<option value="(\w+)" selected>([^<]*)', group[0]) == [("NL", "Nederland")]


@pytest.mark.parametrize("only", [{"const": "NL"}, {"enum": ["NL"]}], ids=["const", "enum"])
def test_dutch_only(client: Browser, world: World, only: dict[str, object]) -> None:
    """QU-2: Where only a Dutch address is accepted, no country is asked, and each part of a Dutch address is needed."""
    home = question("waar", "address", required=True, schema={"properties": {"country": only}})
    address = given_out(client, world, page("een", home))
    shown = address.get("/pagina/een").text
    assert [*dict.fromkeys(re.findall(r'name="q\.waar\.(\w+)"', shown))] == PARTS[:5]
    assert "q.waar-abroad" not in shown
    assert re.findall(r'name="q\.waar\.(\w+)"[^>]* required', shown) == ["postcode", "number", "street", "place"]
    assert address.at(address.send("een", {name: text for name, text in TYPED.items() if "country" not in name}))
    assert address.raw == {"waar": SAVED}
    assert "q.waar.country" not in address.get("/pagina/een").text
    abroad = address.send("een", {**TYPED, "q.waar.country": "BE"})
    assert abroad.status == 422
    assert '<a href="#q.waar.country">' in abroad.text
    assert '<option value="BE" selected>' in abroad.text


def test_countries(address: Asked) -> None:
    """QU-2: The countries are listed by name, in the language of the page; accents do not count in the order."""
    shown = address.get("/pagina/een").text
    listed = re.findall(r'<option value="(\w+)"[^>]*>([^<]*)</option>', shown)
    assert {code for code, _name in listed} == {*COUNTRIES}
    assert listed[0] == ("AF", "Afghanistan")
    assert [name for _code, name in listed].index("Åland") < [name for _code, name in listed].index("Albanië")


@pytest.mark.parametrize("language", list(Language))
def test_country_names(language: Language) -> None:
    """QU-2: Every country has a name in both languages; the codes are those of ISO 3166-1, and Kosovo's."""
    names = country_names(language)
    no_countries = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
    assert {code for code in names if len(code) == 2 and code.isalpha()} == {*COUNTRIES, *no_countries}
    assert len(COUNTRIES) == 250


def test_saved(address: Asked) -> None:
    """QU-3: What is typed is stored in one form, stands in its fields again, and is one line in the overview."""
    assert address.at(address.send("een", TYPED)) == "/overzicht"
    assert address.raw == {"waar": SAVED}
    shown = address.get("/pagina/een")
    assert {part: value(shown, f"q.waar.{part}") for part in PARTS[:5]} == {part: SAVED[part] for part in PARTS[:5]}
    assert "Dorpsstraat 12 a, 1234 AB Ons Dorp" in address.get("/overzicht").text
    address.send("een", {**TYPED, "q.waar.country": "BE"})
    assert "Dorpsstraat 12a, 1234ab Ons Dorp, België" in address.get("/overzicht").text
    assert '<option value="BE" selected>' in address.get("/pagina/een").text


def test_faults(address: Asked) -> None:
    """AL-1: Each fault stands at its field, and the summary leads there, naming question and field."""
    wrong = {**TYPED, "q.waar.postcode": "1234", "q.waar.street": ""}
    rows = {"q.kinderen": ["0"], "q.kinderen.0.thuis.number": "x"}
    shown = address.send("een", {**wrong, **rows}).text
    postcode, missing = dutch("Enter a postcode of four digits and two letters, such as 1234 AB."), "Vul “Straat” in."
    assert f'<a href="#q.waar.postcode">waar: {postcode}</a>' in shown
    assert f'<a href="#q.waar.street">waar: {missing}</a>' in shown
    assert '<a href="#q.kinderen.0.thuis.place">kinderen (1): thuis: Vul “Plaats” in.</a>' in shown
    assert re.search(rf'id="q\.waar\.street-fault">.*?<span>{missing}</span>', shown, re.DOTALL)
    for name in ("q.waar.postcode", "q.waar.street", "q.kinderen.0.thuis.number"):
        assert re.search(rf'id="{name}"[^>]*aria-describedby="{name}-fault" aria-invalid="true"', shown), name
    assert not re.search(r'id="q\.waar\.place"[^>]*aria-invalid', shown)


def test_missing(address: Asked) -> None:
    """AL-1: A required address that was left out is one fault, at the group."""
    assert '<a href="#q.waar">Vul “waar” in.</a>' in address.send("een", {"q.waar.country": "NL"}).text


def test_rows(address: Asked) -> None:
    """QU-2: An address in a row keeps what was typed when another row is taken out."""
    rows = {"q.kinderen": ["0", "1"], "q.kinderen.0.thuis.street": "Weg", "q.kinderen.1.thuis.street": "Blijft"}
    shown = address.send("een", {**TYPED, **rows}, actie="rij-weg.kinderen.0")
    assert value(shown, "q.kinderen.0.thuis.street") == "Blijft"
    assert "q.kinderen.1.thuis.street" not in shown.text


class TestFinding:
    """A portal that looks addresses up."""

    @pytest.fixture
    def lookup(self) -> Lookup:
        """The look-up."""
        return Lookup()

    @pytest.fixture
    def world(self, lookup: Lookup) -> World:
        """The scene, with the look-up."""
        return build_world(addresses=lookup)

    def test_found(self, address: Asked) -> None:
        """QU-2: The button fills in street and place, says so at the street, and saves nothing."""
        shown = address.send("een", {**BINNENHOF, "q.waar.street": "Weg"}, actie="adres-zoeken.waar")
        assert shown.status == 200
        parts = ("postcode", "number", "street", "place")
        assert [value(shown, f"q.waar.{part}") for part in parts] == [
            *("2513aa", "1", "Binnenhof", "'s-Gravenhage <b>"),
        ]
        assert f'id="q.waar-looked-up">{dutch(FOUND)}</p>' in shown.text
        assert re.search(r'id="q.waar.street"[^>]*aria-describedby="q.waar-looked-up"[^>]* autofocus', shown.text)
        assert address.raw == {}

    def test_in_a_row(self, address: Asked) -> None:
        """QU-2: An address in a row has a button of its own, with the question in its name."""
        typed = {"q.kinderen": ["0"], "q.kinderen.0.thuis.postcode": "2513 AA", "q.kinderen.0.thuis.number": "1a"}
        shown = address.send("een", typed, actie="adres-zoeken.kinderen.0.thuis")
        assert value(shown, "q.kinderen.0.thuis.street") == "Binnenhof"
        assert value(shown, "q.waar.street") == ""
        assert 'value="adres-zoeken.kinderen.0.thuis" formnovalidate' in shown.text

    @pytest.mark.parametrize(
        "error, said", [(None, NOTHING), (Unavailable(), AWAY), (RuntimeError("kapot"), AWAY)], ids=str
    )
    def test_not_found(self, address: Asked, lookup: Lookup, error: Exception | None, said: str) -> None:
        """QU-2: Whatever comes of it, what was typed stays, and the client can go on typing and save."""
        lookup.error = error
        typed = {**BINNENHOF, "q.waar.number": "2", "q.waar.place": "Den Haag"}
        shown = address.send("een", typed, actie="adres-zoeken.waar")
        assert shown.status == 200
        assert f'id="q.waar-looked-up">{dutch(said)}</p>' in shown.text
        assert value(shown, "q.waar.place") == "Den Haag"
        assert address.at(address.send("een", {**typed, "q.waar.street": "Plein"})) == "/overzicht"

    def test_wrong(self, address: Asked) -> None:
        """AL-1: Without a right postcode and number there is nothing to look up; the faults stand at their fields."""
        shown = address.send("een", {"q.waar.postcode": "25"}, actie="adres-zoeken.waar")
        assert shown.status == 422
        assert '<a href="#q.waar.number">waar: Vul “Huisnummer” in.</a>' in shown.text
        assert '<a href="#q.waar.postcode">waar: ' in shown.text
        assert "looked-up" not in shown.text

    @pytest.mark.parametrize("key", ["", "kinderen", "kinderen.0.thuis", "waar.postcode", "weg"])
    def test_forged(self, address: Asked, key: str) -> None:
        """AL-1: A forged button of an address that the form does not have is refused."""
        assert address.send("een", BINNENHOF, actie=f"adres-zoeken.{key}").status == 400


def test_no_button(address: Asked) -> None:
    """QU-2: Without a look-up there is no button; a forged one says that it cannot be done."""
    assert "adres-zoeken" not in address.get("/pagina/een").text
    assert address.send("een", BINNENHOF, actie="adres-zoeken.waar").status == 200
