"""The second step of a sign-in (TS-2, TS-4, ON-5, ON-8, SI-3)."""

from datetime import timedelta
from uuid import UUID

import attrs
import pytest

from klantportaal.domain.errors import Fault, FaultCode, NotSignedIn, Refused, SecondStepDead
from klantportaal.domain.sessions import Actor, Visitor
from klantportaal.domain.two_step import CodePurpose, TwoStepMethod
from klantportaal.domain.values import Digest
from klantportaal.testing.fakes import PlainVault
from klantportaal.usecases.client.second_step import SecondStepView
from klantportaal.usecases.client.session_start import Halfway
from tests.usecases.test_two_step import wrong
from tests.usecases.world import NUMBER, World


@pytest.fixture
def recovery(world: World, jan: Actor) -> str:
    """The recovery code of a client with two-step verification by SMS."""
    code = world.turn_on(jan)
    world.deliver()
    world.later(hours=1)
    return code


@pytest.fixture
def halfway(world: World, recovery: str) -> str:
    """The token of a sign-in whose password was given, and whose code was not."""
    return world.halfway()


def test_a_password_is_half_a_sign_in(world: World, halfway: str) -> None:
    """TS-2: the password alone starts no session; the page shows only the end of the number and the limits."""
    with pytest.raises(NotSignedIn):
        world.actor(halfway)
    assert world.portal.client.second_step.view(world.visitor, halfway) == SecondStepView(
        person_id=world.portal.office.clients.list(world.handler)[0].accounts[0].person_id,
        method=TwoStepMethod.SMS,
        number_end=NUMBER[-2:],
        attempts_left=5,
        expires_at=world.clock.now() + timedelta(minutes=10),
    )
    assert "SignedIn" not in world.audit()[-2:]


def test_the_code_signs_in_with_a_token_of_its_own(world: World, jan: Actor, halfway: str) -> None:
    """TS-2, SI-3: the code starts a session with a new token, and ends the half sign-in."""
    code = world.code()
    entrance = world.portal.client.second_step.enter(world.visitor, halfway, code)
    assert world.actor(entrance.token).account_id == jan.account_id
    assert entrance.token != halfway
    assert not entrance.first
    with pytest.raises(SecondStepDead):
        world.portal.client.second_step.enter(world.visitor, halfway, code)
    for call in (world.portal.client.second_step.view, world.portal.client.second_step.resend):
        with pytest.raises(SecondStepDead):
            call(world.visitor, halfway)
    assert world.audit()[-1] == "SignedIn"


def test_a_code_is_of_its_own_sign_in(world: World, halfway: str) -> None:
    """TS-2: a code of another sign-in of the same account is refused."""
    code = world.code()
    other = world.halfway()
    world.deliver()
    with pytest.raises(Refused) as refusal:
        world.portal.client.second_step.enter(world.visitor, other, code)
    assert refusal.value.faults == (Fault(code=FaultCode.CODE_WRONG, field="code", params={"left": 4}),)
    world.portal.client.second_step.enter(world.visitor, halfway, code)


def test_five_attempts_over_all_codes(world: World, halfway: str) -> None:
    """TS-2: five wrong codes end the sign-in, also if new codes were asked for in between."""
    second_step = world.portal.client.second_step
    for left in (4, 3, 2, 1):
        code = world.code()
        with pytest.raises(Refused) as refusal:
            second_step.enter(world.visitor, halfway, wrong(code))
        assert refusal.value.faults == (Fault(code=FaultCode.CODE_WRONG, field="code", params={"left": left}),)
        second_step.resend(world.visitor, halfway)
    code = world.code()
    for typed in (wrong(code), code):
        with pytest.raises(SecondStepDead):
            second_step.enter(world.visitor, halfway, typed)
    with pytest.raises(SecondStepDead):
        second_step.view(world.visitor, halfway)
    assert world.audit().count("CodeRefused") == 5


def test_asking_again_voids_the_older_code(world: World, halfway: str) -> None:
    """TS-2: sending a new code voids the older one; both go to the same number."""
    first = world.code()
    world.portal.client.second_step.resend(world.visitor, halfway)
    second = world.code()
    assert [sms.to for sms in world.sms.sent[-2:]] == [NUMBER, NUMBER]
    with pytest.raises(Refused):
        world.portal.client.second_step.enter(world.visitor, halfway, first)
    world.portal.client.second_step.enter(world.visitor, halfway, second)


def test_at_most_three_messages(world: World, halfway: str) -> None:
    """TS-2: a fourth SMS within 15 minutes is not sent, without an error, and the third code still works."""
    for _ in range(5):
        world.portal.client.second_step.resend(world.visitor, halfway)
    sent = len(world.sms.sent)
    code = world.code()
    assert len(world.sms.sent) - sent == 3
    world.portal.client.second_step.enter(world.visitor, halfway, code)


def test_a_message_that_is_tried_again_has_another_code(world: World, halfway: str) -> None:
    """TS-2: a retried SMS has a new code, and the code of the failed attempt is void."""
    world.sms.down = True
    world.deliver()
    lost = world.codes.drawn[-1]
    world.sms.down = False
    world.later(seconds=30)
    code = world.code()
    assert code != lost
    with pytest.raises(Refused):
        world.portal.client.second_step.enter(world.visitor, halfway, lost)
    world.portal.client.second_step.enter(world.visitor, halfway, code)


@pytest.mark.parametrize("minutes", [5, 6])
def test_a_code_lives_five_minutes(world: World, halfway: str, minutes: int) -> None:
    """TS-2: a code is void after five minutes; a newer code works until the sign-in ends after ten minutes."""
    code = world.code()
    world.later(minutes=minutes)
    with pytest.raises(Refused):
        world.portal.client.second_step.enter(world.visitor, halfway, code)
    world.portal.client.second_step.resend(world.visitor, halfway)
    code = world.code()
    world.later(minutes=10 - minutes, seconds=-1)
    world.portal.client.second_step.enter(world.visitor, halfway, code)


def test_a_half_sign_in_lives_ten_minutes(world: World, halfway: str, recovery: str) -> None:
    """TS-2: after ten minutes no code or recovery code signs in, and no SMS is sent."""
    world.later(minutes=10)
    sent = len(world.sms.sent)
    for call in (
        lambda: world.portal.client.second_step.view(world.visitor, halfway),
        lambda: world.portal.client.second_step.resend(world.visitor, halfway),
        lambda: world.portal.client.second_step.enter(world.visitor, halfway, "123456"),
        lambda: world.portal.client.second_step.recover(world.visitor, halfway, recovery),
    ):
        with pytest.raises(SecondStepDead):
            call()
    world.deliver()
    assert len(world.sms.sent) == sent


def test_a_clock_that_jumps_back(world: World, halfway: str) -> None:
    """TS-2: after the clock is set back, a sign-in that was started in the future is void."""
    code = world.code()
    world.later(days=-1)
    with pytest.raises(SecondStepDead):
        world.portal.client.second_step.enter(world.visitor, halfway, code)
    token = world.halfway()
    world.portal.client.second_step.enter(world.visitor, token, world.code())


def test_the_recovery_code_signs_in_once(world: World, jan: Actor, halfway: str, recovery: str) -> None:
    """TS-4: a recovery code signs in once, returns a new recovery code, and sends a mail."""
    entrance, successor = world.portal.client.second_step.recover(world.visitor, halfway, recovery.lower())
    assert world.actor(entrance.token).account_id == jan.account_id
    assert successor != recovery
    assert [mail.subject for mail in world.deliver()] == [
        "Uw herstelcode voor het klantenportaal van Notariskantoor Van der Meer is gebruikt"
    ]
    other = world.halfway()
    with pytest.raises(Refused) as refusal:
        world.portal.client.second_step.recover(world.visitor, other, recovery)
    assert refusal.value.faults == (Fault(code=FaultCode.CODE_WRONG, field="recovery", params={"left": 4}),)
    world.portal.client.second_step.recover(world.visitor, other, successor)
    assert world.audit().count("RecoveryCodeUsed") == 2


def test_a_recovery_code_counts_as_an_attempt(world: World, halfway: str, recovery: str) -> None:
    """TS-2: wrong recovery codes count as attempts, as wrong codes do."""
    for _ in range(4):
        with pytest.raises(Refused):
            world.portal.client.second_step.recover(world.visitor, halfway, "0" * 25)
    with pytest.raises(SecondStepDead):
        world.portal.client.second_step.recover(world.visitor, halfway, "0" * 25)
    with pytest.raises(SecondStepDead):
        world.portal.client.second_step.enter(world.visitor, halfway, world.code())
    for typed in ("0" * 24, "", "U" * 25):
        with pytest.raises(Refused):
            world.portal.client.second_step.recover(world.visitor, world.halfway(), typed)


def test_the_recovery_code_of_one_is_nothing_to_another(world: World, recovery: str) -> None:
    """TS-4: the recovery code of another account is refused."""
    piet = world.onboard("piet@example.nl", name="Piet")
    world.turn_on(piet)
    with pytest.raises(Refused):
        world.portal.client.second_step.recover(world.visitor, world.halfway("piet@example.nl"), recovery)


def test_of_a_message_nothing_is_kept_readable(world: World, halfway: str, recovery: str) -> None:
    """TS-2, TS-3: the tables, the trail and the mails contain no code and no recovery code."""
    code = world.code()
    tables = world.storage._committed  # type: ignore[attr-defined]
    kept = str(
        [
            attrs.asdict(each)
            for name in ("verifications", "two_steps", "tasks", "entries")
            for each in getattr(tables, name).values()
        ]
    )
    kept += "".join(mail.text + mail.html for mail in world.mail.sent)
    for secret in (code, recovery, recovery.replace("-", "")):
        assert secret not in kept


def test_an_app_signs_in(world: World, jan: Actor) -> None:
    """TS-6: the code of an app signs in once, and no SMS is sent, even if a code is asked for."""
    key = world.portal.client.two_step.begin_totp(jan)
    world.portal.client.two_step.enrol(jan, world.app(key))
    world.later(minutes=1)
    token, other = world.halfway(), world.halfway()
    view = world.portal.client.second_step.view(world.visitor, token)
    assert (view.method, view.number_end) == (TwoStepMethod.TOTP, None)
    world.portal.client.second_step.resend(world.visitor, token)
    code = world.app(key)
    world.portal.client.second_step.enter(world.visitor, token, code)
    with pytest.raises(Refused):
        world.portal.client.second_step.enter(world.visitor, other, code)
    world.deliver()
    assert world.sms.sent == []


def test_a_clock_that_jumps_back_accepts_no_step_again(world: World, jan: Actor) -> None:
    """TS-6: after the clock is set back, used and older app codes are refused, and the recovery code works."""
    key = world.portal.client.two_step.begin_totp(jan)
    recovery = world.portal.client.two_step.enrol(jan, world.app(key))
    world.later(minutes=5)
    code = world.app(key)
    world.portal.client.second_step.enter(world.visitor, world.halfway(), code)
    world.later(minutes=-1)
    for typed in (code, world.app(key)):
        with pytest.raises(Refused):
            world.portal.client.second_step.enter(world.visitor, world.halfway(), typed)
    world.portal.client.second_step.recover(world.visitor, world.halfway(), recovery)


def test_a_change_ends_half_sign_ins(world: World, jan: Actor, recovery: str) -> None:
    """TS-2: a code that was sent before a change of method is void after it."""
    token = world.halfway()
    code, actor = world.code(), world.confirmed(world.actor(world.enter().token))
    world.portal.client.two_step.ask_code(actor)
    world.portal.client.two_step.prove(actor, world.code())
    world.later(minutes=4)
    world.portal.client.two_step.enrol(actor, world.app(world.portal.client.two_step.begin_totp(actor)))
    with pytest.raises(SecondStepDead):
        world.portal.client.second_step.enter(world.visitor, token, code)


@pytest.mark.parametrize("meanwhile", ["password", "account", "client", "reset"])
def test_what_ends_sessions_ends_half_ones(world: World, jan: Actor, halfway: str, meanwhile: str) -> None:
    """SI-3: a new password, a closed account or client, and a reset end a half sign-in."""
    code = world.code()
    clients = world.portal.office.clients
    if meanwhile == "password":
        link = world.password_link("jan@example.nl")
        world.portal.client.onboarding.set_password(world.visitor, link, "Anders2026!x", "Anders2026!x")
    elif meanwhile == "account":
        clients.close_account(world.handler, jan.account_id)
    elif meanwhile == "client":
        clients.close(world.handler, jan.client_id)
    else:
        clients.reset_two_step(world.handler, jan.account_id)
    with pytest.raises(SecondStepDead):
        world.portal.client.second_step.enter(world.visitor, halfway, code)


def test_no_message_for_who_cannot_sign_in(world: World, jan: Actor, halfway: str) -> None:
    """TS-2: no code is sent to an account that was closed meanwhile."""
    world.portal.office.clients.close_account(world.handler, jan.account_id)
    before = len(world.sms.sent)
    world.deliver()
    assert len(world.sms.sent) == before


def test_a_new_password_leaves_it_on(world: World, jan: Actor, recovery: str) -> None:
    """ON-5, ON-8: setting a new password ends older sessions, and a session starts only after the second step."""
    session = world.enter()
    link = world.password_link("jan@example.nl")
    halfway = world.portal.client.onboarding.set_password(world.visitor, link, "Anders2026!x", "Anders2026!x")
    assert isinstance(halfway, Halfway)
    with pytest.raises(NotSignedIn):
        world.actor(session.token)
    with pytest.raises(NotSignedIn):
        world.actor(halfway.token)
    entrance = world.portal.client.second_step.enter(world.visitor, halfway.token, world.code())
    assert world.actor(entrance.token).account_id == jan.account_id
    world.halfway(password="Anders2026!x")


def test_the_first_sign_in_ever_through_a_second_step(world: World, jan: Actor, recovery: str) -> None:
    """ON-7: the first session counts as the first sign-in, not the first password."""
    with world.storage.begin() as uow:
        person = uow.persons.get(jan.office_id, jan.person_id)
        uow.persons.save(attrs.evolve(person, first_signed_in_at=None))
        uow.commit()
    assert world.enter().first
    assert not world.enter().first


def test_whatever_comes_as_a_token(world: World, halfway: str) -> None:
    """TS-2, OF-2: an invalid token, or one of another office, is refused."""
    code = world.code()
    elsewhere = Visitor(office_id=world.other_office().office_id)
    for visitor, token in [(elsewhere, halfway), *((world.visitor, each) for each in ("", "x" * 43, "é"))]:
        with pytest.raises(SecondStepDead):
            world.portal.client.second_step.enter(visitor, token, code)
    session = world.portal.client.second_step.enter(world.visitor, halfway, code)
    with pytest.raises(SecondStepDead):
        world.portal.client.second_step.view(world.visitor, session.token)


def test_a_newer_code_while_the_older_one_is_compared(
    world: World, halfway: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TS-2: a code that a newer code voids during the comparison does not sign in."""
    code = world.code()
    matches = world.codes.matches

    def crossing(kept: Digest, purpose: CodePurpose, bound_to: UUID, typed: str) -> bool:
        monkeypatch.setattr(world.codes, "matches", matches)
        world.portal.client.second_step.resend(world.visitor, halfway)
        world.deliver()
        return matches(kept, purpose, bound_to, typed)

    monkeypatch.setattr(world.codes, "matches", crossing)
    with pytest.raises(Refused) as refusal:
        world.portal.client.second_step.enter(world.visitor, halfway, code)
    assert refusal.value.faults == (Fault(code=FaultCode.CODE_WRONG, field="code", params={"left": 4}),)
    world.portal.client.second_step.enter(world.visitor, halfway, world.code())


@pytest.mark.parametrize("meanwhile", ["closed", "used"])
def test_changed_while_it_is_compared(
    world: World, jan: Actor, halfway: str, recovery: str, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    """TS-2, TS-4: a recovery code that becomes invalid during the comparison does not sign in."""
    other, matches = world.halfway(), world.codes.matches

    def crossing(kept: Digest, purpose: CodePurpose, bound_to: UUID, typed: str) -> bool:
        monkeypatch.setattr(world.codes, "matches", matches)
        if meanwhile == "closed":
            world.portal.office.clients.close_account(world.handler, jan.account_id)
        else:
            world.portal.client.second_step.recover(world.visitor, other, recovery)
        return matches(kept, purpose, bound_to, typed)

    monkeypatch.setattr(world.codes, "matches", crossing)
    with pytest.raises(Refused):
        world.portal.client.second_step.recover(world.visitor, halfway, recovery)


def test_a_step_that_is_used_while_it_is_compared(world: World, jan: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """TS-6: if two sign-ins use the same app code at once, the second one is refused."""
    key = world.portal.client.two_step.begin_totp(jan)
    world.portal.client.two_step.enrol(jan, world.app(key))
    world.later(minutes=1)
    token, other, code = world.halfway(), world.halfway(), world.app(key)
    opening = PlainVault.open

    def crossing(vault: PlainVault, sealed: bytes, *, bound_to: UUID) -> str:
        monkeypatch.setattr(PlainVault, "open", opening)
        world.portal.client.second_step.enter(world.visitor, other, code)
        return vault.open(sealed, bound_to=bound_to)

    monkeypatch.setattr(PlainVault, "open", crossing)
    with pytest.raises(Refused):
        world.portal.client.second_step.enter(world.visitor, token, code)
    world.later(minutes=1)
    world.portal.client.second_step.enter(world.visitor, token, world.app(key))


class TestThrottling:
    """Throttling of guessed codes over several sign-ins (SI-2)."""

    def guess(self, world: World, sign_ins: int) -> None:
        """Give five wrong codes in each of several sign-ins, with the right password."""
        for token in [world.halfway() for _ in range(sign_ins)]:
            for _ in range(5):
                with pytest.raises((Refused, SecondStepDead)):
                    world.portal.client.second_step.enter(world.visitor, token, "000000")

    def test_a_right_password_gives_no_attempts_back(self, world: World, recovery: str) -> None:
        """SI-2, TS-2: after ten wrong codes, the right one is refused for a minute, without a comparison."""
        self.guess(world, 2)
        token = world.halfway()
        code, before = world.code(), world.codes.compared
        with pytest.raises(Refused) as refusal:
            world.portal.client.second_step.enter(world.visitor, token, code)
        assert refusal.value.faults == (Fault(code=FaultCode.CODE_WRONG, field="code", params={"left": 4}),)
        assert world.codes.compared == before
        world.later(minutes=1)
        world.portal.client.second_step.enter(world.visitor, token, code)

    def test_a_right_code_forgets_wrong_ones(self, world: World, recovery: str) -> None:
        """SI-2: a right code resets the count of wrong codes."""
        for _ in range(3):
            self.guess(world, 1)
            world.later(minutes=15)
            world.enter()

    def test_the_recovery_code_does_not_wait(self, world: World, recovery: str) -> None:
        """SI-2, TS-4: a recovery code, with 125 bits, works while codes are throttled."""
        self.guess(world, 2)
        world.portal.client.second_step.recover(world.visitor, world.halfway(), recovery)

    def test_codes_do_not_keep_passwords_out(self, world: World, recovery: str) -> None:
        """SI-2: wrong codes do not throttle passwords."""
        self.guess(world, 2)
        world.halfway()

    def test_settings_count_along(self, world: World, jan: Actor) -> None:
        """SI-2: wrong codes in the settings count together with those at sign-in."""
        key = world.portal.client.two_step.begin_totp(jan)
        world.portal.client.two_step.enrol(jan, world.app(key))
        world.portal.client.two_step.ask_code(jan)
        for _ in range(5):
            with pytest.raises(Refused):
                world.portal.client.two_step.prove(jan, "000000")
        self.guess(world, 1)
        world.later(seconds=59)
        token = world.halfway()
        with pytest.raises(Refused):
            world.portal.client.second_step.enter(world.visitor, token, world.app(key))
        world.later(seconds=1)
        world.portal.client.second_step.enter(world.visitor, token, world.app(key))
