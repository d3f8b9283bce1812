"""The ports that write and send e-mail."""

from collections.abc import Mapping
from datetime import date
from typing import Protocol

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.destinations import Place
from klantportaal.domain.office_notices import Arrival
from klantportaal.domain.offices import Office
from klantportaal.domain.outgoing import Notice, TaskKind
from klantportaal.domain.receipts import Receipt
from klantportaal.domain.values import Language
from klantportaal.domain.waiting import Waiting


class Undeliverable(Exception):
    """The recipient does not exist. Do not retry. The text is the server's answer: the office sees it."""


class MailUnavailable(Exception):
    """The mail was not accepted now. Retry later. The text is the server's answer: the office sees it."""


class DestinationUnavailable(MailUnavailable):
    """The server was reached, and did not answer in time for this recipient. Its domain is left alone for a while."""


class MailServerUnavailable(MailUnavailable):
    """No mail can be sent now, whoever it is for: all mail waits for a while.

    The text says what is wrong and what to do. It is logged, so it has no recipient and no secret.
    """


LOGO_ID = "logo@klantportaal"
"""The Content-ID of the picture in a mail (RFC 2045 7)."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class Mail:
    """One mail to one address."""

    sender_name: str
    """The office's name, shown as the sender. The sender's address is a setting of the `MailSender`."""
    reply_to: str
    """The office's contact address."""
    to: str
    """Exactly one e-mail address."""
    subject: str
    text: str = attrs.field(repr=False)
    """The plain text. Its link may hold a secret that gives access."""
    html: str = attrs.field(repr=False)
    """The HTML. Its link may hold a secret that gives access."""
    language: Language
    logo: bytes | None = attrs.field(default=None, repr=False)
    """A PNG that the HTML shows under the address ``cid:`` with `LOGO_ID` (RFC 2392). None if it shows no picture."""


class MailSender(Protocol):
    """Sends e-mail."""

    def send(self, mail: Mail, *, key: str) -> None:
        """Send a mail, with its logo if it has one. Several threads may call this at once.

        A second call with the same *key* may send nothing.

        The same key always gives the same Message-ID, so that the receiving server can drop a duplicate. The call takes
        less time than the dispatcher's lease.

        What a server says is final only if it says that this recipient does not exist: `is_final` of
        ``klantportaal.domain.mail_replies`` decides that for replies of SMTP. Everything else is retried for days.

        Raises:
            Undeliverable: the recipient does not exist, or is not one e-mail address.
            DestinationUnavailable: the server did not answer in time for this recipient.
            MailServerUnavailable: no mail can be sent now.
            MailUnavailable: this mail was not accepted now, for another reason.
        """
        ...

    def close(self) -> None:
        """Close connections that are kept open for the next mail. There may be a next one all the same."""
        ...


@attrs.frozen(kw_only=True, field_transformer=checked)
class Awaiting:
    """The part of a notification that is about one dossier. It never holds contents (PR-2)."""

    dossier_number: str
    notices: frozenset[Notice]


@attrs.frozen(kw_only=True, field_transformer=checked)
class Arrivals:
    """The part of a mail to the office that is about one client in one dossier. It never holds contents (OF-4)."""

    dossier_number: str
    client_name: str
    counts: Mapping[Arrival, int]
    """How many of what arrived: at least one each."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class Due:
    """The part of a reminder that is about one dossier. It never holds contents (RM-1)."""

    dossier_number: str
    questionnaires: int
    """How many questionnaires to fill in."""
    items: int
    """How many items of requests to deliver."""
    due_on: date | None
    """The earliest due date of them. It may have passed. None if they have none."""
    waiting: Waiting | None
    """Who has to do something in the dossier (PG-2). None if all was done just now."""
    today: date
    """The day of the mail, in the office's time zone."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class Letter:
    """The data from which a mail is written."""

    kind: TaskKind
    office: Office
    language: Language
    to: str
    name: str
    """The name in the salutation."""
    url: str = attrs.field(repr=False)
    """The target of the only link. It may hold a secret that gives access."""
    awaiting: tuple[Awaiting, ...] = ()
    """For notifications: one item for each dossier."""
    place: Place = Place.HOME
    """For notifications, reminders and ``FILE_REJECTED``: what the link leads to (NW-2)."""
    arrivals: tuple[Arrivals, ...] = ()
    """For mails to the office: one item for each client in a dossier."""
    receipt: Receipt | None = None
    """For ``RECEIPT``: what was delivered."""
    due: tuple[Due, ...] = ()
    """For reminders: one item for each dossier, of which at least one is not zero."""
    facts: Mapping[str, str] = attrs.field(factory=dict)
    """The lifetime of the link of an ``INVITATION``, ``INVITATION_REMINDER``, ``PASSWORD_LINK`` or ``ADDRESS_LINK``: a
    whole number, in digits,
    under the key ``days``, ``hours`` or ``minutes``. For ``ACCOUNT_ADDED`` the name of the client, under the key
    ``client``. For ``FILE_REJECTED`` the number of the dossier, under the key ``dossier``. For
    ``WEBHOOK_DISABLED`` the host of the endpoint, under the key ``host``, and ``gone`` or ``failing``, under the key
    ``failure``. Other kinds have no facts."""
    logo: bytes | None = attrs.field(default=None, repr=False)
    """The logo of the office, as it was stored: PNG or JPEG. None if it has none."""


class MailWriter(Protocol):
    """Writes mails from letters."""

    def write(self, letter: Letter) -> Mail:
        """Write the mail in the letter's language, as plain text and as HTML with the same contents.

        ``sender_name`` is the office's name. ``reply_to`` is the office's contact address. Text and HTML both contain
        the link. The HTML begins with the logo, which is in the mail itself; a damaged logo is left out.
        """
        ...
