"""The log of the page for an error when the office cannot be read."""

import logging

import pytest

from klantportaal.adapters.web.pages import fallback
from klantportaal.domain.errors import Absent, Unavailable


def test_an_outage_floods_no_log(caplog: pytest.LogCaptureFixture) -> None:
    """AL-6: an outage is logged at its first, second, fourth … page, separately for each route and each cause."""
    with caplog.at_level(logging.INFO, logger=fallback.__name__):
        for _ in range(1000):
            fallback.note(Unavailable(), Unavailable("away"), method="GET", route="a test's first route")
        fallback.note(Unavailable(), Unavailable("away"), method="GET", route="a test's second route")
        fallback.note(Unavailable(), Absent("office"), method="GET", route="a test's second route")
    told = [(record.levelname, record.getMessage().rsplit(" ", 1)[1]) for record in caplog.records]
    assert told == [("WARNING", str(2**power)) for power in range(10)] + [("WARNING", "1"), ("INFO", "1")]
