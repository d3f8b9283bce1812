"""Templates of requests (RQ-1) and of steps (PG-1), which an office publishes in revisions that never change."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeVar

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.questionnaires.json_documents import require_newer
from klantportaal.domain.values import OfficeId, Texts

Published = TypeVar("Published")


class Template(Protocol):
    """What every template has."""

    @property
    def id(self) -> str:
        """The name of the template, the same for all its revisions."""
        ...

    @property
    def revision(self) -> int:
        """The number of the revision."""
        ...

    @property
    def digest(self) -> str:
        """The SHA-256 of its document."""
        ...

    @property
    def title(self) -> Texts:
        """What people read."""
        ...


@attrs.frozen(kw_only=True, field_transformer=checked)
class PublishedTemplate:
    """A published revision as storage keeps it. It never changes."""

    office_id: OfficeId
    digest: str
    template: str
    """The id of the template."""
    revision: int
    titles: Texts
    document: str
    """The document without insignificant white space. *digest* is the hash of this text."""
    published_at: datetime
    published_by: str
    """The case handler's name."""


def publish(
    template: Template,
    document: str,
    fact: Callable[..., Published],
    *,
    office_id: OfficeId,
    newest: PublishedTemplate | None,
    handler: str,
    at: datetime,
) -> tuple[PublishedTemplate, Published | None]:
    """Publish a revision. *fact* makes the event. The newest revision again changes nothing.

    Raises:
        Refused: ``REVISION_TAKEN``: the revision is not higher than the newest.
    """
    if newest is not None and newest.digest == template.digest:
        return newest, None
    if newest is not None:
        require_newer(template.revision, newest.revision)
    published = PublishedTemplate(
        office_id=office_id,
        digest=template.digest,
        template=template.id,
        revision=template.revision,
        titles=template.title,
        document=document,
        published_at=at,
        published_by=handler,
    )
    return published, fact(template=template.id, revision=template.revision, digest=template.digest, at=at)
