"""Makers of seals that break promises of their port."""

import hashlib
import secrets
from collections.abc import Callable
from typing import Any, ClassVar

import attrs
import pytest

from klantportaal.adapters.secrets.hmac_seals import HmacSeals
from klantportaal.domain.signing import SealCheck
from klantportaal.ports.secrets import Seals
from klantportaal.testing.contracts.secrets import SafeSealsContract
from tests.contracts.wrong import caught_by

PEPPER = b"pepper of the tests, for no-one!"


class _Wrong(SafeSealsContract):
    makes: ClassVar[type[Any]]

    @pytest.fixture
    def seals(self) -> Seals:
        """Return the wrong adapter."""
        found: Seals = type(self).makes(PEPPER)
        return found

    @pytest.fixture
    def other_seals(self) -> Seals:
        """Return one with another pepper."""
        found: Seals = type(self).makes(PEPPER[::-1])
        return found

    @pytest.fixture
    def both_seals(self) -> Seals:
        """Return one with both, the other one first."""
        found: Seals = type(self).makes([PEPPER[::-1], PEPPER])
        return found

    @pytest.fixture
    def reopened(self) -> Callable[[], Seals]:
        """Return what makes another one with the same pepper."""
        return lambda: type(self).makes(PEPPER)


class _Plain(HmacSeals):
    def digest(self, previous: bytes, content: bytes) -> bytes:
        return bytes.fromhex(self.key_ids()[0]) + hashlib.sha256(previous + content).digest()


@caught_by("test_no_plain_hash_is_a_digest", "SI-5: a digest is not a plain hash, which anybody can compute")
class MakesPlainHashes(_Wrong):
    """Its digests have no key."""

    makes = _Plain


class _OfProcess(HmacSeals):
    def __init__(self, _pepper: object) -> None:
        super().__init__(secrets.token_bytes(32))


@caught_by("test_every_process_makes_the_same", "SI-5: with the same key, a digest is the same at any time, in every")
class HasAKeyOfItsProcess(_Wrong):
    """Its key is drawn at the start of its process."""

    makes = _OfProcess


class _Joined(HmacSeals):
    def digest(self, previous: bytes, content: bytes) -> bytes:
        return super().digest(b"", previous + content)


@caught_by(
    "test_a_digest_is_of_both", "SI-5: another entry, another previous digest, or the same bytes split differently"
)
class IgnoresTheBoundary(_Wrong):
    """Bytes can be moved from the one part to the other."""

    makes = _Joined


class _Trusting(HmacSeals):
    def check(self, digest: bytes, previous: bytes, content: bytes) -> SealCheck:
        return attrs.evolve(super().check(digest, previous, content), is_good=True)


@caught_by("test_a_digest_is_checked", "SI-5: a digest verifies for its own content only")
class TrustsEveryDigest(_Wrong):
    """It takes every digest for a good one."""

    makes = _Trusting


class _Beginning(HmacSeals):
    def check(self, digest: bytes, previous: bytes, content: bytes) -> SealCheck:
        return super().check(digest[:40], previous, content)


@caught_by("test_a_digest_is_checked", "SI-5: a digest verifies for its own content only")
class ComparesTheBeginning(_Wrong):
    """It takes a digest with something behind it for a good one."""

    makes = _Beginning


class _Forgetful(HmacSeals):
    def __init__(self, pepper: Any) -> None:
        super().__init__(pepper[0] if isinstance(pepper, list) else pepper)


@caught_by("test_a_key_can_be_replaced", "SI-5: the new key makes digests, digests of the former key still verify")
class ForgetsTheFormerKey(_Wrong):
    """It knows no digest of the key before."""

    makes = _Forgetful
