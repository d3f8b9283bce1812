"""What has to be read back, encrypted with AES-256-GCM (NIST SP 800-38D).

What is kept is one byte for the scheme (1), the nonce of 12 bytes, and what AES-GCM gives, its tag of 16 bytes at the
end. The id that it is bound to is authenticated along: in another account's row it does not open.
"""

import secrets
from uuid import UUID

from klantportaal.adapters.secrets.deriving import subkey
from klantportaal.ports.secrets import SealBroken

_SCHEME = b"\x01"
_NONCE = 12


class AesVault:
    """Encrypts under a key that is derived from *key*: at least 32 secret bytes, the same for every process."""

    def __init__(self, key: bytes) -> None:
        self._key = subkey(key, "klantportaal vault")

    def seal(self, secret: str, *, bound_to: UUID) -> bytes:
        """Encrypt a text under a nonce of its own."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # Not at import: few requests need it.

        nonce = secrets.token_bytes(_NONCE)
        return _SCHEME + nonce + AESGCM(self._key).encrypt(nonce, secret.encode(), _SCHEME + bound_to.bytes)

    def open(self, sealed: bytes, *, bound_to: UUID) -> str:
        """Decrypt what `seal` gave. Raises: SealBroken."""
        from cryptography.exceptions import InvalidTag  # As above.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        scheme, nonce, ciphertext = sealed[:1], sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
        try:
            return AESGCM(self._key).decrypt(nonce, ciphertext, scheme + bound_to.bytes).decode()
        except (InvalidTag, ValueError) as error:  # ValueError: not even as long as a nonce.
            raise SealBroken("what was sealed does not open: of another key, for something else, or changed") from error
