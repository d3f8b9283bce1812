"""Vaults that break promises of their port."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

import pytest

from klantportaal.adapters.secrets.aes_vault import AesVault
from klantportaal.ports.secrets import SealBroken, Vault
from klantportaal.testing.contracts.secrets import VaultContract
from tests.contracts.wrong import caught_by

PEPPER = b"pepper of the tests, for no-one!"
SAME = UUID(int=0)


class _Wrong(VaultContract):
    makes: ClassVar[type[Any]]

    @pytest.fixture
    def vault(self) -> Vault:
        """Return the wrong adapter."""
        found: Vault = type(self).makes(PEPPER)
        return found

    @pytest.fixture
    def other_vault(self) -> Vault:
        """Return one with another key."""
        found: Vault = type(self).makes(PEPPER[::-1])
        return found

    @pytest.fixture
    def both_vault(self) -> Vault:
        """Return one with both, the other one first."""
        found: Vault = type(self).makes([PEPPER[::-1], PEPPER])
        return found

    @pytest.fixture
    def reopened(self) -> Callable[[], Vault]:
        """Return what makes another one with the same key."""
        return lambda: type(self).makes(PEPPER)


class _Same(AesVault):
    def __init__(self, pepper: Any) -> None:
        super().__init__(pepper)
        self._sealed: dict[tuple[str, UUID], bytes] = {}

    def seal(self, secret: str, *, bound_to: UUID) -> bytes:
        return self._sealed.setdefault((secret, bound_to), super().seal(secret, bound_to=bound_to))


@caught_by("test_what_was_sealed_opens", "TS-6: an encrypted secret can be decrypted, and each encryption of it is")
class SealsAlike(_Wrong):
    """It seals the same secret alike, so that one can see that it is the same."""

    makes = _Same


class _Unbound(AesVault):
    def seal(self, secret: str, *, bound_to: UUID) -> bytes:
        return super().seal(secret, bound_to=SAME)

    def open(self, sealed: bytes, *, bound_to: UUID) -> str:
        return super().open(sealed, bound_to=SAME)


@caught_by("test_it_opens_for_nothing_else", "TS-6: a secret cannot be decrypted for another account")
class BindsToNothing(_Wrong):
    """It opens a secret for another account."""

    makes = _Unbound


class _InMemory(AesVault):
    def __init__(self, pepper: Any) -> None:
        super().__init__(pepper)
        self._kept: dict[bytes, str] = {}

    def seal(self, secret: str, *, bound_to: UUID) -> bytes:
        sealed = super().seal("", bound_to=bound_to)
        self._kept[sealed] = secret
        return sealed

    def open(self, sealed: bytes, *, bound_to: UUID) -> str:
        return self._kept.get(sealed, "") or super().open(sealed, bound_to=bound_to)


@caught_by(
    "test_every_process_opens_it", "TS-6: the sealed bytes hold all that is needed to open them, in every process"
)
class KeepsSecretsInMemory(_Wrong):
    """It keeps the secrets itself, in memory."""

    makes = _InMemory


class _Unchecked(AesVault):
    def seal(self, secret: str, *, bound_to: UUID) -> bytes:
        return super().seal(secret, bound_to=bound_to) + b"!"

    def open(self, sealed: bytes, *, bound_to: UUID) -> str:
        return super().open(sealed[:-1], bound_to=bound_to)


@caught_by("test_what_was_changed_does_not_open", "TS-6: a secret cannot be decrypted if a byte was changed")
class ChecksNotAllBytes(_Wrong):
    """It opens a secret whose last byte was changed."""

    makes = _Unchecked


class _Forgetful(AesVault):
    def __init__(self, pepper: Any) -> None:
        super().__init__(pepper[0] if isinstance(pepper, list) else pepper)


@caught_by("test_a_key_can_be_replaced", "TS-6: the new key encrypts, and values of the former key still decrypt")
class ForgetsTheFormerKey(_Wrong):
    """It opens nothing of the key before."""

    makes = _Forgetful


class _Content(AesVault):
    def is_outdated(self, sealed: bytes) -> bool:
        return False


@caught_by("test_a_key_can_be_replaced", "TS-6: the new key encrypts, and values of the former key still decrypt")
class NeverRenews(_Wrong):
    """It takes nothing for sealed with an older key."""

    makes = _Content


class _Silent(AesVault):
    def open(self, sealed: bytes, *, bound_to: UUID) -> str:
        try:
            return super().open(sealed, bound_to=bound_to)
        except SealBroken:
            return ""


@caught_by("test_it_opens_for_nothing_else", "TS-6: a secret cannot be decrypted for another account")
class GivesAnEmptySecret(_Wrong):
    """It gives an empty text for what it cannot open."""

    makes = _Silent
