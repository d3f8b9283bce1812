"""SMS senders that break promises of their port."""

import json
import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

import attrs
import pytest

from klantportaal.adapters.sms.apprise import AppriseSmsSender
from klantportaal.adapters.sms.folder import FolderSmsSender
from klantportaal.domain.texting import E164
from klantportaal.ports.sms import Sms, SmsRefused, SmsSender, SmsUnavailable
from klantportaal.testing.contracts.sms import SmsSenderContract
from tests.contracts.fixtures.sms import ThroughGateway, ToFolder
from tests.contracts.wrong import caught_by


class _Wrong(ThroughGateway, SmsSenderContract):
    patience: ClassVar[float] = 0.2
    makes: ClassVar[type[Any]]

    @pytest.fixture
    def adapter(self) -> Callable[..., SmsSender]:
        """Return the wrong adapter."""
        return type(self).makes


class _Careless(AppriseSmsSender):
    def send(self, sms: Sms, *, key: str) -> None:
        with suppress(SmsUnavailable):
            super().send(sms, key=key)


@caught_by(
    "test_what_the_gateway_refuses_is_not_sent", "AL-2: an SMS that the gateway refuses is never reported as sent"
)
class SaysSentWhatWasRefused(_Wrong):
    """It says "sent" when the gateway refused."""

    makes = _Careless


@caught_by(
    "test_a_gateway_that_cannot_be_reached", "AL-2: while the gateway cannot be reached, no SMS is reported as sent"
)
class SaysSentWhileAway(_Wrong):
    """It says "sent" when the gateway could not be reached."""

    makes = _Careless


class _GivesUp(AppriseSmsSender):
    def send(self, sms: Sms, *, key: str) -> None:
        try:
            super().send(sms, key=key)
        except SmsUnavailable as error:
            raise SmsRefused(str(error)) from error


@caught_by("test_what_the_gateway_refuses_is_not_sent", "It must raise SmsUnavailable, and it raised SmsRefused")
class GivesUpForGood(_Wrong):
    """It gives up a number that is refused for now."""

    makes = _GivesUp


class _Waiting(AppriseSmsSender):
    def __init__(self, url: str, *, timeout: float = 10) -> None:
        super().__init__(url, timeout=max(timeout, 600))


@caught_by("test_a_silent_gateway_is_given_up", "AL-2: `send` gives up in its own time limit")
class WaitsForEver(_Wrong):
    """It waits for a gateway that says nothing."""

    makes = _Waiting


class _Talkative(AppriseSmsSender):
    def send(self, sms: Sms, *, key: str) -> None:
        try:
            super().send(sms, key=key)
        except SmsUnavailable as error:
            raise SmsUnavailable(f"{sms.to}: {error}") from error


@caught_by("test_a_gateway_that_cannot_be_reached", "SI-5: no error and no log holds a number")
class NamesTheNumber(_Wrong):
    """Its errors name the number."""

    makes = _Talkative


class _Logging(AppriseSmsSender):
    def send(self, sms: Sms, *, key: str) -> None:
        logging.getLogger("vendor").info("sending %s", sms.text)
        super().send(sms, key=key)


@caught_by("test_no_code_comes_into_a_log", "SI-5, AL-6: logs of every level and error messages contain no code")
class LogsTheCode(_Wrong):
    """It logs the text."""

    makes = _Logging


class _Mending(AppriseSmsSender):
    def send(self, sms: Sms, *, key: str) -> None:
        to = f"+31{sms.to[1:]}" if sms.to.startswith("06") else sms.to
        super().send(attrs.evolve(sms, to=E164(to)), key=key)


@caught_by("test_an_sms_has_one_number[0612345678]", "TS-1: a text that is not exactly one E.164 number is refused")
class GuessesTheCountry(_Wrong):
    """It guesses the country of a number."""

    makes = _Mending


class _Full(FolderSmsSender):
    def send(self, sms: Sms, *, key: str) -> None:
        with suppress(SmsUnavailable):
            super().send(sms, key=key)


@caught_by("test_a_full_place", "AL-2: an SMS for which there is no room is never reported as sent")
class SaysSentWithoutRoom(ToFolder, SmsSenderContract):
    """It says "sent" when the disk was full."""

    @pytest.fixture
    def adapter(self) -> Callable[[Path], SmsSender]:
        """Return the wrong adapter."""
        return _Full


class _Behind(FolderSmsSender):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._kept: list[tuple[Sms, str]] = []

    def send(self, sms: Sms, *, key: str) -> None:
        for each, its_key in self._kept:
            super().send(each, key=its_key)
        self._kept = [(sms, key)]


@caught_by("test_what_was_sent_is_gone_at_once", "AL-2: an SMS that `send` acknowledged is on its way")
class SendsLater(ToFolder, SmsSenderContract):
    """It sends an SMS when the next one comes."""

    @pytest.fixture
    def adapter(self) -> Callable[[Path], SmsSender]:
        """Return the wrong adapter."""
        return _Behind


class _Counting:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def send(self, sms: Sms, *, key: str) -> None:
        self._count += 1
        (self._folder / f"{self._count:06}.sms").write_text(json.dumps({"to": sms.to, "text": sms.text}))


@caught_by("test_what_was_sent_is_gone_at_once", "AL-2: what another process sends takes nothing away")
class CountsAnew(ToFolder, SmsSenderContract):
    """It numbers what it sends, and begins at one again in each process."""

    @pytest.fixture
    def adapter(self) -> Callable[[Path], SmsSender]:
        """Return the wrong adapter."""
        return _Counting
