"""Files go into the files port before the row that names them is written (AL-3)."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from klantportaal.domain.documents import StoredFile
from klantportaal.domain.uploads import HEAD
from klantportaal.domain.values import FileKey, OfficeId
from klantportaal.ports.files import Files


def file_key(office_id: OfficeId, id: UUID) -> FileKey:
    """Make the key of a new file, out of ids alone (AT-4): 65 characters of ``0-9a-f-``."""
    return FileKey(f"{office_id.hex}-{id.hex}")


def store(files: Files, key: FileKey, *, name: str, media_type: str, blocks: Iterable[bytes]) -> StoredFile:
    """Stream a file into the files port.

    Raises:
        TypeError: a block is not bytes; nothing is kept then.
        StorageFull, Unavailable: and whatever *blocks* raises; nothing is kept then.
    """
    written = files.write(key, only_bytes(blocks))
    return StoredFile(key=key, name=name, media_type=media_type, size=written.size, sha256=written.sha256)


def only_bytes(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Pass blocks on, and check each as it comes (AL-5).

    Raises:
        TypeError: one is not bytes.
    """
    for block in blocks:
        if not isinstance(block, bytes):
            raise TypeError(f"blocks must be bytes, each of them, not {type(block).__name__}")
        yield block


def head_of(blocks: Iterable[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Take blocks off until they tell what a file is; give those as one, and the blocks that are left."""
    rest = only_bytes(blocks)
    head = b""
    for block in rest:
        head += block
        if len(head) >= HEAD:
            break
    return head, rest
