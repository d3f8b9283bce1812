"""The small logos of mails and PDFs."""

import io

import pytest
from PIL import Image

from klantportaal.adapters.logos import HEIGHT, MOST_PIXELS, WIDTH, small_logo
from klantportaal.testing.contracts.logos import PNG, a_picture


def written(picture: Image.Image, kind: str = "PNG", **settings: object) -> bytes:
    """Write a picture as a file."""
    file = io.BytesIO()
    picture.save(file, kind, **settings)
    return file.getvalue()


@pytest.mark.parametrize(
    "size, small",
    [((1200, 288), (600, 144)), ((6000, 100), (600, 10)), ((100, 1000), (14, 144)), ((32, 32), (32, 32))],
)
def test_a_logo_fits(size: tuple[int, int], small: tuple[int, int]) -> None:
    """OF-3: a logo is made as small as fits, is not stretched, and is not enlarged."""
    logo = small_logo(a_picture(*size))
    assert logo is not None
    assert (logo.width, logo.height) == small
    assert Image.open(io.BytesIO(logo.png)).size == small
    assert logo.width <= WIDTH
    assert logo.height <= HEIGHT


def test_a_logo_stands_on_white() -> None:
    """OF-3: what a logo lets through is white, as in a mail app that turns colours round in the dark."""
    logo = small_logo(written(Image.new("RGBA", (20, 20), (0, 0, 0, 0))))
    assert logo is not None
    picture = Image.open(io.BytesIO(logo.png))
    assert (picture.mode, picture.getpixel((5, 5))) == ("RGB", (255, 255, 255))


def test_jpegs_of_every_kind() -> None:
    """OF-3: a JPEG for print (CMYK) is read, and one that a camera turned is upright."""
    assert small_logo(written(Image.new("CMYK", (40, 20)), "JPEG")) is not None
    turned = Image.Exif()
    turned[0x0112] = 6
    logo = small_logo(written(Image.new("RGB", (40, 20)), "JPEG", exif=turned))
    assert logo is not None
    assert (logo.width, logo.height) == (20, 40)


@pytest.mark.parametrize(
    "content",
    [
        PNG,
        PNG + bytes(100),
        a_picture(40, 20)[:-30],
        b"GIF89a" + bytes(100),
        written(Image.new("RGB", (99, 99)), "JPEG")[:200],
        written(Image.new("1", (MOST_PIXELS // 5000 + 1, 5000))),
    ],
    ids=["no header", "zeros", "cut off", "another type", "half a JPEG", "too many pixels"],
)
def test_what_cannot_be_read_is_left_out(content: bytes) -> None:
    """OF-3: a damaged logo, or one that would fill the memory, is left out. Nothing fails."""
    assert small_logo(content) is None


def test_the_box_of_a_logo() -> None:
    """OF-3: a logo fills its box in one direction."""
    logo = small_logo(a_picture(300, 100))
    assert logo is not None
    assert logo.fitted(120, 34) == pytest.approx((102, 34))
    assert logo.fitted(60, 34) == pytest.approx((60, 20))
