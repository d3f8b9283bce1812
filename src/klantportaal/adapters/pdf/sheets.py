"""Strips of text, divided over sheets of A4. Lengths are in points, from the top left corner of the sheet."""

from collections.abc import Sequence

import attrs

WIDTH, HEIGHT = 595.28, 841.89
LEFT, RIGHT = 68.0, WIDTH - 68.0
TOP, BOTTOM = 62.0, HEIGHT - 78.0
ROOM = RIGHT - LEFT
"""How wide text can be."""
TOGETHER = 3
"""Lines of which none is alone at the foot of a sheet."""


@attrs.frozen(kw_only=True)
class Lettering:
    """How text looks."""

    size: float
    leading: float
    """From line to line."""
    bold: bool = False
    grey: int = 30
    """From 0, black, to 255."""


@attrs.frozen(kw_only=True)
class Column:
    """Lines below one another."""

    lines: tuple[str, ...]
    lettering: Lettering
    x: float = 0.0
    """From the left margin."""


@attrs.frozen(kw_only=True)
class Strip:
    """Columns side by side, of which the first lines are at the same height."""

    columns: tuple[Column, ...]
    before: float = 0.0
    """White above it, save at the head of a sheet."""
    ruled: bool = False
    """Whether a hairline goes through that white."""
    keep: bool = False
    """Whether the strip below must begin on the sheet where this one ends."""
    bookmark: str = ""
    """What the PDF's table of contents calls this place, if it names it."""

    @property
    def leading(self) -> float:
        """Give the distance from line to line."""
        return max(column.lettering.leading for column in self.columns)

    @property
    def length(self) -> int:
        """Count the lines."""
        return max(len(column.lines) for column in self.columns)


@attrs.frozen(kw_only=True)
class Text:
    """One line in its place."""

    x: float
    y: float
    """Of the base line."""
    text: str
    lettering: Lettering


@attrs.define(kw_only=True)
class Sheet:
    """What is on one sheet, in reading order."""

    texts: list[Text] = attrs.field(factory=list)
    hairlines: list[float] = attrs.field(factory=list)
    """The height of each."""
    bookmarks: list[tuple[float, str]] = attrs.field(factory=list)


def divide(strips: Sequence[Strip]) -> list[Sheet]:
    """Put strips on sheets, below one another; a strip goes on on the next sheet where there is no more room."""
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
    """Tell how much room a strip must find on a sheet to begin there, with those that it is kept with.

    What would take half a sheet is not kept together: the white that this leaves would look like the end.
    """
    strip = strips[number]
    if strip.keep and number + 1 < len(strips):
        kept = strip.before + strip.length * strip.leading + _needed(strips, number + 1)
        if kept <= (BOTTOM - TOP) / 2:
            return kept
    return strip.before + min(strip.length, TOGETHER) * strip.leading


def _place(sheet: Sheet, strip: Strip, begin: int, end: int, y: float) -> None:
    """Put some lines of each column on a sheet, column by column, as they are read."""
    for column in strip.columns:
        for number, line in enumerate(column.lines[begin:end]):
            # The base line, a little above the foot of the line's room.
            base = y + number * strip.leading + column.lettering.size
            sheet.texts.append(Text(x=LEFT + column.x, y=base, text=line, lettering=column.lettering))
