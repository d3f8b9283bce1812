"""Where a sign-in may lead on to."""

import re
from urllib.parse import unquote

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
