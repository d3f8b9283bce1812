"""Changing one's own e-mail address: the request, the link, and the consequences (PR-4)."""

import json
import re
from collections.abc import Callable

import attrs
import pytest

from klantportaal.adapters.storage.memory.accounts import Persons
from klantportaal.domain.accounts import AccountState
from klantportaal.domain.errors import (
    CodeDue,
    FaultCode,
    LinkDead,
    NotConfirmed,
    NotSignedIn,
    Refused,
    SignInFailed,
)
from klantportaal.domain.onboarding import LinkPurpose
from klantportaal.domain.outgoing import MAILS
from klantportaal.domain.persons import Person
from klantportaal.domain.profile import Notifications, Profile
from klantportaal.domain.sessions import Actor, Visitor
from klantportaal.domain.values import Language, OfficeId
from klantportaal.ports.mail import Mail, MailUnavailable
from klantportaal.usecases.client.address_changes import AddressView, NewAddressView
from tests.usecases.world import PASSWORD, World

OLD, NEW = "jan@example.nl", "nieuw@example.nl"


def ask(world: World, actor: Actor, email: str = NEW) -> None:
    """Ask for another address."""
    world.portal.client.address_changes.ask(actor, email)


def link(world: World, actor: Actor, email: str = NEW) -> str:
    """Ask for another address, and return the token of the link that goes there."""
    ask(world, actor, email)
    return world.token(to(world.deliver(), email))


def to(mails: list[Mail], email: str) -> Mail:
    """Find the one mail to an address."""
    (mail,) = (each for each in mails if each.to == email)
    return mail


def confirm(world: World, token: str) -> str:
    """Confirm a new address, on any device."""
    return world.portal.client.address_changes.confirm(Visitor(office_id=world.office, device="Telefoon"), token)


def changed(world: World, actor: Actor, email: str = NEW) -> None:
    """Change the address of an actor's person, and send all mails."""
    confirm(world, link(world, actor, email))
    world.deliver()


def faults(call: Callable[[], object]) -> list[tuple[FaultCode, str | None]]:
    """Give the faults with which a call is refused."""
    with pytest.raises(Refused) as refused:
        call()
    return [(each.code, each.field) for each in refused.value.faults]


def trail(world: World) -> list[tuple[str, dict[str, object]]]:
    """Give the entries about addresses in the audit trail, without ids."""
    with world.storage.begin() as uow:
        entries = [each for each in uow.audit.entries(world.handler) if each.what.startswith("AddressChange")]
    told = [(each.what, json.loads(each.which)) for each in entries]
    return [(what, {name: value for name, value in which.items() if not name.endswith("_id")}) for what, which in told]


def keys(world: World) -> list[str]:
    """Give the kinds of all mails that were sent."""
    return [key[: -len("-") - 36] for key in world.mail.by_key]


# ---------------------------------------------------------------------- asking
def test_from_asking_to_the_click(world: World, jan: Actor) -> None:
    """PR-4: a link goes to the new address and a notice to the old one; the new one counts from the click on."""
    ask(world, jan)
    notice, mail = world.deliver()
    assert (notice.to, mail.to) == (OLD, NEW)
    assert "Jan" in notice.text
    assert "info@vandermeer.example.nl" in notice.text
    assert "Jan" not in mail.text, "whoever mistyped an address writes to a stranger"
    assert "1 uur geldig" in mail.text
    assert world.sign_in(OLD).person_id == jan.person_id
    assert confirm(world, world.token(mail)) == NEW
    (told,) = world.deliver()
    assert (told.to, "Jan" in told.text, "is gewijzigd" in told.subject) == (OLD, True, True)
    assert world.sign_in(NEW).person_id == jan.person_id
    with pytest.raises(SignInFailed):
        world.sign_in(OLD)
    assert keys(world)[-3:] == ["address_change_asked", "address_link", "address_changed"]


def test_the_office_sees_it(world: World, jan: Actor) -> None:
    """PR-4, SI-5: the trail has what happened, with the former address; cards and search show the new one."""
    changed(world, jan)
    assert trail(world) == [("AddressChangeAsked", {}), ("AddressChanged", {"former_address": OLD})]
    (card,) = world.portal.office.clients.list(world.handler, search="nieuw@")
    assert [each.email for each in card.accounts] == [NEW]
    assert list(world.portal.office.clients.list(world.handler, search="jan@")) == []


def test_what_the_page_shows(world: World, jan: Actor) -> None:
    """PR-4: the page shows the address, and for an hour the requested one; a newer request replaces it."""
    view = world.portal.client.address_changes.view
    assert view(jan) == AddressView(email=OLD, allowed=True, asked=None)
    ask(world, jan, "verkeerd@example.nl")
    ask(world, jan, NEW)
    assert view(jan) == AddressView(email=OLD, allowed=True, asked=NEW)
    world.later(minutes=29)
    world.actor(world.tokens[jan.fingerprint])
    world.later(minutes=29)
    assert view(jan).asked == NEW
    world.later(minutes=2)
    assert view(jan).asked is None


@pytest.mark.parametrize(
    "typed,code",
    [
        ("", FaultCode.MISSING),
        ("nieuw", FaultCode.NOT_AN_ADDRESS),
        ("JAN@example.nl", FaultCode.ADDRESS_UNCHANGED),
        ("\u200bjan@example.nl", FaultCode.ADDRESS_UNCHANGED),
    ],
)
def test_a_new_address_that_is_none(world: World, jan: Actor, typed: str, code: FaultCode) -> None:
    """PR-4, AL-1: an invalid address, or the current one, is refused by field, and nothing is sent or counted."""
    for _time in range(9):
        assert faults(lambda: ask(world, jan, typed)) == [(code, "email")]
    assert world.deliver() == []
    assert trail(world) == []
    link(world, jan)


def test_the_password_is_asked(world: World, jan: Actor) -> None:
    """PR-4, SI-3: asking needs a password that was given less than ten minutes ago."""
    world.later(minutes=10)
    with pytest.raises(NotConfirmed):
        world.portal.client.address_changes.ready(jan)
    with pytest.raises(NotConfirmed):
        ask(world, jan)
    again = world.confirmed(jan)
    world.portal.client.address_changes.ready(again)
    changed(world, again)
    assert world.person(NEW)


def test_the_second_step_is_asked(world: World, jan: Actor) -> None:
    """PR-4, TS-5: where two-step verification is on, asking needs a code of this session too."""
    world.turn_on(jan)
    jan = world.actor(world.tokens[jan.fingerprint])
    calls = world.portal.client
    with pytest.raises(CodeDue):
        calls.address_changes.ready(jan)
    with pytest.raises(CodeDue):
        ask(world, jan)
    calls.two_step.ask_code(jan)
    with pytest.raises(CodeDue):
        ask(world, jan)
    calls.two_step.prove(jan, world.code())
    calls.address_changes.ready(jan)
    changed(world, jan)
    assert world.enter(NEW).token


def test_a_code_of_another_session(world: World, jan: Actor) -> None:
    """PR-4, TS-5: a code that another session gave does not count here."""
    recovery = world.turn_on(jan)
    one, other = world.actor(world.enter().token), world.actor(world.enter().token)
    world.portal.client.two_step.ask_code(one)
    world.portal.client.two_step.prove(one, recovery)
    world.portal.client.address_changes.ready(one)
    with pytest.raises(CodeDue):
        world.portal.client.address_changes.ready(other)


def test_a_session_that_ended_meanwhile(world: World, jan: Actor) -> None:
    """PR-4, SI-3: a session that ends during the request changes nothing."""
    world.portal.client.sign_in.sign_out(jan)
    with pytest.raises(NotSignedIn):
        ask(world, jan)
    assert world.deliver() == []


def test_by_the_vendor_s_sign_in(world: World) -> None:
    """PR-4, PE-6: who signs in with the vendor's sign-in confirms there instead of by password, and stays bound."""
    world.use_vendor()
    jan = world.admit("jan", invitation=world.invitation(OLD))
    world.later(minutes=10)
    with pytest.raises(NotConfirmed):
        ask(world, world.again(jan))
    confirmed = world.portal.client.sign_in.confirm_admitted(world.again(jan), world.authentication())
    changed(world, world.actor(confirmed.token))
    assert world.admit("jan").person_id == jan.person_id
    assert world.person(NEW)


# ---------------------------------------------------------------------- an address that is in use
def test_an_address_of_somebody_else(world: World, jan: Actor, piet: Actor) -> None:
    """PR-4, ON-3: asking for an address in use looks the same, sends no link, and notifies its owner."""
    english = Profile(language=Language.ENGLISH, notifications=Notifications())
    world.portal.client.profile.save(piet, english)
    ask(world, jan, "PIET@example.nl")
    view = world.portal.client.address_changes.view(jan)
    assert view == AddressView(email=OLD, allowed=True, asked="PIET@example.nl")
    notice, told = world.deliver()
    assert (notice.to, told.to, told.language) == (OLD, "piet@example.nl", Language.ENGLISH)
    assert "/e-mailadres/" not in told.text
    assert "Jan" not in told.text
    assert OLD not in told.text
    assert trail(world) == [("AddressChangeAsked", {}), ("AddressChangeRefused", {"rule": "address_taken"})]


def test_asking_looks_nobody_up(world: World, jan: Actor, piet: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """PR-4, SI-1: asking does not look up the address, so that the response time reveals nothing."""
    assert piet.person_id != jan.person_id

    def looked_up(_persons: Persons, office_id: OfficeId, folded: str) -> Person | None:
        """Fail, because somebody was looked up."""
        raise AssertionError(office_id, folded)

    with monkeypatch.context() as patch:
        patch.setattr(Persons, "by_address", looked_up)
        ask(world, jan, "piet@example.nl")


def test_the_owner_leaves_before_the_mail_is_made(world: World, jan: Actor, piet: Actor) -> None:
    """PR-4, PE-5: an address that became free is sent the link, and can be confirmed."""
    ask(world, jan, "piet@example.nl")
    world.portal.office.clients.close(world.handler, piet.client_id)
    confirm(world, world.token(to(world.deliver(), "piet@example.nl")))
    found = world.person("piet@example.nl")
    assert found is not None
    assert found.id == jan.person_id


def test_an_address_that_the_office_invited_meanwhile(world: World, jan: Actor) -> None:
    """PR-4: an address that went to somebody else meanwhile is refused at the click, by field, and nothing changes."""
    token = link(world, jan)
    world.invite(NEW, name="Nieuwe Klant")
    assert faults(lambda: confirm(world, token)) == [(FaultCode.ADDRESS_TAKEN, "email")]
    assert world.sign_in(OLD).person_id == jan.person_id
    assert trail(world)[-1] == ("AddressChangeRefused", {"rule": "address_taken"})
    assert "address_changed" not in keys(world)


def test_two_persons_confirm_one_address(world: World, jan: Actor, piet: Actor) -> None:
    """PR-4: of two persons with a link to the same address, the first gets it, and the other is refused."""
    mine, other = link(world, jan), link(world, piet)
    assert confirm(world, other) == NEW
    assert faults(lambda: confirm(world, mine)) == [(FaultCode.ADDRESS_TAKEN, "email")]
    assert world.sign_in(NEW).person_id == piet.person_id


# ---------------------------------------------------------------------- the link
def test_looking_changes_nothing(world: World, jan: Actor) -> None:
    """PR-4, ON-4: a mail scanner can open the link any number of times without using it up, and sees no name."""
    token = link(world, jan)
    for _time in range(5):
        view = world.portal.client.address_changes.look(world.visitor, token)
        assert view == NewAddressView(person_id=jan.person_id, email=NEW, language=Language.DUTCH)
    assert confirm(world, token) == NEW


def test_an_hour(world: World, jan: Actor) -> None:
    """PR-4: the link lives an hour from the moment that its mail was made."""
    ask(world, jan)
    world.later(hours=3)
    token = world.token(to(world.deliver(), NEW))
    world.later(hours=1, microseconds=-1)
    world.portal.client.address_changes.look(world.visitor, token)
    world.later(microseconds=1)
    dead(world, token)


def dead(world: World, token: str) -> None:
    """Check that a link does not work any more, and changes nothing."""
    before = (world.person(OLD), world.person(NEW))
    for call in (world.portal.client.address_changes.look, world.portal.client.address_changes.confirm):
        with pytest.raises(LinkDead):
            call(world.visitor, token)
    assert (world.person(OLD), world.person(NEW)) == before


def test_a_double_click(world: World, jan: Actor) -> None:
    """PR-4: a double click on the button of the page succeeds twice and changes once; later the link is dead."""
    token = link(world, jan)
    assert [confirm(world, token), confirm(world, token)] == [NEW, NEW]
    world.later(minutes=2)
    with pytest.raises(LinkDead):
        confirm(world, token)
    world.deliver()
    assert [keys(world).count(kind) for kind in ("address_changed", "address_link")] == [1, 1]
    assert [what for what, _which in trail(world)] == ["AddressChangeAsked", "AddressChanged"]


def test_a_newer_request(world: World, jan: Actor) -> None:
    """PR-4: the link of an older request is dead as soon as another address is asked for, sent or not."""
    first = link(world, jan)
    ask(world, jan, "ander@example.nl")
    dead(world, first)
    ask(world, jan, "derde@example.nl")
    mails = world.deliver()
    assert [each.to for each in mails] == [OLD, "derde@example.nl"]
    assert confirm(world, world.token(mails[1])) == "derde@example.nl"
    dead(world, first)


def test_the_same_address_once_more(world: World, jan: Actor) -> None:
    """PR-4, ON-6: the same address within two minutes sends nothing more; later the newer link voids the older."""
    first = link(world, jan)
    ask(world, jan, "NIEUW@example.nl")
    assert world.deliver() == []
    world.portal.client.address_changes.look(world.visitor, first)
    world.later(minutes=2)
    second = link(world, jan)
    dead(world, first)
    confirm(world, second)


def test_a_mail_that_is_sent_late(world: World, jan: Actor) -> None:
    """PR-4, AL-2: mail that waited for the mail server is sent when that is back, unless it is outdated by then."""
    world.mail.down = True
    ask(world, jan, "ander@example.nl")
    world.deliver()
    ask(world, jan)
    world.deliver()
    world.mail.down = False
    world.later(hours=1)
    mails = world.deliver()
    assert sorted(each.to for each in mails) == [OLD, NEW]
    confirm(world, world.token(to(mails, NEW)))


def test_the_notice_to_the_old_address_is_not_sent_to_the_new_one(world: World, jan: Actor) -> None:
    """PR-4: the notice goes to the former address, in the language of that moment, however late it is sent."""
    token = link(world, jan)
    confirm(world, token)
    jan = world.again(jan)
    world.portal.client.profile.save(jan, Profile(language=Language.ENGLISH, notifications=Notifications()))
    world.later(minutes=3)
    ask(world, jan, "derde@example.nl")
    by_address = {each.to: each for each in world.deliver()}
    assert by_address.keys() == {OLD, NEW, "derde@example.nl"}
    assert (by_address[OLD].language, "has changed" in by_address[OLD].subject) == (Language.ENGLISH, True)
    assert "was requested" in by_address[NEW].subject


def test_a_notice_that_came_too_late(world: World, jan: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """PR-4: the notice of a requested address is not sent any more once that address counts."""
    send = world.mail.send

    def slow(mail: Mail, *, key: str) -> None:
        """Send nothing to the old address for now."""
        if mail.to == OLD:
            raise MailUnavailable("busy")
        send(mail, key=key)

    with monkeypatch.context() as patch:
        patch.setattr(world.mail, "send", slow)
        confirm(world, link(world, jan))
    world.later(hours=1)
    assert [(each.to, "is gewijzigd" in each.subject) for each in world.deliver()] == [(OLD, True)]


def forget_the_password(world: World, _jan: Actor, link: str) -> None:
    """Set a new password with a link that was sent before."""
    world.portal.client.onboarding.set_password(world.visitor, link, "Klaproos8", "Klaproos8")


def turn_two_step_on(world: World, jan: Actor, _link: str) -> None:
    """Turn on two-step verification by app, which sends nothing."""
    key = world.portal.client.two_step.begin_totp(jan)
    world.portal.client.two_step.enrol(jan, world.app(key))


END: list[tuple[str, Callable[[World, Actor, str], object]]] = [
    ("account", lambda world, jan, _: world.portal.office.clients.close_account(world.handler, jan.account_id)),
    ("client", lambda world, jan, _: world.portal.office.clients.close(world.handler, jan.client_id)),
    (
        "corrected",
        lambda world, jan, _: world.portal.office.clients.correct(
            world.handler, jan.account_id, name="Jan", email="goed@example.nl"
        ),
    ),
    (
        "password",
        lambda world, jan, _: world.portal.client.profile.change_password(
            jan, current=PASSWORD, password="Klaproos8", repeated="Klaproos8"
        ),
    ),
    ("forgotten", forget_the_password),
    ("two-step", turn_two_step_on),
]


@pytest.mark.parametrize("end", [end for _name, end in END], ids=[name for name, _end in END])
@pytest.mark.parametrize("sent", [True, False])
def test_what_ends_a_change(world: World, jan: Actor, end: Callable[[World, Actor, str], object], sent: bool) -> None:
    """PR-4: what ends the sessions or the account of a person ends the change, also if its link was not sent yet."""
    password = world.password_link(OLD)
    ask(world, jan)
    token = world.token(to(world.deliver(), NEW)) if sent else None
    end(world, jan, password)
    assert NEW not in {each.to for each in world.deliver()}
    if token is not None:
        dead(world, token)
    assert world.person(NEW) is None


def test_reopening_brings_no_change_back(world: World, jan: Actor) -> None:
    """PR-4, PE-5: after an account was closed and reopened, the link of before stays dead."""
    token = link(world, jan)
    world.portal.office.clients.close_account(world.handler, jan.account_id)
    world.portal.office.clients.reopen_account(world.handler, jan.account_id)
    dead(world, token)


def test_links_of_others(world: World, jan: Actor) -> None:
    """PR-4, OF-2: a link of another purpose or office, or a made-up one, is dead."""
    token = link(world, jan)
    password = world.password_link(OLD)
    for each in (password, "x" * 43, ""):
        dead(world, each)
    with pytest.raises(LinkDead):
        world.portal.client.onboarding.look_at_password_link(world.visitor, token)
    elsewhere = Visitor(office_id=world.other_office().office_id)
    for call in (world.portal.client.address_changes.look, world.portal.client.address_changes.confirm):
        with pytest.raises(LinkDead):
            call(elsewhere, token)
    confirm(world, token)


# ---------------------------------------------------------------------- what changes with it
def test_sessions(world: World, jan: Actor) -> None:
    """PR-4, SI-3: the session that asked stays, also if the link was opened elsewhere; all others end."""
    other = world.sign_in()
    token = link(world, jan)
    confirm(world, token)
    assert world.again(jan).person_id == jan.person_id
    with pytest.raises(NotSignedIn):
        world.again(other)
    assert [each.id for each in world.portal.client.sessions.view(world.again(jan)).rows] == [jan.session_id]
    with world.storage.begin() as uow:
        ended = [uow.sessions.own(jan, each.session_id).ended_at for each in (jan, other)]
    assert ended == [None, world.clock.now()]


def test_a_session_that_asked_and_ended(world: World, jan: Actor) -> None:
    """PR-4: the link works after signing out, and does not bring the session back."""
    token = link(world, jan)
    world.portal.client.sign_in.sign_out(jan)
    assert confirm(world, token) == NEW
    with pytest.raises(NotSignedIn):
        world.again(jan)
    world.sign_in(NEW)


def test_links_to_the_old_address(world: World, jan: Actor) -> None:
    """PR-4, ON-3: set-password links to the old address are void, and none is sent there any more."""
    password = world.password_link(OLD)
    token = link(world, jan)
    world.later(minutes=2)
    world.portal.client.onboarding.ask_link(world.visitor, OLD)
    confirm(world, token)
    with world.storage.begin() as uow:
        newest = uow.links.newest(world.office, jan.person_id, LinkPurpose.PASSWORD)
    assert newest is not None
    assert newest.voided_at == world.clock.now()
    assert [each.to for each in world.deliver() if "/wachtwoord/" in each.text] == []
    with pytest.raises(LinkDead):
        world.portal.client.onboarding.look_at_password_link(world.visitor, password)
    assert world.password_link(NEW)


def test_mail_that_waited(world: World, jan: Actor) -> None:
    """PR-4, PR-2: a notification that waited goes to the new address."""
    dossier = world.dossier(jan)
    world.publish(dossier, jan)
    token = link(world, jan)
    confirm(world, token)
    world.later(minutes=6)
    assert {each.to for each in world.deliver() if "2026-001" in each.text} == {NEW}


def test_all_accounts_of_the_person(world: World, jan: Actor) -> None:
    """PR-4, PE-1: the address is the person's: every account has it, and a new invitation finds the person by it."""
    company = world.second_account()
    changed(world, world.sign_in())
    _client, third = world.invite("Nieuw@example.nl", name="Derde BV")
    for account in (jan.account_id, company.account_id, third):
        assert world.account(account).person_id == jan.person_id
    cards = world.portal.office.clients.list(world.handler)
    assert {each.email for card in cards for each in card.accounts} == {NEW}


def test_the_old_address_is_free(world: World, jan: Actor) -> None:
    """PR-4: the old address can be invited again, as another person."""
    changed(world, jan)
    _client, account = world.invite(OLD, name="Een Ander")
    assert world.account(account).person_id != jan.person_id


def test_what_a_company_sees(world: World) -> None:
    """PR-4, XA-1: a company sees the new address of an extra account, folded, and not that it was asked for."""
    world.onboard()
    world.onboard("piet@example.nl")
    company = world.second_account("piet@example.nl", name="Bakkerij")
    account = world.portal.client.extra_accounts.add(company, name="Jan", email=OLD)
    rows = world.portal.client.extra_accounts
    jan = world.sign_in(OLD)
    before = rows.get(company, account)
    token = link(world, jan, "Prive@example.nl")
    assert rows.get(company, account) == before
    confirm(world, token)
    assert rows.get(company, account) == attrs.evolve(before, email="prive@example.nl")
    with pytest.raises(Refused, match="address_taken"):
        rows.add(company, name="Nog eens", email="prive@example.nl")
    assert before.state is AccountState.INVITED


def test_mail_problems(world: World, jan: Actor) -> None:
    """PR-4, AL-6: a new address that is refused is in the trail, and is no problem of the person's own address."""
    world.mail.refuse(NEW)
    ask(world, jan)
    world.deliver()
    assert world.audit()[-1] == "MailRefused"
    assert list(world.portal.office.clients.mail_problems(world.handler)) == []


def test_an_old_address_that_refuses(world: World, jan: Actor) -> None:
    """PR-4: after leaving an address that refuses mail, a person has no mail problem, although a notice is refused."""
    world.mail.refuse(OLD)
    token = link(world, jan)
    assert world.mail_problems() == [jan.account_id]
    confirm(world, token)
    world.deliver()
    assert list(world.portal.office.clients.mail_problems(world.handler)) == []
    world.later(days=31)
    world.portal.background.sweeper.run_once()
    assert world.deliver() == []


# ---------------------------------------------------------------------- too often
def test_too_often(world: World, jan: Actor) -> None:
    """PR-4, SI-2: after three new addresses the next is refused for an hour, and the last link works."""
    tokens = [link(world, jan, f"nieuw{number}@example.nl") for number in range(3)]
    assert faults(lambda: ask(world, jan)) == [(FaultCode.ADDRESSES_ASKED_TOO_OFTEN, "email")]
    assert world.deliver() == []
    assert trail(world)[-1] == ("AddressChangeRefused", {"rule": "addresses_asked_too_often"})
    ask(world, jan, "nieuw2@example.nl")  # A double click is not one too many.
    assert confirm(world, tokens[2]) == "nieuw2@example.nl"
    world.later(hours=1)
    ask(world, world.sign_in("nieuw2@example.nl"))
    assert len(world.deliver()) == 3


def test_it_counts_for_the_person_only(world: World, jan: Actor, piet: Actor) -> None:
    """PR-4, SI-2: the requests of one person do not block another one for the same address."""
    for number in range(3):
        ask(world, jan, f"nieuw{number}@example.nl")
    world.deliver()
    assert confirm(world, link(world, piet, "nieuw2@example.nl")) == "nieuw2@example.nl"


# ---------------------------------------------------------------------- the office's switch
def test_switched_off(world: World, jan: Actor) -> None:
    """PR-4: while it is switched off, requests and confirmations are refused; switched on again, the link works."""
    switch = world.portal.office.profile.allow_address_changes
    token = link(world, jan)
    switch(world.handler, False)
    for call in (
        lambda: world.portal.client.address_changes.ready(jan),
        lambda: ask(world, jan),
        lambda: confirm(world, token),
    ):
        assert faults(call) == [(FaultCode.ADDRESS_CHANGES_OFF, None)]
    assert not world.portal.client.address_changes.view(jan).allowed
    assert world.person(OLD)
    switch(world.handler, False)
    switch(world.handler)
    assert confirm(world, token) == NEW
    assert world.audit().count("AddressChangesSwitched") == 2


def test_switched_off_before_the_mail_is_made(world: World, jan: Actor) -> None:
    """PR-4: while it is off, no link is sent."""
    ask(world, jan)
    world.portal.office.profile.allow_address_changes(world.handler, False)
    assert NEW not in {each.to for each in world.deliver()}


def test_no_setting_stops_these_mails(world: World, jan: Actor) -> None:
    """PR-3, PR-4: the link and the notices are sent with all notifications off."""
    nothing = Notifications(documents=False, questionnaires=False, messages=False)
    world.portal.client.profile.save(jan, Profile(language=Language.DUTCH, notifications=nothing))
    changed(world, jan)
    sent = [each for each in keys(world) if each.startswith("address")]
    assert sent == ["address_change_asked", "address_link", "address_changed"]
    assert {each for each in MAILS if each.startswith("address")} == {*sent, "address_in_use"}


def test_what_nobody_confirmed_is_forgotten(world: World, jan: Actor) -> None:
    """PR-4, AL-3: an address that was never confirmed is deleted after thirty days."""
    ask(world, jan)
    for days, kept in ((30, True), (1, False)):
        world.later(days=days)
        world.portal.background.sweeper.run_once()
        with world.storage.begin() as uow:
            assert (uow.address_changes.of(world.office, jan.person_id) is not None) == kept


def test_a_link_that_is_sent_again_is_the_same(world: World, jan: Actor) -> None:
    """PR-4, ON-6: the mail to a new address that is sent again has the same link, which works once."""
    tokens: list[str] = []

    def lose(mail: Mail, *, key: str) -> None:
        if mail.to == NEW:
            tokens.extend(re.findall(r"/e-mailadres/([\w-]{43})", mail.text))
        raise MailUnavailable(f"the connection broke after the message {key}")

    ask(world, jan)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(world.mail, "send", lose)
        world.deliver()
    world.later(minutes=1)
    (mail,) = (each for each in world.deliver() if each.to == NEW)
    assert tokens == re.findall(r"/e-mailadres/([\w-]{43})", mail.text)
    confirm(world, tokens[0])
