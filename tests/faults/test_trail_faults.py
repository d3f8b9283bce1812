"""Attacks on the trail by somebody with access to the database, while clients send and the sealer runs (SI-5)."""

from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import attrs
import pytest
from sqlalchemy import Connection, delete, func, select, update

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.adapters.storage.sql.schema import chains, entries
from klantportaal.domain.anchoring import SealingProblemKind
from klantportaal.domain.sealing import BreakKind, Verification
from tests.faults.load import Place, open_storage, sender
from tests.faults.tally import Tally
from tests.faults.test_kills import BEFORE, Clients
from tests.storage.test_trail import as_owner

RUNS = 3
"""How often the sealer runs after the attack. Before each run, more entries come."""


def set_back(connection: Connection, kept: int) -> None:
    """Set the head of the chain back to a number, with the digest that it had."""
    digest = connection.execute(select(entries.c.digest).where(entries.c.number == kept)).scalar_one()
    connection.execute(update(chains).values(number=kept, digest=digest))


def delete_end(connection: Connection, kept: int) -> None:
    """Delete the sealed entries after a number."""
    connection.execute(delete(entries).where(entries.c.number > kept))
    set_back(connection, kept)


def blank_end(connection: Connection, kept: int) -> None:
    """Let the sealed entries after a number look as if they waited for their seal, and change one of them."""
    connection.execute(update(entries).where(entries.c.number == kept + 1).values(handler="mr. X"))
    connection.execute(update(entries).where(entries.c.number > kept).values(number=None, digest=None))
    set_back(connection, kept)


def delete_within(connection: Connection, kept: int) -> None:
    """Delete one sealed entry after a number, and let the later ones look as if they waited for their seal."""
    connection.execute(delete(entries).where(entries.c.number == kept + 1))
    connection.execute(update(entries).where(entries.c.number > kept).values(number=None, digest=None))
    set_back(connection, kept)


ATTACKS: Sequence[Callable[[Connection, int], None]] = (delete_end, blank_end, delete_within)


@attrs.frozen
class Attacked:
    """A trail after an attack."""

    head: int
    """The number of entries that were sealed before it."""
    kept: int
    """The number to which the head was set back."""

    @classmethod
    def by(cls, attack: Callable[[Connection, int], None], storage: SqlStorage) -> "Attacked":
        """Attack a trail whose entries are sealed at least in part."""
        with as_owner(storage) as connection:
            head = connection.execute(select(func.max(entries.c.number))).scalar_one()
            attack(connection, head // 2)
        return cls(head, head // 2)

    def unnamed(self, verification: Verification) -> set[int]:
        """Give the numbers of the seals that are gone, and that a verification does not name as missing."""
        gone = set(range(self.kept + 1, self.head + 1))
        for each in verification.breaks:
            if each.kind is BreakKind.MISSING and each.first is not None and each.last is not None:
                gone -= set(range(each.first, each.last + 1))
        return gone


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_a_trail_that_is_set_back(
    attack: Callable[[Connection, int], None], database: str, named: str, tmp_path: Path
) -> None:
    """SI-5: behind its anchor the sealer seals nothing, though entries go on to come; and each lost seal is named.

    In the tally, lost are seals that are gone and not named. Doubled are entries that got a number once more.
    """
    place = Place.furnish(database, tmp_path / "files")
    clients = Clients()
    with (
        place.opened() as (portal, _actor),
        closing(open_storage(database)) as storage,
        sender(place) as process,
    ):
        sealer = portal.background.sealer
        clients.ask(process, 2 * BEFORE)
        clients.hear(process, BEFORE)
        sealer.run_once()
        attacked = Attacked.by(attack, storage)
        sealed, problems = 0, list[SealingProblemKind]()
        for _run in range(RUNS):
            clients.ask(process, 2 * BEFORE)
            clients.hear(process, BEFORE)
            run = sealer.run_once()
            sealed += run.sealed
            problems += [each.kind for each in run.problems]
        process.communicate()
        verification = portal.office.audit.verify(place.desk)
    Tally(
        scenario=f"trail under attack: {attack.__name__.replace('_', ' ')} ({named})",
        operations=attacked.head + verification.unsealed,
        faults=attacked.head - attacked.kept,
        acknowledged=attacked.head,
        lost=len(attacked.unnamed(verification)),
        doubled=sealed,
    ).require_whole()
    assert problems == [SealingProblemKind.BEHIND] * RUNS
    assert not verification.holds
    altered = [each for each in verification.breaks if each.kind is BreakKind.ALTERED]
    assert len(altered) == (1 if attack is blank_end else 0)
