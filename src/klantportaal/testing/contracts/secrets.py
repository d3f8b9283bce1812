"""Tests the promises of ``klantportaal.ports.secrets`` for ids, tokens, seals, passwords, codes and the vault.

Inherit ``IdsContract`` (fixture ``ids``), ``TokensContract`` (fixture ``tokens``), ``CodesContract`` (fixtures
``codes``, ``other_codes`` of another key, and ``both_codes`` of both keys, the other one first), ``VaultContract``
(``vault``, ``other_vault`` and ``both_vault``, likewise), ``SafeSealsContract`` (``seals``, ``other_seals`` and
``both_seals``, likewise), and for passwords::

    class TestOurPasswords(SafePasswordsContract):
        @pytest.fixture
        def passwords(self) -> OurPasswords:
            return OurPasswords(cost=12)

        @pytest.fixture
        def former(self) -> OurPasswords:
            return OurPasswords(cost=11)  # an earlier state: another scheme or pepper, or less cost

Each needs ``reopened`` of ``promises`` too: a function that makes another adapter with the same keys, as another
process has. These ports promise no errors of a server, so they need no other fixtures of ``promises``.

``PasswordsContract`` and ``SealsContract`` alone are for fakes. They test what passwords and seals do, but not that
they are secure.
"""

import hashlib
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from uuid import RFC_4122, UUID

import pytest

from klantportaal.domain.signing import SealCheck
from klantportaal.domain.two_step import ALPHABET, CodePurpose, grouped, read_recovery
from klantportaal.domain.values import Digest
from klantportaal.ports.secrets import Blocklist, Codes, Ids, Passwords, SealBroken, Seals, Tokens, Vault, Verdict
from klantportaal.testing.contracts.promises import Contract, another
from klantportaal.testing.fakes import COMMON

GOOD = Verdict(matches=True, outdated=False)
BAD = Verdict(matches=False, outdated=False)
PASSWORDS = {
    "plain": "Geheim123",
    "spaces": "  Geheim 123  ",
    "accents": "Café-Zoë-1",
    "NUL": "Geheim\0123",
    "256 characters": "Aa1" + "x" * 253,
    "256 emoji": "A1" + "\N{GRINNING FACE}" * 254,
    "half a surrogate pair": "Geheim1\ud83d",
}

UNCOMMON = ("appel fiets lamp stoel 7", "", "\0", "\ud83d", "Zoë\u0308" * 80, "\N{GRINNING FACE}" * 256, "x1y" * 10_000)


class IdsContract(Contract):
    """The promises of a maker of ids, as tests."""

    def test_ids_are_of_version_7(self, ids: Ids) -> None:
        """AL-4: ids are UUIDs of version 7 (RFC 9562), so they sort by time in every store."""
        made = ids.new()
        assert type(made) is UUID
        assert (made.version, made.variant) == (7, RFC_4122)

    def test_ids_grow(self, ids: Ids) -> None:
        """AL-4: a later id is greater than an earlier one, as a number and as text."""
        made = [ids.new() for _ in range(5000)]
        assert all(earlier < later and earlier.hex < later.hex for earlier, later in pairwise(made))

    def test_threads_never_get_the_same(self, ids: Ids) -> None:
        """AL-4: ids are unique over all threads and grow within each thread."""
        with ThreadPoolExecutor(8) as threads:
            batches = list(threads.map(lambda _: [ids.new() for _ in range(500)], range(8)))
        assert len({each for batch in batches for each in batch}) == 8 * 500
        assert all(earlier < later for batch in batches for earlier, later in pairwise(batch))

    def test_other_processes_make_others(self, ids: Ids, reopened: Callable[[], Ids]) -> None:
        """AL-4: ids are unique over all processes, without anything that they share."""
        made = [each.new() for each in (ids, another(reopened, ids), another(reopened, ids)) for _ in range(1000)]
        assert len(set(made)) == len(made), "AL-4: another process never makes the same id"


class TokensContract(Contract):
    """The promises of a maker of tokens, as tests."""

    def test_a_secret_fits_a_link(self, tokens: Tokens) -> None:
        """ON-2: a token has 256 bits, in 43 characters that need no escaping in a URL."""
        assert re.fullmatch(r"[A-Za-z0-9_-]{43}", tokens.new())

    def test_no_secret_comes_twice(self, tokens: Tokens) -> None:
        """SI-3: every token is new."""
        assert len({tokens.new() for _ in range(1000)}) == 1000

    def test_a_task_has_one_secret(self, tokens: Tokens) -> None:
        """ON-6: the token of a task is the same each time, fits a link, and is another one for each task."""
        first, *older = tokens.derived(UUID(int=1))
        assert re.fullmatch(r"[A-Za-z0-9_-]{43}", first)
        assert list(tokens.derived(UUID(int=1))) == [first, *older]
        made = [token for number in range(1000) for token in tokens.derived(UUID(int=number))]
        assert len(set(made)) == len(made)

    @pytest.mark.parametrize("text", ["", "x", "é", "\ud800", "a\0b", "x" * 10_000])
    def test_any_text_has_a_fingerprint(self, tokens: Tokens, text: str) -> None:
        """SI-3: any text has a fingerprint, which is its SHA-256."""
        assert tokens.fingerprint(text) == hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()

    def test_a_task_has_one_secret_in_every_process(self, tokens: Tokens, reopened: Callable[[], Tokens]) -> None:
        """ON-6: with the same keys, every process gives the same token of a task, and other new tokens."""
        assert list(another(reopened, tokens).derived(UUID(int=1))) == list(tokens.derived(UUID(int=1))), (
            "ON-6: a mail that another process sends again has the same link: its token follows from the key and the "
            "id of the task alone"
        )


class SealsContract(Contract):
    """The promises of a maker of seals as tests, except that others cannot make its digests."""

    def test_a_digest_is_always_the_same(self, seals: Seals) -> None:
        """SI-5: a digest has 32 bytes and is the same each time."""
        digest = seals.digest(b"", b"entry")
        assert len(digest) == 40
        assert digest[:8].hex() == seals.key_ids()[0]
        assert seals.digest(b"", b"entry") == digest

    def test_a_digest_is_checked(self, seals: Seals) -> None:
        """SI-5: a digest verifies for its own content only; no bytes raise an error."""
        digest, key_id = seals.digest(b"before", b"entry"), seals.key_ids()[0]
        assert seals.check(digest, b"before", b"entry") == SealCheck(key_id=key_id, is_known=True, is_good=True)
        bad = SealCheck(key_id=key_id, is_known=True, is_good=False)
        assert seals.check(digest, b"after", b"entry") == bad
        assert seals.check(digest, b"before", b"entries") == bad
        assert seals.check(digest[:-1], b"before", b"entry") == bad
        assert seals.check(digest + b"!", b"before", b"entry") == bad
        assert not seals.check(b"", b"before", b"entry").is_good

    def test_a_digest_is_of_both(self, seals: Seals) -> None:
        """SI-5: another entry, another previous digest, or the same bytes split differently gives another digest."""
        pairs = [(b"", b"ab"), (b"a", b"b"), (b"ab", b""), (b"b", b"a"), (b"", b"a"), (b"", b""), (b"\0", b"")]
        pairs += [(bytes(32), b"ab"), (bytes(33), b"ab"), (b"", bytes(32) + b"ab"), (b"", b"x" * 100_000)]
        assert len({seals.digest(*pair) for pair in pairs}) == len(pairs)

    def test_every_process_makes_the_same(self, seals: Seals, reopened: Callable[[], Seals]) -> None:
        """SI-5: with the same keys, every process makes and checks the same digests."""
        digest = seals.digest(b"before", b"entry")
        assert another(reopened, seals).digest(b"before", b"entry") == digest, (
            "SI-5: with the same key, a digest is the same at any time, in every process"
        )
        assert another(reopened, seals).check(digest, b"before", b"entry").is_good, (
            "SI-5: every process knows a good digest"
        )


class SafeSealsContract(SealsContract):
    """The promises of a maker of seals, as tests."""

    def test_another_key_makes_other_digests(self, seals: Seals, other_seals: Seals) -> None:
        """SI-5: another key gives another digest."""
        assert seals.digest(b"before", b"entry") != other_seals.digest(b"before", b"entry")

    def test_no_plain_hash_is_a_digest(self, seals: Seals) -> None:
        """SI-5: a digest is not a plain hash, which anybody can compute."""
        plain = {hashlib.new(name, b"entry").digest() for name in ("sha256", "sha3_256", "blake2s")}
        assert seals.digest(b"", b"entry")[8:] not in plain

    def test_a_key_can_be_replaced(self, seals: Seals, other_seals: Seals, both_seals: Seals) -> None:
        """SI-5: the new key makes digests, digests of the former key still verify, and an unknown key is reported."""
        former, new = seals.digest(b"", b"entry"), other_seals.digest(b"", b"entry")
        assert both_seals.digest(b"", b"entry") == new
        assert [both_seals.check(each, b"", b"entry").is_good for each in (former, new)] == [True, True]
        assert not both_seals.check(former, b"", b"another").is_good
        unknown = SealCheck(key_id=seals.key_ids()[0], is_known=False, is_good=False)
        assert other_seals.check(former, b"", b"entry") == unknown
        assert list(both_seals.key_ids()) == [*other_seals.key_ids(), *seals.key_ids()]


class PasswordsContract(Contract):
    """The behaviour of passwords, as tests."""

    @pytest.mark.parametrize("password", PASSWORDS.values(), ids=PASSWORDS.keys())
    def test_the_password_matches_and_others_do_not(self, passwords: Passwords, password: str) -> None:
        """PW-2: a password of any length matches its own hash only, up to the last character."""
        stored = passwords.hash(password)
        assert passwords.verify(password, stored) == GOOD
        for other in (password[:-1], password + "x", password.swapcase(), ""):
            assert passwords.verify(other, stored) == BAD

    def test_nothing_is_cut(self, passwords: Passwords) -> None:
        """PW-2: passwords that differ only in the last of their characters are different passwords."""
        stem = "Aa1" + "\N{GRINNING FACE}" * 252
        assert passwords.verify(stem + "y", passwords.hash(stem + "x")) == BAD

    def test_spelling_does_not_matter(self, passwords: Passwords) -> None:
        """PW-2: é matches whether it is typed as one code point or as two."""
        assert passwords.verify("Cafe\u0301-Zoe\u0308-1", passwords.hash("Caf\u00e9-Zo\u00eb-1")) == GOOD

    def test_nobody_matches_nothing(self, passwords: Passwords) -> None:
        """SI-1: no password matches if there is no stored hash."""
        assert [passwords.verify(each, None) for each in ("Geheim123", "", "None")] == [BAD] * 3

    def test_an_older_hash_is_outdated(self, passwords: Passwords, former: Passwords) -> None:
        """PW-2: an older hash still verifies and is reported as outdated."""
        stored = former.hash("Geheim123")
        assert passwords.verify("Geheim123", stored) == Verdict(matches=True, outdated=True)
        assert passwords.verify("geheim123", stored).matches is False
        assert passwords.verify("Geheim123", passwords.hash("Geheim123")) == GOOD

    @pytest.mark.parametrize("text", ["", "Geheim123", "\0", "\ud800", "x" * 5000])
    def test_a_mask_is_known_again(self, passwords: Passwords, former: Passwords, text: str) -> None:
        """SI-2: any text has its own mask of 32 bytes, which is the same each time."""
        masks = passwords.masks(text)
        assert {len(each) for each in masks} == {32}
        assert list(passwords.masks(text)) == list(masks)
        assert len(masks) == max(1, len(passwords.key_ids()))
        assert len({*masks, *passwords.masks(text + " "), *passwords.masks("x" + text)}) == 3 * len(masks)
        assert set(former.masks(text)) <= set(masks)

    def test_a_hash_names_its_pepper(self, passwords: Passwords) -> None:
        """PW-2: a hash holds the id of the pepper that it was made under, where there are any."""
        stored = passwords.hash("Geheim123")
        assert [each for each in passwords.key_ids() if f"${each}$" in stored] == list(passwords.key_ids()[:1])

    @pytest.mark.parametrize("stored", ["", "!", "v1$", "$2b$", "Geheim123 ", "\0", "$2b$12$" + "x" * 200])
    def test_what_is_no_hash_never_matches(self, passwords: Passwords, stored: str) -> None:
        """SI-1: a damaged hash never matches and raises no error."""
        assert passwords.verify("Geheim123", stored).matches is False

    def test_every_process_knows_a_hash(self, passwords: Passwords, reopened: Callable[[], Passwords]) -> None:
        """PW-2: with the same peppers, every process verifies a hash, and gives the same mask of a text."""
        stored = passwords.hash("Geheim123")
        assert another(reopened, passwords).verify("Geheim123", stored) == GOOD, (
            "PW-2: a hash holds all that is needed to verify it, in every process with the same peppers"
        )
        assert another(reopened, passwords).verify("Geheim124", stored) == BAD, (
            "PW-2: no process takes another password for it"
        )
        assert list(another(reopened, passwords).masks("jan")) == list(passwords.masks("jan")), (
            "SI-2: with the same peppers, every process gives the same mask, so that failures are counted together"
        )


class SafePasswordsContract(PasswordsContract):
    """The behaviour and the security of passwords, as tests."""

    def test_a_hash_tells_nothing(self, passwords: Passwords) -> None:
        """PW-2: each hash of a password is different, and none contains the password."""
        hashes = {passwords.hash("Geheim123") for _ in range(5)}
        assert len(hashes) == 5
        assert not any("geheim123" in each.casefold() for each in hashes)

    def test_an_unknown_address_costs_the_same(self, passwords: Passwords, former: Passwords) -> None:
        """SI-1: verifying takes equally long without a hash, with an older hash and with a wrong password."""
        stored, older = passwords.hash("Geheim123"), former.hash("Geheim123")
        wrong = least(lambda: passwords.verify("Geheim124", stored))
        assert wrong / 2 < least(lambda: passwords.verify("Geheim124", None)) < wrong * 2
        assert wrong / 2 < least(lambda: passwords.verify("Geheim124", older)) < wrong * 2


class BlocklistContract(Contract):
    """The promises of a list of common passwords, as tests."""

    @pytest.mark.parametrize("password", COMMON)
    def test_common_ones_are_listed(self, blocklist: Blocklist, password: str) -> None:
        """PW-3: the most common passwords are listed, in lower case."""
        assert blocklist.holds(password) is True

    @pytest.mark.parametrize("password", COMMON)
    def test_a_password_is_compared_whole(self, blocklist: Blocklist, password: str) -> None:
        """PW-3: a password that contains a common password is not listed (NIST SP 800-63B-4 3.1.1.2)."""
        assert blocklist.holds(f"Kruiwagen {password} 7 Zeemeeuw") is False
        assert blocklist.holds(password[:2]) is False

    @pytest.mark.parametrize("password", UNCOMMON)
    def test_any_text_is_answered(self, blocklist: Blocklist, password: str) -> None:
        """PW-3: an uncommon text is not listed and raises no error, however odd or long it is."""
        assert [blocklist.holds(password) for _ in range(2)] == [False, False]

    def test_many_ask_at_once(self, blocklist: Blocklist) -> None:
        """PW-3: concurrent calls get the same answers as a single thread."""
        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(blocklist.holds, [COMMON[0], UNCOMMON[0]] * 50)) == [True, False] * 50

    def test_every_process_has_the_same_list(self, blocklist: Blocklist, reopened: Callable[[], Blocklist]) -> None:
        """PW-3: every process has the same list."""
        asked = (*COMMON, *UNCOMMON)
        assert [another(reopened, blocklist).holds(each) for each in asked] == [
            blocklist.holds(each) for each in asked
        ], "PW-3: every process refuses the same passwords"


class CodesContract(Contract):
    """The promises of a maker of codes, as tests."""

    def test_a_code_is_six_digits(self, codes: Codes) -> None:
        """TS-1: a code has six ASCII digits, and codes rarely repeat."""
        drawn = [codes.digits() for _ in range(1000)]
        assert all(re.fullmatch("[0-9]{6}", each) for each in drawn)
        assert len(set(drawn)) > 950
        assert {each[0] for each in drawn} == set("0123456789")

    def test_a_recovery_code_is_125_bits(self, codes: Codes) -> None:
        """TS-3: a recovery code has 25 characters of Crockford's base 32, never repeats, and may be in lower case."""
        drawn = [codes.recovery() for _ in range(500)]
        assert len(set(drawn)) == 500
        assert set("".join(drawn)) == set(ALPHABET)
        assert [read_recovery(grouped(each).lower()) for each in drawn] == drawn

    def test_an_app_takes_the_key(self, codes: Codes) -> None:
        """TS-6: a key for an authenticator app has 160 bits in base 32."""
        drawn = {codes.totp_key() for _ in range(200)}
        assert len(drawn) == 200
        assert all(re.fullmatch("[A-Z2-7]{32}", each) for each in drawn)

    def test_a_digest_is_of_one_code_for_one_thing(self, codes: Codes, other_codes: Codes) -> None:
        """TS-2: a digest depends on the code, the purpose, the id that it is bound to, and the key."""
        one, other = UUID(int=1), UUID(int=2)
        digest = codes.digest(CodePurpose.SIGN_IN, one, "123456")
        assert (len(digest), codes.digest(CodePurpose.SIGN_IN, one, "123456")) == (40, digest)
        assert digest[:8].hex() == codes.key_ids()[0]
        others = [codes.digest(purpose, one, "123456") for purpose in CodePurpose if purpose != CodePurpose.SIGN_IN]
        others.append(codes.digest(CodePurpose.SIGN_IN, other, "123456"))
        others.append(codes.digest(CodePurpose.SIGN_IN, one, "123457"))
        others.append(other_codes.digest(CodePurpose.SIGN_IN, one, "123456"))
        assert len({digest[8:], *(each[8:] for each in others)}) == 1 + len(others)

    def test_a_code_matches_its_digest(self, codes: Codes) -> None:
        """TS-2: a digest matches for the same thing and purpose only; other bytes do not match, and raise no error."""
        one, other = UUID(int=1), UUID(int=2)
        digest = codes.digest(CodePurpose.SIGN_IN, one, "123456")
        assert codes.matches(digest, CodePurpose.SIGN_IN, one, "123456")
        assert not codes.matches(digest, CodePurpose.CHANGE, one, "123456")
        assert not codes.matches(digest, CodePurpose.SIGN_IN, other, "123456")
        assert not codes.matches(digest, CodePurpose.SIGN_IN, one, "123457")
        for damaged in (b"", digest[:8], digest[:-1], digest + b"!", bytes(40)):
            assert not codes.matches(Digest(damaged), CodePurpose.SIGN_IN, one, "123456")

    def test_a_key_can_be_replaced(self, codes: Codes, other_codes: Codes, both_codes: Codes) -> None:
        """TS-2, TS-3: the new key hashes codes; codes of the former key still match, those of an unknown key do not."""
        one = UUID(int=1)
        former, new = (each.digest(CodePurpose.RECOVERY, one, "A") for each in (codes, other_codes))
        assert both_codes.digest(CodePurpose.RECOVERY, one, "A") == new
        assert [both_codes.matches(each, CodePurpose.RECOVERY, one, "A") for each in (former, new)] == [True, True]
        assert not both_codes.matches(former, CodePurpose.RECOVERY, one, "B")
        assert not other_codes.matches(former, CodePurpose.RECOVERY, one, "A")
        assert list(both_codes.key_ids()) == [*other_codes.key_ids(), *codes.key_ids()]

    @pytest.mark.parametrize("text", ["", "é", "\ud800", "a\0b", "x" * 10_000])
    def test_any_text_has_a_digest(self, codes: Codes, text: str) -> None:
        """TS-2: any text has a digest and raises no error."""
        digest = codes.digest(CodePurpose.RECOVERY, UUID(int=1), text)
        assert len(digest) == 40
        assert codes.matches(digest, CodePurpose.RECOVERY, UUID(int=1), text)

    def test_every_process_knows_a_code(self, codes: Codes, reopened: Callable[[], Codes]) -> None:
        """TS-2: with the same keys, every process knows the code of a digest."""
        digest = codes.digest(CodePurpose.SIGN_IN, UUID(int=1), "123456")
        assert another(reopened, codes).matches(digest, CodePurpose.SIGN_IN, UUID(int=1), "123456"), (
            "TS-2: a code matches its digest in every process with the same keys"
        )


class VaultContract(Contract):
    """The promises of a vault, as tests."""

    def test_what_was_sealed_opens(self, vault: Vault) -> None:
        """TS-6: an encrypted secret can be decrypted, and each encryption of it is different."""
        sealed = {vault.seal("JBSWY3DPEHPK3PXP", bound_to=UUID(int=1)) for _ in range(10)}
        assert len(sealed) == 10
        assert {vault.open(each, bound_to=UUID(int=1)) for each in sealed} == {"JBSWY3DPEHPK3PXP"}

    def test_it_opens_for_nothing_else(self, vault: Vault, other_vault: Vault) -> None:
        """TS-6: a secret cannot be decrypted for another account or with another key."""
        sealed = vault.seal("JBSWY3DPEHPK3PXP", bound_to=UUID(int=1))
        with pytest.raises(SealBroken):
            vault.open(sealed, bound_to=UUID(int=2))
        with pytest.raises(SealBroken):
            other_vault.open(sealed, bound_to=UUID(int=1))

    def test_a_key_can_be_replaced(self, vault: Vault, other_vault: Vault, both_vault: Vault) -> None:
        """TS-6: the new key encrypts, and values of the former key still decrypt, as outdated."""
        former, new = (each.seal("JBSWY3DPEHPK3PXP", bound_to=UUID(int=1)) for each in (vault, both_vault))
        assert other_vault.open(new, bound_to=UUID(int=1)) == "JBSWY3DPEHPK3PXP"
        assert [both_vault.open(each, bound_to=UUID(int=1)) for each in (former, new)] == ["JBSWY3DPEHPK3PXP"] * 2
        assert [both_vault.is_outdated(each) for each in (former, new)] == [True, False]
        assert new[:8].hex() == both_vault.key_ids()[0]
        assert list(both_vault.key_ids()) == [*other_vault.key_ids(), *vault.key_ids()]

    def test_what_was_changed_does_not_open(self, vault: Vault) -> None:
        """TS-6: a secret cannot be decrypted if a byte was changed, removed or added."""
        sealed = vault.seal("JBSWY3DPEHPK3PXP", bound_to=UUID(int=1))
        changed = [sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :] for at in range(len(sealed))]
        for each in [*changed, *(sealed[:at] for at in range(len(sealed))), sealed + b"\0"]:
            with pytest.raises(SealBroken):
                vault.open(each, bound_to=UUID(int=1))

    def test_every_process_opens_it(self, vault: Vault, reopened: Callable[[], Vault]) -> None:
        """TS-6: with the same keys, every process opens what was sealed."""
        sealed = vault.seal("JBSWY3DPEHPK3PXP", bound_to=UUID(int=1))
        try:
            opened = another(reopened, vault).open(sealed, bound_to=UUID(int=1))
        except SealBroken:
            opened = "nothing"
        assert opened == "JBSWY3DPEHPK3PXP", (
            "TS-6: the sealed bytes hold all that is needed to open them, in every process with the same keys"
        )


def least(call: Callable[[], object]) -> float:
    """Measure a call several times and return the shortest processor time, in seconds.

    The shortest time is the one that other processes disturbed least.
    """
    spent = []
    for _ in range(7):
        before = time.thread_time()
        call()
        spent.append(time.thread_time() - before)
    return min(spent)
