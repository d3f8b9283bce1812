"""The sentence that says who has to do something in a dossier, to its client (PG-2)."""

from datetime import date

from klantportaal.adapters.web.language.translations import Wording, counted, sentence
from klantportaal.domain.waiting import Waiting, WaitingFor

CLIENT_SINCE = counted(
    "We have been waiting for you since %(since)s: %(count)s thing.",
    "We have been waiting for you since %(since)s: %(count)s things.",
    count="count",
)
CLIENT_DUE = counted(
    "We are waiting for you: %(count)s thing, by %(day)s at the latest.",
    "We are waiting for you: %(count)s things, the first by %(day)s at the latest.",
    count="count",
)
CLIENT_OVERDUE = counted(
    "We are waiting for you: %(count)s thing, which was due on %(day)s.",
    "We are waiting for you: %(count)s things, the first of which was due on %(day)s.",
    count="count",
)
OFFICE = sentence("You have been waiting for us since %(since)s.")
THIRD_PARTY = sentence("We have been waiting for %(whom)s since %(since)s.")
THIRD_PARTY_EXPECTED = sentence("We have been waiting for %(whom)s since %(since)s, expected on %(day)s.")
THIRD_PARTY_LATE = sentence("We have been waiting for %(whom)s since %(since)s, who was expected on %(day)s.")


def waiting_sentence(waiting: Waiting, wording: Wording, *, today: date) -> str:
    """Say who has to do what, since when and by when. *today* is the day in the office's time zone."""
    since = wording.day(waiting.since)
    day = "" if waiting.due_on is None else wording.day(waiting.due_on)
    late = waiting.due_on is not None and waiting.due_on < today
    match waiting.whom:
        case WaitingFor.CLIENT:
            said = (CLIENT_OVERDUE if late else CLIENT_DUE) if day else CLIENT_SINCE
            return wording.say(said, count=waiting.count, since=since, day=day)
        case WaitingFor.OFFICE:
            return wording.say(OFFICE, since=since)
        case WaitingFor.THIRD_PARTY:
            said = (THIRD_PARTY_LATE if late else THIRD_PARTY_EXPECTED) if day else THIRD_PARTY
            whom = (waiting.third_party or {})[wording.language]
            return wording.say(said, whom=whom, since=since, day=day)
