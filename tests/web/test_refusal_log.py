"""The log lines about refusals."""

import logging
from uuid import UUID

import pytest

from klantportaal.adapters.web.http import refusal_log
from klantportaal.adapters.web.http.errors import CrossSite, WebError
from klantportaal.domain.errors import Absent, Conflict, LinkDead, NotSignedIn, PortalError, Unavailable
from klantportaal.domain.sessions import Visitor
from klantportaal.domain.values import OfficeId

VISITOR = Visitor(office_id=OfficeId(UUID(int=1)), network_address="192.0.2.7\n")


def noted(error: PortalError | WebError, caplog: pytest.LogCaptureFixture, **ids: object) -> list[str]:
    """Log an error, and return the log lines."""
    with caplog.at_level(logging.INFO, logger="klantportaal.refusals"):
        refusal_log.note(error, method="GET", route="open_link", ids=ids, visitor=VISITOR, actor=None)
    return caplog.messages


def test_no_token_is_noted(caplog: pytest.LogCaptureFixture) -> None:
    """SI-5: A refusal is logged on one line, without the token of a link."""
    (line,) = noted(Absent(), caplog, token="T0ken_", id="x\ny")
    assert line == (
        f"Absent: GET open_link {{'id': 'x\\ny'}}, office {VISITOR.office_id}, account None, from '192.0.2.7'"
    )


@pytest.mark.parametrize(
    "error,is_noted",
    [(NotSignedIn(), True), (CrossSite(), True), (LinkDead(), False), (Conflict(), False), (Unavailable(), False)],
)
def test_what_is_no_attempt_is_not_noted(
    error: PortalError | WebError, is_noted: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """SI-5: An expired link, a conflict of two tabs and an outage are not logged as refusals."""
    assert bool(noted(error, caplog)) is is_noted
