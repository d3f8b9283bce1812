"""SMSs that go nowhere: for tests, and for trying things out."""

from klantportaal.domain.texting import is_e164
from klantportaal.forking import Lock
from klantportaal.ports.sms import Sms, SmsRefused, SmsUnavailable


class MemorySmsSender:
    """Keeps what was sent."""

    def __init__(self) -> None:
        self.by_key: dict[str, Sms] = {}
        """What was sent, by its key."""
        self.down = False
        """While true, the gateway cannot be reached."""
        self._refused: set[str] = set()
        self._lock = Lock()

    @property
    def sent(self) -> list[Sms]:
        """What was sent, oldest first."""
        with self._lock:
            return list(self.by_key.values())

    def refuse(self, number: str) -> None:
        """Refuse a number for good from now on."""
        self._refused.add(number)

    def send(self, sms: Sms, *, key: str) -> None:
        """Keep an SMS, unless one was kept under its key."""
        if self.down:
            raise SmsUnavailable("connection refused")
        if not is_e164(sms.to):
            raise SmsRefused("not one number as E.164 has it")
        if sms.to in self._refused:
            raise SmsRefused("the number does not exist")
        with self._lock:
            self.by_key.setdefault(key, sms)
