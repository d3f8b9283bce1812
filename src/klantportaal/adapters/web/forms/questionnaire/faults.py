"""The sentences for faults of answers: which field each is about, with limits as the field writes them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import attrs

from klantportaal.adapters.answer_texts import number_text
from klantportaal.adapters.figures import long_day
from klantportaal.adapters.web.forms.questionnaire import fields as form_fields
from klantportaal.adapters.web.forms.questionnaire.fields import Fields
from klantportaal.adapters.web.language.fault_texts import SaidFault, say_fault
from klantportaal.adapters.web.language.translations import Wording, counted, sentence
from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.questionnaires.definition import Question, references
from klantportaal.domain.questionnaires.projection import Projection, VisiblePage

SHORT = 120
"""The number of characters of a question's label in a summary."""
TOO_MANY_FILES = counted(
    "“%(name)s” cannot be added: at most %(limit)s file can be added here at a time.",
    "“%(name)s” cannot be added: at most %(limit)s files can be added here at a time.",
)
FILE_GONE = sentence("A file waited too long, or was removed elsewhere. Add it again.")


@attrs.frozen(kw_only=True)
class AnswerFault:
    """A fault, for its field and for the summary of the page."""

    key: str | None
    """The key of the question or column. None if it is about the whole page."""
    label: str
    sentence: str

    @property
    def summary(self) -> SaidFault:
        """The sentence for the summary, which names the question."""
        if self.key is None:
            return SaidFault(field=None, sentence=self.sentence)
        return SaidFault(field=form_fields.name(self.key), sentence=_before(self.label, self.sentence))


def say(
    faults: Sequence[Fault], page: VisiblePage, projection: Projection, fields: Fields, wording: Wording
) -> list[AnswerFault]:
    """Translate the faults of a page. Two faults that read the same are one."""
    solid = form_fields.solid_rows(page, fields, projection) if faults else {}
    return list(dict.fromkeys(_said(fault, page, solid, wording) for fault in faults))


def _said(fault: Fault, page: VisiblePage, solid: Mapping[str, Sequence[str]], wording: Wording) -> AnswerFault:
    if fault.code is FaultCode.MUST_HOLD:
        return _requirement(int(fault.params["number"]), page, wording)
    top = str(fault.field).partition(".")[0]
    question = next((each for each in page.questions if each.id == top), None)
    if question is None:
        return AnswerFault(key=None, label="", sentence=say_fault(fault, wording))
    key = form_fields.typed_field(str(fault.field), solid)
    return _about(fault, question, key, wording)


def _requirement(number: int, page: VisiblePage, wording: Wording) -> AnswerFault:
    """Translate a requirement that does not hold, at the first of its questions on the page."""
    requirement = page.page.must_hold[number]
    concerned = set(references(requirement.when))
    question = next((each for each in page.questions if each.id in concerned), None)
    key, label = (None, "") if question is None else (question.id, short_label(question, wording))
    return AnswerFault(key=key, label=label, sentence=requirement.texts[wording.language])


def _about(fault: Fault, question: Question, key: str, wording: Wording) -> AnswerFault:
    """Translate a fault of a question, or of a column of one of its rows."""
    asked, label = question, short_label(question, wording)
    for number, column in _cell(question, key):
        noun = question.texts[wording.language].row
        row = f"{noun} {number + 1}" if noun else f"{label} ({number + 1})"
        asked, label = column, _before(row, short_label(column, wording))
    return AnswerFault(key=key, label=label, sentence=_sentence(fault, asked, wording))


def _cell(question: Question, key: str) -> Iterator[tuple[int, Question]]:
    _id, number, column = (*key.split("."), "", "")[:3]
    yield from ((int(number), each) for each in question.columns if each.id == column)


def _sentence(fault: Fault, question: Question, wording: Wording) -> str:
    params, own = dict(fault.params), question.texts[wording.language].fault
    if own and fault.code in (FaultCode.WRONG_FORM, FaultCode.NOT_ACCEPTED):
        return own
    if fault.code is FaultCode.UPLOAD_GONE and "name" not in params:
        return wording.say(FILE_GONE)
    if fault.code is FaultCode.TOO_MANY_FILES:
        return wording.say(TOO_MANY_FILES, **params)
    if fault.code in (FaultCode.TOO_SMALL, FaultCode.TOO_LARGE):
        params["limit"] = number_text(question, int(params["limit"]), wording.language)
    if fault.code in (FaultCode.TOO_EARLY, FaultCode.TOO_LATE):
        params["limit"] = long_day(date.fromisoformat(str(params["limit"])), wording.language)
    return say_fault(attrs.evolve(fault, field=None, params=params), wording)


def short_label(question: Question, wording: Wording) -> str:
    """Give the question's label, shortened for a summary."""
    label = " ".join(question.texts[wording.language].label.split())
    return label if len(label) <= SHORT else f"{label[: SHORT - 1].rstrip()}…"


def _before(label: str, text: str) -> str:
    """Put the label before a sentence. Labels that end with a mark get no colon."""
    return f"{label} {text}" if label.endswith(("?", "!", ".", ":")) else f"{label}: {text}"
