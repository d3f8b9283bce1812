"""The two kinds of hosts: the pages of clients, and the office API. ``portal.env`` names the parts.

``gunicorn 'hosts:flask_application()'`` or ``uvicorn --factory hosts:fastapi_application``.
"""

import logging
import os
from typing import TYPE_CHECKING

from klantportaal import OfficeProfile, Portal, open_portal
from klantportaal.adapters import health

if TYPE_CHECKING:
    from fastapi import FastAPI
    from flask import Flask


def opened() -> Portal:
    """Open the portal. The first start makes the office; later starts find it. Workers do the background work."""
    portal = open_portal.from_environment()
    profile = OfficeProfile(name=os.environ["OFFICE_NAME"], contact_address=os.environ["OFFICE_ADDRESS"])
    portal.offices.ensure("office", os.environ["OFFICE_URL"], profile)
    return portal


def flask_application() -> "Flask":
    """Make the application for gunicorn."""
    from flask import Flask
    from werkzeug.middleware.dispatcher import DispatcherMiddleware

    from klantportaal.adapters.flask import WithoutTokens, blueprint, office_api

    portal, app = opened(), Flask(__name__, static_folder=None)
    for log in (app.logger, logging.getLogger("gunicorn.access")):
        log.addFilter(WithoutTokens())
    app.register_blueprint(blueprint(portal, proxies=_proxies()), url_prefix="/")
    app.register_blueprint(office_api(portal, proxies=_proxies()), url_prefix="/")
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/health": health.wsgi(portal)})  # type: ignore[method-assign]
    return app


def fastapi_application() -> "FastAPI":
    """Make the application for uvicorn."""
    from fastapi import FastAPI

    from klantportaal.adapters.fastapi import WithoutTokens, office_api, pages

    logging.getLogger("uvicorn.access").addFilter(WithoutTokens())
    portal, app = opened(), FastAPI(openapi_url=None)
    app.mount("/health", health.asgi(portal))
    app.include_router(office_api(portal, proxies=_proxies()))
    app.include_router(pages(portal, proxies=_proxies()))
    return app


def _proxies() -> list[str]:
    """Read the networks of the proxies, such as ``10.0.0.0/8``, separated by spaces."""
    return os.environ.get("PROXIES", "127.0.0.1").split()
