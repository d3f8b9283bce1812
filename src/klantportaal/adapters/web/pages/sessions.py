"""The password once more, before what an account's security rests on."""

from collections.abc import Sequence

from klantportaal.adapters.web.frame import Frame
from klantportaal.adapters.web.sentences import say_faults
from klantportaal.domain.errors import Fault
from klantportaal.domain.sessions import Actor


def confirm(frame: Frame, actor: Actor, *, onward: str, faults: Sequence[Fault] = ()) -> str:
    """Show the form that asks for the password once more; *onward* is where it leads (SI-3)."""
    view = frame.site.portal.profile.view(actor)
    return frame.html("confirm.html", email=view.email, onward=onward, faults=say_faults(faults, frame.wording))
