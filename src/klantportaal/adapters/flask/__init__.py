"""The host for Flask: ``blueprint`` makes a blueprint with all pages, to register in any app under any prefix.

``JsonProvider`` lets ``jsonify`` write the portal's values in the vendor's own views.
"""

from klantportaal.adapters.flask.json_provider import JsonProvider
from klantportaal.adapters.flask.routes import blueprint

__all__ = ["JsonProvider", "blueprint"]
