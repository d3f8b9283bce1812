"""Mails that remind clients of what is due, and of invitations (RM-1)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from klantportaal.adapters.storage.memory.reminders import Reminders
from klantportaal.domain.errors import Absent, Refused, Unavailable
from klantportaal.domain.events import PersonReminded
from klantportaal.domain.offices import Office
from klantportaal.domain.persons import Person
from klantportaal.domain.profile import Notifications, Profile
from klantportaal.domain.reminders import Plan, ReminderKind, ReminderRules
from klantportaal.domain.requests import NewItem, NewRequest
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AssignmentId, ClientId, ItemId, Language, RequestId, day
from klantportaal.ports.mail import Mail
from klantportaal.ports.reading import DossierQuery
from klantportaal.ports.storage import UnitOfWork
from klantportaal.testing.fakes import CountingTokens
from klantportaal.usecases.background import reminders
from tests.usecases.world import World

FIVE = 5


def remind(world: World) -> list[Mail]:
    """Do the background work once, and return the reminders that were sent."""
    world.portal.background.reminders.run_once()
    return [mail for mail in world.deliver() if "Herinnering" in mail.subject or "Reminder" in mail.subject]


def follow(world: World, days: int) -> list[Mail]:
    """Let days pass, an hour at a time, and return the reminders."""
    mails = []
    for _hour in range(days * 24):
        world.later(hours=1)
        mails += remind(world)
    return mails


def rows(mail: Mail) -> list[str]:
    """Give the lines of a mail that say what waits."""
    return [line.strip(" -*") for line in mail.text.splitlines() if "Dossier" in line]


def in_days(world: World, days: int) -> date:
    """Give a date some days from now."""
    return day(world.clock.now()) + timedelta(days=days)


def request(world: World, actor: Actor, number: str, *due_on: date | None) -> RequestId:
    """Ask a client for documents, in a new dossier."""
    items = [NewItem(title=f"Geheim {place}", due_on=each) for place, each in enumerate(due_on)]
    asked = NewRequest(subject="Geheim", items=items)
    dossier = world.dossier(actor, number=number)
    return world.portal.office.requests.make(world.handler, dossier, actor.client_id, asked)


def at_noon(world: World, days: int) -> None:
    """Move the clock by days, and to about noon."""
    now = world.clock.now() + timedelta(days=days)
    world.clock.advance(now.replace(hour=11, minute=0) - world.clock.now())


def test_until_it_is_done(world: World, jan: Actor) -> None:
    """RM-1: 7 days and 1 day before, on the day and weekly after, five times; dossier and dates, no contents."""
    due_on = in_days(world, 10)
    world.ask(jan, world.dossier(jan), due_on=due_on)
    mails = follow(world, 40)
    asked = f"Dossier 2026-001: 1 vragenlijst, uiterlijk {_dutch(due_on)}. Wij wachten op u: 1 zaak"
    open_still = [f"{asked}, uiterlijk {_dutch(due_on)}."]
    late = [f"{asked}, die er uiterlijk {_dutch(due_on)} had moeten zijn."]
    assert [rows(mail) for mail in mails] == [open_still, open_still, open_still, late, late]
    sent = world.portal.office.reminders.sent(world.handler)
    assert [(day(each.reminder.sent_at) - due_on).days for each in reversed(sent)] == [-7, -1, 0, 7, 14]
    assert {each.email for each in sent} == {"jan@example.nl"}
    assert world.audit().count("PersonReminded") == FIVE
    assert all(jan.client_name in mail.text for mail in mails)
    page = world.portal.office.reminders.sent(world.handler, size=2)
    assert list(page) + list(world.portal.office.reminders.sent(world.handler, after=page[-1].key)) == list(sent)


def _dutch(on: date) -> str:
    months = {1: "januari", 2: "februari"}
    return f"{on.day} {months[on.month]} {on.year}"


def test_one_mail_for_all_accounts(world: World, jan: Actor) -> None:
    """RM-1, PG-2: all that is due for all accounts of a person is one mail, with a row for each dossier.

    A row says what is due, and then who has to do what in the dossier, whatever is due of it.
    """
    company = world.second_account()
    due_on = in_days(world, 7)
    request(world, jan, "2026-010", due_on, due_on, None, in_days(world, 30))
    world.ask(jan, world.portal.client.dossiers.list(jan, DossierQuery()).rows[0].id)
    dossier = world.dossier(company, number="2026-011")
    world.ask(company, dossier, due_on=due_on)
    (mail,) = follow(world, 6)
    asked = f"Dossier 2026-010: 2 gevraagde stukken, uiterlijk {_dutch(due_on)}."
    other = f"Dossier 2026-011: 1 vragenlijst, uiterlijk {_dutch(due_on)}."
    assert rows(mail) == [
        f"{asked} Wij wachten op u: 2 zaken, de eerste uiterlijk {_dutch(due_on)}.",
        f"{other} Wij wachten op u: 1 zaak, uiterlijk {_dutch(due_on)}.",
    ]
    assert "Geheim" not in mail.subject + mail.text + mail.html


def test_two_clients_in_one_dossier(world: World, jan: Actor) -> None:
    """RM-1, PG-2: what waits for both clients of a person in one dossier is one row, with one sentence."""
    company, due_on = world.second_account(), in_days(world, 7)
    dossier = world.dossier(jan, company, number="2026-010")
    for actor in (jan, company):
        world.ask(actor, dossier, due_on=due_on)
    (mail,) = follow(world, 6)
    said = f"Wij wachten op u: 2 zaken, de eerste uiterlijk {_dutch(due_on)}."
    assert rows(mail) == [f"Dossier 2026-010: 2 vragenlijsten, uiterlijk {_dutch(due_on)}. {said}"]


def test_where_the_link_leads(world: World, jan: Actor) -> None:
    """RM-1, NW-2: of one thing it leads to that, of several in a dossier to the dossier, and of several to Home."""
    two, three = in_days(world, 8), in_days(world, 9)
    asked = request(world, jan, "2026-010", two, two)
    at_noon(world, 1)
    (mail,) = remind(world)
    assert (f"/verzoeken/{asked}" in mail.text, "Naar het verzoek om stukken" in mail.text) == (True, True)
    dossier = world.dossier(jan, number="2026-011")
    questionnaires = [world.ask(jan, dossier, due_on=three) for _each in range(2)]
    at_noon(world, 1)
    (mail,) = remind(world)
    assert (f"/dossiers/{dossier}\n" in mail.text, "Naar het dossier" in mail.text) == (True, True)
    world.complete(jan, questionnaires[0])
    at_noon(world, 5)
    (mail,) = remind(world)
    assert "/home" not in mail.text
    at_noon(world, 1)
    (mail,) = remind(world)
    assert ("/home" in mail.text, "Naar het klantenportaal" in mail.text) == (True, True)


def test_in_english(world: World, jan: Actor) -> None:
    """RM-1, PR-1: a reminder is in the language of the person."""
    profile = Profile(language=Language.ENGLISH, notifications=Notifications())
    world.portal.client.profile.save(jan, profile)
    due_on = in_days(world, 2)
    dossier = world.dossier(jan, number="2026-010")
    world.ask(jan, dossier, due_on=due_on)
    asked = NewRequest(subject="Geheim", items=[NewItem(title="Geheim", due_on=due_on)])
    world.portal.office.requests.make(world.handler, dossier, jan.client_id, asked)
    (mail,) = follow(world, 1)
    last = f"{due_on.day} January {due_on.year}"
    due = f"1 questionnaire and 1 requested document, by {last}"
    said = f"We are waiting for you: 2 things to do, the first by {last} at the latest."
    assert rows(mail) == [f"Dossier 2026-010: {due}. {said}"]


def test_nothing_of_what_is_done(world: World, jan: Actor) -> None:
    """RM-1: what is done between adding the mail and making it is left out; with nothing left, there is no mail."""
    kept = world.ask(jan, world.dossier(jan, number="2026-010"), due_on=in_days(world, 7))
    done = request(world, jan, "2026-011", in_days(world, 7))
    at_noon(world, 6)
    assert world.portal.background.reminders.run_once() == 1
    world.portal.office.requests.withdraw(world.handler, done, "Niet nodig")
    (mail,) = remind(world)
    assert [row[:18] for row in rows(mail)] == ["Dossier 2026-010: "]
    at_noon(world, 1)
    assert world.portal.background.reminders.run_once() == 1
    world.complete(jan, kept)
    assert remind(world) == []
    assert world.audit().count("PersonReminded") == 1
    assert world.portal.background.reminders.run_once() == 0


def test_invitations(world: World) -> None:
    """RM-1, ON-2: an invitation that is not followed comes again after 3 and 10 days, with the same link."""
    token = world.invitation()
    mails = follow(world, 30)
    assert [world.token(mail) for mail in mails] == [token, token]
    assert ["nog 11 dagen" in mails[0].text, "nog 4 dagen" in mails[1].text] == [True, True]
    sent = world.portal.office.reminders.sent(world.handler)
    assert [thing.kind for each in sent for thing in each.reminder.things] == [ReminderKind.INVITATION] * 2
    assert world.audit().count("PersonReminded") == 2


def test_an_invitation_that_was_followed(world: World) -> None:
    """RM-1: whoever set a password is not reminded of the invitation, but of what is due."""
    world.onboard()
    assert follow(world, 5) == []


def test_a_link_whose_key_is_gone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """RM-1, ON-6: if the link of an invitation cannot be made again, nothing is sent, and nothing counts as sent."""
    world.invitation()
    monkeypatch.setattr(CountingTokens, "derived", lambda _self, _id: ["x" * 43])
    assert follow(world, 5) == []
    assert list(world.portal.office.reminders.sent(world.handler)) == []
    assert "PersonReminded" not in world.audit()


def test_the_last_hours_of_a_link(world: World) -> None:
    """RM-1: the mail says how long the link still works, rounded down."""
    world.portal.office.reminders.change(world.handler, ReminderRules(invitations=(13,)))
    world.invitation()
    at_noon(world, 13)
    world.later(hours=4, minutes=30)
    (mail,) = remind(world)
    assert " uur geldig" in mail.text


def test_who_wants_no_mails(world: World, jan: Actor) -> None:
    """RM-1, PR-2: an account that wants no mails about questionnaires and requests is not reminded of them."""
    profile = Profile(language=Language.DUTCH, notifications=Notifications(questionnaires=False))
    world.portal.client.profile.save(jan, profile)
    world.ask(jan, world.dossier(jan), due_on=in_days(world, 2))
    assert follow(world, 3) == []


def test_who_wants_mails_again(world: World, jan: Actor) -> None:
    """RM-1, PR-2: a client that switches the mails on is reminded of what it was asked while they were off."""
    for wanted in (False, True):
        profile = Profile(language=Language.DUTCH, notifications=Notifications(questionnaires=wanted))
        world.portal.client.profile.save(jan, profile)
        if not wanted:
            world.ask(jan, world.dossier(jan), due_on=in_days(world, 9))
            assert follow(world, 1) == []
    assert len(follow(world, 20)) == FIVE - 1


def test_an_optional_item_that_is_left(world: World, jan: Actor) -> None:
    """RM-1, RQ-1: an optional item that waits since the required one was withdrawn is reminded of."""
    items = [NewItem(title="Een"), NewItem(title="Twee", required=False, due_on=in_days(world, 9))]
    calls, new = world.portal.office.requests, NewRequest(subject="Stukken", items=items)
    asked = calls.make(world.handler, world.dossier(jan), jan.client_id, new)
    assert follow(world, 1) == []
    [required, _optional] = calls.get(world.handler, asked).request.items
    calls.withdraw_item(world.handler, asked, required.id, "Niet nodig")
    assert len(follow(world, 20)) == FIVE - 1


def test_when_passwords_are_taken_again(world: World, jan: Actor) -> None:
    """RM-1, PE-6: whoever could not sign in for a time is reminded of what it was asked meanwhile."""
    world.use_vendor()
    world.ask(jan, world.dossier(jan), due_on=in_days(world, 9))
    assert follow(world, 1) == []
    world.portal.office.profile.use_vendor_sign_in(world.handler, None)
    assert len(follow(world, 20)) == FIVE - 1


def switch(world: World, of: tuple[ClientId, AssignmentId, RequestId], which: int, *, on: bool) -> None:
    """Switch the reminders of a client, a questionnaire or a request."""
    calls, (client, questionnaire, asked) = world.portal.office.reminders, of
    if which == 0:
        calls.switch_client(world.handler, client, on=on)
    elif which == 1:
        calls.switch_questionnaire(world.handler, questionnaire, on=on)
    else:
        calls.switch_request(world.handler, asked, on=on)


@pytest.mark.parametrize("which, left", [(0, []), (1, ["2026-011"]), (2, ["2026-010"])])
def test_switching_off(world: World, jan: Actor, which: int, left: list[str]) -> None:
    """RM-1: the office switches off the reminders of a client, a questionnaire or a request, and on again."""
    due_on = in_days(world, 1)
    of = (
        jan.client_id,
        world.ask(jan, world.dossier(jan, number="2026-010"), due_on=due_on),
        request(world, jan, "2026-011", due_on),
    )
    for _each in range(2):
        switch(world, of, which, on=False)
    assert world.audit().count("RemindersSwitched") == 1
    at_noon(world, 1)
    found = [row for mail in remind(world) for row in rows(mail)]
    assert [row.split(":")[0].removeprefix("Dossier ") for row in found] == left
    for _each in range(2):
        switch(world, of, which, on=True)
    assert world.audit().count("RemindersSwitched") == 2
    at_noon(world, 7)
    (mail,) = remind(world)
    assert len(rows(mail)) == 2


def test_switching_an_item_off(world: World, jan: Actor) -> None:
    """RM-1: the office switches off the reminders of one item, and sees what is off; the others are reminded of."""
    calls, due_on = world.portal.office.reminders, in_days(world, 1)
    asked = request(world, jan, "2026-010", due_on, due_on)
    ids = [each.id for each in world.portal.office.requests.get(world.handler, asked).request.items]
    for _each in range(2):
        calls.switch_item(world.handler, asked, ids[0], on=False)
    assert list(calls.switched_off(world.handler, [*ids, asked])) == [ids[0]]
    assert list(calls.switched_off(world.other_office(), ids)) == []
    assert world.audit().count("RemindersSwitched") == 1
    at_noon(world, 1)
    [mail] = remind(world)
    assert "1 gevraagd stuk," in rows(mail)[0]
    calls.switch_item(world.handler, asked, ids[0], on=True)
    assert list(calls.switched_off(world.handler, ids)) == []
    at_noon(world, 7)
    [mail] = remind(world)
    assert "2 gevraagde stukken," in rows(mail)[0]
    with pytest.raises(Absent):
        calls.switch_item(world.handler, asked, ItemId(asked), on=False)
    with pytest.raises(Refused, match="too_many"):
        calls.switched_off(world.handler, [asked] * 1001)


def test_of_another_office(world: World, jan: Actor) -> None:
    """OF-2: what belongs to another office is absent."""
    questionnaire = world.ask(jan, world.dossier(jan, number="2026-010"), due_on=in_days(world, 1))
    asked = request(world, jan, "2026-011", in_days(world, 1))
    calls, other = world.portal.office.reminders, world.other_office()
    with pytest.raises(Absent):
        calls.switch_client(other, jan.client_id, on=False)
    with pytest.raises(Absent):
        calls.switch_questionnaire(other, questionnaire, on=False)
    with pytest.raises(Absent):
        calls.switch_request(other, asked, on=False)
    at_noon(world, 1)
    assert len(remind(world)) == 1
    assert list(calls.sent(other)) == []


def test_the_rules_of_the_office(world: World, jan: Actor) -> None:
    """RM-1: reminders are on at first; the office changes the days, or switches all off, for what stands open too."""
    calls = world.portal.office.reminders
    assert calls.rules(world.handler) == ReminderRules()
    world.ask(jan, world.dossier(jan), due_on=in_days(world, 3))
    for _each in range(2):
        calls.change(world.handler, None)
    assert (calls.rules(world.handler), world.audit().count("RemindersChanged")) == (None, 1)
    assert follow(world, 4) == []
    calls.change(world.handler, ReminderRules(before=(), every=2, most=1))
    assert len(follow(world, 9)) == 1


def test_not_again_after_a_night(world: World, jan: Actor) -> None:
    """RM-1, AL-2: a mail that could not be sent by day goes the next day, once, and is one entry for each day."""
    world.ask(jan, world.dossier(jan), due_on=in_days(world, 1))
    at_noon(world, 1)
    world.deliver()
    world.mail.refuse("jan@example.nl", "451 4.3.0 later")
    assert remind(world) == []
    sent = world.portal.office.reminders.sent(world.handler)
    assert len(sent) == 1  # It was made, and is tried again.
    world.later(hours=1)
    assert remind(world) == []
    assert world.audit().count("PersonReminded") == 1
    world.later(hours=11)  # At night.
    world.mail.accept("jan@example.nl")
    assert remind(world) == []
    assert list(world.portal.office.reminders.sent(world.handler)) == []
    at_noon(world, 1)
    assert len(remind(world)) == 1
    assert world.audit().count("PersonReminded") == 2


def test_not_forgotten_after_two_nights(world: World, jan: Actor) -> None:
    """RM-1: what was not sent until the second night goes the next morning, and does not wait for the next set day."""
    world.ask(jan, world.dossier(jan), due_on=in_days(world, 8))
    at_noon(world, 1)
    world.deliver()
    world.mail.refuse("jan@example.nl", "451 4.3.0 later")
    assert remind(world) == []
    at_noon(world, 1)
    assert world.portal.background.reminders.run_once() == 0
    world.later(hours=10)  # At night.
    world.mail.accept("jan@example.nl")
    assert remind(world) == []
    at_noon(world, 1)
    assert len(remind(world)) == 1


def test_two_workers(world: World, jan: Actor) -> None:
    """RM-1: a person that two workers look at on a day has one task."""
    world.ask(jan, world.dossier(jan), due_on=in_days(world, 1))
    at_noon(world, 1)
    for _each in range(2):
        with world.storage.begin() as uow:
            uow.reminders.look(world.office, [jan.person_id], at=world.clock.now())
            uow.commit()
        assert world.portal.background.reminders.run_once() == 1
    assert len(world.deliver()) == 2  # The notification of the questionnaire, and one reminder.
    assert len(world.portal.office.reminders.sent(world.handler)) == 1


def test_many_persons(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """RM-1: persons are looked at in batches, until none is due."""
    monkeypatch.setattr(reminders, "BATCH", 2)
    for number in range(FIVE):
        world.invite(f"client{number}@example.nl", name=f"Client {number}")
    world.deliver()
    remind(world)
    at_noon(world, 4)
    assert {mail.to for mail in remind(world)} == {f"client{number}@example.nl" for number in range(FIVE)}


@pytest.mark.parametrize("batch", [100, 2])
def test_one_person_that_fails(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, batch: int
) -> None:
    """RM-1, AL-6: A person at whom it fails is logged and tried again later. The others are reminded all the same."""
    monkeypatch.setattr(reminders, "BATCH", batch)
    for number in range(FIVE):
        world.invite(f"client{number}@example.nl", name=f"Client {number}")
    world.deliver()
    remind(world)
    at_noon(world, 4)
    plan_for, broken = reminders.plan_for, {"client1@example.nl", "client3@example.nl"}

    def failing(uow: UnitOfWork, office: Office, person: Person, *rest: Any, **more: Any) -> Plan:
        if person.email in broken:
            raise ZeroDivisionError
        return plan_for(uow, office, person, *rest, **more)

    monkeypatch.setattr(reminders, "plan_for", failing)
    assert {mail.to for mail in remind(world)} == {f"client{number}@example.nl" for number in (0, 2, 4)}
    told = [each for each in caplog.records if vars(each).get("event") == "reminder_fails"]
    assert [each.levelname for each in told] == ["WARNING"] * 2
    assert "@" not in caplog.text
    assert remind(world) == []
    world.later(hours=1)
    broken.remove("client3@example.nl")
    assert [mail.to for mail in remind(world)] == ["client3@example.nl"]
    broken.clear()
    world.later(hours=1)
    assert [mail.to for mail in remind(world)] == ["client1@example.nl"]


def test_when_nothing_can_be_stored(world: World, jan: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """RM-1, AL-6: If the storage is away, nobody is put off: the run fails, and the next one does all."""

    def away(_self: object, *, at: datetime, limit: int) -> Sequence[object]:
        raise Unavailable

    world.ask(jan, world.dossier(jan), due_on=in_days(world, 1))
    at_noon(world, 1)
    with monkeypatch.context() as patched:
        patched.setattr(Reminders, "due", away)
        with pytest.raises(Unavailable):
            world.portal.background.reminders.run_once()
    assert len(remind(world)) == 1


def test_what_opens_again(world: World, jan: Actor, piet: Actor) -> None:
    """RM-1: after an account, a client or a party comes back, it is reminded again."""
    dossier = world.dossier(jan, piet, number="2026-010")
    world.ask(jan, dossier, due_on=in_days(world, 1))
    calls = world.portal.office
    calls.dossiers.remove_party(world.handler, dossier, jan.client_id)
    at_noon(world, 1)
    assert remind(world) == []
    calls.dossiers.add_party(world.handler, dossier, jan.client_id)
    assert len(remind(world)) == 1
    calls.clients.close_account(world.handler, jan.account_id)
    at_noon(world, 7)
    assert remind(world) == []
    calls.clients.reopen_account(world.handler, jan.account_id)
    assert len(remind(world)) == 1


def test_the_entry(world: World, jan: Actor) -> None:
    """RM-1, SI-5: the trail says who was reminded of what, without contents."""
    questionnaire = world.ask(jan, world.dossier(jan, number="2026-010"), due_on=in_days(world, 1))
    asked = request(world, jan, "2026-011", in_days(world, 1))
    at_noon(world, 1)
    remind(world)
    item = world.portal.office.requests.get(world.handler, asked).request.items[0].id
    with world.storage.begin() as uow:
        (entry,) = [each for each in uow.audit.entries(world.handler) if each.what == PersonReminded.__name__]
    assert str(questionnaire) in str(entry.which)
    assert str(item) in str(entry.which)
    assert (entry.handler, entry.account_id) == (None, None)
