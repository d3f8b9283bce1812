"""Files that are answers: first an account's upload, at last a submission of the client (AT-2, QU-4).

The place of files is the id of their question, or names a column: ``owners.passport``, the same for all of its rows.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid5

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.questionnaires.assignments import Assignment
from klantportaal.domain.questionnaires.definition import (
    MARK,
    Answer,
    Answers,
    Definition,
    Page,
    Question,
    QuestionType,
    plain,
)
from klantportaal.domain.questionnaires.projection import Projection, VisiblePage
from klantportaal.domain.questionnaires.rows import key_of, keys_in, row_name, rows_in
from klantportaal.domain.uploads import StagedUpload, Submission, SubmissionKind
from klantportaal.domain.values import (
    NAME_LIMIT,
    AccountId,
    AnswerFileId,
    AssignmentId,
    DraftId,
    Language,
    OfficeId,
    SubmissionId,
    Texts,
    plain_line,
)


@attrs.frozen(kw_only=True, field_transformer=checked)
class AnswerFile:
    """A file that was saved as an answer: no longer an upload of one account, not yet a submission."""

    id: AnswerFileId
    office_id: OfficeId
    assignment_id: AssignmentId
    account_id: AccountId
    """Who uploaded it."""
    file: StoredFile
    kept_at: datetime


def places(page: Page) -> Iterator[str]:
    """Give the places of a page that ask for files."""
    for question in page.questions:
        if question.type is QuestionType.FILE:
            yield question.id
        yield from (f"{question.id}.{each.id}" for each in question.columns if each.type is QuestionType.FILE)


def asks_for(definition: Definition, raw: Answers, place: str) -> bool:
    """Tell whether a questionnaire asks for files at a place, which may be on the page of a row."""
    key = place.partition(".")[0].partition(MARK)[2]
    for page in definition.pages:
        if page.for_each is None and place in places(page):
            return True
        if page.for_each is not None and place in places(page.of_row(key)):
            return key in keys_in(raw.get(page.for_each))
    return False


def lists_in(page: Page, answers: Mapping[str, object]) -> Iterator[tuple[str, str, Sequence[object]]]:
    """Give the lists of files among the answers of a page, with place and field: ``owners.0.passport`` in a row."""
    for question in page.questions:
        answer = answers.get(question.id)
        listed = answer if isinstance(answer, (list, tuple)) else ()
        if question.type is QuestionType.FILE and listed:
            yield question.id, question.id, listed
        for column in question.columns:
            for number, row in enumerate(listed):
                files = row.get(column.id) if isinstance(row, Mapping) else None
                if column.type is QuestionType.FILE and isinstance(files, (list, tuple)):
                    yield f"{question.id}.{column.id}", f"{question.id}.{number}.{column.id}", files


def with_files(
    page: Page, answers: Mapping[str, object], files: Callable[[str, Sequence[object]], Sequence[Answer]]
) -> Mapping[str, object]:
    """Replace each list of file ids by what *files* gives for its place and the ids."""
    found = {field: files(place, ids) for place, field, ids in lists_in(page, answers)}
    replaced = {key: found.get(key, answer) for key, answer in answers.items()}
    for question in page.questions:
        answer = answers.get(question.id)
        if question.columns and isinstance(answer, (list, tuple)):
            replaced[question.id] = [
                {key: found.get(f"{question.id}.{number}.{key}", each) for key, each in row.items()}
                if isinstance(row, Mapping)
                else row
                for number, row in enumerate(answer)
            ]
    return replaced


def faults_of_shared(page: Page, answers: Mapping[str, object]) -> Iterator[Fault]:
    """List the places of a page with a file that an earlier one has too, by the name of the first such file.

    A file belongs to one place of the answers. Those of other pages and questions have no files in common with these:
    a file is staged for a question, or for a column.
    """
    first: dict[str, str] = {}
    for _place, field, listed in lists_in(page, answers):
        files = [file for file in listed if isinstance(file, Mapping)]
        shared = [file for file in files if first.setdefault(str(file["id"]), field) != field]
        if shared:
            yield Fault(code=FaultCode.FILE_ELSEWHERE, field=field, params={"name": str(shared[0]["name"])})


def draft_of(assignment_id: AssignmentId, place: str) -> DraftId:
    """Give the id of the draft under which an account stages files for a question, or for a column of rows."""
    return DraftId(uuid5(assignment_id, f"upload/{place}"))


def kept(upload: StagedUpload, assignment: Assignment, *, at: datetime) -> AnswerFile:
    """Turn a staged file into an answer. It does not expire, and all accounts of the client see it."""
    return AnswerFile(
        id=AnswerFileId(upload.id),
        office_id=upload.office_id,
        assignment_id=assignment.id,
        account_id=upload.account_id,
        file=upload.file,
        kept_at=at,
    )


@attrs.frozen
class FileName:
    """What a file answers, as lists outside of the questionnaire name it."""

    question: Texts
    row: Texts | None


def file_names(definition: Definition, projection: Projection) -> Mapping[AnswerFileId, FileName]:
    """Name the files among the effective answers by their question, and by their row (QU-3)."""
    return {
        AnswerFileId(UUID(str(file["id"]))): FileName(_label(question), row)
        for page in projection.pages
        for question, answer, row in _asked_on(page, _row_of(page.page, definition, projection.answers), projection)
        for file in files_of_answer(question, answer)
    }


def _asked_on(
    page: VisiblePage, of_page: Texts | None, projection: Projection
) -> Iterator[tuple[Question, Answer, Texts | None]]:
    """Give the questions on a page, and the columns of its rows, with their answers and the names of their rows."""
    for question in page.questions:
        answer = projection.answers.get(question.id)
        if question.type is QuestionType.FILE:
            yield question, answer, of_page
        for number, row in enumerate(rows_in(answer) if question.columns else (), start=1):
            name = _row_name(question, number, row, of_page)
            yield from ((column, row.get(column.id), name) for column in question.columns)


def _row_of(page: Page, definition: Definition, answers: Answers) -> Texts | None:
    """Name the row that a page is for; None for a page that is there once."""
    if page.for_each is None:
        return None
    listed = rows_in(answers.get(page.for_each))
    number = [key_of(row) for row in listed].index(page.row)
    return _row_name(definition.by_id[page.for_each], number + 1, listed[number], None)


def _row_name(question: Question, number: int, row: Mapping[str, Answer], outer: Texts | None) -> Texts:
    """Name a row; a row of an answer to the page of a row by both: ``Rekening 2, Kind 1: Eva``."""
    inner = {language: row_name(question, number, row, language) for language in Language}
    named = inner if outer is None else {language: f"{inner[language]}, {outer[language]}" for language in Language}
    return {language: _shortened(name) for language, name in named.items()}


def _label(question: Question) -> Texts:
    return {language: _shortened(texts.label) for language, texts in question.texts.items()}


def _shortened(text: str) -> str:
    """Make one line of a text, short enough for a list."""
    line = plain_line(text)
    return line if len(line) <= NAME_LIMIT else f"{line[: NAME_LIMIT - 1].rstrip()}…"


def delivered(answer: AnswerFile, assignment: Assignment, name: FileName | None, *, at: datetime) -> Submission:
    """Turn an answer into a submission, which is listed under ``Door mij aangeleverd``."""
    return Submission(
        id=SubmissionId(answer.id),
        office_id=answer.office_id,
        client_id=assignment.client_id,
        dossier_id=assignment.dossier_id,
        account_id=answer.account_id,
        kind=SubmissionKind.ATTACHMENT,
        message_id=None,
        assignment_id=assignment.id,
        question_label=None if name is None else name.question,
        row_name=None if name is None else name.row,
        file=answer.file,
        delivered_at=at,
    )


def files_of(assignment: Assignment, definition: Definition) -> frozenset[AnswerFileId]:
    """Give the ids of the files among the answers of an assignment."""
    raw = {} if assignment.answering is None else assignment.answering.raw
    return frozenset(
        AnswerFileId(UUID(str(file["id"])))
        for id, answer in raw.items()
        if plain(id) in definition.by_id
        for file in files_of_answer(definition.by_id[plain(id)], answer)
    )


def files_of_answer(question: Question, answer: object) -> Iterator[Mapping[str, object]]:
    """Give the files of an answer: those of a question for files, and those in its rows."""
    listed = answer if isinstance(answer, (list, tuple)) else ()
    if question.type is QuestionType.FILE:
        yield from (each for each in listed if isinstance(each, Mapping))
    for row in listed if question.columns else ():
        for column in question.columns:
            if isinstance(row, Mapping):
                yield from files_of_answer(column, row.get(column.id))
