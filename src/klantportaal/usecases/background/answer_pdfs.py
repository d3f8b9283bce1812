"""Making the PDF of a completed questionnaire and filing it in the dossier, with its receipt (QU-4, RQ-4).

The PDF is made outside any transaction. Its file is stored before the row that refers to it (AL-3). An interrupted task
starts again from the beginning. The assignment stores the id of its PDF, so there is never a second PDF.
"""

from uuid import UUID

import attrs

from klantportaal.domain.auditing import Background
from klantportaal.domain.outgoing import Task
from klantportaal.domain.questionnaires import assignments
from klantportaal.domain.questionnaires.assignments import Assignment
from klantportaal.domain.uploads import Submission
from klantportaal.domain.values import AssignmentId
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import Files
from klantportaal.ports.pdf import Report
from klantportaal.ports.secrets import Ids
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.shared import file_removal
from klantportaal.usecases.shared.answer_reports import AnswerReports, file_name
from klantportaal.usecases.shared.receipt_codes import ReceiptCodes
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.storing import file_key, store


@attrs.frozen(kw_only=True)
class AnswerPdfs:
    """Makes PDFs of answers and files them."""

    _storage: Storage
    _files: Files
    _clock: Clock
    _ids: Ids
    _recorder: Recorder
    _receipt_codes: ReceiptCodes
    _reports: AnswerReports

    def file(self, task: Task) -> None:
        """Make the PDF of a task and file it in the dossier. If the PDF is there already, nothing happens.

        Raises:
            StorageFull: the PDF could not be stored; try again later.
            Unavailable: the PDF could not be stored, or the logo not be read; try again later.
        """
        assignment_id = AssignmentId(UUID(task.payload["assignment"]))
        with self._storage.begin() as uow:
            assignment = uow.assignments.get(task.office_id, assignment_id)
            if assignment.submission_id is not None:
                return
            office = uow.offices.get(task.office_id)
            report = self._reports.report(uow, assignment, assignments.result_language(assignment))
        key = file_key(task.office_id, self._ids.new())
        pdf = self._reports.write(report, office)
        file = store(self._files, key, name=file_name(report), media_type="application/pdf", blocks=[pdf])
        with file_removal.unless_named(self._files, file), self._storage.begin() as uow:
            filed = assignments.file_result(
                uow.assignments.get(task.office_id, assignment_id), file, at=self._clock.now()
            )
            if filed is not None:
                assignment, submission, fact = filed
                uow.submissions.add([submission])
                uow.assignments.save(assignment)
                self._issue(uow, assignment, submission, report)
                self._recorder.record(uow, Background(office_id=task.office_id), fact)
                uow.commit()

    def _issue(self, uow: UnitOfWork, assignment: Assignment, pdf: Submission, report: Report) -> None:
        """Add the receipt: of the PDF, and of the files that are answers."""
        delivered = uow.submissions.of_assignment(assignment.office_id, assignment.id)
        self._receipt_codes.issue(
            uow,
            [pdf, *(each for each in delivered if each.id != pdf.id)],
            id=assignment.id,
            dossier=uow.dossiers.get(assignment.office_id, assignment.dossier_id),
            client_name=report.client_name,
            delivered_by=report.completed_by,
        )
