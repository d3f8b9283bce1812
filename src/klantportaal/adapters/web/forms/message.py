"""The form that writes a message with attachments: it adds files, keeps a draft, or sends (AT-1 to AT-5, ST-1)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

import attrs

from klantportaal.adapters.web.forms import plain
from klantportaal.adapters.web.http import ids
from klantportaal.adapters.web.http.errors import Malformed
from klantportaal.adapters.web.http.form_parts import FilePart, Part, TextPart
from klantportaal.domain.errors import Absent, Conflict, Fault, FaultCode, Refused, StorageFull, Unavailable
from klantportaal.domain.messages import MessageText, text_faults, tidy
from klantportaal.domain.sessions import Actor
from klantportaal.domain.uploads import file_fault, shown_name
from klantportaal.domain.values import DossierId, DraftId, MessageId, UploadId
from klantportaal.portal import Portal
from klantportaal.ports.reading import DraftView, UploadRow

ATTACH = "attach"
"""The value of the field ``action`` that only adds files."""
SAVE = "save"
"""The value of the field ``action`` that keeps the message as a draft. Any other value sends it."""
LISTED = "listed-"
"""The start of the name of a hidden field for a listed file, before its id. The value is the name of the file."""
_VERSION = re.compile(r"[0-9]{1,9}", re.ASCII)


@attrs.frozen(kw_only=True)
class Composing:
    """A message that is being written."""

    draft_id: DraftId
    text: MessageText
    answers: MessageId | None = None
    version: int = 0
    """The version of its draft that the page shows. 0 if the page knows of none."""
    resumed: DraftView | None = None
    """The draft, if the page goes on with it as it is stored."""
    faults: tuple[Fault, ...] = ()
    listed: Mapping[UploadId, str] = {}
    """The names of the files that the page listed when its form was sent, by id."""

    @property
    def status(self) -> int:
        """The HTTP status of its page."""
        if any(fault.code is FaultCode.DRAFT_CHANGED for fault in self.faults):
            return 409
        return 422 if self.faults else 200


@attrs.frozen(kw_only=True)
class Received:
    """A form that was received. Its files were staged while they streamed in."""

    fields: Mapping[str, str]
    refused: tuple[Fault, ...] = ()
    """One fault for each refused file (AT-3)."""

    def composing(self, answers: MessageId | None, faults: Sequence[Fault] = ()) -> Composing:
        """Give the message as it was typed, to show it again."""
        return Composing(
            draft_id=ids.draft_id(self.fields.get("draft")),
            text=plain.message_text(self.fields),
            answers=answers,
            version=self._version(),
            faults=(*self.refused, *faults),
            listed=listed_files(self.fields),
        )

    def _version(self) -> int:
        typed = self.fields.get("version", "")
        return int(typed) if _VERSION.fullmatch(typed) else 0


def listed_files(fields: Mapping[str, str]) -> Mapping[UploadId, str]:
    """Read the files that a page listed: their names, by id."""
    named = ((ids.after(field.removeprefix(LISTED)), name) for field, name in fields.items())
    return {UploadId(id): shown_name(name) for id, name in named if id is not None}


def receive(portal: Portal, actor: Actor, dossier_id: DossierId, parts: Iterable[Part]) -> Received:
    """Receive the form part by part. A refused file does not affect the other files.

    Raises:
        Malformed: the form is damaged, or a file comes before the field ``draft``.
        Absent: the client is not a party to the dossier.
    """
    fields: dict[str, str] = {}
    refused: list[Fault] = []
    for part in parts:
        if isinstance(part, TextPart):
            fields.setdefault(part.name, part.value)
        elif part.name == "files" and part.file_name:
            try:
                _stage(portal, actor, dossier_id, ids.draft_id(fields.get("draft")), part)
            except Refused as error:
                refused.extend(error.faults)
            except (StorageFull, Unavailable):  # Keep the text, even if this file is lost.
                refused.append(file_fault(FaultCode.FILE_NOT_KEPT, shown_name(part.file_name)))
    return Received(fields=fields, refused=tuple(refused))


def act(
    portal: Portal, actor: Actor, dossier_id: DossierId, received: Received, *, answers: MessageId | None
) -> MessageId | DraftView | Composing:
    """Send the message or keep it as a draft, or give the form to show again: files were added, or there are faults.

    Raises:
        Absent: the client has no such dossier, or no such message to answer.
    """
    composing = received.composing(answers)
    if received.fields.get("action") == ATTACH:
        return composing
    if received.fields.get("action") == SAVE:
        return _save(portal, actor, dossier_id, received, composing)
    if received.refused:
        return received.composing(answers, _faults_of_text(portal, composing))
    return _send(portal, actor, dossier_id, received, composing)


def _send(
    portal: Portal, actor: Actor, dossier_id: DossierId, received: Received, composing: Composing
) -> MessageId | Composing:
    """Send the message, unless another window saved another text since, or a file that the page listed is gone."""
    answers = composing.answers
    try:
        return portal.client.messages.send(
            actor,
            dossier_id,
            composing.draft_id,
            composing.text,
            answers=answers,
            version=composing.version,
            files=composing.listed,
        )
    except Refused as error:
        return received.composing(answers, error.faults)
    except Conflict:
        changed = _changed(portal, actor, dossier_id, received, answers)
        if changed.version == composing.version:  # Another conflict than that of two windows, such as a deadlock.
            raise
        return changed


def _save(
    portal: Portal, actor: Actor, dossier_id: DossierId, received: Received, composing: Composing
) -> DraftView | Composing:
    """Keep the message as a draft (ST-1). The text is kept also if a file was refused."""
    calls, answers = portal.client.drafts, composing.answers
    try:
        kept = calls.save(
            actor, dossier_id, composing.draft_id, composing.text, answers=answers, version=composing.version
        )
    except Refused as error:
        return received.composing(answers, error.faults)
    except Conflict:
        return _changed(portal, actor, dossier_id, received, answers)
    return attrs.evolve(composing, version=kept.version) if received.refused else kept


def _changed(
    portal: Portal, actor: Actor, dossier_id: DossierId, received: Received, answers: MessageId | None
) -> Composing:
    """Give the form to show again after another window saved its draft. A second press sends or keeps this text."""
    changed = received.composing(answers, [Fault(code=FaultCode.DRAFT_CHANGED)])
    return attrs.evolve(changed, version=_version_now(portal, actor, dossier_id, changed.draft_id))


def _version_now(portal: Portal, actor: Actor, dossier_id: DossierId, draft_id: DraftId) -> int:
    """Give the version that another window saved, so that who sees both can choose. 0 if it deleted or sent it."""
    try:
        return portal.client.drafts.get(actor, dossier_id, draft_id).version
    except (Absent, Refused):
        return 0


def _faults_of_text(portal: Portal, composing: Composing) -> list[Fault]:
    """Check the text although refused files keep it from being sent, so that all faults show at once (AL-1)."""
    limits = portal.settings.messages
    faults = text_faults(tidy(composing.text), subject=limits.subject, body=limits.body)
    return [fault for fault in faults if composing.answers is None or fault.field != "subject"]


def remove(portal: Portal, actor: Actor, dossier_id: DossierId, upload_id: str) -> None:
    """Remove a staged file. One that is gone already is no fault: the bin was pressed twice, or in two windows.

    Raises:
        Absent: the client is not a party to the dossier, or *upload_id* is no id.
    """
    removed = UploadId(ids.identity(upload_id))
    portal.client.dossiers.open(actor, dossier_id)
    with suppress(Absent):
        portal.client.attachments.unstage(actor, dossier_id, removed)


def answered(fields: Mapping[str, str]) -> MessageId | None:
    """Read the id of the answered message from the form, for routes whose path does not have it."""
    named = ids.after(fields.get("answers"))
    return None if named is None else MessageId(named)


def upload(portal: Portal, actor: Actor, dossier_id: DossierId, draft: str | None, parts: Iterable[Part]) -> UploadRow:
    """Stage the one file that a script sends.

    Raises:
        Malformed: there is no file, or no draft id.
        Refused: the file breaks a rule (AT-3).
        Absent, StorageFull, Unavailable: see ``portal.client.attachments.stage``.
    """
    draft_id = ids.draft_id(draft)
    for part in parts:
        if isinstance(part, FilePart) and part.name == "file" and part.file_name:
            return _stage(portal, actor, dossier_id, draft_id, part)
    raise Malformed("there is no file")


def _stage(portal: Portal, actor: Actor, dossier_id: DossierId, draft_id: DraftId, part: FilePart) -> UploadRow:
    return portal.client.attachments.stage(actor, dossier_id, draft_id, name=part.file_name, blocks=part.blocks)


def take_back(portal: Portal, actor: Actor, dossier_id: DossierId, message_id: MessageId) -> bool:
    """Take a message back. Tell whether it is, also if it was before, as after pressing twice (ME-6)."""
    try:
        portal.client.messages.take_back(actor, dossier_id, message_id)
    except Refused as error:
        return any(fault.code is FaultCode.MESSAGE_GONE for fault in error.faults)
    return True
