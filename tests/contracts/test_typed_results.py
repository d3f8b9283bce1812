"""The contract of storages detects results of a wrong type (AL-5)."""

from collections.abc import Sequence

import attrs
import pytest

from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.domain.accounts import ClientKind
from klantportaal.ports.reading import ClientCard, HomeCounts
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.typed_results import checked_methods, require_typed


def test_a_wrong_answer() -> None:
    """AL-5: a result of a wrong type is reported with its method."""
    with pytest.raises(TypeError, match=r"^Reading\.home: its answer must be a HomeCounts, not None$"):
        require_typed("Reading.home", HomeCounts, None)


def test_a_wrong_field() -> None:
    """AL-5: a wrong field of a view is reported, however deeply nested."""
    storage = MemoryStorage()
    scene = Scene(storage=storage)
    office = scene.office()
    scene.person(office)
    cards = storage.read.office_clients(scene.office_actor(office), search="", after=None)
    require_typed("Reading.office_clients", Sequence[ClientCard], cards)
    wrong = attrs.evolve(cards[0], accounts=(attrs.evolve(cards[0].accounts[0], role="main"),))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"AccountCard\.role: its answer must be an AccountRole, not str 'main'$"):
        require_typed("Reading.office_clients", Sequence[ClientCard], [wrong])
    assert cards[0].client.kind is ClientKind.PERSON


def test_every_answer_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-5: the result of every method of a storage is checked."""
    storage = MemoryStorage()
    scene = Scene(storage=storage)
    office = scene.office()
    _client, account = scene.person(office)
    reading = type(storage.read)
    monkeypatch.setattr(reading, "home", lambda *_args: HomeCounts(in_progress="1", other=0, open_actions=0))  # type: ignore[arg-type]
    for cls, name, method in list(checked_methods(storage)):
        monkeypatch.setattr(cls, name, method)
    with pytest.raises(TypeError, match=r"HomeCounts\.in_progress: its answer must be an int, not str$"):
        storage.read.home(scene.actor(account))
