"""Sheets, drawn by fpdf2. The one module that imports it."""

from datetime import UTC
from pathlib import Path

from fpdf import FPDF
from fpdf.fonts import SubsetMap, TTFFont
from fpdf.prefs import ViewerPreferences

from klantportaal.adapters.pdf.composing import WORDS, Composer
from klantportaal.adapters.pdf.lettering import Face
from klantportaal.adapters.pdf.sheets import BOTTOM, LEFT, RIGHT, ROOM, Lettering, Sheet, divide
from klantportaal.ports.pdf import Report

FAMILY = "dejavu"
FILES = {"": "DejaVuSans.ttf", "B": "DejaVuSans-Bold.ttf"}
ATTACHMENT = "antwoorden.json"
FOOT = Lettering(size=8, leading=11, grey=95)
HAIRLINE = 0.5
HAIRLINE_GREY = 190


class MissingGlyphError(LookupError):
    """A character came onto paper that no font has a sign for: it would have been left out."""


def draw(report: Report, fonts: Path) -> bytes:
    """Draw a report, with the fonts of a folder.

    Raises:
        MissingGlyphError: something would have been left out; the PDF is not written.
    """
    pdf = FPDF(unit="pt", format="A4")
    pdf.set_auto_page_break(False)
    try:
        faces = {style: _face(pdf, style, fonts / name) for style, name in FILES.items()}
        composer = Composer(language=report.language, regular=faces[""], bold=faces["B"])
        _describe(pdf, report, faces[""])
        sheets = divide(list(composer.strips(report)))
        for number, sheet in enumerate(sheets, start=1):
            pdf.add_page()
            _draw_sheet(pdf, sheet)
            _draw_foot(pdf, report, faces[""], number, len(sheets))
        _check(pdf)
        return bytes(pdf.output())
    finally:
        _forget(pdf)


def _face(pdf: FPDF, style: str, file: Path) -> Face:
    """Load a font into the PDF, and tell how wide its characters are."""
    pdf.add_font(FAMILY, style, file)
    font = pdf.fonts[f"{FAMILY}{style}"]
    return Face(widths=dict(font.cw))  # type: ignore[arg-type]  # Of core fonts it goes by character.


def _describe(pdf: FPDF, report: Report, face: Face) -> None:
    """Set what a reader shows of a document beside its pages, and attach the answers."""
    pdf.set_creation_date(report.completed_at.astimezone(UTC))
    pdf.set_lang(report.language.value)
    pdf.set_title(face.printable(report.title))
    pdf.set_author(face.printable(report.office_name))
    pdf.set_creator("klantportaal")
    pdf.viewer_preferences = ViewerPreferences(display_doc_title=True)
    pdf.embed_file(bytes=report.attachment, basename=ATTACHMENT, mime_type="application/json", compress=True)


def _draw_sheet(pdf: FPDF, sheet: Sheet) -> None:
    for y, title in sheet.bookmarks:
        pdf.set_y(y)
        pdf.start_section(title)
    for text in sheet.texts:
        _draw_text(pdf, text.x, text.y, text.text, text.lettering)
    for y in sheet.hairlines:
        _draw_hairline(pdf, y)


def _draw_foot(pdf: FPDF, report: Report, face: Face, number: int, count: int) -> None:
    """Number the page, and tell what it is a page of."""
    page = WORDS[report.language].page.format(number=number, count=count)
    wide = face.width(page, FOOT.size)
    about = f"{report.dossier_number} · {report.title}".replace("\n", " ")
    y = BOTTOM + 34
    _draw_hairline(pdf, y - FOOT.size - 8)
    _draw_text(pdf, LEFT, y, face.shortened(about, size=FOOT.size, width=ROOM - wide - 24), FOOT)
    _draw_text(pdf, RIGHT - wide, y, page, FOOT)


def _draw_text(pdf: FPDF, x: float, y: float, text: str, lettering: Lettering) -> None:
    pdf.set_font(FAMILY, "B" if lettering.bold else "", lettering.size)
    pdf.set_text_color(lettering.grey)
    pdf.text(x, y, text)


def _draw_hairline(pdf: FPDF, y: float) -> None:
    pdf.set_line_width(HAIRLINE)
    pdf.set_draw_color(HAIRLINE_GREY)
    pdf.line(LEFT, y, RIGHT, y)


def _fonts(pdf: FPDF) -> list[TTFFont]:
    return [font for font in pdf.fonts.values() if isinstance(font, TTFFont)]


def _check(pdf: FPDF) -> None:
    """Refuse what fpdf2 would only log: characters that it leaves out."""
    missing = sorted({code for font in _fonts(pdf) for code in font.missing_glyphs})
    if missing:
        raise MissingGlyphError(", ".join(f"U+{code:04X}" for code in missing))


def _forget(pdf: FPDF) -> None:
    """Let go of the fonts: fpdf2 remembers what it looked up in each for as long as the process lives."""
    for font in _fonts(pdf):
        font.close()
    SubsetMap.pick.cache_clear()
    SubsetMap.get_glyph.cache_clear()
