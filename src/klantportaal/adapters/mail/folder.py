"""Mail as files in a folder, for demonstrations and for vendors with their own mail sender that reads the folder."""

from pathlib import Path

from klantportaal.adapters.mail import building
from klantportaal.adapters.outgoing_folder import OutgoingFolder
from klantportaal.domain.boundary import checked_call
from klantportaal.ports.mail import Mail, MailServerUnavailable


class FolderSender:
    """Writes each mail to an ``.eml`` file with a name made of the time and the key. Only its owner may read the file.

    Each ``*.eml`` file is complete, so another program may read the folder at any time. Only one process may write to
    the folder. Two processes could write the same mail twice, with the same Message-ID.

    Args:
        folder: where the files are written. It is made if it does not exist.
        sender: the address of the sender.

    Raises:
        ValueError: *sender* is not one e-mail address.
    """

    @checked_call
    def __init__(self, folder: Path, *, sender: str = "klantenportaal@portaal.test") -> None:
        building.require_sender(sender)
        self._folder = OutgoingFolder(folder, ending=".eml")
        self._sender = sender

    def send(self, mail: Mail, *, key: str) -> None:
        """Write a mail to a file, unless the folder has a file with the same key."""
        envelope = building.build(mail, key=key, sender=self._sender)
        try:
            self._folder.put(key, envelope.content)
        except OSError as error:
            problem = building.told(["the folder for mail cannot be written:", str(error)])
            raise MailServerUnavailable(problem) from error

    def close(self) -> None:
        """Do nothing: nothing is kept open."""
