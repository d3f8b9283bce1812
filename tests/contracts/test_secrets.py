"""The contracts of ids, secrets and password hashes, for each adapter."""

import hashlib
import hmac
import re
import subprocess
import sys
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice
from threading import Event
from uuid import UUID

import bcrypt
import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from klantportaal.adapters.secrets import common_passwords
from klantportaal.adapters.secrets.aes_vault import AesVault
from klantportaal.adapters.secrets.bcrypt_passwords import BcryptPasswords
from klantportaal.adapters.secrets.common_passwords import CommonPasswords
from klantportaal.adapters.secrets.deriving import subkey
from klantportaal.adapters.secrets.hmac_codes import HmacCodes
from klantportaal.adapters.secrets.hmac_seals import HmacSeals
from klantportaal.adapters.secrets.ids import Uuid7Ids
from klantportaal.adapters.secrets.keyring import Keyring, key_id
from klantportaal.adapters.secrets.tokens import HmacTokens
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.passwords import PasswordPolicy
from klantportaal.ports.secrets import Verdict
from klantportaal.testing.contracts.promises import Without
from klantportaal.testing.contracts.secrets import (
    BAD,
    GOOD,
    BlocklistContract,
    CodesContract,
    IdsContract,
    PasswordsContract,
    SafePasswordsContract,
    SafeSealsContract,
    SealsContract,
    TokensContract,
    VaultContract,
)
from klantportaal.testing.fakes import (
    CountingCodes,
    CountingIds,
    CountingTokens,
    FewPasswords,
    PlainPasswords,
    PlainSeals,
    PlainVault,
)

PEPPER = b"pepper of the tests, for no-one!"
DIGEST = "2953f9d3831995e2ddceb3ebe5ed2cb9af7fcac5b0eeb263ebad5381c1ce0c433632a1feb79372ab"
OUTDATED = Verdict(matches=True, outdated=True)


class TestUuid7Ids(IdsContract):
    """The contract for ids of UUID version 7."""

    @pytest.fixture
    def ids(self) -> Uuid7Ids:
        """Return a maker of ids."""
        return Uuid7Ids()

    @pytest.fixture
    def reopened(self) -> type[Uuid7Ids]:
        """Return what makes another one."""
        return Uuid7Ids

    def test_makers_share_one_order(self) -> None:
        """AL-4: ids of one process increase strictly, also across several makers."""
        one, other = Uuid7Ids(), Uuid7Ids()
        made = [maker.new() for _ in range(500) for maker in (one, other)]
        assert made == sorted(set(made))

    def test_an_id_tells_its_time(self, ids: Uuid7Ids) -> None:
        """AL-4: an id begins with the milliseconds since 1970, so that ids of all processes sort by time."""
        assert abs((ids.new().int >> 80) - time.time_ns() // 1_000_000) < 60_000


class TestCountingIds(IdsContract):
    """The contract for the ids of tests."""

    @pytest.fixture
    def ids(self) -> CountingIds:
        """Return a maker of ids."""
        return CountingIds()

    @pytest.fixture
    def reopened(self) -> Without:
        """Say why it cannot be opened anew."""
        return Without("the ids of tests begin anew in each process")


class TestHmacTokens(TokensContract):
    """The contract for random tokens."""

    @pytest.fixture
    def tokens(self) -> HmacTokens:
        """Return a maker of secrets."""
        return HmacTokens(PEPPER)

    @pytest.fixture
    def reopened(self) -> Callable[[], HmacTokens]:
        """Return what makes another one with the same keys."""
        return lambda: HmacTokens(PEPPER)


def test_a_task_keeps_its_token_when_the_pepper_is_replaced() -> None:
    """ON-6: under a new pepper a task has another token, and the one under the former pepper is still known."""
    task = UUID("0199f1c2-7d3e-7aaa-8bbb-123456789abc")
    (former,) = HmacTokens(PEPPER).derived(task)
    newest, older = HmacTokens([PEPPER[::-1], PEPPER]).derived(task)
    assert (older, newest != former) == (former, True)
    # A fixed value: a later version must derive the same token for a mail that waits.
    assert former == "xEb8dasYp2KD0QQjycqy7pfdKfFJOUoJP7tD0AVEiy4"


def test_a_token_is_not_told_by_other_secrets() -> None:
    """ON-6: the key of links is no other key that is derived from the pepper."""
    task = UUID(int=1)
    assert HmacTokens(PEPPER).derived(task) != HmacTokens(PEPPER[::-1]).derived(task)
    sealed = HmacSeals(PEPPER).digest(b"", task.bytes)[8:]
    assert urlsafe_b64encode(sealed).decode().rstrip("=") not in HmacTokens(PEPPER).derived(task)


class TestCountingTokens(TokensContract):
    """The contract for the tokens of tests."""

    @pytest.fixture
    def tokens(self) -> CountingTokens:
        """Return a maker of secrets."""
        return CountingTokens()

    @pytest.fixture
    def reopened(self) -> type[CountingTokens]:
        """Return what makes another one with the same keys."""
        return CountingTokens


class TestPlainSeals(SealsContract):
    """The contract for the digests of tests."""

    @pytest.fixture
    def seals(self) -> PlainSeals:
        """Return a maker of digests."""
        return PlainSeals()

    @pytest.fixture
    def reopened(self) -> type[PlainSeals]:
        """Return what makes another one with the same keys."""
        return PlainSeals


class TestHmacSeals(SafeSealsContract):
    """The contract for digests with a key derived from the pepper."""

    @pytest.fixture
    def seals(self) -> HmacSeals:
        """Return a maker of digests."""
        return HmacSeals(PEPPER)

    @pytest.fixture
    def other_seals(self) -> HmacSeals:
        """Return one with another pepper."""
        return HmacSeals(PEPPER[::-1])

    @pytest.fixture
    def both_seals(self) -> HmacSeals:
        """Return one with both keys, the other key first."""
        return HmacSeals([PEPPER[::-1], PEPPER])

    @pytest.fixture
    def reopened(self) -> Callable[[], HmacSeals]:
        """Return what makes another one with the same keys."""
        return lambda: HmacSeals(PEPPER)

    def test_the_key_is_not_the_pepper(self, seals: HmacSeals) -> None:
        """SI-5: a digest uses another key than passwords."""
        assert seals.digest(b"", b"entry")[8:] != hmac.digest(PEPPER, bytes(4) + b"entry", "sha256")

    def test_the_digest_stays(self, seals: HmacSeals) -> None:
        """SI-5: every version of the portal makes the same digest."""
        assert seals.digest(b"before", b"entry").hex() == DIGEST


class TestPlainPasswords(PasswordsContract):
    """The contract for the password hashes of tests."""

    @pytest.fixture
    def passwords(self) -> PlainPasswords:
        """Return a hasher of passwords."""
        return PlainPasswords()

    @pytest.fixture
    def former(self) -> PlainPasswords:
        """Return one with another scheme."""
        return PlainPasswords("former")

    @pytest.fixture
    def reopened(self) -> type[PlainPasswords]:
        """Return what makes another one with the same keys."""
        return PlainPasswords


class TestBcryptPasswords(SafePasswordsContract):
    """The contract for bcrypt, at a low cost."""

    @pytest.fixture
    def passwords(self) -> BcryptPasswords:
        """Return a hasher of passwords."""
        return BcryptPasswords(PEPPER, cost=6)

    @pytest.fixture
    def former(self) -> BcryptPasswords:
        """Return one with a lower cost."""
        return BcryptPasswords(PEPPER, cost=4)

    @pytest.fixture
    def reopened(self) -> Callable[[], BcryptPasswords]:
        """Return what makes another one with the same keys."""
        return lambda: BcryptPasswords(PEPPER, cost=6)


class TestBcryptPasswordsOfANewPepper(SafePasswordsContract):
    """The contract for bcrypt after the pepper was replaced."""

    @pytest.fixture
    def passwords(self) -> BcryptPasswords:
        """Return a hasher of passwords that knows the former pepper."""
        return BcryptPasswords([PEPPER[::-1], PEPPER], cost=6)

    @pytest.fixture
    def former(self) -> BcryptPasswords:
        """Return one with the former pepper."""
        return BcryptPasswords(PEPPER, cost=6)

    @pytest.fixture
    def reopened(self) -> Callable[[], BcryptPasswords]:
        """Return what makes another one with the same keys."""
        return lambda: BcryptPasswords([PEPPER[::-1], PEPPER], cost=6)


class TestFewPasswords(BlocklistContract):
    """The contract for the blocklist of tests."""

    @pytest.fixture
    def blocklist(self) -> FewPasswords:
        """Return a list."""
        return FewPasswords()

    @pytest.fixture
    def reopened(self) -> type[FewPasswords]:
        """Return what makes another one."""
        return FewPasswords


class TestCommonPasswords(BlocklistContract):
    """The contract for the blocklist of zxcvbn."""

    @pytest.fixture
    def blocklist(self) -> CommonPasswords:
        """Return a list."""
        return CommonPasswords()

    @pytest.fixture
    def reopened(self) -> type[CommonPasswords]:
        """Return what makes another one."""
        return CommonPasswords

    def test_it_is_long_enough(self) -> None:
        """PW-3: with a capital, more than 3,000 of its passwords satisfy the default policy (ASVS 5.0 6.2.4)."""
        digits = [each for each in common_passwords._listed() if re.search("[0-9]", each) and re.search("[a-z]", each)]
        assert len([each for each in digits if len(each) >= PasswordPolicy().minimum]) > 3000

    def test_it_is_in_lower_case(self) -> None:
        """PW-3: the list is in lower case, as passwords are looked up in lower case."""
        assert all(each == each.casefold() for each in common_passwords._listed())

    def test_it_is_read_when_it_is_needed(self) -> None:
        """PW-3: the list is read at the first look-up, and zxcvbn itself is never imported."""
        program = (
            "import sys, tracemalloc; from klantportaal import embedded;"
            "from klantportaal.adapters.secrets import common_passwords as it; asked = it.CommonPasswords();"
            "assert it._listed.cache_info().currsize == 0; tracemalloc.start(); asked.holds('x');"
            "kept, _most = tracemalloc.get_traced_memory(); assert kept < 6_000_000, kept;"
            "assert 'zxcvbn' not in sys.modules"
        )
        subprocess.run([sys.executable, "-c", program], check=True)

    def test_a_package_without_the_list_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """PW-3: without the list, an error is raised, so that no password is set unchecked."""
        monkeypatch.setattr(common_passwords, "find_spec", lambda _name: None)
        with pytest.raises(ModuleNotFoundError, match="zxcvbn"):
            common_passwords._listed.__wrapped__()


class TestHmacCodes(CodesContract):
    """The contract for codes with HMAC."""

    @pytest.fixture
    def codes(self) -> HmacCodes:
        """Return a maker of codes."""
        return HmacCodes(PEPPER)

    @pytest.fixture
    def other_codes(self) -> HmacCodes:
        """Return one with another key."""
        return HmacCodes(PEPPER[::-1])

    @pytest.fixture
    def both_codes(self) -> HmacCodes:
        """Return one with both keys, the other key first."""
        return HmacCodes([PEPPER[::-1], PEPPER])

    @pytest.fixture
    def reopened(self) -> Callable[[], HmacCodes]:
        """Return what makes another one with the same keys."""
        return lambda: HmacCodes(PEPPER)


class TestCountingCodes(CodesContract):
    """The contract for the codes of tests."""

    @pytest.fixture
    def codes(self) -> CountingCodes:
        """Return a maker of codes."""
        return CountingCodes()

    @pytest.fixture
    def other_codes(self) -> CountingCodes:
        """Return one with another key."""
        return CountingCodes("other")

    @pytest.fixture
    def both_codes(self) -> CountingCodes:
        """Return one with both keys, the other key first."""
        return CountingCodes("other", "")

    @pytest.fixture
    def reopened(self) -> type[CountingCodes]:
        """Return what makes another one with the same keys."""
        return CountingCodes


class TestAesVault(VaultContract):
    """The contract for encryption with AES."""

    @pytest.fixture
    def vault(self) -> AesVault:
        """Return a vault."""
        return AesVault(PEPPER)

    @pytest.fixture
    def other_vault(self) -> AesVault:
        """Return one with another key."""
        return AesVault(PEPPER[::-1])

    @pytest.fixture
    def both_vault(self) -> AesVault:
        """Return one with both keys, the other key first."""
        return AesVault([PEPPER[::-1], PEPPER])

    @pytest.fixture
    def reopened(self) -> Callable[[], AesVault]:
        """Return what makes another one with the same keys."""
        return lambda: AesVault(PEPPER)

    def test_nothing_of_it_can_be_read(self, vault: AesVault) -> None:
        """TS-6: a sealed text is key id, scheme, nonce, ciphertext and a tag of 16 bytes; none of it is plain."""
        sealed = vault.seal("JBSWY3DPEHPK3PXP", bound_to=UUID(int=1))
        assert (sealed[:8].hex(), sealed[8], len(sealed)) == (vault.key_ids()[0], 1, 8 + 1 + 12 + 16 + 16)
        assert b"JBSW" not in sealed


class TestPlainVault(VaultContract):
    """The contract for the vault of tests."""

    @pytest.fixture
    def vault(self) -> PlainVault:
        """Return a vault."""
        return PlainVault()

    @pytest.fixture
    def other_vault(self) -> PlainVault:
        """Return one with another key."""
        return PlainVault("other")

    @pytest.fixture
    def both_vault(self) -> PlainVault:
        """Return one with both keys, the other key first."""
        return PlainVault("other", "")

    @pytest.fixture
    def reopened(self) -> type[PlainVault]:
        """Return what makes another one with the same keys."""
        return PlainVault


class TestSubkeys:
    """Subkeys, each for one use."""

    def test_a_subkey_is_hkdf_s(self) -> None:
        """TS-2: a subkey is expanded as in RFC 5869, so that one subkey reveals nothing of another."""
        expanded = HKDFExpand(SHA256(), 32, b"klantportaal vault").derive(PEPPER)
        assert subkey(PEPPER, "klantportaal vault") == expanded

    def test_no_subkey_is_made_of_a_short_secret(self) -> None:
        """TS-2: a secret that is too short is refused."""
        with pytest.raises(ValueError, match="32 bytes"):
            subkey(b"x" * 31, "klantportaal vault")


@pytest.mark.parametrize("make", [BcryptPasswords, HmacSeals, HmacCodes, AesVault])
class TestGivenSecrets:
    """What a vendor may pass as pepper or key."""

    @pytest.mark.parametrize("secret", [b"", b"x" * 31])
    def test_a_short_pepper_is_refused(self, make: Callable[[object], object], secret: bytes) -> None:
        """PW-2, SI-5, TS-2: a secret that is too short is refused, also as the former one."""
        for given in (secret, [secret], [PEPPER, secret]):
            with pytest.raises(ValueError, match=f"must be at least 32 bytes, .* not {len(secret)} bytes"):
                make(given)

    @pytest.mark.parametrize("given", ["geheim" * 6, ["geheim" * 6], [PEPPER, "geheim" * 6]])
    def test_text_is_told_as_such(self, make: Callable[[object], object], given: object) -> None:
        """PW-2: text is refused; the error says how to make bytes of it, and does not contain it."""
        with pytest.raises(TypeError, match=r"must be bytes, not text: use bytes\.fromhex\(text\)") as error:
            make(given)
        assert "geheim" not in str(error.value)

    @pytest.mark.parametrize("given", [None, 32, bytearray(32), [bytearray(32)], {PEPPER}, [None]])
    def test_what_is_no_bytes_is_told(self, make: Callable[[object], object], given: object) -> None:
        """PW-2: anything but bytes or a list of bytes is refused."""
        with pytest.raises(TypeError, match=r"must be bytes or a list of bytes, not (NoneType|int|bytearray|set)$"):
            make(given)

    def test_a_list_has_each_once(self, make: Callable[[object], object]) -> None:
        """PW-2: an empty list, or one with the same secret twice, is refused."""
        with pytest.raises(ValueError, match="is empty"):
            make([])
        with pytest.raises(ValueError, match="is given twice"):
            make((PEPPER, PEPPER[::-1], PEPPER))

    def test_ids_are_of_the_secrets(self, make: Callable[[object], BcryptPasswords]) -> None:
        """PW-2: the id of a secret has 64 bits, the same as pepper and as key; ids are in the order given."""
        ids = [key_id(PEPPER[::-1]), key_id(PEPPER)]
        assert list(make([PEPPER[::-1], PEPPER]).key_ids()) == ids
        assert ids[1] == HKDFExpand(SHA256(), 32, b"klantportaal key id").derive(PEPPER)[:8].hex()


def test_a_keyring_shows_no_secret() -> None:
    """PW-2: the repr of a keyring has nothing of its secrets."""
    assert "pepper" not in repr(Keyring.of([PEPPER], "pepper"))


class TestBcryptScheme:
    """The format of a hash, and which other hashes are accepted."""

    def test_the_scheme_is_the_one_of_the_rule(self) -> None:
        """PW-2: a hash is scheme, pepper id, and bcrypt of base64(HMAC-SHA384(pepper, NFC(password))), 64 bytes."""
        stored = BcryptPasswords(PEPPER, cost=4).hash("Cafe\u0301-1")
        scheme, pepper, text = stored[:3], stored[3:19], stored[19:]
        material = b64encode(hmac.digest(PEPPER, "Café-1".encode(), "sha384"))
        assert (scheme, pepper, text[:7], len(material)) == ("v1$", key_id(PEPPER), "$2b$04$", 64)
        assert bcrypt.checkpw(material, text.encode())

    def test_the_cost_is_12(self) -> None:
        """PW-2: the default cost is 12."""
        assert BcryptPasswords(PEPPER).hash("Geheim123").startswith(f"v1${key_id(PEPPER)}$2b$12$")

    def test_another_pepper_matches_nothing(self) -> None:
        """PW-2: a hash cannot be verified without its pepper, so stolen hashes cannot be attacked."""
        stored = BcryptPasswords(PEPPER, cost=4).hash("Geheim123")
        assert BcryptPasswords(PEPPER[::-1], cost=4).verify("Geheim123", stored) == BAD

    def test_a_hash_counts_under_its_own_pepper_only(self) -> None:
        """PW-2: a hash with the id of another known pepper does not match."""
        both = BcryptPasswords([PEPPER[::-1], PEPPER], cost=4)
        stored = BcryptPasswords(PEPPER, cost=4).hash("Geheim123")
        assert both.verify("Geheim123", stored) == OUTDATED
        assert not both.verify("Geheim123", stored.replace(key_id(PEPPER), key_id(PEPPER[::-1]))).matches

    def test_any_pepper_costs_one_bcrypt(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """SI-1: no hash, or one of the newest, an older or an unknown pepper, costs one bcrypt at today's cost."""
        both = BcryptPasswords([PEPPER[::-1], PEPPER], cost=4)
        hashes = [BcryptPasswords(each, cost=4).hash("Geheim123") for each in (PEPPER, PEPPER[::-1], b"?" * 32)]
        costs, hashing, checking = [], bcrypt.hashpw, bcrypt.checkpw

        def hashed(password: bytes, salt: bytes) -> bytes:
            costs.append(salt[4:6])
            return hashing(password, salt)

        def checked(password: bytes, stored: bytes) -> bool:
            costs.append(stored[4:6])
            return checking(password, stored)

        monkeypatch.setattr(bcrypt, "hashpw", hashed)
        monkeypatch.setattr(bcrypt, "checkpw", checked)
        for stored in (None, *hashes):
            costs.clear()
            both.verify("Geheim124", stored)
            assert costs == [b"04"]

    @pytest.mark.parametrize("prefix", [b"$2a$", b"$2b$", b"$2y$"])
    def test_bare_bcrypt_is_taken_over(self, prefix: bytes) -> None:
        """PW-2: a bcrypt hash of the vendor's earlier system matches, and is marked as outdated."""
        passwords = BcryptPasswords(PEPPER, cost=4)
        stored = bcrypt.hashpw(b"Geheim123", bcrypt.gensalt(4)).replace(b"$2b$", prefix).decode()
        assert passwords.verify("Geheim123", stored) == OUTDATED
        assert not passwords.verify("Geheim124", stored).matches
        assert passwords.verify("Geheim123", passwords.hash("Geheim123")) == GOOD

    def test_long_bare_passwords_are_taken_over(self) -> None:
        """PW-2: for such a hash only the first 72 bytes count, and a longer password is no error."""
        long = "Aa1" + "\N{GRINNING FACE}" * 100
        stored = bcrypt.hashpw(long.encode()[:72], bcrypt.gensalt(4)).decode()
        assert BcryptPasswords(PEPPER, cost=4).verify(long, stored) == OUTDATED

    def test_a_higher_cost_is_not_outdated(self) -> None:
        """PW-2: a hash of a higher cost than now set is not outdated."""
        stored = BcryptPasswords(PEPPER, cost=5).hash("Geheim123")
        assert BcryptPasswords(PEPPER, cost=4).verify("Geheim123", stored) == GOOD


class TestBcryptCrowd:
    """Many sign-ins at once."""

    def test_only_so_many_hash_and_wait(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """SI-1: a limited number hash, a limited number wait, and the others are refused at once."""
        go_on, hashing, most = Event(), [], []

        def slow(_password: bytes, _salt: bytes) -> bytes:
            hashing.append(1)
            most.append(len(hashing))
            go_on.wait(30)
            hashing.pop()
            return b""

        monkeypatch.setattr(bcrypt, "hashpw", slow)
        passwords = BcryptPasswords(PEPPER, cost=4, at_once=2, waiting=3)
        with ThreadPoolExecutor(20) as threads:
            calls = [threads.submit(passwords.verify, "Geheim123", None) for _ in range(20)]
            refused = list(islice(as_completed(calls, timeout=30), 15))
            go_on.set()
        assert {type(call.exception()) for call in refused} == {Unavailable}
        assert [call.result() for call in calls if call not in refused] == [BAD] * 5
        assert max(most) == 2

    def test_a_failure_makes_room(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """SI-1: an error frees the place, so that later calls are not blocked."""
        passwords = BcryptPasswords(PEPPER, cost=4, at_once=1, waiting=0)
        with monkeypatch.context() as patched:
            patched.setattr(bcrypt, "hashpw", lambda *_: 1 / 0)
            for _ in range(3):
                with pytest.raises(ZeroDivisionError):
                    passwords.hash("Geheim123")
        assert passwords.verify("Geheim123", passwords.hash("Geheim123")) == GOOD

    def test_some_threads_stay_free(self) -> None:
        """SI-1: by default five calls a core are admitted, so that other threads of a host stay free."""
        passwords = BcryptPasswords(PEPPER, cost=4, at_once=2)
        assert [passwords._inside.acquire(blocking=False) for _ in range(11)] == [True] * 10 + [False]


def test_a_mask_is_of_no_use_without_the_pepper() -> None:
    """SI-2: a mask depends on the pepper, and is no plain hash."""
    masks = [BcryptPasswords(pepper).masks("Geheim123")[0] for pepper in (PEPPER, PEPPER[::-1] + b"x")]
    plain = hashlib.sha256(b"Geheim123").digest()
    assert len({*masks, plain, hmac.digest(PEPPER, b"Geheim123", "sha256")}) == 4
