"""The faults that `make mutants` plants."""

import pytest

from tools.mutants import MUTANTS, ROOT, RULES, TESTS, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: str(mutant.name))
def test_place(mutant: Mutant) -> None:
    """QU-3: each fault still has its place in the rules, changes it, and names tests that there are."""
    source = (ROOT / "src" / RULES / mutant.module).read_text("utf-8")
    assert mutant.planted(source) != source
    compile(mutant.planted(source), mutant.module, "exec")
    assert (ROOT / TESTS / mutant.noticed_by).is_file()


def test_enough() -> None:
    """QU-3: there are at least twenty faults, each another."""
    assert len({(mutant.module, mutant.text, mutant.fault) for mutant in MUTANTS}) == len(MUTANTS) >= 20


def test_lost_place() -> None:
    """QU-3: a fault without a place is told, not passed over."""
    with pytest.raises(ValueError, match="not found once"):
        MUTANTS[0].planted("")
