"""From a completed questionnaire to its PDF in the dossier (QU-4).

The PDF is made outside any transaction, and its file is written before the row that names it (AL-3). What stops halfway
is done again from the start; the assignment remembers that its PDF stands, so there is never a second.
"""

from uuid import UUID

import attrs

from klantportaal.domain import uploads
from klantportaal.domain.auditing import Background
from klantportaal.domain.outgoing import Task
from klantportaal.domain.questionnaires import assignments, results
from klantportaal.domain.questionnaires.assignments import Assignment
from klantportaal.domain.questionnaires.projection import asked
from klantportaal.domain.values import AssignmentId, Language
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import Files
from klantportaal.ports.pdf import PdfWriter, Report
from klantportaal.ports.secrets import Ids
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.shared.definitions import Definitions
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.storing import file_key, store


@attrs.frozen(kw_only=True)
class AnswerPdfs:
    """Makes and files PDFs."""

    _storage: Storage
    _files: Files
    _clock: Clock
    _ids: Ids
    _pdf: PdfWriter
    _recorder: Recorder
    _definitions: Definitions

    def file(self, task: Task) -> None:
        """Make the PDF that a task asks for and put it into the dossier, unless it stands there.

        Raises:
            StorageFull, Unavailable: it is not there yet; try again later.
        """
        assignment_id = AssignmentId(UUID(task.payload["assignment"]))
        with self._storage.begin() as uow:
            assignment = uow.assignments.get(task.office_id, assignment_id)
            if assignment.submission_id is not None:
                return
            report = self._report(uow, assignment)
        name = uploads.shown_name(f"{report.title} {report.dossier_number}.pdf".replace("/", "-").replace("\\", "-"))
        key = file_key(task.office_id, self._ids.new())
        pdf = self._pdf.write(report)
        file = store(self._files, key, name=name, media_type="application/pdf", blocks=[pdf])
        with self._storage.begin() as uow:
            filed = assignments.file_result(
                uow.assignments.get(task.office_id, assignment_id), file, at=self._clock.now()
            )
            if filed is not None:
                assignment, submission, fact = filed
                uow.submissions.add([submission])
                uow.assignments.save(assignment)
                self._recorder.record(uow, Background(office_id=task.office_id), fact)
                uow.commit()

    def _report(self, uow: UnitOfWork, assignment: Assignment) -> Report:
        definition = self._definitions.within(uow, assignment.office_id, assignment.digest)
        dossier = uow.dossiers.get(assignment.office_id, assignment.dossier_id)
        language = assignment.completed_in or Language.DUTCH
        return Report(
            language=language,
            title=assignment.subject[language],
            office_name=uow.offices.get(assignment.office_id).profile.name,
            client_name=uow.clients.get(assignment.office_id, assignment.client_id).name,
            dossier_number=dossier.number,
            dossier_description=dossier.description,
            completed_by=_who(uow, assignment),
            completed_at=assignment.ended_at or assignment.assigned_at,
            asked=tuple(asked(results.result(assignment, definition))),
            attachment=results.as_json(assignment, definition).encode(),
        )


def _who(uow: UnitOfWork, assignment: Assignment) -> str:
    """Name the account that completed it."""
    account_id = assignment.completed_by
    return "" if account_id is None else uow.accounts.get(assignment.office_id, account_id)[0].name
