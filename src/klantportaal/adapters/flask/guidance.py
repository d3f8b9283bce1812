"""The views of the help page and of the accessibility statement, for everyone."""

from werkzeug.wrappers import Response

from klantportaal.adapters.flask.responses import page
from klantportaal.adapters.flask.visits import visit
from klantportaal.adapters.web.pages import guidance as pages


def help_page() -> Response:
    """Show the help page."""
    return page(pages.help_page(visit().frame()))


def accessibility() -> Response:
    """Show the accessibility statement."""
    return page(pages.accessibility(visit().frame()))
