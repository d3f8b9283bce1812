"""Turning two-step verification on and off, and changing it (TS-1, TS-3, TS-5, TS-6)."""

import re
from collections.abc import Callable

import attrs
import pytest

from klantportaal.domain.errors import (
    Absent,
    CodeDue,
    Conflict,
    Fault,
    FaultCode,
    LinkDead,
    NotConfirmed,
    NotSignedIn,
    Refused,
    SecondStepDead,
    TwoStepDue,
)
from klantportaal.domain.passwords import STRICT
from klantportaal.domain.sessions import Actor
from klantportaal.domain.texting import E164
from klantportaal.domain.two_step import TwoStepMethod
from klantportaal.ports.secrets import SealBroken
from klantportaal.settings import Settings
from klantportaal.testing.fakes import PlainVault
from klantportaal.usecases.client.session_start import Entrance, Halfway
from klantportaal.usecases.client.two_step import Enrolling, TwoStepView
from tests.usecases.world import NUMBER, PASSWORD, World

OTHER_NUMBER = E164("+31687654321")
NOTHING_ON = TwoStepView(
    method=None,
    number=None,
    since=None,
    required=False,
    sms_offered=True,
    enrolling=None,
    asked=False,
    proven=False,
)


def wrong(code: str) -> str:
    """Give a code that differs from this one."""
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_a_session_that_ended_meanwhile_turns_nothing_on_or_off(world: World, jan: Actor) -> None:
    """SI-4, TS-5: a session that has ended cannot turn two-step verification on or off."""
    two_step, owner = world.portal.client.two_step, world.sign_in()
    two_step.begin_sms(jan, NUMBER)
    code = world.code()
    world.portal.client.sessions.end_others(owner)
    with pytest.raises(NotSignedIn):
        two_step.enrol(jan, code)
    assert two_step.view(owner) == NOTHING_ON
    key = two_step.begin_totp(owner)
    two_step.enrol(owner, world.app(key))
    two_step.ask_code(owner)
    world.later(minutes=1)
    two_step.prove(owner, world.app(key))
    world.portal.client.sign_in.sign_out(owner)
    with pytest.raises(NotSignedIn):
        two_step.turn_off(owner)
    assert two_step.view(owner).method is TwoStepMethod.TOTP


def test_turning_on_by_sms(world: World, jan: Actor) -> None:
    """TS-1, TS-3: after a code that is sent to the number is entered, sign-ins need a second step."""
    two_step = world.portal.client.two_step
    assert two_step.view(jan) == NOTHING_ON
    two_step.begin_sms(jan, "06 1234 5678")
    waiting = Enrolling(method=TwoStepMethod.SMS, number=NUMBER, key=None, attempts_left=5)
    assert two_step.view(jan) == attrs.evolve(NOTHING_ON, enrolling=waiting)
    code = world.code()
    assert world.sms.sent[-1].to == NUMBER
    recovery = two_step.enrol(jan, f" {code[:3]} {code[3:]} ")
    assert re.fullmatch("([0-9A-Z]{5}-){4}[0-9A-Z]{5}", recovery)
    on = attrs.evolve(NOTHING_ON, method=TwoStepMethod.SMS, number=NUMBER, since=world.clock.now())
    assert two_step.view(jan) == on
    assert isinstance(world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD), Halfway)
    assert [mail.subject for mail in world.deliver()] == [
        "2-stapsverificatie staat aan voor het klantenportaal van Notariskantoor Van der Meer"
    ]
    assert [each for each in world.audit() if "Code" in each or "Step" in each] == [
        "CodeAsked",
        "CodeMade",
        "TwoStepTurnedOn",
        "CodeAsked",
        "CodeMade",
    ]


def test_turning_on_by_app(world: World, jan: Actor) -> None:
    """TS-6: entering the code of an app turns it on; its key is shown until then, and not after it."""
    key = world.portal.client.two_step.begin_totp(jan)
    enrolling = world.portal.client.two_step.view(jan).enrolling
    assert enrolling == Enrolling(method=TwoStepMethod.TOTP, number=None, key=key, attempts_left=5)
    assert re.fullmatch("([A-Z2-7]{4} ){7}[A-Z2-7]{4}", key.secret)
    assert "issuer=Notariskantoor%20Van%20der%20Meer" in key.uri
    world.portal.client.two_step.enrol(jan, world.app(key))
    view = world.portal.client.two_step.view(jan)
    assert (view.method, view.number, view.enrolling) == (TwoStepMethod.TOTP, None, None)
    assert world.sms.sent == []


def test_no_key_is_kept_readable(world: World, jan: Actor) -> None:
    """TS-6: the key of an app is stored encrypted, for this account only."""
    key = world.portal.client.two_step.begin_totp(jan)
    world.portal.client.two_step.enrol(jan, world.app(key))
    with world.storage.begin() as uow:
        standing = uow.two_steps.of(jan.office_id, jan.person_id)
    assert standing is not None
    assert standing.secret is not None
    assert PlainVault().open(standing.secret, bound_to=jan.person_id) == key.secret.replace(" ", "")
    with pytest.raises(SealBroken):
        PlainVault().open(standing.secret, bound_to=jan.client_id)


@pytest.mark.parametrize("number", ["", "010 123 4567", "+882 16 1234 5678", "+31 97 0123 45678", "06 1234"])
def test_numbers_that_get_no_code(world: World, jan: Actor, number: str) -> None:
    """TS-1: a number that is not a mobile number of an allowed country is refused, and nothing is sent."""
    with pytest.raises(Refused) as refusal:
        world.portal.client.two_step.begin_sms(jan, number)
    assert [fault.field for fault in refusal.value.faults] == ["number"]
    assert world.portal.client.two_step.view(jan) == NOTHING_ON
    world.deliver()
    assert world.sms.sent == []


def test_half_an_enrolment_changes_nothing(world: World, jan: Actor) -> None:
    """TS-5: nothing is turned on until the code is entered; an enrolment can be cancelled or begun again."""
    two_step = world.portal.client.two_step
    two_step.begin_sms(jan, NUMBER)
    assert isinstance(world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD), Entrance)
    code = world.code()
    two_step.cancel(jan)
    two_step.cancel(jan)
    assert two_step.view(jan) == NOTHING_ON
    with pytest.raises(Refused) as refusal:
        two_step.enrol(jan, code)
    assert refusal.value.faults == (Fault(code=FaultCode.NOTHING_TO_ENTER, field="code"),)
    two_step.begin_sms(jan, NUMBER)
    code = world.code()
    two_step.begin_sms(jan, OTHER_NUMBER)
    with pytest.raises(Refused) as refusal:
        two_step.enrol(jan, code)
    assert refusal.value.faults == (Fault(code=FaultCode.CODE_WRONG, field="code", params={"left": 4}),)
    two_step.enrol(jan, world.code())
    assert two_step.view(jan).number == OTHER_NUMBER


def test_nothing_is_sent_for_what_was_cancelled(world: World, jan: Actor) -> None:
    """TS-2: no SMS is sent for an enrolment that was cancelled."""
    world.portal.client.two_step.begin_sms(jan, NUMBER)
    world.portal.client.two_step.cancel(jan)
    world.deliver()
    assert world.sms.sent == []


def test_an_enrolment_is_its_session_s(world: World, jan: Actor) -> None:
    """TS-2: an enrolment belongs to its session, and its code is refused in another session."""
    other = world.sign_in()
    world.portal.client.two_step.begin_sms(jan, NUMBER)
    code = world.code()
    assert world.portal.client.two_step.view(other) == NOTHING_ON
    with pytest.raises(Refused):
        world.portal.client.two_step.enrol(other, code)
    world.portal.client.two_step.enrol(jan, code)


def test_five_attempts_over_all_codes(world: World, jan: Actor) -> None:
    """TS-2: a new code voids the older one but gives no new attempts; five wrong codes end the enrolment."""
    two_step = world.portal.client.two_step
    two_step.begin_sms(jan, NUMBER)
    first = world.code()
    for left in (4, 3):
        with pytest.raises(Refused) as refusal:
            two_step.enrol(jan, wrong(first))
        assert refusal.value.faults == (Fault(code=FaultCode.CODE_WRONG, field="code", params={"left": left}),)
    two_step.resend(jan)
    second = world.code()
    with pytest.raises(Refused) as refusal:
        two_step.enrol(jan, first)
    assert refusal.value.faults[0].params == {"left": 2}
    with pytest.raises(Refused):
        two_step.enrol(jan, wrong(second))
    for _ in range(2):
        with pytest.raises(Refused) as refusal:
            two_step.enrol(jan, wrong(second))
        assert refusal.value.faults == (Fault(code=FaultCode.NO_ATTEMPTS_LEFT, field="code"),)
    for call in (lambda: two_step.enrol(jan, second), lambda: two_step.resend(jan)):
        with pytest.raises(Refused) as refusal:
            call()
        assert refusal.value.faults == (Fault(code=FaultCode.NO_ATTEMPTS_LEFT, field="code"),)
    assert two_step.view(jan).method is None
    two_step.begin_totp(jan)
    enrolling = two_step.view(jan).enrolling
    assert enrolling is not None
    assert enrolling.attempts_left == 5


def test_what_is_no_code_costs_no_attempt(world: World, jan: Actor) -> None:
    """TS-2: text that is not a code of six digits is refused, and costs no attempt."""
    world.portal.client.two_step.begin_sms(jan, NUMBER)
    for typed in ("12345", "abcdef", "", "\u0661\u0662\u0663\u0664\u0665\u0666"):
        with pytest.raises(Refused):
            world.portal.client.two_step.enrol(jan, typed)
    enrolling = world.portal.client.two_step.view(jan).enrolling
    assert enrolling is not None
    assert enrolling.attempts_left == 5


def test_an_enrolment_of_an_app_asks_for_no_sms(world: World, jan: Actor) -> None:
    """TS-6: asking for a new code during the enrolment of an app sends nothing and changes nothing."""
    key = world.portal.client.two_step.begin_totp(jan)
    world.portal.client.two_step.resend(jan)
    world.deliver()
    assert world.sms.sent == []
    world.portal.client.two_step.enrol(jan, world.app(key))


def test_the_first_code_of_an_app_does_not_sign_in(world: World, jan: Actor) -> None:
    """TS-6: the code that enrolled an app cannot sign in; the next code can."""
    key = world.portal.client.two_step.begin_totp(jan)
    code = world.app(key)
    world.portal.client.two_step.enrol(jan, code)
    with pytest.raises(Refused):
        world.portal.client.second_step.enter(world.visitor, world.halfway(), code)
    world.later(seconds=30)
    world.portal.client.second_step.enter(world.visitor, world.halfway(), world.app(key))


def test_turning_on_ends_what_was_given_out_before(world: World, jan: Actor) -> None:
    """TS-1: turning it on ends other sessions and links, and keeps this session."""
    own = world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD)
    other = world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD)
    assert isinstance(own, Entrance)
    assert isinstance(other, Entrance)
    link = world.password_link("jan@example.nl")
    world.turn_on(world.actor(own.token))
    assert world.actor(own.token).account_id == jan.account_id
    with pytest.raises(NotSignedIn):
        world.actor(other.token)
    with pytest.raises(LinkDead):
        world.portal.client.onboarding.look_at_password_link(world.visitor, link)


def test_changing_takes_password_and_code(world: World, jan: Actor) -> None:
    """TS-5: changing the number needs a code of the current number and a code of the new one."""
    two_step = world.portal.client.two_step
    former = world.turn_on(jan)
    for call in (lambda: two_step.begin_sms(jan, OTHER_NUMBER), lambda: two_step.begin_totp(jan)):
        with pytest.raises(CodeDue):
            call()
    two_step.ask_code(jan)
    assert (two_step.view(jan).asked, two_step.view(jan).proven) == (True, False)
    assert two_step.prove(jan, world.code()) is None
    assert world.sms.sent[-1].to == NUMBER
    assert (two_step.view(jan).asked, two_step.view(jan).proven) == (False, True)
    two_step.ask_code(jan)
    world.deliver()
    two_step.begin_sms(jan, OTHER_NUMBER)
    recovery = two_step.enrol(jan, world.code())
    assert world.sms.sent[-1].to == OTHER_NUMBER
    assert (two_step.view(jan).number, two_step.view(jan).proven) == (OTHER_NUMBER, False)
    assert recovery != former
    assert "is gewijzigd" in world.deliver()[-1].subject
    with pytest.raises(CodeDue):
        two_step.begin_totp(jan)


def test_turning_off_takes_password_and_code(world: World, jan: Actor) -> None:
    """TS-5: turning it off needs a code, ends other sessions, and sends a mail."""
    two_step = world.portal.client.two_step
    world.turn_on(jan)
    other = world.enter()
    with pytest.raises(CodeDue):
        two_step.turn_off(jan)
    two_step.ask_code(jan)
    with pytest.raises(CodeDue):
        two_step.turn_off(jan)
    code = world.code()
    with pytest.raises(Refused) as refusal:
        two_step.prove(jan, wrong(code))
    assert refusal.value.faults == (Fault(code=FaultCode.CODE_WRONG, field="code", params={"left": 4}),)
    two_step.prove(jan, code)
    two_step.turn_off(jan)
    assert two_step.view(jan) == NOTHING_ON
    assert "staat uit" in world.deliver()[-1].subject
    with pytest.raises(NotSignedIn):
        world.actor(other.token)
    assert isinstance(world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD), Entrance)
    with pytest.raises(CodeDue):
        two_step.turn_off(jan)


def test_the_recovery_code_proves_too(world: World, jan: Actor) -> None:
    """TS-4, TS-5: a recovery code can replace the code, returns a new recovery code, and sends a mail."""
    two_step = world.portal.client.two_step
    recovery = world.turn_on(jan)
    two_step.ask_code(jan)
    with pytest.raises(Refused) as refusal:
        two_step.prove(jan, recovery[:-1] + ("0" if recovery[-1] != "0" else "2"))
    assert refusal.value.faults == (Fault(code=FaultCode.CODE_WRONG, field="code", params={"left": 4}),)
    with pytest.raises(Refused) as refusal:
        two_step.prove(jan, recovery[:-1] + "U")
    assert refusal.value.faults[0].code is FaultCode.NOT_A_RECOVERY_CODE
    successor = two_step.prove(jan, recovery.lower().replace("-", " "))
    assert successor is not None
    assert successor != recovery
    assert "herstelcode" in world.deliver()[-1].subject
    two_step.turn_off(jan)


def test_a_recovery_code_finishes_no_enrolment(world: World, jan: Actor) -> None:
    """TS-5: a recovery code cannot replace the code of a new number."""
    world.turn_on(jan)
    world.portal.client.two_step.ask_code(jan)
    world.portal.client.two_step.prove(jan, world.code())
    world.portal.client.two_step.begin_sms(jan, OTHER_NUMBER)
    with pytest.raises(Refused) as refusal:
        world.portal.client.two_step.enrol(jan, "0123456789ABCDEFGHJKMNPQR")
    assert refusal.value.faults[0].code is FaultCode.NOT_A_CODE


def test_an_app_s_code_proves(world: World, jan: Actor) -> None:
    """TS-5, TS-6: the code of an app allows changes unless it was used before, and nothing is sent."""
    two_step = world.portal.client.two_step
    key = two_step.begin_totp(jan)
    used = world.app(key)
    two_step.enrol(jan, used)
    two_step.ask_code(jan)
    with pytest.raises(Refused):
        two_step.prove(jan, used)
    world.later(seconds=30)
    two_step.prove(jan, world.app(key))
    two_step.turn_off(jan)
    world.deliver()
    assert world.sms.sent == []


def test_five_attempts_to_prove_for_ten_minutes(world: World, jan: Actor) -> None:
    """TS-2: a session has five attempts in ten minutes to prove the second step, also if it asks again."""
    two_step = world.portal.client.two_step
    key = two_step.begin_totp(jan)
    two_step.enrol(jan, world.app(key))
    for _ in range(5):
        two_step.ask_code(jan)
        with pytest.raises(Refused):
            two_step.prove(jan, wrong(world.app(key)))
    world.later(seconds=30)
    with pytest.raises(Refused) as refusal:
        two_step.prove(jan, world.app(key))
    assert refusal.value.faults == (Fault(code=FaultCode.NO_ATTEMPTS_LEFT, field="code"),)
    with pytest.raises(Refused) as refusal:
        two_step.ask_code(jan)
    assert refusal.value.faults == (Fault(code=FaultCode.NO_ATTEMPTS_LEFT, field="code"),)
    world.later(minutes=10)
    fresh = world.confirmed(jan)
    two_step.ask_code(fresh)
    two_step.prove(fresh, world.app(key))


def test_what_was_proven_is_its_session_s_for_ten_minutes(world: World, jan: Actor) -> None:
    """TS-5: a proven code counts for its own session only, for ten minutes."""
    two_step = world.portal.client.two_step
    world.turn_on(jan)
    other = world.actor(world.enter().token)
    two_step.ask_code(jan)
    two_step.prove(jan, world.code())
    with pytest.raises(CodeDue):
        two_step.turn_off(other)
    world.later(minutes=10)
    with pytest.raises(CodeDue):
        two_step.turn_off(world.confirmed(jan))


def test_everything_takes_a_password_given_lately(world: World, jan: Actor) -> None:
    """TS-1, TS-5: all changes need a password that was given in the last ten minutes."""
    two_step = world.portal.client.two_step
    world.turn_on(jan)
    two_step.ask_code(jan)
    two_step.prove(jan, world.code())
    world.later(minutes=10)
    calls: list[Callable[[], object]] = [
        lambda: two_step.begin_sms(jan, NUMBER),
        lambda: two_step.begin_totp(jan),
        lambda: two_step.enrol(jan, "123456"),
        lambda: two_step.ask_code(jan),
        lambda: two_step.prove(jan, "123456"),
        lambda: two_step.turn_off(jan),
    ]
    for call in calls:
        with pytest.raises(NotConfirmed):
            call()
    two_step.ask_code(world.confirmed(jan))


def test_asking_a_code_where_nothing_is_on(world: World, jan: Actor) -> None:
    """TS-5: asking for a code, or turning off, is refused if two-step verification is not on."""
    with pytest.raises(Refused) as refusal:
        world.portal.client.two_step.ask_code(jan)
    assert refusal.value.faults == (Fault(code=FaultCode.WRONG_STATE, field="two_step"),)
    with pytest.raises(CodeDue):
        world.portal.client.two_step.turn_off(jan)
    with pytest.raises(Refused) as refusal:
        world.portal.client.two_step.resend(jan)
    assert refusal.value.faults == (Fault(code=FaultCode.NOTHING_TO_ENTER, field="code"),)


def test_two_enrolments_at_once(world: World, jan: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """TS-2: if a session begins two enrolments at once, the second one is a conflict."""
    with world.storage.begin() as uow:
        verifications = type(uow.verifications)
    monkeypatch.setattr(verifications, "open", lambda self, verification: False)
    with pytest.raises(Conflict):
        world.portal.client.two_step.begin_totp(jan)


def test_without_sms_there_are_apps() -> None:
    """TS-1, TS-6: without an SMS gateway a number cannot be enrolled, and an app can."""
    world = World(sms=False)
    jan = world.onboard()
    assert not world.portal.client.two_step.view(jan).sms_offered
    with pytest.raises(Refused) as refusal:
        world.portal.client.two_step.begin_sms(jan, NUMBER)
    assert refusal.value.faults == (Fault(code=FaultCode.SMS_NOT_OFFERED, field="number"),)
    world.portal.client.two_step.enrol(jan, world.app(world.portal.client.two_step.begin_totp(jan)))


class TestMandatory:
    """Two-step verification that the office requires (TS-1)."""

    def test_nothing_is_open_before(self, world: World, jan: Actor) -> None:
        """TS-1: a session without the required two-step verification can only turn it on, also if it is older."""
        before = world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD)
        world.portal.office.profile.require_two_step(world.handler)
        after = world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD)
        for entrance in (before, after):
            assert isinstance(entrance, Entrance)
            with pytest.raises(TwoStepDue):
                world.actor(entrance.token)
            signed_in = world.portal.client.sign_in.whoever(world.office, entrance.token, enrolling=True)
            assert world.portal.client.two_step.view(signed_in.actor).required
        assert isinstance(after, Entrance)
        world.turn_on(world.portal.client.sign_in.whoever(world.office, after.token, enrolling=True).actor)
        assert world.actor(after.token).account_id == jan.account_id

    def test_it_stays_on(self, world: World, jan: Actor) -> None:
        """TS-1: while the office requires it, it cannot be turned off."""
        two_step = world.portal.client.two_step
        world.turn_on(jan)
        world.portal.office.profile.require_two_step(world.handler)
        world.portal.office.profile.require_two_step(world.handler)
        two_step.ask_code(jan)
        two_step.prove(jan, world.code())
        with pytest.raises(Refused) as refusal:
            two_step.turn_off(jan)
        assert refusal.value.faults == (Fault(code=FaultCode.TWO_STEP_REQUIRED),)
        world.portal.office.profile.require_two_step(world.handler, False)
        two_step.turn_off(jan)
        assert world.audit().count("TwoStepRequirementChanged") == 2

    def test_a_shorter_password_will_do(self) -> None:
        """PW-3: under ``STRICT``, 8 characters are enough instead of 15 if the office requires a second step."""
        world = World(settings=Settings(passwords=STRICT))
        world.invite()
        world.deliver()
        link = world.password_link("jan@example.nl")
        with pytest.raises(Refused):
            world.portal.client.onboarding.set_password(world.visitor, link, "zeemeeuw", "zeemeeuw")
        world.portal.office.profile.require_two_step(world.handler)
        world.portal.client.onboarding.set_password(world.visitor, link, "zeemeeuw", "zeemeeuw")

    def test_it_is_the_office_s_own(self, world: World, jan: Actor) -> None:
        """OF-2: the requirement of one office does not apply to another."""
        world.portal.office.profile.require_two_step(world.other_office())
        assert world.sign_in().account_id == jan.account_id


class TestReset:
    """A reset by the office, after phone and recovery code are lost (TS-5)."""

    def test_the_office_turns_it_off(self, world: World, jan: Actor) -> None:
        """TS-5: a reset ends sessions and half sign-ins, sends a mail, and the password alone signs in."""
        recovery = world.turn_on(jan)
        session, halfway = world.enter(), world.halfway()
        world.portal.office.clients.reset_two_step(world.handler, jan.account_id)
        with pytest.raises(NotSignedIn):
            world.actor(session.token)
        assert "uitgezet" in world.deliver()[-1].subject
        with pytest.raises(SecondStepDead):
            world.portal.client.second_step.recover(world.visitor, halfway, recovery)
        assert isinstance(world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD), Entrance)
        assert "TwoStepReset" in world.audit()

    def test_where_there_is_nothing_to_reset(self, world: World, jan: Actor) -> None:
        """AL-1, OF-2: a reset is refused if nothing is on, and the account of another office is absent."""
        with pytest.raises(Refused) as refusal:
            world.portal.office.clients.reset_two_step(world.handler, jan.account_id)
        assert refusal.value.faults == (Fault(code=FaultCode.WRONG_STATE, field="two_step"),)
        world.turn_on(jan)
        with pytest.raises(Absent):
            world.portal.office.clients.reset_two_step(world.other_office(), jan.account_id)


def test_security_mails_cannot_be_switched_off(world: World, jan: Actor) -> None:
    """PR-3: a mail about two-step verification is sent even if all notifications are off."""
    profile = world.portal.client.profile.view(jan).profile
    none = attrs.evolve(profile.notifications, documents=False, questionnaires=False, messages=False)
    world.portal.client.profile.save(jan, attrs.evolve(profile, notifications=none))
    world.turn_on(jan)
    assert [mail.to for mail in world.deliver()] == ["jan@example.nl"]
