"""Files in quarantine."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

import attrs

from klantportaal.adapters.storage.memory.questionnaires import Assignments
from klantportaal.adapters.storage.memory.tables import Tables, drop
from klantportaal.domain.quarantine import QuarantinedFile, QuarantineState
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import AnswerFileId, AssignmentId, FileKey, OfficeId, RequestId
from klantportaal.ports.reading import PAGE, QuarantineRow


@attrs.frozen
class Quarantine:
    """Files that wait for the scanner, or were rejected."""

    _tables: Tables

    def add(self, held: QuarantinedFile) -> None:
        """Insert a file that waits."""
        self._tables.quarantine[held.office_id, held.file.key] = held

    def find(self, office_id: OfficeId, key: FileKey) -> QuarantinedFile | None:
        """Find a file that waits, or was rejected."""
        return self._tables.quarantine.get((office_id, key))

    def among(self, office_id: OfficeId, keys: Collection[FileKey]) -> Sequence[QuarantinedFile]:
        """Return those of some files that wait, or were rejected."""
        found = [self.find(office_id, key) for key in dict.fromkeys(keys)]
        return [each for each in found if each is not None]

    def of_request(self, office_id: OfficeId, request_id: RequestId) -> Sequence[QuarantinedFile]:
        """Return those of the files that were delivered for a request that wait, or were rejected."""
        delivered = [each for each in self._tables.submissions.values() if each.request_id == request_id]
        return self.among(office_id, [each.file.key for each in delivered])

    def release(self, office_id: OfficeId, key: FileKey) -> bool:
        """Delete a file that waits; False if it does not wait."""
        if not self._waits(office_id, key):
            return False
        del self._tables.quarantine[office_id, key]
        return True

    def reject(self, rejected: QuarantinedFile) -> bool:
        """Store that a file that waits was rejected; False if it does not wait."""
        if not self._waits(rejected.office_id, rejected.file.key):
            return False
        self._tables.quarantine[rejected.office_id, rejected.file.key] = rejected
        return True

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete rejected files of all offices that no row names any more."""
        named = {file.key for file in self._tables.files()}

        def is_old(key: tuple[OfficeId, FileKey], held: QuarantinedFile) -> bool:
            return held.ended_at is not None and held.ended_at < before and key[1] not in named

        return drop(self._tables.quarantine, limit, is_old)

    def _waits(self, office_id: OfficeId, key: FileKey) -> bool:
        held = self.find(office_id, key)
        return held is not None and held.state is QuarantineState.WAITING


@attrs.frozen(slots=False)  # MemoryReading inherits from several such classes.
class QuarantineReading:
    """Reads files in quarantine."""

    _committed: Callable[[], Tables]

    def quarantined(self, office_id: OfficeId, key: FileKey) -> QuarantineState | None:
        """Tell why nobody can read a file; None if it can be read."""
        return self._committed().quarantine_state(office_id, key)

    def quarantined_answers(
        self, office_id: OfficeId, assignment_id: AssignmentId
    ) -> Mapping[AnswerFileId, QuarantineState]:
        """Tell why nobody can read some of the files that are answers."""
        tables = self._committed()
        answers = Assignments(tables).files(office_id, assignment_id)
        states = {each.id: tables.quarantine_state(office_id, each.file.key) for each in answers}
        return {id: state for id, state in states.items() if state is not None}

    def office_quarantine(
        self, actor: OfficeActor, *, after: FileKey | None = None, size: int = PAGE
    ) -> Sequence[QuarantineRow]:
        """Return the files in quarantine that were sent or published, by key."""
        tables = self._committed()
        seen = {each.file.key for each in tables.submissions.values()}
        seen |= {each.file.key for each in tables.documents.values()}
        ours = [
            QuarantineRow(held=held, dossier_number=tables.dossiers[held.dossier_id].number)
            for (office_id, key), held in sorted(tables.quarantine.items(), key=lambda each: each[0][1])
            if office_id == actor.office_id and key in seen and (after is None or key > after)
        ]
        return ours[:size]

    def waiting_files(self) -> tuple[int, datetime | None]:
        """Return the number of files of all offices that wait, and since when the oldest does."""
        held = self._committed().quarantine.values()
        waiting = [each.since for each in held if each.state is QuarantineState.WAITING]
        return len(waiting), min(waiting, default=None)
