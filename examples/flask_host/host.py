"""A vendor's Flask application with the portal in it.

Run it with ``PORTAL_PEPPER=$(openssl rand -hex 32) python -m examples.flask_host.host``.
"""

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import make_server

from klantportaal import OfficeProfile, Portal, embedded
from klantportaal.adapters.flask import WithoutTokens, blueprint
from klantportaal.adapters.mail.folder import FolderSender

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def application(portal: Portal, *, prefix: str = "", beside: "dict[str, WSGIApplication] | None" = None) -> Flask:
    """Make the application: the pages under the path *prefix*, and other applications of the vendor by their paths."""
    app = Flask("vendor", static_folder=None)
    app.register_blueprint(blueprint(portal), url_prefix=prefix or "/")
    for log in (app.logger, logging.getLogger("werkzeug")):
        log.addFilter(WithoutTokens())
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, beside)  # type: ignore[method-assign]
    return app


def serve(app: Flask, port: int) -> None:
    """Serve on this computer only, with a thread per connection. In production, use gunicorn with threads."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    try:
        server.serve_forever()
    finally:
        server.server_close()


def main() -> None:
    """Serve a portal with its data in ``portal-data/``."""
    folder, port = Path("portal-data"), int(os.environ.get("PORT", "8000"))
    pepper = bytes.fromhex(os.environ["PORTAL_PEPPER"])
    portal = embedded.portal(folder, mail=FolderSender(folder / "mail"), pepper=pepper)
    profile = OfficeProfile(name="Notariskantoor", contact_address="info@notaris.example.nl")
    portal.offices.ensure("voorbeeld", f"http://127.0.0.1:{port}", profile)
    with portal:  # From here on mail goes out.
        serve(application(portal), port)


if __name__ == "__main__":
    main()
