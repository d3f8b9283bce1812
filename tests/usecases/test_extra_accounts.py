"""A company's extra accounts: adding, onboarding by three mails, and deleting (XA-1 to XA-4)."""

from collections.abc import Callable
from datetime import timedelta

import attrs
import pytest

from klantportaal.domain.accounts import AccountState, ClientKind, NewClient
from klantportaal.domain.dossiers import Tab
from klantportaal.domain.errors import (
    Absent,
    Fault,
    FaultCode,
    LinkDead,
    NotConfirmed,
    NotSignedIn,
    Refused,
    SignInFailed,
)
from klantportaal.domain.extra_accounts import ExtraAccountLimits, NewExtraAccount
from klantportaal.domain.messages import MessageText
from klantportaal.domain.outgoing import Lane, TaskKind
from klantportaal.domain.profile import Notifications, Profile
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AccountId, Language, folded
from klantportaal.ports.reading import DossierQuery
from klantportaal.settings import Settings
from tests.usecases.world import PASSWORD, PDF, World, answering, in_blocks

MAIN, PIET = "bakker@example.nl", "piet@example.nl"


@pytest.fixture
def main(world: World) -> Actor:
    """The main account of a company, signed in."""
    return company(world)


def company(world: World, email: str = MAIN, name: str = "Bakkerij Jansen B.V.") -> Actor:
    """Onboard the main account of a company, from invitation to first session."""
    world.invite(email, name=name, kind=ClientKind.COMPANY)
    world.deliver()
    entrance = world.portal.client.onboarding.set_password(
        world.visitor, world.password_link(email), PASSWORD, PASSWORD
    )
    world.deliver()
    return world.actor(entrance.token)


def add(world: World, main: Actor, email: str = PIET, name: str = "Piet Peters") -> AccountId:
    """Let the main account add an extra account."""
    return world.portal.client.extra_accounts.add(main, name=name, email=email)


def onboard(world: World, email: str = PIET) -> tuple[str, Actor]:
    """Onboard an extra account to its first session, and return its token and its actor."""
    world.deliver()
    entrance = world.portal.client.onboarding.set_password(
        world.visitor, world.password_link(email), PASSWORD, PASSWORD
    )
    world.deliver()
    return entrance.token, world.actor(entrance.token)


def refused(refusal: pytest.ExceptionInfo[Refused]) -> tuple[Fault, ...]:
    """Return the faults of a refusal."""
    return refusal.value.faults


def test_onboarding(world: World, main: Actor) -> None:
    """XA-2: after exactly three mails, the account sees the company's dossiers, with unread marks of its own."""
    dossier = world.dossier(main)
    world.publish(dossier, main)
    message = world.write_to(dossier, main)
    world.portal.client.messages.read(main, dossier, message)
    world.later(minutes=5)
    world.deliver()
    before = len(world.mail.sent)
    id = add(world, main)
    _token, piet = onboard(world)
    assert (piet.account_id, piet.client_id, piet.name) == (id, main.client_id, "Piet Peters")
    mails = world.mail.sent[before:]
    assert [mail.to for mail in mails] == [PIET] * 3
    assert len({mail.subject for mail in mails}) == 3
    assert [row.id for row in world.portal.client.dossiers.list(piet, DossierQuery()).rows] == [dossier]
    tabs = world.portal.client.dossiers.open(piet, dossier).tabs
    assert (tabs[Tab.MESSAGES].unread, tabs[Tab.DOCUMENTS].unread) == (1, 1)
    assert world.portal.client.dossiers.open(main, dossier).tabs[Tab.MESSAGES].unread == 0


def test_settings_of_its_own(world: World, main: Actor) -> None:
    """XA-2: an extra account changes its own language, notifications and password only."""
    add(world, main)
    _token, piet = onboard(world)
    chosen = Profile(language=Language.ENGLISH, notifications=Notifications(messages=False))
    world.portal.client.profile.save(piet, chosen)
    world.portal.client.profile.change_password(piet, current=PASSWORD, password="Anders2026", repeated="Anders2026")
    assert world.sign_in(PIET, "Anders2026").language is Language.ENGLISH
    assert world.sign_in(MAIN).language is Language.DUTCH
    assert world.portal.client.profile.view(main).profile == Profile(
        language=Language.DUTCH, notifications=Notifications()
    )


def test_the_first_mail_is_in_the_language_of_who_adds(world: World, main: Actor) -> None:
    """XA-2: the first mail is in the language of the main account."""
    add(world, attrs.evolve(main, language=Language.ENGLISH))
    world.deliver()
    link = world.portal.client.onboarding.look_at_invitation(world.visitor, world.token(world.mail.sent[-1]))
    assert (link.language, link.email) == (Language.ENGLISH, PIET)


def test_the_password_is_asked_again(world: World, main: Actor) -> None:
    """SI-3: adding and deleting need a recent password; listing and inviting again do not."""
    id = add(world, main)
    world.deliver()
    world.later(minutes=11)
    accounts, before = world.portal.client.extra_accounts, world.audit()
    for act in (
        lambda: accounts.ready(main),
        lambda: accounts.add(main, name="Els", email="els@example.nl"),
        lambda: accounts.delete(main, id),
    ):
        with pytest.raises(NotConfirmed):
            act()
    assert (world.audit(), [row.id for row in accounts.list(main)], accounts.get(main, id).id) == (before, [id], id)
    accounts.invite_again(main, id)
    accounts.delete(world.sign_in(MAIN), id)
    assert list(accounts.list(main)) == []


def test_who_has_no_such_menu(world: World, main: Actor, piet: Actor) -> None:
    """XA-1: for a person and for an extra account, every call is absent."""
    id = add(world, main, "klaas@example.nl")
    _token, extra = onboard(world, "klaas@example.nl")
    accounts = world.portal.client.extra_accounts
    before = world.audit()
    for actor in (piet, extra):
        for act in (
            lambda actor=actor: accounts.list(actor),
            lambda actor=actor: accounts.ready(actor),
            lambda actor=actor: accounts.get(actor, id),
            lambda actor=actor: accounts.add(actor, name="Els", email="els@example.nl"),
            lambda actor=actor: accounts.invite_again(actor, id),
            lambda actor=actor: accounts.delete(actor, id),
        ):
            with pytest.raises(Absent):
                act()
    assert (world.audit(), world.deliver()) == (before, [])


def test_foreign_is_absent(world: World, main: Actor, piet: Actor) -> None:
    """XA-1: another company's account, any main account and a deleted account are all absent."""
    other = company(world, "els@example.nl", "Els B.V.")
    theirs = add(world, other, "klaas@example.nl")
    gone = add(world, main, "weg@example.nl")
    accounts = world.portal.client.extra_accounts
    accounts.delete(main, gone)
    before = world.audit()
    for id in (theirs, main.account_id, other.account_id, piet.account_id, AccountId(world.ids.new())):
        for act in (accounts.get, accounts.invite_again, accounts.delete):
            with pytest.raises(Absent):
                act(main, id)
    for act in (accounts.get, accounts.invite_again):
        with pytest.raises(Absent):
            act(main, gone)
    assert world.audit() == before
    assert [row.id for row in accounts.list(other)] == [theirs]
    assert world.sign_in(MAIN).account_id == main.account_id


def test_the_list(world: World, main: Actor) -> None:
    """XA-1: the list is sorted by name, ignores case and accents, and shows each account's state."""
    names = ["zoë Zwart", "Émile Aerts", "Piet Peters", "emile aardig"]
    ids = {name: add(world, main, f"extra{number}@example.nl", name) for number, name in enumerate(names)}
    onboard(world, "extra2@example.nl")
    world.portal.office.clients.close_account(world.handler, ids["zoë Zwart"])
    assert [(row.name, row.state) for row in world.portal.client.extra_accounts.list(main)] == [
        ("emile aardig", AccountState.INVITED),
        ("Émile Aerts", AccountState.INVITED),
        ("Piet Peters", AccountState.ACTIVE),
        ("zoë Zwart", AccountState.CLOSED),
    ]


def test_an_account_looked_at(world: World, main: Actor) -> None:
    """XA-1: an account shows when it was added, was invited and signed in."""
    id = add(world, main)
    added_at = world.clock.now()
    world.later(minutes=5)
    world.portal.client.extra_accounts.invite_again(main, id)
    invited_at = world.clock.now()
    onboard(world)
    world.later(minutes=5)
    world.sign_in(PIET)
    row = world.portal.client.extra_accounts.get(main, id)
    assert (row.made_at, row.invited_at, row.first_used_at, row.last_used_at, row.undeliverable) == (
        added_at,
        invited_at,
        invited_at,
        world.clock.now(),
        False,
    )


def test_an_address_of_the_companys_own(world: World, main: Actor) -> None:
    """XA-1, AL-1: an address of one of the company's own accounts is refused as taken, and nothing changes."""
    add(world, main)
    world.deliver()
    before = world.audit()
    for email in ("BAKKER@example.nl", "Piet@Example.NL"):
        with pytest.raises(Refused) as refusal:
            add(world, main, email)
        assert refused(refusal) == (Fault(code=FaultCode.ADDRESS_TAKEN, field="email"),)
    assert (world.audit(), world.deliver()) == (before, [])


def test_an_address_of_another_client(world: World, main: Actor, piet: Actor) -> None:
    """PE-2: persons of other clients can be added, and the company does not learn that the office knew them."""
    other = company(world, "els@example.nl", "Els B.V.")
    add(world, other, "klaas@example.nl")
    invited = world.invite("vera@example.nl", name="Vera")[1]
    world.portal.office.clients.close_account(world.handler, invited)
    world.deliver()
    unknown = add(world, main, "nieuw@example.nl", "Iemand")
    accounts = world.portal.client.extra_accounts
    for email in ("PIET@example.nl", "els@example.nl", "klaas@example.nl", "vera@example.nl"):
        before = world.audit()
        known = add(world, main, email, "Iemand")
        assert world.audit() == [*before, "ExtraAccountAdded", "AccountInvited"]
        expected = attrs.evolve(accounts.get(main, unknown), id=known, email=accounts.get(main, known).email)
        assert accounts.get(main, known) == expected
        assert expected.email == folded(email)
    world.deliver()
    assert not any(row.undeliverable for row in accounts.list(main))
    assert world.sign_in(PIET).account_id == piet.account_id


def test_an_address_at_another_office(world: World, main: Actor) -> None:
    """OF-2: an address of an account at another office can be used."""
    other = world.other_office()
    world.portal.office.clients.invite(other, NewClient(kind=ClientKind.PERSON, name="Piet", email=PIET))
    assert world.portal.client.extra_accounts.get(main, add(world, main)).email == PIET


def test_too_many() -> None:
    """XA-1: the settings limit the number of extra accounts and the number of additions per day."""
    world = World(settings=Settings(extra_accounts=ExtraAccountLimits(accounts=2, a_day=3)))
    main = company(world)
    last = [add(world, main, f"extra{number}@example.nl") for number in range(2)][-1]
    with pytest.raises(Refused) as refusal:
        add(world, main, "extra2@example.nl")
    assert refused(refusal) == (Fault(code=FaultCode.TOO_MANY_ACCOUNTS, params={"limit": 2}),)
    world.portal.client.extra_accounts.delete(main, last)
    world.portal.client.extra_accounts.delete(main, add(world, main, "extra2@example.nl"))
    with pytest.raises(Refused) as refusal:
        add(world, main, "extra3@example.nl")
    assert refused(refusal) == (Fault(code=FaultCode.TOO_MANY_INVITATIONS, params={"limit": 3}),)
    world.later(days=1)
    main = world.sign_in(MAIN)
    add(world, main, "extra3@example.nl")
    assert len(world.portal.client.extra_accounts.list(main)) == 2


def test_invite_again(world: World, main: Actor) -> None:
    """ON-2: inviting again voids the older link; it is refused within five minutes, and for an active account."""
    id = add(world, main)
    (mail,) = world.deliver()
    older = world.token(mail)
    world.later(minutes=4)
    with pytest.raises(Refused) as refusal:
        world.portal.client.extra_accounts.invite_again(main, id)
    assert refused(refusal) == (Fault(code=FaultCode.INVITED_JUST_NOW, params={"limit": 5}),)
    world.later(minutes=1)
    world.portal.client.extra_accounts.invite_again(main, id)
    (mail,) = world.deliver()
    with pytest.raises(LinkDead):
        world.portal.client.onboarding.look_at_invitation(world.visitor, older)
    view = world.portal.client.onboarding.look_at_invitation(world.visitor, world.token(mail))
    assert view.person_id == world.account(id).person_id
    onboard(world)
    world.later(minutes=5)
    with pytest.raises(Refused) as refusal:
        world.portal.client.extra_accounts.invite_again(main, id)
    assert refused(refusal)[0].code is FaultCode.WRONG_STATE


def test_deleting_ends_everything(world: World, main: Actor) -> None:
    """XA-3: deletion ends sessions, links and staged files, stops pending mails, and prevents a new sign-in."""
    dossier = world.dossier(main)
    id = add(world, main)
    token, piet = onboard(world)
    draft = world.portal.client.messages.new_draft()
    world.portal.client.attachments.stage(piet, dossier, draft, name="a.pdf", blocks=in_blocks(PDF))
    before = set(world.files.keys(before=world.clock.now() + timedelta(days=1)))
    assert len(before) == 1
    link = world.password_link(PIET)
    world.write_to(dossier, main)
    assert world.actor(token) == piet
    deleted_at = world.clock.now()
    world.portal.client.extra_accounts.delete(main, id)
    assert [mail.to for mail in world.deliver()] == []
    world.later(minutes=5)
    assert [mail.to for mail in world.deliver()] == [MAIN]
    assert list(world.files.keys(before=world.clock.now() + timedelta(days=1))) == []
    with pytest.raises(NotSignedIn):
        world.actor(token)
    with pytest.raises(LinkDead):
        world.portal.client.onboarding.set_password(world.visitor, link, PASSWORD, PASSWORD)
    session = world.storage.read.session(world.office, piet.fingerprint)
    assert session is not None
    assert session.session.ended_at == deleted_at
    hashed = world.passwords.verified
    with pytest.raises(SignInFailed):
        world.sign_in(PIET)
    assert world.passwords.verified == hashed + 1
    world.portal.client.onboarding.ask_link(world.visitor, PIET)
    assert world.deliver() == []
    assert list(world.portal.client.extra_accounts.list(main)) == []


def test_deleting_twice(world: World, main: Actor) -> None:
    """XA-3: deleting an account again changes nothing."""
    id = add(world, main)
    world.portal.client.extra_accounts.delete(main, id)
    before = world.audit()
    world.portal.client.extra_accounts.delete(main, id)
    assert world.audit() == before


def test_no_mail_to_a_deleted_account(world: World, main: Actor) -> None:
    """XA-3: a pending invitation or password confirmation is not sent after the deletion."""
    invited, active = add(world, main, "els@example.nl"), add(world, main)
    _token, piet = onboard(world)
    world.later(minutes=5)
    world.portal.client.extra_accounts.invite_again(main, invited)
    world.portal.client.profile.change_password(piet, current=PASSWORD, password="Anders2026", repeated="Anders2026")
    for id in (invited, active):
        world.portal.client.extra_accounts.delete(main, id)
    assert world.deliver() == []


def test_no_notification_for_a_deleted_account(world: World, main: Actor) -> None:
    """XA-3, PR-2: later notifications go to the remaining accounts only."""
    id, dossier = add(world, main), world.dossier(main)
    onboard(world)
    world.portal.client.extra_accounts.delete(main, id)
    world.publish(dossier, main)
    with world.storage.begin() as uow:
        told = uow.outbox.lease(
            Lane.NOTIFICATION, at=world.clock.now() + timedelta(days=1), until=world.clock.now(), limit=9
        )
    assert [task.account_id for task in told if task.kind is TaskKind.NOTIFICATION] == [main.account_id]


def test_who_was_recognised_before_does_nothing_afterwards(world: World, main: Actor) -> None:
    """XA-3: a request that began before the deletion changes nothing after it."""
    dossier, asked = world.dossier(main), world.ask(main, world.dossier(main, number="2"))
    id = add(world, main)
    _token, piet = onboard(world)
    started = world.fill_in(piet, asked, {})
    world.portal.client.extra_accounts.delete(main, id)
    before = world.audit()
    messaging, questionnaires = world.portal.client.messages, world.portal.client.questionnaires
    for act in (
        lambda: messaging.send(piet, dossier, messaging.new_draft(), MessageText(subject="Nog", body="iets")),
        lambda: world.portal.client.attachments.stage(
            piet, dossier, messaging.new_draft(), name="a.pdf", blocks=in_blocks(PDF)
        ),
        lambda: questionnaires.start(piet, asked),
        lambda: questionnaires.save(piet, asked, "persoon", {}, version=answering(started).version),
        lambda: questionnaires.complete(piet, asked, version=answering(started).version),
        lambda: world.portal.client.profile.save(
            piet, Profile(language=Language.ENGLISH, notifications=Notifications(messages=False))
        ),
    ):
        with pytest.raises(NotSignedIn):
            act()
    with pytest.raises(Refused):
        world.portal.client.profile.change_password(
            piet, current=PASSWORD, password="Anders2026", repeated="Anders2026"
        )
    assert world.audit() == [*before, "ConfirmationRefused"]
    assert list(world.files.keys(before=world.clock.now() + timedelta(days=1))) == []


def test_a_main_account_that_was_closed_meanwhile(world: World, main: Actor) -> None:
    """SI-3: a main account that was closed meanwhile cannot add, invite again or delete."""
    id = add(world, main)
    world.deliver()
    world.later(minutes=5)
    world.portal.office.clients.close_account(world.handler, main.account_id)
    before = world.audit()
    accounts = world.portal.client.extra_accounts
    for act in (
        lambda: accounts.add(main, name="Els", email="els@example.nl"),
        lambda: accounts.invite_again(main, id),
        lambda: accounts.delete(main, id),
    ):
        with pytest.raises(NotSignedIn):
            act()
    assert (world.audit(), world.deliver()) == (before, [])


def test_what_it_sent_stays(world: World, main: Actor) -> None:
    """XA-3: messages, files and questionnaires of a deleted account keep its name, and its marks stay."""
    dossier = world.dossier(main)
    read, document = world.write_to(dossier, main), world.publish(dossier, main)
    id = add(world, main)
    _token, piet = onboard(world)
    world.portal.client.messages.read(piet, dossier, read)
    list(world.portal.client.dossiers.download(piet, dossier, document).blocks)
    draft = world.portal.client.messages.new_draft()
    world.portal.client.attachments.stage(piet, dossier, draft, name="a.pdf", blocks=in_blocks(PDF))
    sent = world.portal.client.messages.send(piet, dossier, draft, MessageText(subject="Vraag", body="Klopt dit?"))
    asked = world.ask(main, dossier)
    world.complete(piet, asked)
    world.portal.client.extra_accounts.delete(main, id)
    world.deliver()
    view = world.portal.client.messages.peek(main, dossier, sent)
    assert (view.author, [each.delivered_by for each in view.attachments]) == ("Piet Peters", ["Piet Peters"])
    assert {row.delivered_by for row in world.portal.client.dossiers.submissions(main, dossier)} == {"Piet Peters"}
    whole = world.portal.office.dossiers.get(world.handler, dossier)
    assert whole.documents[0].downloads == {id: world.clock.now()}
    assert next(each for each in whole.messages if each.message.id == read).first_read_at is not None


def test_the_address_again(world: World, main: Actor) -> None:
    """XA-3: the address of a deleted account can be invited as a new account without the old account's marks."""
    dossier = world.dossier(main)
    message = world.write_to(dossier, main)
    first = add(world, main)
    _token, before = onboard(world)
    world.portal.client.messages.read(before, dossier, message)
    world.portal.client.extra_accounts.delete(main, first)
    second = add(world, main, email="PIET@example.nl")
    with pytest.raises(SignInFailed):
        world.sign_in(PIET)
    _token, after = onboard(world)
    assert (after.account_id, second != first) == (second, True)
    assert world.portal.client.dossiers.open(after, dossier).tabs[Tab.MESSAGES].unread == 1
    world.portal.client.extra_accounts.delete(main, second)
    world.invite(PIET, name="Piet als klant")
    onboard(world)
    assert world.sign_in(PIET).client_id != main.client_id


def test_mail_problems_of_a_deleted_account(world: World, main: Actor) -> None:
    """XA-3: a deleted account is not listed among the mail problems."""
    world.mail.refuse(PIET)
    id = add(world, main)
    world.deliver()
    assert world.mail_problems() == [id]
    assert world.portal.client.extra_accounts.get(main, id).undeliverable
    world.portal.client.extra_accounts.delete(main, id)
    assert world.mail_problems() == []


def test_the_office_sees_all(world: World, main: Actor) -> None:
    """XA-4: the office sees deleted accounts too; it can close and reopen others, but change no deleted one."""
    gone, extra = add(world, main), add(world, main, "els@example.nl", "Els")
    onboard(world, "els@example.nl")
    world.portal.client.extra_accounts.delete(main, gone)
    clients = world.portal.office.clients
    shown = [(each.id, each.state) for each in clients.get(world.handler, main.client_id).accounts]
    assert shown == [
        (main.account_id, AccountState.ACTIVE),
        (gone, AccountState.DELETED),
        (extra, AccountState.ACTIVE),
    ]
    clients.close_account(world.handler, extra)
    with pytest.raises(SignInFailed):
        world.sign_in("els@example.nl")
    clients.reopen_account(world.handler, extra)
    assert world.sign_in("els@example.nl").account_id == extra
    refusing: list[Callable[[], object]] = [
        lambda: clients.close_account(world.handler, gone),
        lambda: clients.reopen_account(world.handler, gone),
        lambda: clients.invite_again(world.handler, gone),
        lambda: clients.correct(world.handler, gone, name="Piet", email=PIET),
        lambda: clients.delete_account(world.handler, gone),
        lambda: clients.delete_account(world.handler, main.account_id),
    ]
    for act in refusing:
        with pytest.raises(Refused) as refusal:
            act()
        assert refused(refusal)[0].code is FaultCode.WRONG_STATE


def test_closing_a_company_with_deleted_accounts(world: World, main: Actor) -> None:
    """XA-3: closing and reopening the client does not change a deleted account."""
    id = add(world, main)
    world.portal.client.extra_accounts.delete(main, id)
    with world.storage.begin() as uow:
        gone = uow.accounts.get(world.office, id)
    world.portal.office.clients.close(world.handler, main.client_id)
    world.portal.office.clients.reopen(world.handler, main.client_id)
    with world.storage.begin() as uow:
        assert uow.accounts.get(world.office, id)[0] == gone[0]


def test_the_office_helps(world: World, main: Actor) -> None:
    """XA-4: the office can add and delete an extra account; for another office the company is absent."""
    clients, new = world.portal.office.clients, NewExtraAccount(name="Piet", email=PIET, language=Language.ENGLISH)
    other = world.other_office()
    with pytest.raises(Absent):
        clients.add_extra_account(other, main.client_id, new)
    id = clients.add_extra_account(world.handler, main.client_id, new)
    onboard(world)
    assert [row.id for row in world.portal.client.extra_accounts.list(main)] == [id]
    with pytest.raises(Refused) as refusal:
        clients.add_extra_account(world.handler, main.client_id, attrs.evolve(new, email=MAIN))
    assert refused(refusal) == (Fault(code=FaultCode.ADDRESS_TAKEN, field="email"),)
    with pytest.raises(Absent):
        clients.delete_account(other, id)
    clients.delete_account(world.handler, id)
    with pytest.raises(SignInFailed):
        world.sign_in(PIET)
    assert world.audit()[-2:] == ["AccountDeleted", "SignInRefused"]


def test_an_extra_account_of_a_person(world: World, piet: Actor) -> None:
    """XA-1: the office cannot add an extra account to a person."""
    new = NewExtraAccount(name="Els", email="els@example.nl", language=Language.DUTCH)
    with pytest.raises(Refused) as refusal:
        world.portal.office.clients.add_extra_account(world.handler, piet.client_id, new)
    assert refused(refusal) == (Fault(code=FaultCode.WRONG_STATE, field="client"),)
