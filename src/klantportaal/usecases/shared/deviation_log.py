"""Logs deviations from the standards, for the vendor."""

import logging

from klantportaal.domain.deviations import Deviation
from klantportaal.log_events import EventLog

_LOG = EventLog("klantportaal.deviations")


def tell(found: tuple[Deviation, ...]) -> None:
    """Log deviations to ``klantportaal.deviations``: as a warning if a clause says "shall", otherwise as info."""
    for each in found:
        _LOG.log(
            logging.WARNING if each.required else logging.INFO,
            "setting_deviates",
            "%(deviation)s",
            deviation=each,
            setting=each.setting,
            clauses=each.clauses,
        )
