"""Files in quarantine."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, exists, or_, select, update

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.repositories.base import Repository
from klantportaal.adapters.storage.sql.rows import QUARANTINE
from klantportaal.adapters.storage.sql.statements import adding, forgetting, its, matching
from klantportaal.domain.quarantine import QuarantinedFile, QuarantineState
from klantportaal.domain.values import FileKey, OfficeId, RequestId

_held = schema.quarantine
_ADD = adding(_held)
_FIND = select(*QUARANTINE.columns).where(matching(_held, "office_id", "file_key"))
_AMONG = select(*QUARANTINE.columns).where(
    matching(_held, "office_id"), _held.c.file_key.in_(bindparam("keys", expanding=True))
)
_submissions = schema.submissions
_OF_REQUEST = (
    select(*QUARANTINE.columns)
    .join_from(
        _submissions,
        _held,
        (_held.c.office_id == _submissions.c.office_id) & (_held.c.file_key == _submissions.c.file_key),
    )
    .where(matching(_submissions, "office_id", "request_id"))
)
_WAITS = (its(_held, "office_id", "file_key"), _held.c.state == QuarantineState.WAITING)
_RELEASE = delete(_held).where(*_WAITS)
_REJECT = (
    update(_held)
    .where(*_WAITS)
    .values(state=bindparam("state"), ended_at=bindparam("ended_at"), found=bindparam("found"))
)
_NAMED = or_(
    *(
        exists(select(table.c.office_id).where(table.c.file_key == _held.c.file_key))
        for table in (schema.documents, schema.submissions, schema.uploads, schema.answer_files)
    )
)
_FORGET = forgetting(_held, (_held.c.ended_at < bindparam("before")) & ~_NAMED, first=_held.c.ended_at)


class SqlQuarantine(Repository):
    """Files that wait for the scanner, or were rejected."""

    def add(self, held: QuarantinedFile) -> None:
        """Insert a file that waits."""
        self._run(_ADD, QUARANTINE.record(held))

    def find(self, office_id: OfficeId, key: FileKey) -> QuarantinedFile | None:
        """Find a file that waits, or was rejected."""
        row = self._first(_FIND, {"office_id": office_id, "file_key": key})
        return None if row is None else QUARANTINE.value(row)

    def among(self, office_id: OfficeId, keys: Collection[FileKey]) -> Sequence[QuarantinedFile]:
        """Return those of some files that wait, or were rejected."""
        if not keys:
            return []
        return [QUARANTINE.value(row) for row in self._all(_AMONG, {"office_id": office_id, "keys": list(keys)})]

    def of_request(self, office_id: OfficeId, request_id: RequestId) -> Sequence[QuarantinedFile]:
        """Return those of the files that were delivered for a request that wait, or were rejected."""
        rows = self._all(_OF_REQUEST, {"office_id": office_id, "request_id": request_id})
        return [QUARANTINE.value(row) for row in rows]

    def release(self, office_id: OfficeId, key: FileKey) -> bool:
        """Delete a file that waits; False if it does not wait."""
        return self._count(_RELEASE, {"its_office_id": office_id, "its_file_key": key}) == 1

    def reject(self, rejected: QuarantinedFile) -> bool:
        """Store that a file that waits was rejected; False if it does not wait."""
        which = {"its_office_id": rejected.office_id, "its_file_key": rejected.file.key}
        told = {"state": rejected.state, "ended_at": rejected.ended_at, "found": rejected.found}
        return self._count(_REJECT, {**which, **told}) == 1

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete rejected files of all offices that no row names any more."""
        return self._count(_FORGET, {"before": before, "limit": limit})
