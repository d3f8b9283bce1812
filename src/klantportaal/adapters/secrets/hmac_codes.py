"""Draws one-time codes from the operating system's random source, and hashes them with a key."""

import base64
import hmac
import secrets
from collections.abc import Mapping, Sequence
from uuid import UUID

from klantportaal.adapters.secrets.deriving import subkey
from klantportaal.adapters.secrets.keyring import Keyring
from klantportaal.domain.keys import in_bytes, named_by
from klantportaal.domain.two_step import ALPHABET, DIGITS, RECOVERY_LENGTH, CodePurpose
from klantportaal.domain.values import Digest, KeyId

_TOTP_BYTES = 20
"""160 bits, as RFC 4226 4 recommends. Every authenticator app accepts this length."""


class HmacCodes:
    """Draws codes, and hashes them with a separate key for each purpose.

    Args:
        pepper: at least 32 secret bytes that the keys are derived from. Or a list, newest first: the first pepper
            hashes; digests of older peppers still match.
    """

    def __init__(self, pepper: bytes | Sequence[bytes]) -> None:
        self._keys = Keyring.of(pepper, "pepper").derive(_keys)

    def key_ids(self) -> Sequence[KeyId]:
        """The ids of the peppers, newest first."""
        return tuple(self._keys)

    def digits(self) -> str:
        """Draw a code of six ASCII digits."""
        return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"

    def recovery(self) -> str:
        """Draw a recovery code of 125 random bits."""
        return "".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_LENGTH))

    def totp_key(self) -> str:
        """Draw the key of an authenticator app, in base32."""
        return base64.b32encode(secrets.token_bytes(_TOTP_BYTES)).decode()

    def digest(self, purpose: CodePurpose, bound_to: UUID, code: str) -> Digest:
        """Give the id of the newest pepper, followed by the HMAC-SHA256 of *bound_to* (16 bytes) and the code."""
        return self._digest(self.key_ids()[0], purpose, bound_to, code)

    def matches(self, kept: Digest, purpose: CodePurpose, bound_to: UUID, code: str) -> bool:
        """Tell whether a stored digest belongs to a code. The comparison takes constant time."""
        pepper = named_by(kept)
        known = pepper in self._keys
        return known and hmac.compare_digest(kept, self._digest(pepper, purpose, bound_to, code))

    def _digest(self, pepper: KeyId, purpose: CodePurpose, bound_to: UUID, code: str) -> Digest:
        message = bound_to.bytes + code.encode("utf-8", "surrogatepass")
        return Digest(in_bytes(pepper) + hmac.digest(self._keys[pepper][purpose], message, "sha256"))


def _keys(pepper: bytes) -> Mapping[CodePurpose, bytes]:
    return {purpose: subkey(pepper, f"klantportaal code {purpose}") for purpose in CodePurpose}
