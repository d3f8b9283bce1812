"""Makers of codes that break promises of their port."""

import secrets
from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

import pytest

from klantportaal.adapters.secrets.hmac_codes import HmacCodes
from klantportaal.domain.two_step import CodePurpose
from klantportaal.domain.values import Digest
from klantportaal.ports.secrets import Codes
from klantportaal.testing.contracts.secrets import CodesContract
from tests.contracts.wrong import caught_by

PEPPER = b"pepper of the tests, for no-one!"
SAME = UUID(int=0)


class _Wrong(CodesContract):
    makes: ClassVar[type[Any]]

    @pytest.fixture
    def codes(self) -> Codes:
        """Return the wrong adapter."""
        found: Codes = type(self).makes(PEPPER)
        return found

    @pytest.fixture
    def other_codes(self) -> Codes:
        """Return one with another key."""
        found: Codes = type(self).makes(PEPPER[::-1])
        return found

    @pytest.fixture
    def both_codes(self) -> Codes:
        """Return one with both, the other one first."""
        found: Codes = type(self).makes([PEPPER[::-1], PEPPER])
        return found

    @pytest.fixture
    def reopened(self) -> Callable[[], Codes]:
        """Return what makes another one with the same key."""
        return lambda: type(self).makes(PEPPER)


class _High(HmacCodes):
    def digits(self) -> str:
        return str(100_000 + secrets.randbelow(900_000))


@caught_by("test_a_code_is_six_digits", "TS-1: a code has six ASCII digits, and codes rarely repeat")
class MakesNoSmallCodes(_Wrong):
    """No code begins with a zero."""

    makes = _High


class _Repeating(HmacCodes):
    def digits(self) -> str:
        return "123456"


@caught_by("test_a_code_is_six_digits", "TS-1: a code has six ASCII digits, and codes rarely repeat")
class RepeatsItsCode(_Wrong):
    """It makes the same code each time."""

    makes = _Repeating


class _Weak(HmacCodes):
    def recovery(self) -> str:
        return super().recovery()[:10]


@caught_by("test_a_recovery_code_is_125_bits", "TS-3: a recovery code has 25 characters of Crockford's base 32")
class MakesWeakRecoveryCodes(_Wrong):
    """Its recovery codes have 50 bits."""

    makes = _Weak


class _AnyPurpose(HmacCodes):
    def digest(self, _purpose: CodePurpose, bound_to: UUID, code: str) -> Digest:
        return super().digest(CodePurpose.SIGN_IN, bound_to, code)


@caught_by("test_a_digest_is_of_one_code_for_one_thing", "TS-2: a digest depends on the code, the purpose, the id")
class IgnoresThePurpose(_Wrong):
    """A code for one purpose is a code for another."""

    makes = _AnyPurpose


class _Unbound(HmacCodes):
    def digest(self, purpose: CodePurpose, _bound_to: UUID, code: str) -> Digest:
        return super().digest(purpose, SAME, code)

    def matches(self, kept: Digest, purpose: CodePurpose, _bound_to: UUID, code: str) -> bool:
        return super().matches(kept, purpose, SAME, code)


@caught_by("test_a_code_matches_its_digest", "TS-2: a digest matches for the same thing and purpose only")
class BindsToNothing(_Wrong):
    """A code of one account is a code of another."""

    makes = _Unbound


class _OfProcess(HmacCodes):
    def __init__(self, _pepper: object) -> None:
        super().__init__(secrets.token_bytes(32))


@caught_by("test_every_process_knows_a_code", "TS-2: a code matches its digest in every process with the same keys")
class HasAKeyOfItsProcess(_Wrong):
    """Its key is drawn at the start of its process."""

    makes = _OfProcess


class _Forgetful(HmacCodes):
    def __init__(self, pepper: Any) -> None:
        super().__init__(pepper[0] if isinstance(pepper, list) else pepper)


@caught_by("test_a_key_can_be_replaced", "TS-2, TS-3: the new key hashes codes; codes of the former key still match")
class ForgetsTheFormerKey(_Wrong):
    """It knows no code of the key before."""

    makes = _Forgetful
