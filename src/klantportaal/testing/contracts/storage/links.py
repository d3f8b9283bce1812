"""Links in mails (ON-1 to ON-8)."""

from collections.abc import Callable, Sequence
from datetime import datetime

import attrs

from klantportaal.domain.accounts import AccountState
from klantportaal.domain.onboarding import Link, LinkPurpose
from klantportaal.domain.values import AccountId, LinkId
from klantportaal.ports.reading import LinkView
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import (
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

    def test_a_link_is_renewed(self, storage: Storage, scene: Scene) -> None:
        """ON-6: an untouched link gets another fingerprint and other times, and counts as the newest then."""
        _client, account = scene.person(scene.office())
        elsewhere = scene.office()
        link, other = scene.link(account), scene.link(account)
        now = scene.clock.advance(MINUTE)
        renewed = attrs.evolve(
            link, fingerprint=scene.tokens.fingerprint("nieuw"), made_at=now, expires_at=now + MINUTE
        )
        with committing(storage) as uow:
            assert uow.links.newest(account.office_id, account.person_id, PASSWORD) == other
            assert uow.links.renew(renewed)
            assert uow.links.get(elsewhere.id, link.id) is None
            assert uow.links.get(account.office_id, link.id) == renewed
            assert uow.links.newest(account.office_id, account.person_id, PASSWORD) == renewed
            assert uow.links.find(account.office_id, renewed.fingerprint, PASSWORD) == renewed

    def test_a_link_that_was_touched_is_not_renewed(self, storage: Storage, scene: Scene) -> None:
        """ON-6: a used or voided link, and one that does not exist, is not revived."""
        _client, account = scene.person(scene.office())
        now = scene.clock.now()
        for link in (scene.link(account, used_at=now), scene.link(account, voided_at=now)):
            with committing(storage) as uow:
                assert not uow.links.renew(attrs.evolve(link, expires_at=now + MINUTE))
                assert not uow.links.renew(attrs.evolve(link, id=LinkId(scene.ids.new())))
                assert uow.links.get(account.office_id, link.id) == link

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
            uow.links.forget(before=now, limit=99)
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


def _look(storage: Storage, link: Link, *, at: datetime) -> LinkView | None:
    return storage.read.link(link.office_id, link.fingerprint, link.purpose, at=at)


def _found(storage: Storage, links: Sequence[Link]) -> list[Link]:
    with storage.begin() as uow:
        found = [uow.links.find(each.office_id, each.fingerprint, each.purpose) for each in links]
    return [link for link in found if link is not None]
