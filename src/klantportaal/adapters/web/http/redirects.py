"""Where signing in, or giving the password once more, may lead on to."""

import re
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

_PATH = re.compile(r"/(?!/)[A-Za-z0-9\-._~!$&'()*+,;=:@%/?]*", re.ASCII)
LONGEST = 1000


def safe_target(wanted: str, mount: str) -> str | None:
    """Give *wanted* back if it is a page of the portal, as a path; None if it could lead anywhere else.

    Args:
        wanted: what the form's ``next`` says.
        mount: the path under which the portal stands, ending in a slash.
    """
    if len(wanted) > LONGEST or not _PATH.fullmatch(wanted) or not wanted.startswith(mount):
        return None
    path, _question, _query = wanted.partition("?")
    climbs = any(part in (".", "..") for part in unquote(path).split("/"))
    return None if climbs or "//" in path or "\\" in unquote(path) else wanted


def page_before(referer: str, mount: str) -> str:
    """Give the page of the portal that a form was sent from, as a path; "" if the browser does not tell."""
    try:
        parts = urlsplit(referer)
    except ValueError:
        return ""
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return safe_target(path, mount) or ""


def confirming(onward: str, *, lost: bool) -> Mapping[str, str]:
    """Say what the address of the page that asks for the password once more asks.

    Args:
        onward: where it leads.
        lost: whether it stands in the way of a form that is filled in, of which nothing is kept.
    """
    return {"next": onward, "melding": "niet-uitgevoerd"} if lost else {"next": onward}
