"""The published templates of requests and of progress."""

from collections.abc import Sequence

from sqlalchemy import Table, select

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.reading.base import Reader
from klantportaal.adapters.storage.sql.reading.parts import by_position
from klantportaal.adapters.storage.sql.statements import matching, storable
from klantportaal.domain.errors import Absent
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import OfficeId
from klantportaal.ports.reading import TemplateRow


class _Statements:
    """The statements for one kind of templates."""

    def __init__(self, table: Table, what: str) -> None:
        self.what = what
        names = ("template", "revision", "digest", "titles", "published_at", "published_by")
        self.all = select(*(table.c[name] for name in names)).where(matching(table, "office_id"))
        self.of_one = self.all.where(matching(table, "template"))
        self.document = select(table.c.document).where(matching(table, "office_id", "digest"))


_REQUESTS = _Statements(schema.request_templates, "request template")
_PROGRESS = _Statements(schema.progress_templates, "progress template")
_row = by_position(TemplateRow)


class TemplateReading(Reader):
    """Reads published templates."""

    def office_request_templates(self, actor: OfficeActor, *, template: str | None = None) -> Sequence[TemplateRow]:
        """Return the published revisions of one template of requests or of all, by template, newest revision first."""
        return self._templates(_REQUESTS, actor, template)

    def request_template(self, office_id: OfficeId, digest: str) -> str:
        """Return the document of a published template of requests.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return self._document(_REQUESTS, office_id, digest)

    def office_progress_templates(self, actor: OfficeActor, *, template: str | None = None) -> Sequence[TemplateRow]:
        """Return the published revisions of one template of steps or of all, by template, newest revision first."""
        return self._templates(_PROGRESS, actor, template)

    def progress_template(self, office_id: OfficeId, digest: str) -> str:
        """Return the document of a published template of steps.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return self._document(_PROGRESS, office_id, digest)

    def _templates(self, statements: _Statements, actor: OfficeActor, template: str | None) -> Sequence[TemplateRow]:
        if template is not None and not storable(template):
            return []
        which = {"office_id": actor.office_id, "template": template}
        rows = [_row(each) for each in self._all(statements.all if template is None else statements.of_one, which)]
        # Sorted here: databases differ in how they order letters and hyphens.
        return sorted(rows, key=lambda each: (each.template, -each.revision))

    def _document(self, statements: _Statements, office_id: OfficeId, digest: str) -> str:
        if not storable(digest):
            raise Absent(statements.what)
        document: str = self._one(statements.document, {"office_id": office_id, "digest": digest}, statements.what)[0]
        return document
