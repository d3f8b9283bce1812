"""Measures the time of imports, each in its own process."""

import subprocess
import sys
from statistics import median

from benchmarks.measured import Figure

PROGRAM = "import time; begun = time.process_time(); {statement}; print((time.process_time() - begun) * 1000)"
WITH_STORAGE = "from klantportaal import Portal; from klantportaal.adapters.storage.sql import SqlStorage"
WITH_FLASK = f"{WITH_STORAGE}; from klantportaal.adapters.flask import blueprint"
STATEMENTS = ("import sqlalchemy", "import sqlalchemy, flask", "import klantportaal", WITH_STORAGE, WITH_FLASK)
ROUNDS = 9


def milliseconds() -> dict[str, float]:
    """Measure the processor time of each import in new processes, in turns, in ms. Return the medians.

    Everything is compiled first, as an installed package is.
    """
    for statement in STATEMENTS:
        _run(statement)
    runs = [{statement: _run(statement) for statement in STATEMENTS} for _ in range(ROUNDS)]
    return {statement: median(run[statement] for run in runs) for statement in STATEMENTS}


def _run(statement: str) -> float:
    command = [sys.executable, "-c", PROGRAM.format(statement=statement)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)  # noqa: S603 - fixed
    return float(done.stdout)


def measure() -> list[Figure]:
    """Measure the imports that a vendor's application needs at its start."""
    took = milliseconds()
    sqlalchemy, storage, host = (took[each] for each in ("import sqlalchemy", WITH_STORAGE, WITH_FLASK))
    frameworks = took["import sqlalchemy, flask"] / sqlalchemy
    basis = f"SQLAlchemy {sqlalchemy:,.0f} ms"
    return [
        Figure(
            subject="import klantportaal",
            where="fresh process",
            value=took["import klantportaal"],
            unit="ms",
            budget=80,
        ),
        Figure(
            subject="import with storage",
            where="fresh process",
            value=storage / sqlalchemy,
            unit="× SQLAlchemy",
            budget=1.2,
            basis=f"{storage:,.0f} ms; {basis}",
        ),
        Figure(
            subject="import with Flask",
            where="fresh process",
            value=host / sqlalchemy,
            unit="× SQLAlchemy",
            budget=1.6,
            basis=f"{host:,.0f} ms; {basis}; SQLAlchemy and Flask alone {frameworks:.2f} ×",
        ),
    ]
