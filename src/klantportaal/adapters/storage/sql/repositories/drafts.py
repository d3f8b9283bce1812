"""Drafts."""

from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, update

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.repositories.base import Repository
from klantportaal.adapters.storage.sql.repositories.locks import ONE_OF_PERSON
from klantportaal.adapters.storage.sql.rows import DRAFTS
from klantportaal.adapters.storage.sql.statements import adding_once, forgetting, its, matching, scope
from klantportaal.domain.drafts import Draft
from klantportaal.domain.errors import Conflict
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AccountId, DossierId, DraftId, OfficeId

_drafts = schema.drafts
_OF_DOSSIER = matching(_drafts, "office_id", "account_id", "dossier_id")
_FIND = select(*DRAFTS.columns).where(_OF_DOSSIER, matching(_drafts, "id"))
_COUNT = select(func.count()).select_from(_drafts).where(_OF_DOSSIER, _drafts.c.expires_at > bindparam("at"))
_ADD = adding_once(_drafts)
_CHANGED = ("subject", "body", "saved_at", "expires_at")
_SAVE = (
    update(_drafts)
    .where(its(_drafts, "office_id", "account_id", "id", "version"))
    .values(**{name: bindparam(name) for name in _CHANGED}, version=_drafts.c.version + 1)
)
_REMOVE_ALL = delete(_drafts).where(matching(_drafts, "office_id", "account_id"))
_REMOVE = _REMOVE_ALL.where(matching(_drafts, "id"))
_FORGET = forgetting(_drafts, _drafts.c.expires_at <= bindparam("before"), first=_drafts.c.expires_at)


class SqlDrafts(Repository):
    """Drafts: messages that were begun and not sent."""

    def find(self, actor: Actor, dossier_id: DossierId, draft_id: DraftId) -> Draft | None:
        """Find a draft of the actor's account in a dossier, expired or not, and lock the account."""
        self._first(ONE_OF_PERSON, scope(actor))
        row = self._first(_FIND, scope(actor, dossier_id=dossier_id, id=draft_id))
        return None if row is None else DRAFTS.value(row)

    def count(self, actor: Actor, dossier_id: DossierId, *, at: datetime) -> int:
        """Count the drafts of the actor's account in a dossier that have not expired."""
        number: int = self._one(_COUNT, scope(actor, dossier_id=dossier_id, at=at), "draft")[0]
        return number

    def add(self, draft: Draft) -> None:
        """Insert a draft.

        Raises:
            Conflict: the account has one with this id.
        """
        if self._count(_ADD, DRAFTS.record(draft)) == 0:
            raise Conflict

    def save(self, draft: Draft) -> None:
        """Save a changed draft.

        Raises:
            Conflict: the row has another version, or is gone.
        """
        which = {f"its_{name}": getattr(draft, name) for name in ("office_id", "account_id", "id", "version")}
        if self._count(_SAVE, {**which, **{name: getattr(draft, name) for name in _CHANGED}}) == 0:
            raise Conflict

    def remove(self, office_id: OfficeId, account_id: AccountId, draft_id: DraftId) -> bool:
        """Delete a draft of an account; False if there was none."""
        return self._count(_REMOVE, {"office_id": office_id, "account_id": account_id, "id": draft_id}) == 1

    def remove_all(self, office_id: OfficeId, account_id: AccountId) -> None:
        """Delete all drafts of an account."""
        self._run(_REMOVE_ALL, {"office_id": office_id, "account_id": account_id})

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete expired drafts."""
        return self._count(_FORGET, {"before": before, "limit": limit})
