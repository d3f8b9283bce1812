"""The log ``klantportaal.refusals``: refused requests, so that attempts to reach other clients' data show (SI-5, AL-6).

Wrong passwords are in the audit trail instead. Forms with faults are not logged, because they are no sign of an attack.
"""

import logging
from collections.abc import Mapping

import attrs

from klantportaal.adapters.web.http.access_log import without_tokens
from klantportaal.adapters.web.http.errors import (
    CrossSite,
    Malformed,
    NoHandler,
    NoSuchPage,
    NotCarriedOut,
    TooLarge,
    TooManyDownloads,
    TooSlow,
    WebError,
    WrongMethod,
)
from klantportaal.adapters.web.http.recurrences import Recurrences
from klantportaal.domain.errors import (
    Absent,
    ApiKeyDead,
    FormDead,
    FormForAnother,
    NotConfirmed,
    NotSignedIn,
    PortalError,
    ScopeMissing,
    TooManyRequests,
)
from klantportaal.domain.sessions import Actor, Visitor
from klantportaal.log_events import EventLog

_LOG = EventLog("klantportaal.refusals")
_ATTEMPTS = (Absent, FormForAnother, CrossSite, Malformed, ApiKeyDead, ScopeMissing)
"""What somebody asked for that is not theirs, or that no page of the portal asks for. Logged as WARNING."""
_ORDINARY = (
    NotSignedIn,
    NotConfirmed,
    FormDead,
    NoHandler,
    NoSuchPage,
    TooLarge,
    TooManyDownloads,
    TooManyRequests,
    TooSlow,
    WrongMethod,
)
"""What happens to every client: a session has ended, a file is too large, an address is mistyped. Logged as INFO."""
_SECRET = ("token", "code")
"""Path parameters that give access."""


@attrs.frozen
class RefusalLog:
    """Logs the first, second, fourth, eighth … refusal of one kind and origin: many attempts do not fill the log."""

    _recurrences: Recurrences = attrs.field(factory=Recurrences, init=False)

    def note(
        self,
        error: PortalError | WebError,
        *,
        method: str,
        route: str,
        ids: Mapping[str, object],
        visitor: Visitor,
        actor: Actor | None,
    ) -> None:
        """Log a refused request: the error, the route, the ids, the office, the account and the network address.

        The ids come from the address, so users can type anything in them. They are written as Python literals, so that
        a line break in them does not start a new line of the log. The token of a link and the code of a receipt are
        left out, also if they stand where an id belongs.

        Args:
            error: the reason for the refusal. Other errors than ``_ATTEMPTS`` and ``_ORDINARY`` are not logged.
            method: the HTTP method.
            route: the name of the route.
            ids: the path parameters.
            visitor: the sender of the request.
            actor: the signed-in account, if any.
        """
        if isinstance(error, NotCarriedOut):
            error = error.reason
        if not isinstance(error, (*_ATTEMPTS, *_ORDINARY)):
            return
        account_id = actor.account_id if actor else None
        origin = (visitor.office_id, account_id, visitor.network_address)
        times = self._recurrences.add((type(error), method, route, *origin))
        if times is not None:
            _LOG.log(
                logging.WARNING if isinstance(error, _ATTEMPTS) else logging.INFO,
                "request_refused",
                "%(reason)s: %(method)s %(route)s %(ids)r, office %(office_id)s, account %(account_id)s, from "
                "%(network_address)r, time %(times)d",
                reason=type(error).__name__,
                method=method,
                route=route,
                ids={name: without_tokens(str(id)) for name, id in ids.items() if name not in _SECRET},
                office_id=visitor.office_id,
                account_id=account_id,
                network_address=visitor.network_address,
                times=times,
            )
