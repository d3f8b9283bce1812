"""Sessions: finding, confirming and ending them (SI-3, SI-4, PE-5)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import attrs
import pytest

from klantportaal.domain.accounts import Account, AccountState
from klantportaal.domain.errors import Absent
from klantportaal.domain.sessions import Actor, Session, SessionTimes, is_alive
from klantportaal.domain.values import SKEW, Fingerprint, SessionId
from klantportaal.ports.reading import SessionRow, SignedInView
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import (
    AWKWARD_TEXTS,
    HOUR,
    MINUTE,
    StorageTests,
    all_at_once,
    committing,
    is_utc_to_the_microsecond,
)


class SessionsContract(StorageTests):
    """Tests of sessions."""

    def test_a_session_is_found_by_its_fingerprint(self, storage: Storage, scene: Scene) -> None:
        """SI-3: a session in any state is found with the facts of its person, account, client and office."""
        office = scene.office(logo=scene.file("logo.png"))
        client, _main, account = scene.company(office)
        session = scene.session(account, ended_at=scene.clock.now() + HOUR, epoch=7)
        found = storage.read.session(office.id, session.fingerprint)
        assert found == SignedInView(
            session=session,
            epoch=1,
            account_state=account.state,
            has_others=False,
            client_id=client.id,
            client_name=client.name,
            client_closed=False,
            kind=client.kind,
            role=account.role,
            name=account.name,
            has_two_step=False,
            office=office,
        )
        assert is_utc_to_the_microsecond(found.session.started_at)

    def test_a_session_shows_what_its_account_and_client_are_now(self, storage: Storage, scene: Scene) -> None:
        """SI-3: a closed account, a closed client and the person's raised epoch show at the next request."""
        client, account = scene.person(scene.office())
        session = scene.session(account)
        with committing(storage) as uow:
            person = uow.persons.get(account.office_id, account.person_id)
            uow.persons.save(attrs.evolve(person, epoch=2))
            uow.accounts.save(attrs.evolve(account, state=AccountState.CLOSED))
            uow.clients.save(attrs.evolve(client, closed_at=scene.clock.now()))
        found = storage.read.session(account.office_id, session.fingerprint)
        assert found is not None
        assert (found.epoch, found.account_state, found.client_closed) == (2, AccountState.CLOSED, True)

    def test_no_session_of_another_office_or_of_nobody(self, storage: Storage, scene: Scene) -> None:
        """OF-2: a token is valid in one office only, and an unknown token in none."""
        _client, account = scene.person(scene.office())
        session, elsewhere = scene.session(account), scene.office()
        assert storage.read.session(elsewhere.id, session.fingerprint) is None
        assert storage.read.session(account.office_id, scene.tokens.fingerprint("verzonnen")) is None

    def test_the_last_request_never_moves_back(self, storage: Storage, scene: Scene) -> None:
        """SI-3: of two requests, the later moment is stored, whatever the order of the calls."""
        _client, account = scene.person(scene.office())
        session, bystander = scene.session(account), scene.session(account)
        now, elsewhere = scene.clock.now(), scene.office()
        with committing(storage) as uow:
            uow.sessions.touch(account.office_id, session.id, at=now + HOUR)
            uow.sessions.touch(account.office_id, session.id, at=now + MINUTE)
            uow.sessions.touch(elsewhere.id, bystander.id, at=now + HOUR)
            uow.sessions.touch(account.office_id, SessionId(scene.ids.new()), at=now)
        assert _sessions(storage, [session, bystander]) == [attrs.evolve(session, seen_at=now + HOUR), bystander]

    def test_a_session_gets_another_token(self, storage: Storage, scene: Scene) -> None:
        """SI-3: giving the password replaces the token of the session, and the old token is no longer valid."""
        _client, account = scene.person(scene.office())
        session, other = scene.session(account), scene.session(account)
        actor, newer = _actor(scene, account, session), scene.tokens.fingerprint("nieuwer")
        now = scene.clock.advance(MINUTE)
        with committing(storage) as uow:
            assert uow.sessions.confirm(actor, fingerprint=newer, at=now)
        rotated = attrs.evolve(session, fingerprint=newer, confirmed_at=now)
        assert _sessions(storage, [session, rotated, other]) == [rotated, other]
        assert is_utc_to_the_microsecond(rotated.confirmed_at)

    def test_an_older_token_confirms_nothing(self, storage: Storage, scene: Scene) -> None:
        """SI-3: an old token, an ended session, and the session of another person or office confirm nothing."""
        client, account = scene.person(scene.office())
        elsewhere, sibling = scene.office(), scene.account(client)
        session, now = scene.session(account), scene.clock.advance(MINUTE)
        ended = scene.session(account, ended_at=now)
        actor = _actor(scene, account, session)
        strangers = [
            attrs.evolve(actor, fingerprint=scene.tokens.fingerprint("ouder")),
            attrs.evolve(actor, person_id=sibling.person_id),
            attrs.evolve(actor, office_id=elsewhere.id),
            attrs.evolve(actor, session_id=SessionId(scene.ids.new())),
            _actor(scene, account, ended),
        ]
        with committing(storage) as uow:
            for stranger in strangers:
                assert not uow.sessions.confirm(stranger, fingerprint=scene.tokens.fingerprint("nieuwer"), at=now)
                assert not uow.sessions.switch(stranger, account.id)
        assert _sessions(storage, [session, ended]) == [session, ended]

    def test_of_many_that_confirm_at_once_one_does(self, storage: Storage, scene: Scene) -> None:
        """SI-3: of concurrent confirmations of one token, exactly one succeeds."""
        _client, account = scene.person(scene.office())
        session = scene.session(account)
        actor, now = _actor(scene, account, session), scene.clock.now()
        newer = [scene.tokens.fingerprint(f"nieuwer {number}") for number in range(8)]

        def confirm(number: int) -> bool:
            with committing(storage) as uow:
                return uow.sessions.confirm(actor, fingerprint=newer[number], at=now)

        assert sorted(all_at_once(confirm, threads=len(newer))) == [False] * 7 + [True]
        found = [storage.read.session(account.office_id, each) for each in [session.fingerprint, *newer]]
        assert sum(view is not None for view in found) == 1

    def test_the_session_of_an_app_gets_other_tokens(self, storage: Storage, scene: Scene) -> None:
        """AP-8: both tokens, the end of the access and the time are stored, by the refresh token in use only."""
        _client, account = scene.person(scene.office())
        session, browser = _of_app(scene, account), scene.session(account)
        now = scene.clock.advance(MINUTE)
        newer = _renewed(scene, session, "nieuwer", access_ends_at=now + HOUR, seen_at=now)
        with committing(storage) as uow:
            assert uow.sessions.find(account.office_id, session.id) == session
            assert uow.sessions.renew(newer, used=_refresh(session))
            assert not uow.sessions.renew(newer, used=_refresh(session))
            assert uow.sessions.find(account.office_id, session.id) == newer
            assert uow.sessions.find(account.office_id, browser.id) == browser
        assert _sessions(storage, [session, newer, browser]) == [newer, browser]

    def test_what_renews_no_session(self, storage: Storage, scene: Scene) -> None:
        """AP-8: a session that ended, of a browser, of another office, or that is unknown gets no tokens."""
        _client, account = scene.person(scene.office())
        now, elsewhere = scene.clock.now(), scene.office()
        session, ended = _of_app(scene, account), _of_app(scene, account, ended_at=now)
        browser, unknown = scene.session(account), SessionId(scene.ids.new())
        wrongs = [
            (_renewed(scene, ended, "a"), _refresh(ended)),
            (_renewed(scene, browser, "b", access_ends_at=now), _refresh(session)),
            (attrs.evolve(_renewed(scene, session, "c"), office_id=elsewhere.id), _refresh(session)),
            (attrs.evolve(_renewed(scene, session, "d"), id=unknown), _refresh(session)),
        ]
        with committing(storage) as uow:
            for wrong, used in wrongs:
                assert not uow.sessions.renew(wrong, used=used)
            assert uow.sessions.find(elsewhere.id, session.id) is None
            assert uow.sessions.find(account.office_id, unknown) is None
        assert _sessions(storage, [session, ended, browser]) == [session, ended, browser]

    def test_of_many_that_renew_at_once_one_does(self, storage: Storage, scene: Scene) -> None:
        """AP-8: of concurrent requests with one refresh token, exactly one gets tokens."""
        _client, account = scene.person(scene.office())
        session = _of_app(scene, account)
        newer = [_renewed(scene, session, f"nieuwer {number}") for number in range(8)]

        def renew(number: int) -> bool:
            with committing(storage) as uow:
                return uow.sessions.renew(newer[number], used=_refresh(session))

        assert sorted(all_at_once(renew, threads=len(newer))) == [False] * 7 + [True]

    def test_a_session_ends_once(self, storage: Storage, scene: Scene) -> None:
        """SI-3: signing out ends only that session, and the first end is kept."""
        _client, account = scene.person(scene.office())
        session, other = scene.session(account), scene.session(account)
        now, elsewhere = scene.clock.now(), scene.office()
        with committing(storage) as uow:
            assert not uow.sessions.end(elsewhere.id, other.id, at=now)
            assert uow.sessions.end(account.office_id, session.id, at=now + MINUTE)
            assert not uow.sessions.end(account.office_id, session.id, at=now + HOUR)
            assert not uow.sessions.end(account.office_id, SessionId(scene.ids.new()), at=now)
        assert _sessions(storage, [session, other]) == [attrs.evolve(session, ended_at=now + MINUTE), other]

    def test_all_sessions_of_a_person_end(self, storage: Storage, scene: Scene) -> None:
        """SI-3, PE-1: a new password ends all open sessions of the person, whichever account acts, and no other."""
        office, now = scene.office(), scene.clock.now()
        client, account = scene.person(office)
        second, sibling, elsewhere = scene.another(account, scene.client(office)), scene.account(client), scene.office()
        ended = scene.session(account, ended_at=now)
        running = [scene.session(account), scene.session(second)]
        other = scene.session(sibling)
        with committing(storage) as uow:
            uow.sessions.end_all(elsewhere.id, sibling.person_id, at=now + MINUTE)
            uow.sessions.end_all(account.office_id, account.person_id, at=now + MINUTE)
        expected = [ended, *(attrs.evolve(each, ended_at=now + MINUTE) for each in running), other]
        assert _sessions(storage, expected) == expected

    def test_all_sessions_but_one_end(self, storage: Storage, scene: Scene) -> None:
        """PR-4: all open sessions of the person end but the one that is named; another person's is none."""
        client, account = scene.person(scene.office())
        kept, running, other = scene.session(account), scene.session(account), scene.session(scene.account(client))
        now = scene.clock.advance(MINUTE)
        with committing(storage) as uow:
            uow.sessions.end_all(account.office_id, account.person_id, at=now, but=kept.id)
        expected = [kept, attrs.evolve(running, ended_at=now), other]
        assert _sessions(storage, expected) == expected
        with committing(storage) as uow:
            uow.sessions.end_all(account.office_id, account.person_id, at=now, but=other.id)
        assert _sessions(storage, [kept]) == [attrs.evolve(kept, ended_at=now)]

    def test_all_other_sessions_of_a_person_end(self, storage: Storage, scene: Scene) -> None:
        """SI-4, PE-1: all other open sessions of the person end, whichever account acts, and no one else's."""
        office, now = scene.office(), scene.clock.now()
        client, account = scene.person(office)
        second, sibling, elsewhere = scene.another(account, scene.client(office)), scene.account(client), scene.office()
        kept, ended = scene.session(account), scene.session(account, ended_at=now)
        running = [scene.session(account), scene.session(second)]
        other = scene.session(sibling)
        actor = _actor(scene, account, kept)
        with committing(storage) as uow:
            assert not uow.sessions.end_others(attrs.evolve(actor, office_id=elsewhere.id), at=now + MINUTE)
            assert uow.sessions.end_others(actor, at=now + MINUTE)
            assert not uow.sessions.end_others(actor, at=now + HOUR)
        expected = [kept, ended, *(attrs.evolve(each, ended_at=now + MINUTE) for each in running), other]
        assert _sessions(storage, expected) == expected

    def test_the_sessions_that_act_for_an_account_end(self, storage: Storage, scene: Scene) -> None:
        """PE-5: the open sessions that act for an account end; those of its person's other accounts stay."""
        office, now = scene.office(), scene.clock.now()
        client, account = scene.person(office)
        second, sibling, elsewhere = scene.another(account, scene.client(office)), scene.account(client), scene.office()
        ended, running = scene.session(account, ended_at=now), [scene.session(account), scene.session(account)]
        others = [scene.session(second), scene.session(sibling)]
        with committing(storage) as uow:
            uow.sessions.end_acting_for(elsewhere.id, second.id, at=now + MINUTE)
            uow.sessions.end_acting_for(office.id, account.id, at=now + MINUTE)
        expected = [ended, *(attrs.evolve(each, ended_at=now + MINUTE) for each in running), *others]
        assert _sessions(storage, expected) == expected

    def test_only_own_sessions_are_given(self, storage: Storage, scene: Scene) -> None:
        """SI-4: a person gets its own sessions, in any state and for any account; those of others are absent."""
        office = scene.office()
        client, account = scene.person(office)
        second, sibling, elsewhere = scene.another(account, scene.client(office)), scene.account(client), scene.office()
        running, ended = scene.session(account), scene.session(second, ended_at=scene.clock.now())
        actor, other = _actor(scene, account, running), _actor(scene, sibling, scene.session(sibling))
        with storage.begin() as uow:
            assert [uow.sessions.own(actor, each.id) for each in (running, ended)] == [running, ended]
            for who, session_id in (
                (other, running.id),
                (attrs.evolve(actor, office_id=elsewhere.id), running.id),
                (actor, SessionId(scene.ids.new())),
            ):
                with pytest.raises(Absent):
                    uow.sessions.own(who, session_id)

    def test_open_sessions_are_those_that_are_alive(self, storage: Storage, scene: Scene) -> None:
        """SI-4: the list has the live sessions of this person only, for any account, newest first (SI-3)."""
        office = scene.office()
        client, account = scene.person(office, epoch=3)
        second = scene.another(account, scene.client(office))
        scene.session(scene.account(client, epoch=3))
        times, now = SessionTimes(), scene.clock.now()
        tick = timedelta(microseconds=1)
        sessions = [
            scene.session(account, **fields)
            for fields in (
                {},
                {"device": AWKWARD_TEXTS[0], "network_address": None},
                {"ended_at": now},
                {"ended_at": now + HOUR},
                {"epoch": 2},
                {"epoch": 4},
                {"ends_at": now},
                {"ends_at": now + tick},
                {"seen_at": now - times.idle},
                {"seen_at": now - times.idle + tick},
                {"seen_at": now + SKEW, "account_id": second.id},
                {"seen_at": now + SKEW + tick},
            )
        ]
        sessions.append(_of_app(scene, account))
        alive = [each for each in sessions if is_alive(each, epoch=3, times=times, at=now)]
        found = storage.read.sessions(scene.actor(account), times=times, at=now)
        assert storage.read.sessions(scene.actor(second), times=times, at=now) == found
        assert list(found) == [
            SessionRow(
                id=each.id,
                device=each.device,
                network_address=each.network_address,
                started_at=each.started_at,
                seen_at=each.seen_at,
                is_app=each.access_ends_at is not None,
            )
            for each in reversed(alive)
        ]
        assert len(found) == 6
        assert is_utc_to_the_microsecond(found[-1].seen_at)

    def test_a_session_is_carried_over(self, storage: Storage, scene: Scene) -> None:
        """TS-1: one session continues under the new epoch of its person, and no other session does."""
        _client, account = scene.person(scene.office())
        own, other, elsewhere = scene.session(account), scene.session(account), scene.office()
        with committing(storage) as uow:
            uow.sessions.carry_over(account.office_id, own.id, epoch=7)
            uow.sessions.carry_over(elsewhere.id, other.id, epoch=7)
            uow.sessions.carry_over(account.office_id, SessionId(scene.ids.new()), epoch=7)
        assert _sessions(storage, [own, other]) == [attrs.evolve(own, epoch=7), other]

    def test_old_sessions_are_forgotten(self, storage: Storage, scene: Scene) -> None:
        """SI-3: sessions of all offices whose absolute end is before the given moment are deleted; others stay."""
        _client, account = scene.person(scene.office())
        _other, someone = scene.person(scene.office())
        now = scene.clock.now()
        for each in (account, someone):
            scene.session(each, ends_at=now - MINUTE)
        old = scene.session(account, ends_at=now - MINUTE)
        kept = [scene.session(account, ends_at=now), scene.session(someone, ends_at=now + MINUTE)]
        with committing(storage) as uow:
            uow.sessions.forget(before=now, limit=99)
        assert storage.read.session(account.office_id, old.fingerprint) is None
        assert _sessions(storage, kept) == kept


def _actor(scene: Scene, account: Account, session: Session) -> Actor:
    """Return the actor of a request with the token of a session."""
    return attrs.evolve(scene.actor(account), session_id=session.id, fingerprint=session.fingerprint)


def _sessions(storage: Storage, sessions: Sequence[Session]) -> list[Session]:
    found = [storage.read.session(each.office_id, each.fingerprint) for each in sessions]
    return [view.session for view in found if view is not None]


def _of_app(scene: Scene, account: Account, **fields: Any) -> Session:
    """Add a session of an app."""
    refresh = scene.tokens.fingerprint(scene.tokens.new())
    return scene.session(account, refresh=refresh, access_ends_at=scene.clock.now() + MINUTE, **fields)


def _renewed(scene: Scene, session: Session, name: str, **fields: Any) -> Session:
    """Make a session with other tokens."""
    access, refresh = (scene.tokens.fingerprint(f"{kind} {name}") for kind in ("toegang", "vernieuwing"))
    return attrs.evolve(session, fingerprint=access, refresh=refresh, **fields)


def _refresh(session: Session) -> Fingerprint:
    assert session.refresh is not None
    return session.refresh
