"""The steps that dossiers follow, in the office's words (PG-1)."""

from collections.abc import Callable, Sequence
from datetime import date

import attrs

from klantportaal.domain import dossiers, progress
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.dossiers import Dossier
from klantportaal.domain.errors import Absent, Refused
from klantportaal.domain.progress import Progress, ProgressTemplate
from klantportaal.domain.request_templates import PublishedTemplate
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import DossierId, day
from klantportaal.ports.clock import Clock
from klantportaal.ports.reading import ProgressTemplateRow
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.retries import once_more


@checked_calls
@attrs.frozen(kw_only=True)
class OfficeProgress:
    """The progress of the dossiers of an office, and the templates of their steps."""

    _storage: Storage
    _clock: Clock
    _recorder: Recorder

    # ------------------------------------------------------------------ templates
    def publish_template(self, actor: OfficeActor, document: str | bytes) -> ProgressTemplateRow:
        """Publish a revision of a template of steps from a JSON document.

        Publishing the newest revision again changes nothing and gives that revision. Dossiers keep the revision that
        they were given.

        Raises:
            Refused: one fault for each error in the document, with the JSON path as field; or the revision is not
                higher than the newest one.
        """
        template, text = progress.read(document)
        published = self._publish(actor, template, text)
        return ProgressTemplateRow(
            template=published.template,
            revision=published.revision,
            digest=published.digest,
            titles=published.titles,
            published_at=published.published_at,
            published_by=published.published_by,
        )

    @once_more
    def _publish(self, actor: OfficeActor, template: ProgressTemplate, text: str) -> PublishedTemplate:
        with self._storage.begin() as uow:
            published, fact = progress.publish(
                template,
                text,
                office_id=actor.office_id,
                newest=uow.progress_templates.newest(actor.office_id, template.id),
                handler=actor.handler,
                at=self._clock.now(),
            )
            if fact is not None:
                uow.progress_templates.add(published)
                self._recorder.record(uow, actor, fact)
                uow.commit()
        return published

    def templates(self, actor: OfficeActor, template: str | None = None) -> Sequence[ProgressTemplateRow]:
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
            found = self._template(uow, actor, template, revision)
            return progress.begin(found, dossier.progress, step=step, reached_on=reached_on, today=today)

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

    def _template(self, uow: UnitOfWork, actor: OfficeActor, template: str, revision: int | None) -> ProgressTemplate:
        """Find a revision, or the newest one if *revision* is None. Raises: Absent."""
        if revision is None:
            published = uow.progress_templates.newest(actor.office_id, template)
        else:
            published = uow.progress_templates.revision(actor.office_id, template, revision)
        if published is None:
            raise Absent("progress template")
        return progress.restored(published.document)
