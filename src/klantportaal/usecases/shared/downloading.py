"""Giving a stored file out: the whole of it, verified, or an error that says so (DC-4)."""

import hashlib
from collections.abc import Callable, Iterator

import attrs

from klantportaal.domain.documents import StoredFile
from klantportaal.domain.errors import FileDamaged
from klantportaal.ports.files import Files


@attrs.frozen(kw_only=True)
class Download:
    """A verified file, ready to be sent."""

    file: StoredFile
    blocks: Iterator[bytes]
    """To be run to its end, which is when the file counts as downloaded (DC-2), or closed."""

    def close(self) -> None:
        """Give up; harmless after the end."""
        close = getattr(self.blocks, "close", None)
        if close is not None:
            close()


def download(files: Files, file: StoredFile, *, at_end: Callable[[], None]) -> Download:
    """Verify a file and open it; *at_end* is called once its last block was taken and more was asked for.

    Raises:
        FileDamaged: it is missing, or differs from what was stored by even a bit.
        Unavailable: it cannot be reached for now.
    """
    verify(files, file)
    return Download(file=file, blocks=_blocks(files, file, at_end))


def verify(files: Files, file: StoredFile) -> None:
    """Read a file through and compare its size and SHA-256 with what was stored.

    Raises:
        FileDamaged: they differ.
    """
    digest = hashlib.sha256()
    size = 0
    for block in files.read(file.key):
        digest.update(block)
        size += len(block)
    if size != file.size or digest.digest() != file.sha256:
        raise FileDamaged(f"file {file.key} is not what was stored")


def _blocks(files: Files, file: StoredFile, at_end: Callable[[], None]) -> Iterator[bytes]:
    """Give the file's blocks; opened at the first one, so that a download nobody starts holds nothing open."""
    yield from files.read(file.key)
    at_end()
