"""Hypothesis strategies for questionnaires and their answers.

Documents are valid input of ``publishing.read``. They have questions of every type, conditions on earlier questions
that nest up to four deep, rows with columns that depend on each other, dates around today, and rules that must hold.
Each rule holds if the optional questions of its page are left empty, so every page can be answered.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from klantportaal.domain.questionnaires import answering, defaults, publishing
from klantportaal.domain.questionnaires.answering import Answering
from klantportaal.domain.questionnaires.computing import with_types
from klantportaal.domain.questionnaires.definition import Answer, Definition, Page, ProfileValue, Question, QuestionType
from klantportaal.domain.questionnaires.document_checks import says_nothing
from klantportaal.domain.questionnaires.projection import visible_columns
from klantportaal.domain.questionnaires.said_answers import SAID
from klantportaal.domain.questionnaires.value_checks import NUMBERS
from klantportaal.testing.questionnaires import Content, page, question, questionnaire

DEPTH = 4
"""The depth to which conditions nest."""
TODAY = date(2024, 2, 29)
"""The day on which questionnaires are started: 29 February."""
KNOWN = {
    ProfileValue.NAME: "J. Jansen",
    ProfileValue.EMAIL: "jan@voorbeeld.test",
    ProfileValue.CLIENT_NAME: "Jansen B.V.",
    ProfileValue.DOSSIER_NUMBER: "2026-001",
    ProfileValue.DOSSIER_DESCRIPTION: "Levering woning",
    ProfileValue.CLIENT_KIND: "company",
}
CODES = ("een", "twee", "drie")
"""The options of every choice."""

_WORDS = st.text("abé", min_size=1, max_size=8)
_DAYS = st.sampled_from(
    ["1900-01-01", "2006-02-28", "2006-03-01", "2024-02-28", "2024-02-29", "2024-03-01", "2100-12-31"]
)
_FILES = [{"id": str(UUID(int=number)), "name": f"{number}.pdf", "size": number} for number in range(3)]
_ADDRESSES = [
    {
        "postcode": "1234 AB",
        "number": "1",
        "addition": "a",
        "street": "Dorpsstraat",
        "place": "Ons Dorp",
        "country": "NL",
    },
    {"postcode": "9999 ZZ", "number": "99999", "street": "Z", "place": "Rûnd", "country": "NL"},
    {"postcode": "1000", "number": "12 bus 3", "street": "Rue de la Loi", "place": "Bruxelles", "country": "BE"},
    {"street": "Sráid an Droichid", "place": "Daingean", "country": "IE"},
]
_SIGNATURES = [
    {"name": "Jan Jansen", "at": "2024-02-29T12:00:00Z"},
    {"name": "Ana é", "at": "2024-02-29T23:59:59Z", "drawing": "M0 0L600 240M12 7L12 7"},
    {"name": "Ana é", "at": "2024-03-01T00:00:00Z", "drawing": "M10 10L20 30L40 20"},
]
_CHOSEN = st.sets(st.sampled_from(CODES), min_size=1).map(lambda codes: [code for code in CODES if code in codes])
Draw = Callable[[st.SearchStrategy[Any]], Any]
_Fragment = tuple[Content, st.SearchStrategy[Any]]

FRAGMENTS: Mapping[str, Sequence[_Fragment]] = {
    "text": [
        ({}, _WORDS),
        ({"minLength": 2, "maxLength": 4}, st.text("abé", min_size=2, max_size=4)),
        ({"pattern": "^[A-C]+$"}, st.text("ABC", min_size=1, max_size=5)),
    ],
    "long_text": [({}, st.lists(_WORDS, min_size=1, max_size=3).map("\n".join))],
    "integer": [
        ({}, st.integers(-1000, 1000)),
        ({"minimum": 0, "exclusiveMaximum": 10}, st.integers(0, 9)),
        ({"multipleOf": 5}, st.integers(-9, 9).map(lambda number: 5 * number)),
    ],
    "amount": [({}, st.integers(-100, 10**9)), ({"minimum": 1}, st.integers(1, 10**9))],
    "percentage": [({}, st.integers(-100, 20_000)), ({"minimum": 0, "maximum": 10_000}, st.integers(0, 10_000))],
    "decimal": [({}, st.integers(-1000, 1000))],
    "date": [({}, _DAYS)],
    "time": [({}, st.sampled_from(["00:00", "09:05", "23:59"]))],
    "boolean": [({}, st.booleans()), ({"const": True}, st.just(True))],
    "choice": [({}, st.sampled_from(CODES)), ({"not": {"const": "drie"}}, st.sampled_from(CODES[:2]))],
    "choices": [({}, _CHOSEN), ({"minItems": 3}, st.just(list(CODES)))],
    "email": [({}, st.sampled_from(["jan@voorbeeld.test", "Jan.é@voorbeeld.test"]))],
    "phone": [({}, st.sampled_from(["+31612345678", "+3228090900"]))],
    "iban": [({}, st.sampled_from(["NL91ABNA0417164300", "BE68539007547034"]))],
    "bsn": [({}, st.sampled_from(["111222333", "012345672"]))],
    "rsin": [({}, st.sampled_from(["004495445", "123456782"]))],
    "kvk": [({}, st.sampled_from(["12345678", "00000001"]))],
    "vat": [({}, st.sampled_from(["NL004495445B01", "BE0123456749"]))],
    "address": [
        ({}, st.sampled_from(_ADDRESSES)),
        ({"properties": {"country": {"const": "NL"}}}, st.sampled_from(_ADDRESSES[:2])),
    ],
    "signature": [({}, st.sampled_from(_SIGNATURES))],
    "file": [({}, st.lists(st.sampled_from(_FILES), min_size=1, max_size=2, unique_by=lambda file: str(file["id"])))],
    "rows": [({}, st.just([])), ({"minItems": 2}, st.just([])), ({"maxItems": 1}, st.just([]))],
    "prefilled": [({}, _WORDS)],
}
"""By type: schemas for a question, each with a strategy for answers that it accepts. Rows are built from columns."""

_LEAVES: Mapping[str, Sequence[Content]] = {
    "text": [{"minLength": 3}, {"const": "a"}, {"pattern": "^a"}],
    "integer": [{"minimum": 3}, {"multipleOf": 2.5}, {"enum": [0, 1]}, {"not": {"const": 0}}],
    "amount": [{"exclusiveMinimum": 0}],
    "date": [{"pattern": "^20"}],
    "boolean": [{"const": True}, {"const": False}],
    "choice": [{"const": "een"}, {"enum": ["een", "twee"]}],
    "choices": [{"contains": {"const": "een"}}, {"uniqueItems": True, "maxItems": 1}],
    "address": [{"properties": {"country": {"const": "BE"}}}, {"required": ["addition"]}],
    "file": [{"minItems": 2}],
    "rows": [{"minItems": 2}, {"contains": {"minProperties": 2}}],
}
_ORDERS: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(NUMBERS, ("at_least", "at_most")),
    **dict.fromkeys(("date", "time"), ("before", "after", "at_least", "at_most")),
}
"""By type: how an answer can be compared with another one."""
_EITHER = st.booleans()
_ONE_OR_TWO = st.integers(1, 2)
_FEW = st.integers(1, 4)
_NODES = st.sampled_from(["leaf", "leaf", "leaf", "not", "all", "any"])
_TYPES = st.sampled_from([*QuestionType, QuestionType.ROWS, QuestionType.ROWS])  # Rows are the most error-prone type.
_COLUMN_TYPES = st.sampled_from([kind for kind in QuestionType if kind not in ("rows", "prefilled", "computed")])
_FIRST_TYPES = _COLUMN_TYPES.filter(lambda kind: kind is not QuestionType.NOTE)
_MOMENTS = ["2006-03-01", "today", "today-P18Y", "today+P1M", "today-P1Y2M3W4D", "today+P999Y", "today-P999Y9999D"]

RUBBISH: Sequence[Any] = [
    *(None, "", " \n", "1", "x", "een\n", "2024-02-30", "2024-02-29\n", "\u0661\u0662", "\0", "\ud800", "x" * 10_001),
    *(0, 1, -1, True, False, 1.0, 0.1, float("nan"), float("inf"), 10**15, -(10**400), b"x", date(2024, 2, 29)),
    *([], [None], [1], ["een", "een"], ["een", 1], ["vier"], [[]], ["x"] * 400, [{}], [{"x": 1}], [{"id": "1"}] * 101),
    *({"country": "BE"}, {"street": 1, "place": "x"}, {"number": "12 a"}, {"street": "x", "country": "XX", "x": "x"}),
    *({"name": "Jan", "drawing": "M-1 0L0 0"}, {"drawing": "M1 1L2 2"}, {"name": float("nan")}),
    *({}, {"x": [{"x": {}}]}, [[[[[[[[[]]]]]]]]], [{"id": 1, "name": 2, "size": "3"}], ("een", "twee"), {1: 2}),
]
"""Invalid answers, as a vendor's own page or a forged request could send them."""


# ------------------------------------------------------------------ documents
@st.composite
def documents(draw: st.DrawFn, *, revision: int = 1) -> Content:
    """Make a document that can be published, with up to four pages of up to four questions."""
    earlier: list[Content] = []
    numbers = range(draw(_FEW))
    return questionnaire("vragen", *[_page(draw, number, earlier) for number in numbers], revision=revision)


def definitions(*, revision: int = 1) -> st.SearchStrategy[Definition]:
    """Make a definition without checking that its document can be published."""
    return documents(revision=revision).map(lambda document: publishing.restored(json.dumps(document)))


def published(document: Content) -> Definition:
    """Read a document as publishing does.

    Raises:
        Refused: the document cannot be published.
    """
    return publishing.read(json.dumps(document))[0]


def _page(draw: Draw, number: int, earlier: list[Content]) -> Content:
    """Make a page. Adds its questions to *earlier*, for conditions on later pages."""
    more = _shown_when(draw, earlier)
    questions: list[Content] = _choosing(draw, f"k{number}", earlier)
    before = list(earlier)
    sayable = [str(each["id"]) for each in earlier if each["type"] in SAID]
    for each in range(draw(_FEW)):
        asked = _question(draw, f"v{number}-{each}", earlier)
        asked = {**asked, **_default(draw, asked, before)}
        if sayable and draw(_EITHER):
            asked = _saying(asked, draw(st.sampled_from(sayable)))
        new = [asked, *_beside(draw, asked)]
        questions += new
        earlier += [each for each in _typed([*earlier, *new])[len(earlier) :] if each["type"] != "note"]
    asking = [each for each in questions if each["type"] not in ("note", "computed")]
    optional = [str(each["id"]) for each in asking if not each.get("required")]
    if optional and draw(_EITHER):
        way_out: Content = {"not": {"question": draw(st.sampled_from(optional)), "is": {}}}
        rule = {"any": [_condition(draw, earlier), way_out]}
        if not _says_nothing(rule, earlier):
            more["must_hold"] = [{"when": rule, "texts": {"nl": "Dat kan niet.", "en": "That cannot be."}}]
    return page(f"p{number}", *questions, **more)


def _shown_when(draw: Draw, earlier: Sequence[Content]) -> dict[str, Any]:
    return {"visible_when": _condition(draw, earlier)} if earlier and draw(_EITHER) else {}


def _question(draw: Draw, id: str, earlier: Sequence[Content], of: st.SearchStrategy[Any] | None = None) -> Content:
    kind = draw(_TYPES if of is None else of)
    more = _shown_when(draw, earlier)
    if kind is QuestionType.COMPUTED and (compute := _compute(draw, earlier)) is not None:
        return question(id, kind, compute=compute, **more)
    if kind in (QuestionType.NOTE, QuestionType.COMPUTED):
        return question(id, QuestionType.NOTE, **more)
    if schema := draw(st.sampled_from(FRAGMENTS[kind]))[0]:
        more["schema"] = schema
    if draw(_EITHER):
        more["required"] = True
    if kind is QuestionType.PREFILLED:
        more["profile"] = draw(st.sampled_from([each for each in ProfileValue if each is not ProfileValue.CLIENT_KIND]))
    if kind is QuestionType.ROWS:
        columns: list[Content] = []
        for each in range(draw(_ONE_OR_TWO)):
            # A row must ask at least one thing, whatever was answered.
            before = [*earlier, *(column for column in columns if column["type"] != "note")] if each else []
            column = _question(draw, f"{id}-{each}", before, _COLUMN_TYPES if each else _FIRST_TYPES)
            columns += [column, *_beside(draw, column)]
        more["columns"] = columns
    return question(id, kind, options=CODES if kind in ("choice", "choices") else (), **more)


def _typed(asked: Sequence[Content]) -> list[Content]:
    """Give questions as conditions see them: a computed one has the type of its value."""
    typed = with_types([{"questions": asked}])
    return [dict(typed[str(each["id"])]) for each in asked]


def _compute(draw: Draw, earlier: Sequence[Content]) -> Content | None:
    """Make a value of earlier numbers of one type, or of days; None without any."""
    places: list[tuple[Content, Content]] = [(each, {"question": each["id"]}) for each in earlier]
    places += [
        (column, {"question": each["id"], "column": column["id"]})
        for each in earlier
        for column in each.get("columns", ())
    ]
    numbers = [(each["type"], at) for each, at in places if each["type"] in NUMBERS]
    days: list[Any] = ["today", *(at for each, at in places if each["type"] == "date" and "column" not in at)]
    if len(days) > 1 and (not numbers or draw(_EITHER)):
        return {"years": draw(st.lists(st.sampled_from(days), min_size=2, max_size=2, unique_by=str))}
    if not numbers:
        return None
    kind, first = draw(st.sampled_from(numbers))
    others = [at for other, at in numbers if other == kind and at != first]
    if others and draw(_EITHER):
        return {"difference": [first, draw(st.sampled_from(others))]}
    if draw(_EITHER):
        return {"product": first, "by": draw(st.sampled_from([2, -1, 0.5, 0.21, 1.0605, 1_000_000]))}
    return {"sum": [first, *others[:2]]}


def _choosing(draw: Draw, id: str, earlier: Sequence[Content]) -> list[Content]:
    """Make a choice whose options are answers of an earlier page, or none."""
    columns = [(each["id"], column) for each in earlier for column in each.get("columns", ())]
    sources: list[Content] = [{"question": at, "column": each["id"]} for at, each in columns if each["type"] == "text"]
    sources += [{"question": each["id"]} for each in earlier if each["type"] == "choices"]
    if not sources or draw(_EITHER):
        return []
    kind = draw(st.sampled_from(["choice", "choices"]))
    return [question(id, kind, options_from=draw(st.sampled_from(sources)), required=draw(_EITHER))]


def _default(draw: Draw, asked: Content, before: Sequence[Content]) -> dict[str, Any]:
    """Make the default of a question: an answer to it, or the answer to a question of an earlier page; or none."""
    if asked["type"] in defaults.WITHOUT or draw(_EITHER):
        return {}
    others = [each["id"] for each in before if each["type"] == asked["type"]]
    if others and draw(_EITHER):
        return {"default": {"question": draw(st.sampled_from(others))}}
    schema = asked.get("schema", {})
    return {"default": draw(next(strategy for each, strategy in FRAGMENTS[asked["type"]] if each == schema))}


def _saying(asked: Content, id: str) -> Content:
    """Put the answer to a question of an earlier page into the label, in every language."""
    texts = {key: {**each, "label": f"{each['label']} {{{id}}}"} for key, each in asked["texts"].items()}
    return {**asked, "texts": texts}


def _beside(draw: Draw, asked: Content) -> list[Content]:
    """Make the text beside an option of a choice, or none."""
    if asked["type"] not in ("choice", "choices") or draw(_EITHER):
        return []
    beside = {"question": asked["id"], "option": draw(st.sampled_from(CODES))}
    return [question(f"{asked['id']}-naast", "text", beside=beside, required=draw(_EITHER))]


def _condition(draw: Draw, earlier: Sequence[Content]) -> Content:
    """Make a condition on earlier questions that does not always come out the same."""
    made = _tree(draw, earlier, DEPTH)
    answered = {"question": draw(st.sampled_from(earlier))["id"], "is": {}}
    return answered if _says_nothing(made, earlier) else made


def _says_nothing(condition: Content, earlier: Sequence[Content]) -> bool:
    return says_nothing(condition, {str(each["id"]): each for each in earlier})


def _tree(draw: Draw, earlier: Sequence[Content], depth: int) -> Content:
    kind = draw(_NODES) if depth > 1 else "leaf"
    if kind == "leaf":
        return _leaf(draw, earlier)
    if kind == "not":
        return {"not": _tree(draw, earlier, depth - 1)}
    return {kind: [_tree(draw, earlier, depth - 1) for _each in range(draw(_ONE_OR_TWO))]}


def _leaf(draw: Draw, earlier: Sequence[Content]) -> Content:
    asked = draw(st.sampled_from(earlier))
    if asked["type"] == "rows" and draw(_EITHER):
        return {"question": asked["id"], **_of_rows(draw, asked)}
    others = [each for each in earlier if each["type"] == asked["type"] and each["id"] != asked["id"]]
    if others and asked["type"] in _ORDERS and draw(_EITHER):
        other = {"question": draw(st.sampled_from(others))["id"]}
        return {"question": asked["id"], draw(st.sampled_from(_ORDERS[asked["type"]])): other}
    if asked["type"] == "date" and draw(_EITHER):
        return {"question": asked["id"], draw(st.sampled_from(["before", "after"])): draw(st.sampled_from(_MOMENTS))}
    return {"question": asked["id"], "is": draw(st.sampled_from([{}, *_LEAVES.get(asked["type"], [])]))}


def _of_rows(draw: Draw, asked: Content) -> Content:
    """Compare rows: what holds in one or all of them, how many there are, a sum, or a column without doubles."""
    column = draw(st.sampled_from([each for each in asked["columns"] if each["type"] != "note"]))
    inner = {"question": column["id"], "is": {}}
    kinds: list[Content] = [{"every": inner}, {"some": {"not": inner}}]
    kinds += [{"unique": column["id"]}] if column["type"] != "signature" else []
    kinds += [{"count": {"minimum": 2}}, {"count": {"maximum": 1}, "where": inner}]
    if column["type"] in ("integer", "amount", "percentage", "decimal"):
        kinds.append({"sum": column["id"], "is": {"minimum": 5}})
    return draw(st.sampled_from(kinds))  # type: ignore[no-any-return]


# ------------------------------------------------------------------ answers
@st.composite
def valid_answers(draw: st.DrawFn, definition: Definition, so_far: Answering, page: Page) -> dict[str, Any]:
    """Answer a visible page with valid answers. They are tidy, so saving does not change them."""
    given = _filled(draw, definition, so_far, page, sparse=False)
    shown, projection = answering.look(definition, so_far, page, given)
    if answering.page_faults(shown, projection.answers, as_of=so_far.as_of):
        given = _filled(draw, definition, so_far, page, sparse=True)
    return given


def _filled(draw: Draw, definition: Definition, so_far: Answering, page: Page, *, sparse: bool) -> dict[str, Any]:
    """Answer the visible questions one by one; if *sparse*, only the required ones."""
    given: dict[str, Any] = {}
    for each in page.questions:
        shown, projection = answering.look(definition, so_far, page, given)
        visible = {question.id: question for question in shown.questions}
        if each.id in visible and each.asks and (each.required or not (sparse or draw(_EITHER))):
            given[each.id] = _answer(draw, visible[each.id], projection.answers, so_far.as_of)
    return given


def _answer(draw: Draw, question: Question, answers: Mapping[str, Answer], as_of: date) -> Any:
    if question.options_from is not None:
        code = draw(st.sampled_from(question.options) if question.options else _WORDS)
        return code if question.type is QuestionType.CHOICE else [code]
    if question.type is not QuestionType.ROWS:
        return draw(
            next(strategy for schema, strategy in FRAGMENTS[question.kind] if schema == question.schema.document)
        )
    numbers = {"minItems": (2, 3), "maxItems": (1, 1)}.get(next(iter(question.schema.document), ""), (1, 2))
    return [_row(draw, question, answers, as_of) for _each in range(draw(st.integers(*numbers)))]


def _row(draw: Draw, question: Question, answers: Mapping[str, Answer], as_of: date) -> Any:
    """Answer visible columns of a row, at least one."""
    row: dict[str, Any] = {}
    for column in question.columns:
        shown = visible_columns(question, row, answers, as_of=as_of)
        if column in shown and column.asks and (column.required or not row or draw(_EITHER)):
            row[column.id] = _answer(draw, column, answers, as_of)
    return row


@st.composite
def all_answers(draw: st.DrawFn, definition: Definition) -> dict[str, Any]:
    """Answer most questions and most columns of a questionnaire, whether they are visible or not."""
    given: dict[str, Any] = {}
    for _page, each in definition.questions():
        if each.asks and draw(st.integers(0, 3)):
            columns = [column for column in each.columns if column.asks and draw(st.integers(0, 3))]
            rows = [{column.id: _answer(draw, column, {}, TODAY) for column in columns}]
            given[each.id] = rows if each.columns else _answer(draw, each, {}, TODAY)
    return given


@st.composite
def any_answers(draw: st.DrawFn, definition: Definition, page: Page) -> dict[str, Any]:
    """Answer a page with anything: invalid values, answers to other questions, and unknown ids."""
    asked = [each.id for each in page.questions]
    elsewhere = [each.id for _page, each in definition.questions()]
    ids = draw(st.lists(st.sampled_from([*asked, *asked, *asked, *elsewhere, "onbekend"]), max_size=4))
    return {id: draw(anything(definition)) for id in ids}


def anything(definition: Definition) -> st.SearchStrategy[Any]:
    """Make any value as an answer, including rows with columns of the definition."""
    columns = [column.id for _page, each in definition.questions() for column in each.columns]
    values = st.sampled_from(RUBBISH) | st.sampled_from(CODES) | _DAYS | st.integers(-20, 20)
    if not columns:
        return values
    return values | st.lists(st.dictionaries(st.sampled_from([*columns, "onbekend"]), values, max_size=3), max_size=3)


# ------------------------------------------------------------------ actions
@st.composite
def begun(draw: st.DrawFn, definition: Definition, *, most: int = 6) -> Answering:
    """Start a questionnaire and save up to *most* pages: usually the next page, sometimes an earlier one again."""
    state = answering.start(definition, KNOWN, as_of=TODAY)
    for _each in range(draw(st.integers(0, most))):
        pages = [each.page for each in answering.view(definition, state).pages]
        following = answering.resume(definition, state)
        again = following is None or draw(st.integers(0, 2)) == 0
        chosen = draw(st.sampled_from(pages)) if again or following is None else following.page
        given = draw(valid_answers(definition, state, chosen))
        state = answering.save(definition, state, chosen.id, given, version=state.version)
    return state


@st.composite
def finished(draw: st.DrawFn, definition: Definition, state: Answering) -> Answering:
    """Save the remaining pages, up to the review."""
    while (following := answering.resume(definition, state)) is not None:
        given = draw(valid_answers(definition, state, following.page))
        state = answering.save(definition, state, following.page.id, given, version=state.version)
    return state


@st.composite
def submissions(draw: st.DrawFn, definition: Definition, state: Answering) -> tuple[str, dict[str, Any], int]:
    """Submit a page: visible or hidden, with valid or invalid answers, sometimes with an outdated version."""
    page = draw(st.sampled_from(definition.pages))
    if answering.view(definition, state).page(page.id) is None:
        given = draw(any_answers(definition, page))
    else:
        given = draw(valid_answers(definition, state, page))
        if draw(_EITHER):
            given |= draw(any_answers(definition, page))
    return page.id, given, state.version - draw(st.sampled_from([0, 0, 0, 0, 1, 2, -1]))
