"""One person's accounts added, deleted and switched at once, on databases that allow concurrent units of work."""

from collections import Counter
from collections.abc import Callable
from functools import partial

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.accounts import AccountState, ClientKind
from klantportaal.domain.errors import Conflict, NotSignedIn
from klantportaal.domain.messages import MessageText
from klantportaal.domain.throttling import ThrottlePolicy
from klantportaal.domain.values import AccountId
from klantportaal.settings import Settings
from klantportaal.testing.contracts.storage.base import all_at_once
from tests.usecases.world import World

THREADS = 50
TURNS = 3
PIET = "piet@example.nl"
UNHURRIED = ThrottlePolicy(failures=10_000, network_failures=10_000, links=100, network_links=1000)


def company(world: World, name: str) -> AccountId:
    """Invite a company with the address of Piet."""
    return world.invite(PIET, name=name, kind=ClientKind.COMPANY, account_name="Piet")[1]


def test_one_address_invited_by_two_clients(storage: SqlStorage) -> None:
    """PE-2: an address invited twice at once, while mail goes out, is one person with two accounts and one mail."""
    world = World(storage=storage)
    for turn in range(TURNS):
        email = f"piet{turn}@example.nl"
        invite = partial(world.invite, email, kind=ClientKind.COMPANY)
        acts: list[Callable[[], object]] = [
            lambda invite=invite: invite(name="Bakker BV"),  # type: ignore[misc]
            lambda invite=invite: invite(name="Slager BV"),  # type: ignore[misc]
            world.portal.background.dispatcher.run_once,
        ]
        made = all_at_once(lambda number, acts=acts: acts[number](), threads=len(acts))  # type: ignore[misc]
        all_at_once(lambda _number: world.portal.background.dispatcher.run_once(), threads=2)
        accounts = [world.account(each[1]) for each in made if isinstance(each, tuple)]
        assert len({each.person_id for each in accounts}) == 1
        assert [each.state for each in accounts] == [AccountState.INVITED] * 2
        assert [mail.to for mail in world.mail.sent].count(email) == 1


def test_the_mails_of_two_invitations_at_once(storage: SqlStorage) -> None:
    """PE-2: if several dispatchers send several invitations of one person at once, one first mail goes out."""
    world = World(storage=storage)
    for turn in range(TURNS):
        email = f"piet{turn}@example.nl"
        for number in range(4):
            world.invite(email, name=f"Bakker {number} BV", kind=ClientKind.COMPANY)
        all_at_once(lambda _number: world.portal.background.dispatcher.run_once(), threads=4)
        assert [mail.to for mail in world.mail.sent].count(email) == 1


def test_the_last_account_is_deleted_while_another_is_added(storage: SqlStorage) -> None:
    """PE-5: the person with the address has the added account, whether it is the same person or a new one."""
    world = World(storage=storage)
    one, other = world.onboard("een@example.nl", name="Een"), world.onboard("twee@example.nl", name="Twee")
    one, other = world.second_account("een@example.nl"), world.second_account("twee@example.nl")
    extra = world.portal.client.extra_accounts
    for _turn in range(TURNS):
        deleted = extra.add(one, name="Piet", email=PIET)
        outcomes = all_at_once(
            lambda number, deleted=deleted: (  # type: ignore[misc]
                extra.delete(one, deleted) if number else extra.add(other, name="Piet", email=PIET)
            ),
            threads=2,
        )
        added = next(each for each in outcomes if each is not None)
        person = world.person(PIET)
        assert person is not None
        assert world.account(added).person_id == person.id
        assert world.account(deleted).state is AccountState.DELETED
        extra.delete(other, added)
        assert world.person(PIET) is None


def test_switching_signing_out_and_sending(storage: SqlStorage) -> None:
    """PE-3: however sessions switch, sign out and send at once, each message is of the account it was written for."""
    world = World(storage=storage, settings=Settings(throttling=UNHURRIED))
    jan = world.onboard()
    both = world.second_account()
    dossiers = {actor.account_id: world.dossier(actor, number=actor.client_name) for actor in (jan, both)}
    tokens = [world.tokens[world.sign_in().fingerprint] for _ in range(5)]
    done: Counter[str] = Counter()

    def act(number: int) -> None:
        token, what = tokens[number % len(tokens)], number // len(tokens) % 5
        try:
            actor = world.actor(token)
            if what in (0, 1):
                world.portal.client.accounts.switch(actor, (jan, both)[what].account_id)
            elif what == 4 and number % 2:
                world.portal.client.sign_in.sign_out(actor)
            else:
                draft = world.portal.client.messages.new_draft()
                written = MessageText(subject=actor.client_name, body="Klopt dit?")
                world.portal.client.messages.send(actor, dossiers[actor.account_id], draft, written)
                done[actor.client_name] += 1
        except NotSignedIn:
            done["signed out"] += 1
        except Conflict:
            done["at the same time"] += 1

    all_at_once(act, threads=THREADS)
    for actor in (jan, both):
        rows = world.portal.office.dossiers.get(world.handler, dossiers[actor.account_id]).messages
        assert [row.message.subject for row in rows] == [actor.client_name] * done[actor.client_name]
        assert all(row.message.client_id == actor.client_id for row in rows)
    for token in tokens:
        try:
            assert world.actor(token).account_id in dossiers
        except NotSignedIn:
            done["ended"] += 1
    assert done["ended"] <= len(tokens)
    assert world.sign_in().account_id in dossiers
