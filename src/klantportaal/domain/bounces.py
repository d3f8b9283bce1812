"""Reading reports that a mail was not delivered: delivery status notifications (RFC 3464).

Anybody can send a report, and can forge one. So the portal takes only one fact from a report: the mail that it names
did not arrive.
"""

from collections.abc import Iterator, Sequence
from email import message_from_bytes
from email.message import Message

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.outgoing import task_ids_in
from klantportaal.domain.values import TaskId, plain_line

MOST_BYTES = 256 * 1024
"""The rest of a longer report is not read. It is the end of the mail that was sent back."""
_MOST_IDS = 10


@attrs.frozen(kw_only=True, field_transformer=checked)
class Bounce:
    """What a report says."""

    task_ids: Sequence[TaskId]
    """The tasks that it may be about."""
    problem: str
    """Why the mail was not delivered, on one line."""


def read_report(report: bytes) -> Bounce | None:
    """Read a report. None if it is no report of a failed delivery of one of the portal's mails, or is damaged.

    Reports of a delay or of a delivery give None too.
    """
    try:
        return _read(message_from_bytes(report[:MOST_BYTES]))
    except Exception:  # noqa: BLE001 - the parser can raise any error for damaged bytes
        return None


def _read(report: Message) -> Bounce | None:
    parts = {part.get_content_type(): part for part in reversed(_parts(report))}
    status = parts.get("message/delivery-status")
    if report.get_content_type() != "multipart/report" or status is None:
        return None
    blocks = _parts(status)
    failed = next((block for block in blocks if _field(block, "Action").lower() == "failed"), None)
    texts = [
        *(_field(report, name) for name in ("In-Reply-To", "References")),
        *(_field(block, name) for block in blocks for name in ("Original-Envelope-Id", "X-Original-Message-ID")),
        *_original_ids(parts),
    ]
    task_ids = list(dict.fromkeys(task_ids_in(" ".join(texts).lower())))[:_MOST_IDS]
    if failed is None or not task_ids:
        return None
    said = [_field(failed, "Status"), _field(failed, "Diagnostic-Code").removeprefix("smtp;").strip()]
    return Bounce(task_ids=task_ids, problem=plain_line(" ".join(filter(None, said)))[:300] or "not delivered")


def _original_ids(parts: dict[str, Message]) -> Iterator[str]:
    """Give the Message-ID of the mail that was sent back, whole or as its headers alone."""
    for original in _parts(parts.get("message/rfc822", Message())):
        yield _field(original, "Message-ID")
    headers = parts.get("text/rfc822-headers", Message()).get_payload(decode=True)
    if isinstance(headers, bytes):
        yield _field(message_from_bytes(headers), "Message-ID")


def _parts(message: Message) -> Sequence[Message]:
    payload = message.get_payload()
    return [part for part in payload if isinstance(part, Message)] if isinstance(payload, list) else []


def _field(message: Message, name: str) -> str:
    return str(message.get(name, "")).strip()
