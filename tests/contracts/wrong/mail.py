"""Mail senders that break promises of their port."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

import attrs
import pytest

from klantportaal.adapters.mail.folder import FolderSender
from klantportaal.adapters.mail.smtp import SmtpSender
from klantportaal.ports.mail import Mail, MailSender, MailServerUnavailable, MailUnavailable, Undeliverable
from klantportaal.testing.contracts.mail import MailRefusalContract, MailSenderContract
from tests.contracts.fixtures.mail import OverSmtp, ToFolder
from tests.contracts.wrong import caught_by
from tests.support import smtp


class _Wrong(OverSmtp, MailSenderContract, MailRefusalContract):
    patience: ClassVar[float] = 0.2
    makes: ClassVar[type[Any]]

    @pytest.fixture
    def adapter(self) -> Callable[..., MailSender]:
        """Return the wrong adapter."""
        return type(self).makes

    @pytest.fixture
    def replying(self, server: smtp.Server) -> Callable[[str], None]:
        """Return a function that sets the server's reply to RCPT."""
        return lambda reply: server.behaviour.replies.update(RCPT=reply or "250 OK")


class _Careless(SmtpSender):
    def send(self, mail: Mail, *, key: str) -> None:
        try:
            super().send(mail, key=key)
        except MailServerUnavailable:
            raise
        except MailUnavailable:
            return


@caught_by("test_what_the_server_refuses_is_not_sent", "AL-2: a mail that the server refuses is never reported as sent")
class SaysSentWhatWasRefused(_Wrong):
    """It says "sent" when the server refused."""

    makes = _Careless


class _GivesUp(SmtpSender):
    def send(self, mail: Mail, *, key: str) -> None:
        try:
            super().send(mail, key=key)
        except MailUnavailable as error:
            raise Undeliverable(str(error)) from error


@caught_by("test_what_people_can_mend[450 4.7.1 greylisted]", "AL-2: any other refusal is temporary and told as it is")
class GivesUpForGood(_Wrong):
    """It gives up a recipient who is refused for now."""

    makes = _GivesUp


class _Blames(SmtpSender):
    def send(self, mail: Mail, *, key: str) -> None:
        try:
            super().send(mail, key=key)
        except MailServerUnavailable as error:
            raise MailUnavailable(str(error)) from error


@caught_by(
    "test_a_server_that_cannot_be_reached", "AL-2: while the server cannot be reached, no mail is reported as sent"
)
class BlamesOneMail(_Wrong):
    """It says that one mail was refused, when no mail can be sent."""

    makes = _Blames


class _Waiting(SmtpSender):
    def __init__(self, *arguments: Any, timeout: float = 30, **settings: Any) -> None:
        super().__init__(*arguments, timeout=max(timeout, 600), **settings)


@caught_by("test_a_silent_server_is_given_up", "AL-2: `send` gives up in its own time limit")
class WaitsForEver(_Wrong):
    """It waits for a server that says nothing."""

    makes = _Waiting


class _Behind(SmtpSender):
    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._waiting: list[tuple[Mail, str]] = []

    def send(self, mail: Mail, *, key: str) -> None:
        self._waiting.append((mail, key))

    def close(self) -> None:
        while self._waiting:
            mail, key = self._waiting.pop(0)
            super().send(mail, key=key)
        super().close()


@caught_by("test_what_was_sent_is_gone_at_once", "AL-2: a mail that `send` acknowledged is on its way")
class SendsBehind(_Wrong):
    """It sends its mails when it is closed."""

    makes = _Behind


class _NewIds(SmtpSender):
    def send(self, mail: Mail, *, key: str) -> None:
        super().send(mail, key=f"{key}-{uuid4()}")


@caught_by("test_what_was_sent_is_gone_at_once", "ON-6: in another process too, the same key gives the same Message-ID")
class MakesNewIds(_Wrong):
    """It gives the same mail another Message-ID each time."""

    makes = _NewIds


class _Logoless(SmtpSender):
    def send(self, mail: Mail, *, key: str) -> None:
        super().send(attrs.evolve(mail, logo=None), key=key)


@caught_by("test_a_logo_arrives", "OF-3: a mail arrives with its logo")
class LeavesTheLogoOut(_Wrong):
    """It sends the HTML without the picture that it shows."""

    makes = _Logoless


class _FirstOnly(SmtpSender):
    def send(self, mail: Mail, *, key: str) -> None:
        super().send(attrs.evolve(mail, to=mail.to.split(",")[0]), key=key)


@caught_by("test_a_mail_has_one_recipient[a@klant.test, b@klant.test]", "ON-3: a text that is not exactly one")
class SendsToTheFirst(_Wrong):
    """It sends a mail for two addresses to the first one."""

    makes = _FirstOnly


class _Full(FolderSender):
    def send(self, mail: Mail, *, key: str) -> None:
        try:
            super().send(mail, key=key)
        except MailServerUnavailable:
            return


@caught_by("test_a_full_place", "AL-2: a mail for which there is no room is never reported as sent")
class SaysSentWithoutRoom(ToFolder, MailSenderContract):
    """It says "sent" when the disk was full."""

    @pytest.fixture
    def adapter(self) -> Callable[[Path], MailSender]:
        """Return the wrong adapter."""
        return _Full
