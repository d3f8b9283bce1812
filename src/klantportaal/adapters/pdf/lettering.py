"""Text in lines: which characters a font has, how wide a text is, and where lines end."""

import re
from collections.abc import Iterator, Mapping

import attrs

_TAB = " " * 4
_END = re.compile(r" +|(?<=[^\W\d])-(?=[^\W\d])|(?<=\])(?=\[U\+)")
"""The places where a line may end: after spaces, a hyphen inside a word, or a code point that another follows."""


@attrs.frozen(kw_only=True)
class Face:
    """A font: its characters and their widths."""

    widths: Mapping[int, float]
    """The width of each character, by code point, in thousandths of the font size."""

    def printable(self, text: str) -> str:
        """Replace characters that the font lacks by their code point, as in ``[U+1F600]``, so that none is left out."""
        spaced = text.replace("\t", _TAB)
        return "".join(each if each == "\n" or ord(each) in self.widths else f"[U+{ord(each):04X}]" for each in spaced)

    def width(self, text: str, size: float) -> float:
        """Measure a line of printable text, in the unit of *size*."""
        return self._units(text) * size / 1000

    def lines(self, text: str, *, size: float, width: float) -> tuple[str, ...]:
        """Break text into printable lines of at most *width*. A word that is wider is broken too."""
        room = width * 1000 / size
        return tuple(line for part in self.printable(text).split("\n") for line in self._broken(part, room))

    def shortened(self, text: str, *, size: float, width: float) -> str:
        """Shorten text to one line. The line ends in an ellipsis if the text was cut off."""
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
        """Return a piece whole if it fits in *room*, or else in parts that fit."""
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
    """Split a line at each place where it may end."""
    begin = 0
    for found in _END.finditer(text):
        yield text[begin : found.end()]
        begin = found.end()
    yield text[begin:]
