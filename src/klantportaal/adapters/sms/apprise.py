"""Sends SMSs through a gateway that apprise supports, such as Twilio, Vonage or MessageBird (extra ``sms``)."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

from klantportaal.domain.boundary import checked_call
from klantportaal.domain.ranges import Range
from klantportaal.domain.texting import E164, is_e164
from klantportaal.extras import extra
from klantportaal.ports.sms import Sms, SmsRefused, SmsUnavailable

if TYPE_CHECKING:
    from apprise import NotifyBase

PLACE = "{to}"
"""The placeholder for the number in the URL of a gateway."""
_EXAMPLE = E164("+31612345678")
_TALKATIVE = ("apprise", "urllib3.connectionpool", "urllib3.util.retry")
"""Loggers that log texts, numbers and URLs with secrets at level DEBUG."""
_STATUS = re.compile(r"error=(\d{3})\b")
_overheard: ContextVar[list[str] | None] = ContextVar("overheard", default=None)


class _Discretion(logging.Filter):
    """Drops the log records of sending an SMS, and collects the HTTP statuses of the gateway from them."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Drop a record if its context is sending an SMS; else let it pass."""
        overheard = _overheard.get()
        if overheard is None:
            return True
        overheard += _STATUS.findall(record.getMessage())
        return False


_DISCRETION = _Discretion()


class AppriseSmsSender:
    """Sends each SMS through one gateway.

    apprise reports only whether the gateway accepted an SMS. So each failure raises `SmsUnavailable`, which the
    dispatcher retries while the code is valid, and no number is given up because of it. The log records of apprise and
    urllib3 are dropped while an SMS is sent.

    Args:
        url: the URL of the gateway in apprise's format (https://appriseit.com/services/), with ``{to}`` in the place of
            the number, such as ``messagebird://key/sender/{to}``. It contains the secrets of the gateway.
        timeout: seconds to wait for a connection, and the same for each response. Keep it well below the dispatcher's
            lease.

    Raises:
        ModuleNotFoundError: apprise is not installed.
        ValueError: apprise has no gateway for the URL, the URL is not for exactly one number, or *timeout* is out of
            range.
    """

    @checked_call
    def __init__(self, url: str, *, timeout: Annotated[float, Range(0, 3600, above=True)] = 10.0) -> None:
        for name in _TALKATIVE:
            logging.getLogger(name).addFilter(_DISCRETION)
        self._url = url
        self._timeout = timeout
        with _discreetly():
            service = self._gateway(_EXAMPLE) if url.count(PLACE) == 1 else None
        if service is None or len(service) != 1:
            raise ValueError(f"apprise has no gateway for one number in this URL, with {PLACE} where the number goes")

    def send(self, sms: Sms, *, key: str) -> None:  # noqa: ARG002 - no gateway of apprise takes a key
        """Send an SMS. A second call with the same key sends it again."""
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
        """Make apprise's client of the gateway for one number; None if the gateway does not accept the number.

        Each SMS needs a new client, because a client waits between two uses.
        """
        with extra("sms", "a gateway for SMSs"):
            from apprise import Apprise, AppriseAsset  # Not at import: it loads every service there is.

        asset = AppriseAsset(storage_mode="memory")
        service = Apprise.instantiate(self._url.replace(PLACE, quote(to, safe="")), asset=asset)
        # Some plugins drop a number that they consider too short, and then send to the vendor's own number.
        if service is None or to.removeprefix("+") not in service.url():  # type: ignore[no-untyped-call]
            return None
        # No redirects: the new host would get the code, or its empty page would count as accepted.
        service.redirects = False
        service.socket_connect_timeout = service.socket_read_timeout = self._timeout
        return service


@contextmanager
def _discreetly() -> Iterator[list[str]]:
    """Drop log records in this context. Give the list that collects the statuses found in them."""
    overheard: list[str] = []
    token = _overheard.set(overheard)
    try:
        yield overheard
    finally:
        _overheard.reset(token)
