"""The questions of a page, each with the values of its fields and its faults."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import attrs

from klantportaal.adapters import answer_texts
from klantportaal.adapters.answer_texts import AnswerText, in_words
from klantportaal.adapters.figures import country_names
from klantportaal.adapters.web.forms.questionnaire import address_parts
from klantportaal.adapters.web.forms.questionnaire import faults as answer_faults
from klantportaal.adapters.web.forms.questionnaire import fields as form_fields
from klantportaal.adapters.web.forms.questionnaire import page as page_form
from klantportaal.adapters.web.forms.questionnaire import uploads as answer_uploads
from klantportaal.adapters.web.forms.questionnaire.faults import AnswerFault
from klantportaal.adapters.web.forms.questionnaire.fields import DAY_PARTS, NO, YES, Fields
from klantportaal.adapters.web.forms.questionnaire.page import TypedPage
from klantportaal.adapters.web.forms.questionnaire.uploads import KnownFile
from klantportaal.adapters.web.language.fault_texts import SaidFault
from klantportaal.adapters.web.language.translations import sentence
from klantportaal.adapters.web.pages.frame import Frame
from klantportaal.domain.quarantine import QuarantineState
from klantportaal.domain.questionnaires import answering, given
from klantportaal.domain.questionnaires.computing import is_made_of
from klantportaal.domain.questionnaires.definition import (
    Answers,
    Condition,
    Page,
    ProfileValue,
    Question,
    QuestionType,
    plain,
    references,
)
from klantportaal.domain.questionnaires.explanations import verbatim
from klantportaal.domain.questionnaires.postal_addresses import COUNTRIES, COUNTRY, HOME, LIMITS, is_dutch_only, needed
from klantportaal.domain.questionnaires.projection import Projection, VisiblePage
from klantportaal.domain.questionnaires.rows import KEY, bare
from klantportaal.domain.questionnaires.schemas import ROWS_LIMIT
from klantportaal.domain.questionnaires.signatures import DRAWING_LIMIT, is_drawing
from klantportaal.domain.questionnaires.signatures import PARTS as SIGNATURE_PARTS
from klantportaal.domain.values import Language, searchable
from klantportaal.portal import finds_addresses

GIVEN_BY_OFFICE = sentence("The office filled this in. Change it if it is not right.")
FIXED_BY_OFFICE = sentence("The office filled this in. If it is not right, tell the office.")
COMPUTED = sentence("This is calculated from your earlier answers.")
COMPUTED_HERE = sentence("This is calculated from your answers on this page, at the latest when you choose Next.")
PROPOSED = sentence("This was filled in for you. Change it if it is not right.")
DROPPED = sentence("The office changed this question, and your earlier answer does not fit any more. Answer it again.")
VANISHED = sentence("You chose “%(option)s” before. That is no longer one of the options.")
MANY = 10
"""More options than this become a drop-down list."""
_AUTOCOMPLETE: Mapping[ProfileValue, str] = {ProfileValue.NAME: "name", ProfileValue.EMAIL: "email"}


@attrs.frozen(kw_only=True)
class Choice:
    """One option."""

    value: str
    label: str
    chosen: bool
    beside: "tuple[QuestionView, ...]" = ()
    """The texts that stand beside it."""


@attrs.frozen(kw_only=True)
class RowView:
    """One row."""

    number: str
    """The number in the names of its fields."""
    shown: int
    """The number that is shown, from 1."""
    key: str
    """The key of a saved row that has pages of its own."""
    columns: "tuple[QuestionView, ...]"


@attrs.frozen(kw_only=True)
class FilesView:
    """The files of a question, and how to add more."""

    rows: tuple["FileItem", ...]
    endpoint: str
    limit: int


@attrs.frozen(kw_only=True)
class FileItem:
    """One file of the list, with the button that removes it."""

    name: str
    size: str
    keep: Mapping[str, str]
    """The attributes of the hidden field with its id."""
    remove: Mapping[str, str]
    """The attributes of the button that removes it."""
    quarantine: QuarantineState | None = None


@attrs.frozen(kw_only=True)
class AddressPart:
    """One field of an address."""

    part: str
    name: str
    label: str
    value: str
    required: bool
    optional: bool
    """Whether no address needs it. The page says so."""
    autocomplete: str
    focused: bool
    faults: tuple[SaidFault, ...]
    choices: tuple[Choice, ...] = ()
    """For the country."""


@attrs.frozen(kw_only=True)
class SignatureView:
    """The fields of a signature."""

    name: str
    """The name that was typed."""
    at: str
    """The time of the saved signature, which comes back with the form."""
    drawing: str
    """What was drawn. The page shows it if it is a drawing."""
    kind: str
    """Says what kind of signature it is."""
    limit: int = DRAWING_LIMIT
    """The most characters of a drawing."""


@attrs.frozen(kw_only=True)
class QuestionView:
    """One question, or one column of a row."""

    key: str
    name: str
    """The name and id of its field."""
    type: QuestionType
    label: str
    help: str
    required: bool
    value: str = ""
    parts: tuple[str, ...] = ()
    """For a date, the values of its three fields."""
    address: tuple[AddressPart, ...] = ()
    """For an address, its fields."""
    abroad: bool = True
    """For an address, whether it can be outside the Netherlands. If not, no country is asked."""
    finds: bool = False
    """For an address, whether street and place can be looked up."""
    looked_up: str = ""
    """What came of looking it up."""
    signature: SignatureView | None = None
    choices: tuple[Choice, ...] = ()
    many: bool = False
    """Whether its options are a drop-down list."""
    limit: int | None = None
    """The most characters of a long text."""
    autocomplete: str = "off"
    rows: tuple[RowView, ...] = ()
    noun: str = ""
    """The noun for one row."""
    can_grow: bool = False
    files: FilesView | None = None
    faults: tuple[SaidFault, ...] = ()
    meanwhile: AnswerText | None = None
    """The answer that was saved in the meantime, if it differs."""
    watched: bool = False
    """Whether the visibility or the value of something else on the page depends on it."""
    focused: bool = False
    fixed: AnswerText | None = None
    """The answer that the office gave, if the client cannot change it; or the computed value."""
    computed: bool = False


@attrs.frozen(kw_only=True)
class Questions:
    """The questions of a page that is being filled in."""

    frame: Frame
    filling: TypedPage
    page: VisiblePage
    projection: Projection
    faults: Sequence[AnswerFault]

    @classmethod
    def of(cls, frame: Frame, filling: TypedPage) -> "Questions":
        """Make the questions of a page that is being filled in."""
        page, projection = filling.look()
        faults = answer_faults.say(filling, page, projection, frame.wording)
        return cls(frame=frame, filling=filling, page=page, projection=projection, faults=faults)

    @property
    def _fields(self) -> Fields:
        return self.filling.fields

    @cached_property
    def _sentences(self) -> Mapping[str, Sequence[str]]:
        """The sentences about each field, by key."""
        found: dict[str, list[str]] = {}
        for fault in self.faults:
            if fault.key is not None and fault.page_id is None:
                found.setdefault(fault.key, []).append(fault.sentence)
        return found

    def views(self) -> list[QuestionView]:
        """List the visible questions."""
        watched = watched_on(self.page.page)
        saved = answering.view(self.filling.definition, self.filling.answering)
        return [
            attrs.evolve(
                self._view(question, question.id, self.page.page.questions, watched),
                meanwhile=self._meanwhile(question, saved),
            )
            for question in self.page.questions
            if question.beside is None or question.beside.question in self._fixed
        ]

    def _meanwhile(self, question: Question, saved: Projection) -> AnswerText | None:
        """Give the answer that was saved in the meantime, if the question was visible then and the answers differ."""
        page = saved.page(self.page.page.id)
        if not self.filling.conflict or page is None or question not in page.questions:
            return None
        theirs, ours = saved.answers.get(question.id), self.projection.answers.get(question.id)
        return None if bare(theirs) == bare(ours) else in_words(question, theirs, self.frame.language)

    def _view(self, question: Question, key: str, beside: Sequence[Question], watched: set[str]) -> QuestionView:
        """Show a question, with those of *beside* that stand beside its options."""
        texts = question.texts[self.frame.language]
        name = form_fields.name(key)
        view = QuestionView(
            key=key,
            name=name,
            type=question.kind,
            label=texts.label,
            help=self._help(question),
            required=question.required,
            value=form_fields.first(self._fields, key),
            autocomplete=_AUTOCOMPLETE.get(question.profile, "off") if question.profile else "off",
            faults=tuple(SaidFault(field=name, sentence=each) for each in self._sentences.get(key, ())),
            watched=plain(question.id) in watched,
            focused=name == self.filling.focus,
        )
        if question.id in self._fixed or question.computed is not None:
            answer = self.projection.answers.get(question.id)
            computed = question.computed is not None
            return attrs.evolve(view, fixed=in_words(question, answer, self.frame.language), computed=computed)
        return self._with_fields(view, question, beside, watched)

    def _with_fields(
        self, view: QuestionView, question: Question, beside: Sequence[Question], watched: set[str]
    ) -> QuestionView:
        """Add what its type needs for the fields of a question."""
        key = view.key
        match question.type:
            case QuestionType.DATE:
                view = attrs.evolve(view, parts=tuple(form_fields.first(self._fields, key, each) for each in DAY_PARTS))
            case QuestionType.ADDRESS:
                view = self._with_address(view, question)
            case QuestionType.SIGNATURE:
                view = attrs.evolve(view, signature=self._signature(key))
            case QuestionType.LONG_TEXT:
                view = attrs.evolve(view, limit=_limit(question, "maxLength"))
            case QuestionType.BOOLEAN | QuestionType.CHOICE | QuestionType.CHOICES:
                choices = self._choices(question, key, beside, watched)
                view = attrs.evolve(view, choices=choices, many=_is_long(question))
            case QuestionType.ROWS:
                view = self._with_rows(view, question, watched)
            case QuestionType.FILE:
                view = attrs.evolve(view, files=self._files(question, key))
        return view

    def _with_address(self, view: QuestionView, question: Question) -> QuestionView:
        """Add the fields of an address. A country that cannot be is shown all the same, to be corrected."""
        key, outcome = self.filling.looked_up or ("", None)
        country = form_fields.first(self._fields, f"{view.key}.{COUNTRY}")
        abroad = not is_dutch_only(question.schema.document) or country not in ("", HOME)
        view = attrs.evolve(view, abroad=abroad)
        return attrs.evolve(
            view,
            address=tuple(self._address_part(view, part) for part in LIMITS if abroad or part != COUNTRY),
            finds=finds_addresses(self.frame.site.portal),
            looked_up=self.frame.wording.say(address_parts.SAID[outcome]) if outcome and key == view.key else "",
        )

    def _signature(self, key: str) -> SignatureView:
        name, at, drawing = (form_fields.first(self._fields, key, part) for part in SIGNATURE_PARTS)
        kind = answer_texts.ORDINARY[self.frame.language]
        return SignatureView(name=name, at=at, drawing=drawing if is_drawing(drawing) else "", kind=kind)

    def _address_part(self, view: QuestionView, part: str) -> AddressPart:
        key = f"{view.key}.{part}"
        name, value = form_fields.name(key), form_fields.first(self._fields, key)
        token = address_parts.AUTOCOMPLETE.get(part)
        return AddressPart(
            part=part,
            name=name,
            label=self.frame.wording.say(address_parts.LABELS[part]),
            value=value,
            required=view.required and part in needed("" if view.abroad else HOME),
            optional=part == "addition",
            autocomplete=f"section-{view.key} {token}" if token else "off",
            focused=name == self.filling.focus or (view.focused and part == next(iter(LIMITS))),
            faults=tuple(SaidFault(field=name, sentence=each) for each in self._sentences.get(key, ())),
            choices=_countries(value or HOME, self.frame.language) if part == COUNTRY else (),
        )

    @cached_property
    def _fixed(self) -> Answers:
        begun = self.filling.answering
        return given.fixed_answers(self.page.page, begun.raw, begun.given)

    @cached_property
    def _proposed(self) -> Answers:
        """The defaults that the page was opened with."""
        if self.filling.sent is not None:
            return {}
        return answering.proposed(self.filling.definition, self.filling.answering, self.filling.page)

    def _help(self, question: Question) -> str:
        """Give the explanation of a question: also who answered it, how it is computed, which chosen option is gone."""
        wording, said = self.frame.wording, [question.texts[self.frame.language].help]
        if question.id in self.filling.answering.given:
            said.append(wording.say(FIXED_BY_OFFICE if question.id in self._fixed else GIVEN_BY_OFFICE))
        if question.id in self._proposed:
            said.append(wording.say(PROPOSED))
        if question.computed is not None:
            here = is_made_of(question.computed, [plain(each.id) for each in self.page.page.questions])
            said.append(wording.say(COMPUTED_HERE if here else COMPUTED))
        if question.id in self.filling.answering.dropped:
            said.append(wording.say(DROPPED))
        said += [verbatim(wording.say(VANISHED, option=code)) for code in self._vanished(question)]
        return "\n".join(filter(None, said))

    def _vanished(self, question: Question) -> list[str]:
        """Give what was chosen, and is no option any more because an earlier answer changed."""
        chosen = self._fields.get(form_fields.name(question.id), ()) if question.options_from is not None else ()
        return [code for code in chosen if code and code not in question.options]

    def _choices(
        self, question: Question, key: str, beside: Sequence[Question], watched: set[str]
    ) -> tuple[Choice, ...]:
        options = dict(question.texts[self.frame.language].options)
        if question.type is QuestionType.BOOLEAN:
            language = self.frame.language
            options = {YES: answer_texts.YES[language], NO: answer_texts.NO[language]}
        values = self._fields.get(form_fields.name(key), ())
        chosen = values if question.type is QuestionType.CHOICES else values[:1]
        row = key.removesuffix(question.id)
        texts = [
            (each.beside.option, self._view(each, row + each.id, (), watched))
            for each in form_fields.beside([question], beside)
            if each.beside is not None
        ]
        return tuple(
            Choice(
                value=code,
                label=label,
                chosen=code in chosen,
                beside=tuple(text for option, text in texts if option == code),
            )
            for code, label in options.items()
        )

    def _with_rows(self, view: QuestionView, question: Question, watched: set[str]) -> QuestionView:
        numbers = form_fields.rows(self._fields, question.id)
        rows = tuple(
            RowView(
                number=number,
                shown=shown,
                key=form_fields.first(self._fields, f"{question.id}.{number}", KEY) if question.followed else "",
                columns=self._columns(question, number, watched),
            )
            for shown, number in enumerate(numbers, 1)
        )
        limit = _limit(question, "maxItems") or ROWS_LIMIT
        adds = self.filling.focus == f"{page_form.ADD_ROW}.{question.id}"
        noun = question.texts[self.frame.language].row
        view = attrs.evolve(view, noun=noun)
        return attrs.evolve(view, rows=rows, can_grow=len(rows) < min(limit, ROWS_LIMIT), focused=adds)

    def _columns(self, question: Question, number: str, watched: set[str]) -> tuple[QuestionView, ...]:
        columns, _row = form_fields.columns_of(question, number, self._fields, self.page, self.projection)
        row = f"{question.id}.{number}"
        views = [
            self._view(column, f"{row}.{column.id}", question.columns, watched)
            for column in columns
            if column.beside is None
        ]
        if self.filling.focus == form_fields.name(row) and views:
            views[0] = attrs.evolve(views[0], focused=True)
        return tuple(views)

    def _files(self, question: Question, key: str) -> FilesView | None:
        """Show the files of a question; None where no files are taken in."""
        if (id := self.filling.files_of) is None:
            return None
        place = answer_uploads.place_of(key)
        ids = dict.fromkeys(self._fields.get(form_fields.name(key), ()))
        known = [self.filling.files[each] for each in ids if each in self.filling.files]
        most = self.frame.site.portal.settings.uploads.files
        return FilesView(
            rows=tuple(file_item(self.frame, file, key) for file in known if file.place == place),
            endpoint=self.frame.url("questionnaire_upload", assignment_id=id, question_id=key),
            limit=min(_limit(question, "maxItems") or most, most),
        )

    def added(self) -> list[tuple[str, str]]:
        """List the id and label of each question that is visible now and was not in the received form."""
        return self._named(self.filling.new(self.page, self.projection) if self.filling.adds else set())

    def unasked(self) -> list[tuple[str, str]]:
        """List the id and label of each question that came on this page after it was saved (property 3)."""
        if self.filling.sent is not None:
            return []
        return self._named(answering.added(self.page, self.projection, self.filling.answering))

    def dropped(self) -> list[tuple[str, str]]:
        """List the id and label of each question whose answer another revision dropped (property 7)."""
        if self.filling.sent is not None:
            return []
        return self._named(answering.dropped(self.page, self.filling.answering))

    def _named(self, keys: Collection[str]) -> list[tuple[str, str]]:
        return [(view.name, view.label) for view in _within(self.views()) if view.key in keys] if keys else []

    def kept(self) -> list[tuple[str, str]]:
        """List the typed fields of questions that are hidden now. They stay in the form, in case they show again."""
        if self.filling.sent is None:
            return []
        shown = form_fields.keys(self.page, self.projection, self._fields)
        shown |= form_fields.beside_keys(self.page, self.projection, self._fields)
        texts = form_fields.beside(self.page.questions, self.page.page.questions)
        rendered = {name for question in (*self.page.questions, *texts) for name in self._rendered(question, shown)}
        hidden = [name for name in self._fields if name not in rendered]
        visible = {question.id for question in self.page.questions}
        mine = [name for name in hidden if name in self.filling.sent or _top(name) in visible]
        return [(name, value) for name in mine for value in self._fields[name]]

    def _rendered(self, question: Question, shown: set[str]) -> list[str]:
        """Give the names of the fields that the page has for a question, of its rows only the visible columns."""
        if not question.columns:
            return list(form_fields.names(question, question.id, self._fields))
        found = [form_fields.name(question.id)]
        for number in form_fields.rows(self._fields, question.id):
            found += [form_fields.name(f"{question.id}.{number}.{KEY}")] if question.id in shown else []
            for column in question.columns:
                key = f"{question.id}.{number}.{column.id}"
                found += form_fields.names(column, key, self._fields) if key in shown else []
        return found


def _within(views: Iterable[QuestionView]) -> Iterator[QuestionView]:
    """Give the views of questions, of the texts beside their options, and of the columns of their rows."""
    for view in views:
        yield view
        for choice in view.choices:
            yield from choice.beside
        for row in view.rows:
            yield from _within(row.columns)


def _top(name: str) -> str:
    return name.removeprefix(form_fields.PREFIX).partition(".")[0]


def file_item(frame: Frame, file: KnownFile, key: str) -> FileItem:
    """Make the row of a file in the list of its question, or of a column in a row."""
    return FileItem(
        name=file.name,
        size=frame.wording.size(file.size),
        keep={"name": form_fields.name(key), "value": file.id},
        remove={"name": page_form.ACTION, "value": f"{page_form.REMOVE_FILE}.{file.id}"},
        quarantine=file.quarantine,
    )


def watched_on(page: Page) -> set[str]:
    """Give the ids of the questions on which others on the same page depend: their visibility, or computed values."""
    conditions: list[Condition] = [
        each.visible_when
        for question in page.questions
        for each in (question, *question.columns)
        if each.visible_when is not None and each.beside is None
    ]
    computed = [question.computed for question in page.questions if question.computed is not None]
    made_of = {operand.question for each in computed for operand in each.of if operand.question is not None}
    return made_of.union(id for condition in conditions for id in references(condition))


def _countries(chosen: str, language: Language) -> tuple[Choice, ...]:
    """List the countries by name, in alphabetical order."""
    names = country_names(language)
    codes = sorted(COUNTRIES, key=lambda code: searchable(names[code]))
    return tuple(Choice(value=code, label=names[code], chosen=code == chosen.upper()) for code in codes)


def _is_long(question: Question) -> bool:
    return question.type is QuestionType.CHOICE and len(question.options) > MANY


def _limit(question: Question, keyword: str) -> int | None:
    limit = question.schema.document.get(keyword)
    return limit if isinstance(limit, int) and not isinstance(limit, bool) else None
