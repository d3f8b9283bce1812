"""Applications of both hosts on a portal that sends mail. The environment says which database and mail server.

It is also the configuration of gunicorn, as the how-to on production has it.
"""

import os
from typing import Any

from fastapi import FastAPI
from flask import Flask

from klantportaal.adapters.fastapi import lifespan, pages
from klantportaal.adapters.flask import blueprint
from klantportaal.adapters.mail.smtp import SmtpSender
from klantportaal.domain.outgoing import DispatchTimes
from klantportaal.portal import Portal
from tests.faults.mailing import open_portal
from tests.support import smtp

LOCATION, PORT = "TEST_LOCATION", "TEST_SMTP_PORT"


def _portal() -> Portal:
    sender = SmtpSender(smtp.HOST, int(os.environ[PORT]), sender="portaal@kantoor.test", tls="none")
    return open_portal(os.environ[LOCATION], sender, times=DispatchTimes())


def fastapi_app() -> FastAPI:
    """Make an application for uvicorn."""
    portal = _portal()
    app = FastAPI(lifespan=lifespan(portal))
    app.include_router(pages(portal))
    return app


def flask_app() -> Flask:
    """Make an application for gunicorn."""
    portal = _portal()
    app = Flask(__name__)
    app.register_blueprint(blueprint(portal))
    app.extensions["portal"] = portal
    return app


def post_worker_init(worker: Any) -> None:
    """Start the dispatcher in a worker of gunicorn."""
    worker.wsgi.extensions["portal"].background.dispatcher.start()


def worker_exit(_server: Any, worker: Any) -> None:
    """Close the portal of a worker of gunicorn."""
    worker.wsgi.extensions["portal"].close()
