"""Writing a ZIP file as a stream of blocks (NW-4).

Python's own zipfile writes it, to a place that keeps no more than a block. It writes ZIP64 records where the sizes ask
for them, names in UTF-8, and the size and CRC of an entry behind its contents. All entries are deflated, since several
programs do not read entries that are stored and have their size behind them. Files of clients are deflated without
compression: PDFs and photos are compressed already.
"""

import zlib
from collections.abc import Generator, Iterable, Iterator
from datetime import datetime
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import attrs

from klantportaal.domain.values import AMSTERDAM
from klantportaal.ports.files import BLOCK

_FILE_MODE = 0o100644 << 16
_FIRST_YEAR, _LAST_YEAR = 1980, 2107
"""The years that the times of entries can have (APPNOTE.TXT 4.4.6)."""


@attrs.frozen(kw_only=True)
class Member:
    """One file of an archive."""

    path: str
    at: datetime
    """The time that it gets as its modification time."""
    size: int
    blocks: Iterator[bytes]
    is_text: bool = False
    """Whether it is made smaller."""


def zipped(members: Iterable[Member]) -> Generator[bytes, None, None]:
    """Yield the blocks of a ZIP file. The last block has the end of its directory: without it, nothing opens the file.

    A member is asked for when the one before it was read to its end.
    """
    place = _Place()
    archive = ZipFile(place, "w")
    for member in members:
        with archive.open(_entry(member), "w") as contents:
            for block in member.blocks:
                contents.write(block)
                if place.size >= BLOCK:
                    yield place.take()
    if place.size:
        yield place.take()
    archive.close()
    yield place.take()


class _Place:
    """Where zipfile writes: what was written is taken away. It cannot seek."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.size = 0

    def write(self, data: bytes) -> int:
        """Keep what is written."""
        self._parts.append(bytes(data))
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Do nothing: what was written can be taken at once."""

    def close(self) -> None:
        """Do nothing: nothing is open."""

    def take(self) -> bytes:
        """Give what was written since the last time."""
        taken = b"".join(self._parts)
        self._parts.clear()
        self.size = 0
        return taken


def _entry(member: Member) -> ZipInfo:
    local = member.at.astimezone(AMSTERDAM)
    year = min(max(local.year, _FIRST_YEAR), _LAST_YEAR)
    entry = ZipInfo(member.path, (year, local.month, local.day, local.hour, local.minute, local.second))
    entry.compress_type = ZIP_DEFLATED
    level = zlib.Z_DEFAULT_COMPRESSION if member.is_text else zlib.Z_NO_COMPRESSION
    entry._compresslevel = level  # type: ignore[attr-defined] # noqa: SLF001 - public from Python 3.13 on, by this name too
    entry.external_attr = _FILE_MODE
    entry.file_size = member.size  # Tells whether its sizes need ZIP64.
    return entry
