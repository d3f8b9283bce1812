"""What a stored file consists of, as the objects of a bucket.

::

    files/KEY                      the record: JSON with the size and the SHA-256 of the file and of each part
    files/KEY.ATTEMPT.000000       the first part of the file, and so on

A slash of a key is an underscore here, which no key has. ATTEMPT is 32 random hexadecimal digits of one write.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from klantportaal.domain.errors import FileDamaged
from klantportaal.domain.values import FileKey
from klantportaal.ports.files import KEY

FOLDER = "files"
_FORMAT = 1
_PART = re.compile(r"\.[0-9a-f]{32}\.[0-9]{6,}", re.ASCII)
"""What the name of a part has after that of its record."""
LARGEST = 16 * 1024 * 1024
"""The most bytes that a record may have: that of a file of some hundreds of gigabytes."""


@attrs.frozen(kw_only=True)
class Part:
    """One part of a file."""

    size: int
    """In bytes."""
    sha256: bytes


@attrs.frozen(kw_only=True)
class Record:
    """What was written as one file."""

    attempt: str
    """What the names of its parts have in common."""
    sha256: bytes
    """Of the whole file."""
    parts: tuple[Part, ...]

    @property
    def size(self) -> int:
        """The size of the file in bytes."""
        return sum(each.size for each in self.parts)

    def to_bytes(self) -> bytes:
        """Write it as JSON."""
        parts = [[each.size, each.sha256.hex()] for each in self.parts]
        told = {"format": _FORMAT, "attempt": self.attempt, "sha256": self.sha256.hex(), "parts": parts}
        return json.dumps(told).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> "Record":
        """Read it. Raises: FileDamaged, if this is not the content of a record."""
        try:
            told: dict[str, Any] = json.loads(content)
            if told["format"] != _FORMAT:
                raise ValueError("another format")
            parts = tuple(Part(size=int(size), sha256=bytes.fromhex(sha256)) for size, sha256 in told["parts"])
            if any(each.size < 1 for each in parts):
                raise ValueError("a part without a byte")
            return cls(attempt=str(told["attempt"]), sha256=bytes.fromhex(told["sha256"]), parts=parts)
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            raise FileDamaged("the record of the stored file is not what was stored") from None


def name_of(key: FileKey) -> str:
    """Give the name of a file's record. Raises: ValueError, if this is not a key."""
    if KEY.fullmatch(key) is None:
        raise ValueError(f"not the key of a file: {key!r}")
    return f"{FOLDER}/{key.replace('/', '_')}"


def key_of(name: str) -> FileKey | None:
    """Give the key of a record's name. None if no file has this name, so that the object is another's."""
    key = FileKey(name.removeprefix(f"{FOLDER}/").replace("_", "/"))
    return key if KEY.fullmatch(key) is not None and name_of(key) == name else None


def part_name(name: str, attempt: str, number: int) -> str:
    """Give the name of a part."""
    return f"{name}.{attempt}.{number:06}"


def owner_of(name: str) -> str:
    """Give the name of the record that a part is of. A record's name is given as it is."""
    return name.partition(".")[0]


def is_part(name: str) -> bool:
    """Tell whether an object is a part of a file, by its name."""
    return _PART.fullmatch(name.removeprefix(owner_of(name))) is not None


def attempt_of(name: str) -> str:
    """Give the attempt that a part is of. "" for a record."""
    return ".".join(name.split(".")[1:-1])


def in_parts(blocks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Join blocks to parts of *size* bytes. The last one may be smaller. None is empty."""
    waiting = bytearray()
    for block in blocks:
        rest = memoryview(block)
        while rest:
            taken = size - len(waiting)
            waiting += rest[:taken]
            rest = rest[taken:]
            if len(waiting) == size:
                yield bytes(waiting)
                waiting.clear()
    if waiting:
        yield bytes(waiting)


def sha256(content: bytes | memoryview) -> bytes:
    """Give the SHA-256 of some bytes."""
    return hashlib.sha256(content).digest()
