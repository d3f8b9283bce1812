"""Digests that chain the audit trail: HMAC-SHA256 with a key derived from the pepper (SI-5)."""

import hmac
from collections.abc import Sequence

from klantportaal.adapters.secrets.deriving import subkey
from klantportaal.adapters.secrets.keyring import Keyring
from klantportaal.domain.keys import in_bytes, named_by
from klantportaal.domain.signing import SealCheck
from klantportaal.domain.values import KeyId

_LENGTH = 4


class HmacSeals:
    """Makes and checks digests with the pepper. Access to the database alone is not enough to forge one.

    Args:
        pepper: at least 32 secret bytes, the same for every process. Or a list, newest first: the first pepper makes
            digests; digests of older peppers are still good.
    """

    def __init__(self, pepper: bytes | Sequence[bytes]) -> None:
        # A separate key, so that these digests cannot serve for another use of the pepper.
        self._keys = Keyring.of(pepper, "pepper").derive(lambda secret: subkey(secret, "klantportaal audit trail"))

    def key_ids(self) -> Sequence[KeyId]:
        """The ids of the peppers, newest first."""
        return tuple(self._keys)

    def digest(self, previous: bytes, content: bytes) -> bytes:
        """Give the id of the newest pepper, followed by the HMAC-SHA256 of the previous digest and the content.

        The length of *previous* (4 bytes) is included in the HMAC, before *previous* itself.
        """
        return self._digest(self.key_ids()[0], previous, content)

    def check(self, digest: bytes, previous: bytes, content: bytes) -> SealCheck:
        """Recompute a digest with its own pepper, and compare the two."""
        pepper = named_by(digest)
        is_known = pepper in self._keys
        is_good = is_known and hmac.compare_digest(digest, self._digest(pepper, previous, content))
        return SealCheck(key_id=pepper, is_known=is_known, is_good=is_good)

    def _digest(self, pepper: KeyId, previous: bytes, content: bytes) -> bytes:
        message = len(previous).to_bytes(_LENGTH) + previous + content
        return in_bytes(pepper) + hmac.digest(self._keys[pepper], message, "sha256")
