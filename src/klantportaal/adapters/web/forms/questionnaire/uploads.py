"""Receives the form of a page of a questionnaire; its files are staged while they stream in (AT-2)."""

from collections.abc import Iterable, Mapping
from typing import Self

import attrs

from klantportaal.adapters.web.forms.questionnaire import fields as form_fields
from klantportaal.adapters.web.http.errors import Malformed, TooLarge
from klantportaal.adapters.web.http.form_parts import ANSWERS_TOTAL, FilePart, Part, TextPart
from klantportaal.domain.errors import Fault, FaultCode, Refused, StorageFull, Unavailable
from klantportaal.domain.quarantine import QuarantineState
from klantportaal.domain.questionnaires import answer_files
from klantportaal.domain.questionnaires.assignments import require_started
from klantportaal.domain.questionnaires.definition import Answer, Page
from klantportaal.domain.sessions import Actor
from klantportaal.domain.uploads import file_fault, shown_name
from klantportaal.domain.values import AssignmentId
from klantportaal.portal import Portal
from klantportaal.ports.reading import UploadRow
from klantportaal.usecases.client.questionnaires import Opened


@attrs.frozen(kw_only=True)
class KnownFile:
    """A file that can be an answer."""

    id: str
    name: str
    size: int
    place: str
    """The question, or the column of rows, that asks for it: ``owners.passport``."""
    staged: bool
    """Whether the page with it is not saved yet."""
    quarantine: QuarantineState | None = None

    @classmethod
    def of(cls, row: UploadRow, place: str) -> Self:
        """Make it of a staged file."""
        return cls(id=str(row.id), name=row.name, size=row.size, place=place, staged=True, quarantine=row.quarantine)

    @property
    def answer(self) -> Mapping[str, Answer]:
        """The file as it stands in answers."""
        return {"id": self.id, "name": self.name, "size": self.size}


Files = Mapping[str, KnownFile]
"""Files by id."""


@attrs.frozen(kw_only=True)
class Received:
    """A form that was received. Its files were staged while they streamed in."""

    fields: Mapping[str, list[str]]
    refused: tuple[Fault, ...] = ()
    """One fault for each refused file (AT-3). The field is the key of the question, or of the column in its row."""


def files_of(portal: Portal, actor: Actor, opened: Opened, page: Page) -> Files:
    """Find the files that can be answers on a page: the saved ones, and those that this account staged."""
    known: dict[str, KnownFile] = {}
    raw = require_started(opened.assignment).raw
    held = {str(id): state for id, state in opened.quarantine.items()}
    for place, _field, files in answer_files.lists_in(page, raw):
        for file in files:
            if isinstance(file, Mapping):
                id, name, size = str(file["id"]), str(file["name"]), file["size"]
                size = size if isinstance(size, int) else 0
                known[id] = KnownFile(id=id, name=name, size=size, place=place, staged=False, quarantine=held.get(id))
    for place in answer_files.places(page):
        for row in portal.client.answer_files.staged(actor, opened.assignment.id, place):
            known[str(row.id)] = KnownFile.of(row, place)
    return known


def place_of(key: str) -> str:
    """Give the place of the files of a field: that of a column is the same in all rows."""
    rows, number, column = (*key.split("."), "", "")[:3]
    return f"{rows}.{column}" if number and column else key


def receive(portal: Portal, actor: Actor, assignment_id: AssignmentId, page: Page, parts: Iterable[Part]) -> Received:
    """Receive the form part by part. A staged file joins the list of its question; a refused file affects no other.

    Raises:
        Malformed: the form is damaged.
        TooLarge: it has more text than any form of the portal.
        Absent, Refused: the questionnaire cannot be filled in any more.
    """
    fields: dict[str, list[str]] = {}
    asking = set(answer_files.places(page))
    refused: list[Fault] = []
    room = ANSWERS_TOTAL
    for part in parts:
        if isinstance(part, TextPart):
            room -= len(part.name) + len(part.value)
            if room < 0:
                raise TooLarge("there is too much text in the form")
            fields.setdefault(part.name, []).append(part.value)
        elif place_of(key := form_fields.key_of_new_files(part.name)) in asking and part.file_name:
            kept = _stage(portal, actor, assignment_id, key, part)
            if isinstance(kept, UploadRow):
                fields.setdefault(form_fields.name(key), []).append(str(kept.id))
            else:
                refused.extend(kept)
    return Received(fields=fields, refused=tuple(refused))


def _stage(
    portal: Portal, actor: Actor, assignment_id: AssignmentId, key: str, part: FilePart
) -> UploadRow | list[Fault]:
    """Stage one file, or give its faults."""
    try:
        return _staged(portal, actor, assignment_id, key, part)
    except Refused as error:
        if any(fault.code is FaultCode.WRONG_STATE for fault in error.faults):
            raise
        faults = error.faults
    except (StorageFull, Unavailable):  # Keep the text, even if this file is lost.
        faults = (file_fault(FaultCode.FILE_NOT_KEPT, shown_name(part.file_name)),)
    return [attrs.evolve(fault, field=key) for fault in faults]


def _staged(portal: Portal, actor: Actor, assignment_id: AssignmentId, key: str, part: FilePart) -> UploadRow:
    place = place_of(key)
    return portal.client.answer_files.stage(actor, assignment_id, place, name=part.file_name, blocks=part.blocks)


def upload(portal: Portal, actor: Actor, assignment_id: AssignmentId, key: str, parts: Iterable[Part]) -> UploadRow:
    """Stage the one file that a script sends, for a question or a column of a row.

    Raises:
        Malformed: there is no file.
        Refused: the file breaks a rule (AT-3), or the questionnaire is not being filled in.
        Absent, StorageFull, Unavailable: see ``portal.client.answer_files.stage``.
    """
    for part in parts:
        if isinstance(part, FilePart) and part.name == "file" and part.file_name:
            return _staged(portal, actor, assignment_id, key, part)
    raise Malformed("there is no file")
