"""The sentence that says who has to do something in a dossier: the same on pages and in mails (PG-2)."""

from collections.abc import Callable, Mapping
from datetime import date

from klantportaal.domain.values import Language, day
from klantportaal.domain.waiting import Waiting, WaitingFor

_Words = Mapping[Language, str]
_Counted = Mapping[Language, tuple[str, str]]
"""For one thing, and for more."""

_CLIENT_SINCE: _Counted = {
    Language.DUTCH: (
        "Wij wachten op u sinds {since}: {count} zaak.",
        "Wij wachten op u sinds {since}: {count} zaken.",
    ),
    Language.ENGLISH: (
        "We have been waiting for you since {since}: {count} thing to do.",
        "We have been waiting for you since {since}: {count} things to do.",
    ),
}
_CLIENT_DUE: _Counted = {
    Language.DUTCH: (
        "Wij wachten op u: {count} zaak, uiterlijk {due}.",
        "Wij wachten op u: {count} zaken, de eerste uiterlijk {due}.",
    ),
    Language.ENGLISH: (
        "We are waiting for you: {count} thing to do, by {due} at the latest.",
        "We are waiting for you: {count} things to do, the first by {due} at the latest.",
    ),
}
_CLIENT_OVERDUE: _Counted = {
    Language.DUTCH: (
        "Wij wachten op u: {count} zaak, die er uiterlijk {due} had moeten zijn.",
        "Wij wachten op u: {count} zaken, waarvan de eerste er uiterlijk {due} had moeten zijn.",
    ),
    Language.ENGLISH: (
        "We are waiting for you: {count} thing to do, which was due on {due}.",
        "We are waiting for you: {count} things to do, the first of which was due on {due}.",
    ),
}
_OFFICE: _Words = {
    Language.DUTCH: "U wacht op ons sinds {since}.",
    Language.ENGLISH: "You have been waiting for us since {since}.",
}
_THIRD_PARTY: _Words = {
    Language.DUTCH: "Wij wachten op {whom} sinds {since}.",
    Language.ENGLISH: "We have been waiting for {whom} since {since}.",
}
_THIRD_PARTY_EXPECTED: _Words = {
    Language.DUTCH: "Wij wachten op {whom} sinds {since}, verwacht op {due}.",
    Language.ENGLISH: "We have been waiting for {whom} since {since}, and expect this on {due}.",
}
_THIRD_PARTY_LATE: _Words = {
    Language.DUTCH: "Wij wachten op {whom} sinds {since}, en hadden dat op {due} verwacht.",
    Language.ENGLISH: "We have been waiting for {whom} since {since}, and expected this on {due}.",
}


def waiting_sentence(waiting: Waiting, language: Language, *, today: date, written: Callable[[date], str]) -> str:
    """Say who has to do what, since when and by when.

    Args:
        waiting: who has to do something.
        language: the language of the sentence.
        today: the day in the office's time zone. What was due before it is late.
        written: writes a day in that language.
    """
    late = waiting.due_on is not None and waiting.due_on < today
    return _said(waiting, language, late=late).format(
        count=waiting.count,
        since=written(day(waiting.since)),
        due="" if waiting.due_on is None else written(waiting.due_on),
        whom=(waiting.third_party or {}).get(language),
    )


def _said(waiting: Waiting, language: Language, *, late: bool) -> str:
    """Choose the sentence."""
    dated = waiting.due_on is not None
    match waiting.whom:
        case WaitingFor.CLIENT:
            client = (_CLIENT_OVERDUE if late else _CLIENT_DUE) if dated else _CLIENT_SINCE
            return client[language][waiting.count > 1]
        case WaitingFor.OFFICE:
            return _OFFICE[language]
        case WaitingFor.THIRD_PARTY:
            third_party = (_THIRD_PARTY_LATE if late else _THIRD_PARTY_EXPECTED) if dated else _THIRD_PARTY
            return third_party[language]
