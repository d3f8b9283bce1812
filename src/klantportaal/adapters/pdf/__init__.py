"""PDFs by fpdf2, on A4, in DejaVu Sans.

``composing`` says what is on paper, ``lettering`` breaks it into lines, ``sheets`` divides those over pages, and
``drawing`` hands them to fpdf2. fpdf2's own breaking of lines is not used: it measures a line again for each character,
drops soft hyphens, and takes ``{nb}`` for the number of pages.
"""

from pathlib import Path

from klantportaal.ports.pdf import Report

FONTS = Path(__file__).parent / "fonts"


class FpdfWriter:
    """Writes reports with fpdf2.

    Of the scripts in DejaVu Sans, the letters of Arabic and Hebrew stand in the order in which they were typed, from
    left to right, and Arabic ones are not joined. Nor has the PDF tags: the result page is what a screen reader reads.
    """

    def __init__(self) -> None:
        """Look for the fonts.

        Raises:
            FileNotFoundError: they have not been built.
        """
        if not (FONTS / "LICENSE.txt").is_file():  # Which is written last.
            raise FileNotFoundError("the fonts of PDFs are not built yet: run `make assets`")

    def write(self, report: Report) -> bytes:
        """Write the PDF: the same bytes for the same report, whenever and however often."""
        from klantportaal.adapters.pdf.drawing import draw  # Not at import: few processes ever write a PDF.

        return draw(report, FONTS)
