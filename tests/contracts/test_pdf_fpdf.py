"""Pitfalls of fpdf2: dates and order in its output, glyphs that it leaves out, fonts that it keeps in memory."""

import gc
import logging
import os
import subprocess
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import attrs
import pytest
from fpdf.fonts import TTFFont

import klantportaal.adapters.pdf
from klantportaal.adapters.pdf import FONTS, FpdfWriter
from klantportaal.adapters.pdf.drawing import ALL, COMMON, FILES, MissingGlyphError, draw, face
from klantportaal.adapters.pdf.lettering import Face
from klantportaal.domain.questionnaires.definition import Answer, QuestionType
from klantportaal.domain.questionnaires.projection import Asked
from klantportaal.domain.values import Language
from klantportaal.testing.contracts.pdf import everything, one, page, question, reader, report, text_of

DIGESTS = """
from hashlib import sha256
from klantportaal.adapters.pdf import FpdfWriter
from klantportaal.domain.values import Language
from klantportaal.testing.contracts.pdf import everything, one
for report in (everything(Language.DUTCH), one("ąβЖ→ 😀")):
    print(sha256(FpdfWriter().write(report)).hexdigest())
"""


def test_same_bytes_elsewhere() -> None:
    """Property 9: another process, at another time and in another time zone, writes the same bytes."""
    written = [FpdfWriter().write(each) for each in (everything(Language.DUTCH), one("ąβЖ→ 😀"))]
    expected = [sha256(each).hexdigest() for each in written]
    for zone, seed in (("Pacific/Kiritimati", "1"), ("America/Los_Angeles", "2")):
        environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", DIGESTS], env=environment, capture_output=True, text=True, check=True
        )
        assert done.stdout.split() == expected


def test_threads() -> None:
    """Property 9: PDFs written concurrently are the same as PDFs written one by one."""
    reports = [everything(Language.DUTCH), everything(Language.ENGLISH), one("ąβЖ→ 😀"), one("x " * 3000)] * 3
    writer = FpdfWriter()
    expected = [writer.write(each) for each in reports]
    with ThreadPoolExecutor(max_workers=4) as pool:
        assert list(pool.map(writer.write, reports)) == expected


def test_not_imported() -> None:
    """QU-4: fpdf2 is imported only when a PDF is written."""
    statement = "import klantportaal.embedded, sys; assert not {'fpdf', 'fontTools'} & sys.modules.keys()"
    subprocess.run([sys.executable, "-c", statement], check=True)


def test_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """QU-4: no font stays in memory after a PDF, although fpdf2 would keep it for the life of the process."""
    loaded: list[weakref.ref[object]] = []
    load = TTFFont.__init__

    class Watched(TTFFont):
        """A font whose release can be observed."""

        def __init__(self, *arguments: object) -> None:
            load(self, *arguments)  # type: ignore[arg-type]
            loaded.append(weakref.ref(self))

    monkeypatch.setattr("fpdf.fpdf.TTFFont", Watched)
    FpdfWriter().write(one("woorden"))
    gc.collect()
    assert len(loaded) == 2
    assert [font() for font in loaded] == [None, None]


# ------------------------------------------------------------------ characters
def test_blank_lines() -> None:
    """QU-4: at most two blank lines in a row are kept, so that an answer of blank lines fills no sheets."""
    many = FpdfWriter().write(one("een" + "\n \t" * 9_000 + "\ntwee\n\n\ndrie"))
    assert text_of(many) == text_of(FpdfWriter().write(one("een\n\n\ntwee\n\n\ndrie")))
    assert len(reader(many).pages) == 1


def test_code_points() -> None:
    """QU-4: a character without a glyph is written as its code point, and fpdf2 logs nothing."""
    typed = "hart 😀, 日本 \N{VARIATION SELECTOR-16}\N{ZERO WIDTH NO-BREAK SPACE}."
    expected = "hart [U+1F600], [U+65E5][U+672C] [U+FE0F][U+FEFF]."
    assert expected in text_of(FpdfWriter().write(one(typed)))


@pytest.mark.parametrize(
    "typed",
    [
        "€ 1.234,56 — „aanhaling” … §",
        "Zażółć gęślą jaźń, Őrsi, Ştefan, İstanbul, Dvořák",
        "Ελληνικά, Кириллица, Ћирилица",
        "e\N{COMBINING ACUTE ACCENT}q\N{COMBINING CARON}",
        "½ ² ™ → ✓",
    ],
)
def test_scripts(typed: str) -> None:
    """QU-4: the scripts of Europe are written unchanged."""
    assert typed in text_of(FpdfWriter().write(one(typed)))


@pytest.mark.parametrize("typed", ["שלום עולם", "مرحبا بالعالم"])
def test_right_to_left(typed: str) -> None:
    """QU-4: all letters of Hebrew and Arabic are written."""
    text = text_of(FpdfWriter().write(one(typed)))
    assert sorted(set(typed) - {" "} - set(text)) == []


def test_everywhere() -> None:
    """QU-4: a character without a glyph is allowed in every text."""
    odd = "😀\uffff\0"
    asked = question("x", QuestionType.TEXT, label=odd)
    strange = attrs.evolve(
        report(Asked(page=page(odd, asked), question=asked, answer=odd), title=odd),
        office=attrs.evolve(report().office, name=odd),
        client_name=odd,
        dossier_number=odd,
        dossier_description=odd,
    )
    document = FpdfWriter().write(strange)
    shown = "[U+1F600][U+FFFF][U+0000]"
    # Office, title, number, description, client, page, label and answer; number and title again in the footer.
    assert text_of(document).count(shown) == 10
    metadata = reader(document).metadata
    assert metadata is not None
    assert (metadata.title, metadata.author) == (shown, shown)


def test_missing_glyph(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """QU-4: a character that would be left out raises an error that names it."""

    def unchanged(_face: Face, text: str) -> str:
        return text

    monkeypatch.setattr(Face, "printable", unchanged)
    monkeypatch.setattr(Face, "_units", lambda _face, text: 500.0 * len(text))
    with caplog.at_level(logging.ERROR), pytest.raises(MissingGlyphError, match=r"U\+1F600"):
        FpdfWriter().write(one("😀"))


def test_both_fonts() -> None:
    """QU-4: the small fonts have the widths of the full ones, and regular and bold have the same characters."""
    for folder in (COMMON, ALL):
        regular, bold = (face(FONTS / folder / name) for name in FILES.values())
        assert regular.widths.keys() == bold.widths.keys()
    for name in FILES.values():
        common, whole = face(FONTS / COMMON / name).widths, face(FONTS / ALL / name).widths
        assert common.items() <= whole.items()


def test_fonts_are_not_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """QU-4: if the fonts were not built, the error says how to build them."""
    monkeypatch.setattr(klantportaal.adapters.pdf, "FONTS", tmp_path / "fonts")
    with pytest.raises(FileNotFoundError, match="make assets"):
        FpdfWriter()


def test_draws_from_its_folder() -> None:
    """QU-4: the writer uses the fonts of its package."""
    assert FpdfWriter().write(report()) == draw(report(), FONTS)


# ------------------------------------------------------------------ pages
def test_page_numbers() -> None:
    """QU-4: every sheet has its number, the number of sheets, and the number of the dossier."""
    for language, words in ((Language.DUTCH, "Pagina {} van {}"), (Language.ENGLISH, "Page {} of {}")):
        long = attrs.evolve(one("woorden en nog meer woorden " * 350), language=language)
        sheets = [sheet.extract_text() for sheet in reader(FpdfWriter().write(long)).pages]
        assert len(sheets) > 1
        for number, text in enumerate(sheets, start=1):
            assert text.rstrip().endswith(f"2026-0001 · Uw testament {words.format(number, len(sheets))}"), text


def test_outline() -> None:
    """QU-4: the outline of the PDF has the pages of the questionnaire."""
    found = reader(FpdfWriter().write(everything(Language.DUTCH))).outline
    assert [getattr(each, "title", None) for each in found] == ["Pagina 1", "Pagina 2"]


def test_empty_row() -> None:
    """QU-4: a row without answers is numbered as well."""
    rows: list[Answer] = [{"name": "Anna"}, {}]
    assert "2. Niet ingevuld" in text_of(FpdfWriter().write(one(rows, QuestionType.ROWS, question("name"))))


def test_nothing_asked() -> None:
    """QU-4: a questionnaire without visible questions has a heading only."""
    assert "Uw testament" in text_of(FpdfWriter().write(report()))
