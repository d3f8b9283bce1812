"""Reads the size of a logo from its file, so that a page keeps the place of the logo while it loads."""

import struct
from collections.abc import Iterator

Size = tuple[int, int]
"""The width and the height, in pixels."""
PNG = b"\x89PNG\r\n\x1a\n"
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""The markers of a JPEG that tell its size (ITU-T T.81, table B.1)."""


def picture_size(content: bytes) -> Size | None:
    """Return the size of a PNG or a JPEG. None if the file does not tell them."""
    if content.startswith(PNG) and len(content) >= 24:
        width, height = struct.unpack_from(">II", content, 16)
        return width, height
    for marker, at in _segments(content):
        if marker in FRAMES and at + 7 <= len(content):
            height, width = struct.unpack_from(">HH", content, at + 3)
            return width, height
    return None


def _segments(content: bytes) -> Iterator[tuple[int, int]]:
    """Yield the marker of each segment of a JPEG, and where its length stands."""
    at = 2
    while content[:2] == b"\xff\xd8" and at + 4 <= len(content) and content[at] == 0xFF:
        yield content[at + 1], at + 2
        at += 2 + int.from_bytes(content[at + 2 : at + 4])
