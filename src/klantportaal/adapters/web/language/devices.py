"""Names a device by its ``User-Agent``: "Firefox on Windows" (SI-4)."""

import re

from klantportaal.adapters.web.language.translations import Wording, sentence

_BOTH = sentence("%(browser)s on %(system)s")
_SYSTEM = sentence("A browser on %(system)s")
_UNKNOWN = sentence("An unknown device")
_KINDS = re.compile(r"\b(?:Mobile|iOS|WebView|UI/WKWebView)\b")
"""Words that the parser adds to a browser's name, and that its user does not know."""
_SYSTEMS = {"Mac OS X": "Mac", "Chrome OS": "Chromebook"}
_LONGEST = 30
"""Characters. A longer name is not shown."""


def device_name(said: str, wording: Wording) -> str:
    """Name a device. *said* is a ``User-Agent``, which may be any text."""
    browser, system = _browser(said), _system(said)
    if browser and system:
        return wording.say(_BOTH, browser=browser, system=system)
    return browser or (wording.say(_SYSTEM, system=system) if system else wording.say(_UNKNOWN))


def _browser(said: str) -> str:
    from ua_parser import parse_user_agent  # Imported late: it is slow to import.

    found = parse_user_agent(said)
    return _short(" ".join(_KINDS.sub(" ", found.family).split())) if found else ""


def _system(said: str) -> str:
    from ua_parser import parse_os  # Imported late, as above.

    found = parse_os(said)
    if found is None:
        return ""
    if found.family == "iOS":
        return "iPad" if "iPad" in said else "iPhone"
    return _short(_SYSTEMS.get(found.family, found.family))


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else ""
