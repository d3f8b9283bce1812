"""Staged and delivered files, and files that no row names."""

import time
from datetime import timedelta

import attrs
import pytest

from klantportaal.domain.documents import StoredFile
from klantportaal.domain.dossiers import Tab
from klantportaal.domain.errors import Absent
from klantportaal.domain.uploads import Submission
from klantportaal.domain.values import FileKey, SubmissionId, UploadId
from klantportaal.ports.reading import SubmissionRow, TabCount, UploadRow
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


class UploadsContract(StorageTests):
    """Tests of staged files."""

    def test_an_upload_comes_back_whole(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AT-4: a staged file comes back unchanged, with any name."""
        draft = scene.draft_id()
        for text in (text for text in AWKWARD_TEXTS if len(text) < 150):
            upload = scene.upload(cast.dossier, cast.account, draft, file=scene.file(text))
            with storage.begin() as uow:
                found = uow.uploads.get(cast.actor, cast.dossier.id, upload.id)
            assert found == upload
            assert is_utc_to_the_microsecond(found.expires_at)

    def test_a_drafts_uploads_are_listed_oldest_first(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AT-1: uploads of a draft are listed oldest first; pages leave out expired ones, units of work do not."""
        draft = scene.draft_id()
        expired = scene.upload(cast.dossier, cast.account, draft, expires_at=scene.clock.now())
        waiting = [scene.upload(cast.dossier, cast.account, draft) for _each in range(2)]
        scene.upload(cast.dossier, cast.account, scene.draft_id())
        scene.upload(scene.dossier(cast.office, cast.client), cast.account, draft)
        with storage.begin() as uow:
            assert list(uow.uploads.of_draft(cast.actor, cast.dossier.id, draft)) == [expired, *waiting]
        rows = [UploadRow(id=each.id, name=each.file.name, size=each.file.size) for each in waiting]
        assert list(storage.read.uploads(cast.actor, cast.dossier.id, draft, at=scene.clock.now())) == rows

    def test_an_upload_is_invisible_to_all_others(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AT-2: an upload is visible only to its own account and under its own dossier."""
        draft = scene.draft_id()
        upload = scene.upload(cast.dossier, cast.account, draft)
        other = scene.dossier(cast.office, cast.client)
        with storage.begin() as uow:
            for actor in (cast.sibling_actor, cast.other_actor, *cast.outsiders):
                assert uow.uploads.count(actor, draft) == (0, 0)
                assert list(uow.uploads.of_draft(actor, cast.dossier.id, draft)) == []
                with pytest.raises(Absent):
                    uow.uploads.get(actor, cast.dossier.id, upload.id)
            with pytest.raises(Absent):
                uow.uploads.get(cast.actor, other.id, upload.id)
            with pytest.raises(Absent):
                uow.uploads.get(cast.actor, cast.dossier.id, UploadId(scene.ids.new()))
        for actor in (cast.sibling_actor, cast.other_actor, *cast.outsiders):
            assert list(storage.read.uploads(actor, cast.dossier.id, draft, at=scene.clock.now())) == []

    def test_uploads_are_counted(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AT-3: uploads are counted per draft and per account, including expired ones."""
        draft = scene.draft_id()
        scene.upload(cast.dossier, cast.account, draft)
        scene.upload(cast.dossier, cast.account, draft, expires_at=scene.clock.now() - HOUR)
        scene.upload(cast.dossier, cast.account, scene.draft_id())
        scene.upload(cast.dossier, cast.sibling, draft)
        with storage.begin() as uow:
            assert uow.uploads.count(cast.actor, draft) == (2, 3)
            assert uow.uploads.count(cast.actor, scene.draft_id()) == (0, 3)
            assert uow.uploads.count(cast.other_actor, draft) == (0, 0)

    def test_who_counts_holds_back_others_until_the_end(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AT-3: concurrent units of work that count before adding never exceed the limit."""
        draft, model = scene.draft_id(), scene.upload(cast.dossier, cast.account, scene.draft_id())

        def stage(_number: int) -> bool:
            with committing(storage) as uow:
                in_draft, _in_all = uow.uploads.count(cast.actor, draft)
                time.sleep(0.01)
                if room := in_draft < 2:
                    uow.uploads.add(attrs.evolve(model, id=UploadId(scene.ids.new()), draft_id=draft))
                return room

        assert sum(all_at_once(stage, threads=6)) == 2

    def test_removing_says_how_many_there_were(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AT-1: ``remove`` returns how many of the given uploads of the office it removed."""
        draft = scene.draft_id()
        uploads = [scene.upload(cast.dossier, cast.account, draft) for _each in range(3)]
        ids = [each.id for each in uploads]
        with committing(storage) as uow:
            assert uow.uploads.remove(cast.foreign_desk.office_id, ids) == 0
            assert uow.uploads.remove(cast.office.id, []) == 0
            assert uow.uploads.remove(cast.office.id, [*ids[:2], UploadId(scene.ids.new())]) == 2
            assert uow.uploads.remove(cast.office.id, ids) == 1
        with storage.begin() as uow:
            assert list(uow.uploads.of_draft(cast.actor, cast.dossier.id, draft)) == []

    def test_of_two_at_once_each_upload_is_dropped_by_one(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AT-5: of concurrent removals, each upload is removed by exactly one."""
        draft = scene.draft_id()
        ids = [scene.upload(cast.dossier, cast.account, draft).id for _each in range(5)]

        def remove(_number: int) -> int:
            with committing(storage) as uow:
                return uow.uploads.remove(cast.office.id, ids)

        assert sum(all_at_once(remove, threads=8)) == 5

    def test_expired_uploads_of_all_offices_are_found(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AT-2: expired uploads of all offices are found from the moment they expire, up to the limit."""
        now = scene.clock.now()
        foreign_office = storage.read.office(cast.foreign_desk.office_id)
        foreign_client, foreign_account = scene.person(foreign_office)
        foreign = scene.dossier(foreign_office, foreign_client)
        expired = [
            scene.upload(cast.dossier, cast.account, scene.draft_id(), expires_at=now - HOUR),
            scene.upload(foreign, foreign_account, scene.draft_id(), expires_at=now),
        ]
        scene.upload(cast.dossier, cast.account, scene.draft_id(), expires_at=now + timedelta(microseconds=1))
        with storage.begin() as uow:
            assert sorted(uow.uploads.expired(at=now, limit=10), key=lambda each: each.id) == expired
            assert len(uow.uploads.expired(at=now, limit=1)) == 1


class SubmissionsContract(StorageTests):
    """Tests of delivered files."""

    def test_a_submission_comes_back(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AT-2: a delivered file comes back with its message, if any, and the name of its sender."""
        message = scene.outbound(cast.dossier, cast.client, cast.sibling)
        for text in (text for text in AWKWARD_TEXTS if len(text) < 150):
            scene.clock.advance(MINUTE)
            attached = scene.submission(cast.dossier, cast.sibling, message, file=scene.file(text))
            rows = storage.read.submissions(cast.actor, cast.dossier.id)
            assert rows[0] == _row(attached, delivered_by=cast.sibling.name)
            assert is_utc_to_the_microsecond(rows[0].delivered_at)
            assert storage.read.submission_file(cast.actor, cast.dossier.id, attached.id) == attached.file
        scene.clock.advance(MINUTE)
        completed = scene.submission(cast.dossier, cast.account, None)
        rows = storage.read.submissions(cast.actor, cast.dossier.id)
        assert rows[0] == _row(completed, delivered_by=cast.account.name)
        assert storage.read.tabs(cast.sibling_actor, cast.dossier.id)[Tab.SUBMISSIONS] == TabCount(
            total=len(rows), unread=None
        )

    def test_nobody_else_sees_a_submission(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """ME-1: other parties of the dossier and outsiders cannot see a delivered file."""
        submission, other = scene.submission(cast.dossier, cast.account, None), scene.dossier(cast.office, cast.client)
        for actor in (cast.other_actor, *cast.outsiders):
            assert list(storage.read.submissions(actor, cast.dossier.id)) == []
            with pytest.raises(Absent):
                storage.read.submission_file(actor, cast.dossier.id, submission.id)
            tabs = storage.read.tabs(actor, cast.dossier.id)
            assert tabs[Tab.SUBMISSIONS] == TabCount(total=0, unread=None)
        for dossier_id, id in ((other.id, submission.id), (cast.dossier.id, SubmissionId(scene.ids.new()))):
            with pytest.raises(Absent):
                storage.read.submission_file(cast.actor, dossier_id, id)

    def test_a_former_party_sees_no_submission(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """DO-1: a former party cannot see the files that it delivered."""
        submission = scene.submission(cast.dossier, cast.account, None)
        with committing(storage) as uow:
            uow.dossiers.remove_party(cast.dossier, cast.client.id)
        assert list(storage.read.submissions(cast.actor, cast.dossier.id)) == []
        with pytest.raises(Absent):
            storage.read.submission_file(cast.actor, cast.dossier.id, submission.id)

    def test_what_was_delivered_last_is_first(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """DO-4: files are listed by time of delivery, newest first, and pages have no gaps or duplicates."""
        ids = [SubmissionId(scene.ids.new()) for _each in range(9)]
        now = scene.clock.now()
        for number, id in enumerate(ids):
            scene.submission(cast.dossier, cast.account, None, id=id, delivered_at=now - (number // 2) * MINUTE)
        whole = list(storage.read.submissions(cast.actor, cast.dossier.id, size=100))
        order = sorted(range(9), key=lambda number: (-(number // 2), ids[number]), reverse=True)
        assert [row.id for row in whole] == [ids[number] for number in order]
        paged: list[SubmissionRow] = []
        while page := storage.read.submissions(
            cast.actor, cast.dossier.id, after=paged[-1].key if paged else None, size=4
        ):
            paged += page
        assert paged == whole

    def test_a_list_goes_on_after_what_was_taken_back(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """RQ-3, DO-4: the last row of a page may be taken back before the next page is asked for: no row is missed."""
        for _each in range(3):
            scene.submission(cast.dossier, cast.account, None)
            scene.clock.advance(MINUTE)
        newest, last, oldest = storage.read.submissions(cast.actor, cast.dossier.id)
        with committing(storage) as uow:
            uow.submissions.remove(cast.office.id, [last.id])
        assert list(storage.read.submissions(cast.actor, cast.dossier.id, after=last.key)) == [oldest]
        assert list(storage.read.submissions(cast.actor, cast.dossier.id, after=newest.key)) == [oldest]

    def test_the_attachments_of_a_message(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AT-5: a unit of work finds the files that went with a message, and no others."""
        message, other = (scene.outbound(cast.dossier, cast.client, cast.account) for _each in range(2))
        attached = [scene.submission(cast.dossier, cast.account, message) for _each in range(2)]
        scene.submission(cast.dossier, cast.account, other)
        scene.submission(cast.dossier, cast.account, None)
        with storage.begin() as uow:
            found = uow.submissions.of_message(cast.office.id, message.id)
            assert sorted(found, key=lambda each: each.id) == attached
            assert list(uow.submissions.of_message(cast.foreign_desk.office_id, message.id)) == []

    def test_delivering_nothing_is_fine(self, storage: Storage, cast: Cast) -> None:
        """AT-2: adding no submissions is allowed."""
        with committing(storage) as uow:
            uow.submissions.add([])
        assert list(storage.read.submissions(cast.actor, cast.dossier.id)) == []

    def test_only_files_without_a_row_are_unnamed(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-3: a file is named by a document in any state, a staged or delivered file, or a logo, of any office."""
        replaced = scene.document(cast.dossier, cast.client)
        document = scene.document(cast.dossier, cast.client, replaces=replaced.id)
        upload = scene.upload(cast.dossier, cast.account, scene.draft_id(), expires_at=scene.clock.now() - HOUR)
        submission = scene.submission(cast.dossier, cast.account, None)
        logo = scene.file("logo.png")
        dark_logo = scene.file("donker.png")
        scene.office(logo=logo, dark_logo=dark_logo)
        named = [dark_logo.key, replaced.file.key, document.file.key, upload.file.key, submission.file.key, logo.key]
        nameless = [FileKey("kwijt"), FileKey("kwijt/2")]
        assert storage.read.unnamed([*named, *nameless]) == set(nameless)
        assert storage.read.unnamed(named) == frozenset()
        assert storage.read.unnamed([]) == frozenset()
        with committing(storage) as uow:
            uow.uploads.remove(cast.office.id, [upload.id])
        assert storage.read.unnamed(named) == {upload.file.key}

    def test_named_files_are_listed_by_page(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-3: a backup lists all files once each, in pages: documents, uploads, submissions, answers and logos."""
        document = scene.document(cast.dossier, cast.client)
        upload = scene.upload(cast.dossier, cast.account, scene.draft_id(), expires_at=scene.clock.now() - HOUR)
        delivered = [scene.submission(cast.dossier, cast.account, None) for _each in range(3)]
        logo = scene.file("logo.png")
        dark_logo = scene.file("donker.png")
        scene.office(logo=logo, dark_logo=dark_logo)
        answer = scene.answer_file(scene.assignment(cast.dossier, cast.client), cast.account)
        others = [document.file, upload.file, answer.file, *(each.file for each in delivered)]
        files = {each.key: each for each in (logo, dark_logo, *others)}
        listed: list[StoredFile] = []
        while page := storage.read.named_files(after=listed[-1].key if listed else None, size=4):
            assert len(page) <= 4
            listed += page
        assert len(listed) == len(files)
        assert {each.key: each for each in listed} == files

    def test_a_file_moves_from_upload_to_submission_without_losing_its_name(
        self, storage: Storage, scene: Scene, cast: Cast
    ) -> None:
        """AT-2: an upload becomes a submission with the same id and file in one transaction, and stays named."""
        upload = scene.upload(cast.dossier, cast.account, scene.draft_id())
        model = scene.submission(cast.dossier, cast.account, None)
        moved = attrs.evolve(model, id=SubmissionId(upload.id), file=upload.file)
        with committing(storage) as uow:
            uow.submissions.add([moved])
            assert uow.uploads.remove(cast.office.id, [upload.id]) == 1
        assert storage.read.unnamed([upload.file.key]) == frozenset()
        assert storage.read.submission_file(cast.actor, cast.dossier.id, moved.id) == upload.file


def _row(submission: Submission, *, delivered_by: str) -> SubmissionRow:
    return SubmissionRow(
        id=submission.id,
        kind=submission.kind,
        name=submission.file.name,
        size=submission.file.size,
        delivered_at=submission.delivered_at,
        delivered_by=delivered_by,
        client_id=submission.client_id,
        message_id=submission.message_id,
    )
