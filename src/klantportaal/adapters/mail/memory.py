"""Mail that is kept in memory and never sent, for tests and experiments."""

from klantportaal.adapters.mail import building
from klantportaal.domain.mail_replies import is_final
from klantportaal.forking import Lock
from klantportaal.ports.mail import Mail, MailServerUnavailable, MailUnavailable, Undeliverable


class MemorySender:
    """Keeps the mails in memory instead of sending them."""

    def __init__(self) -> None:
        self.by_key: dict[str, Mail] = {}
        """The mails that were sent, by their key."""
        self.down = False
        """While true, `send` raises `MailServerUnavailable`."""
        self._replies: dict[str, str] = {}
        self._lock = Lock()

    @property
    def sent(self) -> list[Mail]:
        """The mails that were sent, oldest first."""
        with self._lock:
            return list(self.by_key.values())

    def refuse(self, address: str, reply: str = "550 5.1.1 no such mailbox") -> None:
        """Make `send` refuse an address from now on, as if a mail server replied so to it."""
        self._replies[address] = reply

    def accept(self, address: str) -> None:
        """Make `send` accept an address again."""
        self._replies.pop(address, None)

    def send(self, mail: Mail, *, key: str) -> None:
        """Keep a mail, unless there is one with the same key."""
        if self.down:
            raise MailServerUnavailable("connection refused")
        building.require_one_address(mail)
        if (reply := self._replies.get(mail.to)) is not None:
            code, _space, text = reply.partition(" ")
            raise (Undeliverable if is_final(int(code), text, to_recipient=True) else MailUnavailable)(reply)
        with self._lock:
            self.by_key.setdefault(key, mail)

    def close(self) -> None:
        """Do nothing: nothing is kept open."""
