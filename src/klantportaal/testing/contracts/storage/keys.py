"""Promises of a storage about the keys that made its values."""

import attrs
import pytest

from klantportaal.domain.auditing import Entry
from klantportaal.domain.keys import KeyRecord, KeyUse, in_bytes, in_text
from klantportaal.domain.sealing import NONE_YET, Seal
from klantportaal.domain.two_step import TwoStepMethod
from klantportaal.domain.values import Digest, EntryId, KeyId, OfficeId
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import START, StorageTests, all_at_once, committing

OLD, NEW, NONE = KeyId("00ff" * 4), KeyId("abcdef0123456789"), KeyId("0123456789abcdef")
FIRST = KeyRecord(use=KeyUse.PASSWORDS, number=1, key_id=OLD, since=START)


class KeysContract(StorageTests):
    """Tests of the records of keys."""

    def test_keys_are_kept_in_order(self, storage: Storage) -> None:
        """PW-2: each use has its own keys; what is not committed is not kept, and all may be forgotten."""
        records = [attrs.evolve(FIRST, use=use, number=number) for use in sorted(KeyUse) for number in (1, 2)]
        records[-1] = attrs.evolve(records[-1], key_id=NEW)
        with committing(storage) as uow:
            assert [uow.keys.add(each) for each in reversed(records)] == [True] * len(records)
        with storage.begin() as uow:
            uow.keys.add(attrs.evolve(FIRST, number=3))
        assert list(storage.read.key_records()) == records
        with committing(storage) as uow:
            uow.keys.forget()
        assert list(storage.read.key_records()) == []

    def test_a_number_is_given_once(self, storage: Storage) -> None:
        """PW-2: a second key of the same number is refused, and the first one stays."""
        with committing(storage) as uow:
            assert uow.keys.add(FIRST)
            assert not uow.keys.add(attrs.evolve(FIRST, key_id=NEW))
            assert uow.keys.add(attrs.evolve(FIRST, use=KeyUse.VAULT))
        assert storage.read.key_records()[0] == FIRST

    def test_of_many_at_once_one_adds(self, storage: Storage) -> None:
        """PW-2: of hosts that start at once, exactly one records its key."""

        def add(number: int) -> bool:
            with committing(storage) as uow:
                return uow.keys.add(attrs.evolve(FIRST, key_id=KeyId(f"{number:016x}")))

        assert sum(all_at_once(add, threads=20)) == 1
        assert len(storage.read.key_records()) == 1

    @pytest.mark.parametrize("use", KeyUse)
    def test_what_names_a_key_is_counted(self, storage: Storage, scene: Scene, use: KeyUse) -> None:
        """PW-2: the values of all offices are counted by key and by use."""
        for key_id in (OLD, NEW, OLD):
            _put_under(storage, scene, key_id)
        _client, account = scene.person(scene.office(), password_hash=None)
        scene.two_step(account)
        assert [storage.read.kept_under(use, each) for each in (OLD, NEW, NONE)] == [2, 1, 0]

    def test_an_entry_is_counted_by_its_seal_or_else_by_its_signature(self, storage: Storage, scene: Scene) -> None:
        """SI-5: an entry counts for the key of its seal, or until it has one, of its signature."""
        _put_under(storage, scene, OLD, signed_under=NEW)
        assert [storage.read.kept_under(KeyUse.SEALS, each) for each in (OLD, NEW)] == [1, 0]
        entry = _entry(scene, scene.office().id, signed_under=NEW)
        with committing(storage) as uow:
            uow.audit.append([entry])
        assert [storage.read.kept_under(KeyUse.SEALS, each) for each in (OLD, NEW)] == [1, 1]


def _put_under(storage: Storage, scene: Scene, key_id: KeyId, *, signed_under: KeyId | None = None) -> None:
    """Put a password, a recovery code, an app's key and a sealed entry that name a key, in an office of their own."""
    office = scene.office()
    _client, account = scene.person(office, password_hash=f"v1{in_text(key_id)}2b$12$abc")
    scene.two_step(
        account,
        method=TwoStepMethod.TOTP,
        number=None,
        secret=in_bytes(key_id) + b"secret",
        recovery=Digest(in_bytes(key_id) + bytes(32)),
    )
    entry = _entry(scene, office.id, signed_under=signed_under or key_id)
    with committing(storage) as uow:
        uow.audit.append([entry])
        uow.audit.head(office.id)
        uow.audit.seal(office.id, {entry.id: Seal(number=1, digest=in_bytes(key_id) + bytes(32))}, after=NONE_YET)


def _entry(scene: Scene, office_id: OfficeId, *, signed_under: KeyId) -> Entry:
    return Entry(
        id=EntryId(scene.ids.new()),
        office_id=office_id,
        at=scene.clock.now(),
        what="MessageRead",
        which="{}",
        person_id=None,
        account_id=None,
        client_id=None,
        handler=None,
        network_address=None,
        signature=in_bytes(signed_under) + bytes(32),
    )
