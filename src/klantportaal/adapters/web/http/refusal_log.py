"""A line in the log for what was asked for and is not given: whoever tries doors that are not theirs is seen (SI-5).

Refused passwords are entries of the audit trail instead, and a form with faults is nobody's attempt at anything.
"""

import logging
from collections.abc import Mapping

from klantportaal.adapters.web.http.errors import CrossSite, Malformed, TooLarge, WebError
from klantportaal.domain.errors import Absent, NotConfirmed, NotSignedIn, PortalError
from klantportaal.domain.sessions import Actor, Visitor

_LOG = logging.getLogger("klantportaal.refusals")
_NOTED = (Absent, NotSignedIn, NotConfirmed, CrossSite, Malformed, TooLarge)


def note(
    error: PortalError | WebError,
    *,
    method: str,
    route: str,
    ids: Mapping[str, object],
    visitor: Visitor,
    actor: Actor | None,
) -> None:
    """Say who asked for what, from where, and why it is refused; nothing that somebody typed but the ids of things.

    Those are written as literals, so that none makes a line of its own; a link's token is left out.
    """
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
