"""Drafts, and how long their files wait."""

import time
from datetime import timedelta

import attrs
import pytest

from klantportaal.domain.errors import Absent, Conflict
from klantportaal.domain.values import DraftId
from klantportaal.ports.reading import OPENING, DraftRow, DraftView
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import (
    AWKWARD_TEXTS,
    HOUR,
    MINUTE,
    Cast,
    StorageTests,
    all_at_once,
    committing,
    is_utc_to_the_microsecond,
)

TICK = timedelta(microseconds=1)


class DraftsContract(StorageTests):
    """Tests of drafts."""

    def test_a_draft_comes_back_whole(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """ST-1: a draft comes back unchanged, with any text, an empty one too; pages show it as it is."""
        answered = scene.inbound(cast.dossier, cast.client)
        for text in ("", *AWKWARD_TEXTS):
            draft = scene.draft(cast.dossier, cast.account, subject=text, body=text, answers=answered.id)
            with storage.begin() as uow:
                found = uow.drafts.find(cast.actor, cast.dossier.id, draft.id)
            assert found == draft
            assert found is not None
            assert is_utc_to_the_microsecond(found.saved_at)
            assert is_utc_to_the_microsecond(found.expires_at)
            view = storage.read.draft(cast.actor, cast.dossier.id, draft.id, at=scene.clock.now())
            assert view == DraftView(
                id=draft.id,
                answers=answered.id,
                subject=text,
                body=text,
                saved_at=draft.saved_at,
                expires_at=draft.expires_at,
                version=1,
            )

    def test_drafts_are_listed(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """ST-1: an account's drafts of a dossier are listed, the last saved first, with the number of their files."""
        now = scene.clock.now()
        first = scene.draft(cast.dossier, cast.account, body="é👩‍⚖️" * OPENING)
        last = scene.draft(cast.dossier, cast.account, saved_at=now + MINUTE)
        same = scene.draft(cast.dossier, cast.account)
        scene.draft(cast.dossier, cast.account, expires_at=now)
        scene.draft(scene.dossier(cast.office, cast.client), cast.account)
        for _each in range(2):
            scene.upload(cast.dossier, cast.account, first.id)
        scene.upload(cast.dossier, cast.account, first.id, expires_at=now)
        scene.upload(cast.dossier, cast.sibling, first.id)
        rows = storage.read.drafts(cast.actor, cast.dossier.id, at=now)
        assert list(rows) == [
            DraftRow(
                id=draft.id,
                answers=None,
                subject=draft.subject,
                opening=draft.body[:OPENING],
                saved_at=draft.saved_at,
                attachments=2 if draft == first else 0,
            )
            for draft in (last, same, first)
        ]
        with storage.begin() as uow:
            assert uow.drafts.count(cast.actor, cast.dossier.id, at=now) == 3
            assert uow.drafts.count(cast.actor, cast.dossier.id, at=now - TICK) == 4

    def test_a_draft_is_invisible_to_all_others(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """ST-1: a draft is visible only to its own account, under its own dossier, and until it expires."""
        draft, now = scene.draft(cast.dossier, cast.account), scene.clock.now()
        other = scene.dossier(cast.office, cast.client)
        for actor in (cast.sibling_actor, cast.other_actor, *cast.outsiders):
            with storage.begin() as uow:
                assert uow.drafts.find(actor, cast.dossier.id, draft.id) is None
                assert uow.drafts.count(actor, cast.dossier.id, at=now) == 0
            assert list(storage.read.drafts(actor, cast.dossier.id, at=now)) == []
            with pytest.raises(Absent):
                storage.read.draft(actor, cast.dossier.id, draft.id, at=now)
        with storage.begin() as uow:
            assert uow.drafts.find(cast.actor, other.id, draft.id) is None
            assert uow.drafts.find(cast.actor, cast.dossier.id, draft.id) == draft
        for dossier, id, at in (
            (other, draft.id, now),
            (cast.dossier, scene.draft_id(), now),
            (cast.dossier, draft.id, draft.expires_at),
        ):
            with pytest.raises(Absent):
                storage.read.draft(cast.actor, dossier.id, id, at=at)

    def test_a_former_party_sees_no_draft(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """DO-1: a former party cannot see the drafts that it wrote in the dossier."""
        draft, now = scene.draft(cast.dossier, cast.account), scene.clock.now()
        with committing(storage) as uow:
            uow.dossiers.remove_party(cast.dossier, cast.client.id)
        assert list(storage.read.drafts(cast.actor, cast.dossier.id, at=now)) == []
        with pytest.raises(Absent):
            storage.read.draft(cast.actor, cast.dossier.id, draft.id, at=now)

    def test_an_id_is_an_accounts_own(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """ST-1: two accounts may have a draft with the same id; one account has one, in whatever dossier."""
        draft = scene.draft(cast.dossier, cast.account)
        theirs = scene.draft(cast.dossier, cast.sibling, id=draft.id)
        elsewhere = attrs.evolve(draft, dossier_id=scene.dossier(cast.office, cast.client).id)
        with pytest.raises(Conflict), storage.begin() as uow:
            uow.drafts.add(elsewhere)
        with committing(storage) as uow:
            uow.drafts.save(attrs.evolve(theirs, body="Anders"))
            assert uow.drafts.remove(cast.office.id, cast.account.id, draft.id)
        with storage.begin() as uow:
            found = uow.drafts.find(cast.sibling_actor, cast.dossier.id, draft.id)
            assert found == attrs.evolve(theirs, body="Anders", version=2)

    def test_a_save_needs_the_stored_version(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """ST-1: a draft is saved over the version that was read, and not once it is gone."""
        draft, later = scene.draft(cast.dossier, cast.account), scene.clock.now() + HOUR
        changed = attrs.evolve(draft, subject="Nieuw", body="", saved_at=later, expires_at=later + HOUR)
        with committing(storage) as uow:
            uow.drafts.save(changed)
        with pytest.raises(Conflict), storage.begin() as uow:
            uow.drafts.save(attrs.evolve(draft, body="Te laat"))
        with committing(storage) as uow:
            assert uow.drafts.find(cast.actor, cast.dossier.id, draft.id) == attrs.evolve(changed, version=2)
            assert uow.drafts.remove(cast.office.id, cast.account.id, draft.id)
        with pytest.raises(Conflict), storage.begin() as uow:
            uow.drafts.save(attrs.evolve(changed, version=2))

    def test_removing(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """ST-1, XA-3: a draft is removed once, by its account; all of an account's are removed with the account."""
        own = [scene.draft(cast.dossier, cast.account) for _each in range(3)]
        theirs = scene.draft(cast.dossier, cast.sibling)
        with committing(storage) as uow:
            assert not uow.drafts.remove(cast.office.id, cast.sibling.id, own[0].id)
            assert not uow.drafts.remove(cast.foreign_desk.office_id, cast.account.id, own[0].id)
            assert not uow.drafts.remove(cast.office.id, cast.account.id, DraftId(scene.ids.new()))
            assert uow.drafts.remove(cast.office.id, cast.account.id, own[0].id)
            assert not uow.drafts.remove(cast.office.id, cast.account.id, own[0].id)
            uow.drafts.remove_all(cast.foreign_desk.office_id, cast.account.id)
        rows = storage.read.drafts(cast.actor, cast.dossier.id, at=scene.clock.now())
        assert [row.id for row in rows] == [own[2].id, own[1].id]
        with committing(storage) as uow:
            uow.drafts.remove_all(cast.office.id, cast.account.id)
        assert list(storage.read.drafts(cast.actor, cast.dossier.id, at=scene.clock.now())) == []
        [left] = storage.read.drafts(cast.sibling_actor, cast.dossier.id, at=scene.clock.now())
        assert left.id == theirs.id

    def test_expired_drafts_of_all_offices_are_forgotten(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """ST-1: drafts of all offices are deleted from the moment they expire on."""
        now = scene.clock.now()
        foreign_office = storage.read.office(cast.foreign_desk.office_id)
        foreign_client, foreign_account = scene.person(foreign_office)
        foreign = scene.dossier(foreign_office, foreign_client)
        scene.draft(cast.dossier, cast.account, expires_at=now)
        scene.draft(foreign, foreign_account, expires_at=now - HOUR)
        kept = scene.draft(cast.dossier, cast.account, expires_at=now + TICK)
        with committing(storage) as uow:
            uow.drafts.forget(before=now, limit=99)
        long_ago = now - 24 * HOUR
        [row] = storage.read.drafts(cast.actor, cast.dossier.id, at=long_ago)
        assert row.id == kept.id
        assert list(storage.read.drafts(scene.actor(foreign_account), foreign.id, at=long_ago)) == []

    def test_who_finds_holds_back_others_until_the_end(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """ST-1: of concurrent units of work that look for a draft before they add it, one finds none."""
        model = attrs.evolve(scene.draft(cast.dossier, cast.account), id=scene.draft_id())

        def begin(_number: int) -> bool:
            with committing(storage) as uow:
                missing = uow.drafts.find(cast.actor, cast.dossier.id, model.id) is None
                time.sleep(0.01)
                if missing:
                    uow.drafts.add(model)
                return missing

        assert sum(all_at_once(begin, threads=6)) == 1

    def test_a_drafts_files_wait_longer(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """ST-1: the files of an account's draft wait as long as it is told, unless they expired or wait longer."""
        draft, now = scene.draft_id(), scene.clock.now()
        until = now + 10 * HOUR
        uploads = [
            scene.upload(cast.dossier, cast.account, draft, expires_at=now + HOUR),
            scene.upload(cast.dossier, cast.account, draft, expires_at=now),
            scene.upload(cast.dossier, cast.account, draft, expires_at=until + HOUR),
        ]
        other = scene.upload(cast.dossier, cast.account, scene.draft_id())
        theirs = scene.upload(cast.dossier, cast.sibling, draft, expires_at=now + HOUR)
        with committing(storage) as uow:
            uow.uploads.prolong(cast.actor, draft, at=now, until=until)
        with storage.begin() as uow:
            found = uow.uploads.of_draft(cast.actor, cast.dossier.id, draft)
            assert list(found) == [attrs.evolve(uploads[0], expires_at=until), *uploads[1:]]
            assert uow.uploads.get(cast.actor, cast.dossier.id, other.id) == other
            assert uow.uploads.get(cast.sibling_actor, cast.dossier.id, theirs.id) == theirs
