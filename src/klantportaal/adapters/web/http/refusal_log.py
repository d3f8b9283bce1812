"""The log ``klantportaal.refusals``: refused requests, so that attempts to reach other clients' data show (SI-5).

Wrong passwords are in the audit trail instead. Forms with faults are not logged, because they are no sign of an attack.
"""

import logging
from collections.abc import Mapping

from klantportaal.adapters.web.http.errors import CrossSite, Malformed, NotCarriedOut, TooLarge, WebError
from klantportaal.domain.errors import Absent, FormDead, FormForAnother, NotConfirmed, NotSignedIn, PortalError
from klantportaal.domain.sessions import Actor, Visitor

_LOG = logging.getLogger("klantportaal.refusals")
_NOTED = (Absent, NotSignedIn, NotConfirmed, FormForAnother, FormDead, CrossSite, Malformed, TooLarge)


def note(
    error: PortalError | WebError,
    *,
    method: str,
    route: str,
    ids: Mapping[str, object],
    visitor: Visitor,
    actor: Actor | None,
) -> None:
    """Log a refused request: the error, the route, the ids, the office, the account and the network address.

    The ids come from the address, so users can type anything in them. They are written as Python literals, so that a
    line break in them does not start a new line of the log. The token of a link is left out.

    Args:
        error: the reason for the refusal. Other errors than those in ``_NOTED`` are not logged.
        method: the HTTP method.
        route: the name of the route.
        ids: the path parameters.
        visitor: the sender of the request.
        actor: the signed-in account, if any.
    """
    if isinstance(error, NotCarriedOut):
        error = error.reason
    if isinstance(error, _NOTED):
        things = {name: id for name, id in ids.items() if name != "token"}
        _LOG.info(
            "%s: %s %s %r, office %s, account %s, from %r",
            type(error).__name__,
            method,
            route,
            things,
            visitor.office_id,
            actor.account_id if actor else None,
            visitor.network_address,
        )
