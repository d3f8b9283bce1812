"""The fields of an address: their labels, and what a browser may fill into them."""

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
