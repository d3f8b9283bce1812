"""Earlier answers in texts: the same in every view, escaped by each, and absent where the answer is hidden."""

import pytest

from klantportaal.domain.questionnaires import answering
from klantportaal.domain.questionnaires.answering import Answering
from klantportaal.domain.questionnaires.definition import Answers
from klantportaal.domain.questionnaires.page_schemas import page_schema
from klantportaal.domain.questionnaires.projection import VisiblePage, asked
from klantportaal.domain.questionnaires.rows import KEY
from klantportaal.domain.values import Language
from klantportaal.testing.filling_in import TODAY, published
from klantportaal.testing.questionnaires import Content, page, question, questionnaire
from tests.domain.questionnaires.given import publishing_faults

NL, EN = Language.DUTCH, Language.ENGLISH


def told(text: str, **more: str) -> Content:
    """Make the texts of a question, the same in both languages."""
    return {language: {"label": text, **more} for language in ("nl", "en")}


def titled(page: Content, title: str, intro: str) -> Content:
    """Give a page another title and intro."""
    return {**page, "texts": {key: {"title": title, "intro": intro} for key in ("nl", "en")}}


MARRIED = {"question": "gehuwd", "is": {"const": True}}
FIRST = page(
    "eerst",
    question("gehuwd", "boolean", required=True),
    question("partner", visible_when=MARRIED),
    question("stad", "choice", options=("edam", "hoorn")),
    question("landen", "choices", options=("nl", "be")),
    question("aantal", "integer"),
)
COLUMN = {"id": "wie", "type": "text", "texts": told("Kind van {partner}")}
RULE = {"when": {"question": "opmerking", "is": {}}, "texts": {"nl": "Zeg iets over {stad}.", "en": "{stad}?"}}
SECOND = titled(
    page(
        "later",
        {
            **question("opmerking", schema={"pattern": "^a"}),
            "texts": told("Wat vindt {partner}?", help="{aantal} in {stad}", fault="Nee, {partner}: {onbekend}"[:14]),
        },
        {"id": "rijen", "type": "rows", "texts": told("{landen}"), "columns": [COLUMN]},
        {"id": "uitleg", "type": "note", "texts": told("Dag {partner}, {partner}!")},
        must_hold=[RULE],
    ),
    "Over {partner}",
    "U koos {landen}.",
)
DEFINITION = published(questionnaire("v", FIRST, SECOND))
ALL: Answers = {"gehuwd": True, "partner": "Jo {stad} <b>", "stad": "edam", "landen": ["nl", "be"], "aantal": 0}


def later(raw: Answers) -> VisiblePage:
    """Give the second page."""
    shown = answering.view(DEFINITION, Answering(as_of=TODAY, raw=raw)).page("later")
    assert shown is not None
    return shown


def texts(shown: VisiblePage, language: Language = NL) -> list[str]:
    """Give all texts of a page in which answers stand."""
    first, rows, note = (each.texts[language] for each in shown.questions)
    heading, rule = shown.page.texts[language], shown.page.must_hold[0].texts[language]
    column = shown.questions[1].columns[0].texts[language].label
    return [heading.title, heading.intro, first.label, first.help, first.fault, rows.label, column, note.label, rule]


def test_said() -> None:
    """QU-3: an answer stands in every text of a later page: text as it is, never read anew, an option by its label."""
    name = "Jo {stad} <b>"
    assert texts(later(ALL)) == [
        f"Over {name}",
        "U koos Nl, Be.",
        f"Wat vindt {name}?",
        "0 in Edam",
        f"Nee, {name}",
        "Nl, Be",
        f"Kind van {name}",
        f"Dag {name}, {name}!",
        "Zeg iets over Edam.",
    ]
    assert texts(later(ALL), EN)[-1] == "Edam?"


def test_absent() -> None:
    """QU-3, property 4: where the answer is hidden or missing, a mark stands instead, and nothing of it is told."""
    hidden = texts(later({"gehuwd": False, "partner": "Geheim", "landen": [], "stad": None}))
    assert hidden == [
        *(
            "Over …",
            "U koos ….",
            "Wat vindt …?",
            "… in …",
            "Nee, …",
            "…",
            "Kind van …",
            "Dag …, …!",
            "Zeg iets over ….",
        ),
    ]


def test_every_view() -> None:
    """QU-3, property 10: review, result, PDF and the JSON of a page have the same texts."""
    shown = later(ALL)
    listed = asked(answering.view(DEFINITION, Answering(as_of=TODAY, raw=ALL)))
    mine = [each for each in listed if each.page.id == "later"]
    assert [each.question.texts[NL].label for each in mine] == [f"Wat vindt {ALL['partner']}?", "Nl, Be"]
    assert {each.page.texts[NL].title for each in mine} == {f"Over {ALL['partner']}"}
    schema = page_schema(shown.page, NL)
    assert (schema["title"], schema["properties"]["opmerking"]["title"]) == (
        f"Over {ALL['partner']}",
        f"Wat vindt {ALL['partner']}?",
    )


def test_remembered() -> None:
    """QU-3: a page with answers in its texts is valid, or not, as any other, and is checked once for equal answers."""
    page_of = DEFINITION.page("later")
    assert page_of is not None
    state = Answering(as_of=TODAY, raw={**ALL, "opmerking": "a"}, saved=frozenset({"eerst", "later"}))
    assert answering.resume(DEFINITION, state) is None
    assert later(ALL).page.sound is page_of.sound
    assert (
        answering.resume(DEFINITION, Answering(as_of=TODAY, raw={**ALL, "opmerking": "b"}, saved=state.saved))
        is not None
    )


def test_in_the_title_of_a_row() -> None:
    """QU-3: what a client typed in a row stands in the title of its page as it is, beside earlier answers."""
    rows = page("wie", question("kvk"), question("kinderen", "rows", columns=[question("naam")]))
    each = titled(page("kind", question("school"), for_each="kinderen"), "Bij {kvk}", "")
    filled: Answers = {"kvk": "1", "kinderen": [{KEY: "1-0", "naam": "{kvk}"}]}
    view = answering.view(published(questionnaire("vragen", rows, each)), Answering(as_of=TODAY, raw=filled))
    assert view.pages[1].page.texts[NL].title == "Bij 1 (1: {kvk})"


PATH = "$.pages[1].questions[0].texts"


@pytest.mark.parametrize(
    "text,expected",
    [
        ("{weg}", "unknown_reference"),
        ("{uitleg}", "unknown_reference"),
        ("{kind}", "unknown_reference"),
        ("{zelf}", "forward_reference"),
        ("{verder}", "forward_reference"),
        ("{rijen}", "keyword_misfit"),
        ("{akte}", "keyword_misfit"),
        ("{geboren}", "keyword_misfit"),
    ],
)
def test_lint(text: str, expected: str) -> None:
    """QU-1: a text refers to questions of earlier pages only, of a type that can be written in it."""
    rows = question("rijen", "rows", columns=[question("kind")])
    first = page(
        "a", question("naam"), rows, question("akte", "file"), question("geboren", "date"), question("uitleg", "note")
    )
    second = page("b", {"id": "zelf", "type": "text", "texts": told(text)}, question("verder"))
    found = [(expected, f"{PATH}.nl.label"), (expected, f"{PATH}.en.label")]
    assert sorted(publishing_faults(questionnaire("v", first, second))) == sorted(found)


def test_places() -> None:
    """QU-1: every text of a page is looked at; a reference twice in one text is one fault; other braces are text."""
    column = {"id": "k", "type": "text", "texts": told("{x}")}
    asked = {"id": "a", "type": "text", "texts": told("{x} {x}", help="{X} {} {1}", fault="{x}")}
    rule = {"when": {"question": "a", "is": {}}, "texts": {"nl": "{x}", "en": "y"}}
    rows = {"id": "r", "type": "rows", "texts": told("r"), "columns": [column]}
    document = questionnaire("v", titled(page("p", asked, rows, must_hold=[rule]), "{a}", "{x}"))
    title = {"nl": {"title": "{a}"}, "en": {"title": "b"}}
    found = [(code, path) for code, path in publishing_faults({**document, "texts": title}) if ".en." not in str(path)]
    p = "$.pages[0]"
    assert sorted(found, key=str) == sorted(
        [
            ("forward_reference", "$.texts.nl.title"),
            ("forward_reference", f"{p}.texts.nl.title"),
            ("unknown_reference", f"{p}.texts.nl.intro"),
            ("unknown_reference", f"{p}.must_hold[0].texts.nl"),
            ("unknown_reference", f"{p}.questions[0].texts.nl.label"),
            ("unknown_reference", f"{p}.questions[0].texts.nl.fault"),
            ("unknown_reference", f"{p}.questions[1].columns[0].texts.nl.label"),
        ],
        key=str,
    )
