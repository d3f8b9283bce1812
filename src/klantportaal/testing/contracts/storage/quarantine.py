"""Files that wait for the virus scanner, or that it rejected (AT-3)."""

from collections.abc import Sequence
from datetime import timedelta

import attrs

from klantportaal.domain import documents
from klantportaal.domain.documents import DocumentKind, DocumentState
from klantportaal.domain.dossiers import Tab
from klantportaal.domain.quarantine import QuarantinedFile, QuarantineState
from klantportaal.domain.requests import DeliveredFile, Delivery
from klantportaal.domain.uploads import SubmissionKind
from klantportaal.domain.values import DeliveryId, SubmissionId, UploadId
from klantportaal.ports.reading import QuarantineRow
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import MINUTE, Cast, StorageTests, all_at_once, committing


class QuarantineContract(StorageTests):
    """Tests of files in quarantine."""

    def test_a_file_in_quarantine_comes_back_whole(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AT-3: a file that waits is found by its key, in its own office only, and so is one that was rejected."""
        upload = scene.upload(cast.dossier, cast.account, scene.draft_id())
        policy = {"take_encrypted": True, "take_too_large": True}
        held = scene.quarantined(upload.file, cast.dossier, account_id=cast.account.id, upload_id=upload.id, **policy)
        published = scene.document(cast.dossier, cast.client)
        other = scene.quarantined(published.file, cast.dossier, document_id=published.id)
        foreign = cast.foreign_desk.office_id
        with committing(storage) as uow:
            assert uow.quarantine.find(cast.office.id, upload.file.key) == held
            assert uow.quarantine.find(cast.office.id, scene.file().key) is None
            assert uow.quarantine.find(foreign, upload.file.key) is None
            keys = [upload.file.key, published.file.key, scene.file().key]
            assert sorted(uow.quarantine.among(cast.office.id, keys), key=_key) == sorted([held, other], key=_key)
            assert list(uow.quarantine.among(cast.office.id, [])) == []
            assert list(uow.quarantine.among(foreign, keys)) == []
            assert uow.quarantine.reject(rejected := _rejected(held, scene))
        with storage.begin() as uow:
            assert uow.quarantine.find(cast.office.id, upload.file.key) == rejected
        assert storage.read.quarantined(cast.office.id, upload.file.key) is QuarantineState.INFECTED
        assert storage.read.quarantined(cast.office.id, published.file.key) is QuarantineState.WAITING
        assert storage.read.quarantined(foreign, upload.file.key) is None

    def test_files_of_a_request(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AT-3: the files of a request that are in quarantine are found, in its view too; those of others are not."""
        delivery = Delivery(
            id=DeliveryId(scene.ids.new()),
            account_id=cast.account.id,
            delivered_by=cast.account.name,
            delivered_at=scene.clock.now(),
            files=(DeliveredFile(id=SubmissionId(scene.ids.new()), name="a.pdf", size=1, sha256=bytes(32)),),
        )
        request = scene.request(cast.dossier, cast.client)
        items = tuple(attrs.evolve(each, deliveries=(delivery,)) for each in request.items)
        with committing(storage) as uow:
            uow.requests.save(attrs.evolve(request, items=items))
        of_it = {
            "kind": SubmissionKind.REQUEST,
            "request_id": request.id,
            "delivery_id": delivery.id,
            "item_id": request.items[0].id,
            "request_subject": request.subject,
            "item_title": request.items[0].title,
        }
        held, readable = (scene.submission(cast.dossier, cast.account, None, **of_it) for _each in range(2))
        other = scene.submission(cast.dossier, cast.account, None)
        file = scene.quarantined(held.file, cast.dossier, upload_id=UploadId(held.id))
        scene.quarantined(other.file, cast.dossier)
        with storage.begin() as uow:
            assert list(uow.quarantine.of_request(cast.office.id, request.id)) == [file]
            assert list(uow.quarantine.of_request(cast.foreign_desk.office_id, request.id)) == []
        assert storage.read.request(cast.actor, request.id).quarantine == {held.id: QuarantineState.WAITING}
        assert storage.read.office_request(cast.desk, request.id).quarantine == {held.id: QuarantineState.WAITING}
        assert readable.id not in storage.read.request(cast.actor, request.id).quarantine

    def test_a_file_is_judged_once(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AT-3: of several that judge a file at once, one releases or rejects it. A judgement stays."""
        for number in range(4):
            held = scene.quarantined(scene.file(), cast.dossier)
            verdicts = [_rejected(held, scene), None] if number % 2 else [None, _rejected(held, scene)]

            def judge(
                place: int, held: QuarantinedFile = held, verdicts: Sequence[QuarantinedFile | None] = verdicts
            ) -> bool:
                verdict = verdicts[place % 2]
                with committing(storage) as uow:
                    if verdict is None:
                        return uow.quarantine.release(held.office_id, held.file.key)
                    return uow.quarantine.reject(verdict)

            assert sorted(all_at_once(judge, threads=4)) == [False, False, False, True]
            with committing(storage) as uow:
                assert not uow.quarantine.release(held.office_id, held.file.key)
                assert not uow.quarantine.release(cast.foreign_desk.office_id, held.file.key)
                assert not uow.quarantine.reject(_rejected(held, scene))

    def test_rows_tell_that_a_file_is_in_quarantine(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AT-3: a staged file and a delivered one say whether they wait, and why they were rejected."""
        draft, file = scene.draft_id(), scene.file()
        upload = scene.upload(cast.dossier, cast.account, draft, file=file)
        scene.upload(cast.dossier, cast.account, draft)
        message = scene.outbound(cast.dossier, cast.client, cast.account)
        scene.submission(cast.dossier, cast.account, message, file=file)
        scene.submission(cast.dossier, cast.account, message)
        answer = scene.answer_file(scene.assignment(cast.dossier, cast.client), cast.account, file=file)
        held = scene.quarantined(file, cast.dossier, account_id=cast.account.id, upload_id=upload.id)

        def states() -> list[set[QuarantineState | None]]:
            read = storage.read
            opened = read.office_dossier(cast.desk, cast.dossier.id)
            seen = (
                read.uploads(cast.actor, cast.dossier.id, draft, at=scene.clock.now()),
                read.submissions(cast.actor, cast.dossier.id),
                read.message(cast.actor, cast.dossier.id, message.id).attachments,
                opened.submissions,
                opened.messages[0].attachments,
            )
            assert {len(rows) for rows in seen} == {2}
            return [{row.quarantine for row in rows} for rows in seen]

        assert states() == [{QuarantineState.WAITING, None}] * 5
        answers = storage.read.quarantined_answers(cast.office.id, answer.assignment_id)
        assert answers == {answer.id: QuarantineState.WAITING}
        assert storage.read.quarantined_answers(cast.foreign_desk.office_id, answer.assignment_id) == {}
        with committing(storage) as uow:
            assert uow.quarantine.reject(_rejected(held, scene))
        assert states() == [{QuarantineState.INFECTED, None}] * 5

    def test_a_released_file_leaves_no_mark(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AT-3: a released file is as one that was scanned at once."""
        draft = scene.draft_id()
        upload = scene.upload(cast.dossier, cast.account, draft)
        scene.quarantined(upload.file, cast.dossier, account_id=cast.account.id, upload_id=upload.id)
        with committing(storage) as uow:
            assert uow.quarantine.release(cast.office.id, upload.file.key)
        (row,) = storage.read.uploads(cast.actor, cast.dossier.id, draft, at=scene.clock.now())
        assert (row.quarantine, storage.read.quarantined(cast.office.id, upload.file.key)) == (None, None)
        assert (storage.read.waiting_files(), list(storage.read.office_quarantine(cast.desk))) == ((0, None), [])

    def test_the_files_that_wait_are_counted(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-6: the files of all offices that wait are counted, with the time of the oldest, without rejected ones."""
        now = scene.clock.now()
        elsewhere = scene.dossier(storage.read.office(cast.foreign_desk.office_id))
        assert storage.read.waiting_files() == (0, None)
        for minutes, dossier in ((1, cast.dossier), (3, elsewhere), (2, cast.dossier)):
            scene.quarantined(scene.file(), dossier, since=now - minutes * MINUTE)
        oldest = scene.quarantined(scene.file(), cast.dossier, since=now - 9 * MINUTE)
        with committing(storage) as uow:
            assert uow.quarantine.reject(_rejected(oldest, scene))
        assert storage.read.waiting_files() == (3, now - 3 * MINUTE)

    def test_what_an_office_has_in_quarantine(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AT-2, AT-3, OF-2: an office sees its own files, by key, page by page, and none that was not sent."""
        published = scene.document(cast.dossier, cast.client)
        delivered = scene.submission(cast.dossier, cast.account, None)
        staged = scene.upload(cast.dossier, cast.account, scene.draft_id())
        there = [scene.quarantined(each.file, cast.dossier) for each in (published, delivered)]
        scene.quarantined(staged.file, cast.dossier)
        rows = [QuarantineRow(held=each, dossier_number=cast.dossier.number) for each in sorted(there, key=_key)]
        assert list(storage.read.office_quarantine(cast.desk)) == rows
        assert list(storage.read.office_quarantine(cast.desk, size=1)) == rows[:1]
        assert list(storage.read.office_quarantine(cast.desk, after=rows[0].held.file.key)) == rows[1:]
        assert list(storage.read.office_quarantine(cast.foreign_desk)) == []

    def test_a_rejected_file_is_named_by_no_row(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-3, AT-3: a rejected file was removed: the sweeper may remove it, and a verification does not miss it."""
        message = scene.outbound(cast.dossier, cast.client, cast.account)
        submissions = [scene.submission(cast.dossier, cast.account, message) for _each in range(2)]
        held = [scene.quarantined(each.file, cast.dossier) for each in submissions]
        keys = [each.file.key for each in submissions]
        assert storage.read.unnamed(keys) == frozenset()
        with committing(storage) as uow:
            assert uow.quarantine.reject(_rejected(held[0], scene))
        assert storage.read.unnamed(keys) == {keys[0]}
        assert keys[0] not in {each.key for each in storage.read.named_files()}
        assert keys[1] in {each.key for each in storage.read.named_files()}

    def test_what_is_forgotten(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AT-3: a rejected file is forgotten when no row names it any more, after some time, a few at once."""
        now = scene.clock.now()
        named = scene.upload(cast.dossier, cast.account, scene.draft_id()).file
        files = [named, *(scene.file() for _each in range(5))]
        held = [scene.quarantined(file, cast.dossier) for file in files]
        with committing(storage) as uow:
            for each in held[:4]:
                assert uow.quarantine.reject(attrs.evolve(_rejected(each, scene), ended_at=now))
            assert uow.quarantine.reject(attrs.evolve(_rejected(held[4], scene), ended_at=now + MINUTE))
        before = now + timedelta(microseconds=1)
        counts = []
        for _time in range(3):
            with committing(storage) as uow:
                counts.append(uow.quarantine.forget(before=before, limit=2))
        assert counts == [2, 1, 0]
        with storage.begin() as uow:
            left = uow.quarantine.among(cast.office.id, [each.key for each in files])
        assert {each.file.key for each in left} == {named.key, files[4].key, files[5].key}

    def test_documents_that_clients_do_not_see(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AT-3: a document that waits, or was cancelled, is in no list and no number of a client."""
        shown = scene.document(cast.dossier, cast.client)
        waits = scene.document(cast.dossier, cast.client, state=DocumentState.WAITING)
        cancelled = scene.document(cast.dossier, cast.client, state=DocumentState.WAITING)
        with committing(storage) as uow:
            uow.documents.save(documents.cancel(cancelled, at=scene.clock.now()))

        def listed(size: int = 9) -> list[object]:
            rows = storage.read.documents(cast.actor, cast.dossier.id, DocumentKind.DOCUMENT, size=size)
            return [row.id for row in rows]

        assert listed() == listed(1) == [shown.id]
        assert storage.read.tabs(cast.actor, cast.dossier.id)[Tab.DOCUMENTS].total == 1
        assert len(storage.read.office_dossier(cast.desk, cast.dossier.id).documents) == 3
        later = scene.clock.now() + MINUTE
        released, _former, _fact = documents.release(waits, None, audience=frozenset(), at=later)
        with committing(storage) as uow:
            uow.documents.save(released)
            assert uow.documents.get(cast.office.id, waits.id).published_at == later
        assert listed() == [waits.id, shown.id]

    def test_a_replacement_that_waits(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AT-3, DC-3: a document is known to have a new version that waits, until that one is released or cancelled."""
        former = scene.document(cast.dossier, cast.client)
        other = scene.document(cast.dossier, cast.client)
        waits = scene.document(cast.dossier, cast.client, state=DocumentState.WAITING, replaces=former.id)
        with committing(storage) as uow:
            assert uow.documents.has_waiting_replacement(cast.office.id, former.id)
            assert not uow.documents.has_waiting_replacement(cast.office.id, other.id)
            assert not uow.documents.has_waiting_replacement(cast.foreign_desk.office_id, former.id)
            uow.documents.save(documents.cancel(waits, at=scene.clock.now()))
        with storage.begin() as uow:
            assert not uow.documents.has_waiting_replacement(cast.office.id, former.id)


def _key(held: QuarantinedFile) -> str:
    return held.file.key


def _rejected(held: QuarantinedFile, scene: Scene) -> QuarantinedFile:
    return attrs.evolve(held, state=QuarantineState.INFECTED, found="Win.Test", ended_at=scene.clock.now())
