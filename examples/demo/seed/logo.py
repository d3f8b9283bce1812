"""The office's logo. It is drawn by code, so the repository has no picture of it."""

import io

from PIL import Image, ImageDraw, ImageFont

SIZE = 256


def logo(colour: str) -> bytes:
    """Draw a monogram in a ring, as a PNG with a transparent background."""
    picture = Image.new("RGBA", (SIZE * 4, SIZE * 4))
    draw = ImageDraw.Draw(picture)
    edge = SIZE * 4 - 1
    draw.ellipse((0, 0, edge, edge), fill=colour)
    draw.ellipse((56, 56, edge - 56, edge - 56), outline="white", width=16)
    draw.text((SIZE * 2, SIZE * 2), "VM", fill="white", anchor="mm", font=ImageFont.load_default(380))
    written = io.BytesIO()
    # Drawn at four times the size and scaled down, for smooth edges.
    picture.resize((SIZE, SIZE), Image.Resampling.LANCZOS).save(written, "PNG", optimize=True)
    return written.getvalue()
