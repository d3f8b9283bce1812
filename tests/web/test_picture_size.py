"""The size of a logo, for the place that a page keeps for it."""

import struct

from hypothesis import example, given
from hypothesis import strategies as st

from klantportaal.adapters.web.pages.picture_size import PNG, picture_size

SIDES = st.integers(1, 65_535)


def png(width: int, height: int) -> bytes:
    """Write the beginning of a PNG."""
    return PNG + b"\x00\x00\x00\rIHDR" + struct.pack(">II", width, height) + b"\x08\x06\x00\x00\x00"


def jpeg(width: int, height: int, *before: bytes) -> bytes:
    """Write the beginning of a JPEG, with segments before its frame."""
    segments = b"".join(b"\xff\xe1" + struct.pack(">H", len(each) + 2) + each for each in before)
    return b"\xff\xd8" + segments + b"\xff\xc2\x00\x11\x08" + struct.pack(">HH", height, width) + b"\x03"


@given(width=SIDES, height=SIDES, before=st.lists(st.binary(max_size=300), max_size=3))
def test_what_a_picture_tells(width: int, height: int, before: list[bytes]) -> None:
    """OF-3: the size of a PNG and of a JPEG is found, whatever comes before it in the file."""
    assert picture_size(png(width, height)) == (width, height)
    assert picture_size(jpeg(width, height, *before)) == (width, height)


@given(content=st.binary(max_size=200), cut=st.integers(0, 30))
@example(content=b"", cut=23)
@example(content=b"\xff\xd8\xff\xe1\x00\x00\xff\xe1", cut=8)
def test_what_is_no_picture(content: bytes, cut: int) -> None:
    """OF-3: a file that is cut off, or is no picture, gives no size and no error."""
    picture_size(content)
    picture_size(b"\xff\xd8" + content)
    assert picture_size(png(3, 4)[: min(cut, 23)]) is None
    assert picture_size(jpeg(3, 4)[: min(cut, 10)]) is None
