"""The log ``klantportaal.mounting``: mistakes in how the vendor's application mounts the portal.

Each warning is logged once per mount, because the cause is the same for all requests.
"""

import logging
from urllib.parse import unquote

import attrs

from klantportaal.documentation import page
from klantportaal.domain import base_urls
from klantportaal.domain.values import OfficeId
from klantportaal.forking import Lock
from klantportaal.log_events import EventLog

_LOG = EventLog("klantportaal.mounting")
_HOW_TO = "how-to/existing-application"
_MOST_MOUNTS = 1000
"""The largest number of mounts to log. If the prefix has a variable, visitors can type any number of mounts."""


@attrs.define
class MountingLog:
    """Logs each kind of warning once for one mount."""

    _said: set[str] = attrs.field(factory=set)

    def answered_before(self, *, method: str, route: str, status: int, blueprint: str) -> None:
        """Log that the application answered a request for the portal before the portal received it (Flask)."""
        if self._is_first("answered"):
            _LOG.log(
                logging.WARNING,
                "answered_before",
                "The application answered %(method)s %(route)s with status %(status)d before the portal was asked. If "
                "a before_request does that for whoever is not signed in to the application, let requests pass whose "
                "request.blueprint is %(blueprint)r: see %(see)s.",
                method=method,
                route=route,
                status=status,
                blueprint=blueprint,
                see=page(_HOW_TO),
            )

    def refused_before(self, *, method: str, route: str, error: Exception) -> None:
        """Log that a dependency of the application refused a request before the portal received it (FastAPI)."""
        if self._is_first("refused"):
            _LOG.log(
                logging.WARNING,
                "refused_before",
                "A dependency of the application refused %(method)s %(route)s by %(reason)s before the portal was "
                "asked. If it is there for the application's own users, give it to the application's own routers "
                "instead of to all: see %(see)s.",
                method=method,
                route=route,
                reason=type(error).__name__,
                see=page(_HOW_TO),
            )

    def body_read_before(self, *, method: str, route: str) -> None:
        """Log that the application read the body of a form before the portal received the request (Flask)."""
        if self._is_first("body_read"):
            _LOG.log(
                logging.WARNING,
                "body_read_before",
                "The application read the body of %(method)s %(route)s before the portal was asked, so the portal "
                "finds no files in it. A before_request must not read request.form, files or data of the portal's "
                "requests: see %(see)s.",
                method=method,
                route=route,
                see=page(_HOW_TO),
            )

    def _is_first(self, mistake: str) -> bool:
        is_first = mistake not in self._said
        self._said.add(mistake)
        return is_first


def matches(mount: str, base_url: str) -> bool:
    """Tell whether a mount equals the path of a base URL. Percent-encoding makes no difference."""
    return unquote(mount) == unquote(base_urls.mount(base_url))


@attrs.frozen
class MismatchLog:
    """Logs each mount that does not match the base URL, once per office and mount, at the first request."""

    _told: set[tuple[OfficeId, str]] = attrs.field(factory=set, init=False)
    _lock: Lock = attrs.field(factory=Lock, init=False)

    def has(self, office_id: OfficeId, mount: str) -> bool:
        """Tell whether a mount was logged already, or the largest number of mounts is reached."""
        return (office_id, mount) in self._told or len(self._told) >= _MOST_MOUNTS

    def tell(self, office_id: OfficeId, mount: str, base_url: str) -> None:
        """Log that a mount does not match the base URL, unless ``has`` is true for it."""
        with self._lock:
            if self.has(office_id, mount):
                return
            self._told.add((office_id, mount))
        _LOG.log(
            logging.WARNING,
            "mount_differs",
            "the portal is mounted at %(mount)s, but the base URL %(base_url)s of office %(office_id)s has the path "
            "%(path)s, and links in mails lead there: mount it at %(path)s, or call portal.offices.ensure with the "
            "base URL that ends in %(mount)s",
            mount=mount,
            base_url=base_url,
            office_id=office_id,
            path=base_urls.mount(base_url),
        )
