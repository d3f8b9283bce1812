"""What every command has: ``--json``, and the end of its help."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
import click

from klantportaal.cli.output import Output

HANDLER = "klantportaal (command)"
"""The case handler in the audit trail when a command acts for an office."""
FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


def example(*lines: str) -> str:
    """Write the end of a command's help: lines to type."""
    return "\n".join(["\b", "For example:", *(f"  {line}" for line in lines)])


def _turn_to_json(context: click.Context, _option: click.Parameter, as_json: bool) -> None:
    if as_json:
        context.obj = attrs.evolve(context.obj, output=Output(as_json=True))


class Command(click.Command):
    """A command that takes ``--json`` too, so that it may come before and after the name of the command."""

    def __init__(self, *, params: Sequence[click.Parameter] | None = None, **more: Any) -> None:
        option = click.Option(
            ["--json"], is_flag=True, expose_value=False, callback=_turn_to_json, help="Print results as JSON."
        )
        super().__init__(params=[*(params or ()), option], **more)


class Group(Command, click.Group):
    """A group of commands within `main`."""

    command_class = Command


class Main(click.Group):
    """The group of all commands."""

    command_class = Command
    group_class = Group
