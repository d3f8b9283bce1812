"""Random histories of what clients are reminded of: nobody is looked at too late (RM-1)."""

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import partial
from random import Random

import attrs

from klantportaal.domain.errors import Absent, NotSignedIn, Refused
from klantportaal.domain.outgoing import DispatchTimes
from klantportaal.domain.profile import Profile
from klantportaal.domain.reminders import EVENING, MORNING, MOST, ReminderRules
from klantportaal.domain.values import AMSTERDAM, Language, day
from klantportaal.ports.storage import Storage
from klantportaal.usecases.background import reminders
from tests.usecases import histories
from tests.usecases.histories import History
from tests.usecases.world import VENDOR

Act = Callable[["ReminderHistory"], None]
MERGE = DispatchTimes().merge
BEFORE_ALL = datetime(2026, 1, 1, tzinfo=UTC)


class ReminderHistory(History):
    """Two clients, whom their office asks for things and reminds of them."""

    def __init__(self, storage: Storage | None = None) -> None:
        super().__init__(storage)
        self.mails_go = True
        self.reopen: Callable[[], None] | None = None
        """Opens again what the office closed."""
        self.reminded: list[tuple[str, date]] = []
        """To whom a reminder was sent, and on which day."""

    def act(self, name: str, number: int) -> None:
        """Do something, perhaps between adding the reminders and sending them. What is refused changes nothing."""
        self.number = number
        self.world.later(hours=7)
        if self.pick([True, False]):
            self.world.portal.background.reminders.run_once()
        with suppress(Refused, Absent, NotSignedIn):
            REMINDER_ACTS[name](self)
        self.deliver()

    def deliver(self) -> None:
        """Send what is due, and note the reminders."""
        mails = [mail for mail in self.world.deliver() if "Herinnering" in mail.subject]
        self.reminded += [(mail.to, day(self.world.clock.now())) for mail in mails]

    def is_day(self) -> bool:
        """Tell whether reminders are sent now."""
        return MORNING <= self.world.clock.now().astimezone(AMSTERDAM).time() < EVENING

    def check(self) -> None:
        """Compare when each person is looked at with when it is to be reminded, worked out anew.

        Nobody had two reminders on a day, or more than five of a thing.
        """
        assert len(set(self.reminded)) == len(self.reminded)
        now = self.world.clock.now()
        for actor in self.clients:
            with self.world.storage.begin() as uow:
                office = uow.offices.get(self.world.office)
                person = uow.persons.get(office.id, actor.person_id)
                holdings = uow.accounts.of_person(office.id, person.id)
                sent = uow.reminders.sent_to(office.id, person.id, since=BEFORE_ALL)
                plan = reminders.plan_for(uow, office, person, holdings, merge=MERGE, at=now)
                moment = now if plan.due else plan.look_at
                looked_at = [] if moment is None else uow.reminders.due(at=moment, limit=len(self.clients))
            assert moment is None or (office.id, person.id) in looked_at
            times = Counter(thing.id for each in sent for thing in each.things)
            assert max(times.values(), default=0) <= MOST


def follow(history: ReminderHistory, chance: Random) -> None:
    """Do sixty random acts, and check after each."""
    for _each in range(60):
        history.act(chance.choice(ACTS), chance.randrange(10**9))
        history.check()


# ------------------------------------------------------------------ acts
def choose_mails(of: ReminderHistory) -> None:
    """A client switches its mails about questionnaires and requests on or off."""
    actor = of.pick(of.clients)
    profile = of.world.portal.client.profile
    notifications = profile.view(actor).profile.notifications
    changed = attrs.evolve(notifications, questionnaires=not notifications.questionnaires)
    profile.save(actor, Profile(language=Language.DUTCH, notifications=changed))


def remind_by_hand(of: ReminderHistory) -> None:
    """The office asks to remind of a request. If that is taken by day, and mails go, the mail goes at once."""
    _actor, asked, _item = of.item()
    of.world.portal.office.requests.remind(of.world.handler, asked.id)
    if of.mails_go and of.is_day():
        before = len(of.reminded)
        of.world.portal.background.reminders.run_once()
        of.deliver()
        assert len(of.reminded) > before


def change_rules(of: ReminderHistory) -> None:
    """The office changes when it reminds, or reminds no longer."""
    rules = of.pick([ReminderRules(), ReminderRules(before=(5, 2), every=1, most=2), None])
    of.world.portal.office.reminders.change(of.world.handler, rules)


def switch_reminders(of: ReminderHistory) -> None:
    """The office switches the reminders of a client or an item off, or on again."""
    calls, handler, on = of.world.portal.office.reminders, of.world.handler, of.pick([True, False])
    if of.pick([True, False]):
        calls.switch_client(handler, of.pick(of.clients).client_id, on=on)
    else:
        _actor, asked, item = of.item()
        calls.switch_item(handler, asked.id, item.id, on=on)


def close_or_open(of: ReminderHistory) -> None:
    """The office closes a client or an account, or opens again what it closed."""
    office, handler, actor = of.world.portal.office.clients, of.world.handler, of.pick(of.clients)
    if of.reopen is not None:
        of.reopen()
        of.reopen = None
    elif of.pick([True, False]):
        office.close(handler, actor.client_id)
        of.reopen = partial(office.reopen, handler, actor.client_id)
    else:
        office.close_account(handler, actor.account_id)
        of.reopen = partial(office.reopen_account, handler, actor.account_id)


def change_sign_in(of: ReminderHistory) -> None:
    """The office takes passwords no longer, or again."""
    of.world.portal.office.profile.use_vendor_sign_in(of.world.handler, of.pick([None, None, VENDOR]))


def stop_mail(of: ReminderHistory) -> None:
    """The mail server takes no mail for a client, or takes it again."""
    of.mails_go = not of.mails_go
    for address in ("jan@example.nl", "piet@example.nl"):
        if of.mails_go:
            of.world.mail.accept(address)
        else:
            of.world.mail.refuse(address, "451 4.3.0 later")


ABOUT_REMINDERS: tuple[Act, ...] = (
    choose_mails,
    remind_by_hand,
    change_rules,
    switch_reminders,
    close_or_open,
    change_sign_in,
    stop_mail,
)
ASKING = ("assign", "end_questionnaire", "request", "change_request", "deliver", "decide", "change_parties")
REMINDER_ACTS: Mapping[str, Act] = {
    **{name: histories.ACTS[name] for name in ASKING},
    **{act.__name__: act for act in ABOUT_REMINDERS},
}
ACTS = (*ASKING, *ASKING, *sorted(REMINDER_ACTS), "remind_by_hand", "close_or_open")
"""The names of the acts, those of asking and reminding more often than the others."""
