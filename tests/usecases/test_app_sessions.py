"""Sessions of apps: short access tokens, and refresh tokens that work once (AP-8); acting for an account (AP-9)."""

import threading
from datetime import timedelta

import attrs
import pytest

from klantportaal.domain.accounts import ClientKind
from klantportaal.domain.errors import Absent, NotSignedIn
from klantportaal.domain.sessions import Actor, AppTokens, Visitor
from klantportaal.usecases.client.session_start import Entrance, Halfway
from tests.usecases.world import PASSWORD, World

ACCESS = timedelta(minutes=10)


def _visitor(world: World) -> Visitor:
    return Visitor(office_id=world.office, device="Kantoor-app", is_app=True)


def _sign_in(world: World) -> Entrance:
    entrance = world.portal.client.sign_in.sign_in(_visitor(world), "jan@example.nl", PASSWORD)
    assert isinstance(entrance, Entrance)
    return entrance


def _tokens(entrance: Entrance) -> AppTokens:
    assert entrance.app is not None
    return entrance.app


def _refresh(world: World, entrance: Entrance) -> Entrance:
    return world.portal.client.sign_in.refresh(_visitor(world), _tokens(entrance).refresh_token)


def _actor(world: World, entrance: Entrance) -> Actor:
    return world.portal.client.sign_in.whoever(world.office, entrance.token, is_app=True).actor


def test_an_app_signs_in(world: World, jan: Actor) -> None:
    """AP-8: an app gets an access token for ten minutes and a refresh token, and is in the list of sessions."""
    entrance = _sign_in(world)
    assert _tokens(entrance).access_ends_at == world.clock.now() + ACCESS
    actor = _actor(world, entrance)
    assert (actor.person_id, actor.is_app, jan.is_app) == (jan.person_id, True, False)
    listed = [(each.device, each.is_app) for each in world.portal.client.sessions.view(jan).rows]
    assert listed == [("Kantoor-app", True), ("Firefox", False)]
    world.later(minutes=9, seconds=59)
    assert _actor(world, entrance).session_id == actor.session_id
    world.later(seconds=1)
    with pytest.raises(NotSignedIn):
        _actor(world, entrance)


def test_tokens_of_apps_are_no_cookies(world: World, jan: Actor) -> None:
    """AP-8: an access token lets no browser in, a cookie no app, and a refresh token nobody."""
    entrance = _sign_in(world)
    browser = world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD)
    assert isinstance(browser, Entrance)
    assert browser.app is None
    for token, is_app in ((entrance.token, False), (browser.token, True), (_tokens(entrance).refresh_token, True)):
        with pytest.raises(NotSignedIn):
            world.portal.client.sign_in.whoever(world.office, token, is_app=is_app)
    for token in (entrance.token, browser.token, "", "é", "a", _tokens(entrance).refresh_token[:-2] + "AA"):
        with pytest.raises(NotSignedIn):
            world.portal.client.sign_in.refresh(_visitor(world), token)


def test_refreshing(world: World, jan: Actor) -> None:
    """AP-8: a refresh token gives new tokens for the same session; the older access token stops at once."""
    first = _sign_in(world)
    session_id = _actor(world, first).session_id
    world.later(minutes=20)
    second = _refresh(world, first)
    assert second == attrs.evolve(first, token=second.token, first=False, app=second.app)
    assert _tokens(second).access_ends_at == world.clock.now() + ACCESS
    assert _actor(world, second).session_id == session_id
    with pytest.raises(NotSignedIn):
        _actor(world, first)
    world.later(minutes=20)  # Refreshing is use of the session, so it did not end as idle.
    assert _actor(world, _refresh(world, second)).session_id == session_id


def test_a_refresh_token_that_comes_back(world: World, jan: Actor) -> None:
    """AP-8: a refresh token that was used before ends the session, with an entry in the trail."""
    first = _sign_in(world)
    second = _refresh(world, first)
    third = _refresh(world, second)
    for stale in (first, second, third):
        with pytest.raises(NotSignedIn):
            _refresh(world, stale)
    with pytest.raises(NotSignedIn):
        _actor(world, third)
    assert world.audit().count("RefreshTokenReused") == 1
    assert world.again(jan).person_id == jan.person_id


def test_when_no_token_is_refreshed(world: World, jan: Actor) -> None:
    """AP-8, SI-3: an idle session, one that ended for good or was ended, or of an older epoch gives no tokens."""
    idle = _sign_in(world)
    world.later(minutes=30)
    ended = _sign_in(world)
    world.portal.client.sessions.end(world.sign_in(), _actor(world, ended).session_id)
    outdated = _sign_in(world)
    world.portal.client.profile.change_password(
        world.sign_in(), current=PASSWORD, password="Klaproos8", repeated="Klaproos8"
    )
    elsewhere = Visitor(office_id=world.other_office().office_id, is_app=True)
    for each in (idle, ended, outdated):
        with pytest.raises(NotSignedIn):
            _refresh(world, each)
        with pytest.raises(NotSignedIn):
            world.portal.client.sign_in.refresh(elsewhere, _tokens(each).refresh_token)
    assert "RefreshTokenReused" not in world.audit()


def test_a_forgotten_session(world: World, jan: Actor) -> None:
    """AP-8: a token of a session that is not stored any more gives nothing."""
    entrance = _sign_in(world)
    with world.storage.begin() as uow:
        uow.sessions.forget(before=world.clock.now() + timedelta(days=2), limit=10)
        uow.commit()
    with pytest.raises(NotSignedIn):
        _refresh(world, entrance)


def test_an_app_keeps_its_kind(world: World, jan: Actor) -> None:
    """AP-8: confirming gives an access token with the same end; a new password, and the second step, new tokens."""
    entrance = _sign_in(world)
    world.later(minutes=5)
    confirmed = world.portal.client.sign_in.confirm(_actor(world, entrance), PASSWORD)
    whoever = world.portal.client.sign_in.whoever
    actor = whoever(world.office, confirmed.token, is_app=True).actor
    changed = world.portal.client.profile.change_password(
        actor, current=PASSWORD, password="Klaproos8", repeated="Klaproos8"
    )
    actor = _actor(world, _refresh(world, changed))
    recovery = world.turn_on(actor)
    visitor = _visitor(world)
    half = world.portal.client.sign_in.sign_in(visitor, "jan@example.nl", "Klaproos8")
    assert isinstance(half, Halfway)
    recovered, _next = world.portal.client.second_step.recover(visitor, half.token, recovery)
    assert _actor(world, recovered).is_app
    world.later(minutes=5)
    with pytest.raises(NotSignedIn):
        whoever(world.office, confirmed.token, is_app=True)


def test_two_requests_at_once(world: World, jan: Actor) -> None:
    """AP-8: of several requests with one refresh token at once, one gets tokens, and then the session ends."""
    entrance, given = _sign_in(world), list[Entrance]()
    together = threading.Barrier(8)

    def refresh() -> None:
        together.wait()
        try:
            given.append(_refresh(world, entrance))
        except NotSignedIn:
            return

    threads = [threading.Thread(target=refresh) for _number in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    [only] = given
    with pytest.raises(NotSignedIn):
        _actor(world, only)
    assert world.audit().count("RefreshTokenReused") == 1


def test_acting_for(world: World, jan: Actor) -> None:
    """AP-9: a request acts for any account of the person; what it does is recorded under it; the session stays."""
    other = world.second_account("jan@example.nl", name="Jansen BV", kind=ClientKind.COMPANY)
    jan = world.again(jan)
    calls = world.portal.client.accounts
    there = calls.act_for(jan, other.account_id)
    assert there == attrs.evolve(
        jan,
        account_id=other.account_id,
        client_id=other.client_id,
        kind=other.kind,
        role=other.role,
        name=other.name,
        client_name=other.client_name,
    )
    assert calls.act_for(jan, jan.account_id) is jan
    assert world.again(jan).account_id == jan.account_id


def test_whom_nobody_acts_for(world: World, jan: Actor) -> None:
    """AP-9, PE-5: an account of another person, a closed one, and an unknown one are absent."""
    other = world.second_account("jan@example.nl", name="Jansen BV", kind=ClientKind.COMPANY)
    piet = world.onboard("piet@example.nl", name="Piet")
    world.portal.office.clients.close_account(world.handler, other.account_id)
    for account in (piet.account_id, other.account_id, world.other_office().office_id):
        with pytest.raises(Absent):
            world.portal.client.accounts.act_for(jan, account)  # type: ignore[arg-type] # an id of something else
