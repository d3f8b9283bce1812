"""A set of digests: remembers what was valid, so that it is not checked again."""

from hashlib import blake2b

LIMIT = 1_000
"""The most digests in one cache."""


class DigestCache:
    """A set of digests of 16 bytes, which keeps no answers in memory. It is emptied when it is full.

    Threads may share it: at worst something is checked twice.
    """

    def __init__(self) -> None:
        self._digests: set[bytes] = set()

    @staticmethod
    def digest(thing: object) -> bytes:
        """Make the digest of a value from its ``repr``, which must show all that matters."""
        return blake2b(repr(thing).encode(errors="surrogatepass"), digest_size=16).digest()

    def __contains__(self, digest: bytes) -> bool:
        return digest in self._digests

    def add(self, digest: bytes) -> None:
        """Add a digest."""
        if len(self._digests) >= LIMIT:
            self._digests.clear()
        self._digests.add(digest)
