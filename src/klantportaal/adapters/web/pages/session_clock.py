"""The end of a session as pages and their script show it (ST-3)."""

from datetime import timedelta

import attrs

from klantportaal.adapters.web.language.translations import Wording
from klantportaal.domain.sessions import SessionEnd

_MILLISECOND = timedelta(milliseconds=1)


@attrs.frozen(kw_only=True)
class SessionClock:
    """The end of a session. Durations are in milliseconds from the response on."""

    ends_in: int
    warned_in: int
    told_every: int
    """How often the script tells the portal that somebody types."""
    is_final: bool
    """Whether the session ends however much it is used."""
    until: str
    """The time of the end in the Netherlands, in the reader's language."""


def session_clock(end: SessionEnd, wording: Wording) -> SessionClock:
    """Say when a session ends. Times are rounded down, so that nothing is promised too late."""
    return SessionClock(
        ends_in=(end.at - end.known_at) // _MILLISECOND,
        warned_in=(end.warned_at - end.known_at) // _MILLISECOND,
        told_every=end.told_every // _MILLISECOND,
        is_final=end.is_final,
        until=wording.until(end.at, now=end.known_at),
    )
