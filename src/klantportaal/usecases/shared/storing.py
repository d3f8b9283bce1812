"""Storing files. A file is stored before the row that refers to it is written (AL-3)."""

from collections.abc import Iterable, Iterator
from itertools import chain
from uuid import UUID

from klantportaal.domain import uploads
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.file_contents import HEAD
from klantportaal.domain.uploads import UploadLimits
from klantportaal.domain.values import FileKey, OfficeId
from klantportaal.ports.files import Files
from klantportaal.ports.secrets import Ids


def file_key(office_id: OfficeId, id: UUID) -> FileKey:
    """Make the key of a new file from ids only (AT-4): 65 characters of ``0-9a-f-``."""
    return FileKey(f"{office_id.hex}-{id.hex}")


def store(files: Files, key: FileKey, *, name: str, media_type: str, blocks: Iterable[bytes]) -> StoredFile:
    """Stream a file into the files port. After any error, also one that *blocks* raises, nothing is kept.

    Raises:
        TypeError: a block is not bytes.
        StorageFull: there is no space.
        Unavailable: the files port cannot be used now.
    """
    written = files.write(key, only_bytes(blocks))
    return StoredFile(key=key, name=name, media_type=media_type, size=written.size, sha256=written.sha256)


def store_picture(
    files: Files, ids: Ids, office_id: OfficeId, limits: UploadLimits, *, name: str, blocks: Iterable[bytes]
) -> StoredFile:
    """Check and store a picture of an office: PNG or JPEG, within the limits.

    Raises:
        Refused: the file is empty, too large, or neither PNG nor JPEG.
        StorageFull, Unavailable: it could not be stored.
    """
    shown = uploads.shown_name(name)
    head, rest = head_of(blocks)
    accepted = uploads.accept(shown, head, limits.types)
    whole = uploads.within(chain([head], rest), shown, limits.file_size)
    key = file_key(office_id, ids.new())
    return store(files, key, name=accepted.name, media_type=accepted.media_type, blocks=whole)


def only_bytes(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the blocks, and check each of them (AL-5).

    Raises:
        TypeError: a block is not bytes.
    """
    for block in blocks:
        if not isinstance(block, bytes):
            raise TypeError(f"blocks must be bytes, each of them, not {type(block).__name__}")
        yield block


def head_of(blocks: Iterable[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Read enough blocks to recognise the type of a file. Give these bytes, and the iterator of the other blocks."""
    rest = only_bytes(blocks)
    head = b""
    for block in rest:
        head += block
        if len(head) >= HEAD:
            break
    return head, rest
