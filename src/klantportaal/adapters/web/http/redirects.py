"""The targets of redirects after signing in or confirming the password."""

import re
from collections.abc import Mapping
from urllib.parse import quote, unquote, urlencode, urlsplit

_PATH = re.compile(r"/(?!/)[A-Za-z0-9\-._~!$&'()*+,;=:@%/?]*", re.ASCII)
LONGEST = 1000


def safe_target(wanted: str, mount: str) -> str | None:
    """Return *wanted* if it is a path within the portal, or None if it might lead elsewhere.

    Args:
        wanted: the field ``next`` of the form.
        mount: the path under which the portal is mounted, ending in a slash.
    """
    if len(wanted) > LONGEST or not _PATH.fullmatch(wanted) or not wanted.startswith(mount):
        return None
    path, _question, _query = wanted.partition("?")
    climbs = any(part in (".", "..") for part in unquote(path).split("/"))
    return None if climbs or "//" in path or "\\" in unquote(path) else wanted


def meant(path: str, query: str, mount: str) -> str:
    """Give the path, with its query, of the address that somebody meant who came with something behind it.

    Args:
        path: the path below the mount, percent-encoded.
        query: the query of the request, as it came.
        mount: the path under which the portal is mounted, ending in a slash.
    """
    kept = quote(query, safe="/?!$&'()*+,;=:@%")
    return f"{mount}{path}?{kept}" if kept else f"{mount}{path}"


def page_before(referer: str, mount: str) -> str:
    """Find the path of the page of the portal from which a form was sent.

    Args:
        referer: the header ``Referer``, or "" if it is missing.
        mount: the path under which the portal is mounted, ending in a slash.

    Returns:
        The path with its query, or "" if the header is missing or is not a page of the portal.
    """
    try:
        parts = urlsplit(referer)
    except ValueError:
        return ""
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return safe_target(path, mount) or ""


def vendor_page(page: str, onward: str) -> str:
    """Give the address of a page of the vendor, with the path of the portal to which it leads back (PE-6).

    Args:
        page: the page, as the office set it.
        onward: the path. "" for none.
    """
    joint = "&" if "?" in page else "?"
    return f"{page}{joint}{urlencode({'next': onward})}" if onward else page


def confirming(onward: str, *, lost: bool) -> Mapping[str, str]:
    """Give the query parameters for the page that asks to confirm the password.

    Args:
        onward: the path to go to after the confirmation.
        lost: whether the request was a form whose fields are not kept. The page then shows a notice.
    """
    return {"next": onward, "melding": "niet-uitgevoerd"} if lost else {"next": onward}
