"""When each person is looked at is kept right in the rows of the databases (RM-1)."""

from random import Random

from klantportaal.adapters.storage.sql import SqlStorage
from tests.usecases.reminder_histories import ReminderHistory, follow


def test_random_histories(storage: SqlStorage) -> None:
    """RM-1: after each of sixty random acts, nobody is looked at too late, and nobody had two reminders on a day."""
    follow(ReminderHistory(storage), Random(47))
