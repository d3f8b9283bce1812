"""Sessions: when they start, and when they end."""

from datetime import datetime, timedelta
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.accounts import AccountRole, ClientKind
from klantportaal.domain.errors import NotConfirmed, Refused
from klantportaal.domain.events import SignedIn
from klantportaal.domain.persons import Person, cut_off, readdressed, settled, with_password
from klantportaal.domain.sessions import (
    Actor,
    OfficeActor,
    Session,
    SessionEnd,
    SessionTimes,
    Visitor,
    end_of,
    is_alive,
    is_confirmed,
    require_confirmed,
    should_touch,
    start,
)
from klantportaal.domain.values import SKEW, Language, SessionId
from tests.domain.given import (
    ACCOUNT_ID,
    ACTIVE,
    AT,
    CLIENT,
    CLIENT_ID,
    CLOSED,
    FINGERPRINT,
    OFFICE_ID,
    PERSON,
    PERSON_ID,
    SOUND_TEXT,
    TICK,
    is_storable,
)

TIMES = SessionTimes()
SESSION_ID = SessionId(UUID(int=30))
IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
MINUTE = timedelta(minutes=1)
TEN = timedelta(minutes=10)
ADDRESS = "192.0.2.7"
SESSION = Session(
    id=SESSION_ID,
    office_id=OFFICE_ID,
    person_id=PERSON_ID,
    account_id=ACCOUNT_ID,
    fingerprint=FINGERPRINT,
    epoch=PERSON.epoch,
    language=Language.ENGLISH,
    device="Firefox",
    network_address=ADDRESS,
    started_at=AT,
    seen_at=AT,
    confirmed_at=AT,
    ends_at=AT + ABSOLUTE,
    ended_at=None,
)
ACTOR = Actor(
    office_id=OFFICE_ID,
    person_id=PERSON_ID,
    client_id=CLIENT_ID,
    account_id=ACCOUNT_ID,
    session_id=SESSION_ID,
    fingerprint=FINGERPRINT,
    confirmed_at=AT,
    language=Language.ENGLISH,
    kind=ClientKind.PERSON,
    role=AccountRole.MAIN,
    name="J. Jansen",
    client_name="J. Jansen",
    epoch=1,
)
MOMENTS = st.integers(-(10**8), 10**8).map(lambda seconds: AT + timedelta(milliseconds=seconds))
"""Times up to a day before or after."""


def started(person: Person, device: str = "Firefox") -> tuple[Session, SignedIn]:
    """Start a session."""
    return start(
        person,
        ACTIVE,
        id=SESSION_ID,
        fingerprint=FINGERPRINT,
        device=device,
        network_address=ADDRESS,
        admission=None,
        times=TIMES,
        at=AT,
    )


def test_start() -> None:
    """SI-3, PE-3: a session has its person's epoch and language, acts for one account and ends after 12 hours."""
    assert started(attrs.evolve(PERSON, language=Language.ENGLISH)) == (
        SESSION,
        SignedIn(person_id=PERSON_ID, account_id=ACCOUNT_ID, session_id=SESSION_ID, at=AT),
    )


@given(st.one_of(SOUND_TEXT, SOUND_TEXT.map(lambda text: text * 20)))
def test_device(device: str) -> None:
    """SI-4: a device is kept as one storable line of at most 200 characters."""
    session, _fact = started(PERSON, device)
    assert len(session.device) <= 200
    assert len(session.device.splitlines()) <= 1
    assert is_storable(session.device)


def test_long_device() -> None:
    """SI-4: a device is cut at 200 characters."""
    session, _fact = started(PERSON, "x" * 201)
    assert session.device == "x" * 200


@pytest.mark.parametrize(
    "since_seen,alive", [(timedelta(0), True), (IDLE - TICK, True), (IDLE, False), (IDLE + TICK, False)]
)
def test_idle(since_seen: timedelta, alive: bool) -> None:
    """SI-3: a session is alive until just before 30 minutes without a request."""
    at = AT + timedelta(hours=2)
    session = attrs.evolve(SESSION, seen_at=at - since_seen)
    assert is_alive(session, epoch=PERSON.epoch, times=TIMES, at=at) is alive


@pytest.mark.parametrize("since_start,alive", [(ABSOLUTE - TICK, True), (ABSOLUTE, False), (ABSOLUTE + TICK, False)])
def test_absolute(since_start: timedelta, alive: bool) -> None:
    """SI-3: a session in use is alive until just before 12 hours after its start."""
    at = AT + since_start
    assert is_alive(attrs.evolve(SESSION, seen_at=at), epoch=PERSON.epoch, times=TIMES, at=at) is alive


def test_ended() -> None:
    """SI-3: an ended session is dead at once, also by a clock that is behind its end."""
    ended = attrs.evolve(SESSION, ended_at=AT + MINUTE)
    assert not is_alive(ended, epoch=PERSON.epoch, times=TIMES, at=AT)


@pytest.mark.parametrize("epoch", [PERSON.epoch - 1, PERSON.epoch + 1])
def test_epoch(epoch: int) -> None:
    """SI-3: a session with another epoch than its person is dead."""
    assert not is_alive(SESSION, epoch=epoch, times=TIMES, at=AT)


def test_what_ends_sessions() -> None:
    """SI-3: a new password, another address and closing the last account end all sessions permanently."""
    with_one, _set = with_password(PERSON, [(ACTIVE, CLIENT)], "hash", at=AT)
    freed = settled(PERSON, [(CLOSED, CLIENT)], at=AT)
    claimed = settled(freed, [(ACTIVE, CLIENT)], at=AT)
    others = (with_one, cut_off(PERSON), readdressed(PERSON, "piet@elders.test"), freed, claimed)
    alive = [is_alive(SESSION, epoch=person.epoch, times=TIMES, at=AT) for person in (PERSON, *others)]
    assert alive == [True, False, False, False, False, False]


def test_clocks_of_two_hosts() -> None:
    """AL-4: a host accepts sessions of a host whose clock is slightly ahead, and writes no older time."""
    at = AT - MINUTE
    assert is_alive(SESSION, epoch=PERSON.epoch, times=TIMES, at=at)
    assert is_confirmed(ACTOR, times=TIMES, at=at)
    assert not should_touch(SESSION, times=TIMES, at=at)


@pytest.mark.parametrize("back", [MINUTE + TICK, IDLE, ABSOLUTE, timedelta(days=400)])
def test_clock_set_back(back: timedelta) -> None:
    """SI-3: after a clock is set back, sessions and confirmations from the future do not count."""
    assert not is_alive(SESSION, epoch=PERSON.epoch, times=TIMES, at=AT - back)
    assert not is_confirmed(ACTOR, times=TIMES, at=AT - back)


@given(started_at=MOMENTS, since=st.timedeltas(timedelta(0), ABSOLUTE), ended_at=st.none() | MOMENTS, at=MOMENTS)
def test_no_session_outlives_its_end(
    started_at: datetime, since: timedelta, ended_at: datetime | None, at: datetime
) -> None:
    """SI-3: whatever the clock says, a session is alive only between its last request and its end."""
    seen_at, ends_at = started_at + since, started_at + ABSOLUTE
    session = attrs.evolve(SESSION, started_at=started_at, seen_at=seen_at, ends_at=ends_at, ended_at=ended_at)
    within = seen_at - SKEW <= at < min(seen_at + IDLE, ends_at)
    for epoch in (PERSON.epoch - 1, PERSON.epoch, PERSON.epoch + 1):
        alive = is_alive(session, epoch=epoch, times=TIMES, at=at)
        assert alive is (within and ended_at is None and epoch == session.epoch)


@given(confirmed_at=MOMENTS, at=MOMENTS, confirmation=st.timedeltas(timedelta(microseconds=1), timedelta(days=1)))
def test_no_confirmation_outlives_its_end(confirmed_at: datetime, at: datetime, confirmation: timedelta) -> None:
    """SI-3: whatever the clock says, a confirmation counts for the time that is set and no longer."""
    actor, times = attrs.evolve(ACTOR, confirmed_at=confirmed_at), SessionTimes(confirmation=confirmation)
    assert is_confirmed(actor, times=times, at=at) is (confirmed_at - SKEW <= at < confirmed_at + confirmation)


@pytest.mark.parametrize(
    "since,confirmed", [(timedelta(0), True), (TEN - TICK, True), (TEN, False), (TEN + TICK, False)]
)
def test_require_confirmed(since: timedelta, confirmed: bool) -> None:
    """SI-3: sensitive acts require a password given less than 10 minutes ago."""
    if confirmed:
        require_confirmed(ACTOR, times=TIMES, at=AT + since)
    else:
        with pytest.raises(NotConfirmed):
            require_confirmed(ACTOR, times=TIMES, at=AT + since)


@pytest.mark.parametrize("since_seen,touch", [(timedelta(0), False), (MINUTE - TICK, False), (MINUTE, True)])
def test_should_touch(since_seen: timedelta, touch: bool) -> None:
    """SI-3: the time of the last request is updated at most once a minute."""
    assert should_touch(SESSION, times=TIMES, at=AT + since_seen) is touch


@pytest.mark.parametrize("seen_every", [IDLE, IDLE + TICK])
def test_touched_before_idle(seen_every: timedelta) -> None:
    """SI-3: the interval of these updates must be shorter than the idle time."""
    with pytest.raises(ValueError, match="idle"):
        SessionTimes(seen_every=seen_every)


@given(st.lists(st.timedeltas(timedelta(0), IDLE - MINUTE), max_size=50))
def test_session_in_use(pauses: list[timedelta]) -> None:
    """SI-3: a session with regular requests is alive for exactly 12 hours."""
    session, at = SESSION, AT
    for pause in pauses:
        at += pause
        assert is_alive(session, epoch=PERSON.epoch, times=TIMES, at=at) is (at < AT + ABSOLUTE)
        if should_touch(session, times=TIMES, at=at):
            session = attrs.evolve(session, seen_at=at)


@pytest.mark.parametrize(
    "times,seen,expected",
    [
        (TIMES, timedelta(0), (IDLE, 2 * MINUTE, MINUTE, False)),
        (TIMES, ABSOLUTE - IDLE - TICK, (ABSOLUTE - TICK, 2 * MINUTE, MINUTE, False)),
        (TIMES, ABSOLUTE - IDLE, (ABSOLUTE, 2 * MINUTE, MINUTE, True)),
        (TIMES, ABSOLUTE - MINUTE, (ABSOLUTE, 2 * MINUTE, MINUTE, True)),
        (SessionTimes(idle=4 * MINUTE), MINUTE, (5 * MINUTE, 2 * MINUTE, MINUTE, False)),
        (SessionTimes(idle=3 * MINUTE), MINUTE, (4 * MINUTE, MINUTE * 1.5, MINUTE * 0.75, False)),
        (
            SessionTimes(idle=MINUTE / 6, seen_every=timedelta(0)),
            MINUTE,
            (MINUTE * 7 / 6, MINUTE / 12, MINUTE / 24, False),
        ),
    ],
)
def test_the_end(times: SessionTimes, seen: timedelta, expected: tuple[timedelta, timedelta, timedelta, bool]) -> None:
    """ST-3: a page warns two minutes ahead, or half the time of a shorter session; typing is reported twice in it."""
    ends, ahead, told, final = expected
    assert end_of(attrs.evolve(SESSION, seen_at=AT + seen), times=times, at=AT + ABSOLUTE / 2) == SessionEnd(
        at=AT + ends, warned_at=AT + ends - ahead, told_every=told, is_final=final, known_at=AT + ABSOLUTE / 2
    )


LIVES = st.timedeltas(TICK, timedelta(days=365))


@given(idle=LIVES, absolute=LIVES, since=st.floats(0, 1), used=st.floats(0, 1))
def test_the_end_of_any_session(idle: timedelta, absolute: timedelta, since: float, used: float) -> None:
    """ST-3: a session lives until its stated end; using it moves that end, unless it is stated as final."""
    times = SessionTimes(idle=idle, absolute=absolute, seen_every=timedelta(0))
    session = attrs.evolve(SESSION, seen_at=AT + absolute * since, ends_at=AT + absolute)
    end = end_of(session, times=times, at=session.seen_at)
    assert end.warned_at == end.at - min(2 * MINUTE, idle / 2, absolute / 2)
    assert end.told_every <= min(MINUTE, (end.at - end.warned_at) / 2 + TICK)
    assert not is_alive(session, epoch=session.epoch, times=times, at=end.at)
    if end.at == session.seen_at:  # It ended at the moment of its last request.
        return
    assert is_alive(session, epoch=session.epoch, times=times, at=end.at - TICK)
    at = min(session.seen_at + (end.at - session.seen_at) * used, end.at - TICK)
    then = end_of(attrs.evolve(session, seen_at=at), times=times, at=at)
    assert then.at == end.at if end.is_final or at == session.seen_at else then.at > end.at


@pytest.mark.parametrize("given", ["mr. J.\0 Smit", " mr.  J. Smit\n", "\u202emr. J. Smit"])
def test_the_handler_is_one_plain_line(given: str) -> None:
    """AL-5: a handler's name is kept as one plain line, as clients read it and databases refuse NUL."""
    assert OfficeActor(office_id=ACTOR.office_id, handler=given).handler == "mr. J. Smit"


@pytest.mark.parametrize("given,code", [("", "missing"), (" \n\u200b", "missing"), ("x" * 151, "too_long")])
def test_a_handler_has_a_name(given: str, code: str) -> None:
    """AL-1: a handler's name that is missing, invisible or too long is refused, with its field."""
    with pytest.raises(Refused) as refused:
        OfficeActor(office_id=ACTOR.office_id, handler=given)
    assert [(fault.field, fault.code) for fault in refused.value.faults] == [("handler", code)]


def test_a_network_address_can_be_kept() -> None:
    """AL-5: any text as network address is cleaned so that databases can store it; other text is a TypeError."""
    visitor = Visitor(office_id=ACTOR.office_id, network_address="192.0.2.7\0\n" + "x" * 200)
    assert visitor.network_address == ("192.0.2.7 " + "x" * 200)[:100]
    assert attrs.evolve(ACTOR, network_address="::1\0").network_address == "::1"
    with pytest.raises(TypeError, match="Visitor: network_address"):
        Visitor(office_id=ACTOR.office_id, network_address="\ud800")
