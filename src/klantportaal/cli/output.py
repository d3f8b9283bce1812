"""What commands print: lines and tables for people, or one JSON value for programs."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import attrs
from rich.console import Console
from rich.filesize import decimal
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from klantportaal.domain.backups import DataPart, DataProgress
from klantportaal.serialisation import to_plain


@attrs.frozen
class Output:
    """Prints results to standard output."""

    as_json: bool
    console: Console = attrs.field(factory=Console)

    def value(self, value: Any, *lines: str) -> None:
        """Print a result: *value* as JSON, or the *lines* for people."""
        if self.as_json:
            self.console.out(json.dumps(_plain(value), ensure_ascii=False, indent=2), highlight=False)
            return
        for line in lines:
            self.console.print(line, highlight=False, soft_wrap=True, markup=False)

    def table(self, rows: Sequence[Mapping[str, Any]], *, empty: str) -> None:
        """Print rows with the same columns. *empty* is the line for people if there are none."""
        if self.as_json or not rows:
            self.value(rows, empty)
            return
        table = Table(*rows[0], box=None, pad_edge=False)
        for row in rows:
            table.add_row(*(str(_plain(each)) for each in row.values()))
        self.console.print(table, highlight=False, soft_wrap=True, markup=False)

    @contextmanager
    def waiting(self, what: str) -> Iterator[Callable[[int], None]]:
        """Show that a command is busy, on a terminal, and not with JSON. Give what shows the number of files so far."""
        columns = SpinnerColumn(), TextColumn(what), TextColumn("{task.fields[files]}"), TimeElapsedColumn()
        with self._shown(*columns) as progress:
            task = progress.add_task(what, total=None, files="")
            yield lambda files: progress.update(task, files=f"{files} files")

    @contextmanager
    def bars(self, what: str) -> Iterator[Callable[[DataProgress], None] | None]:
        """Show a bar for each part of what is stored, on a terminal, and not with JSON. Give what moves the bars.

        None where no bars are shown, so that nothing has to be counted for them.
        """
        size = TextColumn("{task.fields[size]}")
        columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), size
        with self._shown(*columns, TimeElapsedColumn()) as progress:
            bars = _Bars(progress, {DataPart.FILES: progress.add_task(what, total=None, size="")})
            yield None if progress.disable else bars.move

    def _shown(self, *columns: ProgressColumn) -> Progress:
        terminal = Console(stderr=True)
        is_shown = terminal.is_terminal and not self.as_json
        return Progress(*columns, console=terminal, transient=True, disable=not is_shown)


@attrs.frozen
class _Bars:
    """The bars of one command."""

    progress: Progress
    tasks: dict[DataPart, TaskID]

    def move(self, told: DataProgress) -> None:
        """Move the bar of a part. It is added when the part begins."""
        if told.part not in self.tasks:
            self.tasks[told.part] = self.progress.add_task("reading every trail", size="")
        size = f"{decimal(told.size)} of {decimal(told.total_size)}" if told.total_size else ""
        self.progress.update(self.tasks[told.part], completed=told.done, total=told.total, size=size)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value if value is None or isinstance(value, (str, int, float, bool)) else to_plain(value)
