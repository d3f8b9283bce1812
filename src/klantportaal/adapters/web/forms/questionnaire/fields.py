"""The form fields of a question: their names, reading answers from them, writing answers into them.

The question ``kind`` has the field ``q.kind``. The date ``born`` has ``q.born.dag``, ``q.born.maand`` and
``q.born.jaar``. An address or a signature has a field for each part, such as ``q.home.postcode``. The rows ``children``
have ``q.children`` with the number of each row, ``q.children.0.name`` for a column of the first row, and
``q.children.0.#`` for the key of a saved row that has pages of its own. The files ``deed`` have ``q.deed`` with the ids
of files, and ``q.deed.nieuw`` for new files; those of a column have ``q.children.0.deed`` and
``q.children.0.deed.nieuw``.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from klantportaal.adapters.web.forms.questionnaire import typed_values
from klantportaal.adapters.web.http.errors import Malformed
from klantportaal.domain.questionnaires.definition import Answer, Answers, Page, Question, QuestionType
from klantportaal.domain.questionnaires.number_texts import decimal
from klantportaal.domain.questionnaires.postal_addresses import LIMITS as ADDRESS_PARTS
from klantportaal.domain.questionnaires.projection import Projection, VisiblePage, visible_columns
from klantportaal.domain.questionnaires.replies import tidied
from klantportaal.domain.questionnaires.rows import KEY, key_of, keys_in
from klantportaal.domain.questionnaires.schemas import ROWS_LIMIT
from klantportaal.domain.questionnaires.signatures import PARTS as SIGNATURE_PARTS
from klantportaal.domain.values import Language

Fields = Mapping[str, Sequence[str]]
"""The fields of a form, each with its values in the order of the form."""
PREFIX = "q."
DAY_PARTS = ("dag", "maand", "jaar")
TEXT_PARTS: Mapping[QuestionType, Collection[str]] = {
    QuestionType.ADDRESS: ADDRESS_PARTS.keys(),
    QuestionType.SIGNATURE: SIGNATURE_PARTS,
}
"""The fields of a question whose answer is an object of texts. Each is named after its part."""
NEW_FILES = "nieuw"
YES, NO = "ja", "nee"


def name(key: str) -> str:
    """Give the name of the field for a key: of a question, or of a column of a row such as ``children.0.name``."""
    return PREFIX + key


def names(question: Question, key: str, fields: Fields) -> Iterator[str]:
    """Give the names of all fields of a question. For rows, the form says which rows there are."""
    if question.type is QuestionType.DATE:
        yield from (name(f"{key}.{part}") for part in DAY_PARTS)
    elif question.type in TEXT_PARTS:
        yield from (name(f"{key}.{part}") for part in TEXT_PARTS[question.type])
    elif question.asks:
        yield name(key)
    for number in rows(fields, key) if question.columns else ():
        yield from _row_names(question, f"{key}.{number}", fields)


def _row_names(question: Question, row: str, fields: Fields) -> Iterator[str]:
    """Give the names of the fields of one row: those of its columns, and of its key if it has pages of its own."""
    if question.followed:
        yield name(f"{row}.{KEY}")
    for column in question.columns:
        yield from names(column, f"{row}.{column.id}", fields)


def key_of_new_files(field: str) -> str:
    """Give the key of the question or column that a field for new files belongs to; "" for any other field."""
    key, _, part = field.removeprefix(PREFIX).rpartition(".")
    return key if part == NEW_FILES and field.startswith(PREFIX) else ""


def file_keys(question: Question, fields: Fields) -> Iterator[str]:
    """Give the keys of a question that take files: its own, or those of its columns in each row of the form."""
    if question.type is QuestionType.FILE:
        yield question.id
    for column in question.columns:
        if column.type is QuestionType.FILE:
            yield from (f"{question.id}.{number}.{column.id}" for number in rows(fields, question.id))


def keys_of(kind: QuestionType, page: Page, fields: Fields) -> Iterator[str]:
    """Give the keys of a type on a page: those of questions, and of columns in each row of the form."""
    for question in page.questions:
        if question.type is kind:
            yield question.id
        for column in question.columns:
            if column.type is kind:
                yield from (f"{question.id}.{number}.{column.id}" for number in rows(fields, question.id))


def first(fields: Fields, key: str, part: str = "") -> str:
    """Give the first value of a field, or an empty text."""
    values = fields.get(name(f"{key}.{part}" if part else key), ())
    return values[0] if values else ""


def rows(fields: Fields, key: str) -> list[str]:
    """Give the numbers of the rows that a form has, in order.

    Raises:
        Malformed: there are more rows than the portal's forms have.
    """
    numbers = list(dict.fromkeys(fields.get(name(key), ())))
    if len(numbers) > ROWS_LIMIT + 1 or not all(_is_number(number) for number in numbers):
        raise Malformed("the form has rows that no form of ours has")
    return numbers


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 3


# ------------------------------------------------------------------ reading
def read(question: Question, fields: Fields, key: str) -> object:
    """Read an answer. What cannot be read as the question's type stays the text that was typed."""
    if question.type is QuestionType.DATE:
        return typed_values.day([first(fields, key, part) for part in DAY_PARTS])
    if question.type in TEXT_PARTS:
        return {part: first(fields, key, part) for part in TEXT_PARTS[question.type]}
    if question.type in (QuestionType.CHOICES, QuestionType.FILE):
        return [value for value in dict.fromkeys(fields.get(name(key), ())) if value]
    if question.type is QuestionType.ROWS:
        return [read_row(question, fields, f"{key}.{number}") for number in rows(fields, key)]
    if question.type is QuestionType.DECIMAL:
        return typed_values.decimal(first(fields, key), question.scale)
    return _ONE_FIELD.get(question.type, str)(first(fields, key))


def _truth(text: str) -> bool | str:
    return {YES: True, NO: False}.get(text, text)


_ONE_FIELD: Mapping[QuestionType, Callable[[str], object]] = {
    QuestionType.INTEGER: typed_values.integer,
    QuestionType.AMOUNT: typed_values.amount,
    QuestionType.PERCENTAGE: typed_values.percentage,
    QuestionType.BOOLEAN: _truth,
}


def read_row(question: Question, fields: Fields, key: str) -> dict[str, object]:
    """Read one row, with every column, and with its key if it has one."""
    own = first(fields, key, KEY) if question.followed else ""
    answers = {column.id: read(column, fields, f"{key}.{column.id}") for column in question.columns if column.asks}
    return {KEY: own, **answers} if own else answers


def read_page(page: Page, fields: Fields) -> dict[str, object]:
    """Read all answers of a page, also those to hidden questions. The domain decides which of them count."""
    return {question.id: read(question, fields, question.id) for question in page.questions if question.asks}


# ------------------------------------------------------------------ writing
def written(question: Question, answer: Answer, key: str, language: Language) -> dict[str, list[str]]:
    """Write an answer into fields as a person types it. An answer of another type is written as it is."""
    if answer is None:
        return {}
    if question.type is QuestionType.ROWS:
        return _written_rows(question, answer, key, language)
    if question.type is QuestionType.DATE and isinstance(answer, str) and answer.count("-") == len(DAY_PARTS) - 1:
        parts = typed_values.day_parts(answer)
        return {name(f"{key}.{part}"): [value] for part, value in zip(DAY_PARTS, parts, strict=True)}
    if question.type in TEXT_PARTS and isinstance(answer, Mapping):
        return {name(f"{key}.{part}"): [str(text)] for part, text in answer.items()}
    return {name(key): _values(question, answer, language)}


def _values(question: Question, answer: Answer, language: Language) -> list[str]:
    if isinstance(answer, bool):
        return [YES if answer else NO]
    if isinstance(answer, int):
        is_amount = question.type is QuestionType.AMOUNT
        return [typed_values.amount_text(answer, language) if is_amount else decimal(answer, question.scale, language)]
    if isinstance(answer, (list, tuple)):
        return [str(each["id"] if isinstance(each, Mapping) else each) for each in answer]
    return [str(answer)]


def _written_rows(question: Question, answer: Answer, key: str, language: Language) -> dict[str, list[str]]:
    made = [row for row in answer if isinstance(row, Mapping)] if isinstance(answer, (list, tuple)) else []
    fields = {name(key): [str(number) for number in range(len(made))]}
    for number, row in enumerate(made):
        if question.followed:
            fields[name(f"{key}.{number}.{KEY}")] = [key_of(row) or ""]
        for column in question.columns:
            fields |= written(column, row.get(column.id), f"{key}.{number}.{column.id}", language)
    return fields


# ------------------------------------------------------------------ rows
def with_rows(question: Question, fields: Fields, numbers: Sequence[str | None]) -> dict[str, Sequence[str]]:
    """Keep the rows of *numbers*, renumbered from 0. None stands for a new, empty row."""
    own = set(names(question, question.id, fields))
    made: dict[str, Sequence[str]] = {key: values for key, values in fields.items() if key not in own}
    made[name(question.id)] = [str(number) for number in range(len(numbers))]
    for new, old in enumerate(numbers):
        if old is not None:
            made |= _moved(question, fields, f"{question.id}.{old}", f"{question.id}.{new}")
    return made


def _moved(question: Question, fields: Fields, old: str, new: str) -> dict[str, Sequence[str]]:
    before, after = _row_names(question, old, fields), _row_names(question, new, fields)
    return {to: fields[at] for at, to in zip(before, after, strict=True) if at in fields}


def without_lost_keys(fields: Fields, raw: Answers) -> dict[str, Sequence[str]]:
    """Leave out the keys of rows that were taken out elsewhere: what is typed there is a new row."""
    return {
        field: values
        for field, values in fields.items()
        if not field.endswith(f".{KEY}")
        or {*values} <= {*keys_in(raw.get(field.removeprefix(PREFIX).partition(".")[0]))}
    }


# ------------------------------------------------------------------ what a page shows
def columns_of(
    question: Question, number: str, fields: Fields, page: VisiblePage, projection: Projection
) -> tuple[Sequence[Question], Mapping[str, Answer]]:
    """Give the visible columns of a row, and the answers typed in it."""
    typed = tidied(question, [read_row(question, fields, f"{question.id}.{number}")])
    row = typed[0] if isinstance(typed, (list, tuple)) else None
    tidy = row if isinstance(row, Mapping) else {}
    return visible_columns(question, tidy, page.scope, as_of=projection.as_of), tidy


def beside(shown: Sequence[Question], every: Sequence[Question]) -> list[Question]:
    """Give the texts that stand beside the options of what is shown. A page has their fields, chosen or not."""
    ids = {question.id for question in shown}
    return [question for question in every if question.beside is not None and question.beside.question in ids]


def keys(page: VisiblePage, projection: Projection, fields: Fields) -> set[str]:
    """Give the keys of what is visible on a page and not computed, columns included, given what is typed on it."""
    found = {question.id for question in page.questions if question.computed is None}
    for question in page.questions:
        for number in rows(fields, question.id) if question.columns else ():
            shown, _row = columns_of(question, number, fields, page, projection)
            found |= {f"{question.id}.{number}.{column.id}" for column in shown}
    return found


def beside_keys(page: VisiblePage, projection: Projection, fields: Fields) -> set[str]:
    """Give the keys of the texts that stand beside options of a page, chosen or not."""
    found = {question.id for question in beside(page.questions, page.page.questions)}
    for question in page.questions:
        for number in rows(fields, question.id) if question.columns else ():
            shown, _row = columns_of(question, number, fields, page, projection)
            found |= {f"{question.id}.{number}.{column.id}" for column in beside(shown, question.columns)}
    return found


def solid_rows(page: VisiblePage, fields: Fields, projection: Projection) -> dict[str, list[str]]:
    """Give, per question, the numbers of the rows in which something is typed. The domain ignores empty rows."""
    return {
        question.id: [each for each in rows(fields, question.id) if _is_solid(question, each, fields, page, projection)]
        for question in page.questions
        if question.columns
    }


def typed_field(field: str, solid: Mapping[str, Sequence[str]]) -> str:
    """Turn the field of a fault into a key of the form: the domain numbers only the rows that are not empty."""
    id, _, rest = field.partition(".")
    number, _, column = rest.partition(".")
    return f"{id}.{solid[id][int(number)]}.{column}" if id in solid and column else field


def _is_solid(question: Question, number: str, fields: Fields, page: VisiblePage, projection: Projection) -> bool:
    shown, row = columns_of(question, number, fields, page, projection)
    return any(column.id in row for column in shown)
