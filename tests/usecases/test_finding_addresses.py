"""Looking up the street and place of a postcode (QU-2)."""

import logging
from datetime import timedelta

import pytest

from klantportaal import FoundAddress, Settings, ThrottlePolicy
from klantportaal.domain.errors import FaultCode, Refused, Unavailable
from tests.domain.given import fault
from tests.usecases.world import World

FOUND = FoundAddress(street="Binnenhof", place="'s-Gravenhage")


class Broken:
    """A look-up that raises an error of its library, or gives something else."""

    def find(self, postcode: str, number: str) -> FoundAddress | None:
        """Fail, be away, or give text."""
        if number == "1":
            raise RuntimeError(f"kapot: {postcode} {number}")
        if number == "3":
            raise Unavailable
        return f"{postcode} {number}"  # type: ignore[return-value]


def test_found() -> None:
    """QU-2: Postcode and number are looked up in one form, however they were typed; the addition is left out."""
    world = World()
    jan, find = world.onboard(), world.portal.client.questionnaires.find_address
    assert [find(jan, " 2513-aa", "1 bis"), find(jan, "2513 AA", "1"), find(jan, "2513 AA", "2")] == [
        FOUND,
        FOUND,
        None,
    ]


def test_wrong() -> None:
    """AL-1: What is no postcode or house number is refused, and nobody is asked."""
    world = World(addresses=Broken())
    jan = world.onboard()
    with pytest.raises(Refused) as refused:
        world.portal.client.questionnaires.find_address(jan, "2513", "")
    assert list(refused.value.faults) == [
        fault(FaultCode.NOT_A_POSTCODE, "postcode"),
        fault(FaultCode.MISSING, "number"),
    ]
    with pytest.raises(Refused) as blank:
        world.portal.client.questionnaires.find_address(jan, "", " ")
    assert [each.field for each in blank.value.faults] == ["postcode", "number"]


def test_without_a_look_up() -> None:
    """QU-2: Without a look-up nothing can be looked up."""
    world = World(addresses=None)
    with pytest.raises(Unavailable):
        world.portal.client.questionnaires.find_address(world.onboard(), "2513 AA", "1")


def test_broken(caplog: pytest.LogCaptureFixture) -> None:
    """QU-2: Whatever a look-up raises or gives, the client is told that it cannot be done now.

    AL-6: The log has the type of the error and the lines of code, and nothing of what was typed.
    """
    world = World(addresses=Broken())
    jan = world.onboard()
    for number in ("1", "2", "3"):
        with pytest.raises(Unavailable):
            world.portal.client.questionnaires.find_address(jan, "2513 AA", number)
    told = [record for record in caplog.records if vars(record).get("event") == "address_lookup_failed"]
    assert [record.levelno for record in told] == [logging.ERROR] * 2
    assert [vars(record)["reason"] for record in told] == ["RuntimeError", "TypeError"]
    assert "in find\n" in vars(told[0])["places"]
    assert "2513" not in caplog.text
    assert not [record for record in caplog.records if "2513" in repr(vars(record))]


def test_too_often() -> None:
    """QU-2: Each account has its own number of look-ups; after a wait there is one more."""
    world = World(settings=Settings(throttling=ThrottlePolicy(address_lookups=2)))
    jan, piet = world.onboard(), world.onboard("piet@example.nl")
    find = world.portal.client.questionnaires.find_address
    assert [find(jan, "2513 AA", "1") for _each in range(2)] == [FOUND] * 2
    for _each in range(3):
        with pytest.raises(Unavailable):
            find(jan, "2513 AA", "1")
    assert find(piet, "2513 AA", "1") == FOUND
    world.clock.advance(timedelta(minutes=1, seconds=1))
    assert find(jan, "2513 AA", "1") == FOUND
