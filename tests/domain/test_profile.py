"""The settings that a person makes for itself."""

from klantportaal.domain.profile import Notifications, Profile
from klantportaal.domain.values import Language


def test_all_on() -> None:
    """PR-2: a new account has all notifications on: documents, questionnaires and messages."""
    assert Notifications() == Notifications(documents=True, questionnaires=True, messages=True)


def test_each_on_or_off() -> None:
    """PR-2: each notification is turned on and off separately."""
    settings = {
        Profile(
            language=Language.DUTCH,
            notifications=Notifications(documents=documents, questionnaires=questionnaires, messages=messages),
        )
        for documents in (True, False)
        for questionnaires in (True, False)
        for messages in (True, False)
    }
    assert len(settings) == 8
