"""Whatever happens, nobody is looked at too late for a reminder, or has two on a day (RM-1)."""

from random import Random

from tests.usecases.reminder_histories import ReminderHistory, follow

HISTORIES = 50
EVENTS = {
    "AccountReopened",
    "ClientReopened",
    "ItemReturned",
    "PersonReminded",
    "ProfileChanged",
    "QuestionnaireCompleted",
    "RemindersChanged",
    "RemindersSwitched",
    "RequestItemAdded",
    "RequestItemWithdrawn",
    "RequestReminded",
    "VendorSignInChanged",
}
"""Some of what must happen in the histories."""


def test_random_histories() -> None:
    """RM-1: after each act, each person is looked at when there is a reminder to send, or earlier."""
    happened: set[str] = set()
    for seed in range(HISTORIES):
        history = ReminderHistory()
        follow(history, Random(seed))
        happened |= set(history.world.audit())
    assert happened >= EVENTS
