"""How long work takes beside other work in the same run, so that a slow or busy machine fails no test."""

import time
from collections.abc import Callable

ENDLESS = 60
"""Seconds of processor time. What takes quadratic or exponential time needs far more for the inputs of these tests."""


def seconds(work: Callable[[], object]) -> float:
    """Return the processor time that *work* takes: the least of three runs."""
    return min(_once(work) for _each in range(3))


def growth(work: Callable[[int], object], small: int, large: int) -> float:
    """Return how many times longer *work* takes for *large* than for *small*."""
    return seconds(lambda: work(large)) / seconds(lambda: work(small))


def _once(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun
