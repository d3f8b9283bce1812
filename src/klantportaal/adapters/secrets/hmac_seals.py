"""The digests that chain the audit trail: HMAC-SHA256 under a key derived from the pepper (SI-5)."""

import hmac

from klantportaal.adapters.secrets.bcrypt_passwords import PEPPER_LIMIT

_LABEL = b"klantportaal audit trail 1"
_LENGTH = 4


class HmacSeals:
    """Makes digests that need the pepper to make: who has the database alone cannot forge one.

    Args:
        pepper: at least 32 secret bytes, the same for every process; with another one no digest of before is good.
    """

    def __init__(self, pepper: bytes) -> None:
        if len(pepper) < PEPPER_LIMIT:
            raise ValueError(f"the pepper is at least {PEPPER_LIMIT} bytes, from a source of real randomness")
        # A key of its own, so that no digest is of use where the pepper is used for something else.
        self._key = hmac.digest(pepper, _LABEL, "sha256")

    def digest(self, previous: bytes, content: bytes) -> bytes:
        """Give the digest over what a seal follows, with its length, and what it is over."""
        return hmac.digest(self._key, len(previous).to_bytes(_LENGTH) + previous + content, "sha256")
