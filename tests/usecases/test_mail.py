"""Mail: the outbox, the dispatcher and notifications (AL-2, PR-1, PR-2, PR-3)."""

import threading
from datetime import timedelta
from uuid import UUID

import attrs
import pytest

from klantportaal.adapters.mail.texts import JinjaMailWriter
from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.profile import Notifications, Profile
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import Language
from klantportaal.ports.mail import Letter, Mail
from klantportaal.usecases.background.dispatcher import Dispatcher
from klantportaal.usecases.background.letters import lifetime
from tests.usecases.world import World


def news(world: World) -> list[Mail]:
    """Let five minutes pass, and return the mails that were sent."""
    world.later(minutes=5)
    return world.deliver()


def test_notification(world: World, jan: Actor) -> None:
    """PR-2: a notification names the dossier and the kind of news, but not its contents."""
    dossier = world.dossier(jan)
    world.write_to(dossier, jan, subject="Geheim onderwerp", body="Geheime inhoud")
    (mail,) = news(world)
    assert mail.to == "jan@example.nl"
    assert "2026-001" in mail.text
    assert "Geheim" not in mail.subject + mail.text + mail.html


def test_several_within_five_minutes_are_one_mail(world: World, jan: Actor) -> None:
    """PR-2: all news within five minutes after the first is sent in one mail; later news is sent in a new mail."""
    first, second = world.dossier(jan), world.dossier(jan, number="2026-002")
    world.publish(first, jan)
    world.later(minutes=4, seconds=59)
    assert world.deliver() == []
    world.write_to(second, jan)
    world.later(seconds=1)
    (mail,) = world.deliver()
    assert "2026-001" in mail.text
    assert "2026-002" in mail.text
    assert news(world) == []
    world.publish(first, jan)
    assert len(news(world)) == 1


@pytest.mark.parametrize("off", ["documents", "messages"])
def test_switches(world: World, jan: Actor, off: str) -> None:
    """PR-2: each notification can be switched off separately, also between the news and the mail."""
    dossier = world.dossier(jan)
    world.publish(dossier, jan)
    world.write_to(dossier, jan)
    notifications = attrs.evolve(Notifications(), **{off: False})
    world.portal.client.profile.save(jan, Profile(language=Language.DUTCH, notifications=notifications))
    (mail,) = news(world)
    other = {"documents": "bericht", "messages": "document"}[off]
    assert other in mail.text.lower()
    world.portal.client.profile.save(
        jan,
        Profile(
            language=Language.DUTCH, notifications=Notifications(documents=False, questionnaires=False, messages=False)
        ),
    )
    world.publish(dossier, jan)
    assert news(world) == []


def test_what_cannot_be_switched_off(world: World, jan: Actor) -> None:
    """PR-3: mails about passwords are sent even if all notifications are switched off."""
    nothing = Notifications(documents=False, questionnaires=False, messages=False)
    world.portal.client.profile.save(jan, Profile(language=Language.DUTCH, notifications=nothing))
    token = world.password_link("jan@example.nl")
    world.portal.client.onboarding.set_password(world.visitor, token, "Anders2026", "Anders2026")
    assert [mail.to for mail in world.deliver()] == ["jan@example.nl"]


def test_only_what_may_be_seen(world: World, jan: Actor, piet: Actor) -> None:
    """PR-2: no mail tells of things that the client cannot see any more when the mail is made."""
    dossier = world.dossier(jan, piet)
    world.portal.office.documents.withdraw(world.handler, world.publish(dossier, jan), "Vergissing")
    assert news(world) == []
    world.publish(dossier, piet)
    world.write_to(dossier, piet)
    world.portal.office.dossiers.remove_party(world.handler, dossier, piet.client_id)
    assert news(world) == []
    world.portal.office.dossiers.add_party(world.handler, dossier, piet.client_id)
    world.publish(dossier, piet)
    world.portal.office.dossiers.remove_party(world.handler, dossier, piet.client_id)
    world.portal.office.dossiers.add_party(world.handler, dossier, piet.client_id)
    assert news(world) == []
    world.publish(dossier, jan)
    world.portal.office.clients.close(world.handler, jan.client_id)
    assert news(world) == []


def test_every_account_of_the_client(world: World, jan: Actor, piet: Actor) -> None:
    """DC-1, PR-2: all accounts of the client are notified, and no other accounts."""
    dossier = world.dossier(jan, piet)
    world.extra_account(jan, "extra@example.nl")
    world.publish(dossier, jan)
    assert {mail.to for mail in news(world)} == {"jan@example.nl", "extra@example.nl"}


def test_language_at_the_moment_of_sending(world: World, jan: Actor) -> None:
    """PR-1: a mail is in the language of the profile when it is sent; a running session keeps its language."""
    token = world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", "Welkom2026").token
    world.publish(world.dossier(jan), jan)
    world.portal.client.profile.save(jan, Profile(language=Language.ENGLISH, notifications=Notifications()))
    (mail,) = news(world)
    assert mail.language is Language.ENGLISH
    assert world.actor(token).language is Language.DUTCH
    assert world.sign_in().language is Language.ENGLISH


def test_mail_server_down_for_a_while(world: World) -> None:
    """AL-2: a mail that waits while the mail server is down is sent once afterwards."""
    world.invite()
    world.mail.down = True
    for _ in range(8):
        assert world.deliver() == []
        world.later(minutes=10)
    world.mail.down = False
    world.later(hours=1)
    (mail,) = world.deliver()
    world.later(hours=2)
    assert world.deliver() == []
    world.portal.client.onboarding.look_at_invitation(world.visitor, world.token(mail))


def test_second_mail_is_tried_again(world: World) -> None:
    """AL-2, ON-6: a failed second mail is tried again at once, although its link was already made."""
    world.invite()
    world.deliver()
    world.mail.down = True
    world.portal.client.onboarding.ask_link(world.visitor, "jan@example.nl")
    assert world.deliver() == []
    world.mail.down = False
    world.later(seconds=15)
    (mail,) = world.deliver()
    world.portal.client.onboarding.look_at_password_link(world.visitor, world.token(mail))


def test_refused_for_good(world: World) -> None:
    """AL-2: mail to a permanently refused address is not retried; the office sees the problem until a mail arrives."""
    _client, account = world.invite()
    world.mail.refuse("jan@example.nl")
    world.deliver()
    world.later(days=1)
    assert world.deliver() == []
    (problem,) = world.portal.office.clients.mail_problems(world.handler)
    assert (problem.id, "no such mailbox" in (problem.mail_problem or "")) == (account, True)
    assert world.audit()[-1] == "MailRefused"
    world.mail.accept("jan@example.nl")
    world.portal.office.clients.invite_again(world.handler, account)
    world.deliver()
    assert list(world.portal.office.clients.mail_problems(world.handler)) == []


def test_second_mail_refused_for_good(world: World) -> None:
    """AL-2: the office also sees the account whose second mail was refused, although the task has only an address."""
    _client, account = world.invite()
    world.deliver()
    world.mail.refuse("jan@example.nl")
    world.portal.client.onboarding.ask_link(world.visitor, "jan@example.nl")
    world.deliver()
    assert [problem.id for problem in world.portal.office.clients.mail_problems(world.handler)] == [account]
    world.mail.accept("jan@example.nl")
    world.later(minutes=2)
    world.password_link("jan@example.nl")
    assert list(world.portal.office.clients.mail_problems(world.handler)) == []


def test_a_task_that_fails_keeps_nobody_waiting(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """AL-2: an error in one mail does not stop the others, and the mail is tried again."""
    world.invite("broken@example.nl")
    world.invite()
    writer, write = JinjaMailWriter, JinjaMailWriter.write

    def failing(self: JinjaMailWriter, letter: Letter) -> Mail:
        if letter.to == "broken@example.nl":
            raise RuntimeError("no such template")
        return write(self, letter)

    monkeypatch.setattr(writer, "write", failing)
    assert [mail.to for mail in world.deliver()] == ["jan@example.nl"]
    assert "failed" in caplog.text
    monkeypatch.setattr(writer, "write", write)
    world.later(minutes=1)
    assert [mail.to for mail in world.deliver()] == ["broken@example.nl"]


def test_lease_taken_over(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-2: a dispatcher whose lease has expired does not record a result for the task."""
    world.invite()
    world.mail.refuse("jan@example.nl")
    with world.storage.begin() as uow:
        outbox = type(uow.outbox)
    monkeypatch.setattr(outbox, "refuse", lambda *_arguments, **_named: False)
    world.deliver()
    assert "MailRefused" not in world.audit()


def test_nothing_left_to_say(world: World) -> None:
    """ON-6: a pending invitation and a pending second mail are not sent to an account that was closed."""
    _client, account = world.invite()
    world.portal.client.onboarding.ask_link(world.visitor, "jan@example.nl")
    with world.storage.begin() as uow:
        found, _found_client = uow.accounts.get(world.office, account)
        uow.accounts.save(attrs.evolve(found, state=type(found.state).CLOSED))
        uow.commit()
    assert world.deliver() == []


def test_client_is_closed_before_its_invitation(world: World) -> None:
    """ON-6, PE-5: a pending invitation is not sent when its client is closed. Reopening the client invites anew."""
    client, _account = world.invite()
    world.portal.office.clients.close(world.handler, client)
    assert world.deliver() == []
    world.portal.office.clients.reopen(world.handler, client)
    assert len(world.deliver()) == 1


def test_account_is_gone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """ON-6: a mail to an account that does not exist any more is not sent."""
    _client, account = world.invite()
    with world.storage.begin() as uow:
        accounts = type(uow.accounts)
    get = accounts.get

    def gone(self: object, office_id: object, account_id: object) -> object:
        return get(self, office_id, UUID(int=1) if account_id == account else account_id)  # type: ignore[arg-type]

    monkeypatch.setattr(accounts, "get", gone)
    assert world.deliver() == []


def test_thread(world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """AL-2: the dispatcher's thread sends mail, continues after storage was unavailable, and can be stopped."""
    dispatcher = Dispatcher(world.portal.background.dispatcher._dispatching, world.portal.background.sealer, every=0.01)
    tried = threading.Event()
    begin = MemoryStorage.begin

    def busy(self: MemoryStorage) -> None:
        tried.set()
        raise Unavailable

    world.invite()
    monkeypatch.setattr(MemoryStorage, "begin", busy)
    dispatcher.start()
    dispatcher.start()
    assert tried.wait(5)
    monkeypatch.setattr(MemoryStorage, "begin", begin)
    for _ in range(500):
        if world.mail.sent:
            break
        threading.Event().wait(0.01)
    dispatcher.stop()
    dispatcher.stop()
    assert len(world.mail.sent) == 1
    assert "cannot go on for now" in caplog.text


def test_portal_as_context(world: World) -> None:
    """AL-2: a portal sends mail inside its ``with`` block, and stops at the end."""
    world.invite()
    with world.portal:
        for _ in range(500):
            if world.mail.sent:
                break
            threading.Event().wait(0.01)
    assert len(world.mail.sent) == 1
    assert not any(thread.name.startswith("klantportaal-dispatcher") for thread in threading.enumerate())


def test_closing_a_portal(world: World) -> None:
    """AL-2: closing a portal stops the dispatcher, and then closes the portal's resources."""
    closed: list[bool] = []
    portal = attrs.evolve(world.portal, closing=lambda: closed.append(True))
    portal.background.dispatcher.start()
    portal.close()
    assert closed == [True]
    assert not any(thread.name.startswith("klantportaal-dispatcher") for thread in threading.enumerate())


@pytest.mark.parametrize(
    "time, said",
    [
        (timedelta(days=14), {"days": "14"}),
        (timedelta(hours=1), {"hours": "1"}),
        (timedelta(hours=24), {"days": "1"}),
        (timedelta(minutes=90), {"minutes": "90"}),
    ],
)
def test_lifetime(time: timedelta, said: dict[str, str]) -> None:
    """ON-4: a mail states the lifetime of its link in the largest unit that gives a whole number."""
    assert lifetime(time) == said


def test_a_notice_of_security_after_the_last_account_closed(world: World, jan: Actor) -> None:
    """ON-5, PR-3: the third mail goes out, even if the office closed the client before it was sent."""
    token = world.password_link("jan@example.nl")
    world.portal.client.onboarding.set_password(world.visitor, token, "Anders2026", "Anders2026")
    world.portal.office.clients.close(world.handler, jan.client_id)
    (mail,) = world.deliver()
    assert (mail.to, "Jan Jansen" in mail.text) == ("jan@example.nl", True)
