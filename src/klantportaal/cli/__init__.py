"""The commands: ``klantportaal …`` (extra ``cli``). ``klantportaal --help`` lists them."""

import sys


def run() -> None:
    """Run the command line."""
    try:
        from klantportaal.cli.commands import main
    except ModuleNotFoundError as missing:
        if missing.name not in ("click", "rich"):
            raise
        sys.exit(f"The commands need {missing.name}: pip install klantportaal[cli]")
    main(prog_name="klantportaal")
