"""The ports for ids, tokens, passwords, the blocklist of passwords, codes, seals and encryption.

Tokens, passwords, codes, seals and vault use secret keys, which can be replaced. An adapter gets a list of keys, newest
first. It creates values with the first key, and accepts values that were created with any of the keys. Each value that
it creates contains the id of its key. A key's id is 16 hexadecimal digits and reveals nothing about the key. A password
hash contains the id between two dollar signs. A token contains none: it is recognised by its fingerprint. Every other
value starts with the id as 8 bytes. An adapter without keys has no key ids, and its values contain none.
"""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.signing import SealCheck
from klantportaal.domain.two_step import CodePurpose
from klantportaal.domain.values import Digest, Fingerprint, KeyId


class Ids(Protocol):
    """Makes ids."""

    def new(self) -> UUID:
        """Make a new, unique id: a UUID version 7 (RFC 9562 5.7), so that ids sort by time.

        Within one process, each id is greater than the one made before it.
        """
        ...


class Tokens(Protocol):
    """Makes the secret tokens of links and sessions."""

    def new(self) -> str:
        """Make a token of 256 random bits, in URL-safe base 64 without padding: 43 characters."""
        ...

    def derived(self, task_id: UUID) -> Sequence[str]:
        """Give the tokens that follow from the id of a task or receipt, one under each key, the newest first (ON-6).

        They look like those of ``new``. The same id and key give the same token at any time, in every process, so that
        a mail that is sent again has the same link. Nobody can make the token without the key.
        """
        ...

    def fingerprint(self, token: str) -> Fingerprint:
        """Give the SHA-256 of a token, by which it is looked up. Accepts any text, also text that is not a token."""
        ...


class Seals(Protocol):
    """Makes the digests that sign the entries of the audit trail, and that chain them (SI-5)."""

    def key_ids(self) -> Sequence[KeyId]:
        """The ids of the keys, newest first."""
        ...

    def digest(self, previous: bytes, content: bytes) -> bytes:
        """Give 40 bytes: the newest key's id (8), and a keyed digest (32) of *previous* and *content*.

        Nobody can make the digest without the key. The same key, *previous* and *content* give the same digest at any
        time, in every process. The boundary between *previous* and *content* counts: moving bytes from the end of one
        to the start of the other gives another digest.

        Args:
            previous: the digest that this one follows in the chain; empty for the first. For the signature of an entry,
                a constant.
            content: the bytes to seal.
        """
        ...

    def check(self, digest: bytes, previous: bytes, content: bytes) -> SealCheck:
        """Tell whether *digest* is the digest of *previous* and *content*, and which key id it contains."""
        ...


@attrs.frozen(kw_only=True, field_transformer=checked)
class Verdict:
    """The result of verifying a password against a hash."""

    matches: bool
    outdated: bool
    """The hash has an older scheme, cost or pepper. The caller hashes the password again, if it matches (PW-2)."""


class Passwords(Protocol):
    """Hashes passwords: slow, salted and peppered. ``hash`` and ``verify`` block for the time of one bcrypt."""

    def key_ids(self) -> Sequence[KeyId]:
        """The ids of the peppers, newest first."""
        ...

    def hash(self, password: str) -> str:
        """Hash a password with the current scheme. The result contains the scheme, the pepper's id and the cost (PW-2).

        Raises:
            Unavailable: too many passwords are being hashed already.
        """
        ...

    def masks(self, text: str) -> Sequence[bytes]:
        """Give one keyed digest of 32 bytes for each pepper, newest first.

        They identify a text that may hold a password, such as a typed address, without storing the text. The digests
        under older peppers let counts that were made with those peppers still be found. A digest is cheap to compute,
        and reveals nothing without the pepper.
        """
        ...

    def verify(self, password: str, stored: str | None) -> Verdict:
        """Verify a password against a stored hash.

        If *stored* is None, or its pepper is not known, the call takes as long as any other and does not match (SI-1).

        Raises:
            Unavailable: too many passwords are being hashed already.
        """
        ...


class Blocklist(Protocol):
    """Knows the most used passwords, which attackers try first (PW-3)."""

    def holds(self, password: str) -> bool:
        """Tell whether the list has exactly this password. A password that only contains a listed one does not count.

        The caller asks for several forms of a password, all in NFC: as typed, case-folded, and case-folded without the
        digits and signs around it. So an adapter only looks the text up as given, whether its list is in lower case or
        as leaked. It answers at once for any text, without network access. The list has at least the 3,000 most used
        passwords (ASVS 5.0 6.2.4).
        """
        ...


class Codes(Protocol):
    """Makes the codes that clients type, and their keyed hashes. Without a key, short codes could be guessed."""

    def key_ids(self) -> Sequence[KeyId]:
        """The ids of the keys, newest first."""
        ...

    def digits(self) -> str:
        """Make a random code of six ASCII digits. All million codes are equally likely."""
        ...

    def recovery(self) -> str:
        """Make a recovery code of 125 random bits: 25 characters of Crockford's base 32, in capitals, ungrouped."""
        ...

    def totp_key(self) -> str:
        """Make a key for an authenticator app: 160 random bits in base 32, which is 32 characters (RFC 4226 4)."""
        ...

    def digest(self, purpose: CodePurpose, bound_to: UUID, code: str) -> Digest:
        """Give 40 bytes: the newest key's id (8), and an HMAC-SHA256 (32) of *purpose*, *bound_to* and *code*.

        Another purpose, another *bound_to* or another key gives another digest.

        Args:
            purpose: what the code is for.
            bound_to: the id of a verification or of an account.
            code: any text, also text that is not a code.
        """
        ...

    def matches(self, kept: Digest, purpose: CodePurpose, bound_to: UUID, code: str) -> bool:
        """Tell whether *kept* is the digest of this code under any known key.

        The comparison takes constant time, so that its duration reveals nothing about the digest.
        """
        ...


class SealBroken(Exception):
    """The sealed bytes have an unknown key, are bound to another id, or were changed."""


class Vault(Protocol):
    """Encrypts secrets that must be read back, such as the key of an authenticator app."""

    def key_ids(self) -> Sequence[KeyId]:
        """The ids of the keys, newest first."""
        ...

    def seal(self, secret: str, *, bound_to: UUID) -> bytes:
        """Encrypt a text, bound to an id: it decrypts for that id only. Each call gives other bytes."""
        ...

    def open(self, sealed: bytes, *, bound_to: UUID) -> str:
        """Decrypt bytes that `seal` gave.

        Raises:
            SealBroken: the bytes have an unknown key, are bound to another id, or were changed.
        """
        ...

    def is_outdated(self, sealed: bytes) -> bool:
        """Tell whether the bytes were encrypted with another key than the newest. The caller then encrypts anew."""
        ...
