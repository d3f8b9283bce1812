"""The label of a question where a sentence names it: on one line, and not too long."""

from klantportaal.adapters.web.language.translations import Wording
from klantportaal.domain.questionnaires.definition import Question

SHORT = 120
"""The number of characters of a label in a sentence."""


def short_label(question: Question, wording: Wording) -> str:
    """Give the label of a question on one line, shortened for a sentence."""
    return on_one_line(question.texts[wording.language].label)


def on_one_line(text: str) -> str:
    """Write a text on one line, shortened for a sentence."""
    line = " ".join(text.split())
    return line if len(line) <= SHORT else f"{line[: SHORT - 1].rstrip()}…"
