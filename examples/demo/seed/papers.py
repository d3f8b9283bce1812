"""The demo's papers, as PDF files."""

from collections.abc import Sequence
from datetime import datetime

import attrs
from fpdf import FPDF

OFFICE = "Notariskantoor Van der Meer"
ADDRESS = "Nieuwe Gracht 42, 2011 NE Haarlem"
COLOUR = (31, 78, 95)


@attrs.frozen(kw_only=True)
class Paper:
    """The content of a paper. An empty *sender* means the office."""

    title: str
    paragraphs: Sequence[str]
    reference: str = ""
    sender: str = ""
    mark: str = ""
    """A word in large, pale letters across the page, such as CONCEPT."""


def pdf(paper: Paper, *, at: datetime) -> bytes:
    """Make the PDF of a paper, on A4."""
    sheet = FPDF()
    sheet.set_creation_date(at)
    sheet.set_title(paper.title)
    sheet.set_margins(25, 20)
    sheet.add_page()
    if paper.mark:
        _stamp(sheet, paper.mark)
    _head(sheet, paper, at)
    sheet.set_font("Times", size=11)
    for paragraph in paper.paragraphs:
        sheet.multi_cell(0, 6, paragraph, new_x="LMARGIN", new_y="NEXT")
        sheet.ln(3)
    return bytes(sheet.output())


def _head(sheet: FPDF, paper: Paper, at: datetime) -> None:
    sheet.set_text_color(*COLOUR)
    sheet.set_font("Helvetica", "B", 15)
    sheet.cell(0, 8, paper.sender or OFFICE, new_x="LMARGIN", new_y="NEXT")
    sheet.set_font("Helvetica", size=9)
    if not paper.sender:
        sheet.cell(0, 5, ADDRESS, new_x="LMARGIN", new_y="NEXT")
    sheet.set_draw_color(*COLOUR)
    sheet.line(25, sheet.get_y() + 3, 185, sheet.get_y() + 3)
    sheet.ln(14)
    sheet.set_text_color(0)
    sheet.cell(0, 5, f"{at:%d-%m-%Y}   {paper.reference}", new_x="LMARGIN", new_y="NEXT")
    sheet.ln(5)
    sheet.set_font("Helvetica", "B", 13)
    sheet.multi_cell(0, 7, paper.title, new_x="LMARGIN", new_y="NEXT")
    sheet.ln(4)


def _stamp(sheet: FPDF, mark: str) -> None:
    sheet.set_font("Helvetica", "B", 70)
    sheet.set_text_color(228)
    with sheet.rotation(50, 105, 160):
        sheet.text(40, 175, mark)
