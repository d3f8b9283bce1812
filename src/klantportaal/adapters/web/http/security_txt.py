"""``/.well-known/security.txt``: where to report a weakness (RFC 9116).

Both hosts serve it for a vendor that gives a ``SecurityContact``.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import attrs

from klantportaal.domain.boundary import checked

PATH = "/.well-known/security.txt"
HEADERS = {"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff"}
_WEB = re.compile(r"https://[!-~]+", re.ASCII)
_CONTACT = re.compile(r"(?:https://|mailto:|tel:)[!-~]+", re.ASCII)
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*", re.ASCII)


def _each(pattern: re.Pattern[str], right: str) -> Any:
    """Check that every text of a field, which is one or several, has the form of a pattern."""

    def check(_instance: object, field: "attrs.Attribute[Any]", value: str | Sequence[str] | None) -> None:
        texts = [value] if isinstance(value, str) else value or ()
        if not all(pattern.fullmatch(text) for text in texts):
            raise ValueError(f"SecurityContact: {field.name} must be {right}")

    return check


def _some(_instance: object, field: "attrs.Attribute[Any]", value: Sequence[str]) -> None:
    if not value:
        raise ValueError(f"SecurityContact: {field.name} must have at least one")


def _in_utc(_instance: object, _field: object, value: datetime) -> None:
    try:
        value.astimezone(UTC)
    except OverflowError:
        raise ValueError("SecurityContact: expires must be between the years 1 and 9999 in UTC") from None


@attrs.frozen(kw_only=True, field_transformer=checked)
class SecurityContact:
    """Where somebody reports a weakness of the vendor's site.

    Raises:
        TypeError: a field has a wrong type; *expires* has no time zone.
        ValueError: a field has a wrong form; *expires* is in no year that UTC can have.
    """

    contacts: tuple[str, ...] = attrs.field(
        validator=[_some, _each(_CONTACT, "mailto:…, https://… or tel:…, without spaces")]
    )
    """Where to report, the best way first: ``mailto:security@example.nl``, ``https://…`` or ``tel:…``."""
    expires: datetime = attrs.field(validator=_in_utc)
    """From this moment on nothing is served. Look at all fields once a year, and then give a new moment."""
    languages: tuple[str, ...] = attrs.field(
        default=("nl", "en"), validator=_each(_LANGUAGE, "codes such as nl or en-GB")
    )
    """The languages in which to report."""
    policy: str | None = attrs.field(default=None, validator=_each(_WEB, "https://…"))
    """The page with what is asked of those who look for weaknesses."""
    encryption: str | None = attrs.field(default=None, validator=_each(_WEB, "https://…"))
    """The page with the key to encrypt a report with."""
    canonical: str | None = attrs.field(default=None, validator=_each(_WEB, "https://…"))
    """The address of this very file."""

    def text(self) -> str | None:
        """Write the file. None once it has expired: what may be out of date must not be followed."""
        if self.expires <= datetime.now(UTC):
            return None
        lines = [("Contact", contact) for contact in self.contacts]
        lines.append(("Expires", f"{self.expires.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"))
        others = {"Encryption": self.encryption, "Policy": self.policy, "Canonical": self.canonical}
        lines += [(name, value) for name, value in others.items() if value]
        if self.languages:
            lines.append(("Preferred-Languages", ", ".join(self.languages)))
        return "".join(f"{name}: {value}\n" for name, value in lines)
