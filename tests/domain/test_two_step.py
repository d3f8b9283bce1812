"""Codes: how they are read, how long they live, and what they are bound to."""

import contextlib
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pyotp import TOTP

from klantportaal.domain.errors import FaultCode, Refused
from klantportaal.domain.events import CodeAsked, CodeMade, TwoStepChanged, TwoStepTurnedOff, TwoStepTurnedOn
from klantportaal.domain.persons import cut_off
from klantportaal.domain.texting import E164
from klantportaal.domain.two_step import (
    ALPHABET,
    Channel,
    CodePurpose,
    TwoStep,
    TwoStepMethod,
    TwoStepRules,
    Verification,
    accepted_step,
    asked,
    grouped,
    is_open,
    living_code,
    looks_like_recovery,
    open_verification,
    provisioning_uri,
    read_code,
    read_recovery,
    stands,
    turn_off,
    turn_on,
    with_code,
)
from klantportaal.domain.values import SKEW, Digest, SessionId, TwoStepId, VerificationId
from tests.domain.given import (
    ANY_TEXT,
    AT,
    FINGERPRINT,
    INVISIBLE,
    OFFICE_ID,
    OTHER_PERSON_ID,
    PERSON,
    PERSON_ID,
    TICK,
    refusal,
)

RULES = TwoStepRules()
ID = VerificationId(UUID(int=40))
TWO_STEP_ID = TwoStepId(UUID(int=41))
SESSION_ID = SessionId(UUID(int=42))
CODE, OTHER_CODE, RECOVERY = Digest(b"c" * 40), Digest(b"d" * 40), Digest(b"r" * 40)
NUMBER = E164("+31612345678")
BY_SMS = Channel(method=TwoStepMethod.SMS, number=NUMBER)
BY_APP = Channel(method=TwoStepMethod.TOTP, secret=b"sealed")
KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STANDING = TwoStep(
    id=TWO_STEP_ID,
    office_id=OFFICE_ID,
    person_id=PERSON_ID,
    method=TwoStepMethod.SMS,
    number=NUMBER,
    secret=None,
    last_step=0,
    recovery=RECOVERY,
    since=AT,
)
CODES = st.integers(0, 999_999).map("{:06}".format)
RECOVERIES = st.text(ALPHABET, min_size=25, max_size=25)


def opened(standing: TwoStep | None = STANDING, **fields: Any) -> Verification:
    """Open the verification of a sign-in."""
    verification, _fact = open_verification(
        PERSON, CodePurpose.SIGN_IN, BY_SMS, FINGERPRINT, id=ID, standing=standing, rules=RULES, at=AT
    )
    return attrs.evolve(verification, **fields)


class TestReading:
    """Codes as users type them."""

    @given(CODES, st.lists(st.sampled_from(["-", "\u2013", "."]) | INVISIBLE, min_size=7, max_size=7))
    def test_a_code_is_read_however_it_is_parted(self, code: str, parts: list[str]) -> None:
        """TS-1: spaces, dashes, dots and what is not seen are ignored."""
        typed = "".join(part + digit for part, digit in zip(parts, [*code, ""], strict=True))
        assert read_code(typed) == code

    @pytest.mark.parametrize(
        "text",
        [
            "12345",
            "1234567",
            "12345a",
            "+123456",
            "1234\ud83d56",
            "12345\u00b2",
            "\uff11\uff12\uff13\uff14\uff15\uff16",
            "\u0661\u0662\u0663\u0664\u0665\u0666",
            "\u2460\u2461\u2462\u2463\u2464\u2465",
            "123456" + " " * 1000,
        ],
    )
    def test_what_is_no_code(self, text: str) -> None:
        """TS-2: a code has six ASCII digits; other digits of Unicode are refused."""
        assert codes_of(lambda: read_code(text)) == [FaultCode.NOT_A_CODE]

    @pytest.mark.parametrize("text", ["", " ", "\u200b\t"])
    def test_nothing_is_missing(self, text: str) -> None:
        """AL-1: an empty field is refused as missing."""
        assert codes_of(lambda: read_code(text)) == [FaultCode.MISSING]
        assert codes_of(lambda: read_recovery(text)) == [FaultCode.MISSING]

    @given(ANY_TEXT)
    def test_whatever_is_typed(self, text: str) -> None:
        """TS-2, TS-3: any text is read as a code or a recovery code, or refused, without other errors."""
        for read, shape in ((read_code, "[0-9]{6}"), (read_recovery, f"[{ALPHABET}]{{25}}")):
            with contextlib.suppress(Refused):
                assert re.fullmatch(shape, read(text))

    @given(RECOVERIES, st.data())
    def test_a_recovery_code_is_read_as_it_is_typed_over(self, code: str, data: st.DataObject) -> None:
        """TS-3: case and separators are ignored, O is read as 0, and I or L as 1."""
        looks = {"0": "0oO", "1": "1iIlL"}
        typed = "".join(data.draw(st.sampled_from(looks.get(each, each + each.lower()))) for each in code)
        parting = st.sampled_from(["", "-", " ", " - "]) | INVISIBLE
        separators = data.draw(st.lists(parting, min_size=25, max_size=25))
        assert read_recovery("".join(map("".join, zip(typed, separators, strict=True)))) == code
        assert read_recovery(grouped(code)) == code
        assert looks_like_recovery(typed)

    @pytest.mark.parametrize("other", ["U", "\u0131", "\u017f", "\u212a", "é", "*", "\u0661"])
    def test_what_is_no_recovery_code(self, other: str) -> None:
        """TS-3: U, and letters that become ASCII only by a change of case, are refused (Crockford's base 32)."""
        for text in ("A" * 24 + other, "A" * 24, "A" * 26):
            assert codes_of(partial(read_recovery, text)) == [FaultCode.NOT_A_RECOVERY_CODE]

    def test_a_recovery_code_is_shown_in_groups(self) -> None:
        """TS-3: a recovery code is shown in five groups of five."""
        assert grouped("0123456789ABCDEFGHJKMNPQR") == "01234-56789-ABCDE-FGHJK-MNPQR"
        assert not looks_like_recovery("123 456")


def codes_of(call: Callable[[], object]) -> list[FaultCode]:
    """Return the fault codes with which a call is refused."""
    return [fault.code for fault in refusal(call)]


class TestVerification:
    """A verification: one request for a code."""

    def test_it_is_bound_to_who_began_it(self) -> None:
        """TS-2: it is bound to the person's epoch, its two-step setting, and a token or a session."""
        verification, fact = open_verification(
            PERSON, CodePurpose.SIGN_IN, BY_SMS, FINGERPRINT, id=ID, standing=STANDING, rules=RULES, at=AT
        )
        assert verification == Verification(
            id=ID,
            office_id=OFFICE_ID,
            person_id=PERSON_ID,
            purpose=CodePurpose.SIGN_IN,
            method=TwoStepMethod.SMS,
            number=NUMBER,
            epoch=PERSON.epoch,
            two_step_id=TWO_STEP_ID,
            fingerprint=FINGERPRINT,
            made_at=AT,
            expires_at=AT + timedelta(minutes=10),
        )
        assert fact == CodeAsked(
            person_id=PERSON_ID, verification_id=ID, purpose=CodePurpose.SIGN_IN, method=TwoStepMethod.SMS, at=AT
        )
        enrolment, _fact = open_verification(
            PERSON, CodePurpose.ENROLMENT, BY_APP, SESSION_ID, id=ID, standing=None, rules=RULES, at=AT
        )
        assert (enrolment.session_id, enrolment.fingerprint, enrolment.two_step_id) == (SESSION_ID, None, None)
        assert (enrolment.secret, enrolment.number) == (b"sealed", None)
        assert asked(verification, at=AT + TICK) == attrs.evolve(fact, at=AT + TICK)

    def test_it_takes_a_code_while_it_stands(self) -> None:
        """TS-2: it is open for ten minutes while unused, with attempts left, and person and setting unchanged."""
        verification = opened()
        assert is_open(verification, PERSON, STANDING, rules=RULES, at=AT)
        last = AT + timedelta(minutes=10) - TICK
        assert is_open(opened(attempts=4), PERSON, STANDING, rules=RULES, at=last)
        assert not is_open(opened(attempts=5), PERSON, STANDING, rules=RULES, at=AT)
        assert not is_open(opened(used_at=AT), PERSON, STANDING, rules=RULES, at=AT)
        assert stands(opened(used_at=AT, attempts=5), PERSON, STANDING, at=AT)
        assert not stands(verification, PERSON, STANDING, at=last + TICK)
        assert not stands(verification, cut_off(PERSON), STANDING, at=AT)
        assert not stands(verification, attrs.evolve(PERSON, id=OTHER_PERSON_ID), STANDING, at=AT)
        assert not stands(verification, PERSON, None, at=AT)
        assert not stands(opened(standing=None), PERSON, STANDING, at=AT)
        assert not stands(verification, PERSON, attrs.evolve(STANDING, id=TwoStepId(UUID(int=99))), at=AT)
        assert stands(opened(standing=None), PERSON, None, at=AT)

    def test_the_newest_code_is_the_code(self) -> None:
        """TS-2: a new code replaces the earlier one, and does not reset the attempts."""
        first, made = with_code(opened(attempts=3), CODE, at=AT)
        assert made == CodeMade(person_id=PERSON_ID, verification_id=ID, at=AT)
        second, _made = with_code(first, OTHER_CODE, at=AT + TICK)
        assert living_code(first, rules=RULES, at=AT) == CODE
        assert living_code(second, rules=RULES, at=AT + TICK) == OTHER_CODE
        assert second.attempts == 3
        assert living_code(opened(), rules=RULES, at=AT) is None

    @given(st.timedeltas(min_value=-timedelta(days=2), max_value=timedelta(days=2)))
    def test_no_code_lives_longer(self, passed: timedelta) -> None:
        """TS-2: a code lives 5 minutes and a verification 10, and no longer if a clock is set back."""
        verification, _made = with_code(opened(), CODE, at=AT)
        later = AT + passed
        lives = -SKEW <= passed < timedelta(minutes=5)
        assert living_code(verification, rules=RULES, at=later) == (CODE if lives else None)
        assert stands(verification, PERSON, STANDING, at=later) == (-SKEW <= passed < timedelta(minutes=10))

    @pytest.mark.parametrize(
        "rules",
        [
            {"code": timedelta(0)},
            {"code": timedelta(minutes=10, microseconds=1)},
            {"attempts": 0},
            {"attempts": 11},
            {"verification": timedelta(0)},
            {"verification": timedelta(hours=1, microseconds=1)},
        ],
    )
    def test_rules_that_would_be_none(self, rules: dict[str, object]) -> None:
        """TS-2: rules with too long a life or too many attempts are refused, and so are rules with none."""
        with pytest.raises(ValueError, match=next(iter(rules))):
            TwoStepRules(**rules)  # type: ignore[arg-type]


class TestApps:
    """Authenticator apps (TS-6)."""

    STEP = int(AT.timestamp()) // 30

    @given(st.integers(-1, 1), st.integers(-3, 3))
    def test_a_step_of_the_window_counts_once(self, ahead: int, accepted: int) -> None:
        """TS-6: a step early or late is accepted, if it is later than the last accepted step."""
        code = TOTP(KEY).generate_otp(self.STEP + ahead)
        assume(len({TOTP(KEY).generate_otp(self.STEP + each) for each in (-1, 0, 1)}) == 3)
        found = accepted_step(KEY, code, last_step=self.STEP + accepted, at=AT)
        assert found == (self.STEP + ahead if ahead > accepted else None)

    @pytest.mark.parametrize("ahead", [-3, -2, 2, 3])
    def test_a_step_outside_the_window_does_not(self, ahead: int) -> None:
        """TS-6: a step more than one early or late is refused."""
        assert accepted_step(KEY, TOTP(KEY).generate_otp(self.STEP + ahead), last_step=0, at=AT) is None

    @given(st.lists(st.integers(-600, 600), max_size=20))
    def test_accepted_steps_strictly_grow(self, moves: list[int]) -> None:
        """TS-6: no step is accepted twice, and none before an accepted one, wherever the clock jumps."""
        last, at, accepted = 0, AT, []
        for seconds in moves:
            at += timedelta(seconds=seconds)
            step = accepted_step(KEY, TOTP(KEY).at(at), last_step=last, at=at)
            if step is not None:
                accepted.append(step)
                last = step
        assert accepted == sorted(set(accepted))

    def test_at_the_beginning_of_time(self) -> None:
        """TS-6: a code is refused, without an error, if the clock says 1970."""
        assert accepted_step(KEY, "000000", last_step=0, at=datetime(1970, 1, 1, tzinfo=UTC)) is None

    def test_the_app_shows_the_office(self) -> None:
        """TS-6: the QR code has key, office name and address, whatever characters they have."""
        uri = provisioning_uri(KEY, office_name="Ee & Zn.: notarissen", email="jan+x@voorbeeld.test")
        parts = urlsplit(uri)
        assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
        assert unquote(parts.path) == "/Ee & Zn.: notarissen:jan+x@voorbeeld.test"
        assert parse_qs(parts.query) == {"secret": [KEY], "issuer": ["Ee & Zn.: notarissen"]}


class TestTurningOnAndOff:
    """Turning two-step verification on and off."""

    @pytest.mark.parametrize("standing,fact", [(None, TwoStepTurnedOn), (STANDING, TwoStepChanged)])
    def test_turning_on(self, standing: TwoStep | None, fact: type[TwoStepTurnedOn | TwoStepChanged]) -> None:
        """TS-1, TS-5: the number or app and the recovery code of the enrolment replace the earlier ones."""
        enrolment, _fact = open_verification(
            PERSON, CodePurpose.ENROLMENT, BY_APP, SESSION_ID, id=ID, standing=standing, rules=RULES, at=AT
        )
        fresh = TwoStepId(UUID(int=77))
        turned_on, told = turn_on(enrolment, standing, id=fresh, recovery=RECOVERY, step=8, at=AT)
        assert turned_on == TwoStep(
            id=fresh,
            office_id=OFFICE_ID,
            person_id=PERSON_ID,
            method=TwoStepMethod.TOTP,
            number=None,
            secret=b"sealed",
            last_step=8,
            recovery=RECOVERY,
            since=AT,
        )
        assert told == fact(person_id=PERSON_ID, method=TwoStepMethod.TOTP, at=AT)
        assert turned_on.channel == Channel(method=TwoStepMethod.TOTP)
        assert STANDING.channel == BY_SMS

    def test_turning_off(self) -> None:
        """TS-1, TS-5: a person can turn it off, unless its office requires it."""
        assert turn_off(PERSON_ID, required=False, at=AT) == TwoStepTurnedOff(person_id=PERSON_ID, at=AT)
        assert codes_of(lambda: turn_off(PERSON_ID, required=True, at=AT)) == [FaultCode.TWO_STEP_REQUIRED]
