"""The end of a session, as pages show it, and what counts as use (ST-3)."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from klantportaal.domain.errors import NotSignedIn, PortalError, StorageFull, Unavailable
from klantportaal.domain.sessions import Actor, SessionEnd, SessionTimes, Visitor
from klantportaal.ports.storage import UnitOfWork
from klantportaal.settings import Settings
from klantportaal.usecases.client.sign_in import SignedIn
from tests.usecases.world import PASSWORD, World

MINUTE = timedelta(minutes=1)


def token(world: World) -> str:
    """Sign in."""
    return world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD).token


def recognised(world: World, token: str) -> SignedIn:
    """Come with a session's token."""
    return world.portal.client.sign_in.whoever(world.office, token)


def end(world: World, *, left: timedelta, final: bool = False) -> SessionEnd:
    """Give an end that far away from now, at the default times."""
    now = world.clock.now()
    ends_at = now + left
    return SessionEnd(at=ends_at, warned_at=ends_at - 2 * MINUTE, is_final=final, told_every=MINUTE, known_at=now)


def slowly(world: World, *, blocks: int, minutes: float) -> Iterator[bytes]:
    """Give blocks of which each takes so long."""
    for _block in range(blocks):
        world.later(minutes=minutes)
        yield b"blok"


def test_a_request_tells_the_end(world: World, jan: Actor) -> None:
    """ST-3: each request returns when the session ends without another request, by the stored time of use."""
    given = token(world)
    assert recognised(world, given).end == end(world, left=30 * MINUTE)
    world.later(seconds=59)
    assert recognised(world, given).end == end(world, left=30 * MINUTE - timedelta(seconds=59))
    world.later(seconds=1)
    assert recognised(world, given).end == end(world, left=30 * MINUTE)


@pytest.mark.parametrize("error", [Unavailable, StorageFull])
def test_a_request_while_nothing_is_stored(
    world: World, jan: Actor, monkeypatch: pytest.MonkeyPatch, error: type[PortalError]
) -> None:
    """ST-3: if the use cannot be stored, the page gets the end without it."""
    given = token(world)
    world.later(minutes=10)

    def busy(**_options: bool) -> UnitOfWork:
        raise error

    monkeypatch.setattr(world.storage, "begin", busy)
    assert recognised(world, given).end == end(world, left=20 * MINUTE)


def test_keeping(world: World, jan: Actor) -> None:
    """ST-3: one press moves the end, also just after another use; the trail has no entry of it."""
    given = token(world)
    before = world.audit()
    actor = world.actor(given)
    for pause in (timedelta(minutes=29, seconds=59), timedelta(seconds=1), timedelta(minutes=29, seconds=59)):
        world.clock.advance(pause)
        assert world.portal.client.sessions.keep(actor) == end(world, left=30 * MINUTE)
    assert world.actor(given) == actor
    assert world.audit() == before


def test_nothing_keeps_a_session_for_ever(world: World, jan: Actor) -> None:
    """ST-3, SI-3: twelve hours after signing in the session ends, and half an hour before that it is told so."""
    given = token(world)
    actor = world.actor(given)
    for _time in range(46):
        world.later(minutes=15)
        assert world.portal.client.sessions.keep(actor) == end(world, left=30 * MINUTE, final=_time == 45)
    world.later(minutes=29)
    assert world.portal.client.sessions.keep(actor) == end(world, left=MINUTE, final=True)
    world.later(minutes=1)
    with pytest.raises(NotSignedIn):
        world.portal.client.sessions.keep(actor)


def test_what_has_ended_is_not_kept(world: World, jan: Actor) -> None:
    """ST-3, SI-3: a session that was idle too long, was ended, or whose account was closed is not restored."""
    idle, out, closed = (world.actor(token(world)) for _session in range(3))
    world.portal.client.sign_in.sign_out(out)
    with pytest.raises(NotSignedIn):
        world.portal.client.sessions.keep(out)
    world.later(minutes=29)
    world.portal.client.sessions.keep(closed)
    world.later(minutes=1)
    with pytest.raises(NotSignedIn):
        world.portal.client.sessions.keep(idle)
    world.portal.office.clients.close_account(world.handler, closed.account_id)
    with pytest.raises(NotSignedIn):
        world.portal.client.sessions.keep(closed)


def test_another_address(world: World, jan: Actor) -> None:
    """ST-3, SI-3: a session of an account whose address was corrected cannot be prolonged."""
    world.portal.office.clients.correct(world.handler, jan.account_id, name="Jan Jansen", email="nieuw@example.nl")
    with pytest.raises(NotSignedIn):
        world.portal.client.sessions.keep(jan)


def test_a_closed_client(world: World, jan: Actor) -> None:
    """ST-3, SI-3: a session of a closed client cannot be prolonged."""
    world.portal.office.clients.close(world.handler, jan.client_id)
    with pytest.raises(NotSignedIn):
        world.portal.client.sessions.keep(jan)


@pytest.mark.parametrize("blocks,minutes", [(35, 1), (2, 17.5), (2100, 1 / 60)])
def test_a_long_upload(world: World, jan: Actor, blocks: int, minutes: float) -> None:
    """ST-3: an upload of 35 minutes counts as use until its end: the session has half an hour from then."""
    given = token(world)
    actor = world.actor(given)
    passed = list(world.portal.client.sessions.keep_during(actor, slowly(world, blocks=blocks, minutes=minutes)))
    assert passed == [b"blok"] * blocks
    world.later(minutes=28, seconds=59)
    assert world.actor(given) == actor


def test_a_long_end(world: World, jan: Actor) -> None:
    """ST-3: the end of an upload counts, also if nothing came in for long before it."""
    given = token(world)
    actor = world.actor(given)

    def blocks() -> Iterator[bytes]:
        yield b"blok"
        world.later(minutes=29)

    assert list(world.portal.client.sessions.keep_during(actor, blocks())) == [b"blok"]
    world.later(minutes=29)
    assert world.actor(given) == actor


def test_a_short_upload_writes_nothing(world: World, jan: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """ST-3: the use by an upload of less than a minute is stored with its request only."""
    blocks = slowly(world, blocks=59, minutes=1 / 60)

    def none() -> UnitOfWork:
        raise AssertionError("written down")

    monkeypatch.setattr(world.storage, "begin", none)
    assert len(list(world.portal.client.sessions.keep_during(jan, blocks))) == 59


def test_a_long_upload_writes_little(world: World, jan: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """ST-3: the use by any number of blocks is stored once a minute."""
    begin, written = world.storage.begin, []

    def counted(**options: bool) -> AbstractContextManager[UnitOfWork]:
        written.append(world.clock.now())
        return begin(**options)

    monkeypatch.setattr(world.storage, "begin", counted)
    list(world.portal.client.sessions.keep_during(jan, slowly(world, blocks=50, minutes=0.1)))
    assert len(written) == 5


def test_an_upload_of_whom_was_signed_out(world: World, jan: Actor) -> None:
    """ST-3, SI-3: an upload stops if its session was ended meanwhile."""
    coming = world.portal.client.sessions.keep_during(jan, slowly(world, blocks=3, minutes=1))
    assert next(coming) == b"blok"
    world.portal.client.sign_in.sign_out(jan)
    with pytest.raises(NotSignedIn):
        next(coming)


@pytest.mark.parametrize("error", [Unavailable, StorageFull])
def test_an_upload_while_nothing_is_stored(
    world: World, jan: Actor, monkeypatch: pytest.MonkeyPatch, error: type[PortalError]
) -> None:
    """ST-3: an upload continues if its use cannot be stored at that moment."""

    def busy(**_options: bool) -> UnitOfWork:
        raise error

    monkeypatch.setattr(world.storage, "begin", busy)
    blocks = slowly(world, blocks=3, minutes=1)
    assert list(world.portal.client.sessions.keep_during(jan, blocks)) == [b"blok"] * 3


def test_short_sessions() -> None:
    """ST-3: a session of seconds is warned of and kept like any other."""
    times = SessionTimes(idle=timedelta(seconds=10), absolute=timedelta(seconds=35), seen_every=timedelta(seconds=1))
    world = World(settings=Settings(sessions=times))
    world.onboard()
    given = world.portal.client.sign_in.sign_in(Visitor(office_id=world.office), "jan@example.nl", PASSWORD).token
    actor, ends = world.actor(given), []
    for _time in range(4):
        world.later(seconds=9)
        if _time == 3:
            break
        kept = world.portal.client.sessions.keep(actor)
        ends.append(((kept.at - kept.known_at).seconds, (kept.warned_at - kept.known_at).seconds, kept.is_final))
    assert ends == [(10, 5, False), (10, 5, False), (8, 3, True)]
    with pytest.raises(NotSignedIn):
        world.actor(given)
