"""QR codes, drawn as SVG in the page."""

from markupsafe import Markup


def draw(text: str) -> Markup:
    """Draw a text as a QR code: dark on light in every colour scheme, as cameras need."""
    import segno  # Imported late: few pages need it.

    drawn = segno.make(text, error="m", micro=False)
    # Safe: the markup has digits and fixed words only; the text is drawn as squares.
    return Markup(drawn.svg_inline(scale=5, border=4, dark="#000", light="#fff", omitsize=False))  # noqa: S704
