"""SMS gateways that refuse, are down, hang or redirect: no code reaches a log, another server or the office."""

import json
import logging
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import attrs
import pytest
from apprise import NotifyBase

from klantportaal.adapters.sms.apprise import AppriseSmsSender
from klantportaal.adapters.sms.folder import FolderSmsSender
from klantportaal.domain.texting import E164
from klantportaal.ports.sms import SmsRefused, SmsUnavailable
from klantportaal.testing.contracts.sms import CODE, SMS
from tests.support import gateway
from tests.support.effort import ENDLESS

MESSAGEBIRD = f"msgbird://{'a' * 25}/+31201234567/{{to}}"
VENDORS = (
    MESSAGEBIRD,
    f"twilio://AC{'a' * 32}:{'b' * 32}@+31201234567/{{to}}",
    f"vonage://aabbccdd:{'c' * 16}@+31201234567/{{to}}",
    f"seven://{'a' * 25}/{{to}}",
    f"sinch://{'a' * 32}:{'b' * 32}@+31201234567/{{to}}",
    "bulksms://naam:geheim@{to}",
    "clicksend://naam:geheim@{to}",
)


@pytest.fixture
def server() -> Iterator[gateway.Server]:
    """A gateway that accepts everything."""
    with gateway.running() as server:
        yield server


class TestGateway:
    """A gateway behind apprise."""

    @pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
    def test_a_refusal_is_tried_again(self, server: gateway.Server, status: int) -> None:
        """TS-2: Apprise gives no reason, so every refusal is retried. The error has the status."""
        server.status = status
        with pytest.raises(SmsUnavailable) as caught:
            AppriseSmsSender(server.url).send(SMS, key="k1")
        assert str(caught.value) == f"the gateway did not take it {status}"

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_nobody_is_followed(self, server: gateway.Server, status: int) -> None:
        """TS-2: A redirect is a failure and is not followed, so no other server gets the code."""
        with gateway.running() as elsewhere:
            server.status, server.location = status, f"http://{gateway.HOST}:{elsewhere.port}/"
            with pytest.raises(SmsUnavailable):
                AppriseSmsSender(f"{server.url}&redirect=yes").send(SMS, key="k1")
            assert elsewhere.asked == []
        assert server.asked == ["POST"]

    def test_a_gateway_that_says_nothing_is_left(self) -> None:
        """AL-2: A gateway that accepts the connection but does not reply costs no more than the timeout."""
        with socket.create_server((gateway.HOST, 0)) as silent:
            sender = AppriseSmsSender(gateway.Server(port=silent.getsockname()[1]).url, timeout=0.3)
            began = time.monotonic()
            with pytest.raises(SmsUnavailable):
                sender.send(SMS, key="k1")
        assert 0.2 < time.monotonic() - began < ENDLESS

    def test_a_gateway_that_was_down_gets_it_later(self, server: gateway.Server) -> None:
        """AL-2: While the gateway is down, sending raises ``SmsUnavailable``. Later the SMS is sent."""
        with socket.create_server((gateway.HOST, 0)) as closing:
            port = closing.getsockname()[1]
        with pytest.raises(SmsUnavailable):
            AppriseSmsSender(gateway.Server(port=port).url).send(SMS, key="k1")
        AppriseSmsSender(server.url).send(SMS, key="k1")
        assert len(server.received) == 1

    def test_sending_does_not_wait_for_the_one_before(self, server: gateway.Server) -> None:
        """TS-2: Apprise's pause between two messages is turned off, because a code must arrive soon."""
        sender = AppriseSmsSender(server.url)
        began = time.monotonic()
        for number in range(5):
            sender.send(SMS, key=f"k{number}")
        assert time.monotonic() - began < 15  # Apprise would pause four times, for 5.5 seconds

    def test_a_plugin_that_breaks_is_unavailable(self, server: gateway.Server, monkeypatch: pytest.MonkeyPatch) -> None:
        """SI-5: An error of a plugin is retried. Its text is not shown, because it may contain the SMS."""
        sender = AppriseSmsSender(server.url)

        def fail(_self: NotifyBase, **arguments: Any) -> bool:
            raise RuntimeError(f"cannot send {arguments} to {server.url}")

        monkeypatch.setattr(NotifyBase, "notify", fail)
        with pytest.raises(SmsUnavailable) as caught:
            sender.send(SMS, key="k1")
        assert str(caught.value) == "the gateway's plugin failed: RuntimeError"
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__

    @pytest.mark.parametrize("status", [200, 500])
    def test_nothing_comes_into_a_log(
        self, server: gateway.Server, status: int, caplog: pytest.LogCaptureFixture
    ) -> None:
        """SI-5: No code, number or secret is logged at any level. Other log messages of apprise are kept."""
        caplog.set_level(1)
        server.status = status
        sender = AppriseSmsSender(server.url)
        with suppress(SmsUnavailable):
            sender.send(SMS, key="k1")
        assert caplog.text == ""
        logging.getLogger("apprise").warning("a message of somebody else's")
        assert "somebody else" in caplog.text


class TestUrl:
    """The URL of a gateway, with a placeholder for the number."""

    @pytest.mark.parametrize("url", VENDORS)
    def test_vendors_get_the_one_number(self, url: str) -> None:
        """TS-1: Each plugin takes its only number from the placeholder."""
        service = AppriseSmsSender(url)._gateway(SMS.to)
        assert service is not None
        assert len(service) == 1
        assert SMS.to.removeprefix("+") in str(vars(service)["targets"])

    @pytest.mark.parametrize(
        "url",
        [
            *(
                "",
                "{to}",
                "messagebird",
                "geen://adres/{to}",
                "json://kantoor.test/",
                "msgbird://kort/+31201234567/{to}",
            ),
            *(MESSAGEBIRD.removesuffix("/{to}"), f"{MESSAGEBIRD}/{{to}}", f"{MESSAGEBIRD}/+31687654321"),
        ],
    )
    def test_wrong_settings_are_told_at_once(self, url: str, caplog: pytest.LogCaptureFixture) -> None:
        """SI-5: A URL without a gateway, or without exactly one number, is refused. Its secrets are not shown."""
        caplog.set_level(1)
        with pytest.raises(ValueError, match="one number") as caught:
            AppriseSmsSender(url)
        assert "a" * 25 not in str(caught.value)
        assert caplog.text == ""

    def test_the_vendor_s_own_number_gets_nobody_s_code(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """TS-2: If a plugin drops a number, it would send to the sender. That number is refused instead."""
        sent: list[NotifyBase] = []

        def take(self: NotifyBase, **_arguments: Any) -> bool:
            sent.append(self)
            return True

        monkeypatch.setattr(NotifyBase, "notify", take)
        sender = AppriseSmsSender(MESSAGEBIRD)
        with pytest.raises(SmsRefused):
            sender.send(attrs.evolve(SMS, to=E164("+2901234")), key="k1")
        assert sent == []
        sender.send(SMS, key="k1")
        assert len(sent) == 1


class TestFolder:
    """A folder for SMSs."""

    def test_an_sms_is_for_the_owner_s_eyes(self, tmp_path: Path) -> None:
        """TS-2: Only the owner can read the files, because they contain codes. They have the time of sending."""
        FolderSmsSender(tmp_path / "sms").send(SMS, key="k1")
        (path,) = (tmp_path / "sms").iterdir()
        assert (path.parent.stat().st_mode & 0o777, path.stat().st_mode & 0o777) == (0o700, 0o600)
        content = json.loads(path.read_bytes())
        assert set(content) == {"to", "text", "at"}
        assert content["at"].endswith("+00:00")

    def test_names_tell_the_order(self, tmp_path: Path) -> None:
        """TS-2: The file names sort in the order of sending."""
        for number in range(5):
            FolderSmsSender(tmp_path).send(attrs.evolve(SMS, text=str(number)), key=f"k{number}")
        assert [json.loads(path.read_bytes())["text"] for path in sorted(tmp_path.glob("*.sms"))] == list("01234")

    def test_a_folder_that_cannot_be_written_is_unavailable(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """AL-2: If the disk is full, no partial file is left, and the SMS can be sent later."""
        sender = FolderSmsSender(tmp_path)

        def fail(*_: object) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr("os.fsync", fail)
            with pytest.raises(SmsUnavailable, match="No space left") as caught:
                sender.send(SMS, key="k1")
        assert CODE not in str(caught.value)
        assert list(tmp_path.iterdir()) == []
        sender.send(SMS, key="k1")
        assert len(list(tmp_path.glob("*.sms"))) == 1
