"""Which secrets the portal makes things with: their ids, never the secrets.

A vendor gives the pepper, and the key, as a list. The first one is used to make things; all of them verify and decrypt.
What is made names the id of its key, so that the right one is found. Storage keeps the ids of the keys that made
something, so that a start which does not know the newest of them is refused.
"""

import enum
from collections.abc import Mapping, Sequence
from datetime import datetime

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.values import KeyId

ID_BYTES = 8
"""How long an id is, as bytes. As text it is twice as many hexadecimal digits."""


class KeyUse(enum.StrEnum):
    """What a key is used for. The pepper is used for all but the vault."""

    PASSWORDS = "passwords"
    CODES = "codes"
    """SMS codes and recovery codes."""
    SEALS = "seals"
    """The audit trail."""
    VAULT = "vault"
    """What is encrypted: the keys of authenticator apps."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class KeyRecord:
    """A key that makes things for a use, since the first start at which it came first."""

    use: KeyUse
    number: int
    """Counted from 1 for each use. The highest one is the newest key."""
    key_id: KeyId
    since: datetime


KnownKeys = Mapping[KeyUse, Sequence[KeyId]]
"""The keys that a start gives for each use, newest first. Nothing for a use that has no keys."""


class WrongSecrets(ValueError):
    """The portal is started with another pepper or key than before. The message says which, and what to do."""


def additions(recorded: Sequence[KeyRecord], known: KnownKeys, *, at: datetime) -> Sequence[KeyRecord]:
    """Compare the keys of a start with those of earlier starts. Return what is to be recorded of it.

    A key that is given for the first time is recorded once it comes first in its list. Nothing is made with it before.

    Raises:
        WrongSecrets: a use has keys, and its newest recorded one is not among them.
    """
    newest = {each.use: each for each in sorted(recorded, key=lambda each: each.number)}
    missing = [newest[use] for use, ids in known.items() if ids and use in newest and newest[use].key_id not in ids]
    if missing:
        raise WrongSecrets(_sentence(missing, known))
    seen = {(each.use, each.key_id) for each in recorded}
    return [
        KeyRecord(use=use, number=newest[use].number + 1 if use in newest else 1, key_id=ids[0], since=at)
        for use, ids in known.items()
        if ids and (use, ids[0]) not in seen
    ]


def in_bytes(id: KeyId) -> bytes:
    """Give what a digest or a ciphertext begins with that was made under a key."""
    return bytes.fromhex(id)


def in_text(id: KeyId) -> str:
    """Give what stands in a password's hash that was made under a key."""
    return f"${id}$"


def named_by(made: bytes) -> KeyId:
    """Give the id of the key that a digest or a ciphertext was made under, as it says."""
    return KeyId(made[:ID_BYTES].hex())


def _sentence(missing: Sequence[KeyRecord], known: KnownKeys) -> str:
    """Say which secret differs, by its id, and what to do."""
    sentences = []
    peppers = [each for each in missing if each.use is not KeyUse.VAULT]
    if peppers:
        ids = ", ".join(sorted({each.key_id for each in peppers}))
        uses = ", ".join(each.use for each in peppers)
        sentences.append(
            f"The pepper differs from the one of earlier starts (id {ids}, used for {uses}). Start with that pepper. "
            "To replace it, give both in a list: the new one first, the former one after it."
        )
    sentences += [_of_vault(each, peppers, known) for each in missing if each.use is KeyUse.VAULT]
    return " ".join(filter(None, sentences))


def _of_vault(missing: KeyRecord, peppers: Sequence[KeyRecord], known: KnownKeys) -> str:
    """Say what is wrong with the key. Where it is the pepper, before and now, all is said already."""
    of_pepper = {id for use, ids in known.items() if use is not KeyUse.VAULT for id in ids}
    was_pepper = missing.key_id in of_pepper | {each.key_id for each in peppers}
    is_pepper = of_pepper >= set(known[KeyUse.VAULT])
    if was_pepper and is_pepper:
        return ""
    if was_pepper:
        return (
            f"The key differs: at earlier starts there was no key, and the pepper (id {missing.key_id}) encrypted. "
            "Start without a key, or give both in a list: the new key first, the pepper after it."
        )
    if is_pepper:
        return f"The key is missing: at earlier starts there was one (id {missing.key_id}). Start with that key."
    return (
        f"The key differs from the one of earlier starts (id {missing.key_id}). Start with that key. "
        "To replace it, give both in a list: the new one first, the former one after it."
    )
