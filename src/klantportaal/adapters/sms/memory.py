"""SMSs that are kept in memory and never sent, for tests and experiments."""

from klantportaal.domain.texting import is_e164
from klantportaal.forking import Lock
from klantportaal.ports.sms import Sms, SmsRefused, SmsUnavailable


class MemorySmsSender:
    """Keeps the SMSs in memory instead of sending them."""

    def __init__(self) -> None:
        self.by_key: dict[str, Sms] = {}
        """The SMSs that were sent, by their key."""
        self.down = False
        """While true, `send` raises `SmsUnavailable`."""
        self._refused: set[str] = set()
        self._lock = Lock()

    @property
    def sent(self) -> list[Sms]:
        """The SMSs that were sent, oldest first."""
        with self._lock:
            return list(self.by_key.values())

    def refuse(self, number: str) -> None:
        """Make `send` raise `SmsRefused` for a number from now on."""
        self._refused.add(number)

    def send(self, sms: Sms, *, key: str) -> None:
        """Keep an SMS, unless there is one with the same key."""
        if self.down:
            raise SmsUnavailable("connection refused")
        if not is_e164(sms.to):
            raise SmsRefused("not one number as E.164 has it")
        if sms.to in self._refused:
            raise SmsRefused("the number does not exist")
        with self._lock:
            self.by_key.setdefault(key, sms)
