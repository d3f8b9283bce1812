"""Senders of webhooks that break promises of their port."""

from datetime import timedelta
from http.client import HTTPConnection
from typing import Any, ClassVar
from urllib.parse import urlsplit

import attrs
import pytest

from klantportaal.adapters.webhooks.poster import WebhookPoster
from klantportaal.domain.values import EventId
from klantportaal.domain.webhook_deliveries import WebhookProblem
from klantportaal.domain.webhooks import WebhookSettings
from klantportaal.ports.webhooks import WebhookPost, WebhookSender, WebhookUnanswered
from klantportaal.testing.contracts.webhooks import WebhookSenderContract
from tests.contracts.wrong import caught_by

INSIDE = ("127.0.0.0/8", "::1/128")


class _Wrong(WebhookSenderContract):
    patience: ClassVar[float] = 0.5
    makes: ClassVar[type[Any]]

    @pytest.fixture
    def sender(self) -> WebhookSender:
        """Return the wrong adapter, which sends to this machine."""
        found: WebhookSender = type(self).makes(WebhookSettings(networks=INSIDE, timeout=timedelta(seconds=1)))
        return found

    @pytest.fixture
    def guarded(self) -> WebhookSender:
        """Return the wrong adapter, with the default settings."""
        found: WebhookSender = type(self).makes(WebhookSettings())
        return found


class _NewestOnly(WebhookPoster):
    def send(self, post: WebhookPost) -> int:
        return super().send(attrs.evolve(post, secrets=post.secrets[:1]))


@caught_by("test_an_event_arrives_signed", "WH-2: an event arrives once, as a CloudEvent under its id")
class SignsWithOneSecret(_Wrong):
    """While a secret is replaced, it signs with the newest one only."""

    makes = _NewestOnly


class _Renaming(WebhookPoster):
    def send(self, post: WebhookPost) -> int:
        event = attrs.evolve(post.event, id=EventId(post.event.office_id))
        return super().send(attrs.evolve(post, event=event))


@caught_by("test_an_event_arrives_signed", "WH-2: an event arrives once, as a CloudEvent under its id")
class SendsAnotherId(_Wrong):
    """It gives an event another id, so that no receiver knows a repetition."""

    makes = _Renaming


class _Following(WebhookPoster):
    def send(self, post: WebhookPost) -> int:
        status = super().send(post)
        return super().send(attrs.evolve(post, url=f"{post.url}/elsewhere")) if status == 307 else status


@caught_by("test_the_status_is_given[307]", "WH-4: the status is given as it is, and a redirect is not followed")
class FollowsRedirects(_Wrong):
    """It follows a redirect."""

    makes = _Following


class _Trusting(WebhookPoster):
    def __init__(self, settings: WebhookSettings) -> None:
        super().__init__(attrs.evolve(settings, networks=INSIDE))


@caught_by("test_nothing_is_sent_inside", "WH-4: nothing is sent to an address that the settings do not let through")
class SendsInside(_Wrong):
    """It sends to any address."""

    makes = _Trusting


class _Hopeful(WebhookPoster):
    def send(self, post: WebhookPost) -> int:
        try:
            return super().send(post)
        except WebhookUnanswered as error:
            if error.problem is WebhookProblem.NOT_PUBLIC:
                raise
            return 202


@caught_by("test_a_server_that_is_away", "WH-3: an event that no server took is never reported as sent")
class SaysSentWhileAway(_Wrong):
    """It says "sent" when no server was reached."""

    makes = _Hopeful


class _Waiting(WebhookPoster):
    def send(self, post: WebhookPost) -> int:
        url = urlsplit(post.url)
        connection = HTTPConnection(url.hostname or "", url.port)
        connection.request("POST", url.path, b"{}")
        return connection.getresponse().status


@caught_by("test_a_silent_server_is_given_up", "WH-4: `send` gives up in its own time limit")
class WaitsForEver(_Wrong):
    """It waits for a server that says nothing."""

    makes = _Waiting


class _Talkative(WebhookPoster):
    def send(self, post: WebhookPost) -> int:
        try:
            return super().send(post)
        except WebhookUnanswered as error:
            raise WebhookUnanswered(error.problem) from ValueError(post.url)


@caught_by("test_the_address_is_not_told", "WH-4: no log of any level and no error has the address or a secret")
class NamesTheAddress(_Wrong):
    """Its errors name the address."""

    makes = _Talkative
