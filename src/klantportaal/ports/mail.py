"""Mail: writing it in the reader's language, and handing it to the world."""

from collections.abc import Mapping
from typing import Protocol

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.offices import Office
from klantportaal.domain.outgoing import Notice, TaskKind
from klantportaal.domain.values import Language


class Undeliverable(Exception):
    """The address is refused for good; trying again is of no use."""


class MailUnavailable(Exception):
    """The mail server cannot be reached or asks to wait; try again later."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class Mail:
    """One mail to one address."""

    sender_name: str
    """The office's name, shown as the sender; the address behind it is the sender's own setting."""
    reply_to: str
    """The office's contact address."""
    to: str
    """Exactly one e-mail address."""
    subject: str
    text: str = attrs.field(repr=False)
    """Like the HTML, with a link that may let its reader in."""
    html: str = attrs.field(repr=False)
    language: Language


class MailSender(Protocol):
    """Hands mail to the world."""

    def send(self, mail: Mail, *, key: str) -> None:
        """Send once per *key*; called again with the same key, may send nothing.

        The same key makes the same Message-ID, so that a reader's server can drop a mail that came twice.

        Raises:
            Undeliverable: the address is refused for good.
            MailUnavailable: try again later.
        """
        ...


@attrs.frozen(kw_only=True, field_transformer=checked)
class Awaiting:
    """What a notification says of one dossier: never contents (PR-2)."""

    dossier_number: str
    notices: frozenset[Notice]


@attrs.frozen(kw_only=True, field_transformer=checked)
class Letter:
    """What a mail is to say."""

    kind: TaskKind
    office: Office
    language: Language
    to: str
    name: str
    """Whom it greets."""
    url: str = attrs.field(repr=False)
    """Where its one link leads; the secret in it lets its reader in."""
    awaiting: tuple[Awaiting, ...] = ()
    """For notifications: by dossier."""
    facts: Mapping[str, str] = attrs.field(factory=dict)
    """How long the link of an ``INVITATION`` or ``PASSWORD_LINK`` lives: a whole number, as digits, under ``days``,
    ``hours`` or ``minutes``. Other kinds need no facts."""


class MailWriter(Protocol):
    """Puts a letter into words."""

    def write(self, letter: Letter) -> Mail:
        """Write the mail in the letter's language, as plain text and as HTML that say the same.

        It comes from the office by name, answers go to the office's contact address, and both forms hold the link.
        """
        ...
