"""Makes PDF files of the demo's papers from the texts in ``papers/``."""

from datetime import datetime
from email.message import Message
from pathlib import Path

from fpdf import FPDF

from examples.demo.seed.texts import read

OFFICE = "Notariskantoor Van der Meer"
ADDRESS = "Nieuwe Gracht 42, 2011 NE Haarlem"
COLOUR = (31, 78, 95)
PAPERS = Path(__file__).parent / "papers"


def title(name: str) -> str:
    """Return the title of a paper."""
    return str(read(PAPERS, name)["Title"])


def pdf(name: str, *, at: datetime) -> bytes:
    """Make the PDF of a paper, on A4."""
    paper = read(PAPERS, name)
    sheet = FPDF()
    sheet.set_creation_date(at)
    sheet.set_title(title(name))
    sheet.set_margins(25, 20)
    sheet.add_page()
    if paper["Mark"]:
        _stamp(sheet, paper["Mark"])
    _head(sheet, paper, at)
    sheet.set_font("Times", size=11)
    sheet.multi_cell(0, 6, str(paper.get_payload()), new_x="LMARGIN", new_y="NEXT")
    return bytes(sheet.output())


def _head(sheet: FPDF, paper: "Message[str, str]", at: datetime) -> None:
    sheet.set_text_color(*COLOUR)
    sheet.set_font("Helvetica", "B", 15)
    sheet.cell(0, 8, paper["From"] or OFFICE, new_x="LMARGIN", new_y="NEXT")
    sheet.set_font("Helvetica", size=9)
    sheet.cell(0, 5, "" if paper["From"] else ADDRESS, new_x="LMARGIN", new_y="NEXT")
    sheet.set_draw_color(*COLOUR)
    sheet.line(25, sheet.get_y() + 3, 185, sheet.get_y() + 3)
    sheet.ln(14)
    sheet.set_text_color(0)
    sheet.cell(0, 5, f"{at:%d-%m-%Y}   {paper['Reference'] or ''}", new_x="LMARGIN", new_y="NEXT")
    sheet.ln(5)
    sheet.set_font("Helvetica", "B", 13)
    sheet.multi_cell(0, 7, paper["Title"], new_x="LMARGIN", new_y="NEXT")
    sheet.ln(4)


def _stamp(sheet: FPDF, mark: str) -> None:
    """Write a word across the page, in large, pale letters."""
    sheet.set_font("Helvetica", "B", 70)
    sheet.set_text_color(228)
    with sheet.rotation(50, 105, 160):
        sheet.text(40, 175, mark)
