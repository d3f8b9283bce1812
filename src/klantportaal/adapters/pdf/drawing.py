"""Draws sheets with fpdf2. Only this module imports fpdf2."""

import functools
import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, time
from itertools import groupby
from pathlib import Path

import attrs
from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.drawing_primitives import DeviceGray
from fpdf.enums import PathPaintRule, StrokeCapStyle, StrokeJoinStyle
from fpdf.fonts import SubsetMap, TTFFont
from fpdf.prefs import ViewerPreferences

from klantportaal.adapters.colours import LIGHT, palette
from klantportaal.adapters.logos import SmallLogo, small_logo
from klantportaal.adapters.pdf import letter as letters
from klantportaal.adapters.pdf import receipt
from klantportaal.adapters.pdf.composing import DRAWING_WIDTH, LOGO_HEIGHT, LOGO_WIDTH, TEXT, Composer
from klantportaal.adapters.pdf.lettering import Face
from klantportaal.adapters.pdf.receipt import CODE_SIZE
from klantportaal.adapters.pdf.sheets import LEFT, RIGHT, TOP, Drawing, Sheet, Strip, divide
from klantportaal.adapters.pdf.words import LETTER_WORDS, RECEIPT_WORDS
from klantportaal.domain.questionnaires.signatures import WIDTH, strokes
from klantportaal.domain.values import Language
from klantportaal.ports.pdf import PostalLetter, ReceiptSheet, Report

FAMILY = "dejavu"
FILES: Mapping[bool, str] = {False: "DejaVuSans.ttf", True: "DejaVuSans-Bold.ttf"}
"""By whether the font is bold."""
COMMON, ALL = "common", "all"
"""The folders of the small fonts, with the characters of most PDFs, and of the full fonts."""
ATTACHMENT = "antwoorden.json"
HAIRLINE = 0.5
HAIRLINE_GREY = 190
PEN = 1.2
"""The width of the lines of a signature."""


class MissingGlyphError(LookupError):
    """No font has a glyph for a character of the PDF, so fpdf2 would leave the character out."""


def draw(report: Report, fonts: Path) -> bytes:
    """Draw a report with the fonts of a folder.

    Raises:
        MissingGlyphError: a character would be left out. No PDF is written.
    """
    head = _Head.of(report, title=report.title, made_at=report.completed_at)
    composer = head.composer(fonts)
    about = f"{report.dossier_number} · {report.title}"
    with _drawn(composer, composer.strips(report), head, about, fonts) as pdf:
        pdf.embed_file(bytes=report.attachment, basename=ATTACHMENT, mime_type="application/json", compress=True)
        return bytes(pdf.output())


def draw_receipt(sheet: ReceiptSheet, fonts: Path) -> bytes:
    """Draw a receipt with the fonts of a folder. The QR code stands on the first sheet.

    Raises:
        MissingGlyphError: a character would be left out. No PDF is written.
    """
    title = RECEIPT_WORDS[sheet.language].title
    head = _Head.of(sheet, title=title, made_at=sheet.receipt.delivered_at)
    composer = head.composer(fonts)
    about = f"{sheet.receipt.dossier_number} · {title}"
    with _drawn(composer, receipt.strips(composer, sheet), head, about, fonts) as pdf:
        with _first_sheet(pdf):
            _draw_code(pdf, sheet.url)
        return bytes(pdf.output())


def draw_letter(letter: PostalLetter, fonts: Path) -> bytes:
    """Draw a letter by post with the fonts of a folder.

    Raises:
        MissingGlyphError: a character would be left out. No PDF is written.
    """
    made_at = datetime.combine(letter.written_on, time(), tzinfo=UTC)
    head = _Head.of(letter, title=LETTER_WORDS[letter.language].title, made_at=made_at)
    composer = head.composer(fonts)
    about = f"{letter.dossier_number} · {letter.office.name}"
    with _drawn(composer, letters.strips(composer, letter), head, about, fonts) as pdf:
        return bytes(pdf.output())


@attrs.frozen(kw_only=True)
class _Head:
    """The metadata of a PDF, and the look of the office."""

    language: Language
    title: str
    author: str
    made_at: datetime
    accent: str
    """The colour of the office, as far as it is readable on paper."""
    logo: SmallLogo | None

    @classmethod
    def of(cls, told: Report | ReceiptSheet | PostalLetter, *, title: str, made_at: datetime) -> "_Head":
        """Take it from what a PDF tells."""
        return cls(
            language=told.language,
            title=title,
            author=told.office.name,
            made_at=made_at,
            accent=palette(told.office.colour, LIGHT).accent,
            logo=None if told.logo is None else small_logo(told.logo),
        )

    def composer(self, fonts: Path) -> Composer:
        """Make what composes its texts, beside the logo."""
        regular, bold = (face(fonts / ALL / FILES[is_bold]) for is_bold in (False, True))
        return Composer(language=self.language, regular=regular, bold=bold, logo_width=self.logo_size[0])

    @property
    def logo_size(self) -> tuple[float, float]:
        """The width and the height of the logo on paper."""
        return (0.0, 0.0) if self.logo is None else self.logo.fitted(LOGO_WIDTH, LOGO_HEIGHT)


@contextmanager
def _drawn(composer: Composer, strips: Iterable[Strip], head: _Head, about: str, fonts: Path) -> Iterator[FPDF]:
    """Draw strips on the sheets of a PDF, with their feet. Its fonts are released afterwards."""
    sheets = divide(list(strips))
    for number, sheet in enumerate(sheets, start=1):
        composer.add_foot(sheet, about, number=number, count=len(sheets))
    pdf = FPDF(unit="pt", format="A4")
    try:
        for is_bold, name in FILES.items():
            pdf.add_font(FAMILY, "B" if is_bold else "", _folder(fonts, sheets) / name)
        _describe(pdf, head, composer.regular)
        for sheet in sheets:
            _draw_sheet(pdf, sheet, head.accent)
        with _first_sheet(pdf):
            _draw_logo(pdf, head)
        _check(pdf)
        yield pdf
    finally:
        _forget(pdf)


@contextmanager
def _first_sheet(pdf: FPDF) -> Iterator[None]:
    """Draw on the first sheet, and go back to the last one."""
    pdf.page = 1
    yield
    pdf.page = len(pdf.pages)


def _draw_logo(pdf: FPDF, head: _Head) -> None:
    """Draw the logo, in the middle of the height of the office's name."""
    if head.logo is not None:
        width, height = head.logo_size
        pdf.image(io.BytesIO(head.logo.png), x=LEFT, y=TOP + 8 - height / 2, w=width, h=height)


def _draw_code(pdf: FPDF, url: str) -> None:
    """Draw an address as a QR code in the top right corner. Dark squares side by side are drawn as one."""
    import segno  # Imported late: only receipts need it.

    rows = segno.make(url, error="m", micro=False).matrix
    side = CODE_SIZE / len(rows)
    pdf.set_fill_color(0)
    for y, row in enumerate(rows):
        x = 0
        for is_dark, run in groupby(row):
            wide = len(list(run))
            if is_dark:
                pdf.rect(RIGHT - CODE_SIZE + x * side, TOP - 14 + y * side, wide * side, side, style="F")
            x += wide


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


def _describe(pdf: FPDF, head: _Head, regular: Face) -> None:
    """Set the metadata."""
    pdf.set_creation_date(head.made_at.astimezone(UTC))
    pdf.set_lang(head.language.value)
    pdf.set_title(regular.printable(head.title))
    pdf.set_author(regular.printable(head.author))
    pdf.set_creator("klantportaal")
    pdf.viewer_preferences = ViewerPreferences(display_doc_title=True)


def _draw_sheet(pdf: FPDF, sheet: Sheet, accent: str) -> None:
    pdf.add_page()
    for y, title in sheet.bookmarks:
        pdf.set_y(y)
        pdf.start_section(title)
    for text in sheet.texts:
        pdf.set_font(FAMILY, "B" if text.lettering.bold else "", text.lettering.size)
        pdf.set_text_color(accent if text.lettering.is_accent else text.lettering.grey)
        # Not `cell`, which replaces `{nb}` by the number of pages, nor a method that reads markup.
        pdf.text(text.x, text.y, text.text)
    pdf.set_line_width(HAIRLINE)
    pdf.set_draw_color(HAIRLINE_GREY)
    for y in sheet.hairlines:
        pdf.line(LEFT, y, RIGHT, y)
    for drawing in sheet.drawings:
        _draw_signature(pdf, drawing)


def _draw_signature(pdf: FPDF, drawing: Drawing) -> None:
    """Draw the lines of a signature. Their ends are round, so a line to where it is shows a dot."""
    scale = DRAWING_WIDTH / WIDTH
    with pdf.new_path(paint_rule=PathPaintRule.STROKE) as path:
        path.style.stroke_color = DeviceGray(TEXT.grey / 255)
        path.style.stroke_width = PEN
        path.style.stroke_cap_style = StrokeCapStyle.ROUND
        path.style.stroke_join_style = StrokeJoinStyle.ROUND
        path.style.auto_close = False
        for stroke in strokes(drawing.path):
            (x, y), *others = ((drawing.x + x * scale, drawing.y + y * scale) for x, y in stroke)
            path.move_to(x, y)
            for each in others:
                path.line_to(*each)


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
