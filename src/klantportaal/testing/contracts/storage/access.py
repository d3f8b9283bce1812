"""Links and sessions. One long module, because one event can end both."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs
import pytest

from klantportaal.domain.accounts import Account, AccountState
from klantportaal.domain.errors import Absent
from klantportaal.domain.onboarding import Link, LinkPurpose
from klantportaal.domain.sessions import SKEW, Actor, Session, SessionTimes, is_alive
from klantportaal.domain.values import LinkId, SessionId
from klantportaal.ports.reading import LinkView, SessionRow, SignedInView
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

PASSWORD = LinkPurpose.PASSWORD
INVITATION = LinkPurpose.INVITATION


class LinksContract(StorageTests):
    """Tests of links."""

    def test_a_link_comes_back_whole(self, storage: Storage, scene: Scene) -> None:
        """ON-4: a link is found unchanged by fingerprint and purpose, within its office."""
        _client, account = scene.person(scene.office())
        used = scene.link(account, used_at=scene.clock.now() + MINUTE)
        voided = scene.link(account, INVITATION, voided_at=scene.clock.now() + MINUTE, epoch=3)
        elsewhere = scene.office()
        with storage.begin() as uow:
            for link in (used, voided):
                found = uow.links.find(account.office_id, link.fingerprint, link.purpose)
                assert found == link
                assert is_utc_to_the_microsecond(found.expires_at)
            assert uow.links.find(account.office_id, used.fingerprint, INVITATION) is None
            assert uow.links.find(elsewhere.id, used.fingerprint, PASSWORD) is None
            assert uow.links.find(account.office_id, scene.tokens.fingerprint("?"), PASSWORD) is None

    def test_the_newest_link_is_the_one_made_last(self, storage: Storage, scene: Scene) -> None:
        """ON-6: the newest link is found per account and purpose, in any state."""
        _client, account = scene.person(scene.office())
        _other, someone = scene.person(scene.office())
        scene.link(account)
        scene.clock.advance(MINUTE)
        newest = scene.link(account, voided_at=scene.clock.now())
        scene.clock.advance(MINUTE)
        scene.link(account, INVITATION)
        scene.link(someone)
        with storage.begin() as uow:
            assert uow.links.newest(account.office_id, account.id, PASSWORD) == newest
            assert uow.links.newest(someone.office_id, account.id, PASSWORD) is None
            assert uow.links.newest(someone.office_id, someone.id, INVITATION) is None

    def test_a_link_is_used_once(self, storage: Storage, scene: Scene) -> None:
        """ON-4: only the first use succeeds and is stored; later uses and uses by another office have no effect."""
        _client, account = scene.person(scene.office())
        link = scene.link(account)
        now = scene.clock.advance(MINUTE)
        elsewhere = scene.office()
        with committing(storage) as uow:
            assert not uow.links.use(elsewhere.id, link.id, at=now)
            assert not uow.links.use(account.office_id, LinkId(scene.ids.new()), at=now)
            assert uow.links.use(account.office_id, link.id, at=now)
            assert not uow.links.use(account.office_id, link.id, at=now + MINUTE)
        with storage.begin() as uow:
            assert not uow.links.use(account.office_id, link.id, at=now + MINUTE)
            used = uow.links.find(account.office_id, link.fingerprint, PASSWORD)
        assert used == attrs.evolve(link, used_at=now)

    def test_a_use_that_is_rolled_back_is_no_use(self, storage: Storage, scene: Scene) -> None:
        """AL-2: a link whose use was rolled back can still be used."""
        _client, account = scene.person(scene.office())
        link = scene.link(account)
        with storage.begin() as uow:
            assert uow.links.use(account.office_id, link.id, at=scene.clock.now())
        with storage.begin() as uow:
            assert uow.links.use(account.office_id, link.id, at=scene.clock.now())

    def test_of_fifty_at_once_one_uses_a_link(self, storage: Storage, scene: Scene) -> None:
        """ON-4: of concurrent uses of a link, exactly one returns True."""
        _client, account = scene.person(scene.office())
        link = scene.link(account)

        def use(_number: int) -> bool:
            with committing(storage) as uow:
                return uow.links.use(account.office_id, link.id, at=scene.clock.now())

        assert sum(all_at_once(use, threads=50)) == 1

    def test_voiding_spares_what_is_over_and_what_is_not_meant(self, storage: Storage, scene: Scene) -> None:
        """ON-4: voiding affects only unused, live links of the same account and purpose."""
        client, account = scene.person(scene.office())
        sibling = scene.account(client)
        standing = [scene.link(account), scene.link(account)]
        over = [scene.link(account, used_at=scene.clock.now()), scene.link(account, voided_at=scene.clock.now())]
        others = [scene.link(account, INVITATION), scene.link(sibling)]
        now = scene.clock.advance(MINUTE)
        with committing(storage) as uow:
            uow.links.void(account.office_id, account.id, PASSWORD, at=now)
            assert not uow.links.use(account.office_id, standing[0].id, at=now)
        expected = [*(attrs.evolve(each, voided_at=now) for each in standing), *over, *others]
        assert _found(storage, expected) == expected

    def test_voiding_stays_in_its_office(self, storage: Storage, scene: Scene) -> None:
        """OF-2: another office cannot void a link of this office."""
        _client, account = scene.person(scene.office())
        link, elsewhere = scene.link(account), scene.office()
        with committing(storage) as uow:
            uow.links.void(elsewhere.id, account.id, PASSWORD, at=scene.clock.now())
        assert _found(storage, [link]) == [link]

    def test_expired_links_are_forgotten(self, storage: Storage, scene: Scene) -> None:
        """AL-3: links of all offices that expired before the given moment are deleted; those that expire at it stay."""
        _client, account = scene.person(scene.office())
        _other, someone = scene.person(scene.office())
        now = scene.clock.now()
        old = [scene.link(each, expires_at=now - MINUTE) for each in (account, someone)]
        kept = [scene.link(account, expires_at=now), scene.link(someone, expires_at=now + MINUTE)]
        with committing(storage) as uow:
            uow.links.forget(before=now)
        assert _found(storage, [*old, *kept]) == kept

    def test_looking_behind_a_link(self, storage: Storage, scene: Scene) -> None:
        """ON-4: a live link shows its account, and reading it any number of times changes nothing."""
        _client, account = scene.person(scene.office(), state=AccountState.INVITED, password_hash=None)
        for purpose in LinkPurpose:
            link = scene.link(account, purpose)
            view = LinkView(account_id=account.id, name=account.name, email=account.email, language=account.language)
            for _time in range(20):
                assert _look(storage, link, at=scene.clock.now()) == view
            assert _found(storage, [link]) == [link]

    def test_a_dead_link_shows_nothing(self, storage: Storage, scene: Scene) -> None:
        """ON-4: a link is dead if used, voided, expired, of an older epoch or of a closed account or client."""
        office, elsewhere = scene.office(), scene.office()
        now = scene.clock.now()
        _client, account = scene.person(office, epoch=2)
        _client, closed = scene.person(office, state=AccountState.CLOSED)
        gone = scene.client(office, closed_at=now)
        dead = [
            scene.link(account, used_at=now),
            scene.link(account, voided_at=now),
            scene.link(account, expires_at=now),
            scene.link(account, epoch=account.epoch - 1),
            scene.link(account, INVITATION),
            scene.link(closed),
            scene.link(scene.account(gone)),
        ]
        assert [_look(storage, link, at=now) for link in dead] == [None] * len(dead)
        live = scene.link(account)
        assert storage.read.link(elsewhere.id, live.fingerprint, PASSWORD, at=now) is None
        assert storage.read.link(office.id, live.fingerprint, INVITATION, at=now) is None
        assert storage.read.link(office.id, live.fingerprint, PASSWORD, at=now) is not None


class SessionsContract(StorageTests):
    """Tests of sessions."""

    def test_a_session_is_found_by_its_fingerprint(self, storage: Storage, scene: Scene) -> None:
        """SI-3: a session in any state is found with the facts of its account, client and office."""
        office = scene.office(logo=scene.file("logo.png"))
        client, _main, account = scene.company(office)
        session = scene.session(account, ended_at=scene.clock.now() + HOUR, epoch=account.epoch + 1)
        found = storage.read.session(office.id, session.fingerprint)
        assert found == SignedInView(
            session=session,
            epoch=account.epoch,
            account_state=account.state,
            client_id=client.id,
            client_closed=False,
            kind=client.kind,
            role=account.role,
            name=account.name,
            has_two_step=False,
            office=office,
        )
        assert is_utc_to_the_microsecond(found.session.started_at)

    def test_a_session_shows_what_its_account_and_client_are_now(self, storage: Storage, scene: Scene) -> None:
        """SI-3: a closed account, a closed client and a raised epoch show at the next request."""
        client, account = scene.person(scene.office())
        session = scene.session(account)
        with committing(storage) as uow:
            uow.accounts.save(attrs.evolve(account, epoch=2, state=AccountState.CLOSED))
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
        """SI-3: an old token, an ended session, and the session of another account or office confirm nothing."""
        client, account = scene.person(scene.office())
        elsewhere, sibling = scene.office(), scene.account(client)
        session, now = scene.session(account), scene.clock.advance(MINUTE)
        ended = scene.session(account, ended_at=now)
        actor = _actor(scene, account, session)
        strangers = [
            attrs.evolve(actor, fingerprint=scene.tokens.fingerprint("ouder")),
            attrs.evolve(actor, account_id=sibling.id),
            attrs.evolve(actor, office_id=elsewhere.id),
            attrs.evolve(actor, session_id=SessionId(scene.ids.new())),
            _actor(scene, account, ended),
        ]
        with committing(storage) as uow:
            for stranger in strangers:
                assert not uow.sessions.confirm(stranger, fingerprint=scene.tokens.fingerprint("nieuwer"), at=now)
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

    def test_all_sessions_of_an_account_end(self, storage: Storage, scene: Scene) -> None:
        """SI-3: a new password ends all open sessions of the account, and no other session."""
        client, account = scene.person(scene.office())
        sibling, elsewhere, now = scene.account(client), scene.office(), scene.clock.now()
        ended = scene.session(account, ended_at=now)
        running = [scene.session(account), scene.session(account)]
        other = scene.session(sibling)
        with committing(storage) as uow:
            uow.sessions.end_all(elsewhere.id, sibling.id, at=now + MINUTE)
            uow.sessions.end_all(account.office_id, account.id, at=now + MINUTE)
        expected = [ended, *(attrs.evolve(each, ended_at=now + MINUTE) for each in running), other]
        assert _sessions(storage, expected) == expected

    def test_all_other_sessions_of_an_account_end(self, storage: Storage, scene: Scene) -> None:
        """SI-4: all other open sessions of the account end, and no session of another account."""
        client, account = scene.person(scene.office())
        sibling, elsewhere, now = scene.account(client), scene.office(), scene.clock.now()
        kept, ended = scene.session(account), scene.session(account, ended_at=now)
        running = [scene.session(account), scene.session(account)]
        other = scene.session(sibling)
        actor = _actor(scene, account, kept)
        with committing(storage) as uow:
            assert not uow.sessions.end_others(attrs.evolve(actor, office_id=elsewhere.id), at=now + MINUTE)
            assert uow.sessions.end_others(actor, at=now + MINUTE)
            assert not uow.sessions.end_others(actor, at=now + HOUR)
        expected = [kept, ended, *(attrs.evolve(each, ended_at=now + MINUTE) for each in running), other]
        assert _sessions(storage, expected) == expected

    def test_only_own_sessions_are_given(self, storage: Storage, scene: Scene) -> None:
        """SI-4: an account gets its own sessions, in any state; those of other accounts are absent."""
        client, account = scene.person(scene.office())
        sibling, elsewhere = scene.account(client), scene.office()
        running, ended = scene.session(account), scene.session(account, ended_at=scene.clock.now())
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
        """SI-4: the list has the live sessions of this account only, newest first (SI-3)."""
        client, account = scene.person(scene.office(), epoch=3)
        scene.session(scene.account(client))
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
                {"seen_at": now + SKEW},
                {"seen_at": now + SKEW + tick},
            )
        ]
        alive = [each for each in sessions if is_alive(each, epoch=3, times=times, at=now)]
        actor = scene.actor(account)
        found = storage.read.sessions(actor, times=times, at=now)
        assert list(found) == [
            SessionRow(
                id=each.id,
                device=each.device,
                network_address=each.network_address,
                started_at=each.started_at,
                seen_at=each.seen_at,
            )
            for each in reversed(alive)
        ]
        assert len(found) == 5
        assert is_utc_to_the_microsecond(found[-1].seen_at)

    def test_a_session_is_carried_over(self, storage: Storage, scene: Scene) -> None:
        """TS-1: one session continues under the new epoch of its account, and no other session does."""
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
            uow.sessions.forget(before=now)
        assert storage.read.session(account.office_id, old.fingerprint) is None
        assert _sessions(storage, kept) == kept


def _actor(scene: Scene, account: Account, session: Session) -> Actor:
    """Return the actor of a request with the token of a session."""
    return attrs.evolve(scene.actor(account), session_id=session.id, fingerprint=session.fingerprint)


def _look(storage: Storage, link: Link, *, at: datetime) -> LinkView | None:
    return storage.read.link(link.office_id, link.fingerprint, link.purpose, at=at)


def _found(storage: Storage, links: Sequence[Link]) -> list[Link]:
    with storage.begin() as uow:
        found = [uow.links.find(each.office_id, each.fingerprint, each.purpose) for each in links]
    return [link for link in found if link is not None]


def _sessions(storage: Storage, sessions: Sequence[Session]) -> list[Session]:
    found = [storage.read.session(each.office_id, each.fingerprint) for each in sessions]
    return [view.session for view in found if view is not None]
