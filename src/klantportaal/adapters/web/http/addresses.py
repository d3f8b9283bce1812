"""Addresses as people follow them: with something of the text around a link behind it, or leading nowhere.

A mail program may take the full stop, the bracket or the quotation mark behind a link for a part of it. So an address
with something behind it leads where it leads alone. So does one that was broken in two, and one in capitals. Any other
address below the mount gets a page of the portal's own, with a way on.
"""

import functools
import re
from collections.abc import Callable, Collection, Mapping
from string import Formatter

import attrs

from klantportaal.adapters.web.http.errors import AddressLinkDead, LinkMeant, NoSuchPage, WebError, WrongMethod
from klantportaal.adapters.web.http.paths import PATHS, written
from klantportaal.domain.errors import LinkDead, PortalError

_ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_TOKEN = "[A-Za-z0-9_-]{43}"  # noqa: S105 - the shape of a token, as the port of secrets says it
_SHAPES: Mapping[str, str] = {"token": _TOKEN, "code": _TOKEN}
"""The shapes of path parameters that are no ids."""
_CONTROL = r"\x00-\x1f\x7f"
_ANYTHING = f"[^{_CONTROL}]*"
_MARKS = rf"(?:(?![{_CONTROL}])[\W_])*"
_AFTER_SLASH = rf"/(?!\.\.(?:/|$)){_MARKS}"
_BEHIND = f"(?:[^A-Za-z0-9_/{_CONTROL}-]{_ANYTHING}|{_AFTER_SLASH})?"
"""What may stand behind an address: what begins with a mark that no word has, or a slash and no words."""
_BEHIND_SHAPE = f"(?:(?:[^A-Za-z0-9/{_CONTROL}]|(?i:https?:)){_ANYTHING}|{_AFTER_SLASH})?"
"""The same behind an id or a token. Its length is known, so ``_`` and ``-`` are marks too, and a link may follow."""
_BROKEN = re.compile("[\\s=\u00ad\u200b-\u200f\u2060\ufeff]")
"""What a link has in it that was broken in two: white space, the mark of RFC 2045 (6.7), or an invisible character."""
_NOT_FOLLOWED = frozenset({"static", "style", "logo", "dark_logo", "icon", "manifest", "questionnaire_page"})
"""What no link of a mail leads to. The names of a questionnaire's pages are the office's: none has a known shape."""
_READING = frozenset({"GET", "HEAD"})
_LINKS: Mapping[str, type[LinkDead] | type[AddressLinkDead]] = {
    PATHS["invitation"].partition("/")[0]: LinkDead,
    PATHS["password_link"].partition("/")[0]: LinkDead,
    PATHS["address_link"].partition("/")[0]: AddressLinkDead,
}
"""The first words of the links with tokens, and the error for a link of which the token was cut off."""


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern for the first request that needs it: at the start of a host, it would be over 100 of them."""
    return re.compile(pattern)


@attrs.frozen
class _Address:
    """The address of one route."""

    methods: frozenset[str]
    exact: str
    """The pattern of the path, with any parameters."""
    followed: str | None
    """That of the path with something behind it. Its group *path* is the path alone. None if no link leads there."""

    @classmethod
    def of(cls, name: str, methods: Collection[str]) -> "_Address":
        """Make the address of a route. *methods* are its HTTP methods without HEAD."""
        is_followed = "GET" in methods and name not in _NOT_FOLLOWED
        return cls(
            methods=frozenset(methods) | ({"HEAD"} if "GET" in methods else frozenset()),
            exact=_pattern(name, lambda _part: "[^/]+"),
            followed=_followed(name) if is_followed else None,
        )


def _pattern(name: str, shape: Callable[[str], str]) -> str:
    parsed = Formatter().parse(PATHS[name])
    return "".join(re.escape(text) + (shape(part) if part else "") for text, part, _spec, _conversion in parsed)


def _followed(name: str) -> str:
    path = _pattern(name, lambda part: f"(?P<token>{_SHAPES[part]})" if part in _SHAPES else _ID)
    behind = _BEHIND_SHAPE if PATHS[name].endswith("}") else _BEHIND if path else _MARKS
    return f"(?P<path>(?ai:{path})){behind}"


def _written(found: re.Match[str]) -> str:
    """Give the path that was found as the portal writes it. Only a token has capitals."""
    start, end = found.span("token") if "token" in found.re.groupindex else (0, 0)
    path = found["path"]
    return path[:start].lower() + path[start:end] + path[end:].lower()


class Addresses:
    """The addresses of all routes of a host."""

    def __init__(self, methods: Mapping[str, Collection[str]]) -> None:
        """Make them. *methods* are the HTTP methods of each route without HEAD, by the name of the route."""
        self._all = {name: _Address.of(name, each) for name, each in methods.items()}

    def check(self, name: str, parts: Mapping[str, object], method: str) -> None:
        """Check the path parameters of a route that a request has found.

        Raises:
            LinkMeant: something stands behind the last of them.
        """
        own = self._all[name].followed if parts else None
        if own is None or method not in _READING:
            return
        path = PATHS[name].format_map(parts)
        found = _compiled(own).fullmatch(path)
        meant = _written(found) if found else self._meant(path)
        if meant is not None and meant != path:
            raise LinkMeant(written(meant))

    def _meant(self, path: str) -> str | None:
        """Give a path without what stands behind it, or within it if it was broken. None if no link leads there."""
        whole = _BROKEN.sub("", path)
        found = self._found(whole)
        return found if found is not None and len(found) == len(whole) else self._found(path)

    def _found(self, path: str) -> str | None:
        followed = (_compiled(each.followed).fullmatch(path) for each in self._all.values() if each.followed)
        return next((_written(found) for found in followed if found), None)

    def problem(self, path: str, method: str) -> WebError | PortalError:
        """Give the error for a request that has found no route: where it was meant to lead, or why it leads nowhere.

        Args:
            path: the path below the mount, decoded, without the first slash.
            method: the HTTP method.
        """
        if method in _READING:
            squeezed = re.sub("/{2,}", "/", path).lstrip("/")
            meant = self._meant(squeezed)
            if meant is not None:
                return LinkMeant(written(meant))
            dead = _LINKS.get(squeezed.partition("/")[0])
            if dead is not None:
                return dead()
        here = [address.methods for address in self._all.values() if _compiled(address.exact).fullmatch(path)]
        allowed = frozenset[str]().union(*here)
        return WrongMethod(allowed) if allowed and method not in allowed else NoSuchPage()
