"""What Typst's PDFs have besides the contract: tags, an archival format, scripts of every direction, whole rows."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

import attrs
import pytest
from pypdf import PdfReader

from klantportaal.adapters.pdf import FONTS
from klantportaal.adapters.pdf.typst import TypstWriter
from klantportaal.adapters.pdf.typst.lettering import Fonts
from klantportaal.domain.questionnaires.definition import Answer, QuestionType
from klantportaal.domain.questionnaires.projection import Asked
from klantportaal.domain.values import Language
from klantportaal.testing.contracts.logos import a_picture
from klantportaal.testing.contracts.pdf import (
    everything,
    one,
    page,
    postal_letter,
    question,
    reader,
    receipt_sheet,
    report,
    text_of,
)

DIGESTS = """
from hashlib import sha256
from klantportaal.adapters.pdf.typst import TypstWriter
from klantportaal.domain.values import Language
from klantportaal.testing.contracts.pdf import everything, one, receipt_sheet
writer = TypstWriter()
for report in (everything(Language.DUTCH), one("ąβЖ→ 😀")):
    print(sha256(writer.write(report)).hexdigest())
print(sha256(writer.write_receipt(receipt_sheet(Language.DUTCH, "een.pdf"))).hexdigest())
"""


@pytest.fixture(scope="module")
def writer() -> TypstWriter:
    """A writer with the fonts of the package."""
    return TypstWriter()


def elements(pdf: PdfReader, of: Any = None) -> Iterator[Any]:
    """Walk through the structure elements of a PDF, in reading order."""
    node: Any = pdf.root_object["/StructTreeRoot"] if of is None else of
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        found = kid.get_object()
        if isinstance(found, dict) and "/S" in found:
            yield found
            yield from elements(pdf, found)


def places(pdf: bytes) -> list[tuple[str, float]]:
    """List the pieces of text of a PDF, each with its distance from the left edge of the sheet."""
    found: list[tuple[str, float]] = []

    def seen(text: str, sheet: list[float], line: list[float], _font: Any, _size: Any) -> None:
        if text.strip():
            found.append((text, sheet[4] + line[4]))

    for each in PdfReader(io.BytesIO(pdf)).pages:
        each.extract_text(visitor_text=seen)
    return found


# ------------------------------------------------------------------ the same bytes
def test_same_bytes_elsewhere(writer: TypstWriter) -> None:
    """Property 9: another process, at another time and in another time zone, writes the same bytes."""
    written = [writer.write(each) for each in (everything(Language.DUTCH), one("ąβЖ→ 😀"))]
    written.append(writer.write_receipt(receipt_sheet(Language.DUTCH, "een.pdf")))
    expected = [sha256(each).hexdigest() for each in written]
    for zone, seed in (("Pacific/Kiritimati", "1"), ("America/Los_Angeles", "2")):
        environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", DIGESTS], env=environment, capture_output=True, text=True, check=True
        )
        assert done.stdout.split() == expected


def test_threads(writer: TypstWriter) -> None:
    """Property 9: PDFs written concurrently are the same as PDFs written one by one."""
    reports = [everything(Language.DUTCH), everything(Language.ENGLISH), one("ąβЖ→ 😀"), one("x " * 3000)] * 3
    expected = [writer.write(each) for each in reports]
    with ThreadPoolExecutor(max_workers=4) as pool:
        assert list(pool.map(writer.write, reports)) == expected


def test_not_imported() -> None:
    """QU-4: Typst is imported only where it is chosen."""
    statement = "import klantportaal.embedded, sys; assert not {'typst', 'fontTools'} & sys.modules.keys()"
    subprocess.run([sys.executable, "-c", statement], check=True)


# ------------------------------------------------------------------ tags and archives
def test_tags_of_a_report(writer: TypstWriter) -> None:
    """QU-4: a screen reader finds the title, then each page, then each question, as headings of three levels."""
    document = reader(writer.write(everything(Language.ENGLISH)))
    headings = [each["/S"] for each in elements(document) if each["/S"] in {"/H1", "/H2", "/H3"}]
    assert headings == ["/H1", "/H2", *["/H3"] * 10, "/H2", *["/H3"] * (len(QuestionType) - 11)]
    assert [each.title for each in document.outline if not isinstance(each, list)] == ["Uw testament"]


@pytest.mark.parametrize("language", Language)
def test_standards(writer: TypstWriter, language: Language) -> None:
    """QU-4, RQ-4, RM-1: every PDF says that it is PDF/UA-1 and PDF/A-3a, has tags, and shows its title."""
    receipt = writer.write_receipt(receipt_sheet(language, "een.pdf"))
    for pdf in (writer.write(everything(language)), receipt, writer.write_letter(postal_letter(language))):
        document = reader(pdf)
        root: Any = document.root_object
        assert root["/MarkInfo"]["/Marked"]
        assert root["/ViewerPreferences"]["/DisplayDocTitle"]
        assert root["/Lang"] == language.value
        packet = root["/Metadata"].get_object().get_data().decode()
        assert "<pdfuaid:part>1</pdfuaid:part>" in packet
        assert "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in packet
    figures = [each for each in elements(reader(receipt)) if each["/S"] == "/Figure"]
    assert ["QR" in each["/Alt"] for each in figures] == [True]


@pytest.mark.parametrize(
    "language, said, drawn",
    [
        (Language.DUTCH, "Logo van ", "Getekende handtekening"),
        (Language.ENGLISH, "Logo of ", "Drawn signature"),
    ],
)
def test_pictures_are_told(writer: TypstWriter, language: Language, said: str, drawn: str) -> None:
    """OF-3, QU-3: a screen reader says whose logo is in a PDF, and that a signature was drawn (PDF/UA-1, 7.3)."""
    logo = a_picture(300, 100)
    for pdf, more in (
        (writer.write(attrs.evolve(everything(language), logo=logo)), [drawn]),
        (writer.write_letter(attrs.evolve(postal_letter(language), logo=logo)), []),
    ):
        figures = [each["/Alt"] for each in elements(reader(pdf)) if each["/S"] == "/Figure"]
        assert figures == [f"{said}Notariskantoor Van der Meer & Zn.", *more]
    receipt = reader(writer.write_receipt(attrs.evolve(receipt_sheet(language, "een.pdf"), logo=logo)))
    alternatives = [each["/Alt"] for each in elements(receipt) if each["/S"] == "/Figure"]
    assert {each.split()[0].split("-")[0] for each in alternatives} == {"QR", "Logo"}


def test_feet_are_not_read(writer: TypstWriter) -> None:
    """QU-4: a screen reader does not read the foot of each sheet: it is an artifact."""
    document: Any = reader(writer.write(one("woord " * 3000)))
    assert len(document.pages) > 2
    for sheet in document.pages:
        contents = sheet["/Contents"].get_object().get_data()
        assert b"/Artifact" in contents


# ------------------------------------------------------------------ texts
def test_everywhere(writer: TypstWriter) -> None:
    """QU-4: a character without a glyph, and markup of Typst, are allowed in every text, and are written as typed."""
    odd = '😀\uffff\0 #panic() *x* _y_ $z$ `raw` <label> @ref // "\\'
    asked = question("x", QuestionType.TEXT, label=odd)
    strange = attrs.evolve(
        report(Asked(page=page(odd, asked), question=asked, answer=odd), title=odd),
        office=attrs.evolve(report().office, name=odd),
        client_name=odd,
        dossier_number=odd,
        dossier_description=odd,
    )
    document = writer.write(strange)
    shown = '[U+1F600][U+FFFF][U+0000] #panic() *x* _y_ $z$ `raw` <label> @ref // "\\'
    # Office, title, number, description, client, page, label and answer; the foot shows the beginning.
    assert text_of(document).count(shown) >= 8
    metadata = reader(document).metadata
    assert metadata is not None
    assert (metadata.title, metadata.author) == (shown, shown)


@pytest.mark.parametrize("typed", ["שלום עולם", "مرحبا بالعالم"])
def test_right_to_left(writer: TypstWriter, typed: str) -> None:
    """QU-4: a line of Hebrew or Arabic begins at the right margin, and reads from there to the left."""
    letters = set(typed) - {" "}
    pieces = [(text, x) for text, x in places(writer.write(one(typed))) if letters & set(text)]
    read = "".join(text for text, _x in sorted(pieces, key=lambda piece: -piece[1]))
    assert read.split() == typed.split()
    assert min(x for _text, x in pieces) > 297, "right of the middle of the sheet"


@pytest.mark.parametrize("typed", ["\N{SOFT HYPHEN}", "\N{RIGHT-TO-LEFT OVERRIDE}", "\N{ZERO WIDTH SPACE}"])
def test_what_is_not_seen(writer: TypstWriter, typed: str) -> None:
    """QU-4: a character that changes a text without being seen is written as its code point."""
    assert f"a[U+{ord(typed):04X}]b" in text_of(writer.write(one(f"a{typed}b")))


def test_blank_lines(writer: TypstWriter) -> None:
    """QU-4: at most two blank lines in a row are kept, so that an answer of blank lines fills no sheets."""
    many = writer.write(one("een" + "\n \t" * 9_000 + "\ntwee\n\n\ndrie"))
    assert text_of(many) == text_of(writer.write(one("een\n\n\ntwee\n\n\ndrie")))
    assert len(reader(many).pages) == 1


def test_nothing_leaves_the_sheet(writer: TypstWriter) -> None:
    """QU-4: a word that is wider than its column is broken: in an answer, a label, a fact and a row."""
    wide = "W" * 200
    columns = (question("c", label=wide),)
    rows: list[Answer] = [{"c": wide}]
    asked = question("x", QuestionType.ROWS, *columns, label=wide)
    told = attrs.evolve(
        report(Asked(page=page(wide, asked), question=asked, answer=rows), title=wide),
        client_name=wide,
        office=attrs.evolve(report().office, name=wide),
        dossier_description=wide,
    )
    pdf = writer.write(told)
    assert text_of(pdf).replace(" ", "").count("W") >= 200 * 8
    assert max(x for text, x in places(pdf) if "W" in text) < 595 - 68


def test_rows_are_whole(writer: TypstWriter) -> None:
    """QU-4: a row that fits on a sheet is not divided over two; one that does not fit is."""
    columns = tuple(question(f"c{number}") for number in range(8))
    rows: list[Answer] = [{f"c{number}": f"rij{row}-{number}" for number in range(8)} for row in range(30)]
    sheets = [sheet.extract_text() for sheet in reader(writer.write(one(rows, QuestionType.ROWS, *columns))).pages]
    assert len(sheets) > 2
    for row in range(30):
        assert len([sheet for sheet in sheets if f"rij{row}-" in sheet]) == 1
    long: list[Answer] = [{"c0": "woord " * 4000}]
    assert len(reader(writer.write(one(long, QuestionType.ROWS, *columns))).pages) > 2


# ------------------------------------------------------------------ fonts
def test_fonts_of_a_vendor(tmp_path: Path) -> None:
    """QU-4: a character that a vendor's font has is written as itself; without that font, as its code point."""
    from fontTools.ttLib import TTFont

    with TTFont(FONTS / "all" / "DejaVuSans.ttf") as font:
        glyph = font.getBestCmap()[ord("x")]
        for table in font["cmap"].tables:
            if table.isUnicode():
                table.cmap[ord("王")] = glyph
        for name in font["name"].names:
            name.string = name.toUnicode().replace("DejaVu Sans", "Een Ander").replace("DejaVuSans", "EenAnder")
        font.save(tmp_path / "ander.ttf")
    (tmp_path / "LICENSE.txt").write_text("Hier staat geen lettertype in.")
    assert "[U+738B]" in text_of(TypstWriter().write(one("王")))
    assert "王" in text_of(TypstWriter(fonts=[tmp_path]).write(one("王")))
    assert Fonts([tmp_path]).families == ["DejaVu Sans", "Een Ander"]


def test_no_folder(tmp_path: Path) -> None:
    """QU-4: a folder of fonts that is not there is told at the start."""
    with pytest.raises(FileNotFoundError, match="geen"):
        TypstWriter(fonts=[tmp_path / "geen"])
