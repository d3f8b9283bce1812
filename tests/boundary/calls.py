"""The calls of a portal with right arguments, and all that the portal stores and shows."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import attrs
import sqlalchemy as sa

from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.adapters.storage.sql.schema import metadata
from klantportaal.domain import values
from klantportaal.domain.accounts import ClientKind, NewClient
from klantportaal.domain.documents import DocumentKind, Publication
from klantportaal.domain.offices import IN_PROGRESS, OfficeProfile, StatusCode
from klantportaal.domain.sessions import Actor, OfficeActor, Visitor
from klantportaal.ports.reading import DossierQuery
from tests.usecases.matrix.doors import doors
from tests.usecases.matrix.scene import Things
from tests.usecases.world import PROFILE

PARAMETERS = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def method(portal: object, name: str) -> Callable[..., object]:
    """Return the call with a name such as ``office.clients.get``."""
    for part in name.split("."):
        portal = getattr(portal, part)
    assert callable(portal)
    return portal


def arguments(call: Callable[..., object]) -> Mapping[str, Any]:
    """Return the annotation of each argument of a call."""
    parameters = inspect.signature(call).parameters.values()
    return {each.name: each.annotation for each in parameters if each.kind in PARAMETERS}


def calls_with_arguments(of: Things) -> list[str]:
    """Return the names of the calls that have arguments."""
    return [name for name in doors(of.world.portal) if arguments(method(of.world.portal, name))]


def known(of: Things) -> Mapping[Any, object]:
    """Return existing values, by the annotation of the arguments for which they can be used."""
    return {
        Actor: of.owner,
        OfficeActor: of.world.handler,
        Visitor: of.world.visitor,
        values.OfficeId: of.world.office,
        values.ClientId: of.owner.client_id,
        values.AccountId: of.invited,
        values.SessionId: of.owner.session_id,
        values.DossierId: of.dossier,
        values.DocumentId: of.document,
        values.MessageId: of.message,
        values.DraftId: of.draft,
        values.UploadId: of.upload,
        values.SubmissionId: of.submission,
        values.AssignmentId: of.assignment,
        StatusCode: IN_PROGRESS,
        OfficeProfile: PROFILE,
        NewClient: NewClient(kind=ClientKind.PERSON, name="Nieuw", email="nieuw@example.nl"),
        Publication: Publication(kind=DocumentKind.DOCUMENT, title="Nota", for_clients=frozenset({of.owner.client_id})),
        DossierQuery: DossierQuery(),
    }


def everything_kept(of: Things, *, but: str = "") -> object:
    """Return all that storage and files hold, except the table *but*, and the number of mails and SMSs sent."""
    rows = {name: table for name, table in _rows(of.world.storage).items() if name != but}
    return rows, dict(of.world.files.contents), len(of.world.mail.sent), len(of.world.sms.sent)


def _rows(storage: object) -> Mapping[str, object]:
    if isinstance(storage, MemoryStorage):
        return {name: dict(table) for name, table in attrs.asdict(storage._committed, recurse=False).items()}
    assert isinstance(storage, SqlStorage)
    with storage._engines.writing.connect() as connection:
        return {
            name: sorted(map(repr, connection.execute(sa.select(table)).all()))
            for name, table in metadata.tables.items()
        }


def read_everything(of: Things) -> None:
    """Read every list and every page of a list, as the office and as the client."""
    office, client, handler, owner = of.world.portal.office, of.world.portal.client, of.world.handler, of.owner
    assert of.world.portal.offices.get(of.world.office) == office.profile.get(handler)
    for card in office.clients.list(handler):
        office.clients.get(handler, card.client.id)
    for row in office.dossiers.list(handler):
        office.dossiers.get(handler, row.id)
    office.dossiers.quarantine(handler)
    office.clients.mail_problems(handler)
    office.clients.usage(handler)
    for handled in (True, False):
        office.messages.inbox(handler, handled=handled)
    office.questionnaires.list(handler)
    office.questionnaires.revisions(handler)
    client.home.counts(owner)
    client.questionnaires.waiting(owner)
    client.questionnaires.open(owner, of.assignment)
    for dossier in client.dossiers.list(owner, DossierQuery()).rows:
        client.dossiers.open(owner, dossier.id)
        client.dossiers.submissions(owner, dossier.id)
        client.questionnaires.waiting(owner, dossier.id)
        for kind in DocumentKind:
            client.dossiers.documents(owner, dossier.id, kind)
        for message in client.dossiers.messages(owner, dossier.id):
            client.messages.peek(owner, dossier.id, message.id)
    client.messages.uploads(owner, of.dossier, of.draft)
    client.messages.room(owner)
    client.profile.view(owner)
    client.sessions.view(owner)
    client.two_step.view(owner)
    client.extra_accounts.list(owner)
