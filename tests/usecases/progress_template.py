"""A template of three steps."""

from typing import Any

TEMPLATE: dict[str, Any] = {
    "id": "levering",
    "revision": 1,
    "texts": {"nl": {"title": "Levering van een woning"}, "en": {"title": "Transfer of a home"}},
    "steps": [
        {
            "id": "voorbereiding",
            "texts": {
                "nl": {"title": "Voorbereiding", "explanation": "Wij vragen het Kadaster en de bank om stukken."},
                "en": {"title": "Preparation", "explanation": "We ask the land registry and the bank for documents."},
            },
        },
        {"id": "concept", "texts": {"nl": {"title": "Conceptakte"}, "en": {"title": "Draft deed"}}},
        {"id": "akte", "texts": {"nl": {"title": "Ondertekening"}, "en": {"title": "Signing"}}},
    ],
}
