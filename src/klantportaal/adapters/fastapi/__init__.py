"""The host for FastAPI: ``pages`` makes a router with all pages, to include in any app under any prefix.

``JsonRoute`` lets the vendor's own routes take and return the portal's values.
"""

from klantportaal.adapters.fastapi.json_route import JsonRoute
from klantportaal.adapters.fastapi.routes import pages

__all__ = ["JsonRoute", "pages"]
