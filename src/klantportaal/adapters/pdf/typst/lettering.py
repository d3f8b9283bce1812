"""The fonts: which characters they have, and what is written for the others."""

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from klantportaal.adapters.pdf import FONTS

if TYPE_CHECKING:
    import typst

_OWN = FONTS / "all"
_SUFFIXES = {".otc", ".otf", ".ttc", ".ttf"}
_TAB = " " * 4
_INVISIBLE = {
    0xAD,
    0x61C,
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    *range(0xFE00, 0xFE10),
}
"""Characters that are not drawn: hyphens that are not used, joiners, and what changes the direction of a text."""


class Fonts:
    """DejaVu Sans, which is in the package, and the fonts in folders of a vendor."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """Find the folders.

        Raises:
            ModuleNotFoundError: the extra ``typst`` is not installed.
            FileNotFoundError: a folder is not there, or the fonts of the package have not been built.
        """
        import typst  # noqa: F401 - a missing extra is told at the start, not at the first PDF

        for folder in (_OWN, *folders):
            if not folder.is_dir():
                raise FileNotFoundError(f"there is no folder with fonts at {folder}")
        self._folders = tuple(folders)

    @functools.cached_property
    def loaded(self) -> "typst.Fonts":
        """The fonts as Typst takes them."""
        return _loaded(_OWN, *self._folders)

    @functools.cached_property
    def families(self) -> Sequence[str]:
        """The names of the families, in the order in which they are tried: folder by folder, by name."""
        names = (name for folder in (_OWN, *self._folders) for name in sorted(_loaded(folder).families()))
        return list(dict.fromkeys(names))

    def printable(self, contents: Any) -> Any:
        """Replace characters that no font has by their code points, as in ``[U+1F600]``, in all texts."""
        if isinstance(contents, str):
            return "".join(map(self._shown, contents.replace("\t", _TAB)))
        if isinstance(contents, Mapping):
            return {key: self.printable(each) for key, each in contents.items()}
        if isinstance(contents, list):
            return [self.printable(each) for each in contents]
        return contents

    def _shown(self, character: str) -> str:
        code = ord(character)
        if character == "\n" or (code in self._common and code not in _INVISIBLE) or code in self._more:
            return character
        return f"[U+{code:04X}]"

    @functools.cached_property
    def _common(self) -> frozenset[int]:
        """The characters that all fonts of the package have."""
        return frozenset.intersection(*map(_characters, _OWN.glob("*.ttf")))

    @functools.cached_property
    def _more(self) -> frozenset[int]:
        """The characters of the vendor's fonts. They are read when the first text has one that is not common."""
        files = (file for folder in self._folders for file in folder.rglob("*"))
        return frozenset().union(*(_characters(file) for file in files if file.suffix.lower() in _SUFFIXES))


def _loaded(*folders: Path) -> "typst.Fonts":
    import typst

    paths = [str(folder) for folder in folders]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=paths)


def _characters(file: Path) -> frozenset[int]:
    """Read the characters of a file with one font, or with several that have the same ones."""
    from fontTools.ttLib import TTFont  # Imported here: few processes write a PDF.

    with TTFont(file, lazy=True, fontNumber=0) as font:
        return frozenset(font.getBestCmap())
