"""``Mijn gegevens``: language, notifications, address, password."""

from collections.abc import Sequence

from klantportaal.adapters.web.language.fault_texts import say_faults
from klantportaal.adapters.web.pages.frame import Frame
from klantportaal.domain.errors import Fault
from klantportaal.domain.profile import Profile
from klantportaal.domain.sessions import Actor


def profile(frame: Frame, actor: Actor, *, chosen: Profile | None = None, faults: Sequence[Fault] = ()) -> str:
    """Show the settings (PR-1, PR-2): those that were *chosen* in a form that was not saved, or else the saved ones."""
    view = frame.site.portal.client.profile.view(actor)
    return frame.html(
        "profile.html",
        view=view,
        address=frame.site.portal.client.address_changes.view(actor),
        profile=chosen or view.profile,
        faults=say_faults(faults, frame.wording),
    )


def change_password(frame: Frame, *, faults: Sequence[Fault] = ()) -> str:
    """Show the form that changes the password (PW-4)."""
    return frame.html("change_password.html", policy=frame.policy, faults=say_faults(faults, frame.wording))
