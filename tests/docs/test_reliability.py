"""The page on reliability: each promise names tests that are there (AL-2)."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = {
    line.split(" | ")[0].strip("| "): re.findall(r"`(tests/[^`]+)`", line)
    for line in (ROOT / "docs/reliability.md").read_text().splitlines()
    if line.startswith("| ") and not line.startswith("| fault ")
}


def test_faults_are_listed() -> None:
    """AL-2: the page has a table of faults."""
    assert len(ROWS) > 20


@pytest.mark.parametrize("fault", ROWS)
def test_what_is_named_is_there(fault: str) -> None:
    """AL-2: each promise names a test file, or a test in it, that exists."""
    assert ROWS[fault]
    for place in ROWS[fault]:
        file, _colons, name = place.partition("::")
        assert f"\ndef {name}(" in (ROOT / file).read_text() if name else (ROOT / file).is_file(), place
