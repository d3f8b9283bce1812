"""Signatures: a typed name with the portal's time, an optional drawing within bounds, and what is refused (QU-3)."""

import json
import math
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.questionnaires import answering, assignments, results, signatures
from klantportaal.domain.questionnaires.assignments import Assignment
from klantportaal.domain.questionnaires.definition import Definition
from klantportaal.domain.questionnaires.page_schemas import page_schema
from klantportaal.domain.questionnaires.replies import tidied
from klantportaal.domain.questionnaires.revision_change import rebase
from klantportaal.domain.questionnaires.signatures import DRAWING_LIMIT, HEIGHT, WIDTH, strokes
from klantportaal.domain.questionnaires.validation import validator
from klantportaal.domain.values import Language
from klantportaal.testing.filling_in import KNOWN, TODAY, published
from klantportaal.testing.questionnaires import Content, page, question, questionnaire
from tests.domain.given import ACCOUNT_ID, AT, fault, refusal
from tests.domain.questionnaires.given import asked, assigned, definition, found, publishing_faults

DRAWN = "M12 80L40 96L52 70M60 60L60 60"
THEN, LATER = "2026-11-29T09:00:00Z", "2026-11-29T10:00:00Z"
SIGNED = {"name": "Jan Jansen", "at": THEN, "drawing": DRAWN}
WRONG = fault(FaultCode.NOT_A_DRAWING, "vraag.drawing")
BOX = st.tuples(st.integers(0, WIDTH), st.integers(0, HEIGHT))
DRAWINGS = st.lists(st.lists(BOX, min_size=2, max_size=5), min_size=1, max_size=3)


def written(made: list[list[tuple[int, int]]]) -> str:
    """Write strokes as a page does."""
    return "".join("M" + "L".join(f"{x} {y}" for x, y in stroke) for stroke in made)


def of_length(length: int) -> str:
    """Make a drawing of so many characters."""
    first, each = "M0 0L0 0", "L0 0"
    rest = length - len(first)
    return first + each * (rest // 4 - 1) + f"L{10 ** (rest % 4)} 0" if rest % 4 else first + each * (rest // 4)


# ------------------------------------------------------------------ one form
def test_one_form() -> None:
    """QU-3: A name is stored on one line without invisible marks; blank parts are left out; parts have one order."""
    typed = {"drawing": "", "at": " ", "name": "  Jan \u202e\n Jansen\u200f "}
    assert tidied(asked("signature"), typed) == {"name": "Jan Jansen"}
    tidy = tidied(asked("signature"), dict(reversed(SIGNED.items())))
    assert json.dumps(tidy) == json.dumps(SIGNED)


@pytest.mark.parametrize(
    "blank", [{}, {"name": " "}, {"name": "\u202e\u200b\u2066"}, {"at": THEN}, {"name": None, "drawing": ""}]
)
def test_blank(blank: dict[str, Any]) -> None:
    """QU-3: Without a name and a drawing nothing is signed: a name of spaces and invisible marks is none."""
    assert tidied(asked("signature"), blank) is None
    assert found(asked("signature"), blank) == []
    assert found(asked("signature", required=True), blank) == [fault(FaultCode.MISSING, "vraag")]


@given(DRAWINGS)
def test_drawings(made: list[list[tuple[int, int]]]) -> None:
    """QU-3: Every drawing within the box is taken, and its strokes are read back point by point."""
    assert found(asked("signature"), {"name": "Jan", "drawing": written(made)}) == []
    assert strokes(written(made)) == made


# ------------------------------------------------------------------ faults
@pytest.mark.parametrize("name", ["\u202e", "   ", None])
def test_without_a_name(name: str | None) -> None:
    """QU-3: A drawing alone signs nothing: the fault names the name that is missing."""
    answer = {"name": name, "drawing": DRAWN}
    assert found(asked("signature"), answer) == [fault(FaultCode.MISSING, "vraag.name")]


def test_long_names() -> None:
    """QU-3: A name has at most 150 characters, and the fault has its length."""
    assert found(asked("signature"), {"name": "x" * 150}) == []
    for length in (151, 10_000):
        expected = fault(FaultCode.TOO_LONG, "vraag.name", limit=150, length=length)
        assert found(asked("signature"), {"name": "x" * length}) == [expected]


@pytest.mark.parametrize(
    "drawing",
    [
        *(
            "x",
            "M1 1",
            "L1 1",
            "M1 1L",
            "M1 1L2 2 ",
            "M1 1 L2 2",
            "M1,1L2,2",
            "m1 1l2 2",
            "M1 1L2 2Z",
            "M1 1C2 2 3 3 4 4",
        ),
        *(
            "M-1 1L2 2",
            "M1 -1L2 2",
            "M1.5 1L2 2",
            "M01 1L2 2",
            "M1e2 1L2 2",
            "MNaN 1L2 2",
            "M1 1L2 2\n",
            "M\u0661 1L2 2",
        ),
        *(f"M{WIDTH + 1} 0L0 0", f"M0 0L0 {HEIGHT + 1}", "M1000 0L0 0", "M0 0L0 0<script>", "M0 0L0 0\ud800"),
        *(1, math.nan, True, [], [[1, 2]], [[[1, 2], [math.nan, 3]]], {"x": 1}),
    ],
)
def test_wrong_drawings(drawing: object) -> None:
    """QU-3: What is no path of lines in the box is refused, and the fault names the drawing."""
    assert found(asked("signature"), {"name": "Jan", "drawing": drawing}) == [WRONG]


def test_large_drawings() -> None:
    """QU-3: A drawing has at most 10,000 characters; one of a megabyte is refused by its length."""
    assert len(of_length(DRAWING_LIMIT)) == DRAWING_LIMIT
    assert found(asked("signature"), {"name": "Jan", "drawing": of_length(DRAWING_LIMIT)}) == []
    for length in (DRAWING_LIMIT + 1, 1_000_000):
        expected = fault(FaultCode.TOO_LONG, "vraag.drawing", limit=DRAWING_LIMIT, length=length)
        assert found(asked("signature"), {"name": "Jan", "drawing": of_length(length)}) == [expected]
    assert not signatures.is_drawing(of_length(DRAWING_LIMIT + 1))


def test_several_faults() -> None:
    """AL-1: Name and drawing are checked at once."""
    assert found(asked("signature"), {"name": "x" * 151, "drawing": "x"}) == [
        fault(FaultCode.TOO_LONG, "vraag.name", limit=150, length=151),
        WRONG,
    ]


@pytest.mark.parametrize(
    "answer",
    [
        *("Jan", 1, True, ["Jan"], [], {"naam": "Jan"}, {"name": 1}, {"name": ["Jan"]}, {**SIGNED, "x": "y"}, {1: 2}),
        *({"name": "Jan", "at": each} for each in (1, "gisteren", "2026-13-01T00:00:00Z", "2026-11-29T09:00:00+01:00")),
    ],
)
def test_wrong_shapes(answer: object) -> None:
    """QU-3: What is no object of a name, a time and a drawing is refused as a whole."""
    assert found(asked("signature"), answer) == [fault(FaultCode.NOT_A_SIGNATURE, "vraag")]


def test_in_rows() -> None:
    """QU-3: In a row, the fault names row, column and part; a row with a blank signature only is empty."""
    rows = asked("rows", columns=(question("wie"), question("teken", "signature", required=True)))
    given_rows = [{"teken": {"name": " "}}, {"wie": "Bo", "teken": {"drawing": DRAWN}}, {"wie": "Cas"}]
    assert found(rows, given_rows) == [
        fault(FaultCode.MISSING, "vraag.0.teken.name"),
        fault(FaultCode.MISSING, "vraag.1.teken"),
    ]


# ------------------------------------------------------------------ the time
ASKS = definition(question("teken", "signature", required=True), question("verder"))


def saved(about: Definition, *each: tuple[dict[str, Any], datetime], of: str = "pagina") -> Assignment:
    """Save a page several times, each with answers and a time."""
    assignment = assigned(about, answering.start(about, KNOWN, as_of=TODAY))
    for version, (submitted, at) in enumerate(each):
        assignment, _fact = assignments.save(
            assignment, about, of, submitted, version=version, account_id=ACCOUNT_ID, at=at
        )
    return assignment


def raw(assignment: Assignment) -> Any:
    """Give the saved answers."""
    assert assignment.answering is not None
    return assignment.answering.raw


def moment(at: datetime) -> str:
    """Write a time as signatures have it."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def test_time_of_saving() -> None:
    """QU-3: The portal sets the time of a signature, in UTC to the second, whatever time was submitted."""
    amsterdam = datetime(
        2026, 1, 31, 10, 30, 15, 999, tzinfo=datetime.fromisoformat("2026-01-31T00:00:00+01:00").tzinfo
    )
    for at in ({}, {"at": "1999-01-01T00:00:00Z"}, {"at": "x"}, {"at": 1}, {"at": math.nan}):
        assert raw(saved(ASKS, ({"teken": {"name": " Jan ", **at}}, amsterdam))) == {
            "teken": {"name": "Jan", "at": "2026-01-31T09:30:15Z"}
        }


@pytest.mark.parametrize("again", [{"name": " Jan"}, {"name": "Jan", "at": THEN}, {"name": "Jan", "drawing": ""}])
def test_saved_again(again: dict[str, Any]) -> None:
    """QU-3: A signature that is saved again keeps its time, also where another answer on the page changes."""
    first = {"teken": {"name": "Jan"}}
    kept = raw(saved(ASKS, (first, AT), ({"teken": again, "verder": "x"}, AT + timedelta(hours=1))))
    assert kept == {"teken": {"name": "Jan", "at": moment(AT)}, "verder": "x"}


@pytest.mark.parametrize(
    "changed", [{"name": "Jan J."}, {"name": "Jan"}, {"name": "Jan", "drawing": "M1 1L2 2", "at": THEN}]
)
def test_signed_anew(changed: dict[str, Any]) -> None:
    """QU-3: Another name, another drawing, or a drawing that was taken out is signed anew."""
    first, later = {"teken": {"name": "Jan", "drawing": DRAWN}}, AT + timedelta(hours=1)
    anew = raw(saved(ASKS, (first, AT), ({"teken": changed}, later)))
    assert anew == {"teken": {**changed, "at": moment(later)}}


def test_replayed() -> None:
    """Property 8: The same save again, later, changes nothing; another name is another save."""
    once = saved(ASKS, ({"teken": {"name": "Jan"}}, AT))
    later = AT + timedelta(hours=1)
    again = assignments.save(
        once, ASKS, "pagina", {"teken": {"name": "Jan"}}, version=0, account_id=ACCOUNT_ID, at=later
    )
    assert again == (once, None)


@pytest.mark.parametrize(
    "submitted,expected",
    [
        ({"teken": "Jan"}, fault(FaultCode.NOT_A_SIGNATURE, "teken")),
        ({"teken": {"drawing": DRAWN}}, fault(FaultCode.MISSING, "teken.name")),
        ({"teken": {"name": "Jan", "drawing": "x"}}, fault(FaultCode.NOT_A_DRAWING, "teken.drawing")),
        ({}, fault(FaultCode.MISSING, "teken")),
    ],
)
def test_refused(submitted: dict[str, Any], expected: Fault) -> None:
    """QU-3: A wrong signature is refused with its fault when its page is saved."""
    assert refusal(lambda: saved(ASKS, (submitted, AT))) == [expected]


ROWS = definition(question("partijen", "rows", columns=[question("wie"), question("teken", "signature")]))


def test_rows_keep_their_times() -> None:
    """QU-3: In rows, each signature keeps its own time, wherever its row went; equal ones are told apart by it."""
    later, last = AT + timedelta(hours=1), AT + timedelta(hours=2)
    one, two = {"wie": "a", "teken": {"name": "Jan"}}, {"wie": "b", "teken": {"name": "Jan"}}
    both = saved(ROWS, ({"partijen": [one]}, AT), ({"partijen": [one, two]}, later))
    first, second = ({"name": "Jan", "at": moment(at)} for at in (AT, later))
    assert raw(both) == {"partijen": [{"wie": "a", "teken": first}, {"wie": "b", "teken": second}]}
    left = assignments.save(
        both, ROWS, "pagina", {"partijen": [{"wie": "b", "teken": second}]}, version=2, account_id=ACCOUNT_ID, at=last
    )[0]
    assert raw(left) == {"partijen": [{"wie": "b", "teken": second}]}
    other = {"wie": "b", "teken": {"name": "Bo"}}
    more = assignments.save(
        both, ROWS, "pagina", {"partijen": [other, two, one, two]}, version=2, account_id=ACCOUNT_ID, at=last
    )[0]
    assert [row["teken"]["at"] for row in raw(more)["partijen"]] == [moment(at) for at in (last, AT, later, last)]
    before = {"partijen": [one, {"wie": "a", "teken": first}]}
    put_before = assignments.save(both, ROWS, "pagina", before, version=2, account_id=ACCOUNT_ID, at=last)[0]
    assert [row["teken"]["at"] for row in raw(put_before)["partijen"]] == [moment(later), moment(AT)]


@pytest.mark.parametrize(
    "rows,field",
    [("x", ""), ([1], ""), ([["x"]], ""), ({"teken": SIGNED}, ""), ([{"teken": 1}], ".0.teken")],
)
def test_strange_rows(rows: object, field: str) -> None:
    """QU-3: Rows of a wrong shape are refused as such, and the portal does not stumble over them."""
    code = FaultCode.NOT_A_SIGNATURE if field else FaultCode.NOT_A_LIST
    assert refusal(lambda: saved(ROWS, ({"partijen": rows}, AT))) == [fault(code, f"partijen{field}")]


def test_pages_of_rows() -> None:
    """QU-3: On the page of a row, a signature belongs to that row and keeps its time."""
    about = published(
        questionnaire(
            "vragen",
            page("wie", question("partijen", "rows", columns=[question("naam")])),
            page("teken", question("handtekening", "signature"), for_each="partijen"),
        )
    )
    state = saved(about, ({"partijen": [{"naam": "a"}, {"naam": "b"}]}, AT), of="wie")
    for version, (key, at) in enumerate([("1-0", AT), ("1-1", AT + timedelta(1)), ("1-0", AT + timedelta(2))], start=1):
        submitted = {f"handtekening~{key}": {"name": "Jan"}}
        state = assignments.save(
            state, about, f"teken~{key}", submitted, version=version, account_id=ACCOUNT_ID, at=at
        )[0]
    times = {id: answer["at"] for id, answer in raw(state).items() if id != "partijen"}
    assert times == {"handtekening~1-0": moment(AT), "handtekening~1-1": moment(AT + timedelta(1))}


def test_result() -> None:
    """QU-4: The result has name, time and drawing as they were saved."""
    signed = saved(ASKS, ({"teken": {"name": "Jan", "drawing": DRAWN}}, AT))
    done, _fact = assignments.complete(
        signed, ASKS, version=1, account_id=ACCOUNT_ID, language=Language.DUTCH, at=AT + timedelta(hours=1)
    )
    expected = {"teken": {"name": "Jan", "at": moment(AT), "drawing": DRAWN}, "verder": None}
    assert json.loads(results.as_json(done, ASKS))["answers"] == expected


def test_rebased() -> None:
    """Property 7: A signature is kept as it was signed; as another type it is dropped."""
    state = saved(ASKS, ({"teken": {"name": "Jan"}}, AT)).answering
    assert state is not None
    newer = definition(question("teken", "signature"), question("verder"), question("nieuw"))
    assert rebase(ASKS, newer, state).raw == state.raw
    text = definition(question("teken", "text"))
    assert rebase(ASKS, text, state).raw == {}


# ------------------------------------------------------------------ conditions and publishing
ONCE_SIGNED = {"question": "teken", "is": {}}


def test_condition() -> None:
    """QU-3: A condition can ask whether somebody signed, however much was drawn, also in rows."""
    about = definition(question("teken", "signature"), question("kopie", visible_when=ONCE_SIGNED))
    state = answering.start(about, KNOWN, as_of=TODAY)

    def shown(teken: object) -> list[str]:
        return [each.id for each in answering.look(about, state, about.pages[0], {"teken": teken})[0].questions]

    assert shown({"name": "Jan"}) == shown({"name": "Jan", "drawing": of_length(DRAWING_LIMIT)}) == ["teken", "kopie"]
    assert shown({"name": " "}) == shown(None) == ["teken"]
    over = {"when": {"question": "partijen", "every": ONCE_SIGNED}, "texts": {"nl": "Nee.", "en": "No."}}
    rows = question("partijen", "rows", columns=[question("wie"), question("teken", "signature")])
    all_sign = definition(rows, must_hold=[over])
    state = answering.start(all_sign, KNOWN, as_of=TODAY)
    drawn = {"name": "Jan", "drawing": of_length(DRAWING_LIMIT)}
    assert answering.save(all_sign, state, "pagina", {"partijen": [{"teken": drawn}] * 3}, version=0).version == 1
    assert refusal(
        lambda: answering.save(all_sign, state, "pagina", {"partijen": [{"teken": drawn}, {"wie": "Bo"}]}, version=0)
    ) == [fault(FaultCode.MUST_HOLD, "pagina", number=0)]


@pytest.mark.parametrize(
    "is_",
    [
        *({"required": ["drawing"]}, {"properties": {"name": {"const": "Jan"}}}, {"const": SIGNED}, {"type": "object"}),
        *({"minLength": 3}, {"not": {"required": ["drawing"]}}, {"minProperties": 3}, {"enum": [SIGNED]}),
    ],
)
def test_lint(is_: Content) -> None:
    """QU-3: A condition on what was typed or drawn is refused with its path: only whether it is answered counts."""
    later = question("b", visible_when={"question": "a", "is": is_})
    document = questionnaire("vragen", page("een", question("a", "signature"), later))
    at = "$.pages[0].questions[1].visible_when.is"
    assert publishing_faults(document) == [("keyword_misfit", f"{at}.{next(iter(is_))}")]


@pytest.mark.parametrize(
    "leaf,code,path",
    [
        ({"unique": "teken"}, "keyword_misfit", "unique"),
        ({"sum": "teken", "is": {"minimum": 1}}, "keyword_misfit", "sum"),
        ({"every": {"question": "teken", "is": {"minProperties": 1}}}, "keyword_misfit", "every.is.minProperties"),
        (
            {"is": {"contains": {"properties": {"teken": {"minProperties": 2}}}}},
            "keyword_misfit",
            "is.contains.properties.teken.minProperties",
        ),
    ],
)
def test_lint_of_rows(leaf: Content, code: str, path: str) -> None:
    """QU-3: Neither can rows be compared by their signatures."""
    rows = question("r", "rows", columns=[question("wie"), question("teken", "signature")])
    later = question("b", visible_when={"question": "r", **leaf})
    document = questionnaire("vragen", page("een", rows, later))
    assert publishing_faults(document) == [(code, f"$.pages[0].questions[1].visible_when.{path}")]


@pytest.mark.parametrize(
    "more", [{"schema": {}}, {"schema": {"required": ["drawing"]}}, {"default": SIGNED}, {"fixed": True}]
)
def test_not_allowed(more: Content) -> None:
    """QU-3: A signature has no schema, no default and no fixed answer: it is the client's own."""
    document = questionnaire("vragen", page("een", question("a", "signature", **more)))
    key = next(iter(more))
    assert ("not_as_format", f"$.pages[0].questions[0].{key}") in publishing_faults(document)


def test_elsewhere() -> None:
    """QU-3: It stands in no text, and makes no options and no values."""
    first = page("een", question("a", "signature"), question("r", "rows", columns=[question("k", "signature")]))
    kinds = [
        (
            {**question("b"), "texts": {key: {"label": "{a}"} for key in ("nl", "en")}},
            "keyword_misfit",
            "texts.nl.label",
        ),
        (question("b", "choice", options_from={"question": "a"}), "keyword_misfit", "options_from.question"),
        (
            question("b", "choice", options_from={"question": "r", "column": "k"}),
            "keyword_misfit",
            "options_from.column",
        ),
        (question("b", "computed", compute={"sum": [{"question": "a"}]}), "keyword_misfit", "compute.sum[0].question"),
        (question("b", default={"question": "a"}), "types_differ", "default.question"),
    ]
    for later, code, path in kinds:
        found_faults = publishing_faults(questionnaire("vragen", first, page("twee", later)))
        assert (code, f"$.pages[1].questions[0].{path}") in found_faults, later


def test_not_given() -> None:
    """QU-3: The office signs for nobody: a signature is refused among its answers, in rows too."""
    about = definition(
        question("teken", "signature"),
        question("r", "rows", columns=[question("wie"), question("teken", "signature"), question("akte", "file")]),
    )
    file = {"id": "019b8d2e-5c00-7000-8000-000000000001", "name": "a.pdf", "size": 1}
    rows = [{"wie": "Bo"}, {"wie": "Bo", "teken": SIGNED, "akte": [file]}]

    def assign() -> object:
        return assignments.assign(
            about,
            **attrs.asdict(assigned(), filter=attrs.filters.include("id", "office_id", "client_id", "dossier_id")),
            is_party=True,
            subject="",
            due_on=None,
            handler="Smit",
            today=TODAY,
            at=AT,
            submitted={"teken": SIGNED, "r": rows},
        )

    expected: list[Fault] = [
        fault(FaultCode.NOT_ACCEPTED, f"given.{field}") for field in ("teken", "r.1.teken", "r.1.akte")
    ]
    assert refusal(assign) == expected


@pytest.mark.parametrize(
    "answer,fits",
    [
        (SIGNED, True),
        ({"name": "Jan"}, True),
        ({"name": "Jan", "at": LATER, "drawing": of_length(DRAWING_LIMIT)}, True),
        ({"name": "Jan", "drawing": of_length(DRAWING_LIMIT + 1)}, False),
        ({"name": "Jan", "drawing": "M-1 0L0 0"}, False),
        ({"name": "Jan", "drawing": "M1 1"}, False),
        ({"name": "x" * 151}, False),
        ({"name": ""}, False),
        ({"drawing": DRAWN}, False),
        ({**SIGNED, "x": "y"}, False),
        ("Jan", False),
    ],
)
def test_page_schema(answer: Any, fits: bool) -> None:
    """AP-9: The JSON Schema of a page describes the parts of a signature; its time is read-only."""
    schema = page_schema(ASKS.pages[0], Language.DUTCH)
    assert validator(schema).is_valid({"teken": answer}) is fits
    assert schema["properties"]["teken"]["properties"]["at"]["readOnly"] is True
