"""The PDF of a completed questionnaire: its contents, and giving it in either language (QU-4).

The PDF in the language of completion is stored. That in the other language is written anew each time, from the stored
answers and the names of the receipt, which stay as they were. It is not stored.
"""

import hashlib
from functools import partial

import attrs

from klantportaal.domain import uploads
from klantportaal.domain.auditing import By
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.events import SubmissionDownloaded
from klantportaal.domain.offices import Office
from klantportaal.domain.questionnaires import assignments, results
from klantportaal.domain.questionnaires.assignments import Assignment
from klantportaal.domain.questionnaires.projection import asked
from klantportaal.domain.values import Language, ReceiptId, SubmissionId
from klantportaal.ports.pdf import PdfWriter, Report
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.shared.definitions import Definitions
from klantportaal.usecases.shared.downloading import Download, Downloads
from klantportaal.usecases.shared.logos import Logos


@attrs.frozen(kw_only=True)
class FoundPdf:
    """The PDF that is asked for."""

    submission_id: SubmissionId
    """The stored PDF."""
    anew: Report | None
    """What to write in the other language. None: the stored PDF has the language that is asked for."""


@attrs.frozen(kw_only=True)
class AnswerReports:
    """Writes the answers of completed questionnaires as PDFs, and gives these."""

    _storage: Storage
    _downloads: Downloads
    _pdf: PdfWriter
    _definitions: Definitions
    _logos: Logos

    def report(self, uow: UnitOfWork, assignment: Assignment, language: Language) -> Report:
        """Give the contents of the PDF of a completed questionnaire, with the names of now."""
        definition = self._definitions.within(uow, assignment.office_id, assignment.digest)
        dossier = uow.dossiers.get(assignment.office_id, assignment.dossier_id)
        return Report(
            language=language,
            title=assignment.subject[language],
            office=uow.offices.get(assignment.office_id).profile,
            client_name=uow.clients.get(assignment.office_id, assignment.client_id).name,
            dossier_number=dossier.number,
            dossier_description=dossier.description,
            completed_by=_who(uow, assignment),
            completed_at=assignment.ended_at or assignment.assigned_at,
            asked=tuple(asked(results.result(assignment, definition))),
            attachment=results.as_json(assignment, definition).encode(),
        )

    def write(self, report: Report, office: Office) -> bytes:
        """Write a PDF. Raises: Unavailable, if the logo of the office cannot be read now."""
        return self._pdf.write(attrs.evolve(report, logo=self._logos.of(office)))

    def find(self, uow: UnitOfWork, assignment: Assignment, language: Language | None) -> FoundPdf:
        """Find the PDF of a questionnaire in a language. None: in that of completion.

        Raises:
            Refused: the questionnaire is not completed.
            Unavailable: the PDF is not made yet.
        """
        assignments.result_of(assignment)
        if assignment.submission_id is None:
            raise Unavailable("the PDF is being made")
        if language is None or language is assignments.result_language(assignment):
            return FoundPdf(submission_id=assignment.submission_id, anew=None)
        receipt = uow.receipts.get(assignment.office_id, ReceiptId(assignment.id))
        report = attrs.evolve(
            self.report(uow, assignment, language),
            client_name=receipt.client_name,
            dossier_number=receipt.dossier_number,
            completed_by=receipt.delivered_by,
        )
        return FoundPdf(submission_id=assignment.submission_id, anew=report)

    def open(self, found: FoundPdf, file: StoredFile, *, by: By) -> Download:
        """Prepare to give a PDF. In either language it is recorded as a download of the stored one, *file*.

        Raises:
            FileDamaged: the stored file is known to differ from the file that was submitted (DC-4).
            Unavailable: the file, or the logo of the office, cannot be read now.
        """
        give = partial(
            self._downloads.open,
            by=by,
            ended=partial(SubmissionDownloaded, submission_id=found.submission_id),
            submission_id=found.submission_id,
        )
        if found.anew is None:
            return give(file)
        made = self.write(found.anew, self._storage.read.office(by.office_id))
        digest = hashlib.sha256(made).digest()
        # It is not stored: its key is that of the stored PDF.
        return give(attrs.evolve(file, name=file_name(found.anew), size=len(made), sha256=digest), made=made)


def file_name(report: Report) -> str:
    """Give the name of a PDF."""
    return uploads.shown_name(f"{report.title} {report.dossier_number}.pdf".replace("/", "-").replace("\\", "-"))


def _who(uow: UnitOfWork, assignment: Assignment) -> str:
    """Give the name of the account that completed the questionnaire."""
    account_id = assignment.completed_by
    return "" if account_id is None else uow.accounts.get(assignment.office_id, account_id)[0].name
