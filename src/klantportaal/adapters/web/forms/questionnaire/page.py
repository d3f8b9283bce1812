"""The form of one page of a questionnaire; it may come back several times before it is saved (QU-2).

Only ``Volgende`` saves, and so does ``Opslaan en later verder``, which leads to ``Acties`` then. The other buttons show
the page again with what was typed. The module is long, because all of the buttons act on the one form.
"""

import contextlib
import re
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar
from uuid import UUID

import attrs

from klantportaal.adapters.web.forms.questionnaire import fields as form_fields
from klantportaal.adapters.web.forms.questionnaire import navigation
from klantportaal.adapters.web.forms.questionnaire import uploads as answer_uploads
from klantportaal.adapters.web.forms.questionnaire.address_parts import LookedUp
from klantportaal.adapters.web.forms.questionnaire.fields import NEW_FILES, Fields
from klantportaal.adapters.web.forms.questionnaire.navigation import BACK, REVIEW, Elsewhere
from klantportaal.adapters.web.forms.questionnaire.uploads import Files, Received
from klantportaal.adapters.web.http.errors import Malformed
from klantportaal.adapters.web.http.form_parts import Part, TextPart
from klantportaal.domain.errors import Absent, Conflict, Fault, FaultCode, Refused, Unavailable
from klantportaal.domain.questionnaires import answer_files, answering
from klantportaal.domain.questionnaires.answering import Answering
from klantportaal.domain.questionnaires.assignments import require_started
from klantportaal.domain.questionnaires.definition import Answers, Definition, Page, Question, QuestionType
from klantportaal.domain.questionnaires.projection import Projection, VisiblePage
from klantportaal.domain.questionnaires.schemas import ROWS_LIMIT
from klantportaal.domain.questionnaires.signatures import DRAWING
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AssignmentId, Language, UploadId
from klantportaal.portal import Portal
from klantportaal.usecases.client.questionnaires import Opened

SHOWN, VERSION, ACTION = "getoond", "versie", "actie"
"""The form's own fields: the keys of the shown questions, the version, and the button that was pressed."""
UPDATE, ADD_ROW, REMOVE_ROW = "bijwerken", "rij-erbij", "rij-weg"
ADD_FILES, REMOVE_FILE = "bestand-erbij", "bestand-weg"
FIND_ADDRESS, CLEAR_DRAWING = "adres-zoeken", "tekening-weg"
"""The values of the buttons other than ``Volgende``, which has none. A subject may follow: ``rij-weg.children.1``."""
LATER = "later"
"""The button that saves as ``Volgende`` does, and then leads to ``Acties``."""
_VERSION = re.compile("[0-9]{1,9}", re.ASCII)


@attrs.frozen(kw_only=True)
class TypedPage(ABC):
    """A page with what was typed on it: of a questionnaire that is being filled in, or of a preview."""

    page: Page
    fields: Fields
    files: Files = attrs.field(factory=dict)
    to_review: bool = False
    """Whether the page was opened from the review, so that ``Volgende`` leads back there."""
    shown: frozenset[str] | None = None
    """The keys that the received form showed. None if no form was received, or if it did not say."""
    sent: Fields | None = None
    """The fields of the received form. None if no form was received: the fields then hold the saved answers."""
    adds: bool = False
    """Whether to point out newly visible questions: the form was to be saved, and was not."""
    conflict: bool = False
    """Whether other answers were saved in the meantime (property 8)."""
    focus: str | None = None
    """The id of the element that gets the focus, after a button added something."""
    faults: tuple[Fault, ...] = ()
    refused: tuple[Fault, ...] = ()
    """The faults of refused files, and of what cannot be looked up. Their fields are keys of the form.

    *faults* count only rows with answers.
    """
    looked_up: tuple[str, LookedUp] | None = None
    """The key of the address that was looked up, and what came of it."""

    @property
    @abstractmethod
    def definition(self) -> Definition:
        """The questionnaire."""

    @property
    @abstractmethod
    def answering(self) -> Answering:
        """The saved answers."""

    @property
    @abstractmethod
    def files_of(self) -> AssignmentId | None:
        """The assignment that files are added to. None: no files are taken in."""

    @property
    def status(self) -> int:
        """The HTTP status of the page."""
        return 409 if self.conflict else 422 if self.faults or self.refused else 200

    def look(self) -> tuple[VisiblePage, Projection]:
        """Work out what is visible, given what is typed. Raises: Refused, if the page itself is hidden."""
        submitted = answer_files.with_files(
            self.page,
            form_fields.read_page(self.page, self.fields),
            lambda _place, ids: [self.files[str(id)].answer for id in ids if id in self.files],
        )
        return answering.look(self.definition, self.answering, self.page, submitted)

    def new(self, page: VisiblePage, projection: Projection) -> set[str]:
        """Give the keys that are visible now and were not in the received form."""
        return set() if self.shown is None else form_fields.keys(page, projection, self.fields) - self.shown


@attrs.frozen(kw_only=True)
class Filling(TypedPage):
    """A page that is being filled in."""

    opened: Opened
    leaving: bool = False
    """Whether the client wants to continue later."""
    version: int
    """The version that the form was made for. After a conflict it changes once the saved answers are shown too."""

    @property
    def definition(self) -> Definition:
        """The questionnaire."""
        return self.opened.definition

    @property
    def answering(self) -> Answering:
        """The saved answers."""
        return require_started(self.opened.assignment)

    @property
    def files_of(self) -> AssignmentId | None:
        """The assignment, which takes files."""
        return self.opened.assignment.id

    @property
    def rebased(self) -> bool:
        """Whether the office rebased the questionnaire after the form was shown, and nothing was saved since."""
        return self.version < self.answering.version and self.answering.last_saved is None


Form = TypeVar("Form", bound=TypedPage)


# ------------------------------------------------------------------ showing a page
def show(portal: Portal, actor: Actor, opened: Opened, page_id: str, *, to_review: bool) -> Filling | Elsewhere:
    """Show a page with its saved answers, or redirect.

    Raises:
        Absent: the questionnaire has no such page.
    """
    if (page := opened.definition.page(page_id)) is None:
        raise Absent
    if (elsewhere := navigation.away(opened)) is not None:
        return elsewhere
    files = answer_uploads.files_of(portal, actor, opened, page)
    filling = Filling(
        opened=opened,
        page=page,
        version=require_started(opened.assignment).version,
        fields=shown_fields(opened.definition, require_started(opened.assignment), page, files, actor.language),
        files=files,
        to_review=to_review,
    )
    return _unless_hidden(filling)


def shown_fields(
    definition: Definition, begun: Answering, page: Page, files: Files, language: Language
) -> dict[str, list[str]]:
    """Write the saved answers of a page, and the defaults of what was never asked, as a form would send them."""
    filled_in = {**begun.raw, **answering.proposed(definition, begun, page)}
    return saved_fields(page, filled_in, files, language)


def saved_fields(page: Page, raw: Answers, files: Files, language: Language) -> dict[str, list[str]]:
    """Write the saved answers into fields, together with the files that are staged."""
    fields: dict[str, list[str]] = {}
    for question in page.questions:
        fields |= form_fields.written(question, raw.get(question.id), question.id, language)
        if question.type is QuestionType.FILE:
            own = [file.id for file in files.values() if file.place == question.id]
            fields[form_fields.name(question.id)] = own
        fields |= _in_new_rows(question, fields, files)
        if question.type is QuestionType.ROWS and question.required and not fields.get(form_fields.name(question.id)):
            fields[form_fields.name(question.id)] = ["0"]
    return fields


def _in_new_rows(question: Question, fields: Fields, files: Files) -> dict[str, list[str]]:
    """Give each file that was staged for a row, and is in no saved row, a row of its own: nobody knows which it was."""
    staged = [
        (column.id, file.id)
        for column in question.columns
        for file in files.values()
        if file.staged and file.place == f"{question.id}.{column.id}"
    ]
    if not staged:
        return {}
    standing = [*fields.get(form_fields.name(question.id), ())]
    new = [str(number) for number in range(len(standing), min(len(standing) + len(staged), ROWS_LIMIT + 1))]
    in_rows = {
        form_fields.name(f"{question.id}.{number}.{column}"): [id]
        for number, (column, id) in zip(new, staged, strict=False)
    }
    return {form_fields.name(question.id): [*standing, *new], **in_rows}


def again(portal: Portal, actor: Actor, opened: Opened, page_id: str, fields: Fields) -> Filling | Elsewhere:
    """Show a page as it was typed, without saving anything (ST-2).

    Raises:
        Absent: the questionnaire has no such page.
        Malformed: the portal did not make this form.
    """
    if (elsewhere := navigation.away(opened)) is not None:
        return elsewhere
    if (page := opened.definition.page(page_id)) is None:
        raise Absent
    return _unless_hidden(
        _typed(portal, actor, opened, page, Received(fields={name: list(values) for name, values in fields.items()}))
    )


def _unless_hidden(filling: Filling) -> Filling | Elsewhere:
    try:
        filling.look()
    except Refused:
        return navigation.resumed(filling.opened, "aangepast" if filling.rebased else "overgeslagen")
    return filling


# ------------------------------------------------------------------ taking a form in
def submit(portal: Portal, actor: Actor, opened: Opened, page_id: str, parts: Iterable[Part]) -> Filling | Elsewhere:
    """Save a page, or do what another button says. Give the page to show again, or a redirect.

    Raises:
        Absent: the questionnaire has no such page and had none when the form was shown, or the client lost access.
        Malformed: the portal did not make this form.
        TooLarge: the form is larger than any form of the portal.
    """
    if (elsewhere := navigation.away(opened)) is not None:
        deque(parts, maxlen=0)  # Read to the end: a browser reads no response while it sends.
        return elsewhere
    if (page := opened.definition.page(page_id)) is None:
        return _without_page(opened, parts)
    if (
        page.row is not None
        and answering.view(opened.definition, require_started(opened.assignment)).page(page_id) is None
    ):
        deque(parts, maxlen=0)  # Its row was taken out, or is hidden: no file of it is kept.
        return navigation.resumed(opened, "overgeslagen")
    received = answer_uploads.receive(portal, actor, opened.assignment.id, page, parts)
    return _act(portal, actor, opened, page, received)


def _without_page(opened: Opened, parts: Iterable[Part]) -> Elsewhere:
    """Redirect from a page that a rebase removed, if the form is out of date. Raises: Absent, Malformed."""
    versions = [part.value for part in parts if isinstance(part, TextPart) and part.name == VERSION]
    if not versions or version_in(versions[0]) >= require_started(opened.assignment).version:
        raise Absent
    return navigation.resumed(opened, "aangepast")


def _act(portal: Portal, actor: Actor, opened: Opened, page: Page, received: Received) -> Filling | Elsewhere:
    filling = _typed(portal, actor, opened, page, received)
    action, _, subject = next(iter(received.fields.get(ACTION, ())), "").partition(".")
    if action in _BUTTONS:
        return _unless_hidden(_BUTTONS[action](filling, subject))
    if action == REMOVE_FILE:
        return _unless_hidden(_without_file(portal, actor, filling, subject))
    if action == REMOVE_ROW:
        return _unless_hidden(_without_row(portal, actor, filling, subject))
    if action == FIND_ADDRESS:
        return _unless_hidden(_with_address(portal, actor, filling, subject))
    if filling.leaving and not _is_changed(portal, actor, filling):
        return navigation.left(saved=False)
    elsewhere = _unless_hidden(filling)
    return elsewhere if isinstance(elsewhere, Elsewhere) else _save(portal, actor, filling, received)


def _is_changed(portal: Portal, actor: Actor, filling: Filling) -> bool:
    """Tell whether a page has other answers than it was shown with, or files that were refused."""
    files = answer_uploads.files_of(portal, actor, filling.opened, filling.page)
    shown = shown_fields(filling.definition, filling.answering, filling.page, files, actor.language)
    typed, before = (form_fields.read_page(filling.page, fields) for fields in (filling.fields, shown))
    return bool(filling.refused) or typed != before


def _typed(portal: Portal, actor: Actor, opened: Opened, page: Page, received: Received) -> Filling:
    """Turn a received form into the page that it was sent from."""
    version = version_in(next(iter(received.fields.get(VERSION, ())), ""))
    is_current = version == require_started(opened.assignment).version
    sent = own_fields(page, received.fields, strict=is_current)
    shown = frozenset(received.fields[SHOWN]) if SHOWN in received.fields else None
    files = answer_uploads.files_of(portal, actor, opened, page)
    saved = shown_fields(opened.definition, require_started(opened.assignment), page, files, actor.language)
    return Filling(
        opened=opened,
        page=page,
        leaving=LATER in received.fields,
        version=version,
        fields=with_hidden(sent, shown, saved),
        files=files,
        to_review=REVIEW in received.fields.get(BACK, ()),
        shown=shown,
        sent=sent,
        refused=received.refused,
    )


def with_hidden(sent: Fields, shown: frozenset[str] | None, saved: Fields) -> Fields:
    """Add to the sent fields the saved ones of questions that the form did not show: they stay as they are."""
    hidden = {name: values for name, values in saved.items() if shown is not None and _question_in(name) not in shown}
    return {**hidden, **sent}


def version_in(text: str) -> int:
    """Read the version of a form. Raises: Malformed."""
    if not _VERSION.fullmatch(text):
        raise Malformed("the form says not of which version it is")
    return int(text)


def own_fields(page: Page, fields: Fields, *, strict: bool) -> dict[str, list[str]]:
    """Keep the fields that belong to the page. A form that is out of date may have fields of an older revision.

    Raises:
        Malformed: there are other fields, and the form is not out of date.
    """
    own = {name for question in page.questions for name in form_fields.names(question, question.id, fields)}
    keys = [key for question in page.questions for key in form_fields.file_keys(question, fields)]
    news = {form_fields.name(f"{key}.{NEW_FILES}") for key in keys}
    sent = {name for name in fields if name.startswith(form_fields.PREFIX)}
    if strict and sent - own - news:
        raise Malformed("the form has fields that no form of ours has")
    return {name: list(values) for name, values in fields.items() if name in own}


def _question_in(name: str) -> str:
    """Give the id of the question that a field belongs to."""
    return name.removeprefix(form_fields.PREFIX).partition(".")[0]


# ------------------------------------------------------------------ Volgende
def _save(portal: Portal, actor: Actor, filling: Filling, received: Received) -> Filling | Elsewhere:
    shown, projection = filling.look()
    if filling.new(shown, projection):
        return attrs.evolve(filling, adds=True)
    if received.refused:
        faults = answering.page_faults(shown, shown.scope, as_of=projection.as_of)
        return attrs.evolve(filling, faults=tuple(faults))
    opened, submitted = filling.opened, form_fields.read_page(filling.page, filling.fields)
    try:
        saved = portal.client.questionnaires.save(
            actor, opened.assignment.id, filling.page.id, submitted, version=filling.version
        )
    except Refused as error:
        faults = list(error.faults)
        if any(fault.code in (FaultCode.WRONG_STATE, FaultCode.PAGE_HIDDEN) for fault in faults):
            return navigation.resumed(portal.client.questionnaires.open(actor, opened.assignment.id), "overgeslagen")
        return attrs.evolve(filling, faults=tuple(faults))
    except (Conflict, Absent):  # Absent: a rebase removed the page, or access ended; opening it again tells which.
        return _in_conflict(portal, actor, filling)
    after = navigation.after(saved, filling.page.id, to_review=filling.to_review)
    return navigation.left(saved=True) if filling.leaving else after


def _in_conflict(portal: Portal, actor: Actor, filling: Filling) -> Filling | Elsewhere:
    """Show what was typed beside the answers that were saved in the meantime (property 8)."""
    opened = portal.client.questionnaires.open(actor, filling.opened.assignment.id)
    page = opened.definition.page(filling.page.id)
    if navigation.away(opened) is not None or page is None:
        return navigation.resumed(opened, "aangepast")
    files = answer_uploads.files_of(portal, actor, opened, page)
    known = own_fields(page, filling.fields, strict=False)
    fields = form_fields.without_lost_keys(known, require_started(opened.assignment).raw)
    shown = _unless_hidden(attrs.evolve(filling, opened=opened, page=page, fields=fields, files=files))
    version = require_started(opened.assignment).version
    return shown if isinstance(shown, Elsewhere) else attrs.evolve(shown, version=version, conflict=True)


# ------------------------------------------------------------------ the other buttons
def _updated(filling: Filling, _subject: str) -> Filling:
    return filling


def with_row(filling: Form, subject: str) -> Form:
    """Add an empty row. Raises: Malformed."""
    question = next((each for each in filling.page.questions if each.id == subject and each.columns), None)
    if question is None:
        raise Malformed("there are no such rows")
    numbers = [*form_fields.rows(filling.fields, subject), None]
    focus = form_fields.name(f"{subject}.{len(numbers) - 1}")
    return attrs.evolve(filling, fields=form_fields.with_rows(question, filling.fields, numbers), focus=focus)


def _without_row(portal: Portal, actor: Actor, filling: Filling, subject: str) -> Filling:
    """Remove a row. Its staged files are deleted now; its saved files when the page is saved."""
    question, number = _row(filling, subject)
    gone = [f"{question.id}.{number}.{column.id}" for column in question.columns if column.type is QuestionType.FILE]
    for file in [each for key in gone for each in filling.fields.get(form_fields.name(key), ())]:
        _unstage(portal, actor, filling, file)
    return without_row(filling, subject)


def without_row(filling: Form, subject: str) -> Form:
    """Remove a row from the form. Raises: Malformed."""
    question, number = _row(filling, subject)
    numbers = [each for each in form_fields.rows(filling.fields, question.id) if each != number]
    fields = form_fields.with_rows(question, filling.fields, numbers)
    return attrs.evolve(filling, fields=fields, focus=f"{ADD_ROW}.{question.id}")


def _row(filling: TypedPage, subject: str) -> tuple[Question, str]:
    """Give the rows that a button is about, and the number of its row. Raises: Malformed."""
    id, _, number = subject.partition(".")
    question = next((each for each in filling.page.questions if each.id == id and each.columns), None)
    if question is None:
        raise Malformed("there are no such rows")
    return question, number


def _with_files(filling: Filling, subject: str) -> Filling:
    return attrs.evolve(filling, focus=form_fields.name(subject))


def _without_file(portal: Portal, actor: Actor, filling: Filling, subject: str) -> Filling:
    """Remove a file from the list. A staged file is deleted now; a saved file when the page is saved."""
    keys = [key for question in filling.page.questions for key in form_fields.file_keys(question, filling.fields)]
    name = next((each for each in map(form_fields.name, keys) if subject in filling.fields.get(each, ())), None)
    if name is None:
        return filling
    _unstage(portal, actor, filling, subject)
    left = [id for id in filling.fields[name] if id != subject]
    return attrs.evolve(filling, fields={**filling.fields, name: left}, focus=name)


def _with_address(portal: Portal, actor: Actor, filling: Filling, key: str) -> Filling:
    """Fill in the street and place of the postcode and number that were typed. Nothing is saved.

    Whatever comes of it, the client can type them.
    """
    if key not in form_fields.keys_of(QuestionType.ADDRESS, filling.page, filling.fields):
        raise Malformed("there is no such address")
    typed = {part: form_fields.first(filling.fields, key, part) for part in ("postcode", "number")}
    look = attrs.evolve(filling, focus=form_fields.name(f"{key}.street"))
    try:
        found = portal.client.questionnaires.find_address(actor, **typed)
    except Refused as error:
        faults = [attrs.evolve(each, field=f"{key}.{each.field}") for each in error.faults]
        return attrs.evolve(filling, refused=tuple(faults))
    except Unavailable:
        return attrs.evolve(look, looked_up=(key, LookedUp.NOT_NOW))
    if found is None:
        return attrs.evolve(look, looked_up=(key, LookedUp.NOTHING))
    filled = {form_fields.name(f"{key}.street"): [found.street], form_fields.name(f"{key}.place"): [found.place]}
    return attrs.evolve(look, fields={**filling.fields, **filled}, looked_up=(key, LookedUp.FOUND))


def without_drawing(filling: Form, key: str) -> Form:
    """Take the drawing of a signature out of the form. Raises: Malformed."""
    if key not in form_fields.keys_of(QuestionType.SIGNATURE, filling.page, filling.fields):
        raise Malformed("there is no such signature")
    fields = {**filling.fields, form_fields.name(f"{key}.{DRAWING}"): [""]}
    return attrs.evolve(filling, fields=fields, focus=form_fields.name(key))


def _unstage(portal: Portal, actor: Actor, filling: Filling, id: str) -> None:
    """Delete a file of the form if it is staged."""
    if id in filling.files and filling.files[id].staged:
        with contextlib.suppress(Absent):  # It was removed before.
            portal.client.answer_files.unstage(actor, filling.opened.assignment.id, UploadId(UUID(id)))


_BUTTONS: Mapping[str, Callable[[Filling, str], Filling]] = {
    UPDATE: _updated,
    ADD_ROW: with_row,
    ADD_FILES: _with_files,
    CLEAR_DRAWING: without_drawing,
}
