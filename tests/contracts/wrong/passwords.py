"""Hashers of passwords that break promises of their port."""

from collections.abc import Callable
from typing import Any, ClassVar

import attrs
import pytest

from klantportaal.adapters.secrets.bcrypt_passwords import BcryptPasswords
from klantportaal.ports.secrets import Passwords, Verdict
from klantportaal.testing.contracts.secrets import GOOD, SafePasswordsContract
from klantportaal.testing.fakes import PlainPasswords
from tests.contracts.wrong import caught_by

PEPPER = b"pepper of the tests, for no-one!"


class _Wrong(SafePasswordsContract):
    makes: ClassVar[type[Any]]

    @pytest.fixture
    def passwords(self) -> Passwords:
        """Return the wrong adapter."""
        found: Passwords = type(self).makes(PEPPER, cost=5)
        return found

    @pytest.fixture
    def former(self) -> Passwords:
        """Return a right one with a lower cost."""
        return BcryptPasswords(PEPPER, cost=4)

    @pytest.fixture
    def reopened(self) -> Callable[[], Passwords]:
        """Return what makes another one with the same pepper."""
        return lambda: type(self).makes(PEPPER, cost=5)


class _Cut(BcryptPasswords):
    def hash(self, password: str) -> str:
        return super().hash(password[:72])

    def verify(self, password: str, stored: str | None) -> Verdict:
        return super().verify(password[:72], stored)


@caught_by("test_nothing_is_cut", "PW-2: passwords that differ only in the last of their characters are different")
class CutsPasswords(_Wrong):
    """It looks at 72 characters, as bare bcrypt does."""

    makes = _Cut


class _InMemory(BcryptPasswords):
    def __init__(self, pepper: bytes, *, cost: int) -> None:
        super().__init__(pepper, cost=cost)
        self._kept: dict[str, str] = {}

    def hash(self, password: str) -> str:
        number = f"number {len(self._kept)}"
        self._kept[number] = super().hash(password)
        return number

    def verify(self, password: str, stored: str | None) -> Verdict:
        return super().verify(password, self._kept.get(stored or ""))


@caught_by("test_every_process_knows_a_hash", "PW-2: a hash holds all that is needed to verify it, in every process")
class KeepsHashesInMemory(_Wrong):
    """It keeps the hashes itself, in memory."""

    makes = _InMemory


class _Open(BcryptPasswords):
    def verify(self, password: str, stored: str | None) -> Verdict:
        return GOOD if stored is None else super().verify(password, stored)


@caught_by("test_nobody_matches_nothing", "SI-1: no password matches if there is no stored hash")
class LetsInWithoutAHash(_Wrong):
    """Any password matches where none was set."""

    makes = _Open


class _Folded(BcryptPasswords):
    def hash(self, password: str) -> str:
        return super().hash(password.casefold())

    def verify(self, password: str, stored: str | None) -> Verdict:
        return super().verify(password.casefold(), stored)


@caught_by("test_the_password_matches_and_others_do_not[plain]", "PW-2: a password of any length matches its own hash")
class IgnoresCapitals(_Wrong):
    """It takes no notice of capitals."""

    makes = _Folded


class _Content(BcryptPasswords):
    def verify(self, password: str, stored: str | None) -> Verdict:
        return attrs.evolve(super().verify(password, stored), outdated=False)


@caught_by("test_an_older_hash_is_outdated", "PW-2: an older hash still verifies and is reported as outdated")
class NeverRenewsAHash(_Wrong):
    """It takes no hash for an older one."""

    makes = _Content


class _Strict(BcryptPasswords):
    def verify(self, password: str, stored: str | None) -> Verdict:
        if stored is not None and not stored.startswith("v1$"):
            raise ValueError("no hash")
        return super().verify(password, stored)


@caught_by("test_what_is_no_hash_never_matches[!]", "SI-1: a damaged hash never matches and raises no error")
class FailsOnDamage(_Wrong):
    """It fails on a damaged hash."""

    makes = _Strict


class _Plain(PlainPasswords):
    def __init__(self, *_arguments: object, **_settings: object) -> None:
        super().__init__()


@caught_by("test_a_hash_tells_nothing", "PW-2: each hash of a password is different, and none contains the password")
class KeepsPlainPasswords(_Wrong):
    """Its hashes hold the password."""

    makes = _Plain
