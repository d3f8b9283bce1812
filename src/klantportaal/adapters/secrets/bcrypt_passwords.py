"""Hashes passwords with bcrypt and a pepper, without bcrypt's length limit (PW-2).

The stored hash is ``v1$``, the id of the pepper, and bcrypt's own text, which contains the cost and the salt:
``v1$0123456789abcdef$2b$12$…``. The input of bcrypt is ``base64(HMAC-SHA384(pepper, NFC(password)))``. That is 64
bytes, so bcrypt's limit of 72 bytes does not truncate it. A plain bcrypt hash (``$2b$…``), imported from the vendor's
previous system, is verified without the pepper and counts as outdated.
"""

import base64
import hmac
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import attrs
import bcrypt

from klantportaal.adapters.secrets.deriving import subkey
from klantportaal.adapters.secrets.keyring import Keyring
from klantportaal.domain.boundary import checked_call
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.passwords import canonical
from klantportaal.domain.ranges import Range
from klantportaal.domain.type_checks import CheckedInside
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
    """The parsed fields of a stored hash."""

    text: bytes
    """The part that bcrypt made."""
    cost: int
    pepper: KeyId | None
    """The id of the pepper. None for a plain bcrypt hash of another system."""


class BcryptPasswords:
    """Hashes and verifies passwords with bcrypt, with a limit on concurrent calls.

    Args:
        pepper: at least 32 secret bytes, the same for every process. Stored passwords do not verify without them. Or a
            list, newest first: the first pepper hashes; a hash of an older pepper verifies and counts as outdated.
        cost: the cost of bcrypt, from 4 to 31. Each step doubles the time.
        at_once: the number of bcrypt calls that run at once. Default: the number of CPU cores that the process may
            use.
        waiting: the number of calls that may wait for their turn. Default: ``4 * at_once``, which is about one second
            of waiting. Further calls raise `Unavailable`. Keep ``at_once + waiting`` below the number of threads of the
            server, so that many sign-ins at once leave threads for other pages.
    """

    @checked_call
    def __init__(
        self,
        pepper: Annotated[bytes | Sequence[bytes], CheckedInside()],
        cost: Annotated[int, Range(4, 31)] = 12,
        at_once: Annotated[int, Range(1)] | None = None,
        waiting: Annotated[int, Range(0)] | None = None,
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
        """Hash a password under v1, with the newest pepper and the current cost."""
        with self._turn():
            hashed = bcrypt.hashpw(self._whole(password, self._newest), bcrypt.gensalt(self._cost))
            return f"{_SCHEME}{self._newest}{hashed.decode()}"

    def masks(self, text: str) -> Sequence[bytes]:
        """Give the HMAC-SHA256 of a text under a key derived from each pepper, newest first."""
        known = text.encode("utf-8", "surrogatepass")
        return [hmac.digest(key, known, "sha256") for key in self._mask_keys.values()]

    def verify(self, password: str, stored: str | None) -> Verdict:
        """Verify a password against a stored hash.

        No hash, an invalid hash, or a hash of an unknown pepper never matches, and takes as much time.
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
        """Give the input of bcrypt: 64 bytes that depend on the whole password and on the pepper."""
        text = canonical(password).encode("utf-8", "surrogatepass")
        return base64.b64encode(hmac.digest(self._peppers[pepper], text, "sha384"))

    def _even_out(self, cost: int) -> None:
        """Take as long in total as the current cost takes, so that timing reveals nothing about an account (SI-1).

        Each step of the cost doubles the work. So cost n, plus the costs n, n + 1, … up to the current cost minus one,
        equals the current cost.
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
    """Give the first 72 bytes of a password, the only ones that plain bcrypt uses."""
    return canonical(password).encode("utf-8", "surrogatepass")[:_BCRYPT_LIMIT]
