"""A vendor's FastAPI application, whose clients sign in with an OpenID provider.

``docs/how-to/own-sign-in.md`` says how to run it.
"""

import logging
from http import HTTPStatus
from json import JSONDecodeError
from typing import Any

import httpx2
from authlib.integrations.starlette_client import OAuth, OAuthError
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from joserfc.errors import JoseError
from starlette.concurrency import run_in_threadpool
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import Response

from examples.fastapi_host.host import serve
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
from klantportaal.adapters.fastapi import pages

logger = logging.getLogger(__name__)


def application(portal: Portal, broker: Broker) -> FastAPI:
    """Make the application."""
    app = FastAPI(title="vendor", openapi_url=None)  # Pages for clients need no list of routes, nor /docs.
    app.add_middleware(SessionMiddleware, secret_key=broker.session_secret, https_only=broker.secure, max_age=None)
    router = pages(portal)
    client: Any = OAuth().register(
        "broker",
        **broker.client,
        client_kwargs={"scope": "openid", "code_challenge_method": "S256", "timeout": broker.seconds},
    )

    async def expect_provider() -> None:
        """Notice that the provider is away while the browser is still here. It is about to be sent there."""
        async with httpx2.AsyncClient(timeout=broker.seconds) as http:
            (await http.get(broker.discovery)).raise_for_status()

    async def ask(request: Request, *, confirm: bool) -> Response:
        await expect_provider()
        question = broker.question(confirm=confirm)
        asked = await client.create_authorization_url(broker.callback, **question)
        url, attempt = asked.pop("url"), remembered(question, request.query_params.get("next", ""))
        await client.save_authorize_data(request, redirect_uri=broker.callback, **attempt, **asked)
        forget_abandoned(request.session)
        return RedirectResponse(url, HTTPStatus.SEE_OTHER)

    @app.get(SIGN_IN)
    async def sign_in(request: Request) -> Response:
        return await ask(request, confirm=False)

    @app.get(CONFIRM)
    async def confirm(request: Request) -> Response:
        return await ask(request, confirm=True)

    @app.get(CALLBACK)
    async def callback(request: Request) -> Response:
        attempt = await client.framework.get_state_data(request.session, request.query_params.get("state"))
        token = await client.authorize_access_token(request, claims_options=broker.claims)
        proof = authentication(token, attempt["since"])
        request.session["id_token"] = token["id_token"]
        enter = router.confirm if attempt["confirm"] else router.admit
        return await run_in_threadpool(enter, request, proof, next=attempt["next"])

    @app.get(SIGN_OUT)
    async def sign_out(request: Request) -> Response:
        await expect_provider()
        leaving: Response = await client.logout_redirect(
            request, broker.signed_out, request.session.pop("id_token", None), client_id=broker.client_id
        )
        return leaving

    @app.exception_handler(OAuthError)
    @app.exception_handler(JoseError)
    @app.exception_handler(httpx2.HTTPError)
    @app.exception_handler(JSONDecodeError)
    async def failed(_request: Request, error: Exception) -> Response:
        logger.warning("signing in failed: %r", str(error))
        why = failure(error)
        return HTMLResponse(page(why), why.status)

    app.include_router(router, prefix=PREFIX)
    return app


def main() -> None:
    """Serve a portal with its data in ``portal-data/``."""
    portal, broker, port = prepared()
    with portal:  # From here on mail goes out.
        serve(application(portal, broker), port)


if __name__ == "__main__":
    main()
