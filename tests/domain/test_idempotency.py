"""Requests that make something once (AP-4)."""

from datetime import timedelta
from functools import partial
from uuid import UUID

import attrs
import pytest

from klantportaal.domain.errors import Conflict, FaultCode
from klantportaal.domain.idempotency import PATIENCE, IdempotentRequest, repeat
from klantportaal.domain.values import Fingerprint
from tests.domain.given import AT, OFFICE_ID, fault, refusal

KNOWN = IdempotentRequest(
    office_id=OFFICE_ID,
    caller_id=UUID(int=1),
    name=Fingerprint(b"n" * 32),
    body=Fingerprint(b"b" * 32),
    attempt=UUID(int=2),
    begun_at=AT,
)
AGAIN = attrs.evolve(KNOWN, attempt=UUID(int=3), begun_at=AT + timedelta(seconds=1))
LATER = attrs.evolve(AGAIN, begun_at=AT + PATIENCE)
MADE = attrs.evolve(KNOWN, made_at=AT)


def test_an_answer_is_given_again() -> None:
    """AP-4: the same request gets the same answer, at any time."""
    for new in (AGAIN, LATER):
        assert repeat(attrs.evolve(MADE, answer="{}"), new) == "{}"


def test_another_body() -> None:
    """AP-4: a key that was sent with another body before is refused, whether that has an answer or not."""
    for known in (KNOWN, attrs.evolve(MADE, answer="{}")):
        other = attrs.evolve(LATER, body=Fingerprint(b"x" * 32))
        assert refusal(partial(repeat, known, other)) == [fault(FaultCode.KEY_USED_BEFORE, "Idempotency-Key")]


def test_an_attempt_without_an_answer() -> None:
    """AP-4: an attempt has a minute; then another takes its place, unless it made something."""
    for known in (None, KNOWN, MADE):
        with pytest.raises(Conflict):
            repeat(known, AGAIN)
    assert repeat(KNOWN, LATER) is None
    assert refusal(lambda: repeat(MADE, LATER)) == [fault(FaultCode.ANSWER_LOST, "Idempotency-Key")]
