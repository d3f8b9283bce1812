"""Several hosts start a new portal at the same time: those with one secret start, the others are refused."""

from klantportaal.adapters.secrets.aes_vault import AesVault
from klantportaal.adapters.secrets.hmac_codes import HmacCodes
from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.keys import KeyUse, WrongSecrets
from klantportaal.testing.contracts.storage.base import all_at_once
from klantportaal.testing.fakes import FixedClock
from klantportaal.usecases.background.secrets import Secrets

PEPPERS = (b"a" * 32, b"b" * 32)


def host(storage: SqlStorage, *peppers: bytes) -> Secrets:
    """Make what a starting host uses to check its secrets."""
    known = {KeyUse.CODES: HmacCodes(peppers).key_ids(), KeyUse.VAULT: AesVault(peppers).key_ids()}
    return Secrets(storage=storage, clock=FixedClock(), known=known)


def test_hosts_that_start_at_once_agree(storage: SqlStorage) -> None:
    """PW-2: one pepper is recorded, once for each use; hosts with another one are refused."""

    def start(number: int) -> bytes | None:
        pepper = PEPPERS[number % 2]
        try:
            host(storage, pepper).check()
        except WrongSecrets:
            return None
        return pepper

    started = all_at_once(start, threads=10)
    [pepper] = {each for each in started if each is not None}
    assert started.count(None) == 5
    recorded = [(each.use, each.number, each.key_id) for each in storage.read.key_records()]
    assert recorded == [(use, 1, HmacCodes(pepper).key_ids()[0]) for use in (KeyUse.CODES, KeyUse.VAULT)]


def test_hosts_that_replace_a_pepper_at_once_agree(storage: SqlStorage) -> None:
    """PW-2: hosts that start with the same new list at once all start, and it is recorded once."""
    former, new = PEPPERS
    host(storage, former).check()
    all_at_once(lambda _number: host(storage, new, former).check(), threads=10)
    assert [each.number for each in storage.read.key_records()] == [1, 2, 1, 2]
