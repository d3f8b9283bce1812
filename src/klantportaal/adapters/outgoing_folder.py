"""A folder for what goes out: mails and SMSs, each a file of its own."""

import hashlib
import os
import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from klantportaal.forking import Lock


class OutgoingFolder:
    """Writes each thing to a file that is named by its moment and key, for its owner's eyes only.

    Whoever picks files up by their ending may do so at any moment: each is whole. One process writes to a folder; two
    may write what has the same key twice.
    """

    def __init__(self, folder: Path, *, ending: str) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._ending = ending
        self._lock = Lock()

    def put(self, key: str, content: bytes) -> None:
        """Write a file, unless there is one with its key.

        Raises:
            OSError: it cannot be written; nothing is left behind.
        """
        name = digest(key)
        with self._lock:
            if not any(self._folder.glob(f"*-{name}{self._ending}")):
                self._write(f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{name}{self._ending}", content)

    def _write(self, name: str, content: bytes) -> None:
        descriptor, temporary = tempfile.mkstemp(dir=self._folder, prefix=".", suffix=".part")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(self._folder / name)
        finally:
            with suppress(OSError):
                Path(temporary).unlink(missing_ok=True)


def digest(key: str) -> str:
    """Give the 32 hexadecimal digits under which a key is known outside."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
