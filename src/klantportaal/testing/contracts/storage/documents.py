"""Documents: their audience, downloads and states."""

import attrs
import pytest

from klantportaal.domain.documents import Document, DocumentKind, DocumentState
from klantportaal.domain.dossiers import Tab
from klantportaal.domain.errors import Absent
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DocumentId
from klantportaal.ports.reading import DocumentRow, TabCount
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

DOCUMENT = DocumentKind.DOCUMENT
CORRESPONDENCE = DocumentKind.CORRESPONDENCE


class DocumentsContract(StorageTests):
    """Tests of documents."""

    def test_a_document_comes_back_whole(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """DC-1: a document comes back unchanged, with the name and hash of its file."""
        first = scene.document(cast.dossier, cast.client)
        for text in (text for text in AWKWARD_TEXTS if len(text) < 150):
            ended = {"ended_at": scene.clock.now() + MINUTE, "reason": text}
            document = scene.document(
                cast.dossier,
                cast.client,
                title=text,
                file=scene.file(text),
                state=DocumentState.WITHDRAWN,
                edition=3,
                replaces=first.id,
                published_by=text,
                **ended,
            )
            with storage.begin() as uow:
                found = uow.documents.get(cast.office.id, document.id)
                assert uow.documents.audience(cast.office.id, document.id) == {cast.client.id}
            assert found == document
            assert is_utc_to_the_microsecond(found.published_at)
            assert _rows(storage, cast.actor, document)[0] == _row(document)

    def test_another_office_has_no_such_document(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """OF-2: ids of another office and unknown ids do not exist."""
        document = scene.document(cast.dossier, cast.client)
        elsewhere = cast.foreign_desk.office_id
        with storage.begin() as uow:
            for office_id, id in ((elsewhere, document.id), (cast.office.id, DocumentId(scene.ids.new()))):
                with pytest.raises(Absent):
                    uow.documents.get(office_id, id)
                assert uow.documents.audience(office_id, id) == frozenset()

    def test_only_those_it_is_published_for_see_it(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """DC-1: only accounts of parties in the audience see a document, can read it and can mark it."""
        document = scene.document(cast.dossier, cast.client)
        now = scene.clock.now()
        for actor in (cast.actor, cast.sibling_actor):
            assert _rows(storage, actor, document) == [_row(document)]
            assert storage.read.document_file(actor, cast.dossier.id, document.id) == document.file
        for actor in (cast.other_actor, *cast.outsiders):
            assert _rows(storage, actor, document) == []
            with pytest.raises(Absent):
                storage.read.document_file(actor, cast.dossier.id, document.id)
            with committing(storage) as uow:
                assert not uow.documents.mark_downloaded(actor, cast.dossier.id, document.id, at=now)
        assert storage.read.office_dossier(cast.desk, cast.dossier.id).documents[0].downloads == {}

    def test_a_document_is_found_in_its_own_dossier_only(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """DO-1: a document does not exist under another dossier of the same client."""
        document, other = scene.document(cast.dossier, cast.client), scene.dossier(cast.office, cast.client)
        with pytest.raises(Absent):
            storage.read.document_file(cast.actor, other.id, document.id)
        with committing(storage) as uow:
            assert not uow.documents.mark_downloaded(cast.actor, other.id, document.id, at=scene.clock.now())
        assert list(storage.read.documents(cast.actor, other.id, DOCUMENT)) == []

    def test_each_kind_has_its_own_list(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """DO-4: documents and correspondence are listed and counted on separate tabs, newest first."""
        documents = [scene.document(cast.dossier, cast.client) for _each in range(2)]
        letter = scene.document(cast.dossier, cast.client, cast.other_party, kind=CORRESPONDENCE)
        newest_first = [_row(each) for each in reversed(documents)]
        assert list(storage.read.documents(cast.actor, cast.dossier.id, DOCUMENT)) == newest_first
        assert list(storage.read.documents(cast.actor, cast.dossier.id, CORRESPONDENCE)) == [_row(letter)]
        tabs = storage.read.tabs(cast.actor, cast.dossier.id)
        assert (tabs[Tab.DOCUMENTS], tabs[Tab.CORRESPONDENCE]) == (_count(2, 2), _count(1, 1))
        other = storage.read.tabs(cast.other_actor, cast.dossier.id)
        assert (other[Tab.DOCUMENTS], other[Tab.CORRESPONDENCE]) == (_count(0, 0), _count(1, 1))

    def test_a_download_is_marked_once_and_keeps_its_first_time(
        self, storage: Storage, scene: Scene, cast: Cast
    ) -> None:
        """DC-2: the time of the first download is stored per account; later downloads do not change it."""
        document = scene.document(cast.dossier, cast.client)
        first = scene.clock.advance(MINUTE)
        with committing(storage) as uow:
            assert uow.documents.mark_downloaded(cast.actor, cast.dossier.id, document.id, at=first)
        with committing(storage) as uow:
            assert not uow.documents.mark_downloaded(cast.actor, cast.dossier.id, document.id, at=first + HOUR)
        (row,) = _rows(storage, cast.actor, document)
        assert row == attrs.evolve(_row(document), downloaded_at=first)
        assert row.downloaded_at is not None
        assert is_utc_to_the_microsecond(row.downloaded_at)
        assert _rows(storage, cast.sibling_actor, document) == [_row(document)]
        assert storage.read.tabs(cast.actor, cast.dossier.id)[Tab.DOCUMENTS] == _count(1, 0)
        assert storage.read.tabs(cast.sibling_actor, cast.dossier.id)[Tab.DOCUMENTS] == _count(1, 1)

    def test_a_mark_that_is_taken_back(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """DC-2: a mark is gone when it was taken back as often as it was set; other accounts keep theirs."""
        document = scene.document(cast.dossier, cast.client)
        first = scene.clock.advance(MINUTE)
        for actor in (cast.actor, cast.sibling_actor, cast.actor):
            with committing(storage) as uow:
                uow.documents.mark_downloaded(actor, cast.dossier.id, document.id, at=first)
        for left in (first, None, None):
            with committing(storage) as uow:
                uow.documents.unmark_downloaded(cast.actor, cast.dossier.id, document.id)
            assert _rows(storage, cast.actor, document) == [attrs.evolve(_row(document), downloaded_at=left)]
        assert storage.read.tabs(cast.actor, cast.dossier.id)[Tab.DOCUMENTS] == _count(1, 1)
        assert storage.read.tabs(cast.sibling_actor, cast.dossier.id)[Tab.DOCUMENTS] == _count(1, 0)
        with committing(storage) as uow:
            assert uow.documents.mark_downloaded(cast.actor, cast.dossier.id, document.id, at=first + HOUR)

    def test_looking_is_another_mark(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """NW-3: what was looked at counts as read, and not as downloaded. Each mark keeps its own first time."""
        document = scene.document(cast.dossier, cast.client)
        first = scene.clock.advance(MINUTE)
        for at, is_first in ((first, True), (first + HOUR, False)):
            with committing(storage) as uow:
                assert uow.documents.mark_looked(cast.actor, cast.dossier.id, document.id, at=at) is is_first
        assert _rows(storage, cast.actor, document) == [attrs.evolve(_row(document), looked_at=first)]
        assert storage.read.tabs(cast.actor, cast.dossier.id)[Tab.DOCUMENTS] == _count(1, 0)
        for at, is_first in ((first + HOUR, True), (first + 2 * HOUR, False)):
            with committing(storage) as uow:
                assert uow.documents.mark_downloaded(cast.actor, cast.dossier.id, document.id, at=at) is is_first
        both = attrs.evolve(_row(document), looked_at=first, downloaded_at=first + HOUR)
        assert _rows(storage, cast.actor, document) == [both]
        (row,) = storage.read.office_dossier(cast.desk, cast.dossier.id).documents
        account = cast.actor.account_id
        assert (row.downloads, row.looks) == ({account: first + HOUR}, {account: first})
        assert _rows(storage, cast.sibling_actor, document) == [_row(document)]
        for actor in (cast.other_actor, *cast.outsiders):
            with committing(storage) as uow:
                assert not uow.documents.mark_looked(actor, cast.dossier.id, document.id, at=first)

    def test_looks_that_are_taken_back(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """NW-3: a look that is taken back leaves the download, and the other way round; with both gone it is unread."""
        document = scene.document(cast.dossier, cast.client)
        first = scene.clock.advance(MINUTE)

        def marked(*names: str) -> tuple[bool, bool, int | None]:
            for name in names:
                with committing(storage) as uow:
                    mark = getattr(uow.documents, name)
                    at = {} if name.startswith("un") else {"at": first}
                    mark(cast.actor, cast.dossier.id, document.id, **at)
            (row,) = _rows(storage, cast.actor, document)
            unread = storage.read.tabs(cast.actor, cast.dossier.id)[Tab.DOCUMENTS].unread
            return row.downloaded_at is not None, row.looked_at is not None, unread

        assert marked("mark_looked", "mark_looked", "mark_downloaded") == (True, True, 0)
        assert marked("unmark_downloaded") == (False, True, 0)
        assert marked("unmark_looked") == (False, True, 0)
        assert marked("mark_downloaded", "unmark_looked") == (True, False, 0)
        assert marked("unmark_looked") == (True, False, 0)
        assert marked("mark_looked", "unmark_downloaded", "unmark_looked") == (False, False, 1)
        assert marked("unmark_downloaded") == (False, False, 1)
        with committing(storage) as uow:
            assert uow.documents.mark_looked(cast.actor, cast.dossier.id, document.id, at=first)
        foreign = attrs.evolve(cast.actor, office_id=cast.foreign_desk.office_id)
        with committing(storage) as uow:
            uow.documents.unmark_looked(foreign, cast.dossier.id, document.id)
        assert marked() == (False, True, 0)

    def test_a_mark_is_taken_back_in_its_own_dossier(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """OF-2, DO-1: no other dossier, account or office takes a mark back."""
        document = scene.document(cast.dossier, cast.client)
        other = scene.dossier(cast.office, cast.client)
        with committing(storage) as uow:
            uow.documents.mark_downloaded(cast.actor, cast.dossier.id, document.id, at=scene.clock.now())
        foreign = attrs.evolve(cast.actor, office_id=cast.foreign_desk.office_id)
        with committing(storage) as uow:
            uow.documents.unmark_downloaded(cast.actor, other.id, document.id)
            uow.documents.unmark_downloaded(cast.sibling_actor, cast.dossier.id, document.id)
            uow.documents.unmark_downloaded(foreign, cast.dossier.id, document.id)
        assert storage.read.tabs(cast.actor, cast.dossier.id)[Tab.DOCUMENTS] == _count(1, 0)

    def test_marks_set_and_taken_back_at_once(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """DC-2: of downloads at once, some of which fail at their last block, the others keep the mark."""
        document = scene.document(cast.dossier, cast.client)

        def download(number: int) -> None:
            with committing(storage) as uow:
                uow.documents.mark_downloaded(cast.actor, cast.dossier.id, document.id, at=scene.clock.now())
            if number:
                with committing(storage) as uow:
                    uow.documents.unmark_downloaded(cast.actor, cast.dossier.id, document.id)

        all_at_once(download, threads=8)
        assert storage.read.tabs(cast.actor, cast.dossier.id)[Tab.DOCUMENTS] == _count(1, 0)
        with committing(storage) as uow:
            uow.documents.unmark_downloaded(cast.actor, cast.dossier.id, document.id)
        assert storage.read.tabs(cast.actor, cast.dossier.id)[Tab.DOCUMENTS] == _count(1, 1)

    def test_of_many_downloads_at_once_one_is_the_first(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """DC-2: of concurrent downloads, exactly one sets the mark."""
        document = scene.document(cast.dossier, cast.client)

        def mark(_number: int) -> bool:
            with committing(storage) as uow:
                return uow.documents.mark_downloaded(cast.actor, cast.dossier.id, document.id, at=scene.clock.now())

        assert sum(all_at_once(mark, threads=12)) == 1

    def test_what_was_replaced_or_withdrawn_is_listed_but_not_given(
        self, storage: Storage, scene: Scene, cast: Cast
    ) -> None:
        """DC-3, DO-4: a replaced or withdrawn document is listed and counted, but neither unread nor readable."""
        replaced, withdrawn = scene.document(cast.dossier, cast.client), scene.document(cast.dossier, cast.client)
        now = scene.clock.advance(HOUR)
        gone = attrs.evolve(withdrawn, state=DocumentState.WITHDRAWN, ended_at=now, reason="Verkeerde bijlage")
        old = attrs.evolve(replaced, state=DocumentState.REPLACED, ended_at=now)
        with committing(storage) as uow:
            uow.documents.save(gone)
            uow.documents.save(old)
        new = scene.document(cast.dossier, cast.client, edition=2, replaces=replaced.id)
        assert _rows(storage, cast.actor, new) == [_row(new), _row(gone), _row(old)]
        assert storage.read.tabs(cast.actor, cast.dossier.id)[Tab.DOCUMENTS] == _count(3, 1)
        for document in (gone, old):
            with pytest.raises(Absent):
                storage.read.document_file(cast.actor, cast.dossier.id, document.id)
            assert storage.read.office_document_file(cast.desk, document.id) == document.file
        with storage.begin() as uow:
            assert uow.documents.get(cast.office.id, gone.id) == attrs.evolve(gone, version=2)

    def test_a_download_that_ends_after_the_withdrawal_is_marked(
        self, storage: Storage, scene: Scene, cast: Cast
    ) -> None:
        """DC-2: a download that ends after the withdrawal is marked, and the document is not unread again."""
        document = scene.document(cast.dossier, cast.client)
        now = scene.clock.advance(HOUR)
        gone = attrs.evolve(document, state=DocumentState.WITHDRAWN, ended_at=now, reason="Verkeerd")
        with committing(storage) as uow:
            uow.documents.save(gone)
            assert uow.documents.mark_downloaded(cast.actor, cast.dossier.id, document.id, at=now)
        assert _rows(storage, cast.actor, document) == [attrs.evolve(_row(gone), downloaded_at=now)]
        assert storage.read.tabs(cast.actor, cast.dossier.id)[Tab.DOCUMENTS] == _count(1, 0)

    def test_pages_of_documents_have_no_gaps_and_no_doubles(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """DO-4: pages continue after the last row's id and skip documents of other clients."""
        for number in range(12):
            scene.document(cast.dossier, cast.other_party if number % 4 == 0 else cast.client)
        whole = list(storage.read.documents(cast.actor, cast.dossier.id, DOCUMENT, size=100))
        assert len(whole) == 9
        paged: list[DocumentRow] = []
        while page := storage.read.documents(
            cast.actor, cast.dossier.id, DOCUMENT, after=paged[-1].id if paged else None, size=3
        ):
            assert len(page) == 3
            paged += page
        assert paged == whole


def _rows(storage: Storage, actor: Actor, document: Document) -> list[DocumentRow]:
    return list(storage.read.documents(actor, document.dossier_id, document.kind))


def _row(document: Document) -> DocumentRow:
    """Return the row of a document that was not downloaded."""
    return DocumentRow(
        id=document.id,
        kind=document.kind,
        title=document.title,
        file_name=document.file.name,
        size=document.file.size,
        published_at=document.published_at,
        published_by=document.published_by,
        state=document.state,
        edition=document.edition,
        ended_at=document.ended_at,
        reason=document.reason,
        downloaded_at=None,
        looked_at=None,
    )


def _count(total: int, unread: int) -> TabCount:
    return TabCount(total=total, unread=unread)
