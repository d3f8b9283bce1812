"""Divides strips of text over sheets of A4. Lengths are in points, from the top left corner of the sheet."""

from collections.abc import Sequence

import attrs

WIDTH, HEIGHT = 595.28, 841.89
LEFT, RIGHT = 68.0, WIDTH - 68.0
TOP, BOTTOM = 62.0, HEIGHT - 78.0
ROOM = RIGHT - LEFT
"""The width of the text area."""
TOGETHER = 3
"""The number of first lines of a strip of text that must fit on the sheet where it begins."""


@attrs.frozen(kw_only=True)
class Lettering:
    """The style of a text."""

    size: float
    leading: float
    """The distance between lines."""
    bold: bool = False
    grey: int = 30
    """From 0 (black) to 255 (white)."""
    is_accent: bool = False
    """Whether it is in the colour of the office, as far as that is readable, instead of in grey."""


@attrs.frozen(kw_only=True)
class Column:
    """Lines of text below each other."""

    lines: tuple[str, ...]
    lettering: Lettering
    x: float = 0.0
    """The distance from the left margin."""


@attrs.frozen(kw_only=True)
class Strip:
    """Columns side by side, with their first lines at the same height."""

    columns: tuple[Column, ...]
    before: float = 0.0
    """The white space above the strip, except at the top of a sheet."""
    ruled: bool = False
    """Whether a hairline is drawn in that white space."""
    keep: bool = False
    """Whether the next strip must begin on the sheet where this one ends."""
    bookmark: str = ""
    """Its title in the PDF's outline, if it has one."""
    drawing: str = ""
    """The drawing of a signature, in the room of its lines, which are blank. They stay on one sheet."""

    @property
    def leading(self) -> float:
        """The distance between lines: that of the column with the largest."""
        return max(column.lettering.leading for column in self.columns)

    @property
    def length(self) -> int:
        """The number of lines of the longest column."""
        return max(len(column.lines) for column in self.columns)

    @property
    def together(self) -> int:
        """The number of its first lines that must fit on the sheet where it begins."""
        return self.length if self.drawing else min(self.length, TOGETHER)


@attrs.frozen(kw_only=True)
class Text:
    """One line of text and its position."""

    x: float
    y: float
    """The position of the baseline."""
    text: str
    lettering: Lettering


@attrs.frozen(kw_only=True)
class Drawing:
    """The drawing of a signature, and the position of its top left corner."""

    x: float
    y: float
    path: str


@attrs.define(kw_only=True)
class Sheet:
    """The content of one sheet, in reading order."""

    texts: list[Text] = attrs.field(factory=list)
    hairlines: list[float] = attrs.field(factory=list)
    """The vertical position of each hairline."""
    bookmarks: list[tuple[float, str]] = attrs.field(factory=list)
    drawings: list[Drawing] = attrs.field(factory=list)


def divide(strips: Sequence[Strip]) -> list[Sheet]:
    """Place strips below each other on sheets. A strip continues on the next sheet if the sheet is full."""
    sheets, y = [Sheet()], TOP
    for number, strip in enumerate(strips):
        if y > TOP and y + _needed(strips, number) > BOTTOM:
            sheets.append(Sheet())
            y = TOP
        if y > TOP:
            if strip.ruled:
                sheets[-1].hairlines.append(y + strip.before / 2)
            y += strip.before
        if strip.bookmark:
            sheets[-1].bookmarks.append((y, strip.bookmark))
        if strip.drawing:
            sheets[-1].drawings.append(Drawing(x=LEFT + strip.columns[0].x, y=y, path=strip.drawing))
        begin = 0
        while begin < strip.length:
            fitting = int((BOTTOM - y) // strip.leading)
            _place(sheets[-1], strip, begin, begin + fitting, y)
            y += min(fitting, strip.length - begin) * strip.leading
            begin += fitting
            if begin < strip.length:
                sheets.append(Sheet())
                y = TOP
    return sheets


def _needed(strips: Sequence[Strip], number: int) -> float:
    """Return the room that a strip needs on a sheet to begin there, with the strips that it is kept with.

    Strips that need more than half a sheet together are not kept together: the white space would look like the end.
    """
    strip = strips[number]
    if strip.keep and number + 1 < len(strips):
        kept = strip.before + strip.length * strip.leading + _needed(strips, number + 1)
        if kept <= (BOTTOM - TOP) / 2:
            return kept
    return strip.before + strip.together * strip.leading


def _place(sheet: Sheet, strip: Strip, begin: int, end: int, y: float) -> None:
    """Place some lines of a strip on a sheet, column by column, which is the reading order."""
    for column in strip.columns:
        for number, line in enumerate(column.lines[begin:end]):
            # The baseline, a little above the bottom of the line.
            base = y + number * strip.leading + column.lettering.size
            sheet.texts.append(Text(x=LEFT + column.x, y=base, text=line, lettering=column.lettering))
