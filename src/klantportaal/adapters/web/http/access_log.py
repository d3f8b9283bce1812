"""Keeping the tokens of links out of the access log of a server (ON-4).

A server logs the path of each request. The path of a link has its token. Whoever reads such a log within the hour could
choose somebody's password.
"""

import logging
import re

from klantportaal.adapters.web.http.paths import PATHS

_LINKS = "|".join(path.removesuffix("{token}") for path in PATHS.values() if path.endswith("/{token}"))
_TOKEN = re.compile(rf"((?:/|%2[Ff])(?:{_LINKS.replace('/', '(?:/|%2[Ff])')}))[^/?&#\"'\s]+")
"""The path of a link, also if it is percent-encoded in a query or in the address of the page before."""


class WithoutTokens(logging.Filter):
    """A filter for the logger of an access log: it writes ``...`` for the token of each link.

    Give it to the logger of your server: ``uvicorn.access``, ``gunicorn.access`` or ``werkzeug``. It keeps every line::

        logging.getLogger("uvicorn.access").addFilter(WithoutTokens())
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Take the tokens out of a line."""
        record.msg = _without(record.msg)
        if isinstance(record.args, dict):  # gunicorn: its own kind of dict, which must stay.
            for name, value in record.args.items():
                record.args[name] = _without(value)
        elif isinstance(record.args, tuple):
            record.args = tuple(_without(value) for value in record.args)
        return True


def _without(value: object) -> object:
    return _TOKEN.sub(r"\1...", value) if isinstance(value, str) else value
