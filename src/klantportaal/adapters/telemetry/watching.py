"""Which ports and use cases of a portal have spans."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs

from klantportaal.adapters.telemetry.calls import Calls
from klantportaal.adapters.telemetry.ports import watched_port, watched_storage
from klantportaal.adapters.telemetry.use_cases import watch, watch_side
from klantportaal.ports.addresses import AddressLookup
from klantportaal.ports.anchors import Anchors
from klantportaal.ports.files import Files
from klantportaal.ports.mail import MailSender
from klantportaal.ports.pdf import PdfWriter
from klantportaal.ports.pictures import Pictures
from klantportaal.ports.scanner import Scanner
from klantportaal.ports.secrets import Passwords
from klantportaal.ports.sms import SmsSender
from klantportaal.ports.webhooks import WebhookSender

if TYPE_CHECKING:
    from klantportaal.assembly import Parts
    from klantportaal.portal import Portal

_PORTS: Mapping[str, object] = {
    "files": Files,
    "anchors": Anchors,
    "mail": MailSender,
    "sms": SmsSender,
    "scanner": Scanner,
    "pdf": PdfWriter,
    "pictures": Pictures,
    "addresses": AddressLookup,
    "webhooks": WebhookSender,
    "passwords": Passwords,
}
"""The ports that take time, by the name of their argument. The storage is one more."""


@attrs.frozen
class Watching:
    """Watches portals while they are assembled."""

    _calls: Calls

    def watched(self, parts: "Parts") -> "Parts":
        """Wrap the ports of a portal."""
        given = {name: port for name in _PORTS if (port := getattr(parts, name)) is not None}
        ports = {name: watched_port(port, _PORTS[name], name, self._calls) for name, port in given.items()}
        return attrs.evolve(parts, storage=watched_storage(parts.storage, self._calls), **ports)

    def watch(self, portal: "Portal") -> None:
        """Watch the use cases of a portal."""
        for side in ("client", "office", "background"):
            watch_side(getattr(portal, side), side, self._calls)
        watch(portal.offices, "offices", self._calls)
