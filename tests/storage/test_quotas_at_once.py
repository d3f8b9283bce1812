"""Sending at the same moment, also in several processes: never more than the quotas of a day (AT-3)."""

from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.errors import Refused
from klantportaal.domain.messages import MessageText
from klantportaal.domain.quotas import DailyQuotas, Usage
from klantportaal.settings import Settings
from klantportaal.testing.contracts.storage.base import all_at_once
from tests.support.storages import migrated_file
from tests.usecases.world import PDF, World

TEXT = MessageText(subject="Stukken", body="Bijgaand.")
QUOTAS = DailyQuotas(
    client_messages=3, client_files=4, client_bytes=10**9, office_messages=5, office_files=6, office_bytes=10**9
)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[SqlStorage, SqlStorage]]:
    """Return two storages of one database, as two processes have."""
    if request.param == "sqlite":
        path = migrated_file(tmp_path)
        both = SqlStorage.sqlite(path, patience=60), SqlStorage.sqlite(path, patience=60)
    else:
        request.getfixturevalue("postgres")
        dsn = request.getfixturevalue("migrated_postgres")
        both = SqlStorage.postgresql(dsn, patience=60), SqlStorage.postgresql(dsn, patience=60)
    yield both
    for each in both:
        each.close()


@pytest.mark.parametrize("what", ["messages", "files"])
def test_no_more_than_the_quotas(pair: tuple[SqlStorage, SqlStorage], what: str) -> None:
    """AT-3: of what two clients send in two processes at once, as much is accepted as the quotas allow, exactly."""
    here, there = pair
    world = World(storage=here, settings=Settings(quotas=QUOTAS))
    clients = [world.onboard(), world.onboard("piet@example.nl", name="Piet")]
    dossier = world.dossier(*clients)
    messages, attachments = world.portal.client.messages, world.portal.client.attachments
    elsewhere = attrs.evolve(messages._daily_usage, storage=there)
    doors = (messages, attrs.evolve(messages, storage=there, daily_usage=elsewhere))
    stages = (attachments, attrs.evolve(attachments, storage=there, daily_usage=elsewhere))

    def send(number: int) -> str:
        actor, draft = clients[number // 2 % 2], messages.new_draft()
        try:
            if what == "messages":
                doors[number % 2].send(actor, dossier, draft, TEXT)
            else:
                stages[number % 2].stage(actor, dossier, draft, name=f"{number}.pdf", blocks=[PDF[:50]])
        except Refused as refused:
            return refused.faults[0].code
        return "accepted"

    answers = all_at_once(send, threads=24)
    limit = getattr(QUOTAS, f"office_{what}")
    assert answers.count("accepted") == limit
    usage = world.portal.office.clients.usage(world.handler)
    assert getattr(usage.sent, what) == limit
    assert all(getattr(each.sent, what) <= getattr(QUOTAS, f"client_{what}") for each in usage.clients)
    assert sum(each.sent.refused for each in usage.clients) == 24 - limit
    assert len(world.files.contents) == (limit if what == "files" else 0)
    assert usage.sent != Usage()
