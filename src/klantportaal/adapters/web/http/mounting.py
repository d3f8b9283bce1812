"""Tells a vendor when the portal is not mounted where an office's base URL leads: links in mails would find nothing."""

import logging
import threading
from urllib.parse import unquote

import attrs

from klantportaal.domain import base_urls
from klantportaal.domain.values import OfficeId

_LOG = logging.getLogger("klantportaal.mounting")
_MOST = 1000
"""The number of mounts to tell of. A prefix with a variable gives as many as somebody types in."""


def matches(mount: str, base_url: str) -> bool:
    """Tell whether a mount is the path of a base URL, however either of them is escaped."""
    return unquote(mount) == unquote(base_urls.mount(base_url))


@attrs.frozen
class MountLog:
    """Logs each mount that does not match, once for each office, at its first request."""

    _told: set[tuple[OfficeId, str]] = attrs.field(factory=set, init=False)
    _lock: threading.Lock = attrs.field(factory=threading.Lock, init=False)

    def has(self, office_id: OfficeId, mount: str) -> bool:
        """Tell whether there is nothing more to log of a mount."""
        return (office_id, mount) in self._told or len(self._told) >= _MOST

    def tell(self, office_id: OfficeId, mount: str, base_url: str) -> None:
        """Log that a mount does not match, unless that was logged before."""
        with self._lock:
            if self.has(office_id, mount):
                return
            self._told.add((office_id, mount))
        path = base_urls.mount(base_url)
        _LOG.warning(
            "the portal is mounted at %s, but the base URL %s of office %s has the path %s, and links in mails lead "
            "there: mount it at %s, or call portal.offices.ensure with the base URL that ends in %s",
            *(mount, base_url, office_id, path, path, mount),
        )
