"""Remembers for a while which stored files were read through and found sound, or damaged (DC-4).

So a file that is known to be damaged is told before a download starts, and a part of a file that is known to be sound
can be sent without reading the whole file again.
"""

import hashlib
import logging
from collections import OrderedDict
from datetime import datetime, timedelta

import attrs

from klantportaal.domain.documents import StoredFile
from klantportaal.domain.errors import FileDamaged
from klantportaal.domain.values import FileKey
from klantportaal.forking import Lock
from klantportaal.log_events import EventLog
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import Files, FileState
from klantportaal.usecases.shared.repetitions import Failures

_LOG = EventLog(__name__)
REMEMBERED = timedelta(minutes=10)
"""How long a file that was read through counts as read, if its size and modification time stay the same."""
MOST = 10_000
"""The number of files that are remembered."""


@attrs.frozen(kw_only=True)
class _Found:
    """What reading a file through showed."""

    state: FileState
    sha256: bytes
    until: datetime


@attrs.frozen(kw_only=True)
class VerifiedFiles:
    """The files of a portal, as far as this process has read them."""

    _files: Files
    _clock: Clock
    _found: OrderedDict[FileKey, _Found] = attrs.field(factory=OrderedDict, init=False)
    _failures: Failures = attrs.field(factory=Failures, init=False)
    _lock: Lock = attrs.field(factory=Lock, init=False)

    def expect_sound(self, file: StoredFile) -> FileState:
        """Give the state of a file, and refuse it if it is known to be damaged. This does not read the file.

        Raises:
            FileDamaged: the file is missing, has another size, or was found damaged and not written since.
            Unavailable: the file cannot be reached now.
        """
        state = self._files.state(file.key)
        if state.size != file.size or self._is_known_as(file, state) is False:
            raise self.damaged(file)
        return state

    def verify(self, file: StoredFile) -> FileState:
        """Read a file through, unless this was done lately, and compare it with what was stored.

        Raises:
            FileDamaged: the file is missing, or its size or SHA-256 differs.
            Unavailable: the file cannot be read now.
        """
        state = self.expect_sound(file)
        if self._is_known_as(file, state) is None:
            digest = hashlib.sha256()
            for block in self._files.read(file.key):
                digest.update(block)
            self.note(file, state, sha256=digest.digest())
            return self.expect_sound(file)
        return state

    def note(self, file: StoredFile, state: FileState, *, sha256: bytes) -> None:
        """Remember the SHA-256 that reading a file through gave."""
        found = _Found(state=state, sha256=sha256, until=self._clock.now() + REMEMBERED)
        if sha256 == file.sha256:
            self._failures.end(file.key)
        with self._lock:
            self._found[file.key] = found
            self._found.move_to_end(file.key)
            if len(self._found) > MOST:
                self._found.popitem(last=False)

    def damaged(self, file: StoredFile) -> FileDamaged:
        """Log that a file is damaged, at growing intervals (AL-6), and give the error."""
        if (times := self._failures.add(file.key)) is not None:
            text = "file %(file_key)s is not what was stored: restore it from a backup (time %(times)d)"
            _LOG.log(logging.ERROR, "file_damaged", text, file_key=file.key, times=times)
        return FileDamaged(f"file {file.key} is not what was stored")

    def _is_known_as(self, file: StoredFile, state: FileState) -> bool | None:
        """Tell whether a file was found to be what was stored. None if not known, or if it was written since."""
        found = self._found.get(file.key)
        if found is None or found.state != state or found.until <= self._clock.now():
            return None
        return found.sha256 == file.sha256
