"""Every sender and writer of SMSs keeps every promise; over a real HTTP gateway where one is needed."""

from collections.abc import Callable

import pytest

from klantportaal.adapters.sms.memory import MemorySmsSender
from klantportaal.ports.sms import Sms, SmsRefused, SmsUnavailable
from klantportaal.testing.contracts.sms import SMS, SmsSenderContract


class TestMemorySmsSender(SmsSenderContract):
    """Memory against the contract."""

    @pytest.fixture
    def sender(self) -> MemorySmsSender:
        """Give a sender."""
        return MemorySmsSender()

    @pytest.fixture
    def delivered(self, sender: MemorySmsSender) -> Callable[[], list[Sms]]:
        """Give what it sent."""
        return lambda: sender.sent

    def test_it_refuses_as_told(self, sender: MemorySmsSender) -> None:
        """TS-1: tests can have a number refused, and the gateway down, without a gateway."""
        sender.refuse(SMS.to)
        with pytest.raises(SmsRefused):
            sender.send(SMS, key="k1")
        sender.down = True
        with pytest.raises(SmsUnavailable):
            sender.send(SMS, key="k1")
        assert sender.sent == []
