"""A vendor's FastAPI application with the portal in it.

Run it with ``PORTAL_PEPPER=$(openssl rand -hex 32) python -m examples.fastapi_host.host``.
"""

import logging
import os
from collections.abc import Mapping
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from klantportaal import OfficeProfile, Portal, embedded
from klantportaal.adapters.fastapi import WithoutTokens, pages
from klantportaal.adapters.mail.folder import FolderSender


def application(portal: Portal, *, prefix: str = "", beside: Mapping[str, ASGIApp] | None = None) -> FastAPI:
    """Make the application: the pages under the path *prefix*, and other applications of the vendor by their paths."""
    app = FastAPI(title="vendor", openapi_url=None)  # Pages for clients need no list of routes, nor /docs.
    for path, other in (beside or {}).items():
        app.mount(path, other)
    app.include_router(pages(portal), prefix=prefix)
    return app


def serve(app: FastAPI, port: int) -> None:
    """Serve on this computer only. In production, run uvicorn behind a reverse proxy."""
    uvicorn.Server(configuration(app, port)).run()


def configuration(app: FastAPI, port: int) -> uvicorn.Config:
    """Configure the server. It believes no header about the client's address: no proxy is in front of it."""
    made = uvicorn.Config(app, host="127.0.0.1", port=port, proxy_headers=False, log_level="warning")
    requests = logging.getLogger("uvicorn.access")
    requests.setLevel(logging.INFO)
    requests.addFilter(WithoutTokens())
    return made


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
