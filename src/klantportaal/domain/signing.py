"""The signature of an entry: a keyed digest, made in the transaction that writes the entry (SI-5).

The key is not in the database. So somebody who can write to the database cannot make an entry, or change one, before it
has its place in the chain. A seal covers the signature too.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import attrs

from klantportaal.domain.auditing import Entry
from klantportaal.domain.boundary import checked
from klantportaal.domain.values import KeyId

Digest = Callable[[bytes, bytes], bytes]
"""Makes a digest. Arguments: the digest before it, and the text to seal."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class SealCheck:
    """The result of checking one digest."""

    key_id: KeyId
    """The id of the key, as read from the digest."""
    is_known: bool
    """Whether that key is configured. If not, the digest could not be checked."""
    is_good: bool

    @property
    def is_forged(self) -> bool:
        """Tell whether the key is configured and the digest is not that of the text."""
        return self.is_known and not self.is_good


Check = Callable[[bytes, bytes, bytes], SealCheck]
"""Checks a digest. Arguments: the digest, the digest before it, and the text that it should seal."""

_BEFORE = b"entry"
"""Stands where a seal has the digest before it, which has 0 or 40 bytes. So no signature is a seal."""


def canonical(entry: Entry, number: int) -> bytes:
    """Serialise an entry and its number for its seal: ASCII JSON, sorted keys, times in UTC, bytes in hexadecimal."""
    return _written({**_fields(entry), "number": number})


def sign(entry: Entry, digest: Digest) -> Entry:
    """Give an entry its signature, which covers all its other fields."""
    return attrs.evolve(entry, signature=digest(_BEFORE, _unsigned(entry)))


def check_signature(entry: Entry, check: Check) -> SealCheck:
    """Check the signature of an entry."""
    return check(entry.signature, _BEFORE, _unsigned(entry))


def plain(value: object) -> str | None:
    """Write a value of an entry as text."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, bytes):
        return value.hex()
    return None if value is None else str(value)


def _unsigned(entry: Entry) -> bytes:
    fields = _fields(entry)
    del fields["signature"]
    return _written(fields)


def _fields(entry: Entry) -> dict[str, object]:
    return {name: plain(value) for name, value in attrs.asdict(entry, recurse=False).items()}


def _written(fields: dict[str, object]) -> bytes:
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode("ascii")
