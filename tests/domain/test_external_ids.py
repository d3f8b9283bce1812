"""External ids: which are taken, and what is made again (EX-1, EX-2)."""

from functools import partial
from uuid import UUID

import attrs
import pytest

from klantportaal.domain.accounts import ClientKind, NewClient
from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.external_ids import ExternalId, ExternalKind, contents_of, faults, repeat
from klantportaal.domain.values import ClientId, Fingerprint
from tests.domain.given import OFFICE_ID, fault, refusal

KNOWN = ExternalId(
    office_id=OFFICE_ID,
    kind=ExternalKind.CLIENT,
    name="K-1042",
    thing_id=UUID(int=1),
    contents=Fingerprint(b"c" * 32),
)


@pytest.mark.parametrize("text", [None, "K-1042", "dossier 2026/17 ß", "x" * 150])
def test_what_is_taken(text: str | None) -> None:
    """EX-1: an external id is any line of visible characters."""
    assert list(faults(text)) == []


@pytest.mark.parametrize(
    "text, code",
    [
        ("", FaultCode.MISSING),
        (" \u200b", FaultCode.MISSING),
        (" K-1042", FaultCode.NOT_AS_FORMAT),
        ("K\n1042", FaultCode.NOT_AS_FORMAT),
        ("K\x001042", FaultCode.NOT_AS_FORMAT),
        ("K\ud8001042", FaultCode.NOT_AS_FORMAT),
    ],
)
def test_what_is_not_taken(text: str, code: FaultCode) -> None:
    """EX-1: a text that two programs could write differently is refused."""
    assert list(faults(text)) == [fault(code, "external_id")]


def test_the_longest() -> None:
    """EX-1: an external id has at most 150 characters."""
    assert list(faults("x" * 151)) == [Fault(code=FaultCode.TOO_LONG, field="external_id", params={"limit": 150})]


def test_the_same_again() -> None:
    """EX-2: the same contents give what was made before; other contents are refused, by the external id."""
    again = attrs.evolve(KNOWN, thing_id=UUID(int=2))
    assert repeat(KNOWN, again) == UUID(int=1)
    other = attrs.evolve(again, contents=Fingerprint(b"x" * 32))
    params = {"kind": "client", "external_id": "K-1042"}
    taken = Fault(code=FaultCode.EXTERNAL_ID_TAKEN, field="external_id", params=params)
    assert refusal(partial(repeat, KNOWN, other)) == [taken]


def test_the_contents() -> None:
    """EX-2: each part of the contents counts; the order of a set does not."""
    new = NewClient(kind=ClientKind.PERSON, name="Jan", email="jan@example.nl")
    first, second = ClientId(UUID(int=1)), ClientId(UUID(int=2))
    made = [
        contents_of(new),
        contents_of(attrs.evolve(new, name="Piet")),
        contents_of(attrs.evolve(new, kind=ClientKind.COMPANY)),
        contents_of("Jan", frozenset({first, second})),
        contents_of("Jan", frozenset({first})),
        contents_of("Jan", b"\x01"),
        contents_of("Jan", None),
        contents_of("Ja", "n"),
        contents_of("Jan\ud800"),
    ]
    assert len(set(made)) == len(made)
    assert contents_of("Jan", frozenset([second, first])) == made[3]
