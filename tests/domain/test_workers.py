"""The names of workers."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from klantportaal.domain.workers import Worker

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("name", ["a", "worker-1", "klantportaal@2", "host.example.nl:1", "a" * 100])
def test_a_name(name: str) -> None:
    """AL-2: a worker has a name of letters and digits, with a few signs between them."""
    assert Worker(name=name, process=UUID(int=1), until=NOW).name == name


@pytest.mark.parametrize("name", ["", "-a", "a-", "two words", "é", "a\n", "a" * 101, "a/b"])
def test_what_is_no_name(name: str) -> None:
    """AL-2: anything else is refused."""
    with pytest.raises(ValueError, match="letters and digits"):
        Worker(name=name, process=UUID(int=1), until=NOW)
