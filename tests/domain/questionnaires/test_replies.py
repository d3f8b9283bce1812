"""One answer: tidying it, and its faults."""

import math
import time
from typing import Any

import phonenumbers
import pytest
from hypothesis import example, given

from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.questionnaires.definition import QuestionType
from klantportaal.domain.questionnaires.replies import tidied
from klantportaal.testing.filling_in import RUBBISH
from klantportaal.testing.questionnaires import question
from tests.domain.given import ANY_TEXT, fault
from tests.domain.questionnaires.given import FILE, asked, definition, found
from tests.support.effort import ENDLESS, seconds

ASKING = [kind.value for kind in QuestionType if kind not in ("note", "computed", "rows")]
COLUMNS = (question("naam", required=True), question("leeftijd", "integer", schema={"minimum": 0}))


@pytest.mark.parametrize(
    "kind,typed,kept",
    [
        ("text", "  Jan\t de \r\n Boer\x00 ", "Jan de Boer"),
        ("text", "e\u0301", "é"),
        ("prefilled", " J. Jansen ", "J. Jansen"),
        ("long_text", "\r\nEen\r\n twee \n", "Een\n twee"),
        ("date", " 2024-02-29\n", "2024-02-29"),
        ("email", " Jan@Voorbeeld.TEST\n", "Jan@voorbeeld.test"),
        ("phone", "06 - 12 34 56 78", "+31612345678"),
        ("phone", "0032 2 809 09 00", "+3228090900"),
        ("phone", "+\u0663\u0661\u0666\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668", "+31612345678"),
        ("iban", "nl91 abna-0417 1643 00\n", "NL91ABNA0417164300"),
        ("iban", "NL91.ABNA.0417.1643.00", "NL91ABNA0417164300"),
        ("iban", "\u202aNL91\u200bABNA\u00ad0417164300\ufeff", "NL91ABNA0417164300"),
        ("phone", "\u202a06 12345678\u202c\u200b", "+31612345678"),
        ("bsn", "\ufeff111222333", "111222333"),
        ("date", "2024\u200b-02-29\u2060", "2024-02-29"),
        ("time", "\u200e9:05", "09:05"),
        ("bsn", "1112.22.333", "111222333"),
        ("bsn", " 12345672", "012345672"),
        ("rsin", "0044.95.445", "004495445"),
        ("kvk", "12 34 56 78", "12345678"),
        ("vat", "nl 4495445 b01", "NL004495445B01"),
        ("vat", "0044.95.445.B.01", "NL004495445B01"),
        ("vat", "BE 0123.456.749", "BE0123456749"),
        ("time", "9.05 uur", "09:05"),
        ("time", "14:30", "14:30"),
        ("time", "23u59", "23:59"),
        ("percentage", 1250, 1250),
        ("decimal", -5, -5),
        ("choices", ["drie", "een", "drie"], ["een", "drie"]),
        ("choices", ("een",), ["een"]),
        ("file", [FILE], [FILE]),
        ("integer", 0, 0),
        ("amount", -5, -5),
        ("boolean", False, False),
        ("choice", "een", "een"),
    ],
)
def test_tidied(kind: str, typed: object, kept: object) -> None:
    """QU-3: an answer is stored in one form, however blanks, accents, capitals or order were typed."""
    assert (tidied(asked(kind), typed), found(asked(kind), typed)) == (kept, [])


@pytest.mark.parametrize("kind", [*ASKING, "rows"])
@pytest.mark.parametrize("blank", ["", " \n\t", "\u200b\u2800", None])
def test_blank(kind: str, blank: str | None) -> None:
    """QU-3: a blank answer is no answer, to any question; a required one is then missing."""
    columns = COLUMNS if kind == "rows" else ()
    assert tidied(asked(kind, columns=columns), blank) is None
    assert found(asked(kind, columns=columns), blank) == []
    assert found(asked(kind, columns=columns, required=True), blank) == [fault(FaultCode.MISSING, "vraag")]


@pytest.mark.parametrize(
    "kind,empty", [("choices", []), ("file", []), ("rows", []), ("rows", [{}]), ("rows", [{"naam": " "}, {}])]
)
def test_empty_lists(kind: str, empty: list[Any]) -> None:
    """QU-3: an empty list, or a list of empty rows, is no answer."""
    assert tidied(asked(kind, columns=COLUMNS if kind == "rows" else ()), empty) is None


def test_prefilled_address() -> None:
    """QU-3: a prefilled address must stay an address; a prefilled name may become any text."""
    own, name = (definition(question("vraag", "prefilled", profile=each)) for each in ("email", "name"))
    about, named = own.pages[0].questions[0], name.pages[0].questions[0]
    assert (about.kind, named.kind) == (QuestionType.EMAIL, QuestionType.TEXT)
    assert tidied(about, " Jan@Voorbeeld.TEST\n") == "Jan@voorbeeld.test"
    for wrong in ("jan", "Jan <jan@b.nl>", "jan@b", 1):
        assert found(about, wrong) == [fault(FaultCode.NOT_AN_ADDRESS, "vraag")]
    assert found(named, "jan") == []


@pytest.mark.parametrize(
    "kind,code,wrong",
    [
        ("text", "not_text", [1, 1.5, True, [], ["x"], {}, {"x": [{}]}, b"x", math.nan]),
        ("long_text", "not_text", [1, [], {"a": "b"}]),
        ("prefilled", "not_text", [1, []]),
        ("integer", "not_a_number", ["1", "\u0661", 1.0, 1.5, True, math.nan, math.inf, [], [1], {}]),
        ("amount", "not_an_amount", ["19,99", 19.99, False, math.nan, -math.inf]),
        (
            "date",
            "not_a_date",
            [
                "2023-02-29",
                "20240229",
                "2024-2-9",
                "29-02-2024",
                "\u0662\u0660\u0662\u0664-\u0660\u0662-\u0662\u0669",
                "2024-W09-4",
                1,
            ],
        ),
        ("boolean", "not_yes_or_no", ["true", "ja", 0, 1, 1.0, []]),
        ("choice", "unknown_choice", ["vier", "Een", "een ", 1, True, ["een"], {}]),
        ("choices", "unknown_choice", ["een", ["vier"], ["een", 1], [["een"]], [{}], {"een": True}, 1]),
        ("email", "not_an_address", ["jan", "a@b.nl, c@d.nl", "Jan <jan@b.nl>", "jan@b", 1, ["a@b.nl"]]),
        ("phone", "not_a_phone_number", ["12", "06-1234", "+31612345678 ext. 5", "+31612345678901", 31612345678, []]),
        ("bsn", "not_a_bsn", ["111222334", "1112223330", "000000000", "abc", "1" * 7, "\u0661" * 9, 111222333, []]),
        ("rsin", "not_a_rsin", ["123456789", "RSIN", 1]),
        ("kvk", "not_a_kvk_number", ["1234567", "123456789", "00000000", "1234567a", 12345678]),
        ("vat", "not_a_vat_number", ["NL004495445B0", "XX123", "US123456789", "BE0123456748", "1", "ΐ1", 1]),
        (
            "address",
            "not_a_postal_address",
            ["Dorpsstraat 1", 1, [], ["x"], {"straat": "x"}, {"street": 1}, {"street": "x", "number": 1}, {1: "x"}],
        ),
        ("time", "not_a_time", ["24:00", "9", "9:5", "14:60", "half tien", "14:30:00", 1430]),
        ("percentage", "not_a_percentage", ["12,5", 12.5, True]),
        ("iban", "not_an_iban", ["NL91ABNA0417164301", "NL91", "ΐ", "NL91ABNA041716430\u0660", 1, []]),
        (
            "file",
            "not_a_list",
            ["x", {}, [1], [{}], [{**FILE, "id": "x"}], [{**FILE, "x": 1}], [{**FILE, "size": "1"}]],
        ),
        ("rows", "not_a_list", ["x", {}, [1], [[]], [None], ["x"]]),
    ],
)
def test_strict(kind: str, code: str, wrong: list[object]) -> None:
    """QU-3: an answer of a wrong type is refused, with the fault of its question's type."""
    about = asked(kind, columns=COLUMNS if kind == "rows" else ())
    for answer in wrong:
        assert found(about, answer) == [fault(FaultCode(code), "vraag")], answer


@pytest.mark.parametrize(
    "more,day,expected",
    [
        ({}, "1900-01-01", []),
        ({}, "1899-12-31", [("too_early", "1900-01-01")]),
        ({}, "2124-02-29", []),
        ({}, "2124-03-01", [("too_late", "2124-02-29")]),
        ({"latest": "today"}, "2099-01-01", [("too_late", "2024-02-29")]),
        ({"latest": "today-P18Y"}, "2006-02-28", []),
        ({"latest": "today-P18Y"}, "2006-03-01", [("too_late", "2006-02-28")]),
        ({"earliest": "1800-01-01"}, "1850-01-01", []),
        (
            {"earliest": "2024-01-01", "schema": {"pattern": "^x"}},
            "2023-12-31",
            [("too_early", "2024-01-01"), ("wrong_form", None)],
        ),
    ],
)
def test_days(more: dict[str, Any], day: str, expected: list[tuple[str, str | None]]) -> None:
    """QU-3: a date is between its bounds, which may depend on the day of starting; by default, sensible ones."""
    assert [(each.code.value, each.params.get("limit")) for each in found(asked("date", **more), day)] == expected


def test_decimals() -> None:
    """QU-3: a decimal is a whole number of its smallest part; the fault says how many digits it may have."""
    assert asked("decimal").scale == 2
    for wrong in ("1,5", 1.5):
        assert found(asked("decimal", decimals=3), wrong) == [fault(FaultCode.NOT_A_DECIMAL, "vraag", limit=3)]
    assert [asked(kind).scale for kind in ("integer", "amount", "percentage")] == [0, 2, 2]


@pytest.mark.parametrize(
    "kind,answer,expected",
    [
        ("text", "x" * 501, fault(FaultCode.TOO_LONG, "vraag", limit=500, length=501)),
        ("text", "x" * 100_000, fault(FaultCode.TOO_LONG, "vraag", limit=500, length=100_000)),
        ("email", "x" * 501, fault(FaultCode.TOO_LONG, "vraag", limit=500, length=501)),
        ("phone", "1" * 2001, fault(FaultCode.TOO_LONG, "vraag", limit=500, length=2001)),
        ("long_text", "x" * 10_001, fault(FaultCode.TOO_LONG, "vraag", limit=10_000, length=10_001)),
        ("integer", 10**15, fault(FaultCode.TOO_LARGE, "vraag", limit=10**15 - 1)),
        ("amount", -(10**400), fault(FaultCode.TOO_SMALL, "vraag", limit=1 - 10**15)),
        ("file", [FILE] * 101, fault(FaultCode.TOO_MANY, "vraag", limit=100)),
        ("rows", [{"naam": "x"}] * 101, fault(FaultCode.TOO_MANY, "vraag", limit=100)),
    ],
)
def test_limits(kind: str, answer: object, expected: Fault) -> None:
    """QU-3: each type has a limit, which its fault gives."""
    assert found(asked(kind, columns=COLUMNS if kind == "rows" else ()), answer) == [expected]


@pytest.mark.parametrize(
    "kind,answer",
    [
        ("text", "x" * 500),
        ("long_text", "x" * 10_000),
        ("integer", 10**15 - 1),
        ("amount", 1 - 10**15),
        ("file", [FILE] * 100),
        ("rows", [{"naam": "x"}] * 100),
    ],
)
def test_within_limits(kind: str, answer: object) -> None:
    """QU-3: an answer at the limit is accepted."""
    assert found(asked(kind, columns=COLUMNS if kind == "rows" else ()), answer) == []


@pytest.mark.parametrize(
    "kind,schema,answer,expected",
    [
        ("text", {"minLength": 3}, "xx", fault(FaultCode.TOO_SHORT, "vraag", limit=3)),
        ("text", {"maxLength": 3}, "xxxx", fault(FaultCode.TOO_LONG, "vraag", limit=3, length=4)),
        ("text", {"pattern": "^[0-9]$"}, "\u0661", fault(FaultCode.WRONG_FORM, "vraag")),
        ("text", {"enum": ["a"]}, "b", fault(FaultCode.NOT_ACCEPTED, "vraag")),
        ("text", {"anyOf": [{"minLength": 3}]}, "b", fault(FaultCode.NOT_ACCEPTED, "vraag")),
        ("integer", {"minimum": 0.5}, 0, fault(FaultCode.TOO_SMALL, "vraag", limit=1)),
        ("integer", {"maximum": 1.5}, 2, fault(FaultCode.TOO_LARGE, "vraag", limit=1)),
        ("integer", {"exclusiveMinimum": 0}, 0, fault(FaultCode.TOO_SMALL, "vraag", limit=1)),
        ("amount", {"exclusiveMaximum": 10}, 10, fault(FaultCode.TOO_LARGE, "vraag", limit=9)),
        ("integer", {"multipleOf": 5}, 4, fault(FaultCode.NOT_ACCEPTED, "vraag")),
        ("choices", {"minItems": 2}, ["een"], fault(FaultCode.TOO_FEW, "vraag", limit=2)),
        ("choices", {"maxItems": 1}, ["een", "twee"], fault(FaultCode.TOO_MANY, "vraag", limit=1)),
        ("choices", {"items": {"maxLength": 3}}, ["twee"], fault(FaultCode.NOT_ACCEPTED, "vraag")),
        ("rows", {"minItems": 2}, [{"naam": "x"}], fault(FaultCode.TOO_FEW, "vraag", limit=2)),
        ("boolean", {"const": True}, False, fault(FaultCode.NOT_ACCEPTED, "vraag")),
    ],
)
def test_schema(kind: str, schema: dict[str, Any], answer: object, expected: Fault) -> None:
    """QU-3: a broken keyword of the schema is reported by its code, with the last value that is allowed."""
    assert found(asked(kind, schema=schema, columns=COLUMNS if kind == "rows" else ()), answer) == [expected]


def test_said_once() -> None:
    """QU-3: each code is reported once; different codes are all reported."""
    about = asked("text", schema={"enum": ["x"], "const": "x", "minLength": 3, "pattern": "^x"})
    assert sorted(each.code for each in found(about, "b")) == ["not_accepted", "too_short", "wrong_form"]


def test_rows() -> None:
    """QU-3: the faults of rows name row and column; empty rows are dropped, unknown columns are not checked."""
    about = asked("rows", columns=COLUMNS)
    rows = [{}, {"naam": " Jan ", "leeftijd": 3}, {"leeftijd": -1}, {"naam": "Jo", "leeftijd": "3", "x": 1}]
    assert tidied(about, rows) == [{"naam": "Jan", "leeftijd": 3}, *rows[2:]]
    assert found(about, rows) == [
        fault(FaultCode.MISSING, "vraag.1.naam"),
        fault(FaultCode.TOO_SMALL, "vraag.1.leeftijd", limit=0),
        fault(FaultCode.NOT_A_NUMBER, "vraag.2.leeftijd"),
    ]


def test_hidden_columns() -> None:
    """QU-3: a hidden column is not required, and its answer is not checked."""
    shown = {"question": "naam", "is": {"const": "Jan"}}
    about = asked("rows", columns=(COLUMNS[0], question("leeftijd", "integer", required=True, visible_when=shown)))
    assert found(about, [{"naam": "Jo"}, {"naam": "Jo", "leeftijd": "x"}]) == []
    assert found(about, [{"naam": "Jan"}]) == [fault(FaultCode.MISSING, "vraag.0.leeftijd")]


@pytest.mark.parametrize("kind", ASKING)
@example(text="A\t\N{COMBINING ACUTE ACCENT}")
@given(text=ANY_TEXT)
def test_idempotent_texts(kind: str, text: str) -> None:
    """QU-3: tidying twice gives the same as tidying once."""
    about = _ONE_OF_EACH[kind]
    assert tidied(about, tidied(about, text)) == tidied(about, text)


_ONE_OF_EACH = {kind: asked(kind) for kind in ASKING} | {"rows": asked("rows", columns=COLUMNS)}


@pytest.mark.parametrize("kind", [*ASKING, "rows"])
def test_rubbish(kind: str) -> None:
    """AL-1: any value is accepted or refused, and never an error."""
    about = _ONE_OF_EACH[kind]
    for answer in [*RUBBISH, [{"naam": each, "leeftijd": each} for each in RUBBISH]]:
        tidy = tidied(about, answer)
        assert repr(tidied(about, tidy)) == repr(tidy)
        assert {each.field.split(".")[0] for each in found(about, answer) if each.field} <= {"vraag"}


def test_phones() -> None:
    """QU-3: every country's example numbers are accepted in all notations, and stored in E.164."""
    about, e164 = asked("phone"), phonenumbers.PhoneNumberFormat.E164
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        number = phonenumbers.example_number(region)
        assert number is not None
        tidy = phonenumbers.format_number(number, e164)
        written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        assert (tidied(about, written), tidied(about, tidy), found(about, written)) == (tidy, tidy, []), region


@pytest.mark.parametrize(
    "iban", ["NL91ABNA0417164300", "BE68539007547034", "DE89370400440532013000", "GB29NWBK60161331926819"]
)
def test_ibans(iban: str) -> None:
    """QU-3: an IBAN is checked by its country's form and its check digits, not by tables of banks."""
    spaced = " ".join(iban[each : each + 4] for each in range(0, len(iban), 4)).lower()
    assert (tidied(asked("iban"), spaced), found(asked("iban"), spaced)) == (iban, [])


def test_quick() -> None:
    """AL-1: very long lists, texts and numbers are refused quickly."""
    begun = time.process_time()
    endless: list[Any] = ["x" * 100_000, ["een"] * 100_000, [{"naam": {}}] * 100_000, 10**4000, [[]] * 100_000]
    for answer in endless:
        for about in _ONE_OF_EACH.values():
            found(about, answer)
    assert time.process_time() - begun < ENDLESS


@pytest.mark.parametrize(
    "kind,most", [("text", 2000), ("email", 2000), ("phone", 2000), ("iban", 2000), ("long_text", 20_000)]
)
def test_endless_text(kind: str, most: int) -> None:
    """AL-1: text that stays too long after tidying is refused untidied; surrounding blanks do not count."""
    question, endless = asked(kind), "e\u0301" * (most // 2) + "x"
    assert (tidied(question, endless), tidied(question, " " * most + "\n")) == (endless, None)
    assert [fault.code for fault in found(question, endless)] == [FaultCode.TOO_LONG]
    assert tidied(question, " " * most + "1") == "1"


def test_accents_without_end() -> None:
    """AL-1: rows of accents above and below are tidied and refused hardly slower than rows of letters."""

    def refuse(above: str, below: str) -> None:
        rows = [{"naam": above * half + below * half} for half in (999, 2040) for _each in range(50)]
        assert len(found(asked("rows", columns=COLUMNS), rows)) == 100

    assert seconds(lambda: refuse("\u0300", "\u0316")) < 20 * seconds(lambda: refuse("é", "è"))


@pytest.mark.parametrize("limit", [1, 100])
def test_too_many_rows(limit: int) -> None:
    """AL-1: too many rows are one fault; their cells are not checked."""
    question = asked("rows", columns=COLUMNS, schema={} if limit == 100 else {"maxItems": 1})
    assert found(question, [{"leeftijd": "x"}] * 100_001) == [fault(FaultCode.TOO_MANY, "vraag", limit=100)]
    assert found(question, [{"leeftijd": "x"}] * (limit + 1)) == [fault(FaultCode.TOO_MANY, "vraag", limit=limit)]
