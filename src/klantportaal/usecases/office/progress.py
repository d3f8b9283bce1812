"""The steps that dossiers follow, in the office's words (PG-1)."""

from collections.abc import Callable, Sequence
from datetime import date

import attrs

from klantportaal.domain import dossiers, progress
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.dossiers import Dossier
from klantportaal.domain.errors import Refused
from klantportaal.domain.progress import Progress
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import DossierId, day
from klantportaal.ports.clock import Clock
from klantportaal.ports.reading import TemplateRow
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.templates import Templates


@checked_calls
@attrs.frozen(kw_only=True)
class OfficeProgress:
    """The progress of the dossiers of an office, and the templates of their steps."""

    _storage: Storage
    _clock: Clock
    _recorder: Recorder
    _templates: Templates

    # ------------------------------------------------------------------ templates
    def publish_template(self, actor: OfficeActor, document: str | bytes) -> TemplateRow:
        """Publish a revision of a template of steps from a JSON document.

        Publishing the newest revision again changes nothing and gives that revision. Dossiers keep the revision that
        they were given.

        Raises:
            Refused: one fault for each error in the document, with the JSON path as field; or the revision is not
                higher than the newest one.
        """
        return self._templates.publish(actor, *progress.read(document))

    def templates(self, actor: OfficeActor, template: str | None = None) -> Sequence[TemplateRow]:
        """List the revisions of one template, or of all templates, newest first."""
        return self._storage.read.office_progress_templates(actor, template=template)

    def template_document(self, actor: OfficeActor, digest: str) -> str:
        """Give the published JSON document that has this digest. Raises: Absent."""
        return self._storage.read.progress_template(actor.office_id, digest)

    # ------------------------------------------------------------------ dossiers
    def follow(
        self,
        actor: OfficeActor,
        dossier_id: DossierId,
        template: str,
        *,
        revision: int | None = None,
        step: str | None = None,
        reached_on: date | None = None,
    ) -> Progress:
        """Let a dossier follow a template, or move it to another revision or template. Gives its steps.

        Steps that the dossier reached before keep their days, by their ids.

        Args:
            actor: the office.
            dossier_id: the dossier.
            template: the id of the template.
            revision: the revision; None means the newest.
            step: the id of the step that the dossier is at. None means the step that it is at now; a dossier without
                steps begins at the first.
            reached_on: the day on which it came to that step. None means the day that the step had, else today.

        Raises:
            Absent: the office has no such dossier or template.
            Refused: the template has no such step, or the day is still to come.
        """

        def followed(uow: UnitOfWork, dossier: Dossier, today: date) -> Progress:
            found = self._templates.find(uow, actor.office_id, template, revision)
            steps = progress.restored(found.document)
            return progress.begin(steps, dossier.progress, step=step, reached_on=reached_on, today=today)

        return self._change(actor, dossier_id, followed)

    def move(self, actor: OfficeActor, dossier_id: DossierId, step: str, *, reached_on: date | None = None) -> Progress:
        """Move a dossier to a step of its template, forward or back. Gives its steps.

        Args:
            actor: the office.
            dossier_id: the dossier.
            step: the id of the step. The steps after it are still to come then.
            reached_on: the day on which the dossier came to it. None means the day that the step had, else today.

        Raises:
            Absent: the office has no such dossier.
            Refused: the dossier follows no template, or its template has no such step; or the day is still to come.
        """

        def moved(_uow: UnitOfWork, dossier: Dossier, today: date) -> Progress:
            if dossier.progress is None:
                raise Refused([progress.unknown_step(step)])
            return progress.move(dossier.progress, step, reached_on=reached_on, today=today)

        return self._change(actor, dossier_id, moved)

    def end(self, actor: OfficeActor, dossier_id: DossierId) -> None:
        """Let a dossier follow no template. Its clients have no tab ``Voortgang`` then.

        Raises:
            Absent: the office has no such dossier.
        """
        with self._storage.begin() as uow:
            dossier = uow.dossiers.get(actor.office_id, dossier_id)
            if dossier.progress is None:
                return
            changed, fact = dossiers.end_progress(dossier, at=self._clock.now())
            uow.dossiers.save(changed)
            self._recorder.record(uow, actor, fact)
            uow.commit()

    def _change(
        self, actor: OfficeActor, dossier_id: DossierId, change: Callable[[UnitOfWork, Dossier, date], Progress]
    ) -> Progress:
        """Change the steps of a dossier. What changes nothing is not recorded."""
        now = self._clock.now()
        with self._storage.begin() as uow:
            dossier = uow.dossiers.get(actor.office_id, dossier_id)
            reached = change(uow, dossier, day(now))
            if reached != dossier.progress:
                changed, fact = dossiers.reach(dossier, reached, at=now)
                uow.dossiers.save(changed)
                self._recorder.record(uow, actor, fact)
                uow.commit()
        return reached
