"""Names of files in an archive, as both Windows and macOS take them (NW-4)."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from klantportaal.domain.values import composed

LONGEST = 100
"""The longest name, in UTF-16 code units. Windows takes 260 for a whole path, with the folders around it."""
_ROW = 40
"""The longest name of a row within it."""
_ENDING = re.compile(r"(?<=.)(?:\.[A-Za-z0-9]{1,8}){1,2}\Z", re.DOTALL)
"""The ending of a name, such as ``.pdf`` or ``.tar.gz``."""
_FORBIDDEN = frozenset('<>:"/\\|?*')
"""What Windows takes in no name. Slashes and colons are separators on macOS too."""
_DEVICE = re.compile(r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³])\Z", re.IGNORECASE)
"""The names of devices, which Windows takes with no ending."""
_UNPRINTED = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""The categories of characters that no name needs: controls, bidi and invisible marks, and unassigned ones."""
_NAMELESS = "_"


def fitting(name: str, *, longest: int = LONGEST) -> str:
    """Give the name that stands for *name*: it is not empty, and can be made on Windows and macOS.

    A name that can be made already stays as it is, but for the way in which its accents are written (NFC).
    """
    written = "".join(_fitting_character(each) for each in composed(name))
    bare = unicodedata.normalize("NFC", written).strip(" ").rstrip(". ")
    stem, ending = _parted(bare or _NAMELESS)
    if _DEVICE.match(stem.partition(".")[0].rstrip(" ")):
        stem = f"_{stem}"
    return _shortened(stem, ending, longest)


def with_row(name: str, row: str) -> str:
    """Name a file by the row of a questionnaire that it belongs to as well: ``paspoort (Kind 1 Eva).pdf``."""
    stem, ending = _parted(fitting(name))
    return _shortened(stem, f" ({fitting(row.replace(':', ''), longest=_ROW)}){ending}", LONGEST)


def distinct(names: Iterable[str]) -> Sequence[str]:
    """Give each name one that fits, and that no other one equals. The first of several keeps its own.

    Windows and macOS keep no two names apart that differ in case, or in how their accents are written.
    """
    fitted = [fitting(name) for name in names]
    firsts = {key(name) for name in fitted}
    taken: set[str] = set()
    counts: dict[str, int] = {}
    return [_new(name, firsts, taken, counts) for name in fitted]


def key(name: str) -> str:
    """Fold a name: two names that some system takes for one fold alike."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _new(name: str, firsts: set[str], taken: set[str], counts: dict[str, int]) -> str:
    """Choose a name that is not taken: *name* itself, or with the lowest number that no other name has."""
    chosen, folded = name, key(name)
    number = counts.get(folded, 1)
    while (chosen_key := key(chosen)) in taken or (chosen != name and chosen_key in firsts):
        number += 1
        chosen = _numbered(name, number)
    counts[folded] = number
    taken.add(chosen_key)
    return chosen


def _numbered(name: str, number: int) -> str:
    stem, ending = _parted(name)
    return _shortened(stem, f" ({number}){ending}", LONGEST)


def _fitting_character(each: str) -> str:
    if each.isspace():
        return " "
    if each in _FORBIDDEN:
        return "_"
    return "" if unicodedata.category(each) in _UNPRINTED else each


def _parted(name: str) -> tuple[str, str]:
    found = _ENDING.search(name)
    return (name, "") if found is None else (name[: found.start()], found[0])


def _shortened(stem: str, ending: str, longest: int) -> str:
    """Cut the stem, so that the name has at most *longest* code units. A cut stem does not end in a dot or space."""
    room = longest - _units(ending)
    if _units(stem) <= room:
        return f"{stem}{ending}"
    while _units(stem) > room - 1:
        stem = stem[: -max(1, (_units(stem) - room + 1) // 2)]
    return f"{stem.rstrip('. ')}…{ending}"


def _units(text: str) -> int:
    return len(text) + sum(each > "\uffff" for each in text)
