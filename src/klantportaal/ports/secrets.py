"""Randomness, ids, passwords, those that too many have, codes, and what is encrypted.

Passwords, codes, seals and vault work under secret keys, which can be replaced. An adapter is given a list of keys,
newest first. It makes things under the first one, and accepts what was made under any of them. What it makes names its
key by an id of 16 hexadecimal digits, which tells nothing of the key: a hash of a password holds it between two dollar
signs, everything else begins with it as 8 bytes. An adapter without keys has no ids, and names none.
"""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.sealing import SealCheck
from klantportaal.domain.two_step import CodePurpose
from klantportaal.domain.values import Digest, Fingerprint, KeyId


class Ids(Protocol):
    """Makes ids."""

    def new(self) -> UUID:
        """Make an id that never was: UUID version 7 (RFC 9562 5.7), so that the order of ids is the order of time.

        Ids made by one process, one after the other, strictly grow.
        """
        ...


class Tokens(Protocol):
    """Makes the secrets that links and sessions are."""

    def new(self) -> str:
        """Make a secret of 256 random bits, in URL-safe base 64 without padding: 43 characters."""
        ...

    def fingerprint(self, token: str) -> Fingerprint:
        """Give the SHA-256 of a secret, under which it is looked up; any text has one, also text that is no secret."""
        ...


class Seals(Protocol):
    """Makes the digests that chain the audit trail (SI-5)."""

    def key_ids(self) -> Sequence[KeyId]:
        """The ids of the keys, newest first."""
        ...

    def digest(self, previous: bytes, content: bytes) -> bytes:
        """Give 40 bytes: the newest key's id, and 32 over *content* and the digest that it follows.

        Nobody can make them without the key. The same for the same two at any time, in every process; *previous* is
        empty for the first. What is the end of the one and what the beginning of the other makes a difference.
        """
        ...

    def check(self, digest: bytes, previous: bytes, content: bytes) -> SealCheck:
        """Tell whether a digest is of *previous* and *content*, and under which key it says that it was made."""
        ...


@attrs.frozen(kw_only=True, field_transformer=checked)
class Verdict:
    """What came of holding a password against a hash."""

    matches: bool
    outdated: bool
    """The hash is of an older scheme, cost or pepper; to be renewed now that the password is at hand (PW-2)."""


class Passwords(Protocol):
    """Keeps passwords: slow, salted and peppered. Hashing and verifying cost one bcrypt each and block that long."""

    def key_ids(self) -> Sequence[KeyId]:
        """The ids of the peppers, newest first."""
        ...

    def hash(self, password: str) -> str:
        """Hash a password under today's scheme; scheme, pepper's id and cost stand in the result (PW-2).

        Raises:
            Unavailable: too many are being hashed already.
        """
        ...

    def masks(self, text: str) -> Sequence[bytes]:
        """Give 32 bytes by which a text is known again that may hold a password, such as what was typed as an address.

        One for each pepper, newest first, so that what was counted under an older one still counts. They cost next to
        nothing, and tell nothing to whoever has not got the pepper.
        """
        ...

    def verify(self, password: str, stored: str | None) -> Verdict:
        """Hold a password against a stored hash; against None it costs the same and never matches (SI-1).

        The same goes for a hash that was made under a pepper that is not known.

        Raises:
            Unavailable: too many are being hashed already.
        """
        ...


class Blocklist(Protocol):
    """Knows the passwords that many people have, and that guessing begins with (PW-3)."""

    def holds(self, password: str) -> bool:
        """Tell whether exactly this is one of them, not whether it contains one.

        It is asked of a password in NFC, as typed and without case, and of what is left of it without the digits around
        it: a list in lower case, and one of leaked passwords as they were, need nothing but to look it up. Any text is
        answered, and at once: nothing is fetched. The list has the 3,000 most used at least (ASVS 5.0 6.2.4).
        """
        ...


class Codes(Protocol):
    """Draws the codes that clients type over, and hashes them under a key: they are too short to be hashed without."""

    def key_ids(self) -> Sequence[KeyId]:
        """The ids of the keys, newest first."""
        ...

    def digits(self) -> str:
        """Draw a code of six ASCII digits, each of the million as likely."""
        ...

    def recovery(self) -> str:
        """Draw a recovery code: 25 characters of Crockford's base 32 in capitals, 125 random bits, ungrouped."""
        ...

    def totp_key(self) -> str:
        """Draw the key of an authenticator app: 160 random bits in base 32, 32 characters (RFC 4226 4)."""
        ...

    def digest(self, purpose: CodePurpose, bound_to: UUID, code: str) -> Digest:
        """Give the newest key's id, and the HMAC-SHA256 of a code for one purpose and one thing: 40 bytes.

        The thing is a verification or an account. For another purpose, another thing or under another key it is another
        one. Any text has one.
        """
        ...

    def matches(self, kept: Digest, purpose: CodePurpose, bound_to: UUID, code: str) -> bool:
        """Tell whether a digest that is kept is of this code, under whichever known key it was made.

        How long it takes tells nothing of the digest.
        """
        ...


class SealBroken(Exception):
    """What was to be opened was sealed under another key, for something else, or was changed since."""


class Vault(Protocol):
    """Encrypts what has to be read back, such as the key of an authenticator app."""

    def key_ids(self) -> Sequence[KeyId]:
        """The ids of the keys, newest first."""
        ...

    def seal(self, secret: str, *, bound_to: UUID) -> bytes:
        """Encrypt a text, differently each time, so that it opens only for what it is bound to."""
        ...

    def open(self, sealed: bytes, *, bound_to: UUID) -> str:
        """Decrypt what `seal` gave.

        Raises:
            SealBroken: it is of another key, is bound to something else, or was changed.
        """
        ...

    def is_outdated(self, sealed: bytes) -> bool:
        """Tell whether something was encrypted under another key than the newest, and is to be encrypted anew."""
        ...
