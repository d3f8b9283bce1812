"""The sentence that says who has to do something, in both languages (PG-2)."""

from datetime import UTC, date, datetime

import attrs
import pytest

from klantportaal.adapters.waiting_texts import waiting_sentence
from klantportaal.adapters.web.language.translations import wordings
from klantportaal.domain.values import Language
from klantportaal.domain.waiting import Waiting, WaitingFor

SINCE, LAST, TODAY = datetime(2026, 12, 2, 23, 30, tzinfo=UTC), date(2026, 12, 12), date(2026, 12, 12)
ONE = Waiting(whom=WaitingFor.CLIENT, since=SINCE, count=1)
TWO = attrs.evolve(ONE, count=2)
NAMES = {Language.DUTCH: "het Kadaster", Language.ENGLISH: "the land registry"}
NAMED = Waiting(whom=WaitingFor.THIRD_PARTY, since=SINCE, count=1, third_party=NAMES)
OFFICE = Waiting(whom=WaitingFor.OFFICE, since=SINCE, count=3)


@pytest.mark.parametrize(
    "waiting,late,dutch,english",
    [
        (
            ONE,
            False,
            "Wij wachten op u sinds 3 dec 2026: 1 zaak.",
            "We have been waiting for you since 3 Dec 2026: 1 thing to do.",
        ),
        (
            TWO,
            False,
            "Wij wachten op u sinds 3 dec 2026: 2 zaken.",
            "We have been waiting for you since 3 Dec 2026: 2 things to do.",
        ),
        (
            attrs.evolve(ONE, due_on=LAST),
            False,
            "Wij wachten op u: 1 zaak, uiterlijk 12 dec 2026.",
            "We are waiting for you: 1 thing to do, by 12 Dec 2026 at the latest.",
        ),
        (
            attrs.evolve(TWO, due_on=LAST),
            False,
            "Wij wachten op u: 2 zaken, de eerste uiterlijk 12 dec 2026.",
            "We are waiting for you: 2 things to do, the first by 12 Dec 2026 at the latest.",
        ),
        (
            attrs.evolve(ONE, due_on=LAST),
            True,
            "Wij wachten op u: 1 zaak, die er uiterlijk 12 dec 2026 had moeten zijn.",
            "We are waiting for you: 1 thing to do, which was due on 12 Dec 2026.",
        ),
        (
            attrs.evolve(TWO, due_on=LAST),
            True,
            "Wij wachten op u: 2 zaken, waarvan de eerste er uiterlijk 12 dec 2026 had moeten zijn.",
            "We are waiting for you: 2 things to do, the first of which was due on 12 Dec 2026.",
        ),
        (OFFICE, True, "U wacht op ons sinds 3 dec 2026.", "You have been waiting for us since 3 Dec 2026."),
        (
            NAMED,
            True,
            "Wij wachten op het Kadaster sinds 3 dec 2026.",
            "We have been waiting for the land registry since 3 Dec 2026.",
        ),
        (
            attrs.evolve(NAMED, due_on=LAST),
            False,
            "Wij wachten op het Kadaster sinds 3 dec 2026, verwacht op 12 dec 2026.",
            "We have been waiting for the land registry since 3 Dec 2026, and expect this on 12 Dec 2026.",
        ),
        (
            attrs.evolve(NAMED, due_on=LAST),
            True,
            "Wij wachten op het Kadaster sinds 3 dec 2026, en hadden dat op 12 dec 2026 verwacht.",
            "We have been waiting for the land registry since 3 Dec 2026, and expected this on 12 Dec 2026.",
        ),
    ],
)
def test_the_sentence(waiting: Waiting, late: bool, dutch: str, english: str) -> None:
    """PG-2: it says who, since when and by when, with days in Amsterdam. A day is late once it is over."""
    today = date(2026, 12, 13) if late else TODAY
    for language, expected in ((Language.DUTCH, dutch), (Language.ENGLISH, english)):
        assert waiting_sentence(waiting, language, today=today, written=wordings()[language].day) == expected
