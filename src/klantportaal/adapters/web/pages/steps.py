"""The steps of a dossier, as its page shows them (PG-1)."""

from collections.abc import Mapping, Sequence

import attrs

from klantportaal.adapters.web.language.translations import Sentence, Wording, sentence
from klantportaal.domain.progress import Progress, StepState

STATES: Mapping[StepState, tuple[Sentence, Sentence, str]] = {
    StepState.DONE: (sentence("Done"), sentence("Done, started on %(day)s"), "check"),
    StepState.CURRENT: (sentence("Under way"), sentence("Under way since %(day)s"), "arrow-right"),
    StepState.AHEAD: (sentence("Still to come"), sentence("Still to come"), ""),
}
"""For each state: its words without a day and with one, and its icon."""


@attrs.frozen(kw_only=True)
class ShownStep:
    """A step, in the language of the page."""

    state: StepState
    title: str
    explanation: str
    told: str
    """Its state in words, with the day on which the dossier came to it."""
    icon: str


def shown_steps(progress: Progress, wording: Wording) -> Sequence[ShownStep]:
    """Say of each step what it is, whether it is done, and since when."""
    shown = []
    for step in progress.steps:
        state = progress.state(step)
        without_day, with_day, icon = STATES[state]
        told = without_day if step.reached_on is None else with_day
        day = "" if step.reached_on is None else wording.day(step.reached_on)
        shown.append(
            ShownStep(
                state=state,
                title=step.title[wording.language],
                explanation=step.explanation[wording.language],
                told=wording.say(told, day=day),
                icon=icon,
            )
        )
    return shown
