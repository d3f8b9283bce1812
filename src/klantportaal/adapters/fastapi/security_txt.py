"""``security_txt``: a router with ``/.well-known/security.txt``."""

from fastapi import APIRouter, HTTPException, Response

from klantportaal.adapters.web.http.security_txt import HEADERS, PATH, SecurityContact
from klantportaal.domain.boundary import checked_call


@checked_call
def security_txt(contact: SecurityContact) -> APIRouter:
    """Make a router that serves where to report a weakness (RFC 9116). Include it without a prefix.

    Args:
        contact: what the file says. Once it has expired, the address answers 404.
    """
    made = APIRouter()

    @made.api_route(PATH, methods=["GET", "HEAD"], include_in_schema=False)
    async def serve() -> Response:
        text = contact.text()
        if text is None:
            raise HTTPException(404)
        return Response(text, headers=HEADERS)

    return made
