"""A portal starts with the secrets of earlier starts, or the start is refused with a text that says which differ."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from klantportaal.domain.keys import KeyRecord, KeyUse, KnownKeys, WrongSecrets, additions, in_bytes, in_text, named_by
from klantportaal.domain.values import KeyId
from tests.domain.given import AT

A, B, C, K, L = (KeyId(each * 16) for each in "abcde")
"""Three peppers and two keys."""


def known(*peppers: KeyId, key: Sequence[KeyId] | None = None) -> KnownKeys:
    """Return the keys of a portal with one folder: without a key, the pepper is used for the vault as well."""
    uses = dict.fromkeys([KeyUse.PASSWORDS, KeyUse.CODES, KeyUse.SEALS], peppers)
    return {**uses, KeyUse.VAULT: tuple(key or peppers)}


def after(*starts: KnownKeys) -> list[KeyRecord]:
    """Return the records after these starts."""
    recorded: list[KeyRecord] = []
    for each in starts:
        recorded += additions(recorded, each, at=AT)
    return recorded


def refusal(recorded: Sequence[KeyRecord], start: KnownKeys) -> str:
    """Return the error text of a refused start."""
    with pytest.raises(WrongSecrets) as error:
        additions(recorded, start, at=AT)
    return str(error.value)


# ------------------------------------------------------------------ starts
def test_the_first_start_is_recorded() -> None:
    """PW-2: the first start records the first key of each use."""
    assert additions([], known(A, key=[K]), at=AT) == [
        KeyRecord(use=KeyUse.PASSWORDS, number=1, key_id=A, since=AT),
        KeyRecord(use=KeyUse.CODES, number=1, key_id=A, since=AT),
        KeyRecord(use=KeyUse.SEALS, number=1, key_id=A, since=AT),
        KeyRecord(use=KeyUse.VAULT, number=1, key_id=K, since=AT),
    ]


def test_the_same_secrets_add_nothing() -> None:
    """PW-2: starting again with the same secrets records nothing."""
    assert after(known(A, key=[K]), known(A, key=[K])) == after(known(A, key=[K]))


def test_a_pepper_that_only_verifies_is_not_recorded() -> None:
    """PW-2: a second pepper is not recorded; a host without it may still start."""
    assert after(known(A), known(A, B), known(A)) == after(known(A))


def test_a_new_pepper_is_recorded_after_the_one_before() -> None:
    """PW-2: a new first pepper is recorded with the next number."""
    recorded = after(known(A), known(B, A))
    assert [(each.number, each.key_id) for each in recorded if each.use is KeyUse.CODES] == [(1, A), (2, B)]
    later = additions(recorded, known(C, B), at=AT + timedelta(days=1))
    assert {(each.number, each.key_id, each.since) for each in later} == {(3, C, AT + timedelta(days=1))}


def test_records_come_in_any_order() -> None:
    """PW-2: the record with the highest number is the newest, whatever the order of the records."""
    recorded = after(known(A), known(B, A))[::-1]
    assert additions(recorded, known(B), at=AT) == []
    assert "differs" in refusal(recorded, known(A))


def test_the_former_pepper_may_come_first_again() -> None:
    """PW-2: going back to a former pepper is recorded, and a start without that one is refused."""
    recorded = after(known(A), known(B, A), known(A, B))
    assert [(each.number, each.key_id) for each in recorded if each.use is KeyUse.CODES] == [(1, A), (2, B), (3, A)]
    assert "differs" in refusal(recorded, known(B))
    assert additions(recorded, known(A), at=AT) == []


def test_every_refusal_says_what_differs() -> None:
    """PW-2: a former pepper given as the key, after the pepper encrypted, is refused: the key differs."""
    recorded = after(known(A), known(B, A))
    assert "The key differs" in refusal(recorded, known(B, A, key=[A]))


def test_what_has_no_keys_is_not_compared() -> None:
    """PW-2: a vendor's adapter without a pepper is not compared."""
    without = {**known(A), KeyUse.PASSWORDS: ()}
    assert {each.use for each in after(without)} == {KeyUse.CODES, KeyUse.SEALS, KeyUse.VAULT}
    assert additions(after(known(A)), without, at=AT) == []


# ------------------------------------------------------------------ refused starts
def test_another_pepper() -> None:
    """PW-2: another pepper is refused; without a key, the text does not mention one."""
    told = refusal(after(known(A)), known(B))
    assert told == (
        f"The pepper differs from the one of earlier starts (id {A}, used for passwords, codes, seals). "
        "Start with that pepper. To replace it, give both in a list: the new one first, the former one after it."
    )


def test_another_pepper_beside_the_same_key() -> None:
    """PW-2: if only the pepper differs, the text does not mention the key."""
    told = refusal(after(known(A, key=[K])), known(B, key=[K]))
    assert "The pepper differs" in told
    assert "key" not in told


def test_another_key() -> None:
    """PW-2: if only the key differs, the text does not mention the pepper."""
    told = refusal(after(known(A, key=[K])), known(A, key=[L]))
    assert told.startswith(f"The key differs from the one of earlier starts (id {K}).")
    assert "pepper" not in told


def test_both_differ() -> None:
    """PW-2: if both differ, the text reports both."""
    told = refusal(after(known(A, key=[K])), known(B, key=[L]))
    assert f"The pepper differs from the one of earlier starts (id {A}" in told
    assert f"The key differs from the one of earlier starts (id {K})" in told


def test_a_key_that_was_not_there_before() -> None:
    """PW-2: a new key is refused alone, and accepted in a list before the pepper that encrypted."""
    told = refusal(after(known(A)), known(A, key=[K]))
    assert told.startswith(f"The key differs: at earlier starts there was no key, and the pepper (id {A}) encrypted.")
    assert additions(after(known(A)), known(A, key=[K, A]), at=AT) == [
        KeyRecord(use=KeyUse.VAULT, number=2, key_id=K, since=AT)
    ]


def test_a_key_that_was_not_there_before_beside_another_pepper() -> None:
    """PW-2: with another pepper as well, the text names the former one twice."""
    told = refusal(after(known(A)), known(B, key=[K]))
    assert "The pepper differs" in told
    assert f"there was no key, and the pepper (id {A}) encrypted" in told


def test_a_key_that_is_not_there_any_more() -> None:
    """PW-2: a start without the key of earlier starts is refused."""
    told = refusal(after(known(A, key=[K])), known(A))
    assert told == f"The key is missing: at earlier starts there was one (id {K}). Start with that key."


def test_one_use_differs() -> None:
    """PW-2: if only one use has another pepper, the text names that use."""
    told = refusal(after(known(A)), {**known(A), KeyUse.SEALS: (B,)})
    assert f"(id {A}, used for seals)" in told


# ------------------------------------------------------------------ ids
def test_what_is_made_names_its_key() -> None:
    """PW-2: the id of a key is written as text between dollar signs or as eight bytes, and read back."""
    assert in_text(A) == "$aaaaaaaaaaaaaaaa$"
    assert in_bytes(A) == b"\xaa" * 8
    assert named_by(in_bytes(A) + b"...") == A
    assert named_by(b"") == ""
