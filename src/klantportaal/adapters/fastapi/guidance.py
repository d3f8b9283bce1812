"""The endpoints of the help page and of the accessibility statement, for everyone."""

from fastapi import Response

from klantportaal.adapters.fastapi.responses import page
from klantportaal.adapters.fastapi.visits import Here
from klantportaal.adapters.web.pages import guidance as pages


def help_page(here: Here) -> Response:
    """Show the help page."""
    return page(pages.help_page(here.frame()))


def accessibility(here: Here) -> Response:
    """Show the accessibility statement."""
    return page(pages.accessibility(here.frame()))
