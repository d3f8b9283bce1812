"""What was found sound before, so that it need not be looked at again."""

from hashlib import blake2b

LIMIT = 1_000


class Remembered:
    """Remembers things by a digest of 16 bytes, and so holds nothing of what they are; forgets all when it is full.

    Threads may share it: at worst something is looked at twice.
    """

    def __init__(self) -> None:
        self._digests: set[bytes] = set()

    @staticmethod
    def digest(thing: object) -> bytes:
        """Make the digest of something that spells out all that matters."""
        return blake2b(repr(thing).encode(errors="surrogatepass"), digest_size=16).digest()

    def __contains__(self, digest: bytes) -> bool:
        return digest in self._digests

    def add(self, digest: bytes) -> None:
        """Remember one more."""
        if len(self._digests) >= LIMIT:
            self._digests.clear()
        self._digests.add(digest)
