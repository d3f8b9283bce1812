"""All reads for pages, in one class."""

from klantportaal.adapters.storage.memory.auditing import TrailReading
from klantportaal.adapters.storage.memory.client_reading import ClientReading
from klantportaal.adapters.storage.memory.door_reading import DoorReading
from klantportaal.adapters.storage.memory.health import HealthReading
from klantportaal.adapters.storage.memory.keys import KeyReading
from klantportaal.adapters.storage.memory.office_reading import OfficeReading


class MemoryReading(DoorReading, ClientReading, OfficeReading, TrailReading, KeyReading, HealthReading):
    """Reads what was committed last."""
