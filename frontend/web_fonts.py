"""Cuts the two fonts of the pages: the characters of Dutch, English and European names, in the weights that are used.

Needs fontTools and brotli.
"""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

PACKAGES = Path(__file__).resolve().parent / "node_modules"
SANS = PACKAGES / "source-sans" / "VF" / "SourceSans3VF-Upright.ttf"
SERIF = PACKAGES / "@fontsource" / "source-serif-4" / "files"
WEIGHTS = {"wght": (400, 400, 600)}
"""The lowest, the default and the highest weight of the sans-serif font."""
ASCII = ((0x0020, 0x007E),)
OTHERS = (
    (0x00A0, 0x017F),  # Latin-1 and Latin Extended-A: the names of Europe
    (0x0218, 0x021B),  # Romanian
    (0x02BB, 0x02BC),  # Apostrophes in names
    (0x02C6, 0x02C6),  # Circumflex
    (0x02DA, 0x02DA),  # Ring
    (0x02DC, 0x02DC),  # Tilde
    (0x1E9E, 0x1E9E),  # Capital ß
    (0x2010, 0x2015),  # Dashes
    (0x2018, 0x201E),  # Quotation marks
    (0x2020, 0x2022),  # Daggers, bullet
    (0x2026, 0x2026),  # Ellipsis
    (0x2030, 0x2030),  # Per mille
    (0x2039, 0x203A),  # Quotation marks
    (0x2044, 0x2044),  # Fraction slash
    (0x20AC, 0x20AC),  # Euro
    (0x2122, 0x2122),  # Trade mark
    (0x2190, 0x2193),  # Arrows
    (0x2212, 0x2212),  # Minus
)
FEATURES = ["kern", "locl", "tnum"]
SERIF_PARTS = (("latin", ASCII, ["kern"]), ("latin", OTHERS, ["locl"]), ("latin-ext", OTHERS, ["locl"]))
"""From which file, the characters and their features. To kern letters with accents in headings would cost 2 kB."""
UNUSED_TABLES = ["BASE", "GDEF", "MVAR", "STAT", "gasp"]
"""Tables that browsers do without."""
ADVANCE_ONLY = 0x0004
"""The value format of kerning that is the same in every weight (OpenType, GPOS)."""
COPYRIGHT, LICENCE_ADDRESS = 0, 14
"""The numbers of the names that stay."""
NAMED = (1, 4, 6)
"""The numbers of the family, the whole name and the PostScript name."""


def cut(folder: Path) -> None:
    """Write ``portal-sans.woff2`` and ``portal-serif.woff2``.

    Raises:
        SystemExit: fontTools or brotli is not installed.
    """
    try:
        import brotli  # noqa: F401  fontTools compresses with it.
        from fontTools.ttLib import TTFont
        from fontTools.varLib.instancer import instantiateVariableFont
    except ImportError as error:
        raise SystemExit(f"No {error.name} in this Python. Install it: pip install fonttools brotli") from None
    sans = _kerned_alike(_only(TTFont(SANS, recalcTimestamp=False), ASCII + OTHERS, FEATURES))
    _save(instantiateVariableFont(sans, WEIGHTS), "Portal Sans", folder / "portal-sans.woff2")
    parts = [
        _only(TTFont(SERIF / f"source-serif-4-{file}-600-normal.woff2", recalcTimestamp=False), blocks, features)
        for file, blocks, features in SERIF_PARTS
    ]
    _save(_together(parts), "Portal Serif", folder / "portal-serif.woff2")


def _only(font: "TTFont", blocks: Sequence[tuple[int, int]], features: list[str]) -> "TTFont":
    """Take away all other characters and features, and all tables and names that browsers do without."""
    from fontTools import subset

    options: Any = subset.Options(layout_features=features, hinting=False, notdef_outline=True)
    options.name_IDs = [COPYRIGHT, LICENCE_ADDRESS]
    options.drop_tables += UNUSED_TABLES
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[code for first, last in blocks for code in range(first, last + 1)])
    cutter.subset(font)
    return font


def _kerned_alike(font: "TTFont") -> "TTFont":
    """Take away how kerning changes with the weight: that refers to GDEF, which is taken away, and would be 1 kB."""
    for lookup in font["GPOS"].table.LookupList.Lookup:
        for each in lookup.SubTable:
            table = getattr(each, "ExtSubTable", each)
            if table.Format == 1:
                pairs = [pair for first in table.PairSet for pair in first.PairValueRecord]
            else:
                pairs = [pair for first in table.Class1Record for pair in first.Class2Record]
            for pair in pairs:
                pair.Value1.XAdvDevice = None
            table.ValueFormat1 = ADVANCE_ONLY
    return font


def _together(parts: Sequence["TTFont"]) -> "TTFont":
    """Merge the parts of a font. The time in it is that of the first part, so that every build gives the same bytes."""
    from fontTools.merge import Merger

    with TemporaryDirectory() as scratch:
        places = [str(Path(scratch) / f"{number}.ttf") for number in range(len(parts))]
        for part, place in zip(parts, places, strict=True):
            part.flavor = None
            part.save(place)
        merged: TTFont = Merger().merge(places)
    merged.recalcTimestamp = False
    merged["head"].created, merged["head"].modified = parts[0]["head"].created, parts[0]["head"].modified
    return merged


def _save(font: "TTFont", name: str, place: Path) -> None:
    """Write a font under a name of the portal's own, as its licence asks of a changed one."""
    for number in NAMED:
        font["name"].setName(name.replace(" ", "") if number == 6 else name, number, 3, 1, 0x409)
    font.flavor = "woff2"
    font.save(place)
