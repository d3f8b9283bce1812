"""Keeping the tokens of links out of the access log of a server (ON-4).

A server logs the path of each request. The path of a link has its token. Whoever reads such a log within the hour could
choose somebody's password.
"""

import logging
import re

_TOKEN = re.compile(r"[A-Za-z0-9_-]{40,}", re.ASCII)
"""A token has 43 characters. Nothing else in an address of the portal has as many; an id has 36."""


class WithoutTokens(logging.Filter):
    """A filter for a logger that writes addresses: it writes ``...`` for each token, and keeps every line.

    Give it to the logger of your server (``uvicorn.access``, ``gunicorn.access`` or ``werkzeug``), and under Flask to
    that of your application (``app.logger``), which names the address of a request that failed::

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


def without_tokens(text: str) -> str:
    """Write ``...`` for each token in a text."""
    return _TOKEN.sub("...", text)


def _without(value: object) -> object:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return without_tokens(value) if isinstance(value, str) else value
