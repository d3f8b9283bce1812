"""A vendor's own sign-in in front of the portal: admission, binding by an invitation, confirmation (PE-6)."""

import json
from datetime import timedelta
from typing import Any

import attrs
import pytest

from klantportaal.adapters.storage.memory.accounts import Persons
from klantportaal.domain.accounts import AccountState, ClientKind
from klantportaal.domain.admission import Assurance, Subject
from klantportaal.domain.errors import (
    Absent,
    AdmissionProblem,
    Fault,
    FaultCode,
    LinkDead,
    NotAdmitted,
    NotConfirmed,
    NotSignedIn,
    Refused,
    SignInFailed,
    TwoStepDue,
)
from klantportaal.domain.persons import Person
from klantportaal.domain.sessions import Actor
from klantportaal.usecases.client.session_start import Entrance, Halfway
from tests.usecases.world import ISSUER, PASSWORD, VENDOR, World

JAN = "jan@example.nl"


@pytest.fixture
def world() -> World:
    """A portal whose office uses the vendor's own sign-in, in place of passwords."""
    world = World()
    world.use_vendor()
    return world


@pytest.fixture
def jan(world: World) -> Actor:
    """A client that was invited, and signed in with the vendor's sign-in."""
    return world.admit("jan", invitation=world.invitation())


def person(world: World, actor: Actor) -> Person:
    """Read the person of an actor."""
    with world.storage.begin() as uow:
        return uow.persons.get(actor.office_id, actor.person_id)


def problem(world: World, name: str = "jan", *, invitation: str | None = None, **how: Any) -> AdmissionProblem:
    """Return why somebody is refused, and check that the only effect is an entry in the trail."""
    world.later(minutes=1)  # Within a minute, a second refusal is counted with the first (SI-5).
    authentication = world.authentication(name, **how)
    told = len(world.audit())
    with pytest.raises(NotAdmitted) as refused:
        world.portal.client.sign_in.admit(world.visitor, authentication, invitation=invitation)
    assert world.audit()[told:] == ["AdmissionRefused"]
    return refused.value.problem


# ---------------------------------------------------------------------- onboarding
def test_onboarding_is_one_mail(world: World) -> None:
    """PE-6, ON-1: a client that uses the vendor's sign-in gets the invitation and no other mail, and is active then."""
    _client, account = world.invite()
    mails = world.deliver()
    assert [mail.subject for mail in mails] == ["Uitnodiging voor het klantenportaal van Notariskantoor Van der Meer"]
    assert "DigiD" in mails[0].text
    assert "wachtwoord" not in mails[0].text.replace("Een wachtwoord hebt u niet nodig", "")
    entrance = world.portal.client.sign_in.admit(
        world.visitor, world.authentication(), invitation=world.token(mails[0])
    )
    assert isinstance(entrance, Entrance)
    assert entrance.first
    assert world.deliver() == []
    card = world.portal.office.clients.get(world.handler, _client).accounts[0]
    assert (card.id, card.state, card.has_vendor_sign_in) == (account, AccountState.ACTIVE, True)
    assert world.audit()[-2:] == ["SubjectBound", "SignedIn"]


@pytest.mark.parametrize("with_password", [True, False])
def test_the_mail_says_how_to_sign_in(with_password: bool) -> None:
    """PE-6: the invitation names the vendor's sign-in, and a password only where the office takes it."""
    world = World()
    world.use_vendor(with_password=with_password)
    world.invite()
    text = world.deliver()[-1].text
    assert "DigiD" in text
    assert ("vult u uw e-mailadres in" in text) is with_password


def test_later_sign_ins(world: World, jan: Actor) -> None:
    """PE-6: the bound subject signs in without the invitation, and the session has the method."""
    again = world.admit("jan")
    assert (again.person_id, again.account_id) == (jan.person_id, jan.account_id)
    assert again.admission is not None
    assert (again.admission.method, again.admission.assurance) == ("digid", Assurance.SUBSTANTIAL)
    line = world.portal.office.audit.entries(world.handler, what="SignedIn")[0]
    assert json.loads(line.entry.which).items() >= {"method": "digid", "assurance": "substantial"}.items()


def test_address_alone_binds_nothing(world: World) -> None:
    """PE-6: without its invitation, nobody is admitted, whatever address or name the vendor may know."""
    world.invite()
    world.deliver()
    assert problem(world, JAN) is AdmissionProblem.NOT_INVITED


def test_an_invitation_binds_once(world: World, jan: Actor) -> None:
    """PE-6: a link that bound a subject binds no other one, and its own subject signs in as without it."""
    with pytest.raises(LinkDead):
        world.admit("piet", invitation="x" * 43)
    invitation = world.invitation("piet@example.nl")
    piet = world.admit("piet", invitation=invitation)
    world.later(minutes=1)  # Within a minute, a second refusal is counted with the first (SI-5).
    told = len(world.audit())
    with pytest.raises(LinkDead):
        world.admit("klaas", invitation=invitation)
    assert world.audit()[told:] == ["AdmissionRefused"]
    assert world.admit("piet", invitation=invitation).person_id == piet.person_id != jan.person_id


def test_a_subject_of_somebody_else(world: World, jan: Actor) -> None:
    """PE-6: a subject that belongs to one person is not bound to another; the invitation still works after that."""
    invitation = world.invitation("tweede@example.nl", name="J. Jansen")
    assert problem(world, "jan", invitation=invitation) is AdmissionProblem.SUBJECT_TAKEN
    assert world.admit("tweede", invitation=invitation).person_id != jan.person_id


def test_the_same_name_at_another_issuer(world: World, jan: Actor) -> None:
    """PE-6: a name means something at its issuer only."""
    assert person(world, jan).vendor_subject == Subject(issuer=ISSUER, name="jan")
    elsewhere = attrs.evolve(world.authentication(), subject=Subject(issuer="https://anders.example.nl", name="jan"))
    with pytest.raises(NotAdmitted):
        world.portal.client.sign_in.admit(world.visitor, elsewhere)


def test_an_expired_invitation(world: World) -> None:
    """PE-6, ON-2: an invitation that is too old, or was replaced, binds nothing."""
    _client, account = world.invite()
    old = world.token(world.deliver()[-1])
    world.clock.advance(timedelta(days=14))
    with pytest.raises(LinkDead):
        world.admit("jan", invitation=old)
    world.portal.office.clients.invite_again(world.handler, account)
    newer = world.token(world.deliver()[-1])
    with pytest.raises(LinkDead):
        world.admit("jan", invitation=old)
    world.admit("jan", invitation=newer)


def test_one_more_client(world: World, jan: Actor) -> None:
    """PE-2, PE-6: a person that uses the vendor's sign-in gets a mail about one more client, without a link to bind."""
    _client, _account = world.invite(JAN, name="Jansen BV")
    mail = world.deliver()[-1]
    assert "Jansen BV" in mail.subject
    assert "/inloggen" in mail.text
    assert "wachtwoord." not in mail.text.split("Bovenaan")[0]
    assert world.admit("jan").person_id == jan.person_id


# ---------------------------------------------------------------------- who is not let in
def test_an_office_without(world: World, jan: Actor) -> None:
    """PE-6: an office that does not use the vendor's sign-in admits nobody by it."""
    world.portal.office.profile.use_vendor_sign_in(world.handler, None)
    assert problem(world) is AdmissionProblem.NOT_OFFERED
    with pytest.raises(NotAdmitted):
        world.portal.client.sign_in.admit(
            attrs.evolve(world.visitor, office_id=world.other_office().office_id), world.authentication()
        )


def test_another_office(world: World, jan: Actor) -> None:
    """OF-2, PE-6: a subject is bound at one office, and unknown at another."""
    other = world.other_office()
    world.portal.office.profile.use_vendor_sign_in(other, VENDOR)
    elsewhere = attrs.evolve(world.visitor, office_id=other.office_id)
    with pytest.raises(NotAdmitted) as refused:
        world.portal.client.sign_in.admit(elsewhere, world.authentication())
    assert refused.value.problem is AdmissionProblem.NOT_INVITED


@pytest.mark.parametrize("least", Assurance)
@pytest.mark.parametrize("given", Assurance)
def test_assurance(world: World, jan: Actor, least: Assurance, given: Assurance) -> None:
    """PE-6: an authentication below the level that the office asks for is refused."""
    world.use_vendor(least=least)
    levels = list(Assurance)
    if levels.index(given) < levels.index(least):
        assert problem(world, assurance=given) is AdmissionProblem.ASSURANCE_TOO_LOW
    else:
        admitted = world.portal.client.sign_in.admit(world.visitor, world.authentication(assurance=given))
        assert isinstance(admitted, Entrance)


@pytest.mark.parametrize(
    "ago,admitted",
    [
        (timedelta(hours=12), False),
        (timedelta(hours=12) - timedelta(seconds=1), True),
        (-timedelta(minutes=1), True),
        (-timedelta(minutes=1, seconds=1), False),
    ],
)
def test_old_authentications(world: World, jan: Actor, ago: timedelta, admitted: bool) -> None:
    """PE-6: an authentication counts as long as a session may last, and not if it is of the future."""
    if not admitted:
        assert problem(world, ago=ago) is AdmissionProblem.NOT_RECENT
    else:
        world.portal.client.sign_in.admit(world.visitor, world.authentication(ago=ago))


def test_closed(world: World, jan: Actor) -> None:
    """PE-5, PE-6: a person without an open account is refused; reopened, it is admitted without an invitation."""
    clients = world.portal.office.clients
    clients.close_account(world.handler, jan.account_id)
    assert problem(world) is AdmissionProblem.NOT_INVITED
    clients.reopen_account(world.handler, jan.account_id)
    assert world.admit().person_id == jan.person_id
    clients.close(world.handler, jan.client_id)
    assert problem(world) is AdmissionProblem.NOT_INVITED
    clients.reopen(world.handler, jan.client_id)
    assert world.admit().person_id == jan.person_id


def test_a_subject_that_went_to_somebody_else(world: World, jan: Actor) -> None:
    """PE-5, PE-6: a closed person loses its subject to another person that binds it, and can be invited again."""
    clients = world.portal.office.clients
    clients.close(world.handler, jan.client_id)
    other = world.admit("jan", invitation=world.invitation("nieuw@example.nl"))
    told = len(world.audit())
    clients.reopen(world.handler, jan.client_id)
    assert world.audit()[told:] == ["ClientReopened", "SubjectReleased"]
    assert world.admit("jan").person_id == other.person_id
    clients.invite_again(world.handler, jan.account_id)
    assert world.admit("anders", invitation=world.token(world.deliver()[-1])).person_id == jan.person_id


def test_deleted(world: World) -> None:
    """XA-3, PE-6: the subject of an extra account that was deleted belongs to nobody."""
    world.invite("directie@example.nl", kind=ClientKind.COMPANY, name="Bakkerij BV")
    director = world.admit("directie", invitation=world.token(world.deliver()[-1]))
    world.portal.client.extra_accounts.add(director, name="Els", email="els@example.nl")
    els = world.admit("els", invitation=world.token(world.deliver()[-1]))
    world.portal.client.extra_accounts.delete(director, els.account_id)
    assert problem(world, "els") is AdmissionProblem.NOT_INVITED
    assert person(world, els).vendor_subject is None


# ---------------------------------------------------------------------- passwords beside it, or not
def test_no_passwords(world: World, jan: Actor) -> None:
    """PE-6: where the office takes no passwords, none signs in, is set or is changed."""
    world.use_vendor(with_password=True)
    token = world.password_link(JAN)
    world.portal.client.onboarding.set_password(world.visitor, token, PASSWORD, PASSWORD)
    world.deliver()
    actor = world.sign_in()
    unused = world.password_link(JAN)
    world.use_vendor()
    with pytest.raises(SignInFailed):
        world.sign_in()
    with pytest.raises(LinkDead):
        world.portal.client.onboarding.look_at_password_link(world.visitor, unused)
    with pytest.raises(LinkDead):
        world.portal.client.onboarding.set_password(world.visitor, unused, PASSWORD, PASSWORD)
    with pytest.raises(Absent):
        world.portal.client.onboarding.ask_link(world.visitor, JAN)
    with pytest.raises(Absent):
        world.portal.client.profile.change_password(actor, current=PASSWORD, password="Klaproos8", repeated="Klaproos8")
    assert world.portal.client.sign_in.confirm(actor, PASSWORD).token


def test_an_old_password_confirms_no_vendors_session(world: World, jan: Actor) -> None:
    """PE-6, SI-3: where the office takes no passwords, an older one does not confirm a vendor's session."""
    world.use_vendor(with_password=True)
    token = world.password_link(JAN)
    world.portal.client.onboarding.set_password(world.visitor, token, PASSWORD, PASSWORD)
    actor = world.admit()
    world.use_vendor()
    with pytest.raises(Absent):
        world.portal.client.sign_in.confirm(actor, PASSWORD)
    world.use_vendor(with_password=True)
    assert world.portal.client.sign_in.confirm(actor, PASSWORD).token


def test_a_link_that_was_on_its_way(world: World) -> None:
    """PE-6: a password link that was asked for before the office ended passwords is not mailed any more."""
    world.use_vendor(with_password=True)
    world.invite()
    world.deliver()
    world.portal.client.onboarding.ask_link(world.visitor, JAN)
    world.use_vendor()
    assert world.deliver() == []


def test_both_ways() -> None:
    """PE-6: an office may take passwords too; an invited person chooses, and may set a password later."""
    world = World()
    world.use_vendor(with_password=True)
    world.onboard("piet@example.nl", name="Piet")
    jan = world.admit("jan", invitation=world.invitation())
    token = world.password_link(JAN)
    world.portal.client.onboarding.set_password(world.visitor, token, PASSWORD, PASSWORD)
    assert world.sign_in().person_id == world.admit().person_id == jan.person_id
    assert world.sign_in("piet@example.nl").name == "Piet"


def test_a_new_password_in_a_session_of_the_vendor() -> None:
    """PE-6, PW-4: a password that is changed in a session of the vendor's sign-in leaves it one, and confirms it."""
    world = World()
    world.use_vendor(with_password=True)
    world.admit("jan", invitation=world.invitation())
    token = world.password_link(JAN)
    world.portal.client.onboarding.set_password(world.visitor, token, PASSWORD, PASSWORD)
    world.clock.advance(timedelta(minutes=11))
    jan = world.admit("jan")
    entrance = world.portal.client.profile.change_password(
        jan, current=PASSWORD, password="Klaproos8", repeated="Klaproos8"
    )
    actor = world.actor(entrance.token)
    assert actor.admission is not None
    assert (actor.admission.method, actor.confirmed_at) == ("digid", world.clock.now())


def test_clients_that_had_a_password() -> None:
    """PE-6: an office that ends passwords invites its clients again, and the link binds; until then sessions stay."""
    world = World()
    jan = world.onboard()
    with pytest.raises(Refused):
        world.portal.office.clients.invite_again(world.handler, jan.account_id)
    world.use_vendor()
    assert world.again(jan).session_id == jan.session_id
    world.portal.office.clients.invite_again(world.handler, jan.account_id)
    admitted = world.admit("jan", invitation=world.token(world.deliver()[-1]))
    assert admitted.person_id == jan.person_id
    with pytest.raises(NotSignedIn):
        world.again(jan)
    with pytest.raises(Refused):
        world.portal.office.clients.invite_again(world.handler, jan.account_id)


def test_back_to_passwords(world: World, jan: Actor) -> None:
    """PE-6: an office that stops using the vendor's sign-in invites its clients again, by the three mails."""
    world.portal.office.profile.use_vendor_sign_in(world.handler, None)
    world.portal.office.clients.invite_again(world.handler, jan.account_id)
    assert len(world.deliver()) == 1
    world.portal.client.onboarding.set_password(world.visitor, world.password_link(JAN), PASSWORD, PASSWORD)
    assert world.sign_in().person_id == jan.person_id


def test_releasing(world: World, jan: Actor) -> None:
    """PE-6: the office undoes a binding: sessions end, the subject is unknown, and an invitation binds anew."""
    world.portal.office.clients.release_subject(world.handler, jan.account_id)
    with pytest.raises(NotSignedIn):
        world.again(jan)
    assert problem(world) is AdmissionProblem.NOT_INVITED
    with pytest.raises(Refused) as refused:
        world.portal.office.clients.release_subject(world.handler, jan.account_id)
    assert refused.value.faults == (Fault(code=FaultCode.WRONG_STATE, field="subject"),)
    world.portal.office.clients.invite_again(world.handler, jan.account_id)
    assert world.admit("ander", invitation=world.token(world.deliver()[-1])).person_id == jan.person_id
    assert "SubjectReleased" in world.audit()


def test_a_subject_that_is_released_meanwhile(world: World, jan: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """PE-6: a person that is found by its subject, and loses it before it is locked, is refused."""
    found = person(world, jan)
    world.portal.office.clients.release_subject(world.handler, jan.account_id)
    monkeypatch.setattr(Persons, "by_subject", lambda _self, _office_id, _subject: found)
    assert problem(world) is AdmissionProblem.NOT_INVITED


def test_the_setting(world: World) -> None:
    """PE-6, AL-1: the office's setting is checked and normalised, and recorded once."""
    told = world.audit().count("VendorSignInChanged")
    world.use_vendor()
    assert world.audit().count("VendorSignInChanged") == told
    world.use_vendor(name="  Digi\u202eD ", least=Assurance.HIGH)
    sign_in = world.portal.office.profile.get(world.handler).vendor_sign_in
    assert sign_in == attrs.evolve(VENDOR, least=Assurance.HIGH)
    with pytest.raises(Refused):
        world.use_vendor(sign_in="//elders.example.nl")
    assert world.portal.office.profile.get(world.handler).vendor_sign_in == sign_in
    assert world.audit().count("VendorSignInChanged") == told + 1


# ---------------------------------------------------------------------- the second step
def test_the_persons_own_second_step(world: World, jan: Actor) -> None:
    """TS-2, PE-6: a person with two-step verification gives its code, whatever the level of authentication."""
    world.turn_on(jan)
    halfway = world.portal.client.sign_in.admit(world.visitor, world.authentication(assurance=Assurance.HIGH))
    assert isinstance(halfway, Halfway)
    entrance = world.portal.client.second_step.enter(world.visitor, halfway.token, world.code())
    actor = world.actor(entrance.token)
    assert actor.admission is not None
    assert actor.admission.assurance is Assurance.HIGH


def test_the_mails_of_the_second_step(world: World, jan: Actor) -> None:
    """TS-5, PE-6: no mail about the second step says that a password is used where the office takes none."""
    world.turn_on(jan)
    told = [*world.deliver(), *world.mail.sent]
    world.portal.office.clients.reset_two_step(world.handler, jan.account_id)
    told += world.deliver()
    texts = [mail.text.replace("Wij vragen u nooit om uw wachtwoord", "") for mail in told]
    assert len(texts) >= 3
    assert not any("wachtwoord" in text for text in texts if "Een wachtwoord hebt u niet nodig" not in text)


@pytest.mark.parametrize("assurance", Assurance)
def test_the_office_asks_for_two_steps(world: World, jan: Actor, assurance: Assurance) -> None:
    """TS-1, PE-6: an authentication by two factors meets the office's demand for two-step verification."""
    world.portal.office.profile.require_two_step(world.handler)
    entrance = world.portal.client.sign_in.admit(world.visitor, world.authentication(assurance=assurance))
    if assurance is Assurance.LOW:
        with pytest.raises(TwoStepDue):
            world.actor(entrance.token)
    else:
        assert world.actor(entrance.token).person_id == jan.person_id


# ---------------------------------------------------------------------- confirming
def test_confirming(world: World, jan: Actor) -> None:
    """PE-6, SI-3: the vendor's confirmation does what the password does: it opens the security settings."""
    world.clock.advance(timedelta(minutes=10))
    jan = world.again(jan)
    with pytest.raises(NotConfirmed):
        world.portal.client.two_step.begin_totp(jan)
    renewed = world.portal.client.sign_in.confirm_admitted(jan, world.authentication()).token
    with pytest.raises(NotSignedIn):
        world.again(jan)
    world.portal.client.two_step.begin_totp(world.actor(renewed))
    assert world.audit()[-2:] == ["Confirmed", "CodeAsked"]


def test_an_earlier_authentication_is_no_confirmation(world: World, jan: Actor) -> None:
    """PE-6, SI-3: a sign-in from an older session of the vendor is no recent confirmation."""
    entrance = world.portal.client.sign_in.admit(world.visitor, world.authentication(ago=timedelta(minutes=10)))
    actor = world.actor(entrance.token)
    with pytest.raises(NotConfirmed):
        world.portal.client.two_step.begin_totp(actor)
    with pytest.raises(NotAdmitted) as refused:
        world.portal.client.sign_in.confirm_admitted(actor, world.authentication(ago=timedelta(minutes=10)))
    assert refused.value.problem is AdmissionProblem.NOT_RECENT


def test_a_confirmation_counts_from_when_it_was_given(world: World, jan: Actor) -> None:
    """PE-6, SI-3: a confirmation that comes in late lasts no longer than one that came at once."""
    world.clock.advance(timedelta(minutes=10))
    late = world.authentication(ago=timedelta(minutes=9))
    actor = world.actor(world.portal.client.sign_in.confirm_admitted(world.again(jan), late).token)
    world.portal.client.two_step.begin_totp(actor)
    world.clock.advance(timedelta(minutes=1))
    with pytest.raises(NotConfirmed):
        world.portal.client.two_step.begin_totp(actor)


def test_somebody_else_confirms(world: World, jan: Actor) -> None:
    """PE-6: of two people at one browser, one cannot confirm the session of the other."""
    world.admit("piet", invitation=world.invitation("piet@example.nl"))
    with pytest.raises(NotAdmitted) as refused:
        world.portal.client.sign_in.confirm_admitted(jan, world.authentication("piet"))
    assert refused.value.problem is AdmissionProblem.OTHER_SUBJECT
    assert world.audit()[-1] == "AdmissionRefused"
    assert world.again(jan).session_id == jan.session_id


def test_confirming_too_weakly(world: World, jan: Actor) -> None:
    """PE-6: a confirmation needs the level that the office asks for."""
    world.use_vendor(least=Assurance.SUBSTANTIAL)
    with pytest.raises(NotAdmitted) as refused:
        world.portal.client.sign_in.confirm_admitted(jan, world.authentication(assurance=Assurance.LOW))
    assert refused.value.problem is AdmissionProblem.ASSURANCE_TOO_LOW


def test_confirming_with_an_ended_session(world: World, jan: Actor) -> None:
    """PE-6, SI-3: a session that ended, or has another token by now, is not confirmed."""
    renewed = world.portal.client.sign_in.confirm_admitted(jan, world.authentication())
    with pytest.raises(NotSignedIn):
        world.portal.client.sign_in.confirm_admitted(jan, world.authentication())
    actor = world.actor(renewed.token)
    world.portal.client.sign_in.sign_out(actor)
    with pytest.raises(NotSignedIn):
        world.portal.client.sign_in.confirm_admitted(actor, world.authentication())


def test_a_flood_of_strangers_makes_one_entry_a_minute(world: World) -> None:
    """SI-5: refusals of people without an account here do not fill the trail."""
    before = len(world.audit())
    for number in range(200):
        world.later(seconds=1)
        with pytest.raises(NotAdmitted):
            world.admit(f"niemand {number}")
    world.later(minutes=1)
    world.portal.background.sweeper.run_once()
    told = [entry for entry in world.audit()[before:] if entry != "Swept"]
    assert told == ["AdmissionRefused"] + ["RefusalsRepeated"] * 4


def test_a_flood_of_other_subjects_makes_one_entry_a_minute(world: World, jan: Actor) -> None:
    """SI-5: repeated confirmations as somebody else do not fill the trail."""
    before = len(world.audit())
    for _ in range(50):
        with pytest.raises(NotAdmitted):
            world.portal.client.sign_in.confirm_admitted(jan, world.authentication("piet"))
    assert world.audit()[before:] == ["AdmissionRefused"]
