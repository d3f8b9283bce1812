"""A figure with its budget, and the table of all figures."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

import attrs
from rich.console import Console
from rich.table import Table


@attrs.frozen(kw_only=True)
class Figure:
    """A measured value, as a median or a ratio, with its budget."""

    subject: str
    where: str
    """The database or host, and the data set."""
    value: float
    unit: str
    budget: float | None = None
    at_least: bool = False
    """Whether the budget is a minimum. By default it is a maximum."""
    basis: str = ""
    """The values that the figure was computed from."""

    @property
    def within(self) -> bool | None:
        """Whether the budget is met; None if there is no budget."""
        if self.budget is None:
            return None
        return self.value >= self.budget if self.at_least else self.value <= self.budget


def timed(call: Callable[[], object]) -> float:
    """Measure one call, in microseconds."""
    begun = time.perf_counter_ns()
    call()
    return (time.perf_counter_ns() - begun) / 1000


def paired(first: Callable[[], object], second: Callable[[], object], *, rounds: int) -> tuple[float, float]:
    """Measure two calls alternately, so that a change in the machine's speed affects both.

    Returns:
        Both medians, in microseconds.
    """
    for call in (first, second) * 5:
        call()
    times = [(timed(first), timed(second)) for _ in range(rounds)]
    return median(one for one, _ in times), median(other for _, other in times)


def percentile(times: list[float], share: float) -> float:
    """Return the value below which *share* of the times lie. *share* is from 0 to 1."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


@contextmanager
def step(console: Console, what: str) -> Iterator[None]:
    """Show what is being measured, and then how long it took."""
    begun = time.perf_counter()
    with console.status(what):
        yield
    console.print(f"[dim]{what}: {time.perf_counter() - begun:.0f} s[/]")


def show(figures: list[Figure], console: Console) -> None:
    """Print the table."""
    table = Table(title="klantportaal, measured")
    for column in ("what", "where", "measured", "budget", "", "against"):
        table.add_column(column, justify="right" if column in ("measured", "budget") else "left")
    for each in figures:
        sign = "≥" if each.at_least else "≤"
        budget = "" if each.budget is None else f"{sign} {each.budget:,.2f} {each.unit}"
        verdict = {None: "", True: "[green]within[/]", False: "[red]over[/]"}[each.within]
        table.add_row(each.subject, each.where, f"{each.value:,.2f} {each.unit}", budget, verdict, each.basis)
    console.print(table)
