"""Staging files for a message that is being written (AT-1 to AT-5)."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from functools import partial
from itertools import chain

import attrs

from klantportaal.domain import drafts, uploads
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.errors import Absent
from klantportaal.domain.events import UploadRemoved
from klantportaal.domain.quarantine import QuarantineState
from klantportaal.domain.sessions import Actor
from klantportaal.domain.uploads import StagedUpload, UploadLimits
from klantportaal.domain.values import DossierId, DraftId, FileKey, UploadId
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import Files
from klantportaal.ports.reading import UploadRow
from klantportaal.ports.secrets import Ids
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.shared import file_removal
from klantportaal.usecases.shared.daily_usage import DailyUsage
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.retries import once_more
from klantportaal.usecases.shared.scanning import Scanned, Scanning
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
    _scanning: Scanning
    _daily_usage: DailyUsage

    def stage(
        self, actor: Actor, dossier_id: DossierId, draft_id: DraftId, *, name: str, blocks: Iterable[bytes]
    ) -> UploadRow:
        """Stage one file for a draft while it streams. The file is stored before the row that refers to it (AL-3).

        A file whose name has the wrong ending is staged under the right one (AT-3).

        A file that is staged for the draft already, with the same name, size and SHA-256, is not staged twice: a
        browser that sends a form again after its connection broke gets the row of the first time (AT-5). So two files
        of a message with the same name and the same contents count as one.

        If the file cannot be scanned now, and the settings let it wait, it is staged in quarantine: nobody can read it
        until it was scanned, and its row says so. It can be sent meanwhile.

        Raises:
            Refused: the file is too large (raised while it streams), one file too many, empty, of a type that is not
                taken, not what its name says, protected by a password, or rejected by the scanner; or a quota of the
                day is used up. Nothing of it is kept.
            Absent: the client is not a party to the dossier.
            NotSignedIn: the account was closed or deleted, or its password changed, at the same time.
            StorageFull: the file could not be stored; nothing of it is kept.
            Unavailable: the file could not be stored; or it could not be scanned, and the settings do not let it wait.
                Nothing of it is kept.
        """
        shown = uploads.shown_name(name)
        with self._daily_usage.noting(actor):
            room = self._with_room(actor, dossier_id, draft_id, shown, blocks)
            file, scanned = self._store(actor, dossier_id, shown, room)
            with file_removal.unless_named(self._files, file):
                upload, state = self._staged_once(actor, dossier_id, draft_id, file, scanned)
        if upload.file.key != file.key:
            file_removal.remove(self._files, [file])
        return UploadRow(id=upload.id, name=upload.file.name, size=upload.file.size, quarantine=state)

    @once_more
    def _staged_once(
        self,
        actor: Actor,
        dossier_id: DossierId,
        draft_id: DraftId,
        file: StoredFile,
        scanned: Scanned,
    ) -> tuple[StagedUpload, QuarantineState | None]:
        """Stage a stored file, and record what the scanner said about it (AT-3).

        If the same file is staged already, and was not rejected since, give that one, and record nothing (AT-5).
        """
        with self._storage.begin() as uow:
            in_draft, waiting, staged = self._staged(uow, actor, dossier_id, draft_id)
            held = {each.file.key: each.state for each in uow.quarantine.among(actor.office_id, _keys(staged))}
            sound = [each for each in staged if held.get(each.file.key) in (None, QuarantineState.WAITING)]
            standing = drafts.staged_before(sound, file, at=self._clock.now())
            if standing is not None:
                return standing, held.get(standing.file.key)
            uploads.require_room(in_draft, waiting, file.name, self._limits)
            upload = self._add(uow, actor, dossier_id, draft_id, file)
            self._daily_usage.spend(uow, actor, files=1, size=file.size, name=file.name)
            self._scanning.settle(uow, actor, scanned, file, dossier_id, upload_id=upload.id)
            uow.commit()
        return upload, QuarantineState.WAITING if scanned.waits else None

    def _with_room(
        self, actor: Actor, dossier_id: DossierId, draft_id: DraftId, shown: str, blocks: Iterable[bytes]
    ) -> Iterable[bytes]:
        """Require room for one more file, and stop reading it where it does not fit in what may be sent today.

        A file that may be kept under the name of one that is staged may be that file, so it is read.
        """
        with self._storage.begin() as uow:
            in_draft, waiting, staged = self._staged(uow, actor, dossier_id, draft_id)
        if any(uploads.may_be(shown, each.file.name) for each in staged):
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

    def _store(
        self, actor: Actor, dossier_id: DossierId, name: str, blocks: Iterable[bytes]
    ) -> tuple[StoredFile, Scanned]:
        """Store a file while it is scanned. If it is not taken, it counts for the quotas: it is in the trail.

        Gives the file, and what scanning it told.
        """
        scanned = Scanned()
        head, rest = head_of(blocks)
        accepted = uploads.accept(name, head, self._limits.types)
        key = file_key(actor.office_id, self._ids.new())
        whole = uploads.followed(accepted, name, uploads.within(chain([head], rest), name, self._limits.file_size))
        counted = partial(self._daily_usage.spend, actor=actor, files=1, name=name)
        scan = self._scanning.passing(actor, dossier_id, name, whole, scanned=scanned, refusing=counted)
        with closing(scan) as passing:
            file = store(self._files, key, name=accepted.name, media_type=accepted.media_type, blocks=passing)
        return file, scanned

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


def _keys(staged: Iterable[StagedUpload]) -> list[FileKey]:
    return [each.file.key for each in staged]
