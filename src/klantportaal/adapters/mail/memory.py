"""Mail that goes nowhere: for tests, and for trying things out."""

from klantportaal.adapters.mail import building
from klantportaal.forking import Lock
from klantportaal.ports.mail import Mail, MailUnavailable, Undeliverable


class MemorySender:
    """Keeps what was sent."""

    def __init__(self) -> None:
        self.by_key: dict[str, Mail] = {}
        """What was sent, by its key."""
        self.down = False
        """While true, the mail server cannot be reached."""
        self._refused: set[str] = set()
        self._lock = Lock()

    @property
    def sent(self) -> list[Mail]:
        """What was sent, oldest first."""
        with self._lock:
            return list(self.by_key.values())

    def refuse(self, address: str) -> None:
        """Refuse an address for good from now on."""
        self._refused.add(address)

    def send(self, mail: Mail, *, key: str) -> None:
        """Keep a mail, unless one was kept under its key."""
        if self.down:
            raise MailUnavailable("connection refused")
        building.require_one_address(mail)
        if mail.to in self._refused:
            raise Undeliverable(f"550 5.1.1 no such mailbox: {mail.to}")
        with self._lock:
            self.by_key.setdefault(key, mail)
