"""When clients are reminded of what is due (RM-1)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain import deliveries, reminders, request_decisions, requests
from klantportaal.domain.errors import FaultCode
from klantportaal.domain.reminders import MOST, OpenThing, Plan, Reminder, ReminderKind, ReminderRules, plan
from klantportaal.domain.requests import NewItem
from klantportaal.domain.values import AMSTERDAM, ClientId, PersonId, TaskId, day
from tests.domain.given import ACCOUNT_ID, AT, CLIENT_ID, DOSSIER_ID, HANDLER, OFFICE_ID, PERSON_ID, fault, refusal
from tests.domain.requesting import SLIP, delivered, made, staged

RULES = ReminderRules()
DUE_ON = date(2026, 3, 30)
"""A Monday, the day after the clock went forward."""


def local(month: int, on: int, hour: int = 8, minute: int = 0) -> datetime:
    """Give a moment of 2026 in Amsterdam, in UTC."""
    return datetime(2026, month, on, hour, minute, tzinfo=AMSTERDAM).astimezone(UTC)


ASKED = local(3, 1)


def thing(number: int = 1, *, due_on: date | None = DUE_ON, told_at: datetime = ASKED, client: int = 100) -> OpenThing:
    """Make a questionnaire, or an invitation if it has no due date."""
    return OpenThing(
        kind=ReminderKind.QUESTIONNAIRE if due_on else ReminderKind.INVITATION,
        id=UUID(int=number),
        part_of=UUID(int=number),
        client_id=ClientId(UUID(int=client)),
        dossier_id=DOSSIER_ID if due_on else None,
        due_on=due_on,
        made_at=ASKED,
        told_at=told_at,
    )


def sent(at: datetime, *things: OpenThing) -> Reminder:
    """Make a reminder that was sent."""
    return Reminder(id=TaskId(UUID(int=1)), office_id=OFFICE_ID, person_id=PERSON_ID, sent_at=at, things=things)


def history(
    things: Sequence[OpenThing],
    *,
    start: datetime,
    days: int,
    rules: ReminderRules | None = RULES,
    late: timedelta = timedelta(0),
    before: Sequence[Reminder] = (),
) -> list[Reminder]:
    """Follow a person for some days: look when the plan says, or somewhat later, and send what is due."""
    at, sendings = start, list(before)
    while at < start + timedelta(days=days):
        now = plan(things, rules=rules, off=(), sent=sendings, at=at)
        if now.due:
            sendings.append(sent(at, *now.due))
            evening = datetime.combine(day(at), time(19, 59), tzinfo=AMSTERDAM)
            assert plan(things, rules=rules, off=(), sent=sendings, at=evening).due == ()
        if now.look_at is None:
            break
        assert now.look_at > at
        at = now.look_at + late
    return sendings


def test_the_days_of_the_rule() -> None:
    """RM-1: 7 days and 1 day before, on the day, and weekly after, five times in all, at eight in the morning."""
    expected = [local(3, 23), local(3, 29), local(3, 30), local(4, 6), local(4, 13)]
    assert [each.sent_at for each in history([thing()], start=local(3, 1, 12), days=200)] == expected
    autumn = thing(due_on=date(2026, 10, 26), told_at=local(10, 1))
    expected = [local(10, 19), local(10, 25), local(10, 26), local(11, 2), local(11, 9)]
    assert [each.sent_at for each in history([autumn], start=local(10, 1, 12), days=200)] == expected


def test_summer_time() -> None:
    """RM-1: eight o'clock is seven or six o'clock UTC, on both sides of both changes."""
    moments = [each.sent_at.hour for each in history([thing()], start=local(3, 1, 12), days=200)]
    assert moments == [7, 6, 6, 6, 6]
    autumn = thing(due_on=date(2026, 10, 26), told_at=local(10, 1))
    assert [each.sent_at.hour for each in history([autumn], start=local(10, 1, 12), days=200)] == [6, 7, 7, 7, 7]


def test_invitations() -> None:
    """RM-1: 3 and 10 days after the invitation; a moment at night moves to the morning."""
    invited = thing(due_on=None, told_at=local(3, 1, 14))
    assert [each.sent_at for each in history([invited], start=local(3, 1, 14), days=90)] == [
        local(3, 4, 14),
        local(3, 11, 14),
    ]
    late = thing(due_on=None, told_at=local(3, 1, 22))
    assert [each.sent_at for each in history([late], start=local(3, 1, 22), days=90)] == [local(3, 5), local(3, 12)]
    early = thing(due_on=None, told_at=local(3, 1, 2))
    assert [each.sent_at for each in history([early], start=local(3, 1, 2), days=90)] == [local(3, 4), local(3, 11)]


def test_other_rules() -> None:
    """RM-1: the office sets the days, and switches off each of them."""
    rules = ReminderRules(before=(14,), every=None, invitations=())
    assert [each.sent_at for each in history([thing()], start=local(3, 1, 12), days=99, rules=rules)] == [local(3, 16)]
    assert history([thing(due_on=None)], start=local(3, 1, 12), days=99, rules=rules) == []
    twice = ReminderRules(before=(), every=10, most=2)
    assert [each.sent_at for each in history([thing()], start=local(3, 1, 12), days=99, rules=twice)] == [
        local(4, 9),
        local(4, 19),
    ]
    assert plan([thing()], rules=None, off=(), sent=(), at=local(3, 23)) == Plan()


@pytest.mark.parametrize(
    "wrong",
    [
        {"before": (-1,)},
        {"before": (366,)},
        {"every": 0},
        {"most": 0},
        {"most": MOST + 1},
        {"invitations": (0,)},
    ],
)
def test_wrong_rules(wrong: dict[str, Any]) -> None:
    """AL-5: rules outside their ranges cannot be made; five times is the most."""
    with pytest.raises((TypeError, ValueError), match=next(iter(wrong))):
        ReminderRules(**wrong)


def test_a_day_at_a_time() -> None:
    """RM-1: after a reminder, nothing before the next morning; what is due meanwhile goes then, in one mail."""
    first, second = thing(1), thing(2, due_on=date(2026, 3, 31))
    before = [sent(local(3, 29, 9), first)]
    assert plan([first, second], rules=RULES, off=(), sent=before, at=local(3, 29, 10)) == Plan(look_at=local(3, 30))
    assert plan([first, second], rules=RULES, off=(), sent=before, at=local(3, 30)) == Plan(
        due=(first, second), look_at=local(3, 31)
    )


@pytest.mark.parametrize("at, morning", [(local(3, 23, 7, 59), local(3, 23)), (local(3, 23, 20), local(3, 24))])
def test_not_at_night(at: datetime, morning: datetime) -> None:
    """RM-1: before eight and from eight in the evening nothing is due, until the morning."""
    overdue = thing(due_on=date(2026, 3, 20))
    assert plan([overdue], rules=RULES, off=(), sent=(), at=at) == Plan(look_at=morning)
    assert plan([overdue], rules=RULES, off=(), sent=(), at=local(3, 23, 19, 59)).due == (overdue,)


def test_what_a_mail_told_that_day() -> None:
    """RM-1, PR-2: of what another mail told on a day, nobody is reminded that day."""
    told = thing(told_at=local(3, 23, 0, 30))
    assert plan([told], rules=RULES, off=(), sent=(), at=local(3, 23, 12)) == Plan(look_at=local(3, 29))


def test_switched_off() -> None:
    """RM-1: nobody is reminded of a thing or a client that is switched off."""
    things = [thing(1, client=11), thing(2, client=11), thing(3, client=12)]
    for off, rest in (((), things), ([UUID(int=2)], [things[0], things[2]]), ([UUID(int=11)], [things[2]])):
        assert plan(things, rules=RULES, off=off, sent=(), at=local(3, 23)).due == tuple(rest)
    assert plan(things, rules=RULES, off=[UUID(int=11), UUID(int=3)], sent=(), at=local(3, 23)) == Plan()


def test_items_of_a_request() -> None:
    """RM-1, RQ-1: each item that waits and has a due date; all that wait if the office reminds of the request."""
    today = day(AT)
    request = made(NewItem(title="Een", due_on=today), NewItem(title="Twee"), NewItem(title="Drie", due_on=today))
    request, _fact = request_decisions.withdraw_item(request, request.items[2].id, "Niet nodig", handler=HANDLER, at=AT)
    (open_item,) = reminders.of_request(request)
    assert open_item == OpenThing(
        kind=ReminderKind.ITEM,
        id=request.items[0].id,
        part_of=request.id,
        client_id=CLIENT_ID,
        dossier_id=DOSSIER_ID,
        due_on=today,
        made_at=AT,
        told_at=AT,
    )
    later = AT + timedelta(days=1)
    request, added = requests.add_item(request, NewItem(title="Vier", due_on=day(later)), today=day(later), at=later)
    assert [each.told_at for each in reminders.of_request(request)] == [AT, later]
    reminded, _reminded = request_decisions.remind(request, at=later + timedelta(days=1))
    asked = [(each.id, each.asked_at) for each in reminders.of_request(reminded)]
    assert asked == [(reminded.items[number].id, later + timedelta(days=1)) for number in (0, 1, 3)]
    assert added.item_id == request.items[3].id


def test_what_was_taken_back() -> None:
    """RM-1, RQ-3: what the client took back on a day is not reminded of that day, as with what was returned."""
    request = delivered(made(SLIP), staged(1))[0]
    delivery, later = request.items[0].deliveries[0].id, AT + timedelta(days=3)
    back, _ids, _fact = deliveries.take_back(request, request.items[0].id, delivery, account_id=ACCOUNT_ID, at=later)
    asked, _reminded = request_decisions.remind(back, at=AT)
    assert [each.told_at for each in reminders.of_request(asked)] == [later]


def asked_for(at: datetime, **changes: Any) -> OpenThing:
    """Make an item that was told long ago, of whose request the office asks to remind."""
    item = thing(**changes)
    return attrs.evolve(item, kind=ReminderKind.ITEM, asked_at=at)


def test_asked_for() -> None:
    """RM-1: what the office asks to remind of goes at once, by day, once, whatever its rules and switches are."""
    noon, item = local(3, 10, 12), asked_for(local(3, 10, 12), due_on=None)
    for rules, off in ((RULES, ()), (None, ()), (RULES, [item.id]), (RULES, [item.client_id])):
        assert plan([item], rules=rules, off=off, sent=(), at=noon).due == (item,)
        assert plan([item], rules=rules, off=off, sent=[sent(noon, item)], at=noon) == Plan()
        assert plan([item], rules=rules, off=off, sent=(), at=local(3, 12, 12)) == Plan()
    night = asked_for(local(3, 10, 2))
    assert plan([night], rules=RULES, off=(), sent=(), at=local(3, 10, 2)) == Plan(look_at=local(3, 10))
    another = [sent(local(3, 10, 9), thing(2))]
    assert plan([item], rules=None, off=(), sent=another, at=noon) == Plan(look_at=local(3, 11))
    often = [sent(local(3, number, 9), item) for number in range(2, 2 + MOST)]
    assert plan([item], rules=None, off=(), sent=often, at=noon) == Plan()


def test_nobody_to_remind() -> None:
    """RM-1: a reminder that nobody gets, or nobody today, is refused by name."""
    asked, _fact = request_decisions.remind(made(SLIP), at=AT)
    (item,) = reminders.of_request(asked)
    today, before = [sent(AT, thing(9))], [sent(AT - timedelta(days=number), item) for number in range(1, MOST + 1)]
    nobody, later = [fault(FaultCode.NOBODY_REMINDED, "request")], [fault(FaultCode.REMINDED_TODAY, "request")]
    for of_each, expected in (([], nobody), ([before], nobody), ([today], later), ([before, today], later)):
        assert refusal(partial(reminders.require_reader, asked, of_each, at=AT)) == expected
    reminders.require_reader(asked, [today, before[1:]], at=AT)


def test_a_date_beyond_the_calendar() -> None:
    """AL-1: a due date at the end of the calendar stops nothing."""
    far = thing(due_on=date.max)
    assert plan([far, thing(2)], rules=ReminderRules(before=()), off=(), sent=(), at=local(3, 31)).look_at == local(
        4, 6
    )


def test_one_task_a_day() -> None:
    """RM-1: two workers make the same task for a person and a day, which is one in Amsterdam."""
    night = local(3, 23, 0, 30)
    assert reminders.task_id(PERSON_ID, night) == reminders.task_id(PERSON_ID, local(3, 23, 19))
    assert reminders.task_id(PERSON_ID, night) != reminders.task_id(PERSON_ID, night - timedelta(hours=1))
    assert reminders.task_id(PERSON_ID, night) != reminders.task_id(PersonId(UUID(int=99)), night)


def test_which_reminders_count() -> None:
    """RM-1: those since the oldest of some things was made, and all of today, which begins at midnight in Amsterdam."""
    noon, midnight = local(3, 29, 12), local(3, 29, 0)
    new, old = (attrs.evolve(thing(), made_at=local(3, on, 9)) for on in (29, 12))
    assert reminders.counted_since([new, old], at=noon) == local(3, 12, 9)
    assert reminders.counted_since([new], at=noon) == midnight
    assert reminders.counted_since([], at=midnight) == midnight


def test_five_times_of_a_thing_that_came_back() -> None:
    """RM-1: what is returned was reminded of before, too: five times is the most, by the calendar and when asked."""
    asked, _fact = request_decisions.remind(made(SLIP), at=AT)
    first, later = AT - timedelta(days=90), AT + timedelta(days=1)
    back = [attrs.evolve(each, told_at=AT, due_on=day(later)) for each in reminders.of_request(asked)]
    five = [sent(first + timedelta(days=number), *back) for number in range(MOST)]
    four = [*five[1:]]
    assert plan(back, rules=RULES, off=(), sent=five, at=later) == Plan()
    assert plan(back, rules=RULES, off=(), sent=four, at=later).due == tuple(back)
    assert refusal(partial(reminders.require_reader, asked, [five], at=later)) == [
        fault(FaultCode.NOBODY_REMINDED, "request")
    ]
    reminders.require_reader(asked, [four], at=later)


def test_order() -> None:
    """RM-1: what waits is in the order of its due dates; invitations last."""
    things = [thing(3, due_on=None), thing(2), thing(1), thing(4, due_on=date(2026, 1, 1))]
    assert [each.id.int for each in sorted(things, key=reminders.by_date)] == [4, 1, 2, 3]


SPRING = datetime(2026, 3, 10, tzinfo=UTC)
"""Some weeks before the clock goes forward."""
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=40)).map(lambda since: SPRING + since)
DATES = st.dates(date(2026, 3, 1), date(2026, 5, 10))
ALL_RULES = st.builds(
    ReminderRules,
    before=st.lists(st.integers(0, 20), max_size=4).map(tuple),
    every=st.none() | st.integers(1, 20),
    most=st.integers(1, MOST),
    invitations=st.lists(st.integers(1, 20), max_size=3).map(tuple),
)
PEOPLE = st.lists(st.tuples(st.none() | DATES, MOMENTS), min_size=1, max_size=5)
LATE = st.timedeltas(timedelta(0), timedelta(days=3))


@given(people=PEOPLE, start=MOMENTS, rules=ALL_RULES, late=LATE)
def test_the_caps_hold(
    people: list[tuple[date | None, datetime]], start: datetime, rules: ReminderRules, late: timedelta
) -> None:
    """RM-1: whatever is open, for all accounts, and however late a worker is: one mail a day, by day, five times."""
    things = [thing(n, due_on=due_on, told_at=told, client=100 + n) for n, (due_on, told) in enumerate(people, 1)]
    sendings = history(things, start=start, days=90, rules=rules, late=late)
    assert len({day(each.sent_at) for each in sendings}) == len(sendings)
    assert all(8 <= each.sent_at.astimezone(AMSTERDAM).hour < 20 for each in sendings)
    for each in things:
        own = [sending.sent_at for sending in sendings if each in sending.things]
        assert len(own) <= rules.most <= MOST
        assert all(day(at) > day(each.told_at) for at in own)
        if each.due_on is not None and rules.every is None:
            assert len(own) <= len(rules.before)


@given(due_on=DATES, told=MOMENTS, first=st.integers(0, 40), away=st.integers(0, 20), rules=ALL_RULES)
def test_only_on_set_days(due_on: date, told: datetime, first: int, away: int, rules: ReminderRules) -> None:
    """RM-1: a reminder goes on a set day only, also of what was delivered and then returned or taken back."""
    delivered_at = told + timedelta(days=first)
    sendings = history([thing(due_on=due_on, told_at=told)], start=told, days=first, rules=rules)
    back = delivered_at + timedelta(days=away)
    again = thing(due_on=due_on, told_at=back)
    sendings = history([again], start=back, days=60, rules=rules, before=sendings)
    for each in sendings:
        days = (day(each.sent_at) - due_on).days
        assert -days in rules.before or (rules.every is not None and days > 0 and days % rules.every == 0)
        assert each.sent_at.astimezone(AMSTERDAM).time() == time(8)


@given(people=PEOPLE, done=st.sets(st.integers(1, 5)), at=MOMENTS)
def test_nothing_of_what_is_done(people: list[tuple[date | None, datetime]], done: set[int], at: datetime) -> None:
    """RM-1: a mail has exactly what is due of what is still open, whatever was due of the rest."""
    things = [thing(n, due_on=due_on, told_at=told) for n, (due_on, told) in enumerate(people, 1)]
    rest = [each for each in things if each.id.int not in done]
    everything = plan(things, rules=RULES, off=(), sent=(), at=at).due
    assert plan(rest, rules=RULES, off=(), sent=(), at=at).due == tuple(each for each in everything if each in rest)
    off = [UUID(int=number) for number in done]
    assert plan(things, rules=RULES, off=off, sent=(), at=at) == plan(rest, rules=RULES, off=(), sent=(), at=at)
