"""Due dates, as pages say them."""

from datetime import date

from klantportaal.adapters.web.language.translations import sentence
from klantportaal.adapters.web.pages.frame import Frame

DUE, OVERDUE = sentence("By %(day)s"), sentence("This date has passed")


def due_by(frame: Frame, due_on: date | None, today: date) -> tuple[str | None, str | None]:
    """Say by when something is asked for, and that the date has passed. It can still be done then."""
    if due_on is None:
        return None, None
    due = frame.wording.say(DUE, day=frame.wording.day(due_on))
    return due, frame.wording.say(OVERDUE) if due_on < today else None
