"""What the contract classes share: a missing fixture, a situation that an adapter cannot be in, and measured memory."""

import subprocess
import sys

import pytest

from klantportaal.testing.contracts.memory import most_memory
from klantportaal.testing.contracts.promises import Without

MEBIBYTE = 1024 * 1024
ADAPTERS = """
import pytest
from klantportaal.adapters.secrets.ids import Uuid7Ids
from klantportaal.testing.contracts.promises import Without
from klantportaal.testing.contracts.secrets import IdsContract


class TestLacking(IdsContract):
    @pytest.fixture
    def ids(self): return Uuid7Ids()


class TestWithout(TestLacking):
    @pytest.fixture
    def reopened(self): return Without("it has no second one")


class TestSame(TestLacking):
    @pytest.fixture
    def reopened(self, ids): return lambda: ids
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Run the tests of a vendor who defines a fixture wrongly, and return what pytest prints."""
    file = tmp_path_factory.mktemp("vendor") / "test_ids.py"
    file.write_text(ADAPTERS)
    command = [sys.executable, "-m", "pytest", "-ra", "-p", "no:cacheprovider", "-k", "other_processes", file.name]
    return subprocess.run(command, cwd=file.parent, check=False, capture_output=True, text=True).stdout


def test_a_missing_fixture_is_an_error(said: str) -> None:
    """AL-4: a class that does not define a fixture of its contract has an error, which says what to do."""
    assert "TestLacking needs a fixture 'reopened'" in said
    assert 'the fixture returns Without("the reason")' in said
    assert "1 failed, 1 skipped, 9 deselected, 1 error" in said


def test_a_situation_that_cannot_be_is_reported(said: str) -> None:
    """AL-4: pytest reports the tests of a situation that an adapter cannot be in as skipped, with the reason."""
    assert "reopened: it has no second one" in said


def test_the_same_adapter_is_not_another(said: str) -> None:
    """AL-4: a fixture that opens nothing anew fails."""
    assert "the fixture `reopened` returned the adapter itself" in said


@pytest.mark.parametrize("reason", ["", "  "])
def test_there_is_a_reason(reason: str) -> None:
    """AL-4: a situation is not left out without a reason."""
    with pytest.raises(ValueError, match="say why"):
        Without(reason)


def test_memory_is_measured() -> None:
    """DC-4: the peak of a call is measured, also what it no longer holds at its end; what it never holds is not."""
    blocks = [b"x" * MEBIBYTE for _ in range(2)]
    assert most_memory(lambda: b"".join(blocks * 16)) >= 32 * MEBIBYTE
    assert most_memory(lambda: [len(bytes(MEBIBYTE)) for _ in range(32)]) < 16 * MEBIBYTE
