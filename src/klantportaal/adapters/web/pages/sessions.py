"""The page that lists open sessions, and the page that asks for the password again."""

from collections.abc import Mapping, Sequence

import attrs

from klantportaal.adapters.web.http.redirects import vendor_page
from klantportaal.adapters.web.language.devices import device_name
from klantportaal.adapters.web.language.fault_texts import say_faults
from klantportaal.adapters.web.pages.frame import Frame
from klantportaal.adapters.web.pages.session_clock import session_clock
from klantportaal.domain.errors import Fault
from klantportaal.domain.sessions import Actor, SessionEnd
from klantportaal.ports.reading import SessionRow


@attrs.frozen(kw_only=True)
class Place:
    """One open session."""

    device: str
    here: bool
    """Whether it is the session of this request."""
    row: SessionRow


def sessions(frame: Frame, actor: Actor) -> str:
    """List the open sessions, the one of this request first (SI-4)."""
    view = frame.site.portal.client.sessions.view(actor)
    places = [Place(device=_device(row, frame), here=row.id == actor.session_id, row=row) for row in view.rows]
    places.sort(key=lambda place: not place.here)
    return frame.html("sessions.html", places=places, confirmed=view.confirmed)


def _device(row: SessionRow, frame: Frame) -> str:
    """Name a browser by what it says of itself. An app gave its own name (AP-8)."""
    return row.device if row.is_app else device_name(row.device, frame.wording)


def kept(frame: Frame, end: SessionEnd) -> Mapping[str, object]:
    """Tell the script of a page when the session ends now, after it was used (ST-3)."""
    return attrs.asdict(session_clock(end, frame.wording))


def confirm(frame: Frame, actor: Actor, *, onward: str, faults: Sequence[Fault] = ()) -> str:
    """Show the form that asks for the password again. *onward* is the path it leads to (SI-3).

    Whoever came by the vendor's sign-in confirms there (PE-6).
    """
    vendor = frame.office.vendor_sign_in
    if actor.admission is not None and vendor is not None:
        return frame.html("confirm_by_vendor.html", name=vendor.name, page=vendor_page(vendor.confirm, onward))
    view = frame.site.portal.client.profile.view(actor)
    return frame.html("confirm.html", email=view.email, onward=onward, faults=say_faults(faults, frame.wording))
