"""Addresses in memory, for tests and experiments."""

from collections.abc import Mapping

from klantportaal.domain.boundary import checked_call
from klantportaal.domain.questionnaires.postal_addresses import FoundAddress


class MemoryAddresses:
    """Knows the addresses that it is made with.

    Args:
        known: the addresses by postcode and house number: ``("1234 AB", "1")``.
    """

    @checked_call
    def __init__(self, known: Mapping[tuple[str, str], FoundAddress]) -> None:
        self._known = dict(known)

    def find(self, postcode: str, number: str) -> FoundAddress | None:
        """Give the street and place of a postcode and a house number."""
        return self._known.get((postcode, number))
