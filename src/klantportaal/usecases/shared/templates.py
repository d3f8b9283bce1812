"""Publishing and finding templates of one kind: of requests (RQ-1), or of steps (PG-1)."""

from collections.abc import Callable

import attrs

from klantportaal.domain import templates
from klantportaal.domain.errors import Absent
from klantportaal.domain.events import ProgressTemplatePublished, RequestTemplatePublished
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.templates import PublishedTemplate, Template
from klantportaal.domain.values import OfficeId
from klantportaal.ports.clock import Clock
from klantportaal.ports.reading import TemplateRow
from klantportaal.ports.storage import PublishedTemplates, Storage, UnitOfWork
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.retries import once_more


@attrs.frozen(kw_only=True)
class Templates:
    """The published templates of one kind."""

    _storage: Storage
    _clock: Clock
    _recorder: Recorder
    _kept: Callable[[UnitOfWork], PublishedTemplates]
    _fact: type[RequestTemplatePublished] | type[ProgressTemplatePublished]

    @once_more
    def publish(self, actor: OfficeActor, template: Template, document: str) -> TemplateRow:
        """Publish a revision. The newest revision again changes nothing, and gives that revision.

        Raises:
            Refused: the revision is not higher than the newest one.
        """
        with self._storage.begin() as uow:
            published, fact = templates.publish(
                template,
                document,
                self._fact,
                office_id=actor.office_id,
                newest=self._kept(uow).newest(actor.office_id, template.id),
                handler=actor.handler,
                at=self._clock.now(),
            )
            if fact is not None:
                self._kept(uow).add(published)
                self._recorder.record(uow, actor, fact)
                uow.commit()
        return TemplateRow(
            template=published.template,
            revision=published.revision,
            digest=published.digest,
            titles=published.titles,
            published_at=published.published_at,
            published_by=published.published_by,
        )

    def find(self, uow: UnitOfWork, office_id: OfficeId, template: str, revision: int | None) -> PublishedTemplate:
        """Find a revision, or the newest one if *revision* is None. Raises: Absent."""
        if revision is not None:
            return self._kept(uow).revision(office_id, template, revision)
        newest = self._kept(uow).newest(office_id, template)
        if newest is None:
            raise Absent("template")
        return newest
