"""The portal's cookies: their names and attributes.

Each office has its own cookie names, so that two offices on one host name do not sign each other's clients out.
"""

import enum
from typing import Literal, TypedDict

from klantportaal.domain.values import OfficeId


class Cookie(enum.StrEnum):
    """The purposes of the portal's cookies."""

    SESSION = "sessie"
    SECOND_STEP = "tweede-stap"
    INVITATION = "uitnodiging"
    PASSWORD_LINK = "wachtwoord"  # noqa: S105 - a name, not a password
    ADDRESS_LINK = "e-mailadres"
    LANGUAGE = "taal"


LANGUAGE_LIFE = 365 * 24 * 60 * 60
"""Lifetime of the language cookie in seconds. The other cookies are session cookies."""


class Attributes(TypedDict):
    """The keyword arguments that ``set_cookie`` takes in both frameworks."""

    path: str
    secure: bool
    httponly: bool
    samesite: Literal["lax"]


def is_secure(base_url: str) -> bool:
    """Tell whether an office's clients use HTTPS. A demo on a developer's own machine does not."""
    return base_url.startswith("https:")


def name(cookie: Cookie, office_id: OfficeId, *, secure: bool) -> str:
    """Give the name of a cookie of an office.

    The prefix ``__Host-`` prevents other hosts of the same domain from setting the cookie (RFC 6265bis 4.1.3).
    """
    prefix = "__Host-" if secure else ""
    return f"{prefix}klantportaal-{office_id.hex[-12:]}-{cookie}"


def attributes(*, secure: bool) -> Attributes:
    """Give the attributes with which every cookie is set and cleared."""
    return {"path": "/", "secure": secure, "httponly": True, "samesite": "lax"}
