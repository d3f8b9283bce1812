"""Key derivation: a separate key for each use, from one secret of the vendor."""

import hmac

LEAST = 32
"""The minimum length, in bytes, of a secret that keys are derived from."""


def subkey(secret: bytes, label: str) -> bytes:
    """Derive a key of 32 bytes for one use: the first block of HKDF-Expand with SHA-256 (RFC 5869 2.3).

    The secret is random already, so the extract step is not needed (RFC 5869 3.3).

    Args:
        secret: at least 32 random bytes.
        label: names the use. Each label gives another key.

    Raises:
        ValueError: the secret is too short.
    """
    if len(secret) < LEAST:
        raise ValueError(f"a secret to derive keys from is at least {LEAST} bytes, from a source of real randomness")
    return hmac.digest(secret, label.encode() + b"\x01", "sha256")
