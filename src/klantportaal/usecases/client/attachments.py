"""Staging files for a message that is being written (AT-1 to AT-5)."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from itertools import chain

import attrs

from klantportaal.domain import drafts, uploads
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.errors import Absent, FaultCode, Refused
from klantportaal.domain.events import UploadRemoved
from klantportaal.domain.sessions import Actor
from klantportaal.domain.uploads import StagedUpload, UploadLimits
from klantportaal.domain.values import DossierId, DraftId, UploadId
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import Files
from klantportaal.ports.reading import UploadRow
from klantportaal.ports.scanner import Scanner
from klantportaal.ports.secrets import Ids
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.shared import file_removal
from klantportaal.usecases.shared.daily_usage import DailyUsage
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.retries import once_more
from klantportaal.usecases.shared.storing import file_key, head_of, store


@checked_calls
@attrs.frozen(kw_only=True)
class Attachments:
    """Stages files for a message, and removes staged files."""

    _storage: Storage
    _files: Files
    _clock: Clock
    _ids: Ids
    _recorder: Recorder
    _limits: UploadLimits
    _scanner: Scanner | None
    _daily_usage: DailyUsage

    def stage(
        self, actor: Actor, dossier_id: DossierId, draft_id: DraftId, *, name: str, blocks: Iterable[bytes]
    ) -> UploadRow:
        """Stage one file for a draft while it streams. The file is stored before the row that refers to it (AL-3).

        A file that is staged for the draft already, with the same name, size and SHA-256, is not staged twice: a
        browser that sends a form again after its connection broke gets the row of the first time (AT-5). So two files
        of a message with the same name and the same contents count as one.

        Raises:
            Refused: the file is too large (raised while it streams), one file too many, empty, of a forbidden type, not
                of the type that its name says, or rejected by the scanner; or a quota of the day is used up. Nothing of
                it is kept.
            Absent: the client is not a party to the dossier.
            NotSignedIn: the account was closed or deleted, or its password changed, at the same time.
            StorageFull: the file could not be stored; nothing of it is kept.
            Unavailable: the file could not be stored; nothing of it is kept.
        """
        shown = uploads.shown_name(name)
        with self._daily_usage.noting(actor):
            file = self._store(actor, shown, self._with_room(actor, dossier_id, draft_id, shown, blocks))
            with file_removal.unless_named(self._files, file):
                upload = self._staged_once(actor, dossier_id, draft_id, file)
        if upload.file.key != file.key:
            file_removal.remove(self._files, [file])
        return _row(upload)

    @once_more
    def _staged_once(self, actor: Actor, dossier_id: DossierId, draft_id: DraftId, file: StoredFile) -> StagedUpload:
        """Stage a stored file, unless the same file is staged already: then give that one (AT-5)."""
        with self._storage.begin() as uow:
            in_draft, waiting, staged = self._staged(uow, actor, dossier_id, draft_id)
            standing = drafts.staged_before(staged, file, at=self._clock.now())
            if standing is not None:
                return standing
            uploads.require_room(in_draft, waiting, file.name, self._limits)
            upload = self._add(uow, actor, dossier_id, draft_id, file)
            self._daily_usage.spend(uow, actor, files=1, size=file.size, name=file.name)
            uow.commit()
        return upload

    def _with_room(
        self, actor: Actor, dossier_id: DossierId, draft_id: DraftId, shown: str, blocks: Iterable[bytes]
    ) -> Iterable[bytes]:
        """Require room for one more file, and stop reading it where it does not fit in what may be sent today.

        A file with the name of one that is staged may be that file, so it is read.
        """
        with self._storage.begin() as uow:
            in_draft, waiting, staged = self._staged(uow, actor, dossier_id, draft_id)
        if any(each.file.name == shown for each in staged):
            return blocks
        uploads.require_room(in_draft, waiting, shown, self._limits)
        return self._daily_usage.limited(actor, blocks, shown)

    def _staged(
        self, uow: UnitOfWork, actor: Actor, dossier_id: DossierId, draft_id: DraftId
    ) -> tuple[int, int, Sequence[StagedUpload]]:
        """Give the number of staged files of the draft and of the account, and those of the draft."""
        uow.dossiers.visible_to(actor, dossier_id)
        in_draft, waiting = uow.uploads.count(actor, draft_id)
        uow.accounts.hold(actor)  # After count, which locks the account: a second upload waits instead of failing.
        return in_draft, waiting, uow.uploads.of_draft(actor, dossier_id, draft_id)

    def _add(
        self, uow: UnitOfWork, actor: Actor, dossier_id: DossierId, draft_id: DraftId, file: StoredFile
    ) -> StagedUpload:
        draft = uow.drafts.find(actor, dossier_id, draft_id)
        upload, fact = uploads.stage(
            file,
            id=UploadId(self._ids.new()),
            office_id=actor.office_id,
            account_id=actor.account_id,
            dossier_id=dossier_id,
            draft_id=draft_id,
            limits=self._limits,
            kept_until=None if draft is None else draft.expires_at,
            at=self._clock.now(),
        )
        uow.uploads.add(upload)
        self._recorder.record(uow, actor, fact)
        return upload

    def _store(self, actor: Actor, name: str, blocks: Iterable[bytes]) -> StoredFile:
        head, rest = head_of(blocks)
        file_type = uploads.accepted_type(name, head, self._limits)
        key = file_key(actor.office_id, self._ids.new())
        whole = uploads.within(chain([head], rest), name, self._limits.file_size)
        file = store(self._files, key, name=name, media_type=file_type.media_type, blocks=whole)
        if self._scanner is not None:
            self._scan(self._scanner, file)
        return file

    def _scan(self, scanner: Scanner, file: StoredFile) -> None:
        """Scan a stored file. Remove it if the scanner rejects it or fails. Raises: Refused."""
        accepted = False
        try:
            with closing(self._files.read(file.key)) as blocks:
                accepted = scanner.accepts(blocks)
        finally:
            if not accepted:
                self._files.remove(file.key)
        if not accepted:
            raise Refused([uploads.file_fault(FaultCode.FILE_SUSPECT, file.name)])

    @once_more
    def unstage(self, actor: Actor, dossier_id: DossierId, upload_id: UploadId) -> None:
        """Remove a staged file before it is sent. The row is removed first, and then the stored file.

        Raises:
            Absent: this account has no such staged file in this dossier.
        """
        with self._storage.begin() as uow:
            upload = uow.uploads.get(actor, dossier_id, upload_id)
            if uow.uploads.remove(actor.office_id, [upload.id]) == 0:  # Sent in the meantime: keep its file.
                raise Absent("waiting file")
            self._recorder.record(uow, actor, UploadRemoved(upload_id=upload.id, at=self._clock.now()))
            uow.commit()
        self._files.remove(upload.file.key)


def _row(upload: StagedUpload) -> UploadRow:
    return UploadRow(id=upload.id, name=upload.file.name, size=upload.file.size)
