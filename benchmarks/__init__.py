"""Benchmarks of the portal: ``python -m benchmarks``, or ``make bench``."""
