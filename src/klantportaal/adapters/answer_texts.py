"""Answers as text: the same for the review, the result and the PDF of a questionnaire (property 10)."""

import textwrap
from collections.abc import Callable, Mapping, Sequence
from datetime import date

import attrs

from klantportaal.adapters.figures import country_names, file_size, long_day
from klantportaal.domain.questionnaires.definition import Answer, Question, QuestionType
from klantportaal.domain.questionnaires.number_texts import number_text
from klantportaal.domain.questionnaires.postal_addresses import COUNTRY, HOME
from klantportaal.domain.questionnaires.signatures import DRAWING, NAME, is_drawing, signed_at
from klantportaal.domain.values import AMSTERDAM, Language

NOT_ANSWERED: Mapping[Language, str] = {Language.DUTCH: "Niet ingevuld", Language.ENGLISH: "Not answered"}
NOT_COMPUTED: Mapping[Language, str] = {Language.DUTCH: "Niet te berekenen", Language.ENGLISH: "Cannot be calculated"}
YES: Mapping[Language, str] = {Language.DUTCH: "Ja", Language.ENGLISH: "Yes"}
NO: Mapping[Language, str] = {Language.DUTCH: "Nee", Language.ENGLISH: "No"}
SIGNED: Mapping[Language, str] = {
    Language.DUTCH: "Ondertekend door {name} op {day} om {time}",
    Language.ENGLISH: "Signed by {name} on {day} at {time}",
}
NOT_YET_SIGNED: Mapping[Language, str] = {
    Language.DUTCH: "Te ondertekenen door {name}",
    Language.ENGLISH: "To be signed by {name}",
}
"""Of a signature without a time: it was not saved."""
ORDINARY: Mapping[Language, str] = {
    Language.DUTCH: "Dit is een gewone elektronische handtekening, geen gekwalificeerde.",
    Language.ENGLISH: "This is an ordinary electronic signature, not a qualified one.",
}


@attrs.frozen(kw_only=True)
class AnswerText:
    """An answer as text: lines, or rows if the question has columns."""

    lines: tuple[str, ...] = ()
    """One line per choice, file or typed line, including blank lines."""
    files: tuple[str, ...] = ()
    """For files: the id of each, in the order of the lines."""
    drawing: str = ""
    """For a signature that was drawn: its drawing."""
    rows: "tuple[tuple[Cell, ...], ...]" = ()
    """The rows that were filled in, each with its visible columns."""
    noun: str = ""
    """The noun for one of the rows, if the author gave one."""
    answered: bool = True
    """Whether there is an answer. If not, the only line says so."""

    def row_name(self, number: int) -> str:
        """Give the name of a row, such as ``Kind 1``; "" without a noun."""
        return f"{self.noun} {number}" if self.noun else ""


@attrs.frozen(kw_only=True)
class Cell:
    """One column of one row."""

    label: str
    text: AnswerText


def in_words(question: Question, answer: Answer, language: Language) -> AnswerText:
    """Write an answer as text, by the type of its question.

    An answer of another type is written unchanged. It can exist if a new revision changed the type of the question.
    """
    if answer in (None, "", [], ()):
        return AnswerText(
            lines=((NOT_ANSWERED if question.computed is None else NOT_COMPUTED)[language],), answered=False
        )
    if question.type is QuestionType.ROWS:
        rows = tuple(_row(question, row, language) for row in _mappings(answer))
        return AnswerText(rows=rows, noun=question.texts[language].row)
    if question.type is QuestionType.FILE:
        files = _mappings(answer)
        return AnswerText(
            lines=tuple(_file(file, language) for file in files), files=tuple(str(file.get("id")) for file in files)
        )
    if question.type is QuestionType.SIGNATURE and isinstance(answer, Mapping):
        return _signature(answer, language)
    return AnswerText(lines=_lines(question, answer, language))


def _row(question: Question, row: Mapping[str, Answer], language: Language) -> tuple[Cell, ...]:
    return tuple(
        Cell(label=column.texts[language].label, text=in_words(column, row[column.id], language))
        for column in question.columns
        if column.id in row
    )


def _file(file: Mapping[str, Answer], language: Language) -> str:
    size = file.get("size")
    return f"{file.get('name')} ({file_size(size, language)})" if isinstance(size, int) else str(file.get("name"))


def _lines(question: Question, answer: Answer, language: Language) -> tuple[str, ...]:
    """Write an answer that is a single value or a list of codes."""
    if isinstance(answer, bool):
        return ((YES if answer else NO)[language],)
    if isinstance(answer, int):
        return (number_text(question, answer, language),)
    if isinstance(answer, str):
        return tuple(_TEXTS.get(question.type, _as_typed)(question, answer, language).split("\n"))
    if isinstance(answer, (list, tuple)):
        return tuple(_label(question, str(code), language) for code in answer)
    if isinstance(answer, Mapping) and question.type is QuestionType.ADDRESS:
        return (_address(answer, language),)
    return (str(answer),)


def _address(answer: Mapping[str, Answer], language: Language) -> str:
    """Write an address on one line, with its country if that is another: ``Dorpsstraat 1 a, 1234 AB Ons Dorp``."""
    country = str(answer.get(COUNTRY, HOME))
    lines = [
        [answer.get(part) for part in parts] for parts in (("street", "number", "addition"), ("postcode", "place"))
    ]
    said = [" ".join(str(each) for each in line if each) for line in lines]
    return ", ".join(filter(None, [*said, "" if country == HOME else country_names(language).get(country, country)]))


def _signature(answer: Mapping[str, Answer], language: Language) -> AnswerText:
    """Say who signed and when, in the office's time zone, and what kind of signature it is."""
    at, name, drawing = signed_at(answer), str(answer.get(NAME, "")), answer.get(DRAWING)
    if at is None:
        who = NOT_YET_SIGNED[language].format(name=name)
    else:
        local = at.astimezone(AMSTERDAM)
        who = SIGNED[language].format(name=name, day=long_day(local.date(), language), time=f"{local:%H:%M}")
    return AnswerText(lines=(who, ORDINARY[language]), drawing=drawing if is_drawing(drawing) else "")


def _as_typed(_question: Question, answer: str, _language: Language) -> str:
    return answer


def _label(question: Question, code: str, language: Language) -> str:
    return question.texts[language].options.get(code, code)


def _day(_question: Question, answer: str, language: Language) -> str:
    try:
        return long_day(date.fromisoformat(answer), language)
    except ValueError:
        return answer


def _phone(_question: Question, answer: str, _language: Language) -> str:
    """Write a telephone number in international format, with spaces: ``+31 6 12345678``."""
    import phonenumbers  # Imported here: loading its tables is slow, and few processes need them.

    try:
        number = phonenumbers.parse(answer)
    except phonenumbers.NumberParseException:
        return answer
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _iban(_question: Question, answer: str, _language: Language) -> str:
    """Write an IBAN in groups of four characters."""
    return " ".join(textwrap.wrap(answer, 4))


_TEXTS: Mapping[QuestionType, Callable[[Question, str, Language], str]] = {
    QuestionType.CHOICE: _label,
    QuestionType.CHOICES: _label,
    QuestionType.DATE: _day,
    QuestionType.PHONE: _phone,
    QuestionType.IBAN: _iban,
}


def _mappings(answer: Answer) -> Sequence[Mapping[str, Answer]]:
    """Return the rows or files of a list."""
    return [each for each in answer if isinstance(each, Mapping)] if isinstance(answer, (list, tuple)) else []
