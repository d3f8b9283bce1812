"""Accessible PDFs for archives (PDF/UA-1 and PDF/A-3a) on A4, made with Typst. Needs the extra ``typst``.

``contents`` makes the texts, and the files ``*.typ`` beside it lay them out. All texts go to Typst as data, in a JSON
file, so nothing that is typed is read as markup. ``lettering`` knows which characters the fonts have.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from klantportaal.adapters.logos import small_logo
from klantportaal.adapters.pdf.composing import LOGO_HEIGHT, LOGO_WIDTH
from klantportaal.adapters.pdf.typst.contents import letter_contents, receipt_contents, report_contents
from klantportaal.adapters.pdf.typst.lettering import Fonts
from klantportaal.domain.boundary import checked_call
from klantportaal.ports.pdf import PostalLetter, ReceiptSheet, Report

if TYPE_CHECKING:
    import typst

ATTACHMENT = "antwoorden.json"
STANDARDS: "list[typst.PDFStandard]" = ["a-3a", "ua-1"]
"""A PDF that breaks one of these is not written: Typst raises an error."""


class TypstWriter:
    """Writes PDFs with tags for screen readers: PDF/UA-1, and PDF/A-3a with the answers attached.

    Texts are in DejaVu Sans. Other scripts, such as Chinese, Thai or Devanagari, and emoji need fonts that have them.
    Arabic and Hebrew are written from right to left, and Arabic letters are joined.
    """

    @checked_call
    def __init__(self, *, fonts: Sequence[Path] = ()) -> None:
        """Choose the fonts.

        Args:
            fonts: folders with more fonts, such as Noto, for the characters that DejaVu Sans lacks. Fonts in a folder
                further on are used only for what all others lack.

        Raises:
            ModuleNotFoundError: the extra ``typst`` is not installed.
            FileNotFoundError: a folder is not there, or the fonts of the package have not been built.
        """
        self._fonts = Fonts(fonts)

    def write(self, report: Report) -> bytes:
        """Write the PDF. The same report always gives the same bytes."""
        contents = report_contents(report)
        return self._compiled(
            "report", contents, report.completed_at, {ATTACHMENT: report.attachment}, logo=report.logo
        )

    def write_receipt(self, sheet: ReceiptSheet) -> bytes:
        """Write the PDF of a receipt. The same receipt always gives the same bytes."""
        import segno  # Imported late: only receipts need it.

        code = segno.make(sheet.url, error="m", micro=False).svg_inline(border=0).encode()
        contents = receipt_contents(sheet)
        return self._compiled("receipt", contents, sheet.receipt.delivered_at, {"code.svg": code}, logo=sheet.logo)

    def write_letter(self, letter: PostalLetter) -> bytes:
        """Write the PDF of a letter by post. The same letter always gives the same bytes."""
        written_at = datetime.combine(letter.written_on, time(), tzinfo=UTC)
        return self._compiled("letter", letter_contents(letter), written_at, {}, logo=letter.logo)

    def _compiled(
        self,
        layout: str,
        contents: Mapping[str, Any],
        at: datetime,
        beside: Mapping[str, bytes],
        *,
        logo: bytes | None,
    ) -> bytes:
        import typst  # Imported here: few processes write a PDF.

        small = None if logo is None else small_logo(logo)
        data = {
            **self._fonts.printable(contents),
            "fonts": self._fonts.families,
            # As numbers: typst takes files beside the layout only if they are text.
            "logo": None
            if small is None
            else {"size": small.fitted(LOGO_WIDTH, LOGO_HEIGHT), "bytes": list(small.png)},
        }
        layouts = files("klantportaal.adapters.pdf.typst")
        compiled: bytes = typst.compile(  # type: ignore[call-overload]  # Its types lack a dictionary of files.
            {
                "main.typ": (layouts / f"{layout}.typ").read_bytes(),
                "shared.typ": (layouts / "shared.typ").read_bytes(),
                "contents.json": json.dumps(data).encode(),
                **beside,
            },
            font_paths=self._fonts.loaded,
            ignore_system_fonts=True,
            timestamp=at.astimezone(UTC),
            pdf_standards=STANDARDS,
        )
        return compiled
