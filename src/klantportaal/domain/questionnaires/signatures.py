"""A signature as an answer: a full name that was typed, the time of signing, and a drawing if there is one.

The typed name is the signature. So nobody needs a mouse, a touch screen or script. The portal sets the time when the
page is saved. It is an ordinary electronic signature (eIDAS, article 3, point 10), and no qualified one.

A drawing is text: the path of an SVG in a box of ``WIDTH`` by ``HEIGHT``, of lines between points in whole numbers.
So there is no picture of a stranger to decode. Pages and PDFs draw the same lines.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeGuard

from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.questionnaires import written_forms
from klantportaal.domain.questionnaires.definition import Answer, Answers, Page, QuestionType
from klantportaal.domain.questionnaires.rows import rows_in
from klantportaal.domain.values import NAME_LIMIT, is_blank

NAME, AT, DRAWING = "name", "at", "drawing"
PARTS = (NAME, AT, DRAWING)
"""The parts of a signature, in their order."""
WIDTH, HEIGHT = 600, 240
"""The size of the box of a drawing. Its points go from 0 to these."""
DRAWING_LIMIT = 10_000
"""Characters of a drawing. That is over a thousand points."""
_POINT = "(?:0|[1-9][0-9]{0,2}) (?:0|[1-9][0-9]{0,2})"
DRAWING_PATTERN = f"(?:M{_POINT}(?:L{_POINT})+)+"
"""A drawing is one stroke or more: each goes to a point, and makes lines from there. A dot is a line to where it is."""
_DRAWING = re.compile(DRAWING_PATTERN)
_TIME = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_LONGEST = 500
"""Characters of a name that is tidied. A longer one is refused as it is."""

Stroke = Sequence[tuple[int, int]]


def tidied(answer: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Give a signature the form in which it is stored; None for one without a name and a drawing.

    Blank parts are left out. Parts of a wrong type, and those that no signature has, stay as they are.
    """
    lines = {part: _tidy(part, text) if isinstance(text, str) else text for part, text in answer.items()}
    tidy = {part: text for part, text in lines.items() if text is not None}
    if tidy.keys() <= {AT}:
        return None
    return {part: tidy[part] for part in (*PARTS, *tidy) if part in tidy}


def _tidy(part: str, text: str) -> str | None:
    """Write a name on one line, and leave other parts as they are; None for a blank one."""
    if part == NAME and len(text.strip()) <= _LONGEST:
        text = written_forms.line(text)
    return None if is_blank(text) else text


# ------------------------------------------------------------------ signing
def signed(page: Page, submitted: Mapping[str, object], raw: Answers, *, at: datetime) -> Mapping[str, object]:
    """Give the signatures among the submitted answers of a page their time.

    It is *at*, unless name and drawing are those of a saved signature: that keeps its time. Of several saved ones in
    rows, it is the one with the time that was submitted, or else the first that is left. No other time counts, whoever
    submits it.

    Args:
        page: the page that is saved.
        submitted: its answers by question id, as they were submitted.
        raw: the saved answers.
        at: when it is saved.
    """
    made = dict(submitted)
    for question in page.questions:
        if question.id not in submitted:
            continue
        answer, saved = submitted[question.id], raw.get(question.id)
        if question.type is QuestionType.SIGNATURE:
            [made[question.id]] = _timed([answer], [saved], at)
        for column in question.columns:
            rows = made[question.id]
            if column.type is QuestionType.SIGNATURE and isinstance(rows, (list, tuple)):
                kept = [row.get(column.id) for row in rows_in(saved)]
                made[question.id] = _timed_rows(rows, column.id, kept, at)
    return made


def _timed_rows(rows: Sequence[object], column: str, saved: Sequence[Answer], at: datetime) -> list[object]:
    """Give the signatures in a column of rows their times."""
    having = [row for row in rows if isinstance(row, Mapping) and column in row]
    timed = iter(_timed([row[column] for row in having], saved, at))
    return [{**row, column: next(timed)} if isinstance(row, Mapping) and column in row else row for row in rows]


def _timed(answers: Sequence[object], saved: Sequence[Answer], at: datetime) -> list[object]:
    """Give signatures their times. Each saved one gives its time once, first to that which was submitted with it."""
    tidy = [tidied(each) if isinstance(each, Mapping) else None for each in answers]
    left = [each for each in saved if isinstance(each, Mapping) and signed_at(each) is not None]
    times: dict[int, Answer] = {}
    for exactly in (True, False):
        for number, each in enumerate(tidy):
            if each is None or number in times:
                continue
            same = [one for one in left if _made(one) == _made(each) and (not exactly or one.get(AT) == each.get(AT))]
            if same:
                times[number] = same[0].get(AT)
                left.remove(same[0])
    now = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return [
        answer if each is None else {**each, AT: times.get(number, now)}
        for number, (answer, each) in enumerate(zip(answers, tidy, strict=True))
    ]


def _made(signature: Mapping[str, Any]) -> tuple[Any, Any]:
    """Give what a person makes of a signature."""
    return signature.get(NAME), signature.get(DRAWING)


# ------------------------------------------------------------------ checking
def is_signature(answer: object) -> TypeGuard[Mapping[str, Any]]:
    """Tell whether a tidy answer has the shape of a signature. One that was not saved yet may have no time."""
    if not isinstance(answer, Mapping) or not {NAME, DRAWING} & answer.keys() or not answer.keys() <= {*PARTS}:
        return False
    return isinstance(answer.get(NAME, ""), str) and (AT not in answer or signed_at(answer) is not None)


def signed_at(signature: Mapping[str, Any]) -> datetime | None:
    """Give the time of a signature. None if there is none, or if it is no time."""
    at = signature.get(AT)
    try:
        return datetime.fromisoformat(at) if isinstance(at, str) and _TIME.fullmatch(at) else None
    except ValueError:
        return None


def faults(signature: Mapping[str, Any], field: str) -> Iterator[Fault]:
    """List the faults of a tidy signature, each with its part as field: ``owner.name``."""
    name, drawing = signature.get(NAME), signature.get(DRAWING)
    if name is None:
        yield Fault(code=FaultCode.MISSING, field=f"{field}.{NAME}")
    elif len(name) > NAME_LIMIT:
        params = {"limit": NAME_LIMIT, "length": len(name)}
        yield Fault(code=FaultCode.TOO_LONG, field=f"{field}.{NAME}", params=params)
    if isinstance(drawing, str) and len(drawing) > DRAWING_LIMIT:
        params = {"limit": DRAWING_LIMIT, "length": len(drawing)}
        yield Fault(code=FaultCode.TOO_LONG, field=f"{field}.{DRAWING}", params=params)
    elif drawing is not None and not is_drawing(drawing):
        yield Fault(code=FaultCode.NOT_A_DRAWING, field=f"{field}.{DRAWING}")


def is_drawing(drawing: object) -> TypeGuard[str]:
    """Tell whether a value is a drawing: lines between points that lie in its box."""
    if not isinstance(drawing, str) or len(drawing) > DRAWING_LIMIT or not _DRAWING.fullmatch(drawing):
        return False
    return all(x <= WIDTH and y <= HEIGHT for stroke in strokes(drawing) for x, y in stroke)


def strokes(drawing: str) -> list[Stroke]:
    """Give the strokes of a drawing, each as its points."""
    return [[_point(each) for each in stroke.split("L")] for stroke in drawing.split("M")[1:]]


def _point(text: str) -> tuple[int, int]:
    x, y = text.split(" ")
    return int(x), int(y)
