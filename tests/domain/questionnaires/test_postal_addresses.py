"""Postal addresses: one form, the parts that each country needs, and what conditions see of them (QU-3)."""

from typing import Any

import pytest

from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.questionnaires import answering
from klantportaal.domain.questionnaires.page_schemas import page_schema
from klantportaal.domain.questionnaires.postal_addresses import is_dutch_only
from klantportaal.domain.questionnaires.replies import tidied
from klantportaal.domain.questionnaires.validation import validator
from klantportaal.domain.values import Language
from klantportaal.testing.filling_in import KNOWN, TODAY, published
from klantportaal.testing.questionnaires import Content, page, question, questionnaire
from tests.domain.given import fault, refusal
from tests.domain.questionnaires.given import asked, definition, found, publishing_faults

HOME = {"postcode": "1234 AB", "number": "12", "street": "Dorpsstraat", "place": "Ons Dorp", "country": "NL"}
ABROAD = {"street": "Main Street", "place": "Cork", "country": "IE"}
IN_BELGIUM = {"properties": {"country": {"const": "BE"}}}


def without(part: str) -> dict[str, str]:
    """Give a Dutch address without one of its parts."""
    return {key: text for key, text in HOME.items() if key != part}


# ------------------------------------------------------------------ one form
@pytest.mark.parametrize("typed", ["1234ab", " 1234  AB ", "1234-ab", "NL-1234 AB", "\u200b1234\u00adAB\ufeff"])
def test_postcode(typed: str) -> None:
    """QU-3: A Dutch postcode is stored in one form, however it was typed."""
    assert tidied(asked("address"), {**HOME, "postcode": typed, "number": "\u200b12"}) == HOME


@pytest.mark.parametrize(
    "typed,addition",
    [("12a", "a"), ("12 bis", "bis"), ("12-1", "1"), ("12 / 2 hoog", "2 hoog"), ("12-A-3", "A-3"), ("12 1", "1")],
)
def test_number_with_its_addition(typed: str, addition: str) -> None:
    """QU-3: What was typed behind a Dutch house number becomes its addition, if there is no other."""
    assert tidied(asked("address"), {**HOME, "number": typed}) == {**HOME, "addition": addition}
    other = {**HOME, "number": typed, "addition": "b"}
    assert tidied(asked("address"), other) == other


def test_country() -> None:
    """QU-3: Without a country an address is Dutch; a code may be typed in any case. Foreign parts stay as they are."""
    assert tidied(asked("address"), without("country")) == HOME
    typed = {
        "country": " be",
        "number": "12a",
        "postcode": "1234ab",
        "street": " Rue  X ",
        "place": "Y",
        "addition": " ",
    }
    kept = {"postcode": "1234ab", "number": "12a", "street": "Rue X", "place": "Y", "country": "BE"}
    assert tidied(asked("address"), typed) == kept


def test_order() -> None:
    """QU-3: The parts are stored in one order, so the result has the same bytes however they were submitted."""
    tidy = tidied(asked("address"), dict(reversed(list({**HOME, "addition": "a"}.items()))))
    assert isinstance(tidy, dict)
    assert list(tidy) == ["postcode", "number", "addition", "street", "place", "country"]


@pytest.mark.parametrize("blank", [{}, {"country": "BE"}, {"street": " ", "country": ""}, {"street": None}])
def test_blank(blank: dict[str, Any]) -> None:
    """QU-3: An address of which nothing but the country was given is no answer."""
    assert tidied(asked("address"), blank) is None
    assert found(asked("address", required=True), blank) == [fault(FaultCode.MISSING, "vraag")]


# ------------------------------------------------------------------ faults
@pytest.mark.parametrize("part", ["postcode", "number", "street", "place"])
def test_needed(part: str) -> None:
    """QU-3: A Dutch address has all of these. The fault names the part."""
    assert found(asked("address"), without(part)) == [fault(FaultCode.MISSING, f"vraag.{part}")]


def test_abroad() -> None:
    """QU-3: An address of another country needs no postcode and number, and those are free."""
    assert found(asked("address"), ABROAD) == []
    assert found(asked("address"), {**ABROAD, "postcode": "T12 X", "number": "The Mill"}) == []
    assert found(asked("address"), {"number": "1", "country": "IE"}) == [
        fault(FaultCode.MISSING, "vraag.street"),
        fault(FaultCode.MISSING, "vraag.place"),
    ]


@pytest.mark.parametrize(
    "part,wrong,expected",
    [
        ("postcode", "1234", fault(FaultCode.NOT_A_POSTCODE, "vraag.postcode")),
        ("postcode", "0234 AB", fault(FaultCode.NOT_A_POSTCODE, "vraag.postcode")),
        ("postcode", "1234 SS", fault(FaultCode.NOT_A_POSTCODE, "vraag.postcode")),
        ("postcode", "\u0661234 AB", fault(FaultCode.NOT_A_POSTCODE, "vraag.postcode")),
        ("number", "0", fault(FaultCode.NOT_A_HOUSE_NUMBER, "vraag.number")),
        ("number", "123456", fault(FaultCode.NOT_A_HOUSE_NUMBER, "vraag.number")),
        ("number", "a12", fault(FaultCode.NOT_A_HOUSE_NUMBER, "vraag.number")),
        ("number", "\u0661", fault(FaultCode.NOT_A_HOUSE_NUMBER, "vraag.number")),
        ("country", "XX", fault(FaultCode.UNKNOWN_CHOICE, "vraag.country")),
        ("country", "Nederland", fault(FaultCode.UNKNOWN_CHOICE, "vraag.country")),
        ("addition", "x" * 21, fault(FaultCode.TOO_LONG, "vraag.addition", limit=20, length=21)),
        ("street", "x" * 151, fault(FaultCode.TOO_LONG, "vraag.street", limit=150, length=151)),
        ("place", "x" * 100_000, fault(FaultCode.TOO_LONG, "vraag.place", limit=100, length=100_000)),
    ],
)
def test_wrong_parts(part: str, wrong: str, expected: Fault) -> None:
    """QU-3: A wrong part is refused by its name, and the limit is in the fault."""
    assert found(asked("address"), {**HOME, part: wrong}) == [expected]


def test_at_the_limits() -> None:
    """QU-3: The longest parts and the highest number are accepted."""
    longest = {"number": "99999", "addition": "x" * 20, "street": "x" * 150, "place": "x" * 100}
    assert found(asked("address"), {**HOME, **longest}) == []


def test_several_faults() -> None:
    """QU-3: All faults of an address are reported at once, in the order of its parts."""
    assert found(asked("address"), {"postcode": "x", "number": "x", "place": "y"}) == [
        fault(FaultCode.NOT_A_POSTCODE, "vraag.postcode"),
        fault(FaultCode.NOT_A_HOUSE_NUMBER, "vraag.number"),
        fault(FaultCode.MISSING, "vraag.street"),
    ]


def test_schema() -> None:
    """QU-3: What the question's own schema refuses is reported at the part that it is about, or at the whole."""
    about = asked("address", schema={"properties": {"country": {"enum": ["NL", "BE"]}, "place": {"pattern": "^O"}}})
    assert found(about, HOME) == []
    assert found(about, {**ABROAD, "place": "x"}) == [
        fault(FaultCode.NOT_ACCEPTED, "vraag.country"),
        fault(FaultCode.WRONG_FORM, "vraag.place"),
    ]
    assert found(asked("address", schema={"required": ["addition"]}), HOME) == [fault(FaultCode.NOT_ACCEPTED, "vraag")]


def test_in_rows() -> None:
    """QU-3: In a row, the fault names row, column and part; a row with a blank address only is empty."""
    about = asked("rows", columns=(question("waar", "address"), question("wie")))
    rows = [{"waar": {"country": "NL"}}, {"waar": {**HOME, "postcode": "1"}}, {"waar": HOME, "wie": "Jo"}]
    assert tidied(about, rows) == [{"waar": {**HOME, "postcode": "1"}}, {"waar": HOME, "wie": "Jo"}]
    assert found(about, rows) == [fault(FaultCode.NOT_A_POSTCODE, "vraag.0.waar.postcode")]


# ------------------------------------------------------------------ conditions and publishing
def test_condition() -> None:
    """QU-3: A condition can look at the country of an address, also of one in the same row."""
    tax = question("nummer", visible_when={"question": "waar", "is": IN_BELGIUM})
    about = published(questionnaire("vragen", page("een", question("waar", "address"), tax)))
    state = answering.start(about, KNOWN, as_of=TODAY)

    def shown(waar: object) -> list[str]:
        return [each.id for each in answering.look(about, state, about.pages[0], {"waar": waar})[0].questions]

    belgian = {**ABROAD, "country": "be"}
    assert [shown(each) for each in (HOME, belgian, {}, {"country": "BE"})] == [
        ["waar"],
        ["waar", "nummer"],
        *[["waar"]] * 2,
    ]
    rows = asked(
        "rows",
        columns=(
            question("hier", "address"),
            {**tax, "visible_when": {"question": "hier", "is": IN_BELGIUM}, "required": True},
        ),
    )
    assert found(rows, [{"hier": HOME}, {"hier": belgian}]) == [fault(FaultCode.MISSING, "vraag.1.nummer")]


@pytest.mark.parametrize(
    "is_,expected",
    [
        (IN_BELGIUM, []),
        ({"properties": {"land": {"const": "BE"}}}, [("unknown_column", "properties.land")]),
        ({"properties": {"country": {"const": "be"}}}, [("unknown_choice", "properties.country.const")]),
        (
            {"not": {"properties": {"country": {"enum": ["BE", "XX"]}}}},
            [("unknown_choice", "not.properties.country.enum")],
        ),
        ({"required": ["land"]}, [("unknown_column", "required[0]")]),
        ({"required": ["country", "street"]}, [("always_true", "required")]),
        ({"required": ["country", "addition"]}, []),
        ({"const": {**HOME, "postcode": "1234ab"}}, [("never_true", "const")]),
        ({"const": HOME}, []),
        ({"type": "string"}, [("keyword_misfit", "type")]),
        ({"minLength": 3}, [("keyword_misfit", "minLength")]),
    ],
)
def test_lint(is_: Content, expected: list[tuple[str, str]]) -> None:
    """QU-3: A condition on what no address has, or on what each has, is refused with its path."""
    later = question("b", visible_when={"question": "a", "is": is_})
    document = questionnaire("vragen", page("een", question("a", "address"), later))
    at = "$.pages[0].questions[1].visible_when.is"
    if not expected:
        assert published(document).by_id.keys() == {"a", "b"}
        return
    assert publishing_faults(document) == [(code, f"{at}.{path}") for code, path in expected]


def test_saved() -> None:
    """QU-3: A page is saved with the tidy address, and the same save again changes nothing."""
    about = definition(question("waar", "address", required=True))
    state = answering.start(about, KNOWN, as_of=TODAY)
    typed = {"waar": {**HOME, "postcode": "1234ab"}}
    saved = answering.save(about, state, "pagina", typed, version=0)
    assert saved.raw == {"waar": HOME}
    assert answering.save(about, saved, "pagina", typed, version=0) == saved
    assert refusal(lambda: answering.save(about, state, "pagina", {"waar": {**HOME, "x": "y"}}, version=0)) == [
        fault(FaultCode.NOT_A_POSTAL_ADDRESS, "waar")
    ]


@pytest.mark.parametrize(
    "answer,fits",
    [
        (HOME, True),
        (ABROAD, True),
        ({**HOME, "country": "XX"}, False),
        ({"street": "x"}, False),
        ({**HOME, "x": "y"}, False),
    ],
)
def test_page_schema(answer: Content, fits: bool) -> None:
    """AP-9: The JSON Schema of a page describes the parts of an address."""
    about = definition(question("waar", "address"))
    assert validator(page_schema(about.pages[0], Language.DUTCH)).is_valid({"waar": answer}) is fits


@pytest.mark.parametrize(
    "schema,expected",
    [
        ({"properties": {"country": {"const": "NL"}}}, True),
        ({"properties": {"country": {"enum": ["NL"]}, "place": {"maxLength": 9}}, "required": ["number"]}, True),
        ({"properties": {"country": {"enum": ["NL", "BE"]}}}, False),
        (IN_BELGIUM, False),
        ({"required": ["number"]}, False),
        ({}, False),
    ],
)
def test_dutch_only(schema: Content, expected: bool) -> None:
    """QU-3: A question that accepts the Netherlands alone asks for no country."""
    assert is_dutch_only(schema) is expected
