"""Removing files that are no longer needed: first the rows and, after the commit, the stored files (AL-3)."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress

from klantportaal.domain.documents import StoredFile
from klantportaal.domain.errors import Absent, Conflict, NotSignedIn, Refused, StorageFull, Unavailable
from klantportaal.domain.questionnaires.assignments import Assignment
from klantportaal.domain.values import AnswerFileId
from klantportaal.ports.files import Files
from klantportaal.ports.storage import UnitOfWork


def drop(uow: UnitOfWork, assignment: Assignment, *, keeping: Collection[AnswerFileId]) -> Sequence[StoredFile]:
    """Delete the rows of the files that are not in *keeping*, and give those files."""
    stale = [each for each in uow.assignments.files(assignment.office_id, assignment.id) if each.id not in keeping]
    if stale:
        uow.assignments.drop(assignment.office_id, sorted(each.id for each in stale))
    return [each.file for each in stale]


def remove(files: Files, dropped: Iterable[StoredFile]) -> None:
    """Remove stored files after their rows were deleted. If a file is unavailable, the sweeper removes it later."""
    for file in dropped:
        with suppress(Unavailable):
            files.remove(file.key)


@contextmanager
def unless_named(files: Files, file: StoredFile) -> Iterator[None]:
    """Remove a stored file at once if its row is refused, or if there is no room for the row (AL-3).

    After any other error, the row may have been written: its file stays. If there is no row, the sweeper removes it.
    """
    try:
        yield
    except (Refused, Absent, Conflict, NotSignedIn, StorageFull):
        remove(files, [file])
        raise
