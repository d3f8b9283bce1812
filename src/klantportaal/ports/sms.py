"""The ports that write and send SMS messages with codes."""

from typing import Protocol

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.offices import Office
from klantportaal.domain.texting import E164
from klantportaal.domain.values import Language


class SmsRefused(Exception):
    """The number is refused permanently. Do not retry."""


class SmsUnavailable(Exception):
    """The gateway cannot be reached, asks to wait, or refuses without a reason. Retry later."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class Sms:
    """One SMS to one number."""

    to: E164
    text: str = attrs.field(repr=False)
    """Contains a code that gives access. Never log it."""


class SmsSender(Protocol):
    """Sends SMS messages through a gateway."""

    def send(self, sms: Sms, *, key: str) -> None:
        """Send an SMS. A second call with the same *key* may send nothing.

        Neither the text, nor the number, nor the gateway's secrets may appear in a log or in an error message.

        Raises:
            SmsRefused: the number is refused permanently, or is not exactly one E.164 number.
            SmsUnavailable: the SMS was not accepted now; retry later.
        """
        ...


@attrs.frozen(kw_only=True, field_transformer=checked)
class Note:
    """The data from which an SMS is written: the code and the office."""

    office: Office
    language: Language
    to: E164
    code: str = attrs.field(repr=False)
    """ASCII digits."""
    minutes: int
    """The lifetime of the code."""


class SmsWriter(Protocol):
    """Writes SMS messages from notes."""

    def write(self, note: Note) -> Sms:
        """Write the SMS in the note's language. It names the office, the code and the code's lifetime.

        The text fits in one SMS: at most 160 characters of the GSM alphabet (GSM 03.38), whatever the office's name is.
        Its last line is ``@host #code``, with the host of the portal. That line binds the code to the host: a telephone
        fills it in on that host only (WICG, origin-bound one-time codes).
        """
        ...
