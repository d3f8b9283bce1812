"""Onboarding, from invitation to first session (ON-1 to ON-8, PW-1)."""

import threading
from collections import Counter
from uuid import UUID

import attrs
import pytest

from klantportaal.domain.accounts import ClientKind, NewClient
from klantportaal.domain.errors import Absent, Fault, FaultCode, LinkDead, NotSignedIn, Refused, SignInFailed
from klantportaal.domain.outgoing import Lane, TaskKind
from klantportaal.domain.passwords import STRICT
from klantportaal.domain.sessions import OfficeActor, Visitor
from klantportaal.domain.values import AccountId, OfficeId, PersonId
from klantportaal.settings import Settings
from klantportaal.usecases.client.session_start import Entrance
from tests.usecases.world import PASSWORD, World


def subjects(world: World) -> list[str]:
    """Identify each mail that was sent by the page that its link leads to."""
    paths = ("uitnodiging", "wachtwoord", "inloggen", "home")
    return [next(path for path in paths if f".nl/{path}" in mail.text) for mail in world.mail.sent]


def test_three_mails(world: World) -> None:
    """ON-6: exactly three mails per onboarding, in order: invitation, password link, confirmation."""
    world.onboard()
    world.deliver()
    assert subjects(world) == ["uitnodiging", "wachtwoord", "inloggen"]
    assert {mail.to for mail in world.mail.sent} == {"jan@example.nl"}


def test_invitation_link_opens_the_address_page_only(world: World) -> None:
    """ON-2: the link of an invitation shows the address page, and cannot set a password."""
    world.invite()
    token = world.token(world.deliver()[0])
    assert world.portal.client.onboarding.look_at_invitation(world.visitor, token).email == "jan@example.nl"
    with pytest.raises(LinkDead):
        world.portal.client.onboarding.set_password(world.visitor, token, PASSWORD, PASSWORD)


def test_invitation_lives_fourteen_days(world: World) -> None:
    """ON-2: the link of an invitation is void after 14 days."""
    world.invite()
    token = world.token(world.deliver()[0])
    world.later(days=14, microseconds=-1)
    world.portal.client.onboarding.look_at_invitation(world.visitor, token)
    world.later(microseconds=1)
    with pytest.raises(LinkDead):
        world.portal.client.onboarding.look_at_invitation(world.visitor, token)


def test_inviting_again_voids_the_older_link(world: World) -> None:
    """ON-2: a second invitation sends a new mail and voids the older one. A password link stays."""
    _client, account = world.invite()
    first = world.token(world.deliver()[0])
    link = world.password_link("jan@example.nl")
    world.portal.office.clients.invite_again(world.handler, account)
    second = world.token(world.deliver()[0])
    world.portal.client.onboarding.look_at_invitation(world.visitor, second)
    with pytest.raises(LinkDead):
        world.portal.client.onboarding.look_at_invitation(world.visitor, first)
    assert world.portal.client.onboarding.look_at_password_link(world.visitor, link).email == "jan@example.nl"


def test_closed_client_is_not_invited_again(world: World) -> None:
    """ON-2: accounts of a closed client cannot be invited again, and old links stay void after it is reopened."""
    client, account = world.invite()
    invitation = world.token(world.deliver()[0])
    link = world.password_link("jan@example.nl")
    world.portal.office.clients.close(world.handler, client)
    with pytest.raises(Refused):
        world.portal.office.clients.invite_again(world.handler, account)
    world.portal.office.clients.reopen(world.handler, client)
    with pytest.raises(LinkDead):
        world.portal.client.onboarding.look_at_invitation(world.visitor, invitation)
    with pytest.raises(LinkDead):
        world.portal.client.onboarding.set_password(world.visitor, link, PASSWORD, PASSWORD)


def test_inviting_again_is_for_invited_accounts(world: World) -> None:
    """ON-2: an active account, or an account of another office, cannot be invited again."""
    actor = world.onboard()
    with pytest.raises(Refused):
        world.portal.office.clients.invite_again(world.handler, actor.account_id)
    with pytest.raises(Absent):
        world.portal.office.clients.invite_again(world.other_office(), actor.account_id)


@pytest.mark.parametrize("address", ["nobody@example.nl", "piet@example.nl"])
def test_invitation_only_for_its_own_address(world: World, address: str) -> None:
    """ON-3: with the token of an invitation, only the invited address gets a mail."""
    world.invite("piet@example.nl")
    world.invite()
    invitation = world.token(world.deliver()[1])
    world.portal.client.onboarding.ask_link(world.visitor, address, invitation=invitation)
    assert world.deliver() == []
    world.portal.client.onboarding.ask_link(world.visitor, "jan@example.nl", invitation=invitation)
    assert [mail.to for mail in world.deliver()] == ["jan@example.nl"]


def test_dead_invitation(world: World) -> None:
    """ON-2: a link cannot be asked for with a void invitation."""
    world.invite()
    with pytest.raises(LinkDead):
        world.portal.client.onboarding.ask_link(world.visitor, "jan@example.nl", invitation="wrong")


def test_asking_looks_nothing_up(world: World) -> None:
    """ON-3: asking for a link is recorded in the same way for known and unknown addresses."""
    world.onboard()
    before = world.audit()
    world.portal.client.onboarding.ask_link(world.visitor, "jan@example.nl")
    known = world.audit()[len(before) :]
    world.portal.client.onboarding.ask_link(world.visitor, "nobody@example.nl")
    unknown = world.audit()[len(before) + len(known) :]
    assert known == unknown == ["PasswordLinkAsked"]


def test_other_office_address(world: World) -> None:
    """ON-3: the address of an account at another office gets no mail."""
    world.onboard()
    other = world.other_office()
    sent = len(world.mail.sent)
    world.portal.client.onboarding.ask_link(Visitor(office_id=other.office_id), "jan@example.nl")
    world.deliver()
    assert len(world.mail.sent) == sent


@pytest.mark.parametrize("text, code", [("  ", FaultCode.MISSING), ("jan@", FaultCode.NOT_AN_ADDRESS)])
def test_not_an_address(world: World, text: str, code: FaultCode) -> None:
    """AL-1: an invalid e-mail address is refused by field and rule."""
    with pytest.raises(Refused) as refusal:
        world.portal.client.onboarding.ask_link(world.visitor, text)
    assert refusal.value.faults == (Fault(code=code, field="email"),)


def test_double_click_sends_one_mail(world: World) -> None:
    """ON-6, ON-4: asking again within two minutes sends no second link; a later link voids the older one."""
    world.invite()
    world.deliver()
    world.portal.client.onboarding.ask_link(world.visitor, "jan@example.nl")
    world.portal.client.onboarding.ask_link(world.visitor, " JAN@example.nl ")
    (mail,) = world.deliver()
    older = world.token(mail)
    world.later(minutes=1)
    world.portal.client.onboarding.ask_link(world.visitor, "jan@example.nl")
    assert world.deliver() == []
    world.later(minutes=1)
    newer = world.password_link("jan@example.nl")
    world.portal.client.onboarding.look_at_password_link(world.visitor, newer)
    with pytest.raises(LinkDead):
        world.portal.client.onboarding.set_password(world.visitor, older, PASSWORD, PASSWORD)


def test_opening_never_uses_up(world: World) -> None:
    """ON-4: opening a link twenty times does not use it up; setting the password does."""
    world.invite()
    world.deliver()
    token = world.password_link("jan@example.nl")
    for _ in range(20):
        world.portal.client.onboarding.look_at_password_link(world.visitor, token)
    world.portal.client.onboarding.set_password(world.visitor, token, PASSWORD, PASSWORD)
    with pytest.raises(LinkDead):
        world.portal.client.onboarding.set_password(world.visitor, token, PASSWORD, PASSWORD)


def test_password_link_lives_one_hour(world: World) -> None:
    """ON-4: the link for a password is void after an hour."""
    world.invite()
    world.deliver()
    token = world.password_link("jan@example.nl")
    world.later(hours=1)
    with pytest.raises(LinkDead):
        world.portal.client.onboarding.set_password(world.visitor, token, PASSWORD, PASSWORD)


def test_weak_password_names_every_rule_and_keeps_the_link(world: World) -> None:
    """PW-1, AL-1: all broken password rules are reported together, and the link still works afterwards."""
    world.invite()
    world.deliver()
    token = world.password_link("jan@example.nl")
    with pytest.raises(Refused) as refusal:
        world.portal.client.onboarding.set_password(world.visitor, token, "kort", "anders")
    assert [fault.code for fault in refusal.value.faults] == [
        FaultCode.PASSWORD_TOO_SHORT,
        FaultCode.PASSWORD_WITHOUT_CAPITAL,
        FaultCode.PASSWORD_WITHOUT_DIGIT,
        FaultCode.PASSWORDS_DIFFER,
    ]
    world.portal.client.onboarding.set_password(world.visitor, token, PASSWORD, PASSWORD)


def test_guessable_password_is_refused_and_keeps_the_link(world: World) -> None:
    """PW-3, AL-1: common passwords and names of office, client and account are refused, and the link still works."""
    world.invite("r.zwart@debrug.example.nl", name="Bakkerij De Wit", account_name="Roos Zwart")
    world.deliver()
    token = world.password_link("r.zwart@debrug.example.nl")
    refusals = {
        "Password1": FaultCode.PASSWORD_COMMON,
        "Notariskantoor1": FaultCode.PASSWORD_GUESSABLE,
        "Bakkerij2026": FaultCode.PASSWORD_GUESSABLE,
        "RoosZwart1": FaultCode.PASSWORD_GUESSABLE,
        "Debrug.Example1": FaultCode.PASSWORD_GUESSABLE,
    }
    for password, code in refusals.items():
        with pytest.raises(Refused) as refusal:
            world.portal.client.onboarding.set_password(world.visitor, token, password, password)
        assert refusal.value.faults == (Fault(code=code, field="password"),)
    world.portal.client.onboarding.set_password(world.visitor, token, "Witte brug 7", "Witte brug 7")


def test_strict_policy() -> None:
    """PW-3: ``STRICT`` accepts a long password without capitals or digits, and refuses a short one with all kinds."""
    world = World(settings=Settings(passwords=STRICT))
    world.invite()
    world.deliver()
    token = world.password_link("jan@example.nl")
    with pytest.raises(Refused) as refusal:
        world.portal.client.onboarding.set_password(world.visitor, token, "Welkom2026!", "Welkom2026!")
    assert refusal.value.faults == (Fault(code=FaultCode.PASSWORD_TOO_SHORT, field="password", params={"limit": 15}),)
    world.portal.client.onboarding.set_password(world.visitor, token, "appel fiets lamp", "appel fiets lamp")


def test_fifty_at_once(world: World) -> None:
    """ON-4: of fifty simultaneous requests with one link, one succeeds, and one third mail is sent."""
    world.invite()
    world.deliver()
    token = world.password_link("jan@example.nl")
    barrier = threading.Barrier(50)
    outcomes: Counter[str] = Counter()

    def submit() -> None:
        barrier.wait()
        try:
            world.portal.client.onboarding.set_password(world.visitor, token, PASSWORD, PASSWORD)
            outcomes["set"] += 1
        except LinkDead:
            outcomes["dead"] += 1

    threads = [threading.Thread(target=submit) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == {"set": 1, "dead": 49}
    assert len(world.deliver()) == 1


def test_setting_ends_sessions_and_links(world: World) -> None:
    """ON-5: setting a new password ends all other sessions, voids the old password, and signs in."""
    world.onboard()
    old = world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD)
    token = world.password_link("jan@example.nl")
    new = world.portal.client.onboarding.set_password(world.visitor, token, "Anders2026", "Anders2026")
    assert world.actor(new.token).name == "Jan Jansen"
    with pytest.raises(NotSignedIn):
        world.actor(old.token)
    with pytest.raises(SignInFailed):
        world.sign_in()


def test_first_entrance(world: World) -> None:
    """ON-7: only the first sign-in of an account is marked as first."""
    world.invite()
    world.deliver()
    token = world.password_link("jan@example.nl")
    first = world.portal.client.onboarding.set_password(world.visitor, token, PASSWORD, PASSWORD)
    second = world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD)
    assert isinstance(first, Entrance)
    assert isinstance(second, Entrance)
    assert (first.first, second.first) == (True, False)


def test_forgotten_password_of_an_invited_account(world: World) -> None:
    """ON-8: an invited account can ask for its second mail without the invitation; a closed account cannot."""
    _client, account = world.invite()
    world.deliver()
    world.password_link("jan@example.nl")
    world.portal.office.clients.close_account(world.handler, account)
    world.later(hours=1)
    world.portal.client.onboarding.ask_link(world.visitor, "jan@example.nl")
    assert world.deliver() == []


def test_no_password_in_mail_or_trail(world: World) -> None:
    """ON-5: no mail and no audit entry contains the password, and no entry contains a token."""
    world.onboard()
    tokens = [world.token(mail) for mail in world.mail.sent[:2]]
    with world.storage.begin() as uow:
        trail = "\n".join(entry.which for entry in uow.audit.entries(world.handler))
    for secret in (PASSWORD, *tokens):
        assert secret not in trail
    assert all(PASSWORD not in mail.text + mail.html + mail.subject for mail in world.mail.sent)


def test_closed_between_looking_and_setting(world: World) -> None:
    """ON-4: if the account is closed while the password is hashed, the password is not set."""
    _client, account = world.invite()
    world.deliver()
    token = world.password_link("jan@example.nl")
    slow = world.passwords.hash

    def closing(password: str) -> str:
        world.portal.office.clients.close_account(world.handler, account)
        return slow(password)

    world.passwords.hash = closing  # type: ignore[method-assign]
    with pytest.raises(LinkDead):
        world.portal.client.onboarding.set_password(world.visitor, token, PASSWORD, PASSWORD)


def test_link_forgotten_while_hashing(world: World) -> None:
    """ON-4: if the link is swept while the password is hashed, the password is not set."""
    world.invite()
    world.deliver()
    token = world.password_link("jan@example.nl")
    slow = world.passwords.hash

    def sweeping(password: str) -> str:
        world.later(days=60)
        world.portal.background.sweeper.run_once()
        return slow(password)

    world.passwords.hash = sweeping  # type: ignore[method-assign]
    with pytest.raises(LinkDead):
        world.portal.client.onboarding.set_password(world.visitor, token, PASSWORD, PASSWORD)


def test_invitation_refuses_bad_fields(world: World) -> None:
    """AL-1: an invitation without a name or with two addresses is refused by field."""
    world.invite()
    bad = NewClient(kind=ClientKind.PERSON, name=" ", email="a@b.nl, c@d.nl")
    with pytest.raises(Refused) as refusal:
        world.portal.office.clients.invite(world.handler, bad)
    assert {fault.field for fault in refusal.value.faults} == {"name", "email"}
    assert len(world.portal.office.clients.list(world.handler)) == 1
    assert len(world.deliver()) == 1


def test_invitation_of_an_unknown_office(world: World) -> None:
    """OF-2: an office that does not exist cannot invite a client or close an account."""
    nobody = OfficeActor(office_id=OfficeId(UUID(int=5)), handler="x")
    with pytest.raises(Absent):
        world.portal.office.clients.invite(nobody, NewClient(kind=ClientKind.PERSON, name="A", email="a@b.nl"))
    with pytest.raises(Absent):
        world.portal.office.clients.close_account(nobody, AccountId(UUID(int=6)))


# ------------------------------------------------------------------ mails that are sent again
def failing_once(world: World, email: str = "jan@example.nl") -> None:
    """Let the next delivery fail, and the one after it succeed."""
    world.mail.refuse(email, "451 4.3.0 try again later")
    assert world.deliver() == []
    world.mail.accept(email)
    world.later(minutes=1)


def test_a_link_that_took_long_to_be_sent(world: World) -> None:
    """ON-4, ON-6: a mail that could be sent only after its link had expired has a link with its whole lifetime."""
    world.onboard()
    world.portal.client.onboarding.ask_link(world.visitor, "jan@example.nl")
    world.mail.down = True
    world.deliver()
    world.mail.down = False
    world.later(hours=3)
    token = world.token(world.deliver()[0])
    world.later(hours=1, microseconds=-1)
    assert world.portal.client.onboarding.look_at_password_link(world.visitor, token).email == "jan@example.nl"
    world.later(microseconds=1)
    with pytest.raises(LinkDead):
        world.portal.client.onboarding.look_at_password_link(world.visitor, token)
    assert world.audit().count("LinkMade") == 3


def test_a_newer_request_voids_what_is_sent_again(world: World) -> None:
    """ON-4, ON-6: if another mail with a newer link was sent meanwhile, the older one is not sent again."""
    world.onboard()
    world.portal.client.onboarding.ask_link(world.visitor, "jan@example.nl")
    world.mail.refuse("jan@example.nl", "451 4.3.0 try again later")
    for _minute in range(35):
        assert world.deliver() == []
        world.later(minutes=1)
    world.mail.accept("jan@example.nl")
    world.portal.client.onboarding.ask_link(world.visitor, "jan@example.nl")
    (mail,) = world.deliver()
    world.later(minutes=50)
    assert world.deliver() == []
    world.portal.client.onboarding.look_at_password_link(world.visitor, world.token(mail))


def test_inviting_again_while_the_first_mail_waits(world: World) -> None:
    """ON-2, ON-6: the office's second invitation is the one that is sent; the first one, which waited, is not."""
    _client, account = world.invite()
    failing_once(world)
    world.portal.office.clients.invite_again(world.handler, account)
    (mail,) = world.deliver()
    world.portal.client.onboarding.look_at_invitation(world.visitor, world.token(mail))
    world.later(hours=2)
    assert world.deliver() == []


def test_a_changed_address_ends_what_is_sent_again(world: World) -> None:
    """OF-1, ON-6: a password mail that waits is not sent to an address that was corrected meanwhile."""
    jan = world.onboard()
    world.portal.client.onboarding.ask_link(world.visitor, "jan@example.nl")
    failing_once(world)
    world.portal.office.clients.correct(world.handler, jan.account_id, name="Jan Jansen", email="jan@anders.nl")
    assert world.deliver() == []


def test_an_invitation_that_led_to_a_password_is_not_sent_again(world: World) -> None:
    """ON-6: no fourth mail, if the first copy of an invitation arrived although it seemed to fail."""
    world.invite()
    failing_once(world)
    with world.storage.begin() as uow:
        waiting = uow.outbox.lease(Lane.AWAITED, at=world.clock.now(), until=world.clock.now(), limit=9)
        invitation = next(each for each in waiting if each.kind is TaskKind.INVITATION)
        person = uow.persons.get(world.office, PersonId(invitation.person_id or UUID(int=0)))
        uow.persons.save(attrs.evolve(person, password_hash="set by the link of the first copy"))
        uow.commit()
    assert world.deliver() == []
