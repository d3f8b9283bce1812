"""The office's colour, and the text colour that is readable on it (WCAG 2.2, 1.4.3)."""

WHITE = "#ffffff"
BLACK = "#000000"


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


def stylesheet(colour: str) -> str:
    """Write the office's colours as CSS custom properties."""
    return f":root{{--office-colour:{colour};--office-on-colour:{text_on(colour)}}}\n"


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _linear(part: int) -> float:
    share = part / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
