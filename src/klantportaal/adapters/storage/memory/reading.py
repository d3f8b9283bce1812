"""All reads for pages, in one class."""

from klantportaal.adapters.storage.memory.auditing import TrailReading
from klantportaal.adapters.storage.memory.client_reading import ClientReading
from klantportaal.adapters.storage.memory.door_reading import DoorReading
from klantportaal.adapters.storage.memory.health import HealthReading
from klantportaal.adapters.storage.memory.keys import KeyReading
from klantportaal.adapters.storage.memory.office_reading import OfficeReading
from klantportaal.adapters.storage.memory.public_events import PublicEventReading
from klantportaal.adapters.storage.memory.quarantine import QuarantineReading
from klantportaal.adapters.storage.memory.unseen import UnseenReading
from klantportaal.adapters.storage.memory.webhooks import WebhookReading


class MemoryReading(
    DoorReading,
    ClientReading,
    OfficeReading,
    TrailReading,
    KeyReading,
    HealthReading,
    QuarantineReading,
    UnseenReading,
    PublicEventReading,
    WebhookReading,
):
    """Reads what was committed last."""
