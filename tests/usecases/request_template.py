"""A template of requests with two items."""

from typing import Any

TEMPLATE: dict[str, Any] = {
    "id": "hypotheek",
    "revision": 1,
    "texts": {"nl": {"title": "Stukken voor de hypotheek"}, "en": {"title": "Documents for the mortgage"}},
    "items": [
        {
            "id": "loonstrook",
            "texts": {
                "nl": {"title": "Loonstrook", "explanation": "Van de laatste maand."},
                "en": {"title": "Payslip"},
            },
            "files": 2,
            "due_in_days": 14,
        },
        {
            "id": "taxatie",
            "texts": {"nl": {"title": "Taxatierapport"}, "en": {"title": "Valuation report"}},
            "required": False,
        },
    ],
}
