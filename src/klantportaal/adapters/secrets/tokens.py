"""Makes the random tokens of links and sessions."""

import hashlib
import secrets

from klantportaal.domain.values import Fingerprint

_BYTES = 32


class RandomTokens:
    """Draws tokens from the operating system's random source."""

    def new(self) -> str:
        """Make a token of 256 random bits: 43 characters in URL-safe base64."""
        return secrets.token_urlsafe(_BYTES)

    def fingerprint(self, token: str) -> Fingerprint:
        """Give the SHA-256 of a token. Input with a lone surrogate is allowed, since it may come from anyone."""
        return Fingerprint(hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest())
