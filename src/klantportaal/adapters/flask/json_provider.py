"""Writes the portal's values as JSON in a vendor's own Flask application."""

from typing import Any

import attrs
from flask import Flask
from flask.json.provider import DefaultJSONProvider


class JsonProvider(DefaultJSONProvider):
    """Extends Flask's JSON provider with the portal's values: ``app.json = JsonProvider(app)``.

    ``jsonify`` then writes the portal's values as ``klantportaal.serialisation`` does, without secrets. It writes other
    values as Flask does.
    """

    def __init__(self, app: Flask) -> None:
        """Make the JSON provider of one application."""
        super().__init__(app)
        self.default = self._default

    @staticmethod
    def _default(value: Any) -> Any:
        """Convert a value of a type that ``json`` does not know."""
        from klantportaal.serialisation import to_plain  # A vendor's own views need it, pages do not.

        return to_plain(value) if attrs.has(type(value)) else DefaultJSONProvider.default(value)
