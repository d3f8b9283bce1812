"""Verifying a stored file and giving its blocks (DC-4)."""

import hashlib
from collections.abc import Callable, Iterator

import attrs

from klantportaal.domain.documents import StoredFile
from klantportaal.domain.errors import FileDamaged
from klantportaal.ports.files import Files


@attrs.frozen(kw_only=True)
class Download:
    """A verified file, ready to send."""

    file: StoredFile
    blocks: Iterator[bytes]
    """Read it to the end, or call `close`. At the end the file counts as downloaded (DC-2)."""

    def close(self) -> None:
        """Cancel the download. After the end this does nothing."""
        close = getattr(self.blocks, "close", None)
        if close is not None:
            close()


def download(files: Files, file: StoredFile, *, at_end: Callable[[], None]) -> Download:
    """Verify a file and give its blocks.

    Args:
        files: the port that has the file.
        file: the file.
        at_end: called after the last block, when the reader asks for another one.

    Raises:
        FileDamaged: the file is missing, or differs from what was stored.
        Unavailable: the file cannot be read now.
    """
    verify(files, file)
    return Download(file=file, blocks=_blocks(files, file, at_end))


def verify(files: Files, file: StoredFile) -> None:
    """Read a file through and compare its size and SHA-256 with what was stored.

    Raises:
        FileDamaged: the file is missing, or its size or SHA-256 differs.
        Unavailable: the file cannot be read now.
    """
    digest = hashlib.sha256()
    size = 0
    for block in files.read(file.key):
        digest.update(block)
        size += len(block)
    if size != file.size or digest.digest() != file.sha256:
        raise FileDamaged(f"file {file.key} is not what was stored")


def _blocks(files: Files, file: StoredFile, at_end: Callable[[], None]) -> Iterator[bytes]:
    """Yield the blocks of the file. It is opened at the first block, so an unstarted download keeps nothing open."""
    yield from files.read(file.key)
    at_end()
