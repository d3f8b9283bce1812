"""Passwords under bcrypt, whole and peppered (PW-2).

What is kept is ``v1``, the id of the pepper, and then bcrypt's own text, which holds the cost and the salt:
``v1$0123456789abcdef$2b$12$…``. Under v1, bcrypt gets ``base64(HMAC-SHA384(pepper, NFC(password)))``: 64 bytes, so that
its limit of 72 cuts nothing. A bare bcrypt text (``$2b$…``), taken over from the vendor's former system, verifies as
that system would have, and is outdated.
"""

import base64
import hmac
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import attrs
import bcrypt

from klantportaal.adapters.secrets.deriving import subkey
from klantportaal.adapters.secrets.keyring import Keyring
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.passwords import canonical
from klantportaal.domain.values import KeyId
from klantportaal.forking import Semaphore
from klantportaal.ports.secrets import Verdict

_SCHEME = "v1$"
_BCRYPT_LIMIT = 72
_STORED = re.compile(
    r"(?:v1\$(?P<pepper>[0-9a-f]{16}))?(?P<text>\$2[aby]\$(?P<cost>0[4-9]|[12][0-9]|3[01])\$[./A-Za-z0-9]{53})"
)


@attrs.frozen(kw_only=True)
class _Kept:
    """What a stored hash says of itself."""

    text: bytes
    """As bcrypt wrote it."""
    cost: int
    pepper: KeyId | None
    """The id of the pepper; None for a bare bcrypt text, which is of another system."""


class BcryptPasswords:
    """Keeps passwords under bcrypt, and lets only so many be hashed at once.

    Args:
        pepper: at least 32 secret bytes, the same for every process; without them no stored password verifies. Or a
            list, newest first: the first one hashes, and what an older one hashed verifies as outdated.
        cost: bcrypt's; each step up takes twice as long.
        at_once: how many bcrypts run side by side; the number of cores, as more would only slow each other down.
        waiting: how many calls may wait beside those, four for each that runs if not given: a second or so of waiting.
            Every further one is told to try again. Keep ``at_once + waiting`` below the number of the host's threads,
            and a flood of sign-ins leaves some for every other page.
    """

    def __init__(
        self,
        pepper: bytes | Sequence[bytes],
        cost: int = 12,
        at_once: int | None = None,
        waiting: int | None = None,
    ) -> None:
        peppers = Keyring.of(pepper, "pepper")
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        at_once = cores if at_once is None else at_once
        waiting = 4 * at_once if waiting is None else waiting
        self._newest = peppers.newest
        self._peppers = peppers.derive(lambda secret: secret)
        self._mask_keys = peppers.derive(lambda secret: subkey(secret, "klantportaal mask"))
        self._cost = cost
        self._running = Semaphore(at_once)
        self._inside = Semaphore(at_once + waiting)

    def key_ids(self) -> Sequence[KeyId]:
        """The ids of the peppers, newest first."""
        return tuple(self._peppers)

    def hash(self, password: str) -> str:
        """Hash a password under v1, the newest pepper and today's cost."""
        with self._turn():
            hashed = bcrypt.hashpw(self._whole(password, self._newest), bcrypt.gensalt(self._cost))
            return f"{_SCHEME}{self._newest}{hashed.decode()}"

    def masks(self, text: str) -> Sequence[bytes]:
        """Give a text's HMAC-SHA256 under a key of each pepper."""
        known = text.encode("utf-8", "surrogatepass")
        return [hmac.digest(key, known, "sha256") for key in self._mask_keys.values()]

    def verify(self, password: str, stored: str | None) -> Verdict:
        """Hold a password against a stored hash.

        What is no hash at all, or is of a pepper that is not known, costs as much and never matches.
        """
        kept = self._read(stored)
        with self._turn():
            if kept is None:
                bcrypt.hashpw(self._whole(password, self._newest), bcrypt.gensalt(self._cost))
                return Verdict(matches=False, outdated=False)
            candidate = _first_bytes(password) if kept.pepper is None else self._whole(password, kept.pepper)
            matches = bcrypt.checkpw(candidate, kept.text)
            self._even_out(kept.cost)
        return Verdict(matches=matches, outdated=kept.pepper != self._newest or kept.cost < self._cost)

    def _read(self, stored: str | None) -> _Kept | None:
        found = _STORED.fullmatch(stored or "")
        if found is None:
            return None
        pepper = None if found["pepper"] is None else KeyId(found["pepper"])
        if pepper is not None and pepper not in self._peppers:
            return None
        return _Kept(text=found["text"].encode(), cost=int(found["cost"]), pepper=pepper)

    def _whole(self, password: str, pepper: KeyId) -> bytes:
        """Give 64 bytes to which every character of a password counts, and that are of no use without the pepper."""
        text = canonical(password).encode("utf-8", "surrogatepass")
        return base64.b64encode(hmac.digest(self._peppers[pepper], text, "sha384"))

    def _even_out(self, cost: int) -> None:
        """Spend what today's cost would have taken beyond *cost*, so that time tells nothing of an account (SI-1).

        Every step of the cost doubles the work: costs n, n, n + 1, … up to today's less one add up to today's.
        """
        for each in range(cost, self._cost):
            bcrypt.hashpw(b"", bcrypt.gensalt(each))

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._inside.acquire(blocking=False):
            raise Unavailable("too many passwords are being hashed already")
        try:
            with self._running:
                yield
        finally:
            self._inside.release()


def _first_bytes(password: str) -> bytes:
    """Give what plain bcrypt looks at: a password's first 72 bytes."""
    return canonical(password).encode("utf-8", "surrogatepass")[:_BCRYPT_LIMIT]
