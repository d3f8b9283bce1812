"""The secrets that links and sessions are."""

import hashlib
import secrets

from klantportaal.domain.values import Fingerprint

_BYTES = 32


class RandomTokens:
    """Draws secrets from the operating system."""

    def new(self) -> str:
        """Make a secret of 256 bits: 43 characters."""
        return secrets.token_urlsafe(_BYTES)

    def fingerprint(self, token: str) -> Fingerprint:
        """Give a text's SHA-256; what a stranger typed may hold half a surrogate pair and still has one."""
        return Fingerprint(hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest())
