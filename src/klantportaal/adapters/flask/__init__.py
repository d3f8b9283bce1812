"""The host for Flask: ``blueprint`` makes a blueprint with all pages, to register in any app under any prefix.

The blueprint is a ``PortalBlueprint``. Its ``admit`` and ``confirm`` are for a vendor's own sign-in.

``WithoutTokens`` keeps the tokens of links out of the server's access log.

``JsonProvider`` lets ``jsonify`` write the portal's values in the vendor's own views.
"""

from klantportaal.adapters.flask.json_provider import JsonProvider
from klantportaal.adapters.flask.routes import blueprint
from klantportaal.adapters.flask.vendor_sign_in import PortalBlueprint
from klantportaal.adapters.web.http.access_log import WithoutTokens

__all__ = ["JsonProvider", "PortalBlueprint", "WithoutTokens", "blueprint"]
