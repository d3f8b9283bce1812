"""The port that looks up Dutch addresses (QU-2)."""

from typing import Protocol

from klantportaal.domain.questionnaires.postal_addresses import FoundAddress


class AddressLookup(Protocol):
    """Knows the streets and places of Dutch postcodes. Several threads call it at once."""

    def find(self, postcode: str, number: str) -> FoundAddress | None:
        """Give the street and place of a postcode and a house number. None if there is no such address.

        A client waits for the answer, so it takes no longer than five seconds. Whoever is asked gets the postcode and
        the number, and nothing about the client.

        Args:
            postcode: as ``1234 AB``.
            number: the digits of the house number, without its addition.

        Raises:
            Unavailable: it cannot be looked up now. The client types street and place.
        """
        ...
