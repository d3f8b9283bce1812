"""PDFs on A4 in DejaVu Sans, made with fpdf2. ``typst`` has a second writer, and ``words`` what both say.

``composing``, ``receipt`` and ``letter`` make the texts, ``lettering`` breaks them into lines, ``sheets`` divides the
lines over pages, and ``drawing`` draws the pages with fpdf2. fpdf2 does not break lines here: it measures a line again
for each character, drops soft hyphens, and replaces ``{nb}`` by the number of pages.
"""

from pathlib import Path

from klantportaal.ports.pdf import PostalLetter, ReceiptSheet, Report

FONTS = Path(__file__).parent / "fonts"


class FpdfWriter:
    """Writes reports with fpdf2.

    Limits: letters of Arabic and Hebrew are drawn from left to right in the order in which they were typed, and Arabic
    letters are not joined. The PDF has no tags; screen readers can read the result page instead. ``TypstWriter`` has
    none of these limits.
    """

    def __init__(self) -> None:
        """Check that the fonts exist.

        Raises:
            FileNotFoundError: the fonts have not been built.
        """
        if not (FONTS / "LICENSE.txt").is_file():  # The build writes this file last.
            raise FileNotFoundError("the fonts of PDFs are not built yet: run `make assets`")

    def write(self, report: Report) -> bytes:
        """Write the PDF. The same report always gives the same bytes."""
        from klantportaal.adapters.pdf.drawing import draw  # Imported here: few processes write a PDF.

        return draw(report, FONTS)

    def write_receipt(self, sheet: ReceiptSheet) -> bytes:
        """Write the PDF of a receipt. The same receipt always gives the same bytes."""
        from klantportaal.adapters.pdf.drawing import draw_receipt  # Imported here, as above.

        return draw_receipt(sheet, FONTS)

    def write_letter(self, letter: PostalLetter) -> bytes:
        """Write the PDF of a letter by post. The same letter always gives the same bytes."""
        from klantportaal.adapters.pdf.drawing import draw_letter  # Imported here, as above.

        return draw_letter(letter, FONTS)
