"""The page for a person who could not sign in."""

from http import HTTPStatus

import attrs
from authlib.integrations.base_client import OAuthError
from joserfc.errors import JoseError
from markupsafe import Markup

from examples.own_sign_in.broker import PREFIX


@attrs.frozen(kw_only=True)
class Failure:
    """The reason why signing in failed, for the page."""

    status: HTTPStatus
    dutch: str
    english: str


AWAY = Failure(
    status=HTTPStatus.SERVICE_UNAVAILABLE,
    dutch="De dienst waarmee u inlogt is op dit moment niet bereikbaar. Probeer het over een paar minuten opnieuw.",
    english="The service that you sign in with cannot be reached at the moment. Try again in a few minutes.",
)
CANCELLED = Failure(
    status=HTTPStatus.FORBIDDEN,
    dutch="U hebt het inloggen afgebroken.",
    english="You cancelled signing in.",
)
INVALID = Failure(
    status=HTTPStatus.BAD_REQUEST,
    dutch="Het inloggen is niet gelukt. Begin opnieuw, en rond het af in hetzelfde venster.",
    english="Signing in did not succeed. Begin again, and finish in the same window.",
)


def failure(error: Exception) -> Failure:
    """Find the reason for an error."""
    if isinstance(error, JoseError):
        return INVALID
    if not isinstance(error, OAuthError):
        return AWAY
    return {"access_denied": CANCELLED, "server_error": AWAY, "temporarily_unavailable": AWAY}.get(error.error, INVALID)


def page(failed: Failure) -> str:
    """Write the page with the reason and a link to the portal's sign-in page."""
    return Markup(
        '<!DOCTYPE html><html lang="nl"><meta charset="utf-8"><title>Inloggen</title>'
        '<meta name="viewport" content="width=device-width">'
        "<style>body {{ font: 1rem/1.5 sans-serif; margin: 2rem auto; max-width: 40rem; padding: 0 1rem }}</style>"
        '<main><h1>Inloggen</h1><p>{dutch}</p><p lang="en">{english}</p>'
        '<p><a href="{prefix}/inloggen">Terug naar het portaal / <span lang="en">Back to the portal</span></a></p>'
        "</main></html>"
    ).format(dutch=failed.dutch, english=failed.english, prefix=PREFIX)
