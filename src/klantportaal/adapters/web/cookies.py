"""The portal's cookies: their names and attributes.

Each office has its own, so that two offices of one host name do not sign each other's clients out.
"""

import enum
from collections.abc import Mapping
from typing import Literal, TypedDict

from klantportaal.domain.offices import Office
from klantportaal.domain.values import OfficeId


class Cookie(enum.StrEnum):
    """What a cookie is for."""

    SESSION = "sessie"
    INVITATION = "uitnodiging"
    PASSWORD_LINK = "wachtwoord"  # noqa: S105 - a name, not a password
    LANGUAGE = "taal"


class Attributes(TypedDict):
    """What both hosts' ``set_cookie`` take."""

    path: str
    secure: bool
    httponly: bool
    samesite: Literal["lax"]


def is_secure(office: Office) -> bool:
    """Tell whether the office's clients come over HTTPS; a demo on one's own machine does without."""
    return office.base_url.startswith("https:")


def name(cookie: Cookie, office_id: OfficeId, *, secure: bool) -> str:
    """Name a cookie; ``__Host-`` keeps other host names of the same domain from planting one (RFC 6265bis 4.1.3)."""
    prefix = "__Host-" if secure else ""
    return f"{prefix}klantportaal-{office_id.hex[-12:]}-{cookie}"


def attributes(*, secure: bool) -> Attributes:
    """Say how every cookie is set and, to clear one, unset."""
    return {"path": "/", "secure": secure, "httponly": True, "samesite": "lax"}


def read(cookies: Mapping[str, str], cookie: Cookie, office: Office) -> str | None:
    """Find a cookie's value among those of a request."""
    return cookies.get(name(cookie, office.id, secure=is_secure(office))) or None


def session_token(cookies: Mapping[str, str], office_id: OfficeId) -> tuple[str | None, bool]:
    """Find the session's token where the office is not at hand yet, and whether it came in the secure cookie.

    A page reads session and office in one statement; whether the cookie was of the right kind is checked after that.
    """
    if token := cookies.get(name(Cookie.SESSION, office_id, secure=True)):
        return token, True
    return cookies.get(name(Cookie.SESSION, office_id, secure=False)) or None, False
