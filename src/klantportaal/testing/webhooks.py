"""Requests as the portal sends them to an endpoint, and forged ones, for the tests of a receiver of webhooks (WH-2).

It needs the extra ``webhooks``.

``requests`` makes them for a secret of yours: each says whether the receiver must accept it, and why. ``check`` sends
all of them and tells what the receiver did wrong. ``repeated`` and ``reordered`` make what happens to good ones on the
way: the same one twice, and two of one dossier in the wrong order.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import attrs

from klantportaal.adapters.webhooks.cloud_events import MEDIA_TYPE, cloud_event
from klantportaal.domain.public_events import EventType, PublicEvent
from klantportaal.domain.values import DossierId, EventId, OfficeId
from klantportaal.extras import extra

with extra("webhooks", "making requests of webhooks"):
    from standardwebhooks.webhooks import Webhook

OTHER_SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
"""A secret that the receiver does not have."""
TOLERANCE = timedelta(minutes=5)
"""How far the time of a request may differ from that of the receiver."""


@attrs.frozen(kw_only=True)
class WebhookRequest:
    """One request of POST."""

    name: str
    """What it is, in a few words."""
    is_good: bool
    """Whether the receiver must answer with 2xx. It must refuse all others with 4xx."""
    headers: Mapping[str, str]
    body: bytes


def event(number: int = 1) -> PublicEvent:
    """Make an event of a dossier: its place in the feed, and in the dossier, is *number*."""
    return PublicEvent(
        id=EventId(UUID(int=number)),
        office_id=OfficeId(UUID(int=101)),
        number=number,
        type=EventType.MESSAGE_SENT,
        at=datetime(2026, 1, 5, 9, number % 60, tzinfo=UTC),
        dossier_id=DossierId(UUID(int=102)),
        dossier_number=number,
        data={name: str(UUID(int=103)) for name in ("message_id", "client_id", "account_id")},
    )


def request(secret: str, told: PublicEvent, *, at: datetime | None = None) -> WebhookRequest:
    """Make the request that tells of an event.

    Args:
        secret: that of the receiver, as ``webhooks.make`` gives it.
        told: the event.
        at: the time of the request. Default: now.
    """
    return _signed("a good one", told, [secret], at or datetime.now(UTC))


def repeated(secret: str, *, at: datetime | None = None) -> Sequence[WebhookRequest]:
    """Make a request and its repetition. The receiver accepts both, and does what they ask for once."""
    return [request(secret, event(), at=at)] * 2


def reordered(secret: str, *, at: datetime | None = None) -> Sequence[WebhookRequest]:
    """Make two requests of one dossier, the later event first. The receiver accepts both.

    What it shows of the dossier afterwards is what the later event says: that with the higher ``dossier_number``.
    """
    return [request(secret, event(number), at=at) for number in (2, 1)]


def requests(secret: str, *, at: datetime | None = None) -> Sequence[WebhookRequest]:
    """Make a request of each kind.

    Args:
        secret: that of the receiver.
        at: the time of the receiver. Default: now.
    """
    now, told, other = at or datetime.now(UTC), event(), OTHER_SECRET
    good = _signed("a good one", told, [secret], now)
    late = TOLERANCE + timedelta(minutes=1)
    bad = [
        _signed("a forged one: signed with another secret", told, [other], now),
        attrs.evolve(good, body=good.body.replace(b"message.sent", b"mail.bounced"), name="another body"),
        _changed(good, "the id of another event", "webhook-id", str(event(2).id)),
        _changed(good, "another time", "webhook-timestamp", str(int(now.timestamp()) + 1)),
        _signed("an old one, sent again by somebody else", told, [secret], now - late),
        _signed("one of the future", told, [secret], now + late),
        _changed(good, "no signature", "webhook-signature", None),
        _changed(good, "an empty signature", "webhook-signature", ""),
        _changed(good, "a signature of another version", "webhook-signature", f"v2,{_bare(good)}"),
        _changed(good, "half a signature", "webhook-signature", f"v1,{_bare(good)[:20]}"),
        _changed(good, "no id", "webhook-id", None),
        _changed(good, "no time", "webhook-timestamp", None),
        _changed(good, "a time that is none", "webhook-timestamp", "now"),
    ]
    return [
        good,
        _signed("one during a rotation, the newer secret first", told, [other, secret], now),
        _signed("one during a rotation, the newer secret last", told, [secret, other], now),
        _signed("one that is four minutes late", told, [secret], now - timedelta(minutes=4)),
        *(attrs.evolve(each, is_good=False) for each in bad),
    ]


def check(secret: str, send: Callable[[WebhookRequest], int]) -> Sequence[str]:
    """Send a request of each kind to a receiver, and give what it did wrong. Nothing, if it is right.

    Args:
        secret: that of the receiver.
        send: sends a request, and gives the status of the answer.
    """
    wrong = []
    for each in [*requests(secret), *repeated(secret), *reordered(secret)]:
        status = send(each)
        if (200 <= status < 300) is not each.is_good or (not each.is_good and not 400 <= status < 500):
            wrong.append(f"{each.name}: it must be {'accepted' if each.is_good else 'refused'}, and got {status}")
    return wrong


def _signed(name: str, told: PublicEvent, secrets: Sequence[str], at: datetime) -> WebhookRequest:
    body = cloud_event(told)
    signatures = [Webhook(each).sign(str(told.id), at, body) for each in secrets]
    headers = {
        "content-type": f"{MEDIA_TYPE}; charset=utf-8",
        "webhook-id": str(told.id),
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
    return WebhookRequest(name=name, is_good=True, headers=headers, body=body.encode())


def _changed(good: WebhookRequest, name: str, header: str, value: str | None) -> WebhookRequest:
    """Change a header of a request, or leave it out."""
    kept = {each: text for each, text in good.headers.items() if each != header}
    return attrs.evolve(good, name=name, headers=kept if value is None else {**kept, header: value})


def _bare(good: WebhookRequest) -> str:
    return good.headers["webhook-signature"].partition(",")[2]
