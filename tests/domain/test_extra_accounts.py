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
    may_set_password,
    may_sign_in,
)
from klantportaal.domain.errors import Absent, Fault, FaultCode, Refused
from klantportaal.domain.events import AccountDeleted, AccountInvited, ExtraAccountAdded
from klantportaal.domain.extra_accounts import (
    ExtraAccountLimits,
    NewExtraAccount,
    add,
    delete,
    invite_again,
    not_telling_whose,
    require_extra_of,
    require_main,
    require_once_extra_of,
)
from klantportaal.domain.onboarding import LinkPurpose, OnboardingTimes, is_live, make_link
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AccountId, Language, LinkId, OfficeId, SessionId, folded
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
    TICK,
    fault,
    refusal,
)

LIMITS = ExtraAccountLimits(accounts=3, a_day=5)
NEW = NewExtraAccount(name=" P.\tPeters ", email=" Piet@Voorbeeld.test ", language=Language.ENGLISH)
NEW_ID = AccountId(UUID(int=70))
ACTOR = Actor(
    office_id=OFFICE_ID,
    client_id=CLIENT_ID,
    account_id=ACTIVE.id,
    session_id=SessionId(UUID(int=71)),
    fingerprint=FINGERPRINT,
    confirmed_at=AT,
    language=Language.DUTCH,
    kind=ClientKind.COMPANY,
    role=AccountRole.MAIN,
    name="J. Jansen",
    epoch=ACTIVE.epoch,
)


def added(
    new: NewExtraAccount = NEW, client: Client = COMPANY, standing: Sequence[Account] = (ACTIVE,)
) -> tuple[Account, tuple[ExtraAccountAdded, AccountInvited]]:
    """Add an account at the usual time."""
    return add(new, client, standing, id=NEW_ID, limits=LIMITS, at=AT)


def extra(number: int, **fields: Any) -> Account:
    """Make one of several extra accounts of a company."""
    return attrs.evolve(EXTRA, id=AccountId(UUID(int=100 + number)), email=f"extra{number}@voorbeeld.test", **fields)


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
    """XA-2: a new extra account is invited, without a password, with all notifications on."""
    assert added() == (
        Account(
            id=NEW_ID,
            office_id=OFFICE_ID,
            client_id=CLIENT_ID,
            role=AccountRole.EXTRA,
            name="P. Peters",
            email="Piet@voorbeeld.test",
            state=AccountState.INVITED,
            language=Language.ENGLISH,
            made_at=AT,
            invited_at=AT,
        ),
        (
            ExtraAccountAdded(client_id=CLIENT_ID, account_id=NEW_ID, at=AT),
            AccountInvited(client_id=CLIENT_ID, account_id=NEW_ID, at=AT),
        ),
    )


@pytest.mark.parametrize(
    "changes,faults",
    [
        ({"name": " \u200b"}, [fault(FaultCode.MISSING, "name")]),
        ({"name": "a" * 151}, [fault(FaultCode.TOO_LONG, "name", limit=150)]),
        ({"email": ""}, [fault(FaultCode.MISSING, "email")]),
        ({"email": "a@b.nl, c@d.nl"}, [fault(FaultCode.NOT_AN_ADDRESS, "email")]),
        ({"email": "JAN@Voorbeeld.test"}, [fault(FaultCode.ADDRESS_TAKEN, "email")]),
        ({"name": "", "email": "jan"}, [fault(FaultCode.MISSING, "name"), fault(FaultCode.NOT_AN_ADDRESS, "email")]),
    ],
)
def test_add_refused(changes: dict[str, Any], faults: list[Fault]) -> None:
    """AL-1: name and address are checked as for a client, all at once; an address of the company is taken."""
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


def test_the_address_of_a_deleted_account() -> None:
    """XA-3: the address of a deleted account can be used again at once, also by the same company."""
    account, _facts = added(standing=[ACTIVE, DELETED])
    assert (account.email, account.id) == ("Piet@voorbeeld.test", NEW_ID)
    assert refusal(lambda: added(standing=[ACTIVE, EXTRA])) == [fault(FaultCode.ADDRESS_TAKEN, "email")]


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


def test_not_telling_whose() -> None:
    """XA-1: a fault does not reveal that another client has the address; all other faults stay as they are."""
    faults = [fault(FaultCode.MISSING, "name"), fault(FaultCode.ADDRESS_TAKEN, "email")]
    assert not_telling_whose(Refused(faults)).faults == (
        fault(FaultCode.MISSING, "name"),
        fault(FaultCode.ADDRESS_UNUSABLE, "email"),
    )


@pytest.mark.parametrize("waited", [timedelta(minutes=5), timedelta(minutes=-5)])
def test_invite_again(waited: timedelta) -> None:
    """ON-2: after the wait, or if the clock went back, an account is invited again and earlier links end."""
    account = attrs.evolve(EXTRA, state=AccountState.INVITED, invited_at=AT - waited)
    assert invite_again(account, COMPANY, limits=LIMITS, at=AT) == (
        attrs.evolve(account, epoch=account.epoch + 1, invited_at=AT),
        AccountInvited(client_id=CLIENT_ID, account_id=OTHER_ACCOUNT_ID, at=AT),
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
    """ON-2: only an account without a password yet is invited again."""
    account = attrs.evolve(EXTRA, state=state)
    assert refusal(lambda: invite_again(account, COMPANY, limits=LIMITS, at=AT)) == [
        fault(FaultCode.WRONG_STATE, "account", state=state)
    ]


@pytest.mark.parametrize("state", [AccountState.INVITED, AccountState.ACTIVE, AccountState.CLOSED])
def test_delete(state: AccountState) -> None:
    """XA-3: deletion ends links and sessions, removes the password and keeps the name; no link works afterwards."""
    account = attrs.evolve(EXTRA, state=state)
    gone, fact = delete(account, at=AT)
    assert gone == attrs.evolve(account, state=AccountState.DELETED, password_hash=None, epoch=account.epoch + 1)
    assert fact == AccountDeleted(client_id=CLIENT_ID, account_id=OTHER_ACCOUNT_ID, at=AT)
    assert not may_sign_in(gone, COMPANY)
    assert not may_set_password(gone, COMPANY)
    for purpose in LinkPurpose:
        for whose in (account, gone):
            link, _made = make_link(
                whose, purpose, id=LinkId(UUID(int=72)), fingerprint=FINGERPRINT, times=OnboardingTimes(), at=AT
            )
            assert not is_live(link, gone, COMPANY, at=AT)


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
def test_no_address_twice(acts: list[tuple[int, bool]]) -> None:
    """XA-3: after any additions and deletions, no two accounts that are not deleted have the same address."""
    standing: list[Account] = [ACTIVE]
    for number, (which, adding) in enumerate(acts):
        email = f"{'PIET' if number % 2 else 'piet'}{which}@voorbeeld.test"
        theirs = [each for each in standing if folded(each.email) == folded(email) and each.state != "deleted"]
        new = NewExtraAccount(name="Piet", email=email, language=Language.DUTCH)
        if adding:
            make = functools.partial(
                add, new, COMPANY, standing, id=AccountId(UUID(int=200 + number)), limits=ExtraAccountLimits(), at=AT
            )
            if theirs:
                assert refusal(make) == [fault(FaultCode.ADDRESS_TAKEN, "email")]
            else:
                standing.append(make()[0])
        elif theirs:
            standing[standing.index(theirs[0])] = delete(theirs[0], at=AT)[0]
        alive = [folded(each.email) for each in standing if each.state != "deleted"]
        assert len(set(alive)) == len(alive)
