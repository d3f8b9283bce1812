"""Links and sessions. One long module, because one event can end both."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import attrs
import pytest

from klantportaal.domain.accounts import Account, AccountState
from klantportaal.domain.errors import Absent
from klantportaal.domain.onboarding import Link, LinkPurpose
from klantportaal.domain.sessions import SKEW, Actor, Session, SessionTimes, is_alive
from klantportaal.domain.values import AccountId, LinkId, SessionId
from klantportaal.ports.reading import LinkView, SessionRow, SignedInView
from klantportaal.ports.storage import Storage, UnitOfWork
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
        """ON-6: the newest link is found per person and purpose, in any state."""
        _client, account = scene.person(scene.office())
        _other, someone = scene.person(scene.office())
        scene.link(account)
        scene.clock.advance(MINUTE)
        newest = scene.link(account, voided_at=scene.clock.now())
        scene.clock.advance(MINUTE)
        scene.link(account, INVITATION)
        scene.link(someone)
        with storage.begin() as uow:
            assert uow.links.newest(account.office_id, account.person_id, PASSWORD) == newest
            assert uow.links.newest(someone.office_id, account.person_id, PASSWORD) is None
            assert uow.links.newest(someone.office_id, someone.person_id, INVITATION) is None

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
        """ON-4: voiding affects only unused, live links of the same person and purpose."""
        client, account = scene.person(scene.office())
        sibling = scene.account(client)
        standing = [scene.link(account), scene.link(account)]
        over = [scene.link(account, used_at=scene.clock.now()), scene.link(account, voided_at=scene.clock.now())]
        others = [scene.link(account, INVITATION), scene.link(sibling)]
        now = scene.clock.advance(MINUTE)
        with committing(storage) as uow:
            uow.links.void(account.office_id, account.person_id, PASSWORD, at=now)
            assert not uow.links.use(account.office_id, standing[0].id, at=now)
        expected = [*(attrs.evolve(each, voided_at=now) for each in standing), *over, *others]
        assert _found(storage, expected) == expected

    def test_voiding_stays_in_its_office(self, storage: Storage, scene: Scene) -> None:
        """OF-2: another office cannot void a link of this office."""
        _client, account = scene.person(scene.office())
        link, elsewhere = scene.link(account), scene.office()
        with committing(storage) as uow:
            uow.links.void(elsewhere.id, account.person_id, PASSWORD, at=scene.clock.now())
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
        """ON-4: a live link shows its person, and reading it any number of times changes nothing."""
        _client, account = scene.person(scene.office(), state=AccountState.INVITED, password_hash=None)
        person = scene.person_of(account)
        for purpose in LinkPurpose:
            link = scene.link(account, purpose)
            view = LinkView(person_id=person.id, name=account.name, email=person.email, language=person.language)
            for _time in range(20):
                assert _look(storage, link, at=scene.clock.now()) == view
            assert _found(storage, [link]) == [link]

    def test_a_link_shows_the_name_in_the_oldest_open_account(self, storage: Storage, scene: Scene) -> None:
        """ON-4, PE-2: a link stands for all accounts of its person, and is live while one of them is open."""
        office, now = scene.office(), scene.clock.now()
        client, account = scene.person(office, state=AccountState.INVITED, password_hash=None, name="Eerste")
        link, ids = scene.link(account, INVITATION), [AccountId(scene.ids.new()) for _each in range(3)]
        third = scene.another(account, scene.client(office), id=ids[2], name="Derde")
        second = scene.another(account, scene.client(office), id=ids[1], name="Tweede", state=AccountState.INVITED)
        scene.another(account, scene.client(office, closed_at=now), id=ids[0], name="Nooit")
        ends: list[tuple[str, Callable[[UnitOfWork], None]]] = [
            ("Eerste", lambda uow: uow.clients.save(attrs.evolve(client, closed_at=now))),
            ("Tweede", lambda uow: uow.accounts.save(attrs.evolve(second, state=AccountState.CLOSED))),
            ("Derde", lambda uow: uow.accounts.save(attrs.evolve(third, state=AccountState.DELETED))),
        ]
        for name, end in ends:
            found = _look(storage, link, at=now)
            assert found is not None
            assert (found.person_id, found.name) == (account.person_id, name)
            with committing(storage) as uow:
                end(uow)
        assert _look(storage, link, at=now) is None

    def test_a_dead_link_shows_nothing(self, storage: Storage, scene: Scene) -> None:
        """ON-4: a link is dead if used, voided, expired, of an older epoch, or of a person without an open account."""
        office, elsewhere = scene.office(), scene.office()
        now = scene.clock.now()
        _client, account = scene.person(office, epoch=2)
        _client, closed = scene.person(office, state=AccountState.CLOSED)
        gone = scene.client(office, closed_at=now)
        dead = [
            scene.link(account, used_at=now),
            scene.link(account, voided_at=now),
            scene.link(account, expires_at=now),
            scene.link(account, epoch=1),
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

    def test_a_session_switches(self, storage: Storage, scene: Scene) -> None:
        """PE-3: one session acts for another account from now on, with its token, and shows that account's facts."""
        office = scene.office()
        _client, account = scene.person(office)
        second = scene.another(account, scene.client(office, name="Tweede"), name="J. Jansen")
        session, other = scene.session(account), scene.session(account)
        actor = _actor(scene, account, session)
        with committing(storage) as uow:
            assert uow.sessions.switch(actor, second.id)
            assert uow.sessions.switch(attrs.evolve(actor, account_id=second.id), second.id)
        assert _sessions(storage, [session, other]) == [attrs.evolve(session, account_id=second.id), other]
        found = storage.read.session(office.id, session.fingerprint)
        assert found is not None
        assert (found.client_id, found.client_name, found.name) == (second.client_id, "Tweede", "J. Jansen")
        with committing(storage) as uow:
            assert uow.sessions.switch(actor, account.id)  # Another tab shows the first account still.
        assert _sessions(storage, [session]) == [session]

    def test_a_session_shows_whether_there_are_others(self, storage: Storage, scene: Scene) -> None:
        """PE-3, PE-5: a session shows whether its person has another account that is open, in this office."""
        office, now = scene.office(), scene.clock.now()
        client, account = scene.person(office)
        session = scene.session(account)
        scene.account(client)
        scene.another(account, scene.client(office, closed_at=now))
        scene.another(account, scene.client(office), state=AccountState.CLOSED)
        gone = scene.another(account, scene.client(office), state=AccountState.DELETED)
        assert not _has_others(storage, session)
        invited = scene.another(account, scene.client(office), state=AccountState.INVITED)
        assert _has_others(storage, session)
        with committing(storage) as uow:
            uow.accounts.save(attrs.evolve(invited, state=AccountState.DELETED))
        assert not _has_others(storage, session)
        assert _has_others(storage, scene.session(gone))

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
            )
            for each in reversed(alive)
        ]
        assert len(found) == 5
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


def _has_others(storage: Storage, session: Session) -> bool:
    found = storage.read.session(session.office_id, session.fingerprint)
    assert found is not None
    return found.has_others


def _sessions(storage: Storage, sessions: Sequence[Session]) -> list[Session]:
    found = [storage.read.session(each.office_id, each.fingerprint) for each in sessions]
    return [view.session for view in found if view is not None]
