"""Checks of the references in texts: ``{name}`` is the answer to a question of an earlier page."""

from collections.abc import Iterator, Mapping
from typing import Any

from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.questionnaires.definition import REFERENCE
from klantportaal.domain.questionnaires.said_answers import SAID

Tree = Mapping[str, Any]


def text_faults(texts: object, path: str, questions: Mapping[str, tuple[int, Tree]], page: int) -> Iterator[Fault]:
    """Check the texts of a page, a question or a rule, in each language.

    Args:
        texts: the texts by language: each one text, or several by key.
        path: their path.
        questions: the questions of the document by id, each with the number of its page. Columns are left out.
        page: the number of the page with the texts.
    """
    for language, told in texts.items() if isinstance(texts, Mapping) else ():
        listed = told if isinstance(told, Mapping) else {"": told}
        for key, text in listed.items():
            if isinstance(text, str):
                yield from _faults(text, f"{path}.{language}.{key}".rstrip("."), questions, page)


def _faults(text: str, path: str, questions: Mapping[str, tuple[int, Tree]], page: int) -> Iterator[Fault]:
    for id in dict.fromkeys(REFERENCE.findall(text)):
        at, question = questions.get(id, (-1, {}))
        if at < 0 or question.get("type") == "note":
            yield Fault(code=FaultCode.UNKNOWN_REFERENCE, field=path, params={"id": id})
        elif at >= page:
            yield Fault(code=FaultCode.FORWARD_REFERENCE, field=path, params={"id": id})
        elif question.get("type") not in SAID:
            yield Fault(code=FaultCode.KEYWORD_MISFIT, field=path)
