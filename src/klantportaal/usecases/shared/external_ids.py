"""Finding what has an external id, telling the external ids of what is read, and making things once (EX-1, EX-2)."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

import attrs

from klantportaal.domain import external_ids
from klantportaal.domain.errors import Absent
from klantportaal.domain.external_ids import ExternalId, ExternalKind
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import OfficeId
from klantportaal.ports.reading import ClientCard, DossierRow, InboxRow, PublishedRow
from klantportaal.ports.storage import Storage, UnitOfWork

Row = TypeVar("Row", ClientCard, DossierRow, InboxRow, PublishedRow)


def made_before(
    uow: UnitOfWork,
    external_id: str | None,
    *parts: object,
    kind: ExternalKind,
    office_id: OfficeId,
    id: UUID,
) -> UUID | None:
    """Take an external id for what is being made, or give the id of what was made with it before.

    Whoever makes the same at the same time waits until this unit of work ends.

    Args:
        uow: the unit of work that makes it.
        external_id: its external id. None if it gets none. A malformed one is not taken: the rule that makes the thing
            refuses it, with the other faults.
        parts: all that it is made with.
        kind: what it is.
        office_id: the office that makes it.
        id: the id that it gets.

    Raises:
        Refused: something was made with this external id from other contents.
    """
    if external_id is None or any(external_ids.faults(external_id)):
        return None
    contents = external_ids.contents_of(*parts)
    new = ExternalId(office_id=office_id, kind=kind, name=external_id, thing_id=id, contents=contents)
    if uow.external_ids.add(new):
        return None
    return external_ids.repeat(uow.external_ids.get(office_id, kind, external_id), new)


def named(storage: Storage, actor: OfficeActor, rows: Sequence[Row], thing: Callable[[Row], UUID]) -> Sequence[Row]:
    """Give each row the external id of its thing, if that has one (EX-1)."""
    names = storage.read.office_external_ids(actor, [thing(each) for each in rows]) if rows else {}
    return with_names(rows, names, thing)


def with_names(rows: Sequence[Row], names: Mapping[UUID, str], thing: Callable[[Row], UUID]) -> Sequence[Row]:
    """Give each row the external id of its thing, if that has one of some names."""
    return [attrs.evolve(each, external_id=names[thing(each)]) if thing(each) in names else each for each in rows]


def find(storage: Storage, actor: OfficeActor, kind: ExternalKind, external_id: str) -> UUID:
    """Find what the office made with an external id. A malformed one is of nothing. Raises: Absent."""
    if any(external_ids.faults(external_id)):
        raise Absent("external id")
    return storage.read.office_named(actor, kind, external_id)
