"""A questionnaire as values: pages of questions in every language, with conditions that show or hide them.

The format of the document that an office publishes is in ``format.schema.json`` beside this module.

The module is long because it has every value of a questionnaire.
"""

import enum
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeAlias

import attrs

from klantportaal.domain.questionnaires.digest_cache import DigestCache
from klantportaal.domain.questionnaires.schemas import ANYTHING, Schema
from klantportaal.domain.values import Language

Answer: TypeAlias = "bool | int | float | str | Sequence[Answer] | Mapping[str, Answer] | None"
"""A value of JSON. Codes and typed values, never labels: a date is ``"2026-01-31"``, an amount whole cents."""
Answers = Mapping[str, Answer]
"""Answers by question id. A question without an answer is left out."""
NO_ANSWERS: Answers = MappingProxyType({})


FACTOR_DECIMALS = 4
"""The most digits after the point of the constant that a number is multiplied by."""
MARK = "~"
"""Stands between the id of a page or question for each row, and the key of the row: ``school~3-0``."""
_ROW_PAGES = 500
"""The pages of rows that a page keeps."""
REFERENCE = re.compile(r"\{([a-z][a-z0-9_-]{0,63})\}")
"""In a text: the answer to an earlier question, by its id."""
EARLIEST, LATEST = "1900-01-01", "today+P100Y"
"""The first and last day of a date, unless its question says otherwise: beyond them it is a slip of the pen."""


class QuestionType(enum.StrEnum):
    """The type of a question; below each, the shape of its answer."""

    TEXT = "text"
    """One line of text."""
    LONG_TEXT = "long_text"
    """Several lines, ending in LF."""
    INTEGER = "integer"
    """A whole number."""
    AMOUNT = "amount"
    """Whole cents, in euros."""
    PERCENTAGE = "percentage"
    """Whole hundredths of a percent: 1250 is 12.5 %."""
    DECIMAL = "decimal"
    """A whole number of the smallest part, by the question's *decimals*: with 2 of them, 1250 is 12.5."""
    DATE = "date"
    """A day as text: ``2026-01-31``."""
    TIME = "time"
    """A time of day as text: ``14:30``."""
    BOOLEAN = "boolean"
    """``true`` or ``false``."""
    CHOICE = "choice"
    """The code of one option."""
    CHOICES = "choices"
    """The codes of several options, in the order of the definition."""
    EMAIL = "email"
    """One e-mail address."""
    PHONE = "phone"
    """A telephone number in E.164: ``+31612345678``."""
    IBAN = "iban"
    """An IBAN without spaces, in capitals."""
    BSN = "bsn"
    """A citizen service number: nine digits."""
    RSIN = "rsin"
    """The number of a legal person with the tax authority: nine digits."""
    KVK = "kvk"
    """A number of the Chamber of Commerce: eight digits."""
    VAT = "vat"
    """A VAT number with its country: ``NL004495445B01``."""
    ADDRESS = "address"
    """A postal address: ``{"postcode": "1234 AB", "number": "1", "street": …, "place": …, "country": "NL"}``."""
    SIGNATURE = "signature"
    """A signature: ``{"name": …, "at": "2026-01-31T09:30:00Z", "drawing": …}``. The portal sets the time."""
    FILE = "file"
    """A list of files: ``{"id": …, "name": …, "size": …}``."""
    ROWS = "rows"
    """A list of rows, each the answers of the columns."""
    NOTE = "note"
    """Shows text and asks nothing."""
    PREFILLED = "prefilled"
    """One line of text. It starts as what the portal knows, and may be corrected."""
    COMPUTED = "computed"
    """A number that is worked out from earlier answers. Nobody answers it."""


class ProfileValue(enum.StrEnum):
    """What the portal knows, with which a question starts."""

    NAME = "name"
    """The account's name."""
    EMAIL = "email"
    """The account's address."""
    CLIENT_NAME = "client_name"
    DOSSIER_NUMBER = "dossier_number"
    DOSSIER_DESCRIPTION = "dossier_description"
    CLIENT_KIND = "client_kind"
    """Whether the client is a person or a company: for a choice between ``person`` and ``company``."""


@attrs.frozen
class All:
    """Holds if all of its conditions hold."""

    conditions: "tuple[Condition, ...]"


@attrs.frozen
class AnyOf:
    """Holds if at least one of its conditions holds."""

    conditions: "tuple[Condition, ...]"


@attrs.frozen
class Not:
    """Holds if its condition does not hold."""

    condition: "Condition"


@attrs.frozen
class Is:
    """Holds if the question has an answer that the schema accepts."""

    question: str
    schema: Schema


@attrs.frozen
class Before:
    """Holds if the answer is a day before *moment*: ``2026-01-31``, or ``today-P18Y``."""

    question: str
    moment: str


@attrs.frozen
class After:
    """Holds if the answer is a day after *moment*."""

    question: str
    moment: str


class Order(enum.StrEnum):
    """How one answer stands to another. Below each, what the first one is."""

    BEFORE = "before"
    """An earlier day or time."""
    AFTER = "after"
    """A later day or time."""
    AT_LEAST = "at_least"
    """No smaller number, and no earlier day or time."""
    AT_MOST = "at_most"
    """No larger number, and no later day or time."""


@attrs.frozen
class Compared:
    """Holds if both questions are answered, and the answers stand in this order. Both are of one type."""

    question: str
    order: Order
    other: str


@attrs.frozen
class Every:
    """Holds if there are rows, and the condition holds in each of them. It sees the columns of the row."""

    question: str
    condition: "Condition"
    names: tuple[str, ...] = ()
    """What a row answers: the ids of its columns, and of the questions on its pages."""


@attrs.frozen
class Some:
    """Holds if the condition holds in at least one row."""

    question: str
    condition: "Condition"
    names: tuple[str, ...] = ()


@attrs.frozen
class Count:
    """Holds if there are rows, and the schema accepts in how many of them the condition holds."""

    question: str
    schema: Schema
    where: "Condition | None" = None
    """None counts all rows."""
    names: tuple[str, ...] = ()


@attrs.frozen
class Sum:
    """Holds if there are rows, and the schema accepts the sum of a column. A column that is open adds nothing.

    A question on the pages of the rows counts as a column.
    """

    question: str
    column: str
    schema: Schema


@attrs.frozen
class Unique:
    """Holds if there are rows, and no two of them have the same answer in a column."""

    question: str
    column: str


OverRows = Every | Some | Count | Sum | Unique
Comparison = Is | Before | After | Compared | OverRows
Condition = All | AnyOf | Not | Comparison


def comparisons(condition: Condition) -> Iterator[Comparison]:
    """Give the comparisons in a condition; after one of rows, those that it makes in each row."""
    match condition:
        case All(conditions) | AnyOf(conditions):
            for each in conditions:
                yield from comparisons(each)
        case Not(inner):
            yield from comparisons(inner)
        case Every(_, inner) | Some(_, inner):
            yield condition
            yield from comparisons(inner)
        case Count(_, _, where):
            yield condition
            yield from () if where is None else comparisons(where)
        case leaf:
            yield leaf


def references(condition: Condition) -> Iterator[str]:
    """Give the ids of the questions that a condition refers to."""
    for each in comparisons(condition):
        yield each.question
        if isinstance(each, Compared):
            yield each.other


def names_over(comparison: Comparison) -> tuple[str, ...]:
    """Give the ids of what a comparison of rows may look at in each row. Another one looks at no rows."""
    match comparison:
        case Every() | Some() | Count():
            return comparison.names
        case Sum() | Unique():
            return (comparison.column,)
    return ()


@attrs.frozen(kw_only=True)
class QuestionTexts:
    """The texts of a question in one language."""

    label: str
    help: str = ""
    options: Mapping[str, str] = attrs.field(factory=dict)
    """For ``choice`` and ``choices``: the label of each code, in the order of the page."""
    fault: str = ""
    """What the client reads if the answer breaks the question's pattern, or what else its schema asks."""
    row: str = ""
    """For ``rows``: the noun for one of them, ``Kind``."""


@attrs.frozen
class Beside:
    """The option that a text stands beside: of "other, namely", the text beside the option "other"."""

    question: str
    """A choice, earlier on the same page or in the same row."""
    option: str


@attrs.frozen
class OptionsFrom:
    """Whose answers are the options of a choice: a question of an earlier page."""

    question: str
    """Rows, or a question for several options."""
    column: str = ""
    """For rows: the column, a text."""


class Calculation(enum.StrEnum):
    """How a value is computed."""

    SUM = "sum"
    """The sum of numbers, and of columns. What is not answered adds nothing."""
    DIFFERENCE = "difference"
    """The first number less the second one."""
    PRODUCT = "product"
    """A number times a constant, rounded to its last digit; a half goes away from zero."""
    YEARS = "years"
    """The whole years from the first day to the second one."""


@attrs.frozen(kw_only=True)
class Operand:
    """A number or a day that a value is computed from."""

    question: str | None = None
    """An earlier question. None means today: the day on which the questionnaire was started."""
    column: str = ""
    """For rows: the column whose numbers are added up, or the question on their pages."""


@attrs.frozen(kw_only=True)
class Computed:
    """What a computed question is worked out from."""

    how: Calculation
    of: tuple[Operand, ...]
    by: int = 10**FACTOR_DECIMALS
    """For a product: the constant, in ten-thousandths."""
    kind: QuestionType
    """The type of its value."""


@attrs.frozen(kw_only=True)
class Question:
    """One question, or one column of rows."""

    id: str
    """Unique in the definition; that of a column, in its row and on the pages of the row."""
    type: QuestionType
    texts: Mapping[Language, QuestionTexts]
    schema: Schema = ANYTHING
    """Narrows the answer down, beyond its type."""
    required: bool = False
    fixed: bool = False
    """Whether the client cannot change what the office gave."""
    visible_when: Condition | None = None
    columns: "tuple[Question, ...]" = ()
    """For ``rows``."""
    profile: ProfileValue | None = None
    """What the portal fills in: for ``prefilled``, and the kind of the client for a ``choice``."""
    decimals: int = 2
    """For ``decimal``, and a computed one: the digits after the point."""
    earliest: str = EARLIEST
    """For ``date``: the first day that it may be, ``2026-01-31`` or ``today-P18Y``."""
    latest: str = LATEST
    """For ``date``: the last day that it may be."""
    followed: bool = False
    """For ``rows``: whether there are pages for each of them. They have keys then."""
    options_from: OptionsFrom | None = None
    """For ``choice`` and ``choices``: which earlier answers are the options. They are in the texts of a projection."""
    beside: Beside | None = None
    """For ``text``: the option that it stands beside. It is visible when that is chosen: *visible_when* says so."""

    computed: Computed | None = None
    """For ``computed``: what it is worked out from."""
    default: Any = None
    """What the page has filled in before the question was ever asked. It is no answer until the page is saved."""
    default_from: str | None = None
    """The question of an earlier page whose answer is the default."""

    def of_row(self, key: str) -> "Question":
        """Give the question on the page of one row: its id, and that of the choice it stands beside, end in the key."""
        beside = self.beside
        if beside is not None:
            beside = attrs.evolve(beside, question=f"{beside.question}{MARK}{key}")
        return attrs.evolve(self, id=f"{self.id}{MARK}{key}", beside=beside)

    @cached_property
    def options(self) -> tuple[str, ...]:
        """The codes that may be chosen, in the order of the page."""
        return tuple(self.texts[Language.DUTCH].options)

    @cached_property
    def depends_on(self) -> frozenset[str]:
        """The questions that decide whether it is visible."""
        names = [] if self.options_from is None else [self.options_from.question]
        return frozenset([*names, *(() if self.visible_when is None else references(self.visible_when))])

    @property
    def scale(self) -> int:
        """The digits after the point of a number: its answer is a whole number of the last of them."""
        if self.kind is QuestionType.DECIMAL:
            return self.decimals
        return 2 if self.kind in (QuestionType.AMOUNT, QuestionType.PERCENTAGE) else 0

    @cached_property
    def asks(self) -> bool:
        """Whether somebody answers it: all but notes and computed ones."""
        return self.type not in (QuestionType.NOTE, QuestionType.COMPUTED)

    @property
    def is_listed(self) -> bool:
        """Whether every view lists it with its answer: all but notes."""
        return self.type is not QuestionType.NOTE

    @property
    def kind(self) -> QuestionType:
        """The type by which its answer is stored, checked and shown.

        A prefilled one is an address or text, a computed one a number.
        """
        if self.computed is not None:
            return self.computed.kind
        if self.type is not QuestionType.PREFILLED:
            return self.type
        return QuestionType.EMAIL if self.profile is ProfileValue.EMAIL else QuestionType.TEXT


@attrs.frozen(kw_only=True)
class Heading:
    """The title of a questionnaire or a page in one language, and the text under it."""

    title: str
    intro: str = ""


@attrs.frozen(kw_only=True)
class Requirement:
    """A rule between the answers of a page and of earlier pages, and the text for the client if it is broken."""

    when: Condition
    texts: Mapping[Language, str]


@attrs.frozen(kw_only=True)
class Page:
    """A page: questions that are shown and saved together."""

    id: str
    texts: Mapping[Language, Heading]
    questions: tuple[Question, ...]
    visible_when: Condition | None = None
    must_hold: tuple[Requirement, ...] = ()
    for_each: str | None = None
    """The rows that it is for, each once."""
    row: str | None = None
    """For a page of one row: the key of the row."""
    sound: DigestCache = attrs.field(factory=DigestCache, init=False, eq=False, repr=False)
    """Remembers which answers to this page are valid, by digest. The pages of all rows share it."""
    of_rows: dict[str, "Page"] = attrs.field(factory=dict, init=False, eq=False, repr=False)
    """The pages of rows that were made before, by key."""

    @cached_property
    def says(self) -> frozenset[str]:
        """The questions whose answers stand in its texts: those that are named between braces."""
        asked = [each for question in self.questions for each in (question, *question.columns)]
        told = [text for each in asked for text in each.texts.values()]
        texts = [part for text in told for part in (text.label, text.help, text.fault)]
        texts += [part for heading in self.texts.values() for part in (heading.title, heading.intro)]
        texts += [text for rule in self.must_hold for text in rule.texts.values()]
        return frozenset(id for text in texts for id in REFERENCE.findall(text))

    @cached_property
    def looks_at(self) -> tuple[str, ...]:
        """The questions that decide whether it is valid: its own, and those that its rules and columns refer to."""
        own = [plain(question.id) for question in self.questions]
        own += [each.options_from.question for each in self.questions if each.options_from is not None]
        return tuple(dict.fromkeys([*own, *(each.question for each in self._compares)]))

    @cached_property
    def looks_over(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The rows that its rules and columns look over, each with what they may look at in a row."""
        return tuple(dict.fromkeys((each.question, names_over(each)) for each in self._compares if names_over(each)))

    @cached_property
    def _compares(self) -> tuple[Comparison, ...]:
        """The comparisons of its rules and columns."""
        conditions = [requirement.when for requirement in self.must_hold]
        columns = [column for question in self.questions for column in question.columns]
        conditions += [column.visible_when for column in columns if column.visible_when is not None]
        return tuple(each for condition in conditions for each in comparisons(condition))

    @cached_property
    def depends_on(self) -> frozenset[str]:
        """The earlier questions that decide whether it is visible, and how often. Columns are among them."""
        names = [] if self.for_each is None else [self.for_each]
        names += [] if self.visible_when is None else references(self.visible_when)
        if all(question.depends_on for question in self.questions):
            names += [id for question in self.questions for id in question.depends_on]
        return frozenset(names).difference(plain(question.id) for question in self.questions)

    def of_row(self, key: str) -> "Page":
        """Give the page of one row: the ids of the page and of its questions end in the key of the row."""
        if (made := self.of_rows.get(key)) is not None:
            return made
        questions = tuple(each.of_row(key) for each in self.questions)
        made = self.like(id=f"{self.id}{MARK}{key}", questions=questions, row=key)
        if len(self.of_rows) >= _ROW_PAGES:
            self.of_rows.clear()
        self.of_rows[key] = made
        return made

    def like(self, **changes: Any) -> "Page":
        """Make a page that differs in some fields, and shares what was found valid."""
        made = attrs.evolve(self, **changes)
        object.__setattr__(made, "sound", self.sound)  # Of a frozen class, and no argument.
        return made


def plain(id: str) -> str:
    """Give the id of a page or question without the key of a row."""
    return id.partition(MARK)[0]


@attrs.frozen(kw_only=True)
class Definition:
    """One revision of a questionnaire. Once published, it never changes."""

    id: str
    revision: int
    texts: Mapping[Language, Heading]
    pages: tuple[Page, ...]
    digest: str
    """SHA-256 of its document, as 64 hexadecimal digits. It identifies the revision."""

    @cached_property
    def by_id(self) -> Mapping[str, Question]:
        """The questions by their ids, without columns."""
        return {question.id: question for _page, question in self.questions()}

    @cached_property
    def decisive(self) -> frozenset[str]:
        """The ids of the pages up to the last one that decides which pages there are."""
        names = {id for page in self.pages for id in page.depends_on}
        deciding = [
            number
            for number, page in enumerate(self.pages)
            for question in page.questions
            if not names.isdisjoint(each.id for each in (question, *question.columns))
        ]
        return frozenset(page.id for page in self.pages[: max(deciding, default=-1) + 1])

    def page(self, page_id: str) -> Page | None:
        """Find a page. The page ``child~3-0`` is for a row, whether there is such a row or not."""
        id, mark, key = page_id.partition(MARK)
        found = next((page for page in self.pages if page.id == id), None)
        if found is None or (found.for_each is not None) != bool(mark):
            return None
        return found.of_row(key) if mark else found

    def questions(self) -> Iterator[tuple[Page, Question]]:
        """Give every question with its page, in order; columns come with their rows, and a page for each row once."""
        for page in self.pages:
            for question in page.questions:
                yield page, question
