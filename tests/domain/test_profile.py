"""The settings that a person makes for itself."""

from klantportaal.domain.outgoing import Notice
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


def test_what_a_switch_is_about() -> None:
    """PR-2: each notification has its switch; requests for documents have that of questionnaires."""
    off = {
        Notice.DOCUMENTS: Notifications(documents=False),
        Notice.QUESTIONNAIRES: Notifications(questionnaires=False),
        Notice.REQUESTS: Notifications(questionnaires=False),
        Notice.MESSAGES: Notifications(messages=False),
    }
    unwanted = {notice: {each for each in Notice if not wishes.wants(each)} for notice, wishes in off.items()}
    asked = {Notice.QUESTIONNAIRES, Notice.REQUESTS}
    assert unwanted == {
        Notice.DOCUMENTS: {Notice.DOCUMENTS},
        Notice.QUESTIONNAIRES: asked,
        Notice.REQUESTS: asked,
        Notice.MESSAGES: {Notice.MESSAGES},
    }
