"""Extra accounts of a company: who adds and deletes them, how many are allowed, and what deletion ends."""

import functools
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.accounts import (
    Account,
    AccountRole,
    AccountState,
    Client,
    ClientKind,
    is_open,
    may_act,
)
from klantportaal.domain.errors import Absent, Fault, FaultCode
from klantportaal.domain.events import AccountDeleted, AccountInvited, ExtraAccountAdded
from klantportaal.domain.extra_accounts import (
    ExtraAccountLimits,
    NewExtraAccount,
    add,
    delete,
    invite_again,
    require_extra_of,
    require_main,
    require_once_extra_of,
)
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AccountId, Language, OfficeId, PersonId, SessionId
from tests.domain.given import (
    ACTIVE,
    AT,
    BEFORE,
    CLIENT,
    CLIENT_ID,
    COMPANY,
    DELETED,
    EXTRA,
    FINGERPRINT,
    INVITED,
    OFFICE_ID,
    OTHER_ACCOUNT_ID,
    OTHER_CLIENT_ID,
    OTHER_PERSON_ID,
    PERSON_ID,
    TICK,
    fault,
    refusal,
)

LIMITS = ExtraAccountLimits(accounts=3, a_day=5)
NEW = NewExtraAccount(name=" P.\tPeters ", email=" Piet@Voorbeeld.test ", language=Language.ENGLISH)
NEW_ID = AccountId(UUID(int=70))
NEW_PERSON_ID = PersonId(UUID(int=72))
ACTOR = Actor(
    office_id=OFFICE_ID,
    person_id=PERSON_ID,
    client_id=CLIENT_ID,
    account_id=ACTIVE.id,
    session_id=SessionId(UUID(int=71)),
    fingerprint=FINGERPRINT,
    confirmed_at=AT,
    language=Language.DUTCH,
    kind=ClientKind.COMPANY,
    role=AccountRole.MAIN,
    name="J. Jansen",
    client_name="Bakkerij Jansen B.V.",
    epoch=1,
)


def added(
    new: NewExtraAccount = NEW,
    client: Client = COMPANY,
    standing: Sequence[Account] = (ACTIVE,),
    person_id: PersonId = NEW_PERSON_ID,
) -> tuple[Account, tuple[ExtraAccountAdded, AccountInvited]]:
    """Add an account at the usual time."""
    return add(new, client, standing, id=NEW_ID, person_id=person_id, limits=LIMITS, at=AT)


def extra(number: int, **fields: Any) -> Account:
    """Make one of several extra accounts of a company."""
    ids: dict[str, Any] = {"id": UUID(int=100 + number), "person_id": UUID(int=300 + number)}
    return attrs.evolve(EXTRA, **ids, **fields)


def test_require_main() -> None:
    """XA-1: extra accounts exist for the main account of a company only; for all other accounts they are absent."""
    require_main(ACTOR)
    for other in (
        attrs.evolve(ACTOR, role=AccountRole.EXTRA),
        attrs.evolve(ACTOR, kind=ClientKind.PERSON),
        attrs.evolve(ACTOR, kind=ClientKind.PERSON, role=AccountRole.EXTRA),
    ):
        with pytest.raises(Absent):
            require_main(other)


@pytest.mark.parametrize(
    "account",
    [
        ACTIVE,
        DELETED,
        attrs.evolve(EXTRA, client_id=OTHER_CLIENT_ID),
        attrs.evolve(EXTRA, office_id=OfficeId(UUID(int=99))),
    ],
)
def test_require_extra_of(account: Account) -> None:
    """XA-1: main accounts, deleted accounts and those of other clients or offices are all absent."""
    for state in (AccountState.INVITED, AccountState.ACTIVE, AccountState.CLOSED):
        require_extra_of(attrs.evolve(EXTRA, state=state), ACTOR)
    with pytest.raises(Absent):
        require_extra_of(account, ACTOR)
    if account is DELETED:
        require_once_extra_of(account, ACTOR)
        return
    with pytest.raises(Absent):
        require_once_extra_of(account, ACTOR)


def test_add() -> None:
    """XA-2: a new extra account is invited, never used, with all notifications on."""
    assert added() == (
        Account(
            id=NEW_ID,
            office_id=OFFICE_ID,
            person_id=NEW_PERSON_ID,
            client_id=CLIENT_ID,
            role=AccountRole.EXTRA,
            name="P. Peters",
            state=AccountState.INVITED,
            made_at=AT,
            invited_at=AT,
        ),
        (
            ExtraAccountAdded(client_id=CLIENT_ID, account_id=NEW_ID, at=AT),
            AccountInvited(client_id=CLIENT_ID, account_id=NEW_ID, person_id=NEW_PERSON_ID, at=AT),
        ),
    )


@pytest.mark.parametrize(
    "changes,faults",
    [
        ({"name": " \u200b"}, [fault(FaultCode.MISSING, "name")]),
        ({"name": "a" * 151}, [fault(FaultCode.TOO_LONG, "name", limit=150)]),
        ({"email": ""}, [fault(FaultCode.MISSING, "email")]),
        ({"email": "a@b.nl, c@d.nl"}, [fault(FaultCode.NOT_AN_ADDRESS, "email")]),
        ({"name": "", "email": "jan"}, [fault(FaultCode.MISSING, "name"), fault(FaultCode.NOT_AN_ADDRESS, "email")]),
    ],
)
def test_add_refused(changes: dict[str, Any], faults: list[Fault]) -> None:
    """AL-1: name and address are checked as for a client, all at once."""
    assert refusal(lambda: added(attrs.evolve(NEW, **changes))) == faults


@pytest.mark.parametrize(
    "client,faults",
    [
        (CLIENT, [fault(FaultCode.WRONG_STATE, "client")]),
        (attrs.evolve(COMPANY, closed_at=BEFORE), [fault(FaultCode.WRONG_STATE, "client")]),
    ],
)
def test_add_to_no_open_company(client: Client, faults: list[Fault]) -> None:
    """XA-1: a person or a closed company cannot have extra accounts added."""
    assert refusal(lambda: added(client=client)) == faults


@pytest.mark.parametrize("state", [AccountState.INVITED, AccountState.ACTIVE, AccountState.CLOSED])
def test_one_account_for_each_person(state: AccountState) -> None:
    """PE-2: a person has at most one account of a company that is not deleted, main or extra."""
    taken = [fault(FaultCode.ADDRESS_TAKEN, "email")]
    standing = [attrs.evolve(ACTIVE, state=state), attrs.evolve(EXTRA, state=state)]
    assert refusal(lambda: added(standing=standing, person_id=PERSON_ID)) == taken
    assert refusal(lambda: added(standing=standing, person_id=OTHER_PERSON_ID)) == taken
    blank = attrs.evolve(NEW, name="")
    assert refusal(lambda: added(blank, standing=standing, person_id=PERSON_ID)) == [
        fault(FaultCode.MISSING, "name"),
        *taken,
    ]
    assert added(standing=standing)[0].person_id == NEW_PERSON_ID


def test_the_person_of_a_deleted_account() -> None:
    """XA-3: a person whose account was deleted can be added again at once, also by the same company."""
    account, _facts = added(standing=[ACTIVE, DELETED], person_id=OTHER_PERSON_ID)
    assert (account.person_id, account.id) == (OTHER_PERSON_ID, NEW_ID)


def test_how_many_there_may_be() -> None:
    """XA-1: the limit counts closed extra accounts, but neither deleted ones nor the main account."""
    two = [extra(1, state=AccountState.CLOSED), extra(2, state=AccountState.INVITED)]
    gone = extra(3, state=AccountState.DELETED)
    assert added(standing=[ACTIVE, *two, gone])[0].id == NEW_ID
    full = [ACTIVE, *two, extra(4)]
    assert refusal(lambda: added(standing=full)) == [fault(FaultCode.TOO_MANY_ACCOUNTS, None, limit=3)]


def test_how_many_there_may_be_a_day() -> None:
    """XA-1: the daily limit counts extra accounts made in the last 24 hours, deleted ones included."""
    day = timedelta(hours=24)
    today = [extra(each, state=AccountState.DELETED, made_at=AT - day + TICK) for each in range(5)]
    assert refusal(lambda: added(standing=today)) == [fault(FaultCode.TOO_MANY_INVITATIONS, None, limit=5)]
    assert added(standing=[*today[:4], attrs.evolve(today[4], made_at=AT - day)])[0].id == NEW_ID
    assert added(standing=[*today[:4], attrs.evolve(today[4], role=AccountRole.MAIN)])[0].id == NEW_ID


@pytest.mark.parametrize("waited", [timedelta(minutes=5), timedelta(minutes=-5)])
def test_invite_again(waited: timedelta) -> None:
    """ON-2: after the wait, or if the clock went back, an account is invited again."""
    account = attrs.evolve(EXTRA, state=AccountState.INVITED, invited_at=AT - waited)
    assert invite_again(account, COMPANY, limits=LIMITS, at=AT) == (
        attrs.evolve(account, invited_at=AT),
        AccountInvited(client_id=CLIENT_ID, account_id=OTHER_ACCOUNT_ID, person_id=OTHER_PERSON_ID, at=AT),
    )


def test_invite_again_too_soon() -> None:
    """XA-1: inviting again too soon is refused; the fault has the wait in whole minutes, rounded up."""
    limits = attrs.evolve(LIMITS, invite_every=timedelta(seconds=61))
    soon = attrs.evolve(EXTRA, state=AccountState.INVITED, invited_at=AT - limits.invite_every + TICK)
    older = attrs.evolve(soon, invited_at=None, made_at=AT - TICK)
    for account in (soon, older):
        again = functools.partial(invite_again, account, COMPANY, limits=limits, at=AT)
        assert refusal(again) == [fault(FaultCode.INVITED_JUST_NOW, None, limit=2)]
    assert invite_again(attrs.evolve(older, made_at=BEFORE), COMPANY, limits=limits, at=AT)[0].invited_at == AT


@pytest.mark.parametrize("state", [AccountState.ACTIVE, AccountState.CLOSED, AccountState.DELETED])
def test_invite_again_in_another_state(state: AccountState) -> None:
    """ON-2: only an invited account is invited again."""
    account = attrs.evolve(EXTRA, state=state)
    assert refusal(lambda: invite_again(account, COMPANY, limits=LIMITS, at=AT)) == [
        fault(FaultCode.WRONG_STATE, "account", state=state)
    ]


@pytest.mark.parametrize("state", [AccountState.INVITED, AccountState.ACTIVE, AccountState.CLOSED])
def test_delete(state: AccountState) -> None:
    """XA-3: deletion keeps the name, and the account is never open again."""
    account = attrs.evolve(EXTRA, state=state)
    gone, fact = delete(account, at=AT)
    assert gone == attrs.evolve(account, state=AccountState.DELETED)
    assert fact == AccountDeleted(client_id=CLIENT_ID, account_id=OTHER_ACCOUNT_ID, at=AT)
    assert not is_open(gone, COMPANY)
    assert not may_act(gone, COMPANY)


@pytest.mark.parametrize(
    "refused,faults",
    [
        (lambda: delete(ACTIVE, at=AT), [fault(FaultCode.WRONG_STATE, "account", state="active")]),
        (lambda: delete(INVITED, at=AT), [fault(FaultCode.WRONG_STATE, "account", state="invited")]),
        (lambda: delete(DELETED, at=AT), [fault(FaultCode.WRONG_STATE, "account", state="deleted")]),
    ],
)
def test_delete_refused(refused: Callable[[], object], faults: list[Fault]) -> None:
    """XA-3: a main account cannot be deleted, nor can an account be deleted twice."""
    assert refusal(refused) == faults


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=30))
def test_no_person_twice(acts: list[tuple[int, bool]]) -> None:
    """PE-2: in whatever order accounts are added and deleted, no person has two that are not deleted."""
    standing: list[Account] = [ACTIVE]
    for number, (which, adding) in enumerate(acts):
        person_id = PersonId(UUID(int=300 + which)) if which else PERSON_ID
        theirs = [each for each in standing if each.person_id == person_id and each.state != "deleted"]
        if adding:
            make = functools.partial(
                add,
                NEW,
                COMPANY,
                standing,
                id=AccountId(UUID(int=200 + number)),
                person_id=person_id,
                limits=ExtraAccountLimits(),
                at=AT,
            )
            if theirs:
                assert refusal(make) == [fault(FaultCode.ADDRESS_TAKEN, "email")]
            else:
                standing.append(make()[0])
        elif theirs and which:
            standing[standing.index(theirs[0])] = delete(theirs[0], at=AT)[0]
        alive = [each.person_id for each in standing if each.state != "deleted"]
        assert len(set(alive)) == len(alive)
