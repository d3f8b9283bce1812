"""Checks of the texts beside options: of "other, namely", the text stands beside the option "other"."""

from collections.abc import Iterator, Mapping
from typing import Any

from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.questionnaires.definition import QuestionType
from klantportaal.domain.questionnaires.misfits import options_of

Tree = Mapping[str, Any]


def beside_faults(question: Tree, path: str, earlier: Mapping[str, Tree]) -> Iterator[Fault]:
    """Check that a text stands beside an option of a choice.

    Args:
        question: the question.
        path: its path.
        earlier: by id, what stands before it on its page, or for a column in its row.
    """
    beside = question.get("beside")
    if not isinstance(beside, Mapping):
        return
    id, option = beside.get("question"), beside.get("option")
    choice = earlier.get(id) if isinstance(id, str) else None
    if choice is None:
        yield Fault(code=FaultCode.UNKNOWN_REFERENCE, field=f"{path}.beside.question", params={"id": str(id)})
    elif choice.get("type") not in (QuestionType.CHOICE, QuestionType.CHOICES):
        yield Fault(code=FaultCode.KEYWORD_MISFIT, field=f"{path}.beside.question")
    elif isinstance(option, str) and option not in options_of(choice):
        yield Fault(code=FaultCode.UNKNOWN_CHOICE, field=f"{path}.beside.option")
