"""Extra accounts added and deleted while others act, on databases that allow concurrent units of work."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

import pytest

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.accounts import AccountState, ClientKind
from klantportaal.domain.errors import (
    Conflict,
    FaultCode,
    LinkDead,
    NotSignedIn,
    PortalError,
    Refused,
    SignInFailed,
    Unavailable,
)
from klantportaal.domain.extra_accounts import ExtraAccountLimits
from klantportaal.domain.messages import MessageText
from klantportaal.domain.profile import Notifications, Profile
from klantportaal.domain.sessions import Actor
from klantportaal.domain.throttling import ThrottlePolicy
from klantportaal.domain.values import AccountId, Language
from klantportaal.settings import Settings
from klantportaal.testing.contracts.storage.base import all_at_once
from tests.usecases.world import PASSWORD, World

THREADS = 50
TURNS = 3
"""How often each case is repeated: in the first turn, connections are opened one by one."""
PIET = "piet@example.nl"
UNHURRIED = ThrottlePolicy(failures=10_000, network_failures=10_000, links=100, network_links=1000)
"""A throttle so wide that fifty threads reach the account itself."""


def company(world: World, email: str) -> Actor:
    """Sign in the main account of a new company."""
    world.invite(email, name="Bakkerij Jansen B.V.", kind=ClientKind.COMPANY)
    return onboard(world, email)


def onboard(world: World, email: str) -> Actor:
    """Sign in a new account."""
    entrance = world.portal.client.onboarding.set_password(world.visitor, link_to(world, email), PASSWORD, PASSWORD)
    return world.actor(entrance.token)


def link_to(world: World, email: str) -> str:
    """Request a set-password link, and return its token."""
    world.deliver()
    world.later(minutes=3)
    return world.password_link(email)


def adding(world: World, main: Actor, emails: Callable[[int], str], number: int) -> str:
    """Add an account, or return the reason of the refusal."""
    try:
        world.portal.client.extra_accounts.add(main, name=f"Piet {number}", email=emails(number))
    except Refused as refusal:
        return refusal.faults[0].code
    except Conflict:
        return "conflict"
    return "added"


def adding_one_address(world: World, mains: Sequence[Actor], turn: int, number: int) -> str:
    """Add the address of this turn to one of the two companies."""
    return adding(world, mains[number % 2], lambda _number: f"piet{turn}@example.nl", number)


def test_two_companies_add_one_address(storage: SqlStorage) -> None:
    """PE-2: if two companies add the same address many times at once, each has it once, for one person."""
    world = World(storage=storage)
    mains = [company(world, f"bakker{number}@example.nl") for number in range(2)]
    for turn in range(TURNS):
        codes = Counter(all_at_once(partial(adding_one_address, world, mains, turn), threads=THREADS))
        assert codes.pop("added") == 2
        assert set(codes) <= {FaultCode.ADDRESS_TAKEN, "conflict"}
    rows = [row for main in mains for row in world.portal.client.extra_accounts.list(main)]
    assert len(rows) == 2 * TURNS
    assert len({world.account(row.id).person_id for row in rows}) == TURNS


def test_no_more_than_the_limit(storage: SqlStorage) -> None:
    """XA-1: however many accounts are added at once, a company has no more than the limit."""
    world = World(storage=storage, settings=Settings(extra_accounts=ExtraAccountLimits(accounts=4, a_day=100)))
    main = company(world, "bakker@example.nl")
    for turn in range(TURNS):
        emails = partial("piet{}-{}@example.nl".format, turn)
        done = all_at_once(partial(adding, world, main, emails), threads=THREADS)
        assert Counter(done) == {"added": 4, FaultCode.TOO_MANY_ACCOUNTS: THREADS - 4}
        rows = world.portal.client.extra_accounts.list(main)
        assert len(rows) == 4
        for row in rows:
            world.portal.client.extra_accounts.delete(main, row.id)


@pytest.mark.parametrize("act", ["password", "sign in", "send", "settings"])
def test_deleting_wins(storage: SqlStorage, act: str) -> None:
    """XA-3: after a deletion is committed, nothing of the account works, whatever other threads do meanwhile."""
    world = World(storage=storage, settings=Settings(throttling=UNHURRIED))
    main = company(world, "bakker@example.nl")
    dossier = world.dossier(main)
    for turn in range(TURNS):
        main = world.sign_in("bakker@example.nl")  # A confirmation expires after 10 minutes.
        id = world.portal.client.extra_accounts.add(main, name="Piet", email=PIET)
        piet = onboard(world, PIET)
        link = link_to(world, PIET)

        def send(piet: Actor = piet) -> None:
            draft = world.portal.client.messages.new_draft()
            world.portal.client.messages.send(piet, dossier, draft, MessageText(subject="Vraag", body="Klopt dit?"))

        def settings(number: int, piet: Actor = piet) -> None:
            chosen = Notifications(messages=number % 2 == 0)
            world.portal.client.profile.save(piet, Profile(language=Language.ENGLISH, notifications=chosen))

        acts: dict[str, Callable[[int], object]] = {
            "password": lambda _number, link=link: world.portal.client.onboarding.set_password(  # type: ignore[misc]
                world.visitor, link, "Anders2026", "Anders2026"
            ),
            "sign in": lambda _number: world.portal.client.sign_in.sign_in(world.visitor, PIET, PASSWORD),
            "send": lambda _number: send(),
            "settings": settings,
        }
        tokens: list[str] = []
        after = all_at_once(partial(acting, world, main, id, acts[act], tokens), threads=THREADS)
        assert [each for each in after if each is not None] == [sent(world)], turn
        assert_gone(world, main, id, tokens)


def acting(
    world: World, main: Actor, id: AccountId, act: Callable[[int], object], tokens: list[str], number: int
) -> int | None:
    """Act as the account; one of the threads deletes it, and returns the number of messages sent just after that."""
    if number == THREADS // 2:
        world.portal.client.extra_accounts.delete(main, id)
        return sent(world)
    try:
        entrance = act(number)
    except (NotSignedIn, SignInFailed, LinkDead, Conflict, Refused, Unavailable):
        return None
    if entrance is not None:
        tokens.append(entrance.token)  # type: ignore[attr-defined]
    return None


def sent(world: World) -> int:
    """Count all messages that were sent."""
    with world.storage.begin() as uow:
        return sum(entry.what == "MessageSent" for entry in uow.audit.entries(world.handler, limit=10_000))


def assert_gone(world: World, main: Actor, id: AccountId, tokens: list[str]) -> None:
    """Assert that no token works any more, and that the account is deleted."""
    for token in tokens:
        with pytest.raises(NotSignedIn):
            world.actor(token)
    for password in (PASSWORD, "Anders2026"):
        with pytest.raises(SignInFailed):
            world.sign_in(PIET, password)
    with world.storage.begin() as uow:
        account, _client = uow.accounts.get(world.office, id)
        person = uow.persons.get(world.office, account.person_id)
        assert (account.state, person.password_hash) == (AccountState.DELETED, None)
        assert uow.persons.by_address(world.office, PIET) is None
    with pytest.raises(PortalError):
        world.portal.client.extra_accounts.get(main, id)
