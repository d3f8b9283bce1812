"""Makes the logo of an office small, on white, for mails and PDFs (OF-3). Logos come as they were stored."""

import functools
import io

import attrs

WIDTH, HEIGHT = 600, 144
"""The room of a small logo, in pixels: enough for 300 an inch on paper, and for sharp screens."""
MOST_PIXELS = 25_000_000
"""The largest picture that is read. A small file can be a picture that fills the memory."""


@attrs.frozen(kw_only=True)
class SmallLogo:
    """A logo that fits the room of small logos."""

    png: bytes = attrs.field(repr=False)
    width: int
    """In pixels, as is the height."""
    height: int

    def fitted(self, width: float, height: float) -> tuple[float, float]:
        """Give the width and the height at which it fills a box without being stretched."""
        scale = min(width / self.width, height / self.height)
        return self.width * scale, self.height * scale


@functools.lru_cache(maxsize=64)
def small_logo(content: bytes) -> SmallLogo | None:
    """Make a logo small. None if the picture is damaged or too large to be read: mails and PDFs go without it.

    Cached: many mails have one logo. The same logo always gives the same bytes.
    """
    from PIL import Image, ImageOps  # Imported here: few processes write a mail or a PDF with a logo.

    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as stored:
            if stored.width * stored.height > MOST_PIXELS:
                return None
            picture = ImageOps.exif_transpose(stored).convert("RGBA")
    except Exception:  # noqa: BLE001 - a damaged picture raises errors of many kinds, also ones that are not documented
        return None
    picture.thumbnail((WIDTH, HEIGHT))
    on_white = Image.new("RGB", picture.size, "white")
    on_white.paste(picture, mask=picture)
    written = io.BytesIO()
    on_white.save(written, "PNG", optimize=True)
    return SmallLogo(png=written.getvalue(), width=picture.width, height=picture.height)
