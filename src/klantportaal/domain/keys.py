"""The ids of the secrets that the portal hashes and encrypts with. The secrets themselves are not in this module.

A vendor gives the pepper, and the key, as a list. The first one hashes and encrypts. All of them verify and decrypt.
Each hash and ciphertext contains the id of its key. Storage keeps the ids of the keys that were used. The portal
refuses to start without the newest of them.
"""

import enum
from collections.abc import Mapping, Sequence
from datetime import datetime

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.values import KeyId

ID_BYTES = 8
"""The length of an id in bytes. As text it has twice as many hexadecimal digits."""


class KeyUse(enum.StrEnum):
    """What a key is used for. The pepper is used for everything except the vault."""

    PASSWORDS = "passwords"
    CODES = "codes"
    """SMS codes and recovery codes."""
    SEALS = "seals"
    """The audit trail."""
    VAULT = "vault"
    """Encrypted values: the keys of authenticator apps, and the secrets of webhooks."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class KeyRecord:
    """A key that hashes or encrypts for a use. *since* is the start at which it came first in its list."""

    use: KeyUse
    number: int
    """Counts from 1 for each use. The newest key has the highest number."""
    key_id: KeyId
    since: datetime


KnownKeys = Mapping[KeyUse, Sequence[KeyId]]
"""The keys that are given at a start, for each use, newest first. Empty for a use without keys."""


class WrongSecrets(ValueError):
    """The portal was started with another pepper or key than before. The message says which one and what to do."""


def additions(recorded: Sequence[KeyRecord], known: KnownKeys, *, at: datetime) -> Sequence[KeyRecord]:
    """Compare the keys of this start with those of earlier starts. Return the records to add.

    A key is recorded at each start at which it is first in its list and was not at the start before. So the newest
    record has the key that hashes and encrypts from then on, also when a former key comes first again.

    Raises:
        WrongSecrets: a use has keys, but not its newest recorded one.
    """
    newest = {each.use: each for each in sorted(recorded, key=lambda each: each.number)}
    missing = [newest[use] for use, ids in known.items() if ids and use in newest and newest[use].key_id not in ids]
    if missing:
        raise WrongSecrets(_sentence(missing, known))
    return [
        KeyRecord(use=use, number=newest[use].number + 1 if use in newest else 1, key_id=ids[0], since=at)
        for use, ids in known.items()
        if ids and (use not in newest or newest[use].key_id != ids[0])
    ]


def in_bytes(id: KeyId) -> bytes:
    """Give the bytes with which each digest and ciphertext of a key begins."""
    return bytes.fromhex(id)


def in_text(id: KeyId) -> str:
    """Give the text that each password hash of a key contains."""
    return f"${id}$"


def named_by(made: bytes) -> KeyId:
    """Read the id of the key from a digest or a ciphertext."""
    return KeyId(made[:ID_BYTES].hex())


def _sentence(missing: Sequence[KeyRecord], known: KnownKeys) -> str:
    """Write which secret differs, by its id, and what to do."""
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
    """Write what is wrong with the key. Empty if the message about the pepper covers it."""
    of_pepper = {id for use, ids in known.items() if use is not KeyUse.VAULT for id in ids}
    was_pepper = missing.key_id in of_pepper | {each.key_id for each in peppers}
    is_pepper = of_pepper >= set(known[KeyUse.VAULT])
    if was_pepper and is_pepper and peppers:
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
