"""What a scenario with faults did, as one line for a reader."""

import os

import attrs

PLACE = "KLANTPORTAAL_TALLIES"
"""Names the file to which the scenarios of a run add their lines, in the environment."""


@attrs.frozen(kw_only=True)
class Tally:
    """The counts of one scenario."""

    scenario: str
    operations: int
    """Begun by the scenario, such as messages sent."""
    faults: int
    """Made by the scenario, such as killed processes."""
    acknowledged: int
    """Operations that the portal said were done."""
    lost: int
    """Acknowledged operations that were not found afterwards, whole and undamaged."""
    doubled: int
    """Operations that were found more than once."""

    def require_whole(self) -> None:
        """Print the counts, and require that faults were made, work was done, and nothing was lost or doubled."""
        counts = {name: value for name, value in attrs.asdict(self).items() if name != "scenario"}
        told = ", ".join(f"{name} {value}" for name, value in counts.items())
        print(f"{self.scenario}: {told}")
        if place := os.environ.get(PLACE):
            with open(place, "a") as tallies:  # noqa: PTH123 - appended to by several processes
                tallies.write(f"{self.scenario}: {told}\n")
        assert self.faults > 0, self
        assert self.acknowledged > 0, self
        assert (self.lost, self.doubled) == (0, 0), self
