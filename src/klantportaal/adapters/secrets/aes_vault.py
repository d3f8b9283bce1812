"""What has to be read back, encrypted with AES-256-GCM (NIST SP 800-38D).

What is kept is the id of the key (8 bytes), one byte for the scheme (1), the nonce of 12 bytes, and what AES-GCM gives,
its tag of 16 bytes at the end. Key id, scheme and the id that it is bound to are authenticated along: in another
account's row it does not open.
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
    """Encrypts under a key that is derived from a secret.

    Args:
        key: at least 32 secret bytes, the same for every process. Or a list, newest first: the first one encrypts, and
            all of them decrypt.
    """

    def __init__(self, key: bytes | Sequence[bytes]) -> None:
        self._keys = Keyring.of(key, "key").derive(lambda secret: subkey(secret, "klantportaal vault"))

    def key_ids(self) -> Sequence[KeyId]:
        """The ids of the keys, newest first."""
        return tuple(self._keys)

    def seal(self, secret: str, *, bound_to: UUID) -> bytes:
        """Encrypt a text under the newest key, and a nonce of its own."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # Not at import: few requests need it.

        newest, nonce = self.key_ids()[0], secrets.token_bytes(_NONCE)
        head = in_bytes(newest) + _SCHEME
        ciphertext = AESGCM(self._keys[newest]).encrypt(nonce, secret.encode(), head + bound_to.bytes)
        return head + nonce + ciphertext

    def open(self, sealed: bytes, *, bound_to: UUID) -> str:
        """Decrypt what `seal` gave. Raises: SealBroken."""
        from cryptography.exceptions import InvalidTag  # As above.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        key = self._keys.get(named_by(sealed))
        if key is None:
            raise SealBroken(f"what was sealed does not open: its key is not known (id {named_by(sealed)})")
        head, nonce, ciphertext = sealed[: _BODY - _NONCE], sealed[_BODY - _NONCE : _BODY], sealed[_BODY:]
        try:
            return AESGCM(key).decrypt(nonce, ciphertext, head + bound_to.bytes).decode()
        except (InvalidTag, ValueError) as error:  # ValueError: not even as long as a nonce.
            raise SealBroken("what was sealed does not open: it is for something else, or was changed") from error

    def is_outdated(self, sealed: bytes) -> bool:
        """Tell whether something was encrypted under another key than the newest."""
        return named_by(sealed) != self.key_ids()[0]
