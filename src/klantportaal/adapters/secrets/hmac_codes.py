"""Codes from the operating system's randomness, hashed under a key."""

import base64
import hmac
import secrets
from uuid import UUID

from klantportaal.adapters.secrets.deriving import subkey
from klantportaal.domain.two_step import ALPHABET, DIGITS, RECOVERY_LENGTH, CodePurpose
from klantportaal.domain.values import Digest

_TOTP_BYTES = 20
"""160 bits, as RFC 4226 4 recommends; every app takes them."""


class HmacCodes:
    """Draws codes, and hashes each under a key of its purpose, derived from *pepper*: at least 32 secret bytes."""

    def __init__(self, pepper: bytes) -> None:
        self._keys = {purpose: subkey(pepper, f"klantportaal code {purpose}") for purpose in CodePurpose}

    def digits(self) -> str:
        """Draw a code of six ASCII digits."""
        return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"

    def recovery(self) -> str:
        """Draw a recovery code of 125 random bits."""
        return "".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_LENGTH))

    def totp_key(self) -> str:
        """Draw the key of an authenticator app."""
        return base64.b32encode(secrets.token_bytes(_TOTP_BYTES)).decode()

    def digest(self, purpose: CodePurpose, bound_to: UUID, code: str) -> Digest:
        """Give the HMAC-SHA256 of what a code is bound to (16 bytes) and of the code."""
        message = bound_to.bytes + code.encode("utf-8", "surrogatepass")
        return Digest(hmac.digest(self._keys[purpose], message, "sha256"))
