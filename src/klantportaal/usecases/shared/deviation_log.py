"""Logs deviations from the standards, for the vendor."""

import logging

from klantportaal.domain.deviations import Deviation

_LOG = logging.getLogger("klantportaal.deviations")


def tell(found: tuple[Deviation, ...]) -> None:
    """Log deviations to ``klantportaal.deviations``: as a warning if a clause says "shall", otherwise as info."""
    for each in found:
        _LOG.log(logging.WARNING if each.required else logging.INFO, "%s", each)
