"""Answers in words, in both languages, for the review, the result and the PDF."""

from collections.abc import Mapping

import attrs
import pytest

from klantportaal.adapters.answer_texts import AnswerText, Cell, in_words
from klantportaal.domain.questionnaires.definition import Answer, Question, QuestionTexts, QuestionType
from klantportaal.domain.values import Language

HOME: Answer = {
    "postcode": "1234 AB",
    "number": "1",
    "addition": "a",
    "street": "Dorpsstraat",
    "place": "Ons Dorp",
    "country": "NL",
}
DUTCH, ENGLISH = Language.DUTCH, Language.ENGLISH
OPTIONS: Mapping[Language, Mapping[str, str]] = {
    DUTCH: {"yes": "Ja, graag", "no": "Liever niet"},
    ENGLISH: {"yes": "Yes, please", "no": "Rather not"},
}


def question(kind: QuestionType, *columns: Question, id: str = "asked") -> Question:
    """Make a question of a type."""
    options = OPTIONS if kind in (QuestionType.CHOICE, QuestionType.CHOICES) else {DUTCH: {}, ENGLISH: {}}
    texts = {
        DUTCH: QuestionTexts(label=f"Vraag {id}", options=options[DUTCH]),
        ENGLISH: QuestionTexts(label=f"Question {id}", options=options[ENGLISH]),
    }
    return Question(id=id, type=kind, texts=texts, columns=columns)


def both(kind: QuestionType, answer: Answer) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Write an answer in Dutch and in English."""
    dutch, english = (in_words(question(kind), answer, language) for language in (DUTCH, ENGLISH))
    files = ("1",) if kind is QuestionType.FILE else ()
    assert attrs.evolve(dutch, lines=()) == attrs.evolve(english, lines=()) == AnswerText(files=files)
    return dutch.lines, english.lines


@pytest.mark.parametrize(
    "kind, answer, dutch, english",
    [
        (QuestionType.TEXT, "De Wit & Zn. <b>", ["De Wit & Zn. <b>"], ["De Wit & Zn. <b>"]),
        (QuestionType.PREFILLED, "Anna", ["Anna"], ["Anna"]),
        (QuestionType.EMAIL, "anna@example.nl", ["anna@example.nl"], ["anna@example.nl"]),
        (QuestionType.LONG_TEXT, "een\n\ntwee", ["een", "", "twee"], ["een", "", "twee"]),
        (QuestionType.INTEGER, 2026, ["2026"], ["2026"]),
        (QuestionType.INTEGER, 0, ["0"], ["0"]),
        (QuestionType.AMOUNT, 123456, ["€\N{NO-BREAK SPACE}1.234,56"], ["€1,234.56"]),
        (QuestionType.AMOUNT, 0, ["€\N{NO-BREAK SPACE}0,00"], ["€0.00"]),
        (QuestionType.AMOUNT, -5, ["€\N{NO-BREAK SPACE}-0,05"], ["-€0.05"]),
        (QuestionType.AMOUNT, 10**32, [f"€\N{NO-BREAK SPACE}1{'.000' * 10},00"], [f"€1{',000' * 10}.00"]),
        (QuestionType.AMOUNT, 10**15 - 1, ["€\N{NO-BREAK SPACE}9.999.999.999.999,99"], ["€9,999,999,999,999.99"]),
        (QuestionType.PERCENTAGE, 1250, ["12,5%"], ["12.5%"]),
        (QuestionType.PERCENTAGE, -5, ["-0,05%"], ["-0.05%"]),
        (QuestionType.DECIMAL, 123400, ["1234"], ["1234"]),
        (QuestionType.DECIMAL, 1, ["0,01"], ["0.01"]),
        (QuestionType.TIME, "14:30", ["14:30"], ["14:30"]),
        (QuestionType.BSN, "111222333", ["111222333"], ["111222333"]),
        (QuestionType.ADDRESS, HOME, ["Dorpsstraat 1 a, 1234 AB Ons Dorp"], ["Dorpsstraat 1 a, 1234 AB Ons Dorp"]),
        (
            QuestionType.ADDRESS,
            {"street": "Main Street", "place": "Cork", "country": "IE"},
            ["Main Street, Cork, Ierland"],
            ["Main Street, Cork, Ireland"],
        ),
        (QuestionType.ADDRESS, {"country": "XX"}, ["XX"], ["XX"]),
        (QuestionType.DATE, "1952-01-31", ["31 januari 1952"], ["31 January 1952"]),
        (QuestionType.BOOLEAN, True, ["Ja"], ["Yes"]),
        (QuestionType.BOOLEAN, False, ["Nee"], ["No"]),
        (QuestionType.CHOICE, "no", ["Liever niet"], ["Rather not"]),
        (QuestionType.CHOICES, ["yes", "no"], ["Ja, graag", "Liever niet"], ["Yes, please", "Rather not"]),
        (QuestionType.PHONE, "+31612345678", ["+31 6 12345678"], ["+31 6 12345678"]),
        (QuestionType.IBAN, "NL91ABNA0417164300", ["NL91 ABNA 0417 1643 00"], ["NL91 ABNA 0417 1643 00"]),
        (QuestionType.FILE, [{"id": "1", "name": "pas.pdf", "size": 1300}], ["pas.pdf (1,3 kB)"], ["pas.pdf (1.3 kB)"]),
    ],
)
def test_each_type(kind: QuestionType, answer: Answer, dutch: list[str], english: list[str]) -> None:
    """QU-4: An answer is written as is usual in each language."""
    assert both(kind, answer) == (tuple(dutch), tuple(english))


def test_signature() -> None:
    """QU-3: A signature says who signed and when, in the office's time zone, and that it is an ordinary one."""
    signed: Answer = {"name": "Ana {x} <b>", "at": "2026-01-31T23:30:00Z", "drawing": "M1 1L2 2"}
    asked = question(QuestionType.SIGNATURE)
    who = "Ondertekend door Ana {x} <b> op 1 februari 2026 om 00:30"
    ordinary = "Dit is een gewone elektronische handtekening, geen gekwalificeerde."
    assert in_words(asked, signed, DUTCH) == AnswerText(lines=(who, ordinary), drawing="M1 1L2 2")
    english = "Signed by Ana {x} <b> on 1 February 2026 at 00:30"
    kind = "This is an ordinary electronic signature, not a qualified one."
    assert in_words(asked, signed, ENGLISH) == AnswerText(lines=(english, kind), drawing="M1 1L2 2")
    unsaved: Answer = {"name": "Ana", "at": "x", "drawing": '"><script>'}
    assert in_words(asked, unsaved, ENGLISH) == AnswerText(lines=("To be signed by Ana", kind))
    assert in_words(asked, {"name": "Ana"}, DUTCH) == AnswerText(lines=("Te ondertekenen door Ana", ordinary))


@pytest.mark.parametrize("answer", [None, "", [], ()])
@pytest.mark.parametrize("kind", QuestionType)
def test_no_answer(kind: QuestionType, answer: Answer) -> None:
    """QU-4: A missing answer is shown as not answered."""
    assert in_words(question(kind), answer, DUTCH) == AnswerText(lines=("Niet ingevuld",), answered=False)
    assert in_words(question(kind), answer, ENGLISH) == AnswerText(lines=("Not answered",), answered=False)


def test_rows() -> None:
    """QU-4: Rows show each of their columns with its answer in words, in the order of the columns."""
    rows = question(
        QuestionType.ROWS, question(QuestionType.TEXT, id="name"), question(QuestionType.AMOUNT, id="amount")
    )
    found = in_words(rows, [{"amount": 100, "name": "Jan"}, {"name": "Piet", "amount": None}, {"name": "Kim"}], ENGLISH)
    name, amount = "Question name", "Question amount"
    assert found == AnswerText(
        rows=(
            (
                Cell(label=name, text=AnswerText(lines=("Jan",))),
                Cell(label=amount, text=AnswerText(lines=("€1.00",))),
            ),
            (
                Cell(label=name, text=AnswerText(lines=("Piet",))),
                Cell(label=amount, text=AnswerText(lines=("Not answered",), answered=False)),
            ),
            (Cell(label=name, text=AnswerText(lines=("Kim",))),),
        )
    )


@pytest.mark.parametrize(
    "kind, answer, shown",
    [
        (QuestionType.DATE, "soon", "soon"),
        (QuestionType.CHOICE, "maybe", "maybe"),
        (QuestionType.PHONE, "call me", "call me"),
        (QuestionType.INTEGER, "many", "many"),
        (QuestionType.AMOUNT, "a lot", "a lot"),
        (QuestionType.AMOUNT, 1.5, "1.5"),
    ],
)
def test_another_type(kind: QuestionType, answer: Answer, shown: str) -> None:
    """QU-4: A value of another type than its question is shown as it is."""
    assert both(kind, answer) == ((shown,), (shown,))
