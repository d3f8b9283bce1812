"""Mail as files in a folder: for demonstrations, and for vendors whose own machinery sends it from there."""

import os
import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from klantportaal.adapters.mail import building
from klantportaal.ports.mail import Mail, MailUnavailable


class FolderSender:
    """Writes each mail to an ``.eml`` file, named by its moment and key, for its owner's eyes only.

    Whoever picks files up may look for ``*.eml`` at any moment: each is whole. One process writes to a folder; two may
    write the same mail twice, under the same Message-ID.
    """

    def __init__(self, folder: Path, *, sender: str = "klantenportaal@portaal.test") -> None:
        building.require_sender(sender)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._sender = sender
        self._lock = Lock()

    def send(self, mail: Mail, *, key: str) -> None:
        """Write a mail to its file, unless there is one with its key."""
        envelope = building.build(mail, key=key, sender=self._sender)
        digest = building.digest(key)
        try:
            with self._lock:
                if not any(self._folder.glob(f"*-{digest}.eml")):
                    self._write(f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{digest}.eml", envelope.to_bytes())
        except OSError as error:
            raise MailUnavailable(building.told(["the folder for mail cannot be written:", str(error)])) from error

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
