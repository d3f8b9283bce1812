"""Tests the promises of ``klantportaal.ports.pictures``. The pictures are made with the extra ``heic``.

Inherit ``PicturesContract`` and provide a fixture ``pictures``, and ``slow`` of ``promises``::

    class TestOurPictures(PicturesContract):
        @pytest.fixture
        def pictures(self) -> OurPictures:
            return OurPictures()

        @pytest.fixture
        def slow(self) -> OurPictures:
            return OurPictures(program="/usr/local/bin/never-answers", timeout=0.1)
"""

import io
import struct
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from klantportaal.extras import extra
from klantportaal.ports.pictures import Pictures
from klantportaal.testing.contracts.promises import Contract, given_up

with extra("heic", "the contract of pictures"):
    from PIL import Image
    from pillow_heif import register_heif_opener

RED, BLUE = (200, 30, 30), (30, 30, 200)
WIDTH, HEIGHT = 160, 96
_ORIENTATION, _MAKE, _GPS = 0x0112, 0x010F, 0x8825
_LIKE = 40
"""How much each colour of a pixel may differ: both formats lose some."""
SECRETS = (b"Camera of Jan", b"written-by-jan", b"profile-of-jan")
"""What is told beside the picture: in EXIF, in XMP, and in place of a colour profile."""


def half_red(*, size: tuple[int, int] = (WIDTH, HEIGHT)) -> "Image.Image":
    """Draw a picture whose left half is red and whose right half is blue."""
    drawn = Image.new("RGB", size, BLUE)
    drawn.paste(RED, (0, 0, size[0] // 2, size[1]))
    return drawn


def heic(*drawn: "Image.Image", orientation: int = 1, told: bool = False) -> bytes:
    """Make a HEIC file of pictures. The first is the one that is shown.

    Args:
        drawn: the pictures. Without any, it is half red.
        orientation: how the camera was held, as in EXIF.
        told: whether the file also tells who took the picture, and where.
    """
    first, *others = drawn or (half_red(),)
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    beside: dict[str, object] = {}
    if told:
        exif[_MAKE] = SECRETS[0].decode()
        exif.get_ifd(_GPS).update({1: "N", 2: (52.0, 5.0, 27.0), 3: "E", 4: (5.0, 7.0, 18.0)})
        beside.update(xmp=SECRETS[1], icc_profile=SECRETS[2], icc_profile_type="prof")
    register_heif_opener()
    made = io.BytesIO()
    first.save(made, "HEIF", quality=80, exif=exif.tobytes(), save_all=True, append_images=others, **beside)
    return made.getvalue()


def saying(file: bytes, width: int, height: int) -> bytes:
    """Let the header of a HEIC file say another size in pixels (ISO/IEC 23008-12, 6.5.3)."""
    at = file.index(b"ispe") + 8
    return file[:at] + struct.pack(">II", width, height) + file[at + 8 :]


def damaged() -> Mapping[str, bytes]:
    """Give files of which no JPEG can be made, by what is wrong with them."""
    whole = heic()
    return {
        "nothing": b"",
        "half": whole[: len(whole) // 2],
        "its beginning": whole[:200],
        "garbage behind the mark": whole[:32] + bytes(range(256)) * 8,
        "text": b"Beste klant",
        "a bomb": saying(whole, 60_000, 60_000),
        "larger than it says": saying(whole, 16, 16),
    }


def seen(made: bytes | None) -> "Image.Image":
    """Open a JPEG that was made."""
    assert made is not None, "no JPEG was made"
    opened = Image.open(io.BytesIO(made))
    assert opened.format == "JPEG", f"{opened.format} was made"
    return opened


def is_like(found: object, expected: tuple[int, int, int]) -> bool:
    """Tell whether a pixel has about the colour that it should have."""
    return isinstance(found, tuple) and all(
        abs(one - other) < _LIKE for one, other in zip(found, expected, strict=True)
    )


class PicturesContract(Contract):
    """The promises of what makes pictures, as tests."""

    def test_a_picture(self, pictures: Pictures) -> None:
        """NW-3: a JPEG is made of a HEIC file: the same picture."""
        made = seen(pictures.jpeg(heic()))
        assert made.size == (WIDTH, HEIGHT)
        assert is_like(made.getpixel((WIDTH // 4, HEIGHT // 2)), RED)
        assert is_like(made.getpixel((WIDTH * 3 // 4, HEIGHT // 2)), BLUE)

    def test_it_is_turned(self, pictures: Pictures) -> None:
        """NW-3: a picture is turned as its camera says: what was left comes on top."""
        made = seen(pictures.jpeg(heic(orientation=6)))
        assert made.size == (HEIGHT, WIDTH)
        assert is_like(made.getpixel((HEIGHT // 2, WIDTH // 4)), RED)

    def test_nothing_else_is_passed_on(self, pictures: Pictures) -> None:
        """NW-3: a JPEG tells nothing of who made the picture and where: no EXIF, XMP, profile or comment is in it."""
        content = heic(told=True, orientation=6)
        assert [each for each in SECRETS if each not in content] == []
        made = pictures.jpeg(content)
        opened = seen(made)
        assert dict(opened.getexif()) == {}
        assert {"exif", "xmp", "icc_profile", "comment"} & set(opened.info) == set()
        assert [each for each in SECRETS if each in (made or b"")] == []

    def test_the_first_picture(self, pictures: Pictures) -> None:
        """NW-3: of a file with several pictures, the first is shown, and it alone."""
        sizes = ((WIDTH, HEIGHT), (WIDTH * 2, HEIGHT * 2))
        made = seen(pictures.jpeg(heic(*(half_red(size=size) for size in sizes))))
        assert (made.size, getattr(made, "n_frames", 1)) == (sizes[0], 1)

    @pytest.mark.parametrize(
        "what",
        ["nothing", "half", "its beginning", "garbage behind the mark", "text", "a bomb", "larger than it says"],
    )
    def test_what_cannot_be_shown(self, pictures: Pictures, what: str) -> None:
        """NW-3: a file that is damaged, or says a wrong size, or is something else, gives None: it is downloaded."""
        assert pictures.jpeg(damaged()[what]) is None, f"a picture was made of {what}"

    def test_after_a_damaged_file(self, pictures: Pictures) -> None:
        """NW-3: a damaged file does not affect the next one, nor one at the same moment."""
        files = [damaged()["half"], heic()] * 2
        with ThreadPoolExecutor(len(files)) as pool:
            made = list(pool.map(pictures.jpeg, files))
        assert [each is None for each in made] == [True, False] * 2

    def test_a_slow_picture_is_given_up(self, slow: Pictures) -> None:
        """NW-3: an adapter has a time limit of its own for a picture that takes long. It then gives None."""
        promise = "NW-3: `jpeg` gives up in its own time limit on a picture that takes long"
        assert given_up(promise, lambda: slow.jpeg(heic()), patience=self.patience) is None
