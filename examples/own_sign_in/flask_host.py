"""A vendor's Flask application, whose clients sign in with an OpenID provider.

``docs/how-to/own-sign-in.md`` says how to run it.
"""

import logging
from http import HTTPStatus
from typing import Any

import requests
from authlib.integrations.flask_client import OAuth, OAuthError
from flask import Blueprint, Flask, redirect, request, session
from joserfc.errors import JoseError
from werkzeug import Response

from examples.flask_host.host import serve
from examples.own_sign_in.broker import (
    CALLBACK,
    CONFIRM,
    PREFIX,
    SIGN_IN,
    SIGN_OUT,
    Broker,
    authentication,
    forget_abandoned,
    remembered,
)
from examples.own_sign_in.failures import failure, page
from examples.own_sign_in.running import prepared
from klantportaal import Portal
from klantportaal.adapters.flask import blueprint

logger = logging.getLogger(__name__)


def application(portal: Portal, broker: Broker) -> Flask:
    """Make the application."""
    app = Flask("vendor", static_folder=None)
    app.secret_key = broker.session_secret
    app.config.update(SESSION_COOKIE_SECURE=broker.secure, SESSION_COOKIE_SAMESITE="Lax")
    pages, ours = blueprint(portal), Blueprint("own_sign_in", __name__)
    client: Any = OAuth(app).register(  # type: ignore[no-untyped-call]
        "broker",
        **broker.client,
        client_kwargs={"scope": "openid", "code_challenge_method": "S256", "default_timeout": broker.seconds},
    )

    def expect_provider() -> None:
        """Notice that the provider is away while the browser is still here. It is about to be sent there."""
        requests.get(broker.discovery, timeout=broker.seconds).raise_for_status()

    def ask(*, confirm: bool) -> Response:
        expect_provider()
        question = broker.question(confirm=confirm)
        asked = client.create_authorization_url(broker.callback, **question)
        url, attempt = asked.pop("url"), remembered(question, request.args.get("next", ""))
        client.save_authorize_data(redirect_uri=broker.callback, **attempt, **asked)
        forget_abandoned(session)
        return redirect(url, HTTPStatus.SEE_OTHER)

    @ours.get(SIGN_IN)
    def sign_in() -> Response:
        return ask(confirm=False)

    @ours.get(CONFIRM)
    def confirm() -> Response:
        return ask(confirm=True)

    @ours.get(CALLBACK)
    def callback() -> Response:
        attempt = client.framework.get_state_data(session, request.args.get("state"))
        token = client.authorize_access_token(claims_options=broker.claims)
        proof = authentication(token, attempt["since"])
        session["id_token"] = token["id_token"]
        if attempt["confirm"]:
            return pages.confirm(proof, next=attempt["next"])
        return pages.admit(proof, next=attempt["next"])

    @ours.get(SIGN_OUT)
    def sign_out() -> Response:
        expect_provider()
        leaving: Response = client.logout_redirect(
            broker.signed_out, session.pop("id_token", None), client_id=broker.client_id
        )
        return leaving

    @ours.errorhandler(OAuthError)
    @ours.errorhandler(JoseError)
    @ours.errorhandler(requests.RequestException)
    def failed(error: Exception) -> tuple[str, int]:
        logger.warning("signing in failed: %r", str(error))
        why = failure(error)
        return page(why), why.status

    app.register_blueprint(ours)
    app.register_blueprint(pages, url_prefix=PREFIX)
    return app


def main() -> None:
    """Serve a portal with its data in ``portal-data/``."""
    portal, broker, port = prepared()
    with portal:  # From here on mail goes out.
        serve(application(portal, broker), port)


if __name__ == "__main__":
    main()
