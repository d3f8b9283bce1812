"""Mail: the outbox, the dispatcher and notifications (AL-2, PR-1, PR-2, PR-3)."""

import threading
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import attrs
import pytest

from klantportaal.adapters.mail.memory import MemorySender
from klantportaal.adapters.mail.texts import JinjaMailWriter
from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.adapters.storage.memory.outbox import Outbox
from klantportaal.domain.accounts import Holding
from klantportaal.domain.errors import Absent, Fault, FaultCode, Refused, Unavailable
from klantportaal.domain.outgoing import DispatchTimes, Lane, Task, TaskKind, TaskState
from klantportaal.domain.profile import Notifications, Profile
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import Language, OfficeId, PersonId, TaskId
from klantportaal.ports.mail import DestinationUnavailable, Letter, Mail
from klantportaal.ports.reading import MailProblem
from klantportaal.usecases.background.dispatcher import Dispatcher
from klantportaal.usecases.background.letters import lifetime
from klantportaal.usecases.background.pauses import Pause, Pauses, domain_of
from tests.domain.test_bounces import KEY, SAID, changed
from tests.usecases.noting import Noting
from tests.usecases.world import World


def news(world: World) -> list[Mail]:
    """Let five minutes pass, and return the mails that were sent."""
    world.later(minutes=5)
    return world.deliver()


def test_a_batch_of_mails_waits_for_the_disk_once() -> None:
    """AL-2: a lease alone and a link do not wait for the disk. What a batch did does, with the lease of the next."""
    storage = Noting()
    world = World(storage=storage)
    for mails, batches in ((1, 1), (7, 3)):  # Batches of one, two and four.
        for number in range(mails):
            world.invite(f"{mails}-{number}@example.nl")
        assert storage.of(world.deliver).count(True) == batches


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
    assert (problem.accounts[0].id, problem.problem) == (account, "550 5.1.1 no such mailbox")
    assert world.audit()[-1] == "MailRefused"
    world.mail.accept("jan@example.nl")
    world.portal.office.clients.invite_again(world.handler, account)
    world.deliver()
    assert world.mail_problems() == []


def test_second_mail_refused_for_good(world: World) -> None:
    """AL-2: the office also sees the account whose second mail was refused, although the task has only an address."""
    _client, account = world.invite()
    world.deliver()
    world.mail.refuse("jan@example.nl")
    world.portal.client.onboarding.ask_link(world.visitor, "jan@example.nl")
    world.deliver()
    assert world.mail_problems() == [account]
    world.mail.accept("jan@example.nl")
    world.later(minutes=2)
    world.password_link("jan@example.nl")
    assert world.mail_problems() == []


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
    for _attempt in range(4):
        world.later(minutes=5)
        assert world.deliver() == []
    assert caplog.text.count("failed, attempt") == 3, "the 1st, 2nd and 4th attempt"
    monkeypatch.setattr(writer, "write", write)
    world.later(minutes=5)
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
    """ON-6: a mail to an account that is not the person's any more is not sent; those to its others are."""
    _client, account = world.invite()
    world.invite(name="Jansen B.V.")
    with world.storage.begin() as uow:
        accounts = type(uow.accounts)
    of_person = accounts.of_person

    def gone(self: Any, office_id: OfficeId, person_id: PersonId) -> Sequence[Holding]:
        return [each for each in of_person(self, office_id, person_id) if each[0].id != account]

    monkeypatch.setattr(accounts, "of_person", gone)
    assert len(world.deliver()) == 1


def test_thread(world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """AL-2: the dispatcher's thread sends mail, continues after storage was unavailable, and can be stopped."""
    dispatcher = Dispatcher(
        world.portal.background.dispatcher._dispatching,
        world.portal.background.sealer,
        world.portal.background.sweeper._refusals,
        world.portal.background.reminders,
        every=0.01,
    )
    tried = threading.Event()
    begin = MemoryStorage.begin

    calls: Counter[str] = Counter()

    def busy(self: MemoryStorage, *, flushed: bool = True) -> None:
        calls[threading.current_thread().name] += 1
        if max(calls.values()) > 6:  # Two threads of one name: one of them has failed three times.
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
    assert dispatcher.is_working()
    dispatcher.stop()
    dispatcher.stop()
    assert not dispatcher.is_working()
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


# ------------------------------------------------------------------ what a refusal means
RELAYING = "554 5.7.1 <jan@example.nl>: relay access denied"


def problem(world: World) -> MailProblem:
    """Return the only mail that has a problem."""
    (found,) = world.portal.office.clients.mail_problems(world.handler)
    return found


def test_relaying_is_denied_for_two_hours(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """AL-2, AL-6: a mail whose problem people can solve waits, with the server's reply, and is sent after that."""
    world.invite()
    world.mail.refuse("jan@example.nl", RELAYING)
    for _minute in range(120):
        assert world.deliver() == []
        world.later(minutes=1)
    told = problem(world)
    assert (told.kind, told.state, told.problem) == (TaskKind.INVITATION, TaskState.WAITING, RELAYING)
    assert told.attempts > 5
    assert told.next_attempt_at is not None
    assert [account.email for account in told.accounts] == [told.email] == ["jan@example.nl"]
    warnings = [record for record in caplog.records if record.levelname == "WARNING"]
    assert 1 < len(warnings) < told.attempts
    assert "jan@example.nl" not in caplog.text
    assert str(told.mail_id) in warnings[0].message
    world.mail.accept("jan@example.nl")
    world.later(hours=1)
    assert [mail.to for mail in world.deliver()] == ["jan@example.nl"]
    assert world.mail_problems() == []
    assert "MailRefused" not in world.audit()


def test_given_up_after_days(world: World) -> None:
    """AL-2: a mail that is not accepted for five days is reported as refused, and the office can send it again."""
    world.invite()
    world.mail.refuse("jan@example.nl", RELAYING)
    for _hour in range(5 * 24 + 2):
        world.deliver()
        world.later(hours=1)
    told = problem(world)
    assert (told.state, told.problem, told.next_attempt_at) == (TaskState.REFUSED, RELAYING, None)
    assert world.audit().count("MailRefused") == 1
    world.portal.office.clients.send_mail_again(world.handler, told.mail_id)
    world.deliver()
    assert problem(world).state is TaskState.WAITING
    world.mail.accept("jan@example.nl")
    world.later(minutes=1, hours=1)
    assert len(world.deliver()) == 1


def test_sent_again_at_once(world: World) -> None:
    """AL-6: the office can send a waiting mail at once; it stays the same mail, and the trail has who did it."""
    world.invite()
    world.mail.refuse("jan@example.nl", RELAYING)
    world.deliver()
    world.mail.accept("jan@example.nl")
    assert world.deliver() == []
    world.portal.office.clients.send_mail_again(world.handler, problem(world).mail_id)
    assert len(world.deliver()) == 1
    assert [key.count("again") for key in world.mail.by_key] == [0]
    assert world.audit()[-1] == "MailSentAgain"


def test_what_was_refused_is_sent_again_as_another_mail(world: World) -> None:
    """AL-6, ON-6: a refused mail gets another key, so that no server drops it, and keeps its link."""
    world.invite()
    world.mail.refuse("jan@example.nl")
    world.deliver()
    refused = problem(world)
    world.mail.accept("jan@example.nl")
    world.later(days=30)
    world.portal.office.clients.send_mail_again(world.handler, refused.mail_id)
    (mail,) = world.deliver()
    world.portal.client.onboarding.look_at_invitation(world.visitor, world.token(mail))
    assert [key.count("again") for key in world.mail.by_key] == [1]
    with pytest.raises(Refused) as refusal:
        world.portal.office.clients.send_mail_again(world.handler, refused.mail_id)
    assert refusal.value.faults == (Fault(code=FaultCode.WRONG_STATE, field="mail"),)


def test_what_is_no_mail_is_not_sent_again(world: World, jan: Actor) -> None:
    """OF-2: the task of a PDF is no mail."""
    with world.storage.begin() as uow:
        task = Task(
            id=TaskId(world.ids.new()),
            office_id=world.office,
            kind=TaskKind.RESULT,
            key="result",
            person_id=None,
            payload={},
            made_at=world.clock.now(),
            due_at=world.clock.now(),
            problem="OSError",
        )
        uow.outbox.add(task)
        uow.commit()
    with pytest.raises(Absent):
        world.portal.office.clients.send_mail_again(world.handler, task.id)


# ------------------------------------------------------------------ bounces
def report(key: str) -> bytes:
    """Make a report that a mail was not delivered."""
    return changed((KEY, key))


def test_a_bounce(world: World) -> None:
    """AL-6: a report flags the mail that it names, once. The office can send that mail again."""
    world.invite()
    world.deliver()
    (key,) = world.mail.by_key
    assert world.portal.office.clients.bounced(world.handler, report(key))
    assert not world.portal.office.clients.bounced(world.handler, report(key))
    told = problem(world)
    assert (told.state, told.problem) == (TaskState.BOUNCED, SAID)
    assert world.audit().count("MailBounced") == 1
    world.portal.office.clients.send_mail_again(world.handler, told.mail_id)
    (mail,) = world.deliver()
    world.portal.client.onboarding.look_at_invitation(world.visitor, world.token(mail))
    again = [key for key in world.mail.by_key if "again" in key]
    assert world.mail_problems() == []
    assert world.portal.office.clients.bounced(world.handler, report(*again))


def test_a_foreign_bounce(world: World) -> None:
    """OF-2, AL-6: a report about another office's mail or an unknown one, and damaged bytes, change nothing."""
    other = world.other_office()
    world.invite()
    world.deliver()
    (key,) = world.mail.by_key
    before = world.audit()
    assert not world.portal.office.clients.bounced(other, report(key))
    assert not world.portal.office.clients.bounced(world.handler, report(KEY))
    assert not world.portal.office.clients.bounced(world.handler, b"\xff\x00")
    assert (world.audit(), world.mail_problems()) == (before, [])


def test_a_forged_bounce_only_flags(world: World) -> None:
    """AL-6: a forged report does not end links or sessions, and does not stop mail."""
    jan = world.onboard()
    link = world.password_link("jan@example.nl")
    for key in list(world.mail.by_key):
        world.portal.office.clients.bounced(world.handler, report(key))
    assert world.sign_in().account_id == jan.account_id
    world.publish(world.dossier(jan), jan)
    assert [mail.to for mail in news(world)] == ["jan@example.nl"]
    token = world.password_link("jan@example.nl")
    assert token != link
    world.portal.client.onboarding.look_at_password_link(world.visitor, token)


def test_merged_notifications_bounce_together(world: World, jan: Actor) -> None:
    """PR-2, AL-6: if a mail about two things bounces, both are sent again in one mail."""
    for number in ("2026-001", "2026-002"):
        world.write_to(world.dossier(jan, number=number), jan)
    news(world)
    key = list(world.mail.by_key)[-1]
    assert key.endswith("-2")
    assert world.portal.office.clients.bounced(world.handler, report(key))
    for each in world.portal.office.clients.mail_problems(world.handler):
        world.portal.office.clients.send_mail_again(world.handler, each.mail_id)
    (mail,) = world.deliver()
    assert all(number in mail.text for number in ("2026-001", "2026-002"))


# ------------------------------------------------------------------ servers and domains that do not answer
def test_a_server_that_is_down_is_told_once_and_then_seldom(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """AL-6: a server that is down is logged at growing intervals, and its return too. Few mails are tried."""
    for number in range(20):
        world.invite(f"klant{number}@example.nl")
    world.mail.down = True
    for _minute in range(120):
        assert world.deliver() == []
        world.later(minutes=1)
    told = [record.message for record in caplog.records if record.levelname == "WARNING"]
    assert [message.split(",")[0] for message in told] == ["no mail goes out"] * len(told)
    assert 3 <= len(told) <= 7
    assert sum(each.attempts for each in world.portal.office.clients.mail_problems(world.handler)) < 40
    world.mail.down = False
    world.later(minutes=5)
    assert len(world.deliver()) == 20
    assert "mail goes out again" in caplog.text


def hanging_at(world: World, monkeypatch: pytest.MonkeyPatch, domain: str) -> list[str]:
    """Let the server not answer for one domain. Return the addresses at it that are tried."""
    send, tried = MemorySender.send, []

    def hang(self: MemorySender, mail: Mail, *, key: str) -> None:
        if mail.to.endswith(f"@{domain}"):
            tried.append(mail.to)
            raise DestinationUnavailable("TimeoutError timed out")
        send(self, mail, key=key)

    monkeypatch.setattr(MemorySender, "send", hang)
    return tried


def test_a_domain_that_hangs_steps_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-2: one mail is tried at a domain that does not answer. Its others wait, and mails elsewhere go out."""
    tried = hanging_at(world, monkeypatch, "hangt.nl")
    for number in range(8):
        world.invite(f"klant{number}@hangt.nl")
    world.invite("jan@example.nl")
    assert [mail.to for mail in world.deliver()] == ["jan@example.nl"]
    assert tried == ["klant0@hangt.nl"]
    told = world.portal.office.clients.mail_problems(world.handler)
    assert len(told) == 8
    assert {each.state for each in told} == {TaskState.WAITING}
    monkeypatch.undo()
    world.later(minutes=1)
    assert len(world.deliver()) == 8


def test_who_waits_goes_first(world: World, jan: Actor) -> None:
    """AL-2: mails that somebody waits for are sent before any number of notifications."""
    piet = world.onboard("piet@example.nl", name="Piet")
    for who, number in ((jan, "2026-001"), (piet, "2026-002")):
        world.publish(world.dossier(who, number=number), who)
    world.later(minutes=6)
    world.invite("anna@example.nl")
    assert [mail.to for mail in world.deliver()] == ["anna@example.nl", "jan@example.nl", "piet@example.nl"]


# ------------------------------------------------------------------ stopping
def test_a_stop_waits_for_the_mail_in_flight_and_begins_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-2: stopping waits for the mails in flight. The mails after them stay in the outbox."""
    world = World()
    for number in range(20):
        world.invite(f"klant{number}@example.nl")
    flying, released, stopped = threading.Semaphore(0), threading.Event(), threading.Event()
    send = MemorySender.send

    def hold(self: MemorySender, mail: Mail, *, key: str) -> None:
        flying.release()
        assert released.wait(60)
        send(self, mail, key=key)

    monkeypatch.setattr(MemorySender, "send", hold)
    dispatcher = world.portal.background.dispatcher
    dispatcher.start()
    for _thread in range(4):
        assert flying.acquire(timeout=60)

    def stop() -> None:
        dispatcher.stop()
        stopped.set()

    threading.Thread(target=stop).start()
    assert dispatcher._stopping.wait(60)
    assert not stopped.is_set()
    released.set()
    assert stopped.wait(60)
    assert len(world.mail.sent) == 4
    monkeypatch.undo()
    assert len(world.deliver()) == 16


def test_a_stop_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """AL-6: after a timeout, a stop gives up on a mail that hangs, and a WARNING says what may happen."""
    world = World()
    world.invite()
    flying, released = threading.Event(), threading.Event()

    def hang(_self: MemorySender, _mail: Mail, *, key: str) -> None:
        flying.set()
        assert released.wait(60), key

    monkeypatch.setattr(MemorySender, "send", hang)
    background = world.portal.background
    dispatcher = Dispatcher(
        background.dispatcher._dispatching,
        background.sealer,
        background.sweeper._refusals,
        background.reminders,
        patience=0.01,
    )
    dispatcher.start()
    threads = list(dispatcher._threads)
    try:
        assert flying.wait(60)
        dispatcher.stop()
        (told,) = (record.message for record in caplog.records if "may be sent twice" in record.message)
        assert "klantportaal-dispatcher-awaited" in told
    finally:
        released.set()
        for thread in threads:
            thread.join(60)


def test_threads_without_sms() -> None:
    """TS-2: a portal without SMS has no thread for them."""
    world = World(sms=False)
    world.invite()
    with world.portal:
        names = [thread.name for thread in threading.enumerate()]
    assert not any("dispatcher-sms" in name for name in names)
    assert sum("dispatcher-awaited" in name for name in names) == 4


def test_of_threads_that_fail_at_once_one_counts() -> None:
    """AL-2: if several threads find a destination down at the same time, its pause does not grow."""
    pauses, at = Pauses(times=DispatchTimes()), World().clock.now()
    first = pauses.fail("example.nl", at=at)
    assert (first.failures, first.until) == (1, at + timedelta(seconds=15))
    assert pauses.fail("example.nl", at=at + timedelta(seconds=14)) == first
    assert pauses.fail("example.nl", at=first.until) == Pause(failures=2, until=first.until + timedelta(seconds=30))
    assert pauses.until("example.nl", at=first.until) == first.until + timedelta(seconds=30)
    assert pauses.until("Example.nl", at=at) is None
    assert (pauses.succeed("example.nl"), pauses.succeed("example.nl")) == (2, 0)
    assert domain_of("Jan@Example.NL") == "example.nl"


def test_notifications_that_hang_hold_up_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-2, QU-4: while every notification hangs, a mail that somebody waits for goes out, and a PDF is made."""
    world = World()
    people = [world.onboard(f"klant{number}@example.nl") for number in range(8)]
    jan = world.onboard("jan@example.nl")
    send, hanging, released, arrived = MemorySender.send, threading.Semaphore(0), threading.Event(), threading.Event()

    def hang(self: MemorySender, mail: Mail, *, key: str) -> None:
        if key.startswith("notification"):
            hanging.release()
            assert released.wait(60)
        send(self, mail, key=key)
        arrived.set()

    for number, person in enumerate(people):
        world.publish(world.dossier(person, number=f"2026-{number}"), person)
    world.later(minutes=6)
    monkeypatch.setattr(MemorySender, "send", hang)
    dispatcher = world.portal.background.dispatcher
    dispatcher.start()
    try:
        for _thread in range(2):
            assert hanging.acquire(timeout=60)
        world.portal.client.onboarding.ask_link(world.visitor, "jan@example.nl")
        assert arrived.wait(60)
        assert world.mail.sent[-1].to == "jan@example.nl"
        dossier = world.dossier(jan)
        world.complete(jan, world.ask(jan, dossier))
        while not world.portal.client.dossiers.submissions(jan, dossier):
            threading.Event().wait(0.01)
    finally:
        released.set()
        dispatcher.stop()


def test_a_dispatcher_that_is_stopping_begins_nothing(world: World) -> None:
    """AL-2: after the request to stop, a dispatcher leases nothing."""
    world.invite()
    work = world.portal.background.dispatcher._dispatching
    assert work.run_once(stopping=lambda: True) == 0
    assert world.mail.sent == []
    assert len(world.deliver()) == 1


def test_what_was_sent_is_done_even_if_nothing_can_be_leased(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-2: if leasing the next task fails, the mail before it is not sent again."""
    world.invite()
    lease = Outbox.lease

    def lease_before_sending(outbox: Outbox, lane: Lane, **times: Any) -> Sequence[Task]:
        if world.mail.sent:
            raise Unavailable("nothing can be leased")
        return lease(outbox, lane, **times)

    with monkeypatch.context() as patch:
        patch.setattr(Outbox, "lease", lease_before_sending)
        with pytest.raises(Unavailable, match="nothing can be leased"):
            world.portal.background.dispatcher.run_once()
    later = world.clock.advance(2 * DispatchTimes().lease)
    with world.storage.begin() as uow:
        assert list(uow.outbox.lease(Lane.AWAITED, at=later, until=later, limit=1)) == []
    assert len(world.mail.sent) == 1
