"""Time, ids, secrets, passwords and PDFs that a test holds in its hand: repeatable, and quick."""

import base64
import hashlib
import hmac
import itertools
import json
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from klantportaal.domain.keys import ID_BYTES, in_bytes, named_by
from klantportaal.domain.sealing import SealCheck
from klantportaal.domain.two_step import ALPHABET, RECOVERY_LENGTH, CodePurpose
from klantportaal.domain.values import Digest, Fingerprint, KeyId
from klantportaal.forking import Lock
from klantportaal.ports.pdf import Report
from klantportaal.ports.secrets import SealBroken, Verdict

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""When a test begins, unless it says otherwise: a Monday morning."""
COMMON = ("password", "qwerty", "123456", "12345678", "1234567890")
"""What every list of common passwords has."""
_SCHEME = "plain"


class FixedClock:
    """Stands still until it is moved."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start

    def now(self) -> datetime:
        """Give the moment it stands at."""
        return self._now

    def advance(self, by: timedelta) -> datetime:
        """Move on, and give the new moment."""
        self._now += by
        return self._now


class CountingIds:
    """Counts, in the shape of UUID version 7: each id is greater than the one before."""

    def __init__(self, start: int = 1) -> None:
        self._numbers = itertools.count(start)

    def new(self) -> UUID:
        """Make the next id."""
        return UUID(int=next(self._numbers) << 80 | 7 << 76 | 0b10 << 62)


class CountingTokens:
    """Makes secrets that a second one of the same seed makes too; of the right shape, and no secret at all."""

    def __init__(self, seed: str = "") -> None:
        self._seed = seed
        self._numbers = itertools.count(1)

    def new(self) -> str:
        """Make the next secret: 43 characters of URL-safe base 64."""
        digest = hashlib.sha256(f"{self._seed}/{next(self._numbers)}".encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def fingerprint(self, token: str) -> Fingerprint:
        """Give the SHA-256 of any text."""
        return Fingerprint(hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest())


class PlainPasswords:
    """Keeps passwords as they are, quickly, and counts how often it was asked: what bcrypt would have cost (SI-1).

    A hash made under another *scheme* still verifies, as outdated (PW-2). There is no pepper.
    """

    def key_ids(self) -> Sequence[KeyId]:
        """Give none."""
        return ()

    def __init__(self, scheme: str = _SCHEME) -> None:
        self.hashed = 0
        """Calls of ``hash``."""
        self.verified = 0
        """Calls of ``verify``, those against None included."""
        self._scheme = scheme
        self._counting = Lock()

    @property
    def calls(self) -> int:
        """How many bcrypts this would have been."""
        return self.hashed + self.verified

    def hash(self, password: str) -> str:
        """Keep a password under this one's scheme."""
        with self._counting:
            self.hashed += 1
        return f"{self._scheme}:{unicodedata.normalize('NFC', password)}"

    def masks(self, text: str) -> Sequence[bytes]:
        """Give a text's SHA-256, and no secret of anything."""
        return [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()]

    def verify(self, password: str, stored: str | None) -> Verdict:
        """Hold a password against what was kept; None never matches."""
        with self._counting:
            self.verified += 1
        if stored is None:
            return Verdict(matches=False, outdated=False)
        scheme, _colon, kept = stored.partition(":")
        return Verdict(matches=kept == unicodedata.normalize("NFC", password), outdated=scheme != self._scheme)


class FewPasswords:
    """A list of common passwords that is short enough to remember, so that tests may use any other."""

    def __init__(self, *listed: str) -> None:
        self._listed = frozenset(listed or COMMON)

    def holds(self, password: str) -> bool:
        """Tell whether it is one of the few."""
        return password in self._listed


class PlainSeals:
    """Makes digests that a second one makes too; words, newest first, stand for the keys."""

    def __init__(self, *keys: str) -> None:
        self._keys = _keys(*keys)

    def key_ids(self) -> Sequence[KeyId]:
        """The ids of the words."""
        return tuple(self._keys)

    def digest(self, previous: bytes, content: bytes) -> bytes:
        """Give a plain SHA-256, behind the id of the newest word."""
        return self._digest(self.key_ids()[0], previous, content)

    def check(self, digest: bytes, previous: bytes, content: bytes) -> SealCheck:
        """Make the digest once more."""
        key_id = named_by(digest)
        is_known = key_id in self._keys
        is_good = is_known and digest == self._digest(key_id, previous, content)
        return SealCheck(key_id=key_id, is_known=is_known, is_good=is_good)

    def _digest(self, key_id: KeyId, previous: bytes, content: bytes) -> bytes:
        hashed = self._keys[key_id].encode() + len(previous).to_bytes(4) + previous + content
        return in_bytes(key_id) + hashlib.sha256(hashed).digest()


class CountingCodes:
    """Makes codes that a second one of the same seed makes too; of the right shape, and no secret at all.

    The seed stands for the key, too. Codes that were hashed under a *former* one match as well.
    """

    def __init__(self, seed: str = "", *former: str) -> None:
        self.drawn: list[str] = []
        """Every code of six digits so far."""
        self.compared = 0
        """How often a code was hashed: to keep it, or to compare it with one that is kept."""
        self._seed = seed
        self._keys = _keys(seed, *former)
        self._numbers = itertools.count(1)
        self._counting = Lock()

    def key_ids(self) -> Sequence[KeyId]:
        """The ids of the seeds."""
        return tuple(self._keys)

    def digits(self) -> str:
        """Make the next code of six digits."""
        code = f"{int.from_bytes(self._next()) % 1_000_000:06}"
        self.drawn.append(code)
        return code

    def recovery(self) -> str:
        """Make the next recovery code."""
        return "".join(ALPHABET[each % 32] for each in self._next()[:RECOVERY_LENGTH])

    def totp_key(self) -> str:
        """Make the next key of an authenticator app."""
        return base64.b32encode(self._next()[:20]).decode()

    def digest(self, purpose: CodePurpose, bound_to: UUID, code: str) -> Digest:
        """Hash a code under a key that everybody knows."""
        return self._digest(self.key_ids()[0], purpose, bound_to, code)

    def matches(self, kept: Digest, purpose: CodePurpose, bound_to: UUID, code: str) -> bool:
        """Hash a code once more."""
        key_id = named_by(kept)
        return key_id in self._keys and kept == self._digest(key_id, purpose, bound_to, code)

    def _digest(self, key_id: KeyId, purpose: CodePurpose, bound_to: UUID, code: str) -> Digest:
        with self._counting:
            self.compared += 1
        message = bound_to.bytes + purpose.encode() + b"\0" + code.encode("utf-8", "surrogatepass")
        return Digest(in_bytes(key_id) + hmac.digest(self._keys[key_id].encode(), message, "sha256"))

    def _next(self) -> bytes:
        return hashlib.sha256(f"{self._seed}/{next(self._numbers)}".encode()).digest()


class PlainVault:
    """Keeps what it is given readable, beside what it is bound to; words, newest first, stand for the keys."""

    def __init__(self, *keys: str) -> None:
        self._keys = _keys(*keys)
        self._numbers = itertools.count(1)

    def key_ids(self) -> Sequence[KeyId]:
        """The ids of the words."""
        return tuple(self._keys)

    def seal(self, secret: str, *, bound_to: UUID) -> bytes:
        """Write down the newest word's id, number, what it is bound to, and the text."""
        head = in_bytes(self.key_ids()[0])
        lines = f"{bound_to}\n{next(self._numbers)}\n{secret}".encode()
        return head + hashlib.sha256(head + lines).digest() + lines

    def open(self, sealed: bytes, *, bound_to: UUID) -> str:
        """Read it again. Raises: SealBroken."""
        head, check, lines = sealed[:ID_BYTES], sealed[ID_BYTES : ID_BYTES + 32], sealed[ID_BYTES + 32 :]
        if named_by(sealed) not in self._keys or hashlib.sha256(head + lines).digest() != check:
            raise SealBroken
        bound, _number, secret = lines.decode().split("\n", 2)
        if bound != str(bound_to):
            raise SealBroken
        return secret

    def is_outdated(self, sealed: bytes) -> bool:
        """Tell whether another word's id stands in it than the newest's."""
        return named_by(sealed) != self.key_ids()[0]


def _keys(*words: str) -> dict[KeyId, str]:
    """Give words that stand for keys an id each, in their order; the empty one where there is none."""
    return {KeyId(hashlib.sha256(each.encode()).digest()[:ID_BYTES].hex()): each for each in words or ("",)}


class PlainPdf:
    """Writes a report as plain text behind the mark of a PDF: quick, for tests to read, and not for showing."""

    def write(self, report: Report) -> bytes:
        """Write who and what, each question with its answer as JSON, and what is attached."""
        said = [
            report.office_name,
            report.title,
            f"{report.dossier_number} {report.dossier_description}",
            report.client_name,
            f"{report.completed_by} {report.completed_at.isoformat()}",
        ]
        for each in report.asked:
            label = each.question.texts[report.language].label
            said.append(f"{label}: {json.dumps(each.answer, ensure_ascii=False)}")
        return b"%PDF-1.7\n" + "\n".join(said).encode() + b"\n" + report.attachment
