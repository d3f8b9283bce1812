"""Mail that is kept in memory and never sent, for tests and experiments."""

from klantportaal.adapters.mail import building
from klantportaal.forking import Lock
from klantportaal.ports.mail import Mail, MailUnavailable, Undeliverable


class MemorySender:
    """Keeps the mails in memory instead of sending them."""

    def __init__(self) -> None:
        self.by_key: dict[str, Mail] = {}
        """The mails that were sent, by their key."""
        self.down = False
        """While true, `send` raises `MailUnavailable`."""
        self._refused: set[str] = set()
        self._lock = Lock()

    @property
    def sent(self) -> list[Mail]:
        """The mails that were sent, oldest first."""
        with self._lock:
            return list(self.by_key.values())

    def refuse(self, address: str) -> None:
        """Make `send` raise `Undeliverable` for an address from now on."""
        self._refused.add(address)

    def send(self, mail: Mail, *, key: str) -> None:
        """Keep a mail, unless there is one with the same key."""
        if self.down:
            raise MailUnavailable("connection refused")
        building.require_one_address(mail)
        if mail.to in self._refused:
            raise Undeliverable(f"550 5.1.1 no such mailbox: {mail.to}")
        with self._lock:
            self.by_key.setdefault(key, mail)
