"""Files that wait in quarantine, because they could not be scanned when they came in (AT-3).

A file without a row in quarantine may be read. A file with one is given to nobody: it waits, or it was rejected.
"""

import enum
from collections.abc import Iterable
from datetime import datetime

import attrs

from klantportaal.domain import scanning
from klantportaal.domain.boundary import checked
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.events import FileQuarantined, FileRejected, FileReleased, ScannerAlerted
from klantportaal.domain.scanning import ScanOutcome, ScanPolicy, ScanVerdict
from klantportaal.domain.uploads import file_fault
from klantportaal.domain.values import AccountId, DocumentId, DossierId, OfficeId, UploadId


class QuarantineState(enum.StrEnum):
    """Why a file is in quarantine."""

    WAITING = "waiting"
    """It was not scanned yet."""
    INFECTED = "infected"
    """A virus was found. The file was removed."""
    ENCRYPTED = "encrypted"
    """It is protected with a password, and the settings do not take such files. The file was removed."""
    TOO_LARGE = "too_large"
    """It is over a limit of the scanner, and the settings do not take such files. The file was removed."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class QuarantinedFile:
    """A file that nobody may read: it waits for the scanner, or was rejected."""

    office_id: OfficeId
    file: StoredFile
    dossier_id: DossierId
    account_id: AccountId | None
    """The account that delivered it. None if the office published it."""
    upload_id: UploadId | None
    """The id with which it was staged. It keeps this id when it is sent."""
    document_id: DocumentId | None
    """The document that it is of, if the office published it."""
    take_encrypted: bool
    """Whether the host that took it takes files that are protected with a password."""
    take_too_large: bool
    """Whether that host takes files that are over a limit of the scanner."""
    state: QuarantineState = QuarantineState.WAITING
    since: datetime
    """When it was stored."""
    ended_at: datetime | None = None
    """When it was rejected."""
    found: str = ""
    """What the scanner found, in its own words. "" if nothing, or not yet."""


_STATES = {
    ScanOutcome.INFECTED: QuarantineState.INFECTED,
    ScanOutcome.ENCRYPTED: QuarantineState.ENCRYPTED,
    ScanOutcome.TOO_LARGE: QuarantineState.TOO_LARGE,
}
_FAULTS = {
    QuarantineState.INFECTED: FaultCode.FILE_SUSPECT,
    QuarantineState.ENCRYPTED: FaultCode.FILE_ENCRYPTED,
    QuarantineState.TOO_LARGE: FaultCode.FILE_TOO_LARGE_TO_SCAN,
}


_NOT_READABLE = {**_FAULTS, QuarantineState.WAITING: FaultCode.FILE_NOT_SCANNED}


def quarantine(
    file: StoredFile,
    policy: ScanPolicy,
    *,
    office_id: OfficeId,
    dossier_id: DossierId,
    account_id: AccountId | None = None,
    upload_id: UploadId | None = None,
    document_id: DocumentId | None = None,
    at: datetime,
) -> tuple[QuarantinedFile, FileQuarantined]:
    """Let a stored file wait for the scanner: an upload of an account, or a document of the office.

    It is judged later by the *policy* under which it was taken, whatever process judges it.
    """
    held = QuarantinedFile(
        office_id=office_id,
        file=file,
        dossier_id=dossier_id,
        account_id=account_id,
        upload_id=upload_id,
        document_id=document_id,
        take_encrypted=policy.take_encrypted,
        take_too_large=policy.take_too_large,
        since=at,
    )
    fact = FileQuarantined(
        dossier_id=dossier_id, file_key=file.key, upload_id=upload_id, document_id=document_id, at=at
    )
    return held, fact


@attrs.frozen(kw_only=True, field_transformer=checked)
class Judgement:
    """What the scanner's verdict on a waiting file means."""

    rejected: QuarantinedFile | None
    """The file, which stays in quarantine. None if it is released."""
    facts: tuple[ScannerAlerted | FileReleased | FileRejected, ...]
    """The entries of the trail, in order."""


def judge(held: QuarantinedFile, verdict: ScanVerdict, *, at: datetime) -> Judgement:
    """Release a waiting file that the host which took it would have taken with this verdict, and reject any other."""
    policy = ScanPolicy(take_encrypted=held.take_encrypted, take_too_large=held.take_too_large)
    taken = policy.takes(verdict.outcome)
    found = scanning.safe_name(verdict.found)
    facts: list[ScannerAlerted | FileReleased | FileRejected] = []
    if verdict.outcome is not ScanOutcome.CLEAN:
        facts.append(
            ScannerAlerted(dossier_id=held.dossier_id, outcome=verdict.outcome, found=found, taken=taken, at=at)
        )
    if taken:
        return Judgement(rejected=None, facts=(*facts, _released(held, at)))
    state = _STATES[verdict.outcome]
    rejected = attrs.evolve(held, state=state, found=found, ended_at=at)
    return Judgement(rejected=rejected, facts=(*facts, _rejected(rejected, at)))


def _released(held: QuarantinedFile, at: datetime) -> FileReleased:
    return FileReleased(
        dossier_id=held.dossier_id,
        file_key=held.file.key,
        upload_id=held.upload_id,
        document_id=held.document_id,
        at=at,
    )


def _rejected(held: QuarantinedFile, at: datetime) -> FileRejected:
    return FileRejected(
        dossier_id=held.dossier_id,
        file_key=held.file.key,
        upload_id=held.upload_id,
        document_id=held.document_id,
        account_id=held.account_id,
        at=at,
    )


def faults_of(files: Iterable[QuarantinedFile]) -> list[Fault]:
    """Make the fault of each rejected file, by its name. A file that waits has none: it may be sent."""
    return [file_fault(_FAULTS[each.state], each.file.name) for each in files if each.state in _FAULTS]


def unreadable(files: Iterable[QuarantinedFile]) -> list[Fault]:
    """Make the fault of each file that nobody can read, by its name: it waits, or was rejected."""
    return [file_fault(_NOT_READABLE[each.state], each.file.name) for each in files]
