"""Subsets the fonts of PDFs to the scripts of answers: writing a PDF with the whole font is much slower.

Needs fontTools, which fpdf2 requires too.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

FRONTEND = Path(__file__).resolve().parent
PACKAGE = FRONTEND / "node_modules" / "dejavu-fonts-ttf"
OUTPUT = FRONTEND.parent / "src" / "klantportaal" / "adapters" / "pdf" / "fonts"
NAMES = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
COMMON = (
    (0x0020, 0x007E),  # ASCII
    (0x00A0, 0x024F),  # Latin with accents
    (0x2000, 0x206F),  # Punctuation
    (0x20A0, 0x20CF),  # Currencies
)
REST = (
    (0x0250, 0x036F),  # Phonetics, combining accents
    (0x0370, 0x058F),  # Greek, Cyrillic, Armenian
    (0x0590, 0x06FF),  # Hebrew, Arabic
    (0x10A0, 0x10FF),  # Georgian
    (0x1D00, 0x1FFF),  # Phonetics, Latin of Vietnam and Wales, ancient Greek
    (0x2070, 0x209F),  # Superscripts and subscripts
    (0x2100, 0x23FF),  # Letterlike symbols, fractions, arrows, mathematics, technical symbols
    (0x2460, 0x27BF),  # Enclosed numbers, boxes, shapes, symbols
    (0x2C60, 0x2C7F),  # Latin
    (0xA720, 0xA7FF),  # Latin
    (0xFB00, 0xFDFF),  # Ligatures, Hebrew and Arabic forms
    (0xFE20, 0xFEFE),  # Half marks, Arabic forms
    (0xFFFC, 0xFFFD),  # Replacements
)
FOLDERS = {"common": COMMON, "all": COMMON + REST}
"""Most PDFs need only the common characters. With a tenth of the font, a PDF is written in half the time."""


def subset() -> None:
    """Write the fonts and their licence.

    Raises:
        SystemExit: fontTools is not installed.
    """
    for folder, blocks in FOLDERS.items():
        (OUTPUT / folder).mkdir(parents=True, exist_ok=True)
        for name in NAMES:
            _subset(name, OUTPUT / folder, blocks)
    shutil.copyfile(PACKAGE / "LICENSE", OUTPUT / "LICENSE.txt")


def _subset(name: str, folder: Path, blocks: Sequence[tuple[int, int]]) -> None:
    try:
        from fontTools import subset
        from fontTools.ttLib import TTFont
    except ImportError:
        raise SystemExit("No fontTools in this Python. Install it: pip install fonttools") from None
    # A font with the names of its glyphs is read in half the time.
    options = subset.Options(layout_features=[], hinting=False, notdef_outline=True, glyph_names=True)
    # fpdf2 does not read these tables, and would drop them from each PDF.
    options.drop_tables += ["FFTM", "GDEF", "GPOS", "GSUB", "MATH", "kern"]
    font = TTFont(PACKAGE / "ttf" / name, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[code for first, last in blocks for code in range(first, last + 1)])
    cutter.subset(font)
    font.save(folder / name)
