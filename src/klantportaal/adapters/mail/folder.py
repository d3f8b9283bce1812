"""Mail as files in a folder: for demonstrations, and for vendors whose own machinery sends it from there."""

from pathlib import Path

from klantportaal.adapters.mail import building
from klantportaal.adapters.outgoing_folder import OutgoingFolder
from klantportaal.domain.boundary import checked_call
from klantportaal.ports.mail import Mail, MailUnavailable


class FolderSender:
    """Writes each mail to an ``.eml`` file, named by its moment and key, for its owner's eyes only.

    Whoever picks files up may look for ``*.eml`` at any moment: each is whole. One process writes to a folder; two may
    write the same mail twice, under the same Message-ID.
    """

    @checked_call
    def __init__(self, folder: Path, *, sender: str = "klantenportaal@portaal.test") -> None:
        building.require_sender(sender)
        self._folder = OutgoingFolder(folder, ending=".eml")
        self._sender = sender

    def send(self, mail: Mail, *, key: str) -> None:
        """Write a mail to its file, unless there is one with its key."""
        envelope = building.build(mail, key=key, sender=self._sender)
        try:
            self._folder.put(key, envelope.to_bytes())
        except OSError as error:
            raise MailUnavailable(building.told(["the folder for mail cannot be written:", str(error)])) from error
