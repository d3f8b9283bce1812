"""The office corrects the name or address of an account (OF-1)."""

import pytest

from klantportaal.domain.accounts import ClientKind, NewClient
from klantportaal.domain.errors import Absent, Fault, FaultCode, LinkDead, NotSignedIn, Refused, SignInFailed
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AccountId, ClientId
from tests.usecases.world import PASSWORD, World


def correct(world: World, account: AccountId, name: str = "Jan Jansen", email: str = "goed@example.nl") -> None:
    """Correct an account as the office."""
    world.portal.office.clients.correct(world.handler, account, name=name, email=email)


def names(world: World, client: ClientId) -> tuple[str, list[tuple[str, str]]]:
    """Give the name of a client, and the names and addresses of its accounts."""
    card = world.portal.office.clients.get(world.handler, client)
    return card.client.name, [(account.name, account.email) for account in card.accounts]


def test_an_invitation_that_went_wrong(world: World) -> None:
    """ON-1: a corrected invited account is invited at its new address, and its mail problem is solved."""
    client, account = world.invite("fout@example.nl", name="Jan Jansn")
    world.mail.refuse("fout@example.nl")
    world.deliver()
    assert world.mail_problems() == [account]
    correct(world, account)
    (mail,) = world.deliver()
    assert mail.to == "goed@example.nl"
    assert (
        world.portal.client.onboarding.look_at_invitation(world.visitor, world.token(mail)).email == "goed@example.nl"
    )
    assert world.mail_problems() == []
    assert names(world, client) == ("Jan Jansen", [("Jan Jansen", "goed@example.nl")])
    link = world.password_link("goed@example.nl")
    world.portal.client.onboarding.set_password(world.visitor, link, PASSWORD, PASSWORD)
    assert world.sign_in("goed@example.nl").account_id == account


def test_links_that_went_to_a_wrong_address(world: World) -> None:
    """ON-2, ON-3: links to the old address are void, and no more links are sent there."""
    _client, account = world.invite("fout@example.nl")
    invitation = world.token(world.deliver()[0])
    link = world.password_link("fout@example.nl")
    world.later(minutes=2)
    world.portal.client.onboarding.ask_link(world.visitor, "fout@example.nl")
    correct(world, account)
    assert [mail.to for mail in world.deliver()] == ["goed@example.nl"]
    with pytest.raises(LinkDead):
        world.portal.client.onboarding.look_at_invitation(world.visitor, invitation)
    with pytest.raises(LinkDead):
        world.portal.client.onboarding.set_password(world.visitor, link, PASSWORD, PASSWORD)


def test_an_active_account_moves(world: World, jan: Actor) -> None:
    """SI-3: an active account loses sessions and links, keeps its password, and signs in by its new address."""
    token = world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD).token
    link = world.password_link("jan@example.nl")
    correct(world, jan.account_id)
    assert world.deliver() == []
    with pytest.raises(NotSignedIn):
        world.actor(token)
    with pytest.raises(LinkDead):
        world.portal.client.onboarding.look_at_password_link(world.visitor, link)
    with pytest.raises(SignInFailed):
        world.sign_in("jan@example.nl")
    assert world.sign_in("goed@example.nl").account_id == jan.account_id
    with world.storage.begin() as uow:
        entry = next(each for each in uow.audit.entries(world.handler) if each.what == "AccountCorrected")
    assert (entry.handler, "goed" in entry.which, "jan" in entry.which) == ("mr. A. de Wit", False, False)


def test_an_active_account_whose_mail_was_refused(world: World, jan: Actor) -> None:
    """OF-1: a new address ends the mail problem permanently; a new name alone does not end it."""
    world.mail.refuse("jan@example.nl")
    for number in ("2026-001", "2026-002"):
        world.write_to(world.dossier(jan, number=number), jan)
        world.later(minutes=5)
        world.deliver()
    correct(world, jan.account_id, "Jan J. Jansen", "jan@example.nl")
    assert world.mail_problems() == [jan.account_id]
    correct(world, jan.account_id)
    assert world.mail_problems() == []
    world.later(days=60)
    world.portal.background.sweeper.run_once()
    assert world.mail_problems() == []


def test_only_a_name(world: World, jan: Actor) -> None:
    """OF-1: a corrected name does not end sessions; correcting to the same values is not recorded."""
    token = world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD).token
    correct(world, jan.account_id, "Jan J. Jansen", "JAN@example.nl")
    assert world.actor(token).name == "Jan J. Jansen"
    assert names(world, jan.client_id) == ("Jan J. Jansen", [("Jan J. Jansen", "JAN@example.nl")])
    before = world.audit()
    correct(world, jan.account_id, " Jan J. Jansen ", "JAN@example.nl")
    assert (world.audit(), world.deliver()) == (before, [])


def test_a_company_keeps_its_name(world: World) -> None:
    """OF-1: correcting the name of a company's account does not change the name of the company."""
    client, account = world.invite(name="Jansen B.V.", kind=ClientKind.COMPANY)
    correct(world, account, "Jan Jansen")
    assert names(world, client) == ("Jansen B.V.", [("Jan Jansen", "goed@example.nl")])


@pytest.mark.parametrize(
    "name,email,faults",
    [
        ("Jan", "goed", [Fault(code=FaultCode.NOT_AN_ADDRESS, field="email")]),
        ("", "", [Fault(code=FaultCode.MISSING, field=field) for field in ("account_name", "email")]),
    ],
)
def test_refused(world: World, jan: Actor, name: str, email: str, faults: list[Fault]) -> None:
    """AL-1: an invalid address and a missing name are refused, and nothing changes."""
    before = world.audit()
    with pytest.raises(Refused) as refusal:
        correct(world, jan.account_id, name, email)
    assert refusal.value.faults == tuple(faults)
    assert names(world, jan.client_id) == ("Jan Jansen", [("Jan Jansen", "jan@example.nl")])
    assert (world.audit(), world.deliver()) == (before, [])
    assert world.sign_in().account_id == jan.account_id


def test_copied_addresses(world: World) -> None:
    """PE-1: a copied address is read without the invisible characters around it, when inviting and correcting."""
    _client, account = world.invite("\u200bjan@example.nl\u00a0")
    assert [mail.to for mail in world.deliver()] == ["jan@example.nl"]
    _other, joined = world.invite("\ufeffJan@example.nl\u202c", name="Jansen BV")
    assert world.account(joined).person_id == world.account(account).person_id
    assert world.deliver() == []
    world.portal.office.clients.close_account(world.handler, joined)
    correct(world, account, email="\u202agoed@example.nl\u2060")
    assert [mail.to for mail in world.deliver()] == ["goed@example.nl"]


def test_another_office(world: World, jan: Actor) -> None:
    """OF-2: an account of another office is absent, and an address that is taken there is free here."""
    other = world.other_office()
    clients = world.portal.office.clients
    with pytest.raises(Absent):
        clients.correct(other, jan.account_id, name="Jan", email="goed@example.nl")
    clients.invite(other, NewClient(kind=ClientKind.PERSON, name="Els", email="elders@example.nl"))
    clients.correct(world.handler, jan.account_id, name="Jan", email="elders@example.nl")
    assert names(world, jan.client_id) == ("Jan", [("Jan", "elders@example.nl")])
