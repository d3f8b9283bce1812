"""Keys for one use each, derived from the one secret that a vendor gives."""

import hmac

LEAST = 32
"""The least bytes of a secret that other keys are derived from."""


def subkey(secret: bytes, label: str) -> bytes:
    """Derive 32 bytes for one use: HKDF-Expand with SHA-256 (RFC 5869 2.3), whose first block they are.

    The secret is random already, so there is nothing to extract (3.3).

    Raises:
        ValueError: the secret is too short to be one.
    """
    if len(secret) < LEAST:
        raise ValueError(f"a secret to derive keys from is at least {LEAST} bytes, from a source of real randomness")
    return hmac.digest(secret, label.encode() + b"\x01", "sha256")
