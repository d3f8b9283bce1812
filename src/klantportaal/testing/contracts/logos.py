"""Logos for the tests of mails and PDFs."""

import struct
import zlib

PNG = b"\x89PNG\r\n\x1a\n"
"""The beginning of every PNG."""


def a_picture(width: int, height: int, *, shade: int = 90) -> bytes:
    """Write a grey PNG (PNG Specification, 5)."""
    row = b"\0" + bytes([shade]) * width
    parts = {
        b"IHDR": struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0),
        b"IDAT": zlib.compress(row * height),
        b"IEND": b"",
    }
    chunks = (
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts.items()
    )
    return PNG + b"".join(chunks)
