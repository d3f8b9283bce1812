"""The contracts of SMS senders and writers, for each adapter; with a real HTTP gateway where needed."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from klantportaal.adapters.sms.folder import FolderSmsSender
from klantportaal.adapters.sms.memory import MemorySmsSender
from klantportaal.adapters.sms.texts import JinjaSmsWriter
from klantportaal.ports.sms import Sms, SmsRefused, SmsUnavailable
from klantportaal.testing.contracts.promises import Without
from klantportaal.testing.contracts.sms import SMS, SmsSenderContract, SmsWriterContract
from tests.contracts.fixtures.sms import ThroughGateway, ToFolder


class TestMemorySmsSender(SmsSenderContract):
    """The contract for the sender in memory."""

    @pytest.fixture
    def sender(self) -> MemorySmsSender:
        """Return a sender."""
        return MemorySmsSender()

    @pytest.fixture
    def delivered(self, sender: MemorySmsSender) -> Callable[[], list[Sms]]:
        """Return a function that lists the SMSs sent."""
        return lambda: sender.sent

    @pytest.fixture
    def reopened(self) -> Without:
        """Say why it cannot be opened anew."""
        return Without("SMSs in memory are for tests, and end with the process")

    @pytest.fixture
    def full(self) -> Without:
        """Say why there is room."""
        return Without("SMSs in memory have no limit")

    @pytest.fixture
    def away(self) -> MemorySmsSender:
        """Return a sender that is down."""
        sender = MemorySmsSender()
        sender.down = True
        return sender

    @pytest.fixture
    def slow(self) -> Without:
        """Say why it is never silent."""
        return Without("memory always answers")

    @pytest.fixture
    def refusing(self) -> Without:
        """Say why it refuses nothing for now."""
        return Without("memory refuses a number for good, or is down")

    def test_it_refuses_as_told(self, sender: MemorySmsSender) -> None:
        """TS-1: tests can let it refuse a number or be unavailable, without a gateway."""
        sender.refuse(SMS.to)
        with pytest.raises(SmsRefused):
            sender.send(SMS, key="k1")
        sender.down = True
        with pytest.raises(SmsUnavailable):
            sender.send(SMS, key="k1")
        assert sender.sent == []


class TestFolderSmsSender(ToFolder, SmsSenderContract):
    """The contract for the sender to a folder."""

    @pytest.fixture
    def adapter(self) -> Callable[[Path], FolderSmsSender]:
        """Return the adapter."""
        return FolderSmsSender


class TestAppriseSmsSender(ThroughGateway, SmsSenderContract):
    """The contract for apprise with a gateway on this machine."""


class TestJinjaSmsWriter(SmsWriterContract):
    """The contract for the portal's own SMS texts."""

    @pytest.fixture
    def writer(self) -> JinjaSmsWriter:
        """Return a writer."""
        return JinjaSmsWriter()


def test_gateways_are_loaded_when_one_is_used() -> None:
    """TS-1: a portal starts without importing apprise's services or the metadata of phonenumbers."""
    statement = (
        "import klantportaal.embedded, klantportaal.adapters.sms.apprise, sys; "
        "assert not {'apprise', 'phonenumbers'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", statement], check=True)
