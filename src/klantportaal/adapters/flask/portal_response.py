"""Responses that keep the portal's headers, even if the vendor's extensions change them afterwards."""

import functools
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import flask
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Response

from klantportaal.adapters.web.http.headers import CROSS_ORIGIN, HELD

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class PortalResponse(flask.Response):
    """A response of the portal.

    The ``after_request`` functions of an application run after those of a blueprint, so they can change headers that
    the blueprint set. This class restores those headers when the server asks for them.
    """

    held: Mapping[str, str] = {}
    """The headers to restore, with their values when the portal finished the response. Names are in lower case."""

    def hold(self) -> None:
        """Save the current values of the headers in ``HELD``."""
        self.held = dict(_held(self.headers))

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:
        """Give the headers to send: restore the saved headers, and remove CORS headers."""
        headers = super().get_wsgi_headers(environ)
        for name in _cross_origin(headers.keys()):
            headers.remove(name)
        if list(self.held.items()) != _held(headers):
            for name, value in self.held.items():
                headers.set(_NAMES[name], value)
        return headers


_NAMES = {name.lower(): name for name in HELD}


def _held(headers: Headers) -> list[tuple[str, str]]:
    return [(lower, value) for name, value in headers if (lower := name.lower()) in _NAMES]


def _cross_origin(names: Iterable[str]) -> set[str]:
    return {name for name in names if name.lower().startswith(CROSS_ORIGIN)}


def own(response: Response) -> PortalResponse:
    """Convert a response to a ``PortalResponse`` that is also an instance of the application's response class."""
    base: Any = flask.current_app.response_class
    kept: PortalResponse = _class_for(base).force_type(response)  # type: ignore[assignment]
    return kept


@functools.cache
def _class_for(base: type[flask.Response]) -> type[PortalResponse]:
    if base is flask.Response:
        return PortalResponse
    return type("PortalResponse", (PortalResponse, base), {})
