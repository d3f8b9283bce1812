"""Endpoints of webhooks, and the addresses that may receive them (WH-1, WH-4)."""

import base64
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain import webhooks
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
from klantportaal.domain.values import OfficeId, WebhookId
from klantportaal.domain.webhooks import (
    NewWebhook,
    Webhook,
    WebhookFailure,
    WebhookSettings,
    WebhookState,
    may_receive,
)

AT = datetime(2026, 11, 30, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ID, OFFICE = WebhookId(UUID(int=1)), OfficeId(UUID(int=2))
SETTINGS = WebhookSettings()
INSIDE = WebhookSettings(networks=("10.20.0.0/16", "::1/128", "127.0.0.0/8"))
NEW = NewWebhook(url="https://example.nl/hook?from=portal", types=(EventType.MESSAGE_SENT, EventType.MAIL_BOUNCED))
WEBHOOK = Webhook(
    id=ID,
    office_id=OFFICE,
    url=NEW.url,
    types=(EventType.MAIL_BOUNCED, EventType.MESSAGE_SENT),
    made_at=AT,
    switched_at=AT,
    secret=b"sealed",
)


def make(new: NewWebhook, *, others: int = 0, settings: WebhookSettings = SETTINGS) -> tuple[Webhook, WebhookMade]:
    """Make an endpoint."""
    return webhooks.make_webhook(
        new, id=ID, office_id=OFFICE, sealed=b"sealed", others=others, settings=settings, at=AT
    )


def refused(new: NewWebhook, *, others: int = 0, settings: WebhookSettings = SETTINGS) -> list[Fault]:
    """Give the faults with which an endpoint is refused."""
    with pytest.raises(Refused) as error:
        make(new, others=others, settings=settings)
    return list(error.value.faults)


def test_making() -> None:
    """WH-1: an endpoint is on, with its types once each, and the trail has no address."""
    twice = attrs.evolve(NEW, url=f" {NEW.url} ", types=NEW.types * 2)
    assert make(twice) == (WEBHOOK, WebhookMade(webhook_id=ID, types="mail.bounced message.sent", at=AT))
    assert "sealed" not in repr(WEBHOOK)


def test_all_faults_at_once() -> None:
    """WH-1: all that is wrong with an endpoint is told at once."""
    limit = SETTINGS.most
    assert refused(NewWebhook(url="", types=()), others=limit) == [
        Fault(code=FaultCode.NOT_AN_ENDPOINT, field="url"),
        Fault(code=FaultCode.MISSING, field="types"),
        Fault(code=FaultCode.TOO_MANY, field="webhook", params={"limit": limit}),
    ]
    assert make(NEW, others=limit - 1)[0] == WEBHOOK


@pytest.mark.parametrize(
    "url",
    [
        "http://example.nl/hook",
        "ftp://example.nl/hook",
        "https:///hook",
        "https://user:password@example.nl/hook",
        "https://example.nl/hook#part",
        "https://example.nl/a hook",
        "https://example.nl/hook\n",
        "https://exämple.nl/hook",
        "https://example.nl:99999/hook",
        f"https://example.nl/{'a' * 2000}",
        "https://127.0.0.1/hook",
        "https://[::1]/hook",
        "https://10.20.1.1/hook",
        "https://169.254.169.254/latest/meta-data",
        "/hook",
    ],
)
def test_what_is_no_endpoint(url: str) -> None:
    """WH-1, WH-4: an endpoint is an address over HTTPS, without a user and a fragment, and not a private one."""
    new = attrs.evolve(NEW, url=f"{url}x" if url.endswith("\n") else url)
    assert refused(new) == [Fault(code=FaultCode.NOT_AN_ENDPOINT, field="url")]


@pytest.mark.parametrize(
    "url",
    ["https://example.nl", "https://example.nl:8443/a/?b=c&d=%20", "https://93.184.215.14/", "https://[2606:2800::1]/"],
)
def test_what_is_an_endpoint(url: str) -> None:
    """WH-1: the address is kept as the office wrote it: a slash at its end may matter."""
    assert make(attrs.evolve(NEW, url=url))[0].url == url


def test_inside() -> None:
    """WH-4: with networks in the settings, an endpoint may be inside, and without TLS only there."""
    for url in ("http://10.20.1.1:8080/hook", "http://hooks.internal/hook", "https://[::1]/hook"):
        assert make(attrs.evolve(NEW, url=url), settings=INSIDE)[0].url == url
    for url in ("http://10.21.1.1/hook", "http://93.184.215.14/hook"):
        assert refused(attrs.evolve(NEW, url=url), settings=INSIDE)
    with pytest.raises(ValueError, match="does not appear to be"):
        WebhookSettings(networks=("inside",))


def test_changing() -> None:
    """WH-1: the address and the types change. The secret and the state stay."""
    new = NewWebhook(url="https://example.nl/other", types=(EventType.WAITING_CHANGED,))
    changed = attrs.evolve(WEBHOOK, url=new.url, types=new.types)
    fact = WebhookChanged(webhook_id=ID, types="waiting.changed", at=AT)
    assert webhooks.change_webhook(WEBHOOK, new, settings=SETTINGS, at=AT) == (changed, fact)
    with pytest.raises(Refused):
        webhooks.change_webhook(WEBHOOK, attrs.evolve(new, types=()), settings=SETTINGS, at=AT)


def test_rotating() -> None:
    """WH-1: for the time that was chosen, two secrets sign, the newest first. Then one does."""
    rotated, fact = webhooks.rotate_secret(WEBHOOK, b"newer", keep=DAY, at=AT)
    assert fact == WebhookSecretRotated(webhook_id=ID, at=AT)
    assert webhooks.secrets_at(WEBHOOK, AT) == [b"sealed"]
    assert webhooks.secrets_at(rotated, AT) == [b"newer", b"sealed"]
    assert webhooks.secrets_at(rotated, AT + DAY - timedelta.resolution) == [b"newer", b"sealed"]
    assert webhooks.secrets_at(rotated, AT + DAY) == [b"newer"]
    again = webhooks.rotate_secret(rotated, b"newest", keep=DAY, at=AT)[0]
    assert webhooks.secrets_at(again, AT) == [b"newest", b"newer"]
    at_once = webhooks.rotate_secret(rotated, b"newest", keep=timedelta(0), at=AT)[0]
    assert (webhooks.secrets_at(at_once, AT), at_once.former_secret) == ([b"newest"], None)


@given(st.binary(min_size=32, max_size=32))
def test_secrets(token: bytes) -> None:
    """WH-1: a secret is 256 bits as the Standard Webhooks scheme writes them, in any token."""
    secret = webhooks.secret_of(base64.urlsafe_b64encode(token).decode().rstrip("="))
    assert base64.b64decode(secret.removeprefix("whsec_"), validate=True) == token
    assert secret.startswith("whsec_")


def test_switching() -> None:
    """WH-1, WH-3: an endpoint is switched off and on, also one that the portal gave up; twice is refused."""
    later = AT + DAY
    off, fact = webhooks.switch(WEBHOOK, on=False, at=later)
    assert (off.state, off.switched_at) == (WebhookState.OFF, later)
    assert fact == WebhookSwitched(webhook_id=ID, on=False, at=later)
    disabled, gone = webhooks.disable(WEBHOOK, WebhookFailure.GONE, at=AT)
    assert (disabled.state, disabled.failure) == (WebhookState.DISABLED, WebhookFailure.GONE)
    assert gone == WebhookDisabled(webhook_id=ID, failure="gone", at=AT)
    assert webhooks.switch(disabled, on=True, at=later)[0] == attrs.evolve(WEBHOOK, switched_at=later)
    assert webhooks.switch(disabled, on=False, at=later)[0] == off
    for webhook, on in ((WEBHOOK, True), (off, False)):
        with pytest.raises(Refused) as error:
            webhooks.switch(webhook, on=on, at=later)
        assert error.value.faults == (Fault(code=FaultCode.WRONG_STATE, field="webhook"),)
    assert webhooks.remove(WEBHOOK, at=AT) == WebhookRemoved(webhook_id=ID, at=AT)


PRIVATE = (
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.8",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "233.252.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "3fff::1",
    "2002:5db8:d70e::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
)
PUBLIC = ("93.184.215.14", "8.8.8.8", "2606:2800:21f::1", "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::808:808")


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses(address: str) -> None:
    """WH-4: nothing is sent to a private, loopback, link-local, reserved, shared or multicast address, or a tunnel."""
    assert not may_receive(address, SETTINGS, is_plain=False)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address: str) -> None:
    """WH-4: public addresses may receive webhooks, over TLS only."""
    assert may_receive(address, SETTINGS, is_plain=False)
    assert not may_receive(address, SETTINGS, is_plain=True)
    assert not may_receive(address, INSIDE, is_plain=True)


def test_networks_of_the_settings() -> None:
    """WH-4: a network of the settings is let through, also if its IPv4 address is written as one of IPv6."""
    for address in ("10.20.0.1", "::ffff:10.20.0.1", "64:ff9b::a14:1", "::1"):
        assert may_receive(address, INSIDE, is_plain=True)
        assert not may_receive(address, SETTINGS, is_plain=False)
    assert not may_receive("10.21.0.1", INSIDE, is_plain=False)
    assert not may_receive("::2", INSIDE, is_plain=False)


@given(st.ip_addresses(v=4))
def test_written_as_ipv6(address: IPv4Address) -> None:
    """WH-4: an IPv4 address is judged alike, however it is written."""
    judged = may_receive(str(address), SETTINGS, is_plain=False)
    for written in (f"::ffff:{address}", str(IPv6Address(int(IPv6Address("64:ff9b::")) + int(address)))):
        assert may_receive(written, SETTINGS, is_plain=False) is judged


@given(st.ip_addresses())
def test_what_python_calls_private(address: IPv4Address | IPv6Address) -> None:
    """WH-4: whatever Python calls private, reserved or the like is not sent to."""
    inner = webhooks._inner(ip_address(address))
    if inner.is_private or inner.is_loopback or inner.is_link_local or inner.is_reserved or inner.is_multicast:
        assert not may_receive(str(address), SETTINGS, is_plain=False)
