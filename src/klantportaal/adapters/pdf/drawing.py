"""Draws sheets with fpdf2. Only this module imports fpdf2."""

import functools
from collections.abc import Mapping
from datetime import UTC
from pathlib import Path

from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.fonts import SubsetMap, TTFFont
from fpdf.prefs import ViewerPreferences

from klantportaal.adapters.pdf.composing import Composer
from klantportaal.adapters.pdf.lettering import Face
from klantportaal.adapters.pdf.sheets import LEFT, RIGHT, Sheet, divide
from klantportaal.ports.pdf import Report

FAMILY = "dejavu"
FILES: Mapping[bool, str] = {False: "DejaVuSans.ttf", True: "DejaVuSans-Bold.ttf"}
"""By whether the font is bold."""
COMMON, ALL = "common", "all"
"""The folders of the small fonts, with the characters of most PDFs, and of the full fonts."""
ATTACHMENT = "antwoorden.json"
HAIRLINE = 0.5
HAIRLINE_GREY = 190


class MissingGlyphError(LookupError):
    """No font has a glyph for a character of the PDF, so fpdf2 would leave the character out."""


def draw(report: Report, fonts: Path) -> bytes:
    """Draw a report with the fonts of a folder.

    Raises:
        MissingGlyphError: a character would be left out. No PDF is written.
    """
    regular, bold = (face(fonts / ALL / FILES[is_bold]) for is_bold in (False, True))
    composer = Composer(language=report.language, regular=regular, bold=bold)
    sheets = divide(list(composer.strips(report)))
    for number, sheet in enumerate(sheets, start=1):
        composer.add_foot(sheet, report, number=number, count=len(sheets))
    pdf = FPDF(unit="pt", format="A4")
    try:
        for is_bold, name in FILES.items():
            pdf.add_font(FAMILY, "B" if is_bold else "", _folder(fonts, sheets) / name)
        _describe(pdf, report, regular)
        for sheet in sheets:
            _draw_sheet(pdf, sheet)
        _check(pdf)
        return bytes(pdf.output())
    finally:
        _forget(pdf)


@functools.cache
def face(file: Path) -> Face:
    """Read the characters and their widths from a font. Cached: the fonts belong to the package and do not change."""
    with TTFont(file, lazy=True) as font:
        scale = 1000 / font["head"].unitsPerEm
        widths = font["hmtx"].metrics
        return Face(widths={code: widths[name][0] * scale for code, name in font.getBestCmap().items()})


def _folder(fonts: Path, sheets: list[Sheet]) -> Path:
    """Choose the smallest fonts that have every character on the sheets."""
    common = face(fonts / COMMON / FILES[False]).widths
    used = {each for sheet in sheets for text in sheet.texts for each in text.text}
    return fonts / (COMMON if all(ord(each) in common for each in used) else ALL)


def _describe(pdf: FPDF, report: Report, regular: Face) -> None:
    """Set the metadata, and attach the answers."""
    pdf.set_creation_date(report.completed_at.astimezone(UTC))
    pdf.set_lang(report.language.value)
    pdf.set_title(regular.printable(report.title))
    pdf.set_author(regular.printable(report.office_name))
    pdf.set_creator("klantportaal")
    pdf.viewer_preferences = ViewerPreferences(display_doc_title=True)
    pdf.embed_file(bytes=report.attachment, basename=ATTACHMENT, mime_type="application/json", compress=True)


def _draw_sheet(pdf: FPDF, sheet: Sheet) -> None:
    pdf.add_page()
    for y, title in sheet.bookmarks:
        pdf.set_y(y)
        pdf.start_section(title)
    for text in sheet.texts:
        pdf.set_font(FAMILY, "B" if text.lettering.bold else "", text.lettering.size)
        pdf.set_text_color(text.lettering.grey)
        # Not `cell`, which replaces `{nb}` by the number of pages, nor a method that reads markup.
        pdf.text(text.x, text.y, text.text)
    pdf.set_line_width(HAIRLINE)
    pdf.set_draw_color(HAIRLINE_GREY)
    for y in sheet.hairlines:
        pdf.line(LEFT, y, RIGHT, y)


def _fonts(pdf: FPDF) -> list[TTFFont]:
    return [font for font in pdf.fonts.values() if isinstance(font, TTFFont)]


def _check(pdf: FPDF) -> None:
    """Raise an error for missing glyphs, which fpdf2 only logs.

    Raises:
        MissingGlyphError: a character has no glyph.
    """
    missing = sorted({code for font in _fonts(pdf) for code in font.missing_glyphs})
    if missing:
        raise MissingGlyphError(", ".join(f"U+{code:04X}" for code in missing))


def _forget(pdf: FPDF) -> None:
    """Release the fonts: fpdf2 caches the glyphs of each font until the process ends."""
    for font in _fonts(pdf):
        font.close()
    SubsetMap.pick.cache_clear()
    SubsetMap.get_glyph.cache_clear()
