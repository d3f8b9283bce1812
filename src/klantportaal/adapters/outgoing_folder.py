"""A folder for outgoing mails and SMSs, one file each."""

import hashlib
import os
import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from klantportaal.forking import Lock


class OutgoingFolder:
    """Writes each item to a file with a name made of the time and the key. Only its owner may read the file.

    Each file with the ending is complete, so another program may read the folder at any time. Only one process may
    write to the folder. Two processes could write the same key twice.

    Args:
        folder: where the files are written. It is made if it does not exist.
        ending: the ending of the file names, with its dot.
    """

    def __init__(self, folder: Path, *, ending: str) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._ending = ending
        self._lock = Lock()

    def put(self, key: str, content: bytes) -> None:
        """Write a file, unless the folder has a file with the same key.

        Raises:
            OSError: the file cannot be written. Then there is no file with the ending.
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
    """Hash a key to 32 hexadecimal digits, for use outside the portal."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
