"""Files in quarantine: whether one is there, which ones an office has, and how many wait."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, exists, func, or_, select

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.reading.base import Reader
from klantportaal.adapters.storage.sql.rows import QUARANTINE
from klantportaal.adapters.storage.sql.statements import matching, storable, written
from klantportaal.domain.quarantine import QuarantineState
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import AnswerFileId, AssignmentId, FileKey, OfficeId
from klantportaal.ports.reading import PAGE, QuarantineRow

_held, _dossiers, _answers = schema.quarantine, schema.dossiers, schema.answer_files
_STATE = select(_held.c.state).where(matching(_held, "office_id", "file_key"))
_ANSWERS = (
    select(_answers.c.id, _held.c.state)
    .join_from(_answers, _held, (_held.c.office_id == _answers.c.office_id) & (_held.c.file_key == _answers.c.file_key))
    .where(matching(_answers, "office_id", "assignment_id"))
)
_SEEN = or_(
    *(
        exists(select(table.c.id).where(table.c.office_id == _held.c.office_id, table.c.file_key == _held.c.file_key))
        for table in (schema.submissions, schema.documents)
    )
)
_LISTED = (
    select(*QUARANTINE.columns, _dossiers.c.number)
    .join_from(_held, _dossiers, (_dossiers.c.office_id == _held.c.office_id) & (_dossiers.c.id == _held.c.dossier_id))
    .where(matching(_held, "office_id"), _held.c.file_key > bindparam("after"), _SEEN)
    .order_by(_held.c.file_key)
    .limit(bindparam("size"))
)
_WAITING = select(func.count(), func.min(_held.c.since)).where(_held.c.state == written(QuarantineState.WAITING))


class QuarantineReading(Reader):
    """Reads files in quarantine."""

    def quarantined(self, office_id: OfficeId, key: FileKey) -> QuarantineState | None:
        """Tell why nobody can read a file; None if it can be read."""
        rows = self._all(_STATE, {"office_id": office_id, "file_key": key})
        return rows[0][0] if rows else None

    def quarantined_answers(
        self, office_id: OfficeId, assignment_id: AssignmentId
    ) -> Mapping[AnswerFileId, QuarantineState]:
        """Tell why nobody can read some of the files that are answers."""
        return dict(map(tuple, self._all(_ANSWERS, {"office_id": office_id, "assignment_id": assignment_id})))

    def office_quarantine(
        self, actor: OfficeActor, *, after: FileKey | None = None, size: int = PAGE
    ) -> Sequence[QuarantineRow]:
        """Return the files in quarantine that were sent or published, by key."""
        if after is not None and not storable(after):
            return []
        page = {"office_id": actor.office_id, "after": after or "", "size": size}
        return [
            QuarantineRow(held=QUARANTINE.value(row), dossier_number=row[QUARANTINE.width])
            for row in self._all(_LISTED, page)
        ]

    def waiting_files(self) -> tuple[int, datetime | None]:
        """Return the number of files of all offices that wait, and since when the oldest does."""
        [(count, oldest)] = self._all(_WAITING, {})
        return int(count), oldest
