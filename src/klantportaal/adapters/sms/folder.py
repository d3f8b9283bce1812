"""SMSs as files in a folder, for demonstrations and for vendors with their own SMS sender that reads the folder."""

import json
from datetime import UTC, datetime
from pathlib import Path

from klantportaal.adapters.outgoing_folder import OutgoingFolder
from klantportaal.domain.boundary import checked_call
from klantportaal.domain.texting import is_e164
from klantportaal.ports.sms import Sms, SmsRefused, SmsUnavailable


class FolderSmsSender:
    """Writes each SMS to an ``.sms`` file with a name made of the time and the key. Only its owner may read the file.

    A file contains a JSON object with ``to`` (the number), ``text``, and ``at`` (the time, RFC 3339). Each ``*.sms``
    file is complete, so another program may read the folder at any time.

    Args:
        folder: where the files are written. It is made if it does not exist.
    """

    @checked_call
    def __init__(self, folder: Path) -> None:
        self._folder = OutgoingFolder(folder, ending=".sms")

    def send(self, sms: Sms, *, key: str) -> None:
        """Write an SMS to a file, unless the folder has a file with the same key."""
        if not is_e164(sms.to):
            raise SmsRefused("not one number as E.164 has it")
        content = {"to": sms.to, "text": sms.text, "at": datetime.now(UTC).isoformat(timespec="seconds")}
        try:
            self._folder.put(key, json.dumps(content).encode())
        except OSError as error:
            raise SmsUnavailable(f"the folder for SMSs cannot be written: {error}") from error
