"""Who is signed in, and until when."""

from datetime import timedelta
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.accounts import close_account, reopen_account, with_password
from klantportaal.domain.events import SignedIn
from klantportaal.domain.sessions import Session, SessionTimes, is_alive, should_touch, start
from klantportaal.domain.values import Language, SessionId
from tests.domain.given import ACCOUNT_ID, ACTIVE, ANY_TEXT, AT, BEFORE, FINGERPRINT, OFFICE_ID, TICK, is_storable

TIMES = SessionTimes()
SESSION_ID = SessionId(UUID(int=30))
IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
MINUTE = timedelta(minutes=1)
SESSION = Session(
    id=SESSION_ID,
    office_id=OFFICE_ID,
    account_id=ACCOUNT_ID,
    fingerprint=FINGERPRINT,
    epoch=ACTIVE.epoch,
    language=Language.ENGLISH,
    device="Firefox",
    started_at=AT,
    seen_at=AT,
    ends_at=AT + ABSOLUTE,
    ended_at=None,
)


def test_start() -> None:
    """SI-3: a session is of its account's epoch and language and ends after 12 hours; the first is kept (ON-7)."""
    account = attrs.evolve(ACTIVE, language=Language.ENGLISH)
    started = start(account, id=SESSION_ID, fingerprint=FINGERPRINT, device="Firefox", times=TIMES, at=AT)
    assert started == (
        SESSION,
        attrs.evolve(account, first_signed_in_at=AT),
        SignedIn(account_id=ACCOUNT_ID, session_id=SESSION_ID, at=AT),
    )


def test_start_again() -> None:
    """ON-7: only the first sign-in ever is the first."""
    account = attrs.evolve(ACTIVE, first_signed_in_at=BEFORE)
    _session, seen, _fact = start(account, id=SESSION_ID, fingerprint=FINGERPRINT, device="", times=TIMES, at=AT)
    assert seen == account


@given(st.one_of(ANY_TEXT, ANY_TEXT.map(lambda text: text * 20)))
def test_device(device: str) -> None:
    """SI-4: of what a browser says of itself at most 200 characters are kept, on one line that storage can hold."""
    session, _seen, _fact = start(ACTIVE, id=SESSION_ID, fingerprint=FINGERPRINT, device=device, times=TIMES, at=AT)
    assert len(session.device) <= 200
    assert len(session.device.splitlines()) <= 1
    assert is_storable(session.device)


def test_long_device() -> None:
    """SI-4: what a browser says of itself is cut at 200 characters."""
    session, _seen, _fact = start(ACTIVE, id=SESSION_ID, fingerprint=FINGERPRINT, device="x" * 201, times=TIMES, at=AT)
    assert session.device == "x" * 200


@pytest.mark.parametrize(
    "since_seen,alive", [(timedelta(0), True), (IDLE - TICK, True), (IDLE, False), (IDLE + TICK, False)]
)
def test_idle(since_seen: timedelta, alive: bool) -> None:
    """SI-3: a session lives until just before it was idle for 30 minutes."""
    at = AT + timedelta(hours=2)
    session = attrs.evolve(SESSION, seen_at=at - since_seen)
    assert is_alive(session, epoch=ACTIVE.epoch, times=TIMES, at=at) is alive


@pytest.mark.parametrize("since_start,alive", [(ABSOLUTE - TICK, True), (ABSOLUTE, False), (ABSOLUTE + TICK, False)])
def test_absolute(since_start: timedelta, alive: bool) -> None:
    """SI-3: however busy, a session lives until just before it is 12 hours old."""
    at = AT + since_start
    assert is_alive(attrs.evolve(SESSION, seen_at=at), epoch=ACTIVE.epoch, times=TIMES, at=at) is alive


def test_ended() -> None:
    """SI-3: a session that was ended is dead at once, also for a clock that says it is not ended yet."""
    ended = attrs.evolve(SESSION, ended_at=AT + MINUTE)
    assert not is_alive(ended, epoch=ACTIVE.epoch, times=TIMES, at=AT)


@pytest.mark.parametrize("epoch", [ACTIVE.epoch - 1, ACTIVE.epoch + 1])
def test_epoch(epoch: int) -> None:
    """SI-3: a session of another epoch than its account's is dead."""
    assert not is_alive(SESSION, epoch=epoch, times=TIMES, at=AT)


def test_what_ends_sessions() -> None:
    """SI-3: a new password and closing the account end sessions at once; opening it again brings none back."""
    with_one, _set = with_password(ACTIVE, "hash", at=AT)
    closed, _closed = close_account(ACTIVE, at=AT)
    reopened, _reopened = reopen_account(closed, at=AT)
    epochs = [account.epoch for account in (ACTIVE, with_one, closed, reopened)]
    alive = [is_alive(SESSION, epoch=epoch, times=TIMES, at=AT) for epoch in epochs]
    assert alive == [True, False, False, False]


def test_clock_set_back() -> None:
    """AL-4: hosts whose clocks differ by a little take one another's sessions, and write nothing that is older."""
    at = AT - MINUTE
    assert is_alive(SESSION, epoch=ACTIVE.epoch, times=TIMES, at=at)
    assert not should_touch(SESSION, times=TIMES, at=at)


@pytest.mark.parametrize("since_seen,touch", [(timedelta(0), False), (MINUTE - TICK, False), (MINUTE, True)])
def test_should_touch(since_seen: timedelta, touch: bool) -> None:
    """SI-3: the last request of a session is written down to the minute."""
    assert should_touch(SESSION, times=TIMES, at=AT + since_seen) is touch


@pytest.mark.parametrize("seen_every", [IDLE, IDLE + TICK])
def test_touched_before_idle(seen_every: timedelta) -> None:
    """SI-3: requests cannot be written down so rarely that a session in use is idle."""
    with pytest.raises(ValueError, match="idle"):
        SessionTimes(seen_every=seen_every)


@given(st.lists(st.timedeltas(timedelta(0), IDLE - MINUTE), max_size=50))
def test_session_in_use(pauses: list[timedelta]) -> None:
    """SI-3: a session in use, touched as it should be, lives for its 12 hours and not a tick longer."""
    session, at = SESSION, AT
    for pause in pauses:
        at += pause
        assert is_alive(session, epoch=ACTIVE.epoch, times=TIMES, at=at) is (at < AT + ABSOLUTE)
        if should_touch(session, times=TIMES, at=at):
            session = attrs.evolve(session, seen_at=at)
