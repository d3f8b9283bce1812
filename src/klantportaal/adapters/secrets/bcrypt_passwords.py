"""Passwords under bcrypt, whole and peppered (PW-2).

What is kept is ``v1$`` and then bcrypt's own text, which holds the cost and the salt: ``v1$$2b$12$…``. Under v1, bcrypt
gets ``base64(HMAC-SHA384(pepper, NFC(password)))``: 64 bytes, so that its limit of 72 cuts nothing. A bare bcrypt text
(``$2b$…``), taken over from the vendor's former system, verifies as that system would have, and is outdated.
"""

import base64
import hmac
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

import attrs
import bcrypt

from klantportaal.domain.errors import Unavailable
from klantportaal.domain.passwords import canonical
from klantportaal.forking import Semaphore
from klantportaal.ports.secrets import Verdict

_SCHEME = "v1$"
PEPPER_LIMIT = 32
"""Bytes that a pepper has at least."""
_BCRYPT_LIMIT = 72
_MASK = b"klantportaal mask"
_STORED = re.compile(r"(?P<scheme>v1\$)?(?P<text>\$2[aby]\$(?P<cost>0[4-9]|[12][0-9]|3[01])\$[./A-Za-z0-9]{53})")


@attrs.frozen(kw_only=True)
class _Kept:
    """What a stored hash says of itself."""

    text: bytes
    """As bcrypt wrote it."""
    cost: int
    bare: bool
    """Not under the portal's own scheme."""


class BcryptPasswords:
    """Keeps passwords under bcrypt, and lets only so many be hashed at once.

    Args:
        pepper: at least 32 secret bytes, the same for every process; without them no stored password verifies.
        cost: bcrypt's; each step up takes twice as long.
        at_once: how many bcrypts run side by side; the number of cores, as more would only slow each other down.
        waiting: how many calls may wait beside those, four for each that runs if not given: a second or so of waiting.
            Every further one is told to try again. Keep ``at_once + waiting`` below the number of the host's threads,
            and a flood of sign-ins leaves some for every other page.
    """

    def __init__(self, pepper: bytes, cost: int = 12, at_once: int | None = None, waiting: int | None = None) -> None:
        if len(pepper) < PEPPER_LIMIT:
            raise ValueError(f"the pepper is at least {PEPPER_LIMIT} bytes, from a source of real randomness")
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        at_once = cores if at_once is None else at_once
        waiting = 4 * at_once if waiting is None else waiting
        self._pepper = pepper
        # The first block of HKDF-Expand (RFC 5869 2.3): under the pepper itself stand the passwords.
        self._mask_key = hmac.digest(pepper, _MASK + b"\x01", "sha256")
        self._cost = cost
        self._running = Semaphore(at_once)
        self._inside = Semaphore(at_once + waiting)

    def hash(self, password: str) -> str:
        """Hash a password under v1 and today's cost."""
        with self._turn():
            return _SCHEME + bcrypt.hashpw(self._whole(password), bcrypt.gensalt(self._cost)).decode()

    def mask(self, text: str) -> bytes:
        """Give a text's HMAC-SHA256."""
        return hmac.digest(self._mask_key, text.encode("utf-8", "surrogatepass"), "sha256")

    def verify(self, password: str, stored: str | None) -> Verdict:
        """Hold a password against a stored hash; what is no hash at all costs as much and never matches."""
        kept = None if stored is None else _read(stored)
        with self._turn():
            if kept is None:
                bcrypt.hashpw(self._whole(password), bcrypt.gensalt(self._cost))
                return Verdict(matches=False, outdated=False)
            candidate = _first_bytes(password) if kept.bare else self._whole(password)
            matches = bcrypt.checkpw(candidate, kept.text)
            self._even_out(kept.cost)
        return Verdict(matches=matches, outdated=kept.bare or kept.cost < self._cost)

    def _whole(self, password: str) -> bytes:
        """Give 64 bytes to which every character of a password counts, and that are of no use without the pepper."""
        text = canonical(password).encode("utf-8", "surrogatepass")
        return base64.b64encode(hmac.digest(self._pepper, text, "sha384"))

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


def _read(stored: str) -> _Kept | None:
    found = _STORED.fullmatch(stored)
    if found is None:
        return None
    return _Kept(text=found["text"].encode(), cost=int(found["cost"]), bare=found["scheme"] is None)


def _first_bytes(password: str) -> bytes:
    """Give what plain bcrypt looks at: a password's first 72 bytes."""
    return canonical(password).encode("utf-8", "surrogatepass")[:_BCRYPT_LIMIT]
