"""The host for FastAPI: ``pages`` makes a router with all pages, to include in any app under any prefix.

The router is a ``PortalRouter``. Its ``admit`` and ``confirm`` are for a vendor's own sign-in.

``office_api`` makes a router with the office API, for back offices in any language. ``client_api`` makes one with the
client API, for a front end of your own. ``questionnaire_editor`` makes one with the editor of questionnaires.

``lifespan`` sends mail while the app runs, and closes the portal at its end. ``JsonRoute`` lets the vendor's own routes
take and return the portal's values. ``WithoutTokens`` keeps the tokens of links out of the server's access log.
``security_txt`` serves a ``SecurityContact`` as ``/.well-known/security.txt``.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from klantportaal.extras import extra

with extra("fastapi", "a host for FastAPI"):
    from klantportaal.adapters.fastapi.json_route import JsonRoute
    from klantportaal.adapters.fastapi.lifespan import lifespan
    from klantportaal.adapters.fastapi.routes import pages
    from klantportaal.adapters.fastapi.security_txt import security_txt
    from klantportaal.adapters.fastapi.vendor_sign_in import PortalRouter
    from klantportaal.adapters.web.api.contact import ApiContact
    from klantportaal.adapters.web.http.access_log import WithoutTokens
    from klantportaal.adapters.web.http.security_txt import SecurityContact

if TYPE_CHECKING:
    from klantportaal.adapters.fastapi.api_router import client_api as client_api
    from klantportaal.adapters.fastapi.api_router import office_api as office_api
    from klantportaal.adapters.fastapi.editor_router import questionnaire_editor as questionnaire_editor
else:

    def __getattr__(name: str) -> object:
        """Import the APIs and the editor when they are first used (PEP 562): hosts of pages only do not need them."""
        if name not in {"client_api", "office_api", "questionnaire_editor"}:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = "editor_router" if name == "questionnaire_editor" else "api_router"
        found: object = getattr(import_module(f"klantportaal.adapters.fastapi.{module}"), name)
        return found


__all__ = [
    "ApiContact",
    "JsonRoute",
    "PortalRouter",
    "SecurityContact",
    "WithoutTokens",
    "client_api",
    "lifespan",
    "office_api",
    "pages",
    "questionnaire_editor",
    "security_txt",
]
