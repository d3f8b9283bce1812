"""Stops a server from waiting for a body that nobody read (AL-7).

After a response, gunicorn reads what is left of the request's body, in a thread that nobody watches.
"""

import flask

from klantportaal.adapters.flask.slow_bodies import PacedInput, socket_of, stop_reading


def leave(_error: BaseException | None = None) -> None:
    """Close the socket of a request for reading, if its body was not read to its end. Call it at the end of a request.

    The response is still sent. The server then reads what has come, and closes the connection. All requests of an
    application share the threads, so call it for those of the vendor too.
    """
    request = flask.request
    connection = socket_of(request.environ)
    if connection is not None and _has_body() and not _is_read():
        stop_reading(connection)


def _has_body() -> bool:
    environ = flask.request.environ
    return environ.get("CONTENT_LENGTH", "") not in {"", "0"} or "HTTP_TRANSFER_ENCODING" in environ


def _is_read() -> bool:
    """Tell whether the portal read the body to its end, or a view of the vendor read it at all."""
    body = flask.request.environ["wsgi.input"]
    return body.is_at_end if isinstance(body, PacedInput) else "stream" in vars(flask.request)
