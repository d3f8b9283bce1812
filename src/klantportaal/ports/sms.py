"""SMS: writing a code in the reader's language, and handing it to a gateway."""

from typing import Protocol

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.offices import Office
from klantportaal.domain.texting import E164
from klantportaal.domain.values import Language


class SmsRefused(Exception):
    """The number is refused for good; trying again is of no use."""


class SmsUnavailable(Exception):
    """The gateway cannot be reached, asks to wait, or says no without saying why; try again."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class Sms:
    """One SMS to one number."""

    to: E164
    text: str = attrs.field(repr=False)
    """With a code in it that lets its reader in: it belongs in no log."""


class SmsSender(Protocol):
    """Hands SMSs to a gateway."""

    def send(self, sms: Sms, *, key: str) -> None:
        """Send once per *key*; called again with the same key, may send nothing.

        Neither the text nor the gateway's secrets come into a log, nor into the words of an error.

        Raises:
            SmsRefused: the number is refused for good, or is not exactly one number as E.164 has it.
            SmsUnavailable: try again.
        """
        ...


@attrs.frozen(kw_only=True, field_transformer=checked)
class Note:
    """What an SMS is to say: a code, and whose portal it opens."""

    office: Office
    language: Language
    to: E164
    code: str = attrs.field(repr=False)
    """ASCII digits."""
    minutes: int
    """How long the code lives."""


class SmsWriter(Protocol):
    """Puts a note into words."""

    def write(self, note: Note) -> Sms:
        """Write the SMS in the note's language: the office, the code, how long it lives.

        It is one SMS of 160 characters of the GSM alphabet (GSM 03.38), however the office is called. Its last line
        binds the code to the portal's own host, ``@host #code``, so that a telephone fills it in there and nowhere
        else (WICG, origin-bound one-time codes).
        """
        ...
