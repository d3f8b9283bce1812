"""JSON of the portal's values in a vendor's own Flask application."""

from typing import Any

import attrs
from flask import Flask
from flask.json.provider import DefaultJSONProvider

from klantportaal.serialisation import to_plain


class JsonProvider(DefaultJSONProvider):
    """Flask's own, which knows the portal's values too: ``app.json = JsonProvider(app)``.

    Then ``jsonify`` writes them as ``klantportaal.serialisation`` does, without secrets. All else is Flask's.
    """

    def __init__(self, app: Flask) -> None:
        """Serve one application."""
        super().__init__(app)
        self.default = self._default

    @staticmethod
    def _default(value: Any) -> Any:
        """Write what ``json`` does not know."""
        return to_plain(value) if attrs.has(type(value)) else DefaultJSONProvider.default(value)
