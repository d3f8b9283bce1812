"""The host for FastAPI: ``pages`` makes a router with all pages, to include in any app under any prefix.

The router is a ``PortalRouter``. Its ``admit`` and ``confirm`` are for a vendor's own sign-in.

``lifespan`` sends mail while the app runs, and closes the portal at its end. ``JsonRoute`` lets the vendor's own routes
take and return the portal's values. ``WithoutTokens`` keeps the tokens of links out of the server's access log.
"""

from klantportaal.adapters.fastapi.json_route import JsonRoute
from klantportaal.adapters.fastapi.lifespan import lifespan
from klantportaal.adapters.fastapi.routes import pages
from klantportaal.adapters.fastapi.vendor_sign_in import PortalRouter
from klantportaal.adapters.web.http.access_log import WithoutTokens

__all__ = ["JsonRoute", "PortalRouter", "WithoutTokens", "lifespan", "pages"]
