"""The offices of a portal: the vendor's start-up code makes, finds and moves them (OF-2, OF-3)."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

import attrs
import pytest

from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.adapters.storage.memory.unit_of_work import MemoryUnitOfWork
from klantportaal.domain.errors import Absent, Conflict, Fault, FaultCode, Refused
from klantportaal.domain.offices import Office, OfficeProfile
from klantportaal.domain.values import OfficeId
from klantportaal.usecases.office.offices import Offices
from tests.usecases.world import PROFILE, World

URL = "https://portaal.vandermeer.example.nl"
ELSEWHERE = "https://portaal.notaris.example.nl"


def moves(world: World) -> int:
    """Count the moves of the office in the audit trail."""
    return world.audit().count("OfficeMoved")


def test_an_office_is_found_by_its_key(world: World) -> None:
    """OF-2: an office is found by its key; a single office is also found without it."""
    offices = world.portal.offices
    assert offices.ensure("vandermeer", URL, PROFILE) == world.office
    assert offices.get(world.office).key == "vandermeer"
    assert offices.only() == world.office
    other = offices.ensure("Vandermeer", ELSEWHERE, PROFILE)
    assert [each.id for each in offices.list()] == sorted([world.office, other])
    with pytest.raises(LookupError):
        offices.only()


def test_the_id_follows_from_the_key() -> None:
    """OF-2: the id of an office depends on its key only, also in separate portals."""
    assert World().office == World().office == OfficeId(UUID("37e324ca-5caa-525b-9f3e-71b4d921371b"))


def test_starting_again_changes_nothing(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """OF-2: starting again with the same key and address, in any spelling, changes nothing."""
    before = world.portal.offices.get(world.office)
    profile = attrs.evolve(PROFILE, name="Anders")
    for url in (URL, f"{URL}/", "HTTPS://Portaal.VanDerMeer.example.nl:443"):
        assert world.portal.offices.ensure("vandermeer", url, profile) == world.office
    assert world.portal.offices.get(world.office) == before
    assert moves(world) == 0
    assert caplog.messages == []


def test_starting_again_at_another_address(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """OF-2: starting with the same key and another address moves the office, and records and logs this."""
    caplog.clear()
    assert world.portal.offices.ensure("vandermeer", f"{ELSEWHERE}/", PROFILE) == world.office
    assert world.portal.offices.get(world.office).base_url == ELSEWHERE
    assert moves(world) == 1
    told = f"office vandermeer moves from {URL} to {ELSEWHERE}"
    assert caplog.record_tuples == [("klantportaal.offices", logging.WARNING, told)]


def test_an_office_moves(world: World) -> None:
    """OF-3: an office keeps its id when it moves to another URL, and its mails link to the new URL."""
    offices = world.portal.offices
    offices.move(world.office, f"{ELSEWHERE}/")
    assert offices.ensure("vandermeer", ELSEWHERE, PROFILE) == world.office
    assert offices.get(world.office).base_url == ELSEWHERE
    assert moves(world) == 1
    world.invite()
    assert f"{ELSEWHERE}/uitnodiging/" in world.deliver()[0].text


def test_a_move_to_where_it_is(world: World) -> None:
    """OF-2: moving an office to its own address changes nothing, and is not recorded."""
    before = world.portal.offices.get(world.office)
    world.portal.offices.move(world.office, f"{URL}/")
    assert world.portal.offices.get(world.office) == before
    assert moves(world) == 0


class Overtaken(MemoryStorage):
    """A storage that can run another act just before a unit of work begins."""

    first: Callable[[], object] | None = None

    @contextmanager
    def begin(self, *, flushed: bool = True) -> Iterator[MemoryUnitOfWork]:
        """Run the other act, and begin a unit of work."""
        act, self.first = self.first, None
        if act is not None:
            act()
        with super().begin(flushed=flushed) as uow:
            yield uow


def test_another_host_has_moved_it_there(caplog: pytest.LogCaptureFixture) -> None:
    """OF-2: if two hosts start at once with the same new address, only one moves the office and logs it."""
    storage = Overtaken()
    world = World(storage=storage)
    caplog.clear()
    storage.first = lambda: world.portal.offices.move(world.office, ELSEWHERE)
    assert world.portal.offices.ensure("vandermeer", ELSEWHERE, PROFILE) == world.office
    assert (moves(world), caplog.messages) == (1, [])


def test_an_address_that_was_left_is_free(world: World) -> None:
    """OF-2: another office can be made at a URL that an office has left."""
    world.portal.offices.move(world.office, ELSEWHERE)
    assert world.portal.offices.ensure("ander", URL, PROFILE) != world.office


def test_an_address_of_another_office(world: World) -> None:
    """OF-2: a base URL of another office is refused, when making, finding or moving an office."""
    offices, other = world.portal.offices, world.other_office().office_id
    before = [offices.get(world.office), offices.get(other)]
    acts: list[Callable[[], object]] = [
        lambda: offices.ensure("nieuw", URL, PROFILE),
        lambda: offices.ensure("bakker", f"{URL}/", PROFILE),
        lambda: offices.move(other, URL.upper()),
    ]
    for act in acts:
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.faults == (Fault(code=FaultCode.BASE_URL_TAKEN, field="base_url"),)
    assert list(world.storage.read.offices()) == before
    assert moves(world) == 0


def test_every_fault_is_told_at_once(world: World) -> None:
    """AL-1: faults in key, base URL and profile are reported together, and no office is made."""
    with pytest.raises(Refused) as refused:
        world.portal.offices.ensure(" ", "ftp://x.example.nl", OfficeProfile(name="", contact_address="x"))
    assert [each.field for each in refused.value.faults] == ["key", "base_url", "name", "contact_address"]
    assert str(refused.value).startswith("key: not_a_key (limit 100), base_url: not_a_base_url (part scheme), name: ")
    assert len(world.storage.read.offices()) == 1


def test_moving_nowhere(world: World) -> None:
    """OF-2: a move to an invalid base URL is refused, and an unknown office is absent."""
    with pytest.raises(Refused):
        world.portal.offices.move(world.office, "portaal.notaris.example.nl")
    with pytest.raises(Absent):
        world.portal.offices.move(OfficeId(world.ids.new()), ELSEWHERE)
    assert world.portal.offices.get(world.office).base_url == URL


def test_a_new_office_is_tidied(world: World) -> None:
    """OF-3: extra white space is removed from the texts of a new office."""
    profile = attrs.evolve(PROFILE, name="  Van  der Meer ")
    office = world.portal.offices.ensure("x", "https://x.example.nl", profile)
    assert world.portal.offices.get(office).profile.name == "Van der Meer"


def test_another_host_is_first(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """OF-2: a change that conflicts with another host is tried again, for a limited number of times."""
    act = Offices._ensure
    left = [3]

    def ensure_after_others(self: Offices, office: Office) -> OfficeId:
        left[0] -= 1
        if left[0] >= 0:
            raise Conflict
        return act(self, office)

    monkeypatch.setattr(Offices, "_ensure", ensure_after_others)
    assert world.portal.offices.ensure("vandermeer", ELSEWHERE, PROFILE) == world.office
    left[0] = 1000
    with pytest.raises(Conflict):
        world.portal.offices.ensure("vandermeer", URL, PROFILE)
    assert world.portal.offices.get(world.office).base_url == ELSEWHERE


def test_plain_http_is_told(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """SI-3: an office with a plain HTTP address is logged at every start and move, and is in ``deviations``."""
    offices = world.portal.offices
    assert offices.deviations() == ()
    caplog.clear()
    offices.ensure("vandermeer", "http://localhost:8000", PROFILE)
    offices.move(world.office, "http://portaal.example.nl")
    offices.ensure("vandermeer", "http://portaal.example.nl/", PROFILE)
    (deviation,) = offices.deviations()
    assert str(deviation).startswith(
        "base_url http://portaal.example.nl of office vandermeer deviates from ASVS 5.0 12.2.1 and ASVS 5.0 3.3.1: "
    )
    told = [each for each in caplog.record_tuples if each[0] == "klantportaal.deviations"]
    assert told == [("klantportaal.deviations", logging.WARNING, str(deviation))] * 2
    offices.move(world.office, URL)
    assert offices.deviations() == ()
