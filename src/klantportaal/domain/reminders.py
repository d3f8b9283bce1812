"""Reminders of what is due, and of invitations (RM-1): which are due now, and when to look again.

All of it follows from what is open, the calendar, the rules of the office, and what was sent. Dates and hours are those
in Amsterdam.
"""

import enum
import itertools
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID, uuid5

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.ranges import Range
from klantportaal.domain.requests import DocumentRequest, RequestedItem
from klantportaal.domain.values import AMSTERDAM, ClientId, DossierId, OfficeId, PersonId, TaskId, day

MORNING = time(8)
"""No reminder is sent earlier in the day."""
EVENING = time(20)
"""No reminder is sent from then on."""
MOST = 5
"""The most reminders of one thing to one person."""
AFTER_FAILURE = timedelta(hours=1)
"""How long after a failure a person is looked at again."""
ASKED_FOR = timedelta(days=2)
"""How long a reminder that the office asked for waits for the day, or for the day after another reminder."""
_LAST_YEAR = 9000
"""What is due later is not reminded of: its calendar would end."""

_Days = Annotated[int, Range(0, 365)]


@attrs.frozen(kw_only=True, field_transformer=checked)
class ReminderRules:
    """When an office reminds its clients. Days are whole days."""

    before: tuple[_Days, ...] = (7, 1, 0)
    """How many days before a due date. 0 is the day itself."""
    every: Annotated[int, Range(1, 365)] | None = 7
    """How many days are between two reminders after the due date. None: it is not reminded of then."""
    most: Annotated[int, Range(1, MOST)] = MOST
    """The most reminders of one thing to one person."""
    invitations: tuple[Annotated[int, Range(1, 365)], ...] = (3, 10)
    """How many days after an invitation whose link was not used. The link must still work then."""


class ReminderKind(enum.StrEnum):
    """What a reminder is about."""

    QUESTIONNAIRE = "questionnaire"
    ITEM = "item"
    """An item of a request for documents."""
    INVITATION = "invitation"


@attrs.frozen(kw_only=True, field_transformer=checked)
class OpenThing:
    """Something that waits for a person."""

    kind: ReminderKind
    id: UUID
    """That of the questionnaire, the item, or the link of the invitation."""
    part_of: UUID
    """That of the request of an item. Otherwise the same as *id*."""
    client_id: ClientId
    dossier_id: DossierId | None = None
    """None for an invitation."""
    due_on: date | None = None
    """None for an invitation, and for an item without a due date of whose request the office reminds."""
    made_at: datetime
    """When the client was first asked. All reminders of it count, also those of before it was returned."""
    told_at: datetime
    """When the client last knew of it without a reminder: another mail told it, or it took a delivery back."""
    asked_at: datetime | None = None
    """When the office last asked to remind of its request, whatever its rules are. None if it did not."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class Reminder:
    """One mail with reminders to one person."""

    id: TaskId
    """That of its task."""
    office_id: OfficeId
    person_id: PersonId
    sent_at: datetime
    """When it was last made, to be sent at once."""
    things: tuple[OpenThing, ...]
    """What it is about: at least one."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class Plan:
    """What to remind a person of now, and when to look again."""

    due: tuple[OpenThing, ...] = ()
    look_at: datetime | None = None
    """None: not before something changes."""


def plan(
    things: Sequence[OpenThing],
    *,
    rules: ReminderRules | None,
    off: Collection[UUID],
    sent: Sequence[Reminder],
    at: datetime,
) -> Plan:
    """Decide what one mail to a person reminds of now. Nothing at night, nor if the person had a reminder today.

    What the office asked to remind of is due at once, whatever its rules are, and whatever is switched off.

    Args:
        things: what is open for all accounts of the person.
        rules: those of the office. None: it does not remind.
        off: the ids of questionnaires, items, requests and clients of which nobody is reminded.
        sent: the reminders to the person since ``counted_since``.
        at: now.
    """

    def rules_of(thing: OpenThing) -> ReminderRules | None:
        return None if off_by(thing) & set(off) else rules

    found = [(each, _next_moment(each, rules_of(each), sent, at=at)) for each in things]
    moments = [(each, moment) for each, moment in found if moment is not None]
    due = tuple(each for each, moment in moments if moment <= at)
    if not due:
        return Plan(look_at=min((moment for _each, moment in moments), default=None))
    tomorrow = _morning(day(at) + timedelta(days=1))
    if _had_one(sent, at):
        return Plan(look_at=tomorrow)
    return Plan(look_at=_by_day(at)) if _by_day(at) != at else Plan(due=due, look_at=tomorrow)


def counted_since(things: Iterable[OpenThing], *, at: datetime) -> datetime:
    """Give from when on the reminders to a person count: since the oldest of some things was made, and all of today."""
    midnight = datetime.combine(day(at), time(), tzinfo=AMSTERDAM).astimezone(UTC)
    return min([midnight, *(each.made_at for each in things)])


def off_by(thing: OpenThing) -> frozenset[UUID]:
    """Give the ids by which the office may have switched off the reminders of a thing."""
    return frozenset({thing.id, thing.part_of, thing.client_id})


def of_request(request: DocumentRequest) -> Iterator[OpenThing]:
    """Give the items of a request that wait for the client and have a due date, or of which the office reminds."""
    for item in request.waiting_items:
        if (item.due_on or request.reminded_at) is not None:
            yield OpenThing(
                kind=ReminderKind.ITEM,
                id=item.id,
                part_of=request.id,
                client_id=request.client_id,
                dossier_id=request.dossier_id,
                due_on=item.due_on,
                made_at=item.added_at or request.made_at,
                told_at=max(_told(request, item)),
                asked_at=request.reminded_at,
            )


def require_reader(request: DocumentRequest, sent: Sequence[Sequence[Reminder]], *, at: datetime) -> None:
    """Require that a reminder of a request that the office asks for now goes to somebody.

    Args:
        request: the request.
        sent: for each person who wants such mails, the reminders to it since ``counted_since``.
        at: now.

    Raises:
        Refused: nobody wants the mails or may see the request, each had the most reminders of each item, or each of the
            others had a reminder today.
    """
    things = list(of_request(request))
    readers = [own for own in sent if any(_may_be_sent(each, own) for each in things)]
    if not readers:
        raise Refused([Fault(code=FaultCode.NOBODY_REMINDED, field="request")])
    if all(_had_one(own, at) for own in readers):
        raise Refused([Fault(code=FaultCode.REMINDED_TODAY, field="request")])


def task_id(person_id: PersonId, at: datetime) -> TaskId:
    """Give the id of the one task that reminds a person on a day. So two workers make the same task."""
    return TaskId(uuid5(person_id, day(at).isoformat()))


def by_date(thing: OpenThing) -> tuple[date, UUID]:
    """Sort by due date, then by id."""
    return thing.due_on or date.max, thing.id


def _told(request: DocumentRequest, item: RequestedItem) -> Iterator[datetime]:
    yield item.added_at or request.made_at
    if item.taken_back_at is not None:
        yield item.taken_back_at
    yield from (each.returned.at for each in item.deliveries if each.returned is not None)


def _of(thing: OpenThing, sent: Sequence[Reminder]) -> list[datetime]:
    """Give when a thing was reminded of."""
    return [each.sent_at for each in sent if any(thing.id == other.id for other in each.things)]


def _may_be_sent(thing: OpenThing, sent: Sequence[Reminder], most: int = MOST) -> bool:
    """Tell whether a person may be reminded of a thing once more. *most* is what the office allows, if it is less."""
    return len(_of(thing, sent)) < most


def _had_one(sent: Sequence[Reminder], at: datetime) -> bool:
    """Tell whether a reminder was sent on a day."""
    return any(day(each.sent_at) == day(at) for each in sent)


def _next_moment(
    thing: OpenThing, rules: ReminderRules | None, sent: Sequence[Reminder], *, at: datetime
) -> datetime | None:
    """Give when the office asked to remind, or the first moment on a later day than the person last knew of a thing.

    It may have passed. None if there is none, or if the thing was reminded of often enough.
    """
    own, asked = _of(thing, sent), thing.asked_at
    if asked is not None and at < asked + ASKED_FOR and _may_be_sent(thing, sent) and all(each < asked for each in own):
        return asked
    if rules is None or not _may_be_sent(thing, sent, rules.most):
        return None
    told = day(max([thing.told_at, *own]))
    return next((moment for moment in _moments(thing, rules) if day(moment) > told), None)


def _moments(thing: OpenThing, rules: ReminderRules) -> Iterator[datetime]:
    """Give the moments at which a thing is to be reminded of, earliest first."""
    if thing.kind is ReminderKind.INVITATION:
        yield from (_by_day(thing.told_at + timedelta(days=days)) for days in sorted(rules.invitations))
    elif thing.due_on is not None and thing.due_on.year < _LAST_YEAR:
        yield from (_morning(thing.due_on - timedelta(days=days)) for days in sorted(rules.before, reverse=True))
        if rules.every is not None:
            weeks = itertools.count(rules.every, rules.every)
            yield from (_morning(thing.due_on + timedelta(days=days)) for days in weeks)


def _by_day(at: datetime) -> datetime:
    """Give a moment itself if it is by day, or else the next morning."""
    local = at.astimezone(AMSTERDAM)
    if MORNING <= local.time() < EVENING:
        return at
    return _morning(local.date() + timedelta(days=1) if local.time() >= EVENING else local.date())


def _morning(on: date) -> datetime:
    """Give eight o'clock of a day, whether it is summer time or not, in UTC."""
    return datetime.combine(on, MORNING, tzinfo=AMSTERDAM).astimezone(UTC)
