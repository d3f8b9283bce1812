"""The office's colour in light and in the dark, and the colours of text with it (WCAG 2.2, 1.4.3 and 1.4.11)."""

import attrs

WHITE = "#ffffff"
BLACK = "#000000"
TEXT, SHAPE = 7.0, 3.0
"""The least contrast of text in the office's colour, and of shapes such as buttons."""


@attrs.frozen
class Ground:
    """What is below the office's colour on a page. frontend/src/style/measures.css has the same colours."""

    paper: str
    """The colour of cards."""
    page: str
    """The colour of the page around them."""


LIGHT = Ground(paper=WHITE, page="#f4f5f7")
DARK = Ground(paper="#1a2129", page="#12171d")


@attrs.frozen(kw_only=True)
class Palette:
    """The colours of an office on a ground."""

    fill: str
    """The colour of buttons."""
    on_fill: str
    """The colour of text on them."""
    accent: str
    """The colour of links, icons and marks: the office's own, as far as it is readable."""
    on_accent: str
    soft: str
    """A trace of it, behind text."""
    line: str
    """The lines around that."""


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb``, from 0 (black) to 1 (white)."""
    red, green, blue = (_linear(part) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def text_on(colour: str) -> str:
    """Choose black or white for text on a colour, by the higher contrast."""
    return max((WHITE, BLACK), key=lambda text: contrast(text, colour))


def legible(colour: str, *grounds: str, least: float) -> str:
    """Mix as little black or white into a colour as gives it a contrast with all grounds.

    Args:
        colour: the colour.
        grounds: the colours below it. All of them are light, or all are dark.
        least: the contrast, which black on the light ones, or white on the dark ones, has.
    """
    end = text_on(grounds[0])
    mixed = (mix(colour, end, part / 100) for part in range(101))
    return next(each for each in mixed if all(contrast(each, ground) >= least for ground in grounds))


def mix(one: str, other: str, share: float) -> str:
    """Mix two colours. *share* is the part of the other one, from 0 to 1."""
    parts = zip(_parts(one), _parts(other), strict=True)
    return "#" + "".join(f"{round(own + (new - own) * share):02x}" for own, new in parts)


def palette(colour: str, ground: Ground) -> Palette:
    """Choose the colours of an office on a ground. In light, its buttons have its own colour."""
    readable = legible(colour, ground.paper, ground.page, least=TEXT)
    soft = mix(ground.paper, readable, 0.08)
    accent = legible(readable, ground.paper, ground.page, soft, least=TEXT)
    fill = colour if ground is LIGHT else legible(colour, ground.paper, ground.page, least=SHAPE)
    return Palette(
        fill=fill,
        on_fill=text_on(fill),
        accent=accent,
        on_accent=text_on(accent),
        soft=soft,
        line=mix(ground.paper, accent, 0.3),
    )


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _linear(part: int) -> float:
    share = part / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
