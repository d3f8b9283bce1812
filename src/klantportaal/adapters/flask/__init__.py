"""The host for Flask: ``blueprint`` makes a blueprint with all pages, to register in any app under any prefix.

The blueprint is a ``PortalBlueprint``. Its ``admit`` and ``confirm`` are for a vendor's own sign-in.

``WithoutTokens`` keeps the tokens of links out of the server's access log.

``JsonProvider`` lets ``jsonify`` write the portal's values in the vendor's own views.

``office_api`` makes a blueprint with the office API, for back offices in any language. ``client_api`` makes one with
the client API, for a front end of your own. ``questionnaire_editor`` makes one with the editor of questionnaires.

``security_txt`` serves a ``SecurityContact`` as ``/.well-known/security.txt``.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from klantportaal.extras import extra

with extra("flask", "a host for Flask"):
    from klantportaal.adapters.flask.json_provider import JsonProvider
    from klantportaal.adapters.flask.routes import blueprint
    from klantportaal.adapters.flask.security_txt import security_txt
    from klantportaal.adapters.flask.vendor_sign_in import PortalBlueprint
    from klantportaal.adapters.web.api.contact import ApiContact
    from klantportaal.adapters.web.http.access_log import WithoutTokens
    from klantportaal.adapters.web.http.security_txt import SecurityContact

if TYPE_CHECKING:
    from klantportaal.adapters.flask.api_blueprint import client_api as client_api
    from klantportaal.adapters.flask.api_blueprint import office_api as office_api
    from klantportaal.adapters.flask.editor_blueprint import questionnaire_editor as questionnaire_editor
else:

    def __getattr__(name: str) -> object:
        """Import the APIs and the editor when they are first used (PEP 562): hosts of pages only do not need them."""
        if name not in {"client_api", "office_api", "questionnaire_editor"}:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = "editor_blueprint" if name == "questionnaire_editor" else "api_blueprint"
        found: object = getattr(import_module(f"klantportaal.adapters.flask.{module}"), name)
        return found


__all__ = [
    "ApiContact",
    "JsonProvider",
    "PortalBlueprint",
    "SecurityContact",
    "WithoutTokens",
    "blueprint",
    "client_api",
    "office_api",
    "questionnaire_editor",
    "security_txt",
]
