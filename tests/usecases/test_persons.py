"""One person with several accounts: joining, starting, switching, closing and coming back (PE-1 to PE-5)."""

from collections.abc import Callable, Mapping
from datetime import datetime

import attrs
import pytest

from klantportaal.adapters.storage.memory.access import Sessions
from klantportaal.adapters.storage.memory.accounts import Accounts
from klantportaal.domain.accounts import Account, AccountState, ClientKind
from klantportaal.domain.errors import (
    Absent,
    Conflict,
    Fault,
    FaultCode,
    LinkDead,
    NotSignedIn,
    Refused,
    SignInFailed,
)
from klantportaal.domain.extra_accounts import NewExtraAccount
from klantportaal.domain.messages import MessageText
from klantportaal.domain.profile import Notifications, Profile
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AccountId, Language, OfficeId, PersonId
from klantportaal.usecases.client.session_start import Entrance
from tests.usecases.world import PASSWORD, World

JAN, PIET = "jan@example.nl", "piet@example.nl"
COMPANY = ClientKind.COMPANY
Act = Callable[[World, Actor], None]
ENDS: Mapping[str, tuple[Act, Act]] = {
    "account": (
        lambda world, actor: world.portal.office.clients.close_account(world.handler, actor.account_id),
        lambda world, actor: world.portal.office.clients.reopen_account(world.handler, actor.account_id),
    ),
    "client": (
        lambda world, actor: world.portal.office.clients.close(world.handler, actor.client_id),
        lambda world, actor: world.portal.office.clients.reopen(world.handler, actor.client_id),
    ),
}
"""How the office ends what an account may do, and undoes it."""


def invited(world: World, email: str = JAN, name: str = "Jansen BV") -> AccountId:
    """Let the office take on a company, and return its main account."""
    return world.invite(email, name=name, kind=COMPANY, account_name="J. Jansen")[1]


def onboarded(world: World, email: str = JAN) -> Actor:
    """Bring a person that was invited to its first session, without sending the first mail again."""
    link = world.password_link(email)
    entrance = world.portal.client.onboarding.set_password(world.visitor, link, PASSWORD, PASSWORD)
    world.deliver()
    return world.actor(entrance.token)


def states(world: World, *ids: AccountId) -> list[AccountState]:
    """Give the states of accounts."""
    return [world.account(id).state for id in ids]


@pytest.fixture
def both(world: World, jan: Actor) -> Actor:
    """The person of *jan*, acting for a company of which it is the main account."""
    return world.second_account()


# ------------------------------------------------------------------ joining
def test_an_active_person_gets_one_mail(world: World, jan: Actor) -> None:
    """PE-2: one mail tells an active person for which client, and leads to signing in; its password stays."""
    token = world.tokens[jan.fingerprint]
    id = invited(world)
    (mail,) = world.deliver()
    assert (mail.to, "Jansen BV" in mail.subject, "Jansen BV" in mail.text) == (JAN, True, True)
    assert "https://portaal.vandermeer.example.nl/inloggen" in mail.text
    assert "/wachtwoord/" not in mail.text + mail.html
    assert "J. Jansen" in mail.text
    assert (world.account(id).person_id, states(world, id)) == (jan.person_id, [AccountState.INVITED])
    assert world.actor(token) == jan
    assert world.sign_in().account_id == jan.account_id
    assert states(world, id) == [AccountState.ACTIVE]
    assert world.deliver() == []


def test_the_mail_is_in_the_language_of_the_person(world: World, jan: Actor) -> None:
    """PE-1: the language is the person's, whichever language the office enters for another account."""
    world.portal.client.profile.save(jan, Profile(language=Language.ENGLISH, notifications=Notifications()))
    world.invite(JAN, name="Jansen BV", kind=COMPANY, language=Language.DUTCH)
    (mail,) = world.deliver()
    assert "Dear" in mail.text
    assert world.sign_in().language is Language.ENGLISH


def test_an_invitation_stands_for_all_accounts(world: World) -> None:
    """PE-2, ON-6: two clients invite one address: exactly three mails, and the password makes both accounts active."""
    _client, first = world.invite()
    second = invited(world)
    (mail,) = world.deliver()
    third = invited(world, "JAN@Example.nl", "Holding Jansen BV")
    assert world.deliver() == []
    world.portal.client.onboarding.look_at_invitation(world.visitor, world.token(mail))
    actor = onboarded(world)
    assert [each.to for each in world.mail.sent] == [JAN] * 3
    assert len({each.subject for each in world.mail.sent}) == 3
    assert actor.account_id == first
    assert states(world, first, second, third) == [AccountState.ACTIVE] * 3
    assert {each.account_id for each in world.portal.client.accounts.others(actor)} == {second, third}


def test_inviting_again_by_the_second_client(world: World) -> None:
    """ON-2, PE-2: inviting the second account again sends the first mail again, and voids the older link."""
    world.invite()
    (mail,) = world.deliver()
    id = invited(world)
    assert world.deliver() == []
    world.portal.office.clients.invite_again(world.handler, id)
    (again,) = world.deliver()
    with pytest.raises(LinkDead):
        world.portal.client.onboarding.look_at_invitation(world.visitor, world.token(mail))
    view = world.portal.client.onboarding.look_at_invitation(world.visitor, world.token(again))
    assert view.person_id == world.account(id).person_id


def test_inviting_an_active_person_again(world: World, jan: Actor) -> None:
    """PE-2: inviting an unused account of an active person again sends the same mail, and ends nothing."""
    token, id = world.tokens[jan.fingerprint], invited(world)
    link = world.password_link(JAN)
    world.portal.office.clients.invite_again(world.handler, id)
    (mail,) = world.deliver()
    assert "/inloggen" in mail.text
    assert world.actor(token) == jan
    world.portal.client.onboarding.look_at_password_link(world.visitor, link)


def test_a_company_does_not_learn_who_was_known(world: World, jan: Actor) -> None:
    """PE-2: an extra account looks the same for a known and an unknown person, its address as well."""
    world.onboard(PIET, name="Piet")
    main = world.second_account(PIET, name="Bakkerij BV")
    accounts = world.portal.client.extra_accounts
    known, unknown = (accounts.add(main, name="Els", email=each) for each in ("JAN@Example.nl", "ELS@Example.nl"))
    seen, other = accounts.get(main, known), accounts.get(main, unknown)
    assert attrs.evolve(seen, id=unknown, email=other.email) == other
    assert (seen.email, other.email) == (JAN, "els@example.nl")
    assert list(accounts.list(main)) in ([seen, other], [other, seen])
    world.deliver()
    assert attrs.evolve(accounts.get(main, known), id=unknown, email=other.email) == accounts.get(main, unknown)


def test_an_extra_account_of_a_client(world: World, jan: Actor) -> None:
    """PE-2: a private client becomes an extra account of a company, and the main account sees when it was used."""
    world.onboard(PIET, name="Piet")
    main = world.second_account(PIET, name="Bakkerij BV")
    id = world.portal.client.extra_accounts.add(main, name="Jan van de bakker", email=JAN)
    world.later(hours=1)
    actor = world.sign_in()
    row = world.portal.client.extra_accounts.get(main, id)
    assert (row.first_used_at, row.last_used_at) == (None, None)
    world.portal.client.accounts.switch(actor, id)
    acting = world.again(actor)
    assert (acting.client_id, acting.name, acting.client_name) == (main.client_id, "Jan van de bakker", "Bakkerij BV")
    row = world.portal.client.extra_accounts.get(main, id)
    assert (row.state, row.first_used_at) == (AccountState.ACTIVE, world.clock.now())


def test_the_same_client_once(world: World, both: Actor) -> None:
    """PE-2: a person has one account of a client, whatever its role."""
    with pytest.raises(Refused) as refusal:
        world.portal.client.extra_accounts.add(both, name="Jan", email="Jan@example.nl")
    assert refusal.value.faults == (Fault(code=FaultCode.ADDRESS_TAKEN, field="email"),)


# ------------------------------------------------------------------ starting and switching
def test_one_account_is_as_before(world: World, jan: Actor) -> None:
    """PE-3: with one account there is nothing to switch to."""
    assert list(world.portal.client.accounts.others(jan)) == []
    assert not world.portal.client.sign_in.whoever(world.office, world.tokens[jan.fingerprint]).has_others


def test_signing_in_starts_with_the_account_used_last(world: World, jan: Actor, both: Actor) -> None:
    """PE-3: a sign-in starts with the account used last, and no sign-in after the first is the first (ON-7)."""
    assert world.sign_in().account_id == both.account_id
    world.portal.client.accounts.switch(world.again(jan), both.account_id)
    world.portal.client.accounts.switch(world.again(jan), jan.account_id)
    entrance = world.portal.client.sign_in.sign_in(world.visitor, JAN, PASSWORD)
    assert isinstance(entrance, Entrance)
    assert (world.actor(entrance.token).account_id, entrance.first) == (jan.account_id, False)


def test_switching(world: World, jan: Actor, both: Actor) -> None:
    """PE-3, SI-5: switching asks for no password, keeps the session and its times, and is one entry of the trail."""
    world.later(minutes=20)  # The password was given too long ago for settings.
    before = world.audit()
    world.portal.client.accounts.switch(both, jan.account_id)
    after = world.again(both)
    assert attrs.evolve(after, account_id=both.account_id, client_id=both.client_id) == attrs.evolve(
        both, kind=after.kind, name=after.name, client_name=after.client_name
    )
    assert (after.account_id, after.client_id, after.client_name) == (jan.account_id, jan.client_id, "Jan Jansen")
    assert world.audit() == [*before, "AccountSwitched"]
    with world.storage.begin() as uow:
        entry = uow.audit.entries(world.handler)[-1]
    assert (entry.person_id, str(jan.account_id) in entry.which) == (jan.person_id, True)
    assert world.actor(world.tokens[jan.fingerprint]).account_id == jan.account_id


def test_switching_to_the_same_account(world: World, both: Actor) -> None:
    """PE-3: switching to the current account changes nothing."""
    before = world.audit()
    world.portal.client.accounts.switch(both, both.account_id)
    assert (world.audit(), world.again(both)) == (before, both)


def test_switching_to_an_account_that_was_added_meanwhile(world: World, jan: Actor) -> None:
    """PE-2, PE-3: a session that was open already can switch to a new account, which becomes active."""
    id = invited(world)
    assert world.portal.client.sign_in.whoever(world.office, world.tokens[jan.fingerprint]).has_others
    world.portal.client.accounts.switch(jan, id)
    assert world.again(jan).account_id == id
    assert (states(world, id), world.account(id).first_used_at) == ([AccountState.ACTIVE], world.clock.now())
    assert world.deliver() == []  # The account was used before its mail was made.


@pytest.mark.parametrize("which", ["foreign", "closed", "client closed", "unknown", "deleted"])
def test_switching_to_what_is_not_there(world: World, jan: Actor, piet: Actor, which: str) -> None:
    """PE-3: an account of another person, or one that is closed or deleted, is absent, and the session stays."""
    both = world.second_account()
    extra = world.portal.client.extra_accounts
    target = {"foreign": piet.account_id, "unknown": AccountId(world.ids.new())}.get(which, both.account_id)
    actor = world.again(jan)
    if which == "closed":
        world.portal.office.clients.close_account(world.handler, both.account_id)
    if which == "client closed":
        world.portal.office.clients.close(world.handler, both.client_id)
    if which == "deleted":
        main = world.second_account(PIET, name="Bakkerij BV")
        target = extra.add(main, name="Jan", email=JAN)
        extra.delete(main, target)
    before = world.audit()
    with pytest.raises(Absent):
        world.portal.client.accounts.switch(actor, target)
    assert (world.audit(), world.again(actor)) == (before, actor)
    assert target not in {each.account_id for each in world.portal.client.accounts.others(actor)}


def test_switching_with_a_session_that_ended(world: World, jan: Actor, both: Actor) -> None:
    """SI-3: a session that ended, or an older epoch, switches no more."""
    other = world.sign_in()
    world.portal.client.sign_in.sign_out(both)
    with pytest.raises(NotSignedIn):
        world.portal.client.accounts.switch(both, jan.account_id)
    world.turn_on(other)
    with pytest.raises(NotSignedIn):
        world.portal.client.accounts.switch(other, jan.account_id)  # Its actor is of before the epoch went up.
    world.portal.client.accounts.switch(world.again(other), jan.account_id)


def test_what_waits_elsewhere(world: World, jan: Actor, both: Actor) -> None:
    """PE-3: each other account tells what waits under it, and no account tells what waits under others."""
    dossier = world.dossier(jan)
    world.write_to(dossier, jan)
    world.publish(dossier, jan)
    world.ask(jan, dossier)
    [other] = world.portal.client.accounts.others(both)
    assert (other.account_id, other.client_name, other.unread, other.open_actions) == (
        jan.account_id,
        "Jan Jansen",
        2,
        1,
    )
    [other] = world.portal.client.accounts.others(jan)
    assert (other.account_id, other.client_name, other.unread, other.open_actions) == (
        both.account_id,
        "Jansen BV",
        0,
        0,
    )


def test_changing_the_password_stays_with_the_account(world: World, jan: Actor, both: Actor) -> None:
    """PE-3, PW-4: the session after a changed password acts for the account of the session before it."""
    entrance = world.portal.client.profile.change_password(
        jan, current=PASSWORD, password="Anders2026", repeated="Anders2026"
    )
    assert world.actor(entrance.token).account_id == jan.account_id
    with pytest.raises(NotSignedIn):
        world.again(both)


def test_settings_of_person_and_account(world: World, jan: Actor, both: Actor) -> None:
    """PE-1, PR-1, PR-2: the language is for all accounts of a person, the notifications are for one."""
    silent = Notifications(messages=False)
    world.portal.client.profile.save(both, Profile(language=Language.ENGLISH, notifications=silent))
    assert world.portal.client.profile.view(jan).profile == Profile(
        language=Language.ENGLISH, notifications=Notifications()
    )
    for actor, number in ((jan, "1"), (both, "2")):
        world.write_to(world.dossier(actor, number=number), actor)
    world.later(minutes=5)
    (mail,) = world.deliver()
    assert ("Dear" in mail.text, "Jan Jansen" in mail.text) == (True, True)
    world.portal.client.profile.save(jan, Profile(language=Language.DUTCH, notifications=Notifications()))
    assert world.portal.client.profile.view(both).profile == Profile(language=Language.DUTCH, notifications=silent)


# ------------------------------------------------------------------ closing
@pytest.mark.parametrize("act", ["close_account", "close"])
def test_closing_one_leaves_the_other(world: World, jan: Actor, both: Actor, act: str) -> None:
    """PE-5: closing one account ends the sessions that act for it, and leaves the others and the password."""
    elsewhere = world.sign_in()
    world.portal.client.accounts.switch(elsewhere, jan.account_id)
    target = both.account_id if act == "close_account" else both.client_id
    getattr(world.portal.office.clients, act)(world.handler, target)
    with pytest.raises(NotSignedIn):
        world.again(both)
    for actor in (jan, elsewhere):
        assert world.again(actor).account_id == jan.account_id
    assert world.sign_in().account_id == jan.account_id  # The account that was used last is the closed one.
    assert list(world.portal.client.accounts.others(jan)) == []
    dossier = world.dossier(jan)
    draft = world.portal.client.messages.new_draft()
    world.portal.client.messages.send(jan, dossier, draft, MessageText(subject="Nog", body="iets"))
    with pytest.raises(NotSignedIn):
        world.portal.client.profile.save(both, Profile(language=Language.ENGLISH, notifications=Notifications()))


def test_a_reopened_account_revives_no_session(world: World, jan: Actor, both: Actor) -> None:
    """PE-5, SI-3: a session that acted for an account when it was closed stays ended."""
    world.portal.office.clients.close_account(world.handler, both.account_id)
    world.portal.office.clients.reopen_account(world.handler, both.account_id)
    with pytest.raises(NotSignedIn):
        world.again(both)
    assert states(world, both.account_id) == [AccountState.ACTIVE]
    world.portal.client.accounts.switch(jan, both.account_id)


@pytest.mark.parametrize("ended", ["account", "client"])
def test_a_session_that_switches_just_before_the_end(
    world: World, jan: Actor, both: Actor, monkeypatch: pytest.MonkeyPatch, ended: str
) -> None:
    """PE-5: a session that switches to an account before its person is locked, ends with it and stays ended."""
    with world.storage.begin() as uow:
        kind = type(uow.sessions)
    end, switched = kind.end_acting_for, list[bool]()

    def switching(self: Sessions, office_id: OfficeId, account_id: AccountId, *, at: datetime) -> None:
        end(self, office_id, account_id, at=at)
        if not switched:
            switched.append(self.switch(jan, both.account_id))

    monkeypatch.setattr(kind, "end_acting_for", switching)
    clients = world.portal.office.clients
    if ended == "account":
        clients.close_account(world.handler, both.account_id)
        clients.reopen_account(world.handler, both.account_id)
    else:
        clients.close(world.handler, both.client_id)
        clients.reopen(world.handler, both.client_id)
    assert switched == [True]
    with pytest.raises(NotSignedIn):
        world.again(jan)


def test_the_last_account(world: World, jan: Actor, both: Actor) -> None:
    """PE-5, SI-1: a person without an open account gets the answer of an unknown address, and no link."""
    clients = world.portal.office.clients
    link = world.password_link(JAN)
    clients.close_account(world.handler, jan.account_id)
    clients.close(world.handler, both.client_id)
    for actor in (jan, both):
        with pytest.raises(NotSignedIn):
            world.again(actor)
    with pytest.raises(LinkDead):
        world.portal.client.onboarding.set_password(world.visitor, link, PASSWORD, PASSWORD)
    world.later(minutes=3)
    answers = []
    for email in (JAN, "niemand@example.nl"):
        before, told = world.passwords.calls, len(world.audit())
        with pytest.raises(SignInFailed) as failure:
            world.sign_in(email)
        world.portal.client.onboarding.ask_link(world.visitor, email)
        with world.storage.begin() as uow:
            entries = [(each.what, each.person_id) for each in uow.audit.entries(world.handler)[told:]]
        answers.append((failure.value.args, world.passwords.calls - before, entries, world.deliver()))
    assert answers[0] == answers[1]


def test_a_client_that_comes_back(world: World, jan: Actor) -> None:
    """PE-5: a client was closed last year, and the office takes the same address on again (case 4)."""
    world.turn_on(jan)
    world.deliver()
    world.portal.office.clients.close(world.handler, jan.client_id)
    world.later(days=365)
    before = len(world.mail.sent)
    client, account = world.invite()
    world.deliver()
    with pytest.raises(SignInFailed):
        world.sign_in()
    actor = onboarded(world)
    assert (actor.client_id, actor.account_id) == (client, account)
    assert actor.person_id != jan.person_id
    assert len(world.mail.sent) - before == 3
    assert list(world.portal.client.accounts.others(actor)) == []


@pytest.mark.parametrize("act", ["account", "client"])
def test_reopening_gives_the_address_back(world: World, jan: Actor, act: str) -> None:
    """PE-5: a reopened account has its person, address and password again, if the address is still free."""
    close, reopen = ENDS[act]
    close(world, jan)
    assert world.person() is None
    reopen(world, jan)
    assert world.sign_in().person_id == jan.person_id
    assert world.deliver() == []


@pytest.mark.parametrize("act", ["account", "client"])
def test_reopening_after_the_address_was_taken(world: World, jan: Actor, act: str) -> None:
    """PE-5: if another person has the address meanwhile, a reopened account goes to that person, which is told."""
    close, reopen = ENDS[act]
    close(world, jan)
    invited(world)
    world.deliver()
    newcomer = onboarded(world)
    reopen(world, jan)
    (mail,) = world.deliver()
    assert ("Jan Jansen" in mail.subject, "/inloggen" in mail.text) == (True, True)
    account = world.account(jan.account_id)
    assert (account.person_id, account.state, account.first_used_at) == (
        newcomer.person_id,
        AccountState.INVITED,
        None,
    )
    [other] = world.portal.client.accounts.others(newcomer)
    assert other.account_id == jan.account_id
    with pytest.raises(NotSignedIn):
        world.again(jan)


@pytest.fixture
def twice(world: World) -> tuple[Actor, AccountId, AccountId]:
    """A company with a closed extra account, whose address a main account of the same company got meanwhile."""
    world.onboard(name="Jan Jansen")
    main = world.second_account(name="Bakkerij BV")
    extra = world.portal.client.extra_accounts.add(main, name="Piet", email=PIET)
    world.deliver()
    world.portal.office.clients.close_account(world.handler, extra)
    other = world.onboard(PIET, name="Piet")
    id = world.portal.client.extra_accounts.add(main, name="Piet de tweede", email="tweede@example.nl")
    with world.storage.begin() as uow:
        uow.accounts.save(attrs.evolve(uow.accounts.get(world.office, id)[0], person_id=other.person_id))
        uow.commit()
    return main, extra, id


def test_reopening_what_the_other_person_has(world: World, twice: tuple[Actor, AccountId, AccountId]) -> None:
    """PE-5: an account is not reopened for a person that has an account of the client already."""
    _main, closed, standing = twice
    with pytest.raises(Refused) as refusal:
        world.portal.office.clients.reopen_account(world.handler, closed)
    assert refusal.value.faults == (Fault(code=FaultCode.ADDRESS_TAKEN, field="email"),)
    assert states(world, closed, standing) == [AccountState.CLOSED, AccountState.INVITED]


def test_reopening_a_client_with_such_an_account(world: World, jan: Actor) -> None:
    """PE-5: a client can always be reopened; an account whose person cannot have it twice is closed, and recorded."""
    main = world.second_account(name="Bakkerij BV")
    clients, extra = world.portal.office.clients, world.portal.client.extra_accounts
    id = extra.add(main, name="Piet", email=PIET)
    other = extra.add(main, name="Els", email="els@example.nl")
    world.deliver()
    clients.close(world.handler, main.client_id)
    piet = world.onboard(PIET, name="Piet")
    with world.storage.begin() as uow:
        uow.accounts.save(attrs.evolve(uow.accounts.get(world.office, other)[0], person_id=piet.person_id))
        uow.commit()
    clients.reopen(world.handler, main.client_id)
    assert states(world, id, other) == [AccountState.CLOSED, AccountState.INVITED]
    assert sorted(world.audit()[-3:]) == ["AccountClosed", "AccountInvited", "ClientReopened"]


def test_what_the_office_closed_the_company_does_not_open(world: World, jan: Actor) -> None:
    """XA-4, PE-5: a company cannot add the address of its closed account again, although it is free for others."""
    main = world.second_account(name="Bakkerij BV")
    extra = world.portal.client.extra_accounts
    id = extra.add(main, name="Piet", email=PIET)
    world.portal.office.clients.close_account(world.handler, id)
    with pytest.raises(Refused) as refusal:
        extra.add(main, name="Piet", email="PIET@example.nl")
    assert refusal.value.faults == (Fault(code=FaultCode.ADDRESS_TAKEN, field="email"),)
    with pytest.raises(Refused) as refusal:
        world.portal.office.clients.correct(world.handler, main.account_id, name="Piet", email=PIET)
    assert refusal.value.faults == (Fault(code=FaultCode.ADDRESS_TAKEN, field="email"),)
    world.invite(PIET, name="Piet")
    assert world.person(PIET) is not None


def test_deleting_one_leaves_the_other(world: World, jan: Actor) -> None:
    """PE-5, XA-3: deleting an extra account of a person leaves its other accounts and its second step."""
    world.onboard(PIET, name="Piet")
    main = world.second_account(PIET, name="Bakkerij BV")
    id = world.portal.client.extra_accounts.add(main, name="Jan", email=JAN)
    world.portal.client.accounts.switch(jan, id)
    acting, staying = world.again(jan), world.sign_in()
    world.portal.client.accounts.switch(staying, jan.account_id)
    world.turn_on(staying)
    world.portal.client.extra_accounts.delete(main, id)
    with pytest.raises(NotSignedIn):
        world.again(acting)
    assert world.again(staying).account_id == jan.account_id
    assert world.halfway()
    with world.storage.begin() as uow:
        assert uow.two_steps.of(world.office, jan.person_id) is not None


def test_deleting_the_last_forgets_the_person(world: World, jan: Actor) -> None:
    """PE-5, XA-3: deleting the last account deletes the person's password and second step."""
    main = world.second_account(name="Bakkerij BV")
    id = world.portal.client.extra_accounts.add(main, name="Piet", email=PIET)
    world.deliver()
    piet = onboarded(world, PIET)
    world.turn_on(piet)
    world.portal.client.extra_accounts.delete(main, id)
    with world.storage.begin() as uow:
        person = uow.persons.get(world.office, piet.person_id)
        assert (person.password_hash, person.freed_at) == (None, world.clock.now())
        assert uow.two_steps.of(world.office, piet.person_id) is None
    assert world.person(PIET) is None


# ------------------------------------------------------------------ correcting
def test_correcting_one_of_two(world: World, jan: Actor, both: Actor) -> None:
    """OF-1, PE-1: correcting the address of one of several accounts moves this account alone, to a new person."""
    world.portal.office.clients.correct(world.handler, both.account_id, name="Piet", email=PIET)
    (mail,) = world.deliver()
    assert (mail.to, "/uitnodiging/" in mail.text) == (PIET, True)
    with pytest.raises(NotSignedIn):
        world.again(both)
    assert world.again(jan) == jan
    assert world.sign_in().account_id == jan.account_id
    assert list(world.portal.client.accounts.others(jan)) == []
    piet = onboarded(world, PIET)
    assert (piet.account_id, piet.person_id != jan.person_id) == (both.account_id, True)


def test_correcting_to_an_address_that_is_known(world: World, jan: Actor, piet: Actor) -> None:
    """OF-1, PE-2, PE-5: an account goes to the person with the address, who is told; the former address is free."""
    world.portal.office.clients.correct(world.handler, jan.account_id, name="Piet", email="PIET@example.nl")
    (mail,) = world.deliver()
    assert (mail.to, "/inloggen" in mail.text) == (PIET, True)
    with pytest.raises(NotSignedIn):
        world.again(jan)
    with pytest.raises(SignInFailed):
        world.sign_in()
    assert world.person() is None
    assert world.again(piet) == piet
    [other] = world.portal.client.accounts.others(piet)
    assert other.account_id == jan.account_id


def test_no_mail_for_a_person_without_accounts(world: World, jan: Actor, piet: Actor) -> None:
    """OF-1: no notice goes any more to an address that was corrected, whose account another person has now."""
    change = world.portal.client.profile.change_password
    change(world.confirmed(jan), current=PASSWORD, password="Anders2027", repeated="Anders2027")
    world.portal.office.clients.correct(world.handler, jan.account_id, name="Jan", email=PIET)
    assert [mail.to for mail in world.deliver()] == [PIET]


def test_correcting_to_a_person_of_the_same_client(world: World, both: Actor) -> None:
    """OF-1: an account does not go to a person that has an account of the client."""
    id = world.portal.client.extra_accounts.add(both, name="Els", email="els@example.nl")
    before = world.audit()
    with pytest.raises(Refused) as refusal:
        world.portal.office.clients.correct(world.handler, id, name="Els", email=JAN)
    assert refusal.value.faults == (Fault(code=FaultCode.ADDRESS_TAKEN, field="email"),)
    assert (world.audit(), world.again(both)) == (before, both)


def test_correcting_a_closed_account(world: World, jan: Actor, both: Actor) -> None:
    """OF-1, PE-5: a closed account that goes to a new address holds no address until it is reopened."""
    clients = world.portal.office.clients
    clients.close_account(world.handler, both.account_id)
    clients.correct(world.handler, both.account_id, name="Piet", email=PIET)
    assert (world.deliver(), world.person(PIET)) == ([], None)
    clients.reopen_account(world.handler, both.account_id)
    person = world.person(PIET)
    assert person is not None
    assert world.account(both.account_id).person_id == person.id
    assert world.again(jan) == jan


def test_correcting_case_only(world: World, jan: Actor, both: Actor) -> None:
    """OF-1: another writing of the same mailbox is corrected for the person, and ends nothing."""
    world.portal.office.clients.correct(world.handler, both.account_id, name="Jan Jansen", email="JAN@Example.nl")
    assert world.again(jan) == jan
    person = world.person()
    assert person is not None
    assert person.email == "JAN@example.nl"


def test_letters_that_only_fold_alike_are_another_mailbox(world: World) -> None:
    """PE-1, OF-1: "ß" is not "ss": an account for the one does not go to the person of the other."""
    actor, clients = world.onboard("jan.strasse@example.nl"), world.portal.office.clients
    _client, account = world.invite("jan.straße@example.nl", name="Erven Jansen")
    assert world.account(account).person_id != actor.person_id
    assert [mail.to for mail in world.deliver()] == ["jan.straße@example.nl"]
    clients.correct(world.handler, actor.account_id, name="Jan Jansen", email="jan.STRASSE@example.nl")
    assert world.again(actor).person_id == actor.person_id
    clients.correct(world.handler, actor.account_id, name="Jan Jansen", email="jan.straße@example.nl")
    assert world.account(actor.account_id).person_id == world.account(account).person_id


def test_the_office_resets_the_second_step_of_a_person(world: World, jan: Actor, both: Actor) -> None:
    """PE-1, TS-3: resetting two-step verification by one account holds for all accounts of the person."""
    world.turn_on(jan)
    world.portal.office.clients.reset_two_step(world.handler, both.account_id)
    for actor in (jan, both):
        with pytest.raises(NotSignedIn):
            world.again(actor)
    assert world.sign_in().person_id == jan.person_id


def test_an_account_that_moves_while_it_is_closed(world: World, jan: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """PE-5: if an account goes to another person before it is locked, closing it changes nothing."""
    with world.storage.begin() as uow:
        kind = type(uow.accounts)
    take = kind.take

    def moved(self: Accounts, office_id: OfficeId, account_id: AccountId) -> Account:
        return attrs.evolve(take(self, office_id, account_id), person_id=PersonId(world.ids.new()))

    monkeypatch.setattr(kind, "take", moved)
    with pytest.raises(Conflict):
        world.portal.office.clients.close_account(world.handler, jan.account_id)
    monkeypatch.undo()
    assert (states(world, jan.account_id), world.again(jan)) == ([AccountState.ACTIVE], jan)


# ------------------------------------------------------------------ mail
def test_no_notification_for_a_closed_account(world: World, jan: Actor, both: Actor) -> None:
    """PE-5, PR-2: of a person whose one account was closed, only the other account gets its notifications."""
    for actor, number in ((jan, "1"), (both, "2")):
        world.write_to(world.dossier(actor, number=number), actor)
    world.portal.office.clients.close_account(world.handler, both.account_id)
    world.later(minutes=5)
    (mail,) = world.deliver()
    assert ("dossier 1" in mail.text.lower(), "dossier 2" in mail.text.lower()) == (True, False)


def test_the_office_adds_a_known_person(world: World, jan: Actor) -> None:
    """PE-2: an extra account that the office adds joins the person with the address too."""
    client, _account = world.invite(PIET, name="Bakkerij BV", kind=COMPANY)
    world.deliver()
    new = NewExtraAccount(name="Jan", email=JAN, language=Language.ENGLISH)
    id = world.portal.office.clients.add_extra_account(world.handler, client, new)
    (mail,) = world.deliver()
    assert (mail.to, "Beste" in mail.text, "Bakkerij BV" in mail.text) == (JAN, True, True)
    assert world.account(id).person_id == jan.person_id


def test_a_company_sees_an_unused_account_as_invited(world: World, both: Actor) -> None:
    """PE-2: signing in for another client does not tell a company that its extra account has one."""
    extra = world.portal.client.extra_accounts
    world.invite("kim@example.nl", name="Kim")
    account = extra.add(both, name="Kim", email="kim@example.nl")
    kim = onboarded(world, "kim@example.nl")
    row = extra.get(both, account)
    assert (kim.account_id != account, row.state, row.first_used_at) == (True, AccountState.INVITED, None)
    world.later(minutes=6)
    world.deliver()
    extra.invite_again(both, account)
    assert [mail.to for mail in world.deliver()] == ["kim@example.nl"]
    world.portal.client.accounts.switch(kim, account)
    assert extra.get(both, account).state is AccountState.ACTIVE
    with pytest.raises(Refused):
        extra.invite_again(both, account)
