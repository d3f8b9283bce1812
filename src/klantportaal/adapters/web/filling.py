"""Filling in a page of a questionnaire: one form, which may come back several times before it is saved (QU-2).

``Volgende`` saves, and nothing else does: the form's other buttons show the page again with what was typed.
"""

import contextlib
import re
from collections import deque
from collections.abc import Iterable
from uuid import UUID

import attrs

from klantportaal.adapters.web import answer_fields, answer_uploads, going_on
from klantportaal.adapters.web.answer_fields import NEW_FILES, Fields
from klantportaal.adapters.web.answer_uploads import Files, Received
from klantportaal.adapters.web.errors import Malformed
from klantportaal.adapters.web.going_on import BACK, REVIEW, Elsewhere
from klantportaal.adapters.web.parts import Part, TextPart
from klantportaal.domain.errors import Absent, Conflict, Fault, FaultCode, Refused
from klantportaal.domain.questionnaires import answering
from klantportaal.domain.questionnaires.answering import Answering
from klantportaal.domain.questionnaires.assignments import require_started
from klantportaal.domain.questionnaires.definition import Page, QuestionType
from klantportaal.domain.questionnaires.projection import Projection, VisiblePage
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import UploadId
from klantportaal.portal import Portal
from klantportaal.usecases.client.questionnaires import Opened

SHOWN, VERSION, ACTION = "getoond", "versie", "actie"
"""The form's own fields: each question that it shows, the version it is of, and the button that was pressed."""
UPDATE, ADD_ROW, REMOVE_ROW = "bijwerken", "rij-erbij", "rij-weg"
ADD_FILES, REMOVE_FILE = "bestand-erbij", "bestand-weg"
"""What buttons do, but for ``Volgende``, which has no name; after a stop, to what: ``rij-weg.children.1``."""
_VERSION = re.compile("[0-9]{1,9}", re.ASCII)


@attrs.frozen(kw_only=True)
class Filling:
    """A page that is being filled in, as it is shown."""

    opened: Opened
    page: Page
    version: int
    """Of which version its form is; one that is out of date stays so until what was saved is shown beside it."""
    fields: Fields
    files: Files
    to_review: bool = False
    """Whether ``Volgende`` leads back to the review, where the page was opened."""
    shown: frozenset[str] | None = None
    """What the form that came in showed, by key; None where none came in, or where it did not say."""
    sent: Fields | None = None
    """What came in, where a form did; else what stands in the fields is what was saved."""
    adds: bool = False
    """Whether what it did not show yet is told of: it was sent to be saved, and was not."""
    conflict: bool = False
    """Whether something else was saved in the meantime (property 8)."""
    focus: str | None = None
    """The id of what has the focus, where a button put something there."""
    faults: tuple[Fault, ...] = ()

    @property
    def status(self) -> int:
        """With which status the page comes."""
        return 409 if self.conflict else 422 if self.faults else 200

    @property
    def answering(self) -> Answering:
        """What was saved so far."""
        return require_started(self.opened.assignment)

    @property
    def rebased(self) -> bool:
        """Whether the office rebased the questionnaire since the form was shown, and nothing was saved after that."""
        return self.version < self.answering.version and self.answering.last_saved is None

    def look(self) -> tuple[VisiblePage, Projection]:
        """Show the page as what stands in its fields makes it. Raises: Refused, if it is hidden."""
        submitted = answer_fields.read_page(self.page, self.fields)
        for question in answer_uploads.asking_for_files(self.page):
            ids = self.fields.get(answer_fields.name(question), ())
            submitted[question] = [self.files[id].answer for id in ids if id in self.files]
        return answering.look(self.opened.definition, self.answering, self.page, submitted)

    def new(self, page: VisiblePage, projection: Projection) -> set[str]:
        """Name what the page shows by now and the form that came in did not, by key."""
        return set() if self.shown is None else answer_fields.keys(page, projection, self.fields) - self.shown


# ------------------------------------------------------------------ showing a page
def show(portal: Portal, actor: Actor, opened: Opened, page_id: str, *, to_review: bool) -> Filling | Elsewhere:
    """Show a page as it was saved, or say where to go instead.

    Raises:
        Absent: the questionnaire has no such page.
    """
    if (page := opened.definition.page(page_id)) is None:
        raise Absent
    if (elsewhere := going_on.away(opened)) is not None:
        return elsewhere
    files = answer_uploads.files_of(portal, actor, opened, page)
    filling = Filling(
        opened=opened,
        page=page,
        version=require_started(opened.assignment).version,
        fields=_saved(actor, opened, page, files),
        files=files,
        to_review=to_review,
    )
    return _unless_hidden(filling)


def _saved(actor: Actor, opened: Opened, page: Page, files: Files) -> dict[str, list[str]]:
    """Put what was saved into fields; files that wait to be saved stand with those that were."""
    raw = require_started(opened.assignment).raw
    fields: dict[str, list[str]] = {}
    for question in page.questions:
        fields |= answer_fields.written(question, raw.get(question.id), question.id, actor.language)
        if question.type is QuestionType.FILE:
            own = [file.id for file in files.values() if file.question == question.id]
            fields[answer_fields.name(question.id)] = own
        if question.type is QuestionType.ROWS and question.required and question.id not in raw:
            fields[answer_fields.name(question.id)] = ["0"]
    return fields


def _unless_hidden(filling: Filling) -> Filling | Elsewhere:
    try:
        filling.look()
    except Refused:
        return going_on.resumed(filling.opened, "aangepast" if filling.rebased else "overgeslagen")
    return filling


# ------------------------------------------------------------------ taking a form in
def submit(portal: Portal, actor: Actor, opened: Opened, page_id: str, parts: Iterable[Part]) -> Filling | Elsewhere:
    """Save a page, or do what another of its buttons says; then say what is shown, or where to go.

    Raises:
        Absent: the questionnaire has no such page, and had none when the form was shown; or is the client's no more.
        Malformed: the form is none of ours.
        TooLarge: it is larger than any of ours.
    """
    if (elsewhere := going_on.away(opened)) is not None:
        deque(parts, maxlen=0)  # A browser that still sends does not read.
        return elsewhere
    if (page := opened.definition.page(page_id)) is None:
        return _without_page(opened, parts)
    received = answer_uploads.receive(portal, actor, opened.assignment.id, page, parts)
    return _act(portal, actor, opened, page, received)


def _without_page(opened: Opened, parts: Iterable[Part]) -> Elsewhere:
    """Lead on from a page that a rebase took out: its form is out of date. Raises: Absent, Malformed."""
    versions = [part.value for part in parts if isinstance(part, TextPart) and part.name == VERSION]
    if not versions or version_in(versions[0]) >= require_started(opened.assignment).version:
        raise Absent
    return going_on.resumed(opened, "aangepast")


def _act(portal: Portal, actor: Actor, opened: Opened, page: Page, received: Received) -> Filling | Elsewhere:
    filling = _typed(portal, actor, opened, page, received)
    action, _, subject = next(iter(received.fields.get(ACTION, ())), "").partition(".")
    if action in _BUTTONS:
        return _unless_hidden(_BUTTONS[action](filling, subject))
    if action == REMOVE_FILE:
        return _unless_hidden(_without_file(portal, actor, filling, subject))
    elsewhere = _unless_hidden(filling)
    return elsewhere if isinstance(elsewhere, Elsewhere) else _save(portal, actor, filling, received)


def _typed(portal: Portal, actor: Actor, opened: Opened, page: Page, received: Received) -> Filling:
    """Make of a form the page that it was sent from."""
    version = version_in(next(iter(received.fields.get(VERSION, ())), ""))
    is_current = version == require_started(opened.assignment).version
    sent = _known(page, received.fields, strict=is_current)
    shown = frozenset(received.fields[SHOWN]) if SHOWN in received.fields else None
    files = answer_uploads.files_of(portal, actor, opened, page)
    fields = dict(sent)
    for name, values in _saved(actor, opened, page, files).items():
        if shown is not None and _question_in(name) not in shown:
            fields.setdefault(name, values)
    return Filling(
        opened=opened,
        page=page,
        version=version,
        fields=fields,
        files=files,
        to_review=REVIEW in received.fields.get(BACK, ()),
        shown=shown,
        sent=sent,
        faults=received.refused,
    )


def version_in(text: str) -> int:
    """Read of which version a form is. Raises: Malformed."""
    if not _VERSION.fullmatch(text):
        raise Malformed("the form says not of which version it is")
    return int(text)


def _known(page: Page, fields: Fields, *, strict: bool) -> dict[str, list[str]]:
    """Keep the fields that are the page's own; of a form that is out of date, others may be of an older revision.

    Raises:
        Malformed: there are others, and the form is not out of date.
    """
    own = {name for question in page.questions for name in answer_fields.names(question, question.id, fields)}
    news = {answer_fields.name(f"{question}.{NEW_FILES}") for question in answer_uploads.asking_for_files(page)}
    sent = {name for name in fields if name.startswith(answer_fields.PREFIX)}
    if strict and sent - own - news:
        raise Malformed("the form has fields that no form of ours has")
    return {name: list(values) for name, values in fields.items() if name in own}


def _question_in(name: str) -> str:
    """Say which question of the page a field belongs to."""
    return name.removeprefix(answer_fields.PREFIX).partition(".")[0]


# ------------------------------------------------------------------ Volgende
def _save(portal: Portal, actor: Actor, filling: Filling, received: Received) -> Filling | Elsewhere:
    shown, projection = filling.look()
    if filling.new(shown, projection):
        return attrs.evolve(filling, adds=True)
    if received.refused:
        faults = answering.page_faults(shown, projection.answers, as_of=projection.as_of)
        return attrs.evolve(filling, faults=(*received.refused, *faults))
    opened, submitted = filling.opened, answer_fields.read_page(filling.page, filling.fields)
    try:
        saved = portal.questionnaires.save(
            actor, opened.assignment.id, filling.page.id, submitted, version=filling.version
        )
    except Refused as error:
        faults = list(error.faults)
        if any(fault.code in (FaultCode.WRONG_STATE, FaultCode.PAGE_HIDDEN) for fault in faults):
            return going_on.resumed(portal.questionnaires.open(actor, opened.assignment.id), "overgeslagen")
        return attrs.evolve(filling, faults=tuple(faults))
    except (Conflict, Absent):  # Absent: the page went in a rebase just now; or all of it, which opening it tells.
        return _in_conflict(portal, actor, filling)
    return going_on.after(saved, filling.page.id, to_review=filling.to_review)


def _in_conflict(portal: Portal, actor: Actor, filling: Filling) -> Filling | Elsewhere:
    """Show what was typed beside what was saved in the meantime (property 8)."""
    opened = portal.questionnaires.open(actor, filling.opened.assignment.id)
    page = opened.definition.page(filling.page.id)
    if going_on.away(opened) is not None or page is None:
        return going_on.resumed(opened, "aangepast")
    files = answer_uploads.files_of(portal, actor, opened, page)
    fields = _known(page, filling.fields, strict=False)
    shown = _unless_hidden(attrs.evolve(filling, opened=opened, page=page, fields=fields, files=files))
    version = require_started(opened.assignment).version
    return shown if isinstance(shown, Elsewhere) else attrs.evolve(shown, version=version, conflict=True)


# ------------------------------------------------------------------ the other buttons
def _updated(filling: Filling, _subject: str) -> Filling:
    return filling


def _with_row(filling: Filling, subject: str) -> Filling:
    question = next((each for each in filling.page.questions if each.id == subject and each.columns), None)
    if question is None:
        raise Malformed("there are no such rows")
    numbers = [*answer_fields.rows(filling.fields, subject), None]
    focus = answer_fields.name(f"{subject}.{len(numbers) - 1}")
    return attrs.evolve(filling, fields=answer_fields.with_rows(question, filling.fields, numbers), focus=focus)


def _without_row(filling: Filling, subject: str) -> Filling:
    id, _, number = subject.partition(".")
    question = next((each for each in filling.page.questions if each.id == id and each.columns), None)
    if question is None:
        raise Malformed("there are no such rows")
    numbers = [each for each in answer_fields.rows(filling.fields, id) if each != number]
    fields = answer_fields.with_rows(question, filling.fields, numbers)
    return attrs.evolve(filling, fields=fields, focus=f"{ADD_ROW}.{id}")


def _with_files(filling: Filling, subject: str) -> Filling:
    return attrs.evolve(filling, focus=answer_fields.name(subject))


def _without_file(portal: Portal, actor: Actor, filling: Filling, subject: str) -> Filling:
    """Take a file from the list; one that waits is let go, one that was saved goes when the page is saved."""
    file = filling.files.get(subject)
    if file is None:
        return filling
    if file.staged:
        with contextlib.suppress(Absent):  # It was let go before.
            portal.answer_files.unstage(actor, filling.opened.assignment.id, UploadId(UUID(file.id)))
    name = answer_fields.name(file.question)
    left = [id for id in filling.fields.get(name, ()) if id != file.id]
    return attrs.evolve(filling, fields={**filling.fields, name: left}, focus=name)


_BUTTONS = {UPDATE: _updated, ADD_ROW: _with_row, REMOVE_ROW: _without_row, ADD_FILES: _with_files}
