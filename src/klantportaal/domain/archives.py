"""The archive of a dossier: everything that a client may see of it, or all its parties (NW-4)."""

import enum
from collections.abc import Sequence
from datetime import date, datetime

import attrs

from klantportaal.domain.archive_names import distinct
from klantportaal.domain.boundary import checked
from klantportaal.domain.documents import DocumentState
from klantportaal.domain.messages import Direction
from klantportaal.domain.progress import Progress
from klantportaal.domain.requests import RequestState
from klantportaal.domain.values import AMSTERDAM, Texts, plain_line

CHECKSUMS = "SHA256SUMS.txt"
"""The list of the SHA-256 of each file, in the format of ``sha256sum``."""


class Folder(enum.StrEnum):
    """The folders of an archive, in their order."""

    CORRESPONDENCE = "correspondence"
    DOCUMENTS = "documents"
    SUBMISSIONS = "submissions"
    RECEIPTS = "receipts"
    """A text for each receipt of what was submitted (RQ-4)."""
    REQUESTS = "requests"
    """A text for each request for documents (RQ-1)."""
    MESSAGES = "messages"


class Presence(enum.StrEnum):
    """Whether a file is in an archive. If not, this tells why."""

    INCLUDED = "included"
    DAMAGED = "damaged"
    """The stored file is missing, or is not what was stored."""
    WITHHELD = "withheld"
    """It was not scanned for viruses yet, or was rejected (AT-3)."""
    GONE = "gone"
    """It was taken away while the archive was made."""
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    TAKEN_BACK = "taken_back"
    """A message that its own side took back (ME-6)."""


ENDED = {DocumentState.REPLACED: Presence.REPLACED, DocumentState.WITHDRAWN: Presence.WITHDRAWN}
"""Documents that are listed and not included: clients see that they were there (DC-3)."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class ArchivedFile:
    """A document, a submission or a receipt, as the index lists it."""

    folder: Folder
    title: str
    path: str
    """Where it is, if it is included."""
    at: datetime
    by: str
    size: int
    presence: Presence
    ended_at: datetime | None = None
    """When it was replaced or withdrawn."""
    reason: str | None = None
    """Why it was withdrawn."""
    request: Texts | None = None
    """The subject of the request that it answers."""
    item: Texts | None = None
    """The title of the item that it answers."""
    question: Texts | None = None
    """The question of a questionnaire that it answers."""
    row: Texts | None = None
    """The row that it belongs to, if the question was asked of each row."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class ArchivedRequest:
    """A request for documents, as the index lists it."""

    path: str
    presence: Presence
    subject: Texts
    author: str
    made_at: datetime
    state: RequestState


@attrs.frozen(kw_only=True, field_transformer=checked)
class OpenQuestionnaire:
    """A questionnaire that waits for the client (QU-1). The index names it. Its answers are not there yet."""

    subject: Texts
    assigned_at: datetime
    due_on: date | None


@attrs.frozen(kw_only=True, field_transformer=checked)
class ArchivedMessage:
    """A message, as the archive has it."""

    path: str
    presence: Presence
    direction: Direction
    subject: str
    author: str
    sent_at: datetime
    attachments: tuple[str, ...]
    """The paths of its attachments."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class ArchivedParty:
    """What one party may see of a dossier, as the archive has it."""

    name: str
    files: tuple[ArchivedFile, ...]
    requests: tuple[ArchivedRequest, ...]
    questionnaires: tuple[OpenQuestionnaire, ...]
    messages: tuple[ArchivedMessage, ...]


@attrs.frozen(kw_only=True, field_transformer=checked)
class ArchiveIndex:
    """The contents of an archive."""

    office_name: str
    dossier_number: str
    dossier_description: str
    made_at: datetime
    progress: Progress | None
    """The steps of the dossier, if it follows any (PG-1)."""
    parties: tuple[ArchivedParty, ...]


@attrs.frozen(kw_only=True, field_transformer=checked)
class Place:
    """Where a file of an archive goes."""

    path: str
    note_path: str
    """Where a text goes instead that says why the file is not there."""


def archive_name(number: str) -> str:
    """Name the archive of the dossier with a number."""
    (name,) = distinct([f"dossier {number}.zip"])
    return name


def places(folder: str, names: Sequence[str]) -> list[Place]:
    """Choose the paths of the files of a folder, in their order. No two files or texts get the same path."""
    chosen = distinct([*names, *(f"{name}.txt" for name in names)])
    paths = [f"{folder}/{name}" for name in chosen]
    return [Place(path=path, note_path=note) for path, note in zip(paths, paths[len(names) :], strict=False)]


def dated_name(name: str, at: datetime) -> str:
    """Name a file of a folder whose names are in the order of their times."""
    return f"{at.astimezone(AMSTERDAM):%Y-%m-%d %H.%M} {name}"


def checksum(sha256: bytes, path: str) -> str:
    """Write the line of a file in the list of checksums."""
    return f"{sha256.hex()}  {path}"


def remark(said: str, path: str) -> str:
    """Write the line of a file that is not there. ``sha256sum`` skips it."""
    return f"# {path}: {plain_line(said)}"
