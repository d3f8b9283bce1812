"""What was read of a source, before it becomes a document: pages and questions with their places in the source."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import attrs

from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.questionnaires.definition import QuestionType
from klantportaal.domain.questionnaires.schemas import OPTIONS_LIMIT
from klantportaal.domain.values import Language
from klantportaal.questionnaire_imports.comparisons import Beyond, Tree
from klantportaal.questionnaire_imports.elements import Element
from klantportaal.questionnaire_imports.naming import Names
from klantportaal.questionnaire_imports.remarks import RemarkCode, Report
from klantportaal.questionnaire_imports.words import Translator, Words, same

OPTIONS_READ = 50_000
"""The most options that are read, over all questions: many may name one list."""
QUESTIONS_LIMIT = 5_000
"""Questions and columns of a document to import: this limits the time that it takes."""


@attrs.frozen
class Deferred:
    """A condition that is made when all questions are known."""

    path: str
    _make: Callable[[], Tree]
    """Raises ``Beyond``."""

    @cached_property
    def made(self) -> "Tree | Beyond":
        """The condition, or why it cannot be one."""
        try:
            return self._make()
        except Beyond as beyond:
            return beyond


@attrs.frozen
class Option:
    """An option of a choice."""

    raw: Any
    """Its value in the source."""
    code: str
    words: Words


@attrs.define(kw_only=True, eq=False)
class Asked:
    """A question, a column or a note."""

    path: str
    type: QuestionType
    id: str
    label: Words
    help: Words | None = None
    fault: Words | None = None
    options: list[Option] = attrs.field(factory=list)
    required: bool = False
    schema: dict[str, Any] = attrs.field(factory=dict)
    decimals: int = 0
    truths: tuple[Any, Any] = (True, False)
    """Of a question for yes or no: the values of both in the source."""
    more: dict[str, Any] = attrs.field(factory=dict)
    """Other keys of the question: ``earliest``, ``beside``."""
    conditions: list[Deferred] = attrs.field(factory=list)
    columns: "list[Asked]" = attrs.field(factory=list)
    rows: "Asked | None" = None
    """Of a column: its rows."""
    by_name: "dict[str, Asked]" = attrs.field(factory=dict)
    """Of rows: the columns by their names in the source."""
    sources: dict[str, str] = attrs.field(factory=dict)
    """The places in the source of some of its keys, by key: ``visible_when``, ``schema.pattern``."""
    page: int = 0
    """The number of its page."""

    @property
    def scale(self) -> int:
        """The digits after the point of a number."""
        return self.decimals if self.type is QuestionType.DECIMAL else 0


@attrs.define(kw_only=True, eq=False)
class Rule:
    """A rule of a page."""

    path: str
    when: Deferred
    words: Words
    unless_hidden: Sequence[Deferred] = ()
    """The conditions of the question that it is about: where they do not hold, neither need the rule."""


@attrs.define(kw_only=True, eq=False)
class DraftPage:
    """A page."""

    path: str
    id: str
    title: Words
    intro: Words | None = None
    conditions: list[Deferred] = attrs.field(factory=list)
    questions: list[Asked] = attrs.field(factory=list)
    rules: list[Rule] = attrs.field(factory=list)


@attrs.define(kw_only=True, eq=False)
class Draft:
    """A questionnaire."""

    report: Report
    translator: Translator
    id: str = ""
    title: Words | None = None
    intro: Words | None = None
    pages: list[DraftPage] = attrs.field(factory=list)
    ids: Names = attrs.field(factory=Names)
    page_ids: Names = attrs.field(factory=Names)
    named: dict[str, Asked] = attrs.field(factory=dict)
    """The questions by their names in the source; of several with one name, the first."""
    _count: int = 0
    _options: int = 0

    def question_id(self, name: str, path: str, *better: str) -> str:
        """Give out the id of a question, and tell if it is another than its name.

        Args:
            name: its name in the source.
            path: its place.
            better: what to try next if an id like the name is taken.

        Raises:
            Refused: ``TOO_MANY``: the document has too many questions.
        """
        self._count += 1
        if self._count > QUESTIONS_LIMIT:
            raise Refused([Fault(code=FaultCode.TOO_MANY, field=path, params={"limit": QUESTIONS_LIMIT})])
        id = self.ids.id(name, *better)
        if id != name:
            self.report.add(path, RemarkCode.ID_CHANGED, name=name, id=id)
        return id

    def count_options(self, number: int, path: str) -> None:
        """Count the options of a question. Raises: Refused, if the document has too many."""
        self._options += number
        if self._options > OPTIONS_READ:
            raise Refused([Fault(code=FaultCode.TOO_MANY, field=path, params={"limit": OPTIONS_READ})])

    def add_page(self, element: Element, key: str, title: Words | None, intro: Words | None = None) -> DraftPage:
        """Add a page. Without a title it gets its number.

        Args:
            element: what it is made of.
            key: the property with its name; "" if it has none.
            title: its title.
            intro: the text under the title.
        """
        name, path = element.text(key) if key else "", element.path
        number = len(self.pages) + 1
        if title is None:
            title = Words({Language.DUTCH: f"Pagina {number}", Language.ENGLISH: f"Page {number}"}, path)
            self.report.add(path, RemarkCode.TEXT_MISSING, text=f"Pagina {number}")
        id = self.page_ids.id(name or f"pagina-{number}")
        if name and id != name:
            element.tell(key, RemarkCode.ID_CHANGED, name=name, id=id)
        page = DraftPage(path=path, id=id, title=title, intro=intro)
        self.pages.append(page)
        return page

    def remember(self, name: str, asked: Asked) -> None:
        """Let conditions find a question by its name in the source."""
        self.named.setdefault(name, asked)

    def note(self, words: Words, conditions: Sequence[Deferred], name: str) -> Asked:
        """Make a note. *name* is that of what it is of; "" if that has none."""
        id = self.question_id(name, words.path) if name else self.ids.id("uitleg")
        return Asked(path=words.path, type=QuestionType.NOTE, id=id, label=words, conditions=list(conditions))


def every(questions: Sequence[Asked]) -> Iterator[Asked]:
    """Give questions, each after its columns."""
    for each in questions:
        yield from each.columns
        yield each


# ------------------------------------------------------------------ options
def with_options(
    asked: Asked, found: Sequence[tuple[Any, str, Words | None, str]], report: Report, to: QuestionType
) -> Asked:
    """Make a question a choice of options; without any, or with too many, it stays what it is: text.

    Args:
        asked: the question, which asks for text.
        found: of each option, its value in the source, the text of that, its label if it has one, and its place.
        report: is told of what changes.
        to: ``choice`` or ``choices``.
    """
    distinct: dict[str, tuple[Any, Words | None, str]] = {}
    for raw, value, words, path in found:
        if not value.strip() or value in distinct:
            report.add(path, RemarkCode.OPTION_LEFT_OUT)
        else:
            distinct[value] = (raw, words, path)
    if not 0 < len(distinct) <= OPTIONS_LIMIT:
        report.add(asked.path, RemarkCode.OPTIONS_MISSING, limit=OPTIONS_LIMIT)
        return asked
    codes = Names()
    for value, (raw, words, path) in distinct.items():
        code = codes.code(value)
        if code != value:
            report.add(path, RemarkCode.CODE_CHANGED, name=value, id=code)
        asked.options.append(Option(raw, code, words or same(value.strip(), path)))
    asked.type = to
    return asked


def exclusive(asked: Asked, codes: Sequence[str]) -> None:
    """Let options of a question for several stand alone, such as "none of these"."""
    if asked.type is QuestionType.CHOICES and codes:
        alone = {"const": codes[0]} if len(codes) == 1 else {"enum": list(codes)}
        asked.schema |= {"if": {"contains": alone}, "then": {"maxItems": 1}}


OTHER: Mapping[Language, str] = {Language.DUTCH: "Anders", Language.ENGLISH: "Other"}
NAMELY: Mapping[Language, str] = {Language.DUTCH: "Anders, namelijk", Language.ENGLISH: "Other, namely"}


def other_namely(draft: Draft, asked: Asked, name: str, words: Words | None, required: bool) -> list[Asked]:
    """Give a choice the option "other", and the text beside it; gives both questions."""
    if asked.type not in (QuestionType.CHOICE, QuestionType.CHOICES):
        return [asked]
    taken = {each.code for each in asked.options}
    code = next(each for each in ("other", *(f"other-{number}" for number in range(2, 400))) if each not in taken)
    asked.options.append(Option("other", code, words or Words(OTHER, asked.path)))
    text = Asked(
        path=asked.path,
        type=QuestionType.TEXT,
        id=draft.ids.id(f"{asked.id}-{code}"),
        label=words or Words(NAMELY, asked.path),
        required=required,
        more={"beside": {"question": asked.id, "option": code}},
        rows=asked.rows,
    )
    draft.remember(f"{name}-Comment", text)
    return [asked, text]


# ------------------------------------------------------------------ rows
def as_rows(rows: Asked, columns: Sequence[tuple[str, Asked]], report: Report, limit: int) -> bool:
    """Give rows their columns, with their names in the source. False if none of them asks anything: told."""
    for _name, column in columns[limit:]:
        report.add(column.path, RemarkCode.TOO_MANY, limit=limit)
    for name, column in columns[:limit]:
        column.rows = rows
        rows.columns.append(column)
        rows.by_name.setdefault(name, column)
    if not any(column.type is not QuestionType.NOTE for column in rows.columns):
        report.add(rows.path, RemarkCode.EMPTY)
        return False
    return True


def read_all(elements: Sequence[Element], limit: int) -> list[Element]:
    """Give the first elements of a list; the others are told and left out."""
    for each in elements[limit:]:
        each.leave_out(RemarkCode.TOO_MANY, limit=limit)
    return list(elements[:limit])
