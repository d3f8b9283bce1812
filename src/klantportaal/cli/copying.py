"""Copying all stored files from one place to another, such as from a folder to an object store."""

from collections.abc import Callable
from datetime import UTC, datetime

import attrs

from klantportaal.domain.errors import FileDamaged
from klantportaal.domain.values import FileKey
from klantportaal.ports.files import Files


@attrs.define
class Copied:
    """What was copied."""

    copied: int = 0
    """The number of copies that were made."""
    damaged: list[FileKey] = attrs.field(factory=list)
    """The files that are damaged in the source, and were left out."""


def copy_files(source: Files, target: Files, *, progress: Callable[[int], object] = lambda _files: None) -> Copied:
    """Copy the files that *target* does not have. Nothing is removed from *source* meanwhile.

    Args:
        source: has the files.
        target: gets the copies.
        progress: called with the number of files so far, after each.

    Raises:
        Conflict: *target* has a file of the same key and of another size.
        StorageFull, Unavailable: one of the places cannot be used now. The copies so far stay.
    """
    found = Copied()
    with source.keeping():
        for number, key in enumerate(source.keys(before=datetime.now(UTC)), start=1):
            try:
                if not _has(target, key, size=source.state(key).size):
                    target.write(key, source.read(key))
                    found.copied += 1
            except FileDamaged:
                found.damaged.append(key)
            progress(number)
    return found


def _has(files: Files, key: FileKey, *, size: int) -> bool:
    try:
        return files.state(key).size == size
    except FileDamaged:
        return False
