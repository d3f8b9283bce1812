"""The portal's cookies: their names and attributes.

Each office has its own, so that two offices of one host name do not sign each other's clients out.
"""

import enum
from typing import Literal, TypedDict

from klantportaal.domain.values import OfficeId


class Cookie(enum.StrEnum):
    """What a cookie is for."""

    SESSION = "sessie"
    SECOND_STEP = "tweede-stap"
    INVITATION = "uitnodiging"
    PASSWORD_LINK = "wachtwoord"  # noqa: S105 - a name, not a password
    LANGUAGE = "taal"


LANGUAGE_LIFE = 365 * 24 * 60 * 60
"""Seconds that the choice of a language is kept; the other cookies end with the browser."""


class Attributes(TypedDict):
    """What both hosts' ``set_cookie`` take."""

    path: str
    secure: bool
    httponly: bool
    samesite: Literal["lax"]


def is_secure(base_url: str) -> bool:
    """Tell whether an office's clients come over HTTPS; a demo on one's own machine does without."""
    return base_url.startswith("https:")


def name(cookie: Cookie, office_id: OfficeId, *, secure: bool) -> str:
    """Name a cookie; ``__Host-`` keeps other host names of the same domain from planting one (RFC 6265bis 4.1.3)."""
    prefix = "__Host-" if secure else ""
    return f"{prefix}klantportaal-{office_id.hex[-12:]}-{cookie}"


def attributes(*, secure: bool) -> Attributes:
    """Say how every cookie is set and, to clear one, unset."""
    return {"path": "/", "secure": secure, "httponly": True, "samesite": "lax"}
