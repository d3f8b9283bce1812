"""The layout of a PDF: where lines end, and what stays together on a sheet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.adapters.pdf import FpdfWriter
from klantportaal.adapters.pdf.lettering import Face
from klantportaal.adapters.pdf.sheets import BOTTOM, TOP, Column, Lettering, Strip, divide
from klantportaal.adapters.pdf.typst import TypstWriter
from klantportaal.domain.values import Language
from klantportaal.ports.pdf import PdfWriter
from klantportaal.testing.contracts.pdf import everything, one, reader

FACE = Face(widths={**dict.fromkeys(range(32, 127), 500.0), ord("W"): 1000.0, 0xA0: 500.0, 0x301: 0.0, 0x2026: 500.0})
"""A font in which a letter of ten points is five points wide."""
TEXT = Lettering(size=10, leading=14)
LINES = int((BOTTOM - TOP) // TEXT.leading)
"""The number of lines on a sheet."""


def lines(text: str, width: float) -> tuple[str, ...]:
    """Break text into lines of this many letters."""
    return FACE.lines(text, size=10, width=width * 5)


@pytest.mark.parametrize(
    "text, width, expected",
    [
        ("", 10, ("",)),
        ("een twee drie", 8, ("een twee", "drie")),
        ("een twee drie", 7, ("een", "twee", "drie")),
        ("een\n\ntwee", 10, ("een", "", "twee")),
        ("  ingesprongen", 20, ("  ingesprongen",)),
        ("een" + " " * 30 + "twee", 8, ("een", "twee")),
        ("abcdefghij", 4, ("abcd", "efgh", "ij")),
        ("een abcdefghij", 4, ("een", "abcd", "efgh", "ij")),
        ("WWWW", 4, ("WW", "WW")),
        ("abcde\N{COMBINING ACUTE ACCENT}f", 5, ("abcde\N{COMBINING ACUTE ACCENT}", "f")),
        ("Meer-de Bot", 8, ("Meer-de", "Bot")),
        ("Meer-de Bot", 6, ("Meer-", "de Bot")),
        ("van 10-20", 7, ("van", "10-20")),
        ("te\N{NO-BREAK SPACE}zamen nu", 8, ("te\N{NO-BREAK SPACE}zamen", "nu")),
        ("a\tb", 10, ("a    b",)),
        ("日本", 8, ("[U+65E5]", "[U+672C]")),
    ],
)
def test_lines(text: str, width: int, expected: tuple[str, ...]) -> None:
    """QU-4: lines end at spaces and hyphens, and inside a word only if it is wider than a line."""
    assert lines(text, width) == expected


@given(st.text(st.sampled_from("abW -\n\t日")), st.integers(10, 30))
def test_fits(text: str, width: int) -> None:
    """QU-4: no line is too wide, and only white space is dropped."""
    found = lines(text, width)
    assert max(FACE.width(line, 10) for line in found) <= width * 5
    assert "".join("".join(found).split()) == "".join(FACE.printable(text).split())


def test_shortened() -> None:
    """QU-4: a text that must fit one line is cut with an ellipsis."""
    assert FACE.shortened("kort", size=10, width=50) == "kort"
    assert FACE.shortened("een lange titel", size=10, width=50) == "een lange…"


# ------------------------------------------------------------------ sheets
def strip(*texts: str, keep: bool = False, before: float = 0.0) -> Strip:
    """Make a strip of lines."""
    return Strip(columns=(Column(lines=texts, lettering=TEXT),), keep=keep, before=before)


def shown(*strips: Strip) -> list[list[str]]:
    """Return the lines on each sheet."""
    return [[text.text for text in sheet.texts] for sheet in divide(strips)]


def test_goes_on() -> None:
    """QU-4: text that does not fit continues on the next sheet, in order and within the margins."""
    texts = [str(number) for number in range(2 * LINES + 5)]
    assert shown(strip(*texts)) == [texts[:LINES], texts[LINES : 2 * LINES], texts[2 * LINES :]]
    heights = [text.y for sheet in divide([strip(*texts)]) for text in sheet.texts]
    assert TOP < min(heights) < max(heights) < BOTTOM


def test_heading_is_kept() -> None:
    """QU-4: a heading stays on the sheet of the label and answer below it."""
    filling = strip(*["x"] * (LINES - 2))
    heading, label, answer = strip("heading", keep=True), strip("label", keep=True), strip("answer")
    assert shown(filling, heading, label, answer) == [["x"] * (LINES - 2), ["heading", "label", "answer"]]
    shorter = strip(*["x"] * (LINES - 3))
    assert shown(shorter, heading, label, answer) == [["x"] * (LINES - 3) + ["heading", "label", "answer"]]


def test_short_answers_stay_whole() -> None:
    """QU-4: an answer of three lines stays on one sheet; of a longer one, the first three lines stay together."""
    filling = strip(*["x"] * (LINES - 2))
    assert shown(filling, strip("a", "b", "c"))[1] == ["a", "b", "c"]
    assert shown(filling, strip("a", "b", "c", "d"))[1] == ["a", "b", "c", "d"]
    assert shown(filling, strip("a", "b")) == [["x"] * (LINES - 2) + ["a", "b"]]


def test_too_long_to_keep() -> None:
    """QU-4: a label longer than half a sheet is not moved to the next sheet to stay with its answer."""
    label, answer = strip(*["label"] * LINES, keep=True), strip("answer")
    assert shown(strip("x"), label, answer) == [["x", *["label"] * (LINES - 1)], ["label", "answer"]]


def test_no_white_at_the_head() -> None:
    """QU-4: the space above a strip, and its line, are left out at the top of a sheet."""
    ruled = Strip(columns=(Column(lines=("a",), lettering=TEXT),), before=40, ruled=True)
    (only,) = divide([ruled])
    assert (only.texts[0].y, only.hairlines) == (TOP + TEXT.size, [])
    (both,) = divide([strip("x"), ruled])
    assert (both.texts[1].y, both.hairlines) == (TOP + 14 + 40 + TEXT.size, [TOP + 14 + 20])


def test_columns_are_read_one_by_one() -> None:
    """QU-4: text extraction gives a label of two lines before the answer beside it."""
    columns = (
        Column(lines=("label", "goes on"), lettering=TEXT),
        Column(lines=("answer",), lettering=TEXT, x=100.0),
    )
    assert shown(Strip(columns=columns)) == [["label", "goes on", "answer"]]


@pytest.mark.parametrize("writer", [FpdfWriter(), TypstWriter()], ids=["fpdf", "typst"])
def test_short_answers_beside_their_labels(writer: PdfWriter) -> None:
    """QU-4: an answer of one line stands beside its label; a longer one below it."""
    sheet = reader(writer.write(everything(Language.DUTCH))).pages[0]
    shown = [" ".join(line.split()) for line in sheet.extract_text(extraction_mode="layout").split("\n")]
    assert "Vraag text? De Wit" in shown
    assert "Vraag iban? NL91 ABNA 0417 1643 00" in shown
    below = shown.index("Vraag long_text?")
    assert "Een regel" in shown[below + 1 : below + 3]


@pytest.mark.parametrize("writer", [FpdfWriter(), TypstWriter()], ids=["fpdf", "typst"])
def test_long_answers_below_their_labels(writer: PdfWriter) -> None:
    """QU-4: an answer that would be two lines beside its label stands below it, on one line if it fits there."""
    answer = "Een antwoord dat niet op een halve regel past, maar wel op een hele"
    shown = reader(writer.write(one(answer))).pages[0].extract_text(extraction_mode="layout").split("\n")
    assert answer in [" ".join(line.split()) for line in shown]
