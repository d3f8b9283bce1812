"""Reports of mails that were not delivered."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.bounces import MOST_BYTES, Bounce, read_report
from klantportaal.domain.outgoing import TaskKind, new_key
from klantportaal.domain.values import TaskId

ID = TaskId(UUID("0199f1c2-7d3e-7aaa-8bbb-123456789abc"))
KEY = new_key(TaskKind.INVITATION, ID)
REPORT = f"""\
From: MAILER-DAEMON@mx.example.nl
To: portaal@kantoor.test
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

I'm sorry to have to inform you.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.nl
Original-Envelope-Id: {KEY}

Final-Recipient: rfc822; jan@example.nl
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <jan@example.nl>:
    user unknown

--b1
Content-Type: message/rfc822

From: portaal@kantoor.test
Message-ID: <{KEY}@kantoor.test>
Subject: Uw uitnodiging

Beste Jan
--b1--
"""
SAID = "5.1.1 550 5.1.1 <jan@example.nl>: user unknown"


def changed(*pairs: tuple[str, str]) -> bytes:
    """Change some texts of the report."""
    report = REPORT
    for old, new in pairs:
        assert old in report
        report = report.replace(old, new)
    return report.encode()


def test_a_report() -> None:
    """AL-6: a report has the mail that was not delivered, and the reason."""
    assert read_report(REPORT.encode()) == Bounce(task_ids=[ID], problem=SAID)


@pytest.mark.parametrize(
    "report",
    [
        changed(("Message-ID: <", "X-None: <")),
        changed((f"Original-Envelope-Id: {KEY}\n", "")),
        changed(
            ("Message-ID: <", "X-None: <"),
            (f"Original-Envelope-Id: {KEY}", f"X-Original-Message-ID: <{KEY}@kantoor.test>"),
        ),
        changed(
            (f"Original-Envelope-Id: {KEY}\n", ""),
            ("Content-Type: message/rfc822\n\n", "Content-Type: text/rfc822-headers\n\n"),
        ),
        changed(
            (f"Original-Envelope-Id: {KEY}\n", ""),
            ("Message-ID: <", "X-None: <"),
            ("To: portaal@kantoor.test", f"References: <a@b> <{KEY}@kantoor.test>"),
        ),
        changed(("\n", "\r\n")),
        changed((KEY, KEY.upper())),
        REPORT.encode() + b"x" * MOST_BYTES,
    ],
)
def test_where_the_id_stands(report: bytes) -> None:
    """AL-6: the envelope id, or the Message-ID of what was sent back, or a reference to it, names the mail."""
    assert read_report(report) == Bounce(task_ids=[ID], problem=SAID)


@pytest.mark.parametrize(
    "report",
    [
        b"",
        b"\xff" * 1000,
        changed(("Action: failed", "Action: delayed")),
        changed(("Action: failed", "Action: delivered")),
        changed((KEY, "something-else")),
        changed(("multipart/report", "multipart/mixed")),
        changed(("message/delivery-status", "text/plain")),
        changed(("boundary=", "x=")),
        b" " * MOST_BYTES + REPORT.encode(),
    ],
)
def test_no_report_of_a_failure(report: bytes) -> None:
    """AL-6: a report of a delay or of another mail, and anything that is no report, says nothing."""
    assert read_report(report) is None


def test_a_report_without_reasons() -> None:
    """AL-6: a report without a status or a reason still reports the mail."""
    reason = "Diagnostic-Code: smtp; 550 5.1.1 <jan@example.nl>:\n    user unknown\n"
    report = changed(("Status: 5.1.1\n", ""), (reason, ""))
    assert read_report(report) == Bounce(task_ids=[ID], problem="not delivered")


def test_many_ids() -> None:
    """AL-6: of a report with many ids, ten are looked up."""
    ids = " ".join(str(UUID(int=number)) for number in range(1000))
    found = read_report(changed((f"Original-Envelope-Id: {KEY}", f"Original-Envelope-Id: {ids}")))
    assert found is not None
    assert len(found.task_ids) == 10


def test_deeply_nested() -> None:
    """AL-6: parts inside parts without end are no error."""
    nested = "".join(f'Content-Type: multipart/report; boundary="b{each}"\n\n--b{each}\n' for each in range(5000))
    assert read_report(nested.encode()) is None


@given(st.binary(max_size=3000))
def test_any_bytes(report: bytes) -> None:
    """AL-6: no bytes are an error."""
    assert read_report(report) is None


@given(st.integers(0, len(REPORT)), st.integers(0, len(REPORT)), st.binary(max_size=40))
def test_damaged_reports(start: int, end: int, put: bytes) -> None:
    """AL-6: a damaged report is no error, and names no mail that it did not name."""
    whole = REPORT.encode()
    found = read_report(whole[: min(start, end)] + put + whole[max(start, end) :])
    assert found is None or len(found.problem) <= 300


@given(st.text(max_size=400), st.text(max_size=400))
def test_any_reason(status: str, reason: str) -> None:
    """AL-6: whatever is said becomes one line of at most 300 characters."""
    raw = changed(("5.1.1\n", " ".join(status.split()) + "\n"), ("user unknown", " ".join(reason.split())))
    found = read_report(raw)
    assert found is None or (len(found.problem) <= 300 and len(found.problem.splitlines()) == 1)
