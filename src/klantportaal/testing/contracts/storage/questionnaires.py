"""Revisions and drafts of questionnaires, and the files of answers."""

import json
from datetime import timedelta

import attrs
import pytest

from klantportaal.domain.errors import Absent, Conflict
from klantportaal.domain.questionnaires.assignments import Assignment
from klantportaal.domain.uploads import SubmissionKind
from klantportaal.domain.values import AnswerFileId, Language, OfficeId
from klantportaal.ports.reading import QuestionnaireDraftRow, RevisionRow
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import (
    AWKWARD_TEXTS,
    Cast,
    StorageTests,
    all_at_once,
    committing,
    is_utc_to_the_microsecond,
)
from klantportaal.testing.questionnaires import questionnaire

MEGABYTES = 4 * 1024 * 1024


class QuestionnairesContract(StorageTests):
    """Tests of published questionnaires."""

    def test_a_revision_comes_back_whole(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """QU-3: a revision comes back unchanged, with a document of megabytes."""
        titles = dict(zip(Language, AWKWARD_TEXTS, strict=False))
        document = json.dumps(AWKWARD_TEXTS, ensure_ascii=False) + "é" * (MEGABYTES // 2)
        published = scene.published(cast.office, titles=titles, document=document)
        which = (cast.office.id, published.questionnaire)
        with storage.begin() as uow:
            assert uow.questionnaires.newest(*which) == published
            found = uow.questionnaires.revision(*which, published.revision)
            assert uow.questionnaires.document(cast.office.id, published.digest) == document
        assert found == published
        assert is_utc_to_the_microsecond(found.published_at)
        assert storage.read.document(cast.office.id, published.digest) == document

    def test_a_revision_is_published_once(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """QU-3: a revision and a digest are unique within an office, not across offices."""
        published = scene.published(cast.office)
        for taken in (attrs.evolve(published, digest="0" * 64), attrs.evolve(published, revision=2)):
            with pytest.raises(Conflict), storage.begin() as uow:
                uow.questionnaires.add(taken)
        theirs = attrs.evolve(published, office_id=cast.foreign_desk.office_id)
        with committing(storage) as uow:
            uow.questionnaires.add(theirs)
        with storage.begin() as uow:
            assert uow.questionnaires.newest(cast.office.id, published.questionnaire) == published
            assert uow.questionnaires.newest(theirs.office_id, published.questionnaire) == theirs

    def test_of_a_revision_published_at_once_one_stands(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """QU-3: of concurrent publications of a revision, exactly one succeeds."""
        model = scene.published(cast.office)

        def publish(number: int) -> bool:
            try:
                with committing(storage) as uow:
                    uow.questionnaires.add(attrs.evolve(model, revision=2, digest=f"{number:064}"))
            except Conflict:
                return False
            return True

        assert sorted(all_at_once(publish, threads=8)) == [False] * 7 + [True]
        assert len(storage.read.office_revisions(cast.desk)) == 2

    def test_the_newest_is_the_highest(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """QU-3: the newest revision of a questionnaire is the highest number, whenever it was published."""
        for revision in (9, 10, 2):
            scene.published(cast.office, questionnaire("testament", revision=revision))
        scene.published(cast.office, questionnaire("testament-2", revision=11))
        with storage.begin() as uow:
            newest = uow.questionnaires.newest(cast.office.id, "testament")
            assert newest is not None
            assert newest.revision == 10

    def test_what_was_not_published_is_absent(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """OF-2: unknown revisions and those of another office are absent."""
        mine = scene.published(cast.office)
        elsewhere = cast.foreign_desk.office_id
        for office_id, name, revision, digest in (
            (elsewhere, mine.questionnaire, mine.revision, mine.digest),
            (cast.office.id, "onbekend", mine.revision, "0" * 64),
        ):
            with storage.begin() as uow:
                assert uow.questionnaires.newest(office_id, name) is None
                with pytest.raises(Absent):
                    uow.questionnaires.revision(office_id, name, revision)
                with pytest.raises(Absent):
                    uow.questionnaires.document(office_id, digest)
            with pytest.raises(Absent):
                storage.read.document(office_id, digest)
        for revision in (mine.revision + 1, 0, -1, 2**31, 2**63, 10**100, -(10**100)):
            with storage.begin() as uow, pytest.raises(Absent):
                uow.questionnaires.revision(cast.office.id, mine.questionnaire, revision)

    def test_revisions_are_listed(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """OF-1: revisions are listed by questionnaire, newest first, for one questionnaire or for all of the office."""
        documents = [("koop_woning", 1), ("koop-woning", 9), ("koop-woning", 10), ("koop", 3), ("a-koop", 1)]
        published = [scene.published(cast.office, questionnaire(id, revision=number)) for id, number in documents]
        scene.published(storage.read.office(cast.foreign_desk.office_id), questionnaire("koop", revision=7))
        rows = [
            RevisionRow(
                questionnaire=each.questionnaire,
                revision=each.revision,
                digest=each.digest,
                titles=each.titles,
                fragments=each.fragments,
                published_at=each.published_at,
                published_by=each.published_by,
            )
            for each in published
        ]
        in_order = [rows[number] for number in (4, 3, 2, 1, 0)]
        assert list(storage.read.office_revisions(cast.desk)) == in_order
        assert list(storage.read.office_revisions(cast.desk, questionnaire="koop-woning")) == in_order[2:4]
        assert list(storage.read.office_revisions(cast.desk, questionnaire="onbekend")) == []


class QuestionnaireDraftsContract(StorageTests):
    """Tests of the drafts of questionnaires."""

    def test_a_questionnaire_draft_comes_back_whole(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """QU-3: a draft comes back unchanged, with a document of megabytes; its row has all but the document."""
        titles = dict(zip(Language, AWKWARD_TEXTS, strict=False))
        document = json.dumps({"odd": AWKWARD_TEXTS, "long": "é" * (MEGABYTES // 4)}, ensure_ascii=False)
        draft = scene.questionnaire_draft(cast.office, titles=titles, questionnaire="", document=document)
        with storage.begin() as uow:
            assert uow.questionnaire_drafts.get(cast.office.id, draft.id) == draft
        found = storage.read.office_questionnaire_draft(cast.desk, draft.id)
        assert found == draft
        assert is_utc_to_the_microsecond(found.saved_at)
        fields = {name: value for name, value in attrs.asdict(draft).items() if name not in ("office_id", "document")}
        assert list(storage.read.office_questionnaire_drafts(cast.desk)) == [QuestionnaireDraftRow(**fields)]

    def test_questionnaire_drafts_are_listed(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """OF-1: drafts are listed and counted within an office, the one that was saved last first."""
        first = scene.questionnaire_draft(cast.office)
        later = first.saved_at + timedelta(seconds=1)
        saved, second = (scene.questionnaire_draft(cast.office, saved_at=at) for at in (later, first.saved_at))
        theirs = scene.questionnaire_draft(storage.read.office(cast.foreign_desk.office_id))
        ids = [each.id for each in storage.read.office_questionnaire_drafts(cast.desk)]
        assert ids == [saved.id, second.id, first.id]
        with storage.begin() as uow:
            assert uow.questionnaire_drafts.count(cast.office.id) == 3
            assert uow.questionnaire_drafts.count(theirs.office_id) == 1
            with pytest.raises(Absent):
                uow.questionnaire_drafts.get(cast.office.id, theirs.id)
        with pytest.raises(Absent):
            storage.read.office_questionnaire_draft(cast.desk, theirs.id)

    def test_of_two_saves_of_a_version_one_stands(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """QU-3: a draft is saved or removed only at the version that was read. A save raises the version by one."""
        draft = scene.questionnaire_draft(cast.office)

        def save(number: int) -> bool:
            try:
                with committing(storage) as uow:
                    uow.questionnaire_drafts.save(attrs.evolve(draft, document=f'{{"id":{number}}}'))
            except Conflict:
                return False
            return True

        assert sorted(all_at_once(save, threads=8)) == [False] * 7 + [True]
        standing = storage.read.office_questionnaire_draft(cast.desk, draft.id)
        assert standing.version == 2
        with pytest.raises(Conflict), storage.begin() as uow:
            uow.questionnaire_drafts.remove(draft)
        with committing(storage) as uow:
            uow.questionnaire_drafts.remove(standing)
        for change in ("save", "remove"):
            with pytest.raises(Conflict), storage.begin() as uow:
                getattr(uow.questionnaire_drafts, change)(standing)
        assert list(storage.read.office_questionnaire_drafts(cast.desk)) == []


class QuestionnaireFragmentsContract(StorageTests):
    """Tests of the fragments of offices' own, and of what is published and drafted with them."""

    def test_a_questionnaire_fragment_comes_back_whole(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """OF-2: the fragments of an office come back unchanged, by id; those of another office do not exist."""
        titles = dict(zip(Language, AWKWARD_TEXTS, strict=False))
        document = json.dumps({"odd": AWKWARD_TEXTS}, ensure_ascii=False)
        whole = {"titles": titles, "document": document, "fragments": ("a", "b-c")}
        added = [scene.questionnaire_fragment(cast.office, id, **whole) for id in ("a_c", "a-b", "a", "aa")]
        scene.questionnaire_fragment(storage.read.office(cast.foreign_desk.office_id), "a")
        by_id = [added[number] for number in (2, 1, 0, 3)]
        assert list(storage.read.office_questionnaire_fragments(cast.desk)) == by_id
        with storage.begin() as uow:
            assert list(uow.questionnaire_fragments.of_office(cast.office.id)) == by_id
        assert is_utc_to_the_microsecond(storage.read.office_questionnaire_fragments(cast.desk)[0].saved_at)

    def test_an_id_is_of_one_fragment(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """OF-1: an office has one fragment of an id, also if several are added at once."""
        added = scene.questionnaire_fragment(cast.office, "een")
        with pytest.raises(Conflict), storage.begin() as uow:
            uow.questionnaire_fragments.add(added)

        def add(number: int) -> bool:
            try:
                with committing(storage) as uow:
                    uow.questionnaire_fragments.add(attrs.evolve(added, id="twee", saved_by=str(number)))
            except Conflict:
                return False
            return True

        assert sorted(all_at_once(add, threads=8)) == [False] * 7 + [True]

    def test_a_limit_of_fragments_holds(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """OF-1: whoever gets the fragments of an office to add one waits for those who did so before."""
        first = scene.questionnaire_fragment(cast.office)

        def add(number: int) -> bool:
            with storage.begin() as uow:
                if has_room := len(uow.questionnaire_fragments.of_office(cast.office.id)) < 3:
                    uow.questionnaire_fragments.add(attrs.evolve(first, id=f"f{number}"))
                    uow.commit()
            return has_room

        assert sorted(all_at_once(add, threads=8)) == [False] * 6 + [True] * 2

    def test_of_two_saves_of_a_fragment_one_stands(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """QU-3: a fragment is saved or removed only at the version that was read. A save raises the version by one."""
        fragment = scene.questionnaire_fragment(cast.office)
        foreign = scene.questionnaire_fragment(storage.read.office(cast.foreign_desk.office_id))

        def save(number: int) -> bool:
            try:
                with committing(storage) as uow:
                    uow.questionnaire_fragments.save(attrs.evolve(fragment, document=f'{{"id":{number}}}'))
            except Conflict:
                return False
            return True

        assert sorted(all_at_once(save, threads=8)) == [False] * 7 + [True]
        [standing] = storage.read.office_questionnaire_fragments(cast.desk)
        assert standing.version == 2
        with pytest.raises(Conflict), storage.begin() as uow:
            uow.questionnaire_fragments.remove(fragment)
        with committing(storage) as uow:
            uow.questionnaire_fragments.remove(standing)
        for change in ("save", "remove"):
            with pytest.raises(Conflict), storage.begin() as uow:
                getattr(uow.questionnaire_fragments, change)(standing)
        assert list(storage.read.office_questionnaire_fragments(cast.desk)) == []
        assert list(storage.read.office_questionnaire_fragments(cast.foreign_desk)) == [foreign]

    def test_what_was_written_with_fragments(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """QU-3: drafts and revisions keep the fragments that they use, and revisions the document as it was written."""
        draft = scene.questionnaire_draft(cast.office, fragments=("a", "b"))
        assert [each.fragments for each in storage.read.office_questionnaire_drafts(cast.desk)] == [("a", "b")]
        assert storage.read.office_questionnaire_draft(cast.desk, draft.id) == draft
        plain = scene.published(cast.office)
        made = scene.published(cast.office, fragments=("c",), source='{"as":"written"}')
        rows = {each.digest: each.fragments for each in storage.read.office_revisions(cast.desk)}
        assert rows == {plain.digest: (), made.digest: ("c",)}
        assert storage.read.office_questionnaire_source(cast.desk, made.digest) == made.source
        assert storage.read.office_questionnaire_source(cast.desk, plain.digest) == plain.document
        with storage.begin() as uow:
            assert uow.questionnaires.newest(cast.office.id, made.questionnaire) == made
        for actor, digest in ((cast.foreign_desk, made.digest), (cast.desk, "0" * 64), (cast.desk, "\0")):
            with pytest.raises(Absent):
                storage.read.office_questionnaire_source(actor, digest)


class AnswerFilesContract(StorageTests):
    """Tests of the files of answers."""

    def test_files_are_kept_and_dropped(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """QU-2: files are listed per assignment; a dropped file is gone, and the others stay."""
        assignment, other = (scene.assignment(cast.dossier, cast.client) for _each in range(2))
        files = [scene.answer_file(assignment, account) for account in (cast.account, cast.sibling)]
        elsewhere = scene.answer_file(other, cast.account)
        assert _files(storage, cast.office.id, assignment) == {each.id: each for each in files}
        assert _files(storage, cast.foreign_desk.office_id, assignment) == {}
        with committing(storage) as uow:
            uow.assignments.drop(cast.office.id, [files[0].id, AnswerFileId(scene.ids.new())])
            uow.assignments.drop(cast.foreign_desk.office_id, [files[1].id])
            uow.assignments.drop(cast.office.id, [])
            uow.assignments.keep([])
        assert _files(storage, cast.office.id, assignment) == {files[1].id: files[1]}
        assert _files(storage, cast.office.id, other) == {elsewhere.id: elsewhere}

    def test_a_file_is_kept_once(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """QU-2: of concurrent calls that keep one file, exactly one succeeds; the others keep none of their files."""
        assignment = scene.assignment(cast.dossier, cast.client)
        model = scene.answer_file(assignment, cast.account)
        shared = AnswerFileId(scene.ids.new())
        own = [AnswerFileId(scene.ids.new()) for _each in range(8)]

        def keep(number: int) -> bool:
            try:
                with committing(storage) as uow:
                    uow.assignments.keep([attrs.evolve(model, id=own[number]), attrs.evolve(model, id=shared)])
            except Conflict:
                return False
            return True

        assert sorted(all_at_once(keep, threads=8)) == [False] * 7 + [True]
        found = set(_files(storage, cast.office.id, assignment))
        assert len(found) == 3
        assert found > {model.id, shared}

    def test_an_answer_names_its_file(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-3: a file of an answer counts as named until it is dropped."""
        answer = scene.answer_file(scene.assignment(cast.dossier, cast.client), cast.account)
        assert storage.read.unnamed([answer.file.key]) == frozenset()
        with committing(storage) as uow:
            uow.assignments.drop(cast.office.id, [answer.id])
        assert storage.read.unnamed([answer.file.key]) == {answer.file.key}

    def test_a_delivery_tells_the_questionnaire_it_belongs_to(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """QU-4: the PDF and the files of a questionnaire are delivered with its assignment, for client and office.

        A file tells the question that it answers, and its row.
        """
        assignment = scene.assignment(cast.dossier, cast.client)
        scene.submission(cast.dossier, cast.account, None)
        label = {Language.DUTCH: "Paspoort", Language.ENGLISH: "Passport"}
        row = {Language.DUTCH: "Kind 1: Eva", Language.ENGLISH: "Child 1: Eva"}
        answers = [{}, {"question_label": label}, {"question_label": label, "row_name": row}]
        for kind, more in zip((SubmissionKind.QUESTIONNAIRE, *[SubmissionKind.ATTACHMENT] * 2), answers, strict=True):
            scene.submission(cast.dossier, cast.account, None, kind=kind, assignment_id=assignment.id, **more)
        for rows in (
            storage.read.submissions(cast.actor, cast.dossier.id),
            storage.read.office_dossier(cast.desk, cast.dossier.id).submissions,
        ):
            assert [each.assignment_id for each in rows] == [*[assignment.id] * 3, None]
            told = [(each.question_label, each.row_name) for each in rows]
            assert told == [(label, row), (label, None), (None, None), (None, None)]


def _files(storage: Storage, office_id: OfficeId, assignment: Assignment) -> dict[AnswerFileId, object]:
    with storage.begin() as uow:
        return {each.id: each for each in uow.assignments.files(office_id, assignment.id)}
