"""Repositories of requests for documents, and of the templates of requests and of progress."""

import attrs

from klantportaal.adapters.storage.memory.tables import Tables, owned, put
from klantportaal.domain.errors import Absent, Conflict
from klantportaal.domain.requests import DocumentRequest
from klantportaal.domain.sessions import Actor
from klantportaal.domain.templates import PublishedTemplate
from klantportaal.domain.values import OfficeId, RequestId


@attrs.frozen
class Templates:
    """The revisions of templates that offices published, of one kind."""

    _table: dict[tuple[OfficeId, str], PublishedTemplate]
    _what: str

    def add(self, published: PublishedTemplate) -> None:
        """Insert a revision."""
        key = (published.office_id, published.digest)
        revisions = {each.revision for each in self._of(published.office_id, published.template)}
        if published.revision in revisions or key in self._table:
            raise Conflict
        self._table[key] = published

    def newest(self, office_id: OfficeId, template: str) -> PublishedTemplate | None:
        """Find the highest revision of a template."""
        return max(self._of(office_id, template), key=lambda each: each.revision, default=None)

    def revision(self, office_id: OfficeId, template: str, revision: int) -> PublishedTemplate:
        """Return one revision of a template."""
        for published in self._of(office_id, template):
            if published.revision == revision:
                return published
        raise Absent(self._what)

    def _of(self, office_id: OfficeId, template: str) -> list[PublishedTemplate]:
        wanted = (office_id, template)
        return [each for each in self._table.values() if (each.office_id, each.template) == wanted]


@attrs.frozen
class Requests:
    """The requests for documents, with their items and deliveries."""

    _tables: Tables

    def add(self, request: DocumentRequest) -> None:
        """Insert a request."""
        self._tables.requests[request.id] = request

    def get(self, office_id: OfficeId, request_id: RequestId) -> DocumentRequest:
        """Return a request."""
        return owned(self._tables.requests, office_id, request_id, "request")

    def take(self, office_id: OfficeId, request_id: RequestId) -> DocumentRequest:
        """Return a request. Nobody else changes it before the end."""
        return self.get(office_id, request_id)

    def visible_to(self, actor: Actor, request_id: RequestId) -> DocumentRequest:
        """Return a request to the actor's client in a dossier it is a party to, in any state."""
        request = self.get(actor.office_id, request_id)
        if not self._tables.sees_request(actor, request):
            raise Absent("request")
        return request

    def save(self, request: DocumentRequest) -> None:
        """Store a change."""
        put(self._tables.requests, request.id, request)

    def mark(self, request: DocumentRequest) -> None:
        """Store that a request was opened or reminded of, with the version that it had."""
        put(self._tables.requests, request.id, request)
        self._tables.requests[request.id] = request
