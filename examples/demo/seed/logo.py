"""The office's logo and the picture of its notary. They are drawn by code, so the repository has no pictures."""

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


def portrait(colour: str) -> bytes:
    """Draw a head and shoulders, as a PNG."""
    picture = Image.new("RGB", (SIZE * 4, SIZE * 4), "#dfe7ea")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((152, 640, 872, 1400), fill=colour)
    draw.polygon(((432, 640), (592, 640), (512, 860)), fill="white")
    draw.ellipse((332, 200, 692, 690), fill="#e8b796")
    draw.chord((322, 170, 702, 560), 180, 360, fill="#6b6f73")
    written = io.BytesIO()
    picture.resize((SIZE, SIZE), Image.Resampling.LANCZOS).save(written, "PNG", optimize=True)
    return written.getvalue()
