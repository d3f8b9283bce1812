"""The contracts of SMS senders and writers, for each adapter; with a real HTTP gateway where needed."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from klantportaal.adapters.sms.apprise import AppriseSmsSender
from klantportaal.adapters.sms.folder import FolderSmsSender
from klantportaal.adapters.sms.memory import MemorySmsSender
from klantportaal.adapters.sms.texts import JinjaSmsWriter
from klantportaal.domain.texting import E164
from klantportaal.ports.sms import Sms, SmsRefused, SmsUnavailable
from klantportaal.testing.contracts.sms import SMS, SmsSenderContract, SmsWriterContract
from tests.support import gateway


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

    def test_it_refuses_as_told(self, sender: MemorySmsSender) -> None:
        """TS-1: tests can let it refuse a number or be unavailable, without a gateway."""
        sender.refuse(SMS.to)
        with pytest.raises(SmsRefused):
            sender.send(SMS, key="k1")
        sender.down = True
        with pytest.raises(SmsUnavailable):
            sender.send(SMS, key="k1")
        assert sender.sent == []


class TestFolderSmsSender(SmsSenderContract):
    """The contract for the sender to a folder."""

    @pytest.fixture
    def sender(self, tmp_path: Path) -> FolderSmsSender:
        """Return a sender."""
        return FolderSmsSender(tmp_path / "sms")

    @pytest.fixture
    def delivered(self, tmp_path: Path) -> Callable[[], list[Sms]]:
        """Return a function that lists the SMSs in the folder."""
        return lambda: [
            Sms(to=E164(read["to"]), text=read["text"])
            for read in (json.loads(path.read_bytes()) for path in sorted((tmp_path / "sms").glob("*")))
        ]


class TestAppriseSmsSender(SmsSenderContract):
    """The contract for apprise with a gateway on this machine."""

    @pytest.fixture
    def server(self) -> Iterator[gateway.Server]:
        """Return a gateway."""
        with gateway.running() as server:
            yield server

    @pytest.fixture
    def sender(self, server: gateway.Server) -> AppriseSmsSender:
        """Return a sender."""
        return AppriseSmsSender(server.url)

    @pytest.fixture
    def delivered(self, server: gateway.Server) -> Callable[[], list[Sms]]:
        """Return a function that lists the SMSs that the gateway received."""
        return lambda: [Sms(to=E164(each["to"]), text=each["message"]) for each in server.received]


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
