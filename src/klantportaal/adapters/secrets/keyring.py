"""The secrets that a vendor gives for one use: one to make things with, and older ones to verify what they made."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Self, TypeVar

import attrs

from klantportaal.adapters.secrets.deriving import LEAST, subkey
from klantportaal.domain.keys import ID_BYTES
from klantportaal.domain.values import KeyId

Derived = TypeVar("Derived")


def key_id(secret: bytes) -> KeyId:
    """Give the id of a secret: 64 bits that are derived from it, as hexadecimal digits.

    It may be shown. Of a secret of 256 random bits it tells nothing.
    """
    return KeyId(subkey(secret, "klantportaal key id")[:ID_BYTES].hex())


@attrs.frozen
class Keyring:
    """Some secrets, newest first."""

    _secrets: Mapping[KeyId, bytes] = attrs.field(repr=False)

    @classmethod
    def of(cls, given: bytes | Sequence[bytes], name: str) -> Self:
        """Check what a vendor gives.

        Args:
            given: one secret, or several, newest first.
            name: what errors call it, such as "pepper". They never show a secret.

        Raises:
            TypeError: it is text, or something else that is not bytes.
            ValueError: there is none, one is shorter than 32 bytes, or one is given twice.
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
        """The ids of all, newest first."""
        return tuple(self._secrets)

    @property
    def newest(self) -> KeyId:
        """The id of the one to make things with."""
        return self.ids[0]

    def derive(self, derivation: Callable[[bytes], Derived]) -> Mapping[KeyId, Derived]:
        """Derive something of each secret."""
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
