"""Filling in questionnaires, page by page (QU-1 to QU-4)."""

import logging
import traceback
from collections.abc import Mapping, Sequence
from datetime import date

import attrs

from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.quarantine import QuarantineState
from klantportaal.domain.questionnaires import assignments, postal_addresses
from klantportaal.domain.questionnaires.answer_files import files_of
from klantportaal.domain.questionnaires.assignments import Assignment
from klantportaal.domain.questionnaires.definition import Definition, ProfileValue
from klantportaal.domain.questionnaires.postal_addresses import FoundAddress
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AnswerFileId, AssignmentId, DossierId, Language, day
from klantportaal.log_events import EventLog
from klantportaal.ports.addresses import AddressLookup
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import Files
from klantportaal.ports.reading import PAGE, ActionKey, DossierRow, OpenAction, PageSize
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.client import answer_files
from klantportaal.usecases.shared import file_removal
from klantportaal.usecases.shared.answer_reports import AnswerReports
from klantportaal.usecases.shared.definitions import Definitions
from klantportaal.usecases.shared.downloading import Download
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.retries import once_more
from klantportaal.usecases.shared.throttling import Throttle

_LOG = EventLog(__name__)


@attrs.frozen(kw_only=True)
class Saved:
    """An assigned questionnaire with its definition. The two together determine what is visible."""

    assignment: Assignment
    definition: Definition


@attrs.frozen(kw_only=True)
class Opened(Saved):
    """The same, with its dossier."""

    dossier: DossierRow
    quarantine: Mapping[AnswerFileId, QuarantineState] = attrs.field(factory=dict)
    """The files among the answers that nobody can read: they wait for the virus scanner, or it rejected them (AT-3)."""


@checked_calls
@attrs.frozen(kw_only=True)
class Questionnaires:
    """The questionnaires of a client. All its accounts share them."""

    _storage: Storage
    _files: Files
    _clock: Clock
    _recorder: Recorder
    _definitions: Definitions
    _reports: AnswerReports
    _throttle: Throttle
    _addresses: AddressLookup | None
    """None: addresses are typed."""

    def waiting(
        self,
        actor: Actor,
        dossier_id: DossierId | None = None,
        *,
        after: ActionKey | None = None,
        size: PageSize = PAGE,
    ) -> Sequence[OpenAction]:
        """List one page of the questionnaires to fill in, in one dossier or in all: by due date, then by age (QU-1)."""
        return self._storage.read.open_actions(actor, dossier_id, after=after, size=size)

    def today(self) -> date:
        """Give today's date in the time zone of the offices. Due dates are in that time zone."""
        return day(self._clock.now())

    def open(self, actor: Actor, assignment_id: AssignmentId) -> Opened:
        """Give an assigned questionnaire in any state, with its definition and dossier. This does not start it.

        Raises:
            Absent: the client has no such questionnaire.
        """
        view = self._storage.read.assignment(actor, assignment_id)
        definition = self._definitions.outside(self._storage, actor.office_id, view.assignment.digest)
        held: Mapping[AnswerFileId, QuarantineState] = {}
        if files_of(view.assignment, definition):
            held = self._storage.read.quarantined_answers(actor.office_id, assignment_id)
        return Opened(assignment=view.assignment, definition=definition, dossier=view.dossier, quarantine=held)

    def pdf(self, actor: Actor, assignment_id: AssignmentId, *, language: Language | None = None) -> Download:
        """Give the PDF of a completed questionnaire, in either language (QU-4).

        Args:
            actor: the client.
            assignment_id: the completed questionnaire.
            language: the language of the PDF. None: that in which it was completed, in which the PDF is stored. In the
                other one it is written anew.

        Raises:
            Absent: the client has no such questionnaire.
            Refused: the questionnaire is not completed.
            Unavailable: the PDF is not made yet, or the logo of the office cannot be read; try again later.
            FileDamaged: the stored file is known to differ from the file that was submitted (DC-4).
        """
        with self._storage.begin() as uow:
            assignment = uow.assignments.visible_to(actor, assignment_id)
            found = self._reports.find(uow, assignment, language)
        file = self._storage.read.submission_file(actor, assignment.dossier_id, found.submission_id)
        return self._reports.open(found, file, by=actor)

    def find_address(self, actor: Actor, postcode: str, number: str) -> FoundAddress | None:
        """Give the street and place of a Dutch postcode and house number; None if there is no such address.

        Nothing is saved. Each account has a number of look-ups, by the settings.

        Args:
            actor: the client.
            postcode: as it was typed.
            number: the house number, as it was typed. What is behind its digits is left out.

        Raises:
            Refused: a fault for ``postcode`` or ``number``, if it is missing or wrong.
            Unavailable: it cannot be looked up now, the portal looks up nothing, or this was one look-up too many. The
                client types street and place.
        """
        asked = postal_addresses.to_look_up(postcode, number)
        if self._addresses is None:
            raise Unavailable
        self._count_look_up(actor)
        try:
            return self._addresses.find(*asked)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a look-up does, the client can type
            _tell(error)
            raise Unavailable from None

    @once_more
    def _count_look_up(self, actor: Actor) -> None:
        """Count a look-up. Raises: Unavailable, if it is one too many."""
        with self._storage.begin() as uow:
            attempt = self._throttle.find_address(uow, actor)
            uow.commit()
        if not attempt.is_open:
            raise Unavailable

    # ------------------------------------------------------------------ Invullen, Volgende, completion
    def start(self, actor: Actor, assignment_id: AssignmentId) -> Opened:
        """Start a questionnaire, or continue it (QU-2).

        Raises:
            Absent: the client has no such questionnaire.
            Refused: the questionnaire was completed or withdrawn.
            NotSignedIn: the account was closed or deleted, or its password changed, at the same time.
        """
        self._start(actor, assignment_id)
        return self.open(actor, assignment_id)

    @once_more
    def _start(self, actor: Actor, assignment_id: AssignmentId) -> None:
        now = self._clock.now()
        with self._storage.begin() as uow:
            assignment, definition = self._find(uow, actor, assignment_id)
            known = _known(uow, actor, assignment)
            started, fact = assignments.start(
                assignment, definition, known, account_id=actor.account_id, today=day(now), at=now
            )
            if fact is not None:
                uow.assignments.save(started)
                self._recorder.record(uow, actor, fact)
                uow.commit()

    @once_more
    def save(
        self,
        actor: Actor,
        assignment_id: AssignmentId,
        page_id: str,
        submitted: Mapping[str, object],
        *,
        version: int,
    ) -> Saved:
        """Save the answers of one page (QU-2, properties 1 and 8). The same save again changes nothing.

        Args:
            actor: the account that fills in the questionnaire.
            assignment_id: the assigned questionnaire.
            page_id: the page, as the definition names it.
            submitted: the answers by question id. The answer to a question for files, also in a row, is a list of file
                ids: ids of files of the saved answer, and ids of files that this account staged for the question.
            version: the version of the assignment that the page was shown with.

        Raises:
            Absent: the client has no such questionnaire, or the questionnaire has no such page.
            Refused: one fault for each wrong answer; or the questionnaire is not started, is completed or is withdrawn.
            Conflict: something else was saved after *version*.
            NotSignedIn: the account was closed or deleted, or its password changed, at the same time.
        """
        now = self._clock.now()
        with self._storage.begin() as uow:
            assignment, definition = self._find(uow, actor, assignment_id)
            page = definition.page(page_id)
            staged = answer_files.staged_for(uow, actor, assignment, page, submitted, at=now)
            answers = answer_files.resolved(assignment, page, submitted, staged)
            with answer_files.telling_of_gone_files(page, answers):
                saved, fact = assignments.save(
                    assignment, definition, page_id, answers, version=version, account_id=actor.account_id, at=now
                )
            if fact is None:
                return Saved(assignment=assignment, definition=definition)
            answer_files.require_one_place(page, saved)
            uow.assignments.save(saved)
            dropped = answer_files.settle(uow, definition, assignment, saved, staged, at=now)
            self._recorder.record(uow, actor, fact)
            uow.commit()
        file_removal.remove(self._files, dropped)
        return Saved(assignment=attrs.evolve(saved, version=saved.version + 1), definition=definition)

    def complete(self, actor: Actor, assignment_id: AssignmentId, *, version: int) -> Opened:
        """Complete a questionnaire. Completing it again changes nothing (properties 6 and 9).

        Args:
            actor: the account that completes it.
            assignment_id: the assigned questionnaire.
            version: the version of the assignment that the review page showed.

        Raises:
            Absent: the client has no such questionnaire.
            Refused: a page is not finished, or a file was rejected by the scanner; or the questionnaire is not started
                or is withdrawn.
            Conflict: something was saved after *version*.
            NotSignedIn: the account was closed or deleted, or its password changed, at the same time.
        """
        self._complete(actor, assignment_id, version)
        return self.open(actor, assignment_id)

    @once_more
    def _complete(self, actor: Actor, assignment_id: AssignmentId, version: int) -> None:
        now = self._clock.now()
        with self._storage.begin() as uow:
            assignment, definition = self._find(uow, actor, assignment_id)
            completed, fact = assignments.complete(
                assignment,
                definition,
                version=version,
                account_id=actor.account_id,
                language=actor.language,
                at=now,
            )
            if fact is None:
                return
            uow.assignments.save(completed)
            dropped = answer_files.deliver(uow, definition, completed, at=now)
            self._recorder.record(uow, actor, fact)
            uow.commit()
        file_removal.remove(self._files, dropped)

    def _find(self, uow: UnitOfWork, actor: Actor, assignment_id: AssignmentId) -> tuple[Assignment, Definition]:
        """Find the assignment to change and its definition, and require that the account is still active (XA-3)."""
        assignment = uow.assignments.visible_to(actor, assignment_id)
        uow.accounts.hold(actor)
        return assignment, self._definitions.within(uow, actor.office_id, assignment.digest)


def _tell(error: Exception) -> None:
    """Log that a look-up failed. The message of the error may have the postcode that was typed, so it is left out."""
    _LOG.log(
        logging.ERROR,
        "address_lookup_failed",
        "An address could not be looked up: %(reason)s\n%(places)s",
        reason=type(error).__name__,
        places="".join(traceback.format_tb(error.__traceback__)),
    )


def _known(uow: UnitOfWork, actor: Actor, assignment: Assignment) -> Mapping[ProfileValue, str]:
    dossier = uow.dossiers.get(actor.office_id, assignment.dossier_id)
    return {
        ProfileValue.DOSSIER_NUMBER: dossier.number,
        ProfileValue.DOSSIER_DESCRIPTION: dossier.description,
        ProfileValue.CLIENT_KIND: actor.kind,
        ProfileValue.NAME: actor.name,
        ProfileValue.EMAIL: uow.persons.get(actor.office_id, actor.person_id).email,
        ProfileValue.CLIENT_NAME: actor.client_name,
    }
