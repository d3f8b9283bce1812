"""Webhooks: an office's own software is told of public events by HTTP, at an address of the office (WH-1, WH-2).

An endpoint has an address, the types that it is told of, and a secret that signs what it gets. Storage holds secrets
encrypted only.
"""

import base64
import enum
import ipaddress
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import urlsplit

import attrs

from klantportaal.domain.base_urls import BASE_URL_LIMIT, normalised
from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.events import (
    WebhookChanged,
    WebhookDisabled,
    WebhookMade,
    WebhookRemoved,
    WebhookSecretRotated,
    WebhookSwitched,
)
from klantportaal.domain.public_events import EventType
from klantportaal.domain.ranges import Range
from klantportaal.domain.values import OfficeId, WebhookId

SECRET_PREFIX = "whsec_"  # noqa: S105 - the beginning of every secret, as the Standard Webhooks scheme has it
_DAY = timedelta(days=1)
_PAUSE = Range(timedelta(0), timedelta(days=30), above=True)
_PUBLIC_6 = ipaddress.ip_network("2000::/3")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""The addresses by which a network without IPv4 reaches IPv4 (RFC 6052). The last 32 bits are the IPv4 address."""
_NOT_PUBLIC = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20")))
"""Networks for special uses that some versions of Python take for public ones."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class WebhookState(enum.StrEnum):
    """Whether an endpoint is told."""

    ON = "on"
    OFF = "off"
    """The office switched it off."""
    DISABLED = "disabled"
    """The portal gave it up (WH-3). The office can switch it on again."""


class WebhookFailure(enum.StrEnum):
    """Why the portal gave an endpoint up."""

    GONE = "gone"
    """It answered 410."""
    FAILING = "failing"
    """It took nothing for days."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class WebhookSettings:
    """How webhooks are sent, and to which addresses."""

    timeout: Annotated[timedelta, Range(timedelta(0), timedelta(seconds=60), above=True)] = timedelta(seconds=10)
    """How long one delivery may take: the look-up of the name, connecting, TLS, sending, and the answer."""
    first_retry: Annotated[timedelta, _PAUSE] = timedelta(seconds=5)
    longest_retry: Annotated[timedelta, _PAUSE] = timedelta(hours=12)
    give_up: Annotated[timedelta, _PAUSE] = timedelta(days=3)
    """How long a delivery is tried again (WH-3)."""
    most: Annotated[int, Range(1, 1000)] = 20
    """The maximum number of endpoints of an office."""
    networks: tuple[str, ...] = attrs.field(default=())
    """Networks that are not public, such as ``10.20.0.0/16``, to which webhooks may be sent all the same, also over
    HTTP without TLS. With none, they go to public addresses over HTTPS only (WH-4)."""

    @networks.validator
    def _are_networks(self, _attribute: object, value: tuple[str, ...]) -> None:
        """Require networks in CIDR notation."""
        for each in value:
            ipaddress.ip_network(each)


@attrs.frozen(kw_only=True, field_transformer=checked)
class NewWebhook:
    """What an office says of an endpoint."""

    url: str
    """Where deliveries are posted: an address over HTTPS."""
    types: tuple[EventType, ...]
    """What it is told of."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class Webhook:
    """One endpoint."""

    id: WebhookId
    office_id: OfficeId
    url: str
    types: tuple[EventType, ...]
    state: WebhookState = WebhookState.ON
    failure: WebhookFailure | None = None
    """Why it was disabled."""
    made_at: datetime
    switched_at: datetime
    """Since when it has its state."""
    secret: bytes = attrs.field(repr=False)
    """Encrypted."""
    former_secret: bytes | None = attrs.field(default=None, repr=False)
    """Encrypted. The secret before the last rotation."""
    former_until: datetime | None = None
    """Until when the former secret signs too."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class WebhookSecret:
    """A secret that was just made. It is shown this once."""

    webhook_id: WebhookId
    secret: str = attrs.field(repr=False)
    """As the Standard Webhooks scheme writes it: ``whsec_`` and base 64."""
    former_until: datetime | None
    """Until when deliveries are signed with the former secret too. None if there is none."""


# ------------------------------------------------------------------ endpoints
def secret_of(token: str) -> str:
    """Write a token of 256 bits as a secret of a webhook."""
    return SECRET_PREFIX + base64.b64encode(base64.urlsafe_b64decode(f"{token}=")).decode()


def make_webhook(
    new: NewWebhook,
    *,
    id: WebhookId,
    office_id: OfficeId,
    sealed: bytes,
    others: int,
    settings: WebhookSettings,
    at: datetime,
) -> tuple[Webhook, WebhookMade]:
    """Make an endpoint. It is told of what happens from now on.

    Args:
        new: what the office says of it.
        id: its id.
        office_id: its office.
        sealed: its secret, encrypted.
        others: how many endpoints the office has.
        settings: the limits.
        at: the time.

    Raises:
        Refused: one fault for each field that breaks a rule.
    """
    faults = list(_faults(new, settings))
    if others >= settings.most:
        faults.append(Fault(code=FaultCode.TOO_MANY, field="webhook", params={"limit": settings.most}))
    if faults:
        raise Refused(faults)
    webhook = Webhook(
        id=id,
        office_id=office_id,
        url=new.url.strip(),
        types=_tidy(new.types),
        made_at=at,
        switched_at=at,
        secret=sealed,
    )
    return webhook, WebhookMade(webhook_id=id, types=_written(webhook), at=at)


def change_webhook(
    webhook: Webhook, new: NewWebhook, *, settings: WebhookSettings, at: datetime
) -> tuple[Webhook, WebhookChanged]:
    """Change the address of an endpoint, and what it is told of.

    Raises:
        Refused: one fault for each field that breaks a rule.
    """
    if faults := list(_faults(new, settings)):
        raise Refused(faults)
    changed = attrs.evolve(webhook, url=new.url.strip(), types=_tidy(new.types))
    return changed, WebhookChanged(webhook_id=webhook.id, types=_written(changed), at=at)


def rotate_secret(
    webhook: Webhook, sealed: bytes, *, keep: timedelta, at: datetime
) -> tuple[Webhook, WebhookSecretRotated]:
    """Give an endpoint another secret. The former one signs too until *keep* is over, so that none is refused."""
    former = webhook.secret if keep else None
    until = at + keep if keep else None
    rotated = attrs.evolve(webhook, secret=sealed, former_secret=former, former_until=until)
    return rotated, WebhookSecretRotated(webhook_id=webhook.id, at=at)


def secrets_at(webhook: Webhook, at: datetime) -> Sequence[bytes]:
    """Give the secrets that sign at a moment, encrypted, the newest first."""
    former, until = webhook.former_secret, webhook.former_until
    return [webhook.secret] if former is None or until is None or until <= at else [webhook.secret, former]


def switch(webhook: Webhook, *, on: bool, at: datetime) -> tuple[Webhook, WebhookSwitched]:
    """Switch an endpoint on or off. What happens while it is off, it is not told of by itself.

    Raises:
        Refused: it is so already.
    """
    state = WebhookState.ON if on else WebhookState.OFF
    if webhook.state is state:
        raise Refused([Fault(code=FaultCode.WRONG_STATE, field="webhook")])
    switched = attrs.evolve(webhook, state=state, failure=None, switched_at=at)
    return switched, WebhookSwitched(webhook_id=webhook.id, on=on, at=at)


def disable(webhook: Webhook, failure: WebhookFailure, *, at: datetime) -> tuple[Webhook, WebhookDisabled]:
    """Give up an endpoint that takes nothing any more (WH-3)."""
    disabled = attrs.evolve(webhook, state=WebhookState.DISABLED, failure=failure, switched_at=at)
    return disabled, WebhookDisabled(webhook_id=webhook.id, failure=failure, at=at)


def remove(webhook: Webhook, *, at: datetime) -> WebhookRemoved:
    """Remove an endpoint."""
    return WebhookRemoved(webhook_id=webhook.id, at=at)


def _tidy(types: Iterable[EventType]) -> tuple[EventType, ...]:
    return tuple(sorted(set(types)))


def _written(webhook: Webhook) -> str:
    return " ".join(webhook.types)


def _faults(new: NewWebhook, settings: WebhookSettings) -> Iterable[Fault]:
    if not _is_endpoint(new.url.strip(), settings):
        yield Fault(code=FaultCode.NOT_AN_ENDPOINT, field="url")
    if not new.types:
        yield Fault(code=FaultCode.MISSING, field="types")


def _is_endpoint(url: str, settings: WebhookSettings) -> bool:
    """Tell whether a URL can be an endpoint: over HTTPS, without a user or a fragment, and not at a private address.

    A name may still lead to a private address. That is seen when something is sent.
    """
    if len(url) > BASE_URL_LIMIT or not url.isascii() or not url.isprintable() or {" ", "#"} & set(url):
        return False
    try:
        normalised(url.partition("?")[0])
    except Refused:
        return False
    parts = urlsplit(url)
    host = parts.hostname or ""
    return (parts.scheme == "https" or bool(settings.networks)) and (
        not _is_address(host) or may_receive(host, settings, is_plain=parts.scheme == "http")
    )


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


# ------------------------------------------------------------------ addresses
def may_receive(address: str, settings: WebhookSettings, *, is_plain: bool) -> bool:
    """Tell whether something may be sent to an IP address (WH-4).

    It may to public ones, over TLS. It may to those in the networks of the settings, also without TLS. An IPv4 address
    that is written as one of IPv6 is judged as IPv4. Tunnels, which end somewhere else, are refused.

    Args:
        address: an address of IPv4 or IPv6.
        settings: the networks that are let through.
        is_plain: whether it is sent without TLS.
    """
    found = _inner(ipaddress.ip_address(address))
    if any(found in ipaddress.ip_network(each) for each in settings.networks):
        return True
    return not is_plain and _is_public(found)


def _inner(address: Address) -> Address:
    """Give the IPv4 address within an IPv6 address. Any other is given as it is."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address


def _is_public(address: Address) -> bool:
    if any(address in each for each in _NOT_PUBLIC):
        return False
    if isinstance(address, ipaddress.IPv6Address):
        is_tunnel = address.sixtofour is not None or address.teredo is not None
        return address in _PUBLIC_6 and address.is_global and not is_tunnel
    return address.is_global and not address.is_multicast
