"""API keys, and requests with an ``Idempotency-Key``."""

from datetime import timedelta

import attrs
import pytest

from klantportaal.domain.api_keys import ApiAccess, ApiArea, ApiKey
from klantportaal.domain.errors import Absent, Conflict
from klantportaal.domain.idempotency import IdempotentRequest
from klantportaal.domain.values import ApiKeyId, Fingerprint
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import HOUR, START, Cast, StorageTests, all_at_once, committing


class ApiKeysContract(StorageTests):
    """Tests of API keys, and of requests that they send."""

    def test_an_api_key_comes_back_whole(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AP-1: a key comes back unchanged, by its id and its fingerprint, within its office, newest first."""
        first, second = _key(scene, cast, b"1"), _key(scene, cast, b"2")
        with committing(storage) as uow:
            uow.api_keys.add(first)
            uow.api_keys.add(second)
        used = attrs.evolve(second, used_at=START, minute_at=START, minute_requests=3, revoked_at=START)
        with committing(storage) as uow:
            assert uow.api_keys.hold(cast.office.id, first.id) == first
            with pytest.raises(Absent):
                uow.api_keys.hold(cast.foreign_desk.office_id, first.id)
            uow.api_keys.save(used)
        assert storage.read.api_key(cast.office.id, second.fingerprint) == used
        assert storage.read.api_key(cast.foreign_desk.office_id, second.fingerprint) is None
        assert storage.read.api_key(cast.office.id, Fingerprint(b"3" * 32)) is None
        assert list(storage.read.office_api_keys(cast.desk)) == [used, first]
        assert list(storage.read.office_api_keys(cast.foreign_desk)) == []

    def test_leases_of_a_key_are_taken_one_by_one(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AP-3: of leases that are taken at once, each sees the count of the one before it."""
        key = _key(scene, cast, b"1")
        with committing(storage) as uow:
            uow.api_keys.add(key)

        def count(_number: int) -> int:
            with committing(storage) as uow:
                found = uow.api_keys.hold(cast.office.id, key.id)
                uow.api_keys.save(attrs.evolve(found, minute_requests=found.minute_requests + 1))
            return found.minute_requests

        assert sorted(all_at_once(count, threads=4)) == [0, 1, 2, 3]

    def test_a_request_is_added_once(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AP-4: of requests with one name at once, exactly one is added; another office's key has its own names."""
        request = _request(storage, scene, cast)

        def add(_number: int) -> bool:
            with committing(storage) as uow:
                return uow.idempotent_requests.add(attrs.evolve(request, attempt=scene.ids.new()))

        assert sorted(all_at_once(add, threads=4)) == [False, False, False, True]
        with storage.begin() as uow:
            assert uow.idempotent_requests.hold(cast.foreign_desk.office_id, request.caller_id, request.name) is None
            assert uow.idempotent_requests.hold(cast.office.id, request.caller_id, Fingerprint(b"x" * 32)) is None

    def test_only_the_attempt_itself_is_marked(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AP-4: an attempt whose place another one took can neither be marked as made nor removed."""
        late = _request(storage, scene, cast)
        taken_over = attrs.evolve(late, attempt=scene.ids.new(), begun_at=START + HOUR)
        with committing(storage) as uow:
            assert uow.idempotent_requests.add(late)
        with committing(storage) as uow:
            uow.idempotent_requests.save(taken_over)
        with storage.begin() as uow, pytest.raises(Conflict):
            uow.idempotent_requests.mark(late, at=START)
        with committing(storage) as uow:
            uow.idempotent_requests.remove(late)
            uow.idempotent_requests.mark(taken_over, at=START + HOUR)
            uow.idempotent_requests.remove(taken_over)  # It was made, so it stays.
            made = attrs.evolve(taken_over, made_at=START + HOUR)
            assert uow.idempotent_requests.hold(cast.office.id, late.caller_id, late.name) == made
            answered = attrs.evolve(made, answer='{"id": "é"}')
            uow.idempotent_requests.save(answered)
        with storage.begin() as uow:
            assert uow.idempotent_requests.hold(cast.office.id, late.caller_id, late.name) == answered

    def test_old_requests_are_forgotten(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AP-4: requests are kept until a moment, and one that made nothing can be removed before."""
        request = _request(storage, scene, cast)
        for name, begun in ((b"a", START), (b"b", START + HOUR), (b"c", START + HOUR)):
            with committing(storage) as uow:
                uow.idempotent_requests.add(
                    attrs.evolve(request, name=Fingerprint(name * 32), begun_at=begun, attempt=scene.ids.new())
                )
        with committing(storage) as uow:
            assert uow.idempotent_requests.forget(before=START + timedelta(minutes=1), limit=10) == 1
            left = uow.idempotent_requests.hold(cast.office.id, request.caller_id, Fingerprint(b"b" * 32))
            assert left is not None
            uow.idempotent_requests.remove(left)
            assert uow.idempotent_requests.hold(cast.office.id, request.caller_id, left.name) is None
            assert uow.idempotent_requests.forget(before=START + 2 * HOUR, limit=10) == 1


def _key(scene: Scene, cast: Cast, fingerprint: bytes) -> ApiKey:
    return ApiKey(
        id=ApiKeyId(scene.ids.new()),
        office_id=cast.office.id,
        name="boekhouding",
        fingerprint=Fingerprint(fingerprint * 32),
        scopes={ApiArea.DOCUMENTS: ApiAccess.WRITE, ApiArea.CLIENTS: ApiAccess.READ},
        made_at=START,
        expires_at=START + HOUR,
    )


def _request(storage: Storage, scene: Scene, cast: Cast) -> IdempotentRequest:
    """Make a request of a key that is stored."""
    key = _key(scene, cast, b"9")
    with committing(storage) as uow:
        uow.api_keys.add(key)
    return IdempotentRequest(
        office_id=cast.office.id,
        caller_id=key.id,
        name=Fingerprint(b"n" * 32),
        body=Fingerprint(b"b" * 32),
        attempt=scene.ids.new(),
        begun_at=START,
    )
