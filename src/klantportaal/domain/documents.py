"""Documents: how the office publishes, replaces and withdraws them (DC-1 to DC-4)."""

import enum
from collections.abc import Collection
from datetime import datetime

import attrs

from klantportaal.domain import external_ids
from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.events import DocumentPublished, DocumentWithdrawn
from klantportaal.domain.values import (
    NAME_LIMIT,
    ClientId,
    DocumentId,
    DossierId,
    FileKey,
    OfficeId,
    is_blank,
    plain_line,
)

REASON_LIMIT = 300


class DocumentKind(enum.StrEnum):
    """The tab that shows a published file."""

    DOCUMENT = "document"
    CORRESPONDENCE = "correspondence"


class DocumentState(enum.StrEnum):
    """Whether a document can be downloaded. If not, the state tells why."""

    WAITING = "waiting"
    """Its file waits for the virus scanner. No client sees it, and nobody was notified (AT-3)."""
    AVAILABLE = "available"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    """It was never shown: the virus scanner rejected it, or the office withdrew it while it waited."""


SHOWN = frozenset({DocumentState.AVAILABLE, DocumentState.REPLACED, DocumentState.WITHDRAWN})
"""The states in which clients see a document."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class StoredFile:
    """A file in the files port, with the size and hash that a download must have (DC-4)."""

    key: FileKey
    name: str
    """The name that people see, with extension. At most 150 characters (AT-4)."""
    media_type: str
    size: int
    """Bytes."""
    sha256: bytes
    """32 bytes."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class Document:
    """A file that the office published for some parties of a dossier."""

    id: DocumentId
    office_id: OfficeId
    dossier_id: DossierId
    kind: DocumentKind
    title: str
    file: StoredFile
    published_at: datetime
    published_by: str
    """The case handler's name."""
    state: DocumentState = DocumentState.AVAILABLE
    edition: int = 1
    """Starts at 1. Goes up by one at each replacement."""
    replaces: DocumentId | None = None
    ended_at: datetime | None = None
    """When it was replaced or withdrawn."""
    reason: str | None = None
    """Why it was withdrawn."""
    version: int = 1


@attrs.frozen(kw_only=True, field_transformer=checked)
class Publication:
    """What the office enters to publish a file."""

    kind: DocumentKind
    title: str
    """If empty, the file's name is the title."""
    for_clients: frozenset[ClientId]
    """The parties that may see it (DC-1)."""
    external_id: str | None = None
    """The id of the document in the vendor's own system, if it has one (EX-1)."""


def publish(
    publication: Publication,
    file: StoredFile,
    *,
    dossier_id: DossierId,
    office_id: OfficeId,
    parties: Collection[ClientId],
    id: DocumentId,
    handler: str,
    at: datetime,
) -> tuple[Document, DocumentPublished]:
    """Publish a file to parties of a dossier.

    Raises:
        Refused: ``for_clients`` is empty or has a client that is no party, or the title is too long.
    """
    title = file.name if is_blank(publication.title) else plain_line(publication.title)
    if faults := publication_faults(title, publication, parties):
        raise Refused(faults)
    document = Document(
        id=id,
        office_id=office_id,
        dossier_id=dossier_id,
        kind=publication.kind,
        title=title,
        file=file,
        published_at=at,
        published_by=handler,
    )
    return document, _published(document, publication.for_clients, at)


def publication_faults(title: str, publication: Publication, parties: Collection[ClientId]) -> list[Fault]:
    """List the rules that a publication breaks."""
    faults = []
    if len(title) > NAME_LIMIT:
        faults.append(Fault(code=FaultCode.TOO_LONG, field="title", params={"limit": NAME_LIMIT}))
    if not publication.for_clients:
        faults.append(Fault(code=FaultCode.MISSING, field="for_clients"))
    if not publication.for_clients <= set(parties):
        faults.append(Fault(code=FaultCode.NOT_A_PARTY, field="for_clients"))
    return [*faults, *external_ids.faults(publication.external_id)]


def replace(
    document: Document,
    file: StoredFile,
    *,
    audience: frozenset[ClientId],
    id: DocumentId,
    handler: str,
    at: datetime,
) -> tuple[Document, Document, DocumentPublished]:
    """Replace a document by a new version, for the same parties (DC-3).

    If the title is the name of the old file, it becomes the name of the new file. Returns the old document, the new
    document and the event.

    Raises:
        Refused: the document was replaced or withdrawn already.
    """
    require_available(document)
    old = attrs.evolve(document, state=DocumentState.REPLACED, ended_at=at)
    new = attrs.evolve(
        document,
        id=id,
        title=file.name if document.title == document.file.name else document.title,
        file=file,
        published_at=at,
        published_by=handler,
        edition=document.edition + 1,
        replaces=document.id,
        version=1,
    )
    return old, new, _published(new, audience, at)


def waiting(document: Document) -> Document:
    """Let a new document wait until its file was scanned. Clients do not see it before (AT-3)."""
    return attrs.evolve(document, state=DocumentState.WAITING)


def release(
    document: Document, former: Document | None, *, audience: frozenset[ClientId], at: datetime
) -> tuple[Document, Document | None, DocumentPublished]:
    """Publish a document whose file was scanned and taken. Its clients see it from now on.

    Args:
        document: a document that waits.
        former: the document that it replaces, if any.
        audience: the clients that it is for.
        at: the time.

    Returns:
        The document, the former one if it is replaced now, and the event. A former document that was withdrawn
        meanwhile stays withdrawn.
    """
    shown = attrs.evolve(document, state=DocumentState.AVAILABLE, published_at=at)
    replaced = None
    if former is not None and former.state is DocumentState.AVAILABLE:
        replaced = attrs.evolve(former, state=DocumentState.REPLACED, ended_at=at)
    return shown, replaced, _published(shown, audience, at)


def cancel(document: Document, *, at: datetime) -> Document:
    """End a document that waits, because its file was rejected. No client ever sees it."""
    return attrs.evolve(document, state=DocumentState.CANCELLED, ended_at=at)


def withdraw(
    document: Document, reason: str, *, audience: Collection[ClientId], at: datetime
) -> tuple[Document, DocumentWithdrawn]:
    """Withdraw a document. Clients see that it was withdrawn, and the reason (DC-3). If it waits, they see nothing.

    Raises:
        Refused: the reason is missing or too long, or the document was replaced or withdrawn already.
    """
    if document.state is not DocumentState.WAITING:
        require_available(document)
    reason = plain_line(reason)
    if is_blank(reason):
        raise Refused([Fault(code=FaultCode.MISSING, field="reason")])
    if len(reason) > REASON_LIMIT:
        raise Refused([Fault(code=FaultCode.TOO_LONG, field="reason", params={"limit": REASON_LIMIT})])
    if document.state is DocumentState.WAITING:
        state, seen = DocumentState.CANCELLED, []
    else:
        state, seen = DocumentState.WITHDRAWN, sorted(audience)
    withdrawn = attrs.evolve(document, state=state, ended_at=at, reason=reason)
    fact = DocumentWithdrawn(dossier_id=document.dossier_id, document_id=document.id, client_ids=tuple(seen), at=at)
    return withdrawn, fact


def require_available(document: Document) -> None:
    """Require that a document is available.

    Raises:
        Refused: it was replaced or withdrawn.
    """
    if document.state is not DocumentState.AVAILABLE:
        raise Refused([Fault(code=FaultCode.WRONG_STATE, field="document", params={"state": document.state})])


def _published(document: Document, audience: Collection[ClientId], at: datetime) -> DocumentPublished:
    return DocumentPublished(
        dossier_id=document.dossier_id,
        document_id=document.id,
        client_ids=tuple(sorted(audience)),
        replaces=document.replaces,
        at=at,
    )
