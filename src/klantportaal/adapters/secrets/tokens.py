"""Makes the tokens of links and sessions."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from uuid import UUID

from klantportaal.adapters.secrets.deriving import subkey
from klantportaal.adapters.secrets.keyring import Keyring
from klantportaal.domain.values import Fingerprint

_BYTES = 32


class HmacTokens:
    """Draws tokens from the operating system's random source, and derives the tokens of links under a key.

    Args:
        pepper: at least 32 secret bytes that the key is derived from. Or a list, newest first: the first pepper makes
            the links of new mails; a mail that was made under an older pepper keeps its link when it is sent again.
    """

    def __init__(self, pepper: bytes | Sequence[bytes]) -> None:
        keys = Keyring.of(pepper, "pepper").derive(lambda secret: subkey(secret, "klantportaal link"))
        self._keys = tuple(keys.values())

    def new(self) -> str:
        """Make a token of 256 random bits: 43 characters in URL-safe base64."""
        return secrets.token_urlsafe(_BYTES)

    def derived(self, task_id: UUID) -> Sequence[str]:
        """Give the HMAC-SHA256 of a task's id (16 bytes) under the key of each pepper, newest first."""
        return [_as_text(hmac.digest(key, task_id.bytes, "sha256")) for key in self._keys]

    def fingerprint(self, token: str) -> Fingerprint:
        """Give the SHA-256 of a token. Input with a lone surrogate is allowed, since it may come from anyone."""
        return Fingerprint(hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest())


def _as_text(secret: bytes) -> str:
    return base64.urlsafe_b64encode(secret).decode().rstrip("=")
