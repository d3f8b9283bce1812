"""Files with which a scanner and its limits are tested (AT-3)."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from klantportaal.domain.scanning import TEST_FILE
from klantportaal.domain.uploads import MEBIBYTE

_UNPACKED = 2047 * MEBIBYTE
"""The size of a part that is over every limit that clamd can have, and that needs no ZIP64."""


def infected(size: int) -> Iterator[bytes]:
    """Make a file of *size* bytes in which every scanner finds a virus: an archive with the EICAR file, and zeros."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writing:
        writing.writestr(zipfile.ZipInfo("eicar.com"), TEST_FILE)
    yield archive.getvalue()
    left = size - len(archive.getvalue())
    while left > 0:
        yield bytes(min(left, MEBIBYTE))
        left -= MEBIBYTE


def infected_beside_protected() -> Iterator[bytes]:
    """Make an archive with an encrypted part (APPNOTE.TXT 4.3.7, 4.3.12 and 4.4.4, bit 0), and then the EICAR file."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writing:
        writing.writestr(zipfile.ZipInfo("protected"), b"no password opens this")
        writing.writestr(zipfile.ZipInfo("eicar.com"), TEST_FILE)
    content = bytearray(archive.getvalue())
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(header) + flags] |= 1
    yield bytes(content)


def expanding() -> Iterator[bytes]:
    """Make an archive of 2 MB with one part of 2 GiB of zeros (APPNOTE.TXT 4.3.7, 4.3.12, 4.3.16). It has no CRC."""
    packing = zlib.compressobj(9, zlib.DEFLATED, -15)
    each = packing.compress(bytes(MEBIBYTE)) + packing.flush(zlib.Z_FULL_FLUSH)
    packed = each * (_UNPACKED // MEBIBYTE) + packing.flush()
    common = (20, 0, zipfile.ZIP_DEFLATED, 0, 33, 0, len(packed), _UNPACKED, 1)
    local = struct.pack("<4s5H3I2H", b"PK\x03\x04", *common, 0) + b"a"
    central = struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, *common, 0, 0, 0, 0, 0, 0) + b"a"
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, len(central), len(local) + len(packed), 0)
    yield from (local, packed, central, end)
