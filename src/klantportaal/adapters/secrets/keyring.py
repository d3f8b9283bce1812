"""The secrets of the vendor for one use: the newest makes new values, older ones verify earlier values."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Self, TypeVar

import attrs

from klantportaal.adapters.secrets.deriving import LEAST, subkey
from klantportaal.domain.keys import ID_BYTES
from klantportaal.domain.values import KeyId

Derived = TypeVar("Derived")


def key_id(secret: bytes) -> KeyId:
    """Derive the id of a secret: 64 bits, as 16 hexadecimal digits.

    The id may be shown. It reveals nothing about a secret of 256 random bits.
    """
    return KeyId(subkey(secret, "klantportaal key id")[:ID_BYTES].hex())


@attrs.frozen
class Keyring:
    """Secrets by their id, newest first."""

    _secrets: Mapping[KeyId, bytes] = attrs.field(repr=False)

    @classmethod
    def of(cls, given: bytes | Sequence[bytes], name: str) -> Self:
        """Check the secrets of a vendor, and make a keyring of them.

        Args:
            given: one secret, or a list of secrets, newest first.
            name: the name of the argument in error messages, such as "pepper". Errors never show a secret.

        Raises:
            TypeError: a secret is text or another type than bytes.
            ValueError: the list is empty, a secret is shorter than 32 bytes, or a secret is given twice.
        """
        secrets = [_checked(each, name) for each in _listed(given, name)]
        if not secrets:
            raise ValueError(f"{name} must be at least one secret, and the list is empty")
        ids = {key_id(each): each for each in secrets}
        if len(ids) < len(secrets):
            raise ValueError(f"{name} must be different secrets, and one of them is given twice")
        return cls(MappingProxyType(ids))

    @property
    def ids(self) -> tuple[KeyId, ...]:
        """The ids of all secrets, newest first."""
        return tuple(self._secrets)

    @property
    def newest(self) -> KeyId:
        """The id of the newest secret, which makes new values."""
        return self.ids[0]

    def derive(self, derivation: Callable[[bytes], Derived]) -> Mapping[KeyId, Derived]:
        """Apply a derivation to each secret. The result has the key ids as keys, newest first."""
        return {id: derivation(secret) for id, secret in self._secrets.items()}


def _listed(given: object, name: str) -> Sequence[object]:
    if isinstance(given, bytes | str):
        return [given]
    if isinstance(given, list | tuple):
        return given
    raise _wrong_type(given, name)


def _checked(secret: object, name: str) -> bytes:
    if isinstance(secret, str):
        raise TypeError(
            f"{name} must be bytes, not text: use bytes.fromhex(text) for hexadecimal digits, text.encode() otherwise"
        )
    if not isinstance(secret, bytes):
        raise _wrong_type(secret, name)
    if len(secret) < LEAST:
        raise ValueError(
            f"{name} must be at least {LEAST} bytes, from a source of real randomness, not {len(secret)} bytes"
        )
    return secret


def _wrong_type(given: object, name: str) -> TypeError:
    return TypeError(f"{name} must be bytes or a list of bytes, not {type(given).__name__}")
