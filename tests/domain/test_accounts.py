"""Clients and accounts: made, invited, closed and reopened."""

from collections.abc import Callable
from datetime import datetime
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
    NewClient,
    close_account,
    close_client,
    correct,
    invite_again,
    is_open,
    may_act,
    move,
    named_along,
    reopen_account,
    reopen_client,
    take_on,
)
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.events import (
    AccountClosed,
    AccountInvited,
    AccountReopened,
    ClientClosed,
    ClientMade,
    ClientReopened,
)
from klantportaal.domain.profile import Notifications
from klantportaal.domain.values import PersonId, is_blank, plain_line
from tests.domain.given import (
    ACCOUNT_ID,
    ACTIVE,
    AT,
    BEFORE,
    CLIENT,
    CLIENT_ID,
    CLOSED,
    CLOSED_CLIENT,
    DELETED,
    INVITED,
    OFFICE_ID,
    PERSON_ID,
    SOUND_TEXT,
    fault,
    refusal,
)

NEW_PERSON_ID = PersonId(UUID(int=80))
NEW = NewClient(kind=ClientKind.COMPANY, name="Bakkerij Jansen B.V.", email="Jan@Voorbeeld.test")


def taken_on(new: NewClient) -> tuple[Client, Account, tuple[ClientMade, AccountInvited]]:
    """Make a client at the usual office and time."""
    return take_on(new, person_id=PERSON_ID, office_id=OFFICE_ID, client_id=CLIENT_ID, account_id=ACCOUNT_ID, at=AT)


def test_take_on() -> None:
    """ON-1: a new client has one main account: invited, never used, with all notifications on."""
    new = attrs.evolve(NEW, name=" Bakkerij\tJansen  B.V. ", account_name="Jan\nJansen")
    assert taken_on(new) == (
        Client(id=CLIENT_ID, office_id=OFFICE_ID, kind=ClientKind.COMPANY, name="Bakkerij Jansen B.V.", made_at=AT),
        Account(
            id=ACCOUNT_ID,
            office_id=OFFICE_ID,
            person_id=PERSON_ID,
            client_id=CLIENT_ID,
            role=AccountRole.MAIN,
            name="Jan Jansen",
            state=AccountState.INVITED,
            made_at=AT,
            notifications=Notifications(documents=True, questionnaires=True, messages=True),
            first_used_at=None,
            invited_at=AT,
        ),
        (
            ClientMade(client_id=CLIENT_ID, at=AT),
            AccountInvited(client_id=CLIENT_ID, account_id=ACCOUNT_ID, person_id=PERSON_ID, at=AT),
        ),
    )


@pytest.mark.parametrize("account_name", [None, "", "  ", "\u200b\n"])
def test_account_has_the_clients_name(account_name: str | None) -> None:
    """ON-1: without a name of its own, the account gets the name of the client."""
    _client, account, _facts = taken_on(attrs.evolve(NEW, account_name=account_name))
    assert account.name == NEW.name


@pytest.mark.parametrize(
    "changes,faults",
    [
        ({"name": " "}, [fault(FaultCode.MISSING, "name")]),
        ({"name": "\u3164\u200b"}, [fault(FaultCode.MISSING, "name")]),
        ({"name": "a" * 151}, [fault(FaultCode.TOO_LONG, "name", limit=150)]),
        ({"account_name": "a" * 151}, [fault(FaultCode.TOO_LONG, "account_name", limit=150)]),
        ({"email": " \n"}, [fault(FaultCode.MISSING, "email")]),
        ({"email": "jan"}, [fault(FaultCode.NOT_AN_ADDRESS, "email")]),
        ({"email": "a@b.nl, c@d.nl"}, [fault(FaultCode.NOT_AN_ADDRESS, "email")]),
        (
            {"name": "", "account_name": "b" * 151, "email": ""},
            [
                fault(FaultCode.MISSING, "name"),
                fault(FaultCode.TOO_LONG, "account_name", limit=150),
                fault(FaultCode.MISSING, "email"),
            ],
        ),
    ],
)
def test_take_on_refused(changes: dict[str, Any], faults: list[Fault]) -> None:
    """AL-1: every wrong field is reported at once, and no other field."""
    assert refusal(lambda: taken_on(attrs.evolve(NEW, **changes))) == faults


def test_longest_name() -> None:
    """AL-1: a name of 150 characters is accepted."""
    client, account, _facts = taken_on(attrs.evolve(NEW, name="a" * 150, account_name="b" * 150))
    assert (client.name, account.name) == ("a" * 150, "b" * 150)


@given(SOUND_TEXT, st.none() | SOUND_TEXT)
def test_names(name: str, account_name: str | None) -> None:
    """ON-1: any text as a name is either refused as missing or kept as one line."""
    new = attrs.evolve(NEW, name=name, account_name=account_name)
    if is_blank(plain_line(name)):
        assert fault(FaultCode.MISSING, "name") in refusal(lambda: taken_on(new))
    else:
        client, account, _facts = taken_on(new)
        own = None if account_name is None or is_blank(account_name) else plain_line(account_name)
        assert (client.name, account.name) == (plain_line(name), own or plain_line(name))


def test_invite_again() -> None:
    """ON-2: a second invitation has its own time, and records a fact of its own."""
    assert invite_again(INVITED, CLIENT, at=AT) == (
        attrs.evolve(INVITED, invited_at=AT),
        AccountInvited(client_id=CLIENT_ID, account_id=ACCOUNT_ID, person_id=PERSON_ID, at=AT),
    )


@pytest.mark.parametrize("account", [INVITED, ACTIVE, CLOSED], ids=lambda account: account.state)
def test_correct(account: Account) -> None:
    """OF-1: the office corrects a name, and gives the address that the person should have, as one plain line each."""
    corrected = attrs.evolve(account, name="Jan Jansen")
    assert correct(account, " Jan\tJansen ", " JAN@Voorbeeld.test ") == (corrected, "JAN@voorbeeld.test")


@pytest.mark.parametrize(
    "name,email,faults",
    [
        (" ", "jan@voorbeeld.test", [fault(FaultCode.MISSING, "account_name")]),
        ("a" * 151, "jan@voorbeeld.test", [fault(FaultCode.TOO_LONG, "account_name", limit=150)]),
        ("Jan", "jan", [fault(FaultCode.NOT_AN_ADDRESS, "email")]),
        ("\u200b", "", [fault(FaultCode.MISSING, "account_name"), fault(FaultCode.MISSING, "email")]),
    ],
)
def test_correct_refused(name: str, email: str, faults: list[Fault]) -> None:
    """AL-1: every wrong field of a correction is reported at once."""
    assert refusal(lambda: correct(ACTIVE, name, email)) == faults


@pytest.mark.parametrize(
    "account,state,invited_at",
    [
        (INVITED, AccountState.INVITED, AT),
        (ACTIVE, AccountState.INVITED, AT),
        (CLOSED, AccountState.CLOSED, BEFORE),
    ],
)
def test_move(account: Account, state: AccountState, invited_at: datetime) -> None:
    """PE-2: an open account that moves to another person is an invitation, never used by that person."""
    assert move(account, NEW_PERSON_ID, at=AT) == attrs.evolve(
        account, person_id=NEW_PERSON_ID, state=state, first_used_at=None, invited_at=invited_at
    )


def test_a_deleted_account_does_not_move() -> None:
    """XA-3: what a deleted account sent stays under its own name."""
    with pytest.raises(Refused):
        move(DELETED, NEW_PERSON_ID, at=AT)


def test_move_and_reopen() -> None:
    """PE-2: a closed account that moved to another person is an invitation once it is reopened."""
    reopened, _fact = reopen_account(move(CLOSED, NEW_PERSON_ID, at=AT), at=AT)
    assert (reopened.state, reopened.person_id) == (AccountState.INVITED, NEW_PERSON_ID)


@pytest.mark.parametrize(
    "client,name",
    [
        (CLIENT, "Jan Jansen"),
        (attrs.evolve(CLIENT, name="Erven Jansen"), "Erven Jansen"),
        (attrs.evolve(CLIENT, kind=ClientKind.COMPANY), "J. Jansen"),
    ],
    ids=["a person", "a person under another name", "a company"],
)
def test_named_along(client: Client, name: str) -> None:
    """OF-1: the name of a person follows its account if the two were equal; the name of a company does not."""
    corrected = attrs.evolve(ACTIVE, name="Jan Jansen")
    assert named_along(client, ACTIVE, corrected) == attrs.evolve(client, name=name)


@pytest.mark.parametrize("account", [INVITED, ACTIVE], ids=lambda account: account.state)
def test_close_account(account: Account) -> None:
    """PE-5: closing an account changes only its state."""
    assert close_account(account, at=AT) == (
        attrs.evolve(account, state=AccountState.CLOSED),
        AccountClosed(account_id=ACCOUNT_ID, at=AT),
    )


@pytest.mark.parametrize("account", [INVITED, ACTIVE], ids=lambda account: account.state)
def test_reopen_account(account: Account) -> None:
    """OF-1: a reopened account is as before it was closed: active if its person used it, otherwise invited."""
    closed, _fact = close_account(account, at=AT)
    assert reopen_account(closed, at=AT) == (account, AccountReopened(account_id=ACCOUNT_ID, at=AT))


def test_close_client() -> None:
    """OF-1: a client can be closed and reopened."""
    closed = attrs.evolve(CLIENT, closed_at=AT)
    assert close_client(CLIENT, at=AT) == (closed, ClientClosed(client_id=CLIENT_ID, at=AT))
    assert reopen_client(closed, at=AT) == (CLIENT, ClientReopened(client_id=CLIENT_ID, at=AT))


@pytest.mark.parametrize(
    "refused,faults",
    [
        (lambda: invite_again(ACTIVE, CLIENT, at=AT), [fault(FaultCode.WRONG_STATE, "account", state="active")]),
        (lambda: invite_again(CLOSED, CLIENT, at=AT), [fault(FaultCode.WRONG_STATE, "account", state="closed")]),
        (lambda: invite_again(INVITED, CLOSED_CLIENT, at=AT), [fault(FaultCode.WRONG_STATE, "client")]),
        (lambda: close_account(CLOSED, at=AT), [fault(FaultCode.WRONG_STATE, "account", state="closed")]),
        (lambda: reopen_account(INVITED, at=AT), [fault(FaultCode.WRONG_STATE, "account", state="invited")]),
        (lambda: reopen_account(ACTIVE, at=AT), [fault(FaultCode.WRONG_STATE, "account", state="active")]),
        (lambda: invite_again(DELETED, CLIENT, at=AT), [fault(FaultCode.WRONG_STATE, "account", state="deleted")]),
        (lambda: close_account(DELETED, at=AT), [fault(FaultCode.WRONG_STATE, "account", state="deleted")]),
        (lambda: reopen_account(DELETED, at=AT), [fault(FaultCode.WRONG_STATE, "account", state="deleted")]),
        (
            lambda: correct(DELETED, "Piet", "piet@elders.test"),
            [fault(FaultCode.WRONG_STATE, "account", state="deleted")],
        ),
        (lambda: close_client(CLOSED_CLIENT, at=AT), [fault(FaultCode.WRONG_STATE, "client")]),
        (lambda: reopen_client(CLIENT, at=AT), [fault(FaultCode.WRONG_STATE, "client")]),
    ],
)
def test_wrong_state(refused: Callable[[], object], faults: list[Fault]) -> None:
    """AL-1: an act that the state of the client or account does not allow is refused."""
    assert refusal(refused) == faults


@pytest.mark.parametrize(
    "account,client,opened,acts",
    [
        (INVITED, CLIENT, True, False),
        (ACTIVE, CLIENT, True, True),
        (CLOSED, CLIENT, False, False),
        (DELETED, CLIENT, False, False),
        (INVITED, CLOSED_CLIENT, False, False),
        (ACTIVE, CLOSED_CLIENT, False, False),
        (CLOSED, CLOSED_CLIENT, False, False),
        (DELETED, CLOSED_CLIENT, False, False),
    ],
)
def test_which_may(account: Account, client: Client, opened: bool, acts: bool) -> None:
    """PE-5: invited and active accounts are open, only active ones act, and a closed client blocks both."""
    assert (is_open(account, client), may_act(account, client)) == (opened, acts)
