"""The page on which a person chooses the account that it acts for (PE-3)."""

from klantportaal.adapters.web.pages.frame import Frame
from klantportaal.domain.sessions import Actor


def acting_for(frame: Frame, actor: Actor) -> str:
    """Show the other accounts of the person, each with what waits there and a button to go on for it."""
    return frame.html("acting_for.html", others=frame.site.portal.client.accounts.others(actor))
