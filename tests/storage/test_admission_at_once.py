"""A vendor's own sign-in at the same time as acts that end it, on databases with concurrent units of work (PE-6)."""

from collections import Counter
from collections.abc import Callable

import pytest

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.errors import AdmissionProblem, Conflict, LinkDead, NotAdmitted, NotSignedIn
from klantportaal.usecases.client.session_start import Entrance
from tests.storage.test_address_changes_at_once import outcomes
from tests.usecases.world import World

MANY = 20
TURNS = 5


@pytest.fixture
def world(storage: SqlStorage) -> World:
    """Return a portal on each database in turn, whose office uses the vendor's own sign-in."""
    world = World(storage=storage)
    world.use_vendor()
    return world


def entering(world: World, name: str, invitation: str | None = None) -> Callable[[], object]:
    """Return a function that admits somebody."""
    said = world.authentication(name)
    return lambda: world.portal.client.sign_in.admit(world.visitor, said, invitation=invitation)


def is_signed_in(world: World, found: object) -> bool:
    """Tell whether an admitted person is still signed in."""
    if not isinstance(found, Entrance):
        assert isinstance(found, NotAdmitted), found
        return False
    try:
        return world.actor(found.token).name != ""
    except NotSignedIn:
        return False


def test_one_invitation(world: World) -> None:
    """PE-6: of many subjects with one invitation at once, one is bound, and the others are refused."""
    invitation = world.invitation()
    found = outcomes([entering(world, f"jan{number}", invitation) for number in range(MANY)])
    assert Counter(type(each) for each in found) == {Entrance: 1, LinkDead: MANY - 1}
    (bound,) = (number for number, each in enumerate(found) if isinstance(each, Entrance))
    assert world.admit(f"jan{bound}").name == "Jan Jansen"
    assert Counter(world.audit())["SubjectBound"] == 1


def test_one_subject(world: World) -> None:
    """PE-6: a subject with several invitations at once is bound to one person."""
    invitations = [world.invitation(f"jan{number}@example.nl") for number in range(MANY)]
    found = outcomes([entering(world, "jan", each) for each in invitations])
    assert sum(isinstance(each, Entrance) for each in found) == 1
    refused = [each for each in found if not isinstance(each, Entrance)]
    assert all(isinstance(each, NotAdmitted | Conflict) for each in refused), refused
    assert {each.problem for each in refused if isinstance(each, NotAdmitted)} <= {AdmissionProblem.SUBJECT_TAKEN}
    assert Counter(world.audit())["SubjectBound"] == 1


@pytest.mark.parametrize("ending", ["close", "close_account", "release_subject", "correct"])
def test_what_ends_sessions(world: World, ending: str) -> None:
    """PE-5, PE-6: a person that is admitted while the office ends its sessions is not signed in after that."""
    clients = world.portal.office.clients
    for turn in range(TURNS):
        name = f"jan{turn}"
        jan = world.admit(name, invitation=world.invitation(f"{name}@example.nl"))
        acts: dict[str, Callable[[], object]] = {
            "close": lambda jan=jan: clients.close(world.handler, jan.client_id),  # type: ignore[misc]
            "close_account": lambda jan=jan: clients.close_account(world.handler, jan.account_id),  # type: ignore[misc]
            "release_subject": lambda jan=jan: clients.release_subject(world.handler, jan.account_id),  # type: ignore[misc]
            "correct": lambda jan=jan, turn=turn: clients.correct(  # type: ignore[misc]
                world.handler, jan.account_id, name="Jan Jansen", email=f"anders{turn}@example.nl"
            ),
        }
        *entered, ended = outcomes([*[entering(world, name)] * 4, acts[ending]])
        assert ended is None
        signed_in = [is_signed_in(world, each) for each in entered]
        if ending != "correct":  # The subject stays valid, so who came after it is signed in.
            assert signed_in == [False] * len(entered)
