"""The repository of drafts."""

from datetime import datetime

import attrs

from klantportaal.adapters.storage.memory.tables import Tables, drop, put
from klantportaal.domain.drafts import Draft
from klantportaal.domain.errors import Conflict
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AccountId, DossierId, DraftId, OfficeId


@attrs.frozen
class Drafts:
    """The messages that were begun and not sent."""

    _tables: Tables

    def find(self, actor: Actor, dossier_id: DossierId, draft_id: DraftId) -> Draft | None:
        """Find a draft of the actor's account in a dossier, expired or not."""
        return next((each for each in self._of(actor, dossier_id) if each.id == draft_id), None)

    def count(self, actor: Actor, dossier_id: DossierId, *, at: datetime) -> int:
        """Count the drafts of the actor's account in a dossier that have not expired."""
        return sum(at < each.expires_at for each in self._of(actor, dossier_id))

    def _of(self, actor: Actor, dossier_id: DossierId) -> list[Draft]:
        wanted = (actor.office_id, actor.account_id, dossier_id)
        return [
            each
            for each in self._tables.drafts.values()
            if (each.office_id, each.account_id, each.dossier_id) == wanted
        ]

    def add(self, draft: Draft) -> None:
        """Insert a draft."""
        key = (draft.account_id, draft.id)
        if key in self._tables.drafts:
            raise Conflict
        self._tables.drafts[key] = draft

    def save(self, draft: Draft) -> None:
        """Store a change."""
        put(self._tables.drafts, (draft.account_id, draft.id), draft)

    def remove(self, office_id: OfficeId, account_id: AccountId, draft_id: DraftId) -> bool:
        """Delete a draft of an account; False if there was none."""
        draft = self._tables.drafts.get((account_id, draft_id))
        if draft is None or draft.office_id != office_id:
            return False
        del self._tables.drafts[account_id, draft_id]
        return True

    def remove_all(self, office_id: OfficeId, account_id: AccountId) -> None:
        """Delete all drafts of an account."""
        for draft in list(self._tables.drafts.values()):
            if (draft.office_id, draft.account_id) == (office_id, account_id):
                del self._tables.drafts[account_id, draft.id]

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete expired drafts."""
        return drop(self._tables.drafts, limit, lambda _key, draft: draft.expires_at <= before)
