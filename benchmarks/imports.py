"""Measures the time of imports, each in a process of its own."""

import subprocess
import sys
from statistics import median

from benchmarks.measured import Figure

PROGRAM = "import time; begun = time.process_time(); {statement}; print((time.process_time() - begun) * 1000)"
WITH_STORAGE = "from klantportaal import Portal; from klantportaal.adapters.storage.sql import SqlStorage"
WITH_FLASK = f"{WITH_STORAGE}; from klantportaal.adapters.flask import blueprint"
HOSTS = "import klantportaal.embedded, klantportaal.adapters.flask, klantportaal.adapters.fastapi"
NO_PDF = f"{HOSTS}, sys; assert 'fpdf' not in sys.modules"


def milliseconds(statement: str, *, runs: int = 9) -> float:
    """Measure the processor time of an import in several new processes, in ms. Return the median."""
    command = [sys.executable, "-c", PROGRAM.format(statement=statement)]
    return median(
        float(subprocess.run(command, capture_output=True, check=True, text=True).stdout)  # noqa: S603 - fixed command
        for _ in range(runs)
    )


def measure() -> list[Figure]:
    """Measure the imports that a vendor's application needs at its start."""
    subprocess.run([sys.executable, "-c", NO_PDF], check=True)  # noqa: S603 - fixed command
    sqlalchemy = milliseconds("import sqlalchemy")
    storage = milliseconds(WITH_STORAGE)
    return [
        Figure(
            subject="import klantportaal",
            where="fresh process",
            value=milliseconds("import klantportaal"),
            unit="ms",
            budget=80,
        ),
        Figure(
            subject="import with storage",
            where="fresh process",
            value=storage / sqlalchemy,
            unit="× SQLAlchemy",
            budget=1.2,
            basis=f"{storage:,.0f} ms; SQLAlchemy {sqlalchemy:,.0f} ms",
        ),
        Figure(
            subject="import with Flask", where="fresh process", value=milliseconds(WITH_FLASK), unit="ms", budget=337
        ),
    ]
