"""The fields of an address: their labels, and what a browser may fill into them."""

import enum
from collections.abc import Mapping

from klantportaal.adapters.web.language.translations import Sentence, sentence

LABELS: Mapping[str, Sentence] = {
    "postcode": sentence("Postcode"),
    "number": sentence("House number"),
    "addition": sentence("Addition"),
    "street": sentence("Street"),
    "place": sentence("Town or city"),
    "country": sentence("Country"),
}
AUTOCOMPLETE: Mapping[str, str] = {
    "postcode": "postal-code",
    "street": "address-line1",
    "place": "address-level2",
    "country": "country",
}
"""The tokens of HTML for what a field holds. There are none for a house number and its addition."""


class LookedUp(enum.Enum):
    """What came of looking up a postcode and a house number."""

    FOUND = enum.auto()
    NOTHING = enum.auto()
    NOT_NOW = enum.auto()


SAID: Mapping[LookedUp, Sentence] = {
    LookedUp.FOUND: sentence("Street and town are filled in. Check them."),
    LookedUp.NOTHING: sentence("There is no such address. Check postcode and house number, or enter street and town."),
    LookedUp.NOT_NOW: sentence("The address cannot be looked up now. Enter street and town."),
}
