"""What commands print: lines and tables for people, or one JSON value for programs."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from rich.console import Console
from rich.table import Table

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


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value if value is None or isinstance(value, (str, int, float, bool)) else to_plain(value)
