"""The sentences for faults of answers: which field each is about, with limits as the field writes them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import attrs

from klantportaal.adapters.figures import long_day
from klantportaal.adapters.web.forms.questionnaire import address_parts, signature_parts
from klantportaal.adapters.web.forms.questionnaire import fields as form_fields
from klantportaal.adapters.web.forms.questionnaire.page import TypedPage
from klantportaal.adapters.web.language.fault_texts import SaidFault, say_fault
from klantportaal.adapters.web.language.question_labels import short_label
from klantportaal.adapters.web.language.translations import Sentence, Wording, counted, sentence
from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.questionnaires import answering
from klantportaal.domain.questionnaires.definition import Question, QuestionType
from klantportaal.domain.questionnaires.number_texts import number_text
from klantportaal.domain.questionnaires.projection import Projection, VisiblePage
from klantportaal.domain.values import Language

TOO_MANY_FILES = counted(
    "“%(name)s” cannot be added: at most %(limit)s file can be added here at a time.",
    "“%(name)s” cannot be added: at most %(limit)s files can be added here at a time.",
)
ENTER = sentence("Enter %(field)s.")
ANSWER = sentence("Answer the question %(field)s")
MISSING: Mapping[QuestionType, Sentence] = {
    QuestionType.BOOLEAN: sentence("Choose yes or no for %(field)s."),
    QuestionType.CHOICE: sentence("Choose one of the options for %(field)s."),
    QuestionType.CHOICES: sentence("Choose at least one of the options for %(field)s."),
    QuestionType.SIGNATURE: sentence("Type your full name to sign %(field)s."),
    QuestionType.FILE: sentence("Add a file for %(field)s."),
    QuestionType.ROWS: sentence("Add at least one answer for %(field)s."),
}
"""What to do where there is no answer. Other types have ``ENTER``, or ``ANSWER`` if the label is a question."""
AMOUNTS: Mapping[tuple[FaultCode, bool], Sentence] = {
    (FaultCode.TOO_FEW, True): sentence("Choose at least %(limit)s."),
    (FaultCode.TOO_MANY, True): sentence("Choose at most %(limit)s."),
    (FaultCode.TOO_FEW, False): sentence("Add at least %(limit)s."),
    (FaultCode.TOO_MANY, False): sentence("Add at most %(limit)s."),
}
"""The sentences for too few and too many, by whether the question has options to choose from."""
NAMING = frozenset({FaultCode.MISSING, FaultCode.TOO_LONG, FaultCode.TOO_SHORT})
"""The faults whose sentence names the question."""
PARTS: Mapping[QuestionType, Mapping[str, Sentence]] = {
    QuestionType.ADDRESS: address_parts.LABELS,
    QuestionType.SIGNATURE: signature_parts.LABELS,
}
"""By type: the labels of the parts that a fault can be about."""
YOURS: Mapping[Language, str] = {Language.DUTCH: "Uw ", Language.ENGLISH: "Your "}
"""How a label begins that reads as a part of a sentence: ``Uw geboortedatum``. Others stand between quotation marks."""
FILE_GONE = sentence("A file was left here too long, or was removed in another window. Add it again.")


@attrs.frozen(kw_only=True)
class AnswerFault:
    """A fault, for its field and for the summary of the page."""

    key: str | None
    """The key of the question or column. None if it is about the whole page."""
    label: str
    """What stands before the sentence in the summary. "" if the sentence names the question itself."""
    sentence: str
    page_id: str | None = None
    """The page of the question, if that is another one."""

    @property
    def summary(self) -> SaidFault:
        """The sentence for the summary, which names the question. It has no field if that is on another page."""
        field = None if self.key is None or self.page_id is not None else form_fields.name(self.key)
        return SaidFault(field=field, sentence=_before(self.label, self.sentence) if self.label else self.sentence)


def say(filling: TypedPage, page: VisiblePage, projection: Projection, wording: Wording) -> list[AnswerFault]:
    """Translate the faults of a page, first those of refused files. Two faults that read the same are one."""
    solid = form_fields.solid_rows(page, filling.fields, projection) if filling.faults else {}
    said = [_said(fault, page, {}, wording) for fault in filling.refused]
    for fault in filling.faults:
        is_rule = fault.code is FaultCode.MUST_HOLD
        said.append(broken(fault, page, projection, wording) if is_rule else _said(fault, page, solid, wording))
    return list(dict.fromkeys(said))


def _said(fault: Fault, page: VisiblePage, solid: Mapping[str, Sequence[str]], wording: Wording) -> AnswerFault:
    top = str(fault.field).partition(".")[0]
    question = next((each for each in page.questions if each.id == top), None)
    if question is None:
        return AnswerFault(key=None, label="", sentence=say_fault(fault, wording))
    key = form_fields.typed_field(str(fault.field), solid)
    return _about(fault, question, key, wording)


def broken(fault: Fault, page: VisiblePage, projection: Projection, wording: Wording) -> AnswerFault:
    """Translate the fault of a requirement that does not hold, at the question that it is about."""
    requirement = page.page.must_hold[int(fault.params["number"])]
    sentence = requirement.texts[wording.language]
    if (found := answering.concerned(requirement, page, projection)) is None:
        return AnswerFault(key=None, label="", sentence=sentence)
    where, question = found
    elsewhere = None if where.page.id == page.page.id else where.page.id
    return AnswerFault(key=question.id, label=short_label(question, wording), sentence=sentence, page_id=elsewhere)


def _about(fault: Fault, question: Question, key: str, wording: Wording) -> AnswerFault:
    """Translate a fault of a question, of a column of one of its rows, or of a part of an answer in either."""
    asked, before, own_key = question, "", question.id
    for number, column in _cell(question, key):
        noun = question.texts[wording.language].row
        asked, before = column, f"{noun} {number + 1}" if noun else f"{short_label(question, wording)} ({number + 1})"
        own_key = f"{question.id}.{number}.{column.id}"
    part = key.removeprefix(own_key).removeprefix(".") if asked.type in PARTS else ""
    if part or fault.code not in NAMING:
        label = short_label(asked, wording)
        before = _before(before, label) if before else label
    at = own_key if asked.type is QuestionType.SIGNATURE else key  # All that is wrong with it stands at its name.
    return AnswerFault(key=at, label=before, sentence=_sentence(fault, asked, part, wording))


def _cell(question: Question, key: str) -> Iterator[tuple[int, Question]]:
    _id, number, column = (*key.split("."), "", "")[:3]
    yield from ((int(number), each) for each in question.columns if each.id == column)


def _sentence(fault: Fault, question: Question, part: str, wording: Wording) -> str:
    """Say a fault. *part* is the part of the answer that it is about, or an empty text."""
    named = f"“{wording.say(PARTS[question.type][part])}”" if part else _named(question, wording)
    params, own = dict(fault.params), question.texts[wording.language].fault
    if own and fault.code in (FaultCode.WRONG_FORM, FaultCode.NOT_ACCEPTED):
        return own
    if fault.code is FaultCode.MISSING:
        return wording.say(ENTER, field=named) if part else _missing(question, wording)
    if fault.code in (FaultCode.TOO_FEW, FaultCode.TOO_MANY):
        return wording.say(AMOUNTS[fault.code, question.type is QuestionType.CHOICES], **params)
    if fault.code is FaultCode.UPLOAD_GONE and "name" not in params:
        return wording.say(FILE_GONE)
    if fault.code is FaultCode.TOO_MANY_FILES:
        return wording.say(TOO_MANY_FILES, **params)
    if fault.code in (FaultCode.TOO_SMALL, FaultCode.TOO_LARGE):
        params["limit"] = number_text(question, int(params["limit"]), wording.language)
    if fault.code in (FaultCode.TOO_EARLY, FaultCode.TOO_LATE):
        params["limit"] = long_day(date.fromisoformat(str(params["limit"])), wording.language)
    return say_fault(attrs.evolve(fault, field=None, params=params), wording, label=named)


def _missing(question: Question, wording: Wording) -> str:
    """Say what to do at a question without an answer: ``Vul uw geboortedatum in``."""
    label, named = short_label(question, wording), _named(question, wording)
    said = MISSING.get(question.type, ANSWER if label.endswith("?") else ENTER)
    own = label.startswith(YOURS[wording.language])
    return wording.say(said, field=named[0].lower() + named[1:] if own else named)


def _named(question: Question, wording: Wording) -> str:
    """Name a question in a sentence: its label, between quotation marks unless it reads as part of the sentence."""
    label = short_label(question, wording).rstrip(".:")
    return label if label.startswith(YOURS[wording.language]) else f"“{label}”"


def _before(label: str, text: str) -> str:
    """Put the label before a sentence. Labels that end with a mark get no colon."""
    return f"{label} {text}" if label.endswith(("?", "!", ".", ":")) else f"{label}: {text}"
