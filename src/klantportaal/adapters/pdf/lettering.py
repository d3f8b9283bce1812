"""Text in lines: what a font can show, how wide that is, and where a line ends."""

import re
from collections.abc import Iterator, Mapping

import attrs

_TAB = " " * 4
_END = re.compile(r" +|(?<=[^\W\d])-(?=[^\W\d])|(?<=\])(?=\[U\+)")
"""After what a line may end: spaces, a hyphen inside a word, a code point that another follows."""


@attrs.frozen(kw_only=True)
class Face:
    """A font, as far as it matters to where lines end."""

    widths: Mapping[int, float]
    """Of each character that it has, by code point, in thousandths of the size of the letters."""

    def printable(self, text: str) -> str:
        """Write what the font has no sign for as its code point, ``[U+1F600]``, so that nothing is left out."""
        spaced = text.replace("\t", _TAB)
        return "".join(each if each == "\n" or ord(each) in self.widths else f"[U+{ord(each):04X}]" for each in spaced)

    def width(self, text: str, size: float) -> float:
        """Measure printable text of one line, in the unit of *size*."""
        return self._units(text) * size / 1000

    def lines(self, text: str, *, size: float, width: float) -> tuple[str, ...]:
        """Break text into printable lines that are no wider than *width*; a word that is wider is broken too."""
        room = width * 1000 / size
        return tuple(line for part in self.printable(text).split("\n") for line in self._broken(part, room))

    def shortened(self, text: str, *, size: float, width: float) -> str:
        """Make text one line, which ends in an ellipsis where it is cut off."""
        lines = self.lines(text, size=size, width=width)
        if len(lines) == 1:
            return lines[0]
        (first, *_rest) = self.lines(text, size=size, width=width - self.width("…", size))
        return f"{first}…"

    def _units(self, text: str) -> float:
        return sum(self.widths[ord(each)] for each in text)

    def _broken(self, text: str, room: float) -> Iterator[str]:
        line, taken = "", 0.0
        for piece in (fitting for whole in _pieces(text) for fitting in self._fitting(whole, room)):
            if line and taken + self._units(piece.rstrip(" ")) > room:
                yield line.rstrip(" ")
                line, taken = "", 0.0
            line += piece
            taken += self._units(piece)
        yield line.rstrip(" ")

    def _fitting(self, piece: str, room: float) -> Iterator[str]:
        """Give a piece whole if there is room for it, and else as much at a time as there is room for."""
        if self._units(piece.rstrip(" ")) <= room:
            yield piece
            return
        begin, taken = 0, 0.0
        for place, each in enumerate(piece):
            wide = self.widths[ord(each)]
            if place > begin and taken + wide > room:
                yield piece[begin:place]
                begin, taken = place, 0.0
            taken += wide
        yield piece[begin:]


def _pieces(text: str) -> Iterator[str]:
    """Cut a line after each place where it may end."""
    begin = 0
    for found in _END.finditer(text):
        yield text[begin : found.end()]
        begin = found.end()
    yield text[begin:]
