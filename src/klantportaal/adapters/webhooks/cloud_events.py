"""Public events as CloudEvents 1.0, in the JSON format."""

import json

from klantportaal.domain.public_events import PublicEvent

MEDIA_TYPE = "application/cloudevents+json"
PREFIX = "klantportaal."
"""What the type of an event begins with, so that it is no type of another product."""


def cloud_event(event: PublicEvent) -> str:
    """Write an event. Its data has its numbers and its dossier beside its ids and words, and nothing else."""
    written = {
        "specversion": "1.0",
        "id": str(event.id),
        "source": f"urn:uuid:{event.office_id}",
        "type": f"{PREFIX}{event.type}",
        "time": event.at.isoformat(),
        "datacontenttype": "application/json",
        "data": {
            "number": event.number,
            "dossier_id": None if event.dossier_id is None else str(event.dossier_id),
            "dossier_number": event.dossier_number,
            **event.data,
        },
    }
    if event.dossier_id is not None:
        written["subject"] = str(event.dossier_id)
    return json.dumps(written, separators=(",", ":"))
