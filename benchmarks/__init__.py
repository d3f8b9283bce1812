"""How fast the portal is, measured: ``python -m benchmarks``, or ``make bench``."""
