"""The sentence of a dossier that says who has to do something (PG-2)."""

from collections.abc import Callable

from klantportaal.adapters.waiting_texts import waiting_sentence
from klantportaal.adapters.web.pages.frame import Frame
from klantportaal.domain.waiting import Waiting


def sayer(frame: Frame) -> Callable[[Waiting | None], str]:
    """Give the function that says it in the language of a page. Where nobody has to do anything, it says nothing."""
    today = frame.site.portal.client.questionnaires.today()

    def say(waiting: Waiting | None) -> str:
        if waiting is None:
            return ""
        return waiting_sentence(waiting, frame.language, today=today, written=frame.wording.day)

    return say
