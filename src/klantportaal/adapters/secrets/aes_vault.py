"""Encrypts secrets that must be read back, with AES-256-GCM (NIST SP 800-38D).

The stored bytes are: the key id (8 bytes), the scheme (1 byte, value 1), the nonce (12 bytes), and the ciphertext with
its tag (16 bytes) at the end. The key id, the scheme and the id in *bound_to* are authenticated as associated data. So
a value that is copied to another account's row does not decrypt.
"""

import secrets
from collections.abc import Sequence
from uuid import UUID

from klantportaal.adapters.secrets.deriving import subkey
from klantportaal.adapters.secrets.keyring import Keyring
from klantportaal.domain.keys import ID_BYTES, in_bytes, named_by
from klantportaal.domain.values import KeyId
from klantportaal.ports.secrets import SealBroken

_SCHEME = b"\x01"
_NONCE = 12
_BODY = ID_BYTES + len(_SCHEME) + _NONCE


class AesVault:
    """Encrypts and decrypts with keys that are derived from the given secrets.

    Args:
        key: at least 32 secret bytes, the same for every process. Or a list, newest first: the first key encrypts, all
            keys decrypt.
    """

    def __init__(self, key: bytes | Sequence[bytes]) -> None:
        self._keys = Keyring.of(key, "key").derive(lambda secret: subkey(secret, "klantportaal vault"))

    def key_ids(self) -> Sequence[KeyId]:
        """The ids of the keys, newest first."""
        return tuple(self._keys)

    def seal(self, secret: str, *, bound_to: UUID) -> bytes:
        """Encrypt a text with the newest key and a new random nonce."""
        from cryptography.hazmat.primitives.ciphers.aead import (
            AESGCM,
        )  # Not at import: a host starts faster without it.

        newest, nonce = self.key_ids()[0], secrets.token_bytes(_NONCE)
        head = in_bytes(newest) + _SCHEME
        ciphertext = AESGCM(self._keys[newest]).encrypt(nonce, secret.encode(), head + bound_to.bytes)
        return head + nonce + ciphertext

    def open(self, sealed: bytes, *, bound_to: UUID) -> str:
        """Decrypt a result of `seal`.

        Raises:
            SealBroken: the key is unknown, the value was changed, or it is bound to another id.
        """
        from cryptography.exceptions import InvalidTag  # As above.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        key = self._keys.get(named_by(sealed))
        if key is None:
            raise SealBroken(f"what was sealed does not open: its key is not known (id {named_by(sealed)})")
        head, nonce, ciphertext = sealed[: _BODY - _NONCE], sealed[_BODY - _NONCE : _BODY], sealed[_BODY:]
        try:
            return AESGCM(key).decrypt(nonce, ciphertext, head + bound_to.bytes).decode()
        except (InvalidTag, ValueError) as error:  # ValueError: too short to hold a nonce.
            raise SealBroken("what was sealed does not open: it is for something else, or was changed") from error

    def is_outdated(self, sealed: bytes) -> bool:
        """Tell whether a value was encrypted with another key than the newest."""
        return named_by(sealed) != self.key_ids()[0]
