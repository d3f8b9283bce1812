"""The questions of a page as it shows them: each with what stands in its fields, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from functools import cached_property

import attrs

from klantportaal.adapters import answer_texts
from klantportaal.adapters.answer_texts import AnswerText, in_words
from klantportaal.adapters.web import answer_faults, answer_fields, filling
from klantportaal.adapters.web.answer_faults import AnswerFault
from klantportaal.adapters.web.answer_fields import DAY_PARTS, NO, YES, Fields
from klantportaal.adapters.web.answer_uploads import KnownFile
from klantportaal.adapters.web.filling import Filling
from klantportaal.adapters.web.frame import Frame
from klantportaal.adapters.web.sentences import SaidFault
from klantportaal.domain.questionnaires import answering
from klantportaal.domain.questionnaires.definition import (
    Condition,
    Page,
    ProfileValue,
    Question,
    QuestionType,
    references,
)
from klantportaal.domain.questionnaires.projection import Projection, VisiblePage
from klantportaal.domain.questionnaires.schemas import ROWS_LIMIT

MANY = 10
"""More options than this are in a list that opens."""
_AUTOCOMPLETE: Mapping[ProfileValue, str] = {ProfileValue.NAME: "name", ProfileValue.EMAIL: "email"}


@attrs.frozen(kw_only=True)
class Choice:
    """One option."""

    value: str
    label: str
    chosen: bool


@attrs.frozen(kw_only=True)
class RowView:
    """One row."""

    number: str
    """As its fields have it."""
    shown: int
    """As a reader counts."""
    columns: "tuple[QuestionView, ...]"


@attrs.frozen(kw_only=True)
class FilesView:
    """The files of a question, and how more can be added."""

    rows: tuple["FileItem", ...]
    endpoint: str
    limit: int


@attrs.frozen(kw_only=True)
class FileItem:
    """One file of the list, with its bin."""

    name: str
    size: str
    keep: Mapping[str, str]
    """The attributes of the field that holds it."""
    remove: Mapping[str, str]
    """The attributes of the button that takes it away."""


@attrs.frozen(kw_only=True)
class QuestionView:
    """One question, or one column of a row."""

    key: str
    name: str
    """Of its field, which is its id as well."""
    type: QuestionType
    label: str
    help: str
    required: bool
    value: str = ""
    parts: tuple[str, ...] = ()
    """Of a date: what stands in its three fields."""
    choices: tuple[Choice, ...] = ()
    many: bool = False
    """Whether its options are in a list that opens."""
    limit: int | None = None
    """Characters of a long text, at most."""
    autocomplete: str = "off"
    rows: tuple[RowView, ...] = ()
    can_grow: bool = False
    files: FilesView | None = None
    faults: tuple[SaidFault, ...] = ()
    meanwhile: AnswerText | None = None
    """What was saved in the meantime, where it is something else."""
    watched: bool = False
    """Whether something else on the page depends on it."""
    focused: bool = False


@attrs.frozen(kw_only=True)
class Questions:
    """The questions of a page, with all that goes for several of them."""

    frame: Frame
    filling: Filling
    page: VisiblePage
    projection: Projection
    faults: Sequence[AnswerFault]

    @classmethod
    def of(cls, frame: Frame, filling: Filling) -> "Questions":
        """Look at a page that is being filled in."""
        page, projection = filling.look()
        faults = answer_faults.say(filling.faults, page, projection, filling.fields, frame.wording)
        return cls(frame=frame, filling=filling, page=page, projection=projection, faults=faults)

    @property
    def _fields(self) -> Fields:
        return self.filling.fields

    @cached_property
    def _sentences(self) -> Mapping[str, Sequence[str]]:
        """What is said of each field, by key."""
        found: dict[str, list[str]] = {}
        for fault in self.faults:
            if fault.key is not None:
                found.setdefault(fault.key, []).append(fault.sentence)
        return found

    def views(self) -> list[QuestionView]:
        """Show every visible question."""
        watched = watched_on(self.page.page)
        saved = answering.view(self.filling.opened.definition, self.filling.answering)
        return [
            attrs.evolve(self._view(question, question.id, watched), meanwhile=self._meanwhile(question, saved))
            for question in self.page.questions
        ]

    def _meanwhile(self, question: Question, saved: Projection) -> AnswerText | None:
        """Say what was saved in the meantime, if the question was asked there and is answered otherwise here."""
        page = saved.page(self.page.page.id)
        if not self.filling.conflict or page is None or question not in page.questions:
            return None
        theirs, ours = saved.answers.get(question.id), self.projection.answers.get(question.id)
        return None if theirs == ours else in_words(question, theirs, self.frame.language)

    def _view(self, question: Question, key: str, watched: set[str]) -> QuestionView:
        texts = question.texts[self.frame.language]
        name = answer_fields.name(key)
        view = QuestionView(
            key=key,
            name=name,
            type=question.kind,
            label=texts.label,
            help=texts.help,
            required=question.required,
            value=answer_fields.first(self._fields, key),
            autocomplete=_AUTOCOMPLETE.get(question.profile, "off") if question.profile else "off",
            faults=tuple(SaidFault(field=name, sentence=each) for each in self._sentences.get(key, ())),
            watched=question.id in watched,
            focused=name == self.filling.focus,
        )
        match question.type:
            case QuestionType.DATE:
                return attrs.evolve(
                    view, parts=tuple(answer_fields.first(self._fields, key, each) for each in DAY_PARTS)
                )
            case QuestionType.LONG_TEXT:
                return attrs.evolve(view, limit=_limit(question, "maxLength"))
            case QuestionType.BOOLEAN | QuestionType.CHOICE | QuestionType.CHOICES:
                return attrs.evolve(view, choices=self._choices(question, key), many=_is_long(question))
            case QuestionType.ROWS:
                return self._with_rows(view, question, watched)
            case QuestionType.FILE:
                return attrs.evolve(view, files=self._files(question))
        return view

    def _choices(self, question: Question, key: str) -> tuple[Choice, ...]:
        options = dict(question.texts[self.frame.language].options)
        if question.type is QuestionType.BOOLEAN:
            language = self.frame.language
            options = {YES: answer_texts.YES[language], NO: answer_texts.NO[language]}
        values = self._fields.get(answer_fields.name(key), ())
        chosen = values if question.type is QuestionType.CHOICES else values[:1]
        return tuple(Choice(value=code, label=label, chosen=code in chosen) for code, label in options.items())

    def _with_rows(self, view: QuestionView, question: Question, watched: set[str]) -> QuestionView:
        numbers = answer_fields.rows(self._fields, question.id)
        rows = tuple(
            RowView(number=number, shown=shown, columns=self._columns(question, number, watched))
            for shown, number in enumerate(numbers, 1)
        )
        limit = _limit(question, "maxItems") or ROWS_LIMIT
        adds = self.filling.focus == f"{filling.ADD_ROW}.{question.id}"
        return attrs.evolve(view, rows=rows, can_grow=len(rows) < min(limit, ROWS_LIMIT), focused=adds)

    def _columns(self, question: Question, number: str, watched: set[str]) -> tuple[QuestionView, ...]:
        columns, _row = answer_fields.columns_of(question, number, self._fields, self.projection)
        row = f"{question.id}.{number}"
        views = [self._view(column, f"{row}.{column.id}", watched) for column in columns]
        if self.filling.focus == answer_fields.name(row) and views:
            views[0] = attrs.evolve(views[0], focused=True)
        return tuple(views)

    def _files(self, question: Question) -> FilesView:
        id = self.filling.opened.assignment.id
        ids = dict.fromkeys(self._fields.get(answer_fields.name(question.id), ()))
        known = [self.filling.files[each] for each in ids if each in self.filling.files]
        most = self.frame.site.portal.settings.uploads.files
        return FilesView(
            rows=tuple(file_item(self.frame, file) for file in known if file.question == question.id),
            endpoint=self.frame.url("questionnaire_upload", assignment_id=id, question_id=question.id),
            limit=min(_limit(question, "maxItems") or most, most),
        )

    def added(self) -> list[tuple[str, str]]:
        """Name what the page shows by now and the form that came in did not: id and label."""
        new = self.filling.new(self.page, self.projection) if self.filling.adds else set()
        found = [view for top in self.views() for view in (top, *(each for row in top.rows for each in row.columns))]
        return [(view.name, view.label) for view in found if view.key in new]

    def kept(self) -> list[tuple[str, str]]:
        """List the fields of questions that are hidden now, as they were typed: shown again, they stand there still."""
        if self.filling.sent is None:
            return []
        shown = answer_fields.keys(self.page, self.projection, self._fields)
        rendered = {name for question in self.page.questions for name in self._rendered(question, shown)}
        hidden = [name for name in self._fields if name not in rendered]
        visible = {question.id for question in self.page.questions}
        mine = [name for name in hidden if name in self.filling.sent or _top(name) in visible]
        return [(name, value) for name in mine for value in self._fields[name]]

    def _rendered(self, question: Question, shown: set[str]) -> list[str]:
        """Name the fields that are on the page for a question: of its rows, those of the columns that are shown."""
        if not question.columns:
            return list(answer_fields.names(question, question.id, self._fields))
        found = [answer_fields.name(question.id)]
        for number in answer_fields.rows(self._fields, question.id):
            for column in question.columns:
                key = f"{question.id}.{number}.{column.id}"
                found += answer_fields.names(column, key, self._fields) if key in shown else []
        return found


def _top(name: str) -> str:
    return name.removeprefix(answer_fields.PREFIX).partition(".")[0]


def file_item(frame: Frame, file: KnownFile) -> FileItem:
    """Show a file in the list of its question."""
    return FileItem(
        name=file.name,
        size=frame.wording.size(file.size),
        keep={"name": answer_fields.name(file.question), "value": file.id},
        remove={"name": filling.ACTION, "value": f"{filling.REMOVE_FILE}.{file.id}"},
    )


def watched_on(page: Page) -> set[str]:
    """Name the questions on which the visibility of others of the same page depends."""
    conditions: list[Condition] = [
        each.visible_when
        for question in page.questions
        for each in (question, *question.columns)
        if each.visible_when is not None
    ]
    return {id for condition in conditions for id in references(condition)}


def _is_long(question: Question) -> bool:
    return question.type is QuestionType.CHOICE and len(question.options) > MANY


def _limit(question: Question, keyword: str) -> int | None:
    limit = question.schema.document.get(keyword)
    return limit if isinstance(limit, int) and not isinstance(limit, bool) else None
