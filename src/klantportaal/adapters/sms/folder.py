"""SMSs as files in a folder: for demonstrations, and for vendors whose own machinery sends them from there."""

import json
from datetime import UTC, datetime
from pathlib import Path

from klantportaal.adapters.outgoing_folder import OutgoingFolder
from klantportaal.domain.boundary import checked_call
from klantportaal.domain.texting import is_e164
from klantportaal.ports.sms import Sms, SmsRefused, SmsUnavailable


class FolderSmsSender:
    """Writes each SMS to an ``.sms`` file, named by its moment and key, for its owner's eyes only.

    A file is a JSON object: ``to``, ``text`` and ``at``, the moment as RFC 3339 has it. Whoever picks files up may look
    for ``*.sms`` at any moment: each is whole.
    """

    @checked_call
    def __init__(self, folder: Path) -> None:
        self._folder = OutgoingFolder(folder, ending=".sms")

    def send(self, sms: Sms, *, key: str) -> None:
        """Write an SMS to its file, unless there is one with its key."""
        if not is_e164(sms.to):
            raise SmsRefused("not one number as E.164 has it")
        content = {"to": sms.to, "text": sms.text, "at": datetime.now(UTC).isoformat(timespec="seconds")}
        try:
            self._folder.put(key, json.dumps(content).encode())
        except OSError as error:
            raise SmsUnavailable(f"the folder for SMSs cannot be written: {error}") from error
