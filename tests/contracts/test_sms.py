"""Every sender and writer of SMSs keeps every promise; over a real HTTP gateway where one is needed."""

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


class TestFolderSmsSender(SmsSenderContract):
    """The folder against the contract."""

    @pytest.fixture
    def sender(self, tmp_path: Path) -> FolderSmsSender:
        """Give a sender."""
        return FolderSmsSender(tmp_path / "sms")

    @pytest.fixture
    def delivered(self, tmp_path: Path) -> Callable[[], list[Sms]]:
        """Give what stands in the folder."""
        return lambda: [
            Sms(to=E164(read["to"]), text=read["text"])
            for read in (json.loads(path.read_bytes()) for path in sorted((tmp_path / "sms").glob("*")))
        ]


class TestAppriseSmsSender(SmsSenderContract):
    """apprise, through a gateway on this machine, against the contract."""

    @pytest.fixture
    def server(self) -> Iterator[gateway.Server]:
        """Give a gateway."""
        with gateway.running() as server:
            yield server

    @pytest.fixture
    def sender(self, server: gateway.Server) -> AppriseSmsSender:
        """Give a sender."""
        return AppriseSmsSender(server.url)

    @pytest.fixture
    def delivered(self, server: gateway.Server) -> Callable[[], list[Sms]]:
        """Give what the gateway got."""
        return lambda: [Sms(to=E164(each["to"]), text=each["message"]) for each in server.received]


class TestJinjaSmsWriter(SmsWriterContract):
    """The portal's own words against the contract."""

    @pytest.fixture
    def writer(self) -> JinjaSmsWriter:
        """Give a writer."""
        return JinjaSmsWriter()


def test_gateways_are_loaded_when_one_is_used() -> None:
    """TS-1: a portal starts without apprise's hundred services, and without the world's telephone numbers."""
    statement = (
        "import klantportaal.embedded, klantportaal.adapters.sms.apprise, sys; "
        "assert not {'apprise', 'phonenumbers'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", statement], check=True)
