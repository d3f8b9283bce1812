"""Responses that keep the portal's headers, whatever the vendor's extensions do to them afterwards."""

import functools
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import flask
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Response

from klantportaal.adapters.web.http.headers import CROSS_ORIGIN, HELD

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

UNENCODED = "identity"
"""As ``Content-Encoding``, it tells compressing extensions to leave a reply alone; it is never sent."""


class PortalResponse(flask.Response):
    """A reply of the portal.

    The ``after_request`` functions of an application run after those of a blueprint, so what a blueprint sets is not
    the last word. This class has it, when the headers are handed to the server.
    """

    held: Mapping[str, str] | None = None
    """The headers that are to be sent as they were when the portal was done."""

    def hold(self) -> None:
        """Keep the headers as they are now."""
        self.held = {name: value for name in HELD if (value := self.headers.get(name)) is not None}

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:
        """Give the headers to send: the portal's own, and of the vendor's those that weaken nothing."""
        headers = super().get_wsgi_headers(environ)
        for name in _cross_origin(headers.keys()):
            headers.remove(name)
        for name, value in (self.held or {}).items():
            headers.set(name, value)
        if headers.get("Content-Encoding") == UNENCODED:
            headers.remove("Content-Encoding")
        return headers


def _cross_origin(names: Iterable[str]) -> set[str]:
    return {name for name in names if name.lower().startswith(CROSS_ORIGIN)}


def own(response: Response) -> PortalResponse:
    """Make a response one of the portal's, and one of the class that the vendor's application has for its own."""
    base: Any = flask.current_app.response_class
    kept: PortalResponse = _class_for(base).force_type(response)  # type: ignore[assignment]
    return kept


@functools.cache
def _class_for(base: type[flask.Response]) -> type[PortalResponse]:
    if base is flask.Response:
        return PortalResponse
    return type("PortalResponse", (PortalResponse, base), {})
