"""The log in which a vendor reads of deviations from the standards."""

import logging

from klantportaal.domain.deviations import Deviation

_LOG = logging.getLogger("klantportaal.deviations")


def tell(found: tuple[Deviation, ...]) -> None:
    """Write deviations in the log ``klantportaal.deviations``: as warnings where a clause says shall."""
    for each in found:
        _LOG.log(logging.WARNING if each.required else logging.INFO, "%s", each)
