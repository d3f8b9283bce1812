"""The published templates of requests and of progress."""

from sqlalchemy import Table, select

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.repositories.base import Repository
from klantportaal.adapters.storage.sql.rows import Rows
from klantportaal.adapters.storage.sql.running import Runner
from klantportaal.adapters.storage.sql.statements import adding_once, matching, storable
from klantportaal.domain.errors import Absent, Conflict
from klantportaal.domain.questionnaires.publishing import REVISION_LIMIT
from klantportaal.domain.templates import PublishedTemplate
from klantportaal.domain.values import OfficeId


class _Statements:
    """The statements for one kind of templates."""

    def __init__(self, table: Table, what: str) -> None:
        self.what = what
        self.rows = Rows(PublishedTemplate, table)
        self.add = adding_once(table)
        revisions = select(*self.rows.columns).where(matching(table, "office_id", "template"))
        self.newest = revisions.order_by(table.c.revision.desc()).limit(1)
        self.revision = revisions.where(matching(table, "revision"))


_REQUESTS = _Statements(schema.request_templates, "request template")
_PROGRESS = _Statements(schema.progress_templates, "progress template")


class _SqlTemplates(Repository):
    """The published revisions of one kind of templates."""

    def __init__(self, runner: Runner, statements: _Statements) -> None:
        super().__init__(runner)
        self._statements = statements

    def add(self, published: PublishedTemplate) -> None:
        """Insert a revision.

        Raises:
            Conflict: the office has this revision, or this digest, already.
        """
        if self._count(self._statements.add, self._statements.rows.record(published)) == 0:
            raise Conflict

    def newest(self, office_id: OfficeId, template: str) -> PublishedTemplate | None:
        """Find the highest revision of a template."""
        if not storable(template):
            return None
        row = self._first(self._statements.newest, {"office_id": office_id, "template": template})
        return None if row is None else self._statements.rows.value(row)

    def revision(self, office_id: OfficeId, template: str, revision: int) -> PublishedTemplate:
        """Return one revision of a template.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        if not storable(template) or not 1 <= revision <= REVISION_LIMIT:
            raise Absent(self._statements.what)
        which = {"office_id": office_id, "template": template, "revision": revision}
        return self._statements.rows.value(self._one(self._statements.revision, which, self._statements.what))


class SqlRequestTemplates(_SqlTemplates):
    """The published revisions of templates of requests."""

    def __init__(self, runner: Runner) -> None:
        super().__init__(runner, _REQUESTS)


class SqlProgressTemplates(_SqlTemplates):
    """The published revisions of templates of steps."""

    def __init__(self, runner: Runner) -> None:
        super().__init__(runner, _PROGRESS)
