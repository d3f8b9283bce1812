"""The log lines about refusals."""

import logging
from uuid import UUID

import attrs
import pytest

from klantportaal.adapters.web.http import recurrences
from klantportaal.adapters.web.http.errors import CrossSite, Malformed, TooLarge, WebError
from klantportaal.adapters.web.http.refusal_log import RefusalLog
from klantportaal.domain.errors import Absent, Conflict, LinkDead, NotSignedIn, PortalError, Unavailable
from klantportaal.domain.sessions import Visitor
from klantportaal.domain.values import OfficeId

VISITOR = Visitor(office_id=OfficeId(UUID(int=1)), network_address="192.0.2.7\n")


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> RefusalLog:
    """The log of a portal, of which every level is captured."""
    caplog.set_level(logging.INFO, logger="klantportaal.refusals")
    return RefusalLog()


def note(log: RefusalLog, error: PortalError | WebError, visitor: Visitor = VISITOR, **ids: object) -> None:
    """Log an error."""
    log.note(error, method="GET", route="open_link", ids=ids, visitor=visitor, actor=None)


def times(caplog: pytest.LogCaptureFixture) -> list[int]:
    """Return the number of times in each line, and clear the log."""
    told = [int(line.rpartition("time ")[2]) for line in caplog.messages]
    caplog.clear()
    return told


def test_no_token_is_noted(log: RefusalLog, caplog: pytest.LogCaptureFixture) -> None:
    """SI-5: A refusal is logged on one line, without the token of a link."""
    note(log, Absent(), token="T0ken_", id="x\ny")
    (line,) = caplog.messages
    assert line == (
        f"Absent: GET open_link {{'id': 'x\\ny'}}, office {VISITOR.office_id}, account None, from '192.0.2.7', time 1"
    )


@pytest.mark.parametrize(
    "error,level",
    [
        (Absent(), "WARNING"),
        (CrossSite(), "WARNING"),
        (Malformed(), "WARNING"),
        (NotSignedIn(), "INFO"),
        (TooLarge(), "INFO"),
        (LinkDead(), None),
        (Conflict(), None),
        (Unavailable(), None),
    ],
)
def test_what_is_an_attempt(
    log: RefusalLog, error: PortalError | WebError, level: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    """SI-5, AL-6: A foreign id is a WARNING, an ended session is not. A conflict or an outage is no refusal."""
    note(log, error)
    assert [record.levelname for record in caplog.records] == ([] if level is None else [level])


def test_a_flood_of_attempts_floods_no_log(log: RefusalLog, caplog: pytest.LogCaptureFixture) -> None:
    """AL-6: Attempts at whatever ids are logged at the first, second, fourth … time, those of each origin apart."""
    for number in range(1000):
        note(log, Absent(), id=number)
    assert times(caplog) == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
    note(log, CrossSite())
    note(log, Absent(), attrs.evolve(VISITOR, network_address="192.0.2.8"))
    assert times(caplog) == [1, 1]


def test_after_a_quiet_time_the_next_attempt_is_told(
    log: RefusalLog, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AL-6: After an hour without attempts, the next one counts as the first. Without that hour, it does not."""
    now = [0.0]
    monkeypatch.setattr(recurrences, "monotonic", lambda: now[0])
    for pause in (0, 0, 3600, 3600.5, 10):
        now[0] += pause
        note(log, Absent())
    assert times(caplog) == [1, 2, 1, 2]


def test_what_was_counted_longest_ago_is_forgotten(
    log: RefusalLog, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AL-6: The number of origins that are counted is limited."""
    monkeypatch.setattr(recurrences, "_MOST", 2)
    for last in (1, 2, 1, 3, 1, 2):
        note(log, Absent(), attrs.evolve(VISITOR, network_address=f"192.0.2.{last}"))
    assert times(caplog) == [1, 1, 2, 1, 1]
