"""The page for an error when the office cannot be read: its name and colour are unknown, and so is who is signed in."""

import logging

from klantportaal.adapters.web.http.errors import WebError, answer_to
from klantportaal.adapters.web.http.paths import Url
from klantportaal.adapters.web.http.recurrences import Recurrences
from klantportaal.adapters.web.language import negotiation
from klantportaal.adapters.web.language.translations import wordings
from klantportaal.adapters.web.pages.rendering import rendering
from klantportaal.domain.errors import Absent, PortalError
from klantportaal.domain.values import Language
from klantportaal.log_events import EventLog

_LOG = EventLog(__name__)
_RECURRENCES = Recurrences()
"""What was logged by this process. The office is unknown, so no portal counts it."""
SERVERS = 500
"""The first status of the errors that are not the client's, and that may have passed the next time."""


def language(asked: str | None, accept: str) -> Language:
    """Choose the language by the address (``?taal=``), or else by the header ``Accept-Language``."""
    return negotiation.chosen(asked) or negotiation.preferred(accept)


def page(error: PortalError | WebError, spoken: Language, url: Url, *, path: str) -> str:
    """Show an error, and a link to try again. If that makes no sense, the link leads to the start.

    Args:
        error: the error.
        spoken: the language of the page.
        url: makes links under the mount of the portal.
        path: the path of this page. "" for a form, which cannot be sent again by a link.
    """
    answer, wording = answer_to(error), wordings()[spoken]
    return rendering().html(
        "fallback.html",
        spoken,
        url,
        title=wording.say(answer.title),
        text=wording.say(answer.text),
        path=path,
        again=answer.status >= SERVERS,
    )


def in_words(error: PortalError | WebError, spoken: Language) -> str:
    """Give the sentence of an error, for a script."""
    return wordings()[spoken].say(answer_to(error).text)


def note(error: PortalError | WebError, cause: PortalError | WebError, *, method: str, route: str) -> None:
    """Log why the page of an error cannot be made as usual, at growing intervals (AL-6).

    An office that does not exist is INFO, because anybody can ask for one.
    """
    times = _RECURRENCES.add((type(error).__name__, method, route, str(cause)))
    if times is not None:
        _LOG.log(
            logging.INFO if isinstance(cause, Absent) else logging.WARNING,
            "office_not_read",
            "%(reason)s on %(method)s %(route)s: the office cannot be read: %(cause)s, time %(times)d",
            reason=type(error).__name__,
            method=method,
            route=route,
            cause=cause,
            times=times,
        )
