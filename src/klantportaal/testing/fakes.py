"""Fakes for time, ids, secrets, passwords and PDFs: fast and repeatable."""

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
from klantportaal.domain.signing import SealCheck
from klantportaal.domain.two_step import ALPHABET, RECOVERY_LENGTH, CodePurpose
from klantportaal.domain.values import Digest, Fingerprint, KeyId
from klantportaal.forking import Lock
from klantportaal.ports.pdf import PostalLetter, ReceiptSheet, Report
from klantportaal.ports.secrets import SealBroken, Verdict

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""The default start time of tests: a Monday morning."""
COMMON = ("password", "qwerty", "123456", "12345678", "1234567890")
"""Passwords that every list of common passwords contains."""
_SCHEME = "plain"


class FixedClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start

    def now(self) -> datetime:
        """Return its current time."""
        return self._now

    def advance(self, by: timedelta) -> datetime:
        """Move the clock forward and return the new time."""
        self._now += by
        return self._now


class CountingIds:
    """Counts, and returns each number as a UUID of version 7. Each id is greater than the one before."""

    def __init__(self, start: int = 1) -> None:
        self._numbers = itertools.count(start)

    def new(self) -> UUID:
        """Return the next id."""
        return UUID(int=next(self._numbers) << 80 | 7 << 76 | 0b10 << 62)


class CountingTokens:
    """Makes repeatable tokens of the right shape, which are not secret.

    Two instances with one seed make the same tokens.
    """

    def __init__(self, seed: str = "") -> None:
        self._seed = seed
        self._numbers = itertools.count(1)

    def new(self) -> str:
        """Return the next token: 43 characters of URL-safe base64."""
        return self._token(str(next(self._numbers)))

    def derived(self, task_id: UUID) -> Sequence[str]:
        """Return the one token of a task."""
        return [self._token(f"task {task_id}")]

    def _token(self, source: str) -> str:
        digest = hashlib.sha256(f"{self._seed}/{source}".encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def fingerprint(self, token: str) -> Fingerprint:
        """Return the SHA-256 of any text."""
        return Fingerprint(hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest())


class PlainPasswords:
    """Stores passwords in plain text, which is fast. Counts the calls that would cost a bcrypt (SI-1).

    A hash made under another *scheme* still verifies, as outdated (PW-2). There is no pepper.
    """

    def key_ids(self) -> Sequence[KeyId]:
        """Give none."""
        return ()

    def __init__(self, scheme: str = _SCHEME) -> None:
        self.hashed = 0
        """The number of calls of ``hash``."""
        self.verified = 0
        """The number of calls of ``verify``, including those against None."""
        self._scheme = scheme
        self._counting = Lock()

    @property
    def calls(self) -> int:
        """The number of bcrypt computations that a real adapter would do."""
        return self.hashed + self.verified

    def hash(self, password: str) -> str:
        """Return the password in plain text, with the scheme as its prefix."""
        with self._counting:
            self.hashed += 1
        return f"{self._scheme}:{unicodedata.normalize('NFC', password)}"

    def masks(self, text: str) -> Sequence[bytes]:
        """Return the SHA-256 of a text, without a secret."""
        return [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()]

    def verify(self, password: str, stored: str | None) -> Verdict:
        """Compare a password with a stored hash. None never matches."""
        with self._counting:
            self.verified += 1
        if stored is None:
            return Verdict(matches=False, outdated=False)
        scheme, _colon, kept = stored.partition(":")
        return Verdict(matches=kept == unicodedata.normalize("NFC", password), outdated=scheme != self._scheme)


class FewPasswords:
    """A short list of common passwords, so that tests can use almost any password."""

    def __init__(self, *listed: str) -> None:
        self._listed = frozenset(listed or COMMON)

    def holds(self, password: str) -> bool:
        """Tell whether a password is on the list."""
        return password in self._listed


class PlainSeals:
    """Makes seals without a secret: all instances make the same."""

    def __init__(self, *keys: str) -> None:
        self._keys = _keys(*keys)

    def key_ids(self) -> Sequence[KeyId]:
        """The ids of the words."""
        return tuple(self._keys)

    def digest(self, previous: bytes, content: bytes) -> bytes:
        """Return a plain SHA-256."""
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
    """Makes repeatable codes of the right shape, which are not secret. Two instances with one seed make the same codes.

    The seed stands for the key, too. Codes that were hashed under a *former* one match as well.
    """

    def __init__(self, seed: str = "", *former: str) -> None:
        self.drawn: list[str] = []
        """The codes of six digits that were made so far."""
        self.compared = 0
        """The number of times that a code was hashed, to store it or to compare it."""
        self._seed = seed
        self._keys = _keys(seed, *former)
        self._numbers = itertools.count(1)
        self._counting = Lock()

    def key_ids(self) -> Sequence[KeyId]:
        """The ids of the seeds."""
        return tuple(self._keys)

    def digits(self) -> str:
        """Return the next code of six digits."""
        code = f"{int.from_bytes(self._next()) % 1_000_000:06}"
        self.drawn.append(code)
        return code

    def recovery(self) -> str:
        """Return the next recovery code."""
        return "".join(ALPHABET[each % 32] for each in self._next()[:RECOVERY_LENGTH])

    def totp_key(self) -> str:
        """Return the next key for an authenticator app."""
        return base64.b32encode(self._next()[:20]).decode()

    def digest(self, purpose: CodePurpose, bound_to: UUID, code: str) -> Digest:
        """Hash a code with the seed as its key."""
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
    """Stores secrets in plain text, next to the id that they are bound to. *key* stands for the encryption key."""

    def __init__(self, *keys: str) -> None:
        self._keys = _keys(*keys)
        self._numbers = itertools.count(1)

    def key_ids(self) -> Sequence[KeyId]:
        """The ids of the words."""
        return tuple(self._keys)

    def seal(self, secret: str, *, bound_to: UUID) -> bytes:
        """Write key, sequence number, bound id and secret, behind their SHA-256."""
        head = in_bytes(self.key_ids()[0])
        lines = f"{bound_to}\n{next(self._numbers)}\n{secret}".encode()
        return head + hashlib.sha256(head + lines).digest() + lines

    def open(self, sealed: bytes, *, bound_to: UUID) -> str:
        """Return the secret.

        Raises:
            SealBroken: the text was changed, or was sealed under another key or for another id.
        """
        head, check, lines = sealed[:ID_BYTES], sealed[ID_BYTES : ID_BYTES + 32], sealed[ID_BYTES + 32 :]
        if named_by(sealed) not in self._keys or hashlib.sha256(head + lines).digest() != check:
            raise SealBroken
        bound, _number, secret = lines.decode().split("\n", 2)
        if bound != str(bound_to):
            raise SealBroken
        return secret

    def is_outdated(self, sealed: bytes) -> bool:
        """Tell whether the text was sealed under another word than the newest."""
        return named_by(sealed) != self.key_ids()[0]


def _keys(*words: str) -> dict[KeyId, str]:
    """Give each word that stands for a key an id, in order. The empty word stands for no key."""
    return {KeyId(hashlib.sha256(each.encode()).digest()[:ID_BYTES].hex()): each for each in words or ("",)}


def _logo(logo: bytes | None) -> list[str]:
    return [] if logo is None else [f"logo of {len(logo)} bytes"]


class PlainPdf:
    """Writes a report as plain text with the first line of a PDF. It is fast, and for tests only."""

    def write(self, report: Report) -> bytes:
        """Write the facts of the report, each question with its answer as JSON, and the attachment."""
        said = [
            report.office.name,
            report.title,
            f"{report.dossier_number} {report.dossier_description}",
            report.client_name,
            f"{report.completed_by} {report.completed_at.isoformat()}",
            *_logo(report.logo),
        ]
        for each in report.asked:
            label = each.question.texts[report.language].label
            said.append(f"{label}: {json.dumps(each.answer, ensure_ascii=False)}")
        return b"%PDF-1.7\n" + "\n".join(said).encode() + b"\n" + report.attachment

    def write_receipt(self, sheet: ReceiptSheet) -> bytes:
        """Write the facts of the receipt, each of its files, and its address."""
        receipt = sheet.receipt
        said = [
            sheet.office.name,
            f"{receipt.dossier_number} {receipt.client_name}",
            f"{receipt.delivered_by} {receipt.delivered_at.isoformat()}",
            *(f"{each.name} {each.size} {each.sha256}" for each in receipt.files),
            sheet.url,
            *_logo(sheet.logo),
        ]
        return b"%PDF-1.7\n" + "\n".join(said).encode()

    def write_letter(self, letter: PostalLetter) -> bytes:
        """Write the addresses, the dossier number, how much waits, and the address of the portal."""
        said = [
            letter.office.name,
            "\n".join((letter.client_name, *letter.address)),
            letter.written_on.isoformat(),
            letter.dossier_number,
            *(f"{each.count} {each.kind} {each.since.isoformat()}" for each in letter.unseen),
            letter.url,
            *_logo(letter.logo),
        ]
        return b"%PDF-1.7\n" + "\n".join(said).encode()
