"""SMSs through one of the gateways that apprise knows: Twilio, Vonage, MessageBird, tens of others (extra ``sms``)."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING
from urllib.parse import quote

from klantportaal.domain.boundary import checked_call
from klantportaal.domain.texting import E164, is_e164
from klantportaal.ports.sms import Sms, SmsRefused, SmsUnavailable

if TYPE_CHECKING:
    from apprise import NotifyBase

PLACE = "{to}"
"""Where the number stands in the URL of a gateway."""
_EXAMPLE = E164("+31612345678")
_TALKATIVE = ("apprise", "urllib3.connectionpool", "urllib3.util.retry")
"""Loggers that write texts, numbers, and URLs with secrets in them when they are asked to debug."""
_STATUS = re.compile(r"error=(\d{3})\b")
_overheard: ContextVar[list[str] | None] = ContextVar("overheard", default=None)


class _Discretion(logging.Filter):
    """Keeps what is said while an SMS is sent out of the logs, and overhears the gateway's status."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let a record through, unless an SMS is being sent in its context."""
        overheard = _overheard.get()
        if overheard is None:
            return True
        overheard += _STATUS.findall(record.getMessage())
        return False


_DISCRETION = _Discretion()


class AppriseSmsSender:
    """Sends each SMS through one gateway.

    apprise tells no more than whether the gateway took an SMS, so whatever goes wrong is tried again while the code is
    of use; no number is given up for it. Nothing that apprise or urllib3 says meanwhile comes into a log.

    Args:
        url: the gateway as apprise has it (https://appriseit.com/services/), with ``{to}`` where the number goes, such
            as ``messagebird://key/sender/{to}``. It holds the gateway's secrets.
        timeout: seconds to wait for a connection, and as long for each answer. Keep it well below the dispatcher's
            lease.

    Raises:
        ValueError: apprise knows no gateway of one number in the URL.
    """

    @checked_call
    def __init__(self, url: str, *, timeout: float = 10.0) -> None:
        for name in _TALKATIVE:
            logging.getLogger(name).addFilter(_DISCRETION)
        self._url = url
        self._timeout = timeout
        with _discreetly():
            service = self._gateway(_EXAMPLE) if url.count(PLACE) == 1 else None
        if service is None or len(service) != 1:
            raise ValueError(f"apprise has no gateway for one number in this URL, with {PLACE} where the number goes")

    def send(self, sms: Sms, *, key: str) -> None:  # noqa: ARG002 - no gateway of apprise takes a key
        """Hand an SMS to the gateway; the same key is sent again when asked."""
        if not is_e164(sms.to):
            raise SmsRefused("not one number as E.164 has it")
        with _discreetly() as overheard:
            try:
                service = self._gateway(sms.to)
                taken = service is not None and service.notify(body=sms.text)
            except Exception as error:  # noqa: BLE001 - what a gateway's plugin raises is its own, and may tell secrets
                raise SmsUnavailable(f"the gateway's plugin failed: {type(error).__name__}") from None
        if service is None:
            raise SmsRefused("the gateway's plugin takes no such number")
        if not taken:
            raise SmsUnavailable(" ".join(["the gateway did not take it", *overheard]))

    def _gateway(self, to: E164) -> "NotifyBase | None":
        """Make what talks to the gateway, for one number; anew each time, as it waits between one use and the next."""
        from apprise import Apprise, AppriseAsset  # Not at import: it loads every service there is.

        asset = AppriseAsset(storage_mode="memory")
        service = Apprise.instantiate(self._url.replace(PLACE, quote(to, safe="")), asset=asset)
        # Some plugins drop a number that they think too short, and then send to the vendor's own.
        if service is None or to.removeprefix("+") not in service.url():  # type: ignore[no-untyped-call]
            return None
        # A gateway that has moved is not followed: who it moved to would get the code, or an empty page say "taken".
        service.redirects = False
        service.socket_connect_timeout = service.socket_read_timeout = self._timeout
        return service


@contextmanager
def _discreetly() -> Iterator[list[str]]:
    """Keep what is said out of the logs; give the statuses that are overheard."""
    overheard: list[str] = []
    token = _overheard.set(overheard)
    try:
        yield overheard
    finally:
        _overheard.reset(token)
