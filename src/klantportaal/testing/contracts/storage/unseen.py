"""What no account of a party has opened: rows of the office's list, and the counts of a letter."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import attrs

from klantportaal.domain import documents, requests
from klantportaal.domain.documents import DocumentKind
from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.requests import Decision
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.unseen import UnseenCount, UnseenKind
from klantportaal.domain.values import ClientId, Language
from klantportaal.ports.reading import UnseenRow
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import START, Cast, StorageTests, committing

LATER = START + timedelta(days=365)


class UnseenContract(StorageTests):
    """Tests of what nobody opened."""

    def test_unseen(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """RM-1: each thing that no account of a party opened is listed, oldest first, for each party, in pages."""
        dossier, client, other = cast.dossier, cast.client, cast.other_party
        letter = scene.document(dossier, client, other, kind=DocumentKind.CORRESPONDENCE)
        scene.clock.advance(timedelta(days=1))
        message = scene.inbound(dossier, client)
        scene.clock.advance(timedelta(days=1))
        request = scene.request(dossier, client)
        scene.clock.advance(timedelta(days=1))
        document = scene.document(dossier, client)
        scene.outbound(dossier, client, cast.account)
        scene.clock.advance(timedelta(days=1))
        assignment = scene.assignment(dossier, client)
        rows = storage.read.office_unseen(cast.desk, until=LATER)
        first, second = sorted((client, other), key=lambda each: each.id)
        assert [(row.kind, row.id, row.client_id, row.client_name, row.since) for row in rows] == [
            (UnseenKind.CORRESPONDENCE, letter.id, first.id, first.name, letter.published_at),
            (UnseenKind.CORRESPONDENCE, letter.id, second.id, second.name, letter.published_at),
            (UnseenKind.MESSAGE, message.id, client.id, client.name, message.sent_at),
            (UnseenKind.REQUEST, request.id, client.id, client.name, request.made_at),
            (UnseenKind.DOCUMENT, document.id, client.id, client.name, document.published_at),
            (UnseenKind.QUESTIONNAIRE, assignment.id, client.id, client.name, assignment.assigned_at),
        ]
        assert {(row.dossier_id, row.dossier_number) for row in rows} == {(dossier.id, dossier.number)}
        titles = [letter.title, letter.title, message.subject, request.subject, document.title, assignment.subject]
        expected = [dict.fromkeys(Language, each) if isinstance(each, str) else each for each in titles]
        assert [row.title for row in rows] == expected
        found: list[UnseenRow] = []
        while page := storage.read.office_unseen(
            cast.desk, until=LATER, after=found[-1].key if found else None, size=2
        ):
            found.extend(page)
        assert found == list(rows)
        assert list(storage.read.office_unseen(cast.desk, until=message.sent_at)) == list(rows[:3])
        assert list(storage.read.office_unseen(cast.foreign_desk, until=LATER)) == []
        assert list(storage.read.office_unseen_of(cast.desk, dossier.id, client.id)) == [
            UnseenCount(kind=UnseenKind.DOCUMENT, count=1, since=document.published_at),
            UnseenCount(kind=UnseenKind.CORRESPONDENCE, count=1, since=letter.published_at),
            UnseenCount(kind=UnseenKind.MESSAGE, count=1, since=message.sent_at),
            UnseenCount(kind=UnseenKind.REQUEST, count=1, since=request.made_at),
            UnseenCount(kind=UnseenKind.QUESTIONNAIRE, count=1, since=assignment.assigned_at),
        ]
        assert len(storage.read.office_unseen_of(cast.desk, dossier.id, other.id)) == 1
        assert list(storage.read.office_unseen_of(cast.foreign_desk, dossier.id, client.id)) == []

    def test_seen_documents(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """RM-1: a document is seen once any account downloaded it or looked at it, until the last mark is gone."""
        document = scene.document(cast.dossier, cast.client, cast.other_party)
        both = {cast.client.id, cast.other_party.id}
        assert _clients(storage, cast.desk) == both
        which = (cast.dossier.id, document.id)
        with committing(storage) as uow:
            uow.documents.mark_looked(cast.actor, *which, at=START)
            uow.documents.mark_downloaded(cast.actor, *which, at=START)
            uow.documents.mark_downloaded(cast.sibling_actor, *which, at=START)
        assert _clients(storage, cast.desk) == {cast.other_party.id}
        for actor, looked in ((cast.sibling_actor, False), (cast.actor, True)):
            with committing(storage) as uow:
                (uow.documents.unmark_looked if looked else uow.documents.unmark_downloaded)(actor, *which)
            assert _clients(storage, cast.desk) == {cast.other_party.id}
        with committing(storage) as uow:
            uow.documents.unmark_downloaded(cast.actor, *which)
            uow.documents.unmark_downloaded(cast.actor, *which)  # There is none any more.
        assert _clients(storage, cast.desk) == both

    def test_no_longer_there(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """RM-1: what was withdrawn, what waits for the scanner, and what is for no party any more, is not listed."""
        gone, waiting = scene.document(cast.dossier, cast.client), scene.document(cast.dossier, cast.client)
        scene.inbound(cast.dossier, cast.other_party)
        scene.request(cast.dossier, cast.other_party)
        scene.assignment(cast.dossier, cast.other_party)
        scene.document(cast.dossier, cast.other_party)
        at = scene.clock.now()
        withdrawn, _fact = documents.withdraw(gone, "Vergissing", audience=[cast.client.id], at=at)
        with committing(storage) as uow:
            uow.documents.save(withdrawn)
            uow.documents.save(documents.waiting(waiting))
            uow.dossiers.remove_party(cast.dossier, cast.other_party.id)
        assert list(storage.read.office_unseen(cast.desk, until=LATER)) == []
        assert list(storage.read.office_unseen_of(cast.desk, cast.dossier.id, cast.other_party.id)) == []
        # Published when it was released.
        released, _former, _published = documents.release(
            attrs.evolve(documents.waiting(waiting), version=2),
            None,
            audience=frozenset([cast.client.id]),
            at=at + timedelta(days=2),
        )
        with committing(storage) as uow:
            uow.documents.save(released)
        assert [row.since for row in storage.read.office_unseen(cast.desk, until=LATER)] == [at + timedelta(days=2)]
        with committing(storage) as uow:
            uow.clients.save(attrs.evolve(cast.client, closed_at=at))
        assert list(storage.read.office_unseen(cast.desk, until=LATER)) == []

    def test_seen_messages(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """RM-1: a message is seen once any account has read it; one that was taken back is not listed."""
        read, taken = scene.inbound(cast.dossier, cast.client), scene.inbound(cast.dossier, cast.client)
        assert _ids(storage, cast.desk) == [read.id, taken.id]
        with committing(storage) as uow:
            uow.messages.mark_read(cast.sibling_actor, read.id, at=START)
            uow.messages.mark_read(cast.actor, read.id, at=START)
            back = attrs.evolve(taken, subject="", body="", taken_back_at=START, taken_back_by="mr. A. de Wit")
            uow.messages.save(back)
        assert _ids(storage, cast.desk) == []

    def test_seen_requests(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """RM-1: a request is seen once any account opened it; one that does not wait for the client is not listed."""
        seen, done = scene.request(cast.dossier, cast.client), scene.request(cast.dossier, cast.client)
        assert _ids(storage, cast.desk) == [seen.id, done.id]
        opened, _fact = requests.see(seen, account_id=cast.account.id, at=START)
        decision = Decision(at=START, by="mr. A. de Wit", reason="Vergissing")
        items = tuple(attrs.evolve(each, withdrawn=decision) for each in done.items)
        with committing(storage) as uow:
            uow.requests.mark(opened)
            uow.requests.save(attrs.evolve(done, items=items))
        assert _ids(storage, cast.desk) == []
        assert storage.read.request(cast.actor, seen.id).request == opened

    def test_seen_questionnaires(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """RM-1: a questionnaire is seen once any account started it; one that was withdrawn is not listed."""
        unseen = scene.assignment(cast.dossier, cast.client)
        scene.assignment(cast.dossier, cast.client, started_at=START, progress=10, saved_at=START)
        scene.assignment(cast.dossier, cast.client, state=AssignmentState.WITHDRAWN, ended_at=START)
        assert _ids(storage, cast.desk) == [unseen.id]
        found = storage.read.office_unseen_of(cast.desk, cast.dossier.id, cast.client.id)
        assert list(found) == [UnseenCount(kind=UnseenKind.QUESTIONNAIRE, count=1, since=unseen.assigned_at)]


def _ids(storage: Storage, desk: OfficeActor) -> Sequence[UUID]:
    return [row.id for row in storage.read.office_unseen(desk, until=LATER)]


def _clients(storage: Storage, desk: OfficeActor) -> set[ClientId]:
    return {row.client_id for row in storage.read.office_unseen(desk, until=LATER)}
