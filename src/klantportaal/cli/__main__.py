"""``python -m klantportaal.cli`` is ``klantportaal``."""

from klantportaal.cli import run

run()
