"""Making the PDF of a completed questionnaire and filing it in the dossier, with its receipt (QU-4, RQ-4).

The PDF is made outside any transaction. Its file is stored before the row that refers to it (AL-3). An interrupted task
starts again from the beginning. The assignment stores the id of its PDF, so there is never a second PDF.
"""

from uuid import UUID

import attrs

from klantportaal.domain import uploads
from klantportaal.domain.auditing import Background
from klantportaal.domain.offices import OfficeProfile
from klantportaal.domain.outgoing import Task
from klantportaal.domain.questionnaires import assignments, results
from klantportaal.domain.questionnaires.assignments import Assignment
from klantportaal.domain.questionnaires.projection import asked
from klantportaal.domain.uploads import Submission
from klantportaal.domain.values import AssignmentId, Language
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import Files
from klantportaal.ports.pdf import PdfWriter, Report
from klantportaal.ports.secrets import Ids
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.shared import file_removal
from klantportaal.usecases.shared.definitions import Definitions
from klantportaal.usecases.shared.logos import Logos
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
    _pdf: PdfWriter
    _recorder: Recorder
    _definitions: Definitions
    _receipt_codes: ReceiptCodes
    _logos: Logos

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
            report = self._report(uow, assignment, office.profile)
        name = uploads.shown_name(f"{report.title} {report.dossier_number}.pdf".replace("/", "-").replace("\\", "-"))
        key = file_key(task.office_id, self._ids.new())
        pdf = self._pdf.write(attrs.evolve(report, logo=self._logos.of(office)))
        file = store(self._files, key, name=name, media_type="application/pdf", blocks=[pdf])
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

    def _report(self, uow: UnitOfWork, assignment: Assignment, office: OfficeProfile) -> Report:
        definition = self._definitions.within(uow, assignment.office_id, assignment.digest)
        dossier = uow.dossiers.get(assignment.office_id, assignment.dossier_id)
        language = assignment.completed_in or Language.DUTCH
        return Report(
            language=language,
            title=assignment.subject[language],
            office=office,
            client_name=uow.clients.get(assignment.office_id, assignment.client_id).name,
            dossier_number=dossier.number,
            dossier_description=dossier.description,
            completed_by=_who(uow, assignment),
            completed_at=assignment.ended_at or assignment.assigned_at,
            asked=tuple(asked(results.result(assignment, definition))),
            attachment=results.as_json(assignment, definition).encode(),
        )


def _who(uow: UnitOfWork, assignment: Assignment) -> str:
    """Give the name of the account that completed the questionnaire."""
    account_id = assignment.completed_by
    return "" if account_id is None else uow.accounts.get(assignment.office_id, account_id)[0].name
