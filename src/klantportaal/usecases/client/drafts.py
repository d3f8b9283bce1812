"""Keeping a message that is being written, and going on with it later (ST-1)."""

from collections.abc import Sequence

import attrs

from klantportaal.domain import drafts
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.drafts import Draft, DraftLimits
from klantportaal.domain.errors import Absent, Conflict
from klantportaal.domain.events import UploadRemoved
from klantportaal.domain.messages import MessageLimits, MessageText
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DossierId, DraftId, MessageId
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import Files
from klantportaal.ports.reading import DraftRow, DraftView
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.shared import file_removal
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.retries import once_more


@checked_calls
@attrs.frozen(kw_only=True)
class Drafts:
    """The messages that an account began and did not send. Nobody else sees them, and the office never does.

    Saving a draft is no entry of the audit trail: pages save every few seconds.
    """

    _storage: Storage
    _files: Files
    _clock: Clock
    _recorder: Recorder
    _limits: DraftLimits
    _message_limits: MessageLimits

    @once_more
    def save(
        self,
        actor: Actor,
        dossier_id: DossierId,
        draft_id: DraftId,
        text: MessageText,
        *,
        answers: MessageId | None = None,
        version: int = 0,
    ) -> DraftView:
        """Keep a message as it was typed, with the files that are staged for it. A missing subject is no fault.

        Args:
            actor: who writes it.
            dossier_id: the dossier.
            draft_id: an id from ``messages.new_draft``.
            text: the message as typed. For an answer, its subject is ignored.
            answers: the message that it answers, if any. It is fixed at the first save.
            version: the version that the text was typed over, from ``get`` or an earlier ``save``. 0 for the first.

        Raises:
            Absent: the client has no such dossier, or no such message to answer.
            NotSignedIn: the account was closed or deleted, or its password changed, at the same time.
            Conflict: the draft was saved with another text, or deleted, since that version. Nothing was changed.
            Refused: the account has too many drafts in this dossier, a field is far too long, or the message was sent.
        """
        with self._storage.begin() as uow:
            dossier = uow.dossiers.visible_to(actor, dossier_id)
            standing = uow.drafts.find(actor, dossier.id, draft_id)
            # Counting locks the person, which `hold` only shares: it comes first, so that two saves do not deadlock.
            waiting = uow.drafts.count(actor, dossier.id, at=self._clock.now()) if standing is None else 0
            uow.accounts.hold(actor)
            drafts.require_unsent(uow.messages.of_draft(actor, draft_id))
            if standing is None and version > 0:  # Deleted since, in another window.
                raise Conflict
            if standing is None:
                draft = self._begin(uow, actor, draft_id, text, dossier_id=dossier.id, answers=answers, waiting=waiting)
            else:
                draft = self._change(uow, standing, text, version)
            uow.uploads.prolong(actor, draft_id, at=self._clock.now(), until=draft.expires_at)
            uow.commit()
        return DraftView.of(draft)

    def _begin(
        self,
        uow: UnitOfWork,
        actor: Actor,
        draft_id: DraftId,
        text: MessageText,
        *,
        dossier_id: DossierId,
        answers: MessageId | None,
        waiting: int,
    ) -> Draft:
        now = self._clock.now()
        draft = drafts.begin(
            text,
            id=draft_id,
            office_id=actor.office_id,
            account_id=actor.account_id,
            dossier_id=dossier_id,
            answers=uow.messages.visible_to(actor, dossier_id, answers) if answers else None,
            waiting=waiting,
            limits=self._limits,
            messages=self._message_limits,
            at=now,
        )
        uow.drafts.add(draft)
        return draft

    def _change(self, uow: UnitOfWork, standing: Draft, text: MessageText, version: int) -> Draft:
        now = self._clock.now()
        changed = drafts.save(
            standing, text, version=version, limits=self._limits, messages=self._message_limits, at=now
        )
        if changed is standing:
            return standing
        uow.drafts.save(changed)
        return attrs.evolve(changed, version=changed.version + 1)

    def list(self, actor: Actor, dossier_id: DossierId) -> Sequence[DraftRow]:
        """List the drafts of this account in a dossier, the last saved first. There are few: see ``DraftLimits``.

        Raises:
            Absent: the client is not a party to the dossier.
        """
        self._storage.read.dossier(actor, dossier_id)
        return self._storage.read.drafts(actor, dossier_id, at=self._clock.now())

    def get(self, actor: Actor, dossier_id: DossierId, draft_id: DraftId) -> DraftView:
        """Give a draft, to go on with it. Its files are listed by ``messages.uploads``.

        Raises:
            Absent: this account has no such draft in this dossier.
            Refused: the message was sent.
        """
        try:
            return self._storage.read.draft(actor, dossier_id, draft_id, at=self._clock.now())
        except Absent:
            self._require_unsent(actor, dossier_id, draft_id)
            raise

    def _require_unsent(self, actor: Actor, dossier_id: DossierId, draft_id: DraftId) -> None:
        """Require that no message of this dossier was sent from a draft. Raises: Absent, Refused."""
        with self._storage.begin() as uow:
            sent = uow.messages.of_draft(actor, draft_id)
            if sent is not None:
                drafts.require_unsent(uow.messages.visible_to(actor, dossier_id, sent).id)

    @once_more
    def delete(self, actor: Actor, dossier_id: DossierId, draft_id: DraftId) -> None:
        """Delete a draft with the files that are staged for it.

        Raises:
            Absent: this account has no such draft in this dossier.
            NotSignedIn: the account was closed or deleted, or its password changed, at the same time.
        """
        with self._storage.begin() as uow:
            uow.dossiers.visible_to(actor, dossier_id)
            draft = uow.drafts.find(actor, dossier_id, draft_id)
            uow.accounts.hold(actor)
            if draft is None:
                raise Absent("draft")
            uow.drafts.remove(actor.office_id, actor.account_id, draft.id)
            removed = self._remove_uploads(uow, actor, draft)
            uow.commit()
        file_removal.remove(self._files, removed)

    def _remove_uploads(self, uow: UnitOfWork, actor: Actor, draft: Draft) -> Sequence[StoredFile]:
        staged = uow.uploads.of_draft(actor, draft.dossier_id, draft.id)
        uow.uploads.remove(actor.office_id, [each.id for each in staged])
        now = self._clock.now()
        self._recorder.record(uow, actor, *(UploadRemoved(upload_id=each.id, at=now) for each in staged))
        return [each.file for each in staged]
