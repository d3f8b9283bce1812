"""``security_txt``: a blueprint with ``/.well-known/security.txt``."""

import flask

from klantportaal.adapters.web.http.security_txt import HEADERS, PATH, SecurityContact
from klantportaal.domain.boundary import checked_call


@checked_call
def security_txt(contact: SecurityContact) -> flask.Blueprint:
    """Make a blueprint that serves where to report a weakness (RFC 9116). Register it without a prefix.

    Args:
        contact: what the file says. Once it has expired, the address answers 404.
    """
    made = flask.Blueprint("klantportaal_security_txt", __name__)

    @made.get(PATH)
    def serve() -> flask.Response:
        text = contact.text()
        if text is None:
            flask.abort(404)
        return flask.Response(text, headers=HEADERS)

    return made
