"""The faults that `make mutants` plants."""

import pytest

from tools.mutants import MUTANTS, ROOT, RULES, TESTS, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: str(mutant.name))
def test_place(mutant: Mutant) -> None:
    """QU-3: the place of each fault exists once, the fault changes it, and its tests exist."""
    source = (ROOT / "src" / RULES / mutant.module).read_text("utf-8")
    assert mutant.planted(source) != source
    compile(mutant.planted(source), mutant.module, "exec")
    assert (ROOT / TESTS / mutant.noticed_by).is_file()


def test_enough() -> None:
    """QU-3: there are at least twenty different faults."""
    assert len({(mutant.module, mutant.text, mutant.fault) for mutant in MUTANTS}) == len(MUTANTS) >= 20


def test_lost_place() -> None:
    """QU-3: a fault whose place is not found is an error."""
    with pytest.raises(ValueError, match="not found once"):
        MUTANTS[0].planted("")
