"""Clients and accounts: made, invited, closed and reopened."""

from collections.abc import Callable
from typing import Any

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
    may_set_password,
    may_sign_in,
    named_along,
    reopen_account,
    reopen_client,
    take_on,
    with_password,
)
from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.events import (
    AccountClosed,
    AccountCorrected,
    AccountInvited,
    AccountReopened,
    ClientClosed,
    ClientMade,
    ClientReopened,
    PasswordSet,
)
from klantportaal.domain.profile import Notifications
from klantportaal.domain.values import Language, is_blank, plain_line
from tests.domain.given import (
    ACCOUNT_ID,
    ACTIVE,
    AT,
    CLIENT,
    CLIENT_ID,
    CLOSED,
    CLOSED_CLIENT,
    DELETED,
    INVITED,
    OFFICE_ID,
    SOUND_TEXT,
    fault,
    refusal,
)

NEW = NewClient(kind=ClientKind.COMPANY, name="Bakkerij Jansen B.V.", email="Jan@Voorbeeld.test")


def taken_on(new: NewClient) -> tuple[Client, Account, tuple[ClientMade, AccountInvited]]:
    """Make a client at the usual office and time."""
    return take_on(new, office_id=OFFICE_ID, client_id=CLIENT_ID, account_id=ACCOUNT_ID, at=AT)


def test_take_on() -> None:
    """ON-1: a new client has one main account: invited, without a password, with all notifications on."""
    new = attrs.evolve(NEW, name=" Bakkerij\tJansen  B.V. ", account_name="Jan\nJansen", language=Language.ENGLISH)
    assert taken_on(new) == (
        Client(id=CLIENT_ID, office_id=OFFICE_ID, kind=ClientKind.COMPANY, name="Bakkerij Jansen B.V.", made_at=AT),
        Account(
            id=ACCOUNT_ID,
            office_id=OFFICE_ID,
            client_id=CLIENT_ID,
            role=AccountRole.MAIN,
            name="Jan Jansen",
            email="Jan@voorbeeld.test",
            state=AccountState.INVITED,
            language=Language.ENGLISH,
            made_at=AT,
            notifications=Notifications(documents=True, questionnaires=True, messages=True),
            password_hash=None,
            epoch=1,
            first_signed_in_at=None,
            invited_at=AT,
        ),
        (ClientMade(client_id=CLIENT_ID, at=AT), AccountInvited(client_id=CLIENT_ID, account_id=ACCOUNT_ID, at=AT)),
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


@pytest.mark.parametrize("account", [INVITED, ACTIVE], ids=lambda account: account.state)
def test_with_password(account: Account) -> None:
    """ON-5: setting a password activates an account and ends all earlier links and sessions (PW-4)."""
    assert with_password(account, "hash", at=AT) == (
        attrs.evolve(account, state=AccountState.ACTIVE, password_hash="hash", epoch=account.epoch + 1),
        PasswordSet(account_id=ACCOUNT_ID, at=AT),
    )


def test_invite_again() -> None:
    """ON-2: a second invitation ends the links and sessions from before, and records a fact of its own."""
    assert invite_again(INVITED, CLIENT, at=AT) == (
        attrs.evolve(INVITED, epoch=INVITED.epoch + 1, invited_at=AT),
        AccountInvited(client_id=CLIENT_ID, account_id=ACCOUNT_ID, at=AT),
    )


@pytest.mark.parametrize("account", [INVITED, ACTIVE, CLOSED], ids=lambda account: account.state)
@pytest.mark.parametrize("name,email", [("J. Jansen", "JAN@voorbeeld.test"), (" Jan\tJansen ", "Jan@Voorbeeld.test ")])
def test_correct_a_name(account: Account, name: str, email: str) -> None:
    """OF-1: correcting a name or the spelling of an address keeps links and sessions valid."""
    assert correct(account, CLIENT, name, email, at=AT) == (
        attrs.evolve(account, name=plain_line(name), email=email.strip().replace("V", "v")),
        (AccountCorrected(account_id=ACCOUNT_ID, address_changed=False, at=AT),),
    )


@pytest.mark.parametrize(
    "account,client", [(ACTIVE, CLIENT), (CLOSED, CLIENT), (INVITED, CLOSED_CLIENT), (ACTIVE, CLOSED_CLIENT)]
)
def test_correct_an_address(account: Account, client: Client) -> None:
    """SI-3: a new address ends links and sessions; only an invited account of an open client is invited anew."""
    assert correct(account, client, account.name, "Piet@Elders.test", at=AT) == (
        attrs.evolve(account, email="Piet@elders.test", epoch=account.epoch + 1),
        (AccountCorrected(account_id=ACCOUNT_ID, address_changed=True, at=AT),),
    )


def test_correct_a_look_alike() -> None:
    """SI-3: an address that folds like the old one, but may be another mailbox, counts as a new address."""
    account = attrs.evolve(ACTIVE, email="a@strasse.test")
    corrected, _facts = correct(account, CLIENT, account.name, "a@straße.test", at=AT)
    assert corrected.epoch == account.epoch + 1


def test_correct_an_invited_account() -> None:
    """ON-1: an invited account, which has no password yet, is invited at its new address."""
    assert correct(INVITED, CLIENT, "Piet", "piet@elders.test", at=AT) == (
        attrs.evolve(INVITED, name="Piet", email="piet@elders.test", epoch=INVITED.epoch + 1, invited_at=AT),
        (
            AccountCorrected(account_id=ACCOUNT_ID, address_changed=True, at=AT),
            AccountInvited(client_id=CLIENT_ID, account_id=ACCOUNT_ID, at=AT),
        ),
    )


def test_correct_nothing() -> None:
    """OF-1: a correction that changes neither name nor address does nothing."""
    assert correct(INVITED, CLIENT, " J.  Jansen", " Jan@Voorbeeld.test", at=AT) == (INVITED, ())


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
    assert refusal(lambda: correct(ACTIVE, CLIENT, name, email, at=AT)) == faults


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
    """SI-3: closing an account ends all its links and sessions."""
    assert close_account(account, at=AT) == (
        attrs.evolve(account, state=AccountState.CLOSED, epoch=account.epoch + 1),
        AccountClosed(account_id=ACCOUNT_ID, at=AT),
    )


@pytest.mark.parametrize("account", [INVITED, ACTIVE], ids=lambda account: account.state)
def test_reopen_account(account: Account) -> None:
    """OF-1: a reopened account is as before it was closed, but earlier links and sessions stay ended."""
    closed, _fact = close_account(account, at=AT)
    assert reopen_account(closed, at=AT) == (
        attrs.evolve(account, epoch=account.epoch + 1),
        AccountReopened(account_id=ACCOUNT_ID, at=AT),
    )


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
        (lambda: with_password(CLOSED, "hash", at=AT), [fault(FaultCode.WRONG_STATE, "account", state="closed")]),
        (lambda: close_account(CLOSED, at=AT), [fault(FaultCode.WRONG_STATE, "account", state="closed")]),
        (lambda: reopen_account(INVITED, at=AT), [fault(FaultCode.WRONG_STATE, "account", state="invited")]),
        (lambda: reopen_account(ACTIVE, at=AT), [fault(FaultCode.WRONG_STATE, "account", state="active")]),
        (lambda: invite_again(DELETED, CLIENT, at=AT), [fault(FaultCode.WRONG_STATE, "account", state="deleted")]),
        (lambda: with_password(DELETED, "hash", at=AT), [fault(FaultCode.WRONG_STATE, "account", state="deleted")]),
        (lambda: close_account(DELETED, at=AT), [fault(FaultCode.WRONG_STATE, "account", state="deleted")]),
        (lambda: reopen_account(DELETED, at=AT), [fault(FaultCode.WRONG_STATE, "account", state="deleted")]),
        (
            lambda: correct(DELETED, CLIENT, "Piet", "piet@elders.test", at=AT),
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
    "account,client,signs_in,sets_password",
    [
        (INVITED, CLIENT, False, True),
        (ACTIVE, CLIENT, True, True),
        (CLOSED, CLIENT, False, False),
        (INVITED, CLOSED_CLIENT, False, False),
        (ACTIVE, CLOSED_CLIENT, False, False),
        (CLOSED, CLOSED_CLIENT, False, False),
    ],
)
def test_who_may(account: Account, client: Client, signs_in: bool, sets_password: bool) -> None:
    """SI-1: only active accounts sign in, closed ones set no password (ON-8), and a closed client blocks both."""
    assert (may_sign_in(account, client), may_set_password(account, client)) == (signs_in, sets_password)
