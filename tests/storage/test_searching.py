"""The office's searches find the same in each of their steps, and an index holds nothing that was changed (DO-2)."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from klantportaal.adapters.storage.sql import SqlStorage, schema
from klantportaal.adapters.storage.sql.reading import office_clients, office_dossiers
from klantportaal.domain.dossiers import Dossier
from klantportaal.domain.values import searchable
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import MINUTE
from klantportaal.testing.strategies import lines, names, parts_of
from tests.storage.test_plans import noted

STEPS = {"newest": (1_000, 1_000), "by trigrams": (0, 1_000), "in order": (0, 0), "as the list is": (2, 2)}
"""The size of the window, and the number of hits that are looked up, with which a step gives the page."""
PAGE = 3


@pytest.fixture
def scene(storage: SqlStorage) -> Scene:
    """Return a scene, which all examples of a property share: each has an office of its own."""
    return Scene(storage=storage)


@contextmanager
def limited(monkeypatch: pytest.MonkeyPatch, step: str) -> Iterator[None]:
    """Let a step give the pages."""
    window, most = STEPS[step]
    with monkeypatch.context() as patch:
        for module in (office_clients, office_dossiers):
            patch.setattr(module, "_SEARCH", attrs.evolve(module._SEARCH, window=window, most=most))
        yield


def pages(read: Callable[..., Sequence[Any]], key: Callable[[Any], Any]) -> list[Any]:
    """Read page after page of a list."""
    found: list[Any] = []
    while page := read(after=key(found[-1]) if found else None):
        found += page
    return found


@pytest.mark.parametrize("step", STEPS)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), descriptions=st.lists(lines(), min_size=1, max_size=7), other=lines())
def test_each_step_finds_the_same_dossiers(
    scene: Scene,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    data: st.DataObject,
    descriptions: list[str],
    other: str,
) -> None:
    """DO-2: whichever step answers, a search finds all dossiers with the folded text, newest first, page by page."""
    storage = scene.storage
    office = scene.office()
    desk, foreign = scene.office_actor(office), scene.office()
    dossiers: list[Dossier] = []
    for number, description in enumerate(descriptions):
        scene.dossier(foreign, description=description)
        at = scene.clock.now() + number // 2 * MINUTE
        dossiers.append(scene.dossier(office, description=description, changed_at=at))
    newest = sorted(dossiers, key=lambda each: (each.changed_at, each.id), reverse=True)
    with limited(monkeypatch, step):
        for search in (data.draw(parts_of(data.draw(st.sampled_from(descriptions)))), other):
            found = pages(
                partial(storage.read.office_dossiers, desk, search=search, size=PAGE),
                lambda row: row.key,
            )
            assert [row.id for row in found] == [each.id for each in newest if searchable(search) in each.search]


@pytest.mark.parametrize("step", STEPS)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), called=st.lists(st.tuples(names(), names()), min_size=1, max_size=7), other=names())
def test_each_step_finds_the_same_clients(
    scene: Scene,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    data: st.DataObject,
    called: list[tuple[str, str]],
    other: str,
) -> None:
    """OF-1: whichever step answers, a search finds all clients by their texts, newest first, page by page."""
    storage = scene.storage
    office = scene.office()
    desk, foreign = scene.office_actor(office), scene.office()
    texts = {}
    for name, account_name in called:
        scene.account(scene.client(foreign, name=name), name=account_name)
        client = scene.client(office, name=name)
        account = scene.account(client, name=account_name)
        texts[client.id] = [searchable(each) for each in (name, account_name, scene.person_of(account).email)]
    any_text = data.draw(st.sampled_from([each for own in texts.values() for each in own]))
    with limited(monkeypatch, step):
        for search in (data.draw(parts_of(any_text)), other):
            found = pages(
                partial(storage.read.office_clients, desk, search=search, size=PAGE),
                lambda card: card.client.id,
            )
            having = [id for id, own in texts.items() if any(searchable(search) in each for each in own)]
            assert [card.client.id for card in found] == sorted(having, reverse=True)


def test_hits_beyond_the_limit_are_found_too(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """DO-2: if more rows have the trigrams than are looked up, all of them are found nevertheless."""
    office = scene.office()
    ids = [scene.dossier(office, description="Levering").id for _each in range(5)]
    clients = [scene.account(scene.client(office, name="Levering")).client_id for _each in range(5)]
    desk, read = scene.office_actor(office), scene.storage.read
    with limited(monkeypatch, "as the list is"):
        assert [row.id for row in read.office_dossiers(desk, search="levering")] == ids[::-1]
        assert [card.client.id for card in read.office_clients(desk, search="levering")] == clients[::-1]


@pytest.mark.parametrize(
    "search, statements", [("levering", 1), ("kenmerk 7", 2), ("bestaat niet", 2), ("q", 2), ("", 1)]
)
def test_a_search_takes_few_statements(
    storage: SqlStorage, monkeypatch: pytest.MonkeyPatch, search: str, statements: int
) -> None:
    """DO-2: what fills a page is found among the newest; what is seldom, by its trigrams; one letter, in the list."""
    scene = Scene(storage=storage)
    office = scene.office()
    for number in range(12):
        scene.dossier(office, description=f"Levering, kenmerk {number}")
    with monkeypatch.context() as patch, noted(storage._engines.readers._engine) as runs:
        patch.setattr(office_dossiers, "_SEARCH", attrs.evolve(office_dossiers._SEARCH, window=4))
        storage.read.office_dossiers(scene.office_actor(office), search=search, size=3)
    assert len(runs) == statements


def indexed(storage: SqlStorage, name: str, part: str) -> int:
    """Count the texts in the index of trigrams of a table that have three letters."""
    matches = f"{name}_trigrams MATCH :part" if storage._engines.schema is None else "trigrams @> ARRAY[:part]"
    with storage._engines.writing.connect() as connection:
        statement = text(f"SELECT count(*) FROM {name}_trigrams WHERE {matches}")
        count: int = connection.execute(statement, {"part": part}).scalar_one()
        return count


def test_a_changed_text_leaves_the_index(storage: SqlStorage) -> None:
    """DO-2: the index has new texts only, and none of a row that is deleted."""
    scene = Scene(storage=storage)
    office = scene.office()
    client, account = scene.person(office, name="Quax")
    dossier = scene.dossier(office, client, description="Quiz")
    person = scene.person_of(account)
    with storage.begin() as uow:
        uow.clients.save(attrs.evolve(uow.clients.get(office.id, client.id), name="Wzyk"))
        uow.accounts.save(attrs.evolve(uow.accounts.get(office.id, account.id)[0], name="Wzyk"))
        uow.persons.save(attrs.evolve(uow.persons.get(office.id, person.id), email="wzyk@example.nl"))
        uow.dossiers.save(attrs.evolve(uow.dossiers.get(office.id, dossier.id), description="Wzyk"))
        uow.commit()
    before, after = searchable(person.email)[:3], "wzy"
    old = {"clients": "qua", "accounts": "qua", "persons": before, "dossiers": "qui"}
    assert {name: indexed(storage, name, part) for name, part in old.items()} == dict.fromkeys(old, 0)
    assert {name: indexed(storage, name, after) for name in old} == dict.fromkeys(old, 1)
    with storage._engines.writing.begin() as connection:
        connection.execute(text("DELETE FROM dossier_parties"))
        connection.execute(text("DELETE FROM dossiers"))
    assert indexed(storage, "dossiers", after) == 0


def test_what_is_rolled_back_is_not_indexed(storage: SqlStorage) -> None:
    """AL-2: a rollback takes a text out of the index."""
    scene = Scene(storage=storage)
    dossier = scene.dossier(scene.office(), description="Quiz")
    with storage.begin() as uow:
        uow.dossiers.save(attrs.evolve(dossier, description="Wzyk"))
    assert (indexed(storage, "dossiers", "qui"), indexed(storage, "dossiers", "wzy")) == (1, 0)


def test_vacuum_keeps_the_index(sqlite: SqlStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    """DO-2: SQLite numbers rows anew in VACUUM, but not those that the index refers to."""
    scene = Scene(storage=sqlite)
    office = scene.office()
    dossiers = [scene.dossier(office, description=f"Kenmerk {number}") for number in range(4)]
    with sqlite._engines.writing.begin() as connection:
        connection.execute(text("DELETE FROM dossier_parties"))
        connection.execute(text("DELETE FROM dossiers WHERE description = 'Kenmerk 1'"))
    [(_number, _name, file)] = sqlite._engines.readers.all(text("PRAGMA database_list"), {})
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("VACUUM")
    with limited(monkeypatch, "by trigrams"):
        found = sqlite.read.office_dossiers(scene.office_actor(office), search="kenmerk 3")
    assert [row.id for row in found] == [dossiers[3].id]


def test_a_copy_is_searched_by_its_index(storage: SqlStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-2: the copy of a backup has the index, and finds what the database found."""
    scene = Scene(storage=storage)
    office = scene.office()
    dossier = scene.dossier(office, description="Quiz")
    folder = tmp_path / "copy"
    folder.mkdir()
    with limited(monkeypatch, "by trigrams"), storage.copy(folder) as reading:
        found = reading.office_dossiers(scene.office_actor(office), search="quiz")
    assert [row.id for row in found] == [dossier.id]


def test_the_searched_tables_have_a_folded_text() -> None:
    """DO-2: the index has the column ``search`` of each table that it is made for."""
    assert all("search" in schema.metadata.tables[name].columns for name in schema.SEARCHED)
